# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics of a health, as Prometheus's own parser reads them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.otc.vpn.plugins.filter.ipsec_health_metrics import ipsec_health_metrics
from ansible_collections.otc.vpn.plugins.module_utils._vpn.states import STATES
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from tests.unit.test_health import connection, enterprise, health, result

NOW = 1_795_000_000
PREFIX = "otc_vpn_ipsec_"


def metrics(rows: list[dict[str, Any]], now: float = NOW, previous: str = "") -> str:
    text: str = ipsec_health_metrics(health(rows), now, previous, {"check": "test"})
    return text


def samples(text: str) -> dict[tuple[str, str, str], float]:
    """Values by metric, id or cloud, and state, each of which occurs once; every metric is documented."""
    found: dict[tuple[str, str, str], float] = {}
    for family in text_string_to_metric_families(text):
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        for sample in family.samples:
            assert {"cloud", "region", "project", "project_id", "edition", "check"} <= set(
                sample.labels
            )
            of = sample.labels.get("id", sample.labels.get("connections", sample.labels["cloud"]))
            key = (sample.name.removeprefix(PREFIX), of, sample.labels.get("state", ""))
            assert key not in found
            found[key] = sample.value
    return found


def test_each_connection_has_its_metrics() -> None:
    rows = [
        connection(),
        connection("munich", status="DOWN"),
        connection("oslo", status="STRANGE"),
        connection("vienna", admin_state_up=False, project_id=None, tenant_id="project-1"),
    ]
    found = samples(metrics(rows))
    table = {
        "id-berlin": (1, 1, 1, "up"),
        "id-munich": (0, 1, 1, "down"),
        "id-oslo": (0, 1, 1, "unknown"),
        "id-vienna": (0, 0, 0, "disabled"),
    }
    for key, (up, admin_state_up, required, state) in table.items():
        assert found.pop(("connection_up", key, "")) == up
        assert found.pop(("connection_admin_state_up", key, "")) == admin_state_up
        assert found.pop(("connection_required", key, "")) == required
        for one in STATES:
            assert found.pop(("connection_state", key, one)) == (one == state)
    assert found == {
        ("health_ok", "", ""): 0,
        ("lookup_success", "", ""): 1,
        ("lookup_timestamp_seconds", "", ""): NOW,
        ("last_success_timestamp_seconds", "", ""): NOW,
    }
    assert 'name="vienna",peer_address="198.51.100.1"' in metrics(rows)
    assert "not-for-logs" not in metrics(rows)


def test_order_of_input_is_ignored() -> None:
    rows = [connection(name, id=f"id-{n}") for n, name in enumerate(["b", "A", "b", "", None])]
    assert metrics(rows) == metrics(rows[::-1])


def test_series_have_labels_of_their_source() -> None:
    text = metrics([result("production", connection()), result("staging", connection("munich"))])
    for cloud, name in (("production", "berlin"), ("staging", "munich")):
        source = (
            f'cloud="{cloud}",region="eu-de",project="sales",project_id="project-1",'
            'edition="classic",check="test"'
        )
        assert f"{PREFIX}health_ok{{{source}}} 1\n" in text
        assert (
            f'{PREFIX}connection_up{{id="id-{name}",name="{name}",peer_address="198.51.100.1",'
            f"{source}}} 1\n"
        ) in text


def test_healthy_clouds_are_ok() -> None:
    down = connection("munich", status="DOWN")
    found = samples(metrics([result("production", connection()), result("staging", down)]))
    assert found["health_ok", "production", ""] == 1
    assert found["health_ok", "staging", ""] == 0
    assert found["lookup_success", "staging", ""] == 1


def test_failed_lookup_keeps_time_of_last_success() -> None:
    failed = {"msg": "HTTP 401", "source": {"cloud": "staging", "region": "eu-de"}}
    first = metrics([result("production", connection()), result("staging", connection("munich"))])
    second = metrics([result("production", connection()), failed], NOW + 60, first)
    third = metrics([failed, result("production", connection())], NOW + 120, second)
    for text, later in ((second, 60), (third, 120)):
        found = samples(text)
        assert found["last_success_timestamp_seconds", "staging", ""] == NOW
        assert found["last_success_timestamp_seconds", "production", ""] == NOW + later
        assert found["lookup_timestamp_seconds", "staging", ""] == NOW + later
        assert found["lookup_success", "staging", ""] == 0
        assert found["health_ok", "staging", ""] == 0
        assert ("connection_up", "id-munich", "") not in found
    # The project is known from the last success, so the series goes on.
    assert 'cloud="staging",region="eu-de",project="sales",project_id="project-1",edition' in third


def test_lookup_that_never_succeeded_has_time_zero() -> None:
    failed = {"msg": "HTTP 401", "source": {"cloud": "staging"}}
    for previous in ("", "not a metric", metrics([result("production", connection())])):
        found = samples(metrics([failed], NOW, previous))
        assert found["last_success_timestamp_seconds", "staging", ""] == 0


def test_malformed_time_in_previous_metrics_is_ignored() -> None:
    previous = metrics([result("staging", connection())]).replace(str(NOW), "soon")
    failed = {"msg": "HTTP 401", "source": {"cloud": "staging"}}
    assert (
        samples(metrics([failed], NOW, previous))["last_success_timestamp_seconds", "staging", ""]
        == 0
    )


def test_no_connection_is_not_ok() -> None:
    assert samples(metrics([result("staging")]))["health_ok", "staging", ""] == 0


def test_pairs_have_state() -> None:
    rows = [enterprise("one"), enterprise("two", status="DOWN")]
    found = samples(metrics(rows))
    states = {
        state: found["pair_state", "id-one id-two", state] for state in ("up", "degraded", "outage")
    }
    assert states == {"up": 0, "degraded": 1, "outage": 0}
    assert 'edition="enterprise"' in metrics(rows)


@given(st.text(st.characters(codec="utf-8")), st.text(st.sampled_from('\\"\n\r\tn{}, \u2028')))
def test_any_text_survives_metrics(name: str, address: str) -> None:
    text = metrics([connection(name, id="c-1", peer_address=address)])
    families = {family.name: family for family in text_string_to_metric_families(text)}
    (sample,) = families[PREFIX + "connection_up"].samples
    assert sample.labels["name"] == name
    assert sample.labels["peer_address"] == address
    assert text.count("\n") == 9 * 2 + 4 + 3 + len(STATES)
    text.encode()


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_time_of_last_success_is_found_for_any_name_of_cloud(cloud: str) -> None:
    source = {"cloud": "x" + cloud}
    before = metrics([{"ipsec_connections": [connection()], "source": source}])
    after = metrics([{"msg": "HTTP 401", "source": source}], NOW + 60, before)
    values = [
        sample.value
        for family in text_string_to_metric_families(after)
        for sample in family.samples
        if family.name == PREFIX + "last_success_timestamp_seconds"
    ]
    assert values == [NOW]


def test_half_surrogates_are_replaced() -> None:
    assert 'name="half ? surrogate"' in metrics([connection("half \ud800 surrogate", id="c-1")])


def test_input_that_is_not_health_is_rejected() -> None:
    with pytest.raises(AnsibleFilterError, match="must be a result of the filter ipsec_health"):
        ipsec_health_metrics({"ok": True})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": {"a-b": "x"}}, "a-b is not a valid name"),
        ({"labels": {"name": "x"}}, "name is not a valid name"),
        ({"labels": "name"}, "labels must be a dictionary"),
        ({"time": "soon"}, "time must be a number of seconds, got: soon"),
    ],
)
def test_wrong_arguments_are_rejected(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        ipsec_health_metrics(health([connection()]), **arguments)


def test_time_defaults_to_now() -> None:
    text = ipsec_health_metrics(health([connection()]))
    assert (
        samples(text.replace('edition="classic"', 'edition="classic",check=""'))[
            "lookup_timestamp_seconds", "", ""
        ]
        > 1_700_000_000
    )
