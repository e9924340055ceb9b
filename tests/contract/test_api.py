# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API does where our code relies on it: the same on the mock API server and on Neutron.

What only Open Telekom Cloud has (the key `otc` in tests/scenario.yml) is left out here: the bundled
endpoint runs in its flavor `neutron`.
"""

from __future__ import annotations

import typing as t

import pytest
import requests

from tests.contract.world import SCENARIO, World

CONNECTIONS = "vpn/ipsec-site-connections"
KINDS = {
    CONNECTIONS: "ipsec_site_connections",
    "vpn/vpnservices": "vpnservices",
    "vpn/ikepolicies": "ikepolicies",
    "vpn/ipsecpolicies": "ipsecpolicies",
    "vpn/endpoint-groups": "endpoint_groups",
}
UNKNOWN = "00000000-0000-4000-8000-000000000000"
ALICE = SCENARIO["projects"][0]


def rows(answer: t.Any, kind: str = "ipsec_site_connections") -> list[dict[str, t.Any]]:
    assert answer.status == 200
    found: list[dict[str, t.Any]] = answer.json[kind]
    return found


def test_repeated_fields_select(world: World, token: str) -> None:
    found = rows(world.ask(CONNECTIONS, [("fields", "id"), ("fields", "name")], token=token))
    assert len(found) == len(ALICE["ipsec_site_connections"])
    assert all(set(row) == {"id", "name"} for row in found)


@pytest.mark.parametrize("value", ["id,name", "unheard_of"])
def test_meaningless_fields_return_empty_objects(world: World, token: str, value: str) -> None:
    found = rows(world.ask(CONNECTIONS, [("fields", value)], token=token))
    assert len(found) == len(ALICE["ipsec_site_connections"])
    assert not any(found)


def test_unknown_field_with_known_ones_is_ignored(world: World, token: str) -> None:
    query = [("fields", "id"), ("fields", "unheard_of"), ("fields", "tags")]
    assert {frozenset(row) for row in rows(world.ask(CONNECTIONS, query, token=token))} == {
        frozenset({"id"})
    }


def test_psk_is_returned_in_plain_text_without_fields(world: World, token: str) -> None:
    found = rows(world.ask(CONNECTIONS, token=token))
    wanted = [connection["psk"] for connection in ALICE["ipsec_site_connections"]]
    assert sorted(row["psk"] for row in found) == sorted(wanted)


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_every_kind_has_objects_of_scenario(world: World, token: str, path: str, kind: str) -> None:
    found = {row["id"]: row for row in rows(world.ask(path, token=token), kind)}
    assert len(found) == len(ALICE[kind])
    for position, wanted in enumerate(ALICE[kind]):
        row = found[world.server.id_of("vpn-one", position, kind)]
        for name, value in wanted.items():
            # an endpoint of type subnet is a name in the scenario, an id in the API
            if name in row and not (name == "endpoints" and wanted["type"] == "subnet"):
                assert row[name] == value, (kind, position, name)


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_both_servers_have_same_fields(world: World, token: str, path: str, kind: str) -> None:
    common = {"id", "name", "description", "project_id", "tenant_id"}
    policy = {"auth_algorithm", "encryption_algorithm", "pfs", "lifetime"}
    more = {
        "ipsec_site_connections": {
            "status",
            "admin_state_up",
            "peer_address",
            "peer_id",
            "local_id",
            "peer_cidrs",
            "local_ep_group_id",
            "peer_ep_group_id",
            "vpnservice_id",
            "ikepolicy_id",
            "ipsecpolicy_id",
            "psk",
            "initiator",
            "auth_mode",
            "route_mode",
            "mtu",
            "dpd",
        },
        "vpnservices": {
            "status",
            "admin_state_up",
            "router_id",
            "subnet_id",
            "external_v4_ip",
            "external_v6_ip",
            "flavor_id",
        },
        "ikepolicies": {*policy, "ike_version", "phase1_negotiation_mode"},
        "ipsecpolicies": {*policy, "transform_protocol", "encapsulation_mode"},
        "endpoint_groups": {"type", "endpoints"},
    }
    assert set(rows(world.ask(path, token=token), kind)[0]) == common | more[kind]


def test_repeated_filter_matches_any_value(world: World, token: str) -> None:
    def names(*values: str) -> list[str]:
        query = [("name", value) for value in values]
        return sorted(row["name"] for row in rows(world.ask(CONNECTIONS, query, token=token)))

    assert names("branch-berlin") == ["branch-berlin"] * 3
    assert names("branch") == []
    assert names("branch-munich", "plant-leipzig") == ["branch-munich", "plant-leipzig"]
    assert names("branch-munich,plant-leipzig") == []
    assert names("") == [""]


def test_different_filters_must_all_match(world: World, token: str) -> None:
    query = [("name", "branch-berlin"), ("status", "ACTIVE")]
    assert len(rows(world.ask(CONNECTIONS, query, token=token))) == 1


@pytest.mark.parametrize("value", ["false", "False"])
def test_boolean_filter_matches(world: World, token: str, value: str) -> None:
    found = rows(world.ask(CONNECTIONS, [("admin_state_up", value)], token=token))
    wanted = [row for row in ALICE["ipsec_site_connections"] if not row["admin_state_up"]]
    assert len(found) == len(wanted) > 0


@pytest.mark.parametrize("name", ["unheard_of", "tags", "peer_cidrs", "dpd"])
def test_unknown_filter_is_rejected(world: World, token: str, name: str) -> None:
    answer = world.ask(CONNECTIONS, [(name, "x")], token=token)
    assert answer.status == 400
    assert name in answer.json["NeutronError"]["message"]


def test_list_has_no_links_without_limit(world: World, token: str) -> None:
    assert set(world.ask(CONNECTIONS, token=token).json) == {"ipsec_site_connections"}


def test_limit_starts_pages_with_links_both_ways(world: World, token: str) -> None:
    answer = world.ask(CONNECTIONS, [("limit", 5), ("fields", "id")], token=token)
    assert len(rows(answer)) == 5
    links = {link["rel"]: link["href"] for link in answer.json["ipsec_site_connections_links"]}
    assert set(links) == {"next", "previous"}
    assert f"marker={rows(answer)[-1]['id']}" in links["next"]
    assert "limit=5" in links["next"]
    assert "fields=id" in links["next"]


def test_pages_have_every_row_once(world: World, token: str) -> None:
    whole = [row["id"] for row in rows(world.ask(CONNECTIONS, token=token))]
    found: list[str] = []
    marker: list[tuple[str, t.Any]] = []
    for _page in range(len(whole)):
        answer = world.ask(CONNECTIONS, [("limit", 5), *marker], token=token)
        found += [row["id"] for row in rows(answer)]
        if not any(link["rel"] == "next" for link in answer.json["ipsec_site_connections_links"]):
            break
        marker = [("marker", found[-1])]
    assert sorted(found) == sorted(whole)


def test_full_last_page_links_to_empty_one(world: World, token: str) -> None:
    count = len(ALICE["ipsec_site_connections"])
    full = world.ask(CONNECTIONS, [("limit", count)], token=token)
    assert "next" in [link["rel"] for link in full.json["ipsec_site_connections_links"]]
    after = [("limit", count), ("marker", rows(full)[-1]["id"])]
    empty = world.ask(CONNECTIONS, after, token=token)
    assert rows(empty) == []
    assert [link["rel"] for link in empty.json["ipsec_site_connections_links"]] == ["previous"]


@pytest.mark.parametrize("marker", [UNKNOWN, "no-uuid"])
def test_unknown_marker_returns_empty_page(world: World, token: str, marker: str) -> None:
    answer = world.ask(CONNECTIONS, [("limit", 5), ("marker", marker)], token=token)
    assert rows(answer) == []
    assert [link["rel"] for link in answer.json["ipsec_site_connections_links"]] == ["previous"]


def test_marker_without_limit_is_ignored(world: World, token: str) -> None:
    query = [("marker", world.server.id_of("vpn-one", 3))]
    assert len(rows(world.ask(CONNECTIONS, query, token=token))) == len(
        ALICE["ipsec_site_connections"]
    )


def test_limit_zero_is_no_limit(world: World, token: str) -> None:
    answer = world.ask(CONNECTIONS, [("limit", 0)], token=token)
    assert len(rows(answer)) == len(ALICE["ipsec_site_connections"])
    assert set(answer.json) == {"ipsec_site_connections"}


@pytest.mark.parametrize("limit", ["-1", "abc"])
def test_limit_that_is_invalid_is_rejected(world: World, token: str, limit: str) -> None:
    assert world.ask(CONNECTIONS, [("limit", limit)], token=token).status == 400


@pytest.mark.parametrize("query", [[], [("limit", 1000)], [("limit", 0)]])
def test_operator_limit_paginates_without_request(
    world: World, query: list[tuple[str, t.Any]]
) -> None:
    answer = world.ask(CONNECTIONS, [*query, ("fields", "id")], user="carl", paged=True)
    assert len(rows(answer)) == world.page
    assert "next" in [link["rel"] for link in answer.json["ipsec_site_connections_links"]]


def test_invalid_token_returns_401_of_keystone(world: World) -> None:
    answer = world.ask(CONNECTIONS, token="no-token")
    assert answer.status == 401
    assert answer.json["error"]["code"] == 401


def test_revoked_token_returns_401(world: World) -> None:
    token = world.token("alice")
    assert world.ask(CONNECTIONS, token=token).status == 200
    headers = {"X-Auth-Token": token, "X-Subject-Token": token}
    url = f"{world.server.auth_url}/auth/tokens"
    assert requests.delete(url, headers=headers, timeout=30).status_code == 204
    assert world.ask(CONNECTIONS, token=token).status == 401


def test_unknown_id_returns_404_of_neutron(world: World, token: str) -> None:
    answer = world.ask(f"{CONNECTIONS}/{UNKNOWN}", token=token)
    assert answer.status == 404
    assert UNKNOWN in answer.json["NeutronError"]["message"]


def test_id_of_other_project_returns_404(world: World, token: str) -> None:
    foreign = world.server.id_of("vpn-two", 0)
    answer = world.ask(f"{CONNECTIONS}/{foreign}", token=token)
    assert answer.status == 404
    assert foreign in answer.json["NeutronError"]["message"]


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_object_is_returned_by_id(world: World, token: str, path: str, kind: str) -> None:
    object_id = world.server.id_of("vpn-one", 0, kind)
    answer = world.ask(f"{path}/{object_id}", [("fields", "id"), ("fields", "name")], token=token)
    assert answer.status == 200
    (row,) = answer.json.values()
    assert row == {"id": object_id, "name": ALICE[kind][0]["name"]}


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_forbidden_list_is_empty_without_error(world: World, path: str, kind: str) -> None:
    assert rows(world.ask(path, user="rita"), kind) == []


def test_forbidden_object_is_404(world: World) -> None:
    object_id = world.server.id_of("vpn-one", 0)
    assert world.ask(f"{CONNECTIONS}/{object_id}", user="rita").status == 404


def test_empty_project_has_empty_list(world: World) -> None:
    assert rows(world.ask(CONNECTIONS, user="emil")) == []


def test_project_excludes_objects_of_others(world: World) -> None:
    found = rows(world.ask(CONNECTIONS, user="bob"))
    assert {row["id"] for row in found} == {world.server.id_of("vpn-two", n) for n in range(5)}


def test_unscoped_token_returns_empty_list(world: World) -> None:
    token = world.token("alice", unscoped={})
    assert rows(world.ask(CONNECTIONS, token=token)) == []


def test_subnets_have_networks_of_endpoint_groups(world: World, token: str) -> None:
    found = rows(
        world.ask("subnets", [("fields", "id"), ("fields", "cidr")], token=token), "subnets"
    )
    wanted = {subnet["cidr"] for network in ALICE["networks"] for subnet in network["subnets"]}
    assert wanted <= {row["cidr"] for row in found}


@pytest.mark.parametrize("method", ["PATCH"])
def test_other_methods_are_rejected(world: World, token: str, method: str) -> None:
    assert world.ask(CONNECTIONS, token=token, method=method).status == 405
