# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of the working tree for tools which refuse links or write where they read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def copy(place: Path) -> Path:
    """Return what git would commit, as a collection below the place."""
    listed = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    tree = place / "ansible_collections" / "otc" / "vpn"
    for name in filter(None, os.fsdecode(names).split("\0")):
        if (ROOT / name).is_file():  # not if it was deleted since the last commit
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    return tree


def archive(place: Path) -> Path:
    """Build the archive of the collection in the place."""
    galaxy = str(Path(sys.executable).with_name("ansible-galaxy"))
    command = [galaxy, "collection", "build", "--output-path", str(place), str(copy(place))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(place.glob("otc-vpn-*.tar.gz"))
