"""Where a commodity can be when: links it may use, each with the first and the last instant it may depart there."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from optimizer.consolidation.relay.problem import Commodity, Ints, Link, Problem

FAR = 2**50
MOST_PATHS = 2_000
"""Paths of one commodity that are listed to see which links are on any; with more, no link is left out for this."""


class Pairs(NamedTuple):
    """
    A commodity and a link it may use.

    Parameters
    ----------
    commodity, link
        Who and where, in order of commodity.
    early, late
        First and last departure that can be reached and that leads to the destination in time.
    """

    commodity: Ints
    link: Ints
    early: Ints
    late: Ints


def next_departure(link: Link, instant: int) -> int:
    """
    Return the first departure at or after an instant, FAR if there is none.

    Examples
    --------
    >>> from optimizer.consolidation.relay.problem import Link
    >>> next_departure(Link(origin=0, destination=1, minutes=5, box_cost=1, capacity=(1,), departures=(3, 9)), 4)
    9
    """
    if link.departures is None:
        return instant
    at = bisect_left(link.departures, instant)
    return link.departures[at] if at < len(link.departures) else FAR


def last_departure(link: Link, instant: int) -> int:
    """Return the last departure at or before an instant, -FAR if there is none."""
    if link.departures is None:
        return instant
    at = bisect_right(link.departures, instant)
    return link.departures[at - 1] if at else -FAR


class Reach:
    """
    Which commodity may use which link when.

    Parameters
    ----------
    problem
        What is asked.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.out: dict[int, list[int]] = defaultdict(list)
        self.into: dict[int, list[int]] = defaultdict(list)
        for number, link in enumerate(problem.links):
            self.out[link.origin].append(number)
            self.into[link.destination].append(number)
        self._earliest: dict[tuple[int, int], dict[int, int]] = {}

    def pairs(self) -> Pairs:
        """Return all pairs, those on no path in time left out."""
        rows: list[tuple[int, int, int, int]] = []
        for number, entry in enumerate(self.problem.commodities):
            rows.extend((number, *row) for row in self._links_of(entry))
        columns = np.array(rows, dtype=np.int64).reshape(len(rows), 4).T
        return Pairs(*columns)

    def _links_of(self, entry: Commodity) -> list[tuple[int, int, int]]:
        """Return the links a commodity may use, with the first and last departure."""
        first = self._forward(entry)
        last = self._backward(entry)
        found = []
        for node, since in first.items():
            for number in self.out[node]:
                link = self.problem.links[number]
                if link.destination not in last or link.destination == entry.origin or node == entry.destination:
                    continue
                early = next_departure(link, since)
                late = last_departure(link, last[link.destination] - link.minutes)
                if early <= late:
                    found.append((number, early, late))
        used = self._on_paths(entry, {row[0] for row in found}, last)
        return sorted(row for row in found if row[0] in used)

    def _forward(self, entry: Commodity) -> dict[int, int]:
        """Return the earliest arrival at each node reached in time."""
        best = {entry.origin: entry.ready}
        queue = [(entry.ready, entry.origin)]
        while queue:
            now, node = heapq.heappop(queue)
            if now > best[node]:
                continue
            for number in self.out[node]:
                link = self.problem.links[number]
                then = next_departure(link, now) + link.minutes
                if then <= entry.due and then < best.get(link.destination, FAR):
                    best[link.destination] = then
                    heapq.heappush(queue, (then, link.destination))
        return best

    def _backward(self, entry: Commodity) -> dict[int, int]:
        """Return the latest instant at each node from which the destination is reached in time."""
        best = {entry.destination: entry.due}
        queue = [(-entry.due, entry.destination)]
        while queue:
            minus, node = heapq.heappop(queue)
            if -minus < best[node]:
                continue
            for number in self.into[node]:
                link = self.problem.links[number]
                then = last_departure(link, -minus - link.minutes)
                if then >= entry.ready and then > best.get(link.origin, -FAR):
                    best[link.origin] = then
                    heapq.heappush(queue, (-then, link.origin))
        return best

    def _on_paths(self, entry: Commodity, usable: set[int], last: dict[int, int]) -> set[int]:
        """Return the links that are on a path without a node twice; all if there are too many paths to list."""
        used: set[int] = set()
        paths = 0
        stack: list[tuple[int, int, tuple[int, ...], frozenset[int]]] = [
            (entry.origin, entry.ready, (), frozenset({entry.origin}))
        ]
        while stack:
            node, now, path, seen = stack.pop()
            if node == entry.destination:
                used.update(path)
                paths += 1
                continue
            if paths + len(stack) > MOST_PATHS:
                return usable
            for number in self.out[node]:
                link = self.problem.links[number]
                if number in usable and link.destination not in seen:
                    then = next_departure(link, now) + link.minutes
                    if then <= last.get(link.destination, -FAR):
                        stack.append((link.destination, then, (*path, number), seen | {link.destination}))
        return used
