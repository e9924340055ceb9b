# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls to the servers, as one user in one project."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from keystoneauth1.exceptions import ClientException
from keystoneauth1.identity.v3 import Password
from keystoneauth1.session import Session

from tests.mock_api.scenario import KINDS, Row

from .places import OpenStackError

# Where each kind of objects is, and what the body of one is called.
PATHS = {collection: (kind.path, kind.member) for collection, kind in KINDS.items()}
PATHS["networks"] = ("networks", "network")


class Client:
    """Logged in to `project`; `url` is Neutron's, without version."""

    def __init__(self, auth_url: str, url: str, user: str, password: str, project: str) -> None:
        self.auth_url = auth_url
        self.url = url
        self.password = Password(
            auth_url,
            username=user,
            password=password,
            project_name=project,
            user_domain_name="Default",
            project_domain_name="Default",
        )
        self.session = Session(self.password)

    def call(
        self,
        method: str,
        url: str,
        body: Row | None = None,
        headers: dict[str, str] | None = None,
    ) -> Row:
        """Return the decoded answer; raises OpenStackError with the server's message."""
        try:
            answer = self.session.request(
                url, method, json=body, headers=headers or {}, raise_exc=False
            )
        except ClientException as error:
            raise OpenStackError(f"{method} {url}: {error}") from error
        if answer.status_code >= 400:
            raise OpenStackError(f"{method} {url}: {answer.status_code} {answer.text}")
        return cast("Row", answer.json()) if answer.content else {}

    def identity(self, method: str, path: str, body: Row | None = None) -> Row:
        """Call Keystone; `path` is below /v3."""
        return self.call(method, f"{self.auth_url}/{path}", body)

    def network(self, method: str, path: str, body: Row | None = None) -> Row:
        """Call Neutron; `path` is below /v2.0."""
        return self.call(method, f"{self.url}/v2.0/{path}", body)

    def create(self, collection: str, **attributes: Any) -> Row:
        """Return the new object."""
        path, member = PATHS[collection]
        return cast("Row", self.network("POST", path, {member: attributes})[member])

    def rows(self, collection: str, **filters: str) -> list[Row]:
        """Return a list call's rows."""
        query = f"?{urlencode(filters)}" if filters else ""
        answer = self.network("GET", PATHS[collection][0] + query)
        return cast("list[Row]", answer[collection])

    def delete(self, collection: str, object_id: str) -> None:
        self.network("DELETE", f"{PATHS[collection][0]}/{object_id}")

    def token(self) -> str:
        """Return this login's token."""
        return cast("str", self.password.get_token(self.session))
