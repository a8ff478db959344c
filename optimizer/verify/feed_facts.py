"""What tables and a seller's file say of feeding a marketplace, for its checker: demand, stock, prices."""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.records_warehouses import FeeCard, Marketplace, WarehouseFee
    from data.stock import Lot, Sku, Stock

_KG = Decimal(1000)
_M3 = Decimal(10**9)
_EARTH_KM = 6371.0
_ODD = 1e-9


class FeedFacts:
    """
    Tables, file and day.

    Parameters
    ----------
    catalogue, stock, today
        As the feeding was made of.
    """

    def __init__(self, catalogue: Catalogue, stock: Stock, today: dt.date) -> None:
        self.catalogue, self.stock, self.today = catalogue, stock, today
        self.skus = {sku.id: sku for sku in stock.skus}
        self.stores = {row.id: row for row in catalogue.warehouses}
        self.places = {row.code: row for row in catalogue.locations}
        self.markets = {row.warehouse: row for row in catalogue.marketplaces}
        self.numbers = {row.id: row.value for row in catalogue.stock_rules}
        self._fx = {row.currency: (row.exponent, Decimal(row.cny_per_unit)) for row in catalogue.fx}
        self.review = int(self.numbers["feed_review_days"])
        self._fees: dict[tuple[str, str], list[WarehouseFee]] = {}
        for fee in catalogue.warehouse_fees:
            self._fees.setdefault((fee.card, fee.fee), []).append(fee)
        self.lots: dict[str, list[Lot]] = {}
        for lot in stock.lots:
            self.lots.setdefault(lot.sku, []).append(lot)
        self._demand: dict[tuple[str, str], list[tuple[int, float, float]]] = {}
        for ask in stock.demand:
            monday = dt.date.fromisocalendar(int(ask.week[:4]), int(ask.week[-2:]), 1)
            week = ((monday - today).days, ask.mean_milli / 1000, ask.sd_milli / 1000)
            self._demand.setdefault((ask.sku, ask.market), []).append(week)

    def territory(self, warehouse: str) -> str:
        """Return where a warehouse stands."""
        return self.places[self.stores[warehouse].location].territory

    def arrives(self, row: Marketplace) -> dt.date:
        """Return the day on which what leaves today can be sold."""
        return self.today + dt.timedelta(days=row.lead_days)

    def is_open(self, warehouse: str, day: dt.date) -> bool:
        """Say whether a warehouse works on a day."""
        row = self.stores[warehouse]
        return not ((row.valid_from and day < row.valid_from) or (row.valid_to and day > row.valid_to))

    def fen(self, amount: Decimal, currency: str) -> int:
        """Return an amount rounded to the minor unit of its currency, and then to fen."""
        exponent, cny = self._fx[currency]
        minor = amount.scaleb(exponent).quantize(Decimal(1), ROUND_HALF_UP)
        return int((minor.scaleb(2 - exponent) * cny).quantize(Decimal(1), ROUND_HALF_UP))

    def card(self, warehouse: str, day: dt.date) -> FeeCard | None:
        """Return the card of a warehouse on a day, else the default of its territory."""
        held = [
            row
            for row in self.catalogue.fee_cards
            if not ((row.valid_from and day < row.valid_from) or (row.valid_to and day > row.valid_to))
        ]
        own = [row for row in held if row.warehouse == warehouse]
        default = [row for row in held if row.is_default and row.territory == self.territory(warehouse)]
        return next(iter(own or default), None)

    def rows(self, card: FeeCard, fee: str) -> list[WarehouseFee]:
        """Return the prices of one fee of a card."""
        return self._fees.get((card.id, fee), [])

    def storage_fen(self, card: FeeCard, sku: Sku, units: int, age_days: int, days: int) -> int:
        """Return what pieces of an age pay for some more days, each tier rounded by itself."""
        spent: dict[str, Decimal] = {}
        prices = {row.id: row.price for row in self.rows(card, "storage")}
        tiers = self.rows(card, "storage")
        for day in range(max(1, age_days + 1), age_days + days + 1):
            for row in tiers:
                if (row.from_day or 1) <= day and (row.to_day is None or day <= row.to_day):
                    spent[row.id] = spent.get(row.id, Decimal(0)) + 1
        volume = Decimal(units * sku.length_mm * sku.width_mm * sku.height_mm) / _M3
        return sum(self.fen(volume * count * prices[name], card.currency) for name, count in spent.items())

    def transfer_fen(self, card: FeeCard, sku: Sku, cartons: int) -> int | None:
        """Return what making cartons ready costs, None without a price."""
        mass_g = sku.mass_g * (sku.carton_units or 1)
        for row in self.rows(card, "fba_transfer"):
            if row.above_kg is None or (
                row.above_kg * _KG < mass_g and (row.to_kg is None or mass_g <= row.to_kg * _KG)
            ):
                return self.fen(row.price * cartons, card.currency)
        return None

    def carriage_fen(self, origin: str, to: str, sku: Sku, units: int) -> float:
        """Return what the road costs."""
        one, other = (self.places[self.stores[name].location] for name in (origin, to))
        lat, far = math.radians(float(one.lat)), math.radians(float(other.lat))
        half_lat, half_lon = (far - lat) / 2, math.radians(float(other.lon) - float(one.lon)) / 2
        chord = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(far) * math.sin(half_lon) ** 2
        km = 2 * _EARTH_KM * math.asin(math.sqrt(chord))
        volume = units * sku.length_mm * sku.width_mm * sku.height_mm / 1e9
        return float(self.numbers["road_cny_per_m3_km"]) * 100 * km * volume

    def excess_fen(self, row: Marketplace, sku: Sku, units: int) -> int:
        """Return what the newest pieces on hand at a marketplace pay from the arrival until the next feeding."""
        card = self.card(row.warehouse, self.arrives(row))
        ages: list[tuple[int, int]] = []
        for lot in self.lots.get(sku.id, ()):
            if lot.warehouse == row.warehouse and lot.counted_on is not None:
                ages += [(part.days + (self.arrives(row) - lot.counted_on).days, part.units) for part in lot.ages]
        total = 0
        for age, count in sorted(ages):
            part = min(units, count)
            units -= part
            total += 0 if card is None or not part else self.storage_fen(card, sku, part, age, self.review)
        return total

    def low_prices(self, row: Marketplace, sku: Sku) -> list[tuple[int, int, float]]:
        """Return fees for low stock in fen a piece, by cover from and below."""
        found = []
        for fee in self.catalogue.low_stock_fees:
            is_light = fee.to_kg is not None and sku.mass_g > fee.to_kg * _KG
            is_heavy = fee.above_kg is not None and sku.mass_g <= fee.above_kg * _KG
            if fee.marketplace == row.id and not is_light and not is_heavy:
                found.append((fee.from_days, fee.to_days, float(fee.price) * float(self._fx[row.currency][1]) * 100))
        return found

    def margin_fen(self, sku: Sku) -> int:
        """Return price less value of a piece."""
        exponent, cny = self._fx[sku.currency]

        def fen(minor: int) -> int:
            return int((Decimal(minor).scaleb(2 - exponent) * cny).quantize(Decimal(1), ROUND_HALF_UP))

        value = fen(sku.value_minor or 0)
        price = round(value * float(self.numbers["price_factor"])) if sku.price_minor is None else fen(sku.price_minor)
        return max(0, price - value)

    def daily(self, sku: str, market: str, days: int) -> list[float]:
        """Return what a market asks for on each day after today; after the file as much as on average before."""
        weeks = self._weeks(sku, market)
        found = [sum(mean / 7 for monday, mean, _ in weeks if monday <= day < monday + 7) for day in range(1, days + 1)]
        last = max((monday + 6 for monday, _, _ in weeks), default=0)
        if 0 < last < days:
            mean = sum(found[:last]) / last
            found[last:] = [mean] * (days - last)
        return found

    def spread(self, sku: str, market: str, days: int) -> float:
        """Return the standard deviation of what is asked for on the days after today."""
        weeks = self._weeks(sku, market)
        return math.sqrt(
            sum(sd * sd / 7 for day in range(1, days + 1) for monday, _, sd in weeks if monday <= day < monday + 7)
        )

    def _weeks(self, sku: str, market: str) -> list[tuple[int, float, float]]:
        return self._demand.get((sku, market), [])

    def leaving(self, sku: Sku, row: Marketplace) -> dict[str, list[dt.date]]:
        """Return the days of receipt of the pieces that may leave, oldest first, by warehouse that may send."""
        held: dict[str, list[dt.date]] = {}
        for lot in self.lots.get(sku.id, ()):
            if not lot.units or lot.counted_on is None or not self._sends(lot.warehouse, row):
                continue
            for units, age in lot.ages:
                held.setdefault(lot.warehouse, []).extend([lot.counted_on - dt.timedelta(days=age)] * units)
        asked = sum(self.daily(sku.id, self.territory(row.warehouse), int(self.numbers["route_days"])))
        own = asked * (1 - float(row.sold_share))
        total = sum(len(days) for days in held.values())
        found = {}
        for name, days in held.items():
            fresh = [
                day for day in sorted(days) if sku.shelf_days is None or (self.arrives(row) - day).days < sku.shelf_days
            ]
            kept = math.ceil(own * len(days) / total - _ODD) if total else 0
            card = self.card(name, self.today)
            if card is not None and self.transfer_fen(card, sku, 1) is not None:
                found[name] = fresh[: max(0, len(fresh) - kept)]
        return found

    def _sends(self, warehouse: str, row: Marketplace) -> bool:
        store = self.stores[warehouse]
        is_same = self.territory(warehouse) == self.territory(row.warehouse)
        return is_same and "fba_transfer" in store.services and self.is_open(warehouse, self.today)


class Days:
    """
    Demand of one SKU at a marketplace from the arrival of a feeding on.

    Parameters
    ----------
    facts, sku, row
        Which.
    """

    def __init__(self, facts: FeedFacts, sku: Sku, row: Marketplace) -> None:
        market, share, lead = facts.territory(row.warehouse), float(row.sold_share), row.lead_days
        exposed = facts.review + row.late_days - lead
        horizon = max(row.high_days, exposed + row.low_days, facts.review)
        every = [share * units for units in facts.daily(sku.id, market, lead + horizon)]
        self.earlier, self.later, self._review = sum(every[:lead]), every[lead:], facts.review
        self.most = sum(self.later[: row.high_days])
        self.mean = sum(self.later[: facts.review]) / facts.review
        quantile = NormalDist().inv_cdf(float(facts.numbers["feed_quantile"]))
        safe = max(0.0, quantile) * share * facts.spread(sku.id, market, lead + exposed)
        self.target = min(self.most, sum(self.later[: exposed + row.low_days]) + safe)
        self._sd = share * facts.spread(sku.id, market, lead + facts.review)

    def cover(self, units: float) -> float:
        """Return how many days pieces last, day by day."""
        for day, asked in enumerate(self.later):
            if units < asked:
                return day + units / asked
            units -= asked
        return len(self.later) + units / (sum(self.later) / len(self.later))

    def low_fen(self, units: float, prices: list[tuple[int, int, float]]) -> float:
        """Return the fee for low stock until the next feeding."""
        total, cover = 0.0, self.cover(units)
        for day, asked in enumerate(self.later[: self._review]):
            sold = max(0.0, min(units, asked))
            units -= asked
            total += sold * sum(fen for begin, end, fen in prices if begin <= cover - day < end)
        return total

    def lost(self, units: float) -> float:
        """Return the expected pieces that are lacking until the next feeding."""
        mean = sum(self.later[: self._review])
        if self._sd == 0:
            return max(0.0, mean - units)
        z = (units - mean) / self._sd
        above = math.erfc(z / math.sqrt(2)) / 2
        return self._sd * (math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * above)
