"""Which warehouse sends which order today, so that scarce stock is kept for where it is worth most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from data.orders import RouteReason, Routing, ShadowPrice, Unsent
from optimizer.stock.route_case import RouteCase
from optimizer.stock.route_model import RouteModel, later_fen
from optimizer.stock.route_nearest import nearest_ways
from optimizer.stock.route_ways import Way, ways_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from data.catalogue import Catalogue
    from data.orders import BuyerOrder, RoutedParcel
    from data.stock import Stock
    from optimizer.stock.route_case import Place

_RANK: tuple[RouteReason, ...] = ("no_reach", "no_service", "not_open", "battery", "no_price", "too_heavy")
_SECONDS = 30.0


def route_orders(
    catalogue: Catalogue, stock: Stock, orders: Sequence[BuyerOrder], today: dt.date, *, seconds: float = _SECONDS
) -> Routing:
    """
    Return which warehouse sends which order.

    Parameters
    ----------
    catalogue, stock
        Tables, and the seller's stock with its demand.
    orders
        To be decided; their SKUs are in the stock and have a value.
    today
        Day on which they are sent.
    seconds
        Time limit of the solver; the cheapest routing it knows by then is returned.

    Notes
    -----
    A line is sent from one warehouse if one has all of it, an order from no more warehouses than ``route_parcels``
    says, or it is sent as the rule of the nearest warehouse has it. Each order takes the way that costs least together
    with what its pieces are worth to the others and to the demand of the next ``route_days`` days.
    """
    case = RouteCase(catalogue, stock, orders, today)
    ways = [ways_of(case, place) for place in range(len(case.orders))]
    near = nearest_ways(case)
    # With these among them, no choice is dearer than what the usual rule does.
    ways = [[*found, way] for found, way in zip(ways, near, strict=True)]
    best, later = near, later_fen(case, uses_of(near))
    near_fen = later + sum(way.cost_fen for way in near)
    relaxed = RouteModel(case, ways, is_relaxed=True).relaxed()
    chosen = RouteModel(case, ways, is_relaxed=False).chosen(seconds)
    if chosen.places:
        found = [ways[place][at] for place, at in enumerate(chosen.places)]
        found_later = later_fen(case, uses_of(found))
        # Stopped early, the solver may know nothing better than the nearest warehouses.
        if found_later + sum(way.cost_fen for way in found) <= near_fen:
            best, later = found, found_later
    bound = max(relaxed.bound_fen, chosen.bound_fen) if math.isfinite(chosen.bound_fen) else relaxed.bound_fen
    return _routing(
        case, best, round(later), (math.floor(bound + 1e-3), round(near_fen)), relaxed.prices, chosen.is_whole
    )


def uses_of(ways: Sequence[Way]) -> dict[Place, int]:
    """Return what ways take of each stock."""
    found: dict[Place, int] = {}
    for way in ways:
        for place, units in way.uses:
            found[place] = found.get(place, 0) + units
    return found


def _routing(
    case: RouteCase,
    ways: Sequence[Way],
    later: int,
    others: tuple[int, int],
    prices: dict[Place, float],
    is_whole: bool,  # noqa: FBT001 - what the record says
) -> Routing:
    parcels: list[RoutedParcel] = [parcel for way in ways for parcel in way.parcels]
    used = uses_of(ways)
    unsent = [
        Unsent(
            order=order.id,
            sku=line.sku,
            units=units,
            reason=_reason(case, place, line.sku, units, used),
            lost_fen=units * case.lost_fen(case.stock.by_id[line.sku], order.market),
        )
        for place, (order, way) in enumerate(zip(case.orders, ways, strict=True))
        for line, units in zip(order.lines, way.unsent, strict=True)
        if units
    ]
    worth = [ShadowPrice(sku, warehouse, round(fen)) for (sku, warehouse), fen in prices.items() if round(fen)]
    cost = sum(way.cost_fen for way in ways)
    bound, near = others
    return Routing(
        day=case.today,
        parcels=tuple(parcels),
        unsent=tuple(unsent),
        cost_fen=cost,
        later_fen=later,
        bound_fen=min(bound, cost + later),
        nearest_fen=near,
        prices=tuple(sorted(worth, key=lambda one: (-one.fen, one.sku, one.warehouse))),
        is_whole=is_whole,
    )


def _reason(case: RouteCase, place: int, sku_id: str, units: int, used: dict[Place, int]) -> RouteReason:
    """Return why pieces are not sent: what keeps the warehouse that comes closest to sending them."""
    order, sku = case.orders[place], case.stock.by_id[sku_id]
    holders = case.holders.get(sku_id, [])
    barriers = {name: case.barrier(sku, order.market, name) for name in holders}
    may = [name for name, barrier in barriers.items() if barrier is None]
    if may:
        wanted = sum(line.units for line in order.lines if line.sku == sku_id)
        held = sum(case.on_hand.get((sku_id, name), 0) for name in may)
        return (
            "no_stock"
            if held - sum(used.get((sku_id, name), 0) for name in may) < units and held < wanted
            else ("kept_for_others")
        )
    known = [barrier for barrier in barriers.values() if barrier is not None]
    return max(known, key=_RANK.index) if known else "no_stock"
