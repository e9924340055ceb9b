# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the API in the documented form, without pre-shared keys. Private to this collection."""

from __future__ import annotations

import functools
import re
import typing as t

from .states import connection_state, normalize_status

if t.TYPE_CHECKING:
    from . import kinds

Row = dict[str, t.Any]  # an object of the API

MAX_DEPTH = 32  # of nested values, because Ansible cannot return values nested some hundred deep

_CONTAINERS = frozenset((dict, list))
_SECRET = re.compile(
    r"psk|preshared|sharedkey|secret|passw|passphrase|passcode|privatekey|credential|accesskey|apikey"
    r"|token|ikekey"
)


def normalize(kind: kinds.Kind, rows: list[Row], include_psk: bool = False) -> list[Row]:
    """Return the rows with every documented field under its documented name, null where it is missing.

    Other fields of the server are kept, unless their names are those of secrets; a pre-shared key only
    with `include_psk`. The rows are changed in place, because copying thousands would take longer than
    everything else here.
    """
    fields = frozenset(kind.fields) - (set() if include_psk else {"psk"})
    drop_secrets(rows, fields)
    for row in rows:
        _complete(row, fields)
        if "state" in kind.derived:
            row["state"] = connection_state(row)
    return rows


def drop_secrets(rows: t.Iterable[Row], documented: frozenset[str]) -> None:
    """Remove what looks like a secret from rows, at any depth, and values nested too deeply.

    Documented fields of the rows themselves are kept. Names are judged once for all rows, because most
    rows have the same names.
    """
    kept = set(documented)
    kept_inside: set[str] = set()
    for row in rows:
        if not kept.issuperset(row):
            _drop(row, kept)
        for name, value in row.items():
            if type(value) in _CONTAINERS and not _clean(value, MAX_DEPTH, kept_inside):
                row[name] = None


def _drop(values: Row, kept: set[str]) -> None:
    for name in set(values) - kept:
        if is_secret_name(name):
            del values[name]
        else:
            kept.add(name)


def _clean(value: t.Any, depth: int, kept: set[str]) -> bool:
    """Remove secrets from a nested value; return False if it is nested deeper than `depth`."""
    if isinstance(value, dict):
        if not kept.issuperset(value):
            _drop(value, kept)
        value = value.values()
    for item in value:
        if type(item) in _CONTAINERS and not (depth and _clean(item, depth - 1, kept)):
            return False
    return True


@functools.lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Return whether a field with this name can contain a key or a password."""
    return bool(_SECRET.search(re.sub(r"[^a-z]", "", name.lower())))


def _complete(row: Row, fields: frozenset[str]) -> None:
    if not fields.issubset(row):
        for name in sorted(fields.difference(row)):
            row[name] = None
    if not row["project_id"]:
        row["project_id"] = row["tenant_id"]
    elif not row["tenant_id"]:
        row["tenant_id"] = row["project_id"]
    if "status" in row:
        row["status"] = normalize_status(row["status"])
    if isinstance(row.get("admin_state_up"), str):
        row["admin_state_up"] = _boolean(row["admin_state_up"])
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


def _boolean(value: str) -> t.Any:
    """Return `True` and `false` as a Boolean, any other string unchanged."""
    return {"true": True, "false": False}.get(value.strip().lower(), value)


def _number(value: t.Any) -> t.Any:
    """Return a string of digits as a number, anything else unchanged."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 19 else value


def pick_fields(rows: t.Iterable[Row], fields: t.Sequence[str]) -> list[Row]:
    """Return the rows with `id` and the named fields only."""
    return [{name: row.get(name) for name in ("id", *fields)} for row in rows]
