# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters on rows. Private to this collection."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .states import normalize_status

if t.TYPE_CHECKING:
    from .facts import Row

    Matcher = t.Callable[[Row], bool]

_ID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


def looks_like_id(value: str) -> bool:
    """Return whether a value has the form of an ID: a UUID, with or without dashes."""
    return bool(_ID.fullmatch(value))


def find_named(rows: t.Iterable[Row], value: str) -> list[Row]:
    """Return the rows with this name or ID.

    What looks like an ID is a name only if no row has that ID, and the other way round.
    """
    rows = list(rows)
    by_name = [row for row in rows if row.get("name") == value]
    by_id = [row for row in rows if str(row.get("id")).lower() == value.lower()]
    return by_id or by_name if looks_like_id(value) else by_name or by_id


def filter_rows(rows: t.Iterable[Row], filters: t.Mapping[str, t.Any]) -> list[Row]:
    """Return the rows that match all filters; None is no filter.

    A list matches any of its values, `tags` all of its tags, `name` also an ID.
    """
    matchers = [
        _MATCHERS.get(name, _equal)(name, value)
        for name, value in filters.items()
        if value is not None
    ]
    return [row for row in rows if all(matches(row) for matches in matchers)]


def _equal(name: str, value: t.Any) -> Matcher:
    return lambda row: bool(row.get(name) == value and type(row.get(name)) is type(value))


def _name_or_id(name: str, value: str) -> Matcher:
    return lambda row: value in (row.get(name), row.get("id"))


def _status(name: str, value: t.Sequence[str]) -> Matcher:
    statuses = {normalize_status(status) for status in value}
    return lambda row: isinstance(row.get(name), (str, type(None))) and row.get(name) in statuses


def _address(name: str, value: str) -> Matcher:
    wanted = normalize_address(value)
    return lambda row: normalize_address(row.get(name)) == wanted


def normalize_address(address: t.Any) -> t.Any:
    """Return one form of an IPv6 address or a host name in any notation; anything else unchanged."""
    if not isinstance(address, str):
        return address
    if ":" in address:
        try:
            return str(ipaddress.ip_address(address))
        except ValueError:
            return address
    return address.lower().rstrip(".")


def _any_of(name: str, value: t.Sequence[str]) -> Matcher:
    return lambda row: isinstance(row.get(name), str) and row[name] in value


def _tags(name: str, value: t.Mapping[str, t.Any]) -> Matcher:
    # In YAML, the value of `critical: true` is a Boolean, whatever the spelling.
    wanted = {str(key): (_tag_text(text), isinstance(text, bool)) for key, text in value.items()}

    def matches(row: Row) -> bool:
        tags = tag_pairs(row.get(name))
        return all(
            any(
                key == tag and text in ("", found.lower() if is_bool else found)
                for tag, found in tags
            )
            for key, (text, is_bool) in wanted.items()
        )

    return matches


def tag_pairs(tags: t.Any) -> list[tuple[str, str]]:
    """Return tags as pairs of key and value, from `[{key, value}]`, `{key: value}` or `[key=value]`."""
    if isinstance(tags, dict):
        tags = [tags]
    pairs: list[tuple[str, str]] = []
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, dict):
            items = [(tag["key"], tag.get("value"))] if "key" in tag else tag.items()
            pairs += [(str(key), _tag_text(value)) for key, value in items]
        elif isinstance(tag, str):
            key, _sign, value = tag.partition("=")
            pairs.append((key, value))
    return pairs


def _tag_text(value: t.Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


_MATCHERS: dict[str, t.Callable[[str, t.Any], Matcher]] = {
    "name": _name_or_id,
    "status": _status,
    "peer_address": _address,
    "tags": _tags,
    "vpnservice_id": _any_of,
    "vgw_id": _any_of,
    "cgw_id": _any_of,
}
