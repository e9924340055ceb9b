# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: strongswan_sas
short_description: Parse the SAs that swanctl lists
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Parses the output of C(swanctl --list-sas).
  - strongSwan can have the child SAs of several connections between the same two gateways under one IKE SA, so look for a
    tunnel by its child SAs.
positional: _input
options:
  _input:
    description: The output of C(swanctl --list-sas).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: List the SAs
  ansible.builtin.command: swanctl --list-sas
  register: listed
  changed_when: false

- name: Show the networks of all child SAs
  ansible.builtin.debug:
    msg: "{{ listed.stdout | otc.vpn.strongswan_sas | map(attribute='children') | flatten | map(attribute='description') }}"
"""

RETURN = r"""
_value:
  description:
    - The IKE SAs, with C(name), C(id), C(state), C(children) and C(connections), which are the connections of the child SAs, or the name
      of the IKE SA if it has none.
    - A child SA has C(name), C(id), C(state), C(local), C(remote), the C(ike_id) and C(ike_state) of its IKE SA, the C(connection) that defines it, and
      C(description), which equals that of P(otc.vpn.strongswan_config#filter) if the networks are the configured ones.
  type: list
  elements: dict
"""

from collections.abc import Callable
from typing import Any

from ..plugin_utils._peer.swanctl import parse_sas


def strongswan_sas(listed: str) -> list[dict[str, Any]]:
    """Return the IKE SAs and their child SAs."""
    return parse_sas(str(listed))


class FilterModule:
    """Filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., list[dict[str, Any]]]]:
        """Return the filter by its name."""
        return {"strongswan_sas": strongswan_sas}
