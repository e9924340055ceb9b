# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the mock API server until a signal stops it, and print its URL and credentials."""

from __future__ import annotations

import argparse
import re
import shlex
import signal
import threading

from .server import AUTH_TYPES, FLAVORS, MockApi


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m tests.mock_api", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)"
    )
    parser.add_argument("--flavor", choices=FLAVORS, default="otc")
    parser.add_argument("--user", default="alice", help="whose variables to print")
    parser.add_argument("--auth-type", choices=AUTH_TYPES, default="password")
    parser.add_argument(
        "--connections", type=int, default=0, help="connections to make up in carl's project"
    )
    parser.add_argument(
        "--enterprise-connections",
        type=int,
        default=0,
        help="connections of Enterprise Edition VPN to make up in carl's project",
    )
    parser.add_argument(
        "--enterprise-type",
        choices=("evpn", "vpn"),
        help="list Enterprise Edition VPN in the catalog under this type",
    )
    parser.add_argument(
        "--agent-polls",
        type=int,
        default=1,
        help="responses that show a new connection as PENDING_CREATE (default: %(default)s)",
    )
    parser.add_argument(
        "--pagination-max-limit", type=int, help="most rows of a page, with or without a limit"
    )
    parser.add_argument(
        "--no-filter-validation", action="store_true", help="ignore unknown filters"
    )
    parser.add_argument(
        "--plain-names",
        action="store_true",
        help="without the connections whose names only the tests need",
    )
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with MockApi(
        options.flavor,
        pagination_max_limit=options.pagination_max_limit,
        filter_validation=not options.no_filter_validation,
        connections=options.connections,
        enterprise_connections=options.enterprise_connections,
        enterprise_type=options.enterprise_type,
        agent_polls=options.agent_polls,
        port=options.port,
    ) as mock_api:
        if options.plain_names:
            remove_unusual_names(mock_api)
        print("# Paste these lines into a shell to be", options.user)
        for name, value in mock_api.environment(options.user, options.auth_type).items():
            print(f"export {name}={shlex.quote(value)}")
        print("# It serves until Ctrl+C", flush=True)
        stop.wait()


def remove_unusual_names(mock_api: MockApi) -> None:
    """Remove the connections of the first project whose names are not like `branch-berlin`."""
    for collection in ("ipsec_site_connections", "vpn_connections"):
        for row in mock_api.rows("vpn-one", collection):
            if not re.fullmatch(r"[a-z]+(-[a-z]+)+(-[0-9])?", row["name"] or ""):
                mock_api.remove(row["id"])


if __name__ == "__main__":
    main()
