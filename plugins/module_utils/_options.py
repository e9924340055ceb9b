# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: the one place that says which there are and what is secret.

Private to this collection. The documentation fragment `connection` describes the same options;
tests/unit/test_options.py shows that the two agree.
"""

from __future__ import annotations

import typing as t

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

CONNECTION: dict[str, dict[str, t.Any]] = {
    "cloud": {"type": "str"},
    "auth": {"type": "dict", "options": AUTH},
    "auth_type": {"type": "str"},
    "region_name": {"type": "str"},
    "interface": {"type": "str", "choices": ["public", "internal", "admin"]},
    "endpoint": {"type": "str"},
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
