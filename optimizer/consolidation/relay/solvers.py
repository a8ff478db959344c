"""Linear and integer programmes, handed to the solvers as arrays."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from optimizer.consolidation.relay.model import Model
    from optimizer.consolidation.relay.problem import Floats

LARGE_LP = 12_000
"""Columns from which an interior point method is used for linear programmes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """
    What an integer programme is worth.

    Parameters
    ----------
    seconds, nodes
        Most of either; None for no limit.
    gap
        Relative gap at which it is good enough.
    is_search
        Whether branching matters more than what is done at the root.
    """

    seconds: float | None = None
    nodes: int | None = None
    gap: float = 0.0
    is_search: bool = False


class Linear(NamedTuple):
    """Value of a linear programme, its columns, their reduced costs, and the duals of its rows."""

    value: float
    columns: Floats
    reduced: Floats
    duals: Floats


class Whole(NamedTuple):
    """
    What is known of an integer programme.

    Parameters
    ----------
    cost, columns
        Of the best solution found, None without one.
    bound
        Proven lower bound, -inf without one.
    seconds
        What it took.
    """

    cost: float | None
    columns: Floats | None
    bound: float
    seconds: float


def solve_linear(model: Model, seconds: float | None) -> Linear | None:
    """Solve the linear relaxation of a model; None if the time does not suffice or nothing fits."""
    programme = _programme(model, relaxed=True)
    is_large = len(model.cost) > LARGE_LP
    params = mathopt.SolveParameters(time_limit=_span(seconds))
    if is_large:
        params.lp_algorithm = mathopt.LPAlgorithm.BARRIER
    result = mathopt.solve(programme, mathopt.SolverType.HIGHS if is_large else mathopt.SolverType.GLOP, params=params)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    columns = list(programme.variables())
    return Linear(
        result.objective_value(),
        np.array(result.variable_values(columns)),
        np.array(result.reduced_costs(columns)),
        np.array(result.dual_values(list(programme.linear_constraints()))),
    )


def solve_whole(model: Model, effort: Effort, seed: int, hint: Floats | None = None) -> Whole:
    """
    Solve a model in whole numbers, as far as it is worth.

    Parameters
    ----------
    model, effort, seed
        What, how hard, and the seed of the solver.
    hint
        Values of the first columns of a solution.
    """
    begun = time.monotonic()
    programme = _programme(model, relaxed=False)
    params = mathopt.SolveParameters(
        time_limit=_span(effort.seconds), node_limit=effort.nodes, relative_gap_tolerance=effort.gap, random_seed=seed
    )
    solver = mathopt.SolverType.HIGHS
    if effort.is_search:
        solver = mathopt.SolverType.GSCIP
        params.threads, params.cuts, params.heuristics = 1, mathopt.Emphasis.OFF, mathopt.Emphasis.OFF
    advice = mathopt.ModelSolveParameters()
    columns = list(programme.variables())
    if hint is not None:
        named = dict(zip(columns, hint.tolist(), strict=False))
        advice.solution_hints.append(mathopt.SolutionHint(variable_values=named))
    result = mathopt.solve(programme, solver, params=params, model_params=advice)
    bound = result.termination.objective_bounds.dual_bound
    seconds = time.monotonic() - begun
    if not result.has_primal_feasible_solution():
        return Whole(None, None, bound, seconds)
    return Whole(result.objective_value(), np.array(result.variable_values(columns)), bound, seconds)


def _span(seconds: float | None) -> dt.timedelta | None:
    """Return a time limit."""
    return None if seconds is None else dt.timedelta(seconds=max(seconds, 0.01))


def _programme(model: Model, *, relaxed: bool) -> mathopt.Model:
    """Return a model the solvers understand."""
    proto = model_pb2.ModelProto()
    columns, rows = len(model.cost), len(model.rows.lower)
    variables = proto.variables
    variables.ids.extend(range(columns))
    variables.lower_bounds.extend([0.0] * columns)
    variables.upper_bounds.extend(model.upper.tolist())
    variables.integers.extend([False] * columns if relaxed else model.is_integer.tolist())
    used = np.flatnonzero(model.cost)
    proto.objective.linear_coefficients.ids.extend(used.tolist())
    proto.objective.linear_coefficients.values.extend(model.cost[used].tolist())
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(model.rows.lower.tolist())
    proto.linear_constraints.upper_bounds.extend(model.rows.upper.tolist())
    order = np.lexsort((model.rows.column, model.rows.row))
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(model.rows.row[order].tolist())
    matrix.column_ids.extend(model.rows.column[order].tolist())
    matrix.coefficients.extend(model.rows.value[order].tolist())
    return mathopt.Model.from_model_proto(proto)
