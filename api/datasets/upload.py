"""Data sets as they are uploaded: CSV files in an archive, or a workbook with a sheet for each table."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from data.errors import Fault, TableFaultsError
from data.loading import inspect_layers, layer_of, read_data_set, without_collector
from data.tableschema import schemas
from data.textfile import MEGABYTE
from data.workbook_guard import StrangeArchiveError, check_sizes

if TYPE_CHECKING:
    from data import Catalogue

MAX_BYTES = 32 * MEGABYTE
"""Most bytes of an upload."""
_UNPACKED_BYTES = 96 * MEGABYTE
_MAX_FILES = 200
_CHUNK = 1 << 20
_LABEL = "upload"

Mode = Literal["rows", "tables"]
"""What an upload does to a base: ``rows`` replace rows with the same key, or ``tables`` replace whole tables."""


def read_upload(path: Path, folder: Path, base: Catalogue | None, mode: Mode) -> Catalogue:
    """
    Return the checked catalogue of an upload.

    Parameters
    ----------
    path
        A ``.zip`` or ``.xlsx`` file.
    folder
        Empty; for what is unpacked.
    base
        What it is a change of, None if it is whole.
    mode
        How it changes the base.

    Raises
    ------
    TableFaultsError
        With every fault.
    """
    is_archive = path.suffix == ".zip"
    if is_archive:
        _unpack(path, folder)
    label = _LABEL if is_archive else f"{_LABEL}.xlsx"
    with without_collector():
        given = read_data_set(folder if is_archive else path, label, "whole" if base is None else "overlay")
        if not given.tables and not given.faults:
            raise TableFaultsError([_fault(None, "no-table", "没有任何数据表", "holds no table")])
        layers = [given]
        if base is not None:
            layers.insert(0, layer_of(base, without=given.tables if mode == "tables" else ()))
        catalogue, faults = inspect_layers(layers)
    if faults:
        raise TableFaultsError(faults)
    return catalogue


def _unpack(path: Path, folder: Path) -> None:
    """Write the tables of an archive into a folder, under their own names and nowhere else."""
    faults: list[Fault] = []
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive, _UNPACKED_BYTES, _MAX_FILES)
            for entry in archive.infolist():
                name = PurePosixPath(entry.filename).name
                if entry.is_dir() or name.startswith(".") or entry.filename.startswith("__MACOSX/"):
                    continue
                target = folder / name
                if name.removesuffix(".csv") not in schemas() or not name.endswith(".csv"):
                    faults.append(_fault(name, "unknown-table", "没有这个名称的数据表", "is not the file of a table"))
                elif target.exists():
                    faults.append(_fault(name, "repeated-table", "同一数据表出现两次", "the table has two files"))
                else:
                    _write(archive, entry, target)
    except StrangeArchiveError as error:
        faults = [_fault(str(error), "archive", "压缩包过大或已加密", "the archive is too large or encrypted")]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        faults = [_fault(type(error).__name__, "archive", "不是可读取的 .zip 压缩包", "is no readable .zip archive")]
    if faults:
        raise TableFaultsError(faults)


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    with archive.open(entry) as source, target.open("wb") as stream:
        while chunk := source.read(_CHUNK):
            stream.write(chunk)


def _fault(value: str | None, rule: str, zh: str, en: str) -> Fault:
    return Fault(file=_LABEL, value=value, rule=rule, message_zh=zh, message_en=en)
