# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of every API that the mock API server serves, each in the shape of its API."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """A request that is refused, with the response it gets."""

    def __init__(
        self, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, body)
        self.status, self.body, self.headers = status, body, dict(headers or {})


class NeutronError(ApiError):
    """An error of Neutron."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(status, {"NeutronError": {"type": kind, "message": message, "detail": ""}})
        self.kind, self.message = kind, message


def bad_request(message: str) -> NeutronError:
    """Return Neutron's refusal of a body or query that does not fit the API."""
    return NeutronError(400, "HTTPBadRequest", message)


def invalid_input(reason: str) -> NeutronError:
    """Return Neutron's refusal of a value."""
    return NeutronError(400, "InvalidInput", f"Invalid input for operation: {reason}.")


def internal_server_error() -> NeutronError:
    """Return what Neutron answers to a request that its code cannot carry out."""
    message = "Request Failed: internal server error while processing your request."
    return NeutronError(500, "HTTPInternalServerError", message)


def vpc_error(code: str, message: str) -> ApiError:
    """Return an error of Open Telekom Cloud's Classic VPN."""
    return ApiError(400, {"code": code, "message": message})


def gateway_error(status: int, code: str, message: str) -> ApiError:
    """Return an error of Open Telekom Cloud's API gateway, or of its Enterprise Edition VPN."""
    request_id = secrets.token_hex(16)
    return ApiError(status, {"error_msg": message, "error_code": code, "request_id": request_id})
