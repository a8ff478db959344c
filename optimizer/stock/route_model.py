"""
The choice of a way for every order, and what is left for later demand: one programme.

Each order takes one way. What they take of a stock, and what later demand is given of it and of what arrives soon, is
no more than there is. Relaxed, its duals are the shadow prices of stock, and its value bounds every routing.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.stock.route_case import Later, Place, RouteCase
    from optimizer.stock.route_ways import Way

_GAP = 1e-7
_ZERO = 1e-6


class Relaxed(NamedTuple):
    """
    The relaxed programme.

    Parameters
    ----------
    bound_fen
        No routing costs less, today and later.
    prices
        What one more piece on the shelf is worth, in fen.
    """

    bound_fen: float
    prices: dict[Place, float]


class Chosen(NamedTuple):
    """
    The programme solved.

    Parameters
    ----------
    places
        Which way of each order.
    bound_fen
        No routing costs less.
    is_whole
        Whether the solver ended by itself.
    """

    places: tuple[int, ...]
    bound_fen: float
    is_whole: bool


class RouteModel:
    """
    The programme.

    Parameters
    ----------
    case
        Stock, and demand to come.
    ways
        Of each order.
    is_relaxed
        Whether orders may be sent in parts of several ways.
    """

    def __init__(self, case: RouteCase, ways: Sequence[Sequence[Way]], *, is_relaxed: bool) -> None:
        self._case = case
        self._model = mathopt.Model()
        self._takes: dict[Place, list[mathopt.LinearTerm]] = {}
        self._cost: list[mathopt.LinearTerm] = []
        self._chosen = [self._order(found, is_relaxed=is_relaxed) for found in ways]
        self._shelf = self._limit({place: case.on_hand.get(place, 0) for place in self._takes})
        constant = add_later(self._model, case.later, self._takes, self._cost)
        total = {place: case.on_hand.get(place, 0) + case.soon.get(place, 0) for place in self._takes}
        self._total = self._limit(total)
        self._model.minimize(mathopt.fast_sum(self._cost) + constant)

    def _order(self, ways: Sequence[Way], *, is_relaxed: bool) -> list[mathopt.Variable]:
        """Add the ways of one order, of which it takes one."""
        found = []
        for way in ways:
            var = self._model.add_variable(lb=0, ub=1, is_integer=not is_relaxed)
            self._cost.append(way.cost_fen * var)
            for place, units in way.uses:
                self._takes.setdefault(place, []).append(units * var)
            found.append(var)
        self._model.add_linear_constraint(mathopt.fast_sum(found) == 1)
        return found

    def _limit(self, most: Mapping[Place, int]) -> dict[Place, mathopt.LinearConstraint]:
        """Take no more of each stock than there is."""
        return {
            place: self._model.add_linear_constraint(mathopt.fast_sum(self._takes[place]) <= units)
            for place, units in most.items()
        }

    def relaxed(self) -> Relaxed:
        """Solve the relaxed programme."""
        result = mathopt.solve(self._model, mathopt.SolverType.GLOP)
        duals = result.dual_values()
        prices = {
            place: -duals[self._total[place]] - (duals[self._shelf[place]] if place in self._shelf else 0.0)
            for place in self._total
        }
        return Relaxed(result.objective_value(), {place: fen for place, fen in prices.items() if fen > _ZERO})

    def chosen(self, seconds: float) -> Chosen:
        """Solve the whole programme within some time."""
        params = mathopt.SolveParameters(time_limit=dt.timedelta(seconds=seconds), relative_gap_tolerance=_GAP)
        result = mathopt.solve(self._model, mathopt.SolverType.HIGHS, params=params)
        bound = result.termination.objective_bounds.dual_bound
        is_whole = result.termination.reason == mathopt.TerminationReason.OPTIMAL
        if not result.has_primal_feasible_solution():
            return Chosen((), bound, is_whole=False)
        values = result.variable_values()
        places = tuple(max(range(len(found)), key=lambda at: values[found[at]]) for found in self._chosen)
        return Chosen(places, bound, is_whole)


def add_later(
    model: mathopt.Model,
    later: Sequence[Later],
    takes: dict[Place, list[mathopt.LinearTerm]],
    cost: list[mathopt.LinearTerm],
) -> float:
    """
    Add what later demand is given: a piece that is likely asked for saves more of what being without it costs.

    Returns
    -------
    float
        What all of it costs if nothing is given, in fen.
    """
    constant = 0.0
    for demand in later:
        worth = {name: demand.lost_fen - fen for name, fen in demand.serve_fen.items() if demand.lost_fen > fen}
        for part in demand.slices:
            constant += part.units * part.odds * max(0, demand.lost_fen)
            given = []
            for name, fen in worth.items():
                var = model.add_variable(lb=0)
                cost.append(-part.odds * fen * var)
                takes.setdefault((demand.sku, name), []).append(1.0 * var)
                given.append(var)
            if given:
                model.add_linear_constraint(mathopt.fast_sum(given) <= part.units)
    return constant


def later_fen(case: RouteCase, used: Mapping[Place, int]) -> float:
    """Return the expected cost of the demand to come after some pieces were sent."""
    model = mathopt.Model()
    takes: dict[Place, list[mathopt.LinearTerm]] = {}
    cost: list[mathopt.LinearTerm] = []
    constant = add_later(model, case.later, takes, cost)
    if not cost:
        return constant
    for place, terms in takes.items():
        left = case.on_hand.get(place, 0) + case.soon.get(place, 0) - used.get(place, 0)
        model.add_linear_constraint(mathopt.fast_sum(terms) <= left)
    model.minimize(mathopt.fast_sum(cost) + constant)
    return float(mathopt.solve(model, mathopt.SolverType.GLOP).objective_value())
