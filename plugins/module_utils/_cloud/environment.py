# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options from OS_* variables, as openstacksdk reads them. Private to this collection."""

from __future__ import annotations

import typing as t

from .convert import convert_bool, is_unset

# The variables of each option. If several are set, the last one applies.
VARIABLES: dict[str, tuple[str, ...]] = {
    "auth_type": ("OS_AUTH_TYPE",),
    "region_name": ("OS_REGION_NAME", "OS_NETWORK_REGION_NAME"),
    "interface": (
        "OS_INTERFACE",
        "OS_ENDPOINT_TYPE",
        "OS_NETWORK_INTERFACE",
        "OS_NETWORK_ENDPOINT_TYPE",
    ),
    "endpoint": ("OS_NETWORK_ENDPOINT", "OS_NETWORK_ENDPOINT_OVERRIDE"),
    "enterprise_endpoint": ("OS_VPN_ENDPOINT_OVERRIDE",),
    "validate_certs": ("OS_INSECURE",),
    "ca_cert": ("OS_CACERT",),
    "client_cert": ("OS_CERT",),
    "client_key": ("OS_KEY",),
    "api_timeout": ("OS_API_TIMEOUT",),
    "retries": ("OS_CONNECT_RETRIES",),
}

# Variables of suboptions of `auth` that are not called OS_ and the name.
OLDER = {
    "OS_TENANT_NAME": "project_name",
    "OS_TENANT_ID": "project_id",
    "OS_USER_NAME": "username",
    "OS_AUTH_TOKEN": "token",
    "OS_AUTHORIZATION_CODE": "code",
}


def read_environment(
    environ: t.Mapping[str, str], auth_names: t.Iterable[str]
) -> tuple[dict[str, t.Any], dict[str, str]]:
    """Return the options that variables set, and the variable of each. Raises VpnError."""
    found: dict[str, t.Any] = {}
    labels: dict[str, str] = {}
    for name, variables in VARIABLES.items():
        for variable in variables:
            if not is_unset(environ.get(variable)):
                found[name], labels[name] = environ[variable], variable
    auth: dict[str, t.Any] = {}
    for variable, name in {**OLDER, **{"OS_" + name.upper(): name for name in auth_names}}.items():
        if not is_unset(environ.get(variable)):
            auth[name], labels[f"auth.{name}"] = environ[variable], variable
    if "validate_certs" in found:  # OS_INSECURE means the opposite
        found["validate_certs"] = not convert_bool(found["validate_certs"], "OS_INSECURE")
    return {**found, "auth": auth}, labels
