# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role, run by ansible-playbook against the on-premises gateway of a testbed."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.tunnel.testbed import Testbed, with_packages

PLAYBOOK = Path(__file__).with_name("playbook.yml")


class Answer:
    """What a run of the playbook came to."""

    def __init__(self, returncode: int, output: str) -> None:
        self.ok = returncode == 0
        self.output = output
        counts = re.search(r"changed=(\d+)", output)
        self.changed = int(counts[1]) if counts else -1


def run_role(
    testbed: Testbed,
    connection: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    psk: str | Mapping[str, str] | None,
    **variables: Any,
) -> Answer:
    """Run the role for one or several connections on the testbed's on-premises gateway.

    The variables are the role's, without their prefix. The key is handed over in a file, and must
    be nowhere in the output, which is as wordy as Ansible can be.
    """
    gateway = testbed.onprem
    given = {
        **(
            {"connection": connection}
            if isinstance(connection, Mapping)
            else {"connections": connection}
        ),
        "swanctl_dir": str(gateway.swanctl_dir),
        "strongswan_conf": str(gateway.strongswan_conf),
        "vici_uri": gateway.uri,
        "manage_packages": False,
        "manage_service": False,
        "check_retries": 20,
        "check_delay": 1,
        **({} if psk is None else {"psk": psk} if isinstance(psk, str) else {"psks": psk}),
        **variables,
    }
    file = gateway.directory / "variables.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({f"strongswan_peer_{key}": value for key, value in given.items()}))
    command: list[str | Path] = [
        Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", "-vvv",
        "--diff", "-e", f"@{file}", "-e", f"ansible_python_interpreter={sys.executable}", PLAYBOOK,
    ]  # fmt: skip
    done = subprocess.run(
        gateway.namespace.inside(with_packages(command)),
        env={
            **os.environ,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_PIPELINING": "1",
            # gathered once for a gateway
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(gateway.directory / "facts"),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    for key in [psk] if isinstance(psk, str) else (psk or {}).values():
        assert key not in done.stdout
        assert json.dumps(key)[1:-1] not in done.stdout
        assert base64.b64encode(key.encode()).decode() not in done.stdout
    return Answer(done.returncode, done.stdout)
