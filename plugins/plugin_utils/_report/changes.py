# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier report, which is read from its JSON.

Private to this collection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .._text import one_line

# Fields of a connection whose changes are listed, with the word for each.
_SETTINGS = {
    "name": "name",
    "peer_address": "remote gateway",
    "local_address": "cloud gateway",
    "local_cidrs": "cloud networks",
    "remote_cidrs": "remote networks",
    "ike": "IKE policy",
    "ipsec": "IPsec policy",
    "dpd": "dead peer detection",
}


class PreviousReportError(ValueError):
    """Error in the earlier report, with a message for the user."""


def changes(report: Mapping[str, Any], previous: str) -> dict[str, Any] | None:
    """Return what changed since the previous report, given as its JSON text; None if nothing did.

    The result has `since` (the date of the previous report, or ""), and the lists `new`, `gone`,
    `states` and `settings` of dictionaries with `id`, `label` and what is new in words. Raises
    PreviousReportError.
    """
    before, since = _read(previous)
    after = {row["id"]: row for row in report["connections"]}
    result = {
        "new": [_entry(row, row["state"]) for key, row in after.items() if key not in before],
        "gone": [
            _entry(row, one_line(row.get("state")))
            for key, row in before.items()
            if key not in after
        ],
        "states": [
            _entry(row, f"{one_line(before[key].get('state'))} to {row['state']}")
            for key, row in after.items()
            if key in before and before[key].get("state") != row["state"]
        ],
        "settings": [
            _entry(row, "; ".join(changed))
            for key, row in after.items()
            if key in before and (changed := _changed_settings(before[key], row))
        ],
    }
    return {"since": since, **result} if any(result.values()) else None


def _read(previous: str) -> tuple[dict[str, Mapping[str, Any]], str]:
    try:
        report = json.loads(previous)
        rows = {str(row["id"]): row for row in report["connections"]}
    except (ValueError, TypeError, KeyError):
        raise PreviousReportError(
            "The previous report is not a JSON report of the role ipsec_report. Delete the file, or "
            "set ipsec_report_compare to false."
        ) from None
    return rows, one_line(report.get("date"))


def _entry(row: Mapping[str, Any], change: str) -> dict[str, str]:
    return {
        "id": one_line(row.get("id")),
        "label": one_line(row.get("label")),
        "change": change,
    }


def _changed_settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the changed settings in words; a field that the earlier report lacks did not change."""
    changed = []
    for field, word in _SETTINGS.items():
        old, new = before.get(field, after[field]), after[field]
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            changed += [
                f"{word}: {key} {_shown(old.get(key))} to {_shown(value)}"
                for key, value in new.items()
                if old.get(key, value) != value
            ]
        elif old != new:
            changed.append(f"{word}: {_shown(old)} to {_shown(new)}")
    return changed


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return one_line(value.get("name")) or "set"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(one_line, value)) or "none"
    return one_line(value) or "none"
