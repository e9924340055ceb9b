# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating objects: the same on the mock API server and on Neutron."""

from __future__ import annotations

import typing as t

import pytest

from tests.contract.raw_project import ALGORITHMS, PROJECT, UNKNOWN, RawProject, refused
from tests.mock_api.scenario import KINDS

Row = dict[str, t.Any]

POLICY_KINDS = pytest.mark.parametrize("kind", ["ikepolicies", "ipsecpolicies"])


def test_new_objects_have_defaults(project: RawProject) -> None:
    needs: dict[str, Row] = {
        "vpnservices": {"router_id": project.known("routers", "writing")},
        "ikepolicies": ALGORITHMS,
        "ipsecpolicies": ALGORITHMS,
        "endpoint_groups": {"type": "cidr", "endpoints": ["192.168.0.0/24"]},
        "ipsec_site_connections": project.tunnel(),
    }
    lifetime = {"units": "seconds", "value": 3600}
    policy = {**ALGORITHMS, "pfs": "group5", "lifetime": lifetime}
    defaults: dict[str, Row] = {
        "vpnservices": {
            "subnet_id": None,
            "flavor_id": None,
            "admin_state_up": True,
            "status": "PENDING_CREATE",
            "external_v4_ip": "203.0.113.50",
            "external_v6_ip": "2001:db8:ffff::50",
        },
        "ikepolicies": {**policy, "ike_version": "v1", "phase1_negotiation_mode": "main"},
        "ipsecpolicies": {**policy, "transform_protocol": "esp", "encapsulation_mode": "tunnel"},
        "endpoint_groups": {},
        "ipsec_site_connections": {
            "local_id": "",
            "mtu": 1500,
            "initiator": "bi-directional",
            "dpd": {"action": "hold", "interval": 30, "timeout": 120},
            "admin_state_up": True,
            "auth_mode": "psk",
            "route_mode": "static",
            "peer_cidrs": [],
            "status": "PENDING_CREATE",
        },
    }
    owner = project.world.server.project_id(PROJECT)
    for kind, body in needs.items():
        row = project.create(kind, **body)
        common = {"name": "", "description": "", "project_id": owner, "tenant_id": owner}
        assert row == {"id": row["id"], **common, **body, **defaults[kind]}, kind
        assert project.get(kind, row["id"]) == row


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("vpnservices", "router_id"),
        ("endpoint_groups", "type"),
        ("ipsec_site_connections", "psk"),
        ("ipsec_site_connections", "peer_address"),
        ("ipsec_site_connections", "peer_id"),
        ("ipsec_site_connections", "vpnservice_id"),
        ("ipsec_site_connections", "ikepolicy_id"),
        ("ipsec_site_connections", "ipsecpolicy_id"),
    ],
)
def test_missing_attribute_is_rejected(project: RawProject, kind: str, missing: str) -> None:
    body = {
        "router_id": UNKNOWN,
        "type": "cidr",
        "psk": "x",
        "peer_address": "198.51.100.1",
        "peer_id": "x",
        "vpnservice_id": UNKNOWN,
        "ikepolicy_id": UNKNOWN,
        "ipsecpolicy_id": UNKNOWN,
    }
    own = {
        "vpnservices": {"router_id"},
        "endpoint_groups": {"type"},
    }.get(kind, set(body) - {"router_id", "type"})
    sent = {name: body[name] for name in own - {missing}}
    wanted = f"Failed to parse request. Required attribute '{missing}' not specified"
    refused(project.ask("POST", kind, body=sent), 400, "HTTPBadRequest", wanted)


INVALID: list[tuple[str, Row, str, str]] = [
    ("ikepolicies", {"tags": []}, "HTTPBadRequest", "Unrecognized attribute(s) 'tags'"),
    ("ikepolicies", {"id": UNKNOWN}, "HTTPBadRequest", "Attribute 'id' not allowed in POST"),
    ("vpnservices", {"status": "x"}, "HTTPBadRequest", "Attribute 'status' not allowed in POST"),
    ("ikepolicies", {"name": "x" * 256}, "HTTPBadRequest", "exceeds maximum length of 255."),
    *(
        ("ikepolicies", {"name": name}, "HTTPBadRequest", "is not a valid string.")
        for name in (None, 7, " x", "x ", " ", "a\tb", "a\nb", "😀", "a\u202eb")
    ),
    ("ikepolicies", {"description": "x" * 256}, "HTTPBadRequest", "Invalid input for description"),
    ("ikepolicies", {"description": None}, "HTTPBadRequest", "Invalid input for description"),
    *(
        (kind, {name: value}, "HTTPBadRequest", f"Invalid input for {name}. Reason: {value} is not")
        for kind, name, value in (
            ("ikepolicies", "auth_algorithm", "md5"),
            ("ikepolicies", "auth_algorithm", "sha2-256"),
            ("ipsecpolicies", "auth_algorithm", "SHA256"),
            ("ikepolicies", "encryption_algorithm", "des"),
            ("ikepolicies", "pfs", "group1"),
            ("ipsecpolicies", "pfs", "disable"),
            ("ikepolicies", "ike_version", "v3"),
            ("ikepolicies", "ike_version", None),
            ("ipsecpolicies", "transform_protocol", ""),
        )
    ),
    ("ikepolicies", {"lifetime": {"value": 59}}, "HTTPBadRequest", "must be at least '60'."),
    ("ikepolicies", {"lifetime": {"units": "kilobytes"}}, "HTTPBadRequest", "not in valid_values."),
    ("endpoint_groups", {"type": "cidr"}, "MissingEndpointForEndpointGroup", "No endpoints"),
    *(
        (
            "endpoint_groups",
            {"type": "cidr", "endpoints": [value]},
            "InvalidEndpointInEndpointGroup",
            "Invalid CIDR",
        )
        for value in ("10.0.0.1", "10.0.0.0/255.255.255.0", "010.0.0.0/24", " 10.0.0.0/24")
    ),
    (
        "endpoint_groups",
        {"type": "cidr", "endpoints": ["10.0.0.0/24", "10.0.0.0/24"]},
        "InvalidEndpointInEndpointGroup",
        "Endpoints have to be unique",
    ),
    (
        "endpoint_groups",
        {"type": "subnet", "endpoints": [UNKNOWN]},
        "NonExistingSubnetInEndpointGroup",
        "does not exist",
    ),
    (
        "endpoint_groups",
        {"type": "subnet", "endpoints": ["writing-app"]},
        "InvalidEndpointInEndpointGroup",
        "Invalid UUID",
    ),
    ("vpnservices", {"router_id": "x"}, "HTTPBadRequest", "'x' is not a valid UUID."),
]


@pytest.mark.parametrize(("kind", "body", "error", "message"), INVALID)
def test_invalid_value_is_rejected(
    project: RawProject, kind: str, body: Row, error: str, message: str
) -> None:
    needed: Row = {"router_id": UNKNOWN} if kind == "vpnservices" else {}
    refused(project.ask("POST", kind, body={**needed, **body}), 400, error, message)


def test_unusual_values_are_accepted(project: RawProject) -> None:
    unusual: list[tuple[str, Row]] = [
        ("ikepolicies", {**ALGORITHMS, "name": "a b\u00a0c {{ 7 }}", "description": "😀\n"}),
        ("ikepolicies", {**ALGORITHMS, "name": "x" * 255}),
        ("ipsecpolicies", {**ALGORITHMS, "transform_protocol": "ah-esp"}),
        ("ikepolicies", {"auth_algorithm": "aes-xcbc", "encryption_algorithm": "aes-256-gcm-16"}),
        ("ipsecpolicies", {"auth_algorithm": "aes-cmac", "encryption_algorithm": "aes-192-ctr"}),
        (
            "endpoint_groups",
            {
                "type": "cidr",
                "endpoints": ["10.0.0.1/24", "10.0.0.0/24", "2001:DB8:0:0::/32", "0.0.0.0/0"],
            },
        ),
    ]
    for kind, body in unusual:
        assert project.create(kind, **body).items() >= body.items()


@pytest.mark.parametrize("value", [None, {}, {"value": 7200}, {"units": "seconds"}])
def test_lifetime_is_completed(project: RawProject, value: Row | None) -> None:
    row = project.create("ikepolicies", **ALGORITHMS, lifetime=value)
    assert row["lifetime"] == {"units": "seconds", "value": 3600, **(value or {})}


def test_names_need_not_be_unique(project: RawProject) -> None:
    first = project.create("ikepolicies", **ALGORITHMS, name="twice")
    second = project.create("ikepolicies", **ALGORITHMS, name="twice")
    assert first["id"] != second["id"]
    found = project.ask("GET", "ikepolicies", query=[("name", "twice")])
    assert {row["id"] for row in found.json["ikepolicies"]} == {first["id"], second["id"]}
    body = project.tunnel(name="twice")
    twins = [project.create("ipsec_site_connections", **body) for _count in range(2)]
    assert twins[0]["id"] != twins[1]["id"]


def test_body_without_object_is_rejected(project: RawProject) -> None:
    path, token = KINDS["ikepolicies"].path, project.world.token("wendy")
    for body, message in (
        ({}, "Resource body required"),
        ({"other": {}}, "Unable to find 'ikepolicy' in request body"),
        ({"ikepolicy": []}, "Object 'ikepolicy' contains invalid data"),
    ):
        answer = project.world.ask(path, token=token, method="POST", body=body)
        refused(answer, 400, "HTTPBadRequest", message)


def test_service_needs_router_with_gateway(project: RawProject) -> None:
    for router, status, error in (
        (project.known("routers", "without-gateway"), 400, "RouterIsNotExternal"),
        (UNKNOWN, 404, "RouterNotFound"),
        (project.world.server.id_of("vpn-one", 0, "routers"), 404, "RouterNotFound"),
    ):
        answer = project.ask("POST", "vpnservices", body={"router_id": router})
        refused(answer, status, error)
    body = {
        "router_id": project.known("routers", "writing"),
        "subnet_id": project.known("subnets", "elsewhere"),
    }
    refused(project.ask("POST", "vpnservices", body=body), 400, "SubnetIsNotConnectedToRouter")


def test_connection_keeps_every_character_of_psk(project: RawProject) -> None:
    body = project.tunnel()
    for psk in ("", " not-for-logs ", "not-for-logs \"'<>&?*\\ \n 😀", "x" * 255):
        row = project.create("ipsec_site_connections", **{**body, "psk": psk})
        assert row["psk"] == project.get("ipsec_site_connections", row["id"])["psk"] == psk


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2001:DB8::1", "2001:DB8::1"),
        ("198.51.100", "198.51.0.100"),
        ("3325256705", "198.51.100.1"),
        ("localhost", "127.0.0.1"),
    ],
)
def test_peer_address_is_resolved_by_server(project: RawProject, sent: str, stored: str) -> None:
    row = project.create("ipsec_site_connections", **project.tunnel(peer_address=sent))
    assert row["peer_address"] == stored


def test_connection_with_invalid_values_is_rejected(project: RawProject) -> None:
    body = project.tunnel()
    v6 = project.subnets("writing-v6")
    invalid: list[tuple[Row, int, str]] = [
        ({"psk": None}, 400, "HTTPBadRequest"),
        ({"peer_id": None}, 400, "HTTPBadRequest"),
        ({"peer_address": ""}, 400, "VPNPeerAddressNotResolved"),
        ({"mtu": 67}, 400, "IPsecSiteConnectionMtuError"),
        ({"mtu": None}, 400, "InvalidInput"),
        ({"mtu": -1}, 400, "HTTPBadRequest"),
        ({"admin_state_up": 2}, 400, "InvalidInput"),
        ({"admin_state_up": None}, 400, "InvalidInput"),
        ({"initiator": "both"}, 400, "HTTPBadRequest"),
        ({"dpd": {"x": 1}}, 400, "HTTPBadRequest"),
        ({"dpd": {"action": "none"}}, 400, "HTTPBadRequest"),
        ({"dpd": {"interval": 120}}, 400, "IPsecSiteConnectionDpdIntervalValueError"),
        ({"dpd": {"interval": "10"}}, 500, "HTTPInternalServerError"),
        ({"ikepolicy_id": "x"}, 400, "HTTPBadRequest"),
        ({"ikepolicy_id": UNKNOWN}, 404, "IKEPolicyNotFound"),
        ({"ipsecpolicy_id": UNKNOWN}, 404, "IPsecPolicyNotFound"),
        ({"peer_ep_group_id": UNKNOWN}, 404, "VPNEndpointGroupNotFound"),
        ({"vpnservice_id": UNKNOWN}, 500, "HTTPInternalServerError"),
        ({"peer_ep_group_id": None}, 400, "MissingRequiredEndpointGroup"),
        ({"peer_cidrs": ["192.168.1.0/24"]}, 400, "PeerCidrsInvalid"),
        (
            {
                "local_ep_group_id": body["peer_ep_group_id"],
                "peer_ep_group_id": body["local_ep_group_id"],
            },
            400,
            "WrongEndpointGroupType",
        ),
        (
            {"local_ep_group_id": project.subnets("elsewhere")},
            400,
            "SubnetIsNotConnectedToRouter",
        ),
        (
            {"local_ep_group_id": project.subnets("writing-app", "writing-v6")},
            400,
            "MixedIPVersionsForIPSecEndpoints",
        ),
        ({"local_ep_group_id": v6}, 400, "MixedIPVersionsForIPSecConnection"),
        (
            {
                "ipsecpolicy_id": project.create(
                    "ipsecpolicies", **ALGORITHMS, transform_protocol="ah-esp"
                )["id"]
            },
            400,
            "IpsecValidationFailure",
        ),
    ]
    for change, status, error in invalid:
        answer = project.ask("POST", "ipsec_site_connections", body={**body, **change})
        assert (change, answer.status) == (change, status), answer.json
        refused(answer, status, error)
    assert project.ids("ipsec_site_connections") == []


def test_connection_with_unusual_values_is_accepted(project: RawProject) -> None:
    body = project.tunnel()
    for sent, stored in (
        ({"mtu": 0}, {"mtu": 0}),
        ({"mtu": "1400"}, {"mtu": 1400}),
        ({"admin_state_up": "no"}, {"admin_state_up": False}),
        ({"peer_id": ""}, {"peer_id": ""}),
        ({"dpd": None}, {"dpd": {"action": "hold", "interval": 30, "timeout": 120}}),
        ({"dpd": {"interval": 0}}, {"dpd": {"action": "hold", "interval": 0, "timeout": 120}}),
    ):
        row = project.create("ipsec_site_connections", **{**body, **sent})
        assert row.items() >= stored.items()


def test_service_with_subnet_takes_peer_cidrs_only(project: RawProject) -> None:
    service = project.create(
        "vpnservices",
        router_id=project.known("routers", "writing"),
        subnet_id=project.known("subnets", "writing-app"),
    )
    body = project.tunnel(vpnservice_id=service["id"])
    both = {**body, "peer_cidrs": ["192.168.1.0/24"]}
    refused(project.ask("POST", "ipsec_site_connections", body=both), 400, "InvalidEndpointGroup")
    del both["local_ep_group_id"], both["peer_ep_group_id"]
    for cidrs, error in (
        ([], "MissingPeerCidrs"),
        (["192.168.1.0/24", "2001:db8::/32"], "MixedIPVersionsForPeerCidrs"),
        (["192.168.1.0/24", "192.168.1.0/24"], "HTTPBadRequest"),
        (["192.168.1.0"], "HTTPBadRequest"),
    ):
        answer = project.ask("POST", "ipsec_site_connections", body={**both, "peer_cidrs": cidrs})
        refused(answer, 400, error)
    row = project.create("ipsec_site_connections", **both)
    assert (row["peer_cidrs"], row["peer_ep_group_id"]) == (["192.168.1.0/24"], None)


@POLICY_KINDS
@pytest.mark.parametrize("algorithms", [{}, {"encryption_algorithm": "3des"}])
def test_unreadable_policy_breaks_list(project: RawProject, kind: str, algorithms: Row) -> None:
    body = {**algorithms, "name": "spoiled"}
    if algorithms:
        body["auth_algorithm"] = "sha256"
    object_id = project.create(kind, **body)["id"]
    try:
        for answer in (
            project.ask("GET", kind, object_id),
            project.ask("GET", kind),
            project.ask("PUT", kind, object_id, {"auth_algorithm": "sha256"}),
            project.ask("DELETE", kind, object_id),
        ):
            refused(answer, 500, "HTTPInternalServerError", "Request Failed: internal server error")
        assert project.ask("GET", kind, query=[("name", "other")]).status == 200
        assert project.ask("GET", kind, user="bob").status == 200
    finally:
        project.world.server.remove(object_id)
    assert project.ids(kind) == []
