# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin: remote gateways of IPsec connections as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ipsec_connections
short_description: Remote gateways of IPsec connections as hosts
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Makes a host of each IPsec connection of Classic VPN in Open Telekom Cloud, or of any OpenStack cloud with VPNaaS.
  - Each host is in the group C(ipsec_connections), has the remote gateway's address as C(ansible_host), and the fields of
    M(otc.vpn.ipsec_connection_info) as variables with a prefix, for example C(ipsec_status).
  - Files that describe such a source end in C(ipsec_connections.yml), C(ipsec_connections.yaml), C(otc_vpn.yml) or C(otc_vpn.yaml).
  - The pre-shared key is never a variable and never in the cache. What the API sends is text, and never evaluated as a template.
extends_documentation_fragment:
  - otc.vpn.cloud
  - constructed
  - inventory_cache
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices: [otc.vpn.ipsec_connections]
  clouds:
    description:
      - Several clouds or projects in one source. Each entry has connection options, which go before those of the source itself, and
        may have a C(label), which the variable C(ipsec_cloud) then says instead of the name of the cloud or project.
      - They are asked side by side. Connections of the same name stay hosts of their own.
    type: list
    elements: dict
    default: []
  name:
    description: Only connections with this name or ID.
    type: str
  status:
    description: Only connections in one of these states.
    type: list
    elements: str
  peer_address:
    description: Only connections to this remote gateway.
    type: str
  vpn_service:
    description: Only connections of this VPN service, given by name or ID.
    type: str
  tags:
    description: Only connections with all of these tags. An empty value matches any value of the tag.
    type: dict
  admin_state_up:
    description: Only connections that are administratively enabled (V(true)) or disabled (V(false)).
    type: bool
  project_id:
    description: Only connections of this project.
    type: str
  resolve:
    description:
      - Add what each connection refers to, its gateway in the cloud and the networks it joins, as M(otc.vpn.ipsec_connection_info) does.
    type: bool
    default: false
  include:
    description: Only connections for which at least one of these Jinja conditions holds.
    type: list
    elements: str
    default: []
  exclude:
    description: No connections for which at least one of these Jinja conditions holds.
    type: list
    elements: str
    default: []
  host_per:
    description:
      - Whether each connection is a host, or each remote gateway is one. A gateway has all its connections in the list
        C(ipsec_connections) instead of the variables of one.
    type: str
    choices: [connection, peer_address]
    default: connection
  hostnames:
    description:
      - What a host is called, in order of preference. Each entry is the name of a field or a Jinja expression over the variables; the
        first that gives a text is taken. An expression that can be evaluated for none of the hosts is a warning.
      - A name that is taken already gets the ID of the connection behind it. Names of groups and of the local host are not used.
      - Ansible names files after hosts, such as C(host_vars). Slashes and control characters therefore become underscores, and a name is
        cut after 160 bytes.
    type: list
    elements: str
    default: [name, peer_address, id]
  hostvars_prefix:
    description: What the names of the variables begin with.
    type: str
    default: ipsec_
  fail_on_error:
    description: Whether the source fails when a cloud cannot be read whole. Otherwise that cloud is left out, with a warning.
    type: bool
    default: true
notes:
  - Jinja in the connection options is evaluated, so that a password can come from a vault.
"""

EXAMPLES = r"""
---
# ipsec_connections.yml: where to connect to comes from the OS_* environment variables
plugin: otc.vpn.ipsec_connections
---
# Two clouds of clouds.yaml, their gateways grouped by state and by a tag
plugin: otc.vpn.ipsec_connections
clouds:
  - cloud: production
  - cloud: staging
keyed_groups:
  - key: ipsec_status
    prefix: status
groups:
  in_production: ipsec_cloud == 'production'
compose:
  site: ipsec_tags | selectattr('key', 'eq', 'site') | map(attribute='value') | first
---
# With a password from a vault, only what is enabled, and the networks of each tunnel
plugin: otc.vpn.ipsec_connections
auth:
  auth_url: https://iam.eu-de.otc.t-systems.com/v3
  username: automation
  user_domain_name: OTC00000000001000000000
  project_name: eu-de
  password: "{{ lookup('ansible.builtin.unvault', 'otc-password.txt') | trim }}"
region_name: eu-de
admin_state_up: true
resolve: true
exclude:
  - ipsec_name is match('test-')
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: .cache
"""

import functools
import hashlib
import inspect
import itertools
import json
import os
import re
import typing as t
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import ansible.template
from ansible import constants as C  # noqa: N812
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.inventory.host import Host
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ..module_utils._cloud.client import connect
from ..module_utils._cloud.errors import VpnError
from ..module_utils._cloud.json_body import gc_paused
from ..module_utils._cloud.options import OPTIONS, SECRETS, merge_options
from ..module_utils._vpn.gathering import Messages, Selection, gather
from ..module_utils._vpn.kinds import CONNECTION

GROUP = "ipsec_connections"
ENDINGS = tuple(f"{name}.{end}" for name in (GROUP, "otc_vpn") for end in ("yml", "yaml"))
FILTERS = tuple(CONNECTION.filters)
LONGEST_NAME = 160  # bytes of a host name, before an ID that makes it unique

# What decides which connections a user sees: the cache is kept apart by these.
IDENTITY = ("cloud", "auth", "auth_type", "region_name", "interface", "endpoint", "client_cert")
BEARERS = ("token", "access_token")  # secrets that alone say who asks


class Cloud(t.NamedTuple):
    """One cloud of the source."""

    label: str
    options: dict[str, t.Any]


class Answer(t.NamedTuple):
    """What one cloud gave: its connections, or why there are none."""

    connections: list[dict[str, t.Any]]
    warnings: list[str]
    error: str | None


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """From an inventory file to hosts."""

    NAME = "otc.vpn.ipsec_connections"
    inventory: t.Any  # the base class says that it may be None, which it is until parse
    templar: t.Any

    def verify_file(self, path: str) -> bool:
        """Whether the name of the file is one of this plugin's."""
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Read the file, ask the clouds or the cache, and make the hosts."""
        super().parse(inventory, loader, path, cache)
        _compile_once(self.templar)
        self._check_names(self._read_config_data(path))
        try:
            clouds = self._clouds()
            records = self._records(clouds, path, cache)
        except VpnError as error:
            failure = str(error)
        else:
            self._populate(records)
            return
        raise AnsibleParserError(failure)

    def _check_names(self, config: t.Mapping[str, t.Any]) -> None:
        unknown = sorted(set(config) - set(self._options))
        if unknown:
            raise AnsibleParserError(
                f"{', '.join(map(str, unknown))} is no option of {self.NAME}: see "
                f"ansible-doc -t inventory {self.NAME}."
            )

    # -- which clouds

    def _clouds(self) -> list[Cloud]:
        if self.get_option("use_extra_vars"):
            self.templar.available_variables = self._vars
        own = {name: self.get_option(name) for name in OPTIONS}
        entries = self.get_option("clouds") or [{}]
        for entry in entries:
            if not isinstance(entry, dict):
                raise VpnError(
                    f"clouds has the entry {entry}, but each is a dict of connection options, for "
                    "example cloud: production."
                )
        return [self._cloud({**own, **entry}) for entry in entries]

    def _cloud(self, given: dict[str, t.Any]) -> Cloud:
        """A cloud by its options as the file has them: templated, checked, completed."""
        try:
            evaluated = {
                name: self.templar.template(value)
                for name, value in given.items()
                if value is not None
            }
            # Plain values: ansible-core 2.18 leaves a value that is encrypted in place as an object.
            options = json.loads(json.dumps(evaluated, default=str))
        except AnsibleError as error:
            raise VpnError(f"A connection option cannot be evaluated: {error}") from None
        spec = {**OPTIONS, "label": {"type": "str"}}
        checked = ArgumentSpecValidator(spec).validate(options)
        if checked.error_messages:
            raise VpnError(f"The connection options are wrong: {checked.error_messages[0]}")
        options = dict(checked.validated_parameters)
        label = options.pop("label", None)
        options = merge_options(options, os.environ)
        auth = options["auth"]
        where = urlsplit(str(options.get("endpoint") or auth.get("auth_url") or "")).hostname
        for name in (label, options.get("cloud"), auth.get("project_name"), auth.get("project_id")):
            if name:
                return Cloud(str(name), options)
        return Cloud(str(where), options)

    # -- their connections

    def _records(
        self, clouds: list[Cloud], path: str, cache: bool
    ) -> list[tuple[str, dict[str, t.Any]]]:
        """The connections of all clouds, each with its cloud's label, in an order that stays."""
        keep = self.get_option("cache")
        key = self._cache_key(clouds, path) if keep else ""
        lists = self._cached(key, clouds) if keep and cache else None
        if lists is None:
            answers = self._ask(clouds)
            lists = [answer.connections for answer in answers]
            if keep and not any(answer.error for answer in answers):
                # As one text: the cache plugins make objects, trusted templates among them, of
                # dictionaries that look like their own notation, whoever sent them.
                self._cache[key] = json.dumps(lists)
        return [
            (cloud.label, _data(connection))
            for cloud, connections in zip(clouds, lists)
            for connection in sorted(
                connections, key=lambda row: (str(row["created_at"] or ""), str(row["id"]))
            )
        ]

    def _cached(self, key: str, clouds: list[Cloud]) -> list[list[dict[str, t.Any]]] | None:
        """What an earlier run kept; None when there is nothing that can be used."""
        try:
            kept = self._cache.get(key)
            lists = None if kept is None else json.loads(kept)
        except (AnsibleError, TypeError, ValueError) as error:
            self.display.warning(f"The cache cannot be used, so the clouds are asked: {error}")
            return None
        needed = {"id", "created_at", "peer_address"}
        sound = (
            isinstance(lists, list)
            and len(lists) == len(clouds)
            and all(isinstance(rows, list) for rows in lists)
            and all(isinstance(row, dict) and needed <= set(row) for rows in lists for row in rows)
        )
        return lists if sound else None

    def _asked(self) -> dict[str, t.Any]:
        """What is asked for, as plain values: Ansible's own kinds of text equal no plain one."""
        names = (*FILTERS, "name", "vpn_service", "resolve")
        text = json.dumps({name: self.get_option(name) for name in names}, default=str)
        asked: dict[str, t.Any] = json.loads(text)
        return asked

    def _ask(self, clouds: list[Cloud]) -> list[Answer]:
        asked = self._asked()
        wanted = Selection(
            name=asked["name"],
            filters={name: asked[name] for name in FILTERS},
            vpn_service=asked["vpn_service"],
            resolve=asked["resolve"],
        )
        # The libraries are imported in there.
        with gc_paused(), ThreadPoolExecutor(min(8, len(clouds))) as pool:
            answers = list(pool.map(lambda cloud: _answer(cloud, wanted), clouds))
        for cloud, answer in zip(clouds, answers):
            about = f"{cloud.label}: " if len(clouds) > 1 else ""
            if answer.error and self.get_option("fail_on_error"):
                raise VpnError(about + answer.error)
            if answer.error:
                self.display.warning(f"{about}left out of the inventory: {answer.error}")
            for warning in answer.warnings:
                self.display.warning(about + warning)
        return answers

    def _cache_key(self, clouds: list[Cloud], path: str) -> str:
        """The name of the cached answer: equal only where the same would be asked as the same user."""
        identities = []
        for cloud in clouds:
            identity = {name: cloud.options.get(name) for name in IDENTITY}
            auth = cloud.options["auth"]
            identity["auth"] = {
                name: hashlib.sha256(str(value).encode()).hexdigest() if name in BEARERS else value
                for name, value in auth.items()
                if name in BEARERS or name not in SECRETS
            }
            identities.append(identity)
        text = json.dumps([identities, self._asked()], sort_keys=True, default=str)
        return f"{self.get_cache_key(path)}_{hashlib.sha256(text.encode()).hexdigest()}"

    # -- hosts

    def _populate(self, records: list[tuple[str, dict[str, t.Any]]]) -> None:
        self.inventory.add_group(GROUP)
        # For each expression of `hostnames` the first error, or nothing once there was a value.
        self._nameless: dict[str, str] = {}
        prefix = self.get_option("hostvars_prefix")
        chosen = []
        for label, connection in records:
            variables = {prefix + field: value for field, value in connection.items()}
            variables[prefix + "cloud"] = label
            if connection["peer_address"]:
                variables["ansible_host"] = connection["peer_address"]
            if self._is_included(variables):
                chosen.append((connection, variables))
        if self.get_option("host_per") == "peer_address":
            chosen = _by_gateway(chosen, prefix)
        # A host called like a group would change that group, so names wait for the groups.
        reserved = {*C.LOCALHOST, *self.inventory.groups, *(self.get_option("groups") or {})}
        taken: set[str] = set()
        hosts = []
        for connection, variables in chosen:
            host = Host(self._host_name(connection, variables, taken, reserved))
            host.vars.update(variables)
            taken.add(host.name)
            hosts.append(host)
        groups = self._groups(hosts)
        reserved.update(groups.data.groups)
        for host, (connection, variables) in zip(hosts, chosen):
            if host.name in reserved:
                host.name = self._host_name(connection, variables, taken, reserved)
                taken.add(host.name)
            self.inventory.add_host(host.name, GROUP)
            for variable, value in host.vars.items():
                self.inventory.set_variable(host.name, variable, value)
        groups.join(self.inventory)
        for entry, error in self._nameless.items():
            if error:
                self.display.warning(f"hostnames: {entry} names none of the hosts: {error}")

    def _is_included(self, variables: dict[str, t.Any]) -> bool:
        include, exclude = self.get_option("include"), self.get_option("exclude")
        return (not include or self._any_holds(include, variables, "include")) and not (
            exclude and self._any_holds(exclude, variables, "exclude")
        )

    def _any_holds(self, conditions: list[str], variables: dict[str, t.Any], option: str) -> bool:
        for condition in conditions:
            try:
                if self._compose(condition, variables):
                    return True
            except AnsibleError as error:
                raise AnsibleParserError(
                    f"{option} cannot be evaluated: {condition}: {error}"
                ) from None
        return False

    def _host_name(
        self,
        connection: dict[str, t.Any],
        variables: dict[str, t.Any],
        taken: set[str],
        reserved: set[str],
    ) -> str:
        """The first preferred name that is not reserved, made unique among those taken."""
        preferred = str(connection["id"])
        for entry in self.get_option("hostnames"):
            if entry in connection:
                value = connection[entry]
            else:
                try:
                    value = self._compose(entry, variables)
                except AnsibleError as error:
                    self._nameless.setdefault(entry, str(error))
                    continue  # what this connection does not have is no name for it
                self._nameless[entry] = ""
            text = _file_name(str(value)) if value is not None else ""
            if text and text not in reserved:
                preferred = text
                break
        with_id = f"{preferred}_{connection['id']}"
        candidates = itertools.chain(
            (preferred, with_id), (f"{with_id}_{number}" for number in itertools.count(2))
        )
        unused = (name for name in candidates if name not in taken and name not in reserved)
        return str(wrap_var(next(unused)))

    def _groups(self, hosts: list[Host]) -> Groups:
        """The groups that the constructed options make of the hosts, which get what they compose."""
        groups = Groups()
        compose, composed, keyed = (
            self.get_option(name) for name in ("compose", "groups", "keyed_groups")
        )
        if not (compose or composed or keyed):
            return groups
        strict = self.get_option("strict")
        inventory, self.inventory = self.inventory, groups
        for host in hosts:
            variables = dict(host.vars)
            groups.add_host(host, GROUP)
            self._set_composite_vars(compose, variables, host, strict=strict)
            self._add_host_to_composed_groups(composed, variables, host, strict=strict)
            self._add_host_to_keyed_groups(keyed, variables, host, strict=strict)
        self.inventory = inventory
        return groups


class Groups:
    """Stands for the inventory while groups are made: their hosts are objects yet without a name."""

    def __init__(self) -> None:
        self.data = InventoryData()
        self.data.add_group(GROUP)

    def get_host(self, host: Host) -> Host:
        """The host itself."""
        return host

    def set_variable(self, host: Host, name: str, value: t.Any) -> None:
        """Give a host a variable."""
        host.set_variable(name, value)

    def add_group(self, name: str) -> str:
        """Make a group; the answer is what it is called."""
        return str(self.data.add_group(name))

    def add_host(self, host: Host, group: str) -> None:
        """Put a host into a group."""
        self.data.groups[group].add_host(host)

    def add_child(self, group: str, child: str | Host) -> None:
        """Put a group or a host into a group."""
        if isinstance(child, Host):
            self.add_host(child, group)
        else:
            self.data.add_child(group, child)

    def join(self, inventory: t.Any) -> None:
        """Add the groups and their members, which have their names now, to the inventory."""
        for name in self.data.groups:
            inventory.add_group(name)
        for name, group in self.data.groups.items():
            for child in group.child_groups:
                inventory.add_child(name, child.name)
            for host in group.hosts:
                inventory.add_child(name, host.name)


def _compile_once(templar: t.Any) -> None:
    """Let a templar keep what it compiles, for Ansible compiles an expression anew for every host.

    What does it is private to ansible-core, and the same in 2.19, 2.20 and 2.21. Where it is not found as
    it is known, nothing changes.
    """
    engine: t.Any = getattr(templar, "_engine", None)
    compiled = getattr(engine, "_compile_expression", None)
    if compiled and [*inspect.signature(compiled).parameters] == ["expression", "options"]:
        engine._compile_expression = functools.cache(compiled)


def _file_name(text: str) -> str:
    """The text as a host name that is safe as a file's name too, which Ansible makes of it.

    host_vars and caches of facts are files named after hosts: no name leads into another folder,
    and none is longer than file systems allow, with an ID and a cache's prefix added.
    """
    text = re.sub(r"[/\x00-\x1f\x7f-\x9f\u2028\u2029]", "_", text.strip())
    text = text.encode("utf-8", "replace")[:LONGEST_NAME].decode("utf-8", "ignore").strip()
    return "" if text in (".", "..") else text


def _data(connection: dict[str, t.Any]) -> dict[str, t.Any]:
    """The connection with texts that are no templates, whatever they look like.

    ansible-core 2.18 has to be told so. Later ones take a text for a template only when told so, and
    to go through all texts would take longer than to fetch them.
    """
    if hasattr(ansible.template, "trust_as_template"):
        return connection
    marked: dict[str, t.Any] = wrap_var(connection)
    return marked


def _answer(cloud: Cloud, wanted: Selection) -> Answer:
    warnings: list[str] = []
    report = Messages(warn=warnings.append, debug=lambda _message: None)
    try:
        connections = gather(connect(cloud.options), CONNECTION, wanted, report)
    except VpnError as error:
        return Answer([], warnings, str(error))
    return Answer(connections, warnings, None)


def _by_gateway(
    chosen: list[tuple[dict[str, t.Any], dict[str, t.Any]]], prefix: str
) -> list[tuple[dict[str, t.Any], dict[str, t.Any]]]:
    """One entry for each remote gateway, named after its first connection, with the list of all."""
    gateways: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {}
    for connection, variables in chosen:
        address = connection["peer_address"]
        host = {"ansible_host": address} if address else {}
        _first, gateway = gateways.setdefault(
            str(address or connection["id"]), (connection, {**host, prefix + "connections": []})
        )
        label = variables[prefix + "cloud"]
        gateway[prefix + "connections"].append({**connection, "cloud": label})
    return list(gateways.values())
