# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users read when something went wrong: the server's words, and never a secret."""

from __future__ import annotations

import html
import http.client
import json
import sys
import time
import typing as t
from urllib.parse import quote, quote_plus

import pytest
import requests
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import (
    MESSAGE_LENGTH,
    VpnError,
    import_library,
    mask,
    mask_keys,
    mask_named,
    one_line,
    redact_url,
    secrets_in,
    url_secrets,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.failures import (
    Place,
    is_forbidden,
    is_temporary,
    parse_retry_after,
    root_cause,
    server_message,
    transport_error,
)
from urllib3.exceptions import MaxRetryError

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
    pytest.param(
        {"error": {"message": "Gone"}, "request_id": "c3"}, "Gone (request id c3)", id="id outside"
    ),
    pytest.param(
        {"error": {"message": "Gone", "request_id": "d4"}}, "Gone (request id d4)", id="id inside"
    ),
    pytest.param({"badRequest": "a text"}, '{"badRequest": "a text"}', id="text for a fault"),
    pytest.param({"code": 409, "message": "m"}, "m", id="status for a code"),
    pytest.param({"message": "m", "detail": ""}, "m", id="empty detail"),
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


def test_error_is_what_it_is_told_and_nothing_else() -> None:
    nothing: t.Any = dict.fromkeys(("status", "retry_after", "request_id"))
    nothing |= dict.fromkeys(("forbidden", "temporary", "unprocessed"), False)
    assert vars(VpnError("No.")) == nothing
    all_: t.Any = {"status": 429, "retry_after": 1.5, "request_id": "a"}
    all_ |= dict.fromkeys(("forbidden", "temporary", "unprocessed"), True)
    assert vars(VpnError("No.", **all_)) == all_


def test_text_is_cut_to_length_and_to_one_line() -> None:
    assert one_line("a\n\tb\r\x85c\u2028d") == "a b c d"
    assert one_line("x" * 1000) == "x" * MESSAGE_LENGTH + "…"
    assert one_line("x" * MESSAGE_LENGTH) == "x" * MESSAGE_LENGTH


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
    assert redact_url("https://user:p@w@host/a") == "https://host/a"
    assert redact_url("https://host/a") == "https://host/a"
    assert redact_url("http://[") == "(invalid URL)"


def test_secrets_are_masked_and_short_words_kept() -> None:
    assert mask("abcd abc", ("abcd", "abc", "")) == "******** abc"


def test_secret_that_contains_another_is_masked_as_whole() -> None:
    assert mask("1zzzz1 zzzz", ("zzzz", "1zzzz1")) == "******** ********"


def test_innermost_reason_is_shown() -> None:
    inner = OSError("connection refused.")
    outer = ValueError(RuntimeError("GET http://secret failed", inner))
    assert root_cause(outer) == "connection refused"
    assert root_cause(ValueError()) == "ValueError"
    pool: t.Any = None
    # as urllib3 1.26 raises it, without a cause
    assert root_cause(MaxRetryError(pool, "/x", OSError("refused"))) == "refused"


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


PLACE = Place("GET URL", "endpoint", 2.5, None, ("not-for-logs",))
UNKNOWN_CA = requests.exceptions.SSLError(
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed (_ssl.c:1006)"
)
NO_BUNDLE = OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /x")
NO_STATUS = ValueError("aborted", http.client.BadStatusLine("HTTP/not-for-logs"))


@pytest.mark.parametrize(
    ("error", "place", "sentence"),
    [
        (
            UNKNOWN_CA,
            PLACE,
            "GET URL: TLS verification failed: self-signed. Set ca_cert to the CA that signed the "
            "certificate.",
        ),
        (
            UNKNOWN_CA,
            PLACE._replace(ca_cert="/ca"),
            "GET URL: TLS verification failed: self-signed. Check that ca_cert contains the CA that "
            "signed the certificate.",
        ),
        (
            NO_BUNDLE,
            PLACE._replace(ca_cert=True),
            "GET URL cannot be sent: file not found: the CA bundle. Check the path.",
        ),
        (
            NO_BUNDLE,
            PLACE._replace(ca_cert="/ca"),
            "GET URL cannot be sent: file not found: ca_cert (/ca). Check the path.",
        ),
        (OSError("Denied."), PLACE, "GET URL cannot be sent: Denied."),
        (
            requests.exceptions.ReadTimeout(),
            PLACE,
            "GET URL timed out after 2.5 seconds (api_timeout).",
        ),
        *(
            (
                requests.exceptions.ConnectionError(reason),
                PLACE,
                f"GET URL failed: {shown}. Check endpoint, the network and the proxy settings.",
            )
            for reason, shown in (
                (OSError(111, "Connection refused"), "Connection refused"),
                (OSError(-2, "Gone"), "Gone"),
                ("HTTPConnection(host='h', port=1): Gone", "Gone"),
                ("Gone: http://someone:password@h/x", "Gone: http://h/x"),
                ("Gone: not-for-logs", "Gone: ********"),
                ("psk: abc", "psk: ********"),
                (NO_STATUS, "the response does not begin with an HTTP status line"),
            )
        ),
    ],
)
def test_failure_without_response_is_sentence(
    error: BaseException, place: Place, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    assert str(transport_error(error, place)) == sentence


@pytest.mark.parametrize(
    ("error", "temporary", "unprocessed"),
    [
        (UNKNOWN_CA, False, True),
        (requests.exceptions.ReadTimeout(), True, False),
        (requests.exceptions.ConnectTimeout(), True, True),
        (requests.exceptions.ConnectionError(OSError("reset")), True, False),
        (requests.exceptions.InvalidURL("x"), False, False),
    ],
)
def test_failure_without_response_says_whether_request_can_be_repeated(
    error: Exception, temporary: bool, unprocessed: bool
) -> None:
    found = transport_error(error, PLACE)
    assert (found.temporary, found.unprocessed) == (temporary, unprocessed)


@pytest.mark.parametrize(
    ("status", "body", "forbidden", "temporary"),
    [
        (403, b"", True, False),
        (403, b'{"error_code": "VPN.0003"}', True, False),
        (500, b'{"error_code": "VPN.0005"}', True, False),
        (409, b'{"error_code": "VPN.0003"}', False, True),
        (500, b'{"error_code": "VPN.0001"}', False, True),
        (400, b'{"error_code": "VPN.0001"}', False, False),
        (503, b'["VPN.0005"]', False, True),
        (400, b"VPN.0003", False, False),
        (400, b"[" * 100_000, False, False),
    ],
)
def test_code_of_api_says_more_than_status(
    status: int, body: bytes, forbidden: bool, temporary: bool
) -> None:
    assert is_forbidden(status, body) is forbidden
    assert is_temporary(status, body) is temporary


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("http://user:p%40w@host/path", ("user:p%40w", "p%40w", "p@w")),
        ("http://user:p@w@host", ("user:p@w", "p@w", "p@w")),
        ("user:word@host", ("user:word", "word", "word")),
        ("http://user@host", ("user",)),
        ("http://host/path:x", ()),
    ],
)
def test_user_information_of_url_is_secret(url: str, secrets: tuple[str, ...]) -> None:
    assert url_secrets(url) == secrets


def test_secrets_are_found_at_any_depth() -> None:
    data = {
        "clouds": {"one": {"auth": {"username": "alice", "password": "word"}}},
        "list": [{"token": 7}, ({"sk": "key"},)],
        "psk": {"value": ["shared", "", None]},
    }
    assert secrets_in(data) == ("word", "7", "key", "shared")


def test_values_with_names_of_secrets_are_masked() -> None:
    data = {"psk": "", "token": None, "name": "x", 7: [{"secret": 1, "mtu": 2}]}
    masked = {"psk": "", "token": None, "name": "x", 7: [{"secret": "********", "mtu": 2}]}
    assert mask_keys(data) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("The mtu: 7", "The mtu: 7"),
        ("The psk: 7 and more", "The psk: ********"),
        ("user password and psk=7", "user password and psk= ********"),
        ("psk 'a b' of \"c\" and `d`", "psk ******** of ******** and ********"),
        ("psk of peer's site", "psk of peer's site"),
        ("psk 'never closed", "psk ********"),
        ('psk "a\nb" is long', "psk ******** is long"),
        ("'name' of psk", "'name' of psk"),
    ],
)
def test_what_follows_name_of_secret_is_masked(text: str, masked: str) -> None:
    assert mask_named(text) == masked


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("openstack.none", "openstacksdk"),
        ("socks.none", "PySocks"),
        ("yaml.none", "PyYAML"),
        ("no_such_thing", "no_such_thing"),
    ],
)
def test_package_of_missing_library_is_named(name: str, package: str) -> None:
    sentence = failure(lambda: import_library(name, "x"))
    assert sentence.startswith(
        f"The Python library {package} is not installed for {sys.executable}: x requires it. Install "
        f"it (python -m pip install {package}), or set ansible_python_interpreter to a Python that "
        "has it, such as ansible_playbook_python. The import failed with: No module named "
    )


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


@pytest.mark.parametrize(
    "spelling",
    [
        "\\ud83d\\ude00\\u260e\\u00f6\\n\\r\\t",
        "\\uD83D\\uDE00\\u260E\\u00F6\\n\\r\\t",
        "\\U0001f600\\u260e\\xf6\\n\\r\\t",
        "\\U0001F600\\u260e\\xF6\\x0a\\x0d\\x09",
        "%F0%9F%98%80%E2%98%8E%C3%B6%0A%0D%09",
        "&#128512;&#009742;&ouml;&#10;&#13;&#9;",
        "&#X1f600;&#x0260E;&#xf6;&#xa;&#xD;&#x9;",
        "\U0001f600\u260e\u00f6\n\r\t",
    ],
)
def test_secret_in_any_script_is_masked_in_every_notation(spelling: str) -> None:
    secret = "\U0001f600\u260e\u00f6\n\r\t"
    assert mask(f"before {spelling} after", (secret,)) == "before ******** after"


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
