# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A peer in strongSwan's words: the swanctl configuration, and what swanctl reports.

Pure functions. Every value passes a strict pattern before it gets into a file, so that nothing from
the API can become syntax.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple, Union

from .peer import Identity, Peer, Problem, Proposal, UnsupportedConnectionError, is_aead

Settings = dict[str, Union[str, "Settings"]]
"""A swanctl section: keys to values or to sections, in the order they are written."""

# Words of peer.py and swanctl's; what is not here is the same word without dashes.
KEYWORDS: dict[str, dict[str, str]] = {
    "protocol": {"esp": "esp_proposals", "ah": "ah_proposals"},
    "mode": {"main": "no", "aggressive": "yes"},
    "dpd": {"clear": "clear", "hold": "trap", "restart": "restart", "disabled": ""},
    # A cloud that only responds must be called.
    "start_action": {"bi-directional": "trap", "response-only": "start"},
}
GROUPS = {
    1: "modp768",
    2: "modp1024",
    5: "modp1536",
    14: "modp2048",
    15: "modp3072",
    16: "modp4096",
    17: "modp6144",
    18: "modp8192",
    19: "ecp256",
    20: "ecp384",
    21: "ecp521",
    22: "modp1024s160",
    23: "modp2048s224",
    24: "modp2048s256",
    25: "ecp192",
    26: "ecp224",
    27: "ecp224bp",
    28: "ecp256bp",
    29: "ecp384bp",
    30: "ecp512bp",
    31: "curve25519",
}
START_ACTIONS = ("none", "trap", "start")

NAME_PREFIX = "otc-vpn-"
TRIAL_SUFFIX = "-trial"
HEADER = "# Written by the Ansible role otc.vpn.strongswan_peer; changes made here are lost.\n"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_VALUE = re.compile(r'([A-Za-z0-9_.:/%+=, -]+|"[A-Za-z0-9@._:=,+ -]+")\Z')

# What `swanctl --list-sas` prints of an IKE SA, of a child SA and of its networks.
_IKE_SA = re.compile(r"(?P<name>\S+): #(?P<id>\d+), (?P<state>[A-Z]+), IKEv")
_CHILD_SA = re.compile(r"  (?P<name>\S+): #(?P<id>\d+), reqid \d+, (?P<state>[A-Z]+)")
_SELECTORS = re.compile(r"    (?P<side>local|remote) +(?P<networks>.+)")


class Child(NamedTuple):
    """A child SA that the configuration defines."""

    name: str
    local: str
    remote: str
    reqid: int
    """What ties the kernel's policies to its SAs."""

    @property
    def description(self) -> str:
        """Name and networks, the same for a child SA that is installed as configured."""
        return _description(self.name, self.local, self.remote)


class Configuration(NamedTuple):
    """The on-premises side of one connection, ready to be written."""

    name: str
    """Name of the connection in swanctl."""
    children: list[Child]
    """The tunnel is up when each of them is installed."""
    local_id: str
    remote_id: str
    start_action: str
    config: str
    """Text of the configuration file, without secrets."""
    trial: str
    """Text of a connection that carries the traffic while the tunnel is replaced, and tests a key;
    empty for IKEv1."""


def connection_name(identifier: str) -> str:
    """Return the name of a connection in swanctl."""
    return NAME_PREFIX + identifier


def configure(peer: Peer, start_action: str | None = None) -> Configuration:
    """Render the configuration of the peer.

    start_action overrides what follows from the connection's initiator. Raises
    UnsupportedConnectionError with every problem, those of the peer included.
    """
    problems = list(peer.problems)
    if start_action and start_action not in START_ACTIONS:
        known = ", ".join(START_ACTIONS)
        reason = f"Unknown start_action {start_action!a}. Supported values: {known}."
        problems.append(Problem("start_action", start_action, reason))
    if peer.protocol == "ah-esp":
        reason = "strongSwan does not bundle AH with ESP. Use esp in the IPsec policy."
        problems.append(Problem("ipsec_policy.transform_protocol", "ah-esp", reason))
    if peer.dpd.action == "restart-by-peer":
        reason = "strongSwan has no DPD action restart-by-peer; restart is the nearest."
        problems.append(Problem("dpd.action", "restart-by-peer", reason))
    if problems:
        raise UnsupportedConnectionError(problems)

    name = connection_name(peer.id)
    start = start_action or KEYWORDS["start_action"][peer.initiator]
    ike = _ike_settings(peer)
    reqid = _first_reqid(peer.id)
    children = [
        Child(f"{name}-{number}", str(pair.local), str(pair.remote), reqid + number)
        for number, pair in enumerate(peer.pairs, 1)
    ]
    # With the default, one try, a peer that is away for a minute is never called again. The same
    # for each connection, because only those with equal IKE settings share an IKE SA, and gateways
    # that allow one for each identity end another one.
    connection: Settings = {**ike, "keyingtries": "0"}
    # One pair a child: policy-based gateways narrow a list to its first pair.
    connection["children"] = {child.name: _child_settings(peer, child, start) for child in children}
    trial_name = name + TRIAL_SUFFIX
    trial: Settings = {**ike, "childless": "force", "unique": "never"}
    trial["children"] = {
        f"{trial_name}-{number}": _child_settings(peer, child, "none")
        for number, child in enumerate(children, 1)
    }
    return Configuration(
        name=name,
        children=children,
        local_id=_identity(peer.local_id),
        remote_id=_identity(peer.remote_id),
        start_action=start,
        config=HEADER + render({"connections": {name: connection}}),
        trial=HEADER + render({"connections": {trial_name: trial}})
        if peer.ike_version == "v2"
        else "",
    )


def secrets(psk: str, name: str, identities: Sequence[str]) -> str:
    """Render the secrets file of a connection.

    The key is written in Base64: as bare or quoted text strongSwan would take some characters for
    syntax and others for an encoding. Raises ValueError, without the key in the message.
    """
    if not isinstance(psk, str) or not psk:
        raise ValueError("it must be a string: quote the value")
    if psk != psk.strip() or _CONTROL.search(psk):
        raise ValueError(
            "it begins or ends with a space, or contains a newline or a control character, which is"
            " most often left over from the file it came from"
        )
    section: Settings = {f"id-{i}": f'"{identity}"' for i, identity in enumerate(identities, 1)}
    section["secret"] = "0s" + base64.b64encode(psk.encode()).decode()
    return HEADER + render({"secrets": {f"ike-{name}": section}})


def render(settings: Settings, depth: int = 0) -> str:
    """Render settings as swanctl text. Raises ValueError for a value that could become syntax."""
    margin = "  " * depth
    text = ""
    for key, value in settings.items():
        if isinstance(value, str):
            if not _VALUE.match(value):
                raise ValueError(f"the value of {key} is not safe in a swanctl file")
            text += f"{margin}{key} = {value}\n"
        else:
            text += f"{margin}{key} {{\n{render(value, depth + 1)}{margin}}}\n"
    return text


def parse_sas(listed: str) -> list[dict[str, Any]]:
    """Parse the output of C(swanctl --list-sas).

    Each IKE SA has C(name), C(id), C(state), C(children) and C(connections), which are those of its
    children, or its own without any. Each child SA has C(name), C(id), C(state), C(local),
    C(remote), the C(ike_id) and C(ike_state) of its IKE SA, the C(connection) that defines it and
    its C(description).
    """
    sas: list[dict[str, Any]] = []
    for line in listed.splitlines():
        if match := _IKE_SA.match(line):
            sas.append({**match.groupdict(), "children": []})
        elif sas and (match := _CHILD_SA.match(line)):
            sas[-1]["children"].append({**match.groupdict(), "local": "", "remote": ""})
        elif sas and sas[-1]["children"] and (match := _SELECTORS.match(line)):
            sas[-1]["children"][-1][match["side"]] = match["networks"].strip()
    for sa in sas:
        for child in sa["children"]:
            child["ike_id"], child["ike_state"] = sa["id"], sa["state"]
            child["connection"] = child["name"].rpartition("-")[0]
            child["description"] = _description(child["name"], child["local"], child["remote"])
        connections = {child["connection"] for child in sa["children"]} or {sa["name"]}
        sa["connections"] = sorted(connections)
    return sas


def _description(name: str, local: str, remote: str) -> str:
    return f"{name} ({local} === {remote})"


def _first_reqid(identifier: str) -> int:
    """A number that the connection keeps, above those that strongSwan itself counts from 1."""
    return (zlib.crc32(identifier.encode()) & 0x3FFFFFFF) + 0x40000000


def _identity(identity: Identity) -> str:
    """Return the identity with its type, which strongSwan otherwise guesses."""
    if identity.type in ("ip", "dn"):
        return identity.value
    return f"{identity.type}:{identity.value}"


def _ike_settings(peer: Peer) -> Settings:
    settings: Settings = {"version": peer.ike_version.removeprefix("v")}
    if peer.mode:
        settings["aggressive"] = KEYWORDS["mode"][peer.mode]
    settings["local_addrs"] = ", ".join(peer.local_addresses)
    settings["remote_addrs"] = peer.remote_address
    settings["proposals"] = _ike_proposal(peer.ike)
    # Rekeyed at nine tenths, ended at the lifetime that both sides agreed on.
    rekey_time = peer.ike.lifetime * 9 // 10
    settings["rekey_time"] = f"{rekey_time}s"
    settings["over_time"] = f"{peer.ike.lifetime - rekey_time}s"
    settings["dpd_delay"] = f"{peer.dpd.interval}s"
    if peer.ike_version == "v1" and peer.dpd.interval:
        settings["dpd_timeout"] = f"{peer.dpd.timeout}s"
    settings["local"] = {"auth": "psk", "id": f'"{_identity(peer.local_id)}"'}
    settings["remote"] = {"auth": "psk", "id": f'"{_identity(peer.remote_id)}"'}
    return settings


def _child_settings(peer: Peer, child: Child, start: str) -> Settings:
    settings: Settings = {
        "mode": peer.encapsulation,
        KEYWORDS["protocol"][peer.protocol]: _child_proposal(peer.ipsec, peer.protocol),
        "local_ts": child.local,
        "remote_ts": child.remote,
        "rekey_time": f"{peer.ipsec.lifetime * 9 // 10}s",
        "life_time": f"{peer.ipsec.lifetime}s",
        "start_action": start,
        # strongSwan before 5.9.12 gives two children the same number after an outage.
        "reqid": str(child.reqid),
    }
    if start == "start":
        # start_action applies when the connection is loaded, not when the cloud deletes the SA.
        settings["close_action"] = "start"
    if KEYWORDS["dpd"][peer.dpd.action]:
        settings["dpd_action"] = KEYWORDS["dpd"][peer.dpd.action]
    return settings


def keyword(word: str) -> str:
    """Return an algorithm of peer.py in strongSwan's spelling."""
    return word.replace("-", "")


def _ike_proposal(proposal: Proposal) -> str:
    integrity = keyword(proposal.integrity)
    if is_aead(proposal.encryption):
        integrity = f"prf{integrity}"
    return "-".join([keyword(proposal.encryption), integrity, _group(proposal)])


def _child_proposal(proposal: Proposal, protocol: str) -> str:
    encryption, integrity = keyword(proposal.encryption), keyword(proposal.integrity)
    if protocol == "ah":
        encryption = ""
    elif is_aead(encryption):
        integrity = ""
    return "-".join(filter(None, [encryption, integrity, _group(proposal)]))


def _group(proposal: Proposal) -> str:
    return "" if proposal.group is None else GROUPS[proposal.group]
