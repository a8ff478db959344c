"""
Public instances of facility location, solved to optimality.

The files are not part of the repository: HUBPORT_ORLIB names the folder that holds cap71.txt, pmed1.txt and others.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = "HUBPORT_ORLIB"
"""Environment variable with the folder of the instances."""
GAP = 1e-9


class FormatError(ValueError):
    """A file that is not what it should be."""


def text_of(name: str) -> str | None:
    """Return the text of an instance such as ``cap71``, None if it is not at hand."""
    folder = os.environ.get(FOLDER)
    file = None if folder is None else Path(folder) / f"{name}.txt"
    return file.read_text(encoding="ascii") if file is not None and file.exists() else None


def warehouses_of(text: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Return costs of opening, and of serving all of each customer from each place, shape (places, customers).

    Numbers of places and customers; for each place its capacity, which is not used, and its cost; for each customer
    its demand, which the costs contain, and its cost from each place.
    """
    words = text.split()
    places, customers = int(words[0]), int(words[1])
    needed = 2 + 2 * places + customers * (places + 1)
    if len(words) != needed:
        msg = f"{needed} numbers are needed, got {len(words)}"
        raise FormatError(msg)
    opening = np.array(words[3 : 2 + 2 * places : 2], dtype=float)
    rows = np.array(words[2 + 2 * places :], dtype=float).reshape(customers, places + 1)
    return opening, rows[:, 1:].T


def medians_of(text: str) -> tuple[NDArray[np.float64], int]:
    """Return distances along the roads of a file, shape (places, places), and how many medians are wanted."""
    numbers = [int(word) for word in text.split()]
    places, roads, wanted = numbers[:3]
    if len(numbers) != 3 + 3 * roads:
        msg = f"{3 + 3 * roads} numbers are needed, got {len(numbers)}"
        raise FormatError(msg)
    way = np.full((places, places), np.inf)
    np.fill_diagonal(way, 0)
    for one, other, length in np.array(numbers[3:]).reshape(-1, 3):
        # A road that is told twice has the length of its last line.
        way[one - 1, other - 1] = way[other - 1, one - 1] = length
    for via in range(places):
        way = np.minimum(way, way[:, [via]] + way[[via], :])
    return way, wanted


def least_cost(opening: NDArray[np.float64], serving: NDArray[np.float64], wanted: int | None = None) -> float:
    """
    Return the least cost of opening places and serving each customer from one of them.

    Parameters
    ----------
    opening
        Shape (places,).
    serving
        Shape (places, customers).
    wanted
        How many places are to be open, None for any number.
    """
    places, customers = serving.shape
    model = mathopt.Model()
    is_open = [model.add_binary_variable() for _ in range(places)]
    part = [[model.add_variable(lb=0, ub=1) for _ in range(customers)] for _ in range(places)]
    for customer in range(customers):
        model.add_linear_constraint(mathopt.fast_sum(part[place][customer] for place in range(places)) == 1)
        for place in range(places):
            model.add_linear_constraint(part[place][customer] <= is_open[place])
    if wanted is not None:
        model.add_linear_constraint(mathopt.fast_sum(is_open) == wanted)
    paid = [float(opening[place]) * is_open[place] for place in range(places)]
    paid += [float(serving[p, c]) * part[p][c] for p in range(places) for c in range(customers)]
    model.minimize(mathopt.fast_sum(paid))
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=mathopt.SolveParameters(relative_gap_tolerance=GAP))
    return float(result.objective_value())


def solved(name: str) -> float | None:
    """Return the optimum of an instance, None if it is not at hand."""
    text = text_of(name)
    if text is None:
        return None
    if name.startswith("pmed"):
        way, wanted = medians_of(text)
        return least_cost(np.zeros(len(way)), way, wanted)
    return least_cost(*warehouses_of(text))
