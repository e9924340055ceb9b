#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: enterprise_connection_info
short_description: Gather information about Enterprise Edition VPN connections
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Lists the connections of Enterprise Edition VPN, the successor of Classic VPN in region eu-de of Open Telekom Cloud. Without filters it
    returns all of them.
  - The API never returns pre-shared keys.
  - Fails rather than returning a partial list. If nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
options:
  status:
    description:
      - Only return connections with one of these statuses, for example V(ACTIVE). Not case-sensitive; spaces match underscores.
      - A status that is not documented is reported in a warning.
    type: list
    elements: str
  gateway:
    description:
      - Only return connections of the VPN gateway with this name or ID.
    type: str
  customer_gateway:
    description:
      - Only return connections to the customer gateway with this name or ID.
    type: str
  tags:
    description:
      - Only return connections with all of these tags. An empty value matches any value of the tag.
    type: dict
  resolve:
    description:
      - Also return what connections of both editions have, under the names of M(otc.vpn.ipsec_connection_info), such as the addresses of both
        gateways, the local and remote networks, and the policies. Values without an equivalent are null.
      - Sends at most two additional requests for lists, whatever the number of connections. Gateways that are missing or not readable are
        null, with a warning.
      - If O(fields) contains some of these values, only they are returned, also without this option.
    type: bool
    default: false
  log:
    description:
      - Whether to add the log to each connection that is not up. Sends one request for each of these connections.
    type: bool
    default: false
  wait_for:
    description:
      - Wait until every selected connection has one of these statuses. The selection is made once, at the start.
      - On timeout the module fails and reports the last status of each connection. It also fails if no connection is selected, and if a
        name or ID in O(name) matches none.
      - A status that is not documented is reported in a warning.
    type: list
    elements: str
  wait_timeout:
    description:
      - Maximum number of seconds to wait, including requests in progress. V(0) reads the connections once. Ignored without O(wait_for).
    type: float
    default: 300
  wait_interval:
    description: Seconds between polls. Ignored without O(wait_for).
    type: float
    default: 10
seealso:
  - module: otc.vpn.ipsec_connection_info
  - module: otc.vpn.enterprise_gateway_info
  - module: otc.vpn.customer_gateway_info
"""

EXAMPLES = r"""
# The examples take the credentials from OS_* environment variables.

- name: Get all connections with addresses and networks
  otc.vpn.enterprise_connection_info:
    resolve: true
  register: vpn

- name: Show the connections that are down
  ansible.builtin.debug:
    msg: "{{ vpn.enterprise_connections | selectattr('state', 'eq', 'down') | map(attribute='name') }}"

- name: Get the reason why connections of a gateway are not up
  otc.vpn.enterprise_connection_info:
    gateway: offices
    fields: [name, state, peer_address]
    log: true

- name: Wait until both connections of a pair are up
  otc.vpn.enterprise_connection_info:
    name: [office-berlin-1, office-berlin-2]
    wait_for: [ACTIVE]
    wait_timeout: 120
"""

RETURN = r"""
enterprise_connections:
  description: List of Enterprise Edition VPN connections. Fields that the API does not provide are null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the connection.
      returned: always
      type: str
      sample: 228a68f0-5639-4ea3-81aa-e298525ab74b
    name:
      description: Name of the connection. Names are not unique.
      returned: always
      type: str
      sample: office-berlin-1
    status:
      description: Status reported by the API, one of V(ACTIVE), V(DOWN), V(ERROR), V(PENDING_CREATE), V(PENDING_UPDATE), V(PENDING_DELETE),
        V(FREEZED) and V(UNKNOWN). Other values are returned too.
      returned: always
      type: str
      sample: ACTIVE
    state:
      description: State of the connection, one of V(up), V(down), V(pending), V(error) and V(unknown), as in M(otc.vpn.ipsec_connection_info).
      returned: always
      type: str
      sample: up
    vgw_id:
      description: ID of the VPN gateway.
      returned: always
      type: str
      sample: ba90819b-5639-4ea3-81aa-e298525ab74b
    vgw_ip:
      description: ID of the gateway's elastic IP address, or the private address of the gateway.
      returned: always
      type: str
      sample: 3ea3b006-5639-4ea3-81aa-e298525ab74b
    style:
      description: How traffic is selected, V(POLICY), V(STATIC) or V(BGP).
      returned: always
      type: str
      sample: POLICY
    cgw_id:
      description: ID of the customer gateway.
      returned: always
      type: str
      sample: 537d9c26-5639-4ea3-81aa-e298525ab74b
    peer_subnets:
      description: Remote networks.
      returned: always
      type: list
      elements: str
      sample: [192.168.10.0/24]
    tunnel_local_address:
      description: Address of the cloud gateway inside a route-based tunnel.
      returned: always
      type: str
      sample: 169.254.56.225/30
    tunnel_peer_address:
      description: Address of the remote gateway inside a route-based tunnel.
      returned: always
      type: str
      sample: 169.254.56.226/30
    enable_nqa:
      description: Whether the cloud gateway monitors the tunnel. Static routing only.
      returned: always
      type: bool
      sample: false
    enable_hub:
      description: Whether branches can reach each other. BGP only.
      returned: always
      type: bool
      sample: false
    policy_rules:
      description: Pairs of networks, each with C(source), C(destination) and C(rule_index). Policy-based connections only.
      returned: always
      type: list
      elements: dict
      sample: [{source: 10.60.0.0/24, destination: [192.168.10.0/24]}]
    ikepolicy:
      description: IKE policy as the API returns it.
      returned: always
      type: dict
      sample: {ike_version: v2, encryption_algorithm: aes-256, dh_group: group20}
    ipsecpolicy:
      description: IPsec policy as the API returns it.
      returned: always
      type: dict
      sample: {encryption_algorithm: aes-256, pfs: group20}
    created_at:
      description: Creation time in ISO 8601, as the server returns it.
      returned: always
      type: str
      sample: "2025-11-03T09:15:02.5Z"
    updated_at:
      description: Time of the last change in ISO 8601, as the server returns it.
      returned: always
      type: str
      sample: "2025-11-03T09:15:02.5Z"
    connection_monitor_id:
      description: ID of the connection monitor.
      returned: always
      type: str
      sample: af2a8f0b-5639-4ea3-81aa-e298525ab74b
    ha_role:
      description: Role in a pair of connections, V(master) or V(slave).
      returned: always
      type: str
      sample: master
    eip_id:
      description: Legacy name of RV(enterprise_connections[].vgw_ip).
      returned: always
      type: str
      sample: 3ea3b006-5639-4ea3-81aa-e298525ab74b
    type:
      description: Deprecated form of RV(enterprise_connections[].style).
      returned: always
      type: str
      sample: POLICY
    route_mode:
      description: Deprecated form of RV(enterprise_connections[].style).
      returned: always
      type: str
      sample: static
    enterprise_project_id:
      description: ID of the enterprise project.
      returned: always
      type: str
      sample: "0"
    tags:
      description: Tags, each with C(key) and C(value).
      returned: always
      type: list
      elements: dict
      sample: [{key: site, value: berlin}]
    edition:
      description: Always V(enterprise).
      returned: always
      type: str
      sample: enterprise
    project_id:
      description: ID of the project.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    log:
      description: Newest entries of the log, at most 20, each with C(time) (UTC, ISO 8601) and C(message), the newest first. Null if the
        connection is up or the gateway does not support logs.
      returned: when O(log=true)
      type: list
      elements: dict
      sample: [{time: "2024-12-24T07:08:32Z", message: "IPSec tunnel negotiation fails."}]
    vpn_service:
      description: VPN gateway, as returned by M(otc.vpn.enterprise_gateway_info), with C(router_id) for its VPC. Null if it is not readable.
      returned: when O(resolve=true)
      type: dict
    vpnservice_id:
      description: ID of the VPN gateway.
      returned: when O(resolve=true)
      type: str
      sample: ba90819b-5639-4ea3-81aa-e298525ab74b
    tenant_id:
      description: Legacy name of RV(enterprise_connections[].project_id).
      returned: when O(resolve=true)
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    local_address:
      description: Address of the cloud gateway. Null if the server masks it.
      returned: when O(resolve=true)
      type: str
      sample: 203.0.113.60
    peer_address:
      description: Address of the remote gateway. Null if the customer gateway has none.
      returned: when O(resolve=true)
      type: str
      sample: 198.51.100.10
    local_id:
      description: Identity of the cloud gateway.
      returned: when O(resolve=true)
      type: str
      sample: 203.0.113.60
    peer_id:
      description: Identity of the remote gateway. Null if any is accepted.
      returned: when O(resolve=true)
      type: str
      sample: 198.51.100.10
    local_cidrs:
      description: Cloud networks. Null unless all of them are known, as with an enterprise router.
      returned: when O(resolve=true)
      type: list
      elements: str
      sample: [10.60.0.0/24]
    remote_cidrs:
      description: Remote networks. Null unless all of them are known.
      returned: when O(resolve=true)
      type: list
      elements: str
      sample: [192.168.10.0/24]
    ike_policy:
      description: IKE policy with the field names of M(otc.vpn.ike_policy_info). It has no ID and no name.
      returned: when O(resolve=true)
      type: dict
    ipsec_policy:
      description: IPsec policy with the field names of M(otc.vpn.ipsec_policy_info). It has no ID and no name.
      returned: when O(resolve=true)
      type: dict
    auth_mode:
      description: Authentication method of the gateways.
      returned: when O(resolve=true)
      type: str
      sample: psk
    dpd:
      description: Dead peer detection, with C(interval) in seconds. C(action) and C(timeout) are null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: dict
      sample: {action: null, interval: 30, timeout: null}
    description:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: str
    admin_state_up:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: bool
    initiator:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: str
    mtu:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: int
    ikepolicy_id:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: str
    ipsecpolicy_id:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: str
    local_ep_group_id:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: str
    peer_ep_group_id:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: str
    local_ep_group:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: dict
    peer_ep_group:
      description: Always null, because the API has no equivalent.
      returned: when O(resolve=true)
      type: dict
source:
  description: Cloud, region and project that were queried. The filters and roles of this collection use them as labels.
  returned: when the connection options are valid, also on failure
  type: dict
  sample: {cloud: production, region: eu-de, project: eu-de, project_id: null}
  contains:
    cloud:
      description: Name of the cloud in C(clouds.yaml), or V(null).
      type: str
    region:
      description: Region, or V(null) if it is not set.
      type: str
    project:
      description: Name of the project, or V(null) if it is not set.
      type: str
    project_id:
      description: ID of the project, or V(null) if it is not set.
      type: str
failure:
  description: Details of a failure.
  returned: failure
  type: dict
  sample: {status: 503, temporary: true, request_id: req-7a1f3f3e-6d1c-4d3e-9f0a-0d5f5c1f1c11}
  contains:
    status:
      description: HTTP status, or V(null) if there was no response.
      type: int
    temporary:
      description: Whether the same call can succeed later.
      type: bool
    request_id:
      description: Request ID of the server, or V(null).
      type: str
"""

from ..module_utils._modules.info import run_info_module
from ..module_utils._vpn.kinds import ENTERPRISE_CONNECTION


def main() -> None:
    """Run the module."""
    run_info_module(ENTERPRISE_CONNECTION, "enterprise_connections")


if __name__ == "__main__":
    main()
