# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role variables in the types of the role's argument specification.

ansible-core only checks role variables against the specification; tasks still see what was given,
such as the string of an extra variable or of an AWX survey.

ansible-core also rejects an empty survey answer for any type but a string. Variables that can be
left empty are therefore specified as C(raw), and their type is the type of their default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import ArgumentTypeError, ElementError

_TYPES = {bool: "bool", int: "int", float: "float", str: "str", list: "list", dict: "dict"}
_NOUNS = {
    "bool": "a Boolean",
    "int": "a whole number",
    "float": "a number",
    "str": "a string",
    "path": "a path",
    "list": "a list",
    "dict": "a dictionary",
}
_LARGEST_PERMISSIONS = 0o777


class Converted(NamedTuple):
    """The variables of a role, converted."""

    values: dict[str, Any]
    """Values by name without the role's prefix; secrets are checked but not included."""
    problems: list[str]
    """One sentence for each value that cannot be converted; never a secret."""


def convert(
    given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], prefix: str
) -> Converted:
    """Convert the given values to the types of the options, the `options` of an argument spec.

    None and the empty string mean that a variable is not set: it has its default, or None.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, documented in options.items():
        option = _typed(_plain(documented))
        value = _plain(given.get(name))
        if option.get("no_log"):
            if not _is_unset(value) and not _is_secret(value, option["type"]):
                wanted = "a dictionary of strings" if option["type"] == "dict" else "a string"
                problems.append(
                    f"{name} must be {wanted}. Quote the secret, because YAML otherwise reads it as"
                    " another type."
                )
            continue
        key = name.removeprefix(prefix)
        values[key] = option.get("default")
        if _is_unset(value):
            continue
        if option["type"] in ("str", "path") and isinstance(value, (bool, list, dict)):
            problems.append(f"{name} must be {_NOUNS[option['type']]}: quote the value.")
            continue
        if option["type"] in ("bool", "int", "float") and isinstance(value, (list, dict)):
            problems.append(f"{name} must be {_noun(option)}.")
            continue
        try:
            value = _parsed(name, value, option)
        except ValueError as error:
            problems.append(f"{name} must be {_noun(option)}: {error}.")
            continue
        try:
            checked = ArgumentSpecValidator({name: option}).validate({name: value})
        except OverflowError:  # of a number that no type can hold
            problems.append(f"{name} must be {_noun(option)}.")
            continue
        if not checked.error_messages:
            values[key] = checked.validated_parameters[name]
        elif any(
            isinstance(error, (ArgumentTypeError, ElementError)) for error in checked.errors.errors
        ):
            problems.append(f"{name} must be {_noun(option)}{_got(value)}.")
        else:
            message = checked.error_messages[0].rstrip(".")
            problems.append(f"{message}." if name in message else f"{name}: {message}.")
    return Converted(values, problems)


def _plain(value: Any) -> Any:
    """Return the value with lists and dictionaries of their base classes.

    The validator copies what it is given. A copy of Ansible's lazy containers includes their templar,
    whose plugin loaders print a deprecation warning when ansible-core 2.21 copies them.
    """
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _typed(documented: Mapping[str, Any]) -> dict[str, Any]:
    """Return the option with the type that its value has to have."""
    option = {key: value for key, value in documented.items() if key != "required"}
    option.setdefault("type", "str")
    if option["type"] == "raw" and option.get("default") is not None:
        # of its base class, because Ansible wraps strings, lists and dictionaries; a bool is an int
        option["type"] = next(
            name for base, name in _TYPES.items() if isinstance(option["default"], base)
        )
        if option["type"] == "list" and "choices" in option:
            option["elements"] = "str"
        elif option["type"] == "list" and "options" in option:
            option["elements"] = "dict"
    return option


def _noun(option: Mapping[str, Any]) -> str:
    noun = _NOUNS[option["type"]]
    return f"{noun} of dictionaries" if option.get("elements") == "dict" else noun


def _got(value: Any) -> str:
    """Return the value for a message, unless it has the wrong shape and so can contain a secret."""
    return f", got: {value!r}" if isinstance(value, (bool, int, float, str)) else ""


def _is_unset(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_secret(value: Any, wanted: str) -> bool:
    """Return whether the value is a string, or for a dictionary of secrets contains strings only."""
    if wanted == "dict":
        return isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values())
    return isinstance(value, str)


def _parsed(name: str, value: Any, option: Mapping[str, Any]) -> Any:
    """Return the value, with lists and file modes in other notations parsed; raises ValueError."""
    if option["type"] == "list" and isinstance(value, str):
        return parse_list(value, strings=option.get("elements", "str") == "str")
    if name.endswith("_mode") and isinstance(value, int):
        return _file_mode(value)
    return value


def parse_list(text: str, strings: bool = True) -> list[Any]:
    """Return a list from JSON, YAML, or values separated by commas or newlines. Raises ValueError."""
    text = text.strip()
    if not text.startswith(("[", "- ")):
        return [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]
    try:
        found = json.loads(text)
    except ValueError:
        # without types of its own: a name such as 007 stays as it is
        loader = yaml.BaseLoader if strings else yaml.SafeLoader
        try:
            found = yaml.load(text, Loader=loader)
        except yaml.YAMLError:
            found = None
    if not isinstance(found, list):
        raise ValueError("it is neither JSON nor YAML")
    return found


def _file_mode(number: int) -> str:
    """Return the mode that a number means.

    YAML reads an unquoted 0640 as 416. A number above 0777 that has only octal digits was written
    without the leading zero.
    """
    if number > _LARGEST_PERMISSIONS and re.fullmatch("[0-7]{3,4}", str(number)):
        return f"{number:04d}"
    return f"{number:04o}"
