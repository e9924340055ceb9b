# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five info modules through real Ansible against the mock API server.

A play costs a second or two, so each fixture runs one play of many tasks, and many tests look at
what it left.
"""

from __future__ import annotations

import json
import typing as t

import pytest
import requests
import yaml

from tests.ansible_commands import Ansible
from tests.mock_api import MockApi, Recorded

Row = dict[str, t.Any]
Results = dict[str, dict[str, t.Any]]


class Kind(t.NamedTuple):
    """A module, the name of its result, and the endpoint's collection of the same objects."""

    module: str
    result: str
    collection: str


CONNECTIONS = Kind("ipsec_connection_info", "ipsec_connections", "ipsec_site_connections")
SERVICES = Kind("vpn_service_info", "vpn_services", "vpnservices")
IKE = Kind("ike_policy_info", "ike_policies", "ikepolicies")
IPSEC = Kind("ipsec_policy_info", "ipsec_policies", "ipsecpolicies")
GROUPS = Kind("endpoint_group_info", "endpoint_groups", "endpoint_groups")
KINDS = (CONNECTIONS, SERVICES, IKE, IPSEC, GROUPS)
KINDS_BY_MODULE = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.module)

PROJECT = "vpn-one"
# Selections that are tried once more on a server that knows neither fields nor filters.
UNHELPED = ("disabled", "tag, and another of any value", "name", "service by name, enabled, down")
STATES = {"ACTIVE": "up", "DOWN": "down", "ERROR": "error"}
NOBODYS_ID = "00000000-0000-4000-8000-000000000000"


def has_tag(key: str, *values: str) -> t.Callable[[Row], bool]:
    """Return whether a row has a tag, with one of these values if there are any."""
    return lambda row: any(
        tag["key"] == key and (not values or tag["value"] in values) for tag in row["tags"]
    )


def selections(mock_api: MockApi) -> dict[str, tuple[Kind, Row, t.Callable[[Row], bool]]]:
    """Return the options of a module that filter, and which rows of the server match them."""
    plants = mock_api.id_of(PROJECT, "plants", "vpnservices")
    service = next(row for row in mock_api.rows(PROJECT, "vpnservices") if row["id"] == plants)
    project = mock_api.project_id(PROJECT)
    third = mock_api.id_of(PROJECT, 2)
    return {
        "states": (
            CONNECTIONS,
            {"status": ["pending create", "Active"]},
            lambda row: row["status"] in ("ACTIVE", "PENDING CREATE"),
        ),
        "disabled": (
            CONNECTIONS,
            {"admin_state_up": False, "project_id": project},
            lambda row: row["admin_state_up"] is False,
        ),
        "other project": (CONNECTIONS, {"project_id": "another"}, lambda _row: False),
        "address spelled otherwise": (
            CONNECTIONS,
            {"peer_address": "2001:0DB8:BEEF:0::1"},
            lambda row: row["peer_address"] == "2001:db8:beef::1",
        ),
        "tag, and another of any value": (
            CONNECTIONS,
            {"tags": {"owner": "network-team", "site": ""}},
            has_tag("owner", "network-team"),
        ),
        "name": (
            CONNECTIONS,
            {"name": "branch-berlin"},
            lambda row: row["name"] == "branch-berlin",
        ),
        "strange name": (
            CONNECTIONS,
            {"name": "percent%20encoded&name=x+y#z?<b>&amp;</b>"},
            lambda row: row["name"].startswith("percent%20"),
        ),
        "ID": (CONNECTIONS, {"name": third}, lambda row: row["id"] == third),
        "names and an ID": (
            CONNECTIONS,
            {"name": ["branch-berlin", third, "no such name"]},
            lambda row: row["name"] == "branch-berlin" or row["id"] == third,
        ),
        "tag as a Boolean": (
            CONNECTIONS,
            {"tags": {"critical": True}},
            has_tag("critical", "true"),
        ),
        "ID of nothing": (CONNECTIONS, {"name": NOBODYS_ID}, lambda _row: False),
        "service by name, enabled, down": (
            CONNECTIONS,
            {"vpn_service": "plants", "status": ["DOWN"], "admin_state_up": True},
            lambda row: (
                row["vpnservice_id"] == plants and row["status"] == "DOWN" and row["admin_state_up"]
            ),
        ),
        "service by ID": (
            CONNECTIONS,
            {"vpn_service": plants},
            lambda row: row["vpnservice_id"] == plants,
        ),
        "disabled service": (
            SERVICES,
            {"admin_state_up": False, "status": ["down"]},
            lambda row: not row["admin_state_up"],
        ),
        "service's router and subnet": (
            SERVICES,
            {"router_id": service["router_id"], "subnet_id": service["subnet_id"]},
            lambda row: row["id"] == plants,
        ),
        "service's tag": (
            SERVICES,
            {"tags": {"environment": "production"}},
            has_tag("environment"),
        ),
        "service's ID": (SERVICES, {"name": plants}, lambda row: row["id"] == plants),
        "IKE version": (
            IKE,
            {"ike_version": "v1", "project_id": project},
            lambda row: row["ike_version"] == "v1",
        ),
        "protocol and mode": (
            IPSEC,
            {"transform_protocol": "ah", "encapsulation_mode": "tunnel"},
            lambda row: row["transform_protocol"] == "ah",
        ),
        "type": (GROUPS, {"type": "subnet"}, lambda row: row["type"] == "subnet"),
    }


def task(kind: Kind, options: Row | None = None, **keywords: t.Any) -> Row:
    """Return a task for a module of the collection."""
    return {f"otc.vpn.{kind.module}": options or {}, **keywords}


def conversations(recorded: t.Iterable[Recorded]) -> list[list[Recorded]]:
    """Return the requests after each request for a token: each module that runs asks for one."""
    parts: list[list[Recorded]] = []
    for one in recorded:
        if one.method == "POST":
            parts.append([])
        else:
            parts[-1].append(one)
    return parts


def asked_fields(request: Recorded) -> list[str]:
    """Return the fields that a request asks for."""
    return [value for name, value in request.query if name == "fields"]


@pytest.fixture(scope="module")
def documentation(shared_ansible: Ansible) -> dict[str, Row]:
    """Return what ansible-doc says of each module."""
    names = [f"otc.vpn.{kind.module}" for kind in KINDS]
    done = shared_ansible.run("ansible-doc", "-t", "module", "--json", *names)
    assert done.returncode == 0, done.stderr
    described = json.loads(done.stdout)
    return {kind.module: described[f"otc.vpn.{kind.module}"] for kind in KINDS}


@pytest.fixture(scope="module")
def whole_lists(
    shared_ansible: Ansible, shared_mock_api: MockApi
) -> tuple[Results, list[list[Recorded]]]:
    """Return every kind without options, with the requests of each; then some with `fields`."""
    shared_mock_api.reset()
    tasks = {kind.module: task(kind) for kind in KINDS}
    tasks["some fields"] = task(CONNECTIONS, {"fields": ["peer_address", "order_id"]})
    tasks["derived"] = task(CONNECTIONS, {"fields": ["name", "state", "remote_cidrs"]})
    tasks["psk"] = task(CONNECTIONS, {"include_psk": True})
    tasks["psk by fields"] = task(CONNECTIONS, {"include_psk": True, "fields": ["name", "psk"]})
    tasks["service's fields"] = task(SERVICES, {"fields": ["external_v4_ip"]})
    results = shared_ansible.tasks(tasks, shared_mock_api.environment("alice"))
    return results, conversations(shared_mock_api.requests)


@KINDS_BY_MODULE
def test_documented_fields_are_returned_as_sent(
    kind: Kind,
    whole_lists: tuple[Results, list[list[Recorded]]],
    documentation: dict[str, Row],
    shared_mock_api: MockApi,
) -> None:
    contains = documentation[kind.module]["return"][kind.result]["contains"]
    documented = {name for name, about in contains.items() if about["returned"] == "always"}
    answer = whole_lists[0][kind.module]
    assert answer["changed"] is False
    rows = shared_mock_api.rows(PROJECT, kind.collection)
    assert len(answer[kind.result]) == len(rows)
    for fact, row in zip(answer[kind.result], rows, strict=True):
        assert documented <= set(fact)
        project = row["tenant_id"]
        status = {"status": row["status"].replace(" ", "_")} if "status" in row else {}
        wanted = {**row, **status, "project_id": project, "tenant_id": project}
        if kind is CONNECTIONS:
            wanted["state"] = STATES.get(row["status"], "pending")
            if not row["admin_state_up"]:
                wanted["state"] = "disabled"
        assert {name: fact[name] for name in documented} == {
            name: wanted.get(name) for name in documented
        }
        for name in documented:
            assert fact[name] is None or type(fact[name]).__name__ == contains[name]["type"], name


@KINDS_BY_MODULE
def test_pre_shared_key_is_neither_requested_nor_returned(
    kind: Kind, whole_lists: tuple[Results, list[list[Recorded]]]
) -> None:
    results, requests_of = whole_lists
    (request,) = requests_of[KINDS.index(kind)]
    assert "id" in asked_fields(request)
    assert "psk" not in asked_fields(request)
    assert all("psk" not in row for row in results[kind.module][kind.result])


@KINDS_BY_MODULE
def test_list_is_one_request_without_limit(
    kind: Kind, whole_lists: tuple[Results, list[list[Recorded]]]
) -> None:
    (request,) = whole_lists[1][KINDS.index(kind)]
    assert {name for name, _value in request.query} == {"fields"}


def test_fields_limit_what_is_returned_and_requested(
    whole_lists: tuple[Results, list[list[Recorded]]], shared_mock_api: MockApi
) -> None:
    results, requests_of = whole_lists
    assert results["some fields"]["ipsec_connections"] == [
        {name: row.get(name) for name in ("id", "peer_address", "order_id")}
        for row in shared_mock_api.rows(PROJECT)
    ]
    (request,) = requests_of[len(KINDS)]
    assert {"peer_address", "order_id"} <= set(asked_fields(request))
    assert not {"description", "psk", "dpd"} & set(asked_fields(request))
    assert all(
        set(row) == {"id", "external_v4_ip"} for row in results["service's fields"]["vpn_services"]
    )


def test_fields_name_states_and_resolved_networks_without_resolve(
    whole_lists: tuple[Results, list[list[Recorded]]],
) -> None:
    results, requests_of = whole_lists
    rows = results["derived"]["ipsec_connections"]
    assert {tuple(row) for row in rows} == {("id", "name", "remote_cidrs", "state")}
    vienna = next(row for row in rows if row["name"] == "data-center-vienna")
    assert vienna["state"] == "disabled"
    assert all(row["remote_cidrs"] for row in rows)
    paths = [request.path for request in requests_of[len(KINDS) + 1]]
    assert paths == ["/v2.0/vpn/ipsec-site-connections", "/v2.0/vpn/endpoint-groups"]


def test_include_psk_returns_pre_shared_key(
    whole_lists: tuple[Results, list[list[Recorded]]], shared_mock_api: MockApi
) -> None:
    results = whole_lists[0]
    keys = [row["psk"] for row in shared_mock_api.rows(PROJECT)]
    assert [row["psk"] for row in results["psk"]["ipsec_connections"]] == keys
    assert [row["psk"] for row in results["psk by fields"]["ipsec_connections"]] == keys
    assert all(
        set(row) == {"id", "name", "psk"} for row in results["psk by fields"]["ipsec_connections"]
    )


@pytest.fixture(scope="module")
def selected(
    shared_ansible: Ansible, shared_mock_api: MockApi
) -> tuple[Results, dict[str, list[Recorded]]]:
    """Return each selection on a server that knows fields and filters, with its requests."""
    shared_mock_api.reset()
    wanted = selections(shared_mock_api)
    tasks = {name: task(kind, options) for name, (kind, options, _holds) in wanted.items()}
    results = shared_ansible.tasks(tasks, shared_mock_api.environment("alice"))
    return results, dict(zip(tasks, conversations(shared_mock_api.requests), strict=True))


@pytest.fixture(scope="module")
def selected_here(shared_ansible: Ansible, shared_mock_api: MockApi) -> Results:
    """Return each selection of connections on a server that ignores fields and filters alike."""
    shared_mock_api.reset()
    shared_mock_api.fault("/v2.0/", quirks=["ignore_fields", "ignore_filters"], count=None)
    wanted = selections(shared_mock_api)
    tasks = {
        name: task(kind, options)
        for name, (kind, options, _holds) in wanted.items()
        if kind is CONNECTIONS
    }
    results = shared_ansible.tasks(
        {**tasks, "all": task(CONNECTIONS), "some fields": task(CONNECTIONS, {"fields": ["name"]})},
        shared_mock_api.environment("alice"),
    )
    shared_mock_api.reset()
    return results


def test_each_filter_selects(
    selected: tuple[Results, dict[str, list[Recorded]]], shared_mock_api: MockApi
) -> None:
    for name, (kind, _options, holds) in selections(shared_mock_api).items():
        rows = shared_mock_api.rows(PROJECT, kind.collection)
        found = [row["id"] for row in selected[0][name][kind.result]]
        assert found == [row["id"] for row in rows if holds(row)], name


def test_filters_and_redaction_apply_when_server_ignores_them(
    selected_here: Results, shared_mock_api: MockApi
) -> None:
    rows = shared_mock_api.rows(PROJECT)
    for name, (_kind, _options, holds) in selections(shared_mock_api).items():
        if name in UNHELPED:
            found = [row["id"] for row in selected_here[name]["ipsec_connections"]]
            assert found == [row["id"] for row in rows if holds(row)], name
    assert selected_here["some fields"]["ipsec_connections"] == [
        {"id": row["id"], "name": row["name"]} for row in rows
    ]
    assert not any(
        "psk" in row for answer in selected_here.values() for row in answer["ipsec_connections"]
    )


def test_id_is_one_request_for_that_object(
    selected: tuple[Results, dict[str, list[Recorded]]], shared_mock_api: MockApi
) -> None:
    path = "/v2.0/vpn/ipsec-site-connections"
    for name, object_id, lists in (
        ("ID", shared_mock_api.id_of(PROJECT, 2), []),
        # Only the list shows that a 404 means the object.
        ("ID of nothing", NOBODYS_ID, [path]),
    ):
        paths = [request.path for request in selected[1][name]]
        assert paths == [f"{path}/{object_id}", *lists]
    (request,) = selected[1]["service by ID"]
    assert request.path == path


def test_requests_omit_psk_and_limit(
    selected: tuple[Results, dict[str, list[Recorded]]],
) -> None:
    sent = {name for made in selected[1].values() for one in made for name, _value in one.query}
    assert sent <= {"fields", "name"}


@pytest.fixture(scope="module")
def logins(shared_ansible: Ansible, shared_mock_api: MockApi) -> Results:
    """Return all of alice's connections by each way to log in."""
    mock_api = shared_mock_api
    mock_api.reset()
    auth = mock_api.auth_options()
    issued = requests.post(
        f"{mock_api.auth_url}/auth/tokens",
        json={
            "auth": {
                "identity": {
                    "methods": ["password"],
                    "password": {
                        "user": {
                            "name": "alice",
                            "password": auth["password"],
                            "domain": {"name": "Default"},
                        }
                    },
                }
            }
        },
        timeout=10,
    )
    scope = {name: auth[name] for name in ("auth_url", "project_name", "project_domain_name")}
    temporary = mock_api.access_keys("alice")[1]
    credential = mock_api.application_credential("alice")
    clouds = {
        "alice": {"auth": auth, "region_name": "RegionOne"},
        "automation": {
            "auth_type": "v3applicationcredential",
            "auth": {
                "auth_url": mock_api.auth_url,
                "application_credential_id": credential["id"],
                "application_credential_secret": credential["secret"],
            },
        },
        "two regions": {"auth": auth, "regions": ["RegionTwo", "RegionOne"]},
    }
    (shared_ansible.folder / "clouds.yaml").write_text(yaml.safe_dump({"clouds": clouds}))
    file = {"OS_CLIENT_CONFIG_FILE": str(shared_ansible.folder / "clouds.yaml")}
    tasks = {
        "token": task(
            CONNECTIONS,
            {"auth_type": "token", "auth": {**scope, "token": issued.headers["X-Subject-Token"]}},
        ),
        "application credential": task(
            CONNECTIONS, environment=mock_api.environment("alice", "v3applicationcredential")
        ),
        "access key": task(CONNECTIONS, environment=mock_api.environment("alice", "aksk")),
        "temporary access key": task(
            CONNECTIONS,
            {
                "auth_type": "aksk",
                "endpoint": f"{mock_api.url}/v1/{mock_api.project_id(PROJECT)}",
                "auth": {**temporary, "project_id": mock_api.project_id(PROJECT)},
            },
        ),
        "cloud with credential": task(CONNECTIONS, {"cloud": "automation"}, environment=file),
        "OS_CLOUD": task(CONNECTIONS, environment={**file, "OS_CLOUD": "alice"}),
        "region of clouds.yaml": task(
            CONNECTIONS, {"cloud": "two regions", "region_name": "RegionOne"}, environment=file
        ),
        "endpoint by hand": task(
            CONNECTIONS,
            {"auth": auth, "endpoint": f"{mock_api.url}/v2.0", "region_name": "RegionTwo"},
        ),
    }
    return shared_ansible.tasks(tasks)


@pytest.mark.parametrize(
    "way",
    [
        "token",
        "application credential",
        "access key",
        "temporary access key",
        "cloud with credential",
        "OS_CLOUD",
        "region of clouds.yaml",
        "endpoint by hand",
    ],
)
def test_authentication_methods_return_same_connections(
    way: str, logins: Results, shared_mock_api: MockApi
) -> None:
    answer = logins[way]
    assert [row["id"] for row in answer.get("ipsec_connections", [answer.get("msg")])] == [
        row["id"] for row in shared_mock_api.rows(PROJECT)
    ]


def test_only_secrets_are_masked(ansible: Ansible, mock_api: MockApi) -> None:
    connection = mock_api.id_of(PROJECT, 0)
    texts = {"name": "vpn-one-berlin of alice", "description": "Default vpn-one RegionOne"}
    mock_api.change(connection, **texts)
    auth = mock_api.auth_options()
    auth["project_id"] = mock_api.project_id(PROJECT)
    auth.pop("project_name")
    answer = ansible.module("ipsec_connection_info", {"auth": auth, "name": connection})
    (row,) = answer["ipsec_connections"]
    assert {name: row[name] for name in texts} == texts
    assert row["project_id"] == auth["project_id"]


def test_module_defaults_and_check_mode_serve_all_modules(
    ansible: Ansible, mock_api: MockApi
) -> None:
    auth = mock_api.auth_options()
    results = ansible.tasks(
        {kind.module: task(kind) for kind in KINDS},
        None,
        "--check",
        module_defaults={"group/otc.vpn.all": {"auth": auth, "region_name": "RegionOne"}},
    )
    for kind in KINDS:
        rows = mock_api.rows(PROJECT, kind.collection)
        assert [row["id"] for row in results[kind.module][kind.result]] == [
            row["id"] for row in rows
        ]
        assert results[kind.module]["changed"] is False


def test_resolved_connections_show_gateway_and_networks(
    ansible: Ansible, mock_api: MockApi
) -> None:
    answer = ansible.module(
        "ipsec_connection_info", {"resolve": True}, mock_api.environment("alice")
    )
    named = {row["name"]: row for row in answer["ipsec_connections"]}
    munich = named["branch-munich"]
    assert munich["local_address"] == "203.0.113.10"
    assert munich["local_cidrs"] == ["10.10.0.0/24", "10.10.1.0/24"]
    assert munich["remote_cidrs"] == ["192.168.20.0/24"]
    assert munich["vpn_service"]["name"] == "production"
    assert munich["ike_policy"]["name"] == "ike-v2-ecp"
    assert munich["ipsec_policy"]["name"] == "esp-ecp"
    assert munich["local_ep_group"]["name"] == "cloud-app-db"
    assert munich["peer_ep_group"]["name"] == "munich"
    leipzig = named["plant-leipzig"]
    assert leipzig["local_address"] == "203.0.113.20"
    assert leipzig["local_cidrs"] == ["10.20.0.0/24"]
    assert leipzig["remote_cidrs"] == ["192.168.60.0/24"]
    assert leipzig["local_ep_group"] is None
    rotterdam = named["warehouse-rotterdam"]
    assert rotterdam["local_address"] == "2001:db8:ffff::10"
    assert rotterdam["local_cidrs"] == ["2001:db8:10::/64"]
    (made,) = conversations(mock_api.requests)
    assert sorted(one.path for one in made) == [
        "/v2.0/subnets",
        "/v2.0/vpn/endpoint-groups",
        "/v2.0/vpn/ikepolicies",
        "/v2.0/vpn/ipsec-site-connections",
        "/v2.0/vpn/ipsecpolicies",
        "/v2.0/vpn/vpnservices",
    ]


def test_many_resolved_connections_take_no_more_requests(ansible: Ansible) -> None:
    with MockApi("otc", connections=300) as mock_api:
        answer = ansible.module(
            "ipsec_connection_info",
            {"resolve": True, "fields": ["name"]},
            mock_api.environment("carl"),
        )
        (made,) = conversations(mock_api.requests)
    rows = answer["ipsec_connections"]
    assert len(rows) == 300
    assert all(row["local_address"] and row["local_cidrs"] and row["remote_cidrs"] for row in rows)
    assert len(made) == 6


def test_unreadable_objects_are_null_with_warning(ansible: Ansible, mock_api: MockApi) -> None:
    mock_api.fault("/v2.0/vpn/ikepolicies", status=403, body={"message": "not yours"}, count=None)
    (subnet,) = (
        row["id"] for row in mock_api.rows(PROJECT, "subnets") if row["name"] == "production-db"
    )
    mock_api.remove(subnet)
    look_up = task(CONNECTIONS, {"resolve": True, "name": "branch-munich"}, register="answer")
    show = {"ansible.builtin.debug": {"var": "answer"}}
    results = ansible.tasks({"Look up": look_up, "Show": show}, mock_api.environment("alice"))
    answer = results["Show"]["answer"]
    (row,) = answer["ipsec_connections"]
    assert row["ike_policy"] is None
    assert row["ipsec_policy"]["name"] == "esp-ecp"
    # one of two subnets is unknown: a list of one would be a wrong answer
    assert row["local_cidrs"] is None
    forbidden, missing = answer["warnings"]
    assert "IKE policy" in forbidden
    assert "not yours" in forbidden
    assert subnet in missing


def test_waiting_ends_when_each_has_state(ansible: Ansible, mock_api: MockApi) -> None:
    paris, globex = (mock_api.id_of(PROJECT, name) for name in ("office-paris", "partner-globex"))
    lists = "^/v2.0/vpn/ipsec-site-connections"
    mock_api.fault(lists, skip=1, change={globex: {"status": "Active"}})
    mock_api.fault(lists, skip=1, status=401)
    mock_api.fault(lists, skip=1, change={paris: {"status": "ACTIVE"}})
    answer = ansible.module(
        "ipsec_connection_info",
        {
            "status": ["PENDING_UPDATE", "PENDING_CREATE"],
            "wait_for": ["active"],
            "wait_interval": 0.05,
            "wait_timeout": 60,
        },
        mock_api.environment("alice"),
    )
    assert {row["id"]: row["status"] for row in answer["ipsec_connections"]} == {
        paris: "ACTIVE",
        globex: "ACTIVE",
    }
    # one token, and one more after the 401
    assert [one.method for one in mock_api.requests].count("POST") == 2


def test_timeout_reports_last_statuses(ansible: Ansible, mock_api: MockApi) -> None:
    answer = ansible.module(
        "ipsec_connection_info",
        {
            "vpn_service": "plants",
            "wait_for": ["ACTIVE"],
            "wait_interval": 0.5,
            "wait_timeout": 5,
        },
        mock_api.environment("alice"),
    )
    assert "ipsec_connections" not in answer
    assert "plant-gdansk: ERROR" in answer["msg"]
    assert answer["failure"] == {"status": None, "temporary": True, "request_id": None}
    assert "plant-leipzig" not in answer["msg"]
    source = {"cloud": None, "region": "RegionOne", "project": "vpn-one", "project_id": None}
    assert answer["source"] == source
    assert "after 5 seconds" in answer["msg"]


def test_waiting_that_cannot_succeed_is_rejected(ansible: Ansible, mock_api: MockApi) -> None:
    wait = {"wait_for": ["ACTIVE"], "wait_interval": 0.1}
    results = ansible.tasks(
        {
            "no match": task(CONNECTIONS, {**wait, "name": ["branch-munich", "no such name"]}),
            "nothing": task(CONNECTIONS, {**wait, "status": ["FROZEN"]}),
            "nan": task(CONNECTIONS, {**wait, "wait_timeout": "nan"}),
            "inf": task(CONNECTIONS, {**wait, "wait_timeout": "inf"}),
            "negative": task(CONNECTIONS, {**wait, "wait_interval": -1}),
            "a mapping": task(CONNECTIONS, {"name": {"a": 1}}),
        },
        mock_api.environment("alice"),
    )
    messages = {name: answer["msg"] for name, answer in results.items()}
    assert "Cannot wait for no such name" in messages["no match"]
    assert "no IPsec connection matches" in messages["nothing"]
    assert "wait_timeout must be 0 to 604800, got: nan" in messages["nan"]
    assert "wait_timeout must be 0 to 604800, got: inf" in messages["inf"]
    assert "wait_interval must be 0.001 to 604800, got: -1" in messages["negative"]
    assert "name must be a name, an ID, or a list of names and IDs" in messages["a mapping"]


def test_unknown_status_is_warning_before_any_request(ansible: Ansible) -> None:
    closed = {"endpoint": "http://127.0.0.1:9", "auth_type": "token", "auth": {"token": "x" * 20}}
    look_up = task(CONNECTIONS, {**closed, "retries": 0, "status": ["UP"]})
    look_up |= {"register": "answer", "ignore_errors": True}
    show = {"ansible.builtin.debug": {"var": "answer"}}
    answer = ansible.tasks({"Look up": look_up, "Show": show})["Show"]["answer"]
    assert answer["failed"]
    assert any("status contains UP" in warning for warning in answer["warnings"])


def test_reader_gets_empty_list(ansible: Ansible, mock_api: MockApi) -> None:
    answer = ansible.module("ipsec_connection_info", {}, mock_api.environment("rita"))
    assert answer["ipsec_connections"] == []
