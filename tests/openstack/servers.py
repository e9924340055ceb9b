# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running servers, as tests see them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.mock_api.scenario import Row

from .client import Client
from .configuration import ADMIN_PASSWORD
from .places import HOME, OpenStackError
from .processes import Process

REGION = "RegionOne"
# The same Neutron database behind a server with `pagination_max_limit`.
PAGED_REGION = "RegionPaged"


@dataclass(frozen=True)
class Servers:
    """The methods that the mock API server has too have its names.

    urls: Neutron's address by region. users: password and project of each.
    application_credentials: id, name and secret by user.
    projects: by name, `id` and `objects`: by collection, the id and name of each, in the
    scenario's order.
    """

    directory: str
    auth_url: str
    urls: dict[str, str]
    pagination_max_limit: int
    users: dict[str, dict[str, str]]
    application_credentials: dict[str, dict[str, str]]
    projects: dict[str, dict[str, Any]]
    processes: list[Process]

    @property
    def url(self) -> str:
        """Neutron's address, without version."""
        return self.urls[REGION]

    def environment(self, user: str = "alice", region: str = REGION) -> dict[str, str]:
        """Return the variables OS_* with which clients log in as a user, to its project."""
        login = self._login(user)
        return {
            "OS_AUTH_URL": self.auth_url,
            "OS_USERNAME": user,
            "OS_PASSWORD": login["password"],
            "OS_PROJECT_NAME": login["project"],
            "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default",
            "OS_REGION_NAME": region,
        }

    def application_credential(self, user: str = "alice") -> dict[str, str]:
        """Return a user's application credential: id, name and secret."""
        return self.application_credentials[user]

    def project_id(self, project: str) -> str:
        """Return a project's id by its name."""
        project_id: str = self.projects[project]["id"]
        return project_id

    def id_of(
        self, project: str, which: str | int, collection: str = "ipsec_site_connections"
    ) -> str:
        """Return an object's id by its position, or by its name (the first of that name)."""
        objects: list[dict[str, str]] = self.projects[project]["objects"][collection]
        if isinstance(which, int):
            return objects[which]["id"]
        return next(row["id"] for row in objects if row["name"] == which)

    def rows(self, project: str, collection: str = "ipsec_site_connections") -> list[Row]:
        """Return a project's rows (by its name) as the list call shows them to an administrator."""
        return self.client("admin").rows(collection, project_id=self.project_id(project))

    def client(self, user: str = "alice") -> Client:
        """Return a client that is logged in as one of the users, or as `admin`."""
        return Client(self.auth_url, self.url, user, **self._login(user))

    def _login(self, user: str) -> dict[str, str]:
        return self.users.get(user, {"password": ADMIN_PASSWORD, "project": "admin"})

    def revoked_token(self, user: str = "alice") -> str:
        """Return a token that was valid until now."""
        client = self.client(user)
        token = client.token()
        subject = {"X-Subject-Token": token}
        client.call("DELETE", f"{self.auth_url}/auth/tokens", headers=subject)
        return token

    def change_status(self, object_id: str, status: str) -> None:
        """Set the status of a connection or service, as an agent's report would."""
        write_status(Path(self.directory) / "neutron.sqlite", {object_id: status})

    def set_quota(self, project: str, member: str, limit: int) -> None:
        """Limit a project's objects of a kind (`ikepolicy`); -1: no limit."""
        path = f"quotas/{self.project_id(project)}"
        self.client("admin").network("PUT", path, {"quota": {member: limit}})

    def remove(self, object_id: str) -> None:
        """Delete a row from Neutron's database, also one that Neutron cannot read."""
        database = Path(self.directory) / "neutron.sqlite"
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            for table in ("ikepolicies", "ipsecpolicies"):
                connection.execute(f"DELETE FROM {table} WHERE id = ?", [object_id])
            connection.commit()

    @contextmanager
    def policy(self, **rules: str) -> Iterator[None]:
        """Override rules of Neutron's policy for a while.

        `policy(get_subnet="!")` forbids subnets, and
        `policy(**{"get_ipsec_site_connection:psk": "role:admin"})` hides the psk from others.
        """
        overrides = Path(self.directory) / "policy.yaml"
        overrides.write_text(json.dumps(rules), encoding="utf-8")
        try:
            yield
        finally:
            overrides.write_text("{}", encoding="utf-8")

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Servers:
        content = json.loads(path.read_text(encoding="utf-8"))
        content["processes"] = [Process(**process) for process in content["processes"]]
        return cls(**content)


def servers(home: Path = HOME) -> Servers:
    """Return the running servers; raises OpenStackError with the reason where they do not run."""
    try:
        found = Servers.load(home / "servers.json")
    except FileNotFoundError:
        raise OpenStackError(
            "The OpenStack servers do not run: start them with `make openstack-up`."
        ) from None
    for process in found.processes:
        if not process.alive():
            raise OpenStackError(
                f"{process.name} has stopped: start it again with `make openstack-up`."
            )
    return found


def write_status(database: Path, statuses: dict[str, str]) -> None:
    """Write statuses (by id) into Neutron's database: only agents may set them, and none run."""
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection as transaction:
        for table in ("ipsec_site_connections", "vpnservices"):
            transaction.executemany(
                f"UPDATE {table} SET status = ? WHERE id = ?",
                [(status, object_id) for object_id, status in statuses.items()],
            )
