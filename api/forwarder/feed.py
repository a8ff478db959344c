"""The cut-offs of bookings as a calendar that programs subscribe to."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from icalendar import Calendar, Event
from sqlalchemy import select

from api import present
from api.bookings.quotes import instant
from api.bookings.states import TAKING
from api.forwarder.booking_pages import cutoffs_of, open_booking
from api.forwarder.frame import Id, SentOf, VisitOf, content_of
from api.forwarder.keeping import kept_quote
from api.forwarder.signed import calendar_key, opened, sign
from api.identity import people
from api.identity.endpoints import key_json
from api.identity.page_faults import NO_STORE
from api.identity.policy import form, page, public
from api.office import OfficeOf, StoreOf
from api.refusals import Refusal
from api.store.models import Booking, User
from api.texts import say
from api.writes import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from api.answer_schema import Json
    from api.forwarder.frame import Visit
    from api.store.session import ReadSession, Store, WriteSession
    from viz.theme import Lang

router = APIRouter(include_in_schema=False)
FEED = "/forwarder/calendar.ics"
_WHAT = "calendar"
_MOST, _PAST = 200, dt.timedelta(days=7)
_LASTS = dt.timedelta(days=365)
_MAKER = "-//Hubport//Hubport//ZH"
_MEDIA = "text/calendar; charset=utf-8"
Token = Annotated[str, Query(max_length=300)]
Wanted = Annotated[str, Query(alias="lang", max_length=2)]


class Due(NamedTuple):
    """A cut-off of a booking: its leg, and what is due by when."""

    booking: str
    reference: str
    leg: Json
    cutoff: Json

    @property
    def at(self) -> dt.datetime:
        """When it falls."""
        return instant(self.cutoff["cutoff_at"])


@router.get(FEED, dependencies=[public()])
def get_feed(office: OfficeOf, store: StoreOf, token: Token = "", lang: Wanted = "zh") -> Response:
    """Return the cut-offs of all bookings to a calendar program, which has the link and no session."""
    now = office.clock()
    what, principal = opened(store, token, now, scope="bookings:read")
    if what != _WHAT:
        raise Refusal(why="not-found")
    with store.read(principal.scope) as session:
        found = list(dues_of(session, now - _PAST, _MOST))
    return _calendar(found, "en" if lang == "en" else "zh", now)


@router.get("/forwarder/bookings/{booking_id}/cutoffs.ics", dependencies=[page("bookings:read")])
def get_cutoffs(booking_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return the cut-offs of one booking as a file."""
    with store.read(visit.principal.scope) as session:
        found = open_booking(session, visit, booking_id)
    booking = found.booking
    dues = [Due(booking.id, booking.reference, leg, cutoff) for leg, cutoff in cutoffs_of(found.option)]
    response = _calendar(dues, visit.lang, visit.now)
    response.headers["Content-Disposition"] = f'attachment; filename="cutoffs-{booking_id}.ics"'
    return response


def feed_address(visit: Visit, store: Store) -> str | None:
    """Return the address that a calendar program subscribes to, None for who has no key, nor one made for it."""
    key = None
    if visit.principal.key is None and may_make_feed(visit):
        with store.read(visit.principal.scope) as session:
            key = calendar_key(session, visit.principal.user, visit.now)
    token = sign(store, visit.principal, _WHAT, key)
    base = str(visit.request.base_url).rstrip("/")
    return None if token is None else f"{base}{FEED}?token={token}&lang={visit.lang}"


def may_make_feed(visit: Visit) -> bool:
    """Say whether somebody has logged in without a key, and may have one made for the calendar."""
    return visit.principal.session is not None and visit.principal.key is None


@router.post("/forwarder/calendar", dependencies=[form("bookings:read")])
def post_feed(sent: SentOf) -> Response:
    """Make the key behind the calendar link of somebody who has logged in at a provider."""
    visit = sent.visit
    if not may_make_feed(visit):
        raise Refusal(why="wrong-state")

    def work(session: WriteSession) -> Answer:
        user = people.found(session, User, visit.principal.user)
        key, _ = people.add_key(
            session,
            visit.principal,
            user,
            name=people.CALENDAR,
            scopes=("bookings:read",),
            expires_at=visit.now + _LASTS,
        )
        return Answer(content=key_json(key))

    content_of(sent.call().write("key.add").do(work))
    return sent.to("/forwarder")


def dues_of(session: ReadSession, since: dt.datetime, most: int) -> Iterator[Due]:
    """Yield the cut-offs of bookings that take room and have not arrived, of those that leave first."""
    asked = select(Booking).where(Booking.state.in_(sorted(TAKING)), Booking.arrive_at > since)
    for booking in session.all(asked.order_by(Booking.depart_at, Booking.id).limit(most)):
        option = kept_quote(session, booking.quote_id).answer["options"][booking.option - 1]
        for leg, cutoff in cutoffs_of(option):
            if instant(cutoff["cutoff_at"]) > since:
                yield Due(booking.id, booking.reference, leg, cutoff)


def _calendar(dues: Iterable[Due], lang: Lang, now: dt.datetime) -> Response:
    calendar = Calendar()
    calendar.add("prodid", _MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say(lang, "feed_name"))
    for due in dues:
        calendar.add_component(_event(due, lang, now))
    calendar.add_missing_timezones()
    return Response(bytes(calendar.to_ical()), media_type=_MEDIA, headers=NO_STORE)


def _event(due: Due, lang: Lang, now: dt.datetime) -> Event:
    leg, cutoff = due.leg, due.cutoff
    place, name = present.name_of(leg, "from_name", lang), due.reference or due.booking
    event = Event()
    # The same cut-off of the same leg keeps its UID, so that calendars move it when it moves.
    event.add("uid", f"{due.booking}-{leg['service']}-{leg['from']}-{cutoff['type']}@hubport")
    event.add("dtstamp", now.astimezone(dt.UTC).replace(microsecond=0))
    event.add("dtstart", due.at.astimezone(ZoneInfo(cutoff["cutoff_zone"])))
    event.add("summary", say(lang, "feed_due", what=say(lang, cutoff["type"]), place=place, name=name))
    event.add("description", f"{present.name_of(leg, 'service_name', lang)}\n{due.booking}")
    event.add("location", f"{place} ({leg['from']})")
    event.add("categories", [say(lang, cutoff["type"])])
    event.add("transp", "TRANSPARENT")
    return event
