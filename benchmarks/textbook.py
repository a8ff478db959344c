"""The model of a project as textbooks have it, for CP-SAT as it comes: what the engine is measured beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from optimizer.schedule.problem import HubProblem


class Solved(NamedTuple):
    """Minutes from begin to end of the best schedule, None if there is none, and the bound."""

    makespan: int | None
    bound: int


def solve(problem: HubProblem, limit_s: float, workers: int, seed: int) -> Solved:
    """Return what CP-SAT finds for jobs of one length each: an interval for each job, cumulatives, least last end."""
    model = cp_model.CpModel()
    horizon = problem.end_min - problem.begin_min
    begins = [model.new_int_var(0, horizon, f"begin[{job.id}]") for job in problem.jobs]
    intervals = [
        model.new_fixed_size_interval_var(begin, job.work_min, f"interval[{job.id}]")
        for begin, job in zip(begins, problem.jobs, strict=True)
    ]
    for first, second in problem.before:
        model.add(begins[first] + problem.jobs[first].work_min <= begins[second])
    for pool in problem.pools:
        needs = [(at, count) for at, job in enumerate(problem.jobs) for key, count in job.needs if key == pool.key]
        model.add_cumulative([intervals[at] for at, _ in needs], [count for _, count in needs], pool.count)
    last_end = model.new_int_var(0, horizon, "last_end")
    for begin, job in zip(begins, problem.jobs, strict=True):
        model.add(last_end >= begin + job.work_min)
    model.minimize(last_end)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit_s
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    is_found = solver.solve(model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return Solved(round(solver.objective_value) if is_found else None, round(solver.best_objective_bound))
