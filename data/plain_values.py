"""Records as plain values of JSON and back: every field of a dataclass by its type, instants as RFC 3339."""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
import typing
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from data.errors import Fault
from data.messages import echo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from data.timeaxis import TimeAxis

    Reader = Callable[[object, str], object]

INSTANTS = {
    "ready_min": "ready_at",
    "depart_min": "depart_at",
    "arrive_min": "arrive_at",
    "available_min": "available_at",
    "at_min": "at",
    "since_min": "since",
    "until_min": "until",
    "begin_min": "begin_at",
    "end_min": "end_at",
    "was_min": "was_at",
    "was_arrive_min": "was_arrive_at",
    "now_min": "now",
}
"""Fields that hold minutes from the planning epoch, and the keys under which they are written as instants."""

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)
# Controls other than the ends of lines, and halves of pairs that no file can hold.
_BAD_TEXT = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_YEARS = range(1990, 2200)
_MOST = 2**63
_LEAST_NEAR = 0.6

_MESSAGES: dict[str, tuple[str, str]] = {
    "missing": ("缺少此项", "is missing"),
    "unknown_key": ("没有这一项{near_zh}", "is not a known key{near_en}"),
    "object": ("应为对象", "must be an object"),
    "list": ("应为列表", "must be a list"),
    "whole_number": ("应为整数", "must be a whole number"),
    "number": ("应为有限的数字", "must be a finite number"),
    "decimal": ('应为写成文字的十进制数，如 "12.50"', 'must be a decimal number as text, such as "12.50"'),
    "flag": ("应为 true 或 false", "must be true or false"),
    "text": ("应为不含控制字符的文字", "must be text without control characters"),
    "choice": ("应为其中之一：{choices}", "must be one of: {choices}"),
    "instant": (
        "应为带时区的时间，如 2026-12-01T01:00:00Z",
        "must be a time with its zone, such as 2026-12-01T01:00:00Z",
    ),
    "whole_minute": ("应为整分钟", "must be a whole minute"),
    "repeated": ("列表中有重复", "must not hold a value twice"),
}


def value_fault(label: str, column: str, value: object, messages: tuple[str, str], rule: str) -> Fault:
    """Return the fault of a value at a place in a file of JSON."""
    zh, en = messages
    return Fault(file=label, column=column, value=echo(value) or "", rule=rule, message_zh=zh, message_en=en)


class _BadValueError(Exception):
    """A value that is none of its type: the broken rule, and what its message names."""

    def __init__(self, *, rule: str, **values: object) -> None:
        self.rule = rule
        self.values = values
        super().__init__(rule)


class _Key(NamedTuple):
    """A field of a record: its key in JSON, its name, whether it must be there, and what reads it."""

    key: str
    name: str
    is_needed: bool
    read: Reader


class PlainValues:
    """
    Turns records into plain values and back.

    Parameters
    ----------
    axis
        The calendar from which minutes count.
    names
        Types that annotations of records name but their modules do not import when running.
    label
        Name of the file in faults.
    """

    def __init__(self, axis: TimeAxis, names: Mapping[str, object], label: str = "") -> None:
        self.faults: list[Fault] = []
        self._axis = axis
        self._names = dict(names)
        self._label = label
        self._keys: dict[type, tuple[_Key, ...]] = {}
        self._instants: dict[int, str] = {}

    def write(self, value: object) -> object:
        """Return a value as JSON holds it; fields that have their default are left out."""
        if isinstance(value, str | int | float | NoneType):
            return value
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, dt.datetime):
            return rfc3339(value)
        if isinstance(value, frozenset):
            return sorted(value)
        if isinstance(value, tuple):
            return [self.write(item) for item in value]
        return self.write_record(value, is_whole=False)

    def write_record(self, record: Any, *, is_whole: bool) -> dict[str, object]:  # noqa: ANN401 - any dataclass
        """Return the fields of a record by their keys, those that have their default too if it is to be whole."""
        found: dict[str, object] = {}
        for field in fields(record):
            value = getattr(record, field.name)
            if field.name in INSTANTS and value is not None:
                found[INSTANTS[field.name]] = self._instant(value)
            elif is_whole or field.default is MISSING or value != field.default:
                found[INSTANTS.get(field.name, field.name)] = self.write(value)
        return found

    def _instant(self, minute: int) -> str:
        """Return a minute of the calendar as RFC 3339; the same ones come up again and again."""
        if minute not in self._instants:
            self._instants[minute] = rfc3339(self._axis.from_min(minute))
        return self._instants[minute]

    def read(self, kind: type, value: object, path: str) -> Any | None:  # noqa: ANN401 - a value of that type
        """Return a record of a type, or None with its faults noted."""
        try:
            return self._record(kind)(value, path)
        except _BadValueError as error:
            self.note(path, value, error.rule, error.values)
        return None

    def note(self, path: str, value: object, rule: str, values: Mapping[str, object] | None = None) -> None:
        """Note a fault."""
        zh, en = (text.format(**(values or {})) for text in _MESSAGES[rule])
        self.faults.append(value_fault(self._label, path, value, (zh, en), rule))

    def _record(self, kind: type) -> Reader:
        """Return the reader of a dataclass."""

        def read(value: object, path: str) -> object:
            if not isinstance(value, dict):
                raise _BadValueError(rule="object")
            keys = self._keys_of(kind)
            before = len(self.faults)
            self._note_unknown(value, {known.key for known in keys}, path)
            found: dict[str, object] = {}
            for known in keys:
                if known.key in value:
                    self._read_into(found, known, value[known.key], path)
                elif known.is_needed:
                    self.note(joined(path, known.key), None, "missing")
            return kind(**found) if len(self.faults) == before else None

        return read

    def _read_into(self, found: dict[str, object], known: _Key, value: object, path: str) -> None:
        try:
            found[known.name] = known.read(value, joined(path, known.key))
        except _BadValueError as error:
            self.note(joined(path, known.key), value, error.rule, error.values)

    def _note_unknown(self, value: Mapping[str, object], keys: set[str], path: str) -> None:
        for key in value.keys() - keys:
            near = difflib.get_close_matches(key, keys, 1, _LEAST_NEAR)
            hints = {"near_zh": f"；是否指：{near[0]}", "near_en": f"; did you mean: {near[0]}"} if near else {}
            self.note(
                joined(path, echo(key) or '""'), value[key], "unknown_key", {"near_zh": "", "near_en": ""} | hints
            )

    def _keys_of(self, kind: type) -> tuple[_Key, ...]:
        if kind not in self._keys:
            hints = typing.get_type_hints(kind, localns=self._names)
            self._keys[kind] = tuple(
                _Key(
                    key=INSTANTS.get(field.name, field.name),
                    name=field.name,
                    is_needed=field.default is MISSING,
                    read=self._reader_of(field.name, hints[field.name]),
                )
                for field in fields(kind)
            )
        return self._keys[kind]

    def _reader_of(self, name: str, hint: Any) -> Reader:  # noqa: ANN401 - an annotation
        """Return what reads values of a field."""
        if name not in INSTANTS:
            return self._reader(hint)
        return _optional(self._minute) if NoneType in typing.get_args(hint) else self._minute

    def _reader(self, hint: Any) -> Reader:  # noqa: ANN401 - an annotation
        """Return what reads values of an annotation."""
        if hint in _PLAIN:
            return _PLAIN[hint]
        origin, parts = typing.get_origin(hint), typing.get_args(hint)
        if origin is Literal:
            return _choice(parts)
        if origin in {UnionType, typing.Union}:
            return _optional(self._reader(next(part for part in parts if part is not NoneType)))
        if origin is tuple:
            return self._list(self._reader(parts[0]))
        if origin is frozenset:
            return _set(self._list(self._reader(parts[0])))
        if is_dataclass(hint) and isinstance(hint, type):
            return self._record(hint)
        msg = f"no way to read {hint!r}"
        raise TypeError(msg)

    def _list(self, read_item: Reader) -> Reader:
        def read(value: object, path: str) -> object:
            if not isinstance(value, list):
                raise _BadValueError(rule="list")
            found = []
            for index, item in enumerate(value):
                at = f"{path}[{index}]"
                try:
                    found.append(read_item(item, at))
                except _BadValueError as error:
                    self.note(at, item, error.rule, error.values)
            return tuple(found)

        return read

    def _minute(self, value: object, path: str) -> int:
        """Return the minute of the calendar an instant is."""
        instant = _read_instant(value, path)
        if instant.second or instant.microsecond:
            raise _BadValueError(rule="whole_minute")
        return self._axis.to_min(instant)


def joined(path: str, key: str) -> str:
    """
    Return the path of a key.

    Examples
    --------
    >>> joined("", "loads"), joined("loads[0]", "id")
    ('loads', 'loads[0].id')
    """
    return f"{path}.{key}" if path else key


def rfc3339(instant: dt.datetime) -> str:
    """
    Return an aware instant in UTC as RFC 3339.

    Examples
    --------
    >>> rfc3339(dt.datetime(2026, 12, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    '2026-12-01T01:00:00Z'
    """
    return f"{instant.astimezone(dt.UTC).replace(tzinfo=None).isoformat()}Z"


def _choice(choices: tuple[object, ...]) -> Reader:
    shown = ", ".join(map(str, choices))

    def read(value: object, _: str) -> object:
        if not isinstance(value, str) or value not in choices:
            raise _BadValueError(rule="choice", choices=shown)
        return value

    return read


def _optional(read_value: Reader) -> Reader:
    def read(value: object, path: str) -> object:
        return None if value is None else read_value(value, path)

    return read


def _set(read_list: Reader) -> Reader:
    def read(value: object, path: str) -> object:
        found = read_list(value, path)
        items = frozenset(found) if isinstance(found, tuple) else frozenset()
        if isinstance(value, list) and len(items) < len(value):
            raise _BadValueError(rule="repeated")
        return items

    return read


def _read_whole(value: object, _: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _MOST:
        raise _BadValueError(rule="whole_number")
    return value


def _read_float(value: object, _: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= _MOST or not math.isfinite(value):
        raise _BadValueError(rule="number")
    return float(value)


def _read_decimal(value: object, _: str) -> Decimal:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise _BadValueError(rule="decimal")
    return Decimal(value)


def _read_flag(value: object, _: str) -> bool:
    if not isinstance(value, bool):
        raise _BadValueError(rule="flag")
    return value


def _read_text(value: object, _: str) -> str:
    if not isinstance(value, str) or _BAD_TEXT.search(value):
        raise _BadValueError(rule="text")
    return value


def _read_instant(value: object, _: str) -> dt.datetime:
    """Return an aware instant in UTC, of years in which it can be told in any zone."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            instant = dt.datetime.fromisoformat(value).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
        else:
            if instant.year in _YEARS:
                return instant
    raise _BadValueError(rule="instant")


_PLAIN: dict[object, Reader] = {
    int: _read_whole,
    float: _read_float,
    Decimal: _read_decimal,
    bool: _read_flag,
    str: _read_text,
    dt.datetime: _read_instant,
}
