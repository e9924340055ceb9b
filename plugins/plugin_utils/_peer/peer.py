# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The on-premises side of a connection, in terms that fit any kind of gateway.

Pure functions: a connection as C(ipsec_connection_info) returns it with C(resolve) goes in, a
L(Peer) with the two sides swapped comes out. Nothing from the API gets in unchecked: algorithms are
looked up, addresses and networks are parsed, identities and the ID match strict patterns.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

# The API's words, OTC's and Neutron's, and one word for each algorithm.
INTEGRITY = {
    "md5": "md5",
    "sha1": "sha1",
    "sha2-256": "sha256",
    "sha2-384": "sha384",
    "sha2-512": "sha512",
    "sha256": "sha256",
    "sha384": "sha384",
    "sha512": "sha512",
    "aes-xcbc": "aes-xcbc",
    "aes-cmac": "aes-cmac",
}
ENCRYPTION = (
    "3des",
    *(f"aes-{bits}" for bits in (128, 192, 256)),
    *(f"aes-{bits}-ctr" for bits in (128, 192, 256)),
    *(
        f"aes-{bits}-{mode}-{icv}"
        for mode in ("ccm", "gcm")
        for bits in (128, 192, 256)
        for icv in (8, 12, 16)
    ),
)
# By the numbers that IANA gave the groups.
GROUPS = {f"group{number}": number for number in (1, 2, 5, *range(14, 32))}
IKE_VERSIONS = ("v1", "v2")
MODES = ("main", "aggressive")
PROTOCOLS = ("esp", "ah", "ah-esp")
ENCAPSULATIONS = ("tunnel", "transport")
DPD_ACTIONS = ("clear", "hold", "restart", "disabled", "restart-by-peer")
ID_TYPES = ("neutron", "value")
INITIATORS = ("bi-directional", "response-only")

# IKEv1 has no numbers for the other words in its first phase, and none for aes-cmac at all.
IKEV1_ENCRYPTION = ("3des", "aes-128", "aes-192", "aes-256")
IKEV1_INTEGRITY = ("md5", "sha1", "sha256", "sha384", "sha512")

# Dead peer detection is not negotiated, so the documented defaults replace missing values.
DPD_DEFAULTS = {"action": "hold", "interval": 30, "timeout": 120}

SHORTEST_LIFETIME = 30  # seconds
LONGEST_TIME = 10 * 365 * 24 * 3600  # seconds

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_HOST = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9][A-Za-z0-9-]{0,62}\.)*[A-Za-z][A-Za-z0-9-]{0,62}\Z")
# No wildcard, which would match more than one peer, and nothing that ends a quoted string.
_IDENTITY = re.compile(r"[A-Za-z0-9@._=,:+ -]{1,255}\Z")
_TYPED_IDENTITY = re.compile(r"(ip|fqdn|email|keyid|dn):(.*)\Z", re.DOTALL)

_LABELS = {
    "ike_policy": "IKE policy",
    "ipsec_policy": "IPsec policy",
    "dpd": "DPD configuration",
}


class Problem(NamedTuple):
    """Why a connection cannot be configured."""

    field: str
    """The field of the connection, such as C(ike_policy.pfs)."""
    value: Any
    """The value of the field."""
    reason: str
    """One sentence."""


class UnsupportedConnectionError(ValueError):
    """The connection cannot be configured; C(problems) has every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.reason for problem in problems))
        self.problems = list(problems)


class Identity(NamedTuple):
    """An IKE identity."""

    type: str
    """C(ip), C(fqdn), C(email), C(keyid) or C(dn)."""
    value: str


class Proposal(NamedTuple):
    """Algorithms of one phase; an empty string or zero when a value is unusable."""

    encryption: str
    integrity: str
    group: int | None
    """Number of the Diffie-Hellman group; None without perfect forward secrecy."""
    lifetime: int
    """Seconds."""


class Dpd(NamedTuple):
    """Dead peer detection."""

    action: str
    interval: int
    timeout: int


class Pair(NamedTuple):
    """An on-premises and a cloud network that the tunnel joins."""

    local: Network
    remote: Network


class Peer(NamedTuple):
    """The on-premises side of a connection."""

    id: str
    ike_version: str
    mode: str
    """C(main) or C(aggressive); empty for IKEv2."""
    ike: Proposal
    ipsec: Proposal
    protocol: str
    encapsulation: str
    local_addresses: list[str]
    remote_address: str
    local_id: Identity
    remote_id: Identity
    pairs: list[Pair]
    dpd: Dpd
    initiator: str
    """What the cloud does: C(bi-directional) initiates, C(response-only) waits."""
    problems: list[Problem]
    """The peer is usable only if this is empty."""


def is_aead(encryption: str) -> bool:
    """Return whether the cipher authenticates by itself and takes no integrity algorithm."""
    return "gcm" in encryption or "ccm" in encryption


def create_peer(
    connection: Mapping[str, Any],
    local_addresses: Sequence[str] = (),
    local_id: str | None = None,
    remote_id: str | None = None,
    id_types: str = "neutron",
    dpd_action: str | None = None,
    allow_overlap: bool = False,
) -> Peer:
    """Swap the two sides of a resolved connection.

    local_addresses, local_id, remote_id and dpd_action override the connection. id_types is how the
    cloud derives the types of its identities: `neutron` or `value`. allow_overlap accepts networks
    that contain a gateway or cover the on-premises networks. Raises ValueError for unknown id_types.
    """
    if id_types not in ID_TYPES:
        raise ValueError(f"unknown id_types {id_types!a}; supported values: {', '.join(ID_TYPES)}")
    return _Reader(connection).peer(
        local_addresses, local_id, remote_id, id_types, dpd_action, allow_overlap
    )


def connection_id(connection: Mapping[str, Any]) -> str:
    """Return the ID of the connection; raises UnsupportedConnectionError if it is unusable."""
    value = connection.get("id")
    if isinstance(value, str) and _ID.match(value):
        return value
    reason = f"The connection ID {value!a} is not a plain identifier."
    raise UnsupportedConnectionError([Problem("id", value, reason)])


class _Reader:
    """Reads one connection and collects every problem."""

    def __init__(self, connection: Mapping[str, Any]) -> None:
        self.connection = connection
        self.problems: list[Problem] = []

    def refuse(self, field: str, value: Any, reason: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(field, value, reason))

    def peer(
        self,
        local_addresses: Sequence[str],
        local_id: str | None,
        remote_id: str | None,
        id_types: str,
        dpd_action: str | None,
        allow_overlap: bool,
    ) -> Peer:
        connection = self.connection
        try:
            identifier = connection_id(connection)
        except UnsupportedConnectionError as error:
            identifier = ""
            self.problems += error.problems
        self._check_kind()
        ike = self._policy("ike_policy")
        ipsec = self._policy("ipsec_policy")
        version = self._choice("ike_policy", ike, "ike_version", IKE_VERSIONS)
        mode = (
            self._choice("ike_policy", ike, "phase1_negotiation_mode", MODES)
            if version == "v1"
            else ""
        )
        protocol = self._choice("ipsec_policy", ipsec, "transform_protocol", PROTOCOLS)

        # The peer of the cloud is the local side here.
        peer_address = self._address("peer_address", connection.get("peer_address"))
        remote_address = self._address("local_address", connection.get("local_address"))
        addresses = [
            address if address == "%any" else self._address("local_addresses", address)
            for address in local_addresses
        ] or [peer_address]
        ids = self._identities(local_id, remote_id, id_types, peer_address, remote_address)
        pairs = self._pairs()
        if not allow_overlap:
            self._check_overlap(pairs, addresses, peer_address, remote_address)
        initiator = connection.get("initiator") or "bi-directional"
        return Peer(
            id=identifier,
            ike_version=version,
            mode=mode,
            ike=self._ike_proposal(ike, version),
            ipsec=self._ipsec_proposal(ipsec, version),
            protocol=protocol,
            encapsulation=self._choice("ipsec_policy", ipsec, "encapsulation_mode", ENCAPSULATIONS),
            local_addresses=addresses,
            remote_address=remote_address,
            local_id=ids[0],
            remote_id=ids[1],
            pairs=pairs,
            dpd=self._dpd(dpd_action),
            initiator=self._choice("", {"initiator": initiator}, "initiator", INITIATORS),
            problems=self.problems,
        )

    def _check_kind(self) -> None:
        style = self.connection.get("style")
        if style is not None and str(style).upper() != "POLICY":
            self.refuse(
                "style",
                style,
                f"The connection is route-based (style {style!a}), and only policy-based"
                " connections (style POLICY) are supported.",
            )
        auth_mode = self.connection.get("auth_mode")
        if auth_mode not in (None, "psk"):
            self.refuse(
                "auth_mode",
                auth_mode,
                f"The auth_mode {auth_mode!a} is not supported. Supported values: psk.",
            )

    def _policy(self, key: str) -> Mapping[str, Any]:
        policy = self.connection.get(key)
        if isinstance(policy, Mapping):
            return policy
        self.refuse(
            key,
            None,
            f"The connection has no {_LABELS[key]}. Gather it with resolve: true, as a user who is"
            " allowed to read policies.",
        )
        return {}

    def _choice(
        self,
        key: str,
        source: Mapping[str, Any],
        field: str,
        known: Sequence[str] | Mapping[str, Any],
    ) -> str:
        """Return the value of a field, "" if it is unusable; an empty source has been refused before."""
        value = source.get(field)
        if isinstance(value, str) and value in known:
            return value
        if source:
            path = f"{key}.{field}" if key else field
            label = _LABELS.get(key, "connection")
            if value is None:
                self.refuse(path, value, f"The {label} has no {field}.")
            else:
                self.refuse(path, value, f"The {label} has the unknown {field} {value!a}.")
        return ""

    def _proposal(self, key: str, policy: Mapping[str, Any]) -> Proposal:
        encryption = self._choice(key, policy, "encryption_algorithm", ENCRYPTION)
        integrity = self._choice(key, policy, "auth_algorithm", INTEGRITY)
        pfs = self._choice(key, policy, "pfs", {**GROUPS, "disable": None})
        return Proposal(
            encryption, INTEGRITY.get(integrity, ""), GROUPS.get(pfs), self._lifetime(key, policy)
        )

    def _ike_proposal(self, policy: Mapping[str, Any], version: str) -> Proposal:
        proposal = self._proposal("ike_policy", policy)
        if policy.get("pfs") == "disable":
            self.refuse(
                "ike_policy.pfs",
                "disable",
                "The IKE policy has pfs 'disable', but IKE requires a Diffie-Hellman group.",
            )
        if version == "v1":
            for field, value, known in (
                ("encryption_algorithm", proposal.encryption, IKEV1_ENCRYPTION),
                ("auth_algorithm", proposal.integrity, IKEV1_INTEGRITY),
            ):
                if value and value not in known:
                    self._refuse_in_ikev1("ike_policy", policy, field)
        return proposal

    def _ipsec_proposal(self, policy: Mapping[str, Any], version: str) -> Proposal:
        proposal = self._proposal("ipsec_policy", policy)
        ignored = policy.get("transform_protocol") == "esp" and is_aead(proposal.encryption)
        if version == "v1" and proposal.integrity == "aes-cmac" and not ignored:
            self._refuse_in_ikev1("ipsec_policy", policy, "auth_algorithm")
        return proposal

    def _refuse_in_ikev1(self, key: str, policy: Mapping[str, Any], field: str) -> None:
        value = policy[field]
        reason = f"{_LABELS[key]}: {field} {value!a} is not supported by IKEv1. Use IKEv2."
        self.refuse(f"{key}.{field}", value, reason)

    def _lifetime(self, key: str, policy: Mapping[str, Any]) -> int:
        lifetime = policy.get("lifetime")
        if not policy:
            return 0
        field, label = f"{key}.lifetime", _LABELS[key]
        if not isinstance(lifetime, Mapping):
            self.refuse(field, lifetime, f"The {label} has no lifetime.")
            return 0
        units, value = lifetime.get("units") or "seconds", lifetime.get("value")
        seconds = _seconds(value, SHORTEST_LIFETIME)
        if units != "seconds":
            self.refuse(
                field,
                units,
                f"The {label} has a lifetime in {units!a}; only seconds are supported.",
            )
        elif seconds is None:
            self.refuse(
                field,
                value,
                f"The {label} has the lifetime {value!a}, which is not a number of seconds of at"
                f" least {SHORTEST_LIFETIME}.",
            )
        return seconds or 0

    def _dpd(self, action: str | None) -> Dpd:
        given = self.connection.get("dpd")
        dpd: dict[str, Any] = dict(DPD_DEFAULTS)
        if isinstance(given, Mapping):
            dpd.update({key: given[key] for key in dpd if given.get(key) is not None})
        dpd["action"] = action or dpd["action"]
        word = self._choice("dpd", dpd, "action", DPD_ACTIONS)
        if word == "disabled":
            return Dpd(action="disabled", interval=0, timeout=0)
        times = {}
        for key in ("interval", "timeout"):
            seconds = _seconds(dpd[key], 1)
            if seconds is None:
                self.refuse(
                    f"dpd.{key}",
                    dpd[key],
                    f"The connection has the dpd {key} {dpd[key]!a}, which is not a number of"
                    " seconds.",
                )
            times[key] = seconds or 0
        return Dpd(word, times["interval"], times["timeout"])

    def _address(self, field: str, value: Any) -> str:
        side = {"local_address": "cloud gateway"}.get(field, "on-premises gateway")
        if not value:
            self.refuse(field, value, f"The connection has no address of the {side} ({field}).")
        elif isinstance(value, str) and _is_gateway(value):
            return str(_ip(value) or value)
        else:
            self.refuse(
                field,
                value,
                f"The address {value!a} of the {side} ({field}) is not an IP address or host name.",
            )
        return ""

    def _identities(
        self,
        local_id: str | None,
        remote_id: str | None,
        id_types: str,
        peer_address: str,
        remote_address: str,
    ) -> tuple[Identity, Identity]:
        """Return the identities of both sides, with the types that the cloud uses."""
        peer_id = self.connection.get("peer_id") or peer_address
        cloud_id = self.connection.get("local_id")
        # Neutron writes names, and everything beside a name, with an @ in front.
        prefix = id_types == "neutron" and not (_ip(peer_id) and (not cloud_id or _ip(cloud_id)))
        found = []
        for field, given, value in (
            ("peer_id", local_id, peer_id),
            ("local_id", remote_id, cloud_id or remote_address),
        ):
            if given:
                identity = _typed_identity(given) or _identity_by_value(given)
            elif prefix and not (field == "local_id" and not cloud_id):
                identity = _identity_by_value(f"@{value}" if isinstance(value, str) else value)
            else:
                identity = _identity_by_value(value)
            shown = given or value
            if identity is None and shown:
                side = "on-premises" if field == "peer_id" else "cloud"
                self.refuse(
                    field,
                    shown,
                    f"The {side} identity {shown!a} is not a single address or a name of letters,"
                    " digits, spaces and @._=,:+-.",
                )
            found.append(identity or Identity("", ""))
        return found[0], found[1]

    def _networks(self, field: str, values: Any) -> list[Network]:
        """Return the networks without repetitions, in their order."""
        side = "on-premises" if field == "remote_cidrs" else "cloud"
        if not isinstance(values, Sequence) or isinstance(values, str) or not values:
            self.refuse(field, values, f"The connection has no {side} networks ({field}).")
            return []
        networks: dict[Network, None] = {}
        for value in values:
            network = _network(value)
            if network is None:
                self.refuse(field, value, f"The {side} network {value!a} is not an IP network.")
            else:
                networks[network] = None
        return list(networks)

    def _pairs(self) -> list[Pair]:
        """Return pairs of networks of the same IP version."""
        local = self._networks("remote_cidrs", self.connection.get("remote_cidrs"))
        remote = self._networks("local_cidrs", self.connection.get("local_cidrs"))
        wanted = self._rule_pairs() or [(a, b) for a in local for b in remote]
        pairs = [Pair(a, b) for a, b in dict.fromkeys(wanted) if a.version == b.version]
        if local and remote and not pairs:
            self.refuse(
                "remote_cidrs",
                self.connection.get("remote_cidrs"),
                "No on-premises network has the IP version of a cloud network.",
            )
        return pairs

    def _rule_pairs(self) -> list[tuple[Network, Network]]:
        """Return pairs of a policy-based Enterprise connection, which does not join all with all."""
        pairs: list[tuple[Network, Network]] = []
        for rule in self.connection.get("policy_rules") or ():
            fields = rule if isinstance(rule, Mapping) else {}
            destinations = fields.get("destination")
            for destination in destinations if isinstance(destinations, list) else [None]:
                cloud, on_premises = _network(fields.get("source")), _network(destination)
                if cloud and on_premises:
                    pairs.append((on_premises, cloud))
                else:
                    reason = "The connection has a policy rule that does not join two IP networks."
                    self.refuse("policy_rules", rule, reason)
        return pairs

    def _check_overlap(
        self, pairs: list[Pair], addresses: list[str], peer_address: str, remote_address: str
    ) -> None:
        """Refuse networks that would send the traffic of a gateway or of its LAN to the cloud."""
        for remote in dict.fromkeys(pair.remote for pair in pairs):
            covered = [pair.local for pair in pairs if _covers(remote, pair.local)]
            inside = [a for a in (*addresses, peer_address, remote_address) if _contains(remote, a)]
            if remote.prefixlen == 0:
                reason = "covers all addresses, the on-premises gateway included"
            elif covered:
                reason = f"covers the on-premises network {covered[0]}"
            elif inside:
                reason = f"contains the gateway {inside[0]}"
            else:
                continue
            self.refuse("networks", str(remote), f"The cloud network {remote} {reason}.")
        for local in dict.fromkeys(pair.local for pair in pairs):
            inside = [a for a in (peer_address, remote_address) if _contains(local, a)]
            if inside:
                self.refuse(
                    "networks",
                    str(local),
                    f"The on-premises network {local} contains the gateway {inside[0]}.",
                )


def _seconds(value: Any, least: int) -> int | None:
    """Return a number of seconds, given as a number or a string; None if it is not one."""
    if not re.match(r"[0-9]{1,9}\Z", str(value)):
        return None
    return int(value) if least <= int(value) <= LONGEST_TIME else None


def _ip(value: Any) -> Ip | None:
    """Return the IP address in the string, or None; without a scope, which can be any string."""
    try:
        return ipaddress.ip_address(value) if isinstance(value, str) and "%" not in value else None
    except ValueError:
        return None


def _is_gateway(value: str) -> bool:
    """Return whether the string is the IP address of one machine, or a host name."""
    ip = _ip(value)
    return bool(_HOST.match(value)) if ip is None else not ip.is_unspecified


def _typed_identity(value: str) -> Identity | None:
    """Return the identity in a string that begins with a type; None without one."""
    match = _TYPED_IDENTITY.match(value) if isinstance(value, str) else None
    if not match or not _IDENTITY.match(match[2]):
        return None
    if match[1] == "ip" and not _is_single_ip(match[2]):
        return None
    return Identity(match[1], match[2])


def _identity_by_value(value: Any) -> Identity | None:
    """Return the identity in a string without a type, as strongSwan guesses it; None if it is unusable."""
    if not isinstance(value, str) or not _IDENTITY.match(value):
        return None
    if _ip(value):
        return Identity("ip", value) if _is_single_ip(value) else None
    if value.startswith("@@"):
        kind, name = "email", value[2:]
    elif value.startswith("@"):
        kind, name = "fqdn", value[1:]
    elif "=" in value:
        kind, name = "dn", value
    else:
        kind, name = ("email" if "@" in value else "fqdn"), value
        # what strongSwan reads as a type or as a range of addresses, which matches several peers
        if ":" in value or ("-" in value and all(map(_ip, value.split("-")))):
            return None
    return Identity(kind, name) if name else None


def _is_single_ip(value: str) -> bool:
    ip = _ip(value)
    return ip is not None and not ip.is_unspecified


def _network(value: Any) -> Network | None:
    if "%" in str(value):  # a scope can be any string
        return None
    try:
        return ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return None


def _covers(outer: Network, inner: Network) -> bool:
    if isinstance(outer, ipaddress.IPv4Network):
        return isinstance(inner, ipaddress.IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, ipaddress.IPv6Network) and inner.subnet_of(outer)


def _contains(network: Network, address: str) -> bool:
    ip = _ip(address)
    return ip is not None and ip in network
