# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pytest does differently while the code is changed. Loaded by mutmut."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings

# The first failing example is enough.
settings.register_profile(
    "mutation",
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out tests with a backslash in their names.

    mutmut names the tests of a function one by one, in a process in which pytest has run before. pytest
    does not find these there, and mutmut would count the change as noticed.
    """
    items[:] = [item for item in items if "\\" not in item.nodeid]
