# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the code in plugins/ one place at a time and list the changes that no unit test notices.

`python -m tests.mutation [--sample] [FILE …]` runs mutmut on a copy of the working tree, on the
shared code below plugins/ or on the files given, and writes build/mutation/report.txt. With
`--sample` it tries every fifth change of each function only, beginning with the first.
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
SAMPLE = "*[16]"  # names of changes: mutmut counts them in each function
# Classes and functions only: mutmut changes no code at the level of a module.
# A change that makes a loop endless ends after a few seconds.
CONFIGURATION = """\
[mutmut]
source_paths={sources}
also_copy=
    ansible_collections
timeout_constant=2.0
timeout_multiplier=5.0
pytest_add_cli_args=
    -c
    {collection}/pyproject.toml
    -p
    no:cacheprovider
    -p
    tests.mutation.plugin
    --hypothesis-profile=mutation
pytest_add_cli_args_test_selection=
    {collection}/tests/unit
"""
STATUSES = ("killed", "timeout", "survived", "no tests", "not checked")


def main() -> int:
    """Run mutmut and print how many changes were noticed in each package."""
    sources = [name for name in sys.argv[1:] if name != "--sample"]
    sources = sources or ["plugins/module_utils", "plugins/plugin_utils"]
    names = [SAMPLE] if "--sample" in sys.argv else []
    copy(FOLDER)
    paths = "".join(f"\n    {COLLECTION}/{source}" for source in sources)
    configuration = CONFIGURATION.format(sources=paths, collection=COLLECTION)
    (FOLDER / "setup.cfg").write_text(configuration)
    mutants = FOLDER / "mutants"
    # Before the start, because Python ignores paths that were missing when it first saw them.
    (mutants / COLLECTION).mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join(map(str, (mutants, mutants / COLLECTION)))
    environment = {**os.environ, "PYTHONPATH": path}
    subprocess.run([BIN / "mutmut", "run", *names], cwd=FOLDER, env=environment, check=False)
    results = subprocess.run(
        [BIN / "mutmut", "results", "--all", "true"],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (FOLDER / "report.txt").write_text(results)
    print(table(results))
    print(f"All changes: {FOLDER / 'report.txt'}")
    return 0


def table(results: str) -> str:
    """Return how many changes of each package have which result, from the lines of mutmut."""
    counts: dict[str, Counter[str]] = {}
    for line in results.splitlines():
        name, _colon, status = line.strip().rpartition(": ")
        parts = name.partition(".x")[0].partition("vpn.plugins.")[2].split(".")
        for package in ("/".join(parts[:2]), "all"):
            counts.setdefault(package, Counter())[status] += 1
    others = sorted({*counts["all"]} - {*STATUSES}) if counts else []
    columns = (*STATUSES, *others)
    rows = [f"{'package':32}" + "".join(f"{column:>12}" for column in columns)]
    for package, statuses in sorted(counts.items(), key=lambda row: (row[0] == "all", row[0])):
        rows.append(f"{package:32}" + "".join(f"{statuses[column]:12}" for column in columns))
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
