"""The reader of public instances, and what the benchmark measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.ctsndp import FOLDER, SPEC, FormatError, Grid, drawn, measure, parsed

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """NODES,2
1,1,-,-
2,2,-,-
ARCS,1
0,1,2,3,50,10,4,61,61.0
COMMODITIES,1
0,1,2,12,5,10.0,70,150.0
horizon=20
"""


def test_a_file_is_read_column_by_column() -> None:
    """12 units at 3 each in 2 boxes of 50 for 10 each: 136; 5 + 4 is in time."""
    problem = parsed(TEXT)
    link, entry = problem.links[0], problem.commodities[0]
    assert (link.origin, link.destination, link.minutes, link.box_cost, link.capacity) == (0, 1, 4, 50, (10,))
    assert (entry.origin, entry.destination, entry.quantity, entry.ready, entry.due) == (0, 1, (12,), 5, 10)
    assert problem.own_cost.tolist() == [[36]]


def test_parts_of_periods_narrow_the_window() -> None:
    """Ready at 4.2 is 5, due at 10.9 is 10."""
    entry = parsed(TEXT.replace(",5,10.0,", ",4.2,10.9,")).commodities[0]
    assert (entry.ready, entry.due) == (5, 10)


@pytest.mark.parametrize("text", ["NODES,0\nARCS,0", TEXT.replace(",3,50,", ",3,50.5,")])
def test_other_files_are_refused(text: str) -> None:
    """A section is missing, or a cost is not whole."""
    with pytest.raises(FormatError):
        parsed(text)


def test_smoke() -> None:
    """A drawn instance of the same form is solved without faults, its bound below its cost."""
    rows = {row.name.removeprefix("ctsndp/"): row.value for row in SPEC.measure(is_smoke=True, seeds=(3,))}
    assert rows["faults"] == 0
    assert 0 < rows["bound"] <= rows["cost"]


def test_a_folder_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of a grid is taken."""
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "a.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    rows = {(row.size, row.name): row.value for row in measure(Grid("some", 10.0), 1)}
    assert rows["some/a", "ctsndp/cost"] == rows["some/a", "ctsndp/bound"] == 136


@pytest.mark.parametrize("folders", [0, 1])
def test_a_missing_folder_is_said(
    folders: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is measured, and it is said why."""
    monkeypatch.delenv(FOLDER, raising=False)
    if folders:
        monkeypatch.setenv(FOLDER, str(tmp_path))
    assert list(measure(Grid("none", 10.0), 1)) == []
    assert "none is not measured" in capsys.readouterr().err


def test_drawn_instances_are_of_the_form() -> None:
    """They are read, and each seed gives one."""
    assert drawn(1) == drawn(1) != drawn(2)
    assert len(parsed(drawn(1)).commodities) == 24
