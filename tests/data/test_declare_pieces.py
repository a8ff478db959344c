"""Long files read all at once give the documents and the faults of files read row by row."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data import declare_quick
from data.declare_fields import FIELDS, GOODS
from data.declare_pieces import documents_of, pieces_of
from data.declare_read import Maker, read_documents, sources
from data.faultlist import FaultList
from tests.declare import order, payment, shipped, waybill

KINDS = ("order", "payment", "waybill")
SOUND = {"order": order(), "payment": payment(), "waybill": waybill()}

TEXTS = ["A1", " A1 ", "张三", "", "a\tb", "x" * 70, "中" * 40, "a,b", 'a"b', "a\u3000", "\u3000", "é\u00a0", "a\x1fb"]
AMOUNTS = [
    *(
        "1",
        "0",
        "1.5",
        "1.50000",
        "1.500000",
        "0.00001",
        "1.",
        ".5",
        "-1",
        "1,000",
        "１",
        "1e3",
        "1.234567",
        " 2 ",
        "²",
    ),
    *("1234567890123", "12345678901234", "1234567890123.12345", "9" * 21, "0001", "1.2.3", "1 2"),
]
TIMES = [
    *("20261101120000", "2026-11-01 12:00:00", "2026/11/01T12:00:00", "2026-11-01", "20261101", "2026-11-01 12:00"),
    *("2026-02-29", "20261301000000", "2026-11-01 24:00:00", "2026-11/01", "2026-11-01 12:00:00+08:00", "0000-01-01"),
    *("2026-11-01 12:60:00", "2026-11-01_12:00:00", "202611011200", "2026-11-01 1:00:00", "２０２６1101", "2026110112"),
]
VALUES = {
    "amount": AMOUNTS,
    "time": TIMES,
    "currency": ["142", "CNY", "cny", "XXX", "14", " USD "],
    "app": ["1", "2", "3", "4", ""],
    "int": ["1", "01", "-1", "1.0", "99999", "123456", "x", " 3"],
    "key": TEXTS,
    "text": TEXTS,
}


def read(path: Path, kind: str) -> tuple[list[tuple[str, ...]], list[Any]]:
    """Return documents and faults of a file read row by row."""
    faults = FaultList()
    (source,) = sources(path, faults)
    found = list(read_documents(source, kind, "import", shipped(), faults))
    return sorted(found), [faults.count, *faults.faults]


def read_quickly(path: Path, kind: str) -> tuple[list[tuple[str, ...]], list[Any]]:
    """Return documents and faults of a file read in pieces."""
    faults = FaultList()
    (source,) = sources(path, faults)
    maker = Maker.of(kind, shipped())
    found = []
    for piece, count in pieces_of(source, kind, "import", shipped(), faults):
        documents = list(documents_of(piece, maker))
        assert len(documents) == count
        found += documents
    return sorted(found), [faults.count, *faults.faults]


def check(content: bytes, kind: str) -> int:
    """Check that both ways of reading a file agree, and return how many documents it has."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "f.csv"
        path.write_bytes(content)
        expected = read(path, kind)
        assert read_quickly(path, kind) == expected
        return len(expected[0])


@st.composite
def tables(draw: Any) -> tuple[str, bytes]:  # noqa: ANN401 - what the library gives
    """Draw a file of some kind of document, with a few strange cells in it."""
    kind = draw(st.sampled_from(KINDS))
    fields = {field.name: field for field in (*FIELDS[kind], *(GOODS if kind == "order" else ()))}
    sound = SOUND[kind]
    names = [*sound, *draw(st.lists(st.sampled_from(sorted(set(fields) - set(sound))), unique=True, max_size=4))]
    names = draw(st.permutations(names))
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        row = {name: sound.get(name, "") for name in names}
        for name in draw(st.lists(st.sampled_from(names), max_size=2)):
            row[name] = draw(st.sampled_from(VALUES[fields[name].kind]))
        cells = list(row.values())
        strange = draw(st.sampled_from(["", "", "", "", "short", "long", "empty", "blank"]))
        cells = {"short": cells[:-1], "long": [*cells, ""], "empty": [], "blank": [""] * len(cells)}.get(strange, cells)
        rows.append(cells)
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    out = io.StringIO(newline="")
    if quoting == csv.QUOTE_NONE:
        out.write(end.join(",".join(cells) for cells in [names, *rows]))
    else:
        csv.writer(out, quoting=quoting, lineterminator=end).writerows([names, *rows])
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
    return kind, out.getvalue().encode(encoding)


@settings(max_examples=250, deadline=None)
@given(tables(), st.sampled_from([64, 200, 1 << 22]))
def test_any_file(table: tuple[str, bytes], block: int) -> None:
    """Every file gives the same documents and the same faults in the same words, whatever blocks it is cut into."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(declare_quick, "_BLOCK_BYTES", block)
        kind, content = table
        check(content, kind)


CELL = st.text(st.sampled_from("0123456789.-/: T\"',\r\n\t\x1f张 aZ"), max_size=20)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELL, min_size=4, max_size=5), max_size=5), st.booleans())
@example([["W1", "2026-11-01", "1", "\n"]], True)  # noqa: FBT003 - a value of the example
def test_any_text(rows: list[list[str]], is_quoted: bool) -> None:  # noqa: FBT001
    """Rows of any text, well quoted or not."""
    header = "waybill_no,shipped_at,pieces,consignee\n"
    out = io.StringIO(newline="")
    if is_quoted:
        csv.writer(out).writerows(rows)
    else:
        out.write("\n".join(",".join(row) for row in rows))
    check((header + out.getvalue()).encode(), "waybill")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"waybill_no,shipped_at",
        b"\n\nwaybill_no,shipped_at\nW1,20261101\n\nW2,2026110\n",
        b"waybill_no,shipped_at\r\n\r\nW1,20261101\r\n",
        b'waybill_no,shipped_at\nW1,20261101\n"W2,20261101\n',
        b'waybill_no,"shipped\n_at"\nW1,20261101\n',
        b'"waybill_no,shipped_at\nW1,20261101\n',
        b'waybill_no,shipped_at\n"W\n1",20261101\nW2,20261101\n',
        b'waybill_no,shipped_at\nW1,"2026"1101\nW2,20261101\n',
        b"waybill_no,shipped_at,what\nW1,20261101,1\n",
        b"waybill_no,shipped_at,waybill_no\nW1,20261101,1\n",
        b"waybill_no\nW1\n",
        b"waybill_no,shipped_at,pieces\nW1,20261101,1",
        b"waybill_no,shipped_at\rW1,20261101\rW2,2026\r",
        b'waybill_no,shipped_at\n"W1","20261101"\n' + b'"W2","20261101"\n' * 200 + b'"W3",1\n',
    ],
)
@pytest.mark.parametrize("block", [16, 40, 1 << 22])
def test_shapes(content: bytes, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers, line breaks and quotes of every kind, in blocks that end anywhere."""
    monkeypatch.setattr(declare_quick, "_BLOCK_BYTES", block)
    check(content, "waybill")


def test_most_lines_are_kept_as_they_are() -> None:
    """Of a long file only the few strange rows are read one by one."""
    rows = "".join(f"W{number},2026-11-01 12:00:00,{number}\n" for number in range(5_000))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "f.csv"
        path.write_text(f"waybill_no,shipped_at,pieces\n{rows}W,2026-11-01 12:00:00+08:00,1\n", encoding="utf-8")
        faults = FaultList()
        (source,) = sources(path, faults)
        found = [(piece.is_made, count) for piece, count in pieces_of(source, "waybill", "import", shipped(), faults)]
    assert found == [(False, 5_000), (True, 1)]
    assert not faults
