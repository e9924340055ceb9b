# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages show what ansible-core 2.19 and later write: on older ones they are not tested."""

from __future__ import annotations

from ansible.release import __version__

if tuple(map(int, __version__.split(".")[:2])) < (2, 19):
    collect_ignore_glob = ["test_*.py"]
