# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options from clouds.yaml. Private to this collection."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from . import errors
from .convert import FALSE, TRUE
from .credentials import SECRETS

# Keys of python-otcextensions.
_ALIASES = {"ak": "access_key", "sk": "secret_key"}


def load_cloud(
    cloud: str, region_name: str | None, auth_names: t.Iterable[str]
) -> tuple[dict[str, t.Any], dict[str, str]]:
    """Return a cloud of clouds.yaml as connection options, and what each is called in messages.

    openstacksdk reads the file. `auth_type` is missing if the cloud does not set it. Raises VpnError
    for a cloud that is missing or that openstacksdk cannot load.
    """
    loader = errors.import_library("openstack.config.loader", f"the option cloud ({cloud})")
    exceptions = errors.import_library("openstack.exceptions", f"the option cloud ({cloud})")
    where = "clouds.yaml"
    secrets: tuple[str, ...] = ()
    try:
        clouds = loader.OpenStackConfig()
        where = clouds.config_filename or where
        secrets = errors.secrets_in(clouds.cloud_config)
        # by the name as a string, because YAML reads a name such as 2024 as a number
        known = {str(name): name for name in clouds.get_cloud_names()}
        for name in ("envvars", "defaults"):
            known.pop(name, None)
        if cloud not in known:
            raise _unknown(cloud, clouds.config_filename, known, loader.CONFIG_FILES)
        region = clouds.get_one(cloud=known[cloud], region_name=region_name, validate=False)
        own = clouds.cloud_config["clouds"][known[cloud]]
        config = region.config
        auth = {_ALIASES.get(name, name): value for name, value in (config["auth"] or {}).items()}
        found = {
            # because openstacksdk sets password in a cloud that does not say
            "auth_type": _explicit_auth_type(own, config),
            "region_name": region.get_region_name("network"),
            "interface": region.get_interface("network"),
            "endpoint": region.get_endpoint("network"),
            "enterprise_endpoint": config.get("vpn_endpoint_override"),
            **_tls(config),
            "client_cert": config.get("cert"),
            "client_key": config.get("key"),
            "api_timeout": config.get("api_timeout"),
            "retries": config.get("connect_retries"),
            # suboptions of auth that the cloud has at its top level
            "auth": {**{name: config[name] for name in auth_names if name in config}, **auth},
        }
    except exceptions.SDKException as error:
        reason = errors.one_line(errors.mask(str(error), secrets)).rstrip(".")
        raise errors.VpnError(f"Cannot load cloud {cloud} from {where}: {reason}.") from None
    except (AttributeError, LookupError, TypeError, ValueError):
        # because openstacksdk expects a well-formed file
        raise errors.VpnError(
            f"Cannot load cloud {cloud}: {where} is not a valid clouds.yaml."
        ) from None
    # as in the file, because openstacksdk makes strings of null and of numbers that YAML has changed
    for name, value in {**own, **(own.get("auth") or {})}.items():
        name = str(name).replace("-", "_")
        name = _ALIASES.get(name, name)
        changed = value is None or (name in SECRETS and not isinstance(value, str))
        if name in found["auth"] and changed:
            found["auth"][name] = value
    found["auth"] = {name: found["auth"][name] for name in found["auth"] if name in set(auth_names)}
    names = [*found, *(f"auth.{name}" for name in found["auth"])]
    return found, {name: f"{name} of cloud {cloud}" for name in names}


def _unknown(
    cloud: str, path: str | None, known: t.Collection[str], default_paths: t.Sequence[str]
) -> errors.VpnError:
    paths = [os.environ.get("OS_CLIENT_CONFIG_FILE") or "", *default_paths]
    first = next((candidate for candidate in paths if Path(candidate).is_file()), None)
    if first is not None and first != path:
        reason = _yaml_problem(first)
        return errors.VpnError(f"Cannot load cloud {cloud}: {first} {reason}.")
    chosen = os.environ.get("OS_CLIENT_CONFIG_FILE")
    if chosen and not Path(chosen).is_file():
        return errors.VpnError(
            f"Cloud {cloud} not found: the file of OS_CLIENT_CONFIG_FILE does not exist: "
            f"{errors.one_line(repr(chosen))}."
        )
    if path is None:
        return errors.VpnError(
            f"Cloud {cloud} not found: no clouds.yaml exists in the current directory, in "
            "~/.config/openstack or in /etc/openstack. Set OS_CLIENT_CONFIG_FILE to its path."
        )
    names = ", ".join(sorted(map(str, known))) or "none"
    return errors.VpnError(f"Cloud {cloud} not found in {path}. Available clouds: {names}.")


def _yaml_problem(path: str) -> str:
    """Return why openstacksdk skips a file, without quoting its content."""
    yaml = errors.import_library("yaml", "the option cloud")
    try:
        with Path(path).open(encoding="utf-8") as file:
            yaml.safe_load(file)
    except OSError as error:
        return f"is not readable: {error.strerror}"
    except (ValueError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        return f"is not valid YAML{line}"
    return "is not a valid clouds.yaml"


def _explicit_auth_type(own: t.Mapping[str, t.Any], config: t.Mapping[str, t.Any]) -> t.Any:
    auth_type = config.get("auth_type")
    return auth_type if own.get("auth_type") or auth_type != "password" else None


def _tls(config: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options for `verify`, which is a path too, `insecure` and `cacert`."""
    verify, ca_cert = config.get("verify", True), config.get("cacert")
    if isinstance(verify, str) and verify.lower() not in (*TRUE, *FALSE):
        verify, ca_cert = True, ca_cert or verify
    return {"validate_certs": False if config.get("insecure") else verify, "ca_cert": ca_cert}
