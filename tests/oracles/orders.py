"""Every order of a few consignments on one declarant and one gate, on a grid: the best aims there are."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.hub_world import Box

STEP = 30
_OPEN, _SHUT, _DAY = 8 * 60, 18 * 60, 24 * 60
_RELEASE = 60


def _begin(after: int) -> int:
    """Return the first instant of the grid from which half an hour lies in the shift."""
    while after % STEP or not _OPEN <= after % _DAY <= _SHUT - STEP:
        after += 1
    return after


def _declared(boxes: Sequence[Box]) -> Iterator[list[int]]:
    """Yield when each is declared, for every order of papers and declarations."""
    count = len(boxes)
    for order in permutations(range(2 * count)):
        if any(order.index(2 * place) > order.index(2 * place + 1) for place in range(count)):
            continue
        ends = [0] * (2 * count)
        free = 0
        for task in order:
            box = boxes[task // 2]
            after = max(free, box.arrive - 120 if box.ready is None else box.ready)
            after = max(after, ends[task - 1]) if task % 2 else after
            ends[task] = free = _begin(after) + STEP
        yield ends


def best(boxes: Sequence[Box]) -> tuple[int, int, int]:
    """Return the least (weight of misses, minutes late, end of the last task) of all orders."""
    found: set[tuple[int, int, int]] = set()
    count = len(boxes)
    seen: set[tuple[int, ...]] = set()
    for ends in _declared(boxes):
        ready = tuple(max(ends[2 * place + 1], boxes[place].arrive) + _RELEASE for place in range(count))
        papers = tuple(ends[2 * place] for place in range(count))
        if (*ready, *papers) in seen:
            continue
        seen.add((*ready, *papers))
        for order in permutations(range(count)):
            free, last, missed, late = 0, 0, 0, 0
            for place in order:
                free = last = _begin(max(free, ready[place])) + STEP
                box = boxes[place]
                over = max(
                    free - box.gate, ready[place] - (box.customs or 10**9), papers[place] - (box.papers or 10**9)
                )
                late += max(0, over)
                missed += (1 + -(-box.value // 100_000)) * (over > 0)
            found.add((missed, late, max([last, *ready])))
    return min(found)
