# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that runs leave behind is searched for secrets.

Each secret of the endpoint, the pre-shared keys included, contains NEEDLE, but for the tokens,
which it makes up: those are taken from the requests it received.

Module arguments are part of the payload that Ansible writes to the host for the time of a task
(`AnsiballZ_*.py`, readable by its user only, kept here by ANSIBLE_KEEP_REMOTE_FILES). A secret given
as an option is therefore in there; one from the environment is not. Both are tested.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
import typing as t
import uuid
from pathlib import Path

import pytest

from tests.ansible_commands import Ansible, results
from tests.mock_api import MockApi

Row = dict[str, t.Any]
NEEDLE = "not-for-logs"
# distinct from what other tests on this machine have in their command lines
PASSWORD = f"{NEEDLE}-{uuid.uuid4()}"
MODULE = "otc.vpn.ipsec_connection_info"


@pytest.fixture(scope="module")
def mock_api() -> t.Iterator[MockApi]:
    """Return the mock API server with secrets that are easy to find."""
    with MockApi("otc") as mock_api:
        alice = mock_api.scenario.users["alice"]
        alice["password"] = PASSWORD
        alice["application_credential"]["secret"] = f"{NEEDLE}-application"
        yield mock_api


@pytest.fixture(scope="module")
def leaving(shared_ansible: Ansible) -> dict[str, str]:
    """Return the environment in which runs leave as much as they can, all of it in the shared folder."""
    folder = shared_ansible.folder
    (folder / "temporary").mkdir()
    return {
        "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
        "ANSIBLE_KEEP_REMOTE_FILES": "true",
        "ANSIBLE_REMOTE_TMP": str(folder / "remote"),
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "facts"),
        "TMPDIR": str(folder / "temporary"),
    }


def play(tasks: t.Iterable[Row]) -> list[Row]:
    """Return a play of these tasks, each of which may fail."""
    return [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [{"ignore_errors": True, **task} for task in tasks],
        }
    ]


def needles(mock_api: MockApi) -> set[str]:
    """Return what must be nowhere."""
    tokens = {one.headers.get("x-auth-token", "") for one in mock_api.requests} - {""}
    assert tokens
    return {NEEDLE, PASSWORD, *tokens}


@pytest.fixture(scope="module")
def with_environment(
    shared_ansible: Ansible, mock_api: MockApi, leaving: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Return a play whose secrets come from the environment, on a server that sends the key unasked.

    Somebody wrote the password into a description, too: Ansible has to know what to blank out.
    """
    mock_api.fault("/v2.0/vpn/", quirks=["ignore_fields"], count=None)
    mock_api.change(mock_api.id_of("vpn-one", 0), description=f"log in with {PASSWORD}")
    environment = {**mock_api.environment("alice"), **leaving}
    facts = {"cacheable": True, "vpn": "{{ answer.ipsec_connections }}"}
    done = shared_ansible.playbook(
        play(
            [
                {"name": "Get", MODULE: {"resolve": True}, "register": "answer"},
                {"name": "Show", "ansible.builtin.debug": {"var": "answer"}},
                {"name": "Keep", "ansible.builtin.set_fact": facts},
                {"name": "Fail", MODULE: {"region_name": "Atlantis"}},
            ]
        ),
        environment,
        "-vvvv",
    )
    mock_api.faults.clear()
    mock_api.scenario.restore()
    answers = results(done.stdout)
    assert len(answers["Get"]["ipsec_connections"]) == len(mock_api.rows("vpn-one")), done.stdout
    assert answers["Get"]["ipsec_connections"][0]["description"] == "log in with ********"
    assert "Atlantis" in answers["Fail"]["msg"]
    return done


@pytest.fixture(scope="module")
def with_inventory(
    shared_ansible: Ansible,
    mock_api: MockApi,
    leaving: dict[str, str],
    with_environment: subprocess.CompletedProcess[str],
) -> subprocess.CompletedProcess[str]:
    """Return an inventory with a cache, whose password comes by a look-up, on such a server."""
    mock_api.fault("/v2.0/vpn/", quirks=["ignore_fields"], count=None)
    (shared_ansible.folder / "clouds").mkdir()
    by_look_up = {
        **mock_api.auth_options(),
        "password": "{{ lookup('ansible.builtin.env', 'OUR_PASSWORD') }}",
    }
    source = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": "cache",
        "resolve": True,
        "auth": by_look_up,
        "region_name": "RegionOne",
        "compose": {"everything": "vars | default(ipsec_name)"},
    }
    done = shared_ansible.inventory_run(
        source, {**leaving, "OUR_PASSWORD": PASSWORD}, "--list", "-vvvv"
    )
    mock_api.faults.clear()
    assert done.returncode == 0, done.stderr
    return done


def left_behind(folder: Path) -> dict[str, bytes]:
    """Return all files in and below a folder, by their path."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_secrets_of_environment_are_nowhere(
    with_environment: subprocess.CompletedProcess[str],
    with_inventory: subprocess.CompletedProcess[str],
    shared_ansible: Ansible,
    mock_api: MockApi,
) -> None:
    left = left_behind(shared_ansible.folder)
    for kind in ("/ansible.log", "/remote/", "/cache/", "/facts/"):
        assert any(kind in path for path in left), kind
    for done in (with_environment, with_inventory):
        left["stdout of " + str(done.args)] = done.stdout.encode()
        left["stderr of " + str(done.args)] = done.stderr.encode()
    for needle in needles(mock_api):
        assert [path for path, content in left.items() if needle.encode() in content] == []


def test_secrets_of_options_are_masked(ansible: Ansible, mock_api: MockApi) -> None:
    folder = ansible.folder
    temporary = mock_api.access_keys("alice")[1]
    credential = mock_api.application_credential("alice")
    long = "The name " + "x" * 475
    echo = "^/v3/auth/tokens"
    mock_api.requests.clear()
    for secret in (PASSWORD, f"{long} {PASSWORD}", credential["secret"]):
        mock_api.fault(echo, status=401, body={"error": {"message": f"No: {secret} is wrong"}})
    said = f"{temporary['secret_key']} with {temporary['security_token']}"
    mock_api.fault("name=echo", status=403, body={"error_msg": said, "error_code": "APIGW.1"})
    by_key = {
        "auth_type": "aksk",
        "endpoint": mock_api.url,
        "auth": {**temporary, "project_id": mock_api.project_id("vpn-one")},
    }
    by_password = {"auth": mock_api.auth_options(), "region_name": "RegionOne"}
    by_credential = {
        "auth_type": "v3applicationcredential",
        "auth": {
            "auth_url": mock_api.auth_url,
            "application_credential_id": credential["id"],
            "application_credential_secret": credential["secret"],
        },
    }
    done = ansible.playbook(
        play(
            [
                {"name": "Echo of a password", MODULE: by_password},
                {"name": "Long echo of a password", MODULE: by_password},
                {"name": "Echo of a secret", MODULE: by_credential},
                {"name": "Echo of keys", MODULE: {**by_key, "name": "echo"}},
                {"name": "By password", MODULE: by_password},
                {"name": "By key", MODULE: by_key},
            ]
        ),
        {
            "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
            "ANSIBLE_KEEP_REMOTE_FILES": "true",
            "ANSIBLE_REMOTE_TMP": str(folder / "remote"),
            "OS_CONNECT_RETRIES": "0",
        },
        "-vvvv",
    )
    mock_api.faults.clear()
    answers = results(done.stdout)
    for name in ("Echo of a password", "Echo of a secret", "Echo of keys"):
        assert "********" in answers[name]["msg"]
    for name in ("By password", "By key"):
        assert len(answers[name]["ipsec_connections"]) == len(mock_api.rows("vpn-one"))
    found = needles(mock_api)
    for needle in found:
        assert needle not in done.stdout + done.stderr
    play_file = str(folder / "play.yml")
    payloads = set()
    for path, content in left_behind(folder).items():
        if path != play_file and any(needle.encode() in content for needle in found):
            payloads.add(path)
    for path in payloads:
        assert "/remote/" in path
        assert Path(path).name == "AnsiballZ_ipsec_connection_info.py"
        # nobody but the user gets at it
        assert Path(path).parent.stat().st_mode & 0o077 == 0
    assert not any(
        token.encode() in Path(path).read_bytes()
        for path in payloads
        for token in found - {NEEDLE, PASSWORD}
    )


def test_echoed_secret_is_masked_in_inventory(ansible: Ansible, mock_api: MockApi) -> None:
    """Nothing of Ansible's own blanks out secrets there."""
    temporary = mock_api.access_keys("alice")[1]
    said = f"{temporary['secret_key']} with {temporary['security_token']}"
    mock_api.fault("^/v2.0/", status=403, body={"error_msg": said, "error_code": "APIGW.1"})
    for before in ("", "x" * 475 + " "):
        message = f"{before}{PASSWORD} is wrong"
        mock_api.fault("^/v3/auth/tokens", status=401, body={"error": {"message": message}})
    by_key = {**temporary, "project_id": mock_api.project_id("vpn-one")}
    source: Row = {
        "fail_on_error": False,
        "retries": 0,
        "clouds": [
            {"label": "short", "auth": mock_api.auth_options()},
            {"label": "long", "auth": mock_api.auth_options()},
            {"label": "keys", "auth_type": "aksk", "endpoint": mock_api.url, "auth": by_key},
        ],
    }
    done = ansible.inventory_run(source, None, "--list", "-vvvv")
    mock_api.faults.clear()
    assert done.returncode == 0
    assert " ".join(done.stderr.split()).count(": skipped: ") == 3
    assert done.stderr.count("********") >= 3
    assert NEEDLE not in "".join((done.stdout + done.stderr).split())


def test_process_list_shows_no_secret(ansible: Ansible, mock_api: MockApi) -> None:
    mock_api.requests.clear()
    mock_api.fault("^/v2.0/vpn/ipsec-site-connections", delay=1.0)
    by_password = {"auth": mock_api.auth_options(), "region_name": "RegionOne"}
    outputs: list[str] = []

    def run() -> None:
        outputs.append(
            ansible.playbook(play([{"name": "Get", MODULE: by_password}]), {}, "-v").stdout
        )

    thread = threading.Thread(target=run)
    thread.start()
    seen: set[str] = set()
    while thread.is_alive():
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
            except OSError:
                continue  # the process has ended meanwhile
        time.sleep(0.1)
    mock_api.faults.clear()
    assert results(outputs[0])["Get"]["ipsec_connections"]
    assert any("AnsiballZ_ipsec_connection_info" in line for line in seen)
    for needle in needles(mock_api) - {NEEDLE}:
        assert not [line for line in seen if needle in line]


def test_psk_is_shown_only_with_include_psk(ansible: Ansible, mock_api: MockApi) -> None:
    wanted = {"name": "branch-munich", "include_psk": True}
    (row,) = (row for row in mock_api.rows("vpn-one") if row["name"] == "branch-munich")
    done = ansible.playbook(
        play(
            [
                {"name": "In silence", MODULE: wanted, "no_log": True, "register": "munich"},
                {
                    "name": "Use",
                    "ansible.builtin.copy": {
                        "content": "{{ munich.ipsec_connections[0].psk }}",
                        "dest": str(ansible.folder / "psk"),
                        "mode": "0600",
                    },
                    "no_log": True,
                },
            ]
        ),
        mock_api.environment("alice"),
        "-vvvv",
    )
    assert (ansible.folder / "psk").read_text() == row["psk"]
    assert NEEDLE not in done.stdout + done.stderr
    aloud = ansible.module("ipsec_connection_info", wanted, mock_api.environment("alice"))
    assert [one["psk"] for one in aloud["ipsec_connections"]] == [row["psk"]]
    assert json.dumps(aloud).count(NEEDLE) == 1
