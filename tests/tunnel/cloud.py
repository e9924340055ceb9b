# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud's side of a connection, in swanctl's words.

Made apart from the role's mapping on purpose, and by rules where the role has a table: a wrong row
there gives two sides that do not agree.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

# by the numbers that IANA gave the groups
GROUPS = {
    1: "modp768", 2: "modp1024", 5: "modp1536", 14: "modp2048", 15: "modp3072", 16: "modp4096",
    17: "modp6144", 18: "modp8192", 19: "ecp256", 20: "ecp384", 21: "ecp521", 22: "modp1024s160",
    23: "modp2048s224", 24: "modp2048s256", 25: "ecp192", 26: "ecp224", 27: "ecp224bp",
    28: "ecp256bp", 29: "ecp384bp", 30: "ecp512bp", 31: "curve25519",
}  # fmt: skip


def _proposal(policy: Mapping[str, Any], ike: bool) -> str:
    cipher = policy["encryption_algorithm"].replace("-", "")
    integrity = policy["auth_algorithm"].replace("sha2-", "sha").replace("-", "")
    if "gcm" not in cipher and "ccm" not in cipher:
        words = [cipher, integrity]
    else:
        words = [cipher, f"prf{integrity}"] if ike else [cipher]
    if policy["pfs"] != "disable":
        words.append(GROUPS[int(policy["pfs"].removeprefix("group"))])
    return "-".join(words)


def cloud_config(connection: Mapping[str, Any], psk: str) -> str:
    """The configuration of the cloud's gateway for the connection, which it names "test"."""
    ike, ipsec = connection["ike_policy"], connection["ipsec_policy"]
    local_id = connection.get("local_id") or connection["local_address"]
    pairs = [
        (ours, theirs)
        for ours in connection["local_cidrs"]
        for theirs in connection["remote_cidrs"]
    ]
    if ike["ike_version"] == "v2":
        pairs = [(",".join(connection["local_cidrs"]), ",".join(connection["remote_cidrs"]))]
    children = "".join(
        f"""
      child{number} {{
        esp_proposals = {_proposal(ipsec, ike=False)}
        local_ts = {ours}
        remote_ts = {theirs}
        life_time = {ipsec["lifetime"]["value"]}s
        rekey_time = 0s
      }}"""
        for number, (ours, theirs) in enumerate(pairs)
    )
    return f"""
connections {{
  test {{
    version = {ike["ike_version"].removeprefix("v")}
    aggressive = {"yes" if ike["phase1_negotiation_mode"] == "aggressive" else "no"}
    proposals = {_proposal(ike, ike=True)}
    local_addrs = {connection["local_address"]}
    remote_addrs = {connection["peer_address"]}
    local {{
      auth = psk
      id = "{local_id}"
    }}
    remote {{
      auth = psk
      id = "{connection["peer_id"]}"
    }}
    children {{{children}
    }}
  }}
}}
secrets {{
  ike-test {{
    id-cloud = "{local_id}"
    id-onprem = "{connection["peer_id"]}"
    secret = 0s{base64.b64encode(psk.encode()).decode()}
  }}
}}
"""
