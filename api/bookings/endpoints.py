"""The JSON interface of bookings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Self, get_args

from fastapi import APIRouter, Path, Response
from pydantic import Field, model_validator
from sqlalchemy import select

from api.bodies import Body, Identifier, Line, Text, described, rfc3339
from api.bookings import service, sweep
from api.bookings.checking import check_particulars, origin_of
from api.bookings.particulars import Particulars
from api.bookings.parties import remember
from api.bookings.quotes import Opened, open_offers
from api.bookings.room import check_calls, make_departures, missing_departures, running
from api.bookings.sailings import Sailings
from api.bookings.schema import BOOKING
from api.bookings.states import State
from api.bookings.terms import Terms
from api.desk import Desk
from api.endpoints import DeskOf, as_json
from api.exports import Form, all_rows, as_file, flat
from api.fields import Fields, fields_of
from api.filters import Filters, before, filters_of, is_text, is_word, since
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.openapi_words import some_of
from api.paging import After, Limit, page_of
from api.problem_docs import problems
from api.refusals import Refusal
from api.store.models import Booking
from api.store.session import ReadSession, WriteSession
from api.uploads import file_of
from api.writes import Answer, Call, CallOf, ChangeOf, IfNoneMatch, etag, is_unchanged

router = APIRouter(prefix="/v1")
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
_NAMES = (
    "id", "firm", "state", "version", "quote", "option", "reference", "note", "from", "to", "mass_g", "volume_cm3",
    "pieces", "regime", "hs", "value_cny_minor", "emissions_g", "particulars", "depart_at", "arrive_at", "price",
    "fees_cny_minor", "fees", "legs", "held_until", "created_at", "changed_at",
)  # fmt: skip
_COLUMNS = (
    "id", "firm", "state", "quote", "option", "reference", "note", "from", "to", "mass_g", "volume_cm3", "pieces",
    "regime", "hs", "value_cny_minor", "emissions_g", "depart_at", "arrive_at", "price.amount_minor", "price.currency",
    "price.cny_minor", "fees_cny_minor", "held_until", "created_at", "changed_at",
)  # fmt: skip
"""The columns of a file of bookings."""
BookingFields = Annotated[Fields, fields_of(*_NAMES)]
BookingFilters = Annotated[
    Filters,
    filters_of(
        is_word("state", lambda state: Booking.state == state, *get_args(State)),
        is_text("reference", Booking.reference),
        is_text("quote", Booking.quote_id),
        is_text("from", Booking.origin, "Code of the origin", "CNNGB-P"),
        is_text("to", Booking.destination, "Code of the destination", "DEHAM-P"),
        since("depart_since", Booking.depart_at),
        before("depart_before", Booking.depart_at),
        since("created_since", Booking.created_at),
        before("created_before", Booking.created_at),
    ),
]


class BookingBody(Body):
    """What is to be booked: an option of a quote that was kept."""

    quote: Identifier = Field(examples=["qt_01jdc0000000000000000000"])
    option: int = Field(ge=1, le=1000, description="Number of the option, from 1")
    confirm: bool = Field(default=False, description="Confirm at once; otherwise room is held for a while")
    wait: bool = Field(default=False, description="Wait for room if there is none")
    reference: Line = ""
    note: Text = ""
    particulars: Particulars | None = Field(default=None, description="What papers need; may be given later")


class BookingChange(Body):
    """What of a booking may change: the caller's words, what papers need, or the offer it is for."""

    reference: Line | None = None
    note: Text | None = None
    quote: Identifier | None = None
    option: int | None = Field(default=None, ge=1, le=1000)
    particulars: Particulars | None = Field(default=None, description="In place of all that was given; {} for none")

    @model_validator(mode="after")
    def check_offer(self) -> Self:
        """Refuse half an offer."""
        if (self.quote is None) != (self.option is None):
            msg = "quote and option belong together"
            raise ValueError(msg)
        return self


class RollBody(Body):
    """An option with later departures, of a quote for the same shipment."""

    quote: Identifier
    option: int = Field(ge=1, le=1000)


def booking_json(booking: Booking) -> dict[str, Any]:
    """Return a booking as JSON."""
    return {
        "id": booking.id,
        "firm": booking.firm_id,
        "state": booking.state,
        "version": booking.version,
        "quote": booking.quote_id,
        "option": booking.option,
        "reference": booking.reference,
        "note": booking.note,
        "from": booking.origin,
        "to": booking.destination,
        "mass_g": booking.mass_g,
        "volume_cm3": booking.volume_cm3,
        "pieces": booking.pieces,
        "regime": booking.regime,
        "hs": booking.hs,
        "value_cny_minor": booking.value_cny_minor,
        "emissions_g": booking.emissions_g,
        "particulars": booking.particulars,
        "depart_at": rfc3339(booking.depart_at),
        "arrive_at": rfc3339(booking.arrive_at),
        "price": {
            "amount_minor": booking.price_minor,
            "currency": booking.currency,
            "cny_minor": booking.price_cny_minor,
        },
        "fees_cny_minor": booking.fees_cny_minor,
        "fees": booking.fees,
        "legs": booking.legs,
        "held_until": rfc3339(booking.held_until),
        "created_at": rfc3339(booking.created_at),
        "changed_at": rfc3339(booking.changed_at),
    }


def _booked(booking: Booking, status: int = 200) -> Answer:
    headers = {"ETag": etag(booking.id, booking.version)}
    if status == 201:  # noqa: PLR2004 - created
        headers["Location"] = f"/v1/bookings/{booking.id}"
    return Answer(content=booking_json(booking), status=status, headers=headers)


def _prepare(call: Call, desk: Desk, quote: str, option: int) -> tuple[Opened, Callable[[WriteSession], None]]:
    """Read a quote, and return it with what makes those of its departures that have no rows yet."""
    store, sailings = call.store, desk.catalogue.derived(Sailings)
    with store.read(call.principal.scope) as session:
        opened = open_offers(session, quote)
        wanted = service.departures_of(opened.offers[option - 1 : option])
        missing = missing_departures(store, session, wanted)
    for leg in opened.offers[option - 1]["legs"] if 0 < option <= len(opened.offers) else ():
        if leg is not None:
            check_calls(sailings, leg)
    known = {identifier: running(sailings, identifier) for identifier in wanted}
    new = {identifier: known[identifier] for identifier in missing}
    return opened, lambda session: make_departures(session, sailings, new)


def _changed(
    call: Call, desk: Desk, action: str, identifier: str, change: Callable[[WriteSession, Terms, Booking], None]
) -> Response:
    """Change a booking that the caller has seen as it is, and answer with it."""
    terms = desk.catalogue.derived(Terms)

    def work(session: WriteSession) -> Answer:
        booking = service.locked_booking(session, identifier, call.match)
        change(session, terms, booking)
        return _booked(booking)

    return call.write(action).do(work)


def _ends_holds(call: Call, desk: Desk) -> Callable[[Refusal], bool]:
    """Return what ends holds that are over when room is lacking, and says whether to try again."""

    def again(refusal: Refusal) -> bool:
        terms = desk.catalogue.derived(Terms)
        return refusal.name == "no-room" and sweep.end_bookings(call.store, terms, call.office.clock()) > 0

    return again


@router.post(
    "/bookings",
    dependencies=[may("bookings:write")],
    responses={201: described("The booking: held, confirmed or waitlisted", BOOKING), **problems(404)},
    status_code=201,
    response_class=Response,
    summary="Book an option of a quote",
    tags=["bookings"],
)
def post_booking(
    body: BookingBody,
    desk: DeskOf,
    call: CallOf,
) -> Response:
    """Take room on every departure of an option, at the quoted price; on none if one of them is full."""
    terms = desk.catalogue.derived(Terms)

    def prepare() -> Callable[[WriteSession], Answer]:
        opened, make = _prepare(call, desk, body.quote, body.option)
        order = service.Order(
            quote=opened,
            option=body.option,
            is_confirmed=body.confirm,
            may_wait=body.wait,
            reference=body.reference,
            note=body.note,
            particulars=None if body.particulars is None else body.particulars.kept(),
        )
        check_particulars(call, desk, body.particulars, body.quote)

        def work(session: WriteSession) -> Answer:
            remember(session, opened.firm, body.particulars)
            make(session)
            return _booked(service.book(session, terms, call.principal, order), 201)

        return work

    return call.write("booking.make", body).run(prepare, again=_ends_holds(call, desk))


@router.get(
    "/bookings",
    dependencies=[may("bookings:read")],
    responses={200: described("A page of bookings", page_schema(some_of(BOOKING)))},
    response_class=Response,
    summary="List bookings",
    tags=["bookings"],
)
def get_bookings(
    store: StoreOf,
    principal: PrincipalOf,
    filters: BookingFilters,
    fields: BookingFields,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return the bookings of the caller's firm, of every firm for those who oversee all, oldest first."""
    asked = select(Booking).where(*filters)
    with store.read(principal.scope) as session:
        return as_json(page_of(session, asked, Booking.id, limit=limit, after=after, show=fields.of(booking_json)))


@router.get(
    "/bookings.{form}",
    dependencies=[may("bookings:read")],
    responses={200: file_of("csv", "xlsx", "ndjson"), **problems()},
    response_class=Response,
    summary="Export bookings",
    tags=["bookings"],
)
def get_booking_file(form: Form, store: StoreOf, principal: PrincipalOf, filters: BookingFilters) -> Response:
    """Return all bookings that fit as rows, or as JSON in lines; of any number."""

    def show(_: ReadSession, rows: Sequence[Booking]) -> Iterator[dict[str, Any]]:
        return map(booking_json, rows)

    objects = all_rows(store, principal.scope, select(Booking).where(*filters), Booking.id, show)
    if form == "ndjson":
        return as_file("bookings", form, _COLUMNS, objects=objects)
    return as_file("bookings", form, _COLUMNS, rows=(flat(item, _COLUMNS) for item in objects))


@router.get(
    "/bookings/{booking_id}",
    dependencies=[may("bookings:read")],
    responses={200: described("The booking", BOOKING)},
    response_class=Response,
    summary="Read a booking",
    tags=["bookings"],
)
def get_booking(booking_id: Id, store: StoreOf, principal: PrincipalOf, none_match: IfNoneMatch = None) -> Response:
    """Return a booking with its ETag, which a change must name."""
    with store.read(principal.scope) as session:
        booking = session.one(select(Booking).where(Booking.id == booking_id))
    if booking is None:
        raise Refusal(why="not-found", subject=booking_id)
    tag = etag(booking.id, booking.version)
    if is_unchanged(none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    response = as_json(booking_json(booking))
    response.headers["ETag"] = tag
    return response


@router.post(
    "/bookings/{booking_id}/confirm",
    dependencies=[may("bookings:write")],
    responses={200: described("The booking", BOOKING)},
    response_class=Response,
    summary="Confirm a booking that is held",
    tags=["bookings"],
)
def post_confirmation(
    booking_id: Id,
    desk: DeskOf,
    call: ChangeOf,
) -> Response:
    """Turn a hold into a firm booking at the same price."""
    return _changed(call, desk, "booking.confirm", booking_id, service.confirm)


@router.post(
    "/bookings/{booking_id}/cancel",
    dependencies=[may("bookings:write")],
    responses={200: described("The booking", BOOKING)},
    response_class=Response,
    summary="Cancel a booking",
    tags=["bookings"],
)
def post_cancellation(
    booking_id: Id,
    desk: DeskOf,
    call: ChangeOf,
) -> Response:
    """Give the room back; a confirmed booking pays the fee of the tables."""
    return _changed(call, desk, "booking.cancel", booking_id, service.cancel)


@router.patch(
    "/bookings/{booking_id}",
    dependencies=[may("bookings:write")],
    responses={200: described("The booking", BOOKING)},
    response_class=Response,
    summary="Amend a booking",
    tags=["bookings"],
)
def patch_booking(
    booking_id: Id,
    body: BookingChange,
    desk: DeskOf,
    call: ChangeOf,
) -> Response:
    """Change the reference, the note and what papers need, or put another offer in the place of the booked one."""
    terms = desk.catalogue.derived(Terms)

    def prepare() -> Callable[[WriteSession], Answer]:
        prepared = None
        if body.quote is not None and body.option is not None:
            prepared = _prepare(call, desk, body.quote, body.option)
        given, firm = body.particulars, ""
        if given is not None:
            quote, firm = origin_of(call, booking_id)
            check_particulars(call, desk, given, body.quote or quote)

        def work(session: WriteSession) -> Answer:
            remember(session, firm, given)
            booking = service.locked_booking(session, booking_id, call.match)
            if given is not None:
                service.fill_in(session, booking, given.kept())
            if prepared is not None and body.option is not None:
                opened, make = prepared
                make(session)
                service.amend(session, terms, booking, opened, body.option)
            service.describe(session, booking, body.reference, body.note)
            return _booked(booking)

        return work

    return call.write("booking.amend", body).run(prepare, again=_ends_holds(call, desk))


@router.post(
    "/bookings/{booking_id}/roll",
    dependencies=[may("bookings:write")],
    responses={200: described("The booking", BOOKING)},
    response_class=Response,
    summary="Roll a booking over to later departures",
    tags=["bookings"],
)
def post_roll(
    booking_id: Id,
    body: RollBody,
    desk: DeskOf,
    call: ChangeOf,
) -> Response:
    """Move a booking to later departures of the same services, at the booked price and for the fee of the tables."""
    terms = desk.catalogue.derived(Terms)

    def prepare() -> Callable[[WriteSession], Answer]:
        opened, make = _prepare(call, desk, body.quote, body.option)

        def work(session: WriteSession) -> Answer:
            booking = service.locked_booking(session, booking_id, call.match)
            make(session)
            old = open_offers(session, booking.quote_id)
            service.roll(session, terms, booking, opened, old, body.option)
            return _booked(booking)

        return work

    return call.write("booking.roll", body).run(prepare, again=_ends_holds(call, desk))
