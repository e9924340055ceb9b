# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the steps of docs/development/releasing.md that need no account, in a copy of the working tree."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import yaml

from tests.ansible_commands import BIN
from tests.checks import working_tree


def antsibull_changelog(tree: Path, *arguments: str) -> None:
    """Run antsibull-changelog in the tree, and fail with its output if it fails."""
    command = [str(BIN / "antsibull-changelog"), *arguments]
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}  # it calls ansible-doc
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_fragment_becomes_changelog_of_next_version(tmp_path: Path) -> None:
    tree = working_tree.copy(tmp_path)
    subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)  # it gets the files from git
    metadata = (tree / "galaxy.yml").read_text()
    (tree / "galaxy.yml").write_text(re.sub(r"(?m)^version: .*", "version: 99.0.0", metadata))
    (tree / "changelogs" / "fragments").mkdir(exist_ok=True)  # git keeps no empty directory
    (tree / "changelogs" / "fragments" / "99.yml").write_text(
        "---\nbugfixes:\n  - Replaced slashes in host names.\n"
    )

    antsibull_changelog(tree, "lint")
    antsibull_changelog(tree, "release", "--date", "2030-01-01")
    antsibull_changelog(tree, "lint-changelog-yaml", "changelogs/changelog.yaml")

    assert not list((tree / "changelogs" / "fragments").iterdir())
    changelog = (tree / "CHANGELOG.md").read_text()
    assert "Replaced slashes in host names" in changelog
    assert "v99\\.0\\.0" in changelog


def test_version_added_is_known_release() -> None:
    metadata = yaml.safe_load((working_tree.ROOT / "galaxy.yml").read_text())
    changelog = yaml.safe_load((working_tree.ROOT / "changelogs" / "changelog.yaml").read_text())
    known = {*changelog["releases"], metadata["version"]}
    unknown = {}
    for directory in ("plugins", "roles", "extensions"):
        for path in (working_tree.ROOT / directory).rglob("*"):
            if path.suffix in (".py", ".yml"):
                added = set(re.findall(r"^ *version_added: (.+)$", path.read_text(), re.MULTILINE))
                if added - known:
                    unknown[str(path)] = added - known
    assert unknown == {}
