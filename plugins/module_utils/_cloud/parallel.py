# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls in parallel. Private to this collection."""

from __future__ import annotations

import threading
import typing as t

A = t.TypeVar("A")
T = t.TypeVar("T")

# Time between two checks for signals: if another thread receives that of Ctrl+C, nothing wakes the
# main thread, which alone can act on it.
SIGNAL_SECONDS = 0.5


def run_parallel(call: t.Callable[[A], T], items: t.Sequence[A]) -> list[T]:
    """Return what `call` returns for each item, each in a thread of its own.

    Raises the first exception without waiting for the other threads. They are daemon threads, because
    an interrupted run must not wait for them either.
    """
    results: dict[int, T] = {}
    failed: list[BaseException] = []
    over = threading.Event()

    def run(position: int, item: A) -> None:
        try:
            results[position] = call(item)
        except BaseException as error:  # raised in the calling thread below
            failed.append(error)
        if failed or len(results) == len(items):
            over.set()

    for position, item in enumerate(items):
        threading.Thread(target=run, args=(position, item), daemon=True).start()
    while items and not over.wait(SIGNAL_SECONDS):
        pass
    if failed:
        raise failed[0]
    return [results[position] for position in range(len(items))]
