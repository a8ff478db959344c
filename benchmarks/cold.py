"""
A fresh process that loads the shipped data, answers one quote, and prints what that took as JSON.

``python -m benchmarks.cold SEED``
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.shipments import draw_shipments
from data import load_catalogue
from network import Network


def resident_mib() -> float | None:
    """Return the resident memory of this process, None where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), None)


def main() -> None:
    """Load, compile, quote."""
    begun = time.perf_counter()
    catalogue = load_catalogue()
    loaded = time.perf_counter()
    network = Network(catalogue)
    compiled = time.perf_counter()
    network.quote(draw_shipments(catalogue, 1, int(sys.argv[1]))[0])
    ended = time.perf_counter()
    measured = {"load": loaded - begun, "compile": compiled - loaded, "first-quote": ended - compiled}
    print(json.dumps(measured | {"memory": resident_mib()}))


if __name__ == "__main__":
    main()
