"""``hubport stock old``: what to do with old stock before it gets dearer."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from api.cli_common import CommandError, print_json
from data.errors import SettingsError

if TYPE_CHECKING:
    import datetime as dt

    from api.answer_schema import Json
    from api.clock import Clock
    from data.catalogue import Catalogue
    from data.stock import Stock


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    from api.cli_stock import shared  # noqa: PLC0415 - which adds this one

    old = actions.add_parser(
        "old", help="老库存：留、折、调、退、毁 / old stock: keep, discount, move, return, destroy"
    )
    shared(old)
    old.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.cli_stock import asked  # noqa: PLC0415 - which adds this one
    from api.stock_old_view import advice_text  # noqa: PLC0415

    catalogue, stock, _, today = asked(options, clock)
    answer = advised(catalogue, stock, today)
    if options.json:
        print_json(answer)
    else:
        print(advice_text(answer, options.lang))
    return 0


def advised(catalogue: Catalogue, stock: Stock, today: dt.date) -> Json:
    """
    Return what to do with old stock.

    Raises
    ------
    CommandError
        When the data set lacks a number.
    """
    from api.stock_old_view import advice_json  # noqa: PLC0415
    from optimizer.stock.aging import advise_old_stock  # noqa: PLC0415

    try:
        return advice_json(advise_old_stock(catalogue, stock, today), catalogue)
    except SettingsError as error:
        raise CommandError(str(error)) from None
