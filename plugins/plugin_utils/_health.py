# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of connections: which are up, whether all that must be are, and the same as metrics.

Only the fields named here get into a result, so a psk never does.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..module_utils._vpn.matching import filter_rows
from ..module_utils._vpn.states import normalize_status
from ._report import state, text

STATES = ("up", "down", "pending", "error", "disabled")
_WORDS = {
    "up": "up",
    "down": "down",
    "pending": "pending",
    "error": "in error",
    "disabled": "administratively disabled",
}
_NONE_FOUND = (
    "No IPsec connection was found: check the project and what is selected. "
    "A user who may not read connections gets an empty list, not an error."
)
_DOWN = (
    "A connection is DOWN until both gateways have talked, and without traffic it may be again: "
    "check that the remote gateway can be reached and that its settings agree, then send traffic."
)


def health(
    connections: Iterable[Mapping[str, Any]],
    required: Sequence[str] = (),
    selection: Mapping[str, Any] | None = None,
    waited: float = 0,
) -> dict[str, Any]:
    """Sort connections, as `ipsec_connection_info` returns them, into one list for each of STATES.

    A status that nobody has documented, or none, goes to `error`. `required` holds names and IDs;
    empty, all that are not disabled are required. `selection` holds filters, empty ones being none.
    `waited` (seconds) is mentioned if not all is well. The result, plain data, does not depend on
    the order of the connections. Raises KeyError for a connection without id.
    """
    by_id = {connection["id"]: connection for connection in _selected(connections, selection or {})}
    rows = sorted((_row(connection, required) for connection in by_id.values()), key=_order)
    known = {row[field] for row in rows for field in ("name", "id")}
    missing = [name for name in dict.fromkeys(required) if name not in known]
    failing = [row for row in rows if row["required"] and row["state"] != "up"]
    failures = [_sentence(row) for row in failing]
    failures += [f"{text(name)} is required, but there is no such connection." for name in missing]
    if not rows:
        failures.append(_NONE_FOUND)
    ok = not failures
    must = sum(row["required"] for row in rows) + len(missing)
    up = must - len(failing) - len(missing)
    verdict = f"{up} of {must} required are up." if must else "None is required."
    after = f" Waited up to {waited:g} seconds." if waited and not ok else ""
    return {
        "ok": ok,
        "summary": f"{_counts(rows)} {verdict}{after}",
        "failures": failures,
        "advice": [_DOWN] if any(row["state"] == "down" for row in failing) else [],
        "missing": missing,
        "report": [_sentence(row) for row in rows],
        **{
            name: [
                {key: value for key, value in row.items() if key != "state"}
                for row in rows
                if row["state"] == name
            ]
            for name in STATES
        },
    }


def _selected(
    connections: Iterable[Mapping[str, Any]], selection: Mapping[str, Any]
) -> Iterable[Mapping[str, Any]]:
    filters = {name: value for name, value in selection.items() if value}
    service = filters.pop("vpn_service", None)
    return [
        connection
        for connection in filter_rows(map(dict, connections), filters)
        if not service
        or service
        in (connection.get("vpnservice_id"), (connection.get("vpn_service") or {}).get("name"))
    ]


def _row(connection: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    row = {key: connection.get(key) for key in ("id", "name", "status", "peer_address")}
    row["project_id"] = connection.get("project_id") or connection.get("tenant_id")
    row["status"] = normalize_status(row["status"])
    found = state({**connection, "status": row["status"]})
    row["state"] = found if found in STATES else "error"
    row["required"] = (
        row["name"] in required or row["id"] in required if required else row["state"] != "disabled"
    )
    return row


def _order(row: Mapping[str, Any]) -> tuple[str, str]:
    return (str(row["name"] or "").casefold(), str(row["id"]))


def _sentence(row: Mapping[str, Any]) -> str:
    return (
        f"{text(row['name']) or '(no name)'} to {text(row['peer_address']) or '(no address)'} "
        f"is {_WORDS[row['state']]} (status {text(row['status']) or 'missing'}, "
        f"id {text(row['id'])})."
    )


def _counts(rows: Sequence[Mapping[str, Any]]) -> str:
    total = f"{len(rows)} IPsec connection{'' if len(rows) == 1 else 's'}"
    counts = {name: sum(row["state"] == name for row in rows) for name in STATES}
    parts = [f"{count} {_WORDS[name]}" for name, count in counts.items() if count]
    return f"{total}: {', '.join(parts)}." if parts else f"{total}."


def metrics(result: Mapping[str, Any]) -> str:
    """The result of `health` in Prometheus's text format, as node_exporter's textfile collector reads it.

    Without a time of day: node_exporter gives the time of the file, and the same state is the same text.
    """
    rows = sorted(
        ((row, name) for name in STATES for row in result[name]), key=lambda r: _order(r[0])
    )
    lines = [
        *_head("otc_vpn_ipsec_health_ok", "Whether all required IPsec connections are up."),
        f"otc_vpn_ipsec_health_ok {int(result['ok'])}",
    ]
    for suffix, help_text, value in (
        ("up", "Whether the IPsec connection is up.", lambda row, name: name == "up"),
        (
            "admin_state_up",
            "Whether the IPsec connection is administratively enabled.",
            lambda row, name: name != "disabled",
        ),
        (
            "required",
            "Whether the IPsec connection has to be up.",
            lambda row, name: row["required"],
        ),
    ):
        metric = f"otc_vpn_ipsec_connection_{suffix}"
        lines += _head(metric, help_text)
        lines += [f"{metric}{{{_labels(row)}}} {int(value(row, name))}" for row, name in rows]
    metric = "otc_vpn_ipsec_connection_state"
    lines += _head(metric, "The state of the IPsec connection: 1 for the one it has, 0 for others.")
    lines += [
        f'{metric}{{{_labels(row)},state="{one}"}} {int(one == name)}'
        for row, name in rows
        for one in STATES
    ]
    return "\n".join(lines) + "\n"


def _head(metric: str, help_text: str) -> list[str]:
    return [f"# HELP {metric} {help_text}", f"# TYPE {metric} gauge"]


def _labels(row: Mapping[str, Any]) -> str:
    return ",".join(
        f'{name}="{_escaped(row[name])}"' for name in ("id", "name", "peer_address", "project_id")
    )


def _escaped(value: Any) -> str:
    """A label's value; half surrogates, which no file can hold, become question marks."""
    whole = ("" if value is None else str(value)).encode("utf-8", "replace").decode()
    return whole.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
