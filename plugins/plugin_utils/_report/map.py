# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The map of the tunnels: what is drawn where.

A map is a list of gateways; the lines of each are drawn in panels, every panel an SVG of its own.
Heights are pixels and widths are left to the page (percent), so that text keeps its size on a
phone. On screen the panels of a gateway follow each other without a gap beside one box; on paper
the page can break between two panels, each of which has a box of its own.
Private to this collection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address
from itertools import groupby
from typing import Any

from ...module_utils._vpn.states import STATES
from .._text import count
from .rules import SEVERITIES

Row = Mapping[str, Any]
Line = dict[str, Any]

LINE_HEIGHT = 60
LINES_PER_PANEL = 8
# In the condensed map, more tunnels than this in one state at one gateway are drawn as one line.
MAX_LINES = {"up": 3}
MAX_LINES_OTHERWISE = 10


def gateways(rows: Sequence[Row], condensed: bool = False) -> list[dict[str, Any]]:
    """Return the map of the report's rows, gateways with the most urgent state first.

    A gateway has `name`, `addresses`, `where` (edition and project), `states` (counts) and `panels`.
    A panel has `height`, `states` (counts of its own), `addresses`, `lines` and `boxes` (y and height
    of the boxes of remote gateways). A line has y, state, label, peer, local and remote (labels),
    `severity` (the highest open one, or ""), and `rows`, the tunnels that it represents: one, or
    many in a condensed map.
    """
    result = []
    for _key, group in groupby(sorted(rows, key=_gateway_key), key=_gateway_key):
        tunnels = list(group)
        several = len({row["local_address"] for row in tunnels}) > 1
        lines = (_condensed if condensed else _single_lines)(tunnels, several)
        result.append(
            {
                "name": tunnels[0]["vpn_service"],
                "addresses": _addresses(tunnels),
                "edition": tunnels[0]["edition"],
                "project": tunnels[0]["project"] or tunnels[0]["project_id"],
                "states": Counter(row["state"] for row in tunnels),
                "panels": [_panel(chunk) for chunk in _chunks(lines)],
                "order": (
                    not _gateway_key(tunnels[0])[-1],  # an unknown gateway comes last
                    _urgency(tunnels),
                    tunnels[0]["vpn_service"].casefold(),
                    _gateway_key(tunnels[0]),
                ),
            }
        )
    return sorted(result, key=lambda gateway: gateway.pop("order"))


def _gateway_key(row: Row) -> tuple[str, ...]:
    """Return the key of a gateway: the VPN service, which has one or two addresses, or an address."""
    where = (row["cloud"], row["project_id"], row["edition"])
    gateway = str(row["vpn_service_id"] or row["local_address"])
    return (*where, gateway) if gateway else ("", "", "", "")


def _urgency(rows: Iterable[Row]) -> int:
    return min(STATES.index(row["state"]) for row in rows)


def _addresses(rows: Iterable[Row]) -> list[str]:
    """Return the addresses of the cloud gateway, each once."""
    return list(dict.fromkeys(sorted((row["local_address"] for row in rows), key=_address_order)))


def _address_order(address: str) -> tuple[Any, ...]:
    """Order by address; anything that is not an address comes last."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return (9, address)
    return (parsed.version, int(parsed))


def _single_lines(tunnels: Sequence[Row], several: bool) -> list[Line]:
    """Return one line for each tunnel, those of one remote gateway together.

    With `several` addresses of the cloud gateway, each line has its own.
    """
    urgency: dict[str, int] = {}
    for row in tunnels:
        own = STATES.index(row["state"])
        urgency[row["peer_address"]] = min(own, urgency.get(row["peer_address"], own))
    return [
        {
            "state": row["state"],
            "label": row["label"],
            "peer": row["peer_address"],
            "group": row["peer_address"],
            "local": (f"{row['local_address']}: " if several and row["local_address"] else "")
            + networks(row["local_cidrs"]),
            "remote": networks(row["remote_cidrs"]),
            "severity": _severity([row]),
            "rows": [row],
        }
        for row in sorted(
            tunnels,
            key=lambda row: (
                urgency[row["peer_address"]],
                _address_order(row["peer_address"]),
                STATES.index(row["state"]),
                row["label"],
                row["id"],
            ),
        )
    ]


def _condensed(tunnels: Sequence[Row], several: bool) -> list[Line]:
    """Return the lines with many tunnels of one state as one line."""
    lines: list[Line] = []
    for state in STATES:
        alike = [row for row in tunnels if row["state"] == state]
        if len(alike) <= MAX_LINES.get(state, MAX_LINES_OTHERWISE):
            lines += _single_lines(alike, several)
            continue
        lines.append(
            {
                "state": state,
                "label": count(len(alike), "tunnel"),
                "peer": count(len({row["peer_address"] for row in alike}), "remote gateway"),
                "group": (state,),  # no address: bundles never share a box
                "local": _number_of_networks(alike, "local_cidrs"),
                "remote": _number_of_networks(alike, "remote_cidrs"),
                "severity": _severity(alike),
                "rows": alike,
            }
        )
    return lines


def _severity(rows: Iterable[Row]) -> str:
    found = {f["severity"] for row in rows for f in row["findings"] if not f["accepted"]}
    return next((severity for severity in SEVERITIES if severity in found), "")


def _number_of_networks(rows: Sequence[Row], key: str) -> str:
    return count(len({cidr for row in rows for cidr in row[key] or ()}), "network")


def networks(cidrs: Sequence[str] | None) -> str:
    """Return networks as a label, with a difference between unknown and none."""
    if cidrs is None:
        return "networks unknown"
    return ", ".join(cidrs) or "no networks"


def _chunks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines in parts of about the same size.

    A part of one line would not have room for the labels of its gateway. The lines to one remote
    gateway stay together where they fit.
    """
    parts = -(-len(lines) // LINES_PER_PANEL)
    size = -(-len(lines) // parts)
    chunk: list[Line] = []
    for _group, together in groupby(lines, key=lambda line: line["group"]):
        group = list(together)
        if chunk and len(chunk) + len(group) > size and len(group) <= LINES_PER_PANEL:
            yield chunk
            chunk = []
        for line in group:
            if len(chunk) == LINES_PER_PANEL:
                yield chunk
                chunk = []
            chunk.append(line)
    yield chunk


def _panel(lines: list[Line]) -> dict[str, Any]:
    for number, line in enumerate(lines):
        line["y"] = number * LINE_HEIGHT
    rows = [row for line in lines for row in line["rows"]]
    return {
        "height": len(lines) * LINE_HEIGHT,
        "states": Counter(row["state"] for row in rows),
        "addresses": _addresses(rows),
        "lines": lines,
        "boxes": [
            {"y": together[0]["y"], "height": len(together) * LINE_HEIGHT}
            for together in (
                list(group) for _key, group in groupby(lines, key=lambda line: line["group"])
            )
        ],
    }
