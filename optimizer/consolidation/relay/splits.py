"""Where cutting a cell would cost a linear solution most: its cargo values different parts of the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.consolidation.relay.cells import Cells
    from optimizer.consolidation.relay.model import Model
    from optimizer.consolidation.relay.problem import Floats, Ints, Problem
    from optimizer.consolidation.relay.reach import Pairs
    from optimizer.consolidation.relay.solvers import Linear

WORTH = 0.02
"""Part of the cost of a box that a cut must take from what its cargo would pay for it."""
PRESENT = 1e-6
NEVER = 1e12


class Values:
    """
    What it is worth for a commodity to be at a node at an instant: the duals of its moments.

    Parameters
    ----------
    model, linear
        A model and its linear solution.
    nodes
        How many there are.
    """

    def __init__(self, model: Model, linear: Linear, nodes: int) -> None:
        moments = model.moments
        self.nodes = nodes
        self.first = int(moments.since.min(initial=0))
        self.span = int(moments.until.max(initial=0)) - self.first + 2
        self.place = moments.commodity * nodes + moments.node
        self.since = self._key(self.place, moments.since)
        self.until = self._key(self.place, moments.until)
        self.dual = linear.duals[: len(self.place)]
        self.moments = moments

    def leaving(self, place: Ints, instant: Ints) -> Floats:
        """Return what is saved by leaving: the dual of the last moment that begins by then; nothing without one."""
        at = np.searchsorted(self.since, self._key(place, instant), side="right") - 1
        return np.where((at >= 0) & (self.place[at] == place), self.dual[at], -NEVER)

    def coming(self, place: Ints, instant: Ints) -> Floats:
        """Return what is to be paid on coming: the dual of the first moment that is not over; far too much without."""
        at = np.minimum(np.searchsorted(self.until, self._key(place, instant)), len(self.dual) - 1)
        is_there = (self.place[at] == place) & (self.until[at] >= self._key(place, instant))
        return np.where(is_there, self.dual[at], NEVER)

    def changes(self, place: Ints) -> tuple[Ints, Ints]:
        """Return the first and last instants of all moments of some places."""
        begin, end = np.searchsorted(self.place, place), np.searchsorted(self.place, place, side="right")
        at = np.concatenate([np.arange(since, until) for since, until in zip(begin, end, strict=True)])
        return self.moments.since[at], self.moments.until[at]

    def _key(self, place: Ints, instant: Ints) -> Ints:
        """Return one number by which place and instant are in order."""
        return place * self.span + np.clip(instant - self.first, 0, self.span - 1)


def splits(problem: Problem, pairs: Pairs, cells: Cells, model: Model, linear: Linear) -> list[tuple[int, int]]:
    """Return (link, instant) of the cuts that are worth it, at most one for each cell in use."""
    values = Values(model, linear, problem.nodes)
    order = np.argsort(model.use.cell, kind="stable")
    begin = np.searchsorted(model.use.cell[order], np.arange(len(cells.link) + 1))
    found = []
    for cell in model.box_cell[linear.columns[model.boxes : model.alone] > PRESENT].tolist():
        at = order[begin[cell] : begin[cell + 1]]
        cut = _best_cut(problem, pairs, model, values, (cells, cell, at))
        if cut is not None:
            found.append((int(cells.link[cell]), cut))
    return found


def _best_cut(
    problem: Problem, pairs: Pairs, model: Model, values: Values, where: tuple[Cells, int, Ints]
) -> int | None:
    """Return the instant at which to cut a cell, None if that would not change enough."""
    cells, cell, at = where
    link = int(cells.link[cell])
    who, minutes = pairs.commodity[model.use.pair[at]], int(problem.minutes[link])
    early, late = model.use.early[at][:, None], model.use.late[at][:, None]
    here, there = who * problem.nodes + problem.origin[link], who * problem.nodes + problem.destination[link]
    cuts = np.unique(np.concatenate([early[:, 0], values.changes(here)[0], values.changes(there)[1] - minutes + 1]))
    cuts = cuts[(cuts > cells.first[cell]) & (cuts <= cells.last[cell])][None, :]
    if not cuts.size:
        return None
    own = problem.own_cost[who, link][:, None]
    here, there = here[:, None], there[:, None]
    until, since = np.minimum(late, cuts - 1), np.maximum(early, cuts)
    before = values.leaving(here, np.maximum(until, early)) - values.coming(there, early + minutes) - own
    after = values.leaving(here, late) - values.coming(there, np.minimum(since, late) + minutes) - own
    whole = values.leaving(here, late) - values.coming(there, early + minutes) - own
    left = np.where(until >= early, np.maximum(before, 0), 0).sum(axis=0)
    right = np.where(since <= late, np.maximum(after, 0), 0).sum(axis=0)
    most = np.maximum(left, right)
    best = int(np.argmin(most))
    gain = np.maximum(whole, 0).sum() - most[best]
    return int(cuts[0, best]) if gain > WORTH * problem.box_cost[link] else None
