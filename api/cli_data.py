"""The commands ``hubport data check|show|export|import``: looking at fact tables and carrying them in and out."""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.catalogue import Catalogue
from data.errors import Fault, TableFaultsError
from data.export import canonical_rows, export_folder, table_text, write_files
from data.loading import (
    DATA_VARIABLE,
    DATASET_FILE,
    SHIPPED_FOLDER,
    inspect,
    inspect_data_set,
    load_catalogue,
    read_data_set,
)
from data.tableschema import TableSchema, schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Run = Callable[[argparse.Namespace], int]
_FINE, _FAULTS, _USAGE = 0, 1, 2
_EXCEL = ".xlsx"
_DEFAULT_LIMIT = 20
_WIDEST = 40


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """
    Add the command ``data`` to a command line.

    Every command sets ``run``, a function of the parsed arguments and the clock (not looked at here) that returns
    the exit code: 0 if all is well, 1 if there are faults, 2 if the command itself is wrong.
    """
    parser = subparsers.add_parser("data", help="check, show, export and import fact tables")
    commands = parser.add_subparsers(dest="data_command", required=True, metavar="COMMAND")

    check = _command(commands, "check", _check, "find everything wrong with a data set")
    check.add_argument("--json", action="store_true", help="print the result as JSON")

    show = _command(commands, "show", _show, "print rows of a table")
    show.add_argument("table", metavar="TABLE", help="name of the table, such as services")
    show.add_argument("--where", metavar="COLUMN=VALUE", action="append", default=[], help="only rows with this value")
    show.add_argument("--limit", type=_count, default=_DEFAULT_LIMIT, help="most rows to print, 0 for all")
    show.add_argument("--json", action="store_true", help="print the rows as JSON")

    export = _command(commands, "export", _export, "write a data set to a folder of CSV files or a workbook")
    export.add_argument("target", type=Path, metavar="DIR|FILE.xlsx")
    export.add_argument("--headers", choices=("en", "zh"), default="en", help="language of the header rows")
    export.add_argument("--force", action="store_true", help="replace files that are there already")

    importing = commands.add_parser("import", help="turn a workbook into a checked folder of CSV files")
    importing.add_argument("workbook", type=Path, metavar="FILE.xlsx")
    importing.add_argument("target", type=Path, metavar="DIR")
    importing.set_defaults(run=_timeless(_import))


def _timeless(run: _Run) -> Callable[[argparse.Namespace, object], int]:
    """Return a command that takes a clock as all do, and does not ask it."""
    return lambda arguments, _: run(arguments)


def _command(
    commands: argparse._SubParsersAction[Any],
    name: str,
    run: _Run,
    about: str,
) -> argparse.ArgumentParser:
    """Add a command that reads a data set."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=f"folder or workbook of tables (else {DATA_VARIABLE}, else the shipped)",
    )
    parser.set_defaults(run=_timeless(run))
    return parser


def _count(text: str) -> int:
    """Return a number of rows given on the command line."""
    if not (text.isascii() and text.isdecimal()):
        msg = f"must be a whole number, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _folder(arguments: argparse.Namespace) -> Path:
    """Return the data set the arguments mean."""
    return arguments.data or Path(os.environ.get(DATA_VARIABLE) or SHIPPED_FOLDER)


def _complain(faults: Iterable[Fault]) -> int:
    """Print faults for people and return the exit code for them."""
    for fault in faults:
        print(fault, file=sys.stderr)
    return _FAULTS


def _misused(message: str) -> int:
    """Print what is wrong with a command and return the exit code for it."""
    print(f"hubport data: {message}", file=sys.stderr)
    return _USAGE


def _check(arguments: argparse.Namespace) -> int:
    """Check a data set."""
    catalogue, faults = inspect(_folder(arguments))
    counts = {name: len(catalogue.table(name)) for name in schemas()}
    if arguments.json:
        result = {
            "faults": [dataclasses.asdict(fault) for fault in faults],
            "rows": counts,
            "fingerprint": None if faults else catalogue.fingerprint,
        }
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return _FAULTS if faults else _FINE
    if faults:
        _complain(faults)
        print(f"{len(faults)} 处错误 / {len(faults)} fault(s)", file=sys.stderr)
        return _FAULTS
    print(f"{sum(counts.values())} 行, 无误 / rows, no faults; fingerprint {catalogue.fingerprint}")
    return _FINE


def _show(arguments: argparse.Namespace) -> int:
    """Print rows of a table."""
    schema = schemas().get(arguments.table)
    if schema is None:
        near = difflib.get_close_matches(arguments.table, schemas(), 3)
        return _misused(f"no table {arguments.table!r}; tables: {', '.join(near or schemas())}")
    wanted: dict[str, str] = {}
    for condition in arguments.where:
        name, equals, value = condition.partition("=")
        column = schema.headers().get(name.strip())
        if not equals or column is None:
            names = ", ".join(column.name for column in schema.columns)
            return _misused(f"--where {condition!r} must be COLUMN=VALUE with one of: {names}")
        wanted[column.name] = value.strip()
    try:
        catalogue = load_catalogue(_folder(arguments))
    except TableFaultsError as error:
        return _complain(error.faults)
    rows = _matching(schema, catalogue, wanted)
    _print_rows(schema, rows, arguments)
    return _FINE


def _matching(schema: TableSchema, catalogue: Catalogue, wanted: dict[str, str]) -> list[list[str]]:
    """Return the canonical cells of the rows that have the wanted texts."""
    places = {column.name: place for place, column in enumerate(schema.columns)}
    return [
        cells
        for cells in canonical_rows(schema, catalogue.table(schema.name))
        if all(cells[places[name]] == value for name, value in wanted.items())
    ]


def _print_rows(schema: TableSchema, rows: Sequence[list[str]], arguments: argparse.Namespace) -> None:
    """Print rows as a list of fields each, or as JSON."""
    shown = rows[: arguments.limit or None]
    names = [column.name for column in schema.columns]
    if arguments.json:
        result = {
            "table": schema.name,
            "count": len(rows),
            "rows": [dict(zip(names, cells, strict=True)) for cells in shown],
        }
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return
    for cells in shown:
        filled = zip(names, cells, strict=True)
        print("  ".join(f"{name}={_short(text)}" for name, text in filled if text))
    print(f"-- {len(shown)} / {len(rows)} {schema.name_zh} {schema.name}")


def _short(text: str) -> str:
    """Return a text of bounded length."""
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"


def _export(arguments: argparse.Namespace) -> int:
    """Write a data set to a folder or a workbook."""
    target: Path = arguments.target
    is_workbook = target.suffix.casefold() == _EXCEL
    if is_workbook and target.exists() and not arguments.force:
        return _misused(f"{target} exists; add --force to replace it")
    try:
        catalogue = load_catalogue(_folder(arguments))
        if is_workbook:
            # Only workbooks need the library that writes them.
            from data.excel import export_workbook  # noqa: PLC0415

            export_workbook(catalogue, target, arguments.headers)
        else:
            export_folder(catalogue, target, headers=arguments.headers, overwrite=arguments.force)
    except TableFaultsError as error:
        return _complain(error.faults)
    print(target)
    return _FINE


def _import(arguments: argparse.Namespace) -> int:
    """Turn a workbook into a folder, if nothing is wrong with it."""
    workbook: Path = arguments.workbook
    if workbook.suffix.casefold() != _EXCEL:
        return _misused(f"{workbook} is no {_EXCEL} file")
    data_set = read_data_set(workbook)
    _, faults = inspect_data_set(workbook, data_set)
    if faults:
        return _complain(faults)
    texts = {f"{name}.csv": table_text(schemas()[name], parsed.rows) for name, parsed in data_set.tables.items()}
    if data_set.is_overlay:
        texts[DATASET_FILE] = 'mode = "overlay"\n'
    try:
        write_files(arguments.target, texts)
    except TableFaultsError as error:
        return _complain(error.faults)
    print(arguments.target)
    return _FINE
