# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows to facts: normalized, redacted, selected and resolved, without any server."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._vpn.facts import normalize, pick_fields
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import (
    CONNECTION,
    ENDPOINT_GROUP,
    IKE_POLICY,
    IPSEC_POLICY,
    SUBNET,
    VPN_SERVICE,
    Kind,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.matching import (
    filter_rows,
    find_named,
    normalize_address,
    tag_pairs,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.resolving import (
    referenced_ids,
    referenced_subnets,
    resolve_references,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.states import normalize_status

from tests.mock_api import MockApi
from tests.unit.clients import LIST, Row, client_of, gathered

KINDS = (CONNECTION, VPN_SERVICE, IKE_POLICY, IPSEC_POLICY, ENDPOINT_GROUP)


def fact(**row: t.Any) -> Row:
    """Return the fact of one connection."""
    return normalize(CONNECTION, [{"id": "x", **row}])[0]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.singular)
def test_every_documented_field_is_there_and_null_where_server_has_none(kind: Kind) -> None:
    (empty,) = normalize(kind, [{"id": "x"}])
    state = {"state": "unknown"} if kind is CONNECTION else {}
    assert set(empty) == {*kind.fields, *state} - {"psk"}
    assert {name: value for name, value in empty.items() if value is not None} == {
        "id": "x",
        **state,
    }


def test_quirk_01_psk_is_dropped_unless_requested() -> None:
    assert "psk" not in normalize(CONNECTION, [{"id": "x", "psk": "p"}])[0]
    assert normalize(CONNECTION, [{"id": "x", "psk": "p"}], include_psk=True)[0]["psk"] == "p"
    assert normalize(CONNECTION, [{"id": "x"}], include_psk=True)[0]["psk"] is None


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ("ACTIVE", "ACTIVE"),
        ("Active", "ACTIVE"),
        ("PENDING CREATE", "PENDING_CREATE"),
        (" pending \t update ", "PENDING_UPDATE"),
        ("PENDING_DELETE", "PENDING_DELETE"),
        ("FROZEN", "FROZEN"),
        ("", None),
        ("  ", None),
        (None, None),
        (7, 7),
        (["ACTIVE"], ["ACTIVE"]),
    ],
)
def test_quirk_12_every_status_is_normalized(sent: t.Any, word: t.Any) -> None:
    assert fact(status=sent)["status"] == word
    assert normalize_status(sent) == word


def test_quirk_12_missing_status_is_null() -> None:
    assert fact()["status"] is None


def test_quirk_12_filter_knows_every_notation() -> None:
    rows = [fact(status=word) for word in ("PENDING CREATE", "pending_create", "Active", "", 7)]
    assert len(filter_rows(rows, {"status": ["pending create"]})) == 2
    assert len(filter_rows(rows, {"status": ["active", "PENDING_CREATE"]})) == 3
    assert filter_rows(rows, {"status": ["DOWN"]}) == []
    assert filter_rows(rows, {"status": []}) == []


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"status": "Active"}, "up"),
        ({"status": "DOWN"}, "down"),
        ({"status": "pending create"}, "pending"),
        ({"status": "BUILD"}, "pending"),
        ({"status": "ERROR"}, "error"),
        ({"status": "FROZEN"}, "error"),
        ({"status": "FREEZED"}, "error"),
        ({"status": "SHINY"}, "unknown"),
        ({"status": ["ACTIVE"]}, "unknown"),
        ({}, "unknown"),
        ({"status": "ACTIVE", "admin_state_up": False}, "disabled"),
        ({"status": "DOWN", "admin_state_up": None}, "down"),
        ({"status": "DOWN", "state": "up"}, "down"),
    ],
)
def test_connection_has_one_state(row: Row, state: str) -> None:
    assert fact(**row)["state"] == state


@pytest.mark.parametrize(
    ("sent", "project_id", "tenant_id"),
    [
        ({"tenant_id": "a"}, "a", "a"),
        ({"project_id": "a"}, "a", "a"),
        ({"project_id": "a", "tenant_id": "b"}, "a", "b"),
        ({"project_id": "", "tenant_id": "b"}, "b", "b"),
        ({"project_id": None, "tenant_id": None}, None, None),
    ],
)
def test_quirk_13_project_and_tenant_are_both_set(
    sent: Row, project_id: str | None, tenant_id: str
) -> None:
    row = fact(**sent)
    assert (row["project_id"], row["tenant_id"]) == (project_id, tenant_id)
    if project_id:
        assert filter_rows([row], {"project_id": project_id}) == [row]


@pytest.mark.parametrize(
    ("sent", "dpd"),
    [
        (
            {"dpd": {"action": "hold", "interval": 30, "timeout": 120}},
            {"action": "hold", "interval": 30, "timeout": 120},
        ),
        (
            {"dpd_action": "hold", "dpd_interval": "30", "dpd_timeout": 120},
            {"action": "hold", "interval": 30, "timeout": 120},
        ),
        ({"action": "clear"}, {"action": "clear", "interval": None, "timeout": None}),
        ({"dpd": "hold"}, None),
        ({"dpd": None}, None),
        ({}, None),
    ],
)
def test_quirk_13_dead_peer_detection_is_normalized(sent: Row, dpd: Row | None) -> None:
    assert fact(**sent)["dpd"] == dpd


@pytest.mark.parametrize(
    ("sent", "mtu"),
    [
        ("1400", 1400),
        (1400, 1400),
        ("auto", "auto"),
        ("", ""),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, "9" * 19),
    ],
)
def test_quirk_13_numbers_as_strings_are_converted(sent: t.Any, mtu: t.Any) -> None:
    assert fact(mtu=sent)["mtu"] == mtu
    for kind in (IKE_POLICY, IPSEC_POLICY):
        row = {"id": "x", "lifetime": {"units": "seconds", "value": sent}}
        assert normalize(kind, [row])[0]["lifetime"] == {"units": "seconds", "value": mtu}


def test_quirk_13_nulls_stay_nulls_and_vendor_fields_are_kept() -> None:
    nulls = ("name", "local_ep_group_id", "peer_ep_group_id", "peer_cidrs", "tags", "created_at")
    row = fact(**dict.fromkeys(nulls), local_id="@here", vendor={"a": [1]})
    assert all(row[name] is None for name in nulls)
    assert row["local_id"] == "@here"
    assert row["vendor"] == {"a": [1]}


@pytest.mark.parametrize("flavor", ["otc", "neutron"])
def test_quirk_13_rows_of_both_servers_have_same_fields(flavor: str) -> None:
    with MockApi(flavor) as mock_api:
        rows = gathered(client_of(mock_api))
        assert [row["name"] for row in rows] == [row["name"] for row in mock_api.rows("vpn-one")]
        for row in rows:
            assert set(CONNECTION.fields) - {"psk"} <= set(row)
            assert row["project_id"] == row["tenant_id"] == mock_api.project_id("vpn-one")


def test_quirk_16_down_and_disabled_are_no_errors(mock_api: MockApi) -> None:
    rows = gathered(client_of(mock_api), filters={"status": ["DOWN"], "admin_state_up": False})
    assert "data-center-vienna" in [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("tags", "pairs"),
    [
        ([{"key": "a", "value": "b"}], [("a", "b")]),
        ([{"key": "a"}, {"key": "c", "value": None}], [("a", ""), ("c", "")]),
        ({"a": "b", "c": None}, [("a", "b"), ("c", "")]),
        ({"key": "b"}, [("b", "")]),
        ([{"a": "b"}], [("a", "b")]),
        (["a=b", "c", "d=e=f"], [("a", "b"), ("c", ""), ("d", "e=f")]),
        (None, []),
        ("a=b", []),
        ([None, 7, [], {}], []),
    ],
)
def test_tags_in_any_form_match(tags: t.Any, pairs: list[tuple[str, str]]) -> None:
    assert tag_pairs(tags) == pairs


def test_all_tags_must_match_and_empty_value_matches_any() -> None:
    rows = [
        fact(name="both", tags=[{"key": "site", "value": "a"}, {"key": "owner", "value": ""}]),
        fact(name="one", tags=[{"key": "site", "value": "a"}]),
        fact(name="other", tags=[{"key": "site", "value": "b"}]),
        fact(name="none"),
    ]

    def names(**tags: t.Any) -> list[str]:
        return [row["name"] for row in filter_rows(rows, {"tags": tags})]

    assert names(site="a") == ["both", "one"]
    assert names(site="") == names(site=None) == ["both", "one", "other"]
    assert names(site="a", owner="") == ["both"]
    assert names(owner="x") == []
    assert names() == ["both", "one", "other", "none"]


def test_addresses_are_compared_as_addresses() -> None:
    rows = [
        fact(peer_address=text) for text in ("2001:DB8::1", "192.0.2.1", "VPN.example.com.", None)
    ]

    def found(address: str) -> list[t.Any]:
        return [row["peer_address"] for row in filter_rows(rows, {"peer_address": address})]

    assert found("2001:db8:0:0::1") == ["2001:DB8::1"]
    assert found("192.0.2.1") == ["192.0.2.1"]
    assert found("vpn.Example.com") == found("vpn.example.com.") == ["VPN.example.com."]
    assert found("1:2") == []
    # Names of hosts are the same for every notation.
    assert normalize_address("VPN.example.com.") == "vpn.example.com"
    assert normalize_address("2001:DB8:0::1") == "2001:db8::1"
    assert normalize_address("1:2") == "1:2"


def test_names_and_ids_of_objects_are_filters() -> None:
    ids = ["a", "b", None, ["a"], "c"]
    rows = [fact(id=f"x{n}", name=f"y{n}", vpnservice_id=one) for n, one in enumerate(ids)]
    for filters, found in (
        ({"name": "y1"}, [1]),
        ({"name": "x1"}, [1]),
        ({"name": "z1"}, []),
        ({"vpnservice_id": ["a", "c"]}, [0, 4]),
        ({"vpnservice_id": []}, []),
        ({"vpnservice_id": None}, [0, 1, 2, 3, 4]),
        ({}, [0, 1, 2, 3, 4]),
    ):
        assert [rows.index(row) for row in filter_rows(iter(rows), filters)] == found


def test_quirk_13_boolean_as_string_is_boolean_and_number_is_not() -> None:
    rows = [fact(admin_state_up=value) for value in (True, 1, "True", None, False, 0, "false", "x")]

    def found(value: bool) -> list[t.Any]:
        return [rows.index(row) for row in filter_rows(rows, {"admin_state_up": value})]

    assert [row["admin_state_up"] for row in rows] == [True, 1, True, None, False, 0, False, "x"]
    assert len(found(True)) == len(found(False)) == 2
    assert [rows[6]["state"], rows[7]["state"]] == ["disabled", "unknown"]


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        *((name, True) for name in ("PSK", "psk_new", "pre_shared_key", "preSharedKey", "secret")),
        *((name, True) for name in ("client-secret", "auth.psk", "password", "X-Auth-Token")),
        *((name, False) for name in ("keyword", "auth_mode", "vendor", "monkey", "key", "passive")),
    ],
)
def test_quirk_01_secret_under_another_name_is_dropped_at_any_depth(
    name: str, dropped: bool
) -> None:
    for include_psk in (False, True):
        row = {
            "id": "x",
            "psk": "p",
            name: "s",
            "auth": {name: "s", "method": "m"},
            "dpd": {"action": "hold", "more": [[{name: "s"}]]},
        }
        (fact_,) = normalize(CONNECTION, [row], include_psk)
        for holder in (fact_, fact_["auth"], fact_["dpd"]["more"][0][0]):
            assert (name in holder) is not dropped
        assert fact_["auth"]["method"] == "m"
        assert fact_.get("psk") == ("p" if include_psk else None)


def test_value_nested_too_deeply_is_null_and_hides_nothing_else() -> None:
    deep: t.Any = "end"
    for _level in range(300):
        deep = [deep] if _level % 2 else {"a": deep}
    row = fact(name="n", status="ACTIVE", tags=deep, vendor=deep)
    assert row["tags"] is row["vendor"] is None
    assert (row["name"], row["state"]) == ("n", "up")


def test_tags_match_booleans_of_yaml() -> None:
    rows = [
        fact(name=name, tags=[{"key": "critical", "value": value}])
        for name, value in (("a", "True"), ("b", "true"), ("c", True), ("d", "false"), ("e", "yes"))
    ]
    for wanted, names in ((True, "abc"), (False, "d"), ("true", "bc"), ("True", "a")):
        found = filter_rows(rows, {"tags": {"critical": wanted}})
        assert "".join(row["name"] for row in found) == names


@pytest.mark.parametrize("value", [7, 1.5, True, ["a"], {"a": 1}, [["a"]]])
@pytest.mark.parametrize("name", ["name", "status", "peer_address", "tags", "id_"])
def test_field_of_wrong_type_hides_no_other_connection(name: str, value: t.Any) -> None:
    rows = [fact(**{name: value}), fact(name="n", status="ACTIVE", peer_address="192.0.2.1")]
    for filters in ({"status": ["ACTIVE"]}, {"peer_address": "192.0.2.1"}, {"name": "n"}):
        assert filter_rows(rows, filters) == [rows[1]]
    assert filter_rows(rows, {"tags": {"b": ""}}) == []


UUID = "7d1f4c1e-8a5b-4c58-9d2e-0b6f3c1a9e5a"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("berlin", [0, 2]),
        ("Berlin", []),
        # A name goes first, because an ID has another form.
        ("paris", [3]),
        ("rome", [1]),
        ("ROME", [1]),
        # An ID goes first in the form of one.
        (UUID, [4]),
        (UUID.upper(), [4]),
        (UUID.replace("4c1e", "4c1f"), [6]),
        ("", []),
    ],
)
def test_value_is_name_or_id_by_its_form(value: str, found: list[int]) -> None:
    rows: list[Row] = [
        {"id": "a", "name": "berlin"},
        {"id": "rome", "name": None},
        {"id": "b", "name": "berlin"},
        {"id": "c", "name": "paris"},
        {"id": UUID, "name": "vienna"},
        {"id": "paris", "name": UUID},
        {"id": "d", "name": UUID.replace("4c1e", "4c1f")},
    ]
    assert [rows.index(row) for row in find_named(iter(rows), value)] == found


def test_only_requested_fields_and_id_are_kept() -> None:
    assert pick_fields([fact(name="a")], ["mtu", "name"]) == [{"id": "x", "mtu": None, "name": "a"}]


SUBNETS = {"s1": {"id": "s1", "cidr": "10.0.1.0/24"}, "s2": {"id": "s2", "cidr": "10.0.2.0/24"}}
OBJECTS: dict[Kind, dict[str, Row]] = {
    VPN_SERVICE: {
        "v": {
            "id": "v",
            "external_v4_ip": "203.0.113.1",
            "external_v6_ip": "2001:db8::1",
            "subnet_id": "s1",
        },
        "v6": {
            "id": "v6",
            "external_v4_ip": None,
            "external_v6_ip": "2001:db8::6",
            "subnet_id": "",
        },
        "odd": {"id": "odd", "external_v4_ip": "", "external_v6_ip": 7, "subnet_id": 7},
    },
    IKE_POLICY: {"i": {"id": "i"}},
    IPSEC_POLICY: {"p": {"id": "p"}},
    ENDPOINT_GROUP: {
        "local": {"id": "local", "type": "subnet", "endpoints": ["s1", "s2"]},
        "half": {"id": "half", "type": "subnet", "endpoints": ["s1", "gone"]},
        "peer": {"id": "peer", "type": "cidr", "endpoints": ["192.168.0.0/24"]},
        "odd": {"id": "odd", "type": "vlan", "endpoints": ["7"]},
        "none": {"id": "none", "type": "subnet", "endpoints": None},
        "junk": {"id": "junk", "type": "cidr", "endpoints": [7]},
    },
    SUBNET: SUBNETS,
}
BOTH = ["10.0.1.0/24", "10.0.2.0/24"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(
            {"local_ep_group_id": "local", "peer_ep_group_id": "peer", "vpnservice_id": "v"},
            (BOTH, ["192.168.0.0/24"]),
            id="endpoint groups",
        ),
        pytest.param(
            {"peer_cidrs": ["172.16.0.0/12"], "vpnservice_id": "v"},
            (["10.0.1.0/24"], ["172.16.0.0/12"]),
            id="service's subnet and peer_cidrs",
        ),
        pytest.param(
            {"local_ep_group_id": "local", "peer_cidrs": ["172.16.0.0/12"], "vpnservice_id": "v"},
            (BOTH, ["172.16.0.0/12"]),
            id="mixed",
        ),
        pytest.param(
            {"peer_ep_group_id": "peer", "peer_cidrs": ["172.16.0.0/12"]},
            (None, ["192.168.0.0/24"]),
            id="the group counts, not peer_cidrs",
        ),
        pytest.param({"peer_ep_group_id": "local"}, (None, BOTH), id="subnets of the cloud"),
        pytest.param({"vpnservice_id": "odd"}, (None, None), id="odd service"),
        pytest.param({"vpnservice_id": "v6"}, (None, None), id="nothing known"),
        pytest.param(
            {"local_ep_group_id": "half"}, (None, None), id="never a part of the networks"
        ),
        pytest.param(
            {"local_ep_group_id": "gone", "peer_ep_group_id": "gone", "peer_cidrs": ["10.0.0.0/8"]},
            (None, None),
            id="groups that are not there",
        ),
        pytest.param(
            {"local_ep_group_id": "odd", "peer_ep_group_id": "none"}, (None, None), id="odd groups"
        ),
        pytest.param({"peer_ep_group_id": "junk", "peer_cidrs": 7}, (None, None), id="junk"),
        pytest.param({"peer_cidrs": "10.0.0.0/8"}, (None, None), id="no list"),
        pytest.param(
            {"local_ep_group_id": ["local"], "vpnservice_id": {"id": "v"}},
            (None, None),
            id="no ids",
        ),
    ],
)
def test_quirk_15_networks_of_both_sides_are_resolved(
    row: Row, expected: tuple[list[str] | None, list[str] | None]
) -> None:
    answer = resolve_references(fact(**row), CONNECTION.resolved, OBJECTS)
    assert (answer["local_cidrs"], answer["remote_cidrs"]) == expected


@pytest.mark.parametrize(
    ("peer_address", "service", "address"),
    [
        ("198.51.100.1", "v", "203.0.113.1"),
        ("2001:db8:1::1", "v", "2001:db8::1"),
        ("vpn.example.com", "v", "203.0.113.1"),
        ("vpn.example.com", "v6", "2001:db8::6"),
        ("198.51.100.1", "v6", None),
        ("198.51.100.1", "odd", None),
        ("2001:db8:1::1", "odd", None),
        (None, "v", "203.0.113.1"),
        ("198.51.100.1", "gone", None),
        ("198.51.100.1", None, None),
    ],
)
def test_gateway_has_ip_version_of_peer(
    peer_address: str | None, service: str | None, address: str | None
) -> None:
    row = fact(peer_address=peer_address, vpnservice_id=service)
    assert resolve_references(row, CONNECTION.resolved, OBJECTS)["local_address"] == address


REFERRING = {
    "vpnservice_id": "v",
    "ikepolicy_id": "i",
    "ipsecpolicy_id": "p",
    "local_ep_group_id": "local",
    "peer_ep_group_id": "half",
}


def test_values_of_objects_that_were_not_read_are_null() -> None:
    for row in (REFERRING, dict.fromkeys(REFERRING, "")):
        values = resolve_references(fact(**row), CONNECTION.resolved, {})
        assert values == dict.fromkeys(CONNECTION.resolved)


@pytest.mark.parametrize(
    ("changes", "names", "ids", "subnets"),
    [
        ({}, ["ike_policy"], {IKE_POLICY: {"i"}}, set()),
        ({}, ["remote_cidrs"], {ENDPOINT_GROUP: {"half"}}, {"s1", "gone"}),
        ({}, ["local_cidrs"], {ENDPOINT_GROUP: {"local"}}, {"s1", "s2"}),
        (
            {},
            ["remote_cidrs", "local_cidrs"],
            {ENDPOINT_GROUP: {"local", "half"}},
            {"s1", "s2", "gone"},
        ),
        ({"peer_ep_group_id": "peer"}, ["remote_cidrs"], {ENDPOINT_GROUP: {"peer"}}, set()),
        ({"local_ep_group_id": None}, ["local_cidrs"], {VPN_SERVICE: {"v"}}, {"s1"}),
        (
            {"local_ep_group_id": None, "vpnservice_id": "v6"},
            ["local_cidrs"],
            {VPN_SERVICE: {"v6"}},
            set(),
        ),
        (
            {"local_ep_group_id": None},
            ["remote_cidrs", "vpn_service"],
            {VPN_SERVICE: {"v"}, ENDPOINT_GROUP: {"half"}},
            {"s1", "gone"},
        ),
        ({}, ["local_address"], {VPN_SERVICE: {"v"}}, set()),
        ({}, ["local_ep_group"], {ENDPOINT_GROUP: {"local"}}, set()),
        (
            {"local_ep_group_id": "peer"},
            ["local_cidrs", "vpn_service"],
            {VPN_SERVICE: {"v"}, ENDPOINT_GROUP: {"peer"}},
            set(),
        ),
        ({name: ["x"] for name in REFERRING}, ["ike_policy", "local_cidrs"], {}, set()),
        (dict.fromkeys(REFERRING, ""), ["vpn_service", "local_cidrs"], {}, set()),
    ],
)
def test_only_objects_of_named_values_are_read(
    changes: Row, names: list[str], ids: dict[Kind, set[str]], subnets: set[str]
) -> None:
    row = fact(**{**REFERRING, **changes})
    found = {kind: some for kind, some in referenced_ids([row], names).items() if some}
    assert found == ids
    objects = {kind: {one: OBJECTS[kind][one] for one in some} for kind, some in found.items()}
    assert referenced_subnets([row], names, objects) == subnets


def test_unusual_names_are_kept(mock_api: MockApi) -> None:
    rows = gathered(client_of(mock_api))
    for row, original in zip(rows, mock_api.rows("vpn-one"), strict=True):
        for name in ("name", "description", "peer_id", "tags"):
            assert row[name] == original[name]
    mock_api.fault(LIST, body={CONNECTION.plural: [{"id": "x", "name": "\ud800 half"}]}, count=None)
    assert gathered(client_of(mock_api))[0]["name"] == "? half"
