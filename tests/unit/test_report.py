# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: its data, its map, and that HTML and Markdown are valid and hold text as text."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from ansible_collections.otc.vpn.plugins.plugin_utils import _report
from ansible_collections.otc.vpn.plugins.plugin_utils._audit import acceptances
from ansible_collections.otc.vpn.plugins.plugin_utils._map import (
    LINE_HEIGHT,
    LINES_PER_PANEL,
    STATES,
    panels,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._report import audit, render, text
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.report.connections import HOSTILE_NAMES, connection, connections, hostile

TODAY = date(2026, 11, 24)
ACCEPTED = acceptances(
    [
        {"id": "dpd-off", "connection": "all", "reason": "Watched <b>elsewhere</b> | really."},
        {"id": "ah", "connection": "gone", "reason": "An old one."},
    ]
)
FORMS = ("html", "markdown", "json")


def report(facts: list[dict[str, Any]]) -> dict[str, Any]:
    return audit(facts, ACCEPTED, TODAY)


def page(facts: list[dict[str, Any]]) -> Element:
    """The HTML of a report, parsed by a parser that raises on every error of the standard."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(render(report(facts), "html", "Our tunnels", "A note"))
    return tree


def name_of(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def every(tree: Element, *names: str) -> list[Element]:
    return [e for e in tree.iter() if isinstance(e.tag, str) and name_of(e) in names]


# Data


@pytest.mark.parametrize(
    ("status", "admin_state_up", "state"),
    [
        ("ACTIVE", True, "up"),
        ("ACTIVE", None, "up"),
        ("DOWN", True, "down"),
        ("ERROR", True, "error"),
        ("BUILD", True, "pending"),
        ("PENDING_CREATE", True, "pending"),
        ("PENDING_UPDATE", True, "pending"),
        ("PENDING_DELETE", True, "pending"),
        ("FROZEN", True, "unknown"),
        (None, True, "unknown"),
        ("ACTIVE", False, "disabled"),
        ("DOWN", False, "disabled"),
    ],
)
def test_state(status: str | None, admin_state_up: bool | None, state: str) -> None:
    assert _report.state({"status": status, "admin_state_up": admin_state_up}) == state


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (None, ""),
        (1500, "1500"),
        ("berlin", "berlin"),
        ("two\nlines\r\nand\ttab", "two lines  and tab"),
        ("a\x00b\x1b[31mc\x7fd\x9be", "ab[31mcde"),
        ("half \ud800 pair", "half  pair"),
        ("non\ufffe\ufdd0\U0001ffffcharacter", "noncharacter"),
        ("\u202eevil\u202c \u2067x\u2069", "evil x"),
        (
            "\u05e9\u05dc\u05d5\u05dd \u2028 \U0001f469\u200d\U0001f52c",
            "\u05e9\u05dc\u05d5\u05dd   \U0001f469\u200d\U0001f52c",
        ),
    ],
)
def test_text(value: object, result: str) -> None:
    assert text(value) == result


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, "There are no connections."),
        (1, "The tunnel is up. No open findings."),
    ],
)
def test_sentence(number: int, sentence: str) -> None:
    assert report(connections(number))["summary"]["sentence"] == sentence


def test_sentence_with_trouble() -> None:
    good = connection(0, random.Random(0))
    facts = [
        good,
        good | {"status": "DOWN", "dpd": {"action": "disabled"}},
        good | {"admin_state_up": False, "ike_policy": None},
        good | {"ike_policy": good["ike_policy"] | {"ike_version": "v1"}},
    ]
    assert report(facts)["summary"] == {
        "connections": 4,
        "states": {"error": 0, "down": 1, "pending": 0, "unknown": 0, "disabled": 1, "up": 2},
        "findings": {"high": 0, "medium": 1, "low": 0},
        "accepted": 1,
        "not_audited": 1,
        "sentence": "2 of 4 tunnels up, 1 down, 1 disabled. 1 open finding: 1 medium. "
        "1 finding accepted. 1 tunnel not fully audited: policy unknown.",
    }


def test_unused_acceptances_are_listed() -> None:
    entries = [
        {"id": "dpd-off", "connection": name, "reason": "Watched."} for name in ("gone", "all")
    ]
    entries.append({"id": "dpd-off", "connection": "all", "reason": "Over.", "until": "2026-11-23"})
    found = audit(connections(30), acceptances(entries), TODAY)
    assert found["summary"]["accepted"] > 0
    assert found["unused_acceptances"] == [
        {"id": "dpd-off", "connection": "gone", "reason": "Watched."},
        {"id": "dpd-off", "connection": "all", "reason": "Over."},
    ]


def test_rows_without_anything_are_reported() -> None:
    (row,) = report([{"id": "c-1"}])["connections"]
    assert (row["label"], row["state"], row["local_cidrs"]) == ("c-1", "unknown", None)
    assert "networks unknown" in render(report([{"id": "c-1"}, {}]), "html", "t", "")


@pytest.mark.parametrize("form", FORMS)
def test_the_psk_is_in_no_form(form: str) -> None:
    rendered = render(report(connections(30)), form, "t", "")
    assert "never-to-be-seen" not in rendered
    assert "berlin-office-000" in rendered.replace("\\", "")


@pytest.mark.parametrize("form", FORMS)
def test_the_same_facts_in_any_order_are_the_same_report(form: str) -> None:
    facts = connections(61)
    shuffled = random.Random(1).sample(facts, len(facts))
    assert render(report(facts), form, "t", "") == render(report(shuffled), form, "t", "")


def test_rows_are_sorted_by_name_with_numbers_by_value() -> None:
    names = ["Plant-9", "plant-10", "198.51.100.13", "198.51.100.104", "\u0663", "9" * 5000, "a"]
    rows = report([{"id": str(n), "name": name} for n, name in enumerate(names)])["connections"]
    assert [names.index(row["label"]) for row in rows] == [4, 2, 3, 5, 6, 0, 1]


def test_json_is_the_audit() -> None:
    data = report(connections(3))
    assert (
        json.loads(render(data, "json", "Title", "Note"))
        == {
            "title": "Title",
            "note": "Note",
        }
        | data
    )


# Map


@pytest.mark.parametrize("number", [1, 30, 300])
@pytest.mark.parametrize("condensed", [False, True])
def test_the_map_has_every_tunnel_once(number: int, condensed: bool) -> None:
    rows = report(connections(number))["connections"]
    drawn = panels(rows, condensed)
    ids = [row["id"] for panel in drawn for line in panel["lines"] for row in line["rows"]]
    assert sorted(ids) == sorted(row["id"] for row in rows)
    for panel in drawn:
        assert [line["y"] for line in panel["lines"]] == list(
            range(0, panel["height"], LINE_HEIGHT)
        )
        assert len(panel["lines"]) <= LINES_PER_PANEL
        assert sum(box["height"] for box in panel["boxes"]) == panel["height"]
        for line in panel["lines"]:
            assert {row["state"] for row in line["rows"]} == {line["state"]}


def test_neighbours_to_the_same_gateway_share_a_box() -> None:
    good = connection(0, random.Random(0))
    facts = [good | {"id": str(n), "peer_address": f"192.0.2.{n // 2}"} for n in range(4)]
    (panel,) = panels(report(facts)["connections"])
    assert panel["boxes"] == [
        {"y": 0, "height": 2 * LINE_HEIGHT},
        {"y": 2 * LINE_HEIGHT, "height": 2 * LINE_HEIGHT},
    ]


def test_peers_are_in_the_order_of_their_addresses() -> None:
    good = connection(0, random.Random(0))
    peers = ["gw.example.org", "2001:db8::2", "192.0.2.10", "192.0.2.9"]
    facts = [good | {"id": peer, "peer_address": peer} for peer in peers]
    (panel,) = panels(report(facts)["connections"])
    assert [line["peer"] for line in panel["lines"]] == sorted(peers, key=peers.index, reverse=True)


@pytest.mark.parametrize(("number", "sizes"), [(8, [8]), (9, [4, 5]), (17, [5, 6, 6])])
def test_no_part_of_a_gateway_is_much_smaller_than_the_others(
    number: int, sizes: list[int]
) -> None:
    good = connection(0, random.Random(0))
    drawn = panels(report([good | {"id": str(n)} for n in range(number)])["connections"])
    assert [len(panel["lines"]) for panel in drawn] == sizes
    assert [panel["gateway"]["part"] for panel in drawn] == list(range(1, len(sizes) + 1))


def test_a_gateway_with_two_addresses_is_one_gateway() -> None:
    drawn = panels(report(connections(8))["connections"])
    assert [panel["gateway"]["addresses"] for panel in drawn] == [
        ["80.158.10.20", "2001:db8:ffff::1"]
    ]


def test_the_condensed_map_shows_trouble_one_by_one_and_the_rest_as_one_line() -> None:
    good = connection(0, random.Random(0))
    facts = [good | {"id": str(n), "peer_address": f"192.0.2.{n}"} for n in range(40)]
    facts += [good | {"id": f"d{n}", "status": "DOWN"} for n in range(2)]
    (panel,) = panels(report(facts)["connections"], condensed=True)
    assert [(line["state"], len(line["rows"])) for line in panel["lines"]] == [
        ("down", 1),
        ("down", 1),
        ("up", 40),
    ]
    assert panel["lines"][-1]["peer"] == "40 remote gateways"


# HTML


@pytest.mark.parametrize("number", [0, 1, 3, 30, 61, 300])
def test_html_is_valid_and_needs_nothing_else(number: int) -> None:
    tree = page(connections(number))
    elements = {
        name_of(e)
        for e in every(tree, *{name_of(e) for e in tree.iter() if isinstance(e.tag, str)})
    }
    assert not elements & {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
    ids = Counter(e.get("id") for e in tree.iter() if e.get("id"))
    assert max(ids.values()) == 1
    for element in tree.iter():
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on")
            assert attribute not in ("src", "style")
            if attribute.rpartition("}")[2] == "href":
                assert value.startswith("#")
                assert value[1:] in ids
            if attribute == "aria-labelledby":
                assert set(value.split()) <= set(ids)
    (style,) = every(tree, "style")
    assert not re.search(r"url\(|@import|expression", style.text or "")
    (policy,) = (e for e in every(tree, "meta") if e.get("http-equiv"))
    assert policy.get("content") == "default-src 'none'; style-src 'unsafe-inline'"


def test_html_can_be_read_without_seeing_it() -> None:
    tree = page(connections(61))
    html = every(tree, "html")[0]
    assert html.get("lang") == "en"
    assert [len(every(tree, landmark)) for landmark in ("header", "main", "nav", "footer")] == [
        1
    ] * 4
    levels = [int(name_of(e)[1]) for e in every(tree, "h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    skip = every(tree, "a")[0]
    assert skip.get("href") == "#" + str(every(tree, "main")[0].get("id"))
    for table in every(tree, "table"):
        assert every(table, "caption")
        assert all(th.get("scope") for th in every(table, "th"))
    for svg in every(tree, "svg"):
        hidden = svg.get("aria-hidden") == "true"
        drawing = svg.get("role") == "img" and bool(svg.get("aria-label"))
        inside = svg.get("class") in ("pill", None)
        assert hidden or drawing or inside
    for field in every(tree, "input"):
        assert field.get("id")


def test_hostile_text_makes_no_element() -> None:
    """The page of hostile names has the same elements and attributes as that of plain ones."""

    def shape(facts: list[dict[str, Any]]) -> Counter[tuple[str, ...]]:
        return Counter(
            (name_of(e), *e.attrib) for e in page(facts).iter() if isinstance(e.tag, str)
        )

    facts = hostile()
    plain = json.loads(json.dumps(facts))
    for number, row in enumerate(plain):
        for key in ("name", "description", "peer_address", "status"):
            row[key] = f"name{number}"
        row["local_cidrs"] = [f"name{number}"]
    assert shape(facts) == shape(plain)
    shown = [bdi.text for bdi in every(page(facts), "bdi")]
    for name in HOSTILE_NAMES:
        assert text(name) in shown


@given(st.text(max_size=40))
def test_any_text_is_shown_as_it_is(name: str) -> None:
    good = connection(0, random.Random(0))
    tree = page([good | {"name": "x" + name}])
    assert text("x" + name) in [bdi.text for bdi in every(tree, "bdi")]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast_of_text_is_aa(scheme: int) -> None:
    css = (Path(_report.__file__).parent / "report.css").read_text("utf-8")
    blocks = re.findall(r":root \{([^}]*)\}", css)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[scheme]))
    assert {*STATES, "high", "medium", "low", "accepted", "ink", "quiet", "link"} < set(colours)
    for name in set(colours) - {"page", "surface", "line"}:
        for ground in ("page", "surface"):
            light, dark = sorted(
                (luminance(colours[name]), luminance(colours[ground])), reverse=True
            )
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


# Markdown


def tokens(markdown: str) -> list[Any]:
    """All tokens of GitHub's dialect as far as the parser has it: with tables, HTML and links."""
    parsed = (
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)
    )
    return [t for token in parsed for t in (token, *(token.children or []))]


def test_markdown_of_hostile_text_is_text() -> None:
    rendered = render(report(hostile()), "markdown", "# *t* <b>", "| note |")
    found = tokens(rendered)
    kinds = {token.type for token in found}
    assert not {k for k in kinds if re.match("link|image|html|em|strong|code|s_|hard|fence", k)}
    shown = {token.content for token in found if token.type == "inline"}
    rows = rendered.count("\n| ")
    assert sum(token.type == "td_open" for token in found) == (rows - 1) * 9
    texts = "".join(t.content for t in found if t.type in ("text", "text_special"))
    for name in HOSTILE_NAMES:
        assert text(name) in texts
    assert shown


@given(st.text(max_size=60))
def test_any_text_survives_markdown(name: str) -> None:
    line = text("x" + name + "x")
    found = tokens("| a |\n|---|\n| " + _report.markdown(line) + " |\n")
    inline = [t for t in found if t.type == "inline"][1]
    assert "".join(child.content for child in inline.children) == line


def test_markdown_has_what_the_page_has() -> None:
    data = report(connections(30))
    rendered = render(data, "markdown", "Our tunnels", "A note")
    assert rendered.startswith("# Our tunnels\n\nA note\n\n" + data["summary"]["sentence"] + "\n")
    for row in data["connections"]:
        assert f"| {_report.markdown(row['label'])} | {row['state']}" in rendered
    for rule in _report.by_rule(data["connections"]):
        assert f"{rule['title']} ({rule['severity']}" in rendered or rule["accepted"]
    assert "Watched \\<b\\>elsewhere\\</b\\> \\| really." in rendered
    assert "\n\n\n\n" not in rendered
