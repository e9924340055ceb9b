# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings that take more than one connection, or more than one setting, to see.

Private to this collection.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from .._pairs import gateway_id, is_enterprise, pairs
from .rules import is_neutron, settings

Row = Mapping[str, Any]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Index of the connection, rule, value.
Found = tuple[int, str, str]

# Open Telekom Cloud's default for a project; a project with more has a quota of its own.
CLASSIC_QUOTA = 12
_NEARLY = 0.8
_SHOWN = 3


def relation_findings(connections: Sequence[Row]) -> Iterator[Found]:
    """Yield index of the connection, ID of the rule and value for each finding."""
    index = {id(row): number for number, row in enumerate(connections)}
    for number, row in enumerate(connections):
        for rule_id, value in _of_one(row):
            yield number, rule_id, value
    together = pairs(connections)
    paired = {id(row): pair for pair in together for row in pair}
    for pair in together:
        differences = _differences(pair)
        if differences:
            yield from ((index[id(row)], "pair-differs", ", ".join(differences)) for row in pair)
    for number, row in enumerate(connections):
        if is_enterprise(row) and gateway_id(row) and id(row) not in paired:
            yield number, "not-redundant", "1 connection"
    yield from _overlaps(connections, {key: id(pair) for key, pair in paired.items()})
    yield from _quotas(connections)


def _of_one(row: Row) -> Iterator[tuple[str, str]]:
    local, remote = _networks(row.get("local_cidrs")), _networks(row.get("remote_cidrs"))
    both = [f"{one} and {other}" for one in local for other in remote if _overlap(one, other)]
    if both:
        yield "overlapping-sides", _short(both)
    inside = [
        f"{address} in {network}"
        for address in map(_address, (row.get("local_address"), row.get("peer_address")))
        for network in (*local, *remote)
        if address is not None and address in network
    ]
    if inside:
        yield "gateway-in-networks", _short(inside)


def _networks(cidrs: Any) -> list[Network]:
    found = []
    for cidr in cidrs if isinstance(cidrs, (list, tuple)) else ():
        try:
            found.append(ipaddress.ip_network(str(cidr), strict=False))
        except ValueError:
            continue  # names or masked networks: not comparable
    return found


def _address(value: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(str(value))
    except ValueError:
        return None


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _short(values: Iterable[str]) -> str:
    """Return the values as a list in words, with the number of those that are left out."""
    different = list(dict.fromkeys(values))
    more = len(different) - _SHOWN
    return ", ".join(different[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _differences(pair: Sequence[Row]) -> list[str]:
    """Return the names of the settings in which the connections of a pair differ."""
    all_settings = [settings(row) for row in pair]
    names = [name for name in all_settings[0] if len({str(one[name]) for one in all_settings}) > 1]
    if len({tuple(sorted(map(str, row.get("remote_cidrs") or ()))) for row in pair}) > 1:
        names.append("remote_cidrs")
    return names


def _overlaps(connections: Sequence[Row], pair_of: Mapping[int, int]) -> Iterator[Found]:
    """Yield the connections of one cloud gateway that share both local and remote networks."""
    gateways: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(connections):
        gateway = gateway_id(row) or row.get("local_address")
        # The networks of route-based connections are routes, not selectors.
        if gateway and str(row.get("style")).upper() not in ("STATIC", "BGP"):
            gateways[str(gateway)].append(number)
    for members in gateways.values():
        others: dict[int, list[str]] = defaultdict(list)
        for one, other in _crossing(connections, members):
            same_pair = pair_of.get(id(connections[one])) is not None and pair_of.get(
                id(connections[one])
            ) == pair_of.get(id(connections[other]))
            if not same_pair and _share_local(connections[one], connections[other]):
                others[one].append(_label(connections[other]))
                others[other].append(_label(connections[one]))
        for number in sorted(others):
            yield number, "overlapping-tunnels", _short(sorted(others[number]))


def _crossing(connections: Sequence[Row], members: Sequence[int]) -> set[tuple[int, int]]:
    """Return the pairs of members whose remote networks overlap.

    Networks are nested or disjoint, so that in their order one stack of open networks is enough.
    """
    networks = sorted(
        (
            (network, number)
            for number in members
            for network in _networks(connections[number].get("remote_cidrs"))
        ),
        key=lambda item: (item[0].version, int(item[0].network_address), item[0].prefixlen),
    )
    found = set()
    open_networks: list[tuple[Network, int]] = []
    for network, number in networks:
        while open_networks and not _overlap(open_networks[-1][0], network):
            open_networks.pop()
        found |= {
            (min(number, other), max(number, other))
            for _network, other in open_networks
            if other != number
        }
        open_networks.append((network, number))
    return found


def _share_local(one: Row, other: Row) -> bool:
    """Return whether local networks overlap; unknown ones are taken to."""
    first, second = _networks(one.get("local_cidrs")), _networks(other.get("local_cidrs"))
    if not first or not second:
        return True
    return any(_overlap(network, another) for network in first for another in second)


def _label(row: Row) -> str:
    return str(row.get("name") or row.get("peer_address") or row.get("id"))


def _quotas(connections: Sequence[Row]) -> Iterator[Found]:
    """Yield the newest connection of each project or gateway whose quota is nearly used up."""
    classic = [
        (str(row.get("project_id") or row.get("tenant_id") or ""), number)
        for number, row in enumerate(connections)
        if not is_enterprise(row) and not is_neutron(row)
    ]
    for _project, group in groupby(sorted(classic), key=lambda item: item[0]):
        members = [number for _project, number in group]
        if _NEARLY * CLASSIC_QUOTA <= len(members) <= CLASSIC_QUOTA:
            yield _newest(connections, members), "quota", f"{len(members)} of {CLASSIC_QUOTA}"
    gateways: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(connections):
        if is_enterprise(row) and gateway_id(row):
            gateways[gateway_id(row)].append(number)
    for members in gateways.values():
        gateway = connections[members[0]].get("vpn_service")
        quota, used = (
            gateway.get(key) if isinstance(gateway, Mapping) else None
            for key in ("connection_number", "used_connection_number")
        )
        if isinstance(quota, int) and isinstance(used, int) and 0 < _NEARLY * quota <= used:
            yield _newest(connections, members), "quota", f"{used} of {quota}"


def _newest(connections: Sequence[Row], members: Sequence[int]) -> int:
    return max(
        members,
        key=lambda number: (
            str(connections[number].get("created_at") or ""),
            str(connections[number].get("id")),
        ),
    )
