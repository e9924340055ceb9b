# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module does that creates, changes and removes objects of a kind.

Private to this collection. The order: check the options, read, plan, carry out.
"""

from __future__ import annotations

import os
import socket
import typing as t
from contextlib import closing
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from ansible.module_utils.basic import AnsibleModule

from .._change import values
from .._change.apply import Waiting, apply, settle
from .._change.plan import (
    Context,
    Missing,
    Plan,
    label,
    needs_users,
    plan_absent,
    plan_present,
    predicted,
)
from .._cloud import errors
from .._cloud.client import connect
from .._cloud.options import OPTIONS, merge_options, secrets_of
from .._cloud.parallel import run_parallel
from .._vpn import kinds
from .._vpn.objects import Objects

if t.TYPE_CHECKING:
    from .._cloud.client import Client
    from .._vpn.writing import Writable

    Row = dict[str, t.Any]

OTC_DOMAIN = ".otc.t-systems.com"
USER_FIELDS = (
    "id",
    "name",
    "status",
    "vpnservice_id",
    "ikepolicy_id",
    "ipsecpolicy_id",
    "local_ep_group_id",
    "peer_ep_group_id",
)
REFERENCE_FIELDS = ("id", "name", "project_id", "tenant_id")


def argument_spec(writable: Writable) -> dict[str, dict[str, t.Any]]:
    """Return the options of the module of a kind."""
    return {
        **OPTIONS,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "id": {"type": "str"},
        "dialect": {"type": "str", "choices": ["auto", "neutron", "otc"], "default": "auto"},
        **{one.option: dict(one.spec) for one in writable.fields},
        **writable.own_options,
    }


def run_resource_module(writable: Writable, result: str) -> None:
    """Run the module of a kind, which returns its object as `result`."""
    exclusive = {
        tuple(sorted((one.option, _option(writable, other))))
        for one in writable.fields
        for other in one.excludes
    }
    module = AnsibleModule(
        argument_spec=argument_spec(writable),
        supports_check_mode=True,
        required_one_of=[("name", "id")],
        mutually_exclusive=sorted(exclusive),
    )
    try:
        run = _Run(module, writable)
        with closing(run.client.session):
            answer = run.run(result)
    except errors.VpnError as error:
        failure = error
    else:
        module.exit_json(**answer)
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


def _option(writable: Writable, name: str) -> str:
    return next(one.option for one in writable.fields if one.name == name)


class _Run:
    """One run of a module: what was read so far, and what follows from it."""

    def __init__(self, module: AnsibleModule, writable: Writable) -> None:
        """Check the options and connect. Raises VpnError."""
        self.module = module
        self.params = module.params
        self.writable = writable
        self.present = self.params["state"] == "present"
        self.wanted = _parsed_options(writable, self.params) if self.present else {}
        options = merge_options({name: self.params[name] for name in OPTIONS}, os.environ)
        # Ansible masks the secrets of options only, and these can come from elsewhere.
        module.no_log_values.update(secrets_of(options["auth"]))
        for warning in options["warnings"]:
            module.warn(warning)
        self.client: Client = connect(options)
        if self.params.get("psk"):
            self.client.auth.secrets += (self.params["psk"],)
        self.objects = Objects(self.client)
        self._connections: list[Row] | None = None

    def run(self, result: str) -> dict[str, t.Any]:
        """Return the module's result. Raises VpnError."""
        kind, check_mode = self.writable.kind, self.module.check_mode
        self.client.session.retry(self.client.auth.authenticate)
        for warning in self.client.auth.warnings:
            self.module.warn(warning)
        rows = self._read()
        actual, leftovers = self._select(rows)
        self._resolve_peer_address(actual)
        plan = self._plan(actual, leftovers)
        for warning in plan.warnings:
            self.module.warn(warning)
        updated: list[dict[str, str]] = []
        if check_mode:
            row = predicted(self.writable, actual, plan)
        else:
            known_ids = {one["id"] for one in rows}
            outcome = apply(plan, self.objects, known_ids, kind, self._waiting())
            updated = outcome.updated_connections
            for warning in outcome.warnings:
                self.module.warn(warning)
            row = None if plan.action == "delete" else outcome.row or actual
            row = self._settled(row, plan)
        if row is not None:
            row.pop("psk", None)
        answer = {
            "changed": plan.changed,
            "diff": {"before": plan.before, "after": plan.after},
            result: row,
        }
        if self.writable.renew:
            answer["replaced_id"] = plan.replaced_id
        if self.writable.used_by and not self.writable.has_status:
            answer["updated_connections"] = updated
        return answer

    def _read(self) -> list[Row]:
        """Return the objects with the name or ID, and resolve references, in parallel."""
        references = [
            (one.option, one.name, one.refers_to)
            for one in self.writable.fields
            if one.refers_to and one.name in self.wanted and not values.is_id(self.wanted[one.name])
        ]
        names: dict[str, list[str]] = {}
        for _option, name, kind in references:
            names.setdefault(kind.path, []).append(self.wanted[name])
        kinds_by_path = {kind.path: kind for _option, _name, kind in references}
        calls: list[t.Callable[[], t.Any]] = [self._own_rows]
        for path, kind in kinds_by_path.items():
            calls.append(partial(self.objects.by_name, kind, names[path], REFERENCE_FIELDS))
        results = run_parallel(lambda call: call(), calls)
        own: list[Row] = results[0]
        lists = dict(zip(kinds_by_path, results[1:]))
        for option, name, kind in references:
            rows = lists[kind.path][self.wanted[name]]
            self.wanted[name] = self._reference(option, self.wanted[name], rows)
        return own

    def _own_rows(self) -> list[Row]:
        kind = self.writable.kind
        fields = kind.default_fields + (("psk",) if self.wanted.get("psk") else ())
        if self.params["id"] is None:
            return self.objects.named(kind, self.params["name"], fields)
        return self.objects.with_id(kind, self.params["id"].lower(), fields)

    def _reference(self, option: str, text: str, rows: list[Row]) -> str:
        """Return the ID of the object with a name."""
        if len(rows) == 1:
            return str(rows[0]["id"])
        if rows:
            ids = ", ".join(sorted(row["id"] for row in rows))
            raise errors.VpnError(
                f"{option}: {len(rows)} objects are named {errors.one_line(text)[:80]}: {ids}. Set "
                f"{option} to one of these IDs."
            )
        message = f"{option}: no object is named {errors.one_line(text)[:80]}"
        if not self.module.check_mode:
            raise errors.VpnError(f"{message}. Create it first, or check the name and the project.")
        self.module.warn(f"{message} yet. An earlier task has to create it.")
        return Missing(text)

    def _select(self, rows: list[Row]) -> tuple[Row | None, tuple[Row, ...]]:
        """Return the object, and groups that an interrupted replacement has left."""
        kind, params = self.writable.kind, self.params
        for row in rows:
            if not self.objects.owns(row):
                raise errors.VpnError(
                    f"{label(kind, row)} belongs to another project than the credentials. Use "
                    "credentials for that project."
                )
        if not rows:
            if self.client.auth.roles == {"reader"}:
                raise errors.VpnError(
                    f"Cannot tell whether {kind.title} {errors.one_line(params['name'] or params['id'])} "
                    "exists, because the token has only the role reader, which usually cannot "
                    "read VPN objects. Use credentials with the role member."
                )
            if self.present and params["id"] is not None:
                raise errors.VpnError(
                    f"No {kind.title} has the ID {errors.one_line(params['id'])}. Check id and the "
                    "project, or omit id to create an object."
                )
            return None, ()
        if len(rows) == 1:
            return rows[0], ()
        fitting = [
            row
            for row in rows
            if self.present
            and params.get("replace")
            and all(
                values.same(one, self.wanted[one.name], row.get(one.name))
                for one in self.writable.fields
                if one.name in ("type", "endpoints") and one.name in self.wanted
            )
        ]
        if len(fitting) == 1 and "endpoints" in self.wanted:
            return fitting[0], tuple(row for row in rows if row is not fitting[0])
        ids = ", ".join(sorted(row["id"] for row in rows))
        raise errors.VpnError(
            f"{len(rows)} objects are named {errors.one_line(params['name'])[:80]}: {ids}. Set id to select "
            "one of them."
        )

    def _resolve_peer_address(self, actual: Row | None) -> None:
        """Replace a host name by the address that the server has, or by its first one."""
        name = self.wanted.get("peer_address")
        if name is None or not values.is_host_name(name):
            return
        try:
            found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise errors.VpnError(
                f"peer_address: cannot resolve {errors.one_line(name)}: {error}. Set peer_address to an IP "
                "address."
            ) from None
        addresses = [str(info[4][0]).partition("%")[0] for info in found]
        here = str((actual or {}).get("peer_address"))
        self.wanted["peer_address"] = here if here in addresses else addresses[0]
        self.module.warn(
            f"peer_address {errors.one_line(name)} is resolved to {self.wanted['peer_address']} here, "
            "because the server stores an address. A later change of the name's address is a "
            "change of the connection."
        )

    def _plan(self, actual: Row | None, leftovers: tuple[Row, ...]) -> Plan:
        if actual is None and self.present and self.writable.kind is kinds.CONNECTION:
            self._check_service()
        dialect = self._known_dialect()
        plans = [
            self._try_plan(actual, leftovers, one)
            for one in ([dialect] if dialect else values.DIALECTS)
        ]
        if len({str(plan) for plan in plans}) > 1:
            plans = [self._try_plan(actual, leftovers, self._ask_dialect())]
        plan = plans[0]
        if isinstance(plan, errors.VpnError):
            raise plan
        return plan

    def _check_service(self) -> None:
        """Refuse an unknown service, for which Neutron returns an internal error."""
        service_id = self.wanted.get("vpnservice_id")
        given = self.params["vpn_service"]
        if (
            service_id
            and values.is_id(given)
            and not self.objects.with_id(kinds.VPN_SERVICE, service_id, REFERENCE_FIELDS)
        ):
            raise errors.VpnError(
                f"vpn_service: no VPN service has the ID {service_id}. Check the ID and the project."
            )

    def _try_plan(
        self, actual: Row | None, leftovers: tuple[Row, ...], dialect: str
    ) -> Plan | errors.VpnError:
        params = self.params
        context = Context(
            dialect=dialect,
            allow_new=bool(self.writable.renew and params[self.writable.renew]),
            update_psk=params.get("update_psk") != "on_create",
            wait=params.get("wait", False),
            check_mode=self.module.check_mode,
            leftovers=leftovers,
        )
        try:
            if (
                actual is not None
                and self.writable.used_by
                and (not self.present or needs_users(self.writable, self.wanted, actual, context))
            ):
                context = replace(context, users=self._users(actual, leftovers))
            if self.present:
                return plan_present(self.writable, self.wanted, actual, context)
            return plan_absent(self.writable, actual, context)
        except errors.VpnError as error:
            return error

    def _users(self, actual: Row, leftovers: tuple[Row, ...]) -> tuple[Row, ...]:
        """Return the connections that use the object; one list for the whole run."""
        if self._connections is None:
            self._connections = self.objects.every(kinds.CONNECTION, USER_FIELDS)
        ids = {actual["id"], *(row["id"] for row in leftovers)}
        return tuple(
            row
            for row in self._connections
            if any(row.get(name) in ids for name in self.writable.used_by)
        )

    def _known_dialect(self) -> str | None:
        if self.params["dialect"] != "auto":
            return str(self.params["dialect"])
        host = urlsplit(self.client.url).hostname or ""
        return "otc" if host.endswith(OTC_DOMAIN) else None

    def _ask_dialect(self) -> str:
        """Return the dialect of a server by its list of API extensions."""
        try:
            self.client.get("extensions", [("fields", "alias")])
        except errors.VpnError as error:
            if error.status != 404:
                raise
            return "otc"
        return "neutron"

    def _waiting(self) -> Waiting | None:
        if not self.params.get("wait"):
            return None
        return Waiting(self.params["wait_timeout"], self.params["wait_interval"])

    def _settled(self, row: Row | None, plan: Plan) -> Row | None:
        """Return the object when it is no longer pending, where that is waited for."""
        waiting = self._waiting()
        if row is None or waiting is None:
            return row
        if self.writable.kind is not kinds.CONNECTION and plan.action != "update":
            return row  # a service without a connection stays pending
        created = plan.action in ("create", "recreate")
        return settle(self.objects, self.writable.kind, row, waiting, fail_on_error=created)


def _parsed_options(writable: Writable, params: t.Mapping[str, t.Any]) -> Row:
    """Return the options that are given, parsed and keyed by the API's names.

    Raises VpnError for what no server accepts.
    """
    wanted = {}
    for one in writable.fields:
        if params[one.option] is None:
            continue
        value = values.parse(one, params[one.option])
        problems = [values.problem(one, value, dialect) for dialect in values.DIALECTS]
        if all(problems):
            raise errors.VpnError(problems[0])
        wanted[one.name] = value
    if "type" in wanted and "endpoints" in wanted:
        values.check_endpoints(wanted["type"], wanted["endpoints"])
    return wanted
