"""
The search of `network.kernel` once more, in pure Python on a NetworkX graph.

It shares nothing with the kernel but the arrays it reads, and follows another idea: labels belong to departures, not to
states. Everything that is aboard one departure arrives together and stands on one storage clock, so on a departure
only money and emissions count, and dominance there needs no word about storage. From an arrival every later
departure of every leg is tried. Departures are settled in order of time. NetworkX's Dijkstra searches on the reversed
graph give static lower bounds, by which labels are dropped that an arrival found already matches. Opening hours,
boarding and storage are written out again here, on lists.
"""

from __future__ import annotations

import heapq
import itertools
import time
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from network.timetable import Question, Timetable, Weights

DAY = 1440

Vector = tuple[int, int, int]
"""Arrival, fen, grams."""


class TimeLimitError(Exception):
    """A search took longer than it was given."""


class Hours(NamedTuple):
    """Opening hours: ascending half-open intervals of minutes."""

    starts: list[int]
    ends: list[int]

    def next_open(self, at: int) -> int | None:
        """Return the least open minute at or after an instant, None if there is none."""
        i = bisect_right(self.ends, at)
        return None if i == len(self.ends) else max(at, self.starts[i])


class Leg(NamedTuple):
    """What an edge carries."""

    number: int
    departures: list[int]
    duration: int
    pre: int
    post: int
    papers: int
    hours: Hours | None
    cost: int
    emissions: int


class Aboard(NamedTuple):
    """Vectors on one departure of one leg, and the state it leads to."""

    leg: Leg
    to: int
    departs: int
    vectors: list[tuple[int, int]]


def build_graph(tt: Timetable, w: Weights) -> nx.MultiDiGraph:
    """
    Return the graph of a timetable.

    Edges have a datum `leg`, nodes a datum `storage`: free minutes and the charge for 0, 1, 2 ... days, or None.
    Only legs with departures, without a calendar for boarding, are understood.
    """
    if (tt.leg_lo < 0).any() or (tt.leg_cal_in >= 0).any():
        msg = "the reference search knows no processes and no boarding hours"
        raise ValueError(msg)
    hours = [
        Hours(tt.cal_start[a:b].tolist(), tt.cal_end[a:b].tolist())
        for a, b in itertools.pairwise(tt.cal_ptr.tolist())
    ]  # fmt: skip
    graph = nx.MultiDiGraph()
    for state in range(len(tt.out_ptr) - 1):
        row = int(w.state_storage[state])
        graph.add_node(
            state, storage=None if row < 0 else (int(w.storage_free[row]), w.storage_cost[row].tolist())
        )  # fmt: skip
        for arc in range(int(tt.out_ptr[state]), int(tt.out_ptr[state + 1])):
            i = int(tt.arc_leg[arc])
            if w.leg_cost[i] >= 0:
                graph.add_edge(state, int(tt.arc_to[arc]), leg=_leg(tt, w, hours, i))
    return graph


def _leg(tt: Timetable, w: Weights, hours: list[Hours], i: int) -> Leg:
    departures = tt.departures[tt.leg_lo[i] : tt.leg_hi[i]] + tt.leg_offset[i]
    calendar = int(tt.leg_cal_out[i])
    return Leg(
        i, departures.tolist(), int(tt.leg_duration[i]), int(tt.leg_pre[i]), int(tt.leg_post[i]), int(tt.leg_doc[i]),
        None if calendar < 0 else hours[calendar], int(w.leg_cost[i]), int(w.leg_emissions[i]),
    )  # fmt: skip


def front(graph: nx.MultiDiGraph, q: Question, limit_s: float) -> set[Vector]:
    """
    Return the Pareto front of a question without via, limit of legs or latest departure.

    Raises
    ------
    TimeLimitError
        When it takes longer than `limit_s` seconds.
    """
    search = _Search(graph, q, time.monotonic() + limit_s)
    search.run()
    return set(search.found)


class _Search:
    """One question on the way to its answer."""

    def __init__(self, graph: nx.MultiDiGraph, q: Question, stop_at: float) -> None:
        self.graph = graph
        self.q = q
        self.stop_at = stop_at
        self.found: list[Vector] = []
        self.aboard: dict[tuple[int, int], Aboard] = {}
        self.queue: list[tuple[int, int, int]] = []
        backwards = graph.reverse(copy=False)
        sums: tuple[Callable[[Leg], int], ...] = (
            lambda leg: leg.pre + leg.duration + leg.post,
            lambda leg: leg.cost,
            lambda leg: leg.emissions,
        )
        self.bounds: list[dict[int, int]] = [
            nx.single_source_dijkstra_path_length(backwards, q.target, weight=_lightest(of)) for of in sums
        ]

    def run(self) -> None:
        """Settle departures in order of time."""
        self.leave(self.q.source, self.q.start, None, [(0, 0)])
        while self.queue:
            if time.monotonic() > self.stop_at:
                raise TimeLimitError
            _, number, index = heapq.heappop(self.queue)
            ride = self.aboard.pop((number, index))
            arrival = ride.departs + ride.leg.duration
            opened = arrival if ride.leg.hours is None else ride.leg.hours.next_open(arrival)
            if opened is None or opened + ride.leg.post > self.q.end:
                continue
            ready = opened + ride.leg.post
            if ride.to == self.q.target:
                for cost, emissions in ride.vectors:
                    self.offer((ready, cost, emissions))
            else:
                alive = [v for v in ride.vectors if not self.is_hopeless(ride.to, ready, *v)]
                self.leave(ride.to, ready, arrival, alive)

    def leave(self, state: int, ready: int, clock: int | None, vectors: list[tuple[int, int]]) -> None:
        """Put vectors on all departures they can take; `clock` is None where nothing is charged yet."""
        if not vectors:
            return
        for _, to, leg in self.graph.out_edges(state, data="leg"):
            if to not in self.bounds[0]:
                continue
            earliest = ready + leg.pre if leg.papers < 0 else max(ready + leg.pre, self.q.start + leg.papers)
            for index in range(bisect_left(leg.departures, earliest), len(leg.departures)):
                departs = leg.departures[index]
                reached = departs + leg.duration + leg.post
                if reached + self.bounds[0][to] > self.q.end:
                    break
                added = leg.cost + (0 if clock is None else self.storage(state, departs - clock))
                onward = ((cost + added, emissions + leg.emissions) for cost, emissions in vectors)
                self.board(leg, to, index, [v for v in onward if not self.is_hopeless(to, reached, *v)])
                if to == self.q.target:
                    # Later is worse in every way where the journey ends.
                    break

    def board(self, leg: Leg, to: int, index: int, vectors: list[tuple[int, int]]) -> None:
        """Merge vectors into those aboard a departure."""
        if not vectors:
            return
        key = (leg.number, index)
        ride = self.aboard.get(key)
        if ride is None:
            departs = leg.departures[index]
            ride = self.aboard[key] = Aboard(leg, to, departs, [])
            heapq.heappush(self.queue, (departs, *key))
        ride.vectors[:] = _undominated(itertools.chain(ride.vectors, vectors))

    def storage(self, state: int, wait: int) -> int:
        """Return the fen charged for standing at a state."""
        scheme = self.graph.nodes[state]["storage"]
        if scheme is None or wait <= scheme[0]:
            return 0
        days = -((scheme[0] - wait) // DAY)
        charge: int = scheme[1][min(days, len(scheme[1]) - 1)]
        return charge

    def is_hopeless(self, state: int, ready: int, cost: int, emissions: int) -> bool:
        """Say whether an arrival found already is at least as good as anything that can follow."""
        minutes, fen, grams = (bound[state] for bound in self.bounds)
        best = (ready + minutes, cost + fen, emissions + grams)
        return any(t <= best[0] and c <= best[1] and e <= best[2] for t, c, e in self.found)

    def offer(self, new: Vector) -> None:
        """Add an arrival unless another is as good, and drop those it matches."""
        if not any(t <= new[0] and c <= new[1] and e <= new[2] for t, c, e in self.found):
            self.found = [v for v in self.found if not (new[0] <= v[0] and new[1] <= v[1] and new[2] <= v[2])]
            self.found.append(new)


def _lightest(of: Callable[[Leg], int]) -> Callable[[int, int, dict[Any, dict[str, Leg]]], int]:
    """Return a weight for NetworkX: the least of parallel edges."""
    return lambda _a, _b, parallel: min(of(data["leg"]) for data in parallel.values())


def _undominated(vectors: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """
    Return the vectors no other matches, cheapest first.

    Examples
    --------
    >>> _undominated(iter([(3, 1), (1, 5), (2, 5), (1, 5)]))
    [(1, 5), (3, 1)]
    """
    kept: list[tuple[int, int]] = []
    for cost, emissions in sorted(vectors):
        if not kept or emissions < kept[-1][1]:
            kept.append((cost, emissions))
    return kept
