"""The form of what papers need of a booking: parties, goods and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from api.bookings.endpoints import BookingChange, patch_booking
from api.bookings.parties import book_of
from api.faults import RequestFaultsError
from api.forwarder.booking_pages import open_booking, papers_or_none, refused_text
from api.forwarder.frame import Field, Id, Sent, SentOf, Visit, VisitOf, content_of, number_of
from api.forwarder.particulars_form import Typed, facts_of, filled_in, form_view, nested, read_particulars
from api.identity.policy import form, page
from api.office import StoreOf
from api.refusals import Refusal
from api.writes import etag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.answer_schema import Json
    from api.faults import RequestFault
    from api.store.session import Store

router = APIRouter(include_in_schema=False)
_ADDRESS = "/forwarder/bookings/{booking_id}/particulars"
_UNPROCESSABLE = 422
_MORE = 10


@router.get(_ADDRESS, dependencies=[page("bookings:read")])
def get_particulars(booking_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return the form with what is known."""
    return _page(visit, store, booking_id)


@router.post(_ADDRESS, dependencies=[form("bookings:write")])
def post_particulars(
    booking_id: Id, sent: SentOf, store: StoreOf, typed: Typed, version: Field = "", step: Field = ""
) -> Response:
    """Keep what was typed, or show the form again: with more lines, with the address book's words, or with faults."""
    visit = sent.visit
    with store.read(visit.principal.scope) as session:
        opened = open_booking(session, visit, booking_id)
        given = filled_in(nested(typed), session, opened.booking.firm_id)
    if step in {"more", "fill"}:
        return _page(visit, store, booking_id, given=given, more=_MORE if step == "more" else 0)
    try:
        _keep(sent, booking_id, given, number_of(version))
    except RequestFaultsError as error:
        return _page(visit, store, booking_id, given=given, faults=error.faults)
    except Refusal as refusal:
        return _page(visit, store, booking_id, given=given, refusal=refusal)
    return sent.to(f"/forwarder/bookings/{booking_id}", filled="yes")


def _keep(sent: Sent, booking: str, given: Json, version: int) -> None:
    """Keep what was typed."""
    change = BookingChange(particulars=read_particulars(given))
    content_of(patch_booking(booking, change, sent.visit.desk, sent.call(match=etag(booking, version))))


def _page(
    visit: Visit, store: Store, booking: str, *, given: Json | None = None, more: int = 0,
    faults: Sequence[RequestFault] = (), refusal: Refusal | None = None,
) -> Response:  # fmt: skip
    with store.read(visit.principal.scope) as session:
        opened = open_booking(session, visit, booking)
        book = book_of(session, opened.booking.firm_id)
    answer, row = opened.kept.answer, opened.booking
    given = (row.particulars or {}) if given is None else given
    facts = facts_of(papers_or_none(visit, answer, row.option, row), visit.desk.catalogue, given)
    status = _UNPROCESSABLE if faults else 200 if refusal is None else refusal.kind.status
    return visit.show(
        "particulars.html",
        status=status,
        tab="bookings",
        booking=row,
        answer=answer,
        view=form_view(given, facts, book, visit.desk.catalogue, lang=visit.lang, faults=faults, more=more),
        may_write=visit.may("bookings:write"),
        refused=refused_text(visit, refusal),
        why="" if refusal is None else refusal.name,
    )
