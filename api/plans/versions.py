"""Versions of kept plans that somebody made without a solver: each is a plan of its own, none is overwritten."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.jobs.claimed import packed
from api.jobs.events import END, add_event, state_json
from api.jobs.kinds import EDIT, Made
from api.jobs.submit import USUAL_PRIORITY
from api.refusals import Refusal
from api.store.canonical import digest
from api.store.columns import new_id
from api.store.models import User, table_of
from api.store.models_jobs import Job, JobQuestion, KeptResult

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk
    from api.identity.principal import Principal
    from api.store.session import ReadSession, WriteSession
    from data.cargo import Cargo
    from data.plan import Plan

_QUICK = 1


def made_of(plan: Plan, cargo: Cargo, desk: Desk) -> Made:
    """Return a changed plan as a file with its summary."""
    from api import planning  # noqa: PLC0415 - the parts of plans load with the first question
    from api.plans.work import plan_summary  # noqa: PLC0415 - as above

    content = planning.plan_text(plan, cargo, desk).encode()
    return Made(content=content, summary=plan_summary(plan, cargo), fingerprint=plan.fingerprint)


def successor(session: ReadSession, plan_id: str) -> KeptResult | None:
    """Return the version that somebody made of a plan by hand, None if nobody did."""
    asked = (
        select(KeptResult)
        .join(Job, Job.id == KeptResult.job_id)
        .where(KeptResult.parent == plan_id, KeptResult.kind == "plan", Job.kind == EDIT)
    )
    return session.one(asked.order_by(KeptResult.id).limit(1))


def newest(session: ReadSession, plan_id: str) -> KeptResult | None:
    """Return the last of the versions that were made by hand of a plan, one of the other; None if there is none."""
    found, seen = None, {plan_id}
    while (after := successor(session, plan_id)) is not None and after.id not in seen:
        found, plan_id = after, after.id
        seen.add(plan_id)
    return found


def name_of(session: ReadSession, user_id: str) -> str:
    """Return the name of a user, the id of somebody unknown."""
    return session.one(select(User.name).where(User.id == user_id)) or user_id


def keep_version(session: WriteSession, principal: Principal, old: KeptResult, made: Made, change: Json) -> KeptResult:
    """
    Keep a changed plan as a new version of the one it was made of.

    Parameters
    ----------
    session, principal
        The transaction, and who changes.
    old
        The plan as whoever changes it saw it.
    made
        The changed plan as a file, with its summary.
    change
        What was changed.

    Raises
    ------
    Refusal
        When somebody else was first: the subject is their version, which stays as it is.
    """
    session.lock(select(KeptResult).where(KeptResult.id == old.id))
    first = newest(session, old.id)
    if first is not None:
        raise Refusal(why="plan-changed", detail=name_of(session, first.created_by), subject=first.id)
    now, question = session.now, packed({"plan": old.id} | change)
    job = Job(
        id=new_id("job", now), firm_id=old.firm_id, kind=EDIT, name=old.name, state="done", priority=USUAL_PRIORITY,
        parent=old.id, fingerprint=made.fingerprint, question_hash=digest(question), created_at=now,
        created_by=principal.user, ready_at=now, started_at=now, ended_at=now, last_event=1,
    )  # fmt: skip
    result = KeptResult(
        id=new_id("pl", now), firm_id=old.firm_id, kind="plan", job_id=job.id, parent=old.id, name=old.name,
        created_at=now, created_by=principal.user, fingerprint=made.fingerprint, is_partial=False,
        summary=made.summary, content=zlib.compress(made.content, _QUICK),
    )  # fmt: skip
    job.result_id = result.id
    session.insert([job])
    row = {"job_id": job.id, "content": question, "firm_id": old.firm_id}
    session.insert_plain(table_of(JobQuestion), [row])
    add_event(session, job, 1, END, state_json(job, "done"))
    session.insert([result])
    return result
