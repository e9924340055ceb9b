# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs: the connections of Enterprise Edition VPN that replace each other when one fails.

Private to this collection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from ..module_utils._vpn.states import connection_state

Row = Mapping[str, Any]


def pairs(connections: Iterable[Row]) -> list[list[Row]]:
    """Return the groups of Enterprise connections with two or more members.

    A group has the cloud gateway and the customer gateway in common. Connections that are then
    alone form a group if they have the gateway and the remote networks in common, as with two
    customer gateways.
    """
    groups: dict[Hashable, list[Row]] = defaultdict(list)
    for row in connections:
        if is_enterprise(row) and gateway_id(row):
            groups[gateway_id(row), str(row.get("cgw_id") or row.get("id"))].append(row)
    found = [group for group in groups.values() if len(group) > 1]
    by_networks: dict[Hashable, list[Row]] = defaultdict(list)
    for group in groups.values():
        networks = group[0].get("remote_cidrs")
        if len(group) == 1 and isinstance(networks, Sequence) and networks:
            by_networks[gateway_id(group[0]), tuple(sorted(map(str, networks)))].append(group[0])
    found += [group for group in by_networks.values() if len(group) > 1]
    return [sorted(group, key=lambda row: str(row.get("id"))) for group in found]


def is_enterprise(row: Row) -> bool:
    """Return whether a connection belongs to Enterprise Edition VPN."""
    return row.get("edition") == "enterprise"


def gateway_id(row: Row) -> str:
    """Return the ID of the cloud gateway; "" if it is unknown."""
    return str(row.get("vpnservice_id") or row.get("vgw_id") or "")


def pair_state(pair: Iterable[Row]) -> str:
    """Return `up` if all connections of a pair are up, `outage` if none is, otherwise `degraded`."""
    states = {connection_state(row) for row in pair}
    return "up" if states == {"up"} else "degraded" if "up" in states else "outage"
