# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked for becomes requests and facts: look-ups, resolving, waiting."""

from __future__ import annotations

import threading
import typing as t
from collections import Counter

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import Client
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._vpn.gathering import (
    Selection,
    check_selection,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import (
    CONNECTION,
    ENDPOINT_GROUP,
    ENTERPRISE_CONNECTION,
    IKE_POLICY,
    IPSEC_POLICY,
    VPN_SERVICE,
    Kind,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.objects import Objects
from ansible_collections.otc.vpn.plugins.module_utils._vpn.waiting import Wait, wait_for_status

from tests.mock_api import MockApi
from tests.unit.clients import (
    LIST,
    TOKENS,
    Row,
    Sentences,
    client_of,
    failure,
    gathered,
    ids,
    lists_of,
    tokens_of,
)

REFERRED = ("vpn_service", "ike_policy", "ipsec_policy", "local_ep_group", "peer_ep_group")
SERVICES = "/v2.0/vpn/vpnservices"
GROUPS = "/v2.0/vpn/endpoint-groups"
SUBNETS = "/v2.0/subnets"


def by_name(rows: list[Row], name: str) -> Row:
    """Return the first of that name."""
    return next(row for row in rows if row["name"] == name)


# --- resolving ---


def test_resolving_takes_one_list_of_each_kind(mock_api: MockApi) -> None:
    rows = gathered(client_of(mock_api), resolve=True)
    assert all(row[name]["id"] for row in rows for name in REFERRED[:3])
    counted = Counter(one.path for one in mock_api.requests)
    assert set(counted.values()) == {1}
    del counted[TOKENS]
    assert len(counted) == 6


def test_resolving_many_needs_no_more_requests() -> None:
    with MockApi("otc", connections=600) as mock_api:
        rows = gathered(client_of(mock_api, "carl"), resolve=True)
        assert len(rows) == 600
        assert all(row["local_cidrs"] or row["vpn_service"]["subnet_id"] is None for row in rows)
        assert len(mock_api.requests) <= 7


def test_only_kinds_that_are_needed_are_requested(mock_api: MockApi) -> None:
    gathered(client_of(mock_api), resolve=True, name="plant-leipzig")
    assert GROUPS not in {one.path for one in mock_api.requests}
    mock_api.reset()
    assert gathered(client_of(mock_api), resolve=True, name="nothing") == []
    assert {one.path for one in mock_api.requests} == {TOKENS, LIST}


def test_quirk_15_networks_come_from_server(mock_api: MockApi) -> None:
    rows = gathered(client_of(mock_api), resolve=True)
    berlin = by_name(rows, "branch-berlin")
    assert berlin["local_cidrs"] == ["10.10.0.0/24", "10.10.1.0/24"]
    assert berlin["remote_cidrs"] == ["192.168.10.0/24", "192.168.11.0/24"]
    assert berlin["local_address"] == "203.0.113.10"
    leipzig = by_name(rows, "plant-leipzig")
    assert leipzig["local_cidrs"] == ["10.20.0.0/24"]
    assert leipzig["remote_cidrs"] == ["192.168.60.0/24"]
    assert leipzig["local_ep_group"] is None
    rotterdam = by_name(rows, "warehouse-rotterdam")
    assert rotterdam["local_address"] == "2001:db8:ffff::10"
    assert rotterdam["local_cidrs"] == ["2001:db8:10::/64"]
    assert rotterdam["remote_cidrs"] == ["2001:db8:4000::/48"]


@pytest.mark.parametrize("flavor", ["otc", "neutron"])
def test_order_of_servers_rows_changes_nothing_else(flavor: str) -> None:
    with MockApi(flavor) as mock_api:
        client = client_of(mock_api)
        plain = gathered(client, resolve=True)
        mock_api.fault("/v2.0/", quirks=["shuffle"], count=None)
        shuffled = gathered(client, resolve=True)
        assert ids(plain) != ids(shuffled)
        assert sorted(plain, key=lambda row: row["id"]) == sorted(
            shuffled, key=lambda row: row["id"]
        )


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(
    ("path", "title", "facts"),
    [
        (SERVICES, "VPN service", ["vpn_service"]),
        ("/v2.0/vpn/ikepolicies", "IKE policy", ["ike_policy"]),
        ("/v2.0/vpn/ipsecpolicies", "IPsec policy", ["ipsec_policy"]),
        (GROUPS, "endpoint group", ["local_ep_group", "peer_ep_group"]),
        (SUBNETS, "subnet", ["local_cidrs"]),
    ],
)
def test_quirk_07_forbidden_kind_is_null_with_one_warning(
    mock_api: MockApi, status: int, path: str, title: str, facts: list[str]
) -> None:
    mock_api.fault(path, status=status, body={"message": "policy says no"}, count=None)
    told = Sentences()
    rows = gathered(client_of(mock_api), told=told, resolve=True)
    assert len(rows) == 23
    assert all(by_name(rows, "branch-berlin")[name] is None for name in facts)
    (warning,) = told.warnings
    assert title in warning
    assert "policy says no" in warning


@pytest.mark.parametrize("status", [400, 401, 500])
def test_other_failure_of_kind_fails_lookup(mock_api: MockApi, status: int) -> None:
    mock_api.fault(SERVICES, status=status, body="", count=None)
    assert SERVICES in failure(lambda: gathered(client_of(mock_api), resolve=True))


def test_missing_objects_are_null_with_warning(mock_api: MockApi) -> None:
    group = mock_api.id_of("vpn-one", "cloud-app-db", "endpoint_groups")
    subnet = mock_api.id_of("vpn-one", "plants-control", "subnets")
    mock_api.remove(group)
    mock_api.remove(subnet)
    told = Sentences()
    rows = gathered(client_of(mock_api), told=told, resolve=True)
    berlin = by_name(rows, "branch-berlin")
    assert berlin["local_ep_group"] is None
    assert berlin["local_cidrs"] is None
    assert berlin["remote_cidrs"] == ["192.168.10.0/24", "192.168.11.0/24"]
    assert by_name(rows, "plant-leipzig")["local_cidrs"] is None
    assert len(told.warnings) == 2
    assert group in str(told.warnings)
    assert subnet in str(told.warnings)


@pytest.mark.parametrize("count", [5, 6])
def test_five_missing_objects_are_named(mock_api: MockApi, count: int) -> None:
    missing = [f"gone-{number}" for number in range(count)]
    used = ids(mock_api.rows("vpn-one"))[:count]
    for connection, service in zip(used, missing, strict=True):
        mock_api.change(connection, vpnservice_id=service)
    told = Sentences()
    gathered(client_of(mock_api), told=told, fields=["vpn_service"])
    assert told.warnings == [
        f"Cannot find {count} VPN service objects, so values that refer to them are null: gone-0, "
        f"gone-1, gone-2, gone-3, gone-4{' and others' if count > 5 else ''}."
    ]


def test_resolved_objects_have_documented_form_without_secrets(mock_api: MockApi) -> None:
    policy = mock_api.id_of("vpn-one", "ike-v2-ecp", "ikepolicies")
    mock_api.change(policy, vendor_psk="a-secret", vendor_note="kept", project_id=None)
    mock_api.fault("/v2.0/vpn/ikepolicies", quirks=["ignore_fields"])
    (row,) = gathered(client_of(mock_api), name="branch-munich", resolve=True)
    assert row["ike_policy"]["vendor_note"] == "kept"
    assert row["ike_policy"]["project_id"]
    assert row["ike_policy"]["project_id"] == row["ike_policy"]["tenant_id"]
    assert "a-secret" not in str(row)


def test_resolving_works_with_few_fields(mock_api: MockApi) -> None:
    (row,) = gathered(client_of(mock_api), name="branch-munich", fields=["status"], resolve=True)
    more = {*REFERRED, "local_address", "local_cidrs", "remote_cidrs"}
    assert set(row) == {"id", "status", *more}
    assert row["ike_policy"]["name"] == "ike-v2-ecp"
    assert row["remote_cidrs"] == ["192.168.20.0/24"]


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        (["name", "state"], set()),
        (["ike_policy"], {"/v2.0/vpn/ikepolicies"}),
        (["local_address"], {SERVICES}),
        (["peer_ep_group"], {GROUPS}),
        (["remote_cidrs"], {GROUPS}),
        (["name", "state", "local_cidrs"], {SERVICES, GROUPS, SUBNETS}),
    ],
    ids=lambda names: ",".join(sorted(names)),
)
def test_fields_request_only_lists_they_need(
    mock_api: MockApi, fields: list[str], paths: set[str]
) -> None:
    client = client_of(mock_api)
    everything = gathered(client, resolve=True)
    for resolve in (False, bool(paths)):
        mock_api.requests.clear()
        rows = gathered(client, fields=fields, resolve=resolve)
        assert rows == [{name: row[name] for name in ("id", *fields)} for row in everything]
        assert {one.path for one in mock_api.requests} == {LIST, *paths}


def test_fields_request_only_what_they_are_made_of(mock_api: MockApi) -> None:
    gathered(client_of(mock_api), fields=["state", "remote_cidrs"])
    (request,) = [one for one in mock_api.requests if one.path == LIST]
    asked = {value for name, value in request.query if name == "fields"}
    assert asked == {"id", "name", "status", "admin_state_up", "peer_ep_group_id", "peer_cidrs"}


def test_networks_of_endpoint_group_need_no_vpn_service(mock_api: MockApi) -> None:
    (row,) = gathered(client_of(mock_api), name="branch-munich", fields=["local_cidrs"])
    assert row["local_cidrs"] == ["10.10.0.0/24", "10.10.1.0/24"]
    assert {one.path for one in mock_api.requests} == {TOKENS, LIST, GROUPS, SUBNETS}


def test_reader_sees_no_objects(mock_api: MockApi) -> None:
    assert gathered(client_of(mock_api, "rita"), resolve=True) == []


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ({}, ()),
        ({"added": ["peer_address"]}, ("peer_address",)),
        ({"added": ["peer_address"], "fields": ["name"]}, ()),
        ({"added": ["peer_address"], "resolve": True}, ENTERPRISE_CONNECTION.resolved),
        ({"fields": ["name"], "resolve": True}, ENTERPRISE_CONNECTION.resolved),
        ({"fields": ["local_cidrs", "peer_address"], "resolve": True}, None),
        ({"fields": ["local_cidrs", "peer_address"]}, None),
    ],
)
def test_fields_resolve_and_added_tell_what_is_resolved(
    selection: Row, names: tuple[str, ...] | None
) -> None:
    found = Selection(**selection).resolved(ENTERPRISE_CONNECTION)
    assert set(found) == {"local_cidrs", "peer_address"} if names is None else found == names


# --- looking up ---


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (CONNECTION, "branch-munich"),
        (VPN_SERVICE, "plants"),
        (IKE_POLICY, "ike-v2-ecp"),
        (IPSEC_POLICY, "ah-laboratory"),
        (ENDPOINT_GROUP, "berlin"),
    ],
)
def test_every_kind_is_found_by_name_and_id(mock_api: MockApi, kind: Kind, name: str) -> None:
    client = client_of(mock_api)
    (named,) = gathered(client, kind, name=name)
    mock_api.requests.clear()
    (identified,) = gathered(client, kind, name=named["id"])
    assert named == identified
    assert [one.path for one in mock_api.requests] == [f"/v2.0/{kind.path}/{named['id']}"]
    assert gathered(client, kind, name="no such name") == []


def test_several_names_and_ids_are_one_list(mock_api: MockApi) -> None:
    munich = mock_api.id_of("vpn-one", "branch-munich")
    client = client_of(mock_api)
    mock_api.requests.clear()
    rows = gathered(client, name=["plant-leipzig", munich, "no such name"])
    assert sorted(row["name"] for row in rows) == ["branch-munich", "plant-leipzig"]
    assert lists_of(mock_api) == len(mock_api.requests) == 1
    assert gathered(client, name=[]) == []


def test_name_in_form_of_id_is_found(mock_api: MockApi) -> None:
    name = "00000000-0000-4000-8000-00000000abcd"
    munich = mock_api.id_of("vpn-one", "branch-munich")
    mock_api.change(munich, name=name)
    assert ids(gathered(client_of(mock_api), name=name)) == [munich]
    # An object with that ID takes precedence.
    mock_api.change(munich, name=mock_api.id_of("vpn-one", 0))
    assert ids(gathered(client_of(mock_api), name=mock_api.id_of("vpn-one", 0))) == [
        mock_api.id_of("vpn-one", 0)
    ]


def test_id_in_another_form_is_found(mock_api: MockApi) -> None:
    rows = [{"id": "conn7", "name": "odd"}, {"id": "conn8", "name": "conn7x"}]
    mock_api.fault(LIST, body={CONNECTION.plural: rows}, count=None)
    assert ids(gathered(client_of(mock_api), name="conn7")) == ["conn7"]


@pytest.mark.parametrize("body", ["<html></html>", {"message": "VPNaaS is not served here"}, {}])
def test_quirk_09_404_for_id_is_confirmed_with_list(mock_api: MockApi, body: t.Any) -> None:
    munich = mock_api.id_of("vpn-one", "branch-munich")
    mock_api.fault(f"{LIST}/", status=404, body=body, count=None)
    assert ids(gathered(client_of(mock_api), name=munich)) == [munich]
    mock_api.fault(LIST, status=404, body=body, count=None)
    assert "HTTP 404" in failure(lambda: gathered(client_of(mock_api), name=munich))


@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
@pytest.mark.parametrize("fields", [None, ["tags"], ["state"], ["name", "peer_address"]])
def test_quirk_02_single_supported_field_is_read_again(
    mock_api: MockApi, which: int, fields: list[str] | None
) -> None:
    client = client_of(mock_api)
    expected = gathered(client, fields=fields)
    requested = list(CONNECTION.default_fields) if fields is None else []
    if fields is not None:
        mock_api.requests.clear()
        gathered(client, fields=fields)
        requested = [value for name, value in mock_api.requests[0].query if name == "fields"]
    rows = [{requested[which]: row.get(requested[which])} for row in mock_api.rows("vpn-one")]
    mock_api.fault(f"{LIST}.*fields", body={CONNECTION.plural: rows})
    assert gathered(client, fields=fields) == expected


@pytest.mark.parametrize("option", ["status", "wait_for"])
def test_unknown_status_is_warning(option: str) -> None:
    told = Sentences()
    filters = {"status": ["UP"]} if option == "status" else {}
    wait_for = ["foo", "active"] if option == "wait_for" else []
    check_selection(CONNECTION, Selection(filters=filters), told.warnings.append, wait_for)
    (warning,) = told.warnings
    assert warning.startswith(f"{option} contains {'UP' if filters else 'foo'}, ")
    assert "Documented statuses: ACTIVE, DOWN" in warning


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (
            {"fields": ["name", "nmae", "b"]},
            "Unknown fields: b, nmae. Supported fields: id, name, ",
        ),
        ({"fields": ["psk"]}, "fields contains psk, which requires include_psk: true."),
        ({"fields": ["psk"], "include_psk": True}, None),
        ({"fields": ["id", "state", "local_cidrs"]}, None),
        ({}, None),
    ],
)
def test_fields_are_checked_without_request(selection: Row, expected: str | None) -> None:
    told = Sentences()
    if expected is None:
        check_selection(CONNECTION, Selection(**selection), told.warnings.append)
    else:
        sentence = failure(
            lambda: check_selection(CONNECTION, Selection(**selection), told.warnings.append)
        )
        assert sentence.startswith(expected)
    assert told.warnings == []


def test_service_by_name_with_resolve_is_listed_once(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    expected = [
        row for row in gathered(client, resolve=True) if row["vpn_service"]["name"] == "plants"
    ]
    mock_api.requests.clear()
    assert gathered(client, vpn_service="plants", resolve=True) == expected
    assert lists_of(mock_api, SERVICES) == 1


def test_connections_of_vpn_service_are_selected(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    service = mock_api.id_of("vpn-one", "plants", "vpnservices")
    expected = [row["id"] for row in mock_api.rows("vpn-one") if row["vpnservice_id"] == service]
    assert ids(gathered(client, vpn_service="plants")) == expected
    assert ids(gathered(client, vpn_service=service)) == expected
    assert ids(gathered(client, vpn_service="plants", fields=["name"])) == expected
    assert gathered(client, vpn_service="no such service") == []
    # A name that looks like an ID is one if no service has that ID.
    production = mock_api.id_of("vpn-one", "production", "vpnservices")
    name = "7d1f4c1e-8a5b-4c58-9d2e-0b6f3c1a9e5a"
    mock_api.change(service, name=name)
    mock_api.change(production, name=service)
    for fields in (None, ["name"]):
        assert ids(gathered(client, vpn_service=name, fields=fields)) == expected
        assert ids(gathered(client, vpn_service=service, fields=fields)) == expected
    assert ids(gathered(client, vpn_service=name, resolve=True)) == expected
    assert gathered(client, vpn_service=name[:-1] + "f") == []


def test_filters_must_all_match(mock_api: MockApi) -> None:
    filters = {"status": ["active"], "tags": {"owner": "network-team"}}
    rows = gathered(client_of(mock_api), filters=filters, vpn_service="production")
    assert [row["name"] for row in rows] == ["branch-berlin", "branch-munich"]
    filters = {"status": ["active"], "tags": {"owner": "network-team"}}
    rows = gathered(client_of(mock_api), filters=filters, fields=["mtu"])
    assert [set(row) for row in rows] == [{"id", "mtu"}] * 2


def test_connections_of_other_projects_are_excluded(mock_api: MockApi) -> None:
    bob = client_of(mock_api, "bob")
    assert len(gathered(bob)) == 5
    assert gathered(bob, name=mock_api.id_of("vpn-one", 0)) == []
    assert gathered(client_of(mock_api, "emil")) == []


@pytest.mark.parametrize(
    ("row", "owned"),
    [
        ({"project_id": "own"}, True),
        ({"tenant_id": "own", "project_id": None}, True),
        ({"project_id": "other"}, False),
        ({"tenant_id": "other"}, False),
        ({"project_id": None, "tenant_id": ""}, True),
        ({}, True),
    ],
)
def test_only_objects_of_other_projects_are_not_own(
    mock_api: MockApi, row: Row, owned: bool
) -> None:
    client = client_of(mock_api)
    client.auth.authenticate()
    assert client.auth.project
    given = {name: client.auth.project if one == "own" else one for name, one in row.items()}
    assert Objects(client).owns(given) is owned


@pytest.mark.parametrize("answer", [{}, [], None, "id", {"id": None}, {"id": 5}])
def test_response_without_the_changed_object_is_unexpected(
    mock_api: MockApi, answer: t.Any
) -> None:
    mock_api.fault("/vpn/ikepolicies", body={"ikepolicy": answer}, count=None)
    objects = Objects(client_of(mock_api))
    sentence = failure(lambda: objects.post(IKE_POLICY, {"name": "new"}))
    assert "Unexpected response from POST" in sentence
    assert "vpn/ikepolicies: has no object ikepolicy" in sentence
    assert "PUT" in failure(lambda: objects.put(IKE_POLICY, "some", {"name": "new"}))


# --- waiting ---


def waited(
    client: Client,
    states: list[str],
    told: Sentences | None = None,
    timeout: float = 30.0,
    interval: float = 0.1,
    **wanted: t.Any,
) -> list[Row]:
    """Return what a module with wait_for would return."""
    report = (told or Sentences()).report
    wait = Wait(states, timeout, interval)
    return wait_for_status(client.session, CONNECTION, Selection(**wanted), report, wait)


def test_no_wait_when_all_are_ready(mock_api: MockApi) -> None:
    assert len(waited(client_of(mock_api), ["ACTIVE"], name="branch-munich")) == 1
    assert lists_of(mock_api) == 1


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"name": "nothing"}, "Cannot wait for nothing"),
        ({"name": ["branch-munich", "nothing"]}, "Cannot wait for nothing"),
        (
            {"name": ["a", "b"]},
            "Cannot wait for a, b: no IPsec connection that matches the filters",
        ),
        ({"name": []}, "no IPsec connection matches"),
        ({"filters": {"status": ["FROZEN"]}}, "no IPsec connection matches"),
        ({"name": "branch-munich", "filters": {"status": ["DOWN"]}}, "for branch-munich"),
    ],
)
def test_waiting_for_nothing_is_failure(mock_api: MockApi, wanted: Row, words: str) -> None:
    assert words in failure(lambda: waited(client_of(mock_api), ["ACTIVE"], **wanted))


def test_waiting_for_several_names_is_one_list_poll(mock_api: MockApi) -> None:
    globex = mock_api.id_of("vpn-one", "partner-globex")
    mock_api.fault(LIST, skip=2, change={globex: {"status": "ACTIVE"}})
    names = ["partner-globex", mock_api.id_of("vpn-one", "branch-munich")]
    rows = waited(client_of(mock_api), ["ACTIVE"], name=names)
    assert sorted(row["name"] for row in rows) == ["branch-munich", "partner-globex"]
    assert lists_of(mock_api) == 3


def test_last_poll_is_before_timeout_shorter_than_interval(mock_api: MockApi) -> None:
    globex = mock_api.id_of("vpn-one", "partner-globex")
    mock_api.fault(LIST, skip=1, change={globex: {"status": "ACTIVE"}})
    rows = waited(
        client_of(mock_api), ["ACTIVE"], timeout=3, interval=600, name=["partner-globex", globex]
    )
    assert rows[0]["status"] == "ACTIVE"


def test_wait_timeout_bounds_request_in_flight(mock_api: MockApi) -> None:
    mock_api.fault(LIST, delay=3, count=None)
    sentence = failure(lambda: waited(client_of(mock_api), ["ACTIVE"], timeout=0.2))
    assert "Timed out after 0.2 seconds" in sentence
    assert "could not be read" in sentence


def test_wait_of_zero_seconds_reads_once(mock_api: MockApi) -> None:
    assert waited(client_of(mock_api), ["ACTIVE"], timeout=0, name="branch-munich")
    sentence = failure(
        lambda: waited(client_of(mock_api), ["ACTIVE"], timeout=0, name="branch-hamburg")
    )
    assert "branch-hamburg: DOWN" in sentence
    assert lists_of(mock_api) == 2


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("option", ["wait_timeout", "wait_interval"])
def test_wait_times_out_of_range_are_rejected(option: str, value: float) -> None:
    times = {"wait_timeout": 1.0, "wait_interval": 1.0, option: value}
    wait = Wait(["ACTIVE"], times["wait_timeout"], times["wait_interval"])
    assert f"{option} must be " in failure(wait.check)


def test_shortest_wait_times_are_accepted() -> None:
    Wait(["ACTIVE"], 0.0, 0.001).check()
    assert failure(Wait(["ACTIVE"], 0.0, 0.0).check) == (
        "wait_interval must be 0.001 to 604800, got: 0."
    )


def test_id_without_dashes_is_waited_for(mock_api: MockApi) -> None:
    rows = [{"id": "conn7", "name": "odd", "status": "DOWN"}]
    mock_api.fault(LIST, body={CONNECTION.plural: rows})
    mock_api.fault(LIST, body={CONNECTION.plural: [{**rows[0], "status": "ACTIVE"}]}, count=None)
    (row,) = waited(client_of(mock_api), ["ACTIVE"], fields=["name"], name="odd")
    assert row == {"id": "conn7", "name": "odd"}


def test_waiting_until_each_has_one_of_states(mock_api: MockApi) -> None:
    globex = mock_api.id_of("vpn-one", "partner-globex")
    paris = mock_api.id_of("vpn-one", "office-paris")
    mock_api.fault(LIST, skip=1, change={globex: {"status": "Active"}})
    mock_api.fault(LIST, skip=1, change={paris: {"status": "DOWN"}})
    pending = {"status": ["PENDING_CREATE", "PENDING_UPDATE"]}
    rows = waited(client_of(mock_api), ["active", "down"], filters=pending)
    assert {row["name"]: row["status"] for row in rows} == {
        "partner-globex": "ACTIVE",
        "office-paris": "DOWN",
    }
    assert tokens_of(mock_api) == 1


def test_wait_selection_is_made_at_start(mock_api: MockApi) -> None:
    globex = mock_api.id_of("vpn-one", "partner-globex")
    munich = mock_api.id_of("vpn-one", "branch-munich")
    # One comes to have the state of the filter, another ceases to: neither changes the choice.
    changes = {globex: {"status": "ACTIVE"}, munich: {"status": "PENDING_CREATE"}}
    mock_api.fault(LIST, skip=1, change=changes)
    rows = waited(client_of(mock_api), ["ACTIVE"], filters={"status": ["PENDING_CREATE"]})
    assert [row["name"] for row in rows] == ["partner-globex"]


def test_last_status_of_each_is_reported_on_timeout(mock_api: MockApi) -> None:
    sentence = failure(
        lambda: waited(client_of(mock_api), ["ACTIVE"], timeout=3, filters={"tags": {"site": ""}})
    )
    assert "after 3 seconds waiting for ACTIVE: 3 of 8 IPsec connection objects not" in sentence
    for state in (
        "branch-hamburg: DOWN",
        "office-paris: PENDING_UPDATE",
        "data-center-vienna: DOWN",
    ):
        assert state in sentence


def test_undocumented_status_is_waited_for(mock_api: MockApi) -> None:
    for status in (None, "", ["ACTIVE"], {"a": 1}):
        mock_api.change(mock_api.id_of("vpn-one", "branch-munich"), status=status)
        sentence = failure(
            lambda: waited(client_of(mock_api), ["ACTIVE"], timeout=0, name="branch-munich")
        )
        assert "branch-munich" in sentence


@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
def test_deletion_while_waiting_is_error(mock_api: MockApi, several: bool) -> None:
    globex = mock_api.id_of("vpn-one", "partner-globex")
    mock_api.fault(LIST, skip=1, change={globex: None})
    wanted: Row = {"name": "partner-globex"}
    if several:
        wanted = {"filters": {"tags": {"partner": ""}}}
    sentence = failure(lambda: waited(client_of(mock_api), ["ACTIVE"], **wanted))
    assert "deleted while waiting" in sentence
    assert "partner-globex: PENDING_CREATE" in sentence


def test_quirk_11_expired_token_is_renewed_while_waiting(mock_api: MockApi) -> None:
    globex = mock_api.id_of("vpn-one", "partner-globex")
    timer = threading.Timer(0.4, mock_api.revoke_tokens)
    timer.start()
    mock_api.fault(LIST, skip=8, change={globex: {"status": "ACTIVE"}})
    rows = waited(client_of(mock_api), ["ACTIVE"], name="partner-globex")
    timer.join()
    assert rows[0]["status"] == "ACTIVE"
    assert tokens_of(mock_api) == 2


def test_wait_and_resolve_work_together(mock_api: MockApi) -> None:
    (row,) = waited(
        client_of(mock_api), ["ACTIVE"], name="branch-munich", resolve=True, fields=["name"]
    )
    assert row["ike_policy"]["name"] == "ike-v2-ecp"
    assert "status" not in row


def test_timeout_is_temporary_and_names_what_has_no_name_by_its_id(mock_api: MockApi) -> None:
    munich, hamburg = (
        mock_api.id_of("vpn-one", name) for name in ("branch-munich", "branch-hamburg")
    )
    mock_api.change(munich, name="", status=None)
    with pytest.raises(VpnError) as caught:
        waited(client_of(mock_api), ["frozen", "BUILD"], timeout=0, name=[munich, hamburg])
    assert caught.value.temporary
    sentence, _bracket, statuses = str(caught.value).partition(" (")
    assert sentence == (
        "Timed out after 0 seconds waiting for FROZEN, BUILD: 2 of 2 IPsec connection objects not ready"
    )
    assert sorted(statuses.rstrip(").").split(", ")) == sorted(
        ("branch-hamburg: DOWN", f"{munich}: unknown")
    )


def test_transient_fault_does_not_end_waiting(mock_api: MockApi) -> None:
    globex = mock_api.id_of("vpn-one", "partner-globex")
    mock_api.fault(LIST, skip=1, status=503, body="", headers={"Retry-After": "0"})
    mock_api.fault(LIST, skip=2, change={globex: {"status": "ACTIVE"}})
    assert waited(client_of(mock_api, retries=1), ["ACTIVE"], name="partner-globex")
