# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters on rows. Private to this collection."""

from __future__ import annotations

import ipaddress
import typing as t

from .states import normalize_status

Row = dict[str, t.Any]


def filter_rows(rows: t.Iterable[Row], filters: t.Mapping[str, t.Any]) -> list[Row]:
    """Return the rows that match all filters; None is no filter.

    A list matches any of its values, `tags` all of its tags, `name` also an ID.
    """
    matchers = [
        _MATCHERS.get(name, _equal)(name, value)
        for name, value in filters.items()
        if value is not None
    ]
    return (
        [row for row in rows if all(matches(row) for matches in matchers)]
        if matchers
        else list(rows)
    )


Matcher = t.Callable[["Row"], bool]


def _equal(name: str, value: t.Any) -> Matcher:
    return lambda row: bool(row.get(name) == value and type(row.get(name)) is type(value))


def _name_or_id(name: str, value: str) -> Matcher:
    return lambda row: value in (row.get(name), row.get("id"))


def _status(name: str, value: t.Sequence[str]) -> Matcher:
    words = {normalize_status(word) for word in value}
    return lambda row: isinstance(row.get(name), (str, type(None))) and row.get(name) in words


def _address(name: str, value: str) -> Matcher:
    wanted = _ip(value)
    return lambda row: _ip(row.get(name)) == wanted


def _ip(text: t.Any) -> t.Any:
    """An IPv6 address in whichever spelling as one value, any other text as it is."""
    if isinstance(text, str) and ":" in text:
        try:
            return ipaddress.ip_address(text)
        except ValueError:
            pass
    return text


def _any_of(name: str, value: t.Sequence[str]) -> Matcher:
    return lambda row: isinstance(row.get(name), str) and row[name] in value


def _tags(name: str, value: t.Mapping[str, t.Any]) -> Matcher:
    wanted = {str(key): "" if text is None else str(text) for key, text in value.items()}

    def matches(row: Row) -> bool:
        tags = tag_pairs(row.get(name))
        return all(
            any(key == tag and text in ("", worth) for tag, worth in tags)
            for key, text in wanted.items()
        )

    return matches


def tag_pairs(tags: t.Any) -> list[tuple[str, str]]:
    """Tags as pairs of key and value, out of `[{key, value}]`, `{key: value}` or `[key=value]`."""
    if isinstance(tags, dict):
        tags = [tags]
    pairs: list[tuple[str, str]] = []
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, dict):
            items = [(tag["key"], tag.get("value"))] if "key" in tag else tag.items()
            pairs += [(str(key), "" if value is None else str(value)) for key, value in items]
        elif isinstance(tag, str):
            key, _sign, value = tag.partition("=")
            pairs.append((key, value))
    return pairs


_MATCHERS: dict[str, t.Callable[[str, t.Any], Matcher]] = {
    "name": _name_or_id,
    "status": _status,
    "peer_address": _address,
    "tags": _tags,
    "vpnservice_id": _any_of,
}
