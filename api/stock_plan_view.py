"""A stocking plan as plain JSON for people: this week, later weeks, what runs dry, what gets dearer, and to compare."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.answer_schema import Json
from data.stock_plan import StockPlan
from optimizer.stock import Lane, Problem, Result
from optimizer.stock.bought import made_of
from optimizer.stock.evaluate import Decisions, Value, decisions_of, freight_fen
from optimizer.stock.freight import rates_of
from optimizer.stock.problem import Floats, Ints

_CM3_PER_M3 = 1_000_000
_G_PER_KG = 1_000
_WEEK_DAYS = 7
_DRY = 0.5
"""Less than this share of the next week's demand on the shelf, on average, counts as dry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What is told of a plan.

    Parameters
    ----------
    problem, result
        What was decided, and how.
    alerts
        Answer of the age alerts.
    """

    problem: Problem
    result: Result
    alerts: Json

    @property
    def plan(self) -> StockPlan:
        """The plan."""
        return self.result.plan


def plan_answer(told: Told) -> Json:
    """Return everything that is told of a plan."""
    problem, plan = told.problem, told.plan
    consignments = consignments_of(told)
    return {
        "start": plan.start.isoformat(),
        "weeks": plan.weeks,
        "this_week": [one for one in consignments if one["week"] == 0],
        "consignments": consignments,
        "dry": _dry(problem, decisions_of(problem, plan), told.result.value, plan.start),
        "alerts": told.alerts["alerts"],
        "alerts_fen": told.alerts["later_fen"],
        "warehouses": _warehouses(told),
        "cost_fen": plan.cost_fen,
        "cost_minor": plan.total_fen,
        "bound_minor": plan.bound_fen,
        "gap": round(plan.gap, 6),
        "currency": "CNY",
        "status": plan.status,
        "service": round(plan.service, 6),
        "service_asked": problem.service,
        "futures": plan.futures,
        "nothing": {
            "cost_minor": told.result.nothing.total_fen,
            "service": round(told.result.nothing.service, 6),
            "cost_fen": told.result.nothing.cost_fen,
        },
        "notes": [[code, list(values)] for code, values in problem.notes],
        "fingerprint": plan.fingerprint,
        "seed": plan.seed,
        "runtime_s": plan.runtime_s,
    }


def consignments_of(told: Told) -> list[Json]:
    """Return what leaves, week by week and lane by lane, with boxes, fill, price and contents."""
    problem, plan = told.problem, told.plan
    found = decisions_of(problem, plan)
    rates = rates_of(problem)
    goods: dict[tuple[int, str], list[Json]] = defaultdict(list)
    ready = made_of(problem).cumsum(axis=1)
    sent = np.zeros(len(problem.skus), dtype=np.int64)
    places = {sku: place for place, sku in enumerate(problem.skus)}
    lanes = {lane.id: (place, lane) for place, lane in enumerate(problem.lanes)}
    for one in sorted(plan.sendings, key=lambda sending: sending.week):
        lane, place = lanes[one.lane][1], places[one.sku]
        made = int(min(one.units, max(0, ready[place, one.week] - sent[place])))
        sent[place] += made
        goods[one.week, one.lane].append(
            {
                "sku": one.sku,
                "units": one.units,
                "made_units": made,
                "cartons": one.units // max(1, int(problem.carton_units[place])),
                **_reason(told, found, place, lane.warehouse, one.units),
            }
        )
    return [
        {
            "week": week,
            "leaves_from": (plan.start + dt.timedelta(weeks=week)).isoformat(),
            "received_from": (plan.start + dt.timedelta(weeks=week + lanes[name][1].lead_weeks())).isoformat(),
            "lane": name,
            "mode": lanes[name][1].mode,
            "warehouse": problem.warehouses[lanes[name][1].warehouse],
            "price_fen": freight_fen(problem, rates, found, lanes[name][0], week),
            "assumed": lanes[name][1].is_assumed,
            **_load(problem, found, lanes[name][0], lanes[name][1], week),
            "goods": contents,
        }
        for (week, name), contents in sorted(goods.items())
    ]


def _load(problem: Problem, found: Decisions, place: int, lane: Lane, week: int) -> Json:
    """Return mass, volume, boxes and how full they are."""
    units = found.units[:, place, week]
    mass, volume = int((units * problem.mass_g).sum()), int((units * problem.volume_cm3).sum())
    counts = found.boxes[place, : len(lane.boxes), week].tolist()
    room = sum(count * box.volume_cm3 for count, box in zip(counts, lane.boxes, strict=True))
    payload = sum(count * box.payload_g for count, box in zip(counts, lane.boxes, strict=True))
    fits = min(1.0, room / volume if volume else 1.0, payload / mass if mass else 1.0) if room else 0.0
    return {
        "mass_kg": round(mass / _G_PER_KG, 3),
        "volume_m3": round(volume / _CM3_PER_M3, 6),
        "boxes": [
            {"unit": box.unit, "count": int(count)} for count, box in zip(counts, lane.boxes, strict=True) if count
        ],
        "fill": round(max(fits * volume / room, fits * mass / payload), 4) if room else None,
        "loose_share": round(1.0 - fits, 4),
    }


def _reason(told: Told, found: Decisions, sku: int, warehouse: int, units: int) -> Json:
    """Return why a SKU is sent: the markets it is for, for how many weeks it lasts, and when they are dry without."""
    problem = told.problem
    homes = np.flatnonzero(found.homes[sku] == warehouse)
    weekly = float(problem.mean[sku, homes].sum()) / problem.weeks
    dry = _first_dry(problem.mean[sku, homes].sum(axis=0), told.result.nothing.shelf[sku, warehouse])
    return {
        "markets": [problem.markets[m] for m in homes],
        "lasts_weeks": round(units / weekly, 1) if weekly else None,
        "dry_without": None if dry is None else (problem.start + dt.timedelta(weeks=dry)).isoformat(),
    }


def _first_dry(mean: Floats, shelf: Floats) -> int | None:
    """Return the first week that begins with less than half of what it asks for, None if there is none."""
    for week in range(mean.size - 1):
        if mean[week + 1] > 0 and shelf[week] < _DRY * mean[week + 1]:
            return week + 1
    return None


def _dry(problem: Problem, found: Decisions, value: Value, start: dt.date) -> list[Json]:
    """Return which SKUs are expected to be missed in which markets, dearest first."""
    rows = []
    for sku in range(len(problem.skus)):
        for market in np.flatnonzero(problem.mean[sku].sum(axis=1) > 0):
            home = int(found.homes[sku, market])
            lost = float(value.unserved[sku, market])
            week = 0 if home < 0 else None
            if home >= 0:
                mates = np.flatnonzero(found.homes[sku] == home)
                share = problem.mean[sku, market].sum() / problem.mean[sku, mates].sum()
                lost = float(value.lost[sku, home] * share)
                week = _first_dry(problem.mean[sku, mates].sum(axis=0), value.shelf[sku, home])
            if lost > 0:
                rows.append(
                    {
                        "sku": problem.skus[sku],
                        "market": problem.markets[market],
                        "warehouse": None if home < 0 else problem.warehouses[home],
                        "lost_units": round(lost, 2),
                        "asked_units": round(float(problem.mean[sku, market].sum()), 2),
                        "cost_fen": round(lost * float(problem.shortage_fen[sku, market])),
                        "dry_from": None if week is None else (start + dt.timedelta(weeks=week)).isoformat(),
                    }
                )
    return sorted(rows, key=lambda row: (-int(str(row["cost_fen"])), str(row["sku"]), str(row["market"])))


def _warehouses(told: Told) -> list[Json]:
    """Return what each warehouse that is used gets and holds, and how long that lasts, beside sending nothing."""
    problem, value = told.problem, told.result.value
    lanes = {lane.id: lane for lane in problem.lanes}
    sent: dict[int, int] = defaultdict(int)
    for one in told.plan.sendings:
        sent[lanes[one.lane].warehouse] += one.units
    volume = (value.shelf * problem.volume_cm3[:, None, None]).sum(axis=0) / _CM3_PER_M3
    asked = _asked(problem, decisions_of(problem, told.plan).homes)
    levels = {"units": value.shelf.sum(axis=0), "nothing": told.result.nothing.shelf.sum(axis=0)}
    return [
        {
            "warehouse": name,
            "there_units": int(problem.on_hand[:, place].sum()),
            "coming_units": int(problem.incoming[:, place].sum()),
            "sent_units": sent[place],
            "most_m3": round(float(volume[place].max()), 3),
            "last_m3": round(float(volume[place, -1]), 3),
            "skus": int((value.shelf[:, place].sum(axis=1) > 0).sum()),
            "asked_units": round(float(asked[place].sum()), 1),
            **{f"{key}_weeks": [round(float(one), 1) for one in level[place]] for key, level in levels.items()},
            **{f"{key}_days": _days(level[place], asked[place]) for key, level in levels.items()},
        }
        for place, name in enumerate(problem.warehouses)
        if name in told.plan.warehouses
    ]


def _asked(problem: Problem, homes: Ints) -> Floats:
    """Return the mean demand of the markets that a warehouse is home to, shape (W, T)."""
    found = np.zeros((len(problem.warehouses), problem.weeks))
    for sku, market in np.argwhere(homes >= 0).tolist():
        found[homes[sku, market]] += problem.mean[sku, market]
    return found


def _days(level: Floats, asked: Floats) -> float | None:
    """Return how many days the mean stock lasts at the mean demand, None where nothing is asked for."""
    mean = float(asked.mean())
    return round(float(level.mean()) / mean * _WEEK_DAYS, 1) if mean > 0 else None


def summed(rows: Sequence[Json], key: str) -> list[tuple[str, int, float]]:
    """Return lost pieces and their cost by a key of rows, dearest first."""
    fen: dict[str, int] = defaultdict(int)
    units: dict[str, float] = defaultdict(float)
    for row in rows:
        fen[row[key]] += row["cost_fen"]
        units[row[key]] += row["lost_units"]
    return sorted(((name, fen[name], units[name]) for name in fen), key=lambda one: (-one[1], one[0]))
