# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How requests are authenticated: what both ways have in common. Private to this collection."""

from __future__ import annotations

import typing as t

from .access_key import AccessKey
from .errors import VpnError
from .keystone import Keystone

if t.TYPE_CHECKING:
    from requests import PreparedRequest

    from .tls import Tls

_REQUIRED = {  # one of each row
    "password": (("username", "user_id"), ("password",)),
    "token": (("token",),),
    "v3applicationcredential": (
        ("application_credential_id", "application_credential_name"),
        ("application_credential_secret",),
    ),
    "aksk": (("access_key",), ("secret_key",)),
}


class Authenticator(t.Protocol):
    """Authenticates requests; given to requests as its `auth`."""

    secrets: tuple[str, ...]  # which no message may contain
    warnings: list[str]
    has_catalog: bool

    def authenticate(self) -> None:
        """Get what requests need, such as a token, unless there is one. Raises VpnError."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the headers to a request, as requests calls its `auth`."""

    def renew(self, request: PreparedRequest) -> bool:
        """After a 401 for this request, return whether another attempt makes sense."""

    def endpoints(self, service_type: str, interface: str) -> list[tuple[str, str]]:
        """Return the regions and URLs of a service in the catalog. Raises VpnError."""

    def project_id(self) -> str:
        """Return the ID of the project that the requests are for. Raises VpnError without one."""


def create_authenticator(options: t.Mapping[str, t.Any], session: t.Any, tls: Tls) -> Authenticator:
    """Return the authenticator for the completed options. Raises VpnError for missing ones.

    `session` is the requests session for calls to Keystone.
    """
    auth_type, auth = options["auth_type"], options["auth"]
    for names in _REQUIRED.get(auth_type, ()):
        if not any(auth.get(name) for name in names):
            variables = " or ".join("OS_" + name.upper() for name in names)
            raise VpnError(
                f"auth_type {auth_type} needs {' or '.join(names)}: "
                f"set it in auth, in {variables}, or name a cloud of clouds.yaml with cloud."
            )
    if auth_type == "aksk":
        return AccessKey(auth)
    return Keystone(auth_type, auth, session, tls, options["api_timeout"])
