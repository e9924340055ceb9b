# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit: from resolved connections to one plain structure, which the report shows.

Only the fields named here get into an audit, so a psk never does.
Private to this collection.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ...module_utils._vpn.states import STATES, connection_state
from .._pairs import pair_state, pairs
from .._text import count, one_line
from .acceptances import Acceptance
from .relations import relation_findings
from .rules import BY_ID, RULES, SEVERITIES, Rule, fix_of, setting_findings

_POLICY_FIELDS = {
    "ike_policy": (
        "id",
        "name",
        "ike_version",
        "phase1_negotiation_mode",
        "encryption_algorithm",
        "auth_algorithm",
        "pfs",
    ),
    "ipsec_policy": (
        "id",
        "name",
        "transform_protocol",
        "encapsulation_mode",
        "encryption_algorithm",
        "auth_algorithm",
        "pfs",
    ),
}
STATE_WORDS = {"error": "in error"}
_RANK = {rule.id: number for number, rule in enumerate(RULES)}

Row = dict[str, Any]


def audit(
    connections: Sequence[Mapping[str, Any]], accepted: Sequence[Acceptance], today: date
) -> dict[str, Any]:
    """Audit connections as the `_info` modules of connections return them with `resolve`.

    Return `summary`, `sources`, `connections`, `pairs` and `unused_accepted`: plain data without
    secrets that does not depend on the order of the input. `today` decides which accepted findings
    have expired.
    """
    connections = sorted(connections, key=lambda row: str(row.get("id")))
    found = _findings(connections)
    shared = Counter(
        (kind, _policy_id(row, kind)) for row in connections for kind in _POLICY_FIELDS
    )
    rows = []
    for row, of_row in zip(connections, found, strict=True):
        rows.append(_row(row))
        rows[-1]["findings"] = [
            _finding(row, rule, setting, value, shared)
            | {"accepted": _acceptance(rule.id, row, accepted, today)}
            for rule, setting, value in of_row
        ]
        rows[-1]["has_open_findings"] = any(not f["accepted"] for f in rows[-1]["findings"])
    rows.sort(key=_order)
    return {
        "summary": _summary(rows),
        "sources": _sources(rows),
        "connections": rows,
        "pairs": [_pair(pair) for pair in pairs(connections)],
        "unused_accepted": [
            {"id": a.id, "connection": one_line(a.connection), "reason": one_line(a.reason)}
            for a in accepted
            if not any(
                a.covers(rule.id, row, today)
                for row, of_row in zip(connections, found, strict=True)
                for rule, _setting, _value in of_row
            )
        ],
    }


def _findings(connections: Sequence[Mapping[str, Any]]) -> list[list[tuple[Rule, str, Any]]]:
    """Return the findings of each connection, the most severe first."""
    found: list[list[tuple[Rule, str, Any]]] = [list(setting_findings(row)) for row in connections]
    for number, rule_id, value in relation_findings(connections):
        found[number].append((BY_ID[rule_id], BY_ID[rule_id].setting, value))
    for of_row in found:
        of_row.sort(key=lambda item: (SEVERITIES.index(item[0].severity), _RANK[item[0].id]))
    return found


def _finding(
    row: Mapping[str, Any], rule: Rule, setting: str, value: Any, shared: Counter[tuple[str, str]]
) -> dict[str, Any]:
    kind = setting.partition(".")[0]
    policy_id = _policy_id(row, kind) if kind in _POLICY_FIELDS else ""
    return {
        "id": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "setting": setting,
        "value": one_line(value),
        "reason": rule.advice.reason,
        "fix": fix_of(rule, str(row.get("edition"))),
        "source": rule.advice.source,
        # The policies of Enterprise Edition VPN are part of the connection.
        "policy": {
            "kind": kind,
            "id": policy_id,
            "name": one_line(_dict(row.get(kind)).get("name")),
            "connections": shared[kind, policy_id],
        }
        if policy_id
        else None,
    }


def _policy_id(row: Mapping[str, Any], kind: str) -> str:
    policy = _dict(row.get(kind))
    return one_line(policy.get("id") or row.get(kind.replace("_", "") + "_id"))


def _acceptance(
    rule_id: str, row: Mapping[str, Any], accepted: Sequence[Acceptance], today: date
) -> dict[str, Any] | None:
    for acceptance in accepted:
        if acceptance.covers(rule_id, row, today):
            until = acceptance.until and acceptance.until.isoformat()
            return {"reason": one_line(acceptance.reason), "until": until}
    return None


def _order(row: Row) -> tuple[Any, ...]:
    """Order by state, the most urgent first, then by label: plant-9 comes before plant-10."""
    parts = re.split(r"(\d{1,18})", row["label"].casefold())
    label = [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
    return (STATES.index(row["state"]), label, row["label"], row["peer_address"], row["id"])


def _row(connection: Mapping[str, Any]) -> Row:
    service = _dict(connection.get("vpn_service"))
    row: Row = {
        key: one_line(connection.get(key)) for key in ("id", "name", "description", "peer_address")
    }
    return row | {
        "label": row["name"] or row["peer_address"] or row["id"] or "(unnamed)",
        "status": one_line(connection.get("status")),
        "state": connection_state(connection),
        "edition": one_line(connection.get("edition")) or "classic",
        "cloud": one_line(connection.get("cloud")),
        "region": one_line(connection.get("region")),
        "project": one_line(connection.get("project")),
        "project_id": one_line(connection.get("project_id") or connection.get("tenant_id")),
        "vpn_service": one_line(service.get("name") or connection.get("vpnservice_id")),
        "vpn_service_id": one_line(connection.get("vpnservice_id") or service.get("id")),
        "local_address": one_line(connection.get("local_address")),
        "local_cidrs": _lines(connection.get("local_cidrs")),
        "remote_cidrs": _lines(connection.get("remote_cidrs")),
        "ike": _policy(connection, "ike_policy"),
        "ipsec": _policy(connection, "ipsec_policy"),
        "dpd": one_line(_dict(connection.get("dpd")).get("action")),
    }


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _lines(values: Any) -> list[str] | None:
    return [one_line(value) for value in values] if isinstance(values, (list, tuple)) else None


def _policy(connection: Mapping[str, Any], kind: str) -> dict[str, str] | None:
    policy = _dict(connection.get(kind))
    if not policy:
        return None
    lifetime = _dict(policy.get("lifetime"))
    fields = {field: one_line(policy.get(field)) for field in _POLICY_FIELDS[kind]}
    value = one_line(lifetime.get("value"))
    return fields | {
        "lifetime": f"{value} {one_line(lifetime.get('units'))}".strip() if value else ""
    }


def _pair(pair: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"connections": [one_line(row.get("id")) for row in pair], "state": pair_state(pair)}


def _sources(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the clouds, projects and editions that the connections come from."""
    keys = ("cloud", "region", "project", "project_id", "edition")
    sources = Counter(tuple(row[key] for key in keys) for row in rows)
    return [
        dict(zip(keys, source, strict=True)) | {"connections": number}
        for source, number in sorted(sources.items())
    ]


def _summary(rows: Sequence[Row]) -> dict[str, Any]:
    states = Counter(row["state"] for row in rows)
    found = [finding for row in rows for finding in row["findings"]]
    summary: dict[str, Any] = {
        "connections": len(rows),
        "states": {name: states[name] for name in STATES},
        "findings": {
            severity: sum(f["severity"] == severity and not f["accepted"] for f in found)
            for severity in SEVERITIES
        },
        "accepted": sum(1 for f in found if f["accepted"]),
        "not_audited": sum(1 for row in rows if row["ike"] is None or row["ipsec"] is None),
    }
    return summary | {"text": _text(summary)}


def _text(summary: Mapping[str, Any]) -> str:
    total, states, found = summary["connections"], summary["states"], summary["findings"]
    if not total:
        return "There are no connections."
    if states["up"] == total:
        tunnels = "The tunnel is up." if total == 1 else f"All {total} tunnels are up."
    else:
        parts = [f"{states[name]} {STATE_WORDS.get(name, name)}" for name in STATES if states[name]]
        tunnels = f"{count(total, 'tunnel')}: {', '.join(parts)}."
    severities = [f"{found[name]} {name}" for name in SEVERITIES if found[name]]
    weak = count(sum(found.values()), "open finding") if severities else "No open findings"
    audited = f"{weak}: {', '.join(severities)}." if severities else f"{weak}."
    if summary["accepted"]:
        audited += f" {count(summary['accepted'], 'finding')} accepted."
    if summary["not_audited"]:
        audited += f" {count(summary['not_audited'], 'tunnel')} not fully audited: policy unknown."
    return f"{tunnels} {audited}"
