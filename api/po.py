"""Reads gettext catalogues as they are written, without a step that compiles them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TEXT = rf"{_QUOTED}(?:\s*\n{_QUOTED})*"
_ENTRY = re.compile(rf"^(?:msgctxt ({_TEXT})\s*\n)?msgid ({_TEXT})\s*\nmsgstr ({_TEXT})", re.MULTILINE)
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def read_po(path: Path) -> dict[tuple[str, str], str]:
    """
    Return the texts of a catalogue by context and key; what is not translated is left out.

    Parameters
    ----------
    path
        A catalogue in UTF-8, without plural forms.
    """
    found = {}
    for context, key, text in _ENTRY.findall(path.read_text(encoding="utf-8")):
        if shown := _unquoted(text):
            found[_unquoted(context), _unquoted(key)] = shown
    found.pop(("", ""), None)
    return found


def _unquoted(text: str) -> str:
    """
    Return what stands in quotes, on one line or on several.

    Examples
    --------
    >>> _unquoted('"one " "two"')
    'one two'
    """
    joined = "".join(_PART.findall(text))
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), joined) if "\\" in joined else joined
