"""Goods in production: sent once they are ready, not bought again; kept, checked and told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from api.stock_plan_human import reason_text
from api.stock_plan_view import Told, consignments_of
from data.stock import Production, Stock
from optimizer.stock import Params, solve
from optimizer.stock.bought import goods_fen, made_after
from optimizer.stock.standing import Axes, in_production
from optimizer.verify import verify_stock
from tests.stock_world import START, tiny

if TYPE_CHECKING:
    from optimizer.stock import Result
    from optimizer.stock.problem import Problem

_QUICK = Params(futures=4, deterministic=True, effort=3, gap=0.0)
_WEEKS = 6
PIECES = st.lists(st.integers(0, 9), min_size=_WEEKS, max_size=_WEEKS)


def bought(made: list[int], left: list[int]) -> list[int]:
    """Return what is bought week by week, with every piece looked at by itself."""
    shelf: list[int] = []
    found = [0] * len(left)
    for week, leaving in enumerate(left):
        shelf += [week] * made[week]
        for _ in range(leaving):
            if shelf:
                shelf.pop()
            else:
                found[week] += 1
    return found


@given(PIECES, PIECES, st.integers(0, _WEEKS))
@settings(deadline=None)
def test_what_is_bought(made: list[int], left: list[int], weeks: int) -> None:
    """As piece by piece; and what is decided already leaves as much for the weeks after as if all were played."""
    fen = np.zeros(_WEEKS)
    goods_fen(np.array(made), np.array(left), 7.0, fen)
    assert fen.tolist() == [7.0 * count for count in bought(made, left)]
    rest = made_after(np.array([made]), np.array([left]), weeks)[0].tolist()
    assert bought(rest, [0] * weeks + left[weeks:])[weeks:] == bought(made, left)[weeks:]


def test_weeks_in_which_goods_are_ready() -> None:
    """From the Monday on that is not before the day; at once if the day has passed; none that come too late."""
    rows = tuple(
        Production(sku=sku, warehouse="W", units=units, ready_on=START + dt.timedelta(days=days))
        for sku, units, days in (("A", 1, -20), ("A", 2, 0), ("A", 4, 1), ("B", 8, 7), ("B", 16, 15), ("B", 32, 99))
    )
    axes = Axes(START, 4, {"A": 0, "B": 1}, {}, {})
    found = in_production(Stock(skus=(), production=rows), axes)
    assert found is not None
    assert found.tolist() == [[3, 4, 0, 0], [0, 8, 0, 16]]
    assert in_production(Stock(skus=()), axes) is None


def poor(made: list[int] | None) -> Problem:
    """Return a problem whose budget is enough for freight, and for few goods."""
    ready = None if made is None else np.array([made])
    return tiny(weeks=_WEEKS, budget_fen=np.full(_WEEKS, 34_000), made=ready)


def sent(result: Result, weeks: int = _WEEKS) -> int:
    """Return the pieces that leave in the first weeks."""
    return sum(one.units for one in result.plan.sendings if one.week < weeks)


def test_production_is_not_bought_again() -> None:
    """With little money more can be sent of what is being made, and only once it is ready; the checker knows."""
    without, late, early = (solve(poor(made), _QUICK) for made in (None, [0, 0, 40, 0, 0, 0], [40, 0, 0, 0, 0, 0]))
    for made, found in ((None, without), ([0, 0, 40, 0, 0, 0], late), ([40, 0, 0, 0, 0, 0], early)):
        assert verify_stock(poor(made), found.plan) == []
        assert found.plan.bound_fen <= found.plan.total_fen
    assert early.plan.total_fen <= late.plan.total_fen <= without.plan.total_fen
    assert early.plan.total_fen < without.plan.total_fen
    assert sent(early) > sent(without)
    assert sent(early, 1) > sent(late, 1)
    assert {one.rule for one in verify_stock(poor(None), early.plan)} == {"budget"}
    assert {one.rule for one in verify_stock(poor([0, 0, 40, 0, 0, 0]), early.plan)} == {"budget"}


def test_without_a_budget_nothing_changes() -> None:
    """Goods in production change what is bought, and no cost: the plan is the same without a budget."""
    plain, made = (
        solve(tiny(weeks=_WEEKS, made=ready), _QUICK).plan for ready in (None, np.full((1, _WEEKS), 3))
    )  # fmt: skip
    assert replace(plain, runtime_s=0.0) == replace(made, runtime_s=0.0)


def test_decided_weeks_take_their_part() -> None:
    """What the first weeks of an earlier plan take of the production is not there for the weeks after."""
    problem = poor([24, 0, 0, 0, 0, 0])
    first = solve(problem, _QUICK)
    again = solve(problem, _QUICK, frozen=first.plan, frozen_weeks=2)
    assert verify_stock(problem, again.plan) == []
    assert sent(again, 2) == sent(first, 2)


def test_what_is_told() -> None:
    """Each sending says how many of its pieces were in production: as many as are ready, the earliest first."""
    problem = poor([10, 0, 0, 3, 0, 0])
    told = Told(problem=problem, result=solve(problem, _QUICK), alerts={"alerts": [], "later_fen": 0})
    rows = [(one["week"], good) for one in consignments_of(told) for good in one["goods"]]
    assert 0 < sum(good["made_units"] for _, good in rows) <= 13
    assert sum(good["made_units"] for week, good in rows if week < 3) <= 10
    assert all(good["made_units"] <= good["units"] for _, good in rows)
    good = next(good for _, good in rows if good["made_units"])
    assert f"{good['made_units']} of them were in production" in reason_text(good, "en")
