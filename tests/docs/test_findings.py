# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of findings names tests and files that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "development" / "findings.md"


def test_tests_of_findings_exist() -> None:
    named = re.findall(r"`(\w+/\w+\.py)::(\w+)`", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 70
    missing = [
        f"{path}::{name}"
        for path, name in named
        if f"def {name}(" not in (ROOT / "tests" / path).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_files_of_findings_exist() -> None:
    named = set(re.findall(r"\| `([\w/]+\.\w+)`: ", PAGE.read_text(encoding="utf-8")))
    folders = [
        ROOT / "plugins" / "module_utils",
        ROOT / "plugins" / "plugin_utils",
        ROOT / "plugins",
        ROOT,
    ]
    assert len(named) > 20
    assert [path for path in named if not any((one / path).is_file() for one in folders)] == []
