# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project that tests write to with requests of their own, without the collection.

It is empty before and after each test. No agent runs on either server, so new objects stay
PENDING_CREATE until a test sets their status.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from tests.mock_api.scenario import KINDS

if t.TYPE_CHECKING:
    from tests.contract.world import Answer, World

Row = dict[str, t.Any]

PROJECT = "vpn-writing"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
# In the order in which objects can be removed.
KINDS_IN_ORDER = (
    "ipsec_site_connections",
    "endpoint_groups",
    "ikepolicies",
    "ipsecpolicies",
    "vpnservices",
)
ALGORITHMS = {"auth_algorithm": "sha256", "encryption_algorithm": "aes-256"}


@dataclass
class RawProject:
    """The project that tests write to, as its member wendy."""

    world: World
    tokens: dict[str, str] = field(default_factory=dict)
    # Kinds that may have objects.
    written: set[str] = field(default_factory=set)

    def ask(
        self,
        method: str,
        kind: str,
        object_id: str = "",
        body: Row | None = None,
        *,
        user: str = "wendy",
        query: t.Sequence[tuple[str, str]] = (),
    ) -> Answer:
        """Return the response to a request for a kind, or one of its objects."""
        path, member = KINDS[kind].path, KINDS[kind].member
        if method == "POST":
            self.written.add(kind)
        return self.world.ask(
            f"{path}/{object_id}" if object_id else path,
            query,
            token=self._token(user),
            method=method,
            body=None if body is None else {member: body},
        )

    def create(self, kind: str, *, user: str = "wendy", **attributes: t.Any) -> Row:
        """Return a new object."""
        answer = self.ask("POST", kind, body=attributes, user=user)
        assert answer.status == 201, answer.json
        return t.cast("Row", answer.json[KINDS[kind].member])

    def get(self, kind: str, object_id: str) -> Row:
        """Return an object as it is stored."""
        answer = self.ask("GET", kind, object_id)
        assert answer.status == 200, answer.json
        return t.cast("Row", answer.json[KINDS[kind].member])

    def ids(self, kind: str, user: str = "wendy") -> list[str]:
        """Return the IDs in a kind's list."""
        return [row["id"] for row in self.ask("GET", kind, user=user).json[kind]]

    def known(self, kind: str, name: str) -> str:
        """Return the ID of a router or subnet of the scenario."""
        return self.world.server.id_of(PROJECT, name, kind)

    def tunnel(self, **attributes: t.Any) -> Row:
        """Return everything that a connection needs, as the body of its POST."""
        return {
            "vpnservice_id": self.create("vpnservices", router_id=self.known("routers", "writing"))[
                "id"
            ],
            "ikepolicy_id": self.create("ikepolicies", **ALGORITHMS)["id"],
            "ipsecpolicy_id": self.create("ipsecpolicies", **ALGORITHMS)["id"],
            "local_ep_group_id": self.subnets("writing-app"),
            "peer_ep_group_id": self.cidrs("192.168.1.0/24"),
            "peer_address": "198.51.100.1",
            "peer_id": "198.51.100.1",
            "psk": "not-for-logs-writing",
            **attributes,
        }

    def subnets(self, *names: str) -> str:
        """Return the ID of a new endpoint group of subnets."""
        endpoints = [self.known("subnets", name) for name in names]
        return str(self.create("endpoint_groups", type="subnet", endpoints=endpoints)["id"])

    def cidrs(self, *networks: str) -> str:
        """Return the ID of a new endpoint group of networks."""
        return str(self.create("endpoint_groups", type="cidr", endpoints=list(networks))["id"])

    def clear(self) -> None:
        """Remove every object."""
        for kind in filter(self.written.__contains__, KINDS_IN_ORDER):
            for object_id in self.ids(kind):
                assert self.ask("DELETE", kind, object_id).status == 204
        self.written.clear()

    def _token(self, user: str) -> str:
        if user not in self.tokens:
            self.tokens[user] = self.world.token(user)
        return self.tokens[user]


def refused(answer: Answer, status: int, kind: str, message: str = "") -> None:
    """Check a refusal: its status, its type, and a part of its message."""
    assert answer.status == status, answer.json
    error = answer.json["NeutronError"]
    assert error["type"] == kind, error
    assert message in error["message"], error
