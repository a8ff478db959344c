"""A job in the hands of a worker, and questions as they are kept; nothing here knows a database."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from api.store.canonical import canonical

if TYPE_CHECKING:
    from api.answer_schema import Json

_QUICK = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """
    A job that a worker has: which, its how many-th attempt, and what it is about.

    Parameters
    ----------
    id, kind, attempt
        Which job.
    question
        What it is about, packed.
    fingerprint
        Of the data set by which the question was checked, and by which it has to be done.
    tables
        The texts of that data set by table, packed; empty if it is not kept.
    """

    id: str
    kind: str
    attempt: int
    question: bytes = field(repr=False)
    fingerprint: str = ""
    tables: bytes = field(default=b"", repr=False)


def packed(question: Json) -> bytes:
    """
    Return a question as it is kept.

    Examples
    --------
    >>> unpacked(packed({"箱": [1, None]}))
    {'箱': [1, None]}
    """
    return zlib.compress(canonical(question).encode(), _QUICK)


def unpacked(content: bytes) -> Json:
    """Return a question as it was asked."""
    found: Any = json.loads(zlib.decompress(content))
    return dict(found)
