"""When what is sent is received: in each future some weeks after its planned week, or before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.stock.simulate_futures import weeks_of

if TYPE_CHECKING:
    from optimizer.stock.problem import Bools, Ints, Problem


def sendable(problem: Problem) -> Bools:
    """Return, by lane and week, whether something can leave and is received in a week that is planned and open."""
    found = np.zeros((len(problem.lanes), problem.weeks), dtype=np.bool_)
    for index, lane in enumerate(problem.lanes):
        lead = lane.lead_weeks()
        for week in range(problem.weeks - lead):
            found[index, week] = lane.weeks[week] and problem.is_open[lane.warehouse, week + lead]
    return found


def arrivals_of(problem: Problem, late: Ints) -> Ints:
    """
    Return in which week what is planned to be received in a week is received.

    Nothing comes before the quickest lane could have brought it, and what comes to a closed warehouse waits until that
    opens. What is planned later never comes earlier.

    Parameters
    ----------
    problem
        Whose warehouses and lanes.
    late
        Shape (K, W): weeks after the planned week, below 0 before it.

    Returns
    -------
    Ints
        Shape (W, K, T): weeks by planned week; T or more after the last one.
    """
    weeks = np.arange(problem.weeks)
    comes = np.maximum(weeks + late.T[:, :, None], np.minimum(weeks, _earliest(problem))[:, None, :])
    opens = np.full((len(problem.warehouses), problem.weeks + 1), problem.weeks)
    for week in range(problem.weeks - 1, -1, -1):
        opens[:, week] = np.where(problem.is_open[:, week], week, opens[:, week + 1])
    within = np.minimum(comes, problem.weeks)
    found = np.maximum(comes, np.take_along_axis(opens[:, None, :], within, axis=2))
    return np.ascontiguousarray(found.astype(np.int64))


def came_by(arrivals: Ints) -> Ints:
    """
    Return the planned week up to and with which everything sent is received by a week, -1 for none.

    Parameters
    ----------
    arrivals
        Shape (W, K, T): weeks by planned week, none before the one before it.

    Examples
    --------
    >>> came_by(np.array([[[0, 0, 1, 4]]])).tolist()
    [[[1, 2, 2, 2]]]
    """
    weeks = np.arange(arrivals.shape[2])
    return np.asarray((arrivals[:, :, :, None] <= weeks).sum(axis=2) - 1, dtype=np.int64)


def _earliest(problem: Problem) -> Ints:
    """Return the week before which nothing that is planned for a week, or later, can come; shape (W, T)."""
    found = np.full((len(problem.warehouses), problem.weeks), problem.weeks, dtype=np.int64)
    for lane, goes in zip(problem.lanes, sendable(problem), strict=True):
        leaves = np.flatnonzero(goes)
        soonest = leaves + int(weeks_of(np.asarray(lane.lead_days)).min())
        planned = leaves + lane.lead_weeks()
        found[lane.warehouse, planned] = np.minimum(found[lane.warehouse, planned], soonest)
    return np.minimum.accumulate(found[:, ::-1], axis=1)[:, ::-1]
