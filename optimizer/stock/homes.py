"""What a SKU costs in a warehouse, for any of the markets it could serve from there together."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.stock.placement import Home

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.stock.placement import PlaceTask
    from optimizer.stock.problem import Floats, Lane

MOST_MARKETS = 7
"""Markets of a SKU that are decided on one by one; of more, those with the least demand are served from one place."""
_WEEKS_A_YEAR = 365 / 7
_WEEK_DAYS = 7
_G_PER_KG = 1_000
_CM3_PER_M3 = 1_000_000


class _Sent(NamedTuple):
    """A lane as the long run sees it: mean and spread of its lead time, and weeks between departures, in weeks."""

    lane: Lane
    lead: float
    spread: float
    between: float


class Coster:
    """
    Costs SKUs in warehouses.

    Parameters
    ----------
    task
        What is asked.
    """

    def __init__(self, task: PlaceTask) -> None:
        problem = task.problem
        self._task = task
        self._problem = problem
        self.units: Floats = problem.mean.sum(axis=2)
        """Pieces asked for over all weeks, shape (S, M)."""
        self._variance = (problem.sd**2).mean(axis=2)
        self._sent: list[list[_Sent]] = [[] for _ in problem.warehouses]
        for lane in problem.lanes:
            if lane.weeks.any():
                days = np.array(lane.lead_days, dtype=np.float64) / _WEEK_DAYS
                between = problem.weeks / int(lane.weeks.sum())
                self._sent[lane.warehouse].append(_Sent(lane, float(days.mean()), float(days.std()), between))
        # What a cubic metre has paid on the day it reaches an age of whole weeks.
        self._paid = np.concatenate(
            [np.zeros((len(problem.warehouses), 1)), problem.storage_fen.cumsum(axis=1)], axis=1
        )

    def homes(self, sku: int) -> Iterator[Home]:
        """Yield every way to serve some markets of a SKU together."""
        blocks = self._blocks(sku)
        for warehouse in range(len(self._problem.warehouses)):
            within = [block for block in blocks if (self._problem.serve_fen[sku, warehouse, list(block)] >= 0).all()]
            for count in range(1, len(within) + 1):
                for chosen in combinations(within, count):
                    home = self.home(sku, warehouse, tuple(sorted(m for block in chosen for m in block)))
                    if home is not None:
                        yield home
        for block in blocks:
            parcel = self._parcel(sku, block)
            if parcel is not None:
                yield parcel

    def _blocks(self, sku: int) -> list[tuple[int, ...]]:
        """Return the markets of a SKU that something can serve, those that are decided on together as one block."""
        served = (self._problem.serve_fen[sku] >= 0).any(axis=0) | (self._task.parcel_fen[sku] >= 0)
        markets = [int(m) for m in np.argsort(-self.units[sku], kind="stable") if self.units[sku, m] > 0 and served[m]]
        groups: dict[tuple[bool, ...], list[int]] = {}
        for m in markets:
            ways = (*(self._problem.serve_fen[sku, :, m] >= 0).tolist(), bool(self._task.parcel_fen[sku, m] >= 0))
            groups.setdefault(ways, []).append(m)
        blocks: list[tuple[int, ...]] = []
        for group in groups.values():
            blocks += [(m,) for m in group[: MOST_MARKETS - 1]]
            if len(group) >= MOST_MARKETS:
                blocks.append(tuple(group[MOST_MARKETS - 1 :]))
        return blocks

    def home(self, sku: int, warehouse: int, markets: tuple[int, ...]) -> Home | None:
        """Return a SKU in a warehouse for some markets, by the cheapest way of sending; None if there is none."""
        found = [self._by(sku, warehouse, markets, sent) for sent in self._sent[warehouse]]
        return min(found, key=lambda home: (home.cost_fen, home.lane), default=None)

    def _by(self, sku: int, warehouse: int, markets: tuple[int, ...], sent: _Sent) -> Home:
        """Return a SKU in a warehouse whose stock is sent by one lane."""
        problem, at = self._problem, list(markets)
        units = float(self.units[sku, at].sum())
        weekly, variance = units / problem.weeks, float(self._variance[sku, at].sum())
        safety = self._task.factor * math.sqrt((sent.lead + sent.between) * variance + (weekly * sent.spread) ** 2)
        cycle = weekly * sent.between / 2
        freight = self._freight(sku, sent.lane)
        duty = int(problem.duty_fen[sku, warehouse])
        week_fen = (int(problem.value_fen[sku]) + freight + duty) * problem.holding_per_year / _WEEKS_A_YEAR
        vat_share = problem.holding_per_year * self._task.vat_weeks / _WEEKS_A_YEAR
        volume = int(problem.volume_cm3[sku])
        age = (safety + cycle) / weekly
        parts = {
            "freight": units * freight,
            "inbound": units * int(problem.inbound_fen[sku, warehouse]),
            "duty": units * duty,
            "vat": units * int(self._task.vat_fen[sku, warehouse]) * vat_share,
            "capital": week_fen * (units * sent.lead + problem.weeks * cycle),
            "pooling": week_fen * problem.weeks * safety,
            "storage": units * volume / _CM3_PER_M3 * self._storage(warehouse, age),
            "serve": float(self.units[sku, at] @ problem.serve_fen[sku, warehouse, at]),
        }
        whole = {name: math.floor(fen + 0.5) for name, fen in parts.items()}
        return Home(
            sku, warehouse, sent.lane.id, markets, {name: fen for name, fen in whole.items() if fen},
            math.ceil((safety + 2 * cycle) * volume),
        )  # fmt: skip

    def _freight(self, sku: int, lane: Lane) -> float:
        """Return freight of a piece: its share of a box that is filled as usual, or its chargeable kilograms."""
        mass, volume = int(self._problem.mass_g[sku]), int(self._problem.volume_cm3[sku])
        shares = [
            max(mass / box.payload_g, volume / box.volume_cm3) * box.price_fen / self._task.fill for box in lane.boxes
        ]
        if lane.loose_fen_per_kg is not None:
            shares.append(max(mass, volume * lane.volume_g_per_cm3) / _G_PER_KG * lane.loose_fen_per_kg)
        return min(shares)

    def _storage(self, warehouse: int, age: float) -> float:
        """Return what a cubic metre has paid when it leaves at an age in weeks; within a week, its part of the week."""
        paid = self._paid[warehouse]
        last = len(paid) - 1
        if age >= last:
            return float(paid[last] + (age - last) * (paid[last] - paid[last - 1]))
        week = int(age)
        return float(paid[week] + (age - week) * (paid[week + 1] - paid[week]))

    def _parcel(self, sku: int, block: Sequence[int]) -> Home | None:
        """Return a SKU sent as parcels from the origin to some markets, None if it cannot be."""
        at = list(block)
        fen, duty = self._task.parcel_fen[sku, at], self._task.parcel_duty_fen[sku, at]
        if (fen < 0).any():
            return None
        units = self.units[sku, at]
        parts = {"parcel": math.floor(float(units @ fen) + 0.5), "parcel_duty": math.floor(float(units @ duty) + 0.5)}
        return Home(sku, -1, "", tuple(sorted(block)), {name: value for name, value in parts.items() if value}, 0)
