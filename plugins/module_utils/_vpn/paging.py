# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete lists, however many pages the server splits them into. Private to this collection."""

from __future__ import annotations

import json
import time
import typing as t
from urllib.parse import parse_qs

from .._cloud import errors, failures

if t.TYPE_CHECKING:
    from .._cloud.client import Client, Query
    from . import kinds
    from .facts import Row

MAX_ATTEMPTS = 4  # to read a list that changes during pagination
MAX_PAGES = 5000
MAX_LIST_BYTES = 1024**3
MAX_LIST_TIMEOUTS = 30  # time of a list, in multiples of the time for one request
DEFAULT_LIMITS = (500, 1000, 2000)  # rows of a page on servers that limit lists unasked

_BY_ID: Query = [("sort_key", "id"), ("sort_dir", "asc")]


class _ChangedError(Exception):
    """The list changed during pagination."""


def list_rows(client: Client, kind: kinds.Kind, query: Query | None = None) -> list[Row]:
    """Return every row of a kind that the query selects; never a partial list. Raises VpnError."""
    query = query or []
    budget = Budget(client, kind)
    answer = client.get(kind.path, query)
    page = page_rows(client, kind, answer)
    limit = 0
    if not next_page(answer, kind, len(page)):
        if len(page) not in DEFAULT_LIMITS or not _continues(client, kind, query, page):
            return page
        limit = len(page)
    ids = [str(row.get("id")) for row in page]
    # Sorted, because rows without an order can move to a page that has been read.
    sorts = None if ids == sorted(ids) else True
    try:
        return _read_stable(client, kind, query + _BY_ID, budget, limit, sorts)
    except errors.VpnError as error:
        if error.status != 400:
            raise
    return _read_stable(client, kind, query, budget, limit, sorts=False)


def get_row(
    client: Client, kind: kinds.Kind, object_id: str, query: Query | None = None
) -> Row | None:
    """Return one object, or None after HTTP 404.

    That means that the object does not exist only if the list of the kind can be read, because
    proxies and wrong URLs return HTTP 404 too. Raises VpnError.
    """
    path = f"{kind.path}/{object_id}"
    try:
        answer = client.get(path, query)
    except errors.VpnError as error:
        if error.status == 404:
            return None
        raise
    row = answer.get(kind.singular)
    if not isinstance(row, dict):
        raise client.unexpected(path, f"it has no object {kind.singular}{_message(answer)}")
    return row


class Budget:
    """What reading one list may cost at most."""

    def __init__(self, client: Client, kind: kinds.Kind) -> None:
        """Start the time of a list."""
        self._where = f"GET {client.location(kind.path)}"
        self._client = client
        self._end = time.monotonic() + client.session.timeout * MAX_LIST_TIMEOUTS
        self._bytes = client.bytes_received + MAX_LIST_BYTES
        self._pages = MAX_PAGES

    def spend_page(self) -> None:
        """Count a page. Raises VpnError for too many pages or bytes, or too long a time."""
        self._pages -= 1
        if self._pages < 0:
            limit = f"{MAX_PAGES} pages"
        elif self._client.bytes_received > self._bytes:
            limit = f"{MAX_LIST_BYTES // 2**20} MiB"
        elif time.monotonic() > self._end:
            limit = f"{self._client.session.timeout * MAX_LIST_TIMEOUTS:g} seconds"
        else:
            return
        raise errors.VpnError(
            f"Pagination of {self._where} failed: the list does not end within {limit}. "
            "Check endpoint, or use a filter."
        )


def page_rows(client: Client, kind: kinds.Kind, answer: t.Mapping[str, t.Any]) -> list[Row]:
    """Return the rows of a response. Raises VpnError for a response without a list of objects."""
    page = answer.get(kind.plural)
    if not isinstance(page, list) or not all(isinstance(row, dict) for row in page):
        raise client.unexpected(kind.path, f"it has no list {kind.plural}{_message(answer)}")
    return page


def _message(answer: t.Mapping[str, t.Any]) -> str:
    """Return the message of an error body that was sent with a status of success."""
    if "message" not in answer:
        return ""
    return f", but the message: {failures.server_message(json.dumps(answer).encode())}"


def _continues(client: Client, kind: kinds.Kind, query: Query, page: list[Row]) -> bool:
    """Return whether there are rows behind a page as long as a default limit, without a link."""
    marker = page[-1].get("id")
    if not isinstance(marker, str):
        return False
    try:
        answer = client.get(kind.path, [*query, ("limit", str(len(page))), ("marker", marker)])
    except errors.VpnError as error:
        if error.status != 400:
            raise
        return False
    known = {row.get("id") for row in page if isinstance(row.get("id"), str)}
    return any(row.get("id") not in known for row in page_rows(client, kind, answer))


def _read_stable(
    client: Client, kind: kinds.Kind, query: Query, budget: Budget, limit: int, sorts: bool | None
) -> list[Row]:
    """Return the rows of all pages, read again while the list changes.

    `sorts` is whether the server sorts by ID if rows are in this order; None: that is to be found
    out, because they were in this order before. A list that is not sorted counts as unchanged if two
    readings in a row have the same IDs.
    """
    previous: set[str] | None = None
    for _attempt in range(MAX_ATTEMPTS):
        try:
            rows = _list_pages(client, kind, query, budget, limit)
        except _ChangedError:
            previous = None
            continue
        ids = [row["id"] for row in rows if isinstance(row.get("id"), str)]
        if set(ids) == previous:
            return rows
        if ids == sorted(ids):
            sorts = _sorts(client, kind, query, ids) if sorts is None else sorts
            if sorts:
                return rows
        previous = set(ids)
    raise errors.VpnError(
        f"Cannot list {kind.title} objects at {client.location(kind.path)}: the list changed "
        f"{MAX_ATTEMPTS} times during pagination. Try again.",
        temporary=True,
    )


def _sorts(client: Client, kind: kinds.Kind, query: Query, ids: list[str]) -> bool:
    """Return whether the last ID comes first in descending order."""
    other = [("sort_dir", "desc") if one == _BY_ID[1] else one for one in query]
    page = page_rows(client, kind, client.get(kind.path, [*other, ("limit", "1")]))
    return [row.get("id") for row in page[:1]] == ids[-1:]


def _list_pages(
    client: Client, kind: kinds.Kind, query: Query, budget: Budget, limit: int
) -> list[Row]:
    """Return the rows of all pages.

    With a `limit`, a page of so many rows has a next one even without a link. Raises _ChangedError
    if a row is on two pages, or the object of a marker disappears.
    """
    rows: list[Row] = []
    ids: set[str] = set()
    pages: set[tuple[str, ...]] = set()
    markers: set[str] = set()
    page_query: Query = []
    while True:
        budget.spend_page()
        answer = client.get(kind.path, query + page_query)
        page = page_rows(client, kind, answer)
        page_ids = [row["id"] for row in page if isinstance(row.get("id"), str)]
        following = next_page(answer, kind, len(page))
        if not following and limit and len(page) >= limit and page_ids:
            following = [("limit", str(limit)), ("marker", page_ids[-1])]
        marker = dict(following).get("marker", "")
        if tuple(page_ids) in pages or marker in markers or (following and not page):
            raise errors.VpnError(
                f"Pagination of GET {client.location(kind.path)} failed: the server returned the same "
                "page twice."
            )
        if not ids.isdisjoint(page_ids):
            raise _ChangedError
        if not page and page_query:
            # An empty page follows a marker that has disappeared, as it follows a full last page.
            last = dict(page_query)["marker"]
            if last in ids and get_row(client, kind, last, [("fields", "id")]) is None:
                raise _ChangedError
        rows += page
        ids.update(page_ids)
        pages.add(tuple(page_ids))
        if not following:
            return rows
        markers.add(marker)
        page_query = following


def next_page(answer: t.Mapping[str, t.Any], kind: kinds.Kind, page_length: int) -> Query:
    """Return the query of the next page, from a link's marker or URL; empty at the end of the list.

    Only marker and limit of a URL are used, because its host can be an internal one. Raises VpnError
    for a link without a marker.
    """
    for link in _next_links(answer, kind):
        href, marker, limit = link, None, None
        if isinstance(link, dict):
            href, marker = link.get("href", ""), link.get("marker")
        query = parse_qs(str(href or "").partition("#")[0].partition("?")[2])
        marker = marker or query.get("marker", [None])[-1]
        if marker:
            limit = query.get("limit", [str(page_length or "")])[-1]
            return [("limit", limit)] * bool(limit) + [("marker", str(marker))]
        if href is not None:
            raise errors.VpnError(
                f"Pagination of {kind.title} objects failed: the link to the next page "
                f"({errors.one_line(errors.redact_url(str(href))) or 'empty'}) has no marker."
            )
    return []


def _next_links(answer: t.Mapping[str, t.Any], kind: kinds.Kind) -> list[t.Any]:
    """Return the links to a next page, in all places where servers are known to put one."""
    found: list[t.Any] = []
    for links in (answer.get(kind.plural + "_links"), answer.get("links")):
        if isinstance(links, dict) and "rel" not in links:
            links = [{"rel": name, **_link(link)} for name, link in links.items()]
        for link in links if isinstance(links, list) else [links]:
            if isinstance(link, dict) and str(link.get("rel")).lower() == "next":
                found.append(link)
    if answer.get("next") and isinstance(answer["next"], (str, dict)):
        found.append(answer["next"])
    page_info = answer.get("page_info")
    if isinstance(page_info, dict) and page_info.get("next_marker"):
        found.append({"marker": page_info["next_marker"]})
    return found


def _link(link: t.Any) -> dict[str, t.Any]:
    return link if isinstance(link, dict) else {"href": link}
