"""Catalogues written as CSV and as workbooks, and read back."""

from __future__ import annotations

import datetime as dt
import string
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import Catalogue, Fault, TableFaultsError, load_catalogue, loading, workbook_guard
from data.excel import export_workbook, read_workbook
from data.export import Headers, export_folder, table_text
from data.parsing import parse_table
from data.tableschema import schemas
from tests.data.world import SMALL, build, find, small

WORLD = build(small())


def rows_of(catalogue: Catalogue) -> dict[str, tuple[Any, ...]]:
    """Return every row of a catalogue; rows are equal wherever they were read."""
    return {name: catalogue.table(name) for name in schemas()}


def faults_of(path: Path) -> list[Fault]:
    """Return the faults of a data set."""
    with pytest.raises(TableFaultsError) as caught:
        load_catalogue(path)
    return list(caught.value.faults)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return the small data set as a workbook."""
    path = tmp_path / "set.xlsx"
    export_workbook(WORLD, path)
    return path


def edit(path: Path, table: str, cell: str, value: object) -> None:
    """Change a cell of a workbook as a person would."""
    book = openpyxl.load_workbook(path)
    book[table][cell] = value
    book.save(path)


@pytest.mark.parametrize("folder", [SMALL, loading.SHIPPED_FOLDER], ids=["small", "shipped"])
def test_canonical_tables_are_written_as_they_are(folder: Path, tmp_path: Path) -> None:
    """Exporting a data set in canonical form gives its files again, byte by byte."""
    if not (folder / "locations.csv").exists():
        pytest.skip("no tables are shipped yet")
    export_folder(load_catalogue(folder), tmp_path / "copy")
    for name in schemas():
        assert (tmp_path / "copy" / f"{name}.csv").read_bytes() == (folder / f"{name}.csv").read_bytes(), name


@pytest.mark.parametrize("headers", ["en", "zh"])
def test_folder_round_trip(headers: Headers, tmp_path: Path) -> None:
    """A folder with headers in either language reads back to the same rows."""
    export_folder(WORLD, tmp_path / "copy", headers=headers)
    assert rows_of(load_catalogue(tmp_path / "copy")) == rows_of(WORLD)


@pytest.mark.parametrize("headers", ["en", "zh"])
def test_workbook_round_trip(headers: Headers, tmp_path: Path) -> None:
    """A workbook reads back to the same rows: dates, leading zeros, times, closing zeros of numbers and all."""
    rows = small()
    find(rows, "load_units", code="40HQ")["iso_code"] = "0045"
    find(rows, "locations", code="CNWNZ")["name_en"] = "=1+1"
    find(rows, "services", id="SEA-1")["operator"] = "2026-01-05"
    find(rows, "services", id="AIR-1")["operator"] = "1.50"
    catalogue = build(rows)
    export_workbook(catalogue, tmp_path / "set.xlsx", headers)
    copy = load_catalogue(tmp_path / "set.xlsx")
    assert rows_of(copy) == rows_of(catalogue)
    for name, schema in schemas().items():
        assert table_text(schema, copy.table(name)) == table_text(schema, catalogue.table(name))
    sheet = "fx" if headers == "en" else "汇率"
    assert copy.fx[1].row == (f"{(tmp_path / 'set.xlsx').as_posix()}[{sheet}]", 3)


TEXTS = st.text(string.printable[:95] + "温州・–é", min_size=1).map(str.strip).filter(bool)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
@settings(max_examples=25)
def test_any_text_survives_both_ways(tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]]) -> None:
    """Text of every kind comes back from CSV and from a workbook as it was."""
    settings_rows = [
        {"key": f"k{place}", "value": value, "meaning": meaning} for place, (value, meaning) in enumerate(texts)
    ]
    catalogue = Catalogue.from_rows({"settings": settings_rows})
    folder = tmp_path_factory.mktemp("any")
    export_folder(catalogue, folder / "csv")
    export_workbook(catalogue, folder / "set.xlsx")
    from_csv = loading.read_data_set(folder / "csv").tables["settings"].rows
    raw, faults, _ = read_workbook(folder / "set.xlsx", "set.xlsx")
    (from_book,) = [parse_table(table).rows for table in raw if table.name == "settings"]
    assert faults == []
    assert from_csv == from_book == catalogue.settings


def test_workbook_looks(book: Path) -> None:
    """One sheet per table, the header frozen and bold, every cell text."""
    changed = openpyxl.load_workbook(book)
    assert changed.sheetnames == list(schemas())
    sheet = changed["tariffs"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet["H3"].value == "2450.50"
    assert sheet["H3"].number_format == "@"
    assert 10 <= sheet.column_dimensions["B"].width <= 60


def test_cells_typed_in_excel(book: Path) -> None:
    """Numbers, dates and times as Excel stores them are read as what they show."""
    edit(book, "tariffs", "H3", 2450.5)
    edit(book, "tariffs", "L3", dt.datetime(2026, 1, 1))  # noqa: DTZ001 - as a workbook has it
    edit(book, "services", "J3", dt.time(22, 0))
    edit(book, "services", "G3", 3)
    edit(book, "locations", "J2", True)  # noqa: FBT003 - the value of a cell
    assert load_catalogue(book).fingerprint == WORLD.fingerprint


def test_formulas(book: Path) -> None:
    """A formula without a stored result is a fault with its cell."""
    edit(book, "tariffs", "H3", "=2450+0.5")
    (fault, *_) = faults_of(book)
    assert (fault.rule, fault.row, fault.column) == ("cell-value", 3, "H3")


def test_formulas_with_results(book: Path) -> None:
    """A formula counts as the result Excel stored with it."""
    edit(book, "tariffs", "H3", "=2450+0.5")
    place = f"xl/worksheets/sheet{list(schemas()).index('tariffs') + 1}.xml"
    with zipfile.ZipFile(book) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts[place] = parts[place].replace(b"<f>2450+0.5</f><v></v>", b"<f>2450+0.5</f><v>2450.5</v>")
    parts[place] = parts[place].replace(b"<f>2450+0.5</f><v />", b"<f>2450+0.5</f><v>2450.5</v>")
    with zipfile.ZipFile(book, "w") as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
    assert load_catalogue(book).fingerprint == WORLD.fingerprint


def test_hours_beyond_a_day(book: Path) -> None:
    """A closing time of 24:00, which Excel stores as a span of time, is read as text."""
    edit(book, "settings", "C2", dt.timedelta(hours=24))
    assert load_catalogue(book).settings[0].meaning == "24:00"


def test_packed_too_tightly(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook that would fill the memory when unpacked is refused."""
    monkeypatch.setattr(workbook_guard, "MAX_UNPACKED_BYTES", 1000)
    assert "too large" in str(faults_of(book)[0].value)


def test_merged_cells(book: Path) -> None:
    """Merged cells are refused by name."""
    changed = openpyxl.load_workbook(book)
    changed["fx"].merge_cells("E2:E4")
    changed.save(book)
    assert (faults_of(book)[0].rule, faults_of(book)[0].value) == ("merged-cells", "E2:E4")


def test_sheets(book: Path) -> None:
    """Unknown sheets with rows and tables twice are faults, empty sheets are not."""
    changed = openpyxl.load_workbook(book)
    changed.create_sheet("Sheet1")
    changed.save(book)
    load_catalogue(book)
    changed["Sheet1"]["A1"] = "note"
    changed.create_sheet("汇率")["A1"] = "币种"
    del changed["stuffing"]
    changed.create_sheet("stuffing")
    changed.save(book)
    assert {fault.rule for fault in faults_of(book)} == {"unknown-table", "repeated-table", "empty-file"}


def test_faults_of_cells_name_the_sheet(book: Path) -> None:
    """A bad cell is told with sheet and row."""
    edit(book, "fx", "B3", "7,1")
    (fault,) = faults_of(book)
    assert (fault.file, fault.row, fault.column) == (f"{book.as_posix()}[fx]", 3, "cny_per_unit")


def test_beyond_the_header(book: Path) -> None:
    """A cell outside the header's columns is a fault."""
    edit(book, "fx", "Z3", "note")
    assert [fault.rule for fault in faults_of(book)] == ["ragged-row"]


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken"])
def test_no_workbook(content: bytes, tmp_path: Path) -> None:
    """A file that is no workbook is refused in words."""
    path = tmp_path / "set.xlsx"
    path.write_bytes(content)
    assert faults_of(path)[0].rule == "workbook"


def test_text_too_long_for_excel(tmp_path: Path) -> None:
    """Text that Excel would cut off is refused, and nothing is written."""
    rows = small()
    find(rows, "settings", key="max_boxes")["meaning"] = "x" * 32_768
    with pytest.raises(TableFaultsError, match="cell-length"):
        export_workbook(build(rows), tmp_path / "set.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_folders_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with files is left as it is, and a failure leaves nothing behind."""
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "fx.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(TableFaultsError, match="not-empty"):
        export_folder(WORLD, taken)
    assert (taken / "fx.csv").read_text(encoding="utf-8") == "mine"
    export_folder(WORLD, taken, overwrite=True)
    assert (taken / "fx.csv").read_bytes() == (SMALL / "fx.csv").read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(TableFaultsError, match="No space left"):
        export_folder(WORLD, tmp_path / "new")
    with pytest.raises(TableFaultsError, match="No space left"):
        export_workbook(WORLD, tmp_path / "new.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["taken"]
