"""Tuning of rules by simulation: the settings under which a rule costs least in the same futures."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.stock.policies import RULES, Base, Rule, Settings
from optimizer.stock.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.stock.simulate_futures import Futures

GRIDS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "slow": (-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0),
        "between": (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0),
        "fast": (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0),
        "trigger": (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0),
        "every": (1, 2, 4),
        "cap": (0.9, 1.0, 1.1, 1.25, 1.5, 2.0),
        "flow": (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    }
)
"""Values that are tried for each setting."""
USED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sea": ("every", "slow"),
        "air-when-short": ("every", "slow", "trigger", "fast"),
        "own-base-stock": ("every", "slow"),
        "single-index": ("every", "slow", "fast"),
        "dual-index": ("every", "slow", "fast"),
        "capped-dual-index": ("every", "slow", "fast", "cap"),
        "base-surge": ("every", "flow", "fast"),
        "tri-index": ("every", "slow", "fast", "between"),
    }
)
"""Settings that each rule has a use for, in the order in which they are tuned."""
ROUNDS = 2


def tuned(base: Base, name: str, futures: Futures, *, service: float = 0.0, threads: int | None = None) -> Rule:
    """
    Return a rule with the settings under which it costs least on average.

    One setting is changed at a time, in turns, until nothing gets better or the rounds are over. Settings that reach
    the wanted service come before those that do not.

    Parameters
    ----------
    base
        Of the problem.
    name
        Of the rule.
    futures
        In which it is tried; others than those it is judged by.
    service
        Share of demand that is to be met.
    threads
        As for `simulate`.
    """
    tried: dict[Settings, tuple[float, float]] = {}

    def score(settings: Settings) -> tuple[float, float]:
        """Return by how much the service is missed, and the cost."""
        if settings not in tried:
            found = simulate(base.problem, RULES[name](base, settings), futures=futures, threads=threads)
            tried[settings] = (max(0.0, service - found.fill().value), found.total().value)
        return tried[settings]

    best = Settings()
    for _ in range(ROUNDS):
        before = best
        for setting in USED[name]:
            values = GRIDS[setting]
            best = min((replace(best, **{setting: value}) for value in (getattr(best, setting), *values)), key=score)
        if best == before:
            break
    return RULES[name](base, best)
