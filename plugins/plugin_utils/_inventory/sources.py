# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clouds of an inventory source: options, what to query, connections, and the key of the cache."""

from __future__ import annotations

import hashlib
import json
import typing as t
from urllib.parse import urlsplit

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._cloud.client import Session
from ...module_utils._cloud.credentials import SECRETS
from ...module_utils._cloud.errors import VpnError
from ...module_utils._cloud.json_body import gc_paused, parse_json
from ...module_utils._cloud.options import ALTERNATIVES, OPTIONS, merge_options
from ...module_utils._cloud.parallel import run_parallel
from ...module_utils._vpn.facts import drop_secrets
from ...module_utils._vpn.gathering import Messages, Selection, check_selection, gather
from ...module_utils._vpn.kinds import CONNECTION
from ...module_utils._vpn.matching import filter_rows
from .hosts import DOCUMENTED, KINDS
from .options import names, shaped

if t.TYPE_CHECKING:
    from ...module_utils._cloud.client import Client

Row = dict[str, t.Any]

# The options that, besides `auth`, determine which connections a user can read.
CACHE_KEY_OPTIONS = (
    "cloud",
    "auth_type",
    "region_name",
    "interface",
    "endpoint",
    "enterprise_endpoint",
    "client_cert",
)
BEARER_SECRETS = ("token", "access_token")  # secrets that alone determine the user
_CREDENTIALS = (
    "password",
    "token",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "access_key",
    "secret_key",
    "security_token",
)
_SPEC: dict[str, dict[str, t.Any]] = {**OPTIONS, "label": {"type": "str"}}


class Cloud(t.NamedTuple):
    """One cloud of the source."""

    label: str
    options: dict[str, t.Any]


class CloudResult(t.NamedTuple):
    """The connections of one cloud, or the error that prevented reading them."""

    connections: list[Row]
    warnings: list[str]
    error: str | None


def read_clouds(
    source: t.Mapping[str, t.Any], entries: t.Sequence[t.Any], environ: t.Mapping[str, str]
) -> list[Cloud]:
    """Return the clouds of a source: its connection options, overridden by each entry of `clouds`.

    `auth` is merged one level deep. Raises VpnError.
    """
    source = _checked(source, OPTIONS, "")
    clouds = []
    for number, given in enumerate(entries or [{}]):
        where = f"clouds[{number}]" if entries else ""
        entry = _checked(shaped(where, given, "dict"), _SPEC, where)
        auth = _merge_auth(source.get("auth", {}), entry.get("auth", {}))
        clouds.append(_cloud({**source, **entry, "auth": auth}, where, environ))
    return clouds


def _merge_auth(source: Row, entry: Row) -> Row:
    """Return `auth` of the source, overridden by that of an entry.

    A project, user or domain replaces that of the source by name or ID, and a credential all others.
    """
    replaced = {
        name for group in (*ALTERNATIVES, _CREDENTIALS) if {*group} & {*entry} for name in group
    }
    return {**{name: value for name, value in source.items() if name not in replaced}, **entry}


def _checked(given: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any], where: str) -> Row:
    """Return the options that are set. Raises VpnError for a value of the wrong shape."""
    checked = {}
    for name, value in given.items():
        option, path = spec.get(name, {}), f"{where}.{name}".lstrip(".")
        if value is not None:
            kind = option.get("type", "raw")
            # the type of `cloud` is a function, which converts single values
            checked[name] = shaped(path, value, "str" if callable(kind) else kind)
            if "options" in option:
                checked[name] = _checked(checked[name], option["options"], path)
    return checked


def _cloud(given: Row, where: str, environ: t.Mapping[str, str]) -> Cloud:
    checked = ArgumentSpecValidator(_SPEC).validate(given)
    if checked.unsupported_parameters:
        unsupported = sorted(
            one if isinstance(one, str) else ".".join(one) for one in checked.unsupported_parameters
        )
        raise VpnError(
            f"{where or 'Connection options'}: unsupported options: {', '.join(unsupported)}. "
            "See ansible-doc -t inventory otc.vpn.ipsec_connections."
        )
    if checked.error_messages:
        raise VpnError(f"{where or 'Connection options'}: {checked.error_messages[0].rstrip('.')}.")
    options = dict(checked.validated_parameters)
    label = options.pop("label", None)
    options = merge_options(options, environ)
    auth = options["auth"]
    host = urlsplit(str(options.get("endpoint") or auth.get("auth_url") or "")).hostname
    labels = (label, options.get("cloud"), auth.get("project_name"), auth.get("project_id"), host)
    return Cloud(str(next((one for one in labels if one), None)), options)


def read_selections(
    query: t.Mapping[str, t.Any], hostnames: t.Iterable[str], warn: t.Callable[[str], None]
) -> dict[str, Selection]:
    """Return what to query of each edition, with the fields that the hosts need. Raises VpnError."""
    if "psk" in (query["fields"] or ()):
        raise VpnError("fields contains psk, which is never a host variable.")
    unknown = sorted(set(query["fields"] or ()) - DOCUMENTED)
    if unknown:
        supported = ", ".join(sorted(DOCUMENTED))
        raise VpnError(f"Unknown fields: {', '.join(unknown)}. Supported fields: {supported}.")
    selections = {}
    for edition in dict.fromkeys(query["editions"]):
        kind = KINDS[edition]
        fields = query["fields"]
        if fields is not None:
            needed = (*fields, *hostnames, "peer_address", "created_at")
            fields = [name for name in dict.fromkeys(needed) if name in kind.names]
        enterprise = edition == "enterprise"
        selections[edition] = Selection(
            name=names(query["name"]),
            filters={name: query[name] for name in CONNECTION.filters},
            fields=fields,
            # The address of the remote gateway is a field of another object.
            added=["peer_address"] if enterprise else [],
            vpn_service=None if enterprise else query["vpn_service"],
            gateway=(query["gateway"] or query["vpn_service"]) if enterprise else None,
            customer_gateway=query["customer_gateway"] if enterprise else None,
            resolve=query["resolve"],
        )
        check_selection(kind, selections[edition], warn)
    return selections


def prefix(cloud: Cloud, clouds: t.Sequence[Cloud]) -> str:
    """Return what messages about one of several clouds begin with."""
    return f"{cloud.label}: " if len(clouds) > 1 else ""


def fetch(
    clouds: list[Cloud], selections: t.Mapping[str, Selection], fail_on_error: bool
) -> list[CloudResult]:
    """Query the editions of all clouds in parallel, `selections` by edition.

    Raises VpnError for the first error with `fail_on_error`.
    """

    sessions: list[Session] = []

    def fetch_cloud(cloud: Cloud) -> CloudResult:
        connections: list[Row] = []
        warnings: list[str] = []
        about = prefix(cloud, clouds)
        messages = Messages(
            warn=lambda text: warnings.append(about + text), debug=lambda _text: None
        )
        failed = None
        session = None
        for edition, selection in selections.items():
            try:
                if session is None:
                    session = Session(cloud.options)
                    sessions.append(session)
                client = session.client(edition)
                connections += _fetch_edition(client, edition, selection, messages)
            except VpnError as error:
                failed = str(error)
                if [*selections] != ["classic"]:
                    failed = f"Cannot read the edition {edition} (option editions): {failed}"
                if fail_on_error:
                    raise VpnError(about + failed) from error
                warnings.append(f"{about}skipped: {failed}")
        if session:
            session.close()
        return CloudResult(connections, warnings, failed)

    try:
        with gc_paused():  # the libraries are imported in the threads
            return run_parallel(fetch_cloud, clouds)
    finally:
        for session in sessions:  # those of other clouds too, when one has failed
            session.close()


def _fetch_edition(
    client: Client, edition: str, selection: Selection, messages: Messages
) -> list[Row]:
    """Return the connections of an edition; the filters of Classic VPN apply to both."""
    kind = KINDS[edition]
    own = {name: value for name, value in selection.filters.items() if name in kind.filters}
    rows = gather(client, kind, selection._replace(filters=own), messages)
    later = {name: value for name, value in selection.filters.items() if name not in kind.filters}
    if later.get("admin_state_up") is True:
        later["admin_state_up"] = None  # because these connections have no such setting
    for row in rows:
        row["edition"] = edition
    return filter_rows(rows, later)


def cache_key(clouds: t.Iterable[Cloud], selections: t.Mapping[str, Selection]) -> str:
    """Return a hash that is equal only for the same selections by the same user.

    Secrets are not part of it, except for those that determine the user.
    """
    identities = []
    for cloud in clouds:
        identity = {name: cloud.options.get(name) for name in CACHE_KEY_OPTIONS}
        identity["auth"] = {
            name: value
            for name, value in cloud.options["auth"].items()
            if name in BEARER_SECRETS or name not in SECRETS
        }
        identities.append(identity)
    selected = {edition: selection._asdict() for edition, selection in selections.items()}
    text = json.dumps([identities, selected], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def to_cache(lists: list[list[Row]]) -> str:
    """Return the connections of each cloud as one string.

    The cache plugins would create objects, trusted templates among them, from dictionaries that look
    like Ansible's serialization markers.
    """
    return json.dumps(lists)


def from_cache(cached: t.Any, clouds: t.Sequence[Cloud]) -> list[list[Row]] | None:
    """Return the connections of each cloud, or None if the cached value is not usable.

    Raises ValueError for a value that is not JSON.
    """
    lists: t.Any = None if cached is None else parse_json(str(cached).encode())
    needed = {"id", "created_at", "peer_address", "edition"}
    usable = (
        isinstance(lists, list)
        and len(lists) == len(clouds)
        and all(isinstance(rows, list) for rows in lists)
        and all(isinstance(row, dict) and needed <= set(row) for rows in lists for row in rows)
    )
    if not usable:
        return None
    for rows in lists:  # anybody who can write the file may have changed them
        drop_secrets(rows, DOCUMENTED)
    return t.cast("list[list[Row]]", lists)
