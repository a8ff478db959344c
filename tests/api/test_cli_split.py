"""Shipments in parts, from a cargo list to a plan that was checked, and what is told of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.cli import main
from tests.api.fakes import clock
from tests.plan_network import catalogue

if TYPE_CHECKING:
    from pathlib import Path

CARGO = """id,from,to,weight_kg,volume_m3,pieces,ready,splittable
A,P1,M1,19000,95,95,2026-01-05,yes
B,P2,M2,19200,96,96,2026-01-05,yes
C,P2,M1,3000,12,10,2026-01-05,no
"""


@pytest.fixture(autouse=True)
def _small_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command work on the small network."""
    monkeypatch.setattr("api.desk.load_catalogue", lambda _: catalogue())


@pytest.fixture
def plan_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a plan that was made from a list, with its workbook and map beside it."""
    cargo, path = tmp_path / "cargo.csv", tmp_path / "plan.json"
    cargo.write_text(CARGO, encoding="utf-8")
    others = ["-o", str(tmp_path / "plan.xlsx"), "--map", str(tmp_path / "plan.html")]
    assert run("plan", str(cargo), "-o", str(path), *others, "--deterministic", "--lang", "en") == 0
    assert "Shipments in parts" in capsys.readouterr().out
    return path


def run(*args: str) -> int:
    """Run a command."""
    return main(list(args), clock=clock)


def test_plan_and_verify(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file names the splits, has the cargo whole, and is sound; one that says something else is refused."""
    shown = json.loads(plan_file.read_text(encoding="utf-8"))
    assert shown["splits"] == [{"shipment": "A", "pieces": [68, 27]}, {"shipment": "B", "pieces": [68, 28]}]
    assert [one["id"] for one in shown["shipments"]] == ["A", "B", "C"]
    assert [one["shipment"] for one in shown["journeys"]] == ["A/1", "A/2", "B/1", "B/2", "C"]
    assert run("verify", str(plan_file)) == 0
    capsys.readouterr()
    shown["splits"] = [{"shipment": "A", "pieces": [68, 28]}, {"shipment": "C", "pieces": [5, 5]}]
    plan_file.write_text(json.dumps(shown), encoding="utf-8")
    assert run("verify", str(plan_file)) == 2
    told = capsys.readouterr().err
    assert "split_sum" in told
    assert "split_forbidden" in told


def test_explain(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shipment in parts lists them; a part says of which shipment it is; both also as JSON."""
    assert run("explain", str(plan_file), "A", "--lang", "en") == 0
    text = capsys.readouterr().out
    assert "travels in 2 parts" in text
    assert "A/1" in text
    assert "L001" in text
    assert run("explain", str(plan_file), "A/2", "--lang", "en") == 0
    assert "27 of the 95 pieces of A" in capsys.readouterr().out
    whole, parts = _told(plan_file, "A", capsys), [_told(plan_file, name, capsys) for name in ("A/1", "A/2")]
    assert [one["shipment"] for one in whole["parts"]] == ["A/1", "A/2"]
    assert whole["served"]
    assert whole["cost_minor"] == sum(one["cost_minor"] for one in parts)
    assert sum(one["pieces"] for one in parts) == whole["pieces"] == 95
    assert {one["part_of"] for one in parts} == {"A"}
    assert run("explain", str(plan_file), "A/3") == 2
    assert "A/" in capsys.readouterr().err


def _told(path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return an explanation as JSON."""
    capsys.readouterr()
    assert run("explain", str(path), name, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_workbook(plan_file: Path) -> None:
    """Sheets name the parts, and say of which shipment, and how many pieces are to be collected."""
    book = openpyxl.load_workbook(plan_file.with_suffix(".xlsx"))
    rows = [[str(cell.value) for cell in row] for row in book["Shipments"].iter_rows()]
    (first,) = [row for row in rows if row[0] == "A/1"]
    assert any("68 of the 95 pieces of A" in cell for cell in first)
    tasks = [" ".join(str(cell.value) for cell in row) for row in book["Work list"].iter_rows()]
    assert any("collect" in task and "B/2" in task and "28 of the 96 pieces of B" in task for task in tasks)


def test_promises(plan_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A part that is promised keeps the parts of its shipment; cargo that may not be split any more is refused."""
    assert run("commit", str(plan_file), "A/1", "--as", "booked") == 0
    cargo, new = tmp_path / "more.csv", tmp_path / "new.json"
    cargo.write_text(CARGO + "D,P1,M2,1000,5,5,2026-01-05,no\n", encoding="utf-8")
    assert run("plan", str(cargo), "--freeze", str(plan_file), "-o", str(new), "--deterministic") == 0
    shown = json.loads(new.read_text(encoding="utf-8"))
    assert shown["frozen_shipments"] == ["A/1"]
    assert {"shipment": "A", "pieces": [68, 27]} in shown["splits"]
    assert run("verify", str(new), "--frozen", str(plan_file)) == 0
    # A box of 76 cubic metres takes it whole.
    cargo.write_text(CARGO.replace("95,95,2026-01-05,yes", "70,95,2026-01-05,no"), encoding="utf-8")
    capsys.readouterr()
    assert run("plan", str(cargo), "--freeze", str(plan_file), "-o", str(new)) == 2
    told = capsys.readouterr().err
    assert "frozen_split" in told
    assert "frozen_changed" in told
