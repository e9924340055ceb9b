# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure examples/site_to_site.yml for many branches: `python -m tests.benchmark.branches`.

The gateways of the branches are directories on this machine: the role writes their files, but loads
nothing. Prints the requests and seconds of a first run, a second run and the removal in Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import typing as t
from collections import Counter
from pathlib import Path

from tests.contract.reporting_agent import reporting_agent
from tests.contract.world import World
from tests.mock_api import MockApi
from tests.openstack import servers

ROOT = Path(__file__).resolve().parents[2]
USER, PROJECT = "wendy", "vpn-writing"
RUNS = {"from nothing": (), "second run": (), "removal": ("-e", "site_state=absent")}


def main() -> None:
    """Run the example against the mock API server, or the real servers."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark.branches", description=__doc__)
    parser.add_argument("--branches", type=int, default=10, help="number of branches")
    parser.add_argument(
        "--openstack", action="store_true", help="use the real Keystone and Neutron"
    )
    options = parser.parse_args()
    if options.openstack:
        running = servers()
        measure(World("openstack", running, "", running.environment, 0), options.branches)
    else:
        with MockApi("neutron", agent_polls=0) as mock_api:
            measure(World("bundled", mock_api, "", mock_api.environment, 0), options.branches)


def measure(world: World, branches: int) -> None:
    """Print a line for each run."""
    print(f"| {branches} branches | seconds | changed | requests to Neutron | tokens |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, reporting_agent(world, PROJECT):
        write_inventory(Path(folder), world, branches)
        for name, arguments in RUNS.items():
            if isinstance(world.server, MockApi):
                world.server.requests.clear()
            start = time.monotonic()
            changed = play(Path(folder), world, arguments)
            seconds = time.monotonic() - start
            print(f"| {name} | {seconds:.0f} | {changed} | {requests(world)} |", flush=True)


def write_inventory(folder: Path, world: World, branches: int) -> None:
    """Write the inventory of the branches and their keys."""
    hosts: dict[str, dict[str, t.Any]] = {}
    for number in range(1, branches + 1):
        swanctl = folder / str(number) / "swanctl"
        swanctl.mkdir(parents=True)
        hosts[f"branch-{number}"] = {
            "branch_address": f"198.51.100.{number}",
            "branch_networks": [f"192.168.{number}.0/24"],
            "branch_psk": f"a-long-random-key-{number}",
            "strongswan_peer_swanctl_dir": str(swanctl),
        }
    peer = dict.fromkeys(("load", "manage_packages", "manage_service"), False)
    local = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "site_name": "headquarters",
        "site_router": "writing",
        "site_subnets": [world.server.id_of(PROJECT, "writing-app", "subnets")],
        "site_pfs": "group14",
        **{f"strongswan_peer_{name}": value for name, value in peer.items()},
    }
    inventory = {
        "all": {"vars": local, "hosts": {"localhost": {}}},
        "branches": {"hosts": hosts},
    }
    (folder / "branches.json").write_text(json.dumps(inventory))


def play(folder: Path, world: World, arguments: t.Sequence[str]) -> int:
    """Return how many tasks have changed something."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OS_", "ANSIBLE_"))
    }
    example = str(ROOT / "examples" / "site_to_site.yml")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("ansible-playbook"),
            "-i",
            "branches.json",
            example,
            *arguments,
        ],
        cwd=folder,
        env={
            **plain,
            **world.environment(USER),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "tree"),
            "ANSIBLE_HOME": str(folder / ".ansible"),
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_NOCOLOR": "true",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout)
    return sum(map(int, re.findall(r" changed=(\d+)", done.stdout)))


def requests(world: World) -> str:
    """Return the requests by method, and the tokens, as cells of the table."""
    if not isinstance(world.server, MockApi):
        return "not counted | not counted"
    sent = world.server.requests
    methods = Counter(one.method for one in sent if one.path.startswith("/v2.0/"))
    tokens = sum(one.path.endswith("/auth/tokens") for one in sent)
    listed = ", ".join(f"{count} {method}" for method, count in sorted(methods.items()))
    return f"{methods.total()} ({listed}) | {tokens}"


if __name__ == "__main__":
    main()
