# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of connections: which are up, and whether all required ones are.

Only the fields named here get into a result, so a psk never does.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..module_utils._vpn.matching import filter_rows
from ..module_utils._vpn.states import STATES, connection_state, normalize_status
from ._lookups import SOURCE, Lookup
from ._pairs import gateway_id, pair_state, pairs
from ._text import count, one_line

FILTERS = ("name", "vpn_service", "peer_address", "project_id", "tags")
_LABELS = {
    "up": "up",
    "down": "down",
    "pending": "pending",
    "error": "in error",
    "disabled": "administratively disabled",
    "unknown": "in an unknown state",
}
_NONE_FOUND = (
    "No IPsec connections found. Check the project, the editions and the filters: "
    "a user without read access to connections gets an empty list, not an error."
)
_DOWN = (
    "A connection is DOWN until the gateways have negotiated it, and can return to DOWN while idle: "
    "check that the remote gateway is reachable and that its settings match, then send traffic."
)
_PAIR_LABELS = {"degraded": "degraded", "outage": "down (outage)"}

Row = dict[str, Any]


class FiltersError(ValueError):
    """Error in the filters, with a message for the user."""


def health(
    lookups: Sequence[Lookup],
    required: Sequence[str] = (),
    filters: Mapping[str, Any] | None = None,
    waited: float = 0,
    allow_degraded: bool = False,
) -> dict[str, Any]:
    """Sort connections into one list for each of STATES, and decide whether all is well.

    `required` contains names and IDs; empty, all connections that are not disabled are required.
    `filters` has keys of FILTERS; empty values are ignored. `waited` (seconds) is mentioned if not
    all is well. With `allow_degraded`, a connection that is not up does not count if its pair has
    one that is. The result, plain data, does not depend on the order of the connections. Raises
    FiltersError.
    """
    by_id = {
        connection["id"]: connection
        for lookup in lookups
        for connection in _filtered(lookup.connections, filters or {})
    }
    together = pairs(by_id.values())
    degraded = {row["id"] for pair in together if pair_state(pair) == "degraded" for row in pair}
    rows = sorted((_row(connection, required) for connection in by_id.values()), key=_order)
    known = {row[field] for row in rows for field in ("name", "id")}
    missing = [name for name in dict.fromkeys(required) if name not in known]
    failing = [row for row in rows if row["required"] and row["state"] != "up"]
    tolerated = [row for row in failing if allow_degraded and row["id"] in degraded]
    failing = [row for row in failing if row not in tolerated]
    failures = [_unreadable(lookup) for lookup in lookups if lookup.error]
    failures += [_sentence(row) for row in failing]
    failures += [f"Required connection {one_line(name)} not found." for name in missing]
    if not rows and not failures:
        failures.append(_NONE_FOUND)
    ok = not failures
    must = sum(row["required"] for row in rows) + len(missing)
    up = must - len(failing) - len(tolerated) - len(missing)
    verdict = f"{up} of {must} required are up." if must else "None is required."
    after = f" Waited up to {waited:g} seconds." if waited and not ok else ""
    pair_rows = sorted((_pair(pair) for pair in together), key=_pair_order)
    return {
        "ok": ok,
        "summary": f"{_counts(rows, lookups)} {verdict}{_pair_counts(pair_rows)}{after}",
        "failures": failures,
        "hints": [_DOWN] if any(row["state"] == "down" for row in failing) else [],
        "missing": missing,
        "messages": [_sentence(row) for row in rows] + [_pair_sentence(pair) for pair in pair_rows],
        "pairs": pair_rows,
        "lookups": [
            {
                **lookup.source,
                "ok": not lookup.error,
                "message": lookup.error or None,
                "healthy": not lookup.error
                and not missing
                and bool(rows)
                and not any(_is_from(row, lookup) for row in failing),
            }
            for lookup in lookups
        ],
        **{name: [row for row in rows if row["state"] == name] for name in sorted(STATES)},
    }


def _filtered(
    connections: Iterable[Mapping[str, Any]], filters: Mapping[str, Any]
) -> Iterable[Mapping[str, Any]]:
    unknown = sorted(map(str, set(filters) - set(FILTERS)))
    if unknown:
        raise FiltersError(
            f"Unknown filters: {', '.join(unknown)}. Supported filters: {', '.join(FILTERS)}."
        )
    wanted = {name: value for name, value in filters.items() if value}
    if not isinstance(wanted.get("tags", {}), Mapping):
        raise FiltersError("filters: tags must be a dictionary.")
    service = wanted.pop("vpn_service", None)
    return [
        connection
        for connection in filter_rows(map(dict, connections), wanted)
        if not service or service in (gateway_id(connection), _service_name(connection))
    ]


def _service_name(connection: Mapping[str, Any]) -> Any:
    service = connection.get("vpn_service")
    return service.get("name") if isinstance(service, Mapping) else None


def _row(connection: Mapping[str, Any], required: Sequence[str]) -> Row:
    row = {key: connection.get(key) for key in ("id", "name", "status", "peer_address", *SOURCE)}
    row["status"] = normalize_status(row["status"])
    row["state"] = connection_state(connection)
    row["required"] = (
        row["name"] in required or row["id"] in required if required else row["state"] != "disabled"
    )
    return row


def _is_from(row: Row, lookup: Lookup) -> bool:
    return any(row["id"] == connection["id"] for connection in lookup.connections)


def _order(row: Row) -> tuple[Any, ...]:
    """Order by state, the most urgent first, then by name."""
    return (STATES.index(row["state"]), str(row["name"] or "").casefold(), str(row["id"]))


def _sentence(row: Row) -> str:
    return (
        f"{one_line(row['name']) or '(no name)'} to {one_line(row['peer_address']) or '(no address)'} "
        f"is {_LABELS[row['state']]} (status {one_line(row['status']) or 'missing'}, "
        f"id {one_line(row['id'])})."
    )


def _unreadable(lookup: Lookup) -> str:
    return f"Cannot read the connections{_where(lookup)}: {one_line(lookup.error)}"


def _where(lookup: Lookup) -> str:
    parts = [lookup.source[key] for key in ("cloud", "region", "project")]
    parts += ["Enterprise Edition VPN"] if lookup.source["edition"] == "enterprise" else []
    named = ", ".join(filter(None, parts))
    return f" of {named}" if named else ""


def _counts(rows: Sequence[Row], lookups: Sequence[Lookup]) -> str:
    total = count(len(rows), "IPsec connection")
    editions = {lookup.source["edition"] for lookup in lookups}
    if "enterprise" in editions:
        parts = [
            f"{sum(row['edition'] == name for row in rows)} {name}" for name in sorted(editions)
        ]
        total += f" ({', '.join(parts)})"
    counts = {name: sum(row["state"] == name for row in rows) for name in STATES}
    parts = [f"{number} {_LABELS[name]}" for name, number in counts.items() if number]
    return f"{total}: {', '.join(parts)}." if parts else f"{total}."


def _pair(pair: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "state": pair_state(pair),
        "vpnservice_id": gateway_id(pair[0]),
        "cgw_id": pair[0].get("cgw_id"),
        **{key: pair[0].get(key) for key in SOURCE},
        "connections": [
            {"id": row.get("id"), "name": row.get("name"), "state": connection_state(row)}
            for row in pair
        ],
    }


def _pair_order(pair: Mapping[str, Any]) -> tuple[Any, ...]:
    order = ("outage", "degraded", "up")
    return (order.index(pair["state"]), [str(row["id"]) for row in pair["connections"]])


def _pair_sentence(pair: Mapping[str, Any]) -> str:
    names = " and ".join(
        f"{one_line(row['name'] or row['id'])} ({_LABELS[row['state']]})"
        for row in pair["connections"]
    )
    return f"The pair {names} is {_PAIR_LABELS.get(pair['state'], pair['state'])}."


def _pair_counts(pair_rows: Sequence[Mapping[str, Any]]) -> str:
    parts = []
    for state, word in (("outage", "outage"), ("degraded", "degraded")):
        number = sum(pair["state"] == state for pair in pair_rows)
        if number:
            parts.append(f"{number} {word}")
    return f" {count(len(pair_rows), 'pair')}: {', '.join(parts)}." if parts else ""
