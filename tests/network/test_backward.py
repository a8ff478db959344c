"""Searching back from a due instant and searching on from a ready instant find the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from network import Network
from optimizer.verify import verify_option
from optimizer.verify.facts import Facts
from tests.oracles.brute import Brute
from tests.oracles.networks import question
from tests.oracles.options import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.itinerary import Option
    from tests.oracles.networks import Question

_BLOCKS = 8
_PER_BLOCK = 25
_DUE_DAYS = (3, 6, 9)
_READY_DAYS = (0, 1, 2.5)

Vector = tuple[int, int, int]


def _asked(seed: int, due_days: float) -> Question:
    """Return the question of a seed, due some days after it could be ready at the earliest."""
    asked = question(seed)
    due_at = asked.shipment.ready_at + dt.timedelta(days=due_days)
    return asked._replace(shipment=replace(asked.shipment, due_at=due_at))


def _ready(asked: Question, ready_at: dt.datetime) -> Question:
    """Return a question with another ready instant."""
    return asked._replace(shipment=replace(asked.shipment, ready_at=ready_at))


def _backward(asked: Question) -> list[Vector]:
    """Return cost, negative latest ready instant and grams of what the search finds back from the due instant."""
    quote = Network(asked.catalogue).latest_ready(asked.shipment, asked.filters)
    return [(option.cost_cny_minor, -option.latest_ready_min, option.emissions_g) for option in quote.options]


def _forward(asked: Question) -> list[Option]:
    """Return every option that trying everything finds from the ready instant on, and that is not late."""
    brute = Brute(*asked)
    assert asked.shipment.due_at is not None
    due_min = brute.case.clock.minute(asked.shipment.due_at)
    return [option for option in options(brute) if option.arrive_min <= due_min]


@lru_cache(maxsize=len(_READY_DAYS))
def _everything(seed: int, days: float) -> list[Option]:
    """Return every option that trying everything finds for the question of a seed, ready some days later."""
    asked = question(seed)
    return options(Brute(*_ready(asked, asked.shipment.ready_at + dt.timedelta(days=days))))


def _in_time(seed: int, days: float, due_days: float) -> list[Option]:
    """Return those that are not late."""
    asked = _asked(seed, due_days)
    assert asked.shipment.due_at is not None
    due_min = Brute(*asked).case.clock.minute(asked.shipment.due_at)
    return [option for option in _everything(seed, days) if option.arrive_min <= due_min]


def _is_matched(vector: Vector, others: list[Vector]) -> bool:
    """Tell whether another vector is no worse in anything."""
    return any(all(a <= b for a, b in zip(other, vector, strict=True)) for other in others)


def _missed(seed: int, due_days: float) -> Iterator[str]:
    """Yield what is found from some ready instants on, and neither it nor anything as good back from its arrival."""
    asked = _asked(seed, due_days)
    epoch = Facts(asked.catalogue).epoch
    backward = _backward(asked)
    for days in _READY_DAYS:
        for option in _in_time(seed, days, due_days):
            vector = (option.cost_cny_minor, -option.latest_ready_min, option.emissions_g)
            arrive_at = epoch + dt.timedelta(minutes=option.arrive_min)
            if not _is_matched(vector, backward):
                yield f"{vector} by {asked.shipment.due_at}"
            just_in_time = asked._replace(shipment=replace(asked.shipment, due_at=arrive_at))
            if days == 0 and not _is_matched(vector, _backward(just_in_time)):
                yield f"{vector} by {arrive_at}"


def _unfounded(asked: Question) -> Iterator[str]:
    """Yield what is found back from the due instant, and not from its latest ready instant on."""
    epoch = Facts(asked.catalogue).epoch
    earliest_min = -(-(asked.shipment.ready_at - epoch) // dt.timedelta(minutes=1))
    for cost, ready_min, grams in _backward(asked):
        later = _ready(asked, epoch + dt.timedelta(minutes=-ready_min))
        forward = [(option.cost_cny_minor, 0, option.emissions_g) for option in _forward(later)]
        if -ready_min < earliest_min or not _is_matched((cost, 0, grams), forward):
            yield f"{(cost, ready_min, grams)} by {asked.shipment.due_at}"


@pytest.mark.slow
@pytest.mark.parametrize("block", range(_BLOCKS))
def test_finds_what_the_forward_search_finds(block: int) -> None:
    """Whatever can be done in time, the backward search knows a way no worse that allows being ready as late."""
    for seed in range(block * _PER_BLOCK, (block + 1) * _PER_BLOCK):
        for due_days in _DUE_DAYS:
            assert list(_missed(seed, due_days)) == [], f"question({seed}), {due_days} days"


@pytest.mark.slow
@pytest.mark.parametrize("block", range(_BLOCKS))
def test_checker_accepts_every_option(block: int) -> None:
    """Whatever the backward search finds is right in every detail for goods ready at its latest ready instant."""
    for seed in range(block * _PER_BLOCK, (block + 1) * _PER_BLOCK):
        asked = _asked(seed, _DUE_DAYS[1])
        epoch = Facts(asked.catalogue).epoch
        for option in Network(asked.catalogue).latest_ready(asked.shipment, asked.filters).options:
            later = _ready(asked, epoch + dt.timedelta(minutes=option.latest_ready_min))
            assert verify_option(*later, option) == [], f"question({seed})"


@pytest.mark.slow
@pytest.mark.parametrize("block", range(_BLOCKS))
@pytest.mark.parametrize("due_days", _DUE_DAYS)
def test_keeps_what_it_promises(block: int, due_days: float) -> None:
    """Ready at the latest instant the backward search gives, goods arrive in time at no higher price."""
    for seed in range(block * _PER_BLOCK, (block + 1) * _PER_BLOCK):
        assert list(_unfounded(_asked(seed, due_days))) == [], f"question({seed})"
