"""Cargo of any size the model takes: weighed, searched and itemised without leaving machine integers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import load_catalogue
from data.money import divide_half_up
from data.shipment import Filters, Shipment
from network import Network
from network.kernel import MOST_STATES, MOST_WEIGHT, MOST_WEIGHT_OF_TIME, NO_LIMIT
from network.prices import MOST_AMOUNT, MOST_FX, MOST_RATE, PriceBook, price_lines, share_half_up
from network.weights import (
    MOST_BOXES,
    MOST_MASS_G,
    MOST_OF_LEG,
    MOST_OF_STAY,
    MOST_VOLUME_CM3,
    PerKilogram,
    TooLargeError,
)
from optimizer.verify import verify_quote
from tests.network.test_rederive import _shipment as random_shipment

_ENDS = (("USMIA-A", "RUVOR-R"), ("WZ-OH", "DEHAM"), ("USMIA-A", "CNPVG-A"))
_MOST_SHARED = 1 << 62


@cache
def _network() -> Network:
    """Return the network of the shipped tables, of vehicles without limits."""
    tables = load_catalogue()
    services = tuple(replace(row, capacity_kg=None, capacity_teu_milli=None) for row in tables.services)
    return Network(tables.replace(services=services))


def _heavy(tonnes: int, ends: tuple[str, str] = _ENDS[0], cubic_metres: int | None = None) -> Shipment:
    """Return a loose shipment, of a tonne to the cubic metre unless told."""
    volume_cm3 = 10**6 * (tonnes if cubic_metres is None else cubic_metres)
    return Shipment(
        origin=ends[0],
        destination=ends[1],
        mass_g=tonnes * 10**6,
        volume_cm3=volume_cm3,
        pieces=tonnes,
        ready_at=random_shipment(_network().catalogue, 0).ready_at,
    )


@given(quantity=st.integers(0, 1 << 56), rate=st.integers(0, 1 << 56), denominator=st.integers(1, 1 << 40))
def test_share_is_exact(quantity: int, rate: int, denominator: int) -> None:
    """A product of any size is divided and rounded half up exactly, as long as the quotient has room."""
    expected = divide_half_up(quantity * rate, denominator)
    if expected < _MOST_SHARED:
        assert share_half_up(quantity, rate, denominator) == expected


@pytest.mark.parametrize("denominator", [10**4, 10**6, 10**7, 10**9, 10**10, 1 << 40])
@given(data=st.data())
def test_share_rounds_halves_up(denominator: int, data: st.DataObject) -> None:
    """Quotients a hair below, at and above a half are told apart, whatever their size."""
    rate = data.draw(st.integers(1, 1 << 40).map(lambda value: 2 * value + 1))
    whole = data.draw(st.integers(0, (1 << 62) // rate))
    for part in (denominator // 2 - 1, denominator // 2, denominator // 2 + 1):
        quantity = whole * denominator + part if whole * denominator < 1 << 60 else part
        expected = divide_half_up(quantity * rate, denominator)
        if expected < _MOST_SHARED:
            assert share_half_up(quantity, rate, denominator) == expected


@given(mass_g=st.integers(1, MOST_MASS_G), ug_per_kg=st.lists(st.integers(0, 1 << 50), min_size=1, max_size=9))
def test_grams_are_exact(mass_g: int, ug_per_kg: list[int]) -> None:
    """Emissions are those of integers of any size."""
    expected = [divide_half_up(mass_g * each, 10**9) for each in ug_per_kg]
    assert PerKilogram(ug_per_kg).grams(mass_g).tolist() == expected


@given(
    quantity=st.integers(0, MOST_VOLUME_CM3),
    rate=st.integers(0, MOST_RATE),
    minimum=st.integers(0, 10**9),
    fx=st.integers(1, MOST_FX),
    denominator=st.sampled_from([10**7, 10**10]),
)
def test_lines_are_exact(quantity: int, rate: int, minimum: int, fx: int, denominator: int) -> None:
    """A plain line and a scale of one break at the same rate cost what integers of any size say, up to the most."""
    one, none = np.ones(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    table = PriceBook(_network().catalogue).table()._replace(
        kind=np.array([0, 1]), quantity=none, rate=one * rate, least=one * minimum, currency=none,
        break_from=none, break_to=one, break_rate=one[:1] * rate, break_quantity=none[:1], fx=one[:1] * fx,
        denominator=one[:1] * denominator,
    )  # fmt: skip
    minor = min(max(divide_half_up(quantity * rate, denominator), minimum), MOST_AMOUNT)
    fen = MOST_AMOUNT if minor == MOST_AMOUNT else min(divide_half_up(minor * fx, 10**9), MOST_AMOUNT)
    amounts = price_lines(table, np.arange(2), np.array([quantity]))
    assert [column.tolist() for column in amounts] == [[minor, minor], [fen, fen]]


def test_a_large_line_is_exact() -> None:
    """A line of 10^12 fen in dollars, beyond what the product of amount and exchange rate had room for."""
    network = _network()
    fx = network.weigher.table.fx[network.weigher.book.currencies["USD"]]
    minor = 10**12 * 10**9 // int(fx) - 1
    assert minor * int(fx) > 1 << 63
    assert share_half_up(minor, fx, 10**9) == round(Fraction(minor * int(fx), 10**9))


def test_bounds_fit_machine_integers() -> None:
    """The greatest sums the search can make, with all limits reached at once, are below 2^62."""
    cost, grams = NO_LIMIT + MOST_OF_LEG + MOST_OF_STAY, NO_LIMIT + MOST_OF_LEG
    minutes = 1 << 30
    assert MOST_WEIGHT * (cost + grams) + MOST_WEIGHT_OF_TIME * minutes + NO_LIMIT < 1 << 62
    assert NO_LIMIT * MOST_STATES <= 1 << 62


@pytest.mark.parametrize("tonnes", [400, 10_000, 100_000])
@pytest.mark.parametrize("ends", _ENDS)
def test_heavy_cargo_is_quoted(ends: tuple[str, str], tonnes: int) -> None:
    """Heavy cargo gets options that the checker works out to the same fen and gram."""
    network = _network()
    quote = network.quote(_heavy(tonnes, ends))
    assert quote.options
    assert verify_quote(network.catalogue, Filters(), quote) == []


def test_heavy_cargo_goes_the_ways_of_light_cargo() -> None:
    """Cargo too heavy for boxes and trucks pays in proportion, so ten times the cargo has as many options."""
    network = _network()
    fronts = [network.find(_heavy(tonnes), Filters()).paths for tonnes in (10_000, 100_000)]
    assert [len(front) for front in fronts] == [len(fronts[0])] * 2
    for light, heavy in zip(*fronts, strict=True):
        assert heavy.arrive_min == light.arrive_min
        assert heavy.emissions_g == pytest.approx(10 * light.emissions_g)


@pytest.mark.parametrize("tonnes", [400, 100_000])
def test_backwards_too(tonnes: int) -> None:
    """The latest ready instant of heavy cargo is found."""
    network = _network()
    shipment = _heavy(tonnes)
    arrives = min(path.arrive_min for path in network.find(shipment, Filters()).paths)
    due_at = network.axis.from_min(arrives + 2 * 1440)
    assert network.latest_ready(replace(shipment, due_at=due_at)).options


@pytest.mark.parametrize(
    "change",
    [
        {"mass_g": MOST_MASS_G + 1},
        {"volume_cm3": MOST_VOLUME_CM3 + 1},
        {"box": "40HQ", "boxes": MOST_BOXES + 1},
    ],
)
def test_more_is_refused(change: dict[str, object]) -> None:
    """Cargo beyond the limits is refused with the value and the limit."""
    shipment = replace(_heavy(1), **change)
    with pytest.raises(TooLargeError, match="more than"):
        _network().quote(shipment)


def test_dear_legs_are_refused() -> None:
    """Amounts the search could not add up are refused, not wrapped around."""
    network = _network()
    weigher = replace(network.weigher)
    weigher.table = weigher.table._replace(rate=np.maximum(weigher.table.rate, MOST_RATE))
    with pytest.raises(TooLargeError, match="fen"):
        weigher.weigh(_heavy(1_000), Filters())


def test_refuses_rates_beyond_the_arithmetic() -> None:
    """A table with a rate that no line has room for is refused when it is compiled."""
    catalogue = _network().catalogue
    dear = tuple(replace(row, cny_per_unit=row.cny_per_unit * 10**6) for row in catalogue.fx)
    book = PriceBook(replace(catalogue, fx=dear))
    with pytest.raises(ValueError, match="rate of more than"):
        book.table()
