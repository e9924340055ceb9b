# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit's rules, row by row, and the list of accepted findings."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._vpn.states import STATES
from ansible_collections.otc.vpn.plugins.plugin_utils._report.acceptances import (
    AcceptanceError,
    acceptances,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._report.audit import audit
from ansible_collections.otc.vpn.plugins.plugin_utils._report.rules import (
    RULES,
    SEVERITIES,
    settings,
)

from tests.report.connections import GOOD_IKE, GOOD_IPSEC

ROOT = Path(__file__).parents[2]

TODAY = date(2026, 11, 24)
DPD = {"action": "hold", "interval": 30, "timeout": 120}


def connection(
    ike: dict[str, Any] | None = None,
    ipsec: dict[str, Any] | None = None,
    dpd: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a connection in order but for the given settings."""
    return {
        "id": "c-1",
        "name": "berlin",
        "created_at": "2026-01-01T00:00:00",
        "ike_policy": GOOD_IKE | (ike or {}),
        "ipsec_policy": GOOD_IPSEC | (ipsec or {}),
        "dpd": DPD | (dpd or {}),
        "remote_cidrs": ["172.16.1.0/24"],
    }


def lifetime(value: object, units: str = "seconds") -> dict[str, Any]:
    return {"lifetime": {"units": units, "value": value}}


def findings(
    found: dict[str, Any], accepted: Any = (), today: date = TODAY
) -> list[dict[str, Any]]:
    (row,) = audit([found], accepted, today)["connections"]
    result: list[dict[str, Any]] = row["findings"]
    return result


def ids(found: dict[str, Any]) -> list[str]:
    return [finding["id"] for finding in findings(found)]


# Every rule with a connection that has just this weakness, and its severity.
WEAK = [
    ("ikev1", "medium", connection(ike={"ike_version": "v1"})),
    ("ike-md5", "high", connection(ike={"auth_algorithm": "md5"})),
    ("ike-sha1", "medium", connection(ike={"auth_algorithm": "sha1"})),
    ("ike-3des", "high", connection(ike={"encryption_algorithm": "3des"})),
    ("ike-group1", "high", connection(ike={"pfs": "group1"})),
    ("ike-group2", "high", connection(ike={"pfs": "group2"})),
    ("ike-group5", "medium", connection(ike={"pfs": "group5"})),
    ("ike-group22", "high", connection(ike={"pfs": "group22"})),
    ("ike-group23", "medium", connection(ike={"pfs": "group23"})),
    ("ike-group24", "medium", connection(ike={"pfs": "group24"})),
    ("ike-group-unset", "medium", connection(ike={"pfs": "disable"})),
    ("ike-lifetime", "low", connection(ike=lifetime(86401))),
    ("ah", "high", connection(ipsec={"transform_protocol": "ah"})),
    ("transport-mode", "medium", connection(ipsec={"encapsulation_mode": "transport"})),
    ("ipsec-md5", "high", connection(ipsec={"auth_algorithm": "md5"})),
    ("ipsec-sha1", "medium", connection(ipsec={"auth_algorithm": "sha1"})),
    ("ipsec-3des", "high", connection(ipsec={"encryption_algorithm": "3des"})),
    ("pfs-off", "medium", connection(ipsec={"pfs": "disable"})),
    ("pfs-group1", "high", connection(ipsec={"pfs": "group1"})),
    ("pfs-group2", "high", connection(ipsec={"pfs": "group2"})),
    ("pfs-group5", "medium", connection(ipsec={"pfs": "group5"})),
    ("pfs-group22", "high", connection(ipsec={"pfs": "group22"})),
    ("pfs-group23", "medium", connection(ipsec={"pfs": "group23"})),
    ("pfs-group24", "medium", connection(ipsec={"pfs": "group24"})),
    ("ipsec-lifetime", "low", connection(ipsec=lifetime(28801))),
    ("lifetime-order", "low", connection(ike=lifetime(3599))),
    ("dpd-off", "low", connection(dpd={"action": "disabled"})),
    ("unknown-algorithm", "medium", connection(ike={"ike_version": "v3"})),
    ("overlapping-sides", "medium", connection() | {"local_cidrs": ["172.16.1.0/25"]}),
    ("gateway-in-networks", "medium", connection() | {"local_address": "172.16.1.9"}),
]


@pytest.mark.parametrize(("rule", "severity", "weak"), WEAK, ids=[row[0] for row in WEAK])
def test_each_weak_setting_is_one_finding(rule: str, severity: str, weak: dict[str, Any]) -> None:
    found = findings(weak, [], TODAY)
    assert [(f["id"], f["severity"]) for f in found] == [(rule, severity)]
    assert all(found[0][key] for key in ("title", "reason", "fix", "source", "value"))


def test_every_rule_is_tested_and_has_its_own_id() -> None:
    related = {"overlapping-tunnels", "pair-differs", "not-redundant", "quota"}
    tested = {row[0] for row in WEAK} | {"aggressive-mode", "removed-algorithm"} | related
    assert {rule.id for rule in RULES} == tested
    assert len(RULES) == len(tested)


def test_readme_lists_every_rule_with_its_severity() -> None:
    readme = (ROOT / "roles/ipsec_report/README.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.*`) \| (high|medium|low) \|", readme, re.MULTILINE)
    listed = {
        (name, severity) for names, severity in rows for name in re.findall(r"`(.+?)`", names)
    }
    assert listed == {(rule.id, rule.severity) for rule in RULES}


def test_aggressive_mode_counts_with_ikev1_only() -> None:
    aggressive = {"phase1_negotiation_mode": "aggressive"}
    assert ids(connection(ike=aggressive | {"ike_version": "v1"})) == ["aggressive-mode", "ikev1"]
    assert ids(connection(ike=aggressive)) == []


@pytest.mark.parametrize(
    "good",
    [
        connection(),
        connection(ike=lifetime(86400), ipsec=lifetime(28800)),
        connection(ike={"pfs": "group14"}, ipsec={"pfs": "group31"}),
        connection(ike={"auth_algorithm": "sha384"}, ipsec={"auth_algorithm": "sha2-512"}),
        connection(ipsec={"transform_protocol": "ah-esp"}),
        connection(ipsec=lifetime(10_000_000, "kilobytes")),
        connection(dpd={"action": "restart-by-peer"}),
    ],
)
def test_good_settings_are_no_findings(good: dict[str, Any]) -> None:
    assert ids(good) == []


@pytest.mark.parametrize(
    "unknown",
    [
        {"id": "c-2"},
        {"ike_policy": None, "ipsec_policy": None, "dpd": None},
        {"ike_policy": {}, "ipsec_policy": {"lifetime": {}}, "dpd": {}},
        {
            "ike_policy": dict.fromkeys(GOOD_IKE),
            "ipsec_policy": GOOD_IPSEC | lifetime("soon"),
            "dpd": {"action": None},
        },
    ],
)
def test_unknown_settings_are_no_findings(unknown: dict[str, Any]) -> None:
    assert ids(unknown) == []


@pytest.mark.parametrize(
    ("spelling", "rule"),
    [
        (connection(ike={"ike_version": "IKEv1"}), "ikev1"),
        (connection(ike={"ike_version": "1"}), "ikev1"),
        (connection(ike={"auth_algorithm": " SHA1 "}), "ike-sha1"),
        (connection(ike={"pfs": "Group5"}), "ike-group5"),
        (connection(ike={"pfs": "dh_group2"}), "ike-group2"),
        (connection(ipsec={"pfs": "disabled"}), "pfs-off"),
        (connection(ipsec={"pfs": 2}), "pfs-group2"),
        (connection(ipsec=lifetime("28801")), "ipsec-lifetime"),
        (connection(ipsec={"lifetime": {"value": 28801}}), "ipsec-lifetime"),
    ],
)
def test_other_notations_are_recognized(spelling: dict[str, Any], rule: str) -> None:
    assert ids(spelling) == [rule]


def test_authentication_word_is_unused_with_aead_and_encryption_word_with_ah() -> None:
    assert ids(connection(ipsec={"encryption_algorithm": "aes-256-gcm-16"} | _md5)) == []
    assert ids(connection(ipsec={"transform_protocol": "ah", "encryption_algorithm": "3des"})) == [
        "ah"
    ]
    # AH authenticates with this word, whatever cipher is stored beside it.
    ah = {"transform_protocol": "ah", "encryption_algorithm": "aes-256-gcm-16"}
    assert ids(connection(ipsec=ah | _md5)) == ["ah", "ipsec-md5"]
    # In IKE the word names the pseudo-random function, whatever the cipher.
    assert ids(connection(ike={"encryption_algorithm": "aes-256-gcm-16"} | _md5)) == ["ike-md5"]


_md5 = {"auth_algorithm": "md5"}


def test_most_severe_comes_first() -> None:
    weak = connection(
        ike={"ike_version": "v1", "auth_algorithm": "md5"},
        ipsec={"encryption_algorithm": "3des"},
        dpd={"action": "disabled"},
    )
    severities = [finding["severity"] for finding in findings(weak, [], TODAY)]
    assert severities == ["high", "high", "medium", "low"]
    assert severities == sorted(severities, key=SEVERITIES.index)


def test_every_rule_checks_existing_setting() -> None:
    known = settings(connection())
    assert {rule.setting for rule in RULES if rule.weak != ()} <= set(known)


def accept(**entry: object) -> dict[str, Any]:
    return {"id": "ikev1", "connection": "berlin", "reason": "Old router."} | entry


@pytest.mark.parametrize(
    ("entry", "accepted"),
    [
        (accept(), True),
        (accept(connection="c-1"), True),
        (accept(connection="all"), True),
        (accept(connection="hamburg"), False),
        (accept(id="ike-md5"), False),
        (accept(until="2026-11-24"), True),
        (accept(until=date(2026, 11, 24)), True),
        (accept(until="2026-11-23"), False),
    ],
)
def test_acceptance_covers_its_finding_up_to_its_last_day(
    entry: dict[str, Any], accepted: bool
) -> None:
    (found,) = findings(connection(ike={"ike_version": "v1"}), acceptances([entry]), TODAY)
    assert bool(found["accepted"]) is accepted
    if accepted:
        assert found["accepted"]["reason"] == "Old router."
        assert found["accepted"]["until"] == (str(entry["until"]) if "until" in entry else None)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (accept(id="ike1"), r"Entry 1 .* unknown id 'ike1'. Supported values: aggressive-mode, ah"),
        (accept(reason=" "), "Entry 1 .* has no reason"),
        (accept(connection=None), "Entry 1 .* has no connection"),
        (accept(until="soon"), "until must be a date such as 2026-12-31, got: soon"),
        (accept(name="x"), "unknown key name"),
        ("ikev1", "must be a dictionary"),
    ],
)
def test_wrong_acceptance_is_named(entry: Any, message: str) -> None:
    with pytest.raises(AcceptanceError, match=message):
        acceptances([entry])


# Unknown values


@pytest.mark.parametrize(
    ("unknown", "setting", "value"),
    [
        (connection(ike={"encryption_algorithm": "sm4"}), "ike_policy.encryption_algorithm", "sm4"),
        (connection(ike={"auth_algorithm": "SHA3"}), "ike_policy.auth_algorithm", "sha3"),
        (connection(ike={"ike_version": "fast"}), "ike_policy.ike_version", "fast"),
        (
            connection(ike={"ike_version": "v1", "phase1_negotiation_mode": "quick"}),
            "ike_policy.phase1_negotiation_mode",
            "quick",
        ),
        (connection(ike={"pfs": "group99"}), "ike_policy.pfs", "group99"),
        (connection(ike={"pfs": "kyber"}), "ike_policy.pfs", "kyber"),
        (connection(ipsec={"pfs": "group3"}), "ipsec_policy.pfs", "group3"),
        (connection(ipsec={"transform_protocol": "wg"}), "ipsec_policy.transform_protocol", "wg"),
        (connection(ipsec={"encapsulation_mode": "x"}), "ipsec_policy.encapsulation_mode", "x"),
        (connection(ipsec={"auth_algorithm": ["md5"]}), "ipsec_policy.auth_algorithm", "['md5']"),
        (connection(dpd={"action": "panic"}), "dpd.action", "panic"),
    ],
)
def test_unknown_value_is_finding(unknown: dict[str, Any], setting: str, value: str) -> None:
    found = [one for one in findings(unknown) if one["id"] == "unknown-algorithm"]
    assert [(one["setting"], one["value"]) for one in found] == [(setting, value)]


@pytest.mark.parametrize(
    "known",
    ["aes-128-ctr", "aes-192", "aes-256-ccm-8", "aes-256-gcm-16", "AES_128_GCM_12"],
)
def test_documented_ciphers_are_known(known: str) -> None:
    both = {"encryption_algorithm": known}
    assert ids(connection(ike=both, ipsec=both)) == []


def test_removed_algorithms_are_found_on_neutron_only() -> None:
    otc = connection(ike={"auth_algorithm": "sha1"}, ipsec={"encryption_algorithm": "3des"})
    neutron = otc | {"created_at": None}
    enterprise = neutron | {"edition": "enterprise"}
    assert ids(otc) == ids(enterprise) == ["ipsec-3des", "ike-sha1"]
    assert ids(neutron) == ["ipsec-3des", "ike-sha1", "removed-algorithm", "removed-algorithm"]


# The whole result


def test_row_has_every_fact_in_one_line() -> None:
    policies = {
        "ike_policy": GOOD_IKE | {"id": "p-1", "name": "ike\nold"},
        "ipsec_policy": GOOD_IPSEC | {"id": "p-2", "name": "esp"} | lifetime(3600, "kilobytes"),
    }
    facts = {
        "id": "c-1",
        "name": "berlin\n1",
        "description": "a\nb",
        "peer_address": "198.51.100.7",
        "status": "ACTIVE",
        "edition": "enterprise",
        "cloud": "one",
        "region": "eu-nl",
        "project": "p",
        "tenant_id": "t-1",
        "vpnservice_id": "s-1",
        "vpn_service": {"id": "s-2", "name": "service"},
        "local_address": "203.0.113.1",
        "local_cidrs": ["10.0.0.0/24", "10.0.1.0/24"],
        "remote_cidrs": ("192.168.0.0/24",),
        "dpd": {"action": "hold"},
        "psk": "a-secret",
    }
    keys = ("id", "name", "encryption_algorithm", "auth_algorithm", "pfs")
    (row,) = audit([facts | policies], [], TODAY)["connections"]
    del row["findings"]
    assert row == {
        **{key: facts[key] for key in ("id", "peer_address", "status", "edition", "cloud")},
        **{key: facts[key] for key in ("region", "project", "local_address", "local_cidrs")},
        "name": "berlin 1",
        "label": "berlin 1",
        "description": "a b",
        "state": "up",
        "project_id": "t-1",
        "vpn_service": "service",
        "vpn_service_id": "s-1",
        "remote_cidrs": ["192.168.0.0/24"],
        "ike": {key: policies["ike_policy"][key] for key in keys}
        | {"name": "ike old", "ike_version": "v2", "phase1_negotiation_mode": "main"}
        | {"lifetime": "86400 seconds"},
        "ipsec": {key: policies["ipsec_policy"][key] for key in keys}
        | {"transform_protocol": "esp", "encapsulation_mode": "tunnel"}
        | {"lifetime": "3600 kilobytes"},
        "dpd": "hold",
        "has_open_findings": True,  # there is no second connection
    }


@pytest.mark.parametrize(
    ("facts", "label"),
    [
        ({}, "(unnamed)"),
        ({"id": "c-1"}, "c-1"),
        ({"id": "c-1", "peer_address": "192.0.2.1"}, "192.0.2.1"),
        ({"id": "c-1", "peer_address": "192.0.2.1", "name": "one"}, "one"),
    ],
)
def test_row_without_facts_is_empty(facts: dict[str, Any], label: str) -> None:
    (row,) = audit([facts], [], TODAY)["connections"]
    words = ("id", "name", "description", "peer_address", "status", "cloud", "region", "project")
    more = ("project_id", "vpn_service", "vpn_service_id", "local_address", "dpd")
    empty = dict.fromkeys((*words, *more), "")
    unknown = dict.fromkeys(("local_cidrs", "remote_cidrs", "ike", "ipsec"))
    assert row == {
        **(empty | facts | unknown),
        "label": label,
        "state": "unknown",
        "edition": "classic",
        "findings": [],
        "has_open_findings": False,
    }


def test_references_are_known_by_their_own_names_or_ids() -> None:
    (row,) = audit([{"vpn_service": {"id": "s-2"}, "project_id": "p"}], [], TODAY)["connections"]
    assert (row["vpn_service"], row["vpn_service_id"], row["project_id"]) == ("", "s-2", "p")
    (row,) = audit([{"vpnservice_id": "s-1"}], [], TODAY)["connections"]
    assert (row["vpn_service"], row["vpn_service_id"]) == ("s-1", "s-1")


def test_accepted_findings_are_counted_apart() -> None:
    weak = connection(ike={"ike_version": "v1", "auth_algorithm": "md5"}) | {"status": "ACTIVE"}
    other = weak | {"id": "c-2", "name": "munich", "cloud": "two", "ipsec_policy": None}
    accepted = acceptances([accept(until="2026-12-31"), accept(id="ah", connection="all")])
    result = audit([other, weak], accepted, TODAY)
    assert result["summary"] == {
        "connections": 2,
        "states": {name: 2 if name == "up" else 0 for name in STATES},
        "findings": {"high": 2, "medium": 1, "low": 0},
        "accepted": 1,
        "not_audited": 1,
        "text": "All 2 tunnels are up. 3 open findings: 2 high, 1 medium. 1 finding accepted. "
        "1 tunnel not fully audited: policy unknown.",
    }
    assert result["sources"] == [
        {"cloud": cloud, "region": "", "project": "", "project_id": "", "edition": "classic"}
        | {"connections": 1}
        for cloud in ("", "two")
    ]
    assert result["unused_accepted"] == [{"id": "ah", "connection": "all", "reason": "Old router."}]
    (md5, ikev1), _other = (row["findings"] for row in result["connections"])
    assert (md5["id"], md5["accepted"]) == ("ike-md5", None)
    assert (ikev1["id"], ikev1["accepted"]) == (
        "ikev1",
        {"reason": "Old router.", "until": "2026-12-31"},
    )
    only = connection(ike={"ike_version": "v1"})
    for entries, is_open in (([], True), (accepted, False)):
        (row,) = audit([only], entries, TODAY)["connections"]
        assert row["has_open_findings"] is is_open


def test_finding_has_all_that_rule_says() -> None:
    weak = connection(ike={"id": "p-1", "name": "old\none", "ike_version": "v1"})
    (rule,) = (rule for rule in RULES if rule.id == "ikev1")
    assert findings(weak) == [
        {
            "id": "ikev1",
            "severity": "medium",
            "title": "IKEv1",
            "setting": "ike_policy.ike_version",
            "value": "v1",
            "reason": rule.advice.reason,
            "fix": "ike_version: v2",
            "source": rule.advice.source,
            "policy": {"kind": "ike_policy", "id": "p-1", "name": "old one", "connections": 1},
            "accepted": None,
        }
    ]


# Policies


def test_finding_names_policy_and_how_many_tunnels_share_it() -> None:
    weak = connection(ike={"id": "p-1", "name": "old", "ike_version": "v1"})
    rows = audit([weak | {"id": f"c-{n}"} for n in range(3)], [], TODAY)["connections"]
    assert [row["findings"][0]["policy"] for row in rows] == [
        {"kind": "ike_policy", "id": "p-1", "name": "old", "connections": 3}
    ] * 3


def test_policy_is_known_by_id_in_connection() -> None:
    (found,) = findings(connection(ipsec={"pfs": "disable"}) | {"ipsecpolicy_id": "p-2"})
    assert found["policy"]["id"] == "p-2"
    (found,) = findings(connection(dpd={"action": "disabled"}) | {"ipsecpolicy_id": "p-2"})
    assert found["policy"] is None


def test_fix_is_in_names_of_edition() -> None:
    weak = connection(
        ike={"pfs": "group2", "auth_algorithm": "sha1"} | lifetime(86401),
        ipsec={"pfs": "group2"} | lifetime(28801),
    )
    classic = {one["id"]: one["fix"] for one in findings(weak)}
    assert classic["ike-group2"].startswith("pfs: group19")
    assert classic["ike-sha1"] == "auth_algorithm: sha2-256"
    enterprise = {one["id"]: one["fix"] for one in findings(weak | {"edition": "enterprise"})}
    assert enterprise["ike-group2"].startswith("dh_group: group19")
    assert enterprise["pfs-group2"].startswith("pfs: group19")
    assert enterprise["ike-sha1"] == "authentication_algorithm: sha2-256"
    assert enterprise["ike-lifetime"].startswith("lifetime_seconds: 86400")
    assert enterprise["ipsec-lifetime"].startswith("lifetime_seconds: 3600")


# Findings that take several connections


def tunnel(name: str, *remote: str, **other: Any) -> dict[str, Any]:
    return connection() | {
        "id": f"id-{name}",
        "name": name,
        "vpnservice_id": "service-1",
        "local_cidrs": ["10.0.0.0/24"],
        "remote_cidrs": list(remote) or ["172.16.1.0/24"],
        **other,
    }


def values(rows: list[dict[str, Any]], rule: str) -> dict[str, str]:
    """Return what the rule found for each connection, by name."""
    return {
        row["name"]: found["value"]
        for row in audit(rows, [], TODAY)["connections"]
        for found in row["findings"]
        if found["id"] == rule
    }


def test_tunnels_with_overlapping_networks_are_found() -> None:
    rows = [
        tunnel("all", "172.16.0.0/12"),
        tunnel("one", "172.16.1.0/24", "192.168.0.0/24"),
        tunnel("two", "172.16.2.0/24", "2001:db8::/32"),
        tunnel("six", "2001:db8:1::/48"),
        tunnel("alone", "192.168.1.0/24"),
    ]
    assert values(rows, "overlapping-tunnels") == {
        "all": "one, two",
        "one": "all",
        "two": "all, six",
        "six": "two",
    }


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        ({}, True),
        ({"local_cidrs": None}, True),
        ({"local_cidrs": ["10.0.0.128/25"]}, True),
        ({"local_cidrs": ["10.0.1.0/24"]}, False),
        ({"vpnservice_id": "service-2"}, False),
        ({"remote_cidrs": None}, False),
        ({"remote_cidrs": ["masked"]}, False),
        ({"style": "static"}, False),
    ],
)
def test_tunnels_overlap_if_gateway_and_both_sides_do(other: dict[str, Any], overlap: bool) -> None:
    assert bool(values([tunnel("one"), tunnel("two", **other)], "overlapping-tunnels")) is overlap


def test_many_overlaps_are_counted() -> None:
    found = values([tunnel(f"t{n}") for n in range(6)], "overlapping-tunnels")
    assert found["t0"] == "t1, t2, t3 and 2 more"


def test_other_tunnel_is_named_by_its_address_or_id_if_it_has_no_name() -> None:
    unnamed = [tunnel("", id="id-1"), tunnel("", id="id-2", peer_address="198.51.100.7")]
    rows = audit([*unnamed, tunnel("named")], [], TODAY)["connections"]
    found = {row["id"]: one["value"] for row in rows for one in row["findings"]}
    assert found == {
        "id-1": "198.51.100.7, named",
        "id-2": "id-1, named",
        "id-named": "198.51.100.7, id-1",
    }


def test_overlapping_sides_are_found() -> None:
    rows = [
        tunnel("everything", "0.0.0.0/0"),
        tunnel("equal", "10.0.0.0/24"),
        tunnel("inside", "10.0.0.0/25"),
        tunnel("apart", "10.0.1.0/24"),
    ]
    assert values(rows, "overlapping-sides") == {
        "everything": "10.0.0.0/24 and 0.0.0.0/0",
        "equal": "10.0.0.0/24 and 10.0.0.0/24",
        "inside": "10.0.0.0/24 and 10.0.0.0/25",
    }


@pytest.mark.parametrize(
    ("inside", "more"), [(1, ""), (3, ""), (4, " and 1 more"), (9, " and 6 more")]
)
def test_at_most_three_values_are_shown(inside: int, more: str) -> None:
    cidrs = [f"172.16.0.0/{30 - number}" for number in range(inside)]
    found = values(
        [tunnel("one", remote_cidrs=cidrs, peer_address="172.16.0.1")], "gateway-in-networks"
    )
    shown = ", ".join(f"172.16.0.1 in {cidr}" for cidr in cidrs[:3])
    assert found == {"one": shown + more}


@pytest.mark.parametrize(
    ("other", "value"),
    [
        ({"peer_address": "172.16.1.9"}, "172.16.1.9 in 172.16.1.0/24"),
        ({"local_address": "10.0.0.1"}, "10.0.0.1 in 10.0.0.0/24"),
        ({"peer_address": "198.51.100.1", "local_address": "203.0.113.1"}, None),
        ({"peer_address": "gateway.example.com", "local_address": None}, None),
        ({"peer_address": "2001:db8::1"}, None),
        (
            {"peer_address": "172.16.2.9", "remote_cidrs": ["branch", None, "172.16.2.0/24"]},
            "172.16.2.9 in 172.16.2.0/24",
        ),
    ],
)
def test_gateway_inside_networks_is_found(other: dict[str, Any], value: str | None) -> None:
    assert values([tunnel("one", **other)], "gateway-in-networks").get("one") == value


def pair(**second: Any) -> list[dict[str, Any]]:
    both = {"edition": "enterprise", "cgw_id": "customer-1"}
    return [tunnel("one", **both), tunnel("two", **both, **second)]


def test_pair_that_differs_is_found() -> None:
    weak = {"ipsec_policy": GOOD_IPSEC | {"pfs": "group14"}, "remote_cidrs": ["172.16.0.0/16"]}
    assert values(pair(**weak), "pair-differs") == dict.fromkeys(
        ("one", "two"), "ipsec_policy.pfs, remote_cidrs"
    )
    assert values(pair(), "pair-differs") == {}


def test_connections_of_pair_do_not_overlap_but_others_do() -> None:
    assert values(pair(), "overlapping-tunnels") == {}
    other = tunnel("three", edition="enterprise", cgw_id="customer-2")
    assert values([*pair(), other], "overlapping-tunnels")["three"] == "one, two"


def test_enterprise_connection_without_second_one_is_found() -> None:
    assert values(pair()[:1], "not-redundant") == {"one": "1 connection"}
    assert values(pair(), "not-redundant") == {}
    assert values([tunnel("classic")], "not-redundant") == {}


@pytest.mark.parametrize(
    ("number", "other", "value"),
    [
        (9, {}, None),
        (10, {}, "10 of 12"),
        (12, {}, "12 of 12"),
        (13, {}, None),  # the project has another quota
        (12, {"created_at": None}, None),  # Neutron
        (12, {"edition": "enterprise"}, None),
        (
            2,
            {
                "edition": "enterprise",
                "vpn_service": {"connection_number": 10, "used_connection_number": 8},
            },
            "8 of 10",
        ),
        (
            2,
            {
                "edition": "enterprise",
                "vpn_service": {"connection_number": 10, "used_connection_number": 7},
            },
            None,
        ),
    ],
)
def test_quota_is_found_once_at_newest_connection(
    number: int, other: dict[str, Any], value: str | None
) -> None:
    rows = [
        tunnel(f"t{n}", f"172.16.{n}.0/24", project_id="p", created_at=f"2026-01-{n + 1:02d}")
        for n in range(number)
    ]
    found = values([row | other for row in rows], "quota")
    assert found == ({f"t{number - 1}": value} if value else {})


def test_connection_without_time_is_not_newest() -> None:
    times = [f"2026-01-{number + 1:02d}" for number in range(9)]
    rows = [
        tunnel(f"t{number}", f"172.16.{number}.0/24", created_at=time, tags=[])
        for number, time in enumerate([*times, None])
    ]
    assert values(rows, "quota") == {"t8": "10 of 12"}


def test_quota_is_counted_by_project() -> None:
    rows = [tunnel(f"t{n}", project_id=f"p{n % 2}") for n in range(12)]
    assert values(rows, "quota") == {}


def test_finding_of_several_connections_can_be_accepted() -> None:
    entry = accept(id="overlapping-tunnels", connection="one")
    found = audit([tunnel("one"), tunnel("two")], acceptances([entry]), TODAY)
    assert found["summary"]["accepted"] == 1
    assert found["unused_accepted"] == []


@pytest.mark.parametrize("broken", [[], "text", 7, [1], None])
def test_values_of_another_type_are_no_failure(broken: Any) -> None:
    fields = ("ike_policy", "ipsec_policy", "dpd", "vpn_service", "local_cidrs", "remote_cidrs")
    row = tunnel("one", **dict.fromkeys((*fields, "status", "peer_address", "edition"), broken))
    (found,) = audit([row], [], TODAY)["connections"]
    assert (found["ike"], found["state"]) == (None, "unknown")
