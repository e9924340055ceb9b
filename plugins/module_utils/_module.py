# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every info module does: options in, one call, facts out.

Private to this collection.
"""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._auth import complete, secrets_of
from ._client import connect
from ._errors import VpnError
from ._gather import Report, Wanted, gather, gather_when
from ._options import CONNECTION as CONNECTION_OPTIONS
from ._resources import CONNECTION, Kind

CONNECTION_SPEC: dict[str, dict[str, t.Any]] = {
    "vpn_service": {"type": "str"},
    "resolve": {"type": "bool", "default": False},
    "include_psk": {"type": "bool", "default": False},
    "wait_for": {"type": "list", "elements": "str"},
    "wait_timeout": {"type": "float", "default": 300.0},
    "wait_interval": {"type": "float", "default": 10.0},
}


def argument_spec(kind: Kind) -> dict[str, dict[str, t.Any]]:
    """The options of the info module of a kind."""
    return {
        **CONNECTION_OPTIONS,
        "name": {"type": "str"},
        "fields": {"type": "list", "elements": "str"},
        **kind.filters,
        **(CONNECTION_SPEC if kind is CONNECTION else {}),
    }


def run(kind: Kind, result: str) -> None:
    """Run the info module of a kind, which returns its facts as `result`."""
    module = AnsibleModule(argument_spec=argument_spec(kind), supports_check_mode=True)
    params = module.params
    wanted = Wanted(
        name=params["name"],
        fields=params["fields"],
        filters={name: params[name] for name in kind.filters},
        vpn_service=params.get("vpn_service"),
        include_psk=params.get("include_psk", False),
        resolve=params.get("resolve", False),
    )
    report = Report(warn=module.warn, debug=module.debug)
    try:
        options = complete({name: params[name] for name in CONNECTION_OPTIONS}, os.environ)
        # Secrets of the environment and of clouds.yaml are no options: Ansible has to be told.
        module.no_log_values.update(secrets_of(options["auth"]))
        client = connect(options)
        if params.get("wait_for"):
            rows = gather_when(
                client,
                wanted,
                report,
                params["wait_for"],
                params["wait_timeout"],
                params["wait_interval"],
            )
        else:
            rows = gather(client, kind, wanted, report)
    except VpnError as error:
        failure = str(error)
    else:
        module.exit_json(changed=False, **{result: rows})
        return
    # Outside of the handler, where fail_json would add a traceback.
    module.fail_json(msg=failure)
