# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files in examples/, as their first comment says that they are used."""

from __future__ import annotations

import shutil
from pathlib import Path

import jinja2
import pytest
import yaml

from tests.ansible_commands import Ansible
from tests.docs.blocks import sections
from tests.mock_api import MockApi

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"


@pytest.fixture
def folder(ansible: Ansible) -> Path:
    """Return the folder that commands run in, with the examples."""
    shutil.copytree(EXAMPLES, ansible.folder, dirs_exist_ok=True)
    return ansible.folder


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (
            "ansible-playbook facts.yml report.yml health.yml"
            ' -e {"directory":"report","tunnels":["branch-munich"]}',
            (
                "branch-munich        up       10.10.0.0/24, 10.10.1.0/24 = 198.51.100.20 =",
                "failed=0",
            ),
        ),
        ("ansible-inventory -i ipsec_connections.yml --graph", ("@tunnel_up:", "@weak:")),
        ("ansible-playbook -i gateway, peer.yml --syntax-check", ("playbook: peer.yml",)),
    ],
)
def test_examples_run(
    command: str, shown: tuple[str, ...], ansible: Ansible, folder: Path, mock_api: MockApi
) -> None:
    done = ansible.run(*command.split(), environment=mock_api.environment())
    assert done.returncode == 0, done.stdout + done.stderr
    assert [text for text in shown if text not in done.stdout] == []


def test_two_clouds_in_one_inventory(ansible: Ansible, folder: Path, mock_api: MockApi) -> None:
    clouds = {}
    for cloud, user in (("production", "alice"), ("staging", "bob")):
        variables = mock_api.environment(user)
        clouds[cloud] = {
            "region_name": variables.pop("OS_REGION_NAME"),
            "auth_type": variables.pop("OS_AUTH_TYPE"),
            "auth": {name[3:].lower(): value for name, value in variables.items()},
        }
    (folder / "clouds.yaml").write_text(yaml.safe_dump({"clouds": clouds}))
    done = ansible.run("ansible-inventory", "-i", "clouds.ipsec_connections.yml", "--graph")
    assert done.returncode == 0, done.stderr
    production, staging = (
        done.stdout.index("@cloud_production"),
        done.stdout.index("@cloud_staging"),
    )
    assert production < done.stdout.index("--198.51.100.20\n", production) < staging
    assert "--198.51.100.201\n" in done.stdout[staging:]


def test_credential_type_of_awx_authenticates(
    ansible: Ansible, folder: Path, mock_api: MockApi
) -> None:
    inputs = yaml.safe_load((folder / "awx" / "inputs.yml").read_text())
    injectors = yaml.safe_load((folder / "awx" / "injectors.yml").read_text())
    variables = mock_api.environment()
    form = {
        "auth_url": variables["OS_AUTH_URL"],
        "domain": "Default",
        "project": variables["OS_PROJECT_NAME"],
        "region": variables["OS_REGION_NAME"],
        "username": variables["OS_USERNAME"],
        "password": variables["OS_PASSWORD"],
    }
    assert {one["id"] for one in inputs["fields"]} == set(form) >= set(inputs["required"])
    environment = {
        name: jinja2.Template(text).render(form) for name, text in injectors["env"].items()
    }
    done = ansible.run(
        "ansible-inventory", "-i", "ipsec_connections.yml", "--graph", environment=environment
    )
    assert "branch-munich" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("guide", "name", "example"),
    [
        ("awx.md", "inputs.yml", "awx/inputs.yml"),
        ("awx.md", "injectors.yml", "awx/injectors.yml"),
        ("strongswan.md", "peer.yml", "peer.yml"),
        ("site_to_site.md", "branches.yml", "branches.yml"),
        ("site_to_site.md", "site_to_site.yml", "site_to_site.yml"),
    ],
)
def test_guide_contains_example(guide: str, name: str, example: str) -> None:
    (shown,) = (
        block.text
        for section in sections(ROOT / "docs" / "guides" / guide)
        for block in section.blocks
        if block.file == name
    )
    assert yaml.safe_load(shown) == yaml.safe_load((EXAMPLES / example).read_text())
