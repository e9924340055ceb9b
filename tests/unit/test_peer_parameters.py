# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of each kind of gateway, and the pages for the engineer of the remote gateway."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._vpn.writing import (
    IKE_POLICIES,
    IPSEC_POLICIES,
    Writable,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.parameters import (
    FORMATS,
    describe,
    render,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.peer import (
    DPD_ACTIONS,
    ENCRYPTION,
    GROUPS,
    INITIATORS,
    INTEGRITY,
    create_peer,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.swanctl import configure
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.vendors import VENDORS, Vendor
from markdown_it import MarkdownIt

from tests.unit import connections
from tests.unit.connections import changed

STRONGSWAN = 2  # its place among the gateways
CONNECTION = changed(
    connections.CONNECTION,
    name="branch-berlin",
    edition="classic",
    peer_address="198.51.100.10",
    psk="never-on-a-page",
    ipsec_policy__pfs="group14",
    ipsec_policy__lifetime={"units": "seconds", "value": 3600},
)


def connection(**changes: Any) -> dict[str, Any]:
    """Return the connection above with changes; `ike_policy__pfs=x` changes one field of a policy."""
    return changed(CONNECTION, **changes)


def rows(**changes: Any) -> dict[tuple[str, str], list[str]]:
    """Return what each gateway is told, by the first word of the section and the label."""
    parameters = describe(connection(**changes))
    assert parameters["problems"] == []
    return {
        (section["title"].split(":")[0], row["label"]): [
            "; ".join(filter(None, (*setting["lines"], setting["note"])))
            for setting in row["settings"]
        ]
        for section in parameters["sections"]
        for row in section["rows"]
    }


def documented(writable: Writable, option: str) -> set[str]:
    """Return the choices of an option, which its documentation has too."""
    (field,) = (one for one in writable.fields if one.option == option)
    return set(field.spec["choices"])


def algorithms(names: set[str]) -> set[str]:
    """Return the words of peer.py for the API's integrity algorithms."""
    return {INTEGRITY[name] for name in names}


def shown(**changes: Any) -> dict[str, list[tuple[str, str, str]]]:
    """Return label, field and value of each row, by section."""
    return {
        section["title"]: [(row["label"], row["field"], row["value"]) for row in section["rows"]]
        for section in describe(connection(**changes))["sections"]
    }


def test_every_parameter_has_its_field_and_value() -> None:
    assert shown() == {
        "Gateways and identities": [
            ("Address of your gateway", "peer_address", "198.51.100.10"),
            ("Address of the cloud gateway", "local_address", "203.0.113.20"),
            ("Identity of your gateway", "peer_id", "fqdn: branch.example.com"),
            ("Identity of the cloud gateway", "local_id", "ip: 203.0.113.20"),
            ("Authentication", "auth_mode", "psk"),
        ],
        "Phase 1: IKE SA": [
            ("IKE version", "ike_policy.ike_version", "v2"),
            ("Encryption", "ike_policy.encryption_algorithm", "aes-256"),
            ("Integrity", "ike_policy.auth_algorithm", "sha2-256"),
            ("Diffie-Hellman group", "ike_policy.pfs", "group14"),
            ("Lifetime (seconds)", "ike_policy.lifetime.value", "86400"),
            ("Proposal", "", ""),
        ],
        "Phase 2: IPsec SA": [
            ("Protocol", "ipsec_policy.transform_protocol", "esp"),
            ("Encapsulation", "ipsec_policy.encapsulation_mode", "tunnel"),
            ("Encryption", "ipsec_policy.encryption_algorithm", "aes-128"),
            ("Integrity", "ipsec_policy.auth_algorithm", "sha1"),
            ("Perfect forward secrecy", "ipsec_policy.pfs", "group14"),
            ("Lifetime (seconds)", "ipsec_policy.lifetime.value", "3600"),
            ("Proposal", "", ""),
        ],
        "Networks": [
            (
                "Your network and the cloud network 1",
                "remote_cidrs, local_cidrs",
                "10.1.0.0/24 – 10.2.0.0/24",
            ),
        ],
        "Dead peer detection and initiator": [
            ("DPD action", "dpd.action", "hold"),
            ("DPD interval (seconds)", "dpd.interval", "15"),
            ("DPD timeout (seconds)", "dpd.timeout", "60"),
            ("Initiator", "initiator", "bi-directional"),
        ],
    }


def test_parameters_of_ikev1_and_ah_have_their_field_and_value() -> None:
    found = shown(
        peer_id="198.51.100.99",
        ike_policy__ike_version="v1",
        ike_policy__phase1_negotiation_mode="aggressive",
        ipsec_policy__transform_protocol="ah",
        ipsec_policy__pfs="disable",
        local_cidrs=["10.2.0.0/24", "10.3.0.0/24"],
        initiator="response-only",
    )
    assert found["Gateways and identities"][2:4] == [
        ("Identity of your gateway", "peer_id", "ip: 198.51.100.99"),
        ("Identity of the cloud gateway", "local_id", "ip: 203.0.113.20"),
    ]
    assert found["Phase 1: IKE SA"][:2] == [
        ("IKE version", "ike_policy.ike_version", "v1"),
        ("Mode", "ike_policy.phase1_negotiation_mode", "aggressive"),
    ]
    assert found["Phase 2: IPsec SA"] == [
        ("Protocol", "ipsec_policy.transform_protocol", "ah"),
        ("Encapsulation", "ipsec_policy.encapsulation_mode", "tunnel"),
        ("Encryption", "ipsec_policy.encryption_algorithm", "aes-128"),
        ("Integrity of AH", "ipsec_policy.auth_algorithm", "sha1"),
        ("Perfect forward secrecy", "ipsec_policy.pfs", "disable"),
        ("Lifetime (seconds)", "ipsec_policy.lifetime.value", "3600"),
        ("Proposal", "", ""),
    ]
    field = "remote_cidrs, local_cidrs"
    assert found["Networks"] == [
        ("Your network and the cloud network 1", field, "10.1.0.0/24 – 10.2.0.0/24"),
        ("Your network and the cloud network 2", field, "10.1.0.0/24 – 10.3.0.0/24"),
    ]
    assert found["Dead peer detection and initiator"][-1] == (
        "Initiator",
        "initiator",
        "response-only",
    )


def test_parameters_of_ah_with_esp_and_of_aead_have_their_field_and_value() -> None:
    found = shown(
        ike_policy__encryption_algorithm="aes-256-gcm-16",
        ipsec_policy__transform_protocol="ah-esp",
    )
    assert found["Phase 1: IKE SA"][1:3] == [
        ("Encryption", "ike_policy.encryption_algorithm", "aes-256-gcm-16"),
        ("Pseudorandom function (PRF)", "ike_policy.auth_algorithm", "sha2-256"),
    ]
    assert [row[0] for row in found["Phase 2: IPsec SA"][2:5]] == [
        "Encryption",
        "Integrity",
        "Integrity of AH",
    ]


EVERY_VENDOR = [
    pytest.param(vendor, version, id=f"{vendor.name}-{version}")
    for version, vendors in VENDORS.items()
    for vendor in vendors
]


@pytest.mark.parametrize(("vendor", "version"), EVERY_VENDOR)
def test_every_documented_choice_has_setting_or_is_not_offered(
    vendor: Vendor, version: str
) -> None:
    groups: set[Any] = {GROUPS[name] for name in documented(IKE_POLICIES, "pfs") - {"disable"}}
    hashes = algorithms(documented(IKE_POLICIES, "auth_algorithm"))
    ciphers = documented(IKE_POLICIES, "encryption_algorithm")
    assert ciphers == documented(IPSEC_POLICIES, "encryption_algorithm")
    assert documented(IKE_POLICIES, "auth_algorithm") == documented(
        IPSEC_POLICIES, "auth_algorithm"
    )
    choices: dict[str, set[Any]] = {
        "ike_version": {version} | set(vendor.words["ike_version"]),
        "authentication": {"psk"},
        "mode": documented(IKE_POLICIES, "phase1_negotiation_mode"),
        "local_address": {4, 6, "name"},
        "remote_address": {4, 6, "name"},
        "local_id": {"ip", "other ip", "fqdn", "email", "keyid", "dn"},
        "remote_id": {"ip", "other ip", "fqdn", "email", "keyid", "dn"},
        "ike_encryption": ciphers,
        "ike_integrity": hashes,
        "ike_prf": hashes,
        "ike_group": groups,
        "ike_lifetime": {""},
        "protocol": documented(IPSEC_POLICIES, "transform_protocol"),
        "encapsulation": documented(IPSEC_POLICIES, "encapsulation_mode"),
        "esp_encryption": ciphers,
        "esp_integrity": hashes,
        "ah_integrity": hashes,
        "pfs": groups | {"disable"},
        "ipsec_lifetime": {""},
        "networks": {4, 6},
        "dpd_action": set(DPD_ACTIONS),
        "dpd_interval": {""},
        "dpd_timeout": {""},
        "initiator": set(INITIATORS),
    }
    # Equal sets: no choice without an entry, and no entry that stands for nothing.
    assert {name: set(words) for name, words in vendor.words.items()} == choices
    settings = [line for words in vendor.words.values() for line in words.values()]
    assert all(line is None or line for line in settings)
    assert vendor.sources


GATEWAYS = "Gateways and identities"
DETECTION = "Dead peer detection and initiator"


def test_page_has_setting_of_every_parameter() -> None:
    usual = rows()
    assert usual == {
        (GATEWAYS, "Address of your gateway"): [
            "set local-gw 198.51.100.10",
            "match address local 198.51.100.10",
            "local_addrs = 198.51.100.10",
        ],
        (GATEWAYS, "Address of the cloud gateway"): [
            "set remote-gw 203.0.113.20",
            "set peer 203.0.113.20",
            "remote_addrs = 203.0.113.20",
        ],
        (GATEWAYS, "Identity of your gateway"): [
            'set localid-type fqdn; set localid "branch.example.com"',
            "identity local fqdn branch.example.com",
            'local: id = "fqdn:branch.example.com"',
        ],
        (GATEWAYS, "Identity of the cloud gateway"): [
            'set peertype one; set peerid "203.0.113.20"',
            "match identity remote address 203.0.113.20",
            'remote: id = "203.0.113.20"',
        ],
        (GATEWAYS, "Authentication"): [
            "set authmethod psk",
            "authentication local pre-share; authentication remote pre-share",
            "auth = psk",
        ],
        ("Phase 1", "IKE version"): [
            "set ike-version 2",
            "crypto ikev2 profile <name>",
            "version = 2",
        ],
        ("Phase 1", "Encryption"): ["aes256", "encryption aes-cbc-256", "aes256"],
        ("Phase 1", "Integrity"): ["sha256", "integrity sha256", "sha256"],
        ("Phase 1", "Diffie-Hellman group"): ["set dhgrp 14", "group 14", "modp2048"],
        ("Phase 1", "Lifetime (seconds)"): [
            "set keylife 86400",
            "lifetime 86400",
            "rekey_time = 77760s; over_time = 8640s",
        ],
        ("Phase 1", "Proposal"): [
            "set proposal aes256-sha256",
            "one line for each value",
            "proposals = aes256-sha256-modp2048",
        ],
        ("Phase 2", "Protocol"): ["always ESP", "esp transforms", "esp_proposals"],
        ("Phase 2", "Encapsulation"): [
            "set encapsulation tunnel-mode",
            "mode tunnel",
            "mode = tunnel",
        ],
        ("Phase 2", "Encryption"): ["aes128", "esp-aes", "aes128"],
        ("Phase 2", "Integrity"): ["sha1", "esp-sha-hmac", "sha1"],
        ("Phase 2", "Perfect forward secrecy"): [
            "set pfs enable; set dhgrp 14",
            "set pfs group14",
            "modp2048",
        ],
        ("Phase 2", "Lifetime (seconds)"): [
            "set keylifeseconds 3600",
            "set security-association lifetime seconds 3600",
            "rekey_time = 3240s; life_time = 3600s",
        ],
        ("Phase 2", "Proposal"): [
            "set proposal aes128-sha1",
            "crypto ipsec transform-set <name> esp-aes esp-sha-hmac",
            "esp_proposals = aes128-sha1-modp2048",
        ],
        ("Networks", "Your network and the cloud network 1"): [
            "set src-subnet 10.1.0.0 255.255.255.0; set dst-subnet 10.2.0.0 255.255.255.0",
            "permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255",
            "local_ts = 10.1.0.0/24; remote_ts = 10.2.0.0/24",
        ],
        (DETECTION, "DPD action"): ["not offered", "not offered", "dpd_action = trap"],
        (DETECTION, "DPD interval (seconds)"): [
            "set dpd on-idle; set dpd-retryinterval 15",
            "dpd 15 <retry> periodic",
            "dpd_delay = 15s",
        ],
        (DETECTION, "DPD timeout (seconds)"): ["not offered"] * 3,
        (DETECTION, "Initiator"): ["set passive-mode disable", "default", "start_action = trap"],
    }
    ikev1_and_ah = rows(ike_policy__ike_version="v1", ipsec_policy__transform_protocol="ah")
    assert set(usual) - set(ikev1_and_ah) == {("Phase 2", "Integrity")}
    assert {key: row for key, row in ikev1_and_ah.items() if usual.get(key) != row} == {
        (GATEWAYS, "Address of your gateway"): [
            "set local-gw 198.51.100.10",
            "local-address 198.51.100.10",
            "local_addrs = 198.51.100.10",
        ],
        (GATEWAYS, "Identity of your gateway"): [
            'set localid-type fqdn; set localid "branch.example.com"',
            "self-identity fqdn branch.example.com",
            'local: id = "fqdn:branch.example.com"',
        ],
        (GATEWAYS, "Identity of the cloud gateway"): [
            'set peertype one; set peerid "203.0.113.20"',
            "match identity address 203.0.113.20",
            'remote: id = "203.0.113.20"',
        ],
        (GATEWAYS, "Authentication"): [
            "set authmethod psk",
            "authentication pre-share",
            "auth = psk",
        ],
        ("Phase 1", "IKE version"): [
            "set ike-version 1",
            "crypto isakmp policy <number>",
            "version = 1",
        ],
        ("Phase 1", "Mode"): ["set mode main", "default", "aggressive = no"],
        ("Phase 1", "Encryption"): ["aes256", "encryption aes 256", "aes256"],
        ("Phase 1", "Integrity"): ["sha256", "hash sha256", "sha256"],
        ("Phase 2", "Protocol"): ["not offered", "an ah transform", "ah_proposals"],
        ("Phase 2", "Encryption"): ["not used with AH"] * 3,
        ("Phase 2", "Integrity of AH"): ["not offered", "ah-sha-hmac", "sha1"],
        ("Phase 2", "Proposal"): [
            "not offered",
            "crypto ipsec transform-set <name> ah-sha-hmac",
            "ah_proposals = sha1-modp2048",
        ],
        (DETECTION, "DPD interval (seconds)"): [
            "set dpd on-idle; set dpd-retryinterval 15",
            "crypto isakmp keepalive 15 <retry> periodic",
            "dpd_delay = 15s",
        ],
        (DETECTION, "DPD timeout (seconds)"): ["not offered", "not offered", "dpd_timeout = 60s"],
    }


# A few words of each vendor, from its own documents.
@pytest.mark.parametrize(
    ("changes", "row", "settings"),
    [
        (
            {"ike_policy__pfs": "group22"},
            ("Phase 1", "Diffie-Hellman group"),
            ["not offered", "not offered", "modp1024s160"],
        ),
        (
            {"ike_policy__pfs": "group24"},
            ("Phase 1", "Diffie-Hellman group"),
            ["not offered", "group 24", "modp2048s256"],
        ),
        (
            {"ike_policy__pfs": "group31"},
            ("Phase 1", "Diffie-Hellman group"),
            ["set dhgrp 31", "not offered", "curve25519"],
        ),
        (
            {"ike_policy__encryption_algorithm": "aes-256-gcm-16"},
            ("Phase 1", "Pseudorandom function (PRF)"),
            ["prfsha256", "prf sha256", "prfsha256"],
        ),
        (
            {"ike_policy__encryption_algorithm": "aes-256-gcm-16"},
            ("Phase 1", "Proposal"),
            [
                "set proposal aes256gcm-prfsha256",
                "one line for each value",
                "proposals = aes256gcm16-prfsha256-modp2048",
            ],
        ),
        (
            {"ike_policy__encryption_algorithm": "aes-192-ctr"},
            ("Phase 1", "Proposal"),
            [
                "not offered",
                "one line for each value",
                "proposals = aes192ctr-sha256-modp2048",
            ],
        ),
        (
            {"ipsec_policy__encryption_algorithm": "aes-192-gcm-16"},
            ("Phase 2", "Proposal"),
            [
                "not offered",
                "crypto ipsec transform-set <name> esp-gcm 192",
                "esp_proposals = aes192gcm16-modp2048",
            ],
        ),
        (
            {"ipsec_policy__encryption_algorithm": "aes-192-gcm-16"},
            ("Phase 2", "Integrity"),
            ["not used with this encryption"] * 3,
        ),
        (
            {"ipsec_policy__transform_protocol": "ah-esp"},
            ("Phase 2", "Proposal"),
            [
                "not offered",
                "crypto ipsec transform-set <name> ah-sha-hmac esp-aes esp-sha-hmac",
                "not offered",
            ],
        ),
        (
            {"ipsec_policy__pfs": "disable"},
            ("Phase 2", "Perfect forward secrecy"),
            ["set pfs disable", "no set pfs", "no group in the proposal"],
        ),
        (
            {"ike_policy__lifetime__value": 60},
            ("Phase 1", "Lifetime (seconds)"),
            [
                "not offered: 120 to 172800 seconds",
                "not offered: 120 to 86400 seconds",
                "rekey_time = 54s; over_time = 6s",
            ],
        ),
        (
            {"ipsec_policy__lifetime__value": 60},
            ("Phase 2", "Lifetime (seconds)"),
            [
                "not offered: 120 to 172800 seconds",
                "not offered: 120 to 2592000 seconds",
                "rekey_time = 54s; life_time = 60s",
            ],
        ),
        (
            {"ike_policy__ike_version": "v1", "local_address": "2001:db8::20"},
            (GATEWAYS, "Identity of the cloud gateway"),
            [
                'set peertype one; set peerid "2001:db8::20"',
                "match identity address ipv6 2001:db8::20/128",
                'remote: id = "2001:db8::20"',
            ],
        ),
        (
            {"local_id": "198.51.100.20", "peer_id": None},
            (GATEWAYS, "Identity of the cloud gateway"),
            [
                'set peertype one; set peerid "198.51.100.20"',
                "match identity remote address 198.51.100.20",
                'remote: id = "198.51.100.20"',
            ],
        ),
        # The keyword of Cisco stands for the address of the gateway, so it fits no other one.
        (
            {"ike_policy__ike_version": "v1", "peer_id": "198.51.100.10"},
            (GATEWAYS, "Identity of your gateway"),
            [
                'set localid-type address; set localid "198.51.100.10"',
                "self-identity address",
                'local: id = "198.51.100.10"',
            ],
        ),
        (
            {"ike_policy__ike_version": "v1", "peer_id": "198.51.100.99"},
            (GATEWAYS, "Identity of your gateway"),
            [
                'set localid-type address; set localid "198.51.100.99"',
                "not offered",
                'local: id = "198.51.100.99"',
            ],
        ),
        (
            {"local_address": "2001:db8::20", "peer_id": "2001:db8::99"},
            (GATEWAYS, "Identity of the cloud gateway"),
            [
                'set peertype one; set peerid "2001:db8::20"',
                "match identity remote address 2001:db8::20/128",
                'remote: id = "2001:db8::20"',
            ],
        ),
        (
            {"peer_address": "2001:db8::10"},
            (GATEWAYS, "Address of your gateway"),
            [
                "set local-gw6 2001:db8::10",
                "match address local 2001:db8::10",
                "local_addrs = 2001:db8::10",
            ],
        ),
        (
            {"peer_address": "branch.example.com"},
            (GATEWAYS, "Address of your gateway"),
            ["not offered", "not offered", "local_addrs = branch.example.com"],
        ),
        (
            {"ipsec_policy__transform_protocol": "ah-esp"},
            ("Phase 2", "Integrity"),
            ["sha1", "esp-sha-hmac", "sha1"],
        ),
        (
            {"dpd__interval": 3601},
            (DETECTION, "DPD interval (seconds)"),
            [
                "set dpd on-idle; set dpd-retryinterval 3601",
                "not offered: 10 to 3600 seconds",
                "dpd_delay = 3601s",
            ],
        ),
        (
            {"dpd__interval": 10},
            (DETECTION, "DPD interval (seconds)"),
            [
                "set dpd on-idle; set dpd-retryinterval 10",
                "dpd 10 <retry> periodic",
                "dpd_delay = 10s",
            ],
        ),
        (
            {"dpd__interval": 3600},
            (DETECTION, "DPD interval (seconds)"),
            [
                "set dpd on-idle; set dpd-retryinterval 3600",
                "dpd 3600 <retry> periodic",
                "dpd_delay = 3600s",
            ],
        ),
        (
            {"initiator": "response-only"},
            (DETECTION, "Initiator"),
            [
                "set passive-mode disable; set auto-negotiate enable",
                "default",
                "start_action = start",
            ],
        ),
        (
            {"dpd__action": "restart-by-peer"},
            (DETECTION, "DPD action"),
            ["not offered"] * 3,
        ),
        (
            {"local_cidrs": ["2001:db8:2::/64"], "remote_cidrs": ["2001:db8:1::/64"]},
            ("Networks", "Your network and the cloud network 1"),
            [
                "set src-addr-type subnet6; set src-subnet6 2001:db8:1::/64;"
                " set dst-addr-type subnet6; set dst-subnet6 2001:db8:2::/64",
                "permit ipv6 2001:db8:1::/64 2001:db8:2::/64",
                "local_ts = 2001:db8:1::/64; remote_ts = 2001:db8:2::/64",
            ],
        ),
        # Networks that would need a provision on the gateway are shown as they are.
        (
            {"local_cidrs": ["0.0.0.0/0"]},
            ("Networks", "Your network and the cloud network 1"),
            [
                "set src-subnet 10.1.0.0 255.255.255.0; set dst-subnet 0.0.0.0 0.0.0.0",
                "permit ip 10.1.0.0 0.0.0.255 0.0.0.0 255.255.255.255",
                "local_ts = 10.1.0.0/24; remote_ts = 0.0.0.0/0",
            ],
        ),
        (
            {"local_cidrs": ["10.2.0.0/23"], "remote_cidrs": ["10.1.0.64/26"]},
            ("Networks", "Your network and the cloud network 1"),
            [
                "set src-subnet 10.1.0.64 255.255.255.192; set dst-subnet 10.2.0.0 255.255.254.0",
                "permit ip 10.1.0.64 0.0.0.63 10.2.0.0 0.0.1.255",
                "local_ts = 10.1.0.64/26; remote_ts = 10.2.0.0/23",
            ],
        ),
        (
            {"ike_policy__ike_version": "v1", "ike_policy__phase1_negotiation_mode": "aggressive"},
            ("Phase 1", "Mode"),
            [
                "set mode aggressive",
                "crypto isakmp peer address 203.0.113.20;"
                " set aggressive-mode client-endpoint <identity>",
                "aggressive = yes",
            ],
        ),
    ],
)
def test_setting_of_each_gateway_is_shown(
    changes: dict[str, Any], row: tuple[str, str], settings: list[str]
) -> None:
    assert rows(**changes)[row] == settings


VALID = [
    {"ike_policy__ike_version": version, f"{policy}__{field}": value}
    for version in ("v1", "v2")
    for policy in ("ike_policy", "ipsec_policy")
    for field, values in (
        ("encryption_algorithm", ENCRYPTION),
        ("auth_algorithm", INTEGRITY),
        ("pfs", GROUPS),
    )
    for value in values
    if not create_peer(
        connection(**{"ike_policy__ike_version": version, f"{policy}__{field}": value})
    ).problems
]


def test_lines_of_strongswan_are_in_configuration_of_its_role() -> None:
    checked = 0
    for changes in [
        *VALID,
        {"ipsec_policy__pfs": "disable"},
        {"ipsec_policy__transform_protocol": "ah"},
        {"ipsec_policy__encapsulation_mode": "transport"},
        {"initiator": "response-only"},
        {"peer_id": "a@example.com", "local_id": "cloud"},
        {"dpd__action": "disabled"},
    ]:
        config = configure(create_peer(connection(**changes))).config
        lines = {re.sub(r'"', "", line.strip()) for line in config.splitlines()}
        for section in describe(connection(**changes))["sections"]:
            for row in section["rows"]:
                for line in row["settings"][STRONGSWAN]["lines"]:
                    setting = re.sub(r'"|^(local|remote): ', "", line)
                    if " = " in setting:
                        checked += 1
                        assert setting in lines, (changes, row["label"])
    assert len(VALID) > 100
    assert checked > 10 * len(VALID)


def test_value_that_api_does_not_have_is_no_row() -> None:
    enterprise = connection(
        edition="enterprise",
        initiator=None,
        dpd={"interval": 30, "timeout": None, "action": None},
        style="POLICY",
        policy_rules=[{"source": "10.2.0.0/24", "destination": ["10.1.0.0/24"]}],
    )
    parameters = describe(enterprise)
    (detection,) = [one for one in parameters["sections"] if one["title"].startswith("Dead peer")]
    assert [row["label"] for row in detection["rows"]] == ["DPD interval (seconds)"]
    assert parameters["edition"] == "Enterprise Edition VPN"
    editions = [describe(connection(edition=one))["edition"] for one in ("classic", None, "new")]
    assert editions == ["Classic VPN", "Classic VPN", "new"]


def test_identity_has_type_by_given_rule() -> None:
    given = connection(peer_id="branch@example.com")
    identities = [
        describe(given, *rule)["sections"][0]["rows"][2]["value"] for rule in ([], ["value"])
    ]
    assert identities == ["fqdn: branch@example.com", "email: branch@example.com"]
    with pytest.raises(ValueError, match="unknown id_types 'natron'"):
        describe(given, "natron")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ike_policy": None}, "The connection has no IKE policy."),
        ({"style": "BGP"}, "The connection is route-based (style 'BGP')"),
        ({"ipsec_policy__pfs": "group99"}, "The IPsec policy has the unknown pfs 'group99'."),
        ({"remote_cidrs": None}, "The connection has no on-premises networks"),
    ],
)
def test_unusable_connection_has_reasons_and_no_rows(changes: dict[str, Any], reason: str) -> None:
    parameters = describe(connection(**changes))
    assert parameters["problems"][0].startswith(reason)
    assert parameters["sections"] == []


HOSTILE = 'a | b <script>alert(1)</script> [x](javascript:y) \n# "heading" `&amp;`'


class Texts(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_text_stays_text_in_both_formats() -> None:
    plain, hostile = (
        {format: render(describe(connection(name=name)), format, note=name) for format in FORMATS}
        for name in ("plain", HOSTILE)
    )
    shown = " ".join(HOSTILE.split())
    for page in (Texts(plain["html"]), Texts(hostile["html"])):
        assert "script" not in page.tags
    assert shown in " ".join(Texts(hostile["html"]).text.split())
    assert Texts(hostile["html"]).tags == Texts(plain["html"]).tags

    tokens = {
        name: MarkdownIt().enable("table").parse(pages["markdown"])
        for name, pages in (("plain", plain), ("hostile", hostile))
    }
    # The same headings, tables and cells: nothing in the name was markup.
    kinds = {name: [token.type for token in found] for name, found in tokens.items()}
    assert kinds["hostile"] == kinds["plain"]
    inline = [inner.type for token in tokens["hostile"] for inner in token.children or []]
    assert set(inline) <= {"text", "softbreak", "em_open", "em_close", "text_special"}
    heading = tokens["hostile"][1]
    title = "".join(inner.content for inner in heading.children or [])
    assert " ".join(title.split()).endswith(shown)


@pytest.mark.parametrize("format", FORMATS)
def test_page_has_note_and_reports_that_key_is_exchanged_separately(format: str) -> None:
    page = render(describe(CONNECTION), format, note="Questions:\n030 1234")
    assert "The pre-shared key is exchanged separately" in page
    assert "never-on-a-page" not in page
    without = render(describe(CONNECTION), format)
    assert without == render(describe(CONNECTION), format, note="")
    added = set(page.splitlines()) - set(without.splitlines())
    assert [re.sub("<[^>]*>", "", line) for line in added] == ["Questions: 030 1234"]


def test_page_contains_style_of_each_of_its_classes() -> None:
    page = render(describe(CONNECTION), "html", note="Questions: 030 1234")
    style = page.partition("<style>")[2].partition("</style>")[0]
    names = {name for value in re.findall('class="([^"]*)"', page) for name in value.split()}
    assert {"note", "code", "missing"} <= names
    assert {name for name in names if f".{name}" not in style} == set()


def test_file_name_is_safe_and_short() -> None:
    for name, file_name in (
        ("branch-berlin", "branch-berlin"),
        ("../../etc/passwd", "etc_passwd"),
        ("a b/c\nd", "a_b_c_d"),
        ("..", CONNECTION["id"]),
        ("", CONNECTION["id"]),
        ("München", "München"),
        ("X" * 255, "X" * 48),
    ):
        assert describe(connection(name=name))["file_name"] == file_name
