"""Ways to forbid a valid option: restrictions, limits, rules about where legs may be used, and filters."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from data.records import Restriction
from optimizer.verify.case import Case
from optimizer.verify.facts import Facts
from tests.mutations import breaks, last_index, last_leg
from tests.table_mutations import (
    PROVENANCE,
    added,
    asked,
    changed,
    filtered,
    step_of,
    with_place,
    with_service,
    with_setting,
)

if TYPE_CHECKING:
    from data.itinerary import Option
    from tests.mutations import Broken
    from tests.oracles.networks import Question


def _barred(question: Question, option: Option, rule: str, value: int | None) -> Broken:
    """Return the question with a restriction of the last leg's service."""
    row = Restriction(
        id="new",
        mode=None,
        service=last_leg(option).service,
        service_prefix=None,
        territory=None,
        goods="any",
        rule=rule,  # type: ignore[arg-type]
        value=value,
        reason_zh="不可",
        reason_en="not allowed",
        **PROVENANCE,
    )
    return added(question, "restrictions", row), option


@breaks("restriction")
def forbidden_goods(question: Question, option: Option) -> Broken:
    """Suppose that the service does not take such goods."""
    return _barred(question, option, "forbid", None)


@breaks("restriction_piece")
def heavy_piece(question: Question, option: Option) -> Broken:
    """Suppose that a piece is heavier than the service takes."""
    return _barred(question, option, "max_piece_g", 1)


@breaks("restriction_shipment")
def heavy_shipment(question: Question, option: Option) -> Broken:
    """Suppose that the shipment is heavier than the service takes."""
    return _barred(question, option, "max_shipment_g", question.shipment.mass_g - 1)


@breaks("payload")
def overweight_box(question: Question, option: Option) -> Broken:
    """Suppose that boxes are heavier than the service takes."""
    if question.shipment.box is None:
        return None
    return _barred(question, option, "max_box_payload_g", (question.shipment.mass_g - 1) // question.shipment.boxes)


@breaks("payload")
def overweight_boxes_of_loose_cargo(question: Question, option: Option) -> Broken:
    """Suppose that the boxes loose cargo is stuffed into are heavier than the service takes."""
    if question.shipment.box is not None or last_leg(option).product != "fcl":
        return None
    return _barred(question, option, "max_box_payload_g", question.shipment.mass_g // 100)


@breaks("payload")
def weak_boxes(question: Question, option: Option) -> Broken:
    """Suppose that own boxes hold less mass than is in them."""
    weak = changed(question, "load_units", lambda row: row.kind == "box", payload_g=question.shipment.mass_g // 99)
    return None if question.shipment.box is None else (weak, option)


@breaks("volume")
def tight_boxes(question: Question, option: Option) -> Broken:
    """Suppose that own boxes hold less volume than is in them."""
    tight_cm3 = question.shipment.volume_cm3 // 99
    tight = changed(
        question, "load_units", lambda row: row.kind == "box", volume_cm3=tight_cm3, usable_cm3=tight_cm3 // 2
    )
    return None if question.shipment.box is None else (tight, option)


@breaks("capacity")
def too_much_for_one_departure(question: Question, option: Option) -> Broken:
    """Suppose that the shipment weighs more than a whole departure takes, by less than a kilogram."""
    most_kg = (question.shipment.mass_g - 1) // 1000
    return with_service(question, option, capacity_kg=most_kg), option


@breaks("capacity")
def too_many_boxes_for_one_departure(question: Question, option: Option) -> Broken:
    """Suppose that a departure has no room for so many boxes, by a thousandth of a TEU."""
    leg = last_leg(option)
    if leg.product != "fcl":
        return None
    case = Case(Facts(question.catalogue), question.shipment, question.filters)
    teu_milli = case.boxes(leg.form) * case.facts.units[leg.form].teu_milli
    return with_service(question, option, capacity_teu_milli=teu_milli - 1), option


@breaks("capacity")
def no_room_at_all(question: Question, option: Option) -> Broken:
    """Suppose that nothing fits on the service, not even a gram."""
    return with_service(question, option, capacity_kg=0), option


@breaks("boxes")
def too_many_boxes(question: Question, option: Option) -> Broken:
    """Suppose that loose cargo would need more boxes than are allowed."""
    if question.shipment.box is not None or last_leg(option).product != "fcl":
        return None
    tiny = changed(question, "load_units", lambda row: row.kind == "box", payload_g=question.shipment.mass_g // 99)
    return tiny, option


@breaks("boxes")
def stuffed_into_too_many(question: Question, option: Option) -> Broken:
    """Suppose that loose cargo is stuffed into more boxes than are allowed."""
    tiny = changed(question, "load_units", lambda row: row.kind == "box", usable_cm3=question.shipment.volume_cm3 // 99)
    return None if step_of(option, "stuff") is None else (tiny, option)


@breaks("box_fill")
def half_empty_boxes(question: Question, option: Option) -> Broken:
    """Suppose that loose cargo would fill its boxes too little."""
    if question.shipment.box is not None or all(step.product != "fcl" for step in option.steps):
        return None
    return with_setting(question, "min_box_fill_percent", "101"), option


@breaks("trucks")
def too_many_trucks(question: Question, option: Option) -> Broken:
    """Suppose that the cargo would need more trucks than are allowed."""
    small = changed(question, "load_units", lambda row: row.kind == "truck", payload_g=question.shipment.mass_g // 10)
    return (small, option) if any(step.product == "ftl" for step in option.steps) else None


@breaks("chargeable")
def no_chargeable_mass(question: Question, option: Option) -> Broken:
    """Suppose that nothing says what a product's chargeable mass is."""
    leg = last_leg(option)
    freight = next((charge for charge in option.charges if option.steps[charge.step] is leg), None)
    if freight is None or freight.basis not in {"per_kg", "breaks"} or freight.table != "tariffs":
        return None
    kept = [row for row in question.catalogue.chargeable_rules if (row.product, row.mode) != (leg.product, leg.mode)]
    return question._replace(catalogue=question.catalogue.replace(chargeable_rules=kept)), option


@breaks("passing")
def through_a_market(question: Question, option: Option) -> Broken:
    """Suppose that goods change vehicles at a market."""
    leg = last_leg(option)
    index = option.steps.index(leg)
    if leg.origin == question.shipment.origin or index == 0:
        return None
    return with_place(question, leg, kind="market"), option


@breaks("way_back")
def other_way_round(question: Question, option: Option) -> Broken:
    """Suppose that goods are asked for the other way round."""
    leg = last_leg(option)
    areas = {row.code: row.customs_area for row in question.catalogue.territories}
    at = {row.code: areas[row.territory] for row in question.catalogue.locations}
    ends = {at[question.shipment.origin], at[question.shipment.destination]}
    if len(ends) == 1 or {at[leg.origin], at[leg.destination]} != ends:
        return None
    return asked(question, origin=question.shipment.destination, destination=question.shipment.origin), option


@breaks("side")
def truck_after_truck(question: Question, option: Option) -> Broken:
    """Suppose that goods go from truck to truck at a port."""
    legs = [step for step in option.steps if step.kind == "leg"]
    for before, leg in pairwise(legs):
        if before.mode == leg.mode == "road":
            return with_place(question, leg, kind="seaport"), option
    return None


@breaks("supervision")
def unsupervised(question: Question, option: Option) -> Broken:
    """Suppose that released goods leave from a place without customs."""
    index = last_index(option, lambda step: step.kind == "leg" and step.status == "R" and step.through is None)
    if index is None:
        return None
    return with_place(question, option.steps[index], kind="seaport", clears_export=False, clears_import=False), option


@breaks("supervision")
def unsupervised_stuffing(question: Question, option: Option) -> Broken:
    """Suppose that released goods are stuffed or stripped at a place without customs."""
    index = last_index(option, lambda step: step.kind in {"stuff", "strip"} and step.status == "R")
    if index is None:
        return None
    return with_place(question, option.steps[index], kind="seaport", clears_export=False, clears_import=False), option


@breaks("road_release")
def released_by_road(question: Question, option: Option) -> Broken:
    """Suppose that a truck carries released goods between depots."""
    index = last_index(option, lambda step: step.kind == "leg" and step.status == "R" and step.mode == "road")
    inland = changed(question, "locations", lambda _: True, kind="cfs")
    return None if index is None else (inland, option)


@breaks("filter_mode")
def unwanted_mode(question: Question, option: Option) -> Broken:
    """Suppose that a mode is not wanted."""
    return filtered(question, modes=frozenset({"parcel"})), option


@breaks("filter_service")
def avoided_service(question: Question, option: Option) -> Broken:
    """Suppose that a service is to be avoided."""
    return filtered(question, avoid_services=frozenset({last_leg(option).service})), option


@breaks("filter_territory")
def avoided_territory(question: Question, option: Option) -> Broken:
    """Suppose that a territory is to be avoided."""
    places = {row.code: row.territory for row in question.catalogue.locations}
    return filtered(question, avoid_territories=frozenset({places[last_leg(option).destination]})), option


@breaks("filter_territory")
def avoided_transit(question: Question, option: Option) -> Broken:
    """Suppose that a territory on the way is to be avoided."""
    crossing = with_service(question, option, transits=("FB",))
    return filtered(crossing, avoid_territories=frozenset({"FB"})), option


@breaks("filter_passage")
def avoided_passage(question: Question, option: Option) -> Broken:
    """Suppose that a passage is to be avoided."""
    passing = with_service(question, option, passages=("suez", "malacca"))
    return filtered(passing, avoid_passages=frozenset({"malacca"})), option


@breaks("filter_via")
def missed_via(question: Question, option: Option) -> Broken:
    """Suppose that the itinerary should touch another place."""
    return filtered(question, via=("SOMEWHERE",)), option


@breaks("filter_transfers")
def too_many_transfers(question: Question, option: Option) -> Broken:
    """Suppose that the itinerary has a transfer too many."""
    legs = sum(step.kind == "leg" for step in option.steps)
    return filtered(question, max_transfers=legs - 2), option
