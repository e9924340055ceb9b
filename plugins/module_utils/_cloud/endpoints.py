# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base URLs of the APIs, from an option or the service catalog. Private to this collection."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from . import errors

if t.TYPE_CHECKING:
    from .authenticator import Authenticator

CLASSIC, ENTERPRISE = "classic", "enterprise"
EDITIONS = (CLASSIC, ENTERPRISE)

_VERSION = re.compile(r"/v\d+(\.\d+)?(/[^/]*)?$")  # with the project ID that can follow


def find_endpoint(edition: str, options: t.Mapping[str, t.Any], auth: Authenticator) -> str:
    """Return the base URL of the API of an edition. Raises VpnError.

    Classic VPN is part of Neutron: the URL comes from the option `endpoint`, else from the catalog
    entry of type network, and ends in /v2.0. Enterprise Edition VPN has an endpoint of its own, and
    its URL ends in /v5 and the project ID.
    """
    if edition == CLASSIC:
        given = options.get("endpoint")
        url = classic_url(given or _network_endpoint(options, auth))
    else:
        project_id = auth.project_id()  # first, because without one nothing else matters
        given = options.get("enterprise_endpoint")
        url = enterprise_url(given or _enterprise_endpoint(options, auth), project_id)
    auth_url = str(options["auth"].get("auth_url") or "")
    if not given and url.startswith("http:") and auth_url.startswith("https:"):
        auth.warnings.append(
            f"The catalog of {errors.redact_url(auth_url)} lists {errors.redact_url(url)}, so the token is sent "
            "without encryption. Set endpoint to a URL with https."
        )
    return url


def classic_url(endpoint: str) -> str:
    """Return the endpoint up to and including /v2.0, whatever version or project it came with."""
    return _root(endpoint, "endpoint", "https://vpc.eu-de.otc.t-systems.com") + "/v2.0"


def enterprise_url(endpoint: str, project_id: str) -> str:
    """Return the endpoint up to and including /v5 and the project ID."""
    root = _root(endpoint, "enterprise_endpoint", "https://vpn.eu-de.otc.t-systems.com")
    return f"{root}/v5/{project_id}"


def _network_endpoint(options: t.Mapping[str, t.Any], auth: Authenticator) -> str:
    entries = auth.endpoints("network", options["interface"])
    url = _choose(entries, "network", options)
    if url is not None:
        return url
    region_name = options.get("region_name")
    regions = sorted({region for region, _url in entries})
    raise errors.VpnError(
        f"The catalog of {_catalog(options)} has no {options['interface']} network endpoint"
        + (f" in region {region_name}" if region_name else "")
        + f". Available regions: {', '.join(regions) or 'none'}. "
        "Set region_name or interface, or set endpoint explicitly."
    )


def _enterprise_endpoint(options: t.Mapping[str, t.Any], auth: Authenticator) -> str:
    classic = options.get("endpoint")
    if auth.has_catalog:
        interface = options["interface"]
        url = _choose(auth.endpoints("evpn", interface), "evpn", options)
        if url is None:
            # because the vpn entry of some OpenStack clouds is another API
            entries = [
                (region, url)
                for region, url in auth.endpoints("vpn", interface)
                if re.fullmatch(r"/?|/v5(/.*)?", urlsplit(url).path)
            ]
            url = _choose(entries, "vpn", options)
        if url is not None:
            return url
        classic = classic or _choose(auth.endpoints("network", interface), "network", options)
    parts = (
        urlsplit(_root(classic, "endpoint", "https://vpc.eu-de.otc.t-systems.com"))
        if classic
        else None
    )
    if parts is not None and parts.netloc.startswith("vpc."):
        return f"{parts.scheme}://vpn.{parts.netloc[len('vpc.') :]}"
    raise errors.VpnError(
        "No endpoint of Enterprise Edition VPN found: "
        + (f"the catalog of {_catalog(options)} has none" if auth.has_catalog else "no catalog")
        + ", and the host of the Classic endpoint does not begin with vpc. "
        "Set enterprise_endpoint, for example https://vpn.eu-de.otc.t-systems.com."
    )


def _choose(
    entries: t.Sequence[tuple[str, str]], service_type: str, options: t.Mapping[str, t.Any]
) -> str | None:
    """Return the URL of the chosen region, or None without one. Raises VpnError for several."""
    region_name = options.get("region_name")
    found = [(region, url) for region, url in entries if region_name in (None, "", region)]
    urls = sorted({url for _region, url in found})
    regions = sorted({region for region, _url in found})
    if len(regions) > 1 and len(urls) > 1:
        raise errors.VpnError(
            f"The catalog of {_catalog(options)} has {service_type} endpoints in several regions. "
            f"Set region_name to one of: {', '.join(regions)}."
        )
    if len(urls) > 1:
        raise errors.VpnError(
            f"The catalog of {_catalog(options)} has {len(urls)} {service_type} endpoints in region "
            f"{regions[0]}: {', '.join(errors.redact_url(url) for url in urls)}. Set endpoint to one of them."
        )
    return urls[0] if urls else None


def _catalog(options: t.Mapping[str, t.Any]) -> str:
    return errors.redact_url(str(options["auth"].get("auth_url") or ""))


def _root(endpoint: str, option: str, example: str) -> str:
    """Return a URL without version and project."""
    try:
        parts = urlsplit(endpoint)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_url = False
    if not is_url:
        raise errors.VpnError(
            f"{option} must be a URL such as {example}, got: {errors.one_line(errors.redact_url(endpoint))}."
        )
    return f"{parts.scheme}://{parts.netloc}" + _VERSION.sub("", parts.path.rstrip("/"))
