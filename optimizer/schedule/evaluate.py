"""What times of the jobs of a hub are worth: the one place where the aims are computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.hub_schedule import TierName
    from optimizer.schedule.problem import HubProblem, Member, Unit


class Slot(NamedTuple):
    """When a job begins, and the place of its mode."""

    begin_min: int
    mode: int


@dataclass(frozen=True, slots=True)
class Times:
    """
    A schedule of one hub.

    Parameters
    ----------
    slots
        Of each job.
    left_out
        Shipments without which their units are stuffed.
    """

    slots: tuple[Slot, ...]
    left_out: frozenset[str]

    def begin(self, job: int) -> int:
        """Return when a job begins."""
        return self.slots[job].begin_min

    def end(self, problem: HubProblem, job: int) -> int:
        """Return when a job ends."""
        slot = self.slots[job]
        return slot.begin_min + problem.jobs[job].modes[slot.mode].elapsed_min


class MemberMark(NamedTuple):
    """Whether a consignment misses its departure, and by how many minutes."""

    is_missed: bool
    late_min: int


class UnitMark(NamedTuple):
    """Whether a unit misses its departure as a whole, keeps no reserve, and its least slack."""

    is_missed: bool
    is_at_risk: bool
    slack_min: int


@dataclass(frozen=True, slots=True)
class Marks:
    """What a schedule is worth: by unit and shipment, and the aims."""

    members: Mapping[tuple[str, str], MemberMark]
    units: Mapping[str, UnitMark]
    tiers: Mapping[TierName, int]


def evaluate(problem: HubProblem, times: Times) -> Marks:
    """
    Return what a schedule is worth.

    Notes
    -----
    A departure takes a unit whole: if anything of what is aboard comes after its cut-off, all in it miss.

    Misses: sum of weights of consignments that miss. Changes: jobs whose begin is not the one before. Risk: sum over
    units in time but without their reserve of the weights of those aboard, times the odds in ppm. Lateness: sum over
    consignments of the minutes by which their unit misses the cut-off it misses most, or by which they come too late
    for it. Overtime: sum in fen. Makespan: minutes from the begin of the hub's problem to the end of the last job.
    """
    units = {unit.id: _unit(problem, unit, times) for unit in problem.units}
    members = {
        (unit.id, member.shipment): _member(problem, unit, member, times, units[unit.id])
        for unit, member in problem.members()
    }
    jobs = list(zip(problem.jobs, times.slots, strict=True))
    tiers: dict[TierName, int] = {
        "misses": sum(
            member.weight for unit, member in problem.members() if members[unit.id, member.shipment].is_missed
        ),
        "changes": sum(job.was is not None and slot.begin_min != job.was for job, slot in jobs),
        "risk": sum(
            unit.odds_ppm * member.weight
            for unit, member in problem.members()
            if units[unit.id].is_at_risk and member.shipment not in times.left_out
        ),
        "lateness": sum(mark.late_min for mark in members.values()),
        "overtime": sum(job.overtime_minor for job, slot in jobs if job.modes[slot.mode].is_overtime),
        "makespan": max(times.end(problem, place) for place in range(len(jobs))) - problem.begin_min,
    }
    return Marks(members, units, tiers)


def _unit(problem: HubProblem, unit: Unit, times: Times) -> UnitMark:
    """Return whether a unit misses, whether it lacks its reserve, and its least slack; of those aboard."""
    dues = dues_of(unit) + [due for member in _aboard(unit, times) for due in member_dues(member)]
    slack = min((due - times.end(problem, job) for job, due in dues), default=0)
    held = [due - times.end(problem, job) for job, due in dues if problem.jobs[job].kind != "documents"]
    return UnitMark(slack < 0, slack >= 0 and min(held, default=unit.reserve_min) < unit.reserve_min, slack)


def _aboard(unit: Unit, times: Times) -> list[Member]:
    return [member for member in unit.members if member.shipment not in times.left_out]


def dues_of(unit: Unit) -> list[tuple[int, int]]:
    """Return the jobs of a unit with cut-offs, and these."""
    found = []
    if unit.gate_due is not None:
        found.append((unit.gate, unit.gate_due))
    if unit.seal_due is not None:
        found.append((unit.seals[-1] if unit.seals else unit.gate, unit.seal_due))
    return found


def aboard_of(unit: Unit) -> list[Member]:
    """Return the members of a unit without those whose box was begun to be stuffed without them."""
    return [member for member in unit.members if not member.is_left]


def member_dues(member: Member) -> list[tuple[int, int]]:
    """Return the jobs of a consignment with cut-offs, and these."""
    pairs = ((member.documents, member.documents_due), (member.release, member.customs_due))
    return [(job, due) for job, due in pairs if job is not None and due is not None]


def _member(problem: HubProblem, unit: Unit, member: Member, times: Times, mark: UnitMark) -> MemberMark:
    """Return whether a consignment misses, and by how much: as its unit, or by itself when it is left out."""
    if member.shipment not in times.left_out or unit.stuff is None:
        return MemberMark(mark.is_missed, max(0, -mark.slack_min))
    late = [times.end(problem, job) - due for job, due in member_dues(member)]
    late += [times.end(problem, job) - times.begin(unit.stuff) for job in ready_jobs(member)]
    return MemberMark(is_missed=True, late_min=max([0, *late]))


def ready_jobs(member: Member) -> list[int]:
    """Return the jobs after which a consignment may be stuffed."""
    return [job for job in (member.release, member.inspect) if job is not None]
