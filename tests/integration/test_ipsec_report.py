# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role otc.vpn.ipsec_report through real Ansible: it gathers by itself and keeps secrets."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.ansible_commands import Ansible
from tests.mock_api import MockApi

PLAYBOOK = """
- name: Report the tunnels
  hosts: localhost
  gather_facts: false
  roles:
    - role: otc.vpn.ipsec_report
"""


def run(ansible: Ansible, mock_api: MockApi, *arguments: str) -> tuple[str, dict[str, int]]:
    """Run the role as alice; gives the output and the counts of the recap."""
    (ansible.folder / "play.yml").write_text(PLAYBOOK, "utf-8")
    done = ansible.run(
        "ansible-playbook", "play.yml", *arguments, environment=mock_api.environment("alice")
    )
    recap = re.findall(r"(\w+)=(\d+)", done.stdout.partition("PLAY RECAP")[2])
    return done.stdout + done.stderr, {name: int(number) for name, number in recap}


def reports(ansible: Ansible) -> dict[str, str]:
    folder = Path(ansible.folder) / "ipsec-report"
    return {path.suffix: path.read_text("utf-8") for path in folder.glob("*")}


def test_role_gathers_and_reports_without_secret(ansible: Ansible, mock_api: MockApi) -> None:
    undated = "-e", "ipsec_report_show_date=no"
    output, recap = run(ansible, mock_api, "-vvv", "--diff", *undated)
    assert (recap["changed"], recap["failed"]) == (2, 0), output
    written = reports(ansible)
    assert set(written) == {".html", ".md", ".json"}
    rows = mock_api.rows("vpn-one")
    audit = json.loads(written[".json"])
    assert {row["id"] for row in audit["connections"]} == {row["id"] for row in rows}
    assert all(row["ike"] and row["ipsec"] for row in audit["connections"])
    secrets = {row["psk"] for row in rows} | {"alicepw"}
    for text in (*written.values(), output):
        assert not [secret for secret in secrets if secret in text]

    output, recap = run(ansible, mock_api, *undated)
    assert recap["changed"] == 0, output
    assert reports(ansible) == written

    # A change since then, more formats, and a directory that keeps its mode.
    folder = ansible.folder / "ipsec-report"
    folder.chmod(0o2775)
    mock_api.change(mock_api.id_of("vpn-one", "branch-hamburg"), status="ACTIVE")
    answers = {"ipsec_report_formats": "csv, markdown", "ipsec_report_accepted": ""}
    output, recap = run(ansible, mock_api, "-e", json.dumps(answers | {"ipsec_report_mode": 416}))
    assert recap["failed"] == 0, output
    assert "- State: branch-hamburg: down to up" in reports(ansible)[".md"].replace("\\", "")
    assert re.search(r"^20\d\d-\d\d-\d\d \d\d:\d\d UTC$", reports(ansible)[".md"], re.MULTILINE)
    assert f",{mock_api.id_of('vpn-one', 'branch-hamburg')}\n" in reports(ansible)[".csv"]
    assert folder.stat().st_mode & 0o7777 == 0o2775
    assert (folder / "ipsec-report.csv").stat().st_mode & 0o777 == 0o640


def test_wrong_variables_are_reported(ansible: Ansible, mock_api: MockApi) -> None:
    output, recap = run(ansible, mock_api, "-e", "ipsec_report_formats=pdf,html")
    assert recap["failed"] == 1
    assert "unknown format pdf. Supported values: html, markdown, json, csv." in output
    assert reports(ansible) == {}


def test_cloud_that_cannot_be_read_writes_no_report(ansible: Ansible, mock_api: MockApi) -> None:
    clouds = [{}, {"auth": {"password": "wrong-password"}, "endpoint": mock_api.url}]
    output, recap = run(ansible, mock_api, "-e", json.dumps({"ipsec_report_clouds": clouds}))
    assert recap["failed"] == 1, output
    assert "wrong-password" not in output
    assert reports(ansible) == {}


def test_check_mode_reports_what_would_change_and_writes_nothing(
    ansible: Ansible, mock_api: MockApi
) -> None:
    output, recap = run(ansible, mock_api, "--check", "--diff")
    assert (recap["changed"], recap["failed"]) == (2, 0), output
    assert "+# IPsec tunnels" in output
    assert reports(ansible) == {}


def test_open_findings_fail_play_when_requested(ansible: Ansible, mock_api: MockApi) -> None:
    output, recap = run(ansible, mock_api, "-e", "ipsec_report_fail_on=high")
    assert recap["failed"] == 1
    sentence = json.loads(reports(ansible)[".json"])["summary"]["text"]
    assert sentence in output


def test_both_editions_are_one_report(ansible: Ansible) -> None:
    with MockApi("otc", enterprise_type="evpn") as mock_api:
        answers = "ipsec_report_editions=classic,enterprise"
        output, recap = run(ansible, mock_api, "-e", answers)
    assert recap["failed"] == 0, output
    report = json.loads(reports(ansible)[".json"])
    assert [source["edition"] for source in report["sources"]] == ["classic", "enterprise"]
    assert {pair["state"] for pair in report["pairs"]} == {"up", "degraded", "outage"}
    assert "| Tunnel | State | Edition |" in reports(ansible)[".md"]
