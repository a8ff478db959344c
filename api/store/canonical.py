"""One text for one JSON value: what is hashed, compared and kept."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: object) -> str:
    """
    Return the one text of a JSON value: sorted keys, no spaces, characters as they are.

    Examples
    --------
    >>> canonical({"b": [1, None], "a": "箱"})
    '{"a":"箱","b":[1,null]}'
    """
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
