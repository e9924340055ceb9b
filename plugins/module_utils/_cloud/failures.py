# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with a request, as sentences for users. Private to this collection."""

from __future__ import annotations

import json
import os
import re
import typing as t

from . import errors
from .json_body import parse_json
from .proxies import proxy_variables

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # variables that requests reads
TEMPORARY = (408, 429, 500, 502, 503, 504)  # HTTP statuses
NO_PERMISSION = "VPN.0005"  # what Enterprise Edition VPN returns for it, with HTTP 500
NOT_READY = "VPN.0003"  # no permission with HTTP 403, otherwise an object that is being created

# What to do after an HTTP status, by service.
HINTS: dict[str, dict[int, str]] = {
    "Keystone": {
        401: "Check the user, the password or secret, the domain and the project.",
        400: "Check user_domain_name and project_domain_name in auth.",
        404: "Check auth_url, which usually ends in /v3, and the token if one is given.",
        429: "Too many token requests. Wait, or pass one token to several tasks.",
    },
    "classic": {
        401: "The API rejected the token or signature. Check the credentials and the clock.",
        403: "The user is not authorized. Assign a role with access to VPN.",
        404: "The network service of this cloud does not offer VPNaaS (openstack extension show "
        "vpnaas), or the URL is wrong. Check endpoint and region_name.",
        429: "Requests are being throttled. Wait, or poll less often.",
    },
    "enterprise": {
        401: "The API rejected the token or signature. Check the credentials and the clock.",
        403: "The user is not authorized. Assign a role with access to VPN.",
        404: "The URL or the project is wrong, or the region has no Enterprise Edition VPN. Check "
        "enterprise_endpoint, region_name and auth.project_id, or the option editions.",
        429: "Requests are being throttled. Wait, or poll less often.",
    },
}


class Failure(t.NamedTuple):
    """A failure of a request without a response.

    The first row of which the exception of requests and the reason match applies.
    """

    exception: str  # of requests.exceptions
    reason: str  # regular expression
    sentence: str
    temporary: bool


_TLS = "{where}: TLS verification failed: {reason}. "
FAILURES = (
    Failure(
        "SSLError",
        "private key is encrypted",
        "{where} cannot be sent: the client certificate is not usable, because its key is encrypted. "
        "Set client_key to a key without a passphrase.",
        False,
    ),
    Failure(
        "SSLError",
        "KEY_VALUES_MISMATCH|key values mismatch|^\\[SSL\\] PEM lib",
        "{where} cannot be sent: the client certificate is not usable. Set client_cert to a "
        "certificate in PEM format, and client_key to its key.",
        False,
    ),
    Failure(
        "SSLError",
        "expired|not yet valid",
        _TLS + "Renew the certificate of the server or of its CA, and check the clock.",
        False,
    ),
    Failure(
        "SSLError",
        "too weak|too small",
        _TLS + "Reissue the certificate of the server or of its CA with a stronger key and digest.",
        False,
    ),
    Failure(
        "SSLError",
        "mismatch|doesn.t match|not valid for",
        _TLS + "The certificate is for another host name. Check {option}.",
        False,
    ),
    Failure(
        "SSLError",
        "Missing (?:Authority|Subject) Key Identifier|key usage extension|not marked critical",
        _TLS
        + "Python 3.13 and later require this of a certificate. Reissue the certificate, or run "
        "the module with an older Python.",
        False,
    ),
    Failure(
        "SSLError",
        "NO_CERTIFICATE_OR_CRL_FOUND|no certificate or crl found|NO_START_LINE|^\\[X509",
        "{where}: {ca_cert} contains no certificate. Set ca_cert to a file with the CA certificate "
        "in PEM format.",
        False,
    ),
    Failure(
        "SSLError",
        "WRONG_VERSION_NUMBER|record layer failure|UNKNOWN_PROTOCOL|HTTP_REQUEST",
        "{where} failed: the server does not use TLS on this port. Check the scheme and the port of "
        "{option}.",
        False,
    ),
    Failure(
        "SSLError",
        "CERTIFICATE_REQUIRED|certificate required|HANDSHAKE_FAILURE|alert .*certificate",
        "{where}: the TLS handshake failed: {reason}. Check client_cert and client_key.",
        False,
    ),
    Failure("SSLError", "verif|certificate", _TLS + "{ca_advice}", False),
    Failure("SSLError", "", "{where}: TLS failed: {reason}. Check {option}.", False),
    Failure(
        "ProxyError",
        "407|roxy.?[Aa]uthentication",
        "Cannot reach {where} through the proxy: {reason}. Check the user and password in "
        "{proxy_variables}.",
        False,
    ),
    Failure(
        "ProxyError",
        "",
        "Cannot reach {where} through the proxy: {reason}. Check {proxy_variables}.",
        True,
    ),
    Failure(
        "ConnectionError",
        "SOCKS.*authenticat",
        "Cannot reach {where} through the proxy: {reason}. Check the user and password in "
        "{proxy_variables}.",
        False,
    ),
    Failure("Timeout", "", "{where} timed out after {timeout:g} seconds (api_timeout).", True),
    Failure(
        "ConnectionError",
        "resolve|getaddrinfo|[Nn]ame or service|nodename",
        "{where} failed: the host name cannot be resolved. Check {option} and the proxy settings.",
        True,
    ),
    Failure(
        "InvalidURL", "", "{where} cannot be sent: the URL is not valid. Check {option}.", False
    ),
    Failure(
        "RequestException",
        "",
        "{where} failed: {reason}. Check {option}, the network and the proxy settings.",
        True,
    ),
    Failure(
        "",
        "CA certificate bundle",
        "{where} cannot be sent: file not found: {ca_cert}. Check the path.",
        False,
    ),
    Failure("", "", "{where} cannot be sent: {reason}.", False),
)
# Exceptions whose text contains what the server sent, by name.
_NOT_HTTP = {
    "BadStatusLine": "the response does not begin with an HTTP status line",
    "InvalidChunkLength": "the response is not chunked as its headers say",
}
_UNSENT = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


class Place(t.NamedTuple):
    """Where a request goes, for messages."""

    where: str  # operation and URL
    option: str  # the option that contains the URL
    timeout: float  # seconds
    ca_cert: t.Any = None  # the argument `verify` of requests
    secrets: tuple[str, ...] = ()


def transport_error(error: BaseException, place: Place) -> errors.VpnError:
    """Return the VpnError for a request that got no response, or only a part of one."""
    exceptions = errors.import_library("requests", "every request to the API").exceptions
    chain = _chain(error)
    reason = root_cause(error)
    row = next(
        row
        for row in FAILURES
        if (not row.exception or isinstance(error, getattr(exceptions, row.exception)))
        and re.search(row.reason, reason)
    )
    ca_cert, source = place.ca_cert if isinstance(place.ca_cert, str) else None, "ca_cert"
    bundles = [name for name in BUNDLES if os.environ.get(name)]
    if not ca_cert and bundles:
        source, ca_cert = bundles[0], os.environ[bundles[0]]
    sentence = row.sentence.format(
        where=place.where,
        option=place.option,
        timeout=place.timeout,
        reason=errors.mask_named(errors.mask(_plain(reason), place.secrets)).rstrip("."),
        ca_cert=f"{source} ({ca_cert})" if ca_cert else "the CA bundle",
        ca_advice="Check that ca_cert contains the CA that signed the certificate."
        if ca_cert and source == "ca_cert"
        else "Set ca_cert to the CA that signed the certificate"
        + (f", or add it to {source}." if ca_cert else "."),
        proxy_variables=proxy_variables(os.environ),
    )
    unprocessed = isinstance(error, (exceptions.SSLError, exceptions.ConnectTimeout)) or any(
        type(one).__name__ in _UNSENT for one in chain
    )
    return errors.VpnError(sentence, temporary=row.temporary, unprocessed=unprocessed)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception of requests with its reasons, the innermost last."""
    chain = [error]
    while True:
        inner = [
            part
            for part in (getattr(chain[-1], "reason", None), chain[-1].__cause__, *chain[-1].args)
            if isinstance(part, BaseException) and part not in chain
        ]
        if not inner:
            return chain
        chain.append(inner[0])


def root_cause(error: BaseException) -> str:
    """Return the innermost reason of an exception of requests, because the others contain the URL."""
    innermost = _chain(error)[-1]
    if type(innermost).__name__ in _NOT_HTTP:
        return _NOT_HTTP[type(innermost).__name__]
    # urllib3 puts the name of the connection first
    text = re.sub(r"^[^:]*[>)]: ", "", str(innermost)) or type(innermost).__name__
    return errors.one_line(text).rstrip(".")


def _plain(reason: str) -> str:
    """Return a reason without the notation of OpenSSL, errno and the credentials of URLs."""
    reason = re.sub(r" ?\(_ssl\.c:\d+\)", "", reason)
    reason = re.sub(r"^\[(?:SSL[^\]]*|Errno -?\d+)\] ", "", reason)
    reason = re.sub(r"^certificate verify failed: ", "", reason)
    return re.sub(r"://[^/\s]*@", "://", reason)


def is_forbidden(status: int, body: bytes) -> bool:
    """Return whether the user lacks a permission."""
    return status == 403 or _error_code(body) == NO_PERMISSION


def is_temporary(status: int, body: bytes) -> bool:
    """Return whether the same request can succeed later."""
    if is_forbidden(status, body):
        return False
    return status in TEMPORARY or _error_code(body) == NOT_READY


def _error_code(body: bytes) -> str:
    try:
        answer = parse_json(body)
    except (ValueError, RecursionError):
        return ""
    return str(answer.get("error_code")) if isinstance(answer, dict) else ""


def server_message(body: bytes, secrets: t.Collection[str] = ()) -> str:
    """Return the server's own message and request ID, from any known shape of error bodies.

    Neutron, Keystone, the services of Open Telekom Cloud, its API gateway and bodies with a plain
    `message` are understood. Of HTML the title is returned, of any other text the beginning, and
    never a secret.
    """
    # Before anything is cut off, or a part of a secret could remain.
    text = errors.mask(body[:65536].decode("utf-8", "replace"), secrets)
    try:
        answer = errors.mask_keys(json.loads(text))
    except (ValueError, RecursionError):
        text = re.sub(r"(?is)<(script|style)\b.*?(?:</\1\s*>|$)", " ", text)
        text = errors.mask_named(text[: 4 * errors.MESSAGE_LENGTH])
        title = re.search(r"<title[^<>]*>([^<]*)", text, re.IGNORECASE)
        return _message(title.group(1) if title else re.sub(r"<[^<>]*>", " ", text), secrets)
    if not isinstance(answer, dict):
        return _message(json.dumps(answer), secrets)
    inner = answer.get("NeutronError") or answer.get("error") or answer
    if inner is answer and len(answer) == 1:  # under a name of the fault, such as itemNotFound
        (only,) = answer.values()
        inner = only if isinstance(only, dict) else answer
    if not isinstance(inner, dict):
        inner = {"message": inner}
    message = inner.get("message") or inner.get("error_msg") or inner.get("title")
    if not message:
        return _message(json.dumps(answer), secrets)
    code = inner.get("error_code") or (
        inner.get("code") if isinstance(inner.get("code"), str) else ""
    )
    request_id = inner.get("request_id") or answer.get("request_id")
    return _message(
        (f"{code}: " if code else "")
        + str(message)
        + (f" {inner['detail']}" if inner.get("detail") else "")
        + (f" (request id {request_id})" if request_id else ""),
        secrets,
    )


def _message(text: str, secrets: t.Collection[str]) -> str:
    import html  # because only messages need it

    text = errors.mask(html.unescape(errors.mask(text, secrets)), secrets)
    return errors.one_line(
        re.sub(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>", " ", errors.mask_named(text))
    )


def parse_retry_after(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After header, a number or a date; None if it is neither."""
    if not retry_after:
        return None
    retry = errors.import_library("urllib3.util", "requests").Retry()
    try:
        return max(0.0, float(retry.parse_retry_after(retry_after)))
    except (
        errors.import_library("urllib3.exceptions", "requests").InvalidHeader,
        ValueError,
        OverflowError,
    ):
        return None
