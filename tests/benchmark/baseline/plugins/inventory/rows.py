# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The baseline of an inventory plugin: the token for free, or no request at all, and a host a row.

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import requests
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable

DOCUMENTATION = r"""
name: rows
short_description: Rows of the API as hosts
description: Gets BENCHMARK_URL with the token BENCHMARK_TOKEN, or reads a file of the same content.
author: The otc.vpn authors (@otc-vpn)
extends_documentation_fragment: constructed
options:
  plugin:
    description: The name of this plugin.
    required: true
    choices: [bench.baseline.rows]
  rows:
    description: The file to read in place of asking the API.
    type: path
"""


class InventoryModule(BaseInventoryPlugin, Constructable):
    """From rows to hosts."""

    NAME = "bench.baseline.rows"
    inventory: t.Any

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Make a host of each row."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        compose, groups = self.get_option("compose"), self.get_option("groups")
        keyed_groups = self.get_option("keyed_groups")
        self.inventory.add_group("ipsec_connections")
        for row in self._rows():
            name = row["name"]
            variables = {"ipsec_" + field: value for field, value in row.items()}
            variables["ansible_host"] = row["peer_address"]
            self.inventory.add_host(name, "ipsec_connections")
            for variable, value in variables.items():
                self.inventory.set_variable(name, variable, value)
            self._set_composite_vars(compose, variables, name)
            self._add_host_to_composed_groups(groups, variables, name)
            self._add_host_to_keyed_groups(keyed_groups, variables, name)

    def _rows(self) -> list[dict[str, t.Any]]:
        if self.get_option("rows"):
            answer = json.loads(Path(self.get_option("rows")).read_bytes())
        else:
            answer = requests.get(
                os.environ["BENCHMARK_URL"],
                headers={"X-Auth-Token": os.environ["BENCHMARK_TOKEN"]},
                timeout=60,
            ).json()
        rows: list[dict[str, t.Any]] = answer["ipsec_site_connections"]
        return rows
