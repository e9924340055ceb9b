# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a connection to swanctl's text: each row of the mapping, what is refused, what is quoted."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from ansible_collections.otc.vpn.plugins.plugin_utils._peer import peer as neutral
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.peer import (
    UnsupportedConnectionError,
    create_peer,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.swanctl import (
    GROUPS as GROUP_KEYWORDS,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.swanctl import (
    Configuration,
    configure,
    parse_sas,
    render,
    secrets,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit import connections
from tests.unit.connections import changed

CONNECTION = changed(connections.CONNECTION, name="}} # a name is nowhere in the file")
NAME = "otc-vpn-4b8f2a52-0000-4000-8000-000000000001"


def connection(**changes: Any) -> dict[str, Any]:
    """Return the connection above with changes; `ike_policy__pfs=x` changes one field of a policy."""
    return changed(CONNECTION, **changes)


def peer_config(
    given: dict[str, Any], start_action: str | None = None, **options: Any
) -> Configuration:
    """Return the configuration of the connection's on-premises side."""
    return configure(create_peer(given, **options), start_action)


def values(config: Configuration) -> dict[str, list[str]]:
    """Return each key of the text and the values that it has, in order."""
    found: dict[str, list[str]] = {}
    for line in config.config.splitlines():
        if match := re.fullmatch(r" *([a-z_]+) = (.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


def test_configuration_has_sides_swapped() -> None:
    config = peer_config(CONNECTION)
    assert (config.name, config.start_action) == (NAME, "trap")
    assert config.config.splitlines()[1:] == [
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
        '      id = "fqdn:branch.example.com"',
        "    }",
        "    remote {",
        "      auth = psk",
        '      id = "203.0.113.20"',
        "    }",
        "    keyingtries = 0",
        "    children {",
        f"      {NAME}-1 {{",
        "        mode = tunnel",
        "        esp_proposals = aes128-sha1-ecp256",
        "        local_ts = 10.1.0.0/24",
        "        remote_ts = 10.2.0.0/24",
        "        rekey_time = 3240s",
        "        life_time = 3600s",
        "        start_action = trap",
        "        reqid = 1182365109",
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
def test_each_row_of_mapping_is_rendered(field: str, word: str, key: str, expected: str) -> None:
    assert values(peer_config(connection(**{field: word})))[key] == [expected]


def test_no_row_of_mapping_is_without_test() -> None:
    assert set(neutral.INTEGRITY) == set(INTEGRITY)
    assert set(neutral.ENCRYPTION) == {*CIPHERS, *AEAD}
    assert set(neutral.GROUPS) == set(GROUPS)
    assert {int(name.removeprefix("group")): GROUPS[name] for name in GROUPS} == GROUP_KEYWORDS


@pytest.mark.parametrize(("mode", "aggressive"), [("main", "no"), ("aggressive", "yes")])
def test_negotiation_mode_is_only_of_ikev1(mode: str, aggressive: str) -> None:
    given = connection(ike_policy__ike_version="v1", ike_policy__phase1_negotiation_mode=mode)
    assert values(peer_config(given))["aggressive"] == [aggressive]
    given = connection(ike_policy__phase1_negotiation_mode=mode)
    assert "aggressive" not in values(peer_config(given))


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_each_pair_of_networks_has_child(version: str) -> None:
    config = peer_config(
        connection(
            ike_policy__ike_version=version,
            local_cidrs=["10.2.0.0/24", "2001:db8:2::/48", "10.2.1.0/24"],
            remote_cidrs=["10.1.0.0/24", "2001:DB8:1::/48"],
        )
    )
    pairs = [
        ("10.1.0.0/24", "10.2.0.0/24"),
        ("10.1.0.0/24", "10.2.1.0/24"),
        ("2001:db8:1::/48", "2001:db8:2::/48"),
    ]
    assert [child[:3] for child in config.children] == [
        (f"{NAME}-{i}", *pair) for i, pair in enumerate(pairs, 1)
    ]
    written = zip(values(config)["local_ts"], values(config)["remote_ts"], strict=True)
    assert list(written) == pairs
    assert config.children[1].description == f"{NAME}-2 (10.1.0.0/24 === 10.2.1.0/24)"


def test_networks_are_written_once_and_by_their_first_address() -> None:
    given = connection(remote_cidrs=["10.1.0.9/24", "10.1.0.0/24"])
    assert values(peer_config(given))["local_ts"] == ["10.1.0.0/24"]


def test_dead_peer_detection_in_ikev1_has_timeout() -> None:
    config = values(peer_config(connection(ike_policy__ike_version="v1")))
    assert (config["dpd_delay"], config["dpd_timeout"]) == (["15s"], ["60s"])
    off = connection(ike_policy__ike_version="v1", dpd__action="disabled")
    config = values(peer_config(off))
    assert config["dpd_delay"] == ["0s"]
    assert not {"dpd_timeout", "dpd_action"} & set(config)


@pytest.mark.parametrize("dpd", [None, {}, {"action": None, "interval": None, "timeout": None}])
def test_dead_peer_detection_that_is_not_stated_has_documented_defaults(dpd: Any) -> None:
    config = values(peer_config(connection(dpd=dpd, ike_policy__ike_version="v1")))
    assert config["dpd_delay"] == ["30s"]
    assert config["dpd_timeout"] == ["120s"]
    assert set(config["dpd_action"]) == {"trap"}


@pytest.mark.parametrize("initiator", ["response-only", "bi-directional"])
def test_connections_of_two_gateways_have_equal_ike_settings(initiator: str) -> None:
    config = peer_config(connection(initiator=initiator)).config
    usual = peer_config(CONNECTION).config
    assert config.split("children {")[0] == usual.split("children {")[0]
    assert "keyingtries = 0" in config


def test_initiated_tunnel_is_initiated_again_when_closed() -> None:
    config = values(peer_config(connection(initiator="response-only")))
    assert config["close_action"] == ["start"]
    assert "close_action" not in values(peer_config(CONNECTION))


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("ip:2001:db8::1", "2001:db8::1"),
        ("fqdn:198.51.100.10", "fqdn:198.51.100.10"),
        ("email:branch@example.com", "email:branch@example.com"),
        ("dn:C=DE, O=x", "C=DE, O=x"),
        ("C=DE, O=x", "C=DE, O=x"),
    ],
)
def test_identity_has_type_that_strongswan_would_not_guess(given: str, written: str) -> None:
    config = peer_config(CONNECTION, local_id=given, remote_id=given)
    assert (config.local_id, config.remote_id) == (written, written)
    assert values(config)["id"] == [f'"{written}"'] * 2


def test_reqid_of_each_child_is_unique_and_stable() -> None:
    networks = {"remote_cidrs": [f"10.1.{number}.0/24" for number in range(9)]}
    first = peer_config(connection(**networks))
    second = peer_config(connection(id="4b8f2a52-0000-4000-8000-000000000002", **networks))
    reqids = [child.reqid for child in (*first.children, *second.children)]
    assert len(set(reqids)) == 18
    assert all(2**30 <= reqid < 2**31 for reqid in reqids)  # above those that strongSwan counts
    assert values(first)["reqid"] == [str(child.reqid) for child in first.children]
    assert peer_config(connection()).children == first.children[:1]
    # Other numbers would be other configurations, so a new version would replace every tunnel.
    assert reqids[:2] == [1182365109, 1182365110]


def test_trial_has_settings_of_connection_and_starts_nothing() -> None:
    config = peer_config(connection(initiator="response-only"))
    trial = config.trial.replace("-trial", "")
    assert "childless = force" in trial
    assert "unique = never" in trial
    differing = set(trial.splitlines()) ^ set(config.config.splitlines())
    assert {line.strip() for line in differing} == {
        "childless = force",
        "unique = never",
        "keyingtries = 0",
        "start_action = none",
        "start_action = start",
        "close_action = start",
    }
    assert peer_config(connection(ike_policy__ike_version="v1")).trial == ""


def test_options_override_connection() -> None:
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
    assert found["id"] == ['"fqdn:left"', '"keyid:right one"']
    assert (config.local_id, config.remote_id) == ("fqdn:left", "keyid:right one")
    assert found["start_action"] == [config.start_action] == ["none"]
    assert found["dpd_action"] == ["restart"]


@pytest.mark.parametrize(
    ("changes", "options", "problem"),
    [
        (
            {"ipsec_policy__transform_protocol": "ah-esp"},
            {},
            (
                "ipsec_policy.transform_protocol",
                "ah-esp",
                "strongSwan does not bundle AH with ESP. Use esp in the IPsec policy.",
            ),
        ),
        (
            {"dpd__action": "restart-by-peer"},
            {},
            (
                "dpd.action",
                "restart-by-peer",
                "strongSwan has no DPD action restart-by-peer; restart is the nearest.",
            ),
        ),
        (
            {},
            {"start_action": "strat"},
            (
                "start_action",
                "strat",
                "Unknown start_action 'strat'. Supported values: none, trap, start.",
            ),
        ),
        (
            {"peer_address": None},
            {},
            (
                "peer_address",
                None,
                "The connection has no address of the on-premises gateway (peer_address).",
            ),
        ),
    ],
)
def test_connection_without_equivalent_is_rejected(
    changes: dict[str, Any], options: dict[str, Any], problem: tuple[str, Any, str]
) -> None:
    with pytest.raises(UnsupportedConnectionError) as caught:
        peer_config(connection(**changes), **options)
    assert caught.value.problems == [problem]
    assert str(caught.value) == problem[2]


def test_bad_id_hides_no_other_problem() -> None:
    changes = {"id": "a b", "dpd__action": "restart-by-peer", "ike_policy__pfs": "disable"}
    with pytest.raises(UnsupportedConnectionError) as caught:
        peer_config(connection(**changes), start_action="strat")
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["id", "ike_policy.pfs", "start_action", "dpd.action"]
    reasons = [problem.reason for problem in caught.value.problems]
    assert str(caught.value) == " ".join(reasons)


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
def test_no_text_of_api_becomes_syntax(field: str, value: Any) -> None:
    try:
        config = peer_config(connection(**{field: value})).config
    except UnsupportedConnectionError:
        return
    depth = 0
    for line in config.splitlines()[1:]:
        assert re.fullmatch(
            r" *([A-Za-z0-9_-]+ \{|\}|[a-z_]+ = ([^\"#{}\\\n]+|\"[^\"\\\n]+\"))", line
        )
        depth += line.endswith("{") - line.endswith("}")
        assert depth >= 0
    assert depth == 0


def test_rendering_rejects_what_could_be_syntax() -> None:
    for value in ("a } b", "a # b", "a\nb", 'a"b', '"a"b"', "", "a\\"):
        with pytest.raises(ValueError, match="the value of key is not safe"):
            render({"section": {"key": value}})


@pytest.mark.parametrize("psk", ["simple", "a#b{c}\"d\\e'f", "0xabcdef", "0sAAAA", "schlüssel"])
def test_key_is_written_in_base64(psk: str) -> None:
    text = secrets(psk, NAME, ["a@b", "203.0.113.20"])
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
def test_damaged_key_is_rejected_and_not_shown(psk: Any) -> None:
    with pytest.raises(ValueError, match=r"^it (must be a string|begins or ends)") as caught:
        secrets(psk, NAME, ["a", "b"])
    assert "sesame" not in str(caught.value)


LISTED = """\
otc-vpn-a: #7, ESTABLISHED, IKEv2, 0011223344556677_i* 8899aabbccddeeff_r
  local  '203.0.113.10' @ 203.0.113.10[4500]
  remote 'x: #1, reqid 1, INSTALLED' @ 203.0.113.20[4500]
  AES_CBC-256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048
  established 5s ago, rekeying in 77755s
  otc-vpn-a-1: #3, reqid 1, INSTALLED, TUNNEL-in-UDP, ESP:AES_CBC-256/HMAC_SHA2_256_128
    installed 5s ago, rekeying in 3235s, expires in 3595s
    in  c1234567,      0 bytes,     0 packets
    out c7654321,      0 bytes,     0 packets
    local  10.1.0.0/24
    remote 10.2.0.0/24 10.3.0.0/24
  otc-vpn-b-10: #4, reqid 2, REKEYING, TUNNEL-in-UDP, ESP:AES_CBC-256/HMAC_SHA2_256_128
    local  10.1.1.0/24
    remote 10.2.1.0/24
  otc-vpn-b-11: #5, reqid 3, CREATED, TUNNEL-in-UDP, ESP:
otc-vpn-b: #8, CONNECTING, IKEv1, 0011223344556677_i* 0000000000000000_r
  local  '%any' @ 203.0.113.10[500]
"""


def test_listed_sas_are_parsed() -> None:
    first, second = parse_sas(LISTED)
    assert first["connections"] == ["otc-vpn-a", "otc-vpn-b"]
    assert second["connections"] == ["otc-vpn-b"]
    assert (first["name"], first["id"], first["state"]) == ("otc-vpn-a", "7", "ESTABLISHED")
    assert first["children"] == [
        {
            "name": "otc-vpn-a-1", "id": "3", "state": "INSTALLED", "connection": "otc-vpn-a", "ike_id": "7", "ike_state": "ESTABLISHED",
            "local": "10.1.0.0/24", "remote": "10.2.0.0/24 10.3.0.0/24",
            "description": "otc-vpn-a-1 (10.1.0.0/24 === 10.2.0.0/24 10.3.0.0/24)",
        },
        {
            "name": "otc-vpn-b-10", "id": "4", "state": "REKEYING", "connection": "otc-vpn-b", "ike_id": "7", "ike_state": "ESTABLISHED",
            "local": "10.1.1.0/24", "remote": "10.2.1.0/24",
            "description": "otc-vpn-b-10 (10.1.1.0/24 === 10.2.1.0/24)",
        },
        {
            "name": "otc-vpn-b-11", "id": "5", "state": "CREATED", "connection": "otc-vpn-b", "ike_id": "7", "ike_state": "ESTABLISHED",
            "local": "", "remote": "",
            "description": "otc-vpn-b-11 ( === )",
        },
    ]  # fmt: skip
    assert (second["state"], second["children"]) == ("CONNECTING", [])
    assert parse_sas("") == []
