"""What a run of the hub's schedule is told, and what it tells while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.hub_schedule import TierName

MAX_WORKERS = 2
"""Most threads of the solver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """
    How long and how a run may work.

    Parameters
    ----------
    time_limit_s
        Seconds at most.
    seed
        Of the solver.
    deterministic
        Whether the same problem must give the same schedule: one thread, and limits in units of the solver's work
        instead of seconds.
    workers
        Threads of the solver, when not deterministic.
    """

    time_limit_s: float = 8.0
    seed: int = 0
    deterministic: bool = False
    workers: int = MAX_WORKERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    How far a run is.

    Parameters
    ----------
    hub, tier
        What is worked on.
    value, bound
        Of that aim at that hub.
    elapsed_s
        Seconds since the run began.
    """

    hub: str
    tier: TierName
    value: int
    bound: int
    elapsed_s: float


OnProgress = Callable[[Progress], None]


def no_progress(_: Progress) -> None:
    """Tell nobody."""
