"""Plans of the relay checked by code that did not make them: every rule again, from the problem alone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.consolidation.relay import Plan, Problem


def faults(problem: Problem, plan: Plan) -> list[str]:
    """Return everything that is wrong with a plan."""
    found = list(_path_faults(problem, plan))
    if len(plan.rides) != len(problem.commodities):
        return [*found, f"{len(plan.rides)} paths for {len(problem.commodities)} commodities"]
    cost, loads = 0, defaultdict(list)
    for who, path in enumerate(plan.rides):
        if path is None:
            cost += problem.commodities[who].alone_cost or 0
            continue
        for link, depart in path:
            cost += int(problem.own_cost[who][link])
            loads[link, depart].append(who)
    for (link, _), riders in loads.items():
        cost += _least_boxes(problem, link, riders) * problem.links[link].box_cost
    if cost != plan.cost:
        found.append(f"cost is {cost}, not {plan.cost}")
    return [*found, *_departure_faults(problem, plan, dict(loads))]


def _path_faults(problem: Problem, plan: Plan) -> Iterator[str]:
    """Yield what is wrong with single paths."""
    for who, (path, entry) in enumerate(zip(plan.rides, problem.commodities, strict=False)):
        if path is None:
            if entry.alone_cost is None:
                yield f"commodity {who} may not be left out"
            continue
        place, clock = entry.origin, entry.ready
        for number, depart in path:
            link = problem.links[number]
            if link.origin != place:
                yield f"commodity {who} is at {place}, not at the start of link {number}"
            if depart < clock:
                yield f"commodity {who} takes link {number} at {depart}, but is there at {clock}"
            if link.departures is not None and depart not in link.departures:
                yield f"link {number} does not depart at {depart}"
            place, clock = link.destination, depart + link.minutes
        if place != entry.destination:
            yield f"commodity {who} ends at {place}"
        if clock > entry.due:
            yield f"commodity {who} arrives at {clock}, due at {entry.due}"


def _least_boxes(problem: Problem, link: int, riders: list[int]) -> int:
    """Return how many boxes a load takes."""
    boxes = 1
    for axis, room in enumerate(problem.links[link].capacity):
        load = sum(problem.commodities[who].quantity[axis] for who in riders)
        while boxes * room < load:
            boxes += 1
    return boxes


def _departure_faults(problem: Problem, plan: Plan, loads: dict[tuple[int, int], list[int]]) -> Iterator[str]:
    """Yield where the departures listed are not those of the paths."""
    listed = {(entry.link, entry.depart): entry for entry in plan.departures}
    if len(listed) != len(plan.departures) or set(listed) != set(loads):
        yield "the departures listed are not those of the paths"
        return
    for key, entry in listed.items():
        boxes = _least_boxes(problem, entry.link, loads[key])
        cost = boxes * problem.links[entry.link].box_cost
        if (sorted(entry.commodities), entry.boxes, entry.cost) != (sorted(loads[key]), boxes, cost):
            yield f"link {entry.link} at {entry.depart}: riders, boxes or cost are wrong"
