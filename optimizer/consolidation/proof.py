"""
The best whole loads of all, of a class whose loads can be listed, or how much more they cost at least than the bound.

A plan has all its loads on the list, or it costs at least as much more than the bound as the list goes. So a linear
model of the list, which takes no knapsacks, can be made as tight as whole loads allow, loads that prove too dear can be
left out, and what is left is small enough for an integer model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt.python import mathopt

from optimizer.consolidation.cover import cheapest_cover
from optimizer.consolidation.knapsack import no_cuts, violated
from optimizer.consolidation.linear import LinearSolver

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.prices import Bools
    from network.timetable import Ints
    from optimizer.consolidation.listing import Listing

MOST_NEW, MOST_CUTS, MOST_OF_ONE = 200, 40, 6
"""Loads, and rows of three, that are added to the linear model at once, and those of the rows with one shipment."""
LEAST_EXCESS = 0.02
"""By how much a linear solution breaks a row that is added."""
MOST_ROUNDS, MOST_IN_VAIN, LITTLE = 40, 3, 0.02
"""Times that rows are added; those in a row that close less than a part of the gap before rows are given up."""
MOST_SETS = 1_000_000
"""Sets of shipments that are looked at to choose loads."""
LESS, LEAST_LOOKED = 0.7, 0.05
"""Part of the gap that is looked at when it has too many sets, again and again, and the least part."""
TOLERANCE_FEN, ZERO = 1, 1e-6


class Proof(NamedTuple):
    """
    What a list of loads shows.

    Parameters
    ----------
    bound
        In fen: no plan costs less.
    chosen
        Positions on the list of the loads of the cheapest plan found, cheaper than the one known; empty if none is.
    is_best
        Whether there is no cheaper plan than that, or than the one known.
    """

    bound: int
    chosen: list[int]
    is_best: bool = False


class Master:
    """
    The linear model of listed loads, to which those that lower its cost are added until there are none.

    Parameters
    ----------
    alone
        Fen of each shipment alone.
    listing
        The loads.

    Attributes
    ----------
    kept
        Positions on the list of the loads that may be in a plan cheaper than the one known.
    bound, base
        Fen that any choice of those loads costs at least, shipments alone included; and by the last solution alone.
    """

    def __init__(self, alone: Ints, listing: Listing) -> None:
        self.alone = alone
        self.kept = np.arange(len(listing.sets))
        self.cost = listing.cost.astype(np.float64)
        self.has: Bools = (listing.sets[:, None] >> np.arange(len(alone))) & 1 == 1
        self.bound = self.base = 0
        self.threes = no_cuts().items
        self._breaks = np.zeros((len(self.kept), 0), dtype=np.bool_)
        self._duals, self._reduced = np.zeros(len(alone)), np.zeros(len(self.kept))
        self._model = mathopt.Model()
        self._rows, objective = [], mathopt.LinearExpression()
        for cost in alone.tolist():
            z = self._model.add_variable(lb=0)
            self._rows.append(self._model.add_linear_constraint(lb=1, expr=z))
            objective += cost * z
        self._model.minimize(objective)
        self._cut_rows: list[mathopt.LinearConstraint] = []
        self._inside: dict[int, mathopt.Variable] = {}
        self._load_of: dict[int, int] = {}
        self._solver = LinearSolver(self._model)
        self._used: dict[int, float] = {}

    def solve(self, is_over: Callable[[], bool]) -> None:
        """Add loads until no more lower the cost; raises the bound."""
        while True:
            found = self._solver.solve()
            self._used = {self._load_of[x]: v for x, v in found.values.items() if v > 0 and x in self._load_of}
            count = len(self._rows)
            duals = np.minimum(np.floor(np.maximum(0.0, found.duals[:count])), self.alone)
            price = np.ceil(np.maximum(0.0, -found.duals[count:]) - ZERO)
            self._duals, self._reduced = duals, self.cost - self.has @ duals + self._breaks @ price
            # Each load of a plan is worth at most so much more than it costs, and there are no more than shipments.
            excess = min(0.0, self._reduced.min(initial=0.0)) * len(self.alone)
            self.base = int(duals.sum() - price.sum() + excess)
            self.bound = max(self.bound, self.base)
            order = np.argsort(self._reduced, kind="stable")[: MOST_NEW + len(self._inside)].tolist()
            fresh = [load for load in order if self._reduced[load] < -TOLERANCE_FEN and load not in self._inside]
            if not fresh or is_over():
                return
            for load in fresh[:MOST_NEW]:
                self._add(load)

    def _add(self, load: int) -> None:
        """Put a load into the model."""
        x = self._model.add_variable(lb=0)
        self._model.objective.set_linear_coefficient(x, float(self.cost[load]))
        for item in np.flatnonzero(self.has[load]).tolist():
            self._rows[item].set_coefficient(x, 1.0)
        for cut in np.flatnonzero(self._breaks[load]).tolist():
            self._cut_rows[cut].set_coefficient(x, 1.0)
        self._inside[load], self._load_of[x.id] = x, load

    def cut(self) -> int:
        """Add rows of three that the last solution breaks, and return how many."""
        used = sorted(self._used)
        items, excess = violated(self.has[used], np.array([self._used[load] for load in used]), LEAST_EXCESS)
        fresh = most_broken(items, excess, len(self.alone), MOST_CUTS, MOST_OF_ONE)
        if len(fresh):
            breaks = self.has[:, fresh].sum(axis=2) > 1
            for row in breaks.T:
                self._cut_rows.append(self._model.add_linear_constraint(ub=1.0))
                for load, x in self._inside.items():
                    if row[load]:
                        self._cut_rows[-1].set_coefficient(x, 1.0)
            self._breaks = np.concatenate([self._breaks, breaks], axis=1)
            self.threes = np.concatenate([self.threes, fresh])
        return len(fresh)

    def drop(self, gap: int) -> None:
        """Leave out the loads whose reduced cost, under the last duals, is some gap or more."""
        stays = self._reduced < gap
        if stays.all():
            return
        number = np.cumsum(stays) - 1
        for load in [load for load in self._inside if not stays[load]]:
            x = self._inside.pop(load)
            del self._load_of[x.id]
            self._model.delete_variable(x)
        self._inside = {int(number[load]): x for load, x in self._inside.items()}
        self._load_of = {x.id: load for load, x in self._inside.items()}
        self._used = {int(number[load]): value for load, value in self._used.items() if stays[load]}
        self.kept, self.cost, self.has = self.kept[stays], self.cost[stays], self.has[stays]
        self._breaks, self._reduced = self._breaks[stays], self._reduced[stays]

    def chosen(self, gap: int) -> Proof:
        """
        Return the cheapest plan of what is kept, if it costs less than some gap more than the base.

        If too many sets of shipments would have to be looked at, less of the gap is.
        """
        count, looked = len(self.alone), gap
        order = np.argsort(self.has.sum(axis=0), kind="stable")
        bits = np.int64(1) << np.arange(count, dtype=np.int64)
        sets = np.concatenate([self.has[:, order] @ bits, bits])
        worth = np.concatenate([self.has @ self._duals, self._duals[order]])
        plain = (np.concatenate([self.cost, self.alone[order]]) - worth).astype(np.int64)
        reduced = np.concatenate([self._reduced, plain[len(self.cost) :]]).clip(0).astype(np.int64)
        firsts = np.argmax(np.concatenate([self.has[:, order], np.eye(count, dtype=np.bool_)]), axis=1)
        ranks = np.lexsort((reduced, firsts))
        ptr = np.searchsorted(firsts[ranks], np.arange(count + 1)).astype(np.int64)
        while True:
            found, least, loads = cheapest_cover(sets[ranks], ptr, reduced[ranks], plain[ranks], looked, MOST_SETS)
            if found >= 0 or looked < LEAST_LOOKED * gap:
                break
            looked = int(LESS * looked)
        if found < 0:
            return Proof(self.bound, [])
        most = self.base + looked
        cost, chosen = int(least + self._duals.sum()), ranks[loads]
        if not len(loads) or cost >= self.base + gap:
            return Proof(max(self.bound, most), [], is_best=looked == gap)
        kept = [int(self.kept[load]) for load in chosen.tolist() if load < len(self.kept)]
        return Proof(max(self.bound, min(most, cost)), kept, is_best=cost <= most)


def proven(alone: Ints, listing: Listing, bound: int, cost: int, is_over: Callable[[], bool]) -> Proof:
    """
    Return what a list of loads shows of all plans.

    Parameters
    ----------
    alone
        Fen of each shipment alone.
    listing
        All loads of little reduced cost.
    bound
        That under which the reduced costs are.
    cost
        Of the best plan known; only cheaper ones are looked for.
    is_over
        Says when to stop.
    """
    most, master, in_vain = min(cost, bound + listing.below), Master(alone, listing), 0
    for _ in range(MOST_ROUNDS):
        before = master.bound
        master.solve(is_over)
        if master.bound >= most or is_over():
            break
        master.drop(cost - master.base)
        in_vain = in_vain + 1 if before and master.bound - before < LITTLE * (most - before) else 0
        if in_vain >= MOST_IN_VAIN or not master.cut():
            break
    found = Proof(master.bound, [], is_best=master.bound >= cost)
    if master.bound < most and not is_over():
        found = master.chosen(cost - master.base)
    is_whole = most == cost or found.bound <= most
    return found._replace(bound=min(found.bound, most), is_best=found.is_best and is_whole)


def most_broken(items: Ints, excess: np.ndarray, count: int, most: int, most_of_one: int) -> Ints:
    """Return of some threes those that are broken most: so many at most, and of one shipment."""
    times = np.zeros(count, dtype=np.int64)
    fresh: list[Ints] = []
    for row in np.argsort(-excess, kind="stable").tolist():
        if len(fresh) < most and times[items[row]].max() < most_of_one:
            times[items[row]] += 1
            fresh.append(items[row])
    return np.array(fresh, dtype=np.int64).reshape(-1, 3)
