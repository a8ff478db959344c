"""Long text files: checked as bytes from end to end before anything is read from them, then read piece by piece."""

from __future__ import annotations

import codecs
import hashlib
from typing import TYPE_CHECKING, NamedTuple

from data.errors import Fault
from data.textfile import MEGABYTE, encoding_fault, open_fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 1 << 20


class TextFile(NamedTuple):
    """
    What is known of a file after its bytes were looked at.

    Parameters
    ----------
    digest
        SHA-256 of its content.
    encoding
        ``utf-8-sig`` or ``gb18030``.
    """

    digest: str
    encoding: str


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, a megabyte at a time."""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def look_at(path: Path, label: str, limit_bytes: int) -> TextFile | Fault:
    """
    Return what a text file is, or why it cannot be read.

    Parameters
    ----------
    path
        The file.
    label
        Its name in faults.
    limit_bytes
        The most it may have.
    """
    try:
        size = path.stat().st_size
        if size > limit_bytes:
            return _too_large(label, size, limit_bytes)
        return _look(path, label)
    except OSError as error:
        return open_fault(label, error)


def checked_file(path: Path, label: str, limit_bytes: int) -> Fault | None:
    """Return what keeps a file from being read as UTF-8, None if nothing does."""
    found = look_at(path, label, limit_bytes)
    if isinstance(found, Fault):
        return found
    return None if found.encoding == "utf-8-sig" else encoding_fault(label, "GBK")


def _look(path: Path, label: str) -> TextFile | Fault:
    """Return what the bytes of a file say."""
    digest = hashlib.sha256()
    line = 1
    for number, chunk in enumerate(chunks(path)):
        if number == 0 and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return encoding_fault(label, "UTF-16")
        nul = chunk.find(b"\0")
        if nul >= 0:
            return _nul(label, line + chunk.count(b"\n", 0, nul))
        line += chunk.count(b"\n")
        digest.update(chunk)
    for encoding in ("utf-8-sig", "gb18030"):
        if _is_in(path, encoding):
            return TextFile(digest.hexdigest(), encoding)
    return encoding_fault(label, "unknown")


def _is_in(path: Path, encoding: str) -> bool:
    """Return whether all bytes of a file are text of an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _too_large(label: str, size: int, limit_bytes: int) -> Fault:
    limit, found = limit_bytes // MEGABYTE, -(-size // MEGABYTE)
    return Fault(
        file=label,
        rule="file-size",
        value=str(size),
        message_zh=f"文件 {found} MB, 超过上限 {limit} MB",
        message_en=f"the file has {found} MB, above the limit of {limit} MB",
    )


def _nul(label: str, row: int) -> Fault:
    return Fault(
        file=label,
        row=row,
        rule="nul-byte",
        message_zh="文件含有 NUL 字节, 不是文本文件或已损坏",
        message_en="the file holds a NUL byte: it is no text file, or it is damaged",
    )
