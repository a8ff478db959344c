"""
Shipments of a plan put elsewhere by hand: into a load unit that is sent anyway or a new one, alone, or left behind.

Nothing else moves: every load unit keeps its departures, and whoever has nothing to do with it keeps journey and price.
A new load unit goes as one of those that are sent anyway.
Whether the changed plan keeps all rules is for the checker to say; here it is only written out and priced.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Literal

import numpy as np

from data.errors import LogisticsError
from data.plan import Journey, Unserved
from data.splitting import parted
from network.lanes import Chain
from network.timeline import Hop, latest_ready, timeline
from network.timetable import FAR
from optimizer.consolidation.build import Builder, Rider, with_shares
from optimizer.consolidation.houses import Houses
from optimizer.consolidation.market import Market
from optimizer.consolidation.real import Real
from optimizer.consolidation.repriced import Repricing, UnknownStepError
from optimizer.consolidation.standing import Again

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.cargo import Cargo
    from data.plan import Load, Plan
    from network.lanes import End, Lanes
    from network.network import Network
    from optimizer.consolidation.build import Sent
    from optimizer.consolidation.houses import House

Why = Literal[
    "unknown_shipment", "unknown_load", "unknown_box", "same_place", "promised", "departed", "no_box", "no_way_to",
    "no_way_on",
]  # fmt: skip
_REASON_ZH, _REASON_EN = "由调度员手工安排。", "Put there by hand."
_LEFT_ZH, _LEFT_EN = "由调度员手工留下。", "Left behind by hand."


class CannotMoveError(LogisticsError):
    """
    A shipment that cannot be put where it is to go.

    Parameters
    ----------
    why
        What stands against it.
    subject
        The shipment, load unit, its type or place that it is about.
    """

    def __init__(self, *, why: Why, subject: str) -> None:
        self.why = why
        self.subject = subject
        super().__init__(f"{why}: {subject}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """
    A shipment, or a part of one, and where it is to go.

    Parameters
    ----------
    shipment
        Its id.
    load
        Id of the load unit, None for alone.
    box
        Type of a new load unit that goes as `load` does, None to go in that itself.
    is_left
        Whether it stays behind instead, at its price.
    others
        Ids of those who go where it goes, in the same new load unit.
    """

    shipment: str
    load: str | None = None
    box: str | None = None
    is_left: bool = False
    others: tuple[str, ...] = ()


def moved(network: Network, cargo: Cargo, plan: Plan, move: Move, *, now_min: int | None = None) -> Plan:
    """
    Return a plan in which a shipment is elsewhere, and others with it, priced anew, whether or not it keeps all rules.

    The bound stays: it is one for every plan. Reasons of those who are touched, and what a little more time would save,
    are left out, as they were found for the earlier plan.

    Parameters
    ----------
    network
        The compiled network.
    cargo, plan
        A sound plan and its cargo, whole.
    move
        Who is to go where.
    now_min
        What departed before cannot be changed; None if nothing has.

    Raises
    ------
    CannotMoveError
        When there is no such shipment, load unit or type, one of them is promised or gone, or no way leads there.
    """
    again = Again(network, cargo)
    found = _Moving(again, cargo, plan, now_min).moved(move)
    load = next((one.load for one in found.journeys if one.shipment == move.shipment), None)
    for name in move.others:
        # What is between is no plan that anybody asks for, so the bound is still that of the whole.
        between = replace(found, bound_minor=plan.bound_minor)
        found = _Moving(again, cargo, between, now_min).moved(Move(shipment=name, load=load, is_left=move.is_left))
    return found


class _Moving:
    """One change of one plan."""

    def __init__(self, again: Again, cargo: Cargo, plan: Plan, now_min: int | None) -> None:
        self._plan = plan
        self._now = now_min
        self._again = again
        self._lanes: Lanes = self._again.lanes
        self._cargo = parted(cargo, plan.splits)
        self._builder = Builder(self._lanes)
        self._makes = Houses(self._lanes, plan.objective)
        self._loads = {load.id: load for load in plan.loads}
        self._parts: dict[str, Journey | Unserved] = {left.shipment: left for left in plan.unserved}
        self._parts |= {journey.shipment: journey for journey in plan.journeys}

    def moved(self, move: Move) -> Plan:
        """Return the changed plan."""
        part = self._parts.get(move.shipment)
        if part is None:
            raise CannotMoveError(why="unknown_shipment", subject=move.shipment)
        old = part.load if isinstance(part, Journey) else None
        target = None if move.box is not None or move.is_left else move.load
        self._refuse_unknown(move)
        if move.is_left == isinstance(part, Unserved) and target == old and move.box is None:
            raise CannotMoveError(why="same_place", subject=old or move.shipment)
        self._refuse_promised(part, [self._loads[name] for name in (old, target) if name is not None])
        loads, journeys = self._left(part)
        behind = [self._behind(move.shipment)] if move.is_left else []
        if not move.is_left:
            more, inside = self._put(self._makes.make(0, self._cargo.by_id[move.shipment]), move)
            loads, journeys = [*loads, *more], [*journeys, *inside]
        gone = frozenset({old}) if old is not None and old not in {load.id for load in loads} else frozenset()
        changed = self._again.merged(self._plan, journeys, loads, behind, gone=gone)
        return self._told(changed, {move.shipment, *(journey.shipment for journey in journeys)}, {old, target})

    def _refuse_unknown(self, move: Move) -> None:
        """Refuse load units that the plan does not have, types that there are not, and to go as one that has gone."""
        if move.load is not None and move.load not in self._loads:
            raise CannotMoveError(why="unknown_load", subject=move.load)
        if move.box is None:
            return
        if move.load is None:
            raise CannotMoveError(why="unknown_load", subject="")
        if move.box not in {unit.code for unit in self._lanes.boxes}:
            raise CannotMoveError(why="unknown_box", subject=move.box)
        self._refuse_departed(self._loads[move.load])

    def _refuse_promised(self, part: Journey | Unserved, loads: Sequence[Load]) -> None:
        """Refuse to touch what is booked, loaded or gone."""
        units: list[Load | Journey] = list(loads)
        if isinstance(part, Journey) and part.load is None:
            units.append(part)
        for unit in units:
            if unit.commitment != "planned":
                raise CannotMoveError(why="promised", subject=_name(unit))
            self._refuse_departed(unit)

    def _refuse_departed(self, unit: Load | Journey) -> None:
        """Refuse what is gone."""
        departs = [step.depart_min for step in unit.steps if step.kind == "leg"]
        if self._now is not None and departs and min(departs) < self._now:
            raise CannotMoveError(why="departed", subject=_name(unit))

    def _left(self, part: Journey | Unserved) -> tuple[list[Load], list[Journey]]:
        """Return the load unit that the shipment leaves, and those who stay in it; nothing if it is empty then."""
        if not isinstance(part, Journey) or part.load is None:
            return [], []
        load = self._loads[part.load]
        stay = tuple(name for name in load.shipments if name != part.shipment)
        if not stay:
            return [], []
        mine = self._inside(stay)
        some = replace(self._plan, journeys=mine, loads=(replace(load, shipments=stay),), unserved=())
        priced = self._again.priced(some)
        return list(priced.loads), self._shared(priced.loads[0], priced.journeys)

    def _behind(self, name: str) -> Unserved:
        """Return that a shipment stays behind; without a price that costs nothing, and the checker refuses it."""
        price = self._builder.left_fen(self._cargo.by_id[name])
        return Unserved(shipment=name, price_cny_minor=price, reason_zh=_LEFT_ZH, reason_en=_LEFT_EN)

    def _put(self, house: House, move: Move) -> tuple[list[Load], list[Journey]]:
        """Return the load unit that a shipment goes in, if any, with all journeys in it."""
        if move.load is None:
            return [], [self._alone(house)]
        load = self._loads[move.load]
        inside = self._inside(load.shipments)
        if move.box is None:
            made, journeys = self._carrying(load, inside[0], inside, house)
            return [made], journeys
        steps = tuple(replace(step, form=move.box if step.form == load.box else step.form) for step in load.steps)
        new = replace(load, id=self._free(), box=move.box, steps=steps, commitment="planned")
        try:
            made, journeys = self._carrying(new, inside[0], (), house)
        except (UnknownStepError, KeyError):
            raise CannotMoveError(why="no_box", subject=move.box) from None
        return [made], journeys

    def _free(self) -> str:
        """Return an id that no load unit of the plan has."""
        return next(name for number in count(1) if (name := f"L{number:03d}") not in self._loads)

    def _alone(self, house: House) -> Journey:
        """Return the cheapest way of a shipment alone."""
        if house.alone is None:
            raise CannotMoveError(why="no_way_on", subject=house.shipment.id)
        return replace(self._builder.by(house, house.alone.hops), reason_zh=_REASON_ZH, reason_en=_REASON_EN)

    def _carrying(
        self, load: Load, example: Journey, others: tuple[Journey, ...], house: House
    ) -> tuple[Load, list[Journey]]:
        """Return a load unit, stuffed and stripped as in an example, with some who are in it and one shipment more."""
        again = Repricing(self._lanes, self._cargo, replace(self._plan, journeys=others, loads=()))
        sent = again.sent(load, example)
        riders = [*(again.rider(journey) for journey in others), self._rider(sent, house)]
        made, journeys = self._builder.sent(sent, riders)
        made = replace(made, id=load.id, commitment=load.commitment)
        kept = [again.kept(journey, load.id) for journey in journeys[:-1]]
        alone = None if house.alone is None else house.travel_fen
        *shared, last = self._shared(made, [*kept, replace(journeys[-1], load=load.id, alone_cny_minor=alone)])
        return made, [*shared, replace(last, reason_zh=_REASON_ZH, reason_en=_REASON_EN)]

    def _inside(self, names: Sequence[str]) -> tuple[Journey, ...]:
        """Return the journeys of shipments that travel."""
        found = (self._parts[name] for name in names)
        return tuple(part for part in found if isinstance(part, Journey))

    def _rider(self, sent: Sent, house: House) -> Rider:
        """Return a shipment with its ways to a load unit and from it; late ones, if it has none that are in time."""
        tt = self._lanes.tt
        real = Real(Market(self._lanes, [house]), self._makes)
        starts = [] if house.at.source is None else _sides(self._lanes.starts, sent.start)
        finishes = [] if house.at.target is None else _sides(self._lanes.finishes, sent.finish)
        by = latest_ready(tt, [Hop(sent.stuff, -1), *sent.hops], 0)
        leaving = [way for start in starts if (way := real.leaving(0, start, by)) is not None]
        place = self._lanes.starts[sent.start].place
        before = min(leaving, key=lambda one: one.cost).hops if leaving else self._soonest(real, house, starts, place)
        moments = timeline(tt, sent.hops, 0)
        clock = next(moment.arrive for hop, moment in zip(reversed(sent.hops), reversed(moments), strict=True)
                     if hop.departure >= 0)  # fmt: skip
        available = moments[-1].available
        chain = Chain(tuple(sent.hops), 0, by, FAR, by, clock, available)
        arriving = [on for end in finishes if (on := real.arriving(0, end, chain, sent.strip)) is not None]
        if not arriving:
            raise CannotMoveError(why="no_way_on", subject=self._lanes.finishes[sent.finish].place)
        stripped = timeline(tt, [Hop(sent.strip, -1)], available)[-1].available
        return Rider(house, before, real.dated_hops(min(arriving, key=lambda one: one.cost).way, stripped))

    def _soonest(self, real: Real, house: House, starts: Sequence[int], place: str) -> tuple[Hop, ...]:
        """Return the way to a start that arrives first: too late, which the checker tells with its numbers."""
        ways = [way for start in starts for way in real.ways_to(0, start)]
        if not ways:
            raise CannotMoveError(why="no_way_to", subject=place)
        dated = [real.dated_hops(way, house.ready) for way in ways]
        ends = [timeline(self._lanes.tt, hops, house.ready)[-1].available if hops else house.ready for hops in dated]
        return tuple(dated[int(np.argmin(ends))])

    def _shared(self, load: Load, journeys: Sequence[Journey]) -> list[Journey]:
        """Return journeys with shares of a load unit: as the solver has them, or by size if nobody saves anything."""
        bare = [replace(journey, share_cny_minor=0) for journey in journeys]
        if any(one.alone_cny_minor is None or one.alone_cny_minor > one.cost_cny_minor for one in bare):
            return with_shares(load, bare)
        sizes = [max(one.mass_g, one.volume_cm3) for one in (self._cargo.by_id[each.shipment] for each in bare)]
        edges = [round(Fraction(load.cost_cny_minor * sum(sizes[:end]), sum(sizes))) for end in range(len(sizes) + 1)]
        return [
            replace(one, share_cny_minor=after - before)
            for one, before, after in zip(bare, edges, edges[1:], strict=False)
        ]

    @staticmethod
    def _told(plan: Plan, touched: set[str], loads: set[str | None]) -> Plan:
        """Return a plan without what was said of those who are touched."""
        return replace(
            plan,
            insights=tuple(one for one in plan.insights if one.shipment not in touched),
            sensitivities=(),
            frozen_loads=tuple(name for name in plan.frozen_loads if name not in loads),
            frozen_shipments=tuple(name for name in plan.frozen_shipments if name not in touched),
        )


def _sides(ends: Sequence[End], at: int) -> list[int]:
    """
    Return an end with that on the other side of its place, if it has one.

    Steps tell place and status only; which side a shipment comes to, or goes on from, is its own affair.
    """
    mine = (ends[at].place, ends[at].status)
    return [number for number, end in enumerate(ends) if (end.place, end.status) == mine]


def _name(unit: Load | Journey) -> str:
    """Return the id of a load unit, or of a shipment alone."""
    return unit.shipment if isinstance(unit, Journey) else unit.id
