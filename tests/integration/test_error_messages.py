# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user sees when something is wrong: one sentence to act on, at the highest verbosity too."""

from __future__ import annotations

import json
import socket
import subprocess
import typing as t

import pytest
import yaml
from ansible import release

from tests.ansible_commands import Ansible, results
from tests.mock_api import MockApi

# ansible-core 2.18 shows where each plugin gave up from -vvv on, its own plugins included.
TRACELESS = not release.__version__.startswith("2.18")

PASSWORD = "alicepw"
WRONG_PASSWORD = "a-wrong-password-not-for-logs"
LISTS = "^/v2.0/vpn/ipsec-site-connections"

# Mistakes that Ansible itself finds, before the module runs.
ARGUMENTS = ("unknown option", "unknown auth option")

# A mistake, and what the sentence about it has to say.
MODULE_MISTAKES: dict[str, tuple[str, ...]] = {
    "wrong password": ("HTTP 401", "Check the user, the password"),
    "unknown region": ("region Atlantis", "RegionOne", "Set region_name"),
    "unknown cloud": ("Cloud nowhere not found in", "alice"),
    "broken clouds.yaml": ("Cannot load cloud alice", "is not valid YAML"),
    "unreachable host": ("failed: ", "refused", "Check auth_url"),
    "unknown field": ("Unknown fields: peer_adress", "peer_address"),
    "psk without include_psk": ("include_psk: true",),
    "unknown option": ("include_pks", "include_psk"),
    "unknown auth option": ("passwort", "password"),
    "unknown auth_type": ("Unknown auth_type kerberos5", "aksk", "password"),
    "cloud as a dictionary": ("cloud must be the name of a cloud", "a whole cloud as auth"),
    "cloud as text": ("cloud must be the name of a cloud", "a whole cloud as auth"),
    "number for a secret": ("auth.password must be a string", "Put the value in quotes"),
    "list for a secret": ("auth.password must be a string", "Put the value in quotes"),
    "token with a line break": ("auth.token contains whitespace",),
    "carriage return": ("OS_AUTH_URL ends in a carriage return", "Unix"),
    "quotation marks": ("OS_REGION_NAME is in quotation marks",),
    "URL of tokens": ("auth_url must be the base URL of Keystone", "/v3"),
    "no domain": ("user_domain_name or user_domain_id", "OS_USER_DOMAIN_NAME"),
    "access key of Terraform": (
        "requires endpoint and auth.project_id",
        "OS_PROJECT_ID",
        "OS_NETWORK_ENDPOINT_OVERRIDE",
    ),
    "nothing set": ("auth_url, username or user_id, password", "become"),
    "no VPNaaS": ("does not offer VPNaaS", "openstack extension show vpnaas"),
    "SOCKS": ("library PySocks is not installed", "the SOCKS proxy of all_proxy", "pip install"),
    "unknown proxy": ("proxy URL in HTTP_PROXY has an unsupported scheme", "socks5h"),
    "no auth_url": ("requires auth_url", "OS_AUTH_URL"),
    "no secret key": ("requires secret_key", "OS_SECRET_KEY"),
    "access key without endpoint": ("requires endpoint",),
    "endpoint that is no URL": ("endpoint must be a URL", "got: vpc.example.com"),
    "no CA file": ("ca_cert: file not found: /nowhere.pem",),
    "number that is none": ("OS_CONNECT_RETRIES must be a number",),
    "HTML with 200": ("not JSON", "text/html", "Log in to the hotel"),
    "cut short": ("failed: ",),
    "404 on the list": ("HTTP 404", "does not exist", "Check endpoint", "check endpoint"),
    "no requests": ("library requests is not installed", "pip install requests"),
    "no keystoneauth1": ("library keystoneauth1 is not installed", "auth_type password"),
    "no openstacksdk": (
        "library openstacksdk is not installed",
        "pip install openstacksdk",
        "the option cloud (alice)",
    ),
}


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> t.Callable[[str], dict[str, str]]:
    """Return the environment in which a Python library cannot be imported."""
    folder = tmp_path_factory.mktemp("missing")

    def environment(library: str) -> dict[str, str]:
        package = folder / library / library
        package.mkdir(parents=True, exist_ok=True)
        package.joinpath("__init__.py").write_text(
            f"raise ModuleNotFoundError(\"No module named '{library}'\")\n"
        )
        return {"PYTHONPATH": str(package.parent)}

    return environment


@pytest.fixture(scope="module")
def closed_port() -> t.Iterator[int]:
    """Return a port that refuses connections: bound, but nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture(scope="module")
def clouds_yaml(shared_ansible: Ansible, shared_mock_api: MockApi) -> dict[str, str]:
    """Return the environment with a clouds.yaml that has the cloud alice."""
    auth = shared_mock_api.auth_options()
    path = shared_ansible.folder / "our-clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"alice": {"auth": auth}}}))
    return {"OS_CLIENT_CONFIG_FILE": str(path)}


@pytest.fixture(scope="module")
def module_run(
    shared_ansible: Ansible,
    shared_mock_api: MockApi,
    clouds_yaml: dict[str, str],
    closed_port: int,
    without: t.Callable[[str], dict[str, str]],
) -> subprocess.CompletedProcess[str]:
    """Return every mistake in one play at -vvvv, whose messages the last task lists."""
    mock_api = shared_mock_api
    mock_api.reset()
    broken = shared_ansible.folder / "broken.yaml"
    broken.write_text("clouds: {alice: {auth: {password: " + WRONG_PASSWORD + "}, regions: [1, ")
    mock_api.fault(
        LISTS + ".*name=html",
        body="<html><title>Log in to the hotel</title></html>",
        headers={"Content-Type": "text/html"},
    )
    mock_api.fault(LISTS + ".*name=cut", cut=10, count=None)
    gone = {"error_msg": "The API does not exist", "error_code": "APIGW.0101"}
    text = "The resource could not be found.<br /><br />\n\n\n"
    no_vpnaas = {"message": text, "code": "404 Not Found", "title": "Not Found"}
    mock_api.fault(LISTS + ".*name=vpnaas", status=404, body=no_vpnaas)
    mock_api.fault(LISTS + ".*name=missing", status=404, body=gone)
    nowhere = {"OS_AUTH_URL": f"http://127.0.0.1:{closed_port}/v3"}
    access_key = {"access_key": "ALICEACCESSKEY000001"}
    mistakes: dict[str, tuple[dict[str, t.Any], dict[str, str]]] = {
        "wrong password": ({"auth": {"password": WRONG_PASSWORD}}, {}),
        "unknown region": ({"region_name": "Atlantis"}, {}),
        "unknown cloud": ({"cloud": "nowhere"}, clouds_yaml),
        "broken clouds.yaml": ({"cloud": "alice"}, {"OS_CLIENT_CONFIG_FILE": str(broken)}),
        "unreachable host": ({}, nowhere),
        "unknown field": ({"fields": ["peer_adress"]}, {}),
        "psk without include_psk": ({"fields": ["psk"]}, {}),
        "unknown option": ({"include_pks": True}, {}),
        "unknown auth option": ({"auth": {"passwort": "hello"}}, {}),
        "unknown auth_type": ({"auth_type": "kerberos5"}, {}),
        "cloud as a dictionary": ({"cloud": {"auth": {"password": WRONG_PASSWORD}}}, {}),
        "cloud as text": ({"cloud": f"{{'auth': {{'password': '{WRONG_PASSWORD}'}}}}"}, {}),
        "number for a secret": ({"auth": {"password": 12345678}}, {}),
        "list for a secret": ({"auth": {"password": [WRONG_PASSWORD]}}, {}),
        "token with a line break": ({"auth": {"token": WRONG_PASSWORD + "\n"}}, {}),
        "carriage return": ({}, {"OS_AUTH_URL": f"{mock_api.auth_url}\r"}),
        "quotation marks": ({}, {"OS_REGION_NAME": '"RegionOne"'}),
        "URL of tokens": ({}, {"OS_AUTH_URL": f"{mock_api.auth_url}/auth/tokens"}),
        "no domain": (
            {},
            dict.fromkeys(("OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME"), ""),
        ),
        "access key of Terraform": (
            {},
            {
                "OS_AUTH_TYPE": "",
                "OS_USERNAME": "",
                "OS_PASSWORD": "",
                "OS_ACCESS_KEY": "EXAMPLEKEY",
                "OS_SECRET_KEY": "example-secret",
            },
        ),
        "nothing set": ({}, dict.fromkeys(mock_api.environment("alice"), "")),
        "no VPNaaS": ({"name": "vpnaas"}, {}),
        "SOCKS": ({}, {"all_proxy": "socks5h://127.0.0.1:1", **without("socks")}),
        "unknown proxy": ({}, {"HTTP_PROXY": "ftp://127.0.0.1"}),
        "no auth_url": ({}, {"OS_AUTH_URL": ""}),
        "no secret key": ({"auth_type": "aksk", "auth": access_key}, {}),
        "access key without endpoint": (
            {"auth_type": "aksk", "auth": {**access_key, "secret_key": WRONG_PASSWORD}},
            {},
        ),
        "endpoint that is no URL": ({"endpoint": "vpc.example.com"}, {}),
        "no CA file": ({"ca_cert": "/nowhere.pem"}, {}),
        "number that is none": ({}, {"OS_CONNECT_RETRIES": "many"}),
        "HTML with 200": ({"name": "html"}, {}),
        "cut short": ({"name": "cut"}, {}),
        "404 on the list": ({"name": "missing"}, {}),
        "no requests": ({}, without("requests")),
        "no keystoneauth1": ({}, without("keystoneauth1")),
        "no openstacksdk": ({"cloud": "alice"}, {**clouds_yaml, **without("openstack")}),
    }
    assert set(mistakes) == set(MODULE_MISTAKES)
    tasks = [
        {
            "name": name,
            "otc.vpn.ipsec_connection_info": options,
            "environment": {"OS_CONNECT_RETRIES": "0", **environment},
            "ignore_errors": True,
        }
        for name, (options, environment) in mistakes.items()
    ]
    done = shared_ansible.playbook(
        [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}],
        {**mock_api.environment("alice"), "ANSIBLE_PIPELINING": "true"},
        "-vvvv",
    )
    mock_api.reset()
    return done


@pytest.mark.parametrize("mistake", MODULE_MISTAKES)
def test_module_error_is_one_sentence(
    mistake: str, module_run: subprocess.CompletedProcess[str]
) -> None:
    answer = results(module_run.stdout)[mistake]
    assert "ipsec_connections" not in answer
    message = answer["msg"]
    for words in MODULE_MISTAKES[mistake]:
        assert words.lower() in message.lower()
    assert "\n" not in message
    assert "<br" not in message
    if mistake not in ARGUMENTS:
        assert answer["failure"].keys() == {"status", "temporary", "request_id"}
    assert message.count("..") == 0


def test_modules_show_neither_traceback_nor_secret(
    module_run: subprocess.CompletedProcess[str],
) -> None:
    output = module_run.stdout + module_run.stderr
    assert "Traceback" not in output
    assert 'File "' not in output
    for secret in (PASSWORD, WRONG_PASSWORD):
        assert secret not in output


# A source, and what the sentence about it has to say.
SOURCE_MISTAKES: dict[str, tuple[dict[str, t.Any], tuple[str, ...]]] = {
    "option": (
        {"hostname": ["name"]},
        ("Unsupported options: hostname", "ansible-doc -t inventory"),
    ),
    "type": ({"hostnames": ["name"], "retries": "many"}, ("retries",)),
    "include": (
        {"include": ["ipsec_name is misspelled('x')"]},
        ("Cannot evaluate the include condition", "misspelled"),
    ),
    "exclude": (
        {"exclude": ["ipsec_nam == 'x'"]},
        ("Cannot evaluate the exclude condition", "ipsec_nam"),
    ),
    "entry": ({"clouds": ["alice"]}, ("clouds[0] must be a dictionary, got: str",)),
    "entrys-option": ({"clouds": [{"clod": "alice"}]}, ("clouds[0]: Unsupported options: clod",)),
    "jinja": (
        {"auth": {"password": "{{ lookup('ansible.builtin.file', 'nowhere.txt') }}"}},
        ("Cannot evaluate the option auth", "nowhere.txt"),
    ),
    "undefined": (
        {"auth": {"password": "{{ vault_password }}"}},
        ("Cannot evaluate the option auth", "vault_password"),
    ),
    "password": (
        {"auth": {"password": WRONG_PASSWORD}},
        ("HTTP 401", "Check the user, the password"),
    ),
    "cloud-dictionary": (
        {"cloud": {"auth": {"password": WRONG_PASSWORD}}},
        ("cloud must be a single value",),
    ),
    "region": ({"region_name": "Atlantis"}, ("region Atlantis", "RegionOne")),
    "cloud": ({"cloud": "nowhere"}, ("Cloud nowhere not found in", "alice")),
    "one-of-two": (
        {"clouds": [{"label": "good"}, {"label": "bad", "region_name": "Atlantis"}]},
        ("bad: The catalog of", "region Atlantis"),
    ),
    "auth-type": ({"auth_type": "kerberos5"}, ("Unknown auth_type kerberos5",)),
}


@pytest.fixture(scope="module")
def source_run(
    shared_ansible: Ansible, shared_mock_api: MockApi, clouds_yaml: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run ansible-inventory on all of these sources at -vvvv."""
    shared_mock_api.reset()
    flags = []
    for name, (source, _words) in SOURCE_MISTAKES.items():
        path = shared_ansible.folder / f"{name}.ipsec_connections.yml"
        path.write_text(json.dumps({"plugin": "otc.vpn.ipsec_connections", "retries": 0, **source}))
        flags += ["-i", str(path)]
    return shared_ansible.run(
        "ansible-inventory",
        *flags,
        "--list",
        "-vvvv",
        environment={**shared_mock_api.environment("alice"), **clouds_yaml},
    )


def squeezed(text: str) -> str:
    """Return the text without blanks and ends of lines, for Ansible breaks lines anywhere."""
    return "".join(text.split()).lower()


@pytest.mark.parametrize("mistake", SOURCE_MISTAKES)
def test_inventory_error_is_one_sentence(
    mistake: str, source_run: subprocess.CompletedProcess[str]
) -> None:
    # what is said of a source ends with the sentence that it cannot be parsed
    parts = squeezed(source_run.stderr).split("asaninventorysource")
    (said,) = (part for part in parts if f"/{mistake}.ipsec_connections.yml" in part)
    for words in SOURCE_MISTAKES[mistake][1]:
        assert squeezed(words) in said


def test_inventory_shows_neither_traceback_nor_secret(
    source_run: subprocess.CompletedProcess[str],
) -> None:
    output = source_run.stdout + source_run.stderr
    if TRACELESS:
        assert "Traceback" not in output
        assert 'File "' not in output
    for secret in (PASSWORD, WRONG_PASSWORD):
        assert secret not in output
    assert json.loads(source_run.stdout[source_run.stdout.index("{") :])["_meta"]["hostvars"] == {}


def test_inventory_fails_when_unparsed_sources_are_fatal(
    ansible: Ansible, mock_api: MockApi, without: t.Callable[[str], dict[str, str]]
) -> None:
    environment = {**mock_api.environment("alice"), **without("keystoneauth1")}
    done = ansible.inventory_run({}, environment, "--list", "-vvvv")
    assert done.returncode != 0
    assert squeezed("library keystoneauth1 is not installed") in squeezed(done.stderr)
    assert squeezed("pip install keystoneauth1") in squeezed(done.stderr)
    if TRACELESS:
        assert "Traceback" not in done.stderr
