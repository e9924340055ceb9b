# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in: Keystone in every way and in every bad mood, and signing with an access key."""

from __future__ import annotations

import hashlib
import hmac
import time
import typing as t
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests
from ansible_collections.otc.vpn.plugins.module_utils._cloud.access_key import AccessKey
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import Client, connect
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import merge_options
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION, SUBNET
from ansible_collections.otc.vpn.plugins.module_utils._vpn.paging import list_rows
from keystoneauth1 import exceptions, loading

from tests.mock_api import MockApi
from tests.unit.clients import (
    LIST,
    TOKENS,
    Row,
    Sentences,
    client_of,
    failure,
    gathered,
    lists_of,
    options_for,
    tokens_of,
)

ALICE = {
    "username": "alice",
    "password": "alicepw",
    "user_domain_name": "Default",
    "project_name": "vpn-one",
    "project_domain_name": "Default",
}
UNSCOPED = {name: value for name, value in ALICE.items() if "project" not in name}


@pytest.fixture
def lasting(mock_api: MockApi) -> Iterator[MockApi]:
    """Return the endpoint, whose clock is put right again."""
    yield mock_api
    mock_api.identity.clock_offset = timedelta()


def logged_in(where: MockApi, auth: Row, auth_type: str = "password", **options: t.Any) -> Client:
    """Return a client of these options alone, without any environment."""
    given = {"auth_url": where.auth_url, **auth}
    short = {"api_timeout": 5.0, "retries": 0}
    return connect(merge_options({**short, "auth": given, "auth_type": auth_type, **options}, {}))


# --- access keys ---


def test_signature_matches_published_vector() -> None:
    """Source: the provider's guide to signing requests; the keys are those of the documentation."""
    key = AccessKey(
        {
            "access_key": "QTWAOYTTINDUT2QVKYUC",
            "secret_key": "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc",
        }
    )
    authorization = key.authorization(
        "GET",
        "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
        "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
        {
            "Content-Type": "application/json",
            "Host": "service.region.example.com",
            "X-Sdk-Date": "20191115T033655Z",
        },
    )
    assert authorization == (
        "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, "
        "SignedHeaders=content-type;host;x-sdk-date, "
        "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
    )


@pytest.mark.parametrize(
    "name",
    [
        "Zürich–Köln ☎",
        "مكتب الرياض",
        "東京/大阪/../京都",
        "percent%20encoded&name=x+y#z?<b>&amp;</b>",
        "",
    ],
)
def test_signature_covers_queries_in_any_script(mock_api: MockApi, name: str) -> None:
    rows = gathered(client_of(mock_api, auth_type="aksk"), name=name)
    assert {row["name"] for row in rows} == {name}
    assert lists_of(mock_api) == 1


def test_order_of_repeated_keys_does_not_break_signature(mock_api: MockApi) -> None:
    query = [("fields", "name"), ("fields", "id"), ("name", "b"), ("name", "branch-munich")]
    client = client_of(mock_api, auth_type="aksk")
    assert [row["name"] for row in list_rows(client, CONNECTION, query)] == ["branch-munich"]


def test_temporary_keys_bring_their_security_token(mock_api: MockApi) -> None:
    temporary = mock_api.access_keys("alice")[1]
    auth = {**temporary, "project_id": mock_api.project_id("vpn-one")}
    client = logged_in(mock_api, auth, "aksk", endpoint=mock_api.url)
    assert len(gathered(client, resolve=True)) == 23
    without = {name: value for name, value in auth.items() if name != "security_token"}
    client = logged_in(mock_api, without, "aksk", endpoint=mock_api.url)
    assert "security token" in failure(lambda: gathered(client))


def test_quirk_11_rejected_signature_is_not_retried(mock_api: MockApi) -> None:
    auth = {"access_key": "ALICEACCESSKEY000001", "secret_key": "not-for-logs-at-all"}
    client = logged_in(mock_api, auth, "aksk", endpoint=mock_api.url, retries=3)
    sentence = failure(lambda: gathered(client))
    assert "APIGW.0301" in sentence
    assert "Check the credentials and the clock" in sentence
    assert len(mock_api.requests) == 1


def test_wrong_clock_is_reported(lasting: MockApi) -> None:
    lasting.identity.clock_offset = timedelta(minutes=20)
    sentence = failure(lambda: gathered(client_of(lasting, auth_type="aksk")))
    assert "clock" in sentence


def test_aksk_requires_its_keys_and_endpoint(mock_api: MockApi) -> None:
    assert "requires access_key" in failure(lambda: logged_in(mock_api, {}, "aksk"))
    half = {"access_key": "A"}
    assert "requires secret_key" in failure(lambda: logged_in(mock_api, half, "aksk"))
    whole = {"access_key": "A", "secret_key": "S"}
    for auth, missing, more in (
        (whole, "endpoint and auth.project_id", ", and auth.project_id (OS_PROJECT_ID)"),
        ({**whole, "project_id": "p"}, "endpoint", ""),
    ):
        assert failure(lambda: logged_in(mock_api, auth, "aksk")) == (  # noqa: B023
            f"auth_type aksk requires {missing}, because an access key has no service catalog. Set "
            "endpoint (OS_NETWORK_ENDPOINT_OVERRIDE) to the VPC service, for example "
            f"https://vpc.eu-de.otc.t-systems.com{more}."
        )
    assert mock_api.requests == []


def test_signed_request_has_headers_of_project_and_temporary_key() -> None:
    whole = {"access_key": "A", "secret_key": "S"}
    more = {"project_id": "p", "security_token": "not-for-logs"}
    for auth in (whole, {**whole, **more}):
        request = requests.Request("GET", "https://u:p@vpc.example.com:8443/v2.0").prepare()
        headers = AccessKey(auth)(request).headers
        assert headers["Host"] == "vpc.example.com:8443"
        assert headers["Content-Type"] == "application/json"
        assert headers.get("X-Project-Id") == auth.get("project_id")
        assert headers.get("X-Security-Token") == auth.get("security_token")
        made = datetime.strptime(headers["X-Sdk-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)
        assert not AccessKey(auth).renew(request)


@pytest.mark.parametrize("body", ['{"name": "Zürich"}', '{"name": "Zürich"}'.encode()])
def test_signature_covers_body_and_query(body: str | bytes) -> None:
    key = AccessKey({"access_key": "A", "secret_key": "S"})
    url = "https://vpc.example.com/v2.0/a%20b~c?b=2&a=~%2F&a=&c"
    request = requests.Request("POST", url, data=body).prepare()
    signed = key(request).headers
    canonical = "\n".join(
        (
            "POST",
            "/v2.0/a%20b~c/",
            "a=&a=~%2F&b=2&c=",
            "content-type:application/json",
            "host:vpc.example.com",
            f"x-sdk-date:{signed['X-Sdk-Date']}",
            "",
            "content-type;host;x-sdk-date",
            hashlib.sha256('{"name": "Zürich"}'.encode()).hexdigest(),
        )
    )
    to_sign = "\n".join(
        (
            "SDK-HMAC-SHA256",
            signed["X-Sdk-Date"],
            hashlib.sha256(canonical.encode()).hexdigest(),
        )
    )
    signature = hmac.new(b"S", to_sign.encode(), hashlib.sha256).hexdigest()
    assert signed["Authorization"].endswith(f", Signature={signature}")


@pytest.mark.parametrize(
    "odd",
    [
        {"access_key": "A", "secret_key": "S", "security_token": "not-for-logs\r\nX: y"},
        {"access_key": "A", "secret_key": "S", "security_token": "not-for-logs-☎"},
    ],
)
def test_newline_in_credential_is_reported_without_value(mock_api: MockApi, odd: Row) -> None:
    sentence = failure(lambda: gathered(logged_in(mock_api, odd, "aksk", endpoint=mock_api.url)))
    assert "whitespace" in sentence
    assert mock_api.requests == []


# --- Keystone's many ways ---


@pytest.mark.parametrize("auth_type", ["password", "v3password"])
def test_password_is_used(mock_api: MockApi, auth_type: str) -> None:
    assert len(gathered(logged_in(mock_api, ALICE, auth_type))) == 23


@pytest.mark.parametrize("auth_type", ["token", "v3token"])
def test_token_is_used(mock_api: MockApi, auth_type: str) -> None:
    client = client_of(mock_api)
    gathered(client)
    token = mock_api.requests[-1].headers["x-auth-token"]
    auth = {"token": token, "project_id": mock_api.project_id("vpn-one")}
    assert len(gathered(logged_in(mock_api, auth, auth_type))) == 23


def test_expired_given_token_is_not_renewed(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    gathered(client)
    token = mock_api.requests[-1].headers["x-auth-token"]
    by_token = logged_in(
        mock_api, {"token": token, "project_id": mock_api.project_id("vpn-one")}, "token"
    )
    mock_api.revoke_tokens()
    sentence = failure(lambda: gathered(by_token))
    assert "Keystone at" in sentence
    assert "oken" in sentence
    assert token not in sentence


def test_application_credential_is_used(mock_api: MockApi) -> None:
    assert len(gathered(client_of(mock_api, auth_type="v3applicationcredential"))) == 23


def test_application_credential_is_found_by_name(mock_api: MockApi) -> None:
    credential = mock_api.application_credential("alice")
    auth = {
        "application_credential_name": credential["name"],
        "application_credential_secret": credential["secret"],
        "username": "alice",
        "user_domain_name": "Default",
    }
    assert len(gathered(logged_in(mock_api, auth, "v3applicationcredential"))) == 23


def test_wrong_application_secret_is_rejected(mock_api: MockApi) -> None:
    auth = {
        "application_credential_id": mock_api.application_credential("alice")["id"],
        "application_credential_secret": "not-for-logs-wrong",
    }
    sentence = failure(lambda: logged_in(mock_api, auth, "v3applicationcredential"))
    assert "rejected the credentials" in sentence


@pytest.mark.parametrize("slash", ["", "/"])
def test_version_is_discovered_when_auth_url_has_none(mock_api: MockApi, slash: str) -> None:
    client = logged_in(mock_api, {**ALICE, "auth_url": mock_api.url + slash})
    assert len(gathered(client)) == 23


def test_auth_url_with_version_needs_no_discovery(mock_api: MockApi) -> None:
    gathered(logged_in(mock_api, ALICE))
    assert [one.path for one in mock_api.requests] == [TOKENS, LIST]


def test_other_plugins_of_keystoneauth_are_used(mock_api: MockApi) -> None:
    auth = {**ALICE, "auth_methods": ["v3password"]}
    assert len(gathered(logged_in(mock_api, auth, "v3multifactor"))) == 23


def test_incomplete_plugin_options_are_reported(mock_api: MockApi) -> None:
    sentence = failure(lambda: logged_in(mock_api, {}, "v3oidcpassword"))
    assert "auth_type v3oidcpassword cannot be used" in sentence
    assert "access-token-endpoint" in sentence


def test_unknown_auth_type_lists_supported_types(mock_api: MockApi) -> None:
    sentence = failure(lambda: logged_in(mock_api, ALICE, "pasword"))
    types = ", ".join(sorted({*loading.get_available_plugin_names(), "aksk"}))
    assert sentence == f"Unknown auth_type pasword. Supported types: {types}."


def test_auth_type_none_requires_endpoint(mock_api: MockApi) -> None:
    client = logged_in(mock_api, {}, "none", endpoint=mock_api.url)
    assert "HTTP 401" in failure(lambda: gathered(client))
    assert tokens_of(mock_api) == 0


@pytest.mark.parametrize(
    ("auth_type", "lacking", "named"),
    [
        ("password", "username", "OS_USERNAME or OS_USER_ID"),
        ("password", "password", "OS_PASSWORD"),
        ("password", "auth_url", "OS_AUTH_URL"),
        ("token", "token", "OS_TOKEN"),
        ("v3applicationcredential", "application_credential_id", "OS_APPLICATION_CREDENTIAL_ID"),
    ],
)
def test_missing_options_are_reported_before_any_request(
    mock_api: MockApi, auth_type: str, lacking: str, named: str
) -> None:
    auth = {name: value for name, value in ALICE.items() if name != lacking}
    auth["auth_url"] = "" if lacking == "auth_url" else mock_api.auth_url
    sentence = failure(lambda: logged_in(mock_api, auth, auth_type))
    assert named in sentence
    assert mock_api.requests == []


@pytest.mark.parametrize(
    ("auth_type", "auth", "missing", "variables"),
    [
        (
            "password",
            {"username": "a", "password": "p", "project_name": "p"},
            "user_domain_name or user_domain_id, project_domain_name or project_domain_id",
            "OS_USER_DOMAIN_NAME or OS_USER_DOMAIN_ID, "
            "OS_PROJECT_DOMAIN_NAME or OS_PROJECT_DOMAIN_ID",
        ),
        (
            "v3password",
            {"user_id": "a", "username": "a", "password": "p", "project_name": "p"},
            "project_domain_name or project_domain_id",
            "OS_PROJECT_DOMAIN_NAME or OS_PROJECT_DOMAIN_ID",
        ),
        (
            "token",
            {"username": "a", "token": "t", "project_name": "p"},
            "project_domain_name or project_domain_id",
            "OS_PROJECT_DOMAIN_NAME or OS_PROJECT_DOMAIN_ID",
        ),
        (
            "v3applicationcredential",
            {"application_credential_secret": "s", "project_name": "p"},
            "application_credential_id or application_credential_name",
            "OS_APPLICATION_CREDENTIAL_ID or OS_APPLICATION_CREDENTIAL_NAME",
        ),
    ],
)
def test_missing_options_are_reported_as_options_and_variables(
    mock_api: MockApi, auth_type: str, auth: Row, missing: str, variables: str
) -> None:
    kind = auth_type.replace("v3password", "password")
    sentence = (
        f"auth_type {kind} requires {missing}. Set in auth, in the environment ({variables}), or name "
        "a cloud of clouds.yaml with cloud."
    )
    assert failure(lambda: logged_in(mock_api, auth, auth_type)) == (
        sentence + " No credentials are set in the environment, which become resets."
    )
    environ = {"OS_" + name.upper(): value for name, value in auth.items()}
    options = {"auth_type": auth_type, "auth": {"auth_url": mock_api.auth_url}}
    assert failure(lambda: connect(merge_options(options, environ))) == sentence
    assert mock_api.requests == []


@pytest.mark.parametrize(
    "domain", [{"default_domain_name": "Default"}, {"default_domain_id": "default"}]
)
def test_default_domain_replaces_missing_ones(mock_api: MockApi, domain: Row) -> None:
    auth = {name: value for name, value in ALICE.items() if "domain" not in name}
    assert len(gathered(logged_in(mock_api, {**auth, **domain}))) == 23


def test_quirk_07_token_without_project_is_named_where_catalog_is_needed(
    mock_api: MockApi,
) -> None:
    assert "not scoped to a project" in failure(lambda: logged_in(mock_api, UNSCOPED))
    domain = {**UNSCOPED, "domain_name": "Default"}
    assert "not scoped to a project" in failure(lambda: logged_in(mock_api, domain))


@pytest.mark.parametrize("scope", [{}, {"domain_name": "Default"}], ids=["none", "domain"])
def test_quirk_07_token_without_project_is_warned_of_where_its_lists_are_empty(
    mock_api: MockApi, scope: Row
) -> None:
    told = Sentences()
    client = logged_in(mock_api, {**UNSCOPED, **scope}, endpoint=mock_api.url)
    assert gathered(client, told=told) == []
    assert len(told.warnings) == 1
    assert "Set auth.project_name or auth.project_id" in told.warnings[0]


def test_token_for_project_is_no_reason_to_warn(mock_api: MockApi) -> None:
    told = Sentences()
    gathered(client_of(mock_api), told=told, resolve=True)
    assert told.warnings == []


def test_unknown_region_lists_available_regions(mock_api: MockApi) -> None:
    sentence = failure(lambda: client_of(mock_api, region_name="RegionTwo"))
    assert "no public network endpoint in region RegionTwo" in sentence
    assert "Available regions: RegionOne." in sentence


def test_missing_interface_is_reported(mock_api: MockApi) -> None:
    sentence = failure(lambda: client_of(mock_api, interface="internal"))
    assert "no internal network endpoint" in sentence


def test_several_regions_require_region_name(mock_api: MockApi) -> None:
    sentence = failure(lambda: client_of(mock_api, **_catalog(mock_api, "RegionOne", "RegionTwo")))
    assert "Set region_name to one of: RegionOne, RegionTwo" in sentence


def _catalog(mock_api: MockApi, *regions: str) -> Row:
    """Have the next token answered with a catalog of these regions."""
    entries = [
        {"id": region, "interface": "public", "region": region, "region_id": region, "url": url}
        for region, url in ((region, f"https://{region}.example.com") for region in regions)
    ]
    body = {
        "token": {
            "methods": ["password"],
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "expires_at": "2099-01-01T00:00:00.000000Z",
            "user": {"id": "u", "name": "alice", "domain": {"id": "d", "name": "Default"}},
            "project": {"id": "p", "name": "vpn-one", "domain": {"id": "d", "name": "Default"}},
            "roles": [],
            "catalog": [{"id": "n", "type": "network", "name": "n", "endpoints": entries}],
        }
    }
    mock_api.fault(TOKENS, body=body)
    return {"region_name": ""}


# --- Keystone in a bad mood ---


def test_wrong_password_is_reported(mock_api: MockApi) -> None:
    auth = {**ALICE, "password": "not-for-logs-wrong"}
    sentence = failure(lambda: logged_in(mock_api, auth, retries=3))
    assert "rejected the credentials (HTTP 401)" in sentence
    assert "Check the user, the password or secret, the domain and the project" in sentence
    assert tokens_of(mock_api) == 1


def test_what_can_explain_wrong_password_is_reported_with_it(mock_api: MockApi) -> None:
    sentence = failure(lambda: logged_in(mock_api, {**ALICE, "password": "alicepw\n"}))
    assert "(HTTP 401)" in sentence
    assert sentence.endswith(
        "Check the user, the password or secret, the domain and the project. auth.password ends in a "
        "line break, which is sent as part of it."
    )
    mock_api.fault(TOKENS, status=400, body={"error": {"message": "No"}})
    sentence = failure(lambda: logged_in(mock_api, {**ALICE, "password": "alicepw\n"}))
    assert sentence == (
        f"Keystone at {mock_api.auth_url} returned an error (HTTP 400): No. "
        "Check user_domain_name and project_domain_name in auth."
    )


def test_wrong_auth_url_is_reported(mock_api: MockApi) -> None:
    for path in ("/identity/v3", "/identity"):
        auth = {**ALICE, "auth_url": mock_api.url + path}
        sentence = failure(lambda auth=auth: logged_in(mock_api, auth))  # type: ignore[misc]
        assert "Check auth_url" in sentence
        assert path in sentence


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v3", "http://127.0.0.1:1"])
def test_unreachable_keystone_is_reported(mock_api: MockApi, url: str) -> None:
    sentence = failure(lambda: logged_in(mock_api, {**ALICE, "auth_url": url}))
    assert "Keystone at http://127.0.0.1:1" in sentence
    assert "refused" in sentence or "Check auth_url" in sentence


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("nonsense", "nonsense"),
        ("http://[", "(invalid URL)"),
        ("iam.example.com/v3", "iam.example.com/v3"),
        ("ftp://iam.example.com/v3", "ftp://iam.example.com/v3"),
        ("http:///v3", "http:///v3"),
        ("http://h:99999/v3", "http://h:99999/v3"),
    ],
)
def test_invalid_auth_url_is_reported(mock_api: MockApi, url: str, shown: str) -> None:
    assert failure(lambda: logged_in(mock_api, {**ALICE, "auth_url": url})) == (
        "auth_url must be a URL such as https://iam.eu-de.otc.t-systems.com/v3, got: " + shown + "."
    )


def test_auth_url_with_password_is_rejected_and_not_shown(mock_api: MockApi) -> None:
    url = mock_api.auth_url.replace("//", "//alice:not-for-logs@")
    sentence = failure(lambda: logged_in(mock_api, {**ALICE, "auth_url": url}))
    assert "auth_url must not contain a user name or password" in sentence


def test_400_of_keystone_names_option_of_domain(mock_api: MockApi) -> None:
    body = {"error": {"code": 400, "message": "Expecting to find domain in user."}}
    mock_api.fault(TOKENS, status=400, body=body)
    sentence = failure(lambda: logged_in(mock_api, ALICE))
    assert "Expecting to find domain in user. Check user_domain_name" in sentence


@pytest.mark.parametrize("auth_type", ["token", "v3token"])
def test_token_that_is_missing_is_named(mock_api: MockApi, auth_type: str) -> None:
    auth = {"project_id": mock_api.project_id("vpn-one")}
    sentence = failure(lambda: logged_in(mock_api, auth, auth_type))
    assert "auth_type token requires token." in sentence


def test_quirk_10_throttling_keystone_is_retried(mock_api: MockApi) -> None:
    body = {
        "error_msg": "The throttling threshold has been reached: policy user over ratelimit",
        "error_code": "APIGW.0308",
    }
    mock_api.fault(TOKENS, status=429, body=body, count=None, headers={"Retry-After": "0"})
    sentence = failure(lambda: client_of(mock_api, retries=2))
    assert "(HTTP 429): APIGW.0308: The throttling threshold" in sentence
    assert tokens_of(mock_api) == 3
    mock_api.reset()
    mock_api.fault(TOKENS, status=429, body=body, headers={"Retry-After": "1"})
    assert len(gathered(client_of(mock_api, retries=1))) == 23
    first, second = (one.started for one in mock_api.requests if one.path == TOKENS)
    assert second - first >= 1


@pytest.mark.parametrize("header", ["-5", "3600", "soon", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_quirk_10_odd_retry_after_of_keystone_is_handled(mock_api: MockApi, header: str) -> None:
    mock_api.fault(TOKENS, status=429, body="", count=None, headers={"Retry-After": header})
    assert "HTTP 429" in failure(lambda: client_of(mock_api, api_timeout=0.5, retries=1))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_transient_error_of_keystone_is_retried(mock_api: MockApi, status: int) -> None:
    fault: Row = {"status": status, "body": "", "headers": {"Retry-After": "0"}}
    mock_api.fault(TOKENS, **fault)
    assert len(gathered(client_of(mock_api, retries=1))) == 23
    mock_api.fault(TOKENS, **fault, count=None)
    assert f"HTTP {status}" in failure(lambda: client_of(mock_api, retries=1))


@pytest.mark.parametrize(
    "fault",
    [{"status": 503, "body": "", "headers": {"Retry-After": "0"}}, {"reset": True}],
    ids=["error", "broken connection"],
)
def test_write_is_repeated_if_only_its_token_was_missing(mock_api: MockApi, fault: Row) -> None:
    client = client_of(mock_api, endpoint=mock_api.url, retries=1)
    mock_api.fault(TOKENS, **fault)
    mock_api.fault(LIST, method="POST", status=201, body={"ipsec_site_connection": {"id": "x"}})
    body: Row = {"ipsec_site_connection": {}}
    assert client.request("POST", "vpn/ipsec-site-connections", body=body)
    assert tokens_of(mock_api) == 2
    assert lists_of(mock_api) == 1


@pytest.mark.parametrize("fault", [{"drip": 0.05}, {"delay": 2.0}], ids=str)
@pytest.mark.parametrize("by_hand", [False, True], ids=["catalog", "endpoint by hand"])
def test_slow_keystone_times_out(mock_api: MockApi, fault: Row, by_hand: bool) -> None:
    options = {"endpoint": mock_api.url} if by_hand else {}
    mock_api.fault(TOKENS, **fault, count=None)
    started = time.monotonic()
    sentence = failure(lambda: gathered(client_of(mock_api, api_timeout=0.6, **options)))
    assert time.monotonic() - started < 1.7
    assert "api_timeout" in sentence
    assert "Keystone at" in sentence
    assert mock_api.url in sentence


@pytest.mark.parametrize(
    "fault", [{"reset": True}, {"cut": 100}, {"reset": True, "cut": 10}], ids=str
)
def test_broken_connection_of_keystone_is_reported(mock_api: MockApi, fault: Row) -> None:
    mock_api.fault(TOKENS, **fault, count=None)
    assert "failed: " in failure(lambda: client_of(mock_api))
    mock_api.reset()
    mock_api.fault(TOKENS, **fault)
    assert len(gathered(client_of(mock_api, retries=1))) == 23


@pytest.mark.parametrize(
    "body",
    [
        "<html><title>Sign in</title></html>",
        "",
        "[]",
        "7",
        "null",
        '{"token": null}',
        '{"token": 7}',
        '{"token": {}}',
        '{"token": {"catalog": 7, "project": {}}}',
        '{"token": {"catalog": [{"type": "network", "endpoints": 7}], "project": {"id": "p"}}}',
        '{"token": {"catalog": [7], "project": {"id": "p"}, "expires_at": "2099-01-01T00:00:00Z"}}',
        '{"token": {"expires_at": "soon", "project": {"id": "p"}}}',
    ],
)
@pytest.mark.parametrize("by_hand", [False, True], ids=["catalog", "endpoint by hand"])
def test_unexpected_response_of_keystone_is_reported(
    mock_api: MockApi, body: str, by_hand: bool
) -> None:
    options = {"endpoint": mock_api.url} if by_hand else {}
    mock_api.fault(TOKENS, body=body, count=None)
    try:
        rows = gathered(client_of(mock_api, **options))
    except VpnError:
        sentence = failure(lambda: gathered(client_of(mock_api, **options)))
        assert mock_api.auth_url in sentence or "not scoped to a project" in sentence
    else:
        assert len(rows) == 23  # the token itself, in a header, was good
        assert by_hand


def test_response_of_keystone_without_token_is_reported(mock_api: MockApi) -> None:
    mock_api.fault(TOKENS, headers={"X-Subject-Token": None}, count=None)
    sentence = failure(lambda: client_of(mock_api))
    assert sentence.startswith(f"Unexpected response from Keystone at {mock_api.auth_url}: ")
    assert sentence.endswith(". Check auth_url and auth_type.")


def test_html_discovery_of_keystone_is_reported(mock_api: MockApi) -> None:
    mock_api.fault("^/$", body="<html><title>Welcome</title></html>", count=None)
    auth = {**ALICE, "auth_url": mock_api.url}
    assert "Check auth_url" in failure(lambda: logged_in(mock_api, auth))


def unreachable() -> t.NoReturn:
    """Fail as keystoneauth1 does, whose exceptions are no OSError."""
    try:
        raise requests.exceptions.ConnectionError(OSError(111, "Connection refused"))
    except OSError:
        raise exceptions.ConnectFailure("Unable to establish connection") from None


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            exceptions.ClientException("Wrong alicepw, proxy-password."),
            "Unexpected response from KEYSTONE: Wrong ********, ********. Check auth_url and "
            "auth_type.",
        ),
        *(
            (
                kind("alicepw"),
                "Unexpected response from KEYSTONE: it is not a response of Keystone. Check auth_url "
                "and auth_type.",
            )
            for kind in (ValueError, KeyError, TypeError, AttributeError, RecursionError)
        ),
        (OSError("Wrong alicepw"), "KEYSTONE cannot be sent: Wrong ********."),
        (exceptions.ConnectFailure("Gone"), "KEYSTONE cannot be sent: Gone."),
        (
            None,
            "KEYSTONE failed: Connection refused. Check auth_url, the network and the proxy "
            "settings.",
        ),
    ],
    ids=str,
)
def test_exception_of_keystoneauth_is_sentence_without_secret(
    mock_api: MockApi,
    error: Exception | None,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FTP_PROXY", "http://someone:proxy-password@127.0.0.1:1")
    client = logged_in(mock_api, ALICE, endpoint=mock_api.url)
    auth: t.Any = client.auth

    def call() -> t.NoReturn:
        if error is None:
            unreachable()
        raise error

    expected = sentence.replace("KEYSTONE", f"Keystone at {mock_api.auth_url}")
    assert failure(lambda: auth._call_keystone(call)) == expected


# --- one token ---


def test_quirk_17_one_token_for_many_threads(mock_api: MockApi) -> None:
    client = client_of(mock_api, endpoint=mock_api.url)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: list_rows(client, SUBNET), range(16)))
    assert len(answers) == 16
    assert tokens_of(mock_api) == 1


def test_quirk_11_threads_renew_token_once(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    list_rows(client, SUBNET)
    mock_api.revoke_tokens()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: list_rows(client, SUBNET), range(8)))
    assert all(answers)
    assert tokens_of(mock_api) == 2


def test_only_token_of_rejected_request_is_dropped(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    gathered(client)
    for token, tokens in (("another", 1), (client.auth.secrets[-1], 2)):
        rejected = requests.Request("GET", mock_api.url, {"X-Auth-Token": token}).prepare()
        assert client.auth.renew(rejected)
        gathered(client)
        assert tokens_of(mock_api) == tokens


def test_project_and_roles_are_those_of_token(mock_api: MockApi) -> None:
    client = client_of(mock_api)
    assert client.auth.has_catalog
    assert client.auth.project is None
    client.auth.authenticate()
    assert client.auth.project == mock_api.project_id("vpn-one")
    assert client.auth.roles == {"member", "reader"}


def test_access_key_knows_project_only(mock_api: MockApi) -> None:
    auth = {"access_key": "A", "secret_key": "S"}
    client = logged_in(mock_api, {**auth, "project_id": "p"}, "aksk", endpoint=mock_api.url)
    assert (client.auth.project, client.auth.roles) == ("p", frozenset())
    client = logged_in(mock_api, auth, "aksk", endpoint=mock_api.url)
    assert client.auth.project is None
    assert not client.auth.has_catalog


def test_expiring_token_is_not_used() -> None:
    with MockApi("otc", token_lifetime=timedelta(seconds=5)) as mock_api:
        assert len(gathered(client_of(mock_api))) == 23


def test_secrets_of_environment_are_secrets_of_client(mock_api: MockApi) -> None:
    options = options_for(mock_api)
    client = connect(options)
    gathered(client)
    token = mock_api.requests[-1].headers["x-auth-token"]
    assert set(client.auth.secrets) == {"alicepw", token}
