# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts made from connections: variables, gateways, names and groups."""

from __future__ import annotations

import ipaddress
import itertools
import re
import typing as t

from ...module_utils._cloud.errors import VpnError
from ...module_utils._vpn.kinds import CONNECTION, ENTERPRISE_CONNECTION
from ...module_utils._vpn.matching import normalize_address

if t.TYPE_CHECKING:
    from ansible.inventory.data import InventoryData
    from ansible.inventory.group import Group
    from ansible.inventory.host import Host

Row = dict[str, t.Any]

GROUP = "ipsec_connections"
MAX_NAME_BYTES = 160  # of a host name, before an ID that makes it unique
MAX_ID_BYTES = 64
# Host variables; what else a server sends is in the dictionary `other`.
KINDS = {"classic": CONNECTION, "enterprise": ENTERPRISE_CONNECTION}
DOCUMENTED = frozenset(
    ("edition", *(name for kind in KINDS.values() for name in (*kind.names, *kind.extra_fields)))
) - {"psk"}
# Variables that Ansible or the roles of this collection read.
RESERVED_PREFIXES = (
    "ansible_",
    "ipsec_health_",
    "ipsec_report_",
    "peer_parameters_",
    "strongswan_peer_",
)
_UNSAFE = re.compile(
    r"[/\\\s,\[\]{}*?\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_KEY_END = "\0"  # in no name of a host or group
_UNSAFE_FIRST = "!&~@#-"  # operators of host patterns, comments, and options of commands


class Candidate(t.NamedTuple):
    """A host without a name: its first or only connection, and its variables."""

    connection: Row
    variables: Row


def check_prefix(prefix: str) -> None:
    """Raise VpnError for a prefix of variable names that is not valid or that is reserved."""
    if prefix and not prefix.isidentifier():
        raise VpnError(
            "hostvars_prefix must be the beginning of a variable name: letters, digits and "
            "underscores, and no digit first."
        )
    if prefix.startswith(RESERVED_PREFIXES):
        raise VpnError(
            f"hostvars_prefix must not begin with {' or '.join(RESERVED_PREFIXES)}, because the API "
            "would then set variables that Ansible or a role reads."
        )


def documented_facts(connection: Row, names: t.Container[str] = DOCUMENTED) -> Row:
    """Return the named fields, and undocumented fields of the server in the dictionary `other`."""
    facts = {name: value for name, value in connection.items() if name in names}
    other = {
        name: value
        for name, value in connection.items()
        if name not in DOCUMENTED and name != "psk"
    }
    return {**facts, "other": other} if other else facts


def candidate(connection: Row, facts: Row, prefix: str) -> Candidate:
    """Return the host of a connection, with the facts as variables."""
    variables = {prefix + name: value for name, value in facts.items()}
    return Candidate(connection, {**variables, **_address_variable(connection)})


def _address_variable(connection: Row) -> Row:
    """Return the address as `ansible_host`, unless a command would take it for an option."""
    address = connection["peer_address"]
    usable = isinstance(address, str) and address and not address.startswith("-")
    return {"ansible_host": address} if usable else {}


def by_gateway(candidates: t.Iterable[Candidate], prefix: str) -> list[Candidate]:
    """Return one host for each remote gateway, with the list of its connections."""
    gateways: dict[str, Candidate] = {}
    for connection, variables in candidates:
        gateway = gateways.setdefault(
            str(normalize_address(connection["peer_address"]) or connection["id"]),
            Candidate(connection, {**_address_variable(connection), prefix + "connections": []}),
        )
        facts = {
            name.removeprefix(prefix): value
            for name, value in variables.items()
            if name != "ansible_host"
        }
        gateway.variables[prefix + "connections"].append(facts)
    return list(gateways.values())


def safe_host_name(text: str, max_bytes: int = MAX_NAME_BYTES) -> str:
    """Return the text as a host name, or an empty string if there is none.

    The result is safe as a file name, because Ansible names files in host_vars and fact caches after
    hosts, as a host pattern (`--limit`), and for other programs that read an exported inventory.
    """
    text = text.strip().encode("utf-8", "replace")[:max_bytes].decode("utf-8", "ignore").strip()
    name = _UNSAFE.sub("_", text)
    if not _is_ipv6(name):
        name = name.replace(":", "_")
    if name.startswith(tuple(_UNSAFE_FIRST)):
        name = "_" + name[1:]
    return "" if name in (".", "..") else name


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6 and "%" not in text
    except ValueError:
        return False


class HostNames:
    """Chooses names of hosts that no group and no host of another source has."""

    def __init__(
        self, existing: t.Mapping[str, Host], reserved: t.Iterable[str], prefix: str
    ) -> None:
        """Store the hosts of other sources, the names that no host can have, and the prefix."""
        self.reserved = set(reserved)
        self.renamed: list[str] = []  # what to warn of
        self._existing = dict(existing)
        self._taken: set[str] = set()
        self._identity = (prefix + "id", prefix + "cloud")

    def choose(self, preferred: t.Iterable[str], host: Candidate) -> str:
        """Return the first name that is not reserved, with the ID of the connection if it is taken."""
        object_id = safe_host_name(str(host.connection["id"]), MAX_ID_BYTES).replace(":", "_")
        safe = map(safe_host_name, preferred)
        name = next((one for one in safe if one and one not in self.reserved), object_id)
        with_id = f"{name.replace(':', '_')}_{object_id}"
        names = itertools.chain((name, with_id), (f"{with_id}_{n}" for n in itertools.count(2)))
        chosen = next(
            one
            for one in names
            if one not in self._taken and one not in self.reserved and not self._is_other(one, host)
        )
        if chosen != name and name not in self._taken and self._is_other(name, host):
            self.renamed.append(f"{name} ({chosen})")
        self._taken.add(chosen)
        return chosen

    def _is_other(self, name: str, host: Candidate) -> bool:
        """Return whether another source has defined the host, and not for the same connection."""
        existing = self._existing.get(name)
        return existing is not None and not all(
            key in host.variables and existing.vars.get(key) == host.variables[key]
            for key in self._identity
        )


def temporary_key(name: str) -> str:
    """Return the key of a host in an inventory whose groups can have any name but this one."""
    return name + _KEY_END


def without_keys(message: str) -> str:
    """Return a message with names of hosts in place of their temporary keys."""
    return message.replace(_KEY_END, "")


def add_groups(inventory: InventoryData, groups: t.Mapping[str, Group]) -> None:
    """Add groups with their hosts and child groups to the inventory, which has the hosts already."""
    for name in groups:
        inventory.add_group(name)
    for name, group in groups.items():
        for child in group.child_groups:
            inventory.add_child(name, child.name)
        for host in group.hosts:
            inventory.add_child(name, host.name)
