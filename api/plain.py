"""Answers as bytes of JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import TypeAdapter

_QUICK = msgspec.json.Encoder()
_CAREFUL: TypeAdapter[Any] = TypeAdapter(Any)


def json_bytes(value: object) -> bytes:
    """
    Return a value as JSON, as it is: an answer of 50 options has a megabyte, and nothing in it has to be checked.

    Examples
    --------
    >>> json_bytes({"a": [1, None, "箱"]}).decode()
    '{"a":[1,null,"箱"]}'
    """
    try:
        return _QUICK.encode(value)
    except (TypeError, UnicodeEncodeError):
        # Types that JSON does not know, and halves of characters.
        return _CAREFUL.dump_json(value)
