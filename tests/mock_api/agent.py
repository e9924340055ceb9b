# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent on a router: it reports the status of new connections."""

from __future__ import annotations

from .scenario import Row, Scenario


class Agent:
    """Take new connections, and the service of each, out of PENDING_CREATE.

    polls: the number of responses that show a new connection as PENDING_CREATE; None: no agent
        runs, so the status stays.
    status: the status that it reports then.

    A service without a connection is never reported, nor is a disabled connection where the router
    has no other.
    """

    def __init__(self, scenario: Scenario, polls: int | None, status: str = "DOWN") -> None:
        self._scenario = scenario
        self.polls = polls
        self.status = status
        # Responses left, by connection.
        self._pending: dict[str, int] = {}

    def configure(self, connection: Row) -> None:
        """Start a new connection."""
        others = [
            row
            for row in self._scenario.all_rows("ipsec_site_connections")
            if row["vpnservice_id"] == connection["vpnservice_id"] and row["admin_state_up"]
        ]
        if self.polls is not None and others:
            self._pending[connection["id"]] = self.polls

    def observe(self, rows: list[Row]) -> None:
        """Count a response that shows these rows; report what has been pending long enough."""
        if not self._pending:
            return
        shown = {row["id"] for row in rows}
        for row in self._scenario.all_rows("ipsec_site_connections"):
            left = self._pending.get(row["id"])
            if left is None or not shown & {row["id"], row["vpnservice_id"]}:
                continue
            if left:
                self._pending[row["id"]] = left - 1
            else:
                self.report(row)

    def report(self, connection: Row) -> None:
        """Set the status of a connection, and make its service active if that is pending."""
        self._pending.pop(connection["id"], None)
        self._scenario.change(connection["id"], {"status": self.status})
        for service in self._scenario.all_rows("vpnservices"):
            pending = service["status"].startswith("PENDING")
            if service["id"] == connection["vpnservice_id"] and pending:
                self._scenario.change(service["id"], {"status": "ACTIVE"})

    def forget(self) -> None:
        """Forget every connection."""
        self._pending.clear()
