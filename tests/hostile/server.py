# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server: bytes as they are in the table, without an HTTP library that would correct them.

It runs as a process of its own, so that threads and sockets of a test are those of the client:
`python -m tests.hostile.server` prints the port and serves until its standard input is closed.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections import Counter

from tests.hostile.answers import CASES
from tests.hostile.replies import RESET, Case, Reply

DRIP_SECONDS = 0.05
_counts: Counter[tuple[str, str]] = Counter()
_lock = threading.Lock()


def serve() -> None:
    """Serve until the standard input is closed."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    port = listener.getsockname()[1]
    print(port, flush=True)
    cases = {str(number): case for number, case in enumerate(CASES)}

    def accept() -> None:
        while True:
            connection, _address = listener.accept()
            threading.Thread(target=_answer, args=(connection, port, cases), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


def _answer(connection: socket.socket, port: int, cases: dict[str, Case]) -> None:
    # The client may leave at any time.
    with connection, contextlib.suppress(OSError):
        method, path = _read_request(connection)
        number, _slash, rest = path.lstrip("/").partition("/")
        if number not in cases:
            return
        stage = stage_of(method, rest)
        replies = cases[number].replies.get(stage, [Reply(b"{}", "599 No reply in the table")])
        with _lock:
            count = _counts[number, stage]
            _counts[number, stage] += 1
        _send(
            connection, replies[min(count, len(replies) - 1)], f"http://127.0.0.1:{port}/{number}"
        )


def stage_of(method: str, path: str) -> str:
    """Return what a request is for: the last part of a list's path, `ID`, or the method of a write."""
    path = path.partition("?")[0]
    if path.endswith("auth/tokens"):
        return "token"
    parts = [part for part in path.split("/") if part]
    if method != "GET":
        return method
    if parts[:1] == ["v2.0"]:
        return "ID" if len(parts) > 3 else parts[-1]
    return parts[-1] if parts else ""


def _read_request(connection: socket.socket) -> tuple[str, str]:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return "", ""
        received += chunk
    head, _blank, body = received.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(65536)
    method, path, _version = head.split(b"\r\n")[0].decode().split(" ")
    return method, path


def _send(connection: socket.socket, reply: Reply, base: str) -> None:
    for part in reply.parts(base.encode()):
        if part == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if isinstance(part, float):
            time.sleep(part)
        else:
            connection.sendall(part)
    while reply.drip:
        time.sleep(DRIP_SECONDS)
        connection.sendall(reply.drip)
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(5.0)
    while connection.recv(65536):  # or closing would reset the connection
        pass


if __name__ == "__main__":
    serve()
