# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, as data: the commands, and which of them are set against each other."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .measure import Command

BIN = Path(sys.executable).parent
CLIENT = Path(__file__).with_name("client.py")

# Six expressions over what a connection has: two of each sort of constructed option.
EXPRESSIONS: dict[str, t.Any] = {
    "compose": {
        "site": "(ipsec_tags | first).value",
        "gateway": "ipsec_name ~ ' at ' ~ ipsec_peer_address",
    },
    "groups": {
        "down": "ipsec_status != 'ACTIVE'",
        "old_style": "ipsec_peer_cidrs | length > 0",
    },
    "keyed_groups": [
        {"key": "ipsec_status | lower", "prefix": "status"},
        {"key": "ipsec_initiator", "prefix": "initiator"},
    ],
}


# Fields to select in the module, and in the inventory.
FIELDS = ["name", "state", "local_cidrs", "remote_cidrs"]
HOST_FIELDS = ["name", "state", "peer_address"]

ALGORITHMS = {"auth_algorithm": "sha256", "encryption_algorithm": "aes-256"}


@dataclass(frozen=True)
class Write:
    """A module that writes, and the baseline's requests for the same object.

    module: its options but for `name`. path, body, references: the options of the baseline.
    """

    name: str
    module: dict[str, t.Any]
    path: str
    body: dict[str, t.Any]
    references: dict[str, str] = dataclasses.field(default_factory=dict)


_GROUP = {"type": "cidr", "endpoints": ["192.168.1.0/24"]}
_PEER = {"peer_address": "198.51.100.1", "peer_id": "198.51.100.1", "psk": "not-for-logs-bench"}
# Attributes with the names of the objects that they refer to; the baseline looks these up too.
_REFERENCES = {
    "vpnservice_id": "vpn/vpnservices",
    "ikepolicy_id": "vpn/ikepolicies",
    "ipsecpolicy_id": "vpn/ipsecpolicies",
    "local_ep_group_id": "vpn/endpoint-groups",
    "peer_ep_group_id": "vpn/endpoint-groups",
}
_REFERRED = {
    "vpn_service": "shared",
    "ike_policy": "shared",
    "ipsec_policy": "shared",
    "local_ep_group": "shared-local",
    "peer_ep_group": "shared-peer",
}
WRITES = (
    Write(
        "vpn_service",
        {"router": "writing"},
        "vpn/vpnservices",
        {"router_id": "writing"},
        {"router_id": "routers"},
    ),
    Write("ike_policy", ALGORITHMS, "vpn/ikepolicies", ALGORITHMS),
    Write("ipsec_policy", ALGORITHMS, "vpn/ipsecpolicies", ALGORITHMS),
    Write("endpoint_group", _GROUP, "vpn/endpoint-groups", _GROUP),
    Write(
        "ipsec_connection",
        {**_PEER, **_REFERRED, "wait": False},
        "vpn/ipsec-site-connections",
        {**_PEER, **dict(zip(_REFERENCES, _REFERRED.values()))},
        _REFERENCES,
    ),
)


@dataclass(frozen=True)
class Comparison:
    """One row of the table: a command, the one it is set against, and the target.

    `measure` says what of them is compared: an attribute of Cost, or `told_` and the name of what they tell.
    The ratio should be at most `target`; None is no target.
    """

    title: str
    connections: int
    command: str
    against: str
    target: float | None = None
    measure: str = "seconds"
    against_measure: str | None = None  # where it differs


@dataclass(frozen=True)
class Group:
    """Commands that are run in turn, and what is read off them."""

    connections: int
    rounds: int
    commands: tuple[Command, ...]
    comparisons: tuple[Comparison, ...]


def _client(name: str, way: str, connections: int) -> Command:
    return Command(name, (sys.executable, str(CLIENT), way), connections)


def _ansible(
    name: str, *arguments: str, connections: int = 0, word: str = "peer_address"
) -> Command:
    command = (str(BIN / "ansible"), "localhost", "-m", *arguments)
    return Command(name, command, connections, word)


def modules(
    connections: int,
    rounds: int,
    target: float,
    environment: t.Mapping[str, str],
    folder: Path,
    openstack_cloud: Path | None,
) -> Group:
    """Return the info module, and what could be used in its place."""
    ours, baseline = "ipsec_connection_info", "baseline module"
    uri = {
        "url": environment["BENCHMARK_URL"],
        "headers": {"X-Auth-Token": "{{ lookup('env', 'BENCHMARK_TOKEN') }}"},
        "return_content": True,
    }
    commands = [
        _ansible(baseline, "bench.baseline.rows", connections=connections),
        _ansible(ours, "otc.vpn.ipsec_connection_info", connections=connections),
        _ansible(
            "ansible.builtin.uri",
            "ansible.builtin.uri",
            "-a",
            json.dumps(uri),
            connections=connections,
        ),
        _ansible("ping", "ansible.builtin.ping"),
        _client("requests and json", "requests", connections),
    ]
    comparisons = [
        Comparison("module", connections, ours, baseline, target),
        Comparison("module, peak memory", connections, ours, baseline, 1.3, measure="memory"),
        Comparison("module", connections, ours, "ansible.builtin.uri"),
        Comparison("module", connections, ours, "ping"),
        Comparison(
            "the endpoint's share",
            connections,
            "requests and json",
            ours,
            measure="told_waited",
            against_measure="seconds",
        ),
    ]
    if connections == 1000:
        resolved, same = "ipsec_connection_info, resolve", "baseline module, the same result"
        call = ("otc.vpn.ipsec_connection_info", "-a", "resolve=true")
        output = _output(folder / "resolved", environment, *call)
        commands += [
            _ansible(resolved, *call, connections=connections),
            _ansible(same, "bench.baseline.rows", "-a", output, connections=connections),
        ]
        comparisons += [
            Comparison("resolved module", connections, resolved, baseline, 1.5),
            Comparison("resolved module", connections, resolved, same),
        ]
        fields = "ipsec_connection_info, four fields"
        options = json.dumps({"fields": FIELDS})
        module = "otc.vpn.ipsec_connection_info"
        commands.append(
            _ansible(fields, module, "-a", options, connections=connections, word="remote_cidrs")
        )
        comparisons.append(Comparison("module, four fields", connections, fields, baseline, 1.15))
    if openstack_cloud:
        rival = "openstack.cloud.resources"
        arguments = "service=network type=vpn_ipsec_site_connection"
        with_sdk = ("env", f"PYTHONPATH={openstack_cloud / 'python'}")
        plain = _ansible(rival, rival, "-a", arguments, connections=connections)
        commands.append(dataclasses.replace(plain, arguments=(*with_sdk, *plain.arguments)))
        comparisons.append(Comparison("module", connections, ours, rival))
    return Group(connections, rounds, tuple(commands), tuple(comparisons))


def _output(path: Path, environment: t.Mapping[str, str], *call: str) -> str:
    """Write the output of a module to a file; return it as an option of the baseline."""
    with path.open("wb") as stdout:
        subprocess.run(
            (str(BIN / "ansible"), "localhost", "-m", *call),
            env=dict(environment),
            stdout=stdout,
            check=True,
        )
    return f"output={path}"


def enterprise(
    connections: int, rounds: int, target: float, environment: t.Mapping[str, str], folder: Path
) -> Group:
    """Return the info module of Enterprise Edition VPN."""
    ours, baseline = "enterprise_connection_info", "baseline module, pages"
    same, module = "baseline module, the same result", "otc.vpn.enterprise_connection_info"
    output = _output(folder / "enterprise", environment, module)
    commands = tuple(
        _ansible(name, *call, connections=connections, word='"vgw_id"')
        for name, call in (
            (baseline, ("bench.baseline.enterprise_rows",)),
            (ours, (module,)),
            (same, ("bench.baseline.rows", "-a", output)),
        )
    )
    comparisons = (
        Comparison("enterprise module", connections, ours, baseline, target),
        Comparison("enterprise module", connections, ours, same),
        Comparison("enterprise module, peak memory", connections, ours, baseline, 1.3, "memory"),
    )
    return Group(connections, rounds, commands, comparisons)


def writes(rounds: int) -> Group:
    """Return the modules that write: a new object each time, and one that is there."""
    commands: list[Command] = []
    comparisons: list[Comparison] = []
    for write in WRITES:
        # Ansible replaces the template in each run.
        for case, name in (("create", "new-{{ 1000000000 | random }}"), ("no change", "present")):
            ours, baseline = f"{write.name}, {case}", f"baseline of {write.name}, {case}"
            baseline_options = {
                "path": write.path,
                "body": {"name": name, **write.body},
                "references": write.references,
            }
            commands += [
                _ansible(baseline, "bench.baseline.write", "-a", json.dumps(baseline_options)),
                _ansible(
                    ours,
                    f"otc.vpn.{write.name}",
                    "-a",
                    json.dumps({"name": name, **write.module}),
                ),
            ]
            comparisons.append(Comparison(f"{write.name}, {case}", 0, ours, baseline, 1.25))
    return Group(0, rounds, tuple(commands), tuple(comparisons))


def inventories(connections: int, rounds: int, folder: Path) -> Group:
    """Return the inventory plugin in its several uses, as `ansible-inventory --list`."""
    sources: dict[str, tuple[str, dict[str, t.Any]]] = {
        "baseline inventory": ("bench.baseline.rows", {}),
        "inventory": ("otc.vpn.ipsec_connections", {}),
        "baseline inventory, no request": (
            "bench.baseline.rows",
            {"rows": str(folder / "rows.json")},
        ),
        "inventory, cached": (
            "otc.vpn.ipsec_connections",
            {
                "cache": True,
                "cache_plugin": "ansible.builtin.jsonfile",
                "cache_connection": str(folder / "cache"),
            },
        ),
    }
    plain, baseline = "inventory", "baseline inventory"
    comparisons = [
        Comparison("inventory", connections, plain, baseline, 1.1),
        Comparison("inventory, peak memory", connections, plain, baseline, 1.3, measure="memory"),
        Comparison(
            "cached inventory",
            connections,
            "inventory, cached",
            "baseline inventory, no request",
            1.05,
        ),
    ]
    if connections == 1000:
        constructed, baseline_constructed = (
            "inventory, constructed",
            "baseline inventory, constructed",
        )
        sources |= {
            baseline_constructed: ("bench.baseline.rows", EXPRESSIONS),
            constructed: ("otc.vpn.ipsec_connections", EXPRESSIONS),
            "inventory, resolve": ("otc.vpn.ipsec_connections", {"resolve": True}),
        }
        comparisons += [
            Comparison(
                "constructed inventory", connections, constructed, baseline_constructed, 0.5
            ),
            Comparison("constructed inventory", connections, constructed, plain),
            Comparison("resolved inventory", connections, "inventory, resolve", baseline),
        ]
    if connections == 10000:
        fields = "inventory, three fields"
        sources[fields] = ("otc.vpn.ipsec_connections", {"fields": HOST_FIELDS})
        comparisons.append(Comparison("inventory, three fields", connections, fields, plain, 0.5))
    commands = []
    for number, (name, (plugin, options)) in enumerate(sources.items()):
        path = folder / f"{number}.ipsec_connections.yml"
        path.write_text(json.dumps({"plugin": plugin, **options}))
        arguments = (str(BIN / "ansible-inventory"), "-i", str(path), "--list")
        commands.append(Command(name, arguments, connections))
    return Group(connections, rounds, tuple(commands), tuple(comparisons))


def clients(connections: int, quick: bool) -> tuple[Group, Group]:
    """Return the client compared with requests and json, and with openstacksdk, which is slow."""
    ours = _client("client", "otc.vpn", connections)
    baseline = _client("requests and json", "requests", connections)
    rival = _client("openstacksdk", "openstacksdk", connections)

    def compared(other: Command, target: float) -> tuple[Comparison, ...]:
        pair = (connections, ours.name, other.name)
        return (
            Comparison("client, the call", *pair, target, measure="told_seconds"),
            Comparison("client, whole process", *pair),
            Comparison(
                "client, peak memory", *pair, 1.3 if other is baseline else None, measure="memory"
            ),
        )

    return (
        Group(connections, 9 if quick else 15, (baseline, ours), compared(baseline, 1.3)),
        Group(connections, 2 if quick else 3, (rival, ours), compared(rival, 0.05)),
    )
