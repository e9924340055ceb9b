# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a server sends becomes facts or one clear sentence; whatever is asked for, filters hold.

LONG_TESTS=1 in the environment tries 10 000 answers in place of some hundreds.
"""

from __future__ import annotations

import copy
import ipaddress
import json
import math
import os
import random
import typing as t
import unicodedata
from collections.abc import Iterator

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import Client
from ansible_collections.otc.vpn.plugins.module_utils._cloud.endpoints import classic_url
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError, redact_url
from ansible_collections.otc.vpn.plugins.module_utils._cloud.failures import (
    parse_retry_after,
    server_message,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.json_body import parse_json
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import merge_options
from ansible_collections.otc.vpn.plugins.module_utils._vpn.facts import normalize
from ansible_collections.otc.vpn.plugins.module_utils._vpn.gathering import Selection, gather
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import (
    CONNECTION,
    ENDPOINT_GROUP,
    IKE_POLICY,
    IPSEC_POLICY,
    SUBNET,
    VPN_SERVICE,
)
from ansible_collections.otc.vpn.plugins.module_utils._vpn.matching import filter_rows
from ansible_collections.otc.vpn.plugins.module_utils._vpn.paging import next_page
from ansible_collections.otc.vpn.plugins.module_utils._vpn.waiting import Wait, wait_for_status
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.mock_api import MockApi
from tests.unit.clients import Row, Sentences, client_of

LONG = bool(os.environ.get("LONG_TESTS"))
KINDS = (CONNECTION, VPN_SERVICE, IKE_POLICY, IPSEC_POLICY, ENDPOINT_GROUP)

many = settings(
    max_examples=10_000 if LONG else 500,
    suppress_health_check=list(HealthCheck),
)
some = settings(max_examples=2_000 if LONG else 100)

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "ACTIVE", "PENDING CREATE", "10.0.0.0/8", "2001:db8::1", "\ud800", "7"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


# --- mutated answers through the real client ---


class Cloud(t.NamedTuple):
    """An endpoint, a client of it, and the proper answers of both flavors."""

    mock_api: MockApi
    client: Client
    answers: list[dict[str, Row]]

    def __repr__(self) -> str:
        return "Cloud(...)"

    def broken(self, path: str, body: bytes, count: int | None = None) -> None:
        """Have this path answered so, and nothing else changed."""
        self.mock_api.fault(path, body=body, count=count)

    def mended(self) -> None:
        """Forget what is broken."""
        self.mock_api.faults.clear()
        self.mock_api.requests.clear()


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with MockApi("otc") as mock_api:
        answers = [
            {
                kind.path: {kind.plural: other.rows("vpn-one", kind.plural)}
                for kind in (*KINDS, SUBNET)
            }
            for other in (mock_api, MockApi("neutron"))
        ]
        yield Cloud(mock_api, client_of(mock_api), answers)


# Hypothesis draws only the seed: to draw each step would take longer than all else here.
seeds = st.integers(0, 2**64 - 1).map(random.Random)

SCALARS = [None, True, False, 0, 7, -1.5, 10**30, "", "x", "7", "ACTIVE", "PENDING CREATE"]
SCALARS += ["10.0.0.0/8", "2001:db8::1", "\ud800", "\x00\x1b[31m", "{{ 7 * 7 }}", "x" * 3000]


def any_json(by: random.Random, depth: int = 0) -> t.Any:
    """Return some JSON value."""
    kind = by.random() if depth < 4 else 1
    if kind < 0.15:
        return [any_json(by, depth + 1) for _item in range(by.randrange(4))]
    if kind < 0.3:
        keys = ["id", "key", "value", "type", "endpoints", "rel", "marker", "psk", "x"]
        return {by.choice(keys): any_json(by, depth + 1) for _item in range(by.randrange(4))}
    return by.choice(SCALARS)


def places(value: t.Any, path: tuple[t.Any, ...] = ()) -> Iterator[tuple[t.Any, ...]]:
    """Return the way to each value inside a JSON value."""
    yield path
    items: t.Iterable[tuple[t.Any, t.Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield from places(inner, (*path, key))


def mutated(answer: Row, by: random.Random) -> bytes:
    """Return a proper answer with some values replaced, removed, doubled; or its bytes cut or changed."""
    (plural,) = answer
    start = by.randrange(len(answer[plural]))
    root: dict[t.Any, t.Any] = {"": {plural: copy.deepcopy(answer[plural][start : start + 3])}}
    if by.random() < 0.3:
        links = by.choice([any_json(by), [{"rel": "next", "href": any_json(by)}]])
        root[""][plural + "_links"] = links
    for _change in range(by.randint(1, 4)):
        if "" not in root:
            break
        holder: t.Any = root
        key: t.Any = ""
        for step in by.choice(list(places(root[""]))):
            holder, key = holder[key], step
        what = by.choice(["replace", "replace", "remove", "wrap", "text", "double"])
        if what == "replace":
            holder[key] = any_json(by)
        elif what == "wrap":
            holder[key] = [holder[key]]
        elif what == "text":
            holder[key] = str(holder[key])
        elif what == "double" and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            del holder[key]
    body = json.dumps(root.get("")).encode()
    if by.random() < 0.05:
        body = body[: by.randrange(len(body) + 1)]
    if by.random() < 0.05 and body:
        at = by.randrange(len(body))
        body = body[:at] + by.randbytes(by.randrange(4)) + body[at + 1 :]
    return body


def is_one_line(sentence: str) -> bool:
    """Return whether a terminal shows it as it is."""
    return not any(
        unicodedata.category(character) in ("Cc", "Zl", "Zp") or "\u202a" <= character <= "\u202e"
        for character in sentence
    )


def check(rows: list[Row], include_psk: bool) -> None:
    """What holds for whatever facts there are."""
    json.dumps(rows, allow_nan=False, ensure_ascii=False).encode()
    for row in rows:
        assert isinstance(row["id"], str)
        if not include_psk:
            assert "psk" not in row


def outcome(call: t.Callable[[], list[Row]]) -> list[Row] | None:
    """Return what the call returns; None where it ends in one sentence without a secret."""
    try:
        return call()
    except VpnError as error:
        sentence = str(error)
        assert sentence
        assert len(sentence) < 2000
        assert is_one_line(sentence)
        assert "not-for-logs" not in sentence
        return None


@many
@given(by=seeds)
def test_any_connections_become_facts_or_sentence(cloud: Cloud, by: random.Random) -> None:
    cloud.mended()
    cloud.broken(CONNECTION.path, mutated(by.choice(cloud.answers)[CONNECTION.path], by))
    wanted = Selection(
        include_psk=by.random() < 0.3,
        resolve=by.random() < 0.3,
        fields=by.choice([None, None, ["name", "peer_cidrs"]]),
        filters=by.choice(
            [{}, {}, {"status": ["ACTIVE"]}, {"tags": {"a": ""}}, {"peer_address": "::1"}]
        ),
    )
    rows = outcome(lambda: gather(cloud.client, CONNECTION, wanted, Sentences().report))
    check(rows or [], wanted.include_psk)


@settings(many, max_examples=many.max_examples // 5)
@given(by=seeds)
def test_any_references_are_resolved_or_sentence(cloud: Cloud, by: random.Random) -> None:
    cloud.mended()
    for path, answer in by.choice(cloud.answers).items():
        if by.random() < 0.4:
            cloud.broken(f"{path}([?]|$)", mutated(answer, by))
    wanted = Selection(resolve=True)
    told = Sentences()
    rows = outcome(lambda: gather(cloud.client, CONNECTION, wanted, told.report))
    check(rows or [], False)
    assert all(is_one_line(warning) for warning in told.warnings)
    for row in rows or []:
        for name in ("local_cidrs", "remote_cidrs"):
            assert row[name] is None or all(isinstance(cidr, str) for cidr in row[name])
        assert row["local_address"] is None or isinstance(row["local_address"], str)


@settings(many, max_examples=many.max_examples // 5)
@given(by=seeds)
def test_any_object_is_normalized_or_sentence(cloud: Cloud, by: random.Random) -> None:
    cloud.mended()
    kind = by.choice(KINDS)
    answer = by.choice(cloud.answers)[kind.path]
    object_id = answer[kind.plural][0]["id"]
    body = mutated({kind.plural: answer[kind.plural][:1]}, by)
    body = body.replace(f'"{kind.plural}": ['.encode(), f'"{kind.singular}": '.encode(), 1)
    cloud.broken(f"{kind.path}/{object_id}", body.removesuffix(b"]}") + b"}")
    rows = outcome(
        lambda: gather(cloud.client, kind, Selection(name=object_id), Sentences().report)
    )
    check(rows or [], False)


@settings(many, max_examples=many.max_examples // 10)
@given(by=seeds)
def test_any_connections_are_waited_for_or_sentence(cloud: Cloud, by: random.Random) -> None:
    cloud.mended()
    cloud.broken(CONNECTION.path, mutated(by.choice(cloud.answers)[CONNECTION.path], by), count=1)
    report = Sentences().report
    rows = outcome(
        lambda: wait_for_status(
            cloud.client.session, CONNECTION, Selection(), report, Wait(["ACTIVE"], 0.0, 0.001)
        )
    )
    check(rows or [], False)


# --- filters ---

words = st.sampled_from(
    ["a", "b", "", "ACTIVE", "active", "PENDING CREATE", "::1", "0:0::1", "1.2.3.4"]
)
odd = words | st.none() | st.booleans() | st.integers(0, 1) | st.lists(words, max_size=1)
tag_lists = st.lists(
    st.fixed_dictionaries({"key": words, "value": words | st.none()}) | odd, max_size=3
)
any_row = st.fixed_dictionaries(
    {"id": st.text("0123456789", min_size=1, max_size=2)},
    optional={
        "name": odd,
        "status": odd,
        "admin_state_up": odd,
        "peer_address": odd,
        "vpnservice_id": odd,
        "project_id": words | st.none(),
        "tenant_id": words | st.none(),
        "tags": tag_lists | odd,
    },
)
any_filters = st.fixed_dictionaries(
    {},
    optional={
        "name": words | st.none(),
        "status": st.lists(words, max_size=2) | st.none(),
        "admin_state_up": st.booleans() | st.none(),
        "peer_address": words | st.none(),
        "vpnservice_id": st.lists(words, max_size=2),
        "project_id": words | st.none(),
        "tags": st.dictionaries(words, words | st.none(), max_size=2),
    },
)


def holds(row: Row, name: str, value: t.Any) -> bool:
    """Return whether one filter holds for a fact, told anew and slowly."""
    has = row.get(name)
    if name == "name":
        return bool(value == has or value == row["id"])
    if name == "status":
        spelled = [word.strip().upper().replace(" ", "_") or None for word in value]
        return not isinstance(has, list | bool | int) and has in spelled
    if name == "peer_address" and isinstance(has, str):
        try:
            return ipaddress.IPv6Address(has) == ipaddress.IPv6Address(value)
        except ValueError:  # names of hosts, which have no colon
            one, other = (
                text if ":" in text else text.lower().rstrip(".") for text in (has, value)
            )
            return bool(one == other)
    if name == "vpnservice_id":
        return isinstance(has, str) and has in value
    if name == "tags":
        tags = has if isinstance(has, list) else []
        pairs = [(tag["key"], tag["value"] or "") for tag in tags if isinstance(tag, dict)]
        pairs += [(tag, "") for tag in tags if isinstance(tag, str)]
        for key, worth in value.items():
            if not [pair for pair in pairs if pair[0] == key and (not worth or pair[1] == worth)]:
                return False
        return True
    return type(has) is type(value) and has == value


@some
@given(rows=st.lists(any_row, max_size=5), filters=any_filters)
@example(rows=[{"id": "1", "admin_state_up": 1}], filters={"admin_state_up": True})
@example(rows=[{"id": "1", "peer_address": "active"}], filters={"peer_address": "ACTIVE"})
def test_filters_hold_for_any_mix(rows: list[Row], filters: Row) -> None:
    all_facts = normalize(CONNECTION, copy.deepcopy(rows))
    expected = [
        row
        for row in all_facts
        if all(holds(row, name, value) for name, value in filters.items() if value is not None)
    ]
    assert filter_rows(all_facts, filters) == expected


@some
@given(
    rows=st.lists(any_row, max_size=5), filters=any_filters, order=st.randoms(use_true_random=False)
)
def test_order_of_rows_is_ignored(rows: list[Row], filters: Row, order: t.Any) -> None:
    shuffled = copy.deepcopy(rows)
    order.shuffle(shuffled)
    plain = filter_rows(normalize(CONNECTION, copy.deepcopy(rows)), filters)
    other = filter_rows(normalize(CONNECTION, shuffled), filters)
    assert sorted(map(repr_of, plain)) == sorted(map(repr_of, other))


def repr_of(row: Row) -> str:
    """Return a fact as a text that can be sorted."""
    return json.dumps(row, sort_keys=True)


@some
@given(rows=st.lists(any_row, max_size=5))
def test_normalization_is_idempotent(rows: list[Row]) -> None:
    once = normalize(CONNECTION, copy.deepcopy(rows))
    assert normalize(CONNECTION, copy.deepcopy(once)) == once


# --- pieces ---


@some
@given(text=st.text() | st.integers().map(str) | st.datetimes().map(str))
@example("9" * 400)
@example("Fri, 31 Dec 9999 23:59:59 -2400")
@example("Mon, 01 Jan 0001 00:00:00 GMT")
def test_any_retry_after_is_time_or_none(text: str) -> None:
    seconds = parse_retry_after(text)
    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))


links_ = st.fixed_dictionaries(
    {"rel": st.just("next") | anything}, optional={"href": anything, "marker": anything}
)


@some
@given(
    links=anything | links_ | st.lists(links_ | anything, max_size=3),
    place=st.sampled_from(["ipsec_site_connections_links", "links", "next", "page_info"]),
    length=st.integers(0, 9),
)
def test_any_links_are_query_or_error(links: t.Any, place: str, length: int) -> None:
    try:
        query = next_page({place: links}, CONNECTION, length)
    except VpnError:
        return
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in query)
    assert query == [] or "marker" in dict(query)


@some
@given(body=st.binary() | anything.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 100_000)
@example(b"[" * 900 + b'"\\ud800"' + b"]" * 900)
@example(b"1e999")
@example(b"9" * 5000)
@example(b'{"\\udfff": "\\ud83d\\ude00 \\ud83d"}')
@example(b'"\xed\xa0\x80"')
@example("\ufeff{}".encode())
@example('"utf-16"'.encode("utf-16"))
def test_any_bytes_are_json_or_error(body: bytes) -> None:
    try:
        parsed = parse_json(body)
    except (ValueError, RecursionError):
        return
    json.dumps(parsed, allow_nan=False, ensure_ascii=False).encode()


@some
@given(
    body=st.binary(max_size=300) | anything.map(lambda value: json.dumps(value).encode()),
    secret=st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=4, max_size=12
    ),
    at=st.integers(0, 300),
)
@example(body=b"x" * 498, secret="secret-one", at=495)
def test_no_body_shows_secret(body: bytes, secret: str, at: int) -> None:
    for text in (secret.encode(), json.dumps(secret).encode()[1:-1]):
        message = server_message(body[:at] + text + body[at:], (secret,))
        assert secret not in message
        assert len(message) <= 501
        assert is_one_line(message)


def text_or_sentence(call: t.Callable[[], str]) -> str:
    """Return what the call returns, or the sentence of the error that it ends in."""
    try:
        return call()
    except VpnError as error:
        return str(error)


@some
@given(url=st.text() | st.text().map("http://".__add__) | st.text().map("https://[".__add__))
def test_any_text_is_endpoint_or_error(url: str) -> None:
    redact_url(url)
    base = text_or_sentence(lambda: classic_url(url))
    assert base.endswith("/v2.0") or "must be a URL" in base
    assert is_one_line(base) or base.endswith("/v2.0")


@some
@given(
    environ=st.dictionaries(
        st.sampled_from(
            ["OS_INSECURE", "OS_API_TIMEOUT", "OS_CONNECT_RETRIES", "OS_INTERFACE", "OS_PROJECT_ID"]
        ),
        st.text(),
    )
)
def test_any_environment_is_options_or_error(environ: dict[str, str]) -> None:
    options = text_or_sentence(lambda: repr(merge_options({}, environ)))
    assert (
        options.startswith("{")
        or " must be " in options
        or "carriage return" in options
        or "quotation marks" in options
    )
