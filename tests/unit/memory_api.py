# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tiny model of the VPN API in memory, with the rules of real servers for writing."""

from __future__ import annotations

import copy
import itertools
import typing as t

from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION, Kind
from ansible_collections.otc.vpn.plugins.module_utils._vpn.writing import (
    CONNECTIONS,
    ENDPOINT_GROUPS,
    IKE_POLICIES,
    IPSEC_POLICIES,
    SERVICES,
)

Row = dict[str, t.Any]

WRITABLE = {
    one.kind.plural: one
    for one in (SERVICES, IKE_POLICIES, IPSEC_POLICIES, ENDPOINT_GROUPS, CONNECTIONS)
}
DEFAULTS: dict[str, Row] = {
    "vpnservices": {"description": "", "subnet_id": None, "admin_state_up": True},
    "ikepolicies": {
        "description": "",
        "auth_algorithm": "sha1",
        "encryption_algorithm": "aes-128",
        "pfs": "group5",
        "ike_version": "v1",
        "phase1_negotiation_mode": "main",
        "lifetime": {"units": "seconds", "value": 3600},
    },
    "ipsecpolicies": {
        "description": "",
        "auth_algorithm": "sha1",
        "encryption_algorithm": "aes-128",
        "pfs": "group5",
        "transform_protocol": "esp",
        "encapsulation_mode": "tunnel",
        "lifetime": {"units": "seconds", "value": 3600},
    },
    "endpoint_groups": {"description": ""},
    "ipsec_site_connections": {
        "description": "",
        "local_id": "",
        "mtu": 1500,
        "initiator": "bi-directional",
        "dpd": {"action": "hold", "interval": 30, "timeout": 120},
        "admin_state_up": True,
        "peer_cidrs": [],
        "local_ep_group_id": None,
        "peer_ep_group_id": None,
    },
}


class MemoryApi:
    """The objects of one project.

    `lost` maps the number of a write request (from 0) to "before" or "after": whether its
    connection breaks before or after the server carries it out.
    """

    def __init__(self, dialect: str = "neutron", lost: t.Mapping[int, str] | None = None) -> None:
        self.dialect = dialect
        self.objects: dict[str, list[Row]] = {plural: [] for plural in WRITABLE}
        self.writes: list[tuple[str, str]] = []
        self.hides_psk = False
        self.lost = dict(lost or {})
        self._ids = itertools.count(1)
        self._clock = 0.0

    def add(self, kind: Kind, row: Row) -> Row:
        """Store an object as it is, with an ID."""
        row = {**row, "id": f"00000000-0000-4000-8000-{next(self._ids):012d}"}
        self.objects[kind.plural].append(row)
        return row

    def users(self, kind: Kind, object_id: str) -> list[Row]:
        """Return the connections that refer to an object."""
        names = WRITABLE[kind.plural].used_by
        return [
            row
            for row in self.objects[CONNECTION.plural]
            if any(row.get(name) == object_id for name in names)
        ]

    def named(self, kind: Kind, name: str) -> list[Row]:
        return [self._shown(row) for row in self.objects[kind.plural] if row["name"] == name]

    def get(self, kind: Kind, object_id: str) -> Row | None:
        row = self._find(kind, object_id)
        return None if row is None else self._shown(row)

    def post(self, kind: Kind, body: t.Mapping[str, t.Any]) -> Row:
        def create() -> Row:
            fields = {one.name for one in WRITABLE[kind.plural].fields}
            assert set(body) <= fields, "the server does not know this field"
            row = {**copy.deepcopy(DEFAULTS[kind.plural]), **body}
            if kind is CONNECTION:
                row["dpd"] = {**DEFAULTS[kind.plural]["dpd"], **body.get("dpd", {})}
            if WRITABLE[kind.plural].has_status:
                row["status"] = "PENDING_CREATE"
            return self._shown(self.add(kind, row))

        return t.cast("Row", self._write("POST", kind, create))

    def put(self, kind: Kind, object_id: str, body: t.Mapping[str, t.Any]) -> Row:
        def update() -> Row:
            assert body, "an update without differences may drop tunnels"
            row = self._existing(kind, object_id)
            writable = WRITABLE[kind.plural]
            read_only = {one.name for one in writable.fields if not one.update}
            if set(body) & read_only:
                raise VpnError("Cannot update read-only attribute", status=400)
            if str(row.get("status", "")).startswith("PENDING"):
                raise VpnError("Invalid state for updating", status=400)
            frozen = writable.frozen_in_use and self.dialect == "neutron"
            if frozen and self.users(kind, object_id):
                raise VpnError("Policy is in use", status=409)
            for name, value in body.items():
                merged = isinstance(value, dict)
                row[name] = {**row[name], **value} if merged else value
            return self._shown(row)

        return t.cast("Row", self._write("PUT", kind, update))

    def delete(self, kind: Kind, object_id: str) -> bool:
        def remove() -> bool:
            if self._find(kind, object_id) is None:
                return False
            if kind is not CONNECTION and self.users(kind, object_id):
                raise VpnError("Object is in use", status=409)
            self.objects[kind.plural].remove(self._existing(kind, object_id))
            return True

        return bool(self._write("DELETE", kind, remove))

    def sleep(self, seconds: float) -> None:
        """Let time pass: whatever is pending settles."""
        self._clock += seconds
        for rows in self.objects.values():
            for row in rows:
                if str(row.get("status", "")).startswith("PENDING"):
                    row["status"] = "DOWN"

    def now(self) -> float:
        return self._clock

    def _write(self, method: str, kind: Kind, carry_out: t.Callable[[], t.Any]) -> t.Any:
        fate = self.lost.get(len(self.writes))
        self.writes.append((method, kind.plural))
        if fate == "before":
            raise VpnError("The connection broke.", temporary=True)
        result = carry_out()
        if fate == "after":
            raise VpnError("The connection broke.", temporary=True)
        return result

    def _find(self, kind: Kind, object_id: str) -> Row | None:
        return next((row for row in self.objects[kind.plural] if row["id"] == object_id), None)

    def _existing(self, kind: Kind, object_id: str) -> Row:
        row = self._find(kind, object_id)
        if row is None:
            raise VpnError("Not found", status=404)
        return row

    def _shown(self, row: Row) -> Row:
        shown = copy.deepcopy(row)
        if self.hides_psk:
            shown.pop("psk", None)
        return shown
