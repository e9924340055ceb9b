# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options: said alike everywhere, and completed from where users keep them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.otc.vpn.plugins.doc_fragments.cloud import ModuleDocFragment
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import connect
from ansible_collections.otc.vpn.plugins.module_utils._cloud.credentials import SECRETS
from ansible_collections.otc.vpn.plugins.module_utils._cloud.environment import VARIABLES
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import (
    ALTERNATIVES,
    AUTH,
    DEFAULTS,
    OPTIONS,
    merge_options,
    secrets_of,
    source_of,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.tls import tls_settings
from ansible_collections.otc.vpn.plugins.module_utils._modules.info import argument_spec
from ansible_collections.otc.vpn.plugins.module_utils._modules.resource import (
    argument_spec as resource_argument_spec,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import (
    CONNECTION,
    CUSTOMER_GATEWAY,
    ENDPOINT_GROUP,
    ENTERPRISE_CONNECTION,
    ENTERPRISE_GATEWAY,
    IKE_POLICY,
    IPSEC_POLICY,
    VPN_SERVICE,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.writing import (
    CONNECTIONS,
    ENDPOINT_GROUPS,
    IKE_POLICIES,
    IPSEC_POLICIES,
    SERVICES,
)
from keystoneauth1 import loading

from tests.ansible_commands import BIN
from tests.mock_api import MockApi
from tests.unit.clients import Row, failure, gathered

MODULES = {
    "ipsec_connection_info": CONNECTION,
    "vpn_service_info": VPN_SERVICE,
    "ike_policy_info": IKE_POLICY,
    "ipsec_policy_info": IPSEC_POLICY,
    "endpoint_group_info": ENDPOINT_GROUP,
    "enterprise_connection_info": ENTERPRISE_CONNECTION,
    "enterprise_gateway_info": ENTERPRISE_GATEWAY,
    "customer_gateway_info": CUSTOMER_GATEWAY,
}
WRITE_MODULES = {
    "ipsec_connection": CONNECTIONS,
    "vpn_service": SERVICES,
    "ike_policy": IKE_POLICIES,
    "ipsec_policy": IPSEC_POLICIES,
    "endpoint_group": ENDPOINT_GROUPS,
}
SPECS = {
    **{name: argument_spec(kind) for name, kind in MODULES.items()},
    **{name: resource_argument_spec(writable) for name, writable in WRITE_MODULES.items()},
}

# Plugins of keystoneauth1, or options of theirs, that an unattended run has no use for.
UNUSABLE_PLUGINS = {
    "v2password": "Keystone v2 is gone, and its tokens serve no VPN API of today",
    "v2token": "Keystone v2 is gone, and its tokens serve no VPN API of today",
    "v3oidcdeviceauthz": "a person has to confirm on another device",
    "v3websso": "a person has to log in with a browser",
}
NOTHING: Row = {"warnings": [], "credentials_found": False}
UNUSABLE_OPTIONS = {
    "endpoint": "is the connection option endpoint",
    "idp_otp_key": "makes keystoneauth1 ask a person for the one-time password",
}


def documented() -> Row:
    """Return the options of the documentation fragment."""
    options: Row = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    return options


def shape(option: Row) -> Row:
    """Return what documentation and argument spec have to say alike of an option."""
    names = ("type", "elements", "choices", "default", "required")
    found = {name: option.get(name) for name in names}
    # a type that is a function of our own is `raw` in the documentation
    return {**found, "type": "raw" if callable(found["type"]) else found["type"]}


@pytest.fixture(scope="module")
def documentation(collections: Path) -> dict[str, Row]:
    """Return the options of the modules and of the inventory plugin, as ansible-doc tells them."""
    options: dict[str, Row] = {}
    for kind, plugins in (("module", SPECS), ("inventory", ["ipsec_connections"])):
        names = [f"otc.vpn.{plugin}" for plugin in plugins]
        command = [str(BIN / "ansible-doc"), "--json", "-t", kind, *names]
        environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections)}
        done = subprocess.run(command, check=True, capture_output=True, env=environment)
        for name, plugin in json.loads(done.stdout).items():
            options[name.rpartition(".")[2]] = plugin["doc"]["options"]
    return options


# --- said alike ---


def test_fragment_and_argument_spec_agree() -> None:
    options = documented()
    assert list(options) == list(OPTIONS)
    for name, option in OPTIONS.items():
        assert shape(options[name]) == shape(option), name
    suboptions = options["auth"]["suboptions"]
    assert set(suboptions) == set(AUTH)
    for name, option in AUTH.items():
        assert shape(suboptions[name]) == shape(option), name


@pytest.mark.parametrize(("module", "spec"), SPECS.items())
def test_documentation_and_argument_spec_of_each_module_agree(
    documentation: dict[str, Row], module: str, spec: Row
) -> None:
    options = documentation[module]
    assert set(options) == set(spec)
    for name, option in spec.items():
        described = shape(options[name])
        assert described == shape(option), name
        for inner, suboption in option.get("options", {}).items():
            assert shape(options[name]["suboptions"][inner]) == shape(suboption), (name, inner)


def test_inventory_plugin_has_same_options(documentation: dict[str, Row]) -> None:
    options = documentation["ipsec_connections"]
    for name, option in OPTIONS.items():
        assert shape(options[name]) == shape(option), name
    for name, option in CONNECTION.filters.items():
        assert shape(options[name]) == shape(option), name
    assert set(options["auth"]["suboptions"]) == set(AUTH)
    assert not {"include_psk", "psk"} & set(options)


def test_passwords_of_urls_are_secret_too() -> None:
    auth = {
        "auth_url": "https://iam.example.com/v3",
        "username": "user:name@example.com",
        "password": "word",
        "discovery_endpoint": "https://someone:other@example.com",
        "auth_methods": ["https://a:b@example.com"],
    }
    assert secrets_of(auth) == ("word", "someone:other", "other", "other")


def test_quirk_18_only_secrets_are_hidden() -> None:
    assert OPTIONS["auth"].get("no_log") is None
    assert {name for name, option in AUTH.items() if option.get("no_log")} == set(SECRETS)
    assert not any(option.get("no_log") for option in OPTIONS.values())


def test_every_default_and_variable_is_in_documentation() -> None:
    options = documented()
    for name, variables in VARIABLES.items():
        for variable in variables:
            assert f"E({variable})" in str(options[name]["description"]), name
    for name, value in DEFAULTS.items():
        shown = yaml.safe_dump(value).split()[0].removesuffix(".0")
        assert f"V({shown})" in str(options[name]["description"]), name


def test_every_option_of_keystoneauth1_is_declared() -> None:
    for plugin in set(loading.get_available_plugin_names()) - set(UNUSABLE_PLUGINS):
        for option in loading.get_plugin_loader(plugin).get_options():
            if option.dest in UNUSABLE_OPTIONS:
                continue
            assert option.dest in AUTH, (plugin, option.dest)
            assert not option.secret or option.dest in SECRETS, (plugin, option.dest)


# --- where they come from ---


def test_defaults_are_used() -> None:
    assert merge_options({}, {}) == {**DEFAULTS, "auth": {}, **NOTHING}


def test_option_overrides_environment_and_that_overrides_default() -> None:
    environ = {
        "OS_AUTH_TYPE": "token",
        "OS_REGION_NAME": "eu-nl",
        "OS_INTERFACE": "internalURL",
        "OS_NETWORK_ENDPOINT_OVERRIDE": "https://vpc.example.com",
        "OS_CACERT": "/ca",
        "OS_CERT": "/cert",
        "OS_KEY": "/key",
        "OS_API_TIMEOUT": "7.5",
        "OS_CONNECT_RETRIES": "5",
        "OS_INSECURE": "yes",
        "OS_USERNAME": "alice",
        "OS_PASSWORD": "alice-password",
    }
    rest = {"warnings": [], "credentials_found": True}
    assert merge_options({}, environ) == {
        **rest,
        "auth_type": "token",
        "region_name": "eu-nl",
        "interface": "internal",
        "endpoint": "https://vpc.example.com",
        "ca_cert": "/ca",
        "client_cert": "/cert",
        "client_key": "/key",
        "api_timeout": 7.5,
        "retries": 5,
        "validate_certs": False,
        "auth": {"username": "alice", "password": "alice-password"},
    }
    given = {
        "auth_type": "password",
        "region_name": "eu-de",
        "interface": "public",
        "endpoint": "https://other.example.com",
        "ca_cert": "/ca2",
        "client_cert": "/cert2",
        "client_key": "/key2",
        "api_timeout": 1.0,
        "retries": 0,
        "validate_certs": True,
        "auth": {"username": "bob", "password": "bob-password"},
    }
    assert merge_options(given, environ) == {**given, **rest}


def test_null_is_not_given() -> None:
    given: Row = dict.fromkeys(OPTIONS)
    environ = {"OS_REGION_NAME": "eu-de", "OS_USERNAME": "alice"}
    options = merge_options({**given, "auth": dict.fromkeys(AUTH)}, environ)
    assert options == {
        **DEFAULTS,
        "region_name": "eu-de",
        "auth": {"username": "alice"},
        **NOTHING,
        "credentials_found": True,
    }


@pytest.mark.parametrize(
    ("value", "checked"),
    [("true", False), ("1", False), ("ON", False), ("false", True), ("0", True), ("no", True)],
)
def test_os_insecure_is_opposite_of_validate_certs(value: str, checked: bool) -> None:
    assert merge_options({}, {"OS_INSECURE": value})["validate_certs"] is checked


@pytest.mark.parametrize("variable", ["OS_API_TIMEOUT", "OS_CONNECT_RETRIES"])
def test_invalid_number_is_rejected(variable: str) -> None:
    assert f"{variable} must be a number, got: 'soon'." in failure(
        lambda: merge_options({}, {variable: "soon"})
    )


@pytest.mark.parametrize(("first", "second"), ALTERNATIVES)
def test_environment_does_not_join_alternative(first: str, second: str) -> None:
    for given, other in ((first, second), (second, first)):
        environ = {f"OS_{other.upper()}": "theirs", f"OS_{given.upper()}": "theirs"}
        assert merge_options({"auth": {given: "mine"}}, environ)["auth"] == {given: "mine"}
        auth = {given: "mine", "project_name": "mine"}
        assert (other in merge_options({"auth": auth}, environ)["auth"]) is (other in auth)


def test_project_of_environment_does_not_override_given_one(
    mock_api: MockApi,
) -> None:
    environ = {**mock_api.environment("bob"), "OS_PROJECT_ID": mock_api.project_id("vpn-two")}
    auth = {"username": "alice", "password": "alicepw", "project_name": "vpn-one"}
    assert len(gathered(connect(merge_options({"auth": auth}, environ)))) == 23


# --- clouds.yaml ---


@pytest.fixture
def clouds(
    mock_api: MockApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> t.Callable[..., None]:
    """Write a clouds.yaml with alice's cloud, `one`, and others."""

    def write(**changes: t.Any) -> None:
        auth = mock_api.auth_options()
        content = {
            "clouds": {
                "one": {"auth": auth, "region_name": "RegionOne", **changes},
                "two": {"auth": {**auth, "project_name": "vpn-two"}},
            }
        }
        path = tmp_path / "clouds.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))

    monkeypatch.setenv("HOME", str(tmp_path))
    write()
    return write


def test_cloud_of_clouds_yaml_is_used(clouds: t.Callable[..., None]) -> None:
    assert len(gathered(connect(merge_options({"cloud": "one"}, {})))) == 23


def test_certificates_are_checked_by_default(clouds: t.Callable[..., None]) -> None:
    assert merge_options({}, {})["validate_certs"] is True
    assert merge_options({"cloud": "one"}, {})["validate_certs"] is True
    assert tls_settings(merge_options({}, {})).verify is True


def test_os_cloud_selects_cloud(clouds: t.Callable[..., None]) -> None:
    assert len(gathered(connect(merge_options({}, {"OS_CLOUD": "one"})))) == 23


def test_environment_adds_nothing_to_cloud(
    clouds: t.Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {
        "OS_CLOUD": "two",
        "OS_USERNAME": "bob",
        "OS_PROJECT_ID": "other",
        "OS_REGION_NAME": "RegionTwo",
        "OS_AUTH_TYPE": "token",
        "OS_INTERFACE": "admin",
        "OS_NETWORK_ENDPOINT_OVERRIDE": "http://elsewhere.invalid",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)  # openstacksdk looks for itself
    options = merge_options({"cloud": "one"}, environ)
    assert options["auth"]["username"] == "alice"
    assert "project_id" not in options["auth"]
    assert len(gathered(connect(options))) == 23


def test_os_cloud_adds_nothing_to_given_auth(clouds: t.Callable[..., None]) -> None:
    options = merge_options({"auth": {"username": "bob"}}, {"OS_CLOUD": "one"})
    assert options["auth"] == {"username": "bob"}


def test_option_overrides_cloud(clouds: t.Callable[..., None]) -> None:
    clouds(interface="internal", api_timeout=3, verify=False)
    options = merge_options({"cloud": "one"}, {})
    assert (options["interface"], options["api_timeout"]) == ("internal", 3)
    assert options["validate_certs"] is False
    given = {"interface": "public", "api_timeout": 4.0, "validate_certs": True}
    assert {**merge_options({"cloud": "one", **given}, {}), **given} == merge_options(
        {"cloud": "one", **given}, {}
    )
    auth = {"project_id": "p"}
    options = merge_options({"cloud": "one", "auth": auth}, {})
    assert options["auth"]["project_id"] == "p"
    assert "project_name" not in options["auth"]


def test_interfaces_of_cloud_in_order_of_preference(clouds: t.Callable[..., None]) -> None:
    clouds(interface=["internal", "public"])
    options = merge_options({"cloud": "one"}, {})
    assert options["interface"] == ["internal", "public"]
    assert len(gathered(connect(options))) == 23
    clouds(interface=["inside"])
    assert "must be one of public, internal, admin" in failure(
        lambda: merge_options({"cloud": "one"}, {})
    )
    clouds(interface={"public": True})
    failure(lambda: merge_options({"cloud": "one"}, {}))


def test_endpoint_of_cloud_is_used(clouds: t.Callable[..., None], mock_api: MockApi) -> None:
    clouds(network_endpoint_override=mock_api.url + "/v2.0")
    assert merge_options({"cloud": "one"}, {})["endpoint"] == mock_api.url + "/v2.0"


def test_files_and_region_of_cloud_are_used(clouds: t.Callable[..., None]) -> None:
    clouds(cacert="/ca", cert="/cert", key="/key", regions=["RegionOne", "RegionTwo"])
    options = merge_options({"cloud": "one", "region_name": "RegionTwo"}, {})
    assert options["region_name"] == "RegionTwo"
    assert (options["ca_cert"], options["client_cert"]) == ("/ca", "/cert")
    sentence = failure(lambda: merge_options({"cloud": "one", "region_name": "RegionThree"}, {}))
    path = os.environ["OS_CLIENT_CONFIG_FILE"]
    assert sentence.startswith(f"Cannot load cloud one from {path}: Region RegionThree is not ")


def test_source_is_that_of_cloud(clouds: t.Callable[..., None]) -> None:
    options = merge_options({"cloud": "two"}, {"OS_PROJECT_NAME": "other"})
    assert source_of(options) == {
        "cloud": "two",
        "region": None,
        "project": "vpn-two",
        "project_id": None,
    }
    options = merge_options({"region_name": "eu-de", "auth": {"project_id": "p"}}, {})
    assert source_of(options) == {
        "cloud": None,
        "region": "eu-de",
        "project": None,
        "project_id": "p",
    }


def test_insecure_cloud_is_used(clouds: t.Callable[..., None]) -> None:
    clouds(insecure=True)
    assert merge_options({"cloud": "one"}, {})["validate_certs"] is False
    clouds(insecure="false")
    assert merge_options({"cloud": "one"}, {})["validate_certs"] is True


def test_paths_with_tilde_are_expanded(
    clouds: t.Callable[..., None], mock_api: MockApi, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("any", encoding="utf-8")
    clouds(cacert="~/ca.pem", verify=True)
    assert tls_settings(merge_options({"cloud": "one"}, {})).verify == str(tmp_path / "ca.pem")
    clouds(verify=str(tmp_path / "ca.pem"))  # openstacksdk takes a path here too
    assert tls_settings(merge_options({"cloud": "one"}, {})).verify == str(tmp_path / "ca.pem")
    assert tls_settings(merge_options({}, {"OS_CACERT": "~/ca.pem"})).verify == str(
        tmp_path / "ca.pem"
    )


def test_unknown_suboption_is_rejected() -> None:
    sentence = failure(lambda: merge_options({"auth": {"usrname": "hidden"}}, {}))
    assert sentence.startswith("Unsupported option auth.usrname. Supported: ")
    assert "hidden" not in sentence


def test_access_key_of_clouds_yaml_is_used(
    clouds: t.Callable[..., None], mock_api: MockApi
) -> None:
    keys = {**mock_api.access_keys("alice")[0], "project_id": mock_api.project_id("vpn-one")}
    clouds(auth_type="aksk", auth=keys, network_endpoint_override=mock_api.url)
    assert len(gathered(connect(merge_options({"cloud": "one"}, {})))) == 23


@pytest.mark.parametrize("name", ["auth-type", "auth_plugin", "auth-plugin"])
def test_name_that_openstacksdk_does_not_use_is_no_auth_type(
    clouds: t.Callable[..., None], name: str
) -> None:
    clouds(**{name: "password"}, auth={"access_key": "key", "secret_key": "hidden"})
    assert merge_options({"cloud": "one"}, {})["auth_type"] == "aksk"


def test_unknown_cloud_lists_available_clouds(clouds: t.Callable[..., None]) -> None:
    sentence = failure(lambda: merge_options({"cloud": "tow"}, {}))
    assert "Cloud tow not found in" in sentence
    assert "Available clouds: one, two." in sentence


def test_missing_clouds_yaml_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OS_CLIENT_CONFIG_FILE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert "Cloud one not found: no clouds.yaml exists" in failure(
        lambda: merge_options({"cloud": "one"}, {})
    )


@pytest.mark.parametrize("ending", ["", "\r"])
def test_missing_clouds_yaml_of_environment_is_named(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "nothing.yaml") + ending
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", path)
    assert failure(lambda: merge_options({"cloud": "one"}, {})) == (
        "Cloud one not found: the file of OS_CLIENT_CONFIG_FILE does not exist: " + repr(path) + "."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("clouds: [", "Cannot load cloud one: FILE is not valid YAML in line 1."),
        ("\nclouds: [", "Cannot load cloud one: FILE is not valid YAML in line 2."),
        ("[]", "Cloud one not found in FILE. Available clouds: none."),
        ("clouds: 7", "Cannot load cloud one: clouds.yaml is not a valid clouds.yaml."),
        ("clouds: {one: 7}", "Cannot load cloud one: FILE is not a valid clouds.yaml."),
        ("\x00", "Cannot load cloud one: FILE is not valid YAML."),
    ],
)
def test_invalid_clouds_yaml_is_reported(
    content: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(content, encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    expected = sentence.replace("FILE", str(path))
    assert failure(lambda: merge_options({"cloud": "one"}, {})) == expected


CLOUD = """\
clouds:
  one:
    auth: {ak: AKAKAK, sk: SKSKSK, project_id: p, unknown: 7}
    auth_url: https://iam.example.com/v3
    user-domain-name: D
    auth_type: aksk
    region_name: A
    network_region_name: B
    interface: public
    network_interface: internal
    network_endpoint_override: https://vpc.example.com
    vpn_endpoint_override: https://vpn.example.com
    cacert: /ca
    cert: /cert
    key: /key
    api_timeout: 7
    connect_retries: 2
    verify: false
"""


def test_every_value_of_cloud_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(CLOUD, encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    assert merge_options({"cloud": "one"}, {}) == {
        "cloud": "one",
        "auth_type": "aksk",
        "region_name": "B",
        "interface": "internal",
        "endpoint": "https://vpc.example.com",
        "enterprise_endpoint": "https://vpn.example.com",
        "validate_certs": False,
        "ca_cert": "/ca",
        "client_cert": "/cert",
        "client_key": "/key",
        "api_timeout": 7.0,
        "retries": 2,
        "auth": {
            "auth_url": "https://iam.example.com/v3",
            "user_domain_name": "D",
            "project_id": "p",
            "access_key": "AKAKAK",
            "secret_key": "SKSKSK",
        },
        **NOTHING,
        "credentials_found": True,
    }


@pytest.mark.parametrize(
    ("line", "name"),
    [("sk: 123456", "secret_key"), ("security-token: 0123", "security_token")],
)
def test_secret_of_cloud_that_is_number_is_named_as_option(
    clouds: t.Callable[..., None], tmp_path: Path, line: str, name: str
) -> None:
    (tmp_path / "clouds.yaml").write_text(f"clouds: {{one: {{auth: {{{line}}}}}}}")
    assert failure(lambda: merge_options({"cloud": "one"}, {})) == (
        f"auth.{name} of cloud one must be a string, got: a number. Put the value in quotes."
    )


@pytest.mark.parametrize("name", ["envvars", "defaults"])
def test_environment_is_no_cloud(
    clouds: t.Callable[..., None], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_USERNAME", "bob")  # openstacksdk makes a cloud of it
    path = tmp_path / "clouds.yaml"
    for content, names in ((path.read_text(), "one, two"), ("{}", "none")):
        path.write_text(content)
        assert failure(lambda: merge_options({"cloud": name}, {})) == (
            f"Cloud {name} not found in {path}. Available clouds: {names}."
        )


def test_missing_openstacksdk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "openstack"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "openstack", None)
    sentence = failure(lambda: merge_options({"cloud": "one"}, {}))
    assert "Python library openstack" in sentence
    assert "the option cloud (one) requires it" in sentence
    assert "pip install openstacksdk" in sentence


def test_missing_options_are_reported_when_none_is_set() -> None:
    sentence = failure(lambda: connect(merge_options({}, {})))
    assert "auth_type password requires auth_url, username or user_id, password." in sentence
    assert "clouds.yaml" in sentence


def test_project_without_domain_is_in_its_users(mock_api: MockApi) -> None:
    environment = mock_api.environment()
    del environment["OS_PROJECT_DOMAIN_NAME"]
    assert merge_options({}, environment)["auth"]["project_domain_name"] == "Default"
    assert len(gathered(connect(merge_options({}, environment)))) == len(mock_api.rows("vpn-one"))
    auth = merge_options({"auth": {"project_domain_id": "other"}}, environment)["auth"]
    assert "project_domain_name" not in auth
    del environment["OS_USER_DOMAIN_NAME"]
    by_id = merge_options({}, {**environment, "OS_USER_DOMAIN_ID": "default"})["auth"]
    assert by_id["project_domain_id"] == "default"


@pytest.mark.parametrize("name", ["default_domain_name", "default_domain_id"])
def test_default_domain_is_that_of_project(name: str) -> None:
    auth = {"username": "alice", "user_domain_name": "U", "project_name": "p", name: "D"}
    assert merge_options({"auth": auth}, {})["auth"] == auth
