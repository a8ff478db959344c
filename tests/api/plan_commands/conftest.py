"""The commands of plans work on a small data set, with a solver and a checker that know their answers."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from data.cargo_write import write_cargo
from data.plan_json import write_plan
from tests.api.fakes import FakePlanner
from tests.api.plan_commands.solver import Params, Solver
from tests.plans import planned_cargo, planned_for

if TYPE_CHECKING:
    from pathlib import Path

    from data import Catalogue
    from optimizer.verify import Violation


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
