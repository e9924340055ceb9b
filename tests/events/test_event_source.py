# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source by itself, loaded as ansible-rulebook loads it."""

from __future__ import annotations

import asyncio
import runpy
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import OPTIONS

from tests.mock_api import MockApi

Row = dict[str, t.Any]
SOURCE = (
    Path(__file__).parent.parent.parent
    / "build/tree/ansible_collections/otc/vpn/extensions/eda/plugins/event_source/ipsec_connections.py"
)
ROUNDS, CONNECTIONS = 50, 20


@pytest.fixture(scope="module")
def source() -> dict[str, t.Any]:
    """Return what the file of the event source defines."""
    return runpy.run_path(str(SOURCE))


@pytest.fixture(scope="module")
def main(source: dict[str, t.Any]) -> t.Any:
    """Return the function that ansible-rulebook calls."""
    return source["main"]


def test_documentation_and_arguments_agree(source: dict[str, t.Any]) -> None:
    """The connection options are in the fragment, which tests/unit/test_options.py compares."""
    documented = yaml.safe_load(source["DOCUMENTATION"])["options"]
    arguments = {name: spec for name, spec in source["ARGUMENTS"].items() if name not in OPTIONS}
    assert set(documented) == set(arguments)
    for name, spec in arguments.items():
        # a type that is a function of our own is `raw` in the documentation
        expected = {**spec, "type": "raw" if callable(spec["type"]) else spec["type"]}
        shown = {key: value for key, value in documented[name].items() if key != "description"}
        assert shown == expected, name


def test_each_of_1000_changes_is_one_event(main: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a queue of size one, that ansible-rulebook has too when its rules are slow."""
    with MockApi("otc", connections=CONNECTIONS) as api:
        for name, value in api.environment("carl").items():
            monkeypatch.setenv(name, value)
        ids = [row["id"] for row in api.rows("vpn-bulk")]
        assert len(ids) == CONNECTIONS
        for one in ids:
            api.change(one, status="ACTIVE", admin_state_up=True)

        async def watch() -> list[list[Row]]:
            queue: asyncio.Queue[Row] = asyncio.Queue(1)
            source = asyncio.create_task(main(queue, {"interval": 0.001, "initial": True}))
            rounds = [[await queue.get() for _one in ids]]
            for number in range(ROUNDS):
                for one in ids:
                    api.change(one, status="ACTIVE" if number % 2 else "DOWN")
                rounds.append([await queue.get() for _one in ids])
            polls = len(api.requests)
            while len(api.requests) < polls + 5:
                await asyncio.sleep(0.01)
            assert queue.empty()
            source.cancel()
            return rounds

        first, *rounds = asyncio.run(asyncio.wait_for(watch(), 120))
    assert {event["change"] for event in first} == {"initial"}
    assert sum(map(len, rounds)) == ROUNDS * CONNECTIONS
    for number, events in enumerate(rounds):
        assert sorted(event["ipsec_connection"]["id"] for event in events) == sorted(ids)
        new, old = ("up", "down") if number % 2 else ("down", "up")
        assert {(e["previous_state"], e["ipsec_connection"]["state"]) for e in events} == {
            (old, new)
        }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"intervall": 5}, "intervall. Supported"),
        ({"interval": "soon"}, "interval"),
        ({"interval": 0}, "interval must be greater than 0, got: 0."),
        ({"auth": {"pasword": "a-secret"}}, "auth.pasword"),
        ({"interface": "somewhere"}, "somewhere"),
    ],
    ids=str,
)
def test_bad_argument_is_one_sentence(main: t.Any, arguments: Row, message: str) -> None:
    with pytest.raises(
        ValueError, match=r"^Invalid arguments of otc\.vpn\.ipsec_connections: "
    ) as (caught):
        asyncio.run(main(asyncio.Queue(), arguments))
    assert message in str(caught.value)
    assert "a-secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
