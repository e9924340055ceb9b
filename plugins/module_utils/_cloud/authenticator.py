# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How requests are authenticated: what both ways have in common. Private to this collection."""

from __future__ import annotations

import typing as t

from . import errors
from .credentials import ALIASES, usable_types
from .keystone import Keystone

if t.TYPE_CHECKING:
    from requests import PreparedRequest

    from .tls import Tls

# Suboptions of `auth` that each auth_type requires, one of each tuple.
_REQUIRED = {
    "password": (("auth_url",), ("username", "user_id"), ("password",)),
    "token": (("auth_url",), ("token",)),
    "v3applicationcredential": (
        ("auth_url",),
        ("application_credential_id", "application_credential_name"),
        ("application_credential_secret",),
    ),
    "aksk": (("access_key",), ("secret_key",)),
}
# A name requires the domain that it is unique in.
_DOMAINS = (
    ("username", "user_id", ("user_domain_name", "user_domain_id")),
    ("project_name", "project_id", ("project_domain_name", "project_domain_id")),
)


class Authenticator(t.Protocol):
    """Authenticates requests; given to requests as its `auth`."""

    secrets: tuple[str, ...]  # which no message may contain
    warnings: list[str]  # of requests and their responses
    has_catalog: bool
    project: str | None  # the ID of the scope, once authenticated; None if it is unknown
    roles: frozenset[str]  # of the token, once authenticated; empty if they are unknown

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
    kind = ALIASES.get(auth_type, auth_type)
    _check_required(kind, auth, bool(options.get("credentials_found")))
    if kind == "aksk":
        # Here, because Ansible compiles what a module imports at each run.
        from .access_key import AccessKey

        return AccessKey(auth)
    hints = options.get("warnings") or ()  # because they can explain rejected credentials
    return Keystone(auth_type, auth, session, tls, options["api_timeout"], hints)


def _check_required(auth_type: str, auth: t.Mapping[str, t.Any], found: bool) -> None:
    """Raise VpnError that names everything that is missing, and what is there for another type."""
    missing = [
        names for names in _REQUIRED.get(auth_type, ()) if not any(auth.get(one) for one in names)
    ]
    if auth_type in ("password", "token"):
        default = {"default_domain_name", "default_domain_id"} & set(auth)
        missing += [
            domains
            for name, other, domains in _DOMAINS
            if auth.get(name)
            and not auth.get(other)
            and not default
            and not any(auth.get(domain) for domain in domains)
            and (auth_type == "password" or name == "project_name")
        ]
    if not missing:
        return
    names = ", ".join(" or ".join(one) for one in missing)
    variables = ", ".join(" or ".join("OS_" + name.upper() for name in one) for one in missing)
    usable = [one for one in usable_types(auth) if one != auth_type]
    raise errors.VpnError(
        f"auth_type {auth_type} requires {names}. Set in auth, in the environment ({variables}), or "
        "name a cloud of clouds.yaml with cloud."
        + (
            f" The credentials of auth_type {usable[0]} are set: set auth_type to it."
            if usable
            else ""
        )
        + ("" if found else " No credentials are set in the environment, which become resets.")
    )
