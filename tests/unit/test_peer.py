# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The on-premises side of a connection: sides swapped, identities typed, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.peer import Peer, create_peer

from tests.unit import connections
from tests.unit.connections import changed

CONNECTION = changed(
    connections.CONNECTION,
    local_cidrs=["10.2.0.0/24", "10.2.1.0/24"],
    remote_cidrs=["10.1.0.0/24", "10.1.1.0/24"],
    ipsec_policy__pfs="disable",
)

IKEV1 = {"ike_policy__ike_version": "v1"}


def connection(**changes: Any) -> dict[str, Any]:
    """Return the connection above with changes; `ike_policy__pfs=x` changes one field of a policy."""
    return changed(CONNECTION, **changes)


def pairs(peer: Peer) -> list[tuple[str, str]]:
    """Return the pairs of networks as strings."""
    return [(str(pair.local), str(pair.remote)) for pair in peer.pairs]


def test_sides_are_swapped() -> None:
    peer = create_peer(CONNECTION)
    assert peer.problems == []
    assert (peer.local_addresses, peer.remote_address) == (["203.0.113.10"], "203.0.113.20")
    assert pairs(peer)[1] == ("10.1.0.0/24", "10.2.1.0/24")
    assert peer.ike == ("aes-256", "sha256", 14, 86400)
    assert peer.ipsec == ("aes-128", "sha1", None, 3600)
    assert peer.dpd == ("hold", 15, 60)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("vpn.example.com", "vpn.example.com"),
        ("2001:DB8:0::20", "2001:db8::20"),
        ("198.51.100.20", "198.51.100.20"),
    ],
)
def test_gateway_has_name_or_address_in_usual_notation(given: str, address: str) -> None:
    peer = create_peer(connection(peer_address=given, local_address=given))
    assert peer.problems == []
    assert (peer.local_addresses, peer.remote_address) == ([address], address)
    assert create_peer(CONNECTION, local_addresses=["%any", given]).local_addresses == [
        "%any",
        address,
    ]


# peer_id and local_id of the connection, and what each becomes
NEUTRON = [
    ("203.0.113.10", None, ("ip", "203.0.113.10"), ("ip", "203.0.113.20")),
    ("203.0.113.10", "198.51.100.1", ("ip", "203.0.113.10"), ("ip", "198.51.100.1")),
    (None, None, ("ip", "203.0.113.10"), ("ip", "203.0.113.20")),
    ("branch.example.com", None, ("fqdn", "branch.example.com"), ("ip", "203.0.113.20")),
    ("branch@example.com", None, ("fqdn", "branch@example.com"), ("ip", "203.0.113.20")),
    ("@branch", None, ("email", "branch"), ("ip", "203.0.113.20")),
    ("203.0.113.10", "cloud", ("fqdn", "203.0.113.10"), ("fqdn", "cloud")),
    ("branch", "198.51.100.1", ("fqdn", "branch"), ("fqdn", "198.51.100.1")),
    ("2001:db8::1", "@cloud", ("fqdn", "2001:db8::1"), ("email", "cloud")),
]
BY_VALUE = [
    ("203.0.113.10", None, ("ip", "203.0.113.10"), ("ip", "203.0.113.20")),
    ("branch", "198.51.100.1", ("fqdn", "branch"), ("ip", "198.51.100.1")),
    ("branch@example.com", "@cloud", ("email", "branch@example.com"), ("fqdn", "cloud")),
    ("@@branch", "C=DE, O=x", ("email", "branch"), ("dn", "C=DE, O=x")),
    ("branch-berlin", "cloud-10.0.0.1", ("fqdn", "branch-berlin"), ("fqdn", "cloud-10.0.0.1")),
]


@pytest.mark.parametrize(
    ("id_types", "peer_id", "local_id", "on_premises", "cloud"),
    [("neutron", *row) for row in NEUTRON] + [("value", *row) for row in BY_VALUE],
)
def test_identity_has_type_that_cloud_uses(
    id_types: str, peer_id: Any, local_id: Any, on_premises: Any, cloud: Any
) -> None:
    peer = create_peer(connection(peer_id=peer_id, local_id=local_id), id_types=id_types)
    assert peer.problems == []
    assert (peer.local_id, peer.remote_id) == (on_premises, cloud)


@pytest.mark.parametrize(
    ("given", "identity"),
    [
        ("email:branch.example.com", ("email", "branch.example.com")),
        ("fqdn:198.51.100.10", ("fqdn", "198.51.100.10")),
        ("keyid:a b", ("keyid", "a b")),
        ("ip:198.51.100.10", ("ip", "198.51.100.10")),
        ("branch@example.com", ("email", "branch@example.com")),
    ],
)
def test_given_identity_overrides_connection(given: str, identity: Any) -> None:
    peer = create_peer(connection(local_id="cloud"), local_id=given, remote_id=given)
    assert (peer.local_id, peer.remote_id) == (identity, identity)


@pytest.mark.parametrize(
    "identity",
    ["%any", "*.example.com", "0.0.0.0/0", 'a"b', "a\\b", "a\nb", "fe80::1%}", "{{ x }}", "ü", "x" * 256, 7, "#x", "@"],
)  # fmt: skip
def test_identity_that_could_match_others_is_rejected(identity: Any) -> None:
    for id_types in ("neutron", "value"):
        (problem,) = create_peer(connection(peer_id=identity), id_types=id_types).problems
        assert (problem.field, problem.value) == ("peer_id", identity)
        assert problem.reason.startswith("The on-premises identity")
        assert problem.reason.endswith(" or a name of letters, digits, spaces and @._=,:+-.")


@pytest.mark.parametrize("identity", ["0.0.0.0", "::", "10.0.0.1-10.0.0.9", "ipv4net:0.0.0.0"])
def test_identity_that_strongswan_reads_as_several_addresses_is_rejected(identity: str) -> None:
    for options in ({"id_types": "value"}, {"local_id": identity}):
        (problem,) = create_peer(connection(peer_id=identity), **options).problems  # type: ignore[arg-type]
        assert problem.field == "peer_id"
    (problem,) = create_peer(connection(), local_id="ip:0.0.0.0").problems
    assert (problem.field, problem.value) == ("peer_id", "ip:0.0.0.0")


def test_given_identity_that_is_no_string_is_rejected() -> None:
    (problem,) = create_peer(connection(), local_id=7).problems  # type: ignore[arg-type]
    assert (problem.field, problem.value) == ("peer_id", 7)


def test_unknown_identity_types_are_rejected() -> None:
    with pytest.raises(ValueError, match="unknown id_types 'natron'; supported values: neutron"):
        create_peer(CONNECTION, id_types="natron")


@pytest.mark.parametrize(
    ("changes", "field", "part"),
    [
        ({"id": "a } b"}, "id", "The connection ID 'a } b' is not"),
        ({"id": None}, "id", "The connection ID None is not"),
        ({"auth_mode": "certificate"}, "auth_mode", "auth_mode 'certificate'"),
        ({"style": "BGP"}, "style", "route-based (style 'BGP')"),
        ({"style": "static"}, "style", "route-based (style 'static')"),
        ({"peer_address": "%any"}, "peer_address", "address '%any' of the on-premises gateway"),
        ({"peer_address": "fe80::1%}"}, "peer_address", "on-premises gateway"),
        ({"peer_address": "300.1.1.1"}, "peer_address", "on-premises gateway"),
        ({"local_address": None}, "local_address", "no address of the cloud gateway"),
        ({"local_address": "0.0.0.0"}, "local_address", "address '0.0.0.0' of the cloud gateway"),
        ({"local_id": "a#b"}, "local_id", "The cloud identity 'a#b' is not a single address"),
        ({"local_cidrs": None}, "local_cidrs", "no cloud networks"),
        ({"local_cidrs": "10.2.0.0/24"}, "local_cidrs", "no cloud networks"),
        ({"remote_cidrs": []}, "remote_cidrs", "no on-premises networks"),
        ({"remote_cidrs": ["10.1.0.0/24", "x } y"]}, "remote_cidrs", "on-premises network 'x } y'"),
        ({"remote_cidrs": ["fe80::%}/64"]}, "remote_cidrs", "is not an IP network"),
        ({"remote_cidrs": ["2001:db8::/48"]}, "remote_cidrs", "No on-premises network has the IP"),
        ({"policy_rules": [{"source": "10.2.0.0/24"}]}, "policy_rules", "policy rule"),
        ({"policy_rules": ["x"]}, "policy_rules", "policy rule"),
        ({"ike_policy": None}, "ike_policy", "has no IKE policy"),
        ({"ipsec_policy": None}, "ipsec_policy", "has no IPsec policy"),
        ({"ike_policy__pfs": "disable"}, "ike_policy.pfs", "The IKE policy has pfs 'disable'"),
        ({"ike_policy__pfs": None}, "ike_policy.pfs", "The IKE policy has no pfs"),
        ({"ike_policy__auth_algorithm": "sha1 }"}, "ike_policy.auth_algorithm", "'sha1 }'"),
        ({"ike_policy__ike_version": "v3"}, "ike_policy.ike_version", "ike_version 'v3'"),
        ({**IKEV1, "ike_policy__phase1_negotiation_mode": "fast"}, "ike_policy.phase1_negotiation_mode", "'fast'"),
        ({**IKEV1, "ike_policy__encryption_algorithm": "des"}, "ike_policy.encryption_algorithm", "'des'"),
        ({**IKEV1, "ike_policy__auth_algorithm": "sha0"}, "ike_policy.auth_algorithm", "'sha0'"),
        ({"ipsec_policy__transform_protocol": "gre"}, "ipsec_policy.transform_protocol", "'gre'"),
        ({"ipsec_policy__encapsulation_mode": "beet"}, "ipsec_policy.encapsulation_mode", "'beet'"),
        ({"ipsec_policy__encryption_algorithm": ["x"]}, "ipsec_policy.encryption_algorithm", "['x']"),
        ({"dpd__action": "explode"}, "dpd.action", "action 'explode'"),
        ({"dpd__interval": "soon"}, "dpd.interval", "dpd interval 'soon'"),
        ({"dpd__interval": 0}, "dpd.interval", "dpd interval 0, which is not a number of seconds."),
        ({"dpd__interval": True}, "dpd.interval", "dpd interval True"),
        ({"dpd__interval": 1.5}, "dpd.interval", "dpd interval 1.5"),
        ({"dpd__timeout": 315360001}, "dpd.timeout", "dpd timeout 315360001"),
        ({"dpd__timeout": "9" * 12}, "dpd.timeout", "dpd timeout '999999999999'"),
        ({"initiator": "nobody"}, "initiator", "The connection has the unknown initiator 'nobody'."),
        ({"ike_policy__lifetime": None}, "ike_policy.lifetime", "has no lifetime"),
        ({"ike_policy__lifetime": 86400}, "ike_policy.lifetime", "has no lifetime"),
        ({"ike_policy__lifetime__value": 29}, "ike_policy.lifetime", "lifetime 29, which is not"),
        ({"ike_policy__lifetime__value": True}, "ike_policy.lifetime", "the lifetime True"),
        ({"ipsec_policy__lifetime__value": "1h"}, "ipsec_policy.lifetime", "the lifetime '1h'"),
        ({"ipsec_policy__lifetime__value": "444444444444"}, "ipsec_policy.lifetime", "'444444444444'"),
        ({"ipsec_policy__lifetime__units": "kilobytes"}, "ipsec_policy.lifetime", "in 'kilobytes'"),
    ],
    ids=str,
)  # fmt: skip
def test_unusable_field_is_one_problem(changes: dict[str, Any], field: str, part: str) -> None:
    (problem,) = create_peer(connection(**changes)).problems
    assert problem.field == field
    *_others, given = changes.values()
    assert problem.value in (given, *(given if isinstance(given, list) else []))
    assert part in problem.reason
    assert problem.reason.endswith(".")


def test_shortest_and_longest_times_are_accepted() -> None:
    peer = create_peer(
        connection(
            ike_policy__lifetime__value="315360000",
            ipsec_policy__lifetime={"value": 30},
            dpd={"action": "clear", "interval": 1, "timeout": "315360000"},
        )
    )
    assert peer.problems == []
    assert (peer.ike.lifetime, peer.ipsec.lifetime) == (315360000, 30)
    assert peer.dpd == ("clear", 1, 315360000)


def test_disabled_dead_peer_detection_has_no_times() -> None:
    peer = create_peer(connection(dpd__action="disabled", dpd__interval="soon"))
    assert (peer.problems, peer.dpd) == ([], ("disabled", 0, 0))


def test_every_problem_is_reported_at_once() -> None:
    peer = create_peer({"id": "a b"}, local_addresses=["%any", "10.0.0.1 }", "300.1.1.1"])
    assert (peer.id, peer.remote_address) == ("", "")
    assert [(problem.field, problem.value) for problem in peer.problems] == [
        ("id", "a b"),
        ("ike_policy", None),
        ("ipsec_policy", None),
        ("peer_address", None),
        ("local_address", None),
        ("local_addresses", "10.0.0.1 }"),
        ("local_addresses", "300.1.1.1"),
        ("remote_cidrs", None),
        ("local_cidrs", None),
    ]
    assert "on-premises gateway (local_addresses)" in peer.problems[5].reason


def test_every_network_with_gateway_is_reported() -> None:
    peer = create_peer(
        connection(
            local_cidrs=["10.3.0.0/24", "203.0.113.0/28", "10.2.0.0/24", "0.0.0.0/0"],
            remote_cidrs=["10.4.0.0/24", "203.0.113.16/28", "10.1.0.0/24", "203.0.113.8/29"],
        )
    )
    assert [problem.value for problem in peer.problems] == [
        "203.0.113.0/28",
        "0.0.0.0/0",
        "203.0.113.16/28",
        "203.0.113.8/29",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ike_policy__encryption_algorithm", "aes-128-ctr"),
        ("ike_policy__encryption_algorithm", "aes-256-gcm-16"),
        ("ike_policy__auth_algorithm", "aes-xcbc"),
        ("ike_policy__auth_algorithm", "aes-cmac"),
        ("ipsec_policy__auth_algorithm", "aes-cmac"),
    ],
)
def test_algorithm_that_ikev1_lacks_is_rejected(field: str, value: str) -> None:
    changes = {**IKEV1, field: value}
    (problem,) = create_peer(connection(**changes)).problems
    assert problem.field == field.replace("__", ".")
    assert problem.reason.endswith("is not supported by IKEv1. Use IKEv2.")
    assert problem.value == value
    assert create_peer(connection(**{field: value})).problems == []


@pytest.mark.parametrize(("protocol", "count"), [("esp", 0), ("ah", 1), ("ah-esp", 1)])
def test_integrity_that_ikev1_lacks_is_accepted_when_cipher_replaces_it(
    protocol: str, count: int
) -> None:
    changes = {
        **IKEV1,
        "ipsec_policy__transform_protocol": protocol,
        "ipsec_policy__encryption_algorithm": "aes-128-gcm-16",
        "ipsec_policy__auth_algorithm": "aes-cmac",
    }
    assert len(create_peer(connection(**changes)).problems) == count


def test_mode_is_only_of_ikev1() -> None:
    assert create_peer(CONNECTION).mode == ""
    assert create_peer(connection(ike_policy__ike_version="v1")).mode == "main"
    assert create_peer(connection(ike_policy__phase1_negotiation_mode=None)).problems == []


def test_rules_of_enterprise_connection_limit_pairs() -> None:
    rules = [
        {"source": "10.2.0.0/24", "destination": ["10.1.0.0/24", "10.1.1.0/24"], "rule_index": 0},
        {"source": "10.2.1.0/24", "destination": ["10.1.0.0/24"], "rule_index": 1},
        {"source": "10.2.1.0/24", "destination": ["10.1.0.0/24"], "rule_index": 2},
    ]
    peer = create_peer(connection(style="POLICY", policy_rules=rules))
    assert peer.problems == []
    assert pairs(peer) == [
        ("10.1.0.0/24", "10.2.0.0/24"),
        ("10.1.1.0/24", "10.2.0.0/24"),
        ("10.1.0.0/24", "10.2.1.0/24"),
    ]
    assert len(create_peer(connection(style="policy", policy_rules=[])).pairs) == 4


@pytest.mark.parametrize(
    ("changes", "options", "reason"),
    [
        ({"local_cidrs": ["0.0.0.0/0"]}, {}, "The cloud network 0.0.0.0/0 covers all addresses"),
        ({"local_cidrs": ["::/0"], "remote_cidrs": ["2001:db8::/48"]}, {}, "The cloud network ::/0"),
        ({"local_cidrs": ["10.1.0.0/24"]}, {}, "10.1.0.0/24 covers the on-premises network 10.1.0.0/24"),
        ({"local_cidrs": ["10.0.0.0/8"]}, {}, "10.0.0.0/8 covers the on-premises network 10.1.0.0/24"),
        ({"local_cidrs": ["203.0.113.16/28"]}, {}, "contains the gateway 203.0.113.20"),
        ({"local_cidrs": ["203.0.113.0/28"]}, {}, "contains the gateway 203.0.113.10"),
        ({}, {"local_addresses": ["10.2.0.1"]}, "10.2.0.0/24 contains the gateway 10.2.0.1"),
        ({"remote_cidrs": ["203.0.113.0/28"]}, {}, "The on-premises network 203.0.113.0/28 contains the gateway 203.0.113.10"),
        ({"remote_cidrs": ["203.0.113.16/28"]}, {}, "contains the gateway 203.0.113.20"),
    ],
)  # fmt: skip
def test_network_with_gateway_is_rejected_unless_allowed(
    changes: dict[str, Any], options: dict[str, Any], reason: str
) -> None:
    (problem,) = create_peer(connection(**changes), **options).problems
    assert problem.field == "networks"
    assert reason in problem.reason
    assert create_peer(connection(**changes), **options, allow_overlap=True).problems == []


def test_harmless_overlaps_are_accepted() -> None:
    behind_nat = create_peer(CONNECTION, local_addresses=["10.1.0.1"])
    part_of_ours = create_peer(connection(remote_cidrs=["10.0.0.0/8"]))
    assert behind_nat.problems == part_of_ours.problems == []
