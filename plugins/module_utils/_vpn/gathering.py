# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests are sent for a selection, and what becomes of the responses.

Private to this collection. Modules and the inventory plugin call `gather` with a client.
"""

from __future__ import annotations

import re
import typing as t
from concurrent.futures import ThreadPoolExecutor

from .._cloud.errors import VpnError, one_line
from .facts import normalize, pick_fields
from .kinds import REFERENCES, SUBNET, VPN_SERVICE, Kind
from .matching import filter_rows
from .paging import get_row, list_rows
from .resolving import resolve_references, subnet_ids

if t.TYPE_CHECKING:
    from .._cloud.client import Client, Query

    Row = dict[str, t.Any]

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Selection(t.NamedTuple):
    """Which objects of a kind are returned, and what of them."""

    name: str | None = None  # a name or an ID
    filters: t.Mapping[str, t.Any] = {}  # those of the kind; None is no filter
    fields: t.Sequence[str] | None = None  # only these in the answer, and `id`
    vpn_service: str | None = None  # a name or an ID; connections only
    include_psk: bool = False  # connections only
    resolve: bool = False  # connections only


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
    unknown = sorted(set(selection.fields or ()) - set(kind.fields))
    if unknown:
        raise VpnError(
            f"fields has {', '.join(unknown)}, which no {kind.title} has: "
            f"its fields are {', '.join(kind.fields)}."
        )
    if "psk" in (selection.fields or ()) and not selection.include_psk:
        raise VpnError("fields has psk, but the pre-shared key comes only with include_psk: true.")


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
    query = [("fields", name) for name in _requested_fields(kind, selection, filters)]
    if by_id:
        rows = _rows(client, kind, query, messages, object_id=selection.name)
    else:
        rows = _rows(client, kind, query, messages, name=selection.name)
    return filter_rows(normalize(kind, rows, selection.include_psk), filters)


def _requested_fields(
    kind: Kind, selection: Selection, filters: t.Mapping[str, t.Any]
) -> t.Sequence[str]:
    if selection.fields is None:
        return (*kind.asked_fields, *(("psk",) if selection.include_psk else ()))
    needed = {"id", "name", "status", "project_id", "tenant_id", *selection.fields}
    needed.update(name for name, value in filters.items() if value is not None)
    if selection.resolve:
        needed.update(id_field for _name, id_field, _kind in REFERENCES)
        needed.update(("peer_address", "peer_cidrs"))
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

    # The name only makes the response smaller: every response is filtered on arrival.
    try:
        rows = fetch(query + ([("name", name)] if name is not None else []))
        problem = "" if _have_ids(rows) else "rows came without the id that was asked for"
    except VpnError as error:
        if error.status != 400:
            raise
        problem = str(error)
    if problem:
        messages.debug(f"{kind.path}: asked again without fields and filters, for: {problem}")
        rows = fetch([])
    if not _have_ids(rows):
        raise VpnError(
            f"The answer of {client.location(kind.path)} has objects without an id: this is not the VPN "
            "API. Check endpoint."
        )
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
    extra = _resolve(client, rows, messages) if selection.resolve else []
    if selection.fields is not None:
        rows = pick_fields(rows, selection.fields)
    for row, more in zip(rows, extra):
        row.update(more)
    for warning in client.auth.warnings:
        messages.warn(warning)
    client.auth.warnings.clear()
    return rows


def _resolve(client: Client, rows: list[Row], messages: Messages) -> list[Row]:
    """Return what each connection refers to; the lists of the kinds are requested in parallel."""
    ids: dict[Kind, set[t.Any]] = {}
    for _name, id_field, kind in REFERENCES:
        used = {row[id_field] for row in rows if isinstance(row.get(id_field), str)} - {""}
        ids[kind] = ids.get(kind, set()) | used
    with ThreadPoolExecutor(len(ids)) as pool:
        found = list(pool.map(lambda kind: _objects(client, kind, ids[kind], messages), ids))
    objects = dict(zip((kind.plural for kind in ids), found))
    subnets = {
        subnet_id
        for group in objects["endpoint_groups"].values()
        for subnet_id in subnet_ids(group)
        if isinstance(subnet_id, str)
    }
    service_subnets = [service["subnet_id"] for service in objects["vpnservices"].values()]
    subnets |= {subnet_id for subnet_id in service_subnets if isinstance(subnet_id, str)} - {""}
    objects[SUBNET.plural] = _objects(client, SUBNET, subnets, messages)
    return [resolve_references(row, objects) for row in rows]


def _objects(
    client: Client, kind: Kind, ids: t.Collection[t.Any], messages: Messages
) -> dict[str, Row]:
    """Return the objects of a kind with these IDs by ID; a warning names what is not readable or missing."""
    if not ids:
        return {}
    query = [("fields", name) for name in kind.asked_fields]
    try:
        rows = [row for row in _rows(client, kind, query, messages) if row.get("id") in ids]
    except VpnError as error:
        if error.status not in (403, 404):
            raise
        messages.warn(f"What refers to a {kind.title} is null, for they cannot be read: {error}")
        return {}
    objects = {row["id"]: row for row in (normalize(kind, rows) if kind is not SUBNET else rows)}
    missing = sorted(set(ids) - set(objects))
    if missing:
        messages.warn(
            f"What refers to a {kind.title} is null where this user sees none of the id: "
            f"{one_line(', '.join(missing[:5]))}{' and others' if len(missing) > 5 else ''}."
        )
    return objects
