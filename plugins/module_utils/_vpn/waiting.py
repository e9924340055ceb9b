# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the status of connections. Private to this collection."""

from __future__ import annotations

import time
import typing as t

from .._cloud import errors
from .gathering import create_reader
from .matching import find_named
from .states import normalize_status

if t.TYPE_CHECKING:
    from .._cloud.client import Session
    from . import kinds
    from .facts import Row
    from .reader import Messages, Reader, Selection

MAX_SECONDS = 86400.0 * 7
RESERVE = 2.0  # seconds of a long timeout that remain for the last poll


class Wait(t.NamedTuple):
    """What to wait for, and how long (seconds)."""

    statuses: t.Sequence[str]
    timeout: float = 300.0
    interval: float = 10.0

    @property
    def names(self) -> str:
        """The statuses, for messages."""
        return ", ".join(str(normalize_status(status)) for status in self.statuses)

    def check(self) -> None:
        """Raise VpnError for times that are out of range, NaN included."""
        for option, value, lowest in (
            ("wait_timeout", self.timeout, 0.0),
            ("wait_interval", self.interval, 0.001),
        ):
            if not lowest <= value <= MAX_SECONDS:
                raise errors.VpnError(
                    f"{option} must be {lowest:g} to {MAX_SECONDS:g}, got: {value:g}."
                )


def wait_for_status(
    session: Session, kind: kinds.Kind, selection: Selection, messages: Messages, wait: Wait
) -> list[Row]:
    """Return the selected objects once each of them has one of the statuses.

    The selection is made once, at the start, because a filter on the status would lose objects whose
    status changes. The timeout covers all requests, the one for the token included; with 0, the objects
    are read once. Raises VpnError with the last status of each object on timeout, if nothing is
    selected, and if a selected object is deleted.
    """
    end = time.monotonic() + wait.timeout
    selected: dict[str, Row] = {}
    if wait.timeout:
        session.limit(end)
    try:
        reader = create_reader(session.client(kind.edition), messages)
        with reader.passing_warnings():
            _poll(reader, kind, selection, wait, end, selected)
            return reader.complete(kind, list(selected.values()), selection)
    except errors.VpnError:
        if not wait.timeout or time.monotonic() < end:
            raise
    raise _timed_out(kind, wait, selected)


def _poll(
    reader: Reader,
    kind: kinds.Kind,
    selection: Selection,
    wait: Wait,
    end: float,
    selected: dict[str, Row],
) -> None:
    """Read the selected objects into `selected` until each has one of the statuses."""
    if selection.fields is not None:
        selection = selection._replace(fields=[*selection.fields, "name", "status"])
    last_poll = end - min(RESERVE, wait.timeout / 10)
    rows = reader.fetch(kind, selection)
    _require(kind, selection, rows)
    selected.update((row["id"], row) for row in rows)
    while _waiting(wait, selected):
        left = last_poll - time.monotonic()
        if left <= 0:
            raise _timed_out(kind, wait, selected)
        time.sleep(min(wait.interval, left))
        found = {row["id"]: row for row in reader.fetch_ids(kind, selected, selection)}
        deleted = [row for object_id, row in selected.items() if object_id not in found]
        if deleted:
            raise errors.VpnError(
                f"{len(deleted)} of {len(selected)} {kind.title} objects were deleted while waiting "
                f"for {wait.names}. Last status: {_statuses(deleted)}."
            )
        selected.update(found)


def _waiting(wait: Wait, selected: t.Mapping[str, Row]) -> list[Row]:
    statuses = [normalize_status(status) for status in wait.statuses]
    return [row for row in selected.values() if row["status"] not in statuses]


def _timed_out(kind: kinds.Kind, wait: Wait, selected: t.Mapping[str, Row]) -> errors.VpnError:
    sentence = f"Timed out after {wait.timeout:g} seconds waiting for {wait.names}: "
    rows = _waiting(wait, selected)
    if rows:
        sentence += (
            f"{len(rows)} of {len(selected)} {kind.title} objects not ready ({_statuses(rows)})."
        )
    else:
        sentence += f"the {kind.title} objects could not be read."
    return errors.VpnError(sentence, temporary=True)


def _require(kind: kinds.Kind, selection: Selection, rows: list[Row]) -> None:
    """Raise VpnError if nothing is selected, or one of the listed names matches nothing."""
    missing = [name for name in selection.names or () if not find_named(rows, name)]
    if missing:
        raise errors.VpnError(
            f"Cannot wait for {errors.one_line(', '.join(missing))}: no {kind.title} that matches the filters "
            "has this name or ID. Check name, the project and the filters."
        )
    if not rows:
        raise errors.VpnError(
            f"Cannot wait: no {kind.title} matches. Check the project and the filters."
        )


def _statuses(rows: t.Iterable[Row]) -> str:
    pairs = ((str(row["name"] or row["id"]), str(row["status"] or "unknown")) for row in rows)
    return ", ".join(
        f"{errors.one_line(name)[:80]}: {errors.one_line(status)[:40]}" for name, status in pairs
    )
