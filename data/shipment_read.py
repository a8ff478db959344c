"""
Reading a shipment from what somebody typed: the one check behind requests and cargo lists.

A shipment is given as values by attribute - text of cells and arguments, or numbers and lists of JSON. Whatever can be
read is read first; then the rules of `data.cargo_rules` are asked that need nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data.cargo import FIRST_PRIORITY, LAST_PRIORITY, ORDINARY_PRIORITY
from data.cargo_fields import BY_NAME, FIELDS, WORDS
from data.cargo_rules import (
    GOODS,
    MAX_AMOUNT,
    MAX_BOXES,
    MAX_MASS_G,
    MAX_PIECES,
    MAX_VOLUME_CM3,
    Limits,
    breaches,
    limits_of,
)
from data.fields import (
    MAX_TEXT,
    Breach,
    FaultSink,
    is_blank,
    match_place,
    read_amount,
    read_count,
    read_instant,
    read_list,
    read_measure,
    read_text,
    unquoted,
)
from data.units import CM3_PER_M3, G_PER_KG

if TYPE_CHECKING:
    from data.catalogue import Catalogue

MORNING = dt.time(9)
"""What a date without time means for cargo that gets ready."""
EVENING = dt.time(23, 59)
"""What a date without time means for a deadline: the end of that day."""
BASE_CURRENCY = "CNY"
ORDINARY_EXPORT = "0110"
FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("yes", "true", "1", "y", "on", "是"), True),
    **dict.fromkeys(("no", "false", "0", "n", "否"), False),
}
"""What may be said for yes and no."""


@dataclass(slots=True)
class _Reading:
    """
    One shipment while it is read.

    Parameters
    ----------
    found
        Where faults go.
    is_local
        Whether times without zone are meant as local ones.
    values
        What is read so far, by attribute.
    """

    found: FaultSink
    is_local: bool
    values: dict[str, Any] = field(default_factory=dict)


class ShipmentReader:
    """
    Reads shipments of one list or request.

    Parameters
    ----------
    catalogue
        Whose places, boxes, currencies and planning calendar shipments must keep to.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._limits: Limits = catalogue.derived(limits_of)
        self._places: dict[str, str | Breach] = {}

    def read(self, given: Mapping[str, object], found: FaultSink, *, is_local: bool = False) -> dict[str, Any]:
        """
        Return the attributes of a shipment that could be read, all those of `given` if there was no fault.

        Parameters
        ----------
        given
            Values by attribute, blank ones for what was not said; attributes that are not asked for are missing.
        found
            Where faults go, with the English names of fields.
        is_local
            Whether times without zone are meant as local ones, as in a form that says so.
        """
        reading = _Reading(found, is_local)
        for name in _READ_ORDER:
            if name in given:
                self._read_field(reading, name, given[name])
        values = reading.values
        if {"value_minor", "currency"} <= values.keys():
            values["value_currency"] = None if values["value_minor"] is None else values["currency"]
        for rule, named in breaches(values, self._limits):
            found.add(BY_NAME[rule.field].en, given.get(rule.field), rule.name, **named)
        return values

    def _read_field(self, reading: _Reading, name: str, value: object) -> None:
        """Take one value, or note why there is none."""
        known = BY_NAME[name]
        if not is_blank(value):
            result = _READERS[name](self, reading, known.en, value)
            if result is not None:
                reading.values[name] = result
        elif known.is_required:
            reading.found.add(known.en, None, "required")
        else:
            reading.values[name] = _blank(name, reading)

    def place(self, reading: _Reading, name: str, value: object) -> str | None:
        """Return the code of a place given by code or name."""
        text = read_text(reading.found, name, value)
        if text is None:
            return None
        if text not in self._places:
            self._places[text] = match_place(self._catalogue, text)
        match = self._places[text]
        if isinstance(match, str):
            return match
        reading.found.add(name, value, match.rule, **match.values)
        return None

    def currency(self, reading: _Reading, name: str, value: object) -> str | None:
        """Return a currency in capitals."""
        text = read_text(reading.found, name, value)
        return None if text is None else text.upper()

    def money(self, reading: _Reading, name: str, value: object) -> int | None:
        """Return an amount in minor units of the shipment's currency."""
        rate = self._limits.rates.get(reading.values.get("currency", ""))
        return read_amount(reading.found, name, value, limit=MAX_AMOUNT, rate=rate)

    def ready(self, reading: _Reading, name: str, value: object) -> dt.datetime | None:
        """Return when cargo is ready; a date means the morning at the origin."""
        return self._instant(reading, name, value, at="origin", time_of_day=MORNING)

    def depart_by(self, reading: _Reading, name: str, value: object) -> dt.datetime | None:
        """Return by when cargo departs; a date means all that day at the origin."""
        return self._instant(reading, name, value, at="origin", time_of_day=EVENING)

    def due(self, reading: _Reading, name: str, value: object) -> dt.datetime | None:
        """Return when cargo is due; a date means all that day at the destination."""
        return self._instant(reading, name, value, at="destination", time_of_day=EVENING)

    def _instant(
        self, reading: _Reading, name: str, value: object, *, at: str, time_of_day: dt.time
    ) -> dt.datetime | None:
        place = reading.values.get(at)
        zone = None if place is None else self._limits.locations[place].zone
        return read_instant(reading.found, name, value, zone=zone, time_of_day=time_of_day, is_local=reading.is_local)

    def box(self, reading: _Reading, name: str, value: object) -> str | None:
        """Return a box type, in capitals if it is not known as it stands."""
        text = read_text(reading.found, name, value)
        return text if text is None or text in self._limits.boxes else text.upper()


_Read = Callable[[ShipmentReader, _Reading, str, object], object]


def _blank(name: str, reading: _Reading) -> object:
    """Return what it means when an attribute is not said."""
    if name == "boxes":
        return 0 if reading.values.get("box") is None else 1
    return _BLANKS.get(name)


def _measure(units: int, most: int) -> _Read:
    """
    Return the reader of a positive amount in base units.

    Parameters
    ----------
    units
        Base units in one unit that people use.
    most
        Greatest amount in base units.
    """

    def read(_: ShipmentReader, reading: _Reading, name: str, value: object) -> int | None:
        return read_measure(reading.found, name, value, units=units, limit=most // units)

    return read


def _count(least: int, most: int) -> _Read:
    """Return the reader of a whole number within limits."""

    def read(_: ShipmentReader, reading: _Reading, name: str, value: object) -> int | None:
        return read_count(reading.found, name, value, low=least, high=most)

    return read


def _code(_: ShipmentReader, reading: _Reading, name: str, value: object) -> str | None:
    """Return a code as it stands."""
    return read_text(reading.found, name, value)


def _label(_: ShipmentReader, reading: _Reading, name: str, value: object) -> str | None:
    """Return free text without the mark that keeps a spreadsheet from taking it for a formula; rules bound it."""
    if isinstance(value, dict | list | bool):
        reading.found.add(name, value, "text", limit=MAX_TEXT)
        return None
    return unquoted(str(value).strip())


def _goods(_: ShipmentReader, reading: _Reading, name: str, value: object) -> frozenset[str] | None:
    """Return goods classes; each that is unknown is a fault of its own."""
    goods = frozenset(read_list(reading.found, name, value))
    for item in sorted(goods - set(GOODS)):
        reading.found.add(name, item, "unknown_goods", choices=", ".join(GOODS))
    return goods if goods <= set(GOODS) else None


def _flag(_: ShipmentReader, reading: _Reading, name: str, value: object) -> bool | None:
    """Return yes or no."""
    flag = FLAGS.get(str(value).strip().casefold())
    if flag is None:
        reading.found.add(name, value, "choice", choices="yes 是, no 否")
    return flag


def _word(column: str) -> _Read:
    """Return the reader of a column with codes, given as such or in Chinese."""
    codes = {word: code for code, zh in WORDS[column].items() for word in (code, zh)}
    choices = ", ".join(f"{code} {zh}" for code, zh in WORDS[column].items())

    def read(_: ShipmentReader, reading: _Reading, name: str, value: object) -> str | None:
        code = codes.get(str(value).strip().casefold())
        if code is None:
            reading.found.add(name, value, "choice", choices=choices)
        return code

    return read


_BLANKS: Mapping[str, object] = {
    "currency": BASE_CURRENCY,
    "pieces": 1,
    "goods": frozenset(),
    "regime": ORDINARY_EXPORT,
    "priority": ORDINARY_PRIORITY,
    "late_minor_per_day": 0,
    "is_splittable": False,
    "temperature": "ambient",
    "odour": "none",
    "is_sealed": False,
}
_READERS: Mapping[str, _Read] = {
    "id": _label,
    "shipper": _label,
    "origin": ShipmentReader.place,
    "destination": ShipmentReader.place,
    "pieces": _count(1, MAX_PIECES),
    "mass_g": _measure(G_PER_KG, MAX_MASS_G),
    "volume_cm3": _measure(CM3_PER_M3, MAX_VOLUME_CM3),
    "goods": _goods,
    "hs": _code,
    "currency": ShipmentReader.currency,
    "value_minor": ShipmentReader.money,
    "regime": _code,
    "ready_at": ShipmentReader.ready,
    "depart_by": ShipmentReader.depart_by,
    "due_at": ShipmentReader.due,
    "priority": _count(FIRST_PRIORITY, LAST_PRIORITY),
    "late_minor_per_day": ShipmentReader.money,
    "unserved_minor": ShipmentReader.money,
    "is_splittable": _flag,
    "box": ShipmentReader.box,
    "boxes": _count(1, MAX_BOXES),
    "temperature": _word("temperature"),
    "odour": _word("odour"),
    "is_sealed": _flag,
}
# Places come before the times written in their zones, a currency before the amounts in it.
_READ_ORDER = ("currency", *(known.name for known in FIELDS if known.name != "currency"))
