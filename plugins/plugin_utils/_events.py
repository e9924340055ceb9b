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

from ..module_utils._cloud.client import Client, Session
from ..module_utils._cloud.errors import VpnError
from ..module_utils._vpn.gathering import Messages, Selection, gather
from ..module_utils._vpn.kinds import Kind
from ..module_utils._vpn.matching import filter_rows

Row = dict[str, t.Any]
Event = dict[str, t.Any]

LOGGER = logging.getLogger("otc.vpn.ipsec_connections")

# Where Jinja begins, and how a string sets other delimiters.
_TEMPLATE = re.compile(r"\{(?=[{%#])|^#(?=jinja2:)")


class Poller:
    """Polls the connections of one cloud as one user, with one token for all editions."""

    def __init__(
        self,
        options: t.Mapping[str, t.Any],
        selections: t.Mapping[Kind, Selection],
        filters: t.Mapping[str, t.Any] | None = None,
        initial: bool = False,
    ) -> None:
        """Store the completed connection options, and what is selected of each edition.

        `filters` apply to the results. With `initial` the first poll returns events too.
        """
        self._options = options
        self._filters = filters or {}
        self._session: Session | None = None  # kept for its token
        self._watches = [Watch(kind, selections[kind], initial) for kind in selections]

    def poll(self) -> list[Event]:
        """Return the events since the previous poll. The requests take some time."""
        return [event for watch in self._watches for event in self._poll(watch)]

    def _poll(self, watch: Watch) -> list[Event]:
        warnings: list[str] = []
        messages = Messages(warn=warnings.append, debug=LOGGER.debug)
        try:
            self._session = self._session or Session(self._options)
            watch.client = watch.client or self._session.client(watch.kind.edition)
            rows = gather(watch.client, watch.kind, watch.selection, messages)
        except VpnError as error:
            return watch.fail(str(error))
        if not watch.warned:  # the same ones come with every poll
            for warning in warnings:
                LOGGER.warning(warning)
        watch.warned = bool(warnings)
        rows = filter_rows(rows, self._filters)
        return watch.succeed({row["id"]: facts(watch.kind, row) for row in rows})


class Watch:
    """What was read of one edition."""

    def __init__(self, kind: Kind, selection: Selection, initial: bool) -> None:
        """Begin without a poll."""
        self.kind = kind
        self.selection = selection
        self.client: Client | None = None
        self.warned = False
        self._connections: dict[str, Row] | None = {} if initial else None
        self._initial = initial
        self._readable = True

    def fail(self, message: str) -> list[Event]:
        """Return an event for the first of several failures."""
        if not self._readable:
            return []
        self._readable = False
        LOGGER.warning(message)
        event = {"change": "unreadable", "edition": self.kind.edition, "message": literal(message)}
        return [event]

    def succeed(self, connections: dict[str, Row]) -> list[Event]:
        """Return the events that lead to these connections, by ID."""
        readable = {"change": "readable", "edition": self.kind.edition}
        events: list[Event] = [] if self._readable else [readable]
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


def facts(kind: Kind, row: Row) -> Row:
    """Return what is documented of a connection, without the pre-shared key, as literal strings."""
    names = (name for name in kind.names if name in row and name != "psk")
    return {"edition": kind.edition, **{name: literal(row[name]) for name in names}}


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
    """Return what the call returns. When canceled, stop waiting at once.

    The threads of an executor would keep the process alive until a request has timed out.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[Event]] = loop.create_future()

    def deliver(events: list[Event] | None, error: BaseException | None) -> None:
        if future.done():  # because it was canceled
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
