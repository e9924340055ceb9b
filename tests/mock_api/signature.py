# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks requests that are signed with an access key (SDK-HMAC-SHA256).

Written from the published description of the algorithm, on its own: it shares no code with the
collection's signing, so that each is a check of the other.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote

from werkzeug.datastructures import Headers

ALGORITHM = "SDK-HMAC-SHA256"
CLOCK_SKEW = timedelta(minutes=15)


class BadSignatureError(Exception):
    """The signature is malformed, too old, or not that of the request; says which."""


@dataclass(frozen=True)
class Authorization:
    """An `Authorization` header taken apart."""

    access_key: str
    signed_headers: list[str]
    signature: str

    @classmethod
    def parse(cls, header: str) -> Authorization:
        """Take the header apart; raises BadSignatureError where that cannot be done."""
        algorithm, _space, rest = header.partition(" ")
        parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if algorithm != ALGORITHM or set(parts) != {"Access", "SignedHeaders", "Signature"}:
            raise BadSignatureError("authorization header is malformed")
        return cls(parts["Access"], parts["SignedHeaders"].split(";"), parts["Signature"])


def canonical_request(
    method: str, target: str, headers: Headers, signed: list[str], body: bytes
) -> str:
    """Return the text whose digest is signed; `target` is path and query as they were sent."""
    path, _mark, query = target.partition("?")
    segments = (quote(unquote(segment), safe="~") for segment in path.split("/"))
    pairs = sorted(
        (quote(key, safe="~"), quote(value, safe="~"))
        for key, value in parse_qsl(query, keep_blank_values=True)
    )
    return "\n".join(
        [
            method,
            "/".join(segments).rstrip("/") + "/",
            "&".join(f"{key}={value}" for key, value in pairs),
            *(f"{name}:{headers.get(name, '').strip()}" for name in signed),
            "",
            ";".join(signed),
            hashlib.sha256(body).hexdigest(),
        ]
    )


def signature(canonical: str, date: str, secret_key: str) -> str:
    """Return the signature of a canonical request, in hexadecimal digits."""
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{date}\n{digest}"
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def check(
    authorization: Authorization,
    secret_key: str,
    method: str,
    target: str,
    headers: Headers,
    body: bytes,
    now: datetime,
) -> None:
    """Raise BadSignatureError unless the request was signed with this key, and not long ago."""
    date = headers.get("x-sdk-date", "")
    try:
        signed_at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise BadSignatureError("x-sdk-date is missing or malformed") from None
    if abs(now - signed_at) > CLOCK_SKEW:
        raise BadSignatureError("x-sdk-date differs from the server's time by more than 15 minutes")
    if not {"host", "x-sdk-date"} <= set(authorization.signed_headers):
        raise BadSignatureError("host and x-sdk-date are not signed")
    canonical = canonical_request(method, target, headers, authorization.signed_headers, body)
    if not hmac.compare_digest(signature(canonical, date, secret_key), authorization.signature):
        raise BadSignatureError("verify aksk signature fail")
