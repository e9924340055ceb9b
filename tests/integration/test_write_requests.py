# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests the modules that write send: no more than needed, and none twice by mistake."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from tests.in_process import Row, run_module
from tests.mock_api import MockApi

PROJECT = "vpn-writing"
GROUP: Row = {"name": "remote", "type": "cidr", "endpoints": ["192.168.1.0/24"]}
IKE: Row = {"name": "ike", "auth_algorithm": "sha256", "encryption_algorithm": "aes-256"}
TUNNEL: Row = {
    "name": "tunnel",
    "vpn_service": "service",
    "ike_policy": "ike",
    "ipsec_policy": "esp",
    "local_ep_group": "local",
    "peer_ep_group": "remote",
    "peer_address": "198.51.100.7",
    "peer_id": "198.51.100.7",
    "psk": "not-for-logs-of-writing",
    "wait_interval": 0.1,
}


class Cloud:
    """A mock API server of one flavor, and its member wendy."""

    def __init__(self, mock_api: MockApi) -> None:
        self.mock_api = mock_api

    def run(self, module: str, **options: t.Any) -> Row:
        self.mock_api.requests.clear()
        return run_module(module, options, self.mock_api.environment("wendy"))

    def build(self) -> None:
        """Create everything that a tunnel consists of."""
        subnet = self.mock_api.id_of(PROJECT, "writing-app", "subnets")
        for module, options in (
            ("vpn_service", {"name": "service", "router": "writing"}),
            ("ike_policy", IKE),
            ("ipsec_policy", {**IKE, "name": "esp"}),
            ("endpoint_group", {"name": "local", "type": "subnet", "endpoints": [subnet]}),
            ("endpoint_group", GROUP),
            ("ipsec_connection", TUNNEL),
        ):
            result = self.run(module, **options)
            assert result.get("changed"), result

    def sent(self) -> list[str]:
        """Return the method and the collection or singular of each request to the VPN API."""
        return [
            f"{one.method} {one.path.split('?')[0].removeprefix('/v2.0/').removeprefix('vpn/')}"
            for one in self.mock_api.requests
            if one.path.startswith("/v2.0/")
        ]

    def count(self, method: str) -> int:
        return sum(one.startswith(f"{method} ") for one in self.sent())

    def groups(self) -> list[Row]:
        return self.mock_api.rows(PROJECT, "endpoint_groups")


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, MockApi]]:
    with MockApi("neutron", agent_polls=0) as neutron, MockApi("otc", agent_polls=0) as otc:
        yield {"neutron": neutron, "otc": otc}


@pytest.fixture(params=["neutron", "otc"])
def cloud(request: pytest.FixtureRequest, servers: dict[str, MockApi]) -> Cloud:
    servers[request.param].reset()
    return Cloud(servers[request.param])


@pytest.fixture
def neutron(servers: dict[str, MockApi]) -> Cloud:
    servers["neutron"].reset()
    return Cloud(servers["neutron"])


@pytest.fixture
def otc(servers: dict[str, MockApi]) -> Cloud:
    servers["otc"].reset()
    return Cloud(servers["otc"])


# --- no more requests than needed ---


def test_unchanged_objects_cost_one_list_of_each_kind(cloud: Cloud) -> None:
    cloud.build()
    assert not cloud.run("ipsec_connection", **TUNNEL)["changed"]
    assert sorted(cloud.sent()) == [
        "GET endpoint-groups",
        "GET ikepolicies",
        "GET ipsec-site-connections",
        "GET ipsecpolicies",
        "GET vpnservices",
    ]
    assert not cloud.run("endpoint_group", **GROUP)["changed"]
    assert cloud.sent() == ["GET endpoint-groups"]
    assert not cloud.run("ike_policy", **IKE)["changed"]
    assert cloud.sent() == ["GET ikepolicies"]


def test_references_by_id_cost_no_request(cloud: Cloud) -> None:
    cloud.build()
    ids = {row["name"]: row["id"] for row in cloud.groups()}
    groups = {"local_ep_group": ids["local"].upper(), "peer_ep_group": ids["remote"]}
    assert not cloud.run("ipsec_connection", name="tunnel", **groups)["changed"]
    assert cloud.sent() == ["GET ipsec-site-connections"]


def test_server_that_filters_by_one_name_is_requested_each(cloud: Cloud) -> None:
    cloud.build()
    path = r"endpoint-groups\?name=local&name=remote"
    rows = {"endpoint_groups": [one for one in cloud.groups() if one["name"] == "remote"]}
    cloud.mock_api.fault(path, body=rows)
    assert not cloud.run("ipsec_connection", **TUNNEL)["changed"]
    assert cloud.sent().count("GET endpoint-groups") == 2


def test_creation_adds_one_post_and_one_lookup(cloud: Cloud) -> None:
    assert cloud.run("endpoint_group", **GROUP)["changed"]
    assert cloud.sent() == ["GET endpoint-groups", "POST endpoint-groups", "GET endpoint-groups"]


def test_change_is_one_put(cloud: Cloud) -> None:
    cloud.build()
    result = cloud.run(
        "ipsec_connection", name="tunnel", dpd={"action": "restart"}, initiator="response-only"
    )
    assert result["changed"], result
    assert [one.split("/")[0] for one in cloud.sent()] == [
        "GET ipsec-site-connections",
        "PUT ipsec-site-connections",
    ]


def test_dialect_of_unknown_hosts_is_read_only_where_it_matters(cloud: Cloud) -> None:
    cloud.run("ike_policy", **IKE)
    assert cloud.count("GET") == 3
    assert "GET extensions" in cloud.sent()
    cloud.run("ike_policy", **{**IKE, "name": "another"}, dialect=cloud.mock_api.flavor)
    assert "GET extensions" not in cloud.sent()


def test_policy_with_sha1_that_neutron_can_read_is_kept(neutron: Cloud) -> None:
    row = neutron.run("ike_policy", **IKE)["ike_policy"]
    shown = {"ikepolicies": [{**row, "auth_algorithm": "sha1"}]}
    for options, changed in (({"auth_algorithm": "sha1"}, False), ({"lifetime": 7200}, True)):
        neutron.mock_api.fault("ikepolicies", method="GET", body=shown)
        assert neutron.run("ike_policy", name="ike", **options)["changed"] is changed


# --- the words and limits of Open Telekom Cloud ---


def test_algorithms_are_sent_in_names_of_server(otc: Cloud) -> None:
    assert otc.run("ike_policy", **IKE)["ike_policy"]["auth_algorithm"] == "sha2-256"
    assert not otc.run("ike_policy", **IKE)["changed"]


def test_existing_sha1_policy_is_kept_or_strengthened(otc: Cloud) -> None:
    old = {"name": "old", "auth_algorithm": "sha1", "encryption_algorithm": "3des"}
    assert otc.run("ike_policy", **old)["changed"]
    assert not otc.run("ike_policy", **old)["changed"]
    assert otc.run("ike_policy", name="old", lifetime=7200)["changed"]
    result = otc.run("ike_policy", **{**IKE, "name": "old"})
    assert result["diff"]["before"] == {"auth_algorithm": "sha1", "encryption_algorithm": "3des"}
    assert result["ike_policy"]["auth_algorithm"] == "sha2-256"


def test_policy_in_use_is_changed_and_its_connections_are_updated(otc: Cloud) -> None:
    otc.build()
    result = otc.run("ike_policy", name="ike", lifetime=7200)
    assert result["changed"], result
    tunnel = otc.mock_api.rows(PROJECT)[0]
    assert result["updated_connections"] == [{"id": tunnel["id"], "name": "tunnel"}]
    assert [one.split("/")[0] for one in otc.sent() if one.startswith("PUT")] == [
        "PUT ikepolicies",
        "PUT ipsec-site-connections",
    ]
    assert not otc.run("ike_policy", name="ike", lifetime=7200)["changed"]


@pytest.mark.parametrize(
    ("module", "options", "sentence"),
    [
        ("endpoint_group", {**GROUP, "name": "x" * 65}, "name must have 1 to 64 characters"),
        ("ike_policy", {**IKE, "lifetime": 604801}, "lifetime must be between 60 and 604800"),
        ("ike_policy", {**IKE, "pfs": "group31"}, "pfs must be one of group1"),
        ("ike_policy", {**IKE, "encryption_algorithm": "aes-128-ctr"}, "encryption_algorithm must"),
        ("ipsec_connection", {"name": "tunnel", "mtu": 1400}, "mtu must be 1500"),
        ("ipsec_connection", {"name": "tunnel", "local_id": "x"}, "local_id cannot be set"),
        ("ipsec_connection", {"name": "tunnel", "description": "x"}, "description cannot be set"),
        ("ipsec_connection", {"name": "tunnel", "admin_state_up": False}, "admin_state_up must be"),
        ("ipsec_connection", {"name": "tunnel", "psk": "short"}, "psk must have 6 to 128"),
        ("vpn_service", {"name": "service", "admin_state_up": False}, "admin_state_up must be"),
    ],
)
def test_limits_of_open_telekom_cloud_are_checked_before_sending(
    otc: Cloud, module: str, options: Row, sentence: str
) -> None:
    if module in ("ipsec_connection", "vpn_service"):
        otc.build()
    result = otc.run(module, **options)
    assert sentence in str(result.get("msg")), result
    assert {one.split()[0] for one in otc.sent()} == {"GET"}


# --- lost responses ---

LOST: list[Row] = [
    {"reset": True},
    {"status": 502, "body": "<html>Bad Gateway</html>"},
    {"status": 500},
    {"cut": 20},
    {"delay": 3},
]


@pytest.mark.parametrize("fault", LOST)
def test_creation_whose_response_is_lost_makes_one_object(neutron: Cloud, fault: Row) -> None:
    neutron.mock_api.fault("endpoint-groups", method="POST", **fault)
    result = neutron.run("endpoint_group", **GROUP, api_timeout=1.5)
    assert result.get("changed"), result
    assert [one["id"] for one in neutron.groups()] == [result["endpoint_group"]["id"]]
    assert neutron.count("POST") == 1
    assert not neutron.run("endpoint_group", **GROUP)["changed"]


def test_creation_that_did_not_arrive_is_not_repeated(neutron: Cloud) -> None:
    neutron.mock_api.fault("endpoint-groups", method="POST", ignore=True, status=502)
    result = neutron.run("endpoint_group", **GROUP)
    assert "has been created so far. Run the task again" in result["msg"]
    assert result["failure"]["temporary"] is True
    assert neutron.count("POST") == 1
    assert neutron.groups() == []
    assert neutron.run("endpoint_group", **GROUP)["changed"]


@pytest.mark.parametrize("fault", LOST)
def test_update_whose_response_is_lost_is_sent_once(neutron: Cloud, fault: Row) -> None:
    neutron.run("endpoint_group", **GROUP)
    neutron.mock_api.fault("endpoint-groups", method="PUT", **fault)
    result = neutron.run("endpoint_group", name="remote", description="new", api_timeout=1.5)
    assert result.get("changed"), result
    assert neutron.count("PUT") == 1
    assert neutron.groups()[0]["description"] == "new"


def test_update_that_did_not_arrive_is_repeated(neutron: Cloud) -> None:
    neutron.run("endpoint_group", **GROUP)
    neutron.mock_api.fault("endpoint-groups", method="PUT", ignore=True, status=503)
    result = neutron.run("endpoint_group", name="remote", description="new")
    assert result.get("changed"), result
    assert neutron.count("PUT") == 2
    assert neutron.groups()[0]["description"] == "new"


def test_update_of_networks_whose_response_is_lost_is_sent_once(neutron: Cloud) -> None:
    neutron.build()
    subnet = neutron.mock_api.id_of(PROJECT, "writing-app", "subnets")
    (service,) = neutron.mock_api.rows(PROJECT, "vpnservices")
    neutron.mock_api.change(service["id"], subnet_id=subnet)
    older = {"local_ep_group_id": None, "peer_ep_group_id": None, "peer_cidrs": ["192.168.1.0/24"]}
    tunnel = neutron.mock_api.id_of(PROJECT, "tunnel")
    neutron.mock_api.change(tunnel, **older)
    networks = ["192.168.9.0/24", "192.168.3.0/24"]
    neutron.mock_api.fault("ipsec-site-connections", method="PUT", reset=True)
    # a server that returns them in another order
    order = {"peer_cidrs": sorted(networks)}
    neutron.mock_api.fault("ipsec-site-connections/", method="GET", change={tunnel: order})
    assert neutron.run("ipsec_connection", name="tunnel", peer_cidrs=networks)["changed"]
    assert neutron.count("PUT") == 1
    assert not neutron.run("ipsec_connection", name="tunnel", peer_cidrs=networks)["changed"]


def test_concurrent_update_is_not_reverted(neutron: Cloud) -> None:
    object_id = neutron.run("endpoint_group", **GROUP)["endpoint_group"]["id"]
    neutron.mock_api.fault(
        "endpoint-groups",
        method="PUT",
        ignore=True,
        status=502,
        change={object_id: {"description": "theirs"}},
    )
    result = neutron.run("endpoint_group", name="remote", description="ours")
    assert "Somebody else changed description" in result["msg"]
    assert neutron.count("PUT") == 1
    assert neutron.groups()[0]["description"] == "theirs"


@pytest.mark.parametrize("fault", LOST)
def test_removal_whose_response_is_lost_is_done(neutron: Cloud, fault: Row) -> None:
    neutron.run("endpoint_group", **GROUP)
    neutron.mock_api.fault("endpoint-groups", method="DELETE", **fault)
    result = neutron.run("endpoint_group", name="remote", state="absent", api_timeout=1.5)
    assert result.get("changed"), result
    assert neutron.groups() == []


FOREIGN_404: list[t.Any] = [
    {"message": "no Route matched with those values"},
    {"NeutronError": {"type": "HTTPNotFound", "message": "The resource could not be found."}},
    "<html><title>404 Not Found</title></html>",
]


@pytest.mark.parametrize("body", FOREIGN_404, ids=str)
def test_404_for_object_that_is_listed_is_no_removal(neutron: Cloud, body: t.Any) -> None:
    object_id = neutron.run("endpoint_group", **GROUP)["endpoint_group"]["id"]
    neutron.mock_api.fault("endpoint-groups/", ignore=True, status=404, body=body, count=None)
    for options in ({"name": "remote"}, {"id": object_id}):
        result = neutron.run("endpoint_group", state="absent", **options)
        assert result.get("failed"), result
        assert result["failure"]["status"] == 404
        assert len(neutron.groups()) == 1


@pytest.mark.parametrize("body", FOREIGN_404, ids=str)
def test_404_for_everything_is_no_object_that_is_already_absent(
    neutron: Cloud, body: t.Any
) -> None:
    object_id = neutron.run("endpoint_group", **GROUP)["endpoint_group"]["id"]
    neutron.mock_api.fault("endpoint-groups", ignore=True, status=404, body=body, count=None)
    for options in ({"name": "remote"}, {"id": object_id}):
        result = neutron.run("endpoint_group", state="absent", **options)
        assert result.get("failed"), result
        assert result["failure"]["status"] == 404


def test_404_while_waiting_is_no_deletion_if_list_has_object(
    neutron: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    neutron.build()
    neutron.run("ipsec_connection", name="tunnel", state="absent")
    monkeypatch.setattr(neutron.mock_api.agent, "polls", 2)
    neutron.mock_api.fault("ipsec-site-connections/", status=404, body=FOREIGN_404[1], count=1)
    result = neutron.run("ipsec_connection", **TUNNEL)
    assert result.get("changed"), result


def test_warnings_of_options_are_shown_when_request_fails(neutron: Cloud) -> None:
    neutron.mock_api.fault("/v2.0/", status=500, body={"message": "no"}, count=None)
    environment = {**neutron.mock_api.environment("wendy"), "OS_TOKEN": "not-for-logs-of-nobody"}
    for module, options in (("ipsec_connection_info", {}), ("endpoint_group", GROUP)):
        result = run_module(module, {**options, "retries": 0}, environment)
        assert result["failure"]["status"] == 500
        assert any("auth.token is not used" in str(one) for one in result["warnings"]), result


def test_lost_responses_of_each_module_change_nothing_twice(neutron: Cloud) -> None:
    """Each write request of a life loses its response, in another way for each module."""
    subnet = neutron.mock_api.id_of(PROJECT, "writing-app", "subnets")
    local = {"name": "local", "type": "subnet", "endpoints": [subnet]}
    objects: list[tuple[str, Row, str]] = [
        ("vpn_service", {"name": "service", "router": "writing"}, "vpnservices"),
        ("ike_policy", IKE, "ikepolicies"),
        ("ipsec_policy", {**IKE, "name": "esp"}, "ipsecpolicies"),
        ("endpoint_group", local, "endpoint_groups"),
        ("endpoint_group", GROUP, "endpoint_groups"),
        ("ipsec_connection", TUNNEL, "ipsec_site_connections"),
    ]

    def change(method: str, fault: Row, module: str, **options: t.Any) -> None:
        neutron.mock_api.fault("/vpn/", method=method, **fault)
        result = neutron.run(module, **options, api_timeout=1.5)
        assert result.get("changed"), (method, fault, result)
        assert neutron.count(method) == 1, (method, fault, neutron.sent())
        again = neutron.run(module, **options)
        assert not again["changed"], (method, fault, again)

    for (module, options, collection), fault in zip(objects, [*LOST, LOST[0]], strict=True):
        change("POST", fault, module, **options)
        assert len(names(neutron, collection, options["name"])) == 1
        if "policy" in module:  # before a connection uses it
            change("PUT", fault, module, name=options["name"], description="new")
    for (module, options, collection), fault in zip(objects, [*LOST, LOST[0]], strict=True):
        if "policy" not in module:
            change("PUT", fault, module, name=options["name"], description="new")
        (row,) = names(neutron, collection, options["name"])
        assert row["description"] == "new"
    for (module, options, collection), fault in zip(reversed(objects), [*LOST, LOST[0]]):
        change("DELETE", fault, module, name=options["name"], state="absent")
        assert names(neutron, collection, options["name"]) == []


def names(cloud: Cloud, collection: str, name: str) -> list[Row]:
    """Return the objects of a collection with a name."""
    return [row for row in cloud.mock_api.rows(PROJECT, collection) if row["name"] == name]


def test_objects_that_get_one_name_at_same_time_are_failure(neutron: Cloud) -> None:
    other = neutron.run("endpoint_group", **{**GROUP, "name": "other"})["endpoint_group"]["id"]
    neutron.mock_api.fault("endpoint-groups", method="POST", change={other: {"name": "remote"}})
    result = neutron.run("endpoint_group", **GROUP)
    assert "2 objects named remote were created at the same time" in result["msg"]
    ids = {row["id"] for row in neutron.groups()}
    assert len(ids) == 2
    assert all(one in result["msg"] for one in ids)


def test_throttled_creation_is_repeated(neutron: Cloud) -> None:
    neutron.mock_api.fault(
        "endpoint-groups", method="POST", ignore=True, status=429, headers={"Retry-After": "0"}
    )
    assert neutron.run("endpoint_group", **GROUP)["changed"]
    assert len(neutron.groups()) == 1


def test_failed_move_leaves_group_as_it_was(neutron: Cloud) -> None:
    neutron.build()
    neutron.mock_api.fault(
        "ipsec-site-connections",
        method="PUT",
        ignore=True,
        status=400,
        body={"NeutronError": {"type": "X", "message": "refused", "detail": ""}},
    )
    before = neutron.groups()
    result = neutron.run(
        "endpoint_group", name="remote", endpoints=["192.168.9.0/24"], replace=True
    )
    assert "refused" in result["msg"]
    assert neutron.groups() == before


# --- failures between the first request and the last ---

REFUSED: Row = {"NeutronError": {"type": "X", "message": "refused", "detail": ""}}
SETTLING = "PENDING_UPDATE"


def tunnel_id(cloud: Cloud) -> str:
    return cloud.mock_api.id_of(PROJECT, "tunnel")


def test_failure_after_first_step_names_completed_steps(otc: Cloud) -> None:
    otc.build()
    otc.mock_api.fault(
        "ipsec-site-connections/", method="PUT", ignore=True, status=409, body=REFUSED
    )
    result = otc.run("ike_policy", name="ike", pfs="group19")
    assert "refused" in result["msg"]
    assert "Before that, these steps were completed: update IKE policy ike" in result["msg"]


def test_policy_of_pending_connection_is_not_changed(
    otc: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    otc.build()
    monkeypatch.setattr(otc.mock_api.agent, "polls", 100)
    otc.mock_api.change_status(tunnel_id(otc), SETTLING)
    result = otc.run("ike_policy", name="ike", pfs="group19")
    assert "while connections that use it are pending: tunnel" in result["msg"]
    assert otc.count("PUT") == 0


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (None, f"was deleted while it was {SETTLING}"),
        ({"status": "ERROR"}, "has status ERROR"),
        ({}, f"to leave {SETTLING}. The object is kept"),
    ],
    ids=["deleted", "error", "timeout"],
)
def test_connection_that_does_not_settle_is_failure(
    neutron: Cloud, monkeypatch: pytest.MonkeyPatch, change: Row | None, problem: str
) -> None:
    neutron.build()
    monkeypatch.setattr(neutron.mock_api.agent, "polls", 100)
    neutron.mock_api.change_status(tunnel_id(neutron), SETTLING)
    neutron.mock_api.fault("ipsec-site-connections/", change={tunnel_id(neutron): change})
    result = neutron.run("ipsec_connection", **TUNNEL, wait_timeout=0.3)
    assert problem in result["msg"]


def test_list_that_fails_after_creation_is_failure_unless_response_was_lost(
    neutron: Cloud,
) -> None:
    neutron.mock_api.fault("endpoint-groups", method="POST", reset=True)
    neutron.mock_api.fault("endpoint-groups", method="GET", skip=1, ignore=True, status=500)
    assert neutron.run("endpoint_group", **GROUP, retries=0)["changed"]
    neutron.mock_api.fault("endpoint-groups", method="GET", skip=1, ignore=True, status=500)
    result = neutron.run("endpoint_group", **{**GROUP, "name": "other"}, retries=0)
    assert result["failure"]["status"] == 500


def test_object_deleted_during_update_is_failure(neutron: Cloud) -> None:
    object_id = neutron.run("endpoint_group", **GROUP)["endpoint_group"]["id"]
    neutron.mock_api.fault(
        "endpoint-groups", method="PUT", ignore=True, status=502, change={object_id: None}
    )
    result = neutron.run("endpoint_group", name="remote", description="new")
    assert "was deleted while it was being changed" in result["msg"]


def test_replaced_group_that_cannot_be_deleted_is_warning(neutron: Cloud) -> None:
    neutron.build()
    neutron.mock_api.fault(
        "endpoint-groups", method="DELETE", ignore=True, status=409, body=REFUSED
    )
    result = neutron.run(
        "endpoint_group", name="remote", endpoints=["192.168.9.0/24"], replace=True
    )
    assert result["changed"]
    (warning,) = result["warnings"]
    assert "endpoint group remote" in str(warning)
    assert "is kept" in str(warning)


def test_connection_that_is_not_deleted_is_failure(neutron: Cloud) -> None:
    neutron.build()
    neutron.mock_api.fault("ipsec-site-connections/", method="DELETE", ignore=True, status=204)
    result = neutron.run(
        "ipsec_connection", name="tunnel", state="absent", wait_timeout=0.3, wait_interval=0.1
    )
    assert "Timed out after 0.3 seconds (wait_timeout) waiting for" in result["msg"]
    assert "to be deleted" in result["msg"]


def test_other_key_in_response_is_warning_without_the_keys(neutron: Cloud) -> None:
    neutron.build()
    row = {**neutron.mock_api.rows(PROJECT)[0], "psk": "not-for-logs-of-the-server"}
    neutron.mock_api.fault(
        "ipsec-site-connections/", method="PUT", body={"ipsec_site_connection": row}
    )
    result = neutron.run("ipsec_connection", name="tunnel", psk="not-for-logs-next")
    assert "The server returns another pre-shared key" in str(result["warnings"])
    assert "not-for-logs" not in str(result)


# --- references and responses of any kind ---


def test_name_of_two_objects_is_no_reference(neutron: Cloud) -> None:
    neutron.build()
    other = neutron.run("endpoint_group", **{**GROUP, "name": "other"})["endpoint_group"]["id"]
    neutron.mock_api.change(other, name="remote")
    result = neutron.run("ipsec_connection", **TUNNEL)
    assert "peer_ep_group: 2 objects are named remote" in result["msg"]
    assert other in result["msg"]


def test_host_name_of_peer_is_resolved_with_warning(neutron: Cloud) -> None:
    neutron.build()
    result = neutron.run("ipsec_connection", name="tunnel", peer_address="localhost")
    assert result["ipsec_connection"]["peer_address"] in ("127.0.0.1", "::1")
    assert "peer_address localhost is resolved to" in str(result["warnings"])
    again = neutron.run("ipsec_connection", name="tunnel", peer_address="localhost")
    assert not again["changed"]


def test_unreadable_extensions_are_failure(neutron: Cloud) -> None:
    neutron.mock_api.fault("/extensions", ignore=True, status=500, count=None)
    result = neutron.run("ipsec_policy", **{**IKE, "pfs": "group19"}, retries=0)
    assert result["failure"]["status"] == 500, result


@pytest.mark.parametrize(
    "first",
    [
        {"status": 400, "body": REFUSED, "ignore": True},
        {"body": {"endpoint_groups": [{"name": "remote"}]}},
    ],
    ids=["refused", "without an ID"],
)
def test_list_is_read_again_without_query_that_server_does_not_support(
    neutron: Cloud, first: Row
) -> None:
    neutron.run("endpoint_group", **GROUP)
    neutron.mock_api.fault("endpoint-groups", method="GET", **first)
    assert not neutron.run("endpoint_group", **GROUP)["changed"]
    assert neutron.sent() == ["GET endpoint-groups", "GET endpoint-groups"]


def test_list_without_ids_is_failure(neutron: Cloud) -> None:
    body = {"endpoint_groups": [{"name": "remote"}]}
    neutron.mock_api.fault("endpoint-groups", method="GET", body=body, count=None)
    result = neutron.run("endpoint_group", **GROUP)
    assert "has objects without an id" in result["msg"]
    assert neutron.count("POST") == 0
