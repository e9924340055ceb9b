# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role configures one side, Neutron's driver the other one: is there a tunnel?"""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.tunnel.connections import PSK, connection, tunnel_connections
from tests.tunnel.neutron import configure_cloud, tunnel_to
from tests.tunnel.role import run_role
from tests.tunnel.testbed import Testbed, assert_pings_pass_encrypted, wait_until

CONNECTIONS = tunnel_connections()
NAME = f"otc-vpn-{CONNECTIONS['v1 defaults']['id']}"
STRONG = ("aes-256 sha2-256 group14", "aes-256 sha2-256 group14")


def ids(listed: str) -> list[str]:
    """Return the numbers of the SAs in the list, which a new one does not share."""
    return re.findall(r"#\d+", listed)


def other_ipsec_policy(given: dict[str, Any]) -> dict[str, Any]:
    """Return the connection after someone has changed its IPsec policy."""
    changed = copy.deepcopy(given)
    changed["ipsec_policy"] |= {"encryption_algorithm": "aes-192", "auth_algorithm": "sha2-384"}
    return changed


def assert_ike_version(bed: Testbed, given: dict[str, Any]) -> None:
    """The tunnel has the version of the connection."""
    version = given["ike_policy"]["ike_version"].removeprefix("v")
    assert f"ESTABLISHED, IKEv{version}," in bed.cloud.swanctl("--list-sas")


LIVES = ["v1 defaults", "v2 elliptic"]


@pytest.mark.parametrize("name", [name for name in CONNECTIONS if name not in LIVES])
def test_role_connects_to_neutron(name: str) -> None:
    given = CONNECTIONS[name]
    with tunnel_to(given) as bed:
        answer = run_role(bed, given, PSK)
        assert answer.ok, answer.output + bed.onprem.log.read_text()
        assert_pings_pass_encrypted(bed)
        assert_ike_version(bed, given)


# trap and start: one leaves an old tunnel up that the role must terminate, the other does not
@pytest.mark.parametrize("name", LIVES)
def test_tunnel_is_configured_checked_and_removed(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    given = CONNECTIONS[name]
    with tunnel_to(given) as bed:
        conf_d = bed.onprem.swanctl_dir / "conf.d"
        (conf_d / "neighbor.conf").write_text(
            "connections { neighbor { remote_addrs = 192.0.2.1 } }"
        )
        conf_d.chmod(0o700)
        assert run_role(bed, given, PSK).ok
        assert_ike_version(bed, given)

        before = bed.onprem.swanctl("--list-sas")
        again = run_role(bed, given, PSK)
        assert again.ok, again.output
        assert again.changed == 0, again.output
        assert ids(bed.onprem.swanctl("--list-sas")) == ids(before)

        bed.onprem.swanctl("--terminate", "--ike", NAME)
        lost = run_role(bed, given, PSK)
        assert lost.ok, lost.output
        assert lost.changed == 1, lost.output
        assert "INSTALLED" in bed.onprem.swanctl("--list-sas")

        changed = other_ipsec_policy(given)
        configure_cloud(bed, changed, psk=PSK)
        with bed.pinging(*next(bed.pairs())) as lost_pings:
            renewed = run_role(bed, changed, PSK)
        assert renewed.ok, renewed.output + bed.onprem.log.read_text()
        assert renewed.changed > 0
        record_property("pings lost while a policy changes", lost_pings())
        assert lost_pings() <= 5  # one second
        listed = bed.cloud.swanctl("--list-sas").splitlines()
        installed = [line for line in listed if "INSTALLED" in line]
        assert installed
        assert all("AES_CBC-192/HMAC_SHA2_384_192" in line for line in installed), installed
        assert_pings_pass_encrypted(bed)

        gone = run_role(bed, {"id": given["id"]}, None, state="absent")
        assert gone.ok, gone.output
        assert gone.changed > 0
        assert [path.name for path in conf_d.iterdir()] == ["neighbor.conf"]
        assert conf_d.stat().st_mode & 0o777 == 0o700
        loaded = bed.onprem.swanctl("--list-conns")
        assert "neighbor:" in loaded
        assert NAME not in loaded
        assert bed.onprem.swanctl("--list-sas") == ""
        assert not bed.ping(*next(bed.pairs()))
        assert run_role(bed, {"id": given["id"]}, None, state="absent").changed == 0


def test_connections_between_same_gateways_are_separate_tunnels() -> None:
    first = connection("v2", *STRONG) | {"initiator": "response-only"}
    second = connection("v2", *STRONG) | {
        "id": "4b8f2a52-0000-4000-8000-000000000002",
        "name": "second",
        "local_cidrs": ["10.4.0.0/24"],
        "remote_cidrs": ["10.3.0.0/24"],
    }
    keys = {first["id"]: PSK, "second": PSK}
    with tunnel_to(first, second) as bed:
        (to_first,), (to_second,) = bed.pairs(first), bed.pairs(second)
        answer = run_role(bed, [first, second], keys)
        assert answer.ok, answer.output + bed.onprem.log.read_text()
        assert bed.ping(*to_first, count=3)
        assert bed.ping(*to_second, count=3)
        again = run_role(bed, [first, second], keys)
        assert (again.ok, again.changed) == (True, 0), again.output

        # each in turn, because the IKE SA is that of one of them
        for given in (first, second):
            given |= other_ipsec_policy(given)
            configure_cloud(bed, first, second, psk=PSK)
            changed = run_role(bed, [first, second], keys)
            assert changed.ok, changed.output + bed.onprem.log.read_text()
            (line,) = [
                line
                for line in bed.onprem.swanctl("--list-sas").splitlines()
                if f"{given['id']}-1:" in line
            ]
            assert "AES_CBC-192/HMAC_SHA2_384_192" in line
            wait_until(lambda: bed.ping(*to_first) and bed.ping(*to_second), "no ping")

        # both keys are wrong
        before = ids(bed.onprem.swanctl("--list-sas"))
        wrong = run_role(bed, [first, second], dict.fromkeys(keys, "the wrong key"))
        assert not wrong.ok
        assert f"{first['id']}, otc-vpn-{second['id']}. The tunnel is still up" in wrong.output
        assert ids(bed.onprem.swanctl("--list-sas")) == before

        # both keys are right
        configure_cloud(bed, first, second, psk="the next key")
        keys = dict.fromkeys(keys, "the next key")
        logs = [(gateway, gateway.log.read_text()) for gateway in (bed.onprem, bed.cloud)]
        right = run_role(bed, [first, second], keys)
        assert right.ok, right.output + bed.onprem.log.read_text()
        assert ids(bed.onprem.swanctl("--list-sas"))[0] != before[0]
        # at no time was one of them without a child SA
        assert all(gateway.fewest_child_sas(log) >= 2 for gateway, log in logs)
        # the cloud closes duplicate IKE SAs after 10 seconds, which is during this run
        again = run_role(bed, [first, second], keys)
        assert (again.ok, again.changed) == (True, 0), again.output
        assert bed.ping(*to_first, count=3)
        assert bed.ping(*to_second, count=3)

        pruned = run_role(bed, [second], keys, prune=True)
        assert pruned.ok, pruned.output
        assert bed.ping(*to_second, count=3)
        assert not bed.ping(*to_first)
        assert first["id"] not in bed.onprem.swanctl("--list-conns")
        names = {path.name for path in (bed.onprem.swanctl_dir / "conf.d").iterdir()}
        assert names == {f"otc-vpn-{second['id']}.conf", f"otc-vpn-{second['id']}.secrets.conf"}


@pytest.mark.parametrize("version", ["v2", "v1"])
def test_tunnel_is_up_again_after_interruption(version: str) -> None:
    given = connection(version, *STRONG, networks=2) | {
        "initiator": "response-only",
        "dpd": {"action": "hold", "interval": 5, "timeout": 6},
    }

    def is_up() -> bool:
        return all(bed.ping(*pair) for pair in bed.pairs())

    with tunnel_to(given) as bed:
        assert run_role(bed, given, PSK, check=False, dpd_action="restart").ok
        wait_until(is_up, "no ping")
        for end in ("--ike", "--child"):
            bed.cloud.swanctl("--terminate", end, given["id"])
            wait_until(is_up, f"not up again after {end}")

        old = ids(bed.onprem.swanctl("--list-sas"))[0]
        with bed.outage():
            wait_until(
                lambda: old not in bed.onprem.swanctl("--list-sas"), "not noticed", seconds=40
            )
        wait_until(is_up, "not up again after an outage", seconds=40)


def test_cloud_can_initiate_tunnel() -> None:
    given = CONNECTIONS["v2 console"]
    with tunnel_to(given) as bed:
        answer = run_role(bed, given, PSK, start_action="none", local_addresses="%any", check="no")
        assert answer.ok, answer.output
        assert bed.onprem.swanctl("--list-sas") == ""
        bed.cloud.stroke("up-nb", given["id"])
        wait_until(lambda: bed.ping(*next(bed.pairs())), "no ping")


@pytest.mark.parametrize("version", ["v2", "v1"])
def test_changed_key_and_added_network_keep_tunnel(
    version: str, record_property: Callable[[str, object], None]
) -> None:
    given = connection(version, *STRONG)
    more = given | {"remote_cidrs": [*given["remote_cidrs"], "10.1.1.0/24"]}
    with tunnel_to(more) as bed:
        assert run_role(bed, given, PSK).ok
        wait_until(lambda: bed.ping(*next(bed.pairs())), "no ping")
        before = ids(bed.onprem.swanctl("--list-sas"))

        wrong = run_role(bed, given, "the wrong key", check_retries=8)
        assert not wrong.ok
        secret = bed.onprem.swanctl_dir / "conf.d" / f"{NAME}.secrets.conf"
        if version == "v2":
            assert "rejected the new pre-shared key" in wrong.output
            assert "The tunnel is still up" in wrong.output
            assert ids(bed.onprem.swanctl("--list-sas")) == before
        else:
            assert (
                "IKEv1 and gateways without RFC 6023 cannot test a key beforehand" in wrong.output
            )
        assert {path.name for path in secret.parent.iterdir()} == {secret.name, f"{NAME}.conf"}
        # the previous key is back
        again = run_role(bed, given, PSK)
        assert (again.ok, again.changed) == (True, 0), again.output

        configure_cloud(bed, given, psk="the next key")
        before = ids(bed.onprem.swanctl("--list-sas"))
        logs = [(gateway, gateway.log.read_text()) for gateway in (bed.onprem, bed.cloud)]
        answer = run_role(bed, given, "the next key")
        assert answer.ok, answer.output + bed.onprem.log.read_text()
        # of the IKE SA alone, because child SAs have numbers of their own
        assert ids(bed.onprem.swanctl("--list-sas"))[0] != before[0]
        assert "-trial" not in bed.onprem.swanctl("--list-conns")
        # at no time were the networks without one
        assert all(gateway.fewest_child_sas(log) > 0 for gateway, log in logs)
        assert bed.ping(*next(bed.pairs()), count=3)

        configure_cloud(bed, more, psk="the next key")
        logs = [(gateway, gateway.log.read_text()) for gateway in (bed.onprem, bed.cloud)]
        with bed.pinging(*next(bed.pairs())) as lost:
            answer = run_role(bed, more, "the next key")
        assert answer.ok, answer.output + bed.onprem.log.read_text()
        record_property("pings lost while a network is added", lost())
        assert lost() <= 5  # one second
        if version == "v2":
            assert all(gateway.fewest_child_sas(log) > 0 for gateway, log in logs)
        assert "-trial" not in bed.onprem.swanctl("--list-conns")


def test_rejected_key_does_not_restore_accepted_key() -> None:
    first = connection("v2", *STRONG)
    second = connection("v2", *STRONG) | {
        "id": "4b8f2a52-0000-4000-8000-000000000002",
        "peer_id": "second.example.com",  # another identity, so that it has an IKE SA of its own
        "local_cidrs": ["10.4.0.0/24"],
        "remote_cidrs": ["10.3.0.0/24"],
    }
    with tunnel_to(first, second) as bed:
        keys = {first["id"]: PSK, second["id"]: PSK}
        answer = run_role(bed, [first, second], keys)
        assert answer.ok, answer.output + bed.onprem.log.read_text()
        assert bed.onprem.swanctl("--list-sas").count("ESTABLISHED") == 2

        configure_cloud(bed, first | {"psk": "the next key"}, second | {"psk": PSK})
        keys[first["id"]] = "the next key"
        answer = run_role(bed, [first, second], {**keys, second["id"]: "the wrong key"})
        assert not answer.ok
        assert f"key of otc-vpn-{second['id']}. The tunnel is still up." in answer.output
        conf_d = bed.onprem.swanctl_dir / "conf.d"
        for name, key in keys.items():
            secret = base64.b64encode(key.encode()).decode()
            assert secret in (conf_d / f"otc-vpn-{name}.secrets.conf").read_text()
        # both gateways authenticate with the keys that are left
        for given in (first, second):
            bed.onprem.swanctl("--rekey", "--reauth", "--ike", f"otc-vpn-{given['id']}")
        pairs = [*bed.pairs(first), *bed.pairs(second)]
        wait_until(lambda: all(bed.ping(*pair) for pair in pairs), "no ping")


def test_wrong_key_fails_play() -> None:
    given = CONNECTIONS["v1 defaults"]
    with tunnel_to(given, psk="another key") as bed:
        answer = run_role(bed, given, PSK, check_retries="4")
        assert not answer.ok
        assert f"Not up after 4 seconds: {NAME}-1 (10.1.0.0/24 === 10.2.0.0/24)" in answer.output


def test_missing_pair_of_networks_fails_play() -> None:
    given = connection("v2", *STRONG)
    with tunnel_to(given) as bed:
        wanted = given | {"remote_cidrs": ["10.1.0.0/24", "10.9.0.0/24"]}
        more = given | {"local_cidrs": ["10.2.0.0/16"]}
        for asked, missing in ((wanted, "10.9.0.0/24"), (more, "10.2.0.0/16")):
            answer = run_role(bed, asked, PSK, check_retries=2)
            assert not answer.ok
            assert missing in answer.output.split("Not up after", 1)[1].split("Compare", 1)[0]
        assert "strongSwan has instead" in answer.output


def test_broken_file_fails_play_before_loading() -> None:
    given = CONNECTIONS["v2 console"]
    with tunnel_to(given) as bed:
        assert run_role(bed, given, PSK).ok
        broken = bed.onprem.swanctl_dir / "conf.d" / "broken.conf"
        broken.write_text("connections { broken {")
        answer = run_role(bed, other_ipsec_policy(given), PSK)
        assert not answer.ok
        assert "Nothing was changed, because swanctl cannot parse" in answer.output
        assert f"{NAME}:" in bed.onprem.swanctl("--list-conns")
        assert bed.ping(*next(bed.pairs()), count=3)


def test_unusable_gateway_is_one_sentence() -> None:
    given = CONNECTIONS["v2 console"]
    with tunnel_to(given) as bed:
        behind_nat = run_role(bed, given | {"peer_address": "198.51.100.20"}, PSK)
        assert not behind_nat.ok
        assert "does not have the address 198.51.100.20" in behind_nat.output
        assert "Set strongswan_peer_local_addresses" in behind_nat.output
        assert not list((bed.onprem.swanctl_dir / "conf.d").iterdir())

        bed.onprem.stop()
        stopped = run_role(bed, given, PSK)
        assert not stopped.ok
        assert "Cannot reach the strongSwan daemon" in stopped.output
