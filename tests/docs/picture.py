# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture in the README: `python -m tests.docs.picture` renews it, with Chromium.

It shows a report that the role wrote about connections of the mock API server.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mock_api import MockApi

ROOT = Path(__file__).parent.parent.parent
PICTURE = ROOT / "docs" / "images" / "report.png"
SIZE = (1100, 1110)  # pixels: the numbers and the whole map
# A few of the connections, for a map that can be taken in at a glance.
USUAL = "^(branch|office|plant|warehouse)-"
# Not a line of it leaves the machine, nor does it ask about anything.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PLAY = {
    "hosts": "localhost",
    "gather_facts": False,
    "tasks": [
        {"otc.vpn.ipsec_connection_info": {"resolve": True}, "register": "vpn"},
        {
            "ansible.builtin.include_role": {"name": "otc.vpn.ipsec_report"},
            "vars": {
                "ipsec_report_connections": "{{ vpn.ipsec_connections | rejectattr('name', 'none')"
                " | selectattr('name', 'match', usual) | rejectattr('status', 'eq', 'PENDING_DELETE') }}",
                "ipsec_report_directory": ".",
                "ipsec_report_formats": ["html"],
                "ipsec_report_show_date": False,
                "ipsec_report_title": "IPsec tunnels of eu-de",
                "usual": USUAL,
            },
        },
    ],
}


def main() -> int:
    """Write the report and photograph it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("Chromium is needed: apt-get install chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name, MockApi("otc") as mock_api:
        folder = Path(name)
        (folder / "play.yml").write_text(json.dumps([PLAY]))
        subprocess.run(
            [Path(sys.executable).parent / "ansible-playbook", "play.yml"],
            cwd=folder,
            env={**os.environ, **mock_api.environment("alice"), "ANSIBLE_HOME": name},
            check=True,
        )
        subprocess.run(
            [
                browser,
                *FLAGS,
                f"--user-data-dir={folder / 'browser'}",
                f"--window-size={SIZE[0]},{SIZE[1]}",
                f"--screenshot={PICTURE}",
                (folder / "ipsec-report.html").as_uri(),
            ],
            check=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
