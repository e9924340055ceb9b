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
    seconds_of,
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


NO_PROJECT = (
    "The token is for no project, and without one the VPN API lists nothing: set project_name or "
    "project_id in auth."
)


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
        """The base URL of the VPN API out of the catalog; raises VpnError."""


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
    if auth.get("project_name") and not {"project_domain_name", "project_domain_id"} & set(auth):
        # a project is in its user's domain nearly always, and Keystone does not guess
        for name in ("domain_name", "domain_id"):
            if auth.get("user_" + name):
                auth["project_" + name] = auth["user_" + name]
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
    where = "no clouds.yaml was found"
    try:
        clouds = config_module.OpenStackConfig()
        where = clouds.config_filename or where
        known = set(clouds.get_cloud_names()) - {"envvars", "defaults"}
        if cloud not in known:
            names = ", ".join(sorted(known)) or "none"
            raise VpnError(f"The cloud {cloud} is unknown: clouds.yaml ({where}) has {names}.")
        config = clouds.get_one(cloud=cloud, region_name=region_name, validate=False).config
    except exceptions.SDKException as error:
        said = printable(str(error)).rstrip(".")
        raise VpnError(f"The cloud {cloud} cannot be read: {said}.") from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # openstacksdk takes for granted that the file is as it should be
        raise VpnError(
            f"The cloud {cloud} cannot be read: clouds.yaml ({where}) does not have the form that "
            "openstacksdk wants."
        ) from error
    found = {
        "auth": dict(config.get("auth") or {}),
        "auth_type": config.get("auth_type"),
        "region_name": config.get("region_name"),
        "interface": config.get("interface"),
        "endpoint": config.get("network_endpoint_override"),
        "validate_certs": bool(config.get("verify", True)) and not config.get("insecure"),
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
    files: dict[str, str] = {}
    for name in ("ca_cert", "client_cert", "client_key"):
        if options.get(name):
            files[name] = str(Path(options[name]).expanduser())
            if not Path(files[name]).exists():
                raise VpnError(f"{name} is {files[name]}, but there is no such file.")
    cert, key = files.get("client_cert"), files.get("client_key")
    return Tls(
        verify=files.get("ca_cert", True) if options["validate_certs"] else False,
        cert=(cert, key) if cert and key else cert,
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
            f"auth_type {auth_type} cannot be used: {printable(str(error)).rstrip('.')}."
        ) from error


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
                self._headers = self._asked(self._token)
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
        """The catalog's endpoint of type network, which serves VPN as well."""
        get_access = getattr(self._plugin, "get_access", None)
        if get_access is None:
            raise VpnError("This auth_type has no catalog: set endpoint.")

        def places() -> list[tuple[str, str]]:
            access = get_access(self._session)
            if not access.project_scoped:
                raise VpnError(NO_PROJECT)
            found = access.service_catalog.get_endpoints_data(
                service_type="network", interface=interface
            )
            return [(str(one.region_name), str(one.url)) for all_ in found.values() for one in all_]

        entries = self._asked(places)
        regions = sorted({region for region, _url in entries})
        urls = {url for region, url in entries if region_name in (None, "", region)}
        if not urls:
            raise VpnError(
                f"The catalog of {self._auth_url} has no {interface} network endpoint"
                + (f" in region {region_name}" if region_name else "")
                + f": regions with one are {', '.join(regions) or 'none'}. "
                "Set region_name or interface, or give the endpoint by hand."
            )
        if len(urls) > 1:
            raise VpnError(
                f"The catalog of {self._auth_url} has network endpoints in several regions: "
                f"set region_name to one of {', '.join(regions)}."
            )
        return str(urls.pop())

    def _token(self) -> dict[str, str]:
        headers: dict[str, str] = self._plugin.get_headers(self._session) or {}
        get_access = getattr(self._plugin, "get_access", None)
        if get_access is not None and not get_access(self._session).project_scoped:
            self.warnings.append(NO_PROJECT)
        return headers

    def _asked(self, call: t.Callable[[], t.Any]) -> t.Any:
        """What keystoneauth1 answers, its exceptions as VpnError."""
        exceptions = self._exceptions
        try:
            return call()
        except exceptions.Unauthorized as error:
            raise VpnError(
                f"Keystone at {self._auth_url} refused the credentials (HTTP 401): "
                f"{self._said(error)} Check user, password or secret, domain and project."
            ) from error
        except exceptions.HttpError as error:
            status = error.http_status
            hint = {
                404: " Check auth_url, which usually ends in /v3, and the token if one was given.",
                429: " Too many tokens were asked for: wait, or use one play for several tasks.",
            }.get(status, "")
            raise VpnError(
                f"Keystone at {self._auth_url} answered HTTP {status}: {self._said(error)}{hint}",
                temporary=status in (408, 429, 500, 502, 503, 504),
                retry_after=seconds_of(error.response.headers.get("Retry-After")),
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
            response = getattr(error, "response", None)
            if response is not None and 300 <= response.status_code < 400:
                there = printable(plain_url(response.headers.get("Location", "nowhere")))
                what = (
                    f"it redirects (HTTP {response.status_code}) to {there}, which is not followed, "
                    "for it would carry the password along"
                )
            else:
                what = printable(without_secrets(str(error), self.secrets)).rstrip(".")
            raise VpnError(
                f"Keystone at {self._auth_url} gave no token: {what}. Check auth_url and auth_type."
            ) from error
        except OSError as error:
            raise VpnError(
                f"Keystone at {self._auth_url} cannot be asked: {reason(error)}."
            ) from error
        except (ValueError, LookupError, TypeError, AttributeError):
            # keystoneauth1 takes for granted that answers are as they should be
            raise VpnError(
                f"Keystone at {self._auth_url} gave no token: what answered there is not Keystone, or "
                "a credential cannot be sent. Check auth_url and auth_type."
            ) from None

    def _said(self, error: t.Any) -> str:
        message = server_message(error.response.content, self.secrets) or "no message"
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
        """There is no catalog without Keystone."""
        raise VpnError(
            "auth_type aksk reads no catalog: set endpoint to the VPC service, "
            "for example https://vpc.eu-de.otc.t-systems.com."
        )


def base_url(endpoint: str) -> str:
    """The endpoint up to and with /v2.0, whatever version or project path it came with."""
    try:
        parts = urlsplit(endpoint)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_url = False
    if not is_url:
        raise VpnError(
            f"The endpoint {printable(plain_url(endpoint))} is not a URL: it looks like "
            "https://vpc.eu-de.otc.t-systems.com."
        )
    path = re.sub(r"/v\d+(\.\d+)?(/[^/]*)?$", "", parts.path.rstrip("/"))
    return f"{parts.scheme}://{parts.netloc}{path}/v2.0"
