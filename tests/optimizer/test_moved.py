"""Shipments put elsewhere by hand: priced as the solver prices, checked by the checker, and nobody else touched."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.cargo import Cargo
from network.lanes import Lanes
from optimizer.consolidation.moved import CannotMoveError, Move, moved
from optimizer.consolidation.repriced import repriced
from optimizer.evaluate import evaluate_plan
from optimizer.verify import verify_plan
from tests.agree_world import DAY, MONDAY, network, planned, shipment, tables

if TYPE_CHECKING:
    from data.plan import Commitment, Plan

SIZES = {"A": 8, "B": 9, "C": 7, "D": 9, "E": 8, "F": 6}


@cache
def cargo() -> Cargo:
    """Return six shipments that fill two boxes, and one that is better off alone."""
    large = [shipment(name, mass_g=900_000, volume_cm3=size * 1_000_000) for name, size in SIZES.items()]
    small = shipment("S", mass_g=40_000, volume_cm3=100_000)
    left = shipment("L", MONDAY + DAY, volume_cm3=1_000_000, unserved_minor=1)
    return Cargo(shipments=(*large, small, left))


@cache
def plan() -> Plan:
    """Return the plan of the solver: two boxes, one shipment alone, one left behind."""
    found = planned(cargo()).plan
    assert len(found.loads) == 2
    assert found.unserved
    return found


def of(name: str | None) -> str | None:
    """Return the box that a shipment is in."""
    return next((journey.load for journey in plan().journeys if journey.shipment == name), None)


def wrong(found: Plan) -> set[str]:
    """Return the names of the rules that a plan breaks."""
    return {violation.rule for violation in verify_plan(tables(), cargo(), found)}


def moves() -> list[Move]:
    """Return every move there is."""
    boxes = [load.id for load in plan().loads]
    every = [Move(shipment=one.id, load=load) for one in cargo() for load in (None, *boxes)]
    return [move for move in every if move.load != of(move.shipment) or (move.shipment == "L" and move.load is None)]


@pytest.mark.parametrize("move", moves(), ids=lambda move: f"{move.shipment}-{move.load}")
def test_every_move_is_priced_and_checked(move: Move) -> None:
    """The cost is that of the formula, lines are those of the price function; room and time can be lacking."""
    found = moved(network(), cargo(), plan(), move)
    assert found.cost_minor == evaluate_plan(found).total
    again = repriced(Lanes(network()), cargo(), found)
    assert (again.cost_minor, again.loads) == (found.cost_minor, found.loads)
    size = {one.id: one.volume_cm3 for one in cargo()}
    over = [load for load in found.loads if sum(size[name] for name in load.shipments) > 28_000_000]
    is_late = move.shipment == "L" and move.load is not None
    assert wrong(found) == ({"volume"} if over else set()) | ({"cutoff", "documentation"} if is_late else set())
    mine = next(journey for journey in found.journeys if journey.shipment == move.shipment)
    assert mine.load == move.load
    assert not set(found.unserved) & {move.shipment}


@pytest.mark.parametrize("move", moves()[:9:2], ids=str)
def test_nobody_else_is_touched(move: Move) -> None:
    """Who is in neither box keeps the journey to the last line, and boxes keep their departures."""
    found, old = moved(network(), cargo(), plan(), move), of(move.shipment)
    touched = {name for load in plan().loads if load.id in {old, move.load} for name in load.shipments}
    touched.add(move.shipment)
    before = {journey.shipment: journey for journey in plan().journeys}
    for journey in found.journeys:
        assert journey.shipment in touched or journey == before[journey.shipment]
    steps = {load.id: load.steps for load in plan().loads}
    for load in found.loads:
        assert [(step.service, step.depart_min) for step in load.steps] == [
            (step.service, step.depart_min) for step in steps[load.id]
        ]


def test_there_and_back_costs_the_same() -> None:
    """Whoever goes alone and comes back finds the plan at its cost again."""
    name = "A"
    alone = moved(network(), cargo(), plan(), Move(shipment=name, load=None))
    assert alone.cost_minor >= plan().cost_minor
    back = moved(network(), cargo(), alone, Move(shipment=name, load=of(name)))
    assert back.cost_minor == plan().cost_minor
    assert wrong(back) == set()


def test_an_empty_box_is_not_sent() -> None:
    """The last one out of a box takes it away, and all that it cost."""
    found, box = plan(), plan().loads[0]
    for name in box.shipments:
        found = moved(network(), cargo(), found, Move(shipment=name, load=None))
    assert [load.id for load in found.loads] == [plan().loads[1].id]
    assert wrong(found) == set()


def test_who_comes_too_late_is_told_by_how_much() -> None:
    """A shipment that is ready after the box has left is put there nevertheless; the checker says what that breaks."""
    late = replace(shipment("A"), id="Z", ready_at=shipment("A", MONDAY + 6 * DAY).ready_at)
    given = Cargo(shipments=(*cargo().shipments, late))
    whole = planned(given).plan
    box = whole.loads[0]
    assert "Z" not in box.shipments
    found = moved(network(), given, whole, Move(shipment="Z", load=box.id))
    rules = [one for one in verify_plan(tables(), given, found) if isinstance(one.actual, int)]
    assert rules
    assert all(one.actual != one.limit for one in rules)


@pytest.mark.parametrize("commitment", ["booked", "loaded", "departed"])
def test_promises_stay(commitment: Commitment) -> None:
    """Nobody leaves or joins a box that is promised."""
    first, second = plan().loads
    held = replace(plan(), loads=(replace(first, commitment=commitment), second))
    for move in (Move(shipment=first.shipments[0], load=None), Move(shipment=second.shipments[0], load=first.id)):
        with pytest.raises(CannotMoveError) as found:
            moved(network(), cargo(), held, move)
        assert (found.value.why, found.value.subject) == ("promised", first.id)


def test_what_is_refused() -> None:
    """Unknown names, where it is already, and what has gone are told apart."""
    first = plan().loads[0]
    departs = next(step.depart_min for step in first.steps if step.kind == "leg")
    for move, now, why in (
        (Move(shipment="?", load=None), None, "unknown_shipment"),
        (Move(shipment="S", load="?"), None, "unknown_load"),
        (Move(shipment=first.shipments[0], load=first.id), None, "same_place"),
        (Move(shipment=plan().loads[1].shipments[0], load=first.id), departs + 1, "departed"),
    ):
        with pytest.raises(CannotMoveError) as found:
            moved(network(), cargo(), plan(), move, now_min=now)
        assert found.value.why == why


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(moves()), max_size=5))
def test_any_row_of_moves(row: list[Move]) -> None:
    """However often something is moved: sums hold, all cargo is there once; room, time or gain can be lacking."""
    found = plan()
    for move in row:
        # It may be there by now, or the box may have gone with the last in it.
        with suppress(CannotMoveError):
            found = moved(network(), cargo(), found, move)
    assert found.cost_minor == evaluate_plan(found).total
    parts = [*(one.shipment for one in found.journeys), *(one.shipment for one in found.unserved)]
    assert sorted(parts) == sorted(cargo().by_id)
    # No price is sold for more than a box can hold, so other rules follow from that one.
    assert "volume" in wrong(found) or wrong(found) <= {"share_alone", "cutoff", "documentation"}
