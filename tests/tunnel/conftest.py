# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tunnel tests need, and a plain word where it is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.openstack.installation import installed
from tests.tunnel.packages import is_unpacked
from tests.tunnel.testbed import with_packages
from tests.unavailable import unavailable


def _missing() -> str:
    """Return what this machine lacks, or nothing."""
    if os.geteuid() != 0:
        return "tunnels need root, for network namespaces"
    for program in ("ip", "unshare"):
        if not shutil.which(program):
            return f"{program} is not installed (Debian: iproute2, util-linux)"
    if not Path("/dev/net/tun").exists():
        return "there is no /dev/net/tun"
    if not is_unpacked():
        return "strongSwan is not unpacked: run make strongswan"
    if not installed():
        return "Neutron's driver is not installed: run make openstack-up"
    probe = subprocess.run(
        ["unshare", "-n", *with_packages(["tcpdump", "--version"])],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"namespaces cannot be used here: {probe.stderr.strip()}" if probe.returncode else ""


@pytest.fixture(scope="session", autouse=True)
def _needs() -> None:
    """Skip where a tunnel cannot be made; with REQUIRE_ALL=1 that is a failure."""
    if reason := _missing():
        unavailable(reason)
