# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What writing does: the same on the mock API server and on Neutron.

Everything happens in the project vpn-writing, which is empty before and after each test. No agent
runs on either server, so new objects stay PENDING_CREATE until a test sets their status.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest

from tests.contract.conftest import Answer, World
from tests.mock_api.scenario import KINDS

Row = dict[str, t.Any]

PROJECT = "vpn-writing"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
# In the order in which objects can be removed.
KINDS_IN_ORDER = (
    "ipsec_site_connections",
    "endpoint_groups",
    "ikepolicies",
    "ipsecpolicies",
    "vpnservices",
)
POLICY_KINDS = pytest.mark.parametrize("kind", ["ikepolicies", "ipsecpolicies"])
ALGORITHMS = {"auth_algorithm": "sha256", "encryption_algorithm": "aes-256"}


@dataclass
class Project:
    """The project that tests write to, as its member wendy."""

    world: World
    tokens: dict[str, str] = field(default_factory=dict)
    # Kinds that may have objects.
    written: set[str] = field(default_factory=set)

    def ask(
        self,
        method: str,
        kind: str,
        object_id: str = "",
        body: Row | None = None,
        *,
        user: str = "wendy",
        query: t.Sequence[tuple[str, str]] = (),
    ) -> Answer:
        """Return the response to a request for a kind, or one of its objects."""
        path, member = KINDS[kind].path, KINDS[kind].member
        if method == "POST":
            self.written.add(kind)
        return self.world.ask(
            f"{path}/{object_id}" if object_id else path,
            query,
            token=self._token(user),
            method=method,
            body=None if body is None else {member: body},
        )

    def create(self, kind: str, *, user: str = "wendy", **attributes: t.Any) -> Row:
        """Return a new object."""
        answer = self.ask("POST", kind, body=attributes, user=user)
        assert answer.status == 201, answer.json
        return t.cast("Row", answer.json[KINDS[kind].member])

    def get(self, kind: str, object_id: str) -> Row:
        """Return an object as it is stored."""
        answer = self.ask("GET", kind, object_id)
        assert answer.status == 200, answer.json
        return t.cast("Row", answer.json[KINDS[kind].member])

    def ids(self, kind: str, user: str = "wendy") -> list[str]:
        """Return the IDs in a kind's list."""
        return [row["id"] for row in self.ask("GET", kind, user=user).json[kind]]

    def known(self, kind: str, name: str) -> str:
        """Return the ID of a router or subnet of the scenario."""
        return self.world.server.id_of(PROJECT, name, kind)

    def tunnel(self, **attributes: t.Any) -> Row:
        """Return everything that a connection needs, as the body of its POST."""
        return {
            "vpnservice_id": self.create("vpnservices", router_id=self.known("routers", "writing"))[
                "id"
            ],
            "ikepolicy_id": self.create("ikepolicies", **ALGORITHMS)["id"],
            "ipsecpolicy_id": self.create("ipsecpolicies", **ALGORITHMS)["id"],
            "local_ep_group_id": self.subnets("writing-app"),
            "peer_ep_group_id": self.cidrs("192.168.1.0/24"),
            "peer_address": "198.51.100.1",
            "peer_id": "198.51.100.1",
            "psk": "not-for-logs-writing",
            **attributes,
        }

    def subnets(self, *names: str) -> str:
        """Return the ID of a new endpoint group of subnets."""
        endpoints = [self.known("subnets", name) for name in names]
        return str(self.create("endpoint_groups", type="subnet", endpoints=endpoints)["id"])

    def cidrs(self, *networks: str) -> str:
        """Return the ID of a new endpoint group of networks."""
        return str(self.create("endpoint_groups", type="cidr", endpoints=list(networks))["id"])

    def clear(self) -> None:
        """Remove every object."""
        for kind in filter(self.written.__contains__, KINDS_IN_ORDER):
            for object_id in self.ids(kind):
                assert self.ask("DELETE", kind, object_id).status == 204
        self.written.clear()

    def _token(self, user: str) -> str:
        if user not in self.tokens:
            self.tokens[user] = self.world.token(user)
        return self.tokens[user]


@pytest.fixture(scope="module")
def writing(world: World) -> Project:
    return Project(world)


@pytest.fixture
def project(writing: Project) -> t.Iterator[Project]:
    yield writing
    writing.clear()


def refused(answer: Answer, status: int, kind: str, message: str = "") -> None:
    """Check a refusal: its status, its type, and a part of its message."""
    assert answer.status == status, answer.json
    error = answer.json["NeutronError"]
    assert error["type"] == kind, error
    assert message in error["message"], error


# POST


def test_new_objects_have_defaults(project: Project) -> None:
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
def test_missing_attribute_is_rejected(project: Project, kind: str, missing: str) -> None:
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
    project: Project, kind: str, body: Row, error: str, message: str
) -> None:
    needed: Row = {"router_id": UNKNOWN} if kind == "vpnservices" else {}
    refused(project.ask("POST", kind, body={**needed, **body}), 400, error, message)


def test_unusual_values_are_accepted(project: Project) -> None:
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
def test_lifetime_is_completed(project: Project, value: Row | None) -> None:
    row = project.create("ikepolicies", **ALGORITHMS, lifetime=value)
    assert row["lifetime"] == {"units": "seconds", "value": 3600, **(value or {})}


def test_names_need_not_be_unique(project: Project) -> None:
    first = project.create("ikepolicies", **ALGORITHMS, name="twice")
    second = project.create("ikepolicies", **ALGORITHMS, name="twice")
    assert first["id"] != second["id"]
    found = project.ask("GET", "ikepolicies", query=[("name", "twice")])
    assert {row["id"] for row in found.json["ikepolicies"]} == {first["id"], second["id"]}
    body = project.tunnel(name="twice")
    twins = [project.create("ipsec_site_connections", **body) for _count in range(2)]
    assert twins[0]["id"] != twins[1]["id"]


def test_body_without_object_is_rejected(project: Project) -> None:
    path, token = KINDS["ikepolicies"].path, project.world.token("wendy")
    for body, message in (
        ({}, "Resource body required"),
        ({"other": {}}, "Unable to find 'ikepolicy' in request body"),
        ({"ikepolicy": []}, "Object 'ikepolicy' contains invalid data"),
    ):
        answer = project.world.ask(path, token=token, method="POST", body=body)
        refused(answer, 400, "HTTPBadRequest", message)


def test_service_needs_router_with_gateway(project: Project) -> None:
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


def test_connection_keeps_every_character_of_psk(project: Project) -> None:
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
def test_peer_address_is_resolved_by_server(project: Project, sent: str, stored: str) -> None:
    row = project.create("ipsec_site_connections", **project.tunnel(peer_address=sent))
    assert row["peer_address"] == stored


def test_connection_with_invalid_values_is_rejected(project: Project) -> None:
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


def test_connection_with_unusual_values_is_accepted(project: Project) -> None:
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


def test_service_with_subnet_takes_peer_cidrs_only(project: Project) -> None:
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


# PUT


@POLICY_KINDS
def test_unused_policy_is_updated_in_part(project: Project, kind: str) -> None:
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


def test_read_only_attribute_rejects_complete_update(project: Project) -> None:
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
def test_policy_in_use_rejects_every_update(project: Project, kind: str) -> None:
    body = project.tunnel()
    project.create("ipsec_site_connections", **body)
    policy = body["ikepolicy_id" if kind == "ikepolicies" else "ipsecpolicy_id"]
    error = "IKEPolicyInUse" if kind == "ikepolicies" else "IPsecPolicyInUse"
    for change in ({"name": "x"}, {}):
        message = f"{policy} is in use by existing IPsecSiteConnection"
        refused(project.ask("PUT", kind, policy, change), 409, error, message)


def test_pending_object_rejects_every_update(project: Project) -> None:
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


def test_connection_is_updated_in_part_and_keeps_its_status(project: Project) -> None:
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


def test_service_is_updated_once_it_is_not_pending(project: Project) -> None:
    service = project.create("vpnservices", router_id=project.known("routers", "writing"))
    project.world.server.change_status(service["id"], "ACTIVE")
    change = {"name": "after", "description": "new", "admin_state_up": False}
    answer = project.ask("PUT", "vpnservices", service["id"], change)
    assert answer.json["vpnservice"] == {**service, **change, "status": "ACTIVE"}


def test_networks_are_changed_by_replacing_group(project: Project) -> None:
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


# DELETE


def test_used_object_is_not_removed(project: Project) -> None:
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
def test_unknown_object_is_not_found(project: Project, kind: str) -> None:
    error, message = KINDS[kind].not_found
    for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        answer = project.ask(method, kind, UNKNOWN, body)
        refused(answer, 404, error, message.format(UNKNOWN))


def test_removed_objects_disappear(project: Project) -> None:
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


# Rights and quotas


def test_reader_neither_sees_nor_writes(project: Project) -> None:
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


def test_rights_are_probed_by_group_without_endpoints(project: Project) -> None:
    probe = {"type": "cidr", "endpoints": []}
    answer = project.ask("POST", "endpoint_groups", body=probe)
    refused(answer, 400, "MissingEndpointForEndpointGroup")
    answer = project.ask("POST", "endpoint_groups", body=probe, user="rolf")
    refused(answer, 403, "PolicyNotAuthorized")


def test_other_projects_objects_are_not_found(project: Project) -> None:
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


def test_member_cannot_create_for_another_project(project: Project) -> None:
    other = project.world.server.project_id("vpn-one")
    body = {**ALGORITHMS, "project_id": other}
    answer = project.ask("POST", "ikepolicies", body=body)
    refused(answer, 400, "HTTPBadRequest", "Specifying 'project_id' other than")
    answer = project.ask("POST", "ikepolicies", body={**body, "tenant_id": "x"})
    refused(answer, 400, "HTTPBadRequest", "'project_id' and 'tenant_id' do not match")
    own = project.world.server.project_id(PROJECT)
    assert project.create("ikepolicies", **ALGORITHMS, project_id=own)["tenant_id"] == own


def test_administrator_sees_and_changes_every_project(project: Project) -> None:
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


def test_administrator_creates_for_another_project(project: Project) -> None:
    owner = project.world.server.project_id(PROJECT)
    row = project.create("ikepolicies", user="admin", **ALGORITHMS, project_id=owner)
    assert project.ids("ikepolicies") == [row["id"]]


def test_policy_hides_psk_from_members(project: Project) -> None:
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


def test_policy_that_denies_writing_is_403(project: Project) -> None:
    policy = project.create("ikepolicies", **ALGORITHMS)
    with project.world.policy("deny_write"):
        answers = [
            project.ask("POST", "ikepolicies", body=ALGORITHMS),
            project.ask("PUT", "ikepolicies", policy["id"], {"name": "x"}),
            project.ask("DELETE", "ikepolicies", policy["id"]),
        ]
    for answer in answers:
        refused(answer, 403, "PolicyNotAuthorized", "is disallowed by policy")


def test_policy_that_denies_reading_hides_what_is_created(project: Project) -> None:
    with project.world.policy("deny_read"):
        project.create("ikepolicies", **ALGORITHMS)
        assert project.ids("ikepolicies") == []
    assert len(project.ids("ikepolicies")) == 1


@pytest.mark.parametrize("kind", KINDS_IN_ORDER)
def test_quota_rejects_one_object_more(project: Project, kind: str) -> None:
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


# What a server can be asked before writing


def test_extensions_name_vpn_service(world: World, token: str) -> None:
    answer = world.ask("extensions", token=token)
    assert {"vpnaas", "vpn-endpoint-groups"} <= {row["alias"] for row in answer.json["extensions"]}


def test_routers_are_listed(project: Project) -> None:
    answer = project.world.ask("routers", [("name", "writing")], user="wendy")
    (router,) = answer.json["routers"]
    assert router["id"] == project.known("routers", "writing")
    addresses = router["external_gateway_info"]["external_fixed_ips"]
    assert {row["ip_address"] for row in addresses} == {"203.0.113.50", "2001:db8:ffff::50"}


@POLICY_KINDS
@pytest.mark.parametrize("algorithms", [{}, {"encryption_algorithm": "3des"}])
def test_unreadable_policy_breaks_list(project: Project, kind: str, algorithms: Row) -> None:
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
