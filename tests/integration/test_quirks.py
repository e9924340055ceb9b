# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traps of the API that a user would see as a wrong list or a leaked token, through real Ansible."""

from __future__ import annotations

import typing as t

import pytest

from tests.ansible_commands import Ansible
from tests.mock_api import MockApi

LIST = "/ipsec-site-connections?"


@pytest.fixture(scope="module")
def shared_mock_api() -> t.Iterator[MockApi]:
    """Return an endpoint whose operator limits pages to five rows."""
    with MockApi("otc", pagination_max_limit=5) as mock_api:
        yield mock_api


def ids(ansible: Ansible, mock_api: MockApi) -> list[str]:
    result = ansible.module("ipsec_connection_info", {"fields": ["id"]}, mock_api.environment())
    assert "ipsec_connections" in result, result
    return [row["id"] for row in result["ipsec_connections"]]


@pytest.mark.parametrize("quirk", ["internal_links", "marker_links"])
def test_quirk_05_links_are_followed_at_endpoint_itself(
    ansible: Ansible, mock_api: MockApi, quirk: str
) -> None:
    mock_api.fault(LIST, quirks=[quirk], count=None)
    assert ids(ansible, mock_api) == sorted(row["id"] for row in mock_api.rows("vpn-one"))


def test_quirk_06_removed_connection_hides_no_other(ansible: Ansible, mock_api: MockApi) -> None:
    marker = sorted(row["id"] for row in mock_api.rows("vpn-one"))[4]
    mock_api.fault(f"marker={marker}", change={marker: None})
    assert ids(ansible, mock_api) == sorted(row["id"] for row in mock_api.rows("vpn-one"))
    assert marker not in [row["id"] for row in mock_api.rows("vpn-one")]


def test_quirk_10_throttled_request_is_retried(ansible: Ansible, mock_api: MockApi) -> None:
    throttled = {"error_code": "APIGW.0308", "error_msg": "The throttling threshold was reached"}
    mock_api.fault(LIST, status=429, headers={"Retry-After": "1"}, body=throttled)
    assert len(ids(ansible, mock_api)) == len(mock_api.rows("vpn-one"))


def test_quirk_14_redirect_gets_no_token(ansible: Ansible, mock_api: MockApi) -> None:
    with MockApi("otc") as elsewhere:
        location = f"{elsewhere.url}/v2.0/vpn/ipsec-site-connections"
        mock_api.fault(LIST, status=302, headers={"Location": location}, count=None)
        result = ansible.module("ipsec_connection_info", {}, mock_api.environment())
        assert "redirects (HTTP 302)" in result["msg"]
        assert elsewhere.requests == []
