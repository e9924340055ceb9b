# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: strongswan_config
short_description: The swanctl configuration of a connection's on-premises end
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Turns a connection, as M(otc.vpn.ipsec_connection_info) returns it with O(otc.vpn.ipsec_connection_info#module:resolve=true),
    into the configuration of strongSwan on the other side of the tunnel.
  - The role P(otc.vpn.strongswan_peer#role) uses it. It reads no file, and no pre-shared key.
positional: _input
options:
  _input:
    description: The resolved connection.
    type: dict
    required: true
  local_addresses:
    description:
      - Addresses of the on-premises gateway as the gateway itself sees them, V(%any) for whichever it has.
      - By default the connection's C(peer_address), which is right unless the gateway is behind NAT.
    type: list
    elements: str
    default: []
  local_id:
    description: Identity of the on-premises side, by default C(peer_id).
    type: str
  remote_id:
    description: Identity of the cloud side, by default C(local_id), and where that is not set, the cloud gateway's address.
    type: str
  start_action:
    description: What strongSwan does with the tunnel once it is loaded, by default as the connection's C(initiator) asks.
    type: str
    choices: [none, trap, start]
  dpd_action:
    description: Takes the place of the connection's dead peer detection action.
    type: str
    choices: [clear, hold, restart, disabled]
"""

EXAMPLES = r"""
- name: Show the strongSwan configuration of a connection's on-premises end
  ansible.builtin.debug:
    msg: "{{ (connection | otc.vpn.strongswan_config).config }}"
"""

RETURN = r"""
_value:
  description: The configuration, or why there is none.
  type: dict
  contains:
    name:
      description: Name of the connection in swanctl, made of its id; empty when the id is not usable.
      type: str
    children:
      description: Names of the child SAs.
      type: list
      elements: str
    local_id:
      description: Identity of the on-premises side.
      type: str
    remote_id:
      description: Identity of the cloud side.
      type: str
    start_action:
      description: What strongSwan does with the tunnel once it is loaded.
      type: str
    config:
      description: Text of the configuration file. It holds no secret.
      type: str
    problems:
      description: One sentence for each reason why the connection cannot be configured. The other values but C(name) are empty then.
      type: list
      elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._swanctl import UnmappableError, connection_name, peer_config


def strongswan_config(connection: Any, **options: Any) -> dict[str, Any]:
    """The configuration of the on-premises end; reasons against it are in ``problems``."""
    if not isinstance(connection, Mapping):
        raise AnsibleFilterError("strongswan_config needs a connection, which is a dictionary.")
    try:
        return {**peer_config(connection, **options)._asdict(), "problems": []}
    except UnmappableError as error:
        problems = error.problems
    try:
        name = connection_name(connection)
    except UnmappableError:
        name = ""
    return {
        "name": name,
        "children": [],
        "local_id": "",
        "remote_id": "",
        "start_action": "",
        "config": "",
        "problems": problems,
    }


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        """Names and functions."""
        return {"strongswan_config": strongswan_config}
