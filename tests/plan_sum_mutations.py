"""Ways to break the sums, times and bookings of a sound plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data.cargo import Cargo
from data.plan import Objective
from tests.plan_builder import PlanBuilder
from tests.plan_mutations import (
    TOGETHER,
    breaks,
    journey_of,
    load_of,
    shared_booking,
    with_booking,
    with_changed,
    with_journey,
    with_load,
    with_plan,
    with_step,
    without,
)
from tests.plan_network import DAY

if TYPE_CHECKING:
    from tests.plan_mutations import Planned


# Money.


@breaks("charge_missing", alone=False)
def stuffed_for_nothing(planned: Planned) -> Planned:
    """Do not charge stuffing."""
    return with_journey(planned, "S1", charges=without(journey_of(planned, "S1").charges, "stuffing"))


@breaks("charge_missing", alone=False)
def stored_for_nothing(planned: Planned) -> Planned:
    """Do not charge storage before the box leaves and after it came."""
    return with_journey(planned, "S2", charges=without(journey_of(planned, "S2").charges, "storage"))


@breaks("charge_missing", alone=False)
def stripped_for_nothing(planned: Planned) -> Planned:
    """Do not charge a load what is charged by the box."""
    return with_load(planned, charges=without(load_of(planned).charges, "stripping"))


@breaks("charge_extra", alone=False)
def stripped_twice(planned: Planned) -> Planned:
    """Charge a shipment, too, what its load is charged."""
    stripping = next(charge for charge in load_of(planned).charges if charge.code == "stripping")
    charges = (*journey_of(planned, "S3").charges, replace(stripping, step=6))
    return with_journey(planned, "S3", charges=charges)


@breaks("charge_extra", alone=False)
def stored_at_origin(planned: Planned) -> Planned:
    """Charge storage where the shipment came from."""
    storage = next(charge for charge in journey_of(planned, "S1").charges if charge.code == "storage")
    return with_journey(planned, "S3", charges=(*journey_of(planned, "S3").charges, replace(storage, step=1)))


@breaks("charge_amount", alone=False)
def cheaper_line(planned: Planned) -> Planned:
    """Charge a load a fen less for freight, in every sum."""
    first, *others = load_of(planned).charges
    charge = replace(first, amount_minor=first.amount_minor - 1, cny_minor=first.cny_minor - 1)
    return with_load(planned, charges=(charge, *others), cost_cny_minor=load_of(planned).cost_cny_minor - 1)


@breaks("load_cost", alone=False)
def cheaper_load(planned: Planned) -> Planned:
    """Say that a load costs a fen less than its lines."""
    return with_load(planned, cost_cny_minor=load_of(planned).cost_cny_minor - 1)


@breaks("total_cost", alone=False)
def cheaper_journey(planned: Planned) -> Planned:
    """Say that a journey costs a fen less than its lines."""
    return with_journey(planned, "S4", own_cny_minor=journey_of(planned, "S4").own_cny_minor - 1)


@breaks("share_sum")
def smaller_share(planned: Planned) -> Planned:
    """Let a fen of a load be borne by nobody."""
    return with_journey(planned, "S1", share_cny_minor=journey_of(planned, "S1").share_cny_minor - 1)


@breaks("share_alone")
def unfair_share(planned: Planned) -> Planned:
    """Let one shipment bear more than alone, in favour of another."""
    one, other = journey_of(planned, "S1"), journey_of(planned, "S2")
    more = (one.alone_cny_minor or 0) - one.cost_cny_minor + 1
    planned = with_journey(planned, "S1", share_cny_minor=one.share_cny_minor + more)
    return with_journey(planned, "S2", share_cny_minor=other.share_cny_minor - more)


@breaks("share")
def gift(planned: Planned) -> Planned:
    """Give a shipment a share below nothing, at the cost of another."""
    one, other = journey_of(planned, "S1"), journey_of(planned, "S3")
    planned = with_journey(planned, "S1", share_cny_minor=-1)
    return with_journey(planned, "S3", share_cny_minor=other.share_cny_minor + one.share_cny_minor + 1)


@breaks("share")
def share_alone(planned: Planned) -> Planned:
    """Let who travels alone bear part of a load."""
    return with_journey(planned, "S5", share_cny_minor=1)


@breaks("alone_price", alone=False)
def dear_alone(planned: Planned) -> Planned:
    """Say that the cheapest way alone costs more than the way taken alone."""
    return with_journey(planned, "S5", alone_cny_minor=journey_of(planned, "S5").cost_cny_minor + 1)


@breaks("alone_sum")
def no_saving(planned: Planned) -> Planned:
    """Say that sending everything alone costs a fen more than it does."""
    travelling = Cargo(shipments=planned.cargo.shipments[:5])
    plan = PlanBuilder(planned.catalogue, travelling).plan([TOGETHER])
    return planned._replace(cargo=travelling, plan=replace(plan, alone_minor=plan.alone_minor + 1))


@breaks("days_late")
def punctual(planned: Planned) -> Planned:
    """Say that a shipment is a day less late than it is."""
    return with_journey(planned, "S4", days_late=journey_of(planned, "S4").days_late - 1)


@breaks("penalty", alone=False)
def forgiven(planned: Planned) -> Planned:
    """Do not charge being late."""
    return with_journey(planned, "S4", penalty_cny_minor=0)


@breaks("holding", alone=False)
def held_without_a_rate(planned: Planned) -> Planned:
    """Charge a shipment for the capital in its goods, in the sums of the plan as well, although that does not count."""
    cost = planned.plan.cost_minor + 1
    planned = with_journey(planned, "S4", holding_cny_minor=1)
    return with_plan(planned, cost_minor=cost, gap=(cost - (planned.plan.bound_minor or 0)) / cost)


@breaks("holding_rate")
def rewarded(planned: Planned) -> Planned:
    """Say that time on the way earns something."""
    return with_plan(planned, objective=Objective(holding_ppm_year=-1))


@breaks("holding_rate")
def usury(planned: Planned) -> Planned:
    """Say that capital costs more than ten times its value a year."""
    return with_plan(planned, objective=Objective(holding_ppm_year=10_000_001))


@breaks("carbon", alone=False)
def emitted_without_a_price(planned: Planned) -> Planned:
    """Charge a shipment for its emissions, in the sums of the plan as well, although these have no price."""
    cost = planned.plan.cost_minor + 1
    planned = with_journey(planned, "S4", carbon_cny_minor=1)
    return with_plan(planned, cost_minor=cost, gap=(cost - (planned.plan.bound_minor or 0)) / cost)


@breaks("carbon", alone=False)
def emitted_for_nothing(planned: Planned) -> Planned:
    """Name a price of emissions, and charge nobody."""
    return with_plan(planned, objective=Objective(carbon_minor_per_t=100_00))


@breaks("carbon_price", alone=False)
def paid_to_emit(planned: Planned) -> Planned:
    """Say that emissions earn something."""
    return with_plan(planned, objective=Objective(carbon_minor_per_t=-1))


@breaks("carbon_price", alone=False)
def absurd_price(planned: Planned) -> Planned:
    """Say that a tonne costs more than 100,000 yuan."""
    return with_plan(planned, objective=Objective(carbon_minor_per_t=10_000_001))


@breaks("objective")
def cheaper_plan(planned: Planned) -> Planned:
    """Say that the plan costs a fen less; the gap follows."""
    cost, bound = planned.plan.cost_minor - 1, planned.plan.bound_minor or 0
    return with_plan(planned, cost_minor=cost, gap=(cost - bound) / cost)


@breaks("bound")
def bound_above(planned: Planned) -> Planned:
    """Say that the bound is a fen above the cost; the gap follows."""
    cost = planned.plan.cost_minor
    return with_plan(planned, bound_minor=cost + 1, gap=-1 / cost)


@breaks("gap")
def smaller_gap(planned: Planned) -> Planned:
    """Say that the gap is nought."""
    return with_plan(planned, gap=0.0)


@breaks("gap")
def gap_of_nothing(planned: Planned) -> Planned:
    """Say that there is a gap, and no bound."""
    return with_plan(planned, bound_minor=None)


@breaks("status")
def called_optimal(planned: Planned) -> Planned:
    """Call a plan with a gap optimal."""
    return with_plan(planned, status="optimal")


@breaks("currency")
def in_dollars(planned: Planned) -> Planned:
    """Say that the sums are dollars."""
    return with_plan(planned, currency="USD")


@breaks("fingerprint")
def other_tables(planned: Planned) -> Planned:
    """Say that the plan was made from other tables."""
    return with_plan(planned, fingerprint="0" * 64)


@breaks("cargo_fingerprint")
def other_cargo(planned: Planned) -> Planned:
    """Say that the plan was made for other cargo."""
    return with_plan(planned, cargo_fingerprint="0" * 64)


# Times and emissions.


@breaks("arrive")
def earlier(planned: Planned) -> Planned:
    """Say that a shipment arrives a minute before its last step ends."""
    return with_journey(planned, "S3", arrive_min=journey_of(planned, "S3").arrive_min - 1)


@breaks("ready", alone=False)
def ready_sooner(planned: Planned) -> Planned:
    """Say that a shipment was ready a minute before it was."""
    return with_journey(planned, "S3", ready_min=journey_of(planned, "S3").ready_min - 1)


@breaks("total_emissions")
def cleaner(planned: Planned) -> Planned:
    """Say that a journey emits a gram less."""
    return with_journey(planned, "S1", emissions_g=journey_of(planned, "S1").emissions_g - 1)


@breaks("step_emissions")
def cleaner_box(planned: Planned) -> Planned:
    """Say that a load emits a gram less on its ship."""
    steps = load_of(planned).steps
    return with_load(planned, steps=with_changed(steps, 2, emissions_g=steps[2].emissions_g - 1))


@breaks("horizon", alone=False)
def before_time(planned: Planned) -> Planned:
    """Name an instant that no calendar knows."""
    return with_step(planned, "S5", 0, depart_min=-(10**12))


@breaks("end", alone=False)
def never_arrives(planned: Planned) -> Planned:
    """Leave a shipment where its box was stripped."""
    return with_journey(planned, "S1", steps=journey_of(planned, "S1").steps[:-1])


# Bookings.


@breaks("booking_missing")
def not_booked(planned: Planned) -> Planned:
    """Forget a booking."""
    return with_plan(planned, bookings=planned.plan.bookings[1:])


@breaks("booking_extra", alone=False)
def booked_elsewhere(planned: Planned) -> Planned:
    """Book another departure than the one used."""
    last = planned.plan.bookings[-1]
    return with_booking(planned, -1, depart_min=last.depart_min + DAY, arrive_min=last.arrive_min + DAY)


@breaks("booking_twice")
def booked_twice(planned: Planned) -> Planned:
    """Book a departure twice."""
    return with_plan(planned, bookings=(*planned.plan.bookings, planned.plan.bookings[-1]))


@breaks("booking_teu")
def fewer_slots(planned: Planned) -> Planned:
    """Book a slot less."""
    index = shared_booking(planned)
    return with_booking(planned, index, teu=planned.plan.bookings[index].teu - 1)


@breaks("booking_mass")
def lighter_booking(planned: Planned) -> Planned:
    """Book a gram less."""
    return with_booking(planned, 0, mass_g=planned.plan.bookings[0].mass_g - 1)


@breaks("booking_volume")
def smaller_booking(planned: Planned) -> Planned:
    """Book a cubic centimetre less."""
    return with_booking(planned, 0, volume_cm3=planned.plan.bookings[0].volume_cm3 - 1)


@breaks("booking_loads")
def booked_without_load(planned: Planned) -> Planned:
    """Leave a load off a booking."""
    return with_booking(planned, shared_booking(planned), loads=())


@breaks("booking_shipments")
def booked_without_shipment(planned: Planned) -> Planned:
    """Leave a shipment off a booking."""
    return with_booking(planned, shared_booking(planned), shipments=())
