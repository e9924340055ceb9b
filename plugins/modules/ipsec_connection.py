#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_connection
short_description: Manage IPsec site connections
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Creates, changes and removes IPsec site connections of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with
    Neutron VPNaaS.
  - The pre-shared key is never returned, neither in the result nor in a diff.
  - All differences are sent in one request, and no request is sent without a difference, because every update can restart the
    tunnels of a router.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.resource
  - otc.vpn.resource.wait
options:
  vpn_service:
    description:
      - Name or ID of the VPN service. Required to create a connection. Can only be changed with O(recreate=true).
    type: str
  ike_policy:
    description:
      - Name or ID of the IKE policy. Required to create a connection. Can only be changed with O(recreate=true).
    type: str
  ipsec_policy:
    description:
      - Name or ID of the IPsec policy. Required to create a connection. Can only be changed with O(recreate=true).
    type: str
  local_ep_group:
    description:
      - Name or ID of the endpoint group with the local subnets. Required to create a connection unless O(peer_cidrs) is set.
    type: str
  peer_ep_group:
    description:
      - Name or ID of the endpoint group with the remote networks. Required to create a connection unless O(peer_cidrs) is set.
    type: str
  peer_cidrs:
    description:
      - Remote networks, for a VPN service with a subnet. Not supported on Open Telekom Cloud.
      - Mutually exclusive with O(local_ep_group) and O(peer_ep_group).
    type: list
    elements: str
  peer_address:
    description:
      - IP address of the remote gateway. Required to create a connection.
      - A host name is resolved on the host that runs the module, with a warning, because the server stores the address.
    type: str
  peer_id:
    description:
      - Identity of the remote gateway, usually its IP address. Required to create a connection.
    type: str
  local_id:
    description:
      - Identity of the cloud gateway. The server defaults to the address of the cloud gateway. Not supported on Open Telekom Cloud.
    type: str
  psk:
    description:
      - Pre-shared key, 1 to 255 characters, or 6 to 128 on Open Telekom Cloud. Required to create a connection.
    type: str
  update_psk:
    description:
      - Whether to change the pre-shared key of an existing connection.
      - V(always) compares the key with the one that the server returns. If the server returns another key or none, the module
        sends the key on every run and reports a change, with a warning.
      - V(on_create) only sends the key to new connections.
    type: str
    choices: [always, on_create]
    default: always
  initiator:
    description:
      - Whether the cloud gateway initiates the tunnel, or only responds.
    type: str
    choices: [bi-directional, response-only]
  mtu:
    description:
      - MTU of the connection, at least 68. Open Telekom Cloud only supports V(1500).
    type: int
  dpd:
    description:
      - Dead peer detection. Only the suboptions that are set are changed.
    type: dict
    suboptions:
      action:
        description:
          - Action when the remote gateway does not respond.
        type: str
        choices: [clear, hold, restart, disabled, restart-by-peer]
      interval:
        description:
          - Seconds between checks, at least 1.
        type: int
      timeout:
        description:
          - Seconds after which the remote gateway is considered dead. Must be greater than O(dpd.interval).
        type: int
  admin_state_up:
    description:
      - Whether the connection is administratively enabled. Open Telekom Cloud only supports V(true).
      - A connection cannot be created with V(false), because it would stay pending.
    type: bool
  recreate:
    description:
      - Whether to remove the connection and create it again with another ID if options differ that cannot be changed. The tunnel is
        interrupted. Options that are not set keep their values. Requires O(psk).
    type: bool
    default: false
attributes:
  idempotent:
    description:
      - Running the module again changes nothing, unless the server does not return the pre-shared key and O(update_psk=always).
    support: partial
seealso:
  - module: otc.vpn.ipsec_connection_info
  - module: otc.vpn.vpn_service
  - module: otc.vpn.ike_policy
  - module: otc.vpn.ipsec_policy
  - module: otc.vpn.endpoint_group
  - ref: ansible_collections.otc.vpn.strongswan_peer_role
    description: Role that configures the on-premises gateway.
"""

EXAMPLES = r"""
# The connection settings come from the OS_* environment variables.

- name: Create a connection
  otc.vpn.ipsec_connection:
    name: branch-berlin
    vpn_service: headquarters
    ike_policy: strong-ikev2
    ipsec_policy: strong-esp
    local_ep_group: cloud-networks
    peer_ep_group: branch-berlin
    peer_address: 198.51.100.10
    peer_id: 198.51.100.10
    psk: "{{ vault_psk }}"

- name: Change the dead peer detection and nothing else
  otc.vpn.ipsec_connection:
    name: branch-berlin
    dpd:
      action: restart

- name: Use another IKE policy, which interrupts the tunnel
  otc.vpn.ipsec_connection:
    name: branch-berlin
    ike_policy: stronger-ikev2
    psk: "{{ vault_psk }}"
    recreate: true
"""

RETURN = r"""
ipsec_connection:
  description:
    - The IPsec connection, with the fields that M(otc.vpn.ipsec_connection_info) returns. V(null) if it does not exist.
    - In check mode, the values that the IPsec connection would have.
  returned: success
  type: dict
  sample:
    id: 9dbd0b3d-7d1b-4c8a-a7e4-3a7a1a3f5a6c
    name: branch-berlin
    status: DOWN
    peer_address: 198.51.100.10
    peer_id: 198.51.100.10
    dpd: {action: hold, interval: 30, timeout: 120}
replaced_id:
  description: ID of the object that was replaced by a new one, or V(null).
  returned: success
  type: str
  sample: null
failure:
  description: Details of a failure.
  returned: failure
  type: dict
  sample: {status: 409, temporary: false, request_id: req-7a1f3f3e-6d1c-4d3e-9f0a-0d5f5c1f1c11}
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

from ..module_utils._modules.resource import run_resource_module
from ..module_utils._vpn.writing import CONNECTIONS


def main() -> None:
    """Run the module."""
    run_resource_module(CONNECTIONS, "ipsec_connection")


if __name__ == "__main__":
    main()
