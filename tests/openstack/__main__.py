# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop Keystone and Neutron: `python -m tests.openstack up | down | fill N`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .bulk import fill
from .lifecycle import purge, stop, up
from .places import HOME, OpenStackError
from .servers import PAGED_REGION, Servers, servers


def show(found: Servers) -> None:
    print(f"\n# alice; the other users: {', '.join(found.users)} (password: the name and pw)")
    print(f"# OS_REGION_NAME={PAGED_REGION}: at most {found.pagination_max_limit} rows a page")
    for name, value in found.environment().items():
        print(f"export {name}={value}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.openstack", description=__doc__)
    placed = argparse.ArgumentParser(add_help=False)
    placed.add_argument(
        "--state",
        type=Path,
        default=HOME,
        metavar="DIR",
        help="where databases, logs and servers.json are (default: %(default)s)",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("up", parents=[placed], help="install, seed, start")
    starting.add_argument(
        "--pagination-max-limit",
        type=int,
        default=500,
        metavar="N",
        help=f"rows a page at most in {PAGED_REGION} (default: %(default)s)",
    )
    stopping = commands.add_parser("down", parents=[placed], help="stop")
    stopping.add_argument("--purge", action="store_true", help="delete the databases, too")
    filling = commands.add_parser(
        "fill", parents=[placed], help="connections for the project vpn-bulk"
    )
    filling.add_argument("count", type=int, metavar="N")
    arguments = parser.parse_args()
    home = arguments.state.resolve()
    try:
        if arguments.command == "up":
            show(up(home, arguments.pagination_max_limit))
        elif arguments.command == "fill":
            print(f"vpn-bulk has {fill(servers(home), arguments.count)} connections.")
        else:
            print(f"Stopped: {', '.join(stop(home)) or 'nothing ran'}.")
            if arguments.purge:
                purge(home)
    except (OpenStackError, OSError) as error:
        sys.exit(f"openstack: {error}")
    except KeyboardInterrupt:
        sys.exit("openstack: interrupted.")


if __name__ == "__main__":
    main()
