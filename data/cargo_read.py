"""
Reading a cargo list: CSV in UTF-8 or GBK, an Excel workbook, or JSON.

Whatever the form, a list becomes rows of text, so that the three are read, and refused, alike. All faults of all rows
are reported at once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from data.cargo import Cargo, CargoShipment
from data.cargo_fields import BY_HEADER, BY_NAME, FIELDS, cargo_fault, plain_header
from data.cargo_json import read_json
from data.errors import Fault, TableFaultsError
from data.messages import echo
from data.rowsfile import read_rows_file
from data.shipment_read import ShipmentReader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from data.catalogue import Catalogue
    from data.fields import FaultSink


def read_cargo(path: Path, catalogue: Catalogue) -> Cargo:
    """
    Return the shipments of a file.

    Parameters
    ----------
    path
        A ``.xlsx`` file with one sheet, in which times without a zone are those of origin and destination, a ``.csv``
        file, or a ``.json`` file with a list of objects or an object with such a list as ``shipments``. Columns and
        keys are those of `data.cargo_fields.FIELDS`, in English or Chinese.
    catalogue
        Whose places, boxes, currencies and planning calendar the list must keep to.

    Raises
    ------
    TableFaultsError
        With every fault of the file; rows of JSON are counted from 1.
    """
    label = path.name
    headers, rows = read_json(path, label) if path.suffix.casefold() == ".json" else read_rows_file(path)
    columns, faults = columns_of(headers, label)
    if not rows:
        faults.append(cargo_fault(label, None, None, None, "rows_required", {}))
    if faults:
        raise TableFaultsError(faults)
    shipments, faults = _shipments(
        rows, columns, label, partial(ShipmentReader(catalogue).read, is_local=is_sheet(path))
    )
    if faults:
        raise TableFaultsError(faults)
    return Cargo(shipments=tuple(shipments))


def is_sheet(path: Path) -> bool:
    """Say whether a file is a workbook: its cells have no zone, so that times in them are those of the places."""
    return path.suffix.casefold() == ".xlsx"


def columns_of(headers: list[str], label: str) -> tuple[dict[str, str], list[Fault]]:
    """Return the header of each field, and the faults of headers that are unknown, repeated or missing."""
    columns: dict[str, str] = {}
    faults = []
    known = {found.name for header in headers if (found := BY_HEADER.get(plain_header(header))) is not None}
    choices = ", ".join(f"{field.zh} ({field.en})" for field in FIELDS if field.name not in known)
    for header in headers:
        found = BY_HEADER.get(plain_header(header))
        if found is None:
            faults.append(cargo_fault(label, None, header, header, "unknown_column", {"choices": choices}))
        elif found.name in columns:
            values = {"other": echo(columns[found.name]) or ""}
            faults.append(cargo_fault(label, None, header, header, "repeated_column", values))
        else:
            columns[found.name] = header
    missing = [field for field in FIELDS if field.is_required and field.name not in columns]
    return columns, faults + [cargo_fault(label, None, field.en, None, "required", {}) for field in missing]


class RowFindings:
    """
    The faults of one row, told with the row's own headers and texts.

    Parameters
    ----------
    label, row
        Of the file.
    columns
        The header of each field, by its English name.
    cells
        Texts by header.
    """

    def __init__(self, label: str, row: int, columns: Mapping[str, str], cells: Mapping[str, str]) -> None:
        self.faults: list[Fault] = []
        self._label = label
        self._row = row
        self._columns = columns
        self._cells = cells

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Note one fault; the whole text of the cell is shown, whichever part of it is wrong."""
        column = self._columns.get(name, name)
        text = self._cells.get(column, echo(value))
        self.faults.append(cargo_fault(self._label, self._row, column, text, rule, values))


def _shipments(
    rows: list[tuple[int, dict[str, str]]],
    columns: Mapping[str, str],
    label: str,
    read: Callable[[Mapping[str, object], FaultSink], dict[str, Any]],
) -> tuple[list[CargoShipment], list[Fault]]:
    """Return the shipments of rows, and the faults of those that are none."""
    shipments: list[CargoShipment] = []
    faults: list[Fault] = []
    numbers: dict[str, int] = {}
    shown = {BY_NAME[name].en: header for name, header in columns.items()}
    for number, cells in rows:
        found = RowFindings(label, number, shown, cells)
        given = {known.name: cells.get(columns.get(known.name, ""), "") for known in FIELDS}
        values = read(given, found)
        first = numbers.setdefault(values["id"], number) if "id" in values else number
        if first != number:
            found.add("id", None, "duplicate_id", row=first)
        if not found.faults:
            shipments.append(CargoShipment(**values))
        faults += found.faults
    return shipments, faults
