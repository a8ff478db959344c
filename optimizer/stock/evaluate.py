"""What a stocking plan costs: the one formula, on a plan as it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.stock_plan import COST_PARTS
from optimizer.stock.compiled import compiled
from optimizer.stock.freight import loose_fen, loose_share, rates_of
from optimizer.stock.futures import draw
from optimizer.stock.pool import EXPIRED, LEFT, LOST, SHELF, SOLD, STORAGE, SUMS, play
from optimizer.stock.sku import no_duals, terms_of

if TYPE_CHECKING:
    from data.stock_plan import StockPlan
    from optimizer.stock.compiled import Case
    from optimizer.stock.freight import Rates
    from optimizer.stock.problem import Floats, Ints, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """
    What a plan costs and does, on average over its futures.

    Parameters
    ----------
    cost_fen
        By part, in fen, each rounded once.
    service
        Share of the demand that is met.
    lost
        Shape (S, W): pieces that are asked for at a home and not there.
    unserved
        Shape (S, M): pieces asked for in a market without a home, and not there.
    shelf
        Shape (S, W, T): pieces at the end of each week.
    """

    cost_fen: dict[str, int]
    service: float
    lost: Floats
    unserved: Floats
    shelf: Floats

    @property
    def total_fen(self) -> int:
        """The cost."""
        return sum(self.cost_fen.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """
    A plan as arrays.

    Parameters
    ----------
    units
        Shape (S, L, T): pieces that leave.
    boxes
        Shape (L, B, T): by the order of the boxes of a lane.
    homes
        Shape (S, M): warehouse, -1 without.
    """

    units: Ints
    boxes: Ints
    homes: Ints


def decisions_of(problem: Problem, plan: StockPlan) -> Decisions:
    """Return a plan as arrays."""
    skus, lanes, markets, warehouses = (
        {name: index for index, name in enumerate(names)}
        for names in (problem.skus, [lane.id for lane in problem.lanes], problem.markets, problem.warehouses)
    )
    width = max((len(lane.boxes) for lane in problem.lanes), default=0)
    units = np.zeros((len(skus), len(lanes), problem.weeks), dtype=np.int64)
    boxes = np.zeros((len(lanes), max(1, width), problem.weeks), dtype=np.int64)
    homes = np.full((len(skus), len(markets)), -1, dtype=np.int64)
    for sending in plan.sendings:
        units[skus[sending.sku], lanes[sending.lane], sending.week] += sending.units
    for box in plan.boxes:
        lane = lanes[box.lane]
        column = [one.unit for one in problem.lanes[lane].boxes].index(box.unit)
        boxes[lane, column, box.week] += box.count
    for home in plan.homes:
        homes[skus[home.sku], markets[home.market]] = warehouses[home.warehouse]
    return Decisions(units=units, boxes=boxes, homes=homes)


def evaluate(problem: Problem, plan: StockPlan) -> Value:
    """Return what a plan costs and does in its own futures."""
    case = compiled(problem, draw(problem, plan.futures, plan.seed))
    return evaluate_decisions(problem, case, decisions_of(problem, plan))


def evaluate_decisions(problem: Problem, case: Case, found: Decisions) -> Value:
    """Return what a plan costs and does, with what is already decided among its decisions."""
    fen = dict.fromkeys(COST_PARTS, 0.0)
    rates = rates_of(problem)
    for lane, week in zip(*np.nonzero(found.units.sum(axis=0)), strict=True):
        fen["freight"] += freight_fen(problem, rates, found, int(lane), int(week))
    received = np.zeros((len(problem.skus), len(problem.warehouses), problem.weeks), dtype=np.int64)
    for lane, (w, lead) in enumerate(zip(case.lane_w, case.lane_lead, strict=True)):
        units = found.units[:, lane]
        received[:, w, lead:] += units[:, : max(0, problem.weeks - lead)]
        fen["capital"] += float((units * case.lane_way[lane] * case.capital[:, None]).sum())
    pieces = received.sum(axis=2) + problem.incoming.sum(axis=2)
    fen["inbound"] = float((pieces * problem.inbound_fen).sum())
    fen["duty"] = float((pieces * problem.duty_fen).sum())
    fen["open"] = float(problem.open_fen[used_warehouses(problem, found)].sum())
    value = _Pools(problem, case, found.homes, np.cumsum(received, axis=2)).add_to(fen)
    cost = {part: int(np.floor(amount + 0.5)) for part, amount in fen.items()}
    return Value(cost_fen=cost, service=value.service, lost=value.lost, unserved=value.unserved, shelf=value.shelf)


def freight_fen(problem: Problem, rates: Rates, found: Decisions, lane: int, week: int) -> int:
    """Return what leaves by a lane in a week costs: its boxes, and loose what does not fit in them, half up."""
    units, boxes = found.units[:, lane, week], found.boxes[lane, :, week]
    mass, volume = int((units * problem.mass_g).sum()), int((units * problem.volume_cm3).sum())
    kinds = problem.lanes[lane].boxes
    payload = sum(int(count) * kind.payload_g for count, kind in zip(boxes, kinds, strict=False))
    room = sum(int(count) * kind.volume_cm3 for count, kind in zip(boxes, kinds, strict=False))
    price = sum(int(count) * kind.price_fen for count, kind in zip(boxes, kinds, strict=False))
    share = loose_share(float(mass), float(volume), float(payload), float(room))
    loose = loose_fen(rates, lane, share * mass, share * volume)
    return price + int(np.floor(loose + 0.5))


def used_warehouses(problem: Problem, found: Decisions) -> Ints:
    """Return the warehouses that are paid for: those with stock there or on its way, and the homes of demand."""
    has_stock = (problem.on_hand.sum(axis=(0, 2)) + problem.incoming.sum(axis=(0, 2))) > 0
    asked = problem.mean.sum(axis=2) > 0
    for warehouse in np.unique(found.homes[asked]):
        if warehouse >= 0:
            has_stock[warehouse] = True
    for lane, one in enumerate(problem.lanes):
        has_stock[one.warehouse] |= bool(found.units[:, lane].any())
    return np.flatnonzero(has_stock)


class _Pools:
    """Adds up what happens in the warehouses."""

    def __init__(self, problem: Problem, case: Case, homes: Ints, sent: Ints) -> None:
        self._problem, self._case, self._homes, self._sent = problem, case, homes, sent
        shape = sent.shape
        self.lost = np.zeros(shape[:2])
        self.shelf = np.zeros(shape)
        self.unserved = np.zeros(homes.shape)
        self.service = 1.0

    def add_to(self, fen: dict[str, float]) -> _Pools:
        """Add the costs of all pools, and of what is not served."""
        case, futures = self._case, self._case.came.shape[1]
        duals = no_duals(case)
        sums, shelf = np.zeros(SUMS), np.zeros(self._problem.weeks)
        for s, w in self._places():
            mask = sum(1 << int(m) for m in np.flatnonzero(self._homes[s] == w))
            terms, serve = terms_of(case, duals, s, w, mask)
            play(terms, self._sent[s, w], sums, shelf)
            self.lost[s, w] = sums[LOST] / futures
            self.shelf[s, w] = shelf / futures
            each = serve / max(1, int(terms.demand.sum()))
            capital = float(case.capital[s] * sums[SHELF])
            fen["capital"] += capital / futures
            fen["storage"] += float(sums[STORAGE] - capital) / futures
            fen["serve"] += each * sums[SOLD] / futures
            fen["shortage"] += (terms.lost + each) * sums[LOST] / futures
            fen["disposal"] += float(case.expired[s, w] * sums[EXPIRED]) / futures
            fen["leftover"] -= float(case.worth[s, w] * sums[LEFT]) / futures
        self._add_unserved(fen)
        asked = float(case.demand.sum()) / futures
        self.service = 1.0 - float(self.lost.sum() + self.unserved.sum()) / asked if asked else 1.0
        return self

    def _places(self) -> list[tuple[int, int]]:
        """Return the SKUs and warehouses where something is or is asked for."""
        is_place = (self._case.there[:, :, -1] > 0) | (self._sent[:, :, -1] > 0)
        for s, m in zip(*np.nonzero(self._homes >= 0), strict=True):
            is_place[s, self._homes[s, m]] = True
        return [(int(s), int(w)) for s, w in zip(*np.nonzero(is_place), strict=True)]

    def _add_unserved(self, fen: dict[str, float]) -> None:
        case = self._case
        for s, m in zip(*np.nonzero(self._homes < 0), strict=True):
            beyond = np.maximum(0, case.demand[s, m] - case.aside_all[s, m]).sum() / case.came.shape[1]
            self.unserved[s, m] = beyond
            fen["shortage"] += float(beyond * case.short[s, m])
