# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in pages: the whole list, or an error; never a part (traps 4, 5, 6)."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION
from ansible_collections.otc.vpn.plugins.module_utils._vpn.paging import next_page

from tests.mock_api import MockApi
from tests.unit.clients import (
    LIST,
    TOKENS,
    client_of,
    failure,
    gathered,
    ids,
    lists_of,
    tokens_of,
)

ALL = 23  # connections of vpn-one
NO_END = {"rel": "next", "href": f"http://127.0.0.1{LIST}?marker=gone"}


@pytest.fixture(scope="module")
def paged() -> t.Iterator[MockApi]:
    with MockApi("otc", pagination_max_limit=10) as mock_api:
        yield mock_api


@pytest.fixture(autouse=True)
def _clean(paged: MockApi) -> None:
    paged.reset()


def test_quirk_04_no_limit_is_sent_and_one_request_is_enough(mock_api: MockApi) -> None:
    rows = gathered(client_of(mock_api))
    assert ids(rows) == ids(mock_api.rows("vpn-one"))
    (request,) = [one for one in mock_api.requests if one.path == LIST]
    assert not {"limit", "marker"} & dict(request.query).keys()


def test_quirk_04_pages_that_nobody_asked_for_are_followed(paged: MockApi) -> None:
    assert ids(gathered(client_of(paged))) == ids(paged.rows("vpn-one"))
    assert lists_of(paged) == 3


@pytest.mark.parametrize("limit", [1, 22, 23, 24])
def test_quirk_05_a_full_last_page_links_to_an_empty_one(limit: int) -> None:
    with MockApi("otc", pagination_max_limit=limit) as mock_api:
        assert ids(gathered(client_of(mock_api))) == ids(mock_api.rows("vpn-one"))


def test_quirk_05_links_with_an_internal_host_are_not_followed_there(paged: MockApi) -> None:
    paged.fault(LIST, quirks=["internal_links"], count=None)
    assert ids(gathered(client_of(paged))) == ids(paged.rows("vpn-one"))
    assert lists_of(paged) == 3


def test_quirk_05_links_with_a_marker_in_place_of_a_url(paged: MockApi) -> None:
    paged.fault(LIST, quirks=["marker_links"], count=None)
    assert ids(gathered(client_of(paged))) == ids(paged.rows("vpn-one"))


def test_quirk_05_a_server_that_ignores_the_marker_is_an_error(paged: MockApi) -> None:
    paged.fault(LIST, quirks=["ignore_marker"], count=None)
    assert "repeats a page" in failure(lambda: gathered(client_of(paged)))
    assert lists_of(paged) < 5


def test_quirk_05_a_server_that_ignores_the_limit_gives_each_row_once(mock_api: MockApi) -> None:
    rows = [{"id": f"id-{number}"} for number in range(6)]
    link = {"rel": "next", "href": f"{LIST}?limit=4&marker=id-3"}
    mock_api.fault(LIST, body={CONNECTION.plural: rows[:4], CONNECTION.plural + "_links": [link]})
    mock_api.fault(LIST, body={CONNECTION.plural: rows})
    assert ids(gathered(client_of(mock_api))) == ids(rows)


def test_quirk_05_an_endless_list_of_the_same_marker_is_an_error(mock_api: MockApi) -> None:
    mock_api.fault(
        LIST,
        count=None,
        body={CONNECTION.plural: [], CONNECTION.plural + "_links": [NO_END]},
    )
    assert "repeats a page" in failure(lambda: gathered(client_of(mock_api)))


def test_quirk_05_an_endless_list_of_empty_pages_is_an_error(mock_api: MockApi) -> None:
    for number in range(5):
        links = [{"rel": "next", "marker": f"id-{number}"}]
        mock_api.fault(LIST, body={CONNECTION.plural: [], CONNECTION.plural + "_links": links})
    assert "repeats a page" in failure(lambda: gathered(client_of(mock_api)))
    assert lists_of(mock_api) == 1


def test_quirk_05_fields_and_filters_go_along_to_every_page(paged: MockApi) -> None:
    gathered(client_of(paged), name="branch-berlin")
    for request in paged.requests:
        if request.path == LIST:
            names = [value for name, value in request.query if name == "fields"]
            assert "id" in names
            assert "psk" not in names
            assert ("name", "branch-berlin") in request.query


def test_quirk_06_a_deleted_marker_starts_the_walk_again(paged: MockApi) -> None:
    marker = paged.id_of("vpn-one", 9)  # the last of the first page
    paged.fault(LIST + r"\?.*marker=", change={marker: None})
    rows = gathered(client_of(paged))
    assert ids(rows) == ids(paged.rows("vpn-one"))
    assert len(rows) == ALL - 1


def test_quirk_06_a_marker_deleted_behind_the_last_full_page(paged: MockApi) -> None:
    with MockApi("otc", pagination_max_limit=ALL) as mock_api:
        marker = mock_api.id_of("vpn-one", ALL - 1)
        mock_api.fault(LIST + r"\?.*marker=", change={marker: None})
        assert ids(gathered(client_of(mock_api))) == ids(mock_api.rows("vpn-one"))


def test_quirk_06_a_list_that_changes_all_the_time_is_an_error(paged: MockApi) -> None:
    for position in (9, 10, 11):
        marker = paged.id_of("vpn-one", position)
        paged.fault(LIST + r"\?.*marker=", change={marker: None})
    assert "changed 3 times while it was read" in failure(lambda: gathered(client_of(paged)))


def test_no_row_comes_twice_when_the_order_changes_between_pages(paged: MockApi) -> None:
    paged.fault(LIST + r"\?.*marker=", quirks=["shuffle"])
    rows = gathered(client_of(paged))
    assert len(ids(rows)) == len(set(ids(rows)))


def test_quirk_11_a_token_that_ends_between_two_pages_is_renewed(paged: MockApi) -> None:
    client = client_of(paged)
    paged.fault(LIST + r"\?.*marker=", status=401, body={"error": {"message": "late"}})
    assert ids(gathered(client)) == ids(paged.rows("vpn-one"))
    assert tokens_of(paged) == 2


def test_quirk_11_a_second_401_in_a_row_is_an_error_and_no_part_of_the_list(
    paged: MockApi,
) -> None:
    client = client_of(paged)
    paged.fault(LIST + r"\?.*marker=", status=401, body={"error": {"message": "late"}}, count=2)
    sentence = failure(lambda: gathered(client))
    assert "HTTP 401" in sentence
    assert "late" in sentence
    assert tokens_of(paged) == 2


def test_quirk_11_a_really_revoked_token_is_renewed_in_the_middle() -> None:
    with MockApi("otc", pagination_max_limit=10, token_lifetime=timedelta(hours=2)) as mock_api:
        client = client_of(mock_api)
        assert len(gathered(client)) == ALL
        mock_api.revoke_tokens()
        assert len(gathered(client)) == ALL
        assert tokens_of(mock_api) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "body": ""},
        {"reset": True},
        {"reset": True, "cut": 300},
        {"body": {"ipsec_site_connections": None}},
        {"body": "<html><title>Bad gateway</title></html>"},
    ],
    ids=["500", "reset", "reset in the body", "null list", "HTML"],
)
def test_a_fault_on_the_second_page_never_gives_a_part_of_the_list(
    paged: MockApi, fault: dict[str, t.Any]
) -> None:
    client = client_of(paged)
    paged.fault(LIST + r"\?.*marker=", count=None, **fault)
    assert LIST in failure(lambda: gathered(client))


def test_a_passing_fault_on_the_second_page_is_got_over(paged: MockApi) -> None:
    client = client_of(paged, retries=1)
    paged.fault(LIST + r"\?.*marker=", status=503, headers={"Retry-After": "0"})
    assert ids(gathered(client)) == ids(paged.rows("vpn-one"))


@pytest.mark.parametrize("auth_type", ["aksk", "v3applicationcredential"])
def test_paging_with_every_kind_of_credentials(paged: MockApi, auth_type: str) -> None:
    client = client_of(paged, auth_type=auth_type)
    assert ids(gathered(client)) == ids(paged.rows("vpn-one"))


def test_the_limit_of_the_link_is_kept(paged: MockApi) -> None:
    gathered(client_of(paged))
    limits = [dict(one.query).get("limit") for one in paged.requests if one.path == LIST]
    assert limits == [None, "10", "10"]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (None, []),
        ("next", []),
        ([None, 1, "next", []], []),
        ([{"rel": "previous", "href": "http://h/?marker=a"}], []),
        ([{"rel": "next"}], []),
        ([{"rel": "next", "href": None}], []),
        ([{"rel": "next", "href": ""}], []),
        (
            [{"rel": "next", "href": "http://[broken/?marker=a#b"}],
            [("limit", "7"), ("marker", "a")],
        ),
        ([{"rel": "next", "href": "/?marker=a"}], [("limit", "7"), ("marker", "a")]),
        ([{"rel": "next", "marker": "a b&c"}], [("limit", "7"), ("marker", "a b&c")]),
        ([{"rel": "next", "href": "?limit=2&marker=%C3%A9"}], [("limit", "2"), ("marker", "é")]),
    ],
)
def test_links_of_every_make(links: t.Any, expected: list[tuple[str, str]]) -> None:
    assert next_page(json.loads(json.dumps(links)), 7) == expected


@pytest.mark.parametrize("href", ["http://[broken/", f"{LIST}?offset=10", 7])
def test_a_link_onwards_that_cannot_be_followed_is_an_error(mock_api: MockApi, href: t.Any) -> None:
    links = [{"rel": "next", "href": href}]
    mock_api.fault(LIST, body={CONNECTION.plural: [], CONNECTION.plural + "_links": links})
    assert "marker" in failure(lambda: gathered(client_of(mock_api)))


def test_the_token_is_asked_for_once_for_all_pages(paged: MockApi) -> None:
    gathered(client_of(paged))
    assert tokens_of(paged) == 1
    assert {one.path for one in paged.requests} == {TOKENS, LIST}
