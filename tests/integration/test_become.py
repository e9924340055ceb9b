# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look-ups in a play with become, which resets the environment."""

from __future__ import annotations

import os
import shutil

from tests.ansible_commands import Ansible, results
from tests.mock_api import MockApi
from tests.unavailable import unavailable

ALONE = "Get the connections with become"


def test_roles_lookup_without_become_and_modules_name_it(
    ansible: Ansible, mock_api: MockApi
) -> None:
    if os.geteuid() != 0 or not shutil.which("su"):
        unavailable("become needs root and su")
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "become": True,
        "become_method": "ansible.builtin.su",
        "become_flags": "-l",  # a login shell, which resets the environment as sudo does
        "tasks": [
            {"name": ALONE, "otc.vpn.ipsec_connection_info": {}, "ignore_errors": True},
            {
                "ansible.builtin.include_role": {"name": "otc.vpn.ipsec_health"},
                "vars": {"ipsec_health_report_only": True},
            },
            {
                "ansible.builtin.include_role": {"name": "otc.vpn.ipsec_report"},
                "vars": {
                    "ipsec_report_formats": ["json"],
                    "ipsec_report_directory": str(ansible.folder / "report"),
                },
            },
        ],
    }
    environment = {"ANSIBLE_BECOME_ALLOW_SAME_USER": "true", "ANSIBLE_PIPELINING": "true"}
    done = ansible.playbook([play], {**mock_api.environment("alice"), **environment}, "-v")
    shown = done.stdout + done.stderr
    assert done.returncode == 0, shown
    message = results(done.stdout)[ALONE]["msg"]
    assert message.endswith("No credentials are set in the environment, which become resets.")
    assert (ansible.folder / "report" / "ipsec-report.json").exists()
    assert mock_api.environment("alice")["OS_PASSWORD"] not in shown
