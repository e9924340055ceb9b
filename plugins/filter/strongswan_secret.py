# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: strongswan_secret
short_description: The swanctl secrets file for a pre-shared key
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Writes a pre-shared key the way strongSwan reads every character of it rightly, in Base64.
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

from ..module_utils._swanctl import UnmappableError, peer_secret


def strongswan_secret(psk: str, name: str, identities: list[str]) -> str:
    """The text of the secrets file; the key is in no message."""
    try:
        return peer_secret(psk, name, identities)
    except UnmappableError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Names and functions."""
        return {"strongswan_secret": strongswan_secret}
