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
  - Checks connections for weak settings, such as IKEv1, MD5, SHA-1, 3DES, small Diffie-Hellman groups, PFS or dead
    peer detection switched off, AH, aggressive and transport mode, and odd lifetimes.
  - The result holds no pre-shared key, whatever the input holds, and does not depend on the order of the input.
positional: _input
options:
  _input:
    description: >-
      Connections as returned by M(otc.vpn.ipsec_connection_info) with O(otc.vpn.ipsec_connection_info#module:resolve=true).
    type: list
    elements: dict
    required: true
  accepted:
    description:
      - Findings that are accepted. They are still in the result, with the reason, but do not count as open.
      - An entry that fits no finding is listed in C(unused_acceptances).
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: The identifier of the finding, such as V(ikev1).
        type: str
        required: true
      connection:
        description: Name or ID of the connection, or V(all).
        type: str
        required: true
      reason:
        description: Why the finding is accepted.
        type: str
        required: true
      until:
        description: The last day (YYYY-MM-DD) on which it is accepted; no end if left out.
        type: str
  today:
    description: The day (YYYY-MM-DD) on which O(accepted[].until) is judged; by default the controller's.
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

- name: Stop when a connection has a severe weakness
  ansible.builtin.assert:
    that: audit.summary.findings.high == 0
    fail_msg: "{{ audit.summary.sentence }}"
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
  description: What was found.
  type: dict
  contains:
    summary:
      description: >-
        Counts - C(connections), C(states) (by state), C(findings) (open ones by severity), C(accepted), C(not_audited)
        (connections with an unknown policy) - and C(sentence), which says the same in words.
      type: dict
    connections:
      description: >-
        One entry a connection, sorted by name, with C(label), C(state) (V(up), V(down), V(pending), V(error),
        V(disabled) or V(unknown)), gateways, networks, the settings of both policies, C(has_open) and C(findings).
        A finding has C(id), C(severity) (V(high), V(medium) or V(low)), C(title), C(setting), C(value), C(reason),
        C(mend), C(source) and C(accepted), which is null or has C(reason) and C(until).
      type: list
      elements: dict
    unused_acceptances:
      description: Entries of O(accepted) that fit no finding today.
      type: list
      elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._audit import AcceptanceError, acceptances
from ..plugin_utils._inventory.data import mark_untrusted
from ..plugin_utils._report import audit


def ipsec_audit(
    connections: Sequence[Mapping[str, Any]],
    accepted: Sequence[Mapping[str, Any]] | None = None,
    today: str | None = None,
) -> Any:
    """See DOCUMENTATION. The result is marked as data, never a template, as the input was."""
    if not isinstance(connections, Sequence) or not all(
        isinstance(connection, Mapping) for connection in connections
    ):
        raise AnsibleFilterError(
            "ipsec_audit needs the list of connections that ipsec_connection_info returns."
        )
    try:
        day = date.fromisoformat(str(today)) if today else date.today()
        return mark_untrusted(audit(connections, acceptances(accepted or []), day))
    except AcceptanceError as error:
        raise AnsibleFilterError(str(error)) from None
    except ValueError:
        raise AnsibleFilterError(f"today: {today} is not a date like 2026-12-31.") from None


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"ipsec_audit": ipsec_audit}
