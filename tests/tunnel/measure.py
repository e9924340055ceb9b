# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the pings that a tunnel to Neutron's strongSwan loses: `python -m tests.tunnel.measure`.

The on-premises side is the configuration of the role, loaded without Ansible. Prints a table in
Markdown, with five pings a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ansible_collections.otc.vpn.plugins.plugin_utils._peer.peer import create_peer
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.swanctl import (
    Configuration,
    configure,
    secrets,
)

from tests.tunnel.connections import PSK, connection
from tests.tunnel.neutron import configure_cloud
from tests.tunnel.testbed import Testbed, testbed, wait_until

STRONG = ("aes-256 sha2-256 group14", "aes-256 sha2-256 group14")
START: dict[str, Any] = {"initiator": "response-only"}
# a dead peer is noticed within the outage
DPD: dict[str, Any] = {"dpd": {"action": "restart", "interval": 5, "timeout": 15}}

IDENTITIES: dict[str, Any] = {"peer_id": "branch@example.com", "local_id": "cloud"}

CASES: dict[str, dict[str, Any]] = {
    "IKEv2, one network": connection("v2", *STRONG) | START | DPD,
    "IKEv2, two networks each": connection("v2", *STRONG, networks=2) | START | DPD,
    "IKEv2, names as identities": connection("v2", *STRONG) | IDENTITIES | START | DPD,
    "IKEv2, bi-directional": connection("v2", *STRONG) | DPD,
    "IKEv1, one network": connection("v1", *STRONG) | START | DPD,
    "IKEv1, two networks each": connection("v1", *STRONG, networks=2) | START | DPD,
}


def load(bed: Testbed, configuration: Configuration) -> None:
    """Load the role's configuration and bring the tunnel up."""
    ids = [configuration.local_id, configuration.remote_id]
    bed.onprem.configure(configuration.config + secrets(PSK, configuration.name, ids))
    if configuration.start_action != "start":
        for child in configuration.children:
            bed.onprem.swanctl("--initiate", "--child", child.name, "--timeout", "15")
    for source, target in bed.pairs():
        wait_until(lambda s=source, t=target: bed.ping(s, t), "no ping")


def rekey_children(bed: Testbed, configuration: Configuration) -> None:
    """Renew the keys of every child SA."""
    for child in configuration.children:
        bed.onprem.swanctl("--rekey", "--child", child.name)
    time.sleep(3)


def rekey_ike(bed: Testbed, configuration: Configuration) -> None:
    """Renew the keys of the IKE SA."""
    bed.onprem.swanctl("--rekey", "--ike", configuration.name)
    time.sleep(3)


def reauthenticate(bed: Testbed, configuration: Configuration) -> None:
    """Authenticate again."""
    bed.onprem.swanctl("--rekey", "--reauth", "--ike", configuration.name)
    time.sleep(4)


def interrupt(bed: Testbed, configuration: Configuration) -> None:
    """Cut the link between the gateways for 20 seconds."""
    with bed.outage():
        time.sleep(20)
    up_again(bed)


def restart_cloud(bed: Testbed, configuration: Configuration) -> None:
    """Restart the cloud's daemon, as the driver does."""
    bed.cloud.stop()
    bed.cloud.start()
    connection_id: str = bed.connection["id"]
    bed.cloud.wait_for_connections([connection_id])
    bed.cloud.stroke("up-nb", connection_id)
    up_again(bed)


def restart_on_premises(bed: Testbed, configuration: Configuration) -> None:
    """Restart the on-premises daemon, as its service does."""
    bed.onprem.stop()
    bed.onprem.start()
    load(bed, configuration)


def up_again(bed: Testbed) -> None:
    """Wait until every pair of hosts reaches each other again."""
    for source, target in bed.pairs():
        wait_until(lambda s=source, t=target: bed.ping(s, t), "not up again", seconds=90)


EVENTS: dict[str, Callable[[Testbed, Configuration], None]] = {
    "rekeying, child SAs": rekey_children,
    "rekeying, IKE SA": rekey_ike,
    "reauthentication": reauthenticate,
    "outage of 20 s": interrupt,
    "restart, cloud": restart_cloud,
    "restart, on-premises": restart_on_premises,
}


def measure(given: dict[str, Any]) -> list[str]:
    """Return lost pings of each event, or why there is no figure."""
    with testbed(given) as bed:
        configure_cloud(bed, given, psk=PSK)
        configuration = configure(create_peer(given))
        load(bed, configuration)
        figures = []
        for event in EVENTS.values():
            try:
                with bed.pinging(*next(bed.pairs())) as lost:
                    event(bed, configuration)
                figures.append(str(lost()))
            except AssertionError as error:
                figures.append(str(error))
                load(bed, configuration)
        return figures


def main() -> None:
    """Print the table."""
    print("| tunnel | " + " | ".join(EVENTS) + " |")
    print("|---|" + "---|" * len(EVENTS))
    for name, given in CASES.items():
        print(f"| {name} | " + " | ".join(measure(given)) + " |", flush=True)


if __name__ == "__main__":
    main()
