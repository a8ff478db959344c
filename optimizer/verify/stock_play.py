"""What happens in warehouses under a plan, kept piece by piece in lots by week of receipt, oldest sold first."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from optimizer.verify.stock_case import DAYS_A_WEEK, DAYS_A_YEAR, demand_of, planned_weeks, week_of_receipt

if TYPE_CHECKING:
    from data.stock_plan import StockPlan
    from optimizer.verify.stock_case import Floats, Ints, LaneLike, ProblemLike

_CM3_PER_M3 = 1_000_000
_G_PER_KG = 1_000


@dataclass(slots=True)
class Played:
    """
    What a plan costs and does, on average over its futures.

    Parameters
    ----------
    fen
        By part of the cost.
    lost, asked
        Pieces.
    shelf_cm3
        Mean volume at the end of a week, shape (W, T).
    spent_fen
        On goods that are bought and on freight by week, shape (T,).
    """

    fen: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    lost: float = 0.0
    asked: float = 0.0
    shelf_cm3: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    spent_fen: Floats = field(default_factory=lambda: np.zeros(0))


def consignment_fen(lane: LaneLike, mass_g: int, volume_cm3: int, counts: dict[str, int]) -> Fraction | None:
    """Return what a consignment costs exactly, before rounding; None where something is left that cannot go loose."""
    boxes = {box.unit: box for box in lane.boxes}
    price = sum(counts[unit] * boxes[unit].price_fen for unit in counts)
    payload = sum(counts[unit] * boxes[unit].payload_g for unit in counts)
    room = sum(counts[unit] * boxes[unit].volume_cm3 for unit in counts)
    beyond = max(
        Fraction(0),
        1 - Fraction(payload, mass_g) if mass_g else Fraction(0),
        1 - Fraction(room, volume_cm3) if volume_cm3 else Fraction(0),
    )
    if beyond == 0:
        return Fraction(price)
    if lane.loose_fen_per_kg is None:
        return None
    chargeable = beyond * max(Fraction(mass_g), volume_cm3 * Fraction(lane.volume_g_per_cm3))
    loose = max(Fraction(lane.loose_fen_least), chargeable * Fraction(lane.loose_fen_per_kg) / _G_PER_KG)
    return price + Fraction(math.floor(loose + Fraction(1, 2)))


def play_plan(problem: ProblemLike, plan: StockPlan) -> Played:
    """Return what a plan costs and does; its ids and weeks must exist."""
    names = {name: index for index, name in enumerate(problem.skus)}
    lanes = {lane.id: lane for lane in problem.lanes}
    found = Played(
        shelf_cm3=np.zeros((len(problem.warehouses), problem.mean.shape[2])),
        spent_fen=np.zeros(problem.mean.shape[2]),
    )
    received: dict[tuple[int, int], Ints] = defaultdict(lambda: np.zeros(problem.mean.shape[2], dtype=np.int64))
    for sending in plan.sendings:
        sku, lane = names[sending.sku], lanes[sending.lane]
        lead, w = planned_weeks(lane), lane.warehouse
        received[sku, w][sending.week + lead] += sending.units
        found.fen["inbound"] += sending.units * int(problem.inbound_fen[sku, w])
        found.fen["duty"] += sending.units * int(problem.duty_fen[sku, w])
    for sku, w, week in np.argwhere(problem.incoming > 0):
        found.fen["inbound"] += float(problem.incoming[sku, w, week] * problem.inbound_fen[sku, w])
        found.fen["duty"] += float(problem.incoming[sku, w, week] * problem.duty_fen[sku, w])
    _goods(problem, plan, names, found)
    _freight(problem, plan, names, lanes, found)
    stock = _Stock(problem, plan, received, found)
    stock.play()
    for sending in plan.sendings:
        lane = lanes[sending.lane]
        comes = stock.comes(lane.warehouse, sending.week + planned_weeks(lane))
        capital = sending.units * _capital(problem, names[sending.sku])
        found.fen["capital"] += capital * (sum(comes) / plan.futures - sending.week)
    return found


def _goods(problem: ProblemLike, plan: StockPlan, names: dict[str, int], found: Played) -> None:
    """Add what is bought: the greatest lead so far of what has left over what was ready, as far as it grows."""
    left = np.zeros((len(names), problem.mean.shape[2]), dtype=np.int64)
    for sending in plan.sendings:
        left[names[sending.sku], sending.week] += sending.units
    ready = np.zeros_like(left) if problem.made is None else problem.made
    lead = np.maximum(0, left.cumsum(axis=1) - ready.cumsum(axis=1))
    bought = np.diff(np.maximum.accumulate(lead, axis=1), axis=1, prepend=0)
    found.spent_fen += bought.T @ problem.value_fen.astype(float)


def _capital(problem: ProblemLike, sku: int) -> float:
    """Return what the capital in a piece costs a week."""
    return float(problem.value_fen[sku]) * problem.holding_per_year * DAYS_A_WEEK / DAYS_A_YEAR


def loads_of(problem: ProblemLike, plan: StockPlan) -> dict[tuple[str, int], tuple[int, int]]:
    """Return mass and volume of every consignment, by lane and week."""
    names = {name: index for index, name in enumerate(problem.skus)}
    loads: dict[tuple[str, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for sending in plan.sendings:
        mass, volume = loads[sending.lane, sending.week]
        sku = names[sending.sku]
        loads[sending.lane, sending.week] = (
            mass + sending.units * int(problem.mass_g[sku]),
            volume + sending.units * int(problem.volume_cm3[sku]),
        )
    return loads


def _freight(
    problem: ProblemLike, plan: StockPlan, names: dict[str, int], lanes: dict[str, LaneLike], found: Played
) -> None:
    del names
    counts: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for box in plan.boxes:
        counts[box.lane, box.week][box.unit] += box.count
    loads = loads_of(problem, plan)
    for key in loads.keys() | counts.keys():
        mass, volume = loads.get(key, (0, 0))
        fen = consignment_fen(lanes[key[0]], mass, volume, counts[key])
        if fen is not None:
            found.fen["freight"] += float(fen)
            found.spent_fen[key[1]] += float(fen)


class _Stock:
    """Plays all SKUs in all warehouses."""

    def __init__(
        self, problem: ProblemLike, plan: StockPlan, received: dict[tuple[int, int], Ints], found: Played
    ) -> None:
        self._problem, self._received, self._found = problem, received, found
        self._demand, self._late = demand_of(problem, plan.futures, plan.seed)
        self._futures = plan.futures
        self._weeks: dict[tuple[int, int], list[int]] = {}
        place = {name: index for index, name in enumerate(problem.warehouses)}
        skus = {name: index for index, name in enumerate(problem.skus)}
        markets = {name: index for index, name in enumerate(problem.markets)}
        self._homes = {(skus[h.sku], markets[h.market]): place[h.warehouse] for h in plan.homes}

    def comes(self, w: int, planned: int) -> list[int]:
        """Return when goods planned for a week are received, by future."""
        if (w, planned) not in self._weeks:
            late = self._late[:, w].tolist()
            weeks = {delay: week_of_receipt(self._problem, w, planned, delay) for delay in set(late)}
            self._weeks[w, planned] = [weeks[delay] for delay in late]
        return self._weeks[w, planned]

    def play(self) -> None:
        """Add what happens to what was found."""
        problem, found = self._problem, self._found
        for sku in range(len(problem.skus)):
            aside = set_aside(problem, sku)
            for w in range(len(problem.warehouses)):
                self._place(sku, w, aside)
            for market in range(len(problem.markets)):
                if (sku, market) not in self._homes:
                    there = sum(
                        aside.get((w, market), 0 * problem.incoming[sku, 0]) for w in range(len(problem.warehouses))
                    )
                    missing = np.maximum(0, self._demand[sku, market] - there).sum() / self._futures
                    found.lost += float(missing)
                    found.fen["shortage"] += float(missing * problem.shortage_fen[sku, market])
        found.asked = float(self._demand.sum()) / self._futures
        opened = {self._homes[s, m] for s, m in self._homes if problem.mean[s, m].sum() > 0}
        opened |= {w for (_, w), pieces in self._received.items() if pieces.any()}
        opened |= set(np.flatnonzero(problem.on_hand.sum(axis=(0, 2)) + problem.incoming.sum(axis=(0, 2))).tolist())
        self.used = opened
        found.fen["open"] = float(sum(int(problem.open_fen[w]) for w in opened))

    def _wanted(self, sku: int, w: int, aside: dict[tuple[int, int], Ints]) -> tuple[Ints, float, float]:
        """Return what a warehouse is asked for, shape (K, T), and what serving and losing a piece of it cost."""
        problem = self._problem
        total = np.zeros(self._demand.shape[2:], dtype=np.int64)
        serve = short = 0.0
        nothing = np.zeros(total.shape[1], dtype=np.int64)
        for market in range(len(problem.markets)):
            own = aside.get((w, market), nothing)
            if self._homes.get((sku, market)) == w:
                others = sum((pieces for (other, m), pieces in aside.items() if m == market and other != w), nothing)
                part = np.maximum(0, self._demand[sku, market] - others)
            else:
                part = np.broadcast_to(own, total.shape)
            total = total + part
            serve += float(part.sum()) * float(problem.serve_fen[sku, w, market])
            short += float(part.sum()) * float(problem.shortage_fen[sku, market])
        pieces = max(1, int(total.sum()))
        return total, serve / pieces, short / pieces

    def _place(self, sku: int, w: int, aside: dict[tuple[int, int], Ints]) -> None:
        """Play one SKU in one warehouse."""
        problem, fen, futures = self._problem, self._found.fen, self._futures
        sent = self._received.get((sku, w))
        before = int(problem.on_hand[sku, w].sum() + problem.incoming[sku, w].sum())
        is_home = w in {self._homes.get((sku, market)) for market in range(len(problem.markets))}
        if sent is None and not before and not is_home:
            return
        wanted, serve, short = self._wanted(sku, w, aside)
        lots = self._lots(sku, w, sent)
        ages, weeks = problem.on_hand.shape[2], problem.mean.shape[2]
        price = problem.storage_fen[w] * float(problem.volume_cm3[sku]) / _CM3_PER_M3
        shelf_weeks = int(problem.shelf_weeks[sku])
        for week in range(weeks):
            here = lots[:, : ages + week]
            if shelf_weeks >= 0 and ages + week - shelf_weeks > 0:
                old = here[:, : ages + week - shelf_weeks]
                cost = int(problem.disposal_fen[sku, w]) + int(problem.value_fen[sku])
                fen["disposal"] += float(old.sum()) * cost / futures
                old[:] = 0
            sold = np.minimum(here.sum(axis=1), wanted[:, week])
            passed = np.cumsum(here, axis=1) - here
            here -= np.clip(sold[:, None] - passed, 0, here)
            lost = float((wanted[:, week] - sold).sum()) / futures
            fen["serve"] += serve * float(sold.sum()) / futures
            fen["shortage"] += short * lost
            self._found.lost += lost
            age = np.minimum(ages - 1, np.arange(ages + week - 1, -1, -1))
            rest = here.sum(axis=0)
            fen["storage"] += float((rest * price[age]).sum()) / futures
            fen["capital"] += _capital(problem, sku) * float(rest.sum()) / futures
            self._found.shelf_cm3[w, week] += float(rest.sum()) * float(problem.volume_cm3[sku]) / futures
        fen["leftover"] -= float(lots.sum()) * float(problem.leftover_fen[sku, w]) / futures

    def _lots(self, sku: int, w: int, sent: Ints | None) -> Ints:
        """Return pieces by future and week of receipt, those of before week 0 first; what is too late stands behind."""
        problem = self._problem
        ages, weeks = problem.on_hand.shape[2], problem.mean.shape[2]
        lots = np.zeros((self._futures, ages + weeks), dtype=np.int64)
        lots[:, :ages] = problem.on_hand[sku, w, ::-1]
        lots[:, ages - 1 : ages - 1 + weeks] += problem.incoming[sku, w]
        if sent is None:
            return lots
        for planned in np.flatnonzero(sent).tolist():
            for future, week in enumerate(self.comes(w, planned)):
                lots[future, ages - 1 + min(week, weeks)] += sent[planned]
        return lots


def set_aside(problem: ProblemLike, sku: int) -> dict[tuple[int, int], Ints]:
    """Return what stock that is there is sold first, by warehouse and market: shape (T,)."""
    weeks, ages, life = problem.mean.shape[2], problem.on_hand.shape[2], int(problem.shelf_weeks[sku])
    stock: dict[int, list[list[int]]] = {}
    for w in range(len(problem.warehouses)):
        stock[w] = [[-age, int(problem.on_hand[sku, w, age])] for age in range(ages - 1, -1, -1)]
        stock[w] += [[week, int(problem.incoming[sku, w, week])] for week in range(weeks)]
    if not any(pieces for lots in stock.values() for _, pieces in lots):
        return {}
    order = sorted(
        (int(problem.serve_fen[sku, w, m]), w, m)
        for w in stock
        for m in range(len(problem.markets))
        if problem.serve_fen[sku, w, m] >= 0
    )
    taken: dict[tuple[int, int], Ints] = {}
    told = [0] * len(problem.markets)
    total = np.zeros(len(problem.markets))
    for week in range(weeks):
        total = total + problem.mean[sku, :, week]
        whole = [math.floor(amount + 1e-9) for amount in total]
        left = [now - before for now, before in zip(whole, told, strict=True)]
        told = whole
        for _, w, m in order:
            for lot in stock[w]:
                is_there = lot[0] <= week and (life < 0 or week - lot[0] < life)
                part = min(lot[1], left[m]) if is_there else 0
                if part:
                    lot[1] -= part
                    left[m] -= part
                    taken.setdefault((w, m), np.zeros(weeks, dtype=np.int64))[week] += part
    return taken
