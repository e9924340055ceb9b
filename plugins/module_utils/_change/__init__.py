# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of VPN objects: plans, and how they are carried out. Private to this collection.

This package imports no Ansible and no HTTP library.
"""
