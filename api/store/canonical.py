"""One text for one JSON value: what is hashed, compared and kept."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import msgspec

_QUICK = msgspec.json.Encoder(order="sorted")
_EXPONENT, _SMALL = re.compile(rb"e(?<=[0-9]e)-?[0-9]"), b"0.0000"
"""What numbers with an exponent look like, in either way of writing them: the two ways differ in those alone."""


def canonical(value: object) -> str:
    """
    Return the one text of a JSON value: sorted keys, no spaces, characters as they are.

    Examples
    --------
    >>> canonical({"b": [1, None], "a": "箱"})
    '{"a":"箱","b":[1,null]}'
    """
    try:
        raw = _QUICK.encode(value)
    except (TypeError, UnicodeEncodeError):
        # Keys that are no text, and halves of characters.
        return _written(value)
    return _written(value) if _SMALL in raw or _EXPONENT.search(raw) else raw.decode()


def _written(value: object) -> str:
    """Return the same by the library whose way of writing counts; that takes five times as long."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def parsed(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the value of a text."""
    return json.loads(text)


def digest(content: str | bytes) -> str:
    """
    Return the SHA-256 of a text or of bytes, as hexadecimal digits.

    Examples
    --------
    >>> digest("")[:8]
    'e3b0c442'
    """
    # A lone surrogate, which JSON can smuggle in, has no other bytes.
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()
