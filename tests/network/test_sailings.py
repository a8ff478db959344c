"""Dated chains of a box against trying every departure of small networks, storage apart."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from network import Network
from network.labels import Closed
from network.sailings import (
    AVAILABLE,
    CLOCK,
    CLOSED_TO,
    COST,
    DEPARTS,
    FINISH,
    PAPERS_BY,
    READY_BY,
    TAKES,
    Corridor,
    Sailings,
    drifts,
    sailings,
)
from network.timetable import FAR, Timetable
from network.ways import room_for
from tests.oracles.networks import question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.timetable import Ints

_SEEDS = range(60)
_DAY = 1440
_AMPLE = 10**6

Pair = tuple[int, int]


class Asked(NamedTuple):
    """A timetable, a corridor on it, instants of goods and documents, and the last instant."""

    tt: Timetable
    corridor: Corridor
    ready: Ints
    papers: Ints
    end: int


@cache
def asked(seed: int) -> Asked:
    """Return a random corridor of a random network; every third one has only as much room as its finishes are worth."""
    rng = np.random.default_rng(seed)
    network = Network(question(seed).catalogue)
    tt = network.compiled.forward
    cost = rng.integers(0, 60, len(tt.leg_lo))
    cost[rng.random(len(cost)) < 0.1] = -1
    source = int(rng.choice(np.flatnonzero(np.diff(tt.out_ptr) > 0)))
    others = np.flatnonzero(tt.state_loc != tt.state_loc[source])
    targets = np.sort(rng.choice(others, max(1, len(others) // 2), replace=False))
    wanted = np.full(len(tt.state_loc), -1, dtype=np.int64)
    wanted[targets] = np.arange(len(targets))
    worth = rng.integers(1, 150, len(targets)) if seed % 3 == 0 else np.full(len(targets), _AMPLE)
    first = int(rng.integers(3 * _DAY, 9 * _DAY))
    ready, papers = (np.unique(first + rng.integers(0, 5 * _DAY, 6)) for _ in range(2))
    room = room_for(tt, cost, targets, worth)
    return Asked(
        tt,
        Corridor(source, cost, wanted, room, Closed(*np.zeros((2, len(cost)), np.int64), *np.zeros((2, 1), np.int64))),
        ready,
        papers - _DAY,
        first + 12 * _DAY,
    )


def found(one: Asked) -> Sailings:
    """Return the chains."""
    return sailings(one.tt, one.corridor, one.ready, one.papers, one.end)


# Trying everything


def opened(tt: Timetable, calendar: int, instant: int) -> int:
    """Return the first open minute from an instant on."""
    if calendar < 0:
        return instant
    part = slice(tt.cal_ptr[calendar], tt.cal_ptr[calendar + 1])
    spans = zip(tt.cal_start[part].tolist(), tt.cal_end[part].tolist(), strict=True)
    return min((max(start, instant) for start, end in spans if end > instant), default=FAR)


def after(one: Asked, leg: int, ready: int, papers: int) -> Iterator[int]:
    """Yield the instants at which goods can be through a leg or a process, by whatever departure."""
    tt = one.tt
    begin = opened(tt, int(tt.leg_cal_in[leg]), ready + int(tt.leg_pre[leg]))
    if tt.leg_lo[leg] < 0:
        yield opened(tt, int(tt.leg_cal_out[leg]), begin) + int(tt.leg_post[leg])
        return
    for index in range(int(tt.leg_lo[leg]), int(tt.leg_hi[leg])):
        departs = int(tt.departures[index] + tt.leg_offset[leg])
        is_documented = tt.leg_doc[leg] < 0 or papers + tt.leg_doc[leg] <= departs
        if begin <= departs <= one.end and is_documented:
            yield opened(tt, int(tt.leg_cal_out[leg]), departs + int(tt.leg_duration[leg])) + int(tt.leg_post[leg])


def fronts(one: Asked, ready: int, papers: int) -> dict[int, set[Pair]]:
    """Return the cost and instant of what is not beaten in each state."""
    tt, cost = one.tt, one.corridor.cost
    known: dict[int, set[Pair]] = {one.corridor.source: {(0, ready)}}
    waiting = [(one.corridor.source, 0, ready)]
    while waiting:
        state, paid, now = waiting.pop()
        if (paid, now) not in known[state]:
            continue
        for arc in range(int(tt.out_ptr[state]), int(tt.out_ptr[state + 1])):
            leg, to = int(tt.arc_leg[arc]), int(tt.arc_to[arc])
            if cost[leg] < 0:
                continue
            for then in after(one, leg, now, papers):
                pair = (paid + int(cost[leg]), then)
                here = known.setdefault(to, set())
                if then <= one.end and not any(c <= pair[0] and t <= pair[1] for c, t in here):
                    here -= {(c, t) for c, t in here if pair[0] <= c and pair[1] <= t}
                    here.add(pair)
                    waiting.append((to, *pair))
    return known


def unbeaten(pairs: set[Pair]) -> set[Pair]:
    """Return those pairs that no other is at least as good as in both."""
    return {p for p in pairs if not any(o != p and o[0] <= p[0] and o[1] <= p[1] for o in pairs)}


# Tests


@pytest.mark.parametrize("seed", _SEEDS)
def test_best_for_every_instant(seed: int) -> None:
    """Whenever goods and documents are ready, the chains still open then hold all that is worth having, and no more."""
    one = asked(seed)
    rows, room = found(one).rows, one.corridor.room
    for ready in one.ready.tolist():
        for papers in one.papers.tolist():
            known = fronts(one, ready, papers)
            is_open = (rows[:, READY_BY] >= ready) & (rows[:, PAPERS_BY] >= papers)
            for state in np.flatnonzero(one.corridor.wanted >= 0).tolist():
                mine = rows[is_open & (rows[:, FINISH] == one.corridor.wanted[state])]
                best = {(c, t) for c, t in known.get(state, set()) if c <= room[state]}
                assert unbeaten({(int(row[COST]), int(row[AVAILABLE])) for row in mine}) == best


def test_something_is_found() -> None:
    """The random networks have chains of several legs, chains that are missed, and documents that matter."""
    every = [found(asked(seed)) for seed in _SEEDS]
    assert sum(len(one.rows) for one in every) > 1000
    assert sum(int((np.diff(one.ptr) > 2).sum()) for one in every) > 100
    assert sum(len(np.unique(one.rows[:, READY_BY])) for one in every) > 150
    assert sum(int((one.rows[:, PAPERS_BY] < FAR).sum()) for one in every) > 100


def closing(seed: int) -> Asked:
    """Return the same with legs closed to some of three kinds of goods, and to boxes of more than some grams."""
    one, rng = asked(seed), np.random.default_rng(seed)
    count = len(one.corridor.cost)
    kinds = rng.choice(8, count, p=[0.65, *[0.05] * 7])
    payload = rng.choice([10, 15, 20, FAR], count, p=[0.1, 0.1, 0.1, 0.7])
    asks = [(0, 0), (1, 0), (5, 0), (0, 11), (5, 11), (0, 16), (2, 16), (7, 21)]
    closed = Closed(kinds, payload, *np.array(asks, dtype=np.int64).T.copy())
    return one._replace(corridor=one.corridor._replace(closed=closed))


@pytest.mark.parametrize("seed", _SEEDS)
def test_best_for_every_kind_and_mass(seed: int) -> None:
    """What is asked for some kinds and grams is as good as if all legs closed to them were left out."""
    one = closing(seed)
    rows, corridor, closed = found(one).rows, one.corridor, one.corridor.closed
    ready, papers = int(one.ready[0]), int(one.papers[0])
    for kinds, grams in zip(closed.closures.tolist(), closed.grams.tolist(), strict=True):
        is_shut = (closed.kinds & kinds != 0) | (closed.payload < grams)
        known = fronts(
            one._replace(corridor=corridor._replace(cost=np.where(is_shut, -1, corridor.cost))), ready, papers
        )
        is_open = (rows[:, READY_BY] >= ready) & (rows[:, PAPERS_BY] >= papers)
        is_open &= (rows[:, CLOSED_TO] & kinds == 0) & (rows[:, TAKES] >= grams)
        for state in np.flatnonzero(corridor.wanted >= 0).tolist():
            mine = rows[is_open & (rows[:, FINISH] == corridor.wanted[state])]
            best = {(c, t) for c, t in known.get(state, set()) if c <= corridor.room[state]}
            assert unbeaten({(int(row[COST]), int(row[AVAILABLE])) for row in mine}) == best


@pytest.mark.parametrize("seed", _SEEDS)
def test_what_a_chain_is_closed_to(seed: int) -> None:
    """A chain is closed to what any of its legs is closed to, and takes what all of them take."""
    one = closing(seed)
    chains, closed = found(one), one.corridor.closed
    for number, row in enumerate(chains.rows):
        legs = chains.legs[int(chains.ptr[number]) : int(chains.ptr[number + 1])]
        assert row[CLOSED_TO] == np.bitwise_or.reduce(closed.kinds[legs])
        assert row[TAKES] == closed.payload[legs].min()


def departures(one: Asked, legs: list[int], index: list[int]) -> list[int]:
    """Return the instants of departure of the legs of a chain."""
    return [int(one.tt.departures[i] + one.tt.leg_offset[leg]) for leg, i in zip(legs, index, strict=True) if i >= 0]


def is_caught(one: Asked, legs: list[int], index: list[int], ready: int) -> bool:
    """Say whether goods ready at an instant are in time for the first departure of a chain."""
    tt = one.tt
    for leg, i in zip(legs, index, strict=True):
        ready = opened(tt, int(tt.leg_cal_in[leg]), ready + int(tt.leg_pre[leg]))
        if i >= 0:
            return ready <= departures(one, legs, index)[0]
        ready = opened(tt, int(tt.leg_cal_out[leg]), ready) + int(tt.leg_post[leg])
    msg = "a chain without a departure"
    raise AssertionError(msg)


@pytest.mark.parametrize("seed", _SEEDS)
def test_latest_instants_to_the_minute(seed: int) -> None:
    """Goods a minute later miss the first departure, documents a minute later a cut-off; the rest of a row is so."""
    one = asked(seed)
    chains = found(one)
    for number, row in enumerate(chains.rows):
        part = slice(int(chains.ptr[number]), int(chains.ptr[number + 1]))
        legs, index = chains.legs[part].tolist(), chains.departures[part].tolist()
        assert is_caught(one, legs, index, int(row[READY_BY]))
        assert not is_caught(one, legs, index, int(row[READY_BY]) + 1)
        moving = [leg for leg, i in zip(legs, index, strict=True) if i >= 0]
        at = departures(one, legs, index)
        closing = [d - int(one.tt.leg_doc[leg]) for leg, d in zip(moving, at, strict=True) if one.tt.leg_doc[leg] >= 0]
        assert row[PAPERS_BY] == min(closing, default=FAR)
        assert row[DEPARTS] == at[0]
        assert row[CLOCK] == at[-1] + one.tt.leg_duration[moving[-1]]
        assert row[COST] == one.corridor.cost[legs].sum()


@pytest.mark.parametrize("seed", _SEEDS)
def test_some_of_the_chains(seed: int) -> None:
    """Chains that are picked out, in any order, keep their rows and hops."""
    chains = found(asked(seed))
    rng = np.random.default_rng(seed)
    kept = rng.permutation(len(chains.rows))[: len(chains.rows) // 2]
    some = chains.only(kept)
    assert len(some.ptr) == len(kept) + 1
    for place, number in enumerate(kept.tolist()):
        mine, theirs = slice(*some.ptr[place : place + 2]), slice(*chains.ptr[number : number + 2])
        assert some.rows[place].tolist() == chains.rows[number].tolist()
        assert some.legs[mine].tolist() == chains.legs[theirs].tolist()
        assert some.departures[mine].tolist() == chains.departures[theirs].tolist()
    assert len(some.legs) == some.ptr[-1]


@pytest.mark.parametrize("seed", _SEEDS)
def test_drifts_are_not_beaten(seed: int) -> None:
    """For each chain some drift to its finish costs no more and takes no longer, and drifts do not beat each other."""
    one = asked(seed)
    least = drifts(one.tt, one.corridor)
    for row in found(one).rows:
        ways = least[least[:, 0] == row[FINISH]]
        lasts = row[AVAILABLE] - row[READY_BY]
        assert ((ways[:, 1] <= lasts) & (ways[:, 2] <= row[COST])).any()
    for finish in np.unique(least[:, 0]):
        ways = least[least[:, 0] == finish]
        assert (np.diff(ways[:, 1]) >= 0).all()
        assert (np.diff(ways[:, 2]) < 0).all()
