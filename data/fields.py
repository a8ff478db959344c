"""Reading single values that people give: numbers, texts, lists, places, times; each problem becomes a fault."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from data.errors import AmbiguousNameError, UnknownIdError
from data.messages import echo, near_texts
from data.money import round_half_up, to_minor
from data.places import resolve_place

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.records import ExchangeRate

MAX_TEXT = 200
"""Longest text of a field."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?", re.ASCII)
_QUOTED = re.compile(r"'+[=+\-@]")
_LIST = re.compile(r"[,，、;；]")
_MAX_NUMBER = 60
# Exact arithmetic with a number of a billion decimals does not end; every float that people mean has fewer than these.
_MAX_DECIMALS = 40


class FaultSink(Protocol):
    """Where faults go."""

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """
        Note one fault.

        Parameters
        ----------
        name, value
            The field.
        rule
            The broken rule.
        values
            What its message names.
        """


class Breach(NamedTuple):
    """A broken rule, with what its message names."""

    rule: str
    values: Mapping[str, object]


def is_blank(value: object) -> bool:
    """
    Return whether a value counts as not given.

    Examples
    --------
    >>> is_blank(None), is_blank(" "), is_blank(0)
    (True, True, False)
    """
    return value is None or (isinstance(value, str) and not value.strip())


def _read_decimal(found: FaultSink, name: str, value: object) -> Decimal | None:
    """Return a finite number that may be compared but is not yet safe to compute with, or None with a fault."""
    number: Decimal | None = None
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = value if isinstance(value, Decimal) else _exact(value)
    elif isinstance(value, str) and len(value) <= _MAX_NUMBER and _NUMBER.fullmatch(value.strip()):
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


def _has_few_decimals(found: FaultSink, name: str, value: object, number: Decimal) -> bool:
    """Return whether a number within limits is safe to compute with; there is a fault if it is not."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -_MAX_DECIMALS:
        return True
    found.add(name, value, "decimals", limit=_MAX_DECIMALS)
    return False


def read_measure(found: FaultSink, name: str, value: object, *, units: int, limit: int) -> int | None:
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
    number = _read_decimal(found, name, value)
    if number is None:
        return None
    if number <= 0:
        found.add(name, value, "positive")
    elif number > limit:
        found.add(name, value, "max", limit=f"{limit:,}")
    elif number < 1 / Decimal(units):
        found.add(name, value, "min", limit=f"{1 / Decimal(units):f}")
    elif _has_few_decimals(found, name, value, number):
        return round_half_up(Fraction(number) * units)
    return None


def read_share(found: FaultSink, name: str, value: object, *, units: int, limit: int) -> int | None:
    """Return an amount of at least 0 in base units, rounded half up, or None with a fault; see `read_measure`."""
    number = _read_decimal(found, name, value)
    if number is None or not _is_within(found, name, value, number=number, low=0, high=limit):
        return None
    if 0 < number < 1 / Decimal(units):
        found.add(name, value, "min", limit=f"{1 / Decimal(units):f}")
        return None
    return round_half_up(Fraction(number) * units)


def read_count(found: FaultSink, name: str, value: object, *, low: int, high: int) -> int | None:
    """Return a whole number within limits, or None with a fault."""
    number = _read_decimal(found, name, value)
    if number is None or not _is_within(found, name, value, number=number, low=low, high=high):
        return None
    if number != number.to_integral_value():
        found.add(name, value, "whole_number")
        return None
    return int(number)


def read_amount(found: FaultSink, name: str, value: object, *, limit: int, rate: ExchangeRate | None) -> int | None:
    """
    Return an amount of money of at least 0 in minor units, rounded half up, or None: with a fault if it is none.

    Parameters
    ----------
    found
        Where faults go.
    name, value
        The field.
    limit
        Greatest amount, in major units.
    rate
        Row of its currency; None when the currency itself is faulty, which leaves amounts unread.
    """
    number = _read_decimal(found, name, value)
    if number is None or not _is_within(found, name, value, number=number, low=0, high=limit):
        return None
    return None if rate is None else to_minor(number, rate)


def _is_within(found: FaultSink, name: str, value: object, *, number: Decimal, low: int, high: int) -> bool:
    """Return whether a number is within limits and safe to compute with; there is a fault if it is not."""
    if number < low:
        found.add(name, value, "min", limit=low)
    elif number > high:
        found.add(name, value, "max", limit=f"{high:,}")
    else:
        return _has_few_decimals(found, name, value, number)
    return False


def read_text(found: FaultSink, name: str, value: object) -> str | None:
    """Return bounded text without outer space, or None: with a fault if it is something else."""
    if is_blank(value):
        return None
    # Spreadsheets turn codes of digits into numbers.
    if isinstance(value, int) and not isinstance(value, bool):
        return echo(value)
    if not isinstance(value, str):
        found.add(name, value, "text", limit=MAX_TEXT)
        return None
    if len(value) > MAX_TEXT:
        found.add(name, value, "max", limit=MAX_TEXT)
        return None
    return value.strip()


def unquoted(text: str) -> str:
    """
    Return a text without the mark that keeps a spreadsheet from taking it for a formula.

    Examples
    --------
    >>> unquoted("'=1"), unquoted("'s")
    ('=1', "'s")
    """
    return text[1:] if _QUOTED.match(text) else text


def read_list(found: FaultSink, name: str, value: object) -> tuple[str, ...]:
    """Return the items of a list given as such or as text with separators, without repetitions."""
    if is_blank(value):
        return ()
    given = value if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)) else [value]
    items: list[str] = []
    for part in given:
        text = read_text(found, name, part)
        items += [item.strip() for item in _LIST.split(text or "") if item.strip()]
    return tuple(dict.fromkeys(items))


def read_place(found: FaultSink, name: str, value: object, catalogue: Catalogue) -> str | None:
    """Return the code of a place given by code or name, or None with a fault."""
    text = read_text(found, name, value)
    if text is None:
        if is_blank(value):
            found.add(name, None, "required")
        return None
    match = match_place(catalogue, text)
    if isinstance(match, str):
        return match
    found.add(name, value, match.rule, **match.values)
    return None


def match_place(catalogue: Catalogue, text: str) -> str | Breach:
    """Return the code of the place a text names, or why it names none."""
    if text in catalogue.derived(_codes):
        return text
    try:
        return resolve_place(catalogue, text).code
    except UnknownIdError as error:
        return Breach("unknown_place", near_texts(_named(catalogue, error.near)))
    except AmbiguousNameError as error:
        return Breach("ambiguous_place", {"candidates": ", ".join(_named(catalogue, error.candidates))})


def _codes(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(row.code for row in catalogue.locations)


def _named(catalogue: Catalogue, codes: Iterable[str]) -> list[str]:
    """Return places with their names, for people who do not know the codes."""
    rows = [catalogue.location(code) for code in codes]
    return [f"{row.code} {row.name_zh} {row.name_en}" for row in rows]


def read_instant(
    found: FaultSink, name: str, value: object, *, zone: str | None, time_of_day: dt.time, is_local: bool = False
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
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return None
    text = value.strip()
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
        return dt.datetime.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        return None
