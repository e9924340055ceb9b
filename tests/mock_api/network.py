# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The read calls of Neutron's VPN service and of its subnets, as real servers answer them.

What is written here was seen on Neutron 29. Lists are answered in whole, or in pages once
`limit` or `pagination_max_limit` asks for them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import MultiDict

from .agent import Agent
from .attributes import FALSE, TRUE
from .errors import NeutronError, bad_request, internal_server_error, invalid_input
from .identity import Grant, Identity
from .scenario import KINDS, Row, Scenario

# What a fault may do to lists; see Fault.quirks.
QUIRKS = {
    "ignore_fields": "`fields` has no effect, so the psk comes unasked",
    "ignore_filters": "filters have no effect",
    "ignore_marker": "`marker` has no effect, so each page is the first one",
    "internal_links": "links name a host inside the cloud",
    "marker_links": "links have `marker` in place of `href`",
    "no_links": "pages have no links",
    "shuffle": "the rows come in an order that depends on the query",
    "deny_read": "a policy hides every VPN object, whatever the user's role",
    "deny_write": "a policy denies every POST, PUT and DELETE, whatever the user's role",
    "hide_psk": "a policy shows the psk to administrators only",
}

# Alias, name and date of the extensions that the VPN service has.
EXTENSIONS = (
    ("vpnaas", "VPN service", "2013-05-29T10:00:00-00:00"),
    ("vpn-endpoint-groups", "VPN Endpoint Groups", "2015-08-04T10:00:00-00:00"),
    ("vpn-flavors", "VPN Service Flavor Extension", "2017-04-19T00:00:00-00:00"),
    ("vpn-aes-ctr", "VPN AES CTR", "2024-01-09T09:00:00-00:00"),
)

RENDERED_AT_MOST = 64

_PAGING = {"fields", "limit", "marker", "page_reverse", "sort_key", "sort_dir"}
_UNFILTERABLE = {
    "peer_cidrs",
    "dpd",
    "dpd_action",
    "lifetime",
    "endpoints",
    "external_gateway_info",
    "routes",
}
_SORTABLE = {"id", "name", "tenant_id", "project_id"}


class Network:
    """Answers lists and single objects of every kind."""

    def __init__(
        self,
        scenario: Scenario,
        identity: Identity,
        agent: Agent,
        pagination_max_limit: int | None,
        filter_validation: bool,
    ) -> None:
        self._scenario = scenario
        self._identity = identity
        self._agent = agent
        self._max_limit = pagination_max_limit
        self._filter_validation = filter_validation
        # Bodies by request: a benchmark's list of thousands is rendered once.
        self._rendered: dict[tuple[object, ...], bytes] = {}

    def blueprint(self) -> Blueprint:
        """Return the calls; all kinds have the same."""
        calls = Blueprint("network", __name__, url_prefix="/v2.0")
        calls.get("/extensions")(self.extensions)
        for collection, kind in KINDS.items():
            calls.add_url_rule(
                f"/{kind.path}",
                f"list-{collection}",
                self.list_all,
                defaults={"collection": collection},
                strict_slashes=False,
            )
            calls.add_url_rule(
                f"/{kind.path}/<object_id>",
                f"show-{collection}",
                self.show_one,
                defaults={"collection": collection},
            )
        return calls

    def list_all(self, collection: str) -> Response:
        """Answer the list call of a kind."""
        grant = self._reader()
        rows = self.visible(grant, collection)
        quirks = _quirks()
        key = (self._scenario.version, grant.project, grant.roles, request.url)
        body = self._rendered.get(key)
        if body is None or quirks:
            body = json.dumps(self._page(grant, collection, rows)).encode()
            if not quirks:
                if len(self._rendered) >= RENDERED_AT_MOST:
                    self._rendered.clear()
                self._rendered[key] = body
        self._agent.observe(rows)
        return Response(body, content_type="application/json")

    def show_one(self, collection: str, object_id: str) -> Response:
        """Answer the call for one object."""
        grant = self._reader()
        row = self.find(grant, collection, object_id)
        body = json.dumps({KINDS[collection].member: _only(shown(row, grant), _fields())})
        self._agent.observe([row])
        return Response(body, content_type="application/json")

    def extensions(self) -> Response:
        """Answer the call for the extensions; Open Telekom Cloud has none."""
        if self._scenario.flavor == "otc":
            abort(404)
        self._identity.grant_of(request)
        rows = [
            {"alias": alias, "name": name, "description": name, "links": [], "updated": updated}
            for alias, name, updated in EXTENSIONS
        ]
        return Response(json.dumps({"extensions": rows}), content_type="application/json")

    def visible(self, grant: Grant, collection: str) -> list[Row]:
        """Return the rows that a user may see: a list that a policy denies is an empty one."""
        denied = "member" not in grant.roles or "deny_read" in _quirks()
        if grant.project is None or (KINDS[collection].hidden and denied):
            return []
        if "admin" in grant.roles:
            return self._scenario.all_rows(collection)
        return self._scenario.rows(grant.project, collection)

    def find(self, grant: Grant, collection: str, object_id: str) -> Row:
        """Return the object that a path names; raises NeutronError if the user may not see it."""
        row = _with_id(self.visible(grant, collection), object_id)
        if row is None:
            if grant.project and _with_id(
                self._scenario.rows(grant.project, collection), object_id
            ):
                raise NeutronError(404, "HTTPNotFound", "The resource could not be found.")
            error, message = KINDS[collection].not_found
            raise NeutronError(404, error, message.format(object_id))
        if self.unreadable(row):
            raise internal_server_error()
        return row

    def unreadable(self, row: Row) -> bool:
        """Return whether Neutron cannot read the row: it stores sha1 and 3des, but no longer knows them."""
        return self._scenario.flavor == "neutron" and (
            row.get("auth_algorithm") == "sha1" or row.get("encryption_algorithm") == "3des"
        )

    def permit(self, grant: Grant, collection: str, action: str) -> None:
        """Raise NeutronError if the user may not create, update or delete such an object."""
        if "member" not in grant.roles or "deny_write" in _quirks():
            rule = f"rule:{action}_{KINDS[collection].member}"
            raise NeutronError(403, "PolicyNotAuthorized", f"{rule} is disallowed by policy")

    def _reader(self) -> Grant:
        if request.method == "HEAD":
            abort(405)
        return self._identity.grant_of(request)

    def _page(self, grant: Grant, collection: str, rows: list[Row]) -> Row:
        query, quirks = request.args, _quirks()
        allowed = set(KINDS[collection].attributes) | {"id", "project_id", "tenant_id"}
        if "ignore_filters" not in quirks:
            rows = _filter(rows, query, allowed - _UNFILTERABLE, self._filter_validation)
        if any(map(self.unreadable, rows)):
            raise internal_server_error()
        rows = _sort(rows, query)
        if "shuffle" in quirks:
            rows = random.Random(request.full_path).sample(rows, len(rows))
        limit = self._limit(query)
        marker = None if "ignore_marker" in quirks else query.get("marker")
        reverse = query.get("page_reverse", "").lower() in TRUE
        page = _paginate(rows, limit, marker, reverse) if limit else rows
        fields = _fields()
        if "hide_psk" in quirks:
            page = [shown(row, grant) for row in page]
        body: Row = {collection: [_only(row, fields) for row in page]}
        if limit and "no_links" not in quirks:
            body[f"{collection}_links"] = _links(page, limit, reverse, quirks)
        return body

    def _limit(self, query: MultiDict[str, str]) -> int:
        """Return the rows of a page; 0 stands for no limit. A repeated limit: the last counts."""
        given = (query.getlist("limit") or ["0"])[-1]
        if not given.isascii() or not given.isdigit():
            message = f"Limit must be an integer 0 or greater and not '{given}'"
            raise NeutronError(400, "BadRequest", f"Bad limit request: {message}.")
        limit = int(given)
        if self._max_limit is None:
            return limit
        return min(limit or self._max_limit, self._max_limit)


def _with_id(rows: list[Row], object_id: str) -> Row | None:
    return next((row for row in rows if row["id"] == object_id), None)


def _quirks() -> Collection[str]:
    """Return the quirks of the fault that the request meets."""
    quirks: Collection[str] = request.environ.get("endpoint.quirks", ())
    return quirks


def shown(row: Row, grant: Grant) -> Row:
    """Return a row as the user may see it."""
    if "hide_psk" in _quirks() and "admin" not in grant.roles:
        return {name: value for name, value in row.items() if name != "psk"}
    return row


def _fields() -> set[str]:
    """Return the names in the query's `fields`; an empty one does not count."""
    asked = set() if "ignore_fields" in _quirks() else set(request.args.getlist("fields"))
    return asked - {""}


def _only(row: Row, wanted: Collection[str]) -> Row:
    """Return the named fields of a row: all for no names, none for unknown ones."""
    return {name: row[name] for name in row if name in wanted} if wanted else row


def _filter(
    rows: list[Row], query: MultiDict[str, str], filterable: set[str], validate: bool
) -> list[Row]:
    """Return the rows that have one of the values asked for, in every attribute asked for."""
    wanted = {name: values for name, values in query.lists() if name not in _PAGING}
    unknown = sorted(set(wanted) - filterable)
    if unknown and validate:
        raise bad_request(f"{unknown} is invalid attribute for filtering")
    for name in set(wanted) & filterable:
        values = {_converted(name, value) for value in wanted[name]}
        # Rows of Open Telekom Cloud may lack project_id.
        column = "tenant_id" if name == "project_id" else name
        rows = [row for row in rows if row.get(column) in values]
    return rows


def _converted(name: str, value: str) -> str | int | bool:
    if name in ("admin_state_up", "enable_dhcp"):
        if value.lower() in TRUE | FALSE:
            return value.lower() in TRUE
        raise invalid_input(f"'{value}' cannot be converted to boolean")
    if name in ("mtu", "ip_version"):
        try:
            return int(value)
        except ValueError:
            raise invalid_input(f"'{value}' is not an integer") from None
    return value


def _sort(rows: list[Row], query: MultiDict[str, str]) -> list[Row]:
    keys, directions = query.getlist("sort_key"), query.getlist("sort_dir")
    if len(keys) != len(directions):
        raise bad_request("The number of sort_keys and sort_dirs must be same")
    unknown = sorted(set(keys) - _SORTABLE)
    if unknown:
        raise bad_request(f"{unknown} is invalid attribute for sort_keys")
    if not set(directions) <= {"asc", "desc"}:
        raise bad_request("sort_dir must be asc or desc")
    for key, direction in reversed(list(zip(keys, directions, strict=True))):
        column = "tenant_id" if key == "project_id" else key
        rows = sorted(rows, key=lambda row: str(row[column]), reverse=direction == "desc")
    return rows


def _paginate(rows: list[Row], limit: int, marker: str | None, reverse: bool) -> list[Row]:
    """Return the page after the marker (before it in reverse); none after an unknown marker."""
    if marker is None:
        return rows[-limit:] if reverse else rows[:limit]
    position = next((i for i, row in enumerate(rows) if row["id"] == marker), len(rows))
    if reverse:
        return rows[max(0, position - limit) : position]
    return rows[position + 1 : position + 1 + limit]


def _links(page: list[Row], limit: int, reverse: bool, quirks: Collection[str]) -> list[Row]:
    """Return the links around a page; a page that is full has a next one, be that empty."""
    links = []
    if len(page) >= limit or reverse:
        links.append(_link("next", page[-1:], {}, quirks))
    if len(page) >= limit or not reverse:
        links.append(_link("previous", page[:1], {"page_reverse": "True"}, quirks))
    return links


def _link(relation: str, edge: list[Row], extra: Row, quirks: Collection[str]) -> Row:
    markers = {"marker": edge[0]["id"]} if edge else {}
    if "marker_links" in quirks:
        return {"rel": relation, **markers}
    kept = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in ("marker", "page_reverse")
    ]
    base = request.base_url
    if "internal_links" in quirks:
        base = f"http://neutron.internal.example:9696{request.path}"
    query: list[tuple[str, Any]] = [*kept, *markers.items(), *extra.items()]
    return {"rel": relation, "href": f"{base}?{urlencode(query)}"}
