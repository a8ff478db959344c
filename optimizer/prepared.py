"""
What is compiled when it is first used, used before the clock of a run starts.

On a machine that has never made a plan, compiling takes longer than many a plan may. That is not taken from its time.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import numba

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def once(work: Callable[[], object], stamp: Path) -> None:
    """Do some work, unless a file stands for its having been done; then leave that file."""
    if stamp.exists():
        return
    work()
    # Where it cannot be kept, the next run does it again, and takes part of a second for it.
    with suppress(OSError):
        stamp.parent.mkdir(exist_ok=True)
        stamp.touch()


def stamp_of(home: Path, folders: Iterable[Path]) -> Path:
    """
    Return the file that stands for the modules of some folders, as they are now, with this compiler.

    Parameters
    ----------
    home
        The folder beside whose modules the compiler keeps what it made.
    folders
        With all modules that are compiled.
    """
    known = hashlib.sha256(numba.__version__.encode())
    for folder in folders:
        for path in sorted(folder.glob("*.py")):
            facts = path.stat()
            known.update(f"{path}:{facts.st_mtime_ns}:{facts.st_size};".encode())
    return home / "__pycache__" / f"prepared-{known.hexdigest()[:16]}"
