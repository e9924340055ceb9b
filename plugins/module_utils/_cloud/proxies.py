# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies of the environment: those that cannot work are named. Private to this collection."""

from __future__ import annotations

import re
import typing as t

from .errors import VpnError, import_library, url_secrets

SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
_URL = re.compile(r"(?:[^/]*@)?(?:\[[0-9A-Fa-f:.%]+\]|[^\[\]/:@\s]+)(?::\d*)?/?")


def check_proxy(proxy: str | None, environ: t.Mapping[str, str]) -> None:
    """Raise VpnError for a proxy that cannot work, because another attempt would not help."""
    if not proxy:
        return
    named = (name for name, value in environ.items() if value == proxy)
    variable = next((name for name in named if name.lower().endswith("_proxy")), "the environment")
    scheme, separator, address = proxy.partition("://")
    scheme, address = (scheme.lower(), address) if separator else ("http", proxy)
    if scheme not in SCHEMES:
        raise VpnError(
            f"The proxy URL in {variable} has an unsupported scheme. "
            f"Supported schemes: {', '.join(SCHEMES)}."
        )
    if not _URL.fullmatch(address):
        raise VpnError(f"The proxy URL in {variable} is not valid. Check its host and port.")
    if scheme.startswith("socks"):
        import_library("socks", f"the SOCKS proxy of {variable}")


def proxy_secrets(environ: t.Mapping[str, str]) -> tuple[str, ...]:
    """Return the user information of all proxies of the environment."""
    return tuple(
        secret
        for name, value in environ.items()
        if name.lower().endswith("_proxy")
        for secret in url_secrets(value)
    )
