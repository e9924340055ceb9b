#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_service_info
short_description: Get facts about VPN services
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Returns the VPN services of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS, all of them, or those asked for.
  - A VPN service is the gateway in the cloud. It has the address that the remote gateways talk to.
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
  admin_state_up:
    description:
      - Only those that are administratively enabled (V(true)) or disabled (V(false)).
    type: bool
  router_id:
    description:
      - Only those of this router (VPC), given by ID.
    type: str
  subnet_id:
    description:
      - Only those of this subnet, given by ID.
    type: str
  tags:
    description:
      - Only those with all of these tags. An empty value matches any value of the tag.
    type: dict
seealso:
  - module: otc.vpn.ipsec_connection_info
"""

EXAMPLES = r"""
# Where to connect to comes from the OS_* environment variables here; it can be given as options too.

- name: Get all VPN services
  otc.vpn.vpn_service_info:
  register: services

- name: Show the gateway addresses
  ansible.builtin.debug:
    msg: "{{ services.vpn_services | items2dict(key_name='name', value_name='external_v4_ip') }}"

- name: Get those that are administratively disabled
  otc.vpn.vpn_service_info:
    admin_state_up: false
"""

RETURN = r"""
vpn_services:
  description: The vpn services; a field that the server does not have is null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      returned: always
      type: str
      sample: 5c561d9d-eaea-45f6-ae3e-08d1a7080828
    name:
      description: The name, which need not be unique.
      returned: always
      type: str
      sample: headquarters
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
    admin_state_up:
      description: Whether it is administratively enabled.
      returned: always
      type: bool
      sample: true
    router_id:
      description: The ID of the router (VPC).
      returned: always
      type: str
      sample: 66e3b16c-8ce5-40fb-bb49-ab6d8dc3f2aa
    subnet_id:
      description: The ID of the subnet in the cloud, in the old way; null where endpoint groups are used.
      returned: always
      type: str
      sample: a3da778c-adfb-46db-88b3-d2ce53290a89
    external_v4_ip:
      description: The gateway's IPv4 address.
      returned: always
      type: str
      sample: 203.0.113.20
    external_v6_ip:
      description: The gateway's IPv6 address.
      returned: always
      type: str
      sample: "2001:db8::20"
    project_id:
      description: The project it belongs to.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: The same as RV(vpn_services[].project_id), under the older name.
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
    prepay_connection_num:
      description: The number of prepaid connections. Open Telekom Cloud only.
      returned: always
      type: int
      sample: 0
    resource_speccode:
      description: The specification of the resource, of yearly or monthly billing only. Open Telekom Cloud only.
      returned: always
      type: str
      sample: ""
"""

from ..module_utils._modules.info import run_info_module
from ..module_utils._vpn.kinds import VPN_SERVICE


def main() -> None:
    """Run the module."""
    run_info_module(VPN_SERVICE, "vpn_services")


if __name__ == "__main__":
    main()
