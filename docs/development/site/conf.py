# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Sphinx; `python -m tests.docs.site` gathers the pages and calls it."""

from __future__ import annotations

project = "otc.vpn"
author = "The otc.vpn authors"
project_copyright = "2026, The otc.vpn authors"
html_title = "otc.vpn"
html_theme = "furo"
html_copy_source = False

# Plugin pages come from antsibull-docs, guides are Markdown.
extensions = ["sphinx_antsibull_ext", "myst_parser"]
antsibull_ext_color_scheme = "default-autodark"
myst_heading_anchors = 3
exclude_patterns = ["README.md", "examples"]  # the README is a part of index.md
suppress_warnings = [
    "myst.header",  # a page's title stands below its license
    "ref.ref",  # labels of Ansible's own documentation
]
