# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the pings that a tunnel to Neutron's strongSwan loses: `python -m tests.tunnel.measure`.

The role configures the on-premises side. Prints a table in Markdown, with five pings a second. The
arguments select rows by words of their names.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from ansible_collections.otc.vpn.plugins.plugin_utils._peer.peer import create_peer
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.swanctl import Configuration, configure

from tests.tunnel.connections import PSK, connection
from tests.tunnel.neutron import configure_cloud, tunnel_to
from tests.tunnel.role import run_role
from tests.tunnel.testbed import Testbed, wait_until

STRONG = ("aes-256 sha2-256 group14", "aes-256 sha2-256 group14")
START: dict[str, Any] = {"initiator": "response-only"}
# a dead peer is noticed within the outage
DPD: dict[str, Any] = {"dpd": {"action": "restart", "interval": 5, "timeout": 15}}
SECOND: dict[str, Any] = {
    "id": "4b8f2a52-0000-4000-8000-000000000002",
    "name": "second",
    "local_cidrs": ["10.4.0.0/24"],
    "remote_cidrs": ["10.3.0.0/24"],
}


class Case(NamedTuple):
    """A row of the table."""

    connections: Sequence[dict[str, Any]]
    variables: Mapping[str, Any] = {}
    """Variables of the role, without their prefix."""


def cases() -> dict[str, Case]:
    """Return the rows by their names."""
    rows: dict[str, Case] = {}
    for version in ("v2", "v1"):
        usual = connection(version, *STRONG) | START | DPD
        networks = connection(version, *STRONG, networks=2) | START | DPD
        email = usual | {"peer_id": "@branch", "local_id": "@cloud"}
        # the driver's @ makes a key ID of it
        key_ids = usual | {"peer_id": "#6272616e6368", "local_id": "#636c6f7564"}
        names = usual | {"peer_id": "C=DE, CN=branch", "local_id": "C=DE, CN=cloud"}
        rows |= {
            f"IKE{version}, one network": Case([usual]),
            f"IKE{version}, two networks each": Case([networks]),
            f"IKE{version}, bi-directional": Case([usual | {"initiator": "bi-directional"}]),
            f"IKE{version}, domain names": Case(
                [usual | {"peer_id": "branch", "local_id": "cloud"}]
            ),
            f"IKE{version}, e-mail addresses": Case([email]),
            f"IKE{version}, key IDs": Case(
                [key_ids], {"local_id": "keyid:branch", "remote_id": "keyid:cloud"}
            ),
            f"IKE{version}, distinguished names": Case([names], {"id_types": "value"}),
            f"IKE{version}, two connections": Case([usual, usual | SECOND]),
        }
    return rows


class Tunnel(NamedTuple):
    """A row while it is measured."""

    bed: Testbed
    connections: Sequence[dict[str, Any]]
    variables: Mapping[str, Any]
    configurations: Sequence[Configuration]

    def pairs(self) -> list[tuple[str, str]]:
        """Return addresses of hosts for each pair of networks."""
        return [pair for given in self.connections for pair in self.bed.pairs(given)]

    def run_role(self, psk: str = PSK) -> None:
        """Run the role for all connections."""
        psks = {given["id"]: psk for given in self.connections}
        answer = run_role(self.bed, self.connections, psks, **self.variables)
        assert answer.ok, answer.output

    def initiate(self) -> None:
        """Do what traffic does with start_action trap, which kernel-libipsec does not support."""
        for configuration in self.configurations:
            if configuration.start_action == "trap":
                for child in configuration.children:
                    self.bed.onprem.swanctl("--initiate", "--child", child.name)

    def wait(self) -> None:
        """Wait until every pair of hosts reaches each other."""
        for source, target in self.pairs():
            wait_until(lambda s=source, t=target: self.bed.ping(s, t), "not up again", seconds=90)


def rekey_children(tunnel: Tunnel) -> None:
    """Renew the keys of every child SA."""
    for configuration in tunnel.configurations:
        for child in configuration.children:
            tunnel.bed.onprem.swanctl("--rekey", "--child", child.name)
    time.sleep(2)


def rekey_ike(tunnel: Tunnel) -> None:
    """Renew the keys of the IKE SA."""
    tunnel.bed.onprem.swanctl("--rekey", "--ike-id", ike_id(tunnel))
    time.sleep(2)


def reauthenticate(tunnel: Tunnel) -> None:
    """Authenticate again."""
    tunnel.bed.onprem.swanctl("--rekey", "--reauth", "--ike-id", ike_id(tunnel))
    time.sleep(3)


def ike_id(tunnel: Tunnel) -> str:
    """Return the number of the IKE SA, which two connections share."""
    return tunnel.bed.onprem.swanctl("--list-sas").split("#", 1)[1].split(",")[0]


def interrupt(tunnel: Tunnel) -> None:
    """Cut the link between the gateways for 20 seconds."""
    with tunnel.bed.outage():
        time.sleep(20)


def restart_cloud(tunnel: Tunnel) -> None:
    """Restart the cloud's daemon, as the driver does."""
    cloud = tunnel.bed.cloud
    names = [given["id"] for given in tunnel.connections]
    cloud.stop()
    cloud.start()
    cloud.wait_for_connections(names)
    for name in names:
        cloud.stroke("up-nb", name)


def restart_on_premises(tunnel: Tunnel) -> None:
    """Restart the on-premises daemon, as its service does."""
    tunnel.bed.onprem.stop()
    tunnel.bed.onprem.start()
    tunnel.bed.onprem.swanctl("--load-all", "--noprompt")
    tunnel.initiate()


def run_again(tunnel: Tunnel) -> None:
    """Run the role without a change."""
    tunnel.run_role()


def change_key(tunnel: Tunnel) -> None:
    """Change the key in the cloud, then run the role with it."""
    configure_cloud(tunnel.bed, *tunnel.connections, psk="the next key")
    tunnel.run_role("the next key")


EVENTS: dict[str, Callable[[Tunnel], None]] = {
    "second run": run_again,
    "rekeying, child SAs": rekey_children,
    "rekeying, IKE SA": rekey_ike,
    "reauthentication": reauthenticate,
    "outage of 20 s": interrupt,
    "restart, cloud": restart_cloud,
    "restart, on-premises": restart_on_premises,
    "change of key": change_key,
}


def measure(case: Case) -> list[str]:
    """Return lost pings of each event on the worst pair of networks, or why there is no figure."""
    with tunnel_to(*case.connections) as bed:
        configurations = [
            configure(create_peer(given, **case.variables)) for given in case.connections
        ]
        tunnel = Tunnel(bed, *case, configurations)
        tunnel.run_role()
        tunnel.wait()
        figures = []
        for event in EVENTS.values():
            try:
                with ExitStack() as pings:
                    lost = [pings.enter_context(bed.pinging(*pair)) for pair in tunnel.pairs()]
                    event(tunnel)
                    tunnel.wait()
                figures.append(str(max(count() for count in lost)))
            except AssertionError as error:
                figures.append(str(error).splitlines()[0])
                restart_on_premises(tunnel)
                tunnel.wait()
        return figures


def main(words: Sequence[str]) -> None:
    """Print the table."""
    print("| tunnel | " + " | ".join(EVENTS) + " |")
    print("|---|" + "---|" * len(EVENTS))
    for name, case in cases().items():
        if all(word in name for word in words):
            print(f"| {name} | " + " | ".join(measure(case)) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
