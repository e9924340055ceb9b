# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests signed with an access key (AK/SK). Private to this collection."""

from __future__ import annotations

import hashlib
import hmac
import time
import typing as t
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from . import errors
from .options import secrets_of

if t.TYPE_CHECKING:
    from requests import PreparedRequest


class AccessKey:
    """Signs each request with an access key (SDK-HMAC-SHA256 of Open Telekom Cloud).

    Source: the API signing guide of the service. The tests contain a published vector.
    """

    ALGORITHM = "SDK-HMAC-SHA256"
    has_catalog = False

    def __init__(self, auth: t.Mapping[str, t.Any]) -> None:
        self.secrets = secrets_of(auth)
        self.warnings: list[str] = []
        self._project_id = str(auth.get("project_id") or "")
        self._access_key = str(auth["access_key"])
        self._secret_key = str(auth["secret_key"])
        self._headers = {"Content-Type": "application/json"}
        if self._project_id:
            self._headers["X-Project-Id"] = self._project_id
        self.project = self._project_id or None
        self.roles: frozenset[str] = frozenset()
        if auth.get("security_token"):
            self._headers["X-Security-Token"] = str(auth["security_token"])

    def authenticate(self) -> None:
        """Do nothing: a signature needs no request of its own."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign a request."""
        parts = urlsplit(str(request.url))
        request.headers.update(self._headers)
        request.headers["Host"] = parts.netloc.rpartition("@")[2]
        request.headers["X-Sdk-Date"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        request.headers["Authorization"] = self.authorization(
            str(request.method), parts.path, parts.query, request.headers, _bytes(request.body)
        )
        return request

    def authorization(
        self,
        method: str,
        path: str,
        query: str,
        headers: t.Mapping[str, str],
        body: bytes = b"",
    ) -> str:
        """Return the Authorization header of a request."""
        signed = ("content-type", "host", "x-sdk-date")
        by_name = {name.lower(): value.strip() for name, value in headers.items()}
        canonical = "\n".join(
            (
                method,
                quote(unquote(path), safe="/~").rstrip("/") + "/",
                "&".join(
                    f"{quote(name, safe='~')}={quote(value, safe='~')}"
                    for name, value in sorted(parse_qsl(query, keep_blank_values=True))
                ),
                *(f"{name}:{by_name[name]}" for name in signed),
                "",
                ";".join(signed),
                hashlib.sha256(body).hexdigest(),
            )
        )
        to_sign = "\n".join(
            (
                self.ALGORITHM,
                by_name["x-sdk-date"],
                hashlib.sha256(canonical.encode()).hexdigest(),
            )
        )
        signature = hmac.new(self._secret_key.encode(), to_sign.encode(), hashlib.sha256)
        return (
            f"{self.ALGORITHM} Access={self._access_key}, "
            f"SignedHeaders={';'.join(signed)}, Signature={signature.hexdigest()}"
        )

    def renew(self, request: PreparedRequest) -> bool:
        """Return False, because each request has a signature of its own."""
        return False

    def endpoints(self, service_type: str, interface: str) -> list[tuple[str, str]]:
        """Raise VpnError, because only Keystone has a service catalog."""
        missing = "endpoint" if self._project_id else "endpoint and auth.project_id"
        raise errors.VpnError(
            f"auth_type aksk requires {missing}, because an access key has no service catalog. Set "
            "endpoint (OS_NETWORK_ENDPOINT_OVERRIDE) to the VPC service, for example "
            "https://vpc.eu-de.otc.t-systems.com"
            + ("." if self._project_id else ", and auth.project_id (OS_PROJECT_ID).")
        )

    def project_id(self) -> str:
        """Return the ID of the project. Raises VpnError without one."""
        if not self._project_id:
            raise errors.VpnError(
                "auth_type aksk requires auth.project_id for Enterprise Edition VPN. "
                "Set it in auth or in OS_PROJECT_ID."
            )
        return self._project_id


def _bytes(body: t.Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""
