"""
A plan and the schedule of its hubs that agree: who misses a departure is planned again, until nobody does.

The plan knows cut-offs, but not what the work in a hub takes when there is other work. So the two take turns: the
schedule says who misses, these are planned again with more time before the cut-offs while the rest stays as it is, and
the hubs are scheduled again. Every plan and every schedule is checked by code that did not make it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from data.agreement import AgreeLead, Agreement, AgreeRound, Shift, Unsaved
from data.errors import TableFaultsError, is_interrupt
from data.freeze import Freeze
from data.plan import Journey, Unserved
from data.plan_json import PlanFile
from network.leads import Lead, with_leads
from optimizer import consolidation, schedule
from optimizer.consolidation import Again, NowhereError, Progress, Stand
from optimizer.verify import verify_plan, verify_schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from data.agreement import AgreeStatus, UnsavedReason
    from data.cargo import Cargo
    from data.itinerary import Step
    from data.hub_schedule import Credit, HubConsignment, HubSchedule
    from data.plan import Plan
    from network.network import Network
    from optimizer.verify import Violation

UnitKey = tuple[str, str]
"""Hub, and load unit or shipment that leaves it."""

LEAST_STEP_MIN = 120
"""Least minutes by which a lead that was too short grows."""
ROUND_S = 10.0
"""Most seconds of planning in a round, unless steps are counted."""
PHASE = "agree"
_AGAIN = ("口岸作业赶不上原班次，已重排。", "Planned again, as its hub could not make the departure before.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """
    Limits of a run.

    Parameters
    ----------
    plan, schedule
        Of each plan and of each schedule.
    rounds
        Times that shipments are planned again at most.
    """

    plan: consolidation.Params = field(default_factory=consolidation.Params)
    schedule: schedule.Params = field(default_factory=schedule.Params)
    rounds: int = 6


class Agreed(NamedTuple):
    """A plan with its cargo, and the schedule of its hubs."""

    file: PlanFile
    schedule: HubSchedule


class Tried(NamedTuple):
    """A plan in which some units were planned again; and why others could not be."""

    plan: Plan
    reasons: dict[UnitKey, UnsavedReason]


class Way(Protocol):
    """How a schedule is made for a plan, and how units are planned again."""

    def schedule(self, plan: Plan) -> HubSchedule:
        """Return the schedule of a plan."""

    def check(self, plan: Plan, made: HubSchedule) -> list[Violation]:
        """Return every rule that a schedule breaks."""

    def barred(self, plan: Plan, made: HubSchedule, unit: UnitKey) -> UnsavedReason | None:
        """Return why a unit may not be planned again, None if it may."""

    def replan(self, plan: Plan, made: HubSchedule, units: Sequence[UnitKey], tell: Callable[[], None]) -> Plan:
        """
        Return a plan in which some units go otherwise.

        Raises
        ------
        NowhereError
            If some cannot.
        """

    def leads(self) -> tuple[AgreeLead, ...]:
        """Return what was kept clear before cut-offs."""


def agree(
    network: Network,
    file: PlanFile,
    params: Params | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    credit: Sequence[Credit] = (),
    freeze: Freeze | None = None,
) -> Agreed:
    """
    Return a plan and a schedule of its hubs in which nobody misses a departure that another plan could save.

    Parameters
    ----------
    network
        The compiled network.
    file
        A sound plan with its cargo.
    params
        Limits of the run.
    on_progress
        Called while it runs. Ctrl-C keeps the best plan so far.
    credit
        Grades of shippers; whoever is not named is ordinary.
    freeze
        What the plan was made beside; what that fixed is not planned again.

    Raises
    ------
    TableFaultsError
        With everything that keeps the plan from being scheduled.
    """
    params = params or Params()
    way = FirstWay(network, file.cargo, params, credit, freeze)
    return Loop(way, network, file, params, on_progress).run(way.schedule(file.plan))


class FirstWay:
    """Planning before anything has begun: shipments that miss are planned from their origin, with leads."""

    def __init__(
        self, network: Network, cargo: Cargo, params: Params, credit: Sequence[Credit], freeze: Freeze | None
    ) -> None:
        self._network = network
        self._cargo = cargo
        self._params = params
        self._credit = credit
        self._fixed = frozenset[str]() if freeze is None else freeze.shipments
        self._again = Again(network, cargo)
        self._leads = Leads()

    def schedule(self, plan: Plan) -> HubSchedule:
        """Return the first schedule of a plan."""
        file, catalogue = PlanFile(plan, self._cargo), self._network.catalogue
        problem = schedule.build(file, catalogue, credit=self._credit)
        found = schedule.solve(problem, self._params.schedule)
        return schedule.with_replan(found, file, catalogue, lambda: self._network)

    def check(self, plan: Plan, made: HubSchedule) -> list[Violation]:
        """Return every rule that a schedule breaks."""
        return verify_schedule(self._network.catalogue, self._cargo, plan, made, None)

    def barred(self, plan: Plan, made: HubSchedule, unit: UnitKey) -> UnsavedReason | None:
        """Return that a unit is promised, if any of it is."""
        return None if self._fixed.isdisjoint(members(plan, made, unit)) else "promised"

    def replan(self, plan: Plan, made: HubSchedule, units: Sequence[UnitKey], tell: Callable[[], None]) -> Plan:
        """Return a plan in which everybody in some units is planned again, earlier before the cut-offs they missed."""
        for unit in units:
            self._leads.raise_for(plan, made, unit)
        allowed = with_leads(self._network, self._leads.every())
        names = {name for unit in units for name in members(plan, made, unit)}
        limits = limited(self._params.plan, plan, names)
        return self._again.anew(plan, {name: Stand(None, 0) for name in names}, allowed, limits, lambda _: tell())

    def leads(self) -> tuple[AgreeLead, ...]:
        """Return what was kept clear before cut-offs."""
        return self._leads.told()


class Leads:
    """Minutes to keep clear before the cut-offs of services at hubs; they only grow."""

    def __init__(self) -> None:
        self._minutes: dict[tuple[str, str], tuple[int, int]] = {}

    def raise_for(self, plan: Plan, made: HubSchedule, key: UnitKey) -> None:
        """Ask for what the plan kept clear and for as much more as a unit was late, and for more where that was done."""
        legs = _legs(plan, made, key)
        late = max(one.late_min for one in made.missed if (one.hub, one.unit) == key)
        papers = min(late, _papers_late(legs, made, key[0]))
        cargo = late if late > papers else 0
        place = (key[0], str(next(iter(legs.values())).service))
        before = self._minutes.get(place, (0, 0))
        self._minutes[place] = (
            _more(before[0], cargo, _slack(legs, papers=False)),
            _more(before[1], papers, _slack(legs, papers=True)),
        )

    def every(self) -> list[Lead]:
        """Return all of them."""
        return [Lead(*place, *minutes) for place, minutes in sorted(self._minutes.items())]

    def told(self) -> tuple[AgreeLead, ...]:
        """Return all of them as they are told."""
        return tuple(
            AgreeLead(hub=one.place, service=one.service, cargo_minutes=one.cargo_min, papers_minutes=one.papers_min)
            for one in self.every()
        )


def _more(before: int, late: int, slack: int) -> int:
    """
    Return the minutes to ask for next: what the plan keeps clear, and what was missing, growing with every time.

    Examples
    --------
    >>> _more(0, 4, 300), _more(304, 4, 320), _more(448, 0, 500)
    (304, 624, 448)
    """
    if not late:
        return before
    return max(before, slack) + (max(late, before, LEAST_STEP_MIN) if before else late)


def _legs(plan: Plan, made: HubSchedule, key: UnitKey) -> dict[str, Step]:
    """Return the leg with which each shipment of a unit leaves its hub."""
    depart = next(one.depart_min for one in made.units if (one.hub, one.id) == key)
    inside = members_at(made, key)
    return {
        journey.shipment: step
        for journey in plan.journeys
        if journey.shipment in inside
        for step in journey.steps
        if step.kind == "leg" and (step.origin, step.depart_min) == (key[0], depart)
    }


def _slack(legs: Mapping[str, Step], *, papers: bool) -> int:
    """Return the least minutes that a plan keeps clear before some cut-offs: those of the papers, or the others."""
    kept = (cut.slack_min for leg in legs.values() for cut in leg.cutoffs if (cut.type == "documentation") is papers)
    return max(0, min(kept, default=0))


def _papers_late(legs: Mapping[str, Step], made: HubSchedule, hub: str) -> int:
    """Return by how many minutes the papers of some shipments miss their cut-off, 0 if they do not."""
    dues = {
        name: cutoff.at_min for name, leg in legs.items() for cutoff in leg.cutoffs if cutoff.type == "documentation"
    }
    ends = (
        task.end_min - dues[task.subject]
        for task in made.tasks
        if task.hub == hub and task.kind == "documents" and task.subject in dues
    )
    return max(0, max(ends, default=0))


def members_at(made: HubSchedule, key: UnitKey) -> frozenset[str]:
    """Return the shipments of a unit in its hub."""
    return frozenset(one.shipment for one in made.consignments if (one.hub, one.unit) == key)


def members(plan: Plan, made: HubSchedule, key: UnitKey) -> frozenset[str]:
    """Return the shipments of a unit, and all that share a load unit with any of them."""
    inside = members_at(made, key)
    loads = {journey.load for journey in plan.journeys if journey.shipment in inside and journey.load is not None}
    return inside | {name for load in plan.loads if load.id in loads for name in load.shipments}


def limited(params: consolidation.Params, plan: Plan, names: Iterable[str]) -> consolidation.Params:
    """Return the limits of planning some shipments again: the gap is one of theirs, the rest being fixed."""
    moving = frozenset(names)
    mine = sum(journey.cost_cny_minor for journey in plan.journeys if journey.shipment in moving)
    seconds = params.time_limit_s if params.deterministic else min(ROUND_S, params.time_limit_s)
    return replace(params, gap=params.gap * mine / max(1, plan.cost_minor), time_limit_s=seconds)


class Loop:
    """
    The rounds of a run.

    Parameters
    ----------
    way
        How schedules are made, and units planned again.
    network, file, params, on_progress
        As for `agree`.
    """

    def __init__(
        self,
        way: Way,
        network: Network,
        file: PlanFile,
        params: Params,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:  # fmt: skip
        self._way = way
        self._network = network
        self._file = file
        self._params = params
        self._on_progress = on_progress
        self._begun = time.monotonic()
        self._rounds: list[AgreeRound] = []
        self._reasons: dict[UnitKey, UnsavedReason] = {}
        self._best = Agreed(file, None)  # type: ignore[arg-type]

    def run(self, made: HubSchedule) -> Agreed:
        """Return the best plan with its schedule, and how it was found."""
        self._keep(Agreed(self._file, made), ())
        is_stopped = made.status == "stopped"
        try:
            while not is_stopped and len(self._rounds) <= self._params.rounds and self._round():
                is_stopped = self._current.schedule.status == "stopped"
        except (KeyboardInterrupt, SystemError) as error:
            if not is_interrupt(error):
                raise
            is_stopped = True
        return self._told(is_stopped=is_stopped)

    def _keep(self, found: Agreed, moved: Iterable[str]) -> None:
        """Note a round, and keep its plan if it is the best so far."""
        self._current = found
        number, (weight, cost) = len(self._rounds), _worth(found)
        is_best = number == 0 or (weight, cost) < _worth(self._best)
        if is_best:
            self._best = found
        self._rounds.append(
            AgreeRound(
                number=number, moved=tuple(sorted(moved)), missed=len(found.schedule.missed), weight=weight,
                cost_cny_minor=cost, is_kept=is_best,
            )
        )  # fmt: skip
        self._tell()

    def _tell(self) -> None:
        if self._on_progress is not None:
            plan = self._best.file.plan
            seconds = time.monotonic() - self._begun
            self._on_progress(Progress(elapsed_s=seconds, phase=PHASE, cost_minor=plan.cost_minor,
                                       bound_minor=plan.bound_minor))  # fmt: skip

    def _round(self) -> bool:
        """Plan those who miss again, if any may be; say whether there was anything to do."""
        plan, made = self._current.file.plan, self._current.schedule
        units = self._open(plan, made)
        if not units:
            return False
        tried = self._tried(plan, made, units)
        self._reasons |= tried.reasons
        if tried.plan is plan:
            return bool(self._open(plan, made))
        again = self._way.schedule(tried.plan)
        if self._way.check(tried.plan, again):
            self._reasons |= dict.fromkeys(units, "unsound")
            return True
        self._keep(Agreed(PlanFile(tried.plan, self._file.cargo), again), moved(plan, tried.plan))
        return True

    def _open(self, plan: Plan, made: HubSchedule) -> list[UnitKey]:
        """Return the units of those who miss that may be planned again; note why the others may not."""
        found = []
        for unit in missing(made):
            if unit not in self._reasons and (reason := self._way.barred(plan, made, unit)) is not None:
                self._reasons[unit] = reason
            if unit not in self._reasons:
                found.append(unit)
        return found

    def _tried(self, plan: Plan, made: HubSchedule, units: Sequence[UnitKey]) -> Tried:
        """Return a plan with some units planned again together, or else one after the other as far as that goes."""
        try:
            return Tried(self._replanned(plan, made, units), {})
        except (NowhereError, TableFaultsError, _UnsoundError) as error:
            if len(units) == 1:
                return Tried(plan, {units[0]: "unsound" if isinstance(error, _UnsoundError) else "nowhere"})
        found, reasons = plan, dict[UnitKey, "UnsavedReason"]()
        for unit in units:
            # Another unit may have taken it along.
            if members(found, made, unit) == members(plan, made, unit) or found is plan:
                tried = self._tried(found, made, [unit])
                found, reasons = tried.plan, reasons | tried.reasons
        return Tried(found, reasons)

    def _replanned(self, plan: Plan, made: HubSchedule, units: Sequence[UnitKey]) -> Plan:
        """Return a plan with some units planned again, which was checked: nothing else in it moved."""
        found = self._way.replan(plan, made, units, self._tell)
        touched = {name for unit in units for name in (unit[1], *members(plan, made, unit))}
        touched |= {journey.load for journey in plan.journeys if journey.shipment in touched and journey.load}
        freeze = Freeze(plan=plan, cargo=self._file.cargo, is_all=True, dropped=frozenset(touched))
        alone = [name for name, journey in freeze.journeys.items() if journey.load is None]
        probe = replace(found, frozen_loads=tuple(freeze.loads), frozen_shipments=(*alone, *freeze.unserved))
        if verify_plan(self._network.catalogue, self._file.cargo, probe, frozen=freeze):
            raise _UnsoundError
        return found

    def _told(self, *, is_stopped: bool) -> Agreed:
        """Return the best plan with its schedule and the story of the rounds."""
        first, best = self._file.plan, self._best
        unsaved = tuple(self._unsaved(one, is_stopped=is_stopped) for one in best.schedule.missed)
        open_ = any(one.reason in {"rounds", "stopped"} for one in unsaved)
        status: AgreeStatus = "agreed" if not unsaved else "left" if not open_ else "rounds"
        agreement = Agreement(
            status="stopped" if is_stopped and unsaved else status,
            rounds=tuple(self._rounds),
            leads=self._way.leads(),
            unsaved=unsaved,
            shifts=shifts(first, best.file.plan),
        )
        plan = self._finished(best.file.plan)
        return Agreed(PlanFile(plan, self._file.cargo), replace(best.schedule, agreement=agreement))

    def _unsaved(self, one: HubConsignment, *, is_stopped: bool) -> Unsaved:
        reason = self._reasons.get((one.hub, one.unit), "stopped" if is_stopped else "rounds")
        return Unsaved(shipment=one.shipment, hub=one.hub, unit=one.unit, reason=reason)

    def _finished(self, plan: Plan) -> Plan:
        """Return a plan with the reasons that still hold, and those of its changes."""
        first = self._file.plan
        if plan is first:
            return plan
        changed, gone = moved(first, plan), {load.id for load in first.loads} - {load.id for load in plan.loads}
        return replace(
            plan,
            runtime_s=first.runtime_s + time.monotonic() - self._begun,
            journeys=tuple(_reasoned(one) if one.shipment in changed else one for one in plan.journeys),
            insights=tuple(
                one for one in first.insights if one.shipment not in changed and gone.isdisjoint(_named(one))
            ),
            sensitivities=tuple(one for one in first.sensitivities if one.load not in gone),
        )  # fmt: skip


class _UnsoundError(Exception):
    """A plan breaks a rule."""


def missing(made: HubSchedule) -> list[UnitKey]:
    """Return the units of those who miss, in order."""
    return sorted({(one.hub, one.unit) for one in made.missed})


def _worth(found: Agreed) -> tuple[int, int]:
    """Return what is made small: weight of those who miss, then cost."""
    return sum(one.weight for one in found.schedule.missed), found.file.plan.cost_minor


def _reasoned(journey: Journey) -> Journey:
    """Return a journey that says that it was planned again."""
    zh, en = _AGAIN
    return replace(journey, reason_zh=f"{journey.reason_zh}{zh}", reason_en=f"{journey.reason_en} {en}".strip())


def _named(insight: object) -> set[str | None]:
    """Return the load units that an insight names."""
    found = {getattr(one, "load", None) for name in ("bindings", "changes") for one in getattr(insight, name)}
    return found | {getattr(getattr(insight, name), "load", None) for name in ("next_best", "first")}


def moved(before: Plan, after: Plan) -> frozenset[str]:
    """Return the shipments, or parts of them, that do something else in one plan than in another."""
    old, new = _does(before), _does(after)
    return frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _does(plan: Plan) -> dict[str, object]:
    """Return what each shipment does in a plan, apart from reasons and from who bears what."""
    return {part.shipment: _way_of(part) for part in (*plan.journeys, *plan.unserved)}


def _way_of(part: Journey | Unserved) -> object:
    return (part.load, part.steps) if isinstance(part, Journey) else part.price_cny_minor


def shifts(before: Plan, after: Plan) -> tuple[Shift, ...]:
    """Return what changed for whom: cost and arrival, in the order of the cargo. Parts count for their shipment."""
    old, new = _borne(before), _borne(after)
    return tuple(
        Shift(
            shipment=name, was_cny_minor=was.cost, cny_minor=now.cost, was_arrive_min=was.arrive_min,
            arrive_min=now.arrive_min, was_days_late=was.days_late, days_late=now.days_late,
        )
        for name, was in old.items()
        if (now := new.get(name, was)) != was
    )  # fmt: skip


class _Borne(NamedTuple):
    """What a shipment bears, when the last of it arrives, and how late; None if any of it stays behind."""

    cost: int
    arrive_min: int | None
    days_late: int


def _borne(plan: Plan) -> Mapping[str, _Borne]:
    """Return what each shipment bears in a plan."""
    parts: dict[str, list[Journey | Unserved]] = defaultdict(list)
    wholes = {part: split.shipment for split in plan.splits for part in split.parts}
    for part in (*plan.journeys, *plan.unserved):
        parts[wholes.get(part.shipment, part.shipment)].append(part)
    return {name: _sum(every) for name, every in sorted(parts.items())}


def _sum(parts: Sequence[Journey | Unserved]) -> _Borne:
    travelling = [part for part in parts if isinstance(part, Journey)]
    cost = sum(part.cost_cny_minor for part in travelling)
    cost += sum(part.price_cny_minor for part in parts if isinstance(part, Unserved))
    arrives = max(part.arrive_min for part in travelling) if len(travelling) == len(parts) else None
    return _Borne(cost, arrives, max((part.days_late for part in travelling), default=0))
