# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role configures one strongSwan, the test the other one: is there a tunnel?"""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from tests.tunnel.cloud import cloud_config
from tests.tunnel.connections import PSK, tunnel_connections
from tests.tunnel.role import run_role
from tests.tunnel.testbed import assert_pings_pass_encrypted, testbed

CONNECTIONS = tunnel_connections()
NAME = f"otc-vpn-{CONNECTIONS['v1 defaults']['id']}"


def other_ipsec_policy(connection: dict[str, Any]) -> dict[str, Any]:
    """The connection after someone has changed its IPsec policy."""
    changed = copy.deepcopy(connection)
    changed["ipsec_policy"] |= {"encryption_algorithm": "aes-192", "auth_algorithm": "sha2-384"}
    return changed


@pytest.mark.parametrize("name", CONNECTIONS)
def test_the_role_makes_a_tunnel(name: str) -> None:
    connection = CONNECTIONS[name]
    with testbed(connection) as bed:
        bed.cloud.configure(cloud_config(connection, PSK))
        answer = run_role(bed, connection, PSK)
        assert answer.ok, answer.output + bed.onprem.log.read_text()
        assert_pings_pass_encrypted(bed)
        version = connection["ike_policy"]["ike_version"].removeprefix("v")
        assert f"ESTABLISHED, IKEv{version}," in bed.cloud.swanctl("--list-sas")


# trap and start: one leaves an old tunnel up that the role must end, the other does not
@pytest.mark.parametrize("name", ["v1 defaults", "v2 elliptic"])
def test_the_life_of_a_tunnel(name: str) -> None:
    connection = CONNECTIONS[name]
    with testbed(connection) as bed:
        conf_d = bed.onprem.swanctl_dir / "conf.d"
        (conf_d / "neighbour.conf").write_text(
            "connections { neighbour { remote_addrs = 192.0.2.1 } }"
        )
        bed.cloud.configure(cloud_config(connection, PSK))
        assert run_role(bed, connection, PSK).ok

        before = bed.onprem.swanctl("--list-sas")
        again = run_role(bed, connection, PSK)
        assert again.ok, again.output
        assert again.changed == 0, again.output
        assert unique_ids(bed.onprem.swanctl("--list-sas")) == unique_ids(before)

        bed.onprem.swanctl("--terminate", "--ike", NAME)
        lost = run_role(bed, connection, PSK)
        assert lost.ok, lost.output
        assert lost.changed == 1, lost.output
        assert "INSTALLED" in bed.onprem.swanctl("--list-sas")

        changed = other_ipsec_policy(connection)
        bed.cloud.configure(cloud_config(changed, PSK))
        renewed = run_role(bed, changed, PSK)
        assert renewed.ok, renewed.output + bed.onprem.log.read_text()
        assert renewed.changed > 0
        installed = [
            line for line in bed.cloud.swanctl("--list-sas").splitlines() if "ESP:" in line
        ]
        assert installed
        assert all("AES_CBC-192/HMAC_SHA2_384_192" in line for line in installed), installed
        assert_pings_pass_encrypted(bed)

        gone = run_role(bed, {"id": connection["id"]}, None, state="absent")
        assert gone.ok, gone.output
        assert gone.changed > 0
        assert [path.name for path in conf_d.iterdir()] == ["neighbour.conf"]
        loaded = bed.onprem.swanctl("--list-conns")
        assert "neighbour:" in loaded
        assert NAME not in loaded
        assert bed.onprem.swanctl("--list-sas") == ""
        assert not bed.ping(*next(bed.pairs()))
        assert run_role(bed, {"id": connection["id"]}, None, state="absent").changed == 0


def unique_ids(listed: str) -> list[str]:
    """The numbers of the SAs in the list, which a new one does not share."""
    return re.findall(r"#\d+", listed)


def test_the_cloud_may_start_the_tunnel() -> None:
    connection = CONNECTIONS["v1 defaults"]
    with testbed(connection) as bed:
        bed.cloud.configure(cloud_config(connection, PSK))
        answer = run_role(
            bed, connection, PSK, start_action="none", local_addresses=["%any"], check=False
        )
        assert answer.ok, answer.output
        assert bed.onprem.swanctl("--list-sas") == ""
        bed.cloud.swanctl("--initiate", "--child", "child0", "--timeout", "15")
        assert_pings_pass_encrypted(bed)
        # and a look at it finds it up
        assert run_role(bed, connection, PSK, start_action="none", local_addresses=["%any"]).ok


def test_a_wrong_key_fails_the_play() -> None:
    connection = CONNECTIONS["v1 defaults"]
    with testbed(connection) as bed:
        bed.cloud.configure(cloud_config(connection, "another key"))
        answer = run_role(bed, connection, PSK, check_retries=4)
        assert not answer.ok
        assert f"The tunnel of connection {NAME} is not up" in answer.output


def test_a_broken_file_of_someone_else_stops_the_play_before_it_unloads_everything() -> None:
    connection = CONNECTIONS["v2 console"]
    with testbed(connection) as bed:
        bed.cloud.configure(cloud_config(connection, PSK))
        assert run_role(bed, connection, PSK).ok
        broken = bed.onprem.swanctl_dir / "conf.d" / "broken.conf"
        broken.write_text("connections { broken {")
        answer = run_role(bed, other_ipsec_policy(connection), PSK)
        assert not answer.ok
        assert "Nothing was changed, because swanctl cannot parse" in answer.output
        assert f"{NAME}:" in bed.onprem.swanctl("--list-conns")
        assert bed.ping(*next(bed.pairs()), count=3)
