"""Checks of what a schedule says of its consignments, units and aims."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.verify.lines import half_up
from optimizer.verify.schedule_visits import planned_inspection

if TYPE_CHECKING:
    from data.hub_schedule import HubConsignment, HubSchedule
    from optimizer.verify.log import Log
    from optimizer.verify.schedule_facts import HubFacts
    from optimizer.verify.schedule_tasks import Tasks
    from optimizer.verify.schedule_visits import Guest, Party

_MILLION = 1_000_000
_Due = tuple[str, int, str]


class Marks:
    """
    What a schedule says of those it is about.

    Parameters
    ----------
    hub_facts, parties, tasks
        The tables, what leaves the hubs, and the tasks.
    schedule
        The schedule.
    log
        Where broken rules go.
    """

    def __init__(
        self,
        hub_facts: HubFacts,
        parties: dict[tuple[str, str], Party],
        tasks: Tasks,
        schedule: HubSchedule,
        log: Log,
    ) -> None:  # fmt: skip
        self._facts = hub_facts
        self._parties = parties
        self._tasks = tasks
        self._schedule = schedule
        self._log = log
        self._told = {(one.hub, one.shipment): one for one in schedule.consignments}
        self.misses = self.risk = self.lateness = 0

    def check(self) -> None:
        """Check consignments, units and sums."""
        guests = {(guest.hub, guest.shipment.id) for party in self._parties.values() for guest in party.guests}
        for key in guests ^ self._told.keys():
            self._log.add("consignment", " ".join(key), "is in the plan or in the schedule only", None, None)
        units = {(one.hub, one.id): one for one in self._schedule.units}
        for key in units.keys() ^ self._parties.keys():
            self._log.add("unit", " ".join(key), "is in the plan or in the schedule only", None, None)
        if len(units) < len(self._schedule.units) or len(self._told) < len(self._schedule.consignments):
            self._log.add("unit", "schedule", "something stands twice", None, None)
        for party in self._parties.values():
            self._check_party(party)

    # Cut-offs

    def _own(self, party: Party, guest: Guest) -> list[_Due]:
        """Return the cut-offs of a guest's own tasks."""
        found = []
        for kind, cutoff in (("documents", "documentation"), ("release", "customs")):
            due, name = guest.cutoff(cutoff), party.name(guest.shipment.id, kind)
            if due is not None and name in self._tasks.by_id:
                found.append((name, due, kind))
        return found

    def _common(self, party: Party) -> list[_Due]:
        """Return the cut-offs of what is done with all of them."""
        found = []
        gate, weighing = party.gate_cutoff(), party.weighing_cutoff()
        name = party.name(party.unit, "gate_in")
        if gate is not None:
            found.append((name, gate, "gate_in"))
        if weighing is not None:
            names = [party.name(party.unit, kind) for kind in ("reseal", "seal")]
            last = next((one for one in names if one in self._tasks.by_id), name)
            found.append((last, weighing, "seal"))
        return found

    def _late(self, dues: list[_Due]) -> int:
        """Return the most minutes by which a cut-off is missed; below 0 is slack."""
        ends = [(self._tasks.end(name), due) for name, due, _ in dues]
        return max((end - due for end, due in ends if end is not None), default=0)

    def _check_party(self, party: Party) -> None:
        """Check what is said of one unit and those in it."""
        told = [self._told.get((guest.hub, guest.shipment.id)) for guest in party.guests]
        out = {one.shipment for one in told if one is not None and one.is_left_out}
        aboard = [guest for guest in party.guests if guest.shipment.id not in out]
        dues = self._common(party) + [due for guest in aboard for due in self._own(party, guest)]
        late = self._late(dues)
        for guest, one in zip(party.guests, told, strict=True):
            if one is not None:
                self._check_guest(party, guest, one, late)
        self._check_left_out(party, out, late)
        self._check_unit(party, dues, late, aboard)

    def _check_left_out(self, party: Party, out: set[str], late: int) -> None:
        """Check that members are left out only of a box that is stuffed here and goes in time with somebody in it."""
        if not out:
            return
        if not party.is_stuffed or len(out) == len(party.guests):
            self._log.add("left_out", party.unit, "nobody can be left out of it", len(out), 0)
        if late > 0 and not self._is_begun(party):
            self._log.add("left_out", party.unit, "leaves members out and misses all the same", late, 0)

    def _is_begun(self, party: Party) -> bool:
        """Tell whether a box was begun to be stuffed before the last change: who was not in it then stays out."""
        stuff, now = self._tasks.by_id.get(party.name(party.unit, "stuff")), self._schedule.now_min
        return stuff is not None and now is not None and stuff.begin_min < now

    def _check_guest(self, party: Party, guest: Guest, one: HubConsignment, late: int) -> None:
        """Check what is said of one consignment."""
        name = f"{guest.hub} {guest.shipment.id}"
        minutes = late
        if one.is_left_out:
            own = [self._late([due]) for due in self._own(party, guest)]
            stuff = self._tasks.by_id.get(party.name(party.unit, "stuff"))
            ready = [self._tasks.end(party.name(guest.shipment.id, kind)) for kind in ("release", "inspect")]
            begin = 0 if stuff is None else stuff.begin_min
            minutes = max([0, *own, *(end - begin for end in ready if end is not None)])
        is_missed = one.is_left_out or late > 0
        self._log.same("missed", name, "misses its departure or not", str(one.is_missed), str(is_missed))
        self._log.same("late", name, "minutes late", one.late_min, max(0, minutes))
        weight = self._weight(guest)
        self._log.same("weight", name, "what a miss counts", one.weight, weight)
        self._log.same("odds", name, "odds of an inspection", one.odds_ppm, self._odds(party, guest))
        said = f"{one.unit} {one.ready_min} {one.arrive_min}"
        self._log.same("consignment", name, "unit, papers, cargo", said, f"{guest.unit} {guest.ready} {guest.arrive}")
        self.misses += weight if is_missed else 0
        self.lateness += max(0, minutes)

    def _weight(self, guest: Guest) -> int:
        """Return 1 and the begun thousands of yuan of the value."""
        shipment = guest.shipment
        if shipment.value_minor is None:
            return 1
        rate = self._facts.facts.rates[shipment.value_currency or shipment.currency]
        fen = half_up(Fraction(shipment.value_minor) * Fraction(rate.cny_per_unit) * 100 / 10**rate.exponent)
        return 1 + (fen + 99_999) // 100_000

    # Reserve

    def _odds(self, party: Party, guest: Guest) -> int:
        """Return the odds of an inspection that is not known: none once it is asked for or customs began to release."""
        if guest.row is None:
            return 0
        if any(self._facts.event("inspect", name) for name in (guest.shipment.id, party.unit)):
            return 0
        now, release = self._schedule.now_min, self._tasks.by_id.get(party.name(guest.shipment.id, "release"))
        if now is not None and release is not None and release.begin_min < now:
            return 0
        row = self._facts.row("inspect", guest.hub, self._facts.freight([guest.shipment]))
        return row.odds_ppm or 0

    def _held(self, party: Party, minutes: int) -> Fraction:
        """Return the odds that any inspection holds a party up for longer."""
        free = Fraction(1)
        for guest in party.guests:
            odds = self._odds(party, guest)
            if odds:
                row = self._facts.row("inspect", guest.hub, self._facts.freight([guest.shipment]))
                free *= 1 - Fraction(odds, _MILLION) * (1 - _share(minutes, row.p50_min or 0, row.p90_min or 0))
        return 1 - free

    def _check_unit(self, party: Party, dues: list[_Due], late: int, aboard: list[Guest]) -> None:
        """Check reserve, risk and slack of a unit."""
        one = next((one for one in self._schedule.units if (one.hub, one.id) == (party.hub, party.unit)), None)
        if one is None:
            return
        name = f"{party.hub} {party.unit}"
        limit = Fraction(self._schedule.risk_ppm, _MILLION)
        reserve = one.reserve_min
        is_enough = reserve >= 0 and self._held(party, reserve or -1) <= limit
        if not is_enough and not (reserve == 0 and self._held(party, 0) <= limit):
            self._log.add("reserve", name, "inspections hold it up more often than allowed", reserve, None)
        if reserve > 0 and self._held(party, reserve - 1) <= limit:
            self._log.add("reserve", name, "a smaller reserve would do", reserve, reserve - 1)
        odds = half_up(self._held(party, -1) * _MILLION)
        self._log.same("unit_odds", name, "odds of any inspection", one.odds_ppm, odds)
        lacks = any(
            kind != "documents" and (end := self._tasks.end(task)) is not None and end + reserve > due
            for task, due, kind in dues
        )
        at_risk = reserve > 0 and late <= 0 and lacks
        self._log.same("at_risk", name, "keeps its reserve or not", str(one.is_at_risk), str(at_risk))
        self._log.same("slack", name, "least slack", one.slack_min, -late if dues else 0)
        said = f"{one.service} {one.destination} {one.depart_min}"
        leg = party.leg
        self._log.same("unit", name, "departure", said, f"{leg.service} {leg.destination} {leg.depart_min}")
        if at_risk:
            self.risk += odds * sum(self._weight(guest) for guest in aboard)

    def plans_inspection(self, guest: Guest) -> bool:
        """Tell whether an inspection of a guest is planned."""
        return planned_inspection(self._facts, guest)


def _share(minutes: int, p50: int, p90: int) -> Fraction:
    """Return the share of inspections that take no longer than some minutes."""
    spread = p90 - p50
    if minutes >= p90 + spread:
        return Fraction(1)
    if minutes >= p90:
        return Fraction(9, 10) + Fraction(minutes - p90, 10 * spread)
    if minutes >= p50:
        return Fraction(1, 2) + Fraction(2 * (minutes - p50), 5 * spread)
    low = max(0, p50 - spread)
    return Fraction(0) if minutes < low else Fraction(minutes - low, 2 * (p50 - low))
