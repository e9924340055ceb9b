#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_group_info
short_description: Gather information about VPN endpoint groups
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Lists the VPN endpoint groups of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS. Without filters it returns all of
    them.
  - An endpoint group contains the networks on one side of a connection.
  - Fails rather than returning a partial list. If nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
  - otc.vpn.cloud.project
options:
  type:
    description:
      - Only return endpoint groups of this type, for example V(cidr) or V(subnet).
    type: str
seealso:
  - module: otc.vpn.ipsec_connection_info
"""

EXAMPLES = r"""
# The examples take the credentials from OS_* environment variables.

- name: Get endpoint groups with remote networks
  otc.vpn.endpoint_group_info:
    type: cidr
  register: groups

- name: Show the networks
  ansible.builtin.debug:
    msg: "{{ groups.endpoint_groups | map(attribute='endpoints') | flatten | unique | sort }}"
"""

RETURN = r"""
endpoint_groups:
  description: List of endpoint groups. Fields that the API does not provide are null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the endpoint group.
      returned: always
      type: str
      sample: 6ecd9cf3-ca64-46c7-863f-f2eb1b9e838a
    name:
      description: Name of the endpoint group. Names are not unique.
      returned: always
      type: str
      sample: berlin-networks
    description:
      description: Description of the endpoint group.
      returned: always
      type: str
      sample: ""
    type:
      description: Type of the endpoints, networks (V(cidr)) or IDs of cloud subnets (V(subnet)).
      returned: always
      type: str
      sample: cidr
    endpoints:
      description: Networks or subnet IDs.
      returned: always
      type: list
      elements: str
      sample: [10.2.0.0/24, 10.3.0.0/24]
    project_id:
      description: ID of the project.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: Legacy name of RV(endpoint_groups[].project_id).
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
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
from ..module_utils._vpn.kinds import ENDPOINT_GROUP


def main() -> None:
    """Run the module."""
    run_info_module(ENDPOINT_GROUP, "endpoint_groups")


if __name__ == "__main__":
    main()
