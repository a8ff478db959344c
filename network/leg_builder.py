"""The legs of a catalogue, which `network.compile` turns into arrays."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from data.money import round_half_up
from network.leg_prices import LegPrices, holds, periods
from network.legs import (
    CUSTOMS_STOPS,
    DOMESTIC,
    GATEWAYS,
    IMPORTED,
    LOOSE,
    RELEASED,
    RUNNING,
    Leg,
    Option,
    Run,
    is_supervised,
)
from network.prices import Component, PriceBook
from network.scopes import Scopes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from data import Call, Catalogue, Clearance, CutOff, Location, Service, Stuffing, ThroughRate


class LegBuilder:
    """
    Builds the legs of a catalogue.

    A leg is one (service, boarding call, alighting call, form, tariff period) or one process at a place.

    Parameters
    ----------
    catalogue
        With services, places and processes.
    book
        Components of prices are added to it.
    """

    def __init__(self, catalogue: Catalogue, book: PriceBook) -> None:
        self.catalogue = catalogue
        self.prices = LegPrices(catalogue, book)
        self._place = {location.code: location for location in catalogue.locations}
        self._area = {territory.code: territory.customs_area for territory in catalogue.territories}
        self._factor = {factor.id: factor.g_per_tkm for factor in catalogue.emission_factors}
        self._boxes = [unit.code for unit in catalogue.load_units if unit.kind == "box"]
        self._stuffing = Scopes((row.direction, row) for row in catalogue.stuffing)
        self._cutoffs: dict[tuple[str, str, str], list[CutOff]] = defaultdict(list)
        for cutoff in catalogue.cutoffs:
            scope = "service" if cutoff.service else "mode"
            self._cutoffs[scope, cutoff.service or cutoff.mode, cutoff.form].append(cutoff)

    def build(self) -> list[Leg]:
        """Return all legs: movements in table order, through legs, clearance, stuffing and stripping."""
        legs: list[Leg] = []
        for service in self.catalogue.services:
            if service.status in RUNNING:
                for run in self._runs(service):
                    legs += self._movements(run)
        for rate in self.catalogue.through_rates:
            legs += self._through(rate)
        for location in self.catalogue.locations:
            legs += [*self._clearances(location), *self._stuffings(location), *self._landings(location)]
        return legs

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
        areas = {self._area[self._place[call.location].territory] for call in calls[i : j + 1]}
        parts = calls[i + 1 : j + 1]
        grams = sum(
            (Fraction(call.distance_m) * Fraction(self._factor[call.factor]) for call in parts if call.factor),
            Fraction(0),
        )
        origin, destination = self._place[calls[i].location], self._place[calls[j].location]
        return Run(
            service, i, j, origin, destination, depart, duration, round_half_up(grams),
            all(call.factor and call.distance_m for call in parts),
            self._area[origin.territory] != self._area[destination.territory], len(areas) == 1,
        )  # fmt: skip

    def _movements(self, run: Run) -> Iterator[Leg]:
        """Yield one leg per form and tariff period of a run."""
        rows = self.prices.rows_of(run)
        if not rows:
            return
        forms = dict.fromkeys(row.unit if row.product == "fcl" and row.unit else LOOSE for row in rows)
        for form in forms:
            of_form = [row for row in rows if (row.unit if row.product == "fcl" else LOOSE) == form]
            surcharges = self.prices.surcharges_of(run)
            for period in periods([*of_form, *surcharges]):
                valid = [row for row in of_form if holds(row, period)]
                charged = [row for row in surcharges if holds(row, period)]
                options = tuple(self.prices.options(run, valid, charged))
                if options and self._statuses(run):
                    yield self._movement(run, form, period, options)

    def cut_rows(self, service: Service, form: str) -> list[CutOff]:
        """Return the cut-off rows of a service for a form."""
        kind = "loose" if form == LOOSE else "box"
        return (
            self._cutoffs.get(("service", service.id, kind))
            or self._cutoffs.get(("mode", str(service.mode), kind))
            or []
        )

    def _movement(self, run: Run, form: str, period: tuple[dt.date, dt.date], options: tuple[Option, ...]) -> Leg:
        """Return the leg of a run, form and period."""
        mode = str(run.service.mode)
        out = self.prices.handling_row(run.origin, mode, "out", form)
        into = self.prices.handling_row(run.destination, mode, "in", form)
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

    def _through(self, rate: ThroughRate) -> Iterator[Leg]:
        """Yield the two legs of a through rate, if both services run and the second has an air tariff."""
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
        for period in periods([rate, *self.prices.surcharges_of(first)]):
            if holds(rate, period):
                yield self._through_first(rate, first, period, self.prices.book.add(addon))
        yield from self._through_second(rate, second)

    def _run_between(self, service_id: str, origin: str, destination: str) -> Run | None:
        service = self.catalogue.service(service_id)
        if service.status not in RUNNING:
            return None
        runs = (run for run in self._runs(service) if (run.origin.code, run.destination.code) == (origin, destination))
        return next(runs, None)

    def _through_first(self, rate: ThroughRate, run: Run, period: tuple[dt.date, dt.date], addon: int) -> Leg:
        surcharges = [row for row in self.prices.surcharges_of(run) if holds(row, period)]
        sold_as = ("air", LOOSE, rate.currency)
        numbers = [addon, *self.prices.surcharge_numbers(run, sold_as, surcharges, frozenset({"percent"}))]
        numbers += self.prices.handling_numbers(run.origin, str(run.service.mode), "out", LOOSE)
        leg = self._movement(run, LOOSE, period, (Option("air", None, tuple(numbers)),))
        leg.statuses = ((RELEASED, RELEASED),)
        leg.through, leg.enters = rate, rate.id
        leg.calendar, leg.post_min = None, rate.connection_min
        out = self.prices.handling_row(run.origin, str(run.service.mode), "out", LOOSE)
        leg.emissions_ug_per_kg = run.emissions_ug_per_kg + (out.hub_ug_per_kg if out else 0)
        leg.unpriced = tuple(item for item in leg.unpriced if item[0] == "handling_out")
        return leg

    def _through_second(self, rate: ThroughRate, run: Run) -> Iterator[Leg]:
        surcharges = self.prices.surcharges_of(run)
        rows = [row for row in self.prices.rows_of(run) if row.product == "air"]
        for period in periods([*rows, *surcharges]):
            valid = [row for row in rows if holds(row, period)]
            charged = [row for row in surcharges if holds(row, period)]
            options = tuple(self.prices.options(run, valid, charged, frozenset({"origin"})))
            if options:
                leg = self._movement(run, LOOSE, period, options)
                leg.statuses = ((RELEASED, RELEASED),)
                leg.through, leg.leaves = rate, rate.id
                leg.pre_min, leg.papers_min = 0, -1
                into = self.prices.handling_row(run.destination, str(run.service.mode), "in", LOOSE)
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
                for form in (LOOSE, *self._boxes):
                    yield self._process("clearance", place, form, form, (status,), row, frozenset(named), regime)

    def _stuffings(self, place: Location) -> Iterator[Leg]:
        """Yield stuffing and stripping of every box type at a place."""
        released = ((RELEASED, RELEASED),) if is_supervised(place) else ()
        statuses = ((DOMESTIC, DOMESTIC), (IMPORTED, IMPORTED), *released)
        for direction, allowed in (("stuff", place.stuffs), ("strip", place.strips)):
            rows = self._stuffing.at(direction, place) if allowed else []
            for box in self._boxes if rows else ():
                before, after = (LOOSE, box) if direction == "stuff" else (box, LOOSE)
                yield self._process(direction, place, before, after, statuses, rows[0], frozenset(), "*")

    def _landings(self, place: Location) -> Iterator[Leg]:
        """Yield the free step by which cargo that a truck brought to a gateway is at its destination."""
        if place.kind in GATEWAYS | CUSTOMS_STOPS:
            for form in (LOOSE, *self._boxes):
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
        numbers = (self.prices.priced(code, table, row, box),) if is_priced else ()
        calendar = str(getattr(row, "calendar", place.calendar))
        return Leg(
            kind=kind, origin=place.code, destination=place.code, form=before, form_after=after, statuses=statuses,
            options=(Option("", None, numbers),), post_min=row.minutes,
            calendar=(calendar, place.territory, place.zone), row=row,
            regimes=frozenset({regime}) if regime != "*" else frozenset(),
            not_regimes=named if regime == "*" else frozenset(),
            unpriced=() if row.rate is not None else ((code, place.code),),
        )  # fmt: skip
