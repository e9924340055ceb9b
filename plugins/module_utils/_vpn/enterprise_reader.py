# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading Enterprise Edition VPN: its pages, its references and its logs.

Private to this collection.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from .._cloud import errors
from .._cloud.parallel import run_parallel
from . import kinds
from .enterprise import log_entries, neutral_facts, normalize_enterprise
from .paging import Budget, page_rows
from .reader import Reader

if t.TYPE_CHECKING:
    from .._cloud.client import Client, Query
    from .facts import Row
    from .reader import Selection

MAX_PARALLEL_LOGS = 8


class EnterpriseReader(Reader):
    """Reads the objects of one project of Enterprise Edition VPN."""

    names_in_query = False

    def _normalize(self, kind: kinds.Kind, rows: list[Row], include_psk: bool = False) -> list[Row]:
        return normalize_enterprise(kind, rows, self._client.url.rpartition("/")[2])

    def _list(self, kind: kinds.Kind, query: Query, name: str | None = None) -> list[Row]:
        return self._rows(kind, [], lambda _query: list_rows(self._client, kind))

    def _added(self, rows: list[Row], selection: Selection, names: t.Collection[str]) -> list[Row]:
        added = super()._added(rows, selection, names)
        if selection.log:
            for values, log in zip(added, self._logs(rows)):
                values["log"] = log
        return added

    def _resolve(self, rows: list[Row], names: t.Collection[str]) -> list[Row]:
        """Return the named values for each connection."""
        fields = {field for name in names for field in kinds.ENTERPRISE_CONNECTION.derived[name]}
        needed = [
            kind
            for id_field, kind in kinds.ENTERPRISE_CONNECTION.references.values()
            if id_field in fields and any(row.get(id_field) for row in rows)
        ]
        lists = dict(zip(needed, run_parallel(self._readable, needed)))
        by_id: dict[kinds.Kind, dict[str, list[Row]]] = {
            kinds.ENTERPRISE_GATEWAY: {},
            kinds.CUSTOMER_GATEWAY: {},
        }
        for kind, found in lists.items():
            for row in found or ():
                by_id[kind].setdefault(row["id"], []).append(row)
        every = (neutral_facts(row, *by_id.values()) for row in rows)
        return [{name: values[name] for name in names} for values in every]

    def _logs(self, rows: list[Row]) -> list[list[t.Any] | None]:
        """Return the log of each connection that is not up; None where there is none to read."""
        unsupported: list[str] = []

        def read(row: Row) -> list[t.Any] | None:
            if row["state"] == "up":
                return None
            try:
                path = f"{kinds.ENTERPRISE_CONNECTION.path}/{quote(row['id'], safe='')}/log"
                return log_entries(self._client.get(path))
            except errors.VpnError as error:
                if not error.forbidden and error.status not in (400, 404):
                    raise
                unsupported.append(f"{errors.one_line(str(row['name'] or row['id']))} ({error})")
                return None

        logs: list[list[t.Any] | None] = []
        for start in range(0, len(rows), MAX_PARALLEL_LOGS):
            logs += run_parallel(read, rows[start : start + MAX_PARALLEL_LOGS])
        if unsupported:
            self._messages.warn(
                f"Cannot read the log of {len(unsupported)} connections, so log is null: "
                f"{unsupported[0]}"
            )
        return logs


def list_rows(client: Client, kind: kinds.Kind) -> list[Row]:
    """Return every row of a kind; never a partial list. Raises VpnError.

    The total number that the server returns shows whether rows with the same time were lost.
    """
    budget = Budget(client, kind)
    total = rows = None
    for _attempt in range(2):
        rows, total = _marked_pages(client, kind, budget)
        if total is None or len(rows) >= total:
            return rows
    raise errors.VpnError(
        f"Cannot list {kind.title} objects at {client.location(kind.path)}: the server returned "
        f"{len(rows or ())} of {total} objects. Try again.",
        temporary=True,
    )


def _marked_pages(client: Client, kind: kinds.Kind, budget: Budget) -> tuple[list[Row], int | None]:
    """Return the rows of all pages, and the total number that the last page contains.

    The marker of a page is the creation time of its last row. A row with the ID of a row on an earlier
    page is dropped; two such rows on one page are kept.
    """
    rows: list[Row] = []
    ids: set[t.Any] = set()
    markers: set[str] = set()
    query: Query = [("limit", str(kind.page_size))] if kind.page_size else []
    while True:
        budget.spend_page()
        answer = client.get(kind.path, query)
        page = page_rows(client, kind, answer)
        total = answer.get("total_count")
        counted = isinstance(total, int) and not isinstance(total, bool) and kind.page_size
        total = total if counted else None
        new = [row for row in page if _hashable(row.get("id")) not in ids]
        rows += new
        ids.update(_hashable(row.get("id")) for row in new)
        if not kind.page_size or len(page) < kind.page_size:
            return rows, total
        info = answer.get("page_info")
        marker = info.get("next_marker") if isinstance(info, dict) else None
        marker = marker or page[-1].get("created_at")
        if not isinstance(marker, str) or marker in markers:
            if total is not None and len(rows) >= total:
                return rows, total
            raise errors.VpnError(
                f"Pagination of GET {client.location(kind.path)} failed: the server returned "
                f"{'the same marker twice' if isinstance(marker, str) else 'a full page without a marker'}."
            )
        markers.add(marker)
        query = [("limit", str(kind.page_size)), ("marker", marker)]


def _hashable(value: t.Any) -> t.Any:
    return value if isinstance(value, str) else repr(value)
