# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code blocks of a page of the documentation, and how their examples become real.

A page has no marks for the tests. What a block is, follows from how it looks to a reader:

- a block whose first line is a comment with a file's name is that file;
- `shell` is typed, in the folder with the page's files;
- `text` right after `shell` is what that shows, of which lines may be left out; `…` stands for
  anything.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

from tests.mock_api import MockApi

FILE = re.compile(r"^(?:#|//|;) (?P<name>[\w./-]+\.\w+|Dockerfile)(?:[:,].*)?$")
# Files of the repository, for pages that are shown elsewhere too
REPOSITORY = re.compile(
    r"https://(?:github\.com/otc-vpn/otc\.vpn/blob|raw\.githubusercontent\.com/otc-vpn/otc\.vpn)/main/"
)
# In place of a reader's gateway: a folder of this machine gets strongSwan's files, and runs none.
GATEWAY = """\
ansible_connection: local
      ansible_become: false
      strongswan_peer_swanctl_dir: "{{ playbook_dir }}/swanctl"
      strongswan_peer_manage_packages: false
      strongswan_peer_manage_service: false
      strongswan_peer_load: false"""
LANGUAGES = ("shell", "yaml", "text", "python", "ini", "json")


@dataclass(frozen=True)
class Block:
    """A fenced code block: its language, its text, and the line that it begins in."""

    language: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The name of the file that it is, if it is one."""
        found = FILE.match(self.text.partition("\n")[0])
        return found["name"] if found and self.language not in ("shell", "text") else None


@dataclass
class Section:
    """What stands between two headings of the second level."""

    title: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def logs_in(self) -> bool:
        """Whether it says itself who asks: then it has to be enough."""
        return any(
            re.search(r"^export OS_", block.text, re.MULTILINE)
            for block in self.blocks
            if block.language == "shell"
        )


def sections(page: Path) -> list[Section]:
    """Return the sections of a page that have code blocks."""
    found = [Section(page.stem)]
    tokens = MarkdownIt().parse(page.read_text())
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and token.tag == "h2" and following is not None:
            found.append(Section(following.content))
        elif token.type == "fence":
            assert token.map is not None
            found[-1].blocks.append(Block(token.info.strip(), token.content, token.map[0] + 1))
    return [section for section in found if section.blocks]


def links(page: Path) -> list[str]:
    """Return where the links and pictures of a page lead."""
    found = []
    for token in MarkdownIt().enable("table").parse(page.read_text()):
        for inner in token.children or []:
            target = inner.attrGet("href" if inner.type == "link_open" else "src")
            if inner.type in ("link_open", "image") and target:
                found.append(str(target))
    return found


class Account:
    """What stands in the documentation for the reader's account, as alice's at the mock API server."""

    def __init__(self, mock_api: MockApi) -> None:
        access_key = mock_api.access_keys("alice")[0]
        credential = mock_api.application_credential("alice")
        variables = mock_api.environment("alice")
        self.values = {
            "auth_url": mock_api.auth_url,
            "username": "alice",
            "password": variables["OS_PASSWORD"],
            "user_domain_name": "Default",
            "project_domain_name": "Default",
            "project_name": "vpn-one",
            "project_id": mock_api.project_id("vpn-one"),
            "region_name": variables["OS_REGION_NAME"],
            "endpoint": mock_api.url,
            "network_endpoint_override": mock_api.url,
            "access_key": access_key["access_key"],
            "secret_key": access_key["secret_key"],
            "application_credential_id": credential["id"],
            "application_credential_secret": credential["secret"],
        }
        self.others = {"username": "bob", "password": "bobpw", "project_name": "vpn-two"}
        # what has another name before it, or none; the longer ones first
        self.words = {
            "the-password-of-staging": self.others["password"],
            "the-password": self.values["password"],
            "ansible_host: 192.168.20.1": GATEWAY,
            "ansible_host: 192.168.30.1": GATEWAY,
            "0a1b2c3d-0000-4000-8000-000000000010": mock_api.id_of(
                "vpn-writing", "writing-app", "subnets"
            ),
            "site_router: production": "site_router: writing",
            "name: automation": "name: alice",
            "name: eu-de": "name: vpn-one",
            "https://iam.eu-de.otc.t-systems.com/v3": mock_api.auth_url,
            "https://iam.eu-nl.otc.t-systems.com/v3": mock_api.auth_url,
            "https://vpc.eu-de.otc.t-systems.com": mock_api.url,
            "OTC00000000001000000000": "Default",
        }

    def real(self, text: str) -> str:
        """Return the text with the account's values: those of options and OS_* variables by their names.

        A value with Jinja or a shell's variable in it stays; one with `staging` in it becomes bob's.
        """
        names = "|".join(self.values)
        pattern = re.compile(
            rf"^(?P<before>(?:[ -]*|export OS_)(?P<name>{names}|{names.upper()})(?:: |=))(?P<value>[^\n]+)$",
            re.MULTILINE,
        )

        def value(match: re.Match[str]) -> str:
            old, name = match["value"], match["name"].lower()
            if "{{" in old or "$" in old:
                return match[0]
            values = self.others if "staging" in old else self.values
            return f"{match['before']}{values[name]}"

        text = pattern.sub(value, text)
        for word, real in self.words.items():
            text = text.replace(word, real)
        return text


def differences(shown: str, output: str) -> list[str]:
    """Return the lines that a page shows and the output does not have, or not in this order."""
    lines: t.Iterator[str] = iter([line.strip() for line in output.splitlines()])
    missing = []
    for line in filter(None, map(str.strip, shown.splitlines())):
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        if not any(pattern.fullmatch(candidate) for candidate in lines):
            missing.append(line)
            lines = iter([line.strip() for line in output.splitlines()])
    return missing
