# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: strongswan_config
short_description: Generate the swanctl configuration of the on-premises side of a connection
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Generates the configuration of strongSwan on the remote gateway from a connection, as M(otc.vpn.ipsec_connection_info)
    returns it with O(otc.vpn.ipsec_connection_info#module:resolve=true).
  - The role P(otc.vpn.strongswan_peer#role) uses it. It reads no files and no pre-shared key.
positional: _input
options:
  _input:
    description: The resolved connection.
    type: dict
    required: true
  local_addresses:
    description:
      - Addresses of the on-premises gateway as the gateway itself has them, or V(%any).
      - Defaults to the connection's C(peer_address), which is right unless the gateway is behind NAT.
    type: list
    elements: str
    default: []
  local_id:
    description:
      - Identity of the on-premises side. Defaults to the connection's C(peer_id).
      - Can begin with its type, which is C(ip:), C(fqdn:), C(email:), C(keyid:) or C(dn:).
    type: str
  remote_id:
    description:
      - Identity of the cloud side, in the form of O(local_id). Defaults to the connection's C(local_id), then to the address of the
        cloud gateway.
    type: str
  id_types:
    description:
      - How the cloud derives the types of the connection's identities.
      - V(neutron) is what the drivers of Neutron do. If one of the identities is not an IP address, both are domain names, except for a
        C(local_id) that is not set.
      - V(value) derives each type from the identity itself, as strongSwan does.
    version_added: 1.0.0
    type: str
    choices: [neutron, value]
    default: neutron
  start_action:
    description: What strongSwan does with the tunnel when it loads the configuration. Defaults to what the connection's C(initiator) requires.
    type: str
    choices: [none, trap, start]
  dpd_action:
    description: Overrides the connection's dead peer detection action.
    type: str
    choices: [clear, hold, restart, disabled]
  allow_overlap:
    description: Whether to accept networks that contain a gateway or cover the on-premises networks.
    version_added: 1.0.0
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show the strongSwan configuration of the on-premises side of a connection
  ansible.builtin.debug:
    msg: "{{ (connection | otc.vpn.strongswan_config).config }}"
"""

RETURN = r"""
_value:
  description: The configuration, or the reasons why there is none. The values without a usable configuration are empty.
  type: dict
  contains:
    id:
      description: ID of the connection; empty if it is unusable.
      version_added: 1.0.0
      type: str
    label:
      description: Name of the connection in the cloud.
      version_added: 1.0.0
      type: str
    name:
      description: Name of the connection in swanctl, made of its ID.
      type: str
    children:
      description: The child SAs, one for each pair of networks, with C(name), C(local), C(remote), C(reqid) and C(description).
      type: list
      elements: dict
    local_addresses:
      description: Addresses of the on-premises gateway.
      version_added: 1.0.0
      type: list
      elements: str
    local_id:
      description: Identity of the on-premises side, with its type.
      type: str
    remote_id:
      description: Identity of the cloud side, with its type.
      type: str
    start_action:
      description: What strongSwan does with the tunnel when it loads the configuration.
      type: str
    config:
      description: Text of the configuration file. It contains no secrets.
      type: str
    trial:
      description: Text of a connection that tests a new key and carries the traffic while the tunnel is replaced. Empty for IKEv1.
      version_added: 1.0.0
      type: str
    problems:
      description: The reasons why the connection cannot be configured, with C(field), C(value) and C(reason), which is a sentence.
      type: list
      elements: dict
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._peer.peer import UnsupportedConnectionError, create_peer
from ..plugin_utils._peer.swanctl import configure, connection_name


def strongswan_config(
    connection: Any, start_action: str | None = None, **options: Any
) -> dict[str, Any]:
    """Return the configuration of the on-premises side; reasons against it are in ``problems``."""
    if not isinstance(connection, Mapping):
        raise AnsibleFilterError("strongswan_config requires a connection, which is a dictionary.")
    if isinstance(options.get("local_addresses"), str):
        raise AnsibleFilterError("local_addresses of strongswan_config must be a list.")
    try:
        peer = create_peer(connection, **options)
    except (TypeError, ValueError) as error:
        raise AnsibleFilterError(f"strongswan_config: {error}.") from None
    result: dict[str, Any] = {
        "id": peer.id,
        "label": connection.get("name") or "",
        "name": connection_name(peer.id) if peer.id else "",
        "children": [],
        "local_addresses": peer.local_addresses,
        "local_id": "",
        "remote_id": "",
        "start_action": "",
        "config": "",
        "trial": "",
        "problems": [],
    }
    try:
        configuration = configure(peer, start_action)
    except UnsupportedConnectionError as error:
        return {**result, "problems": [problem._asdict() for problem in error.problems]}
    children = [
        {**child._asdict(), "description": child.description} for child in configuration.children
    ]
    return {**result, **configuration._asdict(), "children": children}


class FilterModule:
    """Filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        """Return the filter by its name."""
        return {"strongswan_config": strongswan_config}
