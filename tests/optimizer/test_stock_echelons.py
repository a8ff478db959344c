"""Safety stock on trees and lots with dearer ages, against enumeration."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.stock.echelons import NotATreeError, Stage, guaranteed_service
from optimizer.stock.lots import Tier, best_lot, economic_lot, known_demand, lot_storage, stored

CARD = [Tier(0, 0.0), Tier(3, 0.5), Tier(5, 1.0), Tier(9, 3.0)]


@st.composite
def trees(draw: st.DrawFn) -> list[Stage]:
    """Return small trees with links in either direction."""
    count = draw(st.integers(1, 5))
    suppliers: list[set[int]] = [set() for _ in range(count)]
    for at in range(1, count):
        other = draw(st.integers(0, at - 1))
        if draw(st.booleans()):
            suppliers[at].add(other)
        else:
            suppliers[other].add(at)
    stages = []
    for at in range(count):
        is_last = all(at not in others for others in suppliers)
        stages.append(
            Stage(
                id=str(at), time=draw(st.integers(0, 3)), holding=draw(st.floats(0.1, 5)),
                sd=draw(st.floats(0.5, 4)) if is_last else 0.0, safety=1.5,
                suppliers=tuple(str(one) for one in sorted(suppliers[at])),
                inbound=draw(st.integers(0, 2)) if not suppliers[at] else 0,
                promise=draw(st.integers(0, 2)) if is_last else None,
            )
        )  # fmt: skip
    return stages


def enumerated(stages: list[Stage]) -> float:
    """Return the least cost over all service times."""
    by_id = {one.id: one for one in stages}
    customers = {one.id: [two for two in stages if one.id in two.suppliers] for one in stages}

    def variance(name: str) -> float:
        return by_id[name].sd ** 2 + sum(variance(two.id) for two in customers[name])

    best = math.inf
    tops = [min(16, 16 if one.promise is None else one.promise) for one in stages]
    for times in itertools.product(*(range(min(top, 13) + 1) for top in tops)):
        service = dict(zip(by_id, times, strict=True))
        cost = 0.0
        for one in stages:
            net = max([one.inbound, *(service[other] for other in one.suppliers)]) + one.time - service[one.id]
            if net < 0:
                break
            cost += one.holding * one.safety * math.sqrt(variance(one.id) * net)
        else:
            best = min(best, cost)
    return best


@settings(max_examples=40, deadline=None)
@given(stages=trees().filter(lambda found: len(found) <= 4))
def test_trees_equal_enumeration(stages: list[Stage]) -> None:
    """The cost, and that of the times and stocks that are told."""
    found = guaranteed_service(stages)
    assert found.cost == pytest.approx(enumerated(stages))
    told = sum(one.holding * found.stock[one.id] for one in stages)
    assert told == pytest.approx(found.cost)


@pytest.mark.parametrize(
    "links", [{"a": ("?",)}, {"a": ("b",), "b": ("a",)}, {}, {"a": ("b", "c"), "b": ("c",)}], ids=str
)
def test_what_is_no_tree_is_refused(links: dict[str, tuple[str, ...]]) -> None:
    """An unknown supplier, a ring, parts, a cycle without direction."""
    stages = [Stage(id=name, time=1, holding=1, safety=1, suppliers=links.get(name, ())) for name in "abc"]
    with pytest.raises(NotATreeError):
        guaranteed_service(stages)


@settings(max_examples=60, deadline=None)
@given(
    demand=st.lists(st.integers(0, 9), min_size=1, max_size=6),
    order=st.integers(0, 40),
    volume=st.floats(0.1, 3),
)
def test_lots_equal_enumeration(demand: list[int], order: int, volume: float) -> None:
    """Against every choice of the period in which each period's demand is received."""
    periods = len(demand)

    def piece(age: int) -> float:
        return 0.3 * age + volume * stored(CARD, 3 * age)

    best = math.inf
    for choice in itertools.product(*(range(at + 1) for at in range(periods))):
        used = {choice[at] for at in range(periods) if demand[at]}
        cost = order * len(used) + sum(demand[at] * piece(at - choice[at]) for at in range(periods))
        best = min(best, cost)
    found = known_demand(demand, [order] * periods, piece)
    assert found.cost == pytest.approx(best)
    assert sum(found.units) == sum(demand)
    left = 0.0
    for asked, received in zip(demand, found.units, strict=True):
        left += received - asked
        assert left >= 0


def test_a_lot_is_smaller_where_storage_gets_dearer() -> None:
    """Flat storage gives the lot of the formula; tiers a smaller one, the best of all lots."""
    lot, cost = economic_lot(80, 4, 0.1)
    flat = best_lot(80, 4, lambda days: 0.1 * days)
    assert flat == pytest.approx(lot, rel=0.02)
    assert cost == pytest.approx(0.1 * lot)
    tiers = best_lot(80, 4, lambda days: 0.1 * days + 0.2 * stored(CARD, days))
    assert tiers < flat

    def mean(units: int) -> float:
        days = 0.1 * sum(piece / 4 for piece in range(1, units + 1))
        return (80 + days + lot_storage(units, 4, 0.2, CARD)) / units

    assert tiers == min(range(1, 400), key=mean)
