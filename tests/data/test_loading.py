"""Reading data sets from folders: what is read, what is refused, overlays."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from data import Fault, TableFaultsError, load_catalogue, loading, textfile
from data.tableschema import schemas
from tests.data.large import large, write_large
from tests.data.world import SMALL

PEOPLE = "source,as_of,confidence\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the small data set."""
    return Path(shutil.copytree(SMALL, tmp_path / "set"))


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small data set be the shipped one."""
    monkeypatch.setattr(loading, "SHIPPED_FOLDER", SMALL)
    monkeypatch.delenv(loading.DATA_VARIABLE, raising=False)


def faults_of(path: Path) -> list[Fault]:
    """Return the faults of a data set."""
    with pytest.raises(TableFaultsError) as caught:
        load_catalogue(path)
    return list(caught.value.faults)


def rules_of(path: Path) -> list[str]:
    """Return the broken rules of a data set."""
    return [fault.rule for fault in faults_of(path)]


def change(path: Path, old: str, new: str) -> None:
    """Replace the one occurrence of a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_whole_folder() -> None:
    """A folder with every table is a data set of its own."""
    catalogue = load_catalogue(SMALL)
    assert catalogue.location("CNWNZ").name_zh == "温州"
    assert catalogue.fx[1].row == (f"{SMALL.as_posix()}/fx.csv", 3)
    assert catalogue.is_complete


def test_byte_order_mark(folder: Path) -> None:
    """A file with a byte order mark, as Excel writes it, reads the same."""
    path = folder / "locations.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_catalogue(folder).fingerprint == load_catalogue(SMALL).fingerprint


def test_carriage_returns(folder: Path) -> None:
    """Line ends of Windows read the same."""
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_catalogue(folder).fingerprint == load_catalogue(SMALL).fingerprint


def test_chinese_headers(folder: Path) -> None:
    """Columns may be headed with their Chinese names, and stand in any order."""
    for name, schema in schemas().items():
        path = folder / f"{name}.csv"
        header, _, rest = path.read_text(encoding="utf-8").partition("\n")
        names = {column.name: column.name_zh for column in schema.columns}
        zh = ",".join(names[cell] for cell in header.split(","))
        path.write_text(f"{zh}\n{rest}", encoding="utf-8")
    assert load_catalogue(folder).fingerprint == load_catalogue(SMALL).fingerprint


def test_gbk_is_refused_with_advice(folder: Path) -> None:
    """A file in GBK is named as such, with what to do, and brings no faults in other tables with it."""
    path = folder / "locations.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    (fault,) = faults_of(folder)
    assert (fault.rule, fault.value) == ("encoding", "GBK")
    assert "CSV UTF-8" in fault.message_zh


def test_other_encodings(folder: Path) -> None:
    """UTF-16 and bytes of no known encoding are refused."""
    path = folder / "locations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.encode("utf-16"))
    assert [(fault.rule, fault.value) for fault in faults_of(folder)] == [("encoding", "UTF-16")]
    path.write_bytes(text.encode() + b"\xff\xff")
    assert [(fault.rule, fault.value) for fault in faults_of(folder)] == [("encoding", "unknown")]


def test_nul_bytes(folder: Path) -> None:
    """A NUL byte is a fault with its line."""
    path = folder / "fx.csv"
    path.write_bytes(path.read_bytes().replace(b"EUR", b"E\0R"))
    assert [(fault.rule, fault.row) for fault in faults_of(folder)] == [("nul-byte", 4)]


def test_columns(folder: Path) -> None:
    """An unknown, a repeated and a missing column are one fault each."""
    change(folder / "fx.csv", "cny_per_unit", "rate")
    change(folder / "load_units.csv", "iso_code", "code")
    found = {(fault.rule, fault.column) for fault in faults_of(folder)}
    assert found == {
        ("unknown-column", "rate"),
        ("missing-column", "cny_per_unit"),
        ("repeated-column", "code"),
    }


def test_cells_have_line_numbers(folder: Path) -> None:
    """A bad cell is told with the line it stands on, blank lines counted, and does not hide its row's references."""
    change(folder / "locations.csv", "CNNGB-P,宁波港", "\n\nCNNGB-P,宁波港")
    change(folder / "locations.csv", "29.93", "29,93")
    change(folder / "fx.csv", "JPY,0.047,0", "JPY,0.047,none")
    found = [(Path(fault.file).name, fault.row, fault.rule) for fault in faults_of(folder)]
    assert found == [("fx.csv", 6, "int"), ("locations.csv", 6, "ragged-row")]


def test_broken_rows_are_no_dangling_references(folder: Path) -> None:
    """References to a row that could not be read are not called dangling as well."""
    change(folder / "locations.csv", "53.54", "north")
    assert [(fault.column, fault.rule) for fault in faults_of(folder)] == [("lat", "decimal")]


def test_short_rows_and_quotes(folder: Path) -> None:
    """A row with too few cells and a quote without end are faults."""
    with (folder / "fx.csv").open("a", encoding="utf-8") as stream:
        stream.write("KRW\n")
    with (folder / "cutoffs.csv").open("a", encoding="utf-8") as stream:
        stream.write('CO-2,"sea\n')
    assert sorted(rules_of(folder)) == ["csv", "ragged-row"]


def test_line_breaks_in_cells(folder: Path) -> None:
    """A line break within quotes is a fault, and later lines are still counted as an editor counts them."""
    change(folder / "settings.csv", "horizon_days,365,horizon_days", 'horizon_days,365,"two\nlines"')
    change(folder / "settings.csv", "max_boxes,5", "max_boxes,five")
    assert [(fault.rule, fault.row) for fault in faults_of(folder)] == [("control", 3)]
    change(folder / "settings.csv", '"two\nlines"', "lines")
    assert [(fault.rule, fault.row) for fault in faults_of(folder)] == [("setting-value", 5)]


def test_empty_file(folder: Path) -> None:
    """A file without a header is a fault; a table of nothing but its header is fine."""
    header = (folder / "workday_overrides.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "workday_overrides.csv").write_text(f"{header}\n,,,,,,,\n\n", encoding="utf-8")
    assert load_catalogue(folder).workday_overrides == ()
    (folder / "workday_overrides.csv").write_text("\n", encoding="utf-8")
    assert rules_of(folder) == ["empty-file"]


def test_unknown_tables(folder: Path) -> None:
    """A file that looks like a table and is none is a fault; notes beside the tables are not."""
    (folder / "SOURCES.md").write_text("where it all comes from", encoding="utf-8")
    load_catalogue(folder)
    (folder / "location.csv").write_text("code\n", encoding="utf-8")
    (folder / "Book1.xlsx").write_bytes(b"")
    found = faults_of(folder)
    assert [fault.rule for fault in found] == ["unknown-table", "unknown-table"]
    assert "locations.csv" in found[1].message_en


def test_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file above the limit is refused before it is read."""
    path = folder / "geometry.csv"
    with path.open("r+b") as stream:
        stream.truncate(50 * textfile.MEGABYTE + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("was read") if _ == path else b"")
    assert "file-size" in rules_of(folder)


def test_no_such_folder(tmp_path: Path) -> None:
    """A path that leads nowhere is a fault."""
    assert rules_of(tmp_path / "nothing") == ["no-data-set"]
    (tmp_path / "note.txt").write_text("x", encoding="utf-8")
    assert rules_of(tmp_path / "note.txt") == ["no-data-set"]


@pytest.mark.usefixtures("shipped")
def test_overlay(tmp_path: Path) -> None:
    """A folder without every table goes on top of the shipped one: same keys replace, others are added."""
    (tmp_path / "fx.csv").write_text(
        "currency,cny_per_unit,source,as_of,confidence\nUSD,7.0,bank,2026-06,high\nGBP,9.6,bank,2026-06,high\n",
        encoding="utf-8",
    )
    catalogue, base = load_catalogue(tmp_path), load_catalogue()
    assert str(catalogue.exchange_rate("USD").cny_per_unit) == "7.0"
    assert catalogue.exchange_rate("USD").row.file == f"{tmp_path.as_posix()}/fx.csv"
    assert len(catalogue.fx) == len(base.fx) + 1
    assert catalogue.locations == base.locations
    assert base.locations[0].row.file == "data/tables/locations.csv"


@pytest.mark.usefixtures("shipped")
def test_overlay_is_checked_against_its_base(tmp_path: Path) -> None:
    """An overlay may break rules only together with the shipped tables, and repeat no key itself."""
    header = "service,date,action," + PEOPLE
    path = tmp_path / "departure_exceptions.csv"
    path.write_text(f"{header}SEA-9,2026-02-04,cancel,x,2026,high\n", encoding="utf-8")
    assert rules_of(tmp_path) == ["dangling-reference"]
    path.write_text(header + 2 * "SEA-1,2026-02-04,cancel,x,2026,high\n", encoding="utf-8")
    assert rules_of(tmp_path) == ["duplicate-key"]


@pytest.mark.usefixtures("shipped")
def test_data_set_mode(folder: Path) -> None:
    """A settings file says whether a folder is whole; what it cannot mean is a fault."""
    (folder / "dataset.toml").write_text('mode = "overlay"\n', encoding="utf-8")
    assert load_catalogue(folder).fingerprint == load_catalogue(SMALL).fingerprint
    (folder / "dataset.toml").write_text('mode = "whole"\n', encoding="utf-8")
    (folder / "geometry.csv").unlink()
    assert rules_of(folder) == ["missing-table"]
    for content in ('mode = "half"', 'mode = "whole"\nname = "x"', "mode", "mode = 3"):
        (folder / "dataset.toml").write_text(content, encoding="utf-8")
        assert "data-set-mode" in rules_of(folder)


@pytest.mark.usefixtures("shipped")
def test_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a path, the environment variable decides, or else the shipped tables are read."""
    change(folder / "locations.csv", "CNWNZ,温州,", "CNWNZ,温州市,")
    assert load_catalogue().location("CNWNZ").name_zh == "温州"
    monkeypatch.setenv(loading.DATA_VARIABLE, str(folder))
    assert load_catalogue().location("CNWNZ").name_zh == "温州市"
    monkeypatch.setenv(loading.DATA_VARIABLE, "")
    assert load_catalogue().location("CNWNZ").name_zh == "温州"


def test_speed(tmp_path: Path) -> None:
    """A data set of twenty thousand rows loads in well under a second on an idle machine."""
    write_large(tmp_path / "large", large())
    slowest_s = 0.7 if os.environ.get("HUBPORT_STRICT_SPEED") else 5
    times = []
    for _ in range(2):
        start = time.perf_counter()
        catalogue = load_catalogue(tmp_path / "large")
        times.append(time.perf_counter() - start)
    assert len(catalogue.tariffs) > 10_000
    assert min(times) < slowest_s
