# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example of the guide: both ends of a tunnel from an empty project to pings, and back.

Neutron's driver configures the cloud gateway for what the playbook creates through Neutron's API.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.ansible_commands import Ansible
from tests.mock_api.scenario import KINDS, Row
from tests.openstack import OpenStackError, Servers, servers
from tests.tunnel.agent import Agent, agent
from tests.tunnel.testbed import (
    Testbed,
    assert_pings_pass_encrypted,
    testbed,
    with_packages,
)
from tests.unavailable import unavailable

EXAMPLES = Path(__file__).parents[2] / "examples"
USER, PROJECT = "wendy", "vpn-writing"
BRANCH = "branch-kiel"
KEY, OTHER_KEY, NEXT_KEY = "not-for-logs-first", "not-for-logs-by-hand", "not-for-logs-second"
# Both sites as they are after the network is added.
SITES: dict[str, Any] = {
    "peer_address": "198.51.100.61",
    "local_address": "203.0.113.50",
    "remote_cidrs": ["192.168.61.0/24", "192.168.63.0/24"],
    "local_cidrs": ["10.50.0.0/24"],
}


class Result(NamedTuple):
    """What a run of the playbook came to."""

    changed: int
    output: str


class Site:
    """The playbook of the guide, with the on-premises gateway of a testbed as its only branch."""

    def __init__(
        self, ansible: Ansible, openstack: Servers, bed: Testbed, cloud_agent: Agent
    ) -> None:
        self._ansible = ansible
        self._openstack = openstack
        self.bed = bed
        self.cloud_agent = cloud_agent
        shutil.copytree(EXAMPLES, ansible.folder, dirs_exist_ok=True)
        python = bed.onprem.directory / "python"
        inside = bed.onprem.namespace.inside(with_packages([sys.executable]))
        words = " ".join(f"'{word}'" for word in inside)
        python.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        python.chmod(0o700)
        inventory = yaml.safe_load((EXAMPLES / "branches.yml").read_text())
        inventory["all"]["vars"] |= {
            "site_router": "writing",
            "site_subnets": [openstack.id_of(PROJECT, "writing-app", "subnets")],
        }
        branch = inventory["branches"]["hosts"][BRANCH] | {
            "ansible_connection": "local",
            "ansible_python_interpreter": str(python),
            "strongswan_peer_swanctl_dir": str(bed.onprem.swanctl_dir),
            "strongswan_peer_strongswan_conf": str(bed.onprem.strongswan_conf),
            "strongswan_peer_vici_uri": bed.onprem.uri,
            "strongswan_peer_manage_packages": False,
            "strongswan_peer_manage_service": False,
            "strongswan_peer_check_retries": 30,
            "strongswan_peer_check_delay": 1,
        }
        inventory["branches"]["vars"]["ansible_become"] = False
        inventory["branches"]["hosts"] = {BRANCH: branch}
        (ansible.folder / "branches.yml").write_text(yaml.safe_dump(inventory))

    def run(self, *flags: str, key: str = KEY, **variables: Any) -> Result:
        """Run the playbook; the keys must be nowhere in the output, which is wordy."""
        vault = {"vault_psks": {BRANCH: key}, **variables}
        (self._ansible.folder / "vault.yml").write_text(json.dumps(vault))
        done = self._ansible.run(
            *("ansible-playbook", "-i", "branches.yml", "site_to_site.yml", "-e", "@vault.yml"),
            *("-vv", "--diff", *flags),
            environment={
                **self._openstack.environment(USER),
                "ANSIBLE_PIPELINING": "true",
            },
        )
        output = done.stdout + done.stderr
        assert "not-for-logs" not in output
        assert done.returncode == 0, output + self.bed.onprem.log.read_text()[-5000:]
        return Result(sum(map(int, re.findall(r" changed=(\d+)", output))), output)

    def objects(self) -> dict[str, list[Row]]:
        """Return what the project contains, by collection."""
        client = self._openstack.client(USER)
        writable = [name for name in KINDS if name not in ("routers", "subnets")]
        return {name: rows for name in writable if (rows := client.rows(name))}

    def files(self) -> dict[str, str]:
        """Return the files of connections on the on-premises gateway."""
        conf_d = self.bed.onprem.swanctl_dir / "conf.d"
        return {path.name: path.read_text() for path in conf_d.iterdir()}

    def connection(self) -> Row:
        """Return the connection as Neutron has it."""
        (row,) = self.objects()["ipsec_site_connections"]
        return row

    def change_by_hand(self) -> None:
        """Change the key in the cloud, and the file with the key on the gateway."""
        connection = self.connection()
        body = {"ipsec_site_connection": {"psk": OTHER_KEY}}
        path = f"vpn/ipsec-site-connections/{connection['id']}"
        self._openstack.client(USER).network("PUT", path, body)
        secrets = f"conf.d/otc-vpn-{connection['id']}.secrets.conf"
        with (self.bed.onprem.swanctl_dir / secrets).open("a") as file:
            file.write("# changed by hand\n")


@pytest.fixture
def openstack() -> Servers:
    """Return the running servers; without them the test is skipped, with REQUIRE_ALL=1 it fails."""
    try:
        return servers()
    except OpenStackError as reason:
        unavailable(str(reason))


@pytest.fixture
def site(ansible: Ansible, openstack: Servers) -> Iterator[Site]:
    """Return a project that is empty before and afterward, and two gateways that have no connection."""
    with testbed(SITES) as bed, agent(bed, openstack, USER) as cloud_agent:
        built = Site(ansible, openstack, bed, cloud_agent)
        assert not built.objects(), "somebody else uses the project"
        try:
            yield built
        finally:
            client = openstack.client(USER)
            for collection, rows in reversed(built.objects().items()):
                for row in rows:
                    client.delete(collection, row["id"])


def test_example_builds_changes_and_removes_tunnel(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    bed, onprem = site.bed, site.bed.onprem
    first, second = bed.pairs()

    forecast = site.run("--check")
    assert forecast.changed > 0
    assert (site.objects(), site.files()) == ({}, {})

    assert site.run().changed > 0
    assert bed.ping(*first, count=3)
    assert not bed.ping(*second)
    before = (site.objects(), site.files())
    again = site.run()
    assert again.changed == 0, again.output
    assert (site.objects(), site.files()) == before

    # From here on with a second network, which is added while the tunnel is up.
    networks: dict[str, Any] = {"branch_networks": SITES["remote_cidrs"]}
    logs = [(gateway, gateway.log.read_text()) for gateway in (onprem, bed.cloud)]
    with bed.pinging(*first) as lost:
        site.run(**networks)
    record_property("pings lost while a network is added", lost())
    assert lost() <= 5  # one second; none unless the machine is busy
    # at no time was there no tunnel
    assert all(gateway.fewest_child_sas(log) > 0 for gateway, log in logs)
    assert_pings_pass_encrypted(bed)

    site.change_by_hand()
    before = (site.objects(), site.files())
    drift = site.run("--check", **networks)
    assert drift.changed == 2, drift.output
    assert '"psk": "changed"' in drift.output
    assert (site.objects(), site.files()) == before

    established = onprem.swanctl("--list-sas")
    with bed.pinging(*first) as lost:
        site.run(key=NEXT_KEY, **networks)
    record_property("pings lost while the key changes", lost())
    assert lost() <= 5  # one second; none unless the machine is busy
    assert site.connection()["psk"] == NEXT_KEY
    # the IKE SA has been authenticated with the new key
    assert onprem.swanctl("--list-sas").split()[:2] != established.split()[:2]

    policy: dict[str, Any] = {"site_pfs": "group19", "site_former_pfs": ["group14"], **networks}
    old = site.connection()["id"]
    with bed.pinging(*first) as lost:
        site.run(key=NEXT_KEY, site_recreate=True, **policy)
    record_property("pings lost while a policy changes", lost())
    after = lost(site.cloud_agent.finished)
    record_property("of these after the cloud gateway has the other policy", after)
    assert_pings_pass_encrypted(bed)
    assert "ECP_256" in bed.cloud.swanctl("--list-sas")
    assert not [name for name in site.files() if old in name]
    names = {row["name"] for kind in ("ike", "ipsec") for row in site.objects()[f"{kind}policies"]}
    assert names == {"headquarters-group19"}

    removed = site.run(site_state="absent", **policy)
    assert removed.changed > 0
    assert (site.objects(), site.files()) == ({}, {})
    assert onprem.swanctl("--list-sas") == ""
    assert site.run(site_state="absent", **policy).changed == 0
