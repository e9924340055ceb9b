# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests a selection needs, and the results made of the responses.

Private to this collection. Modules and the inventory plugin call `gather` with a client.
"""

from __future__ import annotations

import re
import typing as t
from concurrent.futures import ThreadPoolExecutor

from .._cloud.errors import VpnError, one_line
from .facts import normalize, pick_fields
from .kinds import RESOLVED, SUBNET, VPN_SERVICE, Kind
from .matching import filter_rows
from .paging import get_row, list_rows
from .resolving import referenced_ids, referenced_subnets, resolve_references

if t.TYPE_CHECKING:
    from .._cloud.client import Client, Query
    from .facts import Row

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Selection(t.NamedTuple):
    """Which objects of a kind are returned, and which of their fields."""

    name: str | None = None  # a name or an ID
    filters: t.Mapping[str, t.Any] = {}  # those of the kind; None is no filter
    fields: t.Sequence[str] | None = None  # None: all
    vpn_service: str | None = None  # a name or an ID; connections only
    include_psk: bool = False  # connections only
    resolve: bool = False  # connections only

    @property
    def resolved(self) -> tuple[str, ...]:
        """The names that resolving adds to each connection.

        If `fields` contains some of them, only these; otherwise all with `resolve`.
        """
        named = tuple(name for name in RESOLVED if name in (self.fields or ()))
        return named or (RESOLVED if self.resolve else ())


class Messages(t.NamedTuple):
    """Where messages for the user go."""

    warn: t.Callable[[str], None]
    debug: t.Callable[[str], None]


def gather(client: Client, kind: Kind, selection: Selection, messages: Messages) -> list[Row]:
    """Return the selected objects of a kind. Raises VpnError."""
    check_fields(kind, selection)
    rows = fetch_selected(client, kind, selection, messages)
    return complete_results(client, rows, selection, messages)


def check_fields(kind: Kind, selection: Selection) -> None:
    """Raise VpnError for fields that the kind does not have, or psk without include_psk."""
    unknown = sorted(set(selection.fields or ()) - set(kind.names))
    if unknown:
        raise VpnError(
            f"Unknown fields: {', '.join(unknown)}. Supported fields: {', '.join(kind.names)}."
        )
    if "psk" in (selection.fields or ()) and not selection.include_psk:
        raise VpnError("fields contains psk, which requires include_psk: true.")


def fetch_selected(
    client: Client, kind: Kind, selection: Selection, messages: Messages
) -> list[Row]:
    """Return the rows that match all filters, with at least the fields that later steps need."""
    filters = dict(selection.filters)
    if selection.vpn_service is not None:
        filters["vpnservice_id"] = _service_ids(client, selection.vpn_service, messages)
    by_id = selection.name is not None and _ID.fullmatch(selection.name)
    if not by_id:
        filters["name"] = selection.name
    query = [("fields", name) for name in requested_fields(kind, selection, filters)]
    if by_id:
        rows = _rows(client, kind, query, messages, object_id=selection.name)
    else:
        rows = _rows(client, kind, query, messages, name=selection.name)
    return filter_rows(normalize(kind, rows, selection.include_psk), filters)


def requested_fields(
    kind: Kind, selection: Selection, filters: t.Mapping[str, t.Any]
) -> t.Sequence[str]:
    """Return the fields that a request names: those to return, to filter by and to derive from."""
    if selection.fields is None:
        return (*kind.default_fields, *(("psk",) if selection.include_psk else ()))
    needed = {"id", "name", "status", *selection.fields}
    needed.update(name for name, value in filters.items() if value is not None)
    for name in (*selection.fields, *selection.resolved):
        needed.update(kind.derived.get(name, ()))
    if needed & {"project_id", "tenant_id"}:  # each is null on some servers
        needed.update(("project_id", "tenant_id"))
    return [name for name in kind.fields if name in needed]


def _rows(
    client: Client,
    kind: Kind,
    query: Query,
    messages: Messages,
    object_id: str | None = None,
    name: str | None = None,
) -> list[Row]:
    """Return the rows of a response, or of a second one if the server does not support the query."""

    def fetch(query: Query) -> list[Row]:
        if object_id is not None:
            row = get_row(client, kind, object_id, query)
            return [] if row is None else [row]
        return list_rows(client, kind, query)

    # The name only makes the response smaller, because every response is filtered on arrival.
    try:
        rows = fetch(query + ([("name", name)] if name is not None else []))
        problem = "" if _have_ids(rows) else "the server returned rows without the requested id"
    except VpnError as error:
        if error.status != 400:
            raise
        problem = str(error)
    if problem:
        messages.debug(f"{kind.path}: repeated without fields and filters, because {problem}")
        rows = fetch([])
    if not _have_ids(rows):
        raise client.unexpected(kind.path, "has objects without an id")
    return rows


def _have_ids(rows: t.Iterable[Row]) -> bool:
    return all(isinstance(row.get("id"), str) for row in rows)


def _service_ids(client: Client, service: str, messages: Messages) -> list[str]:
    if _ID.fullmatch(service):
        return [service]
    selection = Selection(name=service, fields=["id"])
    return [row["id"] for row in fetch_selected(client, VPN_SERVICE, selection, messages)]


def complete_results(
    client: Client, rows: list[Row], selection: Selection, messages: Messages
) -> list[Row]:
    """Return the rows as results: references resolved, and only the selected fields."""
    resolved = _resolve(client, rows, selection.resolved, messages)
    if selection.fields is not None:
        rows = pick_fields(rows, [name for name in selection.fields if name not in RESOLVED])
    for row, values in zip(rows, resolved):
        row.update(values)
    for warning in client.auth.warnings:
        messages.warn(warning)
    client.auth.warnings.clear()
    return rows


def _resolve(
    client: Client, rows: list[Row], names: t.Collection[str], messages: Messages
) -> list[Row]:
    """Return the named values for each connection; lists of several kinds are read in parallel."""
    ids = {kind: found for kind, found in referenced_ids(rows, names).items() if found}
    objects: dict[Kind, dict[str, Row]] = {}
    if ids:
        with ThreadPoolExecutor(len(ids)) as pool:
            found = pool.map(lambda kind: _objects(client, kind, ids[kind], messages), ids)
            objects = dict(zip(ids, found))
    subnets = referenced_subnets(rows, names, objects)
    if subnets:
        objects[SUBNET] = _objects(client, SUBNET, subnets, messages)
    return [resolve_references(row, names, objects) for row in rows] if names else []


def _objects(
    client: Client, kind: Kind, ids: t.Collection[str], messages: Messages
) -> dict[str, Row]:
    """Return the objects of a kind with these IDs, by ID.

    A warning names what is missing or not readable.
    """
    query = [("fields", name) for name in kind.default_fields]
    try:
        rows = [row for row in _rows(client, kind, query, messages) if row.get("id") in ids]
    except VpnError as error:
        if error.status not in (403, 404):
            raise
        messages.warn(
            f"Cannot read {kind.title} objects, so values that refer to them are null: {error}"
        )
        return {}
    objects = {row["id"]: row for row in (normalize(kind, rows) if kind is not SUBNET else rows)}
    missing = sorted(set(ids) - set(objects))
    if missing:
        messages.warn(
            f"Cannot find {len(missing)} {kind.title} objects, so values that refer to them are null: "
            f"{one_line(', '.join(missing[:5]))}{' and others' if len(missing) > 5 else ''}."
        )
    return objects
