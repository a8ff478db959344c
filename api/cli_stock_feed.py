"""``hubport stock feed``: which cartons go to marketplaces today."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli_common import CommandError, print_json, write_file
from api.texts import both
from data.errors import SettingsError

if TYPE_CHECKING:
    from api.clock import Clock

_SUFFIXES = (".xlsx", ".json")


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    from api.cli_stock import shared  # noqa: PLC0415 - which adds this one

    feed = actions.add_parser("feed", help="FBA 补货：今天哪些整箱转到平台仓 / which cartons go to marketplaces")
    shared(feed)
    feed.add_argument("-o", "--output", type=Path, metavar="FILE", help="写入 .xlsx 或 .json / write .xlsx or .json")
    feed.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.cli_stock import asked  # noqa: PLC0415 - which adds this one
    from api.stock_feed_view import UnsoundFeedError, fed, feed_text, feed_workbook  # noqa: PLC0415

    output: Path | None = options.output
    if output is not None and output.suffix.casefold() not in _SUFFIXES:
        raise CommandError(both("stock_feed_files", path=output))
    if options.card is not None:
        raise CommandError(both("stock_feed_card"))
    catalogue, stock, _, today = asked(options, clock)
    try:
        answer = fed(catalogue, stock, today)
    except (SettingsError, UnsoundFeedError) as error:
        raise CommandError(str(error)) from None
    if output is not None:
        is_book = output.suffix.casefold() == ".xlsx"
        text = json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
        write_file(output, feed_workbook(answer, options.lang) if is_book else text.encode())
    if options.json:
        print_json(answer)
    else:
        print(feed_text(answer, options.lang))
    return 0
