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
from ansible_collections.otc.vpn.plugins.plugin_utils._audit import (
    RULES,
    SEVERITIES,
    AcceptanceError,
    acceptances,
    findings,
    settings,
)

from tests.report.connections import GOOD_IKE, GOOD_IPSEC

TODAY = date(2026, 11, 24)
DPD = {"action": "hold", "interval": 30, "timeout": 120}


def connection(
    ike: dict[str, Any] | None = None,
    ipsec: dict[str, Any] | None = None,
    dpd: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A connection in order but for the given settings."""
    return {
        "id": "c-1",
        "name": "berlin",
        "ike_policy": GOOD_IKE | (ike or {}),
        "ipsec_policy": GOOD_IPSEC | (ipsec or {}),
        "dpd": DPD | (dpd or {}),
    }


def lifetime(value: object, units: str = "seconds") -> dict[str, Any]:
    return {"lifetime": {"units": units, "value": value}}


def ids(found: dict[str, Any]) -> list[str]:
    return [finding["id"] for finding in findings(found, [], TODAY)]


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
]


@pytest.mark.parametrize(("rule", "severity", "weak"), WEAK, ids=[row[0] for row in WEAK])
def test_each_weak_setting_is_one_finding(rule: str, severity: str, weak: dict[str, Any]) -> None:
    found = findings(weak, [], TODAY)
    assert [(f["id"], f["severity"]) for f in found] == [(rule, severity)]
    assert all(found[0][key] for key in ("title", "reason", "mend", "source", "value"))


def test_every_rule_is_tested_and_has_its_own_id() -> None:
    tested = {row[0] for row in WEAK} | {"aggressive-mode"}
    assert {rule.id for rule in RULES} == tested
    assert len(RULES) == len(tested)


def test_the_readme_lists_every_rule_with_its_severity() -> None:
    readme = Path("roles/ipsec_report/README.md").read_text("utf-8")
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
def test_other_spellings(spelling: dict[str, Any], rule: str) -> None:
    assert ids(spelling) == [rule]


def test_authentication_word_is_unused_with_aead_and_encryption_word_with_ah() -> None:
    assert ids(connection(ipsec={"encryption_algorithm": "aes-256-gcm-16"} | _md5)) == []
    assert ids(connection(ipsec={"transform_protocol": "ah", "encryption_algorithm": "3des"})) == [
        "ah"
    ]
    # In IKE the word names the pseudo-random function, whatever the cipher.
    assert ids(connection(ike={"encryption_algorithm": "aes-256-gcm-16"} | _md5)) == ["ike-md5"]


_md5 = {"auth_algorithm": "md5"}


def test_the_most_severe_comes_first() -> None:
    weak = connection(
        ike={"ike_version": "v1", "auth_algorithm": "md5"},
        ipsec={"encryption_algorithm": "3des"},
        dpd={"action": "disabled"},
    )
    severities = [finding["severity"] for finding in findings(weak, [], TODAY)]
    assert severities == ["high", "high", "medium", "low"]
    assert severities == sorted(severities, key=SEVERITIES.index)


def test_every_rule_looks_at_a_setting_there_is() -> None:
    known = settings(connection())
    assert {rule.setting for rule in RULES} <= set(known)


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
def test_an_acceptance_covers_its_finding_up_to_its_last_day(
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
        (accept(id="ike1"), r"Entry 1 .* 'ike1', which does not exist; there are aggressive-mode"),
        (accept(reason=" "), "Entry 1 .* needs a reason"),
        (accept(connection=None), "Entry 1 .* needs a connection"),
        (accept(until="soon"), "until: soon, which is not a date like 2026-12-31"),
        (accept(name="x"), "unknown key name"),
        ("ikev1", "not a dictionary"),
    ],
)
def test_a_wrong_acceptance_is_named(entry: Any, message: str) -> None:
    with pytest.raises(AcceptanceError, match=message):
        acceptances([entry])
