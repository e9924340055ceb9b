# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's cache: what it saves, what it keeps apart, and what is never in it."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.ansible_commands import Ansible, plain_text
from tests.mock_api import MockApi

Row = dict[str, t.Any]
CACHE: Row = {
    "cache": True,
    "cache_plugin": "ansible.builtin.jsonfile",
    "cache_connection": "cache",
    "keyed_groups": [{"key": "ipsec_status", "prefix": "state"}],
}


def files(ansible: Ansible) -> set[Path]:
    """Return the files of the cache."""
    return set((ansible.folder / "cache").glob("*"))


def test_cached_response_serves_next_run_and_contains_no_secret(
    ansible: Ansible, mock_api: MockApi
) -> None:
    mock_api.fault("/v2.0/vpn/", quirks=["ignore_fields"], count=None)
    environment = mock_api.environment("alice")
    source = {**CACHE, "resolve": True}
    first = ansible.inventory(source, environment)
    tokens = {one.headers.get("x-auth-token", "") for one in mock_api.requests} - {""}
    assert tokens
    asked = len(mock_api.requests)
    assert ansible.inventory(source, environment) == first
    assert len(mock_api.requests) == asked

    # include, exclude and host names are worked out anew from the same answer
    munich = ansible.inventory({**source, "include": ["ipsec_mtu == 1400"]}, environment)
    assert set(munich["_meta"]["hostvars"]) == {"office-paris"}
    assert len(mock_api.requests) == asked

    mock_api.change(mock_api.id_of("vpn-one", "branch-munich"), name="renamed")
    play = [{"hosts": "ipsec_connections", "gather_facts": False}]
    listed = ["-i", "ipsec_connections.yml", "--list-hosts"]
    (ansible.folder / "ipsec_connections.yml").write_text(
        json.dumps({"plugin": "otc.vpn.ipsec_connections", **source})
    )
    assert "branch-munich" in ansible.playbook(play, environment, *listed).stdout
    assert len(mock_api.requests) == asked
    assert "renamed" in ansible.playbook(play, environment, *listed, "--flush-cache").stdout
    assert len(mock_api.requests) == 2 * asked
    assert "renamed" in ansible.inventory(source, environment)["_meta"]["hostvars"]
    assert len(mock_api.requests) == 2 * asked

    (kept,) = files(ansible)
    text = kept.name + kept.read_text()
    assert "branch-berlin" in text
    for secret in ("not-for-logs", environment["OS_PASSWORD"], *tokens):
        assert secret not in text


def test_cache_entries_differ_by_query(ansible: Ansible, mock_api: MockApi) -> None:
    alice = mock_api.environment("alice")
    by_hand = {"OS_NETWORK_ENDPOINT_OVERRIDE": mock_api.url}
    runs: list[tuple[Row, dict[str, str]]] = [
        ({}, alice),
        ({"status": ["DOWN"]}, alice),
        ({"name": "branch-munich"}, alice),
        ({"resolve": True}, alice),
        ({}, mock_api.environment("bob")),
        ({}, mock_api.environment("alice", "aksk")),
        ({}, {**alice, **by_hand, "OS_REGION_NAME": "RegionTwo"}),
    ]
    for number, (options, environment) in enumerate(runs, 1):
        before = len(mock_api.requests)
        ansible.inventory({**CACHE, **options}, environment)
        assert len(mock_api.requests) > before, (options, environment)
        assert len(files(ansible)) == number
    text = "".join(path.name + path.read_text() for path in files(ansible))
    assert "not-for-logs" not in text
    assert "alicepw" not in text


def test_incomplete_response_is_not_cached(ansible: Ansible, mock_api: MockApi) -> None:
    source = {
        **CACHE,
        "clouds": [{"label": "good"}, {"label": "bad", "region_name": "Atlantis"}],
        "fail_on_error": False,
    }
    inventory = ansible.inventory(source, mock_api.environment("alice"))
    hosts = inventory["_meta"]["hostvars"].values()
    assert {one["ipsec_cloud"] for one in hosts} == {"good"}
    assert not files(ansible)


def with_lists(kept: str, lists: t.Any) -> str:
    """Return a cache file's content with other lists, in the notation of either ansible-core."""
    document = json.loads(kept)
    if isinstance(document, dict):
        return json.dumps({**document, "__payload__": json.dumps(json.dumps(lists))})
    return json.dumps(json.dumps(lists))


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda _kept: "{",
        lambda kept: with_lists(kept, []),
        lambda kept: with_lists(kept, [[{"id": "of another version"}]]),
    ],
    ids=["no JSON", "no list of the cloud", "no whole rows"],
)
def test_damaged_cache_is_not_used(
    spoilt: t.Callable[[str], str], ansible: Ansible, mock_api: MockApi
) -> None:
    environment = mock_api.environment("alice")
    source = {**CACHE, "name": "branch-munich"}
    first = ansible.inventory(source, environment)
    (kept,) = files(ansible)
    content = spoilt(kept.read_text())
    kept.write_text(content)
    done = ansible.inventory_run(source, environment, "--list", "-vvv")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    answer = plain_text(json.loads(done.stdout[done.stdout.index("\n{") :]))
    assert answer == first
    assert len(mock_api.requests) == 4
    assert files(ansible) == {kept}
    assert kept.read_text() != content
