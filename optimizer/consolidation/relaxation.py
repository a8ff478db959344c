"""
Box-loads as columns: the linear model of one sharing class, and its bound.

The model has a row for each shipment and a column for each box-load (a carriage and the shipments in it) or way alone.
Columns are priced exactly, by a knapsack for every carriage under the rows' duals, so the linear bound holds for all
loads of the carriages given and not just for those in the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt.python import mathopt

from optimizer.consolidation.knapsack import Cuts, best_load, lowered, no_cuts, violated, worth_at_most
from optimizer.consolidation.linear import LinearSolver
from optimizer.consolidation.proof import most_broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from network.timetable import Ints

MOST_NEW = 60
"""Columns added in one round, or half the number of shipments if that is more."""
SMOOTHING, NEARER, NEAREST = 0.6, 0.8, 0.97
"""
Weight of the duals of the best bound among those columns are looked for with; by what the rest is multiplied with each
round in which that bound is not raised; and the greatest weight.
"""
MUCH_BETTER = 0.5
"""By how much more than a load found another must pay to be looked for on the same carriage."""
MOST_IN_MODEL = 6
"""Columns for each shipment, from which the linear model is rid of those that cost too much."""
CLOSE = 5e-4
"""Relative distance between linear cost and bound at which no more columns are looked for."""
LEAST_EXCESS = 0.05
"""By how much a linear solution breaks a row that is added."""
MOST_CUTS, MOST_OF_ONE = 20, 3
"""Rows added at once, and those of them that one shipment may be in."""
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
    """
    A carriage, positions of the shipments in it, and its cost with their own lines.

    `cost` is a lower bound, `real` what it costs in a plan as far as that is known: then it is never less.
    """

    carriage: int
    items: tuple[int, ...]
    cost: int
    real: int


class Solution(NamedTuple):
    """A linear solution: its cost, the columns it uses with their values, the duals of shipments, and cuts priced."""

    cost: float
    used: list[tuple[Column, float]]
    duals: Ints
    cuts: Cuts


class Relaxation:
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
    is_solved
        Whether no column is missing, as far as is looked for.
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
        self.values: tuple[float, ...] = ()
        self.bound = 0
        self.is_solved = False
        self.tightness = np.zeros(0)
        self._place: dict[tuple[int, tuple[int, ...]], int] = {}
        self._best = np.zeros(len(alone), dtype=np.int64)
        self._best_cuts = no_cuts()
        self._best_bound, self._stays = -1, 0
        self._may_use = np.ones(len(carriages.cost), dtype=np.bool_)
        self._rent = np.zeros((len(carriages.cost), 2))
        self._is_fixed = np.zeros(len(alone), dtype=np.bool_)
        self._most_new = max(MOST_NEW, len(alone) // 2)
        self._model = mathopt.Model()
        self._rows = []
        objective = 0
        for cost in alone:
            z = self._model.add_variable(lb=0)
            self._rows.append(self._model.add_linear_constraint(lb=1, expr=z))
            objective += int(cost) * z
        self._model.minimize(objective)
        self._inside: dict[int, mathopt.Variable] = {}
        self._place_of: dict[int, int] = {}
        self._cuts = np.zeros((0, 3), dtype=np.int64)
        self._cut_rows: list[mathopt.LinearConstraint] = []
        self._solver = LinearSolver(self._model)

    def add(self, carriage: int, items: tuple[int, ...]) -> Column:
        """Add a box-load."""
        place = self._place.get((carriage, items))
        if place is None:
            cost = int(self.carriages.cost[carriage] + self.carriages.own[carriage, list(items)].sum())
            place = self._place[carriage, items] = len(self.columns)
            self.columns.append(Column(carriage, items, cost, cost))
        if place not in self._inside:
            x = self._model.add_variable(lb=0)
            self._model.objective.set_linear_coefficient(x, float(self.columns[place].cost))
            for item in items:
                self._rows[item].set_coefficient(x, 1.0)
            for cut in np.flatnonzero(self._is_in(self._cuts, items)).tolist():
                self._cut_rows[cut].set_coefficient(x, 1.0)
            self._inside[place] = x
            self._place_of[x.id] = place
        return self.columns[place]

    def replace(self, kept: np.ndarray, fresh: Sequence[Carriages]) -> None:
        """Keep some of the carriages, with their box-loads, and add others behind them."""
        number = np.cumsum(kept) - 1
        columns: list[Column] = []
        inside: dict[int, mathopt.Variable] = {}
        for place, column in enumerate(self.columns):
            variable = self._inside.get(place)
            if kept[column.carriage]:
                if variable is not None:
                    inside[len(columns)] = variable
                columns.append(column._replace(carriage=int(number[column.carriage])))
            elif variable is not None:
                self._model.delete_variable(variable)
        self.columns, self._inside, self.active = columns, inside, ()
        self._place_of = {x.id: place for place, x in inside.items()}
        self._place = {(column.carriage, column.items): place for place, column in enumerate(columns)}
        self.carriages = Carriages.joined([self.carriages.only(kept), *fresh])
        fresh_count = len(self.carriages.cost) - np.count_nonzero(kept)
        self._rent = np.concatenate([self._rent[kept], np.zeros((fresh_count, 2))])
        self._may_use = np.ones(len(self.carriages.cost), dtype=np.bool_)
        self._best_bound, self._stays = -1, 0
        self.is_solved = False

    def generate(self, is_over: Callable[[], bool], close: float | None = None) -> int:
        """
        Generate columns until hardly any can lower the linear cost, and return a lower bound on it.

        Prices are smoothed: columns are looked for between the duals of the best bound and those of the last solution.
        The longer the best bound stays, the nearer to it: far from it many loads of like boxes would pay, and a class
        of 287 shipments and 28,000 carriages did not come to an end.
        """
        while True:
            solution = self._solve()
            self.active = tuple(column for column, _ in solution.used)
            self.values = tuple(value for _, value in solution.used)
            fresh: list[tuple[int, tuple[int, ...]]] = []
            if self._best_bound >= 0:
                near = min(NEAREST, 1 - (1 - SMOOTHING) * NEARER**self._stays)
                between = (near * self._best + (1 - near) * solution.duals).astype(np.int64)
                price = (near * self._best_cuts.price + (1 - near) * solution.cuts.price).astype(np.int64)
                fresh = [load for load in self._look(between, Cuts(self._cuts, price)) if self._helps(load, solution)]
            if not fresh:
                fresh = self._look(solution.duals, solution.cuts)
            self.is_solved = (
                not fresh or solution.cost - self._best_bound <= (CLOSE if close is None else close) * solution.cost
            )
            if self.is_solved or is_over():
                return self.bound
            self._add_all(fresh, solution)

    def _solve(self) -> Solution:
        """Return the best linear solution of the columns in the model."""
        found = self._solver.solve()
        values = {self._place_of[x]: value for x, value in found.values.items() if value > ZERO and x in self._place_of}
        used = [(self.columns[place], values[place]) for place in sorted(values)]
        count = len(self._rows)
        duals = np.floor(np.maximum(0.0, found.duals[:count])).astype(np.int64)
        # The row of a shipment whose load is fixed holds by itself, whatever its dual says.
        duals[self._is_fixed] = 0
        price = np.floor(np.maximum(0.0, -found.duals[count:])).astype(np.int64)
        return Solution(found.cost, used, np.minimum(duals, self.alone), Cuts(self._cuts, price))

    def _add_all(self, fresh: Iterable[tuple[int, tuple[int, ...]]], solution: Solution) -> None:
        """Put box-loads into the model, and keep it slim."""
        for carriage, items in fresh:
            self.add(carriage, items)
        self._slim(solution)

    def _slim(self, solution: Solution) -> None:
        """Take the box-loads that cost most under the duals of a solution out of a model that has grown large."""
        if len(self._inside) > MOST_IN_MODEL * len(self.alone) + 4 * MOST_NEW:
            reduced = {place: self._reduced(self.columns[place], solution) for place in self._inside}
            most = sorted(reduced.values())[len(reduced) // 2]
            used = {self._place[column.carriage, column.items] for column, _ in solution.used}
            for place in [
                place for place, cost in reduced.items() if cost > max(most, TOLERANCE_FEN) and place not in used
            ]:
                self._model.delete_variable(self._inside.pop(place))

    def _reduced(self, column: Column, solution: Solution) -> int:
        """Return the reduced cost of a box-load."""
        paid = solution.cuts.price[self._is_in(solution.cuts.items, column.items)].sum()
        return int(column.cost - solution.duals[list(column.items)].sum() + paid)

    def _helps(self, load: tuple[int, tuple[int, ...]], solution: Solution) -> bool:
        """Say whether a box-load lowers the last linear solution."""
        carriage, items = load
        cost = int(self.carriages.cost[carriage] + self.carriages.own[carriage, list(items)].sum())
        return self._reduced(Column(carriage, items, cost, cost), solution) < -TOLERANCE_FEN

    def _is_in(self, threes: Ints, items: tuple[int, ...]) -> np.ndarray:
        """Return whether two or all of each three shipments are in a load."""
        has = np.zeros(len(self.alone), dtype=np.int64)
        has[list(items)] = 1
        return np.asarray(has[threes].sum(axis=1) > 1)

    @property
    def duals(self) -> Ints:
        """Duals of the best bound."""
        return self._best

    def cut(self) -> int:
        """
        Add rows that the last linear solution breaks and whole loads do not, and return how many.

        Of any three shipments, no more than one load can have two or all: each of them is in one load only.
        """
        chosen = np.zeros((len(self.active), len(self.alone)), dtype=np.bool_)
        for row, column in enumerate(self.active):
            chosen[row, list(column.items)] = True
        items, excess = violated(chosen, np.array(self.values), LEAST_EXCESS)
        fresh = most_broken(items, excess, len(self.alone), MOST_CUTS, MOST_OF_ONE)
        for three in fresh:
            self._cut_rows.append(self._model.add_linear_constraint(ub=1.0))
            for place, x in self._inside.items():
                if len({*three.tolist()}.intersection(self.columns[place].items)) > 1:
                    self._cut_rows[-1].set_coefficient(x, 1.0)
        if len(fresh):
            self._cuts = np.concatenate([self._cuts, fresh])
            self._best_cuts = self._priced(self._best_cuts.price)
            self.is_solved = False
        return len(fresh)

    def _priced(self, price: Ints) -> Cuts:
        """Return the cuts with prices, those that are missing with nothing."""
        full = np.zeros(len(self._cuts), dtype=np.int64)
        full[: len(price)] = price
        return Cuts(self._cuts, full)

    def _look(self, duals: Ints, cuts: Cuts) -> list[tuple[int, tuple[int, ...]]]:
        """Return new box-loads worth more than they cost under some duals, and learn the bound these give."""
        fresh, uppers = self._price(duals, cuts)
        self.tightness = uppers / self.carriages.cost.clip(1)
        feasible = self._lowered(duals, uppers, cuts)
        bound = int(feasible.sum() - cuts.price.sum())
        self.bound = max(self.bound, bound)
        self._stays += 1
        if bound > self._best_bound:
            self._best_bound, self._best, self._best_cuts = bound, feasible, cuts
            self._stays = 0
        return fresh

    def _price(self, duals: Ints, cuts: Cuts) -> tuple[list[tuple[int, tuple[int, ...]]], Ints]:
        """Return new box-loads worth more than they cost, and bounds on the worth of any load of each carriage."""
        c = self.carriages
        uppers = self._worth_at_most(duals)
        fresh = []
        promising = np.flatnonzero((uppers > c.cost + TOLERANCE_FEN) & self._may_use)
        for carriage in promising[np.argsort(-(uppers - c.cost)[promising], kind="stable")].tolist():
            value, upper, items = best_load(
                duals - c.own[carriage],
                self.volume,
                self.mass,
                int(c.most_volume[carriage]),
                int(c.most_mass[carriage]),
                cuts,
                int(c.cost[carriage]),
                much_better=MUCH_BETTER,
            )
            uppers[carriage] = min(uppers[carriage], upper)
            if value > c.cost[carriage] + TOLERANCE_FEN:
                fresh.append((carriage, tuple(int(i) for i in items)))
                if len(fresh) >= self._most_new:
                    break
        return fresh, uppers

    def _worth_at_most(self, duals: Ints) -> Ints:
        """Return bounds on the worth of any load of each carriage under some duals."""
        c = self.carriages
        return worth_at_most(duals, c.cost, c.own, self.volume, self.mass, c.most_volume, c.most_mass, self._rent)

    def _lowered(self, duals: Ints, uppers: Ints, cuts: Cuts) -> Ints:
        """Return duals under which no load of any carriage is worth more than it costs."""
        c = self.carriages
        order = np.flatnonzero(uppers > c.cost)
        order = order[np.argsort(-(uppers - c.cost)[order], kind="stable")]
        return lowered(duals, order, c.cost, c.own, self.volume, self.mass, c.most_volume, c.most_mass, cuts)
