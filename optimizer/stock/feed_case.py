"""What may be fed to a marketplace from where, and what each number of cartons costs."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.money import to_fen
from network.warehouse.cards import Cards
from network.warehouse.fees import MM3_PER_M3, storage_lines
from network.warehouse.reach import is_open, takes
from optimizer.stock.aging_case import AgingCase
from optimizer.stock.demand import Demands
from optimizer.stock.feed_demand import FeedDemand
from optimizer.stock.relocate import apart_km

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.catalogue import Catalogue
    from data.records_warehouses import Marketplace
    from data.stock import Lot, Sku, Stock
    from network.warehouse.cards import Card

Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Part = tuple[int, dt.date]
SERVICE = "fba_transfer"
"""What a warehouse that feeds a marketplace offers."""
_SOME = 1e-9


class Source(NamedTuple):
    """
    A warehouse that cartons of one SKU may come from.

    Parameters
    ----------
    id, card, km
        Its id, card, and great circle to the marketplace.
    parts
        Pieces that may leave with their day of receipt, oldest first.
    """

    id: str
    card: Card
    km: float
    parts: tuple[Part, ...]

    @property
    def units(self) -> int:
        """Pieces that may leave."""
        return sum(units for units, _ in self.parts)


class Fees(NamedTuple):
    """
    What some cartons from one source pay.

    Parameters
    ----------
    transfer_fen, carriage_fen, saved_fen, storage_fen
        As of a move.
    """

    transfer_fen: int
    carriage_fen: int
    saved_fen: int
    storage_fen: int

    @property
    def cost_fen(self) -> int:
        """Sum, less what is saved."""
        return self.transfer_fen + self.carriage_fen + self.storage_fen - self.saved_fen


class FeedCase:
    """
    One marketplace with a seller's stock on a day.

    Parameters
    ----------
    catalogue, stock, today
        Tables, stock with its demand, and the day.
    row
        Of the marketplace.
    """

    def __init__(self, catalogue: Catalogue, stock: Stock, today: dt.date, row: Marketplace) -> None:
        self.aging = AgingCase(catalogue, stock, today)
        self.row, self.stock, self.today = row, stock, today
        self.arrives_on = today + dt.timedelta(days=row.lead_days)
        self.place = self.aging.reaches.rows[row.warehouse]
        self.market = self.aging.reaches.place(row.warehouse).territory
        self.review_days = self.aging.numbers.whole("feed_review_days")
        self.card = catalogue.derived(Cards).of(self.place, self.arrives_on)
        rate = next(one for one in catalogue.fx if one.currency == row.currency)
        self._fen = float(rate.cny_per_unit) * 100
        self._low = [one for one in catalogue.low_stock_fees if one.marketplace == row.id]
        self._demands = Demands(stock, today)
        self._lots: dict[str, list[Lot]] = {}
        for lot in stock.lots:
            self._lots.setdefault(lot.sku, []).append(lot)

    def skus(self) -> list[Sku]:
        """Return the SKUs that the file names at the marketplace and that are asked for in its market."""
        named = {lot.sku for lot in self.stock.lots if lot.warehouse == self.row.warehouse}
        asked = {sku for sku, markets in self._demands.markets.items() if self.market in markets}
        found = [sku for sku in self.stock.skus if sku.id in named & asked]
        return [sku for sku in found if self._demands.daily(sku.id, self.market, self._days).any()]

    def idle_mm3(self, fed: set[str]) -> int:
        """Return the volume of pieces at the marketplace, or on their way there, of SKUs that are not fed."""
        lots = [lot for lot in self.stock.lots if lot.warehouse == self.row.warehouse and lot.sku not in fed]
        return sum(lot.units * self.stock.by_id[lot.sku].volume_mm3 for lot in lots)

    @property
    def _days(self) -> int:
        return self.row.lead_days + self.review_days

    def demand(self, sku: Sku) -> FeedDemand:
        """Return the demand of a SKU at the marketplace."""
        return FeedDemand(
            self._demands,
            sku.id,
            self.market,
            self.row,
            review_days=self.review_days,
            quantile=self.aging.numbers.share("feed_quantile"),
        )

    def there(self, sku: Sku) -> tuple[int, int, tuple[Part, ...]]:
        """Return pieces at the marketplace by the arrival and coming after it, and those on hand, oldest first."""
        lots = [lot for lot in self._lots[sku.id] if lot.warehouse == self.row.warehouse]
        parts = [(part, lot) for lot in lots for part in lot.received()]
        held = tuple(part for part, lot in parts if lot.state == "on_hand")
        by_then = sum(units for (units, day), lot in parts if lot.state == "on_hand" or day <= self.arrives_on)
        return by_then, sum(units for (units, _), _ in parts) - by_then, held

    def tiers(self, sku: Sku) -> list[tuple[int, int, float]]:
        """Return the fees for low stock of a piece in fen, by days of cover."""
        return [
            (one.from_days, one.to_days, float(one.price) * self._fen)
            for one in self._low
            if one.above_kg is None
            or (one.above_kg * 1000 < sku.mass_g and (one.to_kg is None or sku.mass_g <= one.to_kg * 1000))
        ]

    def margin_fen(self, sku: Sku) -> int:
        """Return what a lost sale costs: price less value, as the piece stays."""
        return max(0, self.aging.price_fen(sku) - (self.aging.value_fen(sku) or 0))

    def sources(self, sku: Sku) -> list[Source]:
        """Return the warehouses of the market that offer transfers, have a price for a carton, and hold the SKU."""
        held: dict[str, list[Part]] = {}
        for lot in self._lots[sku.id]:
            if lot.state == "on_hand" and lot.units and self._may_send(lot.warehouse):
                held.setdefault(lot.warehouse, []).extend(part for part in lot.received() if part[0])
        keep = self._kept(sku, {name: sum(units for units, _ in parts) for name, parts in held.items()})
        found = []
        for name, parts in sorted(held.items()):
            card = self.aging.card(name)
            if card is not None and self._transfer_fen(card, sku, 1) is not None:
                km = apart_km(self.aging, name, self.row.warehouse)
                found.append(Source(name, card, km, self._sellable(sku, parts, keep[name])))
        return found

    def _may_send(self, name: str) -> bool:
        row, place = self.aging.reaches.rows[name], self.aging.reaches.place(name)
        return SERVICE in row.services and place.territory == self.market and is_open(row, self.today)

    def _kept(self, sku: Sku, held: dict[str, int]) -> dict[str, int]:
        """Return the pieces each warehouse keeps for the part of the demand that is not sold at the marketplace."""
        days, own = self.aging.numbers.whole("route_days"), 1 - float(self.row.sold_share)
        asked = own * float(self._demands.daily(sku.id, self.market, days).sum())
        total = sum(held.values())
        return {name: math.ceil(asked * units / total - _SOME) for name, units in held.items()}

    def _sellable(self, sku: Sku, parts: list[Part], kept: int) -> tuple[Part, ...]:
        """Return the oldest pieces that can still be sold when they arrive, without as many newest ones as are kept."""
        limit, fresh = sku.shelf_days, dict[dt.date, int]()
        for units, day in sorted(parts, key=lambda one: one[1]):
            if limit is None or self._age(day) < limit:
                fresh[day] = fresh.get(day, 0) + units
        left, found = max(0, sum(fresh.values()) - kept), []
        for day, units in fresh.items():
            if left:
                found.append((min(units, left), day))
                left -= found[-1][0]
        return tuple(found)

    def _age(self, received_on: dt.date) -> int:
        return (self.arrives_on - received_on).days

    def _transfer_fen(self, card: Card, sku: Sku, cartons: int) -> int | None:
        mass_g = (sku.carton_units or 1) * sku.mass_g
        return self.aging.handling_fen(card, "fba_transfer", "per_carton", cartons, mass_g)

    def fees(self, sku: Sku, source: Source, cartons: int) -> Fees:
        """Return what so many cartons of the oldest pieces of a source pay."""
        units = cartons * (sku.carton_units or 1)
        volume_m3 = units * sku.volume_mm3 / MM3_PER_M3
        carriage = self.aging.numbers.share("road_cny_per_m3_km") * 100 * source.km * volume_m3
        saved = sum(
            self._storage_fen(source.card, sku, count, (self.today - day).days, self._days)
            for count, day in taken(source.parts, units)
        )
        here = 0 if self.card is None else self._storage_fen(self.card, sku, units, 0, self.review_days)
        return Fees(self._transfer_fen(source.card, sku, cartons) or 0, round(carriage), saved, here)

    def _storage_fen(self, card: Card, sku: Sku, units: int, age_days: int, days: int) -> int:
        lines = storage_lines(card, volume_mm3=units * sku.volume_mm3, age_days=age_days, days=days)
        return sum(to_fen(line.minor, card.rate) for line in lines)

    def over_fen(self, sku: Sku, held: Sequence[Part], units: int) -> int:
        """Return what the newest pieces on hand at the marketplace pay for storage until the next feeding arrives."""
        total, left = 0, units
        for count, day in reversed(held):
            if left > 0 and self.card is not None:
                here = min(count, left)
                total += self._storage_fen(self.card, sku, here, self._age(day), self.review_days)
                left -= here
        return total

    def is_closed(self) -> bool:
        """Return whether the marketplace takes no stock on the day of arrival."""
        return not is_open(self.place, self.arrives_on)

    def takes(self, sku: Sku) -> bool:
        """Return whether the marketplace takes a SKU."""
        return takes(self.place, sku)


def taken(parts: Sequence[Part], units: int) -> list[Part]:
    """Return the first so many pieces of parts."""
    found: list[Part] = []
    for count, day in parts:
        if units <= 0:
            break
        found.append((min(count, units), day))
        units -= found[-1][0]
    return found
