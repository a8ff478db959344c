"""Shared boxes in the bound: best supplies against enumeration, prices below every consignment, plans of two SKUs."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.stock_cases import stock_case
from benchmarks.stock_problem import drawn
from optimizer.stock.compiled import compiled
from optimizer.stock.evaluate import Decisions, evaluate_decisions
from optimizer.stock.freight import consignment, rates_of
from optimizer.stock.frozen import frozen_part
from optimizer.stock.futures import draw
from optimizer.stock.joint import Joint, _Boxes, _loose_prices
from optimizer.stock.joint_kernel import spread_all
from optimizer.stock.offers import Offers, Space, best_of_offers
from optimizer.stock.params import Params, no_progress
from optimizer.stock.pool import NEVER, Terms
from optimizer.stock.problem import Box
from optimizer.stock.relaxed import floor_prices, respond
from optimizer.stock.run import _Run
from optimizer.stock.sku import no_duals
from tests.stock_world import lane, tiny

if TYPE_CHECKING:
    from optimizer.stock.compiled import Case
    from optimizer.stock.problem import Problem

_WEEKS, _MOST = 3, 4


def _never() -> bool:
    return False


def _pool(least: int, carton: int) -> Terms:
    """Return a pool of which only the least order and the carton count."""
    none, some = np.zeros((1, _WEEKS), dtype=np.int64), np.zeros((1, _WEEKS))
    return Terms(none, none, none[0], none[0], none[0], some, some, 0.0, 0.0, 0.0, -1, carton, least)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 2))
def test_best_of_offers(seed: int, least: int) -> None:
    """The best supply is that of trying every number of cartons by every way in every week."""
    rng = np.random.default_rng(seed)
    offers = Offers(
        rng.integers(0, 3, _WEEKS), rng.integers(0, 30, (_WEEKS, 2)) * 1.0, rng.integers(1, 20, (_WEEKS, 2)) * 1.0,
        np.zeros((_WEEKS, 2), dtype=np.int64),
    )  # fmt: skip
    curves = rng.integers(-40, 40, (_WEEKS, _MOST + 1)) * 1.0
    second = np.diff(np.diff(curves, axis=1, prepend=0.0), axis=1, prepend=0.0)
    least_sum = math.inf
    for cartons in product(range(_MOST + 1), repeat=_WEEKS):
        if sum(cartons) > _MOST or any(0 < one < least for one in cartons):
            continue
        total = sum(curves[week, sum(cartons[: week + 1])] for week in range(_WEEKS))
        for week, count in enumerate(cartons):
            ways = range(offers.ways[week])
            prices = [offers.fixed[week, o] + offers.unit[week, o] * count for o in ways]
            total += min(prices, default=math.inf) if count else 0.0
        least_sum = min(least_sum, total)
    sent, how = np.zeros(_WEEKS, dtype=np.int64), np.zeros(_WEEKS, dtype=np.int64)
    found = best_of_offers(_pool(least, 5), second, offers, sent, how)
    assert found == pytest.approx(least_sum)
    cartons = np.diff(sent // 5, prepend=0)
    assert ((how >= 0) == (cartons > 0)).all()
    paid = sum(
        offers.fixed[week, how[week]] + offers.unit[week, how[week]] * cartons[week]
        for week in range(_WEEKS)
        if cartons[week]
    )
    assert paid + sum(curves[week, sent[week] // 5] for week in range(_WEEKS)) == pytest.approx(found)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0), st.booleans())
def test_below_every_consignment(seed: int, part: float, has_loose: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever some SKUs send together, what each pays by itself sums up to no more than the consignment costs."""
    rng = np.random.default_rng(seed)
    skus = int(rng.integers(1, 5))
    boxes = tuple(
        Box(unit=str(n), payload_g=int(rng.integers(20_000, 90_000)), volume_cm3=int(rng.integers(100_000, 400_000)),
            price_fen=int(rng.integers(5_000, 30_000)))
        for n in range(int(rng.integers(1, 4)))
    )  # fmt: skip
    loose = float(rng.integers(100, 1_500)) if has_loose else None
    problem = tiny(
        skus=skus, mass_g=rng.integers(100, 9_000, skus), volume_cm3=rng.integers(500, 30_000, skus),
        lanes=(lane("sea:W0", 0, (7,), 5, boxes=boxes, loose_fen_per_kg=loose),),
    )  # fmt: skip
    floor = floor_prices(problem)
    rest = _Boxes.of(problem, floor).rest(np.full((1, 5), part))[0]
    space = Space(
        *floor, *_loose_prices(problem), np.full((1, 5), part), rng.exponential(20_000, (skus, 1, 5)) ** 1.3,
        np.zeros((skus, 1)),
    )  # fmt: skip
    spread_all(space, rest, np.zeros(1))
    assert (space.share.sum(axis=0) <= rest + 1e-6).all()
    pieces = rng.integers(0, 40, skus)
    mass, volume = float(pieces @ problem.mass_g), float(pieces @ problem.volume_cm3)
    counts = np.zeros((2, len(boxes)), dtype=np.int64)
    fee = consignment(rates_of(problem), 0, mass, volume, counts)
    paid = 0.0
    for s in np.flatnonzero(pieces):
        full = floor[0][0] * problem.volume_cm3[s] + floor[1][0] * problem.mass_g[s]
        ways = [space.share[s, 0, 0] + part * full * pieces[s]]
        if has_loose:
            each = space.loose_volume[0] * problem.volume_cm3[s] + space.loose_mass[0] * problem.mass_g[s]
            ways.append(each * pieces[s])
        paid += min(ways)
    assert paid <= fee + 1e-6


def _bounds(problem: Problem, case: Case) -> list[float]:
    """Return the bounds of a run, fen."""
    zero = np.zeros((*case.there.shape[:2], problem.weeks), dtype=np.int64)
    duals = no_duals(case)
    floor = floor_prices(problem)
    priced = duals._replace(volume=duals.volume + floor[0][:, None], mass=duals.mass + floor[1][:, None])
    answer = respond(case, priced, 10, zero)
    assert answer is not None
    found: list[float] = []
    Joint(problem, case, duals, problem.open_fen.astype(float), answer).raise_bound(
        max(1.0, answer.cost_fen), found.append, int, _never
    )
    return [answer.bound_fen, *found]


@pytest.mark.parametrize("seed", range(6))
def test_two_skus_against_enumeration(seed: int) -> None:
    """No plan of two SKUs that could share boxes costs less than the bound, and the bound is not far from it."""
    rng = np.random.default_rng(seed)
    problem = tiny(
        skus=2, weeks=4, service=0.0, mass_g=rng.integers(500, 2_500, 2), volume_cm3=rng.integers(2_000, 9_000, 2),
        lanes=(lane("sea:W0", 0, (7,), 4, loose_fen_per_kg=float(rng.integers(700, 3_000))),),
        open_fen=np.array([int(rng.integers(0, 9_000))]),
    )  # fmt: skip
    case = compiled(problem, draw(problem, 4, seed))
    rates, counts = rates_of(problem), np.zeros((2, 1), dtype=np.int64)
    weeks = np.flatnonzero(case.lane_ok[0])
    optimum = math.inf
    for cartons in product(range(4), repeat=2 * len(weeks)):
        units = np.zeros((2, 1, 4), dtype=np.int64)
        units[:, 0, weeks] = np.array(cartons).reshape(2, -1) * 4
        boxes = np.zeros((1, 1, 4), dtype=np.int64)
        for week in weeks:
            pieces = units[:, 0, week]
            consignment(rates, 0, float(pieces @ problem.mass_g), float(pieces @ problem.volume_cm3), counts)
            boxes[0, :, week] = counts[0]
        for homes in product((0, -1), repeat=2):
            chosen = Decisions(units=units, boxes=boxes, homes=np.array(homes)[:, None])
            optimum = min(optimum, float(evaluate_decisions(problem, case, chosen).total_fen))
    first, *found = _bounds(problem, case)
    assert max(found) <= optimum + 20
    assert max(first, *found) >= 0.85 * optimum


@pytest.mark.parametrize("seed", [1, 2])
def test_above_the_floor(seed: int) -> None:
    """Of drawn problems the bound with shared boxes is well above that of space alone."""
    for problem in (stock_case(6, 3, 12, seed), drawn(12, 4, 16, seed)):
        first, *found = _bounds(problem, compiled(problem, draw(problem, 8, seed)))
        assert max(found) > 1.01 * first


def test_stopped_at_once() -> None:
    """A run that has no time tells no bound."""
    problem = tiny(skus=2)
    case = compiled(problem, draw(problem, 4, 1))
    zero = np.zeros((2, 1, 5), dtype=np.int64)
    answer = respond(case, no_duals(case), 1, zero)
    assert answer is not None
    found: list[float] = []
    Joint(problem, case, no_duals(case), np.zeros(1), answer).raise_bound(1.0, found.append, int, lambda: True)
    assert found == []


def test_nothing_asked() -> None:
    """Where nobody asks for anything there is nothing to share, and the bound is that of the stock."""
    problem = tiny(skus=2, mean=np.zeros((2, 1, 5)), sd=np.zeros((2, 1, 5)))
    case = compiled(problem, draw(problem, 4, 1))
    assert all(bound < NEVER for bound in _bounds(problem, case))


def test_ended_from_outside() -> None:
    """What is told of a step may end the work."""
    problem = tiny(skus=2)
    case = compiled(problem, draw(problem, 4, 1))
    answer = respond(case, no_duals(case), 1, np.zeros((2, 1, 5), dtype=np.int64))
    assert answer is not None

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Joint(problem, case, no_duals(case), np.zeros(1), answer).raise_bound(1.0, int, stop, _never)


@pytest.mark.parametrize("seed", range(40))
def test_no_bound_above_a_plan(seed: int) -> None:
    """What a run holds for a bound is never above its own plan, before the lesser of the two is told."""
    rng = np.random.default_rng(seed)
    skus, warehouses, weeks = int(rng.integers(1, 6)), int(rng.integers(1, 5)), int(rng.integers(6, 20))
    problem = (stock_case if seed % 2 else drawn)(skus, warehouses, weeks, seed)
    problem = replace(problem, service=(0.0, 0.8, 0.95)[seed % 3])
    if seed % 4 == 0:
        problem = replace(problem, open_fen=problem.open_fen * 0)
    params = Params(deterministic=True, effort=4, seed=seed, gap=-1.0)
    run = _Run(problem, params, no_progress, frozen_part(problem, None, 0))
    run.result("")
    assert run._value is not None
    assert run._bound <= run._value.total_fen
