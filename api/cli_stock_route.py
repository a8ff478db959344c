"""``hubport stock route``: which warehouse sends which order today."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli_common import CommandError, print_json, write_file
from api.texts import both
from data.errors import SettingsError, TableFaultsError

if TYPE_CHECKING:
    from api.clock import Clock

_MOST_ORDERS = 20_000


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    from api.cli_stock import shared  # noqa: PLC0415 - which adds this one

    route = actions.add_parser("route", help="今日订单由哪个海外仓发 / which warehouse sends which order")
    shared(route)
    route.add_argument(
        "--orders", type=Path, required=True, metavar="ORDERS", help="订单 .xlsx .csv .json / file of orders"
    )
    route.add_argument("-o", "--output", type=Path, metavar="FILE", help="写入 .xlsx / write a workbook")
    route.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.cli_stock import asked  # noqa: PLC0415 - which adds this one
    from api.stock_route_view import UnsoundRoutingError, routed, routing_text, routing_workbook  # noqa: PLC0415
    from data.orders_read import read_orders  # noqa: PLC0415

    if options.output is not None and options.output.suffix.casefold() != ".xlsx":
        raise CommandError(both("stock_xlsx_only", path=options.output))
    if not options.orders.exists():
        raise CommandError(both("cannot_read", path=options.orders, reason="not found"))
    catalogue, stock, _, today = asked(options, clock)
    try:
        orders = read_orders(options.orders, catalogue, stock, today)
    except TableFaultsError as error:
        message = f"{both('orders_refused')}\n{error}"
        raise CommandError(message) from None
    if len(orders) > _MOST_ORDERS:
        raise CommandError(both("orders_too_many", limit=_MOST_ORDERS))
    try:
        answer = routed(catalogue, stock, orders, today)
    except (SettingsError, UnsoundRoutingError) as error:
        raise CommandError(str(error)) from None
    if options.output is not None:
        write_file(options.output, routing_workbook(answer, options.lang))
    if options.json:
        print_json(answer)
    else:
        print(routing_text(answer, options.lang))
    return 0
