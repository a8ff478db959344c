"""Quotes that are kept from a page: asked as in the JSON interface, and linked to the shipment they are for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from api.bookings.quotes import new_quote, packed, reopen
from api.forwarder.frame import content_of
from api.plain import json_bytes
from api.refusals import Refusal
from api.store.models import KeptQuote
from api.store.models_shipments import ShipmentQuote
from api.store.session import WriteSession
from api.writes import Answer, Call

if TYPE_CHECKING:
    import datetime as dt

    from api.answer_schema import Json
    from api.desk import Desk
    from api.requests import Ask
    from api.store.session import ReadSession


class Kept(NamedTuple):
    """A quote as it is kept, with its answer."""

    id: str
    firm: str
    created_at: dt.datetime
    expires_at: dt.datetime
    answer: Json


def keep(call: Call, desk: Desk, ask: Ask, typed: object, *, firm: str | None = None, like: str | None = None) -> str:
    """
    Answer a request, keep the answer, and return its id.

    Parameters
    ----------
    call
        Who asks, and the key that makes it happen once.
    desk
        Answers.
    ask
        What is asked.
    typed
        The fields that were sent, which tell this request from another with the same key.
    firm
        Whose quote it is, None for that of the caller.
    like
        A quote for the same shipment: if that is one that is kept, this one is for it as well.

    Raises
    ------
    RequestFaultsError
        With everything wrong with the request.
    Refusal
        When a rule does not allow it.
    """

    def prepare() -> Callable[[WriteSession], Answer]:
        now = call.office.clock()
        values, answer = new_quote(desk, ask, call.principal, now)
        row = values | {"answer": packed(json_bytes(answer)), "firm_id": firm or values["firm_id"]}

        def work(session: WriteSession) -> Answer:
            session.insert_row(KeptQuote, row)
            shipment = None if like is None else _shipment_of(session, like)
            if shipment is not None:
                link = {"quote_id": row["id"], "shipment_id": shipment, "firm_id": row["firm_id"]}
                session.insert([ShipmentQuote(**link, created_at=now)])
            return Answer(content={"id": row["id"]})

        return work

    found = content_of(call.write("quote.make", typed).run(prepare))
    return str(found["id"])


def kept_quote(session: ReadSession, identifier: str) -> Kept:
    """
    Return a quote with its answer.

    Raises
    ------
    Refusal
        When there is no such quote for the caller.
    """
    row = session.one(select(KeptQuote).where(KeptQuote.id == identifier))
    if row is None:
        raise Refusal(why="not-found", subject=identifier)
    return Kept(row.id, row.firm_id, row.created_at, row.expires_at, json.loads(reopen(session, identifier)))


def _shipment_of(session: ReadSession, quote: str) -> str | None:
    return session.one(select(ShipmentQuote.shipment_id).where(ShipmentQuote.quote_id == quote))
