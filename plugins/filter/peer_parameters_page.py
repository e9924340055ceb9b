# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter otc.vpn.peer_parameters_page."""

from __future__ import annotations

DOCUMENTATION = r"""
name: peer_parameters_page
short_description: Write the parameters of a connection as HTML or Markdown
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Converts the result of P(otc.vpn.peer_parameters#filter) to a self-contained HTML page or to Markdown.
  - Names and other values from the API are escaped, so that they cannot become markup.
positional: _input, format
options:
  _input:
    description: Result of P(otc.vpn.peer_parameters#filter).
    type: dict
    required: true
  format:
    description: Format of the page.
    type: str
    choices: [html, markdown]
    default: html
  note:
    description: A line below the title, such as a contact.
    type: str
    default: ""
seealso:
  - plugin: otc.vpn.peer_parameters
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the page of a connection gathered before
  ansible.builtin.copy:
    content: "{{ connection | otc.vpn.peer_parameters | otc.vpn.peer_parameters_page('markdown') }}"
    dest: /srv/partners/branch-berlin.md
    mode: "0640"
"""

RETURN = r"""
_value:
  description: The page.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import NativeJinjaUnsafeText

from ..plugin_utils._peer.parameters import FORMATS, render


def peer_parameters_page(
    parameters: Mapping[str, Any], format: str = "html", note: str = ""
) -> Any:
    """Return the page, marked as untrusted like its input."""
    if not isinstance(parameters, Mapping) or "sections" not in parameters:
        raise AnsibleFilterError(
            "peer_parameters_page: the input must be a result of the filter peer_parameters."
        )
    if format not in FORMATS:
        raise AnsibleFilterError(
            f"peer_parameters_page: unknown format {format}."
            f" Supported values: {', '.join(FORMATS)}."
        )
    # ansible-core 2.18 does not convert this type of text to a dictionary if it resembles JSON.
    return NativeJinjaUnsafeText(render(parameters, format, note))


class FilterModule:
    """Filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"peer_parameters_page": peer_parameters_page}
