#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_service
short_description: Manage VPN services
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Creates, changes and removes VPN services of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with Neutron VPNaaS.
  - A VPN service is the VPN gateway of a router.
  - A new VPN service stays C(PENDING_CREATE) until its first connection is created, so the module does not wait for it, and
    cannot change it before. Set all options at creation.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.resource
  - otc.vpn.resource.idempotent
  - otc.vpn.resource.wait
options:
  router:
    description:
      - Name or ID of the router, or of the VPC on Open Telekom Cloud. Required to create a VPN service. Cannot be changed.
    type: str
  subnet_id:
    description:
      - ID of the local subnet, for connections with O(otc.vpn.ipsec_connection#module:peer_cidrs). Omit it to use endpoint groups.
        Cannot be changed.
    type: str
  admin_state_up:
    description:
      - Whether the VPN service is administratively enabled. Open Telekom Cloud only supports V(true).
    type: bool
seealso:
  - module: otc.vpn.vpn_service_info
  - module: otc.vpn.ipsec_connection
"""

EXAMPLES = r"""
# The connection settings come from the OS_* environment variables.

- name: Create a VPN service
  otc.vpn.vpn_service:
    name: headquarters
    router: production
    description: Offices and partners

- name: Remove a VPN service
  otc.vpn.vpn_service:
    name: headquarters
    state: absent
"""

RETURN = r"""
vpn_service:
  description:
    - The VPN service, with the fields that M(otc.vpn.vpn_service_info) returns. V(null) if it does not exist.
    - In check mode, the values that the VPN service would have.
  returned: success
  type: dict
  sample:
    id: 5c561d9d-eaea-45f6-ae3e-08d1a7080828
    name: headquarters
    router_id: 66e3b16c-8ce5-40fb-bb49-ab6d8dc3f2aa
    status: PENDING_CREATE
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
from ..module_utils._vpn.writing import SERVICES


def main() -> None:
    """Run the module."""
    run_resource_module(SERVICES, "vpn_service")


if __name__ == "__main__":
    main()
