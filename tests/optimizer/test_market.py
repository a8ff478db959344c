"""The boxes of a market against what they really cost, on the shipped tables."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from data import load_catalogue
from data.plan import Objective
from data.samples import sample_cargo
from network import Network
from network.lanes import Lanes
from network.sailings import READY_BY
from network.timetable import FAR
from optimizer.consolidation.classes import sharing_classes
from optimizer.consolidation.columns import Pool
from optimizer.consolidation.entry import Entry
from optimizer.consolidation.houses import Houses
from optimizer.consolidation.market import Market, Offers
from optimizer.consolidation.own import NEVER
from optimizer.consolidation.real import Real

if TYPE_CHECKING:
    from network.timetable import Ints
    from optimizer.consolidation.houses import House
    from optimizer.consolidation.relaxation import Carriages

pytestmark = pytest.mark.slow

_COUNTS = {1: 90, 2: 105, 3: 316, 5: 397, 7: 37}
"""
Dated boxes that could pay for themselves, by the seeds of samples. Places added to the tables can change a few, even
if nobody goes there: lanes are numbered anew.
"""
_SEEDS = tuple(_COUNTS)
_STORED = (1, 2, 3, 7)
"""Seeds of samples in which storage is charged to somebody."""
_PRICED = (*((seed, 0) for seed in _SEEDS), (2, 60_000), (7, 400_000))
"""Seeds and carbon prices in fen a tonne."""
_SHIPMENTS = 80
_MOST = 12
"""Shipments of a class."""
_MOST_OFFERS = 300
"""Boxes of a class whose real costs are looked at."""


class Sold(NamedTuple):
    """A market with every dated box that could pay for itself, and their real costs."""

    market: Market
    dated: Offers
    real: Real


@cache
def _lanes(*, is_stored: bool) -> Lanes:
    """Return the lanes of the shipped tables, with or without the prices of storage."""
    tables = load_catalogue()
    return Lanes(Network(tables if is_stored else tables.replace(storage=[])))


@cache
def _shipped(price: int = 0, *, is_stored: bool) -> tuple[Lanes, Houses]:
    """Return these lanes, and what makes houses at a carbon price."""
    lanes = _lanes(is_stored=is_stored)
    return lanes, Houses(lanes, Objective(carbon_minor_per_t=price))


def _classes(seed: int, price: int, *, is_stored: bool) -> list[list[House]]:
    """Return the two largest sharing classes of a sample, of each no more than a few shipments."""
    lanes, houses = _shipped(price, is_stored=is_stored)
    tables = lanes.network.catalogue
    cargo = sample_cargo(tables, shipments=_SHIPMENTS, week="2026-W49", seed=seed)
    made = [houses.make(index, shipment) for index, shipment in enumerate(cargo)]
    classes = [group[:_MOST] for group in sorted(sharing_classes(tables, made), key=len, reverse=True)[:2]]
    for house in (house for group in classes for house in group):
        houses.look_around(house)
    return classes


@cache
def _sold(seed: int, price: int = 0, *, is_stored: bool) -> list[Sold]:
    """Return the markets of a sample at a carbon price."""
    lanes, houses = _shipped(price, is_stored=is_stored)
    found = []
    for group in _classes(seed, price, is_stored=is_stored):
        market = Market(lanes, group)
        parts = [market.dated(*key, finishes) for key, finishes in market.open_pairs().items()]
        offers = [one for part in parts for one in part.offers]
        dated = Offers(offers, market._joined([part.carriages for part in parts]))
        found.append(Sold(market, dated, Real(market, houses)))
    return found


def _looked_at(sold: Sold) -> list[int]:
    """Return the positions of some of the dated boxes."""
    order: list[int] = np.random.default_rng(0).permutation(len(sold.dated.offers))[:_MOST_OFFERS].tolist()
    return order


def _is_able(sold: Sold, column: int, row: int) -> bool:
    """Say whether the market lets a shipment use a dated box."""
    return bool(sold.dated.carriages.own[row, column] < NEVER)


def _paid(sold: Sold, row: int) -> Ints:
    """Return what each shipment really pays on a dated box, NEVER where that is no less than alone."""
    offer = sold.dated.offers[row]
    paid = [sold.real.own_cost(column, offer) for column in range(len(sold.market.houses))]
    return np.array(
        [NEVER if own is None or own >= alone else own for own, alone in zip(paid, sold.market.alone, strict=True)]
    )


def _is_retimed(sold: Sold, row: int) -> bool:
    """Say whether a box really leaves later than the market says."""
    offer = sold.dated.offers[row]
    return sold.real.chain(offer).ready_by != sold.market.batches[offer.batch].rows[offer.sailing, READY_BY]


@pytest.mark.parametrize(("seed", "count"), _COUNTS.items())
def test_there_are_boxes(seed: int, count: int) -> None:
    """Each sample has boxes that could pay, and leave late; in most of them somebody would pay for storage."""
    dearer = late = 0
    for sold in _sold(seed, is_stored=True):
        for row in _looked_at(sold):
            able = [column for column in range(len(sold.market.houses)) if _is_able(sold, column, row)]
            paid = [sold.real.own_cost(column, sold.dated.offers[row]) or 0 for column in able]
            dearer += sum(cost > own for cost, own in zip(paid, sold.dated.carriages.own[row, able], strict=True))
            late += _is_retimed(sold, row)
    assert sum(len(sold.dated.offers) for sold in _sold(seed, is_stored=True)) == count
    assert late > 10
    assert (dearer > 0) == (seed in _STORED)


@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("seed", _SEEDS)
def test_no_more_than_it_really_costs(seed: int, *, is_stored: bool) -> None:
    """
    What a box is said to cost is a bound, and for what it really takes there is one that takes all of it for no more.

    That may be another from the same start, as boxes really leave later than said, and take who comes later.
    """
    for sold in _sold(seed, is_stored=is_stored):
        market, dated = sold.market, sold.dated.carriages
        ends = np.array([offer[:2] for offer in sold.dated.offers], dtype=np.int64).reshape(-1, 2)
        for row in _looked_at(sold):
            offer, paid = sold.dated.offers[row], _paid(sold, row)
            cost = sold.real.chain(offer).cost + int(market.by_box(offer.box, offer.start, offer.finish))
            assert dated.cost[row] <= cost
            same = dated.only(np.flatnonzero((ends == offer[:2]).all(axis=1)))
            is_pleased = ((same.cost <= cost) & (same.own <= paid).all(axis=1)).any()
            really = market._carriages(offer.box, np.array([cost]), paid[None])
            assert is_pleased or not len(market._paying(really)), offer


@pytest.mark.parametrize(("seed", "price"), _PRICED)
def test_just_what_it_costs_without_storage(seed: int, price: int) -> None:
    """
    Where storage is free a box costs what the market says, and so does everybody who may use it.

    Who has more time, as the box really leaves later than said, may come in a cheaper way.
    """
    for sold in _sold(seed, price, is_stored=False):
        for row in _looked_at(sold):
            offer = sold.dated.offers[row]
            by_box = sold.market.by_box(offer.box, offer.start, offer.finish)
            assert sold.dated.carriages.cost[row] == sold.real.chain(offer).cost + by_box
            for column, house in enumerate(sold.market.houses):
                paid, own = sold.real.own_cost(column, offer), sold.dated.carriages.own[row, column]
                if own < NEVER and (paid is not None or house.depart_by == FAR):
                    assert paid is not None
                    assert paid == own or (_is_retimed(sold, row) and paid < own), (house.shipment.id, offer)


@pytest.mark.parametrize(("seed", "price"), _PRICED)
def test_undated_is_no_dearer_than_dated(seed: int, price: int) -> None:
    """For every dated box there is one without dates that costs no more, nor does anybody pay more on it."""
    for sold in _sold(seed, price, is_stored=True):
        plain = sold.market.undated(sold.market.open_pairs())
        assert plain is not None
        lanes = np.array([one[:3] for one in plain.offers], dtype=np.int64).reshape(-1, 3)
        for row, offer in enumerate(sold.dated.offers):
            same = plain.carriages.only(np.flatnonzero((lanes == offer[:3]).all(axis=1)))
            own = sold.dated.carriages.own[row]
            assert ((same.cost <= sold.dated.carriages.cost[row]) & (same.own <= own).all(axis=1)).any(), offer


@pytest.mark.parametrize("is_few", [False, True])
@pytest.mark.parametrize(("seed", "price"), _PRICED)
def test_dating_little_by_little_gives_the_same_bound(
    seed: int, price: int, *, is_few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound with only those lanes dated that matter is that with every lane dated from the beginning."""
    monkeypatch.setattr("optimizer.consolidation.entry.FEW", _MOST if is_few else 0)
    # Otherwise both bounds would be up to this far from the best, in different ways.
    monkeypatch.setattr("optimizer.consolidation.relaxation.CLOSE", 0.0)
    for sold in _sold(seed, price, is_stored=True):
        market = sold.market
        entry = Entry(Market(market.lanes, market.houses), _shipped(price, is_stored=True)[1], 0)
        entry.begin(lambda: False)
        while not entry.is_done:
            entry.refine(lambda: False)
        every = _bound(market, sold.dated.carriages, is_few=is_few)
        assert abs(min(every, entry.cost) - entry.bound) <= len(market.houses)


def _bound(market: Market, carriages: Carriages, *, is_few: bool) -> int:
    """Return the bound of a market with some carriages: the linear one, or of few shipments that of whole loads."""
    pool = Pool(market.alone, market.volume, market.mass, carriages)
    pool.generate(lambda: False)
    if is_few:
        pool.part(np.zeros((len(carriages.cost), len(market.houses)), dtype=np.bool_))
    return pool.bound
