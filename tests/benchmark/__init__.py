# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark: what the collection costs beside the least that Ansible itself would cost.

Machines differ and are busy, so no seconds are promised: two commands are run in turn, again and
again, and the median of their ratios is reported. `python -m tests.benchmark` runs it.
"""
