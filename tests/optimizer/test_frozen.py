"""Plans beside an earlier one: what is frozen never moves, and the rest is never dearer than it was."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from data.cargo import Cargo
from data.errors import TableFaultsError
from data.freeze import Freeze
from network import Network
from optimizer.consolidation import Params, Progress, solve
from optimizer.consolidation.frozen import Bundle, best
from optimizer.consolidation.houses import Houses
from optimizer.verify import verify_plan
from tests.plan_builder import PlanBuilder, Together
from tests.plan_mutations import changed_cargo, sound
from tests.plan_network import DAY, catalogue, week

if TYPE_CHECKING:
    from data.cargo import CargoShipment
    from data.plan import Commitment, Plan
    from optimizer.consolidation.houses import House

QUICK = Params(time_limit_s=20)


@cache
def network() -> Network:
    """Return the small network."""
    return Network(catalogue())


@cache
def monday() -> Plan:
    """Return the plan made first."""
    return solve(network(), week(), QUICK)


def committed(plan: Plan, commitment: Commitment = "booked", alone: tuple[str, ...] = ()) -> Plan:
    """Return a plan with its first load promised, and some shipments that travel alone."""
    journeys = tuple(replace(j, commitment=commitment) if j.shipment in alone else j for j in plan.journeys)
    return replace(plan, loads=(replace(plan.loads[0], commitment=commitment), *plan.loads[1:]), journeys=journeys)


def more_cargo() -> Cargo:
    """Return the week with three more shipments that would like to join, and in another order."""
    one = week().by_id["S1"]
    more = [replace(one, id=f"N{number}", pieces=number, volume_cm3=4_000_000 + number) for number in (1, 2, 3)]
    return Cargo(shipments=(*more, *week().shipments[::-1]))


def parts_of(plan: Plan, freeze: Freeze) -> tuple[object, ...]:
    """Return everything of a plan that is frozen."""
    return (
        {load.id: load for load in plan.loads if load.id in freeze.loads},
        {journey.shipment: journey for journey in plan.journeys if journey.shipment in freeze.shipments},
        {left.shipment: left for left in plan.unserved if left.shipment in freeze.shipments},
    )


@pytest.mark.parametrize("commitment", ["booked", "loaded", "departed"])
def test_what_is_promised_never_moves(commitment: Commitment) -> None:
    """A promised box and a promised shipment alone are the same to the fen; nothing joins them; the rest is planned."""
    old = committed(monday(), commitment, ("S5",))
    freeze = Freeze(plan=old, cargo=week())
    cargo = more_cargo()
    plan = solve(network(), cargo, QUICK, freeze=freeze)
    assert verify_plan(catalogue(), cargo, plan, frozen=freeze) == []
    assert parts_of(plan, freeze) == parts_of(old, freeze)
    assert (plan.frozen_loads, plan.frozen_shipments) == (("L001",), ("S5",))
    assert plan.loads[0] == old.loads[0]
    assert plan.bound_minor is not None
    assert plan.bound_minor <= plan.cost_minor


def test_nothing_departs_twice_in_a_row_of_plans() -> None:
    """Over several weeks of more and more promises no departure that was promised moves."""
    cargo, plan = week(), monday()
    for number in range(3):
        old = committed(plan) if plan.loads else plan
        freeze = Freeze(plan=old, cargo=cargo)
        late = [replace(cargo.shipments[0], id=f"W{number}-{k}", mass_g=900_000 + k) for k in range(2)]
        cargo = Cargo(shipments=(*late, *cargo.shipments))
        plan = solve(network(), cargo, Params(time_limit_s=5), freeze=freeze)
        assert verify_plan(catalogue(), cargo, plan, frozen=freeze) == []


def test_before_an_instant_and_all() -> None:
    """What departs before an instant stays; with all of it, only new cargo is planned."""
    first_min = min(journey.first_min or 0 for journey in monday().journeys)
    cargo = more_cargo()
    for freeze in (
        Freeze(plan=monday(), cargo=week(), before_min=first_min + 1),
        Freeze(plan=monday(), cargo=week(), is_all=True),
    ):
        plan = solve(network(), cargo, QUICK, freeze=freeze)
        assert freeze.loads
        assert verify_plan(catalogue(), cargo, plan, frozen=freeze) == []
        assert parts_of(plan, freeze) == parts_of(monday(), freeze)
    assert {"S7"} <= set(plan.frozen_shipments)
    nothing = solve(network(), week(), QUICK, freeze=Freeze(plan=monday(), cargo=week(), is_all=True))
    assert (nothing.journeys, nothing.loads, nothing.unserved) == (monday().journeys, monday().loads, monday().unserved)
    assert (nothing.status, nothing.cost_minor, nothing.alone_minor) == (
        "optimal",
        monday().cost_minor,
        monday().alone_minor,
    )


def test_what_is_pinned_stays() -> None:
    """One box and one shipment alone are named; they stay, and nothing else has to."""
    box = monday().loads[0].id
    alone = next(journey.shipment for journey in monday().journeys if journey.load is None)
    freeze = Freeze(plan=monday(), cargo=week(), pinned=frozenset({box, alone}))
    plan = solve(network(), more_cargo(), QUICK, freeze=freeze)
    assert (plan.frozen_loads, plan.frozen_shipments) == ((box,), (alone,))
    assert verify_plan(catalogue(), more_cargo(), plan, frozen=freeze) == []
    assert parts_of(plan, freeze) == parts_of(monday(), freeze)
    forgot = replace(plan, frozen_loads=(), frozen_shipments=())
    rules = [violation.rule for violation in verify_plan(catalogue(), more_cargo(), forgot, frozen=freeze)]
    assert rules == ["frozen_listed", "frozen_listed"]


@pytest.mark.parametrize("time_limit_s", [0, 20])
def test_never_dearer_than_before(time_limit_s: int) -> None:
    """Whatever time there is, the plan costs no more than the one by hand it begins from."""
    by_hand = sound().plan
    freeze = Freeze(plan=by_hand, cargo=week())
    seen: list[Progress] = []
    plan = solve(network(), week(), Params(time_limit_s=time_limit_s), seen.append, freeze)
    assert verify_plan(catalogue(), week(), plan, frozen=freeze) == []
    assert plan.cost_minor <= by_hand.cost_minor
    assert not plan.frozen_loads
    if time_limit_s == 0:
        assert plan.loads == by_hand.loads
        assert seen[0].cost_minor == by_hand.cost_minor


def test_no_dearer_for_what_is_left() -> None:
    """When a shipment of one load is gone and another changed, what is still as it was costs no more than before."""
    one = Together(shipments=("S1", "S2"), box="B40", origin="C", destination="E")
    two = Together(shipments=("S3", "S4"), box="B20", origin="C", destination="E")
    old = PlanBuilder(catalogue(), week()).plan([one, two], left=("S6", "S7"))
    assert verify_plan(catalogue(), week(), old) == []
    cargo = changed_cargo(week(), "S1", mass_g=1_700_000)
    freeze = Freeze(plan=old, cargo=week())
    plan = solve(network(), cargo, Params(time_limit_s=0), freeze=freeze)
    assert verify_plan(catalogue(), cargo, plan, frozen=freeze) == []
    assert plan.loads == tuple(load for load in old.loads if load.shipments == ("S3", "S4"))


def test_new_boxes_have_new_numbers() -> None:
    """A number of the earlier plan never means another box."""
    cargo = more_cargo()
    old = PlanBuilder(catalogue(), week()).plan((), left=("S6", "S7"))
    old = replace(old, loads=(replace(sound().plan.loads[0], id="L041", shipments=("S99",)),))
    plan = solve(network(), cargo, QUICK, freeze=Freeze(plan=old, cargo=week()))
    assert plan.loads
    assert all(int(load.id[1:]) > 41 for load in plan.loads)


def test_contradictions_are_refused_together() -> None:
    """The run does not begin when the earlier plan does not fit the cargo."""
    old = replace(committed(monday()), fingerprint="other")
    gone = Cargo(shipments=tuple(s for s in changed_cargo(week(), "S1", pieces=31) if s.id != "S2"))
    with pytest.raises(TableFaultsError) as caught:
        solve(network(), gone, QUICK, freeze=Freeze(plan=old, cargo=week()))
    assert [fault.rule for fault in caught.value.faults] == ["other_data", "frozen_changed", "frozen_missing"]


# Stopped while shipments are priced


def stopping_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Ctrl-C come when some shipments have been priced."""
    real, made = Houses.make, []

    def make(self: Houses, index: int, shipment: CargoShipment) -> House:
        if len(made) >= count:
            raise KeyboardInterrupt
        made.append(shipment.id)
        return real(self, index, shipment)

    monkeypatch.setattr(Houses, "make", make)


@pytest.mark.parametrize("count", [1, 3, 6])
def test_stopped_while_pricing(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is priced travels alone; the rest is said to be unplanned, and nothing is said about a bound."""
    stopping_after(count, monkeypatch)
    plan = solve(network(), week(), QUICK)
    assert (plan.status, plan.bound_minor, plan.gap) == ("stopped", None, None)
    assert verify_plan(catalogue(), week(), plan) == []
    names = [shipment.id for shipment in week()]
    assert [left.shipment for left in plan.unserved if left.is_unplanned] == names[count:]
    assert [journey.shipment for journey in plan.journeys] == [name for name in names[:count] if name != "S6"]


def test_stopped_before_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a single shipment priced there is nothing to keep."""
    stopping_after(0, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        solve(network(), week(), QUICK)


def _raise(error: BaseException, cause: BaseException | None = None) -> None:
    """Raise an error because of another."""
    raise error from cause


def test_stopped_inside_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled code that Ctrl-C hits raises another error, which ends the search as well; others are errors."""
    error = SystemError("returned a result with an exception set")
    monkeypatch.setattr(Houses, "look_around", lambda *_: _raise(error, KeyboardInterrupt()))
    plan = solve(network(), week(), QUICK)
    assert plan.status == "stopped"
    assert verify_plan(catalogue(), week(), plan) == []
    monkeypatch.setattr(Houses, "look_around", lambda *_: _raise(SystemError("broken")))
    with pytest.raises(SystemError, match="broken"):
        solve(network(), week(), QUICK)


@pytest.mark.parametrize("count", [0, 2])
def test_stopped_while_pricing_keeps_the_earlier_plan(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an earlier plan, what was not looked at again travels as it did there; what is frozen stays."""
    stopping_after(count, monkeypatch)
    freeze = Freeze(plan=committed(monday()), cargo=week())
    cargo = more_cargo()
    plan = solve(network(), cargo, QUICK, freeze=freeze)
    assert plan.status == "stopped"
    assert verify_plan(catalogue(), cargo, plan, frozen=freeze) == []
    assert {left.shipment for left in plan.unserved if left.is_unplanned} == {f"N{k}" for k in range(count + 1, 4)}


# Who wins


class _Box(NamedTuple):
    """A load of given cost."""

    shipments: tuple[str, ...]
    cost: int
    is_old: bool

    def bundle(self) -> Bundle:
        """Return it as one."""
        load = replace(sound().plan.loads[0], shipments=self.shipments, cost_cny_minor=self.cost)
        return Bundle(load, (), self.is_old)


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        ([("ab", 10, False), ("ab", 10, True)], [("ab", True)]),
        ([("ab", 9, False), ("ab", 10, True)], [("ab", False)]),
        ([("ab", 9, False), ("cd", 10, True)], [("ab", False), ("cd", True)]),
        ([("ab", 11, False), ("cd", 11, False), ("bc", 1, True)], [("bc", True)]),
        ([("ab", 2, False), ("cd", 2, False), ("bc", 1, True)], [("ab", False), ("cd", False)]),
        ([("ab", 9, False), ("b", 21, True)], [("ab", False)]),
        (
            [("bc", 1, False), ("ab", 2, True), ("cd", 2, True), ("e", 3, True)],
            [("ab", True), ("cd", True), ("e", True)],
        ),
    ],
)
def test_the_cheaper_side_is_taken(boxes: list[tuple[str, int, bool]], expected: list[tuple[str, bool]]) -> None:
    """Where boxes want the same shipments the cheaper side wins, and of equals the earlier one."""
    made = [_Box(tuple(names), cost, is_old).bundle() for names, cost, is_old in boxes]
    alone = dict.fromkeys("abcde", 10)
    chosen = best([one for one in made if not one.is_old], [one for one in made if one.is_old], alone)
    assert sorted(("".join(one.load.shipments), one.is_old) for one in chosen) == expected


def test_who_cannot_go_alone_stays_in_the_box() -> None:
    """A shipment without a known way alone keeps its earlier box whatever that costs."""
    old = _Box(("a", "b"), 99, is_old=True).bundle()
    assert list(best([], [old], {"a": 1})) == [old]
    assert list(best([], [old], {"a": 1, "b": 1})) == []


def test_loads_are_in_order() -> None:
    """Loads of the earlier plan and new ones stand in the order of their departures."""
    freeze = Freeze(plan=committed(monday()), cargo=week())
    one = week().by_id["S1"]
    later = [
        replace(one, id=f"N{k}", volume_cm3=9_000_000 + k, ready_at=network().axis.from_min(12 * DAY)) for k in range(3)
    ]
    cargo = Cargo(shipments=(*week().shipments, *later))
    plan = solve(network(), cargo, QUICK, freeze=freeze)
    departs = [next(s.depart_min for s in load.steps if s.kind == "leg") for load in plan.loads]
    assert all(before <= after for before, after in pairwise(departs))
    assert verify_plan(catalogue(), cargo, plan, frozen=freeze) == []


# Any plans


def _drawn(rng: np.random.Generator, name: str) -> CargoShipment:
    """Return a shipment of any size between any places, perhaps with a price of staying behind or its own regime."""
    ends = {"origin": str(rng.choice(["P1", "P2", "C"])), "destination": str(rng.choice(["M1", "M2", "E"]))}
    volume_m3 = int(rng.integers(1, 18))
    return replace(
        week().by_id["S1"],
        id=name,
        volume_cm3=volume_m3 * 1_000_000,
        mass_g=volume_m3 * 250_000,
        ready_at=network().axis.from_min(int(rng.integers(3 * DAY, 9 * DAY))),
        unserved_minor=int(rng.integers(10_000, 900_000)) if rng.random() < 0.2 else None,
        regime="9710" if rng.random() < 0.2 else "0110",
        **ends,
    )


def _promised(rng: np.random.Generator, plan: Plan) -> Plan:
    """Return a plan of which some parts are promised."""
    words = ("planned", "booked", "loaded", "departed")
    loads = tuple(replace(load, commitment=words[rng.integers(4)]) for load in plan.loads)
    journeys = tuple(
        replace(one, commitment=words[rng.integers(2)]) if one.load is None else one for one in plan.journeys
    )
    return replace(plan, loads=loads, journeys=journeys)


def _broken(cargo: Cargo, plan: Plan, freeze: Freeze) -> list[str]:
    """Return the rules that are broken; capacities are not planned for."""
    found = verify_plan(catalogue(), cargo, plan, frozen=freeze)
    return [str(violation) for violation in found if not violation.rule.startswith("capacity")]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))
def test_any_row_of_plans(seed: int) -> None:
    """Whatever is promised, dropped, changed and added, what is frozen never moves, and the rest is never dearer."""
    rng = np.random.default_rng(seed)
    cargo = Cargo(shipments=tuple(_drawn(rng, f"A{number}") for number in range(rng.integers(2, 9))))
    plan = solve(network(), cargo, Params(time_limit_s=3, deterministic=True))
    for step in range(3):
        old = _promised(rng, plan)
        plain = Freeze(plan=old, cargo=cargo)
        again = solve(network(), cargo, Params(time_limit_s=int(rng.integers(4)), deterministic=True), freeze=plain)
        assert _broken(cargo, again, plain) == []
        assert again.cost_minor <= old.cost_minor
        before_min = int(rng.integers(5 * DAY, 15 * DAY)) if rng.random() < 0.4 else None
        freeze = replace(plain, before_min=before_min, is_all=bool(rng.random() < 0.15))
        kept = [
            one if one.id in freeze.shipments or rng.random() < 0.8 else replace(one, pieces=one.pieces + 1)
            for one in cargo
            if one.id in freeze.shipments or rng.random() < 0.8
        ]
        more = [_drawn(rng, f"B{step}{number}") for number in range(rng.integers(1, 4))]
        cargo = Cargo(shipments=tuple(rng.permutation(np.array([*more, *kept], dtype=object)).tolist()))
        plan = solve(network(), cargo, Params(time_limit_s=int(rng.integers(4)), deterministic=True), freeze=freeze)
        assert _broken(cargo, plan, freeze) == []
        assert parts_of(plan, freeze) == parts_of(old, freeze)
