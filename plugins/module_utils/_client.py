# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests in, JSON rows out: session, deadlines, retries, paging, errors.

Private to this collection. It knows no Ansible, and it only ever reads.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import math
import random
import re
import threading
import time
import typing as t
from urllib.parse import parse_qs

from ._auth import Authentication, authentication, base_url, tls
from ._errors import (
    VpnError,
    library,
    plain_url,
    printable,
    reason,
    seconds_of,
    server_message,
)

if t.TYPE_CHECKING:
    from ._resources import Kind

    Query = list[tuple[str, str]]
    Row = dict[str, t.Any]

T = t.TypeVar("T")

LARGEST_ANSWER = 256 * 1024 * 1024  # bytes; 10 000 connections are 8 MB
LONGEST_PAUSE = 30.0  # seconds between two tries, unless the server asks for more
LONGEST_TIMEOUT = 86400.0  # seconds
MARK = "__ansible"  # how Ansible's notation for objects in JSON begins
MARK_ESCAPED = ("\\u005", "\\u006", "\\u007")  # how JSON may write a character of it
WALKS = 3  # how often a list is begun anew when it changes under the walk
TEMPORARY = (408, 429, 500, 502, 503, 504)
HINTS = {
    401: "The token or signature was not accepted: check the credentials and the clock.",
    403: "This user may not read it: ask for a role that may.",
    404: "The endpoint is not the VPN API's, or the project id is empty: check endpoint and "
    "region_name.",
    429: "The API throttles this user: wait, or ask less often.",
}


class _Answer(t.NamedTuple):
    status: int
    headers: t.Mapping[str, str]
    body: bytes


class Client:
    """The read side of the VPN API at one endpoint, as one user."""

    def __init__(
        self,
        endpoint: str,
        auth: Authentication,
        session: t.Any,
        *,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        api_timeout: float = 60.0,
        retries: int = 3,
    ) -> None:
        """`endpoint` may carry a version path; `api_timeout` is in seconds for one whole request."""
        self.url = base_url(endpoint)
        self.auth = auth
        self._requests = library("requests", "every request to the API")
        self._session = session
        self._tls = {"verify": verify, "cert": cert}
        self._timeout = api_timeout
        self._retries = retries

    def rows(self, kind: Kind, query: Query | None = None) -> list[Row]:
        """Every row of a kind that the query selects, over as many pages as the server makes of it.

        Raises VpnError; never answers part of a list.
        """
        for _walk in range(WALKS):
            rows = self._walk(kind, query or [])
            if rows is not None:
                return rows
        raise VpnError(
            f"The list of {kind.title} objects at {self._at(kind.path)} changed {WALKS} times while "
            "it was read page by page: try again."
        )

    def row(self, kind: Kind, object_id: str, query: Query | None = None) -> Row | None:
        """One object, or None when there is none of this id (or none that this user may see)."""
        path = f"{kind.path}/{object_id}"
        try:
            answer = self._json(path, query or [])
        except VpnError as error:
            if error.missing:
                return None
            raise
        row = answer.get(kind.singular)
        if not isinstance(row, dict):
            raise self._unexpected(path, f"has no object {kind.singular}")
        return row

    def _walk(self, kind: Kind, query: Query) -> list[Row] | None:
        """All pages from the first; None when the place to go on from vanished on the way."""
        rows: list[Row] = []
        ids: set[str] = set()
        markers: set[str] = set()
        page_query: Query = []
        while True:
            answer = self._json(kind.path, query + page_query)
            page = answer.get(kind.plural)
            if not isinstance(page, list) or not all(isinstance(row, dict) for row in page):
                raise self._unexpected(kind.path, f"has no list {kind.plural}")
            links = answer.get(kind.plural + "_links")
            following = _following(links, len(page))
            if not following and not page_query:
                return page
            new = [row for row in page if str(row.get("id", id(row))) not in ids]
            rows += new
            ids.update(str(row["id"]) for row in new if "id" in row)
            if not following:
                marker = dict(page_query)["marker"]
                # After a marker that is gone, as after the last full page, comes an empty page.
                if not page and self.row(kind, marker, [("fields", "id")]) is None:
                    return None
                return rows
            page_query = following
            marker = dict(page_query)["marker"]
            if marker in markers or not new:
                raise VpnError(
                    f"GET {self._at(kind.path)} repeats a page instead of going on: the list cannot "
                    "be read whole from this server."
                )
            markers.add(marker)

    def _json(self, path: str, query: Query) -> dict[str, t.Any]:
        answer = retried(lambda: self._answer(path, query), self._timeout, self._retries)
        try:
            parsed = _parsed(answer.body)
        except (ValueError, RecursionError):
            kind = answer.headers.get("Content-Type") or "no content type"
            said = server_message(answer.body, self.auth.secrets)
            raise self._unexpected(
                path, f"is not JSON, or is cut short ({printable(kind)}; it begins: {said[:80]})"
            ) from None
        if not isinstance(parsed, dict):
            raise self._unexpected(path, f"is a {type(parsed).__name__}, not an object")
        return parsed

    def _answer(self, path: str, query: Query) -> _Answer:
        """One answer with a 2xx status, with a new token if the old one had run out."""
        answer = self._sent(path, query, renew=True)
        if 200 <= answer.status < 300:
            return answer
        where = f"GET {self._at(path)}"
        if 300 <= answer.status < 400:
            raise VpnError(
                f"{where} redirects (HTTP {answer.status}) to "
                f"{printable(plain_url(answer.headers.get('Location', 'nowhere')))}: redirects are "
                "not followed, for they would carry the token along. Check endpoint.",
                status=answer.status,
            )
        message = server_message(answer.body, self.auth.secrets) or "no message"
        request_id = _request_id(answer.headers)
        message += f" (request id {request_id})" if request_id and request_id not in message else ""
        message += "" if message.endswith(".") else "."
        hint = HINTS.get(answer.status, "")
        raise VpnError(
            f"{where} answered HTTP {answer.status}: {message}" + (f" {hint}" if hint else ""),
            status=answer.status,
            missing=answer.status == 404 and _means_object(answer.body),
            temporary=answer.status in TEMPORARY,
            retry_after=seconds_of(answer.headers.get("Retry-After")),
        )

    def _sent(self, path: str, query: Query, renew: bool) -> _Answer:
        """One answer of any status within the time for a request; VpnError if there is none."""
        requests = self._requests
        url = f"{self.url}/{path}"
        where = f"GET {self._at(path)}"

        def exchange(over: threading.Event) -> tuple[t.Any, _Answer]:
            with self._session.get(
                url,
                params=query,
                auth=self.auth,
                headers={"Accept": "application/json"},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                **self._tls,
            ) as response:
                chunks, size = [], 0
                for chunk in response.iter_content(1024 * 1024):
                    size += len(chunk)
                    if over.is_set():
                        break
                    if size > LARGEST_ANSWER:
                        raise VpnError(
                            f"{where} answered more than {LARGEST_ANSWER // 2**20} MiB: that is "
                            "no list of VPN objects. Check endpoint."
                        )
                    chunks.append(chunk)
                return response.request, _Answer(
                    response.status_code, response.headers, b"".join(chunks)
                )

        try:
            request, answer = within(self._timeout, exchange, where)
        except requests.exceptions.SSLError as error:
            raise VpnError(
                f"{where}: the TLS certificate was not accepted: {reason(error)}. "
                "Set ca_cert to the authority that signed it."
            ) from error
        except requests.exceptions.ProxyError as error:
            raise VpnError(
                f"{where} cannot be reached through the proxy: {reason(error)}. Check the "
                "proxy variables (HTTPS_PROXY, NO_PROXY).",
                temporary=True,
            ) from error
        except requests.exceptions.Timeout:
            raise VpnError(
                f"{where} did not answer within {self._timeout:g} seconds (api_timeout).",
                temporary=True,
            ) from None
        except (
            requests.exceptions.ConnectionError,
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
        ) as error:
            raise VpnError(
                f"{where} got no whole answer: {reason(error)}. Check endpoint and network.",
                temporary=True,
            ) from error
        except requests.exceptions.InvalidURL as error:
            raise VpnError(f"{where} cannot be sent: the URL is wrong. Check endpoint.") from error
        except OSError as error:  # all other exceptions of requests, and files that cannot be read
            raise VpnError(f"{where} cannot be sent: {reason(error)}.") from error
        except ValueError:  # its text holds the value
            raise VpnError(
                f"{where} cannot be sent: no header may hold what a credential or project_id holds, "
                "most often a line break at its end."
            ) from None
        if answer.status == 401 and renew and self.auth.renew(request):
            return self._sent(path, query, renew=False)
        return answer

    def _unexpected(self, path: str, what: str) -> VpnError:
        return VpnError(
            f"The answer of GET {self._at(path)} {what}: this is not the VPN "
            "API, or something between here and there changed it. Check endpoint and proxy."
        )

    def _at(self, path: str) -> str:
        return plain_url(f"{self.url}/{path}")


def connect(options: t.Mapping[str, t.Any]) -> Client:
    """A client for the connection options, completed with `_auth.complete`.

    Asks Keystone for a token when the endpoint has to come out of the catalog. Raises VpnError.
    """
    requests = library("requests", "every request to the API")
    timeout, retries = options["api_timeout"], options["retries"]
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise VpnError(
            f"api_timeout is {timeout:g}, but it takes seconds: more than 0, {LONGEST_TIMEOUT:g} at most."
        )
    if retries < 0:
        raise VpnError(f"retries is {retries}, but it takes a number from 0 on.")
    session = requests.Session()
    files = tls(options)
    if not files.verify:
        library("urllib3", "requests").disable_warnings()
    auth = authentication(options, session, files)
    endpoint = options.get("endpoint") or retried(
        lambda: within(
            timeout,
            lambda _over: auth.endpoint(options.get("region_name"), options["interface"]),
            f"Keystone at {plain_url(str(options['auth'].get('auth_url')))}",
        ),
        timeout,
        retries,
    )
    return Client(
        endpoint,
        auth,
        session,
        verify=files.verify,
        cert=files.cert,
        api_timeout=timeout,
        retries=retries,
    )


def retried(call: t.Callable[[], T], timeout: float, retries: int) -> T:
    """What `call` returns; called again after temporary failures, `retries` times at most.

    All tries and pauses together take no longer than the tries alone might (`timeout` seconds each).
    """
    end = time.monotonic() + timeout * (retries + 1)
    for attempt in itertools.count():
        try:
            return call()
        except VpnError as error:
            pause = error.retry_after
            if pause is None:
                pause = min(LONGEST_PAUSE, 2.0**attempt) * random.uniform(0.5, 1.0)
            if not error.temporary or attempt >= retries or time.monotonic() + pause > end:
                raise
        time.sleep(pause)
    raise AssertionError  # itertools.count does not end


def within(seconds: float, call: t.Callable[[threading.Event], T], where: str) -> T:
    """What `call` returns or raises; a VpnError when that takes longer than `seconds`.

    A socket's timeout begins anew with every byte: only a clock beside it ends a dripping answer.
    `call` is told by an event that nobody waits for it any more.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    over = threading.Event()

    def run() -> None:
        try:
            results.append(call(over))
        except BaseException as error:  # handed to the caller below
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        over.set()
        raise VpnError(
            f"{where} did not answer whole within {seconds:g} seconds (api_timeout).",
            temporary=True,
        )
    if errors:
        raise errors[0]
    return results[0]


@contextlib.contextmanager
def uncollected() -> t.Iterator[None]:
    """Without Python's search for objects that refer to each other in a circle.

    It goes through all objects there are, again whenever a few hundred have come: among thousands of
    rows, or while libraries are imported into a large program, that takes as long as the work itself.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _request_id(headers: t.Mapping[str, str]) -> str:
    """The request id that the server's operators ask for; nothing that looks like anything else."""
    value = headers.get("X-Openstack-Request-Id") or headers.get("X-Request-Id") or ""
    return value if re.fullmatch(r"[A-Za-z0-9_.:-]{1,64}", value) else ""


def _means_object(body: bytes) -> bool:
    """Whether a 404 is the service's own: a gateway's or a web server's is about the URL."""
    try:
        answer = _parsed(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and not str(answer.get("error_code")).startswith("APIGW.")


def _parsed(body: bytes) -> t.Any:
    """JSON to Python; ValueError for what is none, NaN included. Half a surrogate pair becomes `?`."""

    def refuse(constant: str) -> t.NoReturn:
        raise ValueError(f"{constant} is not JSON")

    def finite(number: str) -> float:
        return float(number) if math.isfinite(float(number)) else refuse(number)

    # json.loads would let bytes pass that are no UTF-8
    text = body.decode(json.detect_encoding(body))
    # The hook is called for every object: only where a key may need it.
    marked = MARK in text or ("\\" in text and any(one in text for one in MARK_ESCAPED))
    hook = _unmarked if marked else None
    with uncollected():  # what JSON holds never refers back to it
        parsed = json.loads(text, parse_constant=refuse, parse_float=finite, object_hook=hook)
    if "\\" in text and ("\\ud" in text or "\\uD" in text):  # one character is found at once
        parsed = json.loads(json.dumps(parsed, ensure_ascii=False).encode("utf-8", "replace"))
    return parsed


def _unmarked(answer: dict[str, t.Any]) -> dict[str, t.Any]:
    """A JSON object without keys of Ansible's own notation, which would make it another object."""
    return {name: value for name, value in answer.items() if not name.startswith(MARK)}


def _following(links: t.Any, page_length: int) -> Query:
    """The query of the next page, from a link's marker or href; nothing at the end of the list.

    Only marker and limit are taken: the link's host may be an internal one. VpnError for a link that
    leads on without a marker.
    """
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") == "next":
            href = str(link.get("href") or "")
            query = parse_qs(href.partition("#")[0].partition("?")[2])
            marker = link.get("marker") or query.get("marker", [None])[-1]
            if marker:
                limit = query.get("limit", [str(page_length or "")])[-1]
                return [("limit", limit)] * bool(limit) + [("marker", str(marker))]
            if href:
                raise VpnError(
                    f"The list goes on at {printable(plain_url(href))}, but the link has no marker: it "
                    "cannot be read whole from this server."
                )
    return []
