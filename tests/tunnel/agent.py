# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Neutron's agent does on a router: it configures the cloud gateway for what the API has.

The agent itself needs a message bus. This one polls the API instead, renders with the driver's own
code, and reloads or starts strongSwan as the driver does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

from tests.mock_api.scenario import Row
from tests.openstack import Servers
from tests.openstack.client import Client
from tests.tunnel.neutron import Driver
from tests.tunnel.testbed import Testbed

INTERVAL = 0.3  # seconds between two polls
REFERRED = ("vpnservices", "ikepolicies", "ipsecpolicies", "endpoint_groups", "subnets")


class Agent:
    """The agent of the router that all connections of a user's project are on."""

    def __init__(self, bed: Testbed, openstack: Servers, user: str, driver: Driver) -> None:
        self._bed = bed
        self._openstack = openstack
        self._api = openstack.client(user)
        self._driver = driver
        self._configured: list[Row] = []
        self.finished = 0.0
        """Time at which the cloud gateway was last configured."""

    def run(self, over: threading.Event) -> None:
        """Keep the cloud gateway as the API has it, until it is over."""
        while not over.wait(INTERVAL):
            rows = self._api.rows("ipsec_site_connections")
            found = [{**row, "status": ""} for row in rows]
            if found == self._configured:
                continue
            try:
                connections = [resolve(self._api, row) for row in found]
            except KeyError:
                continue  # it has changed again meanwhile
            self._configure(connections)
            self.finished = time.time()
            self._configured = found
            for row in rows:
                if row["status"].startswith("PENDING"):
                    self._openstack.change_status(row["vpnservice_id"], "ACTIVE")
                    self._openstack.change_status(row["id"], "DOWN")

    def _configure(self, connections: list[Row]) -> None:
        cloud = self._bed.cloud
        ids = [connection["id"] for connection in connections]
        removed = {row["id"] for row in self._configured} - set(ids)
        if not connections:
            # a router without connections has no process
            cloud.stop()
            return
        (files,) = self._driver.render([connections])
        if removed or not self._configured:
            cloud.stop()
            cloud.store(files)
            cloud.start()
            cloud.wait_for_connections(ids)
            for connection_id in ids:
                cloud.stroke("up-nb", connection_id)
        else:
            cloud.write(files, ids)


def resolve(api: Client, connection: Row) -> Row:
    """Return a connection with what it refers to; raises KeyError if that does not exist any more."""
    referred: dict[str, dict[str, Any]] = {
        collection: {row["id"]: row for row in api.rows(collection)} for collection in REFERRED
    }
    groups, subnets = referred["endpoint_groups"], referred["subnets"]
    return {
        **connection,
        "local_address": referred["vpnservices"][connection["vpnservice_id"]]["external_v4_ip"],
        "ike_policy": referred["ikepolicies"][connection["ikepolicy_id"]],
        "ipsec_policy": referred["ipsecpolicies"][connection["ipsecpolicy_id"]],
        "local_cidrs": [
            subnets[subnet]["cidr"]
            for subnet in groups[connection["local_ep_group_id"]]["endpoints"]
        ],
        "remote_cidrs": groups[connection["peer_ep_group_id"]]["endpoints"],
    }


@contextmanager
def agent(bed: Testbed, openstack: Servers, user: str) -> Iterator[Agent]:
    """Have an agent at work; raises what it failed with."""
    over = threading.Event()
    with closing(Driver()) as driver, ThreadPoolExecutor(1) as pool:
        made = Agent(bed, openstack, user, driver)
        work = pool.submit(made.run, over)
        try:
            yield made
        finally:
            over.set()
            work.result()
