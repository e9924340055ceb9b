#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_policy_info
short_description: Gather information about IPsec policies
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Lists the IPsec policies of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS. Without filters it returns all of
    them.
  - An IPsec policy defines how the packets in a tunnel are protected (phase 2).
  - Fails rather than returning a partial list. If nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
  - otc.vpn.cloud.project
options:
  transform_protocol:
    description:
      - Only return policies with this protocol.
    type: str
    choices: [esp, ah, ah-esp]
  encapsulation_mode:
    description:
      - Only return policies with this mode.
    type: str
    choices: [tunnel, transport]
seealso:
  - module: otc.vpn.ipsec_connection_info
"""

EXAMPLES = r"""
# The examples take the credentials from OS_* environment variables.

- name: Get all IPsec policies
  otc.vpn.ipsec_policy_info:
  register: policies

- name: Show policies without perfect forward secrecy
  ansible.builtin.debug:
    msg: "{{ policies.ipsec_policies | selectattr('pfs', 'eq', 'disable') | map(attribute='name') }}"
"""

RETURN = r"""
ipsec_policies:
  description: List of IPsec policies. Fields that the API does not provide are null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the policy.
      returned: always
      type: str
      sample: 5291b189-fd84-46e5-84bd-78f40c05d69c
    name:
      description: Name of the policy. Names are not unique.
      returned: always
      type: str
      sample: strong-esp
    description:
      description: Description of the policy.
      returned: always
      type: str
      sample: ""
    transform_protocol:
      description: Protocol, V(esp), V(ah) or V(ah-esp).
      returned: always
      type: str
      sample: esp
    encapsulation_mode:
      description: Encapsulation mode, V(tunnel) or V(transport).
      returned: always
      type: str
      sample: tunnel
    auth_algorithm:
      description: Authentication (hash) algorithm, for example V(sha2-256). Neutron uses V(sha256).
      returned: always
      type: str
      sample: sha2-256
    encryption_algorithm:
      description: Encryption algorithm, for example V(aes-256).
      returned: always
      type: str
      sample: aes-256
    pfs:
      description: Diffie-Hellman group for perfect forward secrecy, for example V(group14), or V(disable).
      returned: always
      type: str
      sample: group14
    lifetime:
      description: Lifetime of the IPsec SA, with C(units) and C(value).
      returned: always
      type: dict
      sample: {units: seconds, value: 3600}
    project_id:
      description: ID of the project.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: Legacy name of RV(ipsec_policies[].project_id).
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
from ..module_utils._vpn.kinds import IPSEC_POLICY


def main() -> None:
    """Run the module."""
    run_info_module(IPSEC_POLICY, "ipsec_policies")


if __name__ == "__main__":
    main()
