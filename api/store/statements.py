"""What the driver of PostgreSQL makes of a statement, kept: it reads each one letter by letter, every time anew."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pg8000 import legacy

if TYPE_CHECKING:
    from collections.abc import Sequence

_POSITIONAL = "format"
_MOST = 2_000
_convert = legacy.convert_paramstyle


def keep_statements() -> None:
    """Have the driver read a statement once; one is at most some kilobytes long, and there are a few hundred."""
    legacy.convert_paramstyle = converted


def converted(style: str, statement: str, values: Sequence[object]) -> tuple[str, Sequence[object]]:
    """Return a statement as the server wants it, and its values in the order of their places."""
    if style != _POSITIONAL:
        return _convert(style, statement, values)  # type: ignore[no-any-return]
    return _numbered(statement, len(values)), values


@lru_cache(_MOST)
def _numbered(statement: str, count: int) -> str:
    """Return a statement with numbers of its values in place of marks."""
    return str(_convert(_POSITIONAL, statement, (None,) * count)[0])
