"""
What is compiled when it is first used, used before the clock of a run starts.

On a machine that has never made a plan, compiling takes longer than many a plan may. That is not taken from its time.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numba

import network as network_package
from optimizer.consolidation.params import Params

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.cargo import Cargo

_FEW = 8
_LONG_S = 300.0
_FOLDERS = (Path(__file__).parent, Path(network_package.__file__).parent)


def prepare(cargo: Cargo, plan: Callable[[Cargo, Params], object], *, stamp: Path | None = None) -> None:
    """
    Make a small plan that nobody sees, unless one was made with these modules before.

    Parameters
    ----------
    cargo
        Of which a few shipments are taken.
    plan
        Makes it.
    stamp
        Stands for its having been made; None for the usual file, beside what the compiler keeps.
    """
    stamp = stamp or usual_stamp()
    if stamp.exists():
        return
    few = replace(cargo, shipments=cargo.shipments[:_FEW])
    plan(few, Params(time_limit_s=_LONG_S, gap=0.0))
    # Where it cannot be kept, the next run does it again, and takes part of a second for it.
    with suppress(OSError):
        stamp.parent.mkdir(exist_ok=True)
        stamp.touch()


def usual_stamp() -> Path:
    """Return the file that stands for these modules, as they are now, with this compiler."""
    known = hashlib.sha256(numba.__version__.encode())
    for folder in _FOLDERS:
        for path in sorted(folder.glob("*.py")):
            facts = path.stat()
            known.update(f"{path}:{facts.st_mtime_ns}:{facts.st_size};".encode())
    return Path(__file__).parent / "__pycache__" / f"prepared-{known.hexdigest()[:16]}"
