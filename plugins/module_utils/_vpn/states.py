# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of connections: one vocabulary for the whole collection. Private to this collection."""

from __future__ import annotations

import typing as t

# From the most urgent to the least.
STATES = ("error", "down", "unknown", "pending", "up", "disabled")

# Source: the API documents, and the console for FROZEN; FREEZED is the word of Enterprise Edition VPN.
STATUS_STATES = {
    "ACTIVE": "up",
    "DOWN": "down",
    "ERROR": "error",
    "FROZEN": "error",
    "FREEZED": "error",
    "BUILD": "pending",
    "PENDING_CREATE": "pending",
    "PENDING_UPDATE": "pending",
    "PENDING_DELETE": "pending",
}


def connection_state(row: t.Mapping[str, t.Any]) -> str:
    """Return the state of a connection, one of STATES.

    A connection that is administratively down is `disabled`, whatever its status; a status that no
    document lists is `unknown`.
    """
    if row.get("admin_state_up") is False:
        return "disabled"
    status = normalize_status(row.get("status"))
    return STATUS_STATES.get(status, "unknown") if isinstance(status, str) else "unknown"


def normalize_status(status: t.Any) -> t.Any:
    """Return `PENDING CREATE` and `Active` as PENDING_CREATE and ACTIVE, and an empty text as None."""
    if not isinstance(status, str) or status in STATUS_STATES:
        return status
    return "_".join(status.split()).upper() or None
