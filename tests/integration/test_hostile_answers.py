# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory of some hundred hostile clouds in one run of Ansible, those that hang included."""

from __future__ import annotations

import json
import re
from collections import Counter

from tests.ansible_commands import Ansible, plain_text
from tests.hostile.answers import CASES
from tests.hostile.process import hostile_server, options_of
from tests.hostile.replies import MARK

LIMITS = {"api_timeout", "retries", "endpoint", "region_name"}  # options that a cloud can have
CHOSEN = [
    (number, case)
    for number, case in enumerate(CASES)
    if case.module == "ipsec_connection_info" and not set(case.options) - LIMITS
][::2]


def test_hostile_clouds_are_hosts_or_one_warning_each(ansible: Ansible) -> None:
    with hostile_server() as url:
        clouds = [
            {"label": f"cloud-{number}", **options_of(case, f"{url}/{number}"), "retries": 0}
            for number, case in CHOSEN
        ]
        for cloud in clouds:
            cloud["api_timeout"] = max(cloud["api_timeout"], 2.0)
        source = {"fail_on_error": False, "clouds": clouds}
        done = ansible.inventory_run(source, {"COLUMNS": "9999"}, "--list")
    assert done.returncode == 0, done.stderr[-2000:]
    said = " ".join(done.stderr.split())
    assert MARK not in (done.stdout + said).lower()
    assert "Traceback" not in said
    inventory = plain_text(json.loads(done.stdout))
    hosts = Counter(one["ipsec_cloud"] for one in inventory["_meta"]["hostvars"].values())
    skipped = Counter(re.findall(r"(cloud-\d+): skipped: ", said))
    for number, case in CHOSEN:
        failed = isinstance(case.expect, str)
        expected = (0, 1) if failed else (len(case.expect), 0)
        label = f"cloud-{number}"
        assert (hosts[label], skipped[label]) == expected, (case.name, said)
    assert len(CHOSEN) > 200
