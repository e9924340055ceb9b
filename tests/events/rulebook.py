# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-rulebook in an environment of its own, as a user would.

It needs a Java runtime, 17 or later; its Python packages are in requirements/rulebook.txt.
"""

from __future__ import annotations

import ast
import itertools
import os
import re
import shutil
import subprocess
import sys
import threading
import typing as t
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "requirements" / "rulebook.txt"
PLACE = ROOT / "build" / "rulebook"
JAVA = 17

Event = dict[str, t.Any]


def missing() -> str:
    """Return what this machine lacks, or nothing."""
    java = shutil.which("java")
    if not java:
        return f"no Java on PATH (Debian: openjdk-{JAVA}-jre-headless)"
    about = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', about)
    if not version or int(version[1]) < JAVA:
        return f"ansible-rulebook needs Java {JAVA} or later"
    return ""


def environment() -> Path:
    """Return the directory with the commands of ansible-rulebook, and create it at first."""
    installed = PLACE / "lock.txt"
    if not (installed.exists() and installed.read_bytes() == LOCK.read_bytes()):
        print(f"Creating {PLACE.relative_to(ROOT)} (about a minute) …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", PLACE], check=True)
        pip = [str(PLACE / "bin" / "python"), "-m", "pip", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--require-hashes", "-r", str(LOCK)], check=True)
        shutil.copyfile(LOCK, installed)
    return PLACE / "bin"


class Rulebook:
    """A running ansible-rulebook; a context manager that stops it."""

    def __init__(
        self,
        commands: Path,
        collections: Path,
        folder: Path,
        *arguments: str,
        variables: t.Mapping[str, str],
    ) -> None:
        plain = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OS_", "ANSIBLE_"))
        }
        self._process = subprocess.Popen(
            [commands / "ansible-rulebook", "--rulebook", *arguments],
            cwd=folder,
            env={
                **plain,
                "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
                "ANSIBLE_COLLECTIONS_PATH": str(collections),
                "ANSIBLE_HOME": str(folder / ".ansible"),
                "ANSIBLE_NOCOLOR": "true",
                "ANSIBLE_PYTHON_INTERPRETER": str(commands / "python"),
                "LC_ALL": "C.UTF-8",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._arrival = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> t.Self:
        self._reader.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._arrival:
                self.lines.append(line)
                self._arrival.notify_all()
        with self._arrival:
            self._arrival.notify_all()

    @property
    def output(self) -> str:
        """Everything that was printed until now."""
        return "".join(list(self.lines))

    def wait_for(
        self, enough: t.Callable[[list[Event]], bool], seconds: float = 180
    ) -> list[Event]:
        """Return the events printed by the action print_event, once they are enough."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: enough(self.events()), seconds):
                raise AssertionError(f"after {seconds:g} seconds:\n{self.output}")
        return self.events()

    def wait_for_output(self, pattern: str, seconds: float = 180) -> None:
        """Wait until the output matches a regular expression."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: re.search(pattern, self.output), seconds):
                raise AssertionError(f"after {seconds:g} seconds:\n{self.output}")

    def events(self) -> list[Event]:
        """Return the events that were printed by the action print_event, below its banner."""
        lines = list(self.lines)
        return [
            ast.literal_eval(line)
            for banner, line in itertools.pairwise(lines)
            if " [event] ***" in banner
        ]

    def wait_for_end(self, seconds: float = 45) -> int:
        """Return the exit code. Raises TimeoutExpired."""
        return self._process.wait(seconds)
