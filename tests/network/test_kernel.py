"""The memory of a search grows without changing what is found, and nothing is read or written outside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from network import Network
from network import search as searching
from network.kernel import NO_LIMIT, Found, Space, between, find_front, in_season, lower_bound, new_space, pareto
from tests.oracles.networks import question

if TYPE_CHECKING:
    from network.timetable import Question, Timetable, Weights

_ROOT = Path(__file__).parents[2]
_SEEDS = range(24)
_LONG = "HUBPORT_KERNEL_CHECKED"
_Asked = tuple["Timetable", "Weights", "Question"]


def _asked(seed: int) -> list[_Asked]:
    """Return the searches that a random quote makes."""
    asked: list[_Asked] = []

    def listening(tt: Timetable, w: Weights, q: Question) -> Found:
        asked.append((tt, w, q))
        return pareto(tt, w, q)

    given = question(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "pareto", listening)
        Network(given.catalogue).find(given.shipment, given.filters)
    return asked


def _front(asked: _Asked, space: Space) -> tuple[list[list[int]], Space]:
    """Return the vectors of a front found in a given memory, in order, and the memory afterwards."""
    front, _, _, _, after = find_front(*asked, space)
    return sorted(front[:, :3].tolist()), after


def _grown(before: Space, after: Space) -> set[str]:
    """Return the parts of a memory that have become longer."""
    return {name for name in Space._fields if len(getattr(after, name)) > len(getattr(before, name))}


def test_memory_grows() -> None:
    """A search that begins with room for one label grows every part of its memory and finds the same front."""
    grown: set[str] = set()
    for seed in _SEEDS:
        for asked in _asked(seed):
            found = sorted(pareto(*asked).front.tolist())
            for rows in (1, 2, 9):
                small = new_space(rows)
                front, after = _front(asked, small)
                assert front == found, f"question({seed}), {rows} rows"
                grown |= _grown(small, after)
    assert grown == set(Space._fields)


def test_each_part_grows_on_its_own() -> None:
    """The front stays the same when one part is small and the others have room."""
    asked = [each for seed in _SEEDS for each in _asked(seed)]
    for name in Space._fields:
        grown: set[str] = set()
        for each in asked:
            tight = new_space(4096)._replace(**{name: getattr(new_space(1), name)})
            front, after = _front(each, tight)
            assert front == sorted(pareto(*each).front.tolist())
            grown |= _grown(tight, after)
        assert grown == {name}


def test_bounds_stand_any_weights() -> None:
    """Weights that wrap around, or lead below nothing, leave bounds in range and the heap within its array."""
    for tt, w, q in (each for seed in range(6) for each in _asked(seed)):
        for value in (-1, -(1 << 40), 1 << 42, (1 << 63) - 1):
            odd = w._replace(leg_emissions=np.full_like(w.leg_emissions, value))
            for weight in ((0, 0, 1), (1 << 20, 1 << 16, 1 << 16)):
                bound, _ = lower_bound(
                    tt, odd, tt.in_ptr, tt.in_from, tt.in_leg, q.target, np.array(weight), tt.in_ptr, q.source
                )
                assert bound.min() >= 0
                assert bound.max() <= NO_LIMIT


def test_bars_only_what_cannot_run() -> None:
    """A leg is barred if and only if none of its departures can be boarded and arrives in the time of the question."""
    barred = 0
    for tt, w, q in (each for seed in range(6) for each in _asked(seed)):
        cost = in_season(tt, w, q).leg_cost
        for leg in range(len(cost)):
            departs = tt.departures[max(0, tt.leg_lo[leg]) : max(0, tt.leg_hi[leg])] + tt.leg_offset[leg]
            arrives = departs + tt.leg_duration[leg] + tt.leg_post[leg]
            runs = tt.leg_lo[leg] < 0 or bool(np.any((departs >= q.start + tt.leg_pre[leg]) & (arrives <= q.end)))
            assert cost[leg] == (w.leg_cost[leg] if runs else -1)
            barred += cost[leg] != w.leg_cost[leg]
    assert barred


def test_nothing_of_use_is_left_out() -> None:
    """What is searched has the states that lie between source and target, and every leg of use between two of them."""
    for tt, w, q in (each for seed in range(6) for each in _asked(seed)):
        season, time = in_season(tt, w, q), np.array([1, 0, 0])
        left, _ = lower_bound(tt, season, tt.out_ptr, tt.arc_to, tt.arc_leg, q.source, time, tt.out_ptr, q.target)
        right, _ = lower_bound(tt, season, tt.in_ptr, tt.in_from, tt.in_leg, q.target, time, tt.in_ptr, q.source)
        states = np.flatnonzero((left < NO_LIMIT) & (right < NO_LIMIT))
        if q.source not in states:
            states = np.unique([q.source, q.target])
        part, weights, asked = between(tt, w, q)
        assert (states[asked.source], states[asked.target]) == (q.source, q.target)
        assert part.state_loc.tolist() == tt.state_loc[states].tolist()
        assert weights.state_storage.tolist() == w.state_storage[states].tolist()
        number = {state: place for place, state in enumerate(states.tolist())}
        for ptr, other, legs, names in (
            (tt.out_ptr, tt.arc_to, tt.arc_leg, ("out_ptr", "arc_to", "arc_leg")),
            (tt.in_ptr, tt.in_from, tt.in_leg, ("in_ptr", "in_from", "in_leg")),
        ):
            new_ptr, new_other, new_legs = (getattr(part, name) for name in names)
            for state, place in number.items():
                arcs = zip(other[ptr[state] : ptr[state + 1]], legs[ptr[state] : ptr[state + 1]], strict=True)
                wanted = [(number[to], leg) for to, leg in arcs if to in number and season.leg_cost[leg] >= 0]
                new = slice(new_ptr[place], new_ptr[place + 1])
                assert list(zip(new_other[new], new_legs[new], strict=True)) == wanted


@pytest.mark.slow
@pytest.mark.skipif(_LONG in os.environ, reason="this is the run with checks")
def test_stays_within_its_arrays(tmp_path: Path) -> None:
    """With every index checked, the tests of this file pass as well."""
    checked = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path), _LONG: "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(Path(__file__).resolve())]
    run = subprocess.run(command, cwd=_ROOT, env=os.environ | checked, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
