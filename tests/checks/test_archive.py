# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The archive that Galaxy gets: what is in it, and that it can be verified once installed."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.ansible_commands import BIN, Ansible
from tests.checks.working_tree import archive

# What users need; everything else of the repository is in build_ignore of galaxy.yml.
PARTS = {
    *(
        "CHANGELOG.md",
        "CODE_OF_CONDUCT.md",
        "SECURITY.md",
        "FILES.json",
        "LICENSE",
        "MANIFEST.json",
        "README.md",
    ),
    *(
        "bindep.txt",
        "changelogs",
        "docs",
        "examples",
        "extensions",
        "meta",
        "playbooks",
        "plugins",
        "requirements.txt",
        "roles",
    ),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the archive of the working tree."""
    return archive(tmp_path_factory.mktemp("archive"))


def test_archive_contains_only_user_files(built: Path) -> None:
    with tarfile.open(built) as content:
        names = [Path(member.name) for member in content if member.isfile()]
    assert {name.parts[0] for name in names} <= PARTS
    assert {name for name in names if name.parts[0] == "changelogs"} == {
        Path("changelogs/changelog.yaml")
    }
    assert Path("meta/execution-environment.yml") in names
    assert Path("LICENSE") in names
    assert {name.parts[1] for name in names if name.parts[0] == "extensions"} == {"eda"}
    assert Path("extensions/eda/plugins/event_source/ipsec_connections.py") in names


def test_archive_is_verified_until_file_is_changed(built: Path, tmp_path: Path) -> None:
    galaxy = [str(BIN / "ansible-galaxy"), "collection"]
    place = tmp_path / "collections"
    subprocess.run(
        [*galaxy, "install", str(built), "-p", str(place), "--offline", "--force"], check=True
    )
    ansible = Ansible(place, tmp_path)

    verified = ansible.run("ansible-galaxy", "collection", "verify", "--offline", "otc.vpn")
    assert verified.returncode == 0, verified.stderr
    assert "Successfully verified that checksums for 'otc.vpn:" in verified.stdout

    (place / "ansible_collections" / "otc" / "vpn" / "meta" / "runtime.yml").write_text("---\n")
    changed = ansible.run("ansible-galaxy", "collection", "verify", "--offline", "otc.vpn")
    assert changed.returncode != 0
    assert "meta/runtime.yml" in changed.stdout
