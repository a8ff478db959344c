"""``hubport stock feed``: what goes to marketplaces in both languages and files, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl

from api.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DAY = "2026-11-30"
SKU = {
    "sku": "=A", "length_cm": 20, "width_cm": 10, "height_cm": 10, "weight_kg": 0.8, "value": 60, "carton_units": 10
}  # fmt: skip
LOT = {"sku": "=A", "state": "on_hand", "units": 500, "ages": "500@200", "counted_on": DAY, "warehouse": "GC-DE"}
THERE = LOT | {"warehouse": "AMZ-DE", "units": 100, "ages": "100@20"}
ASKED = [{"sku": "=A", "market": "DE", "week": f"2026-W{week}", "units": 70, "sd": 20} for week in range(49, 54)]


def stock(folder: Path, **sheets: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a file of stock."""
    path = folder / "stock.json"
    path.write_text(json.dumps({"skus": [SKU], "demand": ASKED, "stock": [LOT, THERE]} | sheets))
    return str(path)


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """Return what a command prints that works."""
    assert main(argv) == 0
    return capsys.readouterr().out


def test_feed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text, JSON, and both files say the same; texts of sellers stay texts."""
    path = stock(tmp_path)
    book, plain = tmp_path / "feed.xlsx", tmp_path / "feed.json"
    zh = told(capsys, "stock", "feed", path, "--on", DAY, "-o", str(book))
    assert "达到目标" in zh
    assert "没有更便宜的转法" in zh
    assert "target met" in told(capsys, "stock", "feed", path, "--on", DAY, "--lang", "en")
    answer = json.loads(told(capsys, "stock", "feed", path, "--on", DAY, "--json", "-o", str(plain)))
    assert json.loads(plain.read_text(encoding="utf-8")) == answer
    (move,), (cover,) = answer["moves"], answer["covers"]
    assert (move["origin"], move["to"], move["units"]) == ("GC-DE", "AMZ-DE", 10 * move["cartons"])
    assert 28 <= cover["after_days"] <= 154
    assert cover["before_days"] == 3
    assert answer["cost_fen"] == answer["bound_fen"] == move["cost_fen"] + cover["low_fen"] + cover["lost_fen"]
    sheet = openpyxl.load_workbook(book).worksheets[0]
    assert [cell.value for cell in sheet[2]][:4] == ["'=A", "GC-DE", "AMZ-DE", move["cartons"]]


def test_nothing_to_feed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without a row at a marketplace is told how to have one; without pieces there is one."""
    assert "数量为 0" in told(capsys, "stock", "feed", stock(tmp_path, stock=[LOT]), "--on", DAY)
    path = stock(tmp_path, stock=[LOT, THERE | {"units": 0, "ages": ""}])
    assert json.loads(told(capsys, "stock", "feed", path, "--on", DAY, "--json"))["moves"]


def test_what_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another kind of file, a card, a day before the count and bad rows are told; nothing is written."""
    path, book = stock(tmp_path), tmp_path / "feed.xlsx"
    for more in (["-o", "feed.pdf"], ["--card", "FC.NL.flat"], ["--on", "2026-11-29"]):
        assert main(["stock", "feed", path, *(more if "--on" in more else ["--on", DAY, *more])]) == 2
    bad = stock(tmp_path, stock=[LOT | {"units": -1}, THERE | {"warehouse": "AMZ-XX"}])
    assert main(["stock", "feed", bad, "--on", DAY, "-o", str(book)]) == 2
    text = capsys.readouterr()
    assert not text.out
    assert not book.exists()
    assert "AMZ-XX" in text.err
    assert "-1" in text.err
