# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpack strongSwan for the tunnel tests, without installing it.

Installing the Debian packages would start a daemon, load AppArmor profiles that keep it out of the
tests' directories, and on some machines update systemd. Unpacked and laid over /usr in a private
mount namespace, the same files do without. Run as ``python -m tests.tunnel.packages``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "build" / "strongswan"

PACKAGES = [
    "libstrongswan",
    "libstrongswan-standard-plugins",
    "libstrongswan-extra-plugins",
    "libcharon-extra-plugins",
    "strongswan-libcharon",
    "strongswan-charon",
    "strongswan-starter",
    "strongswan-swanctl",
    "iputils-ping",
    "tcpdump",
]
# Newer releases carry the second name.
PCAP_PACKAGES = ["libpcap0.8", "libpcap0.8t64"]


def is_unpacked(root: Path = ROOT) -> bool:
    """Return whether everything the tests run is there."""
    programs = [
        "usr/lib/ipsec/charon",
        "usr/lib/ipsec/starter",
        "usr/sbin/swanctl",
        "usr/bin/ping",
        "usr/bin/tcpdump",
    ]
    return all((root / program).exists() for program in programs)


def unpack(root: Path = ROOT) -> None:
    """Download the packages with apt-get and unpack them below root.

    Raises FileNotFoundError where there is no apt-get, and CalledProcessError when it fails.
    """
    downloads = root.with_name(root.name + "-packages")
    shutil.rmtree(downloads, ignore_errors=True)
    downloads.mkdir(parents=True)
    if not _download(downloads):
        # the lists of a fresh or an old machine know no such file
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        if not _download(downloads):
            raise subprocess.CalledProcessError(100, "apt-get download")
    shutil.rmtree(root, ignore_errors=True)
    for package in sorted(downloads.glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, root], check=True)
    for directory in ("bin", "sbin"):  # where /bin is a link into /usr, a package may still use it
        if (root / directory).is_dir():
            shutil.copytree(root / directory, root / "usr" / directory, dirs_exist_ok=True)


def _download(directory: Path) -> bool:
    pcap = [name for name in PCAP_PACKAGES if _is_known(name)]
    # apt's own user may not write here, and apt says so at length
    command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", *PACKAGES, *pcap[-1:]]
    return subprocess.run(command, cwd=directory, check=False).returncode == 0


def _is_known(package: str) -> bool:
    shown = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", package], capture_output=True, check=False
    )
    return shown.returncode == 0


if __name__ == "__main__":
    if is_unpacked():
        sys.exit()
    try:
        unpack()
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        sys.exit(f"strongSwan cannot be unpacked, which takes apt-get and dpkg: {error}.")
