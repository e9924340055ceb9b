# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud's side of connections, as Neutron's own strongSwan driver writes it.

It has nothing in common with the role's mapping: a mistake there gives two sides that do not agree.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.openstack.places import ENVIRONMENT
from tests.tunnel.connections import PSK
from tests.tunnel.testbed import Testbed, testbed

DRIVER = Path(__file__).with_name("neutron_driver.py")

# Words of OTC's API that Neutron's API rejects, so that its driver does not translate them.
ONLY_OTC = {"-group1\n": "-modp768\n", "-disable\n": "\n"}

# The driver writes a distinguished name as a domain name, and no identity in quotes, without which
# ipsec.conf cannot contain these.
UNQUOTED = re.compile(r"@(\w+=[\w ,=]*\w)|(@#\w+)")

Files = dict[str, str]
"""Text by file name: C(ipsec.conf) and C(ipsec.secrets)."""


class Driver:
    """The driver in a process of its own, which takes seconds to start and little to render."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [ENVIRONMENT / "bin" / "python", "-I", "-W", "ignore", DRIVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def render(
        self, services: Sequence[Sequence[Mapping[str, Any]]], psk: str | None = None
    ) -> list[Files]:
        """Render the files of each VPN service, which is a list of resolved connections.

        `psk` is the key of all connections; without it each one has its own.
        """
        keyed = [
            [
                {"local_id": None, **connection, **({} if psk is None else {"psk": psk})}
                for connection in service
            ]
            for service in services
        ]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(keyed), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, "Neutron's driver has failed"
        rendered: list[Files] = json.loads(line)
        for files in rendered:
            for word, translated in ONLY_OTC.items():
                files["ipsec.conf"] = files["ipsec.conf"].replace(word, translated)
            for name, text in files.items():
                files[name] = UNQUOTED.sub(r'"\1\2"', text)
        return rendered

    def close(self) -> None:
        """Stop the process."""
        self._process.communicate(timeout=30)


def render(services: Sequence[Sequence[Mapping[str, Any]]], psk: str | None) -> list[Files]:
    """Render the files of each VPN service, which is a list of resolved connections."""
    with closing(Driver()) as driver:
        return driver.render(services, psk)


def configure_cloud(bed: Testbed, *connections: Mapping[str, Any], psk: str | None = None) -> None:
    """Configure the cloud's side of a testbed for the connections of one VPN service.

    `psk` is the key of all connections; without it each one has its own.
    """
    (files,) = render([connections], psk)
    bed.cloud.write(files, [connection["id"] for connection in connections])


@contextmanager
def tunnel_to(*connections: dict[str, Any], psk: str = PSK) -> Iterator[Testbed]:
    """A testbed for connections between the same gateways, with the cloud's side configured."""
    union = {
        side: [cidr for given in connections for cidr in given[side]]
        for side in ("local_cidrs", "remote_cidrs")
    }
    with testbed({**connections[0], **union}) as bed:
        configure_cloud(bed, *connections, psk=psk)
        yield bed
