"""Numbers, money, days and instants as readers of a language write them, on pages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2.runtime import Context

    from viz.theme import Lang

_LOCALES: dict[Lang, str] = {"zh": "zh_CN", "en": "en_GB"}
_DAYS: dict[Lang, str] = {"zh": "short", "en": "medium"}
"""The usual form in which a day cannot be taken for a month."""
_MINUTES_PER_HOUR = 60
_REMEMBERED = 1 << 14
"""Numbers, days and instants whose words are remembered: a page says most of its own several times."""


@lru_cache(_REMEMBERED, typed=True)
def number(value: float | Decimal, lang: Lang, digits: int | None = None) -> str:
    """
    Return a number with separators.

    Parameters
    ----------
    digits
        Decimals that are shown, None for as many as there are, up to three.

    Examples
    --------
    >>> number(1234.5, "zh", 2), number(1234.5, "en"), number(Decimal("0.10"), "en")
    ('1,234.50', '1,234.5', '0.1')
    """
    from babel.numbers import format_decimal  # noqa: PLC0415 - loads with the first page

    form = "#,##0.###" if digits is None else "#,##0." + "0" * digits if digits else "#,##0"
    return str(format_decimal(value, format=form, locale=_LOCALES[lang]))


def money(minor: int, exponent: int, lang: Lang) -> str:
    """
    Return an amount of minor units in whole units.

    Examples
    --------
    >>> money(123456789, 2, "zh"), money(-1500, 0, "en")
    ('1,234,567.89', '-1,500')
    """
    return number(Decimal(minor).scaleb(-exponent), lang, exponent)


@lru_cache(_REMEMBERED, typed=True)
def day(date: dt.date | str, lang: Lang) -> str:
    """
    Return a day.

    Examples
    --------
    >>> day("2026-05-20", "zh"), day(dt.date(2026, 5, 20), "en")
    ('2026/5/20', '20 May 2026')
    """
    from babel.dates import format_date  # noqa: PLC0415 - loads with the first page

    found = dt.date.fromisoformat(date[:10]) if isinstance(date, str) else date
    return str(format_date(found, _DAYS[lang], locale=_LOCALES[lang]))


@lru_cache(_REMEMBERED, typed=True)
def moment(instant: str, lang: Lang) -> str:
    """
    Return an RFC 3339 instant as a local time with its offset from UTC.

    Examples
    --------
    >>> moment("2026-05-20T09:05:00+08:00", "zh"), moment("2026-05-20T09:05:00+05:30", "en")
    ('2026/5/20 09:05 (+8)', '20 May 2026, 09:05 (+5:30)')
    """
    at = dt.datetime.fromisoformat(instant)
    offset = at.utcoffset() or dt.timedelta()
    hours, minutes = divmod(abs(offset) // dt.timedelta(minutes=1), _MINUTES_PER_HOUR)
    zone = f"{'-' if offset < dt.timedelta() else '+'}{hours}{f':{minutes:02d}' if minutes else ''}"
    return f"{day(at.date(), lang)}{', ' if lang == 'en' else ' '}{at:%H:%M} ({zone})"


def for_templates() -> dict[str, Callable[..., str]]:
    """Return these as functions of templates, which know the language of their page."""

    def spoken(function: Callable[..., str], least: int) -> Callable[..., str]:
        @pass_context
        def shown(context: Context, *values: Any) -> str:  # noqa: ANN401 - what the function takes
            return function(*values[:least], context.get("lang", "zh"), *values[least:])

        return shown

    return {"numeral": spoken(number, 1), "money": spoken(money, 2), "day": spoken(day, 1), "when": spoken(moment, 1)}
