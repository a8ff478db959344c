"""The JSON interface of departures and of what is allotted on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field
from sqlalchemy import select

from api.bodies import Body, Identifier, Moment, described
from api.bookings import service, space
from api.bookings.room import add_departures, missing_departures
from api.bookings.sailings import Amount, Sailing, Sailings
from api.bookings.schema import ALLOTMENT, DEPARTURE
from api.bookings.terms import Terms
from api.endpoints import DeskOf, as_json
from api.fields import Fields, fields_of
from api.filters import Filters, filters_of, is_text, is_true
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.openapi_words import some_of
from api.paging import After, Limit, page_of
from api.problem_docs import problems
from api.refusals import Refusal
from api.store.models import Allotment
from api.store.session import WriteSession
from api.writes import Answer, Call, CallOf

router = APIRouter(prefix="/v1", tags=["departures"])
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
DepartureId = Annotated[str, Path(max_length=120, examples=["SEA-1@20260520T1400Z"])]
_MOST = 10**15
AllotmentFields = Annotated[
    Fields, fields_of("id", "firm", "departure", "teu_milli", "mass_g", "volume_cm3", "release_at", "open")
]
AllotmentFilters = Annotated[
    Filters,
    filters_of(
        is_text("departure", Allotment.departure_id),
        is_text("firm", Allotment.firm_id),
        is_true("open", lambda value: Allotment.is_open if value else ~Allotment.is_open),
    ),
]


class RoomBody(Body):
    """Room on every run of a departure; null is no limit."""

    teu_milli: int | None = Field(ge=0, le=_MOST)
    mass_g: int | None = Field(ge=0, le=_MOST)
    volume_cm3: int | None = Field(ge=0, le=_MOST)


class AllotmentBody(Body):
    """Room that is kept for a firm on every run of a departure."""

    firm: Identifier
    departure: str = Field(max_length=120)
    teu_milli: int = Field(default=0, ge=0, le=_MOST)
    mass_g: int = Field(default=0, ge=0, le=_MOST)
    volume_cm3: int = Field(default=0, ge=0, le=_MOST)
    release_at: Moment | None = Field(default=None, description="By the table of terms when missing")


@router.put(
    "/departures/{departure_id:path}/capacity",
    dependencies=[may("departures:write")],
    responses={200: described("The departure", DEPARTURE)},
    response_class=Response,
    summary="Set what a departure can take",
)
def put_capacity(
    departure_id: DepartureId,
    body: RoomBody,
    desk: DeskOf,
    call: CallOf,
) -> Response:
    """Change the capacity of every run of a departure; never below what is taken."""
    catalogue = desk.catalogue
    sailings, terms = catalogue.derived(Sailings), catalogue.derived(Terms)

    def prepare() -> Callable[[WriteSession], Answer]:
        sailing = _known(call, sailings, departure_id)

        def work(session: WriteSession) -> Answer:
            departure = space.locked_departure(session, departure_id)
            space.set_capacity(session, departure, (body.teu_milli, body.mass_g, body.volume_cm3))
            service.promote(session, terms, [departure_id])
            return Answer(content=space.departure_json(session, sailings, sailing, departure_id))

        return work

    return call.write("departure.capacity", body).run(prepare)


@router.get(
    "/departures/{departure_id:path}",
    dependencies=[may("network:read")],
    responses={200: described("The departure", DEPARTURE)},
    response_class=Response,
    summary="Read a departure",
)
def get_departure(departure_id: DepartureId, store: StoreOf, desk: DeskOf, principal: PrincipalOf) -> Response:
    """Return the calls of a departure, what is free between them, and the caller's allotments."""
    sailings = desk.catalogue.derived(Sailings)
    sailing = sailings.find(departure_id)
    if sailing is None:
        raise Refusal(why="not-found", subject=departure_id)
    with store.read(principal.scope) as session:
        return as_json(space.departure_json(session, sailings, sailing, departure_id))


@router.get(
    "/allotments",
    dependencies=[may("bookings:read")],
    responses={200: described("A page of allotments", page_schema(some_of(ALLOTMENT)))},
    response_class=Response,
    summary="List allotments",
)
def get_allotments(
    store: StoreOf,
    principal: PrincipalOf,
    filters: AllotmentFilters,
    fields: AllotmentFields,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return the allotments of the caller's firm, of every firm for those who oversee all."""
    with store.read(principal.scope) as session:
        asked = select(Allotment).where(*filters)
        show = fields.of(space.allotment_json)
        return as_json(page_of(session, asked, Allotment.id, limit=limit, after=after, show=show))


@router.post(
    "/allotments",
    dependencies=[may("departures:write")],
    responses={201: described("The allotment", ALLOTMENT), **problems(404)},
    status_code=201,
    response_class=Response,
    summary="Keep room for a firm",
)
def post_allotment(
    body: AllotmentBody,
    desk: DeskOf,
    call: CallOf,
) -> Response:
    """Keep room on a departure for a firm until it is released."""
    catalogue = desk.catalogue
    sailings, terms = catalogue.derived(Sailings), catalogue.derived(Terms)
    amount = Amount(body.teu_milli, body.mass_g, body.volume_cm3)

    def prepare() -> Callable[[WriteSession], Answer]:
        _known(call, sailings, body.departure)

        def work(session: WriteSession) -> Answer:
            departure = space.locked_departure(session, body.departure)
            made = space.allot(session, terms, departure, body.firm, amount, body.release_at)
            headers = {"Location": f"/v1/allotments/{made.id}"}
            return Answer(content=space.allotment_json(made), status=201, headers=headers)

        return work

    return call.write("allotment.make", body).run(prepare)


@router.get(
    "/allotments/{allotment_id}",
    dependencies=[may("bookings:read")],
    responses={200: described("The allotment", ALLOTMENT)},
    response_class=Response,
    summary="Read an allotment",
)
def get_allotment(allotment_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return an allotment."""
    with store.read(principal.scope) as session:
        found = session.one(select(Allotment).where(Allotment.id == allotment_id))
    if found is None:
        raise Refusal(why="not-found", subject=allotment_id)
    return as_json(space.allotment_json(found))


@router.delete(
    "/allotments/{allotment_id}",
    dependencies=[may("departures:write")],
    responses={200: described("The allotment", ALLOTMENT)},
    response_class=Response,
    summary="Release an allotment",
)
def delete_allotment(
    allotment_id: Id,
    desk: DeskOf,
    call: CallOf,
) -> Response:
    """Free what is left of an allotment for all."""
    terms = desk.catalogue.derived(Terms)

    def work(session: WriteSession) -> Answer:
        rows = session.lock(select(Allotment).where(Allotment.id == allotment_id))
        if not rows:
            raise Refusal(why="not-found", subject=allotment_id)
        space.close_allotment(session, rows[0])
        service.promote(session, terms, [rows[0].departure_id])
        return Answer(content=space.allotment_json(rows[0]))

    return call.write("allotment.release").do(work)


def _known(call: Call, sailings: Sailings, identifier: str) -> Sailing:
    """Return a departure that runs, and make its rows; refused if there is none."""
    sailing = sailings.find(identifier)
    if sailing is None:
        raise Refusal(why="not-found", subject=identifier)
    with call.store.read(call.principal.scope) as session:
        missing = missing_departures(call.store, session, [identifier])
    if missing:
        add_departures(call.store, call.principal.scope, sailings, missing, call.office.clock())
    return sailing
