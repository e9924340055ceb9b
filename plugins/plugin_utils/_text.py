# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values from the API as text that every output format can contain.

Private to this collection.
"""

from __future__ import annotations

import unicodedata
from typing import Any


def one_line(value: Any) -> str:
    """Return a value as one line of text; "" for None.

    Newlines become spaces. Control characters, half surrogates and noncharacters are dropped
    because no file can contain them, and so are the invisible marks that change the text direction.
    """
    if value is None:
        return ""
    return "".join(map(_character, str(value))).strip()


def _character(char: str) -> str:
    if char in "\t\n\r\v\f\x85\u2028\u2029":
        return " "
    if unicodedata.category(char) in ("Cc", "Cs") or "\u202a" <= char <= "\u202e":
        return ""
    if "\u2066" <= char <= "\u2069" or "\ufdd0" <= char <= "\ufdef" or ord(char) & 0xFFFE == 0xFFFE:
        return ""
    return char


def count(number: int, noun: str) -> str:
    """Return `1 tunnel`, `2 tunnels`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
