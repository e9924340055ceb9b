# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the connection options to an authenticated way to the VPN API.

Private to this collection. Keystone is keystoneauth1's job; signing with an access key is ours.
An authentication is given to requests as its `auth`: it is called with each prepared request.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
import typing as t
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from ._errors import (
    VpnError,
    library,
    plain_url,
    printable,
    reason,
    server_message,
    without_secrets,
)
from ._options import ALTERNATIVES, AUTH, DEFAULTS, ENVIRONMENT, SECRETS

if t.TYPE_CHECKING:
    from keystoneauth1.plugin import BaseAuthPlugin
    from requests import PreparedRequest

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
_NEEDED = {  # without one of each row no request is made
    "password": (("username", "user_id"), ("password",)),
    "token": (("token",),),
    "v3applicationcredential": (
        ("application_credential_id", "application_credential_name"),
        ("application_credential_secret",),
    ),
    "aksk": (("access_key",), ("secret_key",)),
}


class Tls(t.NamedTuple):
    """What requests calls `verify` and `cert`."""

    verify: bool | str
    cert: str | tuple[str, str] | None


class Authentication(t.Protocol):
    """How a request is authenticated."""

    secrets: tuple[str, ...]  # what no message may show
    warnings: list[str]

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the headers to a request; raises VpnError."""

    def renew(self, request: PreparedRequest) -> bool:
        """After a 401 for this request: whether another try with a new token makes sense."""

    def endpoint(self, region_name: str | None, interface: str) -> str:
        """The base URL of the VPN API out of the catalogue; raises VpnError."""


def complete(options: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> dict[str, t.Any]:
    """The connection options with what clouds.yaml or the OS_* variables and the defaults add.

    The environment adds nothing to a cloud of clouds.yaml, and OS_CLOUD nothing to a given `auth`.
    """
    given = {name: value for name, value in options.items() if value is not None}
    auth = {name: value for name, value in (given.get("auth") or {}).items() if value is not None}
    cloud = given.get("cloud") or (not auth and environ.get("OS_CLOUD")) or None
    if cloud:
        found = _clouds_yaml(cloud, given.get("region_name"))
        auth = {**_without_alternatives(found.pop("auth", {}), auth), **auth}
    else:
        found = _typed(
            {name: environ[key] for name, key in ENVIRONMENT.items() if environ.get(key)}
        )
        from_environment = {
            name: environ["OS_" + name.upper()]
            for name in AUTH
            if environ.get("OS_" + name.upper())
        }
        auth = {**_without_alternatives(from_environment, auth), **auth}
    return {**DEFAULTS, **found, **given, "auth": auth}


def _without_alternatives(
    found: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]
) -> dict[str, t.Any]:
    named = {name for pair in ALTERNATIVES for name in pair if set(pair) & set(given)}
    return {name: value for name, value in found.items() if name not in named}


def _typed(found: dict[str, t.Any]) -> dict[str, t.Any]:
    """Values of the environment in the options' types."""
    for name, kind in (("api_timeout", float), ("retries", int)):
        if name in found:
            try:
                found[name] = kind(found[name])
            except ValueError:
                raise VpnError(
                    f"{ENVIRONMENT[name]} is {found[name]!r}, but {name} takes a number."
                ) from None
    if "validate_certs" in found:  # OS_INSECURE says the opposite
        found["validate_certs"] = found["validate_certs"].lower() not in ("1", "true", "yes", "on")
    if "interface" in found:
        found["interface"] = found["interface"].replace("URL", "")
    return found


def _clouds_yaml(cloud: str, region_name: str | None) -> dict[str, t.Any]:
    """One cloud of clouds.yaml as connection options, read by openstacksdk."""
    config_module = library("openstack.config", f"the option cloud ({cloud})")
    exceptions = library("openstack.exceptions", f"the option cloud ({cloud})")
    try:
        clouds = config_module.OpenStackConfig()
        known = set(clouds.get_cloud_names()) - {"envvars", "defaults"}
        if cloud not in known:
            names = ", ".join(sorted(known)) or "none"
            where = clouds.config_filename or "no clouds.yaml was found"
            raise VpnError(f"The cloud {cloud} is unknown: clouds.yaml ({where}) has {names}.")
        config = clouds.get_one(cloud=cloud, region_name=region_name, validate=False).config
    except exceptions.SDKException as error:
        raise VpnError(f"The cloud {cloud} cannot be read: {printable(str(error))}.") from error
    found = {
        "auth": dict(config.get("auth") or {}),
        "auth_type": config.get("auth_type"),
        "region_name": config.get("region_name"),
        "interface": config.get("interface"),
        "endpoint": config.get("network_endpoint_override"),
        "validate_certs": config.get("verify"),
        "ca_cert": config.get("cacert"),
        "client_cert": config.get("cert"),
        "client_key": config.get("key"),
        "api_timeout": config.get("api_timeout"),
    }
    if found["interface"]:
        found["interface"] = found["interface"].replace("URL", "")
    return {name: value for name, value in found.items() if value not in (None, "")}


def secrets_of(auth: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """The secret values of `auth`, for messages to leave out."""
    return tuple(str(auth[name]) for name in SECRETS if auth.get(name))


def tls(options: t.Mapping[str, t.Any]) -> Tls:
    """The TLS options as requests wants them; VpnError when a file is missing."""
    for name in ("ca_cert", "client_cert", "client_key"):
        path = options.get(name)
        if path and not Path(path).exists():
            raise VpnError(f"{name} is {path}, but there is no such file.")
    cert = options.get("client_cert")
    key = options.get("client_key")
    return Tls(
        verify=(options.get("ca_cert") or True) if options["validate_certs"] else False,
        cert=(cert, key) if cert and key else cert or None,
    )


def authentication(options: t.Mapping[str, t.Any], session: t.Any, tls: Tls) -> Authentication:
    """The authentication that the completed options ask for; raises VpnError when they lack something.

    `session` is the requests session that Keystone is asked over.
    """
    auth_type, auth = options["auth_type"], options["auth"]
    for names in _NEEDED.get(auth_type, ()):
        if not any(auth.get(name) for name in names):
            variables = " or ".join("OS_" + name.upper() for name in names)
            raise VpnError(
                f"auth_type {auth_type} needs {' or '.join(names)}: "
                f"set it in auth, in {variables}, or name a cloud of clouds.yaml with cloud."
            )
    if auth_type == "aksk":
        return AccessKey(auth)
    return Keystone(_keystone_plugin(auth_type, auth), auth, session, tls, options["api_timeout"])


def _keystone_plugin(auth_type: str, auth: t.Mapping[str, t.Any]) -> BaseAuthPlugin:
    if auth_type in _V3 and not auth.get("auth_url"):
        raise VpnError(
            f"auth_type {auth_type} needs auth_url: set it in auth, in OS_AUTH_URL, "
            "or name a cloud of clouds.yaml with cloud."
        )
    if auth_type in _V3 and auth["auth_url"].rstrip("/").endswith("/v3"):
        identity = library("keystoneauth1.identity.v3", f"auth_type {auth_type}")
        class_name, names = _V3[auth_type]
        plugin: BaseAuthPlugin = getattr(identity, class_name)(
            **{name: auth[name] for name in names if auth.get(name)}
        )
        return plugin
    loading = library("keystoneauth1.loading", f"auth_type {auth_type}")
    exceptions = library("keystoneauth1.exceptions", f"auth_type {auth_type}")
    try:
        loader = loading.get_plugin_loader(auth_type)
        known = {option.dest for option in loader.get_options()}
        loaded: BaseAuthPlugin = loader.load_from_options(
            **{name: value for name, value in auth.items() if name in known}
        )
        return loaded
    except exceptions.NoMatchingPlugin:
        types = ", ".join(sorted({*loading.get_available_plugin_names(), "aksk"}))
        raise VpnError(f"auth_type {auth_type} is unknown: known are {types}.") from None
    except exceptions.ClientException as error:
        raise VpnError(f"auth_type {auth_type} cannot be used: {printable(str(error))}.") from error


class Keystone:
    """A token of Keystone, or whatever headers another plugin of keystoneauth1 gives.

    One token serves all requests, whichever thread sends them.
    """

    def __init__(
        self,
        plugin: BaseAuthPlugin,
        auth: t.Mapping[str, t.Any],
        session: t.Any,
        tls: Tls,
        api_timeout: float,
    ) -> None:
        self.secrets = secrets_of(auth)
        self.warnings: list[str] = []
        self._plugin = plugin
        self._auth_url = plain_url(str(auth.get("auth_url") or auth.get("endpoint") or ""))
        self._exceptions = library("keystoneauth1.exceptions", "authentication")
        # A redirect would carry the password to another host: it is not followed.
        self._session = library("keystoneauth1.session", "authentication").Session(
            session=session,
            verify=tls.verify,
            cert=tls.cert,
            timeout=api_timeout,
            redirect=False,
        )
        self._lock = threading.Lock()
        self._headers: dict[str, str] | None = None

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the token to a request."""
        with self._lock:
            if self._headers is None:
                self._headers = self._asked(lambda: self._plugin.get_headers(self._session)) or {}
                self.secrets += tuple(self._headers.values())
            request.headers.update(self._headers)
        return request

    def renew(self, request: PreparedRequest) -> bool:
        """Forget the token that this request carried, unless another thread already did."""
        with self._lock:
            stale = self._headers is not None and all(
                request.headers.get(name) == value for name, value in self._headers.items()
            )
            if stale:
                self._headers = None
                self._plugin.invalidate()
        return True

    def endpoint(self, region_name: str | None, interface: str) -> str:
        """The catalogue's endpoint of type network, which serves VPN as well."""
        get_access = getattr(self._plugin, "get_access", None)
        if get_access is None:
            raise VpnError("This auth_type has no catalogue: set endpoint.")
        access = self._asked(lambda: get_access(self._session))
        if not access.project_scoped:
            self.warnings.append(
                "The token is for no project, and without one the VPN API lists nothing: "
                "set project_name or project_id in auth."
            )
        entries = [
            entry
            for entries in access.service_catalog.get_endpoints_data(
                service_type="network", interface=interface
            ).values()
            for entry in entries
        ]
        regions = sorted({str(entry.region_name) for entry in entries})
        urls = {entry.url for entry in entries if region_name in (None, "", entry.region_name)}
        if not urls:
            raise VpnError(
                f"The catalogue of {self._auth_url} has no {interface} network endpoint"
                + (f" in region {region_name}" if region_name else "")
                + f": regions with one are {', '.join(regions) or 'none'}. "
                "Set region_name or interface, or give the endpoint by hand."
            )
        if len(urls) > 1:
            raise VpnError(
                f"The catalogue of {self._auth_url} has network endpoints in several regions: "
                f"set region_name to one of {', '.join(regions)}."
            )
        return str(urls.pop())

    def _asked(self, call: t.Callable[[], t.Any]) -> t.Any:
        """What keystoneauth1 answers, its exceptions as VpnError."""
        exceptions = self._exceptions
        try:
            return call()
        except exceptions.Unauthorized as error:
            raise VpnError(
                f"Keystone at {self._auth_url} refused the credentials (HTTP 401): "
                f"{self._said(error)} Check user, password or secret, domain and project.",
                status=401,
            ) from error
        except exceptions.HttpError as error:
            status = error.http_status
            hint = {
                404: " Check auth_url: it usually ends in /v3.",
                429: " Too many tokens were asked for: wait, or use one play for several tasks.",
            }.get(status, "")
            raise VpnError(
                f"Keystone at {self._auth_url} answered HTTP {status}: {self._said(error)}{hint}",
                status=status,
                temporary=status in (429, 500, 502, 503, 504),
                retry_after=error.retry_after or None,
            ) from error
        except exceptions.SSLError as error:
            raise VpnError(
                f"The TLS certificate of {self._auth_url} was not accepted: "
                f"{reason(error)}. Set ca_cert to the authority that signed it."
            ) from error
        except exceptions.ConnectTimeout as error:
            raise VpnError(
                f"Keystone at {self._auth_url} did not answer within api_timeout.", temporary=True
            ) from error
        except exceptions.ConnectionError as error:
            raise VpnError(
                f"Keystone at {self._auth_url} cannot be reached: {reason(error)}. "
                "Check auth_url, the network and the proxy variables.",
                temporary=True,
            ) from error
        except exceptions.ClientException as error:
            raise VpnError(
                f"Keystone at {self._auth_url} gave no token: {printable(str(error))}. "
                "Check auth_url and auth_type."
            ) from error

    def _said(self, error: t.Any) -> str:
        body = error.response.content if error.response is not None else str(error).encode()
        message = without_secrets(server_message(body), self.secrets) or "no message"
        return message if message.endswith(".") else message + "."


class AccessKey:
    """Signs each request with an access key (SDK-HMAC-SHA256 of Open Telekom Cloud).

    Source: the API signing guide of the service; a published vector of it is among the tests.
    """

    ALGORITHM = "SDK-HMAC-SHA256"

    def __init__(self, auth: t.Mapping[str, t.Any]) -> None:
        self.secrets = secrets_of(auth)
        self.warnings: list[str] = []
        self._access_key = str(auth["access_key"])
        self._secret_key = str(auth["secret_key"])
        self._headers = {"Content-Type": "application/json"}
        if auth.get("project_id"):
            self._headers["X-Project-Id"] = str(auth["project_id"])
        if auth.get("security_token"):
            self._headers["X-Security-Token"] = str(auth["security_token"])

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign a request; only GET requests without a body are sent here."""
        parts = urlsplit(str(request.url))
        request.headers.update(self._headers)
        request.headers["Host"] = parts.netloc.rpartition("@")[2]
        request.headers["X-Sdk-Date"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        request.headers["Authorization"] = self.authorization(
            str(request.method), parts.path, parts.query, request.headers
        )
        return request

    def authorization(
        self, method: str, path: str, query: str, headers: t.Mapping[str, str]
    ) -> str:
        """The Authorization header of a request without a body."""
        signed = ("content-type", "host", "x-sdk-date")
        by_name = {name.lower(): value.strip() for name, value in headers.items()}
        canonical = "\n".join(
            (
                method,
                quote(unquote(path), safe="/~").rstrip("/") + "/",
                "&".join(
                    f"{quote(name, safe='~')}={quote(value, safe='~')}"
                    for name, value in sorted(parse_qsl(query, keep_blank_values=True))
                ),
                *(f"{name}:{by_name[name]}" for name in signed),
                "",
                ";".join(signed),
                hashlib.sha256(b"").hexdigest(),
            )
        )
        to_sign = "\n".join(
            (
                self.ALGORITHM,
                by_name["x-sdk-date"],
                hashlib.sha256(canonical.encode()).hexdigest(),
            )
        )
        signature = hmac.new(self._secret_key.encode(), to_sign.encode(), hashlib.sha256)
        return (
            f"{self.ALGORITHM} Access={self._access_key}, "
            f"SignedHeaders={';'.join(signed)}, Signature={signature.hexdigest()}"
        )

    def renew(self, request: PreparedRequest) -> bool:
        """A signature is made for each request: there is nothing to renew."""
        return False

    def endpoint(self, region_name: str | None, interface: str) -> str:
        """There is no catalogue without Keystone."""
        raise VpnError(
            "auth_type aksk reads no catalogue: set endpoint to the VPC service, "
            "for example https://vpc.eu-de.otc.t-systems.com."
        )


def base_url(endpoint: str) -> str:
    """The endpoint up to and with /v2.0, whatever version or project path it came with."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise VpnError(
            f"The endpoint {printable(plain_url(endpoint))} is not a URL: it looks like "
            "https://vpc.eu-de.otc.t-systems.com."
        )
    path = re.sub(r"/v\d+(\.\d+)?(/[^/]*)?$", "", parts.path.rstrip("/"))
    return f"{parts.scheme}://{parts.netloc}{path}/v2.0"
