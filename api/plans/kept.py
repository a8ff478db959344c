"""Plans and schedules that jobs have made: found again, and shown in every form."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sqlalchemy import select

from api.bodies import rfc3339
from api.refusals import Refusal
from api.store.models_jobs import KeptResult
from data.errors import LogisticsError, UnknownIdError
from data.hub_schedule_json import ScheduleFile, schedule_of
from data.plan_json import PlanFile, parse_plan

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk
    from api.store.session import ReadSession

T = TypeVar("T")


_OF_PLANS = {"schedule", "simulation"}
"""Kinds of what is made of a plan."""


class Kept(NamedTuple):
    """A kept result with its content."""

    row: KeptResult
    content: bytes


def result_json(row: KeptResult) -> Json:
    """Return what is shown of a kept plan or schedule."""
    head = {"id": row.id, "firm": row.firm_id, "job": row.job_id, "name": row.name}
    about = {"plan": row.parent} if row.kind in _OF_PLANS else {}
    tail = {
        "created_at": rfc3339(row.created_at),
        "created_by": row.created_by,
        "fingerprint": row.fingerprint,
        "is_partial": row.is_partial,
    }
    return head | about | tail | row.summary


def find(session: ReadSession, kind: str, identifier: str) -> KeptResult:
    """
    Return a kept result without its content.

    Raises
    ------
    Refusal
        When there is none for the caller.
    """
    row = session.one(select(KeptResult).where(KeptResult.id == identifier, KeptResult.kind == kind))
    if row is None:
        raise Refusal(why="not-found", subject=identifier)
    return row


def open_kept(session: ReadSession, kind: str, identifier: str) -> Kept:
    """
    Return a kept result with its content.

    Raises
    ------
    Refusal
        When there is none for the caller.
    """
    row = find(session, kind, identifier)
    content = session.one(select(KeptResult.content).where(KeptResult.id == identifier))
    return Kept(row, zlib.decompress(content or b""))


def plan_file(kept: Kept, desk: Desk) -> PlanFile:
    """Return a kept plan with its cargo; refused if the tables at hand do not fit it."""
    return by_tables(kept.row, desk, lambda: parse_plan(kept.content, desk.catalogue))


def schedule_file(kept: Kept, desk: Desk) -> ScheduleFile:
    """Return a kept schedule with its plan; refused if the tables at hand do not fit it."""
    return by_tables(kept.row, desk, lambda: schedule_of(json.loads(kept.content), desk.catalogue, "schedule"))


def by_tables(row: KeptResult, desk: Desk, show: Callable[[], T]) -> T:
    """
    Return what is made of a kept result by the tables at hand.

    Raises
    ------
    Refusal
        When it was made by other tables, and these do not fit it.
    """
    try:
        return show()
    except UnknownIdError as error:
        if error.kind == "shipment":
            raise Refusal(why="not-found", detail=", ".join(error.near), subject=error.value) from None
        raise
    except (LogisticsError, LookupError, ValueError):
        if row.fingerprint == desk.catalogue.fingerprint:
            raise
        raise Refusal(why="data-changed", subject=row.id) from None
