"""A seller's file as arrays over weeks: demand, stock by age, stock on its way, budgets; and what contradicts them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.money import to_fen
from data.stock import MILLI
from data.stock_fields import DEMAND, LOTS, SKUS, stock_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.stock import Stock
    from optimizer.stock.problem import Floats, Ints

WEEK_DAYS = 7
_OLD_DAYS = 7
_NO_LIMIT_FEN = 10**15

Note = tuple[str, tuple[str, ...]]


class Axes(NamedTuple):
    """
    What the arrays of a problem are over.

    Parameters
    ----------
    start
        Monday of week 0.
    weeks
        How many.
    skus, warehouses, markets
        Places of ids.
    """

    start: dt.date
    weeks: int
    skus: Mapping[str, int]
    warehouses: Mapping[str, int]
    markets: Mapping[str, int]

    def week(self, day: dt.date) -> int:
        """Return the week a day falls in, below 0 for one before the first."""
        return (day - self.start).days // WEEK_DAYS

    def monday(self, week: int) -> dt.date:
        """Return the first day of a week."""
        return self.start + dt.timedelta(days=WEEK_DAYS * week)


def monday_of(week: str) -> dt.date:
    """
    Return the Monday of an ISO week.

    Examples
    --------
    >>> monday_of("2026-W49")
    datetime.date(2026, 11, 30)
    """
    return dt.date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)


def demand(stock: Stock, axes: Axes) -> tuple[Floats, Floats]:
    """Return expected pieces and their standard deviation, shape (S, M, T); weeks that are not planned are left out."""
    shape = (len(axes.skus), len(axes.markets), axes.weeks)
    mean, sd = np.zeros(shape), np.zeros(shape)
    weeks: dict[str, int] = {}
    for row in stock.demand:
        week = weeks.setdefault(row.week, axes.week(monday_of(row.week)))
        if 0 <= week < axes.weeks:
            at = (axes.skus[row.sku], axes.markets[row.market], week)
            mean[at], sd[at] = row.mean_milli / MILLI, row.sd_milli / MILLI
    return mean, sd


def on_hand(stock: Stock, axes: Axes, ages: int) -> Ints:
    """Return pieces by age in weeks at the start of week 0, shape (S, W, A)."""
    found = np.zeros((len(axes.skus), len(axes.warehouses), ages), dtype=np.int64)
    for lot in stock.lots:
        if lot.state == "on_hand" and lot.warehouse in axes.warehouses:
            for units, received_on in lot.received():
                age = min(ages - 1, max(0, (axes.start - received_on).days) // WEEK_DAYS)
                found[axes.skus[lot.sku], axes.warehouses[lot.warehouse], age] += units
    return found


def incoming(stock: Stock, axes: Axes) -> Ints:
    """Return pieces on their way by the week they are received in, shape (S, W, T); what is late comes in week 0."""
    found = np.zeros((len(axes.skus), len(axes.warehouses), axes.weeks), dtype=np.int64)
    for lot in stock.lots:
        if lot.arrives_on is not None and lot.warehouse in axes.warehouses:
            week = max(0, axes.week(lot.arrives_on))
            if week < axes.weeks:
                found[axes.skus[lot.sku], axes.warehouses[lot.warehouse], week] += lot.units
    return found


def in_production(stock: Stock, axes: Axes) -> Ints | None:
    """
    Return pieces in production by the week from whose Monday on they are ready, shape (S, T); None if there are none.

    What is ready later than the weeks planned is left out.
    """
    if not stock.production:
        return None
    found = np.zeros((len(axes.skus), axes.weeks), dtype=np.int64)
    for row in stock.production:
        week = max(0, -(-(row.ready_on - axes.start).days // WEEK_DAYS))
        if week < axes.weeks:
            found[axes.skus[row.sku], week] += row.units
    return found


def budget(stock: Stock, axes: Axes, catalogue: Catalogue) -> Ints | None:
    """Return the most that may be spent in each week in fen, shape (T,); None if no week has a limit."""
    if not stock.budgets:
        return None
    found = np.full(axes.weeks, _NO_LIMIT_FEN, dtype=np.int64)
    for row in stock.budgets:
        week = axes.week(monday_of(row.week))
        if 0 <= week < axes.weeks:
            found[week] = to_fen(row.amount_minor, catalogue.exchange_rate(row.currency))
    return found


def standing_faults(stock: Stock, axes: Axes, carded: Sequence[str], label: str) -> Iterator[Fault]:
    """
    Yield what keeps a file from being planned with, though every row of it can be read.

    Parameters
    ----------
    stock, axes
        The file, and the weeks planned.
    carded
        Warehouses with a fee card.
    label
        Name of the file.
    """
    for sku in stock.skus:
        if not sku.value_minor:
            yield stock_fault((f"{label}[{SKUS}]", None), "value", sku.id, "value_needed", {})
    yield from _lot_faults(stock, axes, carded, f"{label}[{LOTS}]")
    last = axes.monday(axes.weeks - 1)
    planned = {row.week for row in stock.demand if row.mean_milli}
    if not any(0 <= axes.week(monday_of(week)) < axes.weeks for week in planned):
        values = {"first": _iso_week(axes.start), "last": _iso_week(last)}
        yield stock_fault((f"{label}[{DEMAND}]", None), None, None, "no_demand_planned", values)


def _lot_faults(stock: Stock, axes: Axes, carded: Sequence[str], label: str) -> Iterator[Fault]:
    """Yield the faults of lots that contradict the count, or lie where nothing is known of the fees."""
    counted: dict[tuple[str, str], dt.date] = {}
    for lot in stock.lots:
        if lot.counted_on is not None:
            key = (lot.sku, lot.warehouse)
            counted[key] = max(lot.counted_on, counted.get(key, lot.counted_on))
            if lot.counted_on > axes.start:
                yield stock_fault(
                    (label, None), "counted_on", f"{lot.sku} {lot.counted_on}", "counted_after", {"start": axes.start}
                )
    for lot in stock.lots:
        day = counted.get((lot.sku, lot.warehouse))
        if lot.arrives_on is not None and day is not None and lot.arrives_on <= day:
            place = f"{lot.sku} {lot.warehouse} {lot.arrives_on}"
            yield stock_fault((label, None), "arrives_on", place, "arrived_before_count", {"counted": day})
    for warehouse in sorted({lot.warehouse for lot in stock.lots} - set(carded)):
        yield stock_fault((label, None), "warehouse", warehouse, "no_card", {})


def standing_notes(stock: Stock, axes: Axes, mean: Floats) -> Iterator[Note]:
    """Yield what people should know of a file: old counts, demand that ends early, SKUs nobody asks for."""
    oldest = min((lot.counted_on for lot in stock.lots if lot.counted_on is not None), default=axes.start)
    if (axes.start - oldest).days > _OLD_DAYS:
        yield ("count_old", (oldest.isoformat(), str((axes.start - oldest).days)))
    idle = [sku for sku, s in axes.skus.items() if not mean[s].any()]
    if idle:
        yield ("no_demand", (str(len(idle)), ", ".join(idle[:5])))
    ends: dict[tuple[str, str], int] = {}
    for row in stock.demand:
        key = (row.sku, row.market)
        ends[key] = max(ends.get(key, -1), axes.week(monday_of(row.week)))
    short = [key for key, week in ends.items() if week < axes.weeks - 1]
    if short:
        yield ("demand_short", (str(len(short)), " ".join(short[0]), _iso_week(axes.monday(axes.weeks - 1))))
    held = {lot.warehouse for lot in stock.lots} - set(axes.warehouses)
    if held:
        yield ("stock_left_out", (", ".join(sorted(held)),))


def _iso_week(day: dt.date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
