# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the API to a ping: what real Neutron says of a connection becomes a tunnel.

This one is for IKEv1; test_site_to_site.py has IKEv2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest

from tests.ansible_commands import Ansible
from tests.openstack import OpenStackError, Servers, servers
from tests.tunnel.neutron import configure_cloud
from tests.tunnel.role import run_role
from tests.tunnel.testbed import assert_pings_pass_encrypted, testbed
from tests.unavailable import unavailable

PSK = "chosen-on-both-sides"


@pytest.fixture(scope="module")
def openstack() -> Servers:
    """Return the running servers; without them the tests are skipped, with REQUIRE_ALL=1 they fail."""
    try:
        return servers()
    except OpenStackError as reason:
        unavailable(str(reason))


class Made(NamedTuple):
    """What was made through Neutron's API."""

    connect: Callable[[], str]  # makes the connection and tells its id
    disconnect: Callable[[], None]  # removes it
    ipsec_policy_id: str


@pytest.fixture
def made(openstack: Servers) -> Iterator[Made]:
    """Return a service, policies and endpoint groups, all made through Neutron's API and removed again."""
    alice = openstack.client("alice")
    with ExitStack() as everything, ExitStack() as connections:

        def make(stack: ExitStack, collection: str, **attributes: Any) -> str:
            row = alice.create(collection, name="tunnel-v1", **attributes)
            stack.callback(alice.delete, collection, row["id"])
            object_id: str = row["id"]
            return object_id

        algorithms = {"auth_algorithm": "sha256", "encryption_algorithm": "aes-256"}
        algorithms["pfs"] = "group14"
        router = openstack.id_of("vpn-one", "production", "routers")
        subnets = [
            openstack.id_of("vpn-one", name, "subnets")
            for name in ("production-app", "production-db")
        ]
        service = make(everything, "vpnservices", router_id=router)
        openstack.change_status(service, "ACTIVE")
        ike = make(everything, "ikepolicies", ike_version="v1", **algorithms)
        ipsec = make(everything, "ipsecpolicies", **algorithms)
        here = make(everything, "endpoint_groups", type="subnet", endpoints=subnets)
        there = make(everything, "endpoint_groups", type="cidr", endpoints=["192.168.77.0/24"])

        def connect() -> str:
            connection = make(
                connections,
                "ipsec_site_connections",
                psk=PSK,
                peer_address="203.0.113.77",
                peer_id="203.0.113.77",
                vpnservice_id=service,
                ikepolicy_id=ike,
                ipsecpolicy_id=ipsec,
                local_ep_group_id=here,
                peer_ep_group_id=there,
            )
            openstack.change_status(connection, "ACTIVE")
            return connection

        yield Made(connect, connections.close, ipsec)


def test_connection_of_neutron_becomes_tunnel(
    ansible: Ansible, openstack: Servers, made: Made
) -> None:
    def gather(connection_id: str) -> dict[str, Any]:
        asked = {"name": connection_id, "resolve": True}
        result = ansible.module("ipsec_connection_info", asked, openstack.environment())
        connection: dict[str, Any] = result["ipsec_connections"][0]
        return connection

    connection = gather(made.connect())
    assert connection["local_cidrs"] == ["10.10.0.0/24", "10.10.1.0/24"]
    assert connection["remote_cidrs"] == ["192.168.77.0/24"]
    with testbed(connection) as bed:
        configure_cloud(bed, connection, psk=PSK)
        answer = run_role(bed, connection, PSK)
        assert answer.ok, answer.output + bed.onprem.log.read_text()
        assert_pings_pass_encrypted(bed)

        # Neutron changes no policy that is in use: the connection has to be made anew.
        made.disconnect()
        policy = {"ipsecpolicy": {"encryption_algorithm": "aes-192", "pfs": "group20"}}
        openstack.client("alice").network(
            "PUT", f"vpn/ipsecpolicies/{made.ipsec_policy_id}", policy
        )
        changed = gather(made.connect())
        assert changed["ipsec_policy"]["encryption_algorithm"] == "aes-192"
        configure_cloud(bed, changed, psk=PSK)
        assert run_role(bed, {"id": connection["id"]}, None, state="absent").ok
        again = run_role(bed, changed, PSK)
        assert again.ok, again.output + bed.onprem.log.read_text()
        assert "AES_CBC-192" in bed.cloud.swanctl("--list-sas")
        assert_pings_pass_encrypted(bed)
