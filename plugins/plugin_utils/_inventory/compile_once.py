# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compile each constructed expression once, which ansible-core 2.19 to 2.21 do for every host.

Only speed depends on this file: without it and its call in the plugin, everything else is the same.
"""

from __future__ import annotations

import functools
import inspect
import typing as t


def compile_once(templar: t.Any) -> None:
    """Let a templar keep the expressions that it has compiled.

    The method is private to ansible-core. If its signature is another, nothing changes.
    """
    engine: t.Any = getattr(templar, "_engine", None)
    compiled = getattr(engine, "_compile_expression", None)
    if compiled and [*inspect.signature(compiled).parameters] == ["expression", "options"]:
        engine._compile_expression = functools.cache(compiled)
