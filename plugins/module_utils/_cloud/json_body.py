# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of responses, strictly parsed and without Ansible's serialization markers.

Private to this collection.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import typing as t

MARKER_PREFIX = "__ansible"  # of the keys by which Ansible serializes objects in JSON
FREE_LENGTH = 256 * 1024  # characters of JSON that cannot take much memory
MAX_EXPANSION = 16  # bytes of memory for each character
MARKER_PREFIX_ESCAPED = ("\\u005", "\\u006", "\\u007")  # escapes of its characters


@contextlib.contextmanager
def gc_paused() -> t.Iterator[None]:
    """Pause the garbage collector.

    It visits all objects again and again while thousands of rows are created or libraries are
    imported, which takes as long as the work itself.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def parse_json(body: bytes) -> t.Any:
    """JSON to Python; ValueError for what is none, NaN included. Half a surrogate pair becomes `?`."""

    def refuse(constant: str) -> t.NoReturn:
        raise ValueError(f"{constant} is not JSON")

    def finite(number: str) -> float:
        return float(number) if math.isfinite(float(number)) else refuse(number)

    # json.loads would let bytes pass that are no UTF-8
    text = body.decode(json.detect_encoding(body))
    _check_memory(text)
    # The hook is called for every object: only where a key may need it.
    marked = MARKER_PREFIX in text or (
        "\\" in text and any(one in text for one in MARKER_PREFIX_ESCAPED)
    )
    hook = _drop_markers if marked else None
    with gc_paused():  # what JSON holds never refers back to it
        parsed = json.loads(text, parse_constant=refuse, parse_float=finite, object_hook=hook)
    if "\\" in text and ("\\ud" in text or "\\uD" in text):  # one character is found at once
        parsed = json.loads(json.dumps(parsed, ensure_ascii=False).encode("utf-8", "replace"))
    return parsed


def _check_memory(text: str) -> None:
    """Raise ValueError for JSON that Python stores in far more memory than the text takes.

    `[{},{},…]` would take 50 times as much. The sizes are those of CPython's objects; API objects
    with their names and values take less than half of the limit.
    """
    if len(text) < FREE_LENGTH:
        return
    limit = MAX_EXPANSION * len(text)
    size = 150 * (text.count("{") + text.count("[")) + 40 * text.count(",")
    if size + 150 * text.count(":") <= limit:  # more than the keys, but counted faster
        return
    if size + 150 * (text.count('":') + text.count('" :')) > limit:
        raise ValueError("more and smaller values than an API returns")


def _drop_markers(answer: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a JSON object without keys of Ansible's own notation, which would make it another object."""
    return {name: value for name, value in answer.items() if not name.startswith(MARKER_PREFIX)}
