# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of options: what is stored, which notations are equal, and why values are refused."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.otc.vpn.plugins.module_utils._change import values
from ansible_collections.otc.vpn.plugins.module_utils._cloud.errors import VpnError
from ansible_collections.otc.vpn.plugins.module_utils._vpn.writing import (
    CONNECTIONS,
    ENDPOINT_GROUPS,
    IKE_POLICIES,
    IPSEC_POLICIES,
    SERVICES,
    Field,
)

UUID = "7d1f4c1e-8a5b-4c58-9d2e-0b6f3c1a9e5a"
HEX = UUID.replace("-", "")
FIELDS = {
    one.option: one
    for writable in (SERVICES, ENDPOINT_GROUPS, IPSEC_POLICIES, IKE_POLICIES, CONNECTIONS)
    for one in writable.fields
}


def refusal(field: Field, value: t.Any) -> str:
    """Return the sentence that refuses a value."""
    with pytest.raises(VpnError) as caught:
        values.parse(field, value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("option", "given", "stored"),
    [
        ("name", "München 1", "München 1"),
        ("description", " two\nlines ", " two\nlines "),
        ("psk", " s3cret", " s3cret"),
        ("vpn_service", UUID.upper(), UUID),
        ("vpn_service", HEX.upper(), HEX),
        ("vpn_service", "Headquarters", "Headquarters"),
        ("auth_algorithm", "sha2-384", "sha384"),
        ("auth_algorithm", "sha512", "sha512"),
        ("auth_algorithm", "md5", "md5"),
        ("encryption_algorithm", "aes-256", "aes-256"),
        ("lifetime", 60, {"units": "seconds", "value": 60}),
        ("dpd", {"action": "hold", "interval": None, "timeout": 0}, {"action": "hold", "timeout": 0}),
        ("peer_address", "198.51.100.1", "198.51.100.1"),
        ("peer_address", "2001:DB8:0::1", "2001:db8::1"),
        ("peer_address", "VPN_1.Example.com.", "vpn_1.example.com"),
        ("peer_cidrs", ["10.1.1.1/8", "2001:DB8:0::1/32"], ["10.0.0.0/8", "2001:db8::/32"]),
        ("endpoints", [UUID.upper(), HEX], [UUID, HEX]),
        ("endpoints", ["10.1.1.1/8", "192.168.0.0/24"], ["10.0.0.0/8", "192.168.0.0/24"]),
        ("admin_state_up", False, False),
    ],
    ids=itertools.count(),
)  # fmt: skip
def test_value_is_stored_in_usual_notation(option: str, given: t.Any, stored: t.Any) -> None:
    assert values.parse(FIELDS[option], given) == stored


NETWORK = "must contain networks with a prefix length, such as 10.0.0.0/24"
ADDRESS = "peer_address must be an IP address or a host name, got: "


@pytest.mark.parametrize(
    ("option", "given", "sentence"),
    [
        ("description", "a\0b", "description must not contain a NUL character."),
        ("psk", "a\0b", "psk must not contain a NUL character."),
        ("name", "berlin ", "name must not begin or end with whitespace."),
        (
            "name",
            "a\u0085b",
            "name must not contain U+0085: control characters and emoji are not accepted in names.",
        ),
        (
            "name",
            "a\u200db",
            "name must not contain U+200D: control characters and emoji are not accepted in names.",
        ),
        (
            "name",
            "a\ud800b",
            "name must not contain U+D800: control characters and emoji are not accepted in names.",
        ),
        (
            "name",
            "a\U00010000b",
            (
                "name must not contain U+10000: control characters and emoji are not accepted in "
                "names."
            ),
        ),
        *(
            ("peer_address", one, f"{ADDRESS}{one!r}.")
            for one in (
                "",
                "198.51.100",
                "3325256705",
                "0xC6336401",
                "a:b",
                "fe80::1%eth0",
                "a b",
                "-a.example",
                "a-.example",
                "a..b",
                "a" * 64,
            )
        ),
        ("peer_cidrs", [], "peer_cidrs must not be empty."),
        (
            "peer_cidrs",
            ["10.0.0.0/8", "10.1.1.1/8"],
            "peer_cidrs contains 10.0.0.0/8 more than once: as 10.0.0.0/8 and as 10.1.1.1/8.",
        ),
        *(
            ("peer_cidrs", [one], f"peer_cidrs {NETWORK}, got: {one!r}.")
            for one in ("10.0.0.1", "10.0.0.0/33", "010.0.0.0/8", "10.0.0.0/255.0.0.0", UUID, "")
        ),
        *(
            ("endpoints", [one], f"endpoints {NETWORK}, or IDs of subnets, got: {one!r}.")
            for one in ("10.0.0.1", "app")
        ),
        (
            "endpoints",
            [UUID, UUID.upper()],
            f"endpoints contains {UUID} more than once: as {UUID} and as {UUID.upper()}.",
        ),
        (
            "endpoints",
            ["10.0.0.0/8", "2001:db8::/32"],
            (
                "endpoints must not mix IPv4 and IPv6, because no connection can use such a group. "
                "Create one endpoint group for each IP version."
            ),
        ),
    ],
    ids=itertools.count(),
)
def test_unusable_value_is_refused(option: str, given: t.Any, sentence: str) -> None:
    assert refusal(FIELDS[option], given) == sentence


@pytest.mark.parametrize(
    ("option", "given", "server", "same"),
    [
        ("name", "a", "a", True),
        ("name", "a", "A", False),
        ("description", "", None, True),
        ("description", "", "a", False),
        ("description", "a", None, False),
        ("psk", "secret", None, False),
        ("psk", "secret", "secret", True),
        ("mtu", 1500, 1500, True),
        ("mtu", 1500, None, False),
        ("mtu", 1, True, False),
        ("admin_state_up", True, True, True),
        ("admin_state_up", True, 1, False),
        ("admin_state_up", False, None, False),
        ("vpn_service", UUID, UUID.upper(), True),
        ("vpn_service", UUID, HEX, False),
        ("vpn_service", UUID, None, False),
        ("vpn_service", UUID, ["x"], False),
        ("auth_algorithm", "sha256", "sha2-256", True),
        ("auth_algorithm", "sha2-256", "sha256", True),
        ("auth_algorithm", "sha256", "sha384", False),
        ("auth_algorithm", "sha256", None, False),
        ("lifetime", 60, {"units": "seconds", "value": 60}, True),
        ("lifetime", 60, {"units": "seconds", "value": 61}, False),
        ("lifetime", 60, {"units": "kilobytes", "value": 60}, False),
        ("lifetime", 60, None, False),
        ("dpd", {"interval": 30}, {"action": "hold", "interval": 30}, True),
        ("dpd", {"interval": 30}, {"action": "hold", "interval": 31}, False),
        ("dpd", {"interval": 30}, None, False),
        ("peer_address", "2001:DB8:0::1", "2001:db8::1", True),
        ("peer_address", "2001:db8::1", "2001:DB8:0::1", True),
        ("peer_address", "2001:db8::1", "2001:db8::2", False),
        ("peer_address", "vpn.example.com", "VPN.example.com.", True),
        ("peer_address", "vpn.example.com", "198.51.100.1", False),
        ("peer_address", "198.51.100.1", "vpn.example.com", False),
        ("peer_address", "198.51.100.1", 3325256705, False),
        ("peer_cidrs", ["10.0.0.0/8", "10.0.0.0/16"], ["10.0.0.1/16", "10.0.0.0/8"], True),
        ("peer_cidrs", ["10.0.0.0/8"], ["10.0.0.0/8", "10.0.0.0/16"], False),
        ("peer_cidrs", ["10.0.0.0/8"], None, False),
        ("endpoints", [UUID], [UUID.upper()], True),
        ("endpoints", [UUID], [HEX], False),
    ],
)  # fmt: skip
def test_values_are_compared_by_meaning(
    option: str, given: t.Any, server: t.Any, same: bool
) -> None:
    field = FIELDS[option]
    assert values.same(field, values.parse(field, given), server) is same


@pytest.mark.parametrize(
    ("option", "given", "neutron", "otc"),
    [
        ("name", "x" * 64, "", ""),
        (
            "name",
            "x" * 65,
            "",
            "name must have 1 to 64 characters on Open Telekom Cloud, got: 65 characters.",
        ),
        (
            "name",
            "",
            "name must have 1 to 255 characters on Neutron, got: 0 characters.",
            "name must have 1 to 64 characters on Open Telekom Cloud, got: 0 characters.",
        ),
        ("psk", "x" * 6, "", ""),
        (
            "psk",
            "x" * 5,
            "",
            "psk must have 6 to 128 characters on Open Telekom Cloud, got: 5 characters.",
        ),
        ("mtu", 68, "", "mtu must be 1500 on Open Telekom Cloud."),
        (
            "mtu",
            67,
            "mtu must be between 68 and 2147483647 on Neutron, got: 67.",
            "mtu must be 1500 on Open Telekom Cloud.",
        ),
        ("mtu", 1500, "", ""),
        ("mtu", 2**31 - 1, "", "mtu must be 1500 on Open Telekom Cloud."),
        ("lifetime", 60, "", ""),
        ("lifetime", 604800, "", ""),
        (
            "lifetime",
            604801,
            "",
            "lifetime must be between 60 and 604800 on Open Telekom Cloud, got: 604801.",
        ),
        ("admin_state_up", False, "", "admin_state_up must be True on Open Telekom Cloud."),
        ("admin_state_up", True, "", ""),
        ("local_id", "cloud", "", "local_id cannot be set on Open Telekom Cloud."),
        ("local_id", "", "", ""),
        (
            "peer_cidrs",
            ["10.0.0.0/8"],
            "",
            "peer_cidrs cannot be set on Open Telekom Cloud. It requires endpoint groups.",
        ),
        ("encryption_algorithm", "aes-128", "", ""),
        (
            "encryption_algorithm",
            "3des",
            (
                "encryption_algorithm must be one of "
                f"{', '.join(FIELDS['encryption_algorithm'].neutron.choices)} on Neutron, "
                "got: 3des. Neutron cannot read policies with sha1 or 3des back. "
                "Choose a stronger algorithm."
            ),
            "",
        ),
        (
            "encryption_algorithm",
            "aes-128-ctr",
            "",
            (
                "encryption_algorithm must be one of 3des, aes-128, aes-192, aes-256 on Open "
                "Telekom Cloud, got: aes-128-ctr."
            ),
        ),
        ("auth_algorithm", "sha2-256", "", ""),
        (
            "auth_algorithm",
            "aes-xcbc",
            "",
            (
                "auth_algorithm must be one of md5, sha1, sha2-256, sha2-384, sha2-512 on Open "
                "Telekom Cloud, got: aes-xcbc."
            ),
        ),
        ("dpd", {"interval": 1, "timeout": 2}, "", ""),
        (
            "dpd",
            {"interval": 30, "timeout": 1},
            "dpd.timeout must be between 2 and 2147483647 on Neutron, got: 1.",
            "dpd.timeout must be between 2 and 2147483647 on Open Telekom Cloud, got: 1.",
        ),
        (
            "dpd",
            {"action": "explode"},
            (
                "dpd.action must be one of clear, hold, restart, disabled, restart-by-peer on "
                "Neutron, got: explode."
            ),
            (
                "dpd.action must be one of clear, hold, restart, disabled, restart-by-peer on Open "
                "Telekom Cloud, got: explode."
            ),
        ),
    ],
)
def test_limit_of_each_kind_of_server_is_reported(
    option: str, given: t.Any, neutron: str, otc: str
) -> None:
    field = FIELDS[option]
    value = values.parse(field, given)
    assert values.problem(field, value, "neutron") == neutron
    assert values.problem(field, value, "otc") == otc


def test_algorithm_is_sent_in_word_of_server() -> None:
    field = FIELDS["auth_algorithm"]
    for value, neutron, otc in (
        ("sha256", "sha256", "sha2-256"),
        ("sha384", "sha384", "sha2-384"),
        ("sha512", "sha512", "sha2-512"),
        ("md5", "md5", "md5"),
    ):
        assert values.spoken(field, value, "neutron") == neutron
        assert values.spoken(field, value, "otc") == otc
    assert values.spoken(FIELDS["name"], "sha256", "otc") == "sha256"


@pytest.mark.parametrize(
    ("group_type", "endpoints", "sentence"),
    [
        ("subnet", [UUID, HEX], ""),
        ("cidr", ["10.0.0.0/8"], ""),
        ("subnet", [UUID, "10.0.0.0/8"], "endpoints of an endpoint group of type subnet must each be the ID of a subnet, got: 10.0.0.0/8."),
        ("cidr", ["10.0.0.0/8", UUID], f"endpoints of an endpoint group of type cidr must each be a network such as 10.0.0.0/24, got: {UUID}."),
    ],
)  # fmt: skip
def test_endpoints_fit_type_of_group(group_type: str, endpoints: list[str], sentence: str) -> None:
    if not sentence:
        values.check_endpoints(group_type, endpoints)
        return
    with pytest.raises(VpnError) as caught:
        values.check_endpoints(group_type, endpoints)
    assert str(caught.value) == sentence


def test_host_name_is_no_address() -> None:
    assert values.is_host_name("vpn.example.com")
    assert not values.is_host_name("198.51.100.1")
    assert not values.is_host_name("2001:db8::1")
