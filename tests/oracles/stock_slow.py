"""Stock week by week in plain Python, by lists of single pieces: what the compiled simulator is checked against."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.stock.simulate_freight import freight_fen, prices_of

if TYPE_CHECKING:
    import numpy as np

    from optimizer.stock.problem import Lane, Problem
    from optimizer.stock.simulate_world import Orders


class Piece(NamedTuple):
    """A piece by its age in weeks at the beginning of week 0, negative if it was received later."""

    age_at_start: int


class Way(NamedTuple):
    """Pieces on their way: when they are there, when they should be, and how many."""

    comes: int
    planned: int
    units: int


class SlowStock:
    """
    One future, played piece by piece.

    Parameters
    ----------
    problem
        What is planned.
    demand
        Pieces by (SKU, market) and week.
    lead
        Shape (L, T): weeks.
    """

    def __init__(self, problem: Problem, demand: dict[tuple[int, int], np.ndarray], lead: np.ndarray) -> None:
        self.problem, self.demand, self.lead = problem, demand, lead
        self.cost: dict[str, float] = dict.fromkeys(
            ("freight", "inbound", "duty", "storage", "capital", "serve", "shortage", "leftover", "disposal"), 0.0
        )
        places = [(s, w) for s in range(len(problem.skus)) for w in range(len(problem.warehouses))]
        self.shelf: dict[tuple[int, int], list[Piece]] = {place: [] for place in places}
        self.ways: dict[tuple[int, int], list[Way]] = {place: [] for place in places}
        self.asked = self.met = 0
        self.early = [0, 0]
        self.aged: dict[int, int] = {}
        for s, w in places:
            for age, units in reversed(list(enumerate(problem.on_hand[s, w].tolist()))):
                self.shelf[s, w] += [Piece(age)] * units
            for week, units in enumerate(problem.incoming[s, w].tolist()):
                if units:
                    comes = self._open(w, week)
                    self.ways[s, w].append(Way(comes, comes, units))
        self.leaving = [[0] * len(problem.skus) for _ in range(problem.weeks)]
        self.carry: dict[tuple[int, int, int], float] = {}
        self.credit: dict[tuple[int, int, int], float] = {}

    def play(self, units: np.ndarray | None, orders: Orders | None) -> None:
        """Play all weeks: what a plan sends, shape (L, T, S), or what a rule orders."""
        problem = self.problem
        for week in range(problem.weeks):
            self._receive(week)
            self._expire(week)
            for s in range(len(problem.skus)):
                self._meet(s, week)
            self._keep(week)
            sent = self._ordered(orders, week) if units is None else units[:, week, :]
            for at, lane in enumerate(problem.lanes):
                self._leave(at, lane, sent[at], week, with_price=units is None)
        for (s, w), pieces in self.shelf.items():
            way = sum(one.units for one in self.ways[s, w])
            self.cost["inbound"] += float(problem.inbound_fen[s, w]) * way
            self.cost["duty"] += float(problem.duty_fen[s, w]) * way
            self.cost["leftover"] -= float(problem.leftover_fen[s, w]) * (len(pieces) + way)

    def goods(self) -> tuple[int, float]:
        """Return how many of the pieces that left were in production, and fen of the others, piece by piece."""
        made, bought = 0, 0.0
        for s, value in enumerate(self.problem.value_fen.tolist()):
            ready = 0
            for week, leaving in enumerate(self.leaving):
                ready += 0 if self.problem.made is None else int(self.problem.made[s, week])
                for _ in range(leaving[s]):
                    made, ready, bought = (made + 1, ready - 1, bought) if ready else (made, ready, bought + value)
        return made, bought

    def _hold(self, s: int) -> float:
        return float(self.problem.value_fen[s]) * self.problem.holding_per_year * 7 / 365

    def _open(self, w: int, week: int) -> int:
        """Return when a warehouse takes stock that arrives in a week."""
        weeks = self.problem.weeks
        return next((at for at in range(week, weeks) if self.problem.is_open[w, at]), weeks)

    def _receive(self, week: int) -> None:
        for (s, w), ways in self.ways.items():
            here = sum(one.units for one in ways if one.comes == week)
            self.ways[s, w] = [one for one in ways if one.comes != week]
            self.shelf[s, w] += [Piece(-week)] * here
            self.shelf[s, w].sort(key=lambda piece: -piece.age_at_start)
            self.cost["inbound"] += float(self.problem.inbound_fen[s, w]) * here
            self.cost["duty"] += float(self.problem.duty_fen[s, w]) * here

    def _expire(self, week: int) -> None:
        for (s, w), pieces in self.shelf.items():
            most = int(self.problem.shelf_weeks[s])
            if most >= 0:
                kept = [piece for piece in pieces if piece.age_at_start + week < most]
                lost = float(self.problem.disposal_fen[s, w] + self.problem.value_fen[s])
                self.cost["disposal"] += lost * (len(pieces) - len(kept))
                self.shelf[s, w] = kept

    def _meet(self, s: int, week: int) -> None:
        problem = self.problem
        left = {m: int(self.demand[s, m][week]) for m in range(len(problem.markets)) if (s, m) in self.demand}
        self.asked += sum(left.values())
        early = [m for m in left if week < self._reach(s, m)]
        self.early[0] += sum(left[m] for m in early)
        self.early[1] += sum(left[m] for m in early)
        ways = [
            (int(problem.serve_fen[s, w, m] - problem.shortage_fen[s, m]), w, m)
            for w in range(len(problem.warehouses))
            for m in left
            if problem.serve_fen[s, w, m] >= 0
        ]
        for _, w, m in sorted(ways):
            while left[m] and self.shelf[s, w]:
                self.shelf[s, w].pop(0)
                left[m] -= 1
                self.met += 1
                self.cost["serve"] += float(problem.serve_fen[s, w, m])
        self.early[1] -= sum(left[m] for m in early)
        self.cost["shortage"] += sum(float(problem.shortage_fen[s, m]) * units for m, units in left.items())

    def _reach(self, s: int, m: int) -> int:
        """Return the first week in which anything that is sent can be received where the market is served from."""
        problem = self.problem
        return min(
            (
                week + lane.lead_weeks()
                for lane in problem.lanes
                for week in range(problem.weeks - lane.lead_weeks())
                if problem.serve_fen[s, lane.warehouse, m] >= 0
                if lane.weeks[week] and problem.is_open[lane.warehouse, week + lane.lead_weeks()]
            ),
            default=problem.weeks,
        )

    def _keep(self, week: int) -> None:
        problem = self.problem
        last = problem.storage_fen.shape[1] - 1
        for (s, w), pieces in self.shelf.items():
            for piece in pieces:
                age = min(last, piece.age_at_start + week)
                self.aged[age] = self.aged.get(age, 0) + 1
                self.cost["storage"] += float(problem.storage_fen[w, age]) * float(problem.volume_cm3[s]) / 1e6
                self.cost["capital"] += self._hold(s)

    def _leave(self, at: int, lane: Lane, sent: Any, week: int, *, with_price: bool) -> None:  # noqa: ANN401
        problem, weeks = self.problem, self.problem.weeks
        lead = int(self.lead[at, week])
        comes = self._open(lane.warehouse, min(weeks, week + lead)) if week + lead < weeks else weeks
        planned_at = week + lane.lead_weeks()
        planned = self._open(lane.warehouse, planned_at) if planned_at < weeks else weeks
        mass = volume = 0
        for s, units in enumerate(int(one) for one in sent):
            if units:
                self.leaving[week][s] += units
                self.ways[s, lane.warehouse].append(Way(comes, planned, units))
                self.cost["capital"] += self._hold(s) * max(lead, comes - week) * units
                mass += units * int(problem.mass_g[s])
                volume += units * int(problem.volume_cm3[s])
        if with_price and mass:
            self.cost["freight"] += freight_fen(prices_of(problem.lanes), at, float(mass), float(volume))

    def _ordered(self, orders: Orders, week: int) -> list[list[int]]:
        """Return what the rule orders in a week, by lane and SKU."""
        problem = self.problem
        sent = [[0] * len(problem.skus) for _ in problem.lanes]
        for s in range(len(problem.skus)):
            carton, least = int(problem.carton_units[s]), int(problem.least_units[s])
            lot = math.ceil(max(1, least) / carton) * carton
            for w in range(len(problem.warehouses)):
                now = 0
                for rank in range(len(orders.lane)):
                    lane = int(orders.lane[rank, s, w])
                    if lane < 0:
                        continue
                    key = (rank, s, w)
                    self.carry[key] = self.carry.get(key, 0.0) + float(orders.flow[key])
                    cap = float(orders.cap[key])
                    self.credit[key] = min(self.credit.get(key, 0.0) + cap, max(cap, lot))
                    if not orders.goes[rank, lane, week]:
                        continue
                    flow = 0 if self.carry[key] < lot - 1e-9 else int(self.carry[key] / carton + 1e-9) * carton
                    self.carry[key] -= flow
                    until = week + int(orders.window[key])
                    is_all = int(orders.window[key]) >= problem.weeks
                    last = min(problem.weeks, until)
                    due = sum(one.units for one in self.ways[s, w] if is_all or one.planned <= last)
                    position = len(self.shelf[s, w]) + due + now
                    level, below = float(orders.level[(*key, week)]), float(orders.below[(*key, week)])
                    units = flow
                    if position < below and position < level:
                        wanted = math.ceil(max(level - position, least) / carton - 1e-9) * carton
                        if wanted > self.credit[key]:
                            wanted = int(self.credit[key] / carton + 1e-9) * carton
                        if wanted >= least:
                            self.credit[key] -= wanted
                            units += wanted
                    sent[lane][s] += units
                    now += units
        return sent
