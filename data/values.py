"""
Text of a cell to value and back, one pair of functions per column type.

``parser(column)`` is resolved once per column; ``to_text(column, value)`` gives the canonical text, which parses
to the same value.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.tableschema import Column

DAY_MIN = 24 * 60
_MAX_DIGITS = 15
_MAX_DECIMALS = 12
_INT = re.compile(rf"[+-]?[0-9]{{1,{_MAX_DIGITS}}}")
_DECIMAL = re.compile(rf"[+-]?[0-9]{{1,{_MAX_DIGITS}}}(\.[0-9]{{1,{_MAX_DECIMALS}}})?")
_DATE = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})")
_TIME = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_ID = re.compile(r"[^\s;]{1,80}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufeff]")
# People type these on a Chinese keyboard without noticing.
_FULL_WIDTH = str.maketrans({"；": ";", "：": ":"})
_YES = frozenset({"yes", "true", "是"})
_NO = frozenset({"no", "false", "否"})


class Problem(NamedTuple):
    """What a column asks for, in Chinese and English, and the broken rule if it is not the type of the column."""

    zh: str
    en: str
    rule: str | None = None


class BadValueError(ValueError):
    """A cell that is not what its column asks for."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.en)


_NOT_CONTROL = Problem("含有换行或其他控制字符", "holds a line break or another control character", "control")
_NOT_REQUIRED = Problem("必填", "must not be empty", "required")
_NOT_ID = Problem(
    "代码不得含空格或分号, 最长 80 字", "must be a code without blanks or semicolons, of at most 80 characters"
)
_NOT_INT = Problem("应为整数, 只用数字", "must be a whole number, digits only")
_NOT_DECIMAL = Problem("应为十进制数, 不带千位分隔符", "must be a decimal number without thousands separators")
_NOT_BOOL = Problem("应为 yes 或 no (是或否)", "must be yes or no")
_NOT_DATE = Problem("应为存在的日期 YYYY-MM-DD", "must be an existing date YYYY-MM-DD")
_NOT_TIME = Problem("时刻应为 HH:MM, 00:00 至 24:00", "times must be HH:MM from 00:00 to 24:00")
_NOT_TIMES = Problem("时刻应早于 24:00 且不得重复", "times must be before 24:00 and must not repeat")
_NOT_WEEKDAYS = Problem("应为 1 (周一) 至 7 的数字, 不得重复", "must be digits 1 (Monday) to 7, each at most once")
_NOT_OVERLAP = Problem("时段重叠", "opening hours must not overlap")
_NOT_SPAN = Problem(
    "时段应为 HH:MM-HH:MM, 止晚于起; 跨午夜请分到两天",
    "opening hours must be HH:MM-HH:MM, the end after the start; split what runs past midnight",
)
_NOT_LIST = Problem("列表以 ; 分隔, 不得有空项或重复", "lists are separated by ; without empty or repeated items")
_NOT_ZONE = Problem("应为 IANA 时区, 如 Asia/Shanghai", "must be an IANA time zone such as Asia/Shanghai")
_NOT_CURRENCY = Problem("应为三个大写字母的币种代码", "must be a currency code of three capital letters")
_NOT_TYPE = Problem("单元格类型不适用", "is a value of a type this column cannot hold")


def parser(column: Column) -> Callable[[str], object]:
    """
    Return the function that turns the text of a cell into the value of a column.

    It raises `BadValueError`. An empty cell gives the default, None or an empty tuple.
    """
    parse = _choice(column.choices) if column.kind == "enum" else _PARSERS[column.kind]
    empty = _empty(column, parse)

    def parse_cell(text: str) -> object:
        text = text.strip()
        if not text.isprintable() and _CONTROL.search(text):
            raise BadValueError(_NOT_CONTROL)
        return parse(text) if text else empty()

    return parse_cell


def _empty(column: Column, parse: Callable[[str], object]) -> Callable[[], object]:
    """Return the function that gives the value of an empty cell."""
    if column.required:

        def refuse() -> object:
            raise BadValueError(_NOT_REQUIRED)

        return refuse
    nothing = () if column.kind in _TUPLES else None
    value = parse(column.default) if column.default else nothing
    return lambda: value


def _choice(choices: tuple[str, ...]) -> Callable[[str], object]:
    """Return the parser of an enumerated column."""
    codes = {code: code for code in choices}

    def parse(text: str) -> object:
        if text not in codes:
            allowed = ", ".join(choices)
            problem = Problem(f"应为其中之一: {allowed}", f"must be one of: {allowed}")
            raise BadValueError(problem)
        return codes[text]

    return parse


def _parse_text(text: str) -> object:
    return text


def _parse_id(text: str) -> object:
    if not _ID.fullmatch(text):
        raise BadValueError(_NOT_ID)
    return text


def _parse_int(text: str) -> object:
    if not _INT.fullmatch(text):
        raise BadValueError(_NOT_INT)
    return int(text)


def _parse_decimal(text: str) -> object:
    if not _DECIMAL.fullmatch(text):
        raise BadValueError(_NOT_DECIMAL)
    return Decimal(text)


def _parse_bool(text: str) -> object:
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadValueError(_NOT_BOOL)


def _parse_date(text: str) -> object:
    match = _DATE.fullmatch(text)
    try:
        if match:
            return dt.date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        pass
    raise BadValueError(_NOT_DATE)


def _minute(text: str) -> int:
    """Return the minute of the day of ``HH:MM``, up to 24:00."""
    match = _TIME.fullmatch(text.strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else DAY_MIN + 1
    if minute > DAY_MIN:
        raise BadValueError(_NOT_TIME)
    return minute


def _parse_times(text: str) -> object:
    minutes = sorted(_minute(part) for part in text.translate(_FULL_WIDTH).split(";"))
    if minutes[-1] == DAY_MIN or len(set(minutes)) < len(minutes):
        raise BadValueError(_NOT_TIMES)
    return tuple(minutes)


def _parse_weekdays(text: str) -> object:
    days = sorted(text)
    if not set(days) <= set("1234567") or len(set(days)) < len(days):
        raise BadValueError(_NOT_WEEKDAYS)
    return tuple(int(day) for day in days)


def _parse_hours(text: str) -> object:
    text = text.translate(_FULL_WIDTH)
    if text.casefold() == "24h":
        return ((0, DAY_MIN),)
    spans = sorted(_span(part) for part in text.split(";"))
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise BadValueError(_NOT_OVERLAP)
    return tuple(spans)


def _span(text: str) -> tuple[int, int]:
    """Return one interval of minutes from ``HH:MM-HH:MM``."""
    start, dash, end = text.partition("-")
    if not dash or _minute(start) >= _minute(end):
        raise BadValueError(_NOT_SPAN)
    return _minute(start), _minute(end)


def _parse_list(text: str) -> object:
    parts = [part.strip() for part in text.translate(_FULL_WIDTH).split(";")]
    if not all(parts) or len(set(parts)) < len(parts):
        raise BadValueError(_NOT_LIST)
    return tuple(parts)


def _parse_zone(text: str) -> object:
    try:
        if _ZONE.fullmatch(text):
            zoneinfo.ZoneInfo(text)
            return text
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        pass
    raise BadValueError(_NOT_ZONE)


def _parse_currency(text: str) -> object:
    if not _CURRENCY.fullmatch(text):
        raise BadValueError(_NOT_CURRENCY)
    return text


_TUPLES = frozenset({"times", "weekdays", "hours", "list"})
_PARSERS: dict[str, Callable[[str], object]] = {
    "id": _parse_id,
    "text": _parse_text,
    "ref": _parse_id,
    "int": _parse_int,
    "decimal": _parse_decimal,
    "money": _parse_decimal,
    "bool": _parse_bool,
    "date": _parse_date,
    "times": _parse_times,
    "weekdays": _parse_weekdays,
    "hours": _parse_hours,
    "list": _parse_list,
    "zone": _parse_zone,
    "currency": _parse_currency,
}


def format_minute(minute: int) -> str:
    """
    Return the minute of a day as ``HH:MM``.

    Examples
    --------
    >>> format_minute(485)
    '08:05'
    """
    return f"{minute // 60:02d}:{minute % 60:02d}"


def format_hours(spans: tuple[tuple[int, int], ...]) -> str:
    """
    Return opening hours as they are written in a table.

    Examples
    --------
    >>> format_hours(((480, 720), (780, 1440)))
    '08:00-12:00;13:00-24:00'
    """
    if spans == ((0, DAY_MIN),):
        return "24h"
    return ";".join(f"{format_minute(start)}-{format_minute(end)}" for start, end in spans)


def to_text(column: Column, value: object) -> str:
    """
    Return the canonical text of a value, or text given as such unchanged.

    Raises
    ------
    BadValueError
        If the type of the value has no place in a column of this kind.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if column.kind in _TUPLES and isinstance(value, tuple | list):
        return _tuple_text(column.kind, tuple(value))
    return _scalar_text(value)


def _tuple_text(kind: str, value: tuple[object, ...]) -> str:
    """Return the canonical text of a tuple column."""
    if kind == "hours":
        return format_hours(tuple((int(start), int(end)) for start, end in value))  # type: ignore[misc, has-type]
    if kind == "times":
        return ";".join(format_minute(int(str(minute))) for minute in value)
    return ("" if kind == "weekdays" else ";").join(str(item) for item in value)


def _scalar_text(value: object) -> str:
    """Return the canonical text of a single value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if isinstance(value, int | dt.date):
        return str(value)
    if isinstance(value, dt.time) and not value.second:
        return f"{value:%H:%M}"
    raise BadValueError(_NOT_TYPE)


def canonical_text(column: Column, value: object) -> str:
    """
    Return the text by which equal values are told to be equal: numbers without closing zeros.

    Examples
    --------
    >>> from data.tableschema import schemas
    >>> rate = schemas()["fx"].columns[1]
    >>> canonical_text(rate, Decimal("7.10")) == canonical_text(rate, Decimal("7.1"))
    True
    """
    if isinstance(value, Decimal):
        value = value.normalize()
    return to_text(column, value)
