"""Rules read off the schema: keys, references, signs, currencies, validity."""

from __future__ import annotations

import difflib
from operator import attrgetter
from typing import TYPE_CHECKING

from data.rules import row_fault, rule
from data.tableschema import Column, TableSchema, schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.provenance import Row

_MOST_HINTS = 10
_SIGNED = frozenset({("locations", "lat"), ("locations", "lon")})
_ABOVE_ZERO = frozenset(
    {
        ("fx", "cny_per_unit"),
        ("load_units", "volume_cm3"),
        ("load_units", "usable_cm3"),
        ("load_units", "payload_g"),
        ("chargeable_rules", "kg_per_m3"),
        ("chargeable_rules", "step_g"),
        ("services", "every_weeks"),
        ("customs_fx", "cny_per_unit"),
        ("customs_roundings", "step_minor"),
        ("hub_resources", "count"),
        ("paper_kinds", "version"),
    }
)
# A territory's currency is a name until some price is in it.
_UNPRICED = frozenset({"territories"})
# Their currencies may have rates for customs alone.
_CUSTOMS = frozenset({"regime_rules", "duty_rates", "low_value_rules", "customs_fees", "customs_fx"})
_NUMBERS = frozenset({"int", "decimal", "money"})


def duplicate_keys(catalogue: Catalogue) -> Iterator[Fault]:
    """No two rows of a table have the same key."""
    for schema in schemas().values():
        rows = catalogue.table(schema.name)
        keys = [_key(schema, row) for row in rows]
        if len(set(keys)) == len(keys):
            continue
        first: dict[object, Row] = {}
        for key, row in zip(keys, rows, strict=True):
            if key in first:
                line = first[key].row.line
                yield row_fault(
                    row,
                    schema.key[-1],
                    "duplicate-key",
                    f"与第 {line} 行重复: {', '.join(schema.key)}",
                    f"repeats line {line}: {', '.join(schema.key)}",
                )
            first.setdefault(key, row)


def _key(schema: TableSchema, row: Row) -> object:
    """Return what tells a row from the others of its table."""
    return attrgetter(*schema.key)(row)


def dangling_references(
    catalogue: Catalogue, broken_keys: Mapping[str, AbstractSet[str]], unreadable: AbstractSet[str]
) -> Iterator[Fault]:
    """
    Every reference names an existing row.

    Parameters
    ----------
    catalogue
        The tables.
    broken_keys
        By table, keys that exist although their rows could not be read.
    unreadable
        Tables whose keys are not all known; references to them are not looked at.
    """
    known = {
        schema.name: {getattr(row, schema.key[0]) for row in catalogue.table(schema.name)}
        | broken_keys.get(schema.name, set())
        for schema in schemas().values()
    }
    for schema in schemas().values():
        for column in schema.columns:
            if column.target is not None and column.target not in unreadable:
                yield from _dangling(schema, column, catalogue.table(schema.name), known[column.target])


def _dangling(schema: TableSchema, column: Column, rows: tuple[Row, ...], known: set[str]) -> Iterator[Fault]:
    """Yield the references of one column that lead nowhere."""
    del schema
    missing = set(map(attrgetter(column.name), rows)) - known - {None}
    if not missing:
        return
    # Looking for what was meant takes long, and is of no use where nearly everything is missing.
    asked = sorted(missing)[:_MOST_HINTS]
    near = {value: difflib.get_close_matches(value, known, 3) for value in asked}
    for row in rows:
        value = getattr(row, column.name)
        if value in missing:
            hint = f" ({', '.join(near[value])}?)" if near.get(value) else ""
            yield row_fault(
                row,
                column.name,
                "dangling-reference",
                f"表 {column.target} 中没有此项{hint}",
                f"is not in the table {column.target}{hint}",
            )


def signs(catalogue: Catalogue) -> Iterator[Fault]:
    """Numbers are not negative, and those that divide or scale are above zero; coordinates may be negative."""
    for schema in schemas().values():
        rows = catalogue.table(schema.name)
        for column in schema.columns:
            place = (schema.name, column.name)
            if column.kind in _NUMBERS and place not in _SIGNED:
                yield from _below(rows, column.name, is_zero_refused=place in _ABOVE_ZERO)


def _below(rows: tuple[Row, ...], column: str, *, is_zero_refused: bool) -> Iterator[Fault]:
    """Yield the values of a column that are too small."""
    values = set(map(attrgetter(column), rows)) - {None}
    bad = {value for value in values if value < 0 or (is_zero_refused and value == 0)}
    if not bad:
        return
    zh, en = ("应大于 0", "must be above 0") if is_zero_refused else ("不得为负", "must not be negative")
    for row in rows:
        if getattr(row, column) in bad:
            yield row_fault(row, column, "sign", zh, en)


def known_currencies(catalogue: Catalogue) -> Iterator[Fault]:
    """Every currency something is priced in has an exchange rate, for customs perhaps one of customs."""
    ordinary = {rate.currency for rate in catalogue.fx} | {None}
    customs = ordinary | {rate.currency for rate in catalogue.customs_fx}
    for schema in schemas().values():
        if schema.name in _UNPRICED:
            continue
        known = customs if schema.name in _CUSTOMS else ordinary
        for column in schema.columns:
            if column.kind != "currency":
                continue
            rows = catalogue.table(schema.name)
            missing = set(map(attrgetter(column.name), rows)) - known
            for row in rows if missing else ():
                if getattr(row, column.name) in missing:
                    yield row_fault(
                        row, column.name, "currency-without-rate", "汇率表中没有此币种", "has no row in the table fx"
                    )


def validity(catalogue: Catalogue) -> Iterator[Fault]:
    """No row ends before it begins."""
    for schema in schemas().values():
        if not {"valid_from", "valid_to"} <= {column.name for column in schema.columns}:
            continue
        for row in catalogue.table(schema.name):
            start, end = getattr(row, "valid_from", None), getattr(row, "valid_to", None)
            if start is not None and end is not None and end < start:
                yield row_fault(row, "valid_to", "validity", "失效早于生效", "is before valid_from")


_ALL = tuple(schemas())
_PRICED = tuple(
    schema.name for schema in schemas().values() if any(column.kind == "currency" for column in schema.columns)
)
RULES = (
    rule(duplicate_keys),
    rule(signs),
    rule(known_currencies, "fx", "customs_fx"),
    rule(validity),
)
