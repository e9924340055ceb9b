# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation as a site: `python -m tests.docs.site` builds it into build/site.

The pages lie in the source folder as they do in the repository, so that their links hold in both.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.ansible_commands import BIN
from tests.docs import blocks

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "build" / "site-source"
SITE = ROOT / "build" / "site"
PAGES = (
    "README.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "LICENSE",
    "docs/*/*.md",
    "docs/images",
    "examples",
    "roles/*/README.md",
)


def main() -> int:
    """Gather the pages, write those of the plugins, and build; a warning is an error."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    for pattern in PAGES:
        for path in ROOT.glob(pattern):
            copy(path, SOURCE / path.relative_to(ROOT))
    for page in SOURCE.rglob("*.md"):  # Galaxy needs absolute links, the site has the pages
        page.write_text(re.sub(blocks.REPOSITORY, relative_root(page), page.read_text()))
    copy(ROOT / "docs" / "development" / "site" / "conf.py", SOURCE / "conf.py")
    copy(ROOT / "docs" / "development" / "site" / "index.md", SOURCE / "index.md")
    plugins = SOURCE / "collections"
    plugins.mkdir(mode=0o755)
    subprocess.run(
        [
            *(BIN / "antsibull-docs", "collection", "--use-current"),
            *("--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version"),
            *("--dest-dir", plugins, "otc.vpn"),
        ],
        env={
            **os.environ,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "tree"),
        },
        check=True,
    )
    for page in plugins.glob("*.rst"):  # the theme has its own table of contents
        page.write_text(re.sub(r"^\.\. contents::\n(?: +:.*\n)*", "", page.read_text(), flags=re.M))
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", SOURCE, SITE],
        check=True,
    )
    print(f"Open {SITE / 'index.html'} in a browser.")
    return 0


def relative_root(page: Path) -> str:
    """Return the way from a page to the root of the repository, with a slash at its end."""
    return "../" * (len(page.relative_to(SOURCE).parts) - 1)


def copy(path: Path, place: Path) -> None:
    """Copy a file, or a folder as a whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, place)
    else:
        shutil.copy(path, place)


if __name__ == "__main__":
    sys.exit(main())
