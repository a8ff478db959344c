"""The checker of placements: every home again, piece by piece of its cost, from the task and the answer alone."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, TypeAlias

from optimizer.verify.log import Log

if TYPE_CHECKING:
    from optimizer.verify.violation import Violation

# Tasks, placements, homes and lanes are read by the names of their fields: their modules are those of the solver.
Task: TypeAlias = Any
Placed: TypeAlias = Any
Home: TypeAlias = Any
Lane: TypeAlias = Any

_YEAR_WEEKS = 365 / 7
_ONE_FEN = 1


def verify_placement(task: Task, placement: Placed) -> list[Violation]:
    """
    Return every rule of docs/stock.md that a placement breaks; none if it is sound.

    Parameters
    ----------
    task
        What was asked.
    placement
        The answer. Whether its bound is one, and what would be without a warehouse, is not looked at.
    """
    log = Log()
    problem = task.problem
    served: dict[tuple[int, int], int] = {}
    sums = {"open": sum(int(problem.open_fen[w]) for w in sorted({h.warehouse for h in placement.homes} - {-1}))}
    for home in placement.homes:
        _check_home(task, home, log.of(f"{problem.skus[home.sku]} in {_name(task, home)}"))
        for market in home.markets:
            served[home.sku, market] = served.get((home.sku, market), 0) + 1
        for part, fen in home.parts.items():
            sums[part] = sums.get(part, 0) + fen
    for s, sku in enumerate(problem.skus):
        for m, market in enumerate(problem.markets):
            asked = sum(problem.mean[s, m].tolist()) > 0
            wanted = 1 if asked and (s, m) not in placement.unserved else 0
            log.same("served", f"{sku} {market}", "is not served once", served.get((s, m), 0), wanted)
    for part in sorted({*sums, *placement.parts}):
        log.same("sum", part, "is not the sum of the homes", placement.parts.get(part, 0), sums.get(part, 0))
    _check_open(task, placement, log)
    if placement.bound_fen > placement.cost_fen:
        log.add("bound", "placement", "is below its bound", placement.cost_fen, placement.bound_fen)
    return log.violations


def _name(task: Task, home: Home) -> str:
    return "parcels" if home.warehouse < 0 else task.problem.warehouses[home.warehouse]


def _check_open(task: Task, placement: Placed, log: Log) -> None:
    """Keep the warehouses used those told, and their stock within what they hold."""
    problem = task.problem
    used = sorted({home.warehouse for home in placement.homes} - {-1})
    log.same("open", "placement", "tells other warehouses than it uses", str(sorted(placement.open)), str(used))
    for w in used:
        limit = int(problem.capacity_cm3[w])
        stock = sum(home.stock_cm3 for home in placement.homes if home.warehouse == w)
        if limit >= 0:
            log.no_later("capacity", problem.warehouses[w], "holds more than fits", stock, limit)


def _check_home(task: Task, home: Home, log: Log) -> None:
    """Keep a home allowed, and its cost what the fees make of it."""
    problem = task.problem
    if home.warehouse < 0:
        wanted = _parcel_parts(task, home, log)
    else:
        for market in home.markets:
            if problem.serve_fen[home.sku, home.warehouse, market] < 0:
                log.add("serves", problem.markets[market], "is not served from there", None, None)
        lane = next((one for one in problem.lanes if one.id == home.lane), None)
        if lane is None or lane.warehouse != home.warehouse or not lane.weeks.any():
            log.add("lane", home.lane, "is no way to this warehouse", None, None)
            return
        wanted = _stock_parts(task, home, lane)
    for part in sorted({*wanted, *home.parts}):
        told, due = home.parts.get(part, 0), wanted.get(part, 0.0)
        if abs(told - due) > _ONE_FEN:
            log.add("cost", part, "is another amount", told, math.floor(due + 0.5))


def _parcel_parts(task: Task, home: Home, log: Log) -> dict[str, float]:
    freight = duty = Fraction(0)
    for market in home.markets:
        if task.parcel_fen[home.sku, market] < 0:
            log.add("parcel", task.problem.markets[market], "cannot be sent parcels to", None, None)
        units = sum(Fraction(one) for one in task.problem.mean[home.sku, market].tolist())
        freight += units * int(task.parcel_fen[home.sku, market])
        duty += units * int(task.parcel_duty_fen[home.sku, market])
    return {"parcel": float(freight), "parcel_duty": float(duty)}


def _stock_parts(task: Task, home: Home, lane: Lane) -> dict[str, float]:
    """Return the cost of stock in a warehouse, by the formulas of the document one after the other."""
    problem, s, w = task.problem, home.sku, home.warehouse
    by_market = {m: sum(problem.mean[s, m].tolist()) for m in home.markets}
    units = sum(by_market.values())
    variance = sum(sd * sd for m in home.markets for sd in problem.sd[s, m].tolist()) / problem.weeks
    leads = [days / 7 for days in lane.lead_days]
    lead = sum(leads) / len(leads)
    spread_2 = sum((one - lead) ** 2 for one in leads) / len(leads)
    between = problem.weeks / sum(lane.weeks.tolist())
    weekly = units / problem.weeks
    safety = NormalDist().inv_cdf(problem.service) * math.sqrt((lead + between) * variance + weekly**2 * spread_2)
    cycle = weekly * between / 2
    freight = _freight(task, s, lane)
    duty = int(problem.duty_fen[s, w])
    week_fen = (int(problem.value_fen[s]) + freight + duty) * problem.holding_per_year / _YEAR_WEEKS
    metres = int(problem.volume_cm3[s]) / 1_000_000
    return {
        "freight": units * freight,
        "inbound": units * int(problem.inbound_fen[s, w]),
        "duty": units * duty,
        "vat": units * int(task.vat_fen[s, w]) * problem.holding_per_year * task.vat_weeks / _YEAR_WEEKS,
        "capital": week_fen * (units * lead + problem.weeks * cycle),
        "pooling": week_fen * problem.weeks * safety,
        "storage": units * metres * _storage(task, w, (safety + cycle) / weekly),
        "serve": sum(count * int(problem.serve_fen[s, w, m]) for m, count in by_market.items()),
    }


def _freight(task: Task, sku: int, lane: Lane) -> float:
    mass, volume = int(task.problem.mass_g[sku]), int(task.problem.volume_cm3[sku])
    prices = []
    for box in lane.boxes:
        pieces = min(box.payload_g / mass, box.volume_cm3 / volume) * task.fill
        prices.append(box.price_fen / pieces)
    if lane.loose_fen_per_kg is not None:
        prices.append(max(mass, volume * lane.volume_g_per_cm3) * lane.loose_fen_per_kg / 1_000)
    return float(min(prices))


def _storage(task: Task, warehouse: int, age: float) -> float:
    """Return what a cubic metre pays until an age in weeks: whole weeks one by one, then a part of one."""
    tiers = task.problem.storage_fen[warehouse].tolist()
    paid, week = 0.0, 0
    while week + 1 <= age:
        paid += tiers[min(week, len(tiers) - 1)]
        week += 1
    return float(paid + (age - week) * tiers[min(week, len(tiers) - 1)])
