# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit's rules: which settings of a connection are weak, why, and how to fix them.

Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SEVERITIES = ("high", "medium", "low")

OWN_ADVICE = "advice of this collection"
_OTC = "Open Telekom Cloud's VPN user guide, Data Protection Technologies"


@dataclass(frozen=True)
class Advice:
    """Why a setting is weak, what to configure instead (in the API's words), and the source."""

    reason: str
    fix: str
    source: str


@dataclass(frozen=True)
class Rule:
    """One weakness.

    `weak` contains the weak values of `setting`, or a number: every greater value is weak. It is
    empty for a weakness that takes more than one setting to find.
    """

    id: str
    severity: str
    setting: str
    weak: tuple[str, ...] | int
    title: str
    advice: Advice

    def matches(self, value: str | int | None) -> bool:
        """Return whether this value of the setting is weak; an unknown value (None) is not."""
        if isinstance(self.weak, int):
            return isinstance(value, int) and value > self.weak
        return value in self.weak


_USE_GROUP = "pfs: group19 (or group15, group16, group20, group21)"

_IKEV1 = Advice(
    "IKEv1 is deprecated: it is no longer maintained and gets no new algorithms.",
    "ike_version: v2",
    f"RFC 9395; {_OTC}",
)
_AGGRESSIVE = Advice(
    "It sends a hash of the pre-shared key in plain text, so the key can be guessed offline.",
    "phase1_negotiation_mode: main, or better ike_version: v2",
    "RFC 2409, 5.4; RFC 9395",
)
_MD5 = Advice(
    "MD5 is broken, and the standards forbid it for IKE and IPsec.",
    "auth_algorithm: sha2-256",
    f"RFC 8247, 2.2 and 2.3, and RFC 8221, 6 (MUST NOT); {_OTC}",
)
_SHA1 = Advice(
    "SHA-1 is deprecated: collisions are practical, and SHA-2 costs no more.",
    "auth_algorithm: sha2-256",
    f"RFC 8247, 2.2 and 2.3, and RFC 8221, 6 (MUST-, to be removed); {_OTC}",
)
_3DES = Advice(
    "3DES has 64-bit blocks: on a busy tunnel, blocks repeat and leak data (Sweet32).",
    "encryption_algorithm: aes-256",
    f"NIST SP 800-131A r2 (disallowed after 2023); RFC 8221, 5 (SHOULD NOT); {_OTC}",
)
_GROUP1 = Advice(
    "A 768-bit group can be broken with modest means.",
    _USE_GROUP,
    f"RFC 8247, 2.4 (MUST NOT); {_OTC}",
)
_GROUP2 = Advice(
    "A 1024-bit group is within reach of a well-funded attacker.",
    _USE_GROUP,
    f"RFC 8247, 2.4 (SHOULD NOT); {_OTC}",
)
_GROUP5 = Advice(
    "A 1536-bit group has less than 112 bits of security, the accepted minimum.",
    _USE_GROUP,
    f"RFC 8247, 2.4 (SHOULD NOT); {_OTC}",
)
_GROUP22 = Advice(
    "The group is too short (1024 bits) and has a small subgroup of unknown origin.",
    _USE_GROUP,
    "RFC 8247, 2.4 (MUST NOT)",
)
_GROUP23 = Advice(
    "The group has small subgroups of unknown origin.",
    _USE_GROUP,
    "RFC 8247, 2.4 (SHOULD NOT)",
)
_IKE_GROUP_UNSET = Advice(
    "Without a configured group, the strength of the key exchange is undefined.",
    _USE_GROUP,
    "RFC 7296, 1.2",
)
_PFS_OFF = Advice(
    "Without perfect forward secrecy, one stolen IKE key decrypts all recorded traffic.",
    _USE_GROUP,
    "RFC 7296, 1.3.1",
)
_AH = Advice(
    "AH authenticates packets but does not encrypt them: the traffic can be read in transit.",
    "transform_protocol: esp",
    "RFC 4302; RFC 4301, 3.2",
)
_TRANSPORT = Advice(
    "Transport mode protects packets between the gateways only, not between networks.",
    "encapsulation_mode: tunnel",
    "RFC 4301, 4.1",
)
_IKE_LIFETIME = Advice(
    "The same IKE keys stay in use for more than a day (86400 seconds).",
    "lifetime: {units: seconds, value: 86400} in the IKE policy, the same on both sides",
    "DISA Cisco ASA VPN STIG, V-239964",
)
_IPSEC_LIFETIME = Advice(
    "The same keys encrypt traffic for more than eight hours (28800 seconds).",
    "lifetime: {units: seconds, value: 3600} in the IPsec policy, the same on both sides",
    "DISA VPN SRG, SRG-NET-000337-VPN-001290",
)
_LIFETIME_ORDER = Advice(
    "The IPsec lifetime is longer than the IKE lifetime: the values are probably swapped.",
    "an IPsec lifetime shorter than the IKE lifetime, each the same on both sides",
    OWN_ADVICE,
)
_DPD_OFF = Advice(
    "Without dead peer detection, a lost peer is noticed only when the keys expire.",
    "dpd: {action: restart, interval: 30, timeout: 120}",
    "RFC 3706; RFC 7296, 2.4",
)

_UNKNOWN = Advice(
    "The audit does not know this value, so it cannot tell whether it is weak.",
    "a value from the documentation of ike_policy_info or ipsec_policy_info",
    OWN_ADVICE,
)
_REMOVED = Advice(
    "neutron-vpnaas 29 no longer stores sha1 and 3des: after the upgrade, lists with this policy "
    "can fail with HTTP 500.",
    "auth_algorithm: sha2-256 and encryption_algorithm: aes-256, before the upgrade",
    "neutron-vpnaas 29.0.0, extension vpn-no-sha1-3des",
)
_OVERLAP = Advice(
    "Two tunnels of one cloud gateway have the same networks, so only one of them gets the traffic.",
    "networks that do not overlap, or one tunnel for both",
    "RFC 4301, 4.4.1",
)
_SIDES_OVERLAP = Advice(
    "Cloud and remote networks overlap: hosts send packets for their own network into the tunnel.",
    "different networks on the two sides",
    OWN_ADVICE,
)
_GATEWAY_INSIDE = Advice(
    "The networks contain a gateway's own address, so the encrypted packets can enter the tunnel.",
    "networks without the addresses of the two gateways",
    OWN_ADVICE,
)
_PAIR_DIFFERS = Advice(
    "The two connections of a pair differ, so a failover changes how traffic is protected or routed.",
    "the same policies and remote networks in both connections",
    OWN_ADVICE,
)
_SINGLE = Advice(
    "The connection has no second one over the other address of its gateway: no failover.",
    "a second connection over the other gateway address",
    OWN_ADVICE,
)
_QUOTA = Advice(
    "The quota of connections is nearly used up: a new connection can be rejected.",
    "delete unused connections, or request a higher quota",
    OWN_ADVICE,
)

_IKE = "ike_policy."
_IPSEC = "ipsec_policy."

RULES = (
    Rule("ikev1", "medium", _IKE + "ike_version", ("v1",), "IKEv1", _IKEV1),
    Rule(
        "aggressive-mode",
        "high",
        _IKE + "phase1_negotiation_mode",
        ("aggressive",),
        "Aggressive mode",
        _AGGRESSIVE,
    ),
    Rule("ike-md5", "high", _IKE + "auth_algorithm", ("md5",), "MD5 in IKE", _MD5),
    Rule("ike-sha1", "medium", _IKE + "auth_algorithm", ("sha1",), "SHA-1 in IKE", _SHA1),
    Rule("ike-3des", "high", _IKE + "encryption_algorithm", ("3des",), "3DES in IKE", _3DES),
    Rule("ike-group1", "high", _IKE + "pfs", ("group1",), "DH group 1 in IKE", _GROUP1),
    Rule("ike-group2", "high", _IKE + "pfs", ("group2",), "DH group 2 in IKE", _GROUP2),
    Rule("ike-group5", "medium", _IKE + "pfs", ("group5",), "DH group 5 in IKE", _GROUP5),
    Rule("ike-group22", "high", _IKE + "pfs", ("group22",), "DH group 22 in IKE", _GROUP22),
    Rule("ike-group23", "medium", _IKE + "pfs", ("group23",), "DH group 23 in IKE", _GROUP23),
    Rule("ike-group24", "medium", _IKE + "pfs", ("group24",), "DH group 24 in IKE", _GROUP23),
    Rule("ike-group-unset", "medium", _IKE + "pfs", ("disable",), "No DH group", _IKE_GROUP_UNSET),
    Rule("ike-lifetime", "low", _IKE + "lifetime", 86_400, "Long IKE lifetime", _IKE_LIFETIME),
    Rule("ah", "high", _IPSEC + "transform_protocol", ("ah",), "AH without encryption", _AH),
    Rule(
        "transport-mode",
        "medium",
        _IPSEC + "encapsulation_mode",
        ("transport",),
        "Transport mode",
        _TRANSPORT,
    ),
    Rule("ipsec-md5", "high", _IPSEC + "auth_algorithm", ("md5",), "MD5 in IPsec", _MD5),
    Rule("ipsec-sha1", "medium", _IPSEC + "auth_algorithm", ("sha1",), "SHA-1 in IPsec", _SHA1),
    Rule("ipsec-3des", "high", _IPSEC + "encryption_algorithm", ("3des",), "3DES in IPsec", _3DES),
    Rule("pfs-off", "medium", _IPSEC + "pfs", ("disable",), "PFS off", _PFS_OFF),
    Rule("pfs-group1", "high", _IPSEC + "pfs", ("group1",), "PFS with DH group 1", _GROUP1),
    Rule("pfs-group2", "high", _IPSEC + "pfs", ("group2",), "PFS with DH group 2", _GROUP2),
    Rule("pfs-group5", "medium", _IPSEC + "pfs", ("group5",), "PFS with DH group 5", _GROUP5),
    Rule("pfs-group22", "high", _IPSEC + "pfs", ("group22",), "PFS with DH group 22", _GROUP22),
    Rule("pfs-group23", "medium", _IPSEC + "pfs", ("group23",), "PFS with DH group 23", _GROUP23),
    Rule("pfs-group24", "medium", _IPSEC + "pfs", ("group24",), "PFS with DH group 24", _GROUP23),
    Rule("ipsec-lifetime", "low", _IPSEC + "lifetime", 28_800, "Long lifetime", _IPSEC_LIFETIME),
    Rule("lifetime-order", "low", "lifetime_excess", 0, "IPsec outlives IKE", _LIFETIME_ORDER),
    Rule("dpd-off", "low", "dpd.action", ("disabled",), "Dead peer detection off", _DPD_OFF),
    Rule("unknown-algorithm", "medium", "", (), "Unknown setting", _UNKNOWN),
    Rule("removed-algorithm", "medium", "", (), "Algorithm removed from Neutron", _REMOVED),
    Rule("overlapping-tunnels", "medium", "networks", (), "Overlapping tunnels", _OVERLAP),
    Rule("overlapping-sides", "medium", "networks", (), "Overlapping sides", _SIDES_OVERLAP),
    Rule("gateway-in-networks", "medium", "networks", (), "Gateway in networks", _GATEWAY_INSIDE),
    Rule("pair-differs", "medium", "pair", (), "Pair differs", _PAIR_DIFFERS),
    Rule("not-redundant", "low", "pair", (), "Not redundant", _SINGLE),
    Rule("quota", "low", "quota", (), "Quota nearly used up", _QUOTA),
)
BY_ID = {rule.id: rule for rule in RULES}

_GROUPS = (*(f"group{number}" for number in (1, 2, 5, *range(14, 32))), "disable")
_HASHES = ("md5", "sha1", "sha2-256", "sha2-384", "sha2-512", "sha256", "sha384", "sha512")
_AUTH = (*_HASHES, "aes-xcbc", "aes-cmac")
_ENCRYPTION = (
    "3des",
    *(
        f"aes-{bits}{mode}"
        for bits in (128, 192, 256)
        for mode in (
            "",
            "-ctr",
            *(f"-{aead}-{tag}" for aead in ("ccm", "gcm") for tag in (8, 12, 16)),
        )
    ),
)
# The values that the APIs of both editions document. Any other is a finding.
_KNOWN: dict[str, tuple[str, ...]] = {
    _IKE + "ike_version": ("v1", "v2"),
    _IKE + "phase1_negotiation_mode": ("main", "aggressive"),
    _IKE + "auth_algorithm": _AUTH,
    _IKE + "encryption_algorithm": _ENCRYPTION,
    _IKE + "pfs": _GROUPS,
    _IPSEC + "transform_protocol": ("esp", "ah", "ah-esp"),
    _IPSEC + "encapsulation_mode": ("tunnel", "transport"),
    _IPSEC + "auth_algorithm": _AUTH,
    _IPSEC + "encryption_algorithm": _ENCRYPTION,
    _IPSEC + "pfs": _GROUPS,
    "dpd.action": ("clear", "hold", "restart", "restart-by-peer", "disabled"),
}
_REMOVED_FROM_NEUTRON = ("sha1", "3des")
# Only Open Telekom Cloud returns these fields.
_OTC_FIELDS = ("created_at", "tags", "order_id", "product_id")
# Enterprise Edition VPN has other names for some settings.
_ENTERPRISE_WORDS = (
    ("auth_algorithm:", "authentication_algorithm:"),
    ("lifetime: {units: seconds, value: 86400}", "lifetime_seconds: 86400"),
    ("lifetime: {units: seconds, value: 3600}", "lifetime_seconds: 3600"),
)


def setting_findings(connection: Mapping[str, Any]) -> Iterator[tuple[Rule, str, str | int | None]]:
    """Yield rule, setting and value of each weak setting of one resolved connection."""
    found = settings(connection)
    for rule in RULES:
        if rule.weak != () and rule.matches(found[rule.setting]):
            yield rule, rule.setting, found[rule.setting]
    for setting, known in _KNOWN.items():
        value = found[setting]
        if value is not None and value not in known:
            yield BY_ID["unknown-algorithm"], setting, value
    if is_neutron(connection):
        for setting, value in found.items():
            if value in _REMOVED_FROM_NEUTRON:
                yield BY_ID["removed-algorithm"], setting, value


def is_neutron(connection: Mapping[str, Any]) -> bool:
    """Return whether a Classic connection comes from OpenStack Neutron, not Open Telekom Cloud."""
    return connection.get("edition") != "enterprise" and all(
        connection.get(field) is None for field in _OTC_FIELDS
    )


def fix_of(rule: Rule, edition: str) -> str:
    """Return the fix in the field names of the edition's API."""
    fix = rule.advice.fix
    if edition == "enterprise":
        if rule.setting == "ike_policy.pfs":
            fix = fix.replace("pfs:", "dh_group:")
        for classic, enterprise in _ENTERPRISE_WORDS:
            fix = fix.replace(classic, enterprise)
    return fix


def settings(connection: Mapping[str, Any]) -> dict[str, str | int | None]:
    """Return the audited settings of a resolved connection, normalized; None is unknown or unused.

    Lifetimes are seconds; `lifetime_excess` is the IPsec lifetime minus the IKE lifetime.
    """
    ike, ipsec, dpd = (_dict(connection.get(key)) for key in ("ike_policy", "ipsec_policy", "dpd"))
    version = _version(ike.get("ike_version"))
    protocol = _word(ipsec.get("transform_protocol"))
    encryption = _word(ipsec.get("encryption_algorithm"))
    is_aead = encryption is not None and ("gcm" in encryption or "ccm" in encryption)
    ike_seconds, ipsec_seconds = _seconds(ike.get("lifetime")), _seconds(ipsec.get("lifetime"))
    return {
        _IKE + "ike_version": version,
        # IKEv2 has no such modes: the field is stored and has no meaning.
        _IKE + "phase1_negotiation_mode": (
            _word(ike.get("phase1_negotiation_mode")) if version == "v1" else None
        ),
        _IKE + "auth_algorithm": _word(ike.get("auth_algorithm")),
        _IKE + "encryption_algorithm": _word(ike.get("encryption_algorithm")),
        _IKE + "pfs": _group(ike.get("pfs")),
        _IKE + "lifetime": ike_seconds,
        _IPSEC + "transform_protocol": protocol,
        _IPSEC + "encapsulation_mode": _word(ipsec.get("encapsulation_mode")),
        # GCM and CCM authenticate by themselves, AH does not encrypt: the other value is unused.
        _IPSEC + "auth_algorithm": (
            None if is_aead and protocol != "ah" else _word(ipsec.get("auth_algorithm"))
        ),
        _IPSEC + "encryption_algorithm": None if protocol == "ah" else encryption,
        _IPSEC + "pfs": _group(ipsec.get("pfs")),
        _IPSEC + "lifetime": ipsec_seconds,
        "lifetime_excess": (
            None if ike_seconds is None or ipsec_seconds is None else ipsec_seconds - ike_seconds
        ),
        "dpd.action": _word(dpd.get("action")),
    }


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _word(value: Any) -> str | None:
    return str(value).strip().lower().replace("_", "-") or None if value is not None else None


def _version(value: Any) -> str | None:
    """Return `v1` for v1, IKEv1 and 1; any other word as it is."""
    word = _word(value)
    number = re.fullmatch(r"(?:ike)?v?(\d)", word or "")
    return f"v{number[1]}" if number else word


def _group(value: Any) -> str | None:
    """Return `group14` for Group14, "group 14", dh-group14 and 14; `disable` for its spellings."""
    word = _word(value)
    if word is None or word in ("disable", "disabled", "none"):
        return word and "disable"
    number = re.search(r"(\d+)$", word)
    return f"group{number[1]}" if number else word


def _seconds(lifetime: Any) -> int | None:
    """Return the lifetime in seconds; None when it is unknown or counted in kilobytes."""
    if not isinstance(lifetime, Mapping) or _word(lifetime.get("units")) not in (None, "seconds"):
        return None
    try:
        return int(lifetime["value"])
    except (KeyError, TypeError, ValueError):
        return None
