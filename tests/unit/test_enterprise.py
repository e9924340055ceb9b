# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enterprise Edition VPN: rows to neutral facts, pages by marker, logs, and the quirks of the API."""

from __future__ import annotations

import copy
import json
import time
import typing as t
from collections import Counter
from types import SimpleNamespace

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import Client, connect
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._vpn.enterprise import (
    log_entries,
    neutral_facts,
    normalize_enterprise,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.enterprise_reader import list_rows
from ansible_collections.otc.vpn.plugins.module_utils._vpn.gathering import Selection
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import (
    CUSTOMER_GATEWAY,
    ENTERPRISE_CONNECTION,
    ENTERPRISE_GATEWAY,
    Kind,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.waiting import Wait, wait_for_status
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mock_api import MockApi
from tests.unit.clients import Row, Sentences, failure, gathered, ids, options_for, tokens_of
from tests.unit.connections import changed

UUID = "7d1f4c1e-8a5b-4c58-9d2e-0b6f3c1a9e5a"
KINDS = (ENTERPRISE_CONNECTION, ENTERPRISE_GATEWAY, CUSTOMER_GATEWAY)
CONNECTIONS = "/vpn-connection"

GATEWAY: Row = {
    "id": "g",
    "name": "offices",
    "status": "ACTIVE",
    "vpc_id": "v",
    "eip1": {"id": "e1", "ip_address": "203.0.113.60"},
    "eip2": {"id": "e2", "ip_address": "203.***.***.61"},
    "local_subnets": ["10.60.0.0/24", "10.60.1.0/24"],
}
CUSTOMER: Row = {"id": "c", "name": "berlin", "id_type": "ip", "id_value": "198.51.100.10"}
POLICY: Row = {
    "id": "x",
    "name": "office-berlin-1",
    "status": "ACTIVE",
    "vgw_id": "g",
    "vgw_ip": "e1",
    "cgw_id": "c",
    "style": "POLICY",
    "peer_subnets": ["192.168.99.0/24"],
    "policy_rules": [
        {"rule_index": 1, "source": "10.60.0.0/24", "destination": ["192.168.10.0/24"]},
        {"rule_index": 2, "source": "10.60.0.0/24", "destination": ["192.168.11.0/24"]},
    ],
    "ikepolicy": {
        "ike_version": "v2",
        "authentication_algorithm": "sha2-256",
        "encryption_algorithm": "aes-128",
        "dh_group": "group15",
        "authentication_method": "pre-share",
        "lifetime_seconds": 86400,
        "local_id": "203.0.113.60",
        "peer_id_type": "ip",
        "peer_id": "198.51.100.10",
        "dpd": {"timeout": 15, "interval": 30, "msg": "seq-hash-notify"},
    },
    "ipsecpolicy": {
        "authentication_algorithm": "sha2-256",
        "encryption_algorithm": "aes-128",
        "pfs": "group15",
        "transform_protocol": "esp",
        "lifetime_seconds": 3600,
        "encapsulation_mode": "tunnel",
    },
    "tags": [{"key": "site", "value": "berlin"}],
}


def client_of(where: MockApi, user: str = "alice", **options: t.Any) -> Client:
    """Return a client of Enterprise Edition VPN."""
    given = options_for(where, user, enterprise_endpoint=where.url, **options)
    return connect(given, "enterprise")


def neutral(row: Row, gateways: t.Sequence[Row] = (GATEWAY,), customer: Row | None = None) -> Row:
    """Return the neutral facts of a connection."""
    customer = customer or CUSTOMER
    (normal,) = normalize_enterprise(ENTERPRISE_CONNECTION, [copy.deepcopy(row)], "p")
    by_id: dict[str, list[Row]] = {}
    for gateway in gateways:
        by_id.setdefault(gateway["id"], []).append(gateway)
    return neutral_facts(normal, by_id, {customer["id"]: [customer]})


def without(row: Row, name: str) -> Row:
    """Return a row that lacks a field."""
    return {key: value for key, value in row.items() if key != name}


# --- the mapping ---


def test_policy_connection_has_facts_of_both_editions() -> None:
    facts = neutral(POLICY)
    assert facts["local_address"] == "203.0.113.60"
    assert facts["peer_address"] == "198.51.100.10"
    assert (facts["local_id"], facts["peer_id"]) == ("203.0.113.60", "198.51.100.10")
    assert facts["local_cidrs"] == ["10.60.0.0/24"]
    assert facts["remote_cidrs"] == ["192.168.10.0/24", "192.168.11.0/24"]
    assert facts["vpn_service"] == {**GATEWAY, "router_id": "v"}
    assert facts["vpnservice_id"] == "g"
    assert facts["tenant_id"] == "p"
    assert facts["auth_mode"] == "psk"
    assert facts["ike_policy"] == {
        "id": None,
        "name": None,
        "ike_version": "v2",
        "phase1_negotiation_mode": None,
        "auth_algorithm": "sha2-256",
        "encryption_algorithm": "aes-128",
        "pfs": "group15",
        "lifetime": {"units": "seconds", "value": 86400},
    }
    assert facts["ipsec_policy"] == {
        "id": None,
        "name": None,
        "transform_protocol": "esp",
        "encapsulation_mode": "tunnel",
        "auth_algorithm": "sha2-256",
        "encryption_algorithm": "aes-128",
        "pfs": "group15",
        "lifetime": {"units": "seconds", "value": 3600},
    }
    for name in ("initiator", "admin_state_up", "mtu", "description", "local_ep_group"):
        assert facts[name] is None


LIFETIME = {"units": "seconds", "value": 86400}


@pytest.mark.parametrize(
    ("changes", "path", "value"),
    [
        ({"ikepolicy__authentication_method": "digital-envelope-v2"}, "auth_mode", "digital-envelope-v2"),
        ({"ikepolicy__authentication_method": None}, "auth_mode", None),
        ({"ikepolicy": None}, "auth_mode", None),
        ({"ikepolicy": None}, "ike_policy", None),
        ({"ikepolicy": {}}, "ike_policy", None),
        ({"ikepolicy": None}, "dpd", None),
        ({"ipsecpolicy": None}, "ipsec_policy", None),
        ({"ikepolicy__dpd": {"timeout": 15}}, "dpd", None),
        ({"ikepolicy__dpd__interval": 0}, "dpd", {"action": None, "interval": 0, "timeout": None}),
        ({"ikepolicy__local_id": 7}, "local_id", None),
        ({"ikepolicy__peer_id": ["x"]}, "peer_id", None),
        ({"ikepolicy__peer_id_type": "any"}, "peer_id", None),
        ({"ikepolicy__peer_id_type": None}, "peer_id", "198.51.100.10"),
        ({"vgw_id": "gone"}, "vpn_service", None),
        ({"vgw_id": "gone"}, "vpnservice_id", "gone"),
        ({"ikepolicy__phase1_negotiation_mode": "main"}, "ike_policy__phase1_negotiation_mode", "main"),
        ({"ikepolicy__dh_group": None, "ikepolicy__pfs": "group14"}, "ike_policy__pfs", "group14"),
        ({"ikepolicy__pfs": "group14"}, "ike_policy__pfs", "group15"),
        ({"ikepolicy__lifetime_seconds": "86400"}, "ike_policy__lifetime", LIFETIME),
        ({"ikepolicy__lifetime_seconds": "9" * 18}, "ike_policy__lifetime__value", int("9" * 18)),
        ({"ikepolicy__lifetime_seconds": "9" * 19}, "ike_policy__lifetime__value", "9" * 19),
        ({"ikepolicy__lifetime_seconds": "soon"}, "ike_policy__lifetime__value", "soon"),
        ({"ikepolicy__lifetime_seconds": None}, "ike_policy__lifetime", None),
        ({"ipsecpolicy__encapsulation_mode": "transport"}, "ipsec_policy__encapsulation_mode", "transport"),
        ({"ipsecpolicy__encapsulation_mode": None}, "ipsec_policy__encapsulation_mode", "tunnel"),
    ],
)  # fmt: skip
def test_neutral_fact_has_value_of_api_or_null(changes: Row, path: str, value: t.Any) -> None:
    found: t.Any = neutral(changed(POLICY, **changes))
    for name in path.split("__"):
        found = found[name]
    assert found == value


def test_neutral_facts_never_overwrite_documented_field() -> None:
    names = set(neutral(POLICY))
    assert names == set(ENTERPRISE_CONNECTION.resolved)
    assert not names & set(ENTERPRISE_CONNECTION.fields)


@pytest.mark.parametrize(
    ("row", "address"),
    [
        (changed(POLICY, vgw_ip="10.62.0.11"), "10.62.0.11"),
        (changed(POLICY, vgw_ip="unknown"), None),
        (changed(POLICY, vgw_ip=None), None),
        (changed(POLICY, vgw_id="gone"), None),
        (changed(POLICY, vgw_ip=["e1"]), None),
    ],
)
def test_enterprise_quirk_01_gateway_address_comes_from_its_eip(
    row: Row, address: str | None
) -> None:
    assert neutral(row)["local_address"] == address


def test_enterprise_quirk_01_masked_address_and_repeated_id_are_no_failure() -> None:
    assert neutral(changed(POLICY, vgw_ip="e2"))["local_address"] is None
    twin = {"id": "g", "master_eip": {"id": "e9", "ip_address": "203.0.113.9"}}
    facts = neutral(changed(POLICY, vgw_ip="e9"), [GATEWAY, twin])
    assert facts["local_address"] == "203.0.113.9"
    assert facts["vpn_service"]["name"] == "offices"


@pytest.mark.parametrize("name", ["eip1", "eip2", "master_eip", "slave_eip"])
def test_gateway_address_is_that_of_any_eip_with_id_of_connection(name: str) -> None:
    for eip, vgw_ip, address in (
        ({"id": "e", "ip_address": "203.0.113.9"}, "e", "203.0.113.9"),
        ({"id": "e", "ip_address": "203.0.113.9"}, "f", None),
        ({"ip_address": "203.0.113.9"}, None, None),
    ):
        gateway = {"id": "g", name: eip}
        assert neutral(changed(POLICY, vgw_ip=vgw_ip), [gateway])["local_address"] == address


def test_enterprise_quirk_02_retransmission_time_is_no_dpd_timeout() -> None:
    assert neutral(POLICY)["dpd"] == {"action": None, "interval": 30, "timeout": None}
    assert neutral(changed(POLICY, ikepolicy__dpd=None))["dpd"] is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ACTIVE", "up"),
        ("DOWN", "down"),
        ("ERROR", "error"),
        ("FREEZED", "error"),
        ("PENDING_UPDATE", "pending"),
        ("UNKNOWN", "unknown"),
        ("FAULT", "unknown"),
        (None, "unknown"),
        (["ACTIVE"], "unknown"),
    ],
)
def test_enterprise_quirk_03_every_status_has_state(status: t.Any, state: str) -> None:
    row = changed(POLICY, status=status, admin_state_up=False)
    assert normalize_enterprise(ENTERPRISE_CONNECTION, [row], "p")[0]["state"] == state


@pytest.mark.parametrize(
    ("row", "local", "remote"),
    [
        (changed(POLICY, style="static"), GATEWAY["local_subnets"], ["192.168.99.0/24"]),
        (changed(POLICY, style="BGP"), GATEWAY["local_subnets"], ["192.168.99.0/24"]),
        (without(POLICY, "policy_rules"), GATEWAY["local_subnets"], ["192.168.99.0/24"]),
        (without(POLICY, "style"), ["10.60.0.0/24"], ["192.168.10.0/24", "192.168.11.0/24"]),
        (changed(POLICY, style="STATIC", vgw_id="er", peer_subnets=None), None, None),
        # Part of the networks is no answer.
        (changed(POLICY, policy_rules=[{"source": "10.0.0.0/8"}]), ["10.0.0.0/8"], None),
        (changed(POLICY, policy_rules=[*POLICY["policy_rules"], None]), None, None),
        (changed(POLICY, policy_rules="junk"), None, None),
        (changed(POLICY, policy_rules=7), None, None),
        (changed(POLICY, style="POLICY", policy_rules=[]), GATEWAY["local_subnets"], ["192.168.99.0/24"]),
        (changed(POLICY, style="STATIC", peer_subnets=["10.0.0.0/8", 7]), GATEWAY["local_subnets"], None),
        (changed(POLICY, style="STATIC", peer_subnets=[]), GATEWAY["local_subnets"], None),
        (changed(POLICY, style="STATIC", peer_subnets="10.0.0.0/8"), GATEWAY["local_subnets"], None),
    ],
)  # fmt: skip
def test_enterprise_quirk_03_rules_count_only_in_policy_style(
    row: Row, local: list[str] | None, remote: list[str] | None
) -> None:
    facts = neutral(row)
    assert (facts["local_cidrs"], facts["remote_cidrs"]) == (local, remote)


def test_peer_address_is_address_or_null() -> None:
    for customer, address in (
        ({"id": "c", "id_value": "paris.example.com", "id_type": "fqdn"}, None),
        ({"id": "c", "id_value": "paris.example.com", "ip": "198.51.100.7"}, "198.51.100.7"),
        ({"id": "c", "id_value": "198.***.***.95"}, None),
        ({"id": "c", "id_value": "198.51.100.8", "ip": "198.51.100.7"}, "198.51.100.8"),
        ({"id": "c"}, None),
        ({"id": "other", "id_value": "198.51.100.7"}, None),
    ):
        assert neutral(POLICY, customer=customer)["peer_address"] == address
    assert neutral(changed(POLICY, ikepolicy__peer_id_type="any"))["peer_id"] is None


def test_enterprise_quirk_04_every_field_missing_or_null_gives_facts() -> None:
    for name in POLICY:
        if name != "id":
            for row in (without(POLICY, name), changed(POLICY, **{name: None})):
                assert set(neutral(row)) == set(ENTERPRISE_CONNECTION.resolved)
    for outer in ("ikepolicy", "ipsecpolicy"):
        for name in POLICY[outer]:
            row = changed(POLICY, **{outer: without(POLICY[outer], name)})
            assert set(neutral(row)) == set(ENTERPRISE_CONNECTION.resolved)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=300)
@given(data=st.data(), value=json_values)
def test_field_of_wrong_type_gives_facts(data: st.DataObject, value: t.Any) -> None:
    row, gateway, customer = map(copy.deepcopy, (POLICY, GATEWAY, CUSTOMER))
    holder = data.draw(
        st.sampled_from(
            [
                row,
                row["ikepolicy"],
                row["ikepolicy"]["dpd"],
                row["ipsecpolicy"],
                row["policy_rules"][0],
                gateway,
                gateway["eip1"],
                customer,
            ]
        )
    )
    name = data.draw(st.sampled_from([key for key in holder if key != "id"]))
    holder[name] = value
    facts = neutral(row, [gateway], customer)
    json.dumps(facts)
    for name in ("local_cidrs", "remote_cidrs"):
        assert facts[name] is None or all(isinstance(one, str) for one in facts[name])
    for name in ("local_address", "peer_address"):
        assert facts[name] is None or isinstance(facts[name], str)


WRONG: tuple[t.Any, ...] = (
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    [],
    [None],
    ["x"],
    [{}],
    [[]],
    {},
    {"key": None},
    {"x": []},
)
FILTERS: dict[Kind, Row] = {
    ENTERPRISE_CONNECTION: {"status": ["ACTIVE"], "tags": {"site": ""}},
    ENTERPRISE_GATEWAY: {"status": ["ACTIVE"], "tags": {"site": ""}},
    CUSTOMER_GATEWAY: {"tags": {"site": ""}},
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.singular)
def test_each_field_missing_null_or_of_wrong_type_gives_facts_or_sentence(
    mock_api: MockApi, kind: Kind
) -> None:
    """One row for each field and value, in one list through all of the client."""
    whole = max(mock_api.rows("vpn-one", kind.plural), key=len)
    rows = [{**whole, "id": "whole"}]
    rows += [
        {**without(whole, name), "id": f"{name} missing"} for name in kind.fields if name != "id"
    ]
    rows += [
        {**whole, name: value, "id": f"{name} {number}"}
        for name in kind.fields
        if name != "id"
        for number, value in enumerate(WRONG)
    ]
    path = f"/{kind.path.strip('/')}"
    client = client_of(mock_api)
    wanted: Row = {"resolve": True} if kind is ENTERPRISE_CONNECTION else {}
    for selected in (wanted, {"filters": FILTERS[kind]}, {"name": "x"}):
        mock_api.reset()
        # Several calls, because a page of 200 rows has a next one.
        found: list[Row] = []
        for start in range(0, len(rows), 199):
            part = rows[start : start + 199]
            body = {kind.plural: part, "page_info": {}, "total_count": len(part)}
            mock_api.fault(path, body=body, count=1)
            found += gathered(client, kind, **selected)
        json.dumps(found)
        if selected is wanted:
            assert ids(found) == ids(rows)
            assert all(set(kind.fields) <= set(row) for row in found)
            assert all(isinstance(row["state"], str) for row in found if "state" in kind.names)
    no_id: t.Any
    for no_id in (None, True, 0, [], {}):
        mock_api.fault(path, body={kind.plural: [{**whole, "id": no_id}]}, count=None)
        assert "objects without an id" in failure(lambda: gathered(client, kind))
        mock_api.reset()
    no_list: t.Any
    for no_list in (None, 1, "x", {"id": "x"}, [1], [[]]):
        mock_api.fault(path, body={kind.plural: no_list}, count=None)
        assert "Unexpected response" in failure(lambda: gathered(client, kind))
        mock_api.reset()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.singular)
def test_every_documented_field_is_null_if_server_has_none(kind: Kind) -> None:
    (row,) = normalize_enterprise(kind, [{"id": "x"}], "p")
    assert set(kind.fields) <= set(row)
    assert (row["edition"], row["project_id"]) == ("enterprise", "p")
    assert {row[name] for name in kind.fields} == {"x", None}
    state = {"state"} if kind is ENTERPRISE_CONNECTION else set()
    assert set(row) == {*kind.fields, *state, "edition", "project_id"}
    (row,) = normalize_enterprise(kind, [{"id": "x", "status": "pending create"}], "p")
    assert row["status"] == ("PENDING_CREATE" if "status" in kind.fields else "pending create")


def test_secrets_are_dropped_from_every_row() -> None:
    row = changed(POLICY, psk="s", ikepolicy__pre_shared_key="s")
    (normal,) = normalize_enterprise(ENTERPRISE_CONNECTION, [row], "p")
    assert '"s"' not in json.dumps(normal)


# --- pages ---


class Pages:
    """Answers the pages that it is given, and records the queries."""

    url = "http://server/v5/p"
    session = SimpleNamespace(timeout=60.0)
    bytes_received = 0

    def __init__(self, *pages: Row) -> None:
        self.pages = list(pages)
        self.queries: list[dict[str, str]] = []

    def location(self, path: str) -> str:
        return f"{self.url}/{path}"

    def get(self, path: str, query: t.Sequence[tuple[str, str]]) -> Row:
        self.queries.append(dict(query))
        return self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]


def page(start: int, count: int, total: t.Any = None, marker: t.Any = "") -> Row:
    """Return a page of rows; their marker is the last row's time."""
    rows = [
        {"id": f"id-{number}", "created_at": f"time-{number}"}
        for number in range(start, start + count)
    ]
    marker = f"time-{start + count - 1}+08:00" if marker == "" else marker
    info = {"page_info": {"next_marker": marker, "current_count": count}} if marker else {}
    return {"vpn_connections": rows, **info, **({} if total is None else {"total_count": total})}


def listed(server: Pages) -> list[Row]:
    return list_rows(t.cast("Client", server), ENTERPRISE_CONNECTION)


def test_pages_are_followed_by_marker_with_limit_of_200() -> None:
    server = Pages(page(0, 200, 450), page(200, 200, 450), page(400, 50, 450))
    assert len(listed(server)) == 450
    assert server.queries == [
        {"limit": "200"},
        {"limit": "200", "marker": "time-199+08:00"},
        {"limit": "200", "marker": "time-399+08:00"},
    ]


def test_short_page_is_last_in_spite_of_its_marker() -> None:
    server = Pages(page(0, 12, 12))
    assert len(listed(server)) == 12
    assert len(server.queries) == 1


def test_row_of_earlier_page_is_dropped_and_twin_on_one_page_is_kept() -> None:
    twins = page(0, 199)
    twins["vpn_connections"].append({"id": "id-0", "name": "twin", "created_at": "time-199"})
    assert len(listed(Pages({**twins, "total_count": 201}, page(198, 2)))) == 201


def test_missing_rows_are_read_again_then_error() -> None:
    server = Pages(page(0, 200, 210), page(205, 5, 210), page(0, 200, 210), page(200, 10, 210))
    assert len(listed(server)) == 210
    with pytest.raises(VpnError) as caught:
        listed(Pages(page(0, 10, 12)))
    assert str(caught.value) == (
        "Cannot list Enterprise Edition VPN connection objects at http://server/v5/p/vpn-connection: "
        "the server returned 10 of 12 objects. Try again."
    )
    assert caught.value.temporary


@pytest.mark.parametrize("total", [1, 0, "12", None, True, -1])
def test_total_that_is_no_number_or_too_small_is_ignored(total: t.Any) -> None:
    assert len(listed(Pages(page(0, 10, total)))) == 10


def test_marker_that_repeats_ends_list() -> None:
    assert len(listed(Pages(page(0, 200, 200)))) == 200
    assert failure(lambda: listed(Pages(page(0, 200)))) == (
        "Pagination of GET http://server/v5/p/vpn-connection failed: the server returned the same "
        "marker twice."
    )


@pytest.mark.parametrize("marker", [None, 7, ["time"]])
def test_full_page_without_marker_is_error_unless_it_is_all(marker: t.Any) -> None:
    rows = [{"id": f"id-{number}", "created_at": marker} for number in range(200)]
    answer = {"vpn_connections": rows, "page_info": None}
    assert failure(lambda: listed(Pages(answer))) == (
        "Pagination of GET http://server/v5/p/vpn-connection failed: the server returned a full page "
        "without a marker."
    )
    assert len(listed(Pages({**answer, "total_count": 200}))) == 200


def test_list_without_pages_is_one_request_without_limit() -> None:
    server = Pages({"vpn_gateways": [{"id": "a"}, {"id": 1}, {"id": "1"}], "total_count": 9})
    assert len(list_rows(t.cast("Client", server), ENTERPRISE_GATEWAY)) == 3
    assert server.queries == [{}]


def test_full_page_without_marker_uses_time_of_its_last_row() -> None:
    server = Pages(page(0, 200, marker=None), page(200, 3, marker=None))
    assert len(listed(server)) == 203
    assert server.queries[1]["marker"] == "time-199"


# --- through the mock API server ---


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.singular)
def test_every_row_arrives_with_its_documented_fields(mock_api: MockApi, kind: Kind) -> None:
    rows = gathered(client_of(mock_api), kind)
    expected = {row["id"]: row for row in mock_api.rows("vpn-one", kind.plural)}
    assert len(expected) > 3
    assert sorted(ids(rows)) == sorted(expected)
    for row in rows:
        for name in kind.fields:
            assert row[name] == expected[row["id"]].get(name)
        assert row["project_id"] == mock_api.project_id("vpn-one")


def test_resolving_takes_one_token_and_three_lists(mock_api: MockApi) -> None:
    rows = gathered(client_of(mock_api), ENTERPRISE_CONNECTION, resolve=True)
    assert tokens_of(mock_api) == 1
    counted = Counter(one.path.rpartition("/")[2] for one in mock_api.requests)
    del counted["tokens"]
    assert counted == {"vpn-connection": 1, "vpn-gateways": 1, "customer-gateways": 1}
    berlin = next(row for row in rows if row["name"] == "office-berlin-1")
    assert berlin["local_address"] == "203.0.113.60"
    assert berlin["peer_address"] == "198.51.100.10"
    assert berlin["remote_cidrs"] == ["192.168.10.0/24", "192.168.11.0/24"]


def test_fields_request_only_lists_they_need_of_enterprise(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    for fields, paths in (
        (["name", "state", "remote_cidrs", "ike_policy"], {"vpn-connection"}),
        (["peer_address"], {"vpn-connection", "customer-gateways"}),
        (["local_address"], {"vpn-connection", "vpn-gateways"}),
    ):
        mock_api.requests.clear()
        rows = gathered(client, ENTERPRISE_CONNECTION, fields=fields)
        assert {tuple(row) for row in rows} == {("id", *sorted(fields, key=fields.index))} or all(
            set(row) == {"id", *fields} for row in rows
        )
        assert {one.path.rpartition("/")[2] for one in mock_api.requests} == paths


def test_filters_of_enterprise_select(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    all_rows = gathered(client, ENTERPRISE_CONNECTION)
    offices = mock_api.id_of("vpn-one", "offices", "vpn_gateways")
    berlin = mock_api.id_of("vpn-one", "berlin", "customer_gateways")
    branches = mock_api.id_of("vpn-one", "branches", "vpn_gateways")
    munich, hamburg = (
        mock_api.id_of("vpn-one", name, "customer_gateways") for name in ("munich", "hamburg")
    )
    # Names that look like IDs; that of Munich is the ID of Berlin, which takes precedence.
    mock_api.change(branches, name=UUID)
    mock_api.change(munich, name=berlin)
    mock_api.change(hamburg, name=UUID)
    for wanted, expected in (
        ({"gateway": "offices"}, [row for row in all_rows if row["vgw_id"] == offices]),
        ({"gateway": offices}, [row for row in all_rows if row["vgw_id"] == offices]),
        ({"customer_gateway": "berlin"}, [row for row in all_rows if row["cgw_id"] == berlin]),
        ({"gateway": "no such gateway"}, []),
        ({"gateway": UUID}, [row for row in all_rows if row["vgw_id"] == branches]),
        ({"customer_gateway": berlin}, [row for row in all_rows if row["cgw_id"] == berlin]),
        (
            {"gateway": offices, "customer_gateway": UUID},
            [row for row in all_rows if row["vgw_id"] == offices and row["cgw_id"] == hamburg],
        ),
        ({"gateway": UUID[:-1] + "f"}, []),
        ({"name": "office-berlin-1"}, [r for r in all_rows if r["name"] == "office-berlin-1"]),
        ({"name": all_rows[3]["id"]}, [all_rows[3]]),
        ({"name": "no such name"}, []),
        ({"filters": {"status": ["down"]}}, [r for r in all_rows if r["status"] == "DOWN"]),
    ):
        assert gathered(client, ENTERPRISE_CONNECTION, **wanted) == expected, wanted


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, {"error_code": "VPN.0003", "error_msg": "no permission"}),
        (500, {"error_code": "VPN.0005", "error_msg": "no permission"}),
    ],
)
def test_gateways_without_permission_are_null_with_warning(
    mock_api: MockApi, status: int, body: Row
) -> None:
    mock_api.fault("/vpn-gateways", status=status, body=body, count=None)
    told = Sentences()
    rows = gathered(client_of(mock_api), ENTERPRISE_CONNECTION, told, resolve=True)
    (warning,) = told.warnings
    assert "Cannot read VPN gateway objects" in warning
    assert all(row["vpn_service"] is None for row in rows)
    assert any(row["peer_address"] for row in rows)


@pytest.mark.parametrize(
    ("status", "code", "attempts"),
    [(500, "VPN.0005", 1), (403, "VPN.0003", 1), (500, "VPN.0003", 3), (409, "VPN.0003", 3)],
)
def test_missing_permission_is_not_retried_as_server_error(
    mock_api: MockApi, status: int, code: str, attempts: int
) -> None:
    body = {"error_code": code, "error_msg": "no"}
    headers = {"Retry-After": "0"}
    mock_api.fault("/vpn-connection", status=status, body=body, headers=headers, count=None)
    with pytest.raises(VpnError) as caught:
        gathered(client_of(mock_api, retries=2), ENTERPRISE_CONNECTION)
    assert ("Assign a role" in str(caught.value)) == (attempts == 1)
    assert caught.value.temporary == (attempts > 1)
    assert sum(one.path.endswith("/vpn-connection") for one in mock_api.requests) == attempts


@pytest.mark.parametrize("quirk", ["masked_addresses", "missing_fields", "null_fields"])
def test_enterprise_quirk_04_rows_of_any_completeness_are_all_there(
    mock_api: MockApi, quirk: str
) -> None:
    client = client_of(mock_api)
    count = len(gathered(client, ENTERPRISE_CONNECTION))
    mock_api.fault("/v5/", quirks=[quirk], count=None)
    rows = gathered(client, ENTERPRISE_CONNECTION, resolve=True)
    assert len(rows) == count
    if quirk != "masked_addresses":
        assert {row["state"] for row in rows} == {"unknown"}


def test_enterprise_quirk_05_no_filter_is_left_to_server(mock_api: MockApi) -> None:
    gathered(client_of(mock_api), ENTERPRISE_CONNECTION, gateway="offices", name="office-berlin-1")
    queries = [one.query for one in mock_api.requests if one.path.endswith(CONNECTIONS)]
    assert queries == [[("limit", "200")]]


def test_enterprise_quirk_07_empty_list_is_no_error_and_404_is(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    mock_api.fault(CONNECTIONS, body={"vpn_connections": [], "total_count": 0, "page_info": {}})
    assert gathered(client, ENTERPRISE_CONNECTION, resolve=True) == []
    mock_api.fault(CONNECTIONS, status=404, body={"error_msg": "API not found"}, count=None)
    sentence = failure(lambda: gathered(client, ENTERPRISE_CONNECTION))
    assert "HTTP 404: API not found" in sentence
    assert "the region has no Enterprise Edition VPN" in sentence
    for option in ("enterprise_endpoint", "region_name", "editions"):
        assert option in sentence


@pytest.mark.parametrize("wanted", [{}, {"name": "no such name"}, {"resolve": True}])
def test_enterprise_quirk_07_empty_classic_list_of_eu_de_names_other_edition(
    mock_api: MockApi, monkeypatch: pytest.MonkeyPatch, wanted: Row
) -> None:
    # The mock API server is the proxy, so it answers as the host of Open Telekom Cloud.
    monkeypatch.setenv("http_proxy", mock_api.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    warnings = {}
    for region in ("eu-de", "eu-nl"):
        endpoint = f"http://vpc.{region}.otc.t-systems.com"
        client = connect(options_for(mock_api, endpoint=endpoint, region_name=region))
        told = Sentences()
        if wanted.get("name") is None:
            assert gathered(client, told=told)
            assert told.warnings == []
            mock_api.fault("/ipsec-site-connections", body={"ipsec_site_connections": []})
        assert gathered(client, told=told, **wanted) == []
        warnings[region] = told.warnings
    (warning,) = warnings["eu-de"]
    assert "Classic VPN has ended in region eu-de" in warning
    assert "otc.vpn.enterprise_connection_info" in warning
    assert "set editions to enterprise" in warning
    assert warnings["eu-nl"] == []


def test_enterprise_quirk_08_id_that_is_no_uuid_is_found(mock_api: MockApi) -> None:
    object_id = "98c5af8a-demo-a8df-va86-ae2280a6f4c3"
    mock_api.fault(CONNECTIONS, body={"vpn_connections": [{"id": object_id}, {"id": "other"}]})
    rows = gathered(client_of(mock_api), ENTERPRISE_CONNECTION, name=object_id)
    assert ids(rows) == [object_id]


def test_enterprise_quirk_06_connections_with_one_name_are_all_returned(mock_api: MockApi) -> None:
    counted = Counter(row["name"] for row in mock_api.rows("vpn-one", "vpn_connections"))
    name, count = counted.most_common(1)[0]
    assert count > 1
    assert len(gathered(client_of(mock_api), ENTERPRISE_CONNECTION, name=name)) == count


def test_enterprise_connections_are_waited_for(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    down = next(
        row for row in mock_api.rows("vpn-one", "vpn_connections") if row["status"] == "DOWN"
    )
    mock_api.fault(CONNECTIONS, skip=1, change={down["id"]: {"status": "ACTIVE"}})
    wait = Wait(["active"], 20.0, 0.05)
    (row,) = wait_for_status(
        client.session,
        ENTERPRISE_CONNECTION,
        Selection(name=down["id"], fields=["state"]),
        Sentences().report,
        wait,
    )
    assert row == {"id": down["id"], "state": "up"}


# --- logs ---


def test_log_has_newest_entries_first() -> None:
    logs = [{"time": 1735024112 + number, "raw_message": f"m{number}"} for number in range(30)]
    entries = log_entries({"logs": logs})
    assert len(entries) == 20
    assert entries[0] == {"time": "2024-12-24T07:09:01Z", "message": "m29"}
    assert log_entries({"logs": []}) == log_entries({}) == log_entries({"logs": "junk"}) == []
    odd = [{"time": "x", "raw_message": None}, {"time": 10**30}, None, {"time": True}]
    assert log_entries({"logs": odd}) == [{"time": None, "message": None}] * 3
    mixed = [{"time": None, "raw_message": "a\nb"}, {"time": 0, "raw_message": 7}, {"time": "1"}]
    assert log_entries({"logs": mixed}) == [
        {"time": "1970-01-01T00:00:01Z", "message": None},
        {"time": "1970-01-01T00:00:00Z", "message": "7"},
        {"time": None, "message": "a b"},
    ]


def test_times_of_log_are_utc_in_any_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as environment:
        environment.setenv("TZ", "UTC-9")
        time.tzset()
        (entry,) = log_entries({"logs": [{"time": 1735024112}]})
    time.tzset()
    assert entry["time"] == "2024-12-24T07:08:32Z"


def test_log_is_read_for_what_is_not_up(mock_api: MockApi) -> None:
    told = Sentences()
    rows = gathered(client_of(mock_api), ENTERPRISE_CONNECTION, told, log=True, fields=["state"])
    assert all(row["log"] is None for row in rows if row["state"] == "up")
    logs = [row["log"] for row in rows if row["state"] != "up"]
    assert any(logs)
    asked = [one.path for one in mock_api.requests if one.path.endswith("/log")]
    assert len(asked) == len(logs)
    assert len(told.warnings) == (1 if None in logs else 0)


def test_log_of_connection_that_has_none_is_null_with_warning(mock_api: MockApi) -> None:
    mock_api.fault(
        CONNECTIONS, body={"vpn_connections": [{"id": "a/b", "name": "", "status": "DOWN"}]}
    )
    told = Sentences()
    (row,) = gathered(client_of(mock_api), ENTERPRISE_CONNECTION, told, log=True)
    assert row["log"] is None
    (warning,) = told.warnings
    assert warning.startswith("Cannot read the log of 1 connections, so log is null: a/b (")
    assert "HTTP 404" in warning
    assert mock_api.requests[-1].path.endswith("/vpn-connection/a%2Fb/log")


def test_log_that_is_not_supported_is_null_with_warning(mock_api: MockApi) -> None:
    body = {"error_code": "VPN.0304", "error_msg": "not supported"}
    mock_api.fault("/log", status=400, body=body, count=None)
    told = Sentences()
    rows = gathered(client_of(mock_api), ENTERPRISE_CONNECTION, told, log=True)
    assert {row["log"] for row in rows} == {None}
    (warning,) = told.warnings
    assert "VPN.0304" in warning
    mock_api.fault("/log", status=500, body={}, count=None)
    mock_api.faults.clear()
    mock_api.fault("/log", status=500, body={}, count=None)
    with pytest.raises(VpnError, match="HTTP 500"):
        gathered(client_of(mock_api), ENTERPRISE_CONNECTION, log=True)
