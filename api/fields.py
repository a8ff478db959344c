"""Reading single values of a request: numbers, times, places, lists; each problem becomes a fault."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from api.faults import RequestFault, echo, fault, near_texts
from data import Catalogue
from data.errors import AmbiguousNameError, UnknownIdError
from data.money import round_half_up
from data.places import resolve_place

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?", re.ASCII)
_LIST = re.compile(r"[,，、;；]")
_MAX_TEXT = 200
_FLAGS = {"yes": True, "no": False, "true": True, "false": False, "on": True, "1": True, "0": False}


@dataclass(slots=True)
class Findings:
    """The faults found so far."""

    faults: list[RequestFault] = field(default_factory=list)

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Note one fault."""
        self.faults.append(fault(name, value, rule, **values))


def is_blank(value: object) -> bool:
    """
    Return whether a value counts as not given.

    Examples
    --------
    >>> is_blank(None), is_blank(" "), is_blank(0)
    (True, True, False)
    """
    return value is None or (isinstance(value, str) and not value.strip())


def read_decimal(found: Findings, name: str, value: object) -> Decimal | None:
    """Return a finite number, or None with a fault."""
    number: Decimal | None = None
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = value if isinstance(value, Decimal) else _exact(value)
    elif isinstance(value, str) and len(value) <= _MAX_TEXT and _NUMBER.fullmatch(value.strip()):
        number = _exact(value.strip())
    if number is None or not number.is_finite():
        found.add(name, value, "number")
        return None
    return number


def _exact(value: float | str) -> Decimal | None:
    """Return the number somebody wrote, not its binary neighbour."""
    try:
        return Decimal(value if isinstance(value, int) else str(value))
    except (InvalidOperation, ValueError):
        return None


def read_measure(found: Findings, name: str, value: object, *, units: int, limit: int) -> int | None:
    """
    Return a positive amount in base units, rounded half up.

    Parameters
    ----------
    found
        Where faults go.
    name, value
        The field.
    units
        Base units in one unit of the field.
    limit
        Greatest amount, in units of the field.
    """
    if is_blank(value):
        found.add(name, None, "required")
        return None
    number = read_decimal(found, name, value)
    if number is None:
        return None
    if number <= 0:
        found.add(name, value, "positive")
    elif number > limit:
        found.add(name, value, "max", limit=f"{limit:,}")
    elif number * units < 1:
        found.add(name, value, "min", limit=f"{1 / Decimal(units):f}")
    else:
        return round_half_up(number * units)
    return None


def read_count(found: Findings, name: str, value: object, *, low: int, high: int) -> int | None:
    """Return a whole number within limits, or None with a fault."""
    number = read_decimal(found, name, value)
    if number is None:
        return None
    if number < low:
        found.add(name, value, "min", limit=low)
    elif number > high:
        found.add(name, value, "max", limit=f"{high:,}")
    elif number != number.to_integral_value():
        found.add(name, value, "whole_number")
    else:
        return int(number)
    return None


def read_flag(found: Findings, name: str, value: object) -> bool:
    """Return whether something is wanted; it is not when nothing is said, or with a fault."""
    if isinstance(value, bool):
        return value
    text = "no" if is_blank(value) else str(value).strip().casefold()
    if text not in _FLAGS:
        found.add(name, value, "flag", choices=", ".join(_FLAGS))
    return _FLAGS.get(text, False)


def read_text(found: Findings, name: str, value: object) -> str | None:
    """Return bounded text without outer space, or None: with a fault if it is something else."""
    if is_blank(value):
        return None
    # Spreadsheets turn codes of digits into numbers.
    if isinstance(value, int) and not isinstance(value, bool):
        return echo(value)
    if not isinstance(value, str):
        found.add(name, value, "text")
        return None
    if len(value) > _MAX_TEXT:
        found.add(name, value, "max", limit=_MAX_TEXT)
        return None
    return value.strip()


def read_list(found: Findings, name: str, value: object) -> tuple[str, ...]:
    """Return the items of a list given as such or as text with separators, without repetitions."""
    if is_blank(value):
        return ()
    given = [value] if isinstance(value, str) else list(value) if isinstance(value, Iterable) else [value]
    items: list[str] = []
    for part in given:
        text = read_text(found, name, part)
        items += [item.strip() for item in _LIST.split(text or "") if item.strip()]
    return tuple(dict.fromkeys(items))


def read_place(found: Findings, name: str, value: object, catalogue: Catalogue) -> str | None:
    """Return the code of a place given by code or name, or None with a fault."""
    text = read_text(found, name, value)
    if text is None:
        if is_blank(value):
            found.add(name, None, "required")
        return None
    if text in catalogue.derived(_codes):
        return text
    try:
        return resolve_place(catalogue, text).code
    except UnknownIdError as error:
        found.add(name, value, "unknown_place", **near_texts(_named(catalogue, error.near)))
    except AmbiguousNameError as error:
        found.add(name, value, "ambiguous_place", candidates=", ".join(_named(catalogue, error.candidates)))
    return None


def _codes(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(row.code for row in catalogue.locations)


def _named(catalogue: Catalogue, codes: Iterable[str]) -> list[str]:
    """Return places with their names, for people who do not know the codes."""
    rows = [catalogue.location(code) for code in codes]
    return [f"{row.code} {row.name_zh} {row.name_en}" for row in rows]


def read_instant(
    found: Findings, name: str, value: object, *, zone: str | None, time_of_day: dt.time, is_local: bool = False
) -> dt.datetime | None:
    """
    Return an aware instant in UTC, or None: with a fault if the value is none.

    Parameters
    ----------
    found
        Where faults go.
    name, value
        The field.
    zone
        Zone of the place meant; None when the place itself is faulty, which leaves dates unread.
    time_of_day
        What a date without time means there.
    is_local
        Whether a time without zone is meant as local there, as in a form that says so.
    """
    if is_blank(value):
        return None
    moment = _moment(value)
    if moment is None:
        found.add(name, value, "instant")
        return None
    if not isinstance(moment, dt.datetime):
        moment, is_local = dt.datetime.combine(moment, time_of_day), True
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(dt.UTC)
        if not is_local:
            example = moment.replace(tzinfo=ZoneInfo(zone or "UTC"))
            found.add(name, value, "naive_time", example=example.isoformat(timespec="minutes"))
            return None
        return None if zone is None else moment.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    except OverflowError:
        found.add(name, value, "instant")
        return None


def _moment(value: object) -> dt.date | dt.datetime | None:
    """Return the date or time written in a value, or None."""
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        return None
    text = value.strip()
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
        return dt.datetime.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        return None
