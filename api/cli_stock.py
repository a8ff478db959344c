"""``hubport stock``: what stock in overseas warehouses costs, and what is about to cost more."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from api import (
    cli_stock_feed,
    cli_stock_old,
    cli_stock_place,
    cli_stock_plan,
    cli_stock_route,
    cli_stock_simulate,
)
from api.cli_common import CommandError, add_common, print_json
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.stocking.weeks import last_count
from api.texts import both
from data.errors import TableFaultsError, UnknownIdError
from data.fields import read_count
from data.loading import load_catalogue
from data.rules_warehouses import ALERT_DAYS
from data.stock_rows import read_day

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.stock import Stock
    from network.warehouse import Card

_MOST_DAYS = 730


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    parser = commands.add_parser("stock", help="海外仓库存：费用与库龄预警 / stock abroad: fees and age alerts")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    fees = actions.add_parser("fees", help="仓储、入库、拣配、尾程费用 / storage, inbound, picking, last mile")
    shared(fees)
    fees.add_argument("--days", metavar="N", help="其后几天的仓储 / days of storage to come (stock_alert_days)")
    fees.add_argument("--sku", metavar="ID", help="只看一个商品，逐行列出 / every line of one SKU")
    fees.set_defaults(run=_run_fees)
    alerts = actions.add_parser("alerts", help="哪些货何时进入更贵的库龄档 / which stock gets dearer, and when")
    shared(alerts)
    alerts.add_argument("--within", metavar="N", help="几天之内 / days ahead (stock_alert_days)")
    alerts.set_defaults(run=_run_alerts)
    cli_stock_simulate.add(actions)
    cli_stock_route.register(actions)
    cli_stock_feed.register(actions)
    cli_stock_old.register(actions)
    cli_stock_place.register(actions)
    cli_stock_plan.register(actions)


def shared(parser: argparse.ArgumentParser) -> None:
    """Add what the commands share."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="库存文件 .xlsx .json 或文件夹 / file or folder of stock"
    )
    parser.add_argument("--on", metavar="DATE", help="哪一天，默认今天 / the day that is meant (today)")
    parser.add_argument("--card", metavar="ID", help="改用这张费用表 / use this fee card everywhere")
    add_common(parser)


def _run_fees(options: argparse.Namespace, clock: Clock) -> int:
    from api.stock_human import fees_text  # noqa: PLC0415 - loads after the arguments were read
    from api.stock_view import fees_json  # noqa: PLC0415
    from network.warehouse import cards_of, stock_fees  # noqa: PLC0415

    catalogue, stock, named, today = asked(options, clock)
    cards = cards_of(stock, catalogue, today, named)
    days = _days(options.days, "days", catalogue)
    if options.sku is not None and options.sku not in stock.by_id:
        raise CommandError(both("stock_no_sku", sku=options.sku))
    answer = fees_json(stock_fees(stock, cards, today=today, days=days), catalogue, today=today, days=days)
    if options.json:
        print_json(answer)
    else:
        print(fees_text(answer, options.lang, options.sku))
    return 0


def _run_alerts(options: argparse.Namespace, clock: Clock) -> int:
    from api.stock_human import alerts_text  # noqa: PLC0415
    from api.stock_old_view import add_advice  # noqa: PLC0415
    from api.stock_view import alerts_answer  # noqa: PLC0415

    catalogue, stock, named, today = asked(options, clock)
    within = _days(options.within, "within", catalogue)
    answer = alerts_answer(stock, catalogue, today=today, within=within, named=named)
    if named is None:
        add_advice(answer, catalogue, stock, today)
    if options.json:
        print_json(answer)
    else:
        print(alerts_text(answer, options.lang))
    return 0


def asked(options: argparse.Namespace, clock: Clock) -> tuple[Catalogue, Stock, Card | None, dt.date]:
    """Return the data set, the stock, the card of every warehouse if one is named, and the day that is meant."""
    from data.stock_read import read_stock  # noqa: PLC0415
    from network.warehouse import Cards  # noqa: PLC0415

    if options.data is not None and not options.data.exists():
        raise CommandError(both("cannot_read", path=options.data, reason="not found"))
    if not options.file.exists():
        raise CommandError(both("cannot_read", path=options.file, reason="not found"))
    today = _today(options.on, clock)
    catalogue = load_catalogue(options.data)
    try:
        named = None if options.card is None else catalogue.derived(Cards).named(options.card)
    except UnknownIdError as error:
        raise CommandError(str(error)) from None
    try:
        stock = read_stock(options.file, catalogue)
    except TableFaultsError as error:
        message = f"{both('stock_refused')}\n{error}"
        raise CommandError(message) from None
    counted = last_count(stock)
    if counted is not None and today < counted:
        raise CommandError(both("stock_before_count", today=today, counted=counted))
    return catalogue, stock, named, today


def _today(text: str | None, clock: Clock) -> dt.date:
    if text is None:
        return clock().date()
    day = read_day(text)
    if day is None:
        raise CommandError(both("stock_bad_date", text=text))
    return day


def _days(text: str | None, name: str, catalogue: Catalogue) -> int:
    """Return a number of days, that of the settings if none is given."""
    if text is None:
        return catalogue.setting_int(ALERT_DAYS)
    found = Findings()
    days = read_count(found, name, text, low=1, high=_MOST_DAYS)
    if days is None:
        raise RequestFaultsError(found.faults)
    return days
