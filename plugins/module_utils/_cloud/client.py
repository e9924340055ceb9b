# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the API: method and path in, JSON out. Private to this collection."""

from __future__ import annotations

import re
import threading
import typing as t

from .authenticator import Authenticator, create_authenticator
from .deadline import retry, run_with_deadline
from .endpoints import CLASSIC, find_endpoint
from .errors import (
    TEMPORARY,
    VpnError,
    import_library,
    one_line,
    parse_retry_after,
    redact_url,
    server_message,
    transport_error,
)
from .json_body import parse_json
from .tls import Tls, tls_settings

Query = list[tuple[str, str]]
JsonObject = dict[str, t.Any]

MAX_RESPONSE_BYTES = 256 * 1024 * 1024  # 10 000 connections are 8 MB
MAX_TIMEOUT = 86400.0  # seconds
REPEATABLE = ("GET", "HEAD")  # methods that a transient error repeats
HINTS = {
    401: "The token or signature was not accepted: check the credentials and the clock.",
    403: "This user may not read it: ask for a role that may.",
    404: "The endpoint is not the VPN API's, or the project id is empty: check endpoint and "
    "region_name.",
    429: "The API throttles this user: wait, or ask less often.",
}


class _Response(t.NamedTuple):
    status: int
    headers: t.Mapping[str, str]
    body: bytes


class Client:
    """Sends requests to the API at one endpoint, with one authenticator."""

    def __init__(
        self,
        url: str,
        auth: Authenticator,
        session: t.Any,
        *,
        tls: Tls,
        api_timeout: float = 60.0,
        retries: int = 3,
    ) -> None:
        """Store the settings; `api_timeout` is in seconds for a whole request."""
        self.url = url
        self.auth = auth
        self._requests = import_library("requests", "every request to the API")
        self._session = session
        self._tls = tls
        self._timeout = api_timeout
        self._retries = retries

    def get(self, path: str, query: Query | None = None) -> JsonObject:
        """Return the JSON object at a path below the endpoint. Raises VpnError."""
        return self.request("GET", path, query)

    def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: JsonObject | None = None,
    ) -> JsonObject:
        """Return the JSON object of the response, or an empty one for a response without a body.

        Only requests that change nothing are repeated after a transient error. Raises VpnError.
        """
        retries = self._retries if method in REPEATABLE else 0
        response = retry(
            lambda: self._request(method, path, query or [], body), self._timeout, retries
        )
        if response.status == 204:
            return {}
        try:
            parsed = parse_json(response.body)
        except (ValueError, RecursionError):
            content_type = response.headers.get("Content-Type") or "no content type"
            message = server_message(response.body, self.auth.secrets)
            raise self.unexpected(
                path,
                f"is not JSON, or is cut short ({one_line(content_type)}; "
                f"it begins: {message[:80]})",
                method,
            ) from None
        if not isinstance(parsed, dict):
            raise self.unexpected(path, f"is a {type(parsed).__name__}, not an object", method)
        return parsed

    def unexpected(self, path: str, problem: str, method: str = "GET") -> VpnError:
        """Return the error for a response that the API does not send."""
        return VpnError(
            f"The answer of {method} {self.location(path)} {problem}: this is not the VPN "
            "API, or something between here and there changed it. Check endpoint and proxy."
        )

    def location(self, path: str) -> str:
        """Return the URL of a path for messages, without anything secret."""
        return redact_url(f"{self.url}/{path}")

    def _request(self, method: str, path: str, query: Query, body: JsonObject | None) -> _Response:
        """Return a response with a 2xx status, with a new token if the old one has expired."""
        response = self._send(method, path, query, body, renew=True)
        if 200 <= response.status < 300:
            return response
        where = f"{method} {self.location(path)}"
        if 300 <= response.status < 400:
            raise VpnError(
                f"{where} redirects (HTTP {response.status}) to "
                f"{one_line(redact_url(response.headers.get('Location', 'nowhere')))}: redirects are "
                "not followed, because they would carry the token along. Check endpoint.",
                status=response.status,
            )
        message = server_message(response.body, self.auth.secrets) or "no message"
        request_id = _request_id(response.headers)
        message += f" (request id {request_id})" if request_id and request_id not in message else ""
        message += "" if message.endswith(".") else "."
        hint = HINTS.get(response.status, "")
        raise VpnError(
            f"{where} answered HTTP {response.status}: {message}" + (f" {hint}" if hint else ""),
            status=response.status,
            not_found=response.status == 404 and _is_object_404(response.body),
            temporary=response.status in TEMPORARY,
            retry_after=parse_retry_after(response.headers.get("Retry-After")),
            request_id=request_id or None,
        )

    def _send(
        self, method: str, path: str, query: Query, body: JsonObject | None, renew: bool
    ) -> _Response:
        """Return a response of any status within the time for a request. Raises VpnError."""
        self.auth.authenticate()
        where = f"{method} {self.location(path)}"

        def exchange(over: threading.Event) -> tuple[t.Any, _Response]:
            with self._session.request(
                method,
                f"{self.url}/{path}",
                params=query,
                json=body,
                auth=self.auth,
                headers={"Accept": "application/json"},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                verify=self._tls.verify,
                cert=self._tls.cert,
            ) as response:
                chunks, size = [], 0
                for chunk in response.iter_content(1024 * 1024):
                    size += len(chunk)
                    if over.is_set():
                        break
                    if size > MAX_RESPONSE_BYTES:
                        raise VpnError(
                            f"{where} answered more than {MAX_RESPONSE_BYTES // 2**20} MiB: that is "
                            "no list of VPN objects. Check endpoint."
                        )
                    chunks.append(chunk)
                return response.request, _Response(
                    response.status_code, response.headers, b"".join(chunks)
                )

        try:
            request, response = run_with_deadline(self._timeout, exchange, where)
        except OSError as error:  # all exceptions of requests, and files that cannot be read
            raise transport_error(error, where, "endpoint", self._timeout) from error
        except ValueError:  # its text contains the value
            raise VpnError(
                f"{where} cannot be sent: a credential or project_id contains a character that "
                "HTTP headers do not allow, such as a trailing newline."
            ) from None
        if response.status == 401 and renew and self.auth.renew(request):
            return self._send(method, path, query, body, renew=False)
        return response


class Session:
    """Access to one cloud: the clients of all editions share one token and its connections."""

    def __init__(self, options: t.Mapping[str, t.Any]) -> None:
        """Check the options, completed with `options.merge_options`; send nothing. Raises VpnError."""
        requests = import_library("requests", "every request to the API")
        self._options = options
        self._timeout, self._retries = options["api_timeout"], options["retries"]
        if not 0 < self._timeout <= MAX_TIMEOUT:
            raise VpnError(
                f"api_timeout must be greater than 0 and at most {MAX_TIMEOUT:g} seconds, "
                f"got: {self._timeout:g}."
            )
        if self._retries < 0:
            raise VpnError(f"retries must be 0 or greater, got: {self._retries}.")
        self._session = requests.Session()
        self._tls = tls_settings(options)
        if not self._tls.verify:
            import_library("urllib3", "requests").disable_warnings()
        self.auth = create_authenticator(options, self._session, self._tls)

    def client(self, edition: str = CLASSIC) -> Client:
        """Return a client of the API of an edition, `classic` or `enterprise`.

        Requests a token if the endpoint or the project ID comes from Keystone. Raises VpnError.
        """
        url = retry(
            lambda: find_endpoint(edition, self._options, self.auth), self._timeout, self._retries
        )
        return Client(
            url,
            self.auth,
            self._session,
            tls=self._tls,
            api_timeout=self._timeout,
            retries=self._retries,
        )


def connect(options: t.Mapping[str, t.Any], edition: str = CLASSIC) -> Client:
    """Return a client for one edition; `Session` gives clients for several with one token."""
    return Session(options).client(edition)


def _request_id(headers: t.Mapping[str, str]) -> str:
    """Return the request ID for the operators of the server; nothing that looks different."""
    value = headers.get("X-Openstack-Request-Id") or headers.get("X-Request-Id") or ""
    return value if re.fullmatch(r"[A-Za-z0-9_.:-]{1,64}", value) else ""


def _is_object_404(body: bytes) -> bool:
    """Return whether a 404 is about the object; those of gateways and proxies are about the URL."""
    try:
        answer = parse_json(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and not str(answer.get("error_code")).startswith("APIGW.")
