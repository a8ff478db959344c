"""What a worker and the process of a job say to each other: frames of a letter, a length and a content, over pipes."""

from __future__ import annotations

import json
import struct
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from api.answer_schema import Json

OPEN, READY, ASK, TOLD, DONE, FAILED, ENDED = b"O", b"R", b"A", b"T", b"D", b"F", b"E"
"""Which data set; ready; what is asked; how it goes; what came of it; that nothing can; that the process has ended."""
_HEAD = struct.Struct(">cQ")


class Frame(NamedTuple):
    """A letter, plain values and bytes."""

    letter: bytes
    values: Json
    content: bytes = b""


def frame_bytes(letter: bytes, values: Json, content: bytes = b"") -> bytes:
    """
    Return a frame as it is sent.

    Examples
    --------
    >>> import io
    >>> read_frame(io.BytesIO(frame_bytes(DONE, {"a": 1}, b"xyz")))
    Frame(letter=b'D', values={'a': 1}, content=b'xyz')
    """
    head = json.dumps(values).encode()
    return _HEAD.pack(letter, len(head)) + _HEAD.pack(letter, len(content)) + head + content


def read_frame(stream: IO[bytes]) -> Frame | None:
    """Return the next frame, None if there is none any more."""
    heads = stream.read(2 * _HEAD.size)
    if len(heads) < 2 * _HEAD.size:
        return None
    (letter, size), (_, rest) = _HEAD.iter_unpack(heads)
    values, content = stream.read(size), stream.read(rest)
    if len(values) < size or len(content) < rest:
        return None
    return Frame(letter, json.loads(values), content)
