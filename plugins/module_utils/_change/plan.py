# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to make an object what a user wants, as a pure function of both.

Private to this collection. Imports neither Ansible nor HTTP. Check mode, the diff and the requests
all come out of one plan, so that they cannot disagree.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._cloud import errors
from .._vpn import kinds
from . import values

if t.TYPE_CHECKING:
    from .._vpn import kinds
    from .._vpn.writing import Field, Writable

    Row = dict[str, t.Any]

NEW_ID = "\0new"  # in a body: the ID of the object that the plan has created before
CHANGED = "changed"  # what a diff has in place of a secret


class Missing(str):
    """The name of an object that does not exist yet: an earlier task would have created it."""


class Step(t.NamedTuple):
    """One write request."""

    method: str  # create, update or delete
    kind: kinds.Kind
    object_id: str = ""  # of update and delete
    body: t.Mapping[str, t.Any] = {}
    label: str = ""  # what messages call the object
    optional: bool = False  # whether a refusal is only a warning
    before: t.Mapping[str, t.Any] = {}  # what an update replaces, without secrets
    pending: bool = False  # whether to wait before the object can be changed


@dataclass(frozen=True)
class Context:
    """What a plan depends on, apart from the object itself."""

    dialect: str  # neutron or otc
    users: t.Sequence[Row] = ()  # the connections that refer to the object
    allow_new: bool = False  # whether an object may be replaced by a new one
    update_psk: bool = True  # whether an existing connection gets the key
    wait: bool = True  # whether a pending object may be waited for
    check_mode: bool = False
    leftovers: t.Sequence[Row] = ()  # groups that an interrupted replacement has left


@dataclass(frozen=True)
class Plan:
    """What to do; no steps mean that nothing has to be done."""

    action: str  # nothing, create, update, replace, resume, recreate or delete
    steps: tuple[Step, ...] = ()
    before: Row = field(default_factory=dict)  # the fields that change, without secrets
    after: Row = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    replaced_id: str | None = None

    @property
    def changed(self) -> bool:
        """Whether carrying out the plan changes anything."""
        return bool(self.steps)


class _Change(t.NamedTuple):
    field: Field
    value: t.Any  # to be sent
    before: t.Any
    after: t.Any


def plan_present(
    writable: Writable, wanted: t.Mapping[str, t.Any], actual: Row | None, context: Context
) -> Plan:
    """Return how the object gets the wanted values, which are parsed and keyed by the API's names.

    Raises VpnError for what cannot be done, before anything is.
    """
    if actual is None:
        return _create(writable, wanted, context)
    changes = _changes(writable, wanted, actual, context)
    warnings = _psk_warnings(changes, actual)
    frozen = [one for one in changes if not _updatable(one.field, actual)]
    if frozen or context.leftovers:
        return _renew(writable, wanted, actual, context, changes, frozen)
    if not changes:
        return Plan("nothing")
    _check_changes(writable, changes, actual, context)
    steps = [_update(writable, actual, changes, context)]
    if writable.frozen_in_use and context.users:
        _check_users_of_policy(writable, actual, context)
        # A server of this dialect applies the policy when a connection is updated: equal values do.
        steps += [
            Step(
                "update",
                kinds.CONNECTION,
                user["id"],
                {"name": user["name"]},
                label(kinds.CONNECTION, user),
            )
            for user in context.users
        ]
    return Plan(
        "update",
        tuple(steps),
        _before(changes),
        _after(changes),
        warnings,
    )


def plan_absent(writable: Writable, actual: Row | None, context: Context) -> Plan:
    """Return how the object is removed; raises VpnError if connections use it."""
    if actual is None:
        return Plan("nothing")
    warnings: tuple[str, ...] = ()
    if context.users:
        used = (
            f"Cannot remove {label(writable.kind, actual)}: it is used by {_named(context.users)}."
        )
        if not context.check_mode:
            raise errors.VpnError(f"{used} Remove these connections first.")
        warnings = (f"{used} An earlier task has to remove these connections.",)
    return Plan(
        "delete",
        (Step("delete", writable.kind, actual["id"], label=label(writable.kind, actual)),),
        {
            one.name: actual.get(one.name)
            for one in writable.fields
            if not one.secret and actual.get(one.name) not in (None, "", [])
        },
        {},
        warnings,
    )


def needs_users(
    writable: Writable, wanted: t.Mapping[str, t.Any], actual: Row, context: Context
) -> bool:
    """Return whether a plan depends on the connections that use the object."""
    changes = _changes(writable, wanted, actual, context)
    renews = context.allow_new and any(not _updatable(one.field, actual) for one in changes)
    return bool(writable.used_by) and (
        bool(context.leftovers)
        or (bool(changes) and (writable.frozen_in_use or renews or _pending(actual)))
    )


def predicted(writable: Writable, actual: Row | None, plan: Plan) -> Row | None:
    """Return what the object will be, without secrets; unknown fields are null."""
    if plan.action == "delete":
        return None
    row: Row = dict.fromkeys(writable.kind.names)
    row.update(actual or {})
    for one in writable.fields:
        if one.name in plan.after and not one.secret:
            value = plan.after[one.name]
            old = row.get(one.name)
            row[one.name] = {**old, **value} if isinstance(old, dict) else value
    if plan.action in ("replace", "recreate"):
        row["id"] = None
    row.pop("psk", None)
    return row


def label(kind: kinds.Kind, row: t.Mapping[str, t.Any]) -> str:
    """Return what messages call an object."""
    name = errors.one_line(str(row.get("name") or ""))[:80]
    object_id = errors.one_line(str(row.get("id") or ""))
    return " ".join(f"{kind.title} {name} {f'({object_id})' if object_id else ''}".split())


def _named(rows: t.Iterable[Row]) -> str:
    return ", ".join(
        f"{errors.one_line(str(row.get('name') or ''))[:80]} ({row['id']})".strip() for row in rows
    )


def _pending(row: t.Mapping[str, t.Any]) -> bool:
    return str(row.get("status") or "").startswith("PENDING")


def _changes(
    writable: Writable, wanted: t.Mapping[str, t.Any], actual: Row, context: Context
) -> list[_Change]:
    """Return the differences between what is wanted and what is there."""
    changes = []
    for one in writable.fields:
        if one.name not in wanted:
            continue
        value, old = wanted[one.name], actual.get(one.name)
        fixed = one.limits(context.dialect).fixed
        if (one.secret and not context.update_psk) or (value == fixed and old is None):
            continue
        if one.form == "merge":
            old = old if isinstance(old, dict) else {}
            value = {
                key: inner
                for key, inner in value.items()
                if not values.same(one.members[key], inner, old.get(key))
            }
            if value:
                changes.append(_Change(one, value, {key: old.get(key) for key in value}, value))
        elif isinstance(value, Missing) or not values.same(one, value, old):
            changes.append(_Change(one, value, old, value))
    return changes


def _psk_warnings(changes: t.Iterable[_Change], actual: Row) -> tuple[str, ...]:
    if any(one.field.secret for one in changes) and not actual.get("psk"):
        return (
            "The server does not return the pre-shared key, so whether it differs is unknown: it "
            "is sent and reported as changed on every run. Set update_psk to on_create to send it "
            "only to new connections.",
        )
    return ()


def _updatable(one: Field, actual: Row) -> bool:
    return one.update and not any(actual.get(other) for other in one.excludes)


def _update(
    writable: Writable, actual: Row, changes: t.Sequence[_Change], context: Context
) -> Step:
    return Step(
        "update",
        writable.kind,
        actual["id"],
        {one.field.name: values.spoken(one.field, one.value, context.dialect) for one in changes},
        label(writable.kind, actual),
        before=_before(changes),
        pending=_pending(actual),
    )


def _create(writable: Writable, wanted: t.Mapping[str, t.Any], context: Context) -> Plan:
    body = _new_body(writable, wanted, context, "Creating")
    return Plan(
        "create",
        (Step("create", writable.kind, body=body, label=label(writable.kind, wanted)),),
        {},
        {
            one.name: wanted[one.name]
            for one in writable.fields
            if one.name in wanted and not one.secret
        },
    )


def _new_body(
    writable: Writable, wanted: t.Mapping[str, t.Any], context: Context, doing: str
) -> Row:
    """Return the body of a POST; raises VpnError for what no server or this one does not accept."""
    kind = writable.kind
    missing = [one.option for one in writable.fields if one.required and one.name not in wanted]
    if kind is kinds.CONNECTION and "peer_cidrs" not in wanted:
        groups = ("local_ep_group", "peer_ep_group")
        missing += [name for name in groups if f"{name}_id" not in wanted]
        missing = (
            ["local_ep_group and peer_ep_group, or peer_cidrs"] if missing == [*groups] else missing
        )
    if missing:
        raise errors.VpnError(
            f"{doing} {label(kind, wanted)} requires {', '.join(missing)}. Set these options."
        )
    if kind is kinds.CONNECTION and wanted.get("admin_state_up") is False:
        raise errors.VpnError(
            f"{doing} {label(kind, wanted)} with admin_state_up: false is not possible, because a "
            "connection that starts disabled stays pending and cannot be enabled. Create it "
            "enabled, then disable it."
        )
    _check_dpd(wanted, {})
    if "endpoints" in wanted:
        values.check_endpoints(wanted["type"], wanted["endpoints"])
    body = {}
    for one in writable.fields:
        if one.name in wanted:
            _check(one, wanted[one.name], context.dialect)
            if one.limits(context.dialect).fixed is None:
                body[one.name] = values.spoken(one, wanted[one.name], context.dialect)
    return body


def _check(one: Field, value: t.Any, dialect: str) -> None:
    found = values.problem(one, value, dialect)
    if found:
        raise errors.VpnError(found)


def _check_dpd(wanted: t.Mapping[str, t.Any], actual: t.Mapping[str, t.Any]) -> None:
    if not wanted.get("dpd"):
        return
    dpd = {"interval": 30, "timeout": 120, **(actual.get("dpd") or {}), **wanted["dpd"]}
    interval, timeout = dpd["interval"], dpd["timeout"]
    if isinstance(interval, int) and isinstance(timeout, int) and timeout <= interval:
        raise errors.VpnError(
            f"dpd.timeout must be greater than dpd.interval, got: {timeout} and {interval}."
        )


def _check_changes(
    writable: Writable, changes: t.Sequence[_Change], actual: Row, context: Context
) -> None:
    for one in changes:
        _check(one.field, one.value, context.dialect)
    _check_dpd({one.field.name: one.value for one in changes}, actual)
    if not _pending(actual):
        return
    where = f"Cannot change {label(writable.kind, actual)} while it is {actual['status']}"
    if writable.used_by and not context.users:
        raise errors.VpnError(
            f"{where}: it stays so until its first connection. Create that first."
        )
    if not context.wait:
        raise errors.VpnError(f"{where}. Set wait to true, or try again later.")


def _check_users_of_policy(writable: Writable, actual: Row, context: Context) -> None:
    if context.dialect != "otc":
        raise errors.VpnError(
            f"Cannot change {label(writable.kind, actual)}: Neutron does not change a policy that "
            f"is in use, and it is used by {_named(context.users)}. Create a second policy, and "
            "the connections with recreate: true."
        )
    _check_users_settled(writable, actual, context)


def _check_users_settled(writable: Writable, actual: Row, context: Context) -> None:
    pending = [user for user in context.users if _pending(user)]
    if pending:
        raise errors.VpnError(
            f"Cannot change {label(writable.kind, actual)} while connections that use it are "
            f"pending: {_named(pending)}. Try again later."
        )


def _renew(
    writable: Writable,
    wanted: t.Mapping[str, t.Any],
    actual: Row,
    context: Context,
    changes: t.Sequence[_Change],
    frozen: t.Sequence[_Change],
) -> Plan:
    """Return the plan with a new object, where the user allows one."""
    options = ", ".join(one.field.option for one in frozen)
    cannot = f"Cannot change {options} of {label(writable.kind, actual)}"
    if not writable.renew:
        raise errors.VpnError(
            f"{cannot}: the API does not support it. Remove the object, then create it again."
        )
    if any(one.field.option == "type" for one in frozen):
        raise errors.VpnError(f"{cannot}: create an endpoint group with another name.")
    if not context.allow_new:
        raise errors.VpnError(
            f"{cannot}: the API does not support it. Set {writable.renew} to true to replace the "
            "object by a new one with another ID."
        )
    if writable.kind is kinds.CONNECTION:
        return _recreate(writable, wanted, actual, context, changes)
    return _replace(writable, wanted, actual, context, changes)


def _kept(writable: Writable, wanted: t.Mapping[str, t.Any], actual: Row) -> Row:
    """Return the wanted values, and those of the old object for options that are not given."""
    excluded = {other for one in writable.fields if one.name in wanted for other in one.excludes}
    kept: Row = {}
    for one in writable.fields:
        value = actual.get(one.name)
        if one.form == "merge":
            old = value if isinstance(value, dict) else {}
            kept[one.name] = {
                **{key: old[key] for key in one.members if old.get(key) is not None},
                **wanted.get(one.name, {}),
            }
            if kept[one.name] in ({}, one.default):
                del kept[one.name]
        elif one.name in wanted:
            kept[one.name] = wanted[one.name]
        elif not (one.secret or one.name in excluded or value in (None, "", [], one.default)):
            kept[one.name] = value
    return kept


def _recreate(
    writable: Writable,
    wanted: t.Mapping[str, t.Any],
    actual: Row,
    context: Context,
    changes: t.Sequence[_Change],
) -> Plan:
    if "psk" not in wanted:
        raise errors.VpnError(
            f"Recreating {label(writable.kind, actual)} requires psk, because the key of the old "
            "connection is lost with it."
        )
    body = _new_body(writable, _kept(writable, wanted, actual), context, "Recreating")
    name = label(writable.kind, actual)
    dropped = {
        other: actual[other] for one in changes for other in one.field.excludes if actual.get(other)
    }
    cleared: Row = {
        other: [] if isinstance(value, list) else None for other, value in dropped.items()
    }
    return Plan(
        "recreate",
        (
            Step("delete", writable.kind, actual["id"], label=name),
            Step("create", writable.kind, body=body, label=name),
        ),
        {"id": actual["id"], **dropped, **_before(changes)},
        {"id": "(a new one: the tunnel is interrupted)", **cleared, **_after(changes)},
        replaced_id=actual["id"],
    )


def _replace(
    writable: Writable,
    wanted: t.Mapping[str, t.Any],
    actual: Row,
    context: Context,
    changes: t.Sequence[_Change],
) -> Plan:
    """Return the plan that creates a group, moves all connections to it, and removes the old one.

    With leftovers the new group is already there.
    """
    _check_users_settled(writable, actual, context)
    kind = writable.kind
    steps: list[Step] = []
    if context.leftovers:
        old_groups, new_id = list(context.leftovers), actual["id"]
        rest = [one for one in changes if _updatable(one.field, actual)]
        _check_changes(writable, rest, actual, context)
        if rest:
            steps.append(_update(writable, actual, rest, context))
    else:
        old_groups, new_id = [actual], NEW_ID
        _check_versions(wanted, actual, context)
        body = _new_body(writable, _kept(writable, wanted, actual), context, "Replacing")
        steps.append(Step("create", kind, body=body, label=label(kind, actual)))
    old_ids = {group["id"] for group in old_groups}
    for user in context.users:
        moved = {name: new_id for name in writable.used_by if user.get(name) in old_ids}
        if moved:
            old = {name: user[name] for name in moved}
            steps.append(
                Step(
                    "update",
                    kinds.CONNECTION,
                    user["id"],
                    moved,
                    label(kinds.CONNECTION, user),
                    before=old,
                )
            )
    steps += [
        Step("delete", kind, group["id"], label=label(kind, group), optional=True)
        for group in old_groups
    ]
    before = {"id": ", ".join(group["id"] for group in old_groups)}
    after = {"id": "(a new one)" if not context.leftovers else actual["id"]}
    return Plan(
        "replace" if not context.leftovers else "resume",
        tuple(steps),
        {**before, **_before(changes)},
        {**after, **_after(changes)},
        replaced_id=old_groups[0]["id"],
    )


def _check_versions(wanted: t.Mapping[str, t.Any], actual: Row, context: Context) -> None:
    """Refuse networks of another IP version: the connections' other groups would not fit."""
    new, old = wanted.get("endpoints") or [], actual.get("endpoints") or []
    versions = [{":" in str(one) for one in endpoints} for endpoints in (new, old)]
    if context.users and actual.get("type") == "cidr" and versions[0] != versions[1]:
        raise errors.VpnError(
            f"endpoints must keep their IP version, because {_named(context.users)} use the "
            "endpoint group together with another one of that version."
        )


def _before(changes: t.Iterable[_Change]) -> Row:
    return {one.field.name: one.before for one in changes if not one.field.secret}


def _after(changes: t.Iterable[_Change]) -> Row:
    return {one.field.name: CHANGED if one.field.secret else one.after for one in changes}
