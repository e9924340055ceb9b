# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies as bytes, and the proper ones that the table of answers changes."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

Row = dict[str, t.Any]

MARK = "n0tf0rl0gs"  # in all secrets: the quickest way to see one
PASSWORD = MARK + ' pa"ss\\w<ö>/+%41&'
TOKEN = MARK + "-token/+=="
PSK = MARK + "-psk[{`~!@#$%^()}]"
BASE = "@BASE@"  # the URL of the case
RESET = b"@RESET@"  # resets the connection
PROJECT = "0123456789abcdef0123456789abcdef"
FAR = "2099-01-01T00:00:00.000000Z"


@dataclass(frozen=True)
class Reply:
    """One response. `raw` replaces all of it; its numbers are seconds to wait."""

    body: bytes = b""
    status: str = "200 OK"
    headers: tuple[tuple[str, str | bytes], ...] = ()
    length: int | None = -1  # of the header Content-Length; -1: the right one; None: no header
    version: str = "HTTP/1.1"
    raw: tuple[bytes | float, ...] = ()
    drip: bytes = b""  # sent again and again after everything else

    def parts(self, base: bytes) -> list[bytes | float]:
        """Return what is sent, with the URL of the case in it."""
        if self.raw:
            return [_with_base(part, base) for part in self.raw]
        body = t.cast("bytes", _with_base(self.body, base))
        # The server serves one request a connection; a client that is not told may use it again.
        headers: list[tuple[str, str | bytes]] = [
            ("Content-Type", "application/json"),
            ("Connection", "close"),
        ]
        if self.length is not None:
            headers.append(("Content-Length", str(len(body) if self.length < 0 else self.length)))
        head = f"{self.version} {self.status}\r\n".encode("latin-1")
        for name, value in [*headers, *self.headers]:
            head += name.encode() + b": "
            head += (value if isinstance(value, bytes) else value.encode("latin-1")) + b"\r\n"
        return [t.cast("bytes", _with_base(head, base)) + b"\r\n" + body]


def _with_base(part: bytes | float, base: bytes) -> bytes | float:
    return part.replace(BASE.encode(), base) if isinstance(part, bytes) else part


@dataclass(frozen=True)
class Case:
    """What a server returns, and what a user has to see.

    `expect` is a regular expression that the error message contains, or the result: a list whose
    entries are names, or dictionaries of which the rows have the values.
    """

    name: str
    replies: dict[str, list[Reply]]
    expect: t.Any
    module: str = "ipsec_connection_info"
    options: Row = field(default_factory=dict)


def as_json(value: t.Any, **changes: t.Any) -> Reply:
    """Return a reply with a value as JSON."""
    return Reply(json.dumps(value).encode(), **changes)


def endpoint(url: t.Any = BASE, **changes: t.Any) -> Row:
    """Return an endpoint of a catalog."""
    return {"id": "e", "interface": "public", "region": "one", "url": url, **changes}


def service(*endpoints: t.Any, **changes: t.Any) -> Row:
    """Return a service of a catalog, the network service by default."""
    found = list(endpoints or [endpoint()])
    return {"id": "s", "type": "network", "name": "neutron", "endpoints": found, **changes}


def token_body(**changes: t.Any) -> Row:
    """Return the body of a token; a change to `...` drops the key."""
    domain = {"id": "default", "name": "Default"}
    token = {
        "methods": ["password"],
        "issued_at": "2026-01-01T00:00:00.000000Z",
        "expires_at": FAR,
        "user": {"id": "u", "name": "alice", "domain": domain},
        "project": {"id": PROJECT, "name": "vpn", "domain": domain},
        "roles": [{"id": "r", "name": "member"}],
        "catalog": [service()],
        **changes,
    }
    return {"token": {name: value for name, value in token.items() if value is not ...}}


SUBJECT = (("X-Subject-Token", TOKEN),)


def token(**changes: t.Any) -> Reply:
    """Return the reply of Keystone with a token."""
    return as_json(token_body(**changes), status="201 Created", headers=SUBJECT)


def connection(name: str = "alpha", number: int = 1, **changes: t.Any) -> Row:
    """Return a connection with every field, secrets included; a change to `...` drops the key."""
    row = {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "name": name,
        "description": "",
        "status": "ACTIVE",
        "admin_state_up": True,
        "peer_address": "198.51.100.1",
        "peer_id": "198.51.100.1",
        "peer_cidrs": ["192.168.1.0/24"],
        "local_ep_group_id": None,
        "peer_ep_group_id": None,
        "vpnservice_id": "10000000-0000-4000-8000-000000000001",
        "ikepolicy_id": "20000000-0000-4000-8000-000000000001",
        "ipsecpolicy_id": "30000000-0000-4000-8000-000000000001",
        "psk": PSK,
        "initiator": "bi-directional",
        "auth_mode": "psk",
        "route_mode": "static",
        "mtu": 1500,
        "dpd": {"action": "hold", "interval": 30, "timeout": 120},
        "tenant_id": PROJECT,
        "project_id": PROJECT,
        **changes,
    }
    return {field: value for field, value in row.items() if value is not ...}


KEY = "ipsec_site_connections"
LIST = "ipsec-site-connections"


def rows(*found: Row, **rest: t.Any) -> Reply:
    """Return a list of connections."""
    return as_json({KEY: list(found), **rest})


def enterprise_row(name: str = "alpha", number: int = 1, **changes: t.Any) -> Row:
    """Return a connection of Enterprise Edition VPN; a change to `...` drops the key."""
    row = {
        "id": f"40000000-0000-4000-8000-{number:012}",
        "name": name,
        "status": "ACTIVE",
        "vgw_id": "50000000-0000-4000-8000-000000000001",
        "vgw_ip": "60000000-0000-4000-8000-000000000001",
        "style": "STATIC",
        "cgw_id": "70000000-0000-4000-8000-000000000001",
        "peer_subnets": ["192.168.1.0/24"],
        "ikepolicy": {"ike_version": "v2", "dpd": {"interval": 30}},
        "ipsecpolicy": {"transform_protocol": "esp"},
        "created_at": f"2026-01-01T00:00:{number:02}Z",
        "psk": PSK,
        **changes,
    }
    return {field: value for field, value in row.items() if value is not ...}


def enterprise_rows(*found: Row, **rest: t.Any) -> Reply:
    """Return a list of connections of Enterprise Edition VPN."""
    return as_json({"vpn_connections": list(found), **rest})


GOOD: dict[str, list[Reply]] = {
    "token": [token()],
    LIST: [rows(connection("alpha", 1), connection("beta", 2))],
    "vpn-connection": [enterprise_rows(enterprise_row("alpha", 1), enterprise_row("beta", 2))],
    "vpn-gateways": [as_json({"vpn_gateways": []})],
    "customer-gateways": [as_json({"customer_gateways": []})],
}
