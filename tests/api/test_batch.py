"""Quotes for a file of shipments."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from api import batch
from api.cli import main
from tests.api.cases import BAD, GOOD, IDS
from tests.api.fakes import FakePlanner, clock

if TYPE_CHECKING:
    from pathlib import Path

    from data import Catalogue

HEADER = "from,to,weight_kg,volume_m3,ready,due"
ROW = "温州,DEHAM-P,800,4.2,2026-05-20,"


@pytest.fixture(autouse=True)
def _small_world(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> None:
    monkeypatch.setattr("network.Network", FakePlanner)
    monkeypatch.setattr("api.desk.load_catalogue", lambda _: catalogue)


def write(path: Path, *lines: str) -> str:
    """Write a file and return its path."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def run(*arguments: str) -> int:
    """Run ``hubport quote``."""
    return main(["quote", *arguments], clock=clock)


def test_csv_to_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The cheapest, the fastest and the greenest option of each row are printed, each once."""
    assert run(write(tmp_path / "a.csv", HEADER, ROW, ROW), "--lang", "en") == 0
    shown = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert [(row["row"], row["option"], row["cost"]) for row in rows] == [
        ("2", "1", "20122.0"),
        ("2", "2", "32000.5"),
        ("3", "1", "20122.0"),
        ("3", "2", "32000.5"),
    ]
    assert rows[0]["best_in"] == "cheapest, lowest CO2e"
    assert "2 shipments" in shown.err


def test_chinese_workbook(tmp_path: Path) -> None:
    """A workbook with Chinese headers is read, and a workbook written."""
    book = Workbook()
    sheet = book.active
    sheet.append(["编号", "起运地", "目的地", "重量(kg)", "体积(m3)", "件数", "备货时间", "币种"])
    sheet.append(["x", "温州", "汉堡港", 800, 4.2, 40, "2026-05-20", "USD"])
    sheet["A2"] = "=1+1"
    # Text that looks like a formula, as when a cell was marked as text.
    sheet["A2"].data_type = "s"
    book.save(tmp_path / "货.xlsx")
    assert run(str(tmp_path / "货.xlsx"), "-o", str(tmp_path / "out.xlsx")) == 0
    rows = list(load_workbook(tmp_path / "out.xlsx").active.iter_rows(values_only=True))
    assert len(rows) == 3
    assert rows[1][:4] == (2, "=1+1", "CNWNZ", "DEHAM-P")
    assert rows[1][6:8] == (2834.09, "USD")
    assert load_workbook(tmp_path / "out.xlsx").active.cell(2, 2).data_type == "s"


def test_no_formula_in_csv(tmp_path: Path) -> None:
    """Text that a spreadsheet would run is quoted."""
    name = write(tmp_path / "a.csv", f"ref,{HEADER}", f"=cmd(),{ROW}")
    assert run(name, "-o", str(tmp_path / "out.csv")) == 0
    assert "'=cmd()" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")


def test_json(tmp_path: Path) -> None:
    """JSON holds everything."""
    assert run(write(tmp_path / "a.csv", HEADER, ROW), "-o", str(tmp_path / "out.json")) == 0
    (full,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert full["row"] == 2
    assert len(full["options"]) == 2


def test_no_route_in_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row without route gives its reasons, the others their prices, and the code says so."""
    assert run(write(tmp_path / "a.csv", HEADER, ROW, f"{ROW}2026-06-01"), "--lang", "en") == 3
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["option"] for row in rows] == ["1", "2", ""]
    assert "3 days after due" in rows[2]["message"]


def test_all_faults_of_all_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Faults are told with their lines, all at once, and nothing is written."""
    name = write(tmp_path / "a.csv", HEADER, ROW, "x,y,-1,z,soon,", ROW, "温州,温州,1,0.01,,")
    assert run(name, "-o", str(tmp_path / "out.csv")) == 2
    shown = capsys.readouterr().err
    for expected in ("第 3 行", "weight_kg '-1'", "volume_m3 'z'", "ready 'soon'", "第 5 行", "[same_place]"):
        assert expected in shown
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(("change", "field", "rule"), BAD, ids=IDS)
def test_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, str], field: str, rule: str) -> None:
    """A file is refused for what the command line refuses."""
    values = GOOD | change
    cells = ",".join(f'"{value}"' for value in values.values())
    assert run(write(tmp_path / "a.csv", ",".join(values), cells)) == 2
    shown = capsys.readouterr().err
    assert any(f" {field}" in line and f"[{rule}]" in line for line in shown.splitlines())


def test_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown, doubled and missing columns are refused, and so is a file without rows."""
    assert run(write(tmp_path / "a.csv", "from,起运地,colour,to,weight_kg", "a,b,c,d,1")) == 2
    shown = capsys.readouterr().err
    assert "'起运地'" in shown
    assert "'colour'" in shown
    assert "volume_m3" in shown
    assert run(write(tmp_path / "b.csv", HEADER)) == 2


def test_files_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Missing files, other kinds of file, and a file with fields beside it are refused."""
    assert run(str(tmp_path / "none.csv")) == 2
    assert run(write(tmp_path / "a.txt", HEADER, ROW)) == 2
    name = write(tmp_path / "a.csv", HEADER, ROW)
    assert run(name, "-o", str(tmp_path / "out.doc")) == 2
    assert run(name, "--from", "温州") == 2
    assert run(name, "-o", str(tmp_path / "no" / "out.csv")) == 2
    (tmp_path / "bad.xlsx").write_bytes(b"no workbook")
    assert run(str(tmp_path / "bad.xlsx")) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_progress(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Long work says how far it is."""
    monkeypatch.setattr(batch, "_QUIET_SECONDS", -1.0)
    assert run(write(tmp_path / "a.csv", HEADER, ROW, ROW), "--lang", "en") == 0
    assert "1 of 2 shipments done" in capsys.readouterr().err


_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_one_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Headers, modes, routes, reasons and notes are in the language asked for, and in no other."""
    name = write(tmp_path / "a.csv", HEADER, "CNWNZ,DEHAM-P,800,4.2,2026-05-20,", f"{ROW}2026-06-01")
    assert run(name, "--lang", "en") == 3
    english = capsys.readouterr()
    assert not _CHINESE.search(english.out)
    assert "Wenzhou —Road→" in english.out
    assert "Pieces not given" in english.out
    assert run(name) == 3
    chinese = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(chinese[0])[:6] == ["行", "编号", "起运地", "目的地", "方案", "最优"]
    assert chinese[0]["最优"] == "成本最低、排放最低"
    assert chinese[0]["说明"] == "未填件数，按 1 件计算"
    assert not re.search("after due", chinese[2]["说明"])
    assert run(name, "-o", str(tmp_path / "out.xlsx"), "--lang", "en") == 3
    assert load_workbook(tmp_path / "out.xlsx").sheetnames == ["Options"]
