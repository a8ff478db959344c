"""Plans in which emissions have a price: against enumeration, at the break-even price, and broken on purpose."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data.cargo import Cargo, CargoShipment
from data.errors import TableFaultsError
from data.freeze import Freeze
from data.plan import Objective
from data.plan_json import plan_bytes
from network import Network
from network.lanes import Lanes
from network.weights import TooLargeError
from optimizer.consolidation import Params, solve
from optimizer.consolidation.repriced import repriced
from optimizer.evaluate import carbon_fen, evaluate, evaluate_plan
from optimizer.verify import verify_plan
from tests.builders import Sketch, allotment, instant
from tests.optimizer import test_splits
from tests.optimizer.test_evaluate import valued
from tests.optimizer.test_tiny import tiny
from tests.oracles.sharing import TinyPlans
from tests.plan_mutations import changed_cargo
from tests.plan_network import DAY, rows, week

if TYPE_CHECKING:
    from collections.abc import Callable

    from data import Catalogue
    from data.insight import Change
    from data.plan import Journey, Plan

_PRICE = 900_00
_OFF = Params(time_limit_s=60, deterministic=True, gap=0.0)
_PRICED = replace(_OFF, carbon_minor_per_t=_PRICE)
_CHOICES = {"CH", "CH.E", "SHIP", "SAIL", "FAST"}


def greener(seed: int = 0) -> Sketch:
    """Return the small network with electric trucks, a ship that sails and one that is fast, at prices of their own."""
    rng, sketch = np.random.default_rng([seed, 11]), rows()
    for name, mode, grams in (("electric", "road", 12.3), ("sail", "sea", 2), ("fast", "sea", 31)):
        sketch.add("emission_factors", id=name, mode=mode, g_per_tkm=str(round(grams * rng.uniform(0.5, 1.5), 1)))
    for board, alight, run_min, usual in (("P1", "C", 95, 33), ("C", "H", 260, 56), ("E", "M2", 210, 92)):
        call = {"location": alight, "run_min": run_min, "distance_m": run_min * 1050, "factor": "electric"}
        name = f"{board}{alight}.E"
        sketch.service(name, "road", [{"location": board}, call], days="1234567", departs="06:30")
        rate = str(round(usual * rng.uniform(0.95, 1.3), 2))
        sketch.add("tariffs", service=name, product="ltl", basis="per_wm", rate=rate, min_charge="110")
    _add_boxed(sketch, "CH.E", "CNY", rng, 1100, 1500)
    for name, days, run_days, lcl in (("SAIL", "3", 8, 60), ("FAST", "5", 3, 62)):
        call = {"location": "X", "run_min": run_days * DAY, "distance_m": 4_321_000, "factor": name.lower()}
        sketch.service(name, "sea", [{"location": "H"}, call], days=days, departs="20:00", capacity_teu_milli=6000)
        _add_boxed(sketch, name, "USD", rng, 800, 1300)
        rate = str(round(lcl * rng.uniform(0.95, 1.2), 2))
        sketch.add("tariffs", service=name, product="lcl", basis="per_wm", rate=rate, currency="USD")
    return sketch


def _add_boxed(sketch: Sketch, service: str, currency: str, rng: np.random.Generator, *rates: int) -> None:
    """Add what a service asks for a box of each size, somewhat more than others do."""
    for unit, rate in zip(("B20", "B40"), rates, strict=True):
        asked = str(round(rate * rng.uniform(1, 1.2), 2))
        sketch.add("tariffs", service=service, product="fcl", unit=unit, basis="per_box", rate=asked, currency=currency)


@cache
def tables(seed: int = 0) -> Catalogue:
    """Return the tables of such a network."""
    return greener(seed).catalogue()


@cache
def network(seed: int = 0) -> Network:
    """Return the network of these."""
    return Network(tables(seed))


@cache
def planned(params: Params = _PRICED) -> tuple[Cargo, Plan]:
    """Return the week with values, and its plan."""
    cargo = valued(week())
    return cargo, solve(network(), cargo, params)


def checked(made: Network, cargo: Cargo, plan: Plan, frozen: Freeze | None = None) -> None:
    """Check that formula, checker, plan and price function have one cost, and one of every line."""
    assert verify_plan(made.catalogue, cargo, plan, frozen=frozen) == []
    again = repriced(Lanes(made), cargo, plan)
    assert evaluate_plan(plan).total == plan.cost_minor == again.cost_minor
    assert replace(again, insights=(), sensitivities=()) == replace(plan, insights=(), sensitivities=())


def boxed_on(plan: Plan) -> list[str]:
    """Return the services of all loads among which there is a choice."""
    return [step.service for load in plan.loads for step in load.steps if step.service in _CHOICES]


# Against everything there is


@cache
def quick(seed: int, *, is_stored: bool) -> tuple[Catalogue, Network]:
    """Return tables with one departure a day, with or without storage, and their network."""
    found = tables(seed)
    settings = [replace(row, value="18") if row.key == "search_days" else row for row in found.settings]
    services = [replace(row, departs=row.departs[:1]) for row in found.services]
    found = found.replace(settings=settings, services=services)
    found = found if is_stored else found.replace(storage=[])
    return found, Network(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "price", "is_stored"),
    [
        *((seed, price, False) for seed in (0, 1, 3, 5, 8) for price in (400_00, 2500_00)),
        *((seed, 900_00, True) for seed in (1, 5)),
    ],
)
def test_bound_optimum_cost(seed: int, price: int, *, is_stored: bool) -> None:
    """The bound is one, the plan is sound, and without storage it is the best there is; so are all ways alone."""
    found, made = quick(seed, is_stored=is_stored)
    cargo = Cargo(shipments=tiny(seed).shipments[:5])
    plan = solve(made, cargo, replace(_OFF, carbon_minor_per_t=price))
    every = TinyPlans(found, cargo, minor_per_t=price)
    gone = {journey.shipment for journey in plan.journeys}
    alone = [sender.travel if sender.shipment.id in gone else sender.price for sender in every.senders]
    assert verify_plan(found, cargo, plan) == []
    assert plan.alone_minor == sum(alone)
    assert plan.bound_minor is not None
    assert plan.bound_minor <= every.optimum <= plan.cost_minor <= sum(sender.alone for sender in every.senders)
    assert plan.cost_minor == every.optimum or is_stored
    assert plan.cost_minor - every.optimum <= every.optimum // 150


@pytest.mark.slow
def test_holding_and_emissions_together() -> None:
    """Both count at once, and the best of all plans is found."""
    found, made = quick(1, is_stored=False)
    cargo = valued(tiny(1), 1)
    plan = solve(made, cargo, replace(_PRICED, holding_ppm_year=600_000))
    assert plan.cost_minor == TinyPlans(found, cargo, Fraction(6, 10), _PRICE).optimum
    assert verify_plan(found, cargo, plan) == []
    cost = evaluate_plan(plan)
    assert min(cost.holding, cost.carbon) > 0


@pytest.mark.slow
def test_any_plan() -> None:
    """Whatever is planned, alone or beside a frozen plan, has one cost, whoever adds it up."""
    for seed in range(12):
        made, cargo = network(seed % 3), tiny(seed)
        params = replace(_PRICED, carbon_minor_per_t=17 + 31_337 * seed)
        plan = solve(made, cargo, params)
        checked(made, cargo, plan)
        old = replace(plan, loads=tuple(replace(load, commitment="loaded") for load in plan.loads[:1]) + plan.loads[1:])
        freeze = Freeze(plan=old, cargo=cargo)
        both = Cargo(shipments=(*(replace(one, id=f"N{one.id}") for one in tiny(seed + 50)), *cargo.shipments))
        checked(made, both, solve(made, both, params, freeze=freeze), freeze)


# What a price changes


def test_greener_for_the_sake_of_the_price() -> None:
    """With a price less is emitted, and the plan that did not count it would cost more."""
    cargo, plain = planned(_OFF)
    _, priced = planned(replace(_OFF, carbon_minor_per_t=5000_00))
    counted = repriced(Lanes(network()), cargo, replace(plain, objective=priced.objective))
    assert priced.cost_minor < counted.cost_minor
    assert evaluate_plan(priced).carbon < evaluate_plan(counted).carbon
    assert sum(one.emissions_g for one in priced.journeys) < sum(one.emissions_g for one in plain.journeys)
    checked(network(), cargo, priced)


def test_off_is_as_before() -> None:
    """Without a price a plan file says nothing of emissions that cost something."""
    cargo, plan = planned(_OFF)
    assert plan.objective == Objective()
    assert evaluate_plan(plan).carbon == 0
    assert b"carbon" not in plan_bytes(plan, cargo, tables())


def test_a_heavy_load_goes_greener_than_a_light_one() -> None:
    """At one price it depends on what is in a box on which truck and ship it goes."""
    made = Network(tables().replace(storage=[]))
    one = CargoShipment(
        id="A", origin="C", destination="E", mass_g=10**6, volume_cm3=20 * 10**6, pieces=9, ready_at=instant(4 * DAY)
    )
    light, heavy = (Cargo(shipments=(replace(one, mass_g=mass),)) for mass in (10**6, 19 * 10**6))
    plans = [solve(made, cargo, replace(_OFF, carbon_minor_per_t=1700_00)) for cargo in (light, heavy)]
    assert boxed_on(plans[0]) != boxed_on(plans[1])
    for cargo, plan, other in ((light, *plans), (heavy, *plans[::-1])):
        assert plan.status == "optimal"
        moved = replace(plan, loads=other.loads, journeys=other.journeys)
        assert repriced(Lanes(made), cargo, moved).cost_minor > plan.cost_minor


def by_air_or_rail() -> Catalogue:
    """Return tables in which goods fly, or go by train to come two weeks later."""
    sketch = Sketch(search_days="30").territory("HO").territory("FA")
    for code, territory, kind in (
        *(("P", "HO", "park"), ("A", "HO", "airport"), ("R", "HO", "rail_terminal")),
        *(("M", "FA", "market"), ("B", "FA", "airport"), ("S", "FA", "rail_terminal")),
    ):
        traits = {} if kind in {"park", "market"} else {"clears_export": territory == "HO", "clears_import": True}
        sketch.location(code, territory, kind=kind, **traits)
    sketch.add("load_units", code="B20", volume_cm3=33 * 10**6, usable_cm3=28 * 10**6, payload_g=21 * 10**6)
    sketch.add("chargeable_rules", product="air", mode="air", kg_per_m3=167, min_kg=0, step_g=1000)
    sketch.add("chargeable_rules", product="ltl", mode="road", kg_per_m3=333, min_kg=0, step_g=1000)
    sketch.add("chargeable_rules", product="lcl", mode="rail", kg_per_m3=500, min_kg=0, step_g=1000)
    for mode, grams in (("air", "601.3"), ("rail", "22.7"), ("road", "90")):
        sketch.add("emission_factors", id=mode, mode=mode, g_per_tkm=grams)
    for board, alight, mode, product, run_min, km, rate in (
        *(("P", "A", "road", "ltl", 60, 41, "0.2"), ("P", "R", "road", "ltl", 90, 59, "0.2")),
        *(("B", "M", "road", "ltl", 60, 37, "0.3"), ("S", "M", "road", "ltl", 80, 53, "0.3")),
        *(("A", "B", "air", "air", 700, 8123, "24.5"), ("R", "S", "rail", "lcl", 16 * DAY, 11_321, "6.5")),
    ):
        call = {"location": alight, "run_min": run_min, "distance_m": km * 1000, "factor": mode}
        sketch.service(f"{board}{alight}", mode, [{"location": board}, call], days="1234567")
        sketch.add("tariffs", service=f"{board}{alight}", product=product, basis="per_kg", rate=rate)
    for territory, direction in (("HO", "export"), ("FA", "import")):
        sketch.add(
            "clearance", territory=territory, direction=direction, minutes=60, basis="per_bl", rate="90", currency="CNY"
        )
    return sketch.catalogue()


def test_rail_from_the_break_even_price_on() -> None:
    """Goods that fly because they are due go by rail from the very fen on at which that costs no more."""
    found = by_air_or_rail()
    made = Network(found)
    one = CargoShipment(
        id="A", origin="P", destination="M", mass_g=812_345, volume_cm3=3_000_000, pieces=9, ready_at=instant(4 * DAY),
        due_at=instant(8 * DAY), late_minor_per_day=200_000,
    )  # fmt: skip
    cargo = Cargo(shipments=(one,))

    def at(price: int) -> Plan:
        plan = solve(made, cargo, replace(_OFF, carbon_minor_per_t=price))
        checked(made, cargo, plan)
        assert plan.status == "optimal"
        return plan

    def modes(plan: Plan) -> set[str | None]:
        return {step.mode for step in plan.journeys[0].steps} & {"air", "rail"}

    air, rail = at(0), at(100_000_00)
    assert (modes(air), modes(rail)) == ({"air"}, {"rail"})
    ways = {name: plan.journeys[0] for name, plan in (("air", air), ("rail", rail))}
    rides = {
        "air": [41_000 * 90, 8_123_000 * 601.3, 37_000 * 90],
        "rail": [59_000 * 90, 11_321_000 * 22.7, 53_000 * 90],
    }

    def cost(name: str, price: int) -> int:
        carbon = sum(carbon_fen(one.mass_g, round(ug), price) for ug in rides[name])
        return ways[name].own_cny_minor + ways[name].penalty_cny_minor + carbon

    low, high = 0, 100_000_00
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if cost("air", middle) < cost("rail", middle) else (low, middle)
    assert 100_00 < high < 50_000_00
    assert modes(at(low)) == {"air"}
    assert at(low).cost_minor == cost("air", low)
    assert at(high).cost_minor == cost("rail", high) <= cost("air", high)
    later = next(price for price in range(high, high + 100) if cost("rail", price) < cost("air", price))
    assert modes(at(later)) == {"rail"}


# Who pays it


def test_a_function_of_the_shipment_alone() -> None:
    """In a box a shipment pays for its own mass on the way of the box, whoever else is in it and how empty it is."""
    cargo, plan = planned()
    load = plan.loads[0]
    inside = [journey for journey in plan.journeys if journey.load == load.id]
    assert len(inside) > 1
    fewer = Cargo(shipments=tuple(one for one in cargo if one.id != inside[0].shipment))
    kept = replace(
        plan, loads=(replace(load, shipments=load.shipments[1:]),),
        journeys=tuple(one for one in plan.journeys if one.load == load.id and one.shipment != inside[0].shipment),
    )  # fmt: skip
    again = {one.shipment: one for one in repriced(Lanes(network()), fewer, kept).journeys}
    for journey in inside[1:]:
        assert journey.carbon_cny_minor > 0
        assert again[journey.shipment].carbon_cny_minor == journey.carbon_cny_minor
        assert again[journey.shipment].emissions_g == journey.emissions_g


def test_about_price_times_emissions() -> None:
    """The sum is the price of what is emitted, up to half a gram a leg and half a fen a ride."""
    _, plan = planned()
    for journey in plan.journeys:
        legs = sum(step.kind == "leg" for step in journey.steps)
        exact = Fraction(journey.emissions_g * _PRICE, 10**6)
        assert abs(journey.carbon_cny_minor - exact) <= legs * (Fraction(1, 2) + Fraction(_PRICE, 2 * 10**6))


def test_nobody_bears_more_than_alone() -> None:
    """Emissions are part of what a shipment bears, alone and in a box."""
    cargo, plan = planned()
    assert verify_plan(tables(), cargo, plan) == []
    shared = [journey for journey in plan.journeys if journey.load is not None]
    assert shared
    for journey in shared:
        assert journey.alone_cny_minor is not None
        assert 0 < journey.carbon_cny_minor < journey.cost_cny_minor <= journey.alone_cny_minor


def test_more_than_can_be_calculated() -> None:
    """What a leg would cost beyond all limits is refused, not computed."""
    heavy = replace(week().by_id["S1"], mass_g=10**11)
    with pytest.raises(TooLargeError, match="cost of a leg"):
        solve(Network(by_air_or_rail()), Cargo(shipments=(replace(heavy, origin="P", destination="M"),)),
              replace(_OFF, carbon_minor_per_t=100_000_00))  # fmt: skip


# Full departures, parts, reasons


def test_parts_and_full_departures() -> None:
    """Shipments in parts, and those that have to leave a full departure, pay for what they emit."""
    found = tables().replace(allotments=[allotment(name, capacity_teu_milli=2000) for name in ("SHIP", "FAST", "SAIL")])
    made = Network(found)
    plan = solve(made, test_splits.halves(), replace(_PRICED, time_limit_s=30))
    assert plan.splits
    assert verify_plan(found, test_splits.halves(), plan) == []
    assert evaluate_plan(plan).total == plan.cost_minor
    assert plan.bound_minor is not None
    assert plan.bound_minor <= plan.cost_minor


def _changed(cargo: Cargo, name: str, change: Change) -> Cargo:
    """Return a cargo in which one shipment is ready earlier, or due later."""
    one, by = cargo.by_id[name], dt.timedelta(minutes=change.by)
    if change.kind == "ready":
        return changed_cargo(cargo, name, ready_at=one.ready_at - by)
    assert one.due_at is not None
    return changed_cargo(cargo, name, due_at=one.due_at + by)


@pytest.mark.slow
def test_what_changes_promise_is_kept() -> None:
    """A shipment that is ready earlier, or due later, saves what is said, emissions counted."""
    made, count = Network(tables().replace(storage=[])), 0
    for seed in range(14):
        cargo = tiny(seed)
        plan = solve(made, cargo, _PRICED)
        for insight in plan.insights:
            for change in (one for one in insight.changes if one.kind in {"ready", "due"}):
                again = solve(made, _changed(cargo, insight.shipment, change), _PRICED)
                assert again.cost_minor <= plan.cost_minor - change.saving_minor
                count += 1
    assert count


def test_leaving_a_load_saves_its_emissions() -> None:
    """Of a shipment in a load that stays, going alone costs more by all it bears there itself, emissions included."""
    _, plan = planned()
    journeys = {journey.shipment: journey for journey in plan.journeys if journey.load is not None}
    single = {load.shipments for load in plan.loads if len(load.shipments) == 1}
    count = 0
    for insight in plan.insights:
        best, journey = insight.next_best, journeys.get(insight.shipment)
        if journey is not None and best is not None and best.kind == "alone" and (insight.shipment,) not in single:
            leaving = journey.cost_cny_minor - journey.share_cny_minor
            assert best.difference_minor == (journey.alone_cny_minor or 0) - leaving
            count += 1
    assert count


# Broken on purpose


def _less(journey: Journey) -> Journey:
    """Return a journey that pays a fen less."""
    return replace(journey, carbon_cny_minor=journey.carbon_cny_minor - 1)


def _free(journey: Journey) -> Journey:
    """Return a journey that pays nothing."""
    return replace(journey, carbon_cny_minor=0)


def _own_leg_only(journey: Journey) -> Journey:
    """Return a journey that pays for its first leg only."""
    grams = next(step.emissions_g for step in journey.steps if step.kind == "leg")
    return replace(journey, carbon_cny_minor=grams * _PRICE // 10**6)


@pytest.mark.parametrize("change", [_less, _free, _own_leg_only])
@pytest.mark.parametrize("is_shared", [False, True])
def test_checker_names_wrong_carbon(change: Callable[[Journey], Journey], *, is_shared: bool) -> None:
    """Whoever pays too little is named, alone and in a box, also where the sums of the plan follow."""
    cargo, plan = planned()
    place = next(i for i, one in enumerate(plan.journeys) if (one.load is not None) is is_shared)
    changed = change(plan.journeys[place])
    journeys = (*plan.journeys[:place], changed, *plan.journeys[place + 1 :])
    cost = plan.cost_minor - plan.journeys[place].carbon_cny_minor + changed.carbon_cny_minor
    broken = verify_plan(tables(), cargo, replace(plan, journeys=journeys, cost_minor=cost))
    named = [violation for violation in broken if violation.rule == "carbon"]
    assert [violation.subject for violation in named] == [f"shipment {changed.shipment} journey"]
    assert named[0].limit == plan.journeys[place].carbon_cny_minor


def test_checker_counts_at_the_price_of_the_plan() -> None:
    """At another price what every shipment pays is wrong; without the sum of it the cost is."""
    cargo, plan = planned()
    other = replace(plan, objective=Objective(carbon_minor_per_t=_PRICE + 1000))
    assert [one.rule for one in verify_plan(tables(), cargo, other)] == ["carbon"] * len(plan.journeys)
    free = plan.cost_minor - evaluate(plan.journeys).carbon
    forgotten = replace(plan, cost_minor=free, bound_minor=free, gap=0.0)
    assert {one.rule for one in verify_plan(tables(), cargo, forgotten)} == {"objective"}


def test_checker_looks_at_the_factors() -> None:
    """By tables with other factors both what is emitted and what it costs are wrong."""
    cargo, plan = planned()
    cleaner = tables().replace(
        emission_factors=[replace(row, g_per_tkm=row.g_per_tkm / 2) for row in tables().emission_factors]
    )
    found = verify_plan(cleaner, cargo, replace(plan, fingerprint=cleaner.fingerprint))
    assert {"carbon", "step_emissions", "total_emissions"} <= {one.rule for one in found}


# Beside an earlier plan


def test_a_plan_of_another_price_is_refused() -> None:
    """Neither does a plan with a price take parts of one without, nor the other way round."""
    for old, params in ((_OFF, _PRICED), (_PRICED, _OFF), (_PRICED, replace(_PRICED, carbon_minor_per_t=1))):
        cargo, plan = planned(old)
        with pytest.raises(TableFaultsError, match="carbon"):
            solve(network(), cargo, params, freeze=Freeze(plan=plan, cargo=cargo))


def test_frozen_parts_keep_what_they_pay() -> None:
    """What is frozen pays what it paid, beside more cargo, and the checker would see it if it did not."""
    cargo, plan = planned()
    freeze = Freeze(plan=plan, cargo=cargo, is_all=True)
    again = solve(network(), cargo, _PRICED, freeze=freeze)
    assert again.journeys == plan.journeys
    more = Cargo(shipments=(*cargo.shipments, replace(week().by_id["S1"], id="N1")))
    bound = solve(network(), more, _PRICED, freeze=freeze)
    checked(network(), more, bound, freeze)
    assert {one.shipment: one for one in bound.journeys}.items() >= {one.shipment: one for one in plan.journeys}.items()
    place = next(i for i, one in enumerate(bound.journeys) if one.shipment in freeze.journeys)
    changed = (*bound.journeys[:place], _less(bound.journeys[place]), *bound.journeys[place + 1 :])
    rules = {one.rule for one in verify_plan(tables(), more, replace(bound, journeys=changed), frozen=freeze)}
    assert {"frozen_money", "carbon", "objective"} <= rules
