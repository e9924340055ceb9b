# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin through ansible-inventory against the mock API server."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import typing as t

import pytest

from tests.ansible_commands import BIN, Ansible, plain_text
from tests.mock_api import MockApi

Row = dict[str, t.Any]
PROJECT = "vpn-one"


def hostvars(inventory: Row) -> dict[str, Row]:
    """Return the variables of each host."""
    answer: dict[str, Row] = inventory["_meta"]["hostvars"]
    return answer


def members(inventory: Row, group: str) -> set[str]:
    """Return the hosts of a group itself."""
    return set(inventory.get(group, {}).get("hosts", []))


def id_of(variables: Row) -> str:
    """Return which connection a host is."""
    answer: str = variables["ipsec_id"]
    return answer


@pytest.fixture(scope="module")
def whole(shared_ansible: Ansible, shared_mock_api: MockApi) -> Row:
    """Return the inventory of a source without options."""
    shared_mock_api.reset()
    return shared_ansible.inventory({}, shared_mock_api.environment("alice"))


def test_each_connection_is_host_with_its_fields_as_variables(
    whole: Row, shared_mock_api: MockApi
) -> None:
    by_id = {id_of(variables): variables for variables in hostvars(whole).values()}
    rows = shared_mock_api.rows(PROJECT)
    assert len(hostvars(whole)) == len(rows) == len(by_id)
    assert members(whole, "ipsec_connections") == set(hostvars(whole))
    for row in rows:
        variables = by_id[row["id"]]
        assert variables["ansible_host"] == row["peer_address"]
        assert variables["ipsec_cloud"] == PROJECT
        assert variables["ipsec_project_id"] == variables["ipsec_tenant_id"] == row["tenant_id"]
        assert variables["ipsec_status"] == row["status"].replace(" ", "_")
        assert variables["ipsec_edition"] == "classic"
        for field in set(row) - {"psk", "status"}:
            assert variables[f"ipsec_{field}"] == row[field]
        assert variables["ipsec_state"] in ("up", "down", "pending", "error", "disabled", "unknown")
        assert "ipsec_psk" not in variables
        assert all(name.startswith("ipsec_") for name in set(variables) - {"ansible_host"})


def test_equal_names_are_separate_hosts_and_empty_name_is_address(
    whole: Row, shared_mock_api: MockApi
) -> None:
    named = {name: id_of(variables) for name, variables in hostvars(whole).items()}
    berlins = [row["id"] for row in shared_mock_api.rows(PROJECT) if row["name"] == "branch-berlin"]
    assert len(berlins) == 3
    assert named["branch-berlin"] == berlins[0]
    for later in berlins[1:]:
        assert named[f"branch-berlin_{later}"] == later
    (nameless,) = (row for row in shared_mock_api.rows(PROJECT) if not row["name"])
    assert named[nameless["peer_address"]] == nameless["id"]
    assert "null" in named


def test_host_names_are_safe_file_names(ansible: Ansible, mock_api: MockApi) -> None:
    """Ansible keeps facts in, and reads host_vars from, files that are named after hosts."""
    names = [
        "../../../etc/passwd",
        "/etc/passwd",
        "..",
        "a\nb\u0000c\u001b[31m",
        "é" * 255,
        "é" * 255,
    ]
    for position, name in enumerate(names):
        mock_api.change(mock_api.id_of(PROJECT, position), name=name)
    cached = {
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(ansible.folder / "facts"),
    }
    inventory = ansible.inventory({}, {**mock_api.environment("alice"), **cached})
    by_id = {id_of(variables): name for name, variables in hostvars(inventory).items()}
    hosts = [by_id[mock_api.id_of(PROJECT, position)] for position in range(len(names))]
    assert hosts[:2] == [".._.._.._etc_passwd", "_etc_passwd"]
    assert hosts[2] == mock_api.rows(PROJECT)[2]["peer_address"]
    assert hosts[3] == "a_b_c__31m"
    assert hosts[4] == "é" * 80
    assert hosts[5] == f"{hosts[4]}_{mock_api.id_of(PROJECT, 5)}"
    texts = [hostvars(inventory)[host]["ipsec_name"] for host in hosts]
    assert texts == names


def test_request_omits_psk_and_response_order_is_ignored(
    whole: Row, ansible: Ansible, mock_api: MockApi
) -> None:
    mock_api.fault("/v2.0/vpn/", quirks=["shuffle", "ignore_fields"], count=None)
    shuffled = ansible.inventory({}, mock_api.environment("alice"))
    assert shuffled == whole
    assert [one.method for one in mock_api.requests] == ["POST", "GET"]
    assert ("fields", "psk") not in mock_api.requests[1].query


def test_filters_and_conditions_select_hosts(ansible: Ansible, mock_api: MockApi) -> None:
    mock_api.fault("/v2.0/vpn/ipsec", quirks=["ignore_filters"], count=None)
    inventory = ansible.inventory(
        {
            "status": ["active", "DOWN", "pending create"],
            "vpn_service": "production",
            "tags": {"owner": ""},
            "admin_state_up": True,
            "project_id": mock_api.project_id(PROJECT),
            "include": ["ipsec_status == 'DOWN'", "ipsec_name is search('munich')"],
            "exclude": ["ipsec_name == 'nobody'", "ipsec_peer_address is match('198.51.100.30')"],
        },
        mock_api.environment("alice"),
    )
    assert set(hostvars(inventory)) == {"branch-munich"}


def test_fields_limit_variables_and_requests(ansible: Ansible, mock_api: MockApi) -> None:
    source = {
        "fields": ["state", "remote_cidrs"],
        "hostnames": ["name"],
        "groups": {"running": "ipsec_state == 'up'"},
    }
    inventory = ansible.inventory(source, mock_api.environment("alice"))
    munich = hostvars(inventory)["branch-munich"]
    assert set(munich) == {
        "ansible_host",
        "ipsec_cloud",
        "ipsec_edition",
        "ipsec_id",
        "ipsec_remote_cidrs",
        "ipsec_state",
    }
    assert munich["ipsec_remote_cidrs"] == ["192.168.20.0/24"]
    assert "branch-munich" in members(inventory, "running")
    requested = {value for name, value in mock_api.requests[1].query if name == "fields"}
    assert not requested & {"description", "dpd", "tags", "psk"}
    assert len(mock_api.requests) == 3


def test_both_editions_are_hosts(ansible: Ansible, mock_api: MockApi) -> None:
    vendor = {"vendor_field": "of a later release", "psk": "never-a-variable"}
    mock_api.change(mock_api.id_of(PROJECT, "office-berlin-1", "vpn_connections"), **vendor)
    source = {
        "editions": ["classic", "enterprise"],
        "keyed_groups": [{"key": "ipsec_edition", "separator": ""}],
    }
    inventory = ansible.inventory(source, mock_api.environment("alice"))
    hosts = hostvars(inventory)
    assert len(members(inventory, "classic")) == len(mock_api.rows(PROJECT))
    enterprise = {name: hosts[name] for name in members(inventory, "enterprise")}
    assert enterprise
    for variables in enterprise.values():
        assert variables.get("ansible_host") == variables["ipsec_peer_address"]
        assert variables["ipsec_state"] in ("up", "down", "pending", "error", "unknown")
        assert "ipsec_vgw_id" in variables
    assert enterprise["office-berlin-1"]["ipsec_other"] == {"vendor_field": "of a later release"}
    assert "never-a-variable" not in str(hosts)
    assert [name for name in enterprise if "ipsec_other" in enterprise[name]] == ["office-berlin-1"]

    address = enterprise["office-berlin-1"]["ansible_host"]
    offices = [
        name
        for name, one in enterprise.items()
        if one["ipsec_vgw_id"] == enterprise["office-berlin-1"]["ipsec_vgw_id"]
    ]
    berlin = mock_api.id_of(PROJECT, "berlin", "customer_gateways")
    source = {
        # `gateway` overrides `vpn_service`, which is the gateway too.
        "editions": ["classic", "enterprise"],
        "name": [*offices, "partner-acme"],
        "gateway": "offices",
        "vpn_service": "no such service",
        "customer_gateway": berlin,
        "fields": ["state"],
    }
    found = hostvars(ansible.inventory(source, mock_api.environment("alice")))
    assert set(found) == {"office-berlin-1", "office-berlin-2"}
    assert len(offices) > 2
    assert {one["ansible_host"] for one in found.values()} == {address}
    assert set(next(iter(found.values()))) == {
        "ansible_host",
        "ipsec_cloud",
        "ipsec_edition",
        "ipsec_id",
        "ipsec_state",
    }
    environment = {**mock_api.environment("alice"), "OS_VPN_ENDPOINT_OVERRIDE": mock_api.url + "/x"}
    done = ansible.inventory_run({"editions": ["enterprise"]}, environment, "--list")
    assert "Cannot read the edition enterprise (option editions)" in " ".join(done.stderr.split())


def test_host_is_selected_by_id(ansible: Ansible, mock_api: MockApi) -> None:
    acme = mock_api.id_of(PROJECT, "partner-acme")
    source = {"name": acme, "peer_address": "198.51.100.90", "hostvars_prefix": "vpn_"}
    inventory = ansible.inventory(source, mock_api.environment("alice"))
    assert set(hostvars(inventory)) == {"partner-acme"}
    assert hostvars(inventory)["partner-acme"]["vpn_peer_id"] == "vpn.acme.example"
    assert mock_api.requests[1].path.endswith(f"/ipsec-site-connections/{acme}")


def test_group_is_empty_when_nothing_matches(ansible: Ansible, mock_api: MockApi) -> None:
    inventory = ansible.inventory({"name": "nobody"}, mock_api.environment("alice"))
    assert hostvars(inventory) == {}


def test_host_names_follow_preference(ansible: Ansible, mock_api: MockApi) -> None:
    source = {
        "hostnames": [
            "(ipsec_tags | items2dict)['site'] ~ '.example.com'",
            "ipsec_nowhere",
            "order_id",
            "peer_id",
        ]
    }
    named = hostvars(ansible.inventory(source, mock_api.environment("alice")))
    assert named["munich.example.com"]["ipsec_name"] == "branch-munich"
    # no tag `site`: the expression has no value, there is no such variable, no order either
    assert named["vpn.acme.example"]["ipsec_name"] == "partner-acme"
    assert named["a_blank_@_zürich"]["ipsec_name"] == "Zürich–Köln ☎"
    assert "CS2503011234ABCD" not in named
    assert named["vienna.example.com"]["ipsec_order_id"] == "CS2503011234ABCD"


def test_unusable_hostnames_entry_is_warning(ansible: Ansible, mock_api: MockApi) -> None:
    wrong, right = "ipsec_name ~", "(ipsec_tags | items2dict)['site']"
    source = {"hostnames": [wrong, "ipsec_nmae", right]}
    done = ansible.inventory_run(source, mock_api.environment("alice"), "--list")
    assert done.returncode == 0
    told = " ".join(done.stderr.split())
    for entry in (wrong, "ipsec_nmae"):
        assert f"Cannot evaluate the hostnames entry {entry!r} for any host: " in told
    assert right not in told


def test_constructed_options_add_groups_and_variables(ansible: Ansible, mock_api: MockApi) -> None:
    source = {
        "use_extra_vars": True,
        "compose": {
            "site": "(ipsec_tags | items2dict)['site']",
            "remote": "ipsec_remote_cidrs | first",
            "ticket": "ticket_prefix ~ ipsec_mtu",
        },
        "groups": {
            "old-style": "ipsec_peer_cidrs | length > 0",
            "berlin": "site == 'berlin'",
            "never": "false",
        },
        "keyed_groups": [
            {"key": "ipsec_status", "prefix": "state", "parent_group": "by_state"},
            {"key": "ipsec_dpd.action", "separator": ""},
            {"key": "ipsec_order_id", "prefix": "order", "default_value": "none"},
            {"key": "ipsec_tags | items2dict", "prefix": "tag"},
        ],
        "resolve": True,
    }
    inventory = ansible.inventory(
        source, mock_api.environment("alice"), "--extra-vars", "ticket_prefix=vpn-"
    )
    variables = hostvars(inventory)
    assert variables["branch-munich"]["site"] == "munich"
    assert "site" not in variables["partner-acme"]
    assert variables["branch-munich"]["remote"] == "192.168.20.0/24"
    assert variables["branch-munich"]["ticket"] == "vpn-1500"
    assert variables["branch-munich"]["ipsec_local_cidrs"] == ["10.10.0.0/24", "10.10.1.0/24"]
    assert variables["branch-munich"]["ipsec_ike_policy"]["name"] == "ike-v2-ecp"
    assert "plant-leipzig" in members(inventory, "old_style")
    assert members(inventory, "berlin") == {"branch-berlin"}
    assert "never" not in inventory
    assert "plant-gdansk" in members(inventory, "state_ERROR")
    assert "state_PENDING_CREATE" in inventory["by_state"]["children"]
    assert members(inventory, "restart") == {"branch-munich"}
    assert members(inventory, "order_CS2503011234ABCD") == {"data-center-vienna"}
    assert "branch-munich" in members(inventory, "order_none")
    assert "plant-leipzig" in members(inventory, "tag_owner_plant_it")
    assert len(mock_api.requests) == 7


def test_strict_rejects_invalid_expressions(ansible: Ansible, mock_api: MockApi) -> None:
    source = {"strict": True, "keyed_groups": [{"key": "ipsec_nowhere"}]}
    done = ansible.inventory_run(source, mock_api.environment("alice"), "--list")
    assert done.returncode != 0
    assert "ipsec_nowhere" in done.stderr


def test_gateway_is_one_host_with_all_connections(ansible: Ansible, mock_api: MockApi) -> None:
    source = {
        "host_per": "peer_address",
        "hostnames": ["'gateway-' ~ ansible_host"],
        "exclude": ["ipsec_name == 'plant-leipzig'"],
        "keyed_groups": [{"key": "ipsec_connections | map(attribute='status')", "prefix": "has"}],
    }
    inventory = ansible.inventory(source, mock_api.environment("alice"))
    berlin = hostvars(inventory)["gateway-198.51.100.10"]
    assert set(berlin) == {"ansible_host", "ipsec_connections"}
    rows = [row for row in mock_api.rows(PROJECT) if row["peer_address"] == "198.51.100.10"]
    assert [one["id"] for one in berlin["ipsec_connections"]] == [row["id"] for row in rows]
    assert all(one["cloud"] == PROJECT for one in berlin["ipsec_connections"])
    assert not any("psk" in one for one in berlin["ipsec_connections"])
    addresses = {row["peer_address"] for row in mock_api.rows(PROJECT)} - {"198.51.100.60"}
    assert set(hostvars(inventory)) == {
        "gateway-" + address.replace(":", "_") for address in addresses
    }
    both = members(inventory, "has_DOWN") & members(inventory, "has_ACTIVE")
    assert both == {"gateway-198.51.100.10"}


def test_names_of_groups_and_of_local_host_are_not_taken(
    ansible: Ansible, mock_api: MockApi
) -> None:
    """A connection can be called like a group that comes before, with, or after it."""
    awkward = ["all", "ungrouped", "ipsec_connections", "localhost", "127.0.0.1", "here", "DOWN"]
    awkward += ["ACTIVE", "by_state"]
    for position, name in enumerate(awkward):
        mock_api.change(mock_api.id_of(PROJECT, position), name=name)
    by_id = {row["id"]: row for row in mock_api.rows(PROJECT)}
    source = {
        "groups": {"here": "ipsec_admin_state_up"},
        "keyed_groups": [
            {"key": "ipsec_status", "separator": "", "parent_group": "by_state"},
        ],
    }
    inventory = ansible.inventory(source, mock_api.environment("alice"))
    hosts = hostvars(inventory)
    assert {id_of(variables) for variables in hosts.values()} == set(by_id)
    assert not set(hosts) & set(awkward)
    groups = set(inventory) - {"_meta"}
    assert not set(hosts) & groups
    for state in ("ACTIVE", "DOWN", "ERROR"):
        there = {name for name, variables in hosts.items() if variables["ipsec_status"] == state}
        assert members(inventory, state) == there
        assert "children" not in inventory[state]
    enabled = {name for name, one in hosts.items() if one["ipsec_admin_state_up"]}
    assert members(inventory, "here") == enabled
    for group in groups:
        assert "vars" not in inventory[group]


def test_several_clouds_are_one_inventory(ansible: Ansible, mock_api: MockApi) -> None:
    clouds: list[Row] = [
        {"auth": mock_api.auth_options("alice")},
        {"auth": mock_api.auth_options("bob"), "label": "second"},
        {"auth": mock_api.auth_options("emil"), "region_name": "RegionOne"},
    ]
    source = {
        "region_name": "RegionOne",
        "clouds": clouds,
        "keyed_groups": [{"key": "ipsec_cloud", "prefix": "in"}],
    }
    inventory = ansible.inventory(source)
    hosts = hostvars(inventory)
    for project, label in (("vpn-one", "vpn-one"), ("vpn-two", "second")):
        ids = {row["id"] for row in mock_api.rows(project)}
        there = {name for name, one in hosts.items() if one["ipsec_id"] in ids}
        assert members(inventory, f"in_{label.replace('-', '_')}") == there
        assert len(there) == len(ids)
        assert {hosts[name]["ipsec_cloud"] for name in there} == {label}
    other = mock_api.id_of("vpn-two", "branch-berlin")
    assert hosts[f"branch-berlin_{other}"]["ipsec_cloud"] == "second"
    assert hosts["branch-berlin"]["ipsec_cloud"] == "vpn-one"
    assert [one.method for one in mock_api.requests].count("POST") == 3


def test_failing_cloud_is_skipped_only_when_requested(ansible: Ansible, mock_api: MockApi) -> None:
    wrong = {**mock_api.auth_options("bob"), "password": "wrong-not-for-logs"}
    wrong["token"] = "unused-not-for-logs"
    source: Row = {
        "region_name": "RegionOne",
        "clouds": [{"auth": mock_api.auth_options("alice")}, {"auth": wrong, "label": "second"}],
    }
    done = ansible.inventory_run({**source, "fail_on_error": False}, None, "--list")
    assert done.returncode == 0
    hosts = hostvars(plain_text(json.loads(done.stdout)))
    assert {one["ipsec_cloud"] for one in hosts.values()} == {PROJECT}
    assert len(hosts) == len(mock_api.rows(PROJECT))
    said = " ".join(done.stderr.split())
    assert "second: skipped: Keystone at" in said
    assert "second: auth.token is not used" in said
    assert "not-for-logs" not in said
    done = ansible.inventory_run(source, None, "--list")
    assert done.returncode != 0
    said = " ".join(done.stderr.split())
    assert "second: Keystone at" in said
    assert "second: auth.token is not used" in said


@pytest.fixture
def vault(ansible: Ansible) -> t.Callable[[str], str]:
    """Encrypt a text as `ansible-vault encrypt` does; the runs of `ansible` can read it."""
    password = ansible.folder / "vault-password.txt"
    password.write_text("open sesame\n")

    def encrypt(text: str) -> str:
        done = subprocess.run(
            [str(BIN / "ansible-vault"), "encrypt", "--vault-password-file", str(password)],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    return encrypt


def test_secrets_come_from_lookups_and_vaults(
    ansible: Ansible, mock_api: MockApi, vault: t.Callable[[str], str]
) -> None:
    """The password of alice by a look-up, by a vaulted file, by a variable, and vaulted in place."""
    environment = {
        "OUR_PASSWORD": "alicepw",
        "ANSIBLE_VAULT_PASSWORD_FILE": str(ansible.folder / "vault-password.txt"),
    }
    encrypted = vault("alicepw")
    (ansible.folder / "secret.txt").write_text(encrypted)
    in_place = "!vault |\n" + "".join(f"      {line}\n" for line in encrypted.splitlines())
    ways = {
        "environment": "\"{{ lookup('ansible.builtin.env', 'OUR_PASSWORD') }}\"\n",
        "unvault": "\"{{ lookup('ansible.builtin.unvault', 'secret.txt') | trim }}\"\n",
        "extra": '"{{ our_password }}"\n',
        "in-place": in_place,
    }
    flags = ["--extra-vars", "our_password=alicepw"]
    for way, password in ways.items():
        folder = ansible.folder / way
        folder.mkdir()
        (folder / "secret.txt").write_text(encrypted)
        path = folder / "otc_vpn.yml"
        path.write_text(
            "plugin: otc.vpn.ipsec_connections\n"
            "name: branch-munich\n"
            f"hostnames: [\"'{way}'\"]\n"
            "use_extra_vars: true\n"
            "region_name: RegionOne\n"
            "auth:\n"
            f"  auth_url: {mock_api.auth_url}\n"
            "  username: alice\n"
            "  user_domain_name: Default\n"
            "  project_name: vpn-one\n"
            "  project_domain_name: Default\n"
            f"  password: {password}"
        )
        flags += ["-i", str(path)]
    done = ansible.run("ansible-inventory", *flags, "--list", environment=environment)
    assert set(hostvars(json.loads(done.stdout))) == set(ways), done.stderr


def test_templates_of_all_options_are_evaluated(ansible: Ansible, mock_api: MockApi) -> None:
    """From the environment and from extra variables, run in another directory."""
    folder = ansible.folder / "sources"
    folder.mkdir()
    (folder / "name.txt").write_text("branch-hamburg\n")
    names = {
        "environment": "{{ lookup('ansible.builtin.env', 'TUNNEL') }}",
        "extra": "{{ tunnel }}",
        "file": "{{ lookup('ansible.builtin.file', 'name.txt') }}",
    }
    sources: dict[str, Row] = {
        way: {
            "name": name,
            "status": ["{{ lookup('ansible.builtin.env', 'STATUS') }}", "ACTIVE"],
            "resolve": "{{ lookup('ansible.builtin.env', 'RESOLVE') | default('true', true) }}",
            "vpn_service": "{{ lookup('ansible.builtin.env', 'NOT_SET') }}",
            "hostvars_prefix": "{{ 'vpn' ~ '_' }}",
            "use_extra_vars": way == "extra",
            "compose": {"way": f"'{way}'"},
        }
        for way, name in names.items()
    }
    flags = ["--extra-vars", "tunnel=partner-acme"]
    for way, source in sources.items():
        path = folder / f"{way}.ipsec_connections.yml"
        path.write_text(json.dumps({"plugin": "otc.vpn.ipsec_connections", **source}))
        flags += ["-i", str(path)]
    environment = {"TUNNEL": "branch-munich", "STATUS": "DOWN"}
    done = ansible.run(
        "ansible-inventory",
        *flags,
        "--list",
        environment={**mock_api.environment("alice"), **environment},
    )
    hosts = hostvars(plain_text(json.loads(done.stdout)))
    expected = {"branch-munich": "environment", "partner-acme": "extra", "branch-hamburg": "file"}
    assert {name: one["way"] for name, one in hosts.items()} == expected, done.stderr
    assert hosts["branch-munich"]["vpn_remote_cidrs"] == ["192.168.20.0/24"]


def test_wrong_options_are_one_sentence_without_their_values(
    ansible: Ansible, mock_api: MockApi
) -> None:
    cases: dict[str, tuple[str, str]] = {
        "template": ("name: !unsafe '{{ tunnel }}'", "The option name still contains a template"),
        "undefined": ("name: '{{ tunnel }}'", "Cannot evaluate the option name: "),
        "text": ("clouds: [hidden-value]", "clouds[0] must be a dictionary, got: str."),
        "clouds": ("clouds: {one: {a: hidden-value}}", "clouds must be a list, got: dict."),
        "cloud": ("cloud: {auth: {a: hidden-value}}", "cloud must be a single value, got: dict."),
        "user": (
            "auth: {username: {a: hidden-value}}",
            "auth.username must be a single value, got: dict.",
        ),
        "prefix": ("hostvars_prefix: ansible_", "hostvars_prefix must not begin with ansible_"),
        "key": ("fields: [psk]", "fields contains psk, which is never a host variable."),
        "field": ("fields: [nmae]", "Unknown fields: nmae."),
        "suboption": (
            "auth: {usrname: a}",
            "Connection options: unsupported options: auth.usrname.",
        ),
        "option": ("staus: DOWN", "Unsupported options: staus."),
    }
    paths = [ansible.folder / f"{case}.ipsec_connections.yml" for case in cases]
    misnamed = ansible.folder / "vpn.yml"
    for path, content in (
        *zip(paths, (content for content, _expected in cases.values()), strict=True),
        (misnamed, ""),
    ):
        path.write_text(f"plugin: otc.vpn.ipsec_connections\n{content}\n")
    flags = [flag for path in (*paths, misnamed) for flag in ("-i", str(path))]
    done = ansible.run(
        "ansible-inventory", *flags, "--list", environment=mock_api.environment("alice")
    )
    seen = " ".join(done.stderr.split())
    for _content, expected in cases.values():
        assert expected in seen
    assert "vpn.yml names the plugin otc.vpn.ipsec_connections, but its file name" in seen
    assert "hidden-value" not in seen
    assert "Traceback" not in seen


def test_hosts_of_other_sources_keep_their_variables(ansible: Ansible, mock_api: MockApi) -> None:
    """A static host, the same connection in two sources, and equal names in two projects."""
    static = {"all": {"hosts": {"branch-munich": {"ansible_host": "192.0.2.9"}}}}
    (ansible.folder / "static.yml").write_text(json.dumps(static))
    sources: dict[str, Row] = {
        "munich": {"name": "branch-munich"},
        "berlin": {"name": "branch-berlin", "groups": {"first": True}},
        "again": {"name": "branch-berlin", "groups": {"second": True}},
        "other": {"name": "branch-berlin", "auth": mock_api.auth_options("bob")},
    }
    flags = ["-i", "static.yml"]
    for number, (name, source) in enumerate(sources.items()):
        path = ansible.folder / f"{number}-{name}.ipsec_connections.yml"
        path.write_text(json.dumps({"plugin": "otc.vpn.ipsec_connections", **source}))
        flags += ["-i", str(path)]
    done = ansible.run(
        "ansible-inventory", *flags, "--list", environment=mock_api.environment("alice")
    )
    inventory = plain_text(json.loads(done.stdout))
    hosts = hostvars(inventory)
    munich = mock_api.id_of(PROJECT, "branch-munich")
    assert hosts["branch-munich"]["ansible_host"] == "192.0.2.9"
    assert "ipsec_id" not in hosts["branch-munich"]
    assert id_of(hosts[f"branch-munich_{munich}"]) == munich
    berlins = {
        row["id"]
        for project in ("vpn-one", "vpn-two")
        for row in mock_api.rows(project)
        if row["name"] == "branch-berlin"
    }
    ids = [one["ipsec_id"] for one in hosts.values() if one.get("ipsec_name") == "branch-berlin"]
    assert sorted(ids) == sorted(berlins), done.stderr
    assert members(inventory, "first") == members(inventory, "second") != set()
    seen = "".join(done.stderr.split())  # ansible-core 2.18 wraps after hyphens
    assert f"Anothersourcehasalreadydefinedbranch-munich(branch-munich_{munich})." in seen
    assert seen.count("Anothersource") == 2


def test_only_documented_fields_are_variables(ansible: Ansible, mock_api: MockApi) -> None:
    mock_api.change(
        mock_api.id_of(PROJECT, "branch-munich"),
        ansible_connection="local",
        health_textfile="/somewhere",
        peer_address="-oProxyCommand=touch canary",
    )
    mock_api.fault("/v2.0/vpn/", quirks=["ignore_fields"], count=None)
    source = {"name": "branch-munich", "hostvars_prefix": ""}
    hosts = hostvars(ansible.inventory(source, mock_api.environment("alice")))
    munich = hosts["branch-munich"]
    assert munich["other"]["ansible_connection"] == "local"
    assert munich["other"]["health_textfile"] == "/somewhere"
    assert munich["peer_address"].startswith("-o")
    assert not [name for name in munich if name.startswith("ansible_")]


def test_limit_matches_exactly_one_host(ansible: Ansible, mock_api: MockApi) -> None:
    names = ["web:22", "web 22", "web_22", "web*", "!web", "~web.*", "@web", "[a:c]web", "w?b"]
    for position, name in enumerate(names):
        mock_api.change(mock_api.id_of(PROJECT, position), name=name)
    environment = mock_api.environment("alice")
    hosts = hostvars(ansible.inventory({}, environment))
    by_name = {one["ipsec_name"]: host for host, one in hosts.items()}
    assert len({by_name[name] for name in names}) == len(names)
    for some in (names[::2], names[1::2]):
        limit = ",".join(by_name[name] for name in some)
        found = hostvars(ansible.inventory({}, environment, "--limit", limit))
        assert {one["ipsec_name"] for one in found.values()} == set(some)


def test_interrupted_run_ends_while_clouds_hang(ansible: Ansible, mock_api: MockApi) -> None:
    mock_api.fault("/v2.0/vpn/vpnservices", delay=300, count=None)
    source = {"plugin": "otc.vpn.ipsec_connections", "resolve": True, "api_timeout": 200}
    (ansible.folder / "otc_vpn.yml").write_text(json.dumps(source))
    # A process in the background of a shell ignores the signal, and so would those that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run = ansible.start(
        "ansible-inventory",
        "-i",
        "otc_vpn.yml",
        "--list",
        environment=mock_api.environment("alice"),
    )
    while not any(one.path.endswith("/vpnservices") for one in mock_api.requests):
        assert run.poll() is None
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    _stdout, stderr = run.communicate(timeout=60)  # far from the timeout of the request
    assert "User interrupted" in stderr


def test_source_file_names_are_recognized(ansible: Ansible, mock_api: MockApi) -> None:
    ours = ["otc_vpn.yml", "otc_vpn.yaml", "ipsec_connections.yaml", "a.ipsec_connections.yml"]
    others = ["connections.yml", "otc_vpn.json"]
    folder = ansible.folder / "sources"
    folder.mkdir()
    for name in ours + others:
        source = {
            "plugin": "otc.vpn.ipsec_connections",
            "name": "branch-munich",
            "hostnames": [f"'{name}'"],
        }
        (folder / name).write_text(json.dumps(source))
    done = ansible.run(
        "ansible-inventory",
        "-i",
        str(folder),
        "--list",
        environment={
            **mock_api.environment("alice"),
            "ANSIBLE_INVENTORY_ENABLED": "otc.vpn.ipsec_connections",
        },
    )
    assert set(hostvars(json.loads(done.stdout))) == set(ours), done.stderr
    for name in others:
        assert f"/{name} names the plugin" in " ".join(done.stderr.split())
