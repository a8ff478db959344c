"""Which messages there are, which fields stand in them, and what keeps a text from being the value of a field."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.records_declare import CebField, CebMessage

NAMESPACE = "http://www.chinaport.gov.cn/ceb"
TRANSFER = "BaseTransfer"
SKIPPED = frozenset({"BaseSubscribe", "ExtendMessage", "Signature"})
"""Parts of a message that are stepped over: receipts wanted, extensions, and the signature."""

_INT = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")
_DATE_DIGITS = 8

Broken = tuple[str, tuple[str, str]]
"""The name of a broken rule, and how it is worded in Chinese and in English."""


class Document(NamedTuple):
    """
    One order, payment, waybill or list of a message.

    Parameters
    ----------
    message
        Id of the message, such as ``CEB303``.
    number
        Its place in the message, from 1.
    line
        Line of the file it starts on, 0 if it was not read from one.
    head
        Texts by name of field.
    lines
        The same of each line of goods.
    """

    message: str
    number: int
    line: int
    head: Mapping[str, str]
    lines: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    One kind of message.

    Parameters
    ----------
    row
        Its row of the table ``ceb_messages``.
    fields
        By element, its fields by name, in order.
    """

    row: CebMessage
    fields: Mapping[str, Mapping[str, CebField]]

    @property
    def root(self) -> str:
        """Name of the element around all."""
        return f"{self.row.id}Message"

    @property
    def head_node(self) -> str:
        """Name of the element with the fields of a document."""
        return self.row.head or self.row.node

    @property
    def head(self) -> Mapping[str, CebField]:
        """The fields of a document."""
        return self.fields[self.head_node]

    @property
    def goods(self) -> Mapping[str, CebField]:
        """The fields of a line of goods, none if there are no such lines."""
        return self.fields[self.row.line] if self.row.line else {}

    @property
    def transfer(self) -> Mapping[str, CebField]:
        """The fields that name the sender."""
        return self.fields[TRANSFER]


Messages = MappingProxyType[str, Message]


def messages_of(catalogue: Catalogue) -> Messages:
    """Return the messages of a data set by id; to be asked for with `Catalogue.derived`."""
    fields: dict[str, dict[str, dict[str, CebField]]] = {}
    for row in sorted(catalogue.ceb_fields, key=lambda row: row.seq):
        fields.setdefault(row.message, {}).setdefault(row.node, {})[row.field] = row
    return MappingProxyType(
        {row.id: Message(row=row, fields=MappingProxyType(fields.get(row.id, {}))) for row in catalogue.ceb_messages}
    )


def broken_rules(field: CebField, text: str) -> Iterator[Broken]:
    """
    Yield what keeps a text from being the value of a field.

    An empty text is no value: a fault only of a field that must be there.
    """
    if not text:
        if field.needed:
            yield "ceb-needed", ("必填", "must not be empty")
        return
    if not text.isprintable():
        yield "ceb-control", ("含有换行或其他控制字符", "holds a line break or another control character")
    form = _form(field, text)
    if form is not None:
        yield form
    elif field.kind in {"int", "decimal"}:
        yield from _digits(field, text)
    elif not (field.min_length or 0) <= len(text) <= field.max_length:
        yield "ceb-length", _length(field, len(text))
    if field.choices and text not in field.choices:
        choices = ", ".join(field.choices)
        yield "ceb-choice", (f"应为其中之一: {choices}", f"must be one of: {choices}")


def _form(field: CebField, text: str) -> Broken | None:
    """Return the fault of a text that is not of the kind of a field."""
    if field.kind == "int" and not _INT.fullmatch(text):
        return "ceb-int", ("应为非负整数", "must be a whole number, not negative")
    if field.kind == "decimal" and not _DECIMAL.fullmatch(text):
        return "ceb-decimal", ("应为非负十进制数", "must be a decimal number, not negative")
    if field.kind == "time" and not is_time(text):
        return "ceb-time", ("应为存在的时间 YYYYMMDDhhmmss", "must be an existing time YYYYMMDDhhmmss")
    if field.kind == "date" and not is_time(f"{text}000000"):
        return "ceb-date", ("应为存在的日期 YYYYMMDD", "must be an existing date YYYYMMDD")
    return None


def _digits(field: CebField, text: str) -> Iterator[Broken]:
    """Yield the faults of a number with too many digits."""
    whole, _, part = text.partition(".")
    most = field.decimals or 0
    if len(part) > most:
        yield "ceb-decimals", (f"小数最多 {most} 位", f"must have at most {most} decimals")
    if len(whole.lstrip("0")) + most > field.max_length:
        room = field.max_length - most
        yield "ceb-digits", (f"整数部分最多 {room} 位", f"must have at most {room} digits before the point")


def _length(field: CebField, length: int) -> tuple[str, str]:
    """Return how a wrong length is worded."""
    least, most = field.min_length or 0, field.max_length
    if least == most:
        return f"应为 {most} 位, 现为 {length} 位", f"must have {most} characters, has {length}"
    return f"应为 {least} 至 {most} 字, 现为 {length} 字", f"must have {least} to {most} characters, has {length}"


def is_time(text: str) -> bool:
    """
    Return whether a text is an existing second, written as in the messages.

    Examples
    --------
    >>> is_time("20261231235959"), is_time("20260229000000"), is_time("20260101")
    (True, False, False)
    """
    if len(text) != len("YYYYMMDDhhmmss") or not text.isascii() or not text.isdigit():
        return False
    return text[8:10] < "24" and text[10:12] < "60" and text[12:] < "60" and _is_date(text[:_DATE_DIGITS])


@lru_cache(maxsize=4_096)
def _is_date(text: str) -> bool:
    """Return whether eight digits are an existing date."""
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
