# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of objects as data: where each is, which fields it has, what refers to what.

Private to this collection. Sources: the API documents of Open Telekom Cloud's Classic VPN
(vpn_api_1026 and its siblings) and of OpenStack Neutron VPNaaS.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of object of the API."""

    title: str  # what messages call it
    path: str  # below /v2.0/
    plural: str  # the key of a list answer
    singular: str  # the key of a single answer
    fields: tuple[str, ...]  # the documented fields
    expected: frozenset[str] = frozenset(("id", "name"))  # fields that every server sends
    statuses: tuple[str, ...] = ()  # the documented values of `status`
    extra_fields: tuple[str, ...] = ()  # requested too, because other clouds have them
    # names that the collection adds, and the fields each is made of
    derived: t.Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # the options that filter rows, as Ansible specs
    filters: t.Mapping[str, dict[str, t.Any]] = field(default_factory=dict)
    # other options of its info module
    options: t.Mapping[str, dict[str, t.Any]] = field(default_factory=dict)
    edition: str = "classic"
    page_size: int = 0  # rows of a page in requests to Enterprise Edition VPN; 0: no pages
    # options that select by a referenced object: the field with its ID, and its kind
    references: t.Mapping[str, tuple[str, Kind]] = field(default_factory=dict)

    @property
    def default_fields(self) -> tuple[str, ...]:
        """The fields that a request names by default: all but the pre-shared key."""
        return tuple(name for name in self.fields + self.extra_fields if name != "psk")

    @property
    def resolved(self) -> tuple[str, ...]:
        """The names that the option `resolve` adds."""
        return tuple(name for name in self.derived if name not in _COMPUTED)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that the option `fields` may contain."""
        return (*self.fields, *self.derived)


_PROJECT: dict[str, dict[str, t.Any]] = {"project_id": {"type": "str"}}
_STATE: dict[str, dict[str, t.Any]] = {
    "status": {"type": "list", "elements": "str"},
    "admin_state_up": {"type": "bool"},
}
_STATUSES = (
    "ACTIVE",
    "DOWN",
    "BUILD",
    "ERROR",
    "PENDING_CREATE",
    "PENDING_UPDATE",
    "PENDING_DELETE",
)
_TAGS: dict[str, dict[str, t.Any]] = {"tags": {"type": "dict"}}
_COMMON = ("id", "name", "description")
_OWNER = ("project_id", "tenant_id")
_ALGORITHMS = ("auth_algorithm", "encryption_algorithm", "pfs", "lifetime")
_BILLING = ("order_id", "product_id", "created_at", "tags")

_COMPUTED = ("state", "edition", "project_id")  # derived without another object
_WAIT: dict[str, dict[str, t.Any]] = {
    "resolve": {"type": "bool", "default": False},
    "wait_for": {"type": "list", "elements": "str"},
    "wait_timeout": {"type": "float", "default": 300.0},
    "wait_interval": {"type": "float", "default": 10.0},
}

VPN_SERVICE = Kind(
    title="VPN service",
    path="vpn/vpnservices",
    plural="vpnservices",
    singular="vpnservice",
    fields=(
        *_COMMON,
        "status",
        "admin_state_up",
        "router_id",
        "subnet_id",
        "external_v4_ip",
        "external_v6_ip",
        *_OWNER,
        *_BILLING,
        "prepay_connection_num",
        "resource_speccode",
    ),
    expected=frozenset(("id", "name", "status")),
    statuses=_STATUSES,
    extra_fields=("flavor_id",),
    filters={
        **_STATE,
        "router_id": {"type": "str"},
        "subnet_id": {"type": "str"},
        **_TAGS,
        **_PROJECT,
    },
)
CONNECTION = Kind(
    title="IPsec connection",
    path="vpn/ipsec-site-connections",
    plural="ipsec_site_connections",
    singular="ipsec_site_connection",
    fields=(
        *_COMMON,
        "status",
        "admin_state_up",
        "peer_address",
        "peer_id",
        "peer_cidrs",
        "local_ep_group_id",
        "peer_ep_group_id",
        "vpnservice_id",
        "ikepolicy_id",
        "ipsecpolicy_id",
        "psk",
        "initiator",
        "auth_mode",
        "route_mode",
        "mtu",
        "dpd",
        *_OWNER,
        *_BILLING,
    ),
    expected=frozenset(
        (
            "id",
            "name",
            "status",
            "peer_address",
            "vpnservice_id",
            "ikepolicy_id",
            "ipsecpolicy_id",
        )
    ),
    statuses=_STATUSES,
    extra_fields=("local_id",),
    derived={
        "state": ("status", "admin_state_up"),
        "vpn_service": ("vpnservice_id",),
        "ike_policy": ("ikepolicy_id",),
        "ipsec_policy": ("ipsecpolicy_id",),
        "local_ep_group": ("local_ep_group_id",),
        "peer_ep_group": ("peer_ep_group_id",),
        "local_address": ("vpnservice_id", "peer_address"),
        "local_cidrs": ("local_ep_group_id", "vpnservice_id"),
        "remote_cidrs": ("peer_ep_group_id", "peer_cidrs"),
    },
    filters={**_STATE, "peer_address": {"type": "str"}, **_TAGS, **_PROJECT},
    options={
        "vpn_service": {"type": "str"},
        "include_psk": {"type": "bool", "default": False},
        **_WAIT,
    },
    references={"vpn_service": ("vpnservice_id", VPN_SERVICE)},
)
IKE_POLICY = Kind(
    title="IKE policy",
    path="vpn/ikepolicies",
    plural="ikepolicies",
    singular="ikepolicy",
    fields=(*_COMMON, "ike_version", "phase1_negotiation_mode", *_ALGORITHMS, *_OWNER),
    filters={"ike_version": {"type": "str", "choices": ["v1", "v2"]}, **_PROJECT},
)
IPSEC_POLICY = Kind(
    title="IPsec policy",
    path="vpn/ipsecpolicies",
    plural="ipsecpolicies",
    singular="ipsecpolicy",
    fields=(*_COMMON, "transform_protocol", "encapsulation_mode", *_ALGORITHMS, *_OWNER),
    filters={
        "transform_protocol": {"type": "str", "choices": ["esp", "ah", "ah-esp"]},
        "encapsulation_mode": {"type": "str", "choices": ["tunnel", "transport"]},
        **_PROJECT,
    },
)
ENDPOINT_GROUP = Kind(
    title="endpoint group",
    path="vpn/endpoint-groups",
    plural="endpoint_groups",
    singular="endpoint_group",
    fields=(*_COMMON, "type", "endpoints", *_OWNER),
    filters={"type": {"type": "str"}, **_PROJECT},
)
SUBNET = Kind(
    title="subnet",
    path="subnets",
    plural="subnets",
    singular="subnet",
    fields=("id", "cidr"),
    expected=frozenset(("id", "cidr")),
)
ROUTER = Kind(
    title="router",
    path="routers",
    plural="routers",
    singular="router",
    fields=("id", "name", *_OWNER),
)

# What a connection refers to: the name of the object in results, the field with its ID, the kind.
REFERENCES = (
    ("vpn_service", "vpnservice_id", VPN_SERVICE),
    ("ike_policy", "ikepolicy_id", IKE_POLICY),
    ("ipsec_policy", "ipsecpolicy_id", IPSEC_POLICY),
    ("local_ep_group", "local_ep_group_id", ENDPOINT_GROUP),
    ("peer_ep_group", "peer_ep_group_id", ENDPOINT_GROUP),
)

_IDENTIFIED = {"edition": (), "project_id": ()}
ENTERPRISE_GATEWAY = Kind(
    title="VPN gateway",
    path="vpn-gateways",
    plural="vpn_gateways",
    singular="vpn_gateway",
    edition="enterprise",
    fields=(
        "id",
        "name",
        "status",
        "network_type",
        "attachment_type",
        "ip_version",
        "eip1",
        "eip2",
        "access_private_ip_1",
        "access_private_ip_2",
        "vpc_id",
        "local_subnets",
        "er_id",
        "er_attachment_id",
        "ha_mode",
        "connect_subnet",
        "access_vpc_id",
        "access_subnet_id",
        "bgp_asn",
        "flavor",
        "availability_zone_ids",
        "connection_number",
        "used_connection_number",
        "used_connection_group",
        "lock_status",
        "created_at",
        "applied_at",
        "updated_at",
        "enterprise_project_id",
        "supported_flavors",
        "supported_features",
        "public_border_group",
        "upgrade_info",
        "policy_template",
        "tags",
        "master_eip",
        "slave_eip",
        "high_availability",
    ),
    expected=frozenset(),
    statuses=("ACTIVE", "FAULT", "FREEZED", "PENDING_CREATE", "PENDING_UPDATE", "PENDING_DELETE"),
    derived=_IDENTIFIED,
    filters={"status": _STATE["status"], **_TAGS},
)
CUSTOMER_GATEWAY = Kind(
    title="customer gateway",
    path="customer-gateways",
    plural="customer_gateways",
    singular="customer_gateway",
    edition="enterprise",
    page_size=200,
    fields=(
        "id",
        "name",
        "id_type",
        "id_value",
        "bgp_asn",
        "created_at",
        "updated_at",
        "tags",
        "ip",
        "route_mode",
    ),
    expected=frozenset(),
    derived=_IDENTIFIED,
    filters=_TAGS,
)
ENTERPRISE_CONNECTION = Kind(
    title="Enterprise Edition VPN connection",
    path="vpn-connection",
    plural="vpn_connections",
    singular="vpn_connection",
    edition="enterprise",
    # The limit of some servers is lower than documented, and a shorter page would look like the last.
    page_size=200,
    fields=(
        "id",
        "name",
        "status",
        "vgw_id",
        "vgw_ip",
        "style",
        "cgw_id",
        "peer_subnets",
        "tunnel_local_address",
        "tunnel_peer_address",
        "enable_nqa",
        "enable_hub",
        "policy_rules",
        "ikepolicy",
        "ipsecpolicy",
        "created_at",
        "updated_at",
        "enterprise_project_id",
        "connection_monitor_id",
        "ha_role",
        "tags",
        "eip_id",
        "type",
        "route_mode",
    ),
    expected=frozenset(),
    statuses=(
        "ACTIVE",
        "DOWN",
        "ERROR",
        "PENDING_CREATE",
        "PENDING_UPDATE",
        "PENDING_DELETE",
        "FREEZED",
        "UNKNOWN",
    ),
    derived={
        "state": ("status",),
        **_IDENTIFIED,
        "vpn_service": ("vgw_id",),
        "vpnservice_id": (),
        "tenant_id": (),
        "local_address": ("vgw_id",),
        "peer_address": ("cgw_id",),
        "local_id": (),
        "peer_id": (),
        "local_cidrs": ("vgw_id",),
        "remote_cidrs": (),
        "ike_policy": (),
        "ipsec_policy": (),
        "auth_mode": (),
        "dpd": (),
        "description": (),
        "admin_state_up": (),
        "initiator": (),
        "mtu": (),
        "ikepolicy_id": (),
        "ipsecpolicy_id": (),
        "local_ep_group_id": (),
        "peer_ep_group_id": (),
        "local_ep_group": (),
        "peer_ep_group": (),
    },
    filters={"status": _STATE["status"], **_TAGS},
    options={
        "gateway": {"type": "str"},
        "customer_gateway": {"type": "str"},
        "log": {"type": "bool", "default": False},
        **_WAIT,
    },
    references={
        "gateway": ("vgw_id", ENTERPRISE_GATEWAY),
        "customer_gateway": ("cgw_id", CUSTOMER_GATEWAY),
    },
)
