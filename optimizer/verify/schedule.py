"""The checker of hub schedules: every task, mark and sum again, from the tables, the plan and the cargo alone."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from data.hub_schedule import FIRST_TIERS, REPAIR_TIERS
from optimizer.verify.clock import Clock
from optimizer.verify.facts import Facts
from optimizer.verify.log import Log
from optimizer.verify.schedule_facts import HubFacts
from optimizer.verify.schedule_marks import Marks
from optimizer.verify.schedule_tasks import Tasks
from optimizer.verify.schedule_visits import Party, parties_of
from optimizer.verify.splits import in_parts

if TYPE_CHECKING:
    from data.cargo import Cargo
    from data.catalogue import Catalogue
    from data.hub_schedule import HubSchedule
    from data.plan import Plan
    from optimizer.verify.violation import Violation

_OF_SHIPMENTS = frozenset({"documents", "declare", "inspect", "release"})


def verify_schedule(
    catalogue: Catalogue, cargo: Cargo, plan: Plan, schedule: HubSchedule, earlier: HubSchedule | None = None
) -> list[Violation]:
    """
    Return every rule of docs/schedule.md that a schedule breaks; none if it is sound.

    Parameters
    ----------
    catalogue, cargo, plan
        The tables, and the plan with its cargo, which are not checked here.
    schedule
        The schedule.
    earlier
        The schedule it was before something happened; what had begun by then must not have moved.

    Notes
    -----
    Not looked at are seed and run time, whether a bound is one, and the reasons of changes.
    """
    log = Log()
    log.same("fingerprint", "schedule", "is of another data set", schedule.fingerprint, catalogue.fingerprint)
    log.same("cargo", "schedule", "is of other cargo", schedule.cargo_fingerprint, plan.cargo_fingerprint)
    facts = Facts(catalogue)
    hub_facts = HubFacts(facts, Clock(facts), schedule)
    backward = [task for task in schedule.tasks if task.end_min < task.begin_min]
    for task in backward:
        log.add("work", task.id, "ends before it begins", task.end_min, task.begin_min)
    if backward:
        return log.violations
    cargo = in_parts(cargo, plan, log)
    parties = parties_of(plan, cargo, hub_facts)
    tasks = Tasks(hub_facts, parties, schedule, log)
    tasks.check()
    marks = Marks(hub_facts, parties, tasks, schedule, log)
    marks.check()
    _check_outside(cargo, parties, schedule, log)
    _check_aims(parties, marks, schedule, earlier, log)
    if parties:
        log.same("risk_limit", "schedule", "odds put up with", schedule.risk_ppm, facts.setting("hub_risk_ppm"))
    missed = sorted((one.hub, one.shipment) for one in schedule.missed)
    handed = sorted((one.hub, one.shipment) for one in schedule.replan)
    _check_inspected(parties, schedule, log)
    _check_agreement(schedule, log)
    log.same("replan", "schedule", "who misses is handed back", str(handed), str(missed))
    if earlier is not None:
        _check_moved(schedule, earlier, {*tasks.wanted}, log)
    return log.violations


def _check_inspected(parties: dict[tuple[str, str], Party], schedule: HubSchedule, log: Log) -> None:
    """Check that what customs want to see is still in a hub."""
    known = {party.unit for party in parties.values()}
    known |= {guest.shipment.id for party in parties.values() for guest in party.guests}
    for event in schedule.events:
        if event.kind == "inspect" and event.subject not in known:
            log.add("inspected", str(event.subject), "customs want to see it, and it is in no hub", event.subject, None)


def _check_agreement(schedule: HubSchedule, log: Log) -> None:
    """Check that who misses all the same is told, and that the last plan taken is this one."""
    agreement = schedule.agreement
    if agreement is None:
        return
    missed = sorted((one.hub, one.shipment) for one in schedule.missed)
    told = sorted((one.hub, one.shipment) for one in agreement.unsaved)
    log.same("unsaved", "agreement", "who misses all the same", str(told), str(missed))
    numbers = [one.number for one in agreement.rounds]
    log.same(
        "rounds", "agreement", "rounds in order, the first plan included", str(numbers), str([*range(len(numbers))])
    )
    kept = [one for one in agreement.rounds if one.is_kept]
    if not kept or kept[0].number != 0:
        log.add("rounds", "agreement", "the first plan was the best at first", None, 0)
        return
    weight = sum(one.weight for one in schedule.missed)
    log.same("rounds", "agreement", "who misses in the plan taken", f"{kept[-1].missed} {kept[-1].weight}",
             f"{len(missed)} {weight}")  # fmt: skip
    for one, other in pairwise(kept):
        if (other.weight, other.cost_cny_minor) >= (one.weight, one.cost_cny_minor):
            log.add("rounds", "agreement", "a plan is taken only if it is better", other.number, one.number)


def _check_outside(cargo: Cargo, parties: dict[tuple[str, str], Party], schedule: HubSchedule, log: Log) -> None:
    """Check who is said to be in no hub."""
    inside = {guest.shipment.id for party in parties.values() for guest in party.guests}
    outside = [shipment.id for shipment in cargo if shipment.id not in inside]
    log.same("outside", "schedule", "shipments in no hub", str(list(schedule.outside)), str(outside))


def _check_aims(
    parties: dict[tuple[str, str], Party],
    marks: Marks,
    schedule: HubSchedule,
    earlier: HubSchedule | None,
    log: Log,
) -> None:  # fmt: skip
    """Check the aims: which there are, their values, that no bound is above, and what follows from both."""
    names = FIRST_TIERS if schedule.now_min is None else REPAIR_TIERS
    log.same("aims", "schedule", "has other aims", str([tier.name for tier in schedule.tiers]), str(list(names)))
    values = {
        "misses": marks.misses,
        "risk": marks.risk,
        "lateness": marks.lateness,
        "overtime": sum(task.overtime_cny_minor for task in schedule.tasks),
        "makespan": _makespan(parties, schedule),
    }
    if earlier is not None:
        values["changes"] = len(_moved(schedule, earlier))
    for tier in schedule.tiers:
        if tier.name in values:
            log.same(f"sum_{tier.name}", "schedule", f"sum of {tier.name}", tier.value, values[tier.name])
        log.no_later("bound", tier.name, "the bound is above the value", tier.bound, tier.value)
    open_ = [tier for tier in schedule.tiers if tier.value > tier.bound]
    gap = (open_[0].value - open_[0].bound) / open_[0].value if open_ else None
    log.same("gap", "schedule", "gap of the first aim that is open", str(schedule.gap), str(gap))
    if schedule.status != "stopped":
        log.same("status", "schedule", "status", schedule.status, "feasible" if open_ else "optimal")


def _makespan(parties: dict[tuple[str, str], Party], schedule: HubSchedule) -> int:
    """Return the sum over hubs of minutes from the first papers to the last end."""
    total = 0
    for hub in {party.hub for party in parties.values()}:
        ready = min(guest.ready for party in parties.values() for guest in party.guests if party.hub == hub)
        ends = [task.end_min for task in schedule.tasks if task.hub == hub]
        total += max(ends, default=ready) - max(0, ready)
    return total


def _moved(schedule: HubSchedule, earlier: HubSchedule) -> set[str]:
    """Return the tasks of both schedules that begin at another time."""
    old = {task.id: task.begin_min for task in earlier.tasks}
    return {task.id for task in schedule.tasks if task.id in old and old[task.id] != task.begin_min}


def _check_moved(schedule: HubSchedule, earlier: HubSchedule, wanted: set[str], log: Log) -> None:
    """
    Check that nothing moved that had begun, that nothing begins in the past, and that all changes are told.

    What was done for a shipment that goes another way now, such as its papers, is needed no more; boxes stay.
    """
    old = {task.id: task for task in earlier.tasks}
    new = {task.id: task for task in schedule.tasks}
    now = schedule.now_min
    if now is None:
        log.add("now", "schedule", "does not say when it was changed", None, None)
        return
    for name in old.keys() | new.keys():
        before, after = old.get(name), new.get(name)
        is_idle = before is not None and after is None and name not in wanted and before.kind in _OF_SHIPMENTS
        if before is not None and before.begin_min < now and not is_idle:
            was = (before.begin_min, before.end_min, before.resources, before.is_overtime)
            now_is = None if after is None else (after.begin_min, after.end_min, after.resources, after.is_overtime)
            log.same("frozen", name, "had begun and may not move", str(now_is), str(was))
        elif after is not None and after.begin_min < now:
            log.add("past", name, "begins before what happened", after.begin_min, now)
    told = sorted((one.task, one.was_min, one.begin_min) for one in schedule.changes)
    needed = sorted(
        (name, None if name not in old else old[name].begin_min, None if name not in new else new[name].begin_min)
        for name in {*_moved(schedule, earlier), *(old.keys() ^ new.keys())}
    )
    log.same("changes", "schedule", "tells other changes", str(told), str(needed))
