"""The papers of a booking as files: PDF, Excel, and the table of what is lacking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from api.forwarder.booking_pages import open_booking
from api.forwarder.booking_papers import view_of
from api.forwarder.frame import Id, Visit, VisitOf
from api.identity.page_faults import NO_STORE
from api.identity.policy import page
from api.office import StoreOf
from api.uploads import MEDIA

if TYPE_CHECKING:
    from api.papers_view import PapersView
    from api.store.session import Store

router = APIRouter(include_in_schema=False)
_ADDRESS = "/forwarder/bookings/{booking_id}/papers"
_PDF = "application/pdf"


@router.get(f"{_ADDRESS}.pdf", dependencies=[page("bookings:read")])
def get_pdf(booking_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return the checklist and the papers as a PDF."""
    view = papers_of_booking(visit, store, booking_id)
    # Fonts take a moment to be found, and the other forms need none.
    from api.papers_pdf import papers_pdf  # noqa: PLC0415

    return _file(papers_pdf(view), f"papers-{booking_id}.pdf", _PDF)


@router.get(f"{_ADDRESS}.xlsx", dependencies=[page("bookings:read")])
def get_workbook(booking_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return the checklist and the papers as a workbook."""
    view = papers_of_booking(visit, store, booking_id)
    # The library of workbooks is large.
    from api.papers_excel import papers_workbook  # noqa: PLC0415

    return _file(papers_workbook(view), f"papers-{booking_id}.xlsx", MEDIA["xlsx"])


def papers_of_booking(visit: Visit, store: Store, identifier: str) -> PapersView:
    """
    Return the papers of a booking, by the option that was booked.

    Raises
    ------
    Refusal
        When there is none for the visitor, or the data set does not have its places or services any more.
    """
    with store.read(visit.principal.scope) as session:
        opened = open_booking(session, visit, identifier)
    booking = opened.booking
    return view_of(visit.desk, opened.kept.answer, booking.option, visit.lang, booking)


def _file(content: bytes, name: str, media: str) -> Response:
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)
