# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: role_variables
short_description: Convert role variables to the types of an argument specification
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Converts the variables of a role to the types of its argument specification, because ansible-core only checks them.
  - Lists can be JSON, YAML, or strings separated by commas or newlines. An empty string means that the variable is not set.
  - File modes, which are variables whose names end in C(_mode), can be numbers.
  - An option of type C(raw) with a default has the type of the default.
positional: _input, options, prefix
options:
  _input:
    description: Variables by name.
    type: dict
    required: true
  options:
    description: The options of the role's entry point in C(meta/argument_specs.yml).
    type: dict
    required: true
  prefix:
    description: Prefix of the variable names that the keys of the result do not have.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Convert the variables of a role
  ansible.builtin.set_fact:
    __example: "{{ given | otc.vpn.role_variables(options, 'example_') }}"
  vars:
    options: "{{ (lookup('ansible.builtin.file', role_path ~ '/meta/argument_specs.yml') | from_yaml).argument_specs.main.options }}"
    given: "{{ dict(options | zip(query('ansible.builtin.vars', *options, default=''))) }}"
"""

RETURN = r"""
_value:
  description: The converted variables.
  type: dict
  contains:
    values:
      description: The values by name without the prefix. Options with C(no_log=true) are checked but not included.
      type: dict
    problems:
      description: One sentence for each value that cannot be converted.
      type: list
      elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..plugin_utils._role_variables import convert


def role_variables(
    given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], prefix: str = ""
) -> dict[str, Any]:
    """Convert the variables, and report what cannot be converted."""
    return convert(given, options, prefix)._asdict()


class FilterModule:
    """Filter for Ansible."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        """Return the filter by its name."""
        return {"role_variables": role_variables}
