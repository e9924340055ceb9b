# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A resolved connection of Classic VPN, and rows with other values, for tests of pure functions."""

from __future__ import annotations

import copy
import typing as t

Row = dict[str, t.Any]

CONNECTION: Row = {
    "id": "4b8f2a52-0000-4000-8000-000000000001",
    "peer_address": "203.0.113.10",
    "peer_id": "branch.example.com",
    "local_address": "203.0.113.20",
    "local_cidrs": ["10.2.0.0/24"],
    "remote_cidrs": ["10.1.0.0/24"],
    "initiator": "bi-directional",
    "auth_mode": "psk",
    "dpd": {"action": "hold", "interval": 15, "timeout": 60},
    "ike_policy": {
        "ike_version": "v2",
        "encryption_algorithm": "aes-256",
        "auth_algorithm": "sha2-256",
        "pfs": "group14",
        "phase1_negotiation_mode": "main",
        "lifetime": {"units": "seconds", "value": 86400},
    },
    "ipsec_policy": {
        "transform_protocol": "esp",
        "encapsulation_mode": "tunnel",
        "encryption_algorithm": "aes-128",
        "auth_algorithm": "sha1",
        "pfs": "group19",
        "lifetime": {"units": "seconds", "value": "3600"},
    },
}


def changed(row: Row, **values: t.Any) -> Row:
    """Return a row with other values; a list or dictionary of the path `a__b` is changed inside."""
    row = copy.deepcopy(row)
    for path, value in values.items():
        holder = row
        *outer, name = path.split("__")
        for step in outer:
            holder = holder[step]
        holder[name] = value
    return row
