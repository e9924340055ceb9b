# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies of the environment: those that cannot work are named. Private to this collection."""

from __future__ import annotations

import re
import typing as t

from . import errors

SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
_URL = re.compile(r"(?:[^/?#]*@)?(?:\[[0-9A-Fa-f:.%]+\]|[^\[\]/?#:@\s]+)(?::(\d*))?/?")
_LARGEST_PORT = 65535


def check_proxy(proxy: str | None, environ: t.Mapping[str, str]) -> None:
    """Raise VpnError for a proxy that cannot work, because another attempt would not help."""
    if not proxy:
        return
    named = (name for name, value in environ.items() if value == proxy)
    variable = next((name for name in named if name.lower().endswith("_proxy")), "the environment")
    if proxy.strip() != proxy or proxy[0] in "\"'":
        raise errors.VpnError(
            f"The proxy URL in {variable} is in quotation marks, or has whitespace such as a carriage "
            "return around it. Remove them."
        )
    scheme, separator, address = proxy.partition("://")
    scheme, address = (scheme.lower(), address) if separator else ("http", proxy)
    if scheme not in SCHEMES:
        raise errors.VpnError(
            f"The proxy URL in {variable} has an unsupported scheme"
            + (f", {scheme}" if re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) else "")
            + f". Supported schemes: {', '.join(SCHEMES)}."
        )
    match = _URL.fullmatch(address)
    if match is None or int(match[1] or 0) > _LARGEST_PORT:
        raise errors.VpnError(
            f"The proxy URL in {variable} is not valid. Check its host and port, and percent-encode "
            "special characters in its user and password."
        )
    if scheme.startswith("socks"):
        errors.import_library("socks", f"the SOCKS proxy of {variable}")


def proxy_variables(environ: t.Mapping[str, str]) -> str:
    """Return the names of the proxy variables that are set, or of all if none is."""
    names = sorted(
        name
        for name, value in environ.items()
        if value and name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    )
    return ", ".join(names) or "HTTPS_PROXY, HTTP_PROXY and NO_PROXY"


def proxy_secrets(environ: t.Mapping[str, str]) -> tuple[str, ...]:
    """Return the user information of all proxies of the environment."""
    return tuple(
        secret
        for name, value in environ.items()
        if name.lower().endswith("_proxy")
        for secret in errors.url_secrets(value)
    )
