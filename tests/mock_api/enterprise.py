# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The read calls of Enterprise Edition VPN (API v5), as Open Telekom Cloud's documents have them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from .enterprise_scenario import Row
from .errors import ApiError, gateway_error
from .identity import Grant, Identity
from .scenario import Scenario


@dataclass(frozen=True)
class EnterpriseKind:
    """One kind of objects.

    page: rows of a page when the request names no limit; None: the list has no pages.
    largest_page: the largest limit that a request may name.
    filters: query parameters that select rows; an array repeats its parameter.
    """

    path: str
    member: str
    page: int | None = None
    largest_page: int = 0
    filters: tuple[str, ...] = ()
    tags: str = ""


KINDS: dict[str, EnterpriseKind] = {
    "vpn_connections": EnterpriseKind(
        "vpn-connection",
        "vpn_connection",
        page=2000,
        largest_page=2000,
        filters=("vgw_id", "vgw_ip", "enterprise_project_id"),
        tags="vpn-connection",
    ),
    "vpn_gateways": EnterpriseKind(
        "vpn-gateways", "vpn_gateway", filters=("enterprise_project_id",), tags="vpn-gateway"
    ),
    "customer_gateways": EnterpriseKind(
        "customer-gateways",
        "customer_gateway",
        page=200,
        largest_page=200,
        tags="customer-gateway",
    ),
    "connection_monitors": EnterpriseKind(
        "connection-monitors", "connection_monitor", filters=("vpn_connection_id",)
    ),
}

# What a fault may do to lists of this API; see Fault.quirks. Names that Neutron's lists have too
# are in network.QUIRKS.
ENTERPRISE_QUIRKS = {
    "clamp_limit": "a page has 200 rows at most, whatever the limit",
    "duplicate_ids": "each row is there twice",
    "ignore_project": "`enterprise_project_id` has no effect",
    "inclusive_marker": "a page begins with the row of the marker",
    "masked_addresses": "each public address has asterisks in it",
    "missing_fields": "rows have nothing but id and name",
    "no_page_info": "pages have neither page_info nor total_count",
    "null_fields": "all fields but id and name are null",
    "small_total": "total_count is 1",
}

LOG_ENTRIES = 200
ZONES = {
    flavor: {"vpc": ["eu-de-01", "eu-de-02"], "er": ["eu-de-01"]}
    for flavor in (
        "basic",
        "professional1",
        "professional2",
        "Professional1-NonFixedIP",
        "Professional2-NonFixedIP",
        "gm",
    )
}
QUOTAS = {"customer_gateway": 100, "vpn_connection": 5000, "vpn_gateway": 50}

_PUBLIC_ADDRESS = re.compile(r"\b(\d+)\.\d+\.\d+\.(\d+)\b(?!/)")
_NO_TIME = datetime.min.replace(tzinfo=UTC)


class Enterprise:
    """Answers lists and single objects of every kind."""

    def __init__(self, scenario: Scenario, identity: Identity, logs: dict[str, list[Row]]) -> None:
        self._scenario = scenario
        self._identity = identity
        self._logs = logs
        # Rows by project and kind, the newest first, of one version of the scenario.
        self._sorted: dict[tuple[str, str], list[tuple[datetime, Row]]] = {}
        # Bodies by request, of the same version: a benchmark's list of thousands is rendered once.
        self._rendered: dict[str, bytes] = {}
        self._version = -1

    def blueprint(self) -> Blueprint:
        """Return the calls; all kinds have the same."""
        calls = Blueprint("enterprise", __name__, url_prefix="/v5/<project_id>")

        def get(rule: str, handler: Callable[..., Response], **defaults: str) -> None:
            endpoint = f"{handler.__name__}-{'-'.join(defaults.values())}"
            calls.add_url_rule(rule, endpoint, handler, defaults=defaults)

        get("/vpn-gateways/availability-zones", self.zones)
        get("/vpn/quotas", self.quotas)
        get("/vpn-connection/<object_id>/log", self.log)
        for collection, kind in KINDS.items():
            get(f"/{kind.path}", self.list_all, collection=collection)
            get(f"/{kind.path}/<object_id>", self.show_one, collection=collection)
            if kind.tags:
                get(f"/{kind.tags}/tags", self.project_tags, collection=collection)
                get(f"/{kind.tags}/<object_id>/tags", self.tags, collection=collection)
        return calls

    def list_all(self, project_id: str, collection: str) -> Response:
        """Answer the list call of a kind."""
        project, quirks = self._project(project_id), _quirks()
        self._forget_older_versions()
        body = self._rendered.get(request.url)
        if body is None or quirks:
            body = _json(self._list(project, collection, quirks))
            if not quirks:
                self._rendered[request.url] = body
        return Response(body, content_type="application/json")

    def _list(self, project: str, collection: str, quirks: Collection[str]) -> Row:
        kind = KINDS[collection]
        timed = self._newest_first(project, collection)
        total = len(timed)
        for name in kind.filters:
            wanted = request.args.getlist(name)
            if wanted and not (name == "enterprise_project_id" and "ignore_project" in quirks):
                timed = [(time, row) for time, row in timed if row.get(name) in wanted]
        body: Row = {}
        if kind.page is not None:
            timed = _page(timed, kind, quirks)
            if "no_page_info" not in quirks:
                body["page_info"] = {"current_count": len(timed)}
                if timed:
                    # The time as the last row has it, letter by letter.
                    marker = timed[-1][1].get("created_at", "")
                    body["page_info"]["next_marker"] = marker
                body["total_count"] = 1 if "small_total" in quirks else total
        rows = [_altered(row, quirks) for _time, row in timed]
        if "duplicate_ids" in quirks:
            rows = [row for row in rows for _twice in range(2)]
        return {collection: rows, **body}

    def show_one(self, project_id: str, collection: str, object_id: str) -> Response:
        """Answer the call for one object."""
        row = self._find(project_id, collection, object_id)
        return _answer({KINDS[collection].member: _altered(row, _quirks())})

    def log(self, project_id: str, object_id: str) -> Response:
        """Answer the call for a connection's log, the newest entry first."""
        self._find(project_id, "vpn_connections", object_id)
        if object_id not in self._logs:
            message = "The VPN gateway does not support querying connection logs."
            raise gateway_error(400, "VPN.0304", message)
        entries = sorted(self._logs[object_id], key=lambda entry: -int(entry["time"]))
        return _answer({"logs": entries[:LOG_ENTRIES]})

    def tags(self, project_id: str, collection: str, object_id: str) -> Response:
        """Answer the call for one object's tags."""
        row = self._find(project_id, collection, object_id)
        return _tags(row.get("tags") or [])

    def project_tags(self, project_id: str, collection: str) -> Response:
        """Answer the call for the tags of all objects of a kind."""
        values: dict[str, set[str]] = {}
        for row in self._scenario.rows(self._project(project_id), collection):
            for tag in row.get("tags") or ():
                values.setdefault(tag["key"], set()).add(tag["value"])
        tags = [{"key": key, "values": sorted(found)} for key, found in sorted(values.items())]
        return _tags(tags)

    def quotas(self, project_id: str) -> Response:
        """Answer the call for quotas and what is used of them."""
        project = self._project(project_id)
        resources = [
            {
                "type": member,
                "quota": limit,
                "used": len(self._scenario.rows(project, f"{member}s")),
            }
            for member, limit in QUOTAS.items()
        ]
        return _answer({"quotas": {"resources": resources}})

    def zones(self, project_id: str) -> Response:
        """Answer the call for the availability zones of new gateways."""
        self._project(project_id)
        return _answer({"availability_zones": ZONES})

    def _project(self, project_id: str) -> str:
        """Return the name of the path's project; raises ApiError if the request is not for it."""
        grant: Grant = self._identity.grant_of(request)
        if grant.project is None or self._scenario.project_ids[grant.project] != project_id:
            message = "Authentication failed: the project is not that of the request."
            raise gateway_error(403, "VPN.0003", message)
        return grant.project

    def _find(self, project_id: str, collection: str, object_id: str) -> Row:
        for row in self._scenario.rows(self._project(project_id), collection):
            if row["id"] == object_id:
                return row
        raise gateway_error(404, "VPN.0004", "resource not found")

    def _forget_older_versions(self) -> None:
        if self._version != self._scenario.version:
            self._version = self._scenario.version
            self._sorted.clear()
            self._rendered.clear()

    def _newest_first(self, project: str, collection: str) -> list[tuple[datetime, Row]]:
        self._forget_older_versions()
        key = (project, collection)
        if key not in self._sorted:
            rows = self._scenario.rows(project, collection)
            timed = [(_time(row.get("created_at")) or _NO_TIME, row) for row in rows]
            self._sorted[key] = sorted(timed, key=lambda pair: pair[0], reverse=True)
        return self._sorted[key]


def _page(
    timed: list[tuple[datetime, Row]], kind: EnterpriseKind, quirks: Collection[str]
) -> list[tuple[datetime, Row]]:
    """Return the rows of the page that the query asks for; raises ApiError for a bad query."""
    limit, marker = request.args.get("limit"), request.args.get("marker")
    if limit is not None and not (limit.isdigit() and 0 < int(limit) <= kind.largest_page):
        raise _invalid(f"limit {limit}")
    size = int(limit or kind.page or 0)
    if "clamp_limit" in quirks:
        size = min(size, 200)
    if marker is None or "ignore_marker" in quirks:
        return timed[:size]
    last = _time(marker)
    if last is None or limit is None:
        raise _invalid(f"marker {marker}")
    inclusive = "inclusive_marker" in quirks
    return [(time, row) for time, row in timed if time < last or (inclusive and time == last)][
        :size
    ]


def _time(text: Any) -> datetime | None:
    """Return the moment that a field or marker names, to the microsecond; None: none."""
    try:
        # Python reads six digits of a second.
        shortened = re.sub(r"(\.\d{6})\d+", r"\1", text)
        moment = datetime.fromisoformat(shortened)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _altered(row: Row, quirks: Collection[str]) -> Row:
    """Return a row with the quirks of the fault."""
    if "missing_fields" in quirks:
        row = {name: row[name] for name in ("id", "name") if name in row}
    if "null_fields" in quirks:
        row = {name: value if name in ("id", "name") else None for name, value in row.items()}
    if "masked_addresses" in quirks:
        masked = _PUBLIC_ADDRESS.sub(r"\1.***.***.\2", json.dumps(row))
        row = json.loads(masked)
    return row


def _quirks() -> Collection[str]:
    quirks: Collection[str] = request.environ.get("endpoint.quirks", ())
    return quirks


def _invalid(what: str) -> ApiError:
    return gateway_error(400, "VPN.0001", f"invalid request:{what}")


def _answer(body: Row) -> Response:
    """Return a body with a request ID as JSON."""
    return Response(_json(body), content_type="application/json")


def _json(body: Row) -> bytes:
    return json.dumps({**body, "request_id": str(uuid.uuid4())}).encode()


def _tags(rows: list[Row]) -> Response:
    """Return tags as JSON: these responses have no request ID."""
    return Response(json.dumps({"tags": rows}), content_type="application/json")
