# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the contract tests: each server in turn, and a project to write to."""

from __future__ import annotations

import typing as t

import pytest

from tests.contract.raw_project import RawProject
from tests.contract.world import World, bundled_world, openstack_world


@pytest.fixture(
    scope="session", params=[bundled_world, openstack_world], ids=["bundled", "openstack"]
)
def world(request: pytest.FixtureRequest) -> t.Iterator[World]:
    """Return each of the two in turn."""
    yield from request.param()


@pytest.fixture(scope="session")
def openstack() -> t.Iterator[World]:
    """Return only the real servers, because only they have a policy of the operator."""
    yield from openstack_world()


@pytest.fixture(scope="session")
def token(world: World) -> str:
    """Return a token of alice, for the many requests that need no more."""
    return world.token("alice")


@pytest.fixture(scope="session")
def raw_project(world: World) -> RawProject:
    """Return the project vpn-writing, with one token for each of its users."""
    return RawProject(world)


@pytest.fixture
def project(raw_project: RawProject) -> t.Iterator[RawProject]:
    """Return the same, and remove what the test has created."""
    yield raw_project
    raw_project.clear()
