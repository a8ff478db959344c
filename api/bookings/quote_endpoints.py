"""The JSON interface of quotes: asked for, kept, opened again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import TypeAdapter

from api.answer_schema import ANSWER_SCHEMA
from api.bodies import described
from api.bookings.quotes import new_quote, packed, reopen
from api.endpoints import DeskOf, as_json
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.schemas import QuoteBody
from api.store.canonical import digest
from api.store.models import KeptQuote
from api.store.session import WriteSession
from api.writes import Answer, IfNoneMatch, QuestionOf, is_unchanged

_QUOTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Every non-dominated option, or the reasons why there is none",
        "content": {"application/json": {"schema": ANSWER_SCHEMA}},
        "headers": {"Location": {"description": "Where it is kept, if it is", "schema": {"type": "string"}}},
    },
}
_PLAIN: TypeAdapter[Any] = TypeAdapter(Any)
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]

router = APIRouter(prefix="/v1", tags=["quotes"])


@router.post(
    "/quotes",
    dependencies=[may("quotes:write")],
    responses=_QUOTED,
    response_class=Response,
    summary="Price every sensible way",
)
def post_quote(
    body: QuoteBody,
    desk: DeskOf,
    call: QuestionOf,
) -> Response:
    """Return every non-dominated way to move a shipment, with its price line by line, and keep the answer."""
    ask = body.ask()
    if call.office.store is None:
        return as_json(desk.quote_json(ask))
    values, answer = new_quote(desk, ask, call.principal, call.office.clock())
    raw = _PLAIN.dump_json(answer)
    row = values | {"answer": packed(raw)}

    def work(session: WriteSession) -> Answer:
        session.add(KeptQuote(**row))
        return Answer(raw=raw, headers={"Location": f"/v1/quotes/{row['id']}"})

    return call.write("quote.make", body, needs_key=False).do(work)


@router.get(
    "/quotes/{quote_id}",
    dependencies=[may("quotes:read")],
    responses={200: described("The answer as it was given", ANSWER_SCHEMA)},
    response_class=Response,
    summary="Open a quote again",
)
def get_quote(quote_id: Id, store: StoreOf, principal: PrincipalOf, none_match: IfNoneMatch = None) -> Response:
    """Return a quote byte for byte as it was answered."""
    with store.read(principal.scope) as session:
        body = reopen(session, quote_id)
    tag = f'"{digest(body)[:32]}"'
    if is_unchanged(none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type="application/json", headers={"ETag": tag})
