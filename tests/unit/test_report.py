# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: its data, its map, and that HTML and Markdown are valid and hold text as text."""

from __future__ import annotations

import csv
import io
import itertools
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
from ansible.errors import AnsibleFilterError
from ansible_collections.otc.vpn.plugins.filter.ipsec_audit import ipsec_audit
from ansible_collections.otc.vpn.plugins.filter.ipsec_report import ipsec_report
from ansible_collections.otc.vpn.plugins.module_utils._vpn.states import STATES
from ansible_collections.otc.vpn.plugins.plugin_utils._report import page as report_page
from ansible_collections.otc.vpn.plugins.plugin_utils._report.acceptances import acceptances
from ansible_collections.otc.vpn.plugins.plugin_utils._report.audit import audit
from ansible_collections.otc.vpn.plugins.plugin_utils._report.map import (
    LINE_HEIGHT,
    LINES_PER_PANEL,
    gateways,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._report.page import by_rule, markdown, render
from ansible_collections.otc.vpn.plugins.plugin_utils._text import one_line
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
FORMATS = ("html", "markdown", "json", "csv")


def report(facts: list[dict[str, Any]]) -> dict[str, Any]:
    return audit(facts, ACCEPTED, TODAY)


def page(facts: list[dict[str, Any]]) -> Element:
    """Return the HTML of a report, parsed by a parser that raises on every error of the standard."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(render(report(facts), "html", "Our tunnels", "A note"))
    return tree


def name_of(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def every(tree: Element, *names: str) -> list[Element]:
    return [e for e in tree.iter() if isinstance(e.tag, str) and name_of(e) in names]


# Data


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (None, ""),
        (1500, "1500"),
        ("berlin XL", "berlin XL"),
        ("two\nlines\r\nand\ttab", "two lines  and tab"),
        ("a\x00b\x1b[31mc\x7fd\x9be", "ab[31mcde"),
        ("half \ud800 pair", "half  pair"),
        ("non\ufffe\ufdd0\U0001ffffcharacter", "noncharacter"),
        ("\u202eevil\u202c \u2067x\u2069", "evil x"),
        ("a\vb\fc\x85d\u2028e\u2029f", "a b c d e f"),
        (
            "1\u202a2\u202e3\u202f4\u20665\u20696\u206a7\ufdcf8\ufdd09\ufdef0\ufdf0.",
            "123\u202f456\u206a7\ufdcf890\ufdf0.",
        ),
        (
            "\u05e9\u05dc\u05d5\u05dd \u2028 \U0001f469\u200d\U0001f52c",
            "\u05e9\u05dc\u05d5\u05dd   \U0001f469\u200d\U0001f52c",
        ),
    ],
    ids=itertools.count(),
)
def test_text_becomes_one_line(value: object, result: str) -> None:
    assert one_line(value) == result


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, "There are no connections."),
        (1, "The tunnel is up. No open findings."),
    ],
)
def test_summary_is_one_sentence(number: int, sentence: str) -> None:
    assert report(connections(number))["summary"]["text"] == sentence


def test_summary_lists_states_and_findings() -> None:
    good = connection(0, random.Random(0))
    good["vpnservice_id"] = good["local_address"] = None  # otherwise their networks overlap
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
        "text": "4 tunnels: 1 down, 2 up, 1 disabled. 1 open finding: 1 medium. "
        "1 finding accepted. 1 tunnel not fully audited: policy unknown.",
    }


def test_unused_accepted_are_listed() -> None:
    entries = [
        {"id": "dpd-off", "connection": name, "reason": "Watched."} for name in ("gone", "all")
    ]
    entries.append({"id": "dpd-off", "connection": "all", "reason": "Over.", "until": "2026-11-23"})
    found = audit(connections(30), acceptances(entries), TODAY)
    assert found["summary"]["accepted"] > 0
    assert found["unused_accepted"] == [
        {"id": "dpd-off", "connection": "gone", "reason": "Watched."},
        {"id": "dpd-off", "connection": "all", "reason": "Over."},
    ]


def test_rows_without_anything_are_reported() -> None:
    (row,) = report([{"id": "c-1"}])["connections"]
    assert (row["label"], row["state"], row["local_cidrs"]) == ("c-1", "unknown", None)
    assert "networks unknown" in render(report([{"id": "c-1"}, {}]), "html", "t", "")


@pytest.mark.parametrize("format", FORMATS)
def test_psk_is_in_no_form(format: str) -> None:
    rendered = render(report(connections(30)), format, "t", "")
    assert "never-to-be-seen" not in rendered
    assert "berlin-office-000" in rendered.replace("\\", "")


@pytest.mark.parametrize("format", FORMATS)
def test_same_facts_in_any_order_are_same_report(format: str) -> None:
    facts = connections(61)
    shuffled = random.Random(1).sample(facts, len(facts))
    assert render(report(facts), format, "t", "") == render(report(shuffled), format, "t", "")


def test_rows_are_sorted_by_name_with_numbers_by_value() -> None:
    names = ["Plant-9", "plant-10", "198.51.100.13", "198.51.100.104", "\u0663", "9" * 5000, "a"]
    rows = report([{"id": str(n), "name": name} for n, name in enumerate(names)])["connections"]
    assert [names.index(row["label"]) for row in rows] == [4, 2, 3, 5, 6, 0, 1]


def test_note_and_date_are_empty_unless_given() -> None:
    data = json.loads(render(report(connections(1)), "json", "the title"))
    assert [data[name] for name in ("title", "note", "date")] == ["the title", "", ""]


def test_page_contains_its_style() -> None:
    style = report_page.css()
    assert "prefers-color-scheme" in style
    assert style in render(report(connections(1)), "html", "t")


def test_columns_are_what_differs_between_sources() -> None:
    source: dict[str, Any] = {
        "cloud": "a",
        "region": "",
        "project": "p",
        "project_id": "1",
        "edition": "classic",
    }
    source |= {"connections": 1}
    for name, key in (("cloud", "region"), ("project", "project_id"), ("edition", "edition")):
        rendered = []
        for other in (source, source | {key: "enterprise"}):
            data = {**report(connections(1)), "sources": [source, other]}
            rendered.append(render(data, "markdown", "t"))
        heads = [
            {cell.strip().lower() for line in text.splitlines() for cell in line.split("|")}
            for text in rendered
        ]
        assert name not in heads[0]
        assert name in heads[1]


def test_json_is_audit() -> None:
    data = report(connections(3))
    assert json.loads(render(data, "json", "Title", "Note", "2026-11-24")) == {
        "title": "Title",
        "note": "Note",
        "date": "2026-11-24",
        "changes": None,
        **data,
    }
    assert data["connections"][0]["project_id"] == "project-1"


# Map


@pytest.mark.parametrize("number", [1, 30, 300])
@pytest.mark.parametrize("condensed", [False, True])
def test_map_has_every_tunnel_once(number: int, condensed: bool) -> None:
    rows = report(connections(number))["connections"]
    drawn = gateways(rows, condensed)
    panels = [panel for gateway in drawn for panel in gateway["panels"]]
    ids = [row["id"] for panel in panels for line in panel["lines"] for row in line["rows"]]
    assert sorted(ids) == sorted(row["id"] for row in rows)
    for gateway in drawn:
        assert sum((panel["states"] for panel in gateway["panels"]), Counter()) == gateway["states"]
    for panel in panels:
        assert [line["y"] for line in panel["lines"]] == list(
            range(0, panel["height"], LINE_HEIGHT)
        )
        assert len(panel["lines"]) <= LINES_PER_PANEL
        assert sum(box["height"] for box in panel["boxes"]) == panel["height"]
        for line in panel["lines"]:
            assert {row["state"] for row in line["rows"]} == {line["state"]}


def drawn_panel(facts: list[dict[str, Any]], condensed: bool = False) -> dict[str, Any]:
    """Return the panel of a map that has only one."""
    (gateway,) = gateways(report(facts)["connections"], condensed)
    (panel,) = gateway["panels"]
    result: dict[str, Any] = panel
    return result


def test_neighbors_to_same_gateway_share_box() -> None:
    good = connection(0, random.Random(0))
    facts = [good | {"id": str(n), "peer_address": f"192.0.2.{n // 2}"} for n in range(4)]
    assert drawn_panel(facts)["boxes"] == [
        {"y": 0, "height": 2 * LINE_HEIGHT},
        {"y": 2 * LINE_HEIGHT, "height": 2 * LINE_HEIGHT},
    ]


def test_peers_are_in_order_of_their_addresses() -> None:
    good = connection(0, random.Random(0))
    peers = ["gw.example.org", "2001:db8::2", "192.0.2.10", "192.0.2.9"]
    facts = [good | {"id": peer, "peer_address": peer} for peer in peers]
    assert [line["peer"] for line in drawn_panel(facts)["lines"]] == peers[::-1]


def test_gateways_and_tunnels_that_need_attention_come_first() -> None:
    good = connection(0, random.Random(0))
    facts = [
        good
        | {"id": str(n), "name": f"t{n}", "status": status, "peer_address": f"192.0.2.{peer}"}
        | {"vpnservice_id": service, "vpn_service": {"name": service}}
        for n, (service, status, peer) in enumerate(
            [
                ("a", "ACTIVE", 1),
                ("b", "ACTIVE", 1),
                ("b", "ACTIVE", 2),
                ("b", "DOWN", 2),
                ("c", "ACTIVE", 1),
                ("c", "ERROR", 3),
                ("", "ERROR", 1),
            ]
        )
    ]
    facts[-1] |= {"local_address": None, "vpn_service": None}
    found = report(facts)
    assert [row["label"] for row in found["connections"]] == [
        "t5", "t6", "t3", "t0", "t1", "t2", "t4",
    ]  # fmt: skip
    drawn = gateways(found["connections"])
    assert [gateway["name"] for gateway in drawn] == ["c", "b", "a", ""]
    lines = [[line["label"] for line in gateway["panels"][0]["lines"]] for gateway in drawn]
    assert lines == [["t5", "t4"], ["t3", "t2", "t1"], ["t0"], ["t6"]]


@pytest.mark.parametrize(("number", "sizes"), [(8, [8]), (9, [5, 4]), (17, [6, 6, 5])])
def test_no_part_of_gateway_is_much_smaller_than_others(number: int, sizes: list[int]) -> None:
    good = connection(0, random.Random(0))
    facts = [good | {"id": str(n), "peer_address": f"192.0.2.{n}"} for n in range(number)]
    (gateway,) = gateways(report(facts)["connections"])
    assert [len(panel["lines"]) for panel in gateway["panels"]] == sizes


def test_tunnels_to_one_gateway_stay_in_one_panel() -> None:
    good = connection(0, random.Random(0))
    peers = [1, 2, 3, 4, 5, 5, 6, 7, 8, 9]
    facts = [
        good | {"id": str(n), "peer_address": f"192.0.2.{peer}"} for n, peer in enumerate(peers)
    ]
    (gateway,) = gateways(report(facts)["connections"])
    assert [len(panel["lines"]) for panel in gateway["panels"]] == [4, 5, 1]


def test_tunnels_to_one_gateway_that_do_not_fit_are_in_several_panels() -> None:
    good = connection(0, random.Random(0))
    facts = [good | {"id": str(n), "remote_cidrs": [f"172.16.{n}.0/24"]} for n in range(9)]
    (gateway,) = gateways(report(facts)["connections"])
    assert [len(panel["lines"]) for panel in gateway["panels"]] == [8, 1]


def test_gateway_with_two_addresses_is_one_gateway() -> None:
    (gateway,) = gateways(report(connections(8))["connections"])
    assert gateway["addresses"] == ["80.158.10.20", "2001:db8:ffff::1"]
    (six,) = (
        line for line in gateway["panels"][0]["lines"] if ":" in line["rows"][0]["peer_address"]
    )
    assert six["local"].startswith("2001:db8:ffff::1: 10.0.0.0/24")


def test_map_has_lines_of_each_gateway_in_boxes_of_its_peers() -> None:
    first, second = "203.0.113.1", "203.0.113.2"
    common = {"vpn_service": {"id": "s", "name": "service"}, "local_cidrs": ["10.0.0.0/24"]}
    facts = [
        {"id": "a", "status": "ACTIVE", "peer_address": "198.51.100.9", "local_address": first},
        {"id": "b", "status": "DOWN", "peer_address": "198.51.100.10", "local_address": second},
        {"id": "c", "status": "ACTIVE", "peer_address": "198.51.100.10", "local_address": first},
    ]
    networks: list[list[str] | None] = [["192.168.1.0/24", "192.168.2.0/24"], [], None]
    known = [
        one | common | {"project_id": "p", "created_at": "2026", "remote_cidrs": cidrs}
        for one, cidrs in zip(facts, networks, strict=True)
    ]
    unknown = {"id": "x", "status": "ERROR", "dpd": {"action": "odd"}}
    rows = {row["id"]: row for row in report([*known, unknown])["connections"]}
    line = {"severity": "", "state": "up", "local": f"{first}: 10.0.0.0/24"}
    last = {"peer": "198.51.100.9", "group": "198.51.100.9"}
    both = {"peer": "198.51.100.10", "group": "198.51.100.10"}
    lines = [
        line
        | both
        | {"state": "down", "local": f"{second}: 10.0.0.0/24", "remote": "no networks"}
        | {"y": 0, "label": rows["b"]["label"], "rows": [rows["b"]]},
        line
        | both
        | {"remote": "networks unknown"}
        | {"y": 60, "label": rows["c"]["label"], "rows": [rows["c"]]},
        line
        | last
        | {"remote": "192.168.1.0/24, 192.168.2.0/24"}
        | {"y": 120, "label": rows["a"]["label"], "rows": [rows["a"]]},
    ]
    counts = {"states": {"down": 1, "up": 2}, "addresses": [first, second]}
    boxes = [{"y": 0, "height": 120}, {"y": 120, "height": 60}]
    known_gateway, unknown_gateway = gateways([*rows.values()])
    assert known_gateway == {
        **counts,
        "name": "service",
        "edition": "classic",
        "project": "p",
        "panels": [{"height": 180, "lines": lines, "boxes": boxes, **counts}],
    }
    assert (unknown_gateway["name"], unknown_gateway["project"]) == ("", "")
    (line,) = unknown_gateway["panels"][0]["lines"]
    assert (line["local"], line["severity"]) == ("networks unknown", "medium")


def test_line_of_many_tunnels_counts_gateways_and_networks() -> None:
    facts = [
        {
            "id": f"{n:02}",
            "status": "ACTIVE",
            "peer_address": f"192.0.2.{n % 2}",
            "local_address": "203.0.113.1",
            "local_cidrs": ["10.0.0.0/24"],
            "remote_cidrs": [f"192.168.{n}.0/24"] if n else None,
            "created_at": "2026",
        }
        for n in range(4)
    ]
    rows = report(facts)["connections"]
    (gateway,) = gateways(rows, condensed=True)
    assert gateway["panels"][0]["lines"] == [
        {
            "y": 0,
            "state": "up",
            "label": "4 tunnels",
            "peer": "2 remote gateways",
            "group": ("up",),
            "local": "1 network",
            "remote": "3 networks",
            "severity": "",
            "rows": rows,
        }
    ]
    (gateway,) = gateways(rows[:3], condensed=True)
    assert [line["rows"] for line in gateway["panels"][0]["lines"]] == [[row] for row in rows[:3]]


def test_condensed_map_shows_trouble_one_by_one_and_rest_as_one_line() -> None:
    good = connection(0, random.Random(0))
    facts = [good | {"id": str(n), "peer_address": f"192.0.2.{n}"} for n in range(40)]
    facts += [good | {"id": f"d{n}", "status": "DOWN"} for n in range(2)]
    panel = drawn_panel(facts, condensed=True)
    assert [(line["state"], len(line["rows"])) for line in panel["lines"]] == [
        ("down", 1),
        ("down", 1),
        ("up", 40),
    ]
    assert panel["lines"][-1]["peer"] == "40 remote gateways"


def test_two_bundles_of_same_size_have_box_each() -> None:
    good = connection(0, random.Random(0))
    facts = [
        good | {"id": f"{status}-{n}", "status": status, "peer_address": f"192.0.2.{n}"}
        for n in range(12)
        for status in ("ERROR", "DOWN")
    ]
    panel = drawn_panel(facts, condensed=True)
    assert [line["label"] for line in panel["lines"]] == ["12 tunnels", "12 tunnels"]
    assert [box["height"] for box in panel["boxes"]] == [LINE_HEIGHT, LINE_HEIGHT]


def test_line_has_highest_severity_that_is_open() -> None:
    facts = connections(3)
    accepted = acceptances([{"id": "dpd-off", "connection": "all", "reason": "Watched elsewhere."}])
    facts[0]["dpd"] = {"action": "disabled"}
    rows = audit(facts, accepted, TODAY)["connections"]
    (gateway,) = gateways(rows)
    severities = {line["rows"][0]["id"]: line["severity"] for line in gateway["panels"][0]["lines"]}
    assert severities[facts[0]["id"]] == ""
    assert set(severities.values()) == {"", "medium"}


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


def test_html_is_accessible() -> None:
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
        drawing = svg.get("role") == "group" and bool(svg.get("aria-label"))
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
        assert one_line(name) in shown


@given(st.text(max_size=40))
def test_any_text_is_shown_as_it_is(name: str) -> None:
    good = connection(0, random.Random(0))
    tree = page([good | {"name": "x" + name}])
    assert one_line("x" + name) in [bdi.text for bdi in every(tree, "bdi")]


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast_of_text_is_aa(scheme: int) -> None:
    css = (Path(report_page.__file__).parent / "report.css").read_text("utf-8")
    blocks = re.findall(r":root \{([^}]*)\}", css)
    colors = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[scheme]))
    assert {*STATES, "high", "medium", "low", "accepted", "ink", "quiet", "link"} < set(colors)
    for name in set(colors) - {"page", "surface", "line"}:
        for ground in ("page", "surface"):
            light, dark = sorted((luminance(colors[name]), luminance(colors[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


# Markdown


def tokens(markdown: str) -> list[Any]:
    """Return all tokens of GitHub's dialect as far as the parser has it: with tables, HTML and links."""
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
        assert one_line(name) in texts
    assert shown


@given(st.text(max_size=60))
def test_any_text_survives_markdown(name: str) -> None:
    line = one_line("x" + name + "x")
    found = tokens("| a |\n|---|\n| " + markdown(line) + " |\n")
    inline = [t for t in found if t.type == "inline"][1]
    assert "".join(child.content for child in inline.children) == line


def test_markdown_has_what_page_has() -> None:
    data = report(connections(30))
    rendered = render(data, "markdown", "Our tunnels", "A note")
    assert rendered.startswith(
        "# Our tunnels\n\nA note\n\n- eu-de, sales, project project-1, Classic VPN: 30 tunnels\n\n"
        + data["summary"]["text"]
        + "\n"
    )
    for row in data["connections"]:
        assert f"| {markdown(row['label'])} | {row['state']}" in rendered
        assert row["ike"]["name"] in rendered
    for rule in by_rule(data["connections"]):
        assert f"{rule['title']} ({rule['severity']}" in rendered or rule["accepted"]
    assert "Watched \\<b\\>elsewhere\\</b\\> \\| really." in rendered
    assert "\n\n\n\n" not in rendered


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("v1", "IKEv1 main, aes-256, sha2-256, group19, 86400 s"),
        ("v2", "IKEv2, aes-256, sha2-256, group19, 86400 s"),
    ],
)
def test_mode_is_shown_with_ikev1_only(version: str, words: str) -> None:
    good = connection(0, random.Random(0))
    good["ike_policy"] |= {"ike_version": version}
    (row,) = report([good])["connections"]
    assert report_page.ike_words(row["ike"]) == words
    assert report_page.ipsec_words(row["ipsec"]) == "ESP tunnel, aes-256, sha2-256, group19, 3600 s"
    assert report_page.ike_words(None) == report_page.ipsec_words(None) == "unknown"


# Sources, changes and CSV


def two_projects() -> list[dict[str, Any]]:
    facts = connections(6)
    for row in facts[3:]:
        row |= {"edition": "enterprise", "project": "test", "project_id": "project-2"}
    return facts


def test_sources_are_on_page_and_columns_show_what_differs() -> None:
    data = report(two_projects())
    rendered = render(data, "markdown", "t", date="2026-11-24 10:00 UTC")
    assert "2026-11-24 10:00 UTC\n" in rendered
    assert "- eu-de, sales, project project-1, Classic VPN: 3 tunnels\n" in rendered
    assert "- eu-de, test, project project-2, Enterprise Edition VPN: 3 tunnels\n" in rendered
    assert "| Tunnel | State | Project | Edition | Cloud gateway |" in rendered
    assert "| test | Enterprise |" in rendered
    tree = page(two_projects())
    heads = ["".join(th.itertext()) for th in every(tree, "th") if th.get("scope") == "col"]
    assert "Project, edition" in heads
    one = render(report(connections(3)), "html", "t", date="2026-11-24 10:00 UTC")
    assert "2026-11-24 10:00 UTC" in one
    assert "Project, edition" not in one


def test_page_names_pairs_that_are_not_up() -> None:
    both = {"edition": "enterprise", "cgw_id": "c", "vpnservice_id": "g"}
    facts = [row | both for row in connections(2)]
    for row in facts:
        row["admin_state_up"] = None
    rendered = render(report(facts), "html", "t")
    labels = [row["label"] for row in report(facts)["connections"]]
    assert f"Degraded: {facts[0]['name']} (up), {facts[1]['name']} (down)." in rendered or (
        f"Degraded: {facts[1]['name']} (down), {facts[0]['name']} (up)." in rendered
    ), labels


def test_changes_since_previous_report_are_shown() -> None:
    before = connections(5)
    previous = render(report(before), "json", "t", date="2026-11-23")
    after = json.loads(json.dumps(before[1:]))
    after[0]["status"] = "ACTIVE"
    after[1]["ike_policy"]["pfs"] = "group20"
    after[1]["remote_cidrs"] = ["172.30.0.0/16"]
    after[1]["ipsec_policy"] = None
    after.append(connection(70, random.Random(7)))
    for format in ("html", "markdown"):
        rendered = ipsec_report(report(after), format, previous=previous)
        lines = re.sub(r"<[^>]+>|\\", "", rendered).splitlines()
        shown = "\n".join(line.strip() for line in lines)
        assert "Changes since 2026-11-23" in shown
        assert f"{after[0]['name']}: down to up" in shown
        assert f"{before[0]['name']}: up" in shown
        assert f"{after[-1]['name']}: {report(after[-1:])['connections'][0]['state']}" in shown
        assert (
            f"{after[1]['name']}: remote networks: 172.16.2.0/24 to 172.30.0.0/16; "
            f"IKE policy: pfs {before[2]['ike_policy']['pfs']} to group20; "
            f"IPsec policy: {before[2]['ipsec_policy']['name']} to none"
        ) in shown
    found = json.loads(ipsec_report(report(after), "json", previous=previous))["changes"]
    assert found["since"] == "2026-11-23"
    assert {key: [one["id"] for one in found[key]] for key in found if key != "since"} == {
        "new": [after[-1]["id"]],
        "gone": [before[0]["id"]],
        "states": [after[0]["id"]],
        "settings": [after[1]["id"]],
    }
    assert found["gone"] == [
        {"id": before[0]["id"], "label": before[0]["name"], "change": "up"},
    ]
    page_of_changes = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page_of_changes.parse(ipsec_report(report(after), "html", previous=previous))


def test_same_connections_are_no_change() -> None:
    data = report(connections(5))
    previous = render(data, "json", "t", date="2026-11-23")
    assert ipsec_report(data, previous=previous) == ipsec_report(data)
    older = json.loads(previous)
    for row in older["connections"]:
        del row["edition"], row["dpd"]
    assert ipsec_report(data, previous=json.dumps(older)) == ipsec_report(data)


@pytest.mark.parametrize("wrong", ["{", "[]", '{"connections": [1]}', '{"connections": [{}]}'])
def test_previous_report_that_is_invalid_is_named(wrong: str) -> None:
    with pytest.raises(AnsibleFilterError, match="not a JSON report of the role ipsec_report"):
        ipsec_report(report(connections(1)), previous=wrong)


def test_csv_has_one_line_for_each_tunnel_and_no_formula() -> None:
    facts = connections(30)
    facts[0]["name"] = "=cmd|' /C calc'!A0"
    facts[1]["name"] = '@SUM("a",1)\nb'
    lines = list(csv.DictReader(io.StringIO(render(report(facts), "csv", "t"))))
    rows = report(facts)["connections"]
    assert [line["id"] for line in lines] == [row["id"] for row in rows]
    labels = {line["id"]: line["label"] for line in lines}
    assert labels[facts[0]["id"]] == "'=cmd|' /C calc'!A0"
    assert labels[facts[1]["id"]] == '\'@SUM("a",1) b'
    assert {line["state"] for line in lines} == {row["state"] for row in rows}
    assert not any(
        value.startswith(("=", "+", "-", "@")) for line in lines for value in line.values()
    )


def test_findings_name_policies_and_lead_from_map_to_row() -> None:
    facts = connections(6)
    rules = by_rule([{**row, "number": n} for n, row in enumerate(report(facts)["connections"], 1)])
    shared = sum(row["ike_policy"]["id"] == "p-ike-default" for row in facts)
    (ikev1,) = (rule for rule in rules if rule["id"] == "ikev1")
    assert f"IKE policy ike-default ({shared} tunnels)" in ikev1["policies"]
    tree = page(facts)
    drawn = [a for svg in every(tree, "svg") for a in every(svg, "a")]
    assert {a.get("href") for a in drawn} == {f"#tunnel-{n}" for n in range(1, 7)}


# The filters


def test_audit_of_failed_lookup_is_rejected() -> None:
    results: list[dict[str, Any]] = [
        {"ipsec_connections": connections(2)},
        {"msg": "Cannot log in: HTTP 401."},
    ]
    with pytest.raises(AnsibleFilterError, match=r"Cannot log in: HTTP 401\."):
        ipsec_audit(results)
    assert ipsec_audit(results[:1], today="2026-11-24")["summary"]["connections"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("text",), "must be a list of connections"),
        (([], "ikev1"), "accepted must be a list"),
        (([], [], "soon"), "today must be a date such as 2026-12-31, got: soon"),
    ],
)
def test_audit_rejects_wrong_arguments(arguments: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        ipsec_audit(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), "must be a result of the filter ipsec_audit"),
        ((report([]), "pdf"), "unknown format pdf. Supported values: html, markdown, json, csv"),
    ],
)
def test_report_rejects_wrong_arguments(arguments: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        ipsec_report(*arguments)
