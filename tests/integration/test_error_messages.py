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

# A mistake, and what the sentence about it has to say.
MODULE_MISTAKES: dict[str, tuple[str, ...]] = {
    "wrong password": ("HTTP 401", "Check user, password"),
    "unknown region": ("region Atlantis", "RegionOne", "Set region_name"),
    "unknown cloud": ("The cloud nowhere is unknown", "alice"),
    "broken clouds.yaml": ("The cloud alice is unknown", "no clouds.yaml was found"),
    "unreachable host": ("failed: ", "refused", "Check auth_url"),
    "unknown field": ("fields has peer_adress", "peer_address"),
    "psk without include_psk": ("include_psk: true",),
    "unknown option": ("include_pks", "include_psk"),
    "unknown auth option": ("passwort", "password"),
    "unknown auth_type": ("auth_type kerberos5 is unknown", "aksk", "password"),
    "no auth_url": ("needs auth_url", "OS_AUTH_URL"),
    "no secret key": ("needs secret_key", "OS_SECRET_KEY"),
    "access key without endpoint": ("requires endpoint",),
    "endpoint that is no URL": ("endpoint must be a URL", "got: vpc.example.com"),
    "no CA file": ("ca_cert is /nowhere.pem", "no such file"),
    "number that is none": ("OS_CONNECT_RETRIES is 'many'", "a number"),
    "HTML with 200": ("is not JSON", "text/html", "Log in to the hotel"),
    "cut short": ("failed: ",),
    "404 on the list": ("HTTP 404", "does not exist", "Check endpoint", "check endpoint"),
    "no requests": ("library requests is missing", "pip install requests"),
    "no keystoneauth1": ("library keystoneauth1 is missing", "auth_type password"),
    "no openstacksdk": (
        "library openstacksdk is missing",
        "pip install openstacksdk",
        "the option cloud (alice)",
    ),
}


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> t.Callable[[str], dict[str, str]]:
    """The environment in which a Python library cannot be imported."""
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
    """A port that refuses connections: bound, but nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture(scope="module")
def clouds_yaml(shared_ansible: Ansible, shared_mock_api: MockApi) -> dict[str, str]:
    """The environment with a clouds.yaml that has the cloud alice."""
    auth = {
        name.removeprefix("OS_").lower(): value
        for name, value in shared_mock_api.environment("alice").items()
        if name not in ("OS_AUTH_TYPE", "OS_REGION_NAME")
    }
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
    """Every mistake in one play at -vvvv, whose messages the last task lists."""
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
def test_a_module_says_what_is_wrong_in_a_sentence(
    mistake: str, module_run: subprocess.CompletedProcess[str]
) -> None:
    answer = results(module_run.stdout)[mistake]
    assert "ipsec_connections" not in answer
    message = answer["msg"]
    for words in MODULE_MISTAKES[mistake]:
        assert words.lower() in message.lower()
    assert "\n" not in message
    assert message.count("..") == 0


def test_modules_show_neither_a_traceback_nor_a_secret(
    module_run: subprocess.CompletedProcess[str],
) -> None:
    output = module_run.stdout + module_run.stderr
    assert "Traceback" not in output
    assert 'File "' not in output
    for secret in (PASSWORD, WRONG_PASSWORD):
        assert secret not in output


# A source, and what the sentence about it has to say.
SOURCE_MISTAKES: dict[str, tuple[dict[str, t.Any], tuple[str, ...]]] = {
    "option": ({"hostname": ["name"]}, ("hostname is no option", "ansible-doc -t inventory")),
    "type": ({"hostnames": ["name"], "retries": "many"}, ("retries",)),
    "include": (
        {"include": ["ipsec_name is spelt('x')"]},
        ("include cannot be evaluated", "spelt"),
    ),
    "exclude": ({"exclude": ["ipsec_nam == 'x'"]}, ("exclude cannot be evaluated", "ipsec_nam")),
    "entry": ({"clouds": ["alice"]}, ("clouds has the entry alice", "a dict")),
    "entrys-option": ({"clouds": [{"clod": "alice"}]}, ("clod", "Supported parameters")),
    "jinja": (
        {"auth": {"password": "{{ lookup('ansible.builtin.file', 'nowhere.txt') }}"}},
        ("A connection option cannot be evaluated", "nowhere.txt"),
    ),
    "undefined": (
        {"auth": {"password": "{{ vault_password }}"}},
        ("A connection option cannot be evaluated", "vault_password"),
    ),
    "password": ({"auth": {"password": WRONG_PASSWORD}}, ("HTTP 401", "Check user, password")),
    "region": ({"region_name": "Atlantis"}, ("region Atlantis", "RegionOne")),
    "cloud": ({"cloud": "nowhere"}, ("The cloud nowhere is unknown", "alice")),
    "one-of-two": (
        {"clouds": [{"label": "good"}, {"label": "bad", "region_name": "Atlantis"}]},
        ("bad: The catalog of", "region Atlantis"),
    ),
    "auth-type": ({"auth_type": "kerberos5"}, ("auth_type kerberos5 is unknown",)),
}


@pytest.fixture(scope="module")
def source_run(
    shared_ansible: Ansible, shared_mock_api: MockApi, clouds_yaml: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """ansible-inventory on all of these sources at -vvvv."""
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
    """The text without blanks and ends of lines, for Ansible breaks lines anywhere."""
    return "".join(text.split()).lower()


@pytest.mark.parametrize("mistake", SOURCE_MISTAKES)
def test_the_inventory_says_what_is_wrong_in_a_sentence(
    mistake: str, source_run: subprocess.CompletedProcess[str]
) -> None:
    # what is said of a source ends with the sentence that it cannot be parsed
    parts = squeezed(source_run.stderr).split("asaninventorysource")
    (said,) = (part for part in parts if f"/{mistake}.ipsec_connections.yml" in part)
    for words in SOURCE_MISTAKES[mistake][1]:
        assert squeezed(words) in said


def test_the_inventory_shows_neither_a_traceback_nor_a_secret(
    source_run: subprocess.CompletedProcess[str],
) -> None:
    output = source_run.stdout + source_run.stderr
    if TRACELESS:
        assert "Traceback" not in output
        assert 'File "' not in output
    for secret in (PASSWORD, WRONG_PASSWORD):
        assert secret not in output
    assert json.loads(source_run.stdout[source_run.stdout.index("{") :])["_meta"]["hostvars"] == {}


def test_the_inventory_fails_as_a_whole_where_ansible_is_told_so(
    ansible: Ansible, mock_api: MockApi, without: t.Callable[[str], dict[str, str]]
) -> None:
    environment = {**mock_api.environment("alice"), **without("keystoneauth1")}
    done = ansible.inventory_run({}, environment, "--list", "-vvvv")
    assert done.returncode != 0
    assert squeezed("library keystoneauth1 is missing") in squeezed(done.stderr)
    assert squeezed("pip install keystoneauth1") in squeezed(done.stderr)
    if TRACELESS:
        assert "Traceback" not in done.stderr
