"""What the checker of stocking plans reads: a problem, described here once more so that no code is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

DAYS_A_WEEK = 7
DAYS_A_YEAR = 365


class BoxLike(Protocol):
    """A box type of a lane."""

    @property
    def unit(self) -> str: ...  # noqa: D102 - as in the problem
    @property
    def payload_g(self) -> int: ...  # noqa: D102
    @property
    def volume_cm3(self) -> int: ...  # noqa: D102
    @property
    def price_fen(self) -> int: ...  # noqa: D102


class LaneLike(Protocol):
    """A lane."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def warehouse(self) -> int: ...  # noqa: D102
    @property
    def lead_days(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def loose_fen_per_kg(self) -> float | None: ...  # noqa: D102
    @property
    def loose_fen_least(self) -> int: ...  # noqa: D102
    @property
    def volume_g_per_cm3(self) -> float: ...  # noqa: D102
    @property
    def boxes(self) -> Sequence[BoxLike]: ...  # noqa: D102
    @property
    def weeks(self) -> Bools: ...  # noqa: D102
    @property
    def payload_g(self) -> int | None: ...  # noqa: D102
    @property
    def volume_cm3(self) -> int | None: ...  # noqa: D102


class ProblemLike(Protocol):
    """A stocking problem."""

    @property
    def start(self) -> dt.date: ...  # noqa: D102
    @property
    def skus(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def warehouses(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def markets(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def mass_g(self) -> Ints: ...  # noqa: D102
    @property
    def volume_cm3(self) -> Ints: ...  # noqa: D102
    @property
    def value_fen(self) -> Ints: ...  # noqa: D102
    @property
    def carton_units(self) -> Ints: ...  # noqa: D102
    @property
    def least_units(self) -> Ints: ...  # noqa: D102
    @property
    def mean(self) -> Floats: ...  # noqa: D102
    @property
    def sd(self) -> Floats: ...  # noqa: D102
    @property
    def serve_fen(self) -> Ints: ...  # noqa: D102
    @property
    def inbound_fen(self) -> Ints: ...  # noqa: D102
    @property
    def duty_fen(self) -> Ints: ...  # noqa: D102
    @property
    def storage_fen(self) -> Floats: ...  # noqa: D102
    @property
    def on_hand(self) -> Ints: ...  # noqa: D102
    @property
    def incoming(self) -> Ints: ...  # noqa: D102
    @property
    def shortage_fen(self) -> Ints: ...  # noqa: D102
    @property
    def holding_per_year(self) -> float: ...  # noqa: D102
    @property
    def disposal_fen(self) -> Ints: ...  # noqa: D102
    @property
    def leftover_fen(self) -> Ints: ...  # noqa: D102
    @property
    def capacity_cm3(self) -> Ints: ...  # noqa: D102
    @property
    def budget_fen(self) -> Ints | None: ...  # noqa: D102
    @property
    def made(self) -> Ints | None: ...  # noqa: D102
    @property
    def shelf_weeks(self) -> Ints: ...  # noqa: D102
    @property
    def lanes(self) -> Sequence[LaneLike]: ...  # noqa: D102
    @property
    def open_fen(self) -> Ints: ...  # noqa: D102
    @property
    def is_open(self) -> Bools: ...  # noqa: D102
    @property
    def service(self) -> float: ...  # noqa: D102


def planned_weeks(lane: LaneLike) -> int:
    """Return the planned lead time of a lane: its median duration in whole weeks, at least 1."""
    ordered = sorted(lane.lead_days)
    return _whole_weeks(ordered[len(ordered) // 2])


def _whole_weeks(days: int) -> int:
    return max(1, (days + DAYS_A_WEEK - 1) // DAYS_A_WEEK)


def week_of_receipt(problem: ProblemLike, warehouse: int, planned: int, late: int) -> int:
    """
    Return when goods are received that are planned for a week, and are late, or early where that is below 0.

    They do not come before the quickest lane could have brought what is planned for that week or a later one, and wait
    at the door of a closed warehouse. The last week and later ones are those after the plan.
    """
    weeks = problem.mean.shape[2]
    soonest = planned
    for lane in problem.lanes:
        lead = planned_weeks(lane)
        for week in range(max(0, planned - lead), weeks - lead):
            if lane.warehouse == warehouse and lane.weeks[week] and problem.is_open[warehouse, week + lead]:
                soonest = min(soonest, week + _whole_weeks(min(lane.lead_days)))
    comes = max(planned + late, soonest)
    while comes < weeks and not problem.is_open[warehouse, comes]:
        comes += 1
    return comes


def demand_of(problem: ProblemLike, count: int, seed: int) -> tuple[Ints, Ints]:
    """
    Draw the futures of a plan again, by the rule that stands in docs/stock.md.

    Returns
    -------
    tuple[Ints, Ints]
        Pieces asked for, shape (S, M, K, T), and weeks of lateness, below 0 for goods that come early, shape (K, W).
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    skus, markets, weeks = problem.mean.shape
    shape = np.ones((skus, markets, weeks))
    spread = problem.sd * problem.sd
    varies = np.logical_and(problem.mean > 0.0, spread > 0.0)
    counted = np.logical_and(varies, spread > problem.mean)
    shape[varies] = problem.mean[varies] ** 2 / spread[varies]
    shape[counted] = problem.mean[counted] ** 2 / (spread[counted] - problem.mean[counted])
    wide = np.broadcast_to(shape[:, :, None, :], (skus, markets, count, weeks))
    rates = generator.standard_gamma(wide) * (problem.mean / shape)[:, :, None, :]
    arrivals = generator.poisson(rates)
    drawn = np.broadcast_to(problem.mean[:, :, None, :], wide.shape).copy()
    for chosen, values in ((varies & ~counted, rates), (counted, arrivals)):
        place = np.broadcast_to(chosen[:, :, None, :], wide.shape)
        drawn[place] = values[place]
    means = drawn.sum(axis=3).mean(axis=2)
    wanted = problem.mean.sum(axis=2)
    factor = np.ones_like(means)
    factor[means > 0.0] = wanted[means > 0.0] / means[means > 0.0]
    whole = np.floor(drawn * factor[:, :, None, None] + generator.random(wide.shape))
    late = [_late(problem, warehouse, count, generator) for warehouse in range(len(problem.warehouses))]
    return whole.astype(np.int64), np.array(late, dtype=np.int64).reshape(-1, count).T


def _late(problem: ProblemLike, warehouse: int, count: int, generator: np.random.Generator) -> list[int]:
    found = []
    for lane in problem.lanes:
        if lane.warehouse == warehouse:
            planned = planned_weeks(lane)
            found += [_whole_weeks(days) - planned for days in lane.lead_days]
    ordered = sorted(found) or [0]
    spaced = [ordered[(2 * index + 1) * len(ordered) // (2 * count)] for index in range(count)]
    return [spaced[index] for index in generator.permutation(count)]
