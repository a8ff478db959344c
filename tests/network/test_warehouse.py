"""Fees and alerts of overseas warehouses, against sums made day by day and published cards by hand."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import Catalogue, UnknownIdError, load_catalogue
from data.stock import Aged, Lot, Sku, Stock
from network.warehouse import (
    Card,
    Cards,
    Order,
    alerts,
    cards_of,
    handling_line,
    order_lines,
    stock_fees,
    storage_lines,
    storage_rate,
    unloading_line,
)
from tests.data.world import build, find, small

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY = dt.date(2026, 11, 30)
# The tiers of the card as printed: last day, price of a cubic metre and day.
PRINTED = [(30, "0"), (60, "0.5"), (90, "1"), (180, "1.5"), (270, "3"), (360, "4"), (10**9, "5")]


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


@pytest.fixture(scope="module")
def tiered(shipped: Catalogue) -> Card:
    """Return the public card with seven tiers."""
    return shipped.derived(Cards).named("FC.US.tiered")


def price_on(day: int) -> Decimal:
    """Return the printed price of one day of storage."""
    return next(Decimal(price) for last, price in PRINTED if day <= last)


def lain(days: int) -> Decimal:
    """Return what a cubic metre that leaves after so many days has paid, day by day."""
    return sum((price_on(day) for day in range(1, days + 1)), Decimal(0))


def exact(card: Card, volume_mm3: int, days: int) -> Decimal:
    """Return what the engine asks for before rounding."""
    lines = storage_lines(card, volume_mm3=volume_mm3, age_days=0, days=days)
    return sum(
        (Decimal(line.quantity.numerator) / line.quantity.denominator * line.row.price for line in lines), Decimal(0)
    )


@pytest.mark.parametrize(
    ("days", "paid"), [(30, 0), (60, 15), (90, 45), (180, 180), (270, 450), (360, 810), (720, 2610)]
)
def test_a_cubic_metre_by_age(tiered: Card, days: int, paid: int) -> None:
    """What a cubic metre has paid at each edge is what the tiers add up to."""
    assert exact(tiered, 10**9, days) == paid == lain(days)


@pytest.mark.parametrize(
    ("units", "per_day", "volume_mm3", "paid"),
    [(100, 1, 20 * 10**6, "33.6"), (400, 1, 20 * 10**6, "2664.1"), (365, 1, 50 * 10**6, "5041.5"),
     (730, 2, 50 * 10**6, "10062.125")],
)  # fmt: skip
def test_lots_sold_first_in_first_out(tiered: Card, units: int, per_day: int, volume_mm3: int, paid: str) -> None:
    """Known answers (AGE-100-1 to AGE-730-2); a piece that leaves within a day pays its part of that day."""
    total = Decimal(0)
    for unit in range(1, units + 1):
        whole, rest = divmod(unit, per_day)
        now, later = exact(tiered, volume_mm3, whole), exact(tiered, volume_mm3, whole + 1)
        total += now + (later - now) * rest / per_day
    assert total == Decimal(paid)


@given(age=st.integers(-60, 500), days=st.integers(0, 400), volume_mm3=st.integers(1, 10**11))
def test_storage_is_the_sum_of_its_days(age: int, days: int, volume_mm3: int) -> None:
    """Each line is the exact sum of its days, rounded half up once; days before the receipt are free."""
    card = load_catalogue_once().derived(Cards).named("FC.US.tiered")
    lines = storage_lines(card, volume_mm3=volume_mm3, age_days=age, days=days)
    by_price: dict[Decimal, int] = {}
    for day in range(age + 1, age + days + 1):
        if day >= 1:
            by_price[price_on(day)] = by_price.get(price_on(day), 0) + 1
    cent = Decimal("0.01")
    oracle = [
        int((Decimal(volume_mm3) / 10**9 * count * price).quantize(cent, ROUND_HALF_UP) * 100)
        for price, count in sorted(by_price.items())
    ]
    assert [line.minor for line in lines] == oracle


_LOADED: list[Catalogue] = []


def load_catalogue_once() -> Catalogue:
    """Return the shipped data set where a fixture cannot be asked for."""
    if not _LOADED:
        _LOADED.append(load_catalogue())
    return _LOADED[0]


def test_a_flat_card_has_one_price(shipped: Catalogue) -> None:
    """Tiers of one price cost the same at any age, and give no alert."""
    card = shipped.derived(Cards).named("FC.NL.flat")
    assert {storage_rate(card, day) for day in (1, 90, 91, 365, 366, 9999)} == {Decimal("0.21")}
    stock = one_lot(days=89)
    assert alerts(stock, {"LC-US-NJ": card}, today=TODAY, within=365) == ()
    assert exact(card, 10**9, 400) == Decimal(84)


def test_before_receipt_nothing_is_paid(tiered: Card) -> None:
    """Day 1 is the day after receipt: nothing is charged for day 0 or before."""
    assert storage_rate(tiered, 0) is None
    assert storage_lines(tiered, volume_mm3=10**9, age_days=-10, days=10) == ()


@pytest.mark.parametrize(
    ("mass_g", "units", "pick", "mile"),
    [(500, 1, [60], [480]), (501, 1, [72], [720]), (1000, 2, [72, 30], [720]), (30_000, 1, [300], [3200]),
     (30_001, 1, [], [])],
)  # fmt: skip
def test_orders(shipped: Catalogue, mass_g: int, units: int, pick: list[int], mile: list[int]) -> None:
    """Bands hold above their lower and up to their upper end; what is beyond the last has no price."""
    card = shipped.derived(Cards).named("FC.US.default")
    found = order_lines(card, Order(lines=((mass_g, units),)))
    assert [line.minor for line in found["pick_pack"]] == pick
    assert [line.minor for line in found["last_mile"]] == mile


def test_picking_by_line(shipped: Catalogue) -> None:
    """A card by the line prices each SKU of an order by the mass of all its pieces."""
    card = shipped.derived(Cards).named("FC.US.lines")
    found = order_lines(card, Order(lines=((300, 1), (454, 2))))
    assert [line.minor for line in found["pick_pack"]] == [50, 80]
    assert found["last_mile"] == ()


def test_unloading_and_handling(tiered: Card) -> None:
    """Prices are found by box, and a price the card does not have is no price of 0."""
    line = unloading_line(tiered, "45HQ", 2)
    assert line is not None
    assert line.minor == 100_000
    assert unloading_line(tiered, "T9.6", 1) is None
    assert handling_line(tiered, "disposal", "per_item", 1) is None
    carton = handling_line(tiered, "inbound", "per_carton", 3)
    assert carton is not None
    assert (carton.minor, carton.row.price) == (375, Decimal("1.25"))


def test_yen_have_no_decimals(shipped: Catalogue) -> None:
    """Amounts are minor units of the card's own currency."""
    card = shipped.derived(Cards).named("FC.JP.default")
    (line,) = storage_lines(card, volume_mm3=10**8, age_days=30, days=1)
    assert (line.minor, line.currency) == (7, "JPY")


def one_lot(*, days: int, units: int = 10) -> Stock:
    """Return a tenth of a cubic metre of one age in New Jersey."""
    sku = Sku(id="A", length_mm=1000, width_mm=100, height_mm=100, mass_g=2000)
    lot = Lot(sku="A", warehouse="LC-US-NJ", state="on_hand", units=units, ages=(Aged(units, days),), counted_on=TODAY)
    return Stock(skus=(sku,), lots=(lot,))


@pytest.mark.parametrize(
    ("age", "found"),
    [
        (28, [(3, 31)]),
        (30, [(1, 31)]),
        (31, [(30, 61)]),
        (32, [(29, 61)]),
        (59, [(2, 61)]),
        (60, [(1, 61)]),
        (61, [(30, 91)]),
        (361, []),
    ],
)
def test_alerts_come_before_the_edge(tiered: Card, age: int, found: list[tuple[int, int]]) -> None:
    """The first dear day is told while it lies ahead: from 30 days before until the day before."""
    told = alerts(one_lot(days=age), {"LC-US-NJ": tiered}, today=TODAY, within=30)
    assert [(alert.days_left, alert.after.from_day) for alert in told] == found
    assert all(alert.on == TODAY + dt.timedelta(days=alert.days_left) for alert in told)


def walk(stock: Stock, today: dt.date, within: int) -> Iterator[tuple[dt.date, int]]:
    """Yield the days on which some pieces pay more than the day before, and their number: by looking at every day."""
    for lot in stock.lots:
        for units, received in lot.received():
            for ahead in range(1, within + 1):
                day = today + dt.timedelta(days=ahead)
                age = (day - received).days
                if age >= 2 and price_on(age) > price_on(age - 1):
                    yield day, units


@given(
    ages=st.lists(st.integers(0, 400), min_size=1, max_size=4, unique=True),
    arrives=st.integers(1, 40),
    within=st.integers(1, 120),
    ahead=st.integers(0, 60),
)
def test_alerts_are_those_that_a_walk_finds(ages: list[int], arrives: int, within: int, ahead: int) -> None:
    """On hand or in transit, counted earlier or today: the same days and pieces as a walk through the calendar."""
    aged = tuple(Aged(number, days) for number, days in enumerate(ages, 1))
    lots = (
        Lot(sku="A", warehouse="LC-US-NJ", state="on_hand", units=sum(part.units for part in aged), ages=aged,
            counted_on=TODAY),
        Lot(sku="A", warehouse="LC-US-NJ", state="in_transit", units=7, arrives_on=TODAY + dt.timedelta(days=arrives)),
    )  # fmt: skip
    stock = Stock(skus=one_lot(days=0).skus, lots=lots)
    card = load_catalogue_once().derived(Cards).named("FC.US.tiered")
    today = TODAY + dt.timedelta(days=ahead)
    told = alerts(stock, {"LC-US-NJ": card}, today=today, within=within)
    assert sorted((alert.on, alert.units) for alert in told) == sorted(walk(stock, today, within))
    assert [alert.on for alert in told] == sorted(alert.on for alert in told)


def test_what_an_alert_costs(tiered: Card) -> None:
    """A tenth of a cubic metre leaves 1.0 for 1.5 USD a day; in 100 days it pays 90 at 1.5 and 10 at 3."""
    (alert,) = alerts(one_lot(days=85), {"LC-US-NJ": tiered}, today=TODAY, within=95)
    assert (alert.day_before_minor, alert.day_after_minor) == (10, 15)
    assert alert.later_minor == 90 * 15 + 5 * 30
    assert (alert.units, alert.received_on) == (10, TODAY - dt.timedelta(days=85))


def test_fees_of_a_stock(shipped: Catalogue) -> None:
    """The default card of the territory prices the lot and its pieces; unknown prices have no lines."""
    stock = one_lot(days=29)
    cards = cards_of(stock, shipped, TODAY)
    assert cards["LC-US-NJ"].row.id == "FC.US.default"
    fees = stock_fees(stock, cards, today=TODAY, days=3)
    (lot,) = fees.lots
    assert [line.minor for line in lot.next_day] == [0]
    assert [(line.minor, line.row.from_day) for line in lot.period] == [(0, 1), (10, 31)]
    (piece,) = fees.pieces
    assert {fee: [line.minor for line in lines] for fee, lines in piece.lines.items()} == {
        "inbound": [125],
        "pick_pack": [72],
        "last_mile": [720],
        "return": [50],
        "disposal": [35],
        "fba_transfer": [250],
    }


def test_warehouses_without_a_card(shipped: Catalogue) -> None:
    """Where no card is known nothing is said to cost nothing: the warehouse is named."""
    stock = one_lot(days=5)
    (lot,) = stock.lots
    away = Lot(sku="A", warehouse="CN-AE-DXB", state=lot.state, units=lot.units, ages=lot.ages, counted_on=TODAY)
    both = Stock(skus=stock.skus, lots=(lot, away))
    fees = stock_fees(both, cards_of(both, shipped, TODAY), today=TODAY, days=1)
    assert fees.unpriced == ("CN-AE-DXB",)
    assert {one.lot.warehouse for one in fees.lots} == {"LC-US-NJ"}


def test_which_card_holds() -> None:
    """A warehouse's own card goes before the default of its territory, each in its period."""
    tables = build(small())
    (warehouse,) = tables.warehouses
    cards = tables.derived(Cards)
    held = cards.of(warehouse, dt.date(2026, 6, 1))
    assert held is not None
    assert held.row.id == "FC-HAM"
    assert cards.of(warehouse, dt.date(2025, 12, 31)) is None
    rows = small()
    rows["fee_cards"].remove(find(rows, "fee_cards", id="FC-HAM"))
    rows["warehouse_fees"].remove(find(rows, "warehouse_fees", id="WF-7"))
    cards = build(rows).derived(Cards)
    default = cards.of(warehouse, dt.date(2026, 12, 31))
    assert default is not None
    assert default.row.id == "FC-DE"
    assert cards.of(warehouse, dt.date(2027, 1, 1)) is None
    with pytest.raises(UnknownIdError, match="FC-DE"):
        cards.named("FC-DX")
