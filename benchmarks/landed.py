"""Landed cost of many consignments: sums from prepared rows, beside the path that tells every amount."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from benchmarks.registry import BenchSpec, Measurement
from data.loading import load_catalogue
from network.customs import (
    COSTS,
    GoodsLine,
    LandedQuestion,
    RulesByDate,
    check_landed,
    landed_cost,
    landed_sums,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.catalogue import Catalogue
    from network.customs.question import Channel

_FIRST_DAY = dt.date(2026, 12, 1)
_DAYS = 90
_CURRENCIES = ("CNY", "EUR", "USD")
_MODES = ("sea", "air", "rail", "road")
_MS = 1000
_CHANNELS: tuple[Channel, ...] = ("b2c", "b2b")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Lines:
    """How many goods lines, in consignments of one to four."""

    lines: int

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.lines


class NotEqualError(Exception):
    """The two paths said different things of a consignment."""


def draw(catalogue: Catalogue, lines: int, seed: int) -> list[LandedQuestion]:
    """Return consignments of known goods to all territories, under all schemes, over three months."""
    rng = np.random.default_rng(seed)
    codes = [row.hs for row in catalogue.hs_codes if len(row.hs) == 6 and row.exists and row.valid_to is None]
    territories = sorted({row.territory for row in catalogue.destination_rules})
    regimes: list[str | None] = [None, *(row.id for row in catalogue.regimes if row.direction == "export")]
    schemes: dict[str, list[str | None]] = {territory: [None] for territory in territories}
    for row in catalogue.territories:
        for rule in catalogue.low_value_rules:
            if row.code in schemes and rule.area in {row.code, row.customs_area} and rule.scheme is not None:
                schemes[row.code].append(rule.scheme)
    rules = catalogue.derived(RulesByDate)
    drawn: list[LandedQuestion] = []
    left = lines
    while left:
        count = min(left, int(rng.integers(1, 5)))
        territory = _one(rng, territories)
        question = LandedQuestion(
            territory=territory,
            date=_FIRST_DAY + dt.timedelta(days=int(rng.integers(_DAYS))),
            currency=_one(rng, _CURRENCIES),
            lines=tuple(_line(rng, _one(rng, codes)) for _ in range(count)),
            costs_minor={name: int(rng.integers(5_000)) for name in COSTS[:: int(rng.integers(1, 4))]},
            incoterm=_one(rng, ("DAP", "DDP", "FCA")),
            channel=_one(rng, _CHANNELS),
            scheme=_one(rng, schemes[territory]),
            mode=_one(rng, _MODES),
            regime=_one(rng, regimes),
        )
        if not check_landed(question, rules.on(question.date)):
            drawn.append(question)
            left -= count
    return drawn


def _one(rng: np.random.Generator, choices: Sequence[_T]) -> _T:
    """Return one of some things."""
    return choices[int(rng.integers(len(choices)))]


def _line(rng: np.random.Generator, code: str) -> GoodsLine:
    """Return goods of a code, from a few yuan to a few ten thousand."""
    return GoodsLine(
        hs=code,
        value_minor=int(10 ** rng.uniform(2.5, 6.5)),
        quantity=int(rng.integers(1, 51)),
        mass_g=int(rng.integers(50, 50_001)),
        volume_ml=int(rng.integers(50, 50_001)),
    )


def measure(size: Lines, seed: int) -> Iterator[Measurement]:
    """Measure one size: questions are checked and answered, by each path from rules it has not seen before."""
    catalogue = load_catalogue()
    questions = draw(catalogue, size.lines, seed)
    label = f"{size.lines:,}"

    started = time.process_time()
    known = RulesByDate(catalogue)
    faults = sum(bool(check_landed(question, known.on(question.date))) for question in questions)
    sums = [landed_sums(question, known.on(question.date)) for question in questions]
    ours = time.process_time() - started

    started = time.process_time()
    again = RulesByDate(catalogue)
    faults += sum(bool(check_landed(question, again.on(question.date))) for question in questions)
    told = [landed_cost(question, again.on(question.date)) for question in questions]
    other = time.process_time() - started

    for found, cost in zip(sums, told, strict=True):
        way = found.goods_minor + found.cost_minor
        ours_minor = (found.total_minor, found.low_minor + way, found.high_minor + way)
        if ours_minor != tuple(map(int, (cost.point_minor, cost.low_minor, cost.high_minor))):
            msg = f"{cost.question} comes to {found.total_minor} and to {cost.point_minor}"
            raise NotEqualError(msg)

    def row(name: str, value: float, unit: str = "", baseline: float | None = None) -> Measurement:
        return Measurement(name=f"landed/{name}", size=label, seed=seed, value=value, unit=unit, baseline=baseline)

    yield row("consignments", len(questions))
    yield row("faults", faults)
    yield row("total", ours, "s", other)
    yield row("per-line", ours * _MS / size.lines, "ms", other * _MS / size.lines)


SPEC: BenchSpec[Lines] = BenchSpec(name="landed", sizes=(Lines(10_000),), smoke_sizes=(Lines(200),), run=measure)
