"""
Orders, payments and waybills matched: how long it takes, in how much memory, beside two joins that keep less.

Every run is a process of its own, so that its memory is its own. The files are drawn once for all of them.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.registry import BenchSpec, Measurement, progress
from data.loading import load_catalogue
from data.samples_declare import Sampler
from data.samples_declare_write import write_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = dt.date(2026, 11, 1)
_DIRECTION = "import"
METHODS = ("ours", "dict", "pandas")


@dataclass(frozen=True, slots=True)
class Matched:
    """Orders with one line of goods each, with their payments and waybills."""

    orders: int

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.orders


class NotFoundError(Exception):
    """A planted fault was not found, or another one was."""


def measure(size: Matched, seed: int) -> Iterator[Measurement]:
    """Measure one size: all methods on the same files, one after the other."""
    label = f"{size.orders:,}"
    with tempfile.TemporaryDirectory(prefix="bench-match-") as name:
        folder = Path(name)
        sampler = Sampler(load_catalogue(), direction=_DIRECTION, day=_DAY, seed=seed, lines_most=1)
        write_sample(folder, sampler, size.orders, direction=_DIRECTION)
        found = {method: _run(method, folder) for method in METHODS}
        planted = len(planted_of(folder))
    ours = found["ours"]
    if ours["wrong"]:
        msg = f"{ours['wrong']} ends differ from what was planted"
        raise NotFoundError(msg)
    yield Measurement(name="match/planted", size=label, seed=seed, value=planted, unit="")
    yield Measurement(name="match/matched", size=label, seed=seed, value=ours["matched"], unit="")
    for method in METHODS[1:]:
        other = found[method]
        for quantity, unit in (("seconds", "s"), ("processor", "s"), ("memory", "MiB")):
            yield Measurement(
                name=f"match/{method}/{quantity}",
                size=label,
                seed=seed,
                value=ours[quantity],
                unit=unit,
                baseline=other[quantity],
            )
        yield Measurement(
            name=f"match/{method}/matched",
            size=label,
            seed=seed,
            value=ours["matched"],
            unit="",
            baseline=other["matched"],
        )


def _run(method: str, folder: Path) -> dict[str, float]:
    """Return what one method takes, and what it finds."""
    progress(f"  {method}")
    command = [sys.executable, "-m", "benchmarks.match_run", method, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])  # noqa: S603
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def planted_of(folder: Path) -> dict[tuple[str, str], str]:
    """Return the planted faults by kind and number."""
    with (folder / "planted.csv").open(encoding="utf-8") as stream:
        return {(row["kind"], row["number"]): row["reason"] for row in csv.DictReader(stream)}


SPEC: BenchSpec[Matched] = BenchSpec(
    name="match", sizes=(Matched(100_000), Matched(1_000_000)), smoke_sizes=(Matched(500),), run=measure
)
