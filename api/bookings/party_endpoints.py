"""The JSON interface of the address book."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy import select

from api.bodies import described
from api.bookings.parties import party_json
from api.bookings.schema import PARTY
from api.endpoints import as_json
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.paging import After, Limit, page_of
from api.problem_docs import problems
from api.refusals import Refusal
from api.store.models_shipments import KeptParty
from api.store.session import WriteSession
from api.writes import Answer, CallOf

router = APIRouter(prefix="/v1", tags=["bookings"])
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]


@router.get(
    "/parties",
    dependencies=[may("bookings:read")],
    responses={200: described("A page of the address book", page_schema(PARTY))},
    response_class=Response,
    summary="List the address book",
)
def get_parties(store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None) -> Response:
    """Return the parties that bookings of the firm were told to remember, oldest first."""
    with store.read(principal.scope) as session:
        found = page_of(session, select(KeptParty), KeptParty.id, limit=limit, after=after, show=party_json)
    return as_json(found)


@router.delete(
    "/parties/{party_id}",
    dependencies=[may("bookings:write")],
    responses={200: described("The party as it was", PARTY), **problems(404)},
    response_class=Response,
    summary="Forget a party",
)
def delete_party(party_id: Id, call: CallOf) -> Response:
    """Take a party out of the address book; bookings that name it keep it."""

    def work(session: WriteSession) -> Answer:
        rows = session.lock(select(KeptParty).where(KeptParty.id == party_id))
        if not rows:
            raise Refusal(why="not-found", subject=party_id)
        session.remove(rows[0])
        session.flush()
        return Answer(content=party_json(rows[0]))

    return call.write("party.forget").do(work)
