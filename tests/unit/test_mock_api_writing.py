# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mock API server does with writes where no real server can be compared with it.

Open Telekom Cloud's flavor follows its documents. Agents and lost responses are on demand.
"""

from __future__ import annotations

import typing as t

import pytest
import requests

from tests.mock_api import MockApi
from tests.mock_api.scenario import KINDS

Row = dict[str, t.Any]

PROJECT = "vpn-writing"
ALGORITHMS = {"auth_algorithm": "sha2-256", "encryption_algorithm": "aes-256"}
POST_POLICY = "/v2.0/vpn/ikepolicies"


class Writer:
    """The member of the project, on one server."""

    def __init__(self, server: MockApi) -> None:
        self.server = server
        login = {"name": "wendy", "domain": {"name": "Default"}, "password": "wendypw"}
        scope = {"project": {"name": PROJECT, "domain": {"name": "Default"}}}
        identity = {"methods": ["password"], "password": {"user": login}}
        body = {"auth": {"identity": identity, "scope": scope}}
        answer = requests.post(f"{server.auth_url}/auth/tokens", json=body, timeout=10)
        self.headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}

    def ask(
        self,
        method: str,
        kind: str,
        object_id: str = "",
        body: Row | None = None,
        timeout: float = 10,
    ) -> requests.Response:
        """Return the response to a request."""
        sent = None if body is None else {KINDS[kind].member: body}
        url = f"{self.server.url}/v2.0/{KINDS[kind].path}/{object_id}".rstrip("/")
        return requests.request(method, url, json=sent, headers=self.headers, timeout=timeout)

    def create(self, kind: str, **attributes: t.Any) -> Row:
        """Return a new object."""
        answer = self.ask("POST", kind, body=attributes)
        assert answer.status_code == 201, answer.text
        return t.cast("Row", answer.json()[KINDS[kind].member])

    def get(self, kind: str, object_id: str) -> Row:
        """Return an object."""
        return t.cast("Row", self.ask("GET", kind, object_id).json()[KINDS[kind].member])

    def names(self, kind: str) -> list[str]:
        """Return the names in a kind's list."""
        return [row["name"] for row in self.ask("GET", kind).json()[kind]]

    def known(self, kind: str, name: str) -> str:
        """Return the ID of a router or subnet of the scenario."""
        return self.server.id_of(PROJECT, name, kind)

    def tunnel(self, algorithms: Row | None = None) -> Row:
        """Return everything that a connection needs, as the body of its POST."""
        algorithms = algorithms or ALGORITHMS
        subnet = self.known("subnets", "writing-app")
        router = self.known("routers", "writing")
        local = self.create("endpoint_groups", type="subnet", endpoints=[subnet])
        peer = self.create("endpoint_groups", type="cidr", endpoints=["192.168.1.0/24"])
        return {
            "vpnservice_id": self.create("vpnservices", router_id=router)["id"],
            "ikepolicy_id": self.create("ikepolicies", **algorithms)["id"],
            "ipsecpolicy_id": self.create("ipsecpolicies", **algorithms)["id"],
            "local_ep_group_id": local["id"],
            "peer_ep_group_id": peer["id"],
            "peer_address": "198.51.100.1",
            "peer_id": "198.51.100.1",
            "psk": "not-for-logs-writing",
        }


@pytest.fixture
def otc(mock_api: MockApi) -> Writer:
    return Writer(mock_api)


def test_otc_accepts_its_own_algorithms_only(otc: Writer) -> None:
    for kind in ("ikepolicies", "ipsecpolicies"):
        for change in ({"auth_algorithm": "md5"}, {"pfs": "group1"}, {"pfs": "disable"}):
            row = otc.create(kind, **{**ALGORITHMS, **change})
            assert row.items() >= change.items()
        invalid: list[Row] = [
            {"auth_algorithm": "sha256"},
            {"encryption_algorithm": "aes-256-gcm-16"},
            {"pfs": "group22"},
            {"lifetime": {"value": 604801}},
        ]
        for change in invalid:
            answer = otc.ask("POST", kind, body={**ALGORITHMS, **change})
            assert (answer.status_code, answer.json()["code"]) == (400, "VPC.1001"), change


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("ikepolicies", {"name": "x" * 65}),
        ("ikepolicies", {"project_id": "x"}),
        ("endpoint_groups", {"type": "router"}),
        ("vpnservices", {"admin_state_up": False}),
        ("ipsec_site_connections", {"local_id": "x"}),
        ("ipsec_site_connections", {"description": "x"}),
        ("ipsec_site_connections", {"mtu": 1400}),
        ("ipsec_site_connections", {"admin_state_up": False}),
        ("ipsec_site_connections", {"psk": "short"}),
        ("ipsec_site_connections", {"psk": "x" * 129}),
        ("ipsec_site_connections", {"peer_id": "x" * 251}),
        ("ipsec_site_connections", {"peer_cidrs": ["192.168.1.0/24"]}),
        ("ipsec_site_connections", {"peer_ep_group_id": None}),
    ],
)
def test_otc_rejects_what_its_documents_do_not_allow(otc: Writer, kind: str, change: Row) -> None:
    good: dict[str, Row] = {
        "ikepolicies": ALGORITHMS,
        "endpoint_groups": {"type": "cidr", "endpoints": ["10.0.0.0/24"]},
        "vpnservices": {"router_id": otc.known("routers", "elsewhere")},
        "ipsec_site_connections": otc.tunnel(),
    }
    answer = otc.ask("POST", kind, body={**good[kind], **change})
    assert (answer.status_code, answer.json()["code"]) == (400, "VPC.1001")
    assert otc.ask("POST", kind, body=good[kind]).status_code == 201


def test_otc_changes_policy_in_use(otc: Writer) -> None:
    body = otc.tunnel()
    otc.create("ipsec_site_connections", **body)
    answer = otc.ask("PUT", "ikepolicies", body["ikepolicy_id"], {"pfs": "group14"})
    assert answer.json()["ikepolicy"]["pfs"] == "group14"


def test_otc_rejects_second_service_and_twin_connections(otc: Writer) -> None:
    body = otc.tunnel()
    otc.create("ipsec_site_connections", **body)
    same = otc.create("endpoint_groups", type="cidr", endpoints=["10.50.0.0/24"])["id"]
    for kind, sent, code in (
        ("vpnservices", {"router_id": otc.known("routers", "writing")}, "VPC.1026"),
        ("ipsec_site_connections", body, "VPC.1004"),
        ("ipsec_site_connections", {**body, "peer_address": "198.51.100.2"}, "VPC.1021"),
        ("ipsec_site_connections", {**body, "peer_ep_group_id": same}, "VPC.1016"),
    ):
        answer = otc.ask("POST", kind, body=sent)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_otc_has_its_own_codes_for_use_quota_and_rights(otc: Writer) -> None:
    body = otc.tunnel()
    otc.create("ipsec_site_connections", **body)
    answer = otc.ask("DELETE", "endpoint_groups", body["peer_ep_group_id"])
    assert (answer.status_code, answer.json()["code"]) == (400, "VPC.1001")
    otc.server.set_quota(PROJECT, "ikepolicy", 1)
    answer = otc.ask("POST", "ikepolicies", body=ALGORITHMS)
    assert (answer.status_code, answer.json()["code"]) == (400, "VPC.1003")
    otc.server.fault("/v2.0/vpn/", quirks=["deny_write"])
    answer = otc.ask("POST", "ipsecpolicies", body=ALGORITHMS)
    assert (answer.status_code, answer.json()["code"]) == (400, "VPC.1017")


def test_otc_has_no_extensions(otc: Writer) -> None:
    answer = requests.get(f"{otc.server.url}/v2.0/extensions", headers=otc.headers, timeout=10)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "APIGW.0101")


def test_agent_reports_connection_and_its_service(otc: Writer) -> None:
    body = otc.tunnel()
    # Without a connection, a service stays pending.
    assert [otc.get("vpnservices", body["vpnservice_id"])["status"] for _get in range(3)] == [
        "PENDING_CREATE"
    ] * 3
    connection = otc.create("ipsec_site_connections", **body)
    statuses = [otc.get("ipsec_site_connections", connection["id"])["status"] for _get in range(4)]
    assert statuses == ["PENDING_CREATE", "PENDING_CREATE", "DOWN", "DOWN"]
    assert otc.get("vpnservices", body["vpnservice_id"])["status"] == "ACTIVE"


def test_agent_never_reports_disabled_connection() -> None:
    with MockApi("neutron", agent_polls=0) as server:
        writer = Writer(server)
        body = writer.tunnel({"auth_algorithm": "sha256"})
        first = writer.create("ipsec_site_connections", **body, admin_state_up=False)
        for _get in range(3):
            row = writer.get("ipsec_site_connections", first["id"])
            assert row["status"] == "PENDING_CREATE"
        url = f"{server.url}/control/change"
        sent = {"id": first["id"], "attributes": {"status": "ERROR"}}
        assert requests.post(url, json=sent, timeout=10).status_code == 200
        assert writer.get("ipsec_site_connections", first["id"])["status"] == "ERROR"


def test_lost_response_follows_request_that_was_carried_out(otc: Writer) -> None:
    otc.server.fault(POST_POLICY, method="POST", reset=True)
    with pytest.raises(requests.ConnectionError):
        otc.ask("POST", "ikepolicies", body={**ALGORITHMS, "name": "reset"})
    otc.server.fault(POST_POLICY, method="POST", status=502, body="<html>")
    answer = otc.ask("POST", "ikepolicies", body={**ALGORITHMS, "name": "gateway"})
    assert answer.status_code == 502
    otc.server.fault(POST_POLICY, method="POST", delay=2)
    with pytest.raises(requests.ReadTimeout):
        otc.ask("POST", "ikepolicies", body={**ALGORITHMS, "name": "timeout"}, timeout=0.5)
    assert otc.names("ikepolicies") == ["reset", "gateway", "timeout"]
    first = otc.ask("GET", "ikepolicies").json()["ikepolicies"][0]["id"]
    otc.server.fault(POST_POLICY, method="PUT", reset=True)
    with pytest.raises(requests.ConnectionError):
        otc.ask("PUT", "ikepolicies", first, {"name": "changed"})
    assert otc.names("ikepolicies")[0] == "changed"


def test_ignored_request_has_no_effect(otc: Writer) -> None:
    otc.server.fault(POST_POLICY, method="POST", ignore=True, reset=True)
    with pytest.raises(requests.ConnectionError):
        otc.ask("POST", "ikepolicies", body={**ALGORITHMS, "name": "reset"})
    otc.server.fault(POST_POLICY, method="POST", ignore=True, status=503, body={"message": "x"})
    answer = otc.ask("POST", "ikepolicies", body={**ALGORITHMS, "name": "busy"})
    assert (answer.status_code, answer.json()) == (503, {"message": "x"})
    assert otc.names("ikepolicies") == []
