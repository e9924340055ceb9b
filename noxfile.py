# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of the Ansible community: `nox -l` lists them, `nox` runs them all.

`make check` runs `.venv/bin/nox -R`: every session in the project's environment, whose versions are
pinned in requirements/dev.txt. Any other call makes an environment for each session, with the newest
versions.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import antsibull_nox
import nox
from antsibull_nox.sessions.collections import prepare_collections

antsibull_nox.load_antsibull_nox_toml()


@nox.session
def changelog(session: nox.Session) -> None:
    """Check the changelog and its fragments."""
    session.install("antsibull-changelog")
    session.run("antsibull-changelog", "lint")


# build-import-check of antsibull-nox would run galaxy-importer as well, but passes with warnings.
@nox.session(name="galaxy-importer")
def galaxy_importer(session: nox.Session) -> None:
    """Import the archive as Galaxy does, and fail on any warning."""
    session.install("galaxy-importer")
    session.run("python", "-m", "tests.checks.galaxy_importer")


# The schemas are part of the package, so this needs no internet.
SCHEMAS = {
    "dependabot.yml": "dependabot",
    "workflows/*.yml": "github-workflows",
    "ISSUE_TEMPLATE/config.yml": "github-issue-config",
    "ISSUE_TEMPLATE/[!c]*.yml": "github-issue-forms",
}


@nox.session
def github(session: nox.Session) -> None:
    """Check the workflows and issue forms against the schemas."""
    session.install("check-jsonschema")
    for pattern, schema in SCHEMAS.items():
        files = sorted(str(path) for path in Path(".github").glob(pattern))
        session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)


@nox.session
def eda(session: nox.Session) -> None:
    """Check the event source as partners of Event-Driven Ansible do."""
    session.install("pylint", "ruff")
    ignored = "INP001,FA102,UP001,UP010,I001,FA100,PLR0913,E501,D203,D213"
    session.run("ruff", "check", "--select", "ALL", "--ignore", ignored, "extensions/eda/plugins")
    disabled = "R0801,E0401,C0103,R0913,R0902,R0903"
    sources = sorted(str(path) for path in Path("extensions/eda/plugins").rglob("*.py"))
    session.run("pylint", "--score", "n", "--disable", disabled, *sources)


# antsibull-nox would run molecule in extensions/, where it does not find extensions/molecule/config.yml.
@nox.session
def molecule(session: nox.Session) -> None:
    """Run the roles, one scenario each."""
    session.install("-r", "requirements/dev.in")
    prepared = prepare_collections(
        session, install_in_site_packages=False, install_out_of_tree=True
    )
    if prepared is None:
        session.error("molecule needs an environment: leave out --no-venv.")
    # A home for one run: molecule remembers there what it prepared, by the name of the folder alone.
    with tempfile.TemporaryDirectory() as home:
        places = {"ANSIBLE_HOME": home, "ANSIBLE_COLLECTIONS_PATH": str(prepared.current_place)}
        session.run("molecule", "test", "--all", *session.posargs, env=places)


# The sessions for ansible-test of antsibull-nox need containers, or fetch from the internet.
@nox.session(name="ansible-test-sanity", python=False)
def ansible_test_sanity(session: nox.Session) -> None:
    """Run ansible-test sanity on the oldest maintained and on the newest ansible-core."""
    session.run(sys.executable, "-m", "tests.checks.sanity", *session.posargs)


def use_environment(environment: Path, links: Path) -> None:
    """Let every session find the environment where nox looks for the session's own."""
    links.mkdir(parents=True, exist_ok=True)
    for name in nox.registry.get():
        link = links / name
        link.unlink(missing_ok=True)
        link.symlink_to(environment)
    nox.options.envdir = str(links)


# -R is nox's own option: reuse what is there and install nothing.
if "-R" in sys.argv and Path(sys.prefix, "ready").exists():
    use_environment(Path(sys.prefix), Path("build", "nox"))
