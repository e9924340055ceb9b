# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thousands of connections for the project vpn-bulk."""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

from . import seed
from .servers import Servers

PROJECT = "vpn-bulk"

# In the scenario's format.
FIRST = {
    "networks": [
        {
            "name": "bulk",
            "subnets": [{"name": "bulk", "ip_version": 4, "cidr": "10.40.0.0/24"}],
        }
    ],
    "routers": [
        {
            "name": "bulk",
            "external_fixed_ips": ["203.0.113.40", "2001:db8:ffff::40"],
            "subnets": ["bulk"],
        }
    ],
    "vpnservices": [{"name": "bulk", "router": "bulk", "subnet": "bulk", "status": "ACTIVE"}],
    "ikepolicies": [{"name": "bulk", "ike_version": "v2", "auth_algorithm": "sha256"}],
    "ipsecpolicies": [{"name": "bulk", "auth_algorithm": "sha256"}],
    "ipsec_site_connections": [
        {
            "name": "bulk-00000",
            "vpnservice": "bulk",
            "ikepolicy": "bulk",
            "ipsecpolicy": "bulk",
            "peer_address": "198.18.0.0",
            "peer_id": "198.18.0.0",
            "peer_cidrs": ["10.100.0.0/24"],
            "psk": "not-for-logs-bulk",
            "status": "ACTIVE",
        }
    ],
}


def fill(servers: Servers, count: int) -> int:
    """Give the project `count` connections, and return how many it has: it keeps what is there.

    The API makes the first. The others are copies of its row, written straight into the database:
    the API takes a tenth of a second for each.
    """
    database = Path(servers.directory) / "neutron.sqlite"
    project_id = servers.project_id(PROJECT)
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        connection.row_factory = sqlite3.Row
        select = "SELECT * FROM ipsec_site_connections WHERE project_id = ? ORDER BY name"
        present = connection.execute(select, [project_id]).fetchall()
        if not present and count > 0:
            admin = servers.client("admin")
            external = admin.rows("networks", **{"router:external": "true"})[0]["id"]
            seed.project_objects(admin, database, project_id, external, FIRST)
            present = connection.execute(select, [project_id]).fetchall()
        for number in range(len(present), count):
            address = f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"
            row = dict(present[0]) | {
                "id": str(uuid.uuid4()),
                "name": f"bulk-{number:05}",
                "status": ("ACTIVE", "ACTIVE", "DOWN", "ERROR")[number % 4],
                "peer_address": address,
                "peer_id": address,
            }
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            connection.execute(
                f"INSERT INTO ipsec_site_connections ({names}) VALUES ({marks})",
                list(row.values()),
            )
            connection.execute(
                "INSERT INTO ipsecpeercidrs (cidr, ipsec_site_connection_id) VALUES (?, ?)",
                [f"10.{100 + number // 256 % 100}.{number % 256}.0/24", row["id"]],
            )
        connection.commit()
    return max(count, len(present))
