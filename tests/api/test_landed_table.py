"""Landed cost of a table: each consignment as if it were asked alone, all faults at once, nothing half-written."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from functools import cache
from typing import TYPE_CHECKING

import openpyxl
import pytest

from api.cli import main
from api.customs_answer import landed_json
from api.landed_table import COLUMNS, FIELDS, landed_table
from data import Catalogue, TableFaultsError, load_catalogue
from tests.api.fakes import clock

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2026, 12, 1)
TABLE = """ref,to,currency,hs,value,quantity,kg,freight,scheme,incoterm,regime,purchase
A,DE,EUR,640411,60,1,0.9,8,ioss,DDP,9610,30
A,,,610910,30,2,,,,,,
B,汉堡,EUR,900410,1000,40,,50,,,,
,US,USD,731815,10000,,,,,,,
,US,USD,731815,20000,,,,,,,
"""
BAD = """ref,to,currency,hs,value,quantity,scheme
A,DE,EUR,770000,60,1,ioss
A,FR,,940540,-3,x,
B,,EUR,900410,1000,40,
C,XX,ZZZ,12,5,1,
D,US,USD,621520,5,1,
"""


@cache
def catalogue() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return the table as a file."""
    path = tmp_path / "goods.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a result."""
    return list(csv.DictReader(io.StringIO(text)))


def answered(path: Path, **usual: str) -> list[dict[str, str]]:
    """Return the result of a table."""
    count, text = landed_table(path, None, catalogue(), TODAY, usual)
    assert text is not None
    found = rows(text)
    assert len(found) == count
    return found


def test_each_consignment_as_if_asked_alone(table: Path) -> None:
    """Rows of one number are one parcel; every sum is that of the answer that tells all amounts."""
    found = answered(table)
    assert [(row["row"], row["ref"], row["to"]) for row in found] == [
        ("2", "A", "DE"), ("4", "B", "DE"), ("5", "", "US"), ("6", "", "US"),
    ]  # fmt: skip
    parcel = {"to": "DE", "currency": "EUR", "lines": ["640411:60:1:0.9", "610910:30:2"], "freight": 8}
    asked = [
        parcel | {"scheme": "ioss", "incoterm": "DDP", "regime": "9610", "purchase": 30},
        {"to": "DE", "currency": "EUR", "lines": ["900410:1000:40"], "freight": 50},
        {"to": "US", "currency": "USD", "lines": ["731815:10000"]},
        {"to": "US", "currency": "USD", "lines": ["731815:20000"]},
    ]
    for row, question in zip(found, asked, strict=True):
        totals = landed_json(question, catalogue(), TODAY)["totals"]
        names = ("goods", "cost", "duty", "excise", "fee", "vat", "refund", "low", "high", "seller", "buyer")
        assert {name: round(float(row[name]) * 100) for name in names} == {
            name: totals[f"{name}_minor"] for name in names
        }
        assert round(float(row["total"]) * 100) == totals["point_minor"]
    assert found[0]["low_value"] == "LV.EU.150.item.ioss"
    assert found[2]["assumed"] == "yes"


def test_what_rows_do_not_say(table: Path) -> None:
    """Arguments hold where a row says nothing, and only there."""
    plain, asked = answered(table), answered(table, incoterm="DAP", freight="9", date="2026-12-02")
    assert plain[0]["cost"] == asked[0]["cost"] == "8.00"
    assert (plain[2]["cost"], asked[2]["cost"]) == ("0.00", "9.00")
    assert {row["date"] for row in asked} == {"2026-12-02"}


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Every fault of every row is told with its row and column, and nothing is written."""
    path, out = tmp_path / "bad.csv", tmp_path / "out.csv"
    path.write_text(BAD, encoding="utf-8")
    out.write_text("before", encoding="utf-8")
    with pytest.raises(TableFaultsError) as caught:
        landed_table(path, out, catalogue(), TODAY, {})
    found = {(fault.row, fault.column, fault.rule) for fault in caught.value.faults}
    assert found == {
        (2, "hs", "hs_missing"), (3, "to", "differs"), (3, "hs", "hs_split"), (3, "value", "min"),
        (3, "quantity", "number"), (4, "to", "required"), (5, "to", "unknown_destination"),
        (5, "currency", "currency_on_date"), (5, "hs", "hs"), (6, "kg", "measure_needed"),
    }  # fmt: skip
    assert {fault.file for fault in caught.value.faults} == {"bad.csv"}
    assert out.read_text(encoding="utf-8") == "before"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bad.csv", "out.csv"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("", "empty-file"),
        ("to,currency,hs,value\n", "rows_required"),
        ("to,currency,hs\nDE,EUR,640411\n", "required"),
        ("to,hs,value,colour\nDE,640411,3,red\n", "unknown_column"),
        ("to,hs,编码,value\nDE,640411,640411,3\n", "repeated_column"),
        ("to,hs,value\nDE,640411\n", "ragged-row"),
        ('to,hs,value\nDE,640411,"3\n', "csv"),
        ("to,hs,value\0\nDE,640411,3\n", "nul-byte"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: str, rule: str) -> None:
    """A broken form is told as such."""
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TableFaultsError) as caught:
        landed_table(path, None, catalogue(), TODAY, {})
    assert rule in {fault.rule for fault in caught.value.faults}


def test_long_lists_of_faults_are_counted(tmp_path: Path) -> None:
    """Of very many faults the first are told, and how many there are."""
    path = tmp_path / "bad.csv"
    path.write_text("to,hs,value\n" + "DE,77,1\n" * 150, encoding="utf-8")
    with pytest.raises(TableFaultsError) as caught:
        landed_table(path, None, catalogue(), TODAY, {})
    assert len(caught.value.faults) == 101
    assert "50" in caught.value.faults[-1].message_en


def test_headers_in_chinese_and_gbk(tmp_path: Path) -> None:
    """A table with Chinese headers in GBK says the same."""
    path = tmp_path / "goods.csv"
    headers = ",".join(field.zh for field in FIELDS if field.name in {"to", "currency", "hs", "value", "freight"})
    path.write_bytes(f"{headers}\n德国,EUR,8,640411,60\n".encode("gb18030"))
    assert answered(path)[0]["vat"] == "13.49"


def test_command(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command writes each form; the same rows stand in all of them, and on the screen without a file."""
    forms = [tmp_path / f"out{suffix}" for suffix in (".csv", ".ndjson", ".xlsx")]
    for path in forms:
        assert main(["landed", str(table), "--date", "2026-12-01", "-o", str(path)], clock=clock) == 0
        assert "4" in capsys.readouterr().err
    assert main(["landed", str(table), "--date", "2026-12-01"], clock=clock) == 0
    shown = rows(capsys.readouterr().out)
    assert rows(forms[0].read_text(encoding="utf-8-sig")) == shown
    objects = [json.loads(line) for line in forms[1].read_text(encoding="utf-8").splitlines()]
    assert [item["total"] for item in objects] == [row["total"] for row in shown]
    (sheet,) = openpyxl.load_workbook(forms[2])
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert [row[-8].value for row in sheet.iter_rows(min_row=2)] == [row["total"] for row in shown]


@pytest.mark.parametrize(
    "arguments",
    [["-o", "out.pdf"], ["--line", "640411:3"], ["--json"], ["--warehouse", "orders=3"], ["-o", "goods.csv"]],
)
def test_arguments_that_do_not_go_with_a_table(
    table: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are refused before anything is read."""
    monkeypatch.chdir(table.parent)
    assert main(["landed", "goods.csv", *arguments], clock=clock) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert table.read_text(encoding="utf-8") == TABLE


def test_a_workbook_is_read(table: Path, tmp_path: Path) -> None:
    """A sheet says the same as a CSV file."""
    book = openpyxl.Workbook()
    for line in csv.reader(io.StringIO(TABLE)):
        book.active.append(line)
    path = tmp_path / "goods.xlsx"
    book.save(path)
    assert answered(path) == answered(table)
    assert main(["landed", str(tmp_path / "none.csv")], clock=clock) == 2
