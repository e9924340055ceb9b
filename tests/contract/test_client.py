# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client and the facts on both worlds."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import Client, connect
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import merge_options
from ansible_collections.otc.vpn.plugins.module_utils._vpn.gathering import (
    Messages,
    Selection,
    gather,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import (
    CONNECTION,
    ENDPOINT_GROUP,
    IKE_POLICY,
    IPSEC_POLICY,
    VPN_SERVICE,
    Kind,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.paging import list_rows

from tests.contract.world import BULK, SCENARIO, World
from tests.openstack import Servers

ALICE = SCENARIO["projects"][0]
WANTED = ALICE["ipsec_site_connections"]


def client(environment: t.Mapping[str, str], **options: t.Any) -> Client:
    return connect(merge_options(options, environment))


def connections(world: World, user: str = "alice", **wanted: t.Any) -> list[dict[str, t.Any]]:
    """Return the facts of a user's connections, with no warning."""
    warnings: list[str] = []
    report = Messages(warn=warnings.append, debug=lambda _message: None)
    facts = gather(client(world.environment(user)), CONNECTION, Selection(**wanted), report)
    assert warnings == []
    return facts


def test_every_connection_is_fact_without_its_psk(world: World) -> None:
    facts = {row["id"]: row for row in connections(world)}
    assert len(facts) == len(WANTED)
    for position, wanted in enumerate(WANTED):
        fact = facts[world.server.id_of("vpn-one", position)]
        assert "psk" not in fact
        for name in ("name", "description", "peer_address", "admin_state_up", "dpd", "mtu"):
            assert fact[name] == wanted[name], (position, name)
        assert fact["status"] == wanted["status"].replace(" ", "_")
        assert fact["project_id"] == fact["tenant_id"] == world.server.project_id("vpn-one")


def test_psk_comes_on_request(world: World) -> None:
    facts = connections(world, include_psk=True)
    assert sorted(row["psk"] for row in facts) == sorted(row["psk"] for row in WANTED)


def test_connection_is_found_by_name_and_id(world: World) -> None:
    assert [row["name"] for row in connections(world, name="branch-munich")] == ["branch-munich"]
    assert len(connections(world, name="branch-berlin")) == 3
    object_id = world.server.id_of("vpn-one", 3)
    assert [row["id"] for row in connections(world, name=object_id)] == [object_id]
    assert connections(world, name=world.server.id_of("vpn-two", 0)) == []
    assert connections(world, name="no such name") == []


@pytest.mark.parametrize("position", range(len(WANTED)))
def test_unusual_names_are_found(world: World, position: int) -> None:
    name = WANTED[position]["name"]
    wanted = [row for row in WANTED if row["name"] == name]
    assert [row["name"] for row in connections(world, name=name)] == [name] * len(wanted)


def test_filters_select(world: World) -> None:
    down = connections(world, filters={"status": ["down"]})
    assert len(down) == len([row for row in WANTED if row["status"] == "DOWN"]) > 0
    disabled = connections(world, filters={"admin_state_up": False})
    assert len(disabled) == len([row for row in WANTED if not row["admin_state_up"]]) > 0
    of_service = connections(world, vpn_service="plants")
    assert len(of_service) == len([row for row in WANTED if row["vpnservice"] == "plants"]) > 0


def test_only_requested_fields_are_returned(world: World) -> None:
    facts = connections(world, fields=["name", "status"])
    assert {frozenset(row) for row in facts} == {frozenset({"id", "name", "status"})}


def test_resolved_networks_are_those_of_scenario(world: World) -> None:
    subnets = {
        subnet["name"]: subnet["cidr"]
        for network in ALICE["networks"]
        for subnet in network["subnets"]
    }
    groups = {group["name"]: group for group in ALICE["endpoint_groups"]}
    services = {service["name"]: service for service in ALICE["vpnservices"]}
    routers = {router["name"]: router for router in ALICE["routers"]}
    facts = {row["id"]: row for row in connections(world, resolve=True)}
    for position, wanted in enumerate(WANTED):
        fact = facts[world.server.id_of("vpn-one", position)]
        service = services[wanted["vpnservice"]]
        v4, v6 = routers[service["router"]]["external_fixed_ips"]
        assert fact["local_address"] == (v6 if ":" in wanted["peer_address"] else v4)
        if "local_ep_group" in wanted:
            local = [subnets[name] for name in groups[wanted["local_ep_group"]]["endpoints"]]
            remote = groups[wanted["peer_ep_group"]]["endpoints"]
        else:
            local, remote = [subnets[service["subnet"]]], wanted["peer_cidrs"]
        assert sorted(fact["local_cidrs"]) == sorted(local), position
        assert sorted(fact["remote_cidrs"]) == sorted(remote), position
        assert fact["vpn_service"]["name"] == wanted["vpnservice"]
        assert fact["ike_policy"]["name"] == wanted["ikepolicy"]
        assert fact["ipsec_policy"]["name"] == wanted["ipsecpolicy"]


@pytest.mark.parametrize("kind", [VPN_SERVICE, IKE_POLICY, IPSEC_POLICY, ENDPOINT_GROUP])
def test_other_kinds_are_listed(world: World, kind: Kind) -> None:
    report = Messages(warn=pytest.fail, debug=lambda _message: None)
    facts = gather(client(world.environment()), kind, Selection(), report)
    assert sorted(row["name"] for row in facts) == sorted(row["name"] for row in ALICE[kind.plural])
    assert {frozenset(kind.fields) - set(row) for row in facts} == {frozenset()}


@pytest.mark.parametrize("paged", [False, True])
def test_each_of_2000_rows_is_returned_once(world: World, paged: bool) -> None:
    environment = world.paged_environment("carl") if paged else world.environment("carl")
    found = list_rows(client(environment), CONNECTION, [("fields", "id"), ("fields", "name")])
    assert len({row["id"] for row in found}) == len(found) == BULK


def test_forbidden_and_empty_lists_are_empty(world: World) -> None:
    assert connections(world, "rita") == []
    assert connections(world, "emil") == []


def test_token_that_is_invalid_is_rejected_with_sentence(world: World) -> None:
    known = world.environment()
    with pytest.raises(VpnError, match=r"HTTP 404\): Could not recognize"):
        list_rows(
            client(
                {},
                auth_type="token",
                auth={"auth_url": known["OS_AUTH_URL"], "token": "gAAAAno-token"},
                endpoint=world.server.url,
            ),
            CONNECTION,
        )


def test_wrong_password_is_rejected_with_sentence(world: World) -> None:
    environment = {**world.environment(), "OS_PASSWORD": "wrong-and-secret"}
    with pytest.raises(VpnError, match="rejected the credentials") as caught:
        client(environment)
    assert "wrong-and-secret" not in str(caught.value)


def test_unknown_region_lists_available_regions(world: World) -> None:
    environment = {**world.environment(), "OS_REGION_NAME": "nowhere"}
    with pytest.raises(VpnError, match=r"region nowhere.*RegionOne"):
        client(environment)


def test_policy_can_hide_psk(openstack: World) -> None:
    assert isinstance(openstack.server, Servers)
    with openstack.server.policy(**{"get_ipsec_site_connection:psk": "role:admin"}):
        facts = connections(openstack, include_psk=True)
    assert len(facts) == len(WANTED)
    assert {row["psk"] for row in facts} == {None}


def test_forbidden_objects_are_null_with_one_warning(openstack: World) -> None:
    assert isinstance(openstack.server, Servers)
    warnings: list[str] = []
    report = Messages(warn=warnings.append, debug=lambda _message: None)
    wanted = Selection(name="branch-munich", resolve=True)
    with openstack.server.policy(get_subnet="!", get_ikepolicy="!"):
        (fact,) = gather(client(openstack.environment()), CONNECTION, wanted, report)
    assert fact["ike_policy"] is None
    assert fact["local_cidrs"] is None
    assert fact["ipsec_policy"]["name"] == "esp-ecp"
    assert len(warnings) == 2
    assert any("IKE policy" in warning for warning in warnings)
    assert any("subnet" in warning for warning in warnings)
