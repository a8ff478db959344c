"""What the page of a booking sends: confirm, cancel, change the words on it, or put other departures in its place."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Query, Response

from api.bookings.endpoints import (
    BookingChange,
    RollBody,
    patch_booking,
    post_cancellation,
    post_confirmation,
    post_roll,
)
from api.bookings.quotes import instant
from api.faults import RequestFaultsError
from api.forwarder.booking_pages import Opened, booking_page, open_booking, refused_text
from api.forwarder.frame import Field, Id, Sent, SentOf, Visit, VisitOf, content_of, number_of, read
from api.forwarder.keeping import Kept, keep, kept_quote
from api.forwarder.quote_pages import bookable
from api.forwarder.rebuilt import ask_again
from api.forwarder.terms_view import terms_of
from api.identity.policy import form, page
from api.office import StoreOf
from api.refusals import Refusal
from api.writes import etag

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.answer_schema import Json
    from api.store.session import Store

router = APIRouter(include_in_schema=False)
QuoteId = Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9_]*$")]
_BOOKINGS = "/forwarder/bookings"
_A_MINUTE = dt.timedelta(minutes=1)


class Other(NamedTuple):
    """
    An option that may take the place of the booked one.

    Parameters
    ----------
    number, option
        Its number in its quote, and what it is.
    is_later
        Whether it has later departures of the same services, so that the booking can be rolled over to it.
    """

    number: int
    option: Json
    is_later: bool


@router.post(f"{_BOOKINGS}/{{booking_id}}/confirm", dependencies=[form("bookings:write")])
def post_confirm(booking_id: Id, sent: SentOf, store: StoreOf, version: Field = "") -> Response:
    """Turn a hold into a firm booking."""
    call = sent.call(match=_tag(booking_id, version))
    return _done(sent, store, booking_id, lambda: post_confirmation(booking_id, sent.visit.desk, call))


@router.post(f"{_BOOKINGS}/{{booking_id}}/cancel", dependencies=[form("bookings:write")])
def post_cancel(booking_id: Id, sent: SentOf, store: StoreOf, version: Field = "") -> Response:
    """Cancel a booking, at the fee that the page has told."""
    call = sent.call(match=_tag(booking_id, version))
    return _done(sent, store, booking_id, lambda: post_cancellation(booking_id, sent.visit.desk, call))


@router.post(f"{_BOOKINGS}/{{booking_id}}/words", dependencies=[form("bookings:write")])
def post_words(
    booking_id: Id, sent: SentOf, store: StoreOf, version: Field = "", reference: Field = "", note: Field = ""
) -> Response:
    """Change the reference and the note."""

    def change() -> Response:
        body = read(BookingChange, reference=reference, note=note)
        return patch_booking(booking_id, body, sent.visit.desk, sent.call(match=_tag(booking_id, version)))

    return _done(sent, store, booking_id, change)


@router.post(f"{_BOOKINGS}/{{booking_id}}/options", dependencies=[form("quotes:write")])
def post_options(booking_id: Id, sent: SentOf, store: StoreOf, how: Field = "") -> Response:
    """Ask again for the same shipment: from now on, or (`next`) for what leaves after the booked departures."""
    visit = sent.visit
    with store.read(visit.principal.scope) as session:
        opened = open_booking(session, visit, booking_id)
    shown = opened.kept.answer["shipment"]
    after = opened.option["latest_ready_at"] if how == "next" else shown["ready_at"]
    ready = max(instant(after) + (_A_MINUTE if how == "next" else dt.timedelta()), visit.now)
    ask = ask_again(shown, ready=ready.replace(second=0, microsecond=0) + _A_MINUTE)
    try:
        quote = keep(
            sent.call(), visit.desk, ask, {"how": how}, firm=opened.booking.firm_id, like=opened.booking.quote_id
        )
    except RequestFaultsError:
        return booking_page(visit, opened, refusal=Refusal(why="departed", subject=booking_id))
    except Refusal as refusal:
        return booking_page(visit, opened, refusal=refusal)
    return sent.to(f"{_BOOKINGS}/{booking_id}/change", quote=quote)


@router.get(f"{_BOOKINGS}/{{booking_id}}/change", dependencies=[page("bookings:read")])
def get_change(booking_id: Id, visit: VisitOf, store: StoreOf, quote: QuoteId = "") -> Response:
    """Return the options that may take the place of the booked one, with what the change costs."""
    return _change_page(visit, store, booking_id, quote)


@router.post(f"{_BOOKINGS}/{{booking_id}}/change", dependencies=[form("bookings:write")])
def post_change(
    booking_id: Id, sent: SentOf, store: StoreOf, version: Field = "", quote: Field = "", roll: Field = "",
    amend: Field = "",
) -> Response:  # fmt: skip
    """Roll a booking over to later departures, or amend it: the one that has the number of an option."""
    call, desk = sent.call(match=_tag(booking_id, version)), sent.visit.desk
    with store.read(sent.visit.principal.scope) as session:
        open_booking(session, sent.visit, booking_id)
    try:
        if roll:
            body = read(RollBody, quote=quote, option=number_of(roll))
            content_of(post_roll(booking_id, body, desk, call))
        else:
            change = read(BookingChange, quote=quote, option=number_of(amend))
            content_of(patch_booking(booking_id, change, desk, call))
    except Refusal as refusal:
        return _change_page(sent.visit, store, booking_id, quote, refusal=refusal)
    return sent.to(f"{_BOOKINGS}/{booking_id}")


def others_of(opened: Opened, kept: Kept, now: dt.datetime) -> list[Other]:
    """Return the options of a quote that can be booked, and which of them a roll-over may lead to."""
    services = [leg["service"] for leg in opened.booking.legs]
    found = []
    for number in sorted(bookable(kept.answer, now)):
        option = kept.answer["options"][number - 1]
        is_same = [leg["service"] for leg in option["legs"]] == services
        is_later = is_same and instant(option["depart_at"]) > opened.booking.depart_at
        found.append(Other(number, option, is_later))
    return found


def _change_page(
    visit: Visit, store: Store, booking: str, quote: str, *, refusal: Refusal | None = None
) -> Response:  # fmt: skip
    with store.read(visit.principal.scope) as session:
        opened = open_booking(session, visit, booking)
        kept = kept_quote(session, quote)
    terms = {term.action: term for term in terms_of(visit.desk.catalogue, opened.booking, visit.now)}
    may = {action for action, term in terms.items() if term.cny_minor is not None}
    others = [
        other for other in others_of(opened, kept, visit.now) if "amend" in may or (other.is_later and "roll" in may)
    ]
    return visit.show(
        "change.html",
        status=200 if refusal is None else refusal.kind.status,
        tab="bookings",
        booking=opened.booking,
        option=opened.option,
        answer=opened.kept.answer,
        quoted=kept.answer,
        quote=quote,
        others=sorted(others, key=lambda other: not other.is_later),
        terms=terms,
        may=may,
        refused=refused_text(visit, refusal),
    )


def _done(sent: Sent, store: Store, booking: str, change: Callable[[], Response]) -> Response:
    """Make a change and go back to the booking, or show it with what was refused."""
    visit = sent.visit
    try:
        content_of(change())
    except Refusal as refusal:
        with store.read(visit.principal.scope) as session:
            opened = open_booking(session, visit, booking)
        return booking_page(visit, opened, refusal=refusal)
    return sent.to(f"{_BOOKINGS}/{booking}")


def _tag(booking: str, version: str) -> str:
    return etag(booking, number_of(version))
