# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment and clouds.yaml mean what they mean to openstacksdk."""

from __future__ import annotations

import copy
import itertools
import os
import random
import typing as t
from pathlib import Path
from unittest import mock

import pytest
import yaml
from ansible_collections.otc.vpn.plugins.module_utils._cloud.authenticator import (
    create_authenticator,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._cloud.keystone import _load_plugin
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import (
    OPTIONS,
    merge_options,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.tls import Tls
from openstack.config import OpenStackConfig

from tests.unit.clients import Row, failure

URL = "https://iam.example.com/v3"
CASES = 300

# Values of which each generated environment or cloud has some.
CHOICES: dict[str, tuple[str, ...]] = {
    "username": ("alice", "bob"),
    "user_id": ("0a1b2c",),
    "password": ("alice-password",),
    "user_domain_name": ("Default", "OTC0001"),
    "user_domain_id": ("default",),
    "project_name": ("eu-de", "eu-de_production"),
    "project_id": ("10039663455a446d8ba2cbb058b0f578",),
    "tenant_name": ("eu-de", "eu-nl"),
    "tenant_id": ("00000000000000000000000000000000",),
    "project_domain_name": ("Default", "OTC0002"),
    "project_domain_id": ("default",),
    "domain_name": ("OTC0003",),
    "domain_id": ("d0d0",),
    "default_domain_name": ("OTC0004",),
    "default_domain_id": ("d1d1",),
    "system_scope": ("all",),
    "trust_id": ("7u57",),
    "auth_token": ("gAAAA-old",),
    "token": ("gAAAA-new",),
    "application_credential_id": ("ac-id",),
    "application_credential_secret": ("ac-secret",),
    "auth_type": ("password", "token", "v3applicationcredential", "v3password", "v3token"),
    "region_name": ("eu-de", "eu-nl"),
    "network_region_name": ("eu-ch2",),
    "interface": ("public", "internal", "adminURL"),
    "endpoint_type": ("internalURL", "publicURL"),
    "network_interface": ("admin",),
    "network_endpoint_override": ("https://vpc.example.com",),
    "network_endpoint": ("https://network.example.com",),
}
OUTSIDE_OF_AUTH = {
    name for name in CHOICES if name.startswith(("network_", "region", "interface", "endpoint_"))
} | {"auth_type"}
LIKELY = ("username", "password", "user_domain_name", "project_name")


def generated(seed: int) -> Row:
    """Return settings as people have them: mostly a user with a project, and some of everything else."""
    chance = random.Random(seed)
    names = [name for name in LIKELY if chance.random() < 0.85]
    names += [name for name in CHOICES if chance.random() < 0.12]
    return {"auth_url": URL, **{name: chance.choice(CHOICES[name]) for name in names}}


class _Captured(Exception):  # noqa: N818
    """The request for a token."""


class _Session:
    """Takes the request that a plugin of keystoneauth1 sends."""

    def post(self, url: str, json: Row, **_options: t.Any) -> t.NoReturn:
        raise _Captured(url, json)


def token_request(plugin: t.Any) -> Row | None:
    """Return the request for a token that a plugin sends; None if it refuses to."""
    try:
        if hasattr(plugin, "create_plugin"):
            plugin = plugin.create_plugin(None, (3, 0), plugin.auth_url)
        plugin.get_auth_ref(_Session())
    except _Captured as captured:
        url, body = captured.args
        return {"url": url, **body["auth"]}
    except Exception:
        return None
    raise AssertionError


def of_openstacksdk(cloud: str | None, **settings: t.Any) -> Row | None:
    """Return what openstacksdk makes of it; None if it cannot load it or get a token with it."""
    try:
        region = OpenStackConfig(**settings).get_one(cloud=cloud)
    except Exception:
        return None
    request = token_request(region.config["auth"] and region._auth)
    if request is None:
        return None
    interface = region.get_interface("network")
    return {
        "request": request,
        "region_name": region.get_region_name("network") or None,
        "interface": str(interface).replace("URL", ""),
        "endpoint": region.get_endpoint("network"),
    }


def of_collection(options: Row, environ: t.Mapping[str, str]) -> Row | str:
    """Return the same of the collection; its sentence if it refuses."""
    try:
        merged = merge_options(options, environ)
        authenticator: t.Any = create_authenticator(merged, None, Tls(True, None))
        request = token_request(authenticator._plugin)
    except VpnError as error:
        return str(error)
    return {
        "request": request,
        "region_name": merged.get("region_name"),
        "interface": merged["interface"],
        "endpoint": merged.get("endpoint"),
    }


def is_complete(request: Row) -> bool:
    """Return whether Keystone can accept the request: each name has the domain that it is unique in."""
    user = request["identity"].get("password", {}).get("user", {"id": "of the token"})
    project = request.get("scope", {}).get("project", {"id": "none"})
    return all("id" in one or {"name", "domain"} <= set(one) for one in (user, project))


def exception_for(settings: Row) -> str:
    """Return why the two may differ on purpose; empty if they must agree."""
    auth_type = settings.get("auth_type")
    if auth_type == "v3applicationcredential":
        return "Keystone rejects a scope with an application credential, so none is sent"
    if auth_type is None and "password" not in settings:
        return "the type is derived from the credential, where openstacksdk stays with password"
    return ""


def test_environment_means_what_it_means_to_openstacksdk() -> None:
    compared, differing = 0, []
    for seed in itertools.count():
        if compared == CASES:
            break
        settings = generated(seed)
        environ = {"OS_" + name.upper(): value for name, value in settings.items()}
        with mock.patch.dict(os.environ, environ, clear=True):
            theirs = of_openstacksdk(None, load_yaml_config=False)
        if theirs is None or not is_complete(theirs["request"]) or exception_for(settings):
            continue
        compared += 1
        ours = of_collection({}, environ)
        if ours != theirs:
            differing.append((environ, ours, theirs))
    assert differing == []


def test_clouds_yaml_means_what_it_means_to_openstacksdk(tmp_path: Path) -> None:
    compared, differing = 0, []
    for seed in itertools.count():
        if compared == CASES:
            break
        settings = generated(seed)
        auth = {name: value for name, value in settings.items() if name not in OUTSIDE_OF_AUTH}
        cloud = {name: value for name, value in settings.items() if name in OUTSIDE_OF_AUTH}
        if seed % 3 == 0:  # suboptions beside auth
            cloud.update({name: auth.pop(name) for name in list(auth)[::2]})
        path = tmp_path / f"{seed}.yaml"
        path.write_text(yaml.safe_dump({"clouds": {"one": {"auth": auth, **cloud}}}))
        shell = {"OS_CLIENT_CONFIG_FILE": str(path), "OS_USERNAME": "shell", "OS_PASSWORD": "x"}
        with mock.patch.dict(os.environ, shell, clear=True):
            theirs = of_openstacksdk("one")
            ours = of_collection({"cloud": "one"}, os.environ)
        if theirs is None or not is_complete(theirs["request"]) or exception_for(settings):
            continue
        compared += 1
        if ours != theirs:
            differing.append((cloud, auth, ours, theirs))
    assert differing == []


BASE = {"OS_AUTH_URL": URL, "OS_USERNAME": "automation", "OS_PASSWORD": "automation-password"}


@pytest.mark.parametrize(
    ("variables", "auth"),
    [
        ({"OS_TENANT_NAME": "eu-de"}, {"project_name": "eu-de"}),
        ({"OS_TENANT_ID": "p"}, {"project_id": "p"}),
        (
            {"OS_DOMAIN_NAME": "D", "OS_PROJECT_NAME": "eu-de"},
            {"project_name": "eu-de", "user_domain_name": "D", "project_domain_name": "D"},
        ),
        (
            {"OS_DOMAIN_NAME": "D", "OS_USER_DOMAIN_NAME": "U", "OS_PROJECT_NAME": "eu-de"},
            {"project_name": "eu-de", "user_domain_name": "U", "project_domain_name": "D"},
        ),
        (
            {"OS_DOMAIN_ID": "d", "OS_PROJECT_ID": "p"},
            {"project_id": "p", "user_domain_id": "d", "project_domain_id": "d"},
        ),
        ({"OS_DOMAIN_NAME": "D"}, {"domain_name": "D"}),
        (
            {"OS_TENANT_NAME": "old", "OS_PROJECT_NAME": "new", "OS_USER_ID": ""},
            {"project_name": "new"},
        ),
    ],
)
def test_older_variables_and_domains_are_used(variables: Row, auth: Row) -> None:
    merged = merge_options({}, {**BASE, **variables})["auth"]
    base = {"auth_url": URL, "username": "automation", "password": "automation-password"}
    assert merged == {**base, **auth}


def test_endpoint_type_is_interface() -> None:
    assert merge_options({}, {"OS_ENDPOINT_TYPE": "internalURL"})["interface"] == "internal"


@pytest.mark.parametrize(
    "variable", ["OS_AUTH_URL", "OS_USERNAME", "OS_REGION_NAME", "OS_INTERFACE", "OS_CACERT"]
)
def test_carriage_return_names_its_variable(variable: str) -> None:
    environ = {**BASE, variable: "public\r"}
    assert failure(lambda: merge_options({}, environ)).startswith(
        f"{variable} ends in a carriage return."
    )


@pytest.mark.parametrize("quote", ["''", '""', "\u201c\u201d", "\u201e\u201c", "\u2018\u2019"])
@pytest.mark.parametrize("variable", ["OS_AUTH_URL", "OS_USERNAME", "OS_REGION_NAME"])
def test_quotation_marks_name_their_variable(variable: str, quote: str) -> None:
    environ = {**BASE, variable: f"{quote[0]}value{quote[1]}"}
    assert failure(lambda: merge_options({}, environ)).startswith(
        f"{variable} is in quotation marks"
    )


@pytest.mark.parametrize("value", ["", " ", "\n", "\u00a0", "\ufeff"])
@pytest.mark.parametrize(
    "variable",
    ["OS_PROJECT_ID", "OS_USER_ID", "OS_TOKEN", "OS_CLOUD", "OS_API_TIMEOUT", "OS_INSECURE"],
)
def test_blank_variable_is_not_set(variable: str, value: str) -> None:
    assert merge_options({}, {**BASE, variable: value}) == merge_options({}, BASE)


@pytest.mark.parametrize(
    "value",
    ["\ufeffeu-de", "eu-de\u200b", "\u00a0eu-de\u00a0", "eu-de\n", "eu-de\r\n", "\teu-de\r\n\r\n"],
)
def test_invisible_characters_around_value_are_removed(value: str) -> None:
    environ = {**BASE, "OS_REGION_NAME": value, "OS_PROJECT_NAME": value}
    options = merge_options({"auth": {"username": value}}, environ)
    auth = options["auth"]
    assert (options["region_name"], auth["project_name"], auth["username"]) == ("eu-de",) * 3


@pytest.mark.parametrize("value", ["eu-de\nOS_X=1", "eu-de\r\nx", "eu-de\rx"])
def test_value_of_several_lines_names_its_option(value: str) -> None:
    for call, label in (
        (lambda: merge_options({}, {**BASE, "OS_PROJECT_NAME": value}), "OS_PROJECT_NAME"),
        (lambda: merge_options({"region_name": value}, BASE), "region_name"),
    ):
        assert failure(call) == f"{label} must be a single line."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("password: 01234567", "must be a string, got: a number. Put the value in quotes."),
        ("password: yes", "must be a string, got: a Boolean. Put the value in quotes."),
        ("password: [not-for-logs]", "must be a string, got: a list. Put the value in quotes."),
        ("token: 1.5", "must be a string, got: a number. Put the value in quotes."),
    ],
)
def test_secret_of_clouds_yaml_that_yaml_has_changed_is_rejected(
    content: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for indent in ("      ", "    "):  # in auth and beside it
        path = tmp_path / "clouds.yaml"
        path.write_text(f"clouds:\n  one:\n    auth:\n      auth_url: {URL}\n{indent}{content}\n")
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
        sentence = failure(lambda: merge_options({"cloud": "one"}, os.environ))
        name = content.partition(":")[0]
        assert sentence == f"auth.{name} of cloud one {expected}"


def test_empty_value_of_clouds_yaml_is_not_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(
        f"clouds:\n  one:\n    auth:\n      auth_url: {URL}\n"
        "      username: automation\n      password: automation-password\n      project_name:\n"
    )
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    options = merge_options({"cloud": "one"}, os.environ)
    assert options["auth"] == merge_options({}, BASE)["auth"]


@pytest.mark.parametrize("asked", ["2024", 2024])
def test_cloud_whose_name_is_number_is_found(
    asked: str | int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(f"clouds:\n  2024:\n    auth:\n      auth_url: {URL}\n      username: bob\n")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    assert merge_options({"cloud": asked}, os.environ)["auth"]["username"] == "bob"


def test_spaces_around_name_are_removed() -> None:
    environ = {**BASE, "OS_AUTH_URL": f" {URL}", "OS_REGION_NAME": "eu-de "}
    options = merge_options({}, environ)
    assert (options["auth"]["auth_url"], options["region_name"]) == (URL, "eu-de")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("secret-secret\r", "ends in a carriage return, which is sent as part of it"),
        ("secret-secret\n", "ends in a line break, which is sent as part of it"),
        ("'secret'", "is in quotation marks, which are sent as part of it"),
    ],
)
def test_password_that_looks_wrong_is_sent_with_warning(value: str, problem: str) -> None:
    options = merge_options({}, {**BASE, "OS_PASSWORD": value})
    assert options["auth"]["password"] == value
    assert options["warnings"] == [f"OS_PASSWORD {problem}."]


@pytest.mark.parametrize("value", ["secret\nsecret", "secret'", "'secret", "'"])
def test_password_that_looks_odd_is_no_warning(value: str) -> None:
    environ = {**BASE, "OS_PASSWORD": value}
    problems = merge_options({}, environ)["warnings"]
    assert not any(problem.startswith("OS_PASSWORD") for problem in problems)


def test_quotation_marks_of_task_are_no_warning() -> None:
    options = merge_options({"auth": {"password": "'secret'", "project_name": "'eu-de'"}}, {})
    assert options["auth"] == {"password": "'secret'", "project_name": "'eu-de'"}
    assert options["warnings"] == []


@pytest.mark.parametrize("value", ["abcd\n", "ab cd", "abcd\r", "ab☎cd", "\tabcd"])
@pytest.mark.parametrize("name", ["token", "secret_key", "access_key", "security_token"])
def test_token_or_key_with_whitespace_is_rejected(name: str, value: str) -> None:
    for call, label in (
        (lambda: merge_options({"auth": {name: value}}, {}), f"auth.{name}"),
        (lambda: merge_options({}, {f"OS_{name.upper()}": value}), f"OS_{name.upper()}"),
    ):
        sentence = failure(call)
        assert sentence.startswith(f"{label} ")
        assert "abcd" not in sentence


@pytest.mark.parametrize("path", ["/v3/auth/tokens", "/v3/auth/tokens/"])
def test_auth_url_of_tokens_is_rejected(path: str) -> None:
    auth = {"auth_url": f"https://iam.example.com{path}", "token": "gAAAA"}
    options = merge_options({"auth": auth}, {})
    assert "base URL of Keystone" in failure(lambda: _load_plugin("token", options["auth"]))


@pytest.mark.parametrize(
    ("name", "value", "converted"),
    [
        ("api_timeout", "30", 30.0),
        ("api_timeout", 30, 30.0),
        ("retries", "2", 2),
        ("retries", "2.0", 2),
        ("retries", 2.0, 2),
        ("retries", " 2\r\n", 2),
        ("validate_certs", "false", False),
        ("validate_certs", "Yes", True),
        ("region_name", 7, "7"),
        ("interface", "internalURL", "internal"),
        ("ca_cert", "", None),
    ],
)
def test_values_are_converted_to_type_of_their_option(
    name: str, value: t.Any, converted: t.Any
) -> None:
    assert merge_options({name: value}, {}).get(name) == converted


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("api_timeout", "soon", "a number, got: 'soon'"),
        ("retries", "2.5", "a number, got: '2.5'"),
        ("retries", 2.5, "a number, got: 2.5"),
        ("retries", True, "a number, got: True"),
        ("retries", "inf", "a number, got: 'inf'"),
        ("retries", [1], "a number"),
        ("validate_certs", "perhaps", "true or false, got: 'perhaps'"),
        ("validate_certs", 1.0, "true or false, got: 1.0"),
        ("validate_certs", {"a": "b"}, "true or false"),
        ("region_name", ["eu-de"], "a string, got: a list"),
        ("region_name", True, "a string, got: a Boolean"),
        ("region_name", b"eu-de", "a string, got: bytes"),
        ("interface", "private", "one of public, internal, admin, got: 'private'"),
        ("interface", "x" * 60, f"one of public, internal, admin, got: '{'x' * 39}"),
        ("endpoint", {"url": "x"}, "a string, got: a dictionary"),
        ("auth", "text", "a dictionary, got: str"),
        ("auth", ["text"], "a dictionary, got: list"),
    ],
)
def test_value_that_cannot_be_converted_names_its_option(
    name: str, value: t.Any, problem: str
) -> None:
    assert failure(lambda: merge_options({name: value}, {})) == f"{name} must be {problem}."


@pytest.mark.parametrize(
    ("value", "methods"),
    [
        ("v3password", ["v3password"]),
        ("v3password, v3totp", ["v3password", "v3totp"]),
        (["v3password", " v3totp\n"], ["v3password", "v3totp"]),
        (("v3password",), ["v3password"]),
    ],
)
def test_methods_are_list_or_separated_by_commas(value: t.Any, methods: list[str]) -> None:
    assert merge_options({"auth": {"auth_methods": value}}, {})["auth"]["auth_methods"] == methods


@pytest.mark.parametrize("value", [{"a": "b"}, [["v3password"]]])
def test_methods_that_are_no_strings_are_rejected(value: t.Any) -> None:
    sentence = failure(lambda: merge_options({"auth": {"auth_methods": value}}, {}))
    assert sentence.startswith("auth.auth_methods must be a string, got: a ")


@pytest.mark.parametrize("value", [12345678, True, ["not-for-logs"], {"a": "not-for-logs"}, 1.5])
@pytest.mark.parametrize("name", ["password", "token", "application_credential_secret"])
def test_secret_that_is_not_string_is_rejected(name: str, value: t.Any) -> None:
    sentence = failure(lambda: merge_options({"auth": {name: value}}, {}))
    assert sentence.startswith(f"auth.{name} must be a string, got: ")
    assert "Put the value in quotes" in sentence
    assert "12345678" not in sentence


@pytest.mark.parametrize(
    "value",
    [
        {"auth": {"password": "not-for-logs"}},
        [{"password": "not-for-logs"}],
        "{'auth': {'password': 'not-for-logs'}}",
        "auth:\n  password: not-for-logs",
        '["not-for-logs"]',
    ],
)
def test_cloud_that_is_not_name_is_rejected_without_its_value(value: t.Any) -> None:
    expected = "cloud must be the name of a cloud in clouds.yaml"
    environ = {"OS_CLOUD": "one", "OS_USERNAME": "bob"}
    given = copy.deepcopy(value)
    assert failure(lambda: merge_options({"cloud": given}, environ)).startswith(expected)
    # as Ansible does: the type first, which leaves no value to be shown, then the option
    given = copy.deepcopy(value)
    checked = OPTIONS["cloud"]["type"](given)
    assert checked is False
    assert given == {} or not isinstance(given, dict)
    assert failure(lambda: merge_options({"cloud": checked}, environ)).startswith(expected)


@pytest.mark.parametrize("name", ["one", " one ", 2024])
def test_name_of_cloud_is_string(name: t.Any) -> None:
    assert OPTIONS["cloud"]["type"](name) == str(name).strip()


@pytest.mark.parametrize("secret", ["ACTIVE", "sha1", "1234567", "eu-de", "abc", "region-of-test"])
def test_secret_that_occurs_in_results_is_warning(secret: str) -> None:
    auth = {"password": secret, "project_name": "eu-de", "user_domain_name": "D"}
    options = {"auth": auth, "region_name": "region-of-test"}
    (warning,) = merge_options(options, {})["warnings"]
    assert warning.startswith("auth.password is a short number or a word")
    assert secret not in warning


@pytest.mark.parametrize("secret", ["abcd", "12345678"])
def test_secret_that_does_not_occur_in_results_is_no_warning(secret: str) -> None:
    auth = {"password": secret, "project_name": "eu-de"}
    assert merge_options({"auth": auth}, {})["warnings"] == []
