"""A plan changed by hand: what it would cost, which rules it would break, and a new version once it is accepted."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.jobs.claimed import packed
from api.jobs.events import END, add_event, state_json
from api.jobs.submit import USUAL_PRIORITY
from api.refusals import Refusal
from api.store.canonical import digest
from api.store.columns import new_id
from api.store.models import User, table_of
from api.store.models_jobs import Job, JobQuestion, KeptResult

if TYPE_CHECKING:
    from api.desk import Desk
    from api.identity.principal import Principal
    from api.jobs.kinds import Made
    from api.plans.kept import Kept
    from api.store.session import ReadSession, WriteSession
    from data.plan import Plan
    from data.plan_json import PlanFile
    from network import Network
    from optimizer.consolidation.moved import CannotMoveError, Move
    from optimizer.evaluate import Cost
    from optimizer.verify import Violation

EDIT = "edit"
"""Kind of the job that stands for a change by hand: it has ended as soon as it is there."""
_QUICK = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What would come of a move.

    Parameters
    ----------
    move
        Who is to go where.
    plan
        The changed plan, None if it cannot even be written out.
    error
        Why not.
    violations
        Every rule that the changed plan breaks.
    before, after
        What the plan costs as it is, and changed.
    """

    move: Move
    plan: Plan | None
    error: CannotMoveError | None
    violations: tuple[Violation, ...]
    before: Cost
    after: Cost | None

    @property
    def is_sound(self) -> bool:
        """Whether it may be kept."""
        return self.plan is not None and not self.violations


def judge(file: PlanFile, desk: Desk, move: Move) -> Verdict:
    """Return what would come of a move, by the one formula of the cost and by the independent checker."""
    from optimizer.consolidation.moved import CannotMoveError, moved  # noqa: PLC0415 - solvers load with the first move
    from optimizer.evaluate import evaluate_plan  # noqa: PLC0415
    from optimizer.verify import verify_plan  # noqa: PLC0415

    before = evaluate_plan(file.plan)
    now_min = desk.axis.to_min(desk.clock())
    try:
        plan = moved(_network(desk), file.cargo, file.plan, move, now_min=now_min)
    except CannotMoveError as error:
        return Verdict(move=move, plan=None, error=error, violations=(), before=before, after=None)
    violations = tuple(verify_plan(desk.catalogue, file.cargo, plan))
    return Verdict(
        move=move, plan=plan, error=None, violations=violations, before=before, after=evaluate_plan(plan)
    )  # fmt: skip


def _network(desk: Desk) -> Network:
    """Return the network of a desk."""
    from network import Network  # noqa: PLC0415 - as above

    return desk.planner if isinstance(desk.planner, Network) else Network(desk.catalogue)


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


def keep(session: WriteSession, principal: Principal, kept: Kept, made: Made, verdict: Verdict) -> KeptResult:
    """
    Keep a changed plan as a new version of the one it was made of.

    Parameters
    ----------
    session, principal
        The transaction, and who changes.
    kept
        The plan as the dispatcher saw it.
    made
        The changed plan as a file, with its summary.
    verdict
        What was changed.

    Raises
    ------
    Refusal
        When somebody else was first: the subject is their version, which stays as it is.
    """
    old = kept.row
    session.lock(select(KeptResult).where(KeptResult.id == old.id))
    first = newest(session, old.id)
    if first is not None:
        raise Refusal(why="plan-changed", detail=name_of(session, first.created_by), subject=first.id)
    now, question = session.now, packed({"plan": old.id, "shipment": verdict.move.shipment, "load": verdict.move.load})
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
