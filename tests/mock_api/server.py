# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoint as a server: its sockets, its record of requests, its control calls."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qsl

from flask import Flask, jsonify, request
from flask import Response as FlaskResponse
from werkzeug.exceptions import HTTPException
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

from .agent import Agent
from .enterprise import Enterprise
from .errors import ApiError, NeutronError, gateway_error
from .faults import Fault, Faults
from .identity import Identity
from .identity import blueprint as identity_calls
from .network import Network
from .scenario import Row, Scenario, stable_hex, stable_id
from .writing import Writing

FLAVORS = ("otc", "neutron")
AUTH_TYPES = ("password", "v3applicationcredential", "aksk")


@dataclass(frozen=True)
class Recorded:
    """One request as it arrived. `headers` has names in lower case, secrets and all."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    started: float


class MockApi:
    """Keystone and the VPC endpoint of a cloud, on one port of 127.0.0.1.

    A context manager: serves from a thread of its own between `with` and its end.

    flavor: "otc" answers as Open Telekom Cloud, "neutron" as OpenStack.
    pagination_max_limit: rows of a page when no limit is asked for, and the most that one has.
    filter_validation: False ignores unknown filters in place of refusing them.
    tls: a server's SSLContext; None: plain HTTP.
    connections: connections of the project vpn-bulk (user carl).
    enterprise_connections: the same of Enterprise Edition VPN, which the flavor "otc" has.
    enterprise_type: type of its entry in the catalog ("evpn", "vpn"); None: it has none.
    agent_polls: responses that show a new connection as PENDING_CREATE, before it is DOWN and its
        service ACTIVE; None: no agent runs, so they stay pending.
    """

    def __init__(
        self,
        flavor: str = "otc",
        *,
        pagination_max_limit: int | None = None,
        filter_validation: bool = True,
        tls: ssl.SSLContext | None = None,
        connections: int = 0,
        enterprise_connections: int = 0,
        enterprise_type: str | None = None,
        agent_polls: int | None = 1,
        token_lifetime: timedelta = timedelta(hours=24),
        port: int = 0,
    ) -> None:
        if flavor not in FLAVORS:
            raise ValueError(f"flavor is one of {FLAVORS}, not {flavor!r}")
        self.flavor = flavor
        self.scenario = Scenario(flavor, connections, enterprise_connections)
        self.identity = Identity(self.scenario, token_lifetime)
        self.identity.enterprise_type = enterprise_type
        self.requests: list[Recorded] = []
        self.faults = Faults()
        self.agent = Agent(self.scenario, agent_polls)
        network = Network(
            self.scenario, self.identity, self.agent, pagination_max_limit, filter_validation
        )
        self.writing = Writing(self.scenario, self.identity, network, self.agent)
        self.application = _application(self, network)
        self._server = _Server(self, port, tls)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.port}"
        self.auth_url = f"{self.url}/v3"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.drop_connections()

    def fault(self, path: str = "", **what: Any) -> None:
        """Add a fault; `what` is described at Fault."""
        self.faults.add(Fault(path, **what))

    def reset(self) -> None:
        """Forget faults, quotas and recorded requests, and undo changes of rows.

        Tokens stay valid.
        """
        self.faults.clear()
        self.agent.forget()
        self.writing.quotas.clear()
        self.scenario.restore()
        self.requests.clear()

    def revoke_tokens(self) -> None:
        """Make every token invalid that was issued so far."""
        self.identity.revoke_tokens()

    def change(self, object_id: str, **attributes: Any) -> None:
        """Set attributes of an object; raises KeyError where there is none of this id."""
        self.scenario.change(object_id, attributes)

    def remove(self, object_id: str) -> None:
        """Remove an object; raises KeyError where there is none of this id."""
        self.scenario.change(object_id, None)

    def change_status(self, object_id: str, status: str) -> None:
        """Set the status of a connection or service, as an agent's report would."""
        self.change(object_id, status=status)

    def set_quota(self, project: str, member: str, limit: int) -> None:
        """Limit a project's objects of a kind (`ikepolicy`); -1: no limit."""
        self.writing.quotas[project, member] = limit

    def rows(self, project: str, collection: str = "ipsec_site_connections") -> list[Row]:
        """Return a project's rows (by its name) as the list call shows them, in its order."""
        return self.scenario.rows(project, collection)

    def id_of(
        self, project: str, which: str | int, collection: str = "ipsec_site_connections"
    ) -> str:
        """Return an object's id by its position, or by its name (the first of that name)."""
        if isinstance(which, int):
            return stable_id(project, collection, which)
        return cast(
            "str", next(row["id"] for row in self.rows(project, collection) if row["name"] == which)
        )

    def project_id(self, project: str) -> str:
        """Return a project's id by its name."""
        return self.scenario.project_ids[project]

    def access_keys(self, user: str) -> list[dict[str, str]]:
        """Return a user's access keys: access_key, secret_key, and of temporary ones
        security_token."""
        return cast("list[dict[str, str]]", self.scenario.users[user]["otc"]["access_keys"])

    def application_credential(self, user: str) -> dict[str, str]:
        """Return a user's application credential: id, name and secret."""
        credential = self.scenario.users[user]["application_credential"]
        return {"id": stable_hex("application-credential", user), **credential}

    def environment(self, user: str = "alice", auth_type: str = "password") -> dict[str, str]:
        """Return the variables OS_* with which clients log in as a user, to its project.

        `auth_type` is one of AUTH_TYPES; of access keys it is the user's first. Enterprise
        Edition VPN has a variable of its own where the server has it.
        """
        project = next(iter(self.scenario.users[user]["roles"]))
        variables = {"OS_AUTH_TYPE": auth_type, "OS_REGION_NAME": self.scenario.region}
        if self.flavor == "otc":
            variables["OS_VPN_ENDPOINT_OVERRIDE"] = self.url
        if auth_type == "aksk":
            key = self.access_keys(user)[0]
            return variables | {
                "OS_ACCESS_KEY": key["access_key"],
                "OS_SECRET_KEY": key["secret_key"],
                "OS_PROJECT_ID": self.project_id(project),
                "OS_NETWORK_ENDPOINT_OVERRIDE": self.url,
            }
        variables["OS_AUTH_URL"] = self.auth_url
        if auth_type == "v3applicationcredential":
            credential = self.application_credential(user)
            return variables | {
                "OS_APPLICATION_CREDENTIAL_ID": credential["id"],
                "OS_APPLICATION_CREDENTIAL_SECRET": credential["secret"],
            }
        return variables | {
            "OS_USERNAME": user,
            "OS_PASSWORD": self.scenario.users[user]["password"],
            "OS_PROJECT_NAME": project,
            "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default",
        }

    def auth_options(self, user: str = "alice") -> dict[str, str]:
        """Return the option `auth` with which a user logs in by password."""
        others = ("OS_AUTH_TYPE", "OS_REGION_NAME", "OS_VPN_ENDPOINT_OVERRIDE")
        return {
            name.removeprefix("OS_").lower(): value
            for name, value in self.environment(user).items()
            if name not in others
        }


def _application(endpoint: MockApi, network: Network) -> Flask:
    """Return the calls of the endpoint, faultless."""
    application = Flask(__name__)
    application.register_blueprint(identity_calls(endpoint.identity))
    application.register_blueprint(network.blueprint())
    application.register_blueprint(endpoint.writing.blueprint())
    if endpoint.flavor == "otc":
        scenario = endpoint.scenario
        enterprise = Enterprise(scenario, endpoint.identity, scenario.enterprise_logs)
        application.register_blueprint(enterprise.blueprint())

    @application.errorhandler(ApiError)
    def refuse(error: ApiError) -> tuple[FlaskResponse, int, dict[str, str]]:
        return jsonify(error.body), error.status, error.headers

    @application.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[FlaskResponse, int, dict[str, str]]:
        if error.code == 404 and endpoint.flavor == "otc":
            message = "The API does not exist or has not been published in the environment"
            return refuse(gateway_error(404, "APIGW.0101", message))
        kind = f"HTTP{error.name.replace(' ', '')}"
        return refuse(NeutronError(error.code or 500, kind, error.description or ""))

    @application.after_request
    def mark(response: FlaskResponse) -> FlaskResponse:
        header = "X-Request-Id" if endpoint.flavor == "otc" else "X-Openstack-Request-Id"
        response.headers.setdefault(header, _request_id())
        return response

    @application.post("/control/faults")
    def add_fault() -> tuple[FlaskResponse, int]:
        try:
            endpoint.fault(**request.get_json(force=True))
        except (TypeError, ValueError) as error:
            return jsonify(message=str(error)), 400
        return jsonify(), 201

    @application.post("/control/change")
    def change() -> tuple[FlaskResponse, int]:
        sent = request.get_json(force=True)
        try:
            endpoint.change(sent["id"], **sent["attributes"])
        except KeyError as error:
            return jsonify(message=f"no such object or key: {error}"), 400
        return jsonify(), 200

    @application.get("/control/requests")
    def recorded() -> FlaskResponse:
        rows = [
            {"method": one.method, "path": one.path, "query": one.query, "started": one.started}
            for one in endpoint.requests
        ]
        return jsonify(count=len(rows), requests=rows)

    @application.post("/control/<any(reset, revoke_tokens):what>")
    def control(what: str) -> FlaskResponse:
        getattr(endpoint, what)()
        return jsonify()

    return application


def _request_id() -> str:
    return f"req-{stable_id('request', 'number', time.monotonic_ns())}"


class _Server(ThreadedWSGIServer):
    """Werkzeug's server with connections that stay open, and can be broken."""

    daemon_threads = True

    def __init__(self, endpoint: MockApi, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__("127.0.0.1", port, endpoint.application, _Handler, ssl_context=tls)
        self.endpoint = endpoint
        self.to_reset: set[socket.socket] = set()
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        if request in self.to_reset:
            self.to_reset.discard(request)
            # Without lingering, closing resets the connection.
            request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def drop_connections(self) -> None:
        """Close the connections that clients keep open."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The client was faster.
                continue


class _Handler(WSGIRequestHandler):
    """Records a request, answers it, and makes its fault happen.

    Werkzeug's own handler closes the connection after each answer; this one keeps it.
    """

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def finish(self) -> None:
        """Close the connection, which the client may have left already."""
        with contextlib.suppress(ConnectionError):
            super().finish()

    def run_wsgi(self) -> None:
        endpoint = self.server.endpoint
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(
            self.rfile.read(int(self.headers["Content-Length"] or 0))
        )
        fault = Fault()
        path, _mark, query = self.path.partition("?")
        if not path.startswith("/control/"):
            headers = {name.lower(): value for name, value in self.headers.items()}
            pairs = parse_qsl(query, keep_blank_values=True)
            endpoint.requests.append(Recorded(self.command, path, pairs, headers, time.time()))
            fault = endpoint.faults.take(self.command, self.path) or fault
        environ["endpoint.quirks"] = fault.quirks
        for object_id, attributes in fault.change.items():
            endpoint.scenario.change(object_id, attributes)
        if fault.ignore:
            response = Response()
        else:
            response = Response.from_app(endpoint.application, environ, buffered=True)
        time.sleep(fault.delay)
        if fault.reset and fault.cut is None:
            self._break(reset=True)
            return
        fault.alter(response)
        self._send(response, fault)

    def _send(self, response: Response, fault: Fault) -> None:
        body = response.get_data()
        headers: Mapping[str, str] = {"Content-Length": str(len(body) + fault.flood)}
        self.send_response(response.status_code)
        for name, value in response.headers.items():
            if name not in headers:
                self.send_header(name, value)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        for start in range(0, fault.flood, 65536):
            self.wfile.write(b" " * min(65536, fault.flood - start))
        sent = body if fault.cut is None else body[: fault.cut]
        if fault.drip:
            for byte in sent:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(fault.drip)
        else:
            self.wfile.write(sent)
        self.wfile.flush()
        if fault.cut is not None:
            self._break(reset=fault.reset)

    def _break(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.server.to_reset.add(self.connection)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Keep silent: the requests are on record."""
