# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of changes: their steps and diffs, why changes are refused, and what failures report."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._change.apply import Waiting, apply, settle
from ansible_collections.otc.vpn.plugins.module_utils._change.plan import (
    NEW_ID,
    Context,
    Missing,
    Plan,
    Step,
    label,
    needs_users,
    plan_absent,
    plan_present,
    predicted,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import (
    CONNECTION,
    ENDPOINT_GROUP,
    IKE_POLICY,
    VPN_SERVICE,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.writing import (
    CONNECTIONS,
    ENDPOINT_GROUPS,
    IKE_POLICIES,
    SERVICES,
    Writable,
)

from tests.unit.memory_api import MemoryApi, Row

NEUTRON = Context("neutron")
OTC = Context("otc")
SERVICE: Row = {"id": "s-1", "name": "service", "router_id": "r-1", "status": "ACTIVE"}
IKE: Row = {
    "id": "i-1",
    "name": "ike",
    "auth_algorithm": "sha256",
    "encryption_algorithm": "aes-128",
    "lifetime": {"units": "seconds", "value": 3600},
}
GROUP: Row = {"id": "g-1", "name": "group", "type": "cidr", "endpoints": ["10.0.0.0/24"]}
TUNNEL: Row = {
    "id": "c-1",
    "name": "tunnel",
    "vpnservice_id": "s-1",
    "ikepolicy_id": "i-1",
    "ipsecpolicy_id": "p-1",
    "local_ep_group_id": "g-1",
    "peer_ep_group_id": "g-2",
    "peer_cidrs": [],
    "peer_address": "198.51.100.1",
    "peer_id": "198.51.100.1",
    "psk": "secret",
    "mtu": 1500,
    "dpd": {"action": "hold", "interval": 30, "timeout": 120},
    "status": "ACTIVE",
    "admin_state_up": True,
}
NEW: Row = {
    name: value for name, value in TUNNEL.items() if name not in ("id", "status", "peer_cidrs")
}
PENDING: Row = {**TUNNEL, "status": "PENDING_UPDATE"}
USED = replace(NEUTRON, users=(TUNNEL, {**TUNNEL, "id": "c-2", "name": None}))


def refusal(writable: Writable, wanted: Row, actual: Row | None, context: Context) -> str:
    """Return why there is no plan."""
    with pytest.raises(VpnError) as caught:
        plan_present(writable, wanted, actual, context)
    return str(caught.value)


# --- what is refused ---


@pytest.mark.parametrize(
    ("writable", "wanted", "actual", "context", "sentence"),
    [
        (
            SERVICES,
            {"name": "a\nb"},
            None,
            NEUTRON,
            "Creating VPN service a b requires router. Set these options.",
        ),
        (
            CONNECTIONS,
            {"name": "x", "psk": "secret"},
            None,
            NEUTRON,
            (
                "Creating IPsec connection x requires vpn_service, ike_policy, ipsec_policy, "
                "peer_address, peer_id, local_ep_group, peer_ep_group. Set these options."
            ),
        ),
        (
            CONNECTIONS,
            {name: value for name, value in NEW.items() if "group" not in name},
            None,
            NEUTRON,
            (
                "Creating IPsec connection tunnel requires local_ep_group and peer_ep_group, or "
                "peer_cidrs. Set these options."
            ),
        ),
        (
            CONNECTIONS,
            {name: value for name, value in NEW.items() if name != "peer_ep_group_id"},
            None,
            NEUTRON,
            "Creating IPsec connection tunnel requires peer_ep_group. Set these options.",
        ),
        (
            CONNECTIONS,
            {**NEW, "admin_state_up": False},
            None,
            NEUTRON,
            (
                "Creating IPsec connection tunnel with admin_state_up: false is not possible, "
                "because a connection that starts disabled stays pending and cannot be enabled. "
                "Create it enabled, then disable it."
            ),
        ),
        (
            CONNECTIONS,
            {**NEW, "mtu": 67},
            None,
            NEUTRON,
            "mtu must be between 68 and 2147483647 on Neutron, got: 67.",
        ),
        (CONNECTIONS, {**NEW, "mtu": 1400}, None, OTC, "mtu must be 1500 on Open Telekom Cloud."),
        (
            CONNECTIONS,
            {**NEW, "dpd": {"interval": 120}},
            None,
            NEUTRON,
            "dpd.timeout must be greater than dpd.interval, got: 120 and 120.",
        ),
        (
            CONNECTIONS,
            {**NEW, "dpd": {"timeout": 30}},
            None,
            NEUTRON,
            "dpd.timeout must be greater than dpd.interval, got: 30 and 30.",
        ),
        (
            CONNECTIONS,
            {"dpd": {"timeout": 50}},
            {**TUNNEL, "dpd": {"interval": 50, "timeout": 120}},
            NEUTRON,
            "dpd.timeout must be greater than dpd.interval, got: 50 and 50.",
        ),
        (
            CONNECTIONS,
            {"mtu": 67},
            TUNNEL,
            NEUTRON,
            "mtu must be between 68 and 2147483647 on Neutron, got: 67.",
        ),
        (
            ENDPOINT_GROUPS,
            {"name": "x", "type": "subnet", "endpoints": ["10.0.0.0/8"]},
            None,
            NEUTRON,
            (
                "endpoints of an endpoint group of type subnet must each be the ID of a subnet, "
                "got: 10.0.0.0/8."
            ),
        ),
        (
            SERVICES,
            {"router_id": "r-2"},
            SERVICE,
            NEUTRON,
            (
                "Cannot change router of VPN service service (s-1): the API does not support it. "
                "Remove the object, then create it again."
            ),
        ),
        (
            ENDPOINT_GROUPS,
            {"type": "subnet"},
            GROUP,
            replace(NEUTRON, allow_new=True),
            (
                "Cannot change type of endpoint group group (g-1): create an endpoint group with "
                "another name."
            ),
        ),
        (
            ENDPOINT_GROUPS,
            {"endpoints": ["10.1.0.0/24"]},
            GROUP,
            NEUTRON,
            (
                "Cannot change endpoints of endpoint group group (g-1): the API does not support "
                "it. Set replace to true to replace the object by a new one with another ID."
            ),
        ),
        (
            ENDPOINT_GROUPS,
            {"endpoints": ["2001:db8::/32"]},
            GROUP,
            replace(USED, allow_new=True),
            (
                "endpoints must keep their IP version, because tunnel (c-1), (c-2) use the "
                "endpoint group together with another one of that version."
            ),
        ),
        (
            ENDPOINT_GROUPS,
            {"endpoints": ["10.1.0.0/24"]},
            GROUP,
            replace(NEUTRON, allow_new=True, users=(PENDING, TUNNEL)),
            (
                "Cannot change endpoint group group (g-1) while connections that use it are "
                "pending: tunnel (c-1). Try again later."
            ),
        ),
        (
            CONNECTIONS,
            {"ikepolicy_id": "i-2", "vpnservice_id": "s-2"},
            TUNNEL,
            NEUTRON,
            (
                "Cannot change vpn_service, ike_policy of IPsec connection tunnel (c-1): the API "
                "does not support it. Set recreate to true to replace the object by a new one with "
                "another ID."
            ),
        ),
        (
            CONNECTIONS,
            {"ikepolicy_id": "i-2"},
            TUNNEL,
            replace(NEUTRON, allow_new=True),
            (
                "Recreating IPsec connection tunnel (c-1) requires psk, because the key of the old "
                "connection is lost with it."
            ),
        ),
        (
            CONNECTIONS,
            {"ikepolicy_id": "i-2", "psk": "secret"},
            {**TUNNEL, "peer_id": ""},
            replace(NEUTRON, allow_new=True),
            "Recreating IPsec connection tunnel requires peer_id. Set these options.",
        ),
        (
            ENDPOINT_GROUPS,
            {"name": "group", "endpoints": ["10.1.0.0/24"]},
            {**GROUP, "type": None},
            replace(NEUTRON, allow_new=True),
            "Replacing endpoint group group requires type. Set these options.",
        ),
        (
            CONNECTIONS,
            {"mtu": 1400},
            PENDING,
            replace(NEUTRON, wait=False),
            (
                "Cannot change IPsec connection tunnel (c-1) while it is PENDING_UPDATE. Set wait "
                "to true, or try again later."
            ),
        ),
        (
            SERVICES,
            {"description": "x"},
            {**SERVICE, "status": "PENDING_CREATE"},
            NEUTRON,
            (
                "Cannot change VPN service service (s-1) while it is PENDING_CREATE: it stays so "
                "until its first connection. Create that first."
            ),
        ),
        (
            IKE_POLICIES,
            {"description": "x"},
            IKE,
            USED,
            (
                "Cannot change IKE policy ike (i-1): Neutron does not change a policy that is in "
                "use, and it is used by tunnel (c-1), (c-2). Create a second policy, and the "
                "connections with recreate: true."
            ),
        ),
        (
            IKE_POLICIES,
            {"description": "x"},
            IKE,
            replace(OTC, users=(PENDING, TUNNEL)),
            (
                "Cannot change IKE policy ike (i-1) while connections that use it are pending: "
                "tunnel (c-1). Try again later."
            ),
        ),
    ],
)
def test_change_that_is_not_possible_is_refused(
    writable: Writable, wanted: Row, actual: Row | None, context: Context, sentence: str
) -> None:
    assert refusal(writable, wanted, actual, context) == sentence


def test_object_in_use_is_removed_in_check_mode_with_warning() -> None:
    used = "Cannot remove IKE policy ike (i-1): it is used by tunnel (c-1), (c-2)."
    with pytest.raises(VpnError) as caught:
        plan_absent(IKE_POLICIES, IKE, USED)
    assert str(caught.value) == f"{used} Remove these connections first."
    plan = plan_absent(IKE_POLICIES, IKE, replace(USED, check_mode=True))
    assert plan.warnings == (f"{used} An earlier task has to remove these connections.",)
    assert plan == Plan(
        "delete",
        (Step("delete", IKE_POLICY, "i-1", label="IKE policy ike (i-1)"),),
        {name: value for name, value in IKE.items() if name != "id"},
        {},
        plan.warnings,
    )


# --- steps and diffs ---


def test_removal_has_values_that_are_lost_without_secret() -> None:
    plan = plan_absent(CONNECTIONS, {**TUNNEL, "description": "", "local_id": None}, NEUTRON)
    empty_or_other = ("id", "status", "psk", "peer_cidrs")
    assert plan.before == {key: TUNNEL[key] for key in TUNNEL if key not in empty_or_other}
    assert (plan.action, plan.after, plan.warnings) == ("delete", {}, ())
    assert predicted(CONNECTIONS, TUNNEL, plan) is None
    assert plan_absent(CONNECTIONS, None, NEUTRON) == Plan("nothing")


def test_creation_sends_what_server_accepts() -> None:
    wanted = {**NEW, "mtu": 1500, "local_id": "", "peer_cidrs": ()}
    plan = plan_present(CONNECTIONS, wanted, None, OTC)
    (step,) = plan.steps
    assert step == Step("create", CONNECTION, body=step.body, label="IPsec connection tunnel")
    fixed = ("mtu", "admin_state_up")
    assert step.body == {name: value for name, value in NEW.items() if name not in fixed}
    assert plan.before == {}
    assert plan.after == {name: value for name, value in wanted.items() if name != "psk"}
    (step,) = plan_present(CONNECTIONS, NEW, None, NEUTRON).steps
    assert step.body == NEW
    (step,) = plan_present(IKE_POLICIES, {**IKE, "name": "x"}, None, OTC).steps
    assert step.body["auth_algorithm"] == "sha2-256"


def test_object_that_does_not_exist_yet_is_not_checked() -> None:
    wanted = {**NEW, "ikepolicy_id": Missing("a name of an earlier task")}
    assert plan_present(CONNECTIONS, wanted, None, NEUTRON).action == "create"
    wanted = {"peer_ep_group_id": Missing("g-2")}
    assert plan_present(CONNECTIONS, wanted, TUNNEL, NEUTRON).after == wanted


def test_update_has_changes_only() -> None:
    wanted = {"name": "tunnel", "psk": "secret", "dpd": {"action": "hold", "interval": 20}}
    plan = plan_present(CONNECTIONS, wanted, TUNNEL, NEUTRON)
    assert plan == Plan(
        "update",
        (
            Step(
                "update",
                CONNECTION,
                "c-1",
                {"dpd": {"interval": 20}},
                "IPsec connection tunnel (c-1)",
                before={"dpd": {"interval": 30}},
            ),
        ),
        {"dpd": {"interval": 30}},
        {"dpd": {"interval": 20}},
    )
    forecast = predicted(CONNECTIONS, TUNNEL, plan)
    assert forecast is not None
    assert forecast["dpd"] == {"action": "hold", "interval": 20, "timeout": 120}
    assert forecast["id"] == "c-1"
    assert "psk" not in forecast
    plan = plan_present(CONNECTIONS, {"mtu": 1400}, PENDING, NEUTRON)
    assert plan.steps[0].pending
    assert plan_present(CONNECTIONS, {"mtu": 1500, "psk": "secret"}, TUNNEL, NEUTRON) == Plan(
        "nothing"
    )
    assert plan_present(CONNECTIONS, {"mtu": 1500}, {**TUNNEL, "mtu": None}, OTC) == Plan("nothing")
    dpd = {"dpd": {"interval": 20}}
    plan = plan_present(CONNECTIONS, dpd, {**TUNNEL, "dpd": None}, NEUTRON)
    assert (plan.before, plan.after) == ({"dpd": {"interval": None}}, dpd)


def test_key_is_word_in_diff_and_unknown_key_is_sent_with_warning() -> None:
    plan = plan_present(CONNECTIONS, {"psk": "another"}, TUNNEL, NEUTRON)
    assert (plan.before, plan.after, plan.warnings) == ({}, {"psk": "changed"}, ())
    assert plan.steps[0].body == {"psk": "another"}
    assert plan.steps[0].before == {}
    hidden = {**TUNNEL, "psk": None}
    plan = plan_present(CONNECTIONS, {"psk": "secret"}, hidden, NEUTRON)
    assert plan.warnings == (
        "The server does not return the pre-shared key, so whether it differs is unknown: it is "
        "sent and reported as changed on every run. Set update_psk to on_create to send it only "
        "to new connections.",
    )
    keep = replace(NEUTRON, update_psk=False)
    assert plan_present(CONNECTIONS, {"psk": "another"}, hidden, keep) == Plan("nothing")
    plan = plan_present(CONNECTIONS, {"psk": "another", "mtu": 1400}, hidden, keep)
    assert (plan.after, plan.warnings) == ({"mtu": 1400}, ())


def test_algorithm_is_updated_in_word_of_server() -> None:
    for context, word in ((NEUTRON, "sha384"), (OTC, "sha2-384")):
        plan = plan_present(IKE_POLICIES, {"auth_algorithm": "sha384"}, IKE, context)
        assert plan.steps[0].body == {"auth_algorithm": word}
        assert plan.after == {"auth_algorithm": "sha384"}


def test_policy_in_use_is_applied_by_updating_connections_of_open_telekom_cloud() -> None:
    context = replace(OTC, users=(TUNNEL,))
    plan = plan_present(
        IKE_POLICIES, {"description": "x", "lifetime": IKE["lifetime"]}, IKE, context
    )
    assert plan.steps == (
        Step(
            "update",
            IKE_POLICY,
            "i-1",
            {"description": "x"},
            "IKE policy ike (i-1)",
            before={"description": None},
        ),
        Step("update", CONNECTION, "c-1", {"name": "tunnel"}, "IPsec connection tunnel (c-1)"),
    )
    plan = plan_present(SERVICES, {"description": "x"}, SERVICE, context)
    assert len(plan.steps) == 1


def test_recreated_connection_keeps_its_other_values() -> None:
    actual = {**TUNNEL, "description": "old", "mtu": 1400, "peer_id": ""}
    wanted = {
        "peer_cidrs": ["10.0.0.0/8"],
        "psk": "new key",
        "peer_id": "x",
        "dpd": {"interval": 9},
    }
    plan = plan_present(CONNECTIONS, wanted, actual, replace(NEUTRON, allow_new=True))
    kept = ("name", "vpnservice_id", "ikepolicy_id", "ipsecpolicy_id", "peer_address")
    name = "IPsec connection tunnel (c-1)"
    assert plan.steps == (
        Step("delete", CONNECTION, "c-1", label=name),
        Step(
            "create",
            CONNECTION,
            body={
                **{key: TUNNEL[key] for key in kept},
                **wanted,
                "dpd": {"action": "hold", "interval": 9, "timeout": 120},
                "mtu": 1400,
                "description": "old",
            },
            label=name,
        ),
    )
    assert (plan.action, plan.replaced_id) == ("recreate", "c-1")
    groups = {"local_ep_group_id": "g-1", "peer_ep_group_id": "g-2"}
    assert plan.before == {
        "id": "c-1",
        **groups,
        "peer_cidrs": [],
        "peer_id": "",
        "dpd": {"interval": 30},
    }
    assert plan.after == {
        "id": "(a new one: the tunnel is interrupted)",
        **dict.fromkeys(groups),
        "peer_cidrs": ["10.0.0.0/8"],
        "peer_id": "x",
        "psk": "changed",
        "dpd": {"interval": 9},
    }
    forecast = predicted(CONNECTIONS, actual, plan)
    assert forecast is not None
    assert forecast["id"] is None
    legacy = {**TUNNEL, **dict.fromkeys(groups), "peer_cidrs": ["10.0.0.0/8"], "dpd": None}
    wanted = {**groups, "psk": "new key"}
    plan = plan_present(CONNECTIONS, wanted, legacy, replace(NEUTRON, allow_new=True))
    assert plan.action == "recreate"
    assert not {"peer_cidrs", "dpd"} & set(plan.steps[1].body)
    assert plan.after["peer_cidrs"] == []


def test_replaced_group_moves_its_connections() -> None:
    users = (TUNNEL, {**TUNNEL, "id": "c-2", "peer_ep_group_id": "g-1"})
    context = replace(NEUTRON, allow_new=True, users=users)
    wanted = {"name": "group", "endpoints": ["10.1.0.0/24"], "description": "new"}
    plan = plan_present(ENDPOINT_GROUPS, wanted, GROUP, context)
    name = "endpoint group group (g-1)"
    assert plan.steps == (
        Step("create", ENDPOINT_GROUP, body={**wanted, "type": "cidr"}, label=name),
        Step(
            "update",
            CONNECTION,
            "c-1",
            {"local_ep_group_id": NEW_ID},
            "IPsec connection tunnel (c-1)",
            before={"local_ep_group_id": "g-1"},
        ),
        Step(
            "update",
            CONNECTION,
            "c-2",
            {"local_ep_group_id": NEW_ID, "peer_ep_group_id": NEW_ID},
            "IPsec connection tunnel (c-2)",
            before={"local_ep_group_id": "g-1", "peer_ep_group_id": "g-1"},
        ),
        Step("delete", ENDPOINT_GROUP, "g-1", label=name, optional=True),
    )
    assert (plan.action, plan.replaced_id) == ("replace", "g-1")
    assert plan.before == {"id": "g-1", "endpoints": ["10.0.0.0/24"], "description": None}
    assert plan.after == {"id": "(a new one)", "endpoints": ["10.1.0.0/24"], "description": "new"}
    forecast = predicted(ENDPOINT_GROUPS, GROUP, plan)
    assert forecast is not None
    assert (forecast["id"], forecast["endpoints"]) == (None, ["10.1.0.0/24"])


def test_interrupted_replacement_is_resumed() -> None:
    new = {**GROUP, "id": "g-9", "endpoints": ["10.1.0.0/24"]}
    context = replace(NEUTRON, users=(TUNNEL,), leftovers=(GROUP, {**GROUP, "id": "g-3"}))
    wanted = {"endpoints": ["10.1.0.0/24"], "description": "new"}
    plan = plan_present(ENDPOINT_GROUPS, wanted, new, replace(context, allow_new=True))
    name = "endpoint group group"
    assert plan.steps == (
        Step(
            "update",
            ENDPOINT_GROUP,
            "g-9",
            {"description": "new"},
            f"{name} (g-9)",
            before={"description": None},
        ),
        Step(
            "update",
            CONNECTION,
            "c-1",
            {"local_ep_group_id": "g-9"},
            "IPsec connection tunnel (c-1)",
            before={"local_ep_group_id": "g-1"},
        ),
        Step("delete", ENDPOINT_GROUP, "g-1", label=f"{name} (g-1)", optional=True),
        Step("delete", ENDPOINT_GROUP, "g-3", label=f"{name} (g-3)", optional=True),
    )
    assert (plan.action, plan.replaced_id) == ("resume", "g-1")
    assert (plan.before["id"], plan.after["id"]) == ("g-1, g-3", "g-9")


@pytest.mark.parametrize(
    ("writable", "wanted", "actual", "context", "needed"),
    [
        (IKE_POLICIES, {"description": "x"}, IKE, NEUTRON, True),
        (IKE_POLICIES, {"name": "ike"}, IKE, NEUTRON, False),
        (SERVICES, {"description": "x"}, SERVICE, NEUTRON, False),
        (SERVICES, {"description": "x"}, {**SERVICE, "status": "PENDING_CREATE"}, NEUTRON, True),
        (ENDPOINT_GROUPS, {"endpoints": ["10.1.0.0/24"]}, GROUP, NEUTRON, False),
        (ENDPOINT_GROUPS, {"endpoints": ["10.1.0.0/24"]}, GROUP, replace(NEUTRON, allow_new=True), True),
        (ENDPOINT_GROUPS, {"description": "x"}, GROUP, replace(NEUTRON, allow_new=True), False),
        (ENDPOINT_GROUPS, {"name": "group"}, GROUP, replace(NEUTRON, leftovers=(GROUP,)), True),
        (CONNECTIONS, {"mtu": 1400}, PENDING, NEUTRON, False),
    ],
)  # fmt: skip
def test_users_are_read_if_plan_depends_on_them(
    writable: Writable, wanted: Row, actual: Row, context: Context, needed: bool
) -> None:
    assert needs_users(writable, wanted, actual, context) is needed


def test_label_is_one_short_line() -> None:
    assert label(VPN_SERVICE, {"name": "a\nb", "id": "x"}) == "VPN service a b (x)"
    assert label(VPN_SERVICE, {"name": "n" * 99}) == f"VPN service {'n' * 80}"
    assert label(VPN_SERVICE, {"id": "x"}) == "VPN service (x)"


# --- failures while a plan is carried out ---


def carried_out(api: MemoryApi, writable: Writable, wanted: Row, **known: t.Any) -> str:
    """Carry out a plan that fails, and return the sentence."""
    actual = known.pop("actual", None)
    plan = plan_present(writable, wanted, actual, known.pop("context", NEUTRON))
    ids = {actual["id"]} if actual else set()
    with pytest.raises(VpnError) as caught:
        apply(plan, api, ids, writable.kind, known.pop("waiting", None))
    return str(caught.value)


POLICY = {name: value for name, value in IKE.items() if name != "id"}


def test_creation_that_is_lost_is_not_repeated() -> None:
    api = MemoryApi(lost={0: "before"})
    assert carried_out(api, IKE_POLICIES, POLICY) == (
        "The connection broke. No IKE policy ike has been created so far. Run the task again."
    )
    assert api.writes == [("POST", "ikepolicies")]
    assert api.now() == 7  # 1, 2 and 4 seconds between four looks


def test_creation_whose_response_is_lost_is_found() -> None:
    api = MemoryApi(lost={0: "after"})
    outcome = apply(plan_present(IKE_POLICIES, POLICY, None, NEUTRON), api, set(), IKE_POLICY, None)
    assert outcome.row == api.named(IKE_POLICY, "ike")[0]
    assert (outcome.updated_connections, outcome.warnings) == ([], [])
    assert api.now() == 0


def test_connection_of_changed_policy_is_updated_although_request_is_lost() -> None:
    for lost in ("before", "after"):
        api = MemoryApi("otc", lost={1: lost})
        policy = api.add(IKE_POLICY, POLICY)
        user = api.add(CONNECTION, {**NEW, "ikepolicy_id": policy["id"], "status": "ACTIVE"})
        plan = plan_present(IKE_POLICIES, {"description": "x"}, policy, replace(OTC, users=(user,)))
        outcome = apply(plan, api, {policy["id"]}, IKE_POLICY, None)
        assert outcome.updated_connections == [{"id": user["id"], "name": "tunnel"}]
        # The connection is the same before and after, so only a response tells that it arrived.
        assert api.writes[1:] == [("PUT", CONNECTION.plural)] * 2


def replacing(lost: dict[int, str]) -> tuple[MemoryApi, Row, Row, Plan]:
    """Return an API, a group and a connection with it, and the plan that replaces the group."""
    api = MemoryApi(lost=lost)
    group = api.add(ENDPOINT_GROUP, {name: value for name, value in GROUP.items() if name != "id"})
    user = api.add(
        CONNECTION,
        {**NEW, "peer_cidrs": [], "peer_ep_group_id": group["id"], "status": "ACTIVE"},
    )
    context = replace(NEUTRON, allow_new=True, users=(dict(user),))
    return (
        api,
        group,
        user,
        plan_present(ENDPOINT_GROUPS, {"endpoints": ["10.1.0.0/24"]}, group, context),
    )


def test_connections_get_id_of_new_group() -> None:
    api, old, user, plan = replacing({})
    outcome = apply(plan, api, {old["id"]}, ENDPOINT_GROUP, None)
    (new,) = api.named(ENDPOINT_GROUP, "group")
    assert outcome.row == new
    assert new["id"] != old["id"]
    assert user["peer_ep_group_id"] == new["id"]
    assert outcome.updated_connections == [{"id": user["id"], "name": "tunnel"}]


def test_group_that_no_connection_takes_is_removed_again() -> None:
    api, old, user, plan = replacing({})
    user["status"] = "PENDING_UPDATE"  # so that the server refuses to update it
    with pytest.raises(VpnError) as caught:
        apply(plan, api, {old["id"]}, ENDPOINT_GROUP, None)
    assert str(caught.value) == "Invalid state for updating"
    assert api.named(ENDPOINT_GROUP, "group") == [old]


def test_group_that_is_kept_is_warning() -> None:
    api, old, user, plan = replacing({})
    api.add(CONNECTION, {**user, "name": "other"})
    outcome = apply(plan, api, {old["id"]}, ENDPOINT_GROUP, None)
    assert outcome.warnings == [f"endpoint group group ({old['id']}) is kept: Object is in use"]


def test_failure_reports_steps_that_were_completed() -> None:
    api = MemoryApi("otc", lost={1: "before", 2: "before", 3: "before"})
    policy = api.add(IKE_POLICY, POLICY)
    user = api.add(CONNECTION, {**NEW, "ikepolicy_id": policy["id"], "status": "ACTIVE"})
    context = replace(OTC, users=(user,))
    sentence = carried_out(api, IKE_POLICIES, {"description": "x"}, actual=policy, context=context)
    assert sentence == (
        "The connection broke. Before that, these steps were completed: update IKE policy ike "
        f"({policy['id']})."
    )
    assert len(api.writes) == 4


def test_pending_object_is_waited_for_until_timeout() -> None:
    api = MemoryApi()
    row = api.add(CONNECTION, {**NEW, "status": "PENDING_UPDATE"})
    context = replace(NEUTRON)
    sentence = carried_out(
        api, CONNECTIONS, {"mtu": 1400}, actual=row, context=context, waiting=Waiting(timeout=0)
    )
    assert sentence == (
        "Timed out after 0 seconds (wait_timeout) waiting for IPsec connection tunnel "
        f"({row['id']}) to leave PENDING_UPDATE. The object is kept."
    )
    plan = plan_present(CONNECTIONS, {"mtu": 1400}, row, context)
    outcome = apply(plan, api, {row["id"]}, CONNECTION, Waiting(interval=3))
    assert outcome.row
    assert (outcome.row["mtu"], api.now()) == (1400, 3)


class Settling(MemoryApi):
    """An API whose pending object gets a status, or is deleted, when time passes."""

    def __init__(self, status: str) -> None:
        super().__init__()
        self.status = status

    def sleep(self, seconds: float) -> None:
        """Settle the only object."""
        self._clock += seconds
        rows = self.objects[CONNECTION.plural]
        rows[:] = [{**row, "status": self.status} for row in rows if self.status]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("", "IPsec connection tunnel (c-1) was deleted while it was PENDING_UPDATE."),
        (
            "ERROR",
            "IPsec connection tunnel (c-1) has status ERROR. Check the settings of the object, and "
            "ask the operator of the cloud for the reason.",
        ),
        (
            "PENDING_CREATE",
            "Timed out after 9 seconds (wait_timeout) waiting for IPsec connection tunnel (c-1) to "
            "leave PENDING_CREATE. The object is kept.",
        ),
    ],
)
def test_object_that_does_not_settle_is_failure(status: str, sentence: str) -> None:
    api = Settling(status)
    api.objects[CONNECTION.plural].append(PENDING)
    with pytest.raises(VpnError) as caught:
        settle(api, CONNECTION, PENDING, Waiting(9, 5))
    assert str(caught.value) == sentence
    assert api.now() == (9 if status.startswith("PENDING") else 5)


def test_settled_object_is_returned_at_once() -> None:
    api = MemoryApi()
    error = {**TUNNEL, "status": "ERROR"}
    for row in (TUNNEL, error, {"id": "x", "status": None}):
        assert settle(api, CONNECTION, row, Waiting()) is row
    with pytest.raises(VpnError, match="has status ERROR"):
        settle(api, CONNECTION, error, Waiting(), fail_on_error=True)
    assert api.now() == 0
