# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render the cloud's side of connections with the strongSwan driver of neutron-vpnaas.

Runs in the environment of the OpenStack servers. Each line of stdin is a list of VPN services as
JSON, each a list of resolved connections with their keys; writes a line with a list of
C(ipsec.conf) and C(ipsec.secrets) to stdout.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from neutron.common import config  # type: ignore[import-not-found]
from neutron_vpnaas.db.vpn import vpn_models  # type: ignore[import-not-found]
from neutron_vpnaas.services.vpn.device_drivers import strongswan_ipsec  # type: ignore[import-not-found]
from neutron_vpnaas.services.vpn.service_drivers import base_ipsec  # type: ignore[import-not-found]
from oslo_config import cfg  # type: ignore[import-not-found]


class ServiceDriver(base_ipsec.BaseIPsecVPNDriver):  # type: ignore[misc]
    """The driver's server side, without a message bus."""

    def __init__(self) -> None:
        pass

    def create_rpc_conn(self) -> None:
        """Connect to nothing."""


class Process(strongswan_ipsec.StrongSwanProcess):  # type: ignore[misc]
    """The driver's agent side, without a strongSwan that is installed."""

    def _get_strongswan_piddir(self) -> str:
        return "/run"

    def _get_rootwrap_config(self) -> None:
        return None


def model(kind: Any, row: dict[str, Any], **attributes: Any) -> Any:
    """Return an object of Neutron's data model with the columns that the row has."""
    columns = {
        column.name: row[column.name] for column in kind.__table__.columns if column.name in row
    }
    return kind(**columns, **attributes)


def endpoints(kind: str, values: list[str]) -> Any:
    """Return an endpoint group."""
    members = [vpn_models.VPNEndpoint(endpoint=value) for value in values]
    return vpn_models.VPNEndpointGroup(endpoint_type=kind, endpoints=members)


def policy(kind: Any, row: dict[str, Any]) -> Any:
    """Return a policy; the API has OTC's names of the SHA-2 algorithms, Neutron its own."""
    lifetime = row["lifetime"]
    auth = row["auth_algorithm"].replace("sha2-", "sha")
    return model(
        kind,
        {**row, "auth_algorithm": auth},
        lifetime_value=lifetime["value"],
        lifetime_units=lifetime["units"],
    )


def render(connections: list[dict[str, Any]]) -> dict[str, str]:
    """Render the files of one VPN service."""
    service = vpn_models.VPNService(
        id="service",
        status="ACTIVE",
        admin_state_up=True,
        external_v4_ip=connections[0]["local_address"],
        ipsec_site_connections=[
            model(
                vpn_models.IPsecSiteConnection,
                connection,
                dpd_action=connection["dpd"]["action"],
                dpd_interval=connection["dpd"]["interval"],
                dpd_timeout=connection["dpd"]["timeout"],
                ikepolicy=policy(vpn_models.IKEPolicy, connection["ike_policy"]),
                ipsecpolicy=policy(vpn_models.IPsecPolicy, connection["ipsec_policy"]),
                local_ep_group=endpoints("subnet", connection["local_cidrs"]),
                peer_ep_group=endpoints("cidr", connection["remote_cidrs"]),
            )
            for connection in connections
        ],
    )
    cidrs = {cidr: cidr for connection in connections for cidr in connection["local_cidrs"]}
    process = Process(
        cfg.CONF, "router", ServiceDriver().make_vpnservice_dict(service, cidrs), None
    )
    templates = cfg.CONF.strongswan
    return {
        name: process._gen_config_content(template, process.vpnservice)
        for name, template in (
            ("ipsec.conf", templates.ipsec_config_template),
            ("ipsec.secrets", templates.ipsec_secret_template),
        )
    }


if __name__ == "__main__":
    config.register_common_config_options()
    for line in sys.stdin:
        print(json.dumps([render(service) for service in json.loads(line)]), flush=True)
