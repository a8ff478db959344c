"""A small complete data set in ``small/``, as rows that a test may change before it builds a catalogue of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from data import Catalogue, Fault, TableFaultsError
from data.tableschema import schemas

Rows = dict[str, list[dict[str, Any]]]

# Wenzhou -(truck 6 h)- Ningbo port -(ship 30 d)- Hamburg, and Wenzhou airport - Taipei - Frankfurt by air.
SMALL = Path(__file__).parent / "small"
YEAR = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}


def small() -> Rows:
    """Return the rows of the small data set, free to be changed."""
    rows: Rows = {}
    for name in schemas():
        with (SMALL / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            rows[name] = list(csv.DictReader(stream))
    return rows


def find(rows: Rows, table: str, **key: object) -> dict[str, Any]:
    """Return the one row of a table with the given cells."""
    (row,) = [row for row in rows[table] if all(row.get(name) == value for name, value in key.items())]
    return row


def build(rows: Rows) -> Catalogue:
    """Return the catalogue of a whole data set."""
    return Catalogue.from_rows(rows, is_complete=True)


def faults_of(rows: Rows) -> list[Fault]:
    """Return the faults of a data set, none if it has none."""
    try:
        build(rows)
    except TableFaultsError as error:
        return list(error.faults)
    return []
