"""What a run of the replenishment is told, and what it tells while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """
    Limits of a run.

    Parameters
    ----------
    time_limit_s
        Seconds after which the best plan so far is returned.
    gap
        Relative gap between cost and bound at which the run ends.
    seed
        Of the futures and of every random choice.
    futures
        In how many futures plans are priced.
    deterministic
        No clock is looked at, so that the same problem gives the same plan on any machine.
    effort
        Sweeps over all warehouses of a deterministic run.
    """

    time_limit_s: float = 120.0
    gap: float = 0.005
    seed: int = 0
    futures: int = 32
    deterministic: bool = False
    effort: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a run stands: seconds, phase, best cost and bound in fen, and the gap between them."""

    elapsed_s: float
    phase: str
    cost_minor: int | None
    bound_minor: int | None

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost, None while either is missing."""
        if self.cost_minor is None or self.bound_minor is None:
            return None
        return max(0.0, (self.cost_minor - self.bound_minor) / max(1, self.cost_minor))


OnProgress = Callable[[Progress], None]


def no_progress(_: Progress) -> None:
    """Tell nobody."""
