"""
Legs of a catalogue: every movement and process that has a price, with its times, rows and price options.

A leg is one (service, boarding call, alighting call, form, tariff period) or one process at a place. The builder
fills plain columns that `network.compile` turns into arrays.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from data.money import round_half_up
from network.prices import Component, PriceBook
from network.scopes import Scopes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from data import (
        Call,
        Catalogue,
        Clearance,
        CutOff,
        Handling,
        Location,
        Service,
        Stuffing,
        Surcharge,
        Tariff,
        ThroughRate,
    )

LOOSE = "loose"
DOMESTIC, RELEASED, IMPORTED = "D", "R", "I"
GATEWAYS = frozenset({"seaport", "airport", "rail_terminal", "border"})
"""Kinds of places where a truck meets another mode; no road leg follows a road leg there."""
CUSTOMS_STOPS = frozenset({"supervision", "bonded_zone"})
"""Kinds of places a truck calls at for clearance; no road leg follows a road leg there unless cleared between."""
RUNNING = frozenset({"active", "seasonal", "scenario"})


class Option(NamedTuple):
    """One way of buying a leg: product, unit and the numbers of its price components, freight first."""

    product: str
    unit: str | None
    components: tuple[int, ...]


@dataclass(slots=True)
class Leg:
    """
    One movement or process.

    Parameters
    ----------
    kind
        ``leg``, ``clearance``, ``stuff``, ``strip``, or ``land`` (see `LegBuilder._landings`).
    origin, destination
        Location codes.
    form, form_after
        ``loose`` or a box code before and after.
    statuses
        Pairs of status before and after.
    service, first_call, last_call
        Of a movement: service and positions of the calls in its rotation.
    period
        First and last local date of departure, or None for always.
    pre_min, post_min
        Time needed before boarding (cut-offs and handling) and after arrival.
    papers_min
        Documentation cut-off, -1 for none.
    calendar
        (calendar, territory, zone) whose hours hold after arrival (movement) or before the process, or None.
    hub
        Private hub of a through rate that the leg enters (True) or leaves (False), by its id.
    emissions_ug_per_kg
        Micrograms CO2e per kg of cargo.
    options
        Ways of buying it.
    row
        Of a process: its clearance or stuffing row.
    through
        Of a leg sold under a through rate.
    unpriced
        What is known to lack a price.
    """

    kind: str
    origin: str
    destination: str
    form: str
    form_after: str
    statuses: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    service: Service | None = None
    first_call: int = 0
    last_call: int = 0
    depart_offset: int = 0
    duration: int = 0
    period: tuple[dt.date, dt.date] | None = None
    pre_min: int = 0
    post_min: int = 0
    papers_min: int = -1
    calendar: tuple[str, str, str] | None = None
    enters: str | None = None
    leaves: str | None = None
    emissions_ug_per_kg: int = 0
    emissions_complete: bool = True
    row: Clearance | Stuffing | None = None
    through: ThroughRate | None = None
    regimes: frozenset[str] = frozenset()
    not_regimes: frozenset[str] = frozenset()
    unpriced: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Run:
    """A pair of calls of a service with its times, distance and places."""

    service: Service
    first: int
    last: int
    origin: Location
    destination: Location
    depart_offset: int
    duration: int
    emissions_ug_per_kg: int
    emissions_complete: bool
    is_international: bool
    is_domestic: bool


@dataclass
class LegBuilder:
    """Builds the legs of a catalogue; keeps the lookups they share."""

    catalogue: Catalogue
    book: PriceBook
    legs: list[Leg] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Index the tables by what they are looked up by."""
        c = self.catalogue
        self.place = {location.code: location for location in c.locations}
        self.area = {territory.code: territory.customs_area for territory in c.territories}
        self.factor = {factor.id: factor.g_per_tkm for factor in c.emission_factors}
        self.boxes = [unit.code for unit in c.load_units if unit.kind == "box"]
        self.handling = Scopes(((row.mode, row.direction, row.form), row) for row in c.handling)
        self.stuffing = Scopes((row.direction, row) for row in c.stuffing)
        self.tariffs: dict[str, list[Tariff]] = defaultdict(list)
        for row in c.tariffs:
            self.tariffs[row.service].append(row)
        self.cutoffs: dict[tuple[str, str, str], list[CutOff]] = defaultdict(list)
        for cutoff in c.cutoffs:
            self.cutoffs["service" if cutoff.service else "mode", cutoff.service or cutoff.mode, cutoff.form].append(
                cutoff
            )
        self._surcharges: dict[tuple[str, str], list[Surcharge]] = defaultdict(list)
        for surcharge in c.surcharges:
            self._surcharges[surcharge.mode, surcharge.location or surcharge.territory or ""].append(surcharge)
        self._order = {row.id: i for i, row in enumerate(c.surcharges)}
        self._handled: dict[tuple[str, str, str, str], Handling | None] = {}
        self._shared: dict[object, object] = {}

    def build(self) -> list[Leg]:
        """Return all legs: movements in table order, through legs, clearance, stuffing and stripping."""
        for service in self.catalogue.services:
            if service.status in RUNNING:
                for run in self._runs(service):
                    self.legs.extend(self._movements(run))
        for rate in self.catalogue.through_rates:
            self._through(rate)
        for location in self.catalogue.locations:
            self.legs.extend(self._clearances(location))
            self.legs.extend(self._stuffings(location))
            self.legs.extend(self._landings(location))
        return self.legs

    # Movements

    def _runs(self, service: Service) -> Iterator[Run]:
        """Yield every pair of calls at which cargo may board and alight."""
        calls = self.catalogue.calls_of(service.id)
        arrive, depart = [0], [0]
        for call in calls[1:]:
            arrive.append(depart[-1] + call.run_min)
            depart.append(arrive[-1] + call.stop_min)
        for i, first in enumerate(calls[:-1]):
            if not first.can_board:
                continue
            for j in range(i + 1, len(calls)):
                if calls[j].can_alight and calls[j].location != first.location:
                    yield self._run(service, calls, i, j, depart[i], arrive[j] - depart[i])

    def _run(self, service: Service, calls: Sequence[Call], i: int, j: int, depart: int, duration: int) -> Run:
        areas = {self.area[self.place[call.location].territory] for call in calls[i : j + 1]}
        parts = calls[i + 1 : j + 1]
        grams = sum(
            (Fraction(call.distance_m) * Fraction(self.factor[call.factor]) for call in parts if call.factor),
            Fraction(0),
        )
        origin, destination = self.place[calls[i].location], self.place[calls[j].location]
        return Run(
            service, i, j, origin, destination, depart, duration, round_half_up(grams),
            all(call.factor and call.distance_m for call in parts),
            self.area[origin.territory] != self.area[destination.territory], len(areas) == 1,
        )  # fmt: skip

    def _movements(self, run: Run) -> Iterator[Leg]:
        """Yield one leg per form and tariff period of a run."""
        rows = self._rows_of(run)
        if not rows:
            return
        forms = dict.fromkeys(row.unit if row.product == "fcl" and row.unit else LOOSE for row in rows)
        for form in forms:
            of_form = [row for row in rows if (row.unit if row.product == "fcl" else LOOSE) == form]
            surcharges = self._surcharges_of(run)
            for period in _periods([*of_form, *surcharges]):
                valid = [row for row in of_form if _holds(row, period)]
                charged = [row for row in surcharges if _holds(row, period)]
                options = tuple(self._options(run, valid, charged))
                if options and self._statuses(run):
                    yield self._movement(run, form, period, options)

    def _rows_of(self, run: Run) -> list[Tariff]:
        """Return the tariff rows that may price a run."""
        ends = (run.origin.code, run.destination.code)
        return [
            row
            for row in self.tariffs[run.service.id]
            if row.origin in (None, ends[0]) and row.destination in (None, ends[1])
        ]

    def _options(
        self, run: Run, rows: Sequence[Tariff], surcharges: Sequence[Surcharge], skip: frozenset[str] = frozenset()
    ) -> Iterator[Option]:
        """Yield the price options among rows valid on the same dates; the most specific rows of each win."""
        groups: dict[tuple[str, str | None], list[Tariff]] = defaultdict(list)
        for row in rows:
            groups[row.product, row.unit].append(row)
        for (product, unit), group in groups.items():
            named = max(_named(row) for row in group)
            best = [row for row in group if _named(row) == named]
            form = unit if product == "fcl" and unit else LOOSE
            numbers = [self._freight(run, best)]
            numbers += self._surcharge_numbers(run, (product, form, best[0].currency), surcharges, skip)
            if "origin" not in skip:
                numbers += self._handling_numbers(run.origin, str(run.service.mode), "out", form)
            numbers += self._handling_numbers(run.destination, str(run.service.mode), "in", form)
            yield Option(product, unit, tuple(numbers))

    def _freight(self, run: Run, rows: Sequence[Tariff]) -> int:
        """Return the number of the freight component."""
        first = rows[0]
        mode = str(run.service.mode)
        quantity: tuple[str, ...] = ("charge", first.product, mode)
        if first.basis == "per_box":
            quantity = ("box", first.unit or "")
        elif first.basis == "per_truck":
            quantity = ("truck", first.unit or "")
        elif first.basis == "per_wm":
            quantity = ("wm1",)
        ordered = tuple(sorted(rows, key=lambda row: row.break_kg or 0)) if first.basis == "breaks" else (first,)
        least = max((row.min_charge for row in ordered if row.min_charge is not None), default=None)
        component = Component("freight", "tariffs", ordered, first.basis, quantity, first.currency, first.rate)
        return self.book.add(component, least)

    def _surcharges_of(self, run: Run) -> list[Surcharge]:
        """Return the surcharge rows of a run, in table order, whatever their product and dates."""
        mode = str(run.service.mode)
        key = (mode, run.service.id if self._names_service(mode) else "", run.origin.code, run.destination.code)
        if key not in self._shared:
            found = {
                id(row): row
                for scope in {
                    "", run.origin.code, run.origin.territory, run.destination.code, run.destination.territory,
                }
                for row in self._surcharges.get((mode, scope), ())
                if _applies(row, run)
            }  # fmt: skip
            self._shared[key] = sorted(found.values(), key=lambda row: self._order[row.id])
        return self._shared[key]  # type: ignore[return-value]

    def _names_service(self, mode: str) -> bool:
        """Say whether some surcharge of the mode names a service."""
        key = ("names", mode)
        if key not in self._shared:
            self._shared[key] = any(row.mode == mode and row.service for row in self.catalogue.surcharges)
        return bool(self._shared[key])

    def _surcharge_numbers(
        self, run: Run, sold_as: tuple[str, str, str], surcharges: Sequence[Surcharge], skip: frozenset[str]
    ) -> list[int]:
        """Return the surcharge components of a leg sold as (product, form, currency of the freight)."""
        product, form, freight_currency = sold_as
        numbers = []
        for row in surcharges:
            if row.product not in (None, product) or row.at in skip or row.basis in skip:
                continue
            if row.basis == "per_box" and product != "fcl":
                continue
            quantity: tuple[str, ...] = {
                "per_box": ("box", form), "per_bl": ("bl",), "per_wm": ("wm",), "percent": ("bl",),
                "per_kg": ("weighed", product, str(run.service.mode)),
            }[row.basis]  # fmt: skip
            currency = row.currency or freight_currency
            component = Component(row.code, "surcharges", (row,), row.basis, quantity, currency, row.rate)
            numbers.append(self.book.add(component, row.min_charge))
        return numbers

    def _handling_row(self, place: Location, mode: str, direction: str, form: str) -> Handling | None:
        key = (place.code, mode, direction, "loose" if form == LOOSE else "box")
        if key not in self._handled:
            rows = self.handling.at(key[1:], place)
            self._handled[key] = rows[0] if rows else None
        return self._handled[key]

    def _handling_numbers(self, place: Location, mode: str, direction: str, form: str) -> list[int]:
        """Return the component of a handling, none if it has no price."""
        row = self._handling_row(place, mode, direction, form)
        if row is None or row.basis is None or row.rate is None or row.currency is None:
            return []
        return [self._priced(f"handling_{direction}", "handling", row, form, row.min_charge)]

    def _priced(
        self, code: str, table: str, row: Handling | Stuffing | Clearance, form: str, least: Decimal | None = None
    ) -> int:
        key = (code, id(row), form)
        if key in self._shared:
            return self._shared[key]  # type: ignore[return-value]
        quantity: tuple[str, ...] = {
            "per_box": ("box", form), "per_bl": ("bl",), "per_kg": ("kg",), "per_wm": ("wm",),
        }[str(row.basis)]  # fmt: skip
        component = Component(code, table, (row,), str(row.basis), quantity, str(row.currency), row.rate or Decimal(0))
        self._shared[key] = self.book.add(component, least)
        return self._shared[key]  # type: ignore[return-value]

    def cut_rows(self, service: Service, form: str) -> list[CutOff]:
        """Return the cut-off rows of a service for a form."""
        kind = "loose" if form == LOOSE else "box"
        return (
            self.cutoffs.get(("service", service.id, kind)) or self.cutoffs.get(("mode", str(service.mode), kind)) or []
        )

    def _movement(self, run: Run, form: str, period: tuple[dt.date, dt.date], options: tuple[Option, ...]) -> Leg:
        """Return the leg of a run, form and period."""
        mode = str(run.service.mode)
        out = self._handling_row(run.origin, mode, "out", form)
        into = self._handling_row(run.destination, mode, "in", form)
        cuts = self.cut_rows(run.service, form)
        papers = [row.minutes_before for row in cuts if row.type == "documentation"]
        place = run.destination
        statuses = self._statuses(run)
        return Leg(
            kind="leg", origin=run.origin.code, destination=place.code, form=form, form_after=form,
            statuses=statuses, options=options, service=run.service,
            first_call=run.first, last_call=run.last, depart_offset=run.depart_offset, duration=run.duration,
            period=period,
            pre_min=max((row.minutes_before for row in cuts if row.type != "documentation"), default=0)
            + (out.minutes if out else 0),
            post_min=into.minutes if into else 0, papers_min=max(papers, default=-1),
            calendar=(place.calendar, place.territory, place.zone),
            emissions_ug_per_kg=run.emissions_ug_per_kg + sum(row.hub_ug_per_kg for row in (out, into) if row),
            emissions_complete=run.emissions_complete,
            unpriced=tuple(
                (f"handling_{way}", at.code)
                for way, at, row in (("out", run.origin, out), ("in", place, into))
                if row is None or row.rate is None
            ),
        )  # fmt: skip

    def _statuses(self, run: Run) -> tuple[tuple[str, str], ...]:
        """
        Return the statuses in which cargo may make a run.

        Released cargo stands only at supervised places, and goes by road only to or from a gateway.
        """
        free = (DOMESTIC, IMPORTED) if run.is_domestic else ()
        ends = (run.origin, run.destination)
        supervised = (RELEASED,) if all(is_supervised(end) for end in ends) else ()
        if run.service.mode == "road" and not any(end.kind in GATEWAYS for end in ends):
            supervised = ()
        return tuple((status, status) for status in sorted((*free, *supervised)))

    # Through rates

    def _through(self, rate: ThroughRate) -> None:
        """Add the two legs of a through rate, if both services run and the second has an air tariff."""
        first = self._run_between(rate.first_service, rate.origin, rate.hub)
        second = self._run_between(rate.second_service, rate.hub, rate.destination)
        if first is None or second is None:
            return
        addon = Component(
            "through_addon",
            "through_rates",
            (rate,),
            "per_kg",
            ("charge", "air", "air"),
            rate.currency,
            rate.addon_per_kg,
        )
        for period in _periods([rate, *self._surcharges_of(first)]):
            if _holds(rate, period):
                self.legs.append(self._through_first(rate, first, period, self.book.add(addon)))
        for leg in self._through_second(rate, second):
            self.legs.append(leg)

    def _run_between(self, service_id: str, origin: str, destination: str) -> Run | None:
        service = self.catalogue.service(service_id)
        if service.status not in RUNNING:
            return None
        runs = (run for run in self._runs(service) if (run.origin.code, run.destination.code) == (origin, destination))
        return next(runs, None)

    def _through_first(self, rate: ThroughRate, run: Run, period: tuple[dt.date, dt.date], addon: int) -> Leg:
        surcharges = [row for row in self._surcharges_of(run) if _holds(row, period)]
        sold_as = ("air", LOOSE, rate.currency)
        numbers = [addon, *self._surcharge_numbers(run, sold_as, surcharges, frozenset({"percent"}))]
        numbers += self._handling_numbers(run.origin, str(run.service.mode), "out", LOOSE)
        leg = self._movement(run, LOOSE, period, (Option("air", None, tuple(numbers)),))
        leg.statuses = ((RELEASED, RELEASED),)
        leg.through, leg.enters = rate, rate.id
        leg.calendar, leg.post_min = None, rate.connection_min
        out = self._handling_row(run.origin, str(run.service.mode), "out", LOOSE)
        leg.emissions_ug_per_kg = run.emissions_ug_per_kg + (out.hub_ug_per_kg if out else 0)
        leg.unpriced = tuple(item for item in leg.unpriced if item[0] == "handling_out")
        return leg

    def _through_second(self, rate: ThroughRate, run: Run) -> Iterator[Leg]:
        surcharges = self._surcharges_of(run)
        rows = [row for row in self._rows_of(run) if row.product == "air"]
        for period in _periods([*rows, *surcharges]):
            valid = [row for row in rows if _holds(row, period)]
            charged = [row for row in surcharges if _holds(row, period)]
            options = tuple(self._options(run, valid, charged, frozenset({"origin"})))
            if options:
                leg = self._movement(run, LOOSE, period, options)
                leg.statuses = ((RELEASED, RELEASED),)
                leg.through, leg.leaves = rate, rate.id
                leg.pre_min, leg.papers_min = 0, -1
                into = self._handling_row(run.destination, str(run.service.mode), "in", LOOSE)
                leg.emissions_ug_per_kg = run.emissions_ug_per_kg + (into.hub_ug_per_kg if into else 0)
                leg.unpriced = tuple(item for item in leg.unpriced if item[0] == "handling_in")
                yield leg

    # Processes

    def _clearances(self, place: Location) -> Iterator[Leg]:
        """Yield export and import clearance at a place, one leg per form and row that some regime uses."""
        for direction, allowed, status in (
            ("export", place.clears_export, (DOMESTIC, RELEASED)),
            ("import", place.clears_import, (RELEASED, IMPORTED)),
        ):
            if not allowed:
                continue
            rows = [
                row
                for row in self.catalogue.clearance
                if row.territory == place.territory and row.direction == direction and row.kind in (None, place.kind)
            ]
            named = {row.regime for row in rows} - {"*"}
            for regime in ("*", *sorted(named)):
                choice = [row for row in rows if row.regime == regime]
                if not choice:
                    continue
                row = min(choice, key=lambda row: row.kind is None)
                for form in (LOOSE, *self.boxes):
                    yield self._process("clearance", place, form, form, (status,), row, frozenset(named), regime)

    def _stuffings(self, place: Location) -> Iterator[Leg]:
        """Yield stuffing and stripping of every box type at a place."""
        released = ((RELEASED, RELEASED),) if is_supervised(place) else ()
        statuses = ((DOMESTIC, DOMESTIC), (IMPORTED, IMPORTED), *released)
        for direction, allowed in (("stuff", place.stuffs), ("strip", place.strips)):
            rows = self.stuffing.at(direction, place) if allowed else []
            for box in self.boxes if rows else ():
                before, after = (LOOSE, box) if direction == "stuff" else (box, LOOSE)
                yield self._process(direction, place, before, after, statuses, rows[0], frozenset(), "*")

    def _landings(self, place: Location) -> Iterator[Leg]:
        """Yield the free step by which cargo that a truck brought to a gateway is at its destination."""
        if place.kind in GATEWAYS | CUSTOMS_STOPS:
            for form in (LOOSE, *self.boxes):
                yield Leg(
                    kind="land", origin=place.code, destination=place.code, form=form, form_after=form,
                    statuses=((DOMESTIC, DOMESTIC), (IMPORTED, IMPORTED)), options=(Option("", None, ()),),
                )  # fmt: skip

    def _process(
        self, kind: str, place: Location, before: str, after: str, statuses: tuple[tuple[str, str], ...],
        row: Clearance | Stuffing, named: frozenset[str], regime: str,
    ) -> Leg:  # fmt: skip
        code = {"clearance": "clearance", "stuff": "stuffing", "strip": "stripping"}[kind]
        table = "clearance" if kind == "clearance" else "stuffing"
        box = before if after == LOOSE else after
        is_priced = row.basis is not None and row.rate is not None and row.currency is not None
        if row.basis == "per_box" and box == LOOSE:
            is_priced = False
        numbers = (self._priced(code, table, row, box),) if is_priced else ()
        calendar = str(getattr(row, "calendar", place.calendar))
        return Leg(
            kind=kind, origin=place.code, destination=place.code, form=before, form_after=after, statuses=statuses,
            options=(Option("", None, numbers),), post_min=row.minutes,
            calendar=(calendar, place.territory, place.zone), row=row,
            regimes=frozenset({regime}) if regime != "*" else frozenset(),
            not_regimes=named if regime == "*" else frozenset(),
            unpriced=() if row.rate is not None else ((code, place.code),),
        )  # fmt: skip


def is_supervised(place: Location) -> bool:
    """Say whether released cargo may stand at a place: customs clears there, or it is a border point."""
    return place.clears_export or place.clears_import or place.kind == "border"


def _named(row: Tariff) -> int:
    """Return how closely a tariff row names its ends: both 3, the origin 2, the destination 1, none 0."""
    return 2 * (row.origin is not None) + (row.destination is not None)


def _applies(row: Surcharge, run: Run) -> bool:
    """Say whether a surcharge row of the run's mode applies to it, whatever its product and dates."""
    if row.service not in (None, run.service.id) or (row.international and not run.is_international):
        return False
    ends = {"origin": (run.origin,), "destination": (run.destination,), "leg": (run.origin, run.destination)}[row.at]
    return any(row.location in (None, end.code) and row.territory in (None, end.territory) for end in ends)


def _periods(rows: Iterable[Tariff | Surcharge | ThroughRate]) -> list[tuple[dt.date, dt.date]]:
    """Return the maximal spans of dates on which the same rows hold."""
    edges = sorted({edge for row in rows for edge in (row.valid_from.toordinal(), row.valid_to.toordinal() + 1)})
    kind = type(next(iter(rows)).valid_from) if edges else None
    return [(kind.fromordinal(a), kind.fromordinal(b - 1)) for a, b in pairwise(edges)] if kind else []


def _holds(row: Tariff | Surcharge | ThroughRate, period: tuple[dt.date, dt.date]) -> bool:
    """Say whether a row is valid throughout a period that does not cross its edges."""
    return row.valid_from <= period[0] and period[1] <= row.valid_to
