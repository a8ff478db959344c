"""Plans in which the capital of goods on their way counts: against enumeration, and broken on purpose."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import pytest

from data.cargo import Cargo
from data.errors import TableFaultsError
from data.freeze import Freeze
from data.plan import Objective
from network import Network
from network.lanes import Lanes
from optimizer.consolidation import Params, solve
from optimizer.consolidation.houses import House, Houses
from optimizer.consolidation.repriced import repriced
from optimizer.evaluate import DAY, evaluate
from optimizer.verify import verify_plan
from tests.builders import instant
from tests.optimizer.test_evaluate import valued
from tests.optimizer.test_tiny import tiny
from tests.oracles.sharing import TinyPlans
from tests.plan_mutations import changed_cargo
from tests.plan_network import catalogue, week

if TYPE_CHECKING:
    from collections.abc import Callable

    from data import Catalogue
    from data.insight import Change
    from data.plan import Journey, Plan

_PPM = 3_000_000
"""Three times its value a year: days weigh as much as freight."""
_OFF = Params(time_limit_s=60, deterministic=True, gap=0.0)
_HELD = replace(_OFF, holding_ppm_year=_PPM)


@cache
def tables(*, is_stored: bool) -> tuple[Catalogue, Network]:
    """Return the tables, with or without the prices of storage, and their network."""
    found = catalogue() if is_stored else catalogue().replace(storage=[])
    return found, Network(found)


@cache
def planned(params: Params = _HELD) -> tuple[Cargo, Plan]:
    """Return the week with values, and its plan."""
    cargo = valued(week())
    return cargo, solve(tables(is_stored=True)[1], cargo, params)


# Against everything there is


@pytest.mark.slow
@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_bound_optimum_cost(seed: int, *, is_stored: bool) -> None:
    """The bound is one, the plan is sound, and without storage it is the best there is; so are all ways alone."""
    found, network = tables(is_stored=is_stored)
    cargo = valued(tiny(seed), seed)
    plan = solve(network, cargo, _HELD)
    every = TinyPlans(found, cargo, Fraction(_PPM, 10**6))
    gone = {journey.shipment for journey in plan.journeys}
    alone = [sender.travel if sender.shipment.id in gone else sender.price for sender in every.senders]
    assert verify_plan(found, cargo, plan) == []
    assert plan.alone_minor == sum(alone)
    assert plan.bound_minor is not None
    assert plan.bound_minor <= every.optimum <= plan.cost_minor <= sum(sender.alone for sender in every.senders)
    assert plan.cost_minor == every.optimum or is_stored
    assert plan.cost_minor - every.optimum <= every.optimum // 300


@pytest.mark.parametrize("seed", [0, 2, 5])
def test_earlier_for_the_sake_of_capital(seed: int) -> None:
    """A high rate has goods arrive earlier in sum, and the plan that did not count it would cost more."""
    _, network = tables(is_stored=False)
    cargo = valued(tiny(seed), seed)
    plain, held = (solve(network, cargo, params) for params in (_OFF, _HELD))
    counted = repriced(Lanes(network), cargo, replace(plain, objective=Objective(holding_ppm_year=_PPM)))
    assert held.cost_minor < counted.cost_minor
    assert evaluate(held.journeys).holding < evaluate(counted.journeys).holding
    assert plain.cost_minor < held.cost_minor


def test_off_is_as_if_goods_had_no_value() -> None:
    """Without a rate values change nothing but the fingerprint of the cargo."""
    cargo, plan = planned(_OFF)
    plain = solve(tables(is_stored=True)[1], week(), _OFF)
    assert evaluate(plan.journeys).holding == 0
    assert plan.objective == Objective()
    assert replace(plan, cargo_fingerprint="") == replace(plain, cargo_fingerprint="")
    assert cargo.fingerprint != week().fingerprint


# The price of arriving


def _house(**values: object) -> House:
    """Return a shipment in which capital is held, of which no way is known."""
    shipment = replace(week().by_id["S1"], value_minor=365_000_00, value_currency="CNY", **values)
    return Houses(Lanes(tables(is_stored=True)[1]), Objective(holding_ppm_year=1_000_000)).bare(0, shipment)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"due_at": instant(9 * DAY + 77), "late_minor_per_day": 777},
        {"due_at": instant(1 * DAY + 77), "late_minor_per_day": 777},
        {"due_at": instant(99 * DAY), "late_minor_per_day": 777},
        {"due_at": instant(9 * DAY), "late_minor_per_day": 1, "currency": "USD"},
    ],
    ids=["no due", "due on the way", "due before ready", "due after all", "another currency"],
)
def test_deadlines_are_the_steps_of_the_price(values: dict[str, object]) -> None:
    """At every minute the first deadline that is not missed has the exact price, and a minute later it is dearer."""
    house = _house(**values)
    steps = sorted(house.deadlines)
    assert steps[-1][0] == house.end
    at = 0
    for minute in range(house.ready, house.end + 1):
        while steps[at][0] < minute:
            at += 1
        assert steps[at][1] == house.arriving(minute)
    assert all(house.arriving(instant + 1) > paid for instant, paid in steps[:-1])


def test_deadlines_without_a_price() -> None:
    """Where nothing hangs on the arrival there is one deadline, the last instant of all."""
    for values in ({"value_minor": None, "value_currency": None}, {"value_minor": 0, "due_at": instant(9 * DAY)}):
        house = replace(_house(), shipment=replace(_house().shipment, **values))
        assert house.deadlines == [(house.end, 0)]


def test_what_is_not_worth_it_is_left_out() -> None:
    """Arrivals that cost as much as going alone are not looked for; there may be none."""
    house = _house()
    house.alone_fen = 5 * 100_000 + 1
    assert [paid for _, paid in house.deadlines] == [500_000, 400_000, 300_000, 200_000, 100_000, 0]
    house.alone_fen = 1
    assert [paid for _, paid in house.deadlines] == [0]


# Who bears it


def test_nobody_bears_more_than_alone() -> None:
    """Holding is part of what a shipment bears, alone and in a box, and shares of boxes are by what is saved then."""
    cargo, plan = planned()
    shared = [journey for journey in plan.journeys if journey.load is not None]
    assert shared
    assert verify_plan(catalogue(), cargo, plan) == []
    for journey in shared:
        assert journey.alone_cny_minor is not None
        assert journey.holding_cny_minor < journey.cost_cny_minor <= journey.alone_cny_minor


def test_what_stays_behind_pays_none() -> None:
    """Goods too dear to be on their way stay behind at their price."""
    cargo = changed_cargo(week(), "S1", value_minor=10**12, value_currency="CNY", unserved_minor=100_000_00)
    plan = solve(tables(is_stored=True)[1], cargo, _HELD)
    left = next(left for left in plan.unserved if left.shipment == "S1")
    assert left.price_cny_minor == 100_000_00
    assert verify_plan(catalogue(), cargo, plan) == []


# Reasons


def _changed(cargo: Cargo, name: str, change: Change) -> Cargo:
    """Return a cargo in which one shipment is ready earlier, or due later."""
    one = cargo.by_id[name]
    by = dt.timedelta(minutes=change.by)
    if change.kind == "ready":
        return changed_cargo(cargo, name, ready_at=one.ready_at - by)
    assert one.due_at is not None
    return changed_cargo(cargo, name, due_at=one.due_at + by)


@pytest.mark.slow
@pytest.mark.parametrize("ppm", [120_000, _PPM])
def test_what_changes_promise_is_kept(ppm: int) -> None:
    """A shipment that is ready earlier, or due later, saves what is said, holding from then on counted."""
    _, network = tables(is_stored=False)
    params, count = replace(_HELD, holding_ppm_year=ppm), 0
    for seed in range(12):
        cargo = valued(tiny(seed), seed)
        plan = solve(network, cargo, params)
        for insight in plan.insights:
            for change in (one for one in insight.changes if one.kind in {"ready", "due"}):
                again = solve(network, _changed(cargo, insight.shipment, change), params)
                assert again.cost_minor <= plan.cost_minor - change.saving_minor
                count += 1
    assert count


def test_leaving_a_load_saves_holding() -> None:
    """Of a shipment in a load that stays, going alone costs more by all it bears there itself, holding included."""
    _, plan = planned()
    journeys = {journey.shipment: journey for journey in plan.journeys if journey.load is not None}
    single = {load.shipments for load in plan.loads if len(load.shipments) == 1}
    differences = {
        insight.shipment: insight.next_best.difference_minor
        for insight in plan.insights
        if insight.next_best is not None and insight.next_best.kind == "alone" and (insight.shipment,) not in single
    }
    shared = differences.keys() & journeys.keys()
    assert shared
    for name in shared:
        journey = journeys[name]
        assert journey.holding_cny_minor > 0 or not valued(week()).by_id[name].value_minor
        leaving = journey.cost_cny_minor - journey.share_cny_minor
        assert differences[name] == (journey.alone_cny_minor or 0) - leaving
    assert any(journeys[name].holding_cny_minor for name in shared)


def test_staying_behind_is_compared_with_holding() -> None:
    """What staying behind costs more is its price less all that a shipment bears, holding included."""
    one = replace(valued(week()).by_id["S1"], unserved_minor=50_000_000)
    plan = solve(tables(is_stored=True)[1], Cargo(shipments=(one,)), _HELD)
    (insight,), (journey,) = plan.insights, plan.journeys
    assert journey.holding_cny_minor > 0
    assert insight.next_best is not None
    assert insight.next_best.kind == "behind"
    assert insight.next_best.difference_minor == 50_000_000 - journey.cost_cny_minor


# Broken on purpose


def _less(journey: Journey) -> Journey:
    """Return a journey that pays a fen less."""
    return replace(journey, holding_cny_minor=journey.holding_cny_minor - 1)


def _free(journey: Journey) -> Journey:
    """Return a journey that pays nothing."""
    return replace(journey, holding_cny_minor=0)


def _a_day_less(journey: Journey) -> Journey:
    """Return a journey that pays a day less."""
    days = -(-(journey.arrive_min - journey.ready_min) // DAY)
    return replace(journey, holding_cny_minor=journey.holding_cny_minor * (days - 1) // days)


@pytest.mark.parametrize("change", [_less, _free, _a_day_less])
def test_checker_names_wrong_holding(change: Callable[[Journey], Journey]) -> None:
    """Whoever pays too little is named, also where the sums of the plan follow."""
    cargo, plan = planned()
    place = next(place for place, journey in enumerate(plan.journeys) if journey.holding_cny_minor)
    changed = change(plan.journeys[place])
    journeys = (*plan.journeys[:place], changed, *plan.journeys[place + 1 :])
    cost = plan.cost_minor - plan.journeys[place].holding_cny_minor + changed.holding_cny_minor
    broken = verify_plan(catalogue(), cargo, replace(plan, journeys=journeys, cost_minor=cost))
    named = [violation for violation in broken if violation.rule == "holding"]
    assert [violation.subject for violation in named] == [f"shipment {changed.shipment}"]
    assert named[0].limit == plan.journeys[place].holding_cny_minor


def test_checker_counts_at_the_rate_of_the_plan() -> None:
    """With another rate, or other values, the holding of every shipment is wrong; without the sum of it the cost is."""
    cargo, plan = planned()
    paying = sum(journey.holding_cny_minor > 0 for journey in plan.journeys)
    other = replace(plan, objective=Objective(holding_ppm_year=_PPM + 1000))
    assert [one.rule for one in verify_plan(catalogue(), cargo, other)] == ["holding"] * paying
    dearer = Cargo(shipments=tuple(replace(one, value_minor=(one.value_minor or 0) + 10_000) for one in cargo))
    fault = {one.rule for one in verify_plan(catalogue(), dearer, replace(plan, cargo_fingerprint=dearer.fingerprint))}
    assert fault == {"holding"}
    free = plan.cost_minor - evaluate(plan.journeys).holding
    forgotten = replace(plan, cost_minor=free, bound_minor=free, gap=0.0)
    assert {one.rule for one in verify_plan(catalogue(), cargo, forgotten)} == {"objective"}


# Beside an earlier plan


def test_a_plan_of_another_rate_is_refused() -> None:
    """Neither does a plan with holding take parts of one without, nor the other way round."""
    for old, params in ((_OFF, _HELD), (_HELD, _OFF)):
        cargo, plan = planned(old)
        with pytest.raises(TableFaultsError, match="holding"):
            solve(tables(is_stored=True)[1], cargo, params, freeze=Freeze(plan=plan, cargo=cargo))


def test_frozen_parts_keep_their_holding() -> None:
    """What is frozen pays what it paid, and its value may not change."""
    cargo, plan = planned()
    freeze = Freeze(plan=plan, cargo=cargo, is_all=True)
    again = solve(tables(is_stored=True)[1], cargo, _HELD, freeze=freeze)
    assert again.journeys == plan.journeys
    assert verify_plan(catalogue(), cargo, again, frozen=freeze) == []
    name = next(journey.shipment for journey in plan.journeys if journey.holding_cny_minor)
    changed = changed_cargo(cargo, name, value_minor=1)
    with pytest.raises(TableFaultsError, match="value_minor"):
        solve(tables(is_stored=True)[1], changed, _HELD, freeze=freeze)


def test_an_earlier_way_is_not_kept_for_a_dearer_value() -> None:
    """Of a shipment whose value changed nothing is fallen back on, so that no old holding comes into the plan."""
    cargo, plan = planned()
    name = next(journey.shipment for journey in plan.journeys if journey.holding_cny_minor)
    changed = changed_cargo(cargo, name, value_minor=123_456_78)
    freeze = Freeze(plan=plan, cargo=cargo)
    again = solve(tables(is_stored=True)[1], changed, replace(_HELD, time_limit_s=0), freeze=freeze)
    assert verify_plan(catalogue(), changed, again, frozen=freeze) == []
