"""``hubport stock`` and ``hubport sample --stock``: answers in both languages, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SKU = {"sku": "A", "length_cm": 100, "width_cm": 10, "height_cm": 10, "weight_kg": 2, "carton_units": 5}
LOT = {
    "sku": "A",
    "warehouse": "LC-US-NJ",
    "state": "on_hand",
    "units": 10,
    "ages": "10@85",
    "counted_on": "2026-11-30",
}
ON = ["--on", "2026-11-30"]


@pytest.fixture
def stock(tmp_path: Path) -> str:
    """Return a file with a tenth of a cubic metre that gets dearer in six days."""
    path = tmp_path / "stock.json"
    away = LOT | {"warehouse": "CN-AE-DXB"}
    path.write_text(json.dumps({"skus": [SKU], "stock": [LOT, away]}))
    return str(path)


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """Return what a command prints that works."""
    assert main(argv) == 0
    return capsys.readouterr().out


def test_alerts(stock: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Day, pieces, price before and after and its row are told in either language; no card is said, too."""
    zh = told(capsys, "stock", "alerts", stock, *ON)
    line = next(row for row in zh.splitlines() if row.startswith("2026-12-06"))
    assert line.split() == ["2026-12-06", "6", "A", "LC-US-NJ", "在库", "10", "91", "1.0", "→", "1.5",
                            "0.10", "→", "0.15", "4.50", "USD", "WF.US.default.storage.d91"]  # fmt: skip
    assert "没有费用表，未计：CN-AE-DXB" in zh
    en = told(capsys, "stock", "alerts", stock, *ON, "--lang", "en")
    assert "Age alerts on 2026-11-30: dearer storage within 30 days" in en
    assert "assumed" in en


def test_the_sum_counts_pieces_once(stock: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Two edges within the days that are asked are two alerts; the sum is that of the first."""
    answer = json.loads(told(capsys, "stock", "alerts", stock, *ON, "--within", "100", "--json"))
    assert [alert["from_day"] for alert in answer["alerts"]] == [91, 181]
    assert answer["alerts"][0]["later_minor"] == 90 * 15 + 10 * 30
    assert answer["later_fen"] == round(1650 * 6.9858)


def test_no_alerts(stock: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing within five days, and nothing on a flat card."""
    assert "没有货物将进入更贵的档位" in told(capsys, "stock", "alerts", stock, *ON, "--within", "5")
    assert json.loads(told(capsys, "stock", "alerts", stock, *ON, "--card", "FC.NL.flat", "--json"))["alerts"] == []


def test_fees(stock: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Sums by warehouse, then pieces; JSON has every line with basis, quantity, rate and row."""
    text = told(capsys, "stock", "fees", stock, *ON, "--days", "6", "--lang", "en")
    line = next(row for row in text.splitlines() if row.startswith("LC-US-NJ"))
    assert line.split() == ["LC-US-NJ", "FC.US.default", "10", "0.100", "USD", "0.10", "0.65", "assumed"]
    answer = json.loads(told(capsys, "stock", "fees", stock, *ON, "--days", "6", "--json"))
    (lot,) = answer["lots"]
    assert [(line["quantity"], line["rate"], line["minor"], line["row"]["id"]) for line in lot["period"]] == [
        (0.5, "1.0", 50, "WF.US.default.storage.d61"),
        (0.1, "1.5", 15, "WF.US.default.storage.d91"),
    ]
    assert answer["storage_fen"] == round(50 * 6.9858) + round(15 * 6.9858)
    assert answer["unpriced"] == ["CN-AE-DXB"]
    lines = told(capsys, "stock", "fees", stock, *ON, "--sku", "A", "--lang", "en")
    assert "WF.US.default.last_mile.parcel.kg0.5" in lines


def test_unknown_prices_are_not_nothing(stock: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A card without a last mile says that it is not known."""
    text = told(capsys, "stock", "fees", stock, *ON, "--card", "FC.US.tiered")
    assert "未知" in text


@pytest.mark.parametrize(
    ("argv", "part"),
    [
        (["--on", "2026-11-29"], "2026-11-30"),
        (["--on", "soon"], "soon"),
        ([*ON, "--card", "FC.US.flat"], "FC.NL.flat"),
        ([*ON, "--sku", "B"], "B"),
        ([*ON, "--days", "0"], "days"),
    ],
)
def test_what_is_refused(stock: str, capsys: pytest.CaptureFixture[str], argv: list[str], part: str) -> None:
    """Days, cards and SKUs that make no sense end the command with code 2 and say why."""
    assert main(["stock", "fees", stock, *argv]) == 2
    assert part in capsys.readouterr().err


def test_faulty_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All faults of a file are told; a file that is not there is, too."""
    path = tmp_path / "stock.json"
    path.write_text(json.dumps({"skus": [SKU], "stock": [LOT | {"units": -1}, LOT | {"ages": "9@85", "sku": "B"}]}))
    assert main(["stock", "alerts", str(path), *ON]) == 2
    told = capsys.readouterr().err
    assert "stock.json[stock]:1 units=-1 min" in told
    assert "ages_sum" in told
    assert "unknown_sku" in told
    assert main(["stock", "alerts", str(tmp_path / "none.json")]) == 2


def test_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sample is written in every form, and its fees and alerts can be asked for."""
    for name in ("s.xlsx", "s.json", "folder"):
        path = tmp_path / name
        argv = ["sample", "--stock", "--skus", "4", "--seed", "2", "--week", "2026-W49", "-o", str(path)]
        assert main(argv) == 0
        told(capsys, "stock", "fees", str(path), *ON)
    on_screen = json.loads(told(capsys, "sample", "--stock", "--skus", "3", "--week", "2026-W49"))
    assert [len(on_screen["skus"]), set(on_screen)] == [3, {"skus", "demand", "stock"}]


@pytest.mark.parametrize("argv", [["-o", "s.csv"], ["--shipments", "5"], ["--skus", "0"]])
def test_samples_that_are_refused(capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    """Other forms, counts of shipments and no SKUs are refused."""
    assert main(["sample", "--stock", *argv]) == 2
    assert capsys.readouterr().err
