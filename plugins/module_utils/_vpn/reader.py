# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests a selection needs, and the results made of the responses.

Private to this collection.
"""

from __future__ import annotations

import typing as t
from contextlib import contextmanager
from urllib.parse import urlsplit

from .._cloud import errors
from .._cloud.parallel import run_parallel
from . import kinds
from .facts import normalize, pick_fields
from .matching import filter_rows, find_named, looks_like_id
from .paging import get_row, list_rows

if t.TYPE_CHECKING:
    from .._cloud.client import Client, Query
    from .facts import Row


RETIRED_CLASSIC = ".eu-de.otc.t-systems.com"  # hosts of the region where Classic VPN has ended


class Selection(t.NamedTuple):
    """Which objects of a kind are returned, and which of their fields."""

    name: str | t.Sequence[str] | None = None  # names or IDs; None: all
    filters: t.Mapping[str, t.Any] = {}  # those of the kind; None is no filter
    fields: t.Sequence[str] | None = None  # None: all
    added: t.Sequence[str] = ()  # what is resolved without `resolve` if `fields` is None
    # names or IDs of the referenced object, for the connections of one edition only
    vpn_service: str | None = None
    gateway: str | None = None
    customer_gateway: str | None = None
    include_psk: bool = False  # connections of Classic VPN only
    resolve: bool = False  # connections only
    log: bool = False  # connections of Enterprise Edition VPN only

    @property
    def names(self) -> list[str] | None:
        """The names or IDs as a list; None: all objects."""
        if self.name is None:
            return None
        return [self.name] if isinstance(self.name, str) else list(self.name)

    def resolved(self, kind: kinds.Kind) -> tuple[str, ...]:
        """Return the names that resolving adds to each connection.

        If `fields` contains some of them, only these; otherwise all with `resolve`, or those `added`.
        """
        named = tuple(name for name in kind.resolved if name in (self.fields or ()))
        if named or self.fields is not None or self.resolve:
            return named or (kind.resolved if self.resolve else ())
        return tuple(name for name in kind.resolved if name in self.added)


class Messages(t.NamedTuple):
    """Where messages for the user go."""

    warn: t.Callable[[str], None]
    debug: t.Callable[[str], None]


class Reader:
    """Reads the objects of one cloud, and remembers what later steps of the same call need.

    This one reads Classic VPN and Neutron; the one of Enterprise Edition VPN is derived from it.
    """

    names_in_query = True  # whether a request can select by name

    def __init__(self, client: Client, messages: Messages) -> None:
        """Store where objects are read from, and where warnings go."""
        self._client = client
        self._messages = messages
        self._lists: dict[kinds.Kind, list[Row]] = {}  # complete lists that are needed again
        # Kinds whose server does not support the query.
        self._without_fields: set[kinds.Kind] = set()

    def fetch(self, kind: kinds.Kind, selection: Selection) -> list[Row]:
        """Return the rows that match all filters, with at least the fields that later steps need.

        If a retired region has none, a warning says where they are.
        """
        rows = self._fetch(kind, selection)
        host = urlsplit(self._client.url).hostname or ""
        if not rows and kind.edition == "classic" and host.endswith(RETIRED_CLASSIC):
            self._messages.warn(
                f"Classic VPN has ended in region eu-de of Open Telekom Cloud, and returned no "
                f"{kind.title}. For the tunnels in eu-de, use otc.vpn.enterprise_connection_info, or "
                "set editions to enterprise."
            )
        return rows

    def _fetch(self, kind: kinds.Kind, selection: Selection) -> list[Row]:
        filters = dict(selection.filters)
        perhaps_names = []
        for option, (id_field, referenced) in kind.references.items():
            value = getattr(selection, option)
            if value is None:
                continue
            again = id_field in _needed_fields(kind, selection)
            if looks_like_id(value):
                filters[id_field] = [value]
                perhaps_names.append((id_field, referenced, value, again))
            else:
                filters[id_field] = self._referenced_ids(referenced, value, again)
        query = [("fields", name) for name in requested_fields(kind, selection, filters)]
        rows = self._named(kind, selection.names, query)
        rows = self._normalize(kind, rows, selection.include_psk)
        found = filter_rows(rows, filters)
        if rows and not found and perhaps_names:
            # What looks like an ID is a name if no object has that ID.
            for id_field, referenced, value, again in perhaps_names:
                filters[id_field] = self._referenced_ids(referenced, value, again)
            found = filter_rows(rows, filters)
        return found

    def fetch_ids(
        self, kind: kinds.Kind, ids: t.Collection[str], selection: Selection
    ) -> list[Row]:
        """Return the objects with these IDs that still exist."""
        query = [("fields", name) for name in requested_fields(kind, selection, {})]
        found = None
        if len(ids) == 1 and looks_like_id(next(iter(ids))):
            found = self._single(kind, next(iter(ids)), query)
        rows = self._list(kind, query) if found is None else [found]
        rows = [row for row in rows if row["id"] in ids]
        return self._normalize(kind, rows, selection.include_psk)

    def _normalize(self, kind: kinds.Kind, rows: list[Row], include_psk: bool = False) -> list[Row]:
        return normalize(kind, rows, include_psk)

    def _named(self, kind: kinds.Kind, names: list[str] | None, query: Query) -> list[Row]:
        """Return the rows with these names or IDs, in the order of the list."""
        if names is None:
            return self._list(kind, query)
        if not names:
            return []
        if len(names) == 1:
            if looks_like_id(names[0]):
                row = self._single(kind, names[0], query)
                rows = [] if row is None else [row]
            else:
                rows = self._list(kind, query, names[0]) if self.names_in_query else []
            found = find_named(rows, names[0])
            if found:
                return found
        # Also after a 404 for an ID, because not every 404 means that the object does not exist.
        rows = self._list(kind, query)
        found = [row for name in dict.fromkeys(names) for row in find_named(rows, name)]
        wanted = {id(row) for row in found}
        return [row for row in rows if id(row) in wanted]

    def _single(self, kind: kinds.Kind, object_id: str, query: Query) -> Row | None:
        """Return the object with an ID; None after any 404, whatever it means."""

        def fetch(query: Query) -> list[Row]:
            row = get_row(self._client, kind, object_id, query)
            return [] if row is None else [row]

        return next(iter(self._rows(kind, query, fetch)), None)

    def _list(self, kind: kinds.Kind, query: Query, name: str | None = None) -> list[Row]:
        # The name only makes the response smaller, because every response is filtered on arrival.
        query = query + ([("name", name)] if name is not None else [])
        return self._rows(kind, query, lambda query: list_rows(self._client, kind, query))

    def _rows(
        self, kind: kinds.Kind, query: Query, fetch: t.Callable[[Query], list[Row]]
    ) -> list[Row]:
        """Return the rows of a response, or of a second one if the server does not support the query.

        Servers can ignore `fields`, return empty objects, or return only one of several fields.
        """
        expected = kind.expected.intersection(value for name, value in query if name == "fields")
        if kind not in self._without_fields:
            try:
                rows = fetch(query)
                if all(map(expected.issubset, rows)) and _have_ids(rows):
                    return rows
                problem = "rows lack requested fields"
            except errors.VpnError as error:
                if error.status != 400:
                    raise
                problem = str(error)
            self._messages.debug(
                f"{kind.path}: repeated without fields and filters, because {problem}"
            )
            self._without_fields.add(kind)
        rows = fetch([])
        if not _have_ids(rows):
            raise self._client.unexpected(kind.path, "it has objects without an id")
        return rows

    def _referenced_ids(self, kind: kinds.Kind, value: str, again: bool) -> list[str]:
        """Return the IDs of the objects with a name or ID; keep their list if it is needed again."""
        if again:
            self._lists[kind] = self._fetch(kind, Selection())
            rows = find_named(self._lists[kind], value)
        else:
            rows = self._fetch(kind, Selection(name=value, fields=["id"]))
        return [row["id"] for row in rows]

    def complete(self, kind: kinds.Kind, rows: list[Row], selection: Selection) -> list[Row]:
        """Return the rows as results: references resolved, and only the selected fields."""
        names = selection.resolved(kind)
        added = self._added(rows, selection, names)
        if selection.fields is not None:
            rows = pick_fields(rows, [name for name in selection.fields if name not in names])
        for row, values in zip(rows, added):
            row.update(values)
        return rows

    @contextmanager
    def passing_warnings(self) -> t.Iterator[None]:
        """Pass on what the client warns of, also if a request fails."""
        try:
            yield
        finally:
            for warning in self._client.auth.warnings:
                self._messages.warn(warning)
            self._client.auth.warnings.clear()

    def _added(self, rows: list[Row], selection: Selection, names: t.Collection[str]) -> list[Row]:
        """Return what is added to each row: here the named values."""
        return self._resolve(rows, names) if names else [{} for _row in rows]

    def _resolve(self, rows: list[Row], names: t.Collection[str]) -> list[Row]:
        """Return the named values for each connection; lists of several kinds are read in parallel."""
        # Here, because Ansible compiles what a module imports at each run.
        from .resolving import referenced_ids, referenced_subnets, resolve_references

        ids = {kind: found for kind, found in referenced_ids(rows, names).items() if found}
        objects = dict(zip(ids, run_parallel(lambda kind: self._objects(kind, ids[kind]), [*ids])))
        subnets = referenced_subnets(rows, names, objects)
        if subnets:
            objects[kinds.SUBNET] = self._objects(kinds.SUBNET, subnets)
        return [resolve_references(row, names, objects) for row in rows]

    def _readable(self, kind: kinds.Kind) -> list[Row] | None:
        """Return all objects of a kind, or None with a warning if the user may not read them."""
        if kind in self._lists:
            return self._lists[kind]
        query = [("fields", name) for name in kind.default_fields]
        try:
            rows = self._list(kind, query)
        except errors.VpnError as error:
            if not error.forbidden and error.status != 404:
                raise
            self._messages.warn(
                f"Cannot read {kind.title} objects, so values that refer to them are null: {error}"
            )
            return None
        return rows if kind is kinds.SUBNET else self._normalize(kind, rows)

    def _objects(self, kind: kinds.Kind, ids: t.Collection[str]) -> dict[str, Row]:
        """Return the objects of a kind with these IDs, by ID.

        A warning names what is missing or not readable.
        """
        rows = self._readable(kind)
        if rows is None:
            return {}
        objects = {row["id"]: row for row in rows if row["id"] in ids}
        missing = sorted(set(ids) - set(objects))
        if missing:
            self._messages.warn(
                f"Cannot find {len(missing)} {kind.title} objects, so values that refer to them are "
                f"null: {errors.one_line(', '.join(missing[:5]))}{' and others' if len(missing) > 5 else ''}."
            )
        return objects


def _have_ids(rows: t.Iterable[Row]) -> bool:
    return all(isinstance(row.get("id"), str) for row in rows)


def requested_fields(
    kind: kinds.Kind, selection: Selection, filters: t.Mapping[str, t.Any]
) -> t.Sequence[str]:
    """Return the fields that a request names: those to return, to filter by and to derive from."""
    if selection.fields is None:
        return (*kind.default_fields, *(("psk",) if selection.include_psk else ()))
    # With two fields at least, because a server that supports only one of them is then noticed.
    needed = {"id", "name", *selection.fields}
    needed.update(name for name, value in filters.items() if value is not None)
    needed |= _needed_fields(kind, selection)
    if needed & {"project_id", "tenant_id"}:  # each is null on some servers
        needed.update(("project_id", "tenant_id"))
    return [name for name in kind.fields if name in needed]


def _needed_fields(kind: kinds.Kind, selection: Selection) -> set[str]:
    """Return the fields that the derived names of a result are made of."""
    names = (*(selection.fields or ()), *selection.resolved(kind))
    return {field for name in names for field in kind.derived.get(name, ())}
