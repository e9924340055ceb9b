# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of an inventory source: templates evaluated, shapes checked."""

from __future__ import annotations

import json
import re
import typing as t

from ansible.errors import AnsibleError

from ...module_utils._cloud.credentials import SECRETS
from ...module_utils._cloud.errors import VpnError
from .._role_variables import parse_list

# Options that contain expressions: they are evaluated for each host.
EXPRESSIONS = ("compose", "exclude", "groups", "hostnames", "include", "keyed_groups")
_TEMPLATE = re.compile(r"\{\{|\{%")


def evaluate_options(
    given: t.Mapping[str, t.Any],
    definitions: t.Mapping[str, t.Mapping[str, t.Any]],
    template: t.Callable[[t.Any], t.Any],
) -> dict[str, t.Any]:
    """Return the options as plain values of the documented shape, without those that are not set.

    The empty string means that an option is not set, because it is what look-ups return for an unset
    variable. Raises VpnError, which never contains a value.
    """
    options = {}
    for name, value in given.items():
        if name in definitions and name not in EXPRESSIONS:
            value = _evaluate(name, value, template)
            _refuse_templates(name, value)
            if value is None or (value == "" and name != "hostvars_prefix"):
                continue
            value = shaped(name, value, definitions[name].get("type", "str"))
        options[name] = value
    return options


def _evaluate(name: str, value: t.Any, template: t.Callable[[t.Any], t.Any]) -> t.Any:
    try:
        return plain(template(value))
    except AnsibleError as error:
        raise VpnError(f"Cannot evaluate the option {name}: {error}") from None


def plain(value: t.Any) -> t.Any:
    """Return a value of JSON's types, because strings of Ansible's own types do not equal plain ones."""
    return json.loads(json.dumps(value, default=str))


def _refuse_templates(name: str, value: t.Any) -> None:
    """Raise VpnError if a template is left; secrets can contain any characters."""
    if isinstance(value, str) and _TEMPLATE.search(value):
        raise VpnError(
            f"The option {name} still contains a template after its evaluation. "
            "Set the value itself, or a template that returns it."
        )
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for key, one in inner:
        if key not in SECRETS:
            _refuse_templates(f"{name}[{key}]" if isinstance(value, list) else f"{name}.{key}", one)


def shaped(name: str, value: t.Any, kind: str) -> t.Any:
    """Return the value, a list or dictionary parsed if it is a string. Raises VpnError."""
    try:
        if kind == "list" and isinstance(value, str):
            return parse_list(value)
        if kind == "dict" and isinstance(value, str):
            value = json.loads(value)
    except ValueError:
        pass
    wanted = {"list": list, "dict": dict}.get(kind)
    if kind == "raw" or (
        isinstance(value, wanted) if wanted else not isinstance(value, (dict, list))
    ):
        return value
    noun = {"list": "a list", "dict": "a dictionary"}.get(kind, "a single value")
    raise VpnError(f"{name} must be {noun}, got: {type(value).__name__}.")


def names(value: t.Any) -> list[str] | None:
    """Return the option `name`, one name or ID or a list of them, as a list. Raises VpnError."""
    if value is None:
        return None
    return [
        str(shaped("name", one, "str")) for one in (value if isinstance(value, list) else [value])
    ]
