"""``hubport quote``: one shipment from arguments, or many from a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from api.cli_common import EXIT_BAD_INPUT, EXIT_NO_ROUTE, CommandError, add_common, open_desk, print_json, write_file
from api.clock import Clock
from api.desk import Answer, Desk
from api.human import papers_text, quote_text
from api.present import name_of
from api.requests import Ask
from api.texts import both, say

_FIELDS = (
    ("--from", "origin", "PLACE", "起运地代码或名称 / origin, code or name"),
    ("--to", "destination", "PLACE", "目的地代码或名称 / destination, code or name"),
    ("--weight-kg", "weight_kg", "N", "重量 / gross weight"),
    ("--volume-m3", "volume_m3", "N", "体积 / volume"),
    ("--pieces", "pieces", "N", "件数 / packages"),
    ("--hs", "hs", "CODE", "海关编码 / commodity code of 6, 8 or 10 digits"),
    ("--value", "value", "N", "货值 / goods value"),
    ("--currency", "currency", "CODE", "答复与货值的币种 / currency of answer and value (CNY)"),
    ("--ready", "ready", "ISO", "备货时间；日期指起运地 09:00 / ready; a date means 09:00 at the origin (now)"),
    ("--due", "due", "ISO", "最晚到达；日期指目的地当天 / due; a date means that whole day at the destination"),
    ("--depart-by", "depart_by", "ISO", "最晚出发 / latest first departure"),
    ("--box", "box", "TYPE", "箱型，如 40HQ / box type of cargo in its own boxes"),
    ("--boxes", "boxes", "N", "箱数 / number of boxes (1)"),
    ("--goods", "goods", "CLASS,...", "货类 / goods classes such as battery_loose"),
    ("--regime", "regime", "CODE", "监管方式 / customs regime (0110)"),
    ("--modes", "modes", "MODE,...", "只用这些方式 / only these modes"),
    ("--max-transfers", "max_transfers", "N", "最多中转 / most transfers"),
    ("--alternatives", "alternatives", "K", "每个方案另列几个 / other ways per option (0)"),
)
_LISTS = (
    ("--avoid", "avoid", "ITEM,...", "避开方式、通道、关境、班次 / avoid modes, passages, territories, services"),
    ("--via", "via", "CODE", "必经地点 / must touch this place"),
    ("--scenario", "scenario", "SERVICE", "打开情景班次 / switch on a scenario service"),
)
FILE_SUFFIXES = (".csv", ".xlsx")


def add_request(parser: argparse.ArgumentParser) -> None:
    """Add the fields of a request; all are text, and one validator reads them."""
    for flag, name, metavar, text in _FIELDS:
        parser.add_argument(flag, dest=name, metavar=metavar, help=text)
    for flag, name, metavar, text in _LISTS:
        parser.add_argument(flag, dest=name, metavar=metavar, action="append", help=text)


def read_ask(options: argparse.Namespace) -> Ask:
    """Return the request given by arguments."""
    values = {name: getattr(options, name) for _, name, _, _ in _FIELDS + _LISTS}
    return Ask(**values, backward=getattr(options, "backward", False))


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("quote", help="询价 / price every sensible way to move a shipment")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="多票货物的表格 / a table of shipments")
    add_request(parser)
    parser.add_argument(
        "--backward", action="store_true", help="倒排：最晚何时备货 / how late may it get ready for due"
    )
    parser.add_argument("--papers", action="store_true", help="列出每个方案所需单证 / list the papers of each option")
    parser.add_argument("--map", type=Path, metavar="FILE.html", help="首个方案的地图 / map of the first option")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="结果文件 / file for the result")
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    return _run_one(options, clock) if options.file is None else _run_file(options, clock)


def _run_one(options: argparse.Namespace, clock: Clock) -> int:
    desk = open_desk(options, clock)
    answer = desk.ask(read_ask(options))
    shown = desk.renderer.quote(*answer)
    if options.json:
        print_json(shown)
    else:
        print(quote_text(shown, options.lang))
        if options.papers:
            print("", papers_text(shown, options.lang), sep="\n")
    if options.map is not None:
        write_map(desk, answer, options.map, options)
    return 0 if answer.quote.options else EXIT_NO_ROUTE


def write_map(desk: Desk, answer: Answer, path: Path, options: argparse.Namespace) -> None:
    """Write the map of the first option, or of the closest one when none is feasible; nothing when there is none."""
    choices = answer.quote.options or answer.quote.nearest
    if choices:
        # Drawing brings a large library with it, which nothing else here needs.
        from viz.maps import page  # noqa: PLC0415

        shipment = answer.request.shipment
        ends = [desk.renderer.place(code) for code in (shipment.origin, shipment.destination)]
        title = " → ".join(name_of(place, "name", options.lang) for place in ends)
        write_file(path, page(desk.option_layers(choices[0], options.lang, title), lang=options.lang))
        print(say(options.lang, "written", path=path), file=sys.stderr)


def _run_file(options: argparse.Namespace, clock: Clock) -> int:
    given = [flag for flag, name, _, _ in _FIELDS + _LISTS if getattr(options, name) is not None and name != "currency"]
    given += ["--papers"] if options.papers else []
    if given or options.map is not None or options.backward:
        raise CommandError(both("file_alone", flags=" ".join(given)))
    # Only files need the library that reads workbooks.
    from api.batch import SUFFIXES, read_asks, render_batch, run_batch  # noqa: PLC0415

    if not options.file.is_file():
        raise CommandError(both("cannot_read", path=options.file, reason="not found"))
    for path, choices in ((options.file, FILE_SUFFIXES), (options.output, SUFFIXES)):
        if path is not None and path.suffix.lower() not in choices:
            raise CommandError(both("suffix", choices=" ".join(choices), path=path))
    desk = open_desk(options, clock)
    asks = read_asks(options.file, currency=options.currency)
    results = run_batch(desk, asks, lang=options.lang, err=sys.stderr)
    if options.output is not None:
        suffix = options.output.suffix.lower()
        write_file(options.output, render_batch(desk, results, suffix=suffix, lang=options.lang))
        print(say(options.lang, "written", path=options.output), file=sys.stderr)
    else:
        text = render_batch(desk, results, suffix=".json" if options.json else ".csv", lang=options.lang)
        print(text.decode("utf-8-sig"), end="")
    priced = sum(bool(result.answer.quote.options) for result in results)
    print(say(options.lang, "summary", count=len(results), priced=priced), file=sys.stderr)
    return 0 if priced == len(results) else EXIT_NO_ROUTE


__all__ = ["EXIT_BAD_INPUT", "add_request", "read_ask", "register", "write_map"]
