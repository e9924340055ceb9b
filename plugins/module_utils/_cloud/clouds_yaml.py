# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options from clouds.yaml. Private to this collection."""

from __future__ import annotations

import typing as t

from .errors import VpnError, import_library, one_line


def load_cloud(cloud: str, region_name: str | None) -> dict[str, t.Any]:
    """Return a cloud of clouds.yaml as connection options, as openstacksdk reads it.

    Raises VpnError for a cloud that is missing or that openstacksdk cannot load.
    """
    config_module = import_library("openstack.config", f"the option cloud ({cloud})")
    exceptions = import_library("openstack.exceptions", f"the option cloud ({cloud})")
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
        said = one_line(str(error)).rstrip(".")
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
        "enterprise_endpoint": config.get("vpn_endpoint_override"),
        "validate_certs": bool(config.get("verify", True)) and not config.get("insecure"),
        "ca_cert": config.get("cacert"),
        "client_cert": config.get("cert"),
        "client_key": config.get("key"),
        "api_timeout": config.get("api_timeout"),
    }
    if found["interface"]:
        found["interface"] = found["interface"].replace("URL", "")
    return {name: value for name, value in found.items() if value not in (None, "")}
