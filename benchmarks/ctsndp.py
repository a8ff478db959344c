"""
Public instances of continuous-time service network design, solved by the relay.

The files are not part of the repository: HUBPORT_CTSNDP names the folder that holds a folder for each grid.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.registry import BenchSpec, Measurement, progress
from benchmarks.relay_check import faults
from optimizer.consolidation.relay import Commodity, Link, Params, Problem, solve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.consolidation.relay import Progress

FOLDER = "HUBPORT_CTSNDP"
"""Environment variable with the folder of the instances."""
GAP = 0.01
"""Gap at which a run ends."""
TOLD_EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Grid:
    """A folder of instances and the seconds each is given; without a name, one that is drawn at random."""

    name: str
    limit_s: float

    @property
    def number(self) -> int:
        """Minutes of a period, by which it is called; 0 for what is drawn."""
        return int(self.name.partition("minute")[0] or 0)


class FormatError(ValueError):
    """A file that is not what it should be."""


def parsed(text: str) -> Problem:
    """
    Return the problem of a file.

    Sections NODES, ARCS and COMMODITIES have a line with name and number of rows, and then the rows. Times are whole
    periods; a commodity that is ready within a period waits for the next, and one that is due within it must be there
    at its beginning.
    """
    sections = _sections(text)
    nodes = {row[0]: at for at, row in enumerate(sections["NODES"])}
    links, unit_costs = [], []
    for _, start, end, unit_cost, box_cost, capacity, minutes, *_rest in sections["ARCS"]:
        links.append(
            Link(
                origin=nodes[start], destination=nodes[end], minutes=_whole(minutes),
                box_cost=_whole(box_cost), capacity=(_whole(capacity),),
            )
        )  # fmt: skip
        unit_costs.append(_whole(unit_cost))
    commodities = [
        Commodity(
            origin=nodes[start], destination=nodes[end], quantity=(_whole(quantity),),
            ready=math.ceil(float(ready)), due=math.floor(float(due)),
        )
        for _, start, end, quantity, ready, due, *_rest in sections["COMMODITIES"]
    ]  # fmt: skip
    own = np.outer([entry.quantity[0] for entry in commodities], unit_costs).astype(np.int64)
    return Problem(nodes=len(nodes), links=tuple(links), commodities=tuple(commodities), own_cost=own)


def _sections(text: str) -> dict[str, list[list[str]]]:
    """Return the rows of each section, cut at commas."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found: dict[str, list[list[str]]] = {}
    at = 0
    while at < len(lines):
        name, _, count = lines[at].partition(",")
        at += 1
        if name in {"NODES", "ARCS", "COMMODITIES"}:
            found[name] = [line.split(",") for line in lines[at : at + int(count)]]
            at += int(count)
    if len(found) != 3:
        msg = f"sections NODES, ARCS and COMMODITIES are needed, found {sorted(found)}"
        raise FormatError(msg)
    return found


def _whole(text: str) -> int:
    """Return a whole number, refusing what is not one."""
    if not float(text).is_integer():
        msg = f"a whole number is needed, got {text}"
        raise FormatError(msg)
    return int(float(text))


def drawn(seed: int, nodes: int = 8, commodities: int = 24) -> str:
    """Return the text of a small instance of the same form."""
    rng = np.random.default_rng(seed)
    at = rng.random((nodes, 2))
    pairs = [(i, j) for i in range(nodes) for j in range(nodes) if i != j]
    apart = {(i, j): 1 + int(40 * np.hypot(*(at[i] - at[j]))) for i, j in pairs}
    arcs = [(i, j, apart[i, j]) for i, j in pairs if (j - i) % nodes == 1 or rng.random() < 0.4]
    way = np.full((nodes, nodes), 10**6)
    for i, j, minutes in arcs:
        way[i, j] = minutes
    for via in range(nodes):
        way = np.minimum(way, way[:, [via]] + way[[via], :])
    lines = [f"NODES,{nodes}", *(f"{i + 1},{i + 1},-,-" for i in range(nodes)), f"ARCS,{len(arcs)}"]
    lines += [
        f"{n},{i + 1},{j + 1},{int(rng.integers(1, 20))},{20 * minutes},200,{minutes},{minutes},{float(minutes)}"
        for n, (i, j, minutes) in enumerate(arcs)
    ]
    lines.append(f"COMMODITIES,{commodities}")
    for n in range(commodities):
        i, j = rng.choice(nodes, 2, replace=False).tolist()
        ready = int(rng.integers(0, 60))
        due = ready + int(way[i, j] * (1.2 + 0.3 * rng.random())) + 1
        lines.append(f"{n},{i + 1},{j + 1},{int(rng.integers(15, 75))},{ready},{due},{ready},{float(due)}")
    return "\n".join([*lines, f"horizon={200}"])


def measure(grid: Grid, seed: int) -> Iterator[Measurement]:
    """Yield cost, bound, gap, times and faults of each instance of a grid."""
    for name, text in _texts(grid, seed):
        yield from _measured(name, parsed(text), grid.limit_s, seed)


def _texts(grid: Grid, seed: int) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each instance."""
    if not grid.name:
        yield "drawn", drawn(seed)
        return
    folder = os.environ.get(FOLDER)
    if folder is None:
        progress(f"ctsndp: {grid.name} is not measured; set {FOLDER} to the folder of the instances")
        return
    files = sorted((Path(folder) / grid.name).glob("*.txt"))
    if not files:
        progress(f"ctsndp: {grid.name} is not measured; there are no instances in {Path(folder) / grid.name}")
    for file in files:
        yield f"{grid.name}/{file.stem}", file.read_text(encoding="utf-8")


def _measured(name: str, problem: Problem, limit_s: float, seed: int) -> Iterator[Measurement]:
    """Yield the measurements of one instance."""
    told = 0.0

    def tell(now: Progress) -> None:
        nonlocal told
        if now.elapsed_s - told > TOLD_EVERY_S:
            told = now.elapsed_s
            progress(f"  {name} {now.elapsed_s:.0f} s {now.phase}: cost {now.cost}, bound {now.bound}")

    begun = time.process_time()
    result = solve(problem, Params(time_limit_s=limit_s, gap=GAP, seed=seed), tell)
    processor_s = time.process_time() - begun

    def row(quantity: str, value: float, unit: str) -> Measurement:
        return Measurement(name=f"ctsndp/{quantity}", size=name, seed=seed, value=value, unit=unit)

    if result.plan is not None:
        yield row("cost", result.plan.cost, "")
        yield row("faults", len(faults(problem, result.plan)), "")
    if result.bound is not None:
        yield row("bound", result.bound, "")
    if result.gap is not None:
        yield row("gap", result.gap * 100, "%")
    yield row("total", result.runtime_s, "s")
    yield row("processor", processor_s, "s")


SPEC: BenchSpec[Grid] = BenchSpec(
    name="ctsndp",
    sizes=(Grid("60minutes", 300.0), Grid("15minutes", 300.0), Grid("1minute", 600.0)),
    smoke_sizes=(Grid("", 5.0),),
    run=measure,
)
