"""
Samples of a seller's stock of any size: SKUs, demand by market and week, and stock with its ages.

Every SKU takes its own row of uniform random numbers, so that the first SKUs of a larger sample are those of a
smaller one.
"""

from __future__ import annotations

import datetime as dt
import math
from enum import IntEnum, auto
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from data.errors import SettingsError
from data.money import to_minor
from data.samples import read_week
from data.stock import MILLI, Aged, Demand, Lot, Sku, Stock
from data.units import G_PER_KG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.catalogue import Catalogue
    from data.records_demand import DemandGoods
    from data.records_warehouses import Warehouse

MOST_SKUS = 20_000
_MILLION = 1_000_000
_WEEK_DAYS = 7
_YEAR_WEEKS = 52
_LEAST_MM = 10
_MASS_STEP_G = 10
_MM3_PER_M3 = 10**9
_DENSITY_KG_M3 = (40.0, 2_000.0)
_CENTS = 100
_BATTERIES = ("in_equipment", "packed")
# A uniform number of 0 would be a normal one of minus infinity.
_LEAST = 2.0**-54
_STANDARD = NormalDist()


class _Draw(IntEnum):
    """Which column of random numbers decides what of a SKU."""

    GOODS = 0
    HS = auto()
    MASS = auto()
    DENSITY = auto()
    LENGTH = auto()
    WIDTH = auto()
    VALUE = auto()
    BATTERY = auto()
    KIND = auto()
    MARKETS = auto()


class _Part(IntEnum):
    """Which column of random numbers decides what of a SKU in one market."""

    MARKET = 0
    RATE = auto()
    SPREAD = auto()
    SEASON = auto()
    PHASE = auto()
    WAREHOUSE = auto()
    COVER = auto()
    LOTS = auto()
    TRANSIT = auto()
    ARRIVAL = auto()
    AGES = auto()


def sample_stock(catalogue: Catalogue, *, skus: int, week: str, seed: int, marketplaces: bool = False) -> Stock:
    """
    Return the stock of a seller who could be one.

    Parameters
    ----------
    catalogue
        With goods, warehouses, fee cards and the table ``stock_profile``.
    skus
        How many, from 1 to 20,000.
    week
        First ISO week of the demand; stock was counted on the day before it.
    seed
        At least 0. The same seed, week and data set give the same stock, and more of it the same and more.
    marketplaces
        Whether some of it lies at marketplaces besides, all else being the same.

    Raises
    ------
    SettingsError
        If the data set has no profile of stock, or no goods, markets or warehouses to draw from.
    SampleError
        If there is no such week.
    """
    monday = read_week(week)
    sampler = _Sampler(catalogue, monday)
    width = len(_Draw) + sampler.most_markets * sampler.part_width
    uniform = np.random.Generator(np.random.PCG64([seed, monday.toordinal(), 1])).random((skus, width)).tolist()
    found = [sampler.draw(number, row) for number, row in enumerate(uniform, 1)]
    demand = tuple(row for _, rows, _ in found for row in rows)
    lots = [lot for _, _, lots in found for lot in lots]
    if marketplaces:
        more = np.random.Generator(np.random.PCG64([seed, monday.toordinal(), 2]))
        lots += sampler.at_marketplaces(demand, more.random((skus, sampler.most_markets, 2)).tolist())
    return Stock(skus=tuple(sku for sku, _, _ in found), demand=demand, lots=tuple(lots))


class _Sampler:
    """Draws SKUs, one after the other."""

    def __init__(self, catalogue: Catalogue, monday: dt.date) -> None:
        self._catalogue = catalogue
        self._numbers = {row.id: float(row.value) for row in catalogue.stock_profile}
        self._monday = monday
        self._counted_on = monday - dt.timedelta(days=1)
        self._goods = [row for row in catalogue.demand_goods if row.parcel_kg > 0]
        self._weights, self._stores = _markets(catalogue, self._counted_on)
        if not self._goods or not self._stores:
            msg = "没有可抽样的货类或海外仓 / there are no goods, or no warehouses with a fee card, to draw from"
            raise SettingsError(msg)
        self.most_markets = min(int(self._number("markets_most")), len(self._stores))
        self.part_width = len(_Part) + 2 * int(self._number("lots_most"))

    def _number(self, name: str) -> float:
        if name not in self._numbers:
            msg = f"stock_profile has no row {name!r}"
            raise SettingsError(msg)
        return self._numbers[name]

    def draw(self, number: int, at: Sequence[float]) -> tuple[Sku, list[Demand], list[Lot]]:
        """Return one SKU with its demand and its stock."""
        sku = self._sku(number, at)
        count = 1 + int(at[_Draw.MARKETS] * self.most_markets)
        demand: list[Demand] = []
        lots: list[Lot] = []
        left = dict(self._weights)
        for place in range(count):
            start = len(_Draw) + place * self.part_width
            part = at[start : start + self.part_width]
            market = _pick(left, part[_Part.MARKET])
            del left[market]
            rate = min(self._lognormal("units_median", "units_sigma", part[_Part.RATE]), self._number("units_most"))
            demand += self._demand(sku.id, market, rate, part)
            lots += self._lots(sku.id, market, rate, part)
        return sku, demand, lots

    def at_marketplaces(self, demand: Sequence[Demand], at: Sequence[Sequence[Sequence[float]]]) -> list[Lot]:
        """Return what lies at marketplaces of the markets of some SKUs, by their demand of the first week."""
        place = {row.code: row.territory for row in self._catalogue.locations}
        store = {row.id: place[row.location] for row in self._catalogue.warehouses}
        shops = {store[row.warehouse]: row.warehouse for row in self._catalogue.marketplaces}
        share, most = self._number("marketplace_ppm"), self._number("marketplace_days_most")
        weekly: dict[str, dict[str, int]] = {}
        for row in demand:
            weekly.setdefault(row.sku, {}).setdefault(row.market, row.mean_milli)
        lots = []
        for (sku, markets), mine in zip(weekly.items(), at, strict=True):
            for (market, milli), (is_sold, cover) in zip(markets.items(), mine, strict=False):
                if market not in shops or is_sold * _MILLION >= share:
                    continue
                units = round(milli / MILLI / _WEEK_DAYS * most * cover)
                ages = (Aged(units, 1 + round(most * cover)),) if units else ()
                lots.append(
                    Lot(
                        sku=sku,
                        warehouse=shops[market],
                        state="on_hand",
                        units=units,
                        ages=ages,
                        counted_on=self._counted_on,
                    )
                )
        return lots

    def _sku(self, number: int, at: Sequence[float]) -> Sku:
        """Return one SKU of a class of goods."""
        goods = self._goods[int(at[_Draw.GOODS] * len(self._goods))]
        mass_g = _mass_g(goods, at)
        rate = self._catalogue.exchange_rate(goods.currency)
        per_kg = _lognormal(float(goods.value_per_kg), float(goods.value_sigma), at[_Draw.VALUE])
        value = max(1, round(per_kg * mass_g / G_PER_KG * _CENTS))
        has_battery = at[_Draw.BATTERY] * _MILLION < self._number("battery_ppm")
        fits = max(1, round(self._number("carton_kg") * G_PER_KG / mass_g))
        values: dict[str, Any] = self._sides(goods, mass_g, at) | {
            "id": f"SKU-{number:05d}",
            "name": f"{goods.name_zh} {number:05d}",
            "mass_g": mass_g,
            "value_minor": to_minor(value, rate) // _CENTS,
            "currency": goods.currency,
            "hs": goods.hs[int(at[_Draw.HS] * len(goods.hs))] if goods.hs else None,
            "battery": _BATTERIES[int(at[_Draw.KIND] * len(_BATTERIES))] if has_battery else "none",
            "carton_units": min(fits, int(self._number("carton_units_most"))),
        }
        return Sku(**values)

    def _sides(self, goods: DemandGoods, mass_g: int, at: Sequence[float]) -> dict[str, Any]:
        """Return the sides of a piece, whose volume follows from its mass and the density of the goods."""
        low, high = _DENSITY_KG_M3
        density = _lognormal(float(goods.density_kg_m3), float(goods.density_sigma), at[_Draw.DENSITY])
        volume_mm3 = mass_g / G_PER_KG / min(max(density, low), high) * _MM3_PER_M3
        edge = math.cbrt(volume_mm3)
        spread = self._number("sides_spread")
        length = max(_LEAST_MM, round(_lognormal(edge, spread, at[_Draw.LENGTH])))
        width = max(_LEAST_MM, round(_lognormal(edge, spread, at[_Draw.WIDTH])))
        height = max(_LEAST_MM, round(volume_mm3 / length / width))
        return {"length_mm": length, "width_mm": width, "height_mm": height}

    def _demand(self, sku: str, market: str, rate: float, part: Sequence[float]) -> list[Demand]:
        """Return the demand of every week: a season around the mean, and a spread above that of Poisson demand."""
        low, high = self._number("spread_low"), self._number("spread_high")
        spread = low + (high - low) * part[_Part.SPREAD]
        amplitude = self._number("season_most") * part[_Part.SEASON]
        found = []
        for place in range(int(self._number("weeks"))):
            year, week, _ = (self._monday + dt.timedelta(days=_WEEK_DAYS * place)).isocalendar()
            turn = 2 * math.pi * (week / _YEAR_WEEKS - part[_Part.PHASE])
            mean = rate * (1 + amplitude * math.cos(turn))
            spread_milli = round(math.sqrt(mean + (spread * mean) ** 2) * MILLI)
            found.append(
                Demand(
                    sku=sku,
                    market=market,
                    week=f"{year}-W{week:02d}",
                    mean_milli=round(mean * MILLI),
                    sd_milli=spread_milli,
                )
            )
        return found

    def _lots(self, sku: str, market: str, rate: float, part: Sequence[float]) -> list[Lot]:
        """Return the stock on hand for a market, and what is on its way."""
        stores = self._stores[market]
        store = stores[int(part[_Part.WAREHOUSE] * len(stores))].id
        cover = self._lognormal("cover_median", "cover_sigma", part[_Part.COVER])
        units = round(rate * cover / _WEEK_DAYS)
        lots = []
        if units:
            ages = self._ages(units, part)
            values = {"sku": sku, "warehouse": store, "units": units, "ages": ages, "counted_on": self._counted_on}
            lots.append(Lot(state="on_hand", **values))  # type: ignore[arg-type]
        if part[_Part.TRANSIT] * _MILLION < self._number("transit_ppm"):
            days = 1 + int(part[_Part.ARRIVAL] * self._number("transit_days_most"))
            lots.append(
                Lot(
                    sku=sku,
                    warehouse=store,
                    state="in_transit",
                    units=max(1, round(rate * self._number("transit_weeks"))),
                    arrives_on=self._counted_on + dt.timedelta(days=days),
                    mode="air" if days <= self._number("air_days_most") else "sea",
                )
            )
        return lots

    def _ages(self, units: int, part: Sequence[float]) -> tuple[Aged, ...]:
        """Return stock split into a few ages, the young ones being as likely as the old ones are rare."""
        most = int(self._number("lots_most"))
        count = min(units, 1 + int(part[_Part.LOTS] * most))
        found: dict[int, int] = {}
        left = units
        for place in range(count):
            at_age, at_share = part[_Part.AGES + 1 + place], part[_Part.AGES + 1 + most + place]
            days = round(self._number("age_most") * at_age * at_age)
            share = left if place == count - 1 else max(1, min(left - (count - 1 - place), round(left * at_share)))
            found[days] = found.get(days, 0) + share
            left -= share
        return tuple(Aged(found[days], days) for days in sorted(found, reverse=True))

    def _lognormal(self, median: str, sigma: str, at: float) -> float:
        return _lognormal(self._number(median), self._number(sigma), at)


def _lognormal(median: float, sigma: float, at: float) -> float:
    """Return the quantile of a lognormal distribution."""
    return median * math.exp(sigma * _STANDARD.inv_cdf(max(at, _LEAST)))


def _mass_g(goods: DemandGoods, at: Sequence[float]) -> int:
    """Return the mass of one piece."""
    mass_kg = _lognormal(float(goods.parcel_kg), float(goods.piece_sigma), at[_Draw.MASS])
    return max(1, round(mass_kg * G_PER_KG / _MASS_STEP_G)) * _MASS_STEP_G


def _markets(catalogue: Catalogue, day: dt.date) -> tuple[dict[str, float], dict[str, list[Warehouse]]]:
    """Return markets that have warehouses with a fee card, by their weight, and those warehouses."""
    places = {row.code: row for row in catalogue.locations}
    carded = {card.territory for card in catalogue.fee_cards if card.is_default}
    stores: dict[str, list[Warehouse]] = {}
    for row in sorted(catalogue.warehouses, key=lambda row: row.id):
        is_open = (row.valid_from is None or row.valid_from <= day) and row.valid_to is None
        territory = places[row.location].territory
        if is_open and row.access == "public" and "pick_pack" in row.services and territory in carded:
            stores.setdefault(territory, []).append(row)
    weights = dict.fromkeys(stores, 0.0)
    for place in catalogue.demand_places:
        territory = places[place.location].territory
        if place.direction == "export" and territory in weights:
            weights[territory] += float(place.weight)
    known = {territory: weight for territory, weight in sorted(weights.items()) if weight > 0}
    return known, {territory: stores[territory] for territory in known}


def _pick(weights: dict[str, float], at: float) -> str:
    """Return one of several markets, as likely as its weight says."""
    target = at * sum(weights.values())
    for market, weight in weights.items():
        target -= weight
        if target < 0:
            return market
    return next(reversed(weights))
