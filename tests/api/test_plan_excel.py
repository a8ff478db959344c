"""The workbook of a plan, as a dispatcher prints it."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.plan_excel import plan_workbook, safe_text
from api.plan_tasks import tasks_of
from api.plan_view import PlanView
from tests.plans import FORMULA, MARKUP, planned, planned_cargo

if TYPE_CHECKING:
    from data import Catalogue

SHEETS_ZH = ["概要", "班次", "箱", "货物", "税费", "敏感性", "作业", "未运", "假设"]
SHEETS_EN = ["Summary", "Departures", "Boxes", "Shipments", "Due on arrival", "Sensitivity", "Work list", "Unserved"]
SHEETS_EN += ["Assumptions"]


def cells(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """Return the values of every sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.mark.parametrize(("lang", "names"), [("zh", SHEETS_ZH), ("en", SHEETS_EN)])
def test_workbook(catalogue: Catalogue, lang: Any, names: list[str]) -> None:  # noqa: ANN401 - a language
    """The workbook has every sheet, prints as it should, and is the same however often it is made."""
    content = plan_workbook(PlanView(planned(), planned_cargo(), catalogue, lang))
    later = replace(planned(), runtime_s=99.0)
    assert plan_workbook(PlanView(later, planned_cargo(), catalogue, lang)) == content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == names
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$2"


def test_workbook_holds_no_formula(catalogue: Catalogue) -> None:
    """Names that look like formulas are text, and would stay so as CSV."""
    cargo = planned_cargo()
    names = ("+1", "-1", "@SUM(A1)", "#N/A\x01")
    changed = [replace(shipment, shipper=name) for shipment, name in zip(cargo, names, strict=True)]
    cargo = replace(cargo, shipments=tuple(changed))
    book = openpyxl.load_workbook(io.BytesIO(plan_workbook(PlanView(planned(), cargo, catalogue, "zh"))))
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert not [cell.value for cell in texts if cell.data_type != "s" or cell.value[0] in "=+-@"]
    assert {"'+1", "'-1", "'@SUM(A1)"} <= {cell.value for cell in texts}
    assert safe_text(FORMULA) == f"'{FORMULA}"
    assert len(safe_text("x" * 40_000)) == 32_767


def test_sheets_say_what_matters(catalogue: Catalogue) -> None:
    """Boxes with contents and fill, costs against going alone, cut-offs in local time, reasons and assumptions."""
    sheets = cells(plan_workbook(PlanView(planned(), planned_cargo(), catalogue, "en")))
    box, first, second = sheets["Boxes"][2:5]
    assert (box[0], box[1], box[4], box[5], box[7], box[11]) == ("L001", "40HQ", 800, 12_000, 0.735294, 12_800.01)
    assert (first[2], second[2], second[3]) == ("S-001", "S-002", MARKUP)
    shipment = sheets["Shipments"][2]
    assert shipment[6:12] == ("L001", 200, 7_000, 0, 7_200, 11_000)
    assert "documents 2026-05-21 11:20 (+8)" in sheets["Departures"][5][9]
    assert sheets["Unserved"][2][0] == "S-004"
    assert "Kept from: restriction R-1" in sheets["Unserved"][2][6]
    why = sheets["Shipments"][4][16].split("\n")
    assert [line.partition(":")[0] for line in why] == ["What would change it", "Kept from", "Next best"]
    assert sheets["Sensitivity"][2][:2] == ("due 1 d later", 500)
    assert [row[5:] for row in sheets["Sensitivity"][2:]] == [
        ("alone", "S-003"),
        ("L001", "S-001, S-002"),
        ("L001", "S-004"),
    ]
    assert sheets["Assumptions"][2][:4] == ("tariffs / T-1", "freight charge", 2, 44_000.51)
    figures = dict(row[:2] for row in sheets["Summary"][2:])
    assert figures["Cost of the plan (CNY)"] == 48_700.51
    assert figures["Share on time"] == "66.7 %"


def test_work_list(catalogue: Catalogue) -> None:
    """Tasks come in the order of local time; what is done for a box is one task, for all in it."""
    tasks = tasks_of(PlanView(planned(), planned_cargo(), catalogue, "en"))
    assert [(task.kind, task.place, task.subjects) for task in tasks] == [
        ("collect", "CNWNZ", ("S-001",)),
        ("collect", "CNWNZ", ("S-002",)),
        ("stuff", "CNWNZ", ("L001",)),
        ("depart", "CNWNZ", ("L001",)),
        ("collect", "CNWNZ-A", ("S-003",)),
        ("depart", "CNWNZ-A", ("S-003",)),
        ("clear", "CNNGB-P", ("L001",)),
        ("depart", "TWTPE-A", ("S-003",)),
        ("papers", "CNNGB-P", ("L001",)),
        ("deliver", "DEFRA-A", ("S-003",)),
        ("gate_in", "CNNGB-P", ("L001",)),
        ("depart", "CNNGB-P", ("L001",)),
        ("strip", "DEHAM-P", ("L001",)),
        ("deliver", "DEHAM-P", ("S-001", "S-002")),
    ]


def test_empty_plan_prints(catalogue: Catalogue) -> None:
    """A plan that moves nothing still has all its sheets."""
    nothing = replace(planned(), journeys=(), loads=(), bookings=(), bound_minor=None, gap=None)
    sheets = cells(plan_workbook(PlanView(nothing, planned_cargo(), catalogue, "en")))
    assert sheets["Boxes"][2][0] == "none"
    assert dict(row[:2] for row in sheets["Summary"][2:])["Lower bound (CNY)"] == "unknown"


def test_groups_stay_on_a_page(catalogue: Catalogue) -> None:
    """Before a box whose rows do not fit on the page any more there is a page break."""
    plan = planned()
    loads = tuple(replace(plan.loads[0], id=f"L{number:03d}") for number in range(1, 41))
    content = plan_workbook(PlanView(replace(plan, loads=loads), planned_cargo(), catalogue, "zh"))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["箱"]
    breaks = [found.id for found in sheet.row_breaks.brk]
    assert breaks
    assert all(sheet.cell(row + 1, 3).value == "合计" for row in breaks)
