"""The JSON interface of quotes: asked for, kept, opened again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from sqlalchemy import select

from api.answer_schema import ANSWER_SCHEMA
from api.bodies import described, rfc3339
from api.bookings.quotes import new_quote, packed, reopen
from api.bookings.schema import KEPT_QUOTE
from api.endpoints import DeskOf, as_json
from api.fields import Fields, fields_of
from api.filters import Filters, before, filters_of, is_text, since
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.openapi_words import some_of
from api.paging import After, Limit, page_of
from api.plain import json_bytes
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
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]

QuoteFields = Annotated[
    Fields, fields_of("id", "firm", "created_at", "created_by", "expires_at", "fingerprint", "shipment")
]
QuoteFilters = Annotated[
    Filters,
    filters_of(
        is_text("fingerprint", KeptQuote.fingerprint, "Of the data set"),
        is_text("user", KeptQuote.created_by),
        since("created_since", KeptQuote.created_at),
        before("created_before", KeptQuote.created_at),
        since("expires_since", KeptQuote.expires_at, "Not expired at this instant"),
        before("expires_before", KeptQuote.expires_at),
    ),
]

router = APIRouter(prefix="/v1", tags=["quotes"])


def quote_json(quote: KeptQuote) -> dict[str, Any]:
    """Return a quote without its answer as JSON."""
    return {
        "id": quote.id,
        "firm": quote.firm_id,
        "created_at": rfc3339(quote.created_at),
        "created_by": quote.created_by,
        "expires_at": rfc3339(quote.expires_at),
        "fingerprint": quote.fingerprint,
        "shipment": quote.request,
    }


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
        with desk.turn:
            return as_json(desk.quote_json(ask))
    with desk.turn:
        values, answer = new_quote(desk, ask, call.principal, call.office.clock())
        raw = json_bytes(answer)
        row = values | {"answer": packed(raw)}

    def work(session: WriteSession) -> Answer:
        session.insert_row(KeptQuote, row)
        return Answer(raw=raw, kept_as=row["id"], headers={"Location": f"/v1/quotes/{row['id']}"})

    return call.write("quote.make", body, needs_key=False, reopen=reopen).do(work)


@router.get(
    "/quotes",
    dependencies=[may("quotes:read")],
    responses={200: described("A page of quotes, without their answers", page_schema(some_of(KEPT_QUOTE)))},
    response_class=Response,
    summary="List quotes",
)
def get_quotes(
    store: StoreOf,
    principal: PrincipalOf,
    filters: QuoteFilters,
    fields: QuoteFields,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return the quotes of the caller's firm, of every firm for those who oversee all, oldest first."""
    asked = select(KeptQuote).where(*filters)
    with store.read(principal.scope) as session:
        return as_json(page_of(session, asked, KeptQuote.id, limit=limit, after=after, show=fields.of(quote_json)))


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
