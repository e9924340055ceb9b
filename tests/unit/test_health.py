# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of connections: lists, sentences, filters, pairs and failed lookups."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.otc.vpn.plugins.filter.ipsec_health import ipsec_health
from ansible_collections.otc.vpn.plugins.module_utils._vpn.states import STATES
from ansible_collections.otc.vpn.plugins.plugin_utils import _health
from ansible_collections.otc.vpn.plugins.plugin_utils._lookups import lookups
from hypothesis import given
from hypothesis import strategies as st

from tests.mock_api import MockApi


def connection(name: str | None = "berlin", **other: Any) -> dict[str, Any]:
    """Return a connection that is up, but for what is given; its id is made of its name."""
    return {
        "id": f"id-{name}",
        "name": name,
        "status": "ACTIVE",
        "admin_state_up": True,
        "peer_address": "198.51.100.1",
        "project_id": "project-1",
        "psk": "not-for-logs",
    } | other


def health(rows: list[dict[str, Any]], *arguments: Any, **options: Any) -> dict[str, Any]:
    """Return the health of given connections."""
    return _health.health(lookups(rows), *arguments, **options)


def lists(result: dict[str, Any]) -> dict[str, list[str]]:
    """Return the names in each list that has any."""
    return {state: [row["name"] for row in result[state]] for state in STATES if result[state]}


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
        ("FREEZED", "error"),
        ("UNKNOWN", "unknown"),
        ("ACTIVE-ISH", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        (["ACTIVE"], "unknown"),
    ],
)
def test_each_status_belongs_to_one_list(status: object, state: str) -> None:
    result = health([connection(status=status)])
    assert lists(result) == {state: ["berlin"]}
    assert result["ok"] is (state == "up")


@pytest.mark.parametrize("status", ["ACTIVE", "DOWN", "ERROR", "PENDING_UPDATE", None])
def test_disabled_connection_is_no_failure(status: object) -> None:
    result = health([connection(), connection("vienna", admin_state_up=False, status=status)])
    assert lists(result) == {"up": ["berlin"], "disabled": ["vienna"]}
    assert result["ok"]
    assert result["summary"] == (
        "2 IPsec connections: 1 up, 1 administratively disabled. 1 of 1 required are up."
    )


def test_connection_with_unknown_administrative_state_is_required() -> None:
    assert not health([connection(admin_state_up=None, status="DOWN")])["ok"]


def test_only_listed_connections_are_required() -> None:
    rows = [connection(), connection("munich", status="DOWN"), connection("oslo", status="ERROR")]
    assert health(rows, ["berlin"])["ok"]
    assert health(rows, ["id-berlin"])["ok"]
    result = health(rows, ["berlin", "id-munich"])
    assert not result["ok"]
    assert result["failures"] == [
        "munich to 198.51.100.1 is down (status DOWN, id id-munich).",
    ]
    assert "traffic" in result["hints"][0]
    assert [row["required"] for state in STATES for row in result[state]] == [False, True, True]


def test_disabled_connection_that_is_named_is_not_up() -> None:
    result = health([connection(admin_state_up=False)], ["berlin"])
    assert result["failures"] == [
        "berlin to 198.51.100.1 is administratively disabled (status ACTIVE, id id-berlin)."
    ]
    assert not result["ok"]


def test_all_of_required_name_must_be_up() -> None:
    rows = [connection(), connection(id="second", status="PENDING_UPDATE")]
    result = health(rows, ["berlin"])
    assert not result["ok"]
    assert result["summary"] == ("2 IPsec connections: 1 pending, 1 up. 1 of 2 required are up.")


def test_required_connection_that_does_not_exist_is_failure() -> None:
    result = health([connection()], ["berlin", "atlantis\nis up", "atlantis\nis up"], waited=30)
    assert not result["ok"]
    assert result["missing"] == ["atlantis\nis up"]
    assert result["failures"] == ["Required connection atlantis is up not found."]
    assert result["summary"] == (
        "1 IPsec connection: 1 up. 1 of 2 required are up. Waited up to 30 seconds."
    )


def test_no_connection_at_all_is_failure() -> None:
    result = health([])
    assert not result["ok"]
    assert result["summary"] == "0 IPsec connections. None is required."
    assert "empty list" in result["failures"][0]


def test_waiting_is_not_mentioned_when_all_are_up() -> None:
    assert "aited" not in health([connection()], waited=30)["summary"]


def test_order_of_input_is_ignored() -> None:
    rows = [connection(name, id=f"id-{n}") for n, name in enumerate(["b", "A", "b", "", None])]
    assert health(rows) == health(rows[::-1])
    assert lists(health(rows)) == {"up": ["", None, "A", "b", "b"]}


def test_connection_given_twice_counts_once() -> None:
    result = health([connection(), connection()])
    assert lists(result) == {"up": ["berlin"]}


@pytest.mark.parametrize(
    ("filters", "names"),
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
def test_given_connections_are_filtered_as_in_module(
    filters: dict[str, Any], names: list[str]
) -> None:
    munich = connection(
        "munich",
        peer_address="2001:db8::1",
        vpnservice_id="service-1",
        vpn_service={"name": "headquarters"},
        project_id="project-2",
        tags=[{"key": "site", "value": "muc"}],
    )
    result = health([connection(), munich], filters=filters)
    assert [row["name"] for row in result["up"]] == names


def test_psk_is_not_in_result() -> None:
    rows = [connection(), connection("munich", status="DOWN")]
    result = health(rows)
    assert "not-for-logs" not in json.dumps(result)


@given(st.text())
def test_sentence_is_one_line_whatever_name_is(name: str) -> None:
    result = health([connection(name, id="c-1", status=name)])
    (sentence,) = result["messages"]
    assert len(sentence.splitlines()) == 1


def test_scenario_is_evaluated_in_both_flavors() -> None:
    expected = {"up": 12, "down": 3, "pending": 4, "error": 2, "disabled": 2, "unknown": 0}
    for flavor in ("otc", "neutron"):
        result = health(MockApi(flavor).rows("vpn-one"))
        assert {state: len(result[state]) for state in STATES} == expected


NO_LIST = (
    "The input must be a list of connections, each with its id, or of registered results of "
    "ipsec_connection_info or enterprise_connection_info"
)
NEITHER = (
    "The input contains a dictionary that is neither a connection with an id nor a result of "
    "ipsec_connection_info or enterprise_connection_info."
)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("berlin", f"{NO_LIST}, not str."),
        ({"id": "c-1"}, NEITHER),
        (["berlin"], f"{NO_LIST}, not str."),
        ([connection(), 7], f"{NO_LIST}, not int."),
        ([{"name": "berlin"}], NEITHER),
        ([{"ipsec_connections": [{"name": "berlin"}]}], NEITHER),
        ([{"ipsec_connections": ["berlin"]}], f"{NO_LIST}, not str."),
        ([{"ipsec_connections": None}], NEITHER),
        (None, f"{NO_LIST}, not NoneType."),
    ],
)
def test_anything_but_connections_is_rejected(wrong: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        ipsec_health(wrong)
    assert str(caught.value).endswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"filters": {"state": "up", "nmae": "berlin"}},
            "Unknown filters: nmae, state. Supported filters: name, vpn_service, peer_address, "
            "project_id, tags.",
        ),
        ({"filters": "berlin"}, "filters must be a dictionary"),
        ({"filters": {"tags": "site"}}, "tags must be a dictionary"),
        ({"required": 7}, "required must be a list of names"),
        ({"required": [7]}, "required must be a list of names"),
        ({"required": {"berlin": True}}, "required must be a list of names"),
    ],
)
def test_wrong_arguments_are_rejected(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        ipsec_health([connection()], **arguments)


def test_single_required_name_is_list_of_one() -> None:
    assert ipsec_health([connection()], "berlin")["ok"] is True
    assert ipsec_health([connection()], "b")["missing"] == ["b"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (connection(), "berlin to 198.51.100.1 is up (status ACTIVE, id id-berlin)."),
        (
            connection(None, peer_address=None, status=None),
            "(no name) to (no address) is in an unknown state (status missing, id id-None).",
        ),
        (
            connection("a\nb", id="c\nd", peer_address="e\nf", status="pending create"),
            "a b to e f is pending (status PENDING_CREATE, id c d).",
        ),
        (connection(status="ERROR"), "berlin to 198.51.100.1 is in error (status ERROR, id id-berlin)."),
    ],
)  # fmt: skip
def test_connection_has_sentence(row: dict[str, Any], sentence: str) -> None:
    assert health([row])["messages"] == [sentence]


def test_connections_that_need_attention_come_first() -> None:
    statuses = ["ACTIVE", "PENDING_UPDATE", "UNKNOWN", "DOWN", "ERROR"]
    rows = [connection(f"{n}-{status}", status=status) for n, status in enumerate(statuses)]
    messages = health(rows)["messages"]
    assert [message[0] for message in messages] == ["4", "3", "2", "1", "0"]


# Registered results


def result(cloud: str, *rows: dict[str, Any], key: str = "ipsec_connections") -> dict[str, Any]:
    return {
        key: list(rows),
        "changed": False,
        "source": {"cloud": cloud, "region": "eu-de", "project": "sales", "project_id": None},
    }


def test_results_of_two_clouds_are_one_health() -> None:
    found = health([result("production", connection()), result("staging", connection("munich"))])
    assert [(row["name"], row["cloud"], row["region"]) for row in found["up"]] == [
        ("berlin", "production", "eu-de"),
        ("munich", "staging", "eu-de"),
    ]
    assert [(one["cloud"], one["project_id"], one["healthy"]) for one in found["lookups"]] == [
        ("production", "project-1", True),
        ("staging", "project-1", True),
    ]


def test_failed_lookup_is_failure_and_leaves_others() -> None:
    failed = {"msg": "Cannot log in: HTTP 401.", "failed": False, "source": {"cloud": "staging"}}
    found = health([result("production", connection()), failed])
    assert found["failures"] == ["Cannot read the connections of staging: Cannot log in: HTTP 401."]
    assert not found["ok"]
    assert lists(found) == {"up": ["berlin"]}
    assert [(one["ok"], one["healthy"]) for one in found["lookups"]] == [
        (True, True),
        (False, False),
    ]
    assert found["lookups"][1]["message"] == "Cannot log in: HTTP 401."


def test_failed_lookup_alone_is_not_reported_as_empty() -> None:
    assert health([{"msg": "Timed out."}])["failures"] == [
        "Cannot read the connections: Timed out."
    ]


def test_down_connection_makes_only_its_own_cloud_unhealthy() -> None:
    down = connection("munich", status="DOWN")
    found = health([result("production", connection()), result("staging", down)])
    assert [one["healthy"] for one in found["lookups"]] == [True, False]


def test_required_connection_can_be_in_any_cloud() -> None:
    rows = [result("production", connection()), result("staging", connection("munich"))]
    assert health(rows, ["munich", "berlin"])["ok"]
    missing = health(rows, ["munich", "oslo"])
    assert missing["missing"] == ["oslo"]
    assert not any(one["healthy"] for one in missing["lookups"])


@pytest.mark.parametrize(
    ("options", "environment", "source"),
    [
        ({"cloud": "prod"}, {"OS_REGION_NAME": "r", "OS_PROJECT_NAME": "p"}, ("prod", "", "", "")),
        ({"cloud": "prod", "region_name": "x"}, {"OS_CLOUD": "other"}, ("prod", "x", "", "")),
        ({}, {"OS_CLOUD": "prod", "OS_PROJECT_NAME": "p"}, ("prod", "", "", "")),
        ({}, {"OS_REGION_NAME": "r", "OS_PROJECT_NAME": "p"}, ("", "r", "p", "")),
        ({}, {"OS_TENANT_ID": "id"}, ("", "", "", "id")),
        ({"cloud": {"auth": {}}}, {"OS_CLOUD": "other", "OS_REGION_NAME": "r"}, ("", "", "", "")),
        ({}, {"OS_TENANT_NAME": "t", "OS_PROJECT_ID": "id"}, ("", "", "t", "id")),
        (
            {"auth": {"username": "u", "project_name": "given"}, "region_name": None},
            {"OS_CLOUD": "other", "OS_REGION_NAME": "r", "OS_PROJECT_ID": "id"},
            ("", "r", "given", ""),
        ),
        (
            {"auth": {"project_id": "id", "token": None}},
            {"OS_PROJECT_NAME": "p"},
            ("", "", "", "id"),
        ),
    ],
)
def test_source_is_that_of_module_options(
    options: dict[str, Any],
    environment: dict[str, str],
    source: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    failed = {"msg": "HTTP 401", "invocation": {"module_args": {"auth": None, **options}}}
    (lookup,) = health([failed])["lookups"]
    keys = ("cloud", "region", "project", "project_id")
    assert tuple(lookup[key] for key in keys) == source


def test_failure_of_one_of_two_results_of_project_is_kept() -> None:
    failed: dict[str, Any] = {
        "msg": "HTTP 503",
        "source": {"cloud": "one", "project_id": "project-1"},
    }
    good: dict[str, Any] = {"ipsec_connections": [connection()], "source": failed["source"]}
    for results in ([good, failed], [failed, good]):
        (lookup,) = health(results)["lookups"]
        assert (lookup["ok"], lookup["message"]) == (False, "HTTP 503")


def test_failure_has_edition_of_its_module() -> None:
    failed = {"msg": "HTTP 403", "invocation": {"module_args": {"customer_gateway": None}}}
    found = health(
        [{**failed, "source": {"cloud": "prod", "project": "sales"}}, {"msg": "HTTP 401"}]
    )
    assert found["failures"] == [
        "Cannot read the connections of prod, sales, Enterprise Edition VPN: HTTP 403",
        "Cannot read the connections: HTTP 401",
    ]
    assert [one["edition"] for one in found["lookups"]] == ["enterprise", "classic"]
    for invocation in (None, "junk", {"module_args": "junk"}, {"module_args": {"name": None}}):
        (lookup,) = health([{"msg": "HTTP 401", "invocation": invocation}])["lookups"]
        assert lookup["edition"] == "classic"


def test_results_of_both_editions_are_counted() -> None:
    rows = [
        result("one", connection(), connection("oslo", edition=None)),
        result("one", enterprise("rome"), key="enterprise_connections"),
    ]
    found = health(rows)
    assert found["summary"] == (
        "3 IPsec connections (2 classic, 1 enterprise): 3 up. 3 of 3 required are up."
    )
    assert [one["edition"] for one in found["lookups"]] == ["classic", "enterprise"]
    assert [row["edition"] for row in found["up"]] == ["classic", "classic", "enterprise"]


def test_given_connection_has_source_of_its_own() -> None:
    rows = [
        connection(cloud="prod", region="eu-de", project="sales", tenant_id="other"),
        connection("oslo", project_id=None, tenant_id="project-2", edition=None),
        enterprise("rome", project_id=""),
    ]
    keys = ("cloud", "region", "project", "project_id", "edition")
    assert [tuple(one[key] for key in keys) for one in health(rows)["lookups"]] == [
        ("prod", "eu-de", "sales", "project-1", "classic"),
        ("", "", "", "project-2", "classic"),
        ("", "", "", "", "enterprise"),
    ]


def test_project_of_result_is_that_of_its_connections_if_it_is_one() -> None:
    for second, project_id in (("project-1", "project-1"), ("project-2", "")):
        rows = result("one", connection(), connection("oslo", project_id=second))
        assert health([rows])["lookups"][0]["project_id"] == project_id


def test_two_results_of_same_project_are_one_lookup() -> None:
    found = health([result("one", connection()), result("one", connection("munich"))])
    assert len(found["lookups"]) == 1
    assert lists(found) == {"up": ["berlin", "munich"]}


def test_skipped_result_is_ignored() -> None:
    assert health([result("one", connection()), {"skipped": True}])["ok"]


# Pairs


def enterprise(name: str | None, **other: Any) -> dict[str, Any]:
    return (
        connection(name, admin_state_up=None, vpnservice_id="gateway-1", cgw_id="customer-1")
        | {"edition": "enterprise", "remote_cidrs": ["172.16.1.0/24"]}
        | other
    )


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (("ACTIVE", "ACTIVE"), "up"),
        (("ACTIVE", "DOWN"), "degraded"),
        (("UNKNOWN", "ACTIVE"), "degraded"),
        (("DOWN", "FREEZED"), "outage"),
    ],
)
def test_pair_has_state(statuses: tuple[str, str], state: str) -> None:
    rows = [enterprise(f"tunnel-{n}", status=status) for n, status in enumerate(statuses)]
    (pair,) = health(rows[::-1])["pairs"]
    assert pair["state"] == state
    assert [(row["id"], row["name"]) for row in pair["connections"]] == [
        ("id-tunnel-0", "tunnel-0"),
        ("id-tunnel-1", "tunnel-1"),
    ]
    assert (pair["vpnservice_id"], pair["cgw_id"], pair["edition"]) == (
        "gateway-1",
        "customer-1",
        "enterprise",
    )


@pytest.mark.parametrize(
    ("second", "pairs"),
    [
        ({}, 1),
        ({"remote_cidrs": ["172.16.2.0/24"]}, 1),
        ({"cgw_id": "customer-2"}, 1),  # the same networks through another customer gateway
        ({"cgw_id": "customer-2", "remote_cidrs": ["172.16.2.0/24"]}, 0),
        ({"cgw_id": "customer-2", "remote_cidrs": None}, 0),
        ({"vpnservice_id": "gateway-2"}, 0),
        ({"edition": "classic"}, 0),
        ({"vpnservice_id": None, "vgw_id": "gateway-1"}, 1),
    ],
)
def test_pair_has_gateway_and_customer_or_networks_in_common(
    second: dict[str, Any], pairs: int
) -> None:
    assert len(health([enterprise("one"), enterprise("two", **second)])["pairs"]) == pairs


@pytest.mark.parametrize(
    ("both", "second", "pairs"),
    [
        ({"cgw_id": None}, {}, 1),
        ({"cgw_id": None}, {"remote_cidrs": ["172.16.2.0/24"]}, 0),
        ({"vpnservice_id": None}, {}, 0),
        (
            {"remote_cidrs": ["10.1.0.0/16", "10.2.0.0/16"]},
            {"cgw_id": "customer-2", "remote_cidrs": ["10.2.0.0/16", "10.1.0.0/16"]},
            1,
        ),
    ],
)
def test_pair_is_found_without_id_of_customer_gateway_but_not_without_gateway(
    both: dict[str, Any], second: dict[str, Any], pairs: int
) -> None:
    rows = [enterprise("one", **both), enterprise("two", **both | second)]
    assert len(health(rows)["pairs"]) == pairs


def test_connection_of_pair_is_in_no_second_pair() -> None:
    rows = [enterprise("one"), enterprise("two"), enterprise("three", cgw_id="customer-2")]
    (pair,) = health(rows)["pairs"]
    assert [row["name"] for row in pair["connections"]] == ["one", "two"]


def test_pair_has_customer_gateway_of_its_first_connection() -> None:
    rows = [enterprise("b", cgw_id="customer-2"), enterprise("a")]
    for order in (rows, rows[::-1]):
        assert health(order)["pairs"][0]["cgw_id"] == "customer-1"


def test_pairs_of_one_state_are_in_order_of_their_ids() -> None:
    rows = [enterprise(None, id=f"id-{n}", cgw_id=f"c-{n % 2}", remote_cidrs=[]) for n in range(4)]
    for order in (rows, rows[::-1]):
        assert health(order)["messages"][-2:] == [
            "The pair id-0 (up) and id-2 (up) is up.",
            "The pair id-1 (up) and id-3 (up) is up.",
        ]


def test_degraded_pair_fails_unless_it_is_allowed() -> None:
    rows = [enterprise("one"), enterprise("two", status="DOWN")]
    found = health(rows)
    assert not found["ok"]
    assert found["summary"] == (
        "2 IPsec connections (2 enterprise): 1 down, 1 up. 1 of 2 required are up. "
        "1 pair: 1 degraded."
    )
    assert found["messages"][-1] == ("The pair one (up) and two (down) is degraded.")
    allowed = health(rows, allow_degraded=True)
    assert allowed["ok"]
    assert allowed["summary"] == found["summary"]


def test_outage_fails_although_degraded_is_allowed() -> None:
    rows = [enterprise("one", status="ERROR"), enterprise("two", status="DOWN")]
    found = health(rows, allow_degraded=True)
    assert len(found["failures"]) == 2
    assert "1 pair: 1 outage." in found["summary"]


def test_pairs_that_need_attention_come_first() -> None:
    rows = [
        enterprise(f"{state}-{n}", id=f"{n}-{state}", cgw_id=state, remote_cidrs=[], status=status)
        for state, statuses in (
            ("up", ("ACTIVE", "ACTIVE")),
            ("degraded", ("ACTIVE", "DOWN")),
            ("outage", ("DOWN", "ERROR")),
        )
        for n, status in enumerate(statuses)
    ]
    found = health(rows, allow_degraded=True)
    assert [pair["state"] for pair in found["pairs"]] == ["outage", "degraded", "up"]
    assert found["messages"][-3:] == [
        "The pair outage-0 (down) and outage-1 (in error) is down (outage).",
        "The pair degraded-0 (up) and degraded-1 (down) is degraded.",
        "The pair up-0 (up) and up-1 (up) is up.",
    ]
    assert found["summary"].endswith("3 of 6 required are up. 3 pairs: 1 outage, 1 degraded.")
    assert len(found["failures"]) == 2
    assert len(found["hints"]) == 1
    assert not health(rows[:4], allow_degraded=True)["hints"]
    (lookup,) = health(rows[:4], allow_degraded=True)["lookups"]
    assert lookup["healthy"]
