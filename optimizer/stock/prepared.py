"""A small plan that nobody sees, so that everything is compiled before the clock of the first plan starts."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import network as network_package
from optimizer.prepared import once, stamp_of
from optimizer.stock.params import Params

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.stock.problem import Problem

_FEW = 2
_FUTURES = 2
_SHARED = frozenset({"serve_days", "storage_fen", "capacity_cm3", "budget_fen", "open_fen", "is_open"})
"""Arrays of a problem whose rows are not SKUs."""
_FOLDERS = (Path(__file__).parent, Path(network_package.__file__).parent)


def prepare(problem: Problem, plan: Callable[[Problem, Params], object], *, stamp: Path | None = None) -> None:
    """
    Make a small plan that nobody sees, unless one was made with these modules before.

    Parameters
    ----------
    problem
        Of which the SKUs are taken that are asked for most.
    plan
        Makes it.
    stamp
        Stands for its having been made; None for the usual file, beside what the compiler keeps.
    """
    # A gap below 0 is never reached, so that the search begins in any case.
    params = Params(futures=_FUTURES, deterministic=True, effort=1, gap=-1.0)
    once(lambda: plan(_few(problem), params), stamp or usual_stamp())


def _few(problem: Problem) -> Problem:
    """Return the same of the few SKUs that are asked for most."""
    most = np.argsort(-problem.mean.sum(axis=(1, 2)), kind="stable")[:_FEW]
    arrays = {one.name: getattr(problem, one.name) for one in fields(problem) if one.name not in _SHARED}
    rows: dict[str, Any] = {name: array[most] for name, array in arrays.items() if isinstance(array, np.ndarray)}
    return replace(problem, skus=tuple(problem.skus[at] for at in most), **rows)


def usual_stamp() -> Path:
    """Return the file that stands for these modules, as they are now, with this compiler."""
    return stamp_of(Path(__file__).parent, _FOLDERS)
