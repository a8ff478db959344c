"""The board of the day: what needs somebody first, then departures, boxes, arrivals and customs, as of now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from api.dispatcher.shown import BoxCard, box_card, first_leg
from api.local_words import money, number
from data.units import cm3_to_m3

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.plan_view import PlanView
    from api.schedule_view import ScheduleView

_DAY = 1440
SOON_MIN = _DAY
"""Minutes before a cut-off from which it is a matter of today."""
_AHEAD_MIN = 14 * _DAY
_MOST_ALERTS, _MOST_ROWS, _MOST_BOXES = 200, 12, 12


class Alert(NamedTuple):
    """
    Something that somebody has to see to.

    Parameters
    ----------
    mood
        ``bad`` or ``warn``.
    kind
        Key of its name, such as ``desk_alert_unserved``.
    subject, detail
        What it is about, and the numbers.
    link
        What follows the address of the plan.
    """

    mood: str
    kind: str
    subject: str
    detail: str
    link: str = ""


class Leaving(NamedTuple):
    """
    A departure with its next cut-off.

    Parameters
    ----------
    mode
        Of the service, as in the tables.
    service, way, departs
        In words, the time local with its zone.
    cutoff, cutoff_at, cutoff_text
        What is cut off, when as RFC 3339 for a countdown, and when in words; empty if nothing is cut off.
    left_min
        Minutes until then, below 0 when it is over.
    boxes, loose, m3
        What goes with it.
    """

    mode: str
    service: str
    way: str
    departs: str
    cutoff: str
    cutoff_at: str
    cutoff_text: str
    left_min: int | None
    boxes: int
    loose: int
    m3: str


class Arrival(NamedTuple):
    """What becomes ready at a destination: when, where, in what, and for how many shipments."""

    at: str
    place: str
    unit: str
    shipments: int
    is_late: bool


class Customs(NamedTuple):
    """Shipments at one clearance, by how far it is."""

    place: str
    direction: str
    waiting: int
    under_way: int
    released: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything of a plan that is of today."""

    alerts: list[Alert]
    leaving: list[Leaving]
    filling: list[BoxCard]
    arrivals: list[Arrival]
    customs: list[Customs]
    ahead_m3: str


def board_of(view: PlanView, now: dt.datetime, schedule: ScheduleView | None = None) -> Board:
    """Return the board of a plan, and of the schedule of its hubs if there is one."""
    now_min = view.minute(now)
    ahead = [load for load in view.plan.loads if first_leg(load).depart_min >= now_min]
    alerts = [*_missed(schedule), *_left_behind(view), *_cut_off(view, now_min), *_late(view), *_at_risk(schedule)]
    return Board(
        alerts=sorted(alerts, key=lambda alert: alert.mood != "bad")[:_MOST_ALERTS],
        leaving=_leaving(view, now_min),
        filling=[box_card(view, load) for load in ahead[:_MOST_BOXES]],
        arrivals=_arrivals(view, now_min),
        customs=_customs(view, now_min),
        ahead_m3=number(cm3_to_m3(sum(load.volume_cm3 for load in ahead)), view.lang, 1),
    )


def _missed(schedule: ScheduleView | None) -> Iterator[Alert]:
    """Yield who misses a departure by the schedule of the hubs."""
    if schedule is not None:
        for one, line in zip(schedule.misses(), schedule.missed_lines(), strict=True):
            yield Alert("bad", "desk_alert_missed", one.shipment, line, "?view=schedule")


def _at_risk(schedule: ScheduleView | None) -> Iterator[Alert]:
    """Yield who may miss one if there is an inspection."""
    if schedule is not None:
        for unit in schedule.schedule.units:
            if unit.is_at_risk:
                place = schedule.plan.place(unit.hub)
                departs = schedule.when(unit.depart_min, unit.hub)
                yield Alert("warn", "desk_alert_risk", unit.id, f"{place}, {departs}", "?view=schedule")


def _left_behind(view: PlanView) -> Iterator[Alert]:
    """Yield what no departure takes."""
    for left in view.plan.unserved:
        reason = left.reason_zh if view.lang == "zh" else left.reason_en
        yield Alert("bad", "desk_alert_unserved", left.shipment, reason, "?view=unserved")


def _late(view: PlanView) -> Iterator[Alert]:
    """Yield what arrives after it is due."""
    for journey in view.plan.journeys:
        if journey.days_late:
            penalty = money(journey.penalty_cny_minor, 2, view.lang)
            detail = view.say("desk_late_by", days=journey.days_late, penalty=penalty)
            yield Alert("warn", "desk_alert_late", journey.shipment, detail, "?view=shipments")


def _cut_off(view: PlanView, now_min: int) -> Iterator[Alert]:
    """Yield boxes that are not promised yet although they are cut off soon, or were, and those above their limits."""
    for load in view.plan.loads:
        card = box_card(view, load)
        if card.is_over:
            detail = f"{card.mass_text}, {card.volume_text}"
            yield Alert("bad", "desk_alert_over", load.id, detail, f"?view=boxes#{load.id}")
        first = first_leg(load)
        cutoff = min(first.cutoffs, key=lambda one: one.at_min, default=None)
        if load.commitment != "planned" or cutoff is None or first.depart_min < now_min:
            continue
        left_min = cutoff.at_min - now_min
        if left_min < SOON_MIN:
            at = view.when(cutoff.at_min, first.origin)
            detail = view.say("cutoff_line", task=view.say(cutoff.type), at=at)
            mood, kind = ("bad", "desk_alert_over_cutoff") if left_min < 0 else ("warn", "desk_alert_cutoff")
            yield Alert(mood, kind, load.id, detail, f"?view=boxes#{load.id}")


def _leaving(view: PlanView, now_min: int) -> list[Leaving]:
    """Return the departures of the next days in order, each with its next cut-off."""
    found = []
    for booking in view.plan.bookings:
        if not now_min <= booking.depart_min < now_min + _AHEAD_MIN:
            continue
        known = view.cutoffs.get((booking.service, booking.origin, booking.depart_min), {})
        ahead = {task: at for task, at in known.items() if at >= now_min} or known
        task, at = min(ahead.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
        row = next((one for one in view.catalogue.services if one.id == booking.service), None)
        found.append(
            Leaving(
                mode="" if row is None else str(row.mode), service=view.service(booking.service),
                way=view.between(booking.origin, booking.destination),
                departs=view.when(booking.depart_min, booking.origin), cutoff=view.say(task) if task else "",
                cutoff_at=view.local(at, booking.origin) if task else "",
                cutoff_text=view.when(at, booking.origin) if task else "", left_min=at - now_min if task else None,
                boxes=len(booking.loads), loose=len(booking.shipments),
                m3=number(cm3_to_m3(booking.volume_cm3), view.lang, 1),
            )
        )  # fmt: skip
    return found[:_MOST_ROWS]


def _arrivals(view: PlanView, now_min: int) -> list[Arrival]:
    """Return what arrives next: boxes where they are stripped, and shipments that travel alone."""
    rows: list[tuple[int, str, str, int, bool]] = []
    late = {journey.shipment for journey in view.plan.journeys if journey.days_late}
    for load in view.plan.loads:
        last = load.steps[-1]
        rows.append((last.available_min, load.destination, f"{load.id} {load.box}", len(load.shipments),
                     not late.isdisjoint(load.shipments)))  # fmt: skip
    rows += [
        (one.arrive_min, one.steps[-1].destination, one.shipment, 1, one.shipment in late)
        for one in view.plan.journeys
        if one.load is None and one.steps
    ]
    return [
        Arrival(view.when(at, place), view.place(place), unit, count, is_late)
        for at, place, unit, count, is_late in sorted(row for row in rows if row[0] >= now_min)[:_MOST_ROWS]
    ]


def _customs(view: PlanView, now_min: int) -> list[Customs]:
    """Return how far the clearances of the plan are, those places first where most is under way, then waits."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for journey in view.plan.journeys:
        for step in journey.steps:
            if step.kind == "clearance":
                phase = 0 if now_min < step.depart_min else 1 if now_min < step.arrive_min else 2
                counts[step.origin, view.step(step)][phase] += 1
    return [
        Customs(view.place(place), direction, *phases)
        for (place, direction), phases in sorted(counts.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
    ]
