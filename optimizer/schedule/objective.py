"""The aims of a hub's schedule as expressions of the model, one function each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ortools.sat.python import cp_model

    from data.hub_schedule import TierName
    from optimizer.schedule.problem import HubProblem
    from optimizer.schedule.variables import Variables

    Expr = cp_model.LinearExpr | int
    Aim = Callable[[HubProblem, Variables], Expr]


def misses(problem: HubProblem, variables: Variables) -> Expr:
    """
    Return the sum of weights of consignments that miss.

    weight x max(missed, left_out), which is weight x (missed + left_out) where a unit that misses leaves nobody out.
    """
    terms: list[Expr] = []
    for unit, member in problem.members():
        terms.append(member.weight * (1 if member.is_left else variables.missed[unit.id]))
        if unit.may_leave_out:
            terms.append(member.weight * variables.left_out[member.shipment])
    return sum(terms)


def changes(problem: HubProblem, variables: Variables) -> Expr:
    """Return the number of jobs that moved."""
    del problem
    return sum(job.moved for job in variables.jobs if job.moved is not None)


def risk(problem: HubProblem, variables: Variables) -> Expr:
    """Return the sum over units without their reserve of weights aboard times odds in ppm."""
    terms: list[cp_model.LinearExpr] = []
    for unit, member in problem.members():
        if unit.reserve_min and not member.is_left:
            mark = variables.aboard_at_risk.get((unit.id, member.shipment), variables.at_risk[unit.id])
            terms.append(unit.odds_ppm * member.weight * mark)
    return sum(terms)


def lateness(problem: HubProblem, variables: Variables) -> Expr:
    """Return the sum of minutes late."""
    del problem
    return sum(variables.late.values())


def overtime(problem: HubProblem, variables: Variables) -> Expr:
    """Return the sum of overtime in fen."""
    terms: list[cp_model.LinearExpr] = []
    for job, found in zip(problem.jobs, variables.jobs, strict=True):
        if found.overtime is not None and job.overtime_minor:
            terms.append(job.overtime_minor * found.overtime)
    return sum(terms)


def makespan(problem: HubProblem, variables: Variables) -> Expr:
    """Return the minutes from the begin of the problem to the end of the last job."""
    return variables.last_end - problem.begin_min


AIMS: dict[TierName, Aim] = {
    "misses": misses,
    "changes": changes,
    "risk": risk,
    "lateness": lateness,
    "overtime": overtime,
    "makespan": makespan,
}
