#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ike_policy_info
short_description: Get facts about IKE policies
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Returns the IKE policies of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS, all of them, or those asked for.
  - An IKE policy says how two gateways agree on keys (phase 1).
  - The whole list is returned, or the module fails; if nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
options:
  ike_version:
    description:
      - Only those of this version of IKE.
    type: str
    choices: [v1, v2]
seealso:
  - module: otc.vpn.ipsec_connection_info
"""

EXAMPLES = r"""
# Where to connect to comes from the OS_* environment variables here; it can be given as options too.

- name: Get all IKE policies
  otc.vpn.ike_policy_info:
  register: policies

- name: Show the ones that still use IKEv1
  ansible.builtin.debug:
    msg: "{{ policies.ike_policies | selectattr('ike_version', 'eq', 'v1') | map(attribute='name') }}"

- name: Get one by its name
  otc.vpn.ike_policy_info:
    name: strong-ikev2
"""

RETURN = r"""
ike_policies:
  description: The ike policies; a field that the server does not have is null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      returned: always
      type: str
      sample: 5522aff7-1b3c-48dd-9c3c-b50f016b73db
    name:
      description: The name, which need not be unique.
      returned: always
      type: str
      sample: strong-ikev2
    description:
      description: The description.
      returned: always
      type: str
      sample: ""
    ike_version:
      description: The version of IKE, V(v1) or V(v2).
      returned: always
      type: str
      sample: v2
    phase1_negotiation_mode:
      description: The mode of phase 1, V(main) or V(aggressive).
      returned: always
      type: str
      sample: main
    auth_algorithm:
      description: The authentication (hash) algorithm, for example V(sha2-256); Neutron writes V(sha256).
      returned: always
      type: str
      sample: sha2-256
    encryption_algorithm:
      description: The encryption algorithm, for example V(aes-256).
      returned: always
      type: str
      sample: aes-256
    pfs:
      description: The Diffie-Hellman group, for example V(group14).
      returned: always
      type: str
      sample: group14
    lifetime:
      description: How long a key of phase 1 lives, with C(units) and C(value).
      returned: always
      type: dict
      sample: {units: seconds, value: 86400}
    project_id:
      description: The project it belongs to.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: The same as RV(ike_policies[].project_id), under the older name.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
"""

from ..module_utils._modules.info import run_info_module
from ..module_utils._vpn.kinds import IKE_POLICY


def main() -> None:
    """Run the module."""
    run_info_module(IKE_POLICY, "ike_policies")


if __name__ == "__main__":
    main()
