# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for the agents of routers: connections leave PENDING_CREATE."""

from __future__ import annotations

import sqlite3
import threading
import typing as t
from contextlib import closing, contextmanager
from pathlib import Path

from tests.contract.world import World
from tests.mock_api import MockApi

PENDING = "SELECT id FROM ipsec_site_connections WHERE status = 'PENDING_CREATE' AND project_id = ?"
# A service without a connection is never reported, so it stays pending.
REPORTS = (
    "UPDATE ipsec_site_connections SET status = 'DOWN' WHERE id = ?",
    "UPDATE vpnservices SET status = 'ACTIVE' WHERE status = 'PENDING_CREATE'"
    " AND id IN (SELECT vpnservice_id FROM ipsec_site_connections WHERE id = ?)",
)


@contextmanager
def reporting_agent(world: World, project: str) -> t.Iterator[None]:
    """Have an agent report the connections of a project, within a second on the real servers."""
    server = world.server
    if isinstance(server, MockApi):
        server.agent.polls = 0
        yield
        server.agent.polls = None
        return
    over = threading.Event()
    database = Path(server.directory) / "neutron.sqlite"

    def report() -> None:
        seen: set[str] = set()
        while not over.wait(0.3):
            with closing(sqlite3.connect(database, timeout=30)) as connection, connection as change:
                rows = change.execute(PENDING, [server.project_id(project)]).fetchall()
                pending = {object_id for (object_id,) in rows}
                # At second sight, because SQLite fails the creation that still writes.
                for object_id in pending & seen:
                    for statement in REPORTS:
                        change.execute(statement, [object_id])
                seen = pending

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
