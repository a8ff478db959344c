"""Ways to break a sound stocking plan, each with the rule that must name it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from data.stock_plan import Home, Sending, SentBoxes

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.stock_plan import StockPlan


def _first(plan: StockPlan, **changes: object) -> StockPlan:
    """Change the first sending."""
    return replace(plan, sendings=(replace(plan.sendings[0], **changes), *plan.sendings[1:]))  # type: ignore[arg-type]


def _cost(plan: StockPlan, part: str, more: int) -> StockPlan:
    return replace(plan, cost_fen=plan.cost_fen | {part: plan.cost_fen[part] + more})


def _box(plan: StockPlan, **changes: object) -> StockPlan:
    values = {"lane": plan.sendings[0].lane, "unit": "20GP", "week": plan.sendings[0].week, "count": 1} | changes
    return replace(plan, boxes=(*plan.boxes, SentBoxes(**values)))  # type: ignore[arg-type]


MUTATIONS: dict[str, Callable[[StockPlan], StockPlan]] = {
    "start": lambda plan: replace(plan, start=plan.start + dt.timedelta(weeks=1)),
    "weeks": lambda plan: replace(plan, weeks=plan.weeks + 1),
    "futures": lambda plan: replace(plan, futures=0),
    "cost_parts": lambda plan: replace(plan, cost_fen={"freight": 1}),
    "sku": lambda plan: _first(plan, sku="nobody"),
    "lane": lambda plan: _first(plan, lane="nowhere"),
    "twice": lambda plan: replace(plan, sendings=(*plan.sendings, plan.sendings[0])),
    "carton": lambda plan: _first(plan, units=plan.sendings[0].units + 1),
    "least_order": lambda plan: _first(plan, units=4),
    "week": lambda plan: _first(plan, week=-1),
    "after_end": lambda plan: _first(plan, week=plan.weeks - 1),
    "departure": lambda plan: _first(plan, week=1),
    "closed": lambda plan: _first(plan, lane="air:W0", week=3),
    "box_type": lambda plan: _box(plan, unit="53FT"),
    "box_count": lambda plan: _box(plan, week=4, count=0),
    "empty_box": lambda plan: _box(plan, lane="sea:W0", week=7, count=2),
    "lane_volume": lambda plan: _first(plan, units=4_000),
    "too_much": lambda plan: _first(plan, units=4_000),
    "warehouse": lambda plan: replace(plan, homes=(Home(sku="S0", market="M0", warehouse="W9"),)),
    "market": lambda plan: replace(plan, homes=(Home(sku="S0", market="M9", warehouse="W0"),)),
    "home": lambda plan: replace(plan, homes=(Home(sku="S0", market="M0", warehouse="W1"),)),
    "warehouses": lambda plan: replace(plan, warehouses=("W1",)),
    "service": lambda plan: replace(plan, service=plan.service - 0.01),
    "bound": lambda plan: replace(plan, bound_fen=plan.total_fen + 1),
    "optimal": lambda plan: replace(plan, status="optimal", bound_fen=plan.total_fen - 5),
    "cost_freight": lambda plan: _cost(plan, "freight", 10),
    "cost_inbound": lambda plan: _cost(plan, "inbound", -10),
    "cost_duty": lambda plan: _cost(plan, "duty", 10),
    "cost_storage": lambda plan: _cost(plan, "storage", 10),
    "cost_capital": lambda plan: _cost(plan, "capital", 10),
    "cost_serve": lambda plan: _cost(plan, "serve", -10),
    "cost_shortage": lambda plan: _cost(plan, "shortage", 10),
    "cost_disposal": lambda plan: _cost(plan, "disposal", 10),
    "cost_open": lambda plan: _cost(plan, "open", -10),
    "cost_leftover": lambda plan: _cost(plan, "leftover", -10),
    "budget": lambda plan: replace(plan, sendings=(*plan.sendings, Sending(sku="S0", lane="air:W0", week=4, units=40))),
}
"""By the rule that is broken."""
