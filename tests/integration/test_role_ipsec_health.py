# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role otc.vpn.ipsec_health through ansible-playbook against the mock API server."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.ansible_commands import Ansible
from tests.mock_api import MockApi

CONNECTIONS = "/ipsec-site-connections"
GIVEN = "{{ gathered.ipsec_connections }}"


class Outcome(t.NamedTuple):
    """What one run of the role came to."""

    fact: dict[str, t.Any]  # ipsec_health
    message: str  # what the role failed with; empty when it did not fail
    shown: str  # all that a user sees of the whole play


def health(
    ansible: Ansible,
    variables: t.Mapping[str, t.Any],
    environment: t.Mapping[str, str] | None = None,
    *flags: str,
) -> Outcome:
    """Run the role with these variables."""
    (outcome,) = health_of_each(ansible, [variables], environment, *flags)
    return outcome


def health_of_each(
    ansible: Ansible,
    runs: t.Sequence[t.Mapping[str, t.Any]],
    environment: t.Mapping[str, str] | None = None,
    *flags: str,
) -> list[Outcome]:
    """Run the role several times in one play; fact and failure are those that other tasks see.

    Runs with GIVEN get connections that the play has gathered before, with psk.
    """
    notes = [ansible.folder / f"note-{number}.json" for number in range(len(runs))]
    gather = {
        "otc.vpn.ipsec_connection_info": {"resolve": True, "include_psk": True},
        "no_log": True,
        "register": "gathered",
        "when": any(run.get("ipsec_health_connections") == GIVEN for run in runs),
    }
    tasks = [
        {
            "block": [
                {
                    "ansible.builtin.include_role": {"name": "otc.vpn.ipsec_health"},
                    "vars": dict(variables),
                },
                _write(note, "''"),
            ],
            "rescue": [_write(note, "ansible_failed_result.msg")],
        }
        for note, variables in zip(notes, runs, strict=True)
    ]
    done = ansible.playbook(
        [{"hosts": "localhost", "gather_facts": False, "tasks": [gather, *tasks]}],
        environment,
        *flags,
    )
    shown = done.stdout + done.stderr
    assert done.returncode == 0, shown
    return [Outcome(**json.loads(note.read_text()), shown=shown) for note in notes]


def _write(note: Path, message: str) -> dict[str, t.Any]:
    content = f"{{{{ {{'fact': ipsec_health | default({{}}), 'message': {message}}} | to_json }}}}"
    return {
        "ansible.builtin.copy": {"content": content, "dest": str(note)},
        "check_mode": False,
        "diff": False,
        "no_log": True,
    }


def names(rows: list[dict[str, t.Any]]) -> list[str]:
    return [row["name"] for row in rows]


def test_tunnel_that_is_down_fails_play(ansible: Ansible, mock_api: MockApi) -> None:
    outcome = health(ansible, {}, mock_api.environment("alice"))
    lines = outcome.message.split("\n")
    assert lines[0] == (
        "23 IPsec connections: 2 in error, 3 down, 4 pending, 12 up, 2 administratively disabled. "
        "12 of 21 required are up."
    )
    hamburg = mock_api.id_of("vpn-one", "branch-hamburg")
    assert f"branch-hamburg to 198.51.100.30 is down (status DOWN, id {hamburg})." in lines
    assert len(lines) == 1 + 9 + 1
    assert not any("vienna" in line or "munich" in line for line in lines)
    assert set(names(outcome.fact["disabled"])) >= {"data-center-vienna"}
    assert outcome.fact["ok"] is False
    assert outcome.fact["down"][0].keys() >= {"id", "name", "status", "peer_address"}
    # One token and one list, which did not ask for the psk.
    assert [request.path for request in mock_api.requests][1:] == [f"/v2.0/vpn{CONNECTIONS}"]
    assert "WARNING" not in outcome.shown


def test_names_are_text_in_message_fact_and_textfile(ansible: Ansible, mock_api: MockApi) -> None:
    textfile = ansible.folder / "ipsec.prom"
    nasty = 'two\nlines "quoted" \\n {{ 6 * 7 }} {% raw %} \u202eevil'
    evil_id = mock_api.id_of("vpn-one", "branch-hamburg")
    mock_api.change(evil_id, name=nasty)
    outcome = health(
        ansible, {"ipsec_health_textfile": str(textfile)}, mock_api.environment("alice"), "-v"
    )
    assert 'two lines "quoted" \\n {{ 6 * 7 }} {% raw %} evil to 198.51.100.30' in outcome.message
    assert nasty in names(outcome.fact["down"])
    assert "{{ 7 * 7 }}{% raw %}${IFS}$(id)" in names(outcome.fact["up"])
    families = {
        family.name: family for family in text_string_to_metric_families(textfile.read_text())
    }
    up = families["otc_vpn_ipsec_connection_up"].samples
    rows = mock_api.rows("vpn-one")
    assert {(s.labels["id"], s.labels["name"]) for s in up} == {(r["id"], r["name"]) for r in rows}
    assert "not-for-logs" not in outcome.shown + textfile.read_text()
    assert "alicepw" not in outcome.shown


def test_named_connections_are_required_and_no_others(ansible: Ansible, mock_api: MockApi) -> None:
    munich = mock_api.id_of("vpn-one", "branch-munich")
    well, missing, disabled = health_of_each(
        ansible,
        [
            {"ipsec_health_required": ["plant-leipzig", munich]},
            {"ipsec_health_required": ["plant-leipzig", "branch-atlantis"]},
            {"ipsec_health_required": ["data-center-vienna"]},
        ],
        mock_api.environment("alice"),
    )
    assert well.message == ""
    assert well.fact["ok"] is True
    assert well.fact["summary"].endswith("2 of 2 required are up.")
    assert "Required connection branch-atlantis not found." in missing.message
    assert missing.fact["missing"] == ["branch-atlantis"]
    assert "data-center-vienna to 198.51.100.50 is administratively disabled" in disabled.message


def test_empty_list_fails_play(ansible: Ansible, mock_api: MockApi) -> None:
    outcome = health(ansible, {}, mock_api.environment("rita"))
    assert "No IPsec connections found" in outcome.message


def test_report_only_continues_play(ansible: Ansible, mock_api: MockApi) -> None:
    outcome = health(ansible, {"ipsec_health_report_only": True}, mock_api.environment("alice"))
    assert outcome.message == ""
    assert outcome.fact["ok"] is False
    assert "branch-hamburg to 198.51.100.30 is down" in outcome.shown


def test_filters_select_queried_and_given_connections(ansible: Ansible, mock_api: MockApi) -> None:
    hamburg = mock_api.id_of("vpn-one", "branch-hamburg")
    runs: list[tuple[dict[str, t.Any], list[str]]] = [
        ({"name": hamburg}, ["branch-hamburg"]),
        ({"tags": {"site": "munich", "owner": ""}}, ["branch-munich"]),
        ({"peer_address": "2001:DB8:BEEF:0::1"}, ["warehouse-rotterdam"]),
        ({"vpn_service": "laboratory"}, ["laboratory-dresden"]),
        ({"project_id": "of another"}, []),
        ({"vpn_service": "laboratory", "connections": GIVEN}, ["laboratory-dresden"]),
    ]
    variables = [
        {f"ipsec_health_{name}": value for name, value in run.items()}
        | {"ipsec_health_report_only": True}
        for run, _expected in runs
    ]
    outcomes = health_of_each(ansible, variables, mock_api.environment("alice"))
    for (_run, expected), outcome in zip(runs, outcomes, strict=True):
        assert outcome.message == ""
        fact = outcome.fact
        assert names(fact["up"] + fact["down"] + fact["pending"]) == expected


def test_psk_of_given_connections_is_never_shown(ansible: Ansible, mock_api: MockApi) -> None:
    variables = {"ipsec_health_connections": GIVEN}
    outcome = health(ansible, variables, mock_api.environment("alice"), "-vvv")
    assert "12 of 21 required are up." in outcome.message
    assert "{{ 7 * 7 }}{% raw %}${IFS}$(id)" in names(outcome.fact["up"])
    assert "not-for-logs" not in outcome.shown
    assert not any("not-for-logs" in note.read_text() for note in ansible.folder.glob("note*"))


def test_waiting_ends_when_all_enabled_connections_are_up(
    ansible: Ansible, mock_api: MockApi
) -> None:
    ids = [row["id"] for row in mock_api.rows("vpn-one") if row["admin_state_up"]]
    mock_api.fault(CONNECTIONS, skip=2, change={one: {"status": "ACTIVE"} for one in ids})
    variables = {"ipsec_health_wait_timeout": 120, "ipsec_health_wait_interval": 0.1}
    outcome = health(ansible, variables, mock_api.environment("alice"))
    assert outcome.message == ""
    assert outcome.fact["summary"] == (
        "23 IPsec connections: 21 up, 2 administratively disabled. 21 of 21 required are up."
    )
    assert len(outcome.fact["up"]) == 21
    # Look up, two looks, look up again: what is disabled was not waited for.
    assert [one.path for one in mock_api.requests].count(f"/v2.0/vpn{CONNECTIONS}") == 4
    assert "WARNING" not in outcome.shown


def test_waiting_is_for_required_connections_only(ansible: Ansible, mock_api: MockApi) -> None:
    hamburg = mock_api.id_of("vpn-one", "branch-hamburg")
    paris = mock_api.id_of("vpn-one", "office-paris")
    up = {one: {"status": "ACTIVE"} for one in (hamburg, paris)}
    mock_api.fault(CONNECTIONS, skip=1, change=up)
    variables = {
        "ipsec_health_wait_timeout": 120,
        "ipsec_health_wait_interval": 0.1,
        "ipsec_health_required": ["branch-hamburg", paris, "branch-munich"],
    }
    outcome = health(ansible, variables, mock_api.environment("alice"))
    assert outcome.message == ""
    assert outcome.fact["summary"].endswith("3 of 3 required are up.")
    assert len(outcome.fact["down"]) == 2  # the others, which nobody waited for
    polls = [one for one in mock_api.requests if one.path.startswith(f"/v2.0/vpn{CONNECTIONS}")]
    assert len(polls) == 3  # two of one wait for all names, and the lookup


def test_wait_timeout_ends_with_report_of_role(ansible: Ansible, mock_api: MockApi) -> None:
    variables = {
        "ipsec_health_wait_timeout": 1,
        "ipsec_health_wait_interval": 0.4,
        "ipsec_health_tags": {"site": ""},
    }
    outcome = health(ansible, variables, mock_api.environment("alice"))
    assert outcome.message.split("\n")[0].endswith(
        "5 of 7 required are up. Waited up to 1 seconds."
    )
    assert "branch-hamburg to 198.51.100.30 is down" in outcome.message
    assert outcome.shown.count("fatal:") == 1
    lists = [one for one in mock_api.requests if one.path.endswith(CONNECTIONS)]
    assert len(lists) >= 2  # the wait, and the lookup


def test_failed_lookup_fails_role(ansible: Ansible, mock_api: MockApi) -> None:
    environment = mock_api.environment("alice") | {"OS_PASSWORD": "wrong-password"}
    variables = {"ipsec_health_report_only": True, "ipsec_health_wait_timeout": 5}
    outcome = health(ansible, variables, environment)
    assert "Cannot read the connections" in outcome.message
    assert "401" in outcome.message
    assert "wrong-password" not in outcome.shown
    assert len(mock_api.requests) == 2  # the wait, and the lookup


def test_textfile_reports_change_only_when_state_changes(
    ansible: Ansible, mock_api: MockApi
) -> None:
    textfile = ansible.folder / "ipsec.prom"
    environment = mock_api.environment("alice")
    variables = {"ipsec_health_textfile": str(textfile)}
    checked = health(ansible, variables, environment, "--check")
    assert not textfile.exists()
    assert "12 of 21" in checked.message
    assert "changed: [localhost]" in checked.shown
    first = health(ansible, variables, environment)
    assert "12 of 21" in first.message
    assert textfile.stat().st_mode & 0o777 == 0o644
    assert value(textfile, "health_ok") == 0
    written = textfile.stat().st_mtime_ns
    again = write_only(ansible, variables, environment)
    assert "changed=0" in again.stdout
    assert textfile.stat().st_mtime_ns > written
    mock_api.change(mock_api.id_of("vpn-one", "branch-hamburg"), status="ACTIVE")
    assert "changed=1" in write_only(ansible, variables, environment).stdout
    success = value(textfile, "last_success_timestamp_seconds")

    # The password expires: the role fails, and says so in the file.
    failed = write_only(ansible, variables, environment | {"OS_PASSWORD": "expired"})
    assert failed.returncode == 2
    assert "Cannot read the connections" in failed.stdout + failed.stderr
    assert value(textfile, "lookup_success") == 0
    assert value(textfile, "last_success_timestamp_seconds") == success
    assert "connection_up{" not in textfile.read_text()


def value(textfile: Path, metric: str) -> float:
    """Return the value of a metric with one series."""
    families = text_string_to_metric_families(textfile.read_text())
    (found,) = (
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == f"otc_vpn_ipsec_{metric}"
    )
    return found


def write_only(
    ansible: Ansible, variables: t.Mapping[str, t.Any], environment: t.Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run nothing but the role, without failing on a tunnel that is down."""
    role = {"role": "otc.vpn.ipsec_health", "ipsec_health_report_only": True, **variables}
    return ansible.playbook(
        [{"hosts": "localhost", "gather_facts": False, "roles": [role]}], environment
    )


def test_wrong_variables_are_reported(ansible: Ansible) -> None:
    wrong: list[dict[str, t.Any]] = [
        {"ipsec_health_wait_timeout": "soon"},
        {"ipsec_health_tags": "site"},
        {"ipsec_health_connections": "none"},
        {"ipsec_health_report_only": "perhaps"},
        {"ipsec_health_textfile": "/nowhere/ipsec.txt"},
        {"ipsec_health_wait_timeout": 5, "ipsec_health_connections": []},
    ]
    for variables, outcome in zip(wrong, health_of_each(ansible, wrong), strict=True):
        assert next(iter(variables)) in outcome.message or next(iter(variables)) in outcome.shown
    assert "Remove ipsec_health_connections" in outcome.message


def test_strings_of_survey_are_converted(ansible: Ansible, mock_api: MockApi) -> None:
    answers = {
        "ipsec_health_required": "branch-munich,plant-leipzig\nbranch-hamburg",
        "ipsec_health_report_only": "false",
        "ipsec_health_allow_degraded": "",
        "ipsec_health_wait_timeout": "0",
        "ipsec_health_wait_interval": "",
        "ipsec_health_tags": "",
        "ipsec_health_textfile": "",
    }
    outcome = health(ansible, {}, mock_api.environment("alice"), "-e", json.dumps(answers))
    assert "2 of 3 required are up." in outcome.message
    assert "branch-hamburg to" in outcome.message


def test_several_clouds_are_one_health(ansible: Ansible, mock_api: MockApi) -> None:
    clouds: list[dict[str, t.Any]] = [
        {"region_name": "RegionOne", "auth": mock_api.auth_options(user)}
        for user in ("alice", "bob")
    ]
    rows = [*mock_api.rows("vpn-one"), *mock_api.rows("vpn-two")]
    variables: dict[str, t.Any] = {
        "ipsec_health_clouds": clouds,
        "ipsec_health_report_only": True,
        "ipsec_health_textfile": str(ansible.folder / "ipsec.prom"),
    }
    outcome = health(ansible, variables, {}, "-vvv")
    assert f"{len(rows)} IPsec connections" in outcome.fact["summary"]
    assert len(outcome.fact["lookups"]) == 2
    assert not [cloud for cloud in clouds if cloud["auth"]["password"] in outcome.shown]
    clouds[1]["auth"]["password"] = "wrong-password"
    outcome = health(ansible, variables, {}, "-vvv")
    assert [one["ok"] for one in outcome.fact["lookups"]] == [True, False]
    assert "401" in outcome.message
    assert "wrong-password" not in outcome.shown


def test_both_editions_are_one_health(ansible: Ansible) -> None:
    with MockApi("otc", enterprise_type="evpn") as mock_api:
        variables: dict[str, t.Any] = {
            "ipsec_health_editions": "classic, enterprise",
            "ipsec_health_report_only": True,
        }
        one_edition = {"ipsec_health_editions": ["enterprise"], "ipsec_health_tags": {"no": "such"}}
        wrong = {"ipsec_health_editions": ["basic"]}
        both, empty, refused = health_of_each(
            ansible, [variables, one_edition, wrong], mock_api.environment("alice")
        )
        assert both.message == ""
        fact = both.fact
        editions = {row["edition"] for state in ("up", "down") for row in fact[state]}
        assert editions == {"classic", "enterprise"}
        assert [one["edition"] for one in fact["lookups"]] == ["classic", "enterprise"]
        pairs = {
            pair["state"]: {row["name"] for row in pair["connections"]} for pair in fact["pairs"]
        }
        assert pairs["outage"] == {"office-hamburg-1", "office-hamburg-2"}
        assert pairs["degraded"] == {"office-munich"}
        assert "No IPsec connections found" in empty.message
        assert "must contain classic, enterprise or both, got: basic" in refused.message


def test_readme_example_runs(ansible: Ansible, mock_api: MockApi, collections: Path) -> None:
    readme = collections / "ansible_collections/otc/vpn/roles/ipsec_health/README.md"
    example = readme.read_text().split("```yaml\n")[1].split("```")[0]
    mock_api.change(mock_api.id_of("vpn-one", "branch-berlin"), status="DOWN")
    (ansible.folder / "play.yml").write_text(example)
    done = ansible.run("ansible-playbook", "play.yml", environment=mock_api.environment("alice"))
    assert done.returncode == 2
    assert "branch-berlin to 198.51.100.10 is down" in done.stderr + done.stdout
