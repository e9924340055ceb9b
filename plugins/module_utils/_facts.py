# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the API to facts: normalize, redact, select, resolve. Pure functions over plain dicts.

Private to this collection. It knows no HTTP and no Ansible.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ._resources import REFERENCES, SUBNET

if t.TYPE_CHECKING:
    from ._resources import Kind

    Row = dict[str, t.Any]
    ById = t.Mapping[str, Row]


def facts(kind: Kind, rows: list[Row], include_psk: bool = False) -> list[Row]:
    """The rows, with every documented field under its documented name, null where the server has none.

    What the server sends beyond the documented fields is kept; a pre-shared key only on request. The
    rows themselves become the facts: to copy thousands would take longer than all else done here.
    """
    fields = frozenset(kind.fields) - (set() if include_psk else {"psk"})
    for row in rows:
        if not include_psk:
            row.pop("psk", None)
        _complete(row, fields)
    return rows


def _complete(row: Row, fields: frozenset[str]) -> None:
    for name in sorted(fields.difference(row)):
        row[name] = None
    if not row["project_id"]:
        row["project_id"] = row["tenant_id"]
    elif not row["tenant_id"]:
        row["tenant_id"] = row["project_id"]
    if "status" in row:
        row["status"] = status_word(row["status"])
    if "dpd" in row and not isinstance(row["dpd"], dict):
        row["dpd"] = _flat_dpd(row)
    if isinstance(row.get("mtu"), str):
        row["mtu"] = _number(row["mtu"])
    lifetime = row.get("lifetime")
    if isinstance(lifetime, dict) and isinstance(lifetime.get("value"), str):
        row["lifetime"] = {**lifetime, "value": _number(lifetime["value"])}


def status_word(status: t.Any) -> t.Any:
    """`PENDING CREATE` and `Active` as PENDING_CREATE and ACTIVE; unknown words stay, none is null."""
    if not isinstance(status, str):
        return status
    return "_".join(status.split()).upper() or None


def _flat_dpd(row: Row) -> Row | None:
    dpd = {
        name: _number(row.get("dpd_" + name, row.get(name)))
        for name in ("action", "interval", "timeout")
    }
    return dpd if any(value is not None for value in dpd.values()) else None


def _number(value: t.Any) -> t.Any:
    """A text of digits as a number, anything else as it came."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 19 else value


def selected(rows: t.Iterable[Row], filters: t.Mapping[str, t.Any]) -> list[Row]:
    """The facts that hold for every filter, a value of None being no filter.

    A list holds for any of its words, `tags` for all of its tags, `name` for an ID as well.
    """
    tests = [
        _TESTS.get(name, _equal)(name, value)
        for name, value in filters.items()
        if value is not None
    ]
    return [row for row in rows if all(test(row) for test in tests)] if tests else list(rows)


Test = t.Callable[["Row"], bool]


def _equal(name: str, value: t.Any) -> Test:
    return lambda row: bool(row.get(name) == value and type(row.get(name)) is type(value))


def _name_or_id(name: str, value: str) -> Test:
    return lambda row: value in (row.get(name), row.get("id"))


def _status(name: str, value: t.Sequence[str]) -> Test:
    words = {status_word(word) for word in value}
    return lambda row: isinstance(row.get(name), (str, type(None))) and row.get(name) in words


def _address(name: str, value: str) -> Test:
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


def _any_of(name: str, value: t.Sequence[str]) -> Test:
    return lambda row: isinstance(row.get(name), str) and row[name] in value


def _tags(name: str, value: t.Mapping[str, t.Any]) -> Test:
    wanted = {str(key): "" if text is None else str(text) for key, text in value.items()}

    def test(row: Row) -> bool:
        tags = tag_pairs(row.get(name))
        return all(
            any(key == tag and text in ("", worth) for tag, worth in tags)
            for key, text in wanted.items()
        )

    return test


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


_TESTS: dict[str, t.Callable[[str, t.Any], Test]] = {
    "name": _name_or_id,
    "status": _status,
    "peer_address": _address,
    "tags": _tags,
    "vpnservice_id": _any_of,
}


def shortened(rows: t.Iterable[Row], fields: t.Sequence[str]) -> list[Row]:
    """The facts with `id` and the named fields only."""
    return [{name: row.get(name) for name in ("id", *fields)} for row in rows]


def resolved(row: Row, objects: t.Mapping[str, ById]) -> Row:
    """What a connection refers to, its gateway in the cloud, and the networks it joins.

    `objects` holds the facts of each kind (by its plural) by id. What is not there is null: some of
    the networks are never given as if they were all.
    """
    answer: Row = {
        name: _by_id(objects[kind.plural], row.get(id_field)) for name, id_field, kind in REFERENCES
    }
    service = answer["vpn_service"] or {}
    subnets = objects[SUBNET.plural]
    versions = _ip_versions(row.get("peer_address"))
    addresses = [service.get(f"external_v{version}_ip") for version in versions]
    answer["local_address"] = next((one for one in addresses if one and isinstance(one, str)), None)
    if row.get("local_ep_group_id"):
        answer["local_cidrs"] = _networks(answer["local_ep_group"], subnets)
    else:
        answer["local_cidrs"] = (
            _cidrs([service["subnet_id"]], subnets) if service.get("subnet_id") else None
        )
    if row.get("peer_ep_group_id"):
        answer["remote_cidrs"] = _networks(answer["peer_ep_group"], subnets)
    else:
        answer["remote_cidrs"] = _texts(row.get("peer_cidrs")) or None
    return answer


def subnet_ids(group: Row | None) -> list[t.Any]:
    """The ids of the subnets that an endpoint group names."""
    endpoints = group.get("endpoints") if group and group.get("type") == "subnet" else None
    return endpoints if isinstance(endpoints, list) else []


def _networks(group: Row | None, subnets: ById) -> list[t.Any] | None:
    if group and group.get("type") == "cidr":
        return _texts(group.get("endpoints"))
    return _cidrs(subnet_ids(group), subnets)


def _texts(value: t.Any) -> list[str] | None:
    """A list of texts as it is, null for anything else."""
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return value if is_list else None


def _cidrs(ids: list[t.Any], subnets: ById) -> list[t.Any] | None:
    cidrs = [(_by_id(subnets, subnet_id) or {}).get("cidr") for subnet_id in ids]
    return _texts(cidrs) if cidrs and all(cidrs) else None


def _by_id(objects: ById, object_id: t.Any) -> Row | None:
    return objects.get(object_id) if isinstance(object_id, str) else None


def _ip_versions(address: t.Any) -> tuple[int, ...]:
    """The IP version of an address; both for a name, which may have either."""
    try:
        return (ipaddress.ip_address(address).version,)
    except ValueError:
        return (4, 6)
