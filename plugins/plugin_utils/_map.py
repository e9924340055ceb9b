# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The map of the tunnels: what is drawn where.

The map is a list of panels, one or more for each cloud gateway; each is drawn as an SVG of its own.
Heights are pixels and widths are left to the page (per cent), so that text keeps its size on a
phone; panels are short enough for a printer to break the page between two of them.
Private to this collection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from itertools import groupby
from typing import Any

Row = Mapping[str, Any]

# The states of a tunnel, those that need attention first.
STATES = ("error", "down", "pending", "unknown", "disabled", "up")

LINE_HEIGHT = 60
LINES_PER_PANEL = 8
# In the condensed map a gateway's tunnels of one state are one line when there are more than this.
MOST_LINES = {"up": 3}
MOST_LINES_OTHERWISE = 10


def panels(rows: Sequence[Row], condensed: bool = False) -> list[dict[str, Any]]:
    """The map of the report's rows, in reading order.

    A panel has `gateway` (name, addresses, part, parts), `states` (counts of the whole gateway),
    `height`, `lines` and `boxes` (y and height of the boxes of remote gateways).
    A line has y, state, label, peer, local and remote (labels) and `rows`, the tunnels it stands
    for: one, or in a condensed map many.
    """
    result = []
    for _key, group in groupby(sorted(rows, key=_gateway_order), key=_gateway_key):
        tunnels = list(group)
        lines = list(_condensed(tunnels) if condensed else _single_lines(tunnels))
        parts = -(-len(lines) // LINES_PER_PANEL)
        for part in range(parts):
            # Parts of about the same size: a part of one line would not have room for its labels.
            chunk = lines[part * len(lines) // parts : (part + 1) * len(lines) // parts]
            for number, line in enumerate(chunk):
                line["y"] = number * LINE_HEIGHT
            result.append(
                {
                    "gateway": {
                        "name": tunnels[0]["vpn_service"],
                        "addresses": _addresses(chunk),
                        "part": part + 1,
                        "parts": parts,
                    },
                    "states": Counter(row["state"] for row in tunnels),
                    "height": len(chunk) * LINE_HEIGHT,
                    "lines": chunk,
                    "boxes": _boxes(chunk),
                }
            )
    return result


def _addresses(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """The cloud gateway's addresses that these lines begin at, each once."""
    return list(dict.fromkeys(row["local_address"] for line in lines for row in line["rows"]))


def _gateway_key(row: Row) -> str:
    """A VPN service is one gateway, with one address a family; without it the address is."""
    return str(row["vpn_service_id"] or row["local_address"])


def _gateway_order(row: Row) -> tuple[Any, ...]:
    # Tunnels whose gateway is unknown come last.
    key = _gateway_key(row)
    return (not key, row["vpn_service"].casefold(), key, _peer_order(row))


def _peer_order(row: Row) -> tuple[Any, ...]:
    """By address; what is no address comes last."""
    try:
        address = ip_address(row["peer_address"])
    except ValueError:
        return (9, row["peer_address"], row["label"], row["id"])
    return (address.version, int(address), row["label"], row["id"])


def _single_lines(tunnels: Sequence[Row]) -> Iterator[dict[str, Any]]:
    for row in tunnels:
        yield {
            "state": row["state"],
            "label": row["label"],
            "peer": row["peer_address"],
            "local": networks(row["local_cidrs"]),
            "remote": networks(row["remote_cidrs"]),
            "rows": [row],
        }


def _condensed(tunnels: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """In the order of STATES; many tunnels of one state as one line."""
    for state, group in groupby(
        sorted(tunnels, key=lambda row: STATES.index(row["state"])),
        key=lambda row: str(row["state"]),
    ):
        alike = list(group)
        if len(alike) <= MOST_LINES.get(state, MOST_LINES_OTHERWISE):
            yield from _single_lines(alike)
            continue
        yield {
            "state": state,
            "label": f"{len(alike)} tunnels",
            "peer": f"{len({row['peer_address'] for row in alike})} remote gateways",
            "local": _number_of_networks(alike, "local_cidrs"),
            "remote": _number_of_networks(alike, "remote_cidrs"),
            "rows": alike,
        }


def _number_of_networks(rows: Sequence[Row], key: str) -> str:
    different = {cidr for row in rows for cidr in row[key] or ()}
    return f"{len(different)} network" + ("" if len(different) == 1 else "s")


def networks(cidrs: Sequence[str] | None) -> str:
    """Networks as a label; unknown and none are not the same."""
    if cidrs is None:
        return "networks unknown"
    return ", ".join(cidrs) or "no networks"


def _boxes(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, int]]:
    """One box for neighbouring lines that end at the same remote gateway."""
    boxes = []
    for _peer, group in groupby(lines, key=lambda line: (line["peer"], len(line["rows"]) > 1)):
        together = list(group)
        boxes.append({"y": together[0]["y"], "height": len(together) * LINE_HEIGHT})
    return boxes
