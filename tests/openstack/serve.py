# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve one WSGI application. Runs in the servers' own environment, by its path:

serve.py APPLICATION PORT CONFIGURATION_FILE
"""

from __future__ import annotations

import os
import pkgutil
import sys

import waitress  # type: ignore[import-untyped]

application, port, configuration_file = sys.argv[1:]
# Both programs look for their configuration in the environment, and Neutron reads sys.argv as well.
os.environ["OS_KEYSTONE_CONFIG_FILES"] = configuration_file
os.environ["OS_NEUTRON_CONFIG_FILES"] = configuration_file
del sys.argv[1:]

# One process: SQLite has one writer, and the message bus `fake://` ends at the process.
waitress.serve(pkgutil.resolve_name(application), listen=f"127.0.0.1:{port}", threads=4)
