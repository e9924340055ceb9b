# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one exception that users see, and the five shapes of the API's error bodies.

Private to this collection.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import typing as t
from urllib.parse import urlsplit, urlunsplit

TEMPORARY = (408, 429, 500, 502, 503, 504)  # HTTP statuses
MESSAGE_LENGTH = 500  # characters of a server's own words


class VpnError(Exception):
    """What went wrong, in one sentence a person can act on; it never holds a secret.

    `status` is the HTTP status, if the VPN API answered with one; `not_found` says that it means the
    object and not the URL, `temporary` that a second try may help, `retry_after` when (seconds), `request_id` is the server's.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        not_found: bool = False,
        temporary: bool = False,
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.not_found = not_found
        self.temporary = temporary
        self.retry_after = retry_after
        self.request_id = request_id


def import_library(name: str, needed_by: str) -> t.Any:
    """Import a library only when an option needs it; VpnError names both when it is missing."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = {"openstack": "openstacksdk"}.get(name.partition(".")[0], name.partition(".")[0])
        raise VpnError(
            f"The Python library {package} is missing, {needed_by} needs it: install it for "
            f"{sys.executable} (python -m pip install {package}). The import said: {error}."
        ) from error


def redact_url(url: str) -> str:
    """The URL without its query and user information, either of which may hold a secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(no URL)"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def one_line(text: str) -> str:
    """A server's text on one line: control characters gone, white space folded, cut to length."""
    text = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", " ", text).split())
    return text if len(text) <= MESSAGE_LENGTH else text[:MESSAGE_LENGTH] + "…"


def mask(text: str, secrets: t.Iterable[str]) -> str:
    """The text with stars for each secret; one of under four characters could be any word."""
    for secret in secrets:
        if len(secret) >= 4:
            text = text.replace(secret, "********")
    return text


def root_cause(error: BaseException) -> str:
    """The innermost reason of an exception of requests: what holds the URL is left out."""
    while True:
        inner = [
            part
            for part in (getattr(error, "reason", None), error.__cause__, *error.args)
            if isinstance(part, BaseException)
        ]
        if not inner:
            break
        error = inner[0]
    # urllib3 puts the connection's name in front
    text = re.sub(r"^[^:]*[>)]: ", "", str(error)) or type(error).__name__
    return one_line(text).rstrip(".")


# Failures of a request without a response, by the exception of requests, most specific first:
# the sentence, and whether the same request can succeed later.
_TRANSPORT: tuple[tuple[str, str, bool], ...] = (
    (
        "SSLError",
        "{where}: the TLS certificate was not accepted: {reason}. "
        "Set ca_cert to the authority that signed it.",
        False,
    ),
    (
        "ProxyError",
        "{where} cannot be reached through the proxy: {reason}. Check the proxy variables "
        "(HTTPS_PROXY, NO_PROXY).",
        True,
    ),
    ("Timeout", "{where} timed out after {timeout:g} seconds (api_timeout).", True),
    (
        "ConnectionError",
        "{where} failed: {reason}. Check {option}, the network and the proxy settings.",
        True,
    ),
    (
        "ChunkedEncodingError",
        "{where} failed: {reason}. Check {option}, the network and the proxy settings.",
        True,
    ),
    (
        "ContentDecodingError",
        "{where} failed: {reason}. Check {option}, the network and the proxy settings.",
        True,
    ),
    ("InvalidURL", "{where} cannot be sent: the URL is wrong. Check {option}.", False),
)


def transport_error(error: OSError, where: str, option: str, timeout: float) -> VpnError:
    """Return the VpnError for a request that got no response.

    `option` is the one that contains the URL, `timeout` (seconds) the limit of the request.
    """
    exceptions = import_library("requests", "every request to the API").exceptions
    sentence, temporary = next(
        (
            (sentence, temporary)
            for name, sentence, temporary in _TRANSPORT
            if isinstance(error, getattr(exceptions, name))
        ),
        ("{where} cannot be sent: {reason}.", False),
    )
    return VpnError(
        sentence.format(where=where, option=option, timeout=timeout, reason=root_cause(error)),
        temporary=temporary,
    )


def server_message(body: bytes, secrets: t.Collection[str] = ()) -> str:
    """The server's own message and request id, out of any of the known shapes of error bodies.

    Neutron, Keystone, OTC's services, its gateway and plain `message` bodies are understood;
    of HTML the title is shown, of any other text its beginning; a pre-shared key in it never is,
    nor is one of the secrets.
    """
    # Before anything is cut off, or a part of a secret might stay.
    text = mask(body[:65536].decode("utf-8", "replace"), secrets)
    text = re.sub(r'("psk"\s*:\s*)"(?:[^"\\]|\\.)*("|\\?$)', r'\1"********"', text)
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        text = text[: 4 * MESSAGE_LENGTH]
        title = re.search(r"<title[^<>]*>([^<]*)", text, re.IGNORECASE)
        return one_line(title.group(1) if title else re.sub(r"<[^<>]*>", " ", text))
    if not isinstance(answer, dict):
        return one_line(text)
    inner = answer.get("NeutronError") or answer.get("error") or answer
    if not isinstance(inner, dict):
        inner = {"message": inner}
    message = inner.get("message") or inner.get("error_msg") or inner.get("title")
    if not message:
        return one_line(text)
    code = inner.get("error_code") or (
        inner.get("code") if isinstance(inner.get("code"), str) else ""
    )
    request_id = inner.get("request_id") or answer.get("request_id")
    message = (
        (f"{code}: " if code else "")
        + str(message)
        + (f" {inner['detail']}" if inner.get("detail") else "")
        + (f" (request id {request_id})" if request_id else "")
    )
    return one_line(mask(message, secrets))


def parse_retry_after(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date; None when there is no sense in it."""
    if not retry_after:
        return None
    retry = import_library("urllib3.util", "requests").Retry()
    try:
        return max(0.0, float(retry.parse_retry_after(retry_after)))
    except (
        import_library("urllib3.exceptions", "requests").InvalidHeader,
        ValueError,
        OverflowError,
    ):
        return None
