# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud's side of connections, as Neutron's own strongSwan driver writes it.

It has nothing in common with the role's mapping: a mistake there gives two sides that do not agree.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.openstack.places import ENVIRONMENT
from tests.tunnel.testbed import Testbed

DRIVER = Path(__file__).with_name("neutron_driver.py")

# Words of OTC's API that Neutron's API rejects, so that its driver does not translate them.
ONLY_OTC = {"-group1\n": "-modp768\n", "-disable\n": "\n"}

Files = dict[str, str]
"""Text by file name: C(ipsec.conf) and C(ipsec.secrets)."""


def render(services: Sequence[Sequence[Mapping[str, Any]]], psk: str) -> list[Files]:
    """Render the files of each VPN service, which is a list of resolved connections."""
    keyed = [
        [{"local_id": None, "psk": psk, **connection} for connection in service]
        for service in services
    ]
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "python", "-I", "-W", "ignore", DRIVER],
        input=json.dumps(keyed),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    rendered: list[Files] = json.loads(done.stdout)
    for files in rendered:
        for word, translated in ONLY_OTC.items():
            files["ipsec.conf"] = files["ipsec.conf"].replace(word, translated)
    return rendered


def configure_cloud(bed: Testbed, *connections: Mapping[str, Any], psk: str) -> None:
    """Configure the cloud's side of a testbed for the connections of one VPN service."""
    (files,) = render([connections], psk)
    bed.cloud.write(files, [connection["id"] for connection in connections])
