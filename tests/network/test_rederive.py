"""
Answers on the shipped tables, worked out again from the tables alone.

The environment variable ``HUBPORT_REDERIVE`` sets how many options are checked; the default, about 60 shipments, is
quick, the full run has 10,000.
"""

from __future__ import annotations

import datetime as dt
import os
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

import pytest

from data import load_catalogue
from data.shipment import Filters, Shipment
from network import Network
from optimizer.verify import verify_quote
from tests.oracles.dice import Dice

if TYPE_CHECKING:
    from data import Catalogue

_OPTIONS = int(os.environ.get("HUBPORT_REDERIVE", "500"))
_BLOCKS = 4
_FIRST_READY = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
_READY_DAYS = 500
_GOODS = ("battery_packed", "dangerous", "liquid", "food")
_BOXES = ("20GP", "40GP", "40HQ", "45HQ")
# Heaviest cargo of one box, in grams; a cubic metre weighs 150 to 500 kilograms.
_BOX_LOAD_G = 4_000_000
_DAY_MIN = 24 * 60


@cache
def _network() -> tuple[Catalogue, Network]:
    """Return the shipped tables and their network."""
    catalogue = load_catalogue()
    return catalogue, Network(catalogue)


def _shipment(catalogue: Catalogue, number: int) -> Shipment:
    """Return a random shipment from a cluster to a market, or the other way round; loose or in boxes."""
    dice = Dice(number)
    clusters = [place.code for place in catalogue.locations if place.kind == "cluster"]
    markets = [place.code for place in catalogue.locations if place.kind == "market"]
    ends = dice.pick(clusters), dice.pick(markets)
    origin, destination = reversed(ends) if dice.chance(0.3) else ends
    boxes = dice.between(1, 4) if dice.chance(0.3) else 0
    mass_g = boxes * dice.between(500_000, _BOX_LOAD_G) or 10 ** dice.between(3, 6) * dice.between(5, 90)
    ready_at = _FIRST_READY + dt.timedelta(minutes=dice.between(0, _READY_DAYS * _DAY_MIN))
    return Shipment(
        origin=origin,
        destination=destination,
        mass_g=mass_g,
        volume_cm3=mass_g * 1000 // dice.between(150, 500) + 1,
        pieces=dice.between(1, 40),
        ready_at=ready_at,
        due_at=ready_at + dt.timedelta(days=dice.between(5, 60)) if dice.chance(0.2) else None,
        depart_by=ready_at + dt.timedelta(days=dice.between(1, 9)) if dice.chance(0.1) else None,
        box=dice.pick(_BOXES) if boxes else None,
        boxes=boxes,
        goods=frozenset([dice.pick(_GOODS)]) if dice.chance(0.15) else frozenset(),
        regime=dice.pick(("0110", "0110", "9610")),
    )


@pytest.mark.slow
@pytest.mark.parametrize("block", range(_BLOCKS))
def test_checker_accepts_every_option(block: int) -> None:
    """Every option between random clusters and markets is right in every line, instant and gram."""
    catalogue, network = _network()
    found = 0
    for number in count(block, _BLOCKS):
        quote = network.quote(_shipment(catalogue, number), Filters())
        found += len(quote.options)
        assert verify_quote(catalogue, Filters(), quote) == [], f"shipment {number}"
        if found * _BLOCKS >= _OPTIONS:
            return
