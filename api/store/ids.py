"""Ids that nobody can guess and that sort by the time they were made; nothing here knows a database."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Digits and letters that are not mistaken for each other, in the order in which they sort."""
_TIME_DIGITS, _CHANCE_DIGITS = 7, 16
_BITS = 5


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
