# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Constructed options give what Ansible's own plugin `constructed` makes of the same hosts."""

from __future__ import annotations

import json
import random
import typing as t
from collections import Counter
from pathlib import Path

import pytest

from tests.ansible_commands import Ansible
from tests.mock_api import MockApi

Row = dict[str, t.Any]
SCRIPT = Path(__file__).with_name("constructed.py")

EXPRESSIONS = (
    "ipsec_name",
    "ipsec_status == 'ACTIVE'",
    "ipsec_status | lower",
    "ipsec_name ~ ' at ' ~ ansible_host",
    "(ipsec_tags | first).value",
    "ipsec_tags | items2dict | default({})",
    "ipsec_tags | map(attribute='key') | list",
    "ipsec_peer_cidrs",
    "ipsec_peer_cidrs | length > 0",
    "ipsec_peer_cidrs | length",
    "ipsec_dpd",
    "ipsec_dpd.interval | default(0) | int",
    "ipsec_description",
    "ipsec_name is match('branch\\\\W')",
    "ipsec_name | regex_replace('\\W', '\\\\-')",
    "'a\\tb' ~ ipsec_mtu",
    "ipsec_initiator",
    "ipsec_new",
    "extra",
    "site",
    "site | default('no site') == 'one'",
    "inventory_hostname | length > 12",
    "ipsec_mtu",
    "ipsec_admin_state_up",
    "not ipsec_admin_state_up",
    "ipsec_nothing",
    "ipsec_nothing is defined",
    "ipsec_dpd.nothing.more",
    "ipsec_name | no_such_filter",
    "ipsec_name is no_such_test",
    "ipsec_mtu / 0",
    "ipsec_name ==",
    "{{ ipsec_name }}",
    "{{ ipsec_status == 'ACTIVE' }}",
    "'{{ ipsec_name }}'",
    "'{{ ipsec_name }}' == ipsec_name",
    "lookup('ansible.builtin.env', 'CONSTRUCTED')",
    "query('ansible.builtin.env', 'CONSTRUCTED')",
    "lookup('ansible.builtin.vars', 'ipsec_name')",
    "lookup('ansible.builtin.no_such_lookup')",
    "now().year > 2000",
    "range(3) | list",
    "omit",
    "none",
    "''",
    "",
    "true",
)
# Ansible's own plugin knows already in `compose` what a host is called.
FOR_GROUPS_ONLY = ("inventory_hostname | length > 12",)
PREFIXES = ("", "p", "two words")
DEFAULTS: tuple[Row, ...] = (
    {},
    {"default_value": "none"},
    {"trailing_separator": False},
    {"default_value": "x", "trailing_separator": True},
)
PARENTS: tuple[Row, ...] = (
    {},
    {"parent_group": "parent"},
    {"parent_group": "{{ ipsec_status }}"},
    {"parent_group": "{{ ipsec_nothing }}"},
)
COMPOSED = tuple(one for one in EXPRESSIONS if one not in FOR_GROUPS_ONLY)


def alone() -> t.Iterator[Row]:
    """Return each expression in each of the options, and in all of them."""
    for strict in (False, True):
        for expression in COMPOSED:
            options: Row = {"compose": {"site": expression}}
            yield {"strict": strict, **options}
            options |= {"groups": {"some": expression}, "keyed_groups": [{"key": expression}]}
            yield {"strict": strict, **options}
        for expression in EXPRESSIONS:
            yield {"strict": strict, "groups": {"some": expression}}
            yield {"strict": strict, "keyed_groups": [{"key": expression, "prefix": "k"}]}


def mixed(seed: int) -> Row:
    """Return a mix of options, the same for the same seed."""
    chosen = random.Random(seed)
    keyed = [
        {
            "key": chosen.choice(EXPRESSIONS),
            "prefix": chosen.choice(PREFIXES),
            "separator": chosen.choice(("_", "-", "")),
            **chosen.choice(DEFAULTS),
            **chosen.choice(PARENTS),
        }
        for _number in range(chosen.randrange(4))
    ]
    return {
        "strict": chosen.random() < 0.3,
        "use_extra_vars": chosen.random() < 0.5,
        "leading_separator": chosen.random() < 0.5,
        "compose": {
            name: chosen.choice(COMPOSED) for name in ("site", "ipsec_mtu", "third", "ipsec_new")
        },
        "groups": {name: chosen.choice(EXPRESSIONS) for name in ("up", "down", "a b", "parent")},
        "keyed_groups": keyed,
    }


@pytest.fixture(scope="module")
def answers(shared_ansible: Ansible, shared_mock_api: MockApi) -> list[tuple[Row, Row]]:
    """Return the options, and what the two plugins made of them."""
    options = [*alone(), *map(mixed, range(150))]
    path = shared_ansible.folder / "options.json"
    path.write_text(json.dumps(options))
    done = shared_ansible.run(
        "python",
        str(SCRIPT),
        str(shared_ansible.collections),
        str(path),
        environment={**shared_mock_api.environment("alice"), "CONSTRUCTED": "from the environment"},
    )
    assert done.returncode == 0, done.stderr
    return list(zip(options, json.loads(done.stdout), strict=True))


def test_constructed_options_match_plugin_of_ansible(
    answers: list[tuple[Row, Row]],
) -> None:
    different = [
        (options, answer) for options, answer in answers if answer["ours"] != answer["stock"]
    ]
    assert not different, (
        f"{len(different)} differ, the first: {json.dumps(different[0], indent=1)}"
    )


def test_mixes_cover_all_outcomes(answers: list[tuple[Row, Row]]) -> None:
    seen = Counter[str]()
    for _options, answer in answers:
        stock = answer["stock"]
        seen["errors"] += "error" in stock
        groups = dict(stock.get("groups", ()))
        seen["groups"] += len(groups) > 3
        seen["parents"] += any(group["groups"] for name, group in groups.items() if name != "all")
        seen["composed"] += any(
            "'site'" in variables for variables in stock.get("hostvars", {}).values()
        )
    assert all(seen[what] > 10 for what in ("errors", "groups", "parents", "composed")), seen
