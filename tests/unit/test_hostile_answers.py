# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real modules against a hostile server: right information, or one clear failure; never a secret.

Each answer of tests/hostile/answers.py is one module run. What a run leaves behind is counted too.
"""

from __future__ import annotations

import json
import re
import resource
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.hostile.answers import CASES
from tests.hostile.process import hostile_server, options_of
from tests.hostile.replies import MARK, Case
from tests.in_process import run_module
from tests.unit.remains import ends_within, remains, sockets

RESULTS = {
    "ipsec_connection_info": "ipsec_connections",
    "enterprise_connection_info": "enterprise_connections",
    "endpoint_group": "endpoint_group",
}
MAX_MESSAGE = 1500  # characters
MAX_GROWTH = 300 * 1024  # KiB that all answers add to the peak of this process


def peak() -> int:
    """Return the most memory that this process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.fixture(scope="module", autouse=True)
def peak_before() -> int:
    return peak()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with hostile_server() as url:
        yield url


@pytest.mark.parametrize(
    ("number", "case"),
    [*enumerate(CASES)],
    ids=[f"{number}-{case.name}"[:60] for number, case in enumerate(CASES)],
)
def test_response_is_right_or_one_clear_failure(
    url: str, number: int, case: Case, capfd: pytest.CaptureFixture[str]
) -> None:
    before, threads = sockets(), remains()
    result = run_module(case.module, options_of(case, f"{url}/{number}"), {})
    said = json.dumps(result, ensure_ascii=False) + "".join(capfd.readouterr())
    assert MARK not in said.lower(), said
    assert "Traceback" not in said, said
    if isinstance(case.expect, str):
        assert result.get("failed"), result
        message = result["msg"]
        assert re.search(case.expect, message), message
        assert message.isprintable()
        assert len(message) < MAX_MESSAGE
        assert message.endswith((".", "…")), message
        assert not re.search(r"\.\.$|<\w+\.\w|0x[0-9a-f]{6}", message), message
        assert "exception" not in result
    else:
        assert not result.get("failed"), result
        found = result[RESULTS[case.module]]
        if not isinstance(case.expect, list):
            found, case = [found or {}], replace(case, expect=[case.expect or {}])
        assert len(found) == len(case.expect)
        for row, expected in zip(found, case.expect, strict=True):
            values = expected if isinstance(expected, dict) else {"name": expected}
            assert {name: row.get(name, "missing") for name in values} == values
    assert ends_within(5, threads), threading.enumerate()
    assert sockets() <= before


def test_responds_with_need_little_memory(peak_before: int) -> None:
    assert len(CASES) > 200
    assert peak() - peak_before < MAX_GROWTH
