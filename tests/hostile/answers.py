# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table: what Keystone, the catalog and the VPN lists return, and what a user has to see."""

from __future__ import annotations

import gzip
import html
import json
import typing as t
import urllib.parse
import zlib

from .replies import (
    BASE,
    GOOD,
    KEY,
    LIST,
    MARK,
    PASSWORD,
    PROJECT,
    PSK,
    RESET,
    SUBJECT,
    TOKEN,
    Case,
    Reply,
    as_json,
    connection,
    endpoint,
    enterprise_row,
    enterprise_rows,
    rows,
    service,
    token,
    token_body,
)

BOTH = ["alpha", "beta"]
SHORT: dict[str, t.Any] = {"api_timeout": 0.4}
ENTERPRISE = "enterprise_connection_info"

CASES: list[Case] = []

# The loops of the table have values of any type.
_name: str
_body: t.Any
_changes: t.Any
_expect: t.Any
_found: t.Any
_lists: t.Any
_rest: t.Any
_state: t.Any
_status: t.Any
_then: t.Any
_url: t.Any
_value: t.Any
_word: t.Any
ODD_KEYS: dict[str, t.Any] = {"": 1, " ": 2, "a.b": 3, "\u202e": 4, "self": 5}
MANY_KEYS: dict[str, t.Any] = {f"f{n}": n for n in range(1000)}


def case(
    name: str,
    expect: t.Any,
    module: str = "ipsec_connection_info",
    options: dict[str, t.Any] | None = None,
    **stages: Reply | list[Reply],
) -> None:
    """Add a case; `stages` replace proper replies, with `list_` for the list of connections."""
    replies = {
        (LIST if stage == "list_" else stage.replace("_", "-") if stage != "ID" else stage): (
            found if isinstance(found, list) else [found]
        )
        for stage, found in stages.items()
    }
    CASES.append(Case(name, {**GOOD, **replies}, expect, module, options or {}))


# --- one response, at Keystone, at the list of connections and at that of Enterprise Edition VPN ---

BODIES = {
    "token": json.dumps(token_body(catalog=[service(endpoint("http://127.0.0.1:1"))])).encode(),
    "list_": json.dumps({KEY: [connection("alpha", 1), connection("beta", 2)]}).encode(),
    "vpn_connection": json.dumps(
        {"vpn_connections": [enterprise_row("alpha", 1), enterprise_row("beta", 2)]}
    ).encode(),
}
STATUSES = {"token": "201 Created", "list_": "200 OK", "vpn_connection": "200 OK"}


def _head(stage: str, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {STATUSES[stage]}", "Content-Type: application/json", *headers]
    if stage == "token":
        lines.append(f"X-Subject-Token: {TOKEN}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _chunks(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def everywhere(stage: str) -> None:
    """Add what any HTTP server can do wrong, at one stage."""
    body, status = BODIES[stage], STATUSES[stage]
    headers = SUBJECT if stage == "token" else ()
    module = ENTERPRISE if stage == "vpn_connection" else "ipsec_connection_info"
    where = {"token": "Keystone at", "list_": "GET http", "vpn_connection": "GET http"}[stage]
    chunked = "Transfer-Encoding: chunked"

    def add(name: str, expect: t.Any, reply: Reply, **options: t.Any) -> None:
        options["endpoint"] = BASE  # because compressed catalogs cannot contain it
        case(f"{stage}: {name}", expect, module, options, **{stage: reply})

    def good(name: str, **changes: t.Any) -> None:
        add(name, BOTH, Reply(**{"body": body, "status": status, "headers": headers, **changes}))

    def raw(name: str, expect: t.Any, *parts: bytes | float, drip: bytes = b"", **o: t.Any) -> None:
        add(name, expect, Reply(raw=parts, drip=drip), **o)

    # --- responses that are valid
    good("no reason phrase", status=status[:3])
    good("strange reason phrase", status=status[:3] + " \xdcber-OK \x00")
    good("HTTP/1.0", version="HTTP/1.0")
    good("content type of HTML", headers=(*headers, ("Content-Type", "text/html")))
    good("charset that does not exist", headers=(*headers, ("Content-Type", "a/b; charset=none")))
    good("no Content-Length", length=None)
    changed = Reply(b"\xef\xbb\xbf" + body, status, headers)
    add("BOM", "Unexpected response" if stage == "token" else BOTH, changed)
    for encoding in ("utf-16", "utf-32-le"):  # keystoneauth1 reads text by its headers only
        changed = Reply(body.decode().encode(encoding), status, headers)
        add(encoding, "Unexpected response" if stage == "token" else BOTH, changed)
    good("white space around", body=b"\n\r\t " * 500 + body + b"\n" * 500)
    good("cookies", headers=(*headers, *(("Set-Cookie", f"{MARK}={n}; Path=/") for n in range(50))))
    good("gzip", body=gzip.compress(body), headers=(*headers, ("Content-Encoding", "gzip")))
    good("x-gzip", body=gzip.compress(body), headers=(*headers, ("Content-Encoding", "x-gzip")))
    good("deflate", body=zlib.compress(body), headers=(*headers, ("Content-Encoding", "deflate")))
    good("identity", headers=(*headers, ("Content-Encoding", "identity")))
    good("two equal lengths", headers=(*headers, ("Content-Length", str(len(body)))))
    raw("chunks", BOTH, _head(stage, chunked) + _chunks(body[:7], body[7:], b""))
    raw(
        "chunks with extensions and trailers",
        BOTH,
        _head(stage, chunked) + b"%x;a=b\r\n" % len(body) + body + b"\r\n0\r\nX-Trailer: 1\r\n\r\n",
    )
    raw("100 Continue first", BOTH, b"HTTP/1.1 100 Continue\r\n\r\n", _head(stage), body)
    raw(
        "103 Early Hints first",
        where,
        b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"
        + _head(stage, f"Content-Length: {len(body)}")
        + body,
    )
    raw(
        "two bytes at a time",
        BOTH,
        *(part for n in range(0, 60, 2) for part in (_head(stage)[n : n + 2], 0.001)),
        _head(stage)[60:],
        body,
    )

    # --- what no HTTP client can read
    raw("nothing", where, b"")
    raw("reset at once", where, RESET)
    raw("reset in the status line", where, b"HTTP/1.1 2", 0.05, RESET)
    raw("reset in the headers", where, b"HTTP/1.1 200 OK\r\nX: y", 0.05, RESET)
    raw("reset in the body", where, _head(stage, "Content-Length: 9000") + body[:40], 0.05, RESET)
    raw("a TLS alert", where, b"\x15\x03\x01\x00\x02\x02\x16")
    raw("an SSH banner", where, b"SSH-2.0-OpenSSH_9.2\r\n")
    raw("HTTP/0.9", "does not begin with an HTTP status line", body)
    raw("HTTP/2 preface", where, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    raw("status line of words", where, b"HTTP/1.1 very well\r\n\r\n")
    raw("status 0", where, b"HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n")
    raw("status 1000", where, b"HTTP/1.1 1000 Many\r\nContent-Length: 0\r\n\r\n")
    raw("negative status", where, b"HTTP/1.1 -200 OK\r\nContent-Length: 0\r\n\r\n")
    raw("long status line", where, b"HTTP/1.1 200 " + b"O" * 70000 + b"\r\n\r\n")
    raw("long header", where, b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70000 + b"\r\n\r\n" + body)
    raw("a thousand headers", where, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n" + body)
    raw("endless headers", "timed out|failed", b"HTTP/1.1 200 OK\r\n", drip=b"X: y\r\n", **SHORT)
    raw("endless 100 Continue", "timed out|failed", b"", drip=b"HTTP/1.1 100 C\r\n\r\n", **SHORT)
    raw("endless body", "timed out", _head(stage, chunked), drip=_chunks(b" "), **SHORT)
    raw("silence", "timed out", b"", 1.5, **SHORT)
    raw("silence in the body", "timed out", _head(stage, "Content-Length: 9000"), 1.5, **SHORT)

    # --- bodies that are cut, or not what the headers say
    add("short body", where, Reply(body, status, headers, length=len(body) + 7))
    add("long Content-Length", where, Reply(body, status, headers, length=10**15))
    add("truncated by Content-Length", where, Reply(body, status, headers, length=len(body) - 7))
    add("Content-Length 0", where, Reply(body, status, headers, length=0))
    for value in ("-5", "many", "1e3", "0x10", ""):
        raw(
            f"Content-Length {value or 'empty'}",
            BOTH,
            _head(stage, f"Content-Length: {value}") + body,
        )
    raw(
        "two lengths",
        where,
        _head(stage, f"Content-Length: {len(body)}", "Content-Length: 3") + body,
    )
    raw("chunk of no size", where, _head(stage, chunked) + b"\r\n" + body)
    raw("chunk of words", where, _head(stage, chunked) + b"zz\r\n" + body + b"\r\n0\r\n\r\n")
    raw("negative chunk", where, _head(stage, chunked) + b"-5\r\n" + body + b"\r\n0\r\n\r\n")
    raw("chunk larger than its data", where, _head(stage, chunked) + b"ffffff\r\n" + body)
    raw("no last chunk", where, _head(stage, chunked) + _chunks(body[:50]))
    raw("chunk size of 70000 digits", where, _head(stage, chunked) + b"0" * 70000 + b"1\r\n")
    raw("chunked, but it is not", where, _head(stage, chunked) + body)
    for encoding in ("gzip", "deflate", "x-gzip"):
        add(
            f"{encoding} that is none",
            where,
            Reply(body, status, (*headers, ("Content-Encoding", encoding))),
        )
    add(
        "truncated gzip",
        where,
        Reply(gzip.compress(body)[:-20], status, (*headers, ("Content-Encoding", "gzip"))),
    )
    add(
        "gzip with a wrong checksum",
        where,
        Reply(
            gzip.compress(body)[:-8] + b"\0" * 8, status, (*headers, ("Content-Encoding", "gzip"))
        ),
    )
    add(
        "gzip of 80 MiB",
        "more than 64 MiB",
        Reply(gzip.compress(b" " * 80 * 2**20), status, (*headers, ("Content-Encoding", "gzip"))),
    )
    add(
        "gzip in gzip",
        "compressed more than once",
        Reply(
            gzip.compress(gzip.compress(body)),
            status,
            (*headers, ("Content-Encoding", "gzip, gzip")),
        ),
    )
    for encoding in ("br", "zstd", "compress", "rot13", "gzip;q=1", "\xff"):
        add(
            f"encoding {encoding!r}",
            where,
            Reply(b"\x1b\x05\x00" + body[::-1], status, (*headers, ("Content-Encoding", encoding))),
        )

    # --- statuses
    for code in (
        "102 Processing",
        "199 Odd",
        "202 Accepted",
        "203 Other",
        "204 No Content",
        "205 Reset",
        "206 Partial",
        "207 Multi",
        "226 IM",
        "299 Odd",
    ):
        add(f"HTTP {code} without a body", where, Reply(b"", code, headers))
    for code in (
        "300 Choices",
        "301 Moved",
        "302 Found",
        "303 Other",
        "304 Not Modified",
        "305 Proxy",
        "306 Unused",
        "307 Temporary",
        "308 Permanent",
        "399 Odd",
    )[:: 1 if stage == "token" else 3]:
        add(f"HTTP {code}", where, Reply(b"", code, (*headers, ("Location", f"{BASE}/v3"))))
    for location in (
        "",
        "//",
        "file:///etc/passwd",
        "http://[",
        f"http://u:{MARK}@127.0.0.1:1/",
        f"https://example.invalid/?token={MARK}",
        "\xff\xfe",
        "a" * 5000,
        "javascript:1",
    )[:: 1 if stage == "token" else 3]:
        add(
            f"redirect to {location[:40]!r}",
            where,
            Reply(b"", "302 Found", (*headers, ("Location", location))),
        )
    for code in (
        "400 Bad",
        "402 Pay",
        "403 Forbidden",
        "404 Not Found",
        "405 No",
        "406 No",
        "407 Proxy",
        "409 Conflict",
        "410 Gone",
        "411 Length",
        "412 No",
        "413 Large",
        "414 Long",
        "415 Type",
        "416 Range",
        "417 No",
        "418 Teapot",
        "421 Misdirected",
        "422 No",
        "423 Locked",
        "425 Early",
        "426 Upgrade",
        "428 If",
        "431 Large",
        "451 Law",
        "499 Closed",
        "500 No",
        "501 No",
        "505 Version",
        "507 Full",
        "508 Loop",
        "510 No",
        "511 Portal",
        "520 Odd",
        "599 Odd",
        "600 Odd",
        "777 Odd",
        "999 Odd",
    )[:: 1 if stage == "list_" else 5]:
        add(
            f"HTTP {code}",
            rf"HTTP {code[:3]}",
            as_json({"message": "no."}, status=code, headers=headers),
        )
    for value in (
        (
            "0",
            "-1",
            "99999999999",
            "soon",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "1.5",
            "NaN",
            "9" * 400,
            "Mon, 99 Foo 2026 99:99:99 GMT",
        )
        if stage == "list_"
        else ()
    ):
        add(
            f"HTTP 503 with Retry-After {value[:30]}",
            "HTTP 503",
            Reply(b"", "503 Away", (*headers, ("Retry-After", value))),
            retries=1,
            **SHORT,
        )

    # --- JSON that is none, and other JSON
    for text, words in (
        (b"", where),
        (b"\0", where),
        (b"{", where),
        (b"}", where),
        (body[:-1], where),
        (body[:-30], where),
        (body + body, where),
        (b"[" * 5000 + b"]" * 5000, where),
        (b'{"a":' * 90000, where),
        (b"NaN", where),
        (b"Infinity", where),
        (b"undefined", where),
        (b"'single'", where),
        (b"{'a': 1}", where),
        (b'{"a": 01}', where),
        (b'{"a": 1,}', where),
        (b"// comment\n{}", where),
        (b"1" * 5000, where),
        (b"1e400", where),
        (b"-", where),
        (b"null", where),
        (b"true", where),
        (b'""', where),
        (b'"text"', where),
        (b"0", where),
        (b"[]", where),
        (b"[{}]", where),
        (b"{}", where),
        (b'{"\\ud800": 1}', where),
        (b'{"": {"": [[[]]]}}', where),
        (b"\xff\xfe\xfd", where),
        (b"\xed\xa0\x80", where),
        (body.decode().replace("alpha", "\xe4").encode("latin-1")[:-1], where),
        (b"<html><head><title>Sign in</title></head></html>", where),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", where),
        (b"[" + b"{}," * 200000 + b"{}]", where),
        (b"x" * 300000, where),
        (b"a: 1\n...\n", where),
        (b"\x1f\x8b\x08\x00", where),
        (b"%PDF-1.7\n", where),
    ):
        add(f"body {text[:30]!r}", words, Reply(text, status, headers))

    # --- secrets in error bodies, at odd places and in odd spellings
    for name, echo in (
        ("password as JSON", json.dumps({"error": {"message": f"no user with {PASSWORD}"}})),
        ("password as escaped JSON", json.dumps({"detail": json.dumps({"x": PASSWORD})})),
        ("password as Python", repr({"auth": {"identity": PASSWORD}})),
        ("password in a URL", f"GET /login?x={urllib.parse.quote_plus(PASSWORD)} failed"),
        ("password in HTML", f"<title>{html.escape(PASSWORD)}</title>"),
        (
            "password in numbers of HTML",
            "".join(f"&#{ord(one)};" if not one.isalnum() else one for one in PASSWORD),
        ),
        ("password as a key", json.dumps({PASSWORD: 1})),
        ("password in a list", json.dumps([["no", PASSWORD]])),
        ("key in an odd field", json.dumps({"badInput": {"PreSharedKey": PSK, "code": 1}})),
        (
            "key in a sentence",
            json.dumps({"message": f"Invalid input for psk. Reason: '{PSK}' is"}),
        ),
        ("key after its name", f"psk={PSK}&name=x"),
        ("key in XML", f"<error><psk>{PSK}</psk></error>"),
        ("key in YAML", f"error:\n  psk: |\n    {PSK}\n"),
        ("line breaks and escapes", json.dumps({"message": "a\r\n\x1b[31mb\u2028c\u202ed\x00e."})),
    ):
        for code in ("400 Bad", "500 No")[stage == "vpn_connection" :]:
            add(
                f"HTTP {code[:3]} with a {name}",
                f"HTTP {code[:3]}",
                Reply(echo.encode(), code, headers),
            )


for _stage in BODIES:
    everywhere(_stage)
for _name, _echo in (("token", TOKEN), ("header", f"X-Auth-Token: {TOKEN}")):
    case(
        f"list: {_name} in an error",
        "HTTP 500",
        list_=as_json({"message": f"bad {_echo}"}, status="500 No"),
    )


# --- tokens and catalogs ---

for _name, _changes in {
    "no expires_at": {"expires_at": ...},
    "expires_at of words": {"expires_at": "soon"},
    "expires_at as a number": {"expires_at": 4102444800},
    "expires_at null": {"expires_at": None},
    "roles null": {"roles": None},
    "roles of numbers": {"roles": [1]},
    "a role null": {"roles": [None]},
    "roles without names": {"roles": [{}]},
    "roles as text": {"roles": "admin"},
    "catalog null": {"catalog": None},
    "catalog as a dictionary": {"catalog": {"a": 1}},
    "a service null": {"catalog": [None]},
    "a service as text": {"catalog": ["network"]},
    "catalog as text": {"catalog": "none"},
    "endpoints null": {"catalog": [service(endpoints=None)]},
    "endpoints as a dictionary": {"catalog": [service(endpoints={"public": BASE})]},
    "an endpoint null": {"catalog": [service(None)]},
    "an endpoint as text": {"catalog": [service(BASE)]},
    "an empty catalog": {"catalog": []},
    "no network service": {"catalog": [service(type="compute")]},
    "a type as a number": {"catalog": [service(type=7)]},
    "a type null": {"catalog": [service(type=None)]},
    "a type as a list": {"catalog": [service(type=["network"])]},
    "no endpoints": {"catalog": [service(endpoints=[])]},
    "an empty endpoint": {"catalog": [service({})]},
    "an endpoint without a URL": {"catalog": [service({"interface": "public", "region": "one"})]},
    "another interface": {"catalog": [service(endpoint(interface="internal"))]},
    "an interface as a list": {"catalog": [service(endpoint(interface=["public"]))]},
    "project null": {"project": None},
    "no project": {"project": ...},
    "project as a list": {"project": []},
    "project as text": {"project": "vpn"},
    "project without an ID": {"project": {"name": "vpn"}},
    "a token for a domain": {"project": ..., "domain": {"id": "d", "name": "d"}},
    "a token for the system": {"project": ..., "system": {"all": True}},
}.items():
    case(f"catalog: {_name}", "Keystone|catalog|token|endpoint", token=token(**_changes))
for _url in (
    None,
    "",
    7,
    [],
    {},
    " ",
    "/v2.0",
    "network",
    "ftp://x/",
    "http://",
    "http://[",
    "//host/v2.0",
    "http://[::1]x/",
    "https://\u2066evil.example\u2069/",
    f"{BASE} /v2.0\r\nX: y",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:1/",
    "http://\ud800/",
    f"http://u:{MARK}@[/",
    "http://a b/",
    "http://" + "a" * 3000 + "/",
    "http://xn--/",
    "http://..:80/",
):
    case(
        f"catalog: URL {str(_url)[:30]!a}",
        "endpoint|GET http|Keystone",
        token=token(catalog=[service(endpoint(_url))]),
        options={"api_timeout": 3.0},
    )
for _name, _found in {
    "a path with version and project": [endpoint(f"{BASE}/v2.0/{PROJECT}")],
    "slashes at the end": [endpoint(f"{BASE}///")],
    "a region null": [endpoint(region=None)],
    "a region as a number": [endpoint(region=7)],
    "no region": [{"interface": "public", "url": BASE}],
    "the same URL in two regions": [endpoint(), endpoint(region="two")],
    "the same endpoint twice": [endpoint(), endpoint()],
    "a query": [endpoint(f"{BASE}?token={MARK}")],
    "an unusable one of another interface": [endpoint(None, interface="internal"), endpoint()],
}.items():
    case(f"catalog: {_name}", BOTH, token=token(catalog=[service(*_found)]))
for _name, _found in {
    "several regions": [endpoint(), endpoint("http://127.0.0.1:1", region="two")],
    "two URLs in one region": [endpoint(), endpoint("http://127.0.0.1:1")],
}.items():
    case(
        f"catalog: {_name}",
        "several regions|endpoints in region",
        token=token(catalog=[service(*_found)]),
    )
case(
    "catalog: the region that is chosen",
    BOTH,
    options={"region_name": "one"},
    token=token(catalog=[service(endpoint(), endpoint("http://127.0.0.1:1", region="two"))]),
)
for _name, _changes in {
    "no issued_at": {"issued_at": ...},
    "no user": {"user": ...},
    "methods null": {"methods": None},
    "more than is documented": {"secret": PASSWORD, "x": [[[]]]},
    "no roles": {"roles": ...},
    "a catalog of 3000 services": {
        "catalog": [service(type=f"t{n}") for n in range(3000)] + [service()]
    },
}.items():
    case(f"token: {_name}", BOTH, token=token(**_changes))
case("token: it has ended", BOTH, token=token(expires_at="2001-01-01T00:00:00.000000Z"))
for _name, _value, _expect in (
    ("empty", "", BOTH),
    ("with a space", "a b", BOTH),
    ("with a tab", "a\tb", BOTH),
    ("Latin-1", "\xe4\xf6", BOTH),
    ("with a NUL", "a\0b", BOTH),
    ("with quotes", '"a"', BOTH),
    ("of 60000 characters", "a" * 60000, BOTH),
    ("with a line break", "a\r\n b", BOTH),
):
    case(
        f"token: header {_name}",
        _expect,
        token=as_json(token_body(), status="201 Created", headers=(("X-Subject-Token", _value),)),
    )
case("token: no header", "Keystone", token=as_json(token_body(), status="201 Created"))
case(
    "token: two headers",
    BOTH,
    token=as_json(token_body(), status="201 Created", headers=SUBJECT * 2),
)
case(
    "token: in the body only",
    "Keystone",
    token=as_json({**token_body(), "X-Subject-Token": TOKEN}, status="201 Created"),
)
case(
    "token: renewed once after 401",
    BOTH,
    token=[token(), token()],
    list_=[as_json({"message": "old"}, status="401 No"), GOOD[LIST][0]],
)
case(
    "token: refused for ever",
    "HTTP 401",
    list_=as_json({"message": f"bad {TOKEN}"}, status="401 No"),
)
case(
    "token: Keystone is away when it is renewed",
    "Keystone",
    token=[token(), Reply(raw=(RESET,))],
    list_=as_json({}, status="401 No"),
)

# --- lists: other objects than connections, and shapes of the list ---

for _name, _body in {
    "null": {KEY: None},
    "a dictionary": {KEY: {"0": connection()}},
    "a number": {KEY: 0},
    "text": {KEY: "[]"},
    "lists of lists": {KEY: [[connection()]]},
    "a null row": {KEY: [connection(), None]},
    "a row as text": {KEY: [json.dumps(connection())]},
    "another kind": {"vpnservices": []},
    "the singular": {"ipsec_site_connection": [connection()]},
    "upper case": {KEY.upper(): []},
    "an error in addition": {KEY: [connection()], "error": {"message": "half"}},
    "an error of Neutron": {"NeutronError": {"type": "X", "message": "no", "detail": ""}, KEY: []},
    "an error_msg": {"error_msg": "no", "error_code": "APIGW.1", KEY: []},
    "nested once more": {"data": {KEY: [connection()]}},
    "a fault": {"computeFault": {"message": "x"}},
    "a message": {"message": "No VPN here.", "code": 7},
    "no ID": {KEY: [connection(id=...)]},
    "ID null": {KEY: [connection(id=None)]},
    "ID a number": {KEY: [connection(id=7)]},
    "ID a list": {KEY: [connection(id=["x"])]},
    "ID true": {KEY: [connection(id=True)]},
    "one of two without an ID": {KEY: [connection(), connection(id=...)]},
}.items():
    case(f"list: {_name}", "GET http", list_=as_json(_body))
case("list: empty", [], list_=rows())
case(
    "list: key twice, the last one counts",
    ["beta"],
    list_=Reply(
        f'{{"{KEY}": [{json.dumps(connection())}], "{KEY}": [{json.dumps(connection("beta"))}]}}'.encode()
    ),
)
case(
    "list: name twice in a row",
    [{"name": "last"}],
    list_=Reply(f'{{"{KEY}": [{json.dumps(connection())[:-1]}, "name": "last"}}]}}'.encode()),
)

# --- rows: every field in every wrong type, and text that looks like something else ---

DEEP: t.Any = "end"
for _ in range(300):
    DEEP = [DEEP]
WRONG: tuple[t.Any, ...] = (
    [],
    {},
    [{}],
    0,
    -1,
    2**70,
    1.5,
    True,
    None,
    "",
    " ",
    "x" * 5000,
    DEEP,
    [DEEP],
    {"psk": PSK},
    [{"a": {"PreSharedKey": PSK}}],
    {"": ""},
    {"__ansible_unsafe": "x"},
)
for _field in connection():
    if _field not in ("id", "psk", "name"):
        case(
            f"rows: {_field} of wrong types",
            [{"id": f"id-{n}"} for n in range(len(WRONG))],
            list_=rows(
                *(connection(id=f"id-{n}", **{_field: value}) for n, value in enumerate(WRONG))
            ),
        )
for _field in ("vpnservice_id", "ikepolicy_id", "peer_ep_group_id", "peer_cidrs", "peer_address"):
    case(
        f"rows: {_field} of wrong types, resolved",
        [{"id": f"id-{n}"} for n in range(len(WRONG))],
        options={"resolve": True},
        vpnservices=as_json({"vpnservices": []}),
        ikepolicies=as_json({"ikepolicies": []}),
        ipsecpolicies=as_json({"ipsecpolicies": []}),
        endpoint_groups=as_json({"endpoint_groups": []}),
        subnets=as_json({"subnets": []}),
        list_=rows(*(connection(id=f"id-{n}", **{_field: value}) for n, value in enumerate(WRONG))),
    )
for _field in enterprise_row():
    if _field not in ("id", "psk", "name"):
        case(
            f"rows: {_field} of wrong types, Enterprise, resolved",
            [{"id": f"id-{n}"} for n in range(len(WRONG))],
            ENTERPRISE,
            {"resolve": True},
            vpn_connection=enterprise_rows(
                *(enterprise_row(id=f"id-{n}", **{_field: value}) for n, value in enumerate(WRONG))
            ),
        )
for _status, _word, _state in (
    ("active", "ACTIVE", "up"),
    ("Active ", "ACTIVE", "up"),
    ("pending  create", "PENDING_CREATE", "pending"),
    ("\u0410CTIVE", "\u0410CTIVE", "unknown"),
    ("ACTIVE\u200b", "ACTIVE\u200b", "unknown"),
    ("\uff21CTIVE", "\uff21CTIVE", "unknown"),
    ("Frozen", "FROZEN", "error"),
    ("", None, "unknown"),
    ("do\u0131n", None, "unknown"),
    ("up", "UP", "unknown"),
    (None, None, "unknown"),
    (7, 7, "unknown"),
):
    _expected = {"state": _state} if _status == "do\u0131n" else {"status": _word, "state": _state}
    case(f"rows: status {_status!a}", [_expected], list_=rows(connection(status=_status)))
for _value, _state in (
    ("False", "disabled"),
    ("true", "up"),
    (0, "up"),
    (None, "up"),
    ("no", "up"),
    ([], "up"),
):
    case(
        f"rows: admin_state_up {_value!r}",
        [{"state": _state}],
        list_=rows(connection(admin_state_up=_value)),
    )
for _text in (
    "{{ lookup('pipe', 'id') }}",
    "a\0b",
    "a\r\nb",
    "\u202egnp",
    "\ud83d",
    "a/../../b",
    "-rf",
    "*",
    "\u00e9" * 300,
    "{% raw %}",
    "%(name)s",
    "$(id)",
    "<script>",
    "null",
    "'",
    '"',
    "\\",
    "a" * 70000,
):
    _expect = _text.replace("\ud83d", "?")
    case(f"rows: name {_text[:20]!a}", [_expect], list_=rows(connection(_text)))
for _name, _found, _expect in (
    ("the same ID twice", [connection("alpha"), connection("beta")], BOTH),
    ("the same row twice", [connection("alpha")] * 2, ["alpha"] * 2),
    (
        "IDs with slashes",
        [connection("alpha", id="../../x"), connection("beta", id="a b?c#d%2f")],
        BOTH,
    ),
    ("an empty ID", [connection("alpha", id="")], ["alpha"]),
    ("IDs that differ in case", [connection("alpha", id="AB"), connection("beta", id="ab")], BOTH),
    (
        "keys of Ansible",
        [connection(__ansible_vault="x", _ansible_no_log=True, ansible_facts={"a": 1})],
        ["alpha"],
    ),
    (
        "keys of every kind",
        [connection(**ODD_KEYS)],
        ["alpha"],
    ),
    ("a thousand more fields", [connection(**MANY_KEYS)], ["alpha"]),
    ("numbers beyond all types", [connection(mtu=10**300, created_at=-(2**63))], ["alpha"]),
    (
        "keys under other names",
        [
            connection(
                PSK=PSK,
                psk_new=PSK,
                auth={"psk": PSK},
                preSharedKey=PSK,
                sharedSecret=PSK,
                password=PSK,
                x=[{"IKE-Key": PSK}],
            )
        ],
        ["alpha"],
    ),
    ("rows of only one field", [{"id": "x"}], [{"id": "x", "status": None, "state": "unknown"}]),
    (
        "tags of every form",
        [connection(tags=["a=b", {"key": "c"}, {"d": "e"}, 7, None, [[]]])],
        ["alpha"],
    ),
):
    case(f"rows: {_name}", _expect, list_=rows(*_found))
case(
    "rows: 3000 of them",
    [{"status": "ACTIVE"}] * 3000,
    list_=rows(*(connection(f"n{n}", n) for n in range(3000))),
)

# --- one object by its ID ---

ID = connection()["id"]
ONE = "ipsec_site_connection"
for _name, _reply, _expect in (
    ("null", as_json({ONE: None}), "no object"),
    ("a list", as_json({ONE: [connection()]}), "no object"),
    ("text", as_json({ONE: "x"}), "no object"),
    ("another key", as_json({KEY: [connection()]}), "no object"),
    ("no ID in it", as_json({ONE: connection(id=...)}), "without an id"),
    ("an error", as_json({ONE: connection(), "error": "x"}), "contains the error"),
    ("right", as_json({ONE: connection()}), ["alpha"]),
    ("another object", as_json({ONE: connection("beta", 2)}), ["alpha"]),
    ("404 without a body", Reply(b"", "404 No"), ["alpha"]),
    ("404 of HTML", Reply(b"<html>no</html>", "404 No"), ["alpha"]),
    (
        "404 of a gateway",
        as_json({"error_code": "APIGW.0101", "error_msg": "x"}, status="404 No"),
        ["alpha"],
    ),
    ("410", as_json({"message": "gone"}, status="410 Gone"), "HTTP 410"),
    ("reset", Reply(raw=(RESET,)), "GET http"),
    ("403", as_json({}, status="403 No"), "HTTP 403"),
):
    case(f"ID: {_name}", _expect, options={"name": ID}, ID=_reply)
for _body in (
    b"",
    b"<html>",
    b'{"message": "VPNaaS is not served here"}',
    b"null",
    b"[]",
    b'{"itemNotFound": {}}',
):
    case(
        f"ID: 404 everywhere {_body[:20]!r}",
        "HTTP 404",
        options={"name": ID},
        ID=Reply(_body, "404 No"),
        list_=Reply(_body, "404 No"),
    )
case(
    "ID: not there, and not in the list",
    [],
    options={"name": ID.replace("4", "5")},
    ID=as_json({"NeutronError": {"message": "x"}}, status="404 No"),
)

# --- references: hostile lists and a valid list ---

SERVICE = {"id": connection()["vpnservice_id"], "name": "service", "external_v4_ip": "203.0.113.1"}
for _name, _reply, _expect in (
    ("403", as_json({"message": "no"}, status="403 No"), [{"name": "alpha", "vpn_service": None}]),
    ("404", Reply(b"", "404 No"), [{"name": "alpha", "vpn_service": None}]),
    ("500", Reply(b"", "500 No"), "HTTP 500"),
    ("HTML", Reply(b"<html>"), "not JSON"),
    ("empty", as_json({"vpnservices": []}), [{"name": "alpha", "vpn_service": None}]),
    ("null rows", as_json({"vpnservices": [None]}), "no list"),
    ("reset", Reply(raw=(RESET,)), "GET http"),
    ("no ID", as_json({"vpnservices": [{"name": "x"}]}), "without an id"),
    (
        "its address is a list",
        as_json({"vpnservices": [{**SERVICE, "external_v4_ip": [1]}]}),
        [{"name": "alpha", "local_address": None}],
    ),
    (
        "two of one ID",
        as_json({"vpnservices": [SERVICE, SERVICE]}),
        [{"name": "alpha", "local_address": "203.0.113.1"}],
    ),
    (
        "with keys",
        as_json({"vpnservices": [{**SERVICE, "psk": PSK, "x": {"secret": PSK}}]}),
        [{"name": "alpha", "local_address": "203.0.113.1"}],
    ),
):
    case(
        f"resolve: {_name}",
        _expect,
        options={"fields": ["name", "vpn_service", "local_address"]},
        list_=rows(connection()),
        vpnservices=_reply,
    )

# --- pages ---

FIRST, SECOND = connection("alpha", 1), connection("beta", 2)
NEXT = {"rel": "next", "href": f"{BASE}/v2.0/vpn/x?marker={FIRST['id']}"}
for _name, _rest, _expect in (
    ("a link of HTML", {"links": '<a href="?marker=x">'}, ["alpha"]),
    ("rel next as a list", {f"{KEY}_links": [{"rel": ["next"], "href": NEXT["href"]}]}, None),
    (
        "the marker in a fragment",
        {f"{KEY}_links": [{"rel": "next", "href": "#marker=x"}]},
        "no marker",
    ),
    ("an empty marker", {f"{KEY}_links": [{"rel": "next", "href": "?marker="}]}, "no marker"),
    (
        "a link to a file",
        {f"{KEY}_links": [{"rel": "next", "href": "file:///etc/passwd"}]},
        "no marker",
    ),
    ("a link as a number", {f"{KEY}_links": [{"rel": "next", "href": 7}]}, "no marker"),
    ("a page number", {"next": f"{BASE}?page=2"}, "no marker"),
    ("a link with a secret", {"next": f"http://u:{MARK}@h/?x={MARK}"}, "no marker"),
    ("links null", {f"{KEY}_links": None, "links": None, "next": None}, ["alpha"]),
    (
        "a previous link only",
        {f"{KEY}_links": [{"rel": "previous", "href": NEXT["href"]}]},
        ["alpha"],
    ),
    ("next false", {"next": False}, ["alpha"]),
):
    if _expect is not None:
        case(f"pages: {_name}", _expect, list_=rows(FIRST, **_rest))
_PAGE = rows(FIRST, **{f"{KEY}_links": [NEXT]})
for _name, _second, _expect in (
    ("right", rows(SECOND), BOTH),
    ("the second is HTML", Reply(b"<html>"), "not JSON"),
    ("the second is empty, the marker is there", rows(), "GET http"),
    ("the second has no list", as_json({}), "no list"),
    ("the second is 404", Reply(b"", "404 No"), "HTTP 404"),
    ("the second is 206", Reply(BODIES["list_"], "206 Part"), "HTTP 206"),
    ("the second is reset", Reply(raw=(RESET,)), "GET http"),
    ("the second is the first", _PAGE, "same page|changed"),
    ("the second has a null row", as_json({KEY: [None]}), "no list"),
    ("the second is 204", Reply(b"", "204 No"), "GET http"),
):
    case(f"pages: {_name}", _expect, list_=[_PAGE, _PAGE, _second], ID=Reply(b"", "500 No"))
for _name, _reply, _expect in (
    ("fewer than the total", enterprise_rows(enterprise_row(), total_count=7), "1 of 7"),
    ("a total of words", enterprise_rows(enterprise_row(), total_count="7"), ["alpha"]),
    ("a total below", enterprise_rows(enterprise_row(), total_count=0), ["alpha"]),
    ("a negative total", enterprise_rows(enterprise_row(), total_count=-1), ["alpha"]),
    ("a total of true", enterprise_rows(enterprise_row(), total_count=True), ["alpha"]),
    ("page_info as a list", enterprise_rows(enterprise_row(), page_info=[]), ["alpha"]),
    (
        "a full page again and again",
        enterprise_rows(
            *(enterprise_row(f"n{n}", n) for n in range(200)), page_info={"next_marker": "x"}
        ),
        "same marker",
    ),
    (
        "a full page without a marker",
        enterprise_rows(*(enterprise_row(f"n{n}", n, created_at=None) for n in range(200))),
        "without a marker",
    ),
    (
        "more rows than a page",
        enterprise_rows(
            *(enterprise_row(f"n{n}", n) for n in range(300)),
            total_count=300,
            page_info={"next_marker": "x"},
        ),
        [{"status": "ACTIVE"}] * 300,
    ),
):
    case(f"pages: Enterprise, {_name}", _expect, ENTERPRISE, vpn_connection=_reply)

# --- writing ---

GROUP = {"name": "remote", "type": "cidr", "endpoints": ["192.168.1.0/24"]}
MADE = {**GROUP, "id": "80000000-0000-4000-8000-000000000001", "project_id": PROJECT, "psk": PSK}
NONE, HAVE = as_json({"endpoint_groups": []}), as_json({"endpoint_groups": [MADE]})
CREATED = as_json({"endpoint_group": MADE}, status="201 Created")
for _name, _reply, _then, _expect in (
    ("right", CREATED, HAVE, {"name": "remote"}),
    ("204", Reply(b"", "204 No"), HAVE, {"name": "remote"}),
    ("null", as_json({"endpoint_group": None}), HAVE, {"name": "remote"}),
    ("a list", as_json([MADE]), HAVE, {"name": "remote"}),
    ("HTML", Reply(b"<html>"), HAVE, {"name": "remote"}),
    ("no ID", as_json({"endpoint_group": GROUP}), HAVE, {"name": "remote"}),
    ("an ID as a number", as_json({"endpoint_group": {**MADE, "id": 7}}), HAVE, {"name": "remote"}),
    ("301", Reply(b"", "301 M", (("Location", BASE),)), NONE, "redirects"),
    ("401 twice", Reply(b"", "401 No"), NONE, "HTTP 401"),
    ("409", Reply(b"", "409 No"), NONE, "HTTP 409"),
    ("created but not listed", CREATED, NONE, "does not list it"),
    ("413", Reply(b"", "413 L"), NONE, "413"),
    ("an error with 201", as_json({"error": "x"}, status="201 C"), HAVE, {"name": "remote"}),
    (
        "400 with the body",
        as_json({"badRequest": {"message": f"x {PASSWORD}"}}, status="400 No"),
        NONE,
        "400",
    ),
    ("206", Reply(b"{}", "206 P"), HAVE, {"name": "remote"}),
    ("truncated", Reply(b'{"endp', "201 C"), HAVE, {"name": "remote"}),
    ("reset", Reply(raw=(RESET,)), HAVE, {"name": "remote"}),
):
    case(
        f"POST: {_name}",
        _expect,
        "endpoint_group",
        {**GROUP, "dialect": "neutron"},
        endpoint_groups=[NONE, _then],
        POST=_reply,
    )
CHANGE = {"name": "remote", "description": "new", "dialect": "neutron"}
CHANGED = as_json({"endpoint_group": {**MADE, "description": "new"}})
for _name, _reply, _expect in (
    ("right", CHANGED, {"description": "new"}),
    ("null", as_json({"endpoint_group": None}), {"description": "new"}),
    ("HTML", Reply(b"<html>"), {"description": "new"}),
    ("403", Reply(b"", "403 N"), "403"),
    ("404", Reply(b"", "404 No"), "HTTP 404"),
    ("302", Reply(b"", "302 F"), "redirects"),
):
    case(
        f"PUT: {_name}",
        _expect,
        "endpoint_group",
        CHANGE,
        endpoint_groups=HAVE,
        PUT=_reply,
        ID=CHANGED,
    )
GONE = {"name": "remote", "state": "absent", "dialect": "neutron"}
USERS = as_json({KEY: []})
for _name, _reply, _lists, _expect in (
    ("right", Reply(b"", "204 No"), [HAVE], None),
    ("200 with a body", as_json({}), [HAVE], None),
    ("404 and gone", Reply(b"", "404 No"), [HAVE, NONE], None),
    ("404 and listed", Reply(b"", "404 No"), [HAVE], "HTTP 404"),
    ("404, and the list is away", Reply(b"", "404 No"), [HAVE, Reply(b"", "404 No")], "HTTP 404"),
    ("409", as_json({"message": "in use"}, status="409 No"), [HAVE], "HTTP 409"),
    ("HTML", Reply(b"<html>x"), [HAVE], "DELETE http"),
    ("206", Reply(b"{}", "206 P"), [HAVE, NONE], None),
    ("302", Reply(b"", "302 F"), [HAVE], "redirects"),
    ("403", Reply(b"", "403 No"), [HAVE], "HTTP 403"),
    ("an error with 200", as_json({"error": {"message": "no"}}), [HAVE, NONE], None),
):
    case(
        f"DELETE: {_name}",
        _expect,
        "endpoint_group",
        GONE,
        endpoint_groups=_lists,
        DELETE=_reply,
        list_=USERS,
        ID=Reply(b"", "404 No"),
    )
for _body in (b"", b"[]", b'{"message": "no Route"}', b"<html>"):
    case(
        f"absent by ID: 404 everywhere {_body!r}",
        "HTTP 404",
        "endpoint_group",
        {"id": MADE["id"], "state": "absent"},
        endpoint_groups=Reply(_body, "404 No"),
    )
