"""Simulations of a stocking plan on its page: started there, and shown beside what the plan promises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response

from api.dispatcher.ground import answer_of
from api.faults import Findings, RequestFaultsError
from api.identity.policy import form
from api.identity.policy import page as page_policy
from api.office import StoreOf
from api.plans.endpoints import Id
from api.plans.kept import find, open_kept, result_json
from api.refusals import Refusal
from api.stock_simulate import run_name
from api.stocking.kept import KIND as PLAN
from api.stocking.kept import open_plan
from api.stocking.sent import Sent
from api.stocking.simulation_endpoints import KIND, submit_simulation
from api.warehouses_page.ground import PATH, GroundOf, Word
from api.warehouses_page.pictures import markets_of
from api.warehouses_page.plans import plan_page
from data.stock_plan import COST_PARTS

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.store.session import ReadSession

router = APIRouter(include_in_schema=False)
_OPTIONS = ("futures", "seed")
_PERCENT = 100


@router.post(f"{PATH}/plans/{{stock_id}}/simulations", dependencies=[form("stock:write")])
def start_simulation(
    stock_id: Id, ground: GroundOf, store: StoreOf, futures: Word = "", seed: Word = "", once: Word = ""
) -> Response:
    """Queue the job that plays a plan in many futures, or show the plan with what is wrong with what was asked."""
    with store.read(ground.principal.scope) as session:
        name = find(session, PLAN, stock_id).name
    typed = dict(zip(_OPTIONS, (futures, seed), strict=True))
    given: dict[str, Any] = {"plan": stock_id, "name": name} | {key: value for key, value in typed.items() if value}
    try:
        job = answer_of(submit_simulation(ground.call(once), ground.desk, Sent({}, given, Findings())))
    except RequestFaultsError as error:
        amiss = {one.field: one.as_dict() for one in error.faults if one.field in _OPTIONS}
        beyond = [one for one in error.faults if one.field not in _OPTIONS]
        return plan_page(
            stock_id, ground, store, status=422, drawn_as=typed, amiss=amiss, beyond=beyond
        )  # fmt: skip
    return ground.to(f"{PATH}/jobs/{job['id']}")


@router.get(f"{PATH}/simulations/{{simulation_id}}", dependencies=[page_policy("stock:read")])
def get_simulation(simulation_id: Id, ground: GroundOf, store: StoreOf) -> Response:
    """Return what came of a plan in many futures: demand met beside what it promises, cost by parts, ages, SKUs."""
    with store.read(ground.principal.scope) as session:
        kept = open_kept(session, KIND, simulation_id)
        planned = _planned(session, kept.row.parent)
    answer = json.loads(kept.content)["answer"]
    first = answer["runs"][0]
    return ground.page(
        "simulation",
        sim=answer, first=first, about=result_json(kept.row), name=kept.row.name,
        points=_points(first), parts=_parts(answer, planned), planned=planned,
        run_name=lambda name: run_name(name, ground.lang), markets=markets_of(ground.desk.catalogue, ground.lang),
    )  # fmt: skip


def _planned(session: ReadSession, plan: str | None) -> Json | None:
    """Return everything that is told of the plan that was played, None if it is not kept any more."""
    try:
        return None if plan is None else open_plan(session, plan).answer
    except Refusal:
        return None


def _points(run: Json) -> float | None:
    """
    Return by how many points more of the demand is met than was promised, None without a promise.

    Examples
    --------
    >>> _points({"promised": 0.95, "fill": {"value": 0.943}})
    -0.7
    """
    return None if run["promised"] is None else round(_PERCENT * (run["fill"]["value"] - run["promised"]), 2)


def _parts(answer: Json, planned: Json | None) -> list[tuple[str, int | None, list[float]]]:
    """Return the parts of the cost: what the plan says, and what came of each run, in fen."""
    found = []
    for part in COST_PARTS:
        fen = [run["parts_fen"][part]["value"] for run in answer["runs"]]
        said = None if planned is None else planned["cost_fen"][part]
        if said or any(fen):
            found.append((part, said, fen))
    return found
