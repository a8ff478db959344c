"""``hubport declare summary`` and ``trace``: lists summed up into declarations, and followed back to every order."""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli_common import CommandError, add_common, print_json
from api.cli_declare_common import existing, open_catalogue, rules_of, tell_assumed, written
from api.clock import Clock
from api.texts import both, say
from data.declare_rules import DeclareRules
from data.faultlist import FaultList

if TYPE_CHECKING:
    from network.declare.declaration import Taken


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    parser = actions.add_parser("summary", help="清单汇总归并为报关单 / sum lists up into declarations")
    parser.add_argument("lists", nargs="+", type=Path, metavar="LISTS", help=".ndjson .xml 或文件夹 / files or folders")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help=".ndjson .xlsx")
    parser.add_argument("--regime", metavar="CODE", help="监管方式，默认取自设置 declare_regime / regime (setting)")
    add_common(parser)
    parser.set_defaults(run=_run_summary, direction="export")
    parser = actions.add_parser("trace", help="由订单查到报关单，或反查 / from an order to its declaration, and back")
    parser.add_argument("id", metavar="ID", help="订单号、清单号或报关单 / order, list or declaration")
    parser.add_argument("summary", type=Path, metavar="SUMMARY", help="summary 写的 .ndjson / what summary wrote")
    add_common(parser)
    parser.set_defaults(run=_run_trace)


def _run_summary(options: argparse.Namespace, clock: Clock) -> int:
    from api.declare_files import rows_file  # noqa: PLC0415
    from data.declare_lists import read_any  # noqa: PLC0415
    from network.declare.deadline import deadline  # noqa: PLC0415
    from network.declare.summary import Summary  # noqa: PLC0415
    from network.declare.trace import fate_row, rows_of  # noqa: PLC0415

    if options.output.suffix.casefold() not in {".ndjson", ".xlsx"}:
        raise CommandError(both("suffix", choices=".ndjson .xlsx", path=options.output))
    catalogue = open_catalogue(options)
    rules = rules_of(options, catalogue, clock().date())
    faults = FaultList()
    due: dict[str, str] = {}
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="declare-") as folder:
        connection = sqlite3.connect(Path(folder) / "lists.db", isolation_level=None)
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        try:
            summary = Summary(connection, rules)
            for path in options.lists:
                given = (document for document, _ in read_any(existing(path), catalogue, faults))
                summary.add(given, path.name, faults)
            summary.check("lists", faults)
            faults.check()
            with _summary_file(options.output, rows_file) as write:
                for declaration in summary.declarations():
                    if declaration.month and declaration.month not in due:
                        due[declaration.month] = deadline(declaration.month, rules, catalogue).isoformat()
                    for row in rows_of(declaration, due.get(declaration.month, "")):
                        counts[row["kind"]] += 1
                        write(row)
                for fate in summary.taken.fates:
                    counts[fate.what] += 1
                    write(fate_row(fate))
        finally:
            connection.close()
    _tell(options, rules, summary.taken, counts, due)
    return 0


def _tell(
    options: argparse.Namespace, rules: DeclareRules, taken: Taken, counts: Counter[str], due: dict[str, str]
) -> None:
    """Print what was summed up."""
    found = {
        "lists": taken.lists,
        "skipped": taken.skipped,
        "declarations": counts["declaration"],
        "lines": counts["line"],
        "changed": counts["changed"],
        "cancelled": counts["cancelled"],
    }
    if options.json:
        print_json(found | {"due": due})
        return
    print(say(options.lang, "declare_summary", **{name: f"{count:,}" for name, count in found.items()}))
    if taken.fates:
        print(say(options.lang, "declare_fates", **{name: f"{counts[name]:,}" for name in ("changed", "cancelled")}))
    for month, day in sorted(due.items()):
        print(say(options.lang, "declare_due", month=month, due=day))
    tell_assumed(options, rules)
    written(options)


def _summary_file(path: Path, make: Any) -> Any:  # noqa: ANN401 - two kinds of writers
    """Return what writes flat rows into a file, or into the three sheets of a workbook."""
    if path.suffix.casefold() == ".ndjson":
        return make(path, ())
    return _Sheets(path)


class _Sheets:
    """Collects rows by kind for a workbook."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, list[dict[str, Any]]] = {"declaration": [], "line": [], "source": [], "change": []}

    def __enter__(self) -> Any:  # noqa: ANN401 - a function of rows
        return lambda row: self._rows[row["kind"]].append(row)

    def __exit__(self, kind: object, *_: object) -> None:
        from api.declare_files import write_sheets  # noqa: PLC0415

        if kind is None:
            sheets = {name: (_columns(rows), rows) for name, rows in self._rows.items() if rows}
            write_sheets(self._path, sheets)


def _columns(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(name for row in rows for name in row) if name != "kind")


def _run_trace(options: argparse.Namespace, clock: Clock) -> int:
    from network.declare.trace import trace  # noqa: PLC0415

    del clock
    rows = trace(existing(options.summary), options.id)
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        name = row["what"] if row["kind"] == "change" else row["kind"]
        print(say(options.lang, f"declare_trace_{name}", **{"gcode": "", **row}))
    return 0
