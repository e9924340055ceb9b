# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What requests are bounded by, and what they do not send."""

from __future__ import annotations

import gc
import gzip
import socket
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import Session
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._cloud.json_body import (
    gc_paused,
    parse_json,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import merge_options
from ansible_collections.otc.vpn.plugins.module_utils._cloud.transport import (
    MAX_RESPONSE_BYTES,
    BoundedAdapter,
)

from tests.mock_api import MockApi
from tests.unit.clients import LIST, TOKENS, client_of, failure, gathered, lists_of, options_for
from tests.unit.remains import (
    ends_within,
    interrupt_through_another_thread,
    remains,
    server,
    sockets,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n"


def signing(url: str, **options: t.Any) -> Session:
    """Return a session that needs no Keystone."""
    auth = {"access_key": "A", "secret_key": "not-for-logs", "project_id": "p"}
    given = {"auth": auth, "endpoint": url, "retries": 0, "api_timeout": 0.5, **options}
    return Session(merge_options(given, {}))


@pytest.mark.parametrize(
    ("first", "drip"),
    [(b"", b""), (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), (HEAD + b"\r\n", b" ")],
    ids=["nothing", "headers", "body"],
)
def test_request_that_takes_too_long_leaves_no_thread(first: bytes, drip: bytes) -> None:
    with server(first, drip) as url:
        session = signing(url)
        before = remains()
        sentence = failure(lambda: session.client().get("vpn"))
        assert "timed out after 0.5 seconds (api_timeout)" in sentence
        assert ends_within(0.4, before)
        session.close()


def test_request_is_interrupted_whichever_thread_receives_the_signal() -> None:
    with server(b"", b"") as url:
        client = signing(url, api_timeout=20.0).client()
        late = interrupt_through_another_thread()
        with pytest.raises(KeyboardInterrupt):
            client.get("vpn")
        assert not late.is_set()
        client.session.close()


def test_closing_session_ends_its_requests() -> None:
    with server(HEAD + b"\r\n", b" ") as url:
        session = signing(url, api_timeout=60.0, retries=3)
        before = remains()
        sentences: list[str] = []

        def call() -> None:
            try:
                session.client().get("vpn")
            except VpnError as error:
                sentences.append(str(error))

        threading.Thread(target=call).start()
        time.sleep(0.3)
        session.close()
        assert ends_within(2, before)
        assert "failed: " in sentences[0]
        assert "failed: " in failure(lambda: session.client().get("vpn"))


def test_deadline_of_session_bounds_its_requests(mock_api: MockApi) -> None:
    mock_api.fault(LIST, delay=3.0, count=None)
    session = signing(mock_api.url, api_timeout=60.0, retries=3)
    session.limit(time.monotonic() + 0.5)
    started = time.monotonic()
    assert "timed out" in failure(lambda: session.client().get("vpn/ipsec-site-connections"))
    assert time.monotonic() - started < 2.5


def test_request_ends_with_its_session() -> None:
    adapter = BoundedAdapter(5.0)
    assert adapter.remaining() == 5.0
    adapter.end = time.monotonic() + 60
    assert adapter.remaining() == 5.0
    adapter.end = time.monotonic() + 1
    assert 0.001 < adapter.remaining() <= 1
    adapter.end = time.monotonic() - 1
    assert adapter.remaining() == 0.001


def test_session_retries_until_its_end(mock_api: MockApi) -> None:
    session = signing(mock_api.url, retries=3, api_timeout=60.0)
    mock_api.fault(LIST, status=503, headers={"Retry-After": "5"}, count=None)
    session.limit(time.monotonic() + 4)
    failure(lambda: session.client().get("vpn/ipsec-site-connections"))
    assert lists_of(mock_api) == 1
    session.limit(None)
    assert session.remaining() == 60.0


def test_json_and_gzip_are_accepted(mock_api: MockApi) -> None:
    client_of(mock_api).get("vpn/ipsec-site-connections", [("name", "a b"), ("name", "c")])
    request = mock_api.requests[-1]
    assert request.headers["accept"] == "application/json"
    assert request.headers["accept-encoding"] == "gzip"
    assert list(request.query) == [("name", "a b"), ("name", "c")]


def test_character_that_http_does_not_allow_is_reported(mock_api: MockApi) -> None:
    auth = {"access_key": "A", "secret_key": "not-for-logs", "project_id": "\u2603"}
    client = signing(mock_api.url, auth=auth).client()
    assert failure(lambda: client.get("vpn")) == (
        f"GET {mock_api.url}/v2.0/vpn cannot be sent: a credential, project_id or the URL contains a "
        "character that HTTP does not allow. Check auth and endpoint."
    )
    assert mock_api.requests == []


def test_credentials_of_netrc_are_not_sent(
    mock_api: MockApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password not-for-logs\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(gathered(client_of(mock_api))) == 23
    assert {one.path for one in mock_api.requests} == {TOKENS, LIST}
    assert all("authorization" not in one.headers for one in mock_api.requests)


def test_cookies_are_not_kept(mock_api: MockApi) -> None:
    for path in (TOKENS, LIST):
        mock_api.fault(path, headers={"Set-Cookie": "session=1; Path=/"})
    client = client_of(mock_api)
    gathered(client)
    gathered(client)
    assert all("cookie" not in one.headers for one in mock_api.requests)


def test_response_that_is_compressed_twice_is_rejected(mock_api: MockApi) -> None:
    body = gzip.compress(gzip.compress(b"{}"))
    mock_api.fault(LIST, headers={"Content-Encoding": "gzip, gzip"}, body=body)
    assert failure(lambda: gathered(client_of(mock_api))).startswith(
        f"Unexpected response from GET {mock_api.url}{LIST}: it is compressed more than once, which "
        "no VPN API does. "
    )
    for encodings in ("identity, identity", ",,"):
        mock_api.fault(LIST, headers={"Content-Encoding": encodings}, body=b"{}")
        assert client_of(mock_api).get("vpn/ipsec-site-connections") == {}


def test_response_as_large_as_allowed_is_read(mock_api: MockApi) -> None:
    for more, allowed in ((0, True), (1, False)):
        body = b"{}".ljust(MAX_RESPONSE_BYTES + more)
        mock_api.fault(LIST, headers={"Content-Encoding": "gzip"}, body=gzip.compress(body))
        client = client_of(mock_api)
        if allowed:
            assert client.get("vpn/ipsec-site-connections") == {}
        else:
            sentence = failure(lambda: client.get("vpn/ipsec-site-connections"))  # noqa: B023
            assert "it has more than 64 MiB" in sentence


def test_large_response_of_keystone_is_rejected(mock_api: MockApi) -> None:
    bomb = gzip.compress(b" " * 80 * 1024 * 1024)
    mock_api.fault(TOKENS, headers={"Content-Encoding": "gzip"}, body=bomb)
    assert "more than 64 MiB" in failure(lambda: client_of(mock_api))


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\ud800x"', "?x"),
        (b'"\\uD800x"', "?x"),
        (b'"\\\\ud800"', "\\ud800"),
        ('["\u00f6"]'.encode("utf-16"), ["\u00f6"]),
        (b"\xef\xbb\xbf{}", {}),
        (b"[1e5, 1.5, 7]", [100000.0, 1.5, 7]),
        (
            b'{"__ansible_x": 1, "b": {"\\u005f_ansible": {}, "c": "__ansible"}}',
            {"b": {"c": "__ansible"}},
        ),
        (b'{"\\u005f_ansible": 1, "c": 2}', {"c": 2}),
    ],
)
def test_json_is_parsed(body: bytes, parsed: t.Any) -> None:
    assert parse_json(body) == parsed


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_number_that_json_does_not_have_is_rejected(constant: str) -> None:
    with pytest.raises(ValueError, match=f"^{constant} is not JSON$"):
        parse_json(f"[{constant}]".encode())


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collector_is_paused_and_then_as_before(enabled: bool) -> None:
    def paused() -> None:
        with gc_paused():
            assert not gc.isenabled()
            raise VpnError("in between")

    try:
        if not enabled:
            gc.disable()
        with pytest.raises(VpnError):
            paused()
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


@pytest.mark.parametrize("unit", ["{},", "[],", "[0],", '{"a":0},', '{"":{}},', "0,"])
def test_json_that_takes_far_more_memory_than_text_is_rejected(unit: str) -> None:
    with pytest.raises(ValueError, match="more and smaller values"):
        parse_json(("[" + unit * (1024 * 1024 // len(unit)) + "0]").encode())
    assert len(parse_json(("[" + unit * 1000 + "0]").encode())) == 1001


@pytest.mark.parametrize("unit", ['"a":0,', '"a" :0,'])
def test_object_that_takes_far_more_memory_than_text_is_rejected(unit: str) -> None:
    with pytest.raises(ValueError, match="more and smaller values"):
        parse_json(("{" + unit * (1024 * 1024 // len(unit)) + '"b":0}').encode())


def test_colons_in_strings_take_no_memory() -> None:
    assert len(parse_json(("[" + '"a:::::::b",' * 100_000 + "0]").encode())) == 100_001


def test_json_of_api_is_not_rejected() -> None:
    row = '{"id":"0123456789abcdef0123456789abcdef","cidrs":["2001:db8:1:2::/64"],"mtu":1500},'
    assert len(parse_json(("[" + row * 8000 + "0]").encode())) == 8001


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        ({"status": 429, "headers": {"Retry-After": "0"}}, 3),
        ({"status": 503, "headers": {"Retry-After": "0"}}, 3),
        ({"status": 503}, 1),
        ({"status": 500, "headers": {"Retry-After": "0"}}, 1),
        ({"status": 502, "headers": {"Retry-After": "0"}}, 1),
        ({"status": 504, "headers": {"Retry-After": "0"}}, 1),
        ({"reset": True}, 1),
        ({"cut": 5}, 1),
    ],
    ids=str,
)
def test_write_is_repeated_only_if_it_was_not_processed(
    mock_api: MockApi, method: str, fault: dict[str, t.Any], attempts: int
) -> None:
    body = {"body": {"message": "later"}} if "status" in fault else {}
    mock_api.fault(LIST, method=method, count=None, **fault, **body)
    client = client_of(mock_api, retries=2)
    with pytest.raises(VpnError) as caught:
        client.request(method, "vpn/ipsec-site-connections", body={"ipsec_site_connection": {}})
    assert caught.value.temporary
    assert lists_of(mock_api) == attempts


def test_write_is_repeated_after_rejected_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = signing(url, retries=1).client()
        with pytest.raises(VpnError) as caught:
            client.request("POST", "vpn/ike-policies", body={})
    assert caught.value.unprocessed
    assert caught.value.temporary


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"NeutronError": {"message": "bad day"}}, "contains the error 'bad day'"),
        ({"error": {"message": "bad day"}}, "contains the error 'bad day'"),
    ],
)
def test_error_with_status_200_is_reported(mock_api: MockApi, body: t.Any, words: str) -> None:
    mock_api.fault(LIST, body=body)
    assert words in failure(lambda: gathered(client_of(mock_api)))


def test_partial_response_is_not_list(mock_api: MockApi) -> None:
    mock_api.fault(LIST, status=206)
    assert "partial (HTTP 206)" in failure(lambda: gathered(client_of(mock_api)))


def test_sockets_of_closed_session_are_closed(mock_api: MockApi) -> None:
    session = Session(options_for(mock_api, api_timeout=0.4))
    before = sockets()
    gathered(session.client())
    mock_api.fault(LIST, delay=1.5)
    failure(lambda: gathered(session.client()))
    session.close()
    end = time.monotonic() + 3
    while sockets() > before and time.monotonic() < end:
        time.sleep(0.05)  # the server closes its side, which is in this process too
    assert sockets() <= before
