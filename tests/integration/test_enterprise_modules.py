# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The info modules of Enterprise Edition VPN through real Ansible against the mock API server."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.ansible_commands import Ansible
from tests.mock_api import MockApi

Row = dict[str, t.Any]
MODULES = {
    "enterprise_connection_info": ("enterprise_connections", "vpn_connections"),
    "enterprise_gateway_info": ("enterprise_gateways", "vpn_gateways"),
    "customer_gateway_info": ("customer_gateways", "customer_gateways"),
}


@pytest.fixture(scope="module")
def results(shared_ansible: Ansible, shared_mock_api: MockApi) -> dict[str, Row]:
    """Return one play with every module, and with the options of the first."""
    connection = "otc.vpn.enterprise_connection_info"
    tasks: dict[str, Row] = {name: {f"otc.vpn.{name}": {}} for name in MODULES}
    tasks["resolved"] = {connection: {"name": "office-berlin-1", "resolve": True}}
    tasks["log"] = {connection: {"status": ["DOWN"], "fields": ["name", "state"], "log": True}}
    tasks["gateway"] = {
        connection: {"gateway": "offices", "customer_gateway": "berlin", "fields": ["name"]}
    }
    tasks["wait"] = {connection: {"name": "office-berlin-1", "wait_for": ["ACTIVE"]}}
    tasks["in vain"] = {
        connection: {"name": ["office-berlin-1", "no such name"], "wait_for": ["ACTIVE"]}
    }
    tasks["wrong field"] = {connection: {"fields": ["psk"]}}
    return shared_ansible.tasks(tasks, shared_mock_api.environment("alice"))


@pytest.mark.parametrize("module", MODULES)
def test_enterprise_module_returns_every_object_with_its_documented_fields(
    module: str, results: dict[str, Row], shared_ansible: Ansible, shared_mock_api: MockApi
) -> None:
    result, collection = MODULES[module]
    done = shared_ansible.run("ansible-doc", "-t", "module", "--json", f"otc.vpn.{module}")
    contains = json.loads(done.stdout)[f"otc.vpn.{module}"]["return"][result]["contains"]
    documented = {name for name, about in contains.items() if about["returned"] == "always"}
    rows = {row["id"]: row for row in results[module][result]}
    expected = {row["id"]: row for row in shared_mock_api.rows("vpn-one", collection)}
    assert set(rows) == set(expected)
    for object_id, row in rows.items():
        assert set(row) == documented
        assert row["edition"] == "enterprise"
        assert row["project_id"] == shared_mock_api.project_id("vpn-one")
        for name in documented - {"state", "edition", "project_id"}:
            assert row[name] == expected[object_id].get(name), name


def test_enterprise_connection_has_facts_of_both_editions(results: dict[str, Row]) -> None:
    (row,) = results["resolved"]["enterprise_connections"]
    assert row["state"] == "up"
    assert row["local_address"] == "203.0.113.60"
    assert row["peer_address"] == "198.51.100.10"
    assert row["local_cidrs"] == ["10.60.0.0/24", "10.60.1.0/24"]
    assert row["remote_cidrs"] == ["192.168.10.0/24", "192.168.11.0/24"]
    assert row["vpn_service"]["name"] == "offices"
    assert row["ike_policy"]["pfs"] == "group20"


def test_enterprise_options_select_and_explain(results: dict[str, Row]) -> None:
    logs = results["log"]["enterprise_connections"]
    assert {tuple(sorted(row)) for row in logs} == {("id", "log", "name", "state")}
    assert {row["state"] for row in logs} == {"down"}
    names = [row["name"] for row in results["gateway"]["enterprise_connections"]]
    assert sorted(names) == ["office-berlin-1", "office-berlin-2"]
    assert results["wait"]["enterprise_connections"][0]["status"] == "ACTIVE"
    assert "Cannot wait for no such name" in results["in vain"]["msg"]
    assert "Unknown fields: psk" in results["wrong field"]["msg"]
