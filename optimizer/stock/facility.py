"""
Facility location over columns: which places to open, and which column serves what, at least cost, with a bound.

A column is one thing a place may do - serve some demands together, at a cost that may be of any form - so that the
pooling of stock, which is concave, is exact. Every demand is served by one column, and a column needs its place open.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_GAP = 1e-6
_HALF = 0.5
NOWHERE = -1


class Column(NamedTuple):
    """
    One way to serve some demands.

    Parameters
    ----------
    place
        Index of what must be open for it, `NOWHERE` if nothing has to.
    group
        Of the columns that a place may have one of, such as a SKU; at most one is chosen for each place and group.
    demands
        What it serves.
    cost
        At least 0.
    size
        Of the capacity of its place.
    """

    place: int
    group: int
    demands: tuple[int, ...]
    cost: int
    size: int = 0


class Chosen(NamedTuple):
    """
    The columns chosen.

    Parameters
    ----------
    columns
        Their numbers.
    cost, bound
        Cost with what is open, and what no choice costs less than.
    is_optimal
        Whether the solver ended of its own accord.
    """

    columns: tuple[int, ...]
    cost: int
    bound: float
    is_optimal: bool


def locate(
    opening: Sequence[int],
    capacity: Sequence[int],
    columns: Sequence[Column],
    *,
    closed: Collection[int] = (),
    seconds: float = 60.0,
) -> Chosen | None:
    """
    Return the choice of least cost, None if there is none or none was found in time.

    Parameters
    ----------
    opening
        Cost of using each place.
    capacity
        Most size in each place, -1 without a limit.
    columns
        All that may be chosen.
    closed
        Places that may not be used.
    seconds
        Time limit.
    """
    model = mathopt.Model()
    is_open = [model.add_binary_variable(name=f"open[{w}]") if w not in closed else None for w in range(len(opening))]
    taken: dict[int, mathopt.Variable] = {}
    serving: dict[int, list[mathopt.Variable]] = {}
    using: dict[tuple[int, int], list[mathopt.Variable]] = {}
    for number, column in enumerate(columns):
        if column.place in closed:
            continue
        variable = taken[number] = model.add_binary_variable()
        for demand in column.demands:
            serving.setdefault(demand, []).append(variable)
        if column.place != NOWHERE:
            using.setdefault((column.place, column.group), []).append(variable)
    demands = {demand for column in columns for demand in column.demands}
    if demands - set(serving):
        return None
    for demand in sorted(demands):
        model.add_linear_constraint(mathopt.fast_sum(serving[demand]) == 1)
    for (place, _), variables in using.items():
        model.add_linear_constraint(mathopt.fast_sum(variables) - is_open[place] <= 0)
    _keep_capacity(model, capacity, columns, taken)
    opened = [opening[w] * variable for w, variable in enumerate(is_open) if variable is not None]
    model.minimize(mathopt.fast_sum([*opened, *(columns[n].cost * variable for n, variable in taken.items())]))
    params = mathopt.SolveParameters(time_limit=dt.timedelta(seconds=seconds), relative_gap_tolerance=_GAP)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=params)
    if not result.has_primal_feasible_solution():
        return None
    values = result.variable_values()
    chosen = tuple(number for number, variable in taken.items() if values[variable] > _HALF)
    used = {columns[number].place for number in chosen} - {NOWHERE}
    cost = sum(columns[number].cost for number in chosen) + sum(opening[w] for w in used)
    is_optimal = result.termination.reason == mathopt.TerminationReason.OPTIMAL
    return Chosen(chosen, cost, min(float(cost), result.dual_bound()), is_optimal)


def _keep_capacity(
    model: mathopt.Model, capacity: Sequence[int], columns: Sequence[Column], taken: dict[int, mathopt.Variable]
) -> None:
    """Keep the sizes of what each place with a limit does within it."""
    for place, limit in enumerate(capacity):
        if limit >= 0:
            sizes = [columns[n].size * variable for n, variable in taken.items() if columns[n].place == place]
            if sizes:
                model.add_linear_constraint(mathopt.fast_sum(sizes) <= float(limit))
