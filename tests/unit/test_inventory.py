# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the inventory plugin: options, clouds, the cache key, host variables and names."""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import fnmatch
import ipaddress
import re
import threading
import time
import types
import typing as t
from pathlib import Path

import ansible.template
import pytest
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.inventory.group import Group
from ansible.inventory.host import Host
from ansible.inventory.manager import split_host_pattern
from ansible.parsing.dataloader import DataLoader
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._cloud.parallel import run_parallel
from ansible_collections.otc.vpn.plugins.module_utils._vpn.gathering import Selection
from ansible_collections.otc.vpn.plugins.module_utils._vpn.kinds import CONNECTION
from ansible_collections.otc.vpn.plugins.plugin_utils._inventory import (
    data,
    hosts,
    options,
    sources,
)
from ansible_collections.otc.vpn.plugins.plugin_utils._inventory.compile_once import compile_once
from hypothesis import example, given
from hypothesis import strategies as st

from tests.mock_api import MockApi
from tests.unit.clients import LIST
from tests.unit.remains import (
    ends_within,
    interrupt_through_another_thread,
    remains,
    server,
    sockets,
)

Row = dict[str, t.Any]
AUTH = {
    "auth_url": "https://iam.example.com/v3",
    "username": "alice",
    "password": "secret",
    "project_name": "one",
    "user_domain_name": "Default",
}
SOURCE: Row = {"auth": AUTH}


# -- options


def evaluate(name: str, value: t.Any, kind: str, evaluated: t.Any = None) -> t.Any:
    """Return the value of one option; `evaluated` is what its templates return."""
    definitions = {name: {"type": kind}}
    answer = options.evaluate_options(
        {name: value}, definitions, lambda given: given if evaluated is None else evaluated
    )
    return answer.get(name, "not set")


@pytest.mark.parametrize(
    ("name", "value", "kind", "expected"),
    [
        ("status", "ACTIVE, DOWN", "list", ["ACTIVE", "DOWN"]),
        ("status", '["ACTIVE"]', "list", ["ACTIVE"]),
        ("tags", '{"site": "munich"}', "dict", {"site": "munich"}),
        ("name", "", "str", "not set"),
        ("name", 7, "str", 7),
        ("hostvars_prefix", "", "str", ""),
        ("name", ["a", 7], "raw", ["a", 7]),
        ("name", {"a": 1}, "raw", {"a": 1}),
        ("compose", {"a": "{{ b }}"}, "dict", {"a": "{{ b }}"}),
        (
            "auth",
            {"password": "{{ not a template }}"},
            "dict",
            {"password": "{{ not a template }}"},
        ),
    ],
)
def test_option_is_converted(name: str, value: t.Any, kind: str, expected: t.Any) -> None:
    assert evaluate(name, value, kind) == expected


@pytest.mark.parametrize(
    ("name", "value", "kind", "expected"),
    [
        (
            "cloud",
            {"auth": {"password": "hidden"}},
            "str",
            "cloud must be a single value, got: dict.",
        ),
        ("clouds", {"one": {"password": "hidden"}}, "list", "clouds must be a list, got: dict."),
        ("auth", "hidden", "dict", "auth must be a dictionary, got: str."),
        ("name", "{{ x }}", "str", "The option name still contains a template"),
        ("tags", {"a": ["{% x %}"]}, "dict", "The option tags.a[0] still contains a template"),
    ],
)
def test_option_of_wrong_shape_is_rejected_without_its_value(
    name: str, value: t.Any, kind: str, expected: str
) -> None:
    with pytest.raises(VpnError) as caught:
        evaluate(name, value, kind)
    assert str(caught.value).startswith(expected)
    assert "hidden" not in str(caught.value)


def test_option_whose_template_fails_is_named() -> None:
    def template(_value: t.Any) -> t.Any:
        raise AnsibleError("'x' is undefined")

    with pytest.raises(VpnError) as caught:
        options.evaluate_options({"status": "{{ x }}"}, {"status": {}}, template)
    assert str(caught.value) == "Cannot evaluate the option status: 'x' is undefined"


def test_names_are_single_values_or_list_of_them() -> None:
    assert options.names(None) is None
    assert options.names(7) == ["7"]
    with pytest.raises(VpnError, match=r"^name must be a single value, got: list\.$"):
        options.names(["a", ["b"]])


# -- expressions and text


def test_expression_is_compiled_once_for_all_hosts() -> None:
    templar: t.Any = ansible.template.Templar(loader=DataLoader(), variables={"a": 7})
    compile_once(templar)
    if not data.MARKED_BY_CORE:  # ansible-core 2.18 compiles templates only, in another method
        assert int(templar.template("{{ a + 1 }}")) == 8
        return
    expression = ansible.template.trust_as_template("a + 1")
    assert [templar.evaluate_expression(expression) for _host in range(3)] == [8, 8, 8]
    assert templar._engine._compile_expression.cache_info()[:2] == (2, 1)


def test_templar_of_another_shape_is_left_as_it_is() -> None:
    def compile_expression(expression: str, options: t.Any, more: t.Any) -> None:
        """Has one parameter more than the method of ansible-core."""

    engine = types.SimpleNamespace(_compile_expression=compile_expression)
    for templar in (types.SimpleNamespace(_engine=engine), types.SimpleNamespace()):
        before = dict(vars(templar))
        compile_once(templar)
        assert vars(templar) == before
    assert engine._compile_expression is compile_expression


def test_only_text_that_core_would_evaluate_is_marked() -> None:
    value: dict[str, t.Any] = {"{{ a }}": ["{% b %}", ("c\\d", 1)], "plain": "text", "none": None}
    marked = data.mark_untrusted(value)
    if data.MARKED_BY_CORE:
        assert marked is value
        return
    assert marked == {"{{ a }}": ["{% b %}", ["c\\d", 1]], "plain": "text", "none": None}
    hostile, plain, _none = marked
    first, (second, _number) = marked[hostile]
    assert all(hasattr(one, "__UNSAFE__") for one in (hostile, first, second))
    assert [type(plain), type(marked[plain])] == [str, str]


# -- what to query

NO_QUERY: Row = {
    **dict.fromkeys((*CONNECTION.filters, "name", "vpn_service", "gateway", "customer_gateway")),
    "fields": None,
    "editions": ["classic", "enterprise"],
    "resolve": False,
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"fields": (None, None)}),
        ({"name": "a"}, {"name": (["a"], ["a"])}),
        ({"name": ["a", 7]}, {"name": (["a", "7"], ["a", "7"])}),
        ({"resolve": True}, {"resolve": (True, True)}),
        ({"vpn_service": "v"}, {"vpn_service": ("v", None), "gateway": (None, "v")}),
        ({"vpn_service": "v", "gateway": "g"}, {"gateway": (None, "g")}),
        ({"customer_gateway": "c"}, {"customer_gateway": (None, "c")}),
        (
            {"fields": ["vgw_id", "name"]},
            {
                "fields": (
                    ["name", "description", "peer_address", "created_at"],
                    ["vgw_id", "name", "description", "peer_address", "created_at"],
                ),
                "added": ([], ["peer_address"]),
            },
        ),
    ],
)
def test_query_is_what_option_selects_and_hosts_need(
    query: Row, expected: dict[str, tuple[t.Any, t.Any]]
) -> None:
    hostnames = ["description", "ipsec_name ~ '-gateway'"]
    warnings: list[str] = []
    selected = sources.read_selections({**NO_QUERY, **query}, hostnames, warnings.append)
    assert [*selected] == ["classic", "enterprise"]
    for name, values in expected.items():
        assert tuple(getattr(one, name) for one in selected.values()) == values, name
    assert warnings == []


def test_query_has_filters_of_both_editions_and_warns_of_unknown_status() -> None:
    warnings: list[str] = []
    query = {**NO_QUERY, "status": ["GONE"], "admin_state_up": True, "editions": ["enterprise"] * 2}
    selected = sources.read_selections(query, [], warnings.append)
    assert [*selected] == ["enterprise"]
    assert selected["enterprise"].filters == {
        **dict.fromkeys(CONNECTION.filters),
        "status": ["GONE"],
        "admin_state_up": True,
    }
    assert len(warnings) == 1
    assert warnings[0].startswith("status contains GONE, ")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["name", "psk"], "fields contains psk, which is never a host variable."),
        (["names", "b", "id"], "Unknown fields: b, names. Supported fields: admin_state_up, "),
    ],
)
def test_field_that_is_no_host_variable_is_rejected(fields: list[str], expected: str) -> None:
    with pytest.raises(VpnError) as caught:
        sources.read_selections({**NO_QUERY, "fields": fields}, [], print)
    assert str(caught.value).startswith(expected)


# -- clouds


def test_editions_of_each_cloud_are_read(mock_api: MockApi) -> None:
    source = {"auth": mock_api.auth_options(), "region_name": "RegionOne", "retries": 0}
    entries = [{"label": "one", "enterprise_endpoint": mock_api.url}, {"label": "two"}]
    clouds = sources.read_clouds(source, entries, {})
    selections = {"classic": Selection(), "enterprise": Selection()}
    one, two = sources.fetch(clouds, selections, fail_on_error=False)
    assert {row["edition"] for row in one.connections} == {"classic", "enterprise"}
    assert one.warnings == []
    assert {row["edition"] for row in two.connections} == {"classic"}
    (warning,) = two.warnings
    assert warning.startswith(
        "two: skipped: Cannot read the edition enterprise (option editions): No endpoint of "
    )


@pytest.mark.parametrize(("labels", "prefix"), [(("a",), ""), (("a", "b"), "a: ")])
def test_warnings_name_cloud_if_there_are_several(
    mock_api: MockApi, labels: tuple[str, ...], prefix: str
) -> None:
    source = {
        "auth": mock_api.auth_options(),
        "region_name": "RegionOne",
        "enterprise_endpoint": mock_api.url,
    }
    clouds = sources.read_clouds(source, [{"label": label} for label in labels], {})
    mock_api.fault("/customer-gateways", status=403, count=9)
    mock_api.fault(LIST, status=400)  # the reader repeats the request, which is no warning
    selections = {"classic": Selection(), "enterprise": Selection(resolve=True)}
    results = sources.fetch(clouds, selections, fail_on_error=True)
    (warning,) = results[0].warnings
    assert warning.startswith(f"{prefix}Cannot read customer gateway objects, ")
    assert {row["edition"] for row in results[0].connections} == {"classic", "enterprise"}


@pytest.mark.parametrize(("up", "found"), [(True, True), (None, True), (False, False)])
def test_connections_of_enterprise_count_as_administratively_up(
    mock_api: MockApi, up: bool | None, found: bool
) -> None:
    source = {
        "auth": mock_api.auth_options(),
        "region_name": "RegionOne",
        "enterprise_endpoint": mock_api.url,
    }
    selections = {"enterprise": Selection(filters={"admin_state_up": up})}
    (result,) = sources.fetch(sources.read_clouds(source, [], {}), selections, fail_on_error=True)
    assert bool(result.connections) is found


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ({"label": "l", "auth": {"project_name": "p", "project_id": "i"}}, "l"),
        ({"auth": {"project_name": "p", "project_id": "i"}}, "p"),
        ({"auth": {"project_id": "i"}, "endpoint": "https://vpc.example.com/v2.0"}, "i"),
        (
            {
                "auth": {"auth_url": "https://iam.example.com/v3"},
                "endpoint": "https://vpc.example.com",
            },
            "vpc.example.com",
        ),
        ({"auth": {"auth_url": "https://iam.example.com/v3"}}, "iam.example.com"),
    ],
    ids=["label", "project_name", "project_id", "endpoint", "auth_url"],
)
def test_cloud_is_called_by_its_most_specific_name(given: Row, label: str) -> None:
    assert sources.read_clouds(given, [], {})[0].label == label


def test_invalid_option_of_source_is_named() -> None:
    with pytest.raises(VpnError) as caught:
        sources.read_clouds({"interface": "no"}, [], {})
    assert str(caught.value) == (
        "Connection options: value of interface must be one of: public, internal, admin, got: no."
    )


@pytest.mark.parametrize("fail_on_error", [True, False])
@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
def test_clouds_that_hang_leave_no_thread_and_no_socket(
    mock_api: MockApi, first: bytes, fail_on_error: bool
) -> None:
    before = sockets()
    with server(first, b" " if first else b"") as hanging:
        # The first one fails while the others still read.
        timeouts = [0.3, 60.0, 60.0] if fail_on_error else [0.3, 0.4, 0.5]
        entries = [{"endpoint": hanging, "api_timeout": seconds} for seconds in timeouts]
        source = {"auth": mock_api.auth_options(), "region_name": "eu-nl", "retries": 0}
        clouds = sources.read_clouds(source, entries, {})
        threads = remains()
        if fail_on_error:
            with pytest.raises(VpnError, match="timed out"):
                sources.fetch(clouds, {"classic": Selection()}, fail_on_error=True)
        else:
            results = sources.fetch(clouds, {"classic": Selection()}, fail_on_error=False)
            assert all("timed out" in str(result.error) for result in results)
        assert ends_within(2, threads)
    end = time.monotonic() + 5
    while sockets() > before and time.monotonic() < end:
        time.sleep(0.02)  # the servers close their sides, which are in this process too
    assert sockets() <= before


def test_auth_of_entry_is_merged_with_that_of_source() -> None:
    entries = [{"auth": {"username": "bob"}, "label": "b"}, {"region_name": "eu-nl"}]
    first, second = sources.read_clouds(SOURCE, entries, {})
    assert first.label == "b"
    assert first.options["auth"] == {**AUTH, "username": "bob", "project_domain_name": "Default"}
    assert second.label == "one"
    assert second.options["region_name"] == "eu-nl"
    assert second.options["auth"]["username"] == "alice"


def test_entry_with_another_project_or_credential_replaces_that_of_source() -> None:
    entries = [{"auth": {"project_id": "two"}}, {"auth": {"token": "t"}, "auth_type": "token"}]
    first, second = sources.read_clouds(SOURCE, entries, {})
    assert first.label == "two"
    assert "project_name" not in first.options["auth"]
    assert first.options["auth"]["password"] == "secret"
    assert "password" not in second.options["auth"]
    assert second.options["auth"]["project_name"] == "one"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["hidden"], "clouds[0] must be a dictionary, got: str."),
        ([{}, ["hidden"]], "clouds[1] must be a dictionary, got: list."),
        (
            [{"usrname": "hidden", "auth": {"psk": "hidden"}}],
            "clouds[0]: unsupported options: auth.psk, usrname. "
            "See ansible-doc -t inventory otc.vpn.ipsec_connections.",
        ),
        (
            [{"interface": "hidden"}],
            "clouds[0]: value of interface must be one of: public, internal, admin, got: hidden.",
        ),
        ([{"cloud": {"a": "hidden"}}], "clouds[0].cloud must be a single value, got: dict."),
        ([{"auth": "hidden"}], "clouds[0].auth must be a dictionary, got: str."),
        (
            [{"auth": {"username": ["hidden"]}}],
            "clouds[0].auth.username must be a single value, got: list.",
        ),
    ],
)
def test_entry_of_wrong_shape_is_rejected_without_its_value(
    entries: list[t.Any], expected: str
) -> None:
    with pytest.raises(VpnError) as caught:
        sources.read_clouds(SOURCE, entries, {})
    assert str(caught.value) == expected


# -- the cache key

QUERY = Selection(filters={"status": ["DOWN"]})


def key(query: Selection = QUERY, **changed: t.Any) -> str:
    """Return the cache key of a cloud with other options."""
    given = {"auth_type": "password", "auth": AUTH, "label": "same", **changed}
    return sources.cache_key(sources.read_clouds(given, [], {}), {"classic": query})


@pytest.mark.parametrize(
    "changed",
    [
        {"auth_type": "v3password"},
        {"region_name": "eu-nl"},
        {"interface": "internal"},
        {"endpoint": "https://vpc.example.com"},
        {"enterprise_endpoint": "https://vpn.example.com"},
        {"client_cert": "/certificate.pem"},
        *({"auth": {**AUTH, name: "other"}} for name in AUTH if name != "password"),
        *({"auth": {**AUTH, name: "other"}} for name in ("project_id", "token", "access_token")),
        {"query": QUERY._replace(filters={"status": ["ACTIVE"]})},
        {"query": QUERY._replace(fields=["state"])},
    ],
    ids=str,
)
def test_cache_key_differs_when_another_user_or_query_is_used(changed: Row) -> None:
    assert key(**changed) != key()


def test_cache_key_differs_between_clouds_of_file() -> None:
    one, other = (sources.Cloud("same", {"cloud": name, "auth": {}}) for name in ("a", "b"))
    keys = [
        sources.cache_key(clouds, selections)
        for clouds in ([one], [other], [one, other], [other, one])
        for selections in ({"classic": QUERY}, {"enterprise": QUERY})
    ]
    assert len(set(keys)) == len(keys)


def test_cache_key_is_same_with_another_password_or_timeout() -> None:
    assert key(auth={**AUTH, "password": "changed"}) == key()
    assert key(api_timeout=5.0) == key()
    assert key(auth=dict(reversed(AUTH.items()))) == key()


@pytest.mark.parametrize(
    "cached",
    [None, "null", "[]", "[[], []]", "[{}]", "[[1]]", '[[{"id": "a"}]]'],
)
def test_cache_of_another_shape_is_not_used(cached: str | None) -> None:
    assert sources.from_cache(cached, [sources.Cloud("one", {})]) is None


def test_cache_returns_what_was_stored() -> None:
    one = {"id": "a", "created_at": None, "edition": "classic", "peer_address": "b"}
    lists = [[one], []]
    clouds = [sources.Cloud(label, {}) for label in ("one", "two")]
    assert sources.from_cache(sources.to_cache(lists), clouds) == lists


def test_secrets_in_cache_are_dropped() -> None:
    row = '{"id": "a", "created_at": null, "edition": "classic", "peer_address": "b", "psk": "x", "vendor": {"psk": "x"}}'
    assert sources.from_cache(f"[[{row}]]", [sources.Cloud("one", {})]) == [
        [{"id": "a", "created_at": None, "edition": "classic", "peer_address": "b", "vendor": {}}]
    ]


def test_serialization_markers_in_cache_are_dropped() -> None:
    row = (
        '{"id": "a", "created_at": null, "edition": "", "peer_address": {"__ansible_unsafe": "x"}}'
    )
    assert sources.from_cache(f"[[{row}]]", [sources.Cloud("one", {})]) == [
        [{"id": "a", "created_at": None, "edition": "", "peer_address": {}}]
    ]


# -- threads


def test_parallel_calls_do_not_wait_for_each_other() -> None:
    everybody = threading.Barrier(30)
    assert run_parallel(lambda _number: everybody.wait(30) >= 0, range(30)) == [True] * 30


def test_parallel_calls_return_in_order_and_error_does_not_wait() -> None:
    assert run_parallel(lambda number: number * 2, [3, 1, 2]) == [6, 2, 4]
    never = threading.Event()

    def call(number: int) -> None:
        if number:
            raise VpnError("at once")
        never.wait()

    with pytest.raises(VpnError, match="at once"):
        run_parallel(call, [0, 1])
    assert all(one.daemon for one in threading.enumerate() if "(run)" in one.name)
    never.set()


def test_parallel_calls_are_interrupted_whichever_thread_receives_the_signal() -> None:
    never = threading.Event()
    late = interrupt_through_another_thread()
    with pytest.raises(KeyboardInterrupt):
        run_parallel(lambda _number: never.wait(20), [0, 1])
    assert not late.is_set()
    never.set()


# -- host variables


def row(**fields: t.Any) -> Row:
    """Return a connection."""
    return {"id": "id-1", "name": "one", "peer_address": "192.0.2.1", **fields}


def candidate(connection: Row, cloud: str, prefix: str) -> hosts.Candidate:
    """Return the host of a connection of a cloud."""
    facts = {**hosts.documented_facts(connection), "cloud": cloud}
    return hosts.candidate(connection, facts, prefix)


def test_undocumented_fields_are_no_variables_of_their_own() -> None:
    connection = row(ansible_connection="local", health_textfile="/tmp", psk="secret", state="up")
    host = candidate(connection, "cloud one", "")
    assert host.variables["other"] == {
        "ansible_connection": "local",
        "health_textfile": "/tmp",
    }
    assert host.variables["state"] == "up"
    assert host.variables["cloud"] == "cloud one"
    assert {name for name in host.variables if name.startswith("ansible_")} == {"ansible_host"}


@pytest.mark.parametrize("address", ["-oProxyCommand=x", "", None, ["192.0.2.1"], {"a": 1}])
def test_unusable_address_is_no_ansible_host(address: t.Any) -> None:
    connection = row(peer_address=address)
    assert "ansible_host" not in candidate(connection, "", "ipsec_").variables
    (gateway,) = hosts.by_gateway([candidate(connection, "", "ipsec_")], "ipsec_")
    assert "ansible_host" not in gateway.variables


@pytest.mark.parametrize(
    "addresses", [("2001:db8::1", "2001:DB8:0::1"), ("vpn.example.com", "VPN.example.com.")]
)
def test_address_notations_are_one_gateway(addresses: tuple[str, str]) -> None:
    found = hosts.by_gateway(
        [candidate(row(id=one, peer_address=one), "", "p_") for one in addresses], "p_"
    )
    (connections,) = (gateway.variables["p_connections"] for gateway in found)
    assert [one["id"] for one in connections] == list(addresses)
    assert not any("ansible_host" in one for one in connections)  # it is the gateway's


def test_connections_without_address_are_separate_gateways() -> None:
    addresses = {"a": None, "b": None, "c": "", "d": "192.0.2.1", "e": "192.0.2.1"}
    rows = [row(id=one, peer_address=address) for one, address in addresses.items()]
    found = hosts.by_gateway([candidate(one, "", "p_") for one in rows], "p_")
    ids = [[one["id"] for one in gateway.variables["p_connections"]] for gateway in found]
    assert ids == [["a"], ["b"], ["c"], ["d", "e"]]


@pytest.mark.parametrize(
    "prefix",
    ["ansible_", "ansible_net_", "ipsec_health_", "ipsec_report_x", "1", "a-", "{{ x }}", "a b"],
)
def test_reserved_prefix_is_rejected(prefix: str) -> None:
    with pytest.raises(VpnError, match=r"^hostvars_prefix must"):
        hosts.check_prefix(prefix)


def test_sentence_about_prefix_says_what_is_possible() -> None:
    with pytest.raises(VpnError) as caught:
        hosts.check_prefix("1")
    assert str(caught.value) == (
        "hostvars_prefix must be the beginning of a variable name: letters, digits and underscores, "
        "and no digit first."
    )
    with pytest.raises(VpnError) as caught:
        hosts.check_prefix("ansible_")
    assert str(caught.value) == (
        "hostvars_prefix must not begin with ansible_ or ipsec_health_ or ipsec_report_ or "
        "peer_parameters_ or strongswan_peer_, because the API would then set variables that Ansible "
        "or a role reads."
    )


@pytest.mark.parametrize("prefix", ["", "ipsec_", "vpn", "_x", "ipsec_he"])
def test_prefix_is_accepted(prefix: str) -> None:
    hosts.check_prefix(prefix)


# -- host names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("branch-munich", "branch-munich"),
        ("Zürich–Köln ☎ (1)", "Zürich–Köln_☎_(1)"),
        ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80__1%eth0"),
        ("web:22", "web_22"),
        ("a b", "a_b"),
        ("!a", "_a"),
        ("-oProxyCommand=x", "_oProxyCommand=x"),
        ("a[1:3]", "a_1_3_"),
        ("..", ""),
        ("", ""),
        ("a" * 159 + "ü", "a" * 159),  # not half of a character
        ("a\ud800", "a_"),
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_host_name_is_safe(text: str, expected: str) -> None:
    assert hosts.safe_host_name(text) == expected


@given(st.text())
@example("~a")
@example("a*")
@example("@file")
@example("::1 ")
@example("a\u202eb")
def test_host_name_is_file_name_and_pattern_for_itself(text: str) -> None:
    name = hosts.safe_host_name(text)
    if not name:
        return
    assert Path("/folder", name).name == name
    assert len(name.encode()) <= hosts.MAX_NAME_BYTES
    assert split_host_pattern(name) == [name]
    assert name[0] not in "!&~@#-"
    assert re.fullmatch(fnmatch.translate(name), name)
    assert not re.fullmatch(fnmatch.translate(name), name + "x")
    assert ":" not in name or ipaddress.ip_address(name).version == 6
    assert not re.search(r"\{\{|\{%|\{#", name)


@given(
    st.lists(st.sampled_from(["a", "a b", "a:b", "a_b", "::1", "all", "", "a_id-1"]), max_size=9)
)
def test_host_names_are_unique(preferred: list[str]) -> None:
    names = hosts.HostNames({}, {"all"}, "ipsec_")
    candidates = [candidate(row(id=f"id-{n}"), "", "ipsec_") for n in range(len(preferred))]
    chosen = [names.choose([one], host) for one, host in zip(preferred, candidates, strict=True)]
    assert len(set(chosen)) == len(chosen)
    assert "all" not in chosen
    assert all(split_host_pattern(name) == [name] for name in chosen)


def test_host_of_another_source_gives_its_name_only_to_same_connection() -> None:
    mine = candidate(row(), "one", "ipsec_")
    existing = {name: Host(name) for name in ("one", "static")}
    existing["one"].vars.update(mine.variables)
    names = hosts.HostNames(existing, (), "ipsec_")
    assert names.choose(["one"], mine) == "one"
    assert names.choose(["static"], candidate(row(), "one", "ipsec_")) == "static_id-1"
    assert names.renamed == ["static (static_id-1)"]
    names = hosts.HostNames(existing, (), "ipsec_")
    assert names.choose(["one"], candidate(row(), "two", "ipsec_")) == "one_id-1"
    gateway = hosts.by_gateway([mine], "ipsec_")[0]
    assert hosts.HostNames(existing, (), "ipsec_").choose(["one"], gateway) == "one_id-1"


def test_name_with_id_is_not_taken_twice_with_another_source() -> None:
    names = hosts.HostNames({"one": Host("one")}, (), "ipsec_")
    assert names.choose(["one_id-1"], candidate(row(id="id-2"), "", "ipsec_")) == "one_id-1"
    assert names.choose(["one"], candidate(row(), "", "ipsec_")) == "one_id-1_2"


# -- groups


def test_groups_get_their_hosts_and_child_groups() -> None:
    parent, child = Group("parent"), Group("child")
    parent.add_child_group(child)
    child.add_host(Host("one"))
    parent.add_host(Host("two"))
    inventory = InventoryData()
    for name in ("one", "two"):
        inventory.add_host(name)
    hosts.add_groups(inventory, {"parent": parent, "child": child})
    groups = inventory.groups
    assert [group.name for group in groups["parent"].child_groups] == ["child"]
    assert [host.name for host in groups["parent"].hosts] == ["two"]
    assert [host.name for host in groups["child"].hosts] == ["one"]


def test_temporary_key_is_name_of_no_group_and_disappears_from_messages() -> None:
    key = hosts.temporary_key("one")
    assert key != "one"
    assert hosts.without_keys(f"Could not add {key} to {key}") == "Could not add one to one"
