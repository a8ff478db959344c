"""What a run of the consolidation is told, and what it tells while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from data.plan import Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """
    Limits of a run.

    Parameters
    ----------
    time_limit_s
        Seconds after which the best plan so far is returned; steps instead of seconds in a deterministic run.
    gap
        Relative gap between cost and bound at which the run ends.
    seed
        Of every random choice.
    deterministic
        No clock is looked at, so that the same input gives the same plan on any machine. A step bounds a class or
        refines its bound.
    holding_ppm_year
        What capital in goods on their way costs a year, in parts of their value per million; 0 leaves it out.
    carbon_minor_per_t
        What a tonne of CO2e costs, in fen; 0 leaves it out.
    """

    time_limit_s: float = 60.0
    gap: float = 0.005
    seed: int = 0
    deterministic: bool = False
    holding_ppm_year: int = 0
    carbon_minor_per_t: int = 0

    @property
    def objective(self) -> Objective:
        """What counts in the cost of the plan."""
        return Objective(holding_ppm_year=self.holding_ppm_year, carbon_minor_per_t=self.carbon_minor_per_t)


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
        return max(0.0, (self.cost_minor - self.bound_minor) / self.cost_minor) if self.cost_minor else 0.0
