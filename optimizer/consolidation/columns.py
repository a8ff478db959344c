"""
Whole loads of one sharing class: found by diving, annealing, partition and proof, and chosen together.

They are columns of the linear model (see `optimizer.consolidation.relaxation`), whose duals say which of them pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from optimizer.consolidation.anneal import ALONE, BEYOND, Stuff, annealed, cheapest_carriage
from optimizer.consolidation.listing import MOST_BITS, listed
from optimizer.consolidation.partition import best_partition
from optimizer.consolidation.proof import proven
from optimizer.consolidation.relaxation import Column, Relaxation, Solution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from network.timetable import Ints

MOST_CHOICES = 4_000
"""Columns among which whole loads are chosen."""
DIVE_ROUNDS = 4
"""Rounds of new columns after each load that is fixed."""
SURE = 0.7
"""Value in the linear solution from which loads are fixed together."""
SHAKE = 0.4
"""Most by which a load seems surer than it is."""
MOST_ANNEALED = 500
"""Carriages that loads change between in annealing."""
COLD = 1e4
"""Last temperature of annealing, in fen."""
IMPOSSIBLE = 1 << 50
"""Real cost of a load that cannot be sent, in fen."""


class Pool(Relaxation):
    """Whole loads of one class, and the linear model that they are columns of."""

    def dive(
        self,
        may_use: np.ndarray,
        real: Callable[[Column], int],
        is_over: Callable[[], bool],
        rng: np.random.Generator | None = None,
    ) -> list[Column]:
        """
        Return whole loads, found by fixing one after the other in linear solutions that know of those before.

        Parameters
        ----------
        may_use
            The carriages that loads may be of.
        real
            Notes and returns what a load really costs.
        is_over
            Says when to give up what is left.
        rng
            Makes unsure loads seem surer at random, so that each time others are found.
        """
        self._slim(self._solve())
        self._may_use = may_use
        barred: set[int] = set()
        chosen: list[Column] = []
        for place, x in self._inside.items():
            if not may_use[self.columns[place].carriage]:
                x.upper_bound = 0.0
        while not is_over():
            solution = self._solve()
            for _ in range(DIVE_ROUNDS):
                fresh = self._price(solution.duals, solution.cuts)[0]
                if not fresh:
                    break
                for load in fresh:
                    self.add(*load)
                solution = self._solve()
            taken = self._fix(solution if rng is None else _shaken(solution, rng), real, barred)
            if not taken:
                break
            chosen += taken
        self._release()
        return chosen

    def anneal(self, may_use: np.ndarray, loads: Iterable[Column], steps: int, hot: float, seed: int) -> list[Column]:
        """
        Return whole loads as good as some, or better, made of the carriages with the least reduced cost.

        Parameters
        ----------
        may_use
            The carriages that loads may be of.
        loads
            What to begin with; nobody else is in a load then.
        steps
            How many changes are tried.
        hot
            First temperature, in fen.
        seed
            Of random changes.
        """
        some = self.worthiest(MOST_ANNEALED, may_use)
        stuff, some = self._stuff(some)
        load_of = np.full(len(self.alone), ALONE, dtype=np.int64)
        for number, column in enumerate(loads):
            load_of[list(column.items)] = number
        return self._loads(stuff, some, annealed(stuff, load_of, steps, hot, COLD, np.random.default_rng(seed))[0])

    def worthiest(self, most: int, may_use: np.ndarray | None = None) -> Ints:
        """Return the positions of the carriages with the least reduced cost, if they may be used."""
        some = np.arange(len(self.carriages.cost)) if may_use is None else np.flatnonzero(may_use)
        reduced = (self.carriages.cost - self._worth_at_most(self._best))[some]
        found: Ints = some[np.argsort(reduced, kind="stable")[:most]]
        return found

    def part(self, is_barred: np.ndarray) -> list[Column]:
        """
        Return the best whole loads of all; with nothing barred, what they cost raises the bound.

        Parameters
        ----------
        is_barred
            Whether a shipment may not be on a carriage, one row per carriage.
        """
        stuff, some = self._stuff(np.flatnonzero(~is_barred.all(axis=1)))
        stuff.own[is_barred[some]] = BEYOND
        load_of, cost = best_partition(stuff)
        if not is_barred.any():
            self.bound = max(self.bound, int(cost))
        return self._loads(stuff, some, load_of)

    def prove(self, cost: int, is_over: Callable[[], bool]) -> tuple[list[Column], bool] | None:
        """
        Raise the bound by a list of all loads that a plan cheaper than some could have.

        Returns
        -------
        loads, is_best
            Those of a cheaper plan, as far as costs of columns go, if there is one; and whether no plan is cheaper.
            None if there are too many loads to be listed.
        """
        gap = cost - self._best_bound
        if len(self.alone) > MOST_BITS or self._best_bound < 0 or gap <= 0:
            return None
        listing = listed(self._best, self._best_cuts, self.volume, self.mass, self.carriages, gap)
        if listing is None:
            return None
        proof = proven(self.alone, listing, self._best_bound, cost, is_over)
        self.bound = max(self.bound, proof.bound)
        loads = []
        for load in proof.chosen:
            items = np.flatnonzero(listing.sets[load] >> np.arange(len(self.alone)) & 1).tolist()
            loads.append(self.add(int(listing.carriage[load]), tuple(items)))
        return loads, proof.is_best

    def _stuff(self, some: Ints) -> tuple[Stuff, Ints]:
        """Return the shipments with some of the carriages, and these in order of their cost."""
        some = some[np.argsort(self.carriages.cost[some], kind="stable")]
        return Stuff(self.alone, self.volume, self.mass, *self.carriages.only(some)), some

    def _loads(self, stuff: Stuff, some: Ints, load_of: Ints) -> list[Column]:
        """Return loads as columns, each on its cheapest carriage."""
        found = []
        for number in np.unique(load_of[load_of != ALONE]):
            items = np.flatnonzero(load_of == number)
            carriage, _ = cheapest_carriage(stuff, items, len(items))
            if carriage >= 0:
                found.append(self.add(int(some[carriage]), tuple(items.tolist())))
        return found

    def _fix(self, solution: Solution, real: Callable[[Column], int], barred: set[int]) -> list[Column]:
        """Fix the surest loads of a solution that do not overlap; empty when nothing is left that pays."""
        taken: list[Column] = []
        seen: set[int] = set()
        for column, value in sorted(solution.used, key=lambda pair: -pair[1]):
            if taken and value < SURE:
                break
            place = self._place[column.carriage, column.items]
            if place in barred or not seen.isdisjoint(column.items):
                continue
            if real(column) >= self.alone[list(column.items)].sum():
                barred.add(place)
                self._inside[place].upper_bound = 0.0
                continue
            seen.update(column.items)
            taken.append(column)
        for item in seen:
            self._rows[item].lower_bound = 0.0
        self._is_fixed[list(seen)] = True
        for place, x in self._inside.items():
            if not seen.isdisjoint(self.columns[place].items):
                x.upper_bound = 0.0
        if not taken and any(self._place[c.carriage, c.items] in barred for c, _ in solution.used):
            return self._fix(self._solve(), real, barred)
        return taken

    def _release(self) -> None:
        """Undo what a dive fixed."""
        self._is_fixed[:] = False
        for row in self._rows:
            row.lower_bound = 1.0
        for x in self._inside.values():
            x.upper_bound = float("inf")
        self._may_use = np.ones(len(self.carriages.cost), dtype=np.bool_)

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


def _shaken(solution: Solution, rng: np.random.Generator) -> Solution:
    """Return a solution in which what is unsure seems surer at random."""
    used = [(column, min(1.0, value + SHAKE * rng.random())) for column, value in solution.used]
    return solution._replace(used=used)


def choose(
    pool: Pool, columns: list[Column], seconds: float, seed: int, start: Iterable[Column] = ()
) -> tuple[list[Column], int]:
    """
    Return the cheapest whole loads among columns so that nobody travels twice, and the real cost of all.

    Of very many columns those with the least reduced cost are looked at, and those of the start.
    """
    first = {(column.carriage, column.items) for column in start}
    columns = list(dict.fromkeys([*(c for c in columns if c[:2] in first), *pool.likely(columns)]))
    columns = [column for column in columns if column.real < IMPOSSIBLE]
    model = cp_model.CpModel()
    takes = [model.new_bool_var("") for _ in columns]
    alone = [model.new_bool_var("") for _ in pool.alone]
    holding: list[list[cp_model.IntVar]] = [[] for _ in pool.alone]
    for take, column in zip(takes, columns, strict=True):
        model.add_hint(take, column[:2] in first)
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
    solver.parameters.catch_sigint_signal = False
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = max(0.05, seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [], int(pool.alone.sum())
    chosen = [column for take, column in zip(takes, columns, strict=True) if solver.value(take)]
    return chosen, round(solver.objective_value)
