# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential is used, and which are not mixed with it. Private to this collection."""

from __future__ import annotations

import typing as t

# Suboptions of `auth` that are secret.
SECRETS = (
    "password",
    "token",
    "application_credential_secret",
    "secret_key",
    "security_token",
    "passcode",
    "access_token",
    "client_secret",
    "code",
    "oauth2_client_secret",
)

# What each auth_type authenticates with, in the order in which the type is derived from it.
CREDENTIALS = {
    "password": ("password",),
    "v3applicationcredential": (
        "application_credential_secret",
        "application_credential_id",
        "application_credential_name",
    ),
    "token": ("token",),
    "aksk": ("secret_key", "access_key", "security_token"),
}
ALIASES = {"v3password": "password", "v3token": "token"}
USERS = ("username", "user_id")

# Values that VPN APIs return.
_API_WORDS = {
    *("ACTIVE", "DOWN", "ERROR", "BUILD", "PENDING", "PENDING_CREATE", "PENDING_UPDATE", "TUNNEL"),
    *("START", "HOLD", "CLEAR", "RESTART", "DISABLED", "MAIN", "AGGRESSIVE", "SECONDS", "STATIC"),
    *("IPSEC", "GROUP", "GROUP2", "GROUP5", "GROUP14", "SHA1", "SHA256", "AES-128", "AES-256"),
}
_CREDENTIAL_NAMES = {*SECRETS, *(name for names in CREDENTIALS.values() for name in names)}


def derive_auth_type(auth: t.Mapping[str, t.Any]) -> str | None:
    """Return the auth_type of the first credential in `auth`, or None without one."""
    for auth_type, names in CREDENTIALS.items():
        if any(name in auth for name in names):
            return auth_type
    return None


def hold_credential(auth: t.Mapping[str, t.Any]) -> bool:
    """Return whether `auth` contains a credential, or a part of one."""
    return bool(_CREDENTIAL_NAMES & set(auth))


def without_other_credentials(
    found: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any], keep_kind: bool
) -> dict[str, t.Any]:
    """Return `found` without the credentials that would be mixed with the given one.

    With `keep_kind`, the ID of a given secret remains, but not the secret of a given ID.
    """
    dropped = set(_CREDENTIAL_NAMES)
    if keep_kind:
        kind = CREDENTIALS.get(derive_auth_type(given) or "", ())
        secret, ids = set(kind[:1]), set(kind[1:])
        if secret & set(given) and not ids & set(given):
            dropped -= ids - {"security_token"}
        elif set(given) & _CREDENTIAL_NAMES == {"security_token"}:
            dropped -= {"access_key", "secret_key"}
    return {name: value for name, value in found.items() if name not in dropped}


def unused_credentials(
    given: t.Mapping[str, t.Any], auth: t.Mapping[str, t.Any], auth_type: str
) -> list[str]:
    """Return a warning for each given credential that the auth_type does not use.

    A given user is one too when the token or key, which determines the user, was not given.
    """
    auth_type = ALIASES.get(auth_type, auth_type)
    used = CREDENTIALS.get(auth_type)
    if used is None:
        return []
    unused = [name for name in sorted(_CREDENTIAL_NAMES - set(used)) if name in given]
    if auth_type in ("token", "aksk") and not set(used) & set(given):
        unused += [name for name in USERS if name in given]
    return [f"auth.{name} is not used, because auth_type is {auth_type}." for name in unused]


def usable_types(auth: t.Mapping[str, t.Any]) -> list[str]:
    """Return the auth_types whose credentials are in `auth`."""
    return [auth_type for auth_type, names in CREDENTIALS.items() if set(names[:2]) <= set(auth)]


def ordinary_secrets(auth: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any]) -> list[str]:
    """Return a warning for each secret that occurs in results by chance, where Ansible masks it."""
    public = [value for name, value in auth.items() if name not in SECRETS]
    known = {str(value) for value in (*public, *options.values())}
    return [
        f"auth.{name} is a short number or a word that also occurs in results. Ansible masks it "
        "there, so values are missing from them. Use another one."
        for name in SECRETS
        if name in auth
        and (
            len(auth[name]) < 4
            or (auth[name].isdigit() and len(auth[name]) < 8)
            or auth[name].upper() in _API_WORDS
            or auth[name] in known
        )
    ]
