"""
The bound when SKUs share whole boxes.

A box is paid for by whoever uses it: a part by the space of the goods in it, the rest in shares by SKU, lane and week,
which no SKU avoids by sending a little every week. Shares of boxes and of opening warehouses move towards whoever uses
them until the bound grows no more. See docs/stock.md for the proof.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.stock.compiled import G_PER_KG
from optimizer.stock.joint_kernel import (
    Kept,
    Use,
    excess_of,
    idle_of,
    spread_all,
    turn_some,
    whole_some,
    widths_of,
)
from optimizer.stock.offers import Space
from optimizer.stock.pool import NEVER
from optimizer.stock.relaxed import WORKERS, floor_prices

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from optimizer.stock.compiled import Case
    from optimizer.stock.problem import Floats, Ints, Problem
    from optimizer.stock.relaxed import Answer
    from optimizer.stock.sku import Duals

    Place = tuple[int, int]

_CHUNK = 8
_ROUNDS, _STEPS = 30, 50
"""Times at which every set of markets is bounded, and steps of prices between them."""
_SET_ROUNDS, _FRESH_TURNS = 30, 6
"""Rounds of curves of a set on which a bound depends, and those of one that is kept from now on."""
_FIRST_PART = 0.95
"""Part of the price of space that goods in boxes pay at first."""
_FIRST_KEPT, _MORE_KEPT, _NEAR = 12, 4, 0.005
"""Sets kept of a SKU at first, more of them each time, and the part of its cost by which those may be dearer."""
_MOST_NUMBERS = 100_000_000
"""In curves that are kept."""
_BEND, _MEMORY, _MOMENTUM = 0.03, 0.1, 0.9
"""Weights: of new curves, of what is used now in its mean, and of that mean in a step."""
_FIRST_AIM, _LAST_AIM, _PATIENCE = 0.03, 2e-4, 15
"""Part of the cost by which a step aims above the best bound, at first and at least; steps in vain that halve it."""
_SMALL, _MOST_SMALL = 2e-4, 3
"""Part of the cost by which the bound has to grow from one time to the next, and how often it may not."""
_TINY = 1e-9


class _Boxes(NamedTuple):
    """
    The boxes of all lanes; those that do not exist have no end of a price.

    Parameters
    ----------
    price, full
        Shape (B, L, 1): fen, and the floor price of as much as it holds.
    """

    price: Floats
    full: Floats

    @classmethod
    def of(cls, problem: Problem, floor: tuple[Floats, Floats]) -> _Boxes:
        """Return those of a problem."""
        most = max((len(lane.boxes) for lane in problem.lanes), default=0)
        table = np.zeros((2, max(1, most), len(problem.lanes), 1))
        table[0] = np.inf
        for index, lane in enumerate(problem.lanes):
            for column, box in enumerate(lane.boxes):
                full = floor[0][index] * box.volume_cm3 + floor[1][index] * box.payload_g
                table[:, column, index, 0] = box.price_fen, full
        return cls(table[0], table[1])

    def rest(self, part: Floats) -> tuple[Floats, Floats]:
        """
        Return what SKUs share if goods pay a part of the floor price, and what that falls by with it.

        Each of shape (L, T), as is the part.
        """
        left = self.price - part * self.full
        which = left.argmin(axis=0)[None]
        least = np.take_along_axis(left, which, 0)[0]
        falls = np.take_along_axis(np.broadcast_to(self.full, left.shape), which, 0)[0]
        return np.where(np.isfinite(least), np.maximum(0.0, least), 0.0) * (1 - _TINY), falls


class Joint:
    """
    Prices of what SKUs share, and the bound under them.

    Parameters
    ----------
    problem, case
        What is decided.
    duals
        Prices of lost pieces; those of space are not looked at.
    opening_fen
        Shape (W,): what opening a warehouse costs.
    answer
        Where to begin: what SKUs send under other prices.
    """

    def __init__(self, problem: Problem, case: Case, duals: Duals, opening_fen: Floats, answer: Answer) -> None:
        self._case, self._duals, self._begin = case, duals, answer.sent
        self._opening = opening_fen * (1 - _TINY)
        floor = floor_prices(problem)
        self._boxes = _Boxes.of(problem, floor)
        skus, warehouses = case.there.shape[:2]
        lanes, weeks = case.lane_ok.shape
        part = np.where(np.isfinite(self._boxes.price).any(axis=0), _FIRST_PART, -1.0).repeat(weeks, axis=1)
        shape = (skus, lanes, weeks)
        # Whoever sends something to a warehouse pays nearly all of it at first.
        users = (answer.sent[:, :, -1] > 0) + 0.05
        users /= users.sum(axis=0)
        share = np.ascontiguousarray(users[:, case.lane_w, None] * self._boxes.rest(part)[0])
        self._space = Space(*floor, *_loose_prices(problem), part, share, users * self._opening)
        self._use = Use(np.zeros(shape), np.zeros((skus, warehouses)), np.zeros(skus))
        self._mean: tuple[Floats, ...] = ()
        self._aim, self._first_kept = _FIRST_AIM, _FIRST_KEPT
        self._total = np.zeros(skus)
        self._idle = idle_of(case, duals)
        sets = 1 << int((case.demand.sum(axis=(2, 3)) > 0).sum(axis=1).max(initial=0))
        self._low = np.full((skus, warehouses + 1, sets), NEVER)
        none = np.zeros(0, dtype=np.int64)
        self._kept = Kept(
            np.zeros(skus + 1, dtype=np.int64), none, none, np.zeros(1, dtype=np.int64), np.zeros(0), np.zeros(0),
            np.zeros((0, weeks), dtype=np.int64),
        )  # fmt: skip

    def raise_bound(
        self,
        cost_fen: float,
        on_bound: Callable[[float], object],
        on_step: Callable[[], object],
        is_over: Callable[[], bool],
    ) -> None:
        """
        Move prices so that the bound is about as great as it can be.

        Parameters
        ----------
        cost_fen
            About what a good plan costs, by which steps are measured.
        on_bound
            Told every bound, fen on average over the futures, without what every plan pays.
        on_step
            Told of every step between them; may raise what ends the work.
        is_over
            Asked now and then whether to stop.
        """
        best, in_vain = -np.inf, 0
        for _ in range(_ROUNDS):
            bound = self._whole(is_over)
            if bound is None:
                return
            on_bound(bound)
            if bound < best + _SMALL * cost_fen:
                in_vain, self._aim = in_vain + 1, max(_LAST_AIM, self._aim / 4)
            best = max(best, bound)
            if in_vain == _MOST_SMALL or is_over() or not self._has_kept_more():
                return
            self._climb(bound, cost_fen, on_step, is_over)

    def _whole(self, is_over: Callable[[], bool]) -> float | None:
        """Return the bound at these prices, None if it was stopped."""
        total = self._total

        def some(first: int) -> bool:
            if is_over():
                return False
            last = min(total.size, first + _CHUNK)
            whole_some(
                self._case, self._duals, self._space, first, last, _SET_ROUNDS, self._idle, self._begin, self._kept,
                self._low, total,
            )  # fmt: skip
            return True

        return float(total.sum()) / self._case.came.shape[1] if self._for_all(some) else None

    def _for_all(self, some: Callable[[int], bool]) -> bool:
        """Do something for all SKUs, and say whether it was done for all."""
        with ThreadPoolExecutor(WORKERS) as pool:
            return all(pool.map(some, range(0, self._total.size, _CHUNK)))

    def _climb(self, bound: float, cost_fen: float, on_step: Callable[[], object], is_over: Callable[[], bool]) -> None:
        """Move prices towards what is used, and leave them where the sets that are kept had the greatest bound."""
        best, in_vain, prices = bound, 0, self._prices()
        for _ in range(_STEPS):
            value = self._turn(_BEND)
            on_step()
            if value > best:
                in_vain = 0 if value > best + _SMALL / 10 * cost_fen else in_vain + 1
                best, prices = value, self._prices()
            else:
                in_vain += 1
            if in_vain >= _PATIENCE:
                self._aim, in_vain = max(_LAST_AIM, self._aim / 2), 0
            if is_over():
                break
            self._step(best - value + self._aim * cost_fen)
        for array, kept in zip(self._moved(), prices, strict=True):
            array[:] = kept

    def _moved(self) -> tuple[Floats, Floats, Floats]:
        return self._space.part, self._space.share, self._space.opening

    def _prices(self) -> tuple[Floats, ...]:
        return tuple(array.copy() for array in self._moved())

    def _turn(self, weight: float) -> float:
        """Bend curves, and return the bound that only looks at sets that are kept."""

        def some(first: int) -> bool:
            last = min(self._total.size, first + _CHUNK)
            turn_some(
                self._case, self._duals, self._space, first, last, weight, self._idle, self._kept, self._use
            )  # fmt: skip
            return True

        self._for_all(some)
        return float(self._use.total.sum()) / self._case.came.shape[1]

    def _step(self, height: float) -> None:
        """Move prices so far that the bound would rise by so much if it went on as it does here."""
        space = self._space
        now = (self._use.boxed.sum(axis=0), (self._use.boxed > 0).astype(np.float64), self._use.opened)
        if not self._mean:
            self._mean = tuple(array.copy() for array in now)
        self._mean = tuple(mean + _MEMORY * (array - mean) for mean, array in zip(self._mean, now, strict=True))
        filled, used, opened = (_MOMENTUM * m + (1 - _MOMENTUM) * n for m, n in zip(self._mean, now, strict=True))
        # So many boxes leave, of which more must be shared if goods pay less by space.
        boxes = self._mean[1].max(axis=0)
        falls = np.maximum(self._boxes.rest(space.part)[1], _TINY)
        rise = np.where(space.part >= 0, filled / falls - boxes, 0.0)
        # What is common to all SKUs changes nothing, as sums of shares stay.
        used -= used.mean(axis=0)
        opened -= opened.mean(axis=0)
        length = float((rise * rise).sum() + (used * used).sum() + (opened * opened).sum())
        step = height / max(length, _TINY)
        space.part[:] = np.where(space.part >= 0, np.clip(space.part + step * rise / falls, 0.0, 1.0), space.part)
        space.share[:] += step * used
        space.opening[:] += step * opened
        spread_all(space, self._boxes.rest(space.part)[0], self._opening)

    def _has_kept_more(self) -> bool:
        """Keep curves of the sets too that a SKU might choose, unless they are too many."""
        kept, case = self._kept, self._case
        sku, owner, mask, old = self._chosen()
        start = np.append(0, np.cumsum(widths_of(case, self._duals, sku, owner, mask) * case.lane_ok.shape[1]))
        if start[-1] > _MOST_NUMBERS:
            if kept.owner.size or self._first_kept == 1:
                return False
            self._first_kept //= 2
            return self._has_kept_more()
        first = np.searchsorted(sku, np.arange(self._total.size + 1))
        fresh = Kept(first, owner, mask, start, np.zeros(start[-1]), np.zeros(sku.size), self._begin[sku, owner])
        self._kept = fresh
        for turn in range(_FRESH_TURNS):
            self._turn(2.0 / (turn + 2.0))
        for c in np.flatnonzero(old >= 0):
            was = old[c]
            fresh.curve[start[c] : start[c + 1]] = kept.curve[kept.start[was] : kept.start[was + 1]]
            fresh.constant[c], fresh.sent[c] = kept.constant[was], kept.sent[was]
        return True

    def _chosen(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return SKU, warehouse, set, and the place so far (-1 for none) of all that are kept from now on."""
        kept, rows = self._kept, []
        counts = (self._case.demand.sum(axis=(2, 3)) > 0).sum(axis=1)
        for s, count in enumerate(counts):
            places = {(int(kept.owner[c]), int(kept.mask[c])): c for c in range(kept.first[s], kept.first[s + 1])}
            low = self._low[s, :, : 1 << count]
            excess = np.full(low.shape, NEVER)
            excess_of(low, excess)
            limit, most = (_NEAR * self._total[s], _MORE_KEPT) if places else (NEVER / 2, self._first_kept)
            rows += [(s, w, mask, places.get((w, mask), -1)) for w, mask in _nearest(excess, places, limit, most)]
        table = np.array(rows, dtype=np.int64).reshape(len(rows), 4)
        return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy(), table[:, 3].copy()


def _nearest(excess: Floats, places: Collection[Place], limit: float, most: int) -> list[Place]:
    """Return sets that are kept, and some of the nearest others within a limit; the last warehouse is none."""
    flat = excess[:-1, 1:]
    order = np.argsort(flat, axis=None, kind="stable")
    near = [(int(w), int(mask) + 1) for w, mask in zip(*np.unravel_index(order, flat.shape), strict=True)]
    found = [place for place in near if place not in places and excess[place] <= limit]
    return sorted([*places, *found[:most]])


def _loose_prices(problem: Problem) -> tuple[Floats, Floats]:
    """
    Return prices of a cm3 and of a gram by lane, shape (L,), below which nothing goes loose; -1 where nothing does.

    Whichever of the two is worth more at the density of what is asked for.
    """
    asked = problem.mean.sum(axis=(1, 2))
    volume = float((asked * problem.volume_cm3).sum())
    dense = float((asked * problem.mass_g).sum()) / volume if volume else 1.0
    found = np.full((2, len(problem.lanes)), -1.0)
    for index, lane in enumerate(problem.lanes):
        if lane.loose_fen_per_kg is not None:
            each = lane.loose_fen_per_kg / G_PER_KG
            by_volume = each * lane.volume_g_per_cm3
            found[:, index] = (by_volume, 0.0) if by_volume >= each * dense else (0.0, each)
    return found[0], found[1]
