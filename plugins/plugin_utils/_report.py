# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: from resolved connections to one plain structure, and from that to text.

Only the fields named here get into a report, so a psk never does.
Private to this collection.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ._audit import RULES, SEVERITIES, Acceptance, findings
from ._map import STATES, networks, panels

_STATE_OF_STATUS = {
    "ACTIVE": "up",
    "DOWN": "down",
    "ERROR": "error",
    "BUILD": "pending",
    "PENDING_CREATE": "pending",
    "PENDING_UPDATE": "pending",
    "PENDING_DELETE": "pending",
}
_POLICY_FIELDS = {
    "ike_policy": (
        "name",
        "ike_version",
        "phase1_negotiation_mode",
        "encryption_algorithm",
        "auth_algorithm",
        "pfs",
    ),
    "ipsec_policy": (
        "name",
        "transform_protocol",
        "encapsulation_mode",
        "encryption_algorithm",
        "auth_algorithm",
        "pfs",
    ),
}


def audit(
    connections: Iterable[Mapping[str, Any]], accepted: Sequence[Acceptance], today: date
) -> dict[str, Any]:
    """Audit connections as `ipsec_connection_info` returns them with `resolve`.

    Gives `summary`, `connections` and `unused_acceptances`: plain data that holds no secret and
    does not depend on the order of the input. `today` decides which acceptances still hold.
    """
    rows = sorted((_row(c, accepted, today) for c in connections), key=_order)
    return {
        "summary": _summary(rows),
        "connections": rows,
        "unused_acceptances": [
            {"id": a.id, "connection": text(a.connection), "reason": text(a.reason)}
            for a in accepted
            if not any(a.covers(f["id"], row, today) for row in rows for f in row["findings"])
        ],
    }


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """By label, numbers in it by their value: plant-9 comes before plant-10."""
    parts = re.split(r"(\d{1,18})", row["label"].casefold())
    label = [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
    return (label, row["label"], row["peer_address"], row["id"])


def _row(
    connection: Mapping[str, Any], accepted: Sequence[Acceptance], today: date
) -> dict[str, Any]:
    status = text(connection.get("status"))
    service = connection.get("vpn_service") or {}
    found = findings(connection, accepted, today)
    for finding in found:
        finding["value"] = text(finding["value"])
        if finding["accepted"]:
            finding["accepted"]["reason"] = text(finding["accepted"]["reason"])
    row: dict[str, Any] = {
        key: text(connection.get(key)) for key in ("id", "name", "description", "peer_address")
    }
    return row | {
        "label": row["name"] or row["peer_address"] or row["id"] or "(unnamed)",
        "status": status,
        "state": state(connection),
        "vpn_service": text(service.get("name") or connection.get("vpnservice_id")),
        "vpn_service_id": text(connection.get("vpnservice_id") or service.get("id")),
        "local_address": text(connection.get("local_address")),
        "local_cidrs": _string_list(connection.get("local_cidrs")),
        "remote_cidrs": _string_list(connection.get("remote_cidrs")),
        "ike": _policy(connection, "ike_policy"),
        "ipsec": _policy(connection, "ipsec_policy"),
        "dpd": text((connection.get("dpd") or {}).get("action")),
        "findings": found,
        "has_open": any(not finding["accepted"] for finding in found),
    }


def state(connection: Mapping[str, Any]) -> str:
    """One of STATES: administratively disabled goes before what the status says."""
    if connection.get("admin_state_up") is False:
        return "disabled"
    return _STATE_OF_STATUS.get(text(connection.get("status")), "unknown")


def _policy(connection: Mapping[str, Any], key: str) -> dict[str, str] | None:
    policy = connection.get(key)
    if not policy:
        return None
    lifetime = policy.get("lifetime") or {}
    fields = {field: text(policy.get(field)) for field in _POLICY_FIELDS[key]}
    units = text(lifetime.get("units"))
    value = text(lifetime.get("value"))
    return fields | {"lifetime": f"{value} {units}".strip() if value else ""}


def text(value: Any) -> str:
    """A value from the API as one line of text that every format can hold.

    Line ends become blanks. Dropped: control characters, half surrogates and noncharacters (no
    file can hold them), and the invisible marks that turn the direction of what follows.
    """
    if value is None:
        return ""
    return "".join(map(_character, str(value))).strip()


def _character(char: str) -> str:
    if char in "\t\n\r\v\f\x85\u2028\u2029":
        return " "
    if unicodedata.category(char) in ("Cc", "Cs") or "\u202a" <= char <= "\u202e":
        return ""
    if "\u2066" <= char <= "\u2069" or "\ufdd0" <= char <= "\ufdef" or ord(char) & 0xFFFE == 0xFFFE:
        return ""
    return char


def _string_list(values: Any) -> list[str] | None:
    return None if values is None else [text(value) for value in values]


def _summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
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
    return summary | {"sentence": _sentence(summary)}


def _sentence(summary: Mapping[str, Any]) -> str:
    total, states, found = summary["connections"], summary["states"], summary["findings"]
    if not total:
        return "There are no connections."
    others = [
        f"{states[name]} in error" if name == "error" else f"{states[name]} {name}"
        for name in STATES
        if name != "up" and states[name]
    ]
    if states["up"] == total:
        tunnels = "The tunnel is up." if total == 1 else f"All {total} tunnels are up."
    else:
        tunnels = f"{states['up']} of {_count(total, 'tunnel')} up, {', '.join(others)}."
    severities = [f"{found[name]} {name}" for name in SEVERITIES if found[name]]
    weak = _count(sum(found.values()), "open finding") if severities else "No open findings"
    audit = f"{weak}: {', '.join(severities)}." if severities else f"{weak}."
    if summary["accepted"]:
        audit += f" {_count(summary['accepted'], 'finding')} accepted."
    if summary["not_audited"]:
        audit += f" {_count(summary['not_audited'], 'tunnel')} not fully audited: policy unknown."
    return f"{tunnels} {audit}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def by_rule(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The findings turned round: for each weak setting that occurs, the connections that have it.

    Each entry has the rule's fields and the lists `open` and `accepted` of
    {number (of the row, from 1), row, finding}.
    """
    result: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows, 1):
        for finding in row["findings"]:
            entry = result.setdefault(finding["id"], finding | {"open": [], "accepted": []})
            kind = "accepted" if finding["accepted"] else "open"
            entry[kind].append({"number": number, "row": row, "finding": finding})
    rank = {rule.id: number for number, rule in enumerate(RULES)}
    return sorted(result.values(), key=lambda e: (SEVERITIES.index(e["severity"]), rank[e["id"]]))


def ike_words(policy: Mapping[str, str] | None) -> str:
    """An IKE policy in one line: `IKEv2, aes-256, sha2-256, group19, 86400 s`."""
    if policy is None:
        return "unknown"
    mode = policy["phase1_negotiation_mode"] if policy["ike_version"] == "v1" else ""
    version = "IKE" + policy["ike_version"]
    return _words(policy, f"{version} {mode}".strip())


def ipsec_words(policy: Mapping[str, str] | None) -> str:
    """An IPsec policy in one line: `ESP tunnel, aes-256, sha2-256, group19, 3600 s`."""
    if policy is None:
        return "unknown"
    return _words(
        policy, f"{policy['transform_protocol'].upper()} {policy['encapsulation_mode']}".strip()
    )


def _words(policy: Mapping[str, str], first: str) -> str:
    keys = ("encryption_algorithm", "auth_algorithm", "pfs", "lifetime")
    words = (policy[key].removesuffix("econds") for key in keys)
    return ", ".join(filter(None, [first, *words]))


def render(report: Mapping[str, Any], form: str, title: str, note: str) -> str:
    """An audit as text in one of FORMS; `note` is a line under the title."""
    title, note = text(title), text(note)
    template = FORMS[form]
    if template is None:
        return json.dumps({"title": title, "note": note} | dict(report), indent=2) + "\n"
    return template.render(
        title=title,
        note=note,
        summary=report["summary"],
        rows=report["connections"],
        rules=by_rule(report["connections"]),
        unused=report["unused_acceptances"],
        panels=panels,
        states=STATES,
        severities=SEVERITIES,
        css=Markup((_TEMPLATES / "report.css").read_text("utf-8")),
    )


_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+!|~$&@^=])|(:)(?=//)|(?<=www)(\.)", re.IGNORECASE)


def markdown(value: Any) -> str:
    """Text that Markdown shows as it is: no emphasis, link, table cell or HTML comes of it."""
    return _MARKDOWN_SPECIAL.sub(r"\\\g<0>", str(value))


_TEMPLATES = Path(__file__).parent


def _environment(**options: Any) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **options,
    )
    environment.filters |= {
        "networks": networks,
        "ike_words": ike_words,
        "ipsec_words": ipsec_words,
    }
    return environment


# Whatever a template prints is escaped, by autoescape or by finalize: none can forget it.
FORMS = {
    "html": _environment(autoescape=True).get_template("report.html.j2"),
    "markdown": _environment(finalize=markdown).get_template("report.md.j2"),
    "json": None,
}
