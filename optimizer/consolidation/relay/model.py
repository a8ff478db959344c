"""
The integer model of a relay on given cells.

One column for each use (a pair in a cell), one for the boxes of each cell, and for each commodity a chain through the
moments at each node: what arrives before the last instant of a departure can take it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from optimizer.consolidation.relay.cells import Cells, Uses
    from optimizer.consolidation.relay.problem import Floats, Ints, Problem
    from optimizer.consolidation.relay.reach import Pairs


class Rows(NamedTuple):
    """Entries (row, column, value) of some rows, and the limits of each."""

    row: Ints
    column: Ints
    value: Floats
    lower: Floats
    upper: Floats


class Moments(NamedTuple):
    """
    Moments of commodities at nodes, one balance row each, in order of commodity, node and time.

    Parameters
    ----------
    commodity, node
        Whose, and where.
    since, until
        First arrival and last departure that belong to it.
    """

    commodity: Ints
    node: Ints
    since: Ints
    until: Ints


class Model(NamedTuple):
    """
    A mixed-integer programme that is minimised.

    Parameters
    ----------
    cost, upper, is_integer
        Of each column; all columns are at least 0.
    rows
        What holds.
    uses, boxes, alone, holds
        First column of each kind; the uses come first.
    box_cell
        Cell of each box column.
    """

    cost: Floats
    upper: Floats
    is_integer: np.ndarray
    rows: Rows
    boxes: int
    alone: int
    holds: int
    box_cell: Ints
    use: Uses
    moments: Moments
    left_out: Ints


def assemble(
    problem: Problem, pairs: Pairs, cells: Cells, use: Uses, *, who: Ints | None = None, base: Ints | None = None
) -> Model:
    """
    Return the model of some uses of some cells.

    Parameters
    ----------
    problem, pairs, cells, use
        What may be used.
    who
        Commodities that are to be sent, in order; all if not given.
    base
        What lies in each cell already, one row per cell; nothing if not given. Its boxes cost nothing any more.
    """
    who = np.arange(len(problem.commodities)) if who is None else who
    commodity, link = pairs.commodity[use.pair], pairs.link[use.pair]
    room = problem.capacity[cells.link]
    free = np.zeros_like(room) if base is None else filled(base, room)[:, None] * room - base
    count = np.bincount(use.cell, minlength=len(cells.link))
    load = np.zeros_like(room)
    np.add.at(load, use.cell, problem.quantity[commodity])
    most = np.maximum(filled(load - free, room), 0)
    single = filled(problem.quantity[commodity] - free[use.cell], room[use.cell])
    single = np.maximum(single, 0 if base is None else (base[use.cell].max(axis=1) == 0).astype(np.int64))
    np.maximum.at(most, use.cell, single)
    box_cell = np.flatnonzero((count > 1) & (most > 0))
    own = problem.own_cost[commodity, link] + np.where(count[use.cell] > 1, 0, single * problem.box_cost[link])
    left_out = np.array([n for n in who.tolist() if problem.commodities[n].alone_cost is not None], dtype=np.int64)
    boxes = len(use.pair)
    alone = boxes + len(box_cell)
    holds = alone + len(left_out)
    balance, moments = _balance(problem, pairs, use, who, (left_out, alone, holds))
    box_of = np.full(len(cells.link), -1)
    box_of[box_cell] = boxes + np.arange(len(box_cell))
    parts = [balance, _open(use, box_of, single), *_capacity(problem, commodity, use, box_of, (load, free, room))]
    waits = int(balance.column.max(initial=holds - 1)) + 1 - holds
    alone_cost = np.array([problem.commodities[n].alone_cost for n in left_out.tolist()], dtype=float)
    cost = np.concatenate([own, problem.box_cost[cells.link[box_cell]], alone_cost, np.zeros(waits)])
    upper = np.concatenate([np.ones(boxes), most[box_cell], np.ones(len(left_out) + waits)])
    return Model(
        cost=cost, upper=upper, is_integer=np.arange(len(cost)) < holds, rows=joined(parts),
        boxes=boxes, alone=alone, holds=holds, box_cell=box_cell, use=use, moments=moments, left_out=left_out,
    )  # fmt: skip


def filled(load: Ints, room: Ints) -> Ints:
    """
    Return how many boxes each load takes, in the dimension that takes most.

    Examples
    --------
    >>> filled(np.array([[4, 9], [0, -2]]), np.array([[4, 4], [4, 4]])).tolist()
    [3, 0]
    """
    boxes: Ints = (-(-load // room)).max(axis=1)
    return boxes


def joined(parts: list[Rows]) -> Rows:
    """Return several sets of rows as one."""
    shift = np.cumsum([0, *(len(part.lower) for part in parts)])
    row = np.concatenate([part.row + by for part, by in zip(parts, shift, strict=False)])
    return Rows(
        row,
        *(np.concatenate([part[at] for part in parts]) for at in range(1, 5)),
    )


def _open(use: Uses, box_of: Ints, single: Ints) -> Rows:
    """Let a use open its cell: single * use <= boxes, where single is what the commodity needs by itself."""
    inside = np.flatnonzero((box_of[use.cell] >= 0) & (single > 0))
    rows = np.arange(len(inside))
    return Rows(
        np.concatenate([rows, rows]), np.concatenate([inside, box_of[use.cell[inside]]]),
        np.concatenate([single[inside].astype(float), -np.ones(len(inside))]),
        np.full(len(inside), -np.inf), np.zeros(len(inside)),
    )  # fmt: skip


def _capacity(problem: Problem, commodity: Ints, use: Uses, box_of: Ints, sizes: tuple[Ints, Ints, Ints]) -> list[Rows]:
    """Fit what rides a cell in its boxes, in each dimension where that is not sure anyway."""
    parts = []
    for axis, (load, free, room) in enumerate(zip(*(size.T for size in sizes), strict=True)):
        tight = np.flatnonzero((load > free + np.where(free == 0, room, 0)) & (box_of >= 0))
        row_of = np.full(len(box_of), -1)
        row_of[tight] = np.arange(len(tight))
        inside = np.flatnonzero(row_of[use.cell] >= 0)
        parts.append(
            Rows(
                np.concatenate([row_of[use.cell[inside]], np.arange(len(tight))]),
                np.concatenate([inside, box_of[tight]]),
                np.concatenate([problem.quantity[commodity[inside], axis], -room[tight]]).astype(float),
                np.full(len(tight), -np.inf), free[tight].astype(float),
            )
        )  # fmt: skip
    return parts


def _balance(
    problem: Problem, pairs: Pairs, use: Uses, every: Ints, skips: tuple[Ints, int, int]
) -> tuple[Rows, Moments]:
    """
    Chain the moments of each commodity at each node.

    An arrival counts from the first instant of its use on, a departure up to the last instant of its use; arrivals
    followed by departures make one moment, and waiting leads from each moment to the next at the same node.
    """
    commodity, link = pairs.commodity[use.pair], pairs.link[use.pair]
    left_out, alone, holds = skips
    ends = [problem.commodities[number] for number in every.tolist()]
    origin = np.array([entry.origin for entry in ends], dtype=np.int64)
    final = np.array([entry.destination for entry in ends], dtype=np.int64)
    ready = np.array([entry.ready for entry in ends], dtype=np.int64)
    due = np.array([entry.due for entry in ends], dtype=np.int64)
    columns = np.arange(len(use.pair))
    who = np.concatenate([commodity, commodity, every, every])
    node = np.concatenate([problem.destination[link], problem.origin[link], origin, final])
    when = np.concatenate([use.early + problem.minutes[link], use.late, ready, due])
    leaves = np.concatenate([np.zeros(len(columns)), np.ones(len(columns)), np.zeros(len(every)), np.ones(len(every))])
    column = np.concatenate([columns, columns, np.full(2 * len(every), -1)])
    supply = np.concatenate([np.zeros(2 * len(columns)), np.ones(len(every)), -np.ones(len(every))])
    order = np.lexsort((leaves, when, node, who))
    who, node, leaves, column, supply = who[order], node[order], leaves[order], column[order], supply[order]
    when = when[order]
    is_new_place = np.append(True, (who[1:] != who[:-1]) | (node[1:] != node[:-1]))
    is_new = is_new_place | np.append(False, (leaves[1:] == 0) & (leaves[:-1] == 1))
    moment = np.cumsum(is_new) - 1
    moments = int(moment[-1]) + 1 if len(moment) else 0
    later = moment[is_new & ~is_new_place]
    wait = holds + np.arange(len(later))
    total = np.zeros(moments)
    np.add.at(total, moment, supply)
    real = column >= 0
    start = moment[np.flatnonzero(supply == 1)][np.searchsorted(every, left_out)]
    finish = moment[np.flatnonzero(supply == -1)][np.searchsorted(every, left_out)]
    skip = alone + np.arange(len(left_out))
    begins = np.flatnonzero(is_new)
    found = Moments(who[begins], node[begins], when[begins], when[np.append(begins[1:], len(when)) - 1])
    rows = Rows(
        np.concatenate([moment[real], later - 1, later, start, finish]),
        np.concatenate([column[real], wait, wait, skip, skip]),
        np.concatenate([
            2 * leaves[real] - 1, np.ones(len(later)), -np.ones(len(later)),
            np.ones(len(left_out)), -np.ones(len(left_out)),
        ]),
        total, total,
    )  # fmt: skip
    return rows, found
