"""``hubport stock place``: which overseas warehouses to use for which market, at what cost, and what comes second."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli_common import EXIT_NO_ROUTE, CommandError, add_common, open_desk, print_json, write_file
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data.errors import LogisticsError, TableFaultsError
from data.fields import read_count, read_place
from data.stock_rows import read_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.answer_schema import Json
    from api.place_view import Placed
    from data.catalogue import Catalogue
    from data.stock import Stock
    from network import Network
    from viz.theme import Lang

_MOST_WEEKS, _MOST_DAYS, _WEEK_DAYS = 52, 60, 7
_SUFFIXES = (".json", ".xlsx")


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of stock."""
    place = actions.add_parser("place", help="选仓：各市场用哪个海外仓 / which warehouses to use for which market")
    place.add_argument("file", type=Path, metavar="FILE", help="库存与需求 .xlsx .json 或文件夹 / stock and demand")
    place.add_argument("--from", dest="origin", required=True, metavar="PLACE", help="发货地 / where goods leave from")
    place.add_argument("--warehouses", metavar="A,B", help="只用这些仓 / only these (all public ones in reach)")
    place.add_argument("--promise", metavar="DAYS", help="下单到签收最多几个工作日 / working days to the customer")
    place.add_argument("--start", metavar="DATE", help="首周的一天 / a day of the first week (next Monday)")
    place.add_argument("--weeks", default="26", metavar="N", help="周数 / weeks (26)")
    place.add_argument("-o", "--output", type=Path, metavar="FILE", help="结果 .xlsx .json / the answer as a file")
    add_common(place)
    place.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.place_human import placement_text  # noqa: PLC0415 - loads after the arguments were read
    from api.place_view import placement_json  # noqa: PLC0415

    if options.output is not None and options.output.suffix.casefold() not in _SUFFIXES:
        raise CommandError(both("place_output", path=options.output))
    placed = _placed(options, clock)
    answer = placement_json(placed)
    if options.output is not None:
        write_file(options.output, _content(answer, options.output.suffix.casefold(), options.lang))
    if options.json:
        print_json(answer)
    else:
        print(placement_text(answer, options.lang))
    return 0


def _placed(options: argparse.Namespace, clock: Clock) -> Placed:
    """Return the placement that is asked for, checked."""
    from data.stock_read import read_stock  # noqa: PLC0415 - as above
    from network import Network  # noqa: PLC0415
    from optimizer.stock.sold_first import without_marketplaces  # noqa: PLC0415

    if not options.file.exists():
        raise CommandError(both("cannot_read", path=options.file, reason="not found"))
    desk = open_desk(options, clock)
    found = Findings()
    origin = read_place(found, "from", options.origin, desk.catalogue)
    weeks = read_count(found, "weeks", options.weeks, low=1, high=_MOST_WEEKS)
    promise = None
    if options.promise is not None:
        promise = read_count(found, "promise", options.promise, low=1, high=_MOST_DAYS)
    if found.faults or origin is None or weeks is None:
        raise RequestFaultsError(found.faults)
    try:
        stock = read_stock(options.file, desk.catalogue)
        start = _monday(options.start, stock, clock)
        stock = without_marketplaces(desk.catalogue, stock, start)
        ids = _warehouses(options.warehouses, stock, desk.catalogue, start)
        return _solve(options, stock, Network(desk.catalogue), (origin, start, weeks, promise), ids)
    except TableFaultsError as error:
        message = f"{both('stock_refused')}\n{error}"
        raise CommandError(message) from None


def _solve(
    options: argparse.Namespace,
    stock: Stock,
    network: Network,
    asked: tuple[str, dt.date, int, int | None],
    ids: tuple[str, ...],
) -> Placed:
    """Return the best placement in the warehouses that may be used, checked."""
    # Solvers take long to load, and what is wrong with the file is told before.
    from api.place_view import Placed  # noqa: PLC0415
    from optimizer.stock import Choice, build  # noqa: PLC0415
    from optimizer.stock.place import NoPlacementError, place  # noqa: PLC0415
    from optimizer.stock.place_task import place_task  # noqa: PLC0415
    from optimizer.verify import verify_placement  # noqa: PLC0415

    origin, start, weeks, promise = asked
    catalogue = network.catalogue
    choice = Choice(
        warehouses=ids, promise_days=promise,
        label=options.file.name,
    )  # fmt: skip
    line = _Line(options.lang)
    try:
        problem = build(
            stock, catalogue, network, origin=origin, start=start, weeks=weeks, choice=choice,
            on_progress=line.of("place_looking"),
        )  # fmt: skip
        task, _ = place_task(
            stock, network, problem, origin=origin, promise_days=promise, on_progress=line.of("place_asking")
        )
        placement = place(task, on_progress=line.of("place_comparing"))
    except NoPlacementError:
        raise CommandError(both("place_none"), EXIT_NO_ROUTE) from None
    except TableFaultsError:
        raise
    except LogisticsError as error:
        raise CommandError(str(error)) from None
    finally:
        line.close()
    violations = verify_placement(task, placement)
    if violations:
        raise CommandError("\n".join([both("place_wrong"), *map(str, violations)]), EXIT_NO_ROUTE)
    return Placed(catalogue=catalogue, stock=stock, task=task, placement=placement, origin=origin, promise_days=promise)


def _warehouses(text: str | None, stock: Stock, catalogue: Catalogue, start: dt.date) -> tuple[str, ...]:
    """Return the ids of the warehouses that may be used."""
    from optimizer.stock.market import candidates  # noqa: PLC0415 - as above

    if text is None:
        ids = tuple(row.id for row in candidates(stock, catalogue, start))
    else:
        ids = tuple(part.strip() for part in text.replace("，", ",").replace(";", ",").split(",") if part.strip())
    if not ids:
        raise CommandError(both("place_no_warehouse"))
    return ids


def _monday(text: str | None, stock: Stock, clock: Clock) -> dt.date:
    """Return the first day planned: the Monday of a day, or the next one that no count is after."""
    if text is not None:
        day = read_day(text)
        if day is None:
            raise CommandError(both("stock_bad_date", text=text))
        return day - dt.timedelta(days=day.weekday())
    counted = [lot.counted_on for lot in stock.lots if lot.counted_on is not None]
    day = max([clock().date(), *counted])
    return day + dt.timedelta(days=-day.weekday() % _WEEK_DAYS)


class _Line:
    """Tells on the error stream how far a run is: one live line on a terminal, nothing elsewhere."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._is_live = sys.stderr.isatty()

    def of(self, key: str) -> Callable[[int, int, str], None]:
        """Return what is told of one part of the run."""

        def told(done: int, total: int, what: str) -> None:
            if self._is_live:
                text = say(self._lang, key, done=done, total=total, what=what)
                print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

        return told

    def close(self) -> None:
        """Clear the line."""
        if self._is_live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _content(answer: Json, suffix: str, lang: Lang) -> bytes:
    """Return an answer as the content of a file."""
    if suffix == ".json":
        return (json.dumps(answer, ensure_ascii=False, indent=1) + "\n").encode()
    # The library of workbooks is large, and the other forms do not need it.
    from openpyxl import Workbook  # noqa: PLC0415

    from api.place_human import placement_sheets  # noqa: PLC0415
    from api.plan_excel import add_sheet, saved  # noqa: PLC0415

    book = Workbook()
    book.remove(book.active)
    for rows in placement_sheets(answer, lang):
        add_sheet(book, rows, _Teller(lang, answer["fingerprint"][:8]), "place_sheet_title")
    return saved(book)


class _Teller:
    """Words of the sheets in one language."""

    def __init__(self, lang: Lang, id_: str) -> None:
        self._lang = lang
        self.id = id_

    def say(self, key: str, **values: object) -> str:
        """Return a text."""
        return say(self._lang, key, **values)
