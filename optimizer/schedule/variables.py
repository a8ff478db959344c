"""Every decision variable of the model of a hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from optimizer.schedule.problem import HubProblem, Job


@dataclass(frozen=True, slots=True)
class JobVars:
    """
    Of one job: begin, end, interval, whether each of its modes is the one, whether it is overtime, whether it moved.

    ``overtime`` and ``moved`` are None where that is no question.
    """

    begin: cp_model.IntVar
    end: cp_model.LinearExpr
    interval: cp_model.IntervalVar
    modes: tuple[cp_model.IntVar, ...]
    overtime: cp_model.LinearExpr | None
    moved: cp_model.IntVar | None


@dataclass(frozen=True, slots=True)
class Variables:
    """
    The variables of a model.

    Parameters
    ----------
    jobs
        In the order of the problem.
    missed, at_risk
        By unit: it misses as a whole; it is in time without its reserve. The latter only where there is one.
    left_out
        By shipment that may be left out.
    late, unit_late
        Minutes, by (unit, shipment) and by unit.
    aboard_at_risk
        By (unit, shipment): aboard a unit without its reserve.
    last_end
        End of the last job.
    """

    jobs: tuple[JobVars, ...]
    missed: dict[str, cp_model.IntVar]
    at_risk: dict[str, cp_model.IntVar]
    left_out: dict[str, cp_model.IntVar]
    late: dict[tuple[str, str], cp_model.IntVar]
    unit_late: dict[str, cp_model.IntVar]
    aboard_at_risk: dict[tuple[str, str], cp_model.IntVar]
    last_end: cp_model.IntVar


def make_variables(model: cp_model.CpModel, problem: HubProblem) -> Variables:
    """Return the variables of a problem, their domains set and nothing else."""
    span = problem.end_min - problem.begin_min
    units, members = problem.units, list(problem.members())
    return Variables(
        jobs=tuple(_job(model, job) for job in problem.jobs),
        missed={unit.id: model.new_bool_var(f"missed[{unit.id}]") for unit in units},
        at_risk={unit.id: model.new_bool_var(f"at_risk[{unit.id}]") for unit in units if unit.reserve_min},
        left_out={
            member.shipment: model.new_bool_var(f"left_out[{member.shipment}]")
            for unit, member in members
            if unit.may_leave_out
        },
        late={
            (unit.id, member.shipment): model.new_int_var(0, span, f"late[{unit.id},{member.shipment}]")
            for unit, member in members
        },
        unit_late={unit.id: model.new_int_var(0, span, f"unit_late[{unit.id}]") for unit in units},
        aboard_at_risk={
            (unit.id, member.shipment): model.new_bool_var(f"aboard_at_risk[{unit.id},{member.shipment}]")
            for unit, member in members
            if unit.reserve_min and unit.may_leave_out
        },
        last_end=model.new_int_var(problem.begin_min, problem.end_min, "last_end"),
    )


def _job(model: cp_model.CpModel, job: Job) -> JobVars:
    """Return the variables of one job; a mode fixes its length and when it may begin."""
    ranges = [list(one) for mode in job.modes for one in mode.begins]
    begin = model.new_int_var_from_domain(cp_model.Domain.from_intervals(ranges), f"begin[{job.id}]")
    moved = None
    if job.was is not None and not job.is_fixed:
        moved = model.new_bool_var(f"moved[{job.id}]")
        model.add(begin == job.was).only_enforce_if(~moved) if _may_begin(job, job.was) else model.add(moved == 1)
    if len(job.modes) == 1:
        mode = job.modes[0]
        overtime = _always(model) if mode.is_overtime else None
        interval = model.new_fixed_size_interval_var(begin, mode.elapsed_min, f"interval[{job.id}]")
        return JobVars(begin, begin + mode.elapsed_min, interval, (), overtime, moved)
    chosen = tuple(model.new_bool_var(f"mode[{job.id},{place}]") for place in range(len(job.modes)))
    model.add_exactly_one(chosen)
    for is_chosen, mode in zip(chosen, job.modes, strict=True):
        domain = cp_model.Domain.from_intervals([list(one) for one in mode.begins])
        model.add_linear_expression_in_domain(begin, domain).only_enforce_if(is_chosen)
    elapsed = {mode.elapsed_min for mode in job.modes}
    overtime = cp_model.LinearExpr.sum(
        [is_chosen for is_chosen, mode in zip(chosen, job.modes, strict=True) if mode.is_overtime]
    )
    if len(elapsed) == 1:
        length = elapsed.pop()
        interval = model.new_fixed_size_interval_var(begin, length, f"interval[{job.id}]")
        return JobVars(begin, begin + length, interval, chosen, overtime, moved)
    size = model.new_int_var(min(elapsed), max(elapsed), f"size[{job.id}]")
    model.add(size == sum(one * mode.elapsed_min for one, mode in zip(chosen, job.modes, strict=True)))
    end = model.new_int_var(0, max(high for _, high in ranges) + max(elapsed), f"end[{job.id}]")
    interval = model.new_interval_var(begin, size, end, f"interval[{job.id}]")
    return JobVars(begin, end, interval, chosen, overtime, moved)


def _always(model: cp_model.CpModel) -> cp_model.LinearExpr:
    return model.new_constant(1) + 0


def _may_begin(job: Job, minute: int) -> bool:
    return any(low <= minute <= high for mode in job.modes for low, high in mode.begins)
