"""A generated data set about as large as the shipped one, for measuring."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from tests.data.world import SMALL, YEAR, Rows, small

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = {"source": "generated for measuring", "as_of": "2026-05", "confidence": "low", "assumed": "yes"}
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Taipei", "Europe/Moscow")


def large(services: int = 1500, places: int = 600) -> Rows:
    """Return the small data set with many more locations, services and prices."""
    rows = small()
    for number in range(places):
        rows["locations"].append(_location(number))
    for number in range(services):
        stops = [f"XX{(7 * number + 13 * step) % places:04d}" for step in range(4)]
        rows["services"].append(_service(number))
        rows["calls"] += [_call(number, step, stop) for step, stop in enumerate(stops)]
        rows["tariffs"] += [_tariff(number, kind, stops) for kind in range(8)]
        rows["geometry"].append(_line(number, stops))
    return rows


def _location(number: int) -> dict[str, Any]:
    """Return one location."""
    return {
        "code": f"XX{number:04d}", "name_zh": f"地点{number}", "name_en": f"Place {number}", "kind": "seaport",
        "lat": f"{number % 80}.{number:04d}", "lon": f"{number % 170}.{number:04d}", "zone": ZONES[number % len(ZONES)],
        "territory": "CN", "calendar": "OFFICE", "clears_export": "yes", "clears_import": "no", "stuffs": "yes",
        "strips": "yes", "aliases": f"P{number};第{number}号", **KNOWN,
    }  # fmt: skip


def _service(number: int) -> dict[str, Any]:
    """Return one service; about two hundred patterns in all."""
    return {
        "id": f"S{number}", "name_zh": f"班次{number}", "name_en": f"Service {number}", "mode": "sea",
        "operator": "carrier", "status": "active", "days": "1234567"[number % 5 : number % 5 + 3],
        "every_weeks": 1 + number % 2, "week_offset": 0, "departs": f"{number % 24:02d}:00;{number % 24:02d}:30",
        "holiday_territory": "CN" if number % 2 else "", "capacity_teu_milli": 1000 * number, **KNOWN,
    }  # fmt: skip


def _call(number: int, step: int, stop: str) -> dict[str, Any]:
    """Return one call."""
    run = 60 * step + number if step else 0
    return {
        "service": f"S{number}", "seq": step + 1, "location": stop, "run_min": run, "run_p10_min": run * 9 // 10,
        "run_p90_min": run * 12 // 10, "stop_min": 60, "distance_m": 1000 * run, "factor": "road-hgv", **KNOWN,
    }  # fmt: skip


def _tariff(number: int, kind: int, stops: list[str]) -> dict[str, Any]:
    """Return one price."""
    return {
        "id": f"T{number}-{kind}", "service": f"S{number}", "origin": stops[0], "destination": stops[1 + kind % 3],
        "product": ("lcl", "fcl", "ltl")[kind // 3], "unit": "40HQ" if kind // 3 == 1 else "",
        "basis": ("per_wm", "per_box", "per_kg")[kind // 3], "rate": f"{100 + number}.{kind}5", "currency": "USD",
        **YEAR, **KNOWN,
    }  # fmt: skip


def _line(number: int, stops: list[str]) -> dict[str, Any]:
    """Return one line of fifty points."""
    points = ", ".join(f"{step}.{number:04d} {step % 80}.5" for step in range(50))
    return {
        "origin": stops[0], "destination": stops[1], "mode": "sea", "via": f"v{number}",
        "wkt": f"LINESTRING ({points})", **KNOWN,
    }  # fmt: skip


def write_large(folder: Path, rows: Rows) -> None:
    """Write a data set as CSV files with the columns of the small one."""
    folder.mkdir()
    for name, table in rows.items():
        with (SMALL / f"{name}.csv").open(encoding="utf-8") as stream:
            header = next(csv.reader(stream))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, header, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)
