# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event source for ansible-rulebook: changes of IPsec site connections."""

from __future__ import annotations

import asyncio
import os
import sys
import typing as t
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

# ansible-rulebook runs this file by its path, so Python does not know the collection yet.
sys.path.insert(0, str(Path(__file__).absolute().parents[7]))

# pylint: disable=wrong-import-position # because the path has to be set first
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import (
    OPTIONS,
    merge_options,
)
from ansible_collections.otc.vpn.plugins.module_utils._modules.info import names_option
from ansible_collections.otc.vpn.plugins.module_utils._vpn.gathering import (
    Selection,
    check_selection,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import (
    CONNECTION,
    ENTERPRISE_CONNECTION,
    Kind,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._events import (
    LOGGER,
    Event,
    Poller,
    run_in_daemon_thread,
)

DOCUMENTATION = r"""
---
name: ipsec_connections
short_description: IPsec site connection event source
version_added: 1.0.0
author:
  - The otc.vpn authors (@otc-vpn)
description:
  - Polls IPsec site connections, and sends an event when a connection changes its state, appears or disappears.
  - The first poll sends no events unless O(initial) is V(true).
  - While the cloud cannot be read, the source keeps polling. It sends one event when the failures begin and one when they end.
  - Put credentials into C(OS_*) environment variables or C(clouds.yaml), because ansible-rulebook logs the arguments of a source with C(-vv).
  - Template delimiters in names and other values contain an additional space, such as V({ {), because Ansible would template them in a playbook.
requirements:
  - requests, keystoneauth1 and ansible-core in the Python environment of ansible-rulebook
  - openstacksdk if O(cloud) or E(OS_CLOUD) is set
extends_documentation_fragment:
  - otc.vpn.cloud
options:
  name:
    description: Only watch connections with this name or ID, or a list of them. Names are not unique, so several connections can match.
    type: raw
  status:
    description:
      - Only watch connections with one of these statuses.
      - A connection that gets another status disappears, and a connection that gets one of these statuses appears.
    type: list
    elements: str
  peer_address:
    description: Only watch connections to this remote gateway.
    type: str
  vpn_service:
    description: Only watch connections of this VPN service or Enterprise Edition gateway, by name or ID.
    type: str
  gateway:
    description: Only watch Enterprise Edition connections of this gateway, by name or ID.
    type: str
  customer_gateway:
    description: Only watch Enterprise Edition connections to this customer gateway, by name or ID.
    type: str
  editions:
    description:
      - Which editions of VPN to watch.
      - V(enterprise) is Enterprise Edition VPN of Open Telekom Cloud. A poll of it is three requests.
    type: list
    elements: str
    choices: [classic, enterprise]
    default: [classic]
  tags:
    description: Only watch connections with all of these tags. An empty value matches any value.
    type: dict
  admin_state_up:
    description: Only watch connections that are administratively enabled (V(true)) or disabled (V(false)).
    type: bool
  project_id:
    description: Only watch connections of this project. Administrators can read several projects.
    type: str
  interval:
    description: Seconds between the end of a poll and the next poll.
    type: float
    default: 30
  initial:
    description: Whether the first poll sends an event for each connection.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Watch all tunnels
  hosts: localhost
  sources:
    - name: Tunnels
      otc.vpn.ipsec_connections:
        interval: 30
  rules:
    - name: Show a tunnel that goes down
      condition: event.change == "state" and event.ipsec_connection.state in ["down", "error"]
      action:
        debug:
          msg: "{{ event.ipsec_connection.name }} is {{ event.ipsec_connection.state }}"
"""

RETURN = r"""
change:
  description:
    - What happened.
    - V(state) is a new state of a connection, V(appeared) and V(disappeared) are new and removed connections.
    - V(initial) is a connection of the first poll.
    - V(unreadable) is the first of several failures to read the cloud, V(readable) is the end of them.
  returned: always
  type: str
previous_state:
  description: State at the previous poll.
  returned: if RV(change) is V(state)
  type: str
ipsec_connection:
  description:
    - Connection with its documented fields, C(edition) and RV(ipsec_connection.state), without the pre-shared key.
    - A connection of Enterprise Edition VPN also has the fields that C(resolve) adds, such as C(peer_address).
    - The values of the previous poll if RV(change) is V(disappeared).
  returned: if RV(change) is V(state), V(appeared), V(disappeared) or V(initial)
  type: dict
  contains:
    state:
      description: V(up), V(down), V(pending), V(error), V(disabled) or V(unknown).
      returned: always
      type: str
edition:
  description: Edition that cannot be read, or can be read again.
  returned: if RV(change) is V(unreadable) or V(readable)
  type: str
message:
  description: Error message.
  returned: if RV(change) is V(unreadable)
  type: str
"""

ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **OPTIONS,
    **CONNECTION.filters,
    "name": {"type": "raw"},
    "vpn_service": {"type": "str"},
    "gateway": {"type": "str"},
    "customer_gateway": {"type": "str"},
    "editions": {
        "type": "list",
        "elements": "str",
        "choices": ["classic", "enterprise"],
        "default": ["classic"],
    },
    "interval": {"type": "float", "default": 30.0},
    "initial": {"type": "bool", "default": False},
}


class Queue(t.Protocol):
    """The queue that ansible-rulebook reads."""

    async def put(self, event: Event) -> None:
        """Add an event; waits while the queue is full."""


async def main(queue: Queue, args: dict[str, t.Any]) -> None:
    """Poll until canceled, and put an event for each change. Raises ValueError for bad args."""
    arguments = validate(args)
    selections = select(arguments)
    for kind, selection in selections.items():
        check_selection(kind, selection, LOGGER.warning)
    options = merge_options({name: arguments[name] for name in OPTIONS}, os.environ)
    for warning in options["warnings"]:
        LOGGER.warning(warning)
    poller = Poller(
        options,
        selections,
        {name: arguments[name] for name in ("peer_address", "project_id")},
        arguments["initial"],
    )
    while True:
        for event in await run_in_daemon_thread(poller.poll):
            await queue.put(event)
        await asyncio.sleep(arguments["interval"])


def select(arguments: dict[str, t.Any]) -> dict[Kind, Selection]:
    """Return what is selected of each edition."""
    names = names_option(arguments["name"])
    classic = Selection(
        name=names,
        filters={name: arguments[name] for name in CONNECTION.filters},
        vpn_service=arguments["vpn_service"],
    )
    enterprise = Selection(
        name=names,
        filters={name: arguments[name] for name in ENTERPRISE_CONNECTION.filters},
        gateway=arguments["gateway"] or arguments["vpn_service"],
        customer_gateway=arguments["customer_gateway"],
        resolve=True,
    )
    selections = {CONNECTION: classic, ENTERPRISE_CONNECTION: enterprise}
    if arguments["admin_state_up"] is False:  # Enterprise Edition VPN has no such setting
        del selections[ENTERPRISE_CONNECTION]
    return {kind: one for kind, one in selections.items() if kind.edition in arguments["editions"]}


def validate(args: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the arguments in their types, with defaults. Raises ValueError."""
    given = {name: value for name, value in args.items() if name != "eda_feedback_queue"}
    checked = ArgumentSpecValidator(ARGUMENTS).validate(given)
    problems = list(checked.error_messages)
    arguments: dict[str, t.Any] = checked.validated_parameters
    if not problems and not arguments["interval"] > 0:
        problems = [f"interval must be greater than 0, got: {arguments['interval']:g}"]
    if problems:
        message = f"Invalid arguments of otc.vpn.ipsec_connections: {problems[0]}."
        raise ValueError(message)
    return arguments
