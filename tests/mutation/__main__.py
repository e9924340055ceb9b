# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the code in plugins/ one place at a time and list the changes that no unit test notices.

`python -m tests.mutation [FILE …]` runs mutmut on a copy of the working tree, on all files below
plugins/ or on those given, and writes build/mutation/report.txt.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.ansible_commands import BIN
from tests.checks.working_tree import copy

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "build" / "mutation"
COLLECTION = "ansible_collections/otc/vpn"
# Classes and functions only: mutmut changes no code at the level of a module.
CONFIGURATION = """\
[mutmut]
source_paths={sources}
also_copy=
    ansible_collections
pytest_add_cli_args=
    -c
    {collection}/pyproject.toml
    -p
    no:cacheprovider
pytest_add_cli_args_test_selection=
    {collection}/tests/unit
"""


def main() -> int:
    """Run mutmut and print how many changes were noticed in each file."""
    sources = sys.argv[1:] or ["plugins/module_utils", "plugins/plugin_utils"]
    copy(FOLDER)
    paths = "".join(f"\n    {COLLECTION}/{source}" for source in sources)
    configuration = CONFIGURATION.format(sources=paths, collection=COLLECTION)
    (FOLDER / "setup.cfg").write_text(configuration)
    mutants = FOLDER / "mutants"
    # Before the start, because Python ignores paths that were missing when it first saw them.
    (mutants / COLLECTION).mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join(map(str, (mutants, mutants / COLLECTION)))
    environment = {**os.environ, "PYTHONPATH": path}
    subprocess.run([BIN / "mutmut", "run"], cwd=FOLDER, env=environment, check=False)
    results = subprocess.run(
        [BIN / "mutmut", "results", "--all", "true"],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (FOLDER / "report.txt").write_text(results)
    counts: dict[str, Counter[str]] = {}
    for line in results.splitlines():
        name, _colon, status = line.strip().rpartition(": ")
        module = name.partition(".x")[0].partition("vpn.plugins.")[2]
        counts.setdefault(module, Counter())[status] += 1
    for module, statuses in sorted(counts.items()):
        noticed = statuses["killed"] + statuses["timeout"]
        print(f"{module:50} {noticed:5} of {sum(statuses.values()):5} noticed")
    print(f"All of them: {FOLDER / 'report.txt'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
