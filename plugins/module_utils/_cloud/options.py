# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: which there are, what is secret, and where their values come from.

Private to this collection. The documentation fragment otc.vpn.cloud describes the same options;
tests/unit/test_options.py compares the two.
"""

from __future__ import annotations

import typing as t

from . import errors
from .convert import CloudName, check_credential, cloud_name, convert, is_unset
from .credentials import (
    SECRETS,
    derive_auth_type,
    hold_credential,
    ordinary_secrets,
    unused_credentials,
    without_other_credentials,
)
from .environment import read_environment

# Suboptions of `auth` that are not secret.
PUBLIC = (
    "auth_url",
    "username",
    "user_id",
    "user_domain_name",
    "user_domain_id",
    "project_name",
    "project_id",
    "project_domain_name",
    "project_domain_id",
    "domain_name",
    "domain_id",
    "default_domain_name",
    "default_domain_id",
    "system_scope",
    "trust_id",
    "application_credential_id",
    "application_credential_name",
    "access_key",
    "identity_provider",
    "protocol",
    "client_id",
    "scope",
    "discovery_endpoint",
    "access_token_endpoint",
    "access_token_type",
    "redirect_uri",
    "oauth2_endpoint",
    "oauth2_client_id",
)

# Only the secrets are `no_log`: a dictionary that is `no_log` as a whole makes Ansible mask every
# value in it wherever it occurs in the result. They are raw, because a number is not a secret that
# somebody chose: YAML has changed it.
AUTH: dict[str, dict[str, t.Any]] = {
    **{name: {"type": "str", "no_log": False} for name in PUBLIC},
    **{name: {"type": "raw", "no_log": True} for name in SECRETS},
    "auth_methods": {"type": "list", "elements": "str"},
}

OPTIONS: dict[str, dict[str, t.Any]] = {
    "cloud": {"type": CloudName("raw")},
    "auth": {"type": "dict", "options": AUTH},
    "auth_type": {"type": "str"},
    "region_name": {"type": "str"},
    "interface": {"type": "str", "choices": ["public", "internal", "admin"]},
    "endpoint": {"type": "str"},
    "enterprise_endpoint": {"type": "str"},
    "validate_certs": {"type": "bool"},
    "ca_cert": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path"},
    "api_timeout": {"type": "float"},
    "retries": {"type": "int"},
}

# Values of options that are set nowhere.
DEFAULTS: dict[str, t.Any] = {
    "auth_type": "password",
    "interface": "public",
    "validate_certs": True,
    "api_timeout": 60.0,
    "retries": 3,
}

# Names of the same thing: a source never adds the second to the first.
ALTERNATIVES = (
    ("project_name", "project_id"),
    ("username", "user_id"),
    ("user_domain_name", "user_domain_id"),
    ("project_domain_name", "project_domain_id"),
)
SCOPES = ("project_name", "project_id", "system_scope", "trust_id")
OVERRIDES = ("endpoint", "enterprise_endpoint")


def merge_options(options: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> dict[str, t.Any]:
    """Return the connection options, completed from clouds.yaml or OS_* variables, and defaults.

    The environment adds nothing to a cloud of clouds.yaml, and OS_CLOUD nothing to a given `auth`.
    A given credential is never combined with one of the environment. `warnings` of the result are
    sentences for the user. Raises VpnError.
    """
    given = _set_values(options)
    given_auth = _set_values(_auth(given.pop("auth", {}), "auth"))
    cloud = given.pop("cloud", None)
    if cloud is None and not given_auth:
        cloud = environ.get("OS_CLOUD")
        cloud = None if is_unset(cloud) else cloud
    if cloud is not None:
        from .clouds_yaml import load_cloud  # because most calls do not need it

        cloud = cloud_name(cloud)
        if not isinstance(cloud, str):
            raise errors.VpnError(
                "cloud must be the name of a cloud in clouds.yaml, as a string. Set the entries of a "
                "whole cloud as auth and the other connection options."
            )
        found, labels = load_cloud(cloud, given.get("region_name"), AUTH)
    else:
        found, labels = read_environment(environ, AUTH)
    found_auth = _set_values(_auth(found.pop("auth", {}), labels.get("auth", "auth")))
    found = _set_values(found)
    warnings: list[str] = []

    # Whose identity is used: see docs/guides/authentication.md.
    derived = derive_auth_type(given_auth)
    auth_type = given.get("auth_type")
    if cloud:
        auth_type = auth_type or found.get("auth_type")
    if hold_credential(given_auth):
        if not cloud or not auth_type:
            found_auth = without_other_credentials(found_auth, given_auth, keep_kind=bool(cloud))
    elif not auth_type:
        auth_type = found.get("auth_type")
    if not cloud and ("auth_url" in given_auth or (derived and "auth_url" not in found_auth)):
        for name in OVERRIDES:
            if name in found and name not in given:
                warnings.append(
                    f"{labels[name]} is ignored, because auth_url does not come from the "
                    f"environment. Set the option {name} instead."
                )
            found.pop(name, None)
    found_auth = _without_alternatives(found_auth, given_auth)
    if {"project_name", "project_id"} & {*found_auth, *given_auth}:
        found_auth, given_auth = _spread_domains(found_auth), _spread_domains(given_auth)
    auth = {**_without_alternatives(found_auth, given_auth), **given_auth}
    auth_type = auth_type or derived or derive_auth_type(auth) or DEFAULTS["auth_type"]
    warnings += unused_credentials(given_auth, auth, auth_type)

    merged = {**DEFAULTS, **found, **given, "auth_type": auth_type}
    converted: dict[str, t.Any] = {}
    for name, value in merged.items():
        label = name if name in given else labels.get(name, name)
        converted[name] = convert(value, OPTIONS[name], label)
    converted["auth"] = {}
    for name, value in auth.items():
        if name not in AUTH:
            raise errors.VpnError(f"Unsupported option auth.{name}. Supported: {', '.join(AUTH)}.")
        label = f"auth.{name}" if name in given_auth else labels.get(f"auth.{name}", f"auth.{name}")
        converted["auth"][name] = convert(value, AUTH[name], label)
        if name in SECRETS or name == "access_key":
            check_credential(name, str(value), label, warnings)
    _add_project_domain(converted["auth"])
    warnings += ordinary_secrets(converted["auth"], converted)
    if cloud:
        converted["cloud"] = cloud
    credentials_found = any(name.startswith("auth.") for name in labels)
    return {**converted, "warnings": warnings, "credentials_found": credentials_found}


def source_of(options: t.Mapping[str, t.Any]) -> dict[str, str | None]:
    """Return the cloud, region and project that completed options select, null if not set."""
    auth = options["auth"]
    return {
        "cloud": options.get("cloud"),
        "region": options.get("region_name"),
        "project": auth.get("project_name"),
        "project_id": auth.get("project_id"),
    }


def _auth(value: t.Any, label: str) -> dict[str, t.Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise errors.VpnError(f"{label} must be a dictionary, got: {type(value).__name__}.")
    return value


def _set_values(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: value for name, value in values.items() if not is_unset(value)}


def _without_alternatives(
    found: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]
) -> dict[str, t.Any]:
    dropped = {name for pair in ALTERNATIVES for name in pair if set(pair) & set(given)}
    if {*SCOPES, "domain_name", "domain_id"} & set(given):
        dropped |= set(SCOPES)
    return {name: value for name, value in found.items() if name not in dropped}


def _spread_domains(auth: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return `auth` with a domain beside a project as the domain of user and project.

    That is what openstacksdk does.
    """
    spread = dict(auth)
    for name in ("domain_name", "domain_id"):
        domain = spread.pop(name, None)
        if domain:
            spread.setdefault("user_" + name, domain)
            spread.setdefault("project_" + name, domain)
    return spread


def _add_project_domain(auth: dict[str, t.Any]) -> None:
    """Let a project without a domain be in the domain of its user, because Keystone does not guess."""
    domains = (
        "project_domain_name",
        "project_domain_id",
        "default_domain_name",
        "default_domain_id",
    )
    if "project_name" in auth and not set(domains) & set(auth):
        for name in ("domain_name", "domain_id"):
            if auth.get("user_" + name):
                auth["project_" + name] = auth["user_" + name]


def secrets_of(auth: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return the secret values of `auth`, which no message may contain."""
    values = [str(auth[name]) for name in SECRETS if auth.get(name)]
    for value in auth.values():
        if isinstance(value, str) and "://" in value:
            values += errors.url_secrets(value)
    return tuple(values)
