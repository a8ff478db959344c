"""Files of rows that users bring."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from data import Fault, TableFaultsError, rowsfile, textfile
from data.rowsfile import read_rows_file

TEXT = "origin,mass_kg,备注\n温州,800,眼镜\n\n义乌, 12.5 ,\n,,\n"
ROWS = [
    (2, {"origin": "温州", "mass_kg": "800", "备注": "眼镜"}),
    (4, {"origin": "义乌", "mass_kg": "12.5", "备注": ""}),
]


def faults_of(path: Path) -> list[Fault]:
    """Return the faults of a file."""
    with pytest.raises(TableFaultsError) as caught:
        read_rows_file(path)
    return list(caught.value.faults)


def write(path: Path, content: bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings(encoding: str, ending: str, tmp_path: Path) -> None:
    """The encodings in which Excel and people in China save CSV are all read."""
    path = write(tmp_path / "cargo.csv", TEXT.replace("\n", ending).encode(encoding))
    assert read_rows_file(path) == (["origin", "mass_kg", "备注"], ROWS)


@pytest.mark.parametrize("encoding", ["big5", "shift_jis", "utf-16", "latin-1"])
def test_other_encodings(encoding: str, tmp_path: Path) -> None:
    """Other encodings are refused rather than read as nonsense."""
    text = "Größe,Straße\nä,é\n" if encoding == "latin-1" else "起運地,目的地,備註\n臺北,漢堡,眼鏡\n"
    path = write(tmp_path / "cargo.csv", text.encode(encoding, "ignore"))
    assert [fault.rule for fault in faults_of(path)] == ["encoding"]


def test_workbook(tmp_path: Path) -> None:
    """A workbook with one sheet of rows is read as what it shows."""
    book = openpyxl.Workbook()
    book.create_sheet("empty")
    book.active.append(["origin", "mass_kg", "ready", "fragile"])
    book.active.append(["温州", 800, dt.datetime(2026, 1, 5, 8, 30), True])  # noqa: DTZ001 - as a workbook has it
    book.active.append([None, None, None, None])
    book.active.append(["义乌", 0.1 + 0.2, dt.date(2026, 1, 6), None])
    book.save(tmp_path / "cargo.XLSX")
    headers, rows = read_rows_file(tmp_path / "cargo.XLSX")
    assert headers == ["origin", "mass_kg", "ready", "fragile"]
    assert rows == [
        (2, {"origin": "温州", "mass_kg": "800", "ready": "2026-01-05 08:30", "fragile": "yes"}),
        (4, {"origin": "义乌", "mass_kg": "0.3", "ready": "2026-01-06", "fragile": ""}),
    ]


def test_merged_cells(tmp_path: Path) -> None:
    """Merged cells are refused by the name of their range."""
    book = openpyxl.Workbook()
    book.active.append(["origin", "mass_kg"])
    book.active.append(["温州", 800])
    book.active.append([None, 900])
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "cargo.xlsx")
    (fault,) = faults_of(tmp_path / "cargo.xlsx")
    assert (fault.rule, fault.value, fault.row) == ("merged-cells", "A2:A3", 2)
    assert "A2:A3" in fault.message_zh


def test_one_sheet(tmp_path: Path) -> None:
    """A workbook with several filled sheets, or none, is refused."""
    book = openpyxl.Workbook()
    book.save(tmp_path / "cargo.xlsx")
    assert [fault.rule for fault in faults_of(tmp_path / "cargo.xlsx")] == ["one-sheet"]
    book.active["A1"] = "origin"
    book.create_sheet("more")["A1"] = "origin"
    book.save(tmp_path / "cargo.xlsx")
    assert [fault.rule for fault in faults_of(tmp_path / "cargo.xlsx")] == ["one-sheet"]


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        (b"", ["empty-file"]),
        (b"a,a,\n1,2,3\n", ["header", "header"]),
        (b"a,b\n1\n1,2,3\n", ["ragged-row", "ragged-row"]),
        (b"a,b\n1,\0\n", ["nul-byte"]),
        (b'a,b\n1,"2\n', ["csv"]),
    ],
)
def test_shapes(content: bytes, rules: list[str], tmp_path: Path) -> None:
    """Files without header, with headers that are empty or stand twice, ragged rows and broken quotes are refused."""
    assert [fault.rule for fault in faults_of(write(tmp_path / "cargo.csv", content))] == rules


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files above 20 MB are refused before they are read, and too many rows before anything else is done with them."""
    path = tmp_path / "cargo.csv"
    with path.open("wb") as stream:
        stream.truncate(20 * textfile.MEGABYTE + 1)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda _: pytest.fail("was read"))
        assert [fault.rule for fault in faults_of(path)] == ["file-size"]
    monkeypatch.setattr(rowsfile, "MAX_ROWS", 2)
    assert [fault.rule for fault in faults_of(write(path, b"a\n1\n2\n3\n"))] == ["row-count"]
    assert len(read_rows_file(write(path, b"a\n1\n2\n"))[1]) == 2
    assert len(read_rows_file(write(path, b"a,b\n1,\n" + b",\n" * 1000 + b"2,\n"))[1]) == 2
    book = openpyxl.Workbook()
    for text in ("a", "1", "2", "3"):
        book.active.append([text])
    book.save(tmp_path / "cargo.xlsx")
    assert [fault.rule for fault in faults_of(tmp_path / "cargo.xlsx")] == ["row-count"]


def test_other_files(tmp_path: Path) -> None:
    """A file of another type, or none at all, is refused."""
    assert [fault.rule for fault in faults_of(tmp_path / "cargo.pdf")] == ["file-type"]
    assert [fault.rule for fault in faults_of(tmp_path / "cargo.csv")] == ["file-open"]
    assert [fault.rule for fault in faults_of(write(tmp_path / "cargo.xls", b"x"))] == ["file-type"]


def test_label(tmp_path: Path) -> None:
    """An uploaded file is called by the name its user gave it."""
    with pytest.raises(TableFaultsError, match=r"我的货物\.csv"):
        read_rows_file(write(tmp_path / "upload-1.csv", b""), "我的货物.csv")
