# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory update and a job as AWX runs them: ansible-runner with every value as a string."""

from __future__ import annotations

import json
import os
import stat
import typing as t
from pathlib import Path

from tests.ansible_commands import BIN, Ansible
from tests.mock_api import MockApi
from tests.unavailable import unavailable

PSK = "a-key-not-for-logs"
SOURCE = {
    "plugin": "otc.vpn.ipsec_connections",
    "compose": {"vpn_up": "ipsec_state == 'up'"},
}
PLAY = [
    {
        "name": "Use the roles with the answers of a survey",
        "hosts": "localhost",
        "gather_facts": False,
        "roles": ["otc.vpn.ipsec_health", "otc.vpn.ipsec_report"],
        "tasks": [
            {
                "name": "Get the connection to configure",
                "otc.vpn.ipsec_connection_info": {"name": "{{ tunnel }}", "resolve": True},
                "register": "vpn",
            },
            {
                "name": "Configure the on-premises gateway",
                "ansible.builtin.include_role": {"name": "otc.vpn.strongswan_peer"},
                "vars": {"strongswan_peer_connection": "{{ vpn.ipsec_connections[0] }}"},
            },
        ],
    },
    {
        "name": "Use the variables of the inventory",
        "hosts": "branch-munich",
        "gather_facts": False,
        "tasks": [
            {
                "name": "Check the variables",
                "ansible.builtin.assert": {
                    "that": ["ipsec_status == 'ACTIVE'", "ipsec_status is string", "vpn_up is true"]
                },
            }
        ],
    },
]


def survey(folder: Path) -> dict[str, str]:
    """Return the extra variables of a job, as a survey and a credential set them."""
    return {
        "tunnel": "branch-munich",
        "ipsec_health_required": "branch-munich\r\nplant-leipzig\r\n",
        "ipsec_health_clouds": "",
        "ipsec_health_editions": "classic",
        "ipsec_health_tags": "",
        "ipsec_health_wait_timeout": "",
        "ipsec_health_report_only": "false",
        "ipsec_health_textfile": str(folder / "ipsec.prom"),
        "ipsec_report_clouds": "",
        "ipsec_report_formats": "json\nmarkdown",
        "ipsec_report_directory": str(folder / "report"),
        "ipsec_report_mode": "0600",
        "ipsec_report_accepted": "",
        "ipsec_report_fail_on": "",
        "strongswan_peer_psk": PSK,
        "strongswan_peer_connections": "",
        "strongswan_peer_local_addresses": "10.0.0.5\n10.0.0.6",
        "strongswan_peer_swanctl_dir": str(folder / "swanctl"),
        "strongswan_peer_manage_packages": "no",
        "strongswan_peer_manage_service": "False",
        "strongswan_peer_load": "false",
        "strongswan_peer_check_delay": "",
    }


def private_data(
    folder: Path, collections: Path, exported: str, job: t.Mapping[str, t.Any]
) -> Path:
    """Return a directory as AWX prepares it for ansible-runner; the inventory is a script, as there."""
    for name in ("env", "inventory", "project", "output"):
        (folder / name).mkdir(parents=True)
    (folder / "env" / "envvars").write_text(json.dumps(job["environment"]))
    (folder / "env" / "extravars").write_text(json.dumps(job["extra_variables"]))
    script = folder / "inventory" / "hosts"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{exported}\nEND\n")
    script.chmod(0o700)
    (folder / "project" / "play.yml").write_text(json.dumps(PLAY))
    (folder / "project" / "collections").symlink_to(collections)
    return folder


def test_awx_job_runs_all_roles_with_values_that_are_strings(
    ansible: Ansible, collections: Path, mock_api: MockApi, tmp_path: Path
) -> None:
    if not (BIN / "ansible-runner").exists():
        unavailable("ansible-runner is not installed: pip install -r requirements/dev.txt")
    environment = mock_api.environment("alice")
    update = ansible.inventory_run(SOURCE, environment, "--list", "--export")
    hosts = json.loads(update.stdout)["_meta"]["hostvars"]
    assert hosts["branch-munich"]["vpn_up"] is True  # the enabled variable
    assert hosts["branch-hamburg"]["vpn_up"] is False

    folder = private_data(
        tmp_path / "runner",
        collections,
        update.stdout,
        {
            "environment": {**environment, "ANSIBLE_PIPELINING": "true"},
            "extra_variables": survey(tmp_path / "runner" / "output"),
        },
    )
    done = ansible.run(
        "ansible-runner",
        *("run", str(folder), "--playbook", "play.yml", "--ident", "job"),
        environment={
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "none"),  # only those of the project
        },
    )
    shown = done.stdout + done.stderr
    assert done.returncode == 0, shown

    output = folder / "output"
    metrics = (output / "ipsec.prom").read_text()
    assert 'name="branch-munich"' in metrics
    assert sorted(path.name for path in (output / "report").iterdir()) == [
        "ipsec-report.json",
        "ipsec-report.md",
    ]
    assert stat.S_IMODE((output / "report" / "ipsec-report.json").stat().st_mode) == 0o600
    (config,) = (
        path for path in (output / "swanctl/conf.d").iterdir() if ".secrets" not in path.name
    )
    assert "local_addrs = 10.0.0.5, 10.0.0.6\n" in config.read_text()
    # the file `command` has the environment, which ansible-runner itself writes
    artifacts = [
        path
        for path in (folder / "artifacts").rglob("*")
        if path.is_file() and path.name != "command"
    ]
    assert artifacts
    for path in artifacts:
        for secret in (PSK, environment["OS_PASSWORD"]):
            assert secret not in path.read_text(errors="replace"), path
