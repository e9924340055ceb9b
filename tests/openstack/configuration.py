# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration files of Keystone and Neutron, as tables."""

from __future__ import annotations

from pathlib import Path

from .places import ENVIRONMENT

ADMIN_PASSWORD = "adminpw"
NEUTRON_PASSWORD = "neutronpw"

Options = dict[str, dict[str, object]]


def write(path: Path, options: Options) -> None:
    lines = []
    for section, values in options.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {value}" for name, value in values.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def keystone(state: Path) -> Options:
    return {
        "DEFAULT": {"transport_url": "fake://"},
        "database": {"connection": f"sqlite:///{state}/keystone.sqlite"},
        # Cheap password hashes: this is a test server.
        "identity": {"password_hash_rounds": 4},
        "token": {"expiration": 86400},
        "fernet_tokens": {"key_repository": f"{state}/fernet"},
        # One process, so its memory will do. Without a cache a token takes 600 database queries.
        "cache": {"enabled": "true", "backend": "dogpile.cache.memory"},
        "oslo_messaging_notifications": {"driver": "noop"},
    }


def neutron(state: Path, auth_url: str, pagination_max_limit: int) -> Options:
    """`pagination_max_limit`: rows a page at most; -1: no limit."""
    return {
        "DEFAULT": {
            "core_plugin": "ml2",
            "service_plugins": "router,vpnaas",
            "api_paste_config": f"{ENVIRONMENT}/etc/neutron/api-paste.ini",
            "state_path": state,
            "transport_url": "fake://",
            "notify_nova_on_port_status_changes": "false",
            "notify_nova_on_port_data_changes": "false",
            "dhcp_agent_notification": "false",
            "rpc_workers": 0,
            "rpc_state_report_workers": 0,
            "pagination_max_limit": pagination_max_limit,
        },
        "database": {"connection": f"sqlite:///{state}/neutron.sqlite"},
        "keystone_authtoken": {
            "www_authenticate_uri": auth_url,
            "auth_url": auth_url,
            "auth_type": "password",
            "username": "neutron",
            "password": NEUTRON_PASSWORD,
            "project_name": "service",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
            "interface": "public",
            "service_token_roles_required": "true",
            # No cache: a revoked token is refused at once.
            "token_cache_time": -1,
        },
        "oslo_concurrency": {"lock_path": f"{state}/lock"},
        "oslo_messaging_notifications": {"driver": "noop"},
        # Read anew whenever it changes.
        "oslo_policy": {"policy_file": f"{state}/policy.yaml"},
        "service_providers": {
            "service_provider": "VPN:strongswan:neutron_vpnaas.services.vpn.service_drivers.ipsec"
            ".IPsecVPNDriver:default"
        },
        "ml2": {
            "type_drivers": "local,flat",
            "tenant_network_types": "local",
            "mechanism_drivers": "",
            "extension_drivers": "",
        },
        "ml2_type_flat": {"flat_networks": "*"},
    }
