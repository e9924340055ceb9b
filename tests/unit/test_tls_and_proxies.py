# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real TLS servers with good and bad certificates, and a real proxy between client and endpoint."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import subprocess
import sys
import time
import typing as t
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import trustme
from ansible_collections.otc.vpn.plugins.module_utils._cloud.client import connect
from ansible_collections.otc.vpn.plugins.module_utils._cloud.failures import (
    Place,
    transport_error,
)
from ansible_collections.otc.vpn.plugins.module_utils._cloud.options import merge_options
from ansible_collections.otc.vpn.plugins.module_utils._cloud.proxies import (
    SCHEMES,
    check_proxy,
    proxy_secrets,
    proxy_variables,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.mock_api import MockApi
from tests.unit.clients import (
    Row,
    Sentences,
    catalog,
    client_of,
    failure,
    gathered,
    options_for,
)

PROXY_PASSWORD = "not-for-logs-proxy"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> dict[str, str]:
    """Return the authority's certificate and a client's, as files."""
    folder = tmp_path_factory.mktemp("tls")
    paths = {name: str(folder / f"{name}.pem") for name in ("ca", "cert", "key", "both", "junk")}
    authority.cert_pem.write_to_path(paths["ca"])
    client = authority.issue_cert("alice@example.com")
    client.cert_chain_pems[0].write_to_path(paths["cert"])
    client.private_key_pem.write_to_path(paths["key"])
    client.private_key_and_cert_chain_pem.write_to_path(paths["both"])
    Path(paths["junk"]).write_text("this is no certificate", encoding="utf-8")
    return paths


@contextmanager
def served(
    authority: trustme.CA,
    host: str = "127.0.0.1",
    wants_client: bool = False,
    not_after: datetime | None = None,
) -> Iterator[MockApi]:
    """Return an endpoint with a certificate that the authority signed for a host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    not_before = datetime(2020, 1, 1, tzinfo=UTC) if not_after else None
    authority.issue_cert(host, not_before=not_before, not_after=not_after).configure_cert(context)
    if wants_client:
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
    with MockApi("otc", tls=context) as mock_api:
        yield mock_api


@pytest.fixture(scope="module")
def good(authority: trustme.CA) -> Iterator[MockApi]:
    with served(authority) as mock_api:
        yield mock_api


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def both_ways(mock_api: MockApi, **options: t.Any) -> list[str]:
    """Return the sentences of a failure at Keystone, and of one at the VPN API."""
    return [
        failure(lambda: client_of(mock_api, **options)),
        failure(
            lambda: gathered(
                client_of(mock_api, auth_type="aksk", endpoint=mock_api.url, **options)
            )
        ),
    ]


def test_custom_ca_is_used(good: MockApi, files: Row) -> None:
    assert len(gathered(client_of(good, ca_cert=files["ca"]))) == 23


@pytest.mark.parametrize("status", [200, 500])
def test_catalog_without_encryption_is_warned_of_when_keystone_has_it(
    good: MockApi, mock_api: MockApi, files: dict[str, str], status: int
) -> None:
    good.reset()
    catalog(good, ("network", good.scenario.region, mock_api.url))
    mock_api.fault("/v2.0", status=status, body={"ipsec_site_connections": []})
    told = Sentences()
    client = client_of(good, ca_cert=files["ca"])
    if status == 200:
        assert gathered(client, told=told) == []
    else:
        failure(lambda: gathered(client, told=told))
    (warning,) = told.warnings
    assert f"lists {mock_api.url}/v2.0, so the token is sent without encryption" in warning


def test_custom_ca_of_environment_is_used(
    good: MockApi, files: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", files["ca"])
    assert len(gathered(client_of(good))) == 23


def test_unknown_ca_is_reported(good: MockApi) -> None:
    good.reset()
    for sentence in both_ways(good, retries=3):
        assert "certificate" in sentence
        assert "Set ca_cert" in sentence
    assert good.requests == []


def test_self_signed_certificate_is_reported(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(tmp_path / "cert.pem")
    authority.private_key_pem.write_to_path(tmp_path / "key.pem")
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with MockApi("otc", tls=context) as mock_api:
        for sentence in both_ways(mock_api):
            assert "certificate" in sentence


def test_certificate_for_other_host_is_reported(authority: trustme.CA, files: Row) -> None:
    with served(authority, host="vpc.example.com") as mock_api:
        for sentence in both_ways(mock_api, ca_cert=files["ca"]):
            assert "TLS verification failed" in sentence
            assert "127.0.0.1" in sentence
            assert "mismatch" in sentence or "not valid for" in sentence


def test_expired_certificate_is_reported(authority: trustme.CA, files: Row) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with served(authority, not_after=yesterday) as mock_api:
        for sentence in both_ways(mock_api, ca_cert=files["ca"]):
            assert "expired" in sentence


@pytest.mark.parametrize("how", ["option", "OS_INSECURE"])
def test_validation_is_skipped_without_warning_when_disabled(good: MockApi, how: str) -> None:
    if how == "option":
        options = options_for(good, validate_certs=False)
    else:
        options = merge_options({}, {**good.environment("alice"), "OS_INSECURE": "true"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(gathered(connect(options))) == 23


def test_disabled_validation_overrides_bundle_of_environment(
    good: MockApi, files: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", files["ca"].replace("ca.pem", "cert.pem"))
    assert len(gathered(client_of(good, validate_certs=False))) == 23


def test_https_to_http_server_is_reported(mock_api: MockApi) -> None:
    url = mock_api.url.replace("http:", "https:")
    client = client_of(mock_api, auth_type="aksk", endpoint=url)
    assert "does not use TLS on this port" in failure(lambda: gathered(client))


def test_http_to_https_server_is_reported(good: MockApi) -> None:
    url = good.url.replace("https:", "http:")
    client = client_of(good, auth_type="aksk", endpoint=url)
    assert url in failure(lambda: gathered(client))


@pytest.mark.parametrize("option", ["ca_cert", "client_cert", "client_key"])
def test_missing_file_is_reported(good: MockApi, option: str) -> None:
    sentence = failure(lambda: client_of(good, **{option: "/no/such/file.pem"}))
    assert sentence == f"{option}: file not found: /no/such/file.pem."


@pytest.mark.parametrize("option", ["ca_cert", "client_cert"])
def test_file_without_certificate_is_reported(good: MockApi, files: Row, option: str) -> None:
    options = {"ca_cert": files["ca"], option: files["junk"]}
    for sentence in both_ways(good, **options):
        assert good.url in sentence


def test_missing_bundle_of_environment_is_reported(
    good: MockApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem")
    for sentence in both_ways(good):
        assert "file not found: REQUESTS_CA_BUNDLE (/no/such/bundle.pem)" in sentence


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_bundle_of_environment_without_ca_is_named(
    good: MockApi, tmp_path: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    monkeypatch.setenv(variable, str(tmp_path / "other.pem"))
    for sentence in both_ways(good):
        assert (
            f"Set ca_cert to the CA that signed the certificate, or add it to {variable}."
            in sentence
        )


@pytest.mark.parametrize("kind", ["key", "der", "utf-16", "indented", "truncated", "empty"])
def test_ca_file_without_readable_certificate_is_named(
    good: MockApi, authority: trustme.CA, tmp_path: Path, kind: str
) -> None:
    pem = authority.cert_pem.bytes()
    contents = {
        "key": authority.private_key_pem.bytes(),
        "der": ssl.PEM_cert_to_DER_cert(pem.decode()),
        "utf-16": pem.decode().encode("utf-16"),
        "indented": b"".join(b"  " + line + b"\n" for line in pem.splitlines()),
        "truncated": pem[:300],
        "empty": b"",
    }
    path = tmp_path / "ca.pem"
    path.write_bytes(contents[kind])
    for sentence in both_ways(good, ca_cert=str(path)):
        assert f"ca_cert ({path}) contains no certificate. Set ca_cert to a file" in sentence


@pytest.mark.parametrize("change", ["carriage returns", "byte order mark"])
def test_ca_file_of_windows_works(
    good: MockApi, authority: trustme.CA, tmp_path: Path, change: str
) -> None:
    pem = authority.cert_pem.bytes()
    path = tmp_path / "ca.pem"
    path.write_bytes(
        pem.replace(b"\n", b"\r\n") if change == "carriage returns" else b"\xef\xbb\xbf" + pem
    )
    assert len(gathered(client_of(good, ca_cert=str(path)))) == 23


@pytest.mark.parametrize("kind", ["other key", "encrypted key", "no key", "swapped"])
def test_unusable_client_certificate_is_named(
    good: MockApi, authority: trustme.CA, files: Row, tmp_path: Path, kind: str
) -> None:
    key = serialization.load_pem_private_key(Path(files["key"]).read_bytes(), None)
    encrypted = tmp_path / "encrypted.pem"
    encrypted.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"passphrase"),
        )
    )
    other = tmp_path / "other.pem"
    authority.issue_cert("bob@example.com").private_key_pem.write_to_path(other)
    options = {
        "other key": {"client_cert": files["cert"], "client_key": str(other)},
        "encrypted key": {"client_cert": files["cert"], "client_key": str(encrypted)},
        "no key": {"client_cert": files["cert"]},
        "swapped": {"client_cert": files["key"], "client_key": files["cert"]},
    }[kind]
    for sentence in both_ways(good, ca_cert=files["ca"], **options):
        assert "the client certificate is not usable" in sentence
        advice = "Set client_key" if kind == "encrypted key" else "Set client_cert to a certificate"
        assert advice in sentence
        assert "ca_cert" not in sentence


def bare_certificates(folder: Path) -> ssl.SSLContext:
    """Return a server's context with a certificate that lacks what strict verification requires.

    The certificate of its authority is ca.pem in the folder.
    """
    keys = [rsa.generate_private_key(65537, 2048) for _number in range(2)]
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("root", "leaf")
    ]
    now = datetime.now(UTC)
    extensions: list[x509.ExtensionType] = [
        x509.BasicConstraints(ca=True, path_length=None),
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
    ]
    for name, key, extension, file in zip(names, keys, extensions, ("ca.pem", "server.pem")):
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(names[0])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .sign(keys[0], hashes.SHA256())
        )
        (folder / file).write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def test_missing_key_identifier_is_named(tmp_path: Path) -> None:
    strict = ssl.create_default_context(cafile=None)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT  # the default since Python 3.13
    with MockApi("otc", tls=bare_certificates(tmp_path)) as mock_api:
        strict.load_verify_locations(tmp_path / "ca.pem")
        port = int(mock_api.url.rpartition(":")[2])
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            pytest.raises(ssl.SSLCertVerificationError) as caught,
        ):
            strict.wrap_socket(plain, server_hostname="127.0.0.1")
        place = Place("Keystone", "auth_url", 5.0, str(tmp_path / "ca.pem"))
        sentences = [str(transport_error(requests.exceptions.SSLError(caught.value), place))]
        client = {"ca_cert": str(tmp_path / "ca.pem")}
        if sys.version_info >= (3, 13):
            sentences += both_ways(mock_api, **client)
        else:
            assert len(gathered(client_of(mock_api, **client))) == 23
    for sentence in sentences:
        assert "Missing Authority Key Identifier. Python 3.13 and later require this" in sentence
        assert "ca_cert" not in sentence


def test_client_certificate_is_used(authority: trustme.CA, files: Row) -> None:
    with served(authority, wants_client=True) as mock_api:
        pair = {"client_cert": files["cert"], "client_key": files["key"]}
        assert len(gathered(client_of(mock_api, ca_cert=files["ca"], **pair))) == 23
        together = {"client_cert": files["both"]}
        assert len(gathered(client_of(mock_api, ca_cert=files["ca"], **together))) == 23
        for sentence in both_ways(mock_api, ca_cert=files["ca"]):
            assert mock_api.url in sentence


# --- proxies ---


class Proxy(t.NamedTuple):
    """A running proxy."""

    process: subprocess.Popen[bytes]
    port: int

    def url(self, password: str = PROXY_PASSWORD) -> str:
        """Return what the variables of the environment say."""
        return f"http://someone:{password}@127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Return a proxy that wants a password, so that what comes through has been there."""
    folder = tmp_path_factory.mktemp("proxy")
    command = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", "0"]
    command += ["--num-workers", "1", "--num-acceptors", "1", "--port-file", str(folder / "port")]
    command += ["--basic-auth", f"someone:{PROXY_PASSWORD}", "--data-dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port_file = folder / "port"
        end = time.monotonic() + 20
        while not (port_file.exists() and port_file.read_text().strip()):
            assert process.poll() is None, "the proxy does not start"
            assert time.monotonic() < end, "the proxy does not start in time"
            time.sleep(0.05)
        yield Proxy(process, int(port_file.read_text().split()[0]))
    finally:
        process.terminate()
        process.wait(10)


def test_http_goes_through_proxy(
    mock_api: MockApi, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url())
    assert len(gathered(client_of(mock_api))) == 23
    assert "proxy.py" in mock_api.requests[0].headers["via"]


def test_https_goes_through_proxy(
    good: MockApi, files: Row, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    good.reset()
    monkeypatch.setenv("HTTPS_PROXY", proxy.url())
    assert len(gathered(client_of(good, ca_cert=files["ca"]))) == 23
    # the proxy saw a tunnel only: it added nothing
    assert all("via" not in request.headers for request in good.requests)


def test_proxy_rejection_is_reported(
    good: MockApi, files: Row, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url("not-for-logs-wrong"))
    for sentence in both_ways(good, ca_cert=files["ca"]):
        assert "proxy" in sentence.lower()
        assert "407" in sentence or "refused" in sentence or "Tunnel" in sentence


def test_no_proxy_bypasses_proxy(
    good: MockApi, files: Row, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url("not-for-logs-wrong"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert len(gathered(client_of(good, ca_cert=files["ca"]))) == 23


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_unreachable_proxy_is_reported(
    mock_api: MockApi, good: MockApi, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = "http://someone:not-for-logs@127.0.0.1:1"
    monkeypatch.setenv("HTTPS_PROXY", dead)
    monkeypatch.setenv("HTTP_PROXY", dead)
    where = good if tls else mock_api
    where.reset()
    for sentence in both_ways(where):
        assert "proxy" in sentence.lower()
        assert "refused" in sentence
    assert where.requests == []


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            "http://",
            "http://[",
            "nonsense://127.0.0.1",
            "http://127.0.0.1:99999",
            "socks5:127.0.0.1",
        ),
        *("http://u:not#for-logs@127.0.0.1:1", "http://u:not?for-logs@127.0.0.1:1"),
        *("http://u:not/for-logs@127.0.0.1:1", "http://127.0.0.1:1\r", " http://127.0.0.1:1"),
        *('"http://127.0.0.1:1"', "proxy 127.0.0.1:1"),
    ],
)
def test_invalid_proxy_variable_is_reported(
    mock_api: MockApi, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", wrong)
    for sentence in both_ways(mock_api):
        assert "The proxy URL in HTTP_PROXY" in sentence
        assert "for-logs" not in sentence


QUOTED = "is in quotation marks, or has whitespace such as a carriage return around it. Remove them"
INVALID = (
    "is not valid. Check its host and port, and percent-encode special characters in its user and "
    "password"
)
SUPPORTED = f"Supported schemes: {', '.join(SCHEMES)}"


@pytest.mark.parametrize(
    ("proxy", "problem"),
    [
        *((wrong, QUOTED) for wrong in ("'http://h'", '"http://h"', "http://h\r")),
        *((wrong, INVALID) for wrong in ("http://h:65536", "h:x", "u:p/w@h:1", "[::1", "http://")),
        ("http://u:p://w@h", INVALID),
        ("ftp://h", f"has an unsupported scheme, ftp. {SUPPORTED}"),
        ("a b://h", f"has an unsupported scheme. {SUPPORTED}"),
        ("://h", f"has an unsupported scheme. {SUPPORTED}"),
    ],
)
def test_proxy_that_cannot_work_is_named(proxy: str, problem: str) -> None:
    environ = {"OTHER": proxy, "no": "x", "Https_Proxy": proxy}
    assert failure(lambda: check_proxy(proxy, environ)) == (
        f"The proxy URL in Https_Proxy {problem}."
    )
    sentence = failure(lambda: check_proxy(proxy, {"OTHER": proxy}))
    assert sentence == f"The proxy URL in the environment {problem}."


@pytest.mark.parametrize(
    "proxy",
    [None, "", "h", "h:65535", "HTTP://h:1/", "https://u:p@[::1]:8080", "http://h:"],
)
def test_proxy_that_can_work_is_accepted(proxy: str | None) -> None:
    check_proxy(proxy, {})


def test_library_for_socks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    sentence = failure(lambda: check_proxy("socks5://h", {"all_proxy": "socks5://h"}))
    assert "PySocks" in sentence
    assert "the SOCKS proxy of all_proxy requires it" in sentence
    monkeypatch.setitem(sys.modules, "socks", sys)
    check_proxy("socks5://h", {})


def test_proxies_of_environment_are_found() -> None:
    environ = {
        "HTTPS_PROXY": "http://u:word@h",
        "no_proxy": "h",
        "HTTP_PROXY": "",
        "FTP_PROXY": "http://v:other@h",
        "PROXY": "http://w:third@h",
    }
    assert proxy_variables(environ) == "HTTPS_PROXY, no_proxy"
    names = ["All_Proxy", "http_proxy", "https_proxy", "no_proxy"]
    assert proxy_variables(dict.fromkeys(names, "h")) == ", ".join(names)
    assert proxy_variables({"PROXY": "h"}) == "HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    assert proxy_secrets(environ) == ("u:word", "word", "word", "v:other", "other", "other")


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "http_proxy"])
def test_failing_proxy_names_variable_that_is_set(
    mock_api: MockApi, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "example.com")
    for sentence in both_ways(mock_api):
        assert f"Check {', '.join(sorted(('NO_PROXY', variable)))}." in sentence
