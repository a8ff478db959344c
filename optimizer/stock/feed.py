"""
Which whole cartons go today from the warehouses of a market to its marketplace, so that cover stays within its band.

Without a limit of volume each SKU is decided alone: no price and no rule holds for two SKUs together, so the least
cost of each, over every number of cartons and every split between warehouses, is the least cost of all.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.stock_feed import Feed, FeedCover, FeedMove
from optimizer.stock.feed_case import FeedCase, taken
from optimizer.stock.feed_model import Choice, cheapest, choose

if TYPE_CHECKING:
    import datetime as dt

    from data.catalogue import Catalogue
    from data.stock import Sku, Stock
    from data.stock_feed import FeedReason
    from optimizer.stock.feed_case import Part, Source
    from optimizer.stock.feed_demand import FeedDemand

_SOME = 1e-9
_MM3_PER_M3 = 10**9
_NUMBERS = (
    "feed_review_days", "feed_quantile", "price_factor", "road_cny_per_m3_km", "route_days",
)  # fmt: skip


class _Item(NamedTuple):
    """One SKU at one marketplace with everything its number of cartons rests on."""

    sku: Sku
    demand: FeedDemand
    before: float
    coming: int
    held: tuple[Part, ...]
    sources: tuple[Source, ...]
    splits: tuple[tuple[int, ...], ...]
    choice: Choice
    wanted: int
    fitting: int
    barrier: FeedReason | None


def feed_marketplaces(catalogue: Catalogue, stock: Stock, today: dt.date) -> Feed:
    """
    Return what is sent to the marketplaces today.

    Parameters
    ----------
    catalogue, stock
        Tables, and the seller's stock with its demand; SKUs with a row of stock at a marketplace are fed, also with
        no pieces there.
    today
        The day; nothing was counted after it.

    Raises
    ------
    SettingsError
        If the data set lacks a number of ``stock_rules``.
    """
    moves: list[FeedMove] = []
    covers: list[FeedCover] = []
    bound, assumed = 0, set[str]()
    used = {lot.warehouse for lot in stock.lots}
    for row in sorted(catalogue.marketplaces, key=lambda one: one.warehouse):
        if row.warehouse not in used:
            continue
        case = FeedCase(catalogue, stock, today, row)
        found = _decide(case)
        moves += found[0]
        covers += found[1]
        bound += found[2]
        assumed |= {row.id} if row.assumed and found[1] else set()
    if covers:
        assumed |= {one.id for one in catalogue.stock_rules if one.id in _NUMBERS and one.assumed}
    return Feed(today=today, moves=tuple(moves), covers=tuple(covers), bound_fen=bound, assumed=tuple(sorted(assumed)))


def _decide(case: FeedCase) -> tuple[list[FeedMove], list[FeedCover], int]:
    """Return moves, covers and the bound of one marketplace."""
    items = [_item(case, sku) for sku in case.skus()]
    numbers, bound, cut = choose([one.choice for one in items], _room_mm3(case, items))
    moves: list[FeedMove] = []
    covers: list[FeedCover] = []
    for item, number, is_cut in zip(items, numbers, cut, strict=True):
        moves += _moves(case, item, item.splits[number])
        covers.append(_cover(case, item, number, is_cut=is_cut))
    return moves, covers, bound


def _room_mm3(case: FeedCase, items: list[_Item]) -> int | None:
    """Return the volume that may still be sent, None without a limit."""
    if case.row.limit_m3 is None:
        return None
    there = sum((one.before + one.coming) * one.sku.volume_mm3 for one in items)
    idle = case.idle_mm3({one.sku.id for one in items})
    return int(case.row.limit_m3 * _MM3_PER_M3) - idle - math.ceil(there - _SOME)


def _item(case: FeedCase, sku: Sku) -> _Item:
    """Return one SKU with the costs of every number of cartons that may be sent."""
    demand, units = case.demand(sku), sku.carton_units or 1
    by_then, coming, held = case.there(sku)
    before = max(0.0, by_then - demand.before)
    sources = case.sources(sku)
    barrier = _barrier(case, sku, sources)
    wanted = max(0, math.ceil((demand.target_units - before) / units - _SOME))
    fitting = max(0, math.floor((demand.most_units - before - coming) / units + _SOME))
    most = 0 if barrier else min(fitting, sum(one.units // units for one in sources))
    costs = [
        np.array([case.fees(sku, one, number).cost_fen for number in range(min(most, one.units // units) + 1)])
        for one in sources
    ]
    total, splits = cheapest(costs, most)
    left = [_short_fen(case, sku, demand, before + number * units) for number in range(len(total))]
    priced = total + np.array([sum(one) for one in left], dtype=np.int64)
    # What is missed is worth the margin of its pieces, and a piece without one is worth more than none.
    lack_fen = units * max(1, case.margin_fen(sku))
    choice = Choice(priced, min(wanted, most), units * sku.volume_mm3, lack_fen)
    return _Item(
        sku, demand, before, coming, held, tuple(sources), tuple(splits), choice, wanted, fitting, barrier
    )  # fmt: skip


def _barrier(case: FeedCase, sku: Sku, sources: list[Source]) -> FeedReason | None:
    """Return what keeps a SKU from being sent at all."""
    checks: tuple[tuple[bool, FeedReason], ...] = (
        (case.is_closed(), "not_open"),
        (not case.takes(sku), "battery"),
        (sku.carton_units is None, "no_carton"),
        (case.card is None, "no_price"),
        (not sources, "no_source"),
    )
    return next((reason for is_barred, reason in checks if is_barred), None)


def _short_fen(case: FeedCase, sku: Sku, demand: FeedDemand, units: float) -> tuple[int, int]:
    """Return the expected fee for low stock and the margin of lost sales with so many pieces on the day of arrival."""
    return demand.low_fen(units, case.tiers(sku)), round(case.margin_fen(sku) * demand.lost_units(units))


def _moves(case: FeedCase, item: _Item, split: tuple[int, ...]) -> list[FeedMove]:
    """Return the moves of one SKU."""
    found = []
    for source, cartons in zip(item.sources, split, strict=False):
        if cartons:
            units = cartons * (item.sku.carton_units or 1)
            days = [day for _, day in taken(source.parts, units)]
            fees = case.fees(item.sku, source, cartons)
            found.append(
                FeedMove(
                    sku=item.sku.id, origin=source.id, to=case.row.warehouse, cartons=cartons, units=units,
                    oldest_on=days[0], newest_on=days[-1], **fees._asdict(),
                )
            )  # fmt: skip
    return found


def _cover(case: FeedCase, item: _Item, cartons: int, *, is_cut: bool) -> FeedCover:
    """Return the cover of one SKU with so many cartons."""
    demand, sent = item.demand, cartons * (item.sku.carton_units or 1)
    low, lost = _short_fen(case, item.sku, demand, item.before + sent)
    before_low, before_lost = _short_fen(case, item.sku, demand, item.before)
    over = max(0, math.ceil(item.before + item.coming + sent - demand.most_units - _SOME))
    return FeedCover(
        sku=item.sku.id,
        to=case.row.warehouse,
        arrives_on=case.arrives_on,
        units_before=item.before,
        coming_units=item.coming,
        sent_units=sent,
        day_units=demand.day_units,
        target_units=demand.target_units,
        most_units=demand.most_units,
        before_days=demand.cover_days(item.before),
        after_days=demand.cover_days(item.before + sent),
        low_fen=low,
        lost_fen=lost,
        before_low_fen=before_low,
        before_lost_fen=before_lost,
        over_fen=case.over_fen(item.sku, item.held, over),
        reason=_reason(item, cartons, is_over=over > 0, is_cut=is_cut),
    )


def _reason(item: _Item, cartons: int, *, is_over: bool, is_cut: bool) -> FeedReason:
    """Return why a SKU ends up where it does."""
    if is_over:
        return "over"
    if cartons >= item.wanted:
        return "kept"
    if item.barrier is not None:
        return item.barrier
    if is_cut:
        return "limit"
    return "carton" if cartons >= item.fitting else "stock"
