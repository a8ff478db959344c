"""The consolidation benchmark measures what it promises, and those it compares with are given a fair problem."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.candidates import Candidates, Part, candidates, packed, worthiest
from benchmarks.consolidation import SPEC, WARM, WARM_SEED, WEEK, known_boxes, real_cost
from benchmarks.first_come import Dispatcher, Quality, RealPrices, Sent, first_come, quality_of, saved, sent, with_boxes
from benchmarks.monoliths import SOLVERS, model_of, solve_apart, solve_here
from benchmarks.registry import BenchSpec, Measurement
from data import load_catalogue
from data.samples import sample_cargo
from network import Network
from optimizer.consolidation import Params
from optimizer.consolidation.build import Boxful, Builder
from optimizer.consolidation.columns import Pool
from optimizer.consolidation.market import Offer
from optimizer.consolidation.relaxation import Carriages
from optimizer.consolidation.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.plan import Plan
    from network.timetable import Ints
    from optimizer.consolidation.houses import House

LIMIT_S = 20.0
NEVER = 1 << 45
ROUNDING = 10
"""Fen that rounding duals may take from a bound of a few shipments."""


def ints(*values: object) -> Ints:
    """Return an array of integers."""
    return np.array(values, dtype=np.int64)


def drawn(seed: int, shipments: int = 5, carriages: int = 3, unit: int = 1) -> Part:
    """Return a class with random sizes and costs, in which some shipments cannot use some carriages."""
    rng = np.random.default_rng(seed)
    own = unit * rng.integers(0, 60, (carriages, shipments))
    own[rng.random((carriages, shipments)) < 0.2] = NEVER
    sizes = rng.integers(10, 60, (2, shipments))
    return Part(
        unit * rng.integers(40, 120, shipments), sizes[0], sizes[1],
        Carriages(unit * rng.integers(50, 150, carriages), own, ints(*[100] * carriages), ints(*[90] * carriages)),
    )  # fmt: skip


def cheapest(part: Part) -> int:
    """Return the cost of the best choice by enumeration, boxes counted by volume and by mass as in the model."""
    cars = part.carriages
    best = int(part.alone.sum())
    for choice in itertools.product(range(-1, len(cars.cost)), repeat=len(part.alone)):
        cost = sum(int(part.alone[i] if c < 0 else cars.own[c, i]) for i, c in enumerate(choice))
        for c in set(choice) - {-1}:
            on = [i for i, chosen in enumerate(choice) if chosen == c]
            cost += boxes(part, c, on) * int(cars.cost[c])
        best = min(best, cost)
    return best


def boxes(part: Part, row: int, items: list[int]) -> int:
    """Return how many boxes of a carriage hold some shipments, by volume and by mass as in the model."""
    cars = part.carriages
    return int(
        max(-(-part.volume[items].sum() // cars.most_volume[row]), -(-part.mass[items].sum() // cars.most_mass[row]))
    )


def as_chosen(part: Part, chosen: Ints) -> int:
    """Return the cost of a choice in the model."""
    cars = part.carriages
    cost = int(part.alone.sum() + cars.own[chosen[:, 0], chosen[:, 1]].sum() - part.alone[chosen[:, 1]].sum())
    return cost + sum(
        int(cars.cost[row]) * boxes(part, row, chosen[chosen[:, 0] == row, 1].tolist())
        for row in np.unique(chosen[:, 0]).tolist()
    )


def always() -> bool:
    """Say that the time is up."""
    return True


def never() -> bool:
    """Say that there is time left."""
    return False


@pytest.mark.slow
def test_measurements(capfd: pytest.CaptureFixture[str]) -> None:
    """A sound plan is measured, no bound exceeds a cost on the boxes compared, and no solver talks in between."""
    rows = {row.name.removeprefix("consolidation/"): row for row in SPEC.measure(is_smoke=True, seeds=[WARM_SEED])}
    assert set(rows) >= {
        "cost", "bound", "gap", "first-plan", "total", "memory", "boxes", "fill", "cost-per-m3", "on-time", "saved",
        "violations", "alone/cost", "alone/cost-per-m3", "alone/on-time", "candidates", "candidates-cost",
        "candidates-bound",
    }  # fmt: skip
    # What HiGHS says about this week goes where progress goes, as stdout is for measurements.
    assert capfd.readouterr().out == ""
    assert rows["violations"].value == 0
    assert rows["boxes"].value > 0
    assert rows["boxes-among-them"].value == rows["boxes"].value
    assert rows["bound"].value <= rows["candidates-bound"].value
    assert rows["candidates-bound"].value <= rows["candidates-cost"].value <= rows["cost"].value
    costs, bounds = (
        [rows[f"{s}{links}/{what}"] for s in SOLVERS for links in ("", "-links")] for what in ("cost", "bound")
    )
    for cost, bound in zip(costs, bounds, strict=True):
        assert cost.value == rows["candidates-cost"].value
        assert bound.value == rows["candidates-bound"].value
        assert cost.baseline is not None
        assert bound.baseline is not None
        assert bound.baseline <= cost.baseline <= cost.value
        real = rows[cost.name.removeprefix("consolidation/").replace("/cost", "/real-cost")]
        assert real.value == rows["cost"].value
        assert real.baseline is not None
        assert cost.baseline <= real.baseline
        assert cost.ratio == pytest.approx(cost.baseline / cost.value)
    theirs, alone = rows["cost"].baseline, rows["alone/cost"].baseline
    assert theirs is not None
    assert alone is not None
    assert rows["candidates-bound"].value <= theirs <= alone
    assert rows["saved"].value == pytest.approx(100 - 100 * rows["cost"].value / alone)


# What there is to choose from


class Finished(NamedTuple):
    """A run that has ended, its plan, its shipments and the candidates."""

    run: Run
    plan: Plan
    houses: list[House]
    classes: list[Candidates]


@pytest.fixture(scope="module")
def finished() -> Finished:
    """Return the small week as a run leaves it."""
    catalogue = load_catalogue()
    cargo = sample_cargo(catalogue, shipments=WARM.shipments, week=WEEK, seed=WARM_SEED)
    run = Run(Network(catalogue), cargo, Params(time_limit_s=WARM.limit_s, gap=0.0, deterministic=True), None)
    plan = run.solve()
    houses = [run.makes.make(index, shipment) for index, shipment in enumerate(cargo)]
    return Finished(run, plan, houses, candidates(run.entries, never))


def test_our_boxes_are_among_the_candidates(finished: Finished) -> None:
    """All are, and one that is taken away is missed."""
    plan, classes = finished.plan, finished.classes
    assert known_boxes(plan, classes) == len(plan.loads) > 1
    one = next(one for one in classes if one.loads)
    less = [row for row in range(len(one.offers)) if row != one.loads[0][0]]
    without = one._replace(offers=[one.offers[row] for row in less])
    assert known_boxes(plan, [without if each is one else each for each in classes]) == len(plan.loads) - 1


def test_terms_of_carriages_are_below_real_ones(finished: Finished) -> None:
    """Whole plan or single line: nothing really costs less than the carriage says; the bounds are no higher."""
    assert finished.run.cost == finished.plan.cost_minor
    for one in finished.classes:
        assert one.entry.bound <= one.bound <= one.cost <= one.entry.cost
        # Without what bounds every plan, but for the rounding of duals.
        assert one.part.bound(never) >= one.entry.bound - len(one.part.alone)
        prices, cars = RealPrices(one.entry, one.offers), one.part.carriages
        for row in range(len(one.offers)):
            assert prices.box(row) >= cars.cost[row]
            for item in np.flatnonzero(cars.own[row] < NEVER).tolist():
                own = prices.own(item, row)
                assert own is None or own >= cars.own[row, item]


def test_a_model_is_between_our_bound_and_our_cost(finished: Finished) -> None:
    """On the same candidates, in the same terms; these classes are so small that no shipment is split."""
    parts = [one.part for one in finished.classes]
    found = solve_here(parts, "scip", LIMIT_S, has_links=True)
    assert found.cost is not None
    assert sum(one.bound for one in finished.classes) <= found.cost <= sum(one.cost for one in finished.classes)
    assert real_cost(finished.classes, found.chosen) >= found.cost


def test_our_choice_really_costs_what_the_plan_says(finished: Finished) -> None:
    """Given as a model gives its own, our choice has our cost; none is everything alone, a bad one is no worse."""
    ours = [
        ints(*[(row, item) for row, items in one.loads for item in items]).reshape(-1, 2) for one in finished.classes
    ]
    assert real_cost(finished.classes, ours) == sum(one.entry.cost for one in finished.classes)
    alone = sum(one.entry.alone for one in finished.classes)
    assert real_cost(finished.classes, [pairs[:0] for pairs in ours]) == alone
    bad = [ints(*[(0, item) for item in range(len(one.part.alone))]) for one in finished.classes]
    assert real_cost(finished.classes, bad) <= alone


def test_quality_is_that_of_the_plan(finished: Finished) -> None:
    """Our loads, looked at as those of the dispatcher are, make our plan; no loads make everything alone."""
    ours = [box for one in finished.classes for box in sent(one, one.loads)]
    same, plan = with_boxes(finished.houses, ours), quality_of(finished.plan, finished.run.cargo)
    assert same._replace(fills=sorted(same.fills)) == plan._replace(fills=sorted(plan.fills))
    alone = with_boxes(finished.houses, [])
    assert alone.cost == finished.plan.alone_minor
    assert alone.fills == []


def test_who_stays_behind_does_not_travel() -> None:
    """One that stays behind counts by its price, one that would but has a box does not, one alone is late."""
    ways = [(True, 50, 10), (True, 70, 20), (False, 90, 40)]
    houses: Any = [
        SimpleNamespace(
            index=i, is_left=is_left, alone_fen=fen, alone=SimpleNamespace(arrive_min=9), due=5,
            shipment=SimpleNamespace(volume_cm3=volume), days_late=lambda arrives: max(0, arrives - 5),
        )
        for i, (is_left, fen, volume) in enumerate(ways)
    ]  # fmt: skip
    assert with_boxes(houses, []) == Quality(50 + 70 + 90, 50 + 70, 40, [], 1, 0)
    assert with_boxes(houses, [Sent(15, 400_000, {1: 4})]) == Quality(210 - 15, 50, 20 + 40, [400_000], 2, 1)


def test_boxes_of_the_dispatcher_can_be_sent(finished: Finished) -> None:
    """Put together as those of a plan are, they cost and arrive as he says."""
    builder = Builder(finished.run.lanes)
    boxes = iter(first_come(finished.classes))
    for one in finished.classes:
        entry = one.entry
        prices = RealPrices(entry, one.offers)
        for row, items in Dispatcher(entry.market.houses, one.offers, one.part, one.departs, prices).dispatch():
            box = next(boxes)
            load, journeys = builder.shared(Boxful(entry.real, one.offers[row], tuple(items)))
            paid = load.cost_cny_minor + sum(each.own_cny_minor + each.penalty_cny_minor for each in journeys)
            assert box.saved == int(entry.market.alone[items].sum()) - paid > 0
            assert box.fill_ppm == load.fill_ppm
            arrive = {entry.market.houses[i].index: each.arrive_min for i, each in zip(items, journeys, strict=True)}
            assert box.arrivals == arrive
    assert next(boxes, None) is None


@pytest.mark.parametrize("seed", range(5))
def test_the_worthiest_are_what_the_linear_solution_needs(seed: int) -> None:
    """It uses no more carriages than there are shipments, so the bound stays; those of our plan stay, too."""
    part = drawn(seed, shipments=5, carriages=20, unit=1_000)
    is_used = np.arange(20) == seed
    kept = worthiest(part, is_used, never, most=5)
    assert len(kept) == 6
    assert seed in kept
    less = part._replace(carriages=part.carriages.only(kept))
    bound = part.bound(never)
    assert less.bound(never) == pytest.approx(bound, abs=ROUNDING)
    dropped = np.setdiff1d(np.arange(20), kept)
    assert part._replace(carriages=part.carriages.only(dropped)).bound(never) > bound + ROUNDING


def test_few_are_all_kept() -> None:
    """Nothing is dropped where there is nothing to spare."""
    part = drawn(1, carriages=4)
    assert worthiest(part, np.arange(4) == 2, always, most=3).tolist() == [0, 1, 2, 3]


def test_what_does_not_fit_needs_another_box() -> None:
    """Three of 60 need three boxes of 100, but 60, 60 and 40 only two; 1 of a mass of 99 has one more beside it."""
    cars = Carriages(ints(1, 1), ints([0] * 5, [0] * 5), ints(100, 100), ints(100, 100))
    volume, mass = ints(60, 60, 60, 40, 1), ints(1, 1, 1, 1, 99)
    part = Part(ints(9, 9, 9, 9, 9), volume, mass, cars)
    assert packed(part, ints([0, 0], [0, 1], [0, 2])) == [(0, [0]), (0, [1]), (0, [2])]
    assert packed(part, ints([0, 3], [0, 1], [0, 2])) == [(0, [1, 3]), (0, [2])]
    assert packed(part, ints([0, 0], [1, 4], [1, 3], [1, 2])) == [(0, [0]), (1, [4, 2]), (1, [3])]


def test_cost_of_loads() -> None:
    """Boxes and own lines of those in them; the others go alone."""
    part = Part(ints(50, 60, 70), ints(1, 1, 1), ints(1, 1, 1), Carriages(ints(40), ints([5, 6, 7]), ints(9), ints(9)))
    assert part.cost([]) == 180
    assert part.cost([(0, (0, 2))]) == 40 + 5 + 7 + 60
    assert part.bound(never) == pytest.approx(40 + 5 + 6 + 7, abs=3)


# The models


@pytest.mark.parametrize("solver", list(SOLVERS))
@pytest.mark.parametrize("has_links", [False, True])
def test_every_solver_finds_the_optimum(solver: str, *, has_links: bool) -> None:
    """On small classes cost and bound are those of enumeration, with and without the pairwise rows."""
    parts = [drawn(seed) for seed in (1, 2)]
    optimum = sum(cheapest(part) for part in parts)
    found = solve_here(parts, solver, LIMIT_S, has_links=has_links)
    assert found.cost == optimum
    assert found.bound is not None
    assert optimum - 1 <= found.bound <= optimum
    assert sum(as_chosen(part, chosen) for part, chosen in zip(parts, found.chosen, strict=True)) == optimum


def test_the_model_may_split_a_shipment_between_boxes() -> None:
    """Three shipments of 60 fit no two boxes of 100, but 180 is less than 200: so the model errs on the cheap side."""
    cars = Carriages(ints(100), ints([0, 0, 0]), ints(100), ints(100))
    sizes = ints(60, 60, 60)
    part = Part(ints(90, 90, 90), sizes, sizes, cars)
    assert solve_here([part], "highs", LIMIT_S, has_links=True).cost == 200
    pool = Pool(part.alone, part.volume, part.mass, part.carriages)
    assert pool.generate(lambda: False) == 270


def test_links_are_one_row_for_each_pair() -> None:
    """The pairwise rows, and nothing else, come on top."""
    part = drawn(3)
    pairs = int((part.carriages.own < part.alone).sum())
    rows = [len(model_of([part], has_links=has).linear_constraints.ids) for has in (False, True)]
    assert rows[1] - rows[0] == pairs


def test_no_boxes_is_everything_alone() -> None:
    """Without classes, or without a carriage that saves, the model costs what going alone costs."""
    part = drawn(4)
    dear = part._replace(carriages=part.carriages._replace(own=np.full_like(part.carriages.own, NEVER)))
    assert solve_here([], "highs", LIMIT_S, has_links=True).cost == 0
    assert solve_here([dear], "highs", LIMIT_S, has_links=True).cost == int(part.alone.sum())


def test_a_solver_apart_finds_the_same() -> None:
    """The process of its own changes nothing."""
    part = drawn(5)
    assert solve_apart([part], "highs", LIMIT_S, has_links=False).cost == cheapest(part)


def test_a_solver_that_dies_found_nothing() -> None:
    """A process that ends without an answer is no answer, and no error."""
    assert solve_apart([drawn(5)], "no such solver", LIMIT_S, has_links=False)[:2] == (None, None)


def test_a_solver_without_memory_found_nothing() -> None:
    """A process that wants more than it may have ends, and nothing else does."""
    pytest.importorskip("resource")
    part = drawn(5, shipments=1_000, carriages=300)
    assert solve_apart([part], "highs", LIMIT_S, has_links=True, most_bytes=1)[:2] == (None, None)


# First come, first served


class Plain:
    """Boxes that cost and arrive as their carriages say: as soon as they depart."""

    def __init__(self, part: Part, departs: Ints) -> None:
        self.part = part
        self.departs = departs

    def box(self, row: int) -> int:
        """Return the cost of the carriage."""
        return int(self.part.carriages.cost[row])

    def own(self, item: int, row: int) -> int | None:
        """Return what the carriage says."""
        own = int(self.part.carriages.own[row, item])
        return own if own < NEVER else None

    def arrival(self, item: int, row: int) -> int:
        """Return the departure."""
        del item
        return int(self.departs[row])


class Stored(Plain):
    """On the first date storage costs more than is to be saved, which the carriage does not say."""

    def own(self, item: int, row: int) -> int | None:
        """Return more than the carriage says for the first date, nothing for the second."""
        return 1_000 if row == 0 else None if row == 1 else super().own(item, row)


def dispatched(
    alone: Ints, volume: Ints, own: list[list[int]], *, due: int = 99, cost: int = 100, prices: type[Plain] = Plain
) -> list[tuple[int, list[int]]]:
    """Return the boxes of a dispatcher with one lane that departs at 10, 20, ... and holds 100."""
    houses: Any = [SimpleNamespace(ready=i, index=i, due=due) for i in range(len(alone))]
    count = len(own)
    offers = [Offer(0, 1, 2, 0, row) for row in range(count)]
    most = ints(*[100] * count)
    part = Part(alone, volume, volume, Carriages(ints(*[cost] * count), ints(*own), most, most))
    departs = 10 * np.arange(1, count + 1)
    return Dispatcher(houses, offers, part, departs, prices(part, departs)).dispatch()


def test_a_full_box_leaves_first() -> None:
    """A box that is full leaves on the first departure that all in it can use; what comes later begins another one."""
    own = [[NEVER, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert dispatched(ints(99, 99, 300), ints(50, 45, 50), own) == [(1, [0, 1]), (2, [2])]


def test_of_several_open_boxes_the_one_that_is_full_leaves() -> None:
    """A box that cannot take a shipment stays open beside the one that it fills."""
    assert dispatched(ints(99, 99, 99), ints(60, 50, 45), [[0, 0, 0]] * 3) == [(0, [1, 2])]
    assert dispatched(ints(199, 99, 99), ints(60, 50, 45), [[0, 0, 0]] * 3) == [(0, [1, 2]), (2, [0])]


def test_others_wait_for_the_last_departure_that_keeps_dues() -> None:
    """A box that does not fill up leaves on the last departure that is in time."""
    assert dispatched(ints(99, 99), ints(40, 40), [[0, 0], [0, 0], [0, 0]], due=25) == [(1, [0, 1])]


def test_a_box_that_does_not_pay_is_not_sent() -> None:
    """Who was promised a share of a full box goes alone when the box stays empty."""
    assert dispatched(ints(99), ints(40), [[0]]) == []


def test_nobody_joins_who_is_cheaper_alone() -> None:
    """A shipment that pays more in a box than alone takes no place in it."""
    assert dispatched(ints(99, 30, 99), ints(40, 40, 40), [[0, 0, 0]]) == [(0, [0, 2])]


def test_dates_are_chosen_by_what_they_really_cost() -> None:
    """A date on which storage eats the saving, or on which a shipment cannot travel, is not taken."""
    own = [[0], [0], [0]]
    assert dispatched(ints(150), ints(95), own) == [(0, [0])]
    assert dispatched(ints(150), ints(95), own, prices=Stored) == [(2, [0])]
    assert dispatched(ints(150), ints(95), own[:2], prices=Stored) == []


def test_saved_is_against_alone() -> None:
    """Box and own lines are paid, going alone is not."""
    part = Part(ints(90, 80), ints(1, 1), ints(1, 1), Carriages(ints(100), ints([5, NEVER]), ints(9), ints(9)))
    prices = Plain(part, ints(10))
    assert saved(part, prices, 0, [0]) == 90 - 100 - 5
    with pytest.raises(AssertionError, match="cannot travel"):
        saved(part, prices, 0, [0, 1])


# What is measured


def test_sizes_and_seeds_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    """All sizes with all seeds, or some; a smoke run takes one seed."""
    assert [size.number for size in SPEC.sizes] == [300, 2_000, 10_000]

    def run(size: Any, seed: int) -> Iterator[Measurement]:  # noqa: ANN401 - any size
        yield Measurement(name="x", size=str(size.number), seed=seed, value=0, unit="")

    spec: BenchSpec[Any] = BenchSpec("x", SPEC.sizes, SPEC.smoke_sizes, run, SPEC.seeds)

    def measured(**options: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - any option
        return [(row.size, row.seed) for row in spec.measure(**options)]

    assert measured() == [(size, seed) for size in ("300", "2000", "10000") for seed in (1, 2, 3, 4, 5)]
    assert measured(sizes=[2_000], seeds=[4, 2]) == [("2000", 4), ("2000", 2)]
    assert measured(is_smoke=True) == [("20", 1)]
    with pytest.raises(SystemExit):
        main(["consolidation", "--sizes", "299"])
    assert "no benchmark has such a size" in capsys.readouterr().err
