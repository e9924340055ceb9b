# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of three kinds of gateways for each parameter of a peer, as data.

Keys are the words of L(peer.py); None means that the gateway does not offer the value. The names of
the fields in braces are those of L(parameters.py). The strongSwan words are those of L(swanctl.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from . import swanctl
from .peer import DPD_ACTIONS, ENCAPSULATIONS, ENCRYPTION, GROUPS, INTEGRITY, MODES, PROTOCOLS

Words = Mapping[Any, str | None]
"""Settings by value: a string, the number of a group, or an IP version."""


class Combination(NamedTuple):
    """A line that names several algorithms of a phase."""

    prefix: str
    parts: tuple[str, ...]
    """Parameters whose words are in the line; a part that the peer does not use is left out."""
    separator: str


class Vendor(NamedTuple):
    """One kind of gateway."""

    name: str
    where: str
    """How the settings are entered."""
    sources: tuple[str, ...]
    """Titles of the documents that the words are from."""
    words: Mapping[str, Words]
    """Settings by parameter and value. The key "" stands for any value."""
    combinations: Mapping[str, Combination]
    """By protocol: C(ike), C(esp), C(ah)."""
    ranges: Mapping[str, tuple[int, int]]
    """The smallest and the largest number of seconds, by parameter."""


_HASHES = tuple(dict.fromkeys(INTEGRITY.values()))
_NUMBERS = tuple(GROUPS.values())


def _words(known: tuple[Any, ...], offered: Mapping[Any, str]) -> Words:
    """Return every known value, None for those that are not offered."""
    return {**dict.fromkeys(known), **offered}


def _numbered(template: str, numbers: tuple[int, ...]) -> Words:
    """Return every Diffie-Hellman group; those of the numbers are offered."""
    return _words(_NUMBERS, {number: template.format(number) for number in numbers})


_FORTIGATE_GROUPS = (1, 2, 5, *range(14, 22), *range(27, 32))
_FORTIGATE_HASHES = ("md5", "sha1", "sha256", "sha384", "sha512")
_FORTIGATE_ENCRYPTION = _words(
    ENCRYPTION,
    {
        "3des": "3des",
        "aes-128": "aes128",
        "aes-192": "aes192",
        "aes-256": "aes256",
        "aes-128-gcm-16": "aes128gcm",
        "aes-256-gcm-16": "aes256gcm",
    },
)
FORTIGATE = Vendor(
    name="FortiGate",
    where="FortiOS CLI, config vpn ipsec phase1-interface and phase2-interface",
    sources=(
        "Fortinet, FortiOS CLI Reference, config vpn ipsec phase1-interface and phase2-interface",
        "Fortinet, FortiOS Administration Guide 7.4, Phase 1 configuration",
        "Fortinet, Ansible collection fortinet.fortios, fortios_vpn_ipsec_phase1_interface and"
        " fortios_vpn_ipsec_phase2_interface",
        "Fortinet, FortiClient (Android) Administration Guide 7.4, IKE parameters (ICV of AES-GCM)",
    ),
    words={
        "ike_version": {"v1": "set ike-version 1", "v2": "set ike-version 2"},
        "authentication": {"psk": "set authmethod psk"},
        "mode": _words(MODES, {mode: f"set mode {mode}" for mode in MODES}),
        "local_address": {
            4: "set local-gw {value}",
            6: "set local-gw6 {value}",
            "name": None,
        },
        "remote_address": {
            4: "set remote-gw {value}",
            6: "set ip-version 6\nset remote-gw6 {value}",
            "name": "set type ddns\nset remotegw-ddns {value}",
        },
        "local_id": {
            "ip": 'set localid-type address\nset localid "{value}"',
            "other ip": 'set localid-type address\nset localid "{value}"',
            "fqdn": 'set localid-type fqdn\nset localid "{value}"',
            "email": 'set localid-type user-fqdn\nset localid "{value}"',
            "keyid": 'set localid-type keyid\nset localid "{value}"',
            "dn": 'set localid-type asn1dn\nset localid "{value}"',
        },
        "remote_id": dict.fromkeys(
            ("ip", "other ip", "fqdn", "email", "keyid", "dn"),
            'set peertype one\nset peerid "{value}"',
        ),
        "ike_encryption": _FORTIGATE_ENCRYPTION,
        "ike_integrity": _words(_HASHES, {name: name for name in _FORTIGATE_HASHES}),
        "ike_prf": _words(_HASHES, {name: f"prf{name}" for name in _FORTIGATE_HASHES[1:]}),
        "ike_group": _numbered("set dhgrp {}", _FORTIGATE_GROUPS),
        "ike_lifetime": {"": "set keylife {value}"},
        "protocol": _words(PROTOCOLS, {"esp": "always ESP"}),
        "encapsulation": _words(
            ENCAPSULATIONS, {name: f"set encapsulation {name}-mode" for name in ENCAPSULATIONS}
        ),
        "esp_encryption": _FORTIGATE_ENCRYPTION,
        "esp_integrity": _words(_HASHES, {name: name for name in _FORTIGATE_HASHES}),
        "ah_integrity": _words(_HASHES, {}),
        "pfs": {
            **_numbered("set pfs enable\nset dhgrp {}", _FORTIGATE_GROUPS),
            "disable": "set pfs disable",
        },
        "ipsec_lifetime": {"": "set keylifeseconds {value}"},
        "networks": {
            4: "set src-subnet {local_network} {local_mask}\n"
            "set dst-subnet {remote_network} {remote_mask}",
            6: "set src-addr-type subnet6\nset src-subnet6 {local}\n"
            "set dst-addr-type subnet6\nset dst-subnet6 {remote}",
        },
        "dpd_action": _words(DPD_ACTIONS, {"disabled": "set dpd disable"}),
        "dpd_interval": {"": "set dpd on-idle\nset dpd-retryinterval {value}"},
        "dpd_timeout": {"": None},
        "initiator": {
            "bi-directional": "set passive-mode disable",
            "response-only": "set passive-mode disable\nset auto-negotiate enable",
        },
    },
    combinations={
        "ike": Combination("set proposal ", ("ike_encryption", "ike_integrity", "ike_prf"), "-"),
        "esp": Combination("set proposal ", ("esp_encryption", "esp_integrity"), "-"),
    },
    ranges={"ike_lifetime": (120, 172800), "ipsec_lifetime": (120, 172800)},
)

_CISCO_GROUPS = (1, 2, 5, 14, 15, 16, 19, 20, 21, 24)
_CISCO_HASHES = {
    "md5": "md5",
    "sha1": "sha",
    "sha256": "sha256",
    "sha384": "sha384",
    "sha512": "sha512",
}
_CISCO_IKEV2_HASHES = {**_CISCO_HASHES, "sha1": "sha1"}
_CISCO_SOURCES = (
    "Cisco, YANG model Cisco-IOS-XE-crypto, IOS XE 16.8.1 (identities, groups, ranges, ICV of AES-GCM)",
    "Cisco, Cisco IOS Security Command Reference, Commands A to C (crypto ipsec transform-set,"
    " crypto isakmp, crypto map)",
    "Cisco, Configuring Security for VPNs with IPsec, Cisco IOS XE",
    "Cisco, Terraform provider iosxe, crypto_ikev2_proposal, crypto_ikev2_profile and"
    " crypto_ipsec_transform_set",
)
_CISCO_BOTH: Mapping[str, Words] = {
    "remote_address": dict.fromkeys((4, 6, "name"), "set peer {value}"),
    "ike_group": _numbered("group {}", _CISCO_GROUPS),
    "protocol": _words(
        PROTOCOLS,
        {"esp": "esp transforms", "ah": "an ah transform", "ah-esp": "ah and esp transforms"},
    ),
    "encapsulation": _words(ENCAPSULATIONS, {name: f"mode {name}" for name in ENCAPSULATIONS}),
    "esp_encryption": _words(
        ENCRYPTION,
        {
            "3des": "esp-3des",
            "aes-128": "esp-aes",
            "aes-192": "esp-aes 192",
            "aes-256": "esp-aes 256",
            "aes-128-gcm-16": "esp-gcm",
            "aes-192-gcm-16": "esp-gcm 192",
            "aes-256-gcm-16": "esp-gcm 256",
        },
    ),
    "esp_integrity": _words(
        _HASHES, {name: f"esp-{word}-hmac" for name, word in _CISCO_HASHES.items()}
    ),
    "ah_integrity": _words(
        _HASHES, {name: f"ah-{word}-hmac" for name, word in _CISCO_HASHES.items()}
    ),
    "pfs": {**_numbered("set pfs group{}", _CISCO_GROUPS), "disable": "no set pfs"},
    "ipsec_lifetime": {"": "set security-association lifetime seconds {value}"},
    "networks": {
        4: "permit ip {local_network} {local_wildcard} {remote_network} {remote_wildcard}",
        6: "permit ipv6 {local} {remote}",
    },
    "dpd_timeout": {"": None},
    "initiator": dict.fromkeys(("bi-directional", "response-only"), "default"),
}
_CISCO_COMBINATIONS = {
    "esp": Combination(
        "crypto ipsec transform-set <name> ", ("esp_encryption", "esp_integrity"), " "
    ),
    "ah": Combination("crypto ipsec transform-set <name> ", ("ah_integrity",), " "),
    "ah-esp": Combination(
        "crypto ipsec transform-set <name> ",
        ("ah_integrity", "esp_encryption", "esp_integrity"),
        " ",
    ),
}
_CISCO_RANGES = {"ipsec_lifetime": (120, 2592000), "dpd_interval": (10, 3600)}
CISCO_IKEV1 = Vendor(
    name="Cisco IOS XE",
    where="crypto isakmp policy, crypto isakmp profile, crypto map",
    sources=_CISCO_SOURCES,
    words={
        **_CISCO_BOTH,
        "ike_version": {"v1": "crypto isakmp policy <number>"},
        "authentication": {"psk": "authentication pre-share"},
        "mode": {
            "main": "default",
            "aggressive": "crypto isakmp peer address {remote_address}\n"
            "set aggressive-mode client-endpoint <identity>",
        },
        "local_address": {4: "local-address {value}", 6: None, "name": None},
        "local_id": {
            "ip": "self-identity address",
            "other ip": None,
            "fqdn": "self-identity fqdn {value}",
            "email": "self-identity user-fqdn {value}",
            "keyid": None,
            "dn": None,
        },
        "remote_id": {
            "ip": "match identity address {isakmp_host}",
            "other ip": "match identity address {isakmp_host}",
            "fqdn": "match identity host {value}",
            "email": "match identity user-fqdn {value}",
            "keyid": None,
            "dn": None,
        },
        "ike_encryption": _words(
            ENCRYPTION,
            {
                "3des": "encryption 3des",
                "aes-128": "encryption aes",
                "aes-192": "encryption aes 192",
                "aes-256": "encryption aes 256",
            },
        ),
        "ike_integrity": _words(
            _HASHES, {name: f"hash {word}" for name, word in _CISCO_HASHES.items()}
        ),
        "ike_prf": _words(_HASHES, {}),
        "ike_lifetime": {"": "lifetime {value}"},
        "dpd_action": _words(DPD_ACTIONS, {"disabled": "no crypto isakmp keepalive"}),
        "dpd_interval": {"": "crypto isakmp keepalive {value} <retry> periodic"},
    },
    combinations=_CISCO_COMBINATIONS,
    ranges={"ike_lifetime": (60, 86400), **_CISCO_RANGES},
)
CISCO_IKEV2 = Vendor(
    name="Cisco IOS XE",
    where="crypto ikev2 proposal, crypto ikev2 profile, crypto map",
    sources=_CISCO_SOURCES,
    words={
        **_CISCO_BOTH,
        "ike_version": {"v2": "crypto ikev2 profile <name>"},
        "authentication": {
            "psk": "authentication local pre-share\nauthentication remote pre-share"
        },
        "mode": _words(MODES, {}),
        "local_address": {**dict.fromkeys((4, 6), "match address local {value}"), "name": None},
        "local_id": {
            "ip": "identity local address {value}",
            "other ip": "identity local address {value}",
            "fqdn": "identity local fqdn {value}",
            "email": "identity local email {value}",
            "keyid": "identity local key-id {value}",
            "dn": None,
        },
        "remote_id": {
            "ip": "match identity remote address {host}",
            "other ip": "match identity remote address {host}",
            "fqdn": "match identity remote fqdn {value}",
            "email": "match identity remote email {value}",
            "keyid": "match identity remote key-id {value}",
            "dn": None,
        },
        "ike_encryption": _words(
            ENCRYPTION,
            {
                "3des": "encryption 3des",
                "aes-128": "encryption aes-cbc-128",
                "aes-192": "encryption aes-cbc-192",
                "aes-256": "encryption aes-cbc-256",
                "aes-128-gcm-16": "encryption aes-gcm-128",
                "aes-256-gcm-16": "encryption aes-gcm-256",
            },
        ),
        "ike_integrity": _words(
            _HASHES, {name: f"integrity {word}" for name, word in _CISCO_IKEV2_HASHES.items()}
        ),
        "ike_prf": _words(
            _HASHES, {name: f"prf {word}" for name, word in _CISCO_IKEV2_HASHES.items()}
        ),
        "ike_lifetime": {"": "lifetime {value}"},
        "dpd_action": _words(DPD_ACTIONS, {"disabled": "no dpd"}),
        "dpd_interval": {"": "dpd {value} <retry> periodic"},
    },
    combinations=_CISCO_COMBINATIONS,
    ranges={"ike_lifetime": (120, 86400), **_CISCO_RANGES},
)

_SWANCTL_ENCRYPTION = {name: swanctl.keyword(name) for name in ENCRYPTION}
_SWANCTL_HASHES = {name: swanctl.keyword(name) for name in _HASHES}
STRONGSWAN = Vendor(
    name="strongSwan",
    where="swanctl.conf",
    sources=("strongSwan documentation, swanctl.conf and IKEv2 cipher suites",),
    words={
        "ike_version": {"v1": "version = 1", "v2": "version = 2"},
        "authentication": {"psk": "auth = psk"},
        "mode": {name: f"aggressive = {word}" for name, word in swanctl.KEYWORDS["mode"].items()},
        "local_address": dict.fromkeys((4, 6, "name"), "local_addrs = {value}"),
        "remote_address": dict.fromkeys((4, 6, "name"), "remote_addrs = {value}"),
        "local_id": {
            **dict.fromkeys(("ip", "other ip", "dn"), 'local: id = "{value}"'),
            **{name: f'local: id = "{name}:{{value}}"' for name in ("fqdn", "email", "keyid")},
        },
        "remote_id": {
            **dict.fromkeys(("ip", "other ip", "dn"), 'remote: id = "{value}"'),
            **{name: f'remote: id = "{name}:{{value}}"' for name in ("fqdn", "email", "keyid")},
        },
        "ike_encryption": _SWANCTL_ENCRYPTION,
        "ike_integrity": _SWANCTL_HASHES,
        "ike_prf": {name: f"prf{word}" for name, word in _SWANCTL_HASHES.items()},
        "ike_group": swanctl.GROUPS,
        "ike_lifetime": {"": "rekey_time = {nine_tenths}s\nover_time = {one_tenth}s"},
        "protocol": _words(PROTOCOLS, swanctl.KEYWORDS["protocol"]),
        "encapsulation": {name: f"mode = {name}" for name in ENCAPSULATIONS},
        "esp_encryption": _SWANCTL_ENCRYPTION,
        "esp_integrity": _SWANCTL_HASHES,
        "ah_integrity": _SWANCTL_HASHES,
        "pfs": {**swanctl.GROUPS, "disable": "no group in the proposal"},
        "ipsec_lifetime": {"": "rekey_time = {nine_tenths}s\nlife_time = {value}s"},
        "networks": dict.fromkeys((4, 6), "local_ts = {local}\nremote_ts = {remote}"),
        "dpd_action": _words(
            DPD_ACTIONS,
            {
                name: f"dpd_action = {word}" if word else "dpd_delay = 0s"
                for name, word in swanctl.KEYWORDS["dpd"].items()
            },
        ),
        "dpd_interval": {"": "dpd_delay = {value}s"},
        # IKEv2 ignores it.
        "dpd_timeout": {"": None},
        "initiator": {
            name: f"start_action = {word}"
            for name, word in swanctl.KEYWORDS["start_action"].items()
        },
    },
    combinations={
        "ike": Combination(
            "proposals = ", ("ike_encryption", "ike_integrity", "ike_prf", "ike_group"), "-"
        ),
        "esp": Combination("esp_proposals = ", ("esp_encryption", "esp_integrity", "pfs"), "-"),
        "ah": Combination("ah_proposals = ", ("ah_integrity", "pfs"), "-"),
    },
    ranges={},
)
STRONGSWAN_IKEV1 = STRONGSWAN._replace(
    words={**STRONGSWAN.words, "dpd_timeout": {"": "dpd_timeout = {value}s"}}
)

VENDORS: Mapping[str, tuple[Vendor, ...]] = {
    "v1": (FORTIGATE, CISCO_IKEV1, STRONGSWAN_IKEV1),
    "v2": (FORTIGATE, CISCO_IKEV2, STRONGSWAN),
}
"""The gateways by IKE version."""
