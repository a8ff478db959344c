"""Which warehouses to use, and for which SKU and market: least cost with a bound, and what each warehouse is worth."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from data.errors import LogisticsError
from optimizer.stock.facility import NOWHERE, Chosen, Column, locate
from optimizer.stock.homes import Coster
from optimizer.stock.placement import PARTS, Placement, Without

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.stock.placement import Home, PlaceTask
    from optimizer.stock.problem import Problem

_SECONDS = 60.0


class NoPlacementError(LogisticsError):
    """No placement was found: the stock does not fit into the warehouses, or the time was too short."""


def place(
    task: PlaceTask, *, seconds: float = _SECONDS, on_progress: Callable[[int, int, str], None] | None = None
) -> Placement:
    """
    Return where stock should lie.

    Parameters
    ----------
    task
        What is asked.
    seconds
        Time limit of each search: one for the best placement, and one without each warehouse it uses.
    on_progress
        Told how many of how many searches are done, and which warehouse was left out last.

    Raises
    ------
    NoPlacementError
        If nothing was found.
    """
    problem = task.problem
    coster = Coster(task)
    homes = [home for sku in range(len(problem.skus)) for home in coster.homes(sku)]
    columns = _columns(homes, problem)
    best = _located(problem, columns, (), seconds)
    if best is None:
        msg = "no placement was found: the stock does not fit, or the time is too short"
        raise NoPlacementError(msg)
    used = sorted({columns[number].place for number in best.columns} - {NOWHERE})
    chosen = [homes[number] for number in best.columns]
    parts = _parts(chosen, problem)
    without: list[Without] = []
    for number, warehouse in enumerate(used):
        other = _located(problem, columns, (warehouse,), seconds)
        without.append(_without(warehouse, (chosen, parts), other, (homes, problem, coster)))
        if on_progress is not None:
            on_progress(number + 1, len(used), problem.warehouses[warehouse])
    served = {(home.sku, market) for home in homes for market in home.markets}
    asked = zip(*(axis.tolist() for axis in np.nonzero(coster.units)), strict=True)
    return Placement(
        homes=tuple(sorted(chosen, key=lambda home: (home.sku, home.warehouse, home.markets))), open=tuple(used),
        parts=parts, bound_fen=int(np.ceil(best.bound - _ROUNDING)),
        status="optimal" if best.is_optimal else "feasible",
        without=tuple(without), unserved=tuple((s, m) for s, m in asked if (s, m) not in served),
    )  # fmt: skip


_ROUNDING = 0.5
"""Bounds of the solver are that near; the cost is whole fen."""


def _located(problem: Problem, columns: Sequence[Column], closed: Sequence[int], seconds: float) -> Chosen | None:
    return locate(problem.open_fen.tolist(), problem.capacity_cm3.tolist(), columns, closed=closed, seconds=seconds)


def _columns(homes: Sequence[Home], problem: Problem) -> list[Column]:
    """Return homes as columns; a demand is a SKU in a market."""
    width = len(problem.markets)
    return [
        Column(
            home.warehouse if home.warehouse >= 0 else NOWHERE,
            home.sku,
            tuple(home.sku * width + market for market in home.markets),
            home.cost_fen,
            home.stock_cm3,
        )
        for home in homes
    ]


def _parts(homes: Sequence[Home], problem: Problem) -> dict[str, int]:
    """Return the cost by part."""
    used = {home.warehouse for home in homes if home.warehouse >= 0}
    found = dict.fromkeys(PARTS, 0)
    found["open"] = sum(int(problem.open_fen[w]) for w in used)
    for home in homes:
        for name, fen in home.parts.items():
            found[name] += fen
    return found


def _without(
    warehouse: int,
    best: tuple[Sequence[Home], dict[str, int]],
    other: Chosen | None,
    given: tuple[Sequence[Home], Problem, Coster],
) -> Without:
    """Return what changes without a warehouse, given the best placement and the best one without it."""
    (chosen, parts), (homes, problem, coster) = best, given
    if other is None:
        return Without(warehouse=warehouse, extra_fen=None, parts={}, takers={})
    others = [homes[number] for number in other.columns]
    after = _parts(others, problem)
    markets = {market for home in chosen if home.warehouse == warehouse for market in home.markets}
    left = {(home.sku, market) for home in chosen if home.warehouse == warehouse for market in home.markets}
    takers: dict[int, int] = {}
    for market in sorted(markets):
        units: Counter[int] = Counter()
        for home in others:
            if market in home.markets and (home.sku, market) in left:
                units[home.warehouse] += float(coster.units[home.sku, market])  # type: ignore[assignment]
        takers[market] = max(units, key=lambda one: (units[one], -one))
    return Without(
        warehouse=warehouse, extra_fen=sum(after.values()) - sum(parts.values()),
        parts={name: after[name] - parts[name] for name in PARTS if after[name] != parts[name]}, takers=takers,
    )  # fmt: skip
