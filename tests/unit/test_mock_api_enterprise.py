# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mock API server does as Enterprise Edition VPN, where other tests rely on it."""

from __future__ import annotations

import typing as t

import pytest
import requests

from tests.mock_api import MockApi

Row = dict[str, t.Any]


class Reader:
    """A user of one project."""

    def __init__(self, server: MockApi, user: str, project: str) -> None:
        self.server = server
        self.project = project
        self.url = f"{server.url}/v5/{server.project_id(project)}"
        domain = {"name": "Default"}
        password = server.environment(user)["OS_PASSWORD"]
        login = {"name": user, "domain": domain, "password": password}
        identity = {"methods": ["password"], "password": {"user": login}}
        scope = {"project": {"name": project, "domain": domain}}
        body = {"auth": {"identity": identity, "scope": scope}}
        answer = requests.post(f"{server.auth_url}/auth/tokens", json=body, timeout=10)
        self.token: Row = answer.json()["token"]
        self.headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}

    def ask(self, path: str, **query: t.Any) -> requests.Response:
        """Return the response to a GET below the project."""
        url = f"{self.url}/{path}"
        return requests.get(url, params=query, headers=self.headers, timeout=30)

    def pages(self, path: str, key: str, limit: int) -> list[list[Row]]:
        """Return the pages of a list, with the markers that the server names."""
        pages: list[list[Row]] = []
        query: Row = {"limit": limit}
        while True:
            body = self.ask(path, **query).json()
            pages.append(body[key])
            if body["page_info"]["current_count"] < limit:
                return pages
            query["marker"] = body["page_info"]["next_marker"]

    def id_of(self, name: str) -> str:
        """Return the ID of a connection."""
        return self.server.id_of(self.project, name, "vpn_connections")


@pytest.fixture
def alice(mock_api: MockApi) -> Reader:
    return Reader(mock_api, "alice", "vpn-one")


def refused(answer: requests.Response, status: int, code: str) -> None:
    """Check a refusal."""
    body = answer.json()
    assert (answer.status_code, body["error_code"]) == (status, code), body
    assert body["error_msg"]
    assert body["request_id"]


def test_pages_follow_time_of_creation(alice: Reader) -> None:
    whole = alice.ask("vpn-connection").json()
    assert whole["total_count"] == whole["page_info"]["current_count"] == 17
    assert whole["request_id"]
    pages = alice.pages("vpn-connection", "vpn_connections", 5)
    assert [len(page) for page in pages] == [5, 5, 5, 2]
    assert [row for page in pages for row in page] == whole["vpn_connections"]
    # The newest first; a row without a time is the last.
    assert whole["vpn_connections"][0]["name"] == "office-berlin-1"
    assert whole["vpn_connections"][-1]["name"] == "laboratory"


def test_marker_is_text_of_last_row(alice: Reader) -> None:
    page = alice.ask("vpn-connection", limit=2).json()
    assert page["page_info"]["next_marker"] == "2025-11-03T17:15:02.123456789+08:00"
    # A plus sign that is not encoded arrives as a space.
    raw = f"{alice.url}/vpn-connection?limit=2&marker={page['page_info']['next_marker']}"
    refused(requests.get(raw, headers=alice.headers, timeout=10), 400, "VPN.0001")


def test_empty_page_has_no_marker(mock_api: MockApi) -> None:
    emil = Reader(mock_api, "emil", "vpn-empty")
    body = emil.ask("vpn-connection", limit=200).json()
    assert body["vpn_connections"] == []
    assert (body["page_info"], body["total_count"]) == ({"current_count": 0}, 0)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("vpn-connection", {"limit": 2001}),
        ("vpn-connection", {"limit": "x"}),
        ("vpn-connection", {"limit": 10, "marker": "x"}),
        ("vpn-connection", {"marker": "2025-11-01T12:00:00Z"}),
        ("customer-gateways", {"limit": 201}),
    ],
)
def test_invalid_paging_is_rejected(alice: Reader, path: str, query: Row) -> None:
    refused(alice.ask(path, **query), 400, "VPN.0001")


def test_filter_selects_but_total_does_not(alice: Reader) -> None:
    gateway = alice.server.id_of("vpn-one", "branches", "vpn_gateways")
    body = alice.ask("vpn-connection", vgw_id=gateway).json()
    assert {row["vgw_id"] for row in body["vpn_connections"]} == {gateway}
    assert (body["page_info"]["current_count"], body["total_count"]) == (4, 17)
    other = ["0", "5f2e1c3a-7b4d-4c8e-9a6f-1d2e3f4a5b6c"]
    several = alice.ask("vpn-connection", enterprise_project_id=other).json()
    assert several["page_info"]["current_count"] == 16


def test_address_is_id_of_eip_or_private_address(alice: Reader) -> None:
    gateways = {row["id"]: row for row in alice.ask("vpn-gateways").json()["vpn_gateways"]}
    for row in alice.ask("vpn-connection").json()["vpn_connections"]:
        gateway = gateways[row["vgw_id"]]
        eips = [
            gateway[name]["id"]
            for name in ("eip1", "eip2", "master_eip", "slave_eip")
            if name in gateway
        ]
        private = [gateway.get("access_private_ip_1"), gateway.get("access_private_ip_2")]
        assert row["vgw_ip"] in eips + private
    kinds = {
        (row["network_type"], row["attachment_type"], row["ha_mode"])
        for row in gateways.values()
        if "ha_mode" in row
    }
    assert kinds >= {
        ("public", "vpc", "active-active"),
        ("public", "vpc", "active-standby"),
        ("private", "vpc", "active-active"),
        ("public", "er", "active-active"),
    }


def test_log_has_newest_entry_first(alice: Reader) -> None:
    down = alice.server.rows("vpn-one", "vpn_connections")[3]
    logs = alice.ask(f"vpn-connection/{down['id']}/log").json()["logs"]
    assert [set(entry) for entry in logs] == [{"time", "raw_message"}] * 2
    assert logs[0]["time"] > logs[1]["time"]
    assert "peer does not respond" in logs[0]["raw_message"]
    empty = alice.ask(f"vpn-connection/{alice.id_of('office-hamburg-2')}/log")
    assert empty.json()["logs"] == []
    refused(alice.ask(f"vpn-connection/{alice.id_of('plant-abnormal')}/log"), 400, "VPN.0304")


def test_single_objects_tags_and_quotas_are_returned(alice: Reader) -> None:
    body = alice.ask(f"vpn-connection/{alice.id_of('plant-leipzig')}").json()
    monitor = alice.ask(f"connection-monitors/{body['vpn_connection']['connection_monitor_id']}")
    assert monitor.json()["connection_monitor"]["vpn_connection_id"] == body["vpn_connection"]["id"]
    tags = alice.ask(f"vpn-connection/{alice.id_of('office-berlin-1')}/tags").json()
    assert tags == {
        "tags": [{"key": "site", "value": "berlin"}, {"key": "owner", "value": "network-team"}]
    }
    assert {"key": "site", "values": ["berlin"]} in alice.ask("vpn-connection/tags").json()["tags"]
    quotas = alice.ask("vpn/quotas").json()["quotas"]["resources"]
    assert {"type": "vpn_connection", "quota": 5000, "used": 17} in quotas
    zones = alice.ask("vpn-gateways/availability-zones").json()["availability_zones"]
    assert zones["professional1"]["vpc"]


def test_unknown_ids_and_other_projects_are_rejected(alice: Reader) -> None:
    foreign = alice.server.rows("vpn-two", "vpn_connections")[0]["id"]
    refused(alice.ask(f"vpn-connection/{foreign}"), 404, "VPN.0004")
    alice.url = f"{alice.server.url}/v5/{alice.server.project_id('vpn-two')}"
    refused(alice.ask("vpn-connection"), 403, "VPN.0003")


def test_invalid_token_is_rejected(alice: Reader) -> None:
    alice.headers = {"X-Auth-Token": "x"}
    assert alice.ask("vpn-connection").status_code == 401


def test_catalog_lists_enterprise_on_demand() -> None:
    for kind in ("evpn", "vpn"):
        with MockApi(enterprise_type=kind) as server:
            reader = Reader(server, "alice", "vpn-one")
            (entry,) = (row for row in reader.token["catalog"] if row["type"] == kind)
            assert entry["endpoints"][0]["url"] == reader.url


def test_neutron_has_no_enterprise_api() -> None:
    with MockApi("neutron") as server:
        assert Reader(server, "alice", "vpn-one").ask("vpn-connection").status_code == 404


def test_bulk_is_made_of_pairs() -> None:
    with MockApi(enterprise_connections=1000) as server:
        reader = Reader(server, "carl", "vpn-bulk")
        pages = reader.pages("vpn-connection", "vpn_connections", 200)
        rows = {row["id"]: row for page in pages for row in page}
        assert [len(page) for page in pages] == [200] * 5 + [0]
        assert len(rows) == 1000
        pairs = {(row["vgw_id"], row["cgw_id"]) for row in rows.values()}
        assert len(pairs) == 500
        customers = reader.pages("customer-gateways", "customer_gateways", 200)
        assert sum(map(len, customers)) == 500


def test_quirks_change_list(alice: Reader) -> None:
    def rows(*quirks: str, **query: t.Any) -> Row:
        alice.server.fault("/vpn-connection", quirks=list(quirks))
        return t.cast("Row", alice.ask("vpn-connection", **query).json())

    assert len(rows("duplicate_ids")["vpn_connections"]) == 34
    assert set(rows("missing_fields")["vpn_connections"][0]) == {"id", "name"}
    assert rows("null_fields")["vpn_connections"][0]["status"] is None
    masked = rows("masked_addresses")["vpn_connections"][0]
    assert masked["ikepolicy"]["peer_id"] == "198.***.***.10"
    assert masked["peer_subnets"] == ["192.168.10.0/24", "192.168.11.0/24"]
    assert set(rows("no_page_info")) == {"vpn_connections", "request_id"}
    assert rows("small_total")["total_count"] == 1
    assert rows("ignore_project", enterprise_project_id="x")["page_info"]["current_count"] == 17
    marker = rows(limit=2)["page_info"]["next_marker"]
    first = rows("inclusive_marker", limit=2, marker=marker)["vpn_connections"][0]
    assert first["created_at"] == marker
    assert rows("ignore_marker", limit=2, marker=marker) != rows(limit=2, marker=marker)


def test_page_is_smaller_than_limit_on_demand() -> None:
    with MockApi(enterprise_connections=300) as server:
        reader = Reader(server, "carl", "vpn-bulk")
        server.fault("/vpn-connection", quirks=["clamp_limit"])
        assert len(reader.ask("vpn-connection", limit=2000).json()["vpn_connections"]) == 200
