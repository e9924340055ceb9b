# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing and removing objects: the same on the mock API server and on Neutron."""

from __future__ import annotations

import typing as t

import pytest

from tests.contract.raw_project import (
    ALGORITHMS,
    KINDS_IN_ORDER,
    PROJECT,
    UNKNOWN,
    RawProject,
    refused,
)
from tests.mock_api.scenario import KINDS

Row = dict[str, t.Any]

POLICY_KINDS = pytest.mark.parametrize("kind", ["ikepolicies", "ipsecpolicies"])


@POLICY_KINDS
def test_unused_policy_is_updated_in_part(project: RawProject, kind: str) -> None:
    row = project.create(kind, **ALGORITHMS, name="before", lifetime={"value": 7200})
    for change, wanted in (
        ({"name": "after"}, {"name": "after"}),
        ({"pfs": "group14"}, {"pfs": "group14"}),
        ({"lifetime": {"value": 60}}, {"lifetime": {"units": "seconds", "value": 60}}),
        ({"lifetime": None}, {}),
        ({"lifetime": {}}, {}),
        ({}, {}),
    ):
        row = {**row, **wanted}
        answer = project.ask("PUT", kind, row["id"], change)
        assert (answer.status, answer.json[KINDS[kind].member]) == (200, row), change
    assert project.get(kind, row["id"]) == row


def test_read_only_attribute_rejects_complete_update(project: RawProject) -> None:
    body = project.tunnel()
    project.create("ipsec_site_connections", **body)
    for kind, name, value in (
        ("vpnservices", "router_id", project.known("routers", "writing")),
        ("vpnservices", "tenant_id", project.world.server.project_id(PROJECT)),
        ("endpoint_groups", "endpoints", ["192.168.1.0/24"]),
        ("endpoint_groups", "type", "cidr"),
        ("ikepolicies", "id", body["ikepolicy_id"]),
        ("ipsec_site_connections", "ikepolicy_id", body["ikepolicy_id"]),
        ("ipsec_site_connections", "vpnservice_id", body["vpnservice_id"]),
        ("ipsec_site_connections", "status", "PENDING_CREATE"),
    ):
        object_id = project.ids(kind)[0]
        answer = project.ask("PUT", kind, object_id, {"name": "changed", name: value})
        refused(answer, 400, "HTTPBadRequest", f"Cannot update read-only attribute {name}")
        assert project.get(kind, object_id)["name"] == ""


@POLICY_KINDS
def test_policy_in_use_rejects_every_update(project: RawProject, kind: str) -> None:
    body = project.tunnel()
    project.create("ipsec_site_connections", **body)
    policy = body["ikepolicy_id" if kind == "ikepolicies" else "ipsecpolicy_id"]
    error = "IKEPolicyInUse" if kind == "ikepolicies" else "IPsecPolicyInUse"
    for change in ({"name": "x"}, {}):
        message = f"{policy} is in use by existing IPsecSiteConnection"
        refused(project.ask("PUT", kind, policy, change), 409, error, message)


def test_pending_object_rejects_every_update(project: RawProject) -> None:
    body = project.tunnel()
    connection = project.create("ipsec_site_connections", **body)
    for kind, object_id in (
        ("ipsec_site_connections", connection["id"]),
        ("vpnservices", body["vpnservice_id"]),
    ):
        for change in ({"name": "x"}, {}):
            answer = project.ask("PUT", kind, object_id, change)
            refused(answer, 400, "VPNStateInvalidToUpdate", "Invalid state PENDING_CREATE")
    answer = project.ask("PUT", "ipsec_site_connections", connection["id"], {"mtu": 1})
    refused(answer, 400, "IPsecSiteConnectionMtuError")


def test_connection_is_updated_in_part_and_keeps_its_status(project: RawProject) -> None:
    row = project.create("ipsec_site_connections", **project.tunnel())
    for status in ("DOWN", "ERROR", "ACTIVE"):
        project.world.server.change_status(row["id"], status)
        row["status"] = status
        answer = project.ask("PUT", "ipsec_site_connections", row["id"], {"name": status})
        assert answer.json["ipsec_site_connection"] == {**row, "name": status}
    for change, wanted in (
        ({"name": "after", "description": "new"}, {"name": "after", "description": "new"}),
        ({"psk": "not-for-logs-new"}, {"psk": "not-for-logs-new"}),
        (
            {"dpd": {"action": "clear"}},
            {"dpd": {"action": "clear", "interval": 30, "timeout": 120}},
        ),
        (
            {"dpd": {"interval": 20, "timeout": 60}},
            {"dpd": {"action": "clear", "interval": 20, "timeout": 60}},
        ),
        ({"dpd": {}}, {}),
        ({"dpd": None}, {}),
        ({"admin_state_up": False, "mtu": 1400}, {"admin_state_up": False, "mtu": 1400}),
        ({"peer_address": "198.51.100.2", "peer_id": "@x"}, None),
        ({"initiator": "response-only", "local_id": "@y"}, None),
        ({}, {}),
    ):
        row = {**row, **(change if wanted is None else wanted)}
        answer = project.ask("PUT", "ipsec_site_connections", row["id"], change)
        assert (answer.status, answer.json.get("ipsec_site_connection")) == (200, row), change
    answer = project.ask("PUT", "ipsec_site_connections", row["id"], {"dpd": {"timeout": 20}})
    refused(answer, 400, "IPsecSiteConnectionDpdIntervalValueError")
    assert project.get("ipsec_site_connections", row["id"]) == row


def test_service_is_updated_once_it_is_not_pending(project: RawProject) -> None:
    service = project.create("vpnservices", router_id=project.known("routers", "writing"))
    project.world.server.change_status(service["id"], "ACTIVE")
    change = {"name": "after", "description": "new", "admin_state_up": False}
    answer = project.ask("PUT", "vpnservices", service["id"], change)
    assert answer.json["vpnservice"] == {**service, **change, "status": "ACTIVE"}


def test_networks_are_changed_by_replacing_group(project: RawProject) -> None:
    body = project.tunnel()
    connection = project.create("ipsec_site_connections", **body)
    project.world.server.change_status(connection["id"], "ACTIVE")
    new = project.cidrs("192.168.1.0/24", "192.168.2.0/24")
    change = {"peer_ep_group_id": new}
    answer = project.ask("PUT", "ipsec_site_connections", connection["id"], change)
    assert answer.json["ipsec_site_connection"].items() >= {**change, "status": "ACTIVE"}.items()
    assert project.ask("DELETE", "endpoint_groups", body["peer_ep_group_id"]).status == 204
    answer = project.ask(
        "PUT", "ipsec_site_connections", connection["id"], {"peer_cidrs": ["::/0"]}
    )
    refused(answer, 400, "PeerCidrsInvalid")


def test_used_object_is_not_removed(project: RawProject) -> None:
    body = project.tunnel()
    project.create("ipsec_site_connections", **body)
    for kind, name, status, error in (
        ("vpnservices", "vpnservice_id", 409, "VPNServiceInUse"),
        ("ikepolicies", "ikepolicy_id", 409, "IKEPolicyInUse"),
        ("ipsecpolicies", "ipsecpolicy_id", 409, "IPsecPolicyInUse"),
        ("endpoint_groups", "local_ep_group_id", 400, "EndpointGroupInUse"),
        ("endpoint_groups", "peer_ep_group_id", 400, "EndpointGroupInUse"),
    ):
        refused(project.ask("DELETE", kind, body[name]), status, error, body[name])


@pytest.mark.parametrize("kind", KINDS_IN_ORDER)
def test_unknown_object_is_not_found(project: RawProject, kind: str) -> None:
    error, message = KINDS[kind].not_found
    for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        answer = project.ask(method, kind, UNKNOWN, body)
        refused(answer, 404, error, message.format(UNKNOWN))


def test_removed_objects_disappear(project: RawProject) -> None:
    body = project.tunnel()
    connection = project.create("ipsec_site_connections", **body)
    removed = [
        ("ipsec_site_connections", connection["id"]),
        ("endpoint_groups", body["local_ep_group_id"]),
        ("endpoint_groups", body["peer_ep_group_id"]),
        ("ikepolicies", body["ikepolicy_id"]),
        ("ipsecpolicies", body["ipsecpolicy_id"]),
        ("vpnservices", body["vpnservice_id"]),
    ]
    for kind, object_id in removed:
        answer = project.ask("DELETE", kind, object_id)
        assert (answer.status, answer.json) == (204, None)
        assert project.ask("GET", kind, object_id).status == 404
    assert not any(project.ids(kind) for kind in KINDS_IN_ORDER)
