# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages that the guide on troubleshooting quotes, compared with those in the code."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
GUIDE = ROOT / "docs" / "guides" / "troubleshooting.md"
# Quoted in the first column, but written by the daemon or by Ansible itself.
FOREIGN = {
    "NO_PROPOSAL_CHOSEN",
    "AUTHENTICATION_FAILED",
    "__ansible_unsafe",
    "ansible-inventory --list",
}


def quoted_messages() -> list[str]:
    """Return what is in backticks in the first column of the tables."""
    cells = re.findall(r"^\| (.+?) \|", GUIDE.read_text(), re.MULTILINE)
    quoted = [text for cell in cells for text in re.findall(r"`([^`]+)`", cell)]
    return [text for text in quoted if text not in FOREIGN]


def strings(path: Path) -> t.Iterator[str]:
    """Yield the strings of a Python file, with a NUL in place of each expression."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            parts = [
                str(value.value) if isinstance(value, ast.Constant) else "\0"
                for value in node.values
            ]
            yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_quoted_messages_are_those_of_code() -> None:
    known = [text for path in (ROOT / "plugins").rglob("*.py") for text in strings(path)]
    for path in ROOT.glob("roles/*/*/*.yml"):
        known += [path.read_text(), re.sub(r"\{\{.*?\}\}", "\0", path.read_text())]
    messages = quoted_messages()
    assert len(messages) > 20
    unknown = []
    for message in messages:
        parts = [re.escape(part) for part in message.split("…")]
        # A placeholder is one or two expressions, and a message can be made of several strings.
        pattern = re.compile("\0( \0)?".join(parts))
        alone = [part.strip(" :") for part in message.split("…")]
        if not any(pattern.search(text) for text in known) and not all(
            len(part) > 9 and any(part in text for text in known) for part in alone
        ):
            unknown.append(message)
    assert unknown == []
