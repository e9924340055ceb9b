# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role variables are converted to the types of the argument specification."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from ansible_collections.otc.vpn.plugins.plugin_utils._role_variables import convert
from hypothesis import given
from hypothesis import strategies as st

OPTIONS: dict[str, dict[str, Any]] = {
    "r_names": {"type": "list", "elements": "str", "default": []},
    "r_formats": {"type": "raw", "choices": ["html", "json"], "default": ["html"]},
    "r_rows": {"type": "raw", "default": [], "options": {"id": {"type": "str", "required": True}}},
    "r_clouds": {"type": "list", "elements": "dict", "default": []},
    "r_any": {"type": "raw"},
    "r_tags": {"type": "raw", "default": {}},
    "r_count": {"type": "raw", "default": 3},
    "r_seconds": {"type": "raw", "default": 1.5},
    "r_flag": {"type": "raw", "default": True},
    "r_text": {"default": "text"},
    "r_choice": {"type": "str", "choices": ["a", "b"]},
    "r_path": {"type": "path"},
    "r_file_mode": {"type": "str", "default": "0640"},
    "r_key": {"type": "str", "no_log": True},
    "r_keys": {"type": "raw", "no_log": True, "default": {}},
    "r_row": {"type": "dict", "required": True},
}


def values(**variables: Any) -> dict[str, Any]:
    """Convert variables, given without the prefix, that have no problems."""
    converted = convert({f"r_{name}": value for name, value in variables.items()}, OPTIONS, "r_")
    assert converted.problems == []
    return converted.values


def problems(**variables: Any) -> list[str]:
    """Convert variables, given without the prefix, and return the problems."""
    return convert(
        {f"r_{name}": value for name, value in variables.items()}, OPTIONS, "r_"
    ).problems


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("names", "munich", ["munich"]),
        ("names", "munich,hamburg", ["munich", "hamburg"]),
        ("names", " munich , hamburg, ", ["munich", "hamburg"]),
        ("names", "munich\nhamburg\r\n", ["munich", "hamburg"]),
        ("names", '["munich", "a,b"]', ["munich", "a,b"]),
        ("names", "['munich', 007]", ["munich", "007"]),
        ("names", "- munich\n- on\n", ["munich", "on"]),
        ("names", 7, ["7"]),
        ("names", [7, "x"], ["7", "x"]),
        ("formats", "json\nhtml", ["json", "html"]),
        ("rows", '[{"id": "a"}]', [{"id": "a"}]),
        ("rows", "- {id: a}", [{"id": "a"}]),
        ("rows", [{"id": datetime.date(2026, 1, 2)}], [{"id": "2026-01-02"}]),
        ("clouds", '[{"cloud": "one"}]', [{"cloud": "one"}]),
        ("clouds", "- cloud: one\r\n- cloud: two\r\n", [{"cloud": "one"}, {"cloud": "two"}]),
        ("any", "[1]", "[1]"),
        ("tags", '{"a": true}', {"a": True}),
        ("tags", "a=b", {"a": "b"}),
        ("count", "4", 4),
        ("count", 4.0, 4),
        ("seconds", "0.5", 0.5),
        ("seconds", 2, 2.0),
        ("flag", "no", False),
        ("flag", "False", False),
        ("flag", "1", True),
        ("text", 7, "7"),
        ("file_mode", 0o640, "0640"),
        ("file_mode", 0o070, "0070"),
        ("file_mode", 640, "0640"),
        ("file_mode", 2770, "2770"),
        ("file_mode", 0o2771, "2771"),
        ("file_mode", "u=rw", "u=rw"),
    ],
)
def test_value_is_converted(name: str, value: Any, expected: Any) -> None:
    converted = values(**{name: value})[name]
    assert converted == expected
    assert type(converted) is type(expected)


def test_default_that_ansible_wraps_has_type_of_its_base() -> None:
    wrapped = type("Wrapped", (dict,), {})
    options = {"r_tags": {"type": "raw", "default": wrapped()}}
    assert convert({"r_tags": "a=b"}, options, "r_").values == {"tags": {"a": "b"}}


@pytest.mark.parametrize("name", [name.removeprefix("r_") for name in OPTIONS])
@pytest.mark.parametrize("empty", ["", " \n", None])
def test_empty_value_is_not_set(name: str, empty: Any) -> None:
    unset = values()
    assert values(**{name: empty}) == unset
    if not OPTIONS[f"r_{name}"].get("no_log"):
        assert unset[name] == OPTIONS[f"r_{name}"].get("default")


def test_secret_is_not_returned() -> None:
    assert not {"key", "keys"} & set(values(key="opensesame", keys={"a": "opensesame"}))


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("count", "many", "r_count must be a whole number, got: 'many'."),
        ("count", "1.5", "r_count must be a whole number, got: '1.5'."),
        ("count", [2_390_745_830_279_074_503_720_960, "=i", None], "r_count must be a whole number."),
        ("seconds", 10**400, "r_seconds must be a number."),
        ("flag", "perhaps", "r_flag must be a Boolean, got: 'perhaps'."),
        ("seconds", "soon", "r_seconds must be a number, got: 'soon'."),
        ("text", True, "r_text must be a string: quote the value."),
        ("text", ["x"], "r_text must be a string: quote the value."),
        ("path", {"a": 1}, "r_path must be a path: quote the value."),
        ("names", "[munich", "r_names must be a list: it is neither JSON nor YAML."),
        ("names", {"a": 1}, "r_names must be a list."),
        ("clouds", {"auth": {"password": "31337"}}, "r_clouds must be a list of dictionaries."),
        ("clouds", ["31337"], "r_clouds must be a list of dictionaries."),
        ("clouds", '[{"password": "31337"', "r_clouds must be a list of dictionaries: it is neither JSON nor YAML."),
        ("choice", "c", "value of r_choice must be one of: a, b, got: c."),
        ("formats", "pdf", "value of r_formats must be one or more of: html, json. Got no match for: pdf."),
        ("rows", [{}], "missing required arguments: id found in r_rows."),
        ("row", "x", "r_row must be a dictionary, got: 'x'."),
    ],
)  # fmt: skip
def test_unusable_value_is_one_sentence(name: str, value: Any, problem: str) -> None:
    assert problems(**{name: value}) == [problem]
    assert "31337" not in problem


@pytest.mark.parametrize("secret", [31337, True, 1.5, ["31337"], {"a": 31337}, {"a": ["31337"]}])
def test_secret_that_is_no_string_is_rejected_and_not_shown(secret: Any) -> None:
    (problem,) = problems(key=secret)
    assert problem.startswith("r_key must be a string. Quote")
    assert "31337" not in problem
    (problem,) = problems(keys=secret)
    assert problem.startswith("r_keys must be a dictionary of strings. Quote")
    assert "31337" not in problem


def test_secrets_of_wrong_shape_are_rejected() -> None:
    assert len(problems(key={"a": "b"}, keys="a")) == 2


@given(names=st.lists(st.text(min_size=1), min_size=1))
def test_list_as_json_is_list(names: list[str]) -> None:
    assert values(names=json.dumps(names))["names"] == names


@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_any_value_is_converted_or_rejected(value: Any) -> None:
    for name in OPTIONS:
        converted = convert({name: value}, OPTIONS, "r_")
        assert len(converted.problems) <= 1
        for problem in converted.problems:
            assert name in problem
