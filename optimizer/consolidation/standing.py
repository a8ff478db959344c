"""
Shipments of a plan that are planned again from where they stand, while the rest of it stays as it is.

Who has not left yet is planned from the origin, others from the hub that they are in: what they did until then stays,
and what follows is put behind it. All of it is priced as one journey.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from data.cargo import Cargo
from data.freeze import Freeze
from data.plan import Journey
from data.splitting import parted
from network.lanes import Lanes
from network.timeline import Hop, next_index, timeline
from optimizer.consolidation.build import Builder, with_shares
from optimizer.consolidation.houses import Houses
from optimizer.consolidation.repriced import Repricing, UnknownStepError, repriced
from optimizer.consolidation.run import solve
from optimizer.consolidation.takings import Takings
from optimizer.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from data.cargo import CargoShipment
    from data.itinerary import Step
    from data.plan import Load, Plan, Unserved
    from network.network import Network
    from optimizer.consolidation.params import Params, Progress

NEVER = 1 << 30
"""Minutes before a cut-off at which nothing ever is."""


class Stand(NamedTuple):
    """
    From where a shipment goes on.

    Parameters
    ----------
    place
        The hub that it is in, None if it has not left its origin.
    ready_min
        When it can go on.
    steps
        What it did until then.
    """

    place: str | None
    ready_min: int
    steps: tuple[Step, ...] = ()


class NowhereError(Exception):
    """
    Some shipments cannot go any other way.

    Parameters
    ----------
    shipments
        Their ids.
    """

    def __init__(self, shipments: Iterable[str]) -> None:
        self.shipments = tuple(shipments)
        super().__init__(", ".join(self.shipments))


class Again:
    """
    Plans parts of a plan again.

    Parameters
    ----------
    network
        The compiled network; prices and steps are those on it.
    cargo
        What the plan is for, whole.
    """

    def __init__(self, network: Network, cargo: Cargo) -> None:
        self.network = network
        self.cargo = cargo
        self.lanes = Lanes(network)

    def anew(
        self,
        plan: Plan,
        stands: Mapping[str, Stand],
        allowed: Network,
        params: Params,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Plan:
        """
        Return a plan in which some shipments go otherwise.

        Parameters
        ----------
        plan
            A sound plan.
        stands
            From where each of them goes on; with one shipment of a load unit come all in it.
        allowed
            The network that they may use: this one, or one on which some departures are closed.
        params
            Limits of the run.
        on_progress
            Called while it runs.

        Raises
        ------
        NowhereError
            Naming who cannot go otherwise, and has no price for staying behind.
        KeyboardInterrupt
            If it was stopped.
        """
        given = Cargo(shipments=tuple(self._standing(one, stands) for one in self.cargo))
        dropped = frozenset(_unit(journey) for journey in plan.journeys if journey.shipment in stands)
        freeze = Freeze(plan=plan, cargo=self.cargo, is_all=True, dropped=dropped)
        found = solve(allowed, given, params, on_progress, freeze)
        if found.status == "stopped":
            raise KeyboardInterrupt
        parts = {name for name in _parts_of(found) if name in stands or name.partition("/")[0] in stands}
        behind = [left for left in found.unserved if left.shipment in parts]
        stuck = [left.shipment for left in behind if not left.price_cny_minor]
        if stuck:
            raise NowhereError(stuck)
        moved = [journey for journey in found.journeys if journey.shipment in parts]
        names = {journey.load for journey in moved}
        loads = [load for load in found.loads if load.id in names]
        joined = [_joined(one, stands.get(one.shipment)) for one in moved]
        priced = self.priced(replace(found, journeys=tuple(joined), loads=tuple(loads), unserved=()))
        journeys = [_whole_alone(now, was) for now, was in zip(priced.journeys, moved, strict=True)]
        return self.merged(replace(plan, splits=found.splits), journeys, priced.loads, behind, gone=dropped)

    def _standing(self, shipment: CargoShipment, stands: Mapping[str, Stand]) -> CargoShipment:
        """Return a shipment as it stands."""
        stand = stands.get(shipment.id)
        if stand is None:
            return shipment
        ready_at = max(shipment.ready_at, self.network.axis.from_min(stand.ready_min))
        if stand.place is None:
            return replace(shipment, ready_at=ready_at)
        return replace(shipment, origin=stand.place, ready_at=ready_at, depart_by=None)

    def priced(self, plan: Plan) -> Plan:
        """Return some journeys and loads with all lines and sums anew."""
        return repriced(self.lanes, parted(self.cargo, plan.splits), plan)

    def without(self, plan: Plan, load: Load, names: frozenset[str], stands: Mapping[str, Stand]) -> Plan | None:
        """
        Return a plan in which a load unit goes on its departures without some of its shipments, which it has no more.

        The others bear the load unit in proportion to what they save against going alone from where they stand; None if
        one of them would rather do that.
        """
        left = tuple(name for name in load.shipments if name not in names)
        mine = [self._alone_now(one, stands, plan) for one in plan.journeys if one.shipment in left]
        smaller = replace(load, shipments=left)
        priced = self.priced(replace(plan, journeys=tuple(mine), loads=(smaller,), unserved=()))
        shared = with_shares(priced.loads[0], priced.journeys)
        if any(one.alone_cny_minor is not None and one.cost_cny_minor > one.alone_cny_minor for one in shared):
            return None
        kept = [replace(now, commitment=was.commitment) for now, was in zip(shared, mine, strict=True)]
        return self.merged(plan, kept, priced.loads, [], gone=names)

    def _alone_now(self, journey: Journey, stands: Mapping[str, Stand], plan: Plan) -> Journey:
        """Return a journey with what going alone would cost from where the shipment stands, if that is more."""
        shipment = parted(self.cargo, plan.splits).by_id[journey.shipment]
        house = Houses(self.lanes, plan.objective).make(0, self._standing(shipment, stands))
        if house.alone is None or journey.alone_cny_minor is None:
            return replace(journey, alone_cny_minor=None)
        done = len(stands[journey.shipment].steps)
        before = sum(charge.cny_minor for charge in journey.charges if charge.step < done)
        return replace(journey, alone_cny_minor=max(journey.alone_cny_minor, before + house.travel_fen))

    def rolled(self, plan: Plan, unit: str, hub: str, after_min: int) -> Plan:
        """
        Return a plan in which a load unit, or a shipment alone, leaves a hub with a later departure of its service.

        Everything behind takes the same services, each as soon as it can.

        Parameters
        ----------
        plan
            A sound plan.
        unit, hub
            What leaves later, and where.
        after_min
            The departure must be later than this.

        Raises
        ------
        NowhereError
            If one of the services has no such departure any more.
        """
        mine = [journey for journey in plan.journeys if _unit(journey) == unit]
        if not mine:
            raise NowhereError([unit])
        try:
            loads, journeys = _Rolling(self, plan, hub, after_min).roll(unit, mine)
        except (UnknownStepError, LookupError):
            raise NowhereError([journey.shipment for journey in mine]) from None
        return self.merged(plan, journeys, loads, [], gone=frozenset())

    def merged(
        self,
        plan: Plan,
        journeys: Sequence[Journey],
        loads: Sequence[Load],
        behind: Sequence[Unserved],
        *,
        gone: frozenset[str],
    ) -> Plan:
        """Return a plan with other journeys and load units in place of those of the same ids, and without some."""
        every: list[Journey | Unserved] = [*journeys, *behind]
        fresh = {part.shipment: part for part in every}
        cargo = parted(self.cargo, plan.splits)
        before: list[Journey | Unserved] = [*plan.journeys, *plan.unserved]
        old = {part.shipment: part for part in before}
        parts = [part for one in cargo if (part := fresh.get(one.id, old.get(one.id))) is not None]
        parts = [part for part in parts if part.shipment in fresh or gone.isdisjoint((part.shipment, _unit(part)))]
        units = {load.id: load for load in plan.loads if load.id not in gone} | {load.id: load for load in loads}
        travelling = tuple(part for part in parts if isinstance(part, Journey))
        ordered = tuple(sorted(units.values(), key=lambda load: (_leaves(load), load.shipments)))
        takings, builder = Takings(self.network.catalogue, cargo.by_id), Builder(self.lanes)
        cost = evaluate(parts, ordered).total
        bound = None if plan.bound_minor is None else min(plan.bound_minor, cost)
        return replace(
            plan,
            status="optimal" if bound == cost else "feasible",
            bound_minor=bound,
            gap=None if bound is None else ((cost - bound) / cost if cost else 0.0),
            journeys=travelling,
            unserved=tuple(part for part in parts if not isinstance(part, Journey)),
            loads=ordered,
            bookings=takings.bookings(travelling, ordered),
            cost_minor=cost,
            alone_minor=sum(builder.alone_fen(cargo.by_id[part.shipment], part) for part in parts),
        )


class _Rolling:
    """One unit on its way to later departures."""

    def __init__(self, again: Again, plan: Plan, hub: str, after_min: int) -> None:
        self._again = again
        self._plan = plan
        self._hub = hub
        self._after = after_min
        self._tt = again.network.compiled.forward

    def roll(self, unit: str, mine: Sequence[Journey]) -> tuple[list[Load], list[Journey]]:
        """Return the load unit, if it is one, and the journeys of those in it."""
        load = next((load for load in self._plan.loads if load.id == unit), None)
        loads = () if load is None else (load,)
        cargo = parted(self._again.cargo, self._plan.splits)
        part = replace(self._plan, journeys=tuple(mine), loads=loads, unserved=())
        again = Repricing(self._again.lanes, cargo, part)
        builder = Builder(self._again.lanes)
        if load is None:
            journey = mine[0]
            house = again.house(journey.shipment)
            hops = self._later(again.hops(journey.steps, "D"), house.ready)
            return [], [replace(_raised(again.kept(builder.by(house, hops), None)), commitment="planned")]
        sent, riders = again.sent(load, mine[0]), [again.rider(journey) for journey in mine]
        stuffed = next(step.available_min for step in mine[0].steps if step.kind == "stuff")
        hops = self._later(sent.hops, stuffed)
        ends = timeline(self._tt, hops, stuffed)[-1].available
        stripped = timeline(self._tt, [Hop(sent.strip, -1)], ends)[0].available
        later = [rider._replace(onward=self._caught(rider.onward, stripped)) for rider in riders]
        made, journeys = builder.sent(sent._replace(hops=hops), later)
        made = replace(made, id=load.id)
        kept = [_raised(again.kept(journey, load.id)) for journey in journeys]
        return [made], [replace(journey, load=load.id) for journey in with_shares(made, kept)]

    def _later(self, hops: Sequence[Hop], ready: int) -> list[Hop]:
        """Return hops of which the one from the hub leaves later, and the others as soon as they can after it."""
        legs = self._again.network.legs
        leaving = (
            place
            for place, hop in enumerate(hops)
            if hop.departure >= 0 and legs[hop.leg].origin == self._hub and self._departs(hop) <= self._after
        )
        at = next(leaving, None)
        if at is None:
            raise LookupError
        hop = hops[at]
        while self._departs(hop) <= self._after:
            hop = Hop(hop.leg, hop.departure + 1)
            if hop.departure >= self._tt.leg_hi[hop.leg]:
                raise LookupError
        before = [*hops[:at], hop]
        return [*before, *self._caught(hops[at + 1 :], timeline(self._tt, before, ready)[-1].available)]

    def _departs(self, hop: Hop) -> int:
        return int(self._tt.departures[hop.departure] + self._tt.leg_offset[hop.leg])

    def _caught(self, hops: Sequence[Hop], ready: int) -> list[Hop]:
        """Return hops with the first departures that can be caught."""
        found = []
        for hop in hops:
            index = hop.departure if hop.departure < 0 else next_index(self._tt, hop.leg, ready)
            if hop.departure >= 0 > index:
                raise LookupError
            found.append(Hop(hop.leg, index))
            ready = timeline(self._tt, found[-1:], ready)[0].available
        return found


def _raised(journey: Journey) -> Journey:
    """Return a journey whose cheapest way alone costs at least what it pays itself now."""
    alone = journey.alone_cny_minor
    own = journey.own_cny_minor + journey.penalty_cny_minor + journey.holding_cny_minor
    return replace(journey, alone_cny_minor=None if alone is None else max(alone, own), share_cny_minor=0)


def _unit(part: Journey | Unserved) -> str:
    """Return the load unit that a part of a plan is in, or its shipment."""
    return (part.load or part.shipment) if isinstance(part, Journey) else part.shipment


def _parts_of(plan: Plan) -> list[str]:
    return [*(journey.shipment for journey in plan.journeys), *(left.shipment for left in plan.unserved)]


def _leaves(load: Load) -> int:
    return next(step.depart_min for step in load.steps if step.kind == "leg")


def _joined(journey: Journey, stand: Stand | None) -> Journey:
    """Return a journey behind what was done before it."""
    return journey if stand is None else replace(journey, steps=(*stand.steps, *journey.steps))


def _whole_alone(now: Journey, was: Journey) -> Journey:
    """Return a journey whose cheapest way alone holds what it did before, too."""
    if was.alone_cny_minor is None:
        return now
    more = (now.cost_cny_minor - now.share_cny_minor) - (was.cost_cny_minor - was.share_cny_minor)
    return replace(now, alone_cny_minor=was.alone_cny_minor + more)
