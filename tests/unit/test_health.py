# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of connections, and its metrics as Prometheus's own parser reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.otc.vpn.plugins.filter.ipsec_health import ipsec_health
from ansible_collections.otc.vpn.plugins.filter.ipsec_health_metrics import ipsec_health_metrics
from ansible_collections.otc.vpn.plugins.plugin_utils._health import STATES, health, metrics
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from tests.mock_api import MockApi


def connection(name: str | None = "berlin", **other: Any) -> dict[str, Any]:
    """A connection that is up, but for what is given; its id is made of its name."""
    return {
        "id": f"id-{name}",
        "name": name,
        "status": "ACTIVE",
        "admin_state_up": True,
        "peer_address": "198.51.100.1",
        "project_id": "project-1",
        "psk": "not-for-logs",
    } | other


def lists(result: dict[str, Any]) -> dict[str, list[str]]:
    """The names in each list that has any."""
    return {state: [row["name"] for row in result[state]] for state in STATES if result[state]}


def samples(text: str) -> dict[tuple[str, str, str], float]:
    """Values by metric, id and state, each of which occurs once; every metric is documented."""
    found: dict[tuple[str, str, str], float] = {}
    for family in text_string_to_metric_families(text):
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        for sample in family.samples:
            key = (sample.name, sample.labels.get("id", ""), sample.labels.get("state", ""))
            assert key not in found
            found[key] = sample.value
    return found


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ACTIVE", "up"),
        ("Active", "up"),
        ("DOWN", "down"),
        ("BUILD", "pending"),
        ("PENDING_CREATE", "pending"),
        ("PENDING CREATE", "pending"),
        ("PENDING_UPDATE", "pending"),
        ("PENDING_DELETE", "pending"),
        ("ERROR", "error"),
        ("FROZEN", "error"),
        ("ACTIVE-ISH", "error"),
        ("", "error"),
        (None, "error"),
        (["ACTIVE"], "error"),
    ],
)
def test_each_status_belongs_to_one_list(status: object, state: str) -> None:
    result = health([connection(status=status)])
    assert lists(result) == {state: ["berlin"]}
    assert result["ok"] is (state == "up")


@pytest.mark.parametrize("status", ["ACTIVE", "DOWN", "ERROR", "PENDING_UPDATE", None])
def test_what_is_administratively_disabled_is_no_alarm(status: object) -> None:
    result = health([connection(), connection("vienna", admin_state_up=False, status=status)])
    assert lists(result) == {"up": ["berlin"], "disabled": ["vienna"]}
    assert result["ok"]
    assert result["summary"] == (
        "2 IPsec connections: 1 up, 1 administratively disabled. 1 of 1 required are up."
    )


def test_a_connection_with_an_unknown_administrative_state_is_required() -> None:
    assert not health([connection(admin_state_up=None, status="DOWN")])["ok"]


def test_only_what_is_named_is_required() -> None:
    rows = [connection(), connection("munich", status="DOWN"), connection("oslo", status="ERROR")]
    assert health(rows, ["berlin"])["ok"]
    assert health(rows, ["id-berlin"])["ok"]
    result = health(rows, ["berlin", "id-munich"])
    assert not result["ok"]
    assert result["failures"] == [
        "munich to 198.51.100.1 is down (status DOWN, id id-munich).",
    ]
    assert "traffic" in result["advice"][0]
    assert [row["required"] for state in STATES for row in result[state]] == [True, True, False]


def test_a_disabled_connection_that_is_named_is_not_up() -> None:
    result = health([connection(admin_state_up=False)], ["berlin"])
    assert result["failures"] == [
        "berlin to 198.51.100.1 is administratively disabled (status ACTIVE, id id-berlin)."
    ]
    assert not result["ok"]


def test_all_of_a_required_name_must_be_up() -> None:
    rows = [connection(), connection(id="second", status="PENDING_UPDATE")]
    result = health(rows, ["berlin"])
    assert not result["ok"]
    assert result["summary"] == ("2 IPsec connections: 1 up, 1 pending. 1 of 2 required are up.")


def test_a_required_connection_that_does_not_exist_is_a_failure() -> None:
    result = health([connection()], ["berlin", "atlantis\nis up", "atlantis\nis up"], waited=30)
    assert not result["ok"]
    assert result["missing"] == ["atlantis\nis up"]
    assert result["failures"] == ["atlantis is up is required, but there is no such connection."]
    assert result["summary"] == (
        "1 IPsec connection: 1 up. 1 of 2 required are up. Waited up to 30 seconds."
    )


def test_no_connection_at_all_is_a_failure() -> None:
    result = health([])
    assert not result["ok"]
    assert result["summary"] == "0 IPsec connections. None is required."
    assert "empty list" in result["failures"][0]


def test_waiting_is_not_mentioned_when_all_is_well() -> None:
    assert "aited" not in health([connection()], waited=30)["summary"]


def test_the_order_of_the_input_makes_no_difference() -> None:
    rows = [connection(name, id=f"id-{n}") for n, name in enumerate(["b", "A", "b", "", None])]
    assert health(rows) == health(rows[::-1])
    assert metrics(health(rows)) == metrics(health(rows[::-1]))
    assert lists(health(rows)) == {"up": ["", None, "A", "b", "b"]}


def test_a_connection_given_twice_counts_once() -> None:
    result = health([connection(), connection()])
    assert lists(result) == {"up": ["berlin"]}
    samples(metrics(result))


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ({}, ["berlin", "munich"]),
        ({"name": "", "vpn_service": "", "tags": {}, "peer_address": ""}, ["berlin", "munich"]),
        ({"name": "berlin"}, ["berlin"]),
        ({"name": "id-berlin"}, ["berlin"]),
        ({"peer_address": "2001:db8:0::1"}, ["munich"]),
        ({"vpn_service": "service-1"}, ["munich"]),
        ({"vpn_service": "headquarters"}, ["munich"]),
        ({"project_id": "project-2"}, ["munich"]),
        ({"tags": {"site": "muc"}}, ["munich"]),
        ({"tags": {"site": ""}, "name": "berlin"}, []),
    ],
)
def test_given_connections_are_selected_as_the_module_does_it(
    selection: dict[str, Any], names: list[str]
) -> None:
    munich = connection(
        "munich",
        peer_address="2001:db8::1",
        vpnservice_id="service-1",
        vpn_service={"name": "headquarters"},
        project_id="project-2",
        tags=[{"key": "site", "value": "muc"}],
    )
    result = health([connection(), munich], selection=selection)
    assert [row["name"] for row in result["up"]] == names


def test_no_psk_gets_into_a_result_or_the_metrics() -> None:
    rows = [connection(), connection("munich", status="DOWN")]
    result = health(rows)
    assert "not-for-logs" not in json.dumps(result) + metrics(result)


def test_metrics_of_each_connection() -> None:
    rows = [
        connection(),
        connection("munich", status="DOWN"),
        connection("vienna", admin_state_up=False, project_id=None, tenant_id="project-2"),
    ]
    found = samples(metrics(health(rows)))
    assert found[("otc_vpn_ipsec_health_ok", "", "")] == 0
    table = {
        "id-berlin": (1, 1, 1, "up"),
        "id-munich": (0, 1, 1, "down"),
        "id-vienna": (0, 0, 0, "disabled"),
    }
    for key, (up, admin_state_up, required, state) in table.items():
        assert found.pop(("otc_vpn_ipsec_connection_up", key, "")) == up
        assert found.pop(("otc_vpn_ipsec_connection_admin_state_up", key, "")) == admin_state_up
        assert found.pop(("otc_vpn_ipsec_connection_required", key, "")) == required
        for one in STATES:
            value = found.pop(("otc_vpn_ipsec_connection_state", key, one))
            assert value == (one == state)
    assert list(found) == [("otc_vpn_ipsec_health_ok", "", "")]
    assert 'name="vienna",peer_address="198.51.100.1",project_id="project-2"' in metrics(
        health(rows)
    )


def test_metrics_say_when_all_is_well() -> None:
    assert samples(metrics(health([connection()])))[("otc_vpn_ipsec_health_ok", "", "")] == 1
    assert samples(metrics(health([])))[("otc_vpn_ipsec_health_ok", "", "")] == 0


@given(st.text(st.characters(codec="utf-8")), st.text(st.sampled_from('\\"\n\r\tn{}, \u2028')))
def test_any_text_comes_back_out_of_the_metrics(name: str, address: str) -> None:
    text = metrics(health([connection(name, id="c-1", peer_address=address)]))
    families = {family.name: family for family in text_string_to_metric_families(text)}
    (sample,) = families["otc_vpn_ipsec_connection_up"].samples
    assert sample.labels["name"] == name
    assert sample.labels["peer_address"] == address
    assert text.count("\n") == 19


@given(st.text())
def test_a_sentence_is_one_line_whatever_the_name_is(name: str) -> None:
    result = health([connection(name, id="c-1", status=name)])
    (sentence,) = result["report"]
    assert len(sentence.splitlines()) == 1
    metrics(result).encode()


def test_the_scenario_in_both_flavours() -> None:
    expected = {"up": 12, "down": 3, "pending": 4, "error": 2, "disabled": 2}
    for flavor in ("otc", "neutron"):
        result = health(MockApi(flavor).rows("vpn-one"))
        assert {state: len(result[state]) for state in STATES} == expected


@pytest.mark.parametrize("wrong", ["berlin", {"id": "c-1"}, ["berlin"], [{"name": "berlin"}], None])
def test_what_is_no_list_of_connections_is_refused(wrong: object) -> None:
    with pytest.raises(AnsibleFilterError, match="needs the list of connections"):
        ipsec_health(wrong)  # type: ignore[arg-type]


def test_a_lone_required_name_is_a_list_of_one() -> None:
    assert ipsec_health([connection()], "berlin")["ok"] is True
    assert ipsec_health([connection()], "b")["missing"] == ["b"]


def test_metrics_of_something_else_are_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="needs the result of the filter ipsec_health"):
        ipsec_health_metrics({"ok": True})
