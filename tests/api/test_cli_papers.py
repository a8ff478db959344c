"""``hubport papers``: files, facts, hostile texts, what is refused."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from api.cli import main
from data import load_catalogue
from data.plan_json import plan_bytes
from tests.paper_world import plan_file

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = '=1+1"><script>alert(1)</script>'


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Return the file of the plan by hand, with a shipper that means harm."""
    tables = load_catalogue()
    file = plan_file(tables, shipper=HOSTILE)
    path = tmp_path / "plan.json"
    path.write_bytes(plan_bytes(file.plan, file.cargo, tables))
    return path


def test_files(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder has every paper, and no form of them runs what a text says."""
    facts = plan.with_name("facts.csv")
    facts.write_text('subject,consignee,marks\nSEA,"=cmd|x\nsecond line","<img src=x>"\n', encoding="utf-8")
    out = plan.with_name("out")
    assert main(["papers", str(plan), "--facts", str(facts), "-o", str(out)]) == 0
    assert "缺资料" in capsys.readouterr().out
    page = (out / "papers.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "【缺】" in page
    book = openpyxl.load_workbook(io.BytesIO((out / "papers.xlsx").read_bytes()))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or str(cell.value).startswith("=")]
    assert any("=cmd|x second line" in str(cell.value) for cell in cells)
    told = [json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*-vgm-*.json")]
    assert [one["status"] for one in told] == ["incomplete"]


def test_one_subject_as_json(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Papers of one load unit are told alone."""
    assert main(["papers", str(plan), "L001", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["papers"]
    assert {one["document"]["subject"] for one in told} == {"L001"}


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """A schema is printed by kind; another kind is refused with those there are."""
    assert main(["papers", "schema", "vgm"]) == 0
    assert json.loads(capsys.readouterr().out)["$id"] == "urn:hubport:paper:vgm:1"
    assert main(["papers", "schema", "letter"]) == 2
    assert "commercial_invoice" in capsys.readouterr().err


def test_unknown_subject(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An id that does not travel is refused with those that do."""
    assert main(["papers", str(plan), "NONE"]) == 2
    assert "L001" in capsys.readouterr().err


def test_bad_facts_are_told_all_at_once(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown ids, wrong check digits, amounts that contradict the plan: all in one go, and nothing is written."""
    facts = plan.with_name("facts.json")
    rows = [
        {"subject": "sea", "container_no": "CSQU3054384"},
        {"subject": "R1", "value": "1", "incoterm": "XXX", "date": "soon"},
        {"subject": "R2", "net_mass": "-5"},
        {"subject": "R2", "marks": "a"},
    ]
    facts.write_text(json.dumps(rows), encoding="utf-8")
    out = plan.with_name("papers.xlsx")
    assert main(["papers", str(plan), "--facts", str(facts), "-o", str(out)]) == 2
    told = capsys.readouterr().err
    for rule in ("unknown_subject", "container", "contradicts", "unknown_incoterm", "date", "positive", "twice"):
        assert f" {rule} " in told, rule
    assert "12345.67 CNY" in told
    assert not out.exists()


def test_unknown_column(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A column that is no fact is refused with those there are."""
    facts = plan.with_name("facts.csv")
    facts.write_text("票号或箱号,colour\nSEA,red\n", encoding="utf-8")
    assert main(["papers", str(plan), "--facts", str(facts)]) == 2
    assert "unknown_column" in capsys.readouterr().err
