"""``hubport declare lists``, ``summary``, ``trace`` and ``ceb``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sqlite3
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from api.cli_common import CommandError, add_common, print_json, write_file
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data import Catalogue
from data.declare_rules import DeclareRules
from data.faultlist import FaultList
from data.loading import load_catalogue

_REGIME = "9610"
_DIGITS = 14
_NAME = {"export": "CEB603", "import": "CEB621"}


def add_direction(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which rules hold."""
    parser.add_argument(
        "--direction", choices=("export", "import"), default="export", help="进出口 / direction (export)"
    )
    parser.add_argument("--regime", default=_REGIME, metavar="CODE", help="监管方式 / regime (9610)")


def open_catalogue(options: argparse.Namespace) -> Catalogue:
    """Load the data set a command works with."""
    if options.data is not None and not options.data.exists():
        raise CommandError(both("cannot_read", path=options.data, reason="not found"))
    return load_catalogue(options.data)


def rules_of(options: argparse.Namespace, catalogue: Catalogue, day: dt.date) -> DeclareRules:
    """Return the rules that hold on a day."""
    return DeclareRules.of(catalogue, direction=options.direction, regime=options.regime, day=day)


def read_day(text: str, name: str) -> dt.date:
    """
    Return a date.

    Raises
    ------
    RequestFaultsError
        If it is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        found = Findings()
        found.add(name, text, "malformed", detail="YYYY-MM-DD")
        raise RequestFaultsError(found.faults) from None


def existing(path: Path) -> Path:
    """
    Return a path if there is something.

    Raises
    ------
    CommandError
        If there is not.
    """
    if not path.exists():
        raise CommandError(both("cannot_read", path=path, reason="not found"))
    return path


def written(options: argparse.Namespace) -> None:
    """Say where the results are."""
    if options.output is not None:
        print(say(options.lang, "written", path=options.output), file=sys.stderr)


def tell_assumed(options: argparse.Namespace, rules: DeclareRules) -> None:
    """Say how many of the rules are assumptions."""
    count = rules.assumed_count()
    if count:
        print(say(options.lang, "declare_assumed", count=count))


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    parser = actions.add_parser("lists", help="由相符的三单生成清单 / make lists of matched orders")
    parser.add_argument("state", type=Path, metavar="STATE", help="match 的状态文件 / the state file of match")
    parser.add_argument("--items", type=Path, required=True, metavar="FILE", help="商品资料 / items of the seller")
    parser.add_argument(
        "--declarant", type=Path, required=True, metavar="FILE", help="申报单位与固定字段 / fixed fields"
    )
    parser.add_argument("--at", metavar="YYYYMMDDhhmmss", help="清单时间，默认现在 / time of the lists (now)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help=".ndjson，或报文文件夹 / .ndjson, or a folder of messages",
    )
    add_direction(parser)
    add_common(parser, with_json=False)
    parser.set_defaults(run=_run_lists)
    parser = actions.add_parser("summary", help="清单汇总归并为报关单 / sum lists up into declarations")
    parser.add_argument("lists", nargs="+", type=Path, metavar="LISTS", help=".ndjson .xml 或文件夹 / files or folders")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help=".ndjson .xlsx")
    parser.add_argument("--regime", default=_REGIME, metavar="CODE", help="监管方式 / regime (9610)")
    add_common(parser)
    parser.set_defaults(run=_run_summary, direction="export")
    parser = actions.add_parser("trace", help="由订单查到报关单，或反查 / from an order to its declaration, and back")
    parser.add_argument("id", metavar="ID", help="订单号、清单号或报关单 / order, list or declaration")
    parser.add_argument("summary", type=Path, metavar="SUMMARY", help="summary 写的 .ndjson / what summary wrote")
    add_common(parser)
    parser.set_defaults(run=_run_trace)
    parser = actions.add_parser("ceb", help="检查、转换海关报文 / check and convert customs messages")
    parser.add_argument("file", type=Path, metavar="FILE", help=".xml .ndjson 或文件夹 / file or folder")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help=".ndjson，或报文文件夹 / .ndjson, or a folder"
    )
    parser.add_argument(
        "--declarant", type=Path, metavar="FILE", help="写报文时的传输企业 / sender of written messages"
    )
    add_common(parser)
    parser.set_defaults(run=_run_ceb)


def _run_lists(options: argparse.Namespace, clock: Clock) -> int:
    from api.declare_files import draft  # noqa: PLC0415 - loads after the arguments were checked
    from data.ceb.messages import is_time, messages_of  # noqa: PLC0415
    from data.declare_lists import document_json, read_declarant, read_items  # noqa: PLC0415
    from network.declare.join import outcomes  # noqa: PLC0415
    from network.declare.lists import ListMaker  # noqa: PLC0415
    from network.declare.state import meta, open_state  # noqa: PLC0415

    now = clock().astimezone(dt.timezone(dt.timedelta(hours=8)))
    at = options.at or f"{now:%Y%m%d%H%M%S}"
    if not is_time(at):
        found = Findings()
        found.add("at", at, "malformed", detail="YYYYMMDDhhmmss")
        raise RequestFaultsError(found.faults)
    catalogue = open_catalogue(options)
    message = catalogue.derived(messages_of)[_NAME[options.direction]]
    faults = FaultList()
    items = read_items(existing(options.items), faults)
    known = frozenset(message.head) | frozenset(message.transfer)
    declarant = read_declarant(existing(options.declarant), known, faults)
    faults.check()
    maker = ListMaker(catalogue, direction=options.direction, items=items, declarant=declarant, at=at)
    rules = rules_of(options, catalogue, dt.date.fromisoformat(at[:8]))
    count = 0
    with tempfile.TemporaryDirectory(prefix="declare-") as folder, open_state(options.state) as connection:
        if meta(connection, "direction") not in {None, options.direction}:
            raise CommandError(both("declare_nothing"))
        # Lists go to a file of their own first: all of them are sound, or none is written.
        place = Path(folder) / "lists.ndjson"
        with draft(place) as stream:
            for document, order in maker.make(outcomes(connection, rules), options.state.name, faults):
                stream.write(document_json(document, order=order))
                count += 1
        faults.check()
        if not count:
            raise CommandError(both("declare_nothing"))
        _give(options.output, place, declarant, catalogue)
    print(say(options.lang, "declare_lists", count=f"{count:,}", path=options.output))
    return 0


def _give(output: Path, place: Path, transfer: dict[str, str], catalogue: Catalogue) -> None:
    """Put documents into a file, or into a folder of messages."""
    from api.declare_files import draft  # noqa: PLC0415

    if output.suffix.casefold() == ".ndjson":
        with draft(output) as stream, place.open(encoding="utf-8") as lines:
            for line in lines:
                stream.write(line)
        return
    _write_messages(output, place, transfer, catalogue)


def _write_messages(output: Path, place: Path, transfer: dict[str, str], catalogue: Catalogue) -> None:
    """
    Write documents as messages into a folder that is new or empty.

    Raises
    ------
    CommandError
        If the folder has something in it, or cannot be written.
    """
    from data.ceb.messages import messages_of  # noqa: PLC0415
    from data.ceb.write import write_messages  # noqa: PLC0415
    from data.declare_lists import read_any  # noqa: PLC0415

    if output.suffix or (output.exists() and any(output.iterdir())):
        raise CommandError(both("cannot_write", path=output, reason="must be .ndjson, or a new or empty folder"))
    faults = FaultList()
    for name, message in catalogue.derived(messages_of).items():
        sender = {key: text for key, text in transfer.items() if key in message.transfer}
        documents = (document for document, _ in read_any(place, catalogue, faults) if document.message == name)
        for number, content in enumerate(write_messages(documents, name, sender, catalogue), 1):
            output.mkdir(parents=True, exist_ok=True)
            write_file(output / f"{name}-{number:05d}.xml", content)
    faults.check()


def _run_summary(options: argparse.Namespace, clock: Clock) -> int:
    from api.declare_files import rows_file  # noqa: PLC0415
    from data.declare_lists import read_any  # noqa: PLC0415
    from network.declare.deadline import deadline  # noqa: PLC0415
    from network.declare.summary import Summary  # noqa: PLC0415
    from network.declare.trace import rows_of  # noqa: PLC0415

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
                given = ((doc, doc.head["ebpCode"]) for doc, _ in read_any(existing(path), catalogue, faults))
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
        finally:
            connection.close()
    found = {
        "lists": summary.taken.lists,
        "skipped": summary.taken.skipped,
        "declarations": counts["declaration"],
        "lines": counts["line"],
    }
    if options.json:
        print_json(found | {"due": due})
        return 0
    print(say(options.lang, "declare_summary", **{name: f"{count:,}" for name, count in found.items()}))
    for month, day in sorted(due.items()):
        print(say(options.lang, "declare_due", month=month, due=day))
    tell_assumed(options, rules)
    written(options)
    return 0


def _summary_file(path: Path, make: Any) -> Any:  # noqa: ANN401 - two kinds of writers
    """Return what writes flat rows into a file, or into the three sheets of a workbook."""
    if path.suffix.casefold() == ".ndjson":
        return make(path, ())
    return _Sheets(path)


class _Sheets:
    """Collects rows by kind for a workbook."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, list[dict[str, Any]]] = {"declaration": [], "line": [], "source": []}

    def __enter__(self) -> Any:  # noqa: ANN401 - a function of rows
        return lambda row: self._rows[row["kind"]].append(row)

    def __exit__(self, kind: object, *_: object) -> None:
        from api.declare_files import write_sheets  # noqa: PLC0415

        if kind is None:
            sheets = {name: (_columns(rows), rows) for name, rows in self._rows.items()}
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
        print(say(options.lang, f"declare_trace_{row['kind']}", **{"gcode": "", **row}))
    return 0


def _run_ceb(options: argparse.Namespace, clock: Clock) -> int:
    from api.declare_files import draft  # noqa: PLC0415
    from data.ceb.messages import messages_of  # noqa: PLC0415
    from data.declare_lists import document_json, read_any, read_declarant  # noqa: PLC0415

    del clock
    catalogue = open_catalogue(options)
    messages = catalogue.derived(messages_of)
    faults = FaultList()
    transfer: dict[str, str] = {}
    if options.declarant is not None:
        known = frozenset(name for message in messages.values() for name in (*message.transfer, *message.head))
        transfer = read_declarant(existing(options.declarant), known, faults)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="declare-") as folder:
        place = Path(folder) / "documents.ndjson"
        with draft(place) as stream:
            for document, _ in read_any(existing(options.file), catalogue, faults):
                counts[document.message] += 1
                stream.write(document_json(document))
        faults.check()
        if options.output is not None:
            _give(options.output, place, transfer, catalogue)
    if options.json:
        print(json.dumps(dict(counts)))
        return 0
    for name, count in counts.items():
        row = messages[name].row
        title = row.name_zh if options.lang == "zh" else row.name_en
        print(say(options.lang, "declare_ceb", message=name, name=title, count=count))
    written(options)
    return 0
