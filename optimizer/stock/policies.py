"""
Rules between plans: what is ordered by which lane, given what is on the shelf and on the way.

All are of one form. Lanes of a warehouse are taken from the fastest to the slowest. For each, the position is what is
on the shelf, what is due within some weeks, and what was just ordered by faster lanes; if it is below a trigger, it is
filled up to a level, within a cap; a flow of the slow lane may come on top. Levels are quantiles of the demand until
the order after next could be on the shelf, so they follow seasons and closures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from optimizer.stock.forecast import gamma_quantile
from optimizer.stock.policies_lanes import homes_of, ranks_of, unit_fen
from optimizer.stock.simulate_futures import weeks_of
from optimizer.stock.simulate_world import Orders, hold_fen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.stock.policies_lanes import Ranks
    from optimizer.stock.problem import Bools, Floats, Ints, Problem
    from optimizer.stock.simulate_world import Levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What a rule is tuned by; a rule uses those that it has a use for.

    Parameters
    ----------
    slow, between, fast
        Safety of the levels of the cheap, the middle and the fast lane, in standard deviations of demand.
    trigger
        Safety below which the fast lane is used at all (the usual rule "by air when short").
    every
        Weeks from one order by a cheap lane to the next; a fast lane may be used every week.
    cap
        Most of a week by the cheap lane, in mean weeks of demand.
    flow
        What the cheap lane carries every week whatever happens, in mean weeks of demand; a fraction, so that orders
        of whole cartons alternate.
    """

    slow: float = 1.5
    between: float = 1.0
    fast: float = 0.5
    trigger: float = 0.0
    every: int = 2
    cap: float = 1.5
    flow: float = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    A rule for one problem.

    Parameters
    ----------
    name
        One of `RULES`.
    settings
        By which it was made.
    orders
        As the simulator plays it.
    warehouses
        Shape (W,): those it sends to.
    """

    name: str
    settings: Settings
    orders: Orders
    warehouses: Bools


class Base:
    """
    What all rules of one problem rest on, worked out once.

    Parameters
    ----------
    problem
        What is planned.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.unit = unit_fen(problem)
        self.ranks: Ranks = ranks_of(problem, self.unit)
        self.homes, self.used = homes_of(problem, self.unit)
        skus, warehouses = len(problem.skus), len(problem.warehouses)
        self.mean = np.zeros((skus, warehouses, problem.weeks))
        """Shape (S, W, T): pieces asked for of the stock of a warehouse."""
        self.variance = np.zeros_like(self.mean)
        for s, m in np.argwhere(self.homes >= 0):
            self.mean[s, self.homes[s, m]] += problem.mean[s, m]
            self.variance[s, self.homes[s, m]] += problem.sd[s, m] ** 2
        self.is_used = self.mean.any(axis=2)
        self.lead = np.array([lane.lead_weeks() for lane in problem.lanes], dtype=np.int64)
        self.spread = np.array([np.var(weeks_of(np.asarray(lane.lead_days))) for lane in problem.lanes])
        self._sums = [
            np.concatenate([np.zeros((skus, warehouses, 1)), np.cumsum(values, axis=2)], axis=2)
            for values in (self.mean, self.variance)
        ]

    def goes(self, every: int) -> Bools:
        """Return when an order by each lane may leave and be there within the weeks, shape (L, T)."""
        weeks = self.problem.weeks
        goes = np.zeros((len(self.problem.lanes), weeks), dtype=np.bool_)
        for at, lane in enumerate(self.problem.lanes):
            leaving = np.flatnonzero(lane.weeks & (np.arange(weeks) + self.lead[at] < weeks))
            goes[at, leaving[::every]] = True
        return goes

    def levels(self, lane: Ints, goes: Bools, safety: Floats | float) -> Levels:
        """
        Return a quantile of the demand until the order after the next one can be on the shelf.

        Parameters
        ----------
        lane
            Shape (S, W).
        goes
            Shape (L, T): when an order may leave.
        safety
            Standard deviations above the mean, of a normal variable with the same probability; may be (S, W).

        Returns
        -------
        levels
            Shape (S, W, T), pieces.
        """
        skus, warehouses, weeks = self.mean.shape
        ends = np.minimum(_next(goes) + self.lead[:, None], weeks)
        end = np.where(lane[:, :, None] >= 0, ends[lane], 0)
        begin = np.broadcast_to(np.minimum(np.arange(weeks) + 1, weeks), end.shape)
        end = np.maximum(end, begin)
        s, w = np.ogrid[:skus, :warehouses]
        mean, variance = (
            sums[s[:, :, None], w[:, :, None], end] - sums[s[:, :, None], w[:, :, None], begin] for sums in self._sums
        )
        rate = mean / np.maximum(1, end - begin)
        variance = variance + rate**2 * np.where(lane >= 0, self.spread[lane], 0.0)[:, :, None]
        z = np.broadcast_to(np.asarray(safety, dtype=float), (skus, warehouses))[:, :, None]
        return gamma_quantile(mean, np.sqrt(variance), z).astype(np.float32)

    def at_home(self, lane: Ints) -> Ints:
        """Return lanes only of the SKUs whose stock lies in a warehouse."""
        return np.where(self.is_used, lane, -1)

    def week(self) -> Floats:
        """Return the mean demand of a week, shape (S, W)."""
        return np.asarray(self.mean.mean(axis=2))


def _next(goes: Bools) -> Ints:
    """Return for each lane and week the next later week in which an order leaves, T if there is none."""
    weeks = goes.shape[1]
    found = np.full(goes.shape, weeks, dtype=np.int64)
    for week in range(weeks - 2, -1, -1):
        found[:, week] = np.where(goes[:, week + 1], week + 1, found[:, week + 1])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rank:
    """One rank of lanes; see `optimizer.stock.simulate_world.Orders`. A window of None is the whole way."""

    lane: Ints
    goes: Bools
    level: Levels
    window: Ints | None = None
    below: Levels | None = None
    cap: Floats | None = None
    flow: Floats | None = None


def _rule(base: Base, name: str, settings: Settings, ranks: list[_Rank]) -> Rule:
    """Return a rule of ranks of lanes, the fastest first."""
    skus, warehouses, weeks = base.mean.shape
    every, nothing = np.full((skus, warehouses), np.inf), np.zeros((skus, warehouses))
    whole = np.full((skus, warehouses), weeks)
    return Rule(
        name=name,
        settings=settings,
        orders=Orders(
            lane=np.stack([rank.lane for rank in ranks]),
            goes=np.stack([rank.goes for rank in ranks]),
            window=np.stack([whole if rank.window is None else rank.window for rank in ranks]),
            level=np.stack([rank.level for rank in ranks]),
            below=np.stack([rank.level if rank.below is None else rank.below for rank in ranks]),
            cap=np.stack([every if rank.cap is None else rank.cap for rank in ranks]),
            flow=np.stack([nothing if rank.flow is None else rank.flow for rank in ranks]),
        ),
        warehouses=base.used,
    )


def _filled(base: Base, lane: Ints, every: int, safety: Floats | float) -> _Rank:
    """Return a lane by which the whole position is filled up."""
    goes = base.goes(every)
    return _Rank(lane=lane, goes=goes, level=base.levels(lane, goes, safety))


def sea_only(base: Base, settings: Settings) -> Rule:
    """Return: everything by sea, up to a level with safety stock."""
    return _rule(base, "sea", settings, [_filled(base, base.at_home(base.ranks.sea), settings.every, settings.slow)])


def air_when_short(base: Base, settings: Settings) -> Rule:
    """
    Return the usual rule: by sea up to a level, and by the fastest lane when stock runs short.

    Short is what would not last, with the trigger's safety, until what is ordered now by the fastest lane is there;
    then it is filled up for as long as an order by sea takes to come round.
    """
    sea, fast = base.at_home(base.ranks.sea), _faster(base, base.ranks.sea)
    goes = base.goes(1)
    seldom = base.goes(max(1, settings.every))
    quick = _Rank(
        lane=fast, goes=goes, window=_lead(base, fast),
        level=base.levels(fast, seldom, settings.fast), below=base.levels(fast, goes, settings.trigger),
    )  # fmt: skip
    return _rule(base, "air-when-short", settings, [quick, _filled(base, sea, settings.every, settings.slow)])


def own_base_stock(base: Base, settings: Settings) -> Rule:
    """
    Return: each SKU for itself, by the one lane that is cheapest for it alone, up to its own newsvendor's level.

    The level balances what a piece too few costs against capital and storage of a piece too many for the weeks until
    it can be corrected; the setting `slow` is added to every safety alike.
    """
    problem = base.problem
    lane = base.at_home(base.ranks.slow)
    hold = hold_fen(problem)[:, None] + problem.storage_fen.mean(axis=1)[None, :] * problem.volume_cm3[:, None] / 1e6
    weeks = np.where(lane >= 0, base.lead[lane] + settings.every, 1)
    piece = np.where(lane >= 0, base.unit[lane, np.arange(len(problem.skus))[:, None]], 0.0)
    short = np.zeros(lane.shape)
    for s, m in np.argwhere(base.homes >= 0):
        w = base.homes[s, m]
        short[s, w] = max(short[s, w], problem.shortage_fen[s, m] - problem.serve_fen[s, w, m])
    few = np.maximum(0.0, short - piece - problem.inbound_fen - problem.duty_fen)
    share = np.clip(few / np.maximum(1e-9, few + hold * weeks), 0.01, 0.999)
    safety = np.vectorize(NormalDist().inv_cdf)(share) + settings.slow
    return _rule(base, "own-base-stock", settings, [_filled(base, lane, settings.every, safety)])


def single_index(base: Base, settings: Settings) -> Rule:
    """Return: both lanes look at the whole position, the fast one fills it to a lower level, the cheap one higher."""
    slow, fast = base.at_home(base.ranks.slow), _faster(base, base.ranks.slow)
    return _rule(
        base, "single-index", settings,
        [_filled(base, fast, 1, settings.fast), _filled(base, slow, settings.every, settings.slow)],
    )  # fmt: skip


def dual_index(base: Base, settings: Settings) -> Rule:
    """Return: the fast lane looks only at what is due before its own order, the cheap one at the whole position."""
    slow = base.at_home(base.ranks.slow)
    quick = _urgent(base, _faster(base, base.ranks.slow), settings.fast)
    return _rule(base, "dual-index", settings, [quick, _filled(base, slow, settings.every, settings.slow)])


def capped_dual_index(base: Base, settings: Settings) -> Rule:
    """Return the dual index with a most of a week for the cheap lane."""
    plain = dual_index(base, settings)
    cap = np.full(plain.orders.cap.shape, np.inf)
    cap[1] = settings.cap * base.week() * settings.every
    return replace(plain, name="capped-dual-index", orders=plain.orders._replace(cap=cap))


def base_surge(base: Base, settings: Settings) -> Rule:
    """
    Return the tailored base-surge: a constant flow by the cheap lane, the fast lane as a dual index.

    The flow is a fraction of mean demand and need not be whole: what does not make a carton is carried to the next
    week, so orders alternate.
    """
    slow = base.at_home(base.ranks.slow)
    goes = base.goes(settings.every)
    nothing = np.zeros(base.mean.shape, dtype=np.float32)
    steady = _Rank(lane=slow, goes=goes, level=nothing, flow=settings.flow * base.week())
    return _rule(base, "base-surge", settings, [_urgent(base, _faster(base, base.ranks.slow), settings.fast), steady])


def tri_index(base: Base, settings: Settings) -> Rule:
    """Return the dual index with a lane between: each lane looks at what is due before its own order."""
    slow = base.at_home(base.ranks.slow)
    between = base.at_home(base.ranks.between)
    ranks = [
        _urgent(base, _faster(base, base.ranks.slow), settings.fast),
        _urgent(base, between, settings.between),
        _filled(base, slow, settings.every, settings.slow),
    ]
    return _rule(base, "tri-index", settings, ranks)


def _urgent(base: Base, lane: Ints, safety: float) -> _Rank:
    """Return a lane that fills up what is due before its own order, every week."""
    goes = base.goes(1)
    return _Rank(lane=lane, goes=goes, window=_lead(base, lane), level=base.levels(lane, goes, safety))


def _faster(base: Base, than: Ints) -> Ints:
    """Return the fastest lanes, -1 where they are no faster than others."""
    fast = base.ranks.fast
    return base.at_home(np.where(base.lead[fast] < base.lead[than], fast, -1))


def _lead(base: Base, lane: Ints) -> Ints:
    """Return planned weeks of lanes."""
    return np.where(lane >= 0, base.lead[lane], 0)


RULES: Mapping[str, Callable[[Base, Settings], Rule]] = MappingProxyType(
    {
        "sea": sea_only,
        "air-when-short": air_when_short,
        "own-base-stock": own_base_stock,
        "single-index": single_index,
        "dual-index": dual_index,
        "capped-dual-index": capped_dual_index,
        "base-surge": base_surge,
        "tri-index": tri_index,
    }
)
"""All rules by name."""
BASELINES = ("sea", "air-when-short", "own-base-stock")
"""What sellers do without a plan."""
