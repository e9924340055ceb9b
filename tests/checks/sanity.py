# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-test sanity` on the oldest maintained and on the newest ansible-core of the lock.

With `--this-core-only` it runs on the ansible-core of its own environment. Further arguments go to
ansible-test. With REQUIRE_ALL=1 in the environment, a missing Python fails.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.checks import working_tree
from tests.checks.newest_core import MISSING, newest_core

HOME = (
    working_tree.ROOT / "build" / "sanity"
)  # ansible-test keeps its own environments there between runs

# ansible-test runs this in an environment without pip, instead of a script that it would fetch.
GET_PIP = """\
import subprocess
import sys

options = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
pip = [{python!r}, "-m", "pip", "--python", sys.executable]
sys.exit(subprocess.call([*pip, "install", *options]))
"""

ABOUT = """
import pathlib, sys, ansible.release, ansible_test
print(ansible.release.__version__, "{}.{}".format(*sys.version_info))
print(*ansible_test.__path__)
"""


def provide_pip(python: Path, ansible_test: Path) -> None:
    """Put the script where ansible-test looks before it fetches the one of the version it wants."""
    source = (ansible_test / "_internal" / "python_requirements.py").read_text()
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in re.findall(r"\bpip='([\d.]+)'", source):
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        script.write_text(GET_PIP.format(python=str(python)))


def share_pip_settings() -> None:
    """Let pip find the user's settings, though HOME is another directory."""
    settings = Path.home() / ".config" / "pip"
    link = HOME / ".config" / "pip"
    if settings.is_dir() and not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(settings)


def sanity(python: Path, tree: Path, arguments: list[str]) -> bool:
    """Return whether the collection passes with the ansible-core of this environment."""
    about = subprocess.run([python, "-c", ABOUT], capture_output=True, text=True, check=True)
    versions, ansible_test = about.stdout.splitlines()
    core, version = versions.split()
    print(f"ansible-test sanity with ansible-core {core} on Python {version}:", flush=True)
    provide_pip(python, Path(ansible_test))
    command = ["sanity", "--venv", "--requirements", "--python", version, "--color", "no"]
    done = subprocess.run(
        [python.with_name("ansible-test"), *command, *arguments],
        cwd=tree,
        env={**os.environ, "HOME": str(HOME), "PATH": f"{python.parent}:{os.environ['PATH']}"},
        check=False,
    )
    passed = done.returncode == 0
    print(f"ansible-core {core} on Python {version}: {'passed' if passed else 'FAILED'}")
    return passed


def main(arguments: list[str]) -> int:
    """Run it on both, and say what is left out."""
    only_this = "--this-core-only" in arguments
    arguments = [argument for argument in arguments if argument != "--this-core-only"]
    newest = None if only_this else newest_core()
    share_pip_settings()
    with tempfile.TemporaryDirectory(prefix="sanity-") as place:
        tree = working_tree.copy(Path(place))
        pythons = [Path(sys.executable), *filter(None, [newest])]
        passed = [sanity(python, tree, arguments) for python in pythons]
    if newest is None and not only_this:
        print(f"ansible-test sanity with the newest ansible-core is left out: {MISSING}.")
        passed.append(not os.environ.get("REQUIRE_ALL"))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
