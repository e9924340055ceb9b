# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hostile server as a process, and what its clients are told."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .replies import BASE, PASSWORD, PROJECT, Case

ROOT = Path(__file__).parents[2]


@contextmanager
def hostile_server() -> Iterator[str]:
    """Yield the URL of the server; each case is below it, under its number."""
    command = [sys.executable, "-m", "tests.hostile.server"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()  # which ends it


def options_of(case: Case, base: str) -> dict[str, t.Any]:
    """Return the options with which a module or a cloud of an inventory reads a case."""
    options = {
        name: value.replace(BASE, base) if isinstance(value, str) else value
        for name, value in case.options.items()
    }
    auth = {
        "auth_url": f"{base}/v3",
        "username": "alice",
        "password": PASSWORD,
        "user_domain_name": "Default",
        "project_id": PROJECT,
    }
    limits = {"api_timeout": 20.0, "retries": 0, "enterprise_endpoint": base}
    return {"auth": auth, **limits, **options}
