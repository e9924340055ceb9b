# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out a plan: one request a step, and never a second object after a lost response.

Private to this collection. Imports neither Ansible nor HTTP: the API is a small protocol.
"""

from __future__ import annotations

import contextlib
import typing as t

from .._cloud import errors
from .plan import NEW_ID, label

if t.TYPE_CHECKING:
    from .._vpn import kinds
    from .plan import Plan, Step

    Row = dict[str, t.Any]

MAX_LOOKS = 4  # how often an object is looked for after a lost response
MAX_ATTEMPTS = 3


class Api(t.Protocol):
    """What carrying out a plan needs of the API; all calls raise VpnError."""

    def named(self, kind: kinds.Kind, name: str) -> list[Row]:
        """Return the project's objects with a name."""

    def get(self, kind: kinds.Kind, object_id: str) -> Row | None:
        """Return an object, or None if it does not exist."""

    def post(self, kind: kinds.Kind, body: t.Mapping[str, t.Any]) -> Row:
        """Create an object once and return it; never repeats the request."""

    def put(self, kind: kinds.Kind, object_id: str, body: t.Mapping[str, t.Any]) -> Row:
        """Update an object once and return it; never repeats the request."""

    def delete(self, kind: kinds.Kind, object_id: str) -> bool:
        """Delete an object once; return False if it does not exist."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def now(self) -> float:
        """Return the time in seconds, from any start."""


class Waiting(t.NamedTuple):
    """How long to wait for an object that is pending (seconds)."""

    timeout: float = 300.0
    interval: float = 5.0


class Outcome(t.NamedTuple):
    """What carrying out a plan has led to."""

    row: Row | None  # the object as the server returned it last; None if nothing was returned
    updated_connections: list[dict[str, str]]
    warnings: list[str]


def apply(
    plan: Plan,
    api: Api,
    known_ids: t.Collection[str],
    own: kinds.Kind,
    waiting: Waiting | None,
) -> Outcome:
    """Carry out a plan for an object of the kind `own`; raises VpnError.

    `known_ids` are the IDs that had the object's name before. Without `waiting` nothing is waited
    for.
    """
    row: Row | None = None
    new_id = ""
    updated: list[dict[str, str]] = []
    warnings: list[str] = []
    done: list[str] = []
    for step in plan.steps:
        body = {name: new_id if value == NEW_ID else value for name, value in step.body.items()}
        try:
            if step.method == "create":
                row = _create(api, step, body, known_ids)
                new_id = row["id"]
            elif step.method == "update" and step.kind is own:
                row = _update(api, step, body, waiting)
                warnings += _psk_warnings(body, row)
            elif step.method == "update":
                answer = _update(api, step, body, waiting)
                updated.append({"id": step.object_id, "name": str(answer.get("name") or "")})
            else:
                _delete(api, step, waiting, warnings)
        except errors.VpnError as error:
            if new_id and not updated and _refused(error) and step.kind is not own:
                _undo(api, own, new_id)
                raise
            raise (_after_progress(error, done) if done else error) from None
        done.append(f"{step.method} {step.label}")
    return Outcome(row, updated, warnings)


def _after_progress(error: errors.VpnError, done: t.Sequence[str]) -> errors.VpnError:
    """Return the error with what has been done before it."""
    return errors.VpnError(
        f"{error} Before that, these steps were completed: {', '.join(done)}.",
        status=error.status,
        temporary=error.temporary,
    )


def settle(
    api: Api, kind: kinds.Kind, row: Row, waiting: Waiting, fail_on_error: bool = False
) -> Row:
    """Return the object once it is no longer pending.

    Raises VpnError on timeout, if the object is deleted meanwhile, and on status ERROR.
    """
    end = api.now() + waiting.timeout
    waited = False
    while _status(row).startswith("PENDING"):
        if api.now() >= end:
            raise errors.VpnError(
                f"Timed out after {waiting.timeout:g} seconds (wait_timeout) waiting for "
                f"{label(kind, row)} to leave {_status(row)}. The object is kept."
            )
        api.sleep(max(0.0, min(waiting.interval, end - api.now())))
        waited = True
        found = api.get(kind, row["id"])
        if found is None:
            raise errors.VpnError(f"{label(kind, row)} was deleted while it was {_status(row)}.")
        row = found
    if _status(row) == "ERROR" and (waited or fail_on_error):
        raise errors.VpnError(
            f"{label(kind, row)} has status ERROR. Check the settings of the object, and ask the "
            "operator of the cloud for the reason."
        )
    return row


def _status(row: Row) -> str:
    return str(row.get("status") or "")


def _refused(error: errors.VpnError) -> bool:
    """Return whether the server has certainly not carried out the request."""
    status = error.status or 0
    return error.unprocessed or (300 <= status < 500 and status != 408)


def _create(api: Api, step: Step, body: t.Mapping[str, t.Any], known_ids: t.Collection[str]) -> Row:
    name = str(body["name"])
    lost: errors.VpnError | None = None
    row: Row | None = None
    try:
        row = api.post(step.kind, body)
    except errors.VpnError as error:
        if _refused(error):
            raise
        lost = error
    new: list[Row] = []
    for look in range(MAX_LOOKS):
        try:
            new = [one for one in api.named(step.kind, name) if one["id"] not in known_ids]
        except errors.VpnError:
            if lost is None:
                raise
        if new or lost is None or look == MAX_LOOKS - 1:
            break
        api.sleep(min(2.0**look, 5.0))
    if lost is not None and not new:
        # The request may still arrive: to send it a second time could make a second object.
        raise errors.VpnError(
            f"{str(lost).rstrip('.')}. No {step.kind.title} {errors.one_line(name)[:80]} has been created so far. Run the "
            "task again.",
            status=lost.status,
            temporary=True,
        )
    ids = {one["id"] for one in new} | ({row["id"]} if row else set())
    if not new:
        raise errors.VpnError(
            f"{step.kind.title} {errors.one_line(name)[:80]} ({', '.join(ids)}) was created, but the "
            "server does not list it, so the next run would create another one. Assign a role with "
            "read access to VPN."
        )
    if len(ids) > 1:
        raise errors.VpnError(
            f"{len(ids)} objects named {errors.one_line(name)[:80]} were created at the same time: "
            f"{', '.join(sorted(ids))}. Remove all but one."
        )
    return new[0]


def _update(api: Api, step: Step, body: t.Mapping[str, t.Any], waiting: Waiting | None) -> Row:
    if step.pending and waiting is not None:
        row = api.get(step.kind, step.object_id)
        if row is not None:
            settle(api, step.kind, row, waiting)
    for attempt in range(MAX_ATTEMPTS):
        try:
            return api.put(step.kind, step.object_id, body)
        except errors.VpnError as error:
            if _refused(error) or attempt == MAX_ATTEMPTS - 1:
                raise
            lost = error
        api.sleep(2.0**attempt)
        row = api.get(step.kind, step.object_id)
        if row is None:
            raise errors.VpnError(f"{step.label} was deleted while it was being changed.") from lost
        # A value that is the same as before does not tell whether the request has arrived.
        shown = [name for name in body if name in step.before or (name == "psk" and row.get("psk"))]
        open_names = [name for name in shown if not _contains(row.get(name), body[name])]
        if shown and not open_names:
            return row
        for name in open_names:
            if name in step.before and not _contains(row.get(name), step.before[name]):
                raise errors.VpnError(
                    f"Somebody else changed {name} of {step.label} at the same time. Run the task "
                    "again."
                ) from lost
    raise AssertionError  # the last attempt returns or raises


def _contains(actual: t.Any, sent: t.Any) -> bool:
    """Return whether the server has what was sent; dictionaries are merged there, lists are sets."""
    if isinstance(sent, dict) and isinstance(actual, dict):
        return all(actual.get(name) == value for name, value in sent.items())
    if isinstance(sent, list) and isinstance(actual, list):
        return sorted(map(str, sent)) == sorted(map(str, actual))
    return bool(actual == sent)


def _delete(api: Api, step: Step, waiting: Waiting | None, warnings: list[str]) -> None:
    for attempt in range(MAX_ATTEMPTS):
        try:
            api.delete(step.kind, step.object_id)
            break
        except errors.VpnError as error:
            if step.optional and _refused(error):
                warnings.append(f"{step.label} is kept: {error}")
                return
            if _refused(error) or attempt == MAX_ATTEMPTS - 1:
                raise
        api.sleep(2.0**attempt)
        if api.get(step.kind, step.object_id) is None:
            return
    if waiting is not None:
        end = api.now() + waiting.timeout
        while api.get(step.kind, step.object_id) is not None:
            if api.now() >= end:
                raise errors.VpnError(
                    f"Timed out after {waiting.timeout:g} seconds (wait_timeout) waiting for "
                    f"{step.label} to be deleted."
                )
            api.sleep(waiting.interval)


def _undo(api: Api, kind: kinds.Kind, new_id: str) -> None:
    """Remove a group that no connection has taken, so that a failure leaves what was there."""
    # The failure itself is what is reported; the next run goes on from a group that stays.
    with contextlib.suppress(errors.VpnError):
        api.delete(kind, new_id)


def _psk_warnings(body: t.Mapping[str, t.Any], answer: Row) -> list[str]:
    if "psk" in body and answer.get("psk") and answer["psk"] != body["psk"]:
        return [
            "The server returns another pre-shared key than the one that was sent, so the key is "
            "sent and reported as changed on every run. Set update_psk to on_create to send it "
            "only to new connections."
        ]
    return []
