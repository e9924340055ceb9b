# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mock API server, which stands for Open Telekom Cloud, or for any OpenStack cloud.

It speaks HTTP, as the real one does, and holds the objects of `tests/scenario.yml`.
`python -m tests.mock_api` runs it by itself.
"""

from __future__ import annotations

from .faults import Fault
from .server import MockApi, Recorded

__all__ = ["Fault", "MockApi", "Recorded"]
