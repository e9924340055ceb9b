# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repeating calls after transient errors. Private to this collection."""

from __future__ import annotations

import itertools
import random
import time
import typing as t

from . import errors

T = t.TypeVar("T")

MAX_BACKOFF = 30.0  # seconds between two attempts, unless the server specifies more


def retry(
    call: t.Callable[[], T],
    retries: int,
    end: float,
    wait: t.Callable[[float], t.Any] = time.sleep,
    repeatable: bool = True,
) -> T:
    """Return what `call` returns, repeating it after transient errors, `retries` times at most.

    No attempt starts after `end`, by time.monotonic. A call that is not `repeatable` is repeated only
    if the server has not processed it. `wait` returns true if the wait was ended early.
    """
    for attempt in itertools.count():
        try:
            return call()
        except errors.VpnError as error:
            pause = error.retry_after
            if pause is None:
                pause = min(MAX_BACKOFF, 2.0**attempt) * random.uniform(0.5, 1.0)
            if (
                not error.temporary
                or not (repeatable or error.unprocessed)
                or attempt >= retries
                or time.monotonic() + pause > end
                or wait(pause)
            ):
                raise
    raise AssertionError  # itertools.count does not end
