#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_service_info
short_description: Gather information about VPN services
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Lists the VPN services of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS. Without filters it returns all of
    them.
  - A VPN service is the cloud gateway. Remote gateways connect to its external address.
  - Fails rather than returning a partial list. If nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
  - otc.vpn.cloud.project
options:
  status:
    description:
      - Only return VPN services with one of these statuses, for example V(ACTIVE). Not case-sensitive; spaces match underscores.
      - A status that is not documented is reported in a warning.
    type: list
    elements: str
  admin_state_up:
    description:
      - Only return VPN services that are administratively enabled (V(true)) or disabled (V(false)).
    type: bool
  router_id:
    description:
      - Only return VPN services attached to the router (VPC) with this ID.
    type: str
  subnet_id:
    description:
      - Only return VPN services of the subnet with this ID.
    type: str
  tags:
    description:
      - Only return VPN services with all of these tags. An empty value matches any value of the tag.
    type: dict
seealso:
  - module: otc.vpn.ipsec_connection_info
"""

EXAMPLES = r"""
# The examples take the credentials from OS_* environment variables.

- name: Get all VPN services
  otc.vpn.vpn_service_info:
  register: services

- name: Show the gateway addresses
  ansible.builtin.debug:
    msg: "{{ services.vpn_services | items2dict(key_name='name', value_name='external_v4_ip') }}"

- name: Get VPN services that are administratively disabled
  otc.vpn.vpn_service_info:
    admin_state_up: false
"""

RETURN = r"""
vpn_services:
  description: List of VPN services. Fields that the API does not provide are null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the VPN service.
      returned: always
      type: str
      sample: 5c561d9d-eaea-45f6-ae3e-08d1a7080828
    name:
      description: Name of the VPN service. Names are not unique.
      returned: always
      type: str
      sample: headquarters
    description:
      description: Description of the VPN service.
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
    admin_state_up:
      description: Whether the VPN service is administratively enabled.
      returned: always
      type: bool
      sample: true
    router_id:
      description: ID of the router (VPC).
      returned: always
      type: str
      sample: 66e3b16c-8ce5-40fb-bb49-ab6d8dc3f2aa
    subnet_id:
      description: ID of the cloud subnet (deprecated). Null if connections use endpoint groups.
      returned: always
      type: str
      sample: a3da778c-adfb-46db-88b3-d2ce53290a89
    external_v4_ip:
      description: IPv4 address of the cloud gateway.
      returned: always
      type: str
      sample: 203.0.113.20
    external_v6_ip:
      description: IPv6 address of the cloud gateway.
      returned: always
      type: str
      sample: "2001:db8::20"
    project_id:
      description: ID of the project.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: Legacy name of RV(vpn_services[].project_id).
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
    prepay_connection_num:
      description: Number of prepaid connections. Open Telekom Cloud only.
      returned: always
      type: int
      sample: 0
    resource_speccode:
      description: Specification code of the resource for yearly or monthly billing. Open Telekom Cloud only.
      returned: always
      type: str
      sample: ""
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
from ..module_utils._vpn.kinds import VPN_SERVICE


def main() -> None:
    """Run the module."""
    run_info_module(VPN_SERVICE, "vpn_services")


if __name__ == "__main__":
    main()
