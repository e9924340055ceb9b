# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keystone v3 as far as clients use it to log in, and the gateway's check of access keys."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Request, Response, jsonify, request

from . import signature
from .errors import ApiError, gateway_error
from .scenario import Scenario, stable_hex

DOMAIN = {"id": "default", "name": "Default"}

# The second region is there so that the first is a choice; it has no service of type `network`.
OTHER_REGION = "RegionTwo"


def unauthorized() -> ApiError:
    """Return the refusal of Keystone and of its middleware; it never says what is wrong."""
    message = "The request you have made requires authentication."
    return ApiError(
        401,
        {"error": {"code": 401, "title": "Unauthorized", "message": message}},
        {"WWW-Authenticate": f'Keystone uri="{request.host_url.rstrip("/")}"'},
    )


def bad_signature(reason: str) -> ApiError:
    """Return the refusal of the API gateway of Open Telekom Cloud."""
    return gateway_error(401, "APIGW.0301", f"Incorrect IAM authentication information: {reason}")


@dataclass(frozen=True)
class Grant:
    """Who may do what until when. `project` is a name; None: the scope is no project."""

    user: str
    project: str | None
    roles: tuple[str, ...]
    methods: tuple[str, ...]
    expires_at: datetime


class Identity:
    """The tokens that were issued, and everything that leads to one."""

    def __init__(self, scenario: Scenario, token_lifetime: timedelta) -> None:
        self.scenario = scenario
        self.token_lifetime = token_lifetime
        # The type of the catalog's entry for Enterprise Edition VPN; None: there is none.
        self.enterprise_type: str | None = None
        # Added to the server's clock, so that a client's looks wrong.
        self.clock_offset = timedelta()
        self._tokens: dict[str, Grant] = {}
        self._methods: dict[str, Callable[[dict[str, Any]], tuple[str, str | None]]] = {
            "password": self._password,
            "token": self._token,
            "application_credential": self._application_credential,
        }

    def now(self) -> datetime:
        """Return the server's time."""
        return datetime.now(UTC) + self.clock_offset

    def revoke_tokens(self) -> None:
        """Make every token invalid that was issued so far."""
        self._tokens.clear()

    def log_in(self, body: Any) -> tuple[str, Grant]:
        """Return a new token for the body of a POST; raises ApiError."""
        try:
            auth = body["auth"]
            methods = tuple(auth["identity"]["methods"])
            if not methods:
                raise KeyError("methods")
            for method in methods:
                if method not in self._methods:
                    raise unauthorized()
                user, project = self._methods[method](auth["identity"][method])
            scope = auth.get("scope", {})
            if "project" in scope:
                project = self._project(scope["project"])
            elif "domain" in scope and self.scenario.flavor == "neutron":
                # None of the users has a role in the domain; Open Telekom Cloud's all have.
                raise unauthorized()
        except (KeyError, TypeError, AttributeError):
            message = "Expecting to find auth with identity and methods in request body."
            error = {"code": 400, "title": "Bad Request", "message": message}
            raise ApiError(400, {"error": error}, {}) from None
        token = secrets.token_urlsafe(140)
        self._tokens[token] = self._grant(user, project, methods)
        return token, self._tokens[token]

    def grant_of(self, asked: Request) -> Grant:
        """Return what the request's token or signature permits; raises ApiError."""
        if asked.headers.get("Authorization", "").startswith(signature.ALGORITHM):
            try:
                return self._signed(asked)
            except signature.BadSignatureError as error:
                raise bad_signature(str(error)) from error
        return self.grant_of_token(asked.headers.get("X-Auth-Token", ""))

    def grant_of_token(self, token: str) -> Grant:
        """Return what a token permits; raises ApiError where it is unknown or has expired."""
        grant = self._tokens.get(token)
        if grant is None or grant.expires_at <= self.now():
            raise unauthorized()
        return grant

    def forget(self, token: str) -> None:
        """Revoke one token."""
        self._tokens.pop(token, None)

    def _grant(self, user: str, project: str | None, methods: tuple[str, ...]) -> Grant:
        roles: tuple[str, ...] = ()
        if project is not None:
            roles = tuple(self.scenario.users[user]["roles"].get(project, ()))
            if not roles:
                raise unauthorized()
        return Grant(user, project, roles, methods, self.now() + self.token_lifetime)

    def _user(self, given: dict[str, Any]) -> str:
        for name in self.scenario.users:
            by_name = given.get("name") == name and given["domain"] in (
                {"id": DOMAIN["id"]},
                {"name": DOMAIN["name"]},
            )
            if by_name or given.get("id") == stable_hex("user", name):
                return name
        raise unauthorized()

    def _project(self, given: dict[str, Any]) -> str:
        for name, project_id in self.scenario.project_ids.items():
            if given.get("id") == project_id or (
                given.get("name") == name
                and given["domain"] in ({"id": "default"}, {"name": "Default"})
            ):
                return name
        raise unauthorized()

    def _password(self, given: dict[str, Any]) -> tuple[str, str | None]:
        user = self._user(given["user"])
        if given["user"]["password"] != self.scenario.users[user]["password"]:
            raise unauthorized()
        return user, None

    def _token(self, given: dict[str, Any]) -> tuple[str, str | None]:
        if given["id"] not in self._tokens:
            error = {"code": 404, "title": "Not Found", "message": "Could not recognize token."}
            raise ApiError(404, {"error": error}, {})
        return self.grant_of_token(given["id"]).user, None

    def _application_credential(self, given: dict[str, Any]) -> tuple[str, str | None]:
        for name, user in self.scenario.users.items():
            credential = user.get("application_credential")
            if credential is None or credential["secret"] != given["secret"]:
                continue
            if given.get("id") == stable_hex("application-credential", name) or (
                given.get("name") == credential["name"] and self._user(given["user"]) == name
            ):
                return name, next(iter(user["roles"]))
        raise unauthorized()

    def _signed(self, asked: Request) -> Grant:
        authorization = signature.Authorization.parse(asked.headers["Authorization"])
        for name, user in self.scenario.users.items():
            for key in user.get("otc", {}).get("access_keys", []):
                if key["access_key"] == authorization.access_key:
                    signature.check(
                        authorization,
                        key["secret_key"],
                        asked.method,
                        asked.environ["RAW_URI"],
                        asked.headers,
                        asked.get_data(),
                        self.now(),
                    )
                    if asked.headers.get("X-Security-Token") != key.get("security_token"):
                        raise signature.BadSignatureError("security token is wrong")
                    return self._of_project(name, asked.headers.get("X-Project-Id"))
        raise signature.BadSignatureError("access key does not exist")

    def _of_project(self, user: str, project_id: str | None) -> Grant:
        names = [name for name, known in self.scenario.project_ids.items() if known == project_id]
        if project_id is not None and not set(names) & set(self.scenario.users[user]["roles"]):
            raise signature.BadSignatureError("project is not the user's")
        return self._grant(user, names[0] if names else None, ("hw_ak_sk",))


def describe(
    grant: Grant, scenario: Scenario, root: str, enterprise_type: str | None
) -> dict[str, Any]:
    """Return the `token` object of an answer; `root` is the URL of this server, without path."""
    when = "%Y-%m-%dT%H:%M:%S.%fZ"
    token: dict[str, Any] = {
        "methods": list(grant.methods),
        "user": {
            "id": stable_hex("user", grant.user),
            "name": grant.user,
            "domain": DOMAIN,
            "password_expires_at": None,
        },
        "audit_ids": [secrets.token_urlsafe(16)],
        "issued_at": datetime.now(UTC).strftime(when),
        "expires_at": grant.expires_at.strftime(when),
    }
    if grant.project is not None:
        project_id = scenario.project_ids[grant.project]
        token["project"] = {"id": project_id, "name": grant.project, "domain": DOMAIN}
        token["is_domain"] = False
        token["roles"] = [{"id": stable_hex("role", name), "name": name} for name in grant.roles]
        token["catalog"] = catalog(scenario, project_id, root, enterprise_type)
    return token


def catalog(
    scenario: Scenario, project_id: str, root: str, enterprise_type: str | None
) -> list[dict[str, Any]]:
    """Return the services: that of type `network` between others like it."""
    both = (scenario.region, OTHER_REGION)
    services = [
        ("identity", "keystone", f"{root}/v3", both),
        ("vpc", "vpc", f"{root}/v1/{project_id}", both),
        ("vpc2.0", "vpc2.0", f"{root}/v2.0/{project_id}", both),
        ("network", "neutron", root, (scenario.region,)),
    ]
    if enterprise_type is not None:
        url = f"{root}/v5/{project_id}"
        services.append((enterprise_type, enterprise_type, url, (scenario.region,)))
    # Open Telekom Cloud's catalog has public endpoints only.
    interfaces = ("public",) if scenario.flavor == "otc" else ("public", "internal", "admin")
    return [
        {
            "id": stable_hex("service", kind),
            "type": kind,
            "name": name,
            "endpoints": [
                {
                    "id": stable_hex("endpoint", f"{kind}/{region}/{interface}"),
                    "interface": interface,
                    "region": region,
                    "region_id": region,
                    "url": url,
                }
                for region in regions
                for interface in interfaces
            ],
        }
        for kind, name, url, regions in services
    ]


def blueprint(identity: Identity) -> Blueprint:
    """Return the calls of Keystone."""
    calls = Blueprint("identity", __name__)

    def root() -> str:
        return request.host_url.rstrip("/")

    def answer(grant: Grant, token: str, status: int) -> tuple[Response, int, dict[str, str]]:
        body = jsonify(token=describe(grant, identity.scenario, root(), identity.enterprise_type))
        return body, status, {"X-Subject-Token": token, "Vary": "X-Auth-Token"}

    @calls.get("/")
    def versions() -> Response:
        network = {"rel": "self", "href": f"{root()}/v2.0/"}
        return jsonify(
            versions=[_version(root()), {"id": "v2.0", "status": "CURRENT", "links": [network]}]
        )

    @calls.get("/v3/", strict_slashes=False)
    def version() -> Response:
        return jsonify(version=_version(root()))

    @calls.post("/v3/auth/tokens")
    def issue() -> tuple[Response, int, dict[str, str]]:
        token, grant = identity.log_in(request.get_json(force=True, silent=True))
        return answer(grant, token, 201)

    @calls.get("/v3/auth/tokens")
    def show() -> tuple[Response, int, dict[str, str]]:
        identity.grant_of(request)
        token = request.headers.get("X-Subject-Token", "")
        return answer(identity.grant_of_token(token), token, 200)

    @calls.delete("/v3/auth/tokens")
    def revoke() -> tuple[str, int]:
        identity.grant_of(request)
        identity.forget(request.headers.get("X-Subject-Token", ""))
        return "", 204

    @calls.get("/v3/auth/catalog")
    def services() -> Response:
        grant = identity.grant_of(request)
        project_id = identity.scenario.project_ids.get(grant.project or "")
        if project_id is None:
            return jsonify(catalog=[], links={})
        rows = catalog(identity.scenario, project_id, root(), identity.enterprise_type)
        return jsonify(catalog=rows, links={})

    return calls


def _version(root: str) -> dict[str, Any]:
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": f"{root}/v3/"}],
        "media-types": [
            {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
        ],
    }
