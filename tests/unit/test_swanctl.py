# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a connection to swanctl's text: each row of the mapping, what is refused, what is quoted."""

from __future__ import annotations

import base64
import copy
import re
from typing import Any

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._swanctl import (
    WORDS,
    PeerConfig,
    UnmappableError,
    peer_config,
    peer_secret,
    render,
)
from hypothesis import given
from hypothesis import strategies as st

CONNECTION: dict[str, Any] = {
    "id": "4b8f2a52-0000-4000-8000-000000000001",
    "name": "}} # a name is nowhere in the file",
    "peer_address": "203.0.113.10",
    "peer_id": "branch.example.com",
    "local_address": "203.0.113.20",
    "local_cidrs": ["10.2.0.0/24", "10.2.1.0/24"],
    "remote_cidrs": ["10.1.0.0/24", "10.1.1.0/24"],
    "initiator": "bi-directional",
    "auth_mode": "psk",
    "dpd": {"action": "hold", "interval": 15, "timeout": 60},
    "ike_policy": {
        "ike_version": "v2",
        "encryption_algorithm": "aes-256",
        "auth_algorithm": "sha2-256",
        "pfs": "group14",
        "phase1_negotiation_mode": "main",
        "lifetime": {"units": "seconds", "value": 86400},
    },
    "ipsec_policy": {
        "transform_protocol": "esp",
        "encapsulation_mode": "tunnel",
        "encryption_algorithm": "aes-128",
        "auth_algorithm": "sha1",
        "pfs": "group19",
        "lifetime": {"units": "seconds", "value": "3600"},
    },
}
NAME = "otc-vpn-4b8f2a52-0000-4000-8000-000000000001"


def connection(**changes: Any) -> dict[str, Any]:
    """The connection above with changes; `ike_policy__pfs=x` changes one field of a policy."""
    changed = copy.deepcopy(CONNECTION)
    for key, value in changes.items():
        target = changed
        *sections, field = key.split("__")
        for section in sections:
            target = target[section]
        target[field] = value
    return changed


def values(config: PeerConfig) -> dict[str, list[str]]:
    """Each key of the text and the values that it has, in order."""
    found: dict[str, list[str]] = {}
    for line in config.config.splitlines():
        if match := re.fullmatch(r" *([a-z_]+) = (.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


def problems_of(given: dict[str, Any], **options: Any) -> list[str]:
    """The reasons why a connection is refused."""
    with pytest.raises(UnmappableError) as caught:
        peer_config(given, **options)
    return caught.value.problems


def test_the_whole_text_with_the_sides_swapped() -> None:
    assert peer_config(CONNECTION).config.splitlines()[1:] == [
        "connections {",
        f"  {NAME} {{",
        "    version = 2",
        "    local_addrs = 203.0.113.10",
        "    remote_addrs = 203.0.113.20",
        "    proposals = aes256-sha256-modp2048",
        "    rekey_time = 77760s",
        "    over_time = 8640s",
        "    dpd_delay = 15s",
        "    local {",
        "      auth = psk",
        '      id = "branch.example.com"',
        "    }",
        "    remote {",
        "      auth = psk",
        '      id = "203.0.113.20"',
        "    }",
        "    children {",
        f"      {NAME}-1 {{",
        "        mode = tunnel",
        "        esp_proposals = aes128-sha1-ecp256",
        "        local_ts = 10.1.0.0/24, 10.1.1.0/24",
        "        remote_ts = 10.2.0.0/24, 10.2.1.0/24",
        "        rekey_time = 3240s",
        "        life_time = 3600s",
        "        start_action = trap",
        "        dpd_action = trap",
        "      }",
        "    }",
        "  }",
        "}",
    ]


# The mapping again, by hand: field of the policy or connection, API's word, key and value written.
INTEGRITY = {
    "md5": "md5",
    "sha1": "sha1",
    "sha2-256": "sha256",
    "sha2-384": "sha384",
    "sha2-512": "sha512",
    "sha256": "sha256",
    "sha384": "sha384",
    "sha512": "sha512",
    "aes-xcbc": "aesxcbc",
    "aes-cmac": "aescmac",
}
CIPHERS = {"3des": "3des", "aes-128": "aes128", "aes-192": "aes192", "aes-256": "aes256"}
CIPHERS |= {f"aes-{n}-ctr": f"aes{n}ctr" for n in (128, 192, 256)}
AEAD = {
    f"aes-{n}-{mode}-{icv}": f"aes{n}{mode}{icv}"
    for n in (128, 192, 256)
    for mode in ("gcm", "ccm")
    for icv in (8, 12, 16)
}
GROUPS = {
    "group1": "modp768",
    "group2": "modp1024",
    "group5": "modp1536",
    "group14": "modp2048",
    "group15": "modp3072",
    "group16": "modp4096",
    "group17": "modp6144",
    "group18": "modp8192",
    "group19": "ecp256",
    "group20": "ecp384",
    "group21": "ecp521",
    "group22": "modp1024s160",
    "group23": "modp2048s224",
    "group24": "modp2048s256",
    "group25": "ecp192",
    "group26": "ecp224",
    "group27": "ecp224bp",
    "group28": "ecp256bp",
    "group29": "ecp384bp",
    "group30": "ecp512bp",
    "group31": "curve25519",
}
ROWS: list[tuple[str, str, str, str]] = [
    *(("ike_policy__auth_algorithm", a, "proposals", f"aes256-{s}-modp2048") for a, s in INTEGRITY.items()),
    *(("ipsec_policy__auth_algorithm", a, "esp_proposals", f"aes128-{s}-ecp256") for a, s in INTEGRITY.items()),
    *(("ike_policy__encryption_algorithm", a, "proposals", f"{s}-sha256-modp2048") for a, s in CIPHERS.items()),
    *(("ipsec_policy__encryption_algorithm", a, "esp_proposals", f"{s}-sha1-ecp256") for a, s in CIPHERS.items()),
    *(("ike_policy__encryption_algorithm", a, "proposals", f"{s}-prfsha256-modp2048") for a, s in AEAD.items()),
    *(("ipsec_policy__encryption_algorithm", a, "esp_proposals", f"{s}-ecp256") for a, s in AEAD.items()),
    *(("ike_policy__pfs", a, "proposals", f"aes256-sha256-{s}") for a, s in GROUPS.items()),
    *(("ipsec_policy__pfs", a, "esp_proposals", f"aes128-sha1-{s}") for a, s in GROUPS.items()),
    ("ipsec_policy__pfs", "disable", "esp_proposals", "aes128-sha1"),
    ("ipsec_policy__transform_protocol", "ah", "ah_proposals", "sha1-ecp256"),
    ("ipsec_policy__encapsulation_mode", "transport", "mode", "transport"),
    ("ike_policy__ike_version", "v1", "version", "1"),
    ("ike_policy__ike_version", "v2", "version", "2"),
    ("initiator", "bi-directional", "start_action", "trap"),
    ("initiator", "response-only", "start_action", "start"),
    ("dpd__action", "clear", "dpd_action", "clear"),
    ("dpd__action", "hold", "dpd_action", "trap"),
    ("dpd__action", "restart", "dpd_action", "restart"),
    ("dpd__action", "disabled", "dpd_delay", "0s"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "word", "key", "expected"), ROWS)
def test_each_row_of_the_mapping(field: str, word: str, key: str, expected: str) -> None:
    assert values(peer_config(connection(**{field: word})))[key] == [expected]


def test_no_row_of_the_mapping_is_without_a_test() -> None:
    tested = {
        "auth_algorithm": set(INTEGRITY),
        "encryption_algorithm": {*CIPHERS, *AEAD},
        "pfs": {*GROUPS, "disable"},
        "ike_version": {"v1", "v2"},
        "phase1_negotiation_mode": {"main", "aggressive"},
        "transform_protocol": {"esp", "ah"},
        "encapsulation_mode": {"tunnel", "transport"},
        "dpd_action": {"clear", "hold", "restart", "disabled"},
        "initiator": {"bi-directional", "response-only"},
    }
    assert {field: set(words) for field, words in WORDS.items()} == tested


@pytest.mark.parametrize(("mode", "aggressive"), [("main", "no"), ("aggressive", "yes")])
def test_the_negotiation_mode_is_ikev1s(mode: str, aggressive: str) -> None:
    given = connection(ike_policy__ike_version="v1", ike_policy__phase1_negotiation_mode=mode)
    assert values(peer_config(given))["aggressive"] == [aggressive]
    given = connection(ike_policy__phase1_negotiation_mode=mode)
    assert "aggressive" not in values(peer_config(given))


def test_ikev1_has_a_child_for_each_pair_of_networks() -> None:
    config = peer_config(connection(ike_policy__ike_version="v1"))
    assert config.children == [f"{NAME}-{number}" for number in (1, 2, 3, 4)]
    pairs = list(zip(values(config)["local_ts"], values(config)["remote_ts"], strict=True))
    assert pairs == [
        ("10.1.0.0/24", "10.2.0.0/24"),
        ("10.1.0.0/24", "10.2.1.0/24"),
        ("10.1.1.0/24", "10.2.0.0/24"),
        ("10.1.1.0/24", "10.2.1.0/24"),
    ]


def test_ikev1_pairs_networks_of_one_ip_version_only() -> None:
    given = connection(
        ike_policy__ike_version="v1",
        local_cidrs=["10.2.0.0/24", "2001:db8:2::/48"],
        remote_cidrs=["2001:DB8:1::/48", "10.1.0.0/24"],
    )
    config = values(peer_config(given))
    assert config["local_ts"] == ["2001:db8:1::/48", "10.1.0.0/24"]
    assert config["remote_ts"] == ["2001:db8:2::/48", "10.2.0.0/24"]


def test_networks_are_written_once_and_by_their_first_address() -> None:
    given = connection(remote_cidrs=["10.1.0.9/24", "10.1.0.0/24"])
    assert values(peer_config(given))["local_ts"] == ["10.1.0.0/24"]


def test_dead_peer_detection_in_ikev1_has_a_timeout() -> None:
    config = values(peer_config(connection(ike_policy__ike_version="v1")))
    assert (config["dpd_delay"], config["dpd_timeout"]) == (["15s"], ["60s"])
    off = connection(ike_policy__ike_version="v1", dpd__action="disabled")
    config = values(peer_config(off))
    assert config["dpd_delay"] == ["0s"]
    assert not {"dpd_timeout", "dpd_action"} & set(config)


@pytest.mark.parametrize("dpd", [None, {}, {"action": None, "interval": None, "timeout": None}])
def test_dead_peer_detection_that_is_not_stated_has_the_documented_defaults(dpd: Any) -> None:
    config = values(peer_config(connection(dpd=dpd, ike_policy__ike_version="v1")))
    assert config["dpd_delay"] == ["30s"]
    assert config["dpd_timeout"] == ["120s"]
    assert set(config["dpd_action"]) == {"trap"}


@pytest.mark.parametrize(
    "changes", [{"initiator": "response-only"}, {"dpd__action": "restart"}], ids=str
)
def test_who_starts_keeps_trying(changes: dict[str, Any]) -> None:
    assert values(peer_config(connection(**changes)))["keyingtries"] == ["0"]
    assert "keyingtries" not in values(peer_config(CONNECTION))


def test_options_take_the_place_of_what_the_connection_says() -> None:
    config = peer_config(
        connection(dpd__action="restart-by-peer", initiator="response-only"),
        local_addresses=["%any", "192.168.1.2"],
        local_id="@left",
        remote_id="keyid:right one",
        start_action="none",
        dpd_action="restart",
    )
    found = values(config)
    assert found["local_addrs"] == ["%any, 192.168.1.2"]
    assert found["id"] == ['"@left"', '"keyid:right one"']
    assert (config.local_id, config.remote_id) == ("@left", "keyid:right one")
    assert found["start_action"] == ["none"]
    assert found["dpd_action"] == ["restart"]


def test_identities_fall_back_to_addresses() -> None:
    config = peer_config(connection(peer_id=None))
    assert (config.local_id, config.remote_id) == ("203.0.113.10", "203.0.113.20")
    config = peer_config(connection(local_id="cloud.example.com"))
    assert config.remote_id == "cloud.example.com"


@pytest.mark.parametrize(
    "identity",
    ["198.51.100.1", "2001:db8::1", "vpn.example.com", "@vpn", "a@example.com", "keyid:a b", "C=DE, O=x"],
)  # fmt: skip
def test_identities_that_can_be_used(identity: str) -> None:
    assert values(peer_config(connection(peer_id=identity)))["id"][0] == f'"{identity}"'


@pytest.mark.parametrize(
    "identity",
    ["%any", "*.example.com", "0.0.0.0", "::", "0.0.0.0/0", "10.0.0.1-10.0.0.9", 'a"b', "a\\b", "a\nb",
     "ipv4net:0.0.0.0", "fe80::1%}", "{{ x }}", "ü", "x" * 256, 7],
)  # fmt: skip
def test_identities_that_are_refused(identity: Any) -> None:
    (problem,) = problems_of(connection(peer_id=identity))
    assert problem.startswith("The local identity")
    assert "strongswan_peer_local_id" in problem


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"id": "a } b"}, "id 'a } b' is not a plain identifier"),
        ({"id": None}, "id None is not"),
        ({"auth_mode": "certificate"}, "auth_mode 'certificate'"),
        ({"peer_address": "%any"}, "on-premises address '%any'"),
        ({"peer_address": "fe80::1%}"}, "on-premises address"),
        ({"peer_address": "300.1.1.1"}, "on-premises address"),
        ({"local_address": None}, "does not say the cloud gateway's address"),
        ({"local_address": "0.0.0.0"}, "cloud gateway's address '0.0.0.0'"),
        ({"local_cidrs": None}, "does not say the cloud networks"),
        ({"remote_cidrs": []}, "does not say the on-premises networks"),
        ({"remote_cidrs": ["10.1.0.0/24", "x } y"]}, "on-premises network 'x } y'"),
        ({"remote_cidrs": ["fe80::%}/64"]}, "is not an IP network"),
        ({"remote_cidrs": ["2001:db8::/48"]}, "No on-premises network has the IP version"),
        ({"ike_policy": None}, "without its IKE policy"),
        ({"ipsec_policy": None}, "without its IPsec policy"),
        ({"ike_policy__pfs": "disable"}, "IKE policy has pfs 'disable'"),
        ({"ike_policy__pfs": None}, "IKE policy does not say its pfs"),
        ({"ike_policy__auth_algorithm": "sha1 }"}, "auth_algorithm 'sha1 }'"),
        ({"ike_policy__ike_version": "v3"}, "ike_version 'v3'"),
        ({"ipsec_policy__encryption_algorithm": ["aes-128"]}, "encryption_algorithm ['aes-128']"),
        ({"ipsec_policy__transform_protocol": "ah-esp"}, "does not bundle AH with ESP"),
        ({"dpd__action": "restart-by-peer"}, "strongswan_peer_dpd_action"),
        ({"dpd__action": "explode"}, "dpd_action 'explode'"),
        ({"dpd__interval": "soon"}, "dpd interval 'soon'"),
        ({"initiator": "nobody"}, "initiator 'nobody'"),
        ({"ike_policy__lifetime": None}, "IKE policy does not say its lifetime"),
        ({"ike_policy__lifetime__value": 1}, "the lifetime 1, not a number of seconds"),
        ({"ike_policy__lifetime__value": True}, "the lifetime True"),
        ({"ipsec_policy__lifetime__value": "1h"}, "the lifetime '1h'"),
        ({"ipsec_policy__lifetime__units": "kilobytes"}, "lifetime in 'kilobytes'"),
    ],
    ids=str,
)
def test_what_has_no_equivalent_is_one_sentence(changes: dict[str, Any], part: str) -> None:
    (problem,) = problems_of(connection(**changes))
    assert part in problem
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("ike_policy__encryption_algorithm", "aes-128-ctr"),
        ("ike_policy__encryption_algorithm", "aes-256-gcm-16"),
        ("ike_policy__auth_algorithm", "aes-xcbc"),
        ("ike_policy__auth_algorithm", "aes-cmac"),
        ("ipsec_policy__auth_algorithm", "aes-cmac"),
    ],
)
def test_what_ikev1_does_not_know_is_refused(field: str, word: str) -> None:
    (problem,) = problems_of(connection(ike_policy__ike_version="v1", **{field: word}))
    assert "IKEv1 does not know" in problem


def test_every_problem_is_told_at_once() -> None:
    found = problems_of({"id": "x"})
    assert len(found) > 5
    assert len(set(found)) == len(found)


anything = st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text(), max_size=2))


@given(
    field=st.sampled_from(
        ["id", "name", "peer_address", "peer_id", "local_id", "local_address", "local_cidrs",
         "remote_cidrs", "initiator", "auth_mode", "dpd", "dpd__action", "dpd__interval",
         "ike_policy", "ike_policy__lifetime", "ike_policy__lifetime__value"]
        + [f"ike_policy__{key}" for key in CONNECTION["ike_policy"]]
        + [f"ipsec_policy__{key}" for key in CONNECTION["ipsec_policy"]]
    ),
    value=anything,
)  # fmt: skip
def test_no_text_of_the_api_becomes_syntax(field: str, value: Any) -> None:
    try:
        config = peer_config(connection(**{field: value})).config
    except UnmappableError:
        return
    depth = 0
    for line in config.splitlines()[1:]:
        assert re.fullmatch(
            r" *([A-Za-z0-9_-]+ \{|\}|[a-z_]+ = ([^\"#{}\\\n]+|\"[^\"\\\n]+\"))", line
        )
        depth += line.endswith("{") - line.endswith("}")
        assert depth >= 0
    assert depth == 0


def test_rendering_refuses_what_could_be_syntax() -> None:
    for value in ("a } b", "a # b", "a\nb", 'a"b', '"a"b"', "", "a\\"):
        with pytest.raises(ValueError, match="the value of key is not safe"):
            render({"section": {"key": value}})


@pytest.mark.parametrize("psk", ["simple", "a#b{c}\"d\\e'f", "0xabcdef", "0sAAAA", "schlüssel"])
def test_a_key_is_written_in_base64(psk: str) -> None:
    text = peer_secret(psk, NAME, ["a@b", "203.0.113.20"])
    assert text.splitlines()[1:4] == [
        "secrets {",
        f"  ike-{NAME} {{",
        '    id-1 = "a@b"',
    ]
    secret = re.search(r"^    secret = 0s(\S+)$", text, re.MULTILINE)
    assert secret
    assert base64.b64decode(secret[1]).decode() == psk
    assert psk not in text


@pytest.mark.parametrize("psk", ["", None, "opensesame\n", " opensesame", "open\x00sesame"])
def test_a_damaged_key_is_refused_and_not_shown(psk: Any) -> None:
    with pytest.raises(UnmappableError) as caught:
        peer_secret(psk, NAME, ["a", "b"])
    assert "sesame" not in str(caught.value)
