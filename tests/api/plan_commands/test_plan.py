"""The commands that make and check plans, with a solver that knows its plan by heart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from data.plan_json import read_plan
from optimizer.verify import Violation
from tests.api.plan_commands.solver import Params, Solver, run
from tests.plans import planned_cargo

if TYPE_CHECKING:
    from data import Catalogue

BROKEN = Violation(rule="payload", subject="L001", actual=27_000_000, limit=26_500_000, message="the box is too heavy")


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
    assert openpyxl.load_workbook(made[1]).sheetnames == [
        "概要",
        "班次",
        "箱",
        "货物",
        "税费",
        "敏感性",
        "作业",
        "未运",
        "假设",
    ]
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
