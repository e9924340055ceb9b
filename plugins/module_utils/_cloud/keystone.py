# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens and the service catalog of Keystone, through keystoneauth1. Private to this collection."""

from __future__ import annotations

import threading
import typing as t

from .deadline import run_with_deadline
from .errors import (
    TEMPORARY,
    VpnError,
    import_library,
    mask,
    one_line,
    parse_retry_after,
    redact_url,
    server_message,
    transport_error,
)
from .options import secrets_of

if t.TYPE_CHECKING:
    from keystoneauth1.plugin import BaseAuthPlugin
    from requests import PreparedRequest

    from .tls import Tls

T = t.TypeVar("T")

HINTS = {
    404: " Check auth_url, which usually ends in /v3, and the token if one was given.",
    429: " Too many tokens were asked for: wait, or use one play for several tasks.",
}
NO_PROJECT = (
    "The token is for no project, and without one the VPN API lists nothing: set project_name or "
    "project_id in auth."
)

# Plugins of keystoneauth1 that are built without its slower search for entry points, when auth_url
# says that it is Keystone v3: no request for the versions either.
_SCOPE = (
    "auth_url",
    "project_name",
    "project_id",
    "project_domain_name",
    "project_domain_id",
    "domain_name",
    "domain_id",
    "system_scope",
    "trust_id",
)
_USER = ("username", "user_id", "user_domain_name", "user_domain_id")
_V3 = {
    "password": ("Password", ("password", *_USER, *_SCOPE)),
    "token": ("Token", ("token", *_SCOPE)),
    "v3applicationcredential": (
        "ApplicationCredential",
        (
            "auth_url",
            "application_credential_id",
            "application_credential_name",
            "application_credential_secret",
            *_USER,
        ),
    ),
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
    ) -> None:
        self.secrets = secrets_of(auth)
        self.warnings: list[str] = []
        self._plugin = _load_plugin(auth_type, auth)
        self.has_catalog = hasattr(self._plugin, "get_access")
        self._timeout = api_timeout
        self._auth_url = redact_url(str(auth.get("auth_url") or auth.get("endpoint") or ""))
        self._exceptions = import_library("keystoneauth1.exceptions", "authentication")
        # A redirect would carry the password to another host: it is not followed.
        self._session = import_library("keystoneauth1.session", "authentication").Session(
            session=session,
            verify=tls.verify,
            cert=tls.cert,
            timeout=api_timeout,
            redirect=False,
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
            raise VpnError("This auth_type has no service catalog. Set endpoint explicitly.")
        access = get_access(self._session)
        if not access.project_scoped:
            raise VpnError(NO_PROJECT)
        return access

    def _token(self) -> dict[str, str]:
        headers: dict[str, str] = self._plugin.get_headers(self._session) or {}
        get_access = getattr(self._plugin, "get_access", None)
        if get_access is not None and not get_access(self._session).project_scoped:
            self.warnings.append(NO_PROJECT)
        return headers

    def _call_keystone(self, call: t.Callable[[], T]) -> T:
        """Return what keystoneauth1 returns, within `api_timeout`, its exceptions as VpnError."""
        exceptions = self._exceptions
        where = f"Keystone at {self._auth_url}"
        try:
            return run_with_deadline(self._timeout, lambda _over: call(), where)
        except exceptions.Unauthorized as error:
            raise VpnError(
                f"{where} refused the credentials (HTTP 401): {self._server_message(error)} "
                "Check user, password or secret, domain and project.",
                status=401,
            ) from error
        except exceptions.HttpError as error:
            status = error.http_status
            raise VpnError(
                f"{where} answered HTTP {status}: {self._server_message(error)}"
                + HINTS.get(status, ""),
                status=status,
                temporary=status in TEMPORARY,
                retry_after=parse_retry_after(error.response.headers.get("Retry-After")),
            ) from error
        except OSError as error:
            raise transport_error(error, where, "auth_url", self._timeout) from error
        except exceptions.ConnectionError as error:
            cause = error.__context__  # of requests, which keystoneauth1 replaces by its own
            raise transport_error(
                cause if isinstance(cause, OSError) else OSError(str(error)),
                where,
                "auth_url",
                self._timeout,
            ) from error
        except exceptions.ClientException as error:
            response = getattr(error, "response", None)
            if response is not None and 300 <= response.status_code < 400:
                there = one_line(redact_url(response.headers.get("Location", "nowhere")))
                what = (
                    f"it redirects (HTTP {response.status_code}) to {there}, which is not followed, "
                    "because it would carry the password along"
                )
            else:
                what = one_line(mask(str(error), self.secrets)).rstrip(".")
            raise VpnError(
                f"{where} gave no token: {what}. Check auth_url and auth_type."
            ) from error
        except (ValueError, LookupError, TypeError, AttributeError):
            # because keystoneauth1 expects well-formed responses
            raise VpnError(
                f"{where} gave no token: what answered there is not Keystone, or "
                "a credential cannot be sent. Check auth_url and auth_type."
            ) from None

    def _server_message(self, error: t.Any) -> str:
        message = server_message(error.response.content, self.secrets) or "no message"
        return message if message.endswith(".") else message + "."


def _load_plugin(auth_type: str, auth: t.Mapping[str, t.Any]) -> BaseAuthPlugin:
    if auth_type in _V3 and not auth.get("auth_url"):
        raise VpnError(
            f"auth_type {auth_type} needs auth_url: set it in auth, in OS_AUTH_URL, "
            "or name a cloud of clouds.yaml with cloud."
        )
    if auth_type in _V3 and auth["auth_url"].rstrip("/").endswith("/v3"):
        identity = import_library("keystoneauth1.identity.v3", f"auth_type {auth_type}")
        class_name, names = _V3[auth_type]
        plugin: BaseAuthPlugin = getattr(identity, class_name)(
            **{name: auth[name] for name in names if auth.get(name)}
        )
        return plugin
    loading = import_library("keystoneauth1.loading", f"auth_type {auth_type}")
    exceptions = import_library("keystoneauth1.exceptions", f"auth_type {auth_type}")
    try:
        loader = loading.get_plugin_loader(auth_type)
        loaders = [loader, *map(loading.get_plugin_loader, auth.get("auth_methods") or ())]
        known = {option.dest for one in loaders for option in one.get_options()}
        loaded: BaseAuthPlugin = loader.load_from_options(
            **{name: value for name, value in auth.items() if name in known}
        )
        return loaded
    except exceptions.NoMatchingPlugin:
        types = ", ".join(sorted({*loading.get_available_plugin_names(), "aksk"}))
        raise VpnError(f"auth_type {auth_type} is unknown: known are {types}.") from None
    except exceptions.ClientException as error:
        raise VpnError(
            f"auth_type {auth_type} cannot be used: {one_line(str(error)).rstrip('.')}."
        ) from error
