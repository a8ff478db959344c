"""Stocking plans on the page of stock abroad: started there, and shown beside the stock of today."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Query, Response
from sqlalchemy import select

from api.dispatcher.ground import answer_of
from api.faults import RequestFault, RequestFaultsError
from api.identity.policy import form
from api.identity.policy import page as page_policy
from api.office import StoreOf
from api.plans.ask import Upload
from api.plans.endpoints import Id
from api.plans.kept import result_json
from api.stocking.ask import MOST_S
from api.stocking.endpoints import submit_plan
from api.stocking.file import stock_of, stock_text
from api.stocking.kept import KIND, StockPlanKept, open_plan
from api.stocking.simulation_endpoints import KIND as SIMULATION
from api.stocking.weeks import last_count
from api.store.models_jobs import KeptResult
from api.texts import say
from api.warehouses_page.compare import compared
from api.warehouses_page.endpoints import day_of, held_stock, told
from api.warehouses_page.ground import PATH, Ground, GroundOf, Word, analysed, packed_text
from api.warehouses_page.pictures import markets_of, names_of
from data.errors import LogisticsError, SettingsError
from data.rowsfile import MAX_BYTES
from data.rules_warehouses import WEAK_GAP

if TYPE_CHECKING:
    from api.store.session import ReadSession, Store
    from data.catalogue import Catalogue

router = APIRouter(include_in_schema=False)
LARGER = {f"{PATH}/plans": MAX_BYTES + 100_000}
"""Bytes of a body: a packed file with the rest of the form."""
_OPTIONS = ("from", "weeks", "service", "time_limit", "seed")
_MOST_OTHERS = 12
_LONGER = 4
"""How many times as long a plan is searched for that was no advice yet."""


@router.post(f"{PATH}/plans", dependencies=[form("stock:write")])
def start_plan(  # noqa: PLR0913, PLR0917 - the fields of the form
    ground: GroundOf,
    stock: Annotated[str, Form(max_length=MAX_BYTES)] = "",
    sample: Word = "",
    name: Word = "",
    on: Word = "",
    origin: Annotated[str, Form(alias="from", max_length=200)] = "",
    weeks: Word = "",
    service: Word = "",
    time_limit: Word = "",
    seed: Word = "",
    once: Word = "",
) -> Response:
    """Queue the job of a plan of the stock that the page shows, or show what is wrong with what was asked."""
    wrong: dict[str, str] = {}
    today = day_of(on, ground, wrong)
    held = held_stock(ground, stock, sample, today)
    if held is None or wrong:
        return ground.page(typed={"on": on}, wrong={"file": say(ground.lang, "wh_file_needed")} | wrong, status=422)
    typed = dict(zip(_OPTIONS, (origin, weeks, service, time_limit, seed), strict=True))
    given = {key: value for key, value in typed.items() if value} | {"name": name or ground.sample_name()}
    if service:
        given["service"] = _share(service)
    upload = Upload(".json", "stock", stock_text(held, ground.desk.catalogue).encode())
    try:
        job = answer_of(submit_plan(ground.call(once), ground.desk, upload, given, today.isoformat()))
    except RequestFaultsError as error:
        fields: dict[str, RequestFault] = {one.field: one for one in error.faults if one.field in _OPTIONS}
        beyond = [one for one in error.faults if one.field not in _OPTIONS]
        return told(
            ground, held, today, name, sample=sample, status=422,
            asked=typed, amiss={key: one.as_dict() for key, one in fields.items()}, beyond=beyond,
        )  # fmt: skip
    return ground.to(f"{PATH}/jobs/{job['id']}")


def _share(text: str) -> str:
    """Return per cent as a share; what is no number is told by whoever reads shares."""
    try:
        return f"{float(text.strip().removesuffix('%')) / 100:.6f}"
    except ValueError:
        return text


@router.get(f"{PATH}/plans/{{stock_id}}", dependencies=[page_policy("stock:read")])
def get_plan(
    stock_id: Id, ground: GroundOf, store: StoreOf, beside: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Return what to send, beside what it would be to send nothing more, and beside an earlier plan."""
    return plan_page(stock_id, ground, store, beside)


def plan_page(
    stock_id: str,
    ground: Ground,
    store: Store,
    beside: str = "",
    *,
    status: int = 200,
    **more: object,
) -> Response:
    """
    Return the page of a kept plan.

    Parameters
    ----------
    stock_id, ground, store
        Which plan, who asks, and where it is kept.
    beside
        Id of the plan it stands beside, the last earlier one if empty.
    status, more
        Of the answer; what its forms show besides.

    Raises
    ------
    Refusal
        When there is none for the caller.
    """
    with store.read(ground.principal.scope) as session:
        kept = open_plan(session, stock_id)
        others = _others(session, kept)
        played = _simulations(session, kept)
        chosen = next((row for row in others if row.id == beside), others[0] if others and not beside else None)
        earlier = None if chosen is None else open_plan(session, chosen.id)
    catalogue = ground.desk.catalogue
    values: dict[str, Any] = {"names": names_of(catalogue, ground.lang), "markets": markets_of(catalogue, ground.lang)}
    values |= _analysis(ground, kept)
    if _is_weak(kept, catalogue):
        values["longer"] = _longer(kept)
    return ground.page(
        plan=kept.answer, about=result_json(kept.row), asked=_asked_again(kept, ground), name=kept.row.name,
        others=[result_json(row) for row in others], earlier=None if earlier is None else result_json(earlier.row),
        compared=compared(kept.answer, None if earlier is None else earlier.answer, ground.lang),
        played=[result_json(row) for row in played], given={"plan": kept.row.id}, status=status, **(values | more),
    )  # fmt: skip


def _others(session: ReadSession, kept: StockPlanKept) -> list[KeptResult]:
    """Return earlier plans of the same firm, the last one first."""
    row = kept.row
    asked = select(KeptResult).where(
        KeptResult.kind == KIND, KeptResult.firm_id == row.firm_id, KeptResult.created_at <= row.created_at,
        KeptResult.id != row.id,
    )  # fmt: skip
    return list(session.all(asked.order_by(KeptResult.created_at.desc(), KeptResult.id.desc()).limit(_MOST_OTHERS)))


def _simulations(session: ReadSession, kept: StockPlanKept) -> list[KeptResult]:
    """Return the simulations of a plan, the last one first."""
    asked = select(KeptResult).where(KeptResult.kind == SIMULATION, KeptResult.parent == kept.row.id)
    return list(session.all(asked.order_by(KeptResult.created_at.desc(), KeptResult.id.desc()).limit(_MOST_OTHERS)))


def _analysis(ground: Ground, kept: StockPlanKept) -> dict[str, Any]:
    """Return what the page tells of the stock of a plan; nothing if the tables have changed and do not fit it."""
    catalogue = ground.desk.catalogue
    day = kept.asked.get("on")
    try:
        stock = stock_of(kept.stock, catalogue)
        today = dt.date.fromisoformat(day) if day else kept.row.created_at.date()
        today = max(today, last_count(stock) or today)
        answer = analysed(catalogue, stock, stock_text(stock, catalogue), today)
    except LogisticsError:
        return {}
    return ground.shown(answer)


def _is_weak(kept: StockPlanKept, catalogue: Catalogue) -> bool:
    """Return whether a plan is no advice yet: it was stopped early, or may still be far from the best."""
    try:
        return kept.row.is_partial or kept.answer["gap"] * 100 > catalogue.setting_int(WEAK_GAP)
    except SettingsError:
        return False


def _longer(kept: StockPlanKept) -> dict[str, str]:
    """Return the fields of the form that asks for the same plan, searched for longer."""
    asked, service = kept.asked, kept.asked["service"]
    return {
        "stock": packed_text(kept.stock),
        "name": kept.row.name,
        "on": asked.get("on") or "",
        "from": asked["origin"],
        "weeks": str(asked["weeks"]),
        "service": "" if service is None else f"{service * 100:g}",
        "time_limit": f"{min(MOST_S, _LONGER * asked['time_limit_s']):g}",
        "seed": str(asked["seed"]),
    }


def _asked_again(kept: StockPlanKept, ground: Ground) -> dict[str, str]:
    """Return what a plan was asked for, in words."""
    asked = kept.asked
    names = {row.code: row.name_zh if ground.lang == "zh" else row.name_en for row in ground.desk.catalogue.locations}
    service = asked["service"]
    return {
        "from": str(names.get(asked["origin"]) or asked["origin"]),
        "weeks": str(asked["weeks"]),
        "service": "" if service is None else f"{service * 100:g}",
        "time_limit": f"{asked['time_limit_s']:g}",
        "seed": str(asked["seed"]),
    }
