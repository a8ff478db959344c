"""Reading requests about a seller's stock: everything wrong with file and options is told at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.faults import Findings, RequestFault, RequestFaultsError, of_table
from api.plans.ask import check_names, read_job, read_seconds, usual
from api.stocking.file import FILE, read_content
from api.stocking.weeks import first_week
from data.errors import TableFaultsError
from data.fields import is_blank, read_count, read_place, read_share

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from api.answer_schema import Json
    from api.desk import Desk
    from api.plans.ask import Upload
    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.stock import Stock

PLAN_OPTIONS = ("name", "priority", "from", "weeks", "service", "seed", "time_limit", "gap")
PLAN_FIELDS = (FILE, *PLAN_OPTIONS)
USUAL_WEEKS, MOST_WEEKS = 26, 52
USUAL_S, MOST_S = 60, 3600
_MOST_SEED = 2**31 - 1
_MILLION = 1_000_000
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAsk:
    """
    What is asked for a seller's stock.

    Parameters
    ----------
    name, priority
        Of the job.
    stock
        The seller's file.
    options
        Plain values of the question: origin, start, weeks, service, and what the kind of job has besides.
    """

    name: str
    priority: int
    stock: Stock
    options: Json


def stock_in(found: Findings, upload: Upload, desk: Desk) -> Stock | None:
    """Return the stock of a file that was sent, or None with everything wrong with it."""
    try:
        return read_content(upload.suffix, upload.content, desk.catalogue)
    except TableFaultsError as error:
        found.faults += told(error.faults)
        return None


def told(faults: Sequence[Fault]) -> list[RequestFault]:
    """Return faults of a file as those of a request."""
    return [of_table(one) for one in faults[:_MOST_SHOWN]]


def read_plan_ask(given: Mapping[str, Any], upload: Upload, desk: Desk) -> StockAsk:
    """
    Return what a stocking plan is asked for.

    Parameters
    ----------
    given
        Fields of the request but the file.
    upload
        The file.
    desk
        Whose data set both must keep to.

    Raises
    ------
    RequestFaultsError
        With everything wrong with file and options.
    """
    found = Findings()
    check_names(found, given, PLAN_FIELDS)
    name, priority = read_job(found, given, upload.label)
    limit_s = read_seconds(found, given, USUAL_S, MOST_S)
    gap = read_share(found, "gap", usual(given, "gap", "0.005"), units=_MILLION, limit=1)
    options = read_terms(found, given, desk) | {"time_limit_s": limit_s, "gap": (gap or 0) / _MILLION}
    stock = stock_in(found, upload, desk)
    if stock is not None and options["weeks"] is not None:
        start = first_week(stock, desk.clock().date())
        options["start"] = start.isoformat()
        found.faults += told(standing(stock, desk.catalogue, start, options["weeks"]))
    if found.faults or stock is None:
        raise RequestFaultsError(found.faults)
    return StockAsk(name=name, priority=priority, stock=stock, options=options)


def read_terms(found: Findings, given: Mapping[str, Any], desk: Desk) -> Json:
    """Return where goods leave from, for how many weeks, of which seed, and which service is asked for."""
    origin = read_place(found, "from", given.get("from"), desk.catalogue)
    weeks = read_count(found, "weeks", usual(given, "weeks", USUAL_WEEKS), low=1, high=MOST_WEEKS)
    seed = read_count(found, "seed", usual(given, "seed", 0), low=0, high=_MOST_SEED)
    service = None
    if not is_blank(given.get("service")):
        service = read_share(found, "service", given["service"], units=_MILLION, limit=1)
    share = None if service is None else service / _MILLION
    return {"origin": origin, "weeks": weeks, "seed": seed, "service": share}


def standing(stock: Stock, catalogue: Catalogue, start: dt.date, weeks: int) -> list[Fault]:
    """Return what keeps a file from being planned with, though every row of it can be read."""
    # The optimizer is slow to load, and most requests do without it.
    from network.warehouse import Cards  # noqa: PLC0415
    from optimizer.stock.sold_first import sold_first  # noqa: PLC0415
    from optimizer.stock.standing import Axes, standing_faults  # noqa: PLC0415

    places = {sku.id: place for place, sku in enumerate(stock.skus)}
    held = [row.id for row in catalogue.warehouses if catalogue.derived(Cards).of(row, start) is not None]
    axes = Axes(start, weeks, places, {}, {})
    rest = sold_first(catalogue, stock, start)
    return list(standing_faults(stock, axes, held, FILE)) or list(standing_faults(rest, axes, held, FILE))
