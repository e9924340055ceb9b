#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: customer_gateway_info
short_description: Gather information about customer gateways of Enterprise Edition VPN
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Lists the customer gateways of Enterprise Edition VPN in Open Telekom Cloud. Without filters it returns all of them.
  - A customer gateway represents a remote gateway.
  - Fails rather than returning a partial list. If nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
options:
  tags:
    description:
      - Only return customer gateways with all of these tags. An empty value matches any value of the tag.
    type: dict
seealso:
  - module: otc.vpn.enterprise_connection_info
  - module: otc.vpn.enterprise_gateway_info
"""

EXAMPLES = r"""
# The examples take the credentials from OS_* environment variables.

- name: Get all customer gateways
  otc.vpn.customer_gateway_info:
  register: vpn

- name: Get a customer gateway by name
  otc.vpn.customer_gateway_info:
    name: berlin
"""

RETURN = r"""
customer_gateways:
  description: List of customer gateways of Enterprise Edition VPN. Fields that the API does not provide are null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the customer gateway.
      returned: always
      type: str
      sample: 537d9c26-5639-4ea3-81aa-e298525ab74b
    name:
      description: Name of the customer gateway. Names are not unique.
      returned: always
      type: str
      sample: berlin
    id_type:
      description: Type of the identity, V(ip) or V(fqdn).
      returned: always
      type: str
      sample: ip
    id_value:
      description: Address or name of the remote gateway.
      returned: always
      type: str
      sample: 198.51.100.10
    bgp_asn:
      description: BGP autonomous system number.
      returned: always
      type: int
      sample: 65000
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
    ip:
      description: Deprecated form of RV(customer_gateways[].id_value).
      returned: always
      type: str
      sample: 198.51.100.10
    route_mode:
      description: Deprecated routing mode.
      returned: always
      type: str
      sample: static
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
from ..module_utils._vpn.kinds import CUSTOMER_GATEWAY


def main() -> None:
    """Run the module."""
    run_info_module(CUSTOMER_GATEWAY, "customer_gateways")


if __name__ == "__main__":
    main()
