# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps of the API that a user would see as a wrong list or a leaked token, through real Ansible."""

from __future__ import annotations

import typing as t

import pytest

from tests.ansible_commands import Ansible
from tests.endpoint import Endpoint

LIST = "/ipsec-site-connections?"


@pytest.fixture(scope="module")
def shared_endpoint() -> t.Iterator[Endpoint]:
    """An endpoint whose operator limits pages to five rows."""
    with Endpoint("otc", pagination_max_limit=5) as endpoint:
        yield endpoint


def ids(ansible: Ansible, endpoint: Endpoint) -> list[str]:
    result = ansible.module("ipsec_connection_info", {"fields": ["id"]}, endpoint.environment())
    assert "ipsec_connections" in result, result
    return [row["id"] for row in result["ipsec_connections"]]


@pytest.mark.parametrize("quirk", ["internal_links", "marker_links"])
def test_trap_05_links_are_followed_at_the_endpoint_itself(
    ansible: Ansible, endpoint: Endpoint, quirk: str
) -> None:
    endpoint.fault(LIST, quirks=[quirk], count=None)
    assert ids(ansible, endpoint) == [row["id"] for row in endpoint.rows("vpn-one")]


def test_trap_06_a_connection_that_goes_between_two_pages_takes_none_along(
    ansible: Ansible, endpoint: Endpoint
) -> None:
    marker = endpoint.id_of("vpn-one", 4)
    endpoint.fault(f"marker={marker}", change={marker: None})
    assert ids(ansible, endpoint) == [row["id"] for row in endpoint.rows("vpn-one")]
    assert marker not in [row["id"] for row in endpoint.rows("vpn-one")]


def test_trap_10_a_throttled_request_is_sent_again(ansible: Ansible, endpoint: Endpoint) -> None:
    throttled = {"error_code": "APIGW.0308", "error_msg": "The throttling threshold was reached"}
    endpoint.fault(LIST, status=429, headers={"Retry-After": "1"}, body=throttled)
    assert len(ids(ansible, endpoint)) == len(endpoint.rows("vpn-one"))


def test_trap_14_a_redirect_carries_no_token_away(ansible: Ansible, endpoint: Endpoint) -> None:
    with Endpoint("otc") as elsewhere:
        location = f"{elsewhere.url}/v2.0/vpn/ipsec-site-connections"
        endpoint.fault(LIST, status=302, headers={"Location": location}, count=None)
        result = ansible.module("ipsec_connection_info", {}, endpoint.environment())
        assert "redirects (HTTP 302)" in result["msg"]
        assert elsewhere.requests == []
