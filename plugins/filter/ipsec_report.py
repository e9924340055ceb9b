# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter otc.vpn.ipsec_report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ipsec_report
short_description: Write an audit of IPsec connections as HTML, Markdown, JSON or CSV
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Converts the result of P(otc.vpn.ipsec_audit#filter) to a self-contained HTML page with a map of the tunnels, or to
    Markdown, JSON or CSV.
  - Names and other values from the API are escaped, so that they cannot become markup or spreadsheet formulas.
  - The output only depends on the input.
positional: _input, format
options:
  _input:
    description: Result of P(otc.vpn.ipsec_audit#filter).
    type: dict
    required: true
  format:
    description: Format of the report.
    version_added: 1.0.0
    type: str
    choices: [html, markdown, json, csv]
    default: html
  title:
    description: Title of the report.
    type: str
    default: IPsec tunnels
  note:
    description: A line below the title.
    type: str
    default: ""
  date:
    description: Date and time of the report, a line below the title. Not shown if empty.
    version_added: 1.0.0
    type: str
    default: ""
  previous:
    description: Content of an earlier JSON report. The report then lists the changes since that report.
    version_added: 1.0.0
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
  description: The report.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import NativeJinjaUnsafeText

from ..plugin_utils._report.changes import PreviousReportError, changes
from ..plugin_utils._report.page import FORMATS, render


def ipsec_report(
    audit: Mapping[str, Any],
    format: str = "html",
    title: str = "IPsec tunnels",
    note: str = "",
    date: str = "",
    previous: str = "",
) -> Any:
    """Return the report, marked as untrusted like its input."""
    if not isinstance(audit, Mapping) or "unused_accepted" not in audit:
        raise AnsibleFilterError(
            "ipsec_report: the input must be a result of the filter ipsec_audit."
        )
    if format not in FORMATS:
        raise AnsibleFilterError(
            f"ipsec_report: unknown format {format}. Supported values: {', '.join(FORMATS)}."
        )
    try:
        changed = changes(audit, previous) if previous else None
    except PreviousReportError as error:
        raise AnsibleFilterError(f"ipsec_report: {error}") from None
    # ansible-core 2.18 does not convert this type of text to a dictionary if it resembles JSON.
    return NativeJinjaUnsafeText(render(audit, format, title, note, date, changed))


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"ipsec_report": ipsec_report}
