#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_connection_info
short_description: Get facts about site-to-site IPsec connections
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Returns the IPsec connections of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS, all of them, or those asked for.
  - The pre-shared key is neither asked for nor returned unless O(include_psk=true).
  - The whole list is returned, or the module fails; if nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
options:
  status:
    description:
      - Only those in one of these states, for example V(ACTIVE). How it is written makes no difference (V(pending create)).
    type: list
    elements: str
  peer_address:
    description:
      - Only those to this remote gateway. An IPv6 address may be spelled in any way.
    type: str
  vpn_service:
    description:
      - Only those of this VPN service, given by name or ID.
    type: str
  tags:
    description:
      - Only those with all of these tags. An empty value matches any value of the tag.
    type: dict
  admin_state_up:
    description:
      - Only those that are administratively enabled (V(true)) or disabled (V(false)).
    type: bool
  resolve:
    description:
      - Return as well what each connection refers to, its gateway in the cloud, and the networks it joins.
      - This takes at most five more requests, however many connections there are. What the user may not read, or what is not there,
        is null, and a warning names it.
    type: bool
    default: false
  include_psk:
    description:
      - Return the pre-shared key of each connection, in clear. Set C(no_log) on the task then.
      - Open Telekom Cloud may answer with a key that is not the real one.
    type: bool
    default: false
  wait_for:
    description:
      - Wait until each of the connections asked for has one of these states. Which ones these are is decided at the beginning.
      - The module fails if O(wait_timeout) is over before, and names the last state of each.
    type: list
    elements: str
  wait_timeout:
    description: How many seconds to wait for O(wait_for).
    type: float
    default: 300
  wait_interval:
    description: How many seconds lie between two looks, with O(wait_for).
    type: float
    default: 10
seealso:
  - module: otc.vpn.vpn_service_info
  - module: otc.vpn.ike_policy_info
  - module: otc.vpn.ipsec_policy_info
  - module: otc.vpn.endpoint_group_info
"""

EXAMPLES = r"""
# Where to connect to comes from the OS_* environment variables here; it can be given as options too.

- name: Get all connections
  otc.vpn.ipsec_connection_info:
  register: vpn

- name: Show which are down
  ansible.builtin.debug:
    msg: "{{ vpn.ipsec_connections | selectattr('status', 'eq', 'DOWN') | map(attribute='name') }}"

- name: Get one by its name, with everything it refers to
  otc.vpn.ipsec_connection_info:
    name: branch-berlin
    resolve: true
  register: berlin

- name: Show the networks it joins
  ansible.builtin.debug:
    msg: "{{ item.local_cidrs }} are joined with {{ item.remote_cidrs }} by way of {{ item.peer_address }}"
  loop: "{{ berlin.ipsec_connections }}"
  loop_control:
    label: "{{ item.id }}"

- name: Get the enabled ones with a tag, and of each the name and state only
  otc.vpn.ipsec_connection_info:
    admin_state_up: true
    tags:
      environment: production
    fields: [name, status]

- name: Wait until the tunnels of a VPN service are up
  otc.vpn.ipsec_connection_info:
    vpn_service: headquarters
    wait_for: [ACTIVE]
    wait_timeout: 120
"""

RETURN = r"""
ipsec_connections:
  description: The ipsec connections; a field that the server does not have is null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      returned: always
      type: str
      sample: 851f280f-5639-4ea3-81aa-e298525ab74b
    name:
      description: The name, which need not be unique.
      returned: always
      type: str
      sample: branch-berlin
    description:
      description: The description.
      returned: always
      type: str
      sample: ""
    status:
      description:
        - The state, one of V(ACTIVE), V(DOWN), V(BUILD), V(ERROR), V(PENDING_CREATE), V(PENDING_UPDATE) and V(PENDING_DELETE). A word that
          is not documented is returned as well, in capitals and with underscores for blanks.
      returned: always
      type: str
      sample: ACTIVE
    state:
      description:
        - State of the connection, one of V(up), V(down), V(pending), V(error), V(disabled) and V(unknown).
        - V(disabled) if RV(ipsec_connections[].admin_state_up) is false, whatever the status. V(unknown) if the status is missing or not
          documented.
      returned: always
      type: str
      sample: up
    admin_state_up:
      description: Whether it is administratively enabled.
      returned: always
      type: bool
      sample: true
    peer_address:
      description: The remote gateway's address, IPv4 or IPv6.
      returned: always
      type: str
      sample: 198.51.100.1
    peer_id:
      description: The remote gateway's identity.
      returned: always
      type: str
      sample: 198.51.100.1
    peer_cidrs:
      description: The remote networks in the old way; empty where endpoint groups are used.
      returned: always
      type: list
      elements: str
      sample: []
    local_ep_group_id:
      description: The ID of the endpoint group with the subnets in the cloud.
      returned: always
      type: str
      sample: 3e1815dd-e212-43d0-8f13-b494fa553e68
    peer_ep_group_id:
      description: The ID of the endpoint group with the remote networks.
      returned: always
      type: str
      sample: 9ad5a7e0-6dac-41b4-b20d-a7b8645fddf1
    vpnservice_id:
      description: The ID of the VPN service.
      returned: always
      type: str
      sample: 5c561d9d-eaea-45f6-ae3e-08d1a7080828
    ikepolicy_id:
      description: The ID of the IKE policy.
      returned: always
      type: str
      sample: 9b00d6b0-6c93-4ca5-9747-b8ade7bb514f
    ipsecpolicy_id:
      description: The ID of the IPsec policy.
      returned: always
      type: str
      sample: e6e23d0c-9519-4d52-8ea4-5b1f96d857b1
    psk:
      description: The pre-shared key, in clear.
      returned: if O(include_psk=true)
      type: str
      sample: VALUE_NOT_SHOWN_HERE
    initiator:
      description: Who may begin, V(bi-directional) or V(response-only), seen from the cloud.
      returned: always
      type: str
      sample: bi-directional
    auth_mode:
      description: How the gateways authenticate each other.
      returned: always
      type: str
      sample: psk
    route_mode:
      description: How routes are made.
      returned: always
      type: str
      sample: static
    mtu:
      description: The largest packet, in bytes.
      returned: always
      type: int
      sample: 1500
    dpd:
      description: Dead peer detection, with C(action), C(interval) and C(timeout) (both in seconds).
      returned: always
      type: dict
      sample: {action: hold, interval: 30, timeout: 120}
    project_id:
      description: The project it belongs to.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: The same as RV(ipsec_connections[].project_id), under the older name.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    order_id:
      description: The order, of yearly or monthly billing only. Open Telekom Cloud only.
      returned: always
      type: str
      sample: ""
    product_id:
      description: The product, of yearly or monthly billing only. Open Telekom Cloud only.
      returned: always
      type: str
      sample: ""
    created_at:
      description: When it was made, in UTC as far as is known. Open Telekom Cloud only.
      returned: always
      type: str
      sample: "2026-08-05 12:39:35.921257"
    tags:
      description: The tags, each with C(key) and C(value). Open Telekom Cloud only.
      returned: always
      type: list
      elements: dict
      sample: [{key: site, value: berlin}]
    vpn_service:
      description: The VPN service, as M(otc.vpn.vpn_service_info) returns it; null if it cannot be read.
      returned: if O(resolve=true)
      type: dict
    ike_policy:
      description: The IKE policy, as M(otc.vpn.ike_policy_info) returns it; null if it cannot be read.
      returned: if O(resolve=true)
      type: dict
    ipsec_policy:
      description: The IPsec policy, as M(otc.vpn.ipsec_policy_info) returns it; null if it cannot be read.
      returned: if O(resolve=true)
      type: dict
    local_ep_group:
      description: The endpoint group of the cloud's side, as M(otc.vpn.endpoint_group_info) returns it; null if there is none.
      returned: if O(resolve=true)
      type: dict
    peer_ep_group:
      description: The endpoint group of the remote side, as M(otc.vpn.endpoint_group_info) returns it; null if there is none.
      returned: if O(resolve=true)
      type: dict
    local_address:
      description: The address of the gateway in the cloud, of the same IP version as RV(ipsec_connections[].peer_address).
      returned: if O(resolve=true)
      type: str
      sample: 203.0.113.20
    local_cidrs:
      description: The networks in the cloud; null if they are not all known.
      returned: if O(resolve=true)
      type: list
      elements: str
      sample: [10.1.0.0/24]
    remote_cidrs:
      description: The remote networks; null if they are not known.
      returned: if O(resolve=true)
      type: list
      elements: str
      sample: [192.168.1.0/24]
"""

from ..module_utils._modules.info import run_info_module
from ..module_utils._vpn.kinds import CONNECTION


def main() -> None:
    """Run the module."""
    run_info_module(CONNECTION, "ipsec_connections")


if __name__ == "__main__":
    main()
