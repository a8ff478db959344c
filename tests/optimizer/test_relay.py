"""The relay against enumeration on tiny problems, and its checker against broken plans."""

from __future__ import annotations

import dataclasses
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.ctsndp import drawn, parsed
from benchmarks.relay_check import faults
from optimizer.consolidation.relay import Commodity, Link, Params, Plan, Problem, RelayError, Ride, Status, solve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.consolidation.relay import Progress

LONGEST = 12
STEPS = Params(time_limit_s=60, gap=0.0, deterministic=True)


def line(*, departures: tuple[int, ...] | None = None, alone: int | None = None, due: int = 10) -> Problem:
    """
    Return two commodities that can share the second of three links.

    0 --3--> 2 --4--> 3, and 1 --2--> 2; the first is ready at 0, the second at 2: both are at 2 from 4 on.
    """
    links = (
        Link(origin=0, destination=2, minutes=3, box_cost=10, capacity=(5,)),
        Link(origin=1, destination=2, minutes=2, box_cost=10, capacity=(5,)),
        Link(origin=2, destination=3, minutes=4, box_cost=100, capacity=(5,), departures=departures),
    )
    commodities = (
        Commodity(origin=0, destination=3, quantity=(2,), ready=0, due=due, alone_cost=alone),
        Commodity(origin=1, destination=3, quantity=(3,), ready=2, due=10, alone_cost=alone),
    )
    return Problem(nodes=4, links=links, commodities=commodities, own_cost=np.ones((2, 3), dtype=np.int64))


def paths(problem: Problem, who: int) -> Iterator[tuple[Ride, ...] | None]:
    """Yield every dated path of a commodity, None for leaving it out."""
    entry = problem.commodities[who]
    if entry.alone_cost is not None:
        yield None
    stack: list[tuple[int, int, tuple[Ride, ...], frozenset[int]]] = [
        (entry.origin, entry.ready, (), frozenset({entry.origin}))
    ]
    while stack:
        node, now, path, seen = stack.pop()
        if node == entry.destination:
            yield path
            continue
        for number, link in enumerate(problem.links):
            if link.origin != node or link.destination in seen:
                continue
            every = range(now, entry.due - link.minutes + 1)
            for depart in every if link.departures is None else link.departures:
                if now <= depart <= entry.due - link.minutes:
                    ride = Ride(number, depart)
                    stack.append((link.destination, depart + link.minutes, (*path, ride), seen | {link.destination}))


def cost_of(problem: Problem, rides: tuple[tuple[Ride, ...] | None, ...]) -> int:
    """Return the cost of dated paths, by arithmetic of its own."""
    loads: dict[Ride, list[int]] = {}
    total = 0
    for who, path in enumerate(rides):
        total += 0 if path is not None else problem.commodities[who].alone_cost or 0
        for ride in path or ():
            total += int(problem.own_cost[who, ride.link])
            loads.setdefault(ride, []).append(who)
    for ride, riders in loads.items():
        link = problem.links[ride.link]
        sums = [sum(problem.commodities[who].quantity[axis] for who in riders) for axis in range(len(link.capacity))]
        total += link.box_cost * max(-(-load // room) for load, room in zip(sums, link.capacity, strict=True))
    return total


def cheapest(problem: Problem) -> int | None:
    """Return the least cost of all combinations of dated paths, None if there is none."""
    options = [list(paths(problem, who)) for who in range(len(problem.commodities))]
    return min((cost_of(problem, rides) for rides in product(*options)), default=None)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Draw a tiny problem; some of its commodities may have no path."""
    nodes, axes = draw(st.integers(3, 4)), draw(st.integers(1, 2))
    ends = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(lambda pair: pair[0] != pair[1])
    links = tuple(
        Link(
            origin=start, destination=end, minutes=draw(st.integers(0, 3)), box_cost=draw(st.integers(0, 30)),
            capacity=tuple(draw(st.lists(st.integers(3, 9), min_size=axes, max_size=axes))),
            departures=draw(st.none() | st.sets(st.integers(0, LONGEST), max_size=4).map(sorted).map(tuple)),
        )
        for start, end in draw(st.lists(ends, min_size=2, max_size=6))
    )  # fmt: skip
    commodities = []
    for start, end in draw(st.lists(ends, min_size=1, max_size=3)):
        ready = draw(st.integers(0, 4))
        quantity = draw(st.lists(st.integers(0, 7), min_size=axes, max_size=axes).filter(any))
        commodities.append(
            Commodity(
                origin=start, destination=end, quantity=tuple(quantity), ready=ready,
                due=ready + draw(st.integers(2, 6)), alone_cost=draw(st.none() | st.integers(0, 80)),
            )
        )  # fmt: skip
    size = len(commodities) * len(links)
    own = np.array(draw(st.lists(st.integers(0, 9), min_size=size, max_size=size)), dtype=np.int64)
    return Problem(
        nodes=nodes, links=links, commodities=tuple(commodities), own_cost=own.reshape(len(commodities), len(links))
    )


@given(problems())
@settings(max_examples=150, deadline=None)
def test_tiny_problems_are_solved_to_the_end(problem: Problem) -> None:
    """Bound, cost and the best of all combinations are the same; without a combination, that is said."""
    best = cheapest(problem)
    result = solve(problem, STEPS)
    if best is None:
        assert result.status is Status.INFEASIBLE
        assert result.stranded
        assert result.plan is None
        return
    assert result.plan is not None
    assert faults(problem, result.plan) == []
    assert result.bound == best == result.plan.cost
    assert result.status is Status.OPTIMAL
    assert result.gap == 0


@given(problems())
@settings(max_examples=30, deadline=None)
def test_any_step_keeps_bound_below_cost(problem: Problem) -> None:
    """Whatever is reported while it runs, no bound is above the best cost and no cost below it."""
    best = cheapest(problem)
    told: list[Progress] = []
    solve(problem, STEPS, told.append)
    for now in told if best is not None else ():
        assert (now.bound or 0) <= best  # type: ignore[operator]
        assert now.cost is None or now.cost >= best  # type: ignore[operator]


def test_waiting_lets_two_share() -> None:
    """10 + 10 for the links in, 100 for one box at 4 to 6, and 4 times 1 of their own."""
    result = solve(line(), STEPS)
    assert result.plan is not None
    assert result.plan.cost == result.bound == 124
    assert [(d.link, d.commodities, d.boxes) for d in result.plan.departures] == [
        (0, (0,), 1),
        (1, (1,), 1),
        (2, (0, 1), 1),
    ]


def test_dues_can_forbid_sharing() -> None:
    """Due at 7, the first must leave at 3, before the second is there: two boxes of 100."""
    result = solve(line(due=7), STEPS)
    assert result.plan is not None
    assert result.plan.cost == result.bound == 224


def test_given_departures_bind() -> None:
    """With departures at 3 and 6 they share that at 6; with one at 3 only, the second cannot be sent."""
    result = solve(line(departures=(3, 6)), STEPS)
    assert result.plan is not None
    assert result.plan.rides[0] == (Ride(0, result.plan.rides[0][0].depart), Ride(2, 6))  # type: ignore[index]
    assert solve(line(departures=(3,)), STEPS).stranded == (1,)


def test_left_out_when_that_is_cheaper() -> None:
    """Both left out cost 2 times 50, less than 124; at 70 each they go."""
    cheap, dear = solve(line(alone=50), STEPS), solve(line(alone=70), STEPS)
    assert cheap.plan is not None
    assert cheap.plan.rides == (None, None)
    assert cheap.plan.cost == cheap.bound == 100
    assert dear.plan is not None
    assert dear.plan.cost == 124


def test_same_seed_same_plan() -> None:
    """A run that looks at no clock gives the same twice, on an instance that is not solved at once."""
    problem = parsed(drawn(5, 6, 10))
    first, second = (solve(problem, dataclasses.replace(STEPS, time_limit_s=8)) for _ in range(2))
    assert (first.plan, first.bound) == (second.plan, second.bound)
    assert first.plan is not None
    assert faults(problem, first.plan) == []


GOOD = ((Ride(0, 0), Ride(2, 4)), (Ride(1, 2), Ride(2, 4)))


def plan(rides: tuple[tuple[Ride, ...] | None, ...] = GOOD, **changes: Any) -> Plan:  # noqa: ANN401
    """Return the plan of the line in which both share, with some changes."""
    made = solve(line(), STEPS).plan
    assert made is not None
    loads: dict[Ride, list[int]] = {}
    for who, path in enumerate(rides):
        for ride in path or ():
            loads.setdefault(ride, []).append(who)
    costs = (10, 10, 100)
    departures = tuple(
        type(made.departures[0])(*ride, tuple(who), 1, costs[ride.link]) for ride, who in sorted(loads.items())
    )
    cost = sum(len(path or ()) for path in rides) + sum(entry.cost for entry in departures)
    return dataclasses.replace(Plan(rides=rides, departures=departures, cost=cost), **changes)


def test_checker_accepts_what_is_right() -> None:
    """The plan by hand is fine."""
    assert faults(line(), plan()) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (plan(cost=123), "cost is 124"),
        (plan(((Ride(0, 0), Ride(2, 2)), GOOD[1])), "takes link 2 at 2, but is there at 3"),
        (plan(((Ride(0, 0), Ride(2, 7)), GOOD[1])), "arrives at 11, due at 10"),
        (plan(((Ride(0, 0),), GOOD[1])), "ends at 2"),
        (plan(((Ride(2, 4),), GOOD[1])), "not at the start of link 2"),
        (plan((None, GOOD[1])), "may not be left out"),
        (plan((GOOD[0],)), "1 paths for 2"),
        (plan(departures=()), "departures listed"),
        (plan(departures=(*plan().departures[:2], plan().departures[2]._replace(boxes=2))), "boxes or cost are wrong"),
        (plan(departures=(*plan().departures[:2], plan().departures[2]._replace(commodities=(0,)))), "riders"),
    ],
)
def test_checker_names_what_is_broken(broken: Plan, words: str) -> None:
    """Each fault is found."""
    assert any(words in fault for fault in faults(line(), broken))


def test_checker_knows_departures() -> None:
    """A departure that is not in the timetable is a fault."""
    assert any("does not depart at 4" in fault for fault in faults(line(departures=(3, 6)), plan()))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"own_cost": np.zeros((1, 3), dtype=np.int64)}, "own_cost must have a row"),
        ({"own_cost": -np.ones((2, 3), dtype=np.int64)}, "own_cost must be from 0"),
        ({"nodes": 3}, "below 3"),
        ({"links": (Link(origin=0, destination=2, minutes=-1, box_cost=1, capacity=(1,)),) * 3}, "at least 0"),
        ({"links": (Link(origin=0, destination=2, minutes=1, box_cost=1, capacity=(1, 1)),) * 3}, "dimensions"),
        (
            {"links": (Link(origin=0, destination=2, minutes=1, box_cost=1, capacity=(1,), departures=(2, 1)),) * 3},
            "order",
        ),
        ({"commodities": (Commodity(origin=0, destination=3, quantity=(0,), ready=0, due=1),) * 2}, "quantities"),
        ({"commodities": (Commodity(origin=0, destination=3, quantity=(1,), ready=2, due=1),) * 2}, "ready before"),
        (
            {"commodities": (Commodity(origin=0, destination=3, quantity=(1,), ready=0, due=1, alone_cost=-1),) * 2},
            "alone",
        ),
    ],
)
def test_bad_problems_are_refused(changes: dict[str, Any], words: str) -> None:
    """Each rule of a problem is kept."""
    with pytest.raises(RelayError, match=words):
        dataclasses.replace(line(), **changes)
