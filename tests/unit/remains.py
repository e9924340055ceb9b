# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that hang, interruptions, and what a client leaves behind: threads and sockets."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server(first: bytes, drip: bytes) -> Iterator[str]:
    """Return the URL of a server that sends `first`, and then `drip` every 50 ms for as long as it can."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.sendall(first)
                while not over.wait(0.05):
                    connection.sendall(drip)
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True, name="server").start()

    threading.Thread(target=accept, daemon=True, name="server").start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()


def interrupt_through_another_thread() -> threading.Event:
    """Send the signal of Ctrl+C in 0.2 s, to a thread that is not the main one.

    The system may choose any thread for it. The event is set 5 s later.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background of a shell
    late = threading.Event()

    def work() -> None:
        time.sleep(0.2)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        time.sleep(5)
        late.set()

    threading.Thread(target=work, daemon=True, name="server of signals").start()
    return late


def remains() -> list[str]:
    """Return the threads that are not a server's."""
    return [one.name for one in threading.enumerate() if not one.name.startswith("server")]


def ends_within(seconds: float, threads: list[str]) -> bool:
    """Return whether there are no more threads than these after so long at most."""
    end = time.monotonic() + seconds
    while len(remains()) > len(threads) and time.monotonic() < end:
        time.sleep(0.02)
    return len(remains()) <= len(threads)


def sockets() -> int:
    """Return how many sockets are open, those of servers in this process included."""
    found = 0
    for one in Path("/proc/self/fd").iterdir():
        try:
            found += str(one.readlink()).startswith("socket:")
        except OSError:
            continue  # the directory's own descriptor
    return found
