# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role otc.vpn.peer_parameters through real Ansible: selection, pages and refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from tests.ansible_commands import Ansible
from tests.mock_api import MockApi

PLAYBOOK = """
- name: Write the pages
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Write a page for each selected connection
      ansible.builtin.include_role:
        name: otc.vpn.peer_parameters
    - name: Show the files
      ansible.builtin.debug:
        msg: "{{ peer_parameters_files | map('basename') | join(' ') }}"
"""
BOTH = {"peer_parameters_editions": "classic,enterprise"}


def run(ansible: Ansible, mock_api: MockApi, variables: Mapping[str, object]) -> tuple[str, int]:
    """Run the role as alice; gives the output without line breaks and the number of failures."""
    (ansible.folder / "play.yml").write_text(PLAYBOOK, "utf-8")
    done = ansible.run(
        "ansible-playbook",
        "-vvv",
        "play.yml",
        "-e",
        json.dumps(variables),
        environment=mock_api.environment("alice"),
    )
    failed = re.findall(r"failed=(\d+)", done.stdout)
    return done.stdout + done.stderr, int(failed[0])


def test_pages_of_both_editions_have_values_and_no_key(ansible: Ansible) -> None:
    folder = Path(ansible.folder) / "peer-parameters"
    with MockApi("otc", enterprise_type="evpn") as mock_api:
        names = "branch-hamburg, office-berlin-1"
        output, failed = run(ansible, mock_api, BOTH | {"peer_parameters_names": names})
        assert failed == 0, output
        secrets = {row["psk"] for row in mock_api.rows("vpn-one")} | {"alicepw"}
    stems = ("branch-hamburg", "office-berlin-1")
    written = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert set(written) == {f"{stem}.{suffix}" for stem in stems for suffix in ("html", "md")}
    assert "branch-hamburg.html branch-hamburg.md office-berlin-1.html office-berlin-1.md" in output
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o640}
    classic, enterprise = (written[f"{stem}.md"].replace("\\", "") for stem in stems)
    assert "Classic VPN, connection" in classic
    assert "Enterprise Edition VPN, connection" in enterprise
    # Each rule of the Enterprise connection joins its own networks.
    assert "| 192.168.10.0/24 – 10.60.0.0/24 |" in enterprise
    assert "| set remote-gw 203.0.113.60 |" in enterprise
    for text in (*written.values(), output):
        assert not [secret for secret in secrets if secret in text]


def test_unusable_selection_writes_nothing_and_reports_why(ansible: Ansible) -> None:
    with MockApi("otc", enterprise_type="evpn") as mock_api:
        route_based, failed = run(
            ansible, mock_api, BOTH | {"peer_parameters_names": "office-munich, branch-hamburg"}
        )
        assert failed == 1
        unknown, failed = run(ansible, mock_api, {"peer_parameters_names": "branch-atlantis"})
        assert failed == 1
        clouds = [{"enterprise_endpoint": mock_api.url + "/wrong"}]
        unread, failed = run(ansible, mock_api, {**BOTH, "peer_parameters_clouds": clouds})
        assert failed == 1
    sentence = "Cannot read the edition enterprise (option peer_parameters_editions): "
    assert sentence in unread
    assert "the region has no Enterprise Edition VPN" in unread
    assert "Connection office-munich: The connection is route-based" in route_based
    assert "No connection has the name or ID branch-atlantis." in unknown
    assert not (Path(ansible.folder) / "peer-parameters").exists()
