# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The write calls of Neutron's VPN service, as Neutron 29 or Open Telekom Cloud answers them.

Neutron's answers were seen on a real server; tests/contract compares them. What is Open Telekom
Cloud's comes from its documents.
"""

from __future__ import annotations

import copy
import ipaddress
import socket
import threading
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from .agent import Agent
from .attributes import REQUIRED, attributes, cidr, object_id
from .errors import (
    ApiError,
    NeutronError,
    bad_request,
    internal_server_error,
    vpc_error,
)
from .identity import Grant, Identity
from .network import Network, shown
from .scenario import KINDS, Row, Scenario

COLLECTIONS = [name for name, kind in KINDS.items() if kind.path.startswith("vpn/")]

# By collection: the attributes of connections that refer to it, and what refuses to change it.
USERS: dict[str, tuple[str, ...]] = {
    "vpnservices": ("vpnservice_id",),
    "ikepolicies": ("ikepolicy_id",),
    "ipsecpolicies": ("ipsecpolicy_id",),
    "endpoint_groups": ("local_ep_group_id", "peer_ep_group_id"),
}
_POLICY_IN_USE = "{} {} is in use by existing IPsecSiteConnection and can't be updated or deleted"
IN_USE: dict[str, tuple[int, str, str]] = {
    "vpnservices": (409, "VPNServiceInUse", "VPNService {} is still in use"),
    "ikepolicies": (409, "IKEPolicyInUse", _POLICY_IN_USE.format("IKEPolicy", "{}")),
    "ipsecpolicies": (409, "IPsecPolicyInUse", _POLICY_IN_USE.format("IPsecPolicy", "{}")),
    "endpoint_groups": (
        400,
        "EndpointGroupInUse",
        "Endpoint group {} is in use and cannot be deleted",
    ),
}

NEW_DPD = {"action": "hold", "interval": 30, "timeout": 120}
NEW_LIFETIME = {"units": "seconds", "value": 3600}
SMALLEST_MTU = {4: 68, 6: 1280}

# Open Telekom Cloud's codes for Neutron's errors; VPC.1001 (invalid parameters) is for the rest.
OTC_CODES = {"OverQuota": "VPC.1003", "PolicyNotAuthorized": "VPC.1017"}


class Writing:
    """Creates, changes and removes VPN objects."""

    def __init__(
        self, scenario: Scenario, identity: Identity, network: Network, agent: Agent
    ) -> None:
        self._scenario = scenario
        self._identity = identity
        self._network = network
        self._agent = agent
        self._otc = scenario.flavor == "otc"
        self._attributes = {name: attributes(name, scenario.flavor) for name in COLLECTIONS}
        self._complete: dict[str, Callable[[Grant, Row, Row | None], None]] = {
            "vpnservices": self._complete_service,
            "ikepolicies": self._complete_policy,
            "ipsecpolicies": self._complete_policy,
            "endpoint_groups": self._complete_group,
            "ipsec_site_connections": self._complete_connection,
        }
        self._lock = threading.Lock()
        # The most objects of a kind (`ikepolicy`), by project and kind.
        self.quotas: dict[tuple[str, str], int] = {}

    def blueprint(self) -> Blueprint:
        """Return the calls; all kinds have the same."""
        calls = Blueprint("writing", __name__, url_prefix="/v2.0")
        for collection in COLLECTIONS:
            path = f"/{KINDS[collection].path}"
            for rule, method, handler in (
                (path, "POST", self.create),
                (f"{path}/<object_id>", "PUT", self.update),
                (f"{path}/<object_id>", "DELETE", self.delete),
            ):
                calls.add_url_rule(
                    rule,
                    f"{method}-{collection}",
                    handler,
                    methods=[method],
                    defaults={"collection": collection},
                )
        calls.get("/quotas/<project_id>/details.json")(self.quota_details)

        @calls.errorhandler(NeutronError)
        def refuse(error: NeutronError) -> tuple[Response, int]:
            if self._otc and error.status in (400, 403, 409):
                refused: ApiError = vpc_error(OTC_CODES.get(error.kind, "VPC.1001"), error.message)
            else:
                refused = error
            return jsonify(refused.body), refused.status

        return calls

    def create(self, collection: str) -> tuple[Response, int]:
        """Answer a POST."""
        grant = self._identity.grant_of(request)
        sent = self._sent(collection)
        project = self._owner(grant, sent)
        values = self._values(collection, sent)
        self._network.permit(grant, collection, "create")
        with self._lock:
            self._check_quota(project, collection)
            self._complete[collection](grant, values, None)
            row = self._scenario.add(project, collection, values)
            if collection == "ipsec_site_connections":
                self._agent.configure(row)
        return jsonify({KINDS[collection].member: shown(row, grant)}), 201

    def update(self, collection: str, object_id: str) -> Response:
        """Answer a PUT: what the body does not contain stays as it is."""
        grant = self._identity.grant_of(request)
        values = self._values(collection, self._sent(collection))
        row = self._network.find(grant, collection, object_id)
        self._network.permit(grant, collection, "update")
        with self._lock:
            self._complete[collection](grant, values, row)
            self._scenario.change(object_id, values)
        return jsonify({KINDS[collection].member: shown(row | values, grant)})

    def delete(self, collection: str, object_id: str) -> tuple[str, int]:
        """Answer a DELETE."""
        grant = self._identity.grant_of(request)
        self._network.find(grant, collection, object_id)
        self._network.permit(grant, collection, "delete")
        with self._lock:
            self._refuse_used(collection, object_id)
            self._scenario.change(object_id, None)
        return "", 204

    def quota_details(self, project_id: str) -> Response:
        """Answer the call for a project's quotas and what is used of them."""
        grant = self._identity.grant_of(request)
        own = grant.project is not None and self._scenario.project_ids[grant.project]
        if self._otc or own != project_id or grant.project is None:
            raise NeutronError(404, "HTTPNotFound", "The resource could not be found.")
        return jsonify(
            quota={
                KINDS[name].member: {
                    "limit": self.quotas.get((grant.project, KINDS[name].member), -1),
                    "used": len(self._scenario.rows(grant.project, name)),
                    "reserved": 0,
                }
                for name in COLLECTIONS
            }
        )

    def _sent(self, collection: str) -> Row:
        """Return the attributes in the request's body."""
        member = KINDS[collection].member
        content = request.get_json(force=True, silent=True) if request.get_data() else {}
        if content is None:
            message = "Malformed request body: Cannot understand JSON."
            raise NeutronError(400, "MalformedRequestBody", message)
        if not content:
            raise bad_request("Resource body required")
        if not isinstance(content, dict):
            raise bad_request("Body contains invalid data")
        sent: Row | None = content.get(member)
        if sent is None:
            raise bad_request(f"Unable to find '{member}' in request body")
        if not isinstance(sent, dict):
            raise bad_request(f"Object '{member}' contains invalid data")
        return sent

    def _values(self, collection: str, sent: Row) -> Row:
        """Return the attributes as they are stored, those of a new object with defaults."""
        known = self._attributes[collection]
        unknown = [name for name in sent if name not in known]
        if unknown:
            raise bad_request(f"Unrecognized attribute(s) '{', '.join(unknown)}'")
        posted = request.method == "POST"
        values = self._defaults(collection, sent) if posted else {}
        for name, attribute in known.items():
            if name not in sent:
                continue
            if not (posted or attribute.put):
                # Neutron has one attribute under both names.
                shown_name = "tenant_id" if name == "project_id" else name
                raise bad_request(f"Cannot update read-only attribute {shown_name}")
            try:
                values[name] = attribute.check(sent[name])
            except ValueError as reason:
                raise bad_request(f"Invalid input for {name}. Reason: {reason}.") from None
        return values

    def _defaults(self, collection: str, sent: Row) -> Row:
        """Return the defaults of what a POST did not send; raises ApiError if that is required."""
        values: Row = {}
        for name, attribute in self._attributes[collection].items():
            if name in sent:
                if not attribute.post:
                    raise bad_request(f"Attribute '{name}' not allowed in POST")
            elif attribute.default is REQUIRED:
                raise bad_request(
                    f"Failed to parse request. Required attribute '{name}' not specified"
                )
            elif attribute.post:
                values[name] = copy.deepcopy(attribute.default)
        return values

    def _owner(self, grant: Grant, sent: Row) -> str:
        """Return the name of the project that a new object is for."""
        owners = {sent[name] for name in ("project_id", "tenant_id") if name in sent}
        if len(owners) > 1:
            raise bad_request("'project_id' and 'tenant_id' do not match")
        if grant.project is None:
            message = "Running without keystone AuthN requires that project_id is specified"
            raise bad_request(message)
        for name, project_id in self._scenario.project_ids.items():
            if project_id in owners and (name == grant.project or "admin" in grant.roles):
                return name
        if owners:
            raise bad_request(
                "Specifying 'project_id' other than the authenticated project in request is not "
                "allowed for the current user."
            )
        return grant.project

    def _check_quota(self, project: str, collection: str) -> None:
        member = KINDS[collection].member
        limit = self.quotas.get((project, member), -1)
        if limit >= 0 and len(self._scenario.rows(project, collection)) >= limit:
            raise NeutronError(409, "OverQuota", f"Quota exceeded for resources: ['{member}'].")

    def _refuse_used(self, collection: str, object_id: str) -> None:
        for row in self._scenario.all_rows("ipsec_site_connections"):
            if any(row[name] == object_id for name in USERS.get(collection, ())):
                status, kind, message = IN_USE[collection]
                raise NeutronError(status, kind, message.format(object_id))

    def _referred(self, grant: Grant, collection: str, object_id: str) -> Row:
        """Return an object that a body refers to; raises NeutronError if it is not visible."""
        for row in self._network.visible(grant, collection):
            if row["id"] == object_id:
                if self._network.unreadable(row):
                    raise internal_server_error()
                return row
        kind, message = KINDS[collection].not_found
        raise NeutronError(404, kind, message.format(object_id))

    # What each kind checks, and completes, before it is stored.

    def _complete_service(self, grant: Grant, values: Row, old: Row | None) -> None:
        if old is not None:
            _refuse_pending(old)
            return
        router = self._referred(grant, "routers", values["router_id"])
        gateway = router["external_gateway_info"]
        if gateway is None:
            message = f"Router {router['id']} has no external network gateway set"
            raise NeutronError(400, "RouterIsNotExternal", message)
        if values["subnet_id"] is not None:
            self._check_interface(router["id"], values["subnet_id"])
        services = self._scenario.all_rows("vpnservices")
        if self._otc and any(row["router_id"] == router["id"] for row in services):
            raise vpc_error("VPC.1026", "The VPN gateway already exists.")
        for fixed_ip in gateway["external_fixed_ips"]:
            version = ipaddress.ip_address(fixed_ip["ip_address"]).version
            values[f"external_v{version}_ip"] = fixed_ip["ip_address"]
        values["status"] = "PENDING_CREATE"

    def _complete_policy(self, _grant: Grant, values: Row, old: Row | None) -> None:
        if old is not None and not self._otc:
            collection = "ikepolicies" if "ike_version" in old else "ipsecpolicies"
            self._refuse_used(collection, old["id"])
        before = old["lifetime"] if old else NEW_LIFETIME
        values["lifetime"] = {**before, **values.get("lifetime", {})}

    def _complete_group(self, grant: Grant, values: Row, old: Row | None) -> None:
        if old is not None:
            return
        endpoints, kind = values["endpoints"], values["type"]
        if not endpoints:
            message = f"No endpoints specified for endpoint group '{values}'"
            raise NeutronError(400, "MissingEndpointForEndpointGroup", message)
        for position, endpoint in enumerate(endpoints):
            if endpoint in endpoints[:position]:
                raise _invalid_endpoint(endpoint, kind, "Endpoints have to be unique")
        subnets = {row["id"] for row in self._network.visible(grant, "subnets")}
        for endpoint in endpoints:
            if kind == "cidr":
                _check_endpoint(endpoint, kind, cidr, "Invalid CIDR")
            elif kind == "subnet":
                _check_endpoint(endpoint, kind, object_id, "Invalid UUID")
                if endpoint not in subnets:
                    message = f"Subnet {endpoint} in endpoint group does not exist"
                    raise _invalid("NonExistingSubnetInEndpointGroup", message)

    def _complete_connection(self, grant: Grant, values: Row, old: Row | None) -> None:
        merged = {**old, **values} if old else values
        if old is None and not any(
            row["id"] == merged["vpnservice_id"] for row in self._scenario.all_rows("vpnservices")
        ):
            raise internal_server_error()
        service = self._referred(grant, "vpnservices", merged["vpnservice_id"])
        policies = [
            self._referred(grant, collection, merged[name])
            for collection, name in (
                ("ikepolicies", "ikepolicy_id"),
                ("ipsecpolicies", "ipsecpolicy_id"),
            )
        ]
        if old is None and policies[1]["transform_protocol"] == "ah-esp":
            message = (
                "IPSec does not support ipsec_policy attribute transform_protocol with value "
                "'ah-esp'"
            )
            raise NeutronError(400, "IpsecValidationFailure", message)
        networks = self._networks(grant, merged, service)
        values["dpd"] = {**(old["dpd"] if old else NEW_DPD), **values.get("dpd", {})}
        _check_dpd(values["dpd"])
        version = networks[0][0].version
        if values.get("mtu") and values["mtu"] < SMALLEST_MTU[version]:
            message = f"ipsec_site_connection MTU {values['mtu']} is too small for ipv{version}"
            raise _invalid("IPsecSiteConnectionMtuError", message)
        if "peer_address" in values:
            values["peer_address"] = _resolve(values["peer_address"])
            self._check_gateway(grant, service, values["peer_address"])
        if old is not None:
            _refuse_pending(old)
        elif self._otc:
            self._refuse_twin(grant, values, networks)
        if old is None:
            values["status"] = "PENDING_CREATE"

    def _networks(self, grant: Grant, connection: Row, service: Row) -> tuple[list[Any], list[Any]]:
        """Return the networks of both sides; raises NeutronError if they do not fit."""
        groups = {side: connection.get(f"{side}_ep_group_id") for side in ("local", "peer")}
        cidrs = connection.get("peer_cidrs")
        if service["subnet_id"]:
            _refuse_groups_beside(cidrs, groups)
            subnet = self._referred(grant, "subnets", service["subnet_id"])
            local = [ipaddress.ip_network(subnet["cidr"])]
            peer = [ipaddress.ip_interface(value).network for value in cidrs or ()]
            if len({network.version for network in peer}) > 1:
                message = (
                    "Peer CIDRs do not have the same IP version, as required for IPSec "
                    "site-to-site connection"
                )
                raise NeutronError(400, "MixedIPVersionsForPeerCidrs", message)
        else:
            _refuse_missing_groups(cidrs, groups)
            rows = {
                side: self._referred(grant, "endpoint_groups", str(group_id))
                for side, group_id in groups.items()
            }
            local = self._local_networks(grant, rows["local"], service["router_id"])
            _check_group_type(rows["peer"], "cidr")
            peer = [ipaddress.ip_interface(value).network for value in rows["peer"]["endpoints"]]
            _refuse_mixed(rows["local"], local)
            _refuse_mixed(rows["peer"], peer)
        if local[0].version != peer[0].version:
            message = "IP versions are not compatible between peer and local endpoints"
            raise NeutronError(400, "MixedIPVersionsForIPSecConnection", message)
        return local, peer

    def _local_networks(self, grant: Grant, group: Row, router_id: str) -> list[Any]:
        _check_group_type(group, "subnet")
        subnets = {row["id"]: row for row in self._network.visible(grant, "subnets")}
        for subnet_id in group["endpoints"]:
            self._check_interface(router_id, subnet_id)
        return [ipaddress.ip_network(subnets[name]["cidr"]) for name in group["endpoints"]]

    def _check_interface(self, router_id: str, subnet_id: str) -> None:
        if subnet_id not in self._scenario.interfaces[router_id]:
            message = f"Subnet {subnet_id} is not connected to Router {router_id}"
            raise NeutronError(400, "SubnetIsNotConnectedToRouter", message)

    def _check_gateway(self, grant: Grant, service: Row, address: str) -> None:
        version = ipaddress.ip_address(address).version
        if service[f"external_v{version}_ip"] is None:
            message = f"Router's {service['router_id']} external network has no IPv{version} subnet"
            raise NeutronError(400, "ExternalNetworkHasNoSubnet", message)

    def _refuse_twin(
        self, grant: Grant, values: Row, networks: tuple[list[Any], list[Any]]
    ) -> None:
        """Refuse what Open Telekom Cloud's error codes refuse of a new connection."""
        local, peer = networks
        if set(local) & set(peer):
            message = "The VPN remote subnet is the same as the local subnet."
            raise vpc_error("VPC.1016", message)
        service = self._referred(grant, "vpnservices", values["vpnservice_id"])
        for row in self._scenario.all_rows("ipsec_site_connections"):
            if row["vpnservice_id"] != service["id"]:
                continue
            if row["peer_address"] == values["peer_address"]:
                message = "The remote gateway is being used by another VPN connection."
                raise vpc_error("VPC.1004", message)
            if not row["peer_cidrs"] and set(self._networks(grant, row, service)[1]) & set(peer):
                raise vpc_error("VPC.1021", "The remote subnet of the VPN is in use.")


def _invalid(kind: str, message: str) -> NeutronError:
    return NeutronError(400, kind, f"Invalid input for operation: {message}.")


def _invalid_endpoint(endpoint: Any, kind: str, why: str) -> NeutronError:
    message = f"Endpoint '{endpoint}' is invalid for group type '{kind}': {why}"
    return _invalid("InvalidEndpointInEndpointGroup", message)


def _check_endpoint(endpoint: Any, kind: str, check: Callable[[Any], str], why: str) -> None:
    try:
        check(endpoint)
    except ValueError:
        raise _invalid_endpoint(endpoint, kind, why) from None


def _refuse_pending(row: Row) -> None:
    if row["status"].startswith("PENDING"):
        message = f"Invalid state {row['status']} of vpnaas resource ID {row['id']} for updating"
        raise NeutronError(400, "VPNStateInvalidToUpdate", message)


def _check_dpd(dpd: Row) -> None:
    try:
        too_short = dpd["timeout"] <= dpd["interval"]
    except TypeError:
        # A number and a string of digits.
        raise internal_server_error() from None
    if too_short:
        message = "ipsec_site_connection dpd_timeout is equal to or less than dpd_interval"
        raise _invalid("IPsecSiteConnectionDpdIntervalValueError", message)


def _check_group_type(group: Row, wanted: str) -> None:
    if group["type"] != wanted:
        message = f"Endpoint group {group['id']} type is '{group['type']}' and should be '{wanted}'"
        raise NeutronError(400, "WrongEndpointGroupType", message)


def _refuse_mixed(group: Row, networks: list[Any]) -> None:
    if len({network.version for network in networks}) > 1:
        message = (
            f"Endpoints in group {group['id']} do not have the same IP version, as required for "
            "IPSec site-to-site connection"
        )
        raise NeutronError(400, "MixedIPVersionsForIPSecEndpoints", message)


def _refuse_groups_beside(cidrs: list[str] | None, groups: dict[str, Any]) -> None:
    if not cidrs:
        message = "Missing peer CIDRs for IPsec site-to-site connection"
        raise NeutronError(400, "MissingPeerCidrs", message)
    given = [side for side, group_id in groups.items() if group_id]
    if given:
        message = (
            f"Endpoint group{'s' if len(given) > 1 else ''} {' and '.join(given)} cannot be "
            "specified, when VPN Service has subnet specified"
        )
        raise NeutronError(400, "InvalidEndpointGroup", message)


def _refuse_missing_groups(cidrs: list[str] | None, groups: dict[str, Any]) -> None:
    if cidrs:
        message = "Peer CIDRs cannot be specified, when using endpoint groups"
        raise NeutronError(400, "PeerCidrsInvalid", message)
    missing = [side for side, group_id in groups.items() if not group_id]
    if missing:
        message = (
            f"Missing endpoint group{'s' if len(missing) > 1 else ''} {' and '.join(missing)} "
            "for IPSec site-to-site connection"
        )
        raise NeutronError(400, "MissingRequiredEndpointGroup", message)


def _resolve(address: str) -> str:
    """Return the address, or the first one of a host name, as the server resolves it."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        try:
            return str(socket.getaddrinfo(address, None)[0][4][0])
        except UnicodeError:
            raise internal_server_error() from None
        except OSError:
            message = f"Peer address {address} cannot be resolved"
            raise _invalid("VPNPeerAddressNotResolved", message) from None
    return address
