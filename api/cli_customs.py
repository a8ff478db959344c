"""``hubport regime`` and ``hubport landed``: how to declare a shipment, and what it costs on arrival."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from api.cli_common import CommandError, add_common, open_desk, print_json
from api.clock import Clock
from api.texts import both, say

_COSTS = ("pickup", "export-clearance", "origin-handling", "freight", "insurance", "arrival-handling", "delivery")
_LINE = "货物，可重复：编码:货值[:数量[:公斤[:升]]] / goods, may be given again: HS:VALUE[:QTY[:KG[:L]]]"
_NOT_ASKED = frozenset({"command", "run", "data", "lang", "json", "file", "fact", "warehouse", "output"})
_TABLES = (".csv", ".xlsx")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    _register_regime(commands)
    _register_landed(commands)


def _shared(parser: argparse.ArgumentParser, file_help: str) -> None:
    """Add what both commands take."""
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help=file_help)
    parser.add_argument("--date", metavar="DATE", help="申报日期，默认今天 / day of the declaration (today)")
    parser.add_argument("--currency", help="币种，默认 CNY / currency of all amounts (CNY)")
    parser.add_argument("--line", dest="lines", action="append", metavar="LINE", help=_LINE)
    parser.add_argument("--purchase", help="不含税采购价 / purchase price without VAT")
    parser.add_argument("--mode", help="主运方式 / mode of the main carriage")
    add_common(parser)


def _register_regime(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("regime", help="可用的监管方式 / which customs regimes are allowed")
    parser.add_argument("--direction", help="export 出口（默认）、import 进口 / direction (export)")
    parser.add_argument("--customer", help="b2c 个人、b2b 企业、stock 海外仓库存 / sold to whom")
    parser.add_argument("--value", help="单票货值，默认各行之和 / value of the shipment (sum of the lines)")
    parser.add_argument("--credit", help="aeo、ordinary、dishonest / credit grade (ordinary)")
    parser.add_argument("--way", help="port、transit 转关、integration 通关一体化 / way of clearance")
    parser.add_argument("--regime", help="只问这个，不可用则报错 / refuse unless this one is allowed")
    parser.add_argument("--fact", action="append", default=[], metavar="NAME=VALUE", help="事实 / e.g. waybill=yes")
    _shared(parser, "JSON 问题文件 / question as JSON")
    parser.set_defaults(run=_run_regime)


def _register_landed(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("landed", help="到岸税费 / duty, VAT and fees on arrival")
    parser.add_argument("--to", help="目的关境或地点 / territory or place of destination")
    for name in _COSTS:
        parser.add_argument(f"--{name}", help="费用 / cost")
    parser.add_argument("--incoterm", help="贸易术语，默认 DAP / who pays what (DAP)")
    parser.add_argument("--channel", help="b2c（默认）、b2b / sold to a person or a firm (b2c)")
    parser.add_argument("--scheme", help="税收制度，如 ioss / scheme of VAT, such as ioss")
    parser.add_argument("--origin", help="原产关境，默认 CN / origin (CN)")
    parser.add_argument("--exporter", help="出口商，用于反倾销税 / exporter, for trade remedies")
    parser.add_argument("--origin-proof", action="store_const", const="yes", help="有原产地证 / with a proof of origin")
    parser.add_argument("--regime", help="出口监管方式，用于退税 / export regime, for the refund")
    parser.add_argument(
        "--warehouse",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="与备货到仓比较，如 freight=1.5 per_order=3.5 / compare with bulk to a warehouse",
    )
    _shared(parser, "JSON 问题文件，或多票的表格 / question as JSON, or a table of many: .csv .xlsx")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="表格结果 .csv .xlsx .ndjson / result of a table"
    )
    parser.set_defaults(run=_run_landed)


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """Return what is asked: the file, then arguments on top of it."""
    given: dict[str, Any] = {} if options.file is None else _read_file(options.file)
    said = {name: value for name, value in vars(options).items() if name not in _NOT_ASKED and value is not None}
    return given | said


def _read_file(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(both("cannot_read", path=path, reason=error.strerror)) from None
    except (ValueError, RecursionError) as error:
        raise CommandError(both("cannot_read", path=path, reason=str(error))) from None
    if not isinstance(found, dict):
        raise CommandError(both("cannot_read", path=path, reason="JSON object"))
    return found


def _pairs(items: list[str]) -> dict[str, str]:
    """Return ``name=value`` pairs; a name alone says nothing."""
    return {name.strip(): value.strip() for name, _, value in (item.partition("=") for item in items)}


def _run_regime(options: argparse.Namespace, clock: Clock) -> int:
    # What answers these questions is loaded by no other quick command.
    from api.customs_answer import regimes_json  # noqa: PLC0415
    from api.customs_human import regimes_text  # noqa: PLC0415

    desk = open_desk(options, clock)
    answer = regimes_json(_given(options) | _pairs(options.fact), desk.catalogue, clock().date())
    _print(answer, regimes_text(answer, options.lang), options)
    return 0


def _run_landed(options: argparse.Namespace, clock: Clock) -> int:
    from api.customs_answer import landed_json  # noqa: PLC0415
    from api.customs_human import landed_text  # noqa: PLC0415

    if options.file is not None and options.file.suffix.casefold() in _TABLES:
        return _run_table(options, clock)
    if options.output is not None:
        raise CommandError(both("suffix", choices=" ".join(_TABLES), path=options.file))
    given = _given(options)
    if options.warehouse:
        given["warehouse"] = _pairs(options.warehouse)
    desk = open_desk(options, clock)
    answer = landed_json(given, desk.catalogue, clock().date())
    _print(answer, landed_text(answer, options.lang), options)
    return 0


def _run_table(options: argparse.Namespace, clock: Clock) -> int:
    """Answer every consignment of a table."""
    from api.landed_table import WRITE_SUFFIXES, landed_table  # noqa: PLC0415

    output = options.output
    if options.lines or options.warehouse or options.json:
        raise CommandError(both("file_alone", flags="--line --warehouse --json"))
    if output is not None and output.suffix.casefold() not in WRITE_SUFFIXES:
        raise CommandError(both("suffix", choices=" ".join(WRITE_SUFFIXES), path=output))
    if not options.file.is_file():
        raise CommandError(both("cannot_read", path=options.file, reason="not found"))
    if output is not None and output.resolve() == options.file.resolve():
        raise CommandError(both("same_output", path=output))
    usual = {name: value for name, value in vars(options).items() if name not in _NOT_ASKED and value is not None}
    count, text = landed_table(options.file, output, open_desk(options, clock).catalogue, clock().date(), usual)
    if text is not None:
        print(text, end="")
    else:
        print(say(options.lang, "landed_written", path=output, count=count), file=sys.stderr)
    return 0


def _print(answer: dict[str, Any], text: str, options: argparse.Namespace) -> None:
    if options.json:
        print_json(answer)
    else:
        print(text)
