# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of a request body: which values a server accepts, in which requests.

ATTRIBUTES is Neutron's table, OTC_ATTRIBUTES what differs on Open Telekom Cloud.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import invalid_input

Check = Callable[[Any], Any]

REQUIRED = object()

TRUE = {"1", "t", "true", "on", "y", "yes"}
FALSE = {"0", "f", "false", "off", "n", "no"}


@dataclass(frozen=True)
class Attribute:
    """One attribute of a kind.

    check: returns the value as it is stored; raises ValueError with the reason if it is refused.
    default: the value of a new object; REQUIRED: the request must contain it.
    post, put: whether requests of that method may contain it.
    """

    check: Check
    default: Any = REQUIRED
    post: bool = True
    put: bool = True


def text(value: Any, shortest: int = 0, longest: int | None = None) -> str:
    """Accept a string within its limits."""
    if not isinstance(value, str):
        raise ValueError(f"'{value}' is not a valid string")
    if longest is not None and len(value) > longest:
        raise ValueError(f"'{value}' exceeds maximum length of {longest}")
    if len(value) < shortest:
        raise ValueError(f"'{value}' is shorter than {shortest}")
    return value


def name(value: Any, longest: int = 255) -> str:
    """Accept printable characters of the basic plane, and spaces between them only."""
    text(value, longest=longest)
    categories = [unicodedata.category(character) for character in value]
    printable = all(category[0] != "C" and category not in ("Zl", "Zp") for category in categories)
    if not printable or any(ord(character) > 0xFFFF for character in value):
        raise ValueError(f"'{value}' is not a valid string")
    if categories and "Zs" in (categories[0], categories[-1]):
        raise ValueError(f"'{value}' is not a valid string")
    return str(value)


def object_id(value: Any) -> str:
    """Accept a UUID."""
    try:
        uuid.UUID(value)
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"'{value}' is not a valid UUID") from None
    return str(value)


def boolean(value: Any) -> bool:
    """Accept what Neutron takes for a Boolean."""
    word = str(value).lower()
    if word not in TRUE | FALSE:
        raise invalid_input(f"'{value}' cannot be converted to boolean")
    return word in TRUE


def cidr(value: Any) -> str:
    """Accept a network or an address with a prefix length, as it is written."""
    try:
        ipaddress.ip_interface(value)
        if re.search(r"/\d+$", value):
            return str(value)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"'{value}' is not a valid IP subnet")


def _optional(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _limited(longest: int, shortest: int = 0) -> Check:
    return lambda value: text(value, shortest, longest)


def _one_of(*words: str) -> Check:
    def check(value: Any) -> Any:
        if value not in words:
            raise ValueError(f"{value} is not in valid_values")
        return value

    return check


def _only(wanted: Any) -> Check:
    def check(value: Any) -> Any:
        if value != wanted:
            raise ValueError(f"{value} is not supported")
        return value

    return check


def _range(lowest: int, highest: int | None = None) -> Check:
    def check(value: Any) -> int:
        number = _integer(value)
        if number < lowest:
            raise ValueError(f"'{number}' is too small - must be at least '{lowest}'")
        if highest is not None and number > highest:
            raise ValueError(f"'{number}' is too large - must be no larger than '{highest}'")
        return number

    return check


def _integer(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError(f"'{value}' is not an integer") from None


def _not_negative(value: Any) -> Any:
    if _integer(value) < 0:
        raise ValueError(f"'{value}' should be non-negative")
    # A string of digits stays one: Neutron fails later, when it compares it with a number.
    return value


def _mtu(value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise invalid_input(f"'{value}' is not an integer") from None
    return int(_not_negative(number))


def _mapping(**checks: Check) -> Check:
    def check(value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise ValueError(f"'{value}' is not a dictionary")
        unexpected = [key for key in value if key not in checks]
        if unexpected:
            raise ValueError(f"Unexpected keys supplied: {', '.join(unexpected)}")
        return {key: checks[key](given) for key, given in value.items()}

    return check


def _networks(value: Any) -> list[str]:
    rows = _list(value)
    if len(rows) != len(set(rows)):
        raise ValueError("Duplicate items in the list: '" + ", ".join(sorted(set(rows))) + "'")
    return [cidr(row) for row in rows]


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


_READ_ONLY = Attribute(text, None, post=False, put=False)
_COMMON = {
    "id": _READ_ONLY,
    "project_id": Attribute(text, None, put=False),
    "tenant_id": Attribute(text, None, put=False),
    "name": Attribute(name, ""),
    "description": Attribute(_limited(255), ""),
}
_ENCRYPTION = ("3des", "aes-128", "aes-192", "aes-256")
_MODES = ("ctr", *(f"{mode}-{tag}" for mode in ("ccm", "gcm") for tag in (8, 12, 16)))
_LONG_ENCRYPTION = tuple(f"aes-{bits}-{mode}" for mode in _MODES for bits in (128, 192, 256))
_GROUPS = tuple(f"group{number}" for number in (2, 5, *range(14, 32)))
_POLICY = {
    **_COMMON,
    "auth_algorithm": Attribute(
        _one_of("sha1", "sha256", "sha384", "sha512", "aes-xcbc", "aes-cmac"), "sha1"
    ),
    "encryption_algorithm": Attribute(_one_of(*_ENCRYPTION, *_LONG_ENCRYPTION), "aes-128"),
    "pfs": Attribute(_one_of(*_GROUPS), "group5"),
    "lifetime": Attribute(_mapping(units=_one_of("seconds"), value=_range(60)), {}),
}

ATTRIBUTES: dict[str, dict[str, Attribute]] = {
    "vpnservices": {
        **_COMMON,
        "router_id": Attribute(object_id, put=False),
        "subnet_id": Attribute(_optional(object_id), None, put=False),
        "flavor_id": Attribute(_optional(object_id), None, put=False),
        "admin_state_up": Attribute(boolean, True),
        "status": _READ_ONLY,
        "external_v4_ip": _READ_ONLY,
        "external_v6_ip": _READ_ONLY,
    },
    "ikepolicies": {
        **_POLICY,
        "ike_version": Attribute(_one_of("v1", "v2"), "v1"),
        "phase1_negotiation_mode": Attribute(_one_of("main", "aggressive"), "main"),
    },
    "ipsecpolicies": {
        **_POLICY,
        "transform_protocol": Attribute(_one_of("esp", "ah", "ah-esp"), "esp"),
        "encapsulation_mode": Attribute(_one_of("tunnel", "transport"), "tunnel"),
    },
    "endpoint_groups": {
        **_COMMON,
        "type": Attribute(_one_of("subnet", "cidr", "network", "router", "vlan"), put=False),
        "endpoints": Attribute(_list, [], put=False),
    },
    "ipsec_site_connections": {
        **_COMMON,
        "peer_address": Attribute(text),
        "peer_id": Attribute(text),
        "local_id": Attribute(text, ""),
        "peer_cidrs": Attribute(_networks, []),
        "local_ep_group_id": Attribute(_optional(object_id), None),
        "peer_ep_group_id": Attribute(_optional(object_id), None),
        "mtu": Attribute(_mtu, 1500),
        "initiator": Attribute(_one_of("bi-directional", "response-only"), "bi-directional"),
        "psk": Attribute(text),
        "dpd": Attribute(
            _mapping(
                action=_one_of("hold", "clear", "disabled", "restart", "restart-by-peer"),
                interval=_not_negative,
                timeout=_not_negative,
            ),
            {},
        ),
        "admin_state_up": Attribute(boolean, True),
        "vpnservice_id": Attribute(object_id, put=False),
        "ikepolicy_id": Attribute(object_id, put=False),
        "ipsecpolicy_id": Attribute(object_id, put=False),
        "auth_mode": _READ_ONLY,
        "route_mode": _READ_ONLY,
        "status": _READ_ONLY,
    },
}

_OTC_POLICY = {
    "auth_algorithm": Attribute(_one_of("md5", "sha1", "sha2-256", "sha2-384", "sha2-512"), "sha1"),
    "encryption_algorithm": Attribute(_one_of(*_ENCRYPTION), "aes-128"),
    "pfs": Attribute(
        _one_of(*(f"group{number}" for number in (1, 2, 5, 14, 15, 16, 19, 20, 21)), "disable"),
        "group5",
    ),
    "lifetime": Attribute(_mapping(units=_one_of("seconds"), value=_range(60, 604800)), {}),
}

# None: an attribute that Open Telekom Cloud does not have.
OTC_ATTRIBUTES: dict[str, dict[str, Attribute | None]] = {
    "vpnservices": {"admin_state_up": Attribute(_only(True), True), "flavor_id": None},
    "ikepolicies": {**_OTC_POLICY},
    "ipsecpolicies": {**_OTC_POLICY},
    "endpoint_groups": {"type": Attribute(_one_of("subnet", "cidr"), put=False)},
    "ipsec_site_connections": {
        "description": None,
        "local_id": None,
        "peer_address": Attribute(_limited(250, 1)),
        "peer_id": Attribute(_limited(250, 1)),
        "peer_cidrs": None,
        "local_ep_group_id": Attribute(object_id),
        "peer_ep_group_id": Attribute(object_id),
        "mtu": Attribute(_only(1500), 1500, put=False),
        "psk": Attribute(_limited(128, 6)),
        "admin_state_up": Attribute(_only(True), True, put=False),
    },
}
for _changes in OTC_ATTRIBUTES.values():
    _changes["name"] = Attribute(lambda value: name(text(value, 1), 64), "")
    _changes["project_id"] = None


def attributes(collection: str, flavor: str) -> dict[str, Attribute]:
    """Return the attributes of a kind on one flavor of server."""
    changes = OTC_ATTRIBUTES[collection] if flavor == "otc" else {}
    merged = ATTRIBUTES[collection] | changes
    return {key: attribute for key, attribute in merged.items() if attribute is not None}
