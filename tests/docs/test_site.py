# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation builds as a site, without a warning."""

from __future__ import annotations

import pytest

from tests.docs import site
from tests.unavailable import TAKES_MINUTES


@TAKES_MINUTES
def test_site_builds() -> None:
    for library in ("sphinx", "myst_parser", "furo"):
        pytest.importorskip(library)
    assert site.main() == 0
    for page in ("index", "docs/guides/connections", "collections/ipsec_connection_info_module"):
        assert "otc.vpn" in (site.SITE / f"{page}.html").read_text()
