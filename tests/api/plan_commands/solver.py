"""A solver that knows its plan by heart, and what runs one command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.cli import main
from tests.api.fakes import FakePlanner, clock
from tests.plans import planned_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from data import Catalogue
    from data.cargo import Cargo
    from data.plan import Plan


@dataclass(frozen=True)
class Params:
    """What the solver is asked for."""

    time_limit_s: float = 60.0
    gap: float = 0.005
    seed: int = 0
    deterministic: bool = False
    holding_ppm_year: int = 0
    carbon_minor_per_t: int = 0


@dataclass(frozen=True)
class State:
    """What the solver tells while it runs."""

    elapsed_s: float
    phase: str
    cost_minor: int | None = None
    bound_minor: int | None = None
    gap: float | None = None


class Solver:
    """Returns the plan known by heart, and keeps what it was asked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.plan: Plan = planned_for(catalogue)
        self.params: Params | None = None
        self.cargo: Cargo | None = None

    def solve(
        self, network: object, cargo: Cargo, params: Params, on_progress: Callable[[State], None] | None = None
    ) -> Plan:
        """Return the plan, after two words on how it goes."""
        assert isinstance(network, FakePlanner)
        assert on_progress is not None
        self.params, self.cargo = params, cargo
        on_progress(State(0.2, "greedy", 5_000_000))
        on_progress(State(0.3, "greedy", 4_900_000))
        on_progress(State(1.25, "improve", self.plan.cost_minor, self.plan.bound_minor, self.plan.gap))
        return self.plan


def run(*arguments: object) -> int:
    """Run one command."""
    return main([str(argument) for argument in arguments], clock=clock)
