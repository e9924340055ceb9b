# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree in docs/architecture.md is the repository's."""

from __future__ import annotations

import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.docs.blocks import sections

ROOT = Path(__file__).parent.parent.parent


def shown() -> list[str]:
    """The paths of the tree; `*` stands for any name, also of a path below it."""
    (tree,) = (
        block.text
        for section in sections(ROOT / "docs" / "architecture.md")
        for block in section.blocks
        if section.title == "The tree"
    )
    paths = []
    folders: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name = line.split()[0]
        del folders[depth:]
        if name.endswith("/"):
            folders.append(name)
        else:
            paths.append("".join(folders) + name)
    return paths


def test_the_tree_is_true() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no clone: git lists no files")
    files = [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]
    paths = shown()
    new = [name for name in files if not any(fnmatchcase(name, path) for path in paths)]
    gone = [path for path in paths if not any(fnmatchcase(name, path) for name in files)]
    assert not new, f"a line in the tree of docs/architecture.md is missing for {new}"
    assert not gone, f"the tree of docs/architecture.md has what is not there: {gone}"
