#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ike_policy_info
short_description: Gather information about IKE policies
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Lists the IKE policies of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS. Without filters it returns all of
    them.
  - An IKE policy defines the parameters of the key exchange (phase 1).
  - Fails rather than returning a partial list. If nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
  - otc.vpn.cloud.project
options:
  ike_version:
    description:
      - Only return policies for this IKE version.
    type: str
    choices: [v1, v2]
seealso:
  - module: otc.vpn.ipsec_connection_info
"""

EXAMPLES = r"""
# The examples take the credentials from OS_* environment variables.

- name: Get all IKE policies
  otc.vpn.ike_policy_info:
  register: policies

- name: Show policies for IKEv1
  ansible.builtin.debug:
    msg: "{{ policies.ike_policies | selectattr('ike_version', 'eq', 'v1') | map(attribute='name') }}"

- name: Get a policy by name
  otc.vpn.ike_policy_info:
    name: strong-ikev2
"""

RETURN = r"""
ike_policies:
  description: List of IKE policies. Fields that the API does not provide are null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the policy.
      returned: always
      type: str
      sample: 5522aff7-1b3c-48dd-9c3c-b50f016b73db
    name:
      description: Name of the policy. Names are not unique.
      returned: always
      type: str
      sample: strong-ikev2
    description:
      description: Description of the policy.
      returned: always
      type: str
      sample: ""
    ike_version:
      description: IKE version, V(v1) or V(v2).
      returned: always
      type: str
      sample: v2
    phase1_negotiation_mode:
      description: Negotiation mode of phase 1, V(main) or V(aggressive).
      returned: always
      type: str
      sample: main
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
      description: Diffie-Hellman group, for example V(group14).
      returned: always
      type: str
      sample: group14
    lifetime:
      description: Lifetime of the IKE SA, with C(units) and C(value).
      returned: always
      type: dict
      sample: {units: seconds, value: 86400}
    project_id:
      description: ID of the project.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: Legacy name of RV(ike_policies[].project_id).
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
from ..module_utils._vpn.kinds import IKE_POLICY


def main() -> None:
    """Run the module."""
    run_info_module(IKE_POLICY, "ike_policies")


if __name__ == "__main__":
    main()
