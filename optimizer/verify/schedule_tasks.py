"""Checks of the tasks of a schedule: work, hours, order and resources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from optimizer.verify.schedule_visits import expected_tasks, planned_inspection

if TYPE_CHECKING:
    from data.hub_schedule import HubSchedule, HubTaskTime
    from optimizer.verify.log import Log
    from optimizer.verify.schedule_facts import HubFacts
    from optimizer.verify.schedule_visits import Guest, Party

_NAMED = re.compile(r"(\w+):([^#]+)#(\d+)")


class Tasks:
    """
    The tasks of a schedule against those it must have.

    Parameters
    ----------
    hub_facts
        The tables.
    parties
        What leaves the hubs.
    schedule
        The schedule.
    log
        Where broken rules go.
    """

    def __init__(
        self, hub_facts: HubFacts, parties: dict[tuple[str, str], Party], schedule: HubSchedule, log: Log
    ) -> None:
        self._facts = hub_facts
        self._log = log
        self._parties = parties
        self._now = schedule.now_min
        self.by_id: dict[str, HubTaskTime] = {task.id: task for task in schedule.tasks}
        self.wanted: dict[str, tuple[str, str, tuple[Guest, ...]]] = {}
        self._left_out = {(one.hub, one.shipment) for one in schedule.consignments if one.is_left_out}
        for task in schedule.tasks:
            if self.by_id[task.id] is not task:
                log.add("task_twice", task.id, "stands twice", task.id, None)

    def end(self, name: str) -> int | None:
        """Return when a task ends, None if there is none of that id."""
        task = self.by_id.get(name)
        return None if task is None else task.end_min

    def check(self) -> None:
        """Check every task."""
        wanted = self.wanted
        for party in self._parties.values():
            wanted |= self._expected(party)
        for name in wanted.keys() - self.by_id.keys():
            self._log.add("task_missing", name, "is needed", None, name)
        for name in self.by_id.keys() - wanted.keys():
            self._log.add("task_unknown", name, "belongs to nothing in the plan", name, None)
        for name in sorted(wanted.keys() & self.by_id.keys()):
            self._check_task(self.by_id[name], *wanted[name])
        for party in self._parties.values():
            self._check_order(party)
        self._check_resources()

    def _expected(self, party: Party) -> dict[str, tuple[str, str, tuple[Guest, ...]]]:
        """Return the tasks a party must or may have: a box may be sealed again after an inspection."""
        found = expected_tasks(self._facts, party)
        again = party.name(party.unit, "reseal")
        inspected = {event.subject for event in self._facts.events if event.kind == "inspect"}
        if again in self.by_id and inspected & {party.unit, *(guest.shipment.id for guest in party.guests)}:
            found[again] = ("seal", party.unit, tuple(party.guests))
        return found

    def _check_task(self, task: HubTaskTime, kind: str, subject: str, guests: tuple[Guest, ...]) -> None:
        """Check what a task says of itself, and that it lies in hours."""
        hub = guests[0].hub
        self._log.same("task_fields", task.id, "is another task", f"{task.kind} {task.hub} {task.subject}",
                       f"{kind} {hub} {subject}")  # fmt: skip
        if kind == "release":
            self._check_release(task, guests[0])
            return
        freight = self._facts.freight(guest.shipment for guest in guests)
        row = self._facts.row(kind, hub, freight)
        work, needs = self._facts.work(row, freight), self._facts.needs(row, hub)
        self._log.same("work", task.id, "takes another time", task.work_min, work)
        self._check_names(task, needs)
        regular, extended = self._facts.task_minutes(kind, hub, needs)
        is_regular = self._fits(regular, task, work, may_pause=row.may_pause)
        if not is_regular and not self._fits(extended, task, work, may_pause=row.may_pause):
            self._log.add("hours", task.id, "does not lie in the hours of what it needs", task.begin_min, None)
        self._log.same("overtime", task.id, "overtime or not", str(task.is_overtime), str(not is_regular))
        price = self._facts.overtime_fen(needs, work) if task.is_overtime else 0
        self._log.same("overtime_price", task.id, "price of overtime", task.overtime_cny_minor, price)

    def _check_release(self, task: HubTaskTime, guest: Guest) -> None:
        """Check that customs begin in their hours and take their time."""
        row = self._facts.clearance(guest.row or "")
        self._log.same("work", task.id, "takes another time", task.work_min, row.minutes)
        self._log.same("work", task.id, "ends at another time", task.end_min, task.begin_min + row.minutes)
        hours = self._facts.open(row.calendar, guest.hub)
        if not self._facts.span(hours, task.begin_min, task.begin_min + 1).all():
            self._log.add("hours", task.id, "begins while customs are closed", task.begin_min, None)
        self._check_names(task, [])
        self._log.same("overtime", task.id, "customs have no overtime", str(task.is_overtime), "False")
        self._log.same("overtime_price", task.id, "price of overtime", task.overtime_cny_minor, 0)

    def _fits(self, minutes: object, task: HubTaskTime, work: int, *, may_pause: bool) -> bool:
        """Tell whether a task lies in some minutes: all of them, or its first, its last and as many as it takes."""
        taken = self._facts.span(minutes, task.begin_min, task.end_min)  # type: ignore[arg-type]
        if len(taken) != task.end_min - task.begin_min or not len(taken):
            return False
        if not may_pause:
            return bool(taken.all()) and len(taken) == work
        return bool(taken[0] and taken[-1]) and int(taken.sum()) == work

    def _check_names(self, task: HubTaskTime, needs: list[tuple[str, str, str]]) -> None:
        """Check that a task names one of each resource it needs, and one that there is."""
        named = []
        for name in task.resources:
            match = _NAMED.fullmatch(name)
            row = None if match is None else self._facts.resources.get((task.hub, match[1], match[2]))
            if match is None or row is None or not 1 <= int(match[3]) <= row.count:
                self._log.add("resource_name", task.id, "the hub has no such resource", name, None)
            else:
                named.append((task.hub, match[1], match[2]))
        self._log.same("resource_need", task.id, "needs other resources", _shown(named), _shown(needs))

    # Order

    def _before(self, first: str, second: str, rule: str = "order") -> None:
        """Check that a task ends before another begins."""
        one, other = self.by_id.get(first), self.by_id.get(second)
        if one is not None and other is not None:
            self._log.no_later(rule, second, f"begins before {first} has ended", one.end_min, other.begin_min)

    def _from(self, name: str, minute: int, rule: str, message: str) -> None:
        """Check that a task does not begin before an instant."""
        task = self.by_id.get(name)
        if task is not None and task.begin_min < minute:
            self._log.add(rule, name, message, task.begin_min, minute)

    def _had_begun(self, name: str) -> bool:
        """Tell whether a task had begun when it became known that cargo comes at another time."""
        task = self.by_id.get(name)
        return task is not None and self._now is not None and task.begin_min < self._now

    def _check_order(self, party: Party) -> None:
        """Check the order of the tasks of a party."""
        early = self._facts.facts.setting("hub_declare_early_min")
        stuff, seal = party.name(party.unit, "stuff"), party.name(party.unit, "seal")
        reseal, gate = party.name(party.unit, "reseal"), party.name(party.unit, "gate_in")
        first = stuff if stuff in self.by_id else seal if seal in self.by_id else gate
        for one, other in ((stuff, seal), (stuff, gate), (seal, gate), (reseal, gate), (seal, reseal)):
            self._before(one, other)
        for guest in party.guests:
            name = guest.shipment.id
            documents, declare = party.name(name, "documents"), party.name(name, "declare")
            release = party.name(name, "release")
            self._from(documents, guest.ready, "papers", "the papers are not there yet")
            if not self._had_begun(declare):
                message = "is declared too long before the cargo comes"
                self._from(declare, guest.arrive - early, "declare_early", message)
            self._from(release, guest.arrive, "arrival", "the cargo is not there yet")
            self._before(documents, declare)
            self._before(declare, release)
            is_out = (party.hub, name) in self._left_out
            if not is_out:
                self._before(release, first, "released")
                self._from(first, guest.arrive, "arrival", "the cargo is not there yet")
            chain = [release] if is_out else [release, stuff, seal, reseal, gate]
            self._check_inspection(party, name, [guest], chain)
        if party.unit not in {guest.shipment.id for guest in party.guests}:
            releases = [party.name(guest.shipment.id, "release") for guest in party.guests]
            self._check_inspection(party, party.unit, party.guests, [*releases, stuff, seal, reseal, gate])

    def _check_inspection(self, party: Party, subject: str, guests: list[Guest], chain: list[str]) -> None:
        """Check that what had not begun when an inspection was known comes after it, and what had ends before it."""
        name = party.name(subject, "inspect")
        inspection = self.by_id.get(name)
        if inspection is None:
            return
        event = self._facts.event("inspect", subject)
        # Customs may ask for one that was planned as likely and has begun.
        if event is not None and not any(planned_inspection(self._facts, guest) for guest in guests):
            self._from(name, event.at_min, "inspection", "begins before customs asked for it")
        for guest in guests:
            self._from(name, guest.arrive, "arrival", "the cargo is not there yet")
            self._before(party.name(guest.shipment.id, "declare"), name)
        for other in chain:
            task = self.by_id.get(other)
            if task is None:
                continue
            if event is not None and task.begin_min < event.at_min and task.begin_min < inspection.begin_min:
                self._before(other, name, "inspection")
            else:
                self._before(name, other, "inspection")
        self._check_sealed(party, inspection)

    def _check_sealed(self, party: Party, inspection: HubTaskTime) -> None:
        """Check that a box is sealed after it was opened."""
        seals = [self.by_id.get(party.name(party.unit, kind)) for kind in ("seal", "reseal")]
        begins = [task.begin_min for task in seals if task is not None]
        if party.is_boxed and begins and max(begins) < inspection.end_min:
            is_out = (party.hub, inspection.subject) in self._left_out
            if not is_out:
                self._log.add(
                    "sealed", inspection.id, "the box is not sealed after it", max(begins), inspection.end_min
                )

    # Resources

    def _check_resources(self) -> None:
        """Check that nothing is used twice at a time, and no more than there is at any minute."""
        span = self._facts.high - self._facts.low
        for need, row in self._facts.resources.items():
            users = [task for task in self.by_id.values() if task.hub == need[0] and _uses(task, need)]
            busy = np.zeros(span, dtype=np.int64)
            for task in users:
                busy[task.begin_min - self._facts.low : task.end_min - self._facts.low] += 1
            if busy.max(initial=0) > row.count:
                at = int(busy.argmax()) + self._facts.low
                self._log.add(
                    "capacity", _shown([need]), f"more are used than there are, at {at}", int(busy.max()), row.count
                )
            self._check_twice(users)
            self._check_closed(need, row.count, users, busy)

    def _check_twice(self, users: list[HubTaskTime]) -> None:
        """Check that a named resource does one thing at a time."""
        last: dict[str, HubTaskTime] = {}
        for task in sorted(users, key=lambda task: task.begin_min):
            for name in task.resources:
                before = last.get(f"{task.hub} {name}")
                if before is not None and before.id != task.id and before.end_min > task.begin_min:
                    self._log.add("resource_twice", task.id, f"{name} is still with {before.id}", task.begin_min,
                                  before.end_min)  # fmt: skip
                last[f"{task.hub} {name}"] = task

    def _check_closed(self, need: tuple[str, str, str], count: int, users: list[HubTaskTime], busy: object) -> None:
        """Check that what is shut is not used but by what had begun before."""
        del busy
        shut = np.zeros(self._facts.high - self._facts.low, dtype=np.int64)
        known = 2**60
        for since, begin, end, number in self._facts.closed(need):
            shut[max(0, begin - self._facts.low) : max(0, end - self._facts.low)] += number
            known = min(known, since)
        if not shut.any():
            return
        for task in users:
            begin, end = task.begin_min - self._facts.low, task.end_min - self._facts.low
            together = sum(
                (np.arange(begin, end) >= other.begin_min - self._facts.low)
                & (np.arange(begin, end) < other.end_min - self._facts.low)
                for other in users
            )
            if task.begin_min >= known and ((shut[begin:end] > 0) & (together > count - shut[begin:end])).any():
                self._log.add("closed", task.id, "uses what is shut", task.begin_min, None)


def _uses(task: HubTaskTime, need: tuple[str, str, str]) -> bool:
    return any(name.partition("#")[0] == f"{need[1]}:{need[2]}" for name in task.resources)


def _shown(needs: list[tuple[str, str, str]]) -> str:
    return ", ".join(sorted(":".join(need) for need in needs))
