"""The replenishment: bound, homes, consolidation into boxes, and improvement until time or gap says stop."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.stock.bought import made_after
from optimizer.stock.compiled import compiled
from optimizer.stock.decode import decode, plan_of
from optimizer.stock.evaluate import Decisions, Value, evaluate_decisions, freight_fen, used_warehouses
from optimizer.stock.freight import rates_of
from optimizer.stock.frozen import Frozen, frozen_part
from optimizer.stock.futures import draw
from optimizer.stock.joint import Joint
from optimizer.stock.openings import share_openings
from optimizer.stock.params import Params, Progress, no_progress
from optimizer.stock.prepared import prepare
from optimizer.stock.relaxed import floor_prices, respond
from optimizer.stock.search import Search
from optimizer.stock.sku import Duals, no_duals

if TYPE_CHECKING:
    from data.stock_plan import StockPlan, StockStatus
    from optimizer.stock.compiled import Case
    from optimizer.stock.params import OnProgress
    from optimizer.stock.problem import Bools, Floats, Ints, Problem
    from optimizer.stock.relaxed import Answer

MOST_MARKETS = 10
"""Markets of one SKU up to which every set of them is tried in every warehouse."""
BOUND_ROUNDS = 40
_FIRST_ROUNDS = 8
_QUICK_ROUNDS = 6
_SCALINGS = 10
_MOST_SCALE = 50.0
_BOUND_SHARE, _JOINT_SHARE = 0.4, 0.6
"""Most of the time that is given to the bound, and of what is left once there is a plan, to that of shared boxes."""
_LOSSES = 5
"""Prices of lost pieces that are tried so that the service asked for is met, and no more."""
_TOPPINGS, _TOP_SWEEPS, _FIRST_TOPPING = 7, 2, 0.25
"""
Such prices at which a state is improved for that, sweeps over all warehouses at each, and the first of them in parts of
the mean shortage.
"""
_PRICES_SHARE = 0.5
"""Part of the time after which that price is not looked for any further, once the service is met."""
_ROUNDED_PARTS = 10
"""Parts of the cost, each rounded by at most half a fen; so is each consignment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    What a run found.

    Parameters
    ----------
    plan
        The best plan, with its bound and status.
    value
        What it costs and does.
    nothing
        The same of sending nothing more, with the homes that are best then.
    """

    plan: StockPlan
    value: Value
    nothing: Value


def solve(
    problem: Problem,
    params: Params | None = None,
    on_progress: OnProgress = no_progress,
    *,
    frozen: StockPlan | None = None,
    frozen_weeks: int = 0,
    fingerprint: str = "",
) -> Result:
    """
    Find what to send where, when and how, with a bound on every other plan.

    Parameters
    ----------
    problem
        What is decided.
    params
        Limits of the run, the defaults if None.
    on_progress
        Is told how the run stands.
    frozen, frozen_weeks
        An earlier plan of the same weeks, whose first weeks are kept as they are.
    fingerprint
        Of the data set, noted in the plan.

    Raises
    ------
    KeyboardInterrupt
        If it was stopped before there was a plan.
    ValueError
        When the problem contradicts itself.
    """
    check(problem)

    def small(few: Problem, some: Params) -> None:
        on_progress(Progress(elapsed_s=0.0, phase="prepare", cost_minor=None, bound_minor=None))
        _Run(few, some, no_progress, frozen_part(few, None, 0)).result("")

    prepare(problem, small)
    run = _Run(problem, params or Params(), on_progress, frozen_part(problem, frozen, frozen_weeks))
    return run.result(fingerprint)


def check(problem: Problem) -> None:
    """Raise a `ValueError` with everything in a problem that no plan could make good."""
    faults = []
    for name in ("mean", "sd", "storage_fen", "on_hand", "incoming", "leftover_fen", "disposal_fen", "open_fen"):
        array = getattr(problem, name)
        if not np.isfinite(array).all() or (array < 0).any():
            faults.append(f"{name}: every number must be finite and at least 0")
    if not 0.0 <= problem.service <= 1.0:
        faults.append(f"service: must be from 0 to 1, is {problem.service}")
    if (problem.mass_g <= 0).any() or (problem.volume_cm3 <= 0).any():
        faults.append("mass_g, volume_cm3: must be above 0")
    wide = (problem.mean.sum(axis=2) > 0).sum(axis=1) > MOST_MARKETS
    faults += [f"{problem.skus[s]}: asked for in more than {MOST_MARKETS} markets" for s in np.flatnonzero(wide)]
    names = [lane.id for lane in problem.lanes]
    if len(set(names)) < len(names):
        faults.append("lanes: ids must differ")
    faults += [
        f"lane {lane.id}: nothing can travel by it, as it has neither boxes nor a loose price"
        for lane in problem.lanes
        if not lane.boxes and lane.loose_fen_per_kg is None
    ]
    if faults:
        raise ValueError("; ".join(faults))


class _State(NamedTuple):
    """What every warehouse is sent, what that comes to, and the answer of SKUs and the prices it comes from."""

    search: Search
    value: Value
    answer: Answer
    scale: Floats
    opening: Floats
    loss: float


class _Run:
    """One run, and the best it has found."""

    def __init__(self, problem: Problem, params: Params, tell: OnProgress, frozen: Frozen) -> None:
        self._began = time.monotonic()
        self._problem, self._params, self._tell, self._frozen = problem, params, tell, frozen
        self._futures = draw(problem, params.futures, params.seed)
        case = compiled(problem, self._futures, frozen.received)
        lane_ok = case.lane_ok.copy()
        lane_ok[:, : frozen.weeks] = False
        made = made_after(case.made, frozen.units.sum(axis=1), frozen.weeks)
        self._case: Case = case._replace(lane_ok=lane_ok, made=made)
        self._rates = rates_of(problem)
        self._floor = floor_prices(problem)
        self._best: Decisions | None = None
        self._value: Value | None = None
        self._bound = -np.inf
        self._is_stopped = False

    def result(self, fingerprint: str) -> Result:
        """Work, and return the best plan."""
        nothing = self._nothing()
        try:
            self._work()
        except KeyboardInterrupt:
            # That nothing was found yet is no advice to send nothing.
            if self._best is None:
                raise
            self._is_stopped = True
        decisions, value = self._best, self._value
        if decisions is None or value is None:
            decisions, value = nothing
        bound = min(value.total_fen, int(np.floor(self._bound)))
        plan = plan_of(self._problem, self._params, decisions, value)
        status: StockStatus = "optimal" if bound == value.total_fen else "feasible"
        plan = replace(
            plan,
            bound_fen=bound,
            status="stopped" if self._is_stopped else status,
            runtime_s=round(time.monotonic() - self._began, 3),
            fingerprint=fingerprint,
        )
        return Result(plan=plan, value=value, nothing=nothing[1])

    def _work(self) -> None:
        zero = np.zeros((*self._case.there.shape[:2], self._problem.weeks), dtype=np.int64)
        relaxed = self._bounded(self._prices(), _FIRST_ROUNDS, zero, is_first=True)
        if relaxed is None:
            return
        relaxed = self._bounded(self._prices(), BOUND_ROUNDS, relaxed.sent) or relaxed
        opening = self._opening(relaxed)
        relaxed = self._bounded(self._prices(opening=opening), _QUICK_ROUNDS, relaxed.sent) or relaxed
        search, loss = self._consolidated(relaxed)
        self._sharpen(relaxed, loss)
        self._improve(search)

    def _prices(self, scale: Floats | float = 1.0, loss: float = 0.0, opening: Floats | None = None) -> Duals:
        """Return prices of space: those of the floor, times a number by lane and week."""
        duals = no_duals(self._case)
        found = duals._replace(
            volume=np.ascontiguousarray(self._floor[0][:, None] * scale + duals.volume),
            mass=np.ascontiguousarray(self._floor[1][:, None] * scale + duals.mass),
            loss=float(loss),
        )
        return found if opening is None else found._replace(opening=opening)

    def _bounded(
        self, duals: Duals, rounds: int, sent: Ints, lost: float = 0.0, *, is_first: bool = False
    ) -> Answer | None:
        """Let all SKUs answer to floor prices, and raise the bound; `lost` pieces are allowed by the price of loss."""
        # The first bound is needed in any case; once it is late, one round of each SKU has to do.
        limit = None if is_first else self._params.time_limit_s * _BOUND_SHARE
        answer = respond(self._case, duals, rounds, sent, lambda: self._is_late(limit), is_needed=is_first)
        if answer is not None:
            self._raise(answer.bound_fen - duals.loss * lost)
        return answer

    def _raise(self, bound_fen: float) -> None:
        """Raise the bound to what SKUs pay at least beyond what every plan pays."""
        slack = 0.5 * (_ROUNDED_PARTS + self._case.lane_ok.size)
        self._bound = max(self._bound, bound_fen * (1 - 1e-12) + self._constant() - slack)
        self._report("bound")

    def _constant(self) -> float:
        """Return what every plan pays: for what is there, on its way or frozen."""
        problem, case, frozen = self._problem, self._case, self._frozen
        total = float((problem.incoming.sum(axis=2) * case.landed).sum())
        for lane, week in zip(*np.nonzero(frozen.units.sum(axis=0)), strict=True):
            total += freight_fen(problem, self._rates, frozen.decisions, int(lane), int(week))
        for lane, one in enumerate(problem.lanes):
            each = case.landed[:, one.warehouse, None] + case.capital[:, None] * case.lane_way[lane]
            total += float((frozen.units[:, lane] * each).sum())
        return total + float(problem.open_fen[used_warehouses(problem, frozen.decisions)].sum())

    def _nothing(self) -> tuple[Decisions, Value]:
        """Return the plan that sends nothing more."""
        case = self._case._replace(lane_ok=np.zeros_like(self._case.lane_ok))
        zero = np.zeros((*case.there.shape[:2], self._problem.weeks), dtype=np.int64)
        answer = respond(case, self._prices(), 1, zero)
        homes = self._frozen.decisions.homes if answer is None else answer.homes
        decisions = Decisions(units=self._frozen.units, boxes=self._frozen.boxes, homes=homes)
        # What is fixed is among the units as well, and counts once.
        return decisions, evaluate_decisions(self._problem, self._plain(), decisions)

    def _plain(self) -> Case:
        """Return the case without what is fixed, in which whole plans are priced."""
        return self._case._replace(fixed=np.zeros_like(self._case.fixed))

    def _consolidated(self, relaxed: Answer) -> tuple[Search, float]:
        """Scale prices of space to what consignments really cost, and those of loss to the service asked for."""
        found, cheap = self._scaled(relaxed, 0.0)
        best = found
        wanted = self._problem.service
        step = float(self._case.short.mean()) + 1.0
        low, high, tried = 0.0, np.inf, 0
        while cheap.value.service < wanted and tried < _LOSSES and not self._is_late():
            best = min(best, self._met(cheap, step), key=self._rank_of)
            if found.value.service < wanted:
                low = found.loss
            else:
                high = found.loss
            if high <= 0.0 or (best.value.service >= wanted and self._is_past(_PRICES_SHARE)):
                break
            loss = (low + high) / 2 if np.isfinite(high) else max(step, 2 * low)
            answer = respond(self._case, self._prices(loss=loss), _QUICK_ROUNDS, relaxed.sent, self._is_late)
            if answer is None:
                break
            found, cheap = self._scaled(answer, loss)
            best = min(best, found, key=self._rank_of)
            tried += 1
        return best.search, best.loss

    def _met(self, state: _State, step: float) -> _State:
        """
        Return a state improved so that it meets the service asked for, at the least price of loss that does.

        Boxes that are paid for may have room for what is missing, which prices of space do not tell.
        """
        best, low, high, loss = state, 0.0, np.inf, _FIRST_TOPPING * step
        for _ in range(_TOPPINGS):
            topped = self._topped(state, loss)
            best = min(best, topped, key=self._rank_of)
            is_met = topped.value.service >= self._problem.service
            if self._is_late() or (is_met and self._is_past(_PRICES_SHARE)):
                break
            low, high = (low, loss) if is_met else (loss, high)
            loss = (low + high) / 2 if np.isfinite(high) else 2 * loss
        return best

    def _topped(self, state: _State, loss: float) -> _State:
        """Return a state after every warehouse was improved where lost pieces cost so much more."""
        search = self._searched(state.answer, state.scale, loss, state.opening)
        value = state.value
        for number in range(_TOP_SWEEPS):
            search.sweep(self._params.seed * 1_000 + number, 0.0)
            value = self._keep(search)
        return state._replace(search=search, value=value, loss=loss)

    def _scaled(self, relaxed: Answer, loss: float) -> tuple[_State, _State]:
        """Return the best state of some scalings, and the one that costs least whatever it serves."""
        answer, scale, opening = relaxed, np.ones(self._case.lane_ok.shape), np.zeros(self._case.there.shape[:2])
        states = [self._state(answer, scale, loss, opening)]
        for _ in range(_SCALINGS):
            scale, opening = self._rescaled(states[-1].search, scale, opening)
            fresh = respond(self._case, self._prices(scale, loss, opening), _QUICK_ROUNDS, answer.sent, self._is_late)
            if fresh is None:
                break
            answer = fresh
            states.append(self._state(answer, scale, loss, opening))
        return min(states, key=self._rank_of), min(states, key=lambda state: state.value.total_fen)

    def _state(self, answer: Answer, scale: Floats, loss: float, opening: Floats) -> _State:
        """Return the state in which SKUs do what they answered, kept if it is the best."""
        search = self._searched(answer, scale, loss, opening)
        return _State(search, self._keep(search), answer, scale, opening, loss)

    def _rank_of(self, state: _State) -> tuple[float, int]:
        return self._rank(state.value)

    def _searched(self, answer: Answer, scale: Floats, loss: float, opening: Floats) -> Search:
        """Return the state in which SKUs do what they answered."""
        duals = self._prices(scale, loss, opening)
        return Search.of(self._problem, self._case, self._rates, duals, answer)

    def _rescaled(self, search: Search, scale: Floats, opening: Floats) -> tuple[Floats, Floats]:
        """Return what space and warehouses really cost in a state, by unit of space and by SKU."""
        volume, mass = (prices[:, None] for prices in self._floor)
        floor = volume * search.scene.volume + mass * search.scene.mass
        real = search.scene.fee / np.maximum(floor, 1e-9)
        scaled = np.clip(np.where(search.scene.mass > 0, real, scale), 1.0, _MOST_SCALE)
        return scaled, np.where(*self._shares(search.homes), opening)

    def _opening_fen(self) -> Floats:
        """Return what opening each warehouse costs that is not in use anyway."""
        fen = self._problem.open_fen.astype(np.float64)
        fen[used_warehouses(self._problem, self._frozen.decisions)] = 0.0
        return fen

    def _shares(self, homes: Ints) -> tuple[Bools, Floats]:
        """Return where openings are shared by SKUs that use a warehouse, and the share of a SKU, both (S, W)."""
        fen = self._opening_fen()
        users = np.array([(homes == warehouse).any(axis=1).sum() for warehouse in range(fen.size)])
        shape = self._case.there.shape[:2]
        return np.broadcast_to(users > 0, shape), np.broadcast_to(fen / np.maximum(1, users), shape)

    def _opening(self, answer: Answer) -> Floats:
        """Share openings among SKUs so that the bound is greatest, raise it, and return the shares."""
        case, futures = self._case, self._case.came.shape[1]
        fen = self._opening_fen() * futures
        if not fen.any() or self._is_late():
            return np.zeros(case.there.shape[:2])
        asking = (case.demand.sum(axis=(2, 3)) > 0).sum(axis=1)
        found = share_openings(answer.bounds, asking, fen, self._is_late)
        self._raise(found.bound_fen / futures)
        return found.fen / futures

    def _sharpen(self, relaxed: Answer, loss: float) -> None:
        """Raise the bound: lost pieces have a price, and boxes are shared."""
        if self._value is None:
            return
        case, value = self._case, self._value
        lost = float(case.demand.sum()) / case.came.shape[1] * (1.0 - min(self._problem.service, value.service))
        loss = self._loss_of(relaxed, loss, lost)
        joint = Joint(self._problem, case, self._prices(loss=loss), self._opening_fen(), relaxed)
        spent = time.monotonic() - self._began
        limit = spent + _JOINT_SHARE * (self._params.time_limit_s - spent)
        joint.raise_bound(
            float(value.total_fen),
            lambda bound: self._raise(bound - loss * lost),
            lambda: self._report("bound"),
            lambda: self._is_close() or self._is_late(limit),
        )

    def _loss_of(self, relaxed: Answer, loss: float, lost: float) -> float:
        """Return the price of lost pieces, halved as long as the bound at floor prices grows by it."""
        best = -np.inf
        while loss > 0:
            answer = self._bounded(self._prices(loss=loss), _QUICK_ROUNDS, relaxed.sent, lost)
            if answer is None or answer.bound_fen - loss * lost <= best:
                return 2 * loss if np.isfinite(best) else loss
            best = answer.bound_fen - loss * lost
            loss = loss / 2 if loss > 1.0 else 0.0
        return loss

    def _improve(self, search: Search) -> None:
        """Improve warehouse by warehouse, hot at first."""
        sweep = 0
        while not self._is_done(sweep):
            heat = 1.0 - (sweep / self._params.effort if self._params.deterministic else self._spent())
            search.sweep(self._params.seed * 1_000 + sweep, heat)
            self._keep(search)
            sweep += 1

    def _keep(self, search: Search) -> Value:
        """Keep a state if it is the best, after it was written down and priced as a plan."""
        decisions = decode(self._problem, self._case, self._rates, search, self._frozen)
        value = evaluate_decisions(self._problem, self._plain(), decisions)
        if self._value is None or self._rank(value) < self._rank(self._value):
            self._best, self._value = decisions, value
        self._report("improve")
        return value

    def _rank(self, value: Value) -> tuple[float, int]:
        """Return what is better if lower: the service that is missing, then the cost."""
        return max(0.0, round(self._problem.service - value.service, 6)), value.total_fen

    def _is_done(self, sweep: int) -> bool:
        if self._is_close():
            return True
        return sweep >= self._params.effort if self._params.deterministic else self._is_late()

    def _is_close(self) -> bool:
        """Say whether the gap asked for is reached."""
        total = None if self._value is None else self._value.total_fen
        return total is not None and total - self._bound <= self._params.gap * max(1, total)

    def _is_past(self, share: float) -> bool:
        """Say whether so much of the time is over, which nobody looks at in a deterministic run."""
        return not self._params.deterministic and self._spent() > share

    def _spent(self) -> float:
        return min(1.0, (time.monotonic() - self._began) / max(0.001, self._params.time_limit_s))

    def _is_late(self, limit: float | None = None) -> bool:
        if self._params.deterministic:
            return False
        return time.monotonic() - self._began > (self._params.time_limit_s if limit is None else limit)

    def _report(self, phase: str) -> None:
        cost = None if self._value is None else self._value.total_fen
        bound = int(self._bound) if np.isfinite(self._bound) else None
        elapsed = time.monotonic() - self._began
        self._tell(Progress(elapsed_s=elapsed, phase=phase, cost_minor=cost, bound_minor=bound))
