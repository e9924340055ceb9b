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
  - Converts the result of P(otc.vpn.ipsec_health#filter) to Prometheus's text format for the textfile collector of node_exporter.
  - Every series has the labels C(cloud), C(region), C(project), C(project_id) and C(edition). They are empty if unknown.
positional: _input, time, previous, labels
options:
  _input:
    description: Result of P(otc.vpn.ipsec_health#filter).
    type: dict
    required: true
  time:
    description: Time of the lookup in seconds since 1970-01-01 UTC. Defaults to the current time.
    version_added: 1.0.0
    type: float
  previous:
    description: >-
      Metrics that were written before. The time of the last success is taken from them if a lookup failed.
    version_added: 1.0.0
    type: str
    default: ""
  labels:
    description: >-
      Labels to add to every series. Two files in one directory of the textfile collector must differ in a label,
      because node_exporter rejects duplicate series.
    version_added: 1.0.0
    type: dict
    default: {}
seealso:
  - plugin: otc.vpn.ipsec_health
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the metrics of connections gathered before
  ansible.builtin.copy:
    content: "{{ gathered.ipsec_connections | otc.vpn.ipsec_health | otc.vpn.ipsec_health_metrics(labels={'check': 'nightly'}) }}"
    dest: /var/lib/prometheus/node-exporter/ipsec.prom
    mode: "0644"
"""

RETURN = r"""
_value:
  description: >-
    For each cloud, project and edition, the metrics C(otc_vpn_ipsec_health_ok), C(otc_vpn_ipsec_lookup_success),
    C(otc_vpn_ipsec_lookup_timestamp_seconds) and C(otc_vpn_ipsec_last_success_timestamp_seconds).
    For each connection C(otc_vpn_ipsec_connection_up), C(otc_vpn_ipsec_connection_admin_state_up),
    C(otc_vpn_ipsec_connection_required) and C(otc_vpn_ipsec_connection_state) (one series for each C(state), of which one is 1),
    with the additional labels C(id), C(name) and C(peer_address).
    For each pair C(otc_vpn_ipsec_pair_state).
  type: str
"""

import time as clock
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._inventory.data import mark_untrusted
from ..plugin_utils._metrics import LabelsError, metrics


def ipsec_health_metrics(
    result: Mapping[str, Any],
    time: float | None = None,
    previous: str = "",
    labels: Mapping[str, Any] | None = None,
) -> Any:
    """Return the metrics, marked as untrusted like their input."""
    if not isinstance(result, Mapping) or "lookups" not in result:
        raise AnsibleFilterError(
            "ipsec_health_metrics: the input must be a result of the filter ipsec_health."
        )
    try:
        seconds = clock.time() if time is None else float(time)
    except (TypeError, ValueError):
        raise AnsibleFilterError(
            f"ipsec_health_metrics: time must be a number of seconds, got: {time}."
        ) from None
    try:
        return mark_untrusted(metrics(result, seconds, previous, labels))
    except LabelsError as error:
        raise AnsibleFilterError(f"ipsec_health_metrics: {error}") from None


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"ipsec_health_metrics": ipsec_health_metrics}
