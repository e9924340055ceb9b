# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose identity is used: never a mixture of the task and the environment."""

from __future__ import annotations

import itertools
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import connect
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import merge_options

from tests.mock_api import MockApi
from tests.unit.clients import Row, failure, gathered

URL = "https://iam.example.com/v3"
CREDENTIALS: dict[str, Row] = {
    "password": {"username": "NAME", "password": "NAME-password"},
    "v3applicationcredential": {
        "application_credential_id": "NAME-id",
        "application_credential_secret": "NAME-secret",
    },
    "token": {"token": "NAME-token"},
    "aksk": {
        "access_key": "NAME-ak",
        "secret_key": "NAME-sk",
        "security_token": "NAME-security",
    },
}
NAMES = {name for credential in CREDENTIALS.values() for name in credential} - {"username"}
PAIRS = list(itertools.product(CREDENTIALS, CREDENTIALS))


def credential_of(kind: str, owner: str) -> Row:
    return {name: value.replace("NAME", owner) for name, value in CREDENTIALS[kind].items()}


def shell(kind: str, **more: str) -> dict[str, str]:
    """Return an environment with the credential of bob."""
    auth = {"auth_url": URL, "project_name": "eu-de", **credential_of(kind, "bob")}
    variables = {"OS_" + name.upper(): value for name, value in auth.items()}
    return {**variables, "OS_AUTH_TYPE": kind, **more}


def used(options: Row) -> Row:
    return {name: value for name, value in options["auth"].items() if name in NAMES}


@pytest.mark.parametrize(("given", "other"), PAIRS)
def test_given_credential_is_not_mixed_with_environment(given: str, other: str) -> None:
    auth = credential_of(given, "alice")
    options = merge_options({"auth": auth}, shell(other))
    assert options["auth_type"] == given
    assert used(options) == {name: value for name, value in auth.items() if name in NAMES}
    assert options["auth"]["project_name"] == "eu-de"


@pytest.mark.parametrize(("given", "other"), PAIRS)
def test_one_half_of_credential_is_not_completed_by_environment(given: str, other: str) -> None:
    for name, value in credential_of(given, "alice").items():
        if name == "username":
            continue
        options = merge_options({"auth": {name: value}}, shell(other))
        assert options["auth_type"] == given
        assert used(options) == {name: value}


@pytest.fixture
def clouds_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., None]:
    """Write a clouds.yaml with the cloud `one`."""

    def write(auth: Row, **cloud: t.Any) -> None:
        content = {"clouds": {"one": {"auth": {"auth_url": URL, **auth}, **cloud}}}
        path = tmp_path / "clouds.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))

    return write


@pytest.mark.parametrize(("given", "other"), PAIRS)
def test_given_credential_overrides_that_of_cloud(
    clouds_yaml: t.Callable[..., None], given: str, other: str
) -> None:
    clouds_yaml(credential_of(other, "bob"))
    auth = credential_of(given, "alice")
    options = merge_options({"cloud": "one", "auth": auth}, shell("password"))
    assert options["auth_type"] == given
    assert used(options) == {name: value for name, value in auth.items() if name in NAMES}
    assert options["auth"]["auth_url"] == URL
    assert "project_name" not in options["auth"]


@pytest.mark.parametrize(
    ("given", "rest"),
    [
        ({"password": "new"}, {"password": "new"}),
        ({"application_credential_secret": "new"}, {"application_credential_id": "bob-id"}),
        ({"application_credential_id": "new"}, {}),
        ({"secret_key": "new"}, {"access_key": "bob-ak"}),
        ({"access_key": "new"}, {}),
        ({"security_token": "new"}, {"access_key": "bob-ak", "secret_key": "bob-sk"}),
    ],
)
def test_secret_from_vault_completes_cloud(
    clouds_yaml: t.Callable[..., None], given: Row, rest: Row
) -> None:
    clouds_yaml({name: v for kind in CREDENTIALS for name, v in credential_of(kind, "bob").items()})
    assert used(merge_options({"cloud": "one", "auth": given}, {})) == {**rest, **given}


def test_name_of_application_credential_of_cloud_does_not_join_given_id(
    clouds_yaml: t.Callable[..., None],
) -> None:
    names = ("name", "secret")
    clouds_yaml({f"application_credential_{name}": f"bob-{name}" for name in names})
    given = credential_of("v3applicationcredential", "alice")
    options = merge_options({"cloud": "one", "auth": given}, {})
    assert options["auth"] == {"auth_url": URL, **given}


@pytest.mark.parametrize(("kind", "given"), [("password", "token"), ("token", "password")])
def test_given_credential_that_type_of_cloud_does_not_use_is_warning(
    clouds_yaml: t.Callable[..., None], kind: str, given: str
) -> None:
    clouds_yaml(credential_of(kind, "bob"), auth_type=kind)
    options = merge_options({"cloud": "one", "auth": {given: "alice"}}, {})
    assert options["auth_type"] == kind
    assert options["warnings"] == [f"auth.{given} is not used, because auth_type is {kind}."]
    assert options["auth"][kind] == f"bob-{kind}"


def test_environment_adds_no_credential_to_cloud(
    clouds_yaml: t.Callable[..., None],
) -> None:
    clouds_yaml({"username": "alice"})
    for kind in CREDENTIALS:
        options = merge_options({"cloud": "one"}, shell(kind))
        assert used(options) == {}


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_type_is_derived_from_environment(kind: str) -> None:
    environ = shell(kind)
    del environ["OS_AUTH_TYPE"]
    assert merge_options({}, environ)["auth_type"] == kind


def test_derived_types_have_order() -> None:
    auth: Row = {}
    for kind in reversed(CREDENTIALS):
        auth.update(credential_of(kind, "alice"))
        assert merge_options({"auth": auth}, {})["auth_type"] == kind
    warnings = merge_options({"auth": auth}, {})["warnings"]
    assert [text.split()[0] for text in warnings] == [
        f"auth.{name}" for name in sorted(NAMES - {"password"})
    ]


def test_given_type_overrides_derived_one() -> None:
    auth = {**credential_of("password", "alice"), "token": "alice-token"}
    options = merge_options({"auth": auth, "auth_type": "token"}, {})
    assert options["auth_type"] == "token"
    assert options["warnings"] == ["auth.password is not used, because auth_type is token."]


def test_given_user_with_token_of_environment_is_warning() -> None:
    options = merge_options({"auth": {"username": "alice"}}, shell("token"))
    assert options["warnings"] == ["auth.username is not used, because auth_type is token."]


@pytest.mark.parametrize("option", ["endpoint", "enterprise_endpoint"])
def test_endpoint_of_environment_gets_no_token_of_given_cloud(option: str) -> None:
    variable = {"endpoint": "NETWORK", "enterprise_endpoint": "VPN"}[option]
    override = {f"OS_{variable}_ENDPOINT_OVERRIDE": "https://elsewhere.example.com"}
    environ = shell("password", **override)
    assert merge_options({}, environ)[option] == "https://elsewhere.example.com"
    alice = credential_of("password", "alice")
    # the URL of Keystone is the shell's, so the endpoint belongs to it
    assert merge_options({"auth": alice}, environ)[option] == "https://elsewhere.example.com"
    for auth in ({"auth_url": URL}, {"auth_url": URL, **alice}):
        options = merge_options({"auth": auth}, environ)
        assert option not in options
        assert f"OS_{variable}_ENDPOINT_OVERRIDE is ignored" in options["warnings"][0]
    given = {option: "https://mine.example.com", "auth": {"auth_url": URL}}
    options = merge_options(given, environ)
    assert options[option] == "https://mine.example.com"
    assert options["warnings"] == []
    keys = merge_options({"auth": credential_of("aksk", "alice")}, override)
    assert option not in keys


def test_endpoint_of_environment_belongs_to_its_access_key() -> None:
    environ = shell("aksk", OS_NETWORK_ENDPOINT_OVERRIDE="https://vpc.example.com")
    del environ["OS_AUTH_URL"]
    options = merge_options({}, environ)
    assert options["endpoint"] == "https://vpc.example.com"
    assert options["warnings"] == []


def test_scope_of_environment_does_not_join_given_project() -> None:
    environ = shell("password", OS_SYSTEM_SCOPE="all", OS_TRUST_ID="t", OS_PROJECT_ID="p")
    auth = merge_options({"auth": {"project_name": "mine"}}, environ)["auth"]
    assert auth["project_name"] == "mine"
    assert not {"system_scope", "trust_id", "project_id"} & set(auth)
    auth = merge_options({"auth": {"domain_name": "mine"}}, environ)["auth"]
    assert auth["domain_name"] == "mine"
    assert not {"system_scope", "trust_id", "project_id", "project_name"} & set(auth)


def test_identity_of_task_is_seen_by_server(mock_api: MockApi) -> None:
    """Bob's shell, in which alice runs a task with her own password, and with her token."""
    environ = {**mock_api.environment("bob", "aksk"), "OS_AUTH_URL": mock_api.auth_url}
    alice: Row = {
        "username": "alice",
        "password": "alicepw",
        "user_domain_name": "Default",
        "project_name": "vpn-one",
    }
    client = connect(merge_options({"auth": alice, "endpoint": mock_api.url}, environ))
    assert len(gathered(client)) == 23
    token = mock_api.requests[-1].headers["x-auth-token"]
    scope = {"token": token, "project_id": mock_api.project_id("vpn-one")}
    client = connect(merge_options({"auth": scope, "endpoint": mock_api.url}, environ))
    assert len(gathered(client)) == 23
    assert all("authorization" not in request.headers for request in mock_api.requests)


def test_missing_halves_are_reported_with_present_ones() -> None:
    environ = {"OS_AUTH_TYPE": "password", "OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK"}
    sentence = failure(lambda: connect(merge_options({}, environ)))
    assert "requires auth_url, username or user_id, password." in sentence
    assert "The credentials of auth_type aksk are set" in sentence
    del environ["OS_AUTH_TYPE"]
    sentence = failure(lambda: connect(merge_options({}, environ)))
    assert "auth_type aksk requires endpoint and auth.project_id" in sentence
    assert "OS_NETWORK_ENDPOINT_OVERRIDE" in sentence
    assert "OS_PROJECT_ID" in sentence
