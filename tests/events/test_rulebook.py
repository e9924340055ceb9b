# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source in the real ansible-rulebook, against the mock API server."""

from __future__ import annotations

import json
import time
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from tests.docs.blocks import sections
from tests.events import rulebook
from tests.events.rulebook import Rulebook
from tests.mock_api import MockApi
from tests.unavailable import unavailable

GUIDE = Path(__file__).parent.parent.parent / "docs" / "guides" / "events.md"
LIST = "/v2.0/vpn/ipsec-site-connections"
TOKENS = "/v3/auth/tokens"


@pytest.fixture(scope="module")
def commands() -> Path:
    """Return the directory with ansible-rulebook; skips without Java."""
    if reason := rulebook.missing():
        unavailable(reason)
    return rulebook.environment()


def rules(folder: Path, arguments: dict[str, t.Any], *rules: dict[str, t.Any]) -> str:
    """Write a rulebook that prints every event, and return its name."""
    shown = {"condition": "event.change is defined", "action": {"print_event": {"pretty": False}}}
    ruleset = {
        "name": "Watch the tunnels",
        "hosts": "localhost",
        "sources": [{"otc.vpn.ipsec_connections": arguments}],
        "rules": [{"name": f"Rule {i}", **rule} for i, rule in enumerate([*rules, shown])],
    }
    (folder / "rulebook.yml").write_text(yaml.safe_dump([ruleset]))
    return "rulebook.yml"


def short(event: dict[str, t.Any]) -> tuple[str, ...]:
    connection = event.get("ipsec_connection", {})
    return tuple(filter(None, (event["change"], connection.get("name"), connection.get("state"))))


def more_requests(mock_api: MockApi, number: int) -> None:
    """Wait until some more requests have arrived; fails after three minutes."""
    enough, end = len(mock_api.requests) + number, time.monotonic() + 180
    while len(mock_api.requests) < enough:
        assert time.monotonic() < end, "no more requests arrive"
        time.sleep(0.05)


def test_changes_reach_rules_and_secrets_do_not(
    commands: Path, collections: Path, mock_api: MockApi, tmp_path: Path
) -> None:
    variables = mock_api.environment("alice") | {"OS_CONNECT_RETRIES": "0"}
    munich, hamburg = (
        mock_api.id_of("vpn-one", name) for name in ("branch-munich", "branch-hamburg")
    )
    berlin = mock_api.id_of("vpn-one", "office-berlin-1", "vpn_connections")
    mock_api.change(munich, psk="a-pre-shared-key")
    mock_api.fault(LIST, quirks=["ignore_fields"], count=2)
    end = {
        "condition": 'event.change == "disappeared" and event.ipsec_connection.name == "branch-munich"',
        "action": {"shutdown": {"delay": 2, "kind": "now"}},
    }
    arguments = {"interval": 0.2, "initial": True, "editions": ["classic", "enterprise"]}
    name = rules(tmp_path, arguments, end)
    expected: list[tuple[str, ...]] = []

    def expect(watching: Rulebook, *events: tuple[str, ...]) -> None:
        expected.extend(events)
        number = len(initial) + len(expected)
        found = watching.wait_for(lambda events: len(events) >= number)
        assert [short(event) for event in found[len(initial) :]] == expected

    with Rulebook(commands, collections, tmp_path, name, "-vv", variables=variables) as watching:
        total = len(mock_api.rows("vpn-one")) + len(mock_api.rows("vpn-one", "vpn_connections"))
        initial = watching.wait_for(lambda events: len(events) >= total)
        assert {event["change"] for event in initial} == {"initial"}
        mock_api.change(munich, status="DOWN")
        expect(watching, ("state", "branch-munich", "down"))
        mock_api.change(munich, status="ACTIVE")
        expect(watching, ("state", "branch-munich", "up"))
        mock_api.change(berlin, status="DOWN")
        expect(watching, ("state", "office-berlin-1", "down"))
        (offices,) = [one for one in watching.events() if short(one) == expected[-1]]
        assert offices["previous_state"] == "up"
        assert offices["ipsec_connection"]["edition"] == "enterprise"
        assert offices["ipsec_connection"]["peer_address"] == "198.51.100.10"
        mock_api.remove(hamburg)
        expect(watching, ("disappeared", "branch-hamburg", "down"))
        mock_api.revoke_tokens()
        mock_api.fault(LIST, status=503, count=3)
        expect(watching, ("unreadable",), ("readable",))
        mock_api.fault("", reset=True, count=3)
        expect(watching, *[("unreadable",)] * 2, *[("readable",)] * 2)  # of each edition
        mock_api.change(munich, admin_state_up=False)
        expect(watching, ("state", "branch-munich", "disabled"))
        more_requests(mock_api, 3)
        assert len(watching.events()) == len(initial) + len(expected)

        polls = [i for i, one in enumerate(mock_api.requests) if one.path == LIST]
        one_poll = polls[-1] - polls[-2]
        mock_api.remove(munich)
        # after one complete poll, which can begin with the last request of another
        mock_api.fault("", skip=2 * one_poll - 1, delay=60, count=None)
        assert watching.wait_for_end() == 0  # though a response is outstanding
    tokens = [
        one.headers["x-auth-token"] for one in mock_api.requests if "x-auth-token" in one.headers
    ]
    assert len(set(tokens)) == 2
    for secret in (variables["OS_PASSWORD"], "a-pre-shared-key", *set(tokens)):
        assert secret not in watching.output


def test_name_with_template_is_not_evaluated_in_playbook(
    commands: Path, collections: Path, mock_api: MockApi, tmp_path: Path
) -> None:
    munich = mock_api.id_of("vpn-one", "branch-munich")
    mock_api.change(munich, description="{{ lookup('pipe', 'echo evaluated') }}")
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            {"ansible.builtin.debug": {"msg": "event: {{ ansible_eda.event.ipsec_connection }}"}},
            {"ansible.builtin.debug": {"msg": "variable: {{ description }}"}},
        ],
    }
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    (tmp_path / "inventory").write_text("localhost ansible_connection=local\n")
    action = {
        "name": "play.yml",
        "extra_vars": {"description": "{{ event.ipsec_connection.description }}"},
    }
    name = rules(
        tmp_path,
        {"interval": 0.2, "initial": True, "name": munich},
        {"condition": 'event.change == "initial"', "action": {"run_playbook": action}},
    )
    with Rulebook(
        commands,
        collections,
        tmp_path,
        name,
        *("--inventory", "inventory"),
        variables=mock_api.environment("alice"),
    ) as watching:
        watching.wait_for_output(r"variable: .*lookup\('pipe', 'echo evaluated'\)")
        assert "event: " in watching.output
        assert ": evaluated" not in watching.output
        assert "'evaluated'" not in watching.output


def test_bad_argument_ends_ansible_rulebook_with_sentence(
    commands: Path, collections: Path, mock_api: MockApi, tmp_path: Path
) -> None:
    name = rules(tmp_path, {"intervall": 5})
    variables = mock_api.environment("alice")
    with Rulebook(commands, collections, tmp_path, name, variables=variables) as watching:
        watching.wait_for_output(r"Invalid arguments of otc\.vpn\.ipsec_connections: intervall\.")


@pytest.fixture
def webhook() -> t.Iterator[tuple[str, list[str]]]:
    """Return the URL of a webhook, and the messages that it got."""
    messages: list[str] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            messages.append(json.loads(body)["text"])
            self.send_response(204)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Webhook) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", messages
        server.shutdown()


def test_rulebook_notify_sends_messages(
    commands: Path,
    collections: Path,
    mock_api: MockApi,
    tmp_path: Path,
    webhook: tuple[str, list[str]],
) -> None:
    url, messages = webhook
    (tmp_path / "inventory").write_text("localhost ansible_connection=local\n")
    (tmp_path / "variables.yml").write_text(f"tunnel_notify_url: {url}\ntunnel_interval: 0.2\n")
    munich = mock_api.id_of("vpn-one", "branch-munich")
    arguments = ("otc.vpn.notify", "--inventory", "inventory", "--vars", "variables.yml")
    variables = mock_api.environment("alice") | {"OS_CONNECT_RETRIES": "0"}
    with Rulebook(commands, collections, tmp_path, *arguments, variables=variables) as watching:
        more_requests(mock_api, 4)
        mock_api.change(munich, status="DOWN")
        watching.wait_for_output(r"(?s)(ok=1.*){1}")
        mock_api.change(munich, status="ACTIVE")
        watching.wait_for_output(r"(?s)(ok=1.*){2}")
        mock_api.fault(LIST, status=503)
        watching.wait_for_output(r"(?s)(ok=1.*){4}")
    assert messages[:2] == [
        "Tunnel branch-munich to 198.51.100.20 is down, previously up.",
        "Tunnel branch-munich to 198.51.100.20 is up, previously down.",
    ]
    assert "HTTP 503" in messages[2]
    assert messages[3] == "The state of the tunnels can be read again."


def test_rulebook_repair_configures_gateway_of_tunnel(
    commands: Path, collections: Path, mock_api: MockApi, tmp_path: Path
) -> None:
    munich, hamburg = (
        mock_api.id_of("vpn-one", name) for name in ("branch-munich", "branch-hamburg")
    )
    gateway = {
        "ansible_connection": "local",
        "strongswan_peer_psk": "a-pre-shared-key",
        "strongswan_peer_manage_packages": False,
        "strongswan_peer_manage_service": False,
        "strongswan_peer_load": False,
    }
    gateways = {
        name: {
            **gateway,
            "tunnel_connection_id": connection_id,
            "strongswan_peer_swanctl_dir": str(tmp_path / name),
        }
        for name, connection_id in (("munich", munich), ("hamburg", hamburg))
    }
    inventory = {"all": {"hosts": {"localhost": {}}}, "strongswan_gateways": {"hosts": gateways}}
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump(inventory))
    (tmp_path / "variables.yml").write_text("tunnel_wait_timeout: 1\ntunnel_interval: 0.2\n")
    arguments = ("otc.vpn.repair", "--inventory", "inventory.yml", "--vars", "variables.yml")
    variables = mock_api.environment("alice")
    with Rulebook(commands, collections, tmp_path, *arguments, variables=variables) as watching:
        more_requests(mock_api, 4)
        mock_api.change(munich, status="DOWN")
        watching.wait_for_output("PLAY RECAP(?s:.*)munich +: ok=")
        watching.wait_for_output("munich +: .* failed=0")
    assert list((tmp_path / "munich").rglob("*.conf"))
    assert not (tmp_path / "hamburg").exists()


def test_rulebook_of_guide_shows_tunnels_that_go_down_and_up(
    commands: Path, collections: Path, mock_api: MockApi, tmp_path: Path
) -> None:
    blocks = (block for section in sections(GUIDE) for block in section.blocks)
    text = next(block.text for block in blocks if block.file == "rulebook.yml")
    (tmp_path / "rulebook.yml").write_text(text.replace("interval: 30", "interval: 0.2"))
    munich = mock_api.id_of("vpn-one", "branch-munich")
    variables = mock_api.environment("alice")
    with Rulebook(commands, collections, tmp_path, "rulebook.yml", variables=variables) as watching:
        more_requests(mock_api, 4)
        mock_api.change(munich, status="ERROR")
        watching.wait_for_output("branch-munich is error")
        mock_api.change(munich, status="ACTIVE")
        watching.wait_for_output("branch-munich is up, previously error")
