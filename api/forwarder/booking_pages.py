"""Pages of bookings: the form of one, the list, and a booking with its legs, cut-offs, papers and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, get_args

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from api.answer_schema import Json
from api.bookings.endpoints import BookingBody, booking_json, post_booking
from api.bookings.parties import book_of
from api.bookings.quotes import instant
from api.bookings.states import State
from api.events.endpoints import vocabulary_of
from api.events.milestones import marks_of, milestones_json
from api.events.words import LOCATION
from api.faults import RequestFaultsError
from api.forwarder.booking_papers import view_of
from api.forwarder.frame import PER_PAGE, Field, Id, SentOf, Visit, VisitOf, content_of, local_time, number_of, read
from api.forwarder.keeping import Kept, kept_quote
from api.forwarder.particulars_form import Typed, facts_of, filled_in, form_view, nested, read_particulars
from api.forwarder.quote_pages import again_address, bookable
from api.forwarder.rebuilt import Rebuilder
from api.forwarder.terms_view import cancel_rows, terms_of
from api.identity.page_faults import message_of
from api.identity.policy import form, page
from api.office import StoreOf
from api.pages import chosen_option
from api.paging import After, Order, sorted_page
from api.refusals import Refusal
from api.store.models import Booking
from api.texts import say
from data.errors import LogisticsError
from viz.journey_layers import Progress, Told, journey_layers
from viz.maps import page as map_page
from viz.maps import served_assets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.faults import RequestFault
    from api.papers_view import PapersView
    from api.store.session import ReadSession, Store

router = APIRouter(include_in_schema=False)
STATES = get_args(State)
ShowState = Annotated[str, Query(max_length=20)]
Search = Annotated[str, Query(max_length=100)]
_QUOTES, _BOOKINGS = "/forwarder/quotes", "/forwarder/bookings"


class Opened(NamedTuple):
    """A booking with the option that was booked, and what is planned and was told of it."""

    booking: Booking
    kept: Kept
    option: Json
    milestones: Json | None


@router.get(f"{_QUOTES}/{{quote_id}}/book", dependencies=[page("quotes:read")])
def get_form(quote_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return the form of a booking: what is booked, at which price and on which terms."""
    return _form(visit, store, quote_id, chosen_option(visit.request))


@router.post(f"{_QUOTES}/{{quote_id}}/book", dependencies=[form("bookings:write")])
def post_form(
    quote_id: Id, sent: SentOf, store: StoreOf, particulars: Typed, option: Field = "", how: Field = "",
    reference: Field = "", note: Field = "",
) -> Response:  # fmt: skip
    """Book an option, once however often the form is sent; what stands in the way is told beside the form."""
    visit, number = sent.visit, number_of(option)
    with store.read(visit.principal.scope) as session:
        given = filled_in(nested(particulars), session, kept_quote(session, quote_id).firm)
    typed: Json = {"reference": reference, "note": note, "particulars": given}
    try:
        body = read(
            BookingBody,
            quote=quote_id,
            option=number,
            confirm=how == "confirm",
            wait=how == "wait",
            reference=reference,
            note=note,
            particulars=read_particulars(given) if given else None,
        )
        booked = content_of(post_booking(body, visit.desk, sent.call()))
    except Refusal as refusal:
        return _form(visit, store, quote_id, number, refusal=refusal, typed=typed)
    except RequestFaultsError as error:
        return _form(visit, store, quote_id, number, typed=typed, faults=error.faults)
    return sent.to(f"{_BOOKINGS}/{booked['id']}", new="yes")


@router.get(_BOOKINGS, dependencies=[page("bookings:read")])
def get_bookings(
    visit: VisitOf, store: StoreOf, state: ShowState = "", q: Search = "", after: After = None
) -> Response:  # fmt: skip
    """Return the bookings, newest first."""
    statement = select(Booking)
    if state in STATES:
        statement = statement.where(Booking.state == state)
    if q.strip():
        statement = statement.where(Booking.reference.contains(q.strip(), autoescape=True) | (Booking.id == q.strip()))
    order = Order("-id", Booking.id, Booking.id)
    with store.read(visit.principal.scope) as session:
        found = sorted_page(session, statement, order, limit=PER_PAGE, after=after, show=booking_json)
    return visit.show("bookings.html", tab="bookings", states=STATES, state=state, q=q, after=after, **found)


@router.get(f"{_BOOKINGS}/{{booking_id}}", dependencies=[page("bookings:read")])
def get_booking(booking_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return a booking."""
    with store.read(visit.principal.scope) as session:
        opened = open_booking(session, visit, booking_id)
    return booking_page(visit, opened)


@router.get("/map/bookings/{booking_id}", dependencies=[page("bookings:read")])
def get_map(booking_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return the map of a booking: its way, how far it has come, and its events."""
    with store.read(visit.principal.scope) as session:
        opened = open_booking(session, visit, booking_id)
    desk, lang = visit.desk, visit.lang
    option = desk.catalogue.derived(Rebuilder).option(opened.option)
    marks = [] if opened.milestones is None else opened.milestones["items"]
    title = say(lang, "journey_of", name=opened.booking.reference or opened.booking.id)
    layers = journey_layers(
        desk.book, desk.axis, option, progress=_progress(visit, marks), told=_told(visit, marks), lang=lang, title=title
    )
    return HTMLResponse(map_page(layers, lang=lang, assets=served_assets("/static")))


def open_booking(session: ReadSession, visit: Visit, identifier: str) -> Opened:
    """
    Return a booking with what belongs to it.

    Raises
    ------
    Refusal
        When there is none for the visitor.
    """
    booking = session.one(select(Booking).where(Booking.id == identifier))
    if booking is None:
        raise Refusal(why="not-found", subject=identifier)
    kept = kept_quote(session, booking.quote_id)
    told = None
    if visit.may("events:read"):
        places = {row.code: row for row in visit.desk.catalogue.locations}
        marks = marks_of(session, booking, vocabulary_of(visit.desk))
        told = milestones_json(booking, marks, places, visit.now)
    return Opened(booking, kept, kept.answer["options"][booking.option - 1], told)


def booking_page(visit: Visit, opened: Opened, *, refusal: Refusal | None = None) -> Response:
    """Return the page of a booking, with what was refused."""
    booking = opened.booking
    return visit.show(
        "booking.html",
        status=200 if refusal is None else refusal.kind.status,
        tab="bookings",
        booking=booking_json(booking),
        answer=opened.kept.answer,
        option=opened.option,
        milestones=opened.milestones,
        cutoffs=cutoffs_of(opened.option),
        terms=terms_of(visit.desk.catalogue, booking, visit.now),
        may_write=visit.may("bookings:write"),
        may_quote=visit.may("bookings:write", "quotes:write"),
        papers=_missing(visit, opened),
        is_new=visit.request.query_params.get("new") == "yes",
        is_filled=visit.request.query_params.get("filled") == "yes",
        refused=refused_text(visit, refusal),
        why="" if refusal is None else refusal.name,
    )


def papers_or_none(visit: Visit, answer: Json, number: int, booking: Booking | None) -> PapersView | None:
    """Return the papers of an option, None when the data set does not have its places, services or money any more."""
    try:
        return view_of(visit.desk, answer, number, visit.lang, booking)
    except (Refusal, LogisticsError):
        return None


def _missing(visit: Visit, opened: Opened) -> dict[str, str]:
    """Return what papers lack, by their kinds: nothing of complete ones, and none that have no form here."""
    booking = opened.booking
    view = papers_or_none(visit, opened.kept.answer, booking.option, booking)
    if view is None:
        return {}
    return {paper.kind.code: view.missing(paper) for paper in view.papers if paper.status != "obtain"}


def refused_text(visit: Visit, refusal: Refusal | None) -> str:
    """Return what a refusal says, empty without one."""
    if refusal is None:
        return ""
    return message_of(refusal, visit.lang) + (f" ({refusal.detail})" if refusal.detail else "")


def cutoffs_of(option: Json) -> list[tuple[Json, Json]]:
    """Return the cut-offs of an option, each with its leg, in the order in which they fall."""
    found = [(leg, cutoff) for leg in option["legs"] for cutoff in leg["cutoffs"]]
    return sorted(found, key=lambda pair: instant(pair[1]["cutoff_at"]))


def _form(
    visit: Visit,
    store: Store,
    quote: str,
    number: int,
    *,
    refusal: Refusal | None = None,
    typed: Json | None = None,
    faults: Sequence[RequestFault] = (),
) -> Response:
    """Return the form of a booking."""
    with store.read(visit.principal.scope) as session:
        kept = kept_quote(session, quote)
        book = book_of(session, kept.firm)
    options = kept.answer["options"]
    if not 1 <= number <= len(options):
        raise Refusal(why="option-unknown", detail=f"1 - {len(options)}", subject=quote)
    option = options[number - 1]
    typed, catalogue = typed or {}, visit.desk.catalogue
    given = typed.get("particulars", {})
    facts = facts_of(papers_or_none(visit, kept.answer, number, None), catalogue, given)
    return visit.show(
        "book.html",
        status=422 if faults else 200 if refusal is None else refusal.kind.status,
        tab="quotes",
        kept=kept,
        answer=kept.answer,
        option=option,
        number=number,
        cutoffs=cutoffs_of(option),
        is_open=number in bookable(kept.answer, visit.now),
        may_book=visit.may("bookings:write"),
        fees=cancel_rows(catalogue, option),
        typed=typed,
        view=form_view(given, facts, book, catalogue, lang=visit.lang, faults=faults),
        refused=refused_text(visit, refusal),
        why="" if refusal is None else refusal.name,
        others=sorted(bookable(kept.answer, visit.now) - {number}),
        again=again_address(kept.answer, visit.lang),
    )


def _progress(visit: Visit, marks: list[Json]) -> dict[int, Progress]:
    """Return how far the legs have come: what lies before the last thing that was told is done."""
    arrival = vocabulary_of(visit.desk).of_leg("arrive")
    seen = [mark for mark in marks if mark["leg"] and mark["actual_at"]]
    last = max((mark["leg"] for mark in seen), default=0)
    arrived = {mark["leg"] for mark in seen if arrival is not None and mark["milestone"] == arrival.id}
    return {leg: "done" if leg < last or leg in arrived else "under_way" for leg in range(1, last + 1)}


def _told(visit: Visit, marks: list[Json]) -> dict[str, Told]:
    """Return what was told of places, by their codes."""
    found = dict[str, Told]()
    for mark in marks:
        code = (mark["place"] or "").removeprefix(LOCATION)
        if not code or mark["actual_at"] is None:
            continue
        name = mark[f"name_{visit.lang}"]
        told = found.setdefault(code, Told(say(visit.lang, "told_here"), []))
        told.rows.append((name, local_time(visit.desk, mark["actual_at"], code, lang=visit.lang)))
    return found
