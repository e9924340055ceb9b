# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Constructs inventories twice, for test_constructed.py: with this collection's plugin, and with Ansible's own.

A process of its own, for it loads Ansible's plugins: `constructed.py COLLECTIONS FILE` reads a list of
dictionaries of constructed options as JSON, and writes for each what the two plugins made of it. What
Ansible's own plugin `constructed` is given are the hosts that this collection makes without such options.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

from ansible import context
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.module_utils.common.collections import ImmutableDict
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, inventory_loader

EXTRA_VARS = {"ipsec_initiator": "an extra variable", "extra": "{{ 6 * 7 }}", "ipsec_new": [1, 2]}
OURS = "otc.vpn.ipsec_connections"
STOCK = "ansible.builtin.constructed"


def main(collections: str, file: str) -> None:
    """Construct what comes in, and say what came out."""
    init_plugin_loader([collections])
    context.CLIARGS = ImmutableDict(extra_vars=(json.dumps(EXTRA_VARS),))
    answers = []
    # Always the same, for messages have the path in them.
    path = Path(file).with_name("ipsec_connections.yml")
    for options in json.loads(Path(file).read_text()):
        ours = parse_json(OURS, options, path, InventoryData())
        hosts = InventoryData()
        parse_json(OURS, {}, path, hosts)
        answers.append({"ours": ours, "stock": parse_json(STOCK, options, path, hosts)})
    json.dump(answers, sys.stdout, default=str)


def parse_json(
    plugin: str, options: dict[str, t.Any], path: Path, inventory: InventoryData
) -> dict[str, t.Any]:
    """What an inventory holds after a source: groups with their hosts and groups in order, variables."""
    # The plugin last, for messages have lines and columns in them.
    path.write_text(json.dumps({**options, "plugin": plugin}))
    try:
        inventory_loader.get(plugin).parse(inventory, DataLoader(), str(path), cache=False)
    except AnsibleError as error:
        # The stock plugin wraps what went wrong in a sentence with the path.
        cause = error.__cause__ or getattr(error, "orig_exc", None) or error
        return {"error": str(cause if plugin == STOCK else error)}
    inventory.reconcile_inventory()
    # By the connection's ID, for this collection calls no host like a group.
    groups = {
        name: {
            "hosts": [host.vars["ipsec_id"] for host in group.hosts],
            "groups": [child.name for child in group.child_groups],
        }
        for name, group in inventory.groups.items()
    }
    hostvars = {
        host.vars["ipsec_id"]: repr(sorted(host.vars.items())) for host in inventory.hosts.values()
    }
    return {"groups": list(groups.items()), "hostvars": hostvars}


if __name__ == "__main__":
    main(*sys.argv[1:])
