# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two sites with a strongSwan each, for one connection, in network namespaces.

::

    host -- on-premises gateway == wan == cloud gateway -- host

The addresses are the connection's own. ESP runs in user space (plugin kernel-libipsec), so the
kernel needs network namespaces, veth and tun, and no IPsec. Needs root.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.tunnel.packages import ROOT

CHARON_CONF = """\
charon {{
  load = random nonce aes sha1 sha2 md5 hmac xcbc cmac ctr ccm gcm kdf gmp openssl curve25519 drbg \
pem pkcs1 x509 pubkey constraints kernel-libipsec kernel-netlink socket-default stroke updown vici
  install_virtual_ip = no
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  retransmit_tries = 2
  retransmit_timeout = 1.0
  plugins {{
    stroke {{
      secrets_file = {directory}/ipsec.secrets
      socket = unix://{directory}/charon.ctl
    }}
    vici {{
      socket = {uri}
    }}
  }}
  filelog {{
    log {{
      path = {directory}/charon.log
      default = 1
      chd = 2
      flush_line = yes
    }}
  }}
}}
swanctl {{
  load = pem pkcs1 x509 pubkey openssl random
}}
"""

# Lays the unpacked packages over /usr, in the private mount namespace that it is started in.
OVERLAY = 'mount -t overlay overlay -o "lowerdir=$0/usr:/usr" /usr && exec "$@"'
# charon writes its pid below /run, where the other one's is.
PRIVATE_RUN = 'mount -t tmpfs tmpfs /run && exec "$0" "$@"'


def with_packages(command: Sequence[str | Path]) -> list[str | Path]:
    """Return the command, run where the unpacked packages look installed."""
    return ["unshare", "-m", "--propagation", "private", "sh", "-c", OVERLAY, ROOT, *command]


def run(command: Sequence[str | Path], **options: Any) -> str:
    """Run a command to its end and return its output; raises AssertionError when it fails."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
        **options,
    )
    assert done.returncode == 0, f"{command[0]} answered {done.returncode}: {done.stdout}"
    return done.stdout


G = TypeVar("G", bound="Gateway")


class Namespace:
    """A network namespace: a machine as far as the network goes."""

    def __init__(self, name: str) -> None:
        self.name = name
        run(["ip", "netns", "add", name])
        self.ip("link", "set", "lo", "up")

    def ip(self, *arguments: str) -> None:
        """Run ip inside."""
        run(["ip", "-n", self.name, *arguments])

    def inside(self, command: Sequence[str | Path]) -> list[str | Path]:
        """Return the command, run inside."""
        return ["ip", "netns", "exec", self.name, *command]

    def remove(self) -> None:
        """Remove the namespace and every link in it."""
        subprocess.run(["ip", "netns", "del", self.name], check=False)


def link(one: Namespace, its_device: str, other: Namespace, other_device: str) -> None:
    """Join two namespaces by a cable."""
    run(["ip", "link", "add", its_device, "netns", one.name, "type", "veth",
         "peer", "name", other_device, "netns", other.name])  # fmt: skip
    one.ip("link", "set", its_device, "up")
    other.ip("link", "set", other_device, "up")


class Gateway:
    """A namespace with a charon in it."""

    daemon: Sequence[str] = ["/usr/lib/ipsec/charon"]

    def __init__(self, namespace: Namespace, directory: Path) -> None:
        self.namespace = namespace
        self.directory = directory
        self.swanctl_dir = directory / "swanctl"
        self.strongswan_conf = directory / "strongswan.conf"
        self.log = directory / "charon.log"
        socket = directory / "charon.vici"
        self.uri = f"unix://{socket}"
        (self.swanctl_dir / "conf.d").mkdir(parents=True)
        (self.swanctl_dir / "swanctl.conf").write_text("include conf.d/*.conf\n")
        self.strongswan_conf.write_text(CHARON_CONF.format(uri=self.uri, directory=directory))
        self.socket = socket
        self.start()

    def start(self) -> None:
        """Start charon."""
        self.socket.unlink(missing_ok=True)
        command = with_packages(["sh", "-c", PRIVATE_RUN, *self.daemon])
        with (self.directory / "output").open("a") as output:
            self.process = subprocess.Popen(
                # a test run that is killed takes charon along
                ["setpriv", "--pdeathsig", "TERM", *self.namespace.inside(command)],
                env={**os.environ, "STRONGSWAN_CONF": str(self.strongswan_conf)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until(self.socket.is_socket, f"charon in {self.namespace.name} did not start")

    def swanctl(self, *arguments: str, check: bool = True) -> str:
        """Run swanctl against this charon and return its output."""
        done = subprocess.run(
            with_packages(["swanctl", *arguments, "--uri", self.uri]),
            env={
                **os.environ,
                "STRONGSWAN_CONF": str(self.strongswan_conf),
                "SWANCTL_DIR": str(self.swanctl_dir),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        assert not check or done.returncode == 0, done.stdout
        return done.stdout

    def configure(self, text: str) -> None:
        """Load this as the whole configuration."""
        (self.swanctl_dir / "conf.d" / "test.conf").write_text(text)
        self.swanctl("--load-all", "--noprompt")

    def fewest_child_sas(self, since: str) -> int:
        """Return the smallest number of child SAs installed at the same time since the log was this."""
        log = self.log.read_text()
        counts: list[int] = []
        installed: set[str] = set()
        for change in re.finditer(r"CHILD_SA (\S+) state change: (\S+) => (\S+)", log):
            if change.start() >= len(since):
                counts.append(len(installed))
            if change[3] == "INSTALLED":
                installed.add(change[1])
            elif change[3] in ("DELETING", "DELETED", "DESTROYING"):
                installed.discard(change[1])
        return min([*counts, len(installed)])

    def stop(self) -> None:
        """Stop charon."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class CloudGateway(Gateway):
    """A gateway with the files of Neutron's driver, run as the driver runs it."""

    def __init__(self, namespace: Namespace, directory: Path) -> None:
        self.ipsec_conf = directory / "ipsec.conf"
        self.secrets = directory / "ipsec.secrets"
        self.daemon = ["/usr/lib/ipsec/starter", "--nofork", "--conf", str(self.ipsec_conf)]
        self.ipsec_conf.write_text("config setup\n")
        self.secrets.touch(mode=0o600)
        super().__init__(namespace, directory)

    def write(self, files: Mapping[str, str], connections: Sequence[str]) -> None:
        """Write the files and reload them, as the driver does after a change."""
        self.store(files)
        self.stroke("rereadsecrets")
        self.process.send_signal(signal.SIGUSR1)
        self.wait_for_connections(connections)

    def store(self, files: Mapping[str, str]) -> None:
        """Write the files."""
        self.ipsec_conf.write_text(files["ipsec.conf"])
        self.secrets.write_text(files["ipsec.secrets"])

    def wait_for_connections(self, names: Sequence[str]) -> None:
        """Wait until exactly these connections are loaded."""
        wait_until(lambda: self.loaded() == set(names), f"{names} are not loaded")

    def loaded(self) -> set[str]:
        """Return names of the loaded connections, those of child SAs: starter joins connections."""
        return set(re.findall(r"^  (\S+): T", self.swanctl("--list-conns"), re.MULTILINE))

    def stroke(self, *arguments: str) -> str:
        """Run stroke, which the driver calls as C(ipsec) with the same arguments."""
        return run(
            with_packages(["/usr/lib/ipsec/stroke", *arguments]),
            env={**os.environ, "STRONGSWAN_CONF": str(self.strongswan_conf)},
        )


class Testbed:
    """Both sites of one connection, with gateways and a host on each side's networks."""

    __test__ = False

    def __init__(self, connection: Mapping[str, Any], directory: Path) -> None:
        self.connection = connection
        self._undo = contextlib.ExitStack()
        try:
            self._build(directory)
        except BaseException:
            self.close()
            raise

    def _build(self, directory: Path) -> None:
        # an interface's namespace name must be this run's own
        names = {
            role: f"otcvpn{os.getpid()}-{role}"
            for role in ("onprem-host", "onprem", "cloud", "cloud-host")
        }
        spaces = {role: self._namespace(name) for role, name in names.items()}
        onprem, cloud = spaces["onprem"], spaces["cloud"]
        self.onprem_host, self.cloud_host = spaces["onprem-host"], spaces["cloud-host"]

        ours, theirs = self.connection["peer_address"], self.connection["local_address"]
        link(onprem, "wan", cloud, "wan")
        for here, address, there in ((onprem, ours, theirs), (cloud, theirs, ours)):
            here.ip("address", "add", f"{address}/32", "dev", "wan")
            here.ip("route", "add", f"{there}/32", "dev", "wan", "src", address)
        self._local_networks(onprem, self.onprem_host, self.connection["remote_cidrs"])
        self._local_networks(cloud, self.cloud_host, self.connection["local_cidrs"])

        self.onprem = self._gateway(Gateway, onprem, directory / "onprem")
        self.cloud = self._gateway(CloudGateway, cloud, directory / "cloud")

    def _namespace(self, name: str) -> Namespace:
        namespace = Namespace(name)
        self._undo.callback(namespace.remove)
        return namespace

    def _local_networks(self, gateway: Namespace, host: Namespace, cidrs: Sequence[str]) -> None:
        link(gateway, "lan", host, "lan")
        for cidr in cidrs:
            length = ipaddress.ip_network(cidr).prefixlen
            gateway.ip("address", "add", f"{_address(cidr, 1)}/{length}", "dev", "lan")
            host.ip("address", "add", f"{_address(cidr, 10)}/{length}", "dev", "lan")
        host.ip("route", "add", "default", "via", _address(cidrs[0], 1))
        settings = "; ".join(
            [
                "echo 1 > /proc/sys/net/ipv4/ip_forward",
                "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done",
            ]
        )
        run(gateway.inside(["sh", "-c", settings]))

    def _gateway(self, kind: type[G], namespace: Namespace, directory: Path) -> G:
        directory.mkdir()
        gateway = kind(namespace, directory)
        self._undo.callback(gateway.stop)
        return gateway

    def pairs(self, connection: Mapping[str, Any] | None = None) -> Iterator[tuple[str, str]]:
        """Return addresses of hosts for each pair of an on-premises and a cloud network."""
        connection = connection or self.connection
        for ours in connection["remote_cidrs"]:
            for theirs in connection["local_cidrs"]:
                yield _address(ours, 10), _address(theirs, 10)

    def ping(self, source: str, target: str, count: int = 1) -> bool:
        """Return whether each of count pings from an on-premises host reaches the cloud's."""
        command = ["ping", "-q", "-c", str(count), "-i", "0.2", "-W", "2", "-I", source, target]
        done = subprocess.run(
            self.onprem_host.inside(with_packages(command)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        return f"{count} received" in done.stdout

    @contextlib.contextmanager
    def outage(self) -> Iterator[None]:
        """Cut the link between the gateways meanwhile."""
        ours, theirs = self.connection["peer_address"], self.connection["local_address"]
        wan = self.cloud.namespace
        wan.ip("link", "set", "wan", "down")
        yield
        wan.ip("link", "set", "wan", "up")
        wan.ip("route", "replace", f"{ours}/32", "dev", "wan", "src", theirs)

    @contextlib.contextmanager
    def pinging(self, source: str, target: str) -> Iterator[Callable[..., int]]:
        """Ping meanwhile, five times a second; afterward, the number of lost pings.

        Those after the last answer do not count, because their answers may be under way. So the
        tunnel must be up at the end. Given a time, only those count that were sent after it.
        """
        command = ["ping", "-D", "-i", "0.2", "-I", source, target]
        process = subprocess.Popen(
            self.onprem_host.inside(with_packages(command)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        answered: dict[int, float] = {}
        started = time.time()

        def lost(since: float = 0) -> int:
            assert answered, "no ping was answered"
            sent = started
            count = 0
            for number in range(1, max(answered)):
                sent = answered.get(number, sent + 0.2)
                count += number not in answered and sent >= since
            return count

        try:
            yield lost
            # one that was sent after all that happened
            wait_until(lambda: self.ping(source, target), "no ping at the end")
            time.sleep(0.5)
        finally:
            process.send_signal(signal.SIGINT)
            output = process.communicate(timeout=10)[0]
            found = re.findall(r"^\[(\S+)\] .* icmp_seq=(\d+) ttl=", output, re.MULTILINE)
            answered |= {int(number): float(moment) for moment, number in found}

    @contextlib.contextmanager
    def wire(self) -> Iterator[list[str]]:
        """Return what crosses the wire between the gateways meanwhile, a line a packet, at the end."""
        packets: list[str] = []
        capture = self.cloud.directory / "wire.pcap"
        command: list[str | Path] = [
            "tcpdump",
            "-i",
            "wan",
            "-U",
            "-Z",
            "root",
            "--immediate-mode",
            "-w",
            capture,
        ]
        process = subprocess.Popen(
            self.cloud.namespace.inside(with_packages(command)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            # the file's header is there once tcpdump listens
            wait_until(
                lambda: capture.exists() and capture.stat().st_size > 0, "tcpdump does not listen"
            )
            yield packets
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=10)
        read = run(with_packages(["tcpdump", "-n", "-t", "-Z", "root", "-r", capture]))
        packets += [line for line in read.splitlines() if not line.startswith("reading from file")]
        capture.unlink()

    def close(self) -> None:
        """Stop both charons and remove the namespaces."""
        self._undo.close()


@contextlib.contextmanager
def testbed(connection: Mapping[str, Any]) -> Iterator[Testbed]:
    """Return a testbed for the connection while the block runs."""
    # short, because the path of a unix socket must be
    directory = Path(tempfile.mkdtemp(prefix="otcvpn-"))
    try:
        with contextlib.closing(Testbed(connection, directory)) as built:
            yield built
    finally:
        shutil.rmtree(directory)


testbed.__test__ = False  # type: ignore[attr-defined]  # not a test, whatever its name


def assert_pings_pass_encrypted(bed: Testbed) -> None:
    """Each host reaches each one of the other side, and the wire shows only ESP."""
    for source, target in bed.pairs():
        # the responder may be ready a moment after the initiator: the first ones may be lost
        wait_until(lambda s=source, t=target: bed.ping(s, t), f"no ping from {source} to {target}")
    with bed.wire() as packets:
        for source, target in bed.pairs():
            assert bed.ping(source, target, count=4)
    # one less for each pair, because tcpdump can end before it has seen the last packets
    pings = 3 * len(list(bed.pairs()))
    esp = [packet for packet in packets if re.search(r"\.4500: UDP-encap: ESP\(", packet)]
    assert len(esp) >= 2 * pings, packets
    others = [packet for packet in packets if packet not in esp]
    assert not [p for p in others if not re.search(r"^ARP|^IP6 |isakmp|NONESP-encap", p)], others


def wait_until(condition: Any, otherwise: str, seconds: float = 15) -> None:
    """Return once the condition holds; raises AssertionError when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, otherwise
        time.sleep(0.1)


def _address(cidr: str, number: int) -> str:
    return str(ipaddress.ip_network(cidr)[number])
