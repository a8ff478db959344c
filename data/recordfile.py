"""What files of records as JSON share, those of plans and of schedules: reading, versions, and how they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from data.errors import Fault, TableFaultsError
from data.messages import echo
from data.plain_values import value_fault
from data.textfile import MEGABYTE, encoding_fault, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1024 * MEGABYTE
_MALFORMED = ("不是 JSON 对象：{detail}", "is no JSON object: {detail}")


def content_of(path: Path) -> bytes:
    """
    Return the content of a file.

    Raises
    ------
    TableFaultsError
        If it cannot be read, or is too large.
    """
    content = read_bytes(path, path.name, MAX_BYTES)
    if isinstance(content, Fault):
        raise TableFaultsError([content])
    return content


def load_object(content: bytes, label: str) -> dict[str, Any]:
    """
    Return the object of JSON a file holds.

    Raises
    ------
    TableFaultsError
        If it holds none.
    """
    try:
        loaded = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse, object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise TableFaultsError([encoding_fault(label, "unknown")]) from None
    except (ValueError, RecursionError) as error:
        raise TableFaultsError([_malformed(label, str(error))]) from None
    if not isinstance(loaded, dict):
        raise TableFaultsError([_malformed(label, type(loaded).__name__)])
    return loaded


def _refuse(constant: str) -> float:
    msg = f"{constant} is no number of JSON"
    raise ValueError(msg)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object none of whose keys stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        msg = f"{max(keys, key=keys.count)!r} stands twice"
        raise ValueError(msg)
    return found


def _malformed(label: str, detail: str) -> Fault:
    zh, en = (text.format(detail=echo(detail)) for text in _MALFORMED)
    return Fault(file=label, rule="malformed", message_zh=zh, message_en=en)


def check_format(
    loaded: dict[str, Any], version: int, message: tuple[str, str], label: str, kind: str | None = None
) -> None:
    """
    Refuse an object of another kind or version.

    Parameters
    ----------
    loaded
        The object of a file.
    version, kind
        What its ``format`` must be, and its ``kind`` if files of that form have one.
    message
        What to say otherwise, in both languages.
    label
        Name of the file.

    Raises
    ------
    TableFaultsError
        If it is of another.
    """
    given = loaded.get("format")
    if given != version or isinstance(given, bool) or (kind is not None and loaded.get("kind") != kind):
        raise TableFaultsError([value_fault(label, "format", given, message, "format")])


def written_lines(shown: dict[str, object]) -> list[str]:
    """Return the keys of an object with their values as JSON, the items of lists on lines of their own."""
    return [f"{json.dumps(name)}: {_lines(value)}" for name, value in shown.items()]


def _lines(value: object) -> str:
    """Return a value as JSON, the items of a list on lines of their own."""
    if not isinstance(value, list) or not value:
        return _json(value)
    return "[\n" + ",\n".join(map(_json, value)) + "\n]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
