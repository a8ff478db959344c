"""
Public instances of project scheduling, solved by the engine of the hub's schedule.

The files are not part of the repository: HUBPORT_PSPLIB names the folder that holds them.
"""

from __future__ import annotations

import csv
import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import textbook
from benchmarks.registry import BenchSpec, Measurement, progress
from optimizer.schedule import Params
from optimizer.schedule.problem import HubProblem, Job, Mode, Pool, PoolKey
from optimizer.schedule.shorten import shortest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.schedule.evaluate import Times

FOLDER = "HUBPORT_PSPLIB"
"""Environment variable with the folder of the instances."""
WORKERS = 2
SMALL = """9 2
4 3
0 0 0 3 2 3 4
3 2 1 1 5
4 3 0 2 5 6
2 1 2 1 7
5 2 2 1 8
3 1 1 1 8
4 2 1 1 9
1 4 0 1 9
0 0 0 0
"""
"""A project of seven jobs, for a run that only shows that everything works."""


@dataclass(frozen=True, slots=True)
class Group:
    """Instances whose names begin alike, and the seconds each is given; without a name, the small one alone."""

    name: str
    limit_s: float

    @property
    def number(self) -> int:
        """Jobs of an instance, by which it is called; 0 for the small one."""
        return int(self.name.removeprefix("j") or 0)


class Known(NamedTuple):
    """Best known bounds of an instance."""

    lower: int
    upper: int


class FormatError(ValueError):
    """A file that is not what it should be."""


def parsed(text: str) -> HubProblem:
    """
    Return the problem of a file.

    Numbers of jobs and of resources; how many there are of each resource; for each job its length, what it needs of
    each, how many jobs follow it, and which, counted from 1.
    """
    numbers = _numbers(text)
    try:
        count, kinds = next(numbers), next(numbers)
        keys = [PoolKey("", f"resource {place + 1}", "general") for place in range(kinds)]
        pools = tuple([Pool(key=key, count=next(numbers)) for key in keys])
        rows = [_row(numbers, kinds) for _ in range(count)]
    except StopIteration:
        msg = "there are fewer numbers than the jobs have"
        raise FormatError(msg) from None
    if next(numbers, None) is not None:
        msg = f"there are more numbers than {count} jobs have"
        raise FormatError(msg)
    for place, row in enumerate(rows):
        if any(not 0 <= job < count for job in row.later):
            msg = f"a job that is not one of {count} follows job {place + 1}"
            raise FormatError(msg)
        if any(need > pool.count for need, pool in zip(row.needs, pools, strict=True)):
            msg = f"job {place + 1} needs more than there is"
            raise FormatError(msg)
    horizon = sum(row.length for row in rows)
    return HubProblem(
        hub="",
        begin_min=0,
        end_min=horizon,
        jobs=tuple(_job(place, row, keys, horizon) for place, row in enumerate(rows)),
        pools=pools,
        units=(),
        before=tuple((place, later) for place, row in enumerate(rows) for later in row.later),
    )


class _Row(NamedTuple):
    length: int
    needs: tuple[int, ...]
    later: tuple[int, ...]


def _numbers(text: str) -> Iterator[int]:
    """Yield the numbers of a file."""
    for word in text.split():
        if not word.isdigit():
            msg = f"a whole number is needed, got {word}"
            raise FormatError(msg)
        yield int(word)


def _row(numbers: Iterator[int], kinds: int) -> _Row:
    """Return one job, its followers counted from 0."""
    length, needs = next(numbers), tuple([next(numbers) for _ in range(kinds)])
    later = tuple([next(numbers) - 1 for _ in range(next(numbers))])
    return _Row(length, needs, later)


def _job(place: int, row: _Row, keys: list[PoolKey], horizon: int) -> Job:
    """Return a job that may begin at any time."""
    needs = [(key, need) for key, need in zip(keys, row.needs, strict=True) if need]
    return Job(
        id=str(place + 1),
        kind="stuff",
        subject=str(place + 1),
        work_min=row.length,
        pools=tuple(key for key, _ in needs),
        demands=tuple(need for _, need in needs),
        modes=(Mode(row.length, is_overtime=False, begins=((0, horizon - row.length),)),),
        overtime_minor=0,
    )


def faults(problem: HubProblem, times: Times) -> list[str]:
    """Return everything that is wrong with a schedule, worked out from begins and lengths alone."""
    begins = [slot.begin_min for slot in times.slots]
    lengths = [job.work_min for job in problem.jobs]
    found = [f"job {job + 1} begins before the project" for job, begin in enumerate(begins) if begin < 0]
    found += [
        f"job {second + 1} begins before job {first + 1} ends"
        for first, second in problem.before
        if begins[first] + lengths[first] > begins[second]
    ]
    for pool in problem.pools:
        used: Counter[int] = Counter()
        for job, begin, length in zip(problem.jobs, begins, lengths, strict=True):
            for minute in range(begin, begin + length):
                used[minute] += dict(job.needs).get(pool.key, 0)
        found += [f"{pool.key.kind} is short at {minute}" for minute, sum_ in used.items() if sum_ > pool.count]
    return found


def measure(group: Group, seed: int) -> Iterator[Measurement]:
    """Yield what is measured of each instance of a group, and their means."""
    ours, theirs, proven = [], [], Counter[str]()
    # Compiles what is not on disk yet.
    shortest(parsed(SMALL), Params(time_limit_s=0.1, seed=seed))
    for name, text, known in _texts(group):
        rows = {row.name: row for row in _measured(name, parsed(text), known, group.limit_s, seed)}
        yield from rows.values()
        end, bound, excess = (rows[f"psplib/{quantity}"] for quantity in ("end", "bound", "excess"))
        ours.append(excess.value)
        theirs.append(excess.value if excess.baseline is None else excess.baseline)
        proven["ours"] += end.value == bound.value
        proven["theirs"] += end.baseline == bound.baseline
    if ours:
        size = group.name or "small"
        yield _line("excess-mean", size, seed, sum(ours) / len(ours), "%", sum(theirs) / len(theirs))
        yield _line("proven", size, seed, proven["ours"], "", proven["theirs"])
        yield _line("instances", size, seed, len(ours), "", None)


def _texts(group: Group) -> Iterator[tuple[str, str, Known | None]]:
    """Yield the name and the text of each instance, and what is known of it."""
    if not group.name:
        yield "small", SMALL, Known(13, 13)
        return
    folder = os.environ.get(FOLDER)
    if folder is None:
        progress(f"psplib: {group.name} is not measured; set {FOLDER} to the folder of the instances")
        return
    files = sorted(Path(folder).glob(f"{group.name}_*.rcp"))
    if not files:
        progress(f"psplib: {group.name} is not measured; there are no instances in {folder}")
    known = _known(Path(folder) / f"best_known_{group.name}.csv")
    for file in files:
        yield file.stem, file.read_text(encoding="utf-8"), known.get(file.stem)


def _known(file: Path) -> dict[str, Known]:
    """Return the best known bounds by instance; nothing if there is no such file."""
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {
            row["instance"]: Known(int(row["lower_bound"]), int(row["upper_bound"])) for row in csv.DictReader(lines)
        }


def _measured(
    name: str, problem: HubProblem, known: Known | None, limit_s: float, seed: int
) -> Iterator[Measurement]:  # fmt: skip
    """Yield the measurements of one instance; excess counts from our own bound where nothing is known."""
    begun = time.perf_counter()
    short = shortest(problem, Params(time_limit_s=limit_s, seed=seed, workers=WORKERS))
    ours_s = time.perf_counter() - begun
    begun = time.perf_counter()
    plain = textbook.solve(problem, limit_s, WORKERS, seed)
    theirs_s = time.perf_counter() - begun
    best = short.bound if known is None else known.upper
    excess = None if plain.makespan is None else _excess(plain.makespan, best)
    yield _line("end", name, seed, short.last_end, "", plain.makespan)
    yield _line("bound", name, seed, short.bound, "", plain.bound)
    yield _line("excess", name, seed, _excess(short.last_end, best), "%", excess)
    yield _line("total", name, seed, ours_s, "s", theirs_s)
    wrong = ["no schedule"] if short.times is None else faults(problem, short.times)
    yield _line("faults", name, seed, len(wrong), "", None)


def _excess(value: int, best: int) -> float:
    return 100 * (value - best) / best


def _line(quantity: str, size: str, seed: int, value: float, unit: str, baseline: float | None) -> Measurement:
    return Measurement(name=f"psplib/{quantity}", size=size, seed=seed, value=value, unit=unit, baseline=baseline)


SPEC: BenchSpec[Group] = BenchSpec(
    name="psplib",
    sizes=(Group("j30", 60.0), Group("j120", 60.0)),
    smoke_sizes=(Group("", 5.0),),
    run=measure,
)
