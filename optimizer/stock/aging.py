"""What to do with old stock before it gets dearer: keep, discount, move, send back or destroy."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np

from data.stock_advice import AdvisedStep, Alternative, LotAdvice, OldAction, StockAdvice
from optimizer.stock.aging_case import DISCOUNTS, AgingCase
from optimizer.stock.aging_model import best_values, fixed_worth, steps_of
from optimizer.stock.relocate import Move, best_move
from optimizer.stock.returns import return_advice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.stock import Stock
    from network.warehouse.cards import Card
    from optimizer.stock.aging_model import Stage, Step, Values

_RESTS_ON = (
    "price_factor", "old_days", "old_review_days", *DISCOUNTS, "discount_elasticity", "return_cny_per_m3",
    "return_recovered", "return_lead_days", "export_lead_days", "return_tax_share",
)  # fmt: skip


def advise_old_stock(catalogue: Catalogue, stock: Stock, today: dt.date) -> StockAdvice:
    """
    Return what is best for every lot on hand, and for pieces that buyers send back.

    Parameters
    ----------
    catalogue, stock
        Tables, and the seller's stock with its demand.
    today
        The day; nothing was counted after it.

    Notes
    -----
    The lots of a SKU in a warehouse are judged oldest first: each waits until what stays of the older ones is sold at
    full price. The goods' own cost is spent and not counted. An advice gaining less than ``old_least_cny`` is to keep.
    """
    case = AgingCase(catalogue, stock, today)
    lots: list[LotAdvice] = []
    unjudged: list[tuple[str, str]] = []
    for (sku, warehouse), parts in _queues(stock).items():
        card = case.card(warehouse)
        found = None if card is None else list(_queue(case, sku, warehouse, card, parts))
        if not found or None in found:
            unjudged.append((sku, warehouse))
        else:
            lots += [advice for advice in found if advice is not None]
    lots.sort(key=lambda one: (not one.steps, -one.gain_fen, one.sku, one.warehouse, one.received_on))
    return StockAdvice(
        today=today,
        days=case.days,
        lots=tuple(lots),
        returns=return_advice(case, sorted({(one.sku, one.warehouse) for one in lots})),
        unjudged=tuple(unjudged),
    )


def _queues(stock: Stock) -> dict[tuple[str, str], list[tuple[int, dt.date]]]:
    """Return pieces on hand with their day of receipt, oldest first, by SKU and warehouse."""
    found: dict[tuple[str, str], list[tuple[int, dt.date]]] = {}
    for lot in stock.lots:
        if lot.state == "on_hand" and lot.units:
            found[lot.sku, lot.warehouse] = [part for part in lot.received() if part[0]]
    return found


def _queue(
    case: AgingCase, sku_id: str, warehouse: str, card: Card, parts: list[tuple[int, dt.date]]
) -> Iterator[LotAdvice | None]:
    """Yield the advice for the lots of a SKU in a warehouse, oldest first; None for one that cannot be judged."""
    sku = case.stock.by_id[sku_id]
    asked = case.served.asked(sku_id, warehouse, case.days)
    ahead = 0
    for units, received_on in parts:
        age_days = (case.today - received_on).days
        stages = None if case.value_fen(sku) is None else case.stages(sku, warehouse, card, age_days, ahead, asked)
        end = case.ways(sku, card, age_days + case.days)
        if stages is None or end is None:
            yield None
            return
        lot = _Lot(case, sku_id, warehouse, card, (units, received_on), stages, end.best_fen)
        advice = lot.advice()
        ahead += lot.staying
        yield advice


class _Lot:
    """One lot with its stages."""

    def __init__(
        self,
        case: AgingCase,
        sku: str,
        warehouse: str,
        card: Card,
        part: tuple[int, dt.date],
        stages: tuple[Stage, ...],
        end_fen: float,
    ) -> None:
        self._case, self._sku, self._warehouse, self._card = case, case.stock.by_id[sku], warehouse, card
        self._units, self._received_on = part
        self._stages, self._end_fen = stages, end_fen
        self._age = (case.today - self._received_on).days
        self._values: Values = best_values(stages, self._units, end_fen)
        self._move: Move | None = best_move(case, self._sku, warehouse, self._units)
        self.staying = self._units

    def advice(self) -> LotAdvice:
        """Return what is best."""
        keep, least = self._keep_fen(0), self._case.numbers.fen("old_least_cny")
        here, moved = self._units, 0
        worth = float(self._values.worth[self._units])
        if self._move is not None:
            total = self._values.worth[::-1][: self._units + 1] + self._move.worth
            moved = int(np.argmax(total))
            if moved and total[moved] > worth + least:
                worth, here = float(total[moved]), self._units - moved
            else:
                moved = 0
        steps = self._steps(steps_of(self._stages, self._values, here), moved) if worth - keep >= least else ()
        if not steps:
            worth = keep
        self.staying = self._units - sum(step.units for step in steps if step.action in {"move", "return", "destroy"})
        return LotAdvice(
            sku=self._sku.id,
            warehouse=self._warehouse,
            received_on=self._received_on,
            units=self._units,
            age_days=self._age,
            sold_units=min(self._units, sum(stage.asked[0] for stage in self._stages)),
            steps=steps,
            worth_fen=round(worth),
            keep_fen=round(keep),
            storage_fen=self._storage_fen(),
            alternatives=self._alternatives(),
            next_edge=self._next_edge(),
            taxfree_until=self._taxfree_until(),
            is_assumed=any(case_row.assumed for case_row in self._card.tiers)
            or any(self._case.numbers.is_assumed(name) for name in _RESTS_ON),
        )

    def _keep_fen(self, price: int) -> float:
        """Return what the pieces are worth if they stay at one price, and what is left in the end is destroyed."""
        ways = self._case.ways(self._sku, self._card, self._age + self._case.days)
        return fixed_worth(self._stages, self._units, -math.inf if ways is None else ways.destroy_fen, price)

    def _steps(self, found: tuple[Step, ...], moved: int) -> tuple[AdvisedStep, ...]:
        """Return what is to be done, without what is only keeping."""
        steps: list[AdvisedStep] = []
        if moved and self._move is not None:
            steps.append(AdvisedStep("move", moved, self._by(0), to=self._move.to))
        price = 0
        for step in found:
            if step.leaving:
                ways = self._case.ways(self._sku, self._card, self._age + step.begin)
                is_return = ways is not None and ways.return_fen is not None and ways.return_fen > ways.destroy_fen
                steps.append(
                    AdvisedStep(
                        "return" if is_return else "destroy", step.leaving, self._by(step.begin, is_return=is_return)
                    )
                )
            if step.staying and step.price != price:
                action: OldAction = "discount" if step.price else "keep"
                discount = self._case.discounts[step.price]
                steps.append(AdvisedStep(action, step.staying, self._by(step.begin), discount))
            price = step.price
        return tuple(steps)

    def _by(self, begin: int, *, is_return: bool = False) -> dt.date:
        """Return the day by which to act: before the next dearer tier or limit for what is best now, else that day."""
        if begin:
            return self._case.today + dt.timedelta(days=begin)
        limits = [self._next_edge()]
        if is_return:
            left = (days for days in self._case.return_limits(self._age) if days >= 0)
            limits += [self._case.today + dt.timedelta(days=days) for days in left]
        return min((day for day in limits if day is not None), default=self._case.today)

    def _next_edge(self) -> dt.date | None:
        for before, after in zip(self._card.tiers, self._card.tiers[1:], strict=False):
            last = (after.from_day or 1) - 1 - self._age
            if last >= 0 and after.price > before.price:
                return self._case.today + dt.timedelta(days=last)
        return None

    def _taxfree_until(self) -> dt.date | None:
        days, _ = self._case.return_limits(self._age)
        return self._case.today + dt.timedelta(days=days) if days >= 0 else None

    def _storage_fen(self) -> int:
        left, total = self._units, 0.0
        for stage in self._stages:
            sold = min(left, stage.asked[0])
            total += stage.storage_fen * (left + left - sold) / 2
            left -= sold
        return round(total)

    def _alternatives(self) -> tuple[Alternative, ...]:
        """Return what all pieces are worth if one thing is done with them now, best first."""
        found = [Alternative("keep", round(self._keep_fen(0)))]
        for place, discount in enumerate(self._case.discounts[1:], 1):
            found.append(Alternative("discount", round(self._keep_fen(place)), discount))
        ways = self._case.ways(self._sku, self._card, self._age)
        if ways is not None:
            found.append(Alternative("destroy", round(ways.destroy_fen * self._units)))
            if ways.return_fen is not None:
                found.append(Alternative("return", round(ways.return_fen * self._units)))
        if self._move is not None:
            found.append(Alternative("move", round(float(self._move.worth[self._units])), to=self._move.to))
        return tuple(sorted(found, key=lambda one: -one.worth_fen))
