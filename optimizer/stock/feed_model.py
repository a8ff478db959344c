"""How many cartons go from where: least cost by number of cartons, and a limit of volume that SKUs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
_EFFORT = 2.0
"""Deterministic seconds for each of two questions; most take a small part of it."""


class Choice(NamedTuple):
    """
    The numbers of cartons of one SKU that may be sent.

    Parameters
    ----------
    cost_fen
        By number of cartons, from 0 on.
    least
        Fewest cartons, where the limit allows them.
    volume_mm3
        Of a carton.
    lack_fen
        What a carton is worth by which `least` is missed.
    """

    cost_fen: Ints
    least: int
    volume_mm3: int
    lack_fen: int = 1

    def lacks_fen(self, number: int) -> int:
        """Return what is missed with a number of cartons."""
        return self.lack_fen * max(0, self.least - number)


def cheapest(costs: Sequence[Ints], most: int) -> tuple[Ints, list[tuple[int, ...]]]:
    """
    Return what sending each number of cartons costs, and how many come from each source.

    Parameters
    ----------
    costs
        Of each source, by its number of cartons from 0 on; of any shape.
    most
        Cartons in all, at most.

    Notes
    -----
    Sources are added one after the other, each number with every split, so the result is exact also where a source
    gets cheaper with age.
    """
    best, taken = np.zeros(1, dtype=np.int64), [()]
    found: list[tuple[int, ...]] = list(taken)
    for cost in costs:
        size = min(most, len(best) + len(cost) - 2) + 1
        summed, split = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for number in range(size):
            low, high = max(0, number - len(best) + 1), min(number, len(cost) - 1)
            here = np.arange(low, high + 1)
            total = best[number - here] + cost[here]
            at = int(np.argmin(total))
            summed[number], split[number] = total[at], here[at]
        found = [(*found[number - int(split[number])], int(split[number])) for number in range(size)]
        best = summed
    return best, found


def choose(choices: Sequence[Choice], room_mm3: int | None) -> tuple[list[int], int, list[bool]]:
    """
    Return how many cartons of each SKU are sent, and a bound.

    Parameters
    ----------
    choices
        Of every SKU of one marketplace.
    room_mm3
        Volume that may be sent, None without limit.

    Returns
    -------
    list of int, int, list of bool
        Numbers, a cost that no other choice that misses no more goes below, and which SKUs get fewer because of the
        limit.

    Notes
    -----
    Without a limit SKUs share nothing, so the best of each is the best of all. If that needs more room than there is,
    each may get any number from 0 on: CP-SAT first finds how little must be missed, by what it is worth, and then the
    cheapest numbers that miss no more. So room is used up before anything is missed.
    """
    free = [one.least + int(np.argmin(one.cost_fen[one.least :])) for one in choices]
    used = sum(number * one.volume_mm3 for number, one in zip(free, choices, strict=True))
    if room_mm3 is None or used <= room_mm3 or not used:
        total = sum(int(one.cost_fen[number]) for number, one in zip(free, choices, strict=True))
        return free, total, [False] * len(choices)
    numbers, bound = _within(choices, max(0, room_mm3))
    return numbers, bound, [number < one.least for number, one in zip(numbers, choices, strict=True)]


def _within(choices: Sequence[Choice], room_mm3: int) -> tuple[list[int], int]:
    """Return the cheapest numbers that fit in a volume and miss as little as can be, and the bound of the solver."""
    model = cp_model.CpModel()
    picked = [[model.new_bool_var("") for _ in one.cost_fen] for one in choices]
    for row in picked:
        model.add_exactly_one(row)
    pairs = [(var, one, number) for one, row in zip(choices, picked, strict=True) for number, var in enumerate(row)]
    variables = [var for var, _, _ in pairs]

    def total(weights: list[int]) -> cp_model.LinearExprT:
        return cp_model.LinearExpr.weighted_sum(variables, weights)

    lacking = total([one.lacks_fen(number) for _, one, number in pairs])
    model.add(total([one.volume_mm3 * number for _, one, number in pairs]) <= room_mm3)
    model.minimize(lacking)
    numbers, _ = _solved(model, picked, [0] * len(choices))
    model.add(lacking <= sum(one.lacks_fen(number) for one, number in zip(choices, numbers, strict=True)))
    model.minimize(total([int(one.cost_fen[number]) for _, one, number in pairs]))
    numbers, bound = _solved(model, picked, numbers)
    return _filled(choices, numbers, room_mm3), sum(
        int(one.cost_fen.min()) for one in choices
    ) if bound is None else bound


def _filled(choices: Sequence[Choice], numbers: list[int], room_mm3: int) -> list[int]:
    """Return numbers with what still fits of what is missed: nothing, if the solver had the time to prove it."""
    found = list(numbers)
    left = room_mm3 - sum(one.volume_mm3 * number for one, number in zip(choices, numbers, strict=True))
    for at in sorted(range(len(choices)), key=lambda place: -choices[place].lack_fen):
        one = choices[at]
        more = min(max(0, one.least - found[at]), left // one.volume_mm3)
        found[at] += more
        left -= more * one.volume_mm3
    return found


def _solved(
    model: cp_model.CpModel, picked: Sequence[Sequence[cp_model.IntVar]], known: list[int]
) -> tuple[list[int], int | None]:
    """Return the best numbers and a bound, from numbers that are known to fit; these and None if it finds none."""
    model.clear_hints()  # type: ignore[no-untyped-call]
    for row, known_number in zip(picked, known, strict=True):
        for number, var in enumerate(row):
            model.add_hint(var, number == known_number)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = _EFFORT
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return known, None
    numbers = [next(number for number, var in enumerate(row) if solver.boolean_value(var)) for row in picked]
    return numbers, round(solver.best_objective_bound)
