"""
The form of a backup: a zip file with one member of rows for each table, and a manifest.

A row is a JSON array of plain values, one on each line, so that it says nothing about the database it came from; bytes
stand as base 64 in an object. The manifest has the columns of each table, how many rows it has, and their digest: the
sum of the SHA-256 of all lines, which does not depend on their order, as databases sort texts differently.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Generator, Iterator, Sequence
from typing import IO, Any, Literal
from zipfile import BadZipFile, ZipFile

from pydantic import BaseModel, ConfigDict, ValidationError

from api.texts import both
from data.errors import LogisticsError

MANIFEST = "manifest.json"
_MOST_MANIFEST = 4_000_000
_MOST_LINE = 200_000_000
_BYTES = "base64"
DAMAGED = (BadZipFile, EOFError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error)
"""What the library raises for files that are damaged, depending on where."""
_DIGEST_BITS = 256


class BackupError(LogisticsError):
    """A backup that cannot be written, or that is none; the text says why."""


class TableEntry(BaseModel):
    """A table in a manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    columns: list[str]
    rows: int
    digest: str


class Manifest(BaseModel):
    """What is in a backup, and of which version of what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["hubport-backup"] = "hubport-backup"
    version: Literal[1] = 1
    hubport: str
    revision: str
    created_at: str
    tables: list[TableEntry]
    audit_entries: int
    audit_head: str

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables)


class Tally:
    """How many rows went by, and their digest."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        """Count a line, without its end."""
        self.rows += 1
        self._sum += int.from_bytes(hashlib.sha256(line).digest(), "big")

    @property
    def digest(self) -> str:
        """The digest, as hexadecimal digits."""
        return f"{self._sum % (1 << _DIGEST_BITS):064x}"

    def is_of(self, table: TableEntry) -> bool:
        """Say whether these are the rows that a manifest names."""
        return (self.rows, self.digest) == (table.rows, table.digest)


def member(name: str) -> str:
    """Return the name of the member with the rows of a table."""
    return f"tables/{name}.ndjson"


def to_line(values: Sequence[object]) -> bytes:
    r"""
    Return a row as a line without its end.

    Examples
    --------
    >>> to_line(["a", 1, True, None, b"\x00"])
    b'["a",1,true,null,{"base64":"AA=="}]'
    """
    plain = [_plain(value) for value in values]
    return json.dumps(plain, separators=(",", ":"), allow_nan=False).encode()


def _plain(value: object) -> object:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {_BYTES: base64.b64encode(value).decode()}
    if value is None or isinstance(value, (str, int, float)):
        return value
    msg = f"a value of type {type(value).__name__} has no form in a backup"
    raise TypeError(msg)


def from_line(line: bytes) -> list[Any]:
    r"""
    Return the values of a line.

    Examples
    --------
    >>> from_line(to_line(["箱", b"\xff", 2**60]))
    ['箱', b'\xff', 1152921504606846976]
    """
    values = json.loads(line)
    return [base64.b64decode(value[_BYTES]) if isinstance(value, dict) else value for value in values]


def read_manifest(archive: ZipFile) -> Manifest:
    """
    Return the manifest of a backup.

    Raises
    ------
    BackupError
        When there is none, or it is of another form.
    """
    try:
        with archive.open(MANIFEST) as stream:
            return Manifest.model_validate_json(stream.read(_MOST_MANIFEST))
    except (*DAMAGED, ValidationError):
        raise BackupError(both("backup_none")) from None


def read_lines(archive: ZipFile, name: str) -> Generator[bytes, None, None]:
    """
    Yield the lines of a table.

    Raises
    ------
    BackupError
        When they are not there, or damaged.
    """
    try:
        with archive.open(member(name)) as stream:
            yield from _lines(stream)
    except DAMAGED as error:
        raise BackupError(both("backup_damaged", table=name)) from error


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(_MOST_LINE):
        yield line.removesuffix(b"\n")
