"""What stays behind: at a price, or because nothing can carry it, or nothing that can has room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.verify.money import fen
from optimizer.verify.reach import can_carry

if TYPE_CHECKING:
    from data.cargo import CargoShipment
    from data.plan import Plan, Unserved
    from optimizer.verify.case import Case
    from optimizer.verify.facts import Facts
    from optimizer.verify.log import Log
    from optimizer.verify.reach import Openings


def check_unserved(
    facts: Facts, case: Case | None, shipment: CargoShipment, left: Unserved, openings: Openings, log: Log
) -> None:
    """
    Check price and reason of what stays behind; without a price nothing in the network may have room to carry it.

    What the run did not come to is no choice, so whether it could travel is not asked.

    There is no case for a shipment whose ends or box the tables do not know; nothing can carry that.
    """
    own, minor = log.of(f"shipment {shipment.id}"), shipment.unserved_minor
    price = 0 if minor is None else fen(facts, minor, shipment.currency, own)
    own.same("unserved_price", "unserved", "the price of leaving it behind", left.price_cny_minor, price)
    if minor is None and not left.is_unplanned and case is not None and can_carry(case, *openings):
        own.add("unserved", "unserved", "it must travel, and it can", None, shipment.destination)
    if not left.reason_en.strip() or not left.reason_zh.strip():
        own.add("unserved_reason", "unserved", "what stays behind has a reason", left.reason_en, None)


def check_unplanned(plan: Plan, log: Log) -> None:
    """Check that only a run that was stopped leaves shipments it did not look at, and that it then knows no bound."""
    names = [left.shipment for left in plan.unserved if left.is_unplanned]
    if not names:
        return
    log.same("unplanned", "plan", "only a run that was stopped leaves shipments unplanned", plan.status, "stopped")
    log.same("unplanned", "plan", "without a look at every shipment there is no bound", plan.bound_minor, None)
