"""Pieces as parcels from the origin to the buyer: freight by the network's prices, and what customs ask of each."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from data.money import round_half_up
from data.shipment import Filters, Shipment
from network.customs.breakeven import Ways, bands
from network.customs.check import check_landed
from network.customs.landed import landed_cost
from network.customs.question import GoodsLine, LandedQuestion
from network.customs.rules_of_date import RulesByDate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.stock import Sku
    from network.customs.breakeven import Band
    from network.network import Network
    from optimizer.stock.problem import Ints, Problem

_MODES = frozenset({"air", "road", "parcel"})
_DAY, _WEEK_DAYS, _WORK_DAYS = 1440, 7, 5
_STEP_G = 500
_UNKNOWN_HS = "000000"
_DUES = ("duty", "excise", "fee")
_MM3_PER_ML = 1_000


class Parcels(NamedTuple):
    """
    Parcels from the origin.

    Parameters
    ----------
    freight_fen, duty_fen
        Shape (S, M), of one piece; -1 where there is no way, or it takes longer than promised.
    days
        Shape (M,): working days of the fastest that is asked for, -1 without any.
    """

    freight_fen: Ints
    duty_fen: Ints
    days: Ints


def parcels(
    network: Network,
    origin: str,
    skus: Sequence[Sku],
    problem: Problem,
    *,
    prices_fen: Ints,
    promise_days: int | None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> Parcels:
    """
    Return what pieces cost as parcels from the origin, for the SKUs and markets with demand.

    Parameters
    ----------
    network, origin
        Where they are sent from.
    skus, problem
        What is sold, and the problem they are the SKUs of.
    prices_fen
        Shape (S,): what a piece is sold for, which is what customs value a parcel at.
    promise_days
        Most working days; no limit if None.
    on_progress
        Told how many of how many markets are done, and the last one.

    Notes
    -----
    Parcels travel with as many others as the setting ``stock_parcel_batch`` says: the price is that of a quote for all
    of them, by their chargeable mass rounded up to half a kilogram, to the place of the market where most is sold.
    """
    catalogue = network.catalogue
    shape = (len(skus), len(problem.markets))
    freight = np.full(shape, -1, dtype=np.int64)
    duty = np.full(shape, -1, dtype=np.int64)
    days = np.full(shape[1], -1, dtype=np.int64)
    quoter = _Quoter(network, origin, problem.start, promise_days)
    rules = catalogue.derived(RulesByDate).on(problem.start)
    units = problem.mean.sum(axis=2)
    for m, market in enumerate(problem.markets):
        for s, sku in enumerate(skus):
            found = quoter.price(market, sku) if units[s, m] > 0 else None
            question = parcel_question(sku, int(prices_fen[s]), market, 0 if found is None else found[0], problem.start)
            if found is None or check_landed(question, rules):
                continue
            freight[s, m], days[m] = found[0], found[1] if days[m] < 0 else min(int(days[m]), found[1])
            answer = landed_cost(question, rules)
            duty[s, m] = round_half_up(sum((answer.total(kind) for kind in _DUES), Fraction(0)))
        if on_progress is not None:
            on_progress(m + 1, shape[1], market)
    return Parcels(freight, duty, days)


class _Quoter:
    """Prices of parcels by market and chargeable mass, each asked for once."""

    def __init__(self, network: Network, origin: str, start: dt.date, promise_days: int | None) -> None:
        catalogue = network.catalogue
        self._network = network
        self._origin = origin
        self._promise = promise_days
        self._batch = catalogue.setting_int("stock_parcel_batch")
        self._regime = catalogue.setting("declare_regime")
        zone = ZoneInfo(catalogue.location(origin).zone)
        self._ready = dt.datetime.combine(start, dt.time(), zone).astimezone(dt.UTC)
        rule = next(row for row in catalogue.chargeable_rules if row.product == "parcel" and row.mode == "parcel")
        self._g_per_mm3 = float(rule.kg_per_m3) / 1_000_000
        self._places = main_places(catalogue)
        self._known: dict[tuple[str, int], tuple[int, int] | None] = {}

    def price(self, market: str, sku: Sku) -> tuple[int, int] | None:
        """Return freight of a piece in fen and working days, None if there is no way in time."""
        charged = max(sku.mass_g, sku.volume_mm3 * self._g_per_mm3)
        key = (market, math.ceil(charged / _STEP_G) * _STEP_G)
        if key not in self._known:
            self._known[key] = self._asked(*key)
        return self._known[key]

    def _asked(self, market: str, charged_g: int) -> tuple[int, int] | None:
        place = self._places.get(market)
        if place is None:
            return None
        mass = charged_g * self._batch
        shipment = Shipment(
            origin=self._origin, destination=place, mass_g=mass, volume_cm3=round(mass / self._g_per_mm3 / 1_000),
            pieces=self._batch, ready_at=self._ready, regime=self._regime,
        )  # fmt: skip
        found = self._network.find(shipment, Filters(modes=_MODES))
        options: list[tuple[int, int]] = []
        for path in found.paths:
            last = self._network.legs[path.hops[-1].leg].service
            days = math.ceil((path.arrive_min - found.window.start) / _DAY / _WEEK_DAYS * _WORK_DAYS)
            if last is not None and last.mode == "parcel" and (self._promise is None or days <= self._promise):
                options.append((-(-path.cost_cny_minor // self._batch), days))
        return min(options, default=None)


def main_places(catalogue: Catalogue) -> Mapping[str, str]:
    """Return for each territory the place where most is sold, of those that services of parcels deliver in."""
    territories = {row.code: row.territory for row in catalogue.locations}
    delivered = {
        catalogue.calls_of(service.id)[-1].location
        for service in catalogue.services
        if service.mode == "parcel" and service.status == "active"
    }
    weights: dict[str, float] = {}
    for row in catalogue.demand_places:
        if row.direction == "export" and row.location in delivered:
            weights[row.location] = weights.get(row.location, 0.0) + float(row.weight)
    found: dict[str, str] = {}
    for code in sorted(weights, key=lambda one: (-weights[one], one)):
        found.setdefault(territories[code], code)
    return found


def parcel_question(sku: Sku, price_fen: int, market: str, freight_fen: int, day: dt.date) -> LandedQuestion:
    """Return what customs are asked about one piece sold to a person."""
    line = GoodsLine(
        hs=sku.hs or _UNKNOWN_HS, value_minor=price_fen, quantity=1, mass_g=sku.mass_g,
        volume_ml=-(-sku.volume_mm3 // _MM3_PER_ML),
    )  # fmt: skip
    return LandedQuestion(
        territory=market, date=day, currency="CNY", lines=(line,), costs_minor={"freight": freight_fen}, channel="b2c",
    )  # fmt: skip


def break_even(
    catalogue: Catalogue, parcel: LandedQuestion, freight_fen: int, per_order_fen: int, day: dt.date
) -> tuple[Band, ...]:
    """
    Return by the value of an order which way is cheaper, parcels or the warehouse.

    Parameters
    ----------
    catalogue
        With the customs tables.
    parcel
        One order as a parcel.
    freight_fen
        Freight of the same goods to the warehouse in bulk.
    per_order_fen
        Everything else it costs there.
    day
        Of the declaration.
    """
    bulk = LandedQuestion(
        territory=parcel.territory, date=day, currency=parcel.currency, lines=parcel.lines,
        costs_minor={"freight": freight_fen}, channel="b2b",
    )  # fmt: skip
    return bands(Ways(parcel=parcel, bulk=bulk, per_order_minor=per_order_fen), catalogue.derived(RulesByDate).on(day))
