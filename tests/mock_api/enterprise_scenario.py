# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of Enterprise Edition VPN: `tests/enterprise.yml` as API rows, and made-up bulk."""

from __future__ import annotations

import copy
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, Any]
# By project and collection, as the scenario has them.
Rows = dict[tuple[str, str], list[Row]]

ENTERPRISE = Path(__file__).resolve().parents[1] / "enterprise.yml"

COLLECTIONS = ("vpn_gateways", "customer_gateways", "vpn_connections", "connection_monitors")
# What the file says about an object, and no server sends.
NOT_SENT = {
    "address",
    "customer_gateway",
    "deprecated_eips",
    "eips",
    "gateway",
    "has_log",
    "log",
    "monitored",
    "vpc",
    "without",
}
_START = datetime(2025, 11, 1, 12, tzinfo=UTC)


def object_id(project: str, collection: str, name: str | int) -> str:
    """Return the ID of an object: always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{project}/{collection}/{name}"))


def enterprise_rows(bulk_project: str, bulk_connections: int) -> tuple[Rows, dict[str, list[Row]]]:
    """Return the rows by project and collection, and the log entries by connection.

    A connection whose gateway does not support logs has no list of entries.
    """
    projects = yaml.safe_load(ENTERPRISE.read_text(encoding="utf-8"))["projects"]
    if bulk_connections:
        projects.append({"name": bulk_project, **_bulk(bulk_connections)})
    rows: Rows = {}
    logs: dict[str, list[Row]] = {}
    for project in projects:
        name = project["name"]
        gateways = [
            _gateway(name, position, item) for position, item in enumerate(project["vpn_gateways"])
        ]
        customers = [
            _timed({"id": object_id(name, "customer_gateways", position)}, position, item)
            for position, item in enumerate(project["customer_gateways"])
        ]
        for row in customers:
            row.setdefault("updated_at", row["created_at"])
        connections = []
        monitors = []
        with_log = {item["name"] for item in project["vpn_gateways"] if item.get("has_log", True)}
        gateways_by_name = {row["name"]: row for row in gateways}
        customers_by_name = {row["name"]: row for row in customers}
        for position, item in enumerate(project["vpn_connections"]):
            gateway = gateways_by_name[item["gateway"]]
            customer = customers_by_name[item["customer_gateway"]]
            row = _connection(name, position, item, gateway, customer)
            connections.append(row)
            if item.get("monitored"):
                monitors.append(
                    _monitor(name, row, _address(gateway, item["address"])[1], customer)
                )
            if item["gateway"] in with_log:
                logs[row["id"]] = [_entry(*entry) for entry in item.get("log", ())]
        for row in gateways:
            used = [connection["vgw_id"] for connection in connections].count(row["id"])
            row["used_connection_number"] = used
            row["used_connection_group"] = (used + 1) // 2
        objects = (gateways, customers, connections, monitors)
        rows |= {
            (name, collection): _sent(collection, project, found)
            for collection, found in zip(COLLECTIONS, objects, strict=True)
        }
    return rows, logs


def _sent(collection: str, project: Row, rows: list[Row]) -> list[Row]:
    """Return rows without the fields that the file leaves out."""
    items = project.get(collection, [{}] * len(rows))
    return [
        {key: value for key, value in row.items() if key not in item.get("without", ())}
        for row, item in zip(rows, items, strict=True)
    ]


def _timed(row: Row, position: int, item: Row) -> Row:
    """Return a row with the item's attributes, and its time of creation."""
    created = (_START - timedelta(seconds=position, milliseconds=position % 7)).isoformat(
        timespec="milliseconds"
    )
    row |= {key: copy.deepcopy(value) for key, value in item.items() if key not in NOT_SENT}
    row.setdefault("created_at", created.replace("+00:00", "Z"))
    row.setdefault("updated_at", row["created_at"])
    return row


def _gateway(project: str, position: int, item: Row) -> Row:
    row = _timed({"id": object_id(project, "vpn_gateways", position)}, position, item)
    if "vpc" in item:
        row["vpc_id"] = object_id(project, "vpcs", item["vpc"])
        row["connect_subnet"] = object_id(project, "subnets", item["vpc"])
    names = {"eips": ("eip1", "eip2"), "deprecated_eips": ("master_eip", "slave_eip")}
    for key, fields in names.items():
        for field, address in zip(fields, item.get(key, ()), strict=False):
            row[field] = {
                "id": object_id(row["id"], "eips", field),
                "ip_version": 4,
                "type": "5_bgp",
                "ip_address": address,
                "charge_mode": "bandwidth",
                "bandwidth_id": object_id(row["id"], "bandwidths", field),
                "bandwidth_size": 300,
                "bandwidth_name": f"vpngw-bandwidth-{field}",
            }
    row["access_vpc_id"] = row.get("vpc_id", object_id(project, "vpcs", "access"))
    row["access_subnet_id"] = object_id(project, "subnets", "access")
    return row


def _connection(project: str, position: int, item: Row, gateway: Row, customer: Row) -> Row:
    row = _timed({"id": object_id(project, "vpn_connections", position)}, position, item)
    identifier, address = _address(gateway, item["address"])
    row |= {"vgw_id": gateway["id"], "vgw_ip": identifier, "cgw_id": customer["id"]}
    row["ikepolicy"] = {"local_id": address, "peer_id": customer["id_value"], **row["ikepolicy"]}
    if item.get("monitored"):
        row["connection_monitor_id"] = object_id(project, "connection_monitors", row["id"])
    return row


def _address(gateway: Row, number: int) -> tuple[str, str]:
    """Return what a connection has in `vgw_ip` for one of the gateway's addresses, and that."""
    private = gateway.get(f"access_private_ip_{number}")
    if private:
        return private, private
    eip = gateway.get(f"eip{number}") or gateway[("master_eip", "slave_eip")[number - 1]]
    return eip["id"], eip["ip_address"]


def _monitor(project: str, connection: Row, address: str, customer: Row) -> Row:
    return {
        "id": object_id(project, "connection_monitors", connection["id"]),
        "status": "ACTIVE",
        "vpn_connection_id": connection["id"],
        "type": "gateway",
        "source_ip": address,
        "destination_ip": customer["id_value"],
        "proto_type": "icmp",
    }


def _entry(age: int, reason: str) -> Row:
    """Return a log entry that is so many seconds older than the newest connection."""
    moment = _START - timedelta(seconds=age)
    message = (
        f"{moment.isoformat(timespec='microseconds')} host ipsec_ike[30085]: IPSec tunnel "
        f"negotiation fails. (PeerAddress=[198.51.100.1], Reason=[{reason}])"
    )
    return {"time": int(moment.timestamp()), "raw_message": message}


def _bulk(count: int) -> Row:
    """Return a project in the file's format with `count` connections, in pairs."""
    gateway = {"network_type": "public", "status": "ACTIVE", "attachment_type": "vpc"}
    gateways = [
        {
            **gateway,
            "name": f"gateway-{i}",
            "eips": [f"203.0.113.{100 + 2 * i}", f"203.0.113.{101 + 2 * i}"],
            "vpc": f"vpc-{i}",
            "local_subnets": [f"10.{i}.0.0/16"],
            "ha_mode": "active-active",
        }
        for i in range(16)
    ]
    customers = [
        {
            "name": f"customer-{i:05}",
            "id_type": "ip",
            "id_value": f"198.{18 + i // 65536 % 2}.{i // 256 % 256}.{i % 256}",
        }
        for i in range((count + 1) // 2)
    ]
    return {
        "vpn_gateways": gateways,
        "customer_gateways": customers,
        "vpn_connections": [_bulk_connection(i) for i in range(count)],
    }


def _bulk_connection(i: int) -> Row:
    pair = i // 2
    algorithms = {
        "authentication_algorithm": "sha2-256",
        "encryption_algorithm": "aes-256-gcm-16",
    }
    return {
        "name": f"bulk-{i:05}",
        "status": ("ACTIVE", "ACTIVE", "ACTIVE", "DOWN")[i % 4],
        "gateway": f"gateway-{pair % 16}",
        "address": 1 + i % 2,
        "customer_gateway": f"customer-{pair:05}",
        "style": "STATIC",
        "peer_subnets": [f"10.{100 + pair // 256 % 100}.{pair % 256}.0/24"],
        "tunnel_local_address": "169.254.1.1/30",
        "tunnel_peer_address": "169.254.1.2/30",
        "enable_nqa": False,
        "ha_role": "master",
        "ikepolicy": {
            **algorithms,
            "ike_version": "v2",
            "dh_group": "group20",
            "authentication_method": "pre-share",
            "lifetime_seconds": 86400,
            "local_id_type": "ip",
            "peer_id_type": "ip",
            "dpd": {"timeout": 15, "interval": 30, "msg": "seq-hash-notify"},
        },
        "ipsecpolicy": {
            **algorithms,
            "pfs": "group20",
            "transform_protocol": "esp",
            "lifetime_seconds": 3600,
            "encapsulation_mode": "tunnel",
        },
        "enterprise_project_id": "0",
        "tags": [{"key": "site", "value": f"site-{pair % 50}"}],
    }
