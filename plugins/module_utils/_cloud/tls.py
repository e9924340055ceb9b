# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS options as requests takes them. Private to this collection."""

from __future__ import annotations

import typing as t
from pathlib import Path

from . import errors


class Tls(t.NamedTuple):
    """The arguments `verify` and `cert` of requests."""

    verify: bool | str
    cert: str | tuple[str, str] | None


def tls_settings(options: t.Mapping[str, t.Any]) -> Tls:
    """Return the TLS options as requests takes them. Raises VpnError for a missing file."""
    files: dict[str, str] = {}
    for name in ("ca_cert", "client_cert", "client_key"):
        if options.get(name):
            files[name] = str(Path(options[name]).expanduser())
            if not Path(files[name]).exists():
                raise errors.VpnError(f"{name}: file not found: {files[name]}.")
    cert, key = files.get("client_cert"), files.get("client_key")
    return Tls(
        verify=files.get("ca_cert", True) if options["validate_certs"] else False,
        cert=(cert, key) if cert and key else cert,
    )
