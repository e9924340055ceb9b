# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP with bounds: time, size and what is sent. Private to this collection.

requests does the work. What it does not bound is added by an adapter, so that Keystone, which
keystoneauth1 talks to, has the same limits as the VPN API.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import typing as t

from . import errors, parallel
from .proxies import check_proxy

if t.TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

MAX_RESPONSE_BYTES = 64 * 1024 * 1024  # 10 000 connections are 8 MB
# Compressed bytes that urllib3 unpacks at a time, because releases before 2.6 unpack them all:
# gzip makes at most 66 MiB of them.
CHUNK_BYTES = 64 * 1024


class ResponseTooLargeError(errors.VpnError):
    """A response is larger than MAX_RESPONSE_BYTES."""


def open_session(adapter: BoundedAdapter) -> Session:
    """Return a requests session that sends nothing but what this collection adds to a request."""
    requests = errors.import_library("requests", "every request to the API")
    session: Session = requests.Session()
    session.auth = lambda request: request  # or requests would send credentials of ~/.netrc
    session.cookies.set_policy(
        errors.import_library("http.cookiejar", "requests").DefaultCookiePolicy(allowed_domains=[])
    )
    # because a response can be packed several times, which multiplies the sizes
    session.headers["Accept-Encoding"] = "gzip"
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)  # type: ignore[arg-type]  # it has what requests calls
    return session


class BoundedAdapter:
    """Sends requests through an adapter of requests, each in a thread that ends at its deadline."""

    def __init__(self, seconds: float) -> None:
        """Set how many seconds one request can take, from its first to its last byte."""
        requests = errors.import_library("requests", "every request to the API")
        self._exceptions = requests.exceptions
        self._select_proxy = errors.import_library("requests.utils", "requests").select_proxy
        self._adapter = _watched_adapter(requests.adapters.HTTPAdapter)
        self._seconds = seconds
        self._lock = threading.Lock()
        self._exchanges: set[_Exchange] = set()
        self.closed = threading.Event()
        self.end: float | None = None  # a deadline for all requests, by time.monotonic

    def remaining(self) -> float:
        """Return how many seconds the next request can take."""
        left = (
            self._seconds if self.end is None else min(self._seconds, self.end - time.monotonic())
        )
        return max(left, 0.001)

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: t.Any = None,
        verify: bool | str = True,
        cert: t.Any = None,
        proxies: t.Mapping[str, str] | None = None,
    ) -> Response:
        """Return the response with its body; called by requests.

        Raises exceptions of requests, and VpnError for a body that is too large or a proxy that
        cannot work.
        """
        check_proxy(self._select_proxy(str(request.url), dict(proxies or {})), os.environ)
        seconds = self.remaining()
        exchange = _Exchange()

        def run() -> Response:
            response: Response = self._adapter.send(
                request, stream=True, timeout=seconds, verify=verify, cert=cert, proxies=proxies
            )
            with response:
                # requests reads a body from here, however often it is asked for it
                response._content = _body(response, exchange)
                response._content_consumed = True  # type: ignore[attr-defined]
            return response

        with self._lock:
            if self.closed.is_set():
                raise self._exceptions.ConnectionError("the session is closed")
            self._exchanges.add(exchange)
        try:
            return exchange.run(run, seconds)
        except _DeadlineError:
            if self.closed.is_set():
                raise self._exceptions.ConnectionError("the session is closed") from None
            raise self._exceptions.Timeout("deadline") from None
        finally:
            with self._lock:
                self._exchanges.discard(exchange)

    def close(self) -> None:
        """End all requests at once, and close all connections."""
        with self._lock:
            self.closed.set()
            exchanges = list(self._exchanges)
        for exchange in exchanges:
            exchange.abort()
        self._adapter.close()


class _DeadlineError(Exception):
    """A request took too long."""


_current = threading.local()  # the exchange of this thread


class _Exchange:
    """One request and its response, in a thread of its own.

    A thread measures the time, because the timeout of a socket restarts with every byte.
    """

    def __init__(self) -> None:
        self.over = False
        self._done = threading.Event()
        self._connection: t.Any = None

    def watch(self, connection: t.Any) -> None:
        """Remember the connection that the request uses."""
        self._connection = connection
        if self.over:
            self.abort()

    def abort(self) -> None:
        """Break the connection, which ends the thread."""
        self.over = True
        self._done.set()
        sock = getattr(self._connection, "sock", None)
        if sock is not None:
            with contextlib.suppress(OSError, ValueError):
                # past the TLS layer, which would wait for the lock of its reader
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def run(self, call: t.Callable[[], Response], seconds: float) -> Response:
        """Return what `call` returns. Raises _DeadlineError if it takes too long."""
        results: list[Response] = []
        failed: list[BaseException] = []

        def work() -> None:
            _current.exchange = self
            try:
                results.append(call())
            except BaseException as error:  # handed to the caller below
                failed.append(error)
            self._done.set()

        threading.Thread(target=work, daemon=True).start()
        end = time.monotonic() + seconds
        while not self._done.is_set() and (left := end - time.monotonic()) > 0:
            self._done.wait(min(left, parallel.SIGNAL_SECONDS))
        if results:
            return results[0]
        if failed and not self.over:
            raise failed[0]
        self.abort()
        raise _DeadlineError


def _body(response: Response, exchange: _Exchange) -> bytes:
    """Return the unpacked body. Raises VpnError if it is too large."""
    encodings = [name.strip() for name in response.headers.get("Content-Encoding", "").split(",")]
    if len([name for name in encodings if name not in ("", "identity")]) > 1:
        raise ResponseTooLargeError("is compressed more than once, which no VPN API does")
    chunks, size = [], 0
    for chunk in response.iter_content(CHUNK_BYTES):
        size += len(chunk)
        if size > MAX_RESPONSE_BYTES:
            raise ResponseTooLargeError(f"has more than {MAX_RESPONSE_BYTES // 2**20} MiB")
        if exchange.over:
            break
        chunks.append(chunk)
    return b"".join(chunks)


def _watched_adapter(adapter_class: t.Any) -> t.Any:
    """Return an adapter of requests whose connections tell which exchange uses them."""

    def watch(manager: t.Any) -> t.Any:
        manager.pool_classes_by_scheme = {
            scheme: type(pool.__name__, (pool,), {"ConnectionCls": _watched(pool.ConnectionCls)})
            for scheme, pool in manager.pool_classes_by_scheme.items()
        }
        return manager

    class WatchedAdapter(adapter_class):
        def init_poolmanager(self, *args: t.Any, **options: t.Any) -> None:
            super().init_poolmanager(*args, **options)
            watch(self.poolmanager)

        def proxy_manager_for(self, proxy: str, **options: t.Any) -> t.Any:
            known = proxy in self.proxy_manager
            manager = super().proxy_manager_for(proxy, **options)
            return manager if known else watch(manager)

        def close(self) -> None:
            # urllib3 closes idle connections only when nothing refers to their pool any more.
            for manager in (self.poolmanager, *self.proxy_manager.values()):
                for key in manager.pools.keys():  # noqa: SIM118 # it is no dictionary
                    manager.pools[key].close()
            super().close()

    return WatchedAdapter()


def _watched(connection_class: t.Any) -> t.Any:
    class WatchedConnection(connection_class):
        def connect(self) -> None:
            _current.exchange.watch(self)
            super().connect()

        def putrequest(self, *args: t.Any, **options: t.Any) -> None:
            _current.exchange.watch(self)
            super().putrequest(*args, **options)

    return WatchedConnection
