"""The schema: which tables there are, and the type, default and meaning of every column."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA_FOLDER = Path(__file__).parent / "schema"

# Tables without an id column are told apart by these columns together.
_NATURAL_KEYS = MappingProxyType(
    {
        "holidays": ("territory", "date"),
        "workday_overrides": ("territory", "date"),
        "calls": ("service", "seq"),
        "departure_exceptions": ("service", "date"),
        "allotments": ("service", "valid_from"),
        "throughput": ("location", "process", "valid_from"),
        "chargeable_rules": ("product", "mode"),
        "geometry": ("origin", "destination", "mode", "via"),
    }
)
_TYPE = re.compile(r"(?P<kind>[a-z]+)(?P<optional>\??)(?:\((?P<argument>[^)]*)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    One column of a table.

    Parameters
    ----------
    name, name_zh
        Its headers in English and Chinese; a file may use either.
    kind
        Type of the values: id, text, ref, enum, int, decimal, money, bool, date, times, weekdays,
        hours, list, zone or currency.
    choices
        The codes of an enum.
    target
        The table a ref points to.
    unit, meaning
        Shown to people.
    default
        Text that stands for an empty cell, possibly empty.
    required
        Whether an empty cell is a fault.
    """

    name: str
    name_zh: str
    kind: str
    choices: tuple[str, ...]
    target: str | None
    unit: str
    default: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """
    One table.

    Parameters
    ----------
    name, name_zh, meaning
        File name without its ending, Chinese name, and what the table holds.
    columns
        Columns in canonical order, provenance last.
    key
        Names of the columns that tell rows apart.
    is_optional
        Whether a whole data set may do without it.
    """

    name: str
    name_zh: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_optional: bool

    def headers(self) -> dict[str, Column]:
        """Return the columns by every header a file may give them."""
        by_zh = {column.name_zh: column for column in self.columns}
        return by_zh | {column.name: column for column in self.columns}


@cache
def schemas() -> Mapping[str, TableSchema]:
    """Return every table's schema by table name, in canonical order."""
    tables = {row["table"]: _read_table(row) for row in _rows("_tables")}
    return MappingProxyType(tables)


@cache
def needed_tables() -> frozenset[str]:
    """Return the names of the tables a whole data set must have."""
    return frozenset(schema.name for schema in schemas().values() if not schema.is_optional)


def _rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one schema file."""
    with (SCHEMA_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _read_table(row: Mapping[str, str]) -> TableSchema:
    """Return the schema of one table named in the list of tables."""
    name = row["table"]
    columns = tuple(_column(line) for line in _rows(name))
    ids = tuple(column.name for column in columns if column.kind == "id")
    return TableSchema(
        name=name,
        name_zh=row["name_zh"],
        meaning=row["name_en"],
        columns=columns,
        key=ids or _NATURAL_KEYS[name],
        is_optional=row["optional"] == "yes",
    )


def _column(line: Mapping[str, str]) -> Column:
    """Return one column from its line of the schema file."""
    match = _TYPE.fullmatch(line["type"])
    if match is None:
        msg = f"schema type {line['type']!r} of {line['attribute']} is not understood"
        raise ValueError(msg)
    argument = match["argument"] or ""
    return Column(
        name=line["attribute"],
        name_zh=line["name_zh"],
        kind=match["kind"],
        choices=tuple(argument.split(",")) if match["kind"] == "enum" else (),
        target=argument if match["kind"] == "ref" else None,
        unit=line["unit"],
        default=line["default"],
        required=line["required"] == "yes",
        meaning=line["meaning"],
    )
