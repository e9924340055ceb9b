# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own commands, run as a user would run them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Ansible:
    """Runs ansible, ansible-inventory and ansible-playbook in a folder, with the collection installed.

    `environment` of each call is added to a plain one: nothing of the caller's OS_* or ANSIBLE_*.
    """

    collections: Path
    folder: Path

    def run(
        self, command: str, *arguments: str, environment: t.Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one command; the result has returncode, stdout and stderr."""
        process = self.start(command, *arguments, environment=environment)
        try:
            stdout, stderr = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def start(
        self, command: str, *arguments: str, environment: t.Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start one command as `run` does."""
        plain = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OS_", "ANSIBLE_"))
        }
        return subprocess.Popen(
            [str(BIN / command), *arguments],
            cwd=self.folder,
            env={
                **plain,
                "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
                "ANSIBLE_HOME": str(self.folder / ".ansible"),
                "ANSIBLE_LOCALHOST_WARNING": "false",
                "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
                "ANSIBLE_NOCOLOR": "true",
                "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
                "LC_ALL": "C.UTF-8",
                **(environment or {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def module(
        self,
        name: str,
        arguments: t.Mapping[str, t.Any] | None = None,
        environment: t.Mapping[str, str] | None = None,
        *flags: str,
    ) -> dict[str, t.Any]:
        """Return the result of a module of the collection on localhost; of a failure as well."""
        done = self.run(
            "ansible",
            "localhost",
            "-m",
            f"otc.vpn.{name}",
            *(("-a", json.dumps(dict(arguments))) if arguments else ()),
            *flags,
            environment=environment,
        )
        _before, arrow, result = done.stdout.partition("=> {")
        assert arrow, done.stdout + done.stderr
        answer: dict[str, t.Any] = json.loads("{" + result)
        return answer

    def inventory(
        self,
        source: t.Mapping[str, t.Any],
        environment: t.Mapping[str, str] | None = None,
        *flags: str,
    ) -> dict[str, t.Any]:
        """Run `ansible-inventory --list` on a source of the plugin."""
        done = self.inventory_run(source, environment, "--list", *flags)
        assert done.returncode == 0, done.stderr
        answer: dict[str, t.Any] = plain_text(json.loads(done.stdout))
        return answer

    def inventory_run(
        self,
        source: t.Mapping[str, t.Any],
        environment: t.Mapping[str, str] | None = None,
        *flags: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run ansible-inventory on a source of the plugin, which fails where the source does."""
        path = self.folder / "ipsec_connections.yml"
        path.write_text(json.dumps({"plugin": "otc.vpn.ipsec_connections", **source}))
        return self.run(
            "ansible-inventory",
            "-i",
            str(path),
            *flags,
            environment={"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", **(environment or {})},
        )

    def playbook(
        self,
        plays: t.Sequence[t.Mapping[str, t.Any]],
        environment: t.Mapping[str, str] | None = None,
        *flags: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run ansible-playbook on these plays."""
        path = self.folder / "play.yml"
        path.write_text(json.dumps(list(plays)))
        return self.run("ansible-playbook", str(path), *flags, environment=environment)

    def tasks(
        self,
        tasks: t.Mapping[str, t.Mapping[str, t.Any]],
        environment: t.Mapping[str, str] | None = None,
        *flags: str,
        **play: t.Any,
    ) -> dict[str, dict[str, t.Any]]:
        """Return the results of tasks by their names, of failures as well: one play on localhost runs all.

        `play` holds keywords of the play.
        """
        done = self.playbook(
            [
                {
                    "hosts": "localhost",
                    "gather_facts": False,
                    **play,
                    "tasks": [
                        {"name": name, "ignore_errors": True, **task}
                        for name, task in tasks.items()
                    ],
                }
            ],
            {"ANSIBLE_PIPELINING": "true", **(environment or {})},
            "-v",
            *flags,
        )
        answers = results(done.stdout)
        assert set(answers) == set(tasks), done.stdout + done.stderr
        return answers


def results(output: str) -> dict[str, dict[str, t.Any]]:
    """Return what ansible-playbook prints with -v as the result of each task, by the task's name."""
    answers = {}
    for part in re.split(r"^TASK \[", output, flags=re.MULTILINE)[1:]:
        name = part[: part.index("] *")]
        found = re.search(r"^(ok|changed|fatal): .*?=> (?=\{)", part, re.MULTILINE)
        if found:
            answers[name], _end = json.JSONDecoder().raw_decode(part[found.end() :])
    return answers


def plain_text(value: t.Any) -> t.Any:
    """Return what ansible-core 2.18 lists as `{"__ansible_unsafe": text}`, as the text."""
    if isinstance(value, dict):
        if set(value) == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {name: plain_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain_text(inner) for inner in value]
    return value
