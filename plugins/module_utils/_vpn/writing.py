# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be written, as data: one row a field, from which option, body and comparison are made.

Private to this collection. Sources: the API of Neutron VPNaaS 29 and the documents of Open Telekom
Cloud's Classic VPN.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import kinds

MAX_INTEGER = 2**31 - 1  # what the column of a database takes
MAX_TEXT = 255


@dataclass(frozen=True)
class Limits:
    """Which values of a field one kind of server accepts."""

    choices: tuple[str, ...] = ()
    minimum: int = 0  # of a number, or of the length of a string
    maximum: int = MAX_INTEGER
    fixed: t.Any = None  # the only value; never sent
    reason: str = ""  # why other values are refused


@dataclass(frozen=True)
class Field:
    """A field of the API, and the option that sets it."""

    option: str
    spec: t.Mapping[str, t.Any]  # as Ansible's argument spec has it
    neutron: Limits = Limits()
    otc: Limits | None = None  # None: the same as on Neutron
    api: str = ""  # the field's name in the API, if the option has another one
    form: str = "plain"  # how values are parsed and compared: a key of _change.values.FORMS
    required: bool = False  # to create an object
    update: bool = True  # whether a PUT can change it
    default: t.Any = None  # what a server assumes at creation
    refers_to: kinds.Kind | None = None
    excludes: tuple[str, ...] = ()  # fields that an object with this one cannot have
    members: t.Mapping[str, Field] = field(default_factory=dict)  # of a dictionary

    @property
    def name(self) -> str:
        """The name of the field in the API."""
        return self.api or self.option

    @property
    def secret(self) -> bool:
        """Whether the value must never be shown."""
        return bool(self.spec.get("no_log"))

    def limits(self, dialect: str) -> Limits:
        """Return what a server of this dialect accepts."""
        return self.otc if self.otc is not None and dialect == "otc" else self.neutron


@dataclass(frozen=True)
class Writable:
    """How objects of a kind are created, changed and removed."""

    kind: kinds.Kind
    fields: tuple[Field, ...]
    used_by: tuple[str, ...] = ()  # the fields of a connection that contain the object's ID
    frozen_in_use: bool = False  # whether Neutron refuses every change of an object in use
    renew: str = ""  # the option that allows a new object in place of the old one
    own_options: t.Mapping[str, dict[str, t.Any]] = field(default_factory=dict)

    @property
    def has_status(self) -> bool:
        """Whether objects of the kind are pending for a while after a change."""
        return "wait" in self.own_options


_TEXT = {"type": "str"}
_FLAG = {"type": "bool"}
_NUMBER = {"type": "int"}


def _choice(option: str, *choices: str, **columns: t.Any) -> Field:
    """Return a field that takes the same words everywhere."""
    return Field(
        option, {"type": "str", "choices": list(choices)}, Limits(choices=choices), **columns
    )


def _reference(option: str, api: str, kind: kinds.Kind, **columns: t.Any) -> Field:
    return Field(option, _TEXT, api=api, form="id", refers_to=kind, **columns)


_NAME = Field(
    "name",
    _TEXT,
    Limits(minimum=1, maximum=MAX_TEXT),
    Limits(minimum=1, maximum=64),
    form="name",
    required=True,
)
_DESCRIPTION = Field("description", _TEXT, Limits(maximum=MAX_TEXT), default="")

# Neutron 29 stores these and cannot read them back: every list of the kind fails from then on.
_UNREADABLE = "Neutron cannot read policies with sha1 or 3des back. Choose a stronger algorithm."
_BLOCK_MODES = tuple(
    f"aes-{bits}-{mode}-{octets}"
    for mode in ("ccm", "gcm")
    for bits in (128, 192, 256)
    for octets in (8, 12, 16)
)
_COUNTER_MODES = ("aes-128-ctr", "aes-192-ctr", "aes-256-ctr")
_AES = ("aes-128", "aes-192", "aes-256")
_NEUTRON_HASHES = ("sha256", "sha384", "sha512", "aes-xcbc", "aes-cmac")
_OTC_HASHES = ("md5", "sha1", "sha2-256", "sha2-384", "sha2-512")
_NEUTRON_GROUPS = tuple(f"group{number}" for number in (2, 5, *range(14, 32)))
_OTC_GROUPS = tuple(f"group{number}" for number in (1, 2, 5, 14, 15, 16, 19, 20, 21))

_ALGORITHMS = (
    Field(
        "auth_algorithm",
        {"type": "str", "choices": [*_NEUTRON_HASHES[:3], *_OTC_HASHES, *_NEUTRON_HASHES[3:]]},
        Limits(choices=_NEUTRON_HASHES, reason=_UNREADABLE),
        Limits(choices=_OTC_HASHES),
        form="algorithm",
        required=True,
    ),
    Field(
        "encryption_algorithm",
        {"type": "str", "choices": [*_AES, "3des", *_COUNTER_MODES, *_BLOCK_MODES]},
        Limits(choices=(*_AES, *_COUNTER_MODES, *_BLOCK_MODES), reason=_UNREADABLE),
        Limits(choices=("3des", *_AES)),
        form="algorithm",
        required=True,
    ),
    Field(
        "pfs",
        {"type": "str", "choices": ["group1", *_NEUTRON_GROUPS, "disable"]},
        Limits(choices=_NEUTRON_GROUPS),
        Limits(choices=(*_OTC_GROUPS, "disable")),
    ),
    Field(
        "lifetime",
        _NUMBER,
        Limits(minimum=60),
        Limits(minimum=60, maximum=604800),
        form="lifetime",
    ),
)

WAIT_OPTIONS: dict[str, dict[str, t.Any]] = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 300.0},
    "wait_interval": {"type": "float", "default": 5.0},
}

SERVICES = Writable(
    kinds.VPN_SERVICE,
    (
        _NAME,
        _reference("router", "router_id", kinds.ROUTER, required=True, update=False),
        Field("subnet_id", _TEXT, form="id", update=False),
        _DESCRIPTION,
        Field("admin_state_up", _FLAG, otc=Limits(fixed=True), default=True),
    ),
    used_by=("vpnservice_id",),
    own_options=WAIT_OPTIONS,
)
IKE_POLICIES = Writable(
    kinds.IKE_POLICY,
    (
        _NAME,
        _DESCRIPTION,
        *_ALGORITHMS,
        _choice("ike_version", "v1", "v2"),
        _choice("phase1_negotiation_mode", "main", "aggressive"),
    ),
    used_by=("ikepolicy_id",),
    frozen_in_use=True,
)
IPSEC_POLICIES = Writable(
    kinds.IPSEC_POLICY,
    (
        _NAME,
        _DESCRIPTION,
        *_ALGORITHMS,
        Field(
            "transform_protocol",
            {"type": "str", "choices": ["esp", "ah", "ah-esp"]},
            Limits(
                choices=("esp", "ah"),
                reason="Neutron accepts no IPsec connection with an ah-esp policy.",
            ),
            Limits(choices=("esp", "ah", "ah-esp")),
        ),
        _choice("encapsulation_mode", "tunnel", "transport"),
    ),
    used_by=("ipsecpolicy_id",),
    frozen_in_use=True,
)
ENDPOINT_GROUPS = Writable(
    kinds.ENDPOINT_GROUP,
    (
        _NAME,
        _choice("type", "subnet", "cidr", required=True, update=False),
        Field(
            "endpoints",
            {"type": "list", "elements": "str"},
            form="endpoints",
            required=True,
            update=False,
        ),
        _DESCRIPTION,
    ),
    used_by=("local_ep_group_id", "peer_ep_group_id"),
    renew="replace",
    own_options={"replace": {"type": "bool", "default": False}},
)
_DPD_DEFAULT = {"action": "hold", "interval": 30, "timeout": 120}
_DPD = {
    "action": _choice("action", "clear", "hold", "restart", "disabled", "restart-by-peer"),
    "interval": Field("interval", _NUMBER, Limits(minimum=1)),
    "timeout": Field("timeout", _NUMBER, Limits(minimum=2)),
}
CONNECTIONS = Writable(
    kinds.CONNECTION,
    (
        _NAME,
        _reference("vpn_service", "vpnservice_id", kinds.VPN_SERVICE, required=True, update=False),
        _reference("ike_policy", "ikepolicy_id", kinds.IKE_POLICY, required=True, update=False),
        _reference(
            "ipsec_policy", "ipsecpolicy_id", kinds.IPSEC_POLICY, required=True, update=False
        ),
        _reference(
            "local_ep_group", "local_ep_group_id", kinds.ENDPOINT_GROUP, excludes=("peer_cidrs",)
        ),
        _reference(
            "peer_ep_group", "peer_ep_group_id", kinds.ENDPOINT_GROUP, excludes=("peer_cidrs",)
        ),
        Field(
            "peer_cidrs",
            {"type": "list", "elements": "str"},
            otc=Limits(fixed=(), reason="It requires endpoint groups."),
            form="networks",
            excludes=("local_ep_group_id", "peer_ep_group_id"),
        ),
        Field(
            "peer_address",
            _TEXT,
            Limits(minimum=1, maximum=MAX_TEXT),
            Limits(minimum=1, maximum=250),
            form="address",
            required=True,
        ),
        Field(
            "peer_id",
            _TEXT,
            Limits(minimum=1, maximum=MAX_TEXT),
            Limits(minimum=1, maximum=250),
            required=True,
        ),
        Field("local_id", _TEXT, Limits(maximum=MAX_TEXT), Limits(fixed=""), default=""),
        Field(
            "psk",
            {"type": "str", "no_log": True},
            Limits(minimum=1, maximum=MAX_TEXT),
            Limits(minimum=6, maximum=128),
            form="psk",
            required=True,
        ),
        _choice("initiator", "bi-directional", "response-only", default="bi-directional"),
        Field("mtu", _NUMBER, Limits(minimum=68), Limits(fixed=1500), default=1500),
        Field(
            "dpd",
            {"type": "dict", "options": {name: dict(one.spec) for name, one in _DPD.items()}},
            form="merge",
            default=_DPD_DEFAULT,
            members=_DPD,
        ),
        Field("admin_state_up", _FLAG, otc=Limits(fixed=True), default=True),
        Field("description", _TEXT, Limits(maximum=MAX_TEXT), Limits(fixed=""), default=""),
    ),
    renew="recreate",
    own_options={
        "update_psk": {"type": "str", "choices": ["always", "on_create"], "default": "always"},
        "recreate": {"type": "bool", "default": False},
        **WAIT_OPTIONS,
    },
)
