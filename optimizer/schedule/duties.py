"""What schedules must keep to be no worse in the first aims: who is aboard, which units are in time, with reserve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.schedule.bounds import earliest_ends, forced_of
from optimizer.schedule.evaluate import dues_of, member_dues, ready_jobs
from optimizer.schedule.narrow import narrowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.schedule.found import Found
    from optimizer.schedule.problem import HubProblem, Member, Unit


@dataclass(frozen=True, slots=True)
class Duties:
    """
    What some schedules have in common.

    Parameters
    ----------
    aboard
        Shipments that are not left out.
    in_time
        Units that are in time.
    reserved
        Units that are in time with their reserve.
    """

    aboard: frozenset[str]
    in_time: frozenset[str]
    reserved: frozenset[str]


def duties_of(problem: HubProblem, misses: int, risk: int | None = None) -> Duties:
    """
    Return what every schedule keeps that misses no more than a value, and is no more at risk than another.

    Notes
    -----
    F is the weight of those who miss with every resource free. Who does not, and weighs w, is aboard if F + w is more
    than is missed; so is a unit in time if F and the weight of the others in it are. The same of the risk: F' is that
    of units in time that could not keep their reserve.
    """
    ends = earliest_ends(problem)
    forced = {unit.id: forced_of(unit, ends) for unit in problem.units}
    total = sum(one.misses for one in forced.values())
    aboard = frozenset(
        member.shipment
        for unit, member in problem.members()
        if not member.is_left
        and (not unit.may_leave_out or _more(total, member, forced[unit.id].missed) > misses)
    )  # fmt: skip
    in_time = frozenset(unit.id for unit in problem.units if total - forced[unit.id].misses + unit.weight > misses)
    plain = Duties(aboard, in_time, frozenset())
    if risk is None:
        return plain
    ends = earliest_ends(ordered(problem, plain))
    at_risk = {unit.id: _risk(unit, plain) for unit in problem.units if unit.id in in_time and unit.reserve_min}
    lacking = {unit.id for unit in problem.units if unit.id in at_risk and _lacks(unit, plain, ends)}
    least = sum(at_risk[name] for name in lacking)
    reserved = frozenset(name for name, value in at_risk.items() if name not in lacking and least + value > risk)
    return Duties(aboard, in_time, reserved)


def least_risk(problem: HubProblem, misses: int) -> int:
    """Return the risk below which no schedule is that misses no more than a value."""
    duties = duties_of(problem, misses)
    ends = earliest_ends(ordered(problem, duties))
    return sum(
        _risk(unit, duties)
        for unit in problem.units
        if unit.reserve_min and unit.id in duties.in_time and _lacks(unit, duties, ends)
    )


def _more(total: int, member: Member, missed: frozenset[str]) -> int:
    """Return what is missed at least if somebody is left out."""
    return total + (0 if member.shipment in missed else member.weight)


def _risk(unit: Unit, duties: Duties) -> int:
    return unit.odds_ppm * sum(member.weight for member in unit.members if member.shipment in duties.aboard)


def _lacks(unit: Unit, duties: Duties, ends: list[int]) -> bool:
    """Tell whether a unit cannot keep its reserve."""
    return any(ends[job] + unit.reserve_min > due for job, due, held in _dues(unit, duties) if held)


def _dues(unit: Unit, duties: Duties) -> Iterator[tuple[int, int, bool]]:
    """Yield jobs of a unit with cut-offs, these, and whether the reserve counts for them."""
    for job, due in dues_of(unit):
        yield job, due, True
    for member in unit.members:
        if member.shipment in duties.aboard:
            for job, due in member_dues(member):
                yield job, due, job == member.release


def kept_by(problem: HubProblem, found: Found) -> Duties:
    """Return what one schedule keeps."""
    marks = found.marks.units
    in_time = frozenset(unit.id for unit in problem.units if not marks[unit.id].is_missed)
    return Duties(
        aboard=frozenset(member.shipment for _, member in problem.members()) - found.times.left_out,
        in_time=in_time,
        reserved=frozenset(name for name in in_time if not marks[name].is_at_risk),
    )


def ordered(problem: HubProblem, duties: Duties) -> HubProblem:
    """Return a problem in which who is aboard is ready before the unit is stuffed."""
    more = tuple(
        (job, unit.stuff)
        for unit, member in problem.members()
        if unit.may_leave_out and unit.stuff is not None and member.shipment in duties.aboard
        for job in ready_jobs(member)
    )
    return replace(problem, before=problem.before + more)


def obliged(problem: HubProblem, duties: Duties, last_end: int | None = None) -> HubProblem | None:
    """
    Return a problem whose begins are those that leave time for all duties, None if it is plain that there are none.

    Parameters
    ----------
    problem
        The hub.
    duties
        Cut-offs, and reserves before them, that are to be kept.
    last_end
        By when all is to be done; by the end of the problem if that is not said.
    """
    dues = dues_under(problem, duties)
    dues = {job: due for job, due in dues.items() if not problem.jobs[job].is_fixed}
    return narrowed(ordered(problem, duties), problem.end_min if last_end is None else last_end, dues)


def dues_under(problem: HubProblem, duties: Duties) -> dict[int, int]:
    """Return by when jobs must have ended for all duties, less the reserve where that is to be kept."""
    found: dict[int, int] = {}
    for unit in problem.units:
        if unit.id not in duties.in_time:
            continue
        reserve = unit.reserve_min if unit.id in duties.reserved else 0
        for job, due, held in _dues(unit, duties):
            found[job] = min(found.get(job, problem.end_min), due - (reserve if held else 0))
    return found
