# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parameters of a connection for the engineer of the remote gateway, as Markdown or HTML.

Pure functions. The neutral peer says what is configured, L(vendors.py) how. The pre-shared key is
never read.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from .._report.page import EDITIONS, css, environment, markdown
from .._text import one_line
from .peer import Identity, Pair, Peer, create_peer, is_aead
from .vendors import VENDORS, Vendor

FORMATS = ("html", "markdown")
NOT_OFFERED = "not offered"
_TEMPLATES = Path(__file__).parent
_UNSAFE = re.compile(r"[^\w.-]+")
_MAX_FILE_NAME = 48  # characters of up to four bytes; an ID and an extension follow

GATEWAYS = "Gateways and identities"
PHASE_1 = "Phase 1: IKE SA"
PHASE_2 = "Phase 2: IPsec SA"
NETWORKS = "Networks"
DETECTION = "Dead peer detection and initiator"


class Parameter(NamedTuple):
    """A value of the connection, and what is needed to find its settings."""

    section: str
    label: str
    field: str
    """Field of the connection, such as C(ike_policy.pfs)."""
    value: str
    """The value as the API has it."""
    name: str
    """Key in the words of a vendor."""
    key: str | int = ""
    """Key of the value in these words."""
    fields: Mapping[str, Any] = {}
    """Fields of the settings other than C(value)."""
    unused: str = ""
    """Why no gateway needs a setting."""


def describe(connection: Mapping[str, Any], id_types: str = "neutron") -> dict[str, Any]:
    """Return the parameters of a resolved connection, without its pre-shared key.

    The result has C(id), C(label), C(file_name), C(edition), C(vendors), C(sections) and C(problems).
    The sections are empty if there are problems. Raises ValueError for unknown id_types.
    """
    peer = create_peer(connection, id_types=id_types, allow_overlap=True)
    vendors = VENDORS.get(peer.ike_version, VENDORS["v2"])
    sections: dict[str, list[dict[str, Any]]] = {}
    if not peer.problems:
        parameters = list(_parameters(connection, peer))
        for parameter in parameters:
            rows = sections.setdefault(parameter.section, [])
            settings = [_setting(parameter, vendor) for vendor in vendors]
            rows.append(_row(parameter.label, parameter.field, parameter.value, settings))
        used = {one.name: one.key for one in parameters if not one.unused}
        for section, protocol in ((PHASE_1, "ike"), (PHASE_2, peer.protocol)):
            settings = [_combine(used, protocol, vendor) for vendor in vendors]
            sections[section].append(_row("Proposal", "", "", settings))
    edition = one_line(connection.get("edition") or "classic")
    label = one_line(connection.get("name")) or peer.id
    return {
        "id": peer.id,
        "label": label,
        "file_name": _UNSAFE.sub("_", label)[:_MAX_FILE_NAME].strip("._") or peer.id,
        "edition": EDITIONS.get(edition, edition),
        "vendors": [
            {"name": vendor.name, "where": vendor.where, "sources": list(vendor.sources)}
            for vendor in vendors
        ],
        "sections": [{"title": title, "rows": rows} for title, rows in sections.items()],
        "problems": [problem.reason for problem in peer.problems],
    }


def render(parameters: Mapping[str, Any], format: str, note: str = "") -> str:
    """Return the result of describe() as a page in one of FORMATS; `note` is below the title."""
    template = {"html": _html, "markdown": _markdown}[format].get_template(
        f"parameters.{format}.j2"
    )
    own = Markup((_TEMPLATES / "parameters.css").read_text("utf-8"))
    return template.render(parameters, note=one_line(note), css=css() + own)


def _parameters(connection: Mapping[str, Any], peer: Peer) -> Iterator[Parameter]:
    """Return every parameter of a peer without problems, in the order of the page."""
    ike, ipsec = connection["ike_policy"], connection["ipsec_policy"]
    address = peer.local_addresses[0]

    for label, field, value in (
        ("Address of your gateway", "peer_address", address),
        ("Address of the cloud gateway", "local_address", peer.remote_address),
    ):
        name = "local_address" if field == "peer_address" else "remote_address"
        yield Parameter(GATEWAYS, label, field, value, name, _version(value) or "name")
    for label, field, identity, own in (
        ("Identity of your gateway", "peer_id", peer.local_id, address),
        ("Identity of the cloud gateway", "local_id", peer.remote_id, peer.remote_address),
    ):
        name = "local_id" if field == "peer_id" else "remote_id"
        shown = f"{identity.type}: {identity.value}"
        yield Parameter(
            GATEWAYS, label, field, shown, name, _identity_kind(identity, own), _identity(identity)
        )
    yield Parameter(GATEWAYS, "Authentication", "auth_mode", "psk", "authentication", "psk")

    yield Parameter(
        PHASE_1,
        "IKE version",
        "ike_policy.ike_version",
        peer.ike_version,
        "ike_version",
        peer.ike_version,
    )
    if peer.mode:
        yield Parameter(
            PHASE_1,
            "Mode",
            "ike_policy.phase1_negotiation_mode",
            peer.mode,
            "mode",
            peer.mode,
            {"remote_address": peer.remote_address},
        )
    yield Parameter(
        PHASE_1,
        "Encryption",
        "ike_policy.encryption_algorithm",
        peer.ike.encryption,
        "ike_encryption",
        peer.ike.encryption,
    )
    aead = is_aead(peer.ike.encryption)
    yield Parameter(
        PHASE_1,
        "Pseudorandom function (PRF)" if aead else "Integrity",
        "ike_policy.auth_algorithm",
        ike["auth_algorithm"],
        "ike_prf" if aead else "ike_integrity",
        peer.ike.integrity,
    )
    yield Parameter(
        PHASE_1,
        "Diffie-Hellman group",
        "ike_policy.pfs",
        ike["pfs"],
        "ike_group",
        peer.ike.group or 0,
    )
    yield _seconds(
        PHASE_1, "Lifetime", "ike_policy.lifetime.value", "ike_lifetime", peer.ike.lifetime
    )

    yield Parameter(
        PHASE_2,
        "Protocol",
        "ipsec_policy.transform_protocol",
        peer.protocol,
        "protocol",
        peer.protocol,
    )
    yield Parameter(
        PHASE_2,
        "Encapsulation",
        "ipsec_policy.encapsulation_mode",
        peer.encapsulation,
        "encapsulation",
        peer.encapsulation,
    )
    yield Parameter(
        PHASE_2,
        "Encryption",
        "ipsec_policy.encryption_algorithm",
        peer.ipsec.encryption,
        "esp_encryption",
        peer.ipsec.encryption,
        unused="not used with AH" if peer.protocol == "ah" else "",
    )
    if peer.protocol != "ah":
        yield Parameter(
            PHASE_2,
            "Integrity",
            "ipsec_policy.auth_algorithm",
            ipsec["auth_algorithm"],
            "esp_integrity",
            peer.ipsec.integrity,
            unused="not used with this encryption" if is_aead(peer.ipsec.encryption) else "",
        )
    if peer.protocol != "esp":
        yield Parameter(
            PHASE_2,
            "Integrity of AH",
            "ipsec_policy.auth_algorithm",
            ipsec["auth_algorithm"],
            "ah_integrity",
            peer.ipsec.integrity,
        )
    yield Parameter(
        PHASE_2,
        "Perfect forward secrecy",
        "ipsec_policy.pfs",
        ipsec["pfs"],
        "pfs",
        "disable" if peer.ipsec.group is None else peer.ipsec.group,
    )
    yield _seconds(
        PHASE_2, "Lifetime", "ipsec_policy.lifetime.value", "ipsec_lifetime", peer.ipsec.lifetime
    )

    for number, pair in enumerate(peer.pairs, 1):
        yield Parameter(
            NETWORKS,
            f"Your network and the cloud network {number}",
            "remote_cidrs, local_cidrs",
            f"{pair.local} – {pair.remote}",
            "networks",
            pair.local.version,
            _networks(pair),
        )

    # A value that the API does not have stays unset, although the peer has a default for it.
    dpd = connection.get("dpd") or {}
    if dpd.get("action") is not None:
        yield Parameter(
            DETECTION, "DPD action", "dpd.action", peer.dpd.action, "dpd_action", peer.dpd.action
        )
    for key, seconds in (("interval", peer.dpd.interval), ("timeout", peer.dpd.timeout)):
        if dpd.get(key) is not None and seconds:
            yield _seconds(DETECTION, f"DPD {key}", f"dpd.{key}", f"dpd_{key}", seconds)
    if connection.get("initiator"):
        yield Parameter(
            DETECTION, "Initiator", "initiator", peer.initiator, "initiator", peer.initiator
        )


def _seconds(section: str, label: str, field: str, name: str, seconds: int) -> Parameter:
    nine_tenths = seconds * 9 // 10
    fields = {"nine_tenths": nine_tenths, "one_tenth": seconds - nine_tenths}
    return Parameter(section, f"{label} (seconds)", field, str(seconds), name, fields=fields)


def _version(address: str) -> int:
    """Return 4 or 6; 0 for a host name."""
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        return 0


def _identity_kind(identity: Identity, address: str) -> str:
    return "other ip" if identity.type == "ip" and identity.value != address else identity.type


def _identity(identity: Identity) -> dict[str, str]:
    if _version(identity.value) != 6:
        return dict.fromkeys(("value", "host", "isakmp_host"), identity.value)
    host = f"{identity.value}/128"
    return {"value": identity.value, "host": host, "isakmp_host": f"ipv6 {host}"}


def _networks(pair: Pair) -> dict[str, str]:
    fields = {}
    for side, network in (("local", pair.local), ("remote", pair.remote)):
        fields[side] = str(network)
        fields[f"{side}_network"] = str(network.network_address)
        fields[f"{side}_mask"] = str(network.netmask)
        fields[f"{side}_wildcard"] = str(network.hostmask)
    return fields


def _row(label: str, field: str, value: str, settings: list[dict[str, Any]]) -> dict[str, Any]:
    return {"label": label, "field": field, "value": value, "settings": settings}


def _setting(parameter: Parameter, vendor: Vendor) -> dict[str, Any]:
    """Return the lines that set a parameter, and a note if there are none."""
    if parameter.unused:
        return {"lines": [], "note": parameter.unused}
    template = vendor.words[parameter.name].get(parameter.key)
    if template is None:
        return {"lines": [], "note": NOT_OFFERED}
    fields = {"value": parameter.value, **parameter.fields}
    smallest, largest = vendor.ranges.get(parameter.name, (0, 0))
    if largest and not smallest <= int(parameter.value) <= largest:
        return {"lines": [], "note": f"{NOT_OFFERED}: {smallest} to {largest} seconds"}
    return {"lines": template.format(**fields).split("\n"), "note": ""}


def _combine(used: Mapping[str, str | int], protocol: str, vendor: Vendor) -> dict[str, Any]:
    """Return the line of a phase that names its algorithms together."""
    combination = vendor.combinations.get(protocol)
    if combination is None:
        note = "one line for each value" if protocol == "ike" else NOT_OFFERED
        return {"lines": [], "note": note}
    words = []
    for part in combination.parts:
        if used.get(part, "disable") == "disable":
            continue
        word = vendor.words[part].get(used[part])
        if word is None:
            return {"lines": [], "note": NOT_OFFERED}
        words.append(word)
    return {"lines": [combination.prefix + combination.separator.join(words)], "note": ""}


# Whatever a template prints is escaped, as in the report.
_html = environment(_TEMPLATES, autoescape=True)
_markdown = environment(_TEMPLATES, finalize=markdown)
