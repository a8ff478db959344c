"""What a benchmark is, and what it measures."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Size(Protocol):
    """What a benchmark runs on."""

    @property
    def number(self) -> int:
        """What it is called by on the command line."""


S = TypeVar("S", bound=Size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """
    One measured number.

    Parameters
    ----------
    name
        Benchmark and quantity, such as ``search/median``.
    size
        What it was measured on.
    seed
        Of everything drawn at random.
    value, unit
        The number.
    baseline
        The same quantity by another method, named in README.md; None where there is none.
    """

    name: str
    size: str
    seed: int
    value: float
    unit: str
    baseline: float | None = None

    @property
    def ratio(self) -> float | None:
        """
        Return baseline over value, above 1 when the baseline takes more.

        Examples
        --------
        >>> Measurement(name="search/median", size="small", seed=1, value=2.0, unit="ms", baseline=5.0).ratio
        2.5
        """
        return None if self.baseline is None or self.value == 0 else self.baseline / self.value

    def as_json(self) -> dict[str, Any]:
        """Return the fields that are printed."""
        return asdict(self) | {"ratio": self.ratio}


@dataclass(frozen=True, slots=True)
class BenchSpec(Generic[S]):
    """
    A benchmark.

    Parameters
    ----------
    name
        As given on the command line.
    sizes, smoke_sizes
        What it runs on, one after the other.
    run
        Measures one size with one seed.
    seeds
        Those of a full run.
    """

    name: str
    sizes: tuple[S, ...]
    smoke_sizes: tuple[S, ...]
    run: Callable[[S, int], Iterator[Measurement]]
    seeds: tuple[int, ...] = (1,)

    def measure(
        self, *, is_smoke: bool = False, sizes: Sequence[int] = (), seeds: Sequence[int] = ()
    ) -> Iterator[Measurement]:
        """
        Yield the measurements of all sizes.

        Parameters
        ----------
        is_smoke
            Only see that everything runs: small sizes, one seed.
        sizes
            Numbers of those to measure, all if there are none.
        seeds
            Instead of those of a full run.
        """
        for size in self.chosen(sizes, is_smoke=is_smoke):
            for seed in seeds or (self.seeds[:1] if is_smoke else self.seeds):
                progress(f"{self.name}: {size}, seed {seed}")
                yield from self.run(size, seed)

    def chosen(self, numbers: Sequence[int], *, is_smoke: bool) -> list[S]:
        """Return the sizes called by some numbers, all if there are none."""
        return [
            size for size in (self.smoke_sizes if is_smoke else self.sizes) if not numbers or size.number in numbers
        ]


def progress(text: str) -> None:
    """Tell the person waiting what is going on."""
    print(text, file=sys.stderr, flush=True)
