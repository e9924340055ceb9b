# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of options in the types of the options, whatever their source. Private to this collection.

No message quotes a value that can be secret, or that has the wrong shape, because a dictionary can
contain a password.
"""

from __future__ import annotations

import re
import typing as t

from . import errors

Spec = t.Mapping[str, t.Any]

TRUE = ("true", "yes", "on", "1", "y", "t")
FALSE = ("false", "no", "off", "0", "n", "f")
# Characters around a value that nobody sees and no option needs; the carriage return is named.
INVISIBLE = " \t\n\v\f\x85\xa0\u200b\u200e\u200f\u2028\u2029\u2060\ufeff"
_QUOTES = ('""', "''", "\u201c\u201d", "\u2018\u2019", "\u201e\u201c", "\u201e\u201d")
# Secrets that are sent in a header, which allows no whitespace.
HEADER_SECRETS = ("token", "access_token", "access_key", "secret_key", "security_token")


class CloudName(str):
    """The type of the option `cloud` in argument specs, documented as `raw`, its value."""

    def __call__(self, value: t.Any) -> t.Any:
        """Return the name of a cloud, or False for anything else."""
        return cloud_name(value)


def cloud_name(value: t.Any) -> t.Any:
    """Return the name of a cloud, or False for anything else.

    It clears a whole cloud in place, as openstack.cloud takes it, because Ansible shows the
    arguments of a module at higher verbosity.
    """
    if isinstance(value, dict):
        value.clear()
    if isinstance(value, (dict, list, bytes, bool)):
        return False
    text = str(value).strip()
    return False if text[:1] in ("{", "[") or "\n" in text else text


def is_unset(value: t.Any) -> bool:
    """Return whether a value means that the option is not set, as an empty answer of a form does."""
    return value in (None, [], {}) or (isinstance(value, str) and not value.strip(INVISIBLE))


def convert(value: t.Any, spec: Spec, label: str) -> t.Any:
    """Return a value in the type of its option. Raises VpnError, which names the label."""
    kind = spec["type"]
    if kind == "raw":
        return _secret(value, label)
    if kind == "list":
        return _list(value, label)
    if kind == "bool":
        return convert_bool(value, label)
    if kind in ("int", "float"):
        return _number(value, int if kind == "int" else float, label)
    if spec.get("choices") and isinstance(value, list):  # interfaces in the order of preference
        return [_choice(_text(one, label), spec["choices"], label) for one in value]
    text = _text(value, label)
    return _choice(text, spec["choices"], label) if spec.get("choices") else text


def convert_bool(value: t.Any, label: str) -> bool:
    """Return a Boolean from a Boolean or one of the words for it. Raises VpnError."""
    word = str(value).strip().lower() if isinstance(value, (bool, int, str)) else ""
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise errors.VpnError(f"{label} must be true or false{_got(value)}.")


def check_credential(name: str, value: str, label: str, warnings: list[str]) -> None:
    """Refuse a token or key that cannot be sent, and warn of a password that looks wrong."""
    if name in HEADER_SECRETS and not re.fullmatch(r"[\x21-\x7e]+", value):
        raise errors.VpnError(
            f"{label} contains whitespace, such as a trailing newline, or a character that HTTP "
            "headers do not allow. Remove it."
        )
    if name not in HEADER_SECRETS and value[-1:] in ("\n", "\r"):
        ending = "carriage return" if value.endswith("\r") else "line break"
        warnings.append(f"{label} ends in a {ending}, which is sent as part of it.")
    if label.startswith("OS_") and _is_quoted(value):
        warnings.append(f"{label} is in quotation marks, which are sent as part of it.")


def _secret(value: t.Any, label: str) -> str:
    if not isinstance(value, str):
        raise errors.VpnError(
            f"{label} must be a string, got: {_shape(value)}. Put the value in quotes."
        )
    return str(value)


def _text(value: t.Any, label: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise errors.VpnError(f"{label} must be a string, got: {_shape(value)}.")
    text = re.sub(r"(?:\r\n)+\Z", "", str(value)).strip(INVISIBLE)
    if text.endswith("\r"):
        raise errors.VpnError(
            f"{label} ends in a carriage return. If it comes from a file, save the file with Unix "
            "line endings."
        )
    text = text.strip()
    if re.search(r"[\r\n]", text):
        raise errors.VpnError(f"{label} must be a single line.")
    if label.startswith("OS_") and _is_quoted(text):
        raise errors.VpnError(
            f"{label} is in quotation marks, which are part of the value. Remove them."
        )
    return text


def _choice(text: str, choices: t.Sequence[str], label: str) -> str:
    text = re.sub("url$", "", text, flags=re.IGNORECASE)  # publicURL, as older clients write it
    if text in choices:
        return text
    raise errors.VpnError(f"{label} must be one of {', '.join(choices)}{_got(text)}.")


def _number(value: t.Any, kind: t.Callable[[t.Any], t.Any], label: str) -> t.Any:
    try:
        if isinstance(value, bool):
            raise TypeError
        number = float(value)
        if kind is int and not number.is_integer():
            raise TypeError
        return kind(number)
    except (TypeError, ValueError, OverflowError):
        raise errors.VpnError(f"{label} must be a number{_got(value)}.") from None


def _list(value: t.Any, label: str) -> list[str]:
    items = value if isinstance(value, (list, tuple)) else _text(value, label).split(",")
    return [_text(item, label) for item in items]


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] + text[-1] in _QUOTES


def _shape(value: t.Any) -> str:
    names = {dict: "a dictionary", list: "a list", bool: "a Boolean", int: "a number"}
    return names.get(type(value), "a number" if isinstance(value, float) else type(value).__name__)


def _got(value: t.Any) -> str:
    return (
        f", got: {errors.one_line(repr(value))[:40]}"
        if isinstance(value, (str, int, float))
        else ""
    )
