# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The baseline of a module that writes: the token for free, the same requests, the object as it came.

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import os
import typing as t

import requests
from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: write
short_description: Create an object unless there is one with its name
description: Sends requests to BENCHMARK_WRITE_URL with the token BENCHMARK_WRITE_TOKEN.
author: The otc.vpn authors (@otc-vpn)
options:
  path:
    description: The path of the kind.
    type: str
    required: true
  body:
    description: The attributes, those that refer to other objects with the names of those.
    type: dict
    required: true
  references:
    description: The path of the kind that an attribute of O(body) refers to, by attribute.
    type: dict
    default: {}
"""


def main() -> None:
    """Return the object."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "str", "required": True},
            "body": {"type": "dict", "required": True, "no_log": False},
            "references": {"type": "dict", "default": {}},
        }
    )
    session = requests.Session()
    session.headers["X-Auth-Token"] = os.environ["BENCHMARK_WRITE_TOKEN"]
    url = os.environ["BENCHMARK_WRITE_URL"]

    def rows(path: str, *names: str) -> list[dict[str, t.Any]]:
        query = [("name", name) for name in names]
        (found,) = session.get(f"{url}/{path}", params=query, timeout=60).json().values()
        return list(found)

    path, body, references = (module.params[name] for name in ("path", "body", "references"))
    for referred in dict.fromkeys(references.values()):
        attributes = [name for name, other in references.items() if other == referred]
        found = rows(referred, *(body[name] for name in attributes))
        ids = {row["name"]: row["id"] for row in found}
        body.update({name: ids[body[name]] for name in attributes})
    found = rows(path, body["name"])
    if found:
        module.exit_json(changed=False, row=found[0])
    # The list of a kind and the body of an object differ in the last letters of their names only.
    kind = path.rpartition("/")[2].replace("-", "_")
    member = kind[:-3] + "y" if kind.endswith("ies") else kind[:-1]
    answer = session.post(f"{url}/{path}", json={member: body}, timeout=60)
    answer.raise_for_status()
    rows(path, body["name"])
    module.exit_json(changed=True, row=answer.json()[member])


if __name__ == "__main__":
    main()
