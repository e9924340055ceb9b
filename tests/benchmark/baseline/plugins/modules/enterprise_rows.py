# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The baseline of a module for Enterprise Edition VPN: a token, the pages of one list, the rows as they
# came.

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import os
import typing as t

import requests
from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: enterprise_rows
short_description: Return rows of the Enterprise Edition VPN API
description: Requests a token, and gets BENCHMARK_ENTERPRISE_URL with it, page by page.
author: The otc.vpn authors (@otc-vpn)
"""

LIMIT = 200


def main() -> None:
    """Return the rows."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    session = requests.Session()
    url = os.environ["OS_AUTH_URL"] + "/auth/tokens"
    answer = session.post(url, data=os.environ["BENCHMARK_TOKEN_BODY"], timeout=60)
    session.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
    rows: list[dict[str, t.Any]] = []
    query: dict[str, t.Any] = {"limit": LIMIT}
    while True:
        url = os.environ["BENCHMARK_ENTERPRISE_URL"]
        page = session.get(url, params=query, timeout=60).json()
        rows += page["vpn_connections"]
        if page["page_info"]["current_count"] < LIMIT:
            break
        query["marker"] = page["page_info"]["next_marker"]
    module.exit_json(changed=False, rows=rows)


if __name__ == "__main__":
    main()
