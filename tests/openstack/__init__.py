# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Keystone and Neutron VPNaaS as a test server, with the objects of `tests/scenario.yml`.

`python -m tests.openstack up` installs, seeds and starts them; `servers()` finds them.
"""

from __future__ import annotations

from .client import Client
from .places import OpenStackError
from .servers import Servers, servers

__all__ = ["Client", "OpenStackError", "Servers", "servers"]
