# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a resolved IPsec connection to the swanctl configuration of its on-premises end.

Private to the collection. Pure functions: a connection as C(ipsec_connection_info) with
C(resolve) returns it goes in, text for strongSwan comes out, or L(UnmappableError) with every reason
why not. Nothing from the API reaches the text unchecked: words go through ``WORDS``, addresses and
networks through C(ipaddress), identities and names through strict patterns.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

Settings = dict[str, Union[str, "Settings"]]
"""A swanctl section: keys to values or to sections, in the order they are written."""

# The mapping: per field, the API's word and swanctl's. An empty word means "write nothing".
WORDS: dict[str, dict[str, str]] = {
    "ike_version": {"v1": "1", "v2": "2"},
    "phase1_negotiation_mode": {"main": "no", "aggressive": "yes"},
    "transform_protocol": {"esp": "esp_proposals", "ah": "ah_proposals"},
    "encapsulation_mode": {"tunnel": "tunnel", "transport": "transport"},
    "auth_algorithm": {
        "md5": "md5",
        "sha1": "sha1",
        "sha2-256": "sha256",
        "sha2-384": "sha384",
        "sha2-512": "sha512",
        # Neutron's spelling, and what it has besides
        "sha256": "sha256",
        "sha384": "sha384",
        "sha512": "sha512",
        "aes-xcbc": "aesxcbc",
        "aes-cmac": "aescmac",
    },
    "encryption_algorithm": {
        "3des": "3des",
        "aes-128": "aes128",
        "aes-192": "aes192",
        "aes-256": "aes256",
        # Neutron's, on top of OTC's
        "aes-128-ctr": "aes128ctr",
        "aes-192-ctr": "aes192ctr",
        "aes-256-ctr": "aes256ctr",
        "aes-128-ccm-8": "aes128ccm8",
        "aes-128-ccm-12": "aes128ccm12",
        "aes-128-ccm-16": "aes128ccm16",
        "aes-192-ccm-8": "aes192ccm8",
        "aes-192-ccm-12": "aes192ccm12",
        "aes-192-ccm-16": "aes192ccm16",
        "aes-256-ccm-8": "aes256ccm8",
        "aes-256-ccm-12": "aes256ccm12",
        "aes-256-ccm-16": "aes256ccm16",
        "aes-128-gcm-8": "aes128gcm8",
        "aes-128-gcm-12": "aes128gcm12",
        "aes-128-gcm-16": "aes128gcm16",
        "aes-192-gcm-8": "aes192gcm8",
        "aes-192-gcm-12": "aes192gcm12",
        "aes-192-gcm-16": "aes192gcm16",
        "aes-256-gcm-8": "aes256gcm8",
        "aes-256-gcm-12": "aes256gcm12",
        "aes-256-gcm-16": "aes256gcm16",
    },
    "pfs": {
        "disable": "",
        "group1": "modp768",
        "group2": "modp1024",
        "group5": "modp1536",
        "group14": "modp2048",
        "group15": "modp3072",
        "group16": "modp4096",
        "group17": "modp6144",
        "group18": "modp8192",
        "group19": "ecp256",
        "group20": "ecp384",
        "group21": "ecp521",
        "group22": "modp1024s160",
        "group23": "modp2048s224",
        "group24": "modp2048s256",
        "group25": "ecp192",
        "group26": "ecp224",
        "group27": "ecp224bp",
        "group28": "ecp256bp",
        "group29": "ecp384bp",
        "group30": "ecp512bp",
        "group31": "curve25519",
    },
    "dpd_action": {"clear": "clear", "hold": "trap", "restart": "restart", "disabled": ""},
    # Who starts, seen from here: a cloud that only answers must be called.
    "initiator": {"bi-directional": "trap", "response-only": "start"},
}

# Words that the API knows and strongSwan cannot follow: the reason, and the way on.
NO_EQUIVALENT: dict[str, dict[str, str]] = {
    "transform_protocol": {
        "ah-esp": "strongSwan does not bundle AH with ESP; use esp in the IPsec policy",
    },
    "dpd_action": {
        "restart-by-peer": "strongSwan has no such action; the nearest is restart, which"
        " strongswan_peer_dpd_action asks for",
    },
}

# IKEv1 has no numbers for the other words in its first phase, and none for aes-cmac at all.
IKEV1_FIRST_PHASE = {
    "encryption_algorithm": ("3des", "aes128", "aes192", "aes256"),
    "auth_algorithm": ("md5", "sha1", "sha256", "sha384", "sha512"),
}

# Dead peer detection is not negotiated, so the API's documented defaults do for missing values.
DPD_DEFAULTS = {"action": "hold", "interval": 30, "timeout": 120}

NAME_PREFIX = "otc-vpn-"
HEADER = "# Written by the Ansible role otc.vpn.strongswan_peer; changes made here are lost.\n"

_Ip = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
_Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_HOST = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9][A-Za-z0-9-]{0,62}\.)*[A-Za-z][A-Za-z0-9-]{0,62}\Z")
# No wildcard, network or range, which would match more than one peer, and nothing that ends a
# quoted string.
_IDENTITY = re.compile(r"((keyid|fqdn|email):)?[A-Za-z0-9@._=,+ -]{1,255}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_VALUE = re.compile(r'([A-Za-z0-9_.:/%+=, -]+|"[A-Za-z0-9@._:=,+ -]+")\Z')

_SHORTEST_LIFETIME = 60
_LONGEST_SECONDS = 10 * 365 * 24 * 3600


class UnmappableError(ValueError):
    """The connection cannot be configured here; ``problems`` holds one sentence per reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


class PeerConfig(NamedTuple):
    """The on-premises end of one connection, ready to be written."""

    name: str
    """Name of the connection in swanctl."""
    children: list[str]
    """Names of its child SAs; the tunnel is up when each is installed."""
    local_id: str
    remote_id: str
    start_action: str
    config: str
    """The text of the configuration file; it holds no secret."""


def connection_name(connection: Mapping[str, Any]) -> str:
    """The connection's name in swanctl, made of its id alone; raises UnmappableError."""
    identifier = connection.get("id")
    if not isinstance(identifier, str) or not _ID.match(identifier):
        raise UnmappableError([f"The connection's id {identifier!a} is not a plain identifier."])
    return NAME_PREFIX + identifier


def peer_config(
    connection: Mapping[str, Any],
    local_addresses: Sequence[str] = (),
    local_id: Optional[str] = None,
    remote_id: Optional[str] = None,
    start_action: Optional[str] = None,
    dpd_action: Optional[str] = None,
) -> PeerConfig:
    """Turn a resolved connection round, so that it reads from the on-premises side.

    The keyword arguments, when given, take the place of what the connection says. Raises
    UnmappableError with every problem found.
    """
    problems: list[str] = []
    name = _attempt(problems, connection_name, connection)
    ike_policy = _policy(problems, connection, "ike_policy", "IKE policy")
    ipsec_policy = _policy(problems, connection, "ipsec_policy", "IPsec policy")
    if connection.get("auth_mode") not in (None, "psk"):
        problems.append(
            f"The auth_mode {connection['auth_mode']!a} is not psk, the only one this role knows."
        )

    # The cloud's peer is this side, and the cloud's own side is the remote one.
    peer_address = connection.get("peer_address")
    ours = [
        address if address == "%any" else _address(problems, address, "on-premises")
        for address in local_addresses
    ] or [_address(problems, peer_address, "on-premises")]
    theirs = _address(problems, connection.get("local_address"), "cloud gateway's")
    our_id = _identity(problems, local_id or connection.get("peer_id") or peer_address, "local")
    their_id = remote_id or connection.get("local_id") or theirs
    if their_id:  # without, the missing address has been reported
        their_id = _identity(problems, their_id, "remote")
    our_networks = _networks(problems, connection.get("remote_cidrs"), "on-premises")
    their_networks = _networks(problems, connection.get("local_cidrs"), "cloud")

    version = _word(problems, ike_policy, "ike_version", "IKE policy")
    mode = _word(problems, ipsec_policy, "encapsulation_mode", "IPsec policy")
    protocol = _word(problems, ipsec_policy, "transform_protocol", "IPsec policy")
    ike_proposal = _ike_proposal(problems, ike_policy, version)
    child_proposal = _child_proposal(problems, ipsec_policy, protocol, version)
    ike_lifetime = _lifetime(problems, ike_policy, "IKE policy")
    child_lifetime = _lifetime(problems, ipsec_policy, "IPsec policy")
    dpd = _dpd(problems, connection, dpd_action)
    start = start_action or _word(
        problems,
        {"initiator": connection.get("initiator") or "bi-directional"},
        "initiator",
        "connection",
    )

    settings: Settings = {"version": version}
    if version == "1":
        settings["aggressive"] = _word(
            problems, ike_policy, "phase1_negotiation_mode", "IKE policy"
        )
    settings["local_addrs"] = ", ".join(ours)
    settings["remote_addrs"] = theirs
    settings["proposals"] = ike_proposal
    # Rekeyed at nine tenths, ended at the lifetime that both sides agreed on.
    settings["rekey_time"] = f"{ike_lifetime * 9 // 10}s"
    settings["over_time"] = f"{ike_lifetime - ike_lifetime * 9 // 10}s"
    settings["dpd_delay"] = f"{dpd.delay}s"
    if version == "1" and dpd.delay:
        settings["dpd_timeout"] = f"{dpd.timeout}s"
    if start == "start" or dpd.action == "restart":
        # With the default, one try, a peer that is away for a minute is never called again.
        settings["keyingtries"] = "0"
    settings["local"] = {"auth": "psk", "id": f'"{our_id}"'}
    settings["remote"] = {"auth": "psk", "id": f'"{their_id}"'}

    children: Settings = {}
    for ours_ts, theirs_ts in _selectors(problems, version, our_networks, their_networks):
        child: Settings = {
            "mode": mode,
            protocol: child_proposal,
            "local_ts": ", ".join(map(str, ours_ts)),
            "remote_ts": ", ".join(map(str, theirs_ts)),
            "rekey_time": f"{child_lifetime * 9 // 10}s",
            "life_time": f"{child_lifetime}s",
            "start_action": start,
        }
        if dpd.action:
            child["dpd_action"] = dpd.action
        children[f"{name}-{len(children) + 1}"] = child
    settings["children"] = children

    if problems:
        raise UnmappableError(problems)
    return PeerConfig(
        name=name,
        children=list(children),
        local_id=our_id,
        remote_id=their_id,
        start_action=start,
        config=HEADER + render({"connections": {name: settings}}),
    )


def peer_secret(psk: str, name: str, identities: Sequence[str]) -> str:
    """The text of the secrets file for one connection.

    The key is written in Base64: as bare or quoted text strongSwan would take some characters for
    syntax and others for an encoding. Raises UnmappableError, without the key in the message.
    """
    if not isinstance(psk, str) or not psk:
        raise UnmappableError(["The pre-shared key is missing: set strongswan_peer_psk."])
    if psk != psk.strip() or _CONTROL.search(psk):
        raise UnmappableError(
            [
                "The pre-shared key begins or ends with a blank or holds a line break or a"
                " control character, which is most often a left-over of the file it came from."
            ]
        )
    section: Settings = {f"id-{i}": f'"{identity}"' for i, identity in enumerate(identities, 1)}
    section["secret"] = "0s" + base64.b64encode(psk.encode()).decode()
    return HEADER + render({"secrets": {f"ike-{name}": section}})


def render(settings: Settings, depth: int = 0) -> str:
    """Settings as swanctl text. Raises ValueError for a value that could be read as syntax."""
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


class _Dpd(NamedTuple):
    action: str
    delay: int
    timeout: int


def _attempt(problems: list[str], function: Any, *arguments: Any) -> str:
    try:
        result: str = function(*arguments)
    except UnmappableError as error:
        problems += error.problems
        return ""
    return result


def _policy(
    problems: list[str], connection: Mapping[str, Any], key: str, what: str
) -> Mapping[str, Any]:
    policy = connection.get(key)
    if isinstance(policy, Mapping):
        return policy
    problems.append(
        f"The connection comes without its {what}: gather it with resolve: true, as a user who may"
        " read policies."
    )
    return {}


def _word(problems: list[str], source: Mapping[str, Any], field: str, what: str) -> str:
    """The swanctl word for a field; an empty source has been reported already."""
    value = source.get(field)
    if not source:
        return ""
    if isinstance(value, str) and value in WORDS[field]:
        return WORDS[field][value]
    reason = NO_EQUIVALENT.get(field, {}).get(str(value), "strongSwan has no known equivalent")
    if value is None:
        problems.append(f"The {what} does not say its {field}.")
    else:
        problems.append(f"The {what} has {field} {value!a}: {reason}.")
    return ""


def _proposal(problems: list[str], policy: Mapping[str, Any], what: str) -> dict[str, str]:
    return {
        field: _word(problems, policy, field, what)
        for field in ("encryption_algorithm", "auth_algorithm", "pfs")
    }


def _is_aead(encryption: str) -> bool:
    """Whether the cipher authenticates by itself and takes no integrity algorithm."""
    return "gcm" in encryption or "ccm" in encryption


def _ike_proposal(problems: list[str], policy: Mapping[str, Any], version: str) -> str:
    words = _proposal(problems, policy, "IKE policy")
    if policy.get("pfs") == "disable":
        problems.append(
            "The IKE policy has pfs 'disable': IKE always needs a group, so strongSwan has no"
            " equivalent."
        )
    if version == "1":
        for field, known in IKEV1_FIRST_PHASE.items():
            if words[field] and words[field] not in known:
                problems.append(
                    f"The IKE policy has {field} {policy[field]!a}, which IKEv1 does not know;"
                    " use IKEv2."
                )
    encryption, auth = words["encryption_algorithm"], words["auth_algorithm"]
    return f"{encryption}-{'prf' if _is_aead(encryption) else ''}{auth}-{words['pfs']}"


def _child_proposal(
    problems: list[str], policy: Mapping[str, Any], protocol: str, version: str
) -> str:
    words = _proposal(problems, policy, "IPsec policy")
    parts = [words["encryption_algorithm"], words["auth_algorithm"], words["pfs"]]
    if protocol == "ah_proposals":
        parts = parts[1:]
    elif _is_aead(parts[0]):
        parts = [parts[0], parts[2]]
    if version == "1" and "aescmac" in parts:
        problems.append(
            "The IPsec policy has auth_algorithm 'aes-cmac', which IKEv1 does not know; use IKEv2."
        )
    return "-".join(filter(None, parts))


def _seconds(value: Any, least: int) -> Optional[int]:
    """A number of seconds, given as number or text; None when it is not one."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    if not re.match(r"[0-9]{1,9}\Z", str(value), re.ASCII):
        return None
    return int(value) if least <= int(value) <= _LONGEST_SECONDS else None


def _lifetime(problems: list[str], policy: Mapping[str, Any], what: str) -> int:
    """The lifetime in seconds."""
    lifetime = policy.get("lifetime")
    if not policy:
        return 0
    if not isinstance(lifetime, Mapping):
        problems.append(f"The {what} does not say its lifetime.")
        return 0
    units = lifetime.get("units") or "seconds"
    seconds = _seconds(lifetime.get("value"), _SHORTEST_LIFETIME)
    if units != "seconds":
        problems.append(f"The {what} counts its lifetime in {units!a}; only seconds are possible.")
    elif seconds is None:
        problems.append(
            f"The {what} has the lifetime {lifetime.get('value')!a}, not a number of seconds of at"
            f" least {_SHORTEST_LIFETIME}."
        )
    return seconds or 0


def _dpd(problems: list[str], connection: Mapping[str, Any], action: Optional[str]) -> _Dpd:
    given = connection.get("dpd")
    dpd = dict(DPD_DEFAULTS)
    if isinstance(given, Mapping):
        dpd.update({key: given[key] for key in dpd if given.get(key) is not None})
    if action:
        dpd["action"] = action
    word = _word(problems, {"dpd_action": dpd["action"]}, "dpd_action", "connection")
    if dpd["action"] == "disabled":
        return _Dpd(action="", delay=0, timeout=0)
    seconds = {}
    for key in ("interval", "timeout"):
        number = _seconds(dpd[key], 1)
        if number is None:
            problems.append(f"The connection has dpd {key} {dpd[key]!a}, not a number of seconds.")
        seconds[key] = number or 0
    return _Dpd(action=word, delay=seconds["interval"], timeout=seconds["timeout"])


def _ip(value: str) -> Optional[_Ip]:
    """The IP address that the text is, or None."""
    try:
        return None if "%" in value else ipaddress.ip_address(value)  # a scope may hold any text
    except ValueError:
        return None


def _is_gateway(value: str) -> bool:
    """Whether the text is the IP address of one machine, or a host name."""
    ip = _ip(value)
    return bool(_HOST.match(value)) if ip is None else not ip.is_unspecified


def _address(problems: list[str], value: Any, whose: str) -> str:
    if not value:
        problems.append(f"The connection does not say the {whose} address.")
    elif isinstance(value, str) and _is_gateway(value):
        return value
    else:
        problems.append(f"The {whose} address {value!a} is not an IP address or name of one host.")
    return ""


def _identity(problems: list[str], value: Any, side: str) -> str:
    if not value:
        problems.append(f"There is no {side} identity: set strongswan_peer_{side}_id.")
        return ""
    if isinstance(value, str):
        is_range = "-" in value and all(map(_ip, value.split("-")))
        if _is_gateway(value) or (_IDENTITY.match(value) and not _ip(value) and not is_range):
            return value
    problems.append(
        f"The {side} identity {value!a} is not one address or name of letters, digits, blanks and"
        f" @._=,+-; set strongswan_peer_{side}_id."
    )
    return ""


def _networks(problems: list[str], values: Any, whose: str) -> list[_Network]:
    """The networks without repetition, in their order."""
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        problems.append(f"The connection does not say the {whose} networks.")
        return []
    networks: dict[_Network, None] = {}
    for value in values:
        try:
            if "%" in str(value):  # a scope may hold any text
                raise ValueError
            networks[ipaddress.ip_network(str(value), strict=False)] = None
        except ValueError:
            problems.append(f"The {whose} network {value!a} is not an IP network.")
    return list(networks)


def _selectors(
    problems: list[str], version: str, ours: list[_Network], theirs: list[_Network]
) -> list[tuple[list[_Network], list[_Network]]]:
    """Per child SA, the networks on both sides: IKEv1 carries one pair only, IKEv2 lists."""
    pairs = [([a], [b]) for a in ours for b in theirs if a.version == b.version]
    if ours and theirs and not pairs:
        problems.append("No on-premises network has the IP version of a cloud network.")
    return pairs if version == "1" else [(ours, theirs)]
