# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install the servers into an environment of their own."""

from __future__ import annotations

import hashlib
import subprocess
import sys

from .places import ENVIRONMENT, LOCK, OpenStackError

MARK = ENVIRONMENT / "installed"


def installed() -> bool:
    """Return whether the environment is there, of this Python and this lock."""
    return MARK.exists() and MARK.read_text(encoding="utf-8") == _wanted()


def install() -> None:
    """Make the environment anew.

    Raises OpenStackError on another system than Linux, and where venv or pip fails.
    """
    if sys.platform != "linux":
        raise OpenStackError("The OpenStack servers need Linux.")
    _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    # The lock is complete; left to look for dependencies, pip finds no hash for an extra's name.
    pip = [f"{ENVIRONMENT}/bin/python", "-m", "pip", "--disable-pip-version-check"]
    _run([*pip, "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(LOCK)])
    MARK.write_text(_wanted(), encoding="utf-8")


def _wanted() -> str:
    return f"{sys.version}\n{hashlib.sha256(LOCK.read_bytes()).hexdigest()}"


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        output: str = error.stdout + error.stderr
        # pip's hints follow the line that says what is wrong.
        errors = [line for line in output.splitlines() if line.startswith("ERROR")]
        reason = errors[0] if errors else " ".join(output.split())[:300]
        raise OpenStackError(f"Installing Keystone and Neutron failed: {reason}") from None
