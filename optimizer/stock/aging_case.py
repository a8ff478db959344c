"""The lots of a seller's stock with what deciding about them takes: stages, prices, fees and ways out."""

from __future__ import annotations

import datetime as dt
import math
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.money import to_fen
from network.warehouse.cards import Cards
from network.warehouse.fees import MM3_PER_M3, handling_line, storage_rate
from network.warehouse.parcels import parcels
from network.warehouse.reach import Reaches
from network.warehouse.stock_numbers import StockNumbers
from optimizer.stock.aging_model import Stage
from optimizer.stock.served import Served

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.codes import WarehouseBasis, WarehouseFeeKind
    from data.stock import Sku, Stock
    from network.warehouse.cards import Card

_FEN = 100
# Days of storage that are priced one by one; goods are not older, and the last tier is long since reached.
_LONGEST = 6_000
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
DISCOUNTS = ("discount_1", "discount_2", "discount_3")


class Way(NamedTuple):
    """
    What a piece that leaves for good is worth, by way.

    Parameters
    ----------
    destroy_fen
        Always possible; a cost.
    return_fen
        Sent back to the region, None if it may not any more.
    """

    destroy_fen: float
    return_fen: float | None

    @property
    def best_fen(self) -> float:
        """The better one."""
        return self.destroy_fen if self.return_fen is None else max(self.destroy_fen, self.return_fen)


class AgingCase:
    """
    A seller's stock on a day.

    Parameters
    ----------
    catalogue, stock, today
        Tables, stock with its demand, and the day.
    """

    def __init__(self, catalogue: Catalogue, stock: Stock, today: dt.date) -> None:
        self.catalogue, self.stock, self.today = catalogue, stock, today
        self.numbers = catalogue.derived(StockNumbers)
        self.reaches = catalogue.derived(Reaches)
        self.days = self.numbers.whole("old_days")
        self._cards = catalogue.derived(Cards)
        self._fx = {row.currency: row for row in catalogue.fx}
        self._paid: dict[str, np.ndarray] = {}
        self._held: dict[str, Card | None] = {}
        self._values: dict[str, int | None] = {}
        self._handling: dict[tuple[str, str, str, int, int], int | None] = {}
        self.areas = {row.code: row.customs_area for row in catalogue.territories}
        self.used = sorted({lot.warehouse for lot in stock.lots})
        self._served: dict[tuple[str, str], float | None] = {}

    def day(self, offset: int) -> dt.date:
        """Return a day by its distance from today."""
        return self.today + dt.timedelta(days=offset)

    @cached_property
    def served(self) -> Served:
        """Which warehouse is given which demand."""
        return Served(self.catalogue, self.stock, self.today)

    @cached_property
    def discounts(self) -> tuple[float, ...]:
        """Parts of the price that are taken off, none first."""
        return (0.0, *(self.numbers.share(name) for name in DISCOUNTS))

    def lift(self, discount: float) -> float:
        """Return by how much more is sold at a discount."""
        return float((1 - discount) ** -self.numbers.share("discount_elasticity"))

    def card(self, warehouse: str) -> Card | None:
        """Return the card that holds today."""
        if warehouse not in self._held:
            self._held[warehouse] = self._cards.of(self.reaches.rows[warehouse], self.today)
        return self._held[warehouse]

    def value_fen(self, sku: Sku) -> int | None:
        """Return what a piece is worth, None if that is not said."""
        if sku.id not in self._values:
            minor = sku.value_minor
            self._values[sku.id] = None if minor is None else to_fen(minor, self._fx[sku.currency])
        return self._values[sku.id]

    def price_fen(self, sku: Sku) -> int:
        """Return the selling price of a piece: the seller's own, else the usual part of its value."""
        if sku.price_minor is not None:
            return to_fen(sku.price_minor, self._fx[sku.currency])
        return round((self.value_fen(sku) or 0) * self.numbers.share("price_factor"))

    def serve_fen(self, sku: Sku, warehouse: str, card: Card) -> float | None:
        """Return what sending one piece costs, on average of the markets a warehouse is given; None without a price."""
        key = (sku.id, warehouse)
        if key not in self._served:
            self._served[key] = self._serve_fen(sku, warehouse, card)
        return self._served[key]

    def _serve_fen(self, sku: Sku, warehouse: str, card: Card) -> float | None:
        shares = self.served.markets(sku.id, warehouse) or {self.reaches.place(warehouse).territory: 1.0}
        total = weight = 0.0
        for market, share in shares.items():
            reach = self.reaches.of(warehouse, market)
            found = parcels(card, reach.zone, [(sku.mass_g, 1)]) if reach else None
            if not found:
                return None
            asked = share * max(1e-9, float(self.served.demands.daily(sku.id, market, self.days).sum()))
            total += asked * sum(one.pick_fen + one.parcel_fen for one in found)
            weight += asked
        return total / weight

    def handling_fen(
        self, card: Card, fee: WarehouseFeeKind, basis: WarehouseBasis, count: int, mass_g: int
    ) -> int | None:
        """Return what handling costs, None without a price."""
        key = (card.row.id, fee, basis, count, mass_g)
        if key not in self._handling:
            line = handling_line(card, fee, basis, count, mass_g)
            self._handling[key] = None if line is None else to_fen(line.minor, card.rate)
        return self._handling[key]

    def piece_storage_fen(self, card: Card, volume_mm3: int, first_day: int, days: int) -> float:
        """Return what storage of one piece on some days costs, from a day of storage on; exact, not rounded."""
        if card.row.id not in self._paid:
            rate = float(self._fx[card.row.currency].cny_per_unit) * _FEN
            prices = [float(storage_rate(card, day) or 0) * rate for day in range(1, _LONGEST + 1)]
            self._paid[card.row.id] = np.concatenate([[0.0], np.cumsum(prices)])
        paid = self._paid[card.row.id]
        first = min(_LONGEST, max(0, first_day - 1))
        last = min(_LONGEST, max(0, first_day - 1 + days))
        return float(paid[last] - paid[first]) * volume_mm3 / MM3_PER_M3

    def ways(self, sku: Sku, card: Card, age_days: int) -> Way | None:
        """Return what a piece that leaves at an age is worth, None without a price of destroying it."""
        destroy = self.handling_fen(card, "disposal", "per_item", 1, sku.mass_g)
        if destroy is None:
            return None
        return Way(-destroy, self._return_fen(sku, card, age_days))

    def _return_fen(self, sku: Sku, card: Card, age_days: int) -> float | None:
        """Return what a piece that is sent back to the region brings, less freight, handling and what is due there."""
        numbers, value = self.numbers, self.value_fen(sku) or 0
        since = age_days + numbers.whole("export_lead_days") + numbers.whole("return_lead_days")
        units = sku.carton_units or 1
        out = self.handling_fen(card, "fba_transfer", "per_carton", 1, units * sku.mass_g)
        if since > numbers.whole("return_limit_days") or out is None:
            return None
        freight = numbers.fen("return_cny_per_m3") * sku.volume_mm3 / MM3_PER_M3
        due = value * numbers.share("return_tax_share") if since > numbers.whole("return_taxfree_days") else 0.0
        return value * numbers.share("return_recovered") - freight - due - out / units

    def return_limits(self, age_days: int) -> tuple[int, int]:
        """Return the days from today until which goods can leave to come back free of duty, and to come back at all."""
        numbers = self.numbers
        spent = age_days + numbers.whole("export_lead_days") + numbers.whole("return_lead_days")
        return numbers.whole("return_taxfree_days") - spent, numbers.whole("return_limit_days") - spent

    def edges(self, card: Card, age_days: int) -> list[int]:
        """Return the days from today at which a stage begins: now, before each tier and limit, and in between."""
        review, edges = self.numbers.whole("old_review_days"), [0]
        tiers = [(row.from_day or 1) - 1 - age_days for row in card.tiers]
        looked = {*tiers, *self.return_limits(age_days)}
        for edge in [*sorted(day for day in looked if 0 < day < self.days), self.days]:
            parts = math.ceil((edge - edges[-1]) / review)
            begin = edges[-1]
            edges += [begin + (edge - begin) * part // parts for part in range(1, parts + 1)]
        return edges

    def stages(
        self, sku: Sku, warehouse: str, card: Card, age_days: int, ahead: int, asked: Floats
    ) -> tuple[Stage, ...] | None:
        """
        Return the stages of pieces that were received together.

        Parameters
        ----------
        sku, warehouse, card
            Where they lie, and on which card.
        age_days
            Today.
        ahead
            Older pieces, which are sold before them at full price.
        asked
            Pieces that are asked for until each day, from today on.

        Returns
        -------
        tuple of Stage or None
            None where a price is missing.
        """
        serve = self.serve_fen(sku, warehouse, card)
        edges, price, found = self.edges(card, age_days), self.price_fen(sku), []
        for begin, end in pairwise(edges):
            ways = self.ways(sku, card, age_days + begin)
            if serve is None or ways is None:
                return None
            free = max(0.0, asked[end] - ahead) - max(0.0, asked[begin] - ahead)
            lifts = [self.lift(discount) for discount in self.discounts]
            # Whole pieces by the end of each stage: the parts of pieces of one stage are sold in the next.
            full = int(max(0.0, asked[end] - ahead)) - int(max(0.0, asked[begin] - ahead))
            found.append(
                Stage(
                    begin=begin,
                    days=end - begin,
                    asked=(full, *(max(full, int(free * lift)) for lift in lifts[1:])),
                    net_fen=tuple(price * (1 - discount) - serve for discount in self.discounts),
                    storage_fen=self.piece_storage_fen(card, sku.volume_mm3, age_days + begin + 1, end - begin),
                    leave_fen=ways.best_fen,
                )
            )
        return tuple(found)
