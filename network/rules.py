"""Which legs a shipment may use: where it goes, its regime, its size, the filters, and the restrictions it meets."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from network.capacity import Amount, Capacity
from network.legs import DOMESTIC, LOOSE
from network.timetable import FAR

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from data import Catalogue, Restriction
    from data.shipment import Filters, Shipment
    from network.legs import Leg
    from network.prices import Bools
    from network.timetable import Ints

ENDS_ONLY = frozenset({"cluster", "park", "city", "market"})
"""Kinds of places where cargo starts or ends, and is never transferred."""

_T = TypeVar("_T")
_NO_LEGS: Ints = np.zeros(0, dtype=np.int64)
_MOST_PASSED = 2_000
"""Answers about traits that are kept: places, areas and kinds of cargo that shipments have in common."""


class _Traits(NamedTuple):
    """
    What decides on its own whether a shipment may use a leg; None where that has no say.

    Parameters
    ----------
    form, form_after
        As of the leg.
    changes_form
        Whether it stuffs or strips.
    regimes
        Regimes it is for (empty for all) and regimes it is not for.
    mode, scenario
        Mode of its service; the service's id if that runs in scenarios only.
    only_from, only_to
        The shipment has to start, or to end, at this location.
    leaves, enters
        Customs areas of a movement from one to another.
    exports_from, imports_to
        Customs area that a clearance is of.
    """

    form: str
    form_after: str
    changes_form: bool
    regimes: tuple[frozenset[str], frozenset[str]]
    mode: str | None
    scenario: str | None
    only_from: str | None
    only_to: str | None
    leaves: str | None
    enters: str | None
    exports_from: str | None
    imports_to: str | None


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "form": lambda form, forms: form in forms,
    "form_after": lambda form, forms: form in forms,
    "changes_form": lambda changes, may_change: may_change or not changes,
    "regimes": lambda pair, regime: (not pair[0] or regime in pair[0]) and regime not in pair[1],
    "mode": lambda mode, modes: modes is None or mode in modes,
    "scenario": lambda service, scenarios: service in scenarios,
    "only_from": lambda place, origin: place == origin,
    "only_to": lambda place, destination: place == destination,
    "leaves": lambda area, end: area != end,
    "enters": lambda area, start: area != start,
    "exports_from": lambda area, start: area == start,
    "imports_to": lambda area, end: area == end,
}
"""
Whether a leg with some value of a trait passes, given what `Rules._asked` says of the shipment.

A leg from abroad into the origin's customs area, or out of the destination's, leads back.
"""


class Rules:
    """
    Which legs a shipment or a filter bars.

    Parameters
    ----------
    catalogue
        With restrictions, services and load units.
    legs
        Of the network.

    Notes
    -----
    Legs with the same traits are one class. A rule that looks at a trait is asked once for each value of it, the
    classes look the answers up, and the legs those of their classes.
    """

    def __init__(self, catalogue: Catalogue, legs: Sequence[Leg]) -> None:
        self._territory = {location.code: location.territory for location in catalogue.locations}
        self._kind = {location.code: str(location.kind) for location in catalogue.locations}
        self._areas = {territory.code: territory.customs_area for territory in catalogue.territories}
        self._legs = legs
        self.forms = sorted({leg.form for leg in legs} | {leg.form_after for leg in legs})
        self._leg_form = np.array([self.forms.index(leg.form) for leg in legs], dtype=np.int64)
        classes, self._class_of = _numbered(self._traits(leg) for leg in legs)
        self._classes = len(classes)
        self._columns = {trait: _numbered(getattr(traits, trait) for traits in classes) for trait in _Traits._fields}
        self._passed: dict[tuple[str, Hashable], Bools] = {}
        self._by = self._index()
        self._restrictions = [(row, self._legs_of(row)) for row in catalogue.restrictions]
        self._grouped = _grouped(self._restrictions)
        self._capacity = Capacity(catalogue, legs)
        self._landings = np.array([leg.kind == "land" for leg in legs], dtype=np.bool_)

    def _traits(self, leg: Leg) -> _Traits:
        """Return the traits of a leg."""
        service, ends = leg.service, (leg.origin, leg.destination)
        areas = [self._area(end) for end in ends]
        is_international = service is not None and areas[0] != areas[1]
        only_from, only_to = (end if service and self._kind[end] in ENDS_ONLY else None for end in ends)
        is_export = leg.statuses[0][0] == DOMESTIC
        return _Traits(
            form=leg.form, form_after=leg.form_after, changes_form=leg.kind in ("stuff", "strip"),
            regimes=(leg.regimes, leg.not_regimes),
            mode=str(service.mode) if service else None,
            scenario=service.id if service and service.status == "scenario" else None,
            only_from=only_from, only_to=leg.origin if leg.kind == "land" else only_to,
            leaves=areas[0] if is_international else None, enters=areas[1] if is_international else None,
            exports_from=areas[0] if leg.kind == "clearance" and is_export else None,
            imports_to=areas[0] if leg.kind == "clearance" and not is_export else None,
        )  # fmt: skip

    def _area(self, code: str) -> str:
        """Return the customs area of a location."""
        return self._areas[self._territory[code]]

    def _index(self) -> dict[str, dict[str, Ints]]:
        """Return the movements by what filters and restrictions name."""
        by: dict[str, dict[str, list[int]]] = {
            name: defaultdict(list) for name in ("mode", "service", "territory", "passage")
        }
        for i, leg in enumerate(self._legs):
            if leg.service is None:
                continue
            by["mode"][str(leg.service.mode)].append(i)
            by["service"][leg.service.id].append(i)
            for territory in {self._territory[leg.origin], self._territory[leg.destination], *leg.service.transits}:
                by["territory"][territory].append(i)
            for passage in leg.service.passages:
                by["passage"][passage].append(i)
        return {name: {key: np.array(v, dtype=np.int64) for key, v in group.items()} for name, group in by.items()}

    def _legs_of(self, row: Restriction) -> Ints:
        """Return the legs a restriction is about."""
        chosen: Ints | None = None
        for name, key in (("mode", row.mode), ("service", row.service), ("territory", row.territory)):
            if key is not None:
                part = self._by[name].get(str(key), _NO_LEGS)
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

    def allowed(self, shipment: Shipment, filters: Filters, boxes: dict[str, int]) -> Bools:
        """Return which legs a shipment may use."""
        return self._unrestricted(self.allowed_without_restrictions(shipment, filters, boxes), shipment, boxes)

    def allowed_to_any(self, shipment: Shipment, filters: Filters, boxes: dict[str, int]) -> Bools:
        """
        Return which legs a shipment may use if it may end anywhere in the customs area of its destination.

        A movement to a place where nothing is transferred is open, and the step by which cargo that a truck brought
        to a gateway is at its destination is not: whoever asks looks at both sides of a gateway.
        """
        mask = self.allowed_without_restrictions(shipment, filters, boxes, frozenset({"only_to"}))
        mask[self._landings] = False
        return self._unrestricted(mask, shipment, boxes)

    def allowed_without_capacity(self, shipment: Shipment, filters: Filters, boxes: dict[str, int]) -> Bools:
        """Return which legs a shipment could use if departures took cargo of any size."""
        return self._unrestricted(self._open(shipment, filters, boxes), shipment, boxes)

    def _unrestricted(self, mask: Bools, shipment: Shipment, boxes: dict[str, int]) -> Bools:
        """Return some legs without those that restrictions bar."""
        for row, legs in self._grouped:
            mask[self._barred(row, legs, shipment, boxes)] = False
        return mask

    def allowed_without_restrictions(
        self, shipment: Shipment, filters: Filters, boxes: dict[str, int], ignored: frozenset[str] = frozenset()
    ) -> Bools:
        """Return which legs a shipment could use if no restriction row were in force, some traits apart."""
        mask = self._open(shipment, filters, boxes, ignored)
        for legs in self._capacity.too_small(shipment, boxes):
            mask[legs] = False
        return mask

    def _open(
        self, shipment: Shipment, filters: Filters, boxes: dict[str, int], ignored: frozenset[str] = frozenset()
    ) -> Bools:
        """Return which legs are open to a shipment by their traits, some of them apart, and by the filters."""
        passes = np.ones(self._classes, dtype=np.bool_)
        for trait, asked in self._asked(shipment, filters, boxes).items():
            if trait not in ignored:
                passes &= self._passing(trait, asked)
        mask = passes[self._class_of]
        for name, avoided in (
            ("service", filters.avoid_services),
            ("territory", filters.avoid_territories),
            ("passage", filters.avoid_passages),
        ):
            for key in avoided:
                mask[self._by[name].get(key, _NO_LEGS)] = False
        return mask

    def _asked(self, shipment: Shipment, filters: Filters, boxes: dict[str, int]) -> dict[str, Hashable]:
        """Return what of a shipment and its filters decides about each trait."""
        start, end = self._area(shipment.origin), self._area(shipment.destination)
        forms = frozenset({LOOSE, *boxes})
        return {
            "form": forms, "form_after": forms, "changes_form": shipment.box is None, "regimes": shipment.regime,
            "mode": filters.modes, "scenario": filters.scenarios,
            "only_from": shipment.origin, "only_to": shipment.destination,
            "leaves": end, "enters": start, "exports_from": start, "imports_to": end,
        }  # fmt: skip

    def _passing(self, trait: str, asked: Hashable) -> Bools:
        """Return which classes pass by one of their traits; kept, as many shipments ask the same."""
        found = self._passed.get((trait, asked))
        if found is None:
            if len(self._passed) >= _MOST_PASSED:
                self._passed.clear()
            test, (values, column) = _TESTS[trait], self._columns[trait]
            of_values = [value is None or test(value, asked) for value in values]
            found = self._passed[trait, asked] = np.array(of_values, dtype=np.bool_)[column]
        return found

    def broken(self, shipment: Shipment, boxes: dict[str, int]) -> list[tuple[Restriction, Ints]]:
        """Return the restrictions a shipment meets, with the legs each bars."""
        barred = ((row, self._barred(row, legs, shipment, boxes)) for row, legs in self._restrictions)
        return [(row, legs) for row, legs in barred if len(legs)]

    def too_small(self, shipment: Shipment, boxes: dict[str, int]) -> Ints:
        """Return the legs of which no departure can take a shipment."""
        return np.unique(np.concatenate(list(self._capacity.too_small(shipment, boxes))))

    def most_of(self, service: str) -> Amount:
        """Return the most that any departure of a service takes, if there is a limit."""
        return self._capacity.of_service[service]

    def payload_limits(self, goods: frozenset[str]) -> Ints:
        """
        Return the most grams of some goods in one box on each leg, beyond everything where there is no limit.

        It is that of the restrictions, or what a whole departure takes if that is less.
        """
        limits = np.full(len(self._legs), FAR, dtype=np.int64)
        limits[self._capacity.grams.legs] = self._capacity.grams.values
        for row, legs in self._restrictions:
            if row.rule == "max_box_payload_g" and (row.goods == "any" or row.goods in goods):
                limits[legs] = np.minimum(limits[legs], row.value or 0)
        return limits

    def _barred(self, row: Restriction, legs: Ints, shipment: Shipment, boxes: dict[str, int]) -> Ints:
        """Return those of a restriction's legs that it bars."""
        if row.goods != "any" and row.goods not in shipment.goods:
            return _NO_LEGS
        if row.rule == "max_box_payload_g":
            return self._overweight(legs, row.value or 0, shipment, boxes)
        return legs if _exceeds(row, shipment) else _NO_LEGS

    def _overweight(self, legs: Ints, limit_g: int, shipment: Shipment, boxes: dict[str, int]) -> Ints:
        """Return the legs in boxes that hold more than a limit each."""
        heavy = np.array(
            [form != LOOSE and form in boxes and shipment.mass_g > boxes[form] * limit_g for form in self.forms],
            dtype=np.bool_,
        )
        return legs[heavy[self._leg_form[legs]]] if heavy.any() else _NO_LEGS


def _exceeds(row: Restriction, shipment: Shipment) -> bool:
    """Say whether a forbid, piece or shipment rule bars a shipment."""
    if row.rule == "forbid":
        return True
    limit = row.value or 0
    if row.rule == "max_piece_g":
        return shipment.mass_g > limit * shipment.pieces
    return shipment.mass_g > limit


def _grouped(restrictions: Iterable[tuple[Restriction, Ints]]) -> list[tuple[Restriction, Ints]]:
    """Return one restriction of each kind and limit, with the legs of all of them."""
    groups: dict[tuple[object, ...], list[tuple[Restriction, Ints]]] = defaultdict(list)
    for row, legs in restrictions:
        groups[row.goods, row.rule, row.value].append((row, legs))
    return [(group[0][0], np.unique(np.concatenate([legs for _, legs in group]))) for group in groups.values()]


def _numbered(values: Iterable[_T]) -> tuple[list[_T], Ints]:
    """Return distinct values, and for each value its position among them."""
    number: dict[_T, int] = {}
    positions = [number.setdefault(value, len(number)) for value in values]
    return list(number), np.array(positions, dtype=np.int64)
