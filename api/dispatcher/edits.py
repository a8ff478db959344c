"""A plan changed by hand: what it would cost, which rules it would break, and a new version once it is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.dispatcher.moves import BEHIND
from api.plans.versions import keep_version

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk
    from api.identity.principal import Principal
    from api.jobs.kinds import Made
    from api.plans.kept import Kept
    from api.store.models_jobs import KeptResult
    from api.store.session import WriteSession
    from data.plan import Plan
    from data.plan_json import PlanFile
    from network import Network
    from optimizer.consolidation.moved import CannotMoveError, Move
    from optimizer.evaluate import Cost
    from optimizer.verify import Violation


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
    move = verdict.move
    change: Json = {"shipment": move.shipment, "load": BEHIND if move.is_left else move.load}
    if move.box is not None:
        change |= {"box": move.box, "with": list(move.others)}
    return keep_version(session, principal, kept.row, made, change)
