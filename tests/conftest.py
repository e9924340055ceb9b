# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures that all layers of tests share."""

from __future__ import annotations

import os
import subprocess
import typing as t
from collections import Counter
from pathlib import Path

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.ansible_commands import BIN, Ansible
from tests.mock_api import MockApi

ROOT = Path(__file__).parent.parent

# How long an example takes depends on what else the machine does. CI tries the same examples each
# time, so that it fails because of a change only.
hypothesis.settings.register_profile(
    "project", deadline=None, derandomize=bool(os.environ.get("REQUIRE_ALL"))
)
hypothesis.settings.load_profile("project")


# Tests that share what only one process can use: a part of their path, and what they share.
SHARED = {
    "tests/contract/": "the real servers",
    "tests/tunnel/test_from_neutron.py": "the real servers",
    "tests/tunnel/test_site_to_site.py": "the real servers",
    "tests/events/": "the environment of ansible-rulebook",
}


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Has one process of pytest-xdist run all tests of a file, or all that share something else."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of the group that a test belongs to."""
        found = (shared for path, shared in SHARED.items() if nodeid.startswith(path))
        return next(found, nodeid.partition("::")[0])


def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes run tests: more than processors, because tests also wait."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: t.Any) -> Scheduling:
    """Return what distributes the tests, in the order in which they are collected."""
    return Scheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once for each reason how many tests were skipped, where pytest would for each test."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, number in reasons.most_common():
        terminalreporter.line(f"{number} tests skipped: {reason}", yellow=True)


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the collection as users get it: built, and installed from the archive."""
    built = tmp_path_factory.mktemp("built")
    path = tmp_path_factory.mktemp("collections")
    galaxy = [str(BIN / "ansible-galaxy"), "collection"]
    subprocess.run([*galaxy, "build", str(ROOT), "--output-path", str(built)], check=True)
    (archive,) = built.glob("*.tar.gz")
    subprocess.run(
        [*galaxy, "install", str(archive), "-p", str(path), "--offline", "--force"], check=True
    )
    return path


@pytest.fixture
def ansible(collections: Path, tmp_path: Path) -> Ansible:
    """Return Ansible's commands in an empty folder, with the collection installed."""
    return Ansible(collections, tmp_path)


@pytest.fixture(scope="module")
def shared_ansible(collections: Path, tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    """Return the same in a folder for a whole file of tests, for runs that several of them look at."""
    return Ansible(collections, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def shared_mock_api() -> t.Iterator[MockApi]:
    """Return the mock API server, once for a file of tests."""
    with MockApi("otc") as mock_api:
        yield mock_api


@pytest.fixture
def mock_api(shared_mock_api: MockApi) -> MockApi:
    """Return the mock API server without faults, and with an empty record of requests."""
    shared_mock_api.reset()
    return shared_mock_api
