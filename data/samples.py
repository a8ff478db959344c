"""
Sample weeks of cargo, drawn from the demand profile of a data set.

Every shipment takes its own row of a table of uniform random numbers, and every choice its own column of it. So the
first shipments of a larger sample are those of a smaller one, and only the generator's plain stream is relied upon,
which is the same on every machine.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, auto
from statistics import NormalDist
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from data.cargo import Cargo, CargoShipment
from data.cargo_rules import GOODS
from data.money import to_minor
from data.samples_days import DAYS, ReadyDays
from data.samples_profile import Profile, SampleError
from data.shipment_read import EVENING
from data.timeaxis import TimeAxis
from data.units import CM3_PER_M3, G_PER_KG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.catalogue import Catalogue
    from data.records import Location
    from data.records_demand import (
        DemandClass,
        DemandGoods,
        DemandMarket,
        DemandRegime,
        DemandSite,
        DemandTraitShare,
    )

MOST_SHIPMENTS = 100_000
MILLION = 1_000_000

_STANDARD = NormalDist()
# A uniform number of 0 would be a normal one of minus infinity.
_LEAST = 2.0**-54
# Sizes are rounded coarsely, so that the last digit of a logarithm decides nothing.
_LITRE_CM3 = 1_000
_MASS_STEP_G = 100
_DENSITY_KG_M3 = (60.0, 1_800.0)
_VALUE_PER_KG = (0.3, 2_000.0)
_BATTERY = "battery_"
_TEMPERATURES = ("frozen", "chilled", "cool")
_ODOURS = ("odorous", "sensitive")


class _Draw(IntEnum):
    """The columns of random numbers; those of traits follow."""

    SITE = 0
    MARKET = auto()
    REGIME = auto()
    PLACE = auto()
    CLASS = auto()
    DAY = auto()
    TIME = auto()
    VOLUME = auto()
    DENSITY = auto()
    VALUE = auto()
    SLACK = auto()
    PIECE = auto()
    BOX = auto()
    SPLIT = auto()
    SHIPPER = auto()
    HS = auto()


def read_week(text: str) -> dt.date:
    """
    Return the Monday of an ISO week.

    Raises
    ------
    SampleError
        If there is no such week.

    Examples
    --------
    >>> read_week("2026-W49")
    datetime.date(2026, 11, 30)
    """
    year, mark, week = text.strip().upper().partition("-W")
    try:
        if mark and len(year) == len("2026") and len(week) == len("49") and (year + week).isdecimal():
            return dt.date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        pass
    msg = f"没有这一周, 请写成 2026-W49 / is no week, write it as 2026-W49: {text[:20]!r}"
    raise SampleError(msg)


def sample_cargo(catalogue: Catalogue, *, shipments: int, week: str, seed: int) -> Cargo:
    """
    Return a realistic week of cargo.

    Parameters
    ----------
    catalogue
        With the demand tables.
    shipments
        How many, from 1 to 100,000.
    week
        ISO week in which the cargo gets ready, such as ``2026-W49``.
    seed
        At least 0. The same seed, week and data set give the same cargo, and more of it the same and more.

    Raises
    ------
    SampleError
        If the data set has no demand profile or does not cover the week, or a number is out of range.
    """
    if not 1 <= shipments <= MOST_SHIPMENTS or seed < 0:
        msg = f"票数应为 1 至 {MOST_SHIPMENTS}, 种子不得为负 / 1 to {MOST_SHIPMENTS} shipments, and a seed of 0 or more"
        raise SampleError(msg)
    monday = read_week(week)
    sampler = _Sampler(catalogue, monday)
    bits = np.random.PCG64([seed, monday.toordinal()])
    uniform = np.random.Generator(bits).random((shipments, len(_Draw) + sampler.profile.most_traits))
    name = f"{week.strip().upper().replace('-', '')}-"
    return Cargo(shipments=tuple(sampler.draw(f"{name}{n:05d}", row) for n, row in enumerate(uniform.tolist(), 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deal:
    """What was chosen for one shipment before its sizes are."""

    site: DemandSite
    goods: DemandGoods
    market: DemandMarket
    regime: DemandRegime
    urgency: DemandClass
    origin: Location
    destination: Location


class _Sampler:
    """Draws shipments of one week."""

    def __init__(self, catalogue: Catalogue, monday: dt.date) -> None:
        self._catalogue = catalogue
        # A week belongs to the month of its Thursday, as it does to the year.
        self.profile = Profile(catalogue, (monday + dt.timedelta(days=DAYS // 2)).month)
        self._days = ReadyDays(catalogue, monday)
        axis = catalogue.derived(TimeAxis)
        self._last = axis.from_min(axis.horizon_min - 1)
        self._zones: dict[str, ZoneInfo] = {}

    def draw(self, id: str, at: Sequence[float]) -> CargoShipment:  # noqa: A002 - named as the attribute
        """Return the shipment of one row of random numbers."""
        deal = self._deal(at)
        volume_cm3, mass_g = _size(deal, at)
        box = self._box(deal, at, volume_cm3=volume_cm3, mass_g=mass_g)
        pieces = _pieces(deal, at, mass_g)
        ready_at = self._days.ready_at(deal.origin, at[_Draw.DAY], at[_Draw.TIME])
        traits = _traits(self.profile.traits(deal.goods.id, deal.market.id), at[len(_Draw) :])
        is_split = pieces > 1 and box is None and at[_Draw.SPLIT] * MILLION < deal.regime.split_ppm
        return CargoShipment(
            id=id,
            shipper=_shipper(deal, at[_Draw.SHIPPER]),
            origin=deal.origin.code,
            destination=deal.destination.code,
            mass_g=mass_g,
            volume_cm3=volume_cm3,
            pieces=pieces,
            ready_at=ready_at,
            due_at=self._due_at(deal, at, ready_at),
            box=box,
            boxes=0 if box is None else 1,
            regime=deal.regime.regime,
            hs=deal.goods.hs[int(at[_Draw.HS] * len(deal.goods.hs))],
            priority=deal.urgency.priority,
            is_splittable=is_split,
            **self._money(deal, at, mass_g),
            **traits,
        )

    def _deal(self, at: Sequence[float]) -> _Deal:
        """Choose who ships what, where to, how, and how urgently."""
        site = self.profile.sites.pick(at[_Draw.SITE])
        market = self.profile.markets(site).pick(at[_Draw.MARKET])
        regime = self.profile.regimes(site, market).pick(at[_Draw.REGIME])
        place = self.profile.places(market, regime).pick(at[_Draw.PLACE])
        home, abroad = self._catalogue.location(site.location), self._catalogue.location(place.location)
        origin, destination = (home, abroad) if site.direction == "export" else (abroad, home)
        return _Deal(
            site=site,
            goods=self.profile.goods[site.goods],
            market=market,
            regime=regime,
            urgency=self.profile.classes(regime.regime).pick(at[_Draw.CLASS]),
            origin=origin,
            destination=destination,
        )

    def _box(self, deal: _Deal, at: Sequence[float], *, volume_cm3: int, mass_g: int) -> str | None:
        """Return the smallest box cargo comes in, if it comes in one of its own."""
        start = deal.regime.box_from_m3
        if start is None or volume_cm3 < start * CM3_PER_M3 or at[_Draw.BOX] * MILLION >= deal.regime.box_ppm:
            return None
        fits = (box.code for box in self.profile.boxes if volume_cm3 <= box.usable_cm3 and mass_g <= box.payload_g)
        return next(fits, None)

    def _due_at(self, deal: _Deal, at: Sequence[float], ready_at: dt.datetime) -> dt.datetime:
        """Return the end of the day by which cargo is due at its destination."""
        regime, factor = deal.regime, float(deal.market.slack_factor)
        days = _lognormal(float(regime.slack_days), float(regime.slack_sigma), at[_Draw.SLACK]) * factor
        days = min(max(days, float(regime.slack_min_days) * factor), float(regime.slack_max_days))
        whole = max(1, round(days * float(deal.urgency.slack_factor)))
        zone = self._zones.setdefault(deal.destination.zone, ZoneInfo(deal.destination.zone))
        date = ready_at.astimezone(zone).date() + dt.timedelta(days=whole)
        due_at = dt.datetime.combine(date, EVENING, zone).astimezone(dt.UTC)
        return min(due_at, self._last)

    def _money(self, deal: _Deal, at: Sequence[float], mass_g: int) -> dict[str, Any]:
        """Return the value of goods, and the penalty and the price that hang on it, in whole units of currency."""
        goods, urgency = deal.goods, deal.urgency
        low, high = _VALUE_PER_KG
        median = float(goods.value_per_kg) * float(deal.regime.value_factor)
        per_kg = min(max(_lognormal(median, float(goods.value_sigma), at[_Draw.VALUE]), low), high)
        value = max(1, round(per_kg * mass_g / G_PER_KG))
        rate = self._catalogue.exchange_rate(goods.currency)
        late = math.ceil(value * urgency.late_ppm_per_day / MILLION)
        unserved = None if urgency.unserved_ppm is None else math.ceil(value * urgency.unserved_ppm / MILLION)
        return {
            "currency": goods.currency,
            "value_currency": goods.currency,
            "value_minor": to_minor(Decimal(value), rate),
            "late_minor_per_day": to_minor(Decimal(late), rate),
            "unserved_minor": None if unserved is None else to_minor(Decimal(unserved), rate),
        }


def _lognormal(median: float, sigma: float, at: float) -> float:
    """Return the quantile of a lognormal distribution."""
    return median * math.exp(sigma * _STANDARD.inv_cdf(max(at, _LEAST)))


def _size(deal: _Deal, at: Sequence[float]) -> tuple[int, int]:
    """Return volume in cubic centimetres and mass in grams."""
    regime, goods = deal.regime, deal.goods
    median = float(regime.volume_m3) * float(goods.volume_factor)
    volume_m3 = _lognormal(median, float(regime.volume_sigma), at[_Draw.VOLUME])
    volume_m3 = min(max(volume_m3, float(regime.volume_min_m3)), float(regime.volume_max_m3))
    volume_cm3 = max(1, round(volume_m3 * CM3_PER_M3 / _LITRE_CM3)) * _LITRE_CM3
    low, high = _DENSITY_KG_M3
    median = float(goods.density_kg_m3) * float(regime.density_factor)
    density = min(max(_lognormal(median, float(goods.density_sigma), at[_Draw.DENSITY]), low), high)
    mass_g = min(density * volume_cm3 / CM3_PER_M3, float(regime.mass_max_kg)) * G_PER_KG
    return volume_cm3, max(1, round(mass_g / _MASS_STEP_G)) * _MASS_STEP_G


def _pieces(deal: _Deal, at: Sequence[float], mass_g: int) -> int:
    """Return the number of cartons, or of parcels where those are counted."""
    median = deal.goods.parcel_kg if deal.regime.counts_parcels else deal.goods.carton_kg
    piece_kg = _lognormal(float(median), float(deal.goods.piece_sigma), at[_Draw.PIECE])
    return max(1, round(mass_g / G_PER_KG / piece_kg))


def _shipper(deal: _Deal, at: float) -> str:
    """Return the name of a firm at the origin; a few firms have most shipments."""
    return f"{deal.origin.name_zh} {1 + int(at * at * deal.site.shippers):03d}"


def _traits(shares: Sequence[DemandTraitShare], at: Sequence[float]) -> dict[str, Any]:
    """Return the goods classes and mixing attributes of a shipment: at most one battery, temperature and odour."""
    found = [row.trait for row, place in zip(shares, at, strict=False) if place * MILLION < row.share_ppm]
    batteries = [trait for trait in found if trait.startswith(_BATTERY)]
    goods = [trait for trait in found if trait in GOODS and trait not in batteries[1:]]
    return {
        "goods": frozenset(goods),
        "temperature": next((trait for trait in _TEMPERATURES if trait in found), "ambient"),
        "odour": next((trait for trait in _ODOURS if trait in found), "none"),
        "is_sealed": "sealed" in found,
    }
