# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of docs/development/releasing.md that need no account, in a copy of the working tree."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.ansible_commands import BIN
from tests.checks import working_tree


def antsibull_changelog(tree: Path, *arguments: str) -> None:
    """Run it in the tree, and fail with what it says if it fails."""
    command = [str(BIN / "antsibull-changelog"), *arguments]
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}  # it calls ansible-doc
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_fragment_becomes_the_changelog_of_the_next_version(tmp_path: Path) -> None:
    tree = working_tree.copy(tmp_path)
    subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)  # it asks git for the files
    metadata = (tree / "galaxy.yml").read_text()
    (tree / "galaxy.yml").write_text(re.sub(r"(?m)^version: .*", "version: 99.0.0", metadata))
    (tree / "changelogs" / "fragments").mkdir(exist_ok=True)  # git keeps no empty directory
    (tree / "changelogs" / "fragments" / "99.yml").write_text(
        "---\nbugfixes:\n  - Mended what was broken.\n"
    )

    antsibull_changelog(tree, "lint")
    antsibull_changelog(tree, "release", "--date", "2030-01-01")
    antsibull_changelog(tree, "lint-changelog-yaml", "changelogs/changelog.yaml")

    assert not list((tree / "changelogs" / "fragments").iterdir())
    changelog = (tree / "CHANGELOG.md").read_text()
    assert "Mended what was broken" in changelog
    assert "v99\\.0\\.0" in changelog
