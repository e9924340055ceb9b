# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permissions and quotas, and what a server can be asked before a write request: the same on both."""

from __future__ import annotations

import typing as t

import pytest

from tests.contract.raw_project import ALGORITHMS, KINDS_IN_ORDER, PROJECT, RawProject, refused
from tests.contract.world import World
from tests.mock_api.scenario import KINDS

Row = dict[str, t.Any]


def test_reader_neither_sees_nor_writes(project: RawProject) -> None:
    body = {**ALGORITHMS, "name": "policy"}
    policy = project.create("ikepolicies", **body)
    answer = project.ask("POST", "ikepolicies", body=body, user="rolf")
    refused(answer, 403, "PolicyNotAuthorized", "create_ikepolicy")
    answer = project.ask("POST", "endpoint_groups", body={}, user="rolf")
    refused(answer, 400, "HTTPBadRequest")
    assert project.ids("ikepolicies", user="rolf") == []
    for method in ("GET", "PUT", "DELETE"):
        sent = {"name": "x"} if method == "PUT" else None
        answer = project.ask(method, "ikepolicies", policy["id"], sent, user="rolf")
        refused(answer, 404, "HTTPNotFound", "The resource could not be found.")


def test_rights_are_probed_by_group_without_endpoints(project: RawProject) -> None:
    probe = {"type": "cidr", "endpoints": []}
    answer = project.ask("POST", "endpoint_groups", body=probe)
    refused(answer, 400, "MissingEndpointForEndpointGroup")
    answer = project.ask("POST", "endpoint_groups", body=probe, user="rolf")
    refused(answer, 403, "PolicyNotAuthorized")


def test_other_projects_objects_are_not_found(project: RawProject) -> None:
    foreign = project.world.server.id_of("vpn-one", 0, "ikepolicies")
    for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        answer = project.ask(method, "ikepolicies", foreign, body)
        refused(answer, 404, "IKEPolicyNotFound")
    for change in ("ikepolicy_id", "vpnservice_id", "peer_ep_group_id"):
        kind = {
            "ikepolicy_id": "ikepolicies",
            "vpnservice_id": "vpnservices",
            "peer_ep_group_id": "endpoint_groups",
        }[change]
        body = project.tunnel(**{change: project.world.server.id_of("vpn-one", 0, kind)})
        answer = project.ask("POST", "ipsec_site_connections", body=body)
        refused(answer, 404, KINDS[kind].not_found[0])


def test_member_cannot_create_for_another_project(project: RawProject) -> None:
    other = project.world.server.project_id("vpn-one")
    body = {**ALGORITHMS, "project_id": other}
    answer = project.ask("POST", "ikepolicies", body=body)
    refused(answer, 400, "HTTPBadRequest", "Specifying 'project_id' other than")
    answer = project.ask("POST", "ikepolicies", body={**body, "tenant_id": "x"})
    refused(answer, 400, "HTTPBadRequest", "'project_id' and 'tenant_id' do not match")
    own = project.world.server.project_id(PROJECT)
    assert project.create("ikepolicies", **ALGORITHMS, project_id=own)["tenant_id"] == own


def test_administrator_sees_and_changes_every_project(project: RawProject) -> None:
    policy = project.create("ikepolicies", **ALGORITHMS, name="ike-v2-aes256")
    found = project.ask("GET", "ikepolicies", query=[("name", "ike-v2-aes256")], user="admin").json[
        "ikepolicies"
    ]
    projects = {row["project_id"] for row in found}
    assert {project.world.server.project_id(name) for name in (PROJECT, "vpn-one")} <= projects
    answer = project.ask("PUT", "ikepolicies", policy["id"], {"name": "changed"}, user="admin")
    assert answer.json["ikepolicy"]["name"] == "changed"
    own = project.create("ikepolicies", user="admin", **ALGORITHMS)
    assert own["project_id"] not in projects
    for object_id in (policy["id"], own["id"]):
        answer = project.ask("DELETE", "ikepolicies", object_id, user="admin")
        assert answer.status == 204


def test_administrator_creates_for_another_project(project: RawProject) -> None:
    owner = project.world.server.project_id(PROJECT)
    row = project.create("ikepolicies", user="admin", **ALGORITHMS, project_id=owner)
    assert project.ids("ikepolicies") == [row["id"]]


def test_policy_hides_psk_from_members(project: RawProject) -> None:
    body = project.tunnel()
    with project.world.policy("hide_psk"):
        row = project.create("ipsec_site_connections", **body)
        project.world.server.change_status(row["id"], "DOWN")
        change = {"psk": "not-for-logs-changed"}
        answer = project.ask("PUT", "ipsec_site_connections", row["id"], change)
        assert answer.status == 200
        rows = [
            row,
            answer.json["ipsec_site_connection"],
            project.get("ipsec_site_connections", row["id"]),
            *project.ask("GET", "ipsec_site_connections").json["ipsec_site_connections"],
        ]
        assert len(rows) == 4
        assert not any("psk" in row for row in rows)
    assert project.get("ipsec_site_connections", row["id"])["psk"] == "not-for-logs-changed"


def test_policy_that_denies_writing_is_403(project: RawProject) -> None:
    policy = project.create("ikepolicies", **ALGORITHMS)
    with project.world.policy("deny_write"):
        answers = [
            project.ask("POST", "ikepolicies", body=ALGORITHMS),
            project.ask("PUT", "ikepolicies", policy["id"], {"name": "x"}),
            project.ask("DELETE", "ikepolicies", policy["id"]),
        ]
    for answer in answers:
        refused(answer, 403, "PolicyNotAuthorized", "is disallowed by policy")


def test_policy_that_denies_reading_hides_what_is_created(project: RawProject) -> None:
    with project.world.policy("deny_read"):
        project.create("ikepolicies", **ALGORITHMS)
        assert project.ids("ikepolicies") == []
    assert len(project.ids("ikepolicies")) == 1


@pytest.mark.parametrize("kind", KINDS_IN_ORDER)
def test_quota_rejects_one_object_more(project: RawProject, kind: str) -> None:
    member = KINDS[kind].member
    tunnel = project.tunnel()
    bodies: dict[str, Row] = {
        "vpnservices": {"router_id": project.known("routers", "writing")},
        "ikepolicies": ALGORITHMS,
        "ipsecpolicies": ALGORITHMS,
        "endpoint_groups": {"type": "cidr", "endpoints": ["192.168.0.0/24"]},
        "ipsec_site_connections": tunnel,
    }
    project.world.server.set_quota(PROJECT, member, len(project.ids(kind)))
    try:
        answer = project.ask("POST", kind, body=bodies[kind])
        refused(answer, 409, "OverQuota", f"Quota exceeded for resources: ['{member}'].")
        details = project.world.ask(
            f"quotas/{project.world.server.project_id(PROJECT)}/details.json", user="wendy"
        )
        used = len(project.ids(kind))
        assert details.json["quota"][member].items() >= {"limit": used, "used": used}.items()
    finally:
        project.world.server.set_quota(PROJECT, member, -1)
    assert project.ask("POST", kind, body=bodies[kind]).status == 201


def test_extensions_name_vpn_service(world: World, token: str) -> None:
    answer = world.ask("extensions", token=token)
    assert {"vpnaas", "vpn-endpoint-groups"} <= {row["alias"] for row in answer.json["extensions"]}


def test_routers_are_listed(project: RawProject) -> None:
    answer = project.world.ask("routers", [("name", "writing")], user="wendy")
    (router,) = answer.json["routers"]
    assert router["id"] == project.known("routers", "writing")
    addresses = router["external_gateway_info"]["external_fixed_ips"]
    assert {row["ip_address"] for row in addresses} == {"203.0.113.50", "2001:db8:ffff::50"}
