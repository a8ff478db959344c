"""Processes of this machine: who started whom, and what they use; Linux tells, other systems do not."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_KIB = 1 << 10


def parents() -> dict[int, int]:
    """Return the parent of every process that runs; of none where the system does not tell."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = _fields(path)[:2]
            if state != "Z":
                found[int(path.parent.name)] = int(parent)
    return found


def family(process: int) -> list[int]:
    """Return a process and those that it has started, and those they have."""
    known, found = parents(), [process]
    for member in found:
        found += [child for child, parent in known.items() if parent == member]
    return found


def command(process: int) -> list[str]:
    """Return the command line of a process, nothing if it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")[:-1]
    except OSError:
        return []


def processor_s(process: int) -> float | None:
    """Return the processor time that a process has taken so far, None if nobody knows."""
    try:
        fields = _fields(Path(f"/proc/{process}/stat"))
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(process: int) -> float | None:
    """Return the memory of a process, of what it shares with others its part; None if nobody knows."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / _KIB for line in lines if line.startswith("Pss:")), None)


def _fields(path: Path) -> list[str]:
    """Return what follows the name of a process, which may contain anything."""
    return path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
