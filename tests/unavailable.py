# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test does that this machine cannot run, or that takes minutes."""

from __future__ import annotations

import os
import typing as t

import pytest

TAKES_MINUTES = pytest.mark.skipif(
    not os.environ.get("REQUIRE_ALL"), reason="they take minutes. Set REQUIRE_ALL=1 to run them."
)


def unavailable(reason: str) -> t.NoReturn:
    """Skip a test for a reason that says how to get what is missing; fail with REQUIRE_ALL=1."""
    if os.environ.get("REQUIRE_ALL"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
