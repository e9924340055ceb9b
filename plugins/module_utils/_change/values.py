# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of options: parsed to what the API stores, compared by meaning, held to limits.

Private to this collection. Pure functions; imports neither Ansible nor HTTP.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
import unicodedata

from .._cloud import errors

if t.TYPE_CHECKING:
    from .._vpn.writing import Field, Limits

    Network = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

DIALECTS = {"neutron": "Neutron", "otc": "Open Telekom Cloud"}

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE)
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.I)
_OTC_HASHES = {"sha256": "sha2-256", "sha384": "sha2-384", "sha512": "sha2-512"}
_HASHES = {otc: neutron for neutron, otc in _OTC_HASHES.items()}


class Form(t.NamedTuple):
    """How values of a field are read and compared."""

    parse: t.Callable[[Field, t.Any], t.Any]  # raises VpnError
    same: t.Callable[[t.Any, t.Any], bool]  # of a parsed value and the server's


def is_id(text: t.Any) -> bool:
    """Return whether a text has the form of an object's ID."""
    return isinstance(text, str) and bool(_ID.fullmatch(text))


def is_host_name(address: str) -> bool:
    """Return whether a parsed address is a name that has to be resolved."""
    return not _is_ip(address)


def parse(field: Field, value: t.Any) -> t.Any:
    """Return an option's value as the API stores it; raises VpnError that names the option."""
    return FORMS[field.form].parse(field, value)


def same(field: Field, wanted: t.Any, actual: t.Any) -> bool:
    """Return whether a parsed value means what the server has."""
    return FORMS[field.form].same(wanted, actual)


def spoken(field: Field, value: t.Any, dialect: str) -> t.Any:
    """Return a parsed value in the words of a dialect."""
    if field.form == "algorithm" and dialect == "otc":
        return _OTC_HASHES.get(value, value)
    return value


def problem(field: Field, value: t.Any, dialect: str, prefix: str = "") -> str:
    """Return why a server of a dialect does not accept a parsed value, or an empty string."""
    name = prefix + field.option
    if field.members:
        problems = (
            problem(field.members[key], inner, dialect, f"{name}.") for key, inner in value.items()
        )
        return next((one for one in problems if one), "")
    limits = field.limits(dialect)
    if limits.fixed is not None:
        return "" if value == limits.fixed else _only(name, limits, dialect)
    if limits.choices:
        return _choice_problem(name, spoken(field, value, dialect), limits, dialect)
    if field.form == "lifetime":
        value = value["value"]
    size = len(value) if isinstance(value, str) else value
    if isinstance(size, bool) or not isinstance(size, int):
        return ""
    if limits.minimum <= size <= limits.maximum:
        return ""
    what = "have {} to {} characters" if isinstance(value, str) else "be between {} and {}"
    got = f"{size} characters" if isinstance(value, str) else size
    return f"{name} must {what.format(limits.minimum, limits.maximum)}{_on(dialect)}, got: {got}."


def _only(name: str, limits: Limits, dialect: str) -> str:
    allowed = f"must be {limits.fixed}" if limits.fixed not in ("", ()) else "cannot be set"
    return " ".join(f"{name} {allowed}{_on(dialect)}. {limits.reason}".split())


def _choice_problem(name: str, value: t.Any, limits: Limits, dialect: str) -> str:
    if value in limits.choices:
        return ""
    reason = f" {limits.reason}" if limits.reason else ""
    return f"{name} must be one of {', '.join(limits.choices)}{_on(dialect)}, got: {value}.{reason}"


def _on(dialect: str) -> str:
    return f" on {DIALECTS[dialect]}"


def _plain(field: Field, value: t.Any) -> t.Any:
    if isinstance(value, str) and "\0" in value:
        raise errors.VpnError(f"{field.option} must not contain a NUL character.")
    return value


def _name(field: Field, value: str) -> str:
    if value != value.strip():
        raise errors.VpnError(f"{field.option} must not begin or end with whitespace.")
    for character in value:
        if ord(character) > 0xFFFF or unicodedata.category(character) in ("Cc", "Cf", "Cs"):
            raise errors.VpnError(
                f"{field.option} must not contain U+{ord(character):04X}: "
                "control characters and emoji are not accepted in names."
            )
    return value


def _identifier(_field: Field, value: str) -> str:
    return value.lower() if is_id(value) else value


def _algorithm(_field: Field, value: str) -> str:
    return _HASHES.get(value, value)


def _lifetime(_field: Field, value: int) -> dict[str, t.Any]:
    return {"units": "seconds", "value": value}


def _merge(_field: Field, value: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: inner for name, inner in value.items() if inner is not None}


def _address(field: Field, value: str) -> str:
    """Return an IP address in its usual form, or a host name in lower case."""
    if _is_ip(value):
        return str(ipaddress.ip_address(value))
    if re.fullmatch(r"[0-9.]*|0x[0-9a-f]*", value, re.I) or not _HOST_NAME.fullmatch(value):
        raise errors.VpnError(
            f"{field.option} must be an IP address or a host name, got: {value!r}."
        )
    return value.lower().rstrip(".")


def _networks(field: Field, value: t.Sequence[str]) -> list[str]:
    """Return networks in their usual form; each may occur once, in one spelling."""
    return _unique(field, value, [str(_network(field, one)) for one in value])


def _endpoints(field: Field, value: t.Sequence[str]) -> list[str]:
    """Return networks, or IDs in lower case; `check_endpoints` holds them to the type of the group."""
    parsed = [one.lower() if is_id(one) else str(_network(field, one)) for one in value]
    networks = [ipaddress.ip_network(one) for one in parsed if not is_id(one)]
    if len({network.version for network in networks}) > 1:
        raise errors.VpnError(
            f"{field.option} must not mix IPv4 and IPv6, because no connection can use such a "
            "group. Create one endpoint group for each IP version."
        )
    return _unique(field, value, parsed)


def check_endpoints(group_type: str, endpoints: t.Sequence[str]) -> None:
    """Raise VpnError if the endpoints are not of the group's type."""
    for one in endpoints:
        if is_id(one) != (group_type == "subnet"):
            wanted = (
                "the ID of a subnet" if group_type == "subnet" else "a network such as 10.0.0.0/24"
            )
            raise errors.VpnError(
                f"endpoints of an endpoint group of type {group_type} must each be {wanted}, got: "
                f"{one}."
            )


def _unique(field: Field, written: t.Sequence[str], parsed: list[str]) -> list[str]:
    if not parsed:
        raise errors.VpnError(f"{field.option} must not be empty.")
    seen: dict[str, str] = {}
    for text, one in zip(written, parsed):
        if one in seen:
            raise errors.VpnError(
                f"{field.option} contains {one} more than once: as {seen[one]} and as {text}."
            )
        seen[one] = text
    return parsed


def _network(field: Field, text: str) -> Network:
    try:
        if not re.fullmatch(r"[0-9A-Fa-f.:]+/[0-9]{1,3}", text):
            raise ValueError
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise errors.VpnError(
            f"{field.option} must contain networks with a prefix length, such as 10.0.0.0/24, or "
            f"IDs of subnets, got: {text!r}."
            if field.form == "endpoints"
            else f"{field.option} must contain networks with a prefix length, such as "
            f"10.0.0.0/24, got: {text!r}."
        ) from None


def _is_ip(text: t.Any) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return isinstance(text, str) and "%" not in text


def _equal(wanted: t.Any, actual: t.Any) -> bool:
    return bool(wanted == actual and isinstance(wanted, bool) == isinstance(actual, bool))


def _equal_or_empty(wanted: t.Any, actual: t.Any) -> bool:
    """A server may leave an empty text out or send null for it."""
    return _equal(wanted, "" if actual is None and isinstance(wanted, str) else actual)


def _equal_ids(wanted: t.Any, actual: t.Any) -> bool:
    return isinstance(actual, str) and bool(wanted == _identifier_of(actual))


def _identifier_of(text: str) -> str:
    return text.lower() if is_id(text) else text


def _equal_algorithms(wanted: t.Any, actual: t.Any) -> bool:
    return isinstance(actual, str) and bool(wanted == _HASHES.get(actual, actual))


def _equal_lifetimes(wanted: t.Any, actual: t.Any) -> bool:
    return isinstance(actual, dict) and all(
        _equal(value, actual.get(name)) for name, value in wanted.items()
    )


def _equal_addresses(wanted: t.Any, actual: t.Any) -> bool:
    if _is_ip(wanted) and _is_ip(actual):
        return ipaddress.ip_address(wanted) == ipaddress.ip_address(actual)
    return isinstance(actual, str) and bool(wanted == actual.lower().rstrip("."))


def _equal_sets(wanted: t.Any, actual: t.Any) -> bool:
    return isinstance(actual, list) and {_meaning(one) for one in wanted} == {
        _meaning(one) for one in actual
    }


def _meaning(endpoint: t.Any) -> str:
    try:
        return str(ipaddress.ip_network(endpoint, strict=False))
    except ValueError:
        return str(endpoint).lower()


FORMS = {
    "plain": Form(_plain, _equal_or_empty),
    "name": Form(_name, _equal_or_empty),
    "id": Form(_identifier, _equal_ids),
    "algorithm": Form(_algorithm, _equal_algorithms),
    "lifetime": Form(_lifetime, _equal_lifetimes),
    "merge": Form(_merge, _equal_lifetimes),
    "address": Form(_address, _equal_addresses),
    "networks": Form(_networks, _equal_sets),
    "endpoints": Form(_endpoints, _equal_sets),
    "psk": Form(_plain, _equal),
}
