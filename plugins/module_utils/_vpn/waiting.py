# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the status of connections. Private to this collection."""

from __future__ import annotations

import time
import typing as t

from .._cloud.errors import VpnError, one_line
from .gathering import Messages, Selection, check_fields, complete_results, fetch_selected
from .kinds import CONNECTION
from .states import normalize_status

if t.TYPE_CHECKING:
    from .._cloud.client import Client

    Row = dict[str, t.Any]


def wait_for_status(
    client: Client,
    selection: Selection,
    messages: Messages,
    states: t.Collection[str],
    timeout: float,
    interval: float,
) -> list[Row]:
    """Return the selected connections once each of them has one of the statuses.

    Polls every `interval` seconds for `timeout` seconds at most. The selection is made once, at the
    start, because a filter on the status would lose connections whose status changes. Raises VpnError
    with the last status of each connection on timeout, or if one is deleted meanwhile.
    """
    check_fields(CONNECTION, selection)
    states = [normalize_status(state) for state in states]
    end = time.monotonic() + timeout
    rows = fetch_selected(client, CONNECTION, selection, messages)
    chosen = {row["id"]: row for row in rows}
    same = selection._replace(
        name=next(iter(chosen)) if len(chosen) == 1 else None, filters={}, vpn_service=None
    )
    while True:
        waiting = [row for row in chosen.values() if row["status"] not in states]
        if not waiting:
            return complete_results(client, list(chosen.values()), selection, messages)
        left = end - time.monotonic()
        if left <= 0:
            raise VpnError(
                f"After {timeout:g} seconds {len(waiting)} of {len(chosen)} IPsec connections have "
                f"none of the states {', '.join(sorted(map(str, states)))}: {_states(waiting)}."
            )
        time.sleep(min(interval, left))
        now = {row["id"]: row for row in fetch_selected(client, CONNECTION, same, messages)}
        gone = [row for object_id, row in chosen.items() if object_id not in now]
        if gone:
            raise VpnError(
                f"{len(gone)} of {len(chosen)} IPsec connections were deleted while they were "
                f"waited for; their last states were: {_states(gone)}."
            )
        chosen = {object_id: now[object_id] for object_id in chosen}


def _states(rows: t.Iterable[Row]) -> str:
    texts = ((str(row["name"] or row["id"]), str(row["status"] or "unknown")) for row in rows)
    return ", ".join(f"{one_line(name)[:80]} {one_line(status)[:40]}" for name, status in texts)
