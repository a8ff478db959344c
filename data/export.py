"""
A catalogue as canonical text: a folder of CSV files.

Canonical means UTF-8 without a byte order mark, lines ended by a line feed, quotes only where needed, every column
of the schema in order, defaults written out, rows in the order of the catalogue.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from data.errors import Fault, TableFaultsError
from data.tableschema import TableSchema, schemas
from data.values import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.provenance import Row

Headers = Literal["en", "zh"]


def header_row(schema: TableSchema, headers: Headers = "en") -> list[str]:
    """Return the header of a table, with the names of the schema or the Chinese ones."""
    return [column.name if headers == "en" else column.name_zh for column in schema.columns]


def canonical_rows(schema: TableSchema, rows: Sequence[Row]) -> Iterator[list[str]]:
    """Yield the canonical cells of every row of a table."""
    columns: list[list[str]] = []
    for column in schema.columns:
        values = list(map(attrgetter(column.name), rows))
        # Values that are equal may be written differently, as 1.5 and 1.50, so what is kept is the object's text.
        texts = {key: to_text(column, value) for key, value in {id(value): value for value in values}.items()}
        columns.append([texts[id(value)] for value in values])
    for cells in zip(*columns, strict=True):
        yield list(cells)


def table_text(schema: TableSchema, rows: Sequence[Row], headers: Headers = "en") -> str:
    """Return a table as canonical CSV."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header_row(schema, headers))
    writer.writerows(canonical_rows(schema, rows))
    return stream.getvalue()


def export_folder(catalogue: Catalogue, folder: Path, *, headers: Headers = "en", overwrite: bool = False) -> None:
    """
    Write every table of a catalogue into a folder of CSV files.

    Parameters
    ----------
    catalogue
        What to write.
    folder
        A new or empty folder, which appears whole or not at all.
    headers
        Language of the header rows.
    overwrite
        Write into a folder that has files already, replacing those of the tables one by one.

    Raises
    ------
    TableFaultsError
        If the folder is not empty, or cannot be written.
    """
    texts = {
        f"{schema.name}.csv": table_text(schema, catalogue.table(schema.name), headers) for schema in schemas().values()
    }
    write_files(folder, texts, overwrite=overwrite)


def write_files(folder: Path, texts: Mapping[str, str], *, overwrite: bool = False) -> None:
    """
    Write text files into a new folder at once, or into an existing one file by file.

    Raises
    ------
    TableFaultsError
        If the folder is not empty and `overwrite` is not set, or cannot be written.
    """
    try:
        is_taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
        if is_taken and not (overwrite and folder.is_dir()):
            raise TableFaultsError([_taken(folder)])
        if is_taken:
            for name, text in texts.items():
                replace_file(folder / name, text.encode())
        else:
            _write_new(folder, texts)
    except OSError as error:
        raise TableFaultsError([write_fault(folder, error)]) from error


def _write_new(folder: Path, texts: Mapping[str, str]) -> None:
    """Write all files beside the folder's place, then move them there in one step."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, text in texts.items():
            (draft / name).write_bytes(text.encode())
        draft.chmod(0o755)
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        draft.chmod(0o644)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _taken(folder: Path) -> Fault:
    """Return the fault of a folder that has files in it."""
    return Fault(
        file=folder.as_posix(),
        rule="not-empty",
        message_zh="目标已存在且不为空, 未写入任何内容",
        message_en="the target exists and is not empty; nothing was written",
    )


def write_fault(path: Path, error: OSError) -> Fault:
    """Return the fault of a place that cannot be written to."""
    reason = error.strerror or type(error).__name__
    return Fault(
        file=path.as_posix(),
        rule="file-write",
        message_zh=f"无法写入: {reason}",
        message_en=f"cannot be written: {reason}",
    )
