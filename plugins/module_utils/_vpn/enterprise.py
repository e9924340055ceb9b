# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of Enterprise Edition VPN (API v5) as the facts that both editions have.

Private to this collection. What the API does not have is None, never a guess.
"""

from __future__ import annotations

import ipaddress
import typing as t
from datetime import datetime, timezone

from .._cloud import errors
from .facts import drop_secrets
from .states import connection_state, normalize_status

if t.TYPE_CHECKING:
    from . import kinds
    from .facts import Row

    ById = t.Mapping[str, t.Sequence[Row]]  # several rows can have the same ID

MAX_LOG_ENTRIES = 20

_EIPS = ("eip1", "eip2", "master_eip", "slave_eip")
_ROUTE_BASED = ("STATIC", "BGP")


def normalize_enterprise(kind: kinds.Kind, rows: list[Row], project_id: str) -> list[Row]:
    """Return the rows with every documented field, null where it is missing, without secrets.

    Every row also gets the edition and the project of the request, a connection its state. The rows
    are changed in place.
    """
    fields = frozenset(kind.fields)
    drop_secrets(rows, fields)
    for row in rows:
        for name in fields.difference(row):
            row[name] = None
        if "status" in fields:
            row["status"] = normalize_status(row["status"])
        if "state" in kind.derived:
            row["state"] = connection_state({"status": row["status"]})
        row["edition"] = kind.edition
        row["project_id"] = project_id
    return rows


def neutral_facts(row: Row, gateways: ById, customer_gateways: ById) -> Row:
    """Return what a connection of either edition has, under the names of Classic VPN."""
    own_gateways = _with_id(gateways, row.get("vgw_id"))
    gateway = own_gateways[0] if own_gateways else None
    ike = _mapping(row.get("ikepolicy"))
    ipsec = _mapping(row.get("ipsecpolicy"))
    dpd = _mapping(ike.get("dpd"))
    local_cidrs, remote_cidrs = _networks(row, gateway)
    method = ike.get("authentication_method")
    return {
        "vpn_service": gateway and {**gateway, "router_id": gateway.get("vpc_id")},
        "vpnservice_id": row.get("vgw_id"),
        "tenant_id": row.get("project_id"),
        "local_address": _local_address(row.get("vgw_ip"), own_gateways),
        "peer_address": _peer_address(_with_id(customer_gateways, row.get("cgw_id"))),
        "local_id": _string(ike.get("local_id")),
        "peer_id": None if ike.get("peer_id_type") == "any" else _string(ike.get("peer_id")),
        "local_cidrs": local_cidrs,
        "remote_cidrs": remote_cidrs,
        "ike_policy": _ike_policy(ike) if ike else None,
        "ipsec_policy": _ipsec_policy(ipsec) if ipsec else None,
        "auth_mode": "psk" if method == "pre-share" else method,
        # Their timeout is the time between retransmissions, not the one of Classic VPN.
        "dpd": {"action": None, "interval": dpd["interval"], "timeout": None}
        if dpd.get("interval") is not None
        else None,
        "description": None,
        "admin_state_up": None,
        "initiator": None,
        "mtu": None,
        "ikepolicy_id": None,
        "ipsecpolicy_id": None,
        "local_ep_group_id": None,
        "peer_ep_group_id": None,
        "local_ep_group": None,
        "peer_ep_group": None,
    }


def log_entries(answer: t.Mapping[str, t.Any]) -> list[dict[str, str | None]]:
    """Return the newest entries of a connection's log, the newest first."""
    logs = answer.get("logs")
    entries = [entry for entry in logs if isinstance(entry, dict)] if isinstance(logs, list) else []
    timed = [(_seconds(entry.get("time")), entry.get("raw_message")) for entry in entries]
    timed.sort(key=lambda pair: -1.0 if pair[0] is None else pair[0], reverse=True)
    return [
        {
            "time": _iso_time(seconds),
            "message": None if text is None else errors.one_line(str(text)),
        }
        for seconds, text in timed[:MAX_LOG_ENTRIES]
    ]


def _mapping(value: t.Any) -> Row:
    return value if isinstance(value, dict) else {}


def _string(value: t.Any) -> str | None:
    return value if isinstance(value, str) else None


def _with_id(objects: ById, object_id: t.Any) -> t.Sequence[Row]:
    return objects.get(object_id, ()) if isinstance(object_id, str) else ()


def _address(value: t.Any) -> str | None:
    """Return an IP address; None for anything else, such as a masked address or a host name."""
    try:
        return str(value) if isinstance(value, str) and ipaddress.ip_address(value) else None
    except ValueError:
        return None


def _local_address(vgw_ip: t.Any, gateways: t.Iterable[Row]) -> str | None:
    """Return the address of a gateway: `vgw_ip` is the ID of its EIP, or a private address."""
    if _address(vgw_ip):
        return _address(vgw_ip)
    eips = [_mapping(gateway.get(name)) for gateway in gateways for name in _EIPS]
    found = (_address(eip.get("ip_address")) for eip in eips if vgw_ip and eip.get("id") == vgw_ip)
    return next((address for address in found if address), None)


def _peer_address(customer_gateways: t.Sequence[Row]) -> str | None:
    values = (row.get(name) for row in customer_gateways[:1] for name in ("id_value", "ip"))
    return next((address for address in map(_address, values) if address), None)


def _networks(row: Row, gateway: Row | None) -> tuple[list[str] | None, list[str] | None]:
    """Return the local and the remote networks, each None unless all of them are known."""
    rules = row.get("policy_rules")
    if rules and str(row.get("style")).upper() not in _ROUTE_BASED:
        rules = [_mapping(rule) for rule in rules] if isinstance(rules, list) else [{}]
        destinations: list[t.Any] = []
        for rule in rules:
            destinations += _network_list(rule.get("destination")) or [None]
        return (
            _network_list([rule.get("source") for rule in rules]),
            _network_list(destinations),
        )
    return _network_list((gateway or {}).get("local_subnets")), _network_list(
        row.get("peer_subnets")
    )


def _network_list(value: t.Any) -> list[str] | None:
    """Return a list of strings, each once; None for an empty list and anything else."""
    if not value or not isinstance(value, list):
        return None
    return list(dict.fromkeys(value)) if all(isinstance(one, str) for one in value) else None


def _policy(policy: Row) -> Row:
    return {
        "id": None,
        "name": None,
        "auth_algorithm": policy.get("authentication_algorithm"),
        "encryption_algorithm": policy.get("encryption_algorithm"),
        "lifetime": _lifetime(policy.get("lifetime_seconds")),
    }


def _ike_policy(policy: Row) -> Row:
    return {
        **_policy(policy),
        "ike_version": policy.get("ike_version"),
        "phase1_negotiation_mode": policy.get("phase1_negotiation_mode"),
        "pfs": policy.get("dh_group") or policy.get("pfs"),
    }


def _ipsec_policy(policy: Row) -> Row:
    return {
        **_policy(policy),
        "transform_protocol": policy.get("transform_protocol"),
        # The only mode that the API documents.
        "encapsulation_mode": policy.get("encapsulation_mode") or "tunnel",
        "pfs": policy.get("pfs"),
    }


def _lifetime(seconds: t.Any) -> Row | None:
    if isinstance(seconds, str) and seconds.isdecimal() and len(seconds) < 19:
        seconds = int(seconds)
    return None if seconds is None else {"units": "seconds", "value": seconds}


def _seconds(value: t.Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _iso_time(seconds: float | None) -> str | None:
    try:
        if seconds is not None:
            moment = datetime.fromtimestamp(seconds, timezone.utc)
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        pass  # not a time
    return None
