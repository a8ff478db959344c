"""
What to do with pieces that lie: a backward dynamic programme over the edges of their storage tiers.

At each edge, any number of pieces leave for good (sent back or destroyed, whichever is worth more), and the rest stays,
at full price or at a discount, until the next one. What is worth most is found for every number of pieces at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    The days from one edge to the next.

    Parameters
    ----------
    begin, days
        First day, counted from today, and how many.
    asked
        Pieces that are asked for at each price, full price first.
    net_fen
        What a piece that is sold leaves at each price, after picking and the last mile.
    storage_fen
        Storage of one piece in all of these days.
    leave_fen
        What a piece that leaves for good at the begin is worth: below 0 where it costs something.
    """

    begin: int
    days: int
    asked: tuple[int, ...]
    net_fen: tuple[float, ...]
    storage_fen: float
    leave_fen: float


class Step(NamedTuple):
    """
    What is done at an edge.

    Parameters
    ----------
    begin
        Day of the stage, counted from today.
    leaving, staying
        Pieces that leave for good, and the others.
    price
        Place of the price: 0 is the full one.
    sold
        Pieces that are sold until the next edge.
    """

    begin: int
    leaving: int
    staying: int
    price: int
    sold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """
    The best of every number of pieces.

    Parameters
    ----------
    worth
        In fen, by the number of pieces.
    staying, price
        By stage and number of pieces: how many of them stay, and at which price.
    """

    worth: Floats
    staying: tuple[Ints, ...]
    price: tuple[Ints, ...]


def best_values(stages: tuple[Stage, ...], most: int, end_fen: float) -> Values:
    """
    Return what up to so many pieces are worth at best, and what is done for it.

    Parameters
    ----------
    stages
        In order of time.
    most
        Greatest number of pieces.
    end_fen
        What a piece that is left after the last stage is worth.

    Notes
    -----
    With `V` the worth at the next edge, pieces `k` that stay at price `p` are worth
    ``min(k, asked) * net - storage * (k + k') / 2 + V[k']``, where ``k' = k - min(k, asked)`` is left. Of `u` pieces
    the best number stays: the others are worth ``leave_fen`` each. Equal worth means: stay, at the higher price.
    """
    pieces = np.arange(most + 1, dtype=np.int64)
    after: Floats = np.asarray(pieces * end_fen, dtype=np.float64)
    staying, price = [], []
    for stage in reversed(stages):
        kept, prices = _kept(stage, pieces, after)
        surplus = kept - stage.leave_fen * pieces
        best = np.maximum.accumulate(surplus)
        # The greatest number that is as good as the best one up to here.
        number = np.maximum.accumulate(np.where(surplus >= best - _tie(best), pieces, 0))
        after = surplus[number] + stage.leave_fen * pieces
        staying.append(number)
        price.append(prices)
    return Values(worth=after, staying=tuple(reversed(staying)), price=tuple(reversed(price)))


def _tie(values: Floats) -> Floats:
    return 1e-9 * (1 + np.abs(values))


def _kept(stage: Stage, pieces: Ints, after: Floats) -> tuple[Floats, Ints]:
    """Return what pieces that stay are worth at their best price, and which that is."""
    best = np.full(len(pieces), -np.inf)
    which = np.zeros(len(pieces), dtype=np.int64)
    for place, (asked, net_fen) in enumerate(zip(stage.asked, stage.net_fen, strict=True)):
        sold = np.minimum(pieces, asked)
        left = pieces - sold
        worth = sold * net_fen - stage.storage_fen * (pieces + left) / 2 + after[left]
        better = worth > best + _tie(best) if place else np.full(len(pieces), True)  # noqa: FBT003 - a value of an array
        best = np.where(better, worth, best)
        which = np.where(better, place, which)
    return best, which


def steps_of(stages: tuple[Stage, ...], values: Values, pieces: int) -> tuple[Step, ...]:
    """Return what is done with so many pieces, edge by edge, as long as some are left."""
    found, left = [], pieces
    for place, stage in enumerate(stages):
        staying = int(values.staying[place][left])
        price = int(values.price[place][staying])
        sold = min(staying, stage.asked[price])
        found.append(Step(stage.begin, left - staying, staying, price, sold))
        left = staying - sold
        if not left:
            break
    return tuple(found)


def fixed_worth(stages: tuple[Stage, ...], pieces: int, end_fen: float, price: int) -> float:
    """Return what pieces are worth if all of them stay to the end at one price."""
    worth, left = 0.0, pieces
    for stage in stages:
        sold = min(left, stage.asked[price])
        worth += sold * stage.net_fen[price] - stage.storage_fen * (left + left - sold) / 2
        left -= sold
    return worth + left * end_fen
