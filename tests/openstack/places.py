# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are, and the one exception."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "tests" / "scenario.yml"
LOCK = Path(__file__).with_name("requirements.txt")
HOME = ROOT / "build" / "openstack"
# The servers' own Python environment, whatever number of pairs runs.
ENVIRONMENT = HOME / "venv"


class OpenStackError(Exception):
    """Its text is one sentence that says what went wrong, and what to do."""
