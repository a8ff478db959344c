"""
Reading a seller's stock: an Excel workbook, JSON, or a folder of CSV files.

Whatever the form, its sheets become rows of text, so that the three are read, and refused, alike. All faults of all
rows of all sheets are reported at once.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from data.cargo_fields import plain_header
from data.errors import Fault, TableFaultsError
from data.messages import echo
from data.stock import IN_PRODUCTION, Budget, Demand, Lot, Production, Sku, Stock
from data.stock_fields import BUDGET, DEMAND, FIELDS, LOTS, ORDERS, SKUS, headers_of, stock_fault
from data.stock_rows import RowReader
from data.stock_sheets import stock_sheets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from data.catalogue import Catalogue

_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        SKUS: ("sku",),
        ORDERS: ("order", "sku"),
        DEMAND: ("sku", "market", "week"),
        LOTS: ("sku", "warehouse", "state", "arrives_on", "mode", "ready_on"),
        BUDGET: ("week",),
    }
)

_Row = tuple[int, dict[str, Any]]


class SheetTable:
    """
    One sheet as far as it can be read.

    Parameters
    ----------
    name, label
        Of the sheet, and in faults.
    columns
        Its headers by field.
    rows
        Line and values of every row, by field.
    faults
        What is wrong with it.
    """

    def __init__(self, name: str, label: str) -> None:
        self.name = name
        self.label = label
        self.columns: dict[str, str] = {}
        self.rows: list[_Row] = []
        self.faults: list[Fault] = []

    def add(self, row: int | None, name: str, value: object, rule: str, /, **values: object) -> None:
        """Note one fault of a row."""
        header = self.columns.get(name, name)
        self.faults.append(stock_fault((self.label, row), header, value, rule, values))


def read_stock(path: Path, catalogue: Catalogue) -> Stock:
    """
    Return the stock of a seller.

    Parameters
    ----------
    path
        A ``.xlsx`` file, a ``.json`` file with one list of objects for each sheet, or a folder with one ``.csv`` file
        for each. Sheets and columns are those of `data.stock_fields`, in English or Chinese; without a sheet of demand
        nothing is known of it.
    catalogue
        Whose markets, warehouses and currencies it must keep to.

    Raises
    ------
    TableFaultsError
        With every fault of the file; rows of JSON are counted from 1.
    """
    sheets, faults = stock_sheets(path)
    reader = RowReader(catalogue)
    tables: dict[str, SheetTable] = {}
    for name, (label, found) in sheets.items():
        tables[name] = SheetTable(name, label)
        if found is not None:
            fill_table(tables[name], found[0], found[1], reader)
    if SKUS in tables and tables[SKUS].rows:
        _check_skus(tables)
    faults += [fault for table in tables.values() for fault in table.faults]
    if faults:
        raise TableFaultsError(faults)
    lots = [values for _, values in tables[LOTS].rows]
    return Stock(
        skus=tuple(Sku(id=values.pop("sku"), **values) for _, values in tables[SKUS].rows),
        demand=tuple(Demand(**values) for _, values in tables[DEMAND].rows) if DEMAND in tables else (),
        lots=tuple(Lot(**values) for values in lots if values["state"] != IN_PRODUCTION),
        budgets=tuple(Budget(**values) for _, values in tables[BUDGET].rows) if BUDGET in tables else (),
        production=tuple(_production(values) for values in lots if values["state"] == IN_PRODUCTION),
    )


def _production(values: Mapping[str, Any]) -> Production:
    return Production(**{name: values[name] for name in ("sku", "warehouse", "units", "ready_on")})


def fill_table(
    table: SheetTable, headers: list[str], rows: list[tuple[int, dict[str, str]]], reader: RowReader
) -> None:
    """Read the rows of a sheet."""
    # An empty list of JSON has no keys; a sheet without rows has its headers all the same.
    if headers or rows:
        table.faults += _find_columns(table, headers)
    if not rows and table.name == SKUS:
        table.add(None, table.name, None, "rows_required")
    if table.faults:
        return
    for number, cells in rows:
        given = {field.name: cells.get(table.columns.get(field.name, ""), "") for field in FIELDS[table.name]}
        table.rows.append((number, reader.read(table.name, given, _Finding(table, number, given))))
    _check_repeated(table)


class _Finding:
    """Notes faults of one row; the whole text of the cell is shown, whichever part of it is wrong."""

    def __init__(self, table: SheetTable, row: int, given: Mapping[str, str]) -> None:
        self._table = table
        self._row = row
        self._given = given

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Note one fault."""
        self._table.add(self._row, name, self._given.get(name) or value, rule, **values)


def _find_columns(table: SheetTable, headers: list[str]) -> Iterator[Fault]:
    """Note the header of each field; yield the faults of headers that are unknown, repeated or missing."""
    known = headers_of(table.name)
    place = (table.label, None)
    for header in headers:
        field = known.get(plain_header(header))
        if field is None:
            values = {"choices": ", ".join(one.en for one in FIELDS[table.name])}
            yield stock_fault(place, header, header, "unknown_column", values)
        elif field.name in table.columns:
            values = {"other": echo(table.columns[field.name]) or ""}
            yield stock_fault(place, header, header, "repeated_column", values)
        else:
            table.columns[field.name] = header
    for field in FIELDS[table.name]:
        if field.is_required and field.name not in table.columns:
            yield stock_fault(place, field.en, None, "required", {})


def _check_repeated(table: SheetTable) -> None:
    """Keep every row about something of its own."""
    key = _KEYS[table.name]
    needed = [name for name in key if name not in {"arrives_on", "mode", "ready_on"}]
    first: dict[tuple[object, ...], int] = {}
    for number, values in table.rows:
        if any(name not in values for name in needed):
            continue
        found = tuple(values.get(name) for name in key)
        row = first.setdefault(found, number)
        if row != number:
            columns = ", ".join(table.columns[name] for name in key if name in table.columns)
            table.add(number, key[0], values[key[0]], "duplicate_row", row=row, columns=columns)


def _check_skus(tables: Mapping[str, SheetTable]) -> None:
    """Keep demand and stock about SKUs that there are."""
    known = {values.get("sku") for _, values in tables[SKUS].rows}
    for name in (DEMAND, LOTS):
        table = tables.get(name)
        for number, values in table.rows if table is not None else ():
            if table is not None and "sku" in values and values["sku"] not in known:
                table.add(number, "sku", values["sku"], "unknown_sku")
