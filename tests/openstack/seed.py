# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put users, projects and the scenario's objects into the servers, through their own APIs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.mock_api.scenario import KINDS, Row

from .client import Client
from .configuration import NEUTRON_PASSWORD
from .servers import write_status

# Attributes of the scenario that no API call takes.
NOT_SENT = ("otc", "status")

# By collection, the id and name of each object.
Objects = dict[str, list[dict[str, str]]]


def everything(admin: Client, database: Path, scenario: Row) -> dict[str, Any]:
    """Create everything in the scenario; return what `Servers` tells of it."""
    project_ids = users_and_projects(admin, scenario)
    users = {
        user["name"]: {"password": user["password"], "project": next(iter(user["roles"]))}
        for user in scenario["users"]
    }
    credentials = {
        user["name"]: application_credential(
            Client(admin.auth_url, admin.url, user["name"], **users[user["name"]]),
            user["application_credential"],
        )
        for user in scenario["users"]
        if "application_credential" in user
    }
    external = external_network(admin, scenario["external_network"])
    projects = {
        project["name"]: {
            "id": project_ids[project["name"]],
            "objects": project_objects(
                admin, database, project_ids[project["name"]], external, project
            ),
        }
        for project in scenario["projects"]
    }
    return {"users": users, "application_credentials": credentials, "projects": projects}


def users_and_projects(admin: Client, scenario: Row) -> dict[str, str]:
    """Create them with their roles; return the projects' ids by name."""
    roles = {role["name"]: role["id"] for role in admin.identity("GET", "roles")["roles"]}
    projects = {}
    for name in ["service", *(project["name"] for project in scenario["projects"])]:
        body = {"project": {"name": name, "domain_id": "default"}}
        projects[name] = admin.identity("POST", "projects", body)["project"]["id"]
    neutron = {
        "name": "neutron",
        "password": NEUTRON_PASSWORD,
        "roles": {"service": ["admin", "service"]},
    }
    users: list[Row] = [neutron, *scenario["users"]]
    for user in users:
        login = {"name": user["name"], "password": user["password"], "domain_id": "default"}
        user_id = admin.identity("POST", "users", {"user": login})["user"]["id"]
        for project, names in user["roles"].items():
            for name in names:
                grant = f"projects/{projects[project]}/users/{user_id}/roles/{roles[name]}"
                admin.identity("PUT", grant)
    return projects


def application_credential(user: Client, wanted: dict[str, str]) -> dict[str, str]:
    """Create it; return its id, name and secret."""
    user_id = user.password.get_user_id(user.session)
    path = f"users/{user_id}/application_credentials"
    created = user.identity("POST", path, {"application_credential": wanted})
    return {"id": created["application_credential"]["id"], **wanted}


def catalog(admin: Client, auth_url: str, urls: dict[str, str]) -> None:
    """Make the catalog name Keystone, and Neutron by region, at these addresses."""
    services = {row["type"]: row["id"] for row in admin.identity("GET", "services")["services"]}
    regions = {row["id"] for row in admin.identity("GET", "regions")["regions"]}
    endpoints = {
        (row["service_id"], row["region_id"]): row
        for row in admin.identity("GET", "endpoints")["endpoints"]
    }
    for kind, name in (("identity", "keystone"), ("network", "neutron")):
        if kind not in services:
            body = {"service": {"type": kind, "name": name}}
            services[kind] = admin.identity("POST", "services", body)["service"]["id"]
    wanted = {("network", region): url for region, url in urls.items()}
    wanted["identity", next(iter(urls))] = auth_url
    for (kind, region), url in wanted.items():
        if region not in regions:
            admin.identity("POST", "regions", {"region": {"id": region}})
            regions.add(region)
        present = endpoints.get((services[kind], region))
        if present is None:
            endpoint = {"service_id": services[kind], "region_id": region, "interface": "public"}
            admin.identity("POST", "endpoints", {"endpoint": endpoint | {"url": url}})
        elif present["url"] != url:
            admin.identity("PATCH", f"endpoints/{present['id']}", {"endpoint": {"url": url}})


def external_network(admin: Client, wanted: Row) -> str:
    """Create the network behind which the gateways are; return its id."""
    network = admin.create(
        "networks",
        **{
            "name": wanted["name"],
            "router:external": True,
            "provider:network_type": "flat",
            "provider:physical_network": "physical",
        },
    )
    for subnet in wanted["subnets"]:
        admin.create("subnets", network_id=network["id"], enable_dhcp=False, **subnet)
    return str(network["id"])


def project_objects(
    admin: Client, database: Path, project_id: str, external_network_id: str, project: Row
) -> Objects:
    """Create a project's objects; return the id and name of each by collection, in order.

    The administrator creates them for the project: only he may choose a gateway's addresses.
    """
    made: Objects = {}
    statuses: dict[str, str] = {}

    def create(collection: str, **attributes: Any) -> str:
        row = admin.create(collection, project_id=project_id, **attributes)
        made.setdefault(collection, []).append({"id": row["id"], "name": row["name"]})
        return str(row["id"])

    def id_of(collection: str, name: str) -> str:
        return next(row["id"] for row in made[collection] if row["name"] == name)

    for network in project.get("networks", []):
        network_id = create("networks", name=network["name"])
        for subnet in network["subnets"]:
            create("subnets", network_id=network_id, enable_dhcp=False, **subnet)
    for router in project.get("routers", []):
        addresses = [{"ip_address": address} for address in router["external_fixed_ips"]]
        gateway = {"network_id": external_network_id, "external_fixed_ips": addresses}
        connected: Row = {"external_gateway_info": gateway} if addresses else {}
        router_id = create("routers", name=router["name"], **connected)
        for name in router["subnets"]:
            interface = {"subnet_id": id_of("subnets", name)}
            admin.network("PUT", f"routers/{router_id}/add_router_interface", interface)
    for collection, kind in KINDS.items():
        if collection in ("subnets", "routers"):
            continue
        for item in project.get(collection, []):
            sent = {name: value for name, value in item.items() if name not in NOT_SENT}
            for reference, referred in kind.references.items():
                if reference in sent:
                    sent[f"{reference}_id"] = id_of(referred, sent.pop(reference))
            if sent.get("type") == "subnet":
                sent["endpoints"] = [id_of("subnets", name) for name in sent["endpoints"]]
            object_id = create(collection, **sent)
            if "status" in item:
                statuses[object_id] = item["status"]
    write_status(database, statuses)
    return made
