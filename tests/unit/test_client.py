# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and what may go wrong with them: each ends in the whole list or in one clear sentence."""

from __future__ import annotations

import contextlib
import gzip
import socket
import sys
import time
import typing as t
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import (
    Session,
    connect,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.endpoints import classic_url
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._cloud.failures import HINTS
from ansible_collections.otc.vpn.plugins.module_utils._cloud.retries import retry
from ansible_collections.otc.vpn.plugins.module_utils._cloud.transport import MAX_RESPONSE_BYTES
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION, IKE_POLICY
from ansible_collections.otc.vpn.plugins.module_utils._vpn.paging import list_rows

from tests.mock_api import MockApi
from tests.unit.clients import (
    LIST,
    TOKENS,
    Row,
    Sentences,
    client_of,
    failure,
    gathered,
    ids,
    lists_of,
    options_for,
    tokens_of,
)

HTML = "<!DOCTYPE html><html><head><title>Sign in\n to the  proxy</title></head></html>"


@pytest.fixture(scope="module")
def second_host() -> Iterator[MockApi]:
    """Return another host, which is to get no secret."""
    with MockApi("otc") as mock_api:
        yield mock_api


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


# --- no answer ---


def test_refused_connection_is_reported(mock_api: MockApi) -> None:
    client = client_of(mock_api, endpoint=f"http://127.0.0.1:{free_port()}")
    sentence = failure(lambda: gathered(client))
    assert "refused" in sentence
    assert "Check endpoint" in sentence


def test_unknown_host_is_reported(mock_api: MockApi) -> None:
    client = client_of(mock_api, endpoint="http://vpc.does-not-exist.invalid")
    sentence = failure(lambda: gathered(client))
    assert "vpc.does-not-exist.invalid" in sentence


@pytest.mark.parametrize(
    "fault",
    [{"reset": True}, {"reset": True, "cut": 200}, {"cut": 200}, {"cut": 0}],
    ids=["before", "in the body", "closed in the body", "headers only"],
)
def test_broken_connection_is_reported(mock_api: MockApi, fault: dict[str, t.Any]) -> None:
    mock_api.fault(LIST, count=None, **fault)
    assert "failed: " in failure(lambda: gathered(client_of(mock_api)))
    mock_api.reset()
    mock_api.fault(LIST, **fault)
    assert len(gathered(client_of(mock_api, retries=1))) == 23


@pytest.mark.parametrize(
    "fault", [{"delay": 1.5}, {"drip": 0.05}, {"drip": 0.05, "status": 500}], ids=str
)
def test_slow_responses_end_at_deadline(mock_api: MockApi, fault: dict[str, t.Any]) -> None:
    client = client_of(mock_api, api_timeout=0.5)
    gathered(client, name="nothing")  # the token, and the imports
    mock_api.fault(LIST, count=None, **fault)
    started = time.monotonic()
    sentence = failure(lambda: gathered(client))
    assert time.monotonic() - started < 1.4
    assert "0.5 seconds (api_timeout)" in sentence or "timed out" in sentence


def test_slow_response_is_retried(mock_api: MockApi) -> None:
    client = client_of(mock_api, api_timeout=1.2, retries=1)
    mock_api.fault(LIST, delay=2.0)
    assert len(gathered(client)) == 23


# --- answers that ask for patience ---


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_transient_error_is_retried(mock_api: MockApi, status: int) -> None:
    mock_api.fault(LIST, status=status, headers={"Retry-After": "0"}, body="", count=2)
    assert len(gathered(client_of(mock_api, retries=2))) == 23
    assert lists_of(mock_api) == 3


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_persistent_failure_is_reported(mock_api: MockApi, status: int) -> None:
    body = {"error_msg": "come back later", "error_code": "APIGW.0308", "request_id": "abc-1"}
    mock_api.fault(LIST, status=status, headers={"Retry-After": "0"}, body=body, count=None)
    sentence = failure(lambda: gathered(client_of(mock_api, retries=1)))
    assert f"HTTP {status}: APIGW.0308: come back later (request id abc-1)" in sentence
    assert lists_of(mock_api) == 2


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 501])
def test_final_response_is_not_retried(mock_api: MockApi, status: int) -> None:
    mock_api.fault(f"{LIST}.*fields", status=status, body={"message": "no"}, count=None)
    client = client_of(mock_api, retries=3)
    with pytest.raises(VpnError):
        list_rows(client, CONNECTION, [("fields", "id")])
    assert lists_of(mock_api) == 1


def test_quirk_10_throttling_waits_as_long_as_server_reports(mock_api: MockApi) -> None:
    mock_api.fault(LIST, status=429, headers={"Retry-After": "1"}, body="")
    gathered(client_of(mock_api, retries=1))
    first, second = (one.started for one in mock_api.requests if one.path == LIST)
    assert second - first >= 1


def test_quirk_10_retry_after_may_be_date(mock_api: MockApi) -> None:
    when = datetime.now(UTC) + timedelta(seconds=2)
    header = {"Retry-After": format_datetime(when, usegmt=True)}
    mock_api.fault(LIST, status=503, headers=header, body="")
    gathered(client_of(mock_api, retries=1))
    second = [one.started for one in mock_api.requests if one.path == LIST][1]
    assert second >= int(when.timestamp())


def test_quirk_10_without_retry_after_pauses_grow_and_are_not_all_alike() -> None:
    def pauses(_run: int) -> list[float]:
        calls: list[float] = []

        def call() -> None:
            calls.append(time.monotonic())
            if len(calls) < 3:
                raise VpnError("later.", temporary=True)

        retry(call, retries=2, end=time.monotonic() + 60)
        return [later - earlier for earlier, later in zip(calls, calls[1:], strict=False)]

    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(pauses, range(4)))
    assert all(0.4 < first < 1.6 and 0.9 < second < 3.1 for first, second in runs)
    # Without jitter, no pause would be shorter than a whole second.
    assert min(first for first, _second in runs) < 0.99


def attempts(*errors: VpnError, **how: t.Any) -> tuple[int, list[float]]:
    """Return how often a call with these errors is made, and the pauses between."""
    left, pauses, calls = list(errors), list[float](), 0

    def call() -> None:
        nonlocal calls
        calls += 1
        if left:
            raise left.pop(0)

    def wait(pause: float) -> t.Any:
        pauses.append(pause)
        return how.get("ended")

    given = {name: value for name, value in how.items() if name != "ended"}
    given = {"retries": 20, "end": time.monotonic() + 3600, **given}
    with contextlib.suppress(VpnError):
        retry(call, wait=wait, **given)
    return calls, pauses


def test_pauses_double_up_to_limit() -> None:
    calls, pauses = attempts(*[VpnError("later.", temporary=True)] * 8)
    assert calls == 9
    for pause, longest in zip(pauses, [1, 2, 4, 8, 16, 30, 30, 30], strict=True):
        assert longest / 2 <= pause <= longest
    assert len(set(pauses)) == 8


@pytest.mark.parametrize(
    ("how", "calls"),
    [({}, 3), ({"retries": 1}, 2), ({"retries": 0}, 1), ({"ended": True}, 1), ({"end": 0.0}, 1)],
    ids=str,
)
def test_temporary_error_is_retried_as_often_as_allowed(how: Row, calls: int) -> None:
    error = VpnError("later.", temporary=True, retry_after=0.25)
    found, pauses = attempts(error, error, **how)
    assert found == calls
    assert set(pauses) <= {0.25}


@pytest.mark.parametrize(
    ("temporary", "unprocessed", "repeatable", "calls"),
    [
        (False, True, True, 1),
        (True, False, True, 2),
        (True, False, False, 1),
        (True, True, False, 2),
    ],
)
def test_call_that_changes_something_is_repeated_only_if_not_processed(
    temporary: bool, unprocessed: bool, repeatable: bool, calls: int
) -> None:
    error = VpnError("later.", temporary=temporary, unprocessed=unprocessed)
    assert attempts(error, repeatable=repeatable)[0] == calls


@pytest.mark.parametrize(
    ("status", "headers", "forbidden", "temporary", "unprocessed", "hint"),
    [
        (403, {}, True, False, False, f" {HINTS['classic'][403]}"),
        (429, {}, False, True, True, f" {HINTS['classic'][429]}"),
        (503, {"Retry-After": "7"}, False, True, True, ""),
        (503, {}, False, True, False, ""),
        (500, {"Retry-After": "7"}, False, True, False, ""),
        (409, {}, False, False, False, ""),
    ],
)
def test_error_of_api_says_what_status_means(
    mock_api: MockApi,
    status: int,
    headers: dict[str, str],
    forbidden: bool,
    temporary: bool,
    unprocessed: bool,
    hint: str,
) -> None:
    answer = {"X-Openstack-Request-Id": "req-1", "X-Request-Id": "req-2", **headers}
    mock_api.fault(LIST, status=status, headers=answer, body={"message": "No"})
    with pytest.raises(VpnError) as caught:
        client_of(mock_api).get("vpn/ipsec-site-connections")
    error = caught.value
    assert str(error) == (
        f"GET {mock_api.url}{LIST} returned HTTP {status}: No (request id req-1).{hint}"
    )
    assert (error.status, error.request_id) == (status, "req-1")
    assert (error.forbidden, error.temporary) == (forbidden, temporary)
    assert (error.unprocessed, error.retry_after) == (unprocessed, 7 if headers else None)


@pytest.mark.parametrize("header", ["", "a b", "x" * 65, "<script>"])
def test_odd_request_id_is_not_shown(mock_api: MockApi, header: str) -> None:
    mock_api.fault(LIST, status=409, headers={"X-Request-Id": header}, body={"message": "No."})
    with pytest.raises(VpnError) as caught:
        client_of(mock_api).get("vpn/ipsec-site-connections")
    assert str(caught.value) == f"GET {mock_api.url}{LIST} returned HTTP 409: No."
    assert caught.value.request_id is None


@pytest.mark.parametrize("header", ["3600", "Fri, 01 Jan 2100 00:00:00 GMT", "9" * 400])
def test_quirk_10_wait_beyond_time_allowed_fails_at_once(mock_api: MockApi, header: str) -> None:
    mock_api.fault(LIST, status=429, headers={"Retry-After": header}, body="", count=None)
    started = time.monotonic()
    sentence = failure(lambda: gathered(client_of(mock_api, api_timeout=1, retries=2)))
    assert time.monotonic() - started < 3
    assert "throttled" in sentence


def test_wait_beyond_time_of_all_attempts_fails_at_once(mock_api: MockApi) -> None:
    mock_api.fault(LIST, status=429, headers={"Retry-After": "5"}, body="", count=None)
    failure(lambda: gathered(client_of(mock_api, api_timeout=2.0, retries=1)))
    assert lists_of(mock_api) == 1


def test_retries_are_bounded_in_time(mock_api: MockApi) -> None:
    client = client_of(mock_api, api_timeout=0.4, retries=4)
    mock_api.fault(LIST, delay=1.0, count=None)
    started = time.monotonic()
    failure(lambda: gathered(client))
    assert time.monotonic() - started < 0.4 * 5 + 1


def test_only_reads_and_authentication_are_sent(mock_api: MockApi) -> None:
    gathered(client_of(mock_api), resolve=True, include_psk=True)
    sent = {(one.method, one.path == TOKENS) for one in mock_api.requests}
    assert sent == {("GET", False), ("POST", True)}


# --- answers that are none ---


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (HTML, "Sign in to the proxy"),
        ("", "not JSON"),
        ('{"ipsec_site_connections": [{"id": "x"', "truncated"),
        ('{"ipsec_site_connections": [{"id": "x", "mtu": NaN}]}', "not JSON"),
        ('{"ipsec_site_connections": [{"id": "x", "mtu": -Infinity}]}', "not JSON"),
        ('{"ipsec_site_connections": [{"id": "x", "mtu": 1e999}]}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"ipsec_site_connections": [{"id": "x", "name": "\xed\xa0\x80"}]}', "not JSON"),
        ("[]", "is a list"),
        ("null", "is a NoneType"),
        ('"text"', "is a str"),
        ("{}", "no list ipsec_site_connections"),
        ('{"ipsec_site_connections": {}}', "no list ipsec_site_connections"),
        ('{"ipsec_site_connections": [1, "a"]}', "no list ipsec_site_connections"),
        ('{"ipsec_site_connections": [null]}', "no list ipsec_site_connections"),
        ('{"ipsec_site_connections": [{}]}', "without an id"),
        ('{"ipsec_site_connections": [{"id": null}]}', "without an id"),
        ('{"ipsec_site_connections": [{"id": ["x"]}]}', "without an id"),
    ],
)
def test_unexpected_body_with_200_is_reported(
    mock_api: MockApi, body: str | bytes, words: str
) -> None:
    mock_api.fault(LIST, body=body, count=None)
    sentence = failure(lambda: gathered(client_of(mock_api)))
    assert words in sentence
    assert sentence.startswith(f"Unexpected response from GET {mock_api.url}{LIST}: ")


@pytest.mark.parametrize("content_type", ["text/html", "application/octet-stream", None])
def test_json_is_json_whatever_its_content_type(
    mock_api: MockApi, content_type: str | None
) -> None:
    mock_api.fault(LIST, headers={"Content-Type": content_type})
    assert len(gathered(client_of(mock_api))) == 23


@pytest.mark.parametrize(
    ("content_type", "shown"), [("text/html", "text/html"), (None, "no content type")]
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_wrong_content_type_is_named_with_wrong_body(
    mock_api: MockApi, method: str, content_type: str | None, shown: str
) -> None:
    body = HTML.replace("proxy", "proxy" + "x" * 100)
    header = {"Content-Type": content_type}
    mock_api.fault(LIST, method=method, status=200, headers=header, body=body)
    client = client_of(mock_api)
    assert failure(lambda: client.request(method, "vpn/ipsec-site-connections")) == (
        f"Unexpected response from {method} {mock_api.url}{LIST}: it is not JSON, or it is truncated "
        f"({shown}; it begins: Sign in to the proxy{'x' * 60}). Check endpoint and the proxy settings."
    )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ([], "it is a list, not an object"),
        ({"error_msg": "bad day"}, "it contains the error 'bad day'"),
    ],
)
def test_unexpected_response_names_method_and_option(
    mock_api: MockApi, body: t.Any, problem: str
) -> None:
    session = Session(options_for(mock_api, enterprise_endpoint=mock_api.url))
    path = f"/v5/{mock_api.project_id('vpn-one')}/x"
    mock_api.fault(path, method="DELETE", status=200, body=body)
    client = session.client("enterprise")
    assert failure(lambda: client.request("DELETE", "x")) == (
        f"Unexpected response from DELETE {mock_api.url}{path}: {problem}. "
        "Check enterprise_endpoint and the proxy settings."
    )
    mock_api.fault(path, method="DELETE", status=206)
    assert failure(lambda: client.request("DELETE", "x")) == (
        f"Unexpected response from DELETE {mock_api.url}{path}: it is partial (HTTP 206). "
        "Check enterprise_endpoint and the proxy settings."
    )


def test_received_bytes_are_counted(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    mock_api.fault(LIST, body='{"a": 1}', count=2)
    for number in (1, 2):
        assert client.get("vpn/ipsec-site-connections") == {"a": 1}
        assert client.bytes_received == 8 * number
    mock_api.fault(LIST, method="DELETE", status=204, body="")
    assert client.request("DELETE", "vpn/ipsec-site-connections") == {}


def test_wrong_content_encoding_is_reported(mock_api: MockApi) -> None:
    mock_api.fault(LIST, headers={"Content-Encoding": "gzip"}, body="plain")
    assert "failed: " in failure(lambda: gathered(client_of(mock_api)))


def test_huge_responses_are_rejected(mock_api: MockApi) -> None:
    mock_api.fault(LIST, flood=MAX_RESPONSE_BYTES + 1024 * 1024)
    assert "more than 64 MiB" in failure(lambda: gathered(client_of(mock_api)))


def test_compressed_huge_response_is_rejected(mock_api: MockApi) -> None:
    bomb = gzip.compress(b" " * (MAX_RESPONSE_BYTES + 1024 * 1024))
    mock_api.fault(LIST, headers={"Content-Encoding": "gzip"}, body=bomb)
    assert "more than 64 MiB" in failure(lambda: gathered(client_of(mock_api)))


def test_large_response_below_limit_is_read(mock_api: MockApi) -> None:
    mock_api.fault(LIST, flood=3 * 1024 * 1024)
    assert len(gathered(client_of(mock_api))) == 23


@pytest.mark.parametrize("status", [200, 500])
def test_quirk_01_no_psk_out_of_body_that_cannot_be_read(mock_api: MockApi, status: int) -> None:
    body = '{"ipsec_site_connections": [{"psk": "not-for-logs-\\"x", "id": "1", "name": '
    mock_api.fault(LIST, status=status, body=body)
    failure(lambda: gathered(client_of(mock_api)))
    mock_api.fault(LIST, status=status, body=body[:60])
    failure(lambda: gathered(client_of(mock_api)))


# --- redirects ---


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_quirk_14_no_redirect_is_followed(
    mock_api: MockApi, second_host: MockApi, status: int
) -> None:
    second_host.reset()
    there = f"{second_host.url}{LIST}?secret=1"
    mock_api.fault(LIST, status=status, headers={"Location": there}, count=None)
    with pytest.raises(VpnError) as caught:
        client_of(mock_api, retries=2).get("vpn/ipsec-site-connections")
    assert caught.value.status == status
    assert str(caught.value) == (
        f"GET {mock_api.url}{LIST} redirects (HTTP {status}) to {second_host.url}{LIST}: redirects "
        "are not followed, because they would carry the token along. Check endpoint."
    )
    assert second_host.requests == []
    assert lists_of(mock_api) == 1


@pytest.mark.parametrize("location", [None, "", "/elsewhere", "a b"])
def test_quirk_14_redirects_to_nowhere(mock_api: MockApi, location: str | None) -> None:
    mock_api.fault(LIST, status=302, headers={"Location": location})
    shown = "nowhere" if location is None else location
    sentence = failure(lambda: gathered(client_of(mock_api)))
    assert f" redirects (HTTP 302) to {shown}: redirects are not followed" in sentence
    mock_api.fault(LIST, status=302, headers={"Location": "//["})
    failure(lambda: gathered(client_of(mock_api)))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_quirk_14_keystone_redirects_carry_no_password(
    mock_api: MockApi, second_host: MockApi, status: int
) -> None:
    second_host.reset()
    headers = {"Location": second_host.auth_url}
    mock_api.fault(TOKENS, status=status, headers=headers, body="", count=None)
    sentence = failure(lambda: client_of(mock_api))
    assert sentence == (
        f"Unexpected response from Keystone at {mock_api.auth_url}: it redirects (HTTP {status}) to "
        f"{second_host.auth_url}, which is not followed, because it would carry the password along. "
        "Check auth_url and auth_type."
    )
    assert second_host.requests == []


# --- what is asked for ---


def test_quirk_01_psk_is_not_requested_nor_in_any_url(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    rows = gathered(client, resolve=True)
    rows += gathered(client, name="branch-berlin", fields=["name"])
    assert all("psk" not in row for row in rows)
    assert not any("psk" in pair for one in mock_api.requests for pair in one.query)


def test_quirk_01_psk_that_comes_unasked_is_dropped(mock_api: MockApi) -> None:
    mock_api.fault(LIST, quirks=["ignore_fields"], count=None)
    client = client_of(mock_api)
    for rows in (
        gathered(client),
        gathered(client, resolve=True),
        gathered(client, fields=["name"]),
        gathered(client, name=mock_api.id_of("vpn-one", 0)),
    ):
        assert rows
        assert "not-for-logs" not in str(rows)


def test_quirk_01_include_psk_returns_psk(mock_api: MockApi) -> None:
    rows = gathered(client_of(mock_api), include_psk=True)
    assert [row["psk"] for row in rows] == [row["psk"] for row in mock_api.rows("vpn-one")]
    asked = [pair for one in mock_api.requests for pair in one.query if "psk" in pair]
    assert asked == [("fields", "psk")]


def test_quirk_01_fields_cannot_replace_include_psk(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    assert "include_psk" in failure(lambda: gathered(client, fields=["psk"]))
    assert gathered(client, fields=["psk"], include_psk=True)[0]["psk"]


def test_quirk_01_policy_may_drop_key(mock_api: MockApi) -> None:
    mock_api.fault(LIST, body={CONNECTION.plural: [{"id": "x"}]}, count=None)
    assert gathered(client_of(mock_api), include_psk=True)[0]["psk"] is None


def test_quirk_02_fields_are_repeated_not_joined_by_commas(mock_api: MockApi) -> None:
    gathered(client_of(mock_api), fields=["name", "mtu"])
    (request,) = [one for one in mock_api.requests if one.path == LIST]
    names = [value for name, value in request.query if name == "fields"]
    assert {"id", "name", "mtu"} <= set(names)
    assert not any("," in name for name in names)


def test_quirk_02_rows_without_their_id_are_requested_again(mock_api: MockApi) -> None:
    told = Sentences()
    mock_api.fault(f"{LIST}.*fields", body={CONNECTION.plural: [{}] * 23})
    rows = gathered(client_of(mock_api), told=told)
    assert ids(rows) == ids(mock_api.rows("vpn-one"))
    assert lists_of(mock_api) == 2
    assert "without fields" in told.debug[0]
    assert told.warnings == []


def test_quirk_02_one_object_without_its_id_is_requested_again(mock_api: MockApi) -> None:
    object_id = mock_api.id_of("vpn-one", 3)
    mock_api.fault(f"{LIST}/.*fields", body={CONNECTION.singular: {}})
    told = Sentences()
    assert ids(gathered(client_of(mock_api), told=told, name=object_id)) == [object_id]
    assert told.debug


def test_quirk_02_unknown_field_is_error_before_any_request(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    sentence = failure(lambda: gathered(client, fields=["nmae", "mtu"]))
    assert "Unknown fields: nmae. Supported fields: id, name," in sentence
    assert "peer_address" in sentence
    assert lists_of(mock_api) == 0


def test_quirk_03_ignored_filters_are_applied(mock_api: MockApi) -> None:
    mock_api.fault(LIST, quirks=["ignore_filters"], count=None)
    client = client_of(mock_api)
    names = [row["name"] for row in gathered(client, name="branch-berlin")]
    assert names == ["branch-berlin"] * 3
    states = {row["status"] for row in gathered(client, filters={"status": ["DOWN", "ERROR"]})}
    assert states == {"DOWN", "ERROR"}
    up = gathered(client, filters={"admin_state_up": False})
    assert {row["admin_state_up"] for row in up} == {False}


def test_quirk_03_rejected_filters_are_omitted(mock_api: MockApi) -> None:
    mock_api.fault(f"{LIST}.*name=", status=400, body={"NeutronError": {"message": "no filter"}})
    told = Sentences()
    rows = gathered(client_of(mock_api), told=told, name="branch-munich")
    assert [row["name"] for row in rows] == ["branch-munich"]
    assert "no filter" in told.debug[0]


def test_quirk_03_lasting_400_is_error(mock_api: MockApi) -> None:
    mock_api.fault(LIST, status=400, body={"NeutronError": {"message": "bad day"}}, count=None)
    assert "bad day" in failure(lambda: gathered(client_of(mock_api)))
    assert lists_of(mock_api) == 2


def test_quirk_07_forbidden_list_and_object_are_empty(
    mock_api: MockApi,
) -> None:
    client = client_of(mock_api, "rita")
    assert gathered(client) == []
    assert gathered(client, name=mock_api.id_of("vpn-one", 0)) == []


def test_id_is_one_request(mock_api: MockApi) -> None:
    object_id = mock_api.id_of("vpn-one", 2)
    (row,) = gathered(client_of(mock_api), name=object_id.upper().lower())
    assert row["id"] == object_id
    assert [one.path for one in mock_api.requests] == [TOKENS, f"{LIST}/{object_id}"]


def test_id_that_does_not_exist_is_empty_list(mock_api: MockApi) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert gathered(client_of(mock_api), name=unknown) == []
    assert gathered(client_of(mock_api), IKE_POLICY, name=unknown) == []


# --- where the API is ---


def test_quirk_09_404_on_list_is_wrong_endpoint(mock_api: MockApi) -> None:
    sentence = failure(lambda: gathered(client_of(mock_api, endpoint=f"{mock_api.url}/wrong")))
    assert "HTTP 404" in sentence
    assert "Check" in sentence or "check endpoint" in sentence


def test_quirk_09_404_for_id_at_wrong_endpoint_is_no_empty_list(mock_api: MockApi) -> None:
    client = client_of(mock_api, endpoint=f"{mock_api.url}/wrong")
    sentence = failure(lambda: gathered(client, name=mock_api.id_of("vpn-one", 0)))
    assert "HTTP 404" in sentence


def test_quirk_09_html_404_for_id_is_no_empty_list(mock_api: MockApi) -> None:
    mock_api.fault(LIST, status=404, body="<html><title>404 Not Found</title></html>", count=None)
    client = client_of(mock_api)
    assert "404 Not Found" in failure(lambda: gathered(client, name=mock_api.id_of("vpn-one", 0)))


def test_quirk_09_keystone_404_is_not_taken_for_missing_connection(mock_api: MockApi) -> None:
    mock_api.fault(TOKENS, status=404, body={"error": {"message": "no such page"}}, count=None)
    client = client_of(mock_api, endpoint=mock_api.url)
    sentence = failure(lambda: gathered(client, name=mock_api.id_of("vpn-one", 0)))
    assert "Check auth_url" in sentence


@pytest.mark.parametrize(
    ("endpoint_option", "url"),
    [
        ("https://vpc.example.com", "https://vpc.example.com/v2.0"),
        ("https://vpc.example.com/", "https://vpc.example.com/v2.0"),
        ("https://vpc.example.com/v2.0", "https://vpc.example.com/v2.0"),
        ("https://vpc.example.com/v2.0/", "https://vpc.example.com/v2.0"),
        ("https://vpc.example.com/v2.0/0123456789abcdef", "https://vpc.example.com/v2.0"),
        ("https://vpc.example.com/v1/0123456789abcdef", "https://vpc.example.com/v2.0"),
        ("http://127.0.0.1:9696/networking/", "http://127.0.0.1:9696/networking/v2.0"),
        ("https://[2001:db8::1]:443/v2.0", "https://[2001:db8::1]:443/v2.0"),
    ],
)
def test_endpoint_version_is_ignored(endpoint_option: str, url: str) -> None:
    assert classic_url(endpoint_option) == url


@pytest.mark.parametrize(
    "wrong", ["vpc.example.com", "ftp://vpc.example.com", "https://", "https://[::1", "http://[x]y"]
)
def test_endpoint_without_scheme_is_rejected(mock_api: MockApi, wrong: str) -> None:
    assert "endpoint must be a URL" in failure(lambda: client_of(mock_api, endpoint=wrong))


@pytest.mark.parametrize("port", ["99999", "abc"])
def test_endpoint_with_invalid_port_is_rejected(mock_api: MockApi, port: str) -> None:
    url = f"http://user:not-for-logs@127.0.0.1:{port}"
    failure(lambda: gathered(client_of(mock_api, endpoint=url)))


def test_endpoint_with_path_and_version_is_reached(mock_api: MockApi) -> None:
    url = f"{mock_api.url}/v2.0/{mock_api.project_id('vpn-one')}"
    assert len(gathered(client_of(mock_api, endpoint=url))) == 23


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e12])
def test_invalid_timeout_is_rejected(mock_api: MockApi, timeout: float) -> None:
    assert failure(lambda: client_of(mock_api, api_timeout=timeout)) == (
        f"api_timeout must be greater than 0 and at most 86400 seconds, got: {timeout:g}."
    )


@pytest.mark.parametrize("retries", [-1, 101])
def test_number_of_retries_is_limited(mock_api: MockApi, retries: int) -> None:
    assert failure(lambda: client_of(mock_api, retries=retries)) == (
        f"retries must be between 0 and 100, got: {retries}."
    )


def test_limits_of_timeout_and_retries_are_allowed(mock_api: MockApi) -> None:
    assert client_of(mock_api, api_timeout=86400, retries=100)
    assert client_of(mock_api, api_timeout=0.9, auth_type="aksk")


def test_quirk_17_one_token_serves_complete_run(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    gathered(client, resolve=True)
    gathered(client, IKE_POLICY)
    assert tokens_of(mock_api) == 1


def test_missing_requests_library_is_named(
    mock_api: MockApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    sentence = failure(lambda: connect(options_for(mock_api)))
    assert "Python library requests is not installed" in sentence
    assert "pip install requests" in sentence


@pytest.mark.parametrize(("library", "package"), [("keystoneauth1.exceptions", "keystoneauth1")])
def test_missing_keystoneauth_is_named(
    mock_api: MockApi, monkeypatch: pytest.MonkeyPatch, library: str, package: str
) -> None:
    for name in [name for name in sys.modules if name.startswith(package)]:
        monkeypatch.setitem(sys.modules, name, None)
    sentence = failure(lambda: connect(options_for(mock_api)))
    assert "Python library keystoneauth1 is not installed" in sentence
    assert "auth_type password requires it" in sentence
    # signing needs none
    assert len(gathered(client_of(mock_api, auth_type="aksk"))) == 23


# --- notation of Ansible's own ---


@pytest.mark.parametrize(
    "key",
    [
        "__ansible_type",
        "__ansible_unsafe",
        "\\u005f_ansible_type",
        "_\\u005Fansible_type",
        "__\\u0061nsible_type",
        "__an\\u0073ible_type",
    ],
)
def test_serialization_markers_are_dropped(mock_api: MockApi, key: str) -> None:
    row = '{"id": "1", "name": "one", "vendor": {"KEY": "_AnsibleTaggedStr", "value": "x"}}'
    body = '{"ipsec_site_connections": [' + row.replace("KEY", key) + "]}"
    mock_api.fault(LIST, body=body, count=None)
    (fact,) = gathered(client_of(mock_api))
    assert fact["vendor"] == {"value": "x"}
