# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit: which settings of a connection are weak, why, and what mends them.

Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

SEVERITIES = ("high", "medium", "low")

_OTC = "Open Telekom Cloud's VPN user guide, Data Protection Technologies"


@dataclass(frozen=True)
class Advice:
    """Why a setting is weak, what to write instead (in the API's words), and who says so."""

    reason: str
    mend: str
    source: str


@dataclass(frozen=True)
class Rule:
    """One weak setting.

    `weak` holds the words that are weak, or a number: then every larger value is weak.
    """

    id: str
    severity: str
    setting: str
    weak: tuple[str, ...] | int
    title: str
    advice: Advice

    def catches(self, value: str | int | None) -> bool:
        """Whether this value of the rule's setting is weak; an unknown value (None) is not."""
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
    "It sends a hash made with the pre-shared key in clear, so the key can be guessed offline.",
    "phase1_negotiation_mode: main, or better ike_version: v2",
    "RFC 2409, 5.4; RFC 9395",
)
_MD5 = Advice(
    "MD5 is broken as a hash, and the standards forbid it here.",
    "auth_algorithm: sha2-256",
    f"RFC 8247, 2.2 and 2.3, and RFC 8221, 6 (MUST NOT); {_OTC}",
)
_SHA1 = Advice(
    "SHA-1 is being phased out: collisions are practical, and SHA-2 costs no more.",
    "auth_algorithm: sha2-256",
    f"RFC 8247, 2.2 and 2.3, and RFC 8221, 6 (MUST-, to be removed); {_OTC}",
)
_3DES = Advice(
    "3DES works on 64-bit blocks: on a busy tunnel blocks repeat and leak data (Sweet32).",
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
    "A 1536-bit group is weaker than 112 bits, the least that is still thought safe.",
    _USE_GROUP,
    f"RFC 8247, 2.4 (SHOULD NOT); {_OTC}",
)
_GROUP22 = Advice(
    "A 1024-bit group with a small subgroup: too short, and nobody knows how it was chosen.",
    _USE_GROUP,
    "RFC 8247, 2.4 (MUST NOT)",
)
_GROUP23 = Advice(
    "The group has small subgroups, and nobody knows how it was chosen.",
    _USE_GROUP,
    "RFC 8247, 2.4 (SHOULD NOT)",
)
_IKE_GROUP_UNSET = Advice(
    "IKE always exchanges keys; with no group set, nobody says how strong that exchange is.",
    _USE_GROUP,
    "RFC 7296, 1.2",
)
_PFS_OFF = Advice(
    "Without perfect forward secrecy one stolen IKE key opens all traffic recorded under it.",
    _USE_GROUP,
    "RFC 7296, 1.3.1",
)
_AH = Advice(
    "AH signs packets and encrypts nothing: everybody on the way can read the traffic.",
    "transform_protocol: esp",
    "RFC 4302; RFC 4301, 3.2",
)
_TRANSPORT = Advice(
    "Transport mode carries the gateways' own packets, not those of the networks behind them.",
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
    "The IPsec lifetime is longer than the IKE lifetime: mostly two values swapped by mistake.",
    "an IPsec lifetime shorter than the IKE lifetime, each the same on both sides",
    "advice of this collection",
)
_DPD_OFF = Advice(
    "Without dead peer detection a lost peer is noticed only when the keys expire.",
    "dpd: {action: restart, interval: 30, timeout: 120}",
    "RFC 3706; RFC 7296, 2.4",
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
)


def settings(connection: Mapping[str, Any]) -> dict[str, str | int | None]:
    """The audited settings of a resolved connection, in one spelling; None is unknown or unused.

    Lifetimes are seconds; `lifetime_excess` is the IPsec lifetime less the IKE lifetime.
    """
    ike = connection.get("ike_policy") or {}
    ipsec = connection.get("ipsec_policy") or {}
    version = _word(ike.get("ike_version"))
    protocol = _word(ipsec.get("transform_protocol"))
    encryption = _word(ipsec.get("encryption_algorithm"))
    authenticated = encryption is not None and ("gcm" in encryption or "ccm" in encryption)
    ike_seconds, ipsec_seconds = _seconds(ike.get("lifetime")), _seconds(ipsec.get("lifetime"))
    return {
        "ike_policy.ike_version": version and "v" + version[-1:],
        # IKEv2 has no such modes: the field is stored and means nothing.
        "ike_policy.phase1_negotiation_mode": (
            _word(ike.get("phase1_negotiation_mode")) if version and version[-1] == "1" else None
        ),
        "ike_policy.auth_algorithm": _word(ike.get("auth_algorithm")),
        "ike_policy.encryption_algorithm": _word(ike.get("encryption_algorithm")),
        "ike_policy.pfs": _group(ike.get("pfs")),
        "ike_policy.lifetime": ike_seconds,
        "ipsec_policy.transform_protocol": protocol,
        "ipsec_policy.encapsulation_mode": _word(ipsec.get("encapsulation_mode")),
        # GCM and CCM authenticate by themselves, AH does not encrypt: the other word is unused.
        "ipsec_policy.auth_algorithm": (
            None if authenticated and protocol != "ah" else _word(ipsec.get("auth_algorithm"))
        ),
        "ipsec_policy.encryption_algorithm": None if protocol == "ah" else encryption,
        "ipsec_policy.pfs": _group(ipsec.get("pfs")),
        "ipsec_policy.lifetime": ipsec_seconds,
        "lifetime_excess": (
            None if ike_seconds is None or ipsec_seconds is None else ipsec_seconds - ike_seconds
        ),
        "dpd.action": _word((connection.get("dpd") or {}).get("action")),
    }


def _word(value: Any) -> str | None:
    return str(value).strip().lower().replace("_", "-") or None if value is not None else None


def _group(value: Any) -> str | None:
    """`group14` for Group14, "group 14", dh-group14 and 14; `disable` for its spellings."""
    word = _word(value)
    if word is None or word in ("disable", "disabled", "none"):
        return word and "disable"
    number = re.search(r"(\d+)$", word)
    return f"group{number[1]}" if number else word


def _seconds(lifetime: Any) -> int | None:
    """The lifetime in seconds; None when it is unknown or counted in kilobytes."""
    if not isinstance(lifetime, Mapping) or _word(lifetime.get("units")) not in (None, "seconds"):
        return None
    try:
        return int(lifetime["value"])
    except (KeyError, TypeError, ValueError):
        return None


class AcceptanceError(ValueError):
    """An entry of the accepted findings that cannot be understood; the text says which."""


@dataclass(frozen=True)
class Acceptance:
    """A finding that somebody has decided to live with, on one connection or on `all`."""

    id: str
    connection: str
    reason: str
    until: date | None

    def covers(self, rule_id: str, connection: Mapping[str, Any], today: date) -> bool:
        return (
            self.id == rule_id
            and self.connection in ("all", connection.get("id"), connection.get("name"))
            and (self.until is None or today <= self.until)
        )


def acceptances(entries: Iterable[Mapping[str, Any]]) -> list[Acceptance]:
    """The user's list of accepted findings, checked; AcceptanceError says which is wrong."""
    known = {rule.id for rule in RULES}
    result = []
    for number, entry in enumerate(entries, 1):
        where = f"Entry {number} of the accepted findings"
        if not isinstance(entry, Mapping):
            raise AcceptanceError(f"{where} is not a dictionary with id, connection and reason.")
        unknown = set(entry) - {"id", "connection", "reason", "until"}
        if unknown:
            raise AcceptanceError(f"{where} has the unknown key {min(map(str, unknown))}.")
        if entry.get("id") not in known:
            raise AcceptanceError(
                f"{where} names the finding {entry.get('id')!r}, which does not exist; "
                f"there are {', '.join(sorted(known))}."
            )
        for key in ("connection", "reason"):
            if not str(entry.get(key) or "").strip():
                raise AcceptanceError(f"{where} ({entry['id']}) needs a {key}.")
        until = entry.get("until")
        try:
            # YAML turns an unquoted date into a date object; its str is the ISO form again.
            until = date.fromisoformat(str(until)) if until else None
        except ValueError:
            raise AcceptanceError(
                f"{where} ({entry['id']}) has until: {until}, which is not a date like 2026-12-31."
            ) from None
        result.append(
            Acceptance(str(entry["id"]), str(entry["connection"]), str(entry["reason"]), until)
        )
    return result


def findings(
    connection: Mapping[str, Any], accepted: Sequence[Acceptance], today: date
) -> list[dict[str, Any]]:
    """The weak settings of a resolved connection, the most severe first.

    Each is a dict of the rule and its advice, the value found and `accepted`: null, or {reason, until}.
    """
    found = settings(connection)
    result = []
    for rule in sorted(RULES, key=lambda rule: SEVERITIES.index(rule.severity)):
        value = found[rule.setting]
        if not rule.catches(value):
            continue
        acceptance = next((a for a in accepted if a.covers(rule.id, connection, today)), None)
        result.append(
            {
                "id": rule.id,
                "severity": rule.severity,
                "title": rule.title,
                "setting": rule.setting,
                "value": value,
                "reason": rule.advice.reason,
                "mend": rule.advice.mend,
                "source": rule.advice.source,
                "accepted": acceptance
                and {
                    "reason": acceptance.reason,
                    "until": acceptance.until and acceptance.until.isoformat(),
                },
            }
        )
    return result
