# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the endpoint does wrong when it is told to."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Response

from .enterprise import ENTERPRISE_QUIRKS
from .network import QUIRKS
from .scenario import Row


@dataclass
class Fault:
    """One fault, and the requests that it meets. Everything may be combined.

    The request is carried out first, so a fault with a delay, a reset or a status is a response
    that was lost after an object was created, changed or removed.

    path: regular expression, searched in the path with its query string.
    method: the HTTP method it meets; empty: any.
    skip, count: let so many requests pass first; then meet so many (None: all).
    ignore: do not carry the request out; the response has the fault's status, headers and body.
    delay: seconds before anything is sent.
    status, headers, body: replace those of the proper answer, each where given. A body that is
        neither text nor bytes is sent as JSON; a header that is None is left out.
    quirks: names of network.QUIRKS and enterprise.ENTERPRISE_QUIRKS.
    change: id → new attributes (None: remove it), before the request is answered; it lasts.
    reset: reset the connection, before the answer, or after `cut` bytes of its body.
    cut: close the connection after so many bytes of the body.
    drip: seconds between two bytes of the body.
    flood: so many bytes of blanks go before the body (JSON stays what it was).
    """

    path: str = ""
    method: str = ""
    skip: int = 0
    count: int | None = 1
    ignore: bool = False
    delay: float = 0.0
    status: int | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: Any = None
    quirks: Sequence[str] = ()
    change: Mapping[str, Row | None] = field(default_factory=dict)
    reset: bool = False
    cut: int | None = None
    drip: float = 0.0
    flood: int = 0

    def __post_init__(self) -> None:
        unknown = set(self.quirks) - set(QUIRKS) - set(ENTERPRISE_QUIRKS)
        if unknown:
            raise ValueError(f"no such quirks: {sorted(unknown)}")
        re.compile(self.path)

    def alter(self, response: Response) -> None:
        """Put status, body and headers of the fault into the proper answer."""
        if self.status is not None:
            response.status_code = self.status
        if isinstance(self.body, str | bytes):
            response.set_data(self.body)
        elif self.body is not None:
            response.set_data(json.dumps(self.body))
        for name, value in self.headers.items():
            if value is None:
                response.headers.pop(name, None)
            else:
                response.headers[name] = value


class Faults:
    """The faults to come; the first that fits a request is the one it meets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault behind those that are there."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, target: str) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.method not in ("", method) or not re.search(fault.path, target):
                    continue
                if fault.skip:
                    fault.skip -= 1
                elif fault.count is None:
                    return fault
                elif fault.count:
                    fault.count -= 1
                    return fault
        return None
