#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: enterprise_gateway_info
short_description: Gather information about Enterprise Edition VPN gateways
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Lists the VPN gateways of Enterprise Edition VPN in Open Telekom Cloud. Without filters it returns all of them.
  - Fails rather than returning a partial list. If nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
options:
  status:
    description:
      - Only return gateways with one of these statuses, for example V(ACTIVE). Not case-sensitive; spaces match underscores.
      - A status that is not documented is reported in a warning.
    type: list
    elements: str
  tags:
    description:
      - Only return gateways with all of these tags. An empty value matches any value of the tag.
    type: dict
seealso:
  - module: otc.vpn.enterprise_connection_info
  - module: otc.vpn.customer_gateway_info
"""

EXAMPLES = r"""
# The examples take the credentials from OS_* environment variables.

- name: Get all gateways
  otc.vpn.enterprise_gateway_info:
  register: vpn

- name: Show the addresses of each gateway
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.eip1.ip_address | default('private') }}"
  loop: "{{ vpn.enterprise_gateways }}"
  loop_control:
    label: "{{ item.id }}"
"""

RETURN = r"""
enterprise_gateways:
  description: List of Enterprise Edition VPN gateways. Fields that the API does not provide are null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the VPN gateway.
      returned: always
      type: str
      sample: ba90819b-5639-4ea3-81aa-e298525ab74b
    name:
      description: Name of the VPN gateway. Names are not unique.
      returned: always
      type: str
      sample: offices
    status:
      description: Status reported by the API, one of V(ACTIVE), V(FAULT), V(FREEZED), V(PENDING_CREATE), V(PENDING_UPDATE) and V(PENDING_DELETE).
        Other values are returned too.
      returned: always
      type: str
      sample: ACTIVE
    network_type:
      description: Network type, V(public) or V(private).
      returned: always
      type: str
      sample: public
    attachment_type:
      description: Type of the attached network, V(vpc) or V(er) (enterprise router).
      returned: always
      type: str
      sample: vpc
    ip_version:
      description: IP version.
      returned: always
      type: str
      sample: ipv4
    eip1:
      description: First elastic IP address, with C(id) and C(ip_address). Public gateways only.
      returned: always
      type: dict
      sample: {id: 3ea3b006-5639-4ea3-81aa-e298525ab74b, ip_address: 203.0.113.60}
    eip2:
      description: Second elastic IP address. Public gateways only.
      returned: always
      type: dict
      sample: {id: 3ea3b006-5639-4ea3-81aa-e298525ab74b, ip_address: 203.0.113.60}
    access_private_ip_1:
      description: First private address. Private gateways only.
      returned: always
      type: str
      sample: 10.62.0.11
    access_private_ip_2:
      description: Second private address. Private gateways only.
      returned: always
      type: str
      sample: 10.62.0.12
    vpc_id:
      description: ID of the VPC.
      returned: always
      type: str
      sample: 91a74241-5639-4ea3-81aa-e298525ab74b
    local_subnets:
      description: Cloud networks. Gateways of a VPC only.
      returned: always
      type: list
      elements: str
      sample: [10.60.0.0/24]
    er_id:
      description: ID of the enterprise router.
      returned: always
      type: str
      sample: ""
    er_attachment_id:
      description: ID of the attachment to the enterprise router.
      returned: always
      type: str
      sample: ""
    ha_mode:
      description: High availability mode, V(active-active) or V(active-standby).
      returned: always
      type: str
      sample: active-active
    connect_subnet:
      description: ID of the interconnection subnet.
      returned: always
      type: str
      sample: f5741286-5639-4ea3-81aa-e298525ab74b
    access_vpc_id:
      description: ID of the access VPC.
      returned: always
      type: str
      sample: 91a74241-5639-4ea3-81aa-e298525ab74b
    access_subnet_id:
      description: ID of the access subnet.
      returned: always
      type: str
      sample: f5741286-5639-4ea3-81aa-e298525ab74b
    bgp_asn:
      description: BGP autonomous system number.
      returned: always
      type: int
      sample: 64512
    flavor:
      description: Flavor, for example V(Basic) or V(Professional1).
      returned: always
      type: str
      sample: Professional1
    availability_zone_ids:
      description: IDs of the availability zones.
      returned: always
      type: list
      elements: str
      sample: [eu-de-01, eu-de-02]
    connection_number:
      description: Maximum number of connections.
      returned: always
      type: int
      sample: 200
    used_connection_number:
      description: Number of connections.
      returned: always
      type: int
      sample: 2
    used_connection_group:
      description: Number of connection groups.
      returned: always
      type: int
      sample: 1
    lock_status:
      description: Whether a frozen gateway can be deleted (V(1)) or not (V(2)).
      returned: always
      type: int
      sample: 0
    created_at:
      description: Creation time in ISO 8601, as the server returns it.
      returned: always
      type: str
      sample: "2025-11-03T09:15:02.5Z"
    applied_at:
      description: Time when the gateway became effective, in ISO 8601.
      returned: always
      type: str
      sample: "2025-11-03T09:15:02.5Z"
    updated_at:
      description: Time of the last change in ISO 8601, as the server returns it.
      returned: always
      type: str
      sample: "2025-11-03T09:15:02.5Z"
    supported_flavors:
      description: Flavors to which the gateway can be changed.
      returned: always
      type: list
      elements: str
      sample: [Professional2]
    supported_features:
      description: Supported features, for example V(query_connection_log).
      returned: always
      type: list
      elements: str
      sample: [query_connection_log]
    public_border_group:
      description: Public border group.
      returned: always
      type: str
      sample: ""
    upgrade_info:
      description: Information about upgrades.
      returned: always
      type: dict
    policy_template:
      description: Policy template, with C(ike_policy) and C(ipsec_policy).
      returned: always
      type: dict
    master_eip:
      description: Legacy name of RV(enterprise_gateways[].eip1).
      returned: always
      type: dict
    slave_eip:
      description: Legacy name of RV(enterprise_gateways[].eip2).
      returned: always
      type: dict
    high_availability:
      description: Deprecated form of RV(enterprise_gateways[].ha_mode).
      returned: always
      type: str
      sample: ""
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
from ..module_utils._vpn.kinds import ENTERPRISE_GATEWAY


def main() -> None:
    """Run the module."""
    run_info_module(ENTERPRISE_GATEWAY, "enterprise_gateways")


if __name__ == "__main__":
    main()
