"""How far the parts of a plan are promises, and what it says an earlier plan fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from data.plan import Commitment

if TYPE_CHECKING:
    from data.plan import Plan
    from optimizer.verify.log import Log

_KNOWN = get_args(Commitment)


def check_commitments(plan: Plan, log: Log) -> None:
    """Check that commitments are known words, that loads have those of their shipments, and that frozen parts exist."""
    shown = ", ".join(_KNOWN)
    for load in plan.loads:
        if load.commitment not in _KNOWN:
            log.add("commitment", f"load {load.id}", "there is no such commitment", load.commitment, shown)
    for journey in plan.journeys:
        subject = f"shipment {journey.shipment}"
        if journey.load is not None:
            message = "in a load, that of the load counts"
            log.same("commitment", subject, message, journey.commitment, _KNOWN[0])
        elif journey.commitment not in _KNOWN:
            log.add("commitment", subject, "there is no such commitment", journey.commitment, shown)
    _check_named("load", plan.frozen_loads, {load.id for load in plan.loads}, log)
    outside = {journey.shipment for journey in plan.journeys if journey.load is None}
    _check_named("shipment", plan.frozen_shipments, outside | {left.shipment for left in plan.unserved}, log)


def _check_named(kind: str, names: tuple[str, ...], known: set[str], log: Log) -> None:
    """Check that what is said to be frozen is in the plan, and is named once."""
    for place, name in enumerate(names):
        if name not in known:
            log.add("frozen_unknown", f"{kind} {name}", "what is frozen is a load, or goes outside loads", name, None)
        if name in names[:place]:
            log.add("frozen_twice", f"{kind} {name}", "what is frozen is named once", name, None)
