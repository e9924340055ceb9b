# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""otc.vpn.ipsec_connection_info through real Ansible against the bundled endpoint."""

from __future__ import annotations

from tests.ansible_commands import Ansible
from tests.endpoint import Endpoint


def test_all_connections_come_back_under_their_documented_names(
    ansible: Ansible, endpoint: Endpoint
) -> None:
    result = ansible.module("ipsec_connection_info", {}, endpoint.environment("alice"))
    rows = endpoint.rows("vpn-one")
    assert [row["id"] for row in result["ipsec_connections"]] == [row["id"] for row in rows]
    assert result["changed"] is False
