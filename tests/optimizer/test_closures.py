"""Kinds of shipments by what is closed to them, loads by their mass, and which carriages take the place of others."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from optimizer.consolidation.closures import MOST_KINDS, closures
from optimizer.consolidation.knapsack import heaviest
from optimizer.consolidation.own import NEVER, beaten

if TYPE_CHECKING:
    from network.labels import Closed
    from network.prices import Bools
    from network.timetable import Ints

_ROOM, _MOST = 30, 100
_FREE = 1 << 40


class Goods(NamedTuple):
    """Legs closed to each shipment, volume and mass of each, legs that are used, and what these take."""

    closed: list[frozenset[int]]
    volume: Ints
    mass: Ints
    is_used: Bools
    payload: Ints


def goods(seed: int) -> Goods:
    """Return a few shipments; legs that take less than one of them are closed to it."""
    rng = np.random.default_rng(seed)
    volume, mass = rng.integers(1, 20, 6), rng.integers(1, 60, 6)
    payload = rng.choice([40, 55, 70, 90, _FREE], 10)
    own = [frozenset(rng.choice(10, int(rng.integers(0, 3)), replace=False).tolist()) for _ in range(3)]
    closed = [own[int(rng.integers(3))] | frozenset(np.flatnonzero(payload < one).tolist()) for one in mass]
    return Goods(closed, volume, mass, rng.random(10) < 0.8, payload)


def asked(one: Goods) -> tuple[Ints, Closed]:
    """Return kinds and what is asked for."""

    def most(some: Bools) -> int:
        return heaviest(one.volume[some], one.mass[some], _ROOM, _MOST)

    return closures(one.closed, one.is_used, one.payload, most)


def shut(closed: Closed, is_used: Bools) -> list[frozenset[int]]:
    """Return the legs that are closed to all that is asked for."""
    return [
        frozenset(np.flatnonzero(is_used & ((closed.kinds & bits != 0) | (closed.payload < grams))).tolist())
        for bits, grams in zip(closed.closures.tolist(), closed.grams.tolist(), strict=True)
    ]


@pytest.mark.parametrize("seed", range(40))
def test_every_load_is_asked_for(seed: int) -> None:
    """For every load that fits a box, just the legs closed to it are closed to something that is asked for."""
    one = goods(seed)
    known = shut(asked(one)[1], one.is_used)
    assert len(set(known)) == len(known)
    for size in range(1, 7):
        for load in combinations(range(6), size):
            mass = int(one.mass[list(load)].sum())
            if one.volume[list(load)].sum() <= _ROOM and mass <= _MOST:
                legs = frozenset().union(*(one.closed[i] for i in load), np.flatnonzero(one.payload < mass).tolist())
                assert frozenset(leg for leg in legs if one.is_used[leg]) in known


def test_limits_beyond_any_load_are_not_asked_for() -> None:
    """Legs that take whatever the shipments may weigh together do not matter."""
    one = goods(0)._replace(closed=[frozenset()] * 6, mass=np.full(6, 5))
    assert asked(one)[1].grams.tolist() == [0]


def test_more_kinds_than_bits() -> None:
    """Shipments of more kinds than can be told apart are taken to be closed to nothing, which is asked for."""
    count = MOST_KINDS + 2
    closed = [frozenset({min(leg, 1)}) if leg < 2 else frozenset({0, 1, *range(2, leg + 1)}) for leg in range(count)]
    every = np.ones(count, dtype=np.bool_)
    kind, found = closures(closed, every, np.full(count, _FREE), lambda _: 0)
    assert kind.tolist() == [*range(MOST_KINDS), MOST_KINDS, MOST_KINDS]
    assert (found.closures >= 0).all()
    assert frozenset() in shut(found, every)


@pytest.mark.parametrize("seed", range(20))
def test_heaviest(seed: int) -> None:
    """No load that fits weighs more than the heaviest is said to, and without a limit of volume one does."""
    one = goods(seed)
    most = heaviest(one.volume, one.mass, _ROOM, _MOST)
    for size in range(7):
        for load in combinations(range(6), size):
            mass = one.mass[list(load)].sum()
            assert mass <= most or one.volume[list(load)].sum() > _ROOM or mass > _MOST
    assert heaviest(one.volume, one.mass, 10**6, 10**6) == one.mass.sum()


def test_beaten_carriages() -> None:
    """A carriage is beaten by one that costs no more for anybody and takes as much."""
    cost = np.array([50, 40, 60, 40, 40])
    own = np.array([[5, 5], [5, 5], [5, NEVER], [5, 5], [5, 6]])
    assert beaten(cost, own, np.array([20, 20, 20, 20, 20])).tolist() == [1]
    assert beaten(cost, own, np.array([20, 10, 20, 10, 10])).tolist() == [1, 0]
    assert beaten(cost, own, np.array([30, 20, 20, 30, 31])).tolist() == [1, 3, 4]
    assert beaten(cost, own, np.array([10, 20, 30, 10, 10])).tolist() == [1, 2]
