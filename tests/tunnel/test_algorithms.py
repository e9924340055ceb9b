# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word of the mapping makes a tunnel, with strongSwan on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._swanctl import (
    WORDS,
    UnmappableError,
    peer_config,
    peer_secret,
)

from tests.tunnel.cloud import cloud_config
from tests.tunnel.connections import PSK, tunnel_connections
from tests.tunnel.testbed import Testbed, testbed, wait_until

CONNECTION = tunnel_connections()["v2 console"] | {
    "local_cidrs": ["10.2.0.0/24"],
    "remote_cidrs": ["10.1.0.0/24"],
}
# What strongSwan itself refuses, as measured with both sides set alike.
UNKNOWN_TO_IKEV1 = {
    ("ike_policy", "auth_algorithm", "aes-xcbc"),
    ("ike_policy", "auth_algorithm", "aes-cmac"),
    ("ipsec_policy", "auth_algorithm", "aes-cmac"),
} | {
    ("ike_policy", "encryption_algorithm", word)
    for word in WORDS["encryption_algorithm"]
    if word.endswith("ctr") or "ccm" in word or "gcm" in word
}


@pytest.fixture(scope="module")
def bed() -> Iterator[Testbed]:
    """One testbed for all: only the gateways' configuration changes."""
    with testbed(CONNECTION) as built:
        yield built


def installed(bed: Testbed, child: str) -> list[str]:
    """The numbers of the installed SAs of a child."""
    return re.findall(rf"{child}: (#\d+), reqid \d+, INSTALLED", bed.onprem.swanctl("--list-sas"))


@pytest.mark.parametrize(
    ("version", "policy", "field", "word"),
    [
        pytest.param(version, policy, field, word, id=f"{version}-{policy}-{field}-{word}")
        for version in ("v1", "v2")
        for policy in ("ike_policy", "ipsec_policy")
        for field in ("encryption_algorithm", "auth_algorithm", "pfs")
        for word in WORDS[field]
        if (policy, word) != ("ike_policy", "disable")
    ],
)
def test_a_word_of_the_mapping_makes_a_tunnel(
    bed: Testbed, version: str, policy: str, field: str, word: str
) -> None:
    connection: dict[str, Any] = dict(CONNECTION)
    connection["ike_policy"] = connection["ike_policy"] | {"ike_version": version}
    connection[policy] = connection[policy] | {field: word}
    if version == "v1" and (policy, field, word) in UNKNOWN_TO_IKEV1:
        with pytest.raises(UnmappableError, match="IKEv1 does not know"):
            peer_config(connection)
        return

    peer = peer_config(connection, start_action="none")
    bed.cloud.configure(cloud_config(connection, PSK))
    secret = peer_secret(PSK, peer.name, [peer.local_id, peer.remote_id])
    bed.onprem.configure(peer.config + secret)
    (child,) = peer.children
    bed.onprem.swanctl("--initiate", "--ike", peer.name, "--child", child, "--timeout", "15")
    assert installed(bed, child)
    source, target = next(bed.pairs())
    wait_until(lambda: bed.ping(source, target), "no ping")
    if (version, policy, field) == ("v2", "ipsec_policy", "pfs"):
        # the first child of IKEv2 has no group of its own: only a new one shows whether they agree
        first = installed(bed, child)
        bed.onprem.swanctl("--rekey", "--child", child)
        wait_until(lambda: installed(bed, child) not in ([], first), "no rekeying", seconds=6)
    bed.onprem.swanctl("--terminate", "--ike", peer.name)
