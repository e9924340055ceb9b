# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of connections in Prometheus's text format, for node_exporter's textfile collector.

Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..module_utils._vpn.states import STATES
from ._lookups import SOURCE

_PREFIX = "otc_vpn_ipsec_"
_LAST_SUCCESS = _PREFIX + "last_success_timestamp_seconds"
_CONNECTION = ("id", "name", "peer_address", *SOURCE)
_PAIR = ("vpnservice_id", "cgw_id", *SOURCE)
_PAIR_STATES = ("up", "degraded", "outage")
_SAMPLE = re.compile(rf"^{_LAST_SUCCESS}\{{(.*)\}} (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Labels = dict[str, str]
Sample = tuple[Labels, float]


class LabelsError(ValueError):
    """Error in the labels, with a message for the user."""


def metrics(
    result: Mapping[str, Any],
    time: float,
    previous: str = "",
    labels: Mapping[str, Any] | None = None,
) -> str:
    """Return a result of `health` as metrics.

    `time` is the time of the lookup, in seconds since the epoch; `previous` is the text that was
    written before, because the time of the last success outlives failed lookups; `labels` are added
    to every series. Raises LabelsError.
    """
    more = _checked(labels or {})
    before = _last_successes(previous)
    succeeded = [
        _last_success(_labels(lookup, SOURCE) | more, lookup["ok"], time, before)
        for lookup in result["lookups"]
    ]
    # The labels of a failed lookup are those of the last success, when the project was known.
    sources = list(zip(result["lookups"], (found for found, _time in succeeded), strict=True))
    rows = [row for name in STATES for row in result[name]]
    connections = [(row, _labels(row, _CONNECTION) | more) for row in rows]
    pairs = [
        (
            pair,
            _labels(pair, _PAIR)
            | {"connections": " ".join(_text(row["id"]) for row in pair["connections"])}
            | more,
        )
        for pair in result["pairs"]
    ]
    families: list[tuple[str, str, Iterable[Sample]]] = [
        (
            "health_ok",
            "Whether the lookup succeeded and all required IPsec connections are up.",
            _samples(sources, lambda lookup: lookup["healthy"]),
        ),
        (
            "lookup_success",
            "Whether the last lookup of the IPsec connections succeeded.",
            _samples(sources, lambda lookup: lookup["ok"]),
        ),
        (
            "lookup_timestamp_seconds",
            "Time of the last lookup of the IPsec connections.",
            _samples(sources, lambda lookup: time),
        ),
        (
            "last_success_timestamp_seconds",
            "Time of the last successful lookup of the IPsec connections; 0 if there was none.",
            succeeded,
        ),
        (
            "connection_up",
            "Whether the IPsec connection is up.",
            _samples(connections, lambda row: row["state"] == "up"),
        ),
        (
            "connection_admin_state_up",
            "Whether the IPsec connection is administratively enabled.",
            _samples(connections, lambda row: row["state"] != "disabled"),
        ),
        (
            "connection_required",
            "Whether the IPsec connection must be up.",
            _samples(connections, lambda row: row["required"]),
        ),
        (
            "connection_state",
            "State of the IPsec connection: 1 for the current state, 0 for the others.",
            _state_samples(connections, STATES),
        ),
        (
            "pair_state",
            "State of the pair of IPsec connections: 1 for the current state, 0 for the others.",
            _state_samples(pairs, _PAIR_STATES),
        ),
    ]
    lines: list[str] = []
    for name, help_text, samples in families:
        metric = _PREFIX + name
        lines += [f"# HELP {metric} {help_text}", f"# TYPE {metric} gauge"]
        lines += [f"{metric}{{{_format(found)}}} {_number(value)}" for found, value in samples]
    return "\n".join(lines) + "\n"


def _checked(labels: Any) -> Labels:
    reserved = {*_CONNECTION, *_PAIR, "state", "connections"}
    if not isinstance(labels, Mapping):
        raise LabelsError("labels must be a dictionary.")
    for name in map(str, labels):
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name) or name in reserved:
            raise LabelsError(f"{name} is not a valid name for an additional label.")
    return {str(name): _text(value) for name, value in labels.items()}


def _samples(
    things: Iterable[tuple[Mapping[str, Any], Labels]],
    value: Callable[[Mapping[str, Any]], float],
) -> list[Sample]:
    return [(labels, value(thing)) for thing, labels in things]


def _state_samples(
    things: Iterable[tuple[Mapping[str, Any], Labels]], states: Iterable[str]
) -> list[Sample]:
    return [
        (labels | {"state": state}, thing["state"] == state)
        for thing, labels in things
        for state in states
    ]


def _last_success(
    labels: Labels, ok: bool, time: float, before: Iterable[Sample]
) -> tuple[Labels, float]:
    """Return labels and time of the last success, which a failed lookup takes from the past."""
    if ok:
        return labels, time
    known = {name: value for name, value in labels.items() if value}
    return next(
        ((found, at) for found, at in before if known.items() <= found.items()), (labels, 0)
    )


def _last_successes(text: str) -> list[Sample]:
    """Return the times of the last success in an earlier text; anything malformed is ignored."""
    found = []
    for labels, value in _SAMPLE.findall(text):
        try:
            found.append(
                ({name: _unescape(one) for name, one in _LABEL.findall(labels)}, float(value))
            )
        except ValueError:
            continue
    return found


def _labels(thing: Mapping[str, Any], names: Iterable[str]) -> Labels:
    return {name: _text(thing.get(name)) for name in names}


def _text(value: Any) -> str:
    """Return a label's value; half surrogates, which no file can contain, become question marks."""
    return ("" if value is None else str(value)).encode("utf-8", "replace").decode()


def _format(labels: Labels) -> str:
    return ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items())


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _unescape(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], value)


def _number(value: float) -> str:
    return str(int(value))
