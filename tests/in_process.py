# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules run inside the test's own process, where a run through Ansible would take a second each."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import typing as t

from ansible.module_utils import basic
from ansible.module_utils.common import warnings

Row = dict[str, t.Any]


def run_module(
    name: str, options: t.Mapping[str, t.Any], environment: t.Mapping[str, str], check: bool = False
) -> Row:
    """Return the result of a module of the collection; of a failure too, with `failed`.

    The variables OS_* of `environment` become options, so the caller's own have no effect.
    """
    given = {
        option.removeprefix("OS_").lower(): value
        for option, value in environment.items()
        if not option.endswith("_OVERRIDE")
    }
    arguments: Row = {
        **{name: given.pop(name) for name in ("auth_type", "region_name") if name in given},
        "auth": given,
        "_ansible_check_mode": check,
        "_ansible_diff": True,
        **options,
    }
    module = importlib.import_module(f"ansible_collections.otc.vpn.plugins.modules.{name}")
    output = io.StringIO()
    _global_warnings().clear()
    with (
        _as_on_a_host(),
        _arguments(arguments),
        contextlib.redirect_stdout(output),
        contextlib.suppress(SystemExit),
    ):
        module.main()
    result: Row = json.loads(output.getvalue())
    return result


def _global_warnings() -> t.Any:
    """Return what Ansible collects warnings in, which outlives a module."""
    return vars(warnings)["_global_warnings"]


@contextlib.contextmanager
def _as_on_a_host() -> t.Iterator[None]:
    """Let warnings be a part of the result, which imports of Ansible's controller code prevent."""
    internal = vars(importlib.import_module("ansible.module_utils")).get("_internal")
    if internal is None:  # ansible-core 2.18
        yield
        return
    before = internal.is_controller
    internal.is_controller = False
    try:
        yield
    finally:
        internal.is_controller = before


@contextlib.contextmanager
def _arguments(arguments: Row) -> t.Iterator[None]:
    """Hand arguments to the module, as Ansible's own wrapper does."""
    try:
        from ansible.module_utils.testing import patch_module_args
    except ImportError:  # ansible-core 2.18
        vars(basic)["_ANSIBLE_ARGS"] = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
        yield
        vars(basic)["_ANSIBLE_ARGS"] = None
    else:
        with patch_module_args(arguments):
            yield
