"""What bookings on their way are behind with, by the events that were captured: late, or not reported when due."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api.events.endpoints import vocabulary_of
from api.events.milestones import marks_of, milestones_json
from api.events.words import LOCATION
from api.local_words import moment
from api.present import duration
from api.store.models import Booking
from api.texts import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.dispatcher.ground import Ground
    from api.store.session import ReadSession
    from data.records import Location
    from viz.theme import Lang

_MOST, _PAST = 60, dt.timedelta(days=7)
LATE_MIN = 60
"""Minutes behind the plan from which it is worth a word."""


class Behind(NamedTuple):
    """
    A booking that is behind.

    Parameters
    ----------
    mood
        ``bad`` for what was not reported when it was due, ``warn`` for what happened late.
    kind
        Key of its name.
    booking, name
        Its id, and what people call it.
    detail
        Which milestone, where, and by how much.
    """

    mood: str
    kind: str
    booking: str
    name: str
    detail: str


def behind_of(session: ReadSession, ground: Ground) -> list[Behind]:
    """Return the bookings that are behind, those with an overdue milestone first; each with its last one."""
    if "events:read" not in ground.principal.permissions:
        return []
    now = ground.desk.clock()
    asked = select(Booking).where(
        Booking.state == "confirmed", Booking.depart_at <= now, Booking.arrive_at >= now - _PAST
    )
    places = {row.code: row for row in ground.desk.catalogue.locations}
    vocabulary = vocabulary_of(ground.desk)
    found = []
    for booking in session.all(asked.order_by(Booking.arrive_at, Booking.id).limit(_MOST)):
        shown = milestones_json(booking, marks_of(session, booking, vocabulary), places, now)
        late = _last_late(shown["items"])
        if late is not None:
            found.append(_told(booking, late, places, ground.lang))
    return sorted(found, key=lambda one: one.mood != "bad")


def _last_late(items: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the first milestone that is overdue; else the last that happened, if it was late."""
    overdue = next((item for item in items if item["status"] == "overdue"), None)
    if overdue is not None:
        return overdue
    done = [item for item in items if item["status"] == "done" and item["late_min"] is not None]
    return done[-1] if done and done[-1]["late_min"] >= LATE_MIN else None


def _told(booking: Booking, item: dict[str, Any], places: Mapping[str, Location], lang: Lang) -> Behind:
    code = str(item["place"]).removeprefix(LOCATION)
    row = places.get(code)
    planned = dt.datetime.fromisoformat(item["planned_at"]).astimezone(ZoneInfo("UTC" if row is None else row.zone))
    words = {
        "what": item[f"name_{lang}"],
        "place": item[f"place_name_{lang}"] or code,
        "at": moment(planned.isoformat(), lang),
    }
    name = booking.reference or booking.id
    if item["status"] == "overdue":
        return Behind("bad", "desk_alert_overdue", booking.id, name, say(lang, "desk_overdue_line", **words))
    detail = say(lang, "desk_behind_line", late=duration(item["late_min"], lang), **words)
    return Behind("warn", "desk_alert_behind", booking.id, name, detail)
