"""What a shipment pays for standing somewhere: storage tiers by place and form, as tables of cost by days."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from data.money import line_minor, to_fen
from data.units import CM3_PER_M3, G_PER_KG, weight_or_measure
from network.compile import LAND
from network.legs import LOOSE
from network.prices import MOST_DAYS, Bools, Tiers, scheme_costs, tier_costs
from network.scopes import Scopes
from network.timetable import FAR, Ints, csr

if TYPE_CHECKING:
    from data import Catalogue, Storage
    from data.shipment import Shipment
    from network.compile import States

_LARGEST = 2.0**61
"""Bound for amounts in machine integers, far enough from 2^62 for the check to be made in floats."""
_MOST_DENOMINATOR = 1 << 40

_MEASURES = {"per_kg": (0, G_PER_KG), "per_wm": (1, CM3_PER_M3)}
"""Number and denominator of the quantities that do not depend on the form; quantities of boxes follow."""


@dataclass
class StorageRates:
    """
    Storage tiers by place and form class.

    Parameters
    ----------
    catalogue
        With the table ``storage``.
    states
        Of the compiled network.
    """

    catalogue: Catalogue
    states: States
    schemes: list[tuple[tuple[Storage, ...], str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Give each distinct pair of tiers and form a number, and each state its pair."""
        scopes = Scopes((row.form, row) for row in self.catalogue.storage)
        place = {location.code: location for location in self.catalogue.locations}
        number: dict[tuple[int, str], int] = {}
        self.state_scheme = np.full(len(self.states.names), -1, dtype=np.int64)
        for i, (name, form, _) in enumerate(self.states.names):
            code = name.removesuffix(LAND)
            if code not in place:
                continue
            tiers = scopes.at("loose" if form == LOOSE else "box", place[code])
            if tiers:
                key = (id(tiers[0]), form)
                if key not in number:
                    number[key] = len(self.schemes)
                    self.schemes.append((tuple(sorted(tiers, key=lambda row: row.from_day)), form))
                self.state_scheme[i] = number[key]
        self.free = np.array([tiers[0].free_min for tiers, _ in self.schemes] or [0], dtype=np.int64)
        self._by_location()
        self._number_tiers()

    def _by_location(self) -> None:
        """Work out the least free time of each location, and the pairs of location and scheme there are."""
        state_loc = np.array(
            [self.states.place_index[name.removesuffix(LAND)] for name, _, _ in self.states.names], dtype=np.int64
        )
        self.loc_free = np.full(len(self.states.places), FAR, dtype=np.int64)
        has = self.state_scheme >= 0
        np.minimum.at(self.loc_free, state_loc[has], self.free[self.state_scheme[has]])
        self.loc_free[self.loc_free == FAR] = 0
        pair_loc, self._pair_scheme = np.unique(np.stack([state_loc[has], self.state_scheme[has]]), axis=1)
        self._stored, self._first_pair = np.unique(pair_loc, return_index=True)

    def _number_tiers(self) -> None:
        """Give each distinct tier a number, whatever its place, and each scheme its tiers."""
        self._forms = sorted({form for _, form in self.schemes})
        number: dict[tuple[int, ...], int] = {}
        self._examples: list[tuple[Storage, str]] = []
        pairs: list[tuple[int, int]] = []
        for scheme, (tiers, form) in enumerate(self.schemes):
            ends = [tier.from_day - 1 for tier in tiers[1:]] + [MOST_DAYS]
            for tier, end in zip(tiers, ends, strict=True):
                key = (tier.from_day, end, *self._numbers(tier, form))
                if key not in number:
                    number[key] = len(number)
                    self._examples.append((tier, form))
                pairs.append((scheme, number[key]))
        self._tiers = Tiers(*np.array(list(number), dtype=np.int64).reshape(-1, len(Tiers._fields)).T.copy())
        columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        self._scheme_first, self._scheme_tier = csr(columns[0], max(1, len(self.schemes)), columns[1])

    def _numbers(self, tier: Storage, form: str) -> tuple[int, ...]:
        """Return the number of the quantity a tier charges, its rate and its exchange rate."""
        fx = self.catalogue.exchange_rate(tier.currency)
        boxes = (len(_MEASURES) + self._forms.index(form), 1)
        quantity, denominator = _MEASURES.get(str(tier.basis), boxes)
        rate = Fraction(tier.rate) * 10**fx.exponent / denominator
        fen = Fraction(fx.cny_per_unit) * 100 / 10**fx.exponent
        return quantity, rate.numerator, rate.denominator, fen.numerator, fen.denominator

    def quantity(self, row: Storage, form: str, shipment: Shipment, boxes: dict[str, int]) -> Fraction:
        """Return the quantity a tier charges each day."""
        if row.basis == "per_box":
            return Fraction(boxes.get(form, 0))
        if row.basis == "per_kg":
            return Fraction(shipment.mass_g, G_PER_KG)
        return weight_or_measure(shipment.mass_g, shipment.volume_cm3)

    def costs(self, shipment: Shipment, boxes: dict[str, int]) -> Ints:
        """Return the cumulated cost in fen of 0 to MOST_DAYS days, one row per scheme."""
        measure = max(shipment.mass_g, shipment.volume_cm3)
        counts = [boxes.get(form, 0) for form in self._forms]
        quantity = np.array([shipment.mass_g, measure, *counts], dtype=np.int64)[self._tiers.quantity]
        by_tier = tier_costs(self._tiers, quantity)
        for i in np.flatnonzero(~_fits(self._tiers, quantity)):
            tier, form = self._examples[i]
            last = int(self._tiers.last[i])
            by_tier[i] = self._exact_costs(tier, self.quantity(tier, form, shipment, boxes), last)
        return scheme_costs(by_tier, self._scheme_first, self._scheme_tier)

    def _exact_costs(self, tier: Storage, quantity: Fraction, last: int) -> Ints:
        """Return the cumulated cost in fen of a tier for 0 to MOST_DAYS days, in integers of any size."""
        fx = self.catalogue.exchange_rate(tier.currency)
        days = [max(min(day, last) - tier.from_day + 1, 0) for day in range(MOST_DAYS + 1)]
        return np.array([to_fen(line_minor(day * quantity, tier.rate, fx), fx) for day in days], dtype=np.int64)

    def day_rates(self, costs: Ints) -> Ints:
        """Return for each location the most that one more day can cost."""
        rates = np.zeros(len(self.states.places), dtype=np.int64)
        steps = np.diff(costs, axis=1).max(axis=1)
        if len(self._stored):
            rates[self._stored] = np.maximum.reduceat(steps[self._pair_scheme], self._first_pair)
        return rates


def _fits(tiers: Tiers, quantity: Ints) -> Bools:
    """Say for which tiers `tier_costs` stays within machine integers."""
    # In floats, which do not wrap around.
    units = 1.0 * MOST_DAYS * quantity
    minor = units * tiers.rate_up / tiers.rate_down + 1
    largest = np.maximum(np.maximum(units, minor), minor * tiers.fen_up / tiers.fen_down)
    divides = np.maximum(tiers.rate_down, tiers.fen_down) <= _MOST_DENOMINATOR
    return np.asarray((largest < _LARGEST) & divides)
