# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: which there are, what is secret, and where their values come from.

Private to this collection. The documentation fragment otc.vpn.cloud describes the same options;
tests/unit/test_options.py compares the two.
"""

from __future__ import annotations

import typing as t

from .errors import VpnError

# Sub-options of `auth`. Only the secret ones are `no_log`: a dictionary that is `no_log` as a whole
# makes Ansible blank out every value in it wherever it occurs in the result.
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

AUTH: dict[str, dict[str, t.Any]] = {
    **{name: {"type": "str", "no_log": False} for name in PUBLIC},
    **{name: {"type": "str", "no_log": True} for name in SECRETS},
    "auth_methods": {"type": "list", "elements": "str"},
}

OPTIONS: dict[str, dict[str, t.Any]] = {
    "cloud": {"type": "str"},
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

# What applies when neither the option, nor the environment, nor clouds.yaml says anything.
DEFAULTS: dict[str, t.Any] = {
    "auth_type": "password",
    "interface": "public",
    "validate_certs": True,
    "api_timeout": 60.0,
    "retries": 3,
}

# The usual OS_* variable of each option; those of `auth` are OS_ and the sub-option's name.
ENVIRONMENT = {
    "auth_type": "OS_AUTH_TYPE",
    "region_name": "OS_REGION_NAME",
    "interface": "OS_INTERFACE",
    "endpoint": "OS_NETWORK_ENDPOINT_OVERRIDE",
    "enterprise_endpoint": "OS_VPN_ENDPOINT_OVERRIDE",
    "validate_certs": "OS_INSECURE",
    "ca_cert": "OS_CACERT",
    "client_cert": "OS_CERT",
    "client_key": "OS_KEY",
    "api_timeout": "OS_API_TIMEOUT",
    "retries": "OS_CONNECT_RETRIES",
}

# Two ways to name the same thing: the environment does not add the second to the first.
ALTERNATIVES = (
    ("project_name", "project_id"),
    ("username", "user_id"),
    ("user_domain_name", "user_domain_id"),
    ("project_domain_name", "project_domain_id"),
)


def merge_options(options: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> dict[str, t.Any]:
    """Return the connection options, completed from clouds.yaml or OS_* variables, and defaults.

    The environment adds nothing to a cloud of clouds.yaml, and OS_CLOUD nothing to a given `auth`.
    Raises VpnError.
    """
    given = {name: value for name, value in options.items() if value is not None}
    auth = {name: value for name, value in (given.get("auth") or {}).items() if value is not None}
    cloud = given.get("cloud") or (not auth and environ.get("OS_CLOUD")) or None
    if cloud:
        from .clouds_yaml import load_cloud  # because most calls do not need it

        found = load_cloud(cloud, given.get("region_name"))
        auth = {**_without_alternatives(found.pop("auth", {}), auth), **auth}
    else:
        found = _convert_types(
            {name: environ[key] for name, key in ENVIRONMENT.items() if environ.get(key)}
        )
        from_environment = {
            name: environ["OS_" + name.upper()]
            for name in AUTH
            if environ.get("OS_" + name.upper())
        }
        auth = {**_without_alternatives(from_environment, auth), **auth}
    if auth.get("project_name") and not {"project_domain_name", "project_domain_id"} & set(auth):
        # a project is in its user's domain nearly always, and Keystone does not guess
        for name in ("domain_name", "domain_id"):
            if auth.get("user_" + name):
                auth["project_" + name] = auth["user_" + name]
    return {**DEFAULTS, **found, **given, "auth": auth}


def _without_alternatives(
    found: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]
) -> dict[str, t.Any]:
    named = {name for pair in ALTERNATIVES for name in pair if set(pair) & set(given)}
    return {name: value for name, value in found.items() if name not in named}


def _convert_types(found: dict[str, t.Any]) -> dict[str, t.Any]:
    """Values of the environment in the options' types."""
    for name, kind in (("api_timeout", float), ("retries", int)):
        if name in found:
            try:
                found[name] = kind(found[name])
            except ValueError:
                raise VpnError(
                    f"{ENVIRONMENT[name]} is {found[name]!r}, but {name} takes a number."
                ) from None
    if "validate_certs" in found:  # OS_INSECURE says the opposite
        found["validate_certs"] = found["validate_certs"].lower() not in ("1", "true", "yes", "on")
    if "interface" in found:
        found["interface"] = found["interface"].replace("URL", "")
    return found


def secrets_of(auth: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return the secret values of `auth`, which no message may contain."""
    return tuple(str(auth[name]) for name in SECRETS if auth.get(name))
