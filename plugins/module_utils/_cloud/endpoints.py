# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base URLs of the APIs, from an option or the service catalog. Private to this collection."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from .errors import VpnError, one_line, redact_url

if t.TYPE_CHECKING:
    from .authenticator import Authenticator


def find_endpoint(options: t.Mapping[str, t.Any], auth: Authenticator) -> str:
    """Return the base URL of the Neutron API, up to and including /v2.0.

    It comes from the option `endpoint`, else from the catalog entry of type network. Raises VpnError.
    """
    return base_url(options.get("endpoint") or _from_catalog(options, auth))


def _from_catalog(options: t.Mapping[str, t.Any], auth: Authenticator) -> str:
    region_name, interface = options.get("region_name"), options["interface"]
    auth_url = redact_url(str(options["auth"].get("auth_url") or ""))
    entries = auth.endpoints("network", interface)
    regions = sorted({region for region, _url in entries})
    urls = {url for region, url in entries if region_name in (None, "", region)}
    if not urls:
        raise VpnError(
            f"The catalog of {auth_url} has no {interface} network endpoint"
            + (f" in region {region_name}" if region_name else "")
            + f": regions with one are {', '.join(regions) or 'none'}. "
            "Set region_name or interface, or give the endpoint by hand."
        )
    if len(urls) > 1:
        raise VpnError(
            f"The catalog of {auth_url} has network endpoints in several regions: "
            f"set region_name to one of {', '.join(regions)}."
        )
    return urls.pop()


def base_url(endpoint: str) -> str:
    """The endpoint up to and with /v2.0, whatever version or project path it came with."""
    try:
        parts = urlsplit(endpoint)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_url = False
    if not is_url:
        raise VpnError(
            f"The endpoint {one_line(redact_url(endpoint))} is not a URL: it looks like "
            "https://vpc.eu-de.otc.t-systems.com."
        )
    path = re.sub(r"/v\d+(\.\d+)?(/[^/]*)?$", "", parts.path.rstrip("/"))
    return f"{parts.scheme}://{parts.netloc}{path}/v2.0"
