"""The milestones of a booking: what is planned by its legs, and what events say of it and of the boxes it is in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.bodies import rfc3339
from api.bookings.quotes import instant
from api.bookings.states import TAKING
from api.events.query import seconds
from api.events.words import BOOKING, LOCATION, dcsa_json
from api.store.models_events import EventSubject, ShipmentEvent
from api.store.session import HOUSE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from api.events.words import Vocabulary
    from api.store.models import Booking
    from api.store.session import ReadSession
    from data.codes import LegEnd
    from data.records import Location
    from data.records_events import EventMilestone

_MINUTE_MS = 60_000
_ENDS: tuple[tuple[LegEnd, str, str], ...] = (("depart", "depart_at", "from"), ("arrive", "arrive_at", "to"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """
    A milestone, planned or past.

    Parameters
    ----------
    row
        What it is.
    leg
        Number of the leg at whose end it is planned, None if it is not planned.
    place
        URI of the place, None if nobody said.
    planned_ms, actual_ms
        When it is planned and when it happened, in milliseconds since 1970.
    event
        Id of the event that says so.
    """

    row: EventMilestone
    leg: int | None = None
    place: str | None = None
    planned_ms: int | None = None
    actual_ms: int | None = None
    event: str | None = None

    @property
    def at_ms(self) -> int:
        """When it stands in the list."""
        return self.actual_ms if self.actual_ms is not None else self.planned_ms or 0


def marks_of(session: ReadSession, booking: Booking, vocabulary: Vocabulary) -> list[Mark]:
    """Return the milestones of a booking: planned ones in the order of its legs, then those nobody planned."""
    planned = list(_planned(booking, vocabulary)) if booking.state in TAKING else []
    others = []
    for event in _events(session, booking):
        row = vocabulary.milestone(event.document)
        if row is None:
            continue
        places = {uri for uri in (event.read_point, event.biz_location) if uri is not None}
        number = _fitting(planned, row, places)
        if number is not None:
            planned[number] = replace(planned[number], actual_ms=event.event_ms, event=event.id)
        else:
            place = event.read_point or event.biz_location
            others.append(Mark(row=row, place=place, actual_ms=event.event_ms, event=event.id))
    return planned + others


def _planned(booking: Booking, vocabulary: Vocabulary) -> Iterator[Mark]:
    for number, leg in enumerate(booking.legs, 1):
        for end, when, where in _ENDS:
            row = vocabulary.of_leg(end)
            if row is not None:
                planned_ms = int(instant(leg[when]).timestamp()) * 1000
                yield Mark(row=row, leg=number, place=f"{LOCATION}{leg[where]}", planned_ms=planned_ms)


def _fitting(planned: Sequence[Mark], row: EventMilestone, places: set[str]) -> int | None:
    """Return the first planned milestone that an event fits: of its kind, at its place, and not told of yet."""
    for number, mark in enumerate(planned):
        if mark.row.id == row.id and mark.actual_ms is None and (not places or mark.place in places):
            return number
    return None


def _events(session: ReadSession, booking: Booking) -> list[ShipmentEvent]:
    """
    Return the events about a booking and the boxes it is in, in the order in which they happened.

    Events of the house about boxes are met as well: who has cargo in a box may know where it is.
    """
    firms = {booking.firm_id, HOUSE}
    with session.seeing_all():
        own = _about(session, [f"{BOOKING}{booking.id}"], {booking.firm_id})
        boxes = sorted({str(event.document["parentID"]) for event in own if _is_in_box(event)})
        of_boxes = _about(session, boxes, firms) if boxes else []
    found = {event.id: event for event in own}
    for box in boxes:
        inside = _stays(own, [event for event in of_boxes if event.document.get("parentID") == box], box)
        for event in of_boxes:
            is_seen = box in event.document.get("epcList", ())
            is_in = is_seen and any(start <= event.event_ms < end for start, end in inside)
            if is_in or (_is_emptied(event, box) and any(event.event_ms == end for _, end in inside)):
                found[event.id] = event
    return sorted(found.values(), key=lambda event: (event.event_ms, event.id))


def _about(session: ReadSession, uris: Sequence[str], firms: Iterable[str]) -> list[ShipmentEvent]:
    """Return the events about objects, without those that were declared wrong."""
    named = select(EventSubject.event_id).where(EventSubject.uri.in_(uris), EventSubject.firm_id.in_(sorted(firms)))
    rows = session.all(select(ShipmentEvent).where(ShipmentEvent.id.in_(named)))
    wrong = {(row.firm_id, row.event_id) for row in rows if row.is_error}
    return [row for row in rows if not row.is_error and (row.firm_id, row.event_id) not in wrong]


def _is_in_box(event: ShipmentEvent) -> bool:
    return event.event_type == "AggregationEvent" and "parentID" in event.document


def _is_emptied(event: ShipmentEvent, box: str) -> bool:
    """Say whether everything was taken out of a box."""
    document = event.document
    return document.get("parentID") == box and event.action == "DELETE" and not document.get("childEPCs")


def _stays(own: Sequence[ShipmentEvent], of_box: Sequence[ShipmentEvent], box: str) -> list[tuple[int, float]]:
    """Return from when to when a booking was in a box."""
    mine = {event.id: event for event in own if event.document.get("parentID") == box}
    emptied = [event for event in of_box if _is_emptied(event, box)]
    events = [*mine.values(), *(event for event in emptied if event.id not in mine)]
    stays: list[tuple[int, float]] = []
    start: int | None = None
    for event in sorted(events, key=lambda event: (event.event_ms, event.action == "DELETE")):
        if event.action == "DELETE":
            stays += [] if start is None else [(start, event.event_ms)]
            start = None
        elif start is None:
            start = event.event_ms
    return stays + ([] if start is None else [(start, float("inf"))])


def milestones_json(
    booking: Booking, marks: Sequence[Mark], places: dict[str, Location], now: dt.datetime
) -> dict[str, Any]:
    """
    Return the milestones of a booking as JSON, in the order in which they happened or are planned.

    Parameters
    ----------
    booking
        Whose they are.
    marks
        The milestones.
    places
        The locations of the data set, by code.
    now
        The present: what is planned before it and has not happened is overdue.
    """
    last = max((number for number, mark in enumerate(marks) if mark.leg and mark.actual_ms is not None), default=-1)
    now_ms = int(now.timestamp()) * 1000
    shown = [(mark, _mark_json(mark, places, now_ms, is_passed=number < last)) for number, mark in enumerate(marks)]
    ordered = [item for _, item in sorted(shown, key=lambda pair: (pair[0].at_ms, pair[0].leg or 0))]
    return {
        "booking": booking.id,
        "state": booking.state,
        "is_late": any(item["is_late"] for item in ordered),
        "items": ordered,
    }


def _mark_json(mark: Mark, places: dict[str, Location], now_ms: int, *, is_passed: bool) -> dict[str, Any]:
    late = None
    if mark.planned_ms is not None and mark.actual_ms is not None:
        late = (mark.actual_ms - mark.planned_ms) // _MINUTE_MS
    if mark.actual_ms is not None:
        status = "done"
    elif is_passed:
        status = "unreported"
    else:
        status = "planned" if (mark.planned_ms or 0) > now_ms else "overdue"
    place = places.get((mark.place or "").removeprefix(LOCATION))
    return {
        "milestone": mark.row.id,
        "name_zh": mark.row.name_zh,
        "name_en": mark.row.name_en,
        "leg": mark.leg,
        "place": mark.place,
        "place_name_zh": None if place is None else place.name_zh,
        "place_name_en": None if place is None else place.name_en,
        "planned_at": _at(mark.planned_ms),
        "actual_at": _at(mark.actual_ms),
        "late_min": late,
        "is_late": status == "overdue" or (late is not None and late > 0),
        "status": status,
        "event": mark.event,
        "dcsa": dcsa_json(mark.row, "PLN" if mark.actual_ms is None else "ACT"),
    }


def _at(millis: int | None) -> str | None:
    return None if millis is None else rfc3339(seconds(millis // 1000))
