# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers from nothing to running, and back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from . import configuration, seed
from .client import Client
from .installation import install, installed
from .places import ENVIRONMENT, LOCK, SCENARIO, OpenStackError
from .processes import Process, free_ports, start, wait_until_it_listens
from .servers import PAGED_REGION, REGION, Servers, servers

NEUTRON = "neutron.wsgi.api:application"
APPLICATIONS = {
    "keystone": "keystone.wsgi.api:application",
    "neutron": NEUTRON,
    "neutron-paged": NEUTRON,
}

# Isolated: nothing of the caller's PYTHONPATH, nor of the script's own directory.
PYTHON = [f"{ENVIRONMENT}/bin/python", "-I", "-W", "ignore"]


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long something took."""
    started = time.monotonic()
    yield
    print(f"{time.monotonic() - started:6.1f} s  {what}", flush=True)


def up(home: Path, pagination_max_limit: int) -> Servers:
    """Start the servers, and install and seed them before where that is still to be done.

    home: the directory of databases, logs and servers.json.
    pagination_max_limit: rows a page at most in the paged region.
    """
    if not installed():
        stop(home)
        with timed(f"install into {ENVIRONMENT}"):
            install()
    state = home / "state"
    version = hashlib.sha256(SCENARIO.read_bytes() + LOCK.read_bytes()).hexdigest()
    known = _known(state / "seeded.json", version)
    if known:
        try:
            found = servers(home)
        except OpenStackError:
            print("Starting with the databases that are there.")
        else:
            if found.pagination_max_limit == pagination_max_limit:
                print("The servers run already.")
                return found
    stop(home)
    if not known:
        # Nothing, or half made, or made of another scenario.
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir(mode=0o700, parents=True)

    ports = free_ports(list(APPLICATIONS), known.get("ports", {}))
    addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    auth_url = f"{addresses['keystone']}/v3"
    urls = {REGION: addresses["neutron"], PAGED_REGION: addresses["neutron-paged"]}
    _configure(state, auth_url, pagination_max_limit)
    if not known:
        with timed("databases"), ThreadPoolExecutor() as pool:
            list(pool.map(lambda make: make(state), [_make_keystone, _make_neutron]))
    with timed("start"):
        processes = _start(state, ports)
    try:
        admin = Client(auth_url, urls[REGION], "admin", configuration.ADMIN_PASSWORD, "admin")
        seed.catalog(admin, auth_url, urls)
        if not known:
            scenario = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
            with timed("users, projects and objects"):
                known = seed.everything(admin, state / "neutron.sqlite", scenario)
        known |= {"version": version, "ports": ports}
        (state / "seeded.json").write_text(json.dumps(known), encoding="utf-8")
        running = Servers(
            directory=str(state),
            auth_url=auth_url,
            urls=urls,
            pagination_max_limit=pagination_max_limit,
            users=known["users"],
            application_credentials=known["application_credentials"],
            projects=known["projects"],
            processes=processes,
        )
        running.save(home / "servers.json")
    except BaseException:
        _stop(processes)
        raise
    return running


def stop(home: Path) -> list[str]:
    """Stop what `up` started; return the names of what ran."""
    path = home / "servers.json"
    if not path.exists():
        return []
    running = [process for process in Servers.load(path).processes if process.alive()]
    _stop(running)
    path.unlink()
    return [process.name for process in running]


def purge(home: Path) -> None:
    """Delete databases and logs."""
    shutil.rmtree(home / "state", ignore_errors=True)


def _known(seeded: Path, version: str) -> dict[str, Any]:
    """Return what was seeded; nothing where that has another version."""
    if not seeded.exists():
        return {}
    known: dict[str, Any] = json.loads(seeded.read_text(encoding="utf-8"))
    if known["version"] != version:
        print("The scenario or the lock has changed: making the databases anew.")
        return {}
    return known


def _configure(state: Path, auth_url: str, pagination_max_limit: int) -> None:
    files = {
        "keystone": configuration.keystone(state),
        "neutron": configuration.neutron(state, auth_url, -1),
        "neutron-paged": configuration.neutron(state, auth_url, pagination_max_limit),
    }
    for name, options in files.items():
        configuration.write(state / f"{name}.conf", options)
    (state / "policy.yaml").write_text("{}", encoding="utf-8")


def _make_keystone(state: Path) -> None:
    manage = [f"{ENVIRONMENT}/bin/keystone-manage", "--config-file", f"{state}/keystone.conf"]
    owner = [f"--keystone-user={os.getuid()}", f"--keystone-group={os.getgid()}"]
    for arguments in (["db_sync"], ["fernet_setup", *owner], ["bootstrap"]):
        _run([*manage, *arguments], _log(state, "keystone"))


def _make_neutron(state: Path) -> None:
    script = Path(__file__).with_name("tables.py")
    _run([*PYTHON, str(script), f"{state}/neutron.sqlite"], _log(state, "neutron"))


def _run(command: list[str], log: Path) -> None:
    variables = {
        "PYTHONWARNINGS": "ignore",
        "OS_BOOTSTRAP_PASSWORD": configuration.ADMIN_PASSWORD,
        "OS_BOOTSTRAP_REGION_ID": REGION,
    }
    with log.open("ab") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, env=os.environ | variables, check=False
        )
    if done.returncode:
        raise OpenStackError(f"{Path(command[0]).name} failed; its last words are in {log}.")


def _start(state: Path, ports: dict[str, int]) -> list[Process]:
    script = str(Path(__file__).with_name("serve.py"))
    processes: list[Process] = []
    try:
        for name, application in APPLICATIONS.items():
            command = [*PYTHON, script, application, str(ports[name]), f"{state}/{name}.conf"]
            processes.append(start(name, command, _log(state, name)))
        for process in processes:
            wait_until_it_listens(process, ports[process.name], _log(state, process.name))
    except BaseException:
        _stop(processes)
        raise
    return processes


def _stop(processes: list[Process]) -> None:
    for process in processes:
        process.stop()


def _log(state: Path, name: str) -> Path:
    return state / f"{name}.log"
