# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the API in the documented form, without pre-shared keys. Private to this collection."""

from __future__ import annotations

import typing as t

from .states import connection_state, normalize_status

if t.TYPE_CHECKING:
    from .kinds import Kind

Row = dict[str, t.Any]  # an object of the API


def normalize(kind: Kind, rows: list[Row], include_psk: bool = False) -> list[Row]:
    """Return the rows with every documented field under its documented name, null where it is missing.

    Other fields of the server are kept, a pre-shared key only with `include_psk`. The rows are changed
    in place, because copying thousands would take longer than everything else here.
    """
    fields = frozenset(kind.fields) - (set() if include_psk else {"psk"})
    for row in rows:
        if not include_psk:
            row.pop("psk", None)
        _complete(row, fields)
        if "state" in kind.derived:
            row["state"] = connection_state(row)
    return rows


def _complete(row: Row, fields: frozenset[str]) -> None:
    for name in sorted(fields.difference(row)):
        row[name] = None
    if not row["project_id"]:
        row["project_id"] = row["tenant_id"]
    elif not row["tenant_id"]:
        row["tenant_id"] = row["project_id"]
    if "status" in row:
        row["status"] = normalize_status(row["status"])
    if "dpd" in row and not isinstance(row["dpd"], dict):
        row["dpd"] = _flat_dpd(row)
    if isinstance(row.get("mtu"), str):
        row["mtu"] = _number(row["mtu"])
    lifetime = row.get("lifetime")
    if isinstance(lifetime, dict) and isinstance(lifetime.get("value"), str):
        row["lifetime"] = {**lifetime, "value": _number(lifetime["value"])}


def _flat_dpd(row: Row) -> Row | None:
    dpd = {
        name: _number(row.get("dpd_" + name, row.get(name)))
        for name in ("action", "interval", "timeout")
    }
    return dpd if any(value is not None for value in dpd.values()) else None


def _number(value: t.Any) -> t.Any:
    """Return a string of digits as a number, anything else unchanged."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 19 else value


def pick_fields(rows: t.Iterable[Row], fields: t.Sequence[str]) -> list[Row]:
    """Return the rows with `id` and the named fields only."""
    return [{name: row.get(name) for name in ("id", *fields)} for row in rows]
