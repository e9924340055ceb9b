# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deadlines and retries of calls. Private to this collection."""

from __future__ import annotations

import itertools
import queue
import random
import threading
import time
import typing as t

from .errors import VpnError

A = t.TypeVar("A")
T = t.TypeVar("T")

MAX_BACKOFF = 30.0  # seconds between two attempts, unless the server specifies more


def retry(call: t.Callable[[], T], timeout: float, retries: int) -> T:
    """Return what `call` returns, repeating it after transient errors, `retries` times at most.

    All attempts and pauses together take no longer than `timeout` seconds for each attempt.
    """
    end = time.monotonic() + timeout * (retries + 1)
    for attempt in itertools.count():
        try:
            return call()
        except VpnError as error:
            pause = error.retry_after
            if pause is None:
                pause = min(MAX_BACKOFF, 2.0**attempt) * random.uniform(0.5, 1.0)
            if not error.temporary or attempt >= retries or time.monotonic() + pause > end:
                raise
        time.sleep(pause)
    raise AssertionError  # itertools.count does not end


def run_with_deadline(seconds: float, call: t.Callable[[threading.Event], T], where: str) -> T:
    """Return what `call` returns, or raise VpnError when that takes longer than `seconds`.

    A thread measures the time, because the timeout of a socket restarts with every byte. After the
    deadline the event that `call` gets is set.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    over = threading.Event()

    def run() -> None:
        try:
            results.append(call(over))
        except BaseException as error:  # handed to the caller below
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        over.set()
        raise VpnError(
            f"{where} did not answer whole within {seconds:g} seconds (api_timeout).",
            temporary=True,
        )
    if errors:
        raise errors[0]
    return results[0]


def run_parallel(call: t.Callable[[A], T], items: t.Sequence[A]) -> list[T]:
    """Return what `call` returns for each item, each in a thread of its own.

    Raises the first exception without waiting for the other threads. They are daemon threads, because
    an interrupted run must not wait for them either.
    """
    finished: queue.SimpleQueue[tuple[int, T | None, BaseException | None]] = queue.SimpleQueue()

    def run(position: int, item: A) -> None:
        try:
            finished.put((position, call(item), None))
        except BaseException as error:  # raised in the calling thread below
            finished.put((position, None, error))

    for position, item in enumerate(items):
        threading.Thread(target=run, args=(position, item), daemon=True).start()
    results: dict[int, T] = {}
    for _item in items:
        position, result, error = finished.get()
        if error is not None:
            raise error
        results[position] = t.cast("T", result)
    return [results[position] for position in range(len(items))]
