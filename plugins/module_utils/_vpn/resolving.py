# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References of connections: objects, gateway addresses and networks. Private to this collection."""

from __future__ import annotations

import ipaddress
import typing as t

from . import kinds

if t.TYPE_CHECKING:
    from .facts import Row

    Objects = t.Mapping[kinds.Kind, t.Mapping[str, Row]]  # by kind and ID


def referenced_ids(rows: t.Iterable[Row], names: t.Collection[str]) -> dict[kinds.Kind, set[str]]:
    """Return the IDs of the objects that the named values are made of, by kind."""
    fields = {field for name in names for field in kinds.CONNECTION.derived[name]}
    ids: dict[kinds.Kind, set[str]] = {}
    for _name, id_field, kind in kinds.REFERENCES:
        if id_field in fields:
            only_cidrs = kind is kinds.VPN_SERVICE and not {"vpn_service", "local_address"} & set(
                names
            )
            ids.setdefault(kind, set()).update(
                row[id_field]
                for row in rows
                if isinstance(row.get(id_field), str)
                and row[id_field]
                # With an endpoint group, the networks do not depend on the service.
                and not (only_cidrs and row.get("local_ep_group_id"))
            )
    return ids


def referenced_subnets(
    rows: t.Iterable[Row], names: t.Collection[str], objects: Objects
) -> set[str]:
    """Return the IDs of the subnets that the named values are made of."""
    ids: list[t.Any] = []
    if {"local_cidrs", "remote_cidrs"} & set(names):
        for group in objects.get(kinds.ENDPOINT_GROUP, {}).values():
            ids += _subnet_ids(group)
    if "local_cidrs" in names:
        services = objects.get(kinds.VPN_SERVICE, {})
        ids += [
            (_by_id(services, row.get("vpnservice_id")) or {}).get("subnet_id")
            for row in rows
            if not row.get("local_ep_group_id")
        ]
    return {subnet_id for subnet_id in ids if isinstance(subnet_id, str)} - {""}


def resolve_references(row: Row, names: t.Collection[str], objects: Objects) -> Row:
    """Return the named values of a connection: objects, the cloud gateway's address, networks.

    What is missing is null. Networks are null unless all of them are known.
    """
    values: Row = {
        name: _by_id(objects.get(kind, {}), row.get(id_field))
        for name, id_field, kind in kinds.REFERENCES
    }
    service = values["vpn_service"] or {}
    subnets = objects.get(kinds.SUBNET, {})
    addresses = (
        service.get(f"external_v{version}_ip") for version in _ip_versions(row.get("peer_address"))
    )
    values["local_address"] = next((one for one in addresses if one and isinstance(one, str)), None)
    if row.get("local_ep_group_id"):
        values["local_cidrs"] = _networks(values["local_ep_group"], subnets)
    else:
        values["local_cidrs"] = (
            _cidrs([service["subnet_id"]], subnets) if service.get("subnet_id") else None
        )
    if row.get("peer_ep_group_id"):
        values["remote_cidrs"] = _networks(values["peer_ep_group"], subnets)
    else:
        values["remote_cidrs"] = _string_list(row.get("peer_cidrs")) or None
    return {name: values[name] for name in names}


def _subnet_ids(group: Row | None) -> list[t.Any]:
    endpoints = group.get("endpoints") if group and group.get("type") == "subnet" else None
    return endpoints if isinstance(endpoints, list) else []


def _networks(group: Row | None, subnets: t.Mapping[str, Row]) -> list[str] | None:
    if group and group.get("type") == "cidr":
        return _string_list(group.get("endpoints"))
    return _cidrs(_subnet_ids(group), subnets)


def _string_list(value: t.Any) -> list[str] | None:
    """Return a list of strings unchanged, None for anything else."""
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return value if is_list else None


def _cidrs(ids: list[t.Any], subnets: t.Mapping[str, Row]) -> list[str] | None:
    cidrs = [(_by_id(subnets, subnet_id) or {}).get("cidr") for subnet_id in ids]
    return _string_list(cidrs) if cidrs and all(cidrs) else None


def _by_id(objects: t.Mapping[str, Row], object_id: t.Any) -> Row | None:
    return objects.get(object_id) if isinstance(object_id, str) else None


def _ip_versions(address: t.Any) -> tuple[int, ...]:
    """Return the IP version of an address; both for a host name, which can have either."""
    try:
        return (ipaddress.ip_address(address).version,)
    except ValueError:
        return (4, 6)
