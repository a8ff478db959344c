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
from network import Network
from network.lanes import Lanes
from optimizer.consolidation import solve
from optimizer.consolidation.moved import CannotMoveError, Move, moved
from optimizer.consolidation.repriced import repriced
from optimizer.evaluate import evaluate_plan
from optimizer.verify import verify_plan
from tests.agree_world import DAY, MONDAY, QUIET, network, planned, shipment, sketch, tables

if TYPE_CHECKING:
    from data.plan import Commitment, Plan

PRICE = 900_000
SIZES = {"A": 8, "B": 9, "C": 7, "D": 9, "E": 8, "F": 6}


@cache
def cargo() -> Cargo:
    """Return six shipments that fill two boxes, one of which may stay behind, and one that is better off alone."""
    large = [
        shipment(name, mass_g=900_000, volume_cm3=size * 1_000_000, unserved_minor=PRICE if name == "D" else None)
        for name, size in SIZES.items()
    ]
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
    """Return every move there is: alone, into each box, into a new one that goes as each does, left behind."""
    boxes = [load.id for load in plan().loads]
    every = [Move(shipment=one.id, load=load) for one in cargo() for load in (None, *boxes)]
    found = [move for move in every if move.load != of(move.shipment) or (move.shipment == "L" and move.load is None)]
    found += [Move(shipment=one.id, load=load, box="BOX") for one in cargo() for load in boxes]
    return found + [Move(shipment=one.id, is_left=True) for one in cargo() if one.id != "L"]


def told(move: Move) -> str:
    """Return a move in a word."""
    return f"{move.shipment}-{'behind' if move.is_left else move.load}{'-new' if move.box else ''}"


@pytest.mark.parametrize("move", moves(), ids=told)
def test_every_move_is_priced_and_checked(move: Move) -> None:
    """The cost is that of the formula, lines are those of the price function; room and time can be lacking."""
    found = moved(network(), cargo(), plan(), move)
    assert found.cost_minor == evaluate_plan(found).total
    again = repriced(Lanes(network()), cargo(), found)
    assert (again.cost_minor, again.loads) == (found.cost_minor, found.loads)
    size = {one.id: one.volume_cm3 for one in cargo()}
    over = [load for load in found.loads if sum(size[name] for name in load.shipments) > 28_000_000]
    is_late = move.shipment == "L" and move.load is not None
    rules = ({"volume"} if over else set()) | ({"cutoff", "documentation"} if is_late else set())
    if move.is_left:
        assert wrong(found) == rules | ({"unserved"} if move.shipment != "D" else set())
        (mine,) = (left for left in found.unserved if left.shipment == move.shipment)
        assert mine.price_cny_minor == (PRICE if move.shipment == "D" else 0)
        assert (mine.reason_zh, mine.reason_en) == ("由调度员手工留下。", "Left behind by hand.")
        return
    journey = next(journey for journey in found.journeys if journey.shipment == move.shipment)
    assert move.shipment not in {left.shipment for left in found.unserved}
    if move.box is None:
        assert wrong(found) == rules
        assert journey.load == move.load
        return
    # None of them fills a box so far that it pays for that: such a box is for several.
    assert wrong(found) == rules | {"share_alone"}
    assert journey.load not in {load.id for load in plan().loads}


@pytest.mark.parametrize("move", moves()[:9:2] + moves()[-9::2], ids=told)
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
        as_before = steps.get(load.id) or steps[move.load or ""]
        assert [(step.service, step.depart_min) for step in load.steps if step.kind == "leg"] == [
            (step.service, step.depart_min) for step in as_before if step.kind == "leg"
        ]


def test_there_and_back_costs_the_same() -> None:
    """Whoever goes alone and comes back finds the plan at its cost again."""
    name = "A"
    alone = moved(network(), cargo(), plan(), Move(shipment=name, load=None))
    assert alone.cost_minor >= plan().cost_minor
    back = moved(network(), cargo(), alone, Move(shipment=name, load=of(name)))
    assert back.cost_minor == plan().cost_minor
    assert wrong(back) == set()


def test_behind_and_back_costs_the_same() -> None:
    """Whoever is left behind is paid for at that price; whoever is put back finds the plan at its cost again."""
    behind = moved(network(), cargo(), plan(), Move(shipment="D", is_left=True))
    assert wrong(behind) == set()
    assert evaluate_plan(behind).behind - evaluate_plan(plan()).behind == PRICE
    back = moved(network(), cargo(), behind, Move(shipment="D", load=of("D")))
    assert (back.cost_minor, wrong(back)) == (plan().cost_minor, set())


def test_a_new_box_is_of_the_chosen_type() -> None:
    """It goes on the departures of the other, others may join it, and a type that nobody carries there is told."""
    made = sketch()
    for code in ("BIG", "ODD"):
        made.add("load_units", code=code, volume_cm3=66_000_000, usable_cm3=56_000_000, payload_g=26_000_000,
                 teu_milli=2000)  # fmt: skip
    made.add("tariffs", service="SHIP", product="fcl", unit="BIG", basis="per_box", rate="3500")
    catalogue = made.catalogue()
    compiled = Network(catalogue)
    found = solve(compiled, cargo(), QUIET)
    like = found.loads[0]
    assert {load.box for load in found.loads} == {"BOX"}
    first, *others = like.shipments
    found = moved(compiled, cargo(), found, Move(shipment=first, load=like.id, box="BIG", others=tuple(others)))
    new = next(load for load in found.loads if load.box == "BIG")
    assert set(new.shipments) == set(like.shipments)
    assert like.id not in {load.id for load in found.loads}
    assert [step.depart_min for step in new.steps] == [step.depart_min for step in like.steps]
    assert {step.form for step in new.steps} == {"BIG"}
    assert verify_plan(catalogue, cargo(), found) == []
    with pytest.raises(CannotMoveError) as refused:
        moved(compiled, cargo(), found, Move(shipment=new.shipments[0], load=new.id, box="ODD"))
    assert (refused.value.why, refused.value.subject) == ("no_box", "ODD")


@settings(max_examples=15, deadline=None)
@given(st.permutations(sorted(cargo().by_id)), st.integers(0, 3), st.integers(0, 2))
def test_others_come_along(names: list[str], more: int, place: int) -> None:
    """Several at once are where each of them would be one by one: in the new box, left behind, or alone."""
    load = [*plan().loads, None][place]
    first, *others = [name for name in names if name != "L"][: more + 1]
    move = Move(shipment=first, load=load.id if load else None, box="BOX" if load else None, is_left=load is None)
    found = moved(network(), cargo(), plan(), replace(move, others=tuple(others)))
    inside = {one.shipment: one.load for one in found.journeys}
    assert {inside.get(name) for name in (first, *others)} == {"L003" if load else None}
    assert found.cost_minor == evaluate_plan(found).total
    assert found.bound_minor == min(plan().bound_minor or 0, found.cost_minor)
    assert sorted([*inside, *(left.shipment for left in found.unserved)]) == sorted(cargo().by_id)


def test_a_truck_takes_it_on() -> None:
    """What a ship brought goes on by truck, also after it was taken out of its box and put back, or in a new one."""
    made = sketch()
    made.location("Y", "FA", kind="park", clears_import=True)
    run = {"location": "Y", "run_min": 300, "distance_m": 200_000, "factor": "any"}
    made.service("INLAND", "road", [{"location": "X"}, run], days="1234567", departs="09:00")
    # What another truck brought to the port is on its other side, which comes first, and none takes it away from there.
    made.service("BACK", "road", [{"location": "Y"}, run | {"location": "X"}], days="1234567", departs="09:00")
    made.rows["services"].insert(0, made.rows["services"].pop())
    for service in ("INLAND", "BACK"):
        made.add("tariffs", service=service, product="ltl", basis="per_wm", rate="20")
    catalogue = made.catalogue()
    compiled, far = Network(catalogue), Cargo(shipments=tuple(replace(one, destination="Y") for one in cargo()))
    found = solve(compiled, far, QUIET)
    box = found.loads[0]
    first, *others = box.shipments
    alone = moved(compiled, far, found, Move(shipment=first))
    back = moved(compiled, far, alone, Move(shipment=first, load=box.id))
    new = moved(compiled, far, found, Move(shipment=first, load=box.id, box="BOX", others=tuple(others)))
    assert [one.cost_minor for one in (back, new)] == [found.cost_minor] * 2
    assert [verify_plan(catalogue, far, one) for one in (alone, back, new)] == [[]] * 3


def test_pins_of_whom_is_touched_end() -> None:
    """A pinned box that somebody leaves, and a pinned shipment that is moved, are pinned no more; others are."""
    first, second = plan().loads
    pinned = replace(plan(), frozen_loads=(first.id, second.id), frozen_shipments=("L",))
    found = moved(network(), cargo(), pinned, Move(shipment="L"))
    assert (found.frozen_loads, found.frozen_shipments) == ((first.id, second.id), ())
    mine = first.shipments[0]
    for move in (Move(shipment=mine, load=second.id, box="BOX"), Move(shipment=mine, is_left=True)):
        found = moved(network(), cargo(), pinned, move)
        assert (found.frozen_loads, found.frozen_shipments) == ((second.id,), ("L",))


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
    """Nobody leaves or joins a box that is promised, nor is left behind who is."""
    first, second = plan().loads
    held = replace(plan(), loads=(replace(first, commitment=commitment), second))
    mine, other = first.shipments[0], second.shipments[0]
    for move in (
        Move(shipment=mine),
        Move(shipment=mine, is_left=True),
        Move(shipment=mine, load=second.id, box="BOX"),
        Move(shipment=other, load=first.id),
    ):
        with pytest.raises(CannotMoveError) as found:
            moved(network(), cargo(), held, move)
        assert (found.value.why, found.value.subject) == ("promised", first.id)
    # Another box on the same departure touches none of it.
    whole = Move(shipment=other, load=first.id, box="BOX", others=second.shipments[1:])
    assert wrong(moved(network(), cargo(), held, whole)) == set()


def test_what_is_refused() -> None:
    """Unknown names, where it is already, and what has gone are told apart."""
    first = plan().loads[0]
    departs = next(step.depart_min for step in first.steps if step.kind == "leg")
    for move, now, why in (
        (Move(shipment="?", load=None), None, "unknown_shipment"),
        (Move(shipment="S", load="?"), None, "unknown_load"),
        (Move(shipment=first.shipments[0], load=first.id), None, "same_place"),
        (Move(shipment=plan().loads[1].shipments[0], load=first.id), departs + 1, "departed"),
        (Move(shipment=first.shipments[0], is_left=True), departs + 1, "departed"),
        (Move(shipment="L", load=first.id, box="BOX"), departs + 1, "departed"),
        (Move(shipment="L", is_left=True), None, "same_place"),
        (Move(shipment="S", box="BOX"), None, "unknown_load"),
        (Move(shipment="S", load="?", box="BOX"), None, "unknown_load"),
        (Move(shipment="S", load=first.id, box="?"), None, "unknown_box"),
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
    assert "volume" in wrong(found) or wrong(found) <= {"share_alone", "cutoff", "documentation", "unserved"}
