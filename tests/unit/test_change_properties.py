# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For any object and any wishes: a plan that is carried out leaves nothing to do, and predicts it.

LONG_TESTS=1 in the environment tries 10 000 examples in place of some dozens for each kind.
"""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._change import values
from ansible_collections.otc.vpn.plugins.module_utils._change.apply import Waiting, apply
from ansible_collections.otc.vpn.plugins.module_utils._change.plan import (
    CHANGED,
    Context,
    Plan,
    plan_absent,
    plan_present,
    predicted,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION
from ansible_collections.otc.vpn.plugins.module_utils._vpn.writing import (
    CONNECTIONS,
    ENDPOINT_GROUPS,
    Field,
    Writable,
)
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.unit.memory_api import DEFAULTS, WRITABLE, MemoryApi, Row

many = settings(
    max_examples=10_000 if os.environ.get("LONG_TESTS") else 60,
    suppress_health_check=list(HealthCheck),
)
IDS = [f"aaaaaaaa-0000-4000-8000-{number:012d}" for number in range(3)]
SUBNETS = [f"bbbbbbbb-0000-4000-8000-{number:012d}" for number in range(3)]
# What every object has that a server stores.
SAMPLES: Row = {
    "router_id": IDS[0],
    "vpnservice_id": IDS[0],
    "ikepolicy_id": IDS[0],
    "ipsecpolicy_id": IDS[0],
    "peer_address": "198.51.100.7",
    "peer_id": "gateway",
    "psk": "the key of before",
    "endpoints": ["10.9.0.0/24"],
}
NETWORKS = ["10.0.0.0/24", "10.0.0.1/24", "10.1.0.0/16", "192.168.7.0/24"]


def option_values(one: Field) -> st.SearchStrategy[t.Any]:
    """Return values of an option, good and bad."""
    if one.members:
        inner = {name: option_values(member) for name, member in one.members.items()}
        return st.fixed_dictionaries({}, optional=inner)
    if one.form == "endpoints":
        return st.lists(st.sampled_from(NETWORKS), min_size=1, max_size=3) | st.lists(
            st.sampled_from([*SUBNETS, SUBNETS[0].upper()]), min_size=1, max_size=3
        )
    if one.form == "networks":
        return st.lists(st.sampled_from(NETWORKS), max_size=3)
    if one.form == "id":
        return st.sampled_from([*IDS, IDS[0].upper()])
    if one.form == "address":
        return st.sampled_from(["198.51.100.7", "2001:DB8::1", "2001:db8:0::1", "198.51.100"])
    if one.spec["type"] == "bool":
        return st.sampled_from([True, True, True, False])
    if one.spec["type"] == "int":
        return st.sampled_from([0, 1, 20, 60, 119, 120, 1400, 1500, 86400, 2**31])
    if "choices" in one.spec:
        return st.sampled_from(list(one.spec["choices"]))
    return st.sampled_from(["", "a", "office", "another text", "x" * 100, "y" * 256])


@st.composite
def wishes(draw: st.DrawFn, writable: Writable, dialect: str) -> Row:
    """Return parsed options of a module, often all that are required and valid; the name is `tunnel`."""
    complete, valid = draw(st.booleans()), draw(st.booleans())
    legacy = draw(st.booleans())
    wanted: Row = {}
    for one in writable.fields:
        group = one.excludes and (legacy == (one.name == "peer_cidrs"))
        if one.name == "name" or not (
            (complete and (one.required or group)) or draw(st.booleans())
        ):
            continue
        if one.excludes and not group:
            continue  # the modules reject options that exclude each other
        try:
            value = values.parse(one, draw(option_values(one)))
        except VpnError:
            continue
        if not valid or not values.problem(one, value, dialect):
            wanted[one.name] = value
    wanted["name"] = "tunnel"
    return wanted


@st.composite
def worlds(draw: st.DrawFn, plural: str) -> tuple[Writable, MemoryApi, Row | None, Row, Context]:
    """Return a kind, an API, an object of the kind or none, wishes, and what else a plan depends on."""
    writable = WRITABLE[plural]
    dialect = draw(st.sampled_from(["neutron", "otc"]))
    api = MemoryApi(dialect)
    api.hides_psk = draw(st.booleans())
    actual = None
    if draw(st.integers(0, 3)):
        row = {**DEFAULTS[plural], **SAMPLES, **draw(wishes(writable, dialect))}
        row = {name: row[name] for name in (*(one.name for one in writable.fields),) if name in row}
        if "endpoints" in row:
            row["type"] = "subnet" if values.is_id(row["endpoints"][0]) else "cidr"
        for one in writable.fields:
            if one.form == "merge":
                row[one.name] = {**DEFAULTS[plural][one.name], **row[one.name]}
        if writable.has_status:
            row["status"] = draw(st.sampled_from(["ACTIVE", "DOWN", "ERROR", "PENDING_CREATE"]))
        if writable is CONNECTIONS and row.get("peer_cidrs"):
            row.update(local_ep_group_id=None, peer_ep_group_id=None)
        actual = api.add(writable.kind, row)
        if writable.used_by:
            for name in ("first", "second")[: draw(st.integers(0, 2))]:
                user = {**DEFAULTS[CONNECTION.plural], "name": name, "status": "ACTIVE"}
                user[draw(st.sampled_from(writable.used_by))] = actual["id"]
                api.add(CONNECTION, user)
    context = Context(
        dialect=dialect,
        users=tuple(api.users(writable.kind, actual["id"])) if actual else (),
        allow_new=draw(st.booleans()),
        update_psk=draw(st.booleans()),
        wait=draw(st.booleans()),
    )
    return writable, api, actual, draw(wishes(writable, dialect)), context


def carry_out(writable: Writable, api: MemoryApi, plan: Plan, context: Context) -> Row | None:
    """Carry out a plan, and return the object with the name."""
    known = {row["id"] for row in api.named(writable.kind, "tunnel")}
    waiting = Waiting() if context.wait and writable.has_status else None
    apply(plan, api, known, writable.kind, waiting)
    rows = api.named(writable.kind, "tunnel")
    assert len(rows) <= 1
    return rows[0] if rows else None


def shown(api: MemoryApi, writable: Writable, actual: Row | None) -> Row | None:
    return api.get(writable.kind, actual["id"]) if actual else None


@pytest.mark.parametrize("plural", WRITABLE)
@many
@given(data=st.data())
def test_carried_out_plan_leaves_nothing_to_do_and_was_predicted(
    plural: str, data: st.DataObject
) -> None:
    writable, api, actual, wanted, context = data.draw(worlds(plural))
    before = shown(api, writable, actual)
    try:
        plan = plan_present(writable, wanted, before, context)
    except VpnError:
        assert api.writes == []
        event("refused")
        return
    event(f"{writable.kind.title}: {plan.action}")
    result = carry_out(writable, api, plan, context)
    assert result is not None
    assert plan.changed == bool(api.writes) == (plan.action != "nothing")
    forecast = predicted(writable, before, plan)
    assert forecast is not None
    for one in writable.fields:
        if (
            one.name in result
            and not one.secret
            and (plan.action != "create" or one.name in wanted)
        ):
            spoken = values.spoken(one, forecast[one.name], context.dialect)
            assert spoken == result[one.name] or values.same(
                one, forecast[one.name], result[one.name]
            ), one.name
    users = tuple(api.users(writable.kind, result["id"]))
    assert len(users) == len(context.users)
    result["status"] = "ACTIVE"
    again = plan_present(writable, wanted, result, context_with(context, users))
    if api.hides_psk and "psk" in wanted and context.update_psk:
        assert again.after == {"psk": CHANGED}
    else:
        assert again == Plan("nothing")


def context_with(context: Context, users: tuple[Row, ...]) -> Context:
    return Context(context.dialect, users, context.allow_new, context.update_psk, context.wait)


@pytest.mark.parametrize("plural", WRITABLE)
@many
@given(data=st.data())
def test_secret_is_in_no_plan_but_in_bodies(plural: str, data: st.DataObject) -> None:
    writable, api, actual, wanted, context = data.draw(worlds(plural))
    wanted = {**wanted, **({"psk": "not-for-logs"} if "psk" in wanted else {})}
    try:
        plan = plan_present(writable, wanted, shown(api, writable, actual), context)
    except VpnError as error:
        texts: tuple[t.Any, ...] = (error,)
    else:
        forecast = predicted(writable, actual, plan)
        assert "psk" not in (forecast or {})
        texts = (plan.before, plan.after, plan.warnings, forecast)
    assert "not-for-logs" not in repr(texts)


@pytest.mark.parametrize("plural", WRITABLE)
@many
@given(data=st.data())
def test_removed_object_is_gone_unless_it_is_in_use(plural: str, data: st.DataObject) -> None:
    writable, api, actual, _wanted, context = data.draw(worlds(plural))
    try:
        plan = plan_absent(writable, actual, context)
    except VpnError as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert context.users
        assert all(user["id"] in refusal for user in context.users)
        return
    assert plan.changed == (actual is not None)
    assert carry_out(writable, api, plan, context) is None
    assert plan_absent(writable, None, context) == Plan("nothing")


@pytest.mark.parametrize("plural", WRITABLE)
@many
@given(
    data=st.data(), lost=st.dictionaries(st.integers(0, 5), st.sampled_from(["before", "after"]))
)
def test_lost_responses_never_make_second_object_nor_lose_change(
    plural: str, data: st.DataObject, lost: dict[int, str]
) -> None:
    writable, api, _actual, wanted, context = data.draw(worlds(plural))
    api.lost = lost
    for _run in range(10):
        rows = api.named(writable.kind, "tunnel")
        leftovers: tuple[Row, ...] = ()
        if len(rows) > 1:  # only a replacement that was interrupted leaves two
            assert writable is ENDPOINT_GROUPS
            field = next(one for one in writable.fields if one.name == "endpoints")
            fitting = [
                row for row in rows if values.same(field, wanted["endpoints"], row["endpoints"])
            ]
            assert len(fitting) == 1
            leftovers = tuple(row for row in rows if row is not fitting[0])
            rows = fitting
        row = rows[0] if rows else None
        users = [one for old in (*leftovers, *rows) for one in api.users(writable.kind, old["id"])]
        now = Context(
            context.dialect,
            tuple(users),
            context.allow_new,
            context.update_psk,
            context.wait,
            leftovers=leftovers,
        )
        try:
            plan = plan_present(writable, wanted, row, now)
        except VpnError:
            return
        event(plan.action)
        if plan.action == "nothing":
            return
        try:
            carry_out(writable, api, plan, now)
            return
        except VpnError as error:
            failure = error
        assert failure.temporary, failure
        api.sleep(60)
    raise AssertionError("ten runs did not reach what is wanted")
