"""
Why the shipments of a plan travel as they do, and what would save more.

Everything is priced against the loads of the plan, exactly, while the rest of it stays as it is. So what is said to be
saved is saved at least. What departures can take is not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from data.insight import Alternative, Binding, Change, Insight, Ride, Sensitivity
from data.money import to_fen
from optimizer.consolidation.classes import customs_areas, differing, never_shares
from optimizer.consolidation.holds import holds_of
from optimizer.consolidation.sandbox import main_hop, services_of
from optimizer.consolidation.sensitivity import Gain, Miss, best_of, grouped, later_cutoffs
from optimizer.consolidation.situation import ROOM_RULES, Look, Situation
from optimizer.consolidation.workers import FEWEST, most_workers, work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from data.insight import ChangeKind, SensitivityKind
    from data.plan import Plan
    from network.search import Path
    from network.timeline import Hop
    from optimizer.consolidation.entry import Entry
    from optimizer.consolidation.houses import House, Houses
    from optimizer.consolidation.sandbox import Chosen

    Place = tuple[Situation, int]

DAY = 1440
MOST_BINDINGS = 3
TOLD_EVERY = 100
"""Shipments between two reports."""
READY_DAYS = (1, 2)
DUE_DAYS = (1, 3)
TIME_RULES = frozenset({"papers", "stuffing"})


def explained(
    plan: Plan,
    entries: Sequence[Entry],
    houses: Sequence[House],
    makes: Houses,
    full: Mapping[str, Binding],
    tell: Callable[[], None],
) -> Plan:
    """
    Return a plan with the reasons for it.

    Parameters
    ----------
    plan
        The plan.
    entries
        Its classes.
    houses, makes
        The shipments in the order of the cargo, and what prices them.
    full
        By shipment, a departure on which there was no room for it.
    tell
        Called now and then. Ctrl-C leaves out what was not yet found.
    """
    explainer = Explainer(plan, entries, makes, full)
    count = 1 if len(houses) < FEWEST else most_workers()
    parts: list[Found] = [Found([], [], {})] * count
    sensitivities: tuple[Sensitivity, ...] = ()
    ends = [len(houses) * part // count for part in range(count + 1)]
    jobs = [Explaining(explainer, houses[first:last]) for first, last in pairwise(ends)]

    def hear(*_: object) -> bool:
        tell()
        return False

    try:
        if count > 1:
            shared = {"lanes": makes.lanes, "makes": makes, "network": makes.network}
            work(jobs, shared, hear, parts.__setitem__)
        else:
            parts[0] = jobs[0].found
            jobs[0](lambda _: tell(), lambda: False)
        for part in parts[: count if count > 1 else 0]:
            explainer.learn(part)
        sensitivities = best_of(explainer.sensitivities())
    except KeyboardInterrupt:
        pass
    insights = tuple(one for part in parts for one in part.insights)
    return replace(plan, insights=insights, sensitivities=sensitivities)


class Found(NamedTuple):
    """What was found for some shipments: why they travel so, what a day more saves, what they miss by situation."""

    insights: list[Insight]
    gains: list[Gain]
    misses: dict[int, list[Miss]]


class Explaining:
    """
    Some shipments on their way to reasons.

    Parameters
    ----------
    explainer
        Of the plan.
    houses
        The shipments.
    """

    def __init__(self, explainer: Explainer, houses: Sequence[House]) -> None:
        self.explainer = explainer
        self.houses = houses
        self.found = Found([], explainer.gains, explainer.misses)

    def __call__(self, tell: Callable[[None], None], is_stopped: Callable[[], bool]) -> Found:
        """Return what was found."""
        for number, house in enumerate(self.houses):
            if is_stopped():
                break
            if number % TOLD_EVERY == 0:
                tell(None)
            self.found.insights.append(self.explainer.insight(house))
        return self.found


class Explainer:
    """
    Explains one plan.

    Parameters
    ----------
    plan, entries, makes, full
        As of `explained`.
    """

    def __init__(self, plan: Plan, entries: Sequence[Entry], makes: Houses, full: Mapping[str, Binding]) -> None:
        self.full = full
        self.lanes = makes.lanes
        self.catalogue = makes.network.catalogue
        self.journeys = {journey.shipment: journey for journey in plan.journeys}
        names = {load.shipments: load.id for load in plan.loads}
        single = {load.shipments[0]: load.cost_cny_minor for load in plan.loads if len(load.shipments) == 1}
        paid = {one.shipment: one.own_cny_minor + one.penalty_cny_minor for one in plan.journeys}
        paid |= {shipment: paid[shipment] + cost for shipment, cost in single.items()}
        self.places: dict[str, tuple[Situation, int]] = {}
        self.situations: list[Situation] = []
        for entry in entries:
            situation = Situation(entry, entry.real.houses, names, paid)
            self.places |= {house.shipment.id: (situation, i) for i, house in enumerate(entry.market.houses)}
            if situation.loads:
                self.situations.append(situation)
        self.gains: list[Gain] = []
        self.misses: dict[int, list[Miss]] = defaultdict(list)

    def insight(self, house: House) -> Insight:
        """Return why a shipment travels as it does."""
        journey = self.journeys.get(house.shipment.id)
        situation, i = self.places.get(house.shipment.id, (None, -1))
        if situation is not None and situation.market.houses[i] is not house:
            # It had to leave a departure that is full, and its class was told of no other way.
            situation = None
        if situation is not None and journey is not None and (journey.load is None) == (i in situation.in_load):
            # Its load was not chosen by this run, and what it could do instead is not known.
            situation = None
        full = (self.full[house.shipment.id],) if house.shipment.id in self.full else ()
        if situation is None and journey is not None and journey.load is not None:
            return Insight(shipment=house.shipment.id, bindings=full, holds=tuple(holds_of(journey, -1, None)))
        now = house.alone_fen if situation is None else situation.now(i)
        is_alone = situation is None or i not in situation.in_load
        options = list(self._alone(house, now, is_alone=is_alone))
        bindings: list[Binding] = []
        looks: list[Look] = []
        if situation is not None:
            looks = list(situation.looks(i, min((one.difference_minor for one in options), default=None)))
            options += self._shared(situation, i, looks, options)
            bindings = list(_bindings(looks))
            self.misses[id(situation)] += (
                Miss(i, look.load, look.least)
                for look in looks
                if _is_late(look) and look.least < now and situation.fits(i, look.load)
            )
        if is_alone:
            bindings += self._other_classes(house, situation)
        holds = () if journey is None else tuple(holds_of(journey, i, situation))
        return Insight(
            shipment=house.shipment.id,
            next_best=min(options, key=lambda one: one.difference_minor, default=None),
            first=self._first(house, now, is_alone=is_alone) if holds else None,
            bindings=(*sorted(bindings, key=lambda one: -one.saving_minor)[:MOST_BINDINGS], *full),
            changes=tuple(self._changes(house, None if situation is None else (situation, i), looks)),
            holds=holds,
        )

    def learn(self, found: Found) -> None:
        """Take over what another process found with this explainer."""
        self.gains += found.gains
        for situation, missed in found.misses.items():
            self.misses[situation] += missed

    def sensitivities(self) -> Iterator[Sensitivity]:
        """Yield what a day more for some shipments would save."""
        yield from grouped(self.lanes, self.gains)
        for situation in self.situations:
            yield from later_cutoffs(situation, self.misses[id(situation)])

    # Other things to do

    def _alone(self, house: House, now: int, *, is_alone: bool) -> Iterator[Alternative]:
        """Yield other ways alone, and staying behind."""
        path = house.second if is_alone and not house.is_left else house.alone
        if path is not None:
            yield self._by(house, path, now)
        price = house.shipment.unserved_minor
        if price is not None and not (house.is_left and is_alone):
            yield Alternative(kind="behind", difference_minor=to_fen(price, house.fx) - now)

    def _first(self, house: House, now: int, *, is_alone: bool) -> Alternative | None:
        """Return going alone on the way that arrives first, None if that is what the shipment does."""
        if house.first is None or (is_alone and house.first == house.alone):
            return None
        return self._by(house, house.first, now)

    def _by(self, house: House, path: Path, now: int) -> Alternative:
        """Return a path as an alternative."""
        tt = self.lanes.tt
        departs = (tt.departures[hop.departure] + tt.leg_offset[hop.leg] for hop in path.hops if hop.departure >= 0)
        ride = Ride(
            services=services_of(self.lanes, path.hops),
            origin=house.shipment.origin,
            destination=house.shipment.destination,
            depart_min=int(next(departs, path.ready_min)),
            arrive_min=path.arrive_min,
        )
        late = house.days_late(path.arrive_min)
        return Alternative(kind="alone", difference_minor=house.paid(path) - now, days_late=late, ride=ride)

    @staticmethod
    def _shared(
        situation: Situation, i: int, looks: Sequence[Look], known: Sequence[Alternative]
    ) -> Iterator[Alternative]:
        """Yield joining the best load, and a box of its own if that is better still."""
        best = min((one.difference_minor for one in known), default=None)
        joins = [look for look in looks if look.obstacle is None and look.paid is not None]
        if joins:
            join = situation.joined(i, min(joins, key=lambda look: look.paid or 0))
            best = join.difference_minor if best is None else min(best, join.difference_minor)
            yield join
        box = situation.own_box(i, best)
        if box is not None:
            yield box

    def _other_classes(self, house: House, situation: Situation | None) -> Iterator[Binding]:
        """Yield what keeps a shipment from all loads of others, or from the best load of another class."""
        if house.shipment.box is not None:
            yield Binding(rule="own_box", subject=house.shipment.box)
            return
        never = never_shares(self.catalogue, house.shipment)
        if never is not None:
            yield Binding(rule="mixing", subject=never)
            return
        if situation is not None:
            found = max(self._strangers(house, situation), key=lambda one: one.saving_minor, default=None)
            if found is not None:
                yield found

    def _strangers(self, house: House, own: Situation) -> Iterator[Binding]:
        """Yield loads of other classes in which a shipment would save, were it not for what it is."""
        areas = customs_areas(self.catalogue, house.shipment)
        for other in self.situations:
            example = other.market.houses[0].shipment
            subject = differing(self.catalogue, house.shipment, example)
            if other is own or subject is None or customs_areas(self.catalogue, example) != areas:
                continue
            promise, load = other.promise(house)
            if load is None or promise <= 0:
                continue
            paid = other.sandbox.own_cost(other.sandbox.add(house), load.offer)
            if paid is not None and paid < house.alone_fen:
                saving = house.alone_fen - paid
                yield Binding(rule="mixing", load=load.name, subject=subject, saving_minor=saving)

    # What would change it

    def _changes(self, house: House, place: Place | None, looks: Sequence[Look]) -> Iterator[Change]:
        """Yield for each kind of change the smallest that saves something."""
        if place is not None:
            yield from self._smallest("ready", READY_DAYS, lambda days: _earlier(place, looks, days))
        yield from self._smallest("due", DUE_DAYS, lambda days: self._due_later(house, place, looks, days))
        for look in looks:
            obstacle = look.obstacle
            # Of loads without a price only a limit of the saving is known.
            if obstacle is not None and obstacle.rule in ROOM_RULES and obstacle.saving_minor and look.paid is not None:
                yield Change(
                    kind=obstacle.rule,  # type: ignore[arg-type]
                    by=obstacle.over,
                    saving_minor=obstacle.saving_minor,
                    load=look.load.name,
                )
                break

    def _smallest(
        self, kind: ChangeKind, counts: Sequence[int], gains: Callable[[int], list[Gain]]
    ) -> Iterator[Change]:
        """Yield the change by the fewest days with which a shipment saves something, with the most it saves."""
        for days in counts:
            found = max(gains(days), key=lambda gain: gain.saving, default=None)
            if found is not None:
                if days == 1:
                    self.gains.append(found)
                name = None if found.load is None or not found.needs_room else found.load.name
                yield Change(kind=kind, by=days * DAY, saving_minor=found.saving, load=name)
                return

    def _due_later(self, house: House, place: Place | None, looks: Sequence[Look], days: int) -> list[Gain]:
        """Return how a shipment saves something if it is due later: as it goes now, or in loads that are too late."""
        journey = self.journeys.get(house.shipment.id)
        late = [look.load for look in looks if look.drawback is not None and look.drawback.rule == "late"]
        if not late and (journey is None or not journey.penalty_cny_minor):
            return []
        changed = replace(house, due=house.due + days * DAY)
        if place is None:
            load, now, stays, found = None, house.alone_fen, changed.travel_fen, []
        else:
            (situation, i), column = place, place[0].sandbox.add(changed)
            load, now, stays = situation.in_load.get(i), situation.now(i), situation.staying(i, column)
            found = _joins("due", place, column, late)
        if journey is not None and stays < now:
            hop = self._main_hop(house, place)
            found.append(Gain("due", house, hop, load, needs_room=False, saving=now - stays))
        return found

    def _main_hop(self, house: House, place: Place | None) -> Hop:
        """Return the longest ride of a shipment."""
        load = None if place is None else place[0].in_load.get(place[1])
        if place is not None and load is not None:
            return main_hop(self.lanes, place[0].sandbox.chain(load.offer).hops)
        return main_hop(self.lanes, () if house.alone is None else house.alone.hops)


def _is_late(look: Look) -> bool:
    """Say whether a shipment, or its papers, come too late for a load."""
    return look.obstacle is not None and look.obstacle.rule in TIME_RULES


def _earlier(place: Place, looks: Sequence[Look], days: int) -> list[Gain]:
    """Return the loads for which a shipment is late now, and that save something if it is ready earlier."""
    situation, i = place
    house = situation.market.houses[i]
    late = [look.load for look in looks if _is_late(look) and look.least < situation.now(i)]
    if not late or house.ready < days * DAY:
        return []
    changed = replace(house, ready=house.ready - days * DAY, end=house.end - days * DAY)
    return _joins("ready", place, situation.sandbox.add(changed), late)


def _joins(kind: SensitivityKind, place: Place, column: int, loads: Sequence[Chosen]) -> list[Gain]:
    """Return the loads in which a shipment, changed as it is in a column, saves something."""
    (situation, i), found = place, []
    house = situation.market.houses[i]
    for load in loads:
        paid = situation.paid_somehow(column, load) if situation.fits(i, load) else None
        if paid is not None and paid < situation.now(i):
            hop = main_hop(situation.lanes, situation.sandbox.chain(load.offer).hops)
            found.append(Gain(kind, house, hop, load, needs_room=True, saving=situation.now(i) - paid))
    return found


def _bindings(looks: Sequence[Look]) -> Iterator[Binding]:
    """Yield what keeps a shipment out of loads; of those that are only too dear the one that is so least."""
    for look in looks:
        if look.obstacle is not None and look.obstacle.saving_minor:
            yield look.obstacle
        elif look.drawback is not None and look.drawback.rule == "late":
            yield look.drawback
    dear = [one for one in (look.drawback for look in looks) if one is not None and one.rule == "cost" and one.over]
    if dear:
        yield min(dear, key=lambda one: one.over)
