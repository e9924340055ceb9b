# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens and the service catalog of Keystone, through keystoneauth1. Private to this collection."""

from __future__ import annotations

import inspect
import os
import threading
import typing as t
from urllib.parse import urlsplit

from . import errors, failures
from .options import secrets_of
from .proxies import proxy_secrets
from .transport import ResponseTooLargeError

if t.TYPE_CHECKING:
    from keystoneauth1.plugin import BaseAuthPlugin
    from requests import PreparedRequest

    from .tls import Tls

T = t.TypeVar("T")

NO_PROJECT = (
    "The token is not scoped to a project, so the VPN API returns empty lists. "
    "Set auth.project_name or auth.project_id."
)

# Plugins of keystoneauth1 that are created without its slower search for entry points, and without a
# request for the versions, if auth_url contains the version.
_V3 = {
    "password": "Password",
    "token": "Token",
    "v3applicationcredential": "ApplicationCredential",
}


class Keystone:
    """Adds a token of Keystone to requests, or the headers of another plugin of keystoneauth1.

    One token serves the requests of all threads.
    """

    def __init__(
        self,
        auth_type: str,
        auth: t.Mapping[str, t.Any],
        session: t.Any,
        tls: Tls,
        api_timeout: float,
        hints: t.Iterable[str] = (),
    ) -> None:
        """Send nothing. `hints` are added to the error for rejected credentials."""
        self.secrets = secrets_of(auth)
        self.warnings: list[str] = []
        self._hints = " ".join(hints)
        self.project: str | None = None
        self.roles: frozenset[str] = frozenset()
        self._plugin = _load_plugin(auth_type, auth)
        self.has_catalog = hasattr(self._plugin, "get_access")
        self._place = failures.Place(
            f"Keystone at {errors.redact_url(str(auth.get('auth_url') or ''))}",
            "auth_url",
            api_timeout,
            tls.verify,
            (*self.secrets, *proxy_secrets(os.environ)),
        )
        self._exceptions = errors.import_library("keystoneauth1.exceptions", "authentication")
        # A redirect would carry the password to another host: it is not followed.
        self._session = errors.import_library("keystoneauth1.session", "authentication").Session(
            session=session, verify=tls.verify, cert=tls.cert, redirect=False
        )
        self._lock = threading.Lock()
        self._headers: dict[str, str] | None = None

    def authenticate(self) -> None:
        """Get a token unless there is one. Raises VpnError."""
        with self._lock:
            if self._headers is None:
                self._headers = self._call_keystone(self._token)
                self.secrets += tuple(self._headers.values())

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the token to a request."""
        self.authenticate()  # because another thread can have dropped the token meanwhile
        request.headers.update(self._headers or {})
        return request

    def renew(self, request: PreparedRequest) -> bool:
        """Drop the token of this request, unless another thread already did."""
        with self._lock:
            stale = self._headers is not None and all(
                request.headers.get(name) == value for name, value in self._headers.items()
            )
            if stale:
                self._headers = None
                self._plugin.invalidate()
        return True

    def endpoints(self, service_type: str, interface: str) -> list[tuple[str, str]]:
        """Return the regions and URLs of a service in the catalog. Raises VpnError."""

        def read() -> list[tuple[str, str]]:
            found = self._access().service_catalog.get_endpoints_data(
                service_type=service_type, interface=interface
            )
            return [(str(one.region_name), str(one.url)) for all_ in found.values() for one in all_]

        return self._call_keystone(read)

    def project_id(self) -> str:
        """Return the ID of the token's project. Raises VpnError without one."""
        return self._call_keystone(lambda: str(self._access().project_id))

    def _access(self) -> t.Any:
        """Return the token with what it permits. Raises VpnError if it is not for a project."""
        get_access = getattr(self._plugin, "get_access", None)
        if get_access is None:
            raise errors.VpnError("This auth_type has no service catalog. Set endpoint explicitly.")
        access = get_access(self._session)
        if not access.project_scoped:
            raise errors.VpnError(NO_PROJECT)
        return access

    def _token(self) -> dict[str, str]:
        headers: dict[str, str] = self._plugin.get_headers(self._session) or {}
        get_access = getattr(self._plugin, "get_access", None)
        if get_access is not None:
            access = get_access(self._session)
            self.project, self.roles = access.project_id, frozenset(access.role_names)
            if not access.project_scoped:
                self.warnings.append(NO_PROJECT)
        return headers

    def _call_keystone(self, call: t.Callable[[], T]) -> T:
        """Return what keystoneauth1 returns, and its exceptions as VpnError."""
        exceptions, place = self._exceptions, self._place
        try:
            return call()
        except exceptions.HttpError as error:
            status = error.http_status
            hint = failures.HINTS["Keystone"].get(status, "")
            what = "rejected the credentials" if status == 401 else "returned an error"
            raise errors.VpnError(
                f"{place.where} {what} (HTTP {status}): {self._server_message(error)}"
                + "".join(
                    f" {text}" for text in (hint, self._hints if status == 401 else "") if text
                ),
                status=status,
                temporary=status in failures.TEMPORARY,
                retry_after=failures.parse_retry_after(error.response.headers.get("Retry-After")),
                unprocessed=True,  # because a token changes nothing
            ) from None
        except (OSError, exceptions.ConnectionError) as error:
            # keystoneauth1 replaces the exception of requests with its own
            cause = error if isinstance(error, OSError) else error.__context__
            failure = failures.transport_error(
                cause if isinstance(cause, OSError) else OSError(str(error)), place
            )
            failure.unprocessed = True
            raise failure from None
        except ResponseTooLargeError as error:
            raise self._unexpected(f"it {error}") from None
        except exceptions.ClientException as error:
            response = getattr(error, "response", None)
            if response is not None and 300 <= response.status_code < 400:
                there = errors.one_line(
                    errors.redact_url(response.headers.get("Location", "nowhere"))
                )
                raise self._unexpected(
                    f"it redirects (HTTP {response.status_code}) to {there}, which is not followed, "
                    "because it would carry the password along"
                ) from None
            raise self._unexpected(
                errors.one_line(errors.mask(str(error), place.secrets)).rstrip(".")
            ) from None
        except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
            # because keystoneauth1 expects well-formed responses
            raise self._unexpected("it is not a response of Keystone") from None

    def _unexpected(self, problem: str) -> errors.VpnError:
        return errors.VpnError(
            f"Unexpected response from {self._place.where}: {problem}. Check auth_url and auth_type."
        )

    def _server_message(self, error: t.Any) -> str:
        message = failures.server_message(error.response.content, self.secrets) or "no message"
        return message if message.endswith(".") else message + "."


def _load_plugin(auth_type: str, auth: t.Mapping[str, t.Any]) -> BaseAuthPlugin:
    """Return the plugin of keystoneauth1 for an auth_type. Raises VpnError."""
    needed_by = f"auth_type {auth_type}"
    auth_url = _check_auth_url(str(auth.get("auth_url") or ""))
    plugin: BaseAuthPlugin | None
    if auth_type in _V3 and auth_url.rstrip("/").endswith("/v3"):
        if auth_type == "v3applicationcredential":  # its project is part of it
            v3 = errors.import_library("keystoneauth1.identity.v3", needed_by)
            plugin = v3.ApplicationCredential(
                **{
                    name: value
                    for name, value in auth.items()
                    if name == "auth_url" or name.startswith(("application_credential", "user"))
                }
            )
            return plugin
        generic = getattr(
            errors.import_library("keystoneauth1.identity", needed_by), _V3[auth_type]
        )
        plugin = generic(**_arguments(generic, auth)).create_plugin(None, (3, 0), auth_url)
        return t.cast("BaseAuthPlugin", plugin)  # None only for unsupported versions
    loading = errors.import_library("keystoneauth1.loading", needed_by)
    exceptions = errors.import_library("keystoneauth1.exceptions", needed_by)
    try:
        loader = loading.get_plugin_loader(auth_type)
        loaders = [loader, *map(loading.get_plugin_loader, auth.get("auth_methods") or ())]
        known = {option.dest for one in loaders for option in one.get_options()}
        plugin = loader.load_from_options(
            **{name: value for name, value in auth.items() if name in known}
        )
    except exceptions.NoMatchingPlugin:
        types = ", ".join(sorted({*loading.get_available_plugin_names(), "aksk"}))
        raise errors.VpnError(f"Unknown auth_type {auth_type}. Supported types: {types}.") from None
    except (exceptions.ClientException, TypeError, ValueError) as error:
        reason = errors.one_line(errors.mask(str(error), secrets_of(auth))).rstrip(".")
        raise errors.VpnError(f"auth_type {auth_type} cannot be used: {reason}.") from None
    return plugin


def _arguments(plugin_class: t.Any, auth: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the values of `auth` that a plugin takes, by the signatures of it and its bases."""
    names = {
        name
        for one in plugin_class.__mro__
        if one is not object and "__init__" in vars(one)
        for name in inspect.signature(one.__init__).parameters
    }
    return {name: value for name, value in auth.items() if name in names}


def _check_auth_url(auth_url: str) -> str:
    """Return auth_url. Raises VpnError if it cannot be the URL of Keystone."""
    if not auth_url:
        return auth_url
    try:
        parts = urlsplit(auth_url)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_url = is_url and parts.port is not False
    except ValueError:
        is_url = False
    if not is_url:
        raise errors.VpnError(
            "auth_url must be a URL such as https://iam.eu-de.otc.t-systems.com/v3, got: "
            f"{errors.one_line(errors.redact_url(auth_url))}."
        )
    if "@" in parts.netloc:
        raise errors.VpnError(
            "auth_url must not contain a user name or password. Set them in auth."
        )
    if parts.path.rstrip("/").endswith("/auth/tokens"):
        raise errors.VpnError(
            "auth_url must be the base URL of Keystone, which usually ends in /v3, got: "
            f"{errors.one_line(errors.redact_url(auth_url))}."
        )
    return auth_url
