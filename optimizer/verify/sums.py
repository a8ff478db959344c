"""The sums of a plan, its bound and what it was made from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args

from data.plan import PlanStatus

if TYPE_CHECKING:
    from data.cargo import Cargo
    from data.plan import Plan
    from optimizer.verify.facts import Facts
    from optimizer.verify.log import Log

_BASE_CURRENCY = "CNY"
_STATUSES = get_args(PlanStatus)
_ROUNDING = 1e-9


def check_sums(facts: Facts, cargo: Cargo, plan: Plan, log: Log) -> None:
    """Check objective, shares, bound, gap, status, currency and fingerprints."""
    _check_cost(plan, log)
    _check_shares(plan, log)
    _check_alone(plan, log)
    _check_bound(plan, log)
    log.same("currency", "plan", "totals are in yuan", plan.currency, _BASE_CURRENCY)
    log.same("fingerprint", "plan", "of the data set", plan.fingerprint, facts.catalogue.fingerprint)
    log.same("cargo_fingerprint", "plan", "of the cargo", plan.cargo_fingerprint, cargo.fingerprint)


def _check_cost(plan: Plan, log: Log) -> None:
    """Check that the objective is own lines + loads + penalties + holding + carbon cost + what stays behind."""
    own = sum(
        journey.own_cny_minor + journey.penalty_cny_minor + journey.holding_cny_minor + journey.carbon_cny_minor
        for journey in plan.journeys
    )
    loads = sum(load.cost_cny_minor for load in plan.loads)
    left = sum(unserved.price_cny_minor for unserved in plan.unserved)
    message = "own lines, loads, penalties, holding, carbon cost and what stays behind"
    log.same("objective", "plan", message, plan.cost_minor, own + loads + left)


def _check_shares(plan: Plan, log: Log) -> None:
    """Check that the shares of a load sum to its cost."""
    shares = dict.fromkeys((load.id for load in plan.loads), 0)
    for journey in plan.journeys:
        if journey.load in shares:
            shares[journey.load] += journey.share_cny_minor
    for load in plan.loads:
        log.same("share_sum", f"load {load.id}", "the shares sum to its cost", shares[load.id], load.cost_cny_minor)


def _check_alone(plan: Plan, log: Log) -> None:
    """Check the cost of sending everything alone, if everything travels and could travel alone."""
    alone = [journey.alone_cny_minor for journey in plan.journeys]
    known = [price for price in alone if price is not None]
    if len(known) == len(alone) and not plan.unserved:
        log.same("alone_sum", "plan", "the sum of the cheapest ways alone", plan.alone_minor, sum(known))


def _check_bound(plan: Plan, log: Log) -> None:
    """Check that the bound is not above the cost, the gap is theirs, and only a plan without one is optimal."""
    cost, bound = plan.cost_minor, plan.bound_minor
    gap = None if bound is None else (cost - bound) / cost if cost else 0.0
    if bound is not None:
        log.no_later("bound", "plan", "no plan costs less than the bound", bound, cost)
    is_same = gap == plan.gap if gap is None or plan.gap is None else math.isclose(plan.gap, gap, abs_tol=_ROUNDING)
    if not is_same:
        log.add("gap", "plan", "(cost - bound) / cost", str(plan.gap), str(gap))
    if plan.status not in _STATUSES:
        log.add("status", "plan", "there is no such status", plan.status, ", ".join(_STATUSES))
    if plan.status == "optimal":
        log.same("status", "plan", "an optimal plan costs its bound", bound, cost)
