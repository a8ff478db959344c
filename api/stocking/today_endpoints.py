"""The JSON interface of questions about a seller's stock on one day; they are answered at once, and nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import described
from api.endpoints import DeskOf, as_json
from api.identity.policy import may
from api.problem_docs import problems
from api.stocking.ask_today import read_alerts_ask, read_feed_ask, read_route_ask
from api.stocking.schema_today import (
    ALERTS,
    ALERTS_BODY,
    ALERTS_EXAMPLE,
    ALERTS_FORM,
    FEED,
    FEED_BODY,
    FEED_EXAMPLE,
    FEED_FORM,
    ROUTE_BODY,
    ROUTE_EXAMPLE,
    ROUTE_FORM,
    ROUTING,
)
from api.stocking.sent import MAX_BYTES, STOCK, STOCK_AND_ORDERS, Sent, sent_in, taken

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk

LARGER = {"/v1/stock:alerts": MAX_BYTES, "/v1/stock:feed": MAX_BYTES, "/v1/stock:route": MAX_BYTES}
"""Bytes of a body, where more are taken than usual."""
MOST_ADVISED = 1000
"""Lots of a stock for which it is worked out what is best done with them while somebody waits for the answer."""

router = APIRouter(prefix="/v1", tags=["stock"])


@router.post(
    "/stock:alerts",
    dependencies=[may("stock:read")],
    responses={200: described("What gets dearer, soonest first", ALERTS), **problems(413)},
    openapi_extra=taken(ALERTS_FORM, ALERTS_BODY, ALERTS_EXAMPLE),
    response_class=Response,
    summary="Which stock gets dearer soon",
)
async def post_stock_alerts(request: Request, desk: DeskOf) -> Response:
    """Return which pieces are about to pay more for storage, from which day, how much, and what is best done."""
    sent = await sent_in(request, STOCK)
    return as_json(await run_in_threadpool(alerted, sent, desk))


def alerted(sent: Sent, desk: Desk) -> Json:
    """
    Return what gets dearer, with advice where the stock is not too large for that and no other card is meant.

    Raises
    ------
    RequestFaultsError
        With everything wrong with the request.
    """
    from api.stock_old_view import add_advice  # noqa: PLC0415 - fees load with the first question
    from api.stock_view import alerts_answer  # noqa: PLC0415

    asked = read_alerts_ask(sent, desk)
    answer = alerts_answer(asked.stock, desk.catalogue, today=asked.today, within=asked.within, named=asked.named)
    answer["advised"] = asked.named is None and len(asked.stock.lots) <= MOST_ADVISED
    if answer["advised"]:
        add_advice(answer, desk.catalogue, asked.stock, asked.today)
    return answer | {"fingerprint": desk.catalogue.fingerprint}


@router.post(
    "/stock:route",
    dependencies=[may("stock:read")],
    responses={
        200: described("Parcels, what is not sent and why, shadow prices, cost and bound", ROUTING),
        **problems(413),
    },
    openapi_extra=taken(ROUTE_FORM, ROUTE_BODY, ROUTE_EXAMPLE),
    response_class=Response,
    summary="Which warehouse sends which order",
)
async def post_stock_route(request: Request, desk: DeskOf) -> Response:
    """Return which warehouse sends which order on a day; other code has checked it."""
    sent = await sent_in(request, STOCK_AND_ORDERS)
    return as_json(await run_in_threadpool(_routed, sent, desk))


def _routed(sent: Sent, desk: Desk) -> Json:
    from api.stock_route_view import routed  # noqa: PLC0415 - the solver is slow to load

    asked = read_route_ask(sent, desk)
    return routed(desk.catalogue, asked.stock, asked.orders, asked.today)


@router.post(
    "/stock:feed",
    dependencies=[may("stock:read")],
    responses={
        200: described("Cartons that go to marketplaces, cover of every SKU with its reason, cost and bound", FEED),
        **problems(413),
    },
    openapi_extra=taken(FEED_FORM, FEED_BODY, FEED_EXAMPLE),
    response_class=Response,
    summary="Which cartons go to marketplaces",
)
async def post_stock_feed(request: Request, desk: DeskOf) -> Response:
    """Return which cartons go from which warehouse to which marketplace on a day; other code has checked it."""
    sent = await sent_in(request, STOCK)
    return as_json(await run_in_threadpool(_fed, sent, desk))


def _fed(sent: Sent, desk: Desk) -> Json:
    from api.stock_feed_view import fed  # noqa: PLC0415 - the solver is slow to load

    asked = read_feed_ask(sent, desk)
    return fed(desk.catalogue, asked.stock, asked.today)
