"""
What orders can be sent from where, and at what cost: the seller's file, the tables and the day, ready to be decided.

Reach, services, batteries, prices and mass are looked at before stock, so that stock in the wrong place never keeps an
order from being seen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from data.money import to_fen
from data.orders import OrderLine, RoutedParcel
from network.warehouse.cards import Cards
from network.warehouse.parcels import limit_g, parcels
from network.warehouse.reach import Reaches, is_open, sends, takes
from network.warehouse.stock_numbers import StockNumbers
from optimizer.stock.demand import Demands
from optimizer.stock.sold_first import sold_first

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.catalogue import Catalogue
    from data.orders import BuyerOrder, RouteReason
    from data.records import Location
    from data.stock import Sku, Stock
    from network.warehouse.cards import Card

Place = tuple[str, str]
"""A SKU and a warehouse."""

LEVELS = ((-1.5, 0.985), (-0.75, 0.870), (0.0, 0.646), (0.75, 0.354), (1.5, 0.130), (2.25, 0.030))
"""Upper ends of slices of demand in standard deviations, and the odds that the middle of the slice is asked for."""


class Slice(NamedTuple):
    """
    Some pieces of the demand to come.

    Parameters
    ----------
    units
        How many.
    odds
        That they are asked for.
    """

    units: float
    odds: float


@dataclass(frozen=True, kw_only=True)
class Later:
    """
    Demand of one SKU in one market in the days to come.

    Parameters
    ----------
    sku, market
        Which.
    slices
        Of it, likeliest first.
    lost_fen
        What a piece that is asked for and not there costs.
    serve_fen
        Sending one piece, by warehouse that may.
    """

    sku: str
    market: str
    slices: tuple[Slice, ...]
    lost_fen: int
    serve_fen: Mapping[str, int]


def slices_of(mean: float, sd: float) -> tuple[Slice, ...]:
    """
    Return demand in slices that are ever less likely to be asked for; what they expect adds up to the mean.

    Examples
    --------
    >>> [(one.units, one.odds) for one in slices_of(10, 0)]
    [(10, 1.0)]
    >>> round(sum(one.units * one.odds for one in slices_of(3, 20)), 9)
    3.0
    """
    if mean <= 0 or sd <= 0:
        return (Slice(mean, 1.0),) if mean > 0 else ()
    found, begin = [], 0.0
    for level, odds in LEVELS:
        end = max(begin, mean + level * sd)
        if end > begin:
            found.append(Slice(end - begin, odds))
        begin = end
    scale = mean / sum(one.units * one.odds for one in found)
    return tuple(Slice(one.units * scale, one.odds) for one in found)


class RouteCase:
    """
    Orders of a day with everything they can be sent from.

    Parameters
    ----------
    catalogue, stock
        Tables, and the seller's stock with its demand.
    orders
        To be decided; their SKUs have a value.
    today
        Day on which they are sent.
    """

    def __init__(self, catalogue: Catalogue, stock: Stock, orders: Sequence[BuyerOrder], today: dt.date) -> None:
        self.catalogue, self.stock, self.today = catalogue, stock, today
        self.orders = tuple(orders)
        self.reaches = catalogue.derived(Reaches)
        self.numbers = catalogue.derived(StockNumbers)
        self._cards = catalogue.derived(Cards)
        self._fx = {row.currency: row for row in catalogue.fx}
        self._lost: dict[tuple[str, str], int] = {}
        self._barriers: dict[tuple[str, str, str], RouteReason | None] = {}
        self._card_of: dict[str, Card | None] = {}
        self._prices: dict[tuple[int, str, tuple[int, ...]], tuple[RoutedParcel, ...]] = {}

    @cached_property
    def on_hand(self) -> dict[Place, int]:
        """Pieces on the shelf."""
        return self._units("on_hand", 0)

    @cached_property
    def soon(self) -> dict[Place, int]:
        """Pieces that arrive within the days that are looked ahead."""
        return self._units("in_transit", self.numbers.whole("route_days"))

    def _units(self, state: str, within: int) -> dict[Place, int]:
        found: dict[Place, int] = {}
        for lot in self.stock.lots:
            is_late = lot.arrives_on is not None and (lot.arrives_on - self.today).days > within
            if lot.state == state and not is_late and lot.units:
                found[lot.sku, lot.warehouse] = found.get((lot.sku, lot.warehouse), 0) + lot.units
        return found

    @cached_property
    def holders(self) -> dict[str, list[str]]:
        """Warehouses with stock of a SKU, on hand or soon, by SKU."""
        found: dict[str, list[str]] = {}
        for sku, warehouse in sorted({*self.on_hand, *self.soon}):
            found.setdefault(sku, []).append(warehouse)
        return found

    @cached_property
    def middles(self) -> dict[str, tuple[float, float]]:
        """Latitude and longitude of the middle of the places of each market."""
        places: dict[str, list[Location]] = {}
        for row in self.catalogue.demand_places:
            place = self.catalogue.location(row.location)
            places.setdefault(place.territory, []).append(place)
        return {
            market: (
                sum(float(one.lat) for one in found) / len(found),
                sum(float(one.lon) for one in found) / len(found),
            )
            for market, found in places.items()
        }

    def card(self, warehouse: str) -> Card | None:
        """Return the card that holds today."""
        if warehouse not in self._card_of:
            self._card_of[warehouse] = self._cards.of(self.reaches.rows[warehouse], self.today)
        return self._card_of[warehouse]

    def barrier(self, sku: Sku, market: str, warehouse: str) -> RouteReason | None:
        """Return what keeps a warehouse from sending a SKU to a market, whatever its stock; None if nothing does."""
        key = (sku.id, market, warehouse)
        if key not in self._barriers:
            self._barriers[key] = self._barrier(sku, market, warehouse)
        return self._barriers[key]

    def _barrier(self, sku: Sku, market: str, warehouse: str) -> RouteReason | None:
        row, reach, card = self.reaches.rows[warehouse], self.reaches.of(warehouse, market), self.card(warehouse)
        if reach is None:
            return "no_reach"
        barriers: tuple[tuple[bool, RouteReason], ...] = (
            (not sends(row), "no_service"),
            (not is_open(row, self.today), "not_open"),
            (not takes(row, sku), "battery"),
            (card is None, "no_price"),
        )
        found = next((reason for is_barred, reason in barriers if is_barred), None)
        if found is not None or card is None:
            return found
        most_g = limit_g(card, reach.zone)
        if most_g is not None and 0 < most_g < sku.mass_g:
            return "too_heavy"
        return None if parcels(card, reach.zone, [(sku.mass_g, 1)]) else "no_price"

    def price_fen(self, sku: Sku) -> int:
        """Return the selling price of a piece: the seller's own, else the usual part of its value."""
        if sku.price_minor is not None:
            return to_fen(sku.price_minor, self._fx[sku.currency])
        return round(self.value_fen(sku) * self.numbers.share("price_factor"))

    def value_fen(self, sku: Sku) -> int:
        """Return what a piece is worth."""
        return 0 if sku.value_minor is None else to_fen(sku.value_minor, self._fx[sku.currency])

    def send(self, place: int, warehouse: str, units: tuple[int, ...]) -> tuple[RoutedParcel, ...]:
        """
        Return the parcels in which a warehouse sends pieces of an order; none if it cannot.

        Parameters
        ----------
        place
            Of the order.
        warehouse
            That may send each of its SKUs.
        units
            Pieces of each line of the order.
        """
        key = (place, warehouse, units)
        if key not in self._prices:
            self._prices[key] = self._parcels(self.orders[place], warehouse, units)
        return self._prices[key]

    def _parcels(self, order: BuyerOrder, warehouse: str, units: tuple[int, ...]) -> tuple[RoutedParcel, ...]:
        reach, card = self.reaches.of(warehouse, order.market), self.card(warehouse)
        if reach is None or card is None:
            return ()
        kept = [at for at, count in enumerate(units) if count]
        skus = [self.stock.by_id[order.lines[at].sku] for at in kept]
        found = parcels(card, reach.zone, [(sku.mass_g, units[at]) for sku, at in zip(skus, kept, strict=True)])
        arrives_on = self.reaches.arrival(warehouse, self.today, reach.days)
        late = 0 if order.promise is None else max(0, (arrives_on - order.promise).days)
        share = self.numbers.share("late_share") if late else 0.0
        return tuple(
            RoutedParcel(
                order=order.id,
                warehouse=warehouse,
                lines=tuple(OrderLine(sku.id, count) for sku, count in zip(skus, parcel.units, strict=True) if count),
                zone=reach.zone,
                arrives_on=arrives_on,
                late_days=late,
                pick_fen=parcel.pick_fen,
                parcel_fen=parcel.parcel_fen,
                late_fen=sum(
                    round(self.price_fen(sku) * share) * count for sku, count in zip(skus, parcel.units, strict=True)
                ),
            )
            for parcel in found or ()
        )

    def lost_fen(self, sku: Sku, market: str) -> int:
        """
        Return what an ordered piece that is not sent costs: its price is paid back.

        The dearest way of sending it comes on top, so that a piece is never left lying only because it is cheap.
        """
        key = (sku.id, market)
        if key not in self._lost:
            ways = [self.serve_fen(sku, market, name) for name in self.holders.get(sku.id, ())]
            self._lost[key] = self.price_fen(sku) + max((way for way in ways if way is not None), default=0)
        return self._lost[key]

    def serve_fen(self, sku: Sku, market: str, warehouse: str) -> int | None:
        """Return what sending one piece costs, None if the warehouse may not."""
        if self.barrier(sku, market, warehouse) is not None:
            return None
        reach, card = self.reaches.of(warehouse, market), self.card(warehouse)
        found = None if reach is None or card is None else parcels(card, reach.zone, [(sku.mass_g, 1)])
        return sum(one.pick_fen + one.parcel_fen for one in found) if found else None

    @cached_property
    def later(self) -> tuple[Later, ...]:
        """The demand of the days to come of every SKU that is ordered, without what marketplaces sell of it."""
        rest = sold_first(self.catalogue, self.stock, self.today + dt.timedelta(days=1))
        demands, days = Demands(rest, self.today, usual=self.stock), self.numbers.whole("route_days")
        found = []
        for name in sorted({line.sku for order in self.orders for line in order.lines}):
            sku = self.stock.by_id[name]
            for market in demands.markets.get(name, ()):
                ways = {at: self.serve_fen(sku, market, at) for at in self.holders.get(name, ())}
                asked = demands.span(name, market, 1, days)
                found.append(
                    Later(
                        sku=name,
                        market=market,
                        slices=slices_of(asked.mean, asked.sd),
                        lost_fen=max(0, self.price_fen(sku) - self.value_fen(sku)),
                        serve_fen={at: fen for at, fen in ways.items() if fen is not None},
                    )
                )
        return tuple(found)
