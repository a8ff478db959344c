"""Seeded choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_T = TypeVar("_T")
_DRAWN = 4096


class Dice:
    """
    Choices that depend on a seed alone.

    Parameters
    ----------
    seed
        A whole number.
    """

    def __init__(self, seed: int) -> None:
        self._shares = np.random.default_rng(seed).random(_DRAWN).tolist()
        self._next = 0

    def share(self) -> float:
        """Return a number from 0 up to, not including, 1."""
        self._next = (self._next + 1) % _DRAWN
        return self._shares[self._next]

    def chance(self, odds: float) -> bool:
        """Return True as often as the odds say."""
        return self.share() < odds

    def between(self, least: int, most: int) -> int:
        """Return a whole number, both ends included."""
        return least + int(self.share() * (most - least + 1))

    def pick(self, choices: Sequence[_T]) -> _T:
        """Return one of the choices."""
        return choices[int(self.share() * len(choices))]

    def some(self, choices: Sequence[_T], number: int) -> list[_T]:
        """Return some different choices, in their order."""
        kept = list(range(len(choices)))
        while len(kept) > number:
            kept.remove(self.pick(kept))
        return [choices[index] for index in kept]

    def money(self, least: int, most: int, digits: int = 2) -> str:
        """Return an amount in decimal notation."""
        scale = 10**digits
        return f"{self.between(least * scale, most * scale) / scale:.{digits}f}"
