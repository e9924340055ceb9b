#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_group_info
short_description: Get facts about VPN endpoint groups
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Returns the endpoint groups of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS, all of them, or those asked for.
  - An endpoint group names the networks on one side of a connection.
  - The whole list is returned, or the module fails; if nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
options:
  type:
    description:
      - Only those of this type, for example V(cidr) or V(subnet).
    type: str
seealso:
  - module: otc.vpn.ipsec_connection_info
"""

EXAMPLES = r"""
# Where to connect to comes from the OS_* environment variables here; it can be given as options too.

- name: Get the groups of remote networks
  otc.vpn.endpoint_group_info:
    type: cidr
  register: groups

- name: Show their networks
  ansible.builtin.debug:
    msg: "{{ groups.endpoint_groups | map(attribute='endpoints') | flatten | unique | sort }}"
"""

RETURN = r"""
endpoint_groups:
  description: The endpoint groups; a field that the server does not have is null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      returned: always
      type: str
      sample: 6ecd9cf3-ca64-46c7-863f-f2eb1b9e838a
    name:
      description: The name, which need not be unique.
      returned: always
      type: str
      sample: berlin-networks
    description:
      description: The description.
      returned: always
      type: str
      sample: ""
    type:
      description: What the endpoints are, networks (V(cidr)) or IDs of subnets in the cloud (V(subnet)).
      returned: always
      type: str
      sample: cidr
    endpoints:
      description: The networks or the IDs.
      returned: always
      type: list
      elements: str
      sample: [10.2.0.0/24, 10.3.0.0/24]
    project_id:
      description: The project it belongs to.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: The same as RV(endpoint_groups[].project_id), under the older name.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
"""

from ..module_utils._modules.info import run_info_module
from ..module_utils._vpn.kinds import ENDPOINT_GROUP


def main() -> None:
    """Run the module."""
    run_info_module(ENDPOINT_GROUP, "endpoint_groups")


if __name__ == "__main__":
    main()
