"""Capital in transit on the command line, in files and in explanations, with the real solver and checker."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from api.cli import main
from data.cargo_write import write_cargo
from data.plan import Objective
from data.plan_json import parse_plan, plan_bytes, read_plan
from tests.api.fakes import clock
from tests.optimizer.test_evaluate import valued
from tests.plan_mutations import sound
from tests.plan_network import catalogue, week

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: object) -> int:
    """Run one command."""
    return main([str(argument) for argument in arguments], clock=clock)


@pytest.fixture(autouse=True)
def _tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command work on the small data set."""
    monkeypatch.setattr("api.desk.load_catalogue", lambda _: catalogue())


@pytest.fixture
def cargo_file(tmp_path: Path) -> Path:
    """Return the week with values as a file, without what nothing can carry."""
    cargo = valued(week())
    path = tmp_path / "cargo.csv"
    write_cargo(path, type(cargo)(shipments=cargo.shipments[:6]), catalogue())
    return path


def made(cargo_file: Path, tmp_path: Path, *arguments: object) -> Path:
    """Return the plan file, beside which there is a workbook, that the command makes."""
    out = tmp_path / "plan.json"
    workbook = tmp_path / "plan.xlsx"
    assert run("plan", cargo_file, "-o", out, "-o", workbook, "--deterministic", "--lang", "en", *arguments) == 0
    assert run("verify", out) == 0
    return out


def cells(path: Path, sheet: str) -> list[list[object]]:
    """Return the rows of a sheet without its title."""
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(min_row=2, values_only=True)]


def test_from_rate_to_files(cargo_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rate is in the plan, and what it costs is in the sums, the workbook and the explanation."""
    out = made(cargo_file, tmp_path, "--holding-rate", "12.5")
    summary = capsys.readouterr().out
    plan, _ = read_plan(out, catalogue())
    assert json.loads(out.read_text(encoding="utf-8"))["objective"] == {"holding_ppm_year": 125_000}
    assert plan.objective == Objective(holding_ppm_year=125_000)
    held = sum(journey.holding_cny_minor for journey in plan.journeys)
    assert held > 0
    shown = f"{Decimal(held) / 100:,.2f}"
    assert any("capital in transit" in line.casefold() and shown in line for line in summary.splitlines())
    assert "12.5 % a year" in summary
    book = tmp_path / "plan.xlsx"
    head, *rows = cells(book, "Shipments")
    column = head.index("Capital in transit")
    assert [row[column] for row in rows] == [journey.holding_cny_minor / 100 for journey in plan.journeys]
    assert ["Of it capital in transit (CNY)", held / 100] in [row[:2] for row in cells(book, "Summary")]
    last = cells(book, "Assumptions")[-1]
    paying = sum(journey.holding_cny_minor > 0 for journey in plan.journeys)
    assert last[:4] == ["asked for: --holding-rate 12.5 %", "Capital in transit", paying, held / 100]
    journey = next(journey for journey in plan.journeys if journey.holding_cny_minor)
    assert run("explain", out, journey.shipment, "--lang", "en") == 0
    assert f"+ capital in transit {Decimal(journey.holding_cny_minor) / 100:,.2f} =" in capsys.readouterr().out
    assert run("explain", out, journey.shipment, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    parts = sum(told[f"{name}_minor"] for name in ("own", "share", "penalty", "holding"))
    assert (told["holding_minor"], told["cost_minor"]) == (journey.holding_cny_minor, parts)


def test_without_a_rate_nothing_is_said(cargo_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a rate, or with a rate of 0, no sheet and no sentence speaks of capital."""
    out = made(cargo_file, tmp_path)
    made(cargo_file, tmp_path, "--holding-rate", "0.0")
    assert run("explain", out, "S1", "--lang", "en") == 0
    assert "apital" not in capsys.readouterr().out
    assert json.loads(out.read_text(encoding="utf-8"))["objective"] == {}
    for sheet in ("Shipments", "Summary", "Assumptions"):
        assert "apital" not in str(cells(tmp_path / "plan.xlsx", sheet))


def test_older_files_read_as_without(cargo_file: Path, tmp_path: Path) -> None:
    """A plan file that knows of no objective is one without a rate."""
    out = made(cargo_file, tmp_path)
    whole = json.loads(out.read_text(encoding="utf-8"))
    del whole["objective"]
    out.write_text(json.dumps(whole), encoding="utf-8")
    assert read_plan(out, catalogue()).plan.objective == Objective()
    assert run("verify", out) == 0


def test_unknown_parts_of_an_objective_are_refused() -> None:
    """A plan that counts what this program does not know is not read as if it did not."""
    _, cargo, plan = sound()
    whole = json.loads(plan_bytes(plan, cargo, catalogue()))
    whole["objective"] = {"co2e_minor_per_t": 5}
    with pytest.raises(Exception, match="co2e_minor_per_t"):
        parse_plan(json.dumps(whole).encode(), catalogue())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("-1", "must be at least 0"),
        ("abc", "must be a finite number"),
        ("nan", "must be a finite number"),
        ("inf", "must be a finite number"),
        ("12%", "must be a finite number"),
        ("", "is required"),
        ("1000.1", "must be at most 1,000"),
        ("0.00001", "must be at least 0.0001"),
    ],
)
def test_bad_rates(given: str, expected: str, cargo_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no rate is refused before anything is loaded, with the rule in both languages and no traceback."""
    assert run("plan", cargo_file, f"--holding-rate={given}", "--gap", "2") == 2
    shown = capsys.readouterr().err
    assert "holding_rate" in shown
    assert expected in shown
    assert "gap" in shown, "all faults at once"
    assert "Traceback" not in shown


def test_another_rate_beside_an_earlier_plan(
    cargo_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An earlier plan of another rate is refused with both rates; one of the same rate is taken over."""
    out = made(cargo_file, tmp_path, "--holding-rate", "12")
    new = tmp_path / "new.json"
    assert run("plan", cargo_file, "--freeze", out, "--freeze-all", "-o", new) == 2
    shown = capsys.readouterr().err
    assert "at 12 % a year, this one 0 %" in shown
    assert not new.exists()
    assert run("plan", cargo_file, "--freeze", out, "--freeze-all", "-o", new, "--holding-rate", "12") == 0
    assert run("verify", new, "--frozen", out, "--freeze-all") == 0
