# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports the archive as Ansible Galaxy does; unlike galaxy-importer itself, fails on warnings."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.checks.working_tree import archive


def main() -> int:
    """Print what galaxy-importer says, and return how it went."""
    with tempfile.TemporaryDirectory(prefix="galaxy-importer-") as place:
        built = archive(Path(place))
        done = subprocess.run(
            [sys.executable, "-m", "galaxy_importer.main", built.name],
            cwd=place,
            # it calls ansible-doc and ansible-lint by their names
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    print(done.stdout, end="")
    findings = [line for line in done.stdout.splitlines() if line.startswith(("WARNING", "ERROR"))]
    print(f"galaxy-importer: {len(findings)} warnings and errors in {built.name}")
    return 1 if findings else done.returncode


if __name__ == "__main__":
    sys.exit(main())
