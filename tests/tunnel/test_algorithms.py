# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word of the mapping makes a tunnel, with strongSwan on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.peer import (
    ENCRYPTION,
    GROUPS,
    INTEGRITY,
    create_peer,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._peer.swanctl import configure, secrets

from tests.tunnel.connections import PSK, tunnel_connections
from tests.tunnel.neutron import Files, render
from tests.tunnel.testbed import Testbed, testbed, wait_until

CONNECTION = tunnel_connections()["v2 console"] | {
    "local_cidrs": ["10.2.0.0/24"],
    "remote_cidrs": ["10.1.0.0/24"],
}
WORDS = {
    "encryption_algorithm": list(ENCRYPTION),
    "auth_algorithm": list(INTEGRITY),
    "pfs": [*GROUPS, "disable"],
}
# What strongSwan itself rejects, as measured with both sides set alike.
UNKNOWN_TO_IKEV1 = {
    ("ike_policy", "auth_algorithm", "aes-xcbc"),
    ("ike_policy", "auth_algorithm", "aes-cmac"),
    ("ipsec_policy", "auth_algorithm", "aes-cmac"),
} | {
    ("ike_policy", "encryption_algorithm", word)
    for word in ENCRYPTION
    if word.endswith("ctr") or "ccm" in word or "gcm" in word
}

Case = tuple[str, str, str, str]
CASES: list[Case] = [
    (version, policy, field, word)
    for version in ("v1", "v2")
    for policy in ("ike_policy", "ipsec_policy")
    for field, words in WORDS.items()
    for word in words
    if (policy, word) != ("ike_policy", "disable")
]


def connection(case: Case) -> dict[str, Any]:
    """Return the connection of a case; each has an ID of its own."""
    version, policy, field, word = case
    changed: dict[str, Any] = CONNECTION | {
        "id": f"{CASES.index(case):08d}-0000-4000-8000-000000000001",
        "ike_policy": CONNECTION["ike_policy"] | {"ike_version": version},
    }
    changed[policy] = changed[policy] | {field: word}
    return changed


@pytest.fixture(scope="module")
def clouds() -> dict[Case, Files]:
    """Return the files of the cloud's side of each case."""
    return dict(zip(CASES, render([[connection(case)] for case in CASES], PSK), strict=True))


@pytest.fixture(scope="module")
def bed() -> Iterator[Testbed]:
    """Return one testbed for all: only the gateways' configuration changes."""
    with testbed(CONNECTION) as built:
        yield built


def installed(bed: Testbed, child: str) -> list[str]:
    """Return the numbers of the installed SAs of a child."""
    return re.findall(rf"{child}: (#\d+), reqid \d+, INSTALLED", bed.onprem.swanctl("--list-sas"))


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_algorithm_is_negotiated(bed: Testbed, clouds: dict[Case, Files], case: Case) -> None:
    version, policy, field, _word = case
    given = connection(case)
    peer = create_peer(given)
    if version == "v1" and case[1:] in UNKNOWN_TO_IKEV1:
        (problem,) = peer.problems
        assert "is not supported by IKEv1" in problem.reason
        return

    configuration = configure(peer, start_action="none")
    bed.cloud.write(clouds[case], [given["id"]])
    ids = [configuration.local_id, configuration.remote_id]
    bed.onprem.configure(configuration.config + secrets(PSK, configuration.name, ids))
    child = configuration.children[0].name
    bed.onprem.swanctl("--initiate", "--child", child, "--timeout", "15")
    assert installed(bed, child)
    source, target = next(bed.pairs())
    wait_until(lambda: bed.ping(source, target), "no ping")
    if (version, policy, field) == ("v2", "ipsec_policy", "pfs"):
        # the first child of IKEv2 has no group of its own: only a new one shows whether they agree
        first = installed(bed, child)
        bed.onprem.swanctl("--rekey", "--child", child)
        wait_until(lambda: installed(bed, child) not in ([], first), "no rekeying", seconds=6)
    bed.onprem.swanctl("--terminate", "--ike", configuration.name)
