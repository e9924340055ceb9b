#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ike_policy
short_description: Manage IKE policies
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Creates, changes and removes IKE policies of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with Neutron VPNaaS.
  - An IKE policy contains the settings of phase 1, in which the gateways authenticate each other.
  - Neutron does not change a policy that a connection uses. The module then fails and reports the connections.
  - Open Telekom Cloud applies a changed policy when its connections are updated, so the module updates them too.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.resource
  - otc.vpn.resource.idempotent
  - otc.vpn.resource.policy
options:
  ike_version:
    description:
      - Version of IKE. The server defaults to V(v1).
    type: str
    choices: [v1, v2]
  phase1_negotiation_mode:
    description:
      - Negotiation mode of IKEv1.
    type: str
    choices: [main, aggressive]
seealso:
  - module: otc.vpn.ike_policy_info
  - module: otc.vpn.ipsec_connection
"""

EXAMPLES = r"""
# The connection settings come from the OS_* environment variables.

- name: Create an IKE policy
  otc.vpn.ike_policy:
    name: strong-ikev2
    ike_version: v2
    auth_algorithm: sha256
    encryption_algorithm: aes-256
    pfs: group14
    lifetime: 86400
"""

RETURN = r"""
ike_policy:
  description:
    - The IKE policy, with the fields that M(otc.vpn.ike_policy_info) returns. V(null) if it does not exist.
    - In check mode, the values that the IKE policy would have.
  returned: success
  type: dict
  sample:
    id: 5522aff7-1b3c-48dd-9c3c-b50f016b73db
    name: strong-ikev2
    ike_version: v2
    auth_algorithm: sha256
    encryption_algorithm: aes-256
    pfs: group14
    lifetime: {units: seconds, value: 86400}
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
from ..module_utils._vpn.writing import IKE_POLICIES


def main() -> None:
    """Run the module."""
    run_resource_module(IKE_POLICIES, "ike_policy")


if __name__ == "__main__":
    main()
