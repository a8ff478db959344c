"""Plans as dated paths: what they cost, and how they become solutions of a model on cells."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from optimizer.consolidation.relay.problem import Departure, Plan, Ride

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.consolidation.relay.cells import Cells
    from optimizer.consolidation.relay.model import Model
    from optimizer.consolidation.relay.problem import Floats, Problem
    from optimizer.consolidation.relay.reach import Pairs

Rides = tuple[Ride, ...]


def plan_of(problem: Problem, rides: Sequence[Rides | None]) -> Plan:
    """Return the plan of some dated paths, with its exact cost."""
    departures = []
    for ride, members in sorted(gathered(rides).items()):
        boxes = problem.boxes(ride.link, members)
        departures.append(Departure(*ride, tuple(members), boxes, boxes * int(problem.box_cost[ride.link])))
    own = sum(int(problem.own_cost[who, ride.link]) for who, path in enumerate(rides) for ride in path or ())
    behind = sum(problem.commodities[who].alone_cost or 0 for who, path in enumerate(rides) if path is None)
    cost = own + behind + sum(departure.cost for departure in departures)
    return Plan(rides=tuple(rides), departures=tuple(departures), cost=cost)


def gathered(rides: Iterable[Rides | None]) -> dict[Ride, list[int]]:
    """Return who is on each departure."""
    members: dict[Ride, list[int]] = defaultdict(list)
    for who, path in enumerate(rides):
        for ride in path or ():
            members[ride].append(who)
    return members


def read(problem: Problem, pairs: Pairs, model: Model, when: Mapping[int, int], values: Floats) -> dict[int, Rides]:
    """
    Return the dated path of each commodity that a whole solution sends.

    Parameters
    ----------
    problem, pairs, model, values
        The solution, and what it is of.
    when
        Instant of departure for each cell in use.
    """
    chosen = np.flatnonzero(values[: model.boxes] > 0.5)  # noqa: PLR2004 - whole, but for rounding
    legs: dict[int, dict[int, Ride]] = defaultdict(dict)
    for pair, cell in zip(model.use.pair[chosen].tolist(), model.use.cell[chosen].tolist(), strict=True):
        link = int(pairs.link[pair])
        legs[int(pairs.commodity[pair])][int(problem.origin[link])] = Ride(link, when[cell])
    return {who: _path(problem, who, by_node) for who, by_node in legs.items()}


def _path(problem: Problem, who: int, by_node: Mapping[int, Ride]) -> Rides:
    """Return the rides of a commodity from its origin on; what it does not need is dropped."""
    node, path = problem.commodities[who].origin, []
    while node != problem.commodities[who].destination:
        path.append(by_node[node])
        node = int(problem.destination[path[-1].link])
    return tuple(path)


def is_in_time(problem: Problem, who: int, path: Rides) -> bool:
    """Say whether a commodity can ride a path as dated."""
    now = problem.commodities[who].ready
    for ride in path:
        if ride.depart < now:
            return False
        now = ride.depart + problem.links[ride.link].minutes
    return now <= problem.commodities[who].due


def written(problem: Problem, pairs: Pairs, cells: Cells, model: Model, rides: Sequence[Rides | None]) -> Floats | None:
    """Return a plan as values of the whole columns of a model; None if the model lacks a use for it."""
    column = {key: at for at, key in enumerate(zip(model.use.pair.tolist(), model.use.cell.tolist(), strict=True))}
    pair_of = {key: at for at, key in enumerate(zip(pairs.commodity.tolist(), pairs.link.tolist(), strict=True))}
    box_of = {cell: model.boxes + at for at, cell in enumerate(model.box_cell.tolist())}
    skip_of = {who: model.alone + at for at, who in enumerate(model.left_out.tolist())}
    values = np.zeros(model.holds)
    members: dict[int, list[int]] = defaultdict(list)
    for who, path in enumerate(rides):
        if path is None:
            if who not in skip_of:
                return None
            values[skip_of[who]] = 1
        for ride in path or ():
            cell = _cell(cells, ride)
            at = column.get((pair_of.get((who, ride.link), -1), cell))
            if at is None:
                return None
            values[at] = 1
            members[cell].append(who)
    for cell, riders in members.items():
        if cell in box_of:
            values[box_of[cell]] = problem.boxes(int(cells.link[cell]), riders)
    return values


def _cell(cells: Cells, ride: Ride) -> int:
    """Return the cell a departure lies in, -1 if it lies in none."""
    begin, end = np.searchsorted(cells.link, [ride.link, ride.link + 1])
    at = int(begin + np.searchsorted(cells.last[begin:end], ride.depart))
    return at if at < end and cells.first[at] <= ride.depart else -1
