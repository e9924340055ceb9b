# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: strongswan_secret
short_description: Generate the swanctl secrets file of a pre-shared key
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Encodes a pre-shared key in Base64 so that strongSwan reads every character literally.
  - The result is as secret as the key. Use it in tasks with C(no_log) only.
positional: _input, name, identities
options:
  _input:
    description: The pre-shared key.
    type: str
    required: true
  name:
    description: Name of the connection in swanctl.
    type: str
    required: true
  identities:
    description: The identities that the key is for.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Write the secrets file of a connection
  ansible.builtin.copy:
    content: "{{ psk_from_vault | otc.vpn.strongswan_secret(peer.name, [peer.local_id, peer.remote_id]) }}"
    dest: "/etc/swanctl/conf.d/{{ peer.name }}.secrets.conf"
    mode: "0600"
  diff: false
  no_log: true
  vars:
    peer: "{{ connection | otc.vpn.strongswan_config }}"
"""

RETURN = r"""
_value:
  description: Text of the secrets file.
  type: str
"""

from collections.abc import Callable

from ansible.errors import AnsibleFilterError

from ..plugin_utils._peer.swanctl import secrets


def strongswan_secret(psk: str, name: str, identities: list[str]) -> str:
    """Return the text of the secrets file; no message contains the key."""
    try:
        return secrets(psk, name, identities)
    except ValueError as error:
        raise AnsibleFilterError(f"Cannot use the pre-shared key: {error}.") from None


class FilterModule:
    """Filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return the filter by its name."""
        return {"strongswan_secret": strongswan_secret}
