# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter otc.vpn.ipsec_health_metrics."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ipsec_health_metrics
short_description: Write the health of IPsec connections as Prometheus metrics
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Turns the result of P(otc.vpn.ipsec_health#filter) into Prometheus's text format, as the textfile collector of node_exporter reads it.
  - The same state gives the same text.
positional: _input
options:
  _input:
    description: The result of P(otc.vpn.ipsec_health#filter).
    type: dict
    required: true
seealso:
  - plugin: otc.vpn.ipsec_health
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the metrics of connections gathered before
  ansible.builtin.copy:
    content: "{{ gathered.ipsec_connections | otc.vpn.ipsec_health | otc.vpn.ipsec_health_metrics }}"
    dest: /var/lib/node_exporter/ipsec.prom
    mode: "0644"
"""

RETURN = r"""
_value:
  description: >-
    The metrics C(otc_vpn_ipsec_health_ok), and for each connection C(otc_vpn_ipsec_connection_up),
    C(otc_vpn_ipsec_connection_admin_state_up), C(otc_vpn_ipsec_connection_required) and
    C(otc_vpn_ipsec_connection_state) (one for each C(state), of which one is 1), all with the labels C(id), C(name),
    C(peer_address) and C(project_id).
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._health import metrics
from ..plugin_utils._inventory.data import mark_untrusted


def ipsec_health_metrics(result: Mapping[str, Any]) -> Any:
    """See DOCUMENTATION. The result is marked as data, never a template, as the input was."""
    if not isinstance(result, Mapping) or "failures" not in result:
        raise AnsibleFilterError(
            "ipsec_health_metrics needs the result of the filter ipsec_health."
        )
    return mark_untrusted(metrics(result))


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"ipsec_health_metrics": ipsec_health_metrics}
