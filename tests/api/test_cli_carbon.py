"""The carbon price on the command line, in files and in explanations, with the real solver and checker."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from data.plan import Objective
from data.plan_json import read_plan
from optimizer.evaluate import evaluate_plan
from tests.api import test_cli_holding
from tests.api.test_cli_holding import cells, made, run
from tests.plan_network import catalogue

if TYPE_CHECKING:
    from pathlib import Path

cargo_file = test_cli_holding.cargo_file
_tables = test_cli_holding._tables


def test_from_price_to_files(cargo_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The price is in the plan, and what emissions cost is in the sums, the workbook and the explanation."""
    out = made(cargo_file, tmp_path, "--carbon-price", "612.50")
    summary = capsys.readouterr().out
    plan, _ = read_plan(out, catalogue())
    assert json.loads(out.read_text(encoding="utf-8"))["objective"] == {"carbon_minor_per_t": 61_250}
    assert plan.objective == Objective(carbon_minor_per_t=61_250)
    carbon = evaluate_plan(plan).carbon
    assert carbon > 0
    assert any("carbon cost" in line and f"{Decimal(carbon) / 100:,.2f}" in line for line in summary.splitlines())
    assert "CO2e x 612.5 CNY a tonne" in summary
    assert "penalties, carbon cost and prices" in summary
    head, *rows = cells(tmp_path / "plan.xlsx", "Shipments")
    column = head.index("Carbon cost")
    assert [row[column] for row in rows] == [journey.carbon_cny_minor / 100 for journey in plan.journeys]
    figures = [row[:2] for row in cells(tmp_path / "plan.xlsx", "Summary")]
    assert ["Of it carbon cost (CNY)", carbon / 100] in figures
    last = cells(tmp_path / "plan.xlsx", "Assumptions")[-1]
    assert last[:4] == ["asked for: --carbon-price 612.5 CNY", "Carbon cost", len(plan.journeys), carbon / 100]
    journey = plan.journeys[0]
    assert run("explain", out, journey.shipment, "--lang", "en") == 0
    assert f"+ carbon cost {Decimal(journey.carbon_cny_minor) / 100:,.2f} =" in capsys.readouterr().out
    assert run("explain", out, journey.shipment, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    parts = sum(told[f"{name}_minor"] for name in ("own", "share", "penalty", "holding", "carbon"))
    assert (told["carbon_minor"], told["cost_minor"]) == (journey.carbon_cny_minor, parts)


def test_beside_holding(cargo_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both count, and both are told, also in Chinese."""
    out = made(cargo_file, tmp_path, "--carbon-price", "80", "--holding-rate", "12", "--lang", "zh")
    assert "延误金、在途资金、碳成本与不运价格之和" in capsys.readouterr().out
    plan, _ = read_plan(out, catalogue())
    assert plan.objective == Objective(holding_ppm_year=120_000, carbon_minor_per_t=80_00)
    held = next(journey for journey in plan.journeys if journey.holding_cny_minor)
    assert run("explain", out, held.shipment) == 0
    shown = capsys.readouterr().out
    for word, fen in (("在途资金", held.holding_cny_minor), ("碳成本", held.carbon_cny_minor)):
        assert f" + {word} {Decimal(fen) / 100:,.2f}" in shown


def test_without_a_price_nothing_is_said(cargo_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a price, or with a price of 0, the plan is the same but for its run time, and nothing speaks of it."""
    first = made(cargo_file, tmp_path).read_text(encoding="utf-8").splitlines()
    out = made(cargo_file, tmp_path, "--carbon-price", "0.00")
    second = out.read_text(encoding="utf-8").splitlines()
    assert [line for line in first if "runtime_s" not in line] == [line for line in second if "runtime_s" not in line]
    assert "carbon" not in "".join(second)
    assert run("explain", out, "S1", "--lang", "en") == 0
    assert "arbon" not in capsys.readouterr().out
    for sheet in ("Shipments", "Summary", "Assumptions"):
        assert "arbon" not in str(cells(tmp_path / "plan.xlsx", sheet))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("-1", "must be at least 0"),
        ("abc", "must be a finite number"),
        ("nan", "must be a finite number"),
        ("inf", "must be a finite number"),
        ("80 EUR", "must be a finite number"),
        ("", "is required"),
        ("1e99", "must be at most 100,000"),
        ("100000.01", "must be at most 100,000"),
        ("0.001", "must be at least 0.01"),
    ],
)
def test_bad_prices(given: str, expected: str, cargo_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no price is refused before anything is loaded, with all other faults and no traceback."""
    assert run("plan", cargo_file, f"--carbon-price={given}", "--holding-rate=-3") == 2
    shown = capsys.readouterr().err
    assert "carbon_price" in shown
    assert expected in shown
    assert "holding_rate" in shown, "all faults at once"
    assert "Traceback" not in shown


def test_another_price_beside_an_earlier_plan(
    cargo_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An earlier plan of another price is refused with both prices; one of the same price is taken over."""
    out = made(cargo_file, tmp_path, "--carbon-price", "80.5")
    new = tmp_path / "new.json"
    assert run("plan", cargo_file, "--freeze", out, "--freeze-all", "-o", new, "--carbon-price", "81") == 2
    shown = capsys.readouterr().err
    assert "at 80.5 CNY a tonne, this one 81 CNY; give --carbon-price 80.5" in shown
    assert not new.exists()
    assert run("plan", cargo_file, "--freeze", out, "--freeze-all", "-o", new, "--carbon-price", "80.5") == 0
    assert run("verify", new, "--frozen", out, "--freeze-all") == 0
