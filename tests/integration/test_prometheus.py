# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics in a real node_exporter, and the alert rules and the dashboard in examples/."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from ansible_collections.otc.vpn.plugins.filter.ipsec_health import ipsec_health
from ansible_collections.otc.vpn.plugins.filter.ipsec_health_metrics import ipsec_health_metrics
from prometheus_client.parser import text_string_to_metric_families

from tests.mock_api import MockApi
from tests.unavailable import unavailable

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "prometheus"
NOW = 1_795_000_000


def program(name: str, package: str) -> str:
    """Return the path of a program; the test is skipped without it."""
    found = shutil.which(name)
    return found or unavailable(f"{name} is needed: apt-get install {package}")


@pytest.fixture
def scrape(tmp_path: Path) -> t.Iterator[t.Callable[[], str]]:
    """Return what node_exporter serves of the files in tmp_path."""
    exporter = program("prometheus-node-exporter", "prometheus-node-exporter")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [
            exporter,
            "--collector.disable-defaults",
            "--collector.textfile",
            f"--collector.textfile.directory={tmp_path}",
            f"--web.listen-address={address}",
        ],
        stderr=subprocess.DEVNULL,
    )

    def served() -> str:
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as response:
                    body: bytes = response.read()
                    return body.decode()
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, "node_exporter has ended"
                assert time.monotonic() < deadline, "node_exporter does not answer"
                time.sleep(0.1)

    try:
        yield served
    finally:
        process.terminate()
        process.wait(10)


def result(rows: list[dict[str, t.Any]], cloud: str) -> dict[str, t.Any]:
    return {"ipsec_connections": rows, "source": {"cloud": cloud, "region": "eu-de"}}


def ours(text: str) -> set[tuple[str, frozenset[tuple[str, str]], float]]:
    return {
        (sample.name, frozenset(sample.labels.items()), sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("otc_vpn_")
    }


def test_node_exporter_serves_every_series_of_several_files(
    tmp_path: Path, scrape: t.Callable[[], str]
) -> None:
    one, two = (MockApi("otc").rows(project) for project in ("vpn-one", "vpn-two"))
    checks = {
        "nightly": [result(one, "production")],
        "staging": [result(two, "production")],  # another project
        "required": [result(one, "production")],  # the same connections in another check
        "failed": [{"msg": "HTTP 401", "source": {"cloud": "production", "region": "eu-de"}}],
        "failed-too": [{"msg": "HTTP 401", "source": {"cloud": "production", "region": "eu-de"}}],
        "empty": [result([], "production")],
    }
    for check, results in checks.items():
        text = ipsec_health_metrics(ipsec_health(results), NOW, labels={"check": check})
        (tmp_path / f"{check}.prom").write_text(text)
    served = scrape()
    assert "node_textfile_scrape_error 0\n" in served
    expected = set().union(*(ours(path.read_text()) for path in tmp_path.glob("*.prom")))
    assert ours(served) == expected
    assert len(expected) > 9 * (2 * len(one) + len(two))


def test_alert_rules_pass_their_tests() -> None:
    promtool = program("promtool", "prometheus")
    for arguments in (("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")):
        done = subprocess.run(
            [promtool, *arguments], cwd=EXAMPLES, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_metrics_pass_promtools_lint() -> None:
    promtool = program("promtool", "prometheus")
    text = ipsec_health_metrics(ipsec_health([result(MockApi("otc").rows("vpn-one"), "x")]), NOW)
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["alerts.yml", "dashboard.json"])
def test_examples_use_metrics_and_labels_that_exist(name: str) -> None:
    text = (EXAMPLES / name).read_text()
    both = {"edition": "enterprise", "vpnservice_id": "g", "cgw_id": "c", "status": "ACTIVE"}
    rows = [{"id": one, "name": one} | both for one in ("c-1", "c-2")]
    served = list(ours(ipsec_health_metrics(ipsec_health(rows), NOW, labels={"check": "x"})))
    names = {sample[0] for sample in served}
    used = set(re.findall(r"otc_vpn_ipsec_\w+", text))
    assert used
    assert used <= names
    labels = {label for _name, pairs, _value in served for label, _text in pairs}
    assert set(re.findall(r"\$labels\.(\w+)|\{\{(\w+)\}\}", text)) <= {
        pair for label in labels for pair in ((label, ""), ("", label))
    }
    if name.endswith(".json"):
        panels = json.loads(text)["panels"]
        assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
        assert all(panel["targets"][0]["expr"] for panel in panels)


def test_dashboard_expressions_are_valid(tmp_path: Path) -> None:
    promtool = program("promtool", "prometheus")
    panels = json.loads((EXAMPLES / "dashboard.json").read_text())["panels"]
    rules = [
        {"record": f"panel:{panel['id']}", "expr": target["expr"].replace("$cloud", ".*")}
        for panel in panels
        for target in panel["targets"]
    ]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "x", "rules": rules}]}))
    done = subprocess.run(
        [promtool, "check", "rules", "rules.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
