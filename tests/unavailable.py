# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test does that this machine cannot run."""

from __future__ import annotations

import os
import typing as t

import pytest


def unavailable(reason: str) -> t.NoReturn:
    """Skip a test for a reason that says how to get what is missing; fail with REQUIRE_ALL=1."""
    if os.environ.get("REQUIRE_ALL"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
