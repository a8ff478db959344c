"""From a path to an option people can read: steps, cut-offs, itemised charges, shares and reasons."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.itinerary import Charge, CutOffTime, Option, Step
from data.money import line_minor, to_fen
from network.compile import LAND
from network.legs import DOMESTIC, IMPORTED, LOOSE, RELEASED
from network.prices import price_groups, price_lines, quantity_value
from network.timeline import Hop, Moment, latest_readies, timeline, timelines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from fractions import Fraction

    from data import Catalogue, Row
    from data.shipment import Shipment
    from network.leg_builder import LegBuilder
    from network.legs import Leg
    from network.prices import Component
    from network.reliability import Outlook, Reliability
    from network.search import Path
    from network.timetable import Ints, Timetable
    from network.weights import Priced, Weigher

DAY = 1440
FIXED_NAMES = {
    "freight": ("运费", "Freight"),
    "through_addon": ("全程联运加价", "Through-rate add-on"),
    "handling_in": ("到达作业费", "Arrival handling"),
    "handling_out": ("发运作业费", "Departure handling"),
    "storage": ("堆存费", "Storage"),
    "clearance": ("报关费", "Customs clearance"),
    "stuffing": ("装箱费", "Stuffing"),
    "stripping": ("拆箱费", "Stripping"),
}


class Stand(NamedTuple):
    """
    How cargo stands somewhere.

    Parameters
    ----------
    ready, clock
        Instant it is ready, and start of its storage clock (None for none).
    papers
        Instant its documents are ready.
    status
        ``D``, ``R`` or ``I``.
    """

    ready: int
    clock: int | None
    papers: int
    status: str


class Part(NamedTuple):
    """Some steps, their charges numbered by step, and how the cargo stands afterwards."""

    steps: tuple[Step, ...]
    charges: tuple[Charge, ...]
    end: Stand


class _Saying(NamedTuple):
    """What every line by one row says: its names, the id of the row, whether it is assumed, and its last day."""

    name_zh: str
    name_en: str
    row: str
    assumed: bool
    valid_to: str | None


@dataclass
class Answers:
    """
    Makes options from paths.

    Parameters
    ----------
    catalogue, legs, builder, weigher, timetable, reliability
        Parts of the compiled network.
    """

    catalogue: Catalogue
    legs: Sequence[Leg]
    builder: LegBuilder
    weigher: Weigher
    timetable: Timetable
    reliability: Reliability
    _sayings: dict[tuple[int, int], _Saying] = field(default_factory=dict)

    def part(self, shipment: Shipment, priced: Priced, hops: Sequence[Hop], at: Stand) -> Part:
        """Return the steps and charges of some hops of a way, from where the cargo stands."""
        hops = [hop for hop in hops if self.legs[hop.leg].kind != "land"]
        steps: list[Step] = []
        charges: list[Charge] = []
        status, ready, clock = at.status, at.ready, at.clock
        for number, (hop, bare) in enumerate(zip(hops, timeline(self.timetable, hops, at.ready), strict=True)):
            leg = self.legs[hop.leg]
            moment = bare if bare.clock is not None else bare._replace(clock=at.clock)
            status = dict(leg.statuses)[status]
            grams = int(priced.weights.leg_emissions[hop.leg])
            steps.append(self._step(leg, moment, status, grams, priced, hop.leg, at.papers))
            charges += self._storage(shipment, priced, leg, moment, number)
            charges += self._charges(priced, hop.leg, number)
            ready = moment.available
            clock = moment.arrive if leg.service is not None else clock
        return Part(tuple(steps), tuple(charges), Stand(ready, clock, at.papers, status))

    def process(self, quantities: Ints, leg: int, at: Stand) -> Part:
        """Return the step of a process and its lines for given quantities, from where the cargo stands."""
        process = self.legs[leg]
        moment = timeline(self.timetable, [Hop(leg, -1)], at.ready)[0]
        status = dict(process.statuses)[at.status]
        step = Step(
            kind=process.kind, origin=process.origin, destination=process.destination, form=process.form_after,  # type: ignore[arg-type]
            status=status, ready_min=at.ready, depart_min=moment.depart, arrive_min=moment.arrive,
            available_min=moment.available, row=process.row.id if process.row else None,
        )  # fmt: skip
        numbers = process.options[0].components
        lines = price_lines(self.weigher.table, np.array(numbers, dtype=np.int64), quantities)
        charges = tuple(
            self._line(number, (minor, fen), quantities, 0)
            for number, minor, fen in zip(numbers, *(amounts.tolist() for amounts in lines), strict=True)
        )
        return Part((step,), charges, Stand(moment.available, at.clock, at.papers, status))

    def loose_storage(
        self, shipment: Shipment, priced: Priced, place: str, stay: tuple[int, int], step: int
    ) -> tuple[Charge, ...]:
        """Return the storage lines of loose cargo at a place, from the start of its clock to a departure."""
        scheme = self._scheme_of(place, LOOSE, (DOMESTIC, RELEASED, IMPORTED))
        return tuple(self._stored(shipment, priced, scheme, stay, step))

    def options(
        self, shipment: Shipment, priced: Priced, paths: Sequence[Path], ready: Sequence[int], due: int | None
    ) -> list[Option]:
        """Return the options of paths, given when the cargo of each is ready; charges sum to what the search found."""
        ways = [tuple(hop for hop in path.hops if self.legs[hop.leg].kind != "land") for path in paths]
        moments = timelines(self.timetable, ways, ready)
        self._price(priced, (hop.leg for hops in ways for hop in hops))
        slack = self.catalogue.setting_int("on_time_tolerance_min")
        limits = [one[-1].available + slack if due is None else due for one in moments]
        outlooks = self.reliability.outlooks(ways, ready, limits)
        latest = latest_readies(self.timetable, ways, ready)
        return [
            self._option(shipment, priced, *parts) for parts in zip(ways, moments, ready, outlooks, latest, strict=True)
        ]

    def _option(
        self,
        shipment: Shipment,
        priced: Priced,
        hops: Sequence[Hop],
        moments: Sequence[Moment],
        ready: int,
        outlook: Outlook,
        latest: int,
    ) -> Option:
        steps: list[Step] = []
        charges: list[Charge] = []
        status = "D"
        for number, (hop, moment) in enumerate(zip(hops, moments, strict=True)):
            leg = self.legs[hop.leg]
            status = dict(leg.statuses)[status]
            steps.append(self._step_once(priced, hop.leg, moment, status, ready))
            charges += self._stay_once(shipment, priced, hop.leg, moment, number)
            charges += self._charges(priced, hop.leg, number)
        cost = sum(charge.cny_minor for charge in charges)
        assumed = sum(charge.cny_minor for charge in charges if charge.assumed)
        legs = [self.legs[hop.leg] for hop in hops]
        return Option(
            steps=self._binding(priced, steps), charges=tuple(charges), cost_cny_minor=cost,
            depart_min=next((m.depart for h, m in zip(hops, moments, strict=True) if h.departure >= 0), ready),
            arrive_min=moments[-1].available, emissions_g=sum(step.emissions_g for step in steps),
            emissions_complete=all(leg.emissions_complete for leg in legs),
            on_time_probability=outlook.on_time, arrive_p50_min=outlook.p50_min, arrive_p90_min=outlook.p90_min,
            assumed_ppm=assumed * 1_000_000 // cost if cost else 0,
            latest_ready_min=latest,
            unpriced=tuple(dict.fromkeys(item for leg in legs for item in leg.unpriced)),
        )  # fmt: skip

    def _step_once(self, priced: Priced, number: int, moment: Moment, status: str, first_ready: int) -> Step:
        """Return the step of a leg, which other paths of the same quote may have as well."""
        key = (number, moment, status, first_ready)
        step = priced.steps.get(key)
        if step is None:
            grams = int(priced.weights.leg_emissions[number])
            step = self._step(self.legs[number], moment, status, grams, priced, number, first_ready)
            priced.steps[key] = step
        return step

    def _binding(self, priced: Priced, steps: Sequence[Step]) -> tuple[Step, ...]:
        """Mark the cut-off with the least slack of the whole itinerary as binding."""
        slacks = [(cut.slack_min, i, j) for i, step in enumerate(steps) for j, cut in enumerate(step.cutoffs)]
        if not slacks:
            return tuple(steps)
        _, place, number = min(slacks)
        # Steps of a quote are kept as long as its weights are, so no other gets the identity of one.
        key = (id(steps[place]), number)
        marked = priced.marked.get(key)
        if marked is None:
            cutoffs = (replace(cut, binding=k == number) for k, cut in enumerate(steps[place].cutoffs))
            marked = priced.marked[key] = replace(steps[place], cutoffs=tuple(cutoffs))
        return (*steps[:place], marked, *steps[place + 1 :])

    def _stay_once(
        self, shipment: Shipment, priced: Priced, number: int, moment: Moment, step: int
    ) -> tuple[Charge, ...]:
        """Return the storage lines of the stay that a movement ends, which other paths may have as well."""
        key = (number, moment.clock, moment.depart, step)
        lines = priced.stays.get(key)
        if lines is None:
            lines = priced.stays[key] = tuple(self._storage(shipment, priced, self.legs[number], moment, step))
        return lines

    def _step(
        self, leg: Leg, moment: Moment, status: str, grams: int, priced: Priced, number: int, first_ready: int
    ) -> Step:
        if leg.service is None:
            return Step(
                kind=leg.kind, origin=leg.origin, destination=leg.destination, form=leg.form_after, status=status,  # type: ignore[arg-type]
                ready_min=moment.ready, depart_min=moment.depart, arrive_min=moment.arrive,
                available_min=moment.available, emissions_g=grams, row=leg.row.id if leg.row else None,
            )  # fmt: skip
        option = self.weigher.options[int(priced.chosen[number])]
        return Step(
            kind="leg", origin=leg.origin, destination=leg.destination, form=leg.form_after, status=status,
            ready_min=moment.ready, depart_min=moment.depart, arrive_min=moment.arrive,
            available_min=moment.available, emissions_g=grams, mode=str(leg.service.mode), service=leg.service.id,
            product=option.product, unit=option.unit, through=leg.through.id if leg.through else None,
            cutoffs=() if leg.leaves else tuple(self._cutoffs(leg, moment, first_ready)),
        )  # fmt: skip

    def _cutoffs(self, leg: Leg, moment: Moment, first_ready: int) -> Iterator[CutOffTime]:
        """
        Yield the cut-offs of a movement with their slack.

        Papers are ready with the goods at the origin; for the other tasks the cargo has to stand ready, handled.
        """
        if leg.service is None:
            return
        rows = self.builder.cut_rows(leg.service, leg.form)
        longest = max((row.minutes_before for row in rows if row.type != "documentation"), default=0)
        handling = leg.pre_min - longest
        for row in rows:
            at = moment.depart - row.minutes_before
            slack = at - first_ready if row.type == "documentation" else at - handling - moment.ready
            yield CutOffTime(type=str(row.type), at_min=at, slack_min=slack, binding=False)

    def _price(self, priced: Priced, legs: Iterable[int]) -> None:
        """Work out the amounts of the chosen options of legs, all at once."""
        wanted = sorted(set(legs) - priced.amounts.keys())
        groups = [self.weigher.options[number].components for number in priced.chosen[wanted].tolist()]
        ptr = np.cumsum([0, *(len(group) for group in groups)], dtype=np.int64)
        numbers = np.array([number for group in groups for number in group], dtype=np.int64)
        minor, fen = price_groups(self.weigher.table, numbers, ptr, priced.quantities)
        amounts = list(zip(minor.tolist(), fen.tolist(), strict=True))
        for leg, first, last in zip(wanted, ptr[:-1].tolist(), ptr[1:].tolist(), strict=True):
            priced.amounts[leg] = amounts[first:last]

    def _charges(self, priced: Priced, leg: int, step: int) -> tuple[Charge, ...]:
        """Return the lines of a leg's chosen option, which other paths of the same quote have as well."""
        found = priced.charges.get((leg, step))
        if found is None:
            if leg not in priced.amounts:
                self._price(priced, [leg])
            numbers = self.weigher.options[int(priced.chosen[leg])].components
            found = priced.charges[leg, step] = tuple(
                self._line(number, amounts, priced.quantities, step)
                for number, amounts in zip(numbers, priced.amounts[leg], strict=True)
            )
        return found

    def _line(self, number: int, amounts: tuple[int, int], quantities: Ints, step: int) -> Charge:
        """Return one line, given its amounts in minor units and in fen."""
        component = self.weigher.book.components[number]
        row, quantity, rate = self._row_used(number, component, quantities)
        says = self._saying(component, row)
        return Charge(
            code=component.code, name_zh=says.name_zh, name_en=says.name_en, table=component.table, row=says.row,
            step=step, basis=component.basis, quantity=quantity, rate=rate, amount_minor=amounts[0],
            currency=component.currency, cny_minor=amounts[1], assumed=says.assumed, source=row.source,
            as_of=row.as_of, valid_to=says.valid_to,
        )  # fmt: skip

    def _saying(self, component: Component, row: Row) -> _Saying:
        """Return what every line of a component by one of its rows says."""
        key = (id(component), id(row))
        found = self._sayings.get(key)
        if found is None:
            zh, en = FIXED_NAMES.get(component.code) or (str(row.name_zh), str(row.name_en))  # type: ignore[attr-defined]
            assumed = row.assumed or self.catalogue.exchange_rate(component.currency).assumed
            found = self._sayings[key] = _Saying(zh, en, str(row.id), assumed, _iso(row))  # type: ignore[attr-defined]
        return found

    def _row_used(self, number: int, component: Component, quantities: Ints) -> tuple[Row, Decimal, Decimal]:
        """Return the row that sets the rate, the quantity charged and the rate; of an air scale the cheapest break."""
        table = self.weigher.table
        quantity = int(quantities[table.quantity[number]])
        if component.basis != "breaks":
            return component.rows[0], quantity_value(component.quantity, quantity), component.rate
        scale = slice(table.break_from[number], table.break_to[number])
        charged = [max(quantity, least) for least in table.break_quantity[scale].tolist()]
        costs = [kilograms * rate for kilograms, rate in zip(charged, table.break_rate[scale].tolist(), strict=True)]
        best = costs.index(min(costs))
        row = component.rows[best]
        return row, quantity_value(component.quantity, charged[best]), row.rate  # type: ignore[attr-defined]

    def _storage(self, shipment: Shipment, priced: Priced, leg: Leg, moment: Moment, step: int) -> Iterator[Charge]:
        """Yield the storage lines of the stay that a movement ends."""
        if leg.service is None or moment.clock is None or leg.leaves:
            return
        scheme = self._scheme_of(leg.origin, leg.form, [status for status, _ in leg.statuses])
        yield from self._stored(shipment, priced, scheme, (moment.clock, moment.depart), step)

    def _stored(
        self, shipment: Shipment, priced: Priced, scheme: int, stay: tuple[int, int], step: int
    ) -> Iterator[Charge]:
        """Yield the storage lines of a stay under a scheme of tiers, none for -1."""
        if scheme < 0:
            return
        tiers, form = self.weigher.storage.schemes[scheme]
        over = stay[1] - stay[0] - tiers[0].free_min
        days = max(0, -(-over // DAY))
        for i, tier in enumerate(tiers):
            end = tiers[i + 1].from_day - 1 if i + 1 < len(tiers) else days
            in_tier = min(days, end) - tier.from_day + 1
            if in_tier <= 0:
                continue
            fx = self.catalogue.exchange_rate(tier.currency)
            quantity = self.weigher.storage.quantity(tier, form, shipment, priced.boxes) * in_tier
            amount = line_minor(quantity, tier.rate, fx)
            yield Charge(
                code="storage", name_zh=FIXED_NAMES["storage"][0], name_en=FIXED_NAMES["storage"][1], table="storage",
                row=tier.id, step=step, basis=str(tier.basis), quantity=_decimal(quantity), rate=tier.rate,
                amount_minor=amount, currency=tier.currency, cny_minor=to_fen(amount, fx),
                assumed=tier.assumed or fx.assumed, source=tier.source, as_of=tier.as_of, valid_to=None,
            )  # fmt: skip

    def _scheme_of(self, place: str, form: str, statuses: Sequence[str]) -> int:
        """Return the storage scheme of a place and form, -1 if there is none."""
        states = self.weigher.states
        for status in statuses:
            for side in ("", LAND):
                state = states.index.get((place + side, form, status))
                if state is not None:
                    return int(self.weigher.storage.state_scheme[state])
        return -1


def _decimal(value: Fraction) -> Decimal:
    """Return a fraction with a finite decimal expansion."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _iso(row: Row) -> str | None:
    valid_to = getattr(row, "valid_to", None)
    return valid_to.isoformat() if valid_to is not None else None


def mark_best(options: Sequence[Option]) -> list[Option]:
    """Return options with the criteria in which each is the best."""
    if not options:
        return []
    best = {
        "cost": min(option.cost_cny_minor for option in options),
        "time": min(option.arrive_min for option in options),
        "emissions": min(option.emissions_g for option in options),
    }
    marked = []
    for option in options:
        own = {"cost": option.cost_cny_minor, "time": option.arrive_min, "emissions": option.emissions_g}
        names = tuple(name for name, value in own.items() if value == best[name])
        marked.append(option if names == option.best_in else replace(option, best_in=names))
    return marked
