# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every info module does: options in, one call, information out. Private to this collection."""

from __future__ import annotations

import os
import typing as t
from contextlib import closing

from ansible.module_utils.basic import AnsibleModule

from .._cloud import errors
from .._cloud.client import Session
from .._cloud.options import OPTIONS, merge_options, secrets_of, source_of
from .._vpn import kinds
from .._vpn.gathering import Messages, Selection, check_selection, gather


def argument_spec(kind: kinds.Kind) -> dict[str, dict[str, t.Any]]:
    """Return the options of the info module of a kind."""
    return {
        **OPTIONS,
        "name": {"type": "raw"},
        "fields": {"type": "list", "elements": "str"},
        **kind.filters,
        **kind.options,
    }


def names_option(value: t.Any) -> list[str] | None:
    """Return the option `name`, one name or ID or a list of them, as a list. Raises VpnError."""
    if value is None:
        return None
    names = value if isinstance(value, list) else [value]
    for name in names:
        if isinstance(name, bool) or not isinstance(name, (str, int, float)):
            raise errors.VpnError(
                "name must be a name, an ID, or a list of names and IDs, "
                f"got: {type(name).__name__}."
            )
    return [str(name) for name in names]


def run_info_module(kind: kinds.Kind, result: str) -> None:
    """Run the info module of a kind, which returns its list as `result`."""
    module = AnsibleModule(argument_spec=argument_spec(kind), supports_check_mode=True)
    params = module.params
    source: dict[str, t.Any] = {}
    messages = Messages(warn=module.warn, debug=module.debug)
    try:
        selection = Selection(
            name=names_option(params["name"]),
            fields=params["fields"],
            filters={name: params[name] for name in kind.filters},
            **{name: params[name] for name in kind.references},
            include_psk=params.get("include_psk", False),
            resolve=params.get("resolve", False),
            log=params.get("log", False),
        )
        check_selection(kind, selection, module.warn, params.get("wait_for") or ())
        options = merge_options({name: params[name] for name in OPTIONS}, os.environ)
        # Ansible masks the secrets of options only, and these can come from elsewhere.
        module.no_log_values.update(secrets_of(options["auth"]))
        source = {"source": source_of(options)}
        for warning in options["warnings"]:
            module.warn(warning)
        with closing(Session(options)) as session:
            if params.get("wait_for"):
                # Here, because Ansible compiles what a module imports at each run.
                from .._vpn.waiting import Wait, wait_for_status

                wait = Wait(params["wait_for"], params["wait_timeout"], params["wait_interval"])
                wait.check()
                rows = wait_for_status(session, kind, selection, messages, wait)
            else:
                rows = gather(session.client(kind.edition), kind, selection, messages)
    except errors.VpnError as error:
        failure = error
    else:
        module.exit_json(changed=False, **source, **{result: rows})
        return
    # Outside of the handler, where fail_json would add a traceback.
    module.fail_json(
        msg=str(failure),
        failure={
            "status": failure.status,
            "temporary": failure.temporary,
            "request_id": failure.request_id,
        },
        **source,
    )
