"""A seller's stock: read from every form, refused with all its faults, written, and sampled."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import Catalogue, SettingsError, TableFaultsError, load_catalogue
from data.samples_stock import sample_stock
from data.stock import Aged, Budget, Demand, Lot, Production, Sku, Stock
from data.stock_fields import FIELDS, stock_fault
from data.stock_read import read_stock
from data.stock_rows import RowReader
from data.stock_write import stock_bytes, stock_files

if TYPE_CHECKING:
    from pathlib import Path

WEEK = "2026-W49"
SKU = {"sku": "A", "length_cm": 30, "width_cm": 20, "height_cm": 10.5, "weight_kg": 1.25, "value": 9.9, "hs": "640411"}
DEMAND = {"sku": "A", "market": "德国", "week": "2026W49", "units": 12.5, "sd": 4}
BUDGET = {"week": "2026-W50", "amount": 50_000, "currency": "CNY"}
LOT = {
    "sku": "A",
    "warehouse": "LC-US-NJ",
    "state": "在库",
    "units": 28,
    "ages": "20@12；8@95",
    "counted_on": "2026-11-29",
}
TRANSIT = {
    "sku": "A",
    "warehouse": "谷仓德国仓",
    "state": "in_transit",
    "units": 5,
    "arrives_on": "2026-12-20",
    "mode": "海运",
}


@pytest.fixture(scope="module")
def tables() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


def file_of(folder: Path, **sheets: list[dict[str, Any]]) -> Path:
    """Return a file of JSON with the given lists beside sound ones."""
    path = folder / "stock.json"
    whole = {"skus": [SKU], "demand": [DEMAND], "stock": [LOT, TRANSIT]} | sheets
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return path


def faults_of(path: Path, tables: Catalogue) -> list[tuple[str, int | None, str | None, str]]:
    """Return file, row, column and rule of every fault."""
    with pytest.raises(TableFaultsError) as refused:
        read_stock(path, tables)
    assert all(fault.message_zh and fault.message_en for fault in refused.value.faults)
    return [(fault.file, fault.row, fault.column, fault.rule) for fault in refused.value.faults]


def test_reading(tmp_path: Path, tables: Catalogue) -> None:
    """Names, Chinese words and full-width separators are understood; sizes become base units."""
    stock = read_stock(file_of(tmp_path), tables)
    (sku,) = stock.skus
    assert (sku.length_mm, sku.height_mm, sku.mass_g, sku.value_minor, sku.currency) == (300, 105, 1250, 990, "CNY")
    assert sku.volume_mm3 == 300 * 200 * 105
    (demand,) = stock.demand
    assert (demand.market, demand.week, demand.mean_milli, demand.sd_milli) == ("DE", "2026-W49", 12_500, 4000)
    here, coming = stock.lots
    assert here.ages == (Aged(20, 12), Aged(8, 95))
    assert [(units, str(day)) for units, day in here.received()] == [(8, "2026-08-26"), (20, "2026-11-17")]
    assert (coming.warehouse, coming.mode) == ("GC-DE", "sea")
    assert [(units, str(day)) for units, day in coming.received()] == [(5, "2026-12-20")]


def test_demand_may_be_missing(tmp_path: Path, tables: Catalogue) -> None:
    """Fees and alerts need no demand."""
    path = tmp_path / "stock.json"
    path.write_text(json.dumps({"商品": [SKU], "库存": [LOT]}, ensure_ascii=False), encoding="utf-8")
    assert read_stock(path, tables).demand == ()


@pytest.mark.parametrize(
    ("sheet", "base", "change", "column", "rule"),
    [
        ("skus", SKU, {"sku": ""}, "sku", "required"),
        ("skus", SKU, {"length_cm": -3}, "length_cm", "positive"),
        ("skus", SKU, {"weight_kg": "heavy"}, "weight_kg", "number"),
        ("skus", SKU, {"weight_kg": 900}, "weight_kg", "density"),
        ("skus", SKU, {"value": -1}, "value", "min"),
        ("skus", SKU, {"currency": "XYZ"}, "currency", "unknown_currency"),
        ("skus", SKU, {"hs": "6404"}, "hs", "hs"),
        ("skus", SKU, {"battery": "huge"}, "battery", "choice"),
        ("skus", SKU, {"carton_units": 0}, "carton_units", "min"),
        ("skus", SKU, {"price": -2}, "price", "min"),
        ("skus", SKU, {"least_units": 0}, "least_units", "min"),
        ("skus", SKU, {"shelf_days": 1.5}, "shelf_days", "whole_number"),
        ("budget", BUDGET, {"week": "2026-W60"}, "week", "week"),
        ("budget", BUDGET, {"amount": ""}, "amount", "required"),
        ("budget", BUDGET, {"amount": -1}, "amount", "min"),
        ("budget", BUDGET, {"currency": "XYZ"}, "currency", "unknown_currency"),
        ("demand", DEMAND, {"sku": "B"}, "sku", "unknown_sku"),
        ("demand", DEMAND, {"market": "Atlantis"}, "market", "unknown_market"),
        ("demand", DEMAND, {"week": "2026-W54"}, "week", "week"),
        ("demand", DEMAND, {"units": -1}, "units", "min"),
        ("demand", DEMAND, {"sd": -1}, "sd", "min"),
        ("stock", LOT, {"sku": "B"}, "sku", "unknown_sku"),
        ("stock", LOT, {"warehouse": "LC-US-NX"}, "warehouse", "unknown_warehouse"),
        ("stock", LOT, {"state": "lost"}, "state", "choice"),
        ("stock", LOT, {"units": -28}, "units", "min"),
        ("stock", LOT, {"units": 2.5}, "units", "whole_number"),
        ("stock", LOT, {"units": 27}, "ages", "ages_sum"),
        ("stock", LOT, {"units": 0}, "ages", "ages_sum"),
        ("stock", LOT, {"ages": ""}, "ages", "ages_needed"),
        ("stock", LOT, {"ages": "20 at 12"}, "ages", "ages"),
        ("stock", LOT, {"ages": "28@9999"}, "ages", "max"),
        ("stock", LOT, {"counted_on": ""}, "counted_on", "count_needed"),
        ("stock", LOT, {"counted_on": "2026-02-30"}, "counted_on", "day"),
        ("stock", LOT, {"counted_on": "0001-01-01"}, "counted_on", "day"),
        ("stock", TRANSIT, {"arrives_on": "9999-12-31"}, "arrives_on", "day"),
        ("stock", LOT, {"mode": "sea"}, "mode", "not_on_hand"),
        ("stock", TRANSIT, {"arrives_on": ""}, "arrives_on", "arrival_needed"),
        ("stock", TRANSIT, {"ages": "5@1"}, "ages", "not_in_transit"),
        ("stock", TRANSIT, {"mode": "camel"}, "mode", "choice"),
        ("stock", TRANSIT, {"warehouse": "LC-US-ELB", "arrives_on": "2025-12-31"}, "arrives_on", "warehouse_closed"),
    ],
)
def test_each_rule_alone(
    tmp_path: Path, tables: Catalogue, sheet: str, base: dict[str, Any], change: dict[str, Any], column: str, rule: str
) -> None:
    """Every rule is told alone, with sheet, row and column."""
    path = file_of(tmp_path, **({"demand": []} | {sheet: [base | change]}))
    if sheet == "skus":
        path = file_of(tmp_path, skus=[SKU | {"sku": "0"}, base | change], demand=[], stock=[])
    number = 2 if sheet == "skus" else 1
    assert faults_of(path, tables) == [(f"stock.json[{sheet}]", number, column, rule)]


class Sink:
    """Counts faults."""

    def __init__(self) -> None:
        self.rules: list[str] = []

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Note one fault; its sentences must be there for these values."""
        stock_fault(("file", 1), name, value, rule, values)
        self.rules.append(rule)


_CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["A", "28", "-1", "1e9", "0", "20@12;8@95", "28@0", "2026-11-29", "2026-W01", "DE", "GC-DE", "在途",
                     "on_hand", "sea", "NaN", "1e-99", "9" * 50, "２８", "USD"]),
)  # fmt: skip


@given(data=st.data(), sheet=st.sampled_from(sorted(FIELDS)))
def test_any_text_is_read_or_refused(data: st.DataObject, sheet: str, tables: Catalogue) -> None:
    """Whatever the cells hold, a row ends as values of a record or with faults that have their sentences."""
    cells = {field.name: data.draw(_CELLS).strip() for field in FIELDS[sheet]}
    found = Sink()
    values = tables.derived(RowReader).read(sheet, cells, found)
    if not found.rules:
        kind = {"skus": Sku, "demand": Demand, "stock": Lot}[sheet]
        named = {("id" if kind is Sku and name == "sku" else name): value for name, value in values.items()}
        record = kind(**named)
        if isinstance(record, Lot):
            assert sum(units for units, _ in record.received()) == record.units


def test_rows_that_repeat_each_other(tmp_path: Path, tables: Catalogue) -> None:
    """One SKU, one week of a market, one lot of a warehouse stand in one row."""
    path = file_of(tmp_path, skus=[SKU, SKU], demand=[DEMAND, DEMAND | {"market": "DE"}], stock=[LOT, TRANSIT, LOT])
    assert [(row, rule) for _, row, _, rule in faults_of(path, tables)] == [
        (2, "duplicate_row"),
        (2, "duplicate_row"),
        (3, "duplicate_row"),
    ]


def test_all_faults_at_once(tmp_path: Path, tables: Catalogue) -> None:
    """Faults of all rows of all sheets, and several of one row, are told together."""
    path = file_of(
        tmp_path,
        skus=[SKU, SKU | {"hs": "1", "weight_kg": -1}],
        demand=[DEMAND | {"market": "Atlantis", "units": ""}],
        stock=[LOT | {"units": -1, "warehouse": "?"}, TRANSIT | {"sku": "Z"}],
    )
    rules = [rule for *_, rule in faults_of(path, tables)]
    assert sorted(rules) == sorted(
        ["positive", "hs", "duplicate_row", "unknown_market", "required", "unknown_warehouse", "min", "unknown_sku"]
    )


def test_headers_and_sheets(tmp_path: Path, tables: Catalogue) -> None:
    """Unknown, repeated and missing columns, and unknown and missing sheets, are faults, told together."""
    path = tmp_path / "stock.json"
    path.write_text(json.dumps({"skus": [{"sku": "A", "商品编码": "A", "colour": "red"}], "shops": [{"a": 1}]}))
    found = faults_of(path, tables)
    assert {rule for *_, rule in found} == {
        "unknown_sheet",
        "missing_sheet",
        "unknown_column",
        "repeated_column",
        "required",
    }
    assert {column for _, _, column, rule in found if rule == "required"} == {
        "length_cm", "width_cm", "height_cm", "weight_kg",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", '{"skus": 5}', "{"])
def test_files_that_are_none(tmp_path: Path, tables: Catalogue, text: str) -> None:
    """A file without lists is refused without a traceback."""
    path = tmp_path / "stock.json"
    path.write_text(text)
    assert faults_of(path, tables)
    other = tmp_path / "stock.txt"
    other.write_text(text)
    assert [rule for *_, rule in faults_of(other, tables)] == ["file-type"]


@pytest.mark.parametrize("headers", ["en", "zh"])
@pytest.mark.parametrize("form", [".xlsx", ".json", "folder"])
def test_what_is_written_is_read_again(tmp_path: Path, tables: Catalogue, form: str, headers: Any) -> None:  # noqa: ANN401
    """Every form, in either language, gives the same stock again."""
    drawn = sample_stock(tables, skus=12, week=WEEK, seed=5)
    first = replace(drawn.skus[0], price_minor=1999, least_units=50, shelf_days=365)
    stock = replace(drawn, skus=(first, *drawn.skus[1:]), budgets=(Budget(week=WEEK, amount_minor=5_000_00),))
    path = tmp_path / f"stock{form if form != 'folder' else ''}"
    if form == "folder":
        path.mkdir()
        for name, content in stock_files(stock, tables, headers=headers).items():
            (path / name).write_bytes(content)
    else:
        path.write_bytes(stock_bytes(stock, tables, form, headers=headers))
        assert path.read_bytes() == stock_bytes(stock, tables, form, headers=headers)
    assert read_stock(path, tables) == stock


def test_budgets(tmp_path: Path, tables: Catalogue) -> None:
    """A week has one budget; the sheet may be missing, and may be in Chinese."""
    assert read_stock(file_of(tmp_path), tables).budgets == ()
    path = file_of(tmp_path, 预算=[{"周": "2026W50", "金额": "12.5", "币种": "EUR"}])
    assert read_stock(path, tables).budgets == (Budget(week="2026-W50", amount_minor=1250, currency="EUR"),)
    assert faults_of(file_of(tmp_path, budget=[BUDGET, BUDGET]), tables) == [
        ("stock.json[budget]", 2, "week", "duplicate_row")
    ]


def test_texts_that_look_like_formulas(tmp_path: Path, tables: Catalogue) -> None:
    """A name that a spreadsheet would compute stays a text, and comes back as it was."""
    sku = Sku(id="=1", name="=cmd|x", length_mm=100, width_mm=100, height_mm=100, mass_g=500)
    stock = Stock(skus=(sku,))
    path = tmp_path / "stock.xlsx"
    path.write_bytes(stock_bytes(stock, tables, ".xlsx"))
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or str(cell.value).startswith("=")]
    assert read_stock(path, tables) == stock


def test_samples(tables: Catalogue) -> None:
    """The same seed gives the same stock, more SKUs give the same and more, and another seed another one."""
    few, many = (sample_stock(tables, skus=count, week=WEEK, seed=3) for count in (20, 60))
    assert few == sample_stock(tables, skus=20, week=WEEK, seed=3)
    assert many.skus[:20] == few.skus
    assert many.lots[: len(few.lots)] == few.lots
    assert sample_stock(tables, skus=20, week=WEEK, seed=4) != few
    assert all(sum(part.units for part in lot.ages) == lot.units for lot in many.lots if lot.state == "on_hand")
    assert {lot.state for lot in many.lots} == {"on_hand", "in_transit"}
    assert {demand.week for demand in many.demand} >= {WEEK, "2026-W53", "2027-W01"}
    assert all(demand.sd_milli**2 >= 1000 * demand.mean_milli for demand in many.demand if demand.mean_milli > 1000)
    assert len({lot.warehouse for lot in many.lots}) > 10


def test_samples_with_marketplaces(tables: Catalogue) -> None:
    """Stock at marketplaces comes on top of the same seller, where the SKU is sold, some of it empty shelves."""
    plain, found = (sample_stock(tables, skus=60, week=WEEK, seed=3, marketplaces=fba) for fba in (False, True))
    assert (found.skus, found.demand) == (plain.skus, plain.demand)
    assert found.lots[: len(plain.lots)] == plain.lots
    more = found.lots[len(plain.lots) :]
    shops = {row.warehouse for row in tables.marketplaces}
    place = {row.id: tables.location(row.location).territory for row in tables.warehouses}
    assert {lot.warehouse for lot in more} == shops
    assert {(lot.sku, place[lot.warehouse]) for lot in more} <= {(row.sku, row.market) for row in found.demand}
    assert all(sum(part.units for part in lot.ages) == lot.units for lot in more)
    sold = sum(
        market in {place[shop] for shop in shops} for _, market in {(row.sku, row.market) for row in found.demand}
    )
    assert 0.4 * sold < len(more) < 0.8 * sold
    few = sample_stock(tables, skus=20, week=WEEK, seed=3, marketplaces=True)
    assert {lot for lot in few.lots if lot.warehouse in shops} <= set(more)


def test_samples_need_a_profile(tables: Catalogue) -> None:
    """A data set without the profile, or without warehouses, is told so."""
    without = dict.fromkeys(("warehouses", "fee_cards", "warehouse_fees", "marketplaces", "low_stock_fees"), ())
    for change in ({"stock_profile": ()}, without):
        with pytest.raises(SettingsError):
            sample_stock(tables.replace(**change), skus=1, week=WEEK, seed=1)  # type: ignore[arg-type]


MADE = {"sku": "A", "warehouse": "LC-US-NJ", "state": "在产", "units": 60, "ready_on": "2026-12-08"}


def test_goods_in_production(tables: Catalogue, tmp_path: Path) -> None:
    """They are read beside lots, never as one, and written such that reading gives the same."""
    stock = read_stock(file_of(tmp_path, stock=[LOT, MADE, MADE | {"ready_on": "2027-01-05"}]), tables)
    assert [lot.units for lot in stock.lots] == [28]
    days = [dt.date(2026, 12, 8), dt.date(2027, 1, 5)]
    assert stock.production == tuple(Production(sku="A", warehouse="LC-US-NJ", units=60, ready_on=day) for day in days)
    for suffix in (".xlsx", ".json"):
        path = tmp_path / f"again{suffix}"
        path.write_bytes(stock_bytes(stock, tables, suffix, headers="zh"))
        assert read_stock(path, tables) == stock


def test_wrong_goods_in_production(tables: Catalogue, tmp_path: Path) -> None:
    """They need a day, and say nothing of age or travel; only they have a day of readiness; none stands twice."""
    rows = [
        {name: value for name, value in MADE.items() if name != "ready_on"},
        MADE | {"ages": "60@1", "counted_on": "2026-11-29", "arrives_on": "2026-12-20", "mode": "海运"},
        LOT | {"ready_on": "2026-12-08"},
        MADE,
        MADE | {"units": 1},
    ]
    with pytest.raises(TableFaultsError) as caught:
        read_stock(file_of(tmp_path, stock=rows), tables)
    found = sorted((fault.row, fault.column, fault.rule) for fault in caught.value.faults)
    assert found == [
        (1, "ready_on", "ready_needed"),
        (2, "ages", "not_in_production"),
        (2, "arrives_on", "not_in_production"),
        (2, "counted_on", "not_in_production"),
        (2, "mode", "not_in_production"),
        (3, "ready_on", "only_in_production"),
        (5, "sku", "duplicate_row"),
    ]
