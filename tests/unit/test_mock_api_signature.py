# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoint's check of signatures against the vector that the algorithm's publisher gives.

Nothing else shows this: that client and endpoint agree could also mean that both are wrong.
Source: Huawei Cloud, API request signing guide; the keys are those of the documentation.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.datastructures import Headers

from tests.mock_api.signature import Authorization, BadSignatureError, check

SECRET_KEY = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
TARGET = (
    "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
)
HEADERS = Headers(
    {
        "Content-Type": "application/json",
        "Host": "service.region.example.com",
        "X-Sdk-Date": "20191115T033655Z",
    }
)
AUTHORIZATION = Authorization.parse(
    "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, "
    "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
)
SIGNED_AT = datetime(2019, 11, 15, 3, 36, 55, tzinfo=UTC)


def test_signature_matches_published_vector() -> None:
    check(AUTHORIZATION, SECRET_KEY, "GET", TARGET, HEADERS, b"", SIGNED_AT)


@pytest.mark.parametrize(
    ("secret_key", "target", "body", "late"),
    [
        pytest.param(SECRET_KEY + "x", TARGET, b"", 0, id="other key"),
        pytest.param(SECRET_KEY, TARGET + "&fields=id", b"", 0, id="other query"),
        pytest.param(SECRET_KEY, TARGET, b"{}", 0, id="other body"),
        pytest.param(SECRET_KEY, TARGET, b"", 16, id="too late"),
        pytest.param(SECRET_KEY, TARGET, b"", -16, id="from the future"),
    ],
)
def test_other_signature_is_rejected(secret_key: str, target: str, body: bytes, late: int) -> None:
    now = SIGNED_AT + timedelta(minutes=late)
    with pytest.raises(BadSignatureError):
        check(AUTHORIZATION, secret_key, "GET", target, HEADERS, body, now)
