# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-builder makes of the collection; to build the image itself takes a container engine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from tests.ansible_commands import BIN
from tests.checks.working_tree import ROOT

DEFINITION = ROOT / "examples" / "execution-environment.yml"


def ansible_builder(*arguments: str | Path) -> str:
    """Run ansible-builder and return what it prints."""
    command = [str(BIN / "ansible-builder"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def required_libraries() -> set[str]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_introspection_finds_libraries_and_no_system_packages(collections: Path) -> None:
    found = yaml.safe_load(ansible_builder("introspect", collections))
    assert found["system"] == []
    assert {line.split(" #")[0].strip() for line in found["python"]} == required_libraries()
    assert all("otc.vpn" in line for line in found["python"])


def test_build_context_of_example_is_created(tmp_path: Path) -> None:
    context = tmp_path / "context"
    name = ("--output-filename", "Containerfile")  # else it depends on the engine that is installed
    ansible_builder("create", "--file", DEFINITION, "--context", context, *name)
    steps = (context / "Containerfile").read_text()
    wanted = yaml.safe_load(DEFINITION.read_text())
    assert wanted["images"]["base_image"]["name"] in steps
    assert wanted["dependencies"]["ansible_core"]["package_pip"] in steps
    galaxy = yaml.safe_load((context / "_build" / "requirements.yml").read_text())
    assert galaxy == {"collections": [{"name": "otc.vpn"}]}
