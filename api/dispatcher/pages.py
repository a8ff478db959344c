"""The pages of the desk that are looked at: the board, plans and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from api.bookings.states import TAKING
from api.dispatcher.behind import behind_of
from api.dispatcher.board import board_of
from api.dispatcher.compare import compare
from api.dispatcher.edits import judge
from api.dispatcher.fits import Fits
from api.dispatcher.ground import KINDS, Ground, GroundOf, Id, Opened
from api.dispatcher.moves import MOST_ALONG, move_of
from api.dispatcher.shown import DeskView, box_card, inside, left_behind, paper_tables, stats_of, table_of
from api.dispatcher.verdicts import told_verdict
from api.identity.policy import page
from api.jobs.schema import job_json
from api.plans import ask
from api.plans.kept import by_tables, open_kept, result_json, schedule_file
from api.store.models import Booking
from api.store.models_jobs import Job, KeptResult

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.dispatcher.edits import Verdict
    from api.schedule_view import ScheduleView
    from api.store.session import ReadSession

router = APIRouter(include_in_schema=False, dependencies=[page("plans:read")])
VIEWS = ("summary", "boxes", "departures", "shipments", "unserved", "work", "map", "schedule", "replan")
"""The views of a plan, as tabs."""
_TABLES = {"departures": "departures", "shipments": "shipments", "unserved": "unserved", "work": "work"}
_MOST_JOBS, _MOST_HELD = 8, 12
Chosen = Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9_]*$")]
View = Annotated[str, Query(max_length=12)]
Number = Annotated[int, Query(ge=1, le=100_000)]
Name = Annotated[str, Query(max_length=200)]
Names = Annotated[tuple[str, ...], Query(alias="with", max_length=MOST_ALONG)]


@router.get("/dispatcher")
def get_board(ground: GroundOf, plan: Chosen = "") -> Response:
    """Return the board of the day."""
    with ground.store.read(ground.principal.scope) as session:
        plans = ground.plans(session)
        values: dict[str, Any] = {"plans": plans, "plan": None, "board": None, "newer": None}
        number = plan or (plans[0]["id"] if plans else "")
        if number:
            opened = ground.open(session, number)
            schedule = _schedule(ground, session, number)
            board = by_tables(
                opened.kept.row, ground.desk, lambda: board_of(opened.view, ground.desk.clock(), schedule)
            )
            values |= {"plan": result_json(opened.kept.row), "board": board, "newer": ground.newer(session, number)}
        values |= {"jobs": _jobs(session), "held": _held(session, ground), "behind": behind_of(session, ground)}
    return ground.page("board", now=ground.desk.clock().isoformat(), **values)


def _jobs(session: ReadSession) -> list[Json]:
    """Return the jobs that run or wait, and those that failed last."""
    asked = select(Job).where(Job.state.in_(("queued", "running", "failed")), Job.kind.in_(KINDS))
    asked = asked.order_by(Job.created_at.desc())
    return [job_json(job) for job in session.all(asked.limit(_MOST_JOBS))]


def _held(session: ReadSession, ground: Ground) -> list[Json]:
    """Return bookings that have not departed: those that are only held first, as they end soonest."""
    asked = select(Booking).where(Booking.state.in_(sorted(TAKING)), Booking.depart_at >= ground.desk.clock())
    rows = session.all(asked.order_by(Booking.held_until.is_(None), Booking.depart_at).limit(_MOST_HELD))
    names = {row.code: (row.name_zh, row.name_en) for row in ground.desk.catalogue.locations}
    zones = {row.code: row.zone for row in ground.desk.catalogue.locations}
    axis, language = ground.desk.axis, 0 if ground.lang == "zh" else 1

    def local(instant: Any, place: str) -> str:  # noqa: ANN401 - a datetime or None
        return "" if instant is None else axis.to_local(axis.to_min(instant), zones.get(place, "UTC")).isoformat()

    return [
        {
            "id": row.id, "state": row.state, "reference": row.reference, "mode": row.mode,
            "from": names.get(row.origin, (row.origin,) * 2)[language],
            "to": names.get(row.destination, (row.destination,) * 2)[language],
            "departs": local(row.depart_at, row.origin), "until": local(row.held_until, row.origin),
        }
        for row in rows
    ]  # fmt: skip


def _schedule(ground: Ground, session: ReadSession, plan_id: str) -> ScheduleView | None:
    """Return the last schedule of the hubs of a plan."""
    from api.schedule_view import ScheduleView  # noqa: PLC0415 - loads with the first plan that has one

    row = _last_schedule(session, plan_id)
    if row is None:
        return None
    kept = open_kept(session, "schedule", row.id)
    return ScheduleView(schedule_file(kept, ground.desk), ground.desk.catalogue, ground.lang, DeskView)


def _last_schedule(session: ReadSession, plan_id: str) -> KeptResult | None:
    asked = select(KeptResult).where(KeptResult.kind == "schedule", KeptResult.parent == plan_id)
    return session.one(asked.order_by(KeptResult.created_at.desc()).limit(1))


@router.get("/dispatcher/plans")
def get_plans(ground: GroundOf) -> Response:
    """Return the list of plans, two of which can be compared."""
    with ground.store.read(ground.principal.scope) as session:
        return ground.page("plans", plans=ground.plans(session), jobs=_jobs(session))


@router.get("/dispatcher/new")
def get_new(ground: GroundOf) -> Response:
    """Return the form for a new plan."""
    with ground.store.read(ground.principal.scope) as session:
        return ground.page("new", **new_values(ground, session))


def new_values(ground: Ground, session: ReadSession) -> dict[str, Any]:
    """Return what the form for a new plan shows beside what was typed."""
    return {
        "plans": ground.plans(session), "typed": {}, "faults": (), "wrong": {},
        "usual_s": ask.USUAL_PLAN_S, "most_s": ask.MOST_PLAN_S,
    }  # fmt: skip


@router.get("/dispatcher/plans/{plan_id}")
def get_plan(plan_id: Id, ground: GroundOf, view: View = "summary", page: Number = 1) -> Response:
    """Return one view of a plan."""
    with ground.store.read(ground.principal.scope) as session:
        opened = ground.open(session, plan_id)
        return plan_page(ground, session, opened, view if view in VIEWS else "summary", number=page)


def plan_page(
    ground: Ground,
    session: ReadSession,
    opened: Opened,
    view: str,
    *,
    number: int = 1,
    status: int = 200,
    **more: object,
) -> Response:
    """Return one view of an open plan, as it is, or with what is wrong with what was sent from it."""
    row = opened.kept.row
    values: dict[str, Any] = {
        "plan": result_json(row), "parent": row.parent, "newer": ground.newer(session, row.id), "views": VIEWS,
        "view": view, "told_view": opened.view, "faults": (), "typed": {}, "wrong": {},
    }  # fmt: skip
    values |= by_tables(row, ground.desk, lambda: _of_view(opened, view, number, ground.now_min))
    if view == "schedule":
        found = _last_schedule(session, row.id)
        values["schedule"] = None if found is None else result_json(found)
    if view == "replan":
        values |= {"usual_s": ask.USUAL_PLAN_S, "most_s": ask.MOST_PLAN_S}
    return ground.page("plan", status=status, **values | more)


def _of_view(opened: Opened, view: str, number: int, now_min: int) -> dict[str, Any]:
    """Return what one view shows."""
    told = opened.view
    if view in _TABLES:
        return {"table": table_of(told, _TABLES[view]).at(number)}
    if view == "summary":
        return {"table": table_of(told, "summary"), "stats": stats_of(told)}
    if view in {"boxes", "replan"}:
        alone = [inside(told, journey) for journey in told.plan.journeys if journey.load is None]
        return {
            "boxes": [box_card(told, load) for load in told.plan.loads], "alone": alone,
            "behind": left_behind(told), "bookings": told.plan.bookings,
            "choices": Fits(told, now_min).all() if view == "boxes" else {},
        }  # fmt: skip
    return {}


@router.get("/dispatcher/plans/{plan_id}/news")
def get_news(plan_id: Id, ground: GroundOf) -> Response:
    """Return a notice if there is a newer version of a plan than the one somebody looks at; nothing otherwise."""
    with ground.store.read(ground.principal.scope) as session:
        open_kept(session, "plan", plan_id)
        newer = ground.newer(session, plan_id)
    return Response(status_code=204) if newer is None else ground.page("news", newer=newer)


@router.get("/dispatcher/plans/{plan_id}/print")
def get_print(plan_id: Id, ground: GroundOf) -> Response:
    """Return the work list of a plan by place, and its boxes, for paper."""
    with ground.store.read(ground.principal.scope) as session:
        opened = ground.open(session, plan_id)
        row, told = opened.kept.row, opened.view
        tables = by_tables(row, ground.desk, lambda: paper_tables(told, _schedule(ground, session, plan_id)))
    return ground.page("print", plan=result_json(row), tables=tables, told_view=told)


@router.get("/dispatcher/plans/{plan_id}/move")
def get_move(
    plan_id: Id, ground: GroundOf, shipment: Name = "", load: Name = "", box: Name = "", others: Names = ()
) -> Response:
    """Return at once what would come of putting a shipment elsewhere; nothing is changed."""
    with ground.store.read(ground.principal.scope) as session:
        opened = ground.open(session, plan_id)
        newer = ground.newer(session, plan_id)
    asked = {"shipment": shipment, "load": load, "box": box}
    move = move_of(opened.file.plan, ground.now_min, **asked, others=others)
    return move_page(ground, opened, judge(opened.file, ground.desk, move), newer=newer)


def move_page(
    ground: Ground, opened: Opened, verdict: Verdict, *, newer: Json | None = None, status: int = 200
) -> Response:
    """Return what would come of a move."""
    name, plan = "move_part" if ground.is_part else "move", result_json(opened.kept.row)
    told = told_verdict(opened.view, verdict, ground.now_min)
    return ground.page(name, status=status, plan=plan, told_move=told, newer=newer)


@router.get("/dispatcher/compare")
def get_comparison(ground: GroundOf, one: Chosen = "", other: Chosen = "") -> Response:
    """Return what differs between two plans."""
    values: dict[str, Any] = {"found": None, "first": None, "second": None}
    with ground.store.read(ground.principal.scope) as session:
        values["plans"] = ground.plans(session)
        if one and other:
            first, second = ground.open(session, one), ground.open(session, other)
            found = by_tables(second.kept.row, ground.desk, lambda: compare(first.view, second.view))
            rows = {"first": result_json(first.kept.row), "second": result_json(second.kept.row)}
            values |= {"found": found, **rows}
    return ground.page("compare", **values)
