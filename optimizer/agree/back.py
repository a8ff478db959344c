"""
Handing back: what happened makes departures impossible, and who misses them is planned again from where it stands.

What had begun stays as it was, and so does everybody else: bookings, boxes, and tasks that need not move.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data.plan_json import PlanFile
from network.closing import Runs
from network.leads import Lead, with_leads
from network.legs import CUSTOMS_STOPS, GATEWAYS
from optimizer import schedule
from optimizer.agree.leads import Leads
from optimizer.agree.loop import Loop
from optimizer.agree.params import Agreed, Params, limited, members, members_at
from optimizer.agree.shifts import moved
from optimizer.consolidation import NEVER, Again, NowhereError, Stand
from optimizer.verify import verify_schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from data.agreement import AgreeLead, UnsavedReason
    from data.cargo import Cargo
    from data.hub_schedule import HubEvent, HubSchedule
    from data.itinerary import Step
    from data.plan import Journey, Plan
    from network.network import Network
    from optimizer.agree.params import UnitKey
    from optimizer.consolidation import Progress
    from optimizer.verify import Violation

_LOOSE = "loose"
_GONE = frozenset({"loaded", "departed"})


def hand_back(
    network: Network,
    file: PlanFile,
    before: HubSchedule,
    events: Sequence[HubEvent] = (),
    params: Params | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Agreed:
    """
    Return a plan and a schedule after something happened, in which whoever misses a departure goes otherwise.

    Parameters
    ----------
    network
        The compiled network.
    file
        A sound plan with its cargo.
    before
        Its schedule; changes are told against this.
    events
        What happened since; there may be nothing, if the schedule has misses as it is.
    params
        Limits of the run.
    on_progress
        Called while it runs. Ctrl-C keeps the best plan so far.

    Raises
    ------
    TableFaultsError
        With everything that keeps the plan from being scheduled.
    """
    params = params or Params()
    way = _BackWay(network, file, before, events, params)
    struck = before if not events else way.schedule(file.plan)
    return Loop(way, network, file, params, on_progress).run(struck)


class _BackWay:
    """Planning while things go on: from where everybody stands at the instant of the first event."""

    def __init__(
        self, network: Network, file: PlanFile, before: HubSchedule, events: Sequence[HubEvent], params: Params
    ) -> None:
        self._network = network
        self._plan = file.plan
        self._cargo: Cargo = file.cargo
        self._before = before
        self._events = tuple(events)
        self._params = params
        self._again = Again(network, file.cargo)
        self._leads = Leads()
        self._rides: list[Step] = []
        self._kinds = {place.code: str(place.kind) for place in network.catalogue.locations}
        self._roads = [leg.service.id for leg in network.legs if leg.service is not None and leg.service.mode == "road"]
        since = min((event.at_min for event in events), default=before.now_min)
        self._now = 0 if since is None else since
        self._is_change = since is not None
        self._late = {one.subject: one.until_min for one in (*before.events, *events) if one.kind == "late"}

    def schedule(self, plan: Plan) -> HubSchedule:
        """Return the schedule of a plan, as near to the one before as can be."""
        file, catalogue, before = PlanFile(plan, self._cargo), self._network.catalogue, self._before
        if self._is_change:
            problem = schedule.build(file, catalogue, earlier=before, events=self._events)
            found = schedule.solve(problem, self._params.schedule, earlier=before)
        else:
            problem = schedule.build(file, catalogue, credit=before.credits)
            found = schedule.solve(problem, self._params.schedule)
        return schedule.with_replan(self._caused(found, plan), file, catalogue, lambda: self._network)

    def _caused(self, made: HubSchedule, plan: Plan) -> HubSchedule:
        """Return a schedule that says which tasks came, went or moved because something was planned again."""
        names = moved(self._plan, plan)
        loads = {load.id for load in (*self._plan.loads, *plan.loads) if not names.isdisjoint(load.shipments)}
        changes = (
            replace(change, cause="replanned", by=subject)
            if (subject := change.task.split("/")[1]) in names | loads
            else change
            for change in made.changes
        )
        return replace(made, changes=tuple(changes))

    def check(self, plan: Plan, made: HubSchedule) -> list[Violation]:
        """Return every rule that a schedule breaks."""
        earlier = self._before if self._is_change else None
        return verify_schedule(self._network.catalogue, self._cargo, plan, made, earlier)

    def barred(self, plan: Plan, made: HubSchedule, unit: UnitKey) -> UnsavedReason | None:
        """Return that a unit is said to be loaded or gone, if any of it is."""
        names = members(plan, made, unit)
        said = {
            *(journey.commitment for journey in plan.journeys if journey.shipment in names),
            *(load.commitment for load in plan.loads if not names.isdisjoint(load.shipments)),
        }
        return "begun" if said & _GONE else None

    def leads(self) -> tuple[AgreeLead, ...]:
        """Return what was kept clear before cut-offs."""
        return self._leads.told()

    # Planning again

    def replan(self, plan: Plan, made: HubSchedule, units: Sequence[UnitKey], tell: Callable[[], None]) -> Plan:
        """
        Return a plan in which some units go otherwise.

        Boxes that are packed roll over to a later departure. Whatever else misses as a whole does so, too, or is
        planned anew, whichever costs less.
        """
        for unit in units:
            self._leads.raise_for(plan, made, unit)
            self._rides += _rides(plan, made, unit)
        packed = [unit for unit in units if self._is_packed(plan, made, unit)]
        whole = [unit for unit in units if _is_whole(plan, unit[1]) and not self._out(made, unit)]
        found, stuck = [], None
        for rolling in [packed] if packed == whole else [packed, whole]:
            try:
                found.append(self._gone_on(plan, made, units, rolling, tell))
            except NowhereError as error:
                stuck = error
        if stuck is not None and not found:
            raise stuck
        return min(found, key=lambda one: one.cost_minor)

    def _gone_on(
        self,
        plan: Plan,
        made: HubSchedule,
        units: Sequence[UnitKey],
        rolling: Sequence[UnitKey],
        tell: Callable[[], None],
    ) -> Plan:  # fmt: skip
        """Return a plan in which some units roll over, and the others are planned anew."""
        for unit in rolling:
            plan = self._rolled(plan, made, unit)
        free = [unit for unit in units if unit not in rolling]
        stands: dict[str, Stand] = {}
        for unit in free:
            names = members(plan, made, unit)
            some = [journey for journey in plan.journeys if journey.shipment in names]
            here = {journey.shipment: self._stand(journey, made, unit) for journey in some}
            out = self._out(made, unit)
            smaller = self._without(plan, unit[1], out, here)
            if smaller is not None:
                plan, here = smaller, {name: here[name] for name in out}
            stands |= here
        for is_out in (False, True):
            here = {name: stand for name, stand in stands.items() if (stand.place is not None) is is_out}
            if here:
                allowed = self._behind(here) if is_out else with_leads(self._network, self._leads.every())
                limits = limited(self._params.plan, plan, here)
                plan = self._again.anew(plan, here, allowed, limits, lambda _: tell())
        return plan

    def _is_packed(self, plan: Plan, made: HubSchedule, unit: UnitKey) -> bool:
        """Tell whether a unit is a box that was packed elsewhere, or here by now, or one that customs want to see."""
        hub, name = unit
        if any(event.kind == "inspect" and event.subject == name for event in made.events) and _is_load(plan, name):
            return True
        begun = {"stuff", "seal", "gate_in"}
        if any(
            (task.hub, task.subject) == unit and task.kind in begun and task.begin_min < self._now
            for task in made.tasks
        ):
            return True
        load = next((load for load in plan.loads if load.id == name), None)
        if load is not None:
            return load.origin != hub
        came = [
            step.form
            for journey in plan.journeys
            if journey.shipment == name
            for step in journey.steps[: _first_work(journey.steps, hub)]
        ]
        return bool(came) and came[-1] != _form(self._cargo.by_id.get(name))

    def _rolled(self, plan: Plan, made: HubSchedule, unit: UnitKey) -> Plan:
        """Return a plan in which a packed unit takes the next departure that it can be done for."""
        hub, name = unit
        late = max(one.late_min for one in made.missed if (one.hub, one.unit) == unit)
        depart = next(one.depart_min for one in made.units if (one.hub, one.id) == unit)
        for after in (depart, depart + late):
            plan = self._again.rolled(plan, name, hub, after) if _departs(plan, unit) <= after else plan
        return plan

    @staticmethod
    def _out(made: HubSchedule, unit: UnitKey) -> frozenset[str]:
        """Return the shipments that a box is stuffed without, while it goes with others."""
        out = frozenset(one.shipment for one in made.missed if (one.hub, one.unit) == unit)
        return out if out < members_at(made, unit) else frozenset()

    def _without(self, plan: Plan, name: str, out: frozenset[str], stands: dict[str, Stand]) -> Plan | None:
        """Return a plan in which a box goes without those that it is stuffed without; None if that makes no sense."""
        load = next((load for load in plan.loads if load.id == name), None)
        return None if load is None or not out else self._again.without(plan, load, out, stands)

    def _stand(self, journey: Journey, made: HubSchedule, unit: UnitKey) -> Stand:
        """
        Return from where a shipment goes on.

        Who is late comes to its hub as that was told, everybody else is where the last leg begun by now ends.
        """
        late = self._late.get(journey.shipment)
        legs = [place for place, step in enumerate(journey.steps) if step.kind == "leg"]
        done = [place for place in legs if journey.steps[place].depart_min < self._now]
        if late is not None:
            done = [place for place in legs if place < _first_work(journey.steps, unit[0])]
        if not done:
            return Stand(None, self._now)
        if journey.shipment not in self._cargo.by_id:
            # A part of a shipment can be planned from its origin only.
            raise NowhereError([journey.shipment])
        last = journey.steps[done[-1]]
        if last.form != _form(self._cargo.by_id.get(journey.shipment)):
            raise NowhereError([journey.shipment])
        seen = (
            task.end_min
            for task in made.tasks
            if task.kind == "inspect" and task.hub == last.destination and task.subject in {journey.shipment, unit[1]}
        )
        ready = max(last.available_min, self._now, late or 0, *seen)
        return Stand(last.destination, ready, journey.steps[: done[-1] + 1])

    def _behind(self, stands: dict[str, Stand]) -> Network:
        """Return the network for those under way: no departure that was missed, and no truck on from a gateway."""
        closed = set[str]()
        for stand in stands.values():
            by_road = bool(stand.steps) and stand.steps[-1].mode == "road"
            if stand.place is not None and by_road and self._kinds[stand.place] in GATEWAYS | CUSTOMS_STOPS:
                closed.add(stand.place)
        leads = [Lead(place, road, NEVER, 0) for place in sorted(closed) for road in self._roads]
        runs = Runs(self._network)
        missed = [
            run
            for step in self._rides
            for run in runs.of(str(step.service), step.origin, step.destination, step.depart_min, step.arrive_min)
        ]
        return runs.closed(with_leads(self._network, leads), missed, lambda *_: True)


def _is_load(plan: Plan, name: str) -> bool:
    return any(load.id == name for load in plan.loads)


def _is_whole(plan: Plan, name: str) -> bool:
    """Tell whether a unit is all that travels together: a load unit, or a shipment alone."""
    return any(load.id == name for load in plan.loads) or any(
        journey.shipment == name and journey.load is None for journey in plan.journeys
    )


def _departs(plan: Plan, unit: UnitKey) -> int:
    """Return when a unit leaves a hub."""
    hub, name = unit
    found = [load.steps for load in plan.loads if load.id == name]
    found += [journey.steps for journey in plan.journeys if journey.shipment == name]
    departs = (step.depart_min for steps in found for step in steps if step.kind == "leg" and step.origin == hub)
    first = next(departs, None)
    if first is None:
        raise NowhereError([name])
    return first


def _rides(plan: Plan, made: HubSchedule, unit: UnitKey) -> Iterator[Step]:
    """Yield the legs with which the shipments of a unit were to leave their hub."""
    depart = next(one.depart_min for one in made.units if (one.hub, one.id) == unit)
    inside, seen = members_at(made, unit), set()
    for journey in plan.journeys:
        for step in journey.steps if journey.shipment in inside else ():
            key = (step.service, step.destination)
            if step.kind == "leg" and (step.origin, step.depart_min) == (unit[0], depart) and key not in seen:
                seen.add(key)
                yield step


def _first_work(steps: Sequence[Step], hub: str) -> int:
    """Return the position of the first clearance or stuffing in a hub."""
    return next(
        (place for place, step in enumerate(steps) if step.origin == hub and step.kind in {"clearance", "stuff"}),
        len(steps),
    )


def _form(shipment: object) -> str:
    """Return the form in which a shipment leaves its origin."""
    return getattr(shipment, "box", None) or _LOOSE
