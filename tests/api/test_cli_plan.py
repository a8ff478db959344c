"""The commands of plans, with a solver that knows its plan by heart."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.cli import main
from api.plan_excel import plan_workbook, safe_text
from api.plan_progress import ProgressLine
from api.plan_tasks import tasks_of
from api.plan_view import PlanView
from api.texts import catalogue
from data.cargo_write import write_cargo
from data.plan_json import read_plan, write_plan
from optimizer.verify import Violation
from tests.api.fakes import FakePlanner, clock
from tests.plans import FORMULA, MARKUP, planned, planned_cargo, planned_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from data import Catalogue
    from data.cargo import Cargo
    from data.plan import Plan

SHEETS_ZH = ["概要", "班次", "箱", "货物", "税费", "敏感性", "作业", "未运", "假设"]
SHEETS_EN = ["Summary", "Departures", "Boxes", "Shipments", "Due on arrival", "Sensitivity", "Work list", "Unserved"]
SHEETS_EN += ["Assumptions"]
BROKEN = Violation(rule="payload", subject="L001", actual=27_000_000, limit=26_500_000, message="the box is too heavy")


@dataclass(frozen=True)
class Params:
    """What the solver is asked for."""

    time_limit_s: float = 60.0
    gap: float = 0.005
    seed: int = 0
    deterministic: bool = False
    holding_ppm_year: int = 0
    carbon_minor_per_t: int = 0


@dataclass(frozen=True)
class State:
    """What the solver tells while it runs."""

    elapsed_s: float
    phase: str
    cost_minor: int | None = None
    bound_minor: int | None = None
    gap: float | None = None


class Solver:
    """Returns the plan known by heart, and keeps what it was asked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.plan: Plan = planned_for(catalogue)
        self.params: Params | None = None
        self.cargo: Cargo | None = None

    def solve(
        self, network: object, cargo: Cargo, params: Params, on_progress: Callable[[State], None] | None = None
    ) -> Plan:
        """Return the plan, after two words on how it goes."""
        assert isinstance(network, FakePlanner)
        assert on_progress is not None
        self.params, self.cargo = params, cargo
        on_progress(State(0.2, "greedy", 5_000_000))
        on_progress(State(0.3, "greedy", 4_900_000))
        on_progress(State(1.25, "improve", self.plan.cost_minor, self.plan.bound_minor, self.plan.gap))
        return self.plan


@pytest.fixture
def violations() -> list[Violation]:
    """Return what the checker will find; a test may add to it."""
    return []


@pytest.fixture(autouse=True)
def solver(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue, violations: list[Violation]) -> Solver:
    """Let every command work on the small data set, with a solver and a checker that know their answers."""
    found = Solver(catalogue)
    module = ModuleType("optimizer.consolidation")
    module.solve, module.Params = found.solve, Params  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "optimizer.consolidation", module)
    monkeypatch.setattr("network.Network", FakePlanner)
    monkeypatch.setattr("api.desk.load_catalogue", lambda _: catalogue)
    monkeypatch.setattr("optimizer.verify.verify_plan", lambda *_: violations)
    return found


@pytest.fixture
def cargo_file(tmp_path: Path, catalogue: Catalogue) -> Path:
    """Return the cargo as a workbook."""
    path = tmp_path / "货物.xlsx"
    write_cargo(path, planned_cargo(), catalogue, headers="zh")
    return path


@pytest.fixture
def plan_file(tmp_path: Path, catalogue: Catalogue) -> Path:
    """Return the plan as a file."""
    path = tmp_path / "made.json"
    write_plan(path, planned_for(catalogue), planned_cargo(), catalogue)
    return path


def run(*arguments: object) -> int:
    """Run one command."""
    return main([str(argument) for argument in arguments], clock=clock)


def test_from_sheet_to_files(
    cargo_file: Path, tmp_path: Path, catalogue: Catalogue, solver: Solver, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command gives the plan as JSON, as a workbook and as a map, and a table of what matters."""
    made = [tmp_path / name for name in ("plan.json", "plan.xlsx", "map.html")]
    assert run("plan", cargo_file, "-o", made[0], "-o", made[1], "--map", made[2], "--seed", 7, "--gap", "0") == 0
    shown = capsys.readouterr()
    for expected in ("48,700.51", "47,000.00", "3.50 %", "51.00", "6,799.99", "73.5 %", "66.7 %", "1 × 40HQ"):
        assert expected in shown.out
    assert [line.split()[0] for line in shown.err.splitlines()[:2]] == ["greedy", "改进"]
    assert all(path.name in shown.err for path in made)
    assert read_plan(made[0], catalogue) == (solver.plan, planned_cargo())
    assert openpyxl.load_workbook(made[1]).sheetnames == SHEETS_ZH
    assert "<html" in made[2].read_text(encoding="utf-8")
    assert solver.cargo == planned_cargo()
    assert solver.params == Params(60.0, 0.0, 7)


def test_json_and_language(cargo_file: Path, solver: Solver, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON is that of the file; English is one option away; numbers are taken as they are given."""
    assert run("plan", cargo_file, "--json", "--time-limit", "1.5", "--gap", "0.0125", "--deterministic") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["status"], shown["cost_minor"], shown["seed"]) == ("feasible", 4_870_051, 7)
    assert solver.params == Params(1.5, 0.0125, 0, deterministic=True)
    assert run("plan", cargo_file, "--lang", "en") == 0
    assert "Cost of the plan (CNY)" in capsys.readouterr().out


def test_broken_plan_is_never_written(
    cargo_file: Path, tmp_path: Path, violations: list[Violation], capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan that the checker refuses leaves no file, names the rule with its numbers, and ends with a code."""
    violations.append(BROKEN)
    out = tmp_path / "plan.json"
    assert run("plan", cargo_file, "-o", out) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "payload: L001: the box is too heavy (is 27000000, should be 26500000)" in shown.err
    assert not out.exists()
    assert run("plan", cargo_file, "-o", out, "--json") == 3
    assert json.loads(capsys.readouterr().out)["violations"][0]["rule"] == "payload"


def test_stopped(cargo_file: Path, solver: Solver, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that was stopped gives its best plan and says so."""
    solver.plan = replace(solver.plan, status="stopped", bound_minor=None, gap=None)
    assert run("plan", cargo_file, "--lang", "en") == 0
    shown = capsys.readouterr()
    assert "stopped by Ctrl-C" in shown.err
    assert "unknown" in shown.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--time-limit", "0"], "time_limit '0'"),
        (["--time-limit", "soon"], "[number]"),
        (["--gap", "-1"], "gap '-1'"),
        (["--gap", "2"], "[max]"),
        (["--gap", ""], "gap"),
        (["--seed", "1.5"], "[whole_number]"),
        (["-o", "plan.pdf"], ".json .xlsx"),
        (["-o", "none/plan.json"], "none"),
        (["--map", "map.json"], ".html"),
        (["-o", "a.json", "-o", "./a.json"], "a.json"),
        (["--thaw", "x"], "bad arguments"),
        (["--freeze"], "bad arguments"),
        (["--freeze", "x"], ".json"),
        (["--freeze", "none.json"], "not found"),
        (["--freeze-all"], "--freeze"),
        (["--freeze-before", "2026-12-01T00:00Z"], "--freeze"),
    ],
)
def test_bad_arguments(
    cargo_file: Path,
    solver: Solver,
    arguments: list[str],
    expected: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is wrong with the arguments is told before anything is solved, in both languages."""
    monkeypatch.chdir(cargo_file.parent)
    assert run("plan", cargo_file, *arguments) == 2
    shown = capsys.readouterr()
    assert expected in shown.err
    assert "Traceback" not in shown.err
    assert solver.params is None


def test_bad_cargo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cargo list is refused whole, with every fault of it."""
    path = tmp_path / "cargo.csv"
    path.write_text("id,from,to,weight_kg,volume_m3,ready\nA,CNWNZ,Atlantis,-1,2,soon\n", encoding="utf-8")
    assert run("plan", path) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("货物清单有误")
    for rule in ("unknown_place", "positive", "instant"):
        assert rule in shown
    assert run("plan", tmp_path / "none.csv") == 2
    assert run("plan", tmp_path / "cargo.pdf") == 2
    assert run("plan", path, "-o", path.with_suffix(".json"), "--json") == 2


def test_full_disk(
    cargo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk leaves the old file, the other file is written, and people learn what to do."""
    old, other = tmp_path / "plan.json", tmp_path / "plan.xlsx"
    old.write_text("old", encoding="utf-8")
    real = Path.replace

    def fill(self: Path, target: Path) -> Path:
        if target == old:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fill)
    assert run("plan", cargo_file, "-o", old, "-o", other) == 2
    shown = capsys.readouterr().err
    assert "No space left on device" in shown
    assert "腾出空间" in shown
    assert old.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.json", "plan.xlsx", "货物.xlsx"]


def test_verify(plan_file: Path, violations: list[Violation], capsys: pytest.CaptureFixture[str]) -> None:
    """The code is 0 for a sound plan alone; JSON lists every violation."""
    assert run("verify", plan_file) == 0
    assert "全部规则通过" in capsys.readouterr().out
    assert run("verify", plan_file, "--json") == 0
    assert json.loads(capsys.readouterr().out)["sound"] is True
    violations.append(BROKEN)
    assert run("verify", plan_file, "--json") == 3
    shown = json.loads(capsys.readouterr().out)
    assert shown["sound"] is False
    assert shown["violations"] == [
        {
            "rule": "payload",
            "subject": "L001",
            "actual": 27_000_000,
            "limit": 26_500_000,
            "message": "the box is too heavy",
        }
    ]
    assert run("verify", plan_file, "--lang", "en") == 3
    assert "not sound, 1 rules broken" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"format": 1, "seed": "x"}', b"[[[["])
def test_verify_refuses(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no plan is refused with its faults, and is never sound."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    for command in (("verify", path), ("explain", path, "S-001")):
        assert run(*command) == 2
        shown = capsys.readouterr().err
        assert shown.startswith("方案文件有误")
        assert "Traceback" not in shown
    assert run("verify", tmp_path / "none.json") == 2


def test_explain(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Box mates, the binding cut-off, the sums, going alone and the reason are told."""
    assert run("explain", plan_file, "S-001", "--lang", "en") == 0
    text = capsys.readouterr().out
    for expected in (
        "L001 40HQ, 73.5 % full",
        "S-002",
        "Ningbo port box gate-in 2026-05-21 17:20 (+8), slack 20 h",
        "own 200.00 + share of box 7,000.00 + late penalty 0.00 = 7,200.00 CNY",
        "11,000.00 CNY; saves 3,800.00 (34.5 %)",
        "30 % below going alone",
        "export clearance",
    ):
        assert expected in text
    assert run("explain", plan_file, "S-001", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["load_mates"] == ["S-002"]
    assert shown["binding_cutoff"]["slack_min"] == 1_200
    assert (shown["cost_minor"], shown["alone_minor"], shown["saving_minor"]) == (720_000, 1_100_000, 380_000)


@pytest.mark.parametrize(
    ("shipment", "expected"),
    [
        ("S-001", ("等同箱货物 S-002（2026-05-20 05:20 (+8) 备好）", "在宁波港等班次 SEA-1", "最快", "4,000.00 CNY")),
        ("S-002", ("独装一箱 40HQ", "方案可再省 1.00 CNY")),
        (
            "S-003",
            ("赶不上 L001 装箱，晚 1.5 小时；否则最多可省 70.00 CNY", "L001 容积差 1.5 m³", "不得与任何货物拼箱"),
        ),
        ("S-003", ("若 2026-05-19 05:20 (+8) 备好（现为 2026-05-20 05:20 (+8)），可拼入 L001，至少省 70.00 CNY",)),
        ("S-003", ("若最晚到达为 2026-05-22 05:20 (+2)", "同样的安排至少省 500.00 CNY", "若少 1.5 m³")),
        (
            "S-004",
            ("不运：方案多花 50.00 CNY", "限制 R-1（空运禁运）", "宁波港的清关", "单证比 L001", "L001 载重差 2,000 kg"),
        ),
    ],
)
def test_explain_says_why(
    plan_file: Path, shipment: str, expected: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Waits, the next best, what hinders and what would change it are told with their numbers, in local time."""
    assert run("explain", plan_file, shipment) == 0
    shown = capsys.readouterr().out
    assert [text for text in expected if text not in shown] == []


def test_explain_says_why_in_english(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every sentence is there in English too, and no name of a text is shown instead of the text."""
    for shipment in ("S-001", "S-002", "S-003", "S-004"):
        assert run("explain", plan_file, shipment, "--lang", "en") == 0
        shown = capsys.readouterr().out
        assert not [key for _, key in catalogue("en") if "_" in key and key in shown]
    assert "Kept from" in shown
    assert "ready by" not in shown
    assert "with 2,000 kg less, or as much more payload, it could share L001 and save at least 1.00 CNY" in shown


def test_explain_says_why_in_json(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the numbers, and the sentences in both languages; a plan without reasons has neither."""
    assert run("explain", plan_file, "S-003", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    best = shown["next_best"]
    assert (best["kind"], best["load"], best["difference_minor"], best["services"]) == (
        "join",
        "L001",
        90_000,
        ["SEA-1"],
    )
    assert best["depart_at"] == "2026-05-22T17:20:00+08:00"
    assert [binding["rule"] for binding in shown["bindings"]] == ["stuffing", "volume", "mixing"]
    assert [change["by"] for change in shown["changes"]] == [1440, 1440, 1_500_000]
    told = [best, *shown["bindings"], *shown["changes"]]
    assert all("L001" in one["text_zh"] or one["load"] is None for one in told)
    assert all(one["text_en"] for one in told)
    assert run("explain", plan_file, "S-001", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["holds"][0]["since"] == "2026-05-20T05:20:00+08:00"
    assert shown["first"]["days_late"] == 2
    loaded = json.loads(plan_file.read_text(encoding="utf-8"))
    del loaded["insights"], loaded["sensitivities"]
    plan_file.write_text(json.dumps(loaded), encoding="utf-8")
    assert run("explain", plan_file, "S-001", "--json") == 0
    assert "next_best" not in json.loads(capsys.readouterr().out)
    assert run("explain", plan_file, "S-001") == 0
    assert "次优安排" not in capsys.readouterr().out


def test_explain_the_others(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What goes alone, stays behind or is not known is told too."""
    assert run("explain", plan_file, "S-003") == 0
    text = capsys.readouterr().out
    assert "单独" in text
    assert "迟到 1 天" in text
    assert run("explain", plan_file, "S-004") == 0
    assert "3,000.00" in capsys.readouterr().out
    assert run("explain", plan_file, "S-004", "--json") == 0
    assert json.loads(capsys.readouterr().out)["served"] is False
    assert run("explain", plan_file, "S-00") == 2
    shown = capsys.readouterr().err
    assert "S-001" in shown
    assert "did you mean" in shown
    assert run("explain", plan_file, "nothing like it") == 2


def test_explain_with_other_data(tmp_path: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan of another data set is explained with a note; unknown places stand by their codes."""
    plan = planned()
    step = replace(plan.journeys[0].steps[0], origin="XXXXX", destination="XXXXX", row="gone")
    journey = replace(plan.journeys[0], steps=(step, *plan.journeys[0].steps[1:]), alone_cny_minor=None)
    path = tmp_path / "other.json"
    write_plan(path, replace(plan, journeys=(journey, *plan.journeys[1:])), planned_cargo(), catalogue)
    assert run("explain", path, "S-001") == 0
    shown = capsys.readouterr()
    assert "另一套数据" in shown.err
    assert "XXXXX" in shown.out
    assert "单独没有可行方案" in shown.out


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_progress_on_a_terminal() -> None:
    """The line is written again and again, and ends before anything else is said."""
    out = Terminal()
    line = ProgressLine(out, "en")
    line(State(0.5, "greedy"))
    line(State(0.6, "greedy", 123_456, 100_000, 0.19))
    line.close()
    line.close()
    first, second = out.getvalue().rstrip("\n").split("\r\033[K")[1:]
    assert first == "greedy  cost unknown  bound unknown  gap unknown  0.5 s"
    assert second == "greedy  cost 1,234.56  bound 1,000.00  gap 19.00 %  0.6 s"
    assert out.getvalue().count("\n") == 1


def test_progress_in_a_file() -> None:
    """In a file there are few lines: one per phase, and one every few seconds."""
    out = io.StringIO()
    line = ProgressLine(out, "zh")
    for state in (State(0.1, "a"), State(0.2, "a"), State(5.2, "a"), State(5.3, "b")):
        line(state)
    line.close()
    assert len(out.getvalue().splitlines()) == 3
    assert "\r" not in out.getvalue()


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
