#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_connection_info
short_description: Gather information about IPsec site connections
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Lists the IPsec site connections of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS. Without filters it returns all of
    them.
  - The pre-shared key is neither requested nor returned unless O(include_psk=true).
  - Fails rather than returning a partial list. If nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
  - otc.vpn.cloud.project
options:
  status:
    description:
      - Only return connections with one of these statuses, for example V(ACTIVE). Not case-sensitive; spaces match underscores.
      - A status that is not documented is reported in a warning.
    type: list
    elements: str
  peer_address:
    description:
      - Only return connections to this remote gateway. IPv6 addresses match in any notation, host names in upper and lower case.
    type: str
  vpn_service:
    description:
      - Only return connections of the VPN service with this name or ID.
    type: str
  tags:
    description:
      - Only return connections with all of these tags. An empty value matches any value of the tag.
    type: dict
  admin_state_up:
    description:
      - Only return connections that are administratively enabled (V(true)) or disabled (V(false)).
    type: bool
  resolve:
    description:
      - Also return the VPN service, policies and endpoint groups of each connection, the address of the cloud gateway, and the local
        and remote networks.
      - Sends at most five additional requests, whatever the number of connections. Objects that are missing or not readable are null, with
        a warning.
      - If O(fields) contains some of these values, only they are returned, also without this option.
    type: bool
    default: false
  include_psk:
    description:
      - Whether to return the pre-shared key of each connection in plain text. Set C(no_log) on the task if you use this option.
      - Open Telekom Cloud might return a key that differs from the real one.
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
  - module: otc.vpn.vpn_service_info
  - module: otc.vpn.ike_policy_info
  - module: otc.vpn.ipsec_policy_info
  - module: otc.vpn.endpoint_group_info
"""

EXAMPLES = r"""
# The examples take the credentials from OS_* environment variables.

- name: Get all connections
  otc.vpn.ipsec_connection_info:
  register: vpn

- name: Show the connections that are down
  ansible.builtin.debug:
    msg: "{{ vpn.ipsec_connections | selectattr('state', 'eq', 'down') | map(attribute='name') }}"

- name: Get a connection by name and resolve its references
  otc.vpn.ipsec_connection_info:
    name: branch-berlin
    resolve: true
  register: berlin

- name: Show the connected networks
  ansible.builtin.debug:
    msg: "{{ item.local_cidrs }} to {{ item.remote_cidrs }} through {{ item.peer_address }}"
  loop: "{{ berlin.ipsec_connections }}"
  loop_control:
    label: "{{ item.id }}"

- name: Get the name, state and remote networks of all enabled production connections
  otc.vpn.ipsec_connection_info:
    admin_state_up: true
    tags:
      environment: production
    fields: [name, state, remote_cidrs]

- name: Wait until two tunnels are up
  otc.vpn.ipsec_connection_info:
    name: [branch-berlin, branch-munich]
    wait_for: [ACTIVE]

- name: Wait until the tunnels of a VPN service are up
  otc.vpn.ipsec_connection_info:
    vpn_service: headquarters
    wait_for: [ACTIVE]
    wait_timeout: 120
"""

RETURN = r"""
ipsec_connections:
  description: List of IPsec site connections. Fields that the API does not provide are null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the connection.
      returned: always
      type: str
      sample: 851f280f-5639-4ea3-81aa-e298525ab74b
    name:
      description: Name of the connection. Names are not unique.
      returned: always
      type: str
      sample: branch-berlin
    description:
      description: Description of the connection.
      returned: always
      type: str
      sample: ""
    status:
      description:
        - Status reported by the API, one of V(ACTIVE), V(DOWN), V(BUILD), V(ERROR), V(PENDING_CREATE), V(PENDING_UPDATE) and
          V(PENDING_DELETE), in capitals and with underscores. Other values are returned too.
      returned: always
      type: str
      sample: ACTIVE
    state:
      description:
        - State of the connection, one of V(up), V(down), V(pending), V(error), V(disabled) and V(unknown).
        - V(disabled) if RV(ipsec_connections[].admin_state_up) is false, whatever the status. V(unknown) if the status is missing or not
          documented.
      version_added: 1.0.0
      returned: always
      type: str
      sample: up
    admin_state_up:
      description: Whether the connection is administratively enabled.
      returned: always
      type: bool
      sample: true
    peer_address:
      description: Address of the remote gateway, IPv4 or IPv6.
      returned: always
      type: str
      sample: 198.51.100.1
    peer_id:
      description: Identity of the remote gateway.
      returned: always
      type: str
      sample: 198.51.100.1
    peer_cidrs:
      description: Remote networks (deprecated). Empty if the connection uses endpoint groups.
      returned: always
      type: list
      elements: str
      sample: []
    local_ep_group_id:
      description: ID of the endpoint group with the cloud subnets.
      returned: always
      type: str
      sample: 3e1815dd-e212-43d0-8f13-b494fa553e68
    peer_ep_group_id:
      description: ID of the endpoint group with the remote networks.
      returned: always
      type: str
      sample: 9ad5a7e0-6dac-41b4-b20d-a7b8645fddf1
    vpnservice_id:
      description: ID of the VPN service.
      returned: always
      type: str
      sample: 5c561d9d-eaea-45f6-ae3e-08d1a7080828
    ikepolicy_id:
      description: ID of the IKE policy.
      returned: always
      type: str
      sample: 9b00d6b0-6c93-4ca5-9747-b8ade7bb514f
    ipsecpolicy_id:
      description: ID of the IPsec policy.
      returned: always
      type: str
      sample: e6e23d0c-9519-4d52-8ea4-5b1f96d857b1
    psk:
      description: Pre-shared key in plain text.
      returned: when O(include_psk=true)
      type: str
      sample: VALUE_NOT_SHOWN_HERE
    initiator:
      description: Whether the cloud gateway initiates the tunnel (V(bi-directional)) or only responds (V(response-only)).
      returned: always
      type: str
      sample: bi-directional
    auth_mode:
      description: Authentication method of the gateways.
      returned: always
      type: str
      sample: psk
    route_mode:
      description: Routing mode.
      returned: always
      type: str
      sample: static
    mtu:
      description: Maximum transmission unit in bytes.
      returned: always
      type: int
      sample: 1500
    dpd:
      description: Dead peer detection, with C(action), C(interval) and C(timeout) (both in seconds).
      returned: always
      type: dict
      sample: {action: hold, interval: 30, timeout: 120}
    project_id:
      description: ID of the project.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: Legacy name of RV(ipsec_connections[].project_id).
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    order_id:
      description: ID of the order for yearly or monthly billing. Open Telekom Cloud only.
      returned: always
      type: str
      sample: ""
    product_id:
      description: ID of the product for yearly or monthly billing. Open Telekom Cloud only.
      returned: always
      type: str
      sample: ""
    created_at:
      description: Creation time, probably in UTC, because the API names no time zone. Open Telekom Cloud only.
      returned: always
      type: str
      sample: "2026-08-05 12:39:35.921257"
    tags:
      description: Tags, each with C(key) and C(value). Open Telekom Cloud only.
      returned: always
      type: list
      elements: dict
      sample: [{key: site, value: berlin}]
    vpn_service:
      description: VPN service, as returned by M(otc.vpn.vpn_service_info). Null if it is not readable.
      returned: when O(resolve=true)
      type: dict
    ike_policy:
      description: IKE policy, as returned by M(otc.vpn.ike_policy_info). Null if it is not readable.
      returned: when O(resolve=true)
      type: dict
    ipsec_policy:
      description: IPsec policy, as returned by M(otc.vpn.ipsec_policy_info). Null if it is not readable.
      returned: when O(resolve=true)
      type: dict
    local_ep_group:
      description: Endpoint group of the cloud side, as returned by M(otc.vpn.endpoint_group_info). Null if the connection has none.
      returned: when O(resolve=true)
      type: dict
    peer_ep_group:
      description: Endpoint group of the remote side, as returned by M(otc.vpn.endpoint_group_info). Null if the connection has none.
      returned: when O(resolve=true)
      type: dict
    local_address:
      description: Address of the cloud gateway, with the IP version of RV(ipsec_connections[].peer_address).
      returned: when O(resolve=true)
      type: str
      sample: 203.0.113.20
    local_cidrs:
      description: Cloud networks. Null unless all of them are known.
      returned: when O(resolve=true)
      type: list
      elements: str
      sample: [10.1.0.0/24]
    remote_cidrs:
      description: Remote networks. Null unless all of them are known.
      returned: when O(resolve=true)
      type: list
      elements: str
      sample: [192.168.1.0/24]
source:
  description: Cloud, region and project that were queried. The filters and roles of this collection use them as labels.
  version_added: 1.0.0
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
  version_added: 1.0.0
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
from ..module_utils._vpn.kinds import CONNECTION


def main() -> None:
    """Run the module."""
    run_info_module(CONNECTION, "ipsec_connections")


if __name__ == "__main__":
    main()
