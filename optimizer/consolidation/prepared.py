"""A small plan that nobody sees, so that everything is compiled before the clock of the first plan starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import network as network_package
from optimizer.consolidation.params import Params
from optimizer.prepared import once, stamp_of

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
    few = replace(cargo, shipments=cargo.shipments[:_FEW])
    once(lambda: plan(few, Params(time_limit_s=_LONG_S, gap=0.0)), stamp or usual_stamp())


def usual_stamp() -> Path:
    """Return the file that stands for these modules, as they are now, with this compiler."""
    return stamp_of(Path(__file__).parent, _FOLDERS)
