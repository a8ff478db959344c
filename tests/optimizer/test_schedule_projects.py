"""Projects: jobs with resources and order alone, as short as they can be, and proven."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.schedule import Params
from optimizer.schedule.evaluate import Slot, Times
from optimizer.schedule.grid import grid_of
from optimizer.schedule.narrow import apart, energy_bound, latest_ends, narrowed, widened
from optimizer.schedule.placing import NOWHERE, in_order, justified, put_early, put_late
from optimizer.schedule.problem import Closure, HubProblem, Job, Mode, Pool, PoolKey
from optimizer.schedule.session import Session
from optimizer.schedule.shorten import shortest
from tests.oracles.projects import Project, least_end, wrong

PARAMS = Params(time_limit_s=4, deterministic=True)
KEYS = (PoolKey("", "crew", "general"), PoolKey("", "crane", "general"))


def problem_of(project: Project) -> HubProblem:
    """Return a project as the engine knows it."""
    horizon = sum(project.lengths)
    return HubProblem(
        hub="",
        begin_min=0,
        end_min=horizon,
        jobs=tuple(
            Job(
                id=str(place), kind="stuff", subject="", work_min=length, pools=KEYS, demands=need, overtime_minor=0,
                modes=(Mode(length, is_overtime=False, begins=((0, horizon - length),)),),
            )
            for place, (length, need) in enumerate(zip(project.lengths, project.needs, strict=True))
        ),
        pools=tuple(Pool(key=key, count=count) for key, count in zip(KEYS, project.counts, strict=True)),
        units=(),
        before=project.before,
    )  # fmt: skip


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Return a project of up to six jobs."""
    count = draw(st.integers(1, 6))
    counts = (draw(st.integers(2, 4)), draw(st.integers(1, 3)))
    return Project(
        lengths=tuple(draw(st.integers(0, 5)) for _ in range(count)),
        needs=tuple(tuple(draw(st.integers(0, most)) for most in counts) for _ in range(count)),
        counts=counts,
        before=tuple(pair for pair in combinations(range(count), 2) if draw(st.integers(0, 3)) == 0),
    )


@settings(max_examples=40, deadline=None)
@given(projects())
def test_equals_every_order(project: Project) -> None:
    """The schedule is sound, as short as the best of all orders, and proven."""
    short = shortest(problem_of(project), PARAMS)
    assert short.times is not None
    assert wrong(project, [slot.begin_min for slot in short.times.slots]) == []
    assert short.last_end == short.bound == least_end(project)


@settings(max_examples=40, deadline=None)
@given(projects())
def test_bounds_hold(project: Project) -> None:
    """No bound is above the best; what must end by less than the best is refuted, by the best is found."""
    problem, best = problem_of(project), least_end(project)
    assert energy_bound(problem) <= best
    less = narrowed(problem, best - 1)
    assert less is None or Session.find(less, PARAMS, 4.0) == (None, True)
    enough = narrowed(problem, best)
    assert enough is not None
    times, is_refuted = Session.find(enough, PARAMS, 4.0)
    assert times is not None
    assert not is_refuted
    found = widened(problem, enough, times)
    assert max(found.end(problem, job) for job in range(len(problem.jobs))) <= best


@settings(max_examples=40, deadline=None)
@given(projects())
def test_jobs_kept_apart_cannot_be_together(project: Project) -> None:
    """Every pair of a set follows one another or needs too much; every pair that needs too much is in a set."""
    problem = problem_of(project)
    follows = np.zeros((len(project.lengths),) * 2, dtype=bool)
    for first, second in project.before:
        follows[first, second] = True
    for via in range(len(project.lengths)):
        follows |= np.outer(follows[:, via], follows[via])
    sets = apart(problem)
    for one, other in combinations(range(len(project.lengths)), 2):
        needs = zip(project.needs[one], project.needs[other], project.counts, strict=True)
        is_short = any(first + second > count for first, second, count in needs)
        is_ordered = bool(follows[one, other] or follows[other, one])
        is_told = any(one in some and other in some for some in sets)
        assert not is_told or is_short or is_ordered
        if is_short and not is_ordered and project.lengths[one] and project.lengths[other]:
            assert is_told


@settings(max_examples=40, deadline=None)
@given(projects(), st.integers(0, 1000))
def test_pushing_late_and_early_never_makes_longer(project: Project, seed: int) -> None:
    """Double justification keeps a schedule sound and its end where it was, or earlier."""
    grid = grid_of(problem_of(project))
    keys = np.random.default_rng(seed).integers(0, 100, len(project.lengths))
    order = in_order(keys, grid.before_at, grid.after_at, grid.after)
    begins, modes = np.zeros_like(keys), np.zeros_like(keys)
    first = put_early(grid, order, begins, modes)
    assert wrong(project, begins.tolist()) == []
    last = justified(grid, begins, modes, first)
    assert wrong(project, begins.tolist()) == []
    assert max(begins + np.array(project.lengths)) == last <= first


def _with_hours() -> HubProblem:
    """Return one crew that works from 10 to 20 and 30 to 40, is away from 12 to 15, and in overtime from 40 to 50."""
    regular = Mode(4, is_overtime=False, begins=((10, 16), (30, 36)))
    overtime = Mode(4, is_overtime=True, begins=((40, 46),))
    job = Job(id="a", kind="stuff", subject="", work_min=4, pools=KEYS[:1], modes=(regular, overtime), overtime_minor=5)
    return HubProblem(
        hub="", begin_min=10, end_min=50, jobs=tuple(replace(job, id=str(place)) for place in range(3)),
        pools=(Pool(key=KEYS[0], count=1, closures=(Closure(12, 15, 1),)),), units=(), before=((0, 1), (1, 2)),
    )  # fmt: skip


def test_hours_and_closures_by_hand() -> None:
    """Early: 15, 30, 34. Late, by 50: overtime at 46, 42, and regular hours at 36."""
    problem = _with_hours()
    grid = grid_of(problem)
    begins, modes = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    assert put_early(grid, np.arange(3), begins, modes) == 28
    assert (begins + 10).tolist() == [15, 30, 34]
    assert modes.tolist() == [0, 2, 4]
    assert put_late(grid, np.array([2, 1, 0]), 40, begins, modes) == 26
    assert (begins + 10).tolist() == [36, 42, 46]
    assert modes.tolist() == [0, 3, 5]
    assert put_late(grid, np.array([2, 1, 0]), 10, begins, modes) == NOWHERE


def test_latest_ends_by_hand() -> None:
    """By 38: the last ends at 38, begun at 34 at the latest; the one before by 34; the first by 30 ends at 20."""
    problem = _with_hours()
    assert latest_ends(problem, 38) == [30, 34, 38]
    small = narrowed(problem, 38)
    assert small is not None
    assert [job.modes[0].begins for job in small.jobs] == [((10, 16),), ((14, 16), (30, 30)), ((30, 34),)]
    assert narrowed(problem, 20) is None
    times = Times((Slot(15, 0), Slot(30, 0), Slot(34, 0)), frozenset())
    assert widened(problem, small, times) == times


def test_energy_by_hand() -> None:
    """Two jobs of 6 minutes each that need 3 of 4 cannot be together: 36 / 4 = 9, and 12 when it is proven."""
    project = Project((6, 6), ((3, 0), (3, 0)), (4, 1), ())
    problem = problem_of(project)
    assert energy_bound(problem) == 9
    assert apart(problem) == [[0, 1]]
    assert shortest(problem, PARAMS).bound == 12


@pytest.mark.parametrize("workers", [1, 2])
def test_a_larger_one_is_sound(workers: int) -> None:
    """Twenty jobs, with and without a second thread: sound, and the bound is not above the end."""
    dice = np.random.default_rng(3)
    project = Project(
        tuple(dice.integers(1, 10, 20).tolist()),
        tuple((int(dice.integers(0, 4)), int(dice.integers(0, 3))) for _ in range(20)),
        (5, 3),
        tuple((a, b) for a, b in combinations(range(20), 2) if dice.random() < 0.1),
    )
    short = shortest(problem_of(project), Params(time_limit_s=2, workers=workers))
    assert short.times is not None
    assert wrong(project, [slot.begin_min for slot in short.times.slots]) == []
    assert short.bound <= short.last_end


def test_same_seed_same_schedule() -> None:
    """A repeatable run gives the same twice."""
    problem = problem_of(Project((3, 4, 2, 5, 1), ((2, 1), (2, 0), (1, 1), (3, 1), (2, 1)), (3, 1), ((0, 4),)))
    assert shortest(problem, PARAMS) == shortest(problem, PARAMS)
