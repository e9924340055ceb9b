# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's list of accepted findings.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .rules import BY_ID


class AcceptanceError(ValueError):
    """Error in an entry of the accepted findings, with a message for the user."""


@dataclass(frozen=True)
class Acceptance:
    """An accepted finding, on one connection or on `all`."""

    id: str
    connection: str
    reason: str
    until: date | None

    def covers(self, rule_id: str, connection: Mapping[str, Any], today: date) -> bool:
        """Return whether the finding of this connection is accepted on this day."""
        return (
            self.id == rule_id
            and self.connection in ("all", connection.get("id"), connection.get("name"))
            and (self.until is None or today <= self.until)
        )


def acceptances(entries: Iterable[Mapping[str, Any]]) -> list[Acceptance]:
    """Return the checked entries of the user's list; raises AcceptanceError."""
    result = []
    for number, entry in enumerate(entries, 1):
        where = f"Entry {number} of the accepted findings"
        if not isinstance(entry, Mapping):
            raise AcceptanceError(f"{where} must be a dictionary with id, connection and reason.")
        unknown = set(entry) - {"id", "connection", "reason", "until"}
        if unknown:
            raise AcceptanceError(f"{where} has the unknown key {min(map(str, unknown))}.")
        if entry.get("id") not in BY_ID:
            raise AcceptanceError(
                f"{where} has the unknown id {entry.get('id')!r}. "
                f"Supported values: {', '.join(sorted(BY_ID))}."
            )
        for key in ("connection", "reason"):
            if not str(entry.get(key) or "").strip():
                raise AcceptanceError(f"{where} ({entry['id']}) has no {key}.")
        until = entry.get("until")
        try:
            # YAML turns an unquoted date into a date object; its str is the ISO form again.
            until = date.fromisoformat(str(until)) if until else None
        except ValueError:
            raise AcceptanceError(
                f"{where} ({entry['id']}): until must be a date such as 2026-12-31, got: {until}."
            ) from None
        result.append(
            Acceptance(str(entry["id"]), str(entry["connection"]), str(entry["reason"]), until)
        )
    return result
