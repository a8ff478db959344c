"""Texts of orders, payments and waybills as values that compare: amounts, times, currencies and order numbers."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from data.ceb.messages import is_time
from data.declare_rules import E5

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from data.declare_fields import Field
    from data.declare_rules import DeclareRules

_TIME = re.compile(
    r"([0-9]{4})([-/]?)([0-9]{2})\2([0-9]{2})(?:[ T]?([0-9]{2}):?([0-9]{2})(?::?([0-9]{2}))?)?(?:\+08:?00)?"
)
DECIMALS, WHOLE = 5, 13
"""Digits of an amount after and before the point, at most."""
_APPS = frozenset("123")

_NOT_AMOUNT = (
    "amount",
    "应为非负十进制数, 小数最多 5 位, 不带千位分隔符",
    "must be a decimal number, not negative, of at most 5 decimals, without thousands separators",
)
_NOT_TIME = (
    "time",
    "应为北京时间 YYYY-MM-DD HH:MM[:SS] 或 YYYYMMDDhhmmss",
    "must be a time in China, YYYY-MM-DD HH:MM[:SS] or YYYYMMDDhhmmss",
)
_NOT_GIVEN = ("required", "必填", "is required")
_NOT_PLAIN = ("control", "含有换行或其他控制字符", "holds a line break or another control character")
_NOT_WHOLE = ("whole_number", "应为非负整数", "must be a whole number, not negative")


class BadTextError(ValueError):
    """
    A text that is no value of its field.

    Parameters
    ----------
    rule
        Name of the rule it breaks.
    zh, en
        What is wrong.
    """

    def __init__(self, rule: str, zh: str, en: str) -> None:
        self.rule = rule
        self.pair = (zh, en)
        super().__init__(en)


def to_e5(text: str) -> int:
    """
    Return an amount in hundred-thousandths.

    Raises
    ------
    BadTextError
        If it is none, or has more than 13 digits before or 5 after the point.

    Examples
    --------
    >>> to_e5("12.5"), to_e5("0.00001")
    (1250000, 1)
    """
    whole, point, part = text.partition(".")
    part = part.rstrip("0") if len(part) > DECIMALS else part
    if not (text.isascii() and whole.isdigit() and len(whole) <= WHOLE and len(part) <= DECIMALS):
        raise BadTextError(*_NOT_AMOUNT)
    if not point:
        return int(whole) * E5
    if not part.isdigit():
        raise BadTextError(*_NOT_AMOUNT)
    return int(whole + part.ljust(DECIMALS, "0"))


def from_e5(value: int) -> str:
    """
    Return an amount as text, without closing zeros.

    Examples
    --------
    >>> from_e5(1250000), from_e5(300000), from_e5(-1)
    ('12.5', '3', '-0.00001')
    """
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), E5)
    return f"{sign}{whole}" if not part else f"{sign}{whole}.{part:05d}".rstrip("0")


def to_time(text: str) -> str:
    """
    Return a Chinese time as 14 digits; a date stands for its first second.

    Raises
    ------
    BadTextError
        If there is no such second.

    Examples
    --------
    >>> to_time("2026-11-20 08:30"), to_time("2026/11/20"), to_time("20261120083000")
    ('20261120083000', '20261120000000', '20261120083000')
    """
    match = _TIME.fullmatch(text)
    if match is not None:
        year, _, month, day, hour, minute, second = match.groups()
        found = f"{year}{month}{day}{hour or '00'}{minute or '00'}{second or '00'}"
        if is_time(found):
            return found
    raise BadTextError(*_NOT_TIME)


def converter(field: Field, currencies: Mapping[str, str]) -> Callable[[str], str]:
    """
    Return the function that turns the text of a field into its canonical text.

    Parameters
    ----------
    field
        The column.
    currencies
        The code of the customs by every code a currency may be given by.
    """
    if field.kind == "amount":
        parse: Callable[[str], str] = _amount
    elif field.kind == "time":
        parse = to_time
    elif field.kind == "currency":
        parse = _one_of(currencies, "currency")
    elif field.kind == "app":
        parse = _one_of({code: code for code in _APPS}, "app-type")
    else:
        parse = _whole if field.kind == "int" else _same
    needed, most = field.is_needed, field.most

    def convert(text: str) -> str:
        if not text:
            if needed:
                raise BadTextError(*_NOT_GIVEN)
            return ""
        if len(text) > most:
            raise BadTextError(*_too_long(len(text), most))
        if not text.isprintable():
            raise BadTextError(*_NOT_PLAIN)
        return parse(text)

    return convert


def _too_long(length: int, most: int) -> tuple[str, str, str]:
    return "length", f"最长 {most} 字, 现为 {length} 字", f"has {length} characters, at most {most}"


def _amount(text: str) -> str:
    return str(to_e5(text))


def _same(text: str) -> str:
    return text


def _whole(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise BadTextError(*_NOT_WHOLE)
    return str(int(text))


def _one_of(known: Mapping[str, str], rule: str) -> Callable[[str], str]:
    def choose(text: str) -> str:
        found = known.get(text) or known.get(text.upper())
        if found is None:
            choices = ", ".join(sorted(known))
            raise BadTextError(rule, f"应为其中之一: {choices}", f"must be one of: {choices}")
        return found

    return choose


FOLDS = ("key_width", "key_case", "key_spaces", "key_zeros", "key_o_zero")


def folder(rules: DeclareRules) -> Callable[[str], str]:
    """
    Return the function that makes order numbers alike which the rules hold to be the same.

    Nothing is left out of a number but blanks and leading zeros, and never all of it.
    """
    width, case, spaces, zeros, o_zero = (rules.flag(name) for name in FOLDS)

    def fold(text: str) -> str:
        if width and not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        if spaces:
            text = "".join(text.split())
        if case:
            text = text.upper()
        if o_zero:
            text = text.replace("O", "0").replace("o", "0")
        return (text.lstrip("0") or "0"[: len(text)]) if zeros else text

    return fold


def fold_name(rules: DeclareRules) -> str:
    """Return the folds that are on, so that a state can tell by which it was made."""
    return ",".join(name for name in FOLDS if rules.flag(name))
