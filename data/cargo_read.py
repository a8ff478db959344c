"""
Reading a cargo list: CSV in UTF-8 or GBK, an Excel workbook, or JSON.

Whatever the form, a list becomes rows of text, so that the three are read, and refused, alike. All faults of all rows
are reported at once.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from data.cargo import FIRST_PRIORITY, LAST_PRIORITY, ORDINARY_PRIORITY, Cargo, CargoShipment
from data.cargo_fields import BY_HEADER, BY_NAME, FIELDS, WORDS, Field, cargo_fault, echo, plain_header
from data.cargo_json import read_json
from data.cargo_rules import MAX_AMOUNT, MAX_BOXES, MAX_MASS_G, MAX_PIECES, MAX_VOLUME_CM3, Limits, breaches, limits_of
from data.errors import AmbiguousNameError, Fault, TableFaultsError, UnknownIdError
from data.money import round_half_up, to_minor
from data.places import resolve_place
from data.rowsfile import read_rows_file
from data.units import CM3_PER_M3, G_PER_KG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from data.catalogue import Catalogue

MORNING = dt.time(9)
"""What a date without time means for cargo that gets ready."""
EVENING = dt.time(23, 59)
"""What a date without time means for a deadline: the end of that day."""
SUFFIXES = (".xlsx", ".csv", ".json")
BASE_CURRENCY = "CNY"

_ORDINARY_REGIME = "0110"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?", re.ASCII)
_LIST = re.compile(r"[,，、;；]")
_QUOTED = re.compile(r"'+[=+\-@]")
_MAX_NUMBER = 60
# No currency has a minor unit near as small, and exact arithmetic with a smaller number may not end.
_LEAST_AMOUNT = Decimal("1e-12")
_YES = frozenset({"yes", "true", "1", "y", "是"})
_NO = frozenset({"no", "false", "0", "n", "否"})


def read_cargo(path: Path, catalogue: Catalogue) -> Cargo:
    """
    Return the shipments of a file.

    Parameters
    ----------
    path
        A ``.xlsx`` file with one sheet, a ``.csv`` file, or a ``.json`` file with a list of objects or an object with
        such a list as ``shipments``. Columns and keys are those of `data.cargo_fields.FIELDS`, in English or Chinese.
    catalogue
        Whose places, boxes, currencies and planning calendar the list must keep to.

    Raises
    ------
    TableFaultsError
        With every fault of the file; rows of JSON are counted from 1.
    """
    label = path.name
    headers, rows = read_json(path, label) if path.suffix.casefold() == ".json" else read_rows_file(path)
    columns, faults = _columns(headers, label)
    if not rows:
        faults.append(cargo_fault(label, None, None, None, "rows_required", {}))
    if faults:
        raise TableFaultsError(faults)
    reader = _Reader(catalogue, label, columns)
    shipments = [reader.read(number, cells) for number, cells in rows]
    if reader.faults:
        raise TableFaultsError(reader.faults)
    return Cargo(shipments=tuple(shipment for shipment in shipments if shipment is not None))


def _columns(headers: list[str], label: str) -> tuple[dict[str, str], list[Fault]]:
    """Return the header of each field, and the faults of headers that are unknown, repeated or missing."""
    columns: dict[str, str] = {}
    faults = []
    for header in headers:
        found = BY_HEADER.get(plain_header(header))
        if found is None:
            values = {"choices": ", ".join(known.en for known in FIELDS)}
            faults.append(cargo_fault(label, None, header, header, "unknown_column", values))
        elif found.name in columns:
            values = {"other": echo(columns[found.name])}
            faults.append(cargo_fault(label, None, header, header, "repeated_column", values))
        else:
            columns[found.name] = header
    missing = [known for known in FIELDS if known.is_required and known.name not in columns]
    return columns, faults + [cargo_fault(label, None, known.en, None, "required", {}) for known in missing]


class _BadCellError(Exception):
    """A cell that is no value of its field: the broken rule, and what its message names."""

    def __init__(self, *, rule: str, **values: object) -> None:
        self.rule = rule
        self.values = values
        super().__init__(rule)


@dataclass(slots=True)
class _RowFacts:
    """What one row says, as text and as far as it is read."""

    number: int
    texts: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)


class _Reader:
    """
    Makes shipments of rows, and keeps the faults.

    Parameters
    ----------
    catalogue
        Of the data set.
    label
        Name of the file.
    columns
        The header of each field the file has.
    """

    def __init__(self, catalogue: Catalogue, label: str, columns: Mapping[str, str]) -> None:
        self.faults: list[Fault] = []
        self._catalogue = catalogue
        self._label = label
        self._columns = columns
        self._limits: Limits = catalogue.derived(limits_of)
        self._places: dict[str, str | _BadCellError] = {}
        self._rows: dict[str, int] = {}

    def read(self, number: int, cells: Mapping[str, str]) -> CargoShipment | None:
        """Return the shipment of one row, or None with its faults noted."""
        row = _RowFacts(number, {name: cells.get(header, "") for name, header in self._columns.items()})
        before = len(self.faults)
        for name in _READ_ORDER:
            self._read_field(row, BY_NAME[name])
        if {"value_minor", "currency"} <= row.values.keys():
            row.values["value_currency"] = None if row.values["value_minor"] is None else row.values["currency"]
        for rule, values in breaches(row.values, self._limits):
            self._note(row, BY_NAME[rule.field], rule.name, values)
        self._check_id(row)
        return CargoShipment(**row.values) if len(self.faults) == before else None

    def _read_field(self, row: _RowFacts, known: Field) -> None:
        """Take one value of a row, or note why there is none."""
        text = row.texts.get(known.name, "")
        try:
            if text:
                row.values[known.name] = _PARSERS[known.name](self, row, text)
            elif known.is_required:
                self._note(row, known, "required", {})
            else:
                row.values[known.name] = _blank(known.name, row)
        except _BadCellError as error:
            self._note(row, known, error.rule, error.values)
        except _UnreadableError:
            pass

    def _note(self, row: _RowFacts, known: Field, rule: str, values: Mapping[str, object]) -> None:
        column = self._columns.get(known.name, known.en)
        self.faults.append(cargo_fault(self._label, row.number, column, row.texts.get(known.name), rule, values))

    def _check_id(self, row: _RowFacts) -> None:
        """Note an id that stands twice."""
        if "id" in row.values:
            first = self._rows.setdefault(row.values["id"], row.number)
            if first != row.number:
                self._note(row, BY_NAME["id"], "duplicate_id", {"row": first})

    def place(self, _: _RowFacts, text: str) -> str:
        """Return the code of a place given by code or name."""
        if text not in self._places:
            self._places[text] = self._find_place(text)
        found = self._places[text]
        if isinstance(found, _BadCellError):
            raise _BadCellError(rule=found.rule, **found.values)
        return found

    def _find_place(self, text: str) -> str | _BadCellError:
        if text in self._limits.locations:
            return text
        try:
            return resolve_place(self._catalogue, text).code
        except UnknownIdError as error:
            names = ", ".join(self._named(code) for code in error.near)
            hints = (f"; 是否指: {names}", f"; did you mean: {names}") if names else ("", "")
            return _BadCellError(rule="unknown_place", near_zh=hints[0], near_en=hints[1])
        except AmbiguousNameError as error:
            return _BadCellError(rule="ambiguous_place", candidates=", ".join(map(self._named, error.candidates)))

    def _named(self, code: str) -> str:
        place = self._limits.locations[code]
        return f"{code} {place.name_zh} {place.name_en}"

    def money(self, row: _RowFacts, text: str) -> int:
        """Return an amount in minor units of the row's currency."""
        amount = _bounded(text, 0, MAX_AMOUNT)
        rate = self._limits.rates.get(row.values.get("currency", ""))
        if rate is None:
            raise _UnreadableError
        return to_minor(amount if amount > _LEAST_AMOUNT else 0, rate)

    def ready(self, row: _RowFacts, text: str) -> dt.datetime:
        """Return when cargo is ready; a date means the morning at the origin."""
        return self._instant(row, text, "origin", MORNING)

    def depart_by(self, row: _RowFacts, text: str) -> dt.datetime:
        """Return by when cargo departs; a date means all that day at the origin."""
        return self._instant(row, text, "origin", EVENING)

    def due(self, row: _RowFacts, text: str) -> dt.datetime:
        """Return when cargo is due; a date means all that day at the destination."""
        return self._instant(row, text, "destination", EVENING)

    def _instant(self, row: _RowFacts, text: str, end: str, time_of_day: dt.time) -> dt.datetime:
        moment = _moment(text)
        place = row.values.get(end)
        zone = "UTC" if place is None else self._limits.locations[place].zone
        if not isinstance(moment, dt.datetime):
            if place is None:
                raise _UnreadableError
            moment = dt.datetime.combine(moment, time_of_day, ZoneInfo(zone))
        if moment.tzinfo is None:
            example = moment.replace(tzinfo=ZoneInfo(zone))
            raise _BadCellError(rule="naive_time", example=example.isoformat(timespec="minutes"))
        try:
            return moment.astimezone(dt.UTC)
        except OverflowError:
            raise _BadCellError(rule="instant") from None

    def box(self, _: _RowFacts, text: str) -> str:
        """Return a box type, in capitals if it is not known as it stands."""
        return text if text in self._limits.boxes else text.upper()


class _UnreadableError(Exception):
    """A cell whose meaning hangs on another cell, which is faulty."""


def _blank(name: str, row: _RowFacts) -> object:
    """Return what an empty cell means."""
    if name == "boxes":
        return 0 if row.values.get("box") is None else 1
    return _BLANKS.get(name)


def _number(text: str) -> Decimal:
    """Return a finite number."""
    if len(text) > _MAX_NUMBER or not _NUMBER.fullmatch(text):
        raise _BadCellError(rule="number")
    return Decimal(text)


def _bounded(text: str, least: int, most: int) -> Decimal:
    """Return a number within limits, beyond which nothing is computed with it."""
    number = _number(text)
    if number < least:
        raise _BadCellError(rule="min", limit=least)
    if number > most:
        raise _BadCellError(rule="max", limit=f"{most:,}")
    return number


def _measure(units: int, most: int) -> Callable[[_Reader, _RowFacts, str], int]:
    """
    Return the reader of a positive amount in base units.

    Parameters
    ----------
    units
        Base units in one unit of the file.
    most
        Greatest amount in base units.
    """

    def read(_: _Reader, __: _RowFacts, text: str) -> int:
        number = _number(text)
        if number <= 0:
            raise _BadCellError(rule="positive")
        number = _bounded(text, 0, most // units)
        if number * units < 1:
            raise _BadCellError(rule="min", limit=f"{1 / Decimal(units):f}")
        return round_half_up(number * units)

    return read


def _count(least: int, most: int) -> Callable[[_Reader, _RowFacts, str], int]:
    """Return the reader of a whole number within limits."""

    def read(_: _Reader, __: _RowFacts, text: str) -> int:
        number = _bounded(text, least, most)
        if number != number.to_integral_value():
            raise _BadCellError(rule="whole_number")
        return int(number)

    return read


def _text(_: _Reader, __: _RowFacts, text: str) -> str:
    """Return text without the mark that keeps a spreadsheet from taking it for a formula."""
    return text[1:] if _QUOTED.match(text) else text


def _upper(_: _Reader, __: _RowFacts, text: str) -> str:
    return text.upper()


def _list(_: _Reader, __: _RowFacts, text: str) -> frozenset[str]:
    """Return the items of a list with any usual separator."""
    return frozenset(item.strip() for item in _LIST.split(text) if item.strip())


def _yes(_: _Reader, __: _RowFacts, text: str) -> bool:
    """Return yes or no."""
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _BadCellError(rule="choice", choices="yes 是, no 否")


def _word(name: str) -> Callable[[_Reader, _RowFacts, str], str]:
    """Return the reader of a column with codes, given as such or in Chinese."""
    codes = {word: code for code, zh in WORDS[name].items() for word in (code, zh)}
    choices = ", ".join(f"{code} {zh}" for code, zh in WORDS[name].items())

    def read(_: _Reader, __: _RowFacts, text: str) -> str:
        if text.casefold() not in codes:
            raise _BadCellError(rule="choice", choices=choices)
        return codes[text.casefold()]

    return read


def _moment(text: str) -> dt.date | dt.datetime:
    """Return the date or time written in a cell."""
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
        if _DATE.match(text):
            return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    raise _BadCellError(rule="instant")


_BLANKS: dict[str, object] = {
    "currency": BASE_CURRENCY,
    "pieces": 1,
    "goods": frozenset(),
    "regime": _ORDINARY_REGIME,
    "priority": ORDINARY_PRIORITY,
    "late_minor_per_day": 0,
    "is_splittable": False,
    "temperature": "ambient",
    "odour": "none",
    "is_sealed": False,
}
_PARSERS: dict[str, Callable[[_Reader, _RowFacts, str], object]] = {
    "id": _text,
    "shipper": _text,
    "origin": _Reader.place,
    "destination": _Reader.place,
    "pieces": _count(1, MAX_PIECES),
    "mass_g": _measure(G_PER_KG, MAX_MASS_G),
    "volume_cm3": _measure(CM3_PER_M3, MAX_VOLUME_CM3),
    "goods": _list,
    "hs": _text,
    "currency": _upper,
    "value_minor": _Reader.money,
    "regime": _text,
    "ready_at": _Reader.ready,
    "depart_by": _Reader.depart_by,
    "due_at": _Reader.due,
    "priority": _count(FIRST_PRIORITY, LAST_PRIORITY),
    "late_minor_per_day": _Reader.money,
    "unserved_minor": _Reader.money,
    "is_splittable": _yes,
    "box": _Reader.box,
    "boxes": _count(1, MAX_BOXES),
    "temperature": _word("temperature"),
    "odour": _word("odour"),
    "is_sealed": _yes,
}
# Places come before the times written in their zones, a currency before the amounts in it.
_READ_ORDER = ("currency", *(known.name for known in FIELDS if known.name != "currency"))
