"""Cargo lists: what is read, what is refused, and that writing and reading lose nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import Catalogue, Fault, TableFaultsError, load_catalogue
from data.cargo import Cargo, CargoShipment, MixingClass
from data.cargo_fields import FIELDS, MESSAGES, SUFFIXES
from data.cargo_read import read_cargo
from data.cargo_rules import GOODS, RULES, check_cargo
from data.cargo_write import cargo_bytes, write_cargo
from tests.data.world import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from data.export import Headers

WORLD = load_catalogue(SMALL)
GOOD: dict[str, Any] = {
    "id": "A-1",
    "from": "温州",
    "to": "DEHAM-P",
    "weight_kg": "800",
    "volume_m3": "4.2",
    "ready": "2026-05-20",
}
# What is changed, the column and the rule to be named.
BAD: list[tuple[dict[str, str], str, str]] = [
    ({"id": ""}, "id", "required"),
    ({"id": "x" * 81}, "id", "text"),
    ({"id": "a\u200bb"}, "id", "text"),
    ({"shipper": "甲" * 201}, "shipper", "text"),
    ({"from": "nowhere"}, "from", "unknown_place"),
    ({"to": ""}, "to", "required"),
    ({"to": "Wenzhou"}, "to", "same_place"),
    ({"weight_kg": "-5"}, "weight_kg", "positive"),
    ({"weight_kg": "nan"}, "weight_kg", "number"),
    ({"weight_kg": "1_000"}, "weight_kg", "number"),
    ({"weight_kg": "8 t"}, "weight_kg", "number"),
    ({"weight_kg": "1e999999999"}, "weight_kg", "max"),
    ({"weight_kg": "1e-999999999"}, "weight_kg", "min"),
    ({"volume_m3": "0"}, "volume_m3", "positive"),
    ({"volume_m3": "0.0000001"}, "volume_m3", "min"),
    # 800 kg in 0.03 m3 would be 26,667 kg/m3, more than osmium; in 900 m3 it would float.
    ({"volume_m3": "0.03"}, "volume_m3", "density"),
    ({"volume_m3": "900", "splittable": "yes", "pieces": "90"}, "volume_m3", "density"),
    ({"pieces": "0"}, "pieces", "min"),
    ({"pieces": "1.5"}, "pieces", "whole_number"),
    ({"goods": "fireworks"}, "goods", "unknown_goods"),
    ({"hs": "12345"}, "hs", "hs"),
    ({"hs": "٨٥١٧١٣"}, "hs", "hs"),
    ({"currency": "XXX"}, "currency", "unknown_currency"),
    ({"value": "-0.01"}, "value", "min"),
    ({"value": "1e30"}, "value", "max"),
    ({"value": "1e-999999999"}, "value", "decimals"),
    ({"late_per_day": "1e-999999999", "due": "2026-07-01"}, "late_per_day", "decimals"),
    ({"unserved_price": "0e-999999999"}, "unserved_price", "decimals"),
    ({"late_per_day": "-1", "due": "2026-07-01"}, "late_per_day", "min"),
    ({"late_per_day": "5"}, "late_per_day", "late_without_due"),
    ({"unserved_price": "much"}, "unserved_price", "number"),
    ({"regime": "961"}, "regime", "regime"),
    ({"ready": ""}, "ready", "required"),
    ({"ready": "soon"}, "ready", "instant"),
    ({"ready": "2026-02-30"}, "ready", "instant"),
    ({"ready": "0001-01-01T00:00+14:00"}, "ready", "instant"),
    ({"ready": "2026-05-20T09:00"}, "ready", "naive_time"),
    ({"ready": "2027-01-02"}, "ready", "outside_horizon"),
    ({"due": "2026-05-19"}, "due", "after_ready"),
    ({"due": "9999-12-31"}, "due", "outside_horizon"),
    ({"depart_by": "2026-05-18"}, "depart_by", "after_ready"),
    ({"priority": "0"}, "priority", "min"),
    ({"priority": "6"}, "priority", "max"),
    ({"splittable": "maybe"}, "splittable", "choice"),
    ({"temperature": "hot"}, "temperature", "choice"),
    ({"odour": "臭"}, "odour", "choice"),
    ({"customs_seal": "2"}, "customs_seal", "choice"),
    ({"box": "T9.6"}, "box", "unknown_box"),
    ({"box": "40HQ", "boxes": "0"}, "boxes", "min"),
    ({"boxes": "2"}, "boxes", "boxes_without_box"),
    ({"box": "40HQ", "weight_kg": "26501", "volume_m3": "40"}, "weight_kg", "box_payload"),
    ({"box": "40HQ", "boxes": "2", "weight_kg": "9000", "volume_m3": "152.1"}, "volume_m3", "box_volume"),
    ({"box": "40HQ", "splittable": "yes"}, "splittable", "own_box_split"),
    # The one box of the small data set carries 26,500 kg and holds 76 m3.
    ({"weight_kg": "26501", "volume_m3": "40"}, "weight_kg", "unit_payload"),
    ({"weight_kg": "9000", "volume_m3": "76.1"}, "volume_m3", "unit_volume"),
    ({"weight_kg": "53001", "volume_m3": "80", "pieces": "2", "splittable": "是"}, "weight_kg", "piece_payload"),
    ({"weight_kg": "9000", "volume_m3": "152.1", "pieces": "2", "splittable": "1"}, "volume_m3", "piece_volume"),
]


def csv_of(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    """Return rows as a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def read(folder: Path, content: bytes, suffix: str = ".csv") -> Cargo:
    """Return the cargo of a file with some content."""
    path = folder / f"cargo{suffix}"
    path.write_bytes(content)
    return read_cargo(path, WORLD)


def faults_of(folder: Path, content: bytes, suffix: str = ".csv") -> list[Fault]:
    """Return the faults of a file with some content."""
    with pytest.raises(TableFaultsError) as caught:
        read(folder, content, suffix)
    return list(caught.value.faults)


def test_a_row_becomes_a_shipment(tmp_path: Path) -> None:
    """Every column is read in its unit; a date means the morning for being ready and the evening for being due."""
    (shipment,) = read(
        tmp_path,
        csv_of(
            GOOD
            | {"due": "2026-07-01", "late_per_day": "12.5", "currency": "eur", "value": "1000", "goods": "food、liquid",
               "pieces": "40", "priority": "1", "splittable": "是", "temperature": "冷藏", "odour": "odorous",
               "customs_seal": "yes", "shipper": "甲厂", "unserved_price": "300", "hs": "900311", "regime": "9710"}
        ),
    )  # fmt: skip
    assert shipment == CargoShipment(
        id="A-1", shipper="甲厂", origin="CNWNZ", destination="DEHAM-P", mass_g=800_000, volume_cm3=4_200_000,
        pieces=40,
        ready_at=dt.datetime(2026, 5, 20, 1, tzinfo=dt.UTC), due_at=dt.datetime(2026, 7, 1, 21, 59, tzinfo=dt.UTC),
        goods=frozenset({"food", "liquid"}), hs="900311", regime="9710", currency="EUR", value_currency="EUR",
        value_minor=100_000, late_minor_per_day=1_250, unserved_minor=30_000, priority=1, is_splittable=True,
        temperature="chilled", odour="odorous", is_sealed=True,
    )  # fmt: skip


def test_blanks_are_the_defaults(tmp_path: Path) -> None:
    """Only six columns are needed; what is not said is the ordinary."""
    (shipment,) = read(tmp_path, csv_of(GOOD))
    assert shipment == CargoShipment(
        id="A-1",
        origin="CNWNZ",
        destination="DEHAM-P",
        mass_g=800_000,
        volume_cm3=4_200_000,
        ready_at=dt.datetime(2026, 5, 20, 1, tzinfo=dt.UTC),
    )
    (boxed,) = read(tmp_path, csv_of(GOOD | {"box": "40hq"}))
    assert (boxed.box, boxed.boxes) == ("40HQ", 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_headers_and_encodings(encoding: str, tmp_path: Path) -> None:
    """Chinese headers, with units in brackets, read the same, in UTF-8 and in GBK."""
    headers = {"单号": "id", "起运地": "from", "目的地": "to", "重量 (kg)": "weight_kg", "体积（m3）": "volume_m3", "备货时间": "ready"}  # noqa: E501  # fmt: skip
    row = {zh: GOOD[en] for zh, en in headers.items()} | {"可拆分": "否"}
    assert read(tmp_path, csv_of(row, encoding=encoding)) == read(tmp_path, csv_of(GOOD))


def workbook(*rows: dict[str, Any]) -> bytes:
    """Return rows as a workbook."""
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("ready", ["2026-05-20 14:30", "2026-05-20T14:30", dt.datetime(2026, 5, 20, 14, 30)])  # noqa: DTZ001 - as cells are
def test_times_of_workbooks_are_local(ready: object, tmp_path: Path) -> None:
    """Cells have no zone: times in them are those of origin and destination, by whatever a forwarder calls columns."""
    row = {"票号": "A-1", "提货地": "温州", "目的港": "DEHAM-P", "毛重": 800, "方数": 4.2, "货好时间": ready, "交期": "2026-06-30 18:00"}  # noqa: E501  # fmt: skip
    (found,) = read(tmp_path, workbook(row), ".xlsx")
    assert found.ready_at == dt.datetime(2026, 5, 20, 6, 30, tzinfo=dt.UTC)
    assert found.due_at == dt.datetime(2026, 6, 30, 16, 0, tzinfo=dt.UTC)
    with_zone = row | {"货好时间": "2026-05-20T14:30+02:00"}
    (found,) = read(tmp_path, workbook(with_zone), ".xlsx")
    assert found.ready_at == dt.datetime(2026, 5, 20, 12, 30, tzinfo=dt.UTC)


def test_unknown_columns_are_told_what_is_missing(tmp_path: Path) -> None:
    """What may be meant are the columns that are not there yet, in both languages."""
    (fault,) = faults_of(tmp_path, csv_of(GOOD | {"colour": "red"}))
    assert "件数 (pieces)" in fault.message_zh
    assert "起运地" not in fault.message_en


def test_json_forms(tmp_path: Path) -> None:
    """JSON is a list of objects or an object of one; numbers, truth and lists stand as such."""
    item = GOOD | {"weight_kg": 800, "volume_m3": 4.2, "splittable": True, "pieces": 3, "goods": ["food"], "hs": None}
    expected = read(tmp_path, csv_of(GOOD | {"splittable": "yes", "pieces": "3", "goods": "food"}))
    assert read(tmp_path, json.dumps([item]).encode(), ".json") == expected
    assert read(tmp_path, json.dumps({"shipments": [item]}).encode("utf-8-sig"), ".json") == expected


@pytest.mark.parametrize(("change", "column", "rule"), BAD, ids=[f"{column}-{rule}" for _, column, rule in BAD])
@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_bad_values(change: dict[str, str], column: str, rule: str, suffix: str, tmp_path: Path) -> None:
    """A bad value is one fault, with file, row, column, value and rule, in both languages."""
    row = GOOD | change
    content = csv_of(row) if suffix == ".csv" else json.dumps([row]).encode()
    (fault,) = faults_of(tmp_path, content, suffix)
    assert (fault.file, fault.row) == (f"cargo{suffix}", 2 if suffix == ".csv" else 1)
    assert (fault.column, fault.rule) == (column, rule)
    assert fault.message_zh
    assert fault.message_en
    assert fault.value is not None
    assert row[column][:60] in fault.value or not row[column].isprintable()


def test_every_rule_is_broken_by_some_test() -> None:
    """No rule and no message goes without a bad value that shows it."""
    shown = {rule for _, _, rule in BAD}
    elsewhere = {"duplicate_id", "unknown_column", "repeated_column", "rows_required", "malformed", "value_currency"}
    # What the service keeps is told of by its own tests.
    elsewhere |= {"kept_already"}
    assert shown | elsewhere | {"ambiguous_place"} == set(MESSAGES)
    assert {rule.name for rule in RULES} <= shown | elsewhere


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Faults of all rows are told together, those between columns beside those of single cells."""
    rows = [
        GOOD | {"to": "nowhere", "depart_by": "2026-05-01", "pieces": "x"},
        GOOD | {"id": "A-2"},
        GOOD | {"id": "A-2", "weight_kg": ""},
    ]
    found = {(fault.row, fault.column, fault.rule) for fault in faults_of(tmp_path, csv_of(*rows))}
    assert found == {
        (2, "to", "unknown_place"),
        (2, "pieces", "number"),
        (2, "depart_by", "after_ready"),
        (4, "weight_kg", "required"),
        (4, "id", "duplicate_id"),
    }


def test_faults_name_the_users_own_column(tmp_path: Path) -> None:
    """A fault names the column as the file does."""
    row = {("毛重" if key == "weight_kg" else key): value for key, value in GOOD.items()} | {"毛重": "heavy"}
    assert [fault.column for fault in faults_of(tmp_path, csv_of(row))] == ["毛重"]


@pytest.mark.parametrize(
    ("content", "suffix", "rules"),
    [
        (b"id,from\n", ".csv", ["required"] * 4 + ["rows_required"]),
        (csv_of(GOOD | {"colour": "red"}), ".csv", ["unknown_column"]),
        (csv_of(GOOD | {"起运地": "温州"}), ".csv", ["repeated_column"]),
        (b"", ".csv", ["empty-file"]),
        (b"PK nonsense", ".xlsx", ["workbook"]),
        (b"{", ".json", ["malformed"]),
        (b"[" * 100_000, ".json", ["malformed"]),
        (b"\xff\xfe[]", ".json", ["encoding"]),
        (b'{"cargo": []}', ".json", ["malformed"]),
        (b"[]", ".json", ["required"] * 6 + ["rows_required"]),
        (b'[1, {"id": {"a": 1}}, {"id": "x", "goods": ["a;b"]}]', ".json", ["malformed"] * 3),
        (b'[{"id": "1", "id": "2"}]', ".json", ["malformed"]),
        (json.dumps([GOOD | {"weight_kg": float("nan")}]).encode(), ".json", ["number"]),
        (json.dumps([GOOD]).encode(), ".txt", ["file-type"]),
    ],
)
def test_bad_files(content: bytes, suffix: str, rules: list[str], tmp_path: Path) -> None:
    """A file of the wrong form is refused with the reason."""
    assert [fault.rule for fault in faults_of(tmp_path, content, suffix)] == rules


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is a fault like others."""
    for suffix in SUFFIXES:
        with pytest.raises(TableFaultsError, match="file-open"):
            read_cargo(tmp_path / f"none{suffix}", WORLD)


def test_mixing_class() -> None:
    """The mixing class names the strictest battery."""
    shipment = CargoShipment(
        id="1", origin="A", destination="B", mass_g=1, volume_cm3=1, ready_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        goods=frozenset({"battery_packed", "battery_loose", "dangerous"}), odour="sensitive",
    )  # fmt: skip
    assert shipment.mixing == MixingClass("0110", True, "battery_loose", "ambient", "sensitive", False)  # noqa: FBT003
    assert replace(shipment, goods=frozenset()).mixing.battery == "none"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
SPACED = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
PLACES = st.permutations([row.code for row in WORLD.locations])
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 6, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
AMOUNTS = st.integers(0, 10**12)


@st.composite
def shipments(draw: st.DrawFn, number: int) -> CargoShipment:
    """Return any shipment that keeps the rules."""
    origin, destination = draw(PLACES)[:2]
    ready_at = draw(MOMENTS)
    later = st.none() | st.timedeltas(dt.timedelta(seconds=1), dt.timedelta(days=150)).map(lambda gap: ready_at + gap)
    volume_cm3, boxes = draw(st.integers(1, 70_000_000)), draw(st.sampled_from([0, 0, 1, 3]))
    density = draw(st.integers(10, 300))
    value, currency = draw(st.none() | AMOUNTS), draw(st.sampled_from([rate.currency for rate in WORLD.fx]))
    most = 10**10 * 10 ** WORLD.exchange_rate(currency).exponent
    due_at = draw(later)
    return CargoShipment(
        id=f"{draw(SPACED)}{number}",
        shipper=draw(st.none() | SPACED | SPACED.map("=1+'{}".format) | SPACED.map("'@{}".format) | st.just("#N/A")),
        origin=origin,
        destination=destination,
        mass_g=max(1, -(-volume_cm3 * density // 1000)),
        volume_cm3=volume_cm3,
        pieces=draw(st.integers(1, 10**6)),
        ready_at=ready_at,
        due_at=due_at,
        depart_by=draw(later),
        box="40HQ" if boxes else None,
        boxes=boxes,
        goods=draw(st.frozensets(st.sampled_from(GOODS))),
        regime=draw(st.sampled_from(["0110", "9610", "transit"])),
        hs=draw(st.none() | st.sampled_from(["010121", "85171300", "9003110000"])),
        currency=currency,
        value_minor=None if value is None else min(value, most),
        value_currency=None if value is None else currency,
        late_minor_per_day=0 if due_at is None else min(draw(AMOUNTS), most),
        unserved_minor=draw(st.none() | AMOUNTS.map(lambda amount: min(amount, most))),
        priority=draw(st.integers(1, 5)),
        is_splittable=not boxes and draw(st.booleans()),
        temperature=draw(st.sampled_from(["ambient", "cool", "chilled", "frozen"])),
        odour=draw(st.sampled_from(["none", "odorous", "sensitive"])),
        is_sealed=draw(st.booleans()),
    )


CARGO = (
    st.integers(1, 4)
    .flatmap(lambda count: st.tuples(*map(shipments, range(count))))
    .map(lambda found: Cargo(shipments=found))
)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("headers", ["en", "zh"])
@given(cargo=CARGO)
def test_round_trip(
    cargo: Cargo,
    suffix: str,
    headers: Headers,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """What is written reads the same, in every form and language, and what keeps the rules is accepted."""
    assert check_cargo(cargo, WORLD) == []
    path = tmp_path_factory.mktemp("cargo") / f"week{suffix}"
    write_cargo(path, cargo, WORLD, headers=headers)
    again = read_cargo(path, WORLD)
    assert again == cargo
    assert again.fingerprint == cargo.fingerprint


@given(cargo=CARGO)
def test_check_and_reader_agree(cargo: Cargo) -> None:
    """A list made by a program is refused by the same rules as one that was read."""
    first = cargo.shipments[0]
    broken = replace(first, due_at=first.ready_at, mass_g=0, boxes=1000, value_currency="XXX", late_minor_per_day=0)
    found = {fault.rule for fault in check_cargo(Cargo(shipments=(broken, first, first)), WORLD)}
    assert found >= {"after_ready", "positive", "max", "value_currency", "duplicate_id"}


def test_formulas_stay_text(tmp_path: Path) -> None:
    """A name that looks like a formula is no formula in a workbook."""
    (shipment,) = read(tmp_path, csv_of(GOOD | {"shipper": "=1+1"}))
    assert shipment.shipper == "=1+1"
    write_cargo(tmp_path / "out.xlsx", Cargo(shipments=(shipment,)), WORLD)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    types = {cell.data_type for cell in sheet[2]}
    assert "f" not in types
    assert "'=1+1" in cargo_bytes(Cargo(shipments=(shipment,)), WORLD, ".csv").decode()


def test_equal_lists_are_equal_files(tmp_path: Path) -> None:
    """The same list is the same bytes, whenever it is written; a file is replaced whole."""
    cargo = read(tmp_path, csv_of(GOOD))
    for suffix in SUFFIXES:
        path = tmp_path / f"out{suffix}"
        path.write_bytes(b"old")
        write_cargo(path, cargo, WORLD)
        assert path.read_bytes() == cargo_bytes(cargo, WORLD, suffix)
    with pytest.raises(ValueError, match="not"):
        cargo_bytes(cargo, WORLD, ".txt")


def test_fingerprint_sees_facts_not_order(tmp_path: Path) -> None:
    """The fingerprint of a list changes with any fact and not with the order of rows."""
    one, two = read(tmp_path, csv_of(GOOD, GOOD | {"id": "A-2"}))
    cargo = Cargo(shipments=(one, two))
    assert Cargo(shipments=(two, one)).fingerprint == cargo.fingerprint
    assert Cargo(shipments=(one, replace(two, is_sealed=True))).fingerprint != cargo.fingerprint
    assert len(cargo) == 2
    assert cargo.by_id["A-2"] == two


def test_headers_are_distinct() -> None:
    """No header means two columns, and every attribute of a shipment but the derived one has a column."""
    names = [header for field in FIELDS for header in (field.en, field.zh, *field.aliases)]
    assert len(set(names)) == len(names)
    assert {field.name for field in FIELDS} == set(CargoShipment.__dataclass_fields__) - {"value_currency"}


def test_ambiguous_place(tmp_path: Path) -> None:
    """A name of several places is refused with their codes."""
    rows = [replace(row, aliases=("双城",)) if row.code in {"CNWNZ-A", "TWTPE-A"} else row for row in WORLD.locations]
    world: Catalogue = WORLD.replace(locations=rows)
    path = tmp_path / "cargo.csv"
    path.write_bytes(csv_of(GOOD | {"from": "双城"}))
    with pytest.raises(TableFaultsError) as caught:
        read_cargo(path, world)
    assert [fault.rule for fault in caught.value.faults] == ["ambiguous_place"]
    assert "CNWNZ-A" in caught.value.faults[0].message_en
