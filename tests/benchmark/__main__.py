# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the benchmark: a table on the terminal, and all samples in build/benchmark/results.json."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import typing as t
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import requests
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION

from .cases import ALGORITHMS, Comparison, Group, clients, enterprise, inventories, modules, writes
from .measure import Costs, Spread, in_turn

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / "build" / "tree"
BUILD = ROOT / "build" / "benchmark"
COLLECTIONS = BUILD / "collections"
OPENSTACK_CLOUD = BUILD / "openstack-cloud"
# The package that openstack.cloud comes in, and a release of its SDK that it can still be used with.
ANSIBLE = "ansible==12.3.0"
ITS_SDK = ("openstacksdk==4.10.0", "requestsexceptions==1.4.0")
PACKAGES = ("ansible-core", "requests", "keystoneauth1", "openstacksdk", "Jinja2")
HEADINGS = (
    "what",
    "connections",
    "compared with",
    "ratio",
    "spread",
    "target",
    "CPU",
    "its",
    "other's",
)


def main() -> None:
    """Measure, print the table, write the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="fewer rounds, and 10 000 for the client only"
    )
    parser.add_argument(
        "--with-openstack-cloud",
        action="store_true",
        help=f"measure openstack.cloud as well; the first time {ANSIBLE} is fetched for it",
    )
    parser.add_argument(
        "--only",
        choices=("module", "enterprise", "inventory", "client", "write"),
        help="one part of the table",
    )
    parser.add_argument("--connections", type=int, action="append", help="this size only")
    options = parser.parse_args()
    _link_baseline()
    if options.with_openstack_cloud and not OPENSTACK_CLOUD.exists():
        _fetch_openstack_cloud()
    lines: list[tuple[str, ...]] = []
    results: list[dict[str, t.Any]] = []
    path = BUILD / "results.json"
    sizes = {"client": (10000,), "write": (0,)}.get(options.only, (10, 1000, 10000, 0))
    for connections in options.connections or sizes:
        with tempfile.TemporaryDirectory() as name, _mock_api(connections) as mock_api:
            folder = Path(name)
            if connections:
                environment = _environment(mock_api, folder)
            else:
                environment = _write_environment(mock_api, folder)
            for group in _groups(options, connections, environment, folder):
                print(f"{connections} connections, {group.rounds} rounds:", file=sys.stderr)
                print("  " + ", ".join(c.name for c in group.commands), file=sys.stderr, flush=True)
                costs = in_turn(group.commands, group.rounds, folder, environment)
                for comparison in group.comparisons:
                    ratio, result = _compared(comparison, costs)
                    lines.append(_line(comparison, ratio, result))
                    results.append(result)
                results.append(
                    {
                        "connections": connections,
                        "samples": {
                            name: [dataclasses.asdict(cost) for cost in runs]
                            for name, runs in costs.items()
                        },
                    }
                )
                # After each part, for the whole takes long.
                content = {"machine": _machine(), "results": results}
                path.write_text(json.dumps(content, indent=1) + "\n")
    print(_table(lines))
    print(f"\n{_machine()}")
    print(f"\nAll samples: {path.relative_to(ROOT)}")


def _groups(
    options: argparse.Namespace, connections: int, environment: t.Mapping[str, str], folder: Path
) -> t.Iterator[Group]:
    """Return what is measured with so many connections (0: writing); few rounds of what is slow."""
    if not connections:
        if options.only in (None, "write"):
            yield writes(3 if options.quick else 5)
        return
    many = connections > 1000
    rounds = 3 if options.quick else 5 if many else 9
    target = {10: 1.2, 1000: 1.12}.get(connections, 1.1)
    if options.only in (None, "module") and not (options.quick and many):
        openstack_cloud = OPENSTACK_CLOUD if options.with_openstack_cloud else None
        yield modules(connections, rounds, target, environment, folder, openstack_cloud)
    if options.only in (None, "enterprise") and not (options.quick and many):
        yield enterprise(connections, rounds, target, environment, folder)
    if options.only in (None, "inventory") and not (options.quick and many):
        yield inventories(connections, 2 if options.quick else rounds, folder)
    if options.only in (None, "client") and many:
        yield from clients(connections, options.quick)


def _compared(comparison: Comparison, costs: Costs) -> tuple[Spread, dict[str, t.Any]]:
    """Return the ratio of each round's two costs, and the same as data."""
    ours = [cost.value(comparison.measure) for cost in costs[comparison.command]]
    measure = comparison.against_measure or comparison.measure
    others = [cost.value(measure) for cost in costs[comparison.against]]
    ratio = Spread.of(mine / other for mine, other in zip(ours, others))
    pairs = zip(costs[comparison.command], costs[comparison.against])
    result = {
        **dataclasses.asdict(comparison),
        "ratio": dataclasses.asdict(ratio),
        "cpu_ratio": dataclasses.asdict(Spread.of(mine.cpu / other.cpu for mine, other in pairs)),
        "of_command": dataclasses.asdict(Spread.of(ours)),
        "of_against": dataclasses.asdict(Spread.of(others)),
    }
    return ratio, result


def _line(comparison: Comparison, ratio: Spread, result: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return a row of the table as text."""
    unit = "{:.0f} MiB" if comparison.measure == "memory" else "{:.3g} s"
    target = comparison.target
    missed = target is not None and round(ratio.median, 2) > target
    return (
        comparison.title,
        str(comparison.connections or ""),
        comparison.against,
        _two_digits(ratio.median),
        f"{_two_digits(ratio.least)}–{_two_digits(ratio.greatest)}",
        "" if target is None else f"≤ {target:g}{' missed' if missed else ''}",
        f"{result['cpu_ratio']['median']:.2f}" if comparison.measure == "seconds" else "",
        unit.format(result["of_command"]["median"]),
        unit.format(result["of_against"]["median"]),
    )


def _two_digits(ratio: float) -> str:
    """Return two places behind the point, or two digits where that would be less."""
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def _table(lines: t.Sequence[tuple[str, ...]]) -> str:
    """Return lines as a table that reads well on a terminal and is Markdown as well."""
    widths = [max(map(len, column)) for column in zip(HEADINGS, *lines)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        "| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |"
        for line in (HEADINGS, rule, *lines)
    )


def _machine() -> str:
    """Return the machine and the versions, in a sentence."""
    versions = []
    for package in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            versions.append(f"{package} {version(package)}")
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("model name\t: ")[2]
    model = cpu.partition("\n")[0] or platform.machine()
    return (
        f"{os.cpu_count()} processors ({model}), load {os.getloadavg()[0]:.1f} at the end, "
        f"Python {platform.python_version()}, {', '.join(versions)}, {time.strftime('%Y-%m-%d')}."
    )


@contextlib.contextmanager
def _mock_api(connections: int) -> t.Iterator[dict[str, str]]:
    """Return the mock API server in a process of its own; its variables OS_*. For 0: one to write to."""
    arguments = ("--flavor", "neutron", "--user", "wendy", "--agent-polls", "0")
    if connections:
        count = str(connections)
        arguments = ("--connections", count, "--enterprise-connections", count, "--user", "carl")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.mock_api", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            variables: dict[str, str] = {}
            for line in process.stdout:
                if line.startswith("export "):
                    name, _sign, value = shlex.split(line)[1].partition("=")
                    variables[name] = value
                if "OS_PROJECT_DOMAIN_NAME" in variables:
                    break
            yield variables
        finally:
            process.terminate()


def _plain_environment(mock_api: t.Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return what every command runs with: nothing of the caller's OS_* and ANSIBLE_*."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OS_", "ANSIBLE_", "BENCHMARK_", "PYTHON"))
    }
    return {
        **plain,
        **mock_api,
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, (TREE, COLLECTIONS, OPENSTACK_CLOUD))),
        "ANSIBLE_HOME": str(folder / ".ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "LC_ALL": "C.UTF-8",
    }


def _write_environment(mock_api: t.Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the same with a token to write with; creates what connections refer to."""
    token, _project_id, url = _token(mock_api)
    with requests.Session() as session:
        session.headers["X-Auth-Token"] = token

        def create(path: str, member: str, **body: t.Any) -> None:
            answer = session.post(f"{url}/v2.0/{path}", json={member: body}, timeout=60)
            answer.raise_for_status()

        def first(path: str) -> str:
            answer = session.get(f"{url}/v2.0/{path}", timeout=60).json()
            return str(answer[path][0]["id"])

        create("vpn/vpnservices", "vpnservice", name="shared", router_id=first("routers"))
        create("vpn/ikepolicies", "ikepolicy", name="shared", **ALGORITHMS)
        create("vpn/ipsecpolicies", "ipsecpolicy", name="shared", **ALGORITHMS)
        subnets = {"type": "subnet", "endpoints": [first("subnets")]}
        create("vpn/endpoint-groups", "endpoint_group", name="shared-local", **subnets)
        cidrs = {"type": "cidr", "endpoints": ["192.168.0.0/24"]}
        create("vpn/endpoint-groups", "endpoint_group", name="shared-peer", **cidrs)
    return {
        **_plain_environment(mock_api, folder),
        "BENCHMARK_WRITE_TOKEN": token,
        "BENCHMARK_WRITE_URL": f"{url}/v2.0",
    }


def _environment(mock_api: t.Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the same with a token to read with, and the first response to each list."""
    environment = _plain_environment(mock_api, folder)
    token, project_id, url = _token(mock_api)
    environment["BENCHMARK_TOKEN_BODY"] = json.dumps(_token_body(mock_api))
    query = "&".join(f"fields={name}" for name in CONNECTION.default_fields)
    environment["BENCHMARK_TOKEN"] = token
    environment["BENCHMARK_URL"] = f"{url}/v2.0/vpn/ipsec-site-connections?{query}"
    enterprise_url = f"{mock_api['OS_VPN_ENDPOINT_OVERRIDE']}/v5/{project_id}/vpn-connection"
    environment["BENCHMARK_ENTERPRISE_URL"] = enterprise_url
    # The first answer is rendered here, so that no command waits for it; it is also the file of the
    # baseline that asks nobody.
    # It is not held here, for a child's peak of memory is never less than its parent's.
    with (
        requests.get(
            environment["BENCHMARK_URL"], headers={"X-Auth-Token": token}, timeout=120, stream=True
        ) as answer,
        (folder / "rows.json").open("wb") as file,
    ):
        for chunk in answer.iter_content(65536):
            file.write(chunk)
    return environment


def _token_body(mock_api: t.Mapping[str, str]) -> dict[str, t.Any]:
    """Return the body of the request for a token."""
    domain = {"name": mock_api["OS_USER_DOMAIN_NAME"]}
    user = {
        "name": mock_api["OS_USERNAME"],
        "password": mock_api["OS_PASSWORD"],
        "domain": domain,
    }
    return {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": mock_api["OS_PROJECT_NAME"], "domain": domain}},
        }
    }


def _token(mock_api: t.Mapping[str, str]) -> tuple[str, str, str]:
    """Return a token, the ID of its project, and the URL of the catalog's network endpoint."""
    body = _token_body(mock_api)
    answer = requests.post(f"{mock_api['OS_AUTH_URL']}/auth/tokens", json=body, timeout=60)
    answer.raise_for_status()
    token = answer.json()["token"]
    network = next(entry for entry in token["catalog"] if entry["type"] == "network")
    url = network["endpoints"][0]["url"]
    return answer.headers["X-Subject-Token"], token["project"]["id"], url


def _link_baseline() -> None:
    """The baseline, where Ansible finds collections."""
    link = COLLECTIONS / "ansible_collections" / "bench" / "baseline"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(Path(__file__).with_name("baseline"))


def _fetch_openstack_cloud() -> None:
    """Get openstack.cloud out of the package `ansible`, which holds a hundred other collections."""
    print(f"Fetching {ANSIBLE} for openstack.cloud …", file=sys.stderr)
    BUILD.mkdir(parents=True, exist_ok=True)
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target")
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        subprocess.run((*pip, f"{folder}/python", *ITS_SDK), check=True)
        subprocess.run((*pip, f"{folder}/ansible", ANSIBLE), check=True)
        place = Path(folder, "ansible_collections")
        place.mkdir()
        shutil.move(f"{folder}/ansible/ansible_collections/openstack", place)
        shutil.rmtree(f"{folder}/ansible")
        shutil.copytree(folder, OPENSTACK_CLOUD)


if __name__ == "__main__":
    main()
