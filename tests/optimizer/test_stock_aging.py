"""What to do with old stock: the dynamic programme against every sequence of actions, and advice worked out by hand."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import Catalogue, load_catalogue
from data.samples_stock import sample_stock
from data.stock import Aged, Lot, Stock
from network.warehouse import storage_lines
from optimizer.stock.aging import advise_old_stock
from optimizer.stock.aging_case import AgingCase
from optimizer.stock.aging_model import Stage, best_values, fixed_worth, steps_of
from optimizer.stock.relocate import apart_km
from tests.seller_world import TODAY, lot, sku, weeks

MONEY = st.floats(-300, 300).map(lambda value: round(value, 1))
STAGES = st.lists(
    st.tuples(
        st.lists(st.integers(0, 4), min_size=2, max_size=2).map(sorted),
        st.tuples(MONEY, MONEY),
        st.floats(0, 60).map(lambda value: round(value, 1)),
        MONEY,
    ),
    min_size=1,
    max_size=3,
)


@cache
def tables() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


def staged(drawn: list[tuple[list[int], tuple[float, float], float, float]]) -> tuple[Stage, ...]:
    """Return stages of thirty days each."""
    return tuple(
        Stage(begin=30 * place, days=30, asked=(asked[0], asked[1]), net_fen=net, storage_fen=storage, leave_fen=leave)
        for place, (asked, net, storage, leave) in enumerate(drawn)
    )


def tried(stages: tuple[Stage, ...], pieces: int, end_fen: float) -> float:
    """Return the best worth over every sequence of numbers that stay and of prices."""
    if not stages:
        return pieces * end_fen
    stage, best = stages[0], -math.inf
    for staying in range(pieces + 1):
        for asked, net in zip(stage.asked, stage.net_fen, strict=True):
            sold = min(staying, asked)
            worth = (pieces - staying) * stage.leave_fen + sold * net
            worth -= stage.storage_fen * (staying + staying - sold) / 2
            best = max(best, worth + tried(stages[1:], staying - sold, end_fen))
    return best


@given(drawn=STAGES, pieces=st.integers(0, 5), end_fen=MONEY)
@settings(max_examples=120, deadline=None)
def test_the_programme_is_the_best_of_all_sequences(
    drawn: list[tuple[list[int], tuple[float, float], float, float]], pieces: int, end_fen: float
) -> None:
    """Its worth is that of the best sequence, for every number of pieces; its steps add up to it."""
    stages = staged(drawn)
    values = best_values(stages, pieces, end_fen)
    for number in range(pieces + 1):
        assert values.worth[number] == pytest.approx(tried(stages, number, end_fen), abs=1e-5)
    worth, left = 0.0, pieces
    for stage, step in zip(stages, steps_of(stages, values, pieces), strict=False):
        assert step.leaving + step.staying == left
        worth += step.leaving * stage.leave_fen + step.sold * stage.net_fen[step.price]
        left = step.staying - step.sold
        worth -= stage.storage_fen * (step.staying + left) / 2
    assert worth + left * end_fen == pytest.approx(values.worth[pieces], abs=1e-5)
    assert fixed_worth(stages, pieces, end_fen, 0) <= values.worth[pieces] + 1e-5


def aged(units: int, days: int, warehouse: str = "GC-DE") -> Lot:
    """Return pieces of one age."""
    return lot("A", warehouse, units, days)


def test_what_sells_is_kept() -> None:
    """Ten pieces that are sold within two weeks stay."""
    stock = Stock(skus=(sku("A"),), demand=tuple(weeks("A", "DE", 7, 0)), lots=(aged(10, 5),))
    (advice,) = advise_old_stock(tables(), stock, TODAY).lots
    assert (advice.steps, advice.gain_fen, advice.sold_units) == ((), 0, 10)
    assert advice.alternatives[0].action == "keep"


def test_what_nobody_asks_for_leaves_before_the_edge() -> None:
    """Old pieces without demand that are too old to be sent back are destroyed, before the next dearer tier."""
    stock = Stock(skus=(sku("A", value=100),), lots=(aged(10, 350),))
    (advice,) = advise_old_stock(tables(), stock, TODAY).lots
    (step,) = advice.steps
    assert (step.action, step.units) == ("destroy", 10)
    # Tiers of the German card begin on days 181 and 361; the last cheap day is that of age 360.
    assert step.act_by == advice.next_edge == TODAY + dt.timedelta(days=10)
    assert advice.gain_fen > 0
    assert advice.taxfree_until is None


def test_young_pieces_nobody_asks_for_go_home_free_of_tax() -> None:
    """Dear pieces without demand are sent back, and told until when that is free of duty and tax."""
    stock = Stock(skus=(sku("A", value=20000),), lots=(aged(10, 20),))
    (advice,) = advise_old_stock(tables(), stock, TODAY).lots
    assert [step.action for step in advice.steps] == ["return"]
    # 180 days less 40 of the way there and 45 of the way back: 95 days after receipt.
    assert advice.taxfree_until == TODAY + dt.timedelta(days=75)
    worth = {one.action: one.worth_fen for one in advice.alternatives}
    assert worth["return"] > worth["destroy"] > worth["keep"]


def test_taxfree_returns_end() -> None:
    """One day over, and the pieces pay what is due at home; over a year, and they cannot come back as returns."""
    case = AgingCase(tables(), Stock(skus=(sku("A", value=20000),), lots=(aged(10, 20),)), TODAY)
    article, card = case.stock.skus[0], case.card("GC-DE")
    assert card is not None
    free, due, over = (case.ways(article, card, age) for age in (95, 96, 281))
    assert free is not None
    assert due is not None
    assert over is not None
    assert free.return_fen is not None
    assert due.return_fen is not None
    assert free.return_fen - due.return_fen == pytest.approx(0.21 * 20000)
    assert over.return_fen is None


def test_a_hungry_neighbour_gets_the_pieces() -> None:
    """Germany has two hundred that sell slowly; Poland sells ten a week and has two: some move."""
    demand = (*weeks("A", "DE", 1, 0), *weeks("A", "PL", 10, 0))
    stock = Stock(
        skus=(sku("A", value=20000),), demand=demand, lots=(aged(200, 20), lot("A", "GC-PL", 2)),
    )  # fmt: skip
    advice = next(one for one in advise_old_stock(tables(), stock, TODAY).lots if one.warehouse == "GC-DE")
    assert (advice.steps[0].action, advice.steps[0].to) == ("move", "GC-PL")
    assert 50 <= advice.steps[0].units <= 200
    away = Stock(skus=stock.skus, demand=demand, lots=(aged(200, 20), lot("A", "GC-GB-BHM", 2)))
    found = next(one for one in advise_old_stock(tables(), away, TODAY).lots if one.warehouse == "GC-DE")
    assert all(step.to != "GC-GB-BHM" for step in found.steps), "a customs border lies between"


def test_older_pieces_are_sold_first() -> None:
    """The younger of two lots waits for the older one, so fewer of it are sold within the days looked ahead."""
    both = Lot(
        sku="A", warehouse="GC-DE", state="on_hand", units=60, ages=(Aged(40, 90), Aged(20, 10)), counted_on=TODAY
    )
    stock = Stock(skus=(sku("A", value=20000),), demand=tuple(weeks("A", "DE", 1, 0)), lots=(both,))
    found = {one.units: one for one in advise_old_stock(tables(), stock, TODAY).lots}
    assert found[40].sold_units == 40
    assert found[20].sold_units < 20


def test_storage_is_that_of_the_card() -> None:
    """Exact storage of one piece, times pieces, is what the card's lines say, but for their rounding."""
    stock = Stock(skus=(sku("A"),), lots=(aged(1000, 85),))
    case = AgingCase(tables(), stock, TODAY)
    card = case.card("GC-DE")
    assert card is not None
    volume = stock.skus[0].volume_mm3
    lines = storage_lines(card, volume_mm3=1000 * volume, age_days=85, days=200)
    euro = next(row.cny_per_unit for row in tables().fx if row.currency == "EUR")
    exact = 1000 * case.piece_storage_fen(card, volume, 86, 200)
    assert exact == pytest.approx(sum(line.minor for line in lines) * float(euro), abs=20)


def test_distances() -> None:
    """Warsaw is some 500 km from Berlin and Frankfurt lies farther; a place is not away from itself."""
    case = AgingCase(tables(), Stock(skus=(sku("A"),), lots=(aged(1, 1),)), TODAY)
    assert apart_km(case, "GC-DE", "GC-DE") == pytest.approx(0, abs=0.1)
    assert 300 < apart_km(case, "GC-DE", "GC-PL") < 1200


def test_what_cannot_be_judged_is_said() -> None:
    """A SKU without a value, and a warehouse without a card, are named."""
    stock = Stock(
        skus=(sku("A", value=None),), lots=(aged(5, 5), lot("A", "CN-AE-DXB", 5)),  # type: ignore[arg-type]
    )  # fmt: skip
    found = advise_old_stock(tables(), stock, TODAY)
    assert set(found.unjudged) == {("A", "GC-DE"), ("A", "CN-AE-DXB")}
    assert not found.lots


def test_the_sample() -> None:
    """Every lot of the sample is judged; advice gains, is dated from today on, and never touches more than there is."""
    stock = sample_stock(tables(), skus=20, week="2026-W49", seed=1)
    found = advise_old_stock(tables(), stock, TODAY)
    assert sum(one.units for one in found.lots) == sum(one.units for one in stock.lots if one.state == "on_hand")
    for one in found.lots:
        assert all(step.act_by >= TODAY for step in one.steps)
        gone = sum(step.units for step in one.steps if step.action in {"move", "return", "destroy"})
        assert gone <= one.units
        assert one.gain_fen >= 0
        # Nothing is done for less than 20 CNY.
        assert one.worth_fen >= max(way.worth_fen for way in one.alternatives) - 2001
    assert {one.action for one in found.returns} <= {"restock", "return", "destroy"}
    assert all(one.worth_fen[one.action] == max(one.worth_fen.values()) for one in found.returns)
