"""The commands of ``hubport declare``."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from api import declare_files
from api.cli import main
from api.declare_files import OUTCOME, rows_file
from api.texts import say
from api.texts_declare import DECLARE
from tests.api.fakes import clock
from tests.declare import order, payment, shipped, waybill, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from data import Catalogue


@pytest.fixture(autouse=True)
def _loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the shipped data set once."""
    catalogue: Catalogue = shipped()
    monkeypatch.setattr("api.cli_declare_common.load_catalogue", lambda _: catalogue)


def run(*arguments: object) -> int:
    """Run one command."""
    before = [] if arguments[0] == "match" else ["declare"]
    return main([*before, *map(str, arguments)], clock=clock)


@pytest.fixture(params=["export", "import"])
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """Return a folder with a small sample, and its direction."""
    code = run("sample", "--orders", 150, "--from", "2026-11-01", "--direction", request.param, "-o", tmp_path / "in")
    assert code == 0
    return tmp_path / "in", request.param


def matched(folder: Path, direction: str, state: Path, *more: object) -> int:
    """Match the files of a sample."""
    files = [folder / f"{name}.csv" for name in ("orders", "payments", "waybills")]
    return run("match", *files, "--direction", direction, "--state", state, *more)


def test_all_the_way(sample: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From files of orders to declarations and back, as messages and as lines."""
    folder, direction = sample
    state, found, lists = tmp_path / "state", tmp_path / "found.ndjson", tmp_path / "lists.ndjson"
    assert matched(folder, direction, state, "-o", found) == 0
    assert "三单相符" in capsys.readouterr().out
    ends = [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]
    with (folder / "planted.csv").open(encoding="utf-8") as stream:
        planted = {(row["kind"], row["number"]): [row["reason"]] for row in csv.DictReader(stream)}
    assert {(row["kind"], row["number"]): row["reasons"] for row in ends if row["reasons"]} == planted
    fixed = ("--items", folder / "items.csv", "--declarant", folder / "declarant.csv", "--at", "20261122100000")
    assert run("lists", state, *fixed, "--direction", direction, "-o", lists) == 0
    count = sum(row["state"] == "matched" for row in ends)
    assert len(lists.read_text(encoding="utf-8").splitlines()) == count
    messages, back = tmp_path / "messages", tmp_path / "back.ndjson"
    assert run("ceb", lists, "--declarant", folder / "declarant.csv", "-o", messages) == 0
    assert run("ceb", messages, "-o", back, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "CEB603" if direction == "export" else "CEB621": count
    }
    plain = [
        {key: value for key, value in json.loads(line).items() if key != "order"}
        for line in lists.read_text(encoding="utf-8").splitlines()
    ]
    assert [json.loads(line) for line in back.read_text(encoding="utf-8").splitlines()] == plain
    code = run("summary", messages, "-o", tmp_path / "sum.ndjson", "--json")
    if direction == "import":
        assert code == 2
        assert not (tmp_path / "sum.ndjson").exists()
        return
    assert code == 0
    assert json.loads(capsys.readouterr().out)["lists"] == count
    first = plain[0]["head"]
    assert run("trace", first["orderNo"], tmp_path / "sum.ndjson", "--lang", "en") == 0
    text = capsys.readouterr().out
    assert f"list {first['copNo']} line 1 <- order {first['orderNo']}" in text
    declaration = text.split()[1]
    assert run("trace", declaration, tmp_path / "sum.ndjson") == 0
    assert f"订单 {first['orderNo']}" in capsys.readouterr().out
    assert run("summary", lists, "-o", tmp_path / "sum.xlsx") == 0
    assert openpyxl.load_workbook(tmp_path / "sum.xlsx").sheetnames == ["declaration", "line", "source"]


def test_later_delivery(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What comes later goes on from the state; the same file again changes nothing."""
    orders = write_csv(tmp_path / "o.csv", "order", [order()])
    payments = write_csv(tmp_path / "p.csv", "payment", [payment()])
    waybills = write_csv(tmp_path / "w.csv", "waybill", [waybill()])
    state = tmp_path / "state"
    fixed = ("--direction", "import", "--state", state, "--json")
    assert run("match", orders, "-", "-", *fixed, "--as-of", "2026-11-10") == 0
    assert json.loads(capsys.readouterr().out)["states"] == {"waiting": 1}
    assert run("match", "-", payments, "-", *fixed) == 0
    assert json.loads(capsys.readouterr().out)["reasons"] == {"no_waybill": 1}
    for read in (1, 0):
        assert run("match", orders, payments, waybills, *fixed) == 0
        shown = json.loads(capsys.readouterr().out)
        assert (shown["states"], shown["read"]["waybill"]) == ({"matched": 1}, read)


def test_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault of every file is told in both languages; nothing is written."""
    orders = write_csv(tmp_path / "o.csv", "order", [order(), order(order_no="B2", currency="XXX")])
    (tmp_path / "p.xml").write_text("<a", encoding="utf-8")
    out, state = tmp_path / "r.csv", tmp_path / "state"
    assert run("match", orders, tmp_path / "p.xml", "-", "--direction", "import", "--state", state, "-o", out) == 2
    text = capsys.readouterr().err
    assert "o.csv:3 currency=XXX" in text
    assert "p.xml:1 xml" in text
    assert not out.exists()
    assert not state.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("match", "missing.csv", "-", "-"),
        ("match", "-", "-", "-", "-o", "x.txt"),
        ("match", "-", "-", "-", "--as-of", "soon"),
        ("lists", "missing", "--items", "missing", "--declarant", "missing", "-o", "x.ndjson"),
        ("summary", "missing", "-o", "x.ndjson"),
        ("summary", "missing", "-o", "x.csv"),
        ("trace", "A1", "missing.ndjson"),
        ("ceb", "missing.xml"),
        ("sample", "--orders", "0", "-o", "x"),
        ("sample", "--from", "then", "-o", "x"),
    ],
)
def test_bad_arguments(arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be done is said with code 2, and leaves nothing behind."""
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    assert not list(tmp_path.iterdir())


def test_lists_with_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Orders that can have no sound list are told, all at once, and no list is written."""
    goods = {"gnum": "1", "item_no": "K1", "unit": "011", "qty": "1", "price": "90", "total": "90"}
    orders = [order() | goods, order(order_no="B2") | goods | {"item_no": "K2"}, order(order_no="C3")]
    others = [payment(order_no=number, payment_no=number) for number in ("A1", "B2", "C3")]
    carried = [waybill(order_no=number, waybill_no=number) for number in ("A1", "B2", "C3")]
    files = (
        write_csv(tmp_path / "o.csv", "order", orders, list(goods)),
        write_csv(tmp_path / "p.csv", "payment", others),
        write_csv(tmp_path / "w.csv", "waybill", carried),
    )
    (tmp_path / "i.csv").write_text(
        "item_no,hs,name,model,unit1,qty1,net_kg\nK1,9003110000,镜,型,011,1,0.1\n", encoding="utf-8"
    )
    (tmp_path / "d.csv").write_text("field,value\ncustomsCode,2910\n", encoding="utf-8")
    state, out = tmp_path / "state", tmp_path / "l.ndjson"
    assert run("match", *files, "--direction", "import", "--state", state) == 0
    capsys.readouterr()
    fixed = ("--items", tmp_path / "i.csv", "--declarant", tmp_path / "d.csv", "--direction", "import")
    assert run("lists", state, *fixed, "-o", out) == 2
    text = capsys.readouterr().err
    assert "list-item" in text
    assert "list-goods" in text
    assert "agentCode= ceb-needed" in text
    assert not out.exists()


def test_formulas_stay_text(tmp_path: Path) -> None:
    """What a spreadsheet would take for a formula is written as text."""
    row = {"number": "=1+1", "reasons": ["a", "b"], "tolerant": True, "state": "-5"}
    for name in ("r.csv", "r.xlsx"):
        with rows_file(tmp_path / name, OUTCOME) as write:
            write(row)
    text = (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].split(",")[1:5] == ["-5", "", "'=1+1", "a; b"]
    cells = [cell.value for cell in openpyxl.load_workbook(tmp_path / "r.xlsx").active[2]]
    assert cells[3] == "'=1+1"


def test_more_than_excel_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook that could not hold all rows is not written."""
    monkeypatch.setattr(declare_files, "_EXCEL_ROWS", 1)
    with pytest.raises(declare_files.CommandError):
        declare_files.write_sheets(tmp_path / "r.xlsx", {"rows": (OUTCOME, [{}, {}])})
    assert not list(tmp_path.iterdir())


def test_every_reason_has_words() -> None:
    """Every fault that can be planted is a reason with words in both languages."""
    for row in shipped().declare_profile:
        if row.is_fault:
            assert row.id in DECLARE
            assert say("zh", row.id) != say("en", row.id)
