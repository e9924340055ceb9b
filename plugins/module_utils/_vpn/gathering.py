# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The selected objects of either edition: what modules and plugins call with a client.

Private to this collection.
"""

from __future__ import annotations

import typing as t

from .._cloud import errors
from .reader import Messages, Reader, Selection
from .states import normalize_status

if t.TYPE_CHECKING:
    from .._cloud.client import Client
    from . import kinds
    from .facts import Row

__all__ = ["Messages", "Selection", "check_selection", "create_reader", "gather"]


def check_selection(
    kind: kinds.Kind,
    selection: Selection,
    warn: t.Callable[[str], None],
    wait_for: t.Iterable[str] = (),
) -> None:
    """Check a selection without a request.

    Raises VpnError for fields that the kind does not have, and for psk without include_psk. Warns of
    statuses that are not documented.
    """
    unknown = sorted(set(selection.fields or ()) - set(kind.names))
    if unknown:
        raise errors.VpnError(
            f"Unknown fields: {', '.join(unknown)}. Supported fields: {', '.join(kind.names)}."
        )
    if "psk" in (selection.fields or ()) and not selection.include_psk:
        raise errors.VpnError("fields contains psk, which requires include_psk: true.")
    for option, statuses in (
        ("status", selection.filters.get("status") or ()),
        ("wait_for", wait_for),
    ):
        unknown = [one for one in statuses if normalize_status(one) not in kind.statuses]
        if unknown:
            warn(
                f"{option} contains {', '.join(map(str, unknown))}, which is not a documented status, "
                f"so nothing may match. Documented statuses: {', '.join(kind.statuses)}."
            )


def gather(client: Client, kind: kinds.Kind, selection: Selection, messages: Messages) -> list[Row]:
    """Return the selected objects of a kind. Raises VpnError.

    Call `check_selection` first, before there is a client.
    """
    reader = create_reader(client, messages)
    with reader.passing_warnings():
        return reader.complete(kind, reader.fetch(kind, selection), selection)


def create_reader(client: Client, messages: Messages) -> Reader:
    """Return a reader of the client's edition."""
    if client.edition == "enterprise":
        # Here, because Ansible compiles what a module imports at each run.
        from .enterprise_reader import EnterpriseReader

        return EnterpriseReader(client, messages)
    return Reader(client, messages)
