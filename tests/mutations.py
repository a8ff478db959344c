"""
Ways to break a valid option; the checker must name the rule of each.

The mutations here change the option; those in `tests.charge_mutations` its charges; those in
`tests.table_mutations` and `tests.limit_mutations` change the tables or the question under it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.itinerary import Option, Step
    from tests.oracles.networks import Question

    Broken = tuple[Question, Option] | None
    Apply = Callable[[Question, Option], Broken]


class Mutation(NamedTuple):
    """One way to break an option: its name, the rule it breaks, and how; the latter gives None if it does not apply."""

    name: str
    rule: str
    apply: Apply


MUTATIONS: list[Mutation] = []


def breaks(rule: str) -> Callable[[Apply], Apply]:
    """Register a mutation with the rule it breaks."""

    def register(apply: Apply) -> Apply:
        MUTATIONS.append(Mutation(apply.__name__, rule, apply))
        return apply

    return register


def last_index(option: Option, wanted: Callable[[Step], bool]) -> int | None:
    """Return the position of the last step that is wanted."""
    return max((index for index, step in enumerate(option.steps) if wanted(step)), default=None)


def last_leg(option: Option) -> Step:
    """Return the last leg."""
    return next(step for step in reversed(option.steps) if step.kind == "leg")


def with_step(option: Option, index: int, **changes: object) -> Option:
    """Return the option with one step changed."""
    steps = list(option.steps)
    steps[index] = replace(steps[index], **changes)  # type: ignore[arg-type]
    return replace(option, steps=tuple(steps))


def without_step(option: Option, index: int) -> Option:
    """Return the option without one step."""
    return replace(option, steps=option.steps[:index] + option.steps[index + 1 :])


def _with_kind(question: Question, option: Option, of_kind: str, /, **changes: object) -> Broken:
    """Return the option with its last step of a kind changed."""
    index = last_index(option, lambda step: step.kind == of_kind)
    return None if index is None else (question, with_step(option, index, **changes))


@breaks("departure")
def earlier_departure(question: Question, option: Option) -> Broken:
    """Claim that a vehicle leaves a minute before its time."""
    return _with_kind(question, option, "leg", depart_min=last_leg(option).depart_min - 1)


@breaks("departure")
def another_day(question: Question, option: Option) -> Broken:
    """Claim that a vehicle leaves and arrives 37 minutes late."""
    leg = last_leg(option)
    return _with_kind(question, option, "leg", depart_min=leg.depart_min + 37, arrive_min=leg.arrive_min + 37)


@breaks("departure")
def faster_run(question: Question, option: Option) -> Broken:
    """Claim that a vehicle arrives a minute early."""
    return _with_kind(question, option, "leg", arrive_min=last_leg(option).arrive_min - 1)


@breaks("available")
def no_handling(question: Question, option: Option) -> Broken:
    """Claim that goods are ready a minute before handling ends."""
    return _with_kind(question, option, "leg", available_min=last_leg(option).available_min - 1)


@breaks("available")
def early_release(question: Question, option: Option) -> Broken:
    """Claim that goods are ready a minute before clearance ends."""
    index = last_index(option, lambda step: step.kind == "clearance")
    return (
        None
        if index is None
        else (
            question,
            with_step(option, index, available_min=option.steps[index].available_min - 1),
        )
    )


@breaks("ready")
def other_ready(question: Question, option: Option) -> Broken:
    """Claim that a step is ready before the one before it ended."""
    return question, with_step(option, 0, ready_min=option.steps[0].ready_min - 1)


@breaks("chain")
def jump(question: Question, option: Option) -> Broken:
    """Claim that a step begins at another place."""
    index = len(option.steps) - 1
    other = question.shipment.origin
    return None if option.steps[index].origin == other else (question, with_step(option, index, origin=other))


@breaks("chain")
def nowhere(question: Question, option: Option) -> Broken:
    """Claim that a step goes to a place that does not exist."""
    return question, with_step(option, 0, destination="NOWHERE")


@breaks("end")
def stops_short(question: Question, option: Option) -> Broken:
    """Claim that the last step is missing."""
    return question, without_step(option, len(option.steps) - 1)


@breaks("status")
def skipped_clearance(question: Question, option: Option) -> Broken:
    """Claim that export clearance is missing, and the goods count as released all the same."""
    index = next((index for index, step in enumerate(option.steps) if step.kind == "clearance"), None)
    return None if index is None else (question, without_step(option, index))


@breaks("customs_area")
def smuggled(question: Question, option: Option) -> Broken:
    """Claim that the goods leave their customs area uncleared."""
    steps = tuple(replace(step, status="D") for step in option.steps if step.kind != "clearance")
    return None if len(steps) == len(option.steps) else (question, replace(option, steps=steps))


@breaks("status")
def wrong_order(question: Question, option: Option) -> Broken:
    """Claim that the goods are imported before they are exported."""
    index = next((index for index, step in enumerate(option.steps) if step.kind == "clearance"), None)
    return None if index is None else (question, with_step(option, index, status="I"))


@breaks("status")
def status_on_the_way(question: Question, option: Option) -> Broken:
    """Claim that a leg changes the status."""
    status = "R" if last_leg(option).status != "R" else "I"
    return _with_kind(question, option, "leg", status=status)


@breaks("form")
def unpacked(question: Question, option: Option) -> Broken:
    """Claim that a leg changes the form."""
    form = "B20" if last_leg(option).form == "loose" else "loose"
    return _with_kind(question, option, "leg", form=form)


@breaks("form")
def unknown_box(question: Question, option: Option) -> Broken:
    """Claim that a step has a form that does not exist."""
    return question, with_step(option, 0, form="B99")


@breaks("form")
def never_stuffed(question: Question, option: Option) -> Broken:
    """Claim that a box is not stuffed."""
    index = last_index(option, lambda step: step.kind == "stuff")
    return None if index is None else (question, without_step(option, index))


@breaks("process")
def stripped_as_stuffed(question: Question, option: Option) -> Broken:
    """Claim that a box is stripped where it is stuffed."""
    return _with_kind(question, option, "stuff", kind="strip")


@breaks("process")
def process_moves(question: Question, option: Option) -> Broken:
    """Claim that clearance takes the goods to another place."""
    index = last_index(option, lambda step: step.kind == "clearance")
    others = {question.shipment.origin, question.shipment.destination}
    others -= set() if index is None else {option.steps[index].origin}
    return None if index is None else (question, with_step(option, index, destination=min(others)))


@breaks("row")
def other_row(question: Question, option: Option) -> Broken:
    """Claim that a process names a row that does not count."""
    return _with_kind(question, option, "clearance", row="elsewhere")


@breaks("process_time")
def late_clearance(question: Question, option: Option) -> Broken:
    """Claim that a process begins a minute after it could."""
    index = last_index(option, lambda step: step.kind != "leg")
    if index is None:
        return None
    step = option.steps[index]
    return question, with_step(option, index, depart_min=step.depart_min + 1, arrive_min=step.arrive_min + 1)


@breaks("process_time")
def fast_clearance(question: Question, option: Option) -> Broken:
    """Claim that a process takes a minute less than it does."""
    index = last_index(option, lambda step: step.kind != "leg")
    return (
        None if index is None else (question, with_step(option, index, arrive_min=option.steps[index].arrive_min - 1))
    )


@breaks("mode")
def other_mode(question: Question, option: Option) -> Broken:
    """Claim that a leg has the mode of another service."""
    return _with_kind(question, option, "leg", mode="sea" if last_leg(option).mode != "sea" else "air")


@breaks("service")
def no_service(question: Question, option: Option) -> Broken:
    """Claim that a leg is on a service that does not exist."""
    return _with_kind(question, option, "leg", service="S99")


@breaks("product")
def other_product(question: Question, option: Option) -> Broken:
    """Claim that a leg is sold as something the service does not sell."""
    return _with_kind(question, option, "leg", product="parcel", unit=None)


@breaks("through")
def no_through(question: Question, option: Option) -> Broken:
    """Claim that a leg is sold under a through rate that does not exist."""
    return _with_kind(question, option, "leg", through="through-99")


@breaks("through")
def half_through(question: Question, option: Option) -> Broken:
    """Claim that the second leg of a through rate is sold on its own."""
    index = last_index(option, lambda step: step.through is not None)
    return None if index is None else (question, with_step(option, index, through=None))


@breaks("through")
def through_broken_off(question: Question, option: Option) -> Broken:
    """Claim that a through rate ends at its hub."""
    index = last_index(option, lambda step: step.through is not None)
    return None if index is None else (question, replace(option, steps=option.steps[:index]))


@breaks("cutoffs")
def other_cutoff(question: Question, option: Option) -> Broken:
    """Claim that a cut-off is shown a minute late."""
    index = last_index(option, lambda step: bool(step.cutoffs))
    if index is None:
        return None
    first, *others = option.steps[index].cutoffs
    same_type = any(other.type == first.type for other in others)
    changed = (replace(first, at_min=first.at_min + 1), *others)
    return None if same_type else (question, with_step(option, index, cutoffs=changed))


@breaks("cutoffs")
def hidden_cutoff(question: Question, option: Option) -> Broken:
    """Claim that the cut-offs of a leg are not shown."""
    index = last_index(option, lambda step: bool(step.cutoffs))
    return None if index is None else (question, with_step(option, index, cutoffs=()))


@breaks("slack")
def other_slack(question: Question, option: Option) -> Broken:
    """Claim that a cut-off leaves a minute more."""
    index = last_index(option, lambda step: bool(step.cutoffs))
    if index is None:
        return None
    first, *others = option.steps[index].cutoffs
    changed = (replace(first, slack_min=first.slack_min + 1), *others)
    return question, with_step(option, index, cutoffs=changed)


@breaks("step_emissions")
def cleaner_step(question: Question, option: Option) -> Broken:
    """Claim that a leg emits a gram less."""
    return _with_kind(question, option, "leg", emissions_g=last_leg(option).emissions_g - 1)


@breaks("total_cost")
def cheaper_total(question: Question, option: Option) -> Broken:
    """Claim that the total is a fen too low."""
    return question, replace(option, cost_cny_minor=option.cost_cny_minor - 1)


@breaks("total_emissions")
def cleaner_total(question: Question, option: Option) -> Broken:
    """Claim that the total emissions are a gram too low."""
    return question, replace(option, emissions_g=option.emissions_g - 1)


@breaks("emissions_complete")
def other_completeness(question: Question, option: Option) -> Broken:
    """Claim that emissions count as complete that are not, or the reverse."""
    return question, replace(option, emissions_complete=not option.emissions_complete)


@breaks("assumed_share")
def other_share(question: Question, option: Option) -> Broken:
    """Claim that the share of assumptions is one part per million off."""
    return question, replace(option, assumed_ppm=option.assumed_ppm + 1)


@breaks("depart")
def other_departure(question: Question, option: Option) -> Broken:
    """Claim that the first departure is another."""
    return question, replace(option, depart_min=option.depart_min + 1)


@breaks("arrive")
def other_arrival(question: Question, option: Option) -> Broken:
    """Claim that the arrival is a minute early."""
    return question, replace(option, arrive_min=option.arrive_min - 1)


@breaks("latest_ready")
def later_ready(question: Question, option: Option) -> Broken:
    """Claim that goods could be ready too late."""
    return question, replace(option, latest_ready_min=option.latest_ready_min + 1)


@breaks("latest_ready")
def sooner_ready(question: Question, option: Option) -> Broken:
    """Claim that goods would have to be ready sooner than they must."""
    return question, replace(option, latest_ready_min=option.latest_ready_min - 1)
