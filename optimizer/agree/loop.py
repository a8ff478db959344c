"""The rounds: who misses is planned again, the hubs are scheduled again, and everything is checked."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from data.agreement import Agreement, AgreeRound, Unsaved
from data.errors import LogisticsError, is_interrupt
from data.freeze import Freeze
from data.plan_json import PlanFile
from optimizer.agree.params import Agreed, members
from optimizer.agree.shifts import moved, named_loads, reasoned, shifts
from optimizer.consolidation import NowhereError, Progress
from optimizer.verify import verify_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from data.agreement import AgreeLead, AgreeStatus, UnsavedReason
    from data.hub_schedule import HubConsignment, HubSchedule
    from data.plan import Plan
    from network.network import Network
    from optimizer.agree.params import Params, UnitKey
    from optimizer.verify import Violation

PHASE = "agree"


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
        except (NowhereError, LogisticsError, _UnsoundError) as error:
            if len(units) == 1:
                return Tried(plan, {units[0]: "nowhere" if isinstance(error, NowhereError) else "unsound"})
        found, reasons = plan, dict[tuple[str, str], "UnsavedReason"]()
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
            journeys=tuple(reasoned(one) if one.shipment in changed else one for one in plan.journeys),
            insights=tuple(
                one for one in first.insights if one.shipment not in changed and gone.isdisjoint(named_loads(one))
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
