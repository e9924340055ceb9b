# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: an audit as HTML, Markdown, JSON or CSV.

Private to this collection.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...module_utils._vpn.states import STATES
from .._text import count, one_line
from .map import gateways, networks
from .rules import BY_ID, RULES, SEVERITIES

FORMATS = ("html", "markdown", "json", "csv")
EDITIONS = {"classic": "Classic VPN", "enterprise": "Enterprise Edition VPN"}
_MAX_SINGLE_LINES = 60  # tunnels that the map shows one by one
_TEMPLATES = Path(__file__).parent
_CSV_FIELDS = (
    "state",
    "label",
    "status",
    "edition",
    "cloud",
    "region",
    "project",
    "project_id",
    "vpn_service",
    "local_address",
    "local_cidrs",
    "peer_address",
    "remote_cidrs",
    "ike",
    "ipsec",
    "dpd",
    "findings",
    "id",
)


def render(
    report: Mapping[str, Any],
    format: str,
    title: str,
    note: str = "",
    date: str = "",
    changes: Mapping[str, Any] | None = None,
) -> str:
    """Return an audit as text in one of FORMATS; `note` and `date` are lines below the title."""
    heading = {"title": one_line(title), "note": one_line(note), "date": one_line(date)}
    if format == "json":
        return json.dumps({**heading, **report, "changes": changes}, indent=2) + "\n"
    if format == "csv":
        return _csv(report["connections"])
    rows = [{**row, "number": number} for number, row in enumerate(report["connections"], 1)]
    template = {"html": _html, "markdown": _markdown}[format].get_template(f"report.{format}.j2")
    return template.render(
        heading,
        summary=report["summary"],
        sources=report["sources"],
        columns=_columns(report["sources"]),
        changes=changes,
        rows=rows,
        rules=by_rule(rows),
        degraded=degraded(report),
        unused=report["unused_accepted"],
        gateways=gateways,
        condensed=len(rows) > _MAX_SINGLE_LINES,
        states=STATES,
        severities=SEVERITIES,
        editions=EDITIONS,
        css=css(),
    )


def _columns(sources: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return which of cloud, project and edition differ, and so need to be shown for each tunnel."""
    return [
        name
        for name, keys in (
            ("cloud", ("cloud", "region")),
            ("project", ("project", "project_id")),
            ("edition", ("edition",)),
        )
        if len({tuple(source[key] for key in keys) for source in sources}) > 1
    ]


def degraded(report: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each pair of which not all connections are up."""
    labels = {row["id"]: f"{row['label']} ({row['state']})" for row in report["connections"]}
    return [
        f"{'Outage' if pair['state'] == 'outage' else 'Degraded'}: "
        f"{', '.join(labels.get(one, one) for one in pair['connections'])}."
        for pair in sorted(report["pairs"], key=lambda pair: pair["state"], reverse=True)
        if pair["state"] != "up"
    ]


def by_rule(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each weakness that occurs, with the connections that have it.

    Each entry has the rule's fields, the lists `open` and `accepted` of {row, finding}, and
    `policies`, in words, the policies in which open findings can be fixed, and `fixes`.
    """
    result: dict[str, dict[str, Any]] = {}
    for row in rows:
        for finding in row["findings"]:
            entry = result.setdefault(finding["id"], {**finding, "open": [], "accepted": []})
            kind = "accepted" if finding["accepted"] else "open"
            entry[kind].append({"row": row, "finding": finding})
    for entry in result.values():
        entry["policies"] = _policies([one["finding"] for one in entry["open"]])
        entry["fixes"] = list(dict.fromkeys(one["finding"]["fix"] for one in entry["open"]))
        # What these found differs from connection to connection.
        entry["shows_values"] = BY_ID[entry["id"]].weak == ()
    rank = {rule.id: number for number, rule in enumerate(RULES)}
    return sorted(result.values(), key=lambda e: (SEVERITIES.index(e["severity"]), rank[e["id"]]))


def _policies(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    words = {"ike_policy": "IKE policy", "ipsec_policy": "IPsec policy"}
    found = [
        f"{words[policy['kind']]} {policy['name'] or policy['id']}"
        f" ({count(policy['connections'], 'tunnel')})"
        for policy in (finding["policy"] for finding in findings)
        if policy
    ]
    return list(dict.fromkeys(found))


def ike_words(policy: Mapping[str, str] | None) -> str:
    """Return an IKE policy in one line: `IKEv2, aes-256, sha2-256, group19, 86400 s`."""
    if policy is None:
        return "unknown"
    mode = policy["phase1_negotiation_mode"] if policy["ike_version"].endswith("1") else ""
    version = "IKE" + policy["ike_version"]
    return _words(policy, f"{version} {mode}".strip())


def ipsec_words(policy: Mapping[str, str] | None) -> str:
    """Return an IPsec policy in one line: `ESP tunnel, aes-256, sha2-256, group19, 3600 s`."""
    if policy is None:
        return "unknown"
    return _words(
        policy, f"{policy['transform_protocol'].upper()} {policy['encapsulation_mode']}".strip()
    )


def _words(policy: Mapping[str, str], first: str) -> str:
    keys = ("encryption_algorithm", "auth_algorithm", "pfs", "lifetime")
    words = (policy[key].removesuffix("econds") for key in keys)
    return ", ".join(filter(None, [first, *words]))


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_CSV_FIELDS)
    for row in rows:
        shown = {
            **row,
            "local_cidrs": " ".join(row["local_cidrs"] or ()),
            "remote_cidrs": " ".join(row["remote_cidrs"] or ()),
            "ike": ike_words(row["ike"]),
            "ipsec": ipsec_words(row["ipsec"]),
            "findings": " ".join(f["id"] for f in row["findings"] if not f["accepted"]),
        }
        writer.writerow([_cell(shown[field]) for field in _CSV_FIELDS])
    return file.getvalue()


def _cell(value: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value


_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+!|~$&@^=])|(:)(?=//)|(?<=www)(\.)", re.IGNORECASE)


def markdown(value: Any) -> str:
    """Return text that Markdown shows literally: no emphasis, link, table cell or HTML."""
    return _MARKDOWN_SPECIAL.sub(r"\\\g<0>", str(value))


def css() -> Markup:
    """Return the style sheet of the report."""
    return Markup((_TEMPLATES / "report.css").read_text("utf-8"))


def environment(directory: Path, **options: Any) -> Environment:
    """Return the environment of the templates in a directory."""
    environment = Environment(
        loader=FileSystemLoader(directory),
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
        "count": count,
    }
    return environment


# Whatever a template prints is escaped, by autoescape or by finalize: none can forget it.
# Templates are compiled when they are first used.
_html = environment(_TEMPLATES, autoescape=True)
_markdown = environment(_TEMPLATES, finalize=markdown)
