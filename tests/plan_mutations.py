"""
Ways to break a sound plan; the checker must name the rule of each.

Here is who travels in what; `tests.plan_sum_mutations` has money, times and bookings, and `tests.plan_cargo_mutations`
plans that are right in every sum, on cargo or tables that do not allow them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from data.cargo import Cargo
from data.plan import Unserved
from tests.plan_builder import PlanBuilder, Together
from tests.plan_network import DAY, catalogue, week

if TYPE_CHECKING:
    from collections.abc import Callable

    from data import Allotment, Catalogue, Throughput
    from data.itinerary import Charge, Step
    from data.plan import Booking, Journey, Load, Plan

TOGETHER = Together(shipments=("S1", "S2", "S3"), box="B40", origin="C", destination="E")
BEHIND = ("S6", "S7")
NUMBERS = {name: number for number, name in enumerate(("S1", "S2", "S3", "S4", "S5"))}


class Planned(NamedTuple):
    """Tables, cargo and a plan."""

    catalogue: Catalogue
    cargo: Cargo
    plan: Plan


class Mutation(NamedTuple):
    """One way to break a plan: its name, the rule it breaks, whether it breaks no other, and how."""

    name: str
    rule: str
    is_only: bool
    apply: Callable[[Planned], Planned]


MUTATIONS: list[Mutation] = []


@cache
def sound() -> Planned:
    """Return a plan with one load, one shipment late, one in a box of its own and two left behind."""
    return built(catalogue(), week())


def built(tables: Catalogue, cargo: Cargo) -> Planned:
    """Return the plan of some cargo with the usual load."""
    return Planned(tables, cargo, PlanBuilder(tables, cargo).plan([TOGETHER], left=BEHIND))


def breaks(rule: str, *, alone: bool = True) -> Callable[[Callable[[Planned], Planned]], Callable[[Planned], Planned]]:
    """Register a mutation with the rule it breaks, and whether it breaks that alone."""

    def register(apply: Callable[[Planned], Planned]) -> Callable[[Planned], Planned]:
        MUTATIONS.append(Mutation(apply.__name__, rule, alone, apply))
        return apply

    return register


def with_plan(planned: Planned, **changes: object) -> Planned:
    """Return what was planned with something of the plan changed."""
    return planned._replace(plan=replace(planned.plan, **changes))  # type: ignore[arg-type]


def journey_of(planned: Planned, name: str) -> Journey:
    """Return the journey of a shipment."""
    return planned.plan.journeys[NUMBERS[name]]


def with_journey(planned: Planned, name: str, **changes: object) -> Planned:
    """Return what was planned with one journey changed."""
    journeys = list(planned.plan.journeys)
    journeys[NUMBERS[name]] = replace(journeys[NUMBERS[name]], **changes)  # type: ignore[arg-type]
    return with_plan(planned, journeys=tuple(journeys))


def with_load(planned: Planned, **changes: object) -> Planned:
    """Return what was planned with the first load changed."""
    first, *others = planned.plan.loads
    return with_plan(planned, loads=(replace(first, **changes), *others))  # type: ignore[arg-type]


def load_of(planned: Planned) -> Load:
    """Return the first load."""
    return planned.plan.loads[0]


def with_changed(steps: tuple[Step, ...], index: int, **changes: object) -> tuple[Step, ...]:
    """Return steps with one changed."""
    return (*steps[:index], replace(steps[index], **changes), *steps[index + 1 :])  # type: ignore[arg-type]


def with_step(planned: Planned, name: str, index: int, **changes: object) -> Planned:
    """Return what was planned with one step of a journey changed."""
    return with_journey(planned, name, steps=with_changed(journey_of(planned, name).steps, index, **changes))


def without(charges: tuple[Charge, ...], code: str) -> tuple[Charge, ...]:
    """Return charges without those of a code."""
    return tuple(charge for charge in charges if charge.code != code)


def with_booking(planned: Planned, index: int, **changes: object) -> Planned:
    """Return what was planned with one booking changed."""
    bookings: list[Booking] = list(planned.plan.bookings)
    bookings[index] = replace(bookings[index], **changes)  # type: ignore[arg-type]
    return with_plan(planned, bookings=tuple(bookings))


def shared_booking(planned: Planned) -> int:
    """Return the position of a booking with a load and a shipment alone."""
    return next(index for index, booking in enumerate(planned.plan.bookings) if booking.loads and booking.shipments)


def with_cargo(planned: Planned, name: str, **changes: object) -> Planned:
    """Return the same plan for cargo of which one shipment is another than it was made for."""
    cargo = changed_cargo(planned.cargo, name, **changes)
    return with_plan(planned._replace(cargo=cargo), cargo_fingerprint=cargo.fingerprint)


def changed_cargo(cargo: Cargo, name: str, **changes: object) -> Cargo:
    """Return cargo with one shipment changed."""
    return Cargo(shipments=tuple(replace(s, **changes) if s.id == name else s for s in cargo))  # type: ignore[arg-type]


def rebuilt(planned: Planned, name: str, **changes: object) -> Planned:
    """Return the plan that is right in every sum for cargo of which one shipment is changed."""
    return built(planned.catalogue, changed_cargo(planned.cargo, name, **changes))


def with_tables(planned: Planned, table: str, key: str, **changes: object) -> Planned:
    """Return the same plan on tables of which one row is changed."""
    rows = getattr(planned.catalogue, table)
    name = "key" if table == "settings" else "id"
    new = tuple(replace(row, **changes) if getattr(row, name) == key else row for row in rows)
    tables = planned.catalogue.replace(**{table: new})
    return with_plan(planned._replace(catalogue=tables), fingerprint=tables.fingerprint)


def with_allotments(planned: Planned, *rows: Allotment) -> Planned:
    """Return the same plan on tables with other allotments."""
    tables = planned.catalogue.replace(allotments=rows)
    return with_plan(planned._replace(catalogue=tables), fingerprint=tables.fingerprint)


def with_throughput(planned: Planned, *rows: Throughput) -> Planned:
    """Return the same plan on tables with other limits of what places do in a day."""
    tables = planned.catalogue.replace(throughput=rows)
    return with_plan(planned._replace(catalogue=tables), fingerprint=tables.fingerprint)


def without_shipment(planned: Planned, name: str) -> Planned:
    """Return the plan with the usual load that leaves one shipment more behind."""
    plan = PlanBuilder(planned.catalogue, planned.cargo).plan([TOGETHER], left=(name, *BEHIND))
    return planned._replace(plan=plan)


# Who travels.


@breaks("shipment_missing", alone=False)
def forgotten(planned: Planned) -> Planned:
    """Forget a shipment."""
    return with_plan(planned, journeys=planned.plan.journeys[:-1])


@breaks("shipment_missing")
def forgotten_behind(planned: Planned) -> Planned:
    """Forget a shipment that stays behind."""
    return with_plan(planned, unserved=planned.plan.unserved[:1])


@breaks("shipment_twice", alone=False)
def sent_twice(planned: Planned) -> Planned:
    """Send a shipment twice."""
    return with_plan(planned, journeys=(*planned.plan.journeys, planned.plan.journeys[-1]))


@breaks("shipment_twice", alone=False)
def sent_and_left(planned: Planned) -> Planned:
    """Send a shipment, and leave it behind as well."""
    left = Unserved(shipment="S4", price_cny_minor=0, reason_zh="无", reason_en="none")
    return with_plan(planned, unserved=(left, *planned.plan.unserved))


@breaks("shipment_unknown", alone=False)
def stranger(planned: Planned) -> Planned:
    """Leave behind what nobody wanted to send."""
    left = Unserved(shipment="S99", price_cny_minor=0, reason_zh="无", reason_en="none")
    return with_plan(planned, unserved=(left, *planned.plan.unserved))


@breaks("shipment", alone=False)
def from_nowhere(planned: Planned) -> Planned:
    """Send a shipment from a place that does not exist."""
    return with_cargo(planned, "S4", origin="NOWHERE")


@breaks("order")
def shuffled(planned: Planned) -> Planned:
    """List the journeys backwards."""
    return with_plan(planned, journeys=planned.plan.journeys[::-1])


@breaks("unserved")
def left_for_nothing(planned: Planned) -> Planned:
    """Leave behind a shipment that has no price and could travel."""
    return without_shipment(planned, "S4")


@breaks("unserved_price", alone=False)
def left_for_less(planned: Planned) -> Planned:
    """Leave a shipment behind for a fen less than its price."""
    first, *others = planned.plan.unserved
    return with_plan(planned, unserved=(replace(first, price_cny_minor=first.price_cny_minor - 1), *others))


@breaks("unserved_reason")
def left_without_reason(planned: Planned) -> Planned:
    """Leave a shipment behind and do not say why."""
    first, *others = planned.plan.unserved
    return with_plan(planned, unserved=(replace(first, reason_en=" "), *others))


# Loads and who is in them.


@breaks("load_id", alone=False)
def same_id(planned: Planned) -> Planned:
    """Name two loads alike."""
    return with_plan(planned, loads=planned.plan.loads * 2)


@breaks("load_empty", alone=False)
def dangling_load(planned: Planned) -> Planned:
    """Send a box with nothing in it."""
    return with_plan(planned, loads=(*planned.plan.loads, replace(load_of(planned), id="L002")))


@breaks("journey_load", alone=False)
def no_such_load(planned: Planned) -> Planned:
    """Travel in a load that is not there."""
    return with_journey(planned, "S1", load="L077")


@breaks("load_shipments")
def not_listed(planned: Planned) -> Planned:
    """Leave a shipment off the list of its load."""
    return with_load(planned, shipments=("S1", "S2"))


@breaks("load_mass")
def lighter_load(planned: Planned) -> Planned:
    """Say that a load is a gram lighter."""
    return with_load(planned, mass_g=load_of(planned).mass_g - 1)


@breaks("load_volume")
def smaller_load(planned: Planned) -> Planned:
    """Say that a load is a cubic centimetre smaller."""
    return with_load(planned, volume_cm3=load_of(planned).volume_cm3 - 1)


@breaks("load_fill")
def fuller_load(planned: Planned) -> Planned:
    """Say that a box is fuller by two parts per million."""
    return with_load(planned, fill_ppm=load_of(planned).fill_ppm + 2)


@breaks("load_box", alone=False)
def other_box(planned: Planned) -> Planned:
    """Say that a load is in another box."""
    return with_load(planned, box="B20")


@breaks("load_box", alone=False)
def no_box(planned: Planned) -> Planned:
    """Say that a load is in a box that does not exist."""
    return with_load(planned, box="B99")


@breaks("load_place", alone=False)
def stripped_elsewhere(planned: Planned) -> Planned:
    """Say that a load is stripped where it does not end."""
    return with_load(planned, destination="X")


@breaks("load_status", alone=False)
def mixed_status(planned: Planned) -> Planned:
    """Say that one shipment was stuffed after export clearance."""
    return with_step(planned, "S2", 1, status="R")


@breaks("load_steps", alone=False)
def other_departure(planned: Planned) -> Planned:
    """Say that one shipment of a load goes a week later."""
    ship = journey_of(planned, "S3").steps[3]
    return with_step(planned, "S3", 3, depart_min=ship.depart_min + 7 * DAY, arrive_min=ship.arrive_min + 7 * DAY)


@breaks("load_steps", alone=False)
def longer_than_load(planned: Planned) -> Planned:
    """Say that a load ends before its shipments are there."""
    load = load_of(planned)
    return with_load(planned, steps=load.steps[:-1])


@breaks("shared_form", alone=False)
def never_stripped(planned: Planned) -> Planned:
    """Take a shipment out of its box without stripping it."""
    steps = tuple(step for step in journey_of(planned, "S1").steps if step.kind != "strip")
    return with_journey(planned, "S1", steps=steps)


@breaks("process_time", alone=False)
def stuffed_too_early(planned: Planned) -> Planned:
    """Stuff the box a minute before its last shipment is there; all agree on it."""
    for name in ("S1", "S2", "S3"):
        index = next(i for i, step in enumerate(journey_of(planned, name).steps) if step.kind == "stuff")
        step = journey_of(planned, name).steps[index]
        planned = with_step(planned, name, index, depart_min=step.depart_min - 1, arrive_min=step.arrive_min - 1)
    return planned


@breaks("process_time", alone=False)
def joined_too_late(planned: Planned) -> Planned:
    """Let a shipment arrive a day after its box was stuffed."""
    first = journey_of(planned, "S2").steps[0]
    instants = {name: getattr(first, name) + DAY for name in ("depart_min", "arrive_min", "available_min")}
    late = with_step(planned, "S2", 0, **instants)
    return with_step(late, "S2", 1, ready_min=journey_of(late, "S2").steps[1].ready_min + DAY)


@breaks("cutoff", alone=False)
def missed_truck(planned: Planned) -> Planned:
    """Let a shipment board a truck that left too soon after it was stripped."""
    last = journey_of(planned, "S1").steps[-1]
    return with_step(planned, "S1", 8, depart_min=last.depart_min - DAY, arrive_min=last.arrive_min - DAY)


@breaks("slack", alone=False)
def more_slack(planned: Planned) -> Planned:
    """Show a cut-off of the box with an hour more; all agree on it."""
    ship = load_of(planned).steps[2]
    cutoffs = tuple(replace(cutoff, slack_min=cutoff.slack_min + 60) for cutoff in ship.cutoffs)
    for name, index in (("S1", 4), ("S2", 4), ("S3", 3)):
        planned = with_step(planned, name, index, cutoffs=cutoffs)
    return with_load(planned, steps=with_changed(load_of(planned).steps, 2, cutoffs=cutoffs))


# Promises, and what a stopped run leaves.


@breaks("commitment")
def no_such_promise(planned: Planned) -> Planned:
    """Say of a load what no plan says."""
    return with_load(planned, commitment="sold")


@breaks("commitment")
def promised_nothing(planned: Planned) -> Planned:
    """Say of a shipment alone what no plan says."""
    return with_journey(planned, "S4", commitment="")


@breaks("commitment")
def promised_twice(planned: Planned) -> Planned:
    """Promise a shipment in a load something of its own."""
    return with_journey(planned, "S1", commitment="booked")


@breaks("frozen_unknown")
def frozen_stranger(planned: Planned) -> Planned:
    """Say that a load is frozen that is not there."""
    return with_plan(planned, frozen_loads=("L077",))


@breaks("frozen_unknown")
def frozen_inside(planned: Planned) -> Planned:
    """Say that a shipment is frozen by itself though it is in a load."""
    return with_plan(planned, frozen_shipments=("S1",))


@breaks("frozen_twice")
def frozen_again(planned: Planned) -> Planned:
    """Name what is frozen twice."""
    return with_plan(planned, frozen_shipments=("S4", "S4"))


@breaks("unplanned", alone=False)
def forgotten_by_choice(planned: Planned) -> Planned:
    """Leave a shipment unplanned though nobody stopped the run."""
    first, *others = planned.plan.unserved
    return with_plan(planned, unserved=(replace(first, is_unplanned=True), *others))


@breaks("unplanned")
def bounded_by_guess(planned: Planned) -> Planned:
    """Know a bound though a shipment was not looked at."""
    first, *others = planned.plan.unserved
    unserved = (replace(first, is_unplanned=True), *others)
    return with_plan(planned, status="stopped", unserved=unserved)
