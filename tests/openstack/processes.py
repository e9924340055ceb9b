# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop server processes, and only our own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .places import OpenStackError


@dataclass(frozen=True)
class Process:
    name: str
    pid: int
    command: list[str]

    def alive(self) -> bool:
        """Return whether the pid is still this process: it may have been given to another since."""
        try:
            arguments = Path(f"/proc/{self.pid}/cmdline").read_text(encoding="utf-8")
        except OSError:
            return False
        # Neutron rewrites its title: the same words, with blanks between.
        return arguments.replace("\0", " ").strip() == " ".join(self.command)

    def stop(self) -> None:
        """Ask, and insist after ten seconds."""
        for signal_number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
            deadline = time.monotonic() + seconds
            if self.alive():
                os.kill(self.pid, signal_number)
            while self.alive() and time.monotonic() < deadline:
                time.sleep(0.1)


def start(name: str, command: list[str], log: Path) -> Process:
    with log.open("ab") as output:
        started = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return Process(name, started.pid, command)


def wait_until_it_listens(process: Process, port: int, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if not process.alive():
            break
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise OpenStackError(f"{process.name} did not start; its last words are in {log}.")


def free_ports(names: list[str], wanted: dict[str, int]) -> dict[str, int]:
    """Return a free port of 127.0.0.1 for each name; the wanted one where nobody else has it."""
    sockets = {}
    for name in names:
        sockets[name] = socket.socket()
        sockets[name].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sockets[name].bind(("127.0.0.1", wanted.get(name, 0)))
        except OSError:
            sockets[name].bind(("127.0.0.1", 0))
    ports = {name: opened.getsockname()[1] for name, opened in sockets.items()}
    for opened in sockets.values():
        opened.close()
    return ports
