# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every info module does: options in, one call, information out. Private to this collection."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._cloud.client import connect
from .._cloud.errors import VpnError
from .._cloud.options import OPTIONS, merge_options, secrets_of
from .._vpn.gathering import Messages, Selection, gather
from .._vpn.kinds import Kind
from .._vpn.waiting import wait_for_status


def argument_spec(kind: Kind) -> dict[str, dict[str, t.Any]]:
    """Return the options of the info module of a kind."""
    return {
        **OPTIONS,
        "name": {"type": "str"},
        "fields": {"type": "list", "elements": "str"},
        **kind.filters,
        **kind.options,
    }


def run_info_module(kind: Kind, result: str) -> None:
    """Run the info module of a kind, which returns its list as `result`."""
    module = AnsibleModule(argument_spec=argument_spec(kind), supports_check_mode=True)
    params = module.params
    selection = Selection(
        name=params["name"],
        fields=params["fields"],
        filters={name: params[name] for name in kind.filters},
        vpn_service=params.get("vpn_service"),
        include_psk=params.get("include_psk", False),
        resolve=params.get("resolve", False),
    )
    messages = Messages(warn=module.warn, debug=module.debug)
    try:
        options = merge_options({name: params[name] for name in OPTIONS}, os.environ)
        # Ansible masks the secrets of options only, and these can come from elsewhere.
        module.no_log_values.update(secrets_of(options["auth"]))
        client = connect(options)
        if params.get("wait_for"):
            rows = wait_for_status(
                client,
                selection,
                messages,
                params["wait_for"],
                params["wait_timeout"],
                params["wait_interval"],
            )
        else:
            rows = gather(client, kind, selection, messages)
    except VpnError as error:
        failure = error
    else:
        module.exit_json(changed=False, **{result: rows})
        return
    # Outside of the handler, where fail_json would add a traceback.
    module.fail_json(
        msg=str(failure),
        failure={
            "status": failure.status,
            "temporary": failure.temporary,
            "request_id": failure.request_id,
        },
    )
