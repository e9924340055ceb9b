# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections, as ``otc.vpn.ipsec_connection_info`` returns them resolved, to make tunnels of."""

from __future__ import annotations

from typing import Any

PSK = "opensesame#{}\"'\\"


def connection(
    version: str, ike: str, ipsec: str, networks: int = 1, **changes: Any
) -> dict[str, Any]:
    """Return a connection; ike and ipsec are encryption, integrity and group, between blanks."""
    ike_encryption, ike_auth, ike_pfs = ike.split()
    encryption, auth, pfs = ipsec.split()
    return {
        "id": "4b8f2a52-0000-4000-8000-000000000001",
        "name": "tunnel",
        "status": "DOWN",
        "admin_state_up": True,
        "peer_address": "203.0.113.10",
        "peer_id": "203.0.113.10",
        "local_address": "203.0.113.20",
        "remote_cidrs": [f"10.1.{number}.0/24" for number in range(networks)],
        "local_cidrs": [f"10.2.{number}.0/24" for number in range(networks)],
        "initiator": "bi-directional",
        "auth_mode": "psk",
        "dpd": {"action": "hold", "interval": 30, "timeout": 120},
        "ike_policy": {
            "ike_version": version,
            "encryption_algorithm": ike_encryption,
            "auth_algorithm": ike_auth,
            "pfs": ike_pfs,
            "phase1_negotiation_mode": "main",
            "lifetime": {"units": "seconds", "value": 86400},
        },
        "ipsec_policy": {
            "transform_protocol": "esp",
            "encapsulation_mode": "tunnel",
            "encryption_algorithm": encryption,
            "auth_algorithm": auth,
            "pfs": pfs,
            "lifetime": {"units": "seconds", "value": 3600},
        },
        **changes,
    }


def tunnel_connections() -> dict[str, dict[str, Any]]:
    """By a short name, one connection for each tunnel to be made."""
    start: dict[str, Any] = {"initiator": "response-only"}
    restart: dict[str, Any] = {"dpd": {"action": "restart", "interval": 5, "timeout": 20}}
    return {
        # the API's defaults, weak as they are
        "v1 defaults": connection("v1", "aes-128 sha1 group5", "aes-128 sha1 group5"),
        "v1 oldest": connection("v1", "3des md5 group2", "3des md5 disable", **start),
        "v1 strong": connection(
            "v1", "aes-256 sha2-512 group16", "aes-256 sha2-512 group20", networks=2
        ),
        "v2 console": connection(
            "v2", "aes-128 sha2-256 group14", "aes-128 sha2-256 group14", networks=2
        ),
        "v2 elliptic": connection(
            "v2",
            "aes-256 sha2-384 group20",
            "aes-256 sha2-384 group19",
            peer_id="branch@example.com",
            local_id="cloud.example.com",
            **start,
        ),
        "v2 gcm": connection(
            "v2", "aes-256-gcm-16 sha512 group31", "aes-256-gcm-12 sha256 disable", **restart
        ),
        "v2 ctr": connection("v2", "aes-192-ctr aes-xcbc group15", "aes-192-ctr aes-cmac group28"),
    }
