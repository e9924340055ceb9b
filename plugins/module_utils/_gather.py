# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a user asks for to facts: which requests are sent, and what is made of the answers.

Private to this collection. Modules and the inventory plugin call `gather` with a client.
"""

from __future__ import annotations

import re
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ._errors import VpnError, plain_url, printable
from ._facts import facts, resolved, selected, shortened, status_word, subnet_ids
from ._resources import CONNECTION, REFERENCES, SUBNET, VPN_SERVICE, Kind

if t.TYPE_CHECKING:
    from ._client import Client, Query, Row

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Wanted(t.NamedTuple):
    """What a user asks for of one kind."""

    name: str | None = None  # a name or an ID
    filters: t.Mapping[str, t.Any] = {}  # those of the kind; None is no filter
    fields: t.Sequence[str] | None = None  # only these in the answer, and `id`
    vpn_service: str | None = None  # a name or an ID; connections only
    include_psk: bool = False  # connections only
    resolve: bool = False  # connections only


class Report(t.NamedTuple):
    """Where sentences for the user go."""

    warn: t.Callable[[str], None]
    debug: t.Callable[[str], None]


def gather(client: Client, kind: Kind, wanted: Wanted, report: Report) -> list[Row]:
    """The facts of all objects of the kind that are wanted; raises VpnError."""
    _check_fields(kind, wanted)
    rows = _selected(client, kind, wanted, report)
    return _finished(client, rows, wanted, report)


def gather_when(
    client: Client,
    wanted: Wanted,
    report: Report,
    states: t.Collection[str],
    timeout: float,
    interval: float,
) -> list[Row]:
    """The wanted connections, once each of them has one of the states.

    Asks every `interval` seconds for `timeout` seconds at most. Which connections are waited for is
    decided by the first answer, for a filter on the status would lose them when it changes. Raises
    VpnError with each one's last state when the time is up or one is deleted meanwhile.
    """
    _check_fields(CONNECTION, wanted)
    states = [status_word(state) for state in states]
    end = time.monotonic() + timeout
    rows = _selected(client, CONNECTION, wanted, report)
    chosen = {row["id"]: row for row in rows}
    same = wanted._replace(
        name=next(iter(chosen)) if len(chosen) == 1 else None, filters={}, vpn_service=None
    )
    while True:
        waiting = [row for row in chosen.values() if row["status"] not in states]
        if not waiting:
            return _finished(client, list(chosen.values()), wanted, report)
        left = end - time.monotonic()
        if left <= 0:
            raise VpnError(
                f"After {timeout:g} seconds {len(waiting)} of {len(chosen)} IPsec connections have "
                f"none of the states {', '.join(sorted(map(str, states)))}: {_states(waiting)}."
            )
        time.sleep(min(interval, left))
        now = {row["id"]: row for row in _selected(client, CONNECTION, same, report)}
        gone = [row for object_id, row in chosen.items() if object_id not in now]
        if gone:
            raise VpnError(
                f"{len(gone)} of {len(chosen)} IPsec connections were deleted while they were "
                f"waited for; their last states were: {_states(gone)}."
            )
        chosen = {object_id: now[object_id] for object_id in chosen}


def _states(rows: t.Iterable[Row]) -> str:
    texts = ((str(row["name"] or row["id"]), str(row["status"] or "unknown")) for row in rows)
    return ", ".join(f"{printable(name)[:80]} {printable(status)[:40]}" for name, status in texts)


def _check_fields(kind: Kind, wanted: Wanted) -> None:
    unknown = sorted(set(wanted.fields or ()) - set(kind.fields))
    if unknown:
        raise VpnError(
            f"fields has {', '.join(unknown)}, which no {kind.title} has: "
            f"its fields are {', '.join(kind.fields)}."
        )
    if "psk" in (wanted.fields or ()) and not wanted.include_psk:
        raise VpnError("fields has psk, but the pre-shared key comes only with include_psk: true.")


def _selected(client: Client, kind: Kind, wanted: Wanted, report: Report) -> list[Row]:
    """The facts for which all filters hold, with at least the fields that are needed further on."""
    filters = dict(wanted.filters)
    if wanted.vpn_service is not None:
        filters["vpnservice_id"] = _service_ids(client, wanted.vpn_service, report)
    by_id = wanted.name is not None and _ID.fullmatch(wanted.name)
    if not by_id:
        filters["name"] = wanted.name
    query = [("fields", name) for name in _asked_fields(kind, wanted, filters)]
    if by_id:
        rows = _rows(client, kind, query, report, object_id=wanted.name)
    else:
        rows = _rows(client, kind, query, report, name=wanted.name)
    return selected(facts(kind, rows, wanted.include_psk), filters)


def _asked_fields(kind: Kind, wanted: Wanted, filters: t.Mapping[str, t.Any]) -> t.Sequence[str]:
    if wanted.fields is None:
        return (*kind.asked_fields, *(("psk",) if wanted.include_psk else ()))
    needed = {"id", "name", "status", "project_id", "tenant_id", *wanted.fields}
    needed.update(name for name, value in filters.items() if value is not None)
    if wanted.resolve:
        needed.update(id_field for _name, id_field, _kind in REFERENCES)
        needed.update(("peer_address", "peer_cidrs"))
    return [name for name in kind.fields if name in needed]


def _rows(
    client: Client,
    kind: Kind,
    query: Query,
    report: Report,
    object_id: str | None = None,
    name: str | None = None,
) -> list[Row]:
    """Rows as the server sends them, asked for once more where it cannot do what the query says."""

    def ask(query: Query) -> list[Row]:
        if object_id is not None:
            row = client.row(kind, object_id, query)
            return [] if row is None else [row]
        return client.rows(kind, query)

    # The name is sent as an economy only: what comes back is filtered in any case.
    try:
        rows = ask(query + ([("name", name)] if name is not None else []))
        problem = "" if _have_ids(rows) else "rows came without the id that was asked for"
    except VpnError as error:
        if error.status != 400:
            raise
        problem = str(error)
    if problem:
        report.debug(f"{kind.path}: asked again without fields and filters, for: {problem}")
        rows = ask([])
    if not _have_ids(rows):
        raise VpnError(
            f"The answer of {plain_url(client.url)}/{kind.path} has objects without an id: this is not the VPN "
            "API. Check endpoint."
        )
    return rows


def _have_ids(rows: t.Iterable[Row]) -> bool:
    return all(isinstance(row.get("id"), str) for row in rows)


def _service_ids(client: Client, service: str, report: Report) -> list[str]:
    if _ID.fullmatch(service):
        return [service]
    wanted = Wanted(name=service, fields=["id"])
    return [row["id"] for row in _selected(client, VPN_SERVICE, wanted, report)]


def _finished(client: Client, rows: list[Row], wanted: Wanted, report: Report) -> list[Row]:
    extra = _resolve(client, rows, report) if wanted.resolve else []
    if wanted.fields is not None:
        rows = shortened(rows, wanted.fields)
    for row, more in zip(rows, extra):
        row.update(more)
    for warning in client.auth.warnings:
        report.warn(warning)
    client.auth.warnings.clear()
    return rows


def _resolve(client: Client, rows: list[Row], report: Report) -> list[Row]:
    """For each connection what it refers to: one list of each kind that is needed, side by side."""
    ids: dict[Kind, set[t.Any]] = {}
    for _name, id_field, kind in REFERENCES:
        used = {row[id_field] for row in rows if isinstance(row.get(id_field), str)} - {""}
        ids[kind] = ids.get(kind, set()) | used
    with ThreadPoolExecutor(len(ids)) as pool:
        found = list(pool.map(lambda kind: _objects(client, kind, ids[kind], report), ids))
    objects = dict(zip((kind.plural for kind in ids), found))
    subnets = {
        subnet_id
        for group in objects["endpoint_groups"].values()
        for subnet_id in subnet_ids(group)
        if isinstance(subnet_id, str)
    }
    service_subnets = [service["subnet_id"] for service in objects["vpnservices"].values()]
    subnets |= {subnet_id for subnet_id in service_subnets if isinstance(subnet_id, str)} - {""}
    objects[SUBNET.plural] = _objects(client, SUBNET, subnets, report)
    return [resolved(row, objects) for row in rows]


def _objects(
    client: Client, kind: Kind, ids: t.Collection[t.Any], report: Report
) -> dict[str, Row]:
    """The objects of a kind with these ids, by id; a warning names what may not be read or is missing."""
    if not ids:
        return {}
    query = [("fields", name) for name in kind.asked_fields]
    try:
        rows = [row for row in _rows(client, kind, query, report) if row.get("id") in ids]
    except VpnError as error:
        if error.status not in (403, 404):
            raise
        report.warn(f"What refers to a {kind.title} is null, for they cannot be read: {error}")
        return {}
    objects = {row["id"]: row for row in (facts(kind, rows) if kind is not SUBNET else rows)}
    missing = sorted(set(ids) - set(objects))
    if missing:
        report.warn(
            f"What refers to a {kind.title} is null where this user sees none of the id: "
            f"{printable(', '.join(missing[:5]))}{' and others' if len(missing) > 5 else ''}."
        )
    return objects
