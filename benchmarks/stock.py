"""Stock abroad: known answers reproduced, speed of the simulator, and rules against baselines and a plan."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.registry import BenchSpec, Measurement, progress
from benchmarks.stock_forecast import judged
from benchmarks.stock_known import is_met, known_answers, ours, policies
from benchmarks.stock_plans import planned
from benchmarks.stock_problem import drawn
from optimizer.stock.policies import BASELINES, RULES, Base, Settings
from optimizer.stock.policies_tune import tuned
from optimizer.stock.simulate import Followed, simulate
from optimizer.stock.simulate_futures import Futures
from optimizer.stock.simulate_result import saved_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.stock_plan import StockPlan
    from optimizer.stock import Problem
    from optimizer.stock.simulate_result import Simulated

_FEN = 100
_PERCENT = 100
_TUNING = 24
"""Futures in which rules are tuned; they are judged in others."""
_TUNING_SEED = 1_000_000
"""Added to the seed of the futures in which rules are tuned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    What is measured.

    Parameters
    ----------
    number
        By which it is called: 0 for known answers, 1 for the speed of the simulator, 2 for what a forecast is worth,
        3 for what a plan promises beside what is simulated, else SKUs.
    skus, futures
        How many.
    warehouses, weeks
        Of the problem.
    limit_s
        Seconds for the plan, 0 for a short one.
    names
        Rules that are compared, or rows of known answers by the beginning of their ids; all if there are none.
    """

    number: int
    skus: int = 200
    futures: int = 0
    warehouses: int = 12
    weeks: int = 26
    limit_s: float = 120.0
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return SKUs, warehouses and weeks, and how many futures."""
        return f"{self.skus} x {self.warehouses} x {self.weeks}, {self.futures:,}" if self.futures else "known answers"


def measure(part: Part, seed: int) -> Iterator[Measurement]:
    """Measure one part."""
    if part.number == 0:
        yield from _known(part, seed)
    elif part.number == 1:
        yield from _speed(part, seed)
    elif part.number == 2:
        yield from _forecast(part, seed)
    elif part.number == 3:
        problem = drawn(part.skus, part.warehouses, part.weeks, seed)
        plan = planned(problem, part.limit_s, seed + _TUNING_SEED)
        found = simulate(problem, plan, futures=Futures(problem, part.futures, seed))
        yield from _promise(part, seed, plan, found, "stock")
    else:
        yield from _compared(part, seed)


def _known(part: Part, seed: int) -> Iterator[Measurement]:
    """Yield our answer beside each known one; nothing is drawn at random."""
    if seed != 1:
        return
    failed, missing = 0, []
    for row in known_answers():
        if part.names and not row.id.startswith(part.names):
            continue
        value = ours(row)
        if value is None:
            missing.append(row.id)
            continue
        is_good = is_met(row, value)
        failed += not is_good
        yield Measurement(
            name=f"stock/{row.id}", size=row.kind, seed=seed, value=value, unit="met" if is_good else "NOT MET",
            baseline=row.known,
        )  # fmt: skip
        for name, cost in policies(row).items():
            # A policy below the optimum would be a fault of ours.
            other = row.other if name == "capped-dual-index" else None
            is_good = cost >= value - 1e-4 and (other is None or cost <= other)
            failed += not is_good
            yield Measurement(
                name=f"stock/{row.id}/{name}", size="above the optimum", seed=seed,
                value=_PERCENT * (cost / value - 1), unit="%" if is_good else "NOT MET",
                baseline=None if other is None else _PERCENT * (other / value - 1),
            )  # fmt: skip
    if missing:
        progress(f"stock: not measured, as their data are not at hand (HUBPORT_ORLIB): {', '.join(missing)}")
    yield Measurement(name="stock/known/failed", size="", seed=seed, value=failed, unit="")
    yield Measurement(name="stock/known/not-at-hand", size="", seed=seed, value=len(missing), unit="")


def _speed(part: Part, seed: int) -> Iterator[Measurement]:
    """Yield how long the simulator takes, futures drawn anew and kept."""
    problem = drawn(part.skus, part.warehouses, part.weeks, seed)
    rule = RULES["air-when-short"](Base(problem), Settings())
    simulate(problem, rule, futures=Futures(problem, 2, seed))
    futures = Futures(problem, part.futures, seed)
    for name in ("simulate", "simulate-again"):
        started, worked = time.perf_counter(), time.process_time()
        simulate(problem, rule, futures=futures)
        lasted, processor = time.perf_counter() - started, time.process_time() - worked
        yield Measurement(name=f"stock/{name}", size=str(part), seed=seed, value=lasted, unit="s")
        yield Measurement(name=f"stock/{name}/processor", size=str(part), seed=seed, value=processor, unit="s")


def _forecast(part: Part, seed: int) -> Iterator[Measurement]:
    """Yield what one rule costs that is made from the truth, a forecast, or the mean of what was sold."""
    found = judged(part.skus, part.warehouses, part.weeks, part.futures, seed, _TUNING)
    for name, one in found.items():
        yield Measurement(
            name=f"stock/forecast/{name}/cost", size=str(part), seed=seed, value=one.total().value / _FEN, unit="CNY",
            baseline=found["true"].total().value / _FEN,
        )  # fmt: skip
        yield Measurement(
            name=f"stock/forecast/{name}/fill", size=str(part), seed=seed, value=_PERCENT * one.fill().value, unit="%",
            baseline=_PERCENT * found["true"].fill().value,
        )  # fmt: skip


def _compared(part: Part, seed: int) -> Iterator[Measurement]:
    """Yield cost and fill rate of rules and of a plan: all to meet the service asked for, then at least cost alone."""
    problem = drawn(part.skus, part.warehouses, part.weeks, seed)
    yield from _judged(part, seed, problem, "stock")
    yield from _judged(part, seed, replace(problem, service=0.0), "stock/free")


def _judged(part: Part, seed: int, problem: Problem, label: str) -> Iterator[Measurement]:
    """Yield what rules and a plan cost in the same futures."""
    base = Base(problem)
    tuning = Futures(problem, _TUNING, seed + _TUNING_SEED)
    futures = Futures(problem, part.futures, seed)
    found: dict[str, Simulated] = {}
    for name in part.names or tuple(RULES):
        rule = tuned(base, name, tuning, service=problem.service)
        found[name] = simulate(problem, rule, futures=futures, name=name)
        progress(f"{label}: seed {seed}, {name}: {rule.settings}")
    plan = planned(problem, part.limit_s, seed + _TUNING_SEED)
    found["plan"] = simulate(problem, plan, futures=futures, name="plan")
    found["plan-followed"] = simulate(problem, Followed(plan), futures=futures, name="plan-followed")
    yield from _promise(part, seed, plan, found["plan"], label)
    yield Measurement(
        name=f"{label}/plan/promised-cost", size=str(part), seed=seed, value=plan.total_fen / _FEN, unit="CNY",
        baseline=found["plan"].total().value / _FEN,
    )  # fmt: skip
    yield Measurement(name=f"{label}/plan/gap", size=str(part), seed=seed, value=_PERCENT * plan.gap, unit="%")

    def worth(name: str) -> tuple[float, float]:
        """Return whole points of service that are missing, and the cost."""
        missing = round(max(0.0, problem.service - found[name].fill().value), 2)
        return missing, found[name].total().value

    best = found[min((name for name in found if name in BASELINES), key=worth)]
    for name, one in found.items():
        yield from _row(part, seed, one, best, f"{label}/{name}")


def _promise(part: Part, seed: int, plan: StockPlan, found: Simulated, label: str) -> Iterator[Measurement]:
    """Yield the share of demand a plan says it meets, what is simulated, and in weeks nothing sent can reach."""
    fill, early, later = (_PERCENT * one().value for one in (found.fill, found.fill_early, found.fill_later))
    promised = _PERCENT * plan.service
    rows = (
        ("promised-fill", promised, "%"), ("simulated-fill", fill, "%"), ("fill-difference", fill - promised, "points"),
        ("early-fill", early, "%"), ("later-fill", later, "%"),
    )  # fmt: skip
    for quantity, value, unit in rows:
        yield Measurement(
            name=f"{label}/plan/{quantity}", size=str(part), seed=seed, value=value, unit=unit,
            baseline=fill if quantity == "promised-fill" else None,
        )  # fmt: skip


def _row(part: Part, seed: int, one: Simulated, best: Simulated, name: str) -> Iterator[Measurement]:
    """Yield what one rule or plan costs, beside the best of the baselines, and where it loses."""
    label = str(part)

    def row(quantity: str, value: float, unit: str, baseline: float | None = None) -> Measurement:
        return Measurement(name=f"{name}/{quantity}", size=label, seed=seed, value=value, unit=unit, baseline=baseline)

    total, saved = one.total(), saved_by(one, best)
    yield row("cost", total.value / _FEN, "CNY", best.total().value / _FEN)
    yield row("saved", _PERCENT * saved.value, "%")
    yield row("saved-interval", _PERCENT * (saved.high - saved.value), "%")
    yield row("fill", _PERCENT * one.fill().value, "%", _PERCENT * best.fill().value)
    yield row("age", one.age().value, "weeks", best.age().value)
    for name_of_part in ("freight", "storage", "capital", "serve", "shortage", "open"):
        yield row(name_of_part, one.part(name_of_part).value / _FEN, "CNY", best.part(name_of_part).value / _FEN)
    worst = one.worst()
    yield row("worst-sku-fill", _PERCENT * (one.fill_of(worst[0]) if worst else 1.0), "%")


SPEC: BenchSpec[Part] = BenchSpec(
    name="stock",
    sizes=(
        Part(number=0),
        Part(number=1, futures=1_000),
        Part(number=2, skus=100, futures=200),
        Part(number=3, skus=20, warehouses=4, weeks=20, futures=300, limit_s=0.0),
        Part(number=40, skus=40, warehouses=4, futures=300, limit_s=0.0, names=(*BASELINES, "dual-index", "tri-index")),
        Part(number=200, futures=1_000),
    ),
    smoke_sizes=(
        Part(number=0, names=("GSM", "EOQ", "WW", "NV", "AGE", "DS-2-20", "TBS-5")),
        Part(number=1, skus=6, futures=20, warehouses=3, weeks=12),
        Part(number=2, skus=5, futures=20, warehouses=2, weeks=12),
        Part(number=3, skus=5, futures=20, warehouses=2, weeks=12, limit_s=0.0),
        Part(
            number=5,
            skus=5,
            futures=20,
            warehouses=2,
            weeks=12,
            limit_s=0.0,
            names=("sea", "air-when-short", "own-base-stock"),
        ),
    ),
    run=measure,
    seeds=tuple(range(1, 11)),
)
