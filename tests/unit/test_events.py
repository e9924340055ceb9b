# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From polls to events: the differences of lists, and what a poller remembers between polls."""

from __future__ import annotations

import asyncio
import logging
import threading
import typing as t

import jinja2
import pytest
from ansible_collections.otc.vpn.plugins.module_utils._vpn.gathering import Selection
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import (
    CONNECTION,
    ENTERPRISE_CONNECTION,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.states import STATES
from ansible_collections.otc.vpn.plugins.plugin_utils._events import (
    Poller,
    changes,
    facts,
    literal,
    run_in_daemon_thread,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.mock_api import MockApi
from tests.unit.clients import LIST, TOKENS, options_for

Connections = dict[str, dict[str, t.Any]]

polls = st.dictionaries(
    st.sampled_from("abcdef"), st.fixed_dictionaries({"state": st.sampled_from(STATES)})
).map(lambda rows: {name: {"id": name, **row} for name, row in rows.items()})


def states(connections: Connections) -> dict[str, str]:
    return {name: row["state"] for name, row in connections.items()}


@given(polls, polls)
def test_changes_lead_from_one_poll_to_next(before: Connections, after: Connections) -> None:
    reached = states(before)
    for event in changes(before, after):
        row = event["ipsec_connection"]
        if event["change"] == "disappeared":
            assert reached.pop(row["id"]) == row["state"]
        elif event["change"] == "appeared":
            assert row["id"] not in reached
            reached[row["id"]] = row["state"]
        else:
            assert event["change"] == "state"
            assert reached[row["id"]] == event["previous_state"] != row["state"]
            reached[row["id"]] = row["state"]
    assert reached == states(after)


@given(polls, polls)
def test_changes_has_one_event_for_each_connection(before: Connections, after: Connections) -> None:
    ids = [event["ipsec_connection"]["id"] for event in changes(before, after)]
    assert len(ids) == len(set(ids))
    assert changes(after, after) == []


@given(st.text("{}%# ab:\"'|\u00e9"))
def test_literal_string_is_no_template(text: str) -> None:
    safe = literal(text)
    rendered = jinja2.Environment(keep_trailing_newline=True).from_string(safe).render()
    assert rendered == safe
    assert safe.replace(" ", "") == text.replace(" ", "")
    assert literal(safe) == safe


def test_literal_reaches_nested_strings_and_delimiters_of_header() -> None:
    hostile = {"{{ a }}": ["{% b %}", {"c": "{{{# d"}], "e": "#jinja2: variable_start_string: '<'"}
    assert literal(hostile) == {
        "{ { a }}": ["{ % b %}", {"c": "{ { { # d"}],
        "e": "# jinja2: variable_start_string: '<'",
    }
    assert literal([1, None, True, "plain"]) == [1, None, True, "plain"]


def poller_of(mock_api: MockApi, *, initial: bool = False, **selection: t.Any) -> Poller:
    return Poller(options_for(mock_api), {CONNECTION: Selection(**selection)}, initial=initial)


def seen(poller: Poller) -> list[tuple[t.Any, ...]]:
    """Return the events of a poll, short."""
    return [
        (event["change"], event.get("previous_state"), event["ipsec_connection"]["name"])
        if "ipsec_connection" in event
        else (event["change"],)
        for event in poller.poll()
    ]


def test_poll_returns_each_change_once(mock_api: MockApi) -> None:
    poller = poller_of(mock_api)
    assert seen(poller) == []
    munich, hamburg = (
        mock_api.id_of("vpn-one", name) for name in ("branch-munich", "branch-hamburg")
    )
    mock_api.change(munich, status="DOWN")
    mock_api.change(hamburg, status="ACTIVE")
    assert sorted(seen(poller)) == [
        ("state", "down", "branch-hamburg"),
        ("state", "up", "branch-munich"),
    ]
    assert seen(poller) == []
    mock_api.change(munich, admin_state_up=False)
    assert seen(poller) == [("state", "down", "branch-munich")]
    mock_api.remove(munich)
    assert seen(poller) == [("disappeared", None, "branch-munich")]
    assert seen(poller) == []


def test_change_of_other_fields_is_no_event(mock_api: MockApi) -> None:
    poller = poller_of(mock_api)
    poller.poll()
    mock_api.change(mock_api.id_of("vpn-one", "branch-munich"), description="moved", mtu=1400)
    assert poller.poll() == []


def test_removed_connection_that_returns_appears(mock_api: MockApi) -> None:
    poller = poller_of(mock_api, name="branch-munich")
    poller.poll()
    mock_api.remove(mock_api.id_of("vpn-one", "branch-munich"))
    assert seen(poller) == [("disappeared", None, "branch-munich")]
    mock_api.reset()
    assert seen(poller) == [("appeared", None, "branch-munich")]


def test_initial_poll_returns_every_connection_once(mock_api: MockApi) -> None:
    poller = poller_of(mock_api, initial=True, name="branch-munich")
    assert seen(poller) == [("initial", None, "branch-munich")]
    assert seen(poller) == []
    assert seen(poller_of(mock_api, initial=True, name="nowhere")) == []


def test_first_poll_has_no_events_unless_asked(mock_api: MockApi) -> None:
    assert Poller(options_for(mock_api), {CONNECTION: Selection()}).poll() == []


def test_server_that_rejects_query_is_read_without_it(
    mock_api: MockApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mock_api.fault(LIST, status=400)
    poller = poller_of(mock_api, initial=True, name="branch-munich")
    assert seen(poller) == [("initial", None, "branch-munich")]
    assert "repeated without fields and filters" in caplog.text


def test_failures_are_one_event_and_lose_no_change(
    mock_api: MockApi, caplog: pytest.LogCaptureFixture
) -> None:
    poller = poller_of(mock_api, name="branch-munich")
    poller.poll()
    mock_api.change(mock_api.id_of("vpn-one", "branch-munich"), status="DOWN")
    mock_api.fault(LIST, status=503, count=2)
    (event,) = poller.poll()
    assert event["change"] == "unreadable"
    assert "HTTP 503" in event["message"]
    assert "HTTP 503" in caplog.text
    assert poller.poll() == []
    assert seen(poller) == [("readable",), ("state", "up", "branch-munich")]
    assert seen(poller) == []


def test_first_poll_can_fail(mock_api: MockApi) -> None:
    poller = poller_of(mock_api, initial=True, name="branch-munich")
    mock_api.fault(TOKENS, status=503, count=2)
    assert seen(poller) == [("unreadable",)]
    assert seen(poller) == []
    assert seen(poller) == [("readable",), ("initial", None, "branch-munich")]


def test_token_is_requested_once_and_renewed_when_rejected(mock_api: MockApi) -> None:
    poller = poller_of(mock_api)
    for _poll in range(5):
        assert poller.poll() == []
    tokens = [one for one in mock_api.requests if one.path == TOKENS]
    assert len(tokens) == 1
    mock_api.revoke_tokens()
    for _poll in range(5):
        assert poller.poll() == []
    tokens = [one for one in mock_api.requests if one.path == TOKENS]
    assert len(tokens) == 2


def test_event_has_documented_fields_without_psk(mock_api: MockApi) -> None:
    munich = mock_api.id_of("vpn-one", "branch-munich")
    mock_api.change(munich, psk="a-secret", vendor_psk="a-secret", description="{{ 7 * 7 }}")
    mock_api.fault(LIST, quirks=["ignore_fields"], count=None)
    (event,) = poller_of(mock_api, initial=True, name=munich).poll()
    connection = event["ipsec_connection"]
    assert connection["state"] == "up"
    assert connection["peer_address"] == "198.51.100.20"
    assert connection["description"] == "{ { 7 * 7 }}"
    assert "a-secret" not in str(event)


def test_psk_is_no_fact_even_if_it_was_read() -> None:
    row = {"id": "a", "psk": "a-secret", "state": "up"}
    assert facts(CONNECTION, row) == {"edition": "classic", "id": "a", "state": "up"}


def test_both_editions_are_polled_with_one_token(
    mock_api: MockApi, caplog: pytest.LogCaptureFixture
) -> None:
    kinds = {CONNECTION: Selection(), ENTERPRISE_CONNECTION: Selection(resolve=True)}
    poller = Poller(options_for(mock_api), kinds, initial=True)
    mock_api.fault("/customer-gateways", status=403, count=3)
    first = poller.poll()
    assert "Cannot read customer gateway objects" in caplog.text
    connections = [event["ipsec_connection"] for event in first]
    assert {row["edition"] for row in connections} == {"classic", "enterprise"}
    assert {row["id"] for row in mock_api.rows("vpn-one", "vpn_connections")} == {
        row["id"] for row in connections if row["edition"] == "enterprise"
    }
    assert poller.poll() == []
    warnings = [record for record in caplog.records if record.name == "otc.vpn.ipsec_connections"]
    assert len(warnings) == 1

    enterprise = mock_api.rows("vpn-one", "vpn_connections")[0]
    mock_api.change(enterprise["id"], status="ERROR")
    mock_api.fault(LIST, status=503)
    events = poller.poll()
    assert [(event["change"], event.get("edition")) for event in events] == [
        ("unreadable", "classic"),
        ("state", None),
    ]
    assert events[1]["ipsec_connection"]["id"] == enterprise["id"]
    assert events[1]["ipsec_connection"]["state"] == "error"
    assert [(event["change"], event.get("edition")) for event in poller.poll()] == [
        ("readable", "classic")
    ]
    assert len([one for one in mock_api.requests if one.path == TOKENS]) == 1


# -- threads


def test_call_runs_in_daemon_thread_and_its_events_are_returned() -> None:
    def call() -> list[dict[str, t.Any]]:
        thread = threading.current_thread()
        return [{"daemon": thread.daemon, "name": thread.name}]

    events = asyncio.run(run_in_daemon_thread(call))
    assert events == [{"daemon": True, "name": "otc.vpn.ipsec_connections"}]


@pytest.mark.parametrize("error", [ValueError("broken"), SystemExit(3)])
def test_error_of_call_is_raised(error: BaseException) -> None:
    def call() -> list[dict[str, t.Any]]:
        raise error

    async def caught() -> BaseException | None:
        try:
            await run_in_daemon_thread(call)
        except (ValueError, SystemExit) as raised:
            return raised
        return None

    assert asyncio.run(caught()) is error


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_canceled_call_ends_at_once_and_its_late_result_is_ignored(closed: bool) -> None:
    running, released = threading.Event(), threading.Event()
    problems: list[t.Any] = []
    threads: list[threading.Thread] = []

    def call() -> list[dict[str, t.Any]]:
        threads.append(threading.current_thread())
        running.set()
        released.wait(30)
        return []

    async def cancel() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: problems.append(context))
        task = asyncio.create_task(run_in_daemon_thread(call))
        await asyncio.to_thread(running.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if not closed:
            released.set()
            await asyncio.to_thread(threads[0].join, 30)

    asyncio.run(cancel())
    released.set()
    threads[0].join(30)
    assert not threads[0].is_alive()
    assert problems == []
