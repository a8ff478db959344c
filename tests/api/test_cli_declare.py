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
from api.texts import catalogue, say
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
            assert ("", row.id) in catalogue("zh")
            assert say("zh", row.id) != say("en", row.id)


def test_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lists made anew are compared with those that were sent; what changed is sent, summed up and can be followed."""
    folder = tmp_path / "in"
    assert run("sample", "--orders", 30, "--from", "2026-11-01", "-o", folder) == 0
    assert matched(folder, "export", tmp_path / "state") == 0
    fixed = ("--items", folder / "items.csv", "--declarant", folder / "declarant.csv")
    first, now = tmp_path / "first.ndjson", tmp_path / "now.ndjson"
    assert run("lists", tmp_path / "state", *fixed, "--at", "20261122100000", "-o", first) == 0
    sent = [json.loads(line) for line in first.read_text(encoding="utf-8").splitlines()]
    one, two, three = (item["head"]["copNo"] for item in sent[:3])
    # One order changes its goods, one is no more, and the third is cancelled by hand; the second has been numbered.
    sent[0]["head"]["grossWeight"] = "7"
    left = [item for item in sent if item["head"]["copNo"] != two]
    now.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in left), encoding="utf-8")
    (tmp_path / "n.csv").write_text(f"list_no,invt_no\n{two},290020261123456789\n", encoding="utf-8")
    number = sent[2]["head"]["orderNo"]
    (tmp_path / "c.csv").write_text(f"订单号,原因\n{number},买家取消\n", encoding="utf-8")
    changes = tmp_path / "changes.ndjson"
    asked = ("--now", now, "--numbers", tmp_path / "n.csv", "--cancel", tmp_path / "c.csv", "--reason", "不再发货")
    capsys.readouterr()
    assert run("change", first, *asked, "--at", "20261123100000", "-o", changes, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"changed": 1, "cancelled": 1, "withdrawn": 1}
    told = {item["change"]["list_no"]: item for item in map(json.loads, changes.read_text("utf-8").splitlines())}
    assert told[one]["change"]["fields"] == [
        {
            "field": "grossWeight",
            "before": json.loads(first.read_text("utf-8").splitlines()[0])["head"]["grossWeight"],
            "now": "7",
        }
    ]
    assert {key: item["message"] for key, item in told.items()} == {one: "CEB603", two: "CEB605", three: "CEB603"}
    messages = tmp_path / "messages"
    assert run("ceb", changes, "--declarant", folder / "declarant.csv", "-o", messages) == 0
    assert sorted(path.name for path in messages.iterdir()) == ["CEB603-00001.xml", "CEB605-00001.xml"]
    capsys.readouterr()
    assert run("summary", first, changes, "-o", tmp_path / "sum.ndjson", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["lists"], shown["changed"], shown["cancelled"]) == (len(sent) - 2, 1, 2)
    assert run("trace", number, tmp_path / "sum.ndjson", "--lang", "en") == 0
    assert f"list {three} taken back" in capsys.readouterr().out
    # What was told is not told again.
    assert run("change", first, changes, "--now", now, "--cancel", tmp_path / "c.csv", "-o", tmp_path / "x") == 0
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("change", "missing.ndjson", "-o", "x.ndjson"),
        ("change", "missing.ndjson", "--now", "missing.ndjson", "-o", "x.ndjson"),
        ("change", "missing.ndjson", "--now", "missing.ndjson", "--at", "soon", "-o", "x.ndjson"),
    ],
)
def test_bad_changes(arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be changed is said with code 2, and leaves nothing behind."""
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    assert not list(tmp_path.iterdir())


def test_changes_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a change nothing is written."""
    folder = tmp_path / "in"
    assert run("sample", "--orders", 5, "--from", "2026-11-01", "-o", folder) == 0
    assert matched(folder, "export", tmp_path / "state") == 0
    fixed = ("--items", folder / "items.csv", "--declarant", folder / "declarant.csv")
    assert run("lists", tmp_path / "state", *fixed, "--at", "20261122100000", "-o", tmp_path / "one.ndjson") == 0
    assert run("lists", tmp_path / "state", *fixed, "--at", "20261125100000", "-o", tmp_path / "two.ndjson") == 0
    capsys.readouterr()
    assert run("change", tmp_path / "one.ndjson", "--now", tmp_path / "two.ndjson", "-o", tmp_path / "x.ndjson") == 0
    assert "没有变化" in capsys.readouterr().out
    assert not (tmp_path / "x.ndjson").exists()


def test_matches_fast_and_as_rows(tmp_path: Path) -> None:
    """Lines written at once are the lines a writer of JSON gives, and the other forms have the same rows."""
    orders = write_csv(tmp_path / "o.csv", "order", [order(), order(order_no="B2"), order(order_no="C3")])
    payments = write_csv(
        tmp_path / "p.csv", "payment", [payment(), payment(order_no="b2", payment_no="X2"), payment(order_no="Z")]
    )
    waybills = write_csv(
        tmp_path / "w.csv", "waybill", [waybill(), waybill(order_no="B2", waybill_no="W2"), waybill(waybill_no="\\")]
    )
    for suffix in ("ndjson", "csv", "xlsx"):
        out = tmp_path / f"r.{suffix}"
        assert run("match", orders, payments, waybills, "--direction", "import", "-o", out) == 0
    lines = (tmp_path / "r.ndjson").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [json.dumps(row, ensure_ascii=False) for row in rows] == lines
    assert [list(row) for row in rows] == [list(OUTCOME)] * len(rows)
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert [row["number"] for row in table] == [row["number"] for row in rows]
    assert [row["tolerant"] for row in table] == ["yes" if row["tolerant"] else "no" for row in rows]
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    assert [cell.value for cell in sheet["D"]][1:] == [row["number"] for row in rows]
