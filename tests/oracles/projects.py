"""Projects small enough to try every order of their jobs, minute by minute and without a word of the engine."""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple


class Project(NamedTuple):
    """Lengths and needs of jobs, what there is of each resource, and pairs of which the first comes first."""

    lengths: tuple[int, ...]
    needs: tuple[tuple[int, ...], ...]
    counts: tuple[int, ...]
    before: tuple[tuple[int, int], ...]


def wrong(project: Project, begins: list[int]) -> list[str]:
    """Return what is wrong with a schedule."""
    found = [
        f"{first} before {second}"
        for first, second in project.before
        if begins[first] + project.lengths[first] > begins[second]
    ]
    for minute in range(max(map(sum, zip(begins, project.lengths, strict=True)), default=0)):
        for kind, count in enumerate(project.counts):
            used = sum(
                need[kind]
                for need, begin, length in zip(project.needs, begins, project.lengths, strict=True)
                if begin <= minute < begin + length
            )
            if used > count:
                found.append(f"{kind} at {minute}")
    return found


def least_end(project: Project) -> int:
    """Return the least last end: some order, put job by job as early as can be, is the best there is."""
    count = len(project.lengths)
    best = sum(project.lengths)
    for order in permutations(range(count)):
        place = {job: at for at, job in enumerate(order)}
        if any(place[first] > place[second] for first, second in project.before):
            continue
        best = min(best, _put(project, order))
    return best


def _put(project: Project, order: tuple[int, ...]) -> int:
    horizon = sum(project.lengths) + 1
    free = [list(project.counts) for _ in range(horizon)]
    ends: dict[int, int] = {}
    for job in order:
        begin = max((ends[first] for first, second in project.before if second == job), default=0)
        length, need = project.lengths[job], project.needs[job]
        while any(
            free[minute][kind] < need[kind] for minute in range(begin, begin + length) for kind in range(len(need))
        ):
            begin += 1
        for minute in range(begin, begin + length):
            for kind, wanted in enumerate(need):
                free[minute][kind] -= wanted
        ends[job] = begin + length
    return max(ends.values(), default=0)
