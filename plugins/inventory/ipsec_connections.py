# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin: remote gateways of IPsec connections as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ipsec_connections
short_description: IPsec VPN gateway inventory source
version_added: 0.1.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Creates a host for each IPsec connection of Classic VPN or Enterprise Edition VPN in Open Telekom Cloud, or of any OpenStack cloud
    with Neutron VPNaaS. The variable C(ipsec_edition) contains the edition.
  - Each host is in the group C(ipsec_connections), has the address of the remote gateway as C(ansible_host), and the fields that
    M(otc.vpn.ipsec_connection_info) documents as variables with a prefix, for example C(ipsec_state). Other fields that the API
    returns are in the dictionary C(ipsec_other).
  - The names of source files end in C(ipsec_connections.yml), C(ipsec_connections.yaml), C(otc_vpn.yml) or C(otc_vpn.yaml).
  - The pre-shared key is never a variable and never in the cache. Ansible never evaluates values from the API as templates.
extends_documentation_fragment:
  - otc.vpn.cloud
  - constructed
  - inventory_cache
options:
  plugin:
    description: Identifies the file as a source for this plugin.
    type: str
    required: true
    choices: [otc.vpn.ipsec_connections]
  clouds:
    description:
      - Several clouds or projects in one source. Each entry contains connection options, which override those of the source; O(auth) is
        merged with that of the source. An entry can also contain a C(label), which is the value of the variable C(ipsec_cloud) instead
        of the name of the cloud or project.
      - They are queried in parallel. Connections with the same name become separate hosts.
    type: list
    elements: dict
    default: []
  editions:
    description:
      - Editions of VPN to read. V(classic) is Classic VPN and Neutron VPNaaS, V(enterprise) is Enterprise Edition VPN of Open Telekom Cloud.
      - The filters apply to both editions. For V(enterprise), O(vpn_service) is the VPN gateway.
      - An edition that cannot be read is treated like a cloud that cannot be read, see O(fail_on_error).
    type: list
    elements: str
    choices: [classic, enterprise]
    default: [classic]
    version_added: 1.0.0
  gateway:
    description: Only include connections of the Enterprise Edition VPN gateway with this name or ID. Ignored for Classic VPN.
    type: str
    version_added: 1.0.0
  customer_gateway:
    description: Only include connections of the customer gateway with this name or ID. Ignored for Classic VPN.
    type: str
    version_added: 1.0.0
  name:
    description: Only include connections with this name or ID, or with one of a list of names and IDs.
    type: raw
  status:
    description: Only include connections with one of these statuses.
    type: list
    elements: str
  peer_address:
    description: Only include connections to this remote gateway.
    type: str
  vpn_service:
    description: Only include connections of the VPN service with this name or ID.
    type: str
  tags:
    description: Only include connections with all of these tags. An empty value matches any value of the tag.
    type: dict
  admin_state_up:
    description: Only include connections that are administratively enabled (V(true)) or disabled (V(false)).
    type: bool
  project_id:
    description: Only include connections of this project.
    type: str
  fields:
    description:
      - Only create variables for these fields and V(id), which reduces the size of the response and of the inventory. In addition to the
        fields that M(otc.vpn.ipsec_connection_info) documents, the list can contain C(state) and the values that O(resolve) adds.
      - Expressions can only use these variables. Fields that O(hostnames) names are always available for names.
    type: list
    elements: str
    version_added: 1.0.0
  resolve:
    description:
      - Whether to also add the VPN service, policies and endpoint groups of each connection, the address of the cloud gateway, and the
        local and remote networks, as M(otc.vpn.ipsec_connection_info) does.
    type: bool
    default: false
  include:
    description: Only include connections that match at least one of these Jinja conditions.
    type: list
    elements: str
    default: []
  exclude:
    description: Exclude connections that match at least one of these Jinja conditions.
    type: list
    elements: str
    default: []
  host_per:
    description:
      - Whether to create a host for each connection or for each remote gateway. The host of a gateway has the list
        C(ipsec_connections) of its connections instead of the variables of one connection.
    type: str
    choices: [connection, peer_address]
    default: connection
  hostnames:
    description:
      - Sources of the host name, in order of preference. Each entry is the name of a field or a Jinja expression over the variables. The
        first entry that returns a non-empty string or a number is used. An expression that fails for every host causes a warning.
      - If the name is already in use, the connection ID is appended. Names of groups and of the local host are not used.
      - A name that another inventory source has already defined is not used either, and causes a warning.
      - Characters that are not safe in file names or host patterns become underscores, for example slashes, spaces, commas, brackets, and
        colons outside of an IPv6 address. Names are cut after 160 bytes.
    type: list
    elements: str
    default: [name, peer_address, id]
  hostvars_prefix:
    description:
      - Prefix of the host variable names. It must not begin with C(ansible_) or with the prefix of a role of this collection.
    type: str
    default: ipsec_
  fail_on_error:
    description: Whether to fail if a cloud cannot be read completely. Otherwise the cloud is skipped, with a warning.
    type: bool
    default: true
notes:
  - Templates are evaluated in all options, so that a password can come from a vault, except in those that contain expressions
    (O(compose), O(exclude), O(groups), O(hostnames), O(include), O(keyed_groups)). An option that evaluates to an empty string is not
    set. Lookups search for files in the directory of the source file first.
  - Environment variables and extra variables are only available in templates through lookups and with O(use_extra_vars=true).
"""

EXAMPLES = r"""
---
# ipsec_connections.yml: the credentials come from OS_* environment variables
plugin: otc.vpn.ipsec_connections
---
# Two clouds of clouds.yaml, their gateways grouped by the state of the tunnel and by cloud
plugin: otc.vpn.ipsec_connections
clouds:
  - cloud: production
  - cloud: staging
keyed_groups:
  - key: ipsec_state
    prefix: tunnel
groups:
  in_production: ipsec_cloud == 'production'
compose:
  site: ipsec_tags | selectattr('key', 'eq', 'site') | map(attribute='value') | first
---
# A password from a vault, only enabled connections, and the networks of each tunnel
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

import os
import re
import typing as t
from pathlib import Path

from ansible import constants as C  # noqa: N812
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.inventory.host import Host
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ..module_utils._cloud.errors import VpnError
from ..module_utils._cloud.options import OPTIONS
from ..module_utils._vpn.gathering import Selection
from ..module_utils._vpn.kinds import CONNECTION
from ..plugin_utils._inventory import hosts, options, sources
from ..plugin_utils._inventory.compile_once import compile_once
from ..plugin_utils._inventory.data import mark_untrusted

SUFFIXES = tuple(f"{name}.{end}" for name in (hosts.GROUP, "otc_vpn") for end in ("yml", "yaml"))
QUERY = (*CONNECTION.filters, "name", "vpn_service", "resolve", "fields", "editions")
QUERY += ("gateway", "customer_gateway")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """From a source file to hosts."""

    NAME = "otc.vpn.ipsec_connections"
    inventory: t.Any  # None until parse, as the base class declares it
    templar: t.Any

    def verify_file(self, path: str) -> bool:
        """Return whether the file name is one of a source, and warn of a source with another name."""
        if not super().verify_file(path):
            return False
        if path.endswith(SUFFIXES):
            return True
        if Path(path).is_file() and _names_plugin(Path(path).read_bytes()):
            self.display.warning(
                f"{path} names the plugin {self.NAME}, but its file name does not end in "
                f"{' or '.join(SUFFIXES)}. Rename the file."
            )
        return False

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Read the source file, query the clouds or read the cache, and add the hosts."""
        super().parse(inventory, loader, path, cache)
        self._source = path
        compile_once(self.templar)
        try:
            self._check_names(self._read_config_data(path))
            hosts.check_prefix(self.get_option("hostvars_prefix"))
            clouds = sources.read_clouds(
                options.plain({name: self.get_option(name) for name in OPTIONS}),
                options.plain(self.get_option("clouds")),
                os.environ,
            )
            for cloud in clouds:
                for warning in cloud.options["warnings"]:
                    self.display.warning(sources.prefix(cloud, clouds) + warning)
            selections = sources.read_selections(
                options.plain({name: self.get_option(name) for name in QUERY}),
                self.get_option("hostnames"),
                self.display.warning,
            )
            lists = self._connections(clouds, selections, path, cache)
        except VpnError as error:
            failure = str(error)
        else:
            self._add_hosts(self._candidates(clouds, lists))
            return
        raise AnsibleParserError(failure)  # outside of the handler, which would add a traceback

    # -- options

    def set_options(
        self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None
    ) -> None:
        """Set the options, with templates evaluated before Ansible checks their types."""
        if direct is None:
            super().set_options(task_keys, var_options)
            return
        first = {name: direct[name] for name in ("plugin", "use_extra_vars") if name in direct}
        super().set_options(task_keys, var_options, first)
        # Lookups search for files in the directory of the source file, from whichever directory Ansible runs.
        variables: dict[str, t.Any] = {"ansible_search_path": [str(Path(self._source).parent)]}
        if self.get_option("use_extra_vars"):
            variables |= self._vars or {}
        self.templar.available_variables = variables
        evaluated = options.evaluate_options(direct, self.option_definitions, self.templar.template)
        super().set_options(task_keys, var_options, evaluated)

    def _check_names(self, config: t.Mapping[str, t.Any]) -> None:
        unknown = sorted(map(str, set(config) - set(self._options)))
        if unknown:
            raise VpnError(
                f"Unsupported options: {', '.join(unknown)}. See ansible-doc -t inventory {self.NAME}."
            )

    # -- connections

    def _connections(
        self, clouds: list[sources.Cloud], selections: dict[str, Selection], path: str, cache: bool
    ) -> list[list[dict[str, t.Any]]]:
        """Return the connections of each cloud, from the cache if it is used and has them."""
        keep = self.get_option("cache")
        key = f"{self.get_cache_key(path)}_{sources.cache_key(clouds, selections)}" if keep else ""
        lists = self._cached(key, clouds) if keep and cache else None
        if lists is None:
            results = sources.fetch(clouds, selections, self.get_option("fail_on_error"))
            for warning in (warning for result in results for warning in result.warnings):
                self.display.warning(warning)
            lists = [result.connections for result in results]
            if keep and not any(result.error for result in results):
                self._cache[key] = sources.to_cache(lists)
        return lists

    def _cached(self, key: str, clouds: list[sources.Cloud]) -> list[list[dict[str, t.Any]]] | None:
        try:
            return sources.from_cache(self._cache.get(key), clouds)
        except (AnsibleError, TypeError, ValueError, RecursionError) as error:
            self.display.warning(f"Ignoring the inventory cache: {error}")
            return None

    # -- hosts

    def _candidates(
        self, clouds: list[sources.Cloud], lists: list[list[dict[str, t.Any]]]
    ) -> list[hosts.Candidate]:
        """Return the included hosts in an order that does not depend on that of the responses."""
        prefix, names = self.get_option("hostvars_prefix"), self._variable_names()
        candidates = []
        for cloud, rows in zip(clouds, lists):
            for row in sorted(rows, key=lambda row: (str(row["created_at"] or ""), str(row["id"]))):
                connection = mark_untrusted(row)
                facts = {**hosts.documented_facts(connection, names), "cloud": cloud.label}
                candidates.append(hosts.candidate(connection, facts, prefix))
        include, exclude = self.get_option("include"), self.get_option("exclude")
        if include:
            candidates = [one for one in candidates if self._any_true("include", one.variables)]
        if exclude:
            candidates = [one for one in candidates if not self._any_true("exclude", one.variables)]
        if self.get_option("host_per") == "peer_address":
            return hosts.by_gateway(candidates, prefix)
        return candidates

    def _variable_names(self) -> t.Container[str]:
        fields = self.get_option("fields")
        if fields is None:
            return hosts.DOCUMENTED
        resolved = set(CONNECTION.resolved) if self.get_option("resolve") else set()
        named = resolved & {*fields}
        return {"id", "edition", *fields, *(named or resolved)}

    def _any_true(self, option: str, variables: dict[str, t.Any]) -> bool:
        for condition in self.get_option(option):
            try:
                if self._compose(condition, variables):
                    return True
            except AnsibleError as error:
                raise AnsibleParserError(
                    f"Cannot evaluate the {option} condition {condition}: {error}"
                ) from None
        return False

    def _add_hosts(self, candidates: list[hosts.Candidate]) -> None:
        """Add the hosts with their variables and groups to the inventory."""
        self.inventory.add_group(hosts.GROUP)
        names = hosts.HostNames(
            self.inventory.hosts,
            {*C.LOCALHOST, *self.inventory.groups, *(self.get_option("groups") or {})},
            self.get_option("hostvars_prefix"),
        )
        # For each expression of `hostnames` the first error, or nothing once there was a value.
        self._hostname_errors: dict[str, str] = {}
        constructed = InventoryData()
        constructed.add_group(hosts.GROUP)
        for one in candidates:
            host = Host(names.choose(self._preferred_names(one), one))
            host.vars.update(one.variables)
            constructed.hosts[hosts.temporary_key(host.name)] = host
        self._construct(constructed)
        # A host named like a group would change that group, so names of hosts give way to them.
        names.reserved.update(constructed.groups)
        for one, host in zip(candidates, constructed.hosts.values()):
            if host.name in names.reserved:
                host.name = names.choose(self._preferred_names(one), one)
            self.inventory.add_host(host.name, hosts.GROUP)
            for variable, value in host.vars.items():
                self.inventory.set_variable(host.name, variable, value)
        hosts.add_groups(self.inventory, constructed.groups)
        self._warn_of_names(names)

    def _preferred_names(self, candidate: hosts.Candidate) -> t.Iterator[str]:
        """Yield what the entries of `hostnames` return for a host."""
        connection, variables = candidate
        for entry in self.get_option("hostnames"):
            if entry in connection:
                value = connection[entry]
            else:
                try:
                    value = self._compose(entry, variables)
                except AnsibleError as error:
                    self._hostname_errors.setdefault(entry, str(error))
                    continue  # because not every connection has everything
                self._hostname_errors[entry] = ""
            if isinstance(value, (str, int, float)):
                yield str(value)

    def _construct(self, constructed: InventoryData) -> None:
        """Let Ansible's own code add composed variables and groups to an inventory of the hosts."""
        compose, groups, keyed = map(self.get_option, ("compose", "groups", "keyed_groups"))
        if not (compose or groups or keyed):
            return
        strict = self.get_option("strict")
        inventory, self.inventory = self.inventory, constructed
        try:
            for key, host in constructed.hosts.items():
                variables = dict(host.vars)
                constructed.add_child(hosts.GROUP, key)
                self._set_composite_vars(compose, variables, key, strict=strict)
                self._add_host_to_composed_groups(groups, variables, key, strict=strict)
                self._add_host_to_keyed_groups(keyed, variables, key, strict=strict)
        except AnsibleError as error:
            raise AnsibleParserError(hosts.without_keys(str(error))) from None
        finally:
            self.inventory = inventory

    def _warn_of_names(self, names: hosts.HostNames) -> None:
        for entry, error in self._hostname_errors.items():
            if error:
                self.display.warning(
                    f"Cannot evaluate the hostnames entry {entry!r} for any host: {error}"
                )
        if names.renamed:
            self.display.warning(
                f"Another source has already defined {', '.join(names.renamed[:5])}"
                f"{' and others' if len(names.renamed) > 5 else ''}. "
                "Those hosts keep their variables; the connections have the names in parentheses."
            )


def _names_plugin(content: bytes) -> bool:
    return bool(
        re.search(rb"""^\W*plugin["']?\s*:\s*["']?otc\.vpn\.ipsec_connections\b""", content, re.M)
    )
