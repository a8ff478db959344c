"""
Box-loads as columns: the least cost of one sharing class, its linear bound, and whole loads.

The model has a row for each shipment and a column for each box-load (a carriage and the shipments in it) or way alone.
Columns are priced exactly, by a knapsack for every carriage under the rows' duals, so the linear bound holds for all
loads of the carriages given and not just for those in the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from optimizer.consolidation.knapsack import best_load, worth_at_most

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from network.timetable import Ints

MOST_NEW = 60
"""Columns added in one round, or half the number of shipments if that is more."""
SMOOTHING = 0.6
"""Weight of the duals of the best bound among those columns are looked for with."""
MOST_CHOICES = 4_000
"""Columns among which whole loads are chosen."""
TOLERANCE_FEN = 1
ZERO = 1e-6
IMPOSSIBLE = 1 << 50
"""Real cost of a load that cannot be sent, in fen."""


class Carriages(NamedTuple):
    """
    Boxes that could be sent.

    Parameters
    ----------
    cost
        Fen for each box.
    own
        Fen each shipment pays on it, one row per carriage; a shipment that cannot use it pays beyond everything.
    most_volume, most_mass
        What a box holds.
    """

    cost: Ints
    own: Ints
    most_volume: Ints
    most_mass: Ints

    @classmethod
    def joined(cls, parts: Sequence[Carriages]) -> Carriages:
        """Return several sets of carriages as one."""
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def only(self, kept: np.ndarray) -> Carriages:
        """Return some of the carriages."""
        return Carriages(*(column[kept] for column in self))


class Column(NamedTuple):
    """
    A carriage, positions of the shipments in it, and its cost with their own lines.

    `cost` is a lower bound, `real` what it costs in a plan as far as that is known: then it is never less.
    """

    carriage: int
    items: tuple[int, ...]
    cost: int
    real: int


class Pool:
    """
    Column generation for one class; what it has learnt stays when carriages are replaced.

    Parameters
    ----------
    alone
        Fen of each shipment alone.
    volume, mass
        Of each shipment.
    carriages
        What may be sent.

    Attributes
    ----------
    columns
        Box-loads known so far.
    bound
        Best lower bound on the linear cost so far.
    active
        Columns that the last linear solution uses.
    tightness
        Worth of the best load of each carriage under the last duals, at most, over the cost of the box.
    """

    def __init__(self, alone: Ints, volume: Ints, mass: Ints, carriages: Carriages) -> None:
        self.alone = alone
        self.volume = volume
        self.mass = mass
        self.carriages = carriages
        self.columns: list[Column] = []
        self.active: tuple[Column, ...] = ()
        self.bound = 0
        self.tightness = np.zeros(0)
        self._best = np.zeros(len(alone), dtype=np.int64)
        self._best_bound = -1
        self._model = mathopt.Model()
        self._rows = []
        objective = 0
        for cost in alone:
            z = self._model.add_variable(lb=0)
            self._rows.append(self._model.add_linear_constraint(lb=1, expr=z))
            objective += int(cost) * z
        self._model.minimize(objective)
        self._variables: list[mathopt.Variable] = []
        self._place: dict[tuple[int, tuple[int, ...]], int] = {}
        self._solver = mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)

    def add(self, carriage: int, items: tuple[int, ...]) -> None:
        """Add a box-load."""
        cost = int(self.carriages.cost[carriage] + self.carriages.own[carriage, list(items)].sum())
        self._place[carriage, items] = len(self.columns)
        self.columns.append(Column(carriage, items, cost, cost))
        x = self._model.add_variable(lb=0)
        self._model.objective.set_linear_coefficient(x, float(cost))
        for item in items:
            self._rows[item].set_coefficient(x, 1.0)
        self._variables.append(x)

    def replace(self, kept: np.ndarray, fresh: Sequence[Carriages]) -> None:
        """Keep some of the carriages, with their box-loads, and add others behind them."""
        number = np.cumsum(kept) - 1
        columns, variables = [], []
        for column, variable in zip(self.columns, self._variables, strict=True):
            if kept[column.carriage]:
                columns.append(column._replace(carriage=int(number[column.carriage])))
                variables.append(variable)
            else:
                self._model.delete_variable(variable)
        self.columns, self._variables, self.active = columns, variables, ()
        self._place = {(column.carriage, column.items): place for place, column in enumerate(columns)}
        self.carriages = Carriages.joined([self.carriages.only(kept), *fresh])
        self._best_bound = -1

    def generate(self, is_over: Callable[[], bool]) -> int:
        """
        Generate columns until none can lower the linear cost, and return a lower bound on it.

        Prices are smoothed: columns are looked for between the duals of the best bound and those of the last solution.
        When `is_over` says so first, the bound is the cost scaled until the duals are feasible.
        """
        wanted = mathopt.ModelSolveParameters(
            variable_values_filter=mathopt.SparseVectorFilter(skip_zero_values=True),
            reduced_costs_filter=mathopt.SparseVectorFilter(filtered_items=[]),
        )
        while True:
            result = self._solver.solve(model_params=wanted)
            values, prices = result.variable_values(), result.dual_values()
            self.active = tuple(
                column for column, x in zip(self.columns, self._variables, strict=True) if values.get(x, 0.0) > ZERO
            )
            duals = np.floor([max(0.0, prices[row]) for row in self._rows]).astype(np.int64)
            duals = np.minimum(duals, self.alone)
            fresh: list[tuple[int, tuple[int, ...]]] = []
            if self._best_bound >= 0:
                between = (SMOOTHING * self._best + (1 - SMOOTHING) * duals).astype(np.int64)
                fresh = [load for load in self._look(between) if self._helps(load, duals)]
            if not fresh:
                fresh = self._look(duals)
            if not fresh or is_over():
                return self.bound
            for carriage, items in fresh:
                self.add(carriage, items)

    def _helps(self, load: tuple[int, tuple[int, ...]], duals: Ints) -> bool:
        """Say whether a box-load lowers the last linear solution."""
        carriage, items = load
        profit = (duals - self.carriages.own[carriage])[list(items)].sum()
        return bool(profit > self.carriages.cost[carriage] + TOLERANCE_FEN)

    def _look(self, duals: Ints) -> list[tuple[int, tuple[int, ...]]]:
        """Return new box-loads worth more than they cost under some duals, and learn the bound these give."""
        fresh, uppers = self._price(duals)
        self.tightness = uppers / self.carriages.cost.clip(1)
        bound = self._feasible_share(duals, uppers)
        self.bound = max(self.bound, bound)
        if bound > self._best_bound:
            self._best_bound, self._best = bound, duals
        return fresh

    def _price(self, duals: Ints) -> tuple[list[tuple[int, tuple[int, ...]]], Ints]:
        """Return new box-loads worth more than they cost, and bounds on the worth of any load of each carriage."""
        c = self.carriages
        uppers = worth_at_most(duals, c.cost, c.own, self.volume, self.mass, c.most_volume, c.most_mass)
        fresh = []
        promising = np.flatnonzero(uppers > c.cost + TOLERANCE_FEN)
        for carriage in promising[np.argsort(-(uppers - c.cost)[promising], kind="stable")].tolist():
            value, upper, items = best_load(
                duals - c.own[carriage],
                self.volume,
                self.mass,
                int(c.most_volume[carriage]),
                int(c.most_mass[carriage]),
            )
            uppers[carriage] = min(uppers[carriage], upper)
            if value > c.cost[carriage] + TOLERANCE_FEN:
                fresh.append((carriage, tuple(int(i) for i in items)))
                if len(fresh) >= max(MOST_NEW, len(self.alone) // 2):
                    break
        return fresh, uppers

    def note(self, column: Column, real: int | None) -> bool:
        """Note what a load really costs, None if it cannot be sent, and say whether that is news."""
        place = self._place[column.carriage, column.items]
        known = self.columns[place]
        self.columns[place] = known._replace(real=IMPOSSIBLE if real is None else real)
        return self.columns[place].real != known.real

    def likely(self, columns: list[Column]) -> list[Column]:
        """Return columns, or of very many those with the least reduced cost."""
        if len(columns) <= MOST_CHOICES:
            return columns
        reduced = [column.real - int(self._best[list(column.items)].sum()) for column in columns]
        return [columns[i] for i in np.argsort(reduced, kind="stable")[:MOST_CHOICES]]

    def _feasible_share(self, duals: Ints, uppers: Ints) -> int:
        """
        Return a bound from duals that may still be a little too high.

        Duals less what exceeds the cost of a carriage, taken from the shipments in proportion, are feasible: with
        share r = cost / worth of the most exceeding carriage all loads are worth no more than they cost.
        """
        over = uppers > self.carriages.cost
        if not over.any():
            return int(duals.sum())
        return int(float(duals.sum()) * float((self.carriages.cost[over] / uppers[over]).min()))


def choose(pool: Pool, columns: list[Column], seconds: float, seed: int) -> tuple[list[Column], int]:
    """
    Return the cheapest whole loads among columns so that nobody travels twice, and the real cost of all.

    Of very many columns those with the least reduced cost are looked at.
    """
    columns = [column for column in pool.likely(columns) if column.real < IMPOSSIBLE]
    model = cp_model.CpModel()
    takes = [model.new_bool_var("") for _ in columns]
    alone = [model.new_bool_var("") for _ in pool.alone]
    holding: list[list[cp_model.IntVar]] = [[] for _ in pool.alone]
    for take, column in zip(takes, columns, strict=True):
        for item in column.items:
            holding[item].append(take)
    for single, held in zip(alone, holding, strict=True):
        model.add_exactly_one([single, *held])
    model.minimize(
        sum(column.real * take for take, column in zip(takes, columns, strict=True))
        + sum(int(cost) * single for cost, single in zip(pool.alone, alone, strict=True))
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = max(0.05, seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [], int(pool.alone.sum())
    chosen = [column for take, column in zip(takes, columns, strict=True) if solver.value(take)]
    return chosen, round(solver.objective_value)
