"""``hubport stock route``, ``old`` and the advice of ``alerts``: answers in both languages, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SKU = {
    "sku": "A", "length_cm": 20, "width_cm": 10, "height_cm": 10, "weight_kg": 0.8, "value": 60, "carton_units": 10
}  # fmt: skip
LOT = {"sku": "A", "state": "on_hand", "units": 10, "ages": "10@355", "counted_on": "2026-11-30"}
ORDER = {"order": "=1", "market": "德国", "sku": "A", "units": 2, "placed_on": "2026-11-30", "promise": "2026-12-01"}
ON = ["--on", "2026-11-30"]


@pytest.fixture
def stock(tmp_path: Path) -> str:
    """Return a file with ten old pieces in Germany that nobody asks for."""
    path = tmp_path / "stock.json"
    path.write_text(json.dumps({"skus": [SKU], "stock": [LOT | {"warehouse": "GC-DE"}]}))
    return str(path)


def orders(folder: Path, *rows: dict[str, Any]) -> list[str]:
    """Return the option of a file of orders."""
    path = folder / "orders.json"
    path.write_text(json.dumps({"orders": rows}, ensure_ascii=False), encoding="utf-8")
    return ["--orders", str(path)]


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """Return what a command prints that works."""
    assert main(argv) == 0
    return capsys.readouterr().out


def test_route(stock: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Parcels, what is not sent, sums and the workbook agree; texts of orders stay texts."""
    given = orders(tmp_path, ORDER, ORDER | {"order": "2", "market": "US"})
    book = tmp_path / "parcels.xlsx"
    zh = told(capsys, "stock", "route", stock, *given, *ON, "-o", str(book))
    assert "没有仓服务该市场" in zh
    answer = json.loads(told(capsys, "stock", "route", stock, *given, *ON, "--json"))
    (parcel,) = answer["parcels"]
    assert (parcel["warehouse"], parcel["arrives_on"], parcel["late_days"]) == ("GC-DE", "2026-12-02", 1)
    assert parcel["late_fen"] == 2 * round(6000 * 3 * 0.15)
    assert [(one["order"], one["reason"]) for one in answer["unsent"]] == [("2", "no_reach")]
    paid = parcel["pick_fen"] + parcel["parcel_fen"] + parcel["late_fen"] + answer["unsent"][0]["lost_fen"]
    assert answer["cost_fen"] == paid
    sheet = openpyxl.load_workbook(book).worksheets[0]
    assert [cell.value for cell in sheet[2]][:3] == ["'=1", "GC-DE", "A×2"]
    assert "no warehouse with it serves the market" in told(
        capsys, "stock", "route", stock, *given, *ON, "--lang", "en"
    )


def test_old_and_alerts(stock: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody asks for is destroyed before the last edge; the alert of that edge says so."""
    old = told(capsys, "stock", "old", stock, *ON)
    line = next(row for row in old.splitlines() if row.startswith("A "))
    assert line.split()[:7] == ["A", "GC-DE", "355", "10", "销毁", "10", "2026-12-05"]
    (lot,) = json.loads(told(capsys, "stock", "old", stock, *ON, "--json"))["lots"]
    assert lot["gain_fen"] == lot["worth_fen"] - lot["keep_fen"] > 0
    alert = told(capsys, "stock", "alerts", stock, *ON, "--lang", "en")
    assert "destroy 10 pieces by 2026-12-05" in alert
    (first,) = json.loads(told(capsys, "stock", "alerts", stock, *ON, "--json"))["alerts"]
    assert first["advice"]["action"] == "destroy"
    assert first["on"] == "2026-12-06"


def test_bad_orders_are_refused_whole(stock: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault of every row is told at once, by row and column, and nothing is printed or written."""
    rows = [
        ORDER,
        ORDER,
        ORDER | {"order": "3", "sku": "Z"},
        ORDER | {"order": "4", "market": "火星"},
        ORDER | {"order": "5", "units": -1},
        ORDER | {"order": "6", "placed_on": "2026-11-29"},
        ORDER | {"order": "7", "placed_on": "2026-12-02", "promise": "2026-12-01"},
        ORDER | {"order": "8"},
        ORDER | {"order": "8", "sku": "Z", "market": "FR"},
        {"order": "9"},
    ]
    book = tmp_path / "parcels.xlsx"
    assert main(["stock", "route", stock, *orders(tmp_path, *rows), *ON, "-o", str(book)]) == 2
    text = capsys.readouterr()
    assert not text.out
    assert not book.exists()
    for words in (
        "repeats row 1", "is not in the sheet of SKUs", "is no known market", "is before the count of 2026-11-30",
        "is after 2026-11-30", "is before the day of the order", "differs from row 8", "is required",
    ):  # fmt: skip
        assert words in text.err, words


def test_what_else_is_refused(stock: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file, one without orders, a workbook of another kind, and SKUs without a value are told."""
    given = orders(tmp_path, ORDER)
    assert main(["stock", "route", stock, "--orders", str(tmp_path / "none.csv"), *ON]) == 2
    assert main(["stock", "route", stock, *given, *ON, "-o", "parcels.pdf"]) == 2
    empty = tmp_path / "empty.json"
    empty.write_text('{"orders": []}')
    assert main(["stock", "route", stock, "--orders", str(empty), *ON]) == 2
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps({"skus": [{**SKU, "value": ""}], "stock": [LOT | {"warehouse": "GC-DE"}]}))
    assert main(["stock", "route", str(bare), *given, *ON]) == 2
    assert "needs its value" in capsys.readouterr().err
    assert "GC-DE" in told(capsys, "stock", "old", str(bare), *ON)


def test_orders_in_other_files(stock: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A CSV file, and a workbook with Chinese headers, say the same."""
    text = "订单号,市场,商品编码,数量,下单日期\nX,DE,A,1,2026-11-30\n"
    csv = tmp_path / "orders.csv"
    csv.write_text(text, encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.title = "订单"
    for row in text.splitlines():
        book.active.append(row.split(","))
    book.create_sheet("别的").append(["x"])
    xlsx = tmp_path / "orders.xlsx"
    book.save(xlsx)
    found = [told(capsys, "stock", "route", stock, "--orders", str(path), *ON, "--json") for path in (csv, xlsx)]
    assert found[0] == found[1]
    assert json.loads(found[0])["parcels"][0]["order"] == "X"
