"""The rules of a hub, one function each."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.schedule.evaluate import aboard_of, dues_of, member_dues, ready_jobs
from optimizer.schedule.narrow import apart

if TYPE_CHECKING:
    from collections.abc import Callable

    from ortools.sat.python import cp_model

    from optimizer.schedule.problem import HubProblem, Member, Pool, Unit
    from optimizer.schedule.variables import Variables

    Rule = Callable[[cp_model.CpModel, HubProblem, Variables], None]


def add_order(model: cp_model.CpModel, problem: HubProblem, variables: Variables) -> None:
    """Keep the order of tasks: for each pair (a, b), end[a] <= begin[b]."""
    for first, second in dict.fromkeys(problem.before):
        model.add(variables.jobs[first].end <= variables.jobs[second].begin)


def add_stuffing(model: cp_model.CpModel, problem: HubProblem, variables: Variables) -> None:
    """
    Stuff what is ready: end[release] <= begin[stuff] unless left out; a unit that misses leaves nobody out.

    For each unit that may leave members out: sum of left_out <= members - 1.
    """
    for unit in problem.units:
        if not unit.may_leave_out or unit.stuff is None:
            continue
        begin = variables.jobs[unit.stuff].begin
        for member in unit.members:
            for job in ready_jobs(member):
                model.add(variables.jobs[job].end <= begin).only_enforce_if(~variables.left_out[member.shipment])
            model.add_implication(variables.left_out[member.shipment], ~variables.missed[unit.id])
        model.add(sum(variables.left_out[member.shipment] for member in unit.members) <= len(unit.members) - 1)


def add_resources(model: cp_model.CpModel, problem: HubProblem, variables: Variables) -> None:
    """Use no more resources than there are: at each minute, sum of demands on a pool <= count - what is shut."""
    for pool in problem.pools:
        some = [
            (variables.jobs[place].interval, count)
            for place, job in enumerate(problem.jobs)
            for key, count in job.needs
            if key == pool.key
        ]
        if not some:
            continue
        intervals = [interval for interval, _ in some]
        demands = [count for _, count in some]
        for begin, end, count in shut_pieces(problem, pool):
            intervals.append(model.new_fixed_size_interval_var(begin, end - begin, f"shut[{pool.key.name},{begin}]"))
            demands.append(count)
        if pool.count == 1 and all(demand == 1 for demand in demands):
            model.add_no_overlap(intervals)
        else:
            model.add_cumulative(intervals, demands, pool.count)


def add_apart(model: cp_model.CpModel, problem: HubProblem, variables: Variables) -> None:
    """Say it of jobs that need more together than there is: no two of a set of such jobs overlap."""
    for some in apart(problem):
        model.add_no_overlap([variables.jobs[job].interval for job in some])


def shut_pieces(problem: HubProblem, pool: Pool) -> list[tuple[int, int, int]]:
    """Return when how many resources are shut; a task that had begun before runs on."""
    fixed = [
        (job.first_min, job.first_min + job.modes[0].elapsed_min, count)
        for job in problem.jobs
        for key, count in job.needs
        if job.is_fixed and key == pool.key
    ]
    steps: Counter[int] = Counter()
    busy: Counter[int] = Counter()
    for closure in pool.closures:
        steps[closure.begin_min] += closure.shut
        steps[closure.end_min] -= closure.shut
    for begin, end, count in fixed:
        busy[begin] += count
        busy[end] -= count
    found, shut, taken = [], 0, 0
    for begin, end in pairwise(sorted({*steps, *busy})):
        shut, taken = shut + steps[begin], taken + busy[begin]
        if kept := max(0, min(shut, pool.count - taken)):
            found.append((begin, end, kept))
    return found


def add_cutoffs(model: cp_model.CpModel, problem: HubProblem, variables: Variables) -> None:
    """Keep cut-offs, or miss: end[job] <= due unless missed[unit], or unless left_out for a member's own jobs."""
    for unit in problem.units:
        missed = variables.missed[unit.id]
        for job, due in dues_of(unit):
            model.add(variables.jobs[job].end <= due).only_enforce_if(~missed)
        for member in aboard_of(unit):
            aboard = [~variables.left_out[member.shipment]] if unit.may_leave_out else []
            for job, due in member_dues(member):
                model.add(variables.jobs[job].end <= due).only_enforce_if(~missed, *aboard)


def add_reserve(model: cp_model.CpModel, problem: HubProblem, variables: Variables) -> None:
    """Keep the reserve, or be at risk: end[job] + reserve <= due unless at_risk, missed or left out."""
    for unit in problem.units:
        if not unit.reserve_min:
            continue
        spared = [~variables.missed[unit.id], ~variables.at_risk[unit.id]]
        for job, due in dues_of(unit):
            model.add(variables.jobs[job].end <= due - unit.reserve_min).only_enforce_if(*spared)
        for member in aboard_of(unit):
            aboard = [~variables.left_out[member.shipment]] if unit.may_leave_out else []
            if member.release is not None and member.customs_due is not None:
                end = variables.jobs[member.release].end
                model.add(end <= member.customs_due - unit.reserve_min).only_enforce_if(*spared, *aboard)
        _mark_aboard(model, unit, variables)


def _mark_aboard(model: cp_model.CpModel, unit: Unit, variables: Variables) -> None:
    """Tell who is aboard a unit at risk: aboard_at_risk >= at_risk - left_out."""
    for member in unit.members:
        mark = variables.aboard_at_risk.get((unit.id, member.shipment))
        if mark is not None:
            model.add(mark >= variables.at_risk[unit.id] - variables.left_out[member.shipment])


def add_lateness(model: cp_model.CpModel, problem: HubProblem, variables: Variables) -> None:
    """
    Measure lateness: unit_late >= end[job] - due of what is aboard, and late >= unit_late of who is aboard.

    Of who is left out: late >= end[job] - due, and late >= end[release] - begin[stuff].
    """
    for unit in problem.units:
        total = variables.unit_late[unit.id]
        for job, due in dues_of(unit):
            model.add(total >= variables.jobs[job].end - due)
        for member in unit.members:
            late = variables.late[unit.id, member.shipment]
            if member.is_left and unit.stuff is not None:
                _measure_left(model, variables, member, unit.stuff, late)
                continue
            left = variables.left_out.get(member.shipment) if unit.may_leave_out else None
            for job, due in member_dues(member):
                aboard = [] if left is None else [~left]
                model.add(total >= variables.jobs[job].end - due).only_enforce_if(*aboard)
            model.add(late >= total).only_enforce_if(*([] if left is None else [~left]))
            if left is None or unit.stuff is None:
                continue
            for job, due in member_dues(member):
                model.add(late >= variables.jobs[job].end - due).only_enforce_if(left)
            for job in ready_jobs(member):
                model.add(late >= variables.jobs[job].end - variables.jobs[unit.stuff].begin).only_enforce_if(left)


def _measure_left(
    model: cp_model.CpModel, variables: Variables, member: Member, stuff: int, late: cp_model.IntVar
) -> None:  # fmt: skip
    """Measure lateness of who is left behind by a box begun: late >= end[job] - due, end[release] - begin[stuff]."""
    for job, due in member_dues(member):
        model.add(late >= variables.jobs[job].end - due)
    for job in ready_jobs(member):
        model.add(late >= variables.jobs[job].end - variables.jobs[stuff].begin)


def add_last_end(model: cp_model.CpModel, problem: HubProblem, variables: Variables) -> None:
    """Measure the makespan: last_end >= end[job]."""
    del problem
    for job in variables.jobs:
        model.add(variables.last_end >= job.end)


RULES = (add_order, add_stuffing, add_resources, add_cutoffs, add_reserve, add_lateness, add_last_end)
PROJECT_RULES = (add_order, add_resources, add_apart, add_last_end)
"""Of a problem from which nothing leaves: jobs, order and resources alone."""
