# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands run in turn, and what each cost."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """A command, what it is called in the table, and how many connections its output must have.

    `word` is in the output once for each connection, at least.
    """

    name: str
    arguments: tuple[str, ...]
    connections: int = 0
    word: str = "peer_address"


@dataclass(frozen=True)
class Cost:
    """What one run of a command cost.

    `seconds` and `cpu` (seconds as well) are of the whole process with its children, `memory` (MiB) of
    the largest among them; `told` is what the command itself printed as JSON, if it did.
    """

    seconds: float
    cpu: float
    memory: float
    told: t.Mapping[str, float]

    def value(self, measure: str) -> float:
        """Return what a comparison names: an attribute, or `told_` and the name of what was told."""
        if measure.startswith("told_"):
            return self.told[measure.removeprefix("told_")]
        return float(getattr(self, measure))


Costs = dict[str, list[Cost]]


@dataclass(frozen=True)
class Spread:
    """The middle of several values, the least and the greatest."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: t.Iterable[float]) -> Spread:
        """Return the spread of at least one value."""
        ordered = sorted(values)
        return cls(statistics.median(ordered), ordered[0], ordered[-1])


def in_turn(
    commands: t.Sequence[Command], rounds: int, folder: Path, environment: t.Mapping[str, str]
) -> Costs:
    """Run each command once unmeasured, then all of them in turn, `rounds` times.

    The unmeasured run fills caches, and is where the output is looked at. Raises SystemExit with what
    a command said when one fails.
    """
    costs: Costs = {command.name: [] for command in commands}
    for command in commands:
        told = _run(command, folder, environment).told
        found = told.get("rows", _count(folder / "stdout", command.word.encode()))
        if found < command.connections:
            raise SystemExit(f"{command.name} has {found} of {command.connections} connections.")
    for _round in range(rounds):
        for command in commands:
            costs[command.name].append(_run(command, folder, environment))
    return costs


def _count(path: Path, word: bytes) -> int:
    """Return how often a word is in a file; little of it is held at a time.

    A child's peak of memory is never less than its parent's, so this process has to stay small.
    """
    found, data = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(65536):
            data = data[-len(word) + 1 :] + chunk
            found += data.count(word)
    return found


def _run(command: Command, folder: Path, environment: t.Mapping[str, str]) -> Cost:
    out, err = folder / "stdout", folder / "stderr"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.arguments,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
        # wait4 tells what this child and its own children used, which Popen.wait does not.
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(
            f"{' '.join(command.arguments)} failed ({process.returncode}):\n"
            f"{err.read_text()[-2000:]}{out.read_text()[-2000:]}"
        )
    with out.open("rb") as stdout_again:
        text = stdout_again.readline(200)
    told = json.loads(text) if text.startswith(b'{"seconds"') else {}
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told)
