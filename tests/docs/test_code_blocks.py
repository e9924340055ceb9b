# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code block of the README and the guides, as its readers would use it, on the mock API server.

The blocks of a page are written and typed in their order, in one empty folder. A section that exports
OS_* variables begins without any, so that its own are shown to be enough; the others begin with
alice's.
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import subprocess
import sys
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from tests.ansible_commands import BIN
from tests.docs.blocks import (
    LANGUAGES,
    REPOSITORY,
    Account,
    Block,
    Section,
    differences,
    links,
    sections,
)
from tests.mock_api import MockApi
from tests.unavailable import TAKES_MINUTES

ROOT = Path(__file__).parent.parent.parent
GUIDES = sorted((ROOT / "docs").glob("[gd]*/*.md"))
ROLES = sorted((ROOT / "roles").glob("*/README.md"))
PAGES = [*sorted(ROOT.glob("[A-Z]*.md")), *GUIDES, *ROLES]
# Its steps are followed by tests/checks/test_release.py.
TYPED = [page for page in PAGES if page.name != "releasing.md" and page not in ROLES]

LONG = "site_to_site.md"  # builds, changes and removes the tunnels of several branches

# Whose project a page is about, if it is not alice's.
USERS = {"site_to_site.md": "wendy"}


def name_of(page: Path) -> str:
    """Return the page as it is called in the repository."""
    return str(page.relative_to(ROOT))


class Reader:
    """Someone with an empty home, the collection, and a page to follow."""

    def __init__(
        self, folder: Path, collections: Path, mock_api: MockApi, user: str = "alice"
    ) -> None:
        self.folder = folder
        self.user = user
        self.mock_api = mock_api
        self.account = Account(mock_api)
        self.plain = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OS_", "ANSIBLE_"))
        } | {
            "HOME": str(folder),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_HOME": str(folder / ".ansible"),
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_PIPELINING": "true",
            "LC_ALL": "C.UTF-8",
        }

    def follow(self, section: Section) -> None:
        """Do what a section says; AssertionError where something else comes of it."""
        environment = dict(self.plain)
        if not section.logs_in:
            environment |= self.mock_api.environment(self.user)
        written: set[str] = set()
        for block, following in zip(section.blocks, [*section.blocks[1:], None], strict=True):
            assert block.language in LANGUAGES, f"line {block.line}: nothing runs {block.language}"
            if block.file:
                self.write(block)
                written.add(block.file)
            elif block.language == "shell":
                shown = following.text if following and following.language == "text" else ""
                self.type(block, shown, environment)
            else:
                assert block.language == "text", f"line {block.line}: a file without a name"
        typed = " ".join(block.text for block in section.blocks if block.language == "shell")
        unused = [name for name in sorted(written) if self.is_run(name) and name not in typed]
        assert not unused, f"shown, but not used: {unused}"

    def write(self, block: Block) -> None:
        """Write a file, if it is one of its kind."""
        path = self.folder / t.cast("str", block.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.account.real(block.text))
        if block.language == "yaml":
            assert yaml.safe_load(path.read_text()), f"line {block.line}: empty"
        elif block.language == "ini":
            configparser.ConfigParser().read_string(path.read_text())

    def is_run(self, name: str) -> bool:
        """Return whether a file is one that does nothing by lying there: a playbook or an inventory.

        Playbooks of the collection that people come from are only read.
        """
        if not name.endswith((".yml", ".yaml")):
            return name.endswith((".py", ".sh"))
        text = (self.folder / name).read_text()
        if "openstack.cloud." in text:
            return False
        content = yaml.safe_load(text)
        return "plugin" in content or isinstance(content, list)

    def type(self, block: Block, shown: str, environment: dict[str, str]) -> None:
        """Type the lines of a block, and compare what it shows with what the page shows."""
        lines = []
        for line in self.account.real(block.text).replace("\\\n", " ").splitlines():
            command, *arguments = shlex.split(line, comments=True) or [""]
            if command == "export" and "$(" not in line:
                for name, _sign, value in (argument.partition("=") for argument in arguments):
                    environment[name] = value
            elif command in ELSEWHERE:
                ELSEWHERE[command](arguments)
            else:
                lines.append(line)
        if not any(lines):
            return
        done = subprocess.run(
            ["bash", "-e", "-c", "\n".join(lines)],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=400,
            check=False,
        )
        fails = any(sign in shown for sign in ("[ERROR]", "FAILED", "fatal:"))
        if bool(done.returncode) != fails:
            pytest.fail(f"line {block.line}: exit code {done.returncode}\n{done.stdout}", False)
        missing = differences(shown, done.stdout)
        if missing:
            pytest.fail(f"line {block.line}: it does not show {missing}, but\n{done.stdout}", False)


# Commands that are about the repository, or change the machine: they are not run, but looked at.


def has_targets(arguments: t.Sequence[str]) -> None:
    """`make`: the targets are there."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    unknown = {one for one in arguments if "=" not in one} - set(targets)
    assert not unknown, f"the Makefile has no target {unknown}"


def has_requirements(arguments: t.Sequence[str]) -> None:
    """`pip install`: the libraries are those that the collection asks for."""
    known = {
        name
        for file in ("requirements.txt", "requirements/dev.in", "requirements/rulebook.in")
        for name in re.findall(r"^[a-z0-9.-]+", (ROOT / file).read_text(), re.MULTILINE)
    }
    assert set(arguments[1:]) <= known, arguments


def has_paths(arguments: t.Sequence[str]) -> None:
    """Commands of the repository: what they name of it is there."""
    for one in arguments:
        if one.startswith(("tests.", "tests/", "docs/", "examples/", "extensions/")):
            path = ROOT / (one.replace(".", "/") if one.startswith("tests.") else one)
            assert path.exists() or path.with_suffix(".py").exists(), f"there is no {one}"


def galaxy(arguments: t.Sequence[str]) -> None:
    """`ansible-galaxy collection install` or `list`: the fixture has installed the archive."""
    assert list(arguments[:2]) in (["collection", "install"], ["collection", "list"]), arguments


ELSEWHERE: dict[str, t.Callable[[t.Sequence[str]], None]] = {
    "make": has_targets,
    "pip": has_requirements,
    "pipx": has_requirements,
    "git": has_paths,
    "cd": lambda arguments: None,
    "ansible-builder": lambda arguments: None,  # builds with a container engine
    "ansible-galaxy": galaxy,
    "ansible-rulebook": lambda arguments: None,  # tests/events
    ".": lambda arguments: None,  # activates the environment that runs this
    "python": has_paths,
    "python3": lambda arguments: None,  # makes an environment
    "pytest": has_paths,
    "nox": lambda arguments: None,
    "molecule": lambda arguments: None,
    "sudo": lambda arguments: None,  # tunnels and pings: tests/tunnel
    "ping": lambda arguments: None,
}


@pytest.fixture(scope="module")
def walks(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    collections: Path,
    shared_mock_api: MockApi,
) -> t.Iterator[dict[Path, Future[None]]]:
    """Two readers at a time go through the pages that are to be tested, each page from the beginning."""

    def reader_of(page: Path) -> Reader:
        folder = tmp_path_factory.mktemp(page.stem)
        return Reader(folder, collections, shared_mock_api, USERS.get(page.name, "alice"))

    def walk(page: Path, reader: Reader) -> None:
        for section in sections(page):
            reader.follow(section)

    chosen = [
        t.cast("Path", test.callspec.params["page"])
        for test in request.session.items
        if isinstance(test, pytest.Function)
        and "walks" in test.fixturenames
        and not any(mark.args[0] for mark in test.iter_markers("skipif"))
    ]
    # Made here, not in the threads: pytest changes the environment while they run.
    readers = {page: reader_of(page) for page in chosen}
    with ThreadPoolExecutor(2) as pool:
        yield {page: pool.submit(walk, page, reader) for page, reader in readers.items()}


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=TAKES_MINUTES) if page.name == LONG else page for page in TYPED],
    ids=name_of,
)
def test_page_runs_as_shown(page: Path, walks: dict[Path, Future[None]]) -> None:
    walks[page].result()


@pytest.mark.parametrize("page", ROLES, ids=name_of)
def test_plays_of_role_readmes_are_valid(page: Path, tmp_path: Path, collections: Path) -> None:
    plays = [
        play
        for section in sections(page)
        for block in section.blocks
        if block.language == "yaml"
        for play in yaml.safe_load(block.text)
    ]
    assert plays
    (tmp_path / "plays.yml").write_text(yaml.safe_dump(plays))
    subprocess.run(
        [BIN / "ansible-playbook", "--syntax-check", "plays.yml"],
        cwd=tmp_path,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections)},
        check=True,
    )


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_link_targets_exist(page: Path) -> None:
    for link in links(page):
        inside = REPOSITORY.sub(f"{ROOT}/", link)
        if inside.startswith(("https://", "http://")):
            continue
        target, _sign, anchor = inside.partition("#")
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{name_of(page)} links to {link}, which is not there"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            slugs = {
                re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings
            }
            assert anchor in slugs, f"{name_of(page)} links to {link}: there is no such heading"
