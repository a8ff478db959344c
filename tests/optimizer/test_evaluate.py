"""The one formula of what a plan costs, and parts of plans priced again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data.cargo import Cargo
from data.freeze import Freeze
from data.money import to_fen
from network import Network
from network.lanes import Lanes
from optimizer.consolidation import Params, solve
from optimizer.consolidation.repriced import UnknownStepError, repriced
from optimizer.evaluate import Cost, days_begun, evaluate, evaluate_plan, holding_fen
from optimizer.verify import verify_plan
from tests.optimizer.test_frozen import committed, more_cargo, network
from tests.optimizer.test_tiny import tiny
from tests.plan_mutations import sound
from tests.plan_network import DAY, catalogue, week

if TYPE_CHECKING:
    from data.plan import Plan

_QUICK = Params(time_limit_s=20, deterministic=True)
_HELD = replace(_QUICK, holding_ppm_year=2_000_000)


@cache
def lanes() -> Lanes:
    """Return the lanes of the small network."""
    return Lanes(network())


def valued(cargo: Cargo, seed: int = 0) -> Cargo:
    """Return a cargo whose goods have values of some kind."""
    rng = np.random.default_rng([seed, 7])
    values = [int(rng.integers(1, 40_000_000)) if rng.random() < 0.8 else None for _ in cargo]
    return Cargo(
        shipments=tuple(
            replace(one, value_minor=value, value_currency=None if value is None else one.currency)
            for one, value in zip(cargo, values, strict=True)
        )
    )


def _plain(plan: Plan) -> Plan:
    """Return a plan without what costs nothing: reasons, and who says how long it took."""
    return replace(plan, insights=(), sensitivities=())


def _checked(cargo: Cargo, plan: Plan, frozen: Freeze | None = None) -> None:
    """Check that formula, checker, plan and price function have one cost, and one of every line."""
    assert verify_plan(catalogue(), cargo, plan, frozen=frozen) == []
    again = repriced(lanes(), cargo, plan)
    assert evaluate_plan(plan).total == plan.cost_minor == again.cost_minor
    assert _plain(again) == _plain(plan)


def test_breakdown_by_hand() -> None:
    """The plan by hand: each part of the cost is the sum of its kind, and there is nothing else."""
    _, _, plan = sound()
    cost = evaluate_plan(plan)
    (load,) = plan.loads
    assert cost == Cost(
        own=sum(charge.cny_minor for journey in plan.journeys for charge in journey.charges),
        loads=sum(charge.cny_minor for charge in load.charges),
        penalties=sum(journey.penalty_cny_minor for journey in plan.journeys),
        behind=sum(left.price_cny_minor for left in plan.unserved),
    )
    assert min(cost.own, cost.loads, cost.penalties, cost.behind) > 0
    assert cost.total == plan.cost_minor
    assert evaluate(()).total == 0
    held = replace(plan.journeys[0], holding_cny_minor=77)
    assert evaluate([held]).total - evaluate([plan.journeys[0]]).total == evaluate([held]).holding == 77


def test_days_begun() -> None:
    """A minute begins a day."""
    assert [days_begun(10, 10 + minutes) for minutes in (-5, 0, 1, DAY, DAY + 1)] == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    ("value_minor", "currency", "days", "ppm", "fen"),
    [
        (100_000_00, "CNY", 365, 120_000, 12_000_00),
        (100_000_00, "CNY", 1, 120_000, 3288),  # 1200000 / 365 = 3287.67
        (365, "CNY", 1, 500_000, 1),  # 0.5 is rounded up
        (364, "CNY", 1, 500_000, 0),
        (100_000_00, "CNY", 0, 120_000, 0),
        (100_000_00, "CNY", 30, 0, 0),
        (None, "CNY", 30, 120_000, 0),
        (0, "CNY", 30, 120_000, 0),
        (100_000_00, "USD", 30, 120_000, None),
    ],
)
def test_holding_by_hand(value_minor: int | None, currency: str, days: int, ppm: int, fen: int | None) -> None:
    """Value x rate x days / 365, rounded half up once."""
    fx = catalogue().exchange_rate(currency)
    shipment = replace(week().by_id["S1"], value_minor=value_minor, value_currency=currency, currency=currency)
    if fen is None:
        assert value_minor is not None
        # The dollar has a rate with few digits, so the value is a whole number of fen.
        whole = to_fen(value_minor, fx)
        fen = (2 * whole * ppm * days + 365 * 10**6) // (2 * 365 * 10**6)
    assert holding_fen(shipment, days, fx, ppm) == fen


def test_rounded_once() -> None:
    """A value that is no whole number of fen is not rounded before it is multiplied."""
    fx = replace(catalogue().exchange_rate("CNY"), cny_per_unit=Decimal("0.005"))
    shipment = replace(week().by_id["S1"], value_minor=1, value_currency="CNY")
    # 0.005 fen at a rate of 10,000 % for 365 days is half a fen.
    assert holding_fen(shipment, 365, fx, 100_000_000) == 1
    assert holding_fen(shipment, 364, fx, 100_000_000) == 0


@pytest.mark.parametrize("params", [_QUICK, _HELD], ids=["off", "held"])
def test_week(params: Params) -> None:
    """The plan of the week costs the same whoever adds it up; so does one beside promised parts."""
    cargo = valued(week())
    plan = solve(network(), cargo, params)
    _checked(cargo, plan)
    assert (evaluate_plan(plan).holding > 0) is (params is _HELD)
    freeze = Freeze(plan=committed(plan, "booked", ("S5",)), cargo=cargo)
    more = Cargo(shipments=(*valued(more_cargo()).shipments[:3], *cargo.shipments))
    _checked(more, solve(network(), more, params, freeze=freeze), freeze)


@pytest.mark.slow
@pytest.mark.parametrize("params", [_QUICK, _HELD], ids=["off", "held"])
@pytest.mark.parametrize("seed", range(20))
def test_any_plan(seed: int, params: Params) -> None:
    """Whatever is planned, alone or beside a frozen plan, has one cost."""
    cargo = valued(tiny(seed), seed)
    plan = solve(network(), cargo, params)
    _checked(cargo, plan)
    if not plan.journeys:
        return
    journeys = tuple(replace(one, commitment="booked") if one.load is None else one for one in plan.journeys[:2])
    old = replace(
        plan, journeys=(*journeys, *plan.journeys[2:]),
        loads=tuple(replace(load, commitment="loaded") for load in plan.loads[:1]) + plan.loads[1:],
    )  # fmt: skip
    freeze = Freeze(plan=old, cargo=cargo)
    more = [replace(one, id=f"N{one.id}") for one in valued(tiny(seed + 50), seed + 50)][:3]
    both = Cargo(shipments=(*more, *cargo.shipments))
    _checked(both, solve(network(), both, params, freeze=freeze), freeze)


def test_sees_a_tampered_charge() -> None:
    """A fen less on one line, in every sum of the plan, is no longer there when the line is priced again."""
    cargo = week()
    plan = solve(network(), cargo, _QUICK)
    load, journey = plan.loads[0], plan.journeys[-1]
    first, *others = load.charges
    cheap = replace(first, amount_minor=first.amount_minor - 1, cny_minor=first.cny_minor - 1)
    fewer = replace(load, charges=(cheap, *others), cost_cny_minor=load.cost_cny_minor - 1)
    tampered = replace(plan, loads=(fewer, *plan.loads[1:]), cost_minor=plan.cost_minor - 1)
    assert evaluate_plan(tampered).total == tampered.cost_minor
    assert repriced(lanes(), cargo, tampered).cost_minor == plan.cost_minor
    own, *rest = journey.charges
    cheap = replace(own, amount_minor=own.amount_minor - 1, cny_minor=own.cny_minor - 1)
    less = replace(journey, charges=(cheap, *rest), own_cny_minor=journey.own_cny_minor - 1)
    tampered = replace(plan, journeys=(*plan.journeys[:-1], less), cost_minor=plan.cost_minor - 1)
    assert _plain(repriced(lanes(), cargo, tampered)) == _plain(plan)


def test_sees_dearer_tables() -> None:
    """With other tariffs a plan on the same departures costs what these say, as the checker has it."""
    plan = solve(network(), week(), _QUICK)
    dearer = catalogue().replace(tariffs=[replace(row, rate=row.rate * 2) for row in catalogue().tariffs])
    again = repriced(Lanes(Network(dearer)), week(), replace(plan, fingerprint=dearer.fingerprint))
    assert again.cost_minor > plan.cost_minor
    # Shares and ways alone are still those of the old tariffs.
    broken = {violation.rule for violation in verify_plan(dearer, week(), again)}
    assert broken <= {"share_sum", "share_alone", "alone_price", "gap", "alone_sum"}


def test_refuses_departures_that_do_not_run() -> None:
    """A departure that the timetable does not have cannot be priced."""
    plan = solve(network(), week(), _QUICK)
    load = plan.loads[0]
    place = next(place for place, step in enumerate(load.steps) if step.kind == "leg")
    wrong = replace(load.steps[place], depart_min=load.steps[place].depart_min + 1)
    steps = (*load.steps[:place], wrong, *load.steps[place + 1 :])
    with pytest.raises(UnknownStepError, match="the network has no leg from C"):
        repriced(lanes(), week(), replace(plan, loads=(replace(load, steps=steps), *plan.loads[1:])))
