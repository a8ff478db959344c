"""What one shipment pays, emits and may use on a compiled network."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from data.money import line_minor, to_fen
from data.units import ceil_div, units_needed, weight_or_measure
from network.compile import LAND, place_of
from network.legs import LOOSE, Leg
from network.prices import NO_COST, PriceBook, PriceTable, cheapest, price_options, quantities_of
from network.scopes import Scopes
from network.timetable import FAR, Ints, Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from data import Catalogue, Restriction, Storage
    from data.shipment import Filters, Shipment
    from network.compile import States

MOST_DAYS = 130
"""Days of storage for which a table is made; longer than any search."""

ENDS_ONLY = frozenset({"cluster", "park", "city", "market"})
"""Kinds of places where cargo starts or ends, and is never transferred."""


class Priced(NamedTuple):
    """Weights of a shipment and what they came from: quantities and the option chosen for each leg."""

    weights: Weights
    quantities: Ints
    chosen: Ints
    boxes: dict[str, int]


@njit(cache=True, nogil=True)
def _emissions(ug_per_kg: Ints, mass_g: int) -> Ints:
    """Return grams, rounded half up, of micrograms per kg."""
    out = np.empty(ug_per_kg.shape[0], dtype=np.int64)
    for i in range(ug_per_kg.shape[0]):
        out[i] = (2 * mass_g * ug_per_kg[i] + 1_000_000_000) // 2_000_000_000
    return out


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
        self.state_loc = np.array(
            [self.states.place_index[name[0].removesuffix(LAND)] for name in self.states.names], dtype=np.int64
        )
        count = len(self.states.places)
        self.loc_free = np.full(count, FAR, dtype=np.int64)
        has = self.state_scheme >= 0
        np.minimum.at(self.loc_free, self.state_loc[has], self.free[self.state_scheme[has]])
        self.loc_free[self.loc_free == FAR] = 0
        pairs = np.unique(np.stack([self.state_loc[has], self.state_scheme[has]]), axis=1)
        self._pair_loc, self._pair_scheme = pairs[0], pairs[1]

    def quantity(self, row: Storage, form: str, shipment: Shipment, boxes: dict[str, int]) -> Fraction:
        """Return the quantity a tier charges each day."""
        if row.basis == "per_box":
            return Fraction(boxes.get(form, 0))
        if row.basis == "per_kg":
            return Fraction(shipment.mass_g, 1_000)
        return weight_or_measure(shipment.mass_g, shipment.volume_cm3)

    def costs(self, shipment: Shipment, boxes: dict[str, int]) -> Ints:
        """Return the cumulated cost in fen of 0 to MOST_DAYS days, one row per scheme."""
        table = np.zeros((max(1, len(self.schemes)), MOST_DAYS + 1), dtype=np.int64)
        known: dict[tuple[int, str, int], Ints] = {}
        for i, (tiers, form) in enumerate(self.schemes):
            ends = [tier.from_day - 1 for tier in tiers[1:]] + [MOST_DAYS]
            for tier, end in zip(tiers, ends, strict=True):
                quantity = self.quantity(tier, form, shipment, boxes)
                key = (id(tier), form if tier.basis == "per_box" else "", end)
                if key not in known:
                    known[key] = _tier_costs(self.catalogue, tier, quantity, end)
                table[i] += known[key]
        return table

    def day_rates(self, costs: Ints) -> Ints:
        """Return for each location the most that one more day can cost."""
        rates = np.zeros(len(self.states.places), dtype=np.int64)
        steps = np.diff(costs, axis=1).max(axis=1)
        np.maximum.at(rates, self._pair_loc, steps[self._pair_scheme])
        return rates


def _tier_costs(catalogue: Catalogue, tier: Storage, quantity: Fraction, end: int) -> Ints:
    """Return the cumulated cost in fen of a tier that ends with day `end`, for 0 to MOST_DAYS days."""
    fx = catalogue.exchange_rate(tier.currency)
    per_day = quantity * Fraction(tier.rate) * 10**fx.exponent
    fen = Fraction(fx.cny_per_unit) * 100 / 10**fx.exponent
    most = 2 * MOST_DAYS * max(per_day.numerator, per_day.denominator)
    if most < 1 << 62 and most // per_day.denominator * fen.numerator < 1 << 61 and fen.denominator < 1 << 61:
        parts = (per_day.numerator, per_day.denominator, fen.numerator, fen.denominator)
        return _tier_table(tier.from_day, end, *parts)
    days = [min(max(day - tier.from_day + 1, 0), end - tier.from_day + 1) for day in range(MOST_DAYS + 1)]
    return np.array([to_fen(line_minor(day * quantity, tier.rate, fx), fx) for day in days], dtype=np.int64)


@njit(cache=True, nogil=True)
def _tier_table(from_day: int, end: int, rate_up: int, rate_down: int, fen_up: int, fen_down: int) -> Ints:
    """Return what `_tier_costs` describes, in machine integers."""
    table = np.zeros(MOST_DAYS + 1, dtype=np.int64)
    for day in range(from_day, MOST_DAYS + 1):
        charged = min(day, end) - from_day + 1
        minor = (2 * charged * rate_up + rate_down) // (2 * rate_down)
        table[day] = (2 * minor * fen_up + fen_down) // (2 * fen_down)
    return table


class Rules:
    """
    Which legs a shipment or a filter bars.

    Parameters
    ----------
    catalogue
        With restrictions and services.
    legs
        Of the network.
    """

    def __init__(self, catalogue: Catalogue, legs: Sequence[Leg]) -> None:
        self._territory = {location.code: location.territory for location in catalogue.locations}
        self._kind = {location.code: str(location.kind) for location in catalogue.locations}
        self._legs = legs
        by: dict[str, dict[str, list[int]]] = {
            name: defaultdict(list) for name in ("mode", "service", "territory", "passage", "scenario", "land")
        }
        for i, leg in enumerate(legs):
            if leg.service is None:
                if leg.kind == "land":
                    by["land"][leg.origin].append(i)
                continue
            by["mode"][str(leg.service.mode)].append(i)
            by["service"][leg.service.id].append(i)
            crossed = {self._territory[leg.origin], self._territory[leg.destination], *leg.service.transits}
            for territory in crossed:
                by["territory"][territory].append(i)
            for passage in leg.service.passages:
                by["passage"][passage].append(i)
            if leg.service.status == "scenario":
                by["scenario"][leg.service.id].append(i)
        self._by = {name: {key: np.array(v, dtype=np.int64) for key, v in group.items()} for name, group in by.items()}
        self._count = len(legs)
        forms = sorted({leg.form for leg in legs} | {leg.form_after for leg in legs})
        self.forms = forms
        self._leg_form = np.array([forms.index(leg.form) for leg in legs], dtype=np.int64)
        self._leg_form_after = np.array([forms.index(leg.form_after) for leg in legs], dtype=np.int64)
        self._regime_legs = [i for i, leg in enumerate(legs) if leg.regimes or leg.not_regimes]
        self._changes = np.array([leg.kind in ("stuff", "strip") for leg in legs], dtype=np.bool_)
        self._restrictions = [(row, self._legs_of(row)) for row in catalogue.restrictions]
        self._areas = {territory.code: territory.customs_area for territory in catalogue.territories}
        self._exports = self._by_area(lambda leg: leg.kind == "clearance" and leg.statuses[0][0] == "D", "origin")
        self._imports = self._by_area(lambda leg: leg.kind == "clearance" and leg.statuses[0][0] == "R", "origin")
        self._into = self._by_area(self._is_international, "destination")
        self._out_of = self._by_area(self._is_international, "origin")
        self._ends_only_from = self._by_end([leg.origin for leg in legs])
        self._ends_only_to = self._by_end([leg.destination for leg in legs])

    def _is_international(self, leg: Leg) -> bool:
        """Say whether a leg is a movement between two customs areas."""
        return leg.service is not None and self._area(leg.origin) != self._area(leg.destination)

    def _by_area(self, chosen: Callable[[Leg], bool], end: str) -> dict[str, Ints]:
        """Return the chosen legs by the customs area of one of their ends."""
        by_area: dict[str, list[int]] = defaultdict(list)
        for i, leg in enumerate(self._legs):
            if chosen(leg):
                by_area[self._area(getattr(leg, end))].append(i)
        return {area: np.array(found, dtype=np.int64) for area, found in by_area.items()}

    def _by_end(self, codes: Sequence[str]) -> tuple[Ints, dict[str, Ints]]:
        """Return the legs at places where cargo only starts or ends, all and by place."""
        at: dict[str, list[int]] = defaultdict(list)
        for i, code in enumerate(codes):
            if self._kind[code] in ENDS_ONLY and self._legs[i].service is not None:
                at[code].append(i)
        every = np.array(sorted(i for legs in at.values() for i in legs), dtype=np.int64)
        return every, {code: np.array(legs, dtype=np.int64) for code, legs in at.items()}

    def _legs_of(self, row: Restriction) -> Ints:
        """Return the legs a restriction is about."""
        chosen: Ints | None = None
        for name, key in (("mode", row.mode), ("service", row.service), ("territory", row.territory)):
            if key is not None:
                part = self._by[name].get(str(key), np.zeros(0, dtype=np.int64))
                chosen = part if chosen is None else np.intersect1d(chosen, part)
        if chosen is None:
            chosen = np.array([i for i, leg in enumerate(self._legs) if leg.service is not None], dtype=np.int64)
        if row.service_prefix is not None:
            prefix = row.service_prefix
            chosen = np.array([i for i in chosen if self._service_id(i).startswith(prefix)], dtype=np.int64)
        return chosen

    def _service_id(self, leg: int) -> str:
        service = self._legs[leg].service
        return service.id if service is not None else ""

    def allowed(self, shipment: Shipment, filters: Filters, boxes: dict[str, int]) -> np.ndarray:
        """Return which legs a shipment may use."""
        mask = self.allowed_without_restrictions(shipment, filters, boxes)
        for _, legs in self.broken(shipment, boxes):
            mask[legs] = False
        return mask

    def allowed_without_restrictions(self, shipment: Shipment, filters: Filters, boxes: dict[str, int]) -> np.ndarray:
        """Return which legs a shipment could use if no restriction row were in force."""
        mask = np.ones(self._count, dtype=np.bool_)
        usable = np.array([form == LOOSE or form in boxes for form in self.forms], dtype=np.bool_)
        mask &= usable[self._leg_form] & usable[self._leg_form_after]
        if shipment.box is not None:
            mask &= ~self._changes
        for i in self._regime_legs:
            leg = self._legs[i]
            if (leg.regimes and shipment.regime not in leg.regimes) or shipment.regime in leg.not_regimes:
                mask[i] = False
        self._bar_filtered(mask, filters)
        self._keep_areas(mask, shipment)
        for place, legs in self._by["land"].items():
            mask[legs] &= place == shipment.destination
        for (every, at), end in ((self._ends_only_from, shipment.origin), (self._ends_only_to, shipment.destination)):
            own = at.get(end)
            kept = None if own is None else mask[own]
            mask[every] = False
            if own is not None and kept is not None:
                mask[own] = kept
        return mask

    def _area(self, code: str) -> str:
        """Return the customs area of a location."""
        return self._areas[self._territory[code]]

    def _keep_areas(self, mask: np.ndarray, shipment: Shipment) -> None:
        """
        Bar what leads back: legs from abroad into the origin's customs area and out of the destination's.

        Clearance that cannot help is barred too: export outside the origin's area, import outside the destination's.
        """
        for into, area in ((self._into, self._area(shipment.origin)), (self._out_of, self._area(shipment.destination))):
            if area in into:
                mask[into[area]] = False
        for sides, end in ((self._exports, shipment.origin), (self._imports, shipment.destination)):
            own = self._areas[self._territory[end]]
            for area, legs in sides.items():
                if area != own:
                    mask[legs] = False

    def _bar_filtered(self, mask: np.ndarray, filters: Filters) -> None:
        """Bar what the filters exclude, and scenario services that are not switched on."""
        barred: list[Ints] = []
        if filters.modes is not None:
            barred += [legs for mode, legs in self._by["mode"].items() if mode not in filters.modes]
        for name, values in (
            ("service", filters.avoid_services),
            ("territory", filters.avoid_territories),
            ("passage", filters.avoid_passages),
        ):
            barred += [self._by[name][value] for value in values if value in self._by[name]]
        barred += [legs for service, legs in self._by["scenario"].items() if service not in filters.scenarios]
        for legs in barred:
            mask[legs] = False

    def broken(self, shipment: Shipment, boxes: dict[str, int]) -> list[tuple[Restriction, Ints]]:
        """Return the restrictions a shipment meets, with the legs each bars."""
        found = []
        for row, legs in self._restrictions:
            if row.goods != "any" and row.goods not in shipment.goods:
                continue
            if row.rule == "max_box_payload_g":
                barred = self._overweight(legs, row.value or 0, shipment, boxes)
                if len(barred):
                    found.append((row, barred))
            elif len(legs) and _exceeds(row, shipment):
                found.append((row, legs))
        return found

    def _overweight(self, legs: Ints, limit_g: int, shipment: Shipment, boxes: dict[str, int]) -> Ints:
        """Return the legs in boxes that hold more than a limit each."""
        heavy = np.array(
            [form != LOOSE and form in boxes and shipment.mass_g > boxes[form] * limit_g for form in self.forms],
            dtype=np.bool_,
        )
        return legs[heavy[self._leg_form[legs]]]


def _exceeds(row: Restriction, shipment: Shipment) -> bool:
    """Say whether a forbid, piece or shipment rule bars a shipment."""
    if row.rule == "forbid":
        return True
    limit = row.value or 0
    if row.rule == "max_piece_g":
        return shipment.mass_g > limit * shipment.pieces
    return shipment.mass_g > limit


def boxes_of(catalogue: Catalogue, shipment: Shipment) -> dict[str, int]:
    """Return the number of boxes of each type a shipment may use; empty if its own boxes cannot hold it."""
    units = {unit.code: unit for unit in catalogue.load_units if unit.kind == "box"}
    if shipment.box is not None:
        unit = units[shipment.box]
        needed = max(ceil_div(shipment.mass_g, unit.payload_g), ceil_div(shipment.volume_cm3, unit.volume_cm3))
        return {shipment.box: shipment.boxes} if needed <= shipment.boxes else {}
    most = catalogue.setting_int("max_boxes")
    least_percent = catalogue.setting_int("min_box_fill_percent")
    counts = {}
    for code, unit in units.items():
        n = units_needed(unit, shipment.mass_g, shipment.volume_cm3)
        is_full_enough = (
            100 * shipment.volume_cm3 >= least_percent * n * unit.usable_cm3
            or 100 * shipment.mass_g >= least_percent * n * unit.payload_g
        )
        if n <= most and is_full_enough:
            counts[code] = n
    return counts


@dataclass
class Weigher:
    """Prices all legs for a shipment."""

    catalogue: Catalogue
    legs: Sequence[Leg]
    book: PriceBook
    states: States

    def __post_init__(self) -> None:
        """Compile the price table and the rules."""
        self.table: PriceTable = self.book.table()
        self.storage = StorageRates(self.catalogue, self.states)
        self.rules = Rules(self.catalogue, self.legs)
        counts = [len(leg.options) for leg in self.legs]
        self.leg_first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        options = [option for leg in self.legs for option in leg.options]
        self.options = options
        self.option_ptr = np.concatenate([[0], np.cumsum([len(o.components) for o in options])]).astype(np.int64)
        self.option_component = np.array([c for o in options for c in o.components], dtype=np.int64)
        self.emissions = np.array([leg.emissions_ug_per_kg for leg in self.legs], dtype=np.int64)
        self.names = list(self.book.quantities)
        self._twins = self._find_twins()

    def weigh(self, shipment: Shipment, filters: Filters) -> Priced:
        """Return the weights of a shipment under filters."""
        boxes = boxes_of(self.catalogue, shipment)
        quantities = quantities_of(self.catalogue, self.names, shipment, boxes)
        cost, chosen = self._cheapest(quantities)
        mask = self.rules.allowed(shipment, filters, boxes)
        cost[~mask] = NO_COST
        self._drop_forms(cost, boxes, shipment)
        storage = self.storage.costs(shipment, boxes)
        via = np.zeros(len(self.states.places), dtype=np.int64)
        bits = {code: 1 << i for i, code in enumerate(filters.via)}
        for i, place in enumerate(self.states.places if bits else ()):
            via[i] = bits.get(place_of(place), 0)
        weights = Weights(
            cost, _emissions(self.emissions, shipment.mass_g), self.storage.state_scheme, self.storage.free,
            storage, self.storage.day_rates(storage), self.storage.loc_free, via,
        )  # fmt: skip
        return Priced(weights, quantities, chosen, boxes)

    def _drop_forms(self, cost: Ints, boxes: dict[str, int], shipment: Shipment) -> None:
        """
        Bar box types that another type replaces everywhere at no higher price.

        Times and emissions of a leg do not depend on the box type, so only prices, and the number of boxes in storage,
        have to be compared.
        """
        if shipment.box is not None:
            return
        left = [form for form in self.rules.forms if form in boxes]
        for form in list(left):
            mine, known = self._twins[form]
            for other in left:
                if other == form or boxes[other] > boxes[form]:
                    continue
                theirs = known[other]
                used = cost[mine] >= 0
                twin_cost = np.where(theirs[used] >= 0, cost[theirs[used]], NO_COST)
                if np.all((twin_cost >= 0) & (twin_cost <= cost[mine][used])):
                    cost[mine] = NO_COST
                    left.remove(form)
                    break

    def _find_twins(self) -> dict[str, tuple[Ints, dict[str, Ints]]]:
        """Return for each box type its legs and, for each other type, the leg that does the same with that type."""
        forms = [form for form in self.rules.forms if form != LOOSE]
        by_key: dict[str, dict[object, int]] = {form: {} for form in forms}
        for i, leg in enumerate(self.legs):
            form = leg.form if leg.form != LOOSE else leg.form_after
            if form != LOOSE:
                service = leg.service.id if leg.service else ""
                row = leg.row.id if leg.row else ""
                key = (
                    leg.kind,
                    leg.origin,
                    leg.destination,
                    service,
                    leg.first_call,
                    leg.last_call,
                    row,
                    leg.period,
                    leg.statuses,
                )
                by_key[form][key] = i
        return {
            form: (
                np.array(list(by_key[form].values()), dtype=np.int64),
                {
                    other: np.array([by_key[other].get(key, -1) for key in by_key[form]], dtype=np.int64)
                    for other in forms
                    if other != form
                },
            )
            for form in forms
        }

    def leg_costs(self, quantities: Ints) -> Ints:
        """Return the cost of every leg in fen, whether allowed or not; -1 where it cannot be bought."""
        return self._cheapest(quantities)[0]

    def _cheapest(self, quantities: Ints) -> tuple[Ints, Ints]:
        option_cost = price_options(self.table, self.option_ptr, self.option_component, quantities)
        cost, chosen = cheapest(option_cost, self.leg_first)
        return cost, chosen
