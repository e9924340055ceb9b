# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter otc.vpn.ipsec_audit."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ipsec_audit
short_description: Find weak settings of IPsec connections
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Checks connections for weak settings, such as IKEv1, MD5, SHA-1, 3DES, small Diffie-Hellman groups, disabled PFS or dead
    peer detection, AH, aggressive and transport mode, and long lifetimes.
  - Also finds settings with unknown values, overlapping networks, pairs of connections that differ, and a quota that is nearly used up.
  - The result contains no pre-shared key, even if the input does, and does not depend on the order of the input.
positional: _input, accepted, today
options:
  _input:
    description: >-
      Connections as returned by M(otc.vpn.ipsec_connection_info) with O(otc.vpn.ipsec_connection_info#module:resolve=true),
      or registered results of that module, one for each cloud.
    type: list
    elements: dict
    required: true
  accepted:
    description:
      - Accepted findings. They are part of the result, with the reason, but do not count as open.
      - Entries that match no finding are listed in RV(_value.unused_accepted).
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Identifier of the finding, such as V(ikev1).
        type: str
        required: true
      connection:
        description: Name or ID of the connection, or V(all).
        type: str
        required: true
      reason:
        description: Reason for accepting the finding.
        type: str
        required: true
      until:
        description: Last day (YYYY-MM-DD) on which the finding is accepted. Without it, the finding is always accepted.
        type: str
  today:
    description: Day (YYYY-MM-DD) that O(accepted[].until) is compared with. Defaults to the current day of the controller.
    type: str
seealso:
  - plugin: otc.vpn.ipsec_report
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Gather all connections with their policies
  otc.vpn.ipsec_connection_info:
    resolve: true
  register: gathered

- name: Fail if a connection has a severe weakness
  ansible.builtin.assert:
    that: audit.summary.findings.high == 0
    fail_msg: "{{ audit.summary.text }}"
  vars:
    audit: "{{ gathered.ipsec_connections | otc.vpn.ipsec_audit(accepted) }}"
    accepted:
      - id: ike-group2
        connection: berlin-plant
        reason: The plant's router is replaced in spring.
        until: "2027-03-31"
"""

RETURN = r"""
_value:
  description: Result of the audit.
  type: dict
  contains:
    summary:
      description: >-
        Counts - C(connections), C(states) (by state), C(findings) (open findings by severity), C(accepted), C(not_audited)
        (connections with an unknown policy) - and C(text), the summary as a sentence.
      type: dict
    sources:
      description: >-
        Clouds, projects and editions of the connections, each with C(cloud), C(region), C(project), C(project_id), C(edition)
        and C(connections), their number.
      version_added: 1.0.0
      type: list
      elements: dict
    connections:
      description: >-
        One entry per connection, those that need attention first, with C(label), C(state) (V(up), V(down), V(pending), V(error),
        V(disabled) or V(unknown)), C(edition), C(project_id), gateways, networks, the settings of both policies,
        C(has_open_findings) and C(findings). A finding has C(id), C(severity) (V(high), V(medium) or V(low)), C(title),
        C(setting), C(value), C(reason), C(fix), C(source), C(policy) (C(kind), C(id), C(name) and the number of
        C(connections) that share the policy, or null) and C(accepted), which is null or has C(reason) and C(until).
      type: list
      elements: dict
    pairs:
      description: >-
        Pairs of connections of Enterprise Edition VPN, with C(connections) (IDs) and C(state) (V(up), V(degraded) or V(outage)).
      version_added: 1.0.0
      type: list
      elements: dict
    unused_accepted:
      description: Entries of O(accepted) that match no finding.
      version_added: 1.0.0
      type: list
      elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._inventory.data import mark_untrusted
from ..plugin_utils._lookups import ConnectionsError, lookups
from ..plugin_utils._report.acceptances import AcceptanceError, acceptances
from ..plugin_utils._report.audit import audit


def ipsec_audit(
    connections: Sequence[Mapping[str, Any]],
    accepted: Sequence[Mapping[str, Any]] | None = None,
    today: str | date | None = None,
) -> Any:
    """Return the audit, marked as untrusted like its input."""
    if not isinstance(accepted or [], Sequence) or isinstance(accepted, str):
        raise AnsibleFilterError("ipsec_audit: accepted must be a list of dictionaries.")
    try:
        found = lookups(connections)
        for lookup in found:
            if lookup.error:
                raise AnsibleFilterError(f"ipsec_audit: cannot read connections: {lookup.error}")
        rows = [row for lookup in found for row in lookup.connections]
        return mark_untrusted(audit(rows, acceptances(accepted or []), _day(today)))
    except (ConnectionsError, AcceptanceError) as error:
        raise AnsibleFilterError(f"ipsec_audit: {error}") from None


def _day(today: str | date | None) -> date:
    try:
        return date.fromisoformat(str(today)) if today else date.today()
    except ValueError:
        raise AnsibleFilterError(
            f"ipsec_audit: today must be a date such as 2026-12-31, got: {today}."
        ) from None


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"ipsec_audit": ipsec_audit}
