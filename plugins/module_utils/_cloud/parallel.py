# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls in parallel. Private to this collection."""

from __future__ import annotations

import queue
import threading
import typing as t

A = t.TypeVar("A")
T = t.TypeVar("T")


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
