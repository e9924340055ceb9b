# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists over as many pages as the server splits them into. Private to this collection."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs

from .._cloud.errors import VpnError, one_line, redact_url

if t.TYPE_CHECKING:
    from .._cloud.client import Client, Query
    from .kinds import Kind

    Row = dict[str, t.Any]

MAX_RESTARTS = 3  # of a list that changes during pagination


def list_rows(client: Client, kind: Kind, query: Query | None = None) -> list[Row]:
    """Return every row of a kind that the query selects, or raise VpnError; never a partial list."""
    for _attempt in range(MAX_RESTARTS):
        rows = _list_pages(client, kind, query or [])
        if rows is not None:
            return rows
    raise VpnError(
        f"The list of {kind.title} objects at {client.location(kind.path)} changed {MAX_RESTARTS} "
        "times while it was read page by page: try again."
    )


def get_row(client: Client, kind: Kind, object_id: str, query: Query | None = None) -> Row | None:
    """Return one object, or None if no object with this ID is visible to the user."""
    path = f"{kind.path}/{object_id}"
    try:
        answer = client.get(path, query)
    except VpnError as error:
        if error.not_found:
            return None
        raise
    row = answer.get(kind.singular)
    if not isinstance(row, dict):
        raise client.unexpected(path, f"has no object {kind.singular}")
    return row


def _list_pages(client: Client, kind: Kind, query: Query) -> list[Row] | None:
    """Return the rows of all pages; None if the object of a marker disappears meanwhile."""
    rows: list[Row] = []
    ids: set[str] = set()
    markers: set[str] = set()
    page_query: Query = []
    while True:
        answer = client.get(kind.path, query + page_query)
        page = answer.get(kind.plural)
        if not isinstance(page, list) or not all(isinstance(row, dict) for row in page):
            raise client.unexpected(kind.path, f"has no list {kind.plural}")
        following = next_page(answer.get(kind.plural + "_links"), len(page))
        if not following and not page_query:
            return page
        new = [row for row in page if str(row.get("id", id(row))) not in ids]
        rows += new
        ids.update(str(row["id"]) for row in new if "id" in row)
        if not following:
            marker = dict(page_query)["marker"]
            # An empty page follows a marker that has disappeared, as it follows a full last page.
            if not page and get_row(client, kind, marker, [("fields", "id")]) is None:
                return None
            return rows
        page_query = following
        marker = dict(page_query)["marker"]
        if marker in markers or not new:
            raise VpnError(
                f"GET {client.location(kind.path)} repeats a page instead of going on: the list "
                "cannot be read completely from this server."
            )
        markers.add(marker)


def next_page(links: t.Any, page_length: int) -> Query:
    """The query of the next page, from a link's marker or href; nothing at the end of the list.

    Only marker and limit are taken: the link's host may be an internal one. VpnError for a link that
    leads on without a marker.
    """
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") == "next":
            href = str(link.get("href") or "")
            query = parse_qs(href.partition("#")[0].partition("?")[2])
            marker = link.get("marker") or query.get("marker", [None])[-1]
            if marker:
                limit = query.get("limit", [str(page_length or "")])[-1]
                return [("limit", limit)] * bool(limit) + [("marker", str(marker))]
            if href:
                raise VpnError(
                    f"The list goes on at {one_line(redact_url(href))}, but the link has no marker: it "
                    "cannot be read whole from this server."
                )
    return []
