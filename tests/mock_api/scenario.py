# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that the endpoint holds: `tests/scenario.yml` as API rows, and made-up bulk."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .enterprise_scenario import COLLECTIONS as ENTERPRISE_COLLECTIONS
from .enterprise_scenario import enterprise_rows

Row = dict[str, Any]

SCENARIO = Path(__file__).resolve().parents[1] / "scenario.yml"

BULK_PROJECT = "vpn-bulk"

# Not in the file, because a real Keystone has it from the start.
ADMIN = {"name": "admin", "password": "adminpw", "roles": {"admin": ["admin", "member", "reader"]}}

# Open Telekom Cloud's words for the algorithms of Neutron.
OTC_ALGORITHMS = {"sha256": "sha2-256", "sha384": "sha2-384", "sha512": "sha2-512"}


@dataclass(frozen=True)
class Kind:
    """One kind of objects: where it is served and what its rows look like.

    `attributes` are Neutron's, with the value of a new object; `otc` those that Open Telekom
    Cloud has besides. `references` are attributes that hold an id of the named collection.
    `hidden` says that Neutron's policy hides the kind from users who are mere readers.
    """

    path: str
    member: str
    not_found: tuple[str, str]
    attributes: Row
    otc: Row = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    hidden: bool = True


_LIFETIME = {"units": "seconds", "value": 3600}
_BILLING = {"order_id": "", "product_id": ""}

KINDS: dict[str, Kind] = {
    "subnets": Kind(
        path="subnets",
        member="subnet",
        not_found=("SubnetNotFound", "Subnet {} could not be found."),
        attributes={
            "name": "",
            "description": "",
            "network_id": None,
            "ip_version": 4,
            "cidr": "",
            "gateway_ip": None,
            "enable_dhcp": True,
        },
        hidden=False,
    ),
    "routers": Kind(
        path="routers",
        member="router",
        not_found=("RouterNotFound", "Router {} could not be found"),
        attributes={
            "name": "",
            "description": "",
            "admin_state_up": True,
            "status": "ACTIVE",
            "external_gateway_info": None,
            "routes": [],
        },
        hidden=False,
    ),
    "vpnservices": Kind(
        path="vpn/vpnservices",
        member="vpnservice",
        not_found=("VPNServiceNotFound", "VPNService {} could not be found"),
        attributes={
            "name": "",
            "description": "",
            "subnet_id": None,
            "router_id": None,
            "flavor_id": None,
            "admin_state_up": True,
            "status": "ACTIVE",
            "external_v4_ip": None,
            "external_v6_ip": None,
        },
        otc={**_BILLING, "prepay_connection_num": 0, "tags": [], "resource_speccode": ""},
        references={"subnet": "subnets", "router": "routers"},
    ),
    "ikepolicies": Kind(
        path="vpn/ikepolicies",
        member="ikepolicy",
        not_found=("IKEPolicyNotFound", "IKEPolicy {} could not be found"),
        attributes={
            "name": "",
            "description": "",
            "auth_algorithm": "sha1",
            "encryption_algorithm": "aes-128",
            "phase1_negotiation_mode": "main",
            "lifetime": _LIFETIME,
            "ike_version": "v1",
            "pfs": "group5",
        },
    ),
    "ipsecpolicies": Kind(
        path="vpn/ipsecpolicies",
        member="ipsecpolicy",
        not_found=("IPsecPolicyNotFound", "IPsecPolicy {} could not be found"),
        attributes={
            "name": "",
            "description": "",
            "transform_protocol": "esp",
            "auth_algorithm": "sha1",
            "encryption_algorithm": "aes-128",
            "encapsulation_mode": "tunnel",
            "lifetime": _LIFETIME,
            "pfs": "group5",
        },
    ),
    "endpoint_groups": Kind(
        path="vpn/endpoint-groups",
        member="endpoint_group",
        not_found=("VPNEndpointGroupNotFound", "Endpoint group {} could not be found"),
        attributes={"name": "", "description": "", "type": "cidr", "endpoints": []},
    ),
    "ipsec_site_connections": Kind(
        path="vpn/ipsec-site-connections",
        member="ipsec_site_connection",
        not_found=("IPsecSiteConnectionNotFound", "ipsec_site_connection {} not found"),
        attributes={
            "name": "",
            "description": "",
            "peer_address": "",
            "peer_id": "",
            "local_id": "",
            "route_mode": "static",
            "mtu": 1500,
            "auth_mode": "psk",
            "psk": "",
            "initiator": "bi-directional",
            "dpd": {"action": "hold", "interval": 30, "timeout": 120},
            "admin_state_up": True,
            "status": "PENDING_CREATE",
            "vpnservice_id": None,
            "ikepolicy_id": None,
            "ipsecpolicy_id": None,
            "peer_cidrs": [],
            "local_ep_group_id": None,
            "peer_ep_group_id": None,
        },
        otc={**_BILLING, "tags": []},
        references={
            "vpnservice": "vpnservices",
            "ikepolicy": "ikepolicies",
            "ipsecpolicy": "ipsecpolicies",
            "local_ep_group": "endpoint_groups",
            "peer_ep_group": "endpoint_groups",
        },
    ),
}


def stable_id(project: str, collection: str, position: int) -> str:
    """Return the id of the object at a position (from 0) of a project's list: always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{project}/{collection}/{position}"))


def stable_hex(what: str, name: str) -> str:
    """Return the id of a user, project or credential: 32 hexadecimal digits, as Keystone's."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{what}/{name}").hex


class Scenario:
    """All users, projects and rows; the rows of a collection stay in the scenario's order."""

    def __init__(
        self, flavor: str, bulk_connections: int, bulk_enterprise_connections: int = 0
    ) -> None:
        content = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
        self.flavor = flavor
        self.region: str = content["region"]
        self.users: dict[str, Row] = {user["name"]: user for user in [*content["users"], ADMIN]}
        projects = [*content["projects"], {"name": "admin"}]
        self._projects: dict[str, Row] = {item["name"]: item for item in projects}
        self._projects[BULK_PROJECT] |= _bulk(bulk_connections)
        self.project_ids = {name: stable_hex("project", name) for name in self._projects}
        # The subnets that each router has an interface in, by IDs.
        self.interfaces: dict[str, set[str]] = {}
        self._made: dict[tuple[str, str], list[Row]] = {}
        for name, project in self._projects.items():
            for collection, rows in self._rows_of(project).items():
                self._made[name, collection] = rows
        # Enterprise Edition VPN has its own kinds. Log entries are by connection.
        enterprise, self.enterprise_logs = enterprise_rows(
            BULK_PROJECT, bulk_enterprise_connections
        )
        for name in self._projects:
            for collection in ENTERPRISE_COLLECTIONS:
                self._made[name, collection] = enterprise.get((name, collection), [])
        self.version = 0
        self._rows = dict(self._made)

    def rows(self, project: str, collection: str) -> list[Row]:
        """Return the rows of a project's collection, as its list call shows them."""
        return self._rows[project, collection]

    def all_rows(self, collection: str) -> list[Row]:
        """Return the rows of every project's collection."""
        return [row for project in self.project_ids for row in self._rows[project, collection]]

    def add(self, project: str, collection: str, attributes: Row) -> Row:
        """Return a new object of a project: its attributes replace those of a new one."""
        kind = KINDS[collection]
        rows = self._rows[project, collection]
        row = {"id": str(uuid.uuid4()), **copy.deepcopy(kind.attributes), **attributes}
        row["project_id"] = row["tenant_id"] = self.project_ids[project]
        if self.flavor == "otc":
            _as_otc(row, kind, len(rows), {})
        self._rows[project, collection] = [*rows, row]
        self.version += 1
        return row

    def change(self, object_id: str, attributes: Row | None) -> None:
        """Set some attributes of the object with this id, or remove it (None).

        Raises KeyError where there is no such object.
        """
        for key, rows in self._rows.items():
            if any(row["id"] == object_id for row in rows):
                # New lists and rows: an answer under way keeps the old ones.
                changed = [
                    row | (attributes or {}) if row["id"] == object_id else row for row in rows
                ]
                if attributes is None:
                    changed = [row for row in rows if row["id"] != object_id]
                self._rows[key] = changed
                self.version += 1
                return
        raise KeyError(object_id)

    def restore(self) -> None:
        """Undo every change."""
        self._rows = dict(self._made)
        self.version += 1

    def _rows_of(self, project: Row) -> dict[str, list[Row]]:
        name = project["name"]
        items: dict[str, list[Row]] = {key: project.get(key, []) for key in KINDS}
        items["subnets"] = [
            subnet | {"network_id": stable_id(name, "networks", position)}
            for position, network in enumerate(project.get("networks", []))
            for subnet in network["subnets"]
        ]
        ids = {
            collection: {
                item["name"]: stable_id(name, collection, position)
                for position, item in enumerate(items[collection])
            }
            for collection in items
        }
        for router in items["routers"]:
            interfaces = {ids["subnets"][subnet] for subnet in router.get("subnets", [])}
            self.interfaces[ids["routers"][router["name"]]] = interfaces
        gateways = {router["name"]: router["external_fixed_ips"] for router in items["routers"]}
        return {
            collection: [
                self._row(collection, name, position, item, ids, gateways)
                for position, item in enumerate(items[collection])
            ]
            for collection in KINDS
        }

    def _row(
        self,
        collection: str,
        project: str,
        position: int,
        item: Row,
        ids: dict[str, dict[str, str]],
        gateways: dict[str, list[str]],
    ) -> Row:
        kind = KINDS[collection]
        row: Row = {"id": stable_id(project, collection, position)}
        row |= copy.deepcopy(kind.attributes)
        for attribute, value in item.items():
            if attribute in kind.references:
                row[f"{attribute}_id"] = ids[kind.references[attribute]][value]
            elif attribute == "external_fixed_ips":
                row["external_gateway_info"] = _gateway(value)
            elif attribute not in ("otc", "subnets"):
                row[attribute] = value
        if collection == "vpnservices":
            row["external_v4_ip"], row["external_v6_ip"] = gateways[item["router"]]
        if row.get("type") == "subnet":
            row["endpoints"] = [ids["subnets"][name] for name in row["endpoints"]]
        row["project_id"] = row["tenant_id"] = stable_hex("project", project)
        if self.flavor == "otc":
            _as_otc(row, kind, position, item.get("otc", {}))
        return row


def _gateway(addresses: list[str | None]) -> Row | None:
    """Return a router's gateway with an IPv4 and an IPv6 address; None if it has no address."""
    fixed_ips = [
        {"subnet_id": stable_id("admin", "external", position), "ip_address": address}
        for position, address in enumerate(addresses)
        if address is not None
    ]
    if not fixed_ips:
        return None
    network_id = stable_id("admin", "networks", 0)
    return {"network_id": network_id, "enable_snat": True, "external_fixed_ips": fixed_ips}


def _as_otc(row: Row, kind: Kind, position: int, extra: Row) -> None:
    """Turn a row of Neutron's into one of Open Telekom Cloud's, in place."""
    row.pop("local_id", None)
    row.pop("flavor_id", None)
    # The documents show tenant_id only; answers that were seen have both: so each second row.
    if position % 2 == 0:
        del row["project_id"]
    if "auth_algorithm" in row:
        row["auth_algorithm"] = OTC_ALGORITHMS.get(row["auth_algorithm"], row["auth_algorithm"])
    if kind.otc:
        row |= copy.deepcopy(kind.otc)
        row["created_at"] = f"2025-03-{1 + position % 28:02} 08:{position % 60:02}:35.921257"
    row |= extra


def _bulk(count: int) -> Row:
    """Return a project in the scenario's format with `count` connections (none: an empty one).

    The connections are spread over services, policies and endpoint groups, so that each kind
    is referred to; one in four is of the old style with `peer_cidrs`.
    """
    if not count:
        return {}
    spread = range(4)
    subnets = [{"name": f"subnet-{i}", "ip_version": 4, "cidr": f"10.{i}.0.0/16"} for i in range(8)]
    groups = [
        {"name": f"cloud-{i}", "type": "subnet", "endpoints": [f"subnet-{i}", f"subnet-{i + 4}"]}
        for i in spread
    ] + [
        {"name": f"remote-{i}", "type": "cidr", "endpoints": [f"172.{16 + i}.0.0/16"]}
        for i in range(8)
    ]
    return {
        "networks": [{"name": "bulk", "subnets": subnets}],
        "routers": [
            {"name": f"router-{i}", "external_fixed_ips": [f"203.0.113.{100 + i}", None]}
            for i in spread
        ],
        "vpnservices": [
            {"name": f"service-{i}", "router": f"router-{i}"}
            | ({"subnet": "subnet-0"} if i == 3 else {})
            for i in spread
        ],
        "ikepolicies": [
            {"name": f"ike-{i}", "ike_version": "v2", "auth_algorithm": "sha256", "pfs": "group14"}
            for i in spread
        ],
        "ipsecpolicies": [
            {"name": f"ipsec-{i}", "auth_algorithm": "sha256", "pfs": "group14"} for i in spread
        ],
        "endpoint_groups": groups,
        "ipsec_site_connections": [_bulk_connection(i) for i in range(count)],
    }


def _bulk_connection(i: int) -> Row:
    # 198.18.0.0/15 is the address range for benchmarks.
    address = f"198.{18 + i // 65536 % 2}.{i // 256 % 256}.{i % 256}"
    networks = (
        {"peer_cidrs": [f"10.{100 + i // 256 % 100}.{i % 256}.0/24"]}
        if i % 4 == 3
        else {"local_ep_group": f"cloud-{i % 4}", "peer_ep_group": f"remote-{i % 8}"}
    )
    return {
        "name": f"bulk-{i:05}",
        "description": f"bulk connection {i}",
        "status": ("ACTIVE", "ACTIVE", "DOWN", "ERROR")[i // 4 % 4],
        "peer_address": address,
        "peer_id": address,
        "psk": f"not-for-logs-{i:05}",
        "vpnservice": f"service-{i % 4}",
        "ikepolicy": f"ike-{i // 2 % 4}",
        "ipsecpolicy": f"ipsec-{i // 3 % 4}",
        "otc": {"tags": [{"key": "site", "value": f"site-{i % 50}"}]},
    } | networks
