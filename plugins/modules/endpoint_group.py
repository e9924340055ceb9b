#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_group
short_description: Manage endpoint groups
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Creates, changes and removes endpoint groups of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with Neutron VPNaaS.
  - An endpoint group contains the networks of one side of a tunnel.
  - The API cannot change the endpoints of a group. With O(replace=true), the module creates a new group, moves all connections to
    it, and removes the old one, so that the tunnels stay up.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.resource
  - otc.vpn.resource.idempotent
options:
  type:
    description:
      - Type of the endpoints. V(subnet) for the local side, V(cidr) for the remote side. Required to create a group. Cannot be changed.
    type: str
    choices: [subnet, cidr]
  endpoints:
    description:
      - IDs of subnets, or networks with a prefix length such as V(192.168.10.0/24). Required to create a group.
      - Networks are compared as networks, so the notation and the order are ignored. All networks must have the same IP version.
    type: list
    elements: str
  replace:
    description:
      - Whether to replace the group by a new one with another ID if O(endpoints) differ.
      - If an earlier replacement was interrupted and exactly one of several groups with the name has the endpoints, the module
        completes the replacement.
    type: bool
    default: false
seealso:
  - module: otc.vpn.endpoint_group_info
  - module: otc.vpn.ipsec_connection
"""

EXAMPLES = r"""
# The connection settings come from the OS_* environment variables.

- name: Create the group of the remote networks
  otc.vpn.endpoint_group:
    name: branch-berlin
    type: cidr
    endpoints: [192.168.10.0/24]

- name: Add a network while the tunnel stays up
  otc.vpn.endpoint_group:
    name: branch-berlin
    type: cidr
    endpoints: [192.168.10.0/24, 192.168.11.0/24]
    replace: true
"""

RETURN = r"""
endpoint_group:
  description:
    - The endpoint group, with the fields that M(otc.vpn.endpoint_group_info) returns. V(null) if it does not exist.
    - In check mode, the values that the endpoint group would have.
  returned: success
  type: dict
  sample:
    id: 6bf34c7c-864c-4948-a6d4-db791669f9d4
    name: branch-berlin
    type: cidr
    endpoints: [192.168.10.0/24]
updated_connections:
  description: Connections that the module updated because of the change, with C(id) and C(name).
  returned: success
  type: list
  elements: dict
  sample:
    - {id: 9dbd0b3d-7d1b-4c8a-a7e4-3a7a1a3f5a6c, name: branch-berlin}
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
from ..module_utils._vpn.writing import ENDPOINT_GROUPS


def main() -> None:
    """Run the module."""
    run_resource_module(ENDPOINT_GROUPS, "endpoint_group")


if __name__ == "__main__":
    main()
