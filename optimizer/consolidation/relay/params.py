"""What a run tells; what it is told is as for any consolidation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.consolidation.relay.problem import Plan


class Status(StrEnum):
    """How a run ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a run stands: seconds, phase, best cost and bound, None where there is none yet."""

    elapsed_s: float
    phase: str
    cost: int | None
    bound: int | None

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost, None while the cost is missing."""
        return gap_of(self.cost, self.bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    What a run found.

    Parameters
    ----------
    status
        Optimal means gap 0.
    plan, bound
        The best plan, and what every plan costs at least; None where there is none.
    stranded
        Commodities that no path in time can carry and that may not be left out.
    runtime_s, seed
        Of the run.
    """

    status: Status
    plan: Plan | None
    bound: int | None
    stranded: tuple[int, ...]
    runtime_s: float
    seed: int

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost, None without a plan."""
        return gap_of(None if self.plan is None else self.plan.cost, self.bound)


def gap_of(cost: int | None, bound: int | None) -> float | None:
    """
    Return (cost - bound) / cost, None if either is missing.

    Examples
    --------
    >>> gap_of(200, 199)
    0.005
    """
    if cost is None or bound is None:
        return None
    return max(0.0, (cost - bound) / cost) if cost else 0.0
