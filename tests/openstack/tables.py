# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create Neutron's tables in a new SQLite file. Runs in the servers' own environment, by its path:

tables.py DATABASE_FILE

Neutron's migrations alter constraints, which SQLite cannot do; so the tables come from the models,
as in Neutron's own unit tests.
"""

from __future__ import annotations

import importlib
import sys

import sqlalchemy  # type: ignore[import-not-found]
from neutron_lib.db import model_base  # type: ignore[import-not-found]

# Importing the models puts every table into the metadata.
for models in ("neutron.db.migration.models.head", "neutron_vpnaas.db.models.head"):
    importlib.import_module(models)
metadata = model_base.BASEV2.metadata

# InnoDB indexes foreign keys by itself, SQLite does not: lists would take quadratic time.
for table in metadata.tables.values():
    for column in table.columns:
        if column.foreign_keys and not column.index:
            sqlalchemy.Index(f"foreign_key_{table.name}_{column.name}", column)

engine = sqlalchemy.create_engine(f"sqlite:///{sys.argv[1]}")
with engine.connect() as connection:
    # Two Neutrons share the file: with a write-ahead log, readers do not wait for the writer.
    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
metadata.create_all(engine)
