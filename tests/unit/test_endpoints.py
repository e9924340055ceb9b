# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base URL of each edition: from an option, from the catalog, or from the other edition."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import Session, connect
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import merge_options

from tests.mock_api import MockApi
from tests.unit.clients import PROJECT, Row, catalog, failure, gathered, tokens_of

VPC = "https://vpc.eu-de.example.com"


def completed(mock_api: MockApi, **options: t.Any) -> Row:
    """Return the options of alice, whose environment has no endpoint and no region."""
    environ = mock_api.environment("alice")
    for name in ("OS_VPN_ENDPOINT_OVERRIDE", "OS_REGION_NAME"):
        environ.pop(name, None)
    return merge_options({"retries": 0, **options}, environ)


def url_of(mock_api: MockApi, edition: str = "enterprise", **options: t.Any) -> str:
    return connect(completed(mock_api, **options), edition).url


@pytest.mark.parametrize(
    ("entries", "host"),
    [
        ([("evpn", "eu-de", "https://evpn.example.com/v5/other")], "https://evpn.example.com"),
        (
            [
                ("network", "eu-de", VPC),
                ("vpn", "eu-de", "https://two.example.com"),
                ("evpn", "eu-de", "https://one.example.com"),
            ],
            "https://one.example.com",
        ),
        (
            [("network", "eu-de", VPC), ("vpn", "eu-de", "https://two.example.com/v5")],
            "https://two.example.com",
        ),
        (
            [("network", "eu-de", VPC), ("vpn", "eu-de", "https://neutron.example.com/v2.0/p")],
            "https://vpn.eu-de.example.com",
        ),
        ([("network", "eu-de", f"{VPC}:8443/v2.0")], "https://vpn.eu-de.example.com:8443"),
    ],
    ids=["evpn", "evpn before vpn", "vpn with v5", "vpn of another API", "host of Classic"],
)
def test_enterprise_endpoint_is_found_in_catalog(
    mock_api: MockApi, entries: list[tuple[str, str, str]], host: str
) -> None:
    catalog(mock_api, *entries)
    assert url_of(mock_api) == f"{host}/v5/{PROJECT}"
    assert tokens_of(mock_api) == 1


@pytest.mark.parametrize("suffix", ["", "/", "/v5", f"/v5/{PROJECT}", "/v5/another"])
def test_enterprise_endpoint_option_overrides_catalog(mock_api: MockApi, suffix: str) -> None:
    catalog(mock_api, ("evpn", "eu-de", "https://evpn.example.com"))
    url = url_of(mock_api, enterprise_endpoint=f"https://vpn.example.com{suffix}")
    assert url == f"https://vpn.example.com/v5/{PROJECT}"


def test_enterprise_endpoint_comes_from_given_classic_endpoint(mock_api: MockApi) -> None:
    catalog(mock_api, ("identity", "eu-de", "https://iam.example.com/v3"))
    assert url_of(mock_api, endpoint=f"{VPC}/v2.0") == f"https://vpn.eu-de.example.com/v5/{PROJECT}"


def test_enterprise_region_is_chosen(mock_api: MockApi) -> None:
    entries = [("evpn", name, f"https://vpn.{name}.example.com") for name in ("eu-de", "eu-nl")]
    catalog(mock_api, *entries)
    sentence = failure(lambda: url_of(mock_api))
    assert (
        "has evpn endpoints in several regions. Set region_name to one of: eu-de, eu-nl" in sentence
    )
    catalog(mock_api, *entries)
    client = connect(completed(mock_api, region_name="eu-nl"), "enterprise")
    assert client.url == f"https://vpn.eu-nl.example.com/v5/{PROJECT}"


def test_missing_enterprise_endpoint_names_option(mock_api: MockApi) -> None:
    assert "Set enterprise_endpoint" in failure(lambda: url_of(mock_api))
    catalog(mock_api, *((one, "eu-de", VPC) for one in ("evpn", "vpn", "network")))  # all public
    assert failure(lambda: url_of(mock_api, interface="internal")) == (
        f"No endpoint of Enterprise Edition VPN found: the catalog of {mock_api.auth_url} has none, "
        "and the host of the Classic endpoint does not begin with vpc. Set enterprise_endpoint, for "
        "example https://vpn.eu-de.otc.t-systems.com."
    )


@pytest.mark.parametrize("kind", ["evpn", "vpn", "network"])
def test_enterprise_regions_are_listed(mock_api: MockApi, kind: str) -> None:
    entries = [(kind, name, f"https://vpc.{name}.example.com") for name in ("eu-nl", "eu-de")]
    catalog(mock_api, *entries)
    assert failure(lambda: url_of(mock_api)) == (
        f"The catalog of {mock_api.auth_url} has {kind} endpoints in several regions. "
        "Set region_name to one of: eu-de, eu-nl."
    )


@pytest.mark.parametrize(
    ("kind", "region", "where", "regions"),
    [
        ("network", "eu-ch2", " in region eu-ch2", "eu-de, eu-nl"),
        ("compute", "eu-de", " in region eu-de", "none"),
        ("compute", "", "", "none"),
    ],
)
def test_missing_network_endpoint_lists_regions(
    mock_api: MockApi, kind: str, region: str, where: str, regions: str
) -> None:
    catalog(mock_api, *((kind, name, VPC) for name in ("eu-nl", "eu-de", "eu-nl")))
    assert failure(lambda: url_of(mock_api, "classic", region_name=region)) == (
        f"The catalog of {mock_api.auth_url} has no public network endpoint{where}. "
        f"Available regions: {regions}. Set region_name or interface, or set endpoint explicitly."
    )


@pytest.mark.parametrize("endpoint", ["vpn.example.com", "ftp://vpn.example.com", "https://[::1"])
def test_enterprise_endpoint_that_is_not_url_is_rejected(mock_api: MockApi, endpoint: str) -> None:
    for edition, option, service in (
        ("enterprise", "enterprise_endpoint", "vpn"),
        ("enterprise", "endpoint", "vpc"),
        ("classic", "endpoint", "vpc"),
    ):
        shown = "(invalid URL)" if "[" in endpoint else endpoint
        assert failure(lambda: url_of(mock_api, edition, **{option: endpoint})) == (  # noqa: B023
            f"{option} must be a URL such as https://{service}.eu-de.otc.t-systems.com, got: {shown}."
        )


def test_several_endpoints_in_one_region_are_listed(mock_api: MockApi) -> None:
    catalog(
        mock_api,
        ("network", "eu-de", "https://one.example.com"),
        ("network", "eu-de", "https://two.example.com"),
    )
    sentence = failure(lambda: url_of(mock_api, "classic"))
    assert sentence == (
        f"The catalog of {mock_api.auth_url} has 2 network endpoints in region eu-de: "
        "https://one.example.com, https://two.example.com. Set endpoint to one of them."
    )


def test_one_endpoint_in_several_regions_is_used(mock_api: MockApi) -> None:
    catalog(mock_api, ("network", "eu-de", VPC), ("network", "eu-nl", VPC))
    assert url_of(mock_api, "classic") == f"{VPC}/v2.0"


def test_access_key_requires_project_for_enterprise(mock_api: MockApi) -> None:
    keys: Row = {**mock_api.access_keys("alice")[0]}
    options: Row = {"auth_type": "aksk", "endpoint": VPC, "auth": keys}
    sentence = failure(lambda: connect(merge_options(options, {}), "enterprise"))
    assert sentence == (
        "auth_type aksk requires auth.project_id for Enterprise Edition VPN. Set it in auth or in "
        "OS_PROJECT_ID."
    )
    options["auth"] = {**keys, "project_id": PROJECT}
    client = connect(merge_options(options, {}), "enterprise")
    assert client.url == f"https://vpn.eu-de.example.com/v5/{PROJECT}"
    for endpoint in ("https://neutron.example.com", None):
        options["endpoint"] = endpoint
        assert failure(lambda: connect(merge_options(options, {}), "enterprise")) == (
            "No endpoint of Enterprise Edition VPN found: no catalog, and the host of the Classic "
            "endpoint does not begin with vpc. Set enterprise_endpoint, for example "
            "https://vpn.eu-de.otc.t-systems.com."
        )
    assert mock_api.requests == []


def test_both_editions_share_one_token(mock_api: MockApi) -> None:
    session = Session(completed(mock_api, enterprise_endpoint=mock_api.url))
    assert len(gathered(session.client())) == 23
    project_id = mock_api.project_id("vpn-one")
    assert session.client("enterprise").url == f"{mock_api.url}/v5/{project_id}"
    assert tokens_of(mock_api) == 1


def test_edition_that_cannot_be_reached_leaves_other(mock_api: MockApi) -> None:
    session = Session(completed(mock_api))
    failure(lambda: session.client("enterprise"))
    assert len(gathered(session.client("classic"))) == 23
    assert tokens_of(mock_api) == 1
