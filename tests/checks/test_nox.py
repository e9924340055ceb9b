# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the checks of `make check` and `make sanity`, while other processes run other tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t

import pytest

from tests.ansible_commands import BIN
from tests.checks import working_tree
from tests.unavailable import TAKES_MINUTES

NOX = [sys.executable, "-m", "nox", "-R"]
LONG = ("ansible-test-sanity", "molecule")


def sessions() -> list[t.Any]:
    """Return the sessions that `make check` and `make sanity` run, the long ones first.

    pytest-xdist gives a process its next file of tests when two tests of this one are left.
    """
    listed = subprocess.run(
        [*NOX, "--list", "--json"], cwd=working_tree.ROOT, capture_output=True, check=True
    )
    names = [session["name"] for session in json.loads(listed.stdout)]
    names.remove("lint")  # it only calls others, which are listed as well
    return [
        pytest.param(name, marks=TAKES_MINUTES if name in LONG else ()) for name in reversed(names)
    ]


@pytest.mark.parametrize("session", sessions())
def test_session_of_nox_succeeds(session: str) -> None:
    done = subprocess.run(
        [*NOX, "--session", session],
        cwd=working_tree.ROOT,
        env={**os.environ, "CI": "true", "PATH": f"{BIN}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(done.stdout, pytrace=False)
