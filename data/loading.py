"""Reading a data set: the shipped one, another whole one, or an overlay on the shipped one."""

from __future__ import annotations

import contextlib
import difflib
import gc
import importlib
import os
import tomllib
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from data.catalogue import Catalogue
from data.consistency import Doubt, check
from data.errors import Fault, TableFaultsError
from data.parsing import ParsedTable, parse_table, raw_table
from data.tableschema import needed_tables, schemas
from data.textfile import MEGABYTE, Lines, read_utf8_csv, split_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from data.provenance import Row

SHIPPED_FOLDER = Path(__file__).parent / "tables"
DATA_VARIABLE = "HUBPORT_DATA"
DATASET_FILE = "dataset.toml"
_LIMIT_BYTES = 50 * MEGABYTE
_TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".xls", ".xlsx", ".xlsm"})
_MODES = ("whole", "overlay")


@dataclass(slots=True)
class DataSet:
    """
    The tables of one folder or workbook.

    Parameters
    ----------
    tables
        The tables it holds, parsed, by name.
    faults
        What is wrong with the folder or workbook as such.
    mode
        ``whole``, ``overlay``, or None if it does not say.
    label
        Its name in faults.
    """

    label: str
    tables: dict[str, ParsedTable] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    mode: str | None = None

    @property
    def is_overlay(self) -> bool:
        """Whether its rows go on top of the shipped ones."""
        return self.mode == "overlay" or (self.mode is None and not needed_tables() <= set(self.tables))


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """
    Return the checked catalogue of a data set.

    Parameters
    ----------
    folder
        A folder of tables or a workbook. None takes the path in the environment variable ``HUBPORT_DATA``,
        or else the shipped tables. A data set that lacks needed tables is an overlay on the shipped one: rows with the
        same key replace, others are added. A file ``dataset.toml`` with ``mode = "whole"`` or
        ``mode = "overlay"`` decides otherwise.

    Raises
    ------
    TableFaultsError
        With every fault found.
    """
    if folder is None:
        folder = Path(os.environ.get(DATA_VARIABLE) or SHIPPED_FOLDER)
    with without_collector():
        catalogue, faults = inspect(folder)
    if faults:
        raise TableFaultsError(faults)
    return catalogue


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Keep the garbage collector from going through a growing heap in which nothing is garbage yet."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def inspect(folder: Path) -> tuple[Catalogue, list[Fault]]:
    """Return the catalogue of the rows that could be read, and every fault."""
    return inspect_data_set(folder, read_data_set(folder))


def inspect_data_set(folder: Path, data_set: DataSet) -> tuple[Catalogue, list[Fault]]:
    """Return the catalogue of a data set that was read from a path, and every fault."""
    layers = [data_set]
    if data_set.is_overlay and not _is_shipped(folder):
        layers.insert(0, read_data_set(SHIPPED_FOLDER))
    return inspect_layers(layers)


def inspect_layers(layers: list[DataSet]) -> tuple[Catalogue, list[Fault]]:
    """
    Return the catalogue of data sets on top of each other, and every fault.

    Parameters
    ----------
    layers
        The lowest first; rows of later ones replace rows with the same key.
    """
    faults = [fault for layer in layers for fault in _layer_faults(layer)]
    rows = {name: _merged(name, [layer.tables[name] for layer in layers if name in layer.tables]) for name in schemas()}
    catalogue = Catalogue(**cast("Any", rows), is_complete=True)
    faults += check(catalogue, _doubt(layers))
    return catalogue, faults


def layer_of(catalogue: Catalogue, without: Collection[str] = ()) -> DataSet:
    """Return a checked catalogue as a data set on which another can be laid, without some of its tables."""
    tables = {name: ParsedTable(rows=catalogue.table(name)) for name in schemas() if name not in without}
    return DataSet(label="", tables=tables, mode="overlay" if without else "whole")


def catalogue_of(texts: Mapping[str, str]) -> Catalogue:
    """
    Return the checked catalogue of a whole data set given as the canonical text of its tables.

    Parameters
    ----------
    texts
        CSV by the name of the table; a table that is not there is empty.

    Raises
    ------
    TableFaultsError
        With every fault found.
    """
    data_set = DataSet(label="", mode="whole")
    with without_collector():
        for name, text in texts.items():
            lines = split_lines(text, f"{name}.csv")
            data_set.tables[name] = _parsed(name, f"{name}.csv", lines)
        catalogue, faults = inspect_layers([data_set])
    if faults:
        raise TableFaultsError(faults)
    return catalogue


def _is_shipped(folder: Path) -> bool:
    """Return whether a path is the shipped data set itself."""
    return folder.resolve() == SHIPPED_FOLDER.resolve()


def _layer_faults(layer: DataSet) -> list[Fault]:
    """Return the faults of one data set by itself."""
    return layer.faults + [fault for parsed in layer.tables.values() for fault in parsed.faults]


def _doubt(layers: list[DataSet]) -> Doubt:
    """Return which rows of the data sets could not be read."""
    broken: dict[str, set[str]] = {}
    unreadable: set[str] = set()
    for layer in layers:
        for name, parsed in layer.tables.items():
            broken.setdefault(name, set()).update(parsed.broken_keys)
            if parsed.unreadable:
                unreadable.add(name)
        if not layer.is_overlay:
            unreadable |= needed_tables() - set(layer.tables)
    return Doubt(broken_keys=broken, unreadable=frozenset(unreadable))


def _merged(name: str, layers: list[ParsedTable]) -> tuple[Row, ...]:
    """Return the rows of one table, later layers replacing rows of earlier ones with the same key."""
    rows: tuple[Row, ...] = ()
    key = attrgetter(*schemas()[name].key)
    for layer in layers:
        replaced = {key(row) for row in layer.rows} if rows else set()
        rows = (*(row for row in rows if key(row) not in replaced), *layer.rows)
    return rows


def read_data_set(path: Path, label: str | None = None, mode: str | None = None) -> DataSet:
    """
    Return the tables of a folder or a workbook, parsed but not yet checked against each other.

    Parameters
    ----------
    path
        The folder or workbook.
    label
        Its name in faults, if not its own.
    mode
        Whether it is ``whole`` or an ``overlay``, None to find out; a settings file in it may say otherwise.
    """
    data_set = DataSet(label=_label(path) if label is None else label, mode=mode)
    if path.is_dir():
        _read_folder(path, data_set)
    elif path.suffix.casefold() == ".xlsx" and path.is_file():
        # Loaded by name, so that reading CSV does not wait for the Excel library.
        raw_tables, faults, unreadable = importlib.import_module("data.excel").read_workbook(path, data_set.label)
        data_set.faults += faults
        data_set.tables = {name: ParsedTable(unreadable=True) for name in unreadable}
        data_set.tables |= {raw.name: parse_table(raw) for raw in raw_tables if raw.name not in unreadable}
    else:
        data_set.faults.append(
            Fault(
                file=data_set.label,
                rule="no-data-set",
                message_zh="没有此文件夹或 .xlsx 文件",
                message_en="there is no such folder or .xlsx file",
            )
        )
        data_set.mode = "whole"
    if data_set.mode == "whole" and not data_set.faults:
        data_set.faults += [
            _missing_table(data_set, name) for name in schemas() if name in needed_tables() - set(data_set.tables)
        ]
    return data_set


def _label(path: Path) -> str:
    """Return the name of a data set in faults; the shipped one is called the same on every machine."""
    return "data/tables" if _is_shipped(path) else path.as_posix()


def _missing_table(data_set: DataSet, name: str) -> Fault:
    """Return the fault of a whole data set without one of its tables."""
    return Fault(
        file=f"{data_set.label}/{name}.csv",
        rule="missing-table",
        message_zh=f"整套数据缺少此表 ({schemas()[name].name_zh})",
        message_en="a whole data set must have this table",
    )


def _read_folder(folder: Path, data_set: DataSet) -> None:
    """Read the settings file and every table of a folder."""
    _read_mode(folder / DATASET_FILE, data_set)
    for path in sorted(folder.iterdir()):
        label = f"{data_set.label}/{path.name}"
        if path.suffix.casefold() not in _TABLE_SUFFIXES:
            continue
        if path.suffix != ".csv" or path.stem not in schemas():
            data_set.faults.append(_unknown_table(label, path.stem))
        else:
            data_set.tables[path.stem] = _read_table(path, label)


def _unknown_table(label: str, name: str) -> Fault:
    """Return the fault of a file that is no table."""
    near = difflib.get_close_matches(name, schemas(), 1)
    zh, en = (f"; 是否为 {near[0]}.csv?", f"; perhaps {near[0]}.csv?") if near else ("", "")
    return Fault(
        file=label,
        value=name,
        rule="unknown-table",
        message_zh=f"没有这个名称的数据表{zh}",
        message_en=f"is not the file of a table{en}",
    )


def _read_table(path: Path, label: str) -> ParsedTable:
    """Return one parsed table of a folder."""
    return _parsed(path.stem, label, read_utf8_csv(path, label, _LIMIT_BYTES))


def _parsed(name: str, label: str, lines: Lines | Fault) -> ParsedTable:
    """Return a table of rows of text, or what is known of one that cannot be read."""
    if isinstance(lines, Lines):
        return parse_table(raw_table(name, label, lines))
    return ParsedTable(faults=[lines], unreadable=True)


def _read_mode(path: Path, data_set: DataSet) -> None:
    """Take the mode of a data set from its settings file, if there is one."""
    if not path.exists():
        return
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        data_set.faults.append(_mode_fault(data_set, str(error)))
        return
    data_set.mode = content.get("mode")
    if set(content) != {"mode"} or data_set.mode not in _MODES:
        data_set.faults.append(_mode_fault(data_set, repr(content)))


def _mode_fault(data_set: DataSet, value: str) -> Fault:
    """Return the fault of a settings file that is not understood."""
    return Fault(
        file=f"{data_set.label}/{DATASET_FILE}",
        value=value,
        rule="data-set-mode",
        message_zh='只能有一项: mode = "whole" 或 mode = "overlay"',
        message_en='must hold one entry: mode = "whole" or mode = "overlay"',
    )
