# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The baseline of a module: the token for free, one request, the rows as they came; or no request at all.

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import json
import os
from pathlib import Path

import requests
from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: rows
short_description: Return rows of the API
description: Gets BENCHMARK_URL with the token BENCHMARK_TOKEN, both out of the environment.
author: The otc.vpn authors (@otc-vpn)
options:
  output:
    description: A file with the output of an info module, to return the same without a request.
    type: path
"""


def main() -> None:
    """Return the rows."""
    module = AnsibleModule(argument_spec={"output": {"type": "path"}}, supports_check_mode=True)
    if module.params["output"]:
        text = Path(module.params["output"]).read_text(encoding="utf-8")
        output = json.loads(text[text.index("{") :])
        rows = next(value for value in output.values() if isinstance(value, list))
    else:
        answer = requests.get(
            os.environ["BENCHMARK_URL"],
            headers={"X-Auth-Token": os.environ["BENCHMARK_TOKEN"]},
            timeout=60,
        )
        rows = answer.json()["ipsec_site_connections"]
    module.exit_json(changed=False, rows=rows)


if __name__ == "__main__":
    main()
