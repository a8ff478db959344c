"""How values are kept in columns: instants, documents, and ids that sort by the time they were made."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.types import TypeDecorator

from api.store.canonical import canonical, parsed

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Digits and letters that are not mistaken for each other, in the order in which they sort."""
_TIME_DIGITS, _CHANCE_DIGITS = 7, 16
_BITS = 5


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant, kept as whole seconds since 1970 in UTC, so that every database sorts it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
        """Return what is kept of an instant."""
        del dialect
        if value is None:
            return None
        if value.utcoffset() is None:
            msg = f"{value.isoformat()} has no time zone"
            raise ValueError(msg)
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> dt.datetime | None:
        """Return the instant that was kept."""
        del dialect
        return None if value is None else dt.datetime.fromtimestamp(value, tz=dt.UTC)


class Document(TypeDecorator[Any]):
    """Plain JSON, kept as canonical text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """Return the text of a value."""
        del dialect
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 - any JSON
        """Return the value of a text."""
        del dialect
        return None if value is None else parsed(value)


def new_id(prefix: str, now: dt.datetime) -> str:
    """
    Return an id that nobody can guess; ids of later seconds sort after it.

    Examples
    --------
    >>> import datetime as dt
    >>> early = new_id("bk", dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    >>> late = new_id("bk", dt.datetime(2026, 12, 1, 0, 0, 1, tzinfo=dt.UTC))
    >>> early < late, len(early)
    (True, 26)
    """
    chance = secrets.randbits(_BITS * _CHANCE_DIGITS)
    return f"{prefix}_{_digits(int(now.timestamp()), _TIME_DIGITS)}{_digits(chance, _CHANCE_DIGITS)}"


def _digits(number: int, count: int) -> str:
    """Return a number in base 32."""
    places = range((count - 1) * _BITS, -1, -_BITS)
    return "".join(_ALPHABET[number >> place & 31] for place in places)
