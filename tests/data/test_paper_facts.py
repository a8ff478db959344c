"""Facts for papers as people send them: workbooks, CSV and JSON, good and bad."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from data.errors import TableFaultsError
from data.paper_facts import fact_columns, parse_facts, read_facts
from network.papers import known_facts
from tests.paper_world import plan_file, shipped

if TYPE_CHECKING:
    from pathlib import Path

    from data.paper_facts import Facts

HEADS = ["票号或箱号", "收货人", "发票号", "日期", "贸易术语", "净重", "金额", "币种", "集装箱号", "皮重", "验证时间"]
GOOD = [
    ["SEA", "Sun Inc.\nLong Beach", "WZ-1", "2026-12-01", "cif", "700.5", "12345.67", "CNY", "csqu 305438-3", None,
     "2026-12-10T09:00+08:00"],
    ["L001", None, None, None, None, None, None, None, "CSQU3054383", 3999, None],
]  # fmt: skip


def known() -> dict[str, dict[str, int | str]]:
    """Return what the plan by hand says of facts."""
    return known_facts(plan_file(shipped()), shipped())


def workbook(path: Path, rows: list[list[Any]], sheets: int = 1) -> Path:
    """Write rows into a workbook."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for number in range(1, sheets):
        book.create_sheet(f"S{number}").append(["x"])
    book.save(path)
    return path


def read(path: Path) -> Facts:
    """Read a file of facts."""
    return read_facts(path, shipped(), known())


def faults(path: Path) -> list[tuple[int | None, str | None, str | None, str]]:
    """Return what is wrong with a file: row, column, value and rule."""
    with pytest.raises(TableFaultsError) as caught:
        read(path)
    assert all(fault.message_zh and fault.message_en for fault in caught.value.faults)
    assert {fault.file.split("[")[0] for fault in caught.value.faults} == {path.name}
    return [(fault.row, fault.column, fault.value, fault.rule) for fault in caught.value.faults]


def test_a_good_workbook(tmp_path: Path) -> None:
    """Masses come as grams, amounts in minor units, texts in one line; empty cells say nothing."""
    assert read(workbook(tmp_path / "facts.xlsx", [HEADS, *GOOD])) == {
        "SEA": {
            "consignee": "Sun Inc. Long Beach", "invoice_no": "WZ-1", "date": "2026-12-01", "incoterm": "CIF",
            "net_mass": 700_500, "value": 1_234_567, "currency": "CNY", "container_no": "CSQU3054383",
            "weighed_at": "2026-12-10T01:00:00+00:00",
        },
        "L001": {"container_no": "CSQU3054383", "tare": 3_999_000},
    }  # fmt: skip


def test_all_forms_say_the_same(tmp_path: Path) -> None:
    """Workbook, CSV in English, and JSON with numbers are read alike."""
    names = ["subject", "consignee", "net_mass", "value", "currency"]
    rows = [["SEA", "Sun Inc.", "700.5", "12345.67", "CNY"], ["R1", "Lager", "1", "", ""]]
    csv = tmp_path / "facts.csv"
    csv.write_text("\n".join(",".join(row) for row in [names, *rows]), encoding="utf-8")
    found = read(csv)
    assert found == read(workbook(tmp_path / "facts.xlsx", [names, *rows]))
    objects = [{"subject": "SEA", "consignee": "Sun Inc.", "net_mass": 700.5, "value": 12345.67, "currency": "CNY"},
               {"subject": "R1", "consignee": "Lager", "net_mass": 1}]  # fmt: skip
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(objects), encoding="utf-8")
    assert found == read(path) == parse_facts(json.dumps(objects).encode(), "facts", shipped(), known())


def test_dates_of_excel(tmp_path: Path) -> None:
    """A cell that Excel made a date of is that day."""
    import datetime as dt  # noqa: PLC0415

    rows = [["subject", "date"], ["SEA", dt.datetime(2026, 12, 1)]]  # noqa: DTZ001 - as Excel has it
    assert read(workbook(tmp_path / "facts.xlsx", rows))["SEA"] == {"date": "2026-12-01"}


def test_a_bad_workbook(tmp_path: Path) -> None:
    """Every fault of every row is told at once, each with its row, column, value and rule."""
    rows = [
        HEADS,
        ["sea", "x", None, None, None, None, None, None, None, None, None],
        ["SEA", "y" * 201, None, "soon", "XXX", "-5", "1", "CNY", "CSQU3054384", "heavy", "2026-12-10"],
        ["R1", None, None, None, None, "1e99", "1.234", "ABC", None, None, "2026-12-10T09:00"],
        ["R1", "again", None, None, None, None, None, None, None, None, None],
        [None, "whose", None, None, None, None, None, None, None, None, None],
    ]
    found = faults(workbook(tmp_path / "facts.xlsx", rows))
    places = [(row, column, rule) for row, column, _, rule in found]
    assert places == [
        (2, "subject", "unknown_subject"),
        (3, "consignee", "max"), (3, "date", "date"), (3, "incoterm", "unknown_incoterm"),
        (3, "net_mass", "positive"), (3, "container_no", "container"), (3, "tare", "number"),
        (3, "weighed_at", "instant"), (3, "value", "contradicts"),
        (4, "net_mass", "max"), (4, "currency", "unknown_currency"),
        (4, "weighed_at", "naive_time"),
        (5, "subject", "twice"),
        (6, "subject", "required"),
    ]  # fmt: skip
    values = {(row, column): value for row, column, value, _ in found}
    assert (values[2, "subject"], values[3, "container_no"], values[3, "value"]) == ("sea", "CSQU3054384", "1")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["subject", "colour", "marks"], ["SEA", "red", "M"]], {("colour", "unknown_column")}),
        ([["consignee"], ["x"]], {("subject", "required")}),
        ([["subject", "marks", "唛头"], ["SEA", "a", "b"]], {("唛头", "twice")}),
        ([["subject", "marks"]], {(None, "rows_required")}),
        ([["colour"]], {("colour", "unknown_column"), ("subject", "required"), (None, "rows_required")}),
    ],
)
def test_bad_heads(rows: list[list[Any]], expected: set[tuple[str | None, str]], tmp_path: Path) -> None:
    """Columns that are unknown, missing or twice there are told before any row is read."""
    path = workbook(tmp_path / "facts.xlsx", rows)
    assert {(column, rule) for _, column, _, rule in faults(path)} == expected


def test_formulas_without_a_result(tmp_path: Path) -> None:
    """A formula that was never computed is no value, and is not taken for an empty cell."""
    path = workbook(tmp_path / "facts.xlsx", [["subject", "marks"], ["SEA", "=1+1"]])
    assert [(row, rule) for row, _, _, rule in faults(path)] == [(2, "cell-value")]


def test_a_workbook_of_several_sheets(tmp_path: Path) -> None:
    """Which sheet is meant is not guessed."""
    path = workbook(tmp_path / "facts.xlsx", [["subject", "marks"], ["SEA", "a"]], sheets=2)
    assert len(faults(path)) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("facts.xlsx", b"no workbook"),
        ("facts.json", b"{"),
        ("facts.json", b'{"subject": "SEA"}'),
        ("facts.json", b'[{"subject": "SEA", "marks": {"a": 1}}]'),
        ("facts.json", b'[{"subject": "SEA", "marks": "a", "marks": "b"}]'),
        ("facts.csv", b"\xff\xfe\x00"),
    ],
)
def test_broken_files(name: str, content: bytes, tmp_path: Path) -> None:
    """A file that is no table is one fault, and never a traceback."""
    path = tmp_path / name
    path.write_bytes(content)
    assert len(faults(path)) >= 1


def test_amounts_need_a_currency(tmp_path: Path) -> None:
    """Where neither plan nor file has a currency, an amount means nothing."""
    told = {
        name: {key: value for key, value in facts.items() if key not in {"currency", "value"}}
        for name, facts in known().items()
    }
    path = workbook(tmp_path / "facts.xlsx", [["subject", "value"], ["SEA", "5"]])
    with pytest.raises(TableFaultsError) as caught:
        read_facts(path, shipped(), told)
    assert [fault.rule for fault in caught.value.faults] == ["money_currency"]


def test_every_fact_has_a_name_in_both_languages_and_somebody_who_gives_it() -> None:
    """Columns can be named in English or Chinese, and each says whom to ask."""
    columns = fact_columns(shipped())
    assert len(columns) > 30
    assert len({row.name_zh for row in columns.values()}) == len(columns)
    assert all(row.giver for row in columns.values())
