"""``python -m benchmarks [NAME] [--smoke] [--sizes N ...] [--seeds N ...] [--json] [--ctsndp DIR] [--psplib DIR]``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from benchmarks import (
    consolidation,
    contract,
    ctsndp,
    faults,
    landed,
    match,
    pages,
    psplib,
    quote,
    schedule,
    search,
    service,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.registry import BenchSpec, Measurement

_ALL: tuple[BenchSpec[Any], ...] = (
    search.SPEC,
    quote.SPEC,
    consolidation.SPEC,
    ctsndp.SPEC,
    match.SPEC,
    schedule.SPEC,
    psplib.SPEC,
    landed.SPEC,
    service.SPEC,
    contract.SPEC,
    faults.SPEC,
    pages.SPEC,
)
SPECS: dict[str, BenchSpec[Any]] = {spec.name: spec for spec in _ALL}
_LINE = "{:<32} {:<26} {:>12} {:<6} {:>12} {:>10}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks named in the arguments, all if none is, and print what they measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures Hubport.")
    parser.add_argument("name", nargs="?", choices=tuple(SPECS), help="one benchmark; all when not given")
    parser.add_argument("--smoke", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument("--sizes", type=int, nargs="+", default=(), metavar="N", help="only sizes of these numbers")
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=(), metavar="N", help="seeds of what is drawn at random (see README.md)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per measurement")
    parser.add_argument("--ctsndp", metavar="FOLDER", help=f"folder of the public instances ({ctsndp.FOLDER})")
    parser.add_argument("--psplib", metavar="FOLDER", help=f"folder of the public projects ({psplib.FOLDER})")
    options = parser.parse_args(argv)
    if options.ctsndp is not None:
        os.environ[ctsndp.FOLDER] = options.ctsndp
    if options.psplib is not None:
        os.environ[psplib.FOLDER] = options.psplib
    specs = list(SPECS.values()) if options.name is None else [SPECS[options.name]]
    if not any(spec.chosen(options.sizes, is_smoke=options.smoke) for spec in specs):
        parser.error("no benchmark has such a size")
    if not options.json:
        print(_LINE.format("name", "size", "value", "unit", "baseline", "ratio"))
    for spec in specs:
        for measured in spec.measure(is_smoke=options.smoke, sizes=options.sizes, seeds=options.seeds):
            print(json.dumps(measured.as_json()) if options.json else _row(measured), flush=True)
    return 0


def _row(measured: Measurement) -> str:
    """Return one line of the table."""
    return _LINE.format(
        measured.name,
        measured.size,
        f"{measured.value:,.2f}",
        measured.unit,
        "" if measured.baseline is None else f"{measured.baseline:,.2f}",
        "" if measured.ratio is None else f"{measured.ratio:,.2f}",
    ).rstrip()


if __name__ == "__main__":
    sys.exit(main())
