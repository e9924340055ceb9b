# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two worlds that the contract holds for: the mock API server, and real OpenStack servers."""

from __future__ import annotations

import typing as t
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
import yaml

from tests.mock_api import MockApi
from tests.openstack import OpenStackError, Servers, servers
from tests.openstack.bulk import fill
from tests.unavailable import unavailable

PAGE = 500  # rows, with pagination_max_limit of the mock API server
BULK = 2000  # connections of carl's project

SCENARIO: dict[str, t.Any] = yaml.safe_load(
    (Path(__file__).parent.parent / "scenario.yml").read_text(encoding="utf-8")
)


MEMBERS = ("vpnservice", "ikepolicy", "ipsecpolicy", "endpoint_group", "ipsec_site_connection")
# Rules of Neutron's policy, by the mock API server's quirk with the same effect.
POLICIES = {
    "hide_psk": {"get_ipsec_site_connection:psk": "role:admin"},
    "deny_read": {f"get_{member}": "!" for member in MEMBERS},
    "deny_write": {
        f"{action}_{member}": "!" for member in MEMBERS for action in ("create", "update", "delete")
    },
}


@dataclass(frozen=True)
class Answer:
    """A raw answer of the API."""

    status: int
    headers: t.Mapping[str, str]
    json: t.Any


@dataclass(frozen=True)
class World:
    """A server under test, the same scenario in each; `paged` limits its pages."""

    name: str
    server: MockApi | Servers
    paged_url: str
    paged_environment: t.Callable[[str], dict[str, str]]
    page: int  # rows of a page of the paged server

    def environment(self, user: str = "alice") -> dict[str, str]:
        """Return the variables OS_* of a user."""
        return self.server.environment(user)

    def token(self, user: str, *, paged: bool = False, **scope: t.Any) -> str:
        """Return a new token of a user for its project, or for another scope."""
        known = self.paged_environment(user) if paged else self.environment(user)
        domain = {"name": "Default"}
        project = {"project": {"name": known["OS_PROJECT_NAME"], "domain": domain}}
        login = {"name": user, "domain": domain, "password": known["OS_PASSWORD"]}
        identity = {"methods": ["password"], "password": {"user": login}}
        answer = requests.post(
            f"{known['OS_AUTH_URL']}/auth/tokens",
            json={"auth": {"identity": identity, "scope": scope or project}},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        return answer.headers["X-Subject-Token"]

    def ask(
        self,
        path: str,
        query: t.Sequence[tuple[str, t.Any]] = (),
        *,
        user: str = "alice",
        token: str | None = None,
        paged: bool = False,
        method: str = "GET",
        body: t.Any = None,
    ) -> Answer:
        """Return a raw answer to a request below /v2.0/."""
        answer = requests.request(
            method,
            f"{self.paged_url if paged else self.server.url}/v2.0/{path}",
            params=list(query),
            headers={"X-Auth-Token": token or self.token(user, paged=paged)},
            json=body,
            timeout=60,
        )
        body = answer.json() if "json" in answer.headers.get("Content-Type", "") else None
        return Answer(answer.status_code, answer.headers, body)

    @contextmanager
    def policy(self, quirk: str) -> t.Iterator[None]:
        """Have the operator's policy do for a while what a quirk of the mock API server does."""
        if isinstance(self.server, MockApi):
            self.server.fault("/v2.0/vpn/", quirks=[quirk], count=None)
            yield
            self.server.faults.clear()
        else:
            with self.server.policy(**POLICIES[quirk]):
                yield


def bundled_world() -> t.Iterator[World]:
    """Start the mock API server, and one with pages."""
    with (
        MockApi("neutron", connections=BULK, agent_polls=None) as mock_api,
        MockApi("neutron", connections=BULK, pagination_max_limit=PAGE) as paged,
    ):
        yield World("bundled", mock_api, paged.url, paged.environment, PAGE)


def openstack_world() -> t.Iterator[World]:
    """Find the running Keystone and Neutron."""
    try:
        running = servers()
    except OpenStackError as reason:
        unavailable(str(reason))
    fill(running, BULK)
    yield World(
        "openstack",
        running,
        running.urls["RegionPaged"],
        lambda user: running.environment(user, region="RegionPaged"),
        running.pagination_max_limit,
    )
