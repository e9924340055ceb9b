# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the options of all modules that create, change and remove objects."""

from __future__ import annotations


class ModuleDocFragment:
    """The fragment `otc.vpn.resource`, and the parts of it that not all of the modules share."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - Whether the object exists.
      - Only options that are set are compared and sent; all others keep their values.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the object, at most 255 characters, or 64 on Open Telekom Cloud.
      - The name selects the object unless O(id) is set. Required to create an object.
      - Names are not unique. The module fails if the project contains several objects with the name.
    type: str
  id:
    description:
      - ID of an existing object. Together with O(name), the module renames the object.
    type: str
  description:
    description:
      - Description of the object, at most 255 characters.
    type: str
  dialect:
    description:
      - Kind of server, which determines the names of algorithms, the limits of values, and what can be changed.
      - V(auto) selects V(otc) for hosts below C(otc.t-systems.com). For other hosts, the module reads the list of API extensions if
        a change depends on the kind of server.
    type: str
    choices: [auto, neutron, otc]
    default: auto
attributes:
  check_mode:
    description: Predicts C(changed) and the diff without changing anything.
    support: full
  diff_mode:
    description: Returns the fields that change, without the pre-shared key.
    support: full
notes:
  - The user needs a role that permits changes, usually C(member). If the token has only the role C(reader), an empty list means that
    the user cannot read the objects, so the module fails.
  - The module only selects objects of the project that the credentials are scoped to, even for administrators.
"""

    IDEMPOTENT = r"""
attributes:
  idempotent:
    description: Running the module again changes nothing.
    support: full
"""

    POLICY = r"""
options:
  auth_algorithm:
    description:
      - Authentication algorithm. Required to create a policy, because the default of the server, V(sha1), is weak.
      - V(sha256) and V(sha2-256) are the same algorithm, as are the other pairs. The module sends the name that the server accepts.
      - V(md5) and V(sha1) are only supported on Open Telekom Cloud, V(aes-xcbc) and V(aes-cmac) only on Neutron.
    type: str
    choices: [sha256, sha384, sha512, md5, sha1, sha2-256, sha2-384, sha2-512, aes-xcbc, aes-cmac]
  encryption_algorithm:
    description:
      - Encryption algorithm. Required to create a policy.
      - V(3des) is only supported on Open Telekom Cloud, the modes CTR, CCM and GCM only on Neutron.
    type: str
    choices:
      - aes-128
      - aes-192
      - aes-256
      - 3des
      - aes-128-ctr
      - aes-192-ctr
      - aes-256-ctr
      - aes-128-ccm-8
      - aes-128-ccm-12
      - aes-128-ccm-16
      - aes-192-ccm-8
      - aes-192-ccm-12
      - aes-192-ccm-16
      - aes-256-ccm-8
      - aes-256-ccm-12
      - aes-256-ccm-16
      - aes-128-gcm-8
      - aes-128-gcm-12
      - aes-128-gcm-16
      - aes-192-gcm-8
      - aes-192-gcm-12
      - aes-192-gcm-16
      - aes-256-gcm-8
      - aes-256-gcm-12
      - aes-256-gcm-16
  pfs:
    description:
      - Diffie-Hellman group. V(group1) and V(disable) are only supported on Open Telekom Cloud, V(group17), V(group18) and V(group22) to
        V(group31) only on Neutron.
    type: str
    choices:
      - group1
      - group2
      - group5
      - group14
      - group15
      - group16
      - group17
      - group18
      - group19
      - group20
      - group21
      - group22
      - group23
      - group24
      - group25
      - group26
      - group27
      - group28
      - group29
      - group30
      - group31
      - disable
  lifetime:
    description:
      - Lifetime of the SA in seconds, at least 60, and at most 604800 on Open Telekom Cloud.
    type: int
"""

    WAIT = r"""
options:
  wait:
    description:
      - Whether to wait until the object is no longer pending.
    type: bool
    default: true
  wait_timeout:
    description:
      - Timeout for waiting in seconds. The module fails when the timeout expires, but keeps the object.
    type: float
    default: 300
  wait_interval:
    description:
      - Seconds between polls.
    type: float
    default: 5
"""
