"""Ways to move what an earlier plan fixed; the checker must name the rule of each."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from data.freeze import Freeze
from data.plan import Objective
from tests.plan_mutations import Planned, journey_of, load_of, sound, with_changed, with_journey, with_load, with_plan
from tests.plan_network import DAY

if TYPE_CHECKING:
    from collections.abc import Callable


class Move(NamedTuple):
    """One way to move something: its name, the rules it breaks, and how."""

    name: str
    rules: set[str]
    apply: Callable[[Planned], Planned]


MOVES: list[Move] = []


@cache
def earlier() -> Freeze:
    """Return a plan with a booked box, a shipment alone that has departed, and others that are just planned."""
    booked = with_journey(with_load(sound(), commitment="booked"), "S5", commitment="departed")
    return Freeze(plan=booked.plan, cargo=booked.cargo)


def kept() -> Planned:
    """Return a plan in which nothing moved."""
    planned = Planned(sound().catalogue, earlier().cargo, earlier().plan)
    return with_plan(planned, frozen_loads=("L001",), frozen_shipments=("S5",))


def moves(*rules: str) -> Callable[[Callable[[Planned], Planned]], Callable[[Planned], Planned]]:
    """Register a move with the rules it breaks."""

    def register(apply: Callable[[Planned], Planned]) -> Callable[[Planned], Planned]:
        MOVES.append(Move(apply.__name__, set(rules), apply))
        return apply

    return register


@moves("frozen_departures")
def box_a_week_later(planned: Planned) -> Planned:
    """Send the booked box a week later."""
    ship = load_of(planned).steps[2]
    later = {"depart_min": ship.depart_min + 7 * DAY, "arrive_min": ship.arrive_min + 7 * DAY}
    return with_load(planned, steps=with_changed(load_of(planned).steps, 2, **later))


@moves("frozen_departures")
def truck_to_the_box_later(planned: Planned) -> Planned:
    """Fetch a shipment of the booked box a day later."""
    truck = journey_of(planned, "S1").steps[0]
    later = with_changed(journey_of(planned, "S1").steps, 0, depart_min=truck.depart_min + DAY)
    return with_journey(planned, "S1", steps=later)


@moves("frozen_departures")
def alone_on_another_service(planned: Planned) -> Planned:
    """Send what has departed with another service."""
    return with_journey(planned, "S5", steps=with_changed(journey_of(planned, "S5").steps, 0, service="OTHER"))


@moves("frozen_departures")
def one_leg_less(planned: Planned) -> Planned:
    """Let what has departed stop on its way."""
    return with_journey(planned, "S5", steps=journey_of(planned, "S5").steps[:-1])


@moves("frozen_members")
def joined(planned: Planned) -> Planned:
    """Put another shipment into the booked box; it did not travel in it, and now it says so."""
    added = with_load(planned, shipments=("S1", "S2", "S3", "S4"))
    return with_journey(added, "S4", load="L001")


@moves("frozen_members")
def left_out(planned: Planned) -> Planned:
    """Take a shipment off the list of the booked box."""
    return with_load(planned, shipments=("S1", "S2"))


@moves("frozen_members")
def taken_out(planned: Planned) -> Planned:
    """Let a shipment of the booked box travel alone."""
    return with_journey(planned, "S3", load=None)


@moves("frozen_gone", "frozen_listed", "frozen_members")
def renamed(planned: Planned) -> Planned:
    """Call the booked box otherwise."""
    other = with_plan(with_load(planned, id="L002"), frozen_loads=())
    for name in ("S1", "S2", "S3"):
        other = with_journey(other, name, load="L002")
    return other


@moves("frozen_gone")
def left_behind(planned: Planned) -> Planned:
    """Leave behind what has departed."""
    journeys = tuple(journey for journey in planned.plan.journeys if journey.shipment != "S5")
    left = replace(planned.plan.unserved[0], shipment="S5")
    return with_plan(planned, journeys=journeys, unserved=(left, *planned.plan.unserved))


@moves("frozen_gone")
def never_was(planned: Planned) -> Planned:
    """Call frozen what the earlier plan did not have."""
    load = replace(load_of(planned), id="L002")
    return with_plan(planned, loads=(*planned.plan.loads, load), frozen_loads=("L001", "L002"))


@moves("frozen_money")
def dearer_box(planned: Planned) -> Planned:
    """Let the booked box cost a fen more."""
    return with_load(planned, cost_cny_minor=load_of(planned).cost_cny_minor + 1)


@moves("frozen_money")
def other_shares(planned: Planned) -> Planned:
    """Divide the cost of the booked box otherwise."""
    shares = {name: journey_of(planned, name).share_cny_minor for name in ("S1", "S2")}
    one = with_journey(planned, "S1", share_cny_minor=shares["S1"] - 1)
    return with_journey(one, "S2", share_cny_minor=shares["S2"] + 1)


@moves("frozen_money")
def charge_dropped(planned: Planned) -> Planned:
    """Drop a charge of what has departed."""
    return with_journey(planned, "S5", charges=journey_of(planned, "S5").charges[1:])


@moves("frozen_facts")
def bigger_box(planned: Planned) -> Planned:
    """Put the booked cargo into another box."""
    return with_load(planned, box="B20")


@moves("frozen_facts")
def earlier_arrival(planned: Planned) -> Planned:
    """Let what has departed arrive earlier."""
    return with_journey(planned, "S5", arrive_min=journey_of(planned, "S5").arrive_min - 1)


@moves("frozen_commitment")
def unbooked(planned: Planned) -> Planned:
    """Take a booking back."""
    return with_load(planned, commitment="planned")


@moves("frozen_commitment")
def back_to_loaded(planned: Planned) -> Planned:
    """Say of what has departed that it is just loaded."""
    return with_journey(planned, "S5", commitment="loaded")


@moves("frozen_listed")
def not_told(planned: Planned) -> Planned:
    """Do not say that the box is frozen."""
    return with_plan(planned, frozen_loads=())


@moves("frozen_listed")
def not_told_alone(planned: Planned) -> Planned:
    """Do not say that what has departed is frozen."""
    return with_plan(planned, frozen_shipments=())


@moves("frozen_departures")
def said_to_be_frozen(planned: Planned) -> Planned:
    """Call frozen what nobody asked for, and move it."""
    steps = with_changed(journey_of(planned, "S4").steps, 0, service="OTHER")
    return with_plan(with_journey(planned, "S4", steps=steps), frozen_shipments=("S4", "S5"))


@moves("frozen_rate")
def other_rate(planned: Planned) -> Planned:
    """Count holding beside a plan that does not."""
    return with_plan(planned, objective=Objective(holding_ppm_year=120_000))


@moves("frozen_money")
def held_longer(planned: Planned) -> Planned:
    """Charge a fen for the capital in the goods of a frozen shipment."""
    return with_journey(planned, "S5", holding_cny_minor=1)


@moves("frozen_carbon")
def other_price(planned: Planned) -> Planned:
    """Count emissions beside a plan that does not."""
    return with_plan(planned, objective=Objective(carbon_minor_per_t=100_00))


@moves("frozen_money")
def emitted_more(planned: Planned) -> Planned:
    """Charge a fen for the emissions of a frozen shipment."""
    return with_journey(planned, "S5", carbon_cny_minor=1)
