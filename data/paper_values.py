"""How facts for papers are read from text: container numbers, incoterms, dates, masses."""

from __future__ import annotations

import datetime as dt
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.fields import read_count, read_instant, read_measure, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from data.catalogue import Catalogue
    from data.fields import FaultSink

_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}", re.ASCII)
_HS = re.compile(r"\d{6}(\d{2}){0,2}", re.ASCII)
_DAY_LENGTH = len("2026-12-01")
_UNIT = 1_000
_UNIT_CM3 = 10**6
_MOST_KG, _MOST_M3, _MOST_COUNT = 10**7, 10**5, 10**9


def _text(sink: FaultSink, name: str, text: str, _: Catalogue) -> str | None:
    """Return text in one line."""
    value = read_text(sink, name, " ".join(text.split()))
    return value or None


def _count(sink: FaultSink, name: str, text: str, _: Catalogue) -> int | None:
    return read_count(sink, name, text, low=0, high=_MOST_COUNT)


def _mass(sink: FaultSink, name: str, text: str, _: Catalogue) -> int | None:
    return read_measure(sink, name, text, units=_UNIT, limit=_MOST_KG)


def _volume(sink: FaultSink, name: str, text: str, _: Catalogue) -> int | None:
    return read_measure(sink, name, text, units=_UNIT_CM3, limit=_MOST_M3)


def _currency(sink: FaultSink, name: str, text: str, catalogue: Catalogue) -> str | None:
    known = sorted(row.currency for row in catalogue.fx)
    if text.strip().upper() in known:
        return text.strip().upper()
    sink.add(name, text, "unknown_currency", choices=", ".join(known))
    return None


def _instant(sink: FaultSink, name: str, text: str, _: Catalogue) -> str | None:
    """Return an instant; a day alone is none, as nobody says where it is meant."""
    if len(text.strip()) == _DAY_LENGTH:
        sink.add(name, text, "instant")
        return None
    moment = read_instant(sink, name, text, zone=None, time_of_day=dt.time(0))
    return None if moment is None else moment.isoformat()


def _date(sink: FaultSink, name: str, text: str, _: Catalogue) -> str | None:
    try:
        return dt.date.fromisoformat(text.strip().removesuffix(" 00:00:00")).isoformat()
    except ValueError:
        sink.add(name, text, "date")
        return None


def _container(sink: FaultSink, name: str, text: str, _: Catalogue) -> str | None:
    plain = re.sub(r"[\s\-]", "", text).upper()
    if _CONTAINER.fullmatch(plain) and check_digit(plain[:10]) == int(plain[10]):
        return plain
    sink.add(name, text, "container")
    return None


def check_digit(number: str) -> int:
    """
    Return the check digit of the first ten characters of a container number (ISO 6346).

    Letters count from 10 upwards without the multiples of 11, each place twice the one before it.

    Examples
    --------
    >>> check_digit("CSQU305438")
    3
    """
    values = [value for value in range(10, 39) if value % 11]
    letters = {letter: values[place] for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
    total = sum((letters[sign] if sign in letters else int(sign)) << place for place, sign in enumerate(number))
    return total % 11 % 10


def _incoterm(sink: FaultSink, name: str, text: str, catalogue: Catalogue) -> str | None:
    known = list(dict.fromkeys(row.code for row in catalogue.incoterms))
    if text.strip().upper() in known:
        return text.strip().upper()
    sink.add(name, text, "unknown_incoterm", choices=", ".join(known))
    return None


def _hs(sink: FaultSink, name: str, text: str, _: Catalogue) -> str | None:
    plain = text.strip().replace(".", "")
    if _HS.fullmatch(plain):
        return plain
    sink.add(name, text, "hs")
    return None


READERS: Mapping[str, Callable[[FaultSink, str, str, Catalogue], int | str | None]] = MappingProxyType(
    {
        "text": _text,
        "count": _count,
        "mass": _mass,
        "volume": _volume,
        "currency": _currency,
        "instant": _instant,
        "date": _date,
        "container": _container,
        "incoterm": _incoterm,
        "hs": _hs,
    }
)
"""By kind of field, what reads a text: it returns the value, or None and notes why it is none."""
