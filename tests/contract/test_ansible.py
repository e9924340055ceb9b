# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users type, on both worlds."""

from __future__ import annotations

import json
import typing as t

from tests.ansible_commands import Ansible
from tests.contract.world import SCENARIO, World

NAMES = [row["name"] for row in SCENARIO["projects"][0]["ipsec_site_connections"]]


def names(result: dict[str, t.Any]) -> list[str]:
    assert "ipsec_connections" in result, result
    return [row["name"] for row in result["ipsec_connections"]]


def test_module_returns_list_and_single_object(ansible: Ansible, world: World) -> None:
    environment = world.environment()
    assert sorted(names(ansible.module("ipsec_connection_info", {}, environment))) == sorted(NAMES)
    one = {"name": world.server.id_of("vpn-one", 1), "resolve": True}
    result = ansible.module("ipsec_connection_info", one, environment)
    assert names(result) == [NAMES[1]]
    assert result["ipsec_connections"][0]["ike_policy"]["ike_version"] == "v2"


def test_application_credential_is_used(ansible: Ansible, world: World) -> None:
    known = world.environment()
    credential = world.server.application_credential("alice")
    arguments = {
        "auth_type": "v3applicationcredential",
        "auth": {
            "auth_url": known["OS_AUTH_URL"],
            "application_credential_id": credential["id"],
            "application_credential_secret": credential["secret"],
        },
        "region_name": "RegionOne",
    }
    assert sorted(names(ansible.module("ipsec_connection_info", arguments))) == sorted(NAMES)


def test_cloud_of_clouds_yaml_is_used(ansible: Ansible, world: World) -> None:
    known = world.environment()
    auth = {
        name.removeprefix("OS_").lower(): value
        for name, value in known.items()
        if name not in ("OS_REGION_NAME", "OS_AUTH_TYPE")
    }
    cloud = {"auth": auth, "region_name": "RegionOne"}
    path = ansible.folder / "clouds.yaml"
    path.write_text(json.dumps({"clouds": {"office": cloud}}), encoding="utf-8")
    environment = {"OS_CLIENT_CONFIG_FILE": str(path)}
    result = ansible.module("ipsec_connection_info", {"cloud": "office"}, environment)
    assert sorted(names(result)) == sorted(NAMES)


def test_inventory_has_host_for_each_connection(ansible: Ansible, world: World) -> None:
    inventory = ansible.inventory({"resolve": True}, world.environment())
    hosts = inventory["_meta"]["hostvars"]
    assert sorted(inventory["ipsec_connections"]["hosts"]) == sorted(hosts)
    assert sorted(host["ipsec_name"] for host in hosts.values()) == sorted(NAMES)
    assert hosts["branch-munich"]["ansible_host"] == "198.51.100.20"
    assert hosts["branch-munich"]["ipsec_remote_cidrs"] == ["192.168.20.0/24"]


def test_graph_shows_groups_by_state(ansible: Ansible, world: World) -> None:
    source = {"keyed_groups": [{"key": "ipsec_status | lower", "prefix": "tunnel"}]}
    done = ansible.inventory_run(source, world.environment(), "--graph")
    assert "@tunnel_active:" in done.stdout, done.stderr
    assert "|--plant-leipzig" in done.stdout
