"""Cargo, tables and disks at their limits: a plan is sound, or refused with a reason, and nobody sees a traceback."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from api.cli import main
from data.cargo import Cargo
from data.cargo_write import write_cargo
from data.plan_json import read_plan
from tests.api.fakes import clock
from tests.builders import throughput
from tests.optimizer.test_throughput import heavy, per_day
from tests.plan_mutations import changed_cargo
from tests.plan_network import catalogue, week

if TYPE_CHECKING:
    from data import Catalogue
    from data.plan import Plan

SOUND = Cargo(shipments=week().shipments[:6])


def run(*arguments: object) -> int:
    """Run one command."""
    return main([str(argument) for argument in arguments], clock=clock)


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> list[Catalogue]:
    """Let every command work on the last data set of a list."""
    found = [catalogue()]
    monkeypatch.setattr("api.desk.load_catalogue", lambda _: found[-1])
    return found


def cargo_file(folder: Path, cargo: Cargo) -> Path:
    """Return some cargo as a file."""
    path = folder / "cargo.csv"
    write_cargo(path, cargo, catalogue())
    return path


def planned(folder: Path, cargo: Cargo, tables: Catalogue) -> Plan:
    """Return the plan that the command makes of some cargo."""
    out = folder / "plan.json"
    assert run("plan", cargo_file(folder, cargo), "-o", out, "--time-limit", "20") == 0
    assert run("verify", out) == 0
    return read_plan(out, tables).plan


# Cargo


def test_duplicate_ids(tables: list[Catalogue], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ids that stand twice are refused with their lines and the first of them; nothing is planned."""
    assert tables
    path = cargo_file(tmp_path, SOUND)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([*lines, lines[1], lines[2]]) + "\n", encoding="utf-8")
    assert run("plan", path, "-o", tmp_path / "plan.json") == 2
    shown = capsys.readouterr().err
    assert shown.count("duplicate_id") == 2
    assert "cargo.csv:8" in shown
    assert "cargo.csv:9" in shown
    assert not (tmp_path / "plan.json").exists()


def test_heavier_than_any_box(tables: list[Catalogue], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cargo that no box carries and that may not be split is refused, with what to do."""
    assert tables
    heavy = changed_cargo(SOUND, "S1", mass_g=26_000_001)
    assert run("plan", cargo_file(tmp_path, heavy)) == 2
    shown = capsys.readouterr().err
    assert "cargo.csv:2 weight_kg=26000.001 unit_payload" in shown
    assert "is heavier than any box carries (26,000 kg)" in shown
    assert planned(tmp_path, changed_cargo(SOUND, "S1", mass_g=26_000_000), tables[-1]).cost_minor > 0


def test_heavier_than_any_service_takes(tables: list[Catalogue], tmp_path: Path) -> None:
    """Cargo that nothing in the network takes stays behind, and the plan says so."""
    heavy = changed_cargo(SOUND, "S1", pieces=1, mass_g=3_000_000)
    plan = planned(tmp_path, heavy, tables[-1])
    (left,) = (left for left in plan.unserved if left.shipment == "S1")
    assert "Nothing in the network can carry it" in left.reason_en
    assert not left.is_unplanned


def test_due_before_any_arrival(tables: list[Catalogue], tmp_path: Path) -> None:
    """Cargo due before anything could arrive travels late, at the price of its days."""
    hurried = [
        replace(s, due_at=s.ready_at + dt.timedelta(minutes=1), late_minor_per_day=100, currency="CNY") for s in SOUND
    ]
    plan = planned(tmp_path, Cargo(shipments=tuple(hurried)), tables[-1])
    assert plan.journeys
    assert all(journey.days_late > 10 for journey in plan.journeys)
    assert all(journey.penalty_cny_minor == 100 * journey.days_late for journey in plan.journeys)


def test_due_before_ready(tables: list[Catalogue], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cargo due before it is ready is a mistake."""
    assert tables
    wrong = changed_cargo(SOUND, "S4", due_at=SOUND.by_id["S4"].ready_at)
    assert run("plan", cargo_file(tmp_path, wrong)) == 2
    assert "after_ready" in capsys.readouterr().err


# Tables


@pytest.mark.parametrize("is_empty", [True, False])
def test_nobody_may_share(is_empty: bool, tables: list[Catalogue], tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    """Where mixing rules forbid everything, or there are none, all travel alone, and that is optimal."""
    rows = () if is_empty else tuple(replace(row, shares=False) for row in catalogue().mixing_groups)
    tables.append(catalogue().replace(mixing_groups=rows))
    plan = planned(tmp_path, SOUND, tables[-1])
    assert (plan.loads, plan.status, plan.gap) == ((), "optimal", 0)
    assert plan.cost_minor == plan.alone_minor


@pytest.mark.parametrize("room_teu", [0, 1, 2])
def test_too_little_capacity(room_teu: int, tables: list[Catalogue], tmp_path: Path) -> None:
    """A ship without room for all boxes: the plan keeps to what it can carry, and is sound."""
    services = tuple(
        replace(s, capacity_teu_milli=room_teu * 1000) if s.id == "SHIP" else s for s in catalogue().services
    )
    tables.append(catalogue().replace(services=services))
    plan = planned(tmp_path, SOUND, tables[-1])
    by_ship = [booking.teu for booking in plan.bookings if booking.service == "SHIP"]
    assert by_ship
    assert max(by_ship) <= room_teu


@pytest.mark.parametrize("most", [0, 1, 2])
@pytest.mark.parametrize(("place", "process"), [("C", "stuff"), ("E", "strip")])
def test_too_little_throughput(
    place: str, process: str, most: int, tables: list[Catalogue], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A depot without room for all boxes on a day: the plan keeps to it, is sound, and tells whom it moved."""
    tables.append(catalogue().replace(throughput=(throughput(place, process, boxes_per_day=most),)))
    cargo = Cargo(shipments=tuple(heavy(f"H{n}", 1_000 * n) for n in range(3)))
    plan = planned(tmp_path, cargo, tables[-1])
    assert len(plan.journeys) == 3
    assert max(per_day(plan, process).values(), default=0) <= most
    moved = [one.shipment for one in plan.insights if any(rule.rule == "throughput" for rule in one.bindings)]
    assert bool(moved) == (most > 0)
    words = {
        "zh": ("的装箱已排满", "的拆箱已排满"),
        "en": ("room for stuffing on 2026-", "room for stripping on 2026-"),
    }
    for lang in ("zh", "en") if moved else ():
        capsys.readouterr()
        assert run("explain", tmp_path / "plan.json", moved[0], "--lang", lang) == 0
        assert words[lang][process == "strip"] in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_unsound_plan(
    lang: str,
    tables: list[Catalogue],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A plan that breaks a rule, were one ever made, is refused with the rule, and nothing is written."""
    plan, out = planned(tmp_path, SOUND, tables[-1]), tmp_path / "again.json"
    monkeypatch.setattr("api.cli_plan._solve", lambda *_: replace(plan, cost_minor=plan.cost_minor - 1))
    assert run("plan", cargo_file(tmp_path, SOUND), "-o", out, "--lang", lang) == 3
    assert f"should be {plan.cost_minor}" in capsys.readouterr().err
    assert not out.exists()


# Disks


class FullStream(io.BytesIO):
    """A file on a disk that is full."""

    def write(self, _: object) -> NoReturn:
        """Refuse."""
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("name", ["plan.json", "plan.xlsx", "map.html"])
def test_full_disk(
    name: str,
    tables: list[Catalogue],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A disk that is full while a file is written leaves the old one, and the plan is shown all the same."""
    assert tables
    cargo, out = cargo_file(tmp_path, SOUND), tmp_path / name
    out.write_bytes(b"old")
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr("data.export.os.fdopen", lambda *_: FullStream())
    flag = "--map" if name.endswith(".html") else "-o"
    assert run("plan", cargo, flag, out, "--time-limit", "20", "--lang", "en") == 2
    shown = capsys.readouterr()
    assert "Cost of the plan (CNY)" in shown.out
    assert f"cannot write {out}: No space left on device" in shown.err
    assert "腾出空间" in shown.err
    assert "Traceback" not in shown.err
    assert out.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_no_room_for_a_draft(
    tables: list[Catalogue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk on which not even an empty file can be made is told in the same way."""
    assert tables
    cargo, out = cargo_file(tmp_path, SOUND), tmp_path / "plan.json"

    def fill(*_: object, **__: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.export.tempfile.mkstemp", fill)
    assert run("plan", cargo, "-o", out, "--time-limit", "20") == 2
    assert "No space left on device" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_output_that_goes_nowhere(
    tables: list[Catalogue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When what is printed finds no room, the files are written before, and the reason is told."""
    out = tmp_path / "plan.json"
    with Path("/dev/full").open("w", encoding="utf-8") as full, monkeypatch.context() as context:
        context.setattr(sys, "stdout", full)
        assert run("plan", cargo_file(tmp_path, SOUND), "-o", out, "--json", "--time-limit", "20") == 2
    shown = capsys.readouterr().err
    assert "cannot write stdout: No space left on device" in shown
    assert json.loads(out.read_text(encoding="utf-8"))["status"] in {"optimal", "feasible"}
    assert read_plan(out, tables[-1]).plan.journeys
