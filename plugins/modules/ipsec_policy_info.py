#!/usr/bin/python
# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_policy_info
short_description: Get facts about IPsec policies
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Returns the IPsec policies of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS, all of them, or those asked for.
  - An IPsec policy says how the packets in a tunnel are protected (phase 2).
  - The whole list is returned, or the module fails; if nothing matches, the list is empty.
extends_documentation_fragment:
  - otc.vpn.cloud
  - otc.vpn.cloud.info
options:
  transform_protocol:
    description:
      - Only those with this protocol.
    type: str
    choices: [esp, ah, ah-esp]
  encapsulation_mode:
    description:
      - Only those with this mode.
    type: str
    choices: [tunnel, transport]
seealso:
  - module: otc.vpn.ipsec_connection_info
"""

EXAMPLES = r"""
# Where to connect to comes from the OS_* environment variables here; it can be given as options too.

- name: Get all IPsec policies
  otc.vpn.ipsec_policy_info:
  register: policies

- name: Show the ones without perfect forward secrecy
  ansible.builtin.debug:
    msg: "{{ policies.ipsec_policies | selectattr('pfs', 'eq', 'disable') | map(attribute='name') }}"
"""

RETURN = r"""
ipsec_policies:
  description: The ipsec policies; a field that the server does not have is null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      returned: always
      type: str
      sample: 5291b189-fd84-46e5-84bd-78f40c05d69c
    name:
      description: The name, which need not be unique.
      returned: always
      type: str
      sample: strong-esp
    description:
      description: The description.
      returned: always
      type: str
      sample: ""
    transform_protocol:
      description: The protocol, V(esp), V(ah) or V(ah-esp).
      returned: always
      type: str
      sample: esp
    encapsulation_mode:
      description: The mode, V(tunnel) or V(transport).
      returned: always
      type: str
      sample: tunnel
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
      description: The Diffie-Hellman group of perfect forward secrecy, for example V(group14), or V(disable).
      returned: always
      type: str
      sample: group14
    lifetime:
      description: How long a key of phase 2 lives, with C(units) and C(value).
      returned: always
      type: dict
      sample: {units: seconds, value: 3600}
    project_id:
      description: The project it belongs to.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
    tenant_id:
      description: The same as RV(ipsec_policies[].project_id), under the older name.
      returned: always
      type: str
      sample: 10039663455a446d8ba2cbb058b0f578
"""

from ..module_utils._modules.info import run_info_module
from ..module_utils._vpn.kinds import IPSEC_POLICY


def main() -> None:
    """Run the module."""
    run_info_module(IPSEC_POLICY, "ipsec_policies")


if __name__ == "__main__":
    main()
