"""Bounds on one aim that hold while the aims before it stay as small as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.schedule.capacity import affordable, least_makespan, least_overtime
from optimizer.schedule.duties import duties_of, least_risk, obliged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.hub_schedule import TierName
    from optimizer.schedule.problem import HubProblem


def bound_under(problem: HubProblem, tier: TierName, values: Mapping[TierName, int]) -> int:
    """
    Return a bound on an aim for schedules in which those before it have at most some values.

    Parameters
    ----------
    problem
        The hub.
    tier
        The aim; there is no such bound on misses, changes and lateness, and 0 is returned.
    values
        Of the aims before.
    """
    if tier == "risk":
        return least_risk(problem, values["misses"])
    if tier not in {"overtime", "makespan"}:
        return 0
    duties = duties_of(problem, values["misses"], values["risk"])
    cheap = affordable(problem, values["overtime"]) if tier == "makespan" else problem
    small = obliged(cheap, duties)
    if small is None:
        return 0
    return least_overtime(small) if tier == "overtime" else least_makespan(small, values["overtime"])


def first_bounds(problem: HubProblem, plain: Mapping[TierName, int]) -> dict[TierName, int]:
    """Return a bound on each aim for schedules in which those before it are as small as their bounds."""
    found = dict(plain)
    for tier in ("risk", "overtime", "makespan"):
        found[tier] = max(found[tier], bound_under(problem, tier, found))
    return found
