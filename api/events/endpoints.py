"""The JSON interface of events: captured and asked for as EPCIS 2.0 has it, and milestones of bookings."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Path, Request, Response
from pydantic import WithJsonSchema
from sqlalchemy import select

from api.bodies import described
from api.desk import Desk
from api.endpoints import DeskOf, as_json
from api.events.answers import CAPTURED, EVENT, MILESTONES, RESULT
from api.events.capture import capture
from api.events.check import check_document
from api.events.milestones import marks_of, milestones_json
from api.events.query import MOST, PARAMETERS, Query, event_json, result_json
from api.events.schema import DOCUMENT_SCHEMA
from api.events.words import Vocabulary
from api.identity.policy import PrincipalOf, may
from api.office import OfficeOf, StoreOf
from api.problem_docs import problems
from api.refusals import Refusal
from api.store.models import Booking
from api.store.models_events import ShipmentEvent
from api.store.session import WriteSession
from api.writes import Answer, CallOf

router = APIRouter(prefix="/v1", tags=["events"])
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
EpcisDocument = Annotated[Any, Body(), WithJsonSchema(DOCUMENT_SCHEMA)]
_OPEN = {"type": "string"}
_TOKENS = frozenset({"nextPageToken", "after"})
_QUERY: list[dict[str, Any]] = [
    {"name": name, "in": "query", "required": False, "schema": _OPEN}
    for name in (*PARAMETERS, "orderBy", "orderDirection", "nextPageToken")
    if not name.endswith("TYPE")
] + [
    {"name": "perPage", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1, "maximum": MOST}}
]


def vocabulary_of(desk: Desk) -> Vocabulary:
    """Return the words of the data set."""
    return desk.catalogue.derived(Vocabulary)


@router.post(
    "/events:capture",
    dependencies=[may("events:write")],
    responses={201: described("What was captured", CAPTURED), **problems(413)},
    status_code=201,
    response_class=Response,
    summary="Capture events",
)
def post_capture(document: EpcisDocument, desk: DeskOf, call: CallOf) -> Response:
    """
    Keep the events of an EPCISDocument, whole or not at all; an event that is known already is not kept again.

    `Location` is the address at which the first of them is found.
    """
    checked = check_document(document, vocabulary_of(desk), call.office.clock())

    def work(session: WriteSession) -> Answer:
        done = capture(session, checked)
        content = {"capture": done.id, "events": done.events, "known": done.known}
        return Answer(
            content=content, status=201, headers={"Location": f"/v1/events?{urlencode({'EQ_eventID': done.events[0]})}"}
        )

    return call.write("event.capture", document).do(work)


@router.get(
    "/events",
    dependencies=[may("events:read")],
    responses={200: described("An EPCISQueryDocument; `Link` has the address of the next page", RESULT), **problems()},
    response_class=Response,
    summary="Ask for events",
    openapi_extra={"parameters": _QUERY},
)
def get_events(request: Request, store: StoreOf, desk: DeskOf, office: OfficeOf, principal: PrincipalOf) -> Response:
    """Return events by the parameters of the simple event query of EPCIS, oldest record first unless told otherwise."""
    query = Query(request.query_params.multi_items())
    with store.read(principal.scope) as session:
        page = query.page(session)
    response = as_json(result_json(page.events, vocabulary_of(desk), office.clock()))
    if page.token is not None:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name not in _TOKENS]
        address = f"{request.url.path}?{urlencode([*kept, ('nextPageToken', page.token)])}"
        response.headers["Link"] = f'<{address}>; rel="next"'
    return response


@router.get(
    "/events/{event_id}",
    dependencies=[may("events:read")],
    responses={200: described("The event", EVENT), **problems(404)},
    response_class=Response,
    summary="Read an event",
)
def get_event(event_id: Id, store: StoreOf, desk: DeskOf, principal: PrincipalOf) -> Response:
    """Return one event by the id that the service gave it (`hubport:id`)."""
    with store.read(principal.scope) as session:
        found = session.one(select(ShipmentEvent).where(ShipmentEvent.id == event_id))
    if found is None:
        raise Refusal(why="not-found", subject=event_id)
    return as_json(event_json(found, vocabulary_of(desk)))


@router.get(
    "/bookings/{booking_id}/milestones",
    dependencies=[may("events:read")],
    responses={200: described("The milestones, planned and past", MILESTONES), **problems(404)},
    response_class=Response,
    summary="Where a booking is",
    tags=["bookings"],
)
def get_milestones(booking_id: Id, store: StoreOf, desk: DeskOf, office: OfficeOf, principal: PrincipalOf) -> Response:
    """Return what is planned by the legs of a booking, what happened, and what is late."""
    with store.read(principal.scope) as session:
        booking = session.one(select(Booking).where(Booking.id == booking_id))
        if booking is None:
            raise Refusal(why="not-found", subject=booking_id)
        marks = marks_of(session, booking, vocabulary_of(desk))
    places = {row.code: row for row in desk.catalogue.locations}
    return as_json(milestones_json(booking, marks, places, office.clock()))
