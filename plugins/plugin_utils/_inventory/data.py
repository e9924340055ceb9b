# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of the API is data, never a template."""

from __future__ import annotations

import re
import typing as t

import ansible.template
from ansible.utils.unsafe_proxy import wrap_var

T = t.TypeVar("T")

# ansible-core 2.19 and later evaluate only strings that are marked as templates.
MARKED_BY_CORE = hasattr(ansible.template, "trust_as_template")
# The characters that begin a template, or that a filter can turn into those.
_SUSPICIOUS = re.compile(r"[{#%\\]")


def mark_untrusted(value: T) -> T:
    """Return the value with strings that Ansible never evaluates as templates.

    ansible-core 2.18 evaluates every string that is not marked. Only strings that could be part of a
    template are, because consumers of an exported inventory read a marked string as a dictionary.
    """
    return value if MARKED_BY_CORE else t.cast("T", _mark(value))


def _mark(value: t.Any) -> t.Any:
    if isinstance(value, str):
        return wrap_var(value) if _SUSPICIOUS.search(value) else value
    if isinstance(value, dict):
        return {_mark(name): _mark(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mark(inner) for inner in value]
    return value
