"""
Box-loads as columns: the least cost of one sharing class, its linear bound, and whole loads.

The model has a row for each shipment and a column for each box-load (a carriage and the shipments in it) or way alone.
Columns are priced exactly, by a knapsack for every carriage under the rows' duals, so the linear bound holds for all
loads of the carriages given and not just for those in the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from optimizer.consolidation.knapsack import best_load, price_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from network.timetable import Ints

MOST_NEW = 60
"""Columns added in one round."""
TOLERANCE_FEN = 1
ZERO = 1e-6


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
    """A carriage, positions of the shipments in it, and its cost with their own lines."""

    carriage: int
    items: tuple[int, ...]
    cost: int


@dataclass
class Pool:
    """
    Column generation for one class.

    Parameters
    ----------
    alone
        Fen of each shipment alone.
    volume, mass
        Of each shipment.
    carriages
        What may be sent.
    columns
        Box-loads known so far.
    bound, duals
        Best lower bound, and the rows' duals it stems from.
    active
        Columns that the last linear solution uses.
    """

    alone: Ints
    volume: Ints
    mass: Ints
    carriages: Carriages
    columns: list[Column] = field(default_factory=list)
    bound: int = 0
    active: tuple[Column, ...] = ()
    duals: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def add(self, carriage: int, items: tuple[int, ...]) -> None:
        """Add a box-load."""
        cost = int(self.carriages.cost[carriage] + self.carriages.own[carriage, list(items)].sum())
        self.columns.append(Column(carriage, items, cost))

    def generate(self, is_over: Callable[[], bool]) -> int:
        """
        Generate columns until none can lower the linear cost, and return a lower bound on it.

        When `is_over` says so first, the bound is the cost scaled until the duals are feasible.
        """
        model = mathopt.Model()
        rows = []
        objective = 0
        for cost in self.alone:
            z = model.add_variable(lb=0)
            rows.append(model.add_linear_constraint(lb=1, expr=z))
            objective += int(cost) * z
        model.minimize(objective)
        variables = [self._enter(model, rows, column) for column in self.columns]
        solver = mathopt.IncrementalSolver(model, mathopt.SolverType.GLOP)
        while True:
            result = solver.solve()
            used = result.variable_values(variables)
            self.active = tuple(column for column, x in zip(self.columns, used, strict=True) if x > ZERO)
            by_row = result.dual_values()
            duals = np.floor([max(0.0, by_row[row]) for row in rows]).astype(np.int64)
            duals = np.minimum(duals, self.alone)
            values, uppers = price_all(
                duals, self.carriages.cost, self.carriages.own, self.volume, self.mass,
                self.carriages.most_volume, self.carriages.most_mass,
            )  # fmt: skip
            scaled = self._feasible_share(duals, uppers)
            if scaled > self.bound:
                self.bound, self.duals = scaled, duals
            gains = values - self.carriages.cost
            wanted = np.flatnonzero(gains > TOLERANCE_FEN)
            if len(wanted) == 0 or is_over():
                return self.bound
            for carriage in wanted[np.argsort(-gains[wanted], kind="stable")][:MOST_NEW]:
                _, _, items = best_load(
                    duals - self.carriages.own[carriage], self.volume, self.mass,
                    int(self.carriages.most_volume[carriage]), int(self.carriages.most_mass[carriage]),
                )  # fmt: skip
                self.add(int(carriage), tuple(int(i) for i in items))
                variables.append(self._enter(model, rows, self.columns[-1]))

    def _enter(self, model: mathopt.Model, rows: list[mathopt.LinearConstraint], column: Column) -> mathopt.Variable:
        """Put a column into the model."""
        x = model.add_variable(lb=0)
        model.objective.set_linear_coefficient(x, float(column.cost))
        for item in column.items:
            rows[item].set_coefficient(x, 1.0)
        return x

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

    def choose(self, seconds: float, seed: int) -> tuple[list[Column], int]:
        """Return the cheapest whole loads among the columns so that nobody travels twice, and the cost of all."""
        model = cp_model.CpModel()
        takes = [model.new_bool_var("") for _ in self.columns]
        alone = [model.new_bool_var("") for _ in self.alone]
        holding: list[list[cp_model.IntVar]] = [[] for _ in self.alone]
        for take, column in zip(takes, self.columns, strict=True):
            for item in column.items:
                holding[item].append(take)
        for single, held in zip(alone, holding, strict=True):
            model.add_exactly_one([single, *held])
        model.minimize(
            sum(column.cost * take for take, column in zip(takes, self.columns, strict=True))
            + sum(int(cost) * single for cost, single in zip(self.alone, alone, strict=True))
        )
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.max_deterministic_time = max(0.05, seconds)
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return [], int(self.alone.sum())
        chosen = [column for take, column in zip(takes, self.columns, strict=True) if solver.value(take)]
        return chosen, round(solver.objective_value)
