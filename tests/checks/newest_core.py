# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment with the newest ansible-core, which needs a newer Python than the oldest supported.

`python -m tests.checks.newest_core` makes it if need be and prints the path of its interpreter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.checks.working_tree import ROOT

LOCK = ROOT / "requirements" / "dev.txt"
VERSIONS = ("3.13", "3.12")  # what the newest ansible-core in the lock runs on, the best first
MISSING = f"no Python {' or '.join(VERSIONS)} on PATH or in pyenv"


def newest_core() -> Path | None:
    """Return the interpreter of the environment, or None where this machine has no Python for it."""
    for version in VERSIONS:
        for candidate in _candidates(version):
            if _runs(candidate, version):
                return _environment(candidate, version)
    return None


def _candidates(version: str) -> Iterator[str | Path]:
    if found := shutil.which(f"python{version}"):
        yield found
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False)
        yield from sorted(Path(root.stdout.strip()).glob(f"versions/{version}.*/bin/python"))


def _runs(python: str | Path, version: str) -> bool:
    """Whether it is that version and can make environments; pyenv's own python3.x often cannot run."""
    code = "import ensurepip, sys, venv; print('{}.{}'.format(*sys.version_info))"
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == version


def _environment(python: str | Path, version: str) -> Path:
    place = ROOT / "build" / f"python-{version}"
    own = place / "bin" / "python"
    installed = place / "lock.txt"
    if installed.exists() and installed.read_bytes() == LOCK.read_bytes():
        return own
    print(f"Making the environment {place.relative_to(ROOT)} (about a minute) …", file=sys.stderr)
    subprocess.run([python, "-m", "venv", "--clear", place], check=True)
    pip = [str(own), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--require-hashes", "-r", str(LOCK)], check=True)
    shutil.copyfile(LOCK, installed)
    return own


if __name__ == "__main__":
    interpreter = newest_core()
    if interpreter is None:
        print(f"The newest ansible-core is left out: {MISSING}.", file=sys.stderr)
        sys.exit(bool(os.environ.get("REQUIRE_ALL")))
    print(interpreter)
