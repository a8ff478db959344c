"""The JSON interface of simulated stock: asked for as jobs, kept, found again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import described
from api.desk import Desk
from api.endpoints import DeskOf, as_json
from api.identity.policy import PrincipalOf, may
from api.jobs.claimed import packed
from api.jobs.endpoints import SUBMITTED, submitted
from api.jobs.kinds import KINDS
from api.jobs.submit import Order
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.paging import After, Limit
from api.plans.endpoints import Id
from api.plans.kept import open_kept
from api.plans.shown import in_short, listed
from api.problem_docs import problems
from api.stocking.ask_simulation import SimulationAsk, check_of_plan, read_simulation_ask
from api.stocking.file import stock_of, stock_text
from api.stocking.kept import open_plan
from api.stocking.schema_simulation import SIMULATE_BODY, SIMULATE_EXAMPLE, SIMULATE_FORM, SIMULATED, SIMULATION
from api.stocking.sent import MAX_BYTES, STOCK, Sent, sent_in, taken
from api.store.canonical import digest
from api.writes import Answer, Call, CallOf

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.store.session import WriteSession

KIND = "simulation"
"""Of jobs and of results."""
LARGER = {"/v1/stock:simulate": MAX_BYTES}
"""Bytes of a body, where more are taken than usual."""
_OF_PLAN = ("origin", "start", "weeks", "service")

router = APIRouter(prefix="/v1", tags=["stock"])


@router.post(
    "/stock:simulate",
    dependencies=[may("stock:write")],
    responses={**SUBMITTED, **problems(404, 409, 413)},
    openapi_extra=taken(SIMULATE_FORM, SIMULATE_BODY, SIMULATE_EXAMPLE),
    status_code=202,
    response_class=Response,
    summary="Ask what a stocking plan, or rules, would come to in many futures",
)
async def post_stock_simulation(request: Request, desk: DeskOf, call: CallOf) -> Response:
    """Check a seller's file, all faults at once, and queue the job that plays a plan and rules in the same futures."""
    sent = await sent_in(request, STOCK)
    return await run_in_threadpool(submit_simulation, call, desk, sent)


def submit_simulation(call: Call, desk: Desk, sent: Sent) -> Response:
    """
    Queue the job of a simulation, and return the answer with the job.

    Raises
    ------
    RequestFaultsError
        With everything wrong with the file or with what is asked.
    Refusal
        When there is no such plan for the caller.
    """
    words = {name: str(value) for name, value in sent.given.items()}
    files = {name: [one.suffix, digest(one.content)] for name, one in sent.files.items()}

    def prepare() -> Callable[[WriteSession], Answer]:
        asked = read_simulation_ask(sent, desk)
        order = Order(
            kind=KINDS[KIND],
            question=packed(_question(call, desk, asked)),
            fingerprint=desk.catalogue.fingerprint,
            name=asked.name,
            priority=asked.priority,
            parent=asked.plan,
        )
        return lambda session: submitted(session, call, order)

    return call.write("job.submit", [words, files]).run(prepare)


def _question(call: Call, desk: Desk, asked: SimulationAsk) -> Json:
    """Return what the job is asked: with the kept plan, and with the file it was made for if no other is sent."""
    text = None if asked.stock is None else stock_text(asked.stock, desk.catalogue)
    if asked.plan is None:
        return {"stock": text, "plan": None, "options": asked.options}
    with call.store.read(call.principal.scope) as session:
        kept = open_plan(session, asked.plan)
    of_plan = {name: kept.asked[name] for name in _OF_PLAN}
    stock = asked.stock or stock_of(kept.stock, desk.catalogue)
    check_of_plan(stock, desk, dt.date.fromisoformat(of_plan["start"]), of_plan["weeks"])
    return {"stock": text or kept.stock, "plan": kept.plan, "options": asked.options | of_plan}


@router.get(
    "/stock/simulations",
    dependencies=[may("stock:read")],
    responses={200: described("A page of simulations", page_schema(SIMULATION)), **problems()},
    response_class=Response,
    summary="List simulations of stock",
)
def get_stock_simulations(store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None) -> Response:
    """Return the kept simulations of the caller's firm, of every firm for those who oversee all, oldest first."""
    return listed(store, principal, KIND, limit=limit, after=after)


@router.get(
    "/stock/simulations/{simulation_id}",
    dependencies=[may("stock:read")],
    responses={200: described("What is shown of the simulation", SIMULATION), **problems(404)},
    response_class=Response,
    summary="Read a simulation of stock in short",
)
def get_stock_simulation(simulation_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return cost and share of demand met of everything that was played."""
    return in_short(store, principal, KIND, simulation_id)


@router.get(
    "/stock/simulations/{simulation_id}/answer.json",
    dependencies=[may("stock:read")],
    responses={200: described("As `hubport stock simulate --json` prints it", SIMULATED), **problems(404)},
    response_class=Response,
    summary="Read a simulation of stock",
)
def get_stock_simulation_answer(simulation_id: Id, store: StoreOf, principal: PrincipalOf) -> Response:
    """Return a kept simulation whole: costs by parts, markets, ages, the worst SKUs, each with its interval."""
    with store.read(principal.scope) as session:
        content = open_kept(session, KIND, simulation_id).content
    return as_json(json.loads(content)["answer"])
