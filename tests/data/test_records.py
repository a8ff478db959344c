"""The record types say the same as the schema."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import get_args, get_type_hints

import pytest

from data import (
    codes,
    records,
    records_booking,
    records_customs,
    records_declare,
    records_demand,
    records_events,
    records_hub,
    records_mixing,
    records_papers,
    records_warehouses,
)
from data.catalogue import Catalogue
from data.parsing import RECORD_TYPES
from data.provenance import Row
from data.tableschema import Column, TableSchema, schemas

NAMES = {"dt": dt, "Decimal": Decimal, **vars(codes)}
SCALARS = {
    **dict.fromkeys(("id", "text", "ref", "zone", "currency"), str),
    "int": int,
    "decimal": Decimal,
    "money": Decimal,
    "bool": bool,
    "date": dt.date,
}
TUPLES = {
    "times": tuple[int, ...],
    "weekdays": tuple[int, ...],
    "hours": tuple[tuple[int, int], ...],
    "list": tuple[str, ...],
}


def expected(column: Column) -> object:
    """Return the Python type a column should have, enums apart."""
    if column.kind in TUPLES:
        return TUPLES[column.kind]
    scalar = SCALARS[column.kind]
    return scalar if column.required or column.default else scalar | None


@pytest.mark.parametrize("schema", schemas().values(), ids=lambda schema: schema.name)
def test_fields_are_the_columns(schema: TableSchema) -> None:
    """A record has the columns of its table, of the types the schema says, and the place of its row."""
    hints = get_type_hints(RECORD_TYPES[schema.name], localns=NAMES)
    assert set(hints) == {column.name for column in schema.columns} | {"row"}
    for column in schema.columns:
        if column.kind == "enum":
            arguments = get_args(hints[column.name])
            assert (type(None) in arguments) == (not column.required and not column.default)
            literal = arguments[0] if type(None) in arguments else hints[column.name]
            assert get_args(literal) == column.choices
        else:
            assert hints[column.name] == expected(column), column.name


@pytest.mark.parametrize("schema", schemas().values(), ids=lambda schema: schema.name)
def test_columns_are_in_order(schema: TableSchema) -> None:
    """The fields of a table's own come in the order of the schema."""
    shared = {field.name for field in dataclasses.fields(Row)}
    own = [field.name for field in dataclasses.fields(RECORD_TYPES[schema.name]) if field.name not in shared]
    assert own == [column.name for column in schema.columns if column.name not in shared]


def test_every_table_has_a_record_type() -> None:
    """No table is without a record type, and the catalogue has an attribute for each."""
    assert list(RECORD_TYPES) == list(schemas())
    fields = [field.name for field in dataclasses.fields(Catalogue)]
    assert fields[: len(RECORD_TYPES)] == list(schemas())
    modules = (
        records,
        records_booking,
        records_customs,
        records_declare,
        records_demand,
        records_events,
        records_hub,
        records_mixing,
        records_papers,
        records_warehouses,
    )
    members = [member for module in modules for member in vars(module).items()]
    exported = {name for name, value in members if isinstance(value, type) and issubclass(value, Row)}
    assert exported == {record.__name__ for record in RECORD_TYPES.values()} | {"Row"}


@pytest.mark.parametrize("schema", schemas().values(), ids=lambda schema: schema.name)
def test_headers_are_distinct(schema: TableSchema) -> None:
    """No Chinese or English header of a table means two columns."""
    assert len(schema.headers()) == 2 * len(schema.columns)


def test_records_are_frozen() -> None:
    """A record cannot be changed."""
    (rate,) = Catalogue.from_rows({"fx": [{"currency": "CNY", "cny_per_unit": 1}]}).fx
    with pytest.raises(dataclasses.FrozenInstanceError):
        rate.exponent = 3
