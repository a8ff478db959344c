"""Plans beside an earlier one, from the command line, with the real solver and the real checker on a small network."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api import planning
from api.cli import main
from api.desk import Desk
from data.cargo import Cargo
from data.cargo_write import write_cargo
from data.freeze import Freeze
from data.plan_json import read_plan, write_plan
from network import Network
from optimizer.consolidation import solve
from optimizer.verify import verify_plan
from tests.api.fakes import clock
from tests.plan_mutations import changed_cargo
from tests.plan_network import catalogue
from tests.plan_network import week as whole_week

if TYPE_CHECKING:
    from data.plan import Plan

LIMIT = ("--time-limit", "20")


def week() -> Cargo:
    """Return the week with loose batteries, which no ship takes, in place of what no box carries."""
    return changed_cargo(whole_week(), "S7", mass_g=500_000, goods=frozenset({"battery_loose"}))


@cache
def first_plan() -> Plan:
    """Return the plan of the week."""
    return solve(Network(catalogue()), week())


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command work on the small network."""
    monkeypatch.setattr("api.desk.load_catalogue", lambda _: catalogue())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return the plan of the week as a file."""
    path = tmp_path / "old.json"
    path.write_text(planning.plan_text(first_plan(), week(), Desk(catalogue())), encoding="utf-8")
    return path


def cargo_file(folder: Path, cargo: Cargo) -> Path:
    """Return some cargo as a file."""
    path = folder / "cargo.csv"
    write_cargo(path, cargo, catalogue())
    return path


def more() -> Cargo:
    """Return the week with one more shipment."""
    return Cargo(shipments=(*week().shipments, replace(week().by_id["S4"], id="S8")))


def run(*arguments: object) -> int:
    """Run one command."""
    return main([str(argument) for argument in arguments], clock=clock)


def test_from_booking_to_the_next_plan(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A dispatcher books a box, more cargo comes, and what was booked is in the new plan as it was."""
    assert run("commit", old, "L001", "S5", "--as", "booked") == 0
    assert "已订舱" in capsys.readouterr().out
    new, sheet = tmp_path / "new.json", tmp_path / "new.xlsx"
    assert run("plan", cargo_file(tmp_path, more()), "--freeze", old, "-o", new, "-o", sheet, *LIMIT) == 0
    assert "1 箱、单独 1 票" in capsys.readouterr().out
    before, after = read_plan(old, catalogue()), read_plan(new, catalogue())
    assert after.cargo == more()
    assert after.plan.loads[0] == before.plan.loads[0]
    kept = {journey.shipment for journey in before.plan.journeys}
    assert [one for one in after.plan.journeys if one.shipment in kept] == list(before.plan.journeys)
    assert (after.plan.frozen_loads, after.plan.frozen_shipments) == (("L001",), ("S5",))
    assert run("verify", new, "--frozen", old) == 0
    assert "未变：1 箱、单独 1 票" in capsys.readouterr().out
    assert run("explain", new, "S1", "--lang", "en") == 0
    assert "booked, frozen" in capsys.readouterr().out
    assert run("explain", new, "S8", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["commitment"], shown["is_frozen"]) == ("planned", False)
    book = openpyxl.load_workbook(sheet)
    assert book["箱"].cell(3, 13).value == "已订舱、不变"
    assert {row[15] for row in book["货物"].iter_rows(min_row=3, values_only=True)} == {"已订舱、不变", "计划中"}


def test_a_departure_that_moved_is_seen(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan that is sound by itself but moved what was booked fails against the earlier plan."""
    assert run("commit", old, "L001", "--as", "departed") == 0
    alone = solve(Network(catalogue()), Cargo(shipments=week().shipments[:1]))
    plan, cargo = tmp_path / "new.json", Cargo(shipments=week().shipments[:1])
    write_plan(plan, alone, cargo, catalogue())
    capsys.readouterr()
    assert run("verify", plan) == 0
    capsys.readouterr()
    assert run("verify", plan, "--frozen", old, "--json") == 3
    shown = json.loads(capsys.readouterr().out)
    assert {"frozen_gone", "frozen_departures"} <= {found["rule"] for found in shown["violations"]}
    assert run("verify", plan, "--frozen", old, "--lang", "en") == 3
    assert "frozen_gone: load L001" in capsys.readouterr().out
    assert run("verify", plan, "--freeze-all") == 2
    assert run("verify", plan, "--frozen", tmp_path / "none.json") == 2


def test_before_and_all(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An instant, or all of it, keeps more; the checker can be asked the same."""
    cargo, new = cargo_file(tmp_path, more()), tmp_path / "new.json"
    first_min = min(journey.first_min or 0 for journey in first_plan().journeys)
    network = Network(catalogue())
    at = network.axis.from_min(first_min).isoformat()
    for options, count in ((["--freeze-before", at], 0), (["--freeze-all"], 1)):
        assert run("plan", cargo, "--freeze", old, *options, "-o", new, *LIMIT) == 0
        assert len(read_plan(new, catalogue()).plan.frozen_loads) == count
        assert run("verify", new, "--frozen", old, *options) == 0
    seconds = network.axis.from_min(first_min).replace(second=1).isoformat()
    assert run("plan", cargo, "--freeze", old, "--freeze-before", seconds, "-o", new, *LIMIT) == 0
    assert read_plan(new, catalogue()).plan.frozen_loads == ("L001",)
    capsys.readouterr()


@pytest.mark.parametrize("text", ["", "soon", "2026-12-01", "2026-12-01T09:00"])
def test_no_instant(old: Path, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An instant without a zone is none."""
    assert run("plan", cargo_file(tmp_path, week()), "--freeze", old, "--freeze-before", text) == 2
    assert "freeze_before" in capsys.readouterr().err


def test_contradictions(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything in which a frozen part contradicts the cargo is told at once, with file, place, value and rule."""
    assert run("commit", old, "L001", "S5", "--as", "loaded") == 0
    changed = changed_cargo(changed_cargo(week(), "S1", mass_g=9_000_000), "S5", regime="9710")
    cargo = cargo_file(tmp_path, Cargo(shipments=tuple(s for s in changed if s.id != "S2")))
    new = tmp_path / "new.json"
    assert run("plan", cargo, "--freeze", old, "-o", new) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("原方案与货物清单或数据矛盾")
    for expected in (
        "old.json shipments[0].mass_g=3000123 frozen_changed",
        "old.json shipments[4].regime=0110 frozen_changed",
        "old.json journeys[1].shipment=S2 frozen_missing",
    ):
        assert expected in shown
    assert not new.exists()


def test_other_data_and_unsound(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan of another data set, and one that breaks rules, are no ground to stand on."""
    cargo = cargo_file(tmp_path, week())
    loaded: dict[str, Any] = json.loads(old.read_text(encoding="utf-8"))
    old.write_text(json.dumps(loaded | {"fingerprint": "0" * 64}), encoding="utf-8")
    assert run("plan", cargo, "--freeze", old) == 2
    shown = capsys.readouterr().err
    assert f"old.json fingerprint={'0' * 60}… other_data" in shown
    assert catalogue().fingerprint in shown
    loaded["loads"][0]["cost_cny_minor"] -= 1
    old.write_text(json.dumps(loaded), encoding="utf-8")
    assert run("plan", cargo, "--freeze", old) == 2
    shown = capsys.readouterr().err
    for rule in ("load_cost", "share_sum", "objective"):
        assert f" {rule} " in shown
    old.write_text("{}", encoding="utf-8")
    assert run("plan", cargo, "--freeze", old) == 2
    assert capsys.readouterr().err.startswith("方案文件有误")


def test_the_earlier_plan_is_not_overwritten(old: Path, tmp_path: Path) -> None:
    """The file that is read is not one to write."""
    before = old.read_bytes()
    assert run("plan", cargo_file(tmp_path, week()), "--freeze", old, "-o", old) == 2
    assert old.read_bytes() == before


# Commitments


def test_commit_tells_every_bad_id(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every id that cannot be promised is told, with what to do; then nothing is changed."""
    before = old.read_bytes()
    assert run("commit", old, "L001", "L009", "S1", "S7", "SS5", "--as", "booked") == 2
    shown = capsys.readouterr().err
    for expected in ("L009", "did you mean: L001", "S1: travels in box L001", "S7: stays behind", "did you mean: S5"):
        assert expected in shown
    assert old.read_bytes() == before
    assert run("commit", old, "--as", "booked") == 2
    assert run("commit", old, "L001", "--as", "sold") == 2
    assert run("commit", old.with_name("none.json"), "L001", "--as", "booked") == 2


def test_commit_elsewhere_and_back(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The result may go to another file; taking everything back gives the file as it was."""
    before, other = old.read_bytes(), tmp_path / "other.json"
    assert run("commit", old, "L001", "S5", "--as", "loaded", "-o", other, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "committed": ["L001", "S5"],
        "commitment": "loaded",
        "path": str(other),
    }
    assert old.read_bytes() == before
    plan = read_plan(other, catalogue()).plan
    assert [load.commitment for load in plan.loads] == ["loaded"]
    assert [journey.shipment for journey in plan.journeys if journey.commitment == "loaded"] == ["S5"]
    assert verify_plan(catalogue(), week(), plan, frozen=Freeze(plan=first_plan(), cargo=week())) == []
    assert run("commit", other, "S5", "L001", "--as", "planned") == 0
    assert other.read_bytes() == before
    assert run("commit", old, "L001", "--as", "booked", "-o", tmp_path / "plan.txt") == 2
    assert run("commit", old, "L001", "--as", "booked", "-o", tmp_path / "none" / "plan.json") == 2


def test_an_id_of_two_things(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shipment that is called like a box cannot be told from it."""
    cargo = Cargo(shipments=tuple(replace(s, id="L001") if s.id == "S5" else s for s in week()))
    journeys = tuple(replace(j, shipment="L001") if j.shipment == "S5" else j for j in first_plan().journeys)
    path = tmp_path / "plan.json"
    write_plan(path, replace(first_plan(), journeys=journeys), cargo, catalogue())
    assert run("commit", path, "L001", "--as", "booked") == 2
    assert "is the number of a box and of a shipment" in capsys.readouterr().err


def test_full_disk_while_committing(
    old: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk leaves the plan as it was."""
    before = old.read_bytes()

    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fill)
    assert run("commit", old, "L001", "--as", "booked") == 2
    shown = capsys.readouterr().err
    assert "No space left on device" in shown
    assert "Traceback" not in shown
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.iterdir()] == ["old.json"]
