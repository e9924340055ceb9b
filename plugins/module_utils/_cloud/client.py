# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the API: method and path in, JSON out. Private to this collection."""

from __future__ import annotations

import os
import re
import time
import typing as t

from . import errors, failures
from .authenticator import Authenticator, create_authenticator
from .endpoints import CLASSIC, find_endpoint
from .json_body import parse_json
from .proxies import proxy_secrets
from .retries import retry
from .tls import tls_settings
from .transport import BoundedAdapter, ResponseTooLargeError, open_session

if t.TYPE_CHECKING:
    from requests import Response

Query = list[tuple[str, str]]
JsonObject = dict[str, t.Any]

MAX_TIMEOUT = 86400.0  # seconds
MAX_RETRIES = 100
REPEATABLE = ("GET", "HEAD")  # methods that change nothing


class Session:
    """Access to one cloud: the clients of all editions share one token and its connections."""

    def __init__(self, options: t.Mapping[str, t.Any]) -> None:
        """Check the options, completed with `options.merge_options`; send nothing. Raises VpnError."""
        errors.import_library("requests", "every request to the API")
        self._options = options
        self.timeout, self.retries = options["api_timeout"], options["retries"]
        if not 0 < self.timeout <= MAX_TIMEOUT:
            raise errors.VpnError(
                f"api_timeout must be greater than 0 and at most {MAX_TIMEOUT:g} seconds, "
                f"got: {self.timeout:g}."
            )
        if not 0 <= self.retries <= MAX_RETRIES:
            raise errors.VpnError(
                f"retries must be between 0 and {MAX_RETRIES}, got: {self.retries}."
            )
        self.tls = tls_settings(options)
        if not self.tls.verify:
            errors.import_library("urllib3", "requests").disable_warnings()
        self._adapter = BoundedAdapter(self.timeout)
        self.http = open_session(self._adapter)
        self.auth = create_authenticator(options, self.http, self.tls)

    def client(self, edition: str = CLASSIC) -> Client:
        """Return a client of the API of an edition, `classic` or `enterprise`.

        Requests a token if the endpoint or the project ID comes from Keystone. Raises VpnError.
        """
        url = self.retry(lambda: find_endpoint(edition, self._options, self.auth))
        return Client(self, edition, url)

    def retry(self, call: t.Callable[[], t.Any], repeatable: bool = True) -> t.Any:
        """Return what `call` returns, repeating it after transient errors. Raises VpnError.

        With `repeatable` false, only if the server has not processed the request.
        """
        end = time.monotonic() + self.timeout * (self.retries + 1)
        if self._adapter.end is not None:
            end = min(end, self._adapter.end)
        return retry(call, self.retries, end, self._adapter.closed.wait, repeatable)

    def limit(self, end: float | None) -> None:
        """Set when all requests end, by time.monotonic, whatever api_timeout and retries allow."""
        self._adapter.end = end

    def remaining(self) -> float:
        """Return how many seconds the next request can take."""
        return self._adapter.remaining()

    def close(self) -> None:
        """End all requests at once, from another thread too; no thread and no socket remains."""
        self._adapter.close()
        self.http.close()


class Client:
    """Sends requests to the API of one edition."""

    def __init__(self, session: Session, edition: str, url: str) -> None:
        self.session = session
        self.edition = edition
        self.url = url
        self.auth: Authenticator = session.auth
        self.bytes_received = 0

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

        A request that changes something is repeated only if the server has not processed it: after
        a connection that was not established, HTTP 429, or HTTP 503 with Retry-After. When the
        response is lost, the caller has to read the object first. Raises VpnError.
        """
        response = self.session.retry(
            lambda: self._request(method, path, query or [], body), method in REPEATABLE
        )
        self.bytes_received += len(response.content)
        if response.status_code == 204:
            return {}
        try:
            parsed = parse_json(response.content)
        except (ValueError, RecursionError):
            content_type = response.headers.get("Content-Type") or "no content type"
            message = failures.server_message(response.content, self.auth.secrets)
            raise self.unexpected(
                path,
                f"it is not JSON, or it is truncated ({errors.one_line(content_type)}; it begins: "
                f"{message[:80]})",
                method,
            ) from None
        if not isinstance(parsed, dict):
            raise self.unexpected(path, f"it is a {type(parsed).__name__}, not an object", method)
        if set(parsed) & {"NeutronError", "error", "error_msg"}:
            message = failures.server_message(response.content, self.auth.secrets)
            raise self.unexpected(path, f"it contains the error {message!r}", method)
        return parsed

    def unexpected(self, path: str, problem: str, method: str = "GET") -> errors.VpnError:
        """Return the error for a response that the API does not send."""
        return errors.VpnError(
            f"Unexpected response from {method} {self.location(path)}: {problem}. "
            f"Check {self._option} and the proxy settings."
        )

    def location(self, path: str) -> str:
        """Return the URL of a path for messages, without anything secret."""
        return errors.redact_url(f"{self.url}/{path}")

    @property
    def _option(self) -> str:
        return "endpoint" if self.edition == CLASSIC else "enterprise_endpoint"

    def _request(self, method: str, path: str, query: Query, body: JsonObject | None) -> Response:
        """Return a response with a 2xx status, with a new token if the old one has expired."""
        response = self._send(method, path, query, body)
        if response.status_code == 401 and self.auth.renew(response.request):
            response = self._send(method, path, query, body)
        status = response.status_code
        if 200 <= status < 300 and status != 206:
            return response
        where = f"{method} {self.location(path)}"
        if status == 206:
            raise self.unexpected(path, "it is partial (HTTP 206)", method)
        if 300 <= status < 400:
            raise errors.VpnError(
                f"{where} redirects (HTTP {status}) to "
                f"{errors.one_line(errors.redact_url(response.headers.get('Location', 'nowhere')))}: redirects are "
                f"not followed, because they would carry the token along. Check {self._option}.",
                status=status,
            )
        message = failures.server_message(response.content, self.auth.secrets) or "no message"
        request_id = _request_id(response.headers)
        message += f" (request id {request_id})" if request_id and request_id not in message else ""
        message += "" if message.endswith(".") else "."
        forbidden = failures.is_forbidden(status, response.content)
        hint = failures.HINTS[self.edition].get(403 if forbidden else status, "")
        retry_after = failures.parse_retry_after(response.headers.get("Retry-After"))
        raise errors.VpnError(
            f"{where} returned HTTP {status}: {message}" + (f" {hint}" if hint else ""),
            status=status,
            forbidden=forbidden,
            temporary=failures.is_temporary(status, response.content),
            retry_after=retry_after,
            # because a gateway that throttles or has no server left has not passed the request on
            unprocessed=status == 429 or (status == 503 and retry_after is not None),
            request_id=request_id or None,
        )

    def _send(self, method: str, path: str, query: Query, body: JsonObject | None) -> Response:
        """Return a response of any status. Raises VpnError."""
        self.auth.authenticate()
        place = failures.Place(
            f"{method} {self.location(path)}",
            self._option,
            self.session.remaining(),
            self.session.tls.verify,
            (*self.auth.secrets, *proxy_secrets(os.environ)),
        )
        try:
            return self.session.http.request(
                method,
                f"{self.url}/{path}",
                params=query,
                json=body,
                auth=self.auth,
                headers={"Accept": "application/json"},
                allow_redirects=False,
                verify=self.session.tls.verify,
                cert=self.session.tls.cert,
            )
        except ResponseTooLargeError as error:
            raise self.unexpected(path, f"it {error}", method) from None
        except OSError as error:  # all exceptions of requests, and files that cannot be read
            raise failures.transport_error(error, place) from None
        except (ValueError, AssertionError):  # the text contains the value
            raise errors.VpnError(
                f"{place.where} cannot be sent: a credential, project_id or the URL contains a "
                f"character that HTTP does not allow. Check auth and {self._option}."
            ) from None


def connect(options: t.Mapping[str, t.Any], edition: str = CLASSIC) -> Client:
    """Return a client for one edition; `Session` gives clients for several with one token."""
    session = Session(options)
    try:
        return session.client(edition)
    except errors.VpnError:
        session.close()
        raise


def _request_id(headers: t.Mapping[str, str]) -> str:
    """Return the request ID for the operators of the server; nothing that looks different."""
    value = headers.get("X-Openstack-Request-Id") or headers.get("X-Request-Id") or ""
    return value if re.fullmatch(r"[A-Za-z0-9_.:-]{1,64}", value) else ""
