"""A plan told in one language: places, instants, ways and sums, for sheets, the terminal and explanations."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from api.answer_schema import Json
from api.plan_landed import PlanLanded, total_json
from api.present import mode_name, when
from api.texts import say
from data.cargo import Cargo
from data.catalogue import Catalogue
from data.insight import Insight
from data.itinerary import Charge, CutOffTime, Step
from data.plan import Booking, Commitment, Journey, Load, Plan
from data.splitting import Split, parted
from data.timeaxis import TimeAxis
from viz.theme import Lang

if TYPE_CHECKING:
    from network.customs import Dues

_SHORT = 12
_MILLION = 10**6
NOWHERE = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """
    What a dispatcher asks of a plan first.

    Parameters
    ----------
    shipments, served, together
        How many there are, travel, and travel in shared load units.
    boxes
        Shared load units by type.
    fill
        Mean fill of the shared load units, None without any.
    volume_cm3
        Of all that travels.
    due, on_time
        How many shipments that travel have a due instant, and how many of these keep it.
    emissions_g
        Grams CO2e.
    charged_cny_minor, assumed_cny_minor
        Sum of all charges in fen, and of those that rest on assumed rows.
    """

    shipments: int
    served: int
    together: int
    boxes: dict[str, int]
    fill: float | None
    volume_cm3: int
    due: int
    on_time: int
    emissions_g: int
    charged_cny_minor: int
    assumed_cny_minor: int

    @property
    def on_time_share(self) -> float | None:
        """Share of the shipments with a due instant that keep it."""
        return self.on_time / self.due if self.due else None

    @property
    def assumed_share(self) -> float:
        """Share of the charges that rests on assumed rows."""
        return self.assumed_cny_minor / self.charged_cny_minor if self.charged_cny_minor else 0.0


class Assumption(NamedTuple):
    """An assumed row that a plan uses: one of its lines, how many there are, and their sum in fen."""

    charge: Charge
    lines: int
    cny_minor: int


class Counted(NamedTuple):
    """What counts in the cost of a plan besides: its name among texts and journeys, and the rate asked for."""

    name: str
    rate: str

    def of(self, journey: Journey) -> int:
        """Return what it costs a journey, in fen."""
        fen: int = getattr(journey, f"{self.name}_cny_minor")
        return fen


class PlanView:
    """
    Tells of a plan in one language.

    What the data set does not know, as when it is another one, is shown by its code.

    Parameters
    ----------
    plan, cargo
        The plan and its cargo, whole; `cargo` of the view has parts in place of what is split, and `whole` has not.
    catalogue
        Has names, zones and the calendar.
    lang
        Language of names and words.
    """

    def __init__(self, plan: Plan, cargo: Cargo, catalogue: Catalogue, lang: Lang) -> None:
        self.plan = plan
        self.whole = cargo
        self.cargo = parted(cargo, plan.splits)
        self.lang = lang
        self.catalogue = catalogue
        self._axis = catalogue.derived(TimeAxis)
        self._locations = {row.code: row for row in catalogue.locations}
        self._services = {row.id: row for row in catalogue.services}
        self._directions = {row.id: str(row.direction) for row in catalogue.clearance}
        self._restrictions = {row.id: row for row in catalogue.restrictions}
        self._local: dict[tuple[int, str], str] = {}
        self.loads: dict[str, Load] = {load.id: load for load in plan.loads}

    @property
    def id(self) -> str:
        """A short name that tells plans apart."""
        return f"{self.plan.cargo_fingerprint[:_SHORT]}-{self.plan.seed}"

    def say(self, key: str, **values: object) -> str:
        """Return a text in the language."""
        return say(self.lang, key, **values)

    def listed(self, items: Iterable[str]) -> str:
        """Return items as a list in a line."""
        return self.say("comma").join(items)

    def place(self, code: str) -> str:
        """Return the name of a place."""
        row = self._locations.get(code)
        return code if row is None else (row.name_zh if self.lang == "zh" else row.name_en)

    def place_code(self, code: str) -> str:
        """Return the name and the code of a place."""
        return self.say("place_code", name=self.place(code), code=code) if code in self._locations else code

    def between(self, origin: str, destination: str) -> str:
        """Return two places as the ends of a way."""
        return self.say("between", start=self.place(origin), end=self.place(destination))

    def service(self, id: str) -> str:  # noqa: A002 - named as the column
        """Return the id and the name of a service."""
        row = self._services.get(id)
        return id if row is None else f"{id} {row.name_zh if self.lang == 'zh' else row.name_en}"

    def mode(self, booking: Booking) -> str:
        """Return the name of the mode of a booked service."""
        row = self._services.get(booking.service)
        return NOWHERE if row is None else mode_name(row.mode, self.lang)

    def modes(self, services: Iterable[str]) -> str:
        """Return the names of the modes of some services, one after the other."""
        rows = (self._services.get(service) for service in services)
        names = [NOWHERE if row is None else mode_name(row.mode, self.lang) for row in rows]
        return "–".join(name for name, before in zip(names, ["", *names], strict=False) if name != before)

    def restriction(self, id: str) -> str:  # noqa: A002 - named as the column
        """Return the id of a restriction with its reason."""
        row = self._restrictions.get(id)
        reason = "" if row is None else row.reason_zh if self.lang == "zh" else row.reason_en
        return self.say("row_reason", row=id, reason=reason) if reason else id

    def translated(self, lang: Lang) -> PlanView:
        """Return the same in a language."""
        other = copy(self)
        other.lang = lang
        return other

    def minute(self, instant: dt.datetime) -> int:
        """Return the minute of the calendar that an instant lies in."""
        return self._axis.to_min(instant)

    def local(self, minute: int, code: str) -> str:
        """Return an instant in the local time of a place as RFC 3339."""
        key = (minute, self.zone(code))
        if key not in self._local:
            self._local[key] = self._axis.to_local(*key).isoformat()
        return self._local[key]

    def zone(self, code: str) -> str:
        """Return the zone of a place."""
        row = self._locations.get(code)
        return "UTC" if row is None else row.zone

    def when(self, minute: int, code: str) -> str:
        """Return an instant in the local time of a place, for people."""
        return when(self.local(minute, code))

    def route(self, steps: Iterable[Step]) -> str:
        """Return places and modes of some steps in one line."""
        legs = [step for step in steps if step.kind == "leg"]
        if not legs:
            return NOWHERE
        parts = [
            self.say("by_mode", mode=mode_name(leg.mode, self.lang), place=self.place(leg.destination)) for leg in legs
        ]
        return " ".join([self.place(legs[0].origin), *parts])

    def step(self, step: Step) -> str:
        """Return what a step is."""
        if step.kind == "leg":
            return mode_name(step.mode, self.lang)
        return self.say(self._directions.get(step.row or "", step.kind) if step.kind == "clearance" else step.kind)

    def commitment(self, part: Load | Journey) -> Commitment:
        """Return how far a load unit or a journey is a promise; in a load unit that of the load unit counts."""
        load = self.loads.get(part.load or "") if isinstance(part, Journey) else None
        return (part if load is None else load).commitment

    def is_frozen(self, part: Load | Journey) -> bool:
        """Tell whether an earlier plan fixed a load unit or a journey."""
        if isinstance(part, Load):
            return part.id in self.plan.frozen_loads
        return part.load in self.plan.frozen_loads or part.shipment in self.plan.frozen_shipments

    def committed(self, part: Load | Journey) -> str:
        """Return both in words."""
        word = self.say(f"commitment_{self.commitment(part)}")
        return self.listed([word, self.say("frozen")]) if self.is_frozen(part) else word

    @property
    def counted(self) -> tuple[Counted, ...]:
        """What counts in the cost besides charges, penalties and prices of what stays behind."""
        ppm, fen = self.plan.objective.holding_ppm_year, self.plan.objective.carbon_minor_per_t
        rates = (("holding", ppm, -4, "%"), ("carbon", fen, -2, "CNY"))
        return tuple(
            Counted(name, f"{Decimal(rate).scaleb(places).normalize():f} {unit}")
            for name, rate, places, unit in rates
            if rate
        )

    @cached_property
    def journeys(self) -> dict[str, Journey]:
        """The journeys by shipment."""
        return {journey.shipment: journey for journey in self.plan.journeys}

    @cached_property
    def splits(self) -> dict[str, Split]:
        """The splits by shipment."""
        return {split.shipment: split for split in self.plan.splits}

    @cached_property
    def wholes(self) -> dict[str, str]:
        """The shipments that are split, by part."""
        return {part: split.shipment for split in self.plan.splits for part in split.parts}

    def part(self, shipment: str) -> str:
        """Return how many pieces of which shipment a part is, nothing for what is whole."""
        whole = self.wholes.get(shipment)
        if whole is None:
            return ""
        count, pieces = self.cargo.by_id[shipment].pieces, self.whole.by_id[whole].pieces
        return self.say("part_of", shipment=whole, count=f"{count:,}", pieces=f"{pieces:,}")

    @cached_property
    def dues(self) -> tuple[Dues, ...]:
        """What is due on arrival of the shipments that cross a border."""
        return self.catalogue.derived(PlanLanded).of(self.plan, self.cargo)

    @cached_property
    def dues_total(self) -> Json:
        """What is due of all of them together."""
        return total_json(self.dues)

    @cached_property
    def insights(self) -> dict[str, Insight]:
        """The reasons by shipment."""
        return {insight.shipment: insight for insight in self.plan.insights}

    def legs(self) -> Iterator[Step]:
        """Yield the legs of all load units and journeys."""
        for steps in (*(load.steps for load in self.plan.loads), *(journey.steps for journey in self.plan.journeys)):
            yield from (step for step in steps if step.kind == "leg")

    @cached_property
    def cutoffs(self) -> dict[tuple[str, str, int], dict[str, int]]:
        """The cut-offs of each departure by type: service, place and minute of departure tell which."""
        found: dict[tuple[str, str, int], dict[str, int]] = {}
        for leg in self.legs():
            known = found.setdefault((leg.service or "", leg.origin, leg.depart_min), {})
            for cutoff in leg.cutoffs:
                known[cutoff.type] = min(cutoff.at_min, known.get(cutoff.type, cutoff.at_min))
        return found

    @cached_property
    def summary(self) -> Summary:
        """What a dispatcher asks first."""
        plan, shipments = self.plan, self.cargo.by_id
        due = [
            journey
            for journey in plan.journeys
            if journey.shipment in shipments and shipments[journey.shipment].due_at is not None
        ]
        charges = list(charges_of(plan))
        fills = [load.fill_ppm for load in plan.loads]
        return Summary(
            shipments=len(self.cargo),
            served=len(plan.journeys),
            together=sum(journey.load is not None for journey in plan.journeys),
            boxes=dict(sorted(Counter(load.box for load in plan.loads).items())),
            fill=sum(fills) / len(fills) / _MILLION if fills else None,
            volume_cm3=sum(
                shipments[journey.shipment].volume_cm3 for journey in plan.journeys if journey.shipment in shipments
            ),
            due=len(due),
            on_time=sum(journey.days_late == 0 for journey in due),
            emissions_g=sum(journey.emissions_g for journey in plan.journeys),
            charged_cny_minor=sum(charge.cny_minor for charge in charges),
            assumed_cny_minor=sum(charge.cny_minor for charge in charges if charge.assumed),
        )

    def assumptions(self) -> list[Assumption]:
        """Return the assumed rows that are used, in order of table and row."""
        found: dict[tuple[str, str], list[Charge]] = {}
        for charge in charges_of(self.plan):
            if charge.assumed:
                found.setdefault((charge.table, charge.row), []).append(charge)
        return [
            Assumption(charges[0], len(charges), sum(charge.cny_minor for charge in charges))
            for _, charges in sorted(found.items())
        ]


def charges_of(plan: Plan) -> Iterator[Charge]:
    """Yield every charge of a plan: those of its load units, then those of its journeys."""
    for load in plan.loads:
        yield from load.charges
    for journey in plan.journeys:
        yield from journey.charges


def binding_of(steps: Iterable[Step]) -> tuple[Step, CutOffTime] | None:
    """Return the cut-off with the least slack of some steps, with its leg; None without any."""
    found = [(step, cutoff) for step in steps for cutoff in step.cutoffs]
    return min(found, key=lambda pair: pair[1].slack_min, default=None)


def yuan(fen: int | None) -> Decimal | None:
    """
    Return fen as yuan.

    Examples
    --------
    >>> yuan(123456), yuan(None)
    (Decimal('1234.56'), None)
    """
    return None if fen is None else Decimal(fen).scaleb(-2)


def gap_text(gap: float | None) -> str | None:
    """
    Return a gap in per cent with two decimals, rounded up, so that only none is shown as none.

    Examples
    --------
    >>> gap_text(0.0), gap_text(0.00001), gap_text(0.0123), gap_text(None)
    ('0.00 %', '0.01 %', '1.23 %', None)
    """
    if gap is None:
        return None
    return f"{(Decimal(str(gap)) * 100).quantize(Decimal('0.01'), ROUND_CEILING)} %"
