"""Orders, payments and waybills read from every form alike, and refused with all their faults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from data.ceb.write import write_messages
from data.declare_fields import FIELDS, GOODS, PAYMENT
from data.declare_read import CELL, LINE, read_documents, sources
from data.declare_values import BadTextError, folder, from_e5, to_e5, to_time
from data.faultlist import FaultList
from tests.data.test_ceb import MESSAGES, document, transfer
from tests.declare import AT, order, payment, rules, shipped, waybill, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from data.errors import Fault

GOODS_ROW = {"gnum": "1", "item_no": "K1", "unit": "011", "qty": "2", "price": "45", "total": "90"}


def read(path: Path, kind: str, direction: str = "import") -> tuple[list[tuple[str, ...]], list[Fault]]:
    """Return the documents of a file or folder, and its faults."""
    faults = FaultList()
    found = [
        texts
        for source in sources(path, faults)
        for texts in read_documents(source, kind, direction, shipped(), faults)
    ]
    return found, faults.faults


def test_all_forms_alike(tmp_path: Path) -> None:
    """CSV in UTF-8 and GBK, with English and Chinese headers, NDJSON and a workbook give the same documents."""
    rows = [order() | GOODS_ROW, order(order_no="007") | GOODS_ROW]
    fields = (*FIELDS["order"], *GOODS)
    path = write_csv(tmp_path / "a.csv", "order", rows, [field.name for field in GOODS])
    header = ",".join(field.zh for field in fields)
    (tmp_path / "b.csv").write_text(
        "\n".join([header, *path.read_text(encoding="utf-8").splitlines()[1:]]), encoding="gbk"
    )
    (tmp_path / "d.csv").write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    with (tmp_path / "c.ndjson").open("w", encoding="utf-8") as stream:
        for row in rows:
            item = {name: cell for name, cell in row.items() if name not in GOODS_ROW} | {"goods": [GOODS_ROW]}
            item["goods_value"] = 90  # type: ignore[assignment]
            stream.write(json.dumps(item, ensure_ascii=False) + "\n")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([field.name for field in fields])
    for row in rows:
        sheet.append([row.get(field.name) for field in fields])
    book.save(tmp_path / "e.xlsx")
    found, faults = read(tmp_path / "a.csv", "order")
    assert not faults
    assert [texts[0] for texts in found] == ["A1", "007"]
    assert found[0][-1] == CELL.join(["1", "K1", "", "011", "200000", "4500000", "9000000", ""])
    for name in ("b.csv", "c.ndjson", "d.csv", "e.xlsx"):
        assert read(tmp_path / name, "order") == (found, []), name


def test_folder(tmp_path: Path) -> None:
    """A folder is read file by file in the order of names; other files in it are a fault."""
    folder_path = tmp_path / "in"
    folder_path.mkdir()
    write_csv(folder_path / "2.csv", "payment", [payment(payment_no="X2")])
    write_csv(folder_path / "1.csv", "payment", [payment()])
    found, faults = read(folder_path, "payment")
    assert ([texts[0] for texts in found], faults) == (["X1", "X2"], [])
    (folder_path / "3.txt").write_text("", encoding="utf-8")
    assert [(fault.file, fault.rule) for fault in read(folder_path, "payment")[1]] == [("in/3.txt", "file-type")]


@pytest.mark.parametrize("name", ["CEB303", "CEB403", "CEB505", "CEB311", "CEB411", "CEB511"])
def test_messages(tmp_path: Path, name: str) -> None:
    """What a message says is found in its columns."""
    message = MESSAGES[name]
    one = document(message)
    # Amounts of 14 digits before the point are refused: nobody means them.
    head = {key: "12.5" if message.head[key].kind == "decimal" else text for key, text in one.head.items()}
    head |= {"currency": "142"}
    lines = [
        {key: "2" if message.goods[key].kind == "decimal" else text for key, text in line.items()} for line in one.lines
    ]
    (content,) = write_messages([one._replace(head=head, lines=lines)], name, transfer(message), shipped())
    (tmp_path / "m.xml").write_bytes(content)
    ((*texts,), *others), faults = read(tmp_path / "m.xml", message.row.document, message.row.direction)
    assert (others, faults) == ([], [])
    fields = FIELDS[message.row.document]
    if message.row.document == "order":
        assert len(texts.pop().split(LINE)) == 2
    for field, text in zip(fields, texts, strict=True):
        names = [key for key in field.ceb if key in head]
        expected = head[names[0]] if names else ""
        assert text == ("1250000" if expected == "12.5" else expected), field.name


def test_other_message(tmp_path: Path) -> None:
    """A message of another document or direction is refused."""
    message = MESSAGES["CEB411"]
    (content,) = write_messages([document(message)], "CEB411", transfer(message), shipped())
    (tmp_path / "m.xml").write_bytes(content)
    assert [fault.rule for fault in read(tmp_path / "m.xml", "order")[1]] == ["ceb-other"]
    assert [fault.rule for fault in read(tmp_path / "m.xml", "payment", "export")[1]] == ["ceb-other"]


HEADER = ",".join(field.name for field in PAYMENT)
GOOD = ",".join(payment().get(field.name, "") for field in PAYMENT)
BAD_FILES: list[tuple[str, bytes, list[tuple[int | None, str]]]] = [
    ("p.csv", b"", [(None, "empty-file")]),
    ("p.csv", f"{HEADER}\n{GOOD}\n".encode("utf-16"), [(None, "encoding")]),
    ("p.csv", f"{HEADER}\n{GOOD}\n".encode() + b"\0", [(3, "nul-byte")]),
    ("p.csv", f"{HEADER}\n{GOOD}\n".encode() + b"\xff\xff\xff", [(None, "encoding")]),
    ("p.csv", f'{HEADER}\n{GOOD}\n"X2,A1,P'.encode(), [(3, "csv")]),
    ("p.csv", f"{HEADER}\n{GOOD}\nX2,A1\n".encode(), [(3, "ragged-row")]),
    ("p.csv", f"{HEADER},colour\n{GOOD},red\n".encode(), [(1, "unknown_column")]),
    ("p.csv", f"{HEADER},支付金额\n{GOOD},1\n".encode(), [(1, "repeated_column")]),
    ("p.csv", b"payment_no,amount\nX1,1\n", [(1, "required")] * 3),
    ("p.ndjson", b'{"payment_no": "X1"', [(1, "json")]),
    ("p.ndjson", b"[1]\n", [(1, "json")]),
    ("p.ndjson", b'{"colour": "red", "amount": [1]}\n', [(1, "unknown_column"), (1, "json")]),
    ("p.ndjson", b"[" * 5000, [(1, "json")]),
    ("p.xlsx", b"no workbook", [(None, "workbook")]),
    ("p.txt", b"", [(None, "file-type")]),
]


@pytest.mark.parametrize(
    ("name", "content", "expected"), BAD_FILES, ids=[f"{n}-{c[0]}" for n, c in enumerate(BAD_FILES)]
)
def test_bad_files(tmp_path: Path, name: str, content: bytes, expected: list[tuple[int | None, str]]) -> None:
    """What keeps a file from being read is told with its line and its rule."""
    (tmp_path / name).write_bytes(content)
    assert [(fault.row, fault.rule) for fault in read(tmp_path / name, "payment")[1]] == expected


BAD_CELLS = [
    ("order", order(goods_value="1,000"), "goods_value", "amount"),
    ("order", order(goods_value="1.123456"), "goods_value", "amount"),
    ("order", order(paid="-1"), "paid", "amount"),
    ("order", order(ordered_at="2026-02-30 10:00"), "ordered_at", "time"),
    ("order", order(ordered_at="2026-11-01T10:00Z"), "ordered_at", "time"),
    ("order", order(currency="ABC"), "currency", "currency"),
    ("order", order(order_no="A" * 61), "order_no", "length"),
    ("order", order(app_type="4"), "app_type", "app-type"),
    ("payment", payment(amount=""), "amount", "required"),
    ("waybill", waybill(pieces="1.5"), "pieces", "whole_number"),
    ("waybill", waybill(consignee="张\u200b三"), "consignee", "control"),
]


@pytest.mark.parametrize(("kind", "row", "column", "rule"), BAD_CELLS, ids=[f"{c[2]}-{c[3]}" for c in BAD_CELLS])
def test_bad_cells(tmp_path: Path, kind: str, row: dict[str, str], column: str, rule: str) -> None:
    """A cell that is no value of its column is told with its place and text."""
    lines = [json.dumps(row, ensure_ascii=False)]
    (tmp_path / "d.ndjson").write_text("\n".join(lines), encoding="utf-8")
    found, faults = read(tmp_path / "d.ndjson", kind)
    assert not found
    assert [(fault.row, fault.column, fault.value, fault.rule) for fault in faults] == [
        (1, column, row[column].replace("\u200b", "\ufffd")[:80], rule)
    ]


def test_values() -> None:
    """Amounts are exact, and times are Chinese times."""
    assert [to_e5(text) for text in ("0", "0.1", "1.50000000", "9999999999999.99999")] == [
        0,
        10_000,
        150_000,
        10**18 - 1,
    ]
    assert from_e5(to_e5("12345.06")) == "12345.06"
    for text in ("", ".", "1.", ".5", "1e3", "１", "+1", "1_0", "99999999999999"):
        with pytest.raises(BadTextError):
            to_e5(text)
    assert to_time("2026-11-01 12:00") == to_time("2026-11-01T12:00:00+08:00") == AT
    for text in ("2026-1-1", "2026-11-01 24:00", "2026/11-01"):
        with pytest.raises(BadTextError):
            to_time(text)


def test_fold() -> None:
    """Numbers meet whatever their width, case, blanks and leading zeros; the letter O is no zero."""
    fold = folder(rules())
    assert {fold(text) for text in ("007ab", "7AB", "７ａｂ", "0 07 A b")} == {"7AB"}
    assert (fold("0"), fold("000"), fold(""), fold("O1")) == ("0", "0", "", "O1")
