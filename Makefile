# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# make demo    runs the collection on a mock API server
# make test    runs the checks and tests that this machine can run
# The first call creates the environment.

PYTHON ?= python3
VENV ?= .venv
LOCK ?= requirements/dev.txt
CORE = # requirement of another ansible-core than the pinned one; for a separate environment
PARTS = docs extensions galaxy.yml meta plugins roles
TREE = build/tree/ansible_collections/otc/vpn
RUN = $(VENV)/bin/python
# each file of tests in one process; tests/conftest.py says how many there are
PARALLEL = -n auto --dist loadscope --no-loadscope-reorder
TESTS = # tests that `make test` runs; all by default

# molecule and ansible-lint look for ansible's commands there
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help demo test check sanity test-newest test-long bench coverage mutate docs openstack-up openstack-down strongswan lock

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

# The working tree as a collection, for mypy and the tests of single files.
$(VENV)/ready: $(LOCK)
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later with venv is required. Install python3 and python3-venv, or set another interpreter: make PYTHON=python3.13"; exit 1; }
	@echo "Creating the environment $(VENV) (about a minute) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(RUN) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@$(if $(strip $(CORE)),$(RUN) -m pip install --quiet --quiet --disable-pip-version-check "$(strip $(CORE))")
	@mkdir -p $(TREE)
	@for part in $(PARTS); do ln -sfn ../../../../../$$part $(TREE)/$$part; done
	@echo "$(CURDIR)/build/tree" > "$$($(RUN) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/otc_vpn.pth"
	@touch $@

demo: $(VENV)/ready ## Show information, inventory and report on the mock API server
	@$(RUN) -m tests.demo

lock: ## Renew the pinned versions (needs uv)
	for name in dev ansible-2.18 rulebook; do \
	  uv pip compile --quiet --universal --python-version 3.11 --fork-strategy requires-python \
	    --generate-hashes --no-header --upgrade requirements/$$name.in -o requirements/$$name.txt; done

openstack-up: $(VENV)/ready ## Install and start real Keystone and Neutron VPNaaS, for the contract tests
	@$(RUN) -m tests.openstack up

strongswan: $(VENV)/ready ## Unpack strongSwan for the tunnel tests (Debian or Ubuntu; installs nothing)
	@$(RUN) -m tests.tunnel.packages

openstack-down: $(VENV)/ready ## Stop the servers of `make openstack-up`
	@$(RUN) -m tests.openstack down

test: $(VENV)/ready ## Run the checks and tests that this machine can run; all of them with REQUIRE_ALL=1
	@$(RUN) -m pytest $(PARALLEL) $(TESTS)

check: $(VENV)/ready ## Run linters, types, documentation and molecule
	@CI=true $(RUN) -m nox -R -k "not sanity" # with CI the formatter only looks

sanity: $(VENV)/ready ## Run ansible-test sanity on the ansible-core of the environment
	@$(RUN) -m tests.checks.sanity --this-core-only

test-newest: $(VENV)/ready ## Run the tests on the newest ansible-core, in a separate environment
	@newest=$$($(RUN) -m tests.checks.newest_core) && $${newest:-true} -m pytest $(PARALLEL) $(TESTS)

test-long: $(VENV)/ready ## Run the property-based tests with more than ten thousand mutated responses
	@LONG_TESTS=1 $(RUN) -m pytest tests/unit/test_properties.py

bench: $(VENV)/ready ## Compare speed and memory with an empty module, uri and openstacksdk
	@$(RUN) -m tests.benchmark

coverage: $(VENV)/ready ## Run the tests with line and branch coverage of plugins/, modules included
	@rm -rf build/coverage
	@$(RUN) -m coverage run -m pytest $(PARALLEL) tests/unit tests/contract tests/integration
	@$(RUN) -m coverage combine --quiet
	@$(RUN) -m coverage report

mutate: $(VENV)/ready ## Change the code in many places and list the changes that no unit test notices
	@$(RUN) -m tests.mutation $(FILES)

docs: $(VENV)/ready ## Build the documentation as a site into build/site
	@$(RUN) -m tests.docs.site
