# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter otc.vpn.ipsec_health."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ipsec_health
short_description: Sort IPsec connections by their state
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Returns which connections are up, down, pending, in error, administratively disabled and in an unknown state, and whether
    all required connections are up.
  - The role P(otc.vpn.ipsec_health#role) uses it.
  - The result contains no pre-shared key, even if the input does, and does not depend on the order of the input.
positional: _input, required, filters, waited, allow_degraded
options:
  _input:
    description:
      - Connections as returned by M(otc.vpn.ipsec_connection_info), or registered results of that module, one for each cloud.
      - A registered result of a failed lookup is a failure.
    type: list
    elements: dict
    required: true
  required:
    description:
      - Names and IDs of the connections that must be up. If several connections share a name, all of them must be up.
      - If it is empty, all connections that are administratively enabled must be up.
    type: list
    elements: str
    default: []
  filters:
    description:
      - Only consider connections that match all of these filters. Supported keys are C(name) (name or ID), C(vpn_service) (name or ID),
        C(peer_address), C(project_id) and C(tags). Empty values are ignored.
      - C(vpn_service) matches a name only if the connections were gathered with
        O(otc.vpn.ipsec_connection_info#module:resolve=true).
    version_added: 1.0.0
    type: dict
    default: {}
  waited:
    description: Number of seconds that an earlier task waited. The summary contains it if a required connection is not up.
    type: float
    default: 0
  allow_degraded:
    description:
      - Whether a required connection may be down while another connection of its pair is up.
      - Only connections of Enterprise Edition VPN have pairs.
    version_added: 1.0.0
    type: bool
    default: false
seealso:
  - plugin: otc.vpn.ipsec_health_metrics
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Gather all connections
  otc.vpn.ipsec_connection_info:
  register: gathered

- name: Show a summary of their states
  ansible.builtin.debug:
    msg: "{{ (gathered.ipsec_connections | otc.vpn.ipsec_health).summary }}"
"""

RETURN = r"""
_value:
  description: Health of the connections.
  type: dict
  contains:
    ok:
      description: Whether all lookups succeeded, there is a connection, and all required connections exist and are up.
      type: bool
    summary:
      description: Number of connections in each state, as a sentence.
      type: str
    failures:
      description: A sentence for each failed lookup and each required connection that is not up or does not exist. Empty if RV(_value.ok).
      type: list
      elements: str
    hints:
      description: What to check before raising an alarm.
      version_added: 1.0.0
      type: list
      elements: str
    missing:
      description: Entries of O(required) that match no connection.
      type: list
      elements: str
    messages:
      description: A sentence for each connection and each pair, those that need attention first.
      version_added: 1.0.0
      type: list
      elements: str
    pairs:
      description: >-
        Pairs of connections of Enterprise Edition VPN that replace each other, each with C(state) (V(up), V(degraded) or V(outage)),
        C(vpnservice_id), C(cgw_id), C(edition), C(project_id), and C(connections) with C(id), C(name) and C(state).
      version_added: 1.0.0
      type: list
      elements: dict
    lookups:
      description: >-
        The clouds that were read, each with C(cloud), C(region), C(project), C(project_id), C(edition), C(ok) (whether the lookup
        succeeded), C(message) (why it failed, or null) and C(healthy) (whether all of its required connections are up).
      version_added: 1.0.0
      type: list
      elements: dict
    up:
      description: >-
        Connections that are up, sorted by name, each with C(id), C(name), C(status), C(state), C(peer_address), C(required),
        C(edition), C(cloud), C(region), C(project) and C(project_id).
      type: list
      elements: dict
    down:
      description: Connections that are down.
      type: list
      elements: dict
    pending:
      description: Connections that are being created, changed or deleted.
      type: list
      elements: dict
    error:
      description: Connections in error or frozen.
      type: list
      elements: dict
    disabled:
      description: Connections that are administratively disabled, whatever their status.
      type: list
      elements: dict
    unknown:
      description: Connections without a status, or with an undocumented status.
      version_added: 1.0.0
      type: list
      elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._health import FiltersError, health
from ..plugin_utils._inventory.data import mark_untrusted
from ..plugin_utils._lookups import ConnectionsError, lookups


def ipsec_health(
    connections: Sequence[Mapping[str, Any]],
    required: Sequence[str] | str = (),
    filters: Mapping[str, Any] | None = None,
    waited: float = 0,
    allow_degraded: bool = False,
) -> Any:
    """Return the health, marked as untrusted like its input."""
    names = [required] if isinstance(required, str) else required
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise AnsibleFilterError("ipsec_health: required must be a list of names and IDs.")
    if not isinstance(filters or {}, Mapping):
        raise AnsibleFilterError("ipsec_health: filters must be a dictionary.")
    try:
        return mark_untrusted(health(lookups(connections), names, filters, waited, allow_degraded))
    except (ConnectionsError, FiltersError) as error:
        raise AnsibleFilterError(f"ipsec_health: {error}") from None


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"ipsec_health": ipsec_health}
