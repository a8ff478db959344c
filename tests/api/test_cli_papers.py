"""``hubport papers``: files, facts, hostile texts, what is refused."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import openpyxl
import pypdf
import pytest

from api import cli_papers
from api.cli import main
from api.desk import Desk
from data.plan_json import plan_bytes
from tests.paper_world import plan_file, shipped

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = '=1+1"><script>alert(1)</script>'


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of the plan by hand, with a shipper that means harm, for commands that share their tables."""
    monkeypatch.setattr(cli_papers, "open_desk", lambda *_: Desk(shipped()))
    return written(tmp_path)


def written(folder: Path, sea_id: str = "SEA") -> Path:
    """Write the plan into a folder, and return its file."""
    file = plan_file(shipped(), sea_id, shipper=HOSTILE)
    path = folder / "plan.json"
    path.write_bytes(plan_bytes(file.plan, file.cargo, shipped()))
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
    names = {path.stem for path in out.iterdir()} - {"papers"}
    assert {path.stem for path in out.glob("*.pdf")} == names
    (form,) = out.glob("*-commercial_invoice-SEA.pdf")
    assert "=1+1" in pypdf.PdfReader(form).pages[0].extract_text()


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


def test_pdf(plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """All papers go into one PDF; without a font to embed, that is said."""
    monkeypatch.setenv("HUBPORT_FONT", "none")
    out = plan.with_name("papers.pdf")
    assert main(["papers", str(plan), "L001", "-o", str(out)]) == 0
    assert "HUBPORT_FONT" in capsys.readouterr().err
    reader = pypdf.PdfReader(out)
    assert "L001" in reader.pages[0].extract_text()
    assert len(reader.pages) >= 4


def test_a_font_that_cannot_be_embedded(
    plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A font file that is named and is none is refused, and nothing is written."""
    monkeypatch.setenv("HUBPORT_FONT", str(plan))
    out = plan.with_name("papers.pdf")
    assert main(["papers", str(plan), "L001", "-o", str(out)]) == 2
    assert str(plan) in capsys.readouterr().err
    assert not out.exists()


def test_schemas(tmp_path: Path) -> None:
    """The schema of every paper goes into a folder, each under its name and version."""
    folder = tmp_path / "schemas"
    assert main(["papers", "--schemas", str(folder)]) == 0
    found = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir()}
    assert len(found) == len(shipped().paper_kinds)
    for name, schema in found.items():
        kind, version = name.removesuffix(".schema.json").rsplit("-", 1)
        assert schema["$id"] == f"urn:hubport:paper:{kind}:{version}"


def test_the_table_of_missing_facts(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What papers lack is asked for in a table; filled in and given back, nothing that it asks for is missing."""
    table = plan.with_name("facts.xlsx")
    assert main(["papers", str(plan), "--template", str(table)]) == 0
    book = openpyxl.load_workbook(table)
    heads, *rows = list(book.active.iter_rows())
    names = [cell.value for cell in heads]
    subjects = [row[0].value for row in rows]
    assert names[0] == "票号或箱号"
    assert subjects == sorted(["R1", "R2", "L001", "SEA", "AIR"])
    known = {row.name_zh: row.kind for row in shipped().paper_fields}
    answers = {"text": "x", "date": "2026-12-01", "mass": "5", "incoterm": "DAP", "container": "CSQU3054383"}
    grey = heads[0].fill.fgColor.rgb
    for row in rows:
        for cell, name in zip(row[1:], names[1:], strict=True):
            if cell.fill.fgColor.rgb != grey:
                cell.value = answers[known[name]]
    book.save(table)
    assert main(["papers", str(plan), "--facts", str(table), "--json"]) == 0
    out = capsys.readouterr().out
    told = json.loads(out[out.index("{") :])["papers"]
    assert [one["lacks"] for one in told if one["lacks"]] == []
    assert {one["document"]["status"] for one in told} == {"complete", "obtain"}


@pytest.mark.parametrize("sea_id", ["=SEA", "-1", "'=SEA"])
def test_ids_like_formulas_are_read_back(sea_id: str, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table marks an id that a spreadsheet would compute; the mark is no part of it, unless the id has it."""
    written(plan.parent, sea_id)
    table = plan.with_name("facts.xlsx")
    assert main(["papers", str(plan), "--template", str(table)]) == 0
    book = openpyxl.load_workbook(table)
    (row,) = [row for row in book.active.iter_rows() if str(row[0].value).endswith(sea_id)]
    assert row[0].value == f"'{sea_id}"
    heads = [cell.value for cell in next(book.active.iter_rows())]
    row[heads.index("收货人")].value = "Lager Duisburg"
    book.save(table)
    capsys.readouterr()
    assert main(["papers", str(plan), sea_id, "--facts", str(table), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["papers"]
    (invoice,) = [one["document"] for one in told if one["document"]["kind"] == "commercial_invoice"]
    assert invoice["values"]["consignee"] == "Lager Duisburg"


@pytest.mark.parametrize(
    "arguments",
    [[], ["plan.json", "-o", "papers.docx"], ["plan.json", "--template", "facts.csv"], ["schema"], ["nowhere.json"]],
)
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Arguments that do not go together are refused in a sentence."""
    assert main(["papers", *arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err
