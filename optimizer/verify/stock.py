"""Is a stocking plan sound? Every rule it breaks, and every amount that is not what it should be."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from optimizer.verify.stock_case import demand_of, planned_weeks
from optimizer.verify.stock_play import consignment_fen, loads_of, play_plan
from optimizer.verify.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.stock_plan import StockPlan
    from optimizer.verify.stock_case import LaneLike, ProblemLike

_PARTS = ("freight", "inbound", "duty", "storage", "capital", "serve", "shortage", "disposal", "open", "leftover")
_MOST_FUTURES = 10_000
_SERVICE = 1e-6


def verify_stock(problem: ProblemLike, plan: StockPlan) -> list[Violation]:
    """
    Return every rule that a stocking plan breaks, none if it is sound.

    Amounts are only looked at where the plan is otherwise sound, since there is no price for what cannot be.

    Parameters
    ----------
    problem
        What was decided.
    plan
        The plan.
    """
    found = [*_heads(problem, plan), *_names(problem, plan)]
    if found:
        return found
    found = [*_sendings(problem, plan), *_consignments(problem, plan), *_homes(problem, plan)]
    if any(violation.rule in ("week", "after_end") for violation in found):
        return found
    return [*found, *_most(problem, plan), *_amounts(problem, plan)]


def _heads(problem: ProblemLike, plan: StockPlan) -> Iterator[Violation]:
    """Yield what is wrong with the plan as a whole."""
    if plan.start != problem.start:
        yield _broken("start", "plan", plan.start.isoformat(), problem.start.isoformat(), "begins with another week")
    if plan.weeks != problem.mean.shape[2]:
        yield _broken("weeks", "plan", plan.weeks, problem.mean.shape[2], "has another number of weeks")
    if not 1 <= plan.futures <= _MOST_FUTURES:
        yield _broken("futures", "plan", plan.futures, _MOST_FUTURES, "must have been priced in some futures")
    for part in sorted(set(plan.cost_fen) ^ set(_PARTS)):
        yield _broken(
            "cost_parts", part, str(part in plan.cost_fen), str(part in _PARTS), "a part that is missing or unknown"
        )


def _names(problem: ProblemLike, plan: StockPlan) -> Iterator[Violation]:
    """Yield ids that are unknown, and what is there twice."""
    units = {lane.id: {box.unit for box in lane.boxes} for lane in problem.lanes}
    for name in sorted(({one.sku for one in plan.sendings} | {home.sku for home in plan.homes}) - set(problem.skus)):
        yield _broken("sku", name, name, None, "no such SKU")
    for name in sorted(({one.lane for one in plan.sendings} | {box.lane for box in plan.boxes}) - set(units)):
        yield _broken("lane", name, name, None, "no such lane")
    for box in plan.boxes:
        if box.lane in units and box.unit not in units[box.lane]:
            yield _broken("box_type", f"{box.lane} {box.unit}", box.unit, None, "a box that the lane does not have")
    for name in sorted({home.warehouse for home in plan.homes} - set(problem.warehouses)):
        yield _broken("warehouse", name, name, None, "no such warehouse")
    for name in sorted({home.market for home in plan.homes} - set(problem.markets)):
        yield _broken("market", name, name, None, "no such market")
    keys = [f"{one.sku} {one.lane} week {one.week}" for one in plan.sendings]
    keys += [f"{one.lane} {one.unit} week {one.week}" for one in plan.boxes]
    keys += [f"{one.sku} {one.market}" for one in plan.homes]
    for key, count in Counter(keys).items():
        if count > 1:
            yield _broken("twice", key, count, 1, "stands there more than once")


def _sendings(problem: ProblemLike, plan: StockPlan) -> Iterator[Violation]:
    """Yield sendings that cannot be: cartons, least orders, weeks without a departure or with a closed warehouse."""
    lanes = {lane.id: lane for lane in problem.lanes}
    for one in plan.sendings:
        subject = f"{one.sku} {one.lane} week {one.week}"
        sku, lane = problem.skus.index(one.sku), lanes[one.lane]
        carton = max(1, int(problem.carton_units[sku]))
        if one.units <= 0 or one.units % carton:
            yield _broken("carton", subject, one.units, carton, "is not in whole cartons")
        if one.units < int(problem.least_units[sku]):
            yield _broken("least_order", subject, one.units, int(problem.least_units[sku]), "is below the least order")
        if not 0 <= one.week < plan.weeks:
            yield _broken("week", subject, one.week, plan.weeks - 1, "leaves outside of the weeks")
            continue
        yield from _times(problem, lane, one.week, subject)
    for box in plan.boxes:
        if not 0 <= box.week < plan.weeks:
            yield _broken("week", f"{box.lane} {box.unit}", box.week, plan.weeks - 1, "leaves outside of the weeks")
        if box.count <= 0:
            yield _broken("box_count", f"{box.lane} {box.unit} week {box.week}", box.count, 1, "must be at least one")


def _times(problem: ProblemLike, lane: LaneLike, week: int, subject: str) -> Iterator[Violation]:
    arrives = week + planned_weeks(lane)
    if not lane.weeks[week]:
        yield _broken("departure", subject, week, None, "nothing leaves by this lane in this week")
    if arrives >= problem.mean.shape[2]:
        yield _broken("after_end", subject, arrives, problem.mean.shape[2] - 1, "is received after the last week")
    elif not problem.is_open[lane.warehouse, arrives]:
        yield _broken("closed", subject, arrives, None, "the warehouse takes no stock in the week of receipt")


def _consignments(problem: ProblemLike, plan: StockPlan) -> Iterator[Violation]:
    """Yield consignments that do not fit, and boxes with nothing in them."""
    lanes = {lane.id: lane for lane in problem.lanes}
    counts: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for box in plan.boxes:
        counts[box.lane, box.week][box.unit] += max(0, box.count)
    loads = loads_of(problem, plan)
    for key in sorted({*loads, *counts}):
        lane, subject = lanes[key[0]], f"{key[0]} week {key[1]}"
        mass, volume = loads.get(key, (0, 0))
        if counts[key] and mass == 0:
            yield _broken("empty_box", subject, sum(counts[key].values()), 0, "boxes without goods")
        if consignment_fen(lane, mass, volume, counts[key]) is None:
            room = sum(
                count * next(b.volume_cm3 for b in lane.boxes if b.unit == unit) for unit, count in counts[key].items()
            )
            payload = sum(
                count * next(b.payload_g for b in lane.boxes if b.unit == unit) for unit, count in counts[key].items()
            )
            rule, is_, most = ("box_volume", volume, room) if volume > room else ("box_payload", mass, payload)
            yield _broken(rule, subject, is_, most, "does not fit in its boxes, and nothing goes loose by this lane")
        if lane.payload_g is not None and mass > lane.payload_g:
            yield _broken("lane_payload", subject, mass, lane.payload_g, "is heavier than the lane takes in a week (g)")
        if lane.volume_cm3 is not None and volume > lane.volume_cm3:
            yield _broken(
                "lane_volume", subject, volume, lane.volume_cm3, "is more than the lane takes in a week (cm3)"
            )


def _homes(problem: ProblemLike, plan: StockPlan) -> Iterator[Violation]:
    """Yield markets that are served from where they cannot be, and a list of warehouses that is not true."""
    for home in plan.homes:
        s, w, m = (
            names.index(name)
            for names, name in (
                (problem.skus, home.sku), (problem.warehouses, home.warehouse), (problem.markets, home.market)
            )
        )  # fmt: skip
        if problem.serve_fen[s, w, m] < 0:
            yield _broken(
                "home", f"{home.sku} {home.market}", home.warehouse, None, "the warehouse does not serve this"
            )
    used = _used(problem, plan)
    if sorted(plan.warehouses) != sorted(used):
        yield _broken(
            "warehouses", "plan", " ".join(sorted(plan.warehouses)), " ".join(sorted(used)), "others are used"
        )


def _used(problem: ProblemLike, plan: StockPlan) -> set[str]:
    """Return the warehouses that are paid for."""
    lanes = {lane.id: lane for lane in problem.lanes}
    used = {problem.warehouses[lanes[one.lane].warehouse] for one in plan.sendings}
    asked = problem.mean.sum(axis=2) > 0
    used |= {
        home.warehouse for home in plan.homes if asked[problem.skus.index(home.sku), problem.markets.index(home.market)]
    }
    stock = problem.on_hand.sum(axis=(0, 2)) + problem.incoming.sum(axis=(0, 2))
    return used | {problem.warehouses[w] for w in np.flatnonzero(stock)}


def _most(problem: ProblemLike, plan: StockPlan) -> Iterator[Violation]:
    """Yield warehouses that are sent more of a SKU than any future asks for, and one order."""
    lanes = {lane.id: lane for lane in problem.lanes}
    sent: Counter[tuple[int, int]] = Counter()
    for one in plan.sendings:
        sent[problem.skus.index(one.sku), lanes[one.lane].warehouse] += one.units
    demand, _ = demand_of(problem, plan.futures, plan.seed)
    for (sku, w), units in sorted(sent.items()):
        serves = problem.serve_fen[sku, w] >= 0
        there = int(problem.on_hand[sku].sum() + problem.incoming[sku].sum())
        carton = max(1, int(problem.carton_units[sku]))
        asked = int(demand[sku].sum(axis=2).max(axis=1)[serves].sum()) + there * int(serves.any())
        most = (-(-asked // carton) + max(1, -(-int(problem.least_units[sku]) // carton))) * carton
        if units > most:
            subject = f"{problem.skus[sku]} {problem.warehouses[w]}"
            yield _broken("too_much", subject, units, most, "is more than any future asks for, and one order")


def _amounts(problem: ProblemLike, plan: StockPlan) -> Iterator[Violation]:
    """Yield limits of money and room that are passed, and amounts that are not what they should be."""
    played = play_plan(problem, plan)
    for part in _PARTS:
        fen = int(np.floor(played.fen[part] + 0.5))
        if abs(plan.cost_fen[part] - fen) > 1:
            yield _broken(f"cost_{part}", "plan", plan.cost_fen[part], fen, "is not what this part costs (fen)")
    service = 1.0 - played.lost / played.asked if played.asked else 1.0
    if abs(service - plan.service) > _SERVICE:
        yield _broken(
            "service", "plan", f"{plan.service:.6f}", f"{service:.6f}", "is not the share of demand that is met"
        )
    if plan.bound_fen > plan.total_fen:
        yield _broken("bound", "plan", plan.bound_fen, plan.total_fen, "a bound cannot be above the cost")
    if plan.status == "optimal" and plan.bound_fen != plan.total_fen:
        yield _broken("optimal", "plan", plan.bound_fen, plan.total_fen, "is called optimal with a gap")
    if problem.budget_fen is not None:
        for week in np.flatnonzero(played.spent_fen > problem.budget_fen + 0.5).tolist():
            is_, most = round(float(played.spent_fen[week])), int(problem.budget_fen[week])
            yield _broken("budget", f"week {week}", is_, most, "is spent on goods and freight (fen)")
    yield from _shelves(problem, plan, played.shelf_cm3)


def _shelves(
    problem: ProblemLike, plan: StockPlan, shelf: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> Iterator[Violation]:
    """Yield weeks in which a warehouse holds more than it can, beyond what is there or on its way anyway."""
    there = problem.on_hand.sum(axis=2)[:, :, None] + np.cumsum(problem.incoming, axis=2)
    anyway = (there * problem.volume_cm3[:, None, None]).sum(axis=0)
    for w, week in np.argwhere(shelf > 0).tolist():
        capacity = int(problem.capacity_cm3[w])
        most = max(capacity, int(anyway[w, week]))
        if capacity >= 0 and shelf[w, week] > most * (1 + 1e-6):
            day = plan.start + dt.timedelta(weeks=week)
            subject = f"{problem.warehouses[w]} {day.isoformat()}"
            yield _broken("capacity", subject, round(float(shelf[w, week])), most, "is on the shelf on average (cm3)")


def _broken(rule: str, subject: str, actual: int | str | None, limit: int | str | None, message: str) -> Violation:
    return Violation(rule=rule, subject=subject, actual=actual, limit=limit, message=message)
