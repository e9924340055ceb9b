# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter otc.vpn.peer_parameters."""

from __future__ import annotations

DOCUMENTATION = r"""
name: peer_parameters
short_description: List the parameters of a connection for the engineer of the remote gateway
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Converts a connection of either edition to the values that the remote gateway needs, with the settings of FortiGate, Cisco IOS XE and
    strongSwan for each value.
  - The result does not contain the pre-shared key.
  - The role P(otc.vpn.peer_parameters#role) uses it.
positional: _input
options:
  _input:
    description: Connection as returned by M(otc.vpn.ipsec_connection_info) or M(otc.vpn.enterprise_connection_info) with C(resolve=true).
    type: dict
    required: true
  id_types:
    description:
      - How the cloud derives the types of the connection's identities.
      - V(neutron) is what the drivers of Neutron do. V(value) derives each type from the identity itself.
    type: str
    choices: [neutron, value]
    default: neutron
seealso:
  - plugin: otc.vpn.peer_parameters_page
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the settings that FortiGate does not offer
  ansible.builtin.debug:
    msg: "{{ rows | rejectattr('settings.0.lines') | map(attribute='label') }}"
  vars:
    rows: "{{ (connection | otc.vpn.peer_parameters).sections | map(attribute='rows') | flatten }}"
"""

RETURN = r"""
_value:
  description: The parameters.
  type: dict
  contains:
    id:
      description: ID of the connection; empty if it is unusable.
      type: str
    label:
      description: Name of the connection, or its ID.
      type: str
    file_name:
      description: The label as a file name without extension. Several connections can have the same.
      type: str
    edition:
      description: Name of the edition of VPN.
      type: str
    vendors:
      description: The kinds of gateways, with C(name), C(where) and C(sources). C(where) names the configuration sections.
      type: list
      elements: dict
    sections:
      description:
        - The values in groups, with C(title) and C(rows). Empty if there are problems.
        - A row has C(label), C(field), C(value) and C(settings), a list in the order of C(vendors).
        - A setting has C(lines), and a C(note) if it has no lines, such as V(not offered).
      type: list
      elements: dict
    problems:
      description: The reasons why the parameters are incomplete, one sentence each.
      type: list
      elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._peer.parameters import describe


def peer_parameters(connection: Any, id_types: str = "neutron") -> dict[str, Any]:
    """Return the parameters of a connection; reasons against them are in ``problems``."""
    if not isinstance(connection, Mapping):
        raise AnsibleFilterError("peer_parameters requires a connection, which is a dictionary.")
    try:
        return describe(connection, id_types)
    except ValueError as error:
        raise AnsibleFilterError(f"peer_parameters: {error}.") from None


class FilterModule:
    """Filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        """Return the filter by its name."""
        return {"peer_parameters": peer_parameters}
