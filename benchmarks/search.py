"""
How long the search takes on generated networks, and whether it finds what a slower one finds.

Times are processor time of the one thread that searches, which other work on the machine disturbs less.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.reference import TimeLimitError, build_graph, front
from benchmarks.registry import BenchSpec, Measurement, progress
from benchmarks.synthetic import generate
from network.kernel import pareto

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.reference import Vector
    from benchmarks.synthetic import Generated
    from network.timetable import Question, Timetable, Weights


@dataclass(frozen=True, slots=True)
class Timed:
    """Random questions on a network, timed one after the other."""

    locations: int
    connections: int
    queries: int

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.locations


@dataclass(frozen=True, slots=True)
class Compared:
    """Random questions answered by both searches; the slow one may give up on a question after `limit_s` seconds."""

    locations: int
    connections: int
    queries: int
    limit_s: float

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.locations


class NotExactError(Exception):
    """Two searches found different fronts."""


class Comparison(NamedTuple):
    """Seconds of both searches for the questions both answered, and the number of those left unanswered."""

    ours_s: list[float]
    theirs_s: list[float]
    unfinished: int


def measure(size: Timed | Compared, seed: int) -> Iterator[Measurement]:
    """Measure one size."""
    generated = generate(size.locations, size.connections, seed)
    label = f"{size.locations}/{generated.connections}"
    questions = generated.questions(size.queries, seed)
    # Compiles, or reads what was compiled before.
    pareto(generated.timetable, generated.weights, questions[0])
    values = _timed(generated, questions) if isinstance(size, Timed) else _compared(generated, questions, size.limit_s)
    for name, value, unit, baseline in values:
        yield Measurement(
            name=f"search/{name}", size=label, seed=seed, value=value, unit=unit, baseline=baseline
        )  # fmt: skip


_Value = tuple[str, float, str, float | None]


def _timed(generated: Generated, questions: list[Question]) -> Iterator[_Value]:
    milliseconds, fronts, labels, crossing = [], [], [], 0
    for done, question in enumerate(questions):
        begun = time.thread_time()
        found = pareto(generated.timetable, generated.weights, question)
        milliseconds.append((time.thread_time() - begun) * 1e3)
        fronts.append(len(found.hops))
        labels.append(found.made)
        crossing += any(generated.is_backbone[hops[:, 0]].any() for hops in found.hops)
        if done % 100 == 99:
            progress(f"  {done + 1} of {len(questions)} questions")
    yield "queries", len(questions), "", None
    yield "connections", generated.connections, "", None
    yield "median", float(np.median(milliseconds)), "ms", None
    yield "p99", float(np.percentile(milliseconds, 99)), "ms", None
    yield "max", max(milliseconds), "ms", None
    yield "front-median", float(np.median(fronts)), "", None
    yield "front-max", max(fronts), "", None
    yield "no-route", fronts.count(0), "", None
    yield "labels-median", float(np.median(labels)), "", None
    yield "labels-max", max(labels), "", None
    yield "over-backbone", 100 * crossing / len(questions), "%", None


def _compared(generated: Generated, questions: list[Question], limit_s: float) -> Iterator[_Value]:
    both = compare(generated.timetable, generated.weights, questions, limit_s)
    yield "exact-compared", len(both.ours_s), "", None
    yield "exact-unfinished", both.unfinished, "", None
    if both.ours_s:
        ours, theirs = np.array(both.ours_s) * 1e3, np.array(both.theirs_s) * 1e3
        yield "exact-median", float(np.median(ours)), "ms", float(np.median(theirs))
        yield "exact-total", float(ours.sum()), "ms", float(theirs.sum())


def compare(
    timetable: Timetable, weights: Weights, questions: list[Question], limit_s: float, theirs: Weights | None = None
) -> Comparison:
    """
    Answer questions by both searches.

    Parameters
    ----------
    timetable, weights
        The network.
    questions
        What is asked.
    limit_s
        Seconds the slow search has for one question.
    theirs
        Weights the slow search reads, the same when not given; tests give others to see that this is noticed.

    Raises
    ------
    NotExactError
        When a front differs, naming the question and the vectors only one of them found.
    """
    graph = build_graph(timetable, theirs or weights)
    both = Comparison([], [], 0)
    for question in questions:
        begun = time.thread_time()
        found = pareto(timetable, weights, question).front
        between = time.thread_time()
        progress(f"  reference search {question.source} -> {question.target}")
        try:
            expected = front(graph, question, limit_s)
        except TimeLimitError:
            both = both._replace(unfinished=both.unfinished + 1)
            continue
        ended = time.thread_time()
        _check_same(question, {(int(t), int(c), int(e)) for t, c, e in found}, expected)
        both.ours_s.append(between - begun)
        both.theirs_s.append(ended - between)
    return both


def _check_same(question: Question, found: set[Vector], expected: set[Vector]) -> None:
    if found != expected:
        msg = f"{question}: only ours {sorted(found - expected)}, only the reference's {sorted(expected - found)}"
        raise NotExactError(msg)


SPEC: BenchSpec[Timed | Compared] = BenchSpec(
    name="search",
    sizes=(Timed(2_000, 180_000, 1_000), Timed(10_000, 1_200_000, 200), Compared(300, 15_000, 20, 60.0)),
    smoke_sizes=(Timed(200, 12_000, 40), Compared(100, 5_000, 3, 20.0)),
    run=measure,
)
