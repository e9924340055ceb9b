# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What connections refer to, their gateways and networks. Private to this collection."""

from __future__ import annotations

import ipaddress
import typing as t

from .kinds import REFERENCES, SUBNET

Row = dict[str, t.Any]
ById = t.Mapping[str, Row]


def resolve_references(row: Row, objects: t.Mapping[str, ById]) -> Row:
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
        answer["remote_cidrs"] = _string_list(row.get("peer_cidrs")) or None
    return answer


def subnet_ids(group: Row | None) -> list[t.Any]:
    """The ids of the subnets that an endpoint group names."""
    endpoints = group.get("endpoints") if group and group.get("type") == "subnet" else None
    return endpoints if isinstance(endpoints, list) else []


def _networks(group: Row | None, subnets: ById) -> list[t.Any] | None:
    if group and group.get("type") == "cidr":
        return _string_list(group.get("endpoints"))
    return _cidrs(subnet_ids(group), subnets)


def _string_list(value: t.Any) -> list[str] | None:
    """A list of texts as it is, null for anything else."""
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return value if is_list else None


def _cidrs(ids: list[t.Any], subnets: ById) -> list[t.Any] | None:
    cidrs = [(_by_id(subnets, subnet_id) or {}).get("cidr") for subnet_id in ids]
    return _string_list(cidrs) if cidrs and all(cidrs) else None


def _by_id(objects: ById, object_id: t.Any) -> Row | None:
    return objects.get(object_id) if isinstance(object_id, str) else None


def _ip_versions(address: t.Any) -> tuple[int, ...]:
    """The IP version of an address; both for a name, which may have either."""
    try:
        return (ipaddress.ip_address(address).version,)
    except ValueError:
        return (4, 6)
