# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up resolved connections, any number of them, for looking at the report and for its tests.

`python -m tests.report.connections 30 > connections.json` writes them for the role.
"""

from __future__ import annotations

import json
import random
import sys
import uuid
from typing import Any

TOWNS = (
    "berlin",
    "hamburg",
    "munich",
    "cologne",
    "frankfurt",
    "stuttgart",
    "leipzig",
    "bremen",
    "dresden",
    "hanover",
    "vienna",
    "zurich",
    "utrecht",
    "prague",
    "budapest",
)
SITES = ("office", "plant", "warehouse", "lab", "data-center", "partner", "branch")

GOOD_IKE: dict[str, Any] = {
    "name": "ike-2026",
    "ike_version": "v2",
    "auth_algorithm": "sha2-256",
    "encryption_algorithm": "aes-256",
    "pfs": "group19",
    "phase1_negotiation_mode": "main",
    "lifetime": {"units": "seconds", "value": 86400},
}
GOOD_IPSEC: dict[str, Any] = {
    "name": "ipsec-2026",
    "transform_protocol": "esp",
    "encapsulation_mode": "tunnel",
    "auth_algorithm": "sha2-256",
    "encryption_algorithm": "aes-256",
    "pfs": "group19",
    "lifetime": {"units": "seconds", "value": 3600},
}
# The API's own defaults: what somebody gets who sets nothing.
DEFAULT_IKE = GOOD_IKE | {
    "name": "ike-default",
    "ike_version": "v1",
    "auth_algorithm": "sha1",
    "encryption_algorithm": "aes-128",
    "pfs": "group5",
}
DEFAULT_IPSEC = GOOD_IPSEC | {
    "name": "ipsec-default",
    "auth_algorithm": "sha1",
    "encryption_algorithm": "aes-128",
    "pfs": "group5",
}
OLD_IKE = DEFAULT_IKE | {
    "name": "ike-2009",
    "auth_algorithm": "md5",
    "encryption_algorithm": "3des",
    "pfs": "group2",
    "phase1_negotiation_mode": "aggressive",
}
OLD_IPSEC = DEFAULT_IPSEC | {
    "name": "ipsec-2009",
    "auth_algorithm": "md5",
    "encryption_algorithm": "3des",
    "pfs": "disable",
    "lifetime": {"units": "seconds", "value": "172800"},
}
HOSTILE_NAMES = (
    "{{ lookup('pipe', 'id') }} {% raw %}",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</style></svg></title><b>bold</b> & \"quoted\" 'single'",
    "| pipe | `code` **bold** [link](javascript:alert(1)) https://example.com www.example.com",
    "\u202egnp.exe \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u2067mixed",
    "line\nbreak\rreturn\x00null\x1b[31mred\x07",
    "half \ud800 surrogate \ufffe noncharacter",
    "w" * 255,
)


def connection(number: int, draw: random.Random) -> dict[str, Any]:
    """Return one connection; the first is in order, later ones have every kind of trouble."""
    service = number % 7 % (1 + number // 10 if number < 60 else 7)
    secure = number == 0 or draw.random() < 0.55
    old = not secure and draw.random() < 0.3
    site = number - 1 if number % 10 == 4 else number
    local = [f"10.{service}.{net}.0/24" for net in range(1 + number % 3)]
    remote = [f"172.{16 + site // 200}.{site % 200}.0/24"]
    if number % 9 == 5:
        remote += [f"192.168.{net}.0/24" for net in range(6)]
    six = number % 11 == 7
    status = draw.choices(
        ("ACTIVE", "DOWN", "PENDING_UPDATE", "ERROR", "FROZEN"), (85, 9, 2, 2, 1)
    )[0]
    return {
        "id": str(uuid.UUID(int=draw.getrandbits(128), version=4)),
        "name": f"{TOWNS[site % 15]}-{SITES[site % 7]}-{number:03d}" if number % 13 != 12 else "",
        "description": "Second line of the pair" if site != number else "",
        "status": ("ACTIVE", "DOWN", "ACTIVE")[number] if number < 3 else status,
        "admin_state_up": number % 17 != 9,
        "peer_address": f"2001:db8:{site:x}::1"
        if six
        else f"198.51.{100 + site // 250}.{site % 250 + 1}",
        "local_address": f"2001:db8:ffff::{service + 1}" if six else f"80.158.{10 + service}.20",
        "vpnservice_id": f"service-{service}",
        "vpn_service": {
            "name": f"vpn-{('prod', 'test', 'shared', 'dmz', 'sap', 'edge', 'old')[service]}"
        },
        "local_cidrs": local,
        "remote_cidrs": None if number % 29 == 28 else remote,
        "ike_policy": _policy(GOOD_IKE if secure else OLD_IKE if old else DEFAULT_IKE),
        "ipsec_policy": _policy(GOOD_IPSEC if secure else OLD_IPSEC if old else DEFAULT_IPSEC),
        "created_at": f"2026-01-01T00:00:{number % 60:02d}",
        "project_id": "project-1",
        "project": "sales",
        "region": "eu-de",
        "dpd": {
            "action": "disabled" if number % 8 == 6 else "hold",
            "interval": 30,
            "timeout": 120,
        },
        "psk": "never-to-be-seen",
    }


def _policy(settings: dict[str, Any]) -> dict[str, Any]:
    return settings | {"id": f"p-{settings['name']}"}


def connections(number: int) -> list[dict[str, Any]]:
    """Return the same connections each time, so that reports of them are the same, too."""
    draw = random.Random(number)
    return [connection(index, draw) for index in range(number)]


def hostile() -> list[dict[str, Any]]:
    """Return one connection for each awkward name, which is also used wherever else text may stand."""
    draw = random.Random(0)
    return [
        connection(0, draw)
        | {"name": name, "description": name, "peer_address": name, "local_cidrs": [name]}
        | {"id": f"hostile-{number}", "status": name, "vpn_service": {"name": name}}
        | {"ike_policy": GOOD_IKE | {"name": name, "encryption_algorithm": name}}
        for number, name in enumerate(HOSTILE_NAMES)
    ]


if __name__ == "__main__":
    json.dump(connections(int(sys.argv[1])), sys.stdout, indent=1)
