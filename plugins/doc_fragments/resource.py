# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the options of all modules that create, change and remove objects."""

from __future__ import annotations


class ModuleDocFragment:
    """The fragments `otc.vpn.resource` and `otc.vpn.resource.wait`."""

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
