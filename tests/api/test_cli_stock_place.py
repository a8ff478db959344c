"""``hubport stock place``: one answer as text, JSON and workbook, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.cli import main
from api.place_human import placement_text

if TYPE_CHECKING:
    from pathlib import Path

SKUS = [
    {"sku": "A", "length_cm": 30, "width_cm": 20, "height_cm": 10, "weight_kg": 1.2, "value": 50, "hs": "640411"},
    {"sku": "B", "length_cm": 20, "width_cm": 20, "height_cm": 10, "weight_kg": 0.4, "value": 90, "hs": "420212"},
]
DEMAND = [
    {"sku": sku, "market": market, "week": week, "units": 40, "sd": 12}
    for sku, market in (("A", "DE"), ("A", "PL"), ("B", "DE"))
    for week in ("2026-W50", "2026-W51")
]
LOT = {"sku": "A", "warehouse": "GC-DE", "state": "在库", "units": 28, "ages": "28@12", "counted_on": "2026-12-06"}


def file_of(folder: Path, **sheets: list[dict[str, Any]]) -> str:
    """Return a file with the given sheets beside sound ones."""
    path = folder / "stock.json"
    path.write_text(json.dumps({"skus": SKUS, "demand": DEMAND, "stock": [LOT]} | sheets, ensure_ascii=False))
    return str(path)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """Return an answer in JSON, and the workbook of it."""
    folder = tmp_path_factory.mktemp("place")
    out, told = folder / "place.xlsx", folder / "place.json"
    argv = ["stock", "place", file_of(folder), "--from", "温州", "--warehouses", "GC-DE,GC-PL", "--weeks", "2"]
    assert main([*argv, "--start", "2026-12-09", "-o", str(told)]) == 0
    answer = json.loads(told.read_text())
    from api.cli_stock_place import _content  # noqa: PLC0415 - the same answer need not be looked for twice

    out.write_bytes(_content(answer, ".xlsx", "zh"))
    return answer, out


def test_amounts_add_up(run: tuple[dict[str, Any], Path]) -> None:
    """Parts, homes and markets with the use of the warehouses give the same cost."""
    answer, _ = run
    assert answer["start"] == "2026-12-07"
    assert answer["status"] == "optimal"
    assert answer["bound_fen"] <= answer["cost_fen"] == sum(answer["parts"].values())
    opened = sum(one["open_fen"] for one in answer["warehouses"])
    places = [place for market in answer["markets"] for place in market["places"]]
    assert sum(place["cost_fen"] for place in places) + opened == answer["cost_fen"]
    assert sum(home["cost_fen"] for home in answer["homes"]) + opened == answer["cost_fen"]
    assert {home["sku"] for home in answer["homes"]} == {"A", "B"}


def test_text_in_both_languages(run: tuple[dict[str, Any], Path]) -> None:
    """Markets, second best, break-even and notes are told; no key is left without words."""
    answer, _ = run
    zh, en = placement_text(answer, "zh"), placement_text(answer, "en")
    assert "德国 DE" in zh
    assert "已证最优" in zh
    assert "Germany DE" in en
    assert "Second best" in en
    assert "CNY 1500 a month" in en
    assert "place_" not in zh + en
    for one in answer["warehouses"]:
        assert one["warehouse"] in zh
        extra = one["without"]["extra_fen"]
        assert extra is None or extra >= 0


def test_workbook(run: tuple[dict[str, Any], Path]) -> None:
    """Four sheets, with amounts as numbers that add up to the cost without the use of warehouses."""
    answer, path = run
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["市场", "商品", "次优", "须知"]
    rows = list(book["商品"].iter_rows(min_row=1, values_only=True))
    total = sum(float(row[-1]) for row in rows if row[0] in {"A", "B"})
    assert round(100 * total) == answer["cost_fen"] - answer["parts"]["open"]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["-o", "place.pdf"], "place.pdf"),
        (["--from", "Atlantis"], "Atlantis"),
        (["--weeks", "0"], "weeks"),
        (["--promise", "x"], "promise"),
        (["--start", "2026-02-30"], "2026-02-30"),
        (["--warehouses", ";"], "海外仓"),
    ],
)
def test_bad_options(tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: list[str], said: str) -> None:
    """What cannot be read of the options is named, and nothing is written."""
    assert main(["stock", "place", file_of(tmp_path), "--from", "温州", *extra]) == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stock.json"]
