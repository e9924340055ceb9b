# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in pages: the whole list, or an error; never a part (traps 4, 5, 6)."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta
from types import SimpleNamespace

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import Client
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION
from ansible_collections.otc.vpn.plugins.module_utils._vpn.paging import (
    DEFAULT_LIMITS,
    get_row,
    list_rows,
    next_page,
)

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


def test_quirk_04_unrequested_pages_are_followed(paged: MockApi) -> None:
    assert ids(gathered(client_of(paged))) == sorted(ids(paged.rows("vpn-one")))
    assert lists_of(paged) == 4  # one without an order, and three pages by ID


@pytest.mark.parametrize("limit", [1, 22, 23, 24])
def test_quirk_05_full_last_page_links_to_empty_one(limit: int) -> None:
    with MockApi("otc", pagination_max_limit=limit) as mock_api:
        assert sorted(ids(gathered(client_of(mock_api)))) == sorted(ids(mock_api.rows("vpn-one")))


def test_quirk_05_links_with_internal_host_are_not_followed_there(paged: MockApi) -> None:
    paged.fault(LIST, quirks=["internal_links"], count=None)
    assert ids(gathered(client_of(paged))) == sorted(ids(paged.rows("vpn-one")))
    assert lists_of(paged) == 4  # one without an order, and three pages by ID


def test_quirk_05_links_with_marker_only_are_followed(paged: MockApi) -> None:
    paged.fault(LIST, quirks=["marker_links"], count=None)
    assert ids(gathered(client_of(paged))) == sorted(ids(paged.rows("vpn-one")))


def test_quirk_05_server_that_ignores_marker_is_error(paged: MockApi) -> None:
    paged.fault(LIST, quirks=["ignore_marker"], count=None)
    assert "the same page twice" in failure(lambda: gathered(client_of(paged)))
    assert lists_of(paged) < 5


def test_quirk_05_server_that_ignores_limit_gives_each_row_once(mock_api: MockApi) -> None:
    rows = [{"id": f"id-{number}"} for number in range(6)]
    link = {"rel": "next", "href": f"{LIST}?limit=4&marker=id-3"}
    first = {CONNECTION.plural: rows[:4], CONNECTION.plural + "_links": [link]}
    mock_api.fault(LIST, body=first)
    mock_api.fault(LIST, body={CONNECTION.plural: rows}, count=None)
    assert ids(gathered(client_of(mock_api))) == ids(rows)


def test_quirk_05_endless_list_of_same_marker_is_error(mock_api: MockApi) -> None:
    mock_api.fault(
        LIST,
        count=None,
        body={CONNECTION.plural: [], CONNECTION.plural + "_links": [NO_END]},
    )
    assert "the same page twice" in failure(lambda: gathered(client_of(mock_api)))


def test_quirk_05_endless_list_of_empty_pages_is_error(mock_api: MockApi) -> None:
    for number in range(5):
        links = [{"rel": "next", "marker": f"id-{number}"}]
        mock_api.fault(LIST, body={CONNECTION.plural: [], CONNECTION.plural + "_links": links})
    assert "the same page twice" in failure(lambda: gathered(client_of(mock_api)))
    assert lists_of(mock_api) == 2


def test_quirk_05_fields_and_filters_go_along_to_every_page(paged: MockApi) -> None:
    gathered(client_of(paged), name="branch-berlin")
    for request in paged.requests:
        if request.path == LIST:
            names = [value for name, value in request.query if name == "fields"]
            assert "id" in names
            assert "psk" not in names
            assert ("name", "branch-berlin") in request.query


def test_quirk_06_deleted_marker_restarts_list(paged: MockApi) -> None:
    marker = sorted(ids(paged.rows("vpn-one")))[9]  # the last of the first page
    paged.fault(LIST + r"\?.*marker=", change={marker: None})
    rows = gathered(client_of(paged))
    assert ids(rows) == sorted(ids(paged.rows("vpn-one")))
    assert len(rows) == ALL - 1


def test_quirk_06_marker_deleted_on_last_page_restarts_list(paged: MockApi) -> None:
    with MockApi("otc", pagination_max_limit=ALL) as mock_api:
        marker = max(ids(mock_api.rows("vpn-one")))
        mock_api.fault(LIST + r"\?.*marker=", change={marker: None})
        assert ids(gathered(client_of(mock_api))) == sorted(ids(mock_api.rows("vpn-one")))


def test_quirk_06_list_that_keeps_changing_is_error(paged: MockApi) -> None:
    for marker in sorted(ids(paged.rows("vpn-one")))[9:13]:
        paged.fault(LIST + r"\?.*marker=", change={marker: None})
    with pytest.raises(VpnError) as caught:
        gathered(client_of(paged))
    assert str(caught.value) == (
        f"Cannot list IPsec connection objects at {paged.url}{LIST}: the list changed 4 times during "
        "pagination. Try again."
    )
    assert caught.value.temporary


class MovingServer:
    """Answers pages of four of ten rows, whose order changes after the first page of a reading."""

    def __init__(
        self, orders: list[list[int]], sorts: t.Literal["yes", "ignores", "refuses"]
    ) -> None:
        self.orders = orders
        self.sorts = sorts
        self.url = "http://server"
        self.session = SimpleNamespace(timeout=60.0)
        self.bytes_received = 0

    def location(self, path: str) -> str:
        return f"{self.url}/{path}"

    def get(self, path: str, query: t.Sequence[tuple[str, str]]) -> dict[str, t.Any]:
        if path != CONNECTION.path:
            return {CONNECTION.singular: {"id": path.rpartition("/")[2]}}
        asked = dict(query)
        if "sort_key" in asked and self.sorts == "refuses":
            raise VpnError("sorting is not supported", status=400)
        order = self.orders.pop(0) if len(self.orders) > 1 else self.orders[0]
        rows = [f"id-{number}" for number in order]
        if "sort_key" in asked and self.sorts == "yes":
            rows.sort(reverse=asked["sort_dir"] == "desc")
        start = rows.index(asked["marker"]) + 1 if "marker" in asked else 0
        size = int(asked.get("limit", 4))
        page = rows[start : start + size]
        links = [{"rel": "next", "marker": page[-1]}] if len(page) == size else []
        return {
            CONNECTION.plural: [{"id": one} for one in page],
            CONNECTION.plural + "_links": links,
        }


ORDER = [3, 7, 1, 9, 0, 5, 2, 8, 6, 4]
MOVES = {
    "marker moved to the end": [3, 7, 1, 0, 5, 2, 8, 6, 4, 9],
    "unread row moved to the front": [4, 3, 7, 1, 9, 0, 5, 2, 8, 6],
    "reversed": ORDER[::-1],
}


@pytest.mark.parametrize("sorts", ["yes", "ignores", "refuses"])
@pytest.mark.parametrize("move", MOVES)
def test_no_row_is_lost_when_order_changes(
    move: str, sorts: t.Literal["yes", "ignores", "refuses"]
) -> None:
    # The order changes within the first reading, and within the second.
    for orders in ([ORDER, MOVES[move]], [ORDER, ORDER, MOVES[move]]):
        server = MovingServer(orders, sorts)
        rows = list_rows(t.cast(Client, server), CONNECTION)
        assert sorted(ids(rows)) == sorted(f"id-{number}" for number in ORDER)


def test_row_on_two_pages_of_every_reading_is_error() -> None:
    class Repeating(MovingServer):
        def get(self, path: str, query: t.Sequence[tuple[str, str]]) -> dict[str, t.Any]:
            numbers = (3, 4, 5) if "marker" in dict(query) else (0, 1, 2, 3)
            page = [{"id": f"id-{number}"} for number in numbers]
            links = [] if "marker" in dict(query) else [{"rel": "next", "marker": "id-3"}]
            return {CONNECTION.plural: page, CONNECTION.plural + "_links": links}

    server = t.cast(Client, Repeating([ORDER], "yes"))
    assert "changed 4 times" in failure(lambda: list_rows(server, CONNECTION))


@pytest.mark.parametrize("sorts", ["yes", "ignores", "refuses"])
@pytest.mark.parametrize("marker", [3, 7])
def test_no_row_is_lost_when_rows_were_in_order_of_ids(
    marker: int, sorts: t.Literal["yes", "ignores", "refuses"]
) -> None:
    order = list(range(10))
    moved = [number for number in order if number != marker] + [marker]
    for orders in ([order, moved], [order, order, moved], [order, order, order, moved]):
        rows = list_rows(t.cast(Client, MovingServer(orders, sorts)), CONNECTION)
        assert sorted(ids(rows)) == sorted(f"id-{number}" for number in order)


@pytest.mark.parametrize("size", DEFAULT_LIMITS)
@pytest.mark.parametrize("more", [0, 1, 700])
def test_page_with_default_length_is_checked(size: int, more: int) -> None:
    with MockApi("otc", connections=size + more, pagination_max_limit=size) as mock_api:
        mock_api.fault(LIST, quirks=["no_links"], count=None)
        rows = list_rows(client_of(mock_api, "carl"), CONNECTION, [("fields", "id")])
        assert sorted(ids(rows)) == sorted(ids(mock_api.rows("vpn-bulk")))


class Full(MovingServer):
    """Returns a page of default length without a link, and `answer` to every later request."""

    rows: t.ClassVar = [{"id": f"id-{number:03}"} for number in range(DEFAULT_LIMITS[0])]
    answer: t.Any = None

    def get(self, path: str, query: t.Sequence[tuple[str, str]]) -> dict[str, t.Any]:
        if "marker" not in dict(query):
            return {CONNECTION.plural: self.rows}
        assert dict(query) == {"limit": "500", "marker": "id-499"}
        if isinstance(self.answer, VpnError):
            raise self.answer
        return t.cast("dict[str, t.Any]", self.answer)

    def unexpected(self, path: str, problem: str) -> VpnError:
        return VpnError(f"GET {path}: {problem}.")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (VpnError("no pagination here", status=400), 500),
        ({CONNECTION.plural: []}, 500),
        ({CONNECTION.plural: [{"id": "id-001"}, {"id": "id-499"}]}, 500),
        (VpnError("The server is away.", status=503), "The server is away."),
        ({"message": "a later page is away"}, "but the message: a later page is away."),
    ],
    ids=["pagination refused", "nothing more", "marker ignored", "error", "no list"],
)
def test_page_with_default_length_is_all_if_nothing_follows(
    answer: t.Any, expected: int | str
) -> None:
    server = Full([ORDER], "refuses")
    server.answer = answer
    client = t.cast(Client, server)
    if isinstance(expected, int):
        assert len(list_rows(client, CONNECTION)) == expected
    else:
        assert failure(lambda: list_rows(client, CONNECTION)).endswith(expected)


@pytest.mark.parametrize("sorts", ["yes", "ignores", "refuses"])
@pytest.mark.parametrize("more", [1, 500, 700])
def test_rows_behind_page_with_default_length_are_read_in_any_order(
    sorts: t.Literal["yes", "ignores", "refuses"], more: int
) -> None:
    class WithoutLinks(MovingServer):
        def get(self, path: str, query: t.Sequence[tuple[str, str]]) -> dict[str, t.Any]:
            answer = super().get(path, [("limit", str(DEFAULT_LIMITS[0])), *query])
            return {name: value for name, value in answer.items() if "_links" not in name}

    order = [number * 7 % 1201 for number in range(DEFAULT_LIMITS[0] + more)]
    rows = list_rows(t.cast(Client, WithoutLinks([order], sorts)), CONNECTION)
    assert sorted(ids(rows)) == sorted(f"id-{number}" for number in order)


def test_page_of_default_length_without_ids_is_all() -> None:
    server = Full([ORDER], "refuses")
    server.rows = [{"name": "odd"}] * DEFAULT_LIMITS[0]  # type: ignore[misc]
    assert len(list_rows(t.cast(Client, server), CONNECTION)) == DEFAULT_LIMITS[0]


def test_error_body_in_place_of_sorted_page_is_reported(paged: MockApi) -> None:
    rows = [{"id": f"id-{number}"} for number in range(6)]
    link = {"rel": "next", "href": f"{LIST}?limit=4&marker=id-3"}
    paged.fault(LIST + r"\?.*sort_dir=desc", body={"message": "no order here"}, count=None)
    paged.fault(LIST + r"\?.*marker=", body={CONNECTION.plural: rows[4:]}, count=None)
    first = {CONNECTION.plural: rows[:4], CONNECTION.plural + "_links": [link]}
    paged.fault(LIST, body=first, count=None)
    sentence = failure(lambda: list_rows(client_of(paged), CONNECTION))
    assert "it has no list ipsec_site_connections, but the message: no order here. " in sentence


def test_error_body_in_place_of_object_is_reported(mock_api: MockApi) -> None:
    munich = mock_api.id_of("vpn-one", "branch-munich")
    mock_api.fault(f"{LIST}/", body={"message": "the database is away"})
    sentence = failure(lambda: get_row(client_of(mock_api), CONNECTION, munich))
    assert sentence == (
        f"Unexpected response from GET {mock_api.url}{LIST}/{munich}: it has no object "
        "ipsec_site_connection, but the message: the database is away. Check endpoint and the proxy "
        "settings."
    )
    mock_api.fault(f"{LIST}/", body={"connection": {}})
    sentence = failure(lambda: get_row(client_of(mock_api), CONNECTION, munich))
    assert "it has no object ipsec_site_connection. Check" in sentence


@pytest.mark.parametrize(
    "rest",
    [
        {"ipsec_site_connections_links": {"rel": "NEXT", "href": "?marker=id-3"}},
        {"ipsec_site_connections_links": {"next": "/v2.0/x?marker=id-3"}},
        {"ipsec_site_connections_links": {"next": {"href": "?marker=id-3"}}},
        {"links": [{"rel": "next", "href": "?marker=id-3"}]},
        {"next": "http://internal/?marker=id-3"},
        {"next": {"href": "?marker=id-3"}},
        {"page_info": {"next_marker": "id-3"}},
    ],
)
def test_link_in_another_form_is_followed(mock_api: MockApi, rest: dict[str, t.Any]) -> None:
    rows = [{"id": f"id-{number}"} for number in range(6)]
    first = {CONNECTION.plural: rows[:4], **rest}
    mock_api.fault(LIST + r"\?.*sort_dir=desc", body={CONNECTION.plural: rows[::-1]})
    mock_api.fault(LIST, body=first, count=2)
    mock_api.fault(LIST + r"\?.*marker=id-3", body={CONNECTION.plural: rows[4:]})
    assert ids(list_rows(client_of(mock_api), CONNECTION)) == ids(rows)
    assert dict(next_page(first, CONNECTION, 4))["marker"] == "id-3"


@pytest.mark.parametrize(
    "rest",
    [
        {"ipsec_site_connections_links": [{"rel": "next"}]},
        {"ipsec_site_connections_links": {"rel": "next", "href": ""}},
        {"links": {"next": "http://internal/?page=2"}},
        {"next": "http://internal/?offset=4"},
    ],
)
def test_link_without_marker_is_error(mock_api: MockApi, rest: dict[str, t.Any]) -> None:
    mock_api.fault(LIST, body={CONNECTION.plural: [{"id": "id-1"}], **rest})
    assert "has no marker" in failure(lambda: list_rows(client_of(mock_api), CONNECTION))


def test_endless_list_of_new_pages_is_error() -> None:
    class Endless(MovingServer):
        pages = 0

        def get(self, path: str, query: t.Sequence[tuple[str, str]]) -> dict[str, t.Any]:
            self.pages += 1
            row = {"id": f"id-{self.pages:09}"}
            return {CONNECTION.plural: [row], "next": {"marker": row["id"]}}

    server = Endless([ORDER], "yes")
    sentence = failure(lambda: list_rows(t.cast(Client, server), CONNECTION))
    assert "does not end within 5000 pages" in sentence
    server = Endless([ORDER], "yes")
    server.session.timeout = 0.001
    sentence = failure(lambda: list_rows(t.cast(Client, server), CONNECTION))
    assert "does not end within 0.03 seconds" in sentence


def test_partial_content_and_error_body_are_no_list(mock_api: MockApi) -> None:
    body = {CONNECTION.plural: [{"id": "id-1"}]}
    mock_api.fault(LIST, status=206, body=body)
    assert "HTTP 206" in failure(lambda: list_rows(client_of(mock_api), CONNECTION))
    mock_api.fault(LIST, body={"error_code": "VPC.1", "error_msg": "the database is away"})
    sentence = failure(lambda: list_rows(client_of(mock_api), CONNECTION))
    assert "VPC.1: the database is away" in sentence


def test_each_row_comes_once_when_order_changes_between_pages(paged: MockApi) -> None:
    paged.fault(LIST + r"\?.*marker=", quirks=["shuffle"])
    assert ids(gathered(client_of(paged))) == sorted(ids(paged.rows("vpn-one")))
    assert lists_of(paged) > 4  # read again


def test_quirk_11_token_that_ends_between_two_pages_is_renewed(paged: MockApi) -> None:
    client = client_of(paged)
    paged.fault(LIST + r"\?.*marker=", status=401, body={"error": {"message": "late"}})
    assert ids(gathered(client)) == sorted(ids(paged.rows("vpn-one")))
    assert tokens_of(paged) == 2


def test_quirk_11_second_401_is_error_without_partial_list(
    paged: MockApi,
) -> None:
    client = client_of(paged)
    paged.fault(LIST + r"\?.*marker=", status=401, body={"error": {"message": "late"}}, count=2)
    sentence = failure(lambda: gathered(client))
    assert "HTTP 401" in sentence
    assert "late" in sentence
    assert tokens_of(paged) == 2


def test_quirk_11_revoked_token_is_renewed_between_pages() -> None:
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
def test_fault_on_second_page_never_gives_part_of_list(
    paged: MockApi, fault: dict[str, t.Any]
) -> None:
    client = client_of(paged)
    paged.fault(LIST + r"\?.*marker=", count=None, **fault)
    assert LIST in failure(lambda: gathered(client))


def test_transient_fault_on_second_page_is_retried(paged: MockApi) -> None:
    client = client_of(paged, retries=1)
    paged.fault(LIST + r"\?.*marker=", status=503, headers={"Retry-After": "0"})
    assert ids(gathered(client)) == sorted(ids(paged.rows("vpn-one")))


@pytest.mark.parametrize("auth_type", ["aksk", "v3applicationcredential"])
def test_paging_works_with_all_credentials(paged: MockApi, auth_type: str) -> None:
    client = client_of(paged, auth_type=auth_type)
    assert ids(gathered(client)) == sorted(ids(paged.rows("vpn-one")))


def test_limit_of_link_is_kept(paged: MockApi) -> None:
    gathered(client_of(paged))
    limits = [dict(one.query).get("limit") for one in paged.requests if one.path == LIST]
    assert limits == [None, None, "10", "10"]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (None, []),
        ("next", []),
        ([None, 1, "next", []], []),
        ([{"rel": "previous", "href": "http://h/?marker=a"}], []),
        ([{"rel": "next", "href": None}], []),
        (
            [{"rel": "next", "href": "http://[broken/?marker=a#b"}],
            [("limit", "7"), ("marker", "a")],
        ),
        ([{"rel": "next", "href": "/?marker=a"}], [("limit", "7"), ("marker", "a")]),
        ([{"rel": "next", "marker": "a b&c"}], [("limit", "7"), ("marker", "a b&c")]),
        ([{"rel": "NEXT", "href": "?limit=2&marker=%C3%A9"}], [("limit", "2"), ("marker", "é")]),
    ],
)
def test_links_in_any_form_are_followed(links: t.Any, expected: list[tuple[str, str]]) -> None:
    answer = {CONNECTION.plural + "_links": json.loads(json.dumps(links))}
    assert next_page(answer, CONNECTION, 7) == expected


@pytest.mark.parametrize("href", ["http://[broken/", f"{LIST}?offset=10", 7])
def test_link_that_cannot_be_followed_is_error(mock_api: MockApi, href: t.Any) -> None:
    links = [{"rel": "next", "href": href}]
    mock_api.fault(LIST, body={CONNECTION.plural: [], CONNECTION.plural + "_links": links})
    assert "marker" in failure(lambda: gathered(client_of(mock_api)))


def test_token_is_requested_once_for_all_pages(paged: MockApi) -> None:
    gathered(client_of(paged))
    assert tokens_of(paged) == 1
    assert {one.path for one in paged.requests} == {TOKENS, LIST}
