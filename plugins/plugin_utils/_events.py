# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From polls of the API to events. Private to this collection.

The event source runs without Ansible's loader, so this imports no Ansible.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import threading
import typing as t

from ..module_utils._cloud.client import Client, connect
from ..module_utils._cloud.errors import VpnError
from ..module_utils._vpn.gathering import Messages, Selection, gather
from ..module_utils._vpn.kinds import CONNECTION

Row = dict[str, t.Any]
Event = dict[str, t.Any]

FIELDS = (*(name for name in CONNECTION.fields if name != "psk"), "state")
LOGGER = logging.getLogger("otc.vpn.ipsec_connections")

# Where Jinja begins, and how a string sets other delimiters.
_TEMPLATE = re.compile(r"\{(?=[{%#])|^#(?=jinja2:)")


class Poller:
    """Polls the connections of one cloud as one user."""

    def __init__(
        self, options: t.Mapping[str, t.Any], selection: Selection, initial: bool = False
    ) -> None:
        """Store the completed connection options; with `initial` the first poll returns events too."""
        self._options = options
        self._selection = selection
        self._client: Client | None = None  # kept for its token
        self._connections: dict[str, Row] | None = {} if initial else None
        self._initial = initial
        self._readable = True

    def poll(self) -> list[Event]:
        """Return the events since the previous poll. The requests take some time."""
        messages = Messages(warn=LOGGER.warning, debug=LOGGER.debug)
        try:
            self._client = self._client or connect(self._options)
            rows = gather(self._client, CONNECTION, self._selection, messages)
        except VpnError as error:
            return self._fail(str(error))
        return self._succeed({row["id"]: facts(row) for row in rows})

    def _fail(self, message: str) -> list[Event]:
        """Return an event for the first of several failures."""
        if not self._readable:
            return []
        self._readable = False
        LOGGER.warning(message)
        return [{"change": "unreadable", "message": literal(message)}]

    def _succeed(self, connections: dict[str, Row]) -> list[Event]:
        events: list[Event] = [] if self._readable else [{"change": "readable"}]
        if self._connections is not None:
            events += changes(self._connections, connections)
        if self._initial:
            events = [
                {**event, "change": "initial"} if event["change"] == "appeared" else event
                for event in events
            ]
        self._readable, self._initial, self._connections = True, False, connections
        return events


def changes(before: t.Mapping[str, Row], after: t.Mapping[str, Row]) -> list[Event]:
    """Return the events between two polls, given the connections of each by ID."""
    events: list[Event] = [
        {"change": "disappeared", "ipsec_connection": row}
        for connection_id, row in before.items()
        if connection_id not in after
    ]
    for connection_id, row in after.items():
        if connection_id not in before:
            events.append({"change": "appeared", "ipsec_connection": row})
        elif before[connection_id]["state"] != row["state"]:
            previous = before[connection_id]["state"]
            events.append({"change": "state", "previous_state": previous, "ipsec_connection": row})
    return events


def facts(row: Row) -> Row:
    """Return the documented fields of a connection and its state, as literal strings."""
    return {name: literal(row[name]) for name in FIELDS}


def literal(value: t.Any) -> t.Any:
    """Return the value with a space in every template delimiter.

    ansible-rulebook passes events to playbooks as extra variables, and Ansible templates those.
    """
    if isinstance(value, str):
        return _TEMPLATE.sub(lambda match: match[0] + " ", value)
    if isinstance(value, list):
        return [literal(item) for item in value]
    if isinstance(value, dict):
        return {literal(name): literal(item) for name, item in value.items()}
    return value


async def run_in_daemon_thread(call: t.Callable[[], list[Event]]) -> list[Event]:
    """Return what the call returns. When cancelled, stop waiting at once.

    The threads of an executor would keep the process alive until a request has timed out.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[Event]] = loop.create_future()

    def deliver(events: list[Event] | None, error: BaseException | None) -> None:
        if future.done():  # because it was cancelled
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(events or [])

    def run() -> None:
        events, failure = None, None
        try:
            events = call()
        except BaseException as error:  # raised again in the coroutine
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(deliver, events, failure)

    threading.Thread(target=run, daemon=True, name="otc.vpn.ipsec_connections").start()
    return await future
