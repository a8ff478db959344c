"""The usual rule that routing is compared with: each order from the nearest warehouse that has it, first come first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.stock.route_ways import Way, senders

if TYPE_CHECKING:
    from data.orders import RoutedParcel
    from optimizer.stock.route_case import Place, RouteCase


def nearest_ways(case: RouteCase) -> list[Way]:
    """
    Return how every order is sent by that rule, in the order of the case.

    Orders are served in the order they were placed. All of an order goes from the nearest warehouse that has all of
    it; if none has, each line from the nearest one that has some, and from the next ones.
    """
    left = dict(case.on_hand)
    found: dict[int, Way] = {}
    for place in sorted(range(len(case.orders)), key=lambda at: (case.orders[at].placed_on, at)):
        found[place] = _send(case, place, left)
    return [found[place] for place in range(len(case.orders))]


def _send(case: RouteCase, place: int, left: dict[Place, int]) -> Way:
    order = case.orders[place]
    names = [senders(case, place, at) for at in range(len(order.lines))]
    every = sorted({name for found in names for name in found}, key=lambda name: far(case, name, order.market))
    given: dict[str, list[int]] = {}
    for name in every:
        if all(
            name in names[at] and left.get((line.sku, name), 0) >= line.units for at, line in enumerate(order.lines)
        ):
            given[name] = [line.units for line in order.lines]
            break
    missing = [0] * len(order.lines) if given else [line.units for line in order.lines]
    for name in every:
        for at, line in enumerate(order.lines):
            units = min(missing[at], left.get((line.sku, name), 0)) if name in names[at] else 0
            if units:
                given.setdefault(name, [0] * len(order.lines))[at] += units
                missing[at] -= units
    return _way(case, place, given, missing, left)


def _way(case: RouteCase, place: int, given: dict[str, list[int]], missing: list[int], left: dict[Place, int]) -> Way:
    order = case.orders[place]
    parcels: list[RoutedParcel] = []
    uses: list[tuple[Place, int]] = []
    for name in sorted(given):
        parcels += case.send(place, name, tuple(given[name]))
        for line, units in zip(order.lines, given[name], strict=True):
            if units:
                uses.append(((line.sku, name), units))
                left[line.sku, name] -= units
    lost = sum(
        units * case.lost_fen(case.stock.by_id[line.sku], order.market)
        for line, units in zip(order.lines, missing, strict=True)
    )
    return Way(tuple(parcels), tuple(missing), lost + sum(one.cost_fen for one in parcels), tuple(uses))


def far(case: RouteCase, warehouse: str, market: str) -> tuple[int, float, str]:
    """Return how far a warehouse is from a market: days, then degrees from the middle of its places, then its name."""
    reach, here, middle = case.reaches.of(warehouse, market), case.reaches.place(warehouse), case.middles.get(market)
    apart = 0.0
    if middle is not None:
        lat, lon = middle
        apart = math.hypot(float(here.lat) - lat, (float(here.lon) - lon) * math.cos(math.radians(lat)))
    return (reach.days if reach else 0, apart, warehouse)
