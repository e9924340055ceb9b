# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One way to fetch all connections, without Ansible; it prints the seconds that the call took.

`client.py requests|otc.vpn|openstacksdk`. The two clients get their token before the clock starts, and
requests has it for free.
"""

from __future__ import annotations

import json
import os
import sys
import time
import typing as t


def with_requests() -> dict[str, float]:
    """Return the least: one request, and its JSON."""
    import requests

    session = requests.Session()
    headers = {"X-Auth-Token": os.environ["BENCHMARK_TOKEN"]}
    start = time.perf_counter()
    answer = session.get(os.environ["BENCHMARK_URL"], headers=headers, timeout=60)
    received = time.perf_counter()
    rows = answer.json()["ipsec_site_connections"]
    end = time.perf_counter()
    return {"seconds": end - start, "waited": received - start, "rows": len(rows)}


def with_collection() -> dict[str, float]:
    """Return the collection's client, up to the facts that a module returns."""
    from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import connect
    from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import merge_options
    from ansible_collections.otc.vpn.plugins.module_utils._vpn.gathering import (
        Messages,
        Selection,
        gather,
    )
    from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION

    client = connect(merge_options({}, os.environ))
    report = Messages(warn=print, debug=print)
    start = time.perf_counter()
    rows = gather(client, CONNECTION, Selection(), report)
    return {"seconds": time.perf_counter() - start, "rows": len(rows)}


def with_openstacksdk() -> dict[str, float]:
    """Read the list with openstacksdk, up to its own objects."""
    import openstack

    connection = openstack.connect()
    connection.authorize()
    start = time.perf_counter()
    rows = list(connection.network.vpn_ipsec_site_connections())
    return {"seconds": time.perf_counter() - start, "rows": len(rows)}


WAYS: dict[str, t.Callable[[], dict[str, float]]] = {
    "requests": with_requests,
    "otc.vpn": with_collection,
    "openstacksdk": with_openstacksdk,
}

if __name__ == "__main__":
    print(json.dumps(WAYS[sys.argv[1]]()))
