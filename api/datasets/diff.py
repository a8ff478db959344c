"""What differs between two data sets: rows added, removed and changed, by key and column."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from data.parsing import parse_table, raw_table
from data.tableschema import Column, TableSchema, schemas
from data.textfile import Lines, split_lines
from data.values import canonical_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.provenance import Row

Key = tuple[str, ...]


class Difference(NamedTuple):
    """
    One row that is not the same in both.

    Parameters
    ----------
    table, key
        Which row: the cells of its key by column.
    change
        ``added``, ``removed`` or ``changed``.
    before, after
        Its cells by column, None where it is not there; of a changed row only those that differ.
    """

    table: str
    key: dict[str, str]
    change: str
    before: dict[str, str] | None
    after: dict[str, str] | None


def differences(name: str, before: str, after: str) -> list[Difference]:
    """
    Return how one table differs, in the order of keys; numbers that are equal do not differ however they are written.

    Parameters
    ----------
    name
        Of the table.
    before, after
        Its canonical text, empty where there is no such table.
    """
    schema = schemas()[name]
    old, new = _rows(schema, before), _rows(schema, after)
    found = []
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            found.append(_difference(schema, key, "removed", _cells(schema, old[key]), None))
        elif key not in old:
            found.append(_difference(schema, key, "added", None, _cells(schema, new[key])))
        else:
            changed = [column.name for column in schema.columns if _differs(column, old[key], new[key])]
            if changed:
                first, second = _cells(schema, old[key]), _cells(schema, new[key])
                pair = ({one: first[one] for one in changed}, {one: second[one] for one in changed})
                found.append(_difference(schema, key, "changed", *pair))
    return found


def summary(found: list[Difference]) -> dict[str, dict[str, int]]:
    """Return how many rows of each table were added, removed and changed."""
    counts = Counter((one.table, one.change) for one in found)
    return {
        name: {change: counts[name, change] for change in ("added", "removed", "changed")}
        for name in schemas()
        if any(table == name for table, _ in counts)
    }


def _rows(schema: TableSchema, text: str) -> dict[Key, Row]:
    lines = split_lines(text, schema.name) if text else None
    if not isinstance(lines, Lines):
        return {}
    rows = parse_table(raw_table(schema.name, schema.name, lines)).rows
    columns = [column for column in schema.columns if column.name in schema.key]
    return {tuple(canonical_text(column, getattr(row, column.name)) for column in columns): row for row in rows}


def _differs(column: Column, old: Row, new: Row) -> bool:
    first, second = getattr(old, column.name), getattr(new, column.name)
    return bool(first != second) and canonical_text(column, first) != canonical_text(column, second)


def _cells(schema: TableSchema, row: Row) -> dict[str, str]:
    return {column.name: to_text(column, getattr(row, column.name)) for column in schema.columns}


def _difference(
    schema: TableSchema, key: Key, change: str, before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> Difference:
    names = [column.name for column in schema.columns if column.name in schema.key]
    return Difference(
        table=schema.name,
        key=dict(zip(names, key, strict=True)),
        change=change,
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
    )
