#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_policy
short_description: Manage IPsec policies
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Creates, changes and removes IPsec policies of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with Neutron VPNaaS.
  - An IPsec policy contains the settings of phase 2, which protects the traffic.
  - Neutron does not change a policy that a connection uses. The module then fails and reports the connections.
  - Open Telekom Cloud applies a changed policy when its connections are updated, so the module updates them too.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.resource
  - otc.vpn.resource.idempotent
  - otc.vpn.resource.policy
options:
  transform_protocol:
    description:
      - Transform protocol. V(ah-esp) is only supported on Open Telekom Cloud.
    type: str
    choices: [esp, ah, ah-esp]
  encapsulation_mode:
    description:
      - Encapsulation mode.
    type: str
    choices: [tunnel, transport]
seealso:
  - module: otc.vpn.ipsec_policy_info
  - module: otc.vpn.ipsec_connection
"""

EXAMPLES = r"""
# The connection settings come from the OS_* environment variables.

- name: Create an IPsec policy
  otc.vpn.ipsec_policy:
    name: strong-esp
    auth_algorithm: sha256
    encryption_algorithm: aes-256
    pfs: group14
    lifetime: 3600
"""

RETURN = r"""
ipsec_policy:
  description:
    - The IPsec policy, with the fields that M(otc.vpn.ipsec_policy_info) returns. V(null) if it does not exist.
    - In check mode, the values that the IPsec policy would have.
  returned: success
  type: dict
  sample:
    id: 5291b189-fd84-46e5-84bd-78f40c05d69c
    name: strong-esp
    transform_protocol: esp
    auth_algorithm: sha256
    encryption_algorithm: aes-256
    pfs: group14
    lifetime: {units: seconds, value: 3600}
updated_connections:
  description: Connections that the module updated because of the change, with C(id) and C(name).
  returned: success
  type: list
  elements: dict
  sample:
    - {id: 9dbd0b3d-7d1b-4c8a-a7e4-3a7a1a3f5a6c, name: branch-berlin}
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
from ..module_utils._vpn.writing import IPSEC_POLICIES


def main() -> None:
    """Run the module."""
    run_resource_module(IPSEC_POLICIES, "ipsec_policy")


if __name__ == "__main__":
    main()
