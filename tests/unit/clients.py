# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the tests of the client layer reach a mock API server: through the collection's own code."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import Client, connect
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import merge_options
from ansible_collections.otc.vpn.plugins.module_utils._vpn.gathering import (
    Messages,
    Selection,
    check_selection,
    gather,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION, Kind

from tests.mock_api import MockApi

LIST = "/v2.0/vpn/ipsec-site-connections"
TOKENS = "/v3/auth/tokens"
PROJECT = "0123456789abcdef0123456789abcdef"

Row = dict[str, t.Any]


@dataclass
class Sentences:
    """What a user would be told besides the result."""

    warnings: list[str] = field(default_factory=list)
    debug: list[str] = field(default_factory=list)

    @property
    def report(self) -> Messages:
        """As the code wants it."""
        return Messages(warn=self.warnings.append, debug=self.debug.append)


def options_for(
    where: MockApi, user: str = "alice", auth_type: str = "password", **options: t.Any
) -> Row:
    """Return the completed options of a user of the endpoint; no retries and short times, unless given."""
    short = {"api_timeout": 5.0, "retries": 0}
    environ = where.environment(user, auth_type)
    if options.get("region_name") == "":
        del environ["OS_REGION_NAME"]
    return merge_options({**short, **options}, environ)


def client_of(
    where: MockApi, user: str = "alice", auth_type: str = "password", **options: t.Any
) -> Client:
    """Return a client, logged in (unless it signs its requests)."""
    return connect(options_for(where, user, auth_type, **options))


def gathered(
    client: Client, kind: Kind = CONNECTION, told: Sentences | None = None, **wanted: t.Any
) -> list[Row]:
    """Return what a module would return."""
    messages = (told or Sentences()).report
    check_selection(kind, Selection(**wanted), messages.warn)
    return gather(client, kind, Selection(**wanted), messages)


def failure(call: t.Callable[[], t.Any]) -> str:
    """Return the sentence of the VpnError that the call ends in; it holds no secret and is one line."""
    with pytest.raises(VpnError) as caught:
        call()
    sentence = str(caught.value)
    assert "\n" not in sentence
    for secret in ("alicepw", "not-for-logs", "alice-application-secret", "gAAAA"):
        assert secret not in sentence
    assert "Traceback" not in sentence
    assert sentence.endswith((".", "…"))
    return sentence


def lists_of(mock_api: MockApi, path: str = LIST) -> int:
    """Return how many requests for a list the endpoint got."""
    return sum(request.path == path for request in mock_api.requests)


def tokens_of(mock_api: MockApi) -> int:
    """Return how many tokens the endpoint was asked for."""
    return sum(request.path == TOKENS and request.method == "POST" for request in mock_api.requests)


def ids(rows: t.Iterable[Row]) -> list[str]:
    """Return the ids of rows."""
    return [row["id"] for row in rows]


def catalog(mock_api: MockApi, *entries: tuple[str, str, str]) -> None:
    """Have the next token come with a catalog of these (type, region, URL)."""
    services = [
        {
            "id": f"{number}",
            "type": kind,
            "name": kind,
            "endpoints": [
                {
                    "id": "e",
                    "interface": "public",
                    "region": region,
                    "region_id": region,
                    "url": url,
                }
            ],
        }
        for number, (kind, region, url) in enumerate(entries)
    ]
    domain = {"id": "d", "name": "Default"}
    token = {
        "methods": ["password"],
        "issued_at": "2026-01-01T00:00:00.000000Z",
        "expires_at": "2099-01-01T00:00:00.000000Z",
        "user": {"id": "u", "name": "alice", "domain": domain},
        "project": {"id": PROJECT, "name": "eu-de", "domain": domain},
        "roles": [],
        "catalog": services,
    }
    mock_api.fault(TOKENS, body={"token": token})
