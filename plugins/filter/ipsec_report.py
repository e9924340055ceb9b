# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter otc.vpn.ipsec_report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ipsec_report
short_description: Write an audit of IPsec connections as HTML, Markdown or JSON
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Turns the result of P(otc.vpn.ipsec_audit#filter) into one self-contained page with a map of the tunnels, or into
    Markdown or JSON.
  - Names and other values from the API are escaped; none can become markup.
  - The same input gives the same text.
positional: _input, form
options:
  _input:
    description: The result of P(otc.vpn.ipsec_audit#filter).
    type: dict
    required: true
  form:
    description: What to write.
    type: str
    choices: [html, markdown, json]
    default: html
  title:
    description: The title of the report.
    type: str
    default: IPsec tunnels
  note:
    description: A line under the title, for example when the facts were gathered.
    type: str
    default: ""
seealso:
  - plugin: otc.vpn.ipsec_audit
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the report of connections gathered before
  ansible.builtin.copy:
    content: "{{ gathered.ipsec_connections | otc.vpn.ipsec_audit | otc.vpn.ipsec_report('html', title='Our tunnels') }}"
    dest: /srv/reports/tunnels.html
    mode: "0640"
"""

RETURN = r"""
_value:
  description: The whole report.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import NativeJinjaUnsafeText

from ..plugin_utils._report import FORMS, render


def ipsec_report(
    audit: Mapping[str, Any], form: str = "html", title: str = "IPsec tunnels", note: str = ""
) -> Any:
    """See DOCUMENTATION. The result is marked as data, never a template, as the input was."""
    if not isinstance(audit, Mapping) or "unused_acceptances" not in audit:
        raise AnsibleFilterError("ipsec_report needs the result of the filter ipsec_audit.")
    if form not in FORMS:
        raise AnsibleFilterError(f"ipsec_report writes {', '.join(FORMS)}, but not {form}.")
    # This kind of text ansible-core 2.18 does not take for a dictionary when it looks like JSON.
    return NativeJinjaUnsafeText(render(audit, form, title, note))


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"ipsec_report": ipsec_report}
