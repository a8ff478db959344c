"""Emissions with a price: rides of any mass to the fen, and dated chains of a box against trying everything."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.emitted import MOST_FEN, Emitted, emitted_by, emitted_fen, emitted_on_all, emitting_sailings, serves
from network.sailings import AVAILABLE, CLOSED_TO, COST, FINISH, PAPERS_BY, READY_BY, TAKES, Sailings
from optimizer.evaluate import carbon_fen
from tests.network.test_sailings import Asked, after, asked, closing, found

if TYPE_CHECKING:
    from network.timetable import Ints

_SEEDS = range(30)
_LOADS = 6

Triple = tuple[int, int, int]


class Priced(NamedTuple):
    """A corridor, what emissions cost the goods in a box, and some loads: the grams of each shipment in them."""

    one: Asked
    emitted: Emitted
    loads: list[list[int]]


@cache
def priced(seed: int, *, is_closing: bool = False) -> Priced:
    """Return a random corridor on which emissions of a leg weigh about as much as its cost."""
    rng = np.random.default_rng([seed, 5])
    one = closing(seed) if is_closing else asked(seed)
    ug = rng.integers(0, 60_000_000, len(one.corridor.cost)) * (rng.random(len(one.corridor.cost)) < 0.7)
    lightest, most = int(rng.integers(1, 1_500_000)), int(rng.integers(1, 4))
    heaviest = lightest * most * 2
    loads = [
        [int(rng.integers(lightest, heaviest // most + 1)) for _ in range(rng.integers(1, most + 1))]
        for _ in range(_LOADS)
    ]
    loads += [[lightest], [heaviest // most] * most]
    return Priced(one, Emitted(ug, int(rng.integers(1, 2000)), lightest, heaviest, most), loads)


def chains(asks: Priced) -> Sailings:
    """Return the chains."""
    one = asks.one
    return emitting_sailings(one.tt, one.corridor, asks.emitted, one.ready, one.papers, one.end)


def paid(asks: Priced, load: list[int], ug: int) -> int:
    """Return what a load pays for a chain."""
    return sum(carbon_fen(grams, ug, asks.emitted.minor_per_t) for grams in load)


def fronts(asks: Priced, cost: Ints, ready: int, papers: int) -> dict[int, set[Triple]]:
    """Return cost, instant and micrograms of what is not beaten in all three in each state."""
    one, ug = asks.one, asks.emitted.ug_per_kg
    known: dict[int, set[Triple]] = {one.corridor.source: {(0, ready, 0)}}
    waiting = [(one.corridor.source, (0, ready, 0))]
    while waiting:
        state, triple = waiting.pop()
        if triple not in known[state]:
            continue
        for arc in range(int(one.tt.out_ptr[state]), int(one.tt.out_ptr[state + 1])):
            leg, to = int(one.tt.arc_leg[arc]), int(one.tt.arc_to[arc])
            if cost[leg] < 0 or triple[0] + cost[leg] > one.corridor.room[to]:
                continue
            for then in after(one, leg, triple[1], papers):
                new = (triple[0] + int(cost[leg]), then, triple[2] + int(ug[leg]))
                here = known.setdefault(to, set())
                if then <= one.end and not any(is_covered(new, old) for old in here):
                    here -= {old for old in here if is_covered(old, new)}
                    here.add(new)
                    waiting.append((to, new))
    return known


def is_covered(one: Triple, other: Triple) -> bool:
    """Say whether another is no worse in anything."""
    return other[0] <= one[0] and other[1] <= one[1] and other[2] <= one[2]


# To the fen


@given(mass=st.integers(0, 10**11), ug=st.integers(0, 10**13), price=st.integers(0, 10**7))
def test_as_in_the_formula(mass: int, ug: int, price: int) -> None:
    """The kernel, with integers that wrap around, agrees with exact numbers, up to what nobody looks for."""
    exact = carbon_fen(mass, ug, price)
    assert emitted_fen(mass, ug, price) == (MOST_FEN if mass * ug * price / 10**15 >= MOST_FEN else exact)


@pytest.mark.parametrize(
    ("mass", "ug", "price", "fen"),
    [
        (1_000_000, 500_000_000, 100_00, 5000),  # half a tonne at 100 yuan
        (5 * 10**14, 1, 1, 1),  # half a fen is rounded up
        (5 * 10**14 - 1, 1, 1, 0),
        (1_000_000, 0, 100_00, 0),
        (1_000_000, 500_000_000, 0, 0),
    ],
)
def test_by_hand(mass: int, ug: int, price: int, fen: int) -> None:
    """Mass x emissions for a kilogram x price, rounded half up once."""
    assert carbon_fen(mass, ug, price) == emitted_fen(mass, ug, price) == fen
    ugs, masses = np.array([ug, 2 * ug]), np.array([mass, 0])
    assert emitted_by(ugs, masses, price).tolist() == [[fen, 0], [carbon_fen(mass, 2 * ug, price), 0]]


# One chain in the place of another


@given(
    dearer=st.integers(-50, 50),
    dirtier=st.integers(-(10**7), 10**7),
    ug=st.integers(10**7, 10**8),
    price=st.integers(0, 3000),
    load=st.lists(st.integers(1, 2_000_000), min_size=1, max_size=4),
    less=st.integers(0, 300_000),
    more=st.integers(0, 300_000),
)
def test_never_dearer_with_any_load(
    dearer: int, dirtier: int, ug: int, price: int, load: list[int], less: int, more: int
) -> None:
    """A chain that is said to serve costs no more with any load within the limits, rounding included."""
    emitted = Emitted(np.zeros(0, np.int64), price, max(1, min(load) - less), sum(load) + more, len(load))
    if serves(dearer, dirtier, emitted):
        mine, other = (sum(carbon_fen(grams, one, price) for grams in load) for one in (ug + dirtier, ug))
        assert dearer + mine <= other


def test_light_and_heavy_decide() -> None:
    """A greener chain serves if even the lightest load saves enough, a dirtier one if it does with the heaviest."""
    emitted = Emitted(np.zeros(0, np.int64), 1000_00, 1_000_000, 20_000_000, 3)
    for dearer, dirtier, expected in (
        (0, 0, True),
        (-1, -1, True),
        (1, 1, False),
        (1, 0, False),
        (0, 1, False),
        (100 - 4, -1_000_000, True),  # a tonne saves 100 fen, less what rounding may add
        (100 - 3, -1_000_000, False),
        (-2000 - 4, 1_000_000, True),
        (-2000 - 3, 1_000_000, False),
    ):
        assert serves(dearer, dirtier, emitted) is expected


# Against trying everything


@pytest.mark.parametrize("is_closing", [False, True])
@pytest.mark.parametrize("seed", _SEEDS)
def test_best_for_every_load(seed: int, *, is_closing: bool) -> None:
    """Whenever a box is ready, whatever is in it and by when it must be there, no chain left out would cost less."""
    asks = priced(seed, is_closing=is_closing)
    every = chains(asks)
    rows, ug = every.rows, emitted_on_all(every, asks.emitted.ug_per_kg)
    corridor, closed = asks.one.corridor, asks.one.corridor.closed
    ready, papers = int(asks.one.ready[-1]), int(asks.one.papers[0])
    for kinds, grams in zip(closed.closures.tolist(), closed.grams.tolist(), strict=True):
        is_shut = (closed.kinds & kinds != 0) | (closed.payload < grams)
        known = fronts(asks, np.where(is_shut, -1, corridor.cost), ready, papers)
        is_open = (rows[:, READY_BY] >= ready) & (rows[:, PAPERS_BY] >= papers)
        is_open &= (rows[:, CLOSED_TO] & kinds == 0) & (rows[:, TAKES] >= grams)
        for state in np.flatnonzero(corridor.wanted >= 0).tolist():
            mine = is_open & (rows[:, FINISH] == corridor.wanted[state])
            left = [(int(row[COST]), int(row[AVAILABLE]), int(g)) for row, g in zip(rows[mine], ug[mine], strict=True)]
            for load in asks.loads:
                for cost, at, emits in known.get(state, set()):
                    limit = cost + paid(asks, load, emits)
                    assert any(c + paid(asks, load, g) <= limit for c, then, g in left if then <= at)


@pytest.mark.parametrize("seed", _SEEDS)
def test_rows_are_those_of_their_hops(seed: int) -> None:
    """What a chain costs and emits is the sum of its legs."""
    asks = priced(seed)
    every = chains(asks)
    emits = emitted_on_all(every, asks.emitted.ug_per_kg)
    for number, row in enumerate(every.rows):
        legs = every.legs[int(every.ptr[number]) : int(every.ptr[number + 1])]
        assert row[COST] == asks.one.corridor.cost[legs].sum()
        assert emits[number] == asks.emitted.ug_per_kg[legs].sum()


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_without_emissions_as_without_a_price(seed: int) -> None:
    """Where nothing emits the chains are those that are found where emissions do not count."""
    one = closing(seed)
    nothing = Emitted(np.zeros(len(one.corridor.cost), dtype=np.int64), 1000, 1, 1000, 1)
    plain = found(one)
    free = emitting_sailings(one.tt, one.corridor, nothing, one.ready, one.papers, one.end)
    assert {tuple(row) for row in free.rows.tolist()} == {tuple(row) for row in plain.rows.tolist()}


def test_greener_chains_are_found() -> None:
    """The random networks have chains that only their emissions speak for."""
    plain = sum(len(found(priced(seed).one).rows) for seed in _SEEDS)
    assert sum(len(chains(priced(seed)).rows) for seed in _SEEDS) > 1.2 * plain
