# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that create, change and remove objects, on the mock API server and on Neutron.

They write to the project vpn-writing, which is empty before and after each test.
"""

from __future__ import annotations

import json
import threading
import typing as t
from dataclasses import dataclass

import pytest

from tests.contract.reporting_agent import reporting_agent
from tests.contract.world import World, openstack_world
from tests.in_process import run_module
from tests.mock_api import MockApi
from tests.mock_api.scenario import KINDS

Row = dict[str, t.Any]

PROJECT = "vpn-writing"
PSK = "not-for-logs-of-writing"
IKE: Row = {
    "name": "ike",
    "auth_algorithm": "sha256",
    "encryption_algorithm": "aes-256",
    "pfs": "group14",
    "ike_version": "v2",
    "lifetime": 28800,
}
ESP: Row = {"name": "esp", "auth_algorithm": "sha2-256", "encryption_algorithm": "aes-256"}
SERVICE: Row = {"name": "service", "router": "writing", "description": "Offices"}
REMOTE: Row = {"name": "remote", "type": "cidr", "endpoints": ["192.168.1.1/24", "192.168.2.0/24"]}
TUNNEL: Row = {
    "name": "tunnel",
    "vpn_service": "service",
    "ike_policy": "ike",
    "ipsec_policy": "esp",
    "local_ep_group": "local",
    "peer_ep_group": "remote",
    "peer_address": "198.51.100.7",
    "peer_id": "198.51.100.7",
    "psk": PSK,
}
COLLECTIONS = {
    "ipsec_connection": "ipsec_site_connections",
    "endpoint_group": "endpoint_groups",
    "ipsec_policy": "ipsecpolicies",
    "ike_policy": "ikepolicies",
    "vpn_service": "vpnservices",
}


@dataclass
class Project:
    """The project that the tests write to, as its member wendy."""

    world: World

    def run(
        self, module: str, *, check: bool = False, user: str = "wendy", **options: t.Any
    ) -> Row:
        """Return a module's result, in which no pre-shared key can be."""
        environment = self.world.environment(user)
        result = run_module(module, options, environment, check)
        assert "not-for-logs" not in json.dumps(result), result
        return result

    def change(self, module: str, **options: t.Any) -> Row:
        """Return the result of a module that has to change something, as its check mode predicts."""
        forecast = self.run(module, check=True, **options)
        result = self.run(module, **options)
        assert result.get("changed"), result
        assert forecast["changed"], forecast
        assert result["diff"] == forecast["diff"]
        again = self.run(module, **options)
        assert not again["changed"], again
        return result

    def refuse(self, module: str, **options: t.Any) -> str:
        """Return the message of a module that has to fail in both modes."""
        results = [self.run(module, check=check, **options) for check in (True, False)]
        assert all(result.get("failed") for result in results), results
        assert results[0]["msg"] == results[1]["msg"]
        return str(results[1]["msg"])

    def rows(self) -> dict[str, list[Row]]:
        """Return everything in the project."""
        return {
            name: sorted(self.world.server.rows(PROJECT, name), key=lambda row: str(row["id"]))
            for name in COLLECTIONS.values()
        }

    def one(self, collection: str, name: str) -> Row:
        """Return the only object with a name."""
        (row,) = [one for one in self.world.server.rows(PROJECT, collection) if one["name"] == name]
        return row

    def subnets(self, *names: str) -> list[str]:
        return [self.world.server.id_of(PROJECT, name, "subnets") for name in names]

    def local(self) -> Row:
        return {"name": "local", "type": "subnet", "endpoints": self.subnets("writing-app")}

    def build(self, **tunnel: t.Any) -> None:
        """Create everything that a tunnel consists of, up."""
        for module, options in (
            ("vpn_service", SERVICE),
            ("ike_policy", IKE),
            ("ipsec_policy", ESP),
            ("endpoint_group", self.local()),
            ("endpoint_group", REMOTE),
            ("ipsec_connection", {**TUNNEL, "wait_interval": 0.2, **tunnel}),
        ):
            result = self.run(module, **options)
            assert result.get("changed"), result

    def ask(
        self, method: str, collection: str, object_id: str = "", body: Row | None = None
    ) -> Row:
        """Return the object in the response to a request that has to succeed."""
        kind = KINDS[collection]
        path = f"{kind.path}/{object_id}" if object_id else kind.path
        answer = self.world.ask(
            path, user="wendy", method=method, body={kind.member: body} if body else None
        )
        assert answer.status < 300, answer.json
        return t.cast("Row", answer.json[kind.member] if answer.json else {})

    def clear(self) -> None:
        for collection in COLLECTIONS.values():
            for row in self.world.server.rows(PROJECT, collection):
                self.ask("DELETE", collection, row["id"])


@pytest.fixture
def project(world: World) -> t.Iterator[Project]:
    project = Project(world)
    with reporting_agent(world, PROJECT):
        yield project
    project.clear()


# --- the whole life ---


def test_objects_are_created_kept_and_removed(project: Project) -> None:
    objects = {
        "service": ("vpn_service", SERVICE),
        "ike": ("ike_policy", IKE),
        "esp": ("ipsec_policy", ESP),
        "local": ("endpoint_group", project.local()),
        "remote": ("endpoint_group", REMOTE),
        "tunnel": ("ipsec_connection", {**TUNNEL, "wait_interval": 0.2}),
    }
    created = {
        name: project.change(module, **options) for name, (module, options) in objects.items()
    }
    assert created["tunnel"]["ipsec_connection"]["status"] in ("ACTIVE", "DOWN")
    assert created["service"]["vpn_service"]["status"] == "PENDING_CREATE"
    networks = ["192.168.1.0/24", "192.168.2.0/24"]
    assert created["remote"]["endpoint_group"]["endpoints"] == networks

    for module, options in objects.values():
        assert not project.run(module, check=True, **options)["changed"]
    for name, (module, _options) in objects.items():
        assert project.run(module, check=True, name=name, state="absent")["changed"]
    for name, (module, _options) in reversed(objects.items()):
        removed = project.run(module, name=name, state="absent")
        assert removed.get("changed"), removed
        assert removed[module] is None
        for check in (False, True):
            assert not project.run(module, check=check, name=name, state="absent")["changed"]


# --- each field alone ---

CHANGES: list[tuple[str, str, Row]] = [
    ("ipsec_connection", "tunnel", {"description": "Berlin, 東京"}),
    ("ipsec_connection", "tunnel", {"description": ""}),
    ("ipsec_connection", "tunnel", {"peer_address": "198.51.100.8"}),
    ("ipsec_connection", "tunnel", {"peer_id": "berlin.example.org"}),
    ("ipsec_connection", "tunnel", {"local_id": "cloud.example.org"}),
    ("ipsec_connection", "tunnel", {"psk": " another key with <>&'\" not-for-logs "}),
    ("ipsec_connection", "tunnel", {"initiator": "response-only"}),
    ("ipsec_connection", "tunnel", {"mtu": 1400}),
    ("ipsec_connection", "tunnel", {"dpd": {"action": "restart"}}),
    ("ipsec_connection", "tunnel", {"dpd": {"interval": 10, "timeout": 60}}),
    ("ipsec_connection", "tunnel", {"admin_state_up": False}),
    ("ipsec_connection", "tunnel", {"admin_state_up": True}),
    ("ipsec_connection", "tunnel", {"peer_ep_group": "other"}),
    ("vpn_service", "service", {"description": "All offices"}),
    ("vpn_service", "service", {"admin_state_up": False}),
    ("endpoint_group", "remote", {"description": "Berlin"}),
    *[
        (module, "spare", change)
        for module, more in (
            ("ike_policy", ({"ike_version": "v1"}, {"phase1_negotiation_mode": "aggressive"})),
            ("ipsec_policy", ({"transform_protocol": "ah"}, {"encapsulation_mode": "transport"})),
        )
        for change in (
            {"description": "Strong"},
            {"auth_algorithm": "sha512"},
            {"auth_algorithm": "aes-cmac"},
            {"encryption_algorithm": "aes-256-gcm-16"},
            {"pfs": "group31"},
            {"lifetime": 2147483647},
            *more,
        )
    ],
]


def test_each_field_changes_alone_and_no_other(project: Project) -> None:
    project.build()
    for module, policy in (("ike_policy", IKE), ("ipsec_policy", ESP)):
        project.run(module, **{**policy, "name": "spare"})
    project.run("endpoint_group", name="other", type="cidr", endpoints=["192.168.9.0/24"])
    for module, name, change in CHANGES:
        before = project.one(COLLECTIONS[module], name)
        result = project.change(module, name=name, **change)
        after = project.one(COLLECTIONS[module], name)
        changed = {field for field in after if after[field] != before[field]} - {"status"}
        (option,) = change
        fields = {"peer_ep_group": "peer_ep_group_id"}
        assert changed == {fields.get(option, option)}, (module, change)
        assert set(result["diff"]["before"]) | set(result["diff"]["after"]) == changed


def test_renamed_object_keeps_its_id(project: Project) -> None:
    project.build()
    for module, collection in COLLECTIONS.items():
        if "policy" in module:
            continue
        name = {"ipsec_connection": "tunnel", "vpn_service": "service", "endpoint_group": "remote"}[
            module
        ]
        object_id = project.one(collection, name)["id"]
        result = project.change(module, id=object_id, name=f"{name} renamed")
        assert result["diff"] == {"before": {"name": name}, "after": {"name": f"{name} renamed"}}
        assert project.one(collection, f"{name} renamed")["id"] == object_id


def test_diff_of_changed_key_is_word(project: Project) -> None:
    project.build()
    result = project.change("ipsec_connection", name="tunnel", psk="not-for-logs-rotated")
    assert result["diff"] == {"before": {}, "after": {"psk": "changed"}}
    assert project.one("ipsec_site_connections", "tunnel")["psk"] == "not-for-logs-rotated"
    kept = project.run(
        "ipsec_connection", name="tunnel", psk="not-for-logs-again", update_psk="on_create"
    )
    assert not kept["changed"]


def test_hidden_key_is_sent_on_each_run_with_warning(project: Project) -> None:
    project.build()
    with project.world.policy("hide_psk"):
        results = [project.run("ipsec_connection", **TUNNEL) for _run in range(2)]
        kept = project.run("ipsec_connection", **TUNNEL, update_psk="on_create")
    for result in results:
        assert result["changed"]
        assert any("update_psk" in str(warning) for warning in result["warnings"])
    assert not kept["changed"]


# --- meaning, not text ---


def test_other_notations_are_no_change(project: Project) -> None:
    project.build()
    same = project.run(
        "endpoint_group", name="remote", endpoints=["192.168.2.77/24", "192.168.1.0/24"]
    )
    assert not same["changed"]
    stored = {"name": "stored", "type": "cidr", "endpoints": ["10.9.0.1/24"]}
    assert project.ask("POST", "endpoint_groups", body=stored)["endpoints"] == ["10.9.0.1/24"]
    assert not project.run("endpoint_group", name="stored", endpoints=["10.9.0.0/24"])["changed"]
    upper = [one.upper() for one in project.subnets("writing-app")]
    assert not project.run("endpoint_group", name="local", endpoints=upper)["changed"]
    assert not project.run("ike_policy", name="ike", auth_algorithm="sha2-256")["changed"]
    service = project.one("vpnservices", "service")["id"].upper()
    assert not project.run("ipsec_connection", name="tunnel", vpn_service=service)["changed"]


# --- refusals ---

UNKNOWN = "00000000-0000-4000-8000-000000000000"
LEGACY: Row = {
    **{name: value for name, value in TUNNEL.items() if "group" not in name},
    "name": "legacy",
    "peer_cidrs": ["192.168.70.0/24"],
}
REFUSALS: list[tuple[str, Row, str]] = [
    ("ipsec_connection", {**TUNNEL, "name": "new", "mtu": 0}, "mtu must be between 68"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "mtu": 2**31}, "mtu must be between 68"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "psk": ""}, "psk must have 1 to 255"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "psk": "x" * 256}, "psk must have 1 to 255"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "psk": "a\0b"}, "psk must not contain a NUL"),
    ("ipsec_connection", {**TUNNEL, "name": "x" * 256}, "name must have 1 to 255 characters"),
    ("ipsec_connection", {**TUNNEL, "name": " new"}, "name must not begin or end"),
    ("ipsec_connection", {**TUNNEL, "name": "new \U0001f600"}, "name must not contain U+1F600"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "peer_id": "x" * 256}, "peer_id must have"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "description": "x" * 256}, "description must"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "peer_address": "198.51.100"}, "peer_address"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "peer_address": "3325256705"}, "peer_address"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "peer_address": "x" * 300}, "peer_address"),
    (
        "ipsec_connection",
        {**TUNNEL, "name": "new", "peer_address": "nowhere.invalid"},
        "cannot resolve nowhere.invalid",
    ),
    (
        "ipsec_connection",
        {**TUNNEL, "name": "new", "dpd": {"interval": 0}},
        "dpd.interval must be between 1",
    ),
    (
        "ipsec_connection",
        {**TUNNEL, "name": "new", "dpd": {"interval": 120}},
        "dpd.timeout must be greater than dpd.interval",
    ),
    (
        "ipsec_connection",
        {"name": "tunnel", "dpd": {"timeout": 30}},
        "dpd.timeout must be greater than dpd.interval",
    ),
    ("ipsec_connection", {**TUNNEL, "name": "new", "admin_state_up": False}, "admin_state_up"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "vpn_service": UNKNOWN}, "vpn_service: no"),
    ("ipsec_connection", {"name": "new", "psk": PSK}, "requires vpn_service, ike_policy"),
    (
        "ipsec_connection",
        {"name": "tunnel", "ike_policy": "other-ike"},
        "Set recreate to true",
    ),
    (
        "ipsec_connection",
        {"name": "tunnel", "ike_policy": "other-ike", "recreate": True},
        "requires psk",
    ),
    ("ipsec_connection", {"name": "tunnel", "peer_cidrs": ["10.9.0.0/24"]}, "Set recreate to"),
    ("ipsec_connection", {"id": UNKNOWN, "name": "tunnel"}, f"has the ID {UNKNOWN}"),
    ("vpn_service", {"name": "service", "router": "elsewhere"}, "does not support it"),
    ("vpn_service", {"name": "lonely", "description": "later"}, "until its first connection"),
    ("vpn_service", {"name": "new"}, "requires router"),
    ("ike_policy", {"name": "ike", "lifetime": 60}, "is used by tunnel"),
    ("ike_policy", {"name": "ike", "description": "x"}, "is used by tunnel"),
    ("ipsec_policy", {"name": "esp", "lifetime": 60}, "is used by tunnel"),
    ("ike_policy", {"name": "new"}, "requires auth_algorithm, encryption_algorithm"),
    ("ike_policy", {**IKE, "name": "new", "auth_algorithm": "sha1"}, "cannot read policies"),
    ("ipsec_policy", {**ESP, "name": "new", "encryption_algorithm": "3des"}, "cannot read"),
    ("ike_policy", {**IKE, "name": "new", "auth_algorithm": "md5"}, "auth_algorithm must be one"),
    ("ike_policy", {**IKE, "name": "new", "pfs": "group1"}, "pfs must be one of"),
    ("ike_policy", {**IKE, "name": "new", "lifetime": 59}, "lifetime must be between 60"),
    ("ike_policy", {**IKE, "name": "new", "lifetime": 2**31}, "lifetime must be between 60"),
    ("ipsec_policy", {**ESP, "name": "new", "transform_protocol": "ah-esp"}, "ah-esp policy"),
    ("endpoint_group", {**REMOTE, "endpoints": ["192.168.3.0/24"]}, "Set replace to true"),
    ("endpoint_group", {**REMOTE, "type": "subnet"}, "must each be the ID of a subnet"),
    (
        "endpoint_group",
        {**REMOTE, "name": "new", "endpoints": ["10.0.0.0/24", "10.0.0.1/24"]},
        "more than once",
    ),
    (
        "endpoint_group",
        {**REMOTE, "name": "new", "endpoints": ["2001:DB8:0:0::/32", "2001:db8::/32"]},
        "more than once",
    ),
    (
        "endpoint_group",
        {**REMOTE, "name": "new", "endpoints": ["10.0.0.0/24", "2001:db8::/32"]},
        "must not mix IPv4 and IPv6",
    ),
    ("endpoint_group", {**REMOTE, "name": "new", "endpoints": ["10.0.0.1"]}, "endpoints must"),
    ("endpoint_group", {**REMOTE, "name": "new", "endpoints": []}, "endpoints must not be empty"),
    ("endpoint_group", {"name": "remote", "replace": True, "endpoints": ["2001:db8::/32"]}, "keep"),
    ("endpoint_group", {**REMOTE, "name": ""}, "name must have 1 to 255 characters"),
    ("endpoint_group", {**REMOTE, "name": "two\nlines"}, "name must not contain U+000A"),
    ("endpoint_group", {**REMOTE, "name": "new", "endpoints": ["010.0.0.0/8"]}, "endpoints must"),
    (
        "endpoint_group",
        {"name": "new", "type": "subnet", "endpoints": ["writing-app"]},
        "endpoints must",
    ),
    ("ipsec_connection", {**TUNNEL, "name": "new", "peer_id": ""}, "peer_id must have 1 to 255"),
    ("ipsec_connection", {**TUNNEL, "name": "new", "local_id": "x" * 256}, "local_id must have"),
    ("ipsec_connection", {**LEGACY, "peer_cidrs": ["10.0.0.0/8", "10.1.1.1/8"]}, "peer_cidrs"),
    ("ipsec_connection", {**LEGACY, "peer_cidrs": []}, "peer_cidrs must not be empty"),
    ("ike_policy", {"name": "new", "encryption_algorithm": "aes-256"}, "requires auth_algorithm"),
]


def test_refusals_name_option_and_change_nothing(project: Project) -> None:
    project.build()
    project.run("ike_policy", **{**IKE, "name": "other-ike"})
    project.run("vpn_service", name="lonely", router="elsewhere")
    before = project.rows()
    server = project.world.server
    if isinstance(server, MockApi):
        server.requests.clear()
    for module, options, sentence in REFUSALS:
        assert sentence in project.refuse(module, **options), (module, options)
    assert project.rows() == before
    if isinstance(server, MockApi):
        sent = {one.method for one in server.requests if one.path.startswith("/v2.0/")}
        assert sent == {"GET"}


def test_object_in_use_is_not_removed(project: Project) -> None:
    project.build()
    tunnel = project.one("ipsec_site_connections", "tunnel")["id"]
    for module, name in (
        ("vpn_service", "service"),
        ("ike_policy", "ike"),
        ("ipsec_policy", "esp"),
        ("endpoint_group", "local"),
        ("endpoint_group", "remote"),
    ):
        refused = project.run(module, name=name, state="absent")
        assert refused.get("failed")
        assert f"tunnel ({tunnel})" in refused["msg"]
        forecast = project.run(module, name=name, state="absent", check=True)
        assert forecast["changed"]
        assert any(tunnel in str(warning) for warning in forecast["warnings"])


def test_pending_object_is_waited_for_or_rejected(project: Project) -> None:
    project.build()
    tunnel = project.one("ipsec_site_connections", "tunnel")["id"]
    project.world.server.change_status(tunnel, "PENDING_UPDATE")
    refused = project.refuse("ipsec_connection", name="tunnel", mtu=1400, wait=False)
    assert "while it is PENDING_UPDATE" in refused
    expired = project.run("ipsec_connection", name="tunnel", mtu=1400, wait_timeout=0)
    assert "waiting for IPsec connection tunnel" in expired["msg"]
    assert project.one("ipsec_site_connections", "tunnel")["mtu"] == 1500
    report = threading.Timer(1, project.world.server.change_status, (tunnel, "DOWN"))
    report.start()
    result = project.run("ipsec_connection", name="tunnel", mtu=1399, wait_interval=0.2)
    report.join()
    assert result.get("changed"), result
    project.world.server.change_status(tunnel, "ERROR")
    assert project.run("ipsec_connection", name="tunnel", mtu=1398)["changed"]


# --- names and rights ---


def test_name_of_several_objects_is_rejected_with_their_ids(project: Project) -> None:
    body = {"name": "twin", "type": "cidr", "endpoints": ["192.168.1.0/24"]}
    ids = sorted(project.ask("POST", "endpoint_groups", body=body)["id"] for _twin in range(2))
    for options in ({"state": "absent"}, {"description": "x"}):
        assert ", ".join(ids) in project.refuse("endpoint_group", name="twin", **options)
    assert project.run("endpoint_group", id=ids[0], state="absent")["changed"]
    assert not project.run("endpoint_group", name="twin", type="cidr")["changed"]


def test_absent_fails_for_reader(project: Project) -> None:
    project.run("endpoint_group", **REMOTE)
    for options in ({"state": "absent", "name": "remote"}, REMOTE):
        result = project.run("endpoint_group", user="rolf", **options)
        assert result.get("failed"), result
        assert "only the role reader" in result["msg"]


def test_object_that_cannot_be_read_after_creation_is_failure(project: Project) -> None:
    with project.world.policy("deny_read"):
        result = project.run("endpoint_group", **REMOTE)
    assert result.get("failed"), result
    assert "does not list it" in result["msg"]
    assert len(project.rows()["endpoint_groups"]) == 1


def test_missing_reference_is_error_and_in_check_mode_warning(project: Project) -> None:
    result = project.run("ipsec_connection", **TUNNEL)
    assert result.get("failed")
    assert "no object is named" in result["msg"]
    forecast = project.run("ipsec_connection", check=True, **TUNNEL)
    assert forecast["changed"]
    assert len(forecast["warnings"]) == 5


@pytest.mark.parametrize("module", ["ike_policy", "ipsec_policy"])
def test_policy_that_cannot_be_read_leaves_others_usable(project: Project, module: str) -> None:
    collection = COLLECTIONS[module]
    body = {"name": "spoiled", "auth_algorithm": "sha1", "encryption_algorithm": "aes-128"}
    spoiled = project.ask("POST", collection, body=body)["id"]
    try:
        kind = KINDS[collection]
        assert project.world.ask(kind.path, user="wendy").status == 500
        project.change(module, **{**ESP, "name": "good"})
        project.change(module, name="good", lifetime=7200)
        result = project.run(module, name="spoiled", state="absent", retries=0)
        assert "HTTP 500" in result["msg"]
        assert "good" not in result["msg"]
        assert project.run(module, name="good", state="absent")["changed"]
    finally:
        project.world.server.remove(spoiled)


def test_exceeded_quota_is_failure_before_anything_changes(project: Project) -> None:
    project.build()
    new: dict[str, Row] = {
        "vpn_service": {**SERVICE, "name": "new"},
        "ike_policy": {**IKE, "name": "new"},
        "ipsec_policy": {**ESP, "name": "new"},
        "endpoint_group": {"name": "remote", "endpoints": ["192.168.5.0/24"], "replace": True},
        "ipsec_connection": {**TUNNEL, "name": "new"},
    }
    before = project.rows()
    server = project.world.server
    for module, options in new.items():
        collection = COLLECTIONS[module]
        member = KINDS[collection].member
        server.set_quota(PROJECT, member, len(before[collection]))
        try:
            result = project.run(module, **options)
        finally:
            server.set_quota(PROJECT, member, -1)
        assert f"Quota exceeded for resources: ['{member}']" in result["msg"]
        assert result["failure"]["status"] == 409
        assert result["failure"]["temporary"] is False
    assert project.rows() == before


# --- a service with a subnet ---


def test_connection_with_peer_cidrs_is_created_changed_and_removed(project: Project) -> None:
    (subnet,) = project.subnets("writing-app")
    project.change("vpn_service", **SERVICE, subnet_id=subnet)
    project.change("ike_policy", **IKE)
    project.change("ipsec_policy", **ESP)
    project.change("ipsec_connection", **LEGACY, wait_interval=0.2)
    spelled = ["192.168.71.0/24", "192.168.70.9/24"]
    result = project.change("ipsec_connection", name="legacy", peer_cidrs=spelled)
    networks = ["192.168.70.0/24", "192.168.71.0/24"]
    assert sorted(result["ipsec_connection"]["peer_cidrs"]) == networks
    assert not project.run("ipsec_connection", name="legacy", peer_cidrs=networks)["changed"]
    project.run("endpoint_group", **project.local())
    project.run("endpoint_group", **REMOTE)
    groups = {"local_ep_group": "local", "peer_ep_group": "remote"}
    assert "Set recreate to true" in project.refuse("ipsec_connection", name="legacy", **groups)
    project.run("ipsec_connection", name="legacy", state="absent")
    assert not project.rows()["ipsec_site_connections"]


# --- new objects in place of old ones ---


def test_group_is_replaced_while_its_connection_stays(project: Project) -> None:
    project.build()
    old = project.one("endpoint_groups", "remote")["id"]
    tunnel = project.one("ipsec_site_connections", "tunnel")
    result = project.change(
        "endpoint_group", name="remote", endpoints=["192.168.5.0/24"], replace=True
    )
    new = project.one("endpoint_groups", "remote")
    assert (result["replaced_id"], result["endpoint_group"]["id"]) == (old, new["id"])
    assert new["endpoints"] == ["192.168.5.0/24"]
    after = project.one("ipsec_site_connections", "tunnel")
    assert after["peer_ep_group_id"] == new["id"]
    assert result["updated_connections"] == [{"id": tunnel["id"], "name": "tunnel"}]
    assert {**after, "peer_ep_group_id": old} == tunnel


def test_interrupted_replacement_is_completed(project: Project) -> None:
    project.build()
    old = project.one("endpoint_groups", "remote")["id"]
    body = {"name": "remote", "type": "cidr", "endpoints": ["192.168.5.0/24"]}
    new = project.ask("POST", "endpoint_groups", body=body)["id"]
    options = {"name": "remote", "endpoints": ["192.168.5.0/24"]}
    assert old in project.refuse("endpoint_group", **options)
    result = project.change("endpoint_group", **options, replace=True)
    assert result["replaced_id"] == old
    assert project.one("endpoint_groups", "remote")["id"] == new
    assert project.one("ipsec_site_connections", "tunnel")["peer_ep_group_id"] == new


def test_connection_is_recreated_with_its_other_values(project: Project) -> None:
    project.build(dpd={"action": "restart", "interval": 10}, mtu=1400, description="Berlin")
    project.run("ike_policy", **{**IKE, "name": "stronger", "pfs": "group19"})
    old = project.one("ipsec_site_connections", "tunnel")
    result = project.change(
        "ipsec_connection",
        name="tunnel",
        ike_policy="stronger",
        psk=PSK,
        recreate=True,
        wait_interval=0.2,
    )
    new = project.one("ipsec_site_connections", "tunnel")
    assert result["replaced_id"] == old["id"] != new["id"]
    assert new["ikepolicy_id"] == project.one("ikepolicies", "stronger")["id"]
    changed = {field for field in new if new[field] != old[field]} - {"status"}
    assert changed == {"id", "ikepolicy_id"}


@pytest.mark.parametrize("world", [openstack_world], ids=["openstack"], indirect=True)
def test_administrator_changes_only_own_project(project: Project) -> None:
    project.run("endpoint_group", **REMOTE)
    remote = project.one("endpoint_groups", "remote")["id"]
    absent = project.run("endpoint_group", user="admin", name="remote", state="absent")
    assert not absent["changed"]
    refused = project.run("endpoint_group", user="admin", id=remote, state="absent")
    assert "belongs to another project" in refused["msg"]
    assert project.one("endpoint_groups", "remote")["id"] == remote
