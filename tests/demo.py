# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the collection on the mock API server: `make demo`.

It runs commands that a user would type, with the collection built and installed.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
FOLDER = ROOT / "build" / "demo"


def main() -> int:
    """Run the commands, and return the exit code of the first one that fails."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OS_", "ANSIBLE_"))
    }
    environment |= {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_HOME": str(FOLDER / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(FOLDER / "collections"),
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "LC_ALL": "C.UTF-8",
    }
    if sys.stdout.isatty():
        environment["ANSIBLE_FORCE_COLOR"] = "true"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.mock_api", "--plain-names"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        account = exported(server)
        steps(environment | account)
    except subprocess.CalledProcessError as error:
        print(f"\nThe demo stops: the command above failed with exit code {error.returncode}.")
        return error.returncode
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=10)
    return 0


def exported(server: subprocess.Popen[str]) -> dict[str, str]:
    """Return the OS_* variables that the server prints when it is ready."""
    account = {}
    for line in t.cast("t.IO[str]", server.stdout):
        if line.startswith("export "):
            name, _sign, value = line.removeprefix("export ").strip().partition("=")
            account[name] = shlex.split(value)[0]
        elif account:
            break
    return account


def steps(environment: dict[str, str]) -> None:
    """Run the commands of the demo."""
    show("Build the collection and install it, as you would from Galaxy.")
    run(
        f"ansible-galaxy collection build --force --output-path {FOLDER} {ROOT}",
        environment,
        quiet=True,
    )
    archive = next(FOLDER.glob("otc-vpn-*.tar.gz"))
    run(f"ansible-galaxy collection install --force --offline {archive}", environment, quiet=True)

    show(
        "A mock API server with Classic VPN and Enterprise Edition VPN is running on this machine.",
        "These variables contain its URLs and the credentials, as they would for a real cloud.",
    )
    for name, value in environment.items():
        if name.startswith("OS_"):
            print(f"  export {name}={value}")

    show("Information: one task returns every tunnel with its networks and algorithms.")
    run("ansible-playbook examples/facts.yml", environment)

    show(
        "Inventory: the remote gateways of both editions are hosts, grouped by the state of the tunnel."
    )
    run("ansible-inventory -i examples/editions.ipsec_connections.yml --graph", environment)

    show("Each host has the fields of its connection as variables.")
    run(
        "ansible-inventory -i examples/editions.ipsec_connections.yml --host branch-munich --yaml",
        environment,
    )

    show("Report: a page with a map of all tunnels of both editions and their weak settings.")
    run(
        f"ansible-playbook examples/report.yml -e directory={FOLDER}/report "
        "-e ipsec_report_editions=classic,enterprise",
        environment,
    )
    print(f"\nOpen {FOLDER / 'report' / 'ipsec-report.html'} in a browser.")


def show(*lines: str) -> None:
    """Print what the next commands show."""
    print("\n" + "\n".join(f"# {line}" for line in lines), flush=True)


def run(command: str, environment: dict[str, str], quiet: bool = False) -> None:
    """Print a command and run it, without its output if `quiet`."""
    print(f"$ {command.replace(str(ROOT) + '/', '').replace(str(ROOT), '.')}", flush=True)
    subprocess.run(
        shlex.split(command),
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL if quiet else None,
        stderr=subprocess.DEVNULL if quiet else None,
    )


if __name__ == "__main__":
    sys.exit(main())
