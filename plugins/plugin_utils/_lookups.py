# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the `_info` modules of connections: the connections and where they come from.

Private to this collection.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ._text import one_line

# Result keys of the modules, with the edition that each reads.
_RESULTS = {"ipsec_connections": "classic", "enterprise_connections": "enterprise"}
SOURCE = ("cloud", "region", "project", "project_id", "edition")


class ConnectionsError(ValueError):
    """Error in the given connections, with a message for the user."""


@dataclass
class Lookup:
    """One cloud, project and edition, and what reading it returned.

    `source` has the keys SOURCE, empty where unknown. `error` is empty after a success.
    """

    source: dict[str, str]
    error: str = ""
    connections: list[dict[str, Any]] = field(default_factory=list)


def lookups(given: Any) -> list[Lookup]:
    """Return the lookups that the given list contains, in order and each source once.

    The list contains connections, or registered results of the modules. Each connection gets the
    keys SOURCE. Raises ConnectionsError.
    """
    if not isinstance(given, Sequence) or isinstance(given, (str, bytes)):
        raise ConnectionsError(_message(given))
    found: dict[tuple[str, ...], Lookup] = {}
    for item in given:
        for lookup in _lookups_of(item):
            known = found.setdefault(tuple(lookup.source.values()), lookup)
            if known is not lookup:
                known.error = known.error or lookup.error
                known.connections += lookup.connections
    return list(found.values())


def _lookups_of(item: Any) -> Iterable[Lookup]:
    if not isinstance(item, Mapping):
        raise ConnectionsError(_message(item))
    result = next((key for key in _RESULTS if isinstance(item.get(key), Sequence)), None)
    if result is not None:
        source = _source(item, _RESULTS[result])
        connections = [_located(connection, source) for connection in item[result]]
        ids = {row["project_id"] for row in connections}
        if not source["project_id"] and len(ids) == 1:
            source["project_id"] = one_line(ids.pop())
        return [Lookup(source, connections=connections)]
    if item.get("id"):
        connection = _located(item, _source({}, "classic"))
        source = {key: one_line(connection[key]) for key in SOURCE}
        return [Lookup(source, connections=[connection])]
    if item.get("msg"):
        return [Lookup(_source(item, _edition_of_failure(item)), str(item["msg"]))]
    if item.get("skipped"):
        return []
    raise ConnectionsError(_message(item))


def _edition_of_failure(result: Mapping[str, Any]) -> str:
    """Return the edition of a failed result, which only the options of the module tell."""
    invocation = result.get("invocation")
    arguments = invocation.get("module_args") if isinstance(invocation, Mapping) else None
    is_enterprise = isinstance(arguments, Mapping) and "customer_gateway" in arguments
    return "enterprise" if is_enterprise else "classic"


def _source(result: Mapping[str, Any], edition: str) -> dict[str, str]:
    """Return where a result comes from, as its `source` or the options of the module specify."""
    known = result.get("source")
    if not isinstance(known, Mapping):
        invocation = result.get("invocation")
        arguments = invocation.get("module_args") if isinstance(invocation, Mapping) else None
        known = _source_of_options(arguments, os.environ) if isinstance(arguments, Mapping) else {}
    return {key: one_line(known.get(key)) for key in SOURCE} | {"edition": edition}


def _source_of_options(
    options: Mapping[str, Any], environ: Mapping[str, str]
) -> dict[str, str | None]:
    """Return the cloud, region and project that the module used, which runs in this environment.

    As for the module, OS_CLOUD counts only without `auth`, and nothing is added to a cloud.
    """
    auth = {name: value for name, value in (options.get("auth") or {}).items() if value is not None}
    cloud = options.get("cloud") or (not auth and environ.get("OS_CLOUD")) or None
    variables = {} if cloud else environ
    project = auth.get("project_name"), auth.get("project_id")
    if not any(project):
        name = variables.get("OS_PROJECT_NAME") or variables.get("OS_TENANT_NAME")
        project = name, variables.get("OS_PROJECT_ID") or variables.get("OS_TENANT_ID")
    return {
        "cloud": cloud if isinstance(cloud, str) else None,
        "region": options.get("region_name") or variables.get("OS_REGION_NAME"),
        "project": project[0],
        "project_id": project[1],
    }


def _located(connection: Any, source: Mapping[str, str]) -> dict[str, Any]:
    """Return the connection with its source; what it has itself is not overwritten."""
    if not isinstance(connection, Mapping) or not connection.get("id"):
        raise ConnectionsError(_message(connection))
    project_id = connection.get("project_id") or connection.get("tenant_id")
    return {
        **source,
        **connection,
        "project_id": project_id or source["project_id"],
        "edition": connection.get("edition") or source["edition"],
    }


def _message(item: Any) -> str:
    return (
        "The input must be a list of connections, each with its id, or of registered results of "
        f"ipsec_connection_info or enterprise_connection_info, not {type(item).__name__}."
        if not isinstance(item, Mapping)
        else "The input contains a dictionary that is neither a connection with an id nor a result "
        "of ipsec_connection_info or enterprise_connection_info."
    )
