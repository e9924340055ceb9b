# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users read when something went wrong: the server's words, and never a secret."""

from __future__ import annotations

import html
import json
import sys
import time
import typing as t
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import (
    MESSAGE_LENGTH,
    import_library,
    mask,
    one_line,
    redact_url,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.failures import (
    parse_retry_after,
    root_cause,
    server_message,
)

from tests.mock_api import MockApi
from tests.unit.clients import LIST, client_of, failure, gathered

SHAPES = [
    pytest.param(
        {"NeutronError": {"type": "X", "message": "Not here", "detail": "really"}},
        "Not here really",
        id="Neutron",
    ),
    pytest.param(
        {"error": {"code": 401, "title": "Unauthorized", "message": "Log in"}},
        "Log in",
        id="Keystone",
    ),
    pytest.param(
        {"error": {"code": 401, "title": "Unauthorized"}}, "Unauthorized", id="Keystone, title only"
    ),
    pytest.param(
        {"code": "VPC.1001", "message": "Out of range"}, "VPC.1001: Out of range", id="VPC"
    ),
    pytest.param(
        {"error_code": "APIGW.0301", "error_msg": "Bad key", "request_id": "a1"},
        "APIGW.0301: Bad key (request id a1)",
        id="gateway",
    ),
    pytest.param(
        {"message": "Gone", "request_id": "b2"}, "Gone (request id b2)", id="message, request id"
    ),
    pytest.param({"NeutronError": "a text"}, "a text", id="old Neutron"),
    pytest.param({"error": "a text"}, "a text", id="text for an error"),
    pytest.param({"error": None, "message": "m"}, "m", id="null for an error"),
    pytest.param({"error_msg": ["x"]}, "['x']", id="list for a message"),
    pytest.param({}, "{}", id="empty object"),
    pytest.param(
        {"itemNotFound": {"message": "<br />Not &quot;found&quot;", "code": 404}},
        'Not "found"',
        id="name of the fault",
    ),
    pytest.param({"message": "&lt;p&gt;a &lt; b&lt;/p&gt;"}, "a < b", id="escaped HTML"),
    pytest.param([], "[]", id="list"),
    pytest.param("text", '"text"', id="text"),
]


@pytest.mark.parametrize(("body", "message"), SHAPES)
def test_quirk_08_error_bodies_of_any_shape_are_shown(body: t.Any, message: str) -> None:
    assert server_message(json.dumps(body).encode()) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", ""),
        (b"plain words", "plain words"),
        (b"<html><head><TITLE lang='en'>502\n Bad  Gateway</TITLE>", "502 Bad Gateway"),
        (b"<p>No <b>title</b></p>", "No title"),
        (
            b"<style>a{b:c}</style><script>var d=1</script><h1>Closed</h1>&nbsp;It&#39;s",
            "Closed It's",
        ),
        (b"<title>503 &mdash; busy &amp; slow</title>", "503 \u2014 busy & slow"),
        (b"<html><script>never closed", ""),
        (b"\xff\xfe", "��"),
        (b"\x1b[31mred\x00\xe2\x80\xaeturned", "[31mred turned"),
        (b"[" * 100_000, "[" * MESSAGE_LENGTH + "…"),
    ],
)
def test_quirk_08_bodies_without_json_are_shown(body: bytes, message: str) -> None:
    assert server_message(body) == message


@pytest.mark.parametrize(("body", "message"), SHAPES[:5])
def test_quirk_08_status_message_and_request_id_are_shown(
    mock_api: MockApi, body: t.Any, message: str
) -> None:
    headers = {"X-Request-Id": "req-0123", "X-Private": "not-for-logs"}
    mock_api.fault(LIST, status=409, body=body, headers=headers)
    sentence = failure(lambda: gathered(client_of(mock_api)))
    assert f"GET {mock_api.url}{LIST} returned HTTP 409: {message}" in sentence
    assert "(request id req-0123)" in sentence


def test_quirk_08_request_id_is_not_shown_twice(mock_api: MockApi) -> None:
    body = {"error_msg": "x", "request_id": "req-0123"}
    mock_api.fault(LIST, status=409, body=body, headers={"X-Request-Id": "req-0123"})
    assert failure(lambda: gathered(client_of(mock_api))).count("req-0123") == 1


def test_quirk_08_missing_message_is_handled(mock_api: MockApi) -> None:
    mock_api.fault(LIST, status=403, body="")
    assert "HTTP 403: no message" in failure(lambda: gathered(client_of(mock_api)))


@pytest.mark.parametrize(
    "echo", ["X-Auth-Token", "X-Subject-Token"], ids=["request's header", "answer's header"]
)
def test_server_that_echoes_token_does_not_get_it_shown(mock_api: MockApi, echo: str) -> None:
    client = client_of(mock_api)
    gathered(client)
    token = mock_api.requests[-1].headers["x-auth-token"]
    for status in (200, 403):
        mock_api.fault(LIST, status=status, body=f"{echo}: {token} was not enough")
        sentence = failure(lambda: gathered(client))
        assert token not in sentence
        assert token[:20] not in sentence


def test_server_that_echoes_password_does_not_get_it_shown(mock_api: MockApi) -> None:
    body = {"error": {"message": "user alice with password alicepw is unknown", "code": 401}}
    mock_api.fault("/v3/auth/tokens", status=401, body=body)
    assert "password ******** is unknown" in failure(lambda: client_of(mock_api))


def test_text_is_cut_to_length_and_to_one_line() -> None:
    assert one_line("a\n\tb\r\x85c\u2028d") == "a b c d"
    assert one_line("x" * 1000) == "x" * MESSAGE_LENGTH + "…"


@pytest.mark.parametrize(
    "body", [b"<" * 65536, b"<title" * 11000, b'"psk": "' * 8000, b'"psk": "' + b"\\" * 65535]
)
def test_no_body_takes_long_to_read(body: bytes) -> None:
    started = time.monotonic()
    server_message(body)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "body",
    [
        b'{"psk": "not-for-logs"}',
        b'{"psk" : "not-for-logs", "message": "x"}',
        b'{"psk":"not-for-logs',
        b'{"psk":"a\\"not-for-logs\\',
        b'{"psk":"a\\\\", "psk": "not-for-logs"',
        b'[{"name": "x", "psk": "not-for-logs~`!@#$%^()-_+=[]{}|,./:;"}',
    ],
)
def test_quirk_01_no_psk_out_of_any_body(body: bytes) -> None:
    message = server_message(body)
    assert "not-for-logs" not in message
    assert "********" in message or message == "x"


def test_urls_are_shown_without_secrets() -> None:
    assert redact_url("https://user:pw@host:1/a?b=c#d") == "https://host:1/a"
    assert redact_url("http://[") == "(invalid URL)"


def test_secrets_are_masked_and_short_words_kept() -> None:
    assert mask("abcd abc", ("abcd", "abc", "")) == "******** abc"


def test_innermost_reason_is_shown() -> None:
    inner = OSError("connection refused.")
    outer = ValueError(RuntimeError("GET http://secret failed", inner))
    assert root_cause(outer) == "connection refused"
    assert root_cause(ValueError()) == "ValueError"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        (" 12 ", 12),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 01 Foo 1970 00:00:00 GMT", None),
        ("9" * 5000, None),
    ],
)
def test_retry_after_is_parsed(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header) == seconds


def test_missing_library_is_named_with_what_needs_it() -> None:
    sentence = failure(lambda: import_library("no_such_thing.part", "x"))
    assert f"library no_such_thing is not installed for {sys.executable}: x requires" in sentence
    # because inventory hosts with connection: local can have another Python
    assert "such as ansible_playbook_python" in sentence


SECRET = "p\"a\\s&s <w>ö'r\td/+%"
SPELLINGS = {
    "plain": SECRET,
    "repr": repr(SECRET)[1:-1],
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON, not ASCII": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON in JSON": json.dumps(json.dumps(SECRET))[3:-3],
    "URL": quote(SECRET),
    "URL, all": quote(SECRET, safe=""),
    "form": quote_plus(SECRET),
    "lower case": quote(SECRET, safe="").replace("%2F", "%2f").replace("%C3%B6", "%c3%b6"),
    "HTML": html.escape(SECRET),
    "HTML, numbers": "".join(f"&#{ord(one)};" if not one.isalnum() else one for one in SECRET),
    "HTML, hex": "".join(f"&#x{ord(one):X};" if not one.isalnum() else one for one in SECRET),
    "ASCII of Python": ascii(SECRET)[1:-1],
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=list(SPELLINGS))
def test_secret_is_masked_in_every_notation(spelling: str) -> None:
    assert mask(f"before {spelling} after", (SECRET,)) == "before ******** after"
    message = server_message(f"No: {spelling} is wrong".encode(), (SECRET,))
    assert message == "No: ******** is wrong"


@pytest.mark.parametrize(
    "body",
    [
        '{"message": "x", "detail": {"PSK": "HIDDEN"}}',
        '{"fault": {"token": "HIDDEN"}}',
        '{"PSK": "HIDDEN"}',
        '{"psk_new": ["HIDDEN"]}',
        '{"auth": {"psk": {"value": "HIDDEN"}}}',
        '{"pre_shared_key": "HIDDEN"}',
        '{"preSharedKey": "HIDDEN"}',
        '{"secret": "HIDDEN"}',
        '[{"nested": [{"psk": "HIDDEN"}]}]',
        '{"message": "{\\"psk\\": \\"HIDDEN\\"}"}',
        "{\"message\": \"{'psk': 'HIDDEN'}\"}",
        '{"NeutronError": {"message": "Invalid input for psk. Reason: \'HIDDEN\' is too long."}}',
        '{"NeutronError": {"message": "bad", "detail": "psk=HIDDEN"}}',
        '{"error_msg": "psk: HIDDEN, mtu: 1500"}',
        "{'psk': 'HIDDEN', 'id': 1}",
        "psk=HIDDEN&mtu=1500",
        "psk = HIDDEN",
        "psk: HIDDEN",
        "<html><body><psk>HIDDEN</psk></body></html>",
        "<title>psk HIDDEN'</title>".replace("psk HIDDEN'", "psk 'HIDDEN'"),
        "&quot;psk&quot;: &quot;HIDDEN&quot;",
        '\\"psk\\": \\"HIDDEN\\"',
        '{"psk": "HIDDEN',
        '{"pre-shared-key": "HIDDEN"} x',
        "shared secret is HIDDEN",
        "%22psk%22%3A%22HIDDEN%22",
    ],
)
def test_value_with_name_of_secret_is_never_shown(body: str) -> None:
    for key in ("kHIDDEN1", 'a"b\\HIDDEN, c', "HIDDEN with spaces"):
        text = body.replace("HIDDEN", key) if '"' not in key else body
        assert "HIDDEN" not in server_message(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "Invalid input for mtu. Reason: '7' is too small.",
        "Invalid username or password.",
        "The tunnel 'a' is DOWN.",
    ],
)
def test_message_without_secret_stays(text: str) -> None:
    assert server_message(json.dumps({"message": text}).encode()) == text
