# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of one project, to read and to write. Private to this collection.

Every request that changes something is sent once: what follows a lost response is up to the caller.
"""

from __future__ import annotations

import time
import typing as t

from .._cloud import errors
from .facts import normalize
from .paging import get_row, list_rows

if t.TYPE_CHECKING:
    from .._cloud.client import Client, Query
    from . import kinds

    Row = dict[str, t.Any]


class Objects:
    """Requests for single objects and lists, with the pre-shared keys that the server returns."""

    def __init__(self, client: Client) -> None:
        """Select objects of the credentials' project; if it is unknown, all that the user sees."""
        self._client = client

    def named(self, kind: kinds.Kind, name: str, fields: t.Sequence[str] = ()) -> list[Row]:
        """Return the project's objects with a name."""
        rows = self._rows(kind, [("name", name)], fields)
        return [row for row in rows if row.get("name") == name and self.owns(row)]

    def by_name(
        self, kind: kinds.Kind, names: t.Sequence[str], fields: t.Sequence[str]
    ) -> dict[str, list[Row]]:
        """Return the project's objects with each of several names, if possible from one list."""
        rows = self._rows(kind, [("name", name) for name in dict.fromkeys(names)], fields)
        found = {
            name: [row for row in rows if row.get("name") == name and self.owns(row)]
            for name in names
        }
        if len(found) > 1:
            # a server might filter by one of the names only
            found.update(
                {name: self.named(kind, name, fields) for name in names if not found[name]}
            )
        return found

    def with_id(self, kind: kinds.Kind, object_id: str, fields: t.Sequence[str] = ()) -> list[Row]:
        """Return the object with an ID, of any project, in a list."""
        rows = self._rows(kind, [("id", object_id)], fields)
        return [row for row in rows if str(row.get("id")).lower() == object_id]

    def every(self, kind: kinds.Kind, fields: t.Sequence[str]) -> list[Row]:
        """Return all objects of a kind that the user sees."""
        return self._rows(kind, [], fields)

    def owns(self, row: Row) -> bool:
        """Return whether an object belongs to the project; call it once there is a token."""
        owner, project = row.get("project_id") or row.get("tenant_id"), self._client.auth.project
        return not owner or not project or owner == project

    def get(self, kind: kinds.Kind, object_id: str) -> Row | None:
        """Return an object, or None if it does not exist, which the list of the kind confirms."""
        row = get_row(self._client, kind, object_id)
        if row is None:
            return next(iter(self.with_id(kind, object_id.lower())), None)
        return normalize(kind, [row], include_psk=True)[0]

    def post(self, kind: kinds.Kind, body: t.Mapping[str, t.Any]) -> Row:
        """Create an object and return it."""
        return self._changed("POST", kind, kind.path, body)

    def put(self, kind: kinds.Kind, object_id: str, body: t.Mapping[str, t.Any]) -> Row:
        """Update an object and return it."""
        return self._changed("PUT", kind, f"{kind.path}/{object_id}", body)

    def delete(self, kind: kinds.Kind, object_id: str) -> bool:
        """Delete an object; return False if it does not exist, which the list of the kind confirms."""
        try:
            self._client.request("DELETE", f"{kind.path}/{object_id}")
        except errors.VpnError as error:
            if error.status != 404 or self.with_id(kind, object_id.lower(), ("id",)):
                raise
            return False
        return True

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def now(self) -> float:
        """Return the time in seconds, from any start."""
        return time.monotonic()

    def _changed(
        self, method: str, kind: kinds.Kind, path: str, body: t.Mapping[str, t.Any]
    ) -> Row:
        answer = self._client.request(method, path, body={kind.singular: dict(body)})
        row = answer.get(kind.singular)
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise self._client.unexpected(path, f"has no object {kind.singular}", method)
        return normalize(kind, [row], include_psk=True)[0]

    def _rows(self, kind: kinds.Kind, filters: Query, fields: t.Sequence[str]) -> list[Row]:
        """Return a list's rows; without the query if the server does not support it."""
        query = filters + [("fields", name) for name in fields]
        try:
            rows = list_rows(self._client, kind, query)
            complete = all(isinstance(row.get("id"), str) for row in rows)
        except errors.VpnError as error:
            if error.status != 400:
                raise
            complete = False
        if not complete:
            rows = list_rows(self._client, kind)
        if not all(isinstance(row.get("id"), str) for row in rows):
            raise self._client.unexpected(kind.path, "has objects without an id")
        return normalize(kind, rows, include_psk=True)
