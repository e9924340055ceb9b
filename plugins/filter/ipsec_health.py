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
  - Says which connections are up, down, pending, in error and administratively disabled, and whether all that are required are up.
  - The role P(otc.vpn.ipsec_health#role) uses it.
  - The result holds no pre-shared key, whatever the input holds, and does not depend on the order of the input.
positional: _input, required
options:
  _input:
    description: Connections as returned by M(otc.vpn.ipsec_connection_info).
    type: list
    elements: dict
    required: true
  required:
    description:
      - Names and IDs of the connections that must be up. Of a name that several have, all must be.
      - If it is empty, all that are administratively enabled must be.
    type: list
    elements: str
    default: []
  selection:
    description:
      - Only connections for which all of this holds are looked at. It may have C(name) (name or ID), C(vpn_service) (name or ID),
        C(peer_address), C(project_id) and C(tags); what is empty is no condition.
      - C(vpn_service) finds a name only in connections gathered with O(otc.vpn.ipsec_connection_info#module:resolve=true).
    type: dict
    default: {}
  waited:
    description: How many seconds were waited before; the summary mentions it if not all is well.
    type: float
    default: 0
seealso:
  - plugin: otc.vpn.ipsec_health_metrics
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Gather all connections
  otc.vpn.ipsec_connection_info:
  register: gathered

- name: Say how they are
  ansible.builtin.debug:
    msg: "{{ (gathered.ipsec_connections | otc.vpn.ipsec_health).summary }}"
"""

RETURN = r"""
_value:
  description: How the connections are.
  type: dict
  contains:
    ok:
      description: Whether there is a connection at all and all that are required exist and are up.
      type: bool
    summary:
      description: The same in words, with a count of each state.
      type: str
    failures:
      description: A sentence for each required connection that is not up, or not there; empty if RV(_value.ok).
      type: list
      elements: str
    advice:
      description: What is worth a look before raising an alarm.
      type: list
      elements: str
    missing:
      description: Those of O(required) for which there is no connection.
      type: list
      elements: str
    report:
      description: A sentence for each connection.
      type: list
      elements: str
    up:
      description: >-
        The connections that are up, sorted by name, each with C(id), C(name), C(status), C(peer_address), C(project_id) and
        C(required).
      type: list
      elements: dict
    down:
      description: Those that are down.
      type: list
      elements: dict
    pending:
      description: Those that are being built, changed or deleted.
      type: list
      elements: dict
    error:
      description: Those with the status ERROR, with none, or with one that is not documented.
      type: list
      elements: dict
    disabled:
      description: Those that are administratively disabled, whatever their status.
      type: list
      elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._health import health
from ..plugin_utils._inventory.data import mark_untrusted


def ipsec_health(
    connections: Sequence[Mapping[str, Any]],
    required: Sequence[str] | str = (),
    selection: Mapping[str, Any] | None = None,
    waited: float = 0,
) -> Any:
    """See DOCUMENTATION. The result is marked as data, never a template, as the input was."""
    if not isinstance(connections, Sequence) or not all(
        isinstance(connection, Mapping) and connection.get("id") for connection in connections
    ):
        raise AnsibleFilterError(
            "ipsec_health needs the list of connections that ipsec_connection_info returns, each with its id."
        )
    names = [required] if isinstance(required, str) else required
    return mark_untrusted(health(connections, names, selection, waited))


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"ipsec_health": ipsec_health}
