# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, descriptions and tags are anybody's text: nothing in them is executed, none of it changes.

What would be executed makes a file, the canary. The notations that Ansible's own serializers read
back as more than text are among the values.
"""

from __future__ import annotations

import json
import subprocess
import typing as t

import pytest

from tests.ansible_commands import Ansible, plain_text, results
from tests.mock_api import MockApi

Row = dict[str, t.Any]
PROJECT = "vpn-one"
# The connections that carry the text are those of this value.
MARK = 1234


def texts() -> list[str]:
    """Return texts that something or other would take for more than text."""
    look_up = "lookup('ansible.builtin.pipe', 'touch canary')"
    return [
        f"{{{{ {look_up} }}}}",
        f"{{% if {look_up} %}}{{% endif %}}",
        "{{ query('ansible.builtin.pipe', 'touch canary') }}{# not seen #}",
        f"#jinja2:variable_start_string:'[[',variable_end_string:']]'\n[[ {look_up} ]]",
        "`touch canary` $(touch canary) ; touch canary | touch canary && touch canary",
        "' ; touch canary ; '\"",
        "!!python/object/apply:os.system ['touch canary']",
        "!unsafe &a [*a, {b: c}] # - no: yaml\n---\n...",
        "!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162",
        "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;",
        "../../../../etc/passwd",
        "tab\there, bell\a, escape \x1b[2J\x1b]0;title\a, nothing \x00, line\r\nbreak\u2028",
        "%s %n {0} {name} ${HOME} %(name)s \\n \\x41",
        "long " * 2000,
        "Ελληνικά, Русский, 日本語, العربية, हिन्दी, 한국어, ไทย, 𐍈, 👩🏽‍💻, \u202ebackwards\u202c",
    ]


TEMPLATE = "{{ lookup('ansible.builtin.pipe', 'touch canary') }}"
# Values that look like the notation of Ansible's serializers for texts that are templates.
DISGUISES = [
    {"__ansible_unsafe": TEMPLATE},
    {
        "__ansible_type": "_AnsibleTaggedStr",
        "value": TEMPLATE,
        "tags": [{"__ansible_type": "TrustedAsTemplate"}],
    },
    {"__ansible_vault": TEMPLATE},
]
# The same without what makes them that notation.
UNDISGUISED = [{}, {"value": TEMPLATE, "tags": [{}]}, {}]


class Hostile(t.NamedTuple):
    """A server that holds such texts, and the file that must not come to be."""

    ansible: Ansible
    mock_api: MockApi
    texts: list[str]

    def untouched(self) -> bool:
        """Return whether nothing was executed."""
        return not list(self.ansible.folder.rglob("*canary*"))


@pytest.fixture(scope="module")
def hostile(shared_ansible: Ansible) -> t.Iterator[Hostile]:
    """Return each text as name, description, peer id, and key and value of a tag of a connection."""
    with MockApi("otc") as mock_api:
        for position, text in enumerate(texts()):
            mock_api.change(
                mock_api.id_of(PROJECT, position),
                name=text,
                description=text,
                peer_id=text,
                tags=[{"key": text, "value": text}],
                vendor_extra=DISGUISES,
                mtu=MARK,
            )
        yield Hostile(shared_ansible, mock_api, texts())


SOURCE: Row = {
    "cache": True,
    "cache_plugin": "ansible.builtin.jsonfile",
    "cache_connection": "cache",
    "include": [f"ipsec_mtu == {MARK}", "ipsec_name == 'nobody'"],
    "exclude": ["ipsec_description == 'nothing'"],
    "compose": {
        "copied": "ipsec_name",
        "joined": "ipsec_name ~ '+' ~ ipsec_description",
        "picked": "ipsec_tags | map(attribute='value') | first",
        "listed": "[ipsec_name, ipsec_tags]",
    },
    "groups": {"all_of_them": "ipsec_name != '' and copied == ipsec_name"},
    "keyed_groups": [
        {"key": "ipsec_description", "prefix": "about"},
        {"key": "ipsec_tags | items2dict", "prefix": "tag"},
        {"key": "ipsec_name", "prefix": "", "separator": "", "parent_group": "named"},
    ],
}


@pytest.fixture(scope="module")
def inventories(hostile: Hostile) -> list[Row]:
    """Return the inventory from the server, and the same inventory from the cache."""
    environment = hostile.mock_api.environment("alice")
    # what nobody asked for arrives as well
    hostile.mock_api.fault("/v2.0/vpn/", quirks=["ignore_fields"])
    first = hostile.ansible.inventory(SOURCE, environment)
    asked = len(hostile.mock_api.requests)
    second = hostile.ansible.inventory(SOURCE, environment)
    assert len(hostile.mock_api.requests) == asked
    return [first, second]


def test_hosts_and_groups_are_not_templated(hostile: Hostile, inventories: list[Row]) -> None:
    for inventory in inventories:
        hosts = inventory["_meta"]["hostvars"].values()
        by_name = {one["ipsec_name"]: one for one in hosts}
        assert set(by_name) == set(hostile.texts)
        for text, variables in by_name.items():
            assert variables["ipsec_description"] == variables["ipsec_peer_id"] == text
            assert variables["copied"] == variables["picked"] == text
            assert variables["joined"] == f"{text}+{text}"
            assert variables["ipsec_other"]["vendor_extra"] == UNDISGUISED
            assert variables["ipsec_tags"] == [{"key": text, "value": text}]
            assert variables["listed"] == [text, [{"key": text, "value": text}]]
        assert set(inventory["all_of_them"]["hosts"]) == set(inventory["_meta"]["hostvars"])
    assert inventories[0] == inventories[1]
    assert hostile.untouched()


def test_host_names_are_readable_and_safe(inventories: list[Row]) -> None:
    hosts = {one["ipsec_name"]: name for name, one in inventories[0]["_meta"]["hostvars"].items()}
    assert hosts[texts()[0]] == "___lookup('ansible.builtin.pipe'__'touch_canary')___"
    assert hosts["../../../../etc/passwd"] == ".._.._.._.._etc_passwd"
    assert hosts[texts()[-1]].startswith("Ελληνικά__Русский__日本語__العربية__हिन्दी__한국어__ไทย")
    assert len(hosts["long " * 2000]) == 159
    for name in hosts.values():
        assert not set(name) & set(" /\\,:[]{}*?\0\n\r\t\a\x1b\u2028\u202e")
        assert name[0] not in "!&~@#-"


def plays(hosts: str) -> list[Row]:
    """Return a play that uses everything a host has, in every way that evaluates templates."""
    return [
        {
            "hosts": hosts,
            "gather_facts": False,
            "vars": {"by_way": "{{ ipsec_name }}", "all_hosts": "{{ groups['all_of_them'] }}"},
            "tasks": [
                {
                    "name": "Set",
                    "ansible.builtin.set_fact": {
                        "again": "{{ by_way }}",
                        "nested": {"in": ["{{ ipsec_tags }}", "{{ copied }}"]},
                    },
                },
                {
                    "name": "Show",
                    "ansible.builtin.debug": {
                        "msg": [
                            "{{ inventory_hostname }}",
                            "{{ again }} {{ nested }} {{ joined }} {{ listed }} {{ picked }}",
                            "{{ hostvars[inventory_hostname] }}",
                            "{{ ipsec_other }} {{ all_hosts }}",
                        ]
                    },
                },
                {
                    "name": "Keep",
                    "run_once": True,
                    "delegate_to": "localhost",
                    "vars": {"ansible_connection": "local"},
                    "ansible.builtin.copy": {
                        "dest": "kept.json",
                        "mode": "0600",
                        "content": "{{ ansible_play_hosts | map('extract', hostvars) "
                        "| map(attribute='again') | list | to_json }}",
                    },
                },
            ],
        }
    ]


def run_play(hostile: Hostile, content: list[Row], *flags: str) -> subprocess.CompletedProcess[str]:
    """Run ansible-playbook on the inventory of the source."""
    return hostile.ansible.playbook(content, hostile.mock_api.environment("alice"), "-vvv", *flags)


def test_play_on_hosts_evaluates_nothing(hostile: Hostile, inventories: list[Row]) -> None:
    assert inventories
    done = run_play(hostile, plays("ipsec_connections"), "-i", "ipsec_connections.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    kept = plain_text(json.loads((hostile.ansible.folder / "kept.json").read_text()))
    assert sorted(kept) == sorted(hostile.texts)
    assert hostile.untouched()


def test_results_of_modules_are_not_templated(hostile: Hostile) -> None:
    tasks: list[Row] = [
        {"name": "Get", "otc.vpn.ipsec_connection_info": {}, "register": "answer"},
        {
            "name": "Set",
            "ansible.builtin.set_fact": {
                "again": "{{ answer.ipsec_connections | map(attribute='name') | list }}",
                "first": "{{ answer.ipsec_connections[0].name }}",
            },
        },
        {"name": "Show", "ansible.builtin.debug": {"msg": "{{ again }} {{ first }} {{ answer }}"}},
        {
            "name": "Look up by it",
            "otc.vpn.ipsec_connection_info": {"name": "{{ first }}", "resolve": True},
        },
    ]
    done = run_play(hostile, [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    assert done.returncode == 0, done.stdout + done.stderr
    answers = results(done.stdout)
    marked = [row for row in answers["Get"]["ipsec_connections"] if row["mtu"] == MARK]
    assert [row["name"] for row in marked] == hostile.texts
    for text, row in zip(hostile.texts, marked, strict=True):
        assert row["description"] == row["peer_id"] == text
        assert row["tags"] == [{"key": text, "value": text}]
    assert answers["Set"]["ansible_facts"]["again"][: len(marked)] == hostile.texts
    (found,) = answers["Look up by it"]["ipsec_connections"]
    assert found["name"] == hostile.texts[0]
    assert hostile.untouched()


def test_canary_detects_evaluated_template(ansible: Ansible) -> None:
    """Without this, the tests above would hold for a canary that cannot sing."""
    ansible.tasks({"Sing": {"ansible.builtin.debug": {"msg": texts()[0]}}})
    assert (ansible.folder / "canary").exists()
